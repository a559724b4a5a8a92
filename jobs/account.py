"""A storage account over its REST interface: the few calls on queue, blobs and table that jobs need.

Microsoft's SDKs for the three would cost every cold start 0.4 s of processor time, and hide the server's clock, which
is the only one that leases may trust. Knows no jobs.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

if TYPE_CHECKING:
    import aiohttp

STORAGE = "https://storage.azure.com"
_VERSION = "2021-12-02"
_ONE_CALL = 5.0
_PAUSE = 0.2
_AGAIN = frozenset({429, 500, 502, 503, 504})
_AZURITE = (
    "AccountName=devstoreaccount1;AccountKey="
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
    "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1;"
    "TableEndpoint=http://127.0.0.1:10002/devstoreaccount1"
)


class StorageAway(Exception):
    """The storage did not do what it was asked, or may have done it without saying so. `code` goes to the log."""

    def __init__(self, code: str, *, sent: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the storage. `now` is its own time in seconds since 1970, in whole seconds."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def now(self) -> float:
        """The storage's clock."""
        return parsedate_to_datetime(self.headers["Date"]).timestamp()


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        values: Its columns.
        etag: Names this version of it.
        age: Seconds since it was last written, by the storage's own clock; whole seconds, so at most one too few.
    """

    values: Mapping[str, Any] = field(repr=False)
    etag: str
    age: float

    def text(self, name: str) -> str:
        """A column of text; empty when it is missing."""
        return str(self.values.get(name) or "")

    def binary(self, name: str) -> bytes:
        """A column of bytes; empty when it is missing."""
        return base64.b64decode(self.text(name))


class Account:
    """One storage account. One per process.

    Args:
        queue_url, blob_url, table_url: The three services.
        token: Gives an access token for `STORAGE`.
        signature: A shared access signature instead; for Azurite alone.
    """

    def __init__(
        self,
        queue_url: str,
        blob_url: str,
        table_url: str,
        *,
        token: Callable[[], Awaitable[str]] | None = None,
        signature: str = "",
    ) -> None:
        self._urls = {name: url.rstrip("/") for name, url in (("q", queue_url), ("b", blob_url), ("t", table_url))}
        self._token = token
        self._signature = signature
        self._session: aiohttp.ClientSession | None = None
        self._ahead = 0.0

    @property
    def now(self) -> float:
        """Seconds since 1970 by the storage's clock, as of its last answer; whatever this machine's clock says."""
        return time.time() + self._ahead

    @classmethod
    def for_identity(cls, queue_url: str, token: Callable[[], Awaitable[str]]) -> "Account":
        """The account of a queue service, such as `https://<account>.queue.core.windows.net`."""
        blob_url, table_url = (queue_url.replace(".queue.", f".{name}.", 1) for name in ("blob", "table"))
        return cls(queue_url, blob_url, table_url, token=token)

    @classmethod
    def for_azurite(cls, connection: str) -> "Account":
        """The account of a connection string, which holds a key and is therefore for Azurite alone.

        Raises:
            ValueError: the string has not the form, or does not name this machine.
        """
        if connection.strip().lower() == "usedevelopmentstorage=true":
            connection = _AZURITE
        parts = dict(part.split("=", 1) for part in connection.strip().strip(";").split(";"))
        try:
            urls = [parts[f"{name}Endpoint"] for name in ("Queue", "Blob", "Table")]
            account, key = parts["AccountName"], base64.b64decode(parts["AccountKey"])
        except KeyError as missing:
            raise ValueError(f"{missing.args[0]} is missing") from None
        if any(urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1") for url in urls):
            raise ValueError("a connection string is for this machine alone")
        return cls(*urls, signature=_signature(account, key))

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    # --- Queue ---

    async def put(self, queue: str, text: bytes, *, delay: float = 0.0, lifetime: int = 3600, **how: Any) -> None:
        """Put a message, base64 as the Functions host expects it, visible after `delay` seconds."""
        body = f"<QueueMessage><MessageText>{base64.b64encode(text).decode()}</MessageText></QueueMessage>".encode()
        query = {"visibilitytimeout": str(round(delay)), "messagettl": str(lifetime)}
        await self._made("q", queue, lambda: self.call("q", "POST", f"{queue}/messages", query=query, body=body, **how))

    async def waiting(self, queue: str, **how: Any) -> int:
        """How many messages are in a queue, roughly."""
        answer = await self.call("q", "GET", queue, query={"comp": "metadata"}, fine=(404,), **how)
        return int(answer.headers.get("x-ms-approximate-messages-count", 0))

    # --- Blobs ---

    async def upload(self, container: str, name: str, content: bytes, **how: Any) -> None:
        """Write a blob."""
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
        place = f"{container}/{name}"
        await self._made("b", container, lambda: self.call("b", "PUT", place, body=content, headers=headers, **how))

    async def download(self, container: str, name: str) -> bytes | None:
        """Read a blob; None when there is none."""
        answer = await self.call("b", "GET", f"{container}/{name}", fine=(404,))
        return answer.content if answer.status == 200 else None

    async def remove(self, container: str, name: str) -> None:
        """Delete a blob, if there is one."""
        await self.call("b", "DELETE", f"{container}/{name}", fine=(404,))

    async def blobs(self, container: str, prefix: str = "") -> list[tuple[str, float]]:
        """Name and age in seconds of the blobs of a container."""
        found: list[tuple[str, float]] = []
        marker = ""
        while True:
            query = {"restype": "container", "comp": "list", "prefix": prefix, "marker": marker}
            answer = await self.call("b", "GET", container, query={k: v for k, v in query.items() if v}, fine=(404,))
            if answer.status == 404:
                return found
            root = ElementTree.fromstring(answer.content)
            for blob in root.iter("Blob"):
                changed = blob.findtext("Properties/Last-Modified") or ""
                age = answer.now - parsedate_to_datetime(changed).timestamp()
                found.append((blob.findtext("Name") or "", age))
            marker = root.findtext("NextMarker") or ""
            if not marker:
                return found

    # --- Table ---

    async def insert(self, table: str, partition: str, row: str, values: Mapping[str, Any], **how: Any) -> str | None:
        """Make a row. Returns its ETag; None when it is there already."""
        body = {"PartitionKey": partition, "RowKey": row, **values}
        headers = {"Prefer": "return-no-content"}

        def call() -> Awaitable[Answer]:
            return self.call("t", "POST", table, body=_json(body), headers=headers, fine=(409,), **how)

        answer = await self._made("t", table, call)
        return None if answer.status == 409 else answer.headers.get("ETag", "*")

    async def row(self, table: str, partition: str, row: str, *columns: str, **how: Any) -> Row | None:
        """Read a row, all of it or some columns; None when there is none."""
        query = {"$select": ",".join((*columns, "Timestamp"))} if columns else {}
        answer = await self.call("t", "GET", _place(table, partition, row), query=query, fine=(404,), **how)
        if answer.status == 404:
            return None
        values = cast(dict[str, Any], json.loads(answer.content))
        return Row(values, answer.headers.get("ETag", "*"), answer.now - _seconds(values["Timestamp"]))

    async def merge(self, table: str, partition: str, row: str, values: Mapping[str, Any], etag: str) -> str | None:
        """Change columns of a row. Returns its new ETag; None when it is another version now, or gone."""
        headers = {"If-Match": etag}
        place = _place(table, partition, row)
        answer = await self.call("t", "MERGE", place, body=_json(values), headers=headers, fine=(404, 412))
        return answer.headers.get("ETag", "*") if answer.status < 300 else None

    async def drop(self, table: str, partition: str, row: str, etag: str = "*") -> bool:
        """Delete a row, if it is still this version of it."""
        headers = {"If-Match": etag}
        answer = await self.call("t", "DELETE", _place(table, partition, row), headers=headers, fine=(404, 412))
        return answer.status < 300

    async def rows(self, table: str, condition: str = "", *columns: str) -> AsyncGenerator[Row]:
        """The rows of a table that meet a condition; none while there is no such table."""
        following: dict[str, str] = {}
        while True:
            query = dict(following)
            if condition:
                query["$filter"] = condition
            if columns:
                query["$select"] = ",".join(("PartitionKey", "RowKey", "Timestamp", *columns))
            answer = await self.call("t", "GET", f"{table}()", query=query, fine=(404,), metadata="minimalmetadata")
            if answer.status == 404:
                return
            for values in cast(list[dict[str, Any]], json.loads(answer.content)["value"]):
                yield Row(values, str(values.get("odata.etag", "*")), answer.now - _seconds(values["Timestamp"]))
            following = {
                name: answer.headers[f"x-ms-continuation-{name}"]
                for name in ("NextPartitionKey", "NextRowKey")
                if answer.headers.get(f"x-ms-continuation-{name}")
            }
            if not following:
                return

    # --- All three ---

    async def probe(self, name: str) -> int:
        """Write, read and delete in the three services; how many messages wait. Raises `StorageAway`."""
        waiting = await self.waiting(name)
        await self.upload(name, "probe/doctor", b"probe")
        await self.remove(name, "probe/doctor")
        await self.insert(name, "probe", "doctor", {"state": "done"})
        await self.drop(name, "probe", "doctor")
        return waiting

    async def call(
        self,
        service: str,
        method: str,
        place: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        fine: tuple[int, ...] = (),
        patience: float = 3.0,
        metadata: str = "nometadata",
    ) -> Answer:
        """One call, tried again for `patience` seconds while the storage is busy or cannot be reached.

        Raises:
            StorageAway: no answer, or a refusal that is not `fine`.
        """
        sent = {"x-ms-version": _VERSION, "x-ms-date": formatdate(usegmt=True), **(headers or {})}
        if service == "t":
            sent |= {"Accept": f"application/json;odata={metadata}", "DataServiceVersion": "3.0;NetFx"}
            if body is not None:
                sent["Content-Type"] = "application/json"
        address = f"{self._urls[service]}/{place}"
        questions = [urlencode(query or {}, quote_via=quote), self._signature]
        if asked := "&".join(filter(None, questions)):
            address += f"?{asked}"
        ends = time.monotonic() + patience
        may_have_arrived = False
        while True:
            try:
                answer = await self._once(method, address, sent, body, max(0.5, min(_ONE_CALL, patience)))
                if answer.status < 300 or answer.status in fine:
                    return answer
                failure = StorageAway(f"storage_{answer.status}")
                if answer.status not in _AGAIN:
                    raise failure
            except _NoAnswer as none:
                may_have_arrived = may_have_arrived or none.sent
                failure = StorageAway(f"storage_{none.code}", sent=may_have_arrived)
            if time.monotonic() + _PAUSE > ends:
                raise failure from None
            await asyncio.sleep(_PAUSE)

    async def _once(
        self, method: str, address: str, headers: dict[str, str], body: bytes | None, seconds: float
    ) -> Answer:
        import aiohttp
        from yarl import URL

        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        if self._token is not None:
            try:
                headers = {**headers, "Authorization": f"Bearer {await self._token()}"}
            except Exception as error:  # whatever a provider raises; it may name what was asked
                raise _NoAnswer(f"token_{getattr(error, 'code', type(error).__name__)}", sent=False) from None
        try:
            async with self._session.request(
                method,
                URL(address, encoded=True),
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=seconds),
            ) as answer:
                given = Answer(answer.status, answer.headers, await answer.read())
                if "Date" in given.headers:
                    self._ahead = given.now - time.time()
                return given
        except aiohttp.ClientConnectorError as error:
            raise _NoAnswer(type(error).__name__, sent=False) from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise _NoAnswer(type(error).__name__, sent=True) from None

    async def _made(self, service: str, name: str, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """Do a call; where its queue, container or table does not exist yet, make it and do the call again."""
        try:
            return await call()
        except StorageAway as away:
            if away.code != "storage_404":
                raise
        match service:
            case "q":
                await self.call("q", "PUT", name, fine=(409,))
            case "b":
                await self.call("b", "PUT", name, query={"restype": "container"}, fine=(409,))
            case _:
                await self.call("t", "POST", "Tables", body=_json({"TableName": name}), fine=(409,))
        return await call()


class _NoAnswer(Exception):
    def __init__(self, code: str, *, sent: bool) -> None:
        super().__init__()
        self.code = code
        self.sent = sent


def _json(values: Mapping[str, Any]) -> bytes:
    """A row as JSON; bytes become columns of bytes."""
    sent: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, bytes):
            sent[f"{name}@odata.type"] = "Edm.Binary"
            sent[name] = base64.b64encode(value).decode()
        else:
            sent[name] = value
    return json.dumps(sent).encode()


def _place(table: str, partition: str, row: str) -> str:
    return f"{table}(PartitionKey='{quote(partition, safe='')}',RowKey='{quote(row, safe='')}')"


def _seconds(timestamp: str) -> float:
    """A time as the table gives it, with seven decimals, in seconds since 1970."""
    return datetime.fromisoformat(timestamp).timestamp()


def _signature(account: str, key: bytes) -> str:
    """A signature for everything in an account, for ten years."""
    ends = formatdate(time.time() + 315_360_000)
    until = parsedate_to_datetime(ends).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {"sp": "rwdlacup", "ss": "bqt", "srt": "sco", "st": "", "se": until, "sip": "", "spr": "https,http"}
    signed = "\n".join([account, *fields.values(), "2018-11-09", ""])
    signature = base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()
    return urlencode({**{k: v for k, v in fields.items() if v}, "sv": "2018-11-09", "sig": signature})

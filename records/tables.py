"""Counters and switches in Azure Tables, over its REST interface with an Entra token. No account key.

Each process writes rows of its own with its own totals, so that none waits for another and a repeated writing changes
nothing; readers add them up.
"""

import asyncio
import contextlib
import json
import logging
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from records.port import Key, StorageUnavailable

if TYPE_CHECKING:
    import aiohttp

STORAGE = "https://storage.azure.com"
COUNTS = "zaehler"
SWITCHES = "schalter"

_VERSION = "2020-12-06"
_ONE_CALL_SECONDS = 4.0
_LONGEST_ANSWER = 4 * 1024 * 1024
_AT_ONCE = 8

_log = logging.getLogger(__name__)


def _today() -> date:
    return datetime.now(UTC).date()


class TableRecords:
    """Counters and switches in two tables, made when they are first written to.

    Args:
        url: The table service, such as `https://<account>.table.core.windows.net`.
        token: Gives an access token for `STORAGE`; whatever it raises means that the storage is unavailable.
        pause: Seconds between a count and its writing.
        today: The day; in UTC, since the machines run on it.
    """

    def __init__(
        self,
        url: str,
        token: Callable[[], Awaitable[str]],
        *,
        pause: float = 10.0,
        today: Callable[[], date] = _today,
    ) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._pause = pause
        self._today = today
        self._process = secrets.token_hex(6)
        self._counts: Counter[Key] = Counter()
        self._unsaved: set[Key] = set()
        self._saving: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    def count(self, tenant_id: str, event: str, detail: str = "", *, capability: str = "") -> None:
        """Count one event; written after the pause. What does not look like an id or a code is `sonstiges`.

        Called from the event loop.
        """
        key = Key.of(self._today(), tenant_id, capability, event, detail)
        self._counts[key] += 1
        self._unsaved.add(key)
        if self._saving is None:
            # The first count of a pause sees to it that the last one is written too, even if nobody comes after it.
            self._saving = asyncio.get_running_loop().create_task(self._save())

    async def flush(self) -> None:
        """Write what has been counted since the last writing. Raises `StorageUnavailable`."""
        async with self._one_at_a_time:
            keys = list(self._unsaved)
            self._unsaved.clear()
            try:
                for start in range(0, len(keys), _AT_ONCE):
                    await asyncio.gather(*(self._write(key) for key in keys[start : start + _AT_ONCE]))
            except BaseException:
                # Rows are written with their totals, so writing some of them again changes nothing.
                self._unsaved.update(keys)
                raise
            # Days that are over no longer change, so this process need not hold them.
            today = self._today()
            for key in [key for key in self._counts if key.day < today and key not in self._unsaved]:
                del self._counts[key]

    async def counts(self) -> Mapping[Key, int]:
        """All counters, of all processes. Raises `StorageUnavailable`."""
        found: Counter[Key] = Counter()
        async for row in self._rows(COUNTS):
            try:
                day, capability = date.fromisoformat(row["tag"]), row.get("faehigkeit", "")
                key = Key(day, row["mandant"], capability, row["ereignis"], row["einzelheit"])
                found[key] += int(row["anzahl"])
            except (KeyError, TypeError, ValueError):
                raise StorageUnavailable("tables_unexpected") from None
        return found

    async def delete_before(self, day: date) -> int:
        """Delete the counters of earlier days; how many rows went. Raises `StorageUnavailable`."""
        gone = 0
        async for row in self._rows(COUNTS, f"tag lt '{day.isoformat()}'"):
            place = _place(COUNTS, str(row["PartitionKey"]), str(row["RowKey"]))
            await self._call("DELETE", place, missing_is_fine=True, headers={"If-Match": "*"})
            gone += 1
        return gone

    async def switched_off(self) -> frozenset[tuple[str, str]]:
        """What is off: tenant in lower case, and capability or `alles`. Raises `StorageUnavailable`."""
        return frozenset([(str(row["PartitionKey"]).lower(), str(row["RowKey"])) async for row in self._rows(SWITCHES)])

    async def switch(self, tenant_id: str, capability: str, *, off: bool) -> None:
        """Switch a capability, or `alles`, off or on again for a tenant. Raises `StorageUnavailable`."""
        place = _place(SWITCHES, tenant_id.lower(), capability)
        if off:
            await self._upsert(SWITCHES, place, {"seit": self._today().isoformat()})
        else:
            await self._call("DELETE", place, missing_is_fine=True, headers={"If-Match": "*"})

    async def close(self) -> None:
        """Write what is left, then close the connections."""
        if self._saving is not None:
            self._saving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._saving
        try:
            await self.flush()
        except StorageUnavailable as error:
            _log.warning("counters not written: %s", error.code)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _save(self) -> None:
        try:
            while self._unsaved:
                await asyncio.sleep(self._pause)
                await self.flush()
        except StorageUnavailable as error:
            # The next count tries again.
            _log.warning("counters not written: %s", error.code)
        finally:
            self._saving = None

    async def _write(self, key: Key) -> None:
        day = key.day.isoformat()
        row = "~".join((day, key.capability, key.event, key.detail, self._process))
        values = {"tag": day, "mandant": key.tenant, "faehigkeit": key.capability}
        values |= {"ereignis": key.event, "einzelheit": key.detail}
        place = _place(COUNTS, f"{key.tenant}~{day[:7]}", row)
        await self._upsert(COUNTS, place, {**values, "anzahl": self._counts[key]})

    async def _upsert(self, table: str, place: str, values: Mapping[str, object]) -> None:
        try:
            await self._call("PUT", place, values)
        except StorageUnavailable as error:
            if error.code != "tables_404":
                raise
            await self._call("POST", "Tables", {"TableName": table}, there_is_fine=True)
            await self._call("PUT", place, values)

    async def _rows(self, table: str, condition: str = "") -> AsyncGenerator[Mapping[str, Any]]:
        """The rows of a table, page by page; none while the table has not been made yet."""
        following: dict[str, str] = {}
        while True:
            query = dict(following)
            if condition:
                query["$filter"] = condition
            content, headers = await self._call("GET", f"{table}()", query=query, missing_is_fine=True)
            rows: Any = cast(dict[str, Any], content).get("value", []) if isinstance(content, dict) else []
            if not isinstance(rows, list):
                raise StorageUnavailable("tables_unexpected")
            for row in cast(list[object], rows):
                if not isinstance(row, dict):
                    raise StorageUnavailable("tables_unexpected")
                yield cast(dict[str, Any], row)
            following = {
                name: headers[f"x-ms-continuation-{name}"]
                for name in ("NextPartitionKey", "NextRowKey")
                if headers.get(f"x-ms-continuation-{name}")
            }
            if not following:
                return

    async def _call(
        self,
        method: str,
        place: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        missing_is_fine: bool = False,
        there_is_fine: bool = False,
    ) -> tuple[object, Mapping[str, str]]:
        """One call; the content of its answer, or None for an empty one.

        Raises:
            StorageUnavailable: no answer, or a refusal.
        """
        import aiohttp
        from yarl import URL

        sent = {
            "Accept": "application/json;odata=nometadata",
            "DataServiceVersion": "3.0;NetFx",
            "x-ms-version": _VERSION,
            "x-ms-date": formatdate(usegmt=True),
            **(headers or {}),
        }
        try:
            sent["Authorization"] = f"Bearer {await self._token()}"
        except Exception as error:
            raise StorageUnavailable(f"tables_token_{getattr(error, 'code', type(error).__name__)}") from None
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        url = URL(f"{self._url}/{place}", encoded=True)
        try:
            async with self._http().request(
                method, url.update_query(query or {}), data=data, headers=sent, allow_redirects=False
            ) as answer:
                if (answer.status == 404 and missing_is_fine) or (answer.status == 409 and there_is_fine):
                    return None, answer.headers
                if answer.status >= 300:
                    raise StorageUnavailable(f"tables_{answer.status}")
                content = b""
                async for piece in answer.content.iter_any():
                    content += piece
                    if len(content) > _LONGEST_ANSWER:
                        raise StorageUnavailable("tables_too_long")
                return (json.loads(content) if content.strip() else None), answer.headers
        except aiohttp.ClientError as error:
            raise StorageUnavailable(f"tables_{type(error).__name__}") from None
        except TimeoutError:
            raise StorageUnavailable("tables_timeout") from None
        except ValueError:
            raise StorageUnavailable("tables_not_json") from None

    def _http(self) -> "aiohttp.ClientSession":
        if self._session is None:
            import aiohttp

            timeout = aiohttp.ClientTimeout(total=_ONE_CALL_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._session


def _place(table: str, partition: str, row: str) -> str:
    """The address of one row below the service's address."""

    def quoted(text: str) -> str:
        return quote(text.replace("'", "''"), safe="")

    return f"{table}(PartitionKey='{quoted(partition)}',RowKey='{quoted(row)}')"

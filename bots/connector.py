"""Calls to the Bot Connector: send, update and delete activities over one HTTP session, with retries and hard timeouts.

Knows addresses and status codes, not what a message says.
"""

import asyncio
import json
import random
import re
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlsplit

from bots.port import TokenProvider

if TYPE_CHECKING:
    import aiohttp

type Activity = dict[str, Any]

# The statuses Microsoft names as worth another attempt; a POST has no idempotency key, so every other one is final.
RETRIED = frozenset({412, 429, 502, 503, 504})


# Teams' limits for one bot in one conversation: so many calls in so many seconds.
_LIMITS = ((7, 1.0), (60, 30.0))
_CONVERSATIONS = 2_000


class ConnectorError(Exception):
    """Teams did not take an activity. Holds status and Teams' own code, never what was sent.

    Attributes:
        status: The HTTP status; 0 when there was no answer.
        code: The error code of the Connector, such as `ContentStreamNotAllowed`, or what happened here.
        reason: Teams' explanation in lower case; only for decisions, never for a log.
    """

    def __init__(self, status: int, code: str, reason: str = "") -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.reason = reason


class Connector:
    """A client of the Bot Connector. One per process.

    Args:
        tokens: The bot's token; None sends no Authorization header, which only the local profile may do.
        timeout: Longest time for one attempt, in seconds.
        patience: Longest time for a call with all its attempts, in seconds.
        first_pause: Pause before the second attempt, in seconds; it doubles each time, up to 20 s.
        attempts: How often a call is tried at most.
    """

    def __init__(
        self,
        tokens: TokenProvider | None,
        *,
        timeout: float = 10.0,
        patience: float = 60.0,
        first_pause: float = 2.0,
        attempts: int = 4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self._timeout = timeout
        self._patience = patience
        self._first_pause = first_pause
        self._attempts = attempts
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._paces: OrderedDict[str, deque[float]] = OrderedDict()

    async def send(self, service_url: str, conversation_id: str, activity: Activity, *, once: bool = False) -> str:
        """Post an activity to a conversation. Returns its id, or an empty string when Teams names none.

        Args:
            service_url: Where the conversation lives, as the verified activity says.
            conversation_id: The conversation.
            activity: What to post.
            once: True for what loses its sense when it comes late, such as the typing sign: it is tried once.

        Raises:
            ConnectorError: Teams did not take it.
        """
        await self._pace(conversation_id, once=once)
        answer = await self._call(
            "POST", _address(service_url, conversation_id), activity, 1 if once else self._attempts
        )
        return _id(answer)

    async def update(self, service_url: str, conversation_id: str, activity_id: str, activity: Activity) -> None:
        """Replace an activity. Raises `ConnectorError`."""
        await self._pace(conversation_id, once=False)
        await self._call("PUT", _address(service_url, conversation_id, activity_id), {**activity, "id": activity_id})

    async def delete(self, service_url: str, conversation_id: str, activity_id: str) -> None:
        """Remove one of our own activities. Raises `ConnectorError`."""
        await self._call("DELETE", _address(service_url, conversation_id, activity_id), None)

    async def upload(self, address: str, content: bytes, media_type: str) -> None:
        """Put a file where Teams said the person's own files are. Our own token stays here.

        Args:
            address: The upload address of a file consent.
            content: The whole file.
            media_type: What it is.

        Raises:
            ConnectorError: the address is none of Microsoft's file stores, or the file was not taken.
        """
        if not _is_file_store(address, local=self._tokens is None):
            raise ConnectorError(0, "not_a_file_store")
        headers = {"Content-Type": media_type, "Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}"}
        await self._call("PUT", address, None, file=(content, headers))

    async def open_chat(self, service_url: str, bot_id: str, member_id: str, tenant_id: str) -> str:
        """The id of the one-to-one conversation with a person. Raises `ConnectorError`."""
        payload: Activity = {
            "bot": {"id": bot_id},
            "members": [{"id": member_id}],
            "channelData": {"tenant": {"id": tenant_id}},
            "tenantId": tenant_id,
            "isGroup": False,
        }
        answer = await self._call("POST", f"{service_url.rstrip('/')}/v3/conversations", payload)
        if not (conversation := _id(answer)):
            raise ConnectorError(200, "no_conversation_id")
        return conversation

    async def _pace(self, conversation_id: str, *, once: bool) -> None:
        """Wait until a conversation takes another call, so that Teams need not refuse it.

        Raises:
            ConnectorError: 429, for what loses its sense when it comes late.
        """
        calls = self._paces.setdefault(conversation_id, deque(maxlen=_LIMITS[-1][0]))
        self._paces.move_to_end(conversation_id)
        while len(self._paces) > _CONVERSATIONS:
            self._paces.popitem(last=False)
        now = self._clock()
        free = max([now, *(calls[-most] + seconds for most, seconds in _LIMITS if len(calls) >= most)])
        if once and free > now:
            raise ConnectorError(429, "paced_here")
        calls.append(free)
        if free > now:
            await asyncio.sleep(free - now)

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _call(
        self,
        method: str,
        address: str,
        payload: Activity | None,
        attempts: int | None = None,
        file: tuple[bytes, dict[str, str]] | None = None,
    ) -> Mapping[str, Any]:
        body = None if payload is None else json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        deadline = self._clock() + self._patience
        pause = self._first_pause
        attempts = attempts or self._attempts
        for attempt in range(1, attempts + 1):
            try:
                return await self._attempt(method, address, *(file or (body, None)))
            except _Again as again:
                if attempt == attempts:
                    raise again.error from None
                wait = again.after if again.after is not None else random.uniform(pause / 2, pause)
                if self._clock() + wait > deadline:
                    raise again.error from None
            await asyncio.sleep(wait)
            pause = min(pause * 2, 20.0)
        raise AssertionError("unreachable")

    async def _attempt(
        self, method: str, address: str, body: bytes | None, own_headers: dict[str, str] | None = None
    ) -> Mapping[str, Any]:
        import aiohttp
        from yarl import URL

        if self._session is None:
            self._session = aiohttp.ClientSession(
                # Shorter than any front end's own limit: a POST that meets a closed connection could not be repeated.
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=10.0),
                timeout=aiohttp.ClientTimeout(total=self._timeout, connect=min(5.0, self._timeout)),
                cookie_jar=aiohttp.DummyCookieJar(),
                # A town's proxy leads out; the Playground is on this machine.
                trust_env=self._tokens is not None,
            )
        headers = own_headers or {"Content-Type": "application/json; charset=utf-8"}
        if self._tokens is not None and own_headers is None:
            try:
                headers["Authorization"] = f"Bearer {await self._tokens.token()}"
            except Exception as error:  # providers raise many types, and some of them name what was asked
                raise ConnectorError(0, f"no_token_{type(error).__name__}") from None
        try:
            async with self._session.request(
                method, URL(address, encoded=True), data=body, headers=headers, allow_redirects=False
            ) as response:
                content = await response.read()
                status, retry_after = response.status, response.headers.get("Retry-After")
        except aiohttp.ClientConnectorError as error:
            # Nothing was sent, so another attempt cannot double a message.
            raise _Again(ConnectorError(0, type(error).__name__)) from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise ConnectorError(0, type(error).__name__) from None
        if 200 <= status < 300:
            return _object(content)
        error = _refusal(status, content)
        if status in RETRIED:
            raise _Again(error, _seconds(retry_after)) from None
        raise error


class _Again(Exception):
    """Another attempt makes sense, after `after` seconds when Teams said so."""

    def __init__(self, error: ConnectorError, after: float | None = None) -> None:
        super().__init__()
        self.error = error
        self.after = after


# OneDrive for work and SharePoint. Anything else would be a way to make us send a letter to a stranger.
_FILE_STORE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(sharepoint\.com|sharepoint\.de|svc\.ms)", re.IGNORECASE)


def _is_file_store(address: str, *, local: bool) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if local and host in ("127.0.0.1", "localhost", "::1"):
        return parts.scheme in ("http", "https")
    # The whole place, without a name or a port: what different readers of an address see differently is none.
    return (
        parts.scheme == "https"
        and address.startswith(f"https://{parts.netloc}/")
        and bool(_FILE_STORE.fullmatch(parts.netloc))
    )


def _address(service_url: str, conversation_id: str, activity_id: str = "") -> str:
    address = f"{service_url.rstrip('/')}/v3/conversations/{quote(conversation_id, safe='')}/activities"
    return f"{address}/{quote(activity_id, safe='')}" if activity_id else address


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        data: object = json.loads(content) if content else {}
    except ValueError:
        return {}
    return cast(Mapping[str, Any], data) if isinstance(data, dict) else {}


def _id(answer: Mapping[str, Any]) -> str:
    found = answer.get("id")
    return found if isinstance(found, str) else ""


def _refusal(status: int, content: bytes) -> ConnectorError:
    error: object = _object(content).get("error")
    if not isinstance(error, dict):
        return ConnectorError(status, "refused")
    fields = cast(Mapping[str, object], error)
    code, message = fields.get("code"), fields.get("message")
    # A code is a word; anything else could carry content into a log.
    known = code if isinstance(code, str) and code.isidentifier() and len(code) <= 80 else "refused"
    return ConnectorError(status, known, message.lower() if isinstance(message, str) else "")


def _seconds(retry_after: str | None) -> float | None:
    """The Retry-After header in seconds, whether it names seconds or a moment."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (TypeError, ValueError):
        return None

"""The training directory of a town: group membership from Microsoft Graph, asked by the app itself.

Remembers no membership; that is the gate's business. The app needs User.Read.All and GroupMember.Read.All.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast

from entra.credentials import GRAPH, AppTokens, TokenUnavailable
from entra.gate import DirectoryUnreachable, Person, PersonUnknown

if TYPE_CHECKING:
    import aiohttp

# The most group ids that one checkMemberGroups call takes.
BATCH = 20
# Teams waits five seconds for the answer to a click: after this long, "please try again" is the better answer.
BUDGET_SECONDS = 4.0
_ONE_CALL_SECONDS = 2.5
_FIRST_PAUSE_SECONDS = 0.4
_LONGEST_ANSWER = 64 * 1024
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class GraphDirectory:
    """Asks Graph which groups a person is in, also through other groups.

    Args:
        tokens: Gives tokens for Graph.
        url: Graph with its version, such as `https://graph.microsoft.com/v1.0`.
        resource: What the tokens are for.
        budget: Seconds for one question with all its calls and pauses.
    """

    def __init__(
        self,
        tokens: AppTokens,
        *,
        url: str = f"{GRAPH}/v1.0",
        resource: str = GRAPH,
        budget: float = BUDGET_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._tokens = tokens
        self._url = url.rstrip("/")
        self._resource = resource
        self._budget = budget
        self._clock = clock
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None
        # Throttling holds for the whole app, so one person's 429 makes all others wait too.
        self._not_before = 0.0

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def member_of(self, person: Person, groups: Sequence[str]) -> frozenset[str]:
        """Which of these group ids the person is a member of, in batches of 20, within the budget.

        Raises:
            DirectoryUnreachable: no answer, or none that can be understood; the gate closes.
            PersonUnknown: no such person in this tenant.
        """
        if not _GUID.fullmatch(person.object_id):
            # It becomes part of an address, and Graph would not know it either.
            raise PersonUnknown
        held: set[str] = set()
        try:
            async with asyncio.timeout(self._budget):
                deadline = self._clock() + self._budget
                for start in range(0, len(groups), BATCH):
                    batch = groups[start : start + BATCH]
                    held |= await self._check(person, batch, deadline)
        except TimeoutError:
            raise DirectoryUnreachable("graph_timeout") from None
        except TokenUnavailable as error:
            raise DirectoryUnreachable(f"graph_token_{error.code}") from None
        return frozenset(held)

    async def _check(self, person: Person, batch: Sequence[str], deadline: float) -> set[str]:
        import aiohttp

        url = f"{self._url}/users/{person.object_id}/checkMemberGroups"
        pause = _FIRST_PAUSE_SECONDS
        while True:
            await self._wait_until(self._not_before, deadline)
            token = await self._tokens.token(self._resource, person.tenant_id)
            headers = {"Authorization": f"Bearer {token}", "x-ms-throttle-priority": "high"}
            try:
                async with self._http().post(url, json={"groupIds": list(batch)}, headers=headers) as answer:
                    if answer.status == 200:
                        return _members(await _read(answer), batch)
                    if answer.status == 404 and _error_code(await _read(answer)) == "Request_ResourceNotFound":
                        raise PersonUnknown
                    code = f"graph_{answer.status}"
                    if answer.status not in _TRY_AGAIN:
                        raise DirectoryUnreachable(code)
                    asked = _retry_after(answer.headers.get("Retry-After"))
            except aiohttp.ClientError as error:
                code, asked = f"graph_{type(error).__name__}", None
            except TimeoutError:
                code, asked = "graph_timeout", None
            if asked is not None:
                self._not_before = max(self._not_before, self._clock() + asked)
            again_at = self._clock() + (pause if asked is None else asked)
            if again_at >= deadline:
                raise DirectoryUnreachable(code)
            await self._wait_until(again_at, deadline)
            pause *= 2

    async def _wait_until(self, moment: float, deadline: float) -> None:
        seconds = moment - self._clock()
        if moment >= deadline and seconds > 0:
            raise DirectoryUnreachable("graph_throttled")
        if seconds > 0:
            await self._sleep(seconds)

    def _http(self) -> "aiohttp.ClientSession":
        if self._session is None:
            import aiohttp

            timeout = aiohttp.ClientTimeout(total=_ONE_CALL_SECONDS, connect=_ONE_CALL_SECONDS / 2)
            self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._session


async def _read(answer: "aiohttp.ClientResponse") -> object:
    content = b""
    async for piece in answer.content.iter_any():
        content += piece
        if len(content) > _LONGEST_ANSWER:
            raise DirectoryUnreachable("graph_too_long")
    try:
        import json

        return json.loads(content)
    except ValueError:
        raise DirectoryUnreachable("graph_not_json") from None


def _error_code(content: object) -> str:
    error: Any = cast(dict[str, Any], content).get("error") if isinstance(content, dict) else None
    return str(cast(dict[str, Any], error).get("code", "")) if isinstance(error, dict) else ""


def _members(content: object, batch: Sequence[str]) -> set[str]:
    """The asked groups that Graph names. Anything but a list of strings is no answer, not "no groups"."""
    value: Any = cast(dict[str, Any], content).get("value") if isinstance(content, dict) else None
    if not isinstance(value, list):
        raise DirectoryUnreachable("graph_unexpected")
    named = cast(list[object], value)
    if not all(isinstance(group, str) for group in named):
        raise DirectoryUnreachable("graph_unexpected")
    lowered = {str(group).lower() for group in named}
    return {group for group in batch if group.lower() in lowered}


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait, from seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    with contextlib.suppress(ValueError):
        return max(0.0, float(int(header)))
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    return None

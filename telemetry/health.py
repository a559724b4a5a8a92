"""States of the dependencies, for whoever holds the admin's key: what requests saw anyway, and bounded questions of our
own where they saw nothing. Reports are kept for seconds, so that nobody can use them to press others.
"""

import asyncio
import hmac
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

_log = logging.getLogger("amtsklar.health")

HEADER = "x-amtsklar-health-key"
# Seconds that a report is good for.
KEPT_SECONDS = 5.0
# Seconds that one question may take; a report takes no longer than that.
ASK_SECONDS = 3.0
# Seconds during which the word of a real request spares a question.
RECENT_SECONDS = 60.0
_AT_ONCE = 8


class State(StrEnum):
    """What is known of a dependency."""

    OK = "ok"
    DOWN = "down"
    UNKNOWN = "unknown"


type Ask = Callable[[], Awaitable[str]]


class Dependency:
    """Something the product needs.

    Attributes:
        state: What the last word says.

    Args:
        name: Such as `model`.
        about: Which one of several: model or town, as the settings name it.
        needed: Whether nobody can work without it.
        ask: Asks it a harmless question; an empty code means well.
        trusts_failures: Whether a failure that a request saw counts for a while without asking; right where our own
            question cannot notice the same fault.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        name: str,
        *,
        about: str = "",
        needed: bool,
        ask: Ask | None = None,
        trusts_failures: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.about = about
        self.needed = needed
        self._ask = ask
        self._trusts_failures = trusts_failures
        self._clock = clock
        self._succeeded = -math.inf
        self._failed = -math.inf
        self._noted = -math.inf
        self._code = ""
        self.state = State.UNKNOWN
        self._asking: asyncio.Task[str] | None = None

    def note(self, code: str) -> None:
        """How a real request fared; empty means well."""
        self._noted = self._clock()
        self._keep(code)

    async def refresh(self, seconds: float) -> None:
        """Ask, unless a request has just said how things are. Never raises and never takes longer than `seconds`."""
        if self._ask is None or seconds <= 0:
            return
        is_recent = self._clock() - self._noted < RECENT_SECONDS
        if is_recent and (self.state is State.OK or self._trusts_failures):
            return
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._asked(self._ask))
        # A question that hangs is not asked a second time.
        done, _ = await asyncio.wait({self._asking}, timeout=seconds)
        if done:
            self._keep(self._asking.result())
            self._asking = None
        else:
            self._keep("timeout")

    def told(self) -> dict[str, object]:
        """The state as JSON."""
        now = self._clock()
        return {
            "name": self.name,
            "about": self.about,
            "needed": self.needed,
            "state": self.state.value,
            "code": self._code if self.state is State.DOWN else "",
            "last_success_seconds": _age(now, self._succeeded),
            "last_failure_seconds": _age(now, self._failed),
        }

    async def _asked(self, ask: Ask) -> str:
        try:
            return await ask()
        except Exception as error:  # the message may hold an address or a name
            return str(getattr(error, "code", "") or type(error).__name__)

    def _keep(self, code: str) -> None:
        now = self._clock()
        if not code:
            self._succeeded, self.state = now, State.OK
            return
        if self.state is not State.DOWN:
            _log.warning("dependency down: %s %s", self.name, code)
        self._failed, self._code, self.state = now, code, State.DOWN


@dataclass(frozen=True, slots=True)
class Report:
    """The states at one moment."""

    status: str
    is_ready: bool
    dependencies: tuple[dict[str, object], ...]


class Health:
    """The dependencies of an installation.

    Args:
        key: The admin's key; empty tells nobody anything.
        clock: Seconds, monotonic.
    """

    def __init__(self, key: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = key.encode()
        self._clock = clock
        self._dependencies: dict[tuple[str, str], Dependency] = {}
        self._report: Report | None = None
        self._reported = -math.inf
        self._under_way: asyncio.Task[Report] | None = None

    def watch(
        self, name: str, *, about: str = "", needed: bool, ask: Ask | None = None, trusts_failures: bool = False
    ) -> Dependency:
        """Watch a dependency from now on; towns with the same one share it."""
        known = self._dependencies.get((name, about))
        if known is None:
            known = Dependency(
                name, about=about, needed=needed, ask=ask, trusts_failures=trusts_failures, clock=self._clock
            )
            self._dependencies[name, about] = known
        return known

    def opens(self, given: str) -> bool | None:
        """Whether this is the admin's key; None when there is no key to compare with."""
        if not self._key:
            return None
        return hmac.compare_digest(given.encode(), self._key)

    async def report(self) -> Report:
        """The states, at most `KEPT_SECONDS` old; one look at a time, whoever asks."""
        if self._report is not None and self._clock() - self._reported < KEPT_SECONDS:
            return self._report
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.ensure_future(self._look())
        # One caller that goes away must not take the report from the others.
        return await asyncio.shield(self._under_way)

    async def _look(self) -> Report:
        free = asyncio.Semaphore(_AT_ONCE)
        end = time.monotonic() + ASK_SECONDS

        async def look(one: Dependency) -> None:
            async with free:
                await one.refresh(end - time.monotonic())

        known = list(self._dependencies.values())
        await asyncio.gather(*(look(one) for one in known))
        down = [one for one in known if one.state is State.DOWN]
        is_ready = not any(one.needed for one in down)
        status = "ok" if not down else "degraded" if is_ready else "down"
        self._report = Report(status, is_ready, tuple(one.told() for one in known))
        self._reported = self._clock()
        return self._report


def _age(now: float, moment: float) -> int | None:
    return None if math.isinf(moment) else max(0, int(now - moment))

"""The port for work that may take longer than the request that asked for it."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Protocol

type Work = Callable[[], Awaitable[None]]


class Outcome(StrEnum):
    """What became of accepted work by the time the caller goes on."""

    DONE = "done"
    RUNNING = "running"
    DUPLICATE = "duplicate"
    CLOSED = "closed"
    BUSY = "busy"


class Jobs(Protocol):
    """Runs work once, and lets the caller wait for it for a while."""

    async def run(self, key: str, work: Work, *, wait: float | None = None, remember: float | None = None) -> Outcome:
        """Start work and wait for it.

        Args:
            key: Names the work; the same key again within `remember` seconds is a duplicate and does nothing.
                An empty key is never a duplicate.
            work: What to do. It answers its person itself, also when it fails; what it raises is only logged by type.
            wait: Seconds to wait for the end; the work goes on afterwards.
            remember: Seconds a key counts as known.

        Returns:
            `BUSY` when too much is running already; then nothing was started, and the same key may come again.
        """
        ...

    async def close(self) -> None:
        """Take nothing new, give running work a little time, then end it."""
        ...

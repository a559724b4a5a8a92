"""Work as tasks of this process: right for one machine and for the Functions host, which keeps an instance alive while
requests come in. Work that must survive the process needs another adapter.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from jobs.port import Outcome, Work

_log = logging.getLogger("amtsklar.jobs")
_KEYS = 10_000


class InProcessJobs:
    """Runs each job as a task.

    Args:
        wait: Seconds a caller waits for its job when it names no other time.
        remember: Seconds a key counts as known when the caller names no other time.
        grace: Seconds running jobs get when the process ends.
        limit: How many jobs run at the same time at most.
    """

    def __init__(
        self,
        *,
        wait: float = 8.0,
        remember: float = 600.0,
        grace: float = 5.0,
        limit: int = 200,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wait = wait
        self._remember = remember
        self._grace = grace
        self._limit = limit
        self._clock = clock
        self._known: OrderedDict[str, float] = OrderedDict()
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False

    async def run(self, key: str, work: Work, *, wait: float | None = None, remember: float | None = None) -> Outcome:
        """See `jobs.port.Jobs.run`."""
        if self._closed:
            return Outcome.CLOSED
        remember = self._remember if remember is None else remember
        if len(self._running) >= self._limit:
            if key and self._known.get(key, 0.0) > self._clock():
                return Outcome.DUPLICATE
            _log.warning("job refused: %d are running", len(self._running))
            return Outcome.BUSY
        if key and not self._is_new(key, remember):
            return Outcome.DUPLICATE
        task = asyncio.create_task(self._guarded(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # `asyncio.wait` leaves the task alone when time is up or the caller goes away.
        done, _ = await asyncio.wait({task}, timeout=self._wait if wait is None else wait)
        return Outcome.DONE if done else Outcome.RUNNING

    async def close(self) -> None:
        """See `jobs.port.Jobs.close`."""
        self._closed = True
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=self._grace)
        for task in late:
            task.cancel()
        if late:
            _log.warning("jobs ended before they were done: %d", len(late))
            await asyncio.wait(late, timeout=1.0)

    async def _guarded(self, work: Work) -> None:
        try:
            await work()
        except Exception as error:  # the message may hold what a person wrote
            _log.error("job failed: %s", type(error).__name__)

    def _is_new(self, key: str, remember: float) -> bool:
        now = self._clock()
        if self._known.get(key, 0.0) > now:
            return False
        self._known[key] = now + remember
        self._known.move_to_end(key)
        while len(self._known) > _KEYS or next(iter(self._known.values())) <= now:
            self._known.popitem(last=False)
        return True

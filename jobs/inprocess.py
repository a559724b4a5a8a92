"""Jobs as tasks of this process: the local profile, and servers that run on. Nothing rests anywhere, so work that must
survive the process needs the other adapter.
"""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from jobs.port import Job, Outcome, Perform, Receipt, Stop

_log = logging.getLogger("amtsklar.jobs")
_KEYS = 10_000


@dataclass(eq=False)
class _Running:
    """A job of this process while it waits or runs; its own only attempt."""

    job: Job
    accepted: float = field(default_factory=time.monotonic)
    durable: bool = False
    last: bool = True
    attempt: int = 1
    kept: bytes = b""
    stop: Stop | None = None
    awaited: bool = True
    result: object = None
    free: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    @property
    def age(self) -> float:
        """Seconds since the job was accepted."""
        return time.monotonic() - self.accepted

    async def keep(self, note: bytes) -> None:
        """Nobody could take over."""

    def answer(self, value: object) -> bool:
        if self.awaited:
            self.result = value
        return self.awaited


class InProcessJobs:
    """Runs each job as a task.

    Args:
        perform: Does a job.
        wait: Seconds a caller waits for its job when it names no other time.
        remember: Seconds a key counts as known when the caller names no other time.
        grace: Seconds running jobs get when the process ends.
        limit: How many jobs are taken at most; more are refused.
        at_once: How many of them run at the same time; the rest wait, the tenants in turns.
    """

    durable = False

    def __init__(
        self,
        perform: Perform,
        *,
        wait: float = 8.0,
        remember: float = 600.0,
        grace: float = 5.0,
        limit: int = 200,
        at_once: int = 64,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._perform = perform
        self._wait = wait
        self._remember = remember
        self._grace = grace
        self._limit = limit
        self._at_once = at_once
        self._clock = clock
        self._known: OrderedDict[str, float] = OrderedDict()
        self._running: set[_Running] = set()
        self._busy = 0
        self._waiting: OrderedDict[str, deque[_Running]] = OrderedDict()
        self._closed = False

    async def accept(self, job: Job, *, wait: float | None = None, remember: float | None = None) -> Receipt:
        """See `jobs.port.Jobs.accept`."""
        if self._closed:
            return Receipt(Outcome.CLOSED)
        key = f"{job.lane}\0{job.key}" if job.key else ""
        if len(self._running) >= self._limit:
            if key and self._known.get(key, 0.0) > self._clock():
                return Receipt(Outcome.DUPLICATE)
            _log.warning("job refused: %d are running", len(self._running))
            return Receipt(Outcome.BUSY)
        if key and not self._is_new(key, self._remember if remember is None else remember):
            return Receipt(Outcome.DUPLICATE)
        running = _Running(job)
        self._running.add(running)
        running.task = asyncio.create_task(self._guarded(running))
        try:
            # `asyncio.wait` leaves the task alone when time is up or the caller goes away.
            done, _ = await asyncio.wait({running.task}, timeout=self._wait if wait is None else wait)
        finally:
            running.awaited = False
        return Receipt(Outcome.DONE, running.result) if done else Receipt(Outcome.RUNNING)

    async def stop(self, lane: str, key: str, reason: Stop) -> int:
        """See `jobs.port.Jobs.stop`."""
        found = [
            one
            for one in self._running
            if one.stop is None and one.job.lane == lane and (not key or one.job.key == key)
        ]
        for one in found:
            one.stop = reason
            if one.task is not None:
                one.task.cancel()
        return len(found)

    async def close(self) -> None:
        """See `jobs.port.Jobs.close`."""
        self._closed = True
        tasks = {one.task for one in self._running if one.task is not None}
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=self._grace)
        for task in late:
            task.cancel()
        if late:
            _log.warning("jobs ended before they were done: %d", len(late))
            await asyncio.wait(late, timeout=1.0)

    async def _guarded(self, running: _Running) -> None:
        try:
            await self._turn(running)
            try:
                await self._perform(running.job, running)
            finally:
                self._next()
        except Exception as error:  # the message may hold what a person wrote
            _log.error("job failed: %s", type(error).__name__)
        finally:
            self._running.discard(running)

    async def _turn(self, running: _Running) -> None:
        """Wait until this job may run."""
        if self._busy < self._at_once:
            self._busy += 1
            return
        town = running.job.town
        self._waiting.setdefault(town, deque()).append(running)
        try:
            await running.free.wait()
        except asyncio.CancelledError:
            if running.free.is_set():
                self._next()
            else:
                self._waiting[town].remove(running)
                if not self._waiting[town]:
                    del self._waiting[town]
            raise

    def _next(self) -> None:
        """Hand the place that became free to the tenant that has waited longest for one."""
        if not self._waiting:
            self._busy -= 1
            return
        town, jobs = self._waiting.popitem(last=False)
        jobs.popleft().free.set()
        if jobs:
            self._waiting[town] = jobs

    def _is_new(self, key: str, remember: float) -> bool:
        now = self._clock()
        if self._known.get(key, 0.0) > now:
            return False
        self._known[key] = now + remember
        self._known.move_to_end(key)
        while len(self._known) > _KEYS or next(iter(self._known.values())) <= now:
            self._known.popitem(last=False)
        return True

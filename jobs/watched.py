"""Jobs and their work, measured: what became of them, how long they waited and took. Nothing of what is in them."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from jobs.port import Job, Jobs, Perform, Receipt, Stop, Turn
from telemetry.port import Telemetry


@runtime_checkable
class Aged(Protocol):
    """An attempt that knows how old its job is."""

    @property
    def age(self) -> float:
        """Seconds since the job was accepted."""
        ...

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        ...


class WatchedJobs:
    """Accepts jobs as `jobs` does, and tells what became of them."""

    def __init__(self, jobs: Jobs, telemetry: Telemetry) -> None:
        self._jobs = jobs
        self._telemetry = telemetry

    @property
    def durable(self) -> bool:
        """See `jobs.port.Jobs`."""
        return self._jobs.durable

    async def accept(self, job: Job, *, wait: float | None = None, remember: float | None = None) -> Receipt:
        """See `jobs.port.Jobs.accept`."""
        receipt = await self._jobs.accept(job, wait=wait, remember=remember)
        self._telemetry.job_accepted(receipt.outcome.value)
        return receipt

    async def stop(self, lane: str, key: str, reason: Stop) -> int:
        """See `jobs.port.Jobs.stop`."""
        return await self._jobs.stop(lane, key, reason)

    async def close(self) -> None:
        """See `jobs.port.Jobs.close`."""
        await self._jobs.close()


def watched(perform: Perform, telemetry: Telemetry, clock: Callable[[], float] = time.monotonic) -> Perform:
    """The same work, measured."""

    async def measured(job: Job, turn: Turn) -> None:
        if isinstance(turn, Aged):
            telemetry.job_begun(turn.age, turn.attempt)
        began = clock()
        outcome = "failed"
        try:
            await perform(job, turn)
            outcome = "done" if turn.stop is None else "stopped"
        except asyncio.CancelledError:
            outcome = "stopped" if turn.stop is not None else "lost"
            raise
        finally:
            telemetry.job_ended(outcome, clock() - began)

    return measured

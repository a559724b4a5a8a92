"""The ports for work that outlives its request: what a job is, how it is accepted, and what whoever does it needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What became of a job by the time the caller goes on."""

    DONE = "done"
    RUNNING = "running"
    DUPLICATE = "duplicate"
    CLOSED = "closed"
    BUSY = "busy"
    AWAY = "away"


class Stop(StrEnum):
    """Why a person wants a job to end."""

    ASKED = "asked"
    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Job:
    """Work as a value, so that any process can do it.

    Attributes:
        key: Names the work; the same key again is the same work. An empty key is never a duplicate.
        lane: Whose work it is and in which chat, for stopping it.
        town: The tenant that it is for.
        payload: What the work needs. Content; sealed wherever it rests.
        heavy: True when a language model may be asked, so that the limits of the deployment count.
    """

    key: str = field(repr=False)
    lane: str = field(repr=False)
    town: str
    payload: bytes = field(repr=False)
    heavy: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What accepting a job brought.

    Attributes:
        outcome: What became of it so far.
        answer: What the work handed to a caller who still waited, or None.
        wait: Expected seconds until somebody takes it; 0 when that is not worth a word.
    """

    outcome: Outcome
    answer: object = field(default=None, repr=False)
    wait: float = 0.0


class Stopped(Exception):
    """The person has ended the job; nothing but a closing word may be sent."""


class JobLost(Exception):
    """Somebody else has this job now; nothing more may be sent."""


class Turn(Protocol):
    """One attempt at a job, as the one who does it sees it.

    When the person ends the job, `stop` is set and the task that does the work is cancelled.
    """

    @property
    def durable(self) -> bool:
        """True when another process may have to take over, so that every step has to be noted."""
        ...

    @property
    def last(self) -> bool:
        """True when nobody will try again: whoever fails now has to tell the person."""
        ...

    @property
    def kept(self) -> bytes:
        """What the attempt before this one noted; empty at first."""
        ...

    @property
    def stop(self) -> Stop | None:
        """Why the person has ended the job, or None."""
        ...

    async def keep(self, note: bytes) -> None:
        """Note how far the work is, for whoever takes over; it counts once this returns.

        Raises:
            Stopped: the person has ended the job.
            JobLost: somebody else has the job.
        """
        ...

    def answer(self, value: object) -> bool:
        """Hand a result to the caller that accepted the job; False when nobody waits for it any more."""
        ...


class Worker(Protocol):
    """Does jobs."""

    async def perform(self, job: Job, turn: Turn) -> None:
        """Do a job and give the person its one answer.

        Raises:
            Exception: it may be tried again; never when `turn.last`, except where Teams cannot be reached.
        """
        ...

    async def give_up(self, job: Job, turn: Turn) -> None:
        """Tell the person that a job did not succeed."""
        ...


type Perform = Callable[[Job, Turn], Awaitable[None]]


class Jobs(Protocol):
    """Accepts jobs, each once, and has them done."""

    @property
    def durable(self) -> bool:
        """True when an accepted job survives this process, and so rests somewhere until it is done."""
        ...

    async def accept(self, job: Job, *, wait: float | None = None, remember: float | None = None) -> Receipt:
        """Take a job.

        Args:
            job: The job.
            wait: Seconds to wait for its end, where it is done in this process; it goes on afterwards.
            remember: Seconds a key counts as known, where that is kept in this process.

        Returns:
            `BUSY` when too much is waiting and `AWAY` when it cannot be kept; then nothing was accepted.
        """
        ...

    async def stop(self, lane: str, key: str, reason: Stop) -> int:
        """End the jobs of a lane, or the one with `key` if that is not empty. How many were told to end."""
        ...

    async def close(self) -> None:
        """Take nothing new, give running work a little time, then end it."""
        ...

"""The ports for measurements, as every room may use them, and the no-op behind them while nothing is switched on.

Knows no OpenTelemetry. A measurement consists of numbers and of words that were known before the first request came in;
see `telemetry.words`.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    REFUSED = "refused"
    BLOCKED = "blocked"
    FAILED = "failed"
    LEFT = "left"  # nobody waited for the answer any more


class Size(StrEnum):
    """How long a text is, in code points; no finer than this."""

    TO_500 = "bis_500"
    TO_2000 = "bis_2000"
    TO_8000 = "bis_8000"
    TO_30000 = "bis_30000"
    MORE = "mehr"

    @classmethod
    def of(cls, characters: int) -> "Size":
        """The bucket of a length."""
        for size, most in ((cls.TO_500, 500), (cls.TO_2000, 2_000), (cls.TO_8000, 8_000), (cls.TO_30000, 30_000)):
            if characters <= most:
                return size
        return cls.MORE


class ModelCall(Protocol):
    """One call of a model that has ended."""

    @property
    def model(self) -> str:
        """Model or deployment, as the settings name it."""
        ...

    @property
    def code(self) -> str:
        """How it ended; empty means well."""
        ...

    @property
    def seconds(self) -> float:
        """How long it took, waiting for a free place included."""
        ...

    @property
    def first(self) -> float | None:
        """Seconds to the first piece; None when there was none."""
        ...


class Watch(Protocol):
    """Watches one request."""

    def model_call(self, call: ModelCall) -> None:
        """A model was asked."""
        ...

    def fallback(self, code: str) -> None:
        """A writer failed with this code, and the next one took over."""
        ...

    def end(self, outcome: Outcome, code: str = "", facts: Mapping[str, int] | None = None) -> None:
        """The request has ended; only the first end counts.

        Args:
            outcome: How.
            code: Why, or who wrote: an outcome code or the id of a rule.
            facts: For an answer with a ledger, how many facts have which status.
        """
        ...


class Requests(Protocol):
    """Watches the requests of one town."""

    def request(self, task: str, characters: int) -> Watch:
        """A request begins.

        Args:
            task: What is asked for, such as `einfach`.
            characters: How long the text is; measured in buckets.
        """
        ...


class Telemetry(Protocol):
    """Measures an installation."""

    def of_town(self, key: str, policy: str, rules: Sequence[str] = ()) -> Requests:
        """The measurements of one town, under the version of its policy, with the ids of its rules."""
        ...

    def turned_away(self, code: str) -> None:
        """A caller could not prove who it is, so that nobody knows which town it belongs to."""
        ...

    def job_accepted(self, outcome: str) -> None:
        """A job was taken, or not: `running`, `done`, `duplicate`, `busy` …"""
        ...

    def job_begun(self, age: float, attempt: int) -> None:
        """An attempt at a job begins. `age`: seconds since the job was accepted; `attempt` counts from 1."""
        ...

    def job_ended(self, outcome: str, seconds: float) -> None:
        """An attempt at a job has ended after `seconds`: `done`, `failed`, `given_up` …"""
        ...

    def queue(self, waiting: int, oldest: float) -> None:
        """How many jobs wait right now, and for how many seconds the oldest has waited."""
        ...

    async def close(self) -> None:
        """Send what is left."""
        ...


class Unwatched:
    """Watches a request and tells nobody."""

    def model_call(self, call: ModelCall) -> None:
        """See `Watch`."""

    def fallback(self, code: str) -> None:
        """See `Watch`."""

    def end(self, outcome: Outcome, code: str = "", facts: Mapping[str, int] | None = None) -> None:
        """See `Watch`."""


class NoTelemetry:
    """Measures nothing: the state as delivered."""

    def of_town(self, key: str, policy: str, rules: Sequence[str] = ()) -> Requests:
        """See `Telemetry`."""
        return self

    def request(self, task: str, characters: int) -> Watch:
        """See `Requests`."""
        return _UNWATCHED

    def turned_away(self, code: str) -> None:
        """See `Telemetry`."""

    def job_accepted(self, outcome: str) -> None:
        """See `Telemetry`."""

    def job_begun(self, age: float, attempt: int) -> None:
        """See `Telemetry`."""

    def job_ended(self, outcome: str, seconds: float) -> None:
        """See `Telemetry`."""

    def queue(self, waiting: int, oldest: float) -> None:
        """See `Telemetry`."""

    async def close(self) -> None:
        """See `Telemetry`."""


_UNWATCHED = Unwatched()
NOTHING = NoTelemetry()

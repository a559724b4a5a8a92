"""Turns what rooms report into measurements. OpenTelemetry is loaded beside the first of them, never before an answer.

When a request went well, its trace says only in which hour it began: exact times belong to faults, not to people.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from telemetry.port import ModelCall, Outcome, Requests, Size, Watch
from telemetry.words import Attribute, Words

if TYPE_CHECKING:
    from telemetry.sdk import Instruments

_log = logging.getLogger("amtsklar.telemetry")

_HOUR = 3_600_000_000_000
# Kept while OpenTelemetry is being loaded, which takes part of a second.
_MOST_WAITING = 5_000
_MOST_CALLS = 64

type Attributes = Mapping[Attribute, str]
type _Work = Callable[["Instruments"], None]


class Metric(StrEnum):
    """Everything that is measured. `docs/betrieb.md` says what to do with it."""

    REQUESTS = "amtsklar.requests"
    REQUEST_SECONDS = "amtsklar.request.duration"
    MODEL_SECONDS = "amtsklar.model.duration"
    MODEL_FIRST = "amtsklar.model.first_piece"
    FALLBACKS = "amtsklar.fallbacks"
    LEDGER_ANSWERS = "amtsklar.ledger.answers"
    LEDGER_FACTS = "amtsklar.ledger.facts"
    TURNED_AWAY = "amtsklar.turned_away"
    JOBS_ACCEPTED = "amtsklar.jobs.accepted"
    JOB_AGE = "amtsklar.jobs.age"
    JOB_SECONDS = "amtsklar.jobs.duration"
    QUEUE_WAITING = "amtsklar.queue.waiting"
    QUEUE_OLDEST = "amtsklar.queue.oldest"


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a request that took time: nanoseconds since the epoch."""

    name: str
    begun: int
    ended: int
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Trace:
    """One request, as it is sent.

    Attributes:
        begun, ended: Nanoseconds since the epoch; the beginning is that of the hour unless something went wrong.
        failed: True when there was no answer because of a fault.
        steps: Calls of a model.
        marks: Moments with their attributes, such as a fallback.
    """

    begun: int
    ended: int
    failed: bool
    attributes: Attributes
    steps: tuple[Step, ...] = ()
    marks: tuple[tuple[str, int, Attributes], ...] = ()


class Measuring:
    """Measures an installation with OpenTelemetry.

    Args:
        words: What attributes may say.
        connect: Loads OpenTelemetry; runs once, in a thread.
        now: Nanoseconds since the epoch.
    """

    def __init__(
        self, words: Words, connect: "Callable[[], Instruments]", *, now: Callable[[], int] = time.time_ns
    ) -> None:
        self._words = words
        self._connect = connect
        self.now = now
        self._lock = threading.Lock()
        self._waiting: deque[_Work] = deque(maxlen=_MOST_WAITING)
        self._loading: threading.Thread | None = None
        self._instruments: Instruments | None = None
        self._broken = False

    def of_town(self, key: str, policy: str, rules: Sequence[str] = ()) -> Requests:
        """See `telemetry.port.Telemetry`."""
        self._words.learn(Attribute.TOWN, (key,))
        self._words.learn(Attribute.POLICY, (policy,))
        self._words.learn(Attribute.CODE, rules)
        return _TownRequests(self, key, policy)

    def turned_away(self, code: str) -> None:
        """See `telemetry.port.Telemetry`."""
        self.count(Metric.TURNED_AWAY, 1, {Attribute.CODE: code})

    def job_accepted(self, outcome: str) -> None:
        """See `telemetry.port.Telemetry`."""
        self.count(Metric.JOBS_ACCEPTED, 1, {Attribute.OUTCOME: outcome})

    def job_begun(self, age: float, attempt: int) -> None:
        """See `telemetry.port.Telemetry`."""
        self.took(Metric.JOB_AGE, age, {Attribute.ATTEMPT: str(attempt)})

    def job_ended(self, outcome: str, seconds: float) -> None:
        """See `telemetry.port.Telemetry`."""
        self.took(Metric.JOB_SECONDS, seconds, {Attribute.OUTCOME: outcome})

    def queue(self, waiting: int, oldest: float) -> None:
        """See `telemetry.port.Telemetry`."""
        self._do(lambda instruments: instruments.level(Metric.QUEUE_WAITING, waiting))
        self._do(lambda instruments: instruments.level(Metric.QUEUE_OLDEST, oldest))

    def count(self, metric: Metric, number: int, attributes: Attributes) -> None:
        """Add to a counter."""
        words = self.worded(attributes)
        self._do(lambda instruments: instruments.count(metric, number, words))

    def took(self, metric: Metric, seconds: float, attributes: Attributes) -> None:
        """Add a duration to a distribution."""
        words = self.worded(attributes)
        self._do(lambda instruments: instruments.took(metric, seconds, words))

    def trace(self, trace: Trace) -> None:
        """Send a trace. Its attributes have to be words already."""
        self._do(lambda instruments: instruments.trace(trace))

    def worded(self, attributes: Attributes) -> Attributes:
        """The attributes with every value that is no word replaced."""
        return {name: self._words.word(name, value) for name, value in attributes.items()}

    async def close(self) -> None:
        """See `telemetry.port.Telemetry`."""
        await asyncio.to_thread(self._close)

    def settle(self) -> None:
        """Wait until OpenTelemetry has taken what was measured before it was there."""
        if self._loading is not None:
            self._loading.join(timeout=5.0)

    def _close(self) -> None:
        self.settle()
        if self._instruments is not None:
            self._instruments.close()

    def _do(self, work: _Work) -> None:
        if self._broken:
            return
        if self._instruments is None:
            with self._lock:
                if self._instruments is None:
                    self._waiting.append(work)
                    if self._loading is None:
                        self._loading = threading.Thread(target=self._load, name="telemetry", daemon=True)
                        self._loading.start()
                    return
        self._guarded(work, self._instruments)

    def _load(self) -> None:
        try:
            instruments = self._connect()
        except Exception as error:  # measurements may be missing, answers may not
            _log.error("telemetry not started: %s", type(error).__name__)
            self._broken = True
            self._waiting.clear()
            return
        with self._lock:
            while self._waiting:
                self._guarded(self._waiting.popleft(), instruments)
            self._instruments = instruments

    @staticmethod
    def _guarded(work: _Work, instruments: "Instruments") -> None:
        try:
            work(instruments)
        except Exception as error:  # no request may fail because it was measured
            _log.error("measurement lost: %s", type(error).__name__)


class _TownRequests:
    """The requests of one town."""

    def __init__(self, measuring: Measuring, town: str, policy: str) -> None:
        self._measuring = measuring
        self._own = {Attribute.TOWN: town, Attribute.POLICY: policy}

    def request(self, task: str, characters: int) -> Watch:
        """See `telemetry.port.Requests`."""
        return _Watched(self._measuring, {**self._own, Attribute.TASK: task, Attribute.SIZE: Size.of(characters).value})


@dataclass
class _Watched:
    """One request under way."""

    measuring: Measuring
    attributes: dict[Attribute, str]
    steps: list[Step] = field(default_factory=list[Step])
    marks: list[tuple[str, int, Attributes]] = field(default_factory=list[tuple[str, int, Attributes]])
    ended: bool = False

    def __post_init__(self) -> None:
        self.begun = self.measuring.now()

    def model_call(self, call: ModelCall) -> None:
        """See `telemetry.port.Watch`."""
        about = {Attribute.MODEL: call.model, Attribute.CODE: call.code or "ok"}
        self.measuring.took(Metric.MODEL_SECONDS, call.seconds, about)
        if call.first is not None:
            self.measuring.took(Metric.MODEL_FIRST, call.first, {Attribute.MODEL: call.model})
        if len(self.steps) < _MOST_CALLS:
            now = self.measuring.now()
            begun = now - int(call.seconds * 1e9)
            self.steps.append(Step("model", begun, now, self.measuring.worded(about)))

    def fallback(self, code: str) -> None:
        """See `telemetry.port.Watch`."""
        about = {Attribute.TASK: self.attributes[Attribute.TASK], Attribute.CODE: code}
        self.measuring.count(Metric.FALLBACKS, 1, about)
        self.marks.append(("fallback", self.measuring.now(), self.measuring.worded({Attribute.CODE: code})))

    def end(self, outcome: Outcome, code: str = "", facts: Mapping[str, int] | None = None) -> None:
        """See `telemetry.port.Watch`."""
        if self.ended:
            return
        self.ended = True
        measuring, now = self.measuring, self.measuring.now()
        task = {Attribute.TASK: self.attributes[Attribute.TASK]}
        about = {**task, Attribute.OUTCOME: outcome.value, Attribute.CODE: code or "ok"}
        measuring.count(Metric.REQUESTS, 1, about)
        measuring.took(Metric.REQUEST_SECONDS, (now - self.begun) / 1e9, {**task, Attribute.OUTCOME: outcome.value})
        if facts is not None:
            is_clean = not any(number for status, number in facts.items() if status != "kept")
            status = "clean" if is_clean else "findings"
            measuring.count(Metric.LEDGER_ANSWERS, 1, {**task, Attribute.STATUS: status})
            for status, number in facts.items():
                measuring.count(Metric.LEDGER_FACTS, number, {**task, Attribute.STATUS: status})
        failed = outcome is Outcome.FAILED
        shift = 0 if failed or self.marks else self.begun % _HOUR
        measuring.trace(
            Trace(
                self.begun - shift,
                now - shift,
                failed,
                measuring.worded({**self.attributes, **about}),
                tuple(Step(one.name, one.begun - shift, one.ended - shift, one.attributes) for one in self.steps),
                tuple((name, at - shift, words) for name, at, words in self.marks),
            )
        )

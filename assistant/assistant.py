"""The one path of a text: admit → screen → write → restore → check → answer.

Knows no HTTP, no Teams, no Azure. Every failure of gate or policy closes; every failure of a writer falls to the next.
"""

import asyncio
import logging
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial

from assistant import blocks, checks, prompting
from assistant.examples import Example, load_examples
from assistant.path import (
    Answer,
    Blocked,
    Checked,
    Delta,
    Event,
    Failed,
    Marking,
    Progress,
    Refused,
    Request,
    Restart,
    ToSee,
)
from assistant.places import carried
from assistant.tasks import Check, Task, load, task_of
from entra.gate import Admission, Capability, Gate, Person, Reason
from german import coaching, frozen, html, ledger, readability, termbase, text
from german.frozen import Zone
from german.ledger import Entry, FactKind, Ledger, Status
from german.readability import Scores
from german.termbase import Termbase
from german.text import TextModel
from letters import kinds
from letters.casing import capitalise
from letters.letter import GAP
from letters.notes import spelled_out
from policy.screening import Alternative, Decision, MaskedText, Restored, Rule, Screener, Screening
from records.port import Records
from telemetry.port import NOTHING, Outcome, Requests, Watch
from writers.port import Explained, Explanation, TaskKind, Writer, WriterFailed, WritingTask

_log = logging.getLogger("amtsklar.path")

# Above this many code points the language work of one text is long enough to hold up other requests.
_THREAD_ABOVE = 20_000
_REPAIRS = 2
# Seconds after the call of a model before the source is read ahead.
_AHEAD_AFTER = 0.1
# Rounds of the loop between two pieces of language work.
_BREATHS = 4
# What a letter must share with its notes. Wording, negation and the like are the letter's own.
_DRAFT_FACTS = frozenset(
    {
        FactKind.DATE,
        FactKind.DEADLINE,
        FactKind.AMOUNT,
        FactKind.NUMBER,
        FactKind.UNIT,
        FactKind.CITATION,
        FactKind.TIME,
        FactKind.CONTACT,
        FactKind.FILE_NUMBER,
    }
)
# What the cards of a chat can show; the writing pane offers every example.
_IN_CHAT = frozenset({TaskKind.BUERGERNAH, TaskKind.EINFACH, TaskKind.KUERZER, TaskKind.BRIEF})
_AT_ONCE = 4
# What a thumb under an answer is counted as.
_REACTIONS = {"like": "gut", "dislike": "schlecht"}
# The fields of a letter form, as the notes name them.
_LETTER_NAMES = {
    "recipient": "Empfänger",
    "points": "Punkte",
    "deadline": "Frist",
    "subject": "Betreff",
    "sender": "Absender",
}
_REMINDER = "Bitte lesen Sie den Text ganz, bevor Sie ihn verwenden. Verantwortlich bleiben Sie."
_LABEL_RULE = "A-2"
_WORDING = re.compile(r"„([^“”]+)[“”]")
_POLICY_FAILED = Failed(
    "policy_failed",
    "Die Prüfung nach der Dienstanweisung ist nicht gelungen. Der Text wurde nicht verarbeitet. "
    "Bitte versuchen Sie es noch einmal; bleibt es dabei, sagen Sie der Systembetreuung Bescheid.",
)
_INTERNAL = Failed(
    "internal",
    "Das hat nicht geklappt. Ihr Text wurde nicht gespeichert. Bitte versuchen Sie es noch einmal.",
)


@dataclass(frozen=True, slots=True)
class _Written:
    """One finished attempt of a writer."""

    raw: str
    restored: Restored
    explanation: Explanation
    calls: int = 1


@dataclass(frozen=True, slots=True)
class _Examined:
    """One attempt and what the house thinks of it."""

    written: _Written
    ledger: Ledger | None
    after: Scores
    shortfalls: tuple[checks.Shortfall, ...]

    @property
    def hard(self) -> bool:
        return any(shortfall.hard for shortfall in self.shortfalls)

    @property
    def rank(self) -> tuple[int, int, int]:
        """Lower is better: what must not stand, what the person has to look at, what a model was asked for."""
        found = self.shortfalls
        open_facts = len(self.ledger.findings) if self.ledger else 0
        return (
            sum(s.hard for s in found),
            open_facts + sum(bool(s.warning) for s in found),
            sum(bool(s.request) for s in found),
        )


class _Known:
    """What the house knows of a source text. Each part is worked out once, ahead of its use where there is time."""

    def __init__(self, source: str, model: TextModel | None = None) -> None:
        self._source = source
        self._model = model

    @cached_property
    def model(self) -> TextModel:
        return text.parse(self._source) if self._model is None else self._model

    @cached_property
    def reading(self) -> ledger.Reading:
        return ledger.prepare(self._source, self.model)

    @cached_property
    def scores(self) -> Scores:
        return readability.measure(self.model)


@dataclass(frozen=True, slots=True)
class _Screened:
    """A text that may be written."""

    source: str
    screening: Screening
    masked: MaskedText
    zones: tuple[Zone, ...]
    known: _Known


class Assistant:
    """Takes requests and answers them. One per process; holds no text between two requests.

    Args:
        gate: Who may use what.
        screener: The policy of the town.
        writers: The chain, first to last; the last is the rule writer.
        records: Counters.
        text_limit: Longest text, in code points.
        budget: Seconds a whole request may take with a model, repairs included.
        telemetry: Measures the requests of this town.

    Raises:
        ValueError: there is no writer.
        PromptError: there is a model, and one of its prompts is malformed.
        TasksError: the file of tasks is malformed.
        SlipsError: there is a model, and the file of slips is malformed.
    """

    def __init__(
        self,
        *,
        gate: Gate,
        screener: Screener,
        writers: Sequence[Writer],
        records: Records,
        terms: Termbase | None = None,
        text_limit: int = 100_000,
        budget: float = 90.0,
        telemetry: Requests = NOTHING,
    ) -> None:
        if not writers:
            raise ValueError("an assistant needs at least one writer")
        load()
        if any(writer.is_model for writer in writers):
            prompting.check()
            checks.load()
        self._gate = gate
        self._screener = screener
        self._writers = tuple(writers)
        self._records = records
        self._terms = terms
        self._text_limit = text_limit
        self._budget = budget
        self._desk = _Desk()
        self._telemetry = telemetry

    async def admission(
        self, person: Person, task: TaskKind = TaskKind.BUERGERNAH, *, again: bool = False
    ) -> Admission:
        """What the gate says. With `again` it asks the directory anew (the button „Erneut prüfen“)."""
        if again:
            self._gate.forget(person)
        return await self._admit(person, task_of(task).capability)

    @property
    def asks_model(self) -> bool:
        """Whether a language model may be asked."""
        return any(writer.is_model for writer in self._writers)

    async def consider(self, request: Request) -> Refused | Blocked | Failed | None:
        """What stands against a request before anything is written; None when nothing does. Counts what it returns."""
        watch = self._telemetry.request(request.task.value, len(request.text))
        try:
            screened = await self._admitted(request) or await self._screened(request)
        except Exception as error:  # closes; the message may hold content
            _log.error("path failed: task=%s error=%s", request.task.value, type(error).__name__)
            screened = _INTERNAL
        if isinstance(screened, _Screened):
            # It is measured when it is written.
            return None
        capability = task_of(request.task).capability.value
        self._count(request.person, capability, request.task.value, screened, watch)
        return screened

    async def run(self, request: Request) -> AsyncGenerator[Event]:
        """Answer one request.

        Yields:
            Any number of `Progress`, `Delta` and `Restart`, then one of `Refused`, `Blocked`, `Answer` or `Failed`.
        """
        person, capability = request.person, ""
        watch = self._telemetry.request(request.task.value, len(request.text))
        try:
            capability = task_of(request.task).capability.value
            async with aclosing(self._run(request, watch)) as events:
                async for event in events:
                    self._count(person, capability, request.task.value, event, watch)
                    yield event
        except Exception as error:  # the door needs an answer whatever happens; the message may hold content
            _log.error("path failed: task=%s error=%s", request.task.value, type(error).__name__)
            self._count(person, capability, request.task.value, _INTERNAL, watch)
            yield _INTERNAL
        finally:
            watch.end(Outcome.LEFT)

    async def check(self, person: Person, source: str) -> Checked | Refused | Failed:
        """Screen, coach and measure a text without writing. A blocked text still shows why."""
        watch = self._telemetry.request("pruefen", len(source))
        try:
            outcome = await self._check(person, source)
            self._count(person, Capability.CHECK.value, "pruefen", outcome, watch)
        finally:
            watch.end(Outcome.LEFT)
        return outcome

    def feedback(self, person: Person, reaction: str) -> None:
        """Count what somebody thought of an answer, `like` or `dislike`: for the town, without person and words."""
        if reaction in _REACTIONS:
            self._records.count(person.tenant_id, "rueckmeldung", _REACTIONS[reaction])

    def examples(self) -> tuple[Example, ...]:
        """Ready texts and notes to try in a chat, by department."""
        return tuple(example for example in load_examples() if example.task in _IN_CHAT)

    def label(self) -> str:
        """The town's wording for published texts that a model wrote; empty when its policy asks for none."""
        advice = next((rule.advice for rule in self._screener.rules if rule.id == _LABEL_RULE), "")
        match = _WORDING.search(advice)
        return match[1] if match else ""

    def letter_kinds(self) -> tuple[tuple[str, str], ...]:
        """The kinds of letters a form may offer: key and German title."""
        return kinds.titles()

    def regeln(self) -> tuple[Rule, ...]:
        """The rules of the Dienstanweisung in force."""
        return self._screener.rules

    def alternatives(self) -> tuple[Alternative, ...]:
        """What is refused, by which rule, and what is possible instead."""
        return self._screener.alternatives

    @staticmethod
    def text_of_html(fragment: str) -> str:
        """The plain text of an HTML fragment, such as a rich paste: lists, tables and line breaks survive."""
        return html.text_of(fragment)

    @staticmethod
    def with_lines(plain: str) -> str:
        """The text with its line breaks, where a client glued all lines into one; else as it is."""
        from german import linebreaks

        return linebreaks.restore(plain)

    @staticmethod
    def html_of_text(plain: str) -> str:
        """Safe HTML for a plain text: everything escaped, paragraphs and lists as elements."""
        return html.to_html(plain)

    async def _check(self, person: Person, source: str) -> Checked | Refused | Failed:
        try:
            admission = await self._admit(person, Capability.CHECK)
            if not admission.allowed:
                return Refused(admission)
            if failed := self._unusable(source):
                return failed
            return await self._desk.work(len(source), self._checked, source)
        except Exception as error:  # closes; the message may hold content
            _log.error("check failed: error=%s", type(error).__name__)
            return _POLICY_FAILED

    def _checked(self, source: str) -> Checked:
        model = text.parse(source)
        zones = frozen.frozen_zones(model)
        screening = self._screener.screen(source, [(zone.start, zone.end) for zone in zones])
        scores = readability.measure(model)
        remarks = coaching.coach(model)
        if self._terms is not None:
            own = termbase.check_terms(model, self._terms, zones)
            remarks = tuple(sorted((*remarks, *own), key=lambda remark: (remark.start, remark.end)))
        return Checked(screening, remarks, scores, readability.verdict(scores).sentence, zones)

    async def _run(self, request: Request, watch: Watch) -> AsyncGenerator[Event]:
        if against := await self._admitted(request):
            yield against
            return
        yield Progress("Ich prüfe den Text nach der Dienstanweisung.")
        screened = await self._screened(request)
        if not isinstance(screened, _Screened):
            yield screened
            return
        if screened.screening.masked_count:
            count = screened.screening.masked_count
            yield Progress(
                "Ich ersetze eine schutzwürdige Angabe vor dem Schreiben."
                if count == 1
                else f"Ich ersetze {count} schutzwürdige Angaben vor dem Schreiben."
            )
        async with aclosing(self._written(request, screened, watch)) as events:
            async for event in events:
                yield event

    async def _admitted(self, request: Request) -> Refused | Failed | None:
        """The gate and the form: what stands against a request before its text is looked at."""
        admission = await self._admit(request.person, task_of(request.task).capability)
        if not admission.allowed:
            return Refused(admission)
        if failed := self._unusable(request.text if request.text.strip() else _source(request)):
            return failed
        lacking = [
            field.title
            for field in task_of(request.task).fields
            if field.required and not request.fields.get(field.id, "").strip()
        ]
        return Failed("field_missing", f"Es fehlt noch eine Angabe: {lacking[0]}.") if lacking else None

    async def _screened(self, request: Request) -> _Screened | Blocked | Failed:
        """The policy: what may be written, or why nothing may."""
        source = _source(request)
        try:
            screened = await self._desk.work(len(source), self._screen, source, request.task)
        except Exception as error:  # closes; the message may hold content
            _log.error("policy failed: error=%s", type(error).__name__)
            return _POLICY_FAILED
        return Blocked(screened) if isinstance(screened, Screening) else screened

    async def _admit(self, person: Person, capability: Capability) -> Admission:
        try:
            return await self._gate.admit(person, capability)
        except Exception as error:  # a gate that breaks its promise still closes
            _log.error("gate failed: error=%s", type(error).__name__)
            return Admission(
                False,
                Reason.DIRECTORY_UNREACHABLE,
                "Ihre Schulung lässt sich gerade nicht prüfen",
                "Deshalb wurde nichts verarbeitet. Bitte versuchen Sie es in einigen Minuten noch einmal.",
            )

    def _unusable(self, source: str) -> Failed | None:
        if not source.strip():
            return Failed("text_empty", "Es ist kein Text angekommen. Bitte fügen Sie den Text ein, um den es geht.")
        if len(source) > self._text_limit:
            length, limit = (f"{n:,}".replace(",", ".") for n in (len(source), self._text_limit))
            return Failed(
                "text_too_long",
                f"Der Text ist zu lang: {length} Zeichen, möglich sind {limit}. Bitte teilen Sie ihn in Abschnitte.",
            )
        return None

    def _screen(self, source: str, task: TaskKind) -> _Screened | Screening:
        """Screen a text. Returns the screening alone when it must not be written."""
        model = text.parse(source)
        zones = frozen.frozen_zones(model)
        verbatim = [(zone.start, zone.end) for zone in zones]
        screening = self._screener.screen(source, verbatim)
        if task is TaskKind.BRIEF and screening.decision is not Decision.BLOCK:
            # Names typed in small letters are found, and come back, with their capitals; no place moves.
            again = self._screener.screen(capitalise(source), verbatim)
            if again.decision is Decision.BLOCK or again.masked_count >= screening.masked_count:
                screening = again
        if screening.decision is Decision.BLOCK or screening.masked is None:
            return screening
        return _Screened(source, screening, screening.masked, zones, _Known(source, model))

    async def _written(self, request: Request, screened: _Screened, watch: Watch) -> AsyncGenerator[Event]:
        """Ask one writer after the other until one text may stand."""
        deadline = time.monotonic() + self._budget
        fallback = ""
        asked = task_of(request.task)
        able = [writer for writer in self._writers if writer.is_model or asked.rules]
        if not able:
            yield Failed("needs_model", f"Diese Aufgabe braucht ein Sprachmodell. {asked.without_model}")
            return
        places = blocks.split(screened.masked.text) if asked.in_blocks else ()
        for place, writer in enumerate(able):
            is_last = place == len(able) - 1
            in_blocks = writer.is_model and len(places) > 1
            terms = blocks.shared_terms(screened.masked.text, places) if in_blocks else ()
            letter = kinds.title(request.letter_kind)
            task = WritingTask(
                kind=request.task,
                system=prompting.system(request.task, letter, request.fields) if writer.is_model else "",
                letter_kind=request.letter_kind,
                options=request.fields,
                frame=prompting.frame(request.task, terms) if writer.is_model else "",
                deadline=deadline,
                on_call=watch.model_call,
            )
            try:
                examined: _Examined | None = None
                attempts = (
                    self._in_blocks(writer, task, screened, places)
                    if in_blocks
                    else self._attempts(writer, task, screened)
                )
                async with aclosing(attempts) as events, self._reading_ahead(writer, task, screened):
                    async for event in events:
                        if isinstance(event, _Examined):
                            examined = event
                        else:
                            yield event
                assert examined is not None
                if examined.hard and (writer.is_model or not is_last):
                    raise WriterFailed(
                        "answer_rejected", "Der Text des Modells hat geschützte Stellen nicht unverändert übernommen."
                    )
                if Check.PROTECTED in asked.checks and _breaks_zone(screened, examined):
                    raise WriterFailed("zone_changed", "Ein geschützter Abschnitt wäre verändert worden.")
            except WriterFailed as failure:
                _log.warning("writer failed: place=%d model=%s code=%s", place, writer.is_model, failure.code)
                tenant, capability = request.person.tenant_id, asked.capability.value
                self._records.count(tenant, "writer_failed", failure.code, capability=capability)
                if is_last:
                    instead = asked.without_model or "Bitte versuchen Sie es noch einmal."
                    yield Failed(failure.code, f"{failure.message} Ihr Text ist unverändert. {instead}")
                    return
                watch.fallback(failure.code)
                fallback = f"{failure.message} Den Text schreibt stattdessen: {able[place + 1].name}."
                yield Restart(fallback)
                continue
            yield self._answer(request, screened, writer, fallback, examined)
            return

    @asynccontextmanager
    async def _reading_ahead(self, writer: Writer, task: WritingTask, screened: _Screened) -> AsyncGenerator[None]:
        """Work out what can be known of the source while a model writes, instead of after it."""

        async def read() -> None:
            # The call has to be on its way first; a model that answers sooner leaves nothing to gain.
            await asyncio.sleep(_AHEAD_AFTER)
            if Check.ALL_FACTS in task_of(task.kind).checks:
                await self._desk.work(len(screened.source), getattr, screened.known, "reading")
            await self._desk.work(len(screened.source), getattr, screened.known, "scores")

        if not writer.is_model:
            yield
            return
        reading = asyncio.create_task(read())
        try:
            yield
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _in_blocks(
        self, writer: Writer, task: WritingTask, screened: _Screened, places: Sequence[tuple[int, int]]
    ) -> AsyncGenerator[Event | _Examined]:
        """Write a long text block by block, several at a time, and show them in order, each once it is checked.

        Raises:
            WriterFailed: one block could not be written; then none counts.
        """
        free = asyncio.Semaphore(_AT_ONCE)

        async def written(start: int, end: int) -> _Written:
            masked = blocks.part(screened.masked, start, end)
            # The blanks between two blocks are not the model's business.
            source = masked.restore(masked.text).text
            block = _Screened(source, screened.screening, masked, (), _Known(source))
            done: _Examined | None = None
            async with free, aclosing(self._attempts(writer, task, block)) as events:
                async for event in events:
                    if isinstance(event, _Examined):
                        done = event
            assert done is not None
            if done.hard:
                raise WriterFailed(
                    "answer_rejected", "Der Text des Modells hat geschützte Stellen nicht unverändert übernommen."
                )
            return done.written

        yield Progress(f"Das Sprachmodell schreibt {len(places)} Abschnitte.")
        working = [asyncio.create_task(written(start, end)) for start, end in places]
        raw: list[str] = []
        calls = 0
        try:
            for number, (work, (start, end)) in enumerate(zip(working, places, strict=True), 1):
                block = await work
                calls += block.calls
                text_of_block = screened.masked.text[start:end]
                blank = text_of_block[len(text_of_block.rstrip()) :]
                raw.append(block.raw.strip() + blank)
                yield Delta(block.restored.text.strip() + blank)
                yield Progress(f"Abschnitt {number} von {len(places)} ist fertig.")
        finally:
            for work in working:
                work.cancel()
            await asyncio.gather(*working, return_exceptions=True)
        whole = "".join(raw)
        yield Progress("Ich vergleiche die Angaben mit Ihrem Text.")
        result = _Written(whole, screened.masked.restore(whole), Explanation(), calls)
        yield await self._desk.work(len(whole), self._examine, writer, task, screened, result)

    async def _attempts(
        self, writer: Writer, task: WritingTask, screened: _Screened
    ) -> AsyncGenerator[Event | _Examined]:
        """Write, examine and, with a model, have it repaired. Yields the best attempt last.

        Raises:
            WriterFailed: there is no attempt that could be shown.
        """
        work = "Ich entwerfe den Brief." if task.kind is TaskKind.BRIEF else "Ich schreibe den Text um."
        yield Progress("Das Sprachmodell schreibt." if writer.is_model else work)
        best: _Examined | None = None
        calls = 0
        for attempt in range(1 + _REPAIRS):
            calls += writer.is_model
            try:
                written: _Written | None = None
                async with aclosing(_stream(writer, task, screened.masked)) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, _Written):
                            written = piece
                        else:
                            yield Delta(piece)
                assert written is not None
            except WriterFailed:
                if best is None or best.hard:
                    raise
                break
            yield Progress("Ich vergleiche die Angaben mit Ihrem Text.")
            examined = await self._desk.work(len(screened.source), self._examine, writer, task, screened, written)
            if best is None or examined.rank < best.rank:
                best = examined
            requests = _requests(examined, screened.masked) if writer.is_model else []
            if not requests or attempt == _REPAIRS or time.monotonic() > task.deadline:
                break
            task = replace(task, repair=prompting.repair(requests), previous=written.raw)
            yield Restart("Ich lasse das Modell nachbessern.")
        assert best is not None
        yield replace(best, written=replace(best.written, calls=calls))

    def _examine(self, writer: Writer, task: WritingTask, screened: _Screened, written: _Written) -> _Examined:
        """Check one attempt. The masked comparison is made for models alone: only they can be asked again."""
        source, masked, result = screened.source, screened.masked, written.restored.text
        asked = task_of(task.kind)
        wanted = asked.checks
        model = text.parse(result)
        found = checks.placeholders(masked, written.raw, all_back=Check.PROTECTED in wanted)
        if Check.PROTECTED in wanted:
            found += checks.zones(source, screened.zones, result)
        compared: Ledger | None = None
        if Check.ALL_FACTS in wanted:
            compared = ledger.compare(screened.known.reading, ledger.prepare(result, model))
            # Only what a person would see is worth a further call.
            again = ledger.compare(masked.text, written.raw) if writer.is_model and compared.findings else Ledger(())
            found += checks.facts(compared, again)
            if writer.is_model:
                found += checks.years(masked.text, written.raw)
        elif not wanted.isdisjoint({Check.STATED_FACTS, Check.NO_NEW_FACTS}):
            found = [shortfall for shortfall in found if shortfall.hard]
            found += _draft_facts(writer, asked, screened, written)
        after = readability.measure(model)
        if Check.LENGTH in wanted:
            found += checks.length(asked.characters(task.options), result)
        if Check.NO_INSTRUCTION in wanted:
            zones = [(result[zone.start : zone.end], zone) for zone in frozen.frozen_zones(model)]
            found += checks.instruction(source, zones)
        if Check.QUOTES in wanted:
            found += checks.quotes(masked.text, written.raw)
        if writer.is_model:
            if compared is None:
                found += checks.strangers(self._screener.screen(written.raw).findings, masked, written.raw)
            if Check.READING in wanted:
                found += checks.reading(asked.mean, asked.longest, text.parse(written.raw), after)
            found += checks.slips(written.raw, masked.text, task.system)
        return _Examined(written, compared, after, tuple(found))

    def _answer(
        self, request: Request, screened: _Screened, writer: Writer, fallback: str, examined: _Examined
    ) -> Answer:
        written = examined.written
        asked = task_of(request.task)
        warnings = [s.warning for s in examined.shortfalls if s.warning]
        warnings.extend(
            dict.fromkeys(
                finding.reason for finding in screened.screening.findings if finding.warning and finding.reason
            )
        )
        warnings.extend(written.explanation.hints)
        if self._terms is not None and Check.ALL_FACTS in asked.checks:
            lost = termbase.lost_terms(screened.source, written.restored.text, self._terms)
            warnings.extend(f"Der Begriff „{use.term}“ soll bleiben und fehlt im neuen Text." for use in lost)
        return Answer(
            text=written.restored.text,
            source=screened.source,
            task=request.task,
            writer=writer.name,
            by_model=writer.is_model,
            fallback=fallback,
            ledger=examined.ledger,
            before=screened.known.scores,
            after=examined.after,
            frozen=screened.zones,
            findings=screened.screening.findings,
            masked=screened.screening.masked_count,
            warnings=tuple(dict.fromkeys(warnings)),
            edits=carried(written.explanation.edits, screened.source, screened.masked, written.restored.text),
            gaps=written.explanation.gaps or _gaps(request.task, written.restored.text),
            rules=tuple(dict.fromkeys(finding.rule for finding in screened.screening.findings)),
            must_see=_must_see(examined),
            marking=Marking(self.label(), asked.published, _REMINDER) if writer.is_model else None,
            calls=written.calls if writer.is_model else 0,
            afterwards=asked.afterwards,
        )

    def _count(self, person: Person, capability: str, task: str, event: Event | Checked, watch: Watch) -> None:
        count = partial(self._records.count, person.tenant_id, capability=capability)
        match event:
            case Refused(admission):
                count("refused", admission.reason.value)
                watch.end(Outcome.REFUSED, admission.reason.value)
            case Blocked(screening):
                rules = sorted({f.rule for f in screening.findings if f.action is Decision.BLOCK})
                for rule in rules:
                    count("blocked", rule)
                watch.end(Outcome.BLOCKED, rules[0] if rules else "block")
            case Failed(code):
                count("failed", code)
                watch.end(Outcome.FAILED, code)
            case Answer():
                writer = "model" if event.by_model else "rules"
                count(task, writer)
                watch.end(Outcome.ANSWERED, writer, _facts(event.ledger))
            case Checked():
                count(task, event.screening.decision.value)
                watch.end(Outcome.ANSWERED, event.screening.decision.value)
            case _:
                return


def _facts(compared: Ledger | None) -> dict[str, int] | None:
    """How many facts of an answer have which status; None where none were compared."""
    if compared is None:
        return None
    return {status.value: number for status, number in Counter(entry.status for entry in compared.entries).items()}


class _Desk:
    """Where the language work of all requests is done, one piece after the other, first come, first served.

    Without turns, everybody's first piece would be done before the first call of a model could leave the house.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free = asyncio.Lock()

    async def work[**P, R](self, size: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do the work of a text of this size: here when short, in a thread when it would hold up others."""
        if size > _THREAD_ABOVE:
            return await asyncio.to_thread(work, *args, **kwargs)
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._free = loop, asyncio.Lock()
        async with self._free:
            # What others have to send or have received gets along before the next piece of work.
            for _ in range(_BREATHS):
                await asyncio.sleep(0)
            return work(*args, **kwargs)


async def _stream(writer: Writer, task: WritingTask, masked: MaskedText) -> AsyncGenerator[str | _Written]:
    """One answer of a writer, placeholders restored piece by piece; the whole of it comes last.

    Raises:
        WriterFailed: also for whatever else a writer raises.
    """
    restorer = masked.restorer()
    raw: list[str] = []
    failure: WriterFailed | None = None
    pieces = writer.write(task, masked)
    try:
        async for chunk in pieces:
            raw.append(chunk)
            if shown := restorer.feed(chunk):
                yield shown
    except WriterFailed as error:
        failure = error
    except Exception as error:  # the message may hold content
        _log.error("writer raised: model=%s error=%s", writer.is_model, type(error).__name__)
        failure = WriterFailed("writer_error", "Beim Schreiben ist etwas schiefgegangen.")
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()
    if failure is not None:
        raise failure
    rest, restored = restorer.finish()
    if rest:
        yield rest
    yield _Written("".join(raw), restored, pieces.explanation if isinstance(pieces, Explained) else Explanation())


def _draft_facts(writer: Writer, asked: Task, screened: _Screened, written: _Written) -> list[checks.Shortfall]:
    """Facts of a new text: none beyond the material and, for notes, none lost."""
    is_whole = Check.STATED_FACTS in asked.checks
    # Notes are read as a letter would spell them; a name that a letter repeats is no finding.
    read: Callable[[str], str] = spelled_out if asked.kind is TaskKind.BRIEF else str

    def findings(source: str, result: str) -> list[Entry]:
        return [
            entry
            for entry in ledger.compare(read(source), result).findings
            if entry.kind in _DRAFT_FACTS
            and entry.status is not Status.KEPT
            and (is_whole or entry.status is not Status.MISSING)
        ]

    found = findings(screened.source, written.restored.text)
    again = findings(screened.masked.text, written.raw) if writer.is_model and found else []
    return checks.draft_facts(found, again)


def _requests(examined: _Examined, masked: MaskedText) -> list[str]:
    """What to ask a model for. A request that holds a masked value is left out, wherever it came from."""
    values = [value for placeholder in masked.placeholders for value in placeholder.values]
    requests = dict.fromkeys(s.request for s in examined.shortfalls if s.request)
    return [request for request in requests if not any(value in request for value in values)]


def _breaks_zone(screened: _Screened, examined: _Examined) -> bool:
    return bool(checks.zones(screened.source, screened.zones, examined.written.restored.text))


def _must_see(examined: _Examined) -> tuple[ToSee, ...]:
    entries = examined.ledger.findings if examined.ledger else ()
    seen = [ToSee(entry.message, entry.source, entry.rewrite) for entry in entries]
    seen += [ToSee(s.warning, None, s.place) for s in examined.shortfalls if s.seen and s.warning]
    return tuple(seen)


def _gaps(task: TaskKind, result: str) -> tuple[str, ...]:
    """The typed gaps of a new text in order, each once."""
    return tuple(dict.fromkeys(GAP.findall(result))) if task_of(task).capability is Capability.DRAFT else ()


def _source(request: Request) -> str:
    """The material of a request: what a form says in free words belongs to it and is masked with it.

    Fields follow the text, so that places in the text stay what they are. Where the text is somebody else's, the
    fields come first: nothing in it can then pretend to be the town's own words.
    """
    task = task_of(request.task)
    values = {field.id: request.fields.get(field.id, "").strip() for field in task.fields if not field.choices}
    first = [f"{field.title}:\n{values[field.id]}\n" for field in task.fields if field.first and values[field.id]]
    if first:
        return "\n".join([*first, f"{task.material}:\n{request.text}"])
    names = {field.id: field.title for field in task.fields} | _LETTER_NAMES
    given = request.fields if task.kind is TaskKind.BRIEF else values
    fields = [f"{names.get(name, name)}: {value.strip()}" for name, value in given.items() if value.strip()]
    if not fields:
        return request.text
    return "\n".join([request.text, *fields]) if request.text.strip() else "\n".join(fields)

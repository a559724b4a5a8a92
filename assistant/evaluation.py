"""Runs a set of texts through several writers by the very path of the product, and measures what comes out.

What it writes down holds no text unless the findings are asked for. The report is made in `assistant.report`.
"""

import hashlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, cast

from assistant.assistant import Assistant
from assistant.path import Answer, Blocked, Delta, Failed, Refused, Request
from assistant.tasks import Check, task_of
from entra.gate import Admission, Capability, Person, Reason
from policy.screening import MaskedText, Screener
from writers.model import Call
from writers.port import TaskKind, Writer, WritingTask
from writers.profiles import NamedProfile
from writers.rules import RuleWriter

_PERSON = Person("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000")
# A shorter value, such as a house number, stands in many texts by chance.
_SHORTEST_LEAK = 4


class EvaluationError(Exception):
    """A file of texts or results cannot be used. The message names file and line."""


@dataclass(frozen=True, slots=True)
class Case:
    """One text or request to write. `fields` is what a form would ask."""

    id: str
    task: TaskKind
    text: str
    letter_kind: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def digest(self) -> str:
        """Changes when the case changes, so that an old result is not taken for a new one."""
        whole = json.dumps([self.task, self.text, self.letter_kind, dict(self.fields)], ensure_ascii=False)
        return hashlib.sha256(whole.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case with one profile. Times in seconds.

    Attributes:
        end: `answer`, `blocked`, or the code of a failure.
        by_profile: False when another writer had to step in.
        kept, changed, missing, added: Facts of the ledger; for new texts only findings are known.
        to_see: What a person has to have seen.
        zones, zones_kept: Frozen zones, and how many came back byte for byte.
        leaks: Values that were to be masked and stood in what went to the model.
        first: To the first piece of text.
        messages: The findings in words; empty unless they were asked for.
    """

    profile: str
    case: str
    digest: str
    task: str
    end: str
    by_profile: bool = False
    kept: int = 0
    changed: int = 0
    missing: int = 0
    added: int = 0
    to_see: int = 0
    warnings: int = 0
    zones: int = 0
    zones_kept: int = 0
    masked: int = 0
    leaks: int = 0
    gaps: int = 0
    length_before: float = 0.0
    length_after: float = 0.0
    amstad_before: float = 0.0
    amstad_after: float = 0.0
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    first: float = 0.0
    seconds: float = 0.0
    messages: tuple[str, ...] = ()


class _Open:
    """Lets the evaluation in: it is started by whoever runs the installation, and has no person."""

    async def admit(self, person: Person, capability: Capability) -> Admission:
        return Admission(True, Reason.TRAINED)

    def forget(self, person: Person) -> None:
        return


class _Uncounted:
    def count(self, tenant_id: str, event: str, detail: str = "", *, capability: str = "") -> None:
        return


class _Watched:
    """A model whose requests are looked at before they leave."""

    is_model = True

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.name = writer.name
        self.leaks = 0

    async def write(self, task: WritingTask, text: MaskedText) -> AsyncIterator[str]:
        sent = "\n".join((task.system, task.frame, text.text, task.repair, task.previous))
        values = {value for one in text.placeholders for value in one.values if len(value) >= _SHORTEST_LEAK}
        self.leaks += sum(bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", sent)) for value in values)
        async for piece in self._writer.write(task, text):
            yield piece


def read_cases(path: Path) -> tuple[Case, ...]:
    """JSON lines with `id` and `text` (or `request` for a letter), and where wanted `task`, `letter_kind`, `fields`.

    Raises:
        EvaluationError: the file is missing or a line is malformed.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EvaluationError(f"{path}: nicht lesbar ({type(error).__name__})") from None
    found: list[Case] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = cast("dict[str, Any]", json.loads(line))
            usual = TaskKind.BRIEF if "request" in data else TaskKind.BUERGERNAH
            case = Case(
                str(data["id"]),
                TaskKind(data.get("task", usual)),
                str(data["request"] if "request" in data else data["text"]),
                str(data.get("letter_kind", "")),
                {str(key): str(value) for key, value in data.get("fields", {}).items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(f"{path}:{number}: Zeile nicht brauchbar ({type(error).__name__})") from None
        if any(case.id == other.id for other in found):
            raise EvaluationError(f"{path}:{number}: Die Kennung {case.id} kommt zweimal vor.")
        found.append(case)
    if not found:
        raise EvaluationError(f"{path}:1: Die Datei enthält keine Texte.")
    return tuple(found)


def read_outcomes(path: Path) -> list[Outcome]:
    """Results of an earlier run; a last line that was cut off counts as not there.

    Raises:
        EvaluationError: another line is malformed.
    """
    if not path.exists():
        return []
    found: list[Outcome] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    known = {one.name for one in fields(Outcome)}
    for number, line in enumerate(lines, 1):
        try:
            data = cast("dict[str, Any]", json.loads(line))
            if set(data) - known:
                raise ValueError
            data["messages"] = tuple(data.get("messages", ()))
            found.append(Outcome(**data))
        except (ValueError, TypeError):
            if number == len(lines):
                break
            raise EvaluationError(f"{path}:{number}: kein Ergebnis eines früheren Laufs") from None
    return found


async def evaluate(
    cases: Sequence[Case],
    profiles: Sequence[NamedProfile],
    screener: Screener,
    results: Path,
    *,
    with_messages: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, of, name: None,
) -> list[Outcome]:
    """Run every case with every profile, and add each result to `results` at once, so that a run can be resumed.

    Args:
        cases: What to write.
        profiles: Who writes; each is tried alone, with the rules behind it as in operation.
        screener: The policy.
        results: JSON lines; what stands there for an unchanged case is not run again.
        with_messages: Also write down the findings in words, which quote the texts.
        progress: Told how many of how many are done, and the profile.

    Raises:
        EvaluationError: the results cannot be read.
        ProfilesError: a key is not set.
    """
    done = {(one.profile, one.case, one.digest): one for one in read_outcomes(results)}
    wanted = [(profile, case) for profile in profiles for case in cases]
    found: list[Outcome] = []
    _close_last_line(results)
    with results.open("a", encoding="utf-8") as file:
        for profile in profiles:
            calls: list[Call] = []
            inner = profile.writer(on_call=calls.append)
            watched = _Watched(inner) if inner.is_model else None
            writers: list[Writer] = [watched, RuleWriter()] if watched else [inner]
            assistant = Assistant(gate=_Open(), screener=screener, writers=writers, records=_Uncounted())
            for case in cases:
                progress(len(found), len(wanted), profile.name)
                known = done.get((profile.name, case.id, case.digest))
                if known is None:
                    known = await _outcome(assistant, profile, case, watched, calls, with_messages)
                    file.write(json.dumps(asdict(known), ensure_ascii=False) + "\n")
                    file.flush()
                found.append(known)
            close: Any = getattr(inner, "aclose", None)
            if close is not None:
                await close()
    progress(len(wanted), len(wanted), "fertig")
    return found


def _close_last_line(results: Path) -> None:
    """A run that was stopped while writing leaves half a line; the next result starts a new one."""
    if results.exists() and (content := results.read_bytes()) and not content.endswith(b"\n"):
        results.write_bytes(content[: content.rfind(b"\n") + 1])


async def _outcome(
    assistant: Assistant,
    profile: NamedProfile,
    case: Case,
    watched: _Watched | None,
    calls: list[Call],
    with_messages: bool,
) -> Outcome:
    leaked, called = (watched.leaks if watched else 0), len(calls)
    start = time.perf_counter()
    first = 0.0
    last: object = None
    request = Request(_PERSON, case.task, case.text, case.letter_kind, dict(case.fields))
    async for event in assistant.run(request):
        if isinstance(event, Delta) and not first:
            first = time.perf_counter() - start
        last = event
    seconds = time.perf_counter() - start
    mine = calls[called:]
    common: dict[str, Any] = {
        "profile": profile.name,
        "case": case.id,
        "digest": case.digest,
        "task": case.task.value,
        "leaks": (watched.leaks if watched else 0) - leaked,
        "calls": len(mine),
        "prompt_tokens": sum(call.prompt_tokens or 0 for call in mine),
        "completion_tokens": sum(call.completion_tokens or 0 for call in mine),
        "first": round(first, 3),
        "seconds": round(seconds, 3),
    }
    match last:
        case Answer():
            return _answered(last, common, watched is not None, with_messages)
        case Blocked():
            return Outcome(**common, end="blocked")
        case Failed(code):
            return Outcome(**common, end=code)
        case Refused():
            return Outcome(**common, end="refused")
        case _:
            return Outcome(**common, end="internal")


def _answered(answer: Answer, common: dict[str, Any], is_model: bool, with_messages: bool) -> Outcome:
    statuses = [entry.status.value for entry in answer.ledger.entries] if answer.ledger else []
    # A new text need not repeat the zones of its material.
    zones = answer.frozen if Check.PROTECTED in task_of(answer.task).checks else ()
    return Outcome(
        **common,
        end="answer",
        by_profile=answer.by_model == is_model,
        kept=statuses.count("kept"),
        changed=statuses.count("changed"),
        missing=statuses.count("missing"),
        added=statuses.count("added"),
        to_see=len(answer.must_see),
        warnings=len(answer.warnings),
        zones=len(zones),
        zones_kept=sum(answer.source[zone.start : zone.end] in answer.text for zone in zones),
        masked=answer.masked,
        gaps=len(answer.gaps),
        length_before=answer.before.sentence_length,
        length_after=answer.after.sentence_length,
        amstad_before=answer.before.amstad,
        amstad_after=answer.after.amstad,
        messages=tuple(one.message for one in answer.must_see) if with_messages else (),
    )

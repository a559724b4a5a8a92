"""Requests and events of the path. A door hands in a `Request` and shows the events."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from entra.gate import Admission, Person
from german.coaching import Remark
from german.frozen import Zone
from german.ledger import Ledger, Place
from german.readability import Scores
from policy.screening import Finding, Screening
from writers.port import TaskKind

if TYPE_CHECKING:
    # Loading the rules behind this type takes long, and whoever only shows edits does not need them.
    from german.simplify import Edit


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `text` is the text to rewrite, or the notes of a draft; `fields` is what else the form asked for."""

    person: Person
    task: TaskKind
    text: str
    letter_kind: str = ""
    fields: dict[str, str] = field(default_factory=dict[str, str])

    def __repr__(self) -> str:
        return f"Request({self.task}, {len(self.text)} code points)"


@dataclass(frozen=True, slots=True)
class Refused:
    """The gate said no. Nothing was processed."""

    admission: Admission


@dataclass(frozen=True, slots=True)
class Blocked:
    """The policy said no. No writer saw the text."""

    screening: Screening


@dataclass(frozen=True, slots=True)
class Progress:
    """One short German sentence on what is going on."""

    text: str


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the text, placeholders already restored."""

    text: str


@dataclass(frozen=True, slots=True)
class Restart:
    """What was streamed so far no longer counts: another writer took over or a repair began."""

    reason: str


@dataclass(frozen=True, slots=True)
class ToSee:
    """One thing a person has to have seen before the text may be used: German, and where it stands."""

    message: str
    source: Place | None = None
    rewrite: Place | None = None


@dataclass(frozen=True, slots=True)
class Marking:
    """How a text that a model wrote is marked.

    Attributes:
        label: The town's wording for published texts; empty when its policy asks for none.
        ask: True when the text is mostly published, so that the person is asked whether the label is needed.
        reminder: German reminder to review the text; nobody notes who has read it.
    """

    label: str
    ask: bool
    reminder: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The result, with everything a person needs to decide.

    Attributes:
        text: The text to show.
        source: The text as it came in.
        writer: Who wrote it, as shown to people.
        by_model: True when a model wrote it (AI marking).
        fallback: German sentence when another writer stepped in, else empty.
        ledger: Facts of source and result; None for drafts without a source text.
        before, after: Readability.
        frozen: Zones of the source that stayed as they were.
        findings: What the policy found (and masked).
        masked: How many values were replaced before writing and put back.
        warnings: German sentences on what still falls short (dropped placeholders, changed zones).
        edits: The single changes, offsets into `source`, when the writer can name them.
        gaps: Typed gaps that a person has to fill.
        rules: Ids of the rules that applied.
        must_see: What a person has to have seen before the text may be used; holds every finding of the ledger.
        marking: The AI marking; None when no model wrote the text.
        calls: How often a model was asked for this text, over all its blocks.
        afterwards: What to look at with this kind of task, German, or empty.
    """

    text: str
    source: str
    task: TaskKind
    writer: str
    by_model: bool
    fallback: str
    ledger: Ledger | None
    before: Scores
    after: Scores
    frozen: tuple[Zone, ...]
    findings: tuple[Finding, ...]
    masked: int
    warnings: tuple[str, ...] = ()
    edits: tuple["Edit", ...] = ()
    gaps: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    must_see: tuple[ToSee, ...] = ()
    marking: Marking | None = None
    calls: int = 0
    afterwards: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong on our side. `code` for the log, `message` German with what to do next."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. No writer was asked; a blocked text still shows why.

    Attributes:
        screening: What the policy says; offsets into the text as given.
        remarks: What makes the text hard to read, in order.
        scores: Readability.
        verdict: One German sentence a clerk understands.
        zones: Parts that a rewrite would leave untouched.
    """

    screening: Screening
    remarks: tuple[Remark, ...]
    scores: Scores
    verdict: str
    zones: tuple[Zone, ...]


Event = Refused | Blocked | Progress | Delta | Restart | Answer | Failed

"""The port every writer implements, and the tasks it may be given."""

import math
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from policy.screening import MaskedText

if TYPE_CHECKING:
    # The rules behind this type take long to load; whoever only hands edits on does not need them.
    from german.simplify import Edit


class TaskKind(StrEnum):
    """What the writer is asked to do."""

    BUERGERNAH = "buergernah"
    EINFACH = "einfach"
    KUERZER = "kuerzer"
    BRIEF = "brief"
    FREUNDLICHER = "freundlicher"
    SACHLICHER = "sachlicher"
    UEBERSETZBAR = "uebersetzbar"
    PROTOKOLL = "protokoll"
    BEGLEITSCHREIBEN = "begleitschreiben"
    ANTWORT = "antwort"
    PRESSE = "presse"
    KURZTEXT = "kurztext"
    BETREFF = "betreff"
    IDEEN = "ideen"
    GESPRAECH = "gespraech"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model, for those who measure: no content.

    Attributes:
        code: How it ended; empty means well.
        seconds: How long it took, waiting for a free place included.
        first: Seconds to the first piece; None when there was none.
        prompt_tokens, completion_tokens: As the server counts them; None when it does not say.
        model: Model or deployment, as the settings name it.
    """

    code: str
    seconds: float
    first: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class WritingTask:
    """One task. `system` is the finished German prompt for a model; the rules look at `kind` and `letter_kind`.

    Attributes:
        kind: What to do.
        system: The system prompt for a model.
        letter_kind: Key of a letter kind, or empty.
        repair: What fell short in `previous`, as one request in German; empty on the first attempt.
        options: What a form asked for beside the text.
        frame: The message around the text, with `{{text}}` and `{{grenze}}`; empty sends the text alone.
        previous: The writer's own earlier answer, placeholders not restored.
        deadline: `time.monotonic()` at which the whole request has to be done, in seconds.
        on_call: Told of every call of a model for this task when it has ended.
    """

    kind: TaskKind
    system: str
    letter_kind: str = ""
    repair: str = ""
    options: dict[str, str] = field(default_factory=dict[str, str])
    frame: str = ""
    previous: str = ""
    deadline: float = math.inf
    on_call: Callable[[Call], None] | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"WritingTask({self.kind})"


class WriterFailed(Exception):
    """A writer could not finish. `code` goes to the log, `message` is German for the person; neither holds content."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a writer can say about its text: single changes (offsets into the masked text), typed gaps, hints."""

    edits: tuple["Edit", ...] = ()
    gaps: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@runtime_checkable
class Explained(Protocol):
    """A stream that can explain itself once it has been read to its end."""

    explanation: Explanation


class Writer(Protocol):
    """Writes a text."""

    @property
    def name(self) -> str:
        """Who writes, as shown to people, such as „Regeln von Amtsklar“ or „Modell gpt-5.4-mini“."""
        ...

    @property
    def is_model(self) -> bool:
        """True when a language model writes, so that the answer carries the AI marking."""
        ...

    def write(self, task: WritingTask, text: MaskedText) -> AsyncIterator[str]:
        """Stream the text. Raises `WriterFailed`; a truncated or filtered answer raises too."""
        ...

"""The port every writer implements, and the tasks it may be given."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from policy.screening import MaskedText


class TaskKind(StrEnum):
    """What the writer is asked to do."""

    BUERGERNAH = "buergernah"
    EINFACH = "einfach"
    KUERZER = "kuerzer"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True)
class WritingTask:
    """One task. `system` is the finished German prompt for a model; the rules look at `kind` and `letter_kind`."""

    kind: TaskKind
    system: str
    letter_kind: str = ""
    repair: str = ""
    options: dict[str, str] = field(default_factory=dict[str, str])


class WriterFailed(Exception):
    """A writer could not finish. `code` goes to the log, `message` is German for the person; neither holds content."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


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

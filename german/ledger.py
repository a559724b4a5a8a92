"""The fact ledger: what a text states, and whether a rewrite still states it.

Deterministic. It says what it cannot judge.
"""

from dataclasses import dataclass
from enum import StrEnum


class FactKind(StrEnum):
    """The kinds of facts and of findings."""

    DATE = "date"
    DEADLINE = "deadline"
    AMOUNT = "amount"
    NUMBER = "number"
    UNIT = "unit"
    CITATION = "citation"
    TIME = "time"
    CONTACT = "contact"
    FILE_NUMBER = "file_number"
    NAME = "name"
    NEGATION = "negation"
    MODALITY = "modality"
    CONDITION = "condition"
    ACTOR = "actor"
    OMISSION = "omission"
    ADDITION = "addition"


class Status(StrEnum):
    """What became of a fact."""

    KEPT = "kept"
    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Place:
    """A quoted place in one of the two texts; offsets in code points, half open."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `source` is None for added facts, `rewrite` is None for missing ones."""

    kind: FactKind
    status: Status
    source: Place | None
    rewrite: Place | None

    @property
    def message(self) -> str:
        """The line in German as a clerk reads it, such as „Frist geändert: …“."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Ledger:
    """The comparison of a source and its rewrite."""

    entries: tuple[Entry, ...]

    @property
    def ok(self) -> bool:
        """True when nothing is changed, missing or added."""
        return all(entry.status is Status.KEPT for entry in self.entries)

    @property
    def findings(self) -> tuple[Entry, ...]:
        """What is not kept, in the order of the source."""
        return tuple(entry for entry in self.entries if entry.status is not Status.KEPT)


def compare(source: str, rewrite: str) -> Ledger:
    """Compare a rewrite with its source. Linear in the length of both texts."""
    raise NotImplementedError(source, rewrite)

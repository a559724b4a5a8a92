"""The rule writer's rules: rewrites officialese without a model, or leaves a sentence as it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from german.frozen import Zone


class Level(StrEnum):
    """The target level. Never called "Leichte Sprache"."""

    BUERGERNAH = "buergernah"
    EINFACH = "einfach"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. `start`/`end` are offsets into the source given to `simplify`, half open."""

    start: int
    end: int
    before: str
    after: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Simplified:
    """The rewritten text, the edits that lead to it (in order, not overlapping), and what stayed frozen."""

    text: str
    edits: tuple[Edit, ...]
    frozen: tuple[Zone, ...]


def simplify(text: str, level: Level = Level.BUERGERNAH, frozen: Sequence[Zone] | None = None) -> Simplified:
    """Simplify a text. Applying `edits` to `text` gives exactly `Simplified.text`.

    Args:
        text: Plain text; `⟦…⟧` placeholders stand for names and values and are never changed.
        level: The target level.
        frozen: Frozen zones; found here when None.
    """
    raise NotImplementedError(text, level, frozen)

"""Coaching: what makes a text hard to read, at which place, why, and what to write instead."""

from dataclasses import dataclass
from enum import StrEnum

from german.text import TextModel


class Weight(StrEnum):
    """How much a remark matters."""

    INFO = "info"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark; offsets in code points, half open. `suggestion` is concrete German text or an instruction."""

    start: int
    end: int
    detector: str
    weight: Weight
    reason: str
    suggestion: str


def coach(model: TextModel) -> tuple[Remark, ...]:
    """The remarks on a text, in order. Precision over volume."""
    raise NotImplementedError(model)

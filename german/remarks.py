"""What a remark on a text is, and what the detectors look at: one sentence with its words and their classes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from german.clauses import Token
from german.text import Sentence


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


class View(NamedTuple):
    """A sentence with everything the detectors look at."""

    sentence: Sentence
    tokens: tuple[Token, ...]
    counted: int

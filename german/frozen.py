"""Frozen zones: parts of a text that must leave exactly as they came in."""

from dataclasses import dataclass
from enum import StrEnum

from german.text import TextModel


class ZoneKind(StrEnum):
    """Why a zone is frozen."""

    RECHTSBEHELFSBELEHRUNG = "Rechtsbehelfsbelehrung"
    TENOR = "Tenor"
    NEBENBESTIMMUNG = "Nebenbestimmung"
    ZWANGSMITTEL = "Zwangsmittelandrohung"
    ZITAT = "Zitat"
    BANKVERBINDUNG = "Bankverbindung"
    STANDESAMT = "Erklärung vor dem Standesamt"


@dataclass(frozen=True, slots=True)
class Zone:
    """One frozen zone; offsets in code points, half open."""

    start: int
    end: int
    kind: ZoneKind


def frozen_zones(model: TextModel) -> tuple[Zone, ...]:
    """The frozen zones of a text, in order, not overlapping. When in doubt, more is frozen."""
    raise NotImplementedError(model)

"""Placeholders for values, and the way back. The only place that makes a `MaskedText`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policy.screening import MaskedText, Placeholder

_BRACKETS = re.compile(r"⟦[^⟦⟧]{0,80}⟧|[⟦⟧]+")
VERBATIM, LITERAL = "VERBATIM", "LITERAL"
_WORDS = re.compile(r"\w+")
_PARTS = re.compile(r"[ \n,]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A place that leaves as a placeholder; offsets into the text as given, code points, half open."""

    start: int
    end: int
    type: str


def mask(text: str, pieces: Sequence[Piece], names: Mapping[str, str]) -> MaskedText:
    """Replace pieces by placeholders. Restoring the result unchanged gives the text byte for byte.

    Args:
        pieces: In order, not overlapping.
        names: The German word of each type for the placeholder, such as `Person`.
    """
    pieces = _with_brackets(text, pieces)
    tokens: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    people = _People(text, names.get("PERSON", "Angabe"))
    placeholders: list[Placeholder] = []
    out: list[str] = []
    position = 0
    for piece in pieces:
        start, end = piece.start, piece.end
        value = text[start:end]
        if piece.type == "PERSON":
            end -= people.ending(value)
            value = text[start:end]
        key = (piece.type, value)
        token = tokens.get(key)
        if token is None:
            word = names.get(piece.type, "Angabe")
            if piece.type == "PERSON":
                label = people.label(value)
            else:
                counts[word] = counts.get(word, 0) + 1
                label = f"{word} {counts[word]}"
            token = f"⟦{label}⟧"
            tokens[key] = token
            placeholders.append(Placeholder(token, piece.type, (value,)))
        out.append(text[position:start])
        out.append(token)
        position = end
    out.append(text[position:])
    return MaskedText("".join(out), tuple(placeholders))


def _with_brackets(text: str, pieces: Sequence[Piece]) -> list[Piece]:
    """Brackets that the user wrote are masked themselves, so that no token in the result is theirs."""
    if "⟦" not in text and "⟧" not in text:
        return list(pieces)
    result = list(pieces)
    free: list[Piece] = []
    index = 0
    for match in _BRACKETS.finditer(text):
        while index < len(pieces) and pieces[index].end <= match.start():
            index += 1
        if index < len(pieces) and pieces[index].start < match.end():
            for offset, char in enumerate(match.group(), match.start()):
                if char in "⟦⟧" and not any(p.start <= offset < p.end for p in pieces[index : index + 40]):
                    free.append(Piece(offset, offset + 1, LITERAL))
            continue
        free.append(Piece(match.start(), match.end(), LITERAL))
    return sorted([*result, *free], key=lambda piece: piece.start)


class _People:
    """The persons of one text by the parts of their names."""

    def __init__(self, text: str, word: str) -> None:
        self._text = text
        self._word = word
        self._count = 0
        self._labels: set[str] = set()
        self._tails: set[str] = set()
        self._whole: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        self._single: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        self._words: frozenset[str] | None = None

    def ending(self, value: str) -> int:
        """How many letters at the end of a name are an inflection that stays outside the placeholder."""
        if len(value) > 2 and value[-1] in "'’":
            return 1
        if len(value) > 3 and value[-1] == "s" and value[-2] not in "sßxz":
            base = value[:-1].rstrip("'’")
            if base in self._tails or self._stands(base):
                return len(value) - len(base)
        return 0

    def _stands(self, base: str) -> bool:
        """True when a name without its ending stands in the text as a whole."""
        if self._words is None:
            self._words = frozenset(_WORDS.findall(self._text))
        parts = _WORDS.findall(base)
        if not all(part in self._words for part in parts):
            return False
        if parts == [base]:
            return True
        place = self._text.find(base)
        while place >= 0:
            end = place + len(base)
            if not _inside(self._text, place - 1) and not _inside(self._text, end):
                return True
            place = self._text.find(base, place + 1)
        return False

    def label(self, value: str) -> str:
        """`Person 1`, or `Person 1 Nachname` when only this part of a person's name stands here."""
        for place, char in enumerate(value):
            if char == " ":
                self._tails.add(value[place + 1 :])
        self._tails.add(value)
        parts = tuple(part for part in _PARTS.split(value) if part)
        label = self._related(parts)
        if not label or label in self._labels:
            self._count += 1
            label = f"{self._word} {self._count}"
            index = self._single if len(parts) == 1 else self._whole
            for part in {parts[0], parts[-1]} if parts else ():
                index.setdefault(part, []).append((self._count, parts))
        self._labels.add(label)
        return label

    def _related(self, parts: tuple[str, ...]) -> str:
        if len(parts) == 1:
            owners = self._whole.get(parts[0], [])
            if len(owners) == 1:
                number, known = owners[0]
                return f"{self._word} {number} {'Nachname' if parts[0] == known[-1] else 'Vorname'}"
        elif parts:
            owners = [owner for part in {parts[0], parts[-1]} for owner in self._single.get(part, [])]
            if len(owners) == 1:
                return f"{self._word} {owners[0][0]} vollständig"
        return ""


def _inside(text: str, place: int) -> bool:
    return 0 <= place < len(text) and (text[place].isalnum() or text[place] == "_")

"""Placeholders for values, and the way back. The only place that makes a `MaskedText`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policy.screening import MaskedText, Placeholder

_BRACKETS = re.compile(r"⟦[^⟦⟧]{0,80}⟧|[⟦⟧]+")
_GENITIVE = re.compile(r"(?:'|’)?s?(?:'|’)?$")
VERBATIM, LITERAL = "VERBATIM", "LITERAL"
_HISS = ("s", "ß", "x", "z", "S", "X", "Z")


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
    persons: list[tuple[int, tuple[str, ...]]] = []
    placeholders: list[Placeholder] = []
    out: list[str] = []
    position = 0
    for piece in pieces:
        start, end = piece.start, piece.end
        value = text[start:end]
        if piece.type == "PERSON":
            end -= _ending(text, value, end, tokens)
            value = text[start:end]
        key = (piece.type, value)
        token = tokens.get(key)
        if token is None:
            word = names.get(piece.type, "Angabe")
            if piece.type == "PERSON":
                label = _person_label(value, persons, counts, word, tokens)
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


def _ending(text: str, value: str, end: int, tokens: Mapping[tuple[str, str], str]) -> int:
    """How many letters at the end of a name are an inflection that stays outside the placeholder."""
    if len(value) > 2 and value[-1] in "'’":
        return 1
    if len(value) > 3 and value[-1] == "s" and value[-2] not in "sßxz":
        base = value[:-1].rstrip("'’")
        if any(kind == "PERSON" and (known == base or known.endswith(" " + base)) for kind, known in tokens):
            return len(value) - len(base)
        if re.search(rf"(?<!\w){re.escape(base)}(?!\w)", text):
            return len(value) - len(base)
    return 0


def _person_label(
    value: str,
    persons: list[tuple[int, tuple[str, ...]]],
    counts: dict[str, int],
    word: str,
    tokens: Mapping[tuple[str, str], str],
) -> str:
    """`Person 1`, or `Person 1 Nachname` when only this part of a person's name stands here."""
    parts = tuple(part for part in re.split(r"[ \n,]+", value) if part)
    taken = {token[1:-1] for token in tokens.values()}
    if len(parts) == 1:
        owners = [(number, known) for number, known in persons if len(known) > 1 and parts[0] in (known[0], known[-1])]
        if len(owners) == 1:
            number, known = owners[0]
            label = f"{word} {number} {'Nachname' if parts[0] == known[-1] else 'Vorname'}"
            if label not in taken:
                return label
    else:
        owners = [(number, known) for number, known in persons if len(known) == 1 and known[0] in (parts[-1], parts[0])]
        if len(owners) == 1:
            label = f"{word} {owners[0][0]} vollständig"
            if label not in taken:
                return label
    counts[word] = counts.get(word, 0) + 1
    persons.append((counts[word], parts))
    return f"{word} {counts[word]}"

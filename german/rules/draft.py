"""A sentence under revision: what has been changed, by which rule, and where it stood in the source.

Later rules work on what earlier rules wrote; changes that meet grow together into one, so that each can be undone.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A rule's proposal for the current wording; offsets in code points of that wording, half open."""

    start: int
    end: int
    after: str
    rule: str
    reason: str


@dataclass(slots=True)
class Piece:
    """A changed piece: source span and new text, with the rules that made it."""

    start: int
    end: int
    text: str
    rules: tuple[str, ...]
    reasons: tuple[str, ...]


class Draft:
    """The current wording of one stretch of source text."""

    def __init__(self, source: str) -> None:
        """Start with the source as it is."""
        self.source = source
        self.pieces: list[Piece] = []
        self._text: str | None = source

    @property
    def text(self) -> str:
        """The current wording."""
        if self._text is None:
            parts: list[str] = []
            cursor = 0
            for piece in self.pieces:
                parts.append(self.source[cursor : piece.start])
                parts.append(piece.text)
                cursor = piece.end
            parts.append(self.source[cursor:])
            self._text = "".join(parts)
        return self._text

    def apply(self, change: Change) -> None:
        """Make a change to the current wording."""
        before: list[Piece] = []
        touched: list[tuple[Piece, int]] = []
        after: list[Piece] = []
        shift = 0  # current offset minus source offset, to the left of the change
        right_shift = 0
        for piece in self.pieces:
            start = piece.start + right_shift
            end = start + len(piece.text)
            right_shift += len(piece.text) - (piece.end - piece.start)
            if end < change.start or (end == change.start and start < change.start):
                before.append(piece)
                shift = right_shift
            elif start > change.end or (start == change.end and start > change.start):
                after.append(piece)
            else:
                touched.append((piece, start))
        left = change.start - shift
        text = change.after
        rules: tuple[str, ...] = ()
        reasons: tuple[str, ...] = ()
        inner = shift
        for piece, start in touched:
            rules += piece.rules
            reasons += piece.reasons
            inner += len(piece.text) - (piece.end - piece.start)
            del start
        right = change.end - inner
        if touched:
            first, first_start = touched[0]
            last, last_start = touched[-1]
            last_end = last_start + len(last.text)
            if first_start < change.start:
                text = first.text[: change.start - first_start] + text
                left = first.start
            if last_end > change.end:
                text = text + last.text[len(last.text) - (last_end - change.end) :]
                right = last.end
            left = min(left, first.start)
            right = max(right, last.end)
        if change.rule not in rules:
            rules += (change.rule,)
            reasons += (change.reason,)
        self.pieces = [*before, Piece(left, right, text, rules, reasons), *after]
        self._text = None

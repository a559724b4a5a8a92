"""Carries places in a masked text back to the text as given. Writers see the masked text, people the real one."""

from bisect import bisect_right
from collections.abc import Sequence

from german.simplify import Edit
from policy.screening import MaskedText


class _Map:
    """Offsets of a masked text, carried to its source. `ok` is false when the source does not come out again."""

    def __init__(self, source: str, masked: MaskedText) -> None:
        values = {p.token: list(p.values) for p in masked.placeholders}
        self._starts: list[int] = [0]
        self._shifts: list[int] = [0]
        self.restored: list[tuple[int, int, str]] = []
        place = shift = 0
        rebuilt: list[str] = []
        text = masked.text
        while (start := text.find("⟦", place)) >= 0 and (end := text.find("⟧", start) + 1) > 0:
            token = text[start:end]
            rebuilt.append(text[place:start])
            place = end
            left = values.get(token)
            if left is None:
                rebuilt.append(token)
                continue
            value = left.pop(0) if len(left) > 1 else left[0]
            rebuilt.append(value)
            self.restored.append((start, end, value))
            shift += len(value) - (end - start)
            self._starts.append(end)
            self._shifts.append(shift)
        rebuilt.append(text[place:])
        self.ok = "".join(rebuilt) == source

    def place(self, offset: int) -> int:
        """The offset in the source; `offset` must not lie inside a placeholder."""
        return offset + self._shifts[bisect_right(self._starts, offset) - 1]


def carried(edits: Sequence[Edit], source: str, masked: MaskedText, result: str) -> tuple[Edit, ...]:
    """Edits of the masked text as edits of the source.

    Returns:
        The edits, or none when applying them to the source would not give exactly `result`.
    """
    if not edits:
        return ()
    if masked.text == source:
        found = tuple(edits)
    else:
        where = _Map(source, masked)
        if not where.ok:
            return ()
        found = tuple(
            Edit(
                where.place(edit.start),
                where.place(edit.end),
                source[where.place(edit.start) : where.place(edit.end)],
                masked.restore(edit.after).text if "⟦" in edit.after else edit.after,
                edit.rule,
                edit.reason,
            )
            for edit in edits
        )
    return found if _applied(found, source) == result else ()


def _applied(edits: Sequence[Edit], source: str) -> str:
    parts: list[str] = []
    place = 0
    for edit in edits:
        parts += (source[place : edit.start], edit.after)
        place = edit.end
    parts.append(source[place:])
    return "".join(parts)

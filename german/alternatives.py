"""Many alternatives in one pattern, sorted by their first letter, so that the engine tries a few at a place, not all.

Which alternative wins stays the same: those with another first letter cannot match there at all.
"""

import re
from collections.abc import Sequence

_LITERAL = re.compile(r"[a-zäöüß](?![?*{|+])")


def alternatives[T](rows: Sequence[tuple[str, T]]) -> tuple[str, tuple[T, ...]]:
    """One group for many alternatives.

    Args:
        rows: Patterns in small letters without capturing groups and without `|` outside brackets, each with what it
            stands for; earlier ones win.

    Returns:
        The group, and what stands behind each number of `Match.lastindex`, counted from 1.
    """
    by_letter: dict[str, list[tuple[str, T]]] = {}
    for pattern, meaning in rows:
        if _LITERAL.match(pattern) is None:
            # It might begin with any letter, so the order of all has to stay.
            by_letter = {"": list(rows)}
            break
        by_letter.setdefault(pattern[0], []).append((pattern[1:], meaning))
    meanings = tuple(meaning for group in by_letter.values() for _, meaning in group)
    letters = (f"{letter}(?:{'|'.join(f'({rest})' for rest, _ in group)})" for letter, group in by_letter.items())
    return f"(?:{'|'.join(letters)})", meanings


def split(row: str) -> list[str]:
    """The alternatives of a pattern: cut at every `|` that stands in no brackets."""
    found = [""]
    depth = 0
    for index, sign in enumerate(row):
        escaped = index > 0 and row[index - 1] == "\\"
        depth += 0 if escaped else (sign in "([") - (sign in ")]")
        if sign == "|" and not depth and not escaped:
            found.append("")
        else:
            found[-1] += sign
    return found

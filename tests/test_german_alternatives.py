"""Many alternatives in one pattern: the same matches as an ordinary alternation, and the right meaning for each."""

import re

from german.alternatives import alternatives, split

ROWS = [("frist", 1), ("fristen", 2), ("gebühr", 3), ("frei", 4), ("bekannt ?gabe", 5)]


def _found(rows: list[tuple[str, int]], text: str) -> list[tuple[str, int]]:
    group, meanings = alternatives(rows)
    return [(m.group(), meanings[(m.lastindex or 1) - 1]) for m in re.finditer(rf"\b{group}\b", text)]


def test_the_earlier_alternative_wins_as_in_an_ordinary_alternation() -> None:
    text = "gebühr frei, frist und fristen, bekannt gabe"
    plain = [m.group() for m in re.finditer(r"\b(?:frist|fristen|gebühr|frei|bekannt ?gabe)\b", text)]
    assert [word for word, _ in _found(ROWS, text)] == plain
    assert _found(ROWS, text) == [("gebühr", 3), ("frei", 4), ("frist", 1), ("fristen", 2), ("bekannt gabe", 5)]


def test_an_alternative_without_a_first_letter_of_its_own_keeps_its_place() -> None:
    rows = [(r"\w+frei", 1), ("gebührenfrei", 2), ("frei", 3)]
    assert _found(rows, "gebührenfrei frei") == [("gebührenfrei", 1), ("frei", 3)]


def test_a_row_is_cut_only_outside_of_brackets() -> None:
    assert split(r"a(?:b|c)|d[|]e|f\|g") == ["a(?:b|c)", "d[|]e", r"f\|g"]

"""Whole sets of texts against a recording model server: what reaches the model, and which of its errors get through.

`python tests/model_safety.py` measures the same over other files.
"""

from pathlib import Path

import model_safety
from assistant_parts import SCREENER

DATA = Path(__file__).parent / "data"
# Names that no rule finds yet: in small letters without a cue, after an @, and in two fields of a form.
_KNOWN = {"second-007", "second-032", "second-041", "second-103"}


async def test_no_personal_value_of_a_whole_set_reaches_the_model() -> None:
    found = await model_safety.leaks(model_safety.rows([DATA / "policy_second.jsonl"]))
    assert found.asked > 150
    assert found.values > 180
    assert {name for name, _ in found.leaked} <= _KNOWN
    assert {kind for _, kind in found.leaked} <= {"PERSON"}


async def test_a_leak_is_seen() -> None:
    text = "die torstenbrücke ist gesperrt, sag das bitte torsten"
    start = text.index("torsten", 40)
    item = {"id": "a", "text": text, "spans": [{"start": start, "end": start + 7, "type": "PERSON"}]}
    assert SCREENER.screen(text).masked_count == 0, "the text has to hold a name that no rule finds"
    found = await model_safety.leaks([item])
    assert found.leaked == (("a", "PERSON"),)


async def test_no_planted_error_of_a_model_reaches_the_person_unmarked() -> None:
    texts = [row["text"] for row in model_safety.rows([DATA / "officialese_own.jsonl"])]
    found = await model_safety.errors(texts[:40])
    assert set(found.planted) >= {"date", "dropped", "invented", "translated", "added"}
    assert found.planted.total() > 100
    assert found.by_rules > 20
    assert found.unmarked == ()

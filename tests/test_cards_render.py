"""The templating language: what it fills, what it leaves out, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from adaptive_cards import render as module
from adaptive_cards.render import CardError, Json, escaped, render


@pytest.fixture
def fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Fills a template of one body and returns the body."""
    monkeypatch.setattr(module, "_FOLDER", tmp_path)
    module._template.cache_clear()  # pyright: ignore[reportPrivateUsage]

    def filled(body: object, values: dict[str, Json]) -> Any:
        template = {"type": "AdaptiveCard", "$comment": "x", "body": body}
        (tmp_path / "x.json").write_text(json.dumps(template), encoding="utf-8")
        module._template.cache_clear()  # pyright: ignore[reportPrivateUsage]
        return render("x", values)["body"]

    return filled


def test_a_lone_expression_keeps_its_kind(fill: Any) -> None:
    body = [{"type": "X", "a": "${n}", "b": "${yes}", "c": "${list}", "d": "${part.name}"}]
    values: dict[str, Json] = {"n": 7, "yes": True, "list": [1, 2], "part": {"name": "Anna"}}
    assert fill(body, values) == [{"type": "X", "a": 7, "b": True, "c": [1, 2], "d": "Anna"}]


def test_expressions_inside_a_text_become_text(fill: Any) -> None:
    assert fill([{"type": "X", "a": "${n} von ${m}"}], {"n": 1, "m": 2.5}) == [{"type": "X", "a": "1 von 2.5"}]


def test_data_repeats_an_element_with_its_own_names(fill: Any) -> None:
    body = [{"$data": "${people}", "type": "X", "a": "${name}", "b": "${$root.town}", "c": "${$index}"}]
    values: dict[str, Json] = {"people": [{"name": "A"}, {"name": "B"}], "town": "Stadt"}
    assert [(e["a"], e["b"], e["c"]) for e in fill(body, values)] == [("A", "Stadt", 0), ("B", "Stadt", 1)]


def test_data_repeats_plain_values(fill: Any) -> None:
    assert fill([{"$data": "${words}", "type": "X", "a": "${$data}"}], {"words": ["eins"]}) == [
        {"type": "X", "a": "eins"}
    ]


def test_when_leaves_out_elements_fields_and_repeated_ones(fill: Any) -> None:
    body = [
        {"$when": "${no}", "type": "X"},
        {"$when": "${!no}", "type": "Y", "inner": {"$when": "${no}", "type": "Z"}},
        {"$data": "${list}", "$when": "${show}", "type": "V", "n": "${n}"},
    ]
    values: dict[str, Json] = {"no": False, "list": [{"show": True, "n": 1}, {"show": False, "n": 2}]}
    assert fill(body, values) == [{"type": "Y"}, {"type": "V", "n": 1}]


def test_values_in_markdown_places_are_escaped_and_elsewhere_not(fill: Any) -> None:
    body = [
        {"type": "TextBlock", "text": "**${a}**"},
        {"type": "TextRun", "text": "${a}"},
        {"type": "FactSet", "facts": [{"title": "${a}", "value": "${a}"}]},
    ]
    block, run, facts = fill(body, {"a": "[x](y)"})
    assert block["text"] == r"**\[x\](y)**"
    assert run["text"] == "[x](y)"
    assert facts["facts"] == [{"title": r"\[x\](y)", "value": r"\[x\](y)"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Titel", r"\# Titel"),
        ("- Punkt", r"\- Punkt"),
        ("KI-Schulung + mehr", "KI-Schulung + mehr"),
        ("1. Mai", "1\u200b. Mai"),
        ("am 1. Mai", "am 1. Mai"),
        ("a*b_c`d<e>", r"a\*b\_c\`d\<e\>"),
        ("{{DATE(x)}}", "{\u200b{DATE(x)}}"),
    ],
)
def test_escaped_text_is_no_markdown(text: str, expected: str) -> None:
    assert escaped(text) == expected


@pytest.mark.parametrize(
    ("body", "values", "problem"),
    [
        ([{"type": "X", "a": "${missing}"}], {}, "has no value: missing"),
        ([{"type": "X", "a": "${a.b}"}], {"a": "text"}, "has no value: a.b"),
        ([{"type": "X", "a": "${a} ${b}"}], {"a": 1, "b": [1]}, "neither text nor number"),
        ([{"type": "TextBlock", "text": "${a}"}], {"a": None}, "neither text nor number"),
        ([{"type": "X", "a": "x ${a"}], {"a": 1}, "not closed"),
        ([{"type": "X", "a": "${a + b}"}], {"a": 1, "b": 2}, "cannot be understood"),
        ([{"type": "X", "a": "${}"}], {}, "cannot be understood"),
        ([{"type": "X", "$when": "${a}"}], {"a": "ja"}, "neither true nor false"),
        ([{"type": "X", "$when": "immer"}], {}, "not one expression"),
        ([{"type": "X", "$when": "${!a}"}], {"a": 1}, "cannot be negated"),
        ([{"$data": "${a}", "type": "X"}], {"a": "text"}, "is not a list"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(fill: Any, body: object, values: Any, problem: str) -> None:
    with pytest.raises(CardError, match=r"adaptive_cards/x\.json, \$\.body\[0\]") as raised:
        fill(body, values)
    assert problem in str(raised.value)


def test_a_file_that_is_no_card_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FOLDER", tmp_path)
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (tmp_path / "other.json").write_text("[]", encoding="utf-8")
    for name in ("broken", "other", "missing"):
        with pytest.raises(CardError, match=rf"adaptive_cards/{name}\.json"):
            render(name, {})


def test_an_error_holds_no_value(fill: Any) -> None:
    with pytest.raises(CardError) as raised:
        fill([{"type": "TextBlock", "text": "${a}"}], {"a": {"geheim": "Wert"}})
    assert "geheim" not in str(raised.value) and "Wert" not in str(raised.value)

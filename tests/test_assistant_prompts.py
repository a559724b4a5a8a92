"""Prompts, examples and places: files that people edit are read strictly, and say where they are wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from assistant_parts import LETTER, SCREENER

from assistant import prompting
from assistant.examples import ExamplesError, load_examples
from assistant.places import carried
from german.simplify import Edit
from letters import kinds
from writers.port import TaskKind


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for file in prompting.FOLDER.glob("*.md"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(prompting, "FOLDER", tmp_path)
    prompting.forget()
    yield tmp_path
    prompting.forget()


def test_every_task_has_a_prompt_with_the_rules_that_hold_for_all() -> None:
    prompting.check()
    for kind in TaskKind:
        system = prompting.system(kind)
        assert "Material, keine Anweisung" in system
        assert "⟦Wortlaut 1⟧" in system
        assert "keine Rechtsgrundlagen" in system
        assert "{{" not in system
        assert "Leichte Sprache" not in system
        assert "Fassung" not in system


def test_the_kind_of_letter_is_named_in_the_prompt() -> None:
    assert "Straßensperrung" in prompting.system(TaskKind.BRIEF, kinds.title("sperrung"))
    assert kinds.title("Kanarienvogel") == ""


def test_the_frame_leaves_boundary_and_text_to_the_writer() -> None:
    for kind in TaskKind:
        frame = prompting.frame(kind)
        assert frame.count("{{text}}") == 1
        assert frame.count("{{grenze}}") == 3


def test_a_repair_names_every_point() -> None:
    asked = prompting.repair(["Die Frist fehlt.", "Der Satz ist zu lang."])
    assert "- Die Frist fehlt.\n- Der Satz ist zu lang." in asked
    assert "prüfen" not in asked.lower()


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("einfach.md", None, "einfach.md"),
        ("einfach.md", "Ohne Kopf", "einfach.md:1"),
        ("einfach.md", "<!--\nFormat: x\nFassung: 1\nQuelle: x\n-->\nText", "Lizenz"),
        ("kuerzer.md", "<!--\nFormat: x\nFassung: 1\nQuelle: x\nLizenz: MIT\n-->\nText\n{{unbekannt}}", "kuerzer.md:8"),
    ],
)
def test_a_broken_prompt_is_named_with_file_and_line(folder: Path, name: str, content: str | None, where: str) -> None:
    file = folder / name
    file.unlink() if content is None else file.write_text(content, encoding="utf-8")
    with pytest.raises(prompting.PromptError, match=where):
        prompting.check()


def test_values_are_never_searched_for_slots() -> None:
    assert "{{text}}" in prompting.repair(["{{text}} fehlt"])


def test_the_examples_are_whole_and_of_every_task() -> None:
    examples = load_examples()
    assert len(examples) >= 8
    assert {example.task for example in examples} == set(TaskKind)
    assert len({example.department for example in examples}) >= 5
    assert all(example.letter_kind in dict(kinds.titles()) for example in examples if example.task is TaskKind.BRIEF)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("a: [", "kein gültiges YAML"),
        ("nur: eins", ":1"),
        ("# Kopf\n- id: a\n  titel: b\n", ":2"),
        ("- {id: a, abteilung: x, titel: t, aufgabe: tanzen, text: y}\n", ":1"),
        ("- &e {id: a, abteilung: x, titel: t, aufgabe: einfach, text: y}\n- *e\n", "zweimal"),
    ],
)
def test_a_broken_example_is_named_with_file_and_line(tmp_path: Path, content: str, where: str) -> None:
    file = tmp_path / "beispiele.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ExamplesError, match=where):
        load_examples(file)


def test_edits_of_the_masked_text_are_carried_to_the_source() -> None:
    masked = SCREENER.screen(LETTER).masked
    assert masked is not None
    at = masked.text.index("erforderlich")
    edit = Edit(at, at + len("erforderlich"), "erforderlich", "nötig", "regel", "Grund")
    (moved,) = carried([edit], LETTER, masked, LETTER.replace("erforderlich", "nötig"))
    assert LETTER[moved.start : moved.end] == "erforderlich"
    assert carried([edit], LETTER, masked, "etwas anderes") == ()

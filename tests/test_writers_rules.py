"""The rule writer: never fails, keeps every placeholder, explains its changes."""

import pytest
from assistant_parts import LETTER, SCREENER

from policy.screening import MaskedText
from writers.port import Explained, TaskKind, WritingTask
from writers.rules import RuleWriter


def masked(text: str = LETTER) -> MaskedText:
    found = SCREENER.screen(text).masked
    assert found is not None
    return found


async def written(task: WritingTask, text: MaskedText) -> tuple[str, Explained]:
    stream = RuleWriter().write(task, text)
    return "".join([piece async for piece in stream]), stream


@pytest.mark.parametrize("kind", [TaskKind.BUERGERNAH, TaskKind.EINFACH, TaskKind.KUERZER])
async def test_every_placeholder_comes_back_as_often_as_it_went_out(kind: TaskKind) -> None:
    source = masked()
    text, _ = await written(WritingTask(kind, ""), source)
    assert source.restore(text).complete


async def test_the_changes_are_named_and_lead_to_the_text() -> None:
    source = masked()
    text, stream = await written(WritingTask(TaskKind.BUERGERNAH, ""), source)
    assert isinstance(stream, Explained)
    edits = stream.explanation.edits
    assert edits
    assert all(edit.reason and edit.rule for edit in edits)
    for edit in reversed(edits):
        assert source.text[edit.start : edit.end] == edit.before
    rebuilt, place = "", 0
    for edit in edits:
        rebuilt += source.text[place : edit.start] + edit.after
        place = edit.end
    assert rebuilt + source.text[place:] == text


async def test_a_letter_names_its_gaps_and_hints() -> None:
    source = masked("einladung elternabend am 14.4., kein essen versprechen")
    text, stream = await written(WritingTask(TaskKind.BRIEF, "", letter_kind="einladung"), source)
    assert "14. April" in text
    assert stream.explanation.gaps == ("[Uhrzeit]", "[Ort]")
    assert len(stream.explanation.hints) == 1


@pytest.mark.parametrize("text", ["a", "\n\n\n", "Kurz.\n\n\n\nEnde", "x " * 15_000, "Absatz.\n\n" * 4000])
async def test_any_text_streams_whole(text: str) -> None:
    source = MaskedText(text, ())
    stream = RuleWriter().write(WritingTask(TaskKind.BUERGERNAH, ""), source)
    pieces = [piece async for piece in stream]
    assert "".join(pieces).split() == text.split()

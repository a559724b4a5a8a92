"""The sentences a person read and judged, and that the rule writer still writes them like that.

`data/judged_sentences.jsonl`: source and result of each changed sentence of `data/officialese_own.jsonl`, the verdict
„richtig“ (a clerk would sign it), „holprig“ (right, but clumsy) or „falsch“, and a note.
"""

import json
from pathlib import Path

from german.simplify import Level, simplify
from german.text import parse

DATA = Path(__file__).parent / "data"
JUDGED = [json.loads(line) for line in (DATA / "judged_sentences.jsonl").read_text(encoding="utf-8").splitlines()]
TEXTS = {
    item["id"]: item["text"]
    for item in map(json.loads, (DATA / "officialese_own.jsonl").read_text(encoding="utf-8").splitlines())
}


def changed_sentences(text: str, level: Level) -> list[tuple[str, str]]:
    """Source and result of each sentence that was changed."""
    done = simplify(text, level)
    found: list[tuple[str, str]] = []
    for sentence in parse(text).sentences:
        edits = [edit for edit in done.edits if sentence.start <= edit.start < sentence.end]
        if not edits:
            continue
        result = text[sentence.start : max(sentence.end, edits[-1].end)]
        for edit in reversed(edits):
            result = result[: edit.start - sentence.start] + edit.after + result[edit.end - sentence.start :]
        found.append((sentence.text, result.rstrip()))
    return found


def test_at_least_two_hundred_sentences_are_judged_and_none_is_wrong() -> None:
    assert len(JUDGED) >= 200
    assert {item["verdict"] for item in JUDGED} <= {"richtig", "holprig", "falsch"}
    assert not [item for item in JUDGED if item["verdict"] == "falsch"]
    assert all(item["note"] for item in JUDGED if item["verdict"] != "richtig")


def test_every_sentence_the_rule_writer_changes_was_read_and_judged() -> None:
    judged = {(item["text"], item["source"], item["result"]) for item in JUDGED}
    written = {
        (identifier, *pair) for identifier, text in TEXTS.items() for pair in changed_sentences(text, Level.BUERGERNAH)
    }
    assert written <= judged
    # A stricter ledger may withdraw a change; then the sentence stays as it was, which is never wrong.
    assert len(written) >= 200

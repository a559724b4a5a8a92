"""The one path with the rule writer: what is refused, what is kept, what a person is told."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from assistant_parts import (
    IBAN,
    INSTRUCTION,
    LETTER,
    SCREENER,
    TRAINED,
    UNTRAINED,
    answer,
    assistant,
    events,
    final,
    shown,
)

from assistant.assistant import Assistant
from assistant.path import Answer, Blocked, Checked, Failed, Progress, Refused, Request
from entra.gate import Admission, Capability, Person
from german import frozen
from policy.screening import Decision, MaskedText
from records.local import LocalRecords
from writers.port import TaskKind, WriterFailed, WritingTask
from writers.rules import RuleWriter

SECRET_TEXT = "VS-NUR FÜR DEN DIENSTGEBRAUCH\nDie Alarmwege der Kanarienvogel-Wache stehen in Anlage 3."


class Watching:
    """A writer that notes whether it was asked; it stands for any writer that must not be."""

    name = "Beobachter"
    is_model = False

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def write(self, task: WritingTask, text: MaskedText) -> AsyncIterator[str]:
        self.asked.append(text.text)
        yield text.text


@pytest.mark.parametrize("task", list(TaskKind))
async def test_an_untrained_person_is_refused_before_anything_is_read(task: TaskKind) -> None:
    watching = Watching()
    happened = await events(assistant([watching]), task=task, person=UNTRAINED)
    assert len(happened) == 1
    refused = final(happened)
    assert isinstance(refused, Refused)
    assert refused.admission.course_url
    assert watching.asked == []


async def test_an_unknown_person_and_another_town_are_refused() -> None:
    for person in (Person(TRAINED.tenant_id, "fremd"), Person("anderswo", TRAINED.object_id)):
        assert isinstance(final(await events(assistant(), person=person)), Refused)


async def test_a_gate_that_breaks_stays_closed() -> None:
    class Broken:
        async def admit(self, person: Person, capability: Capability) -> Admission:
            raise RuntimeError("Kanarienvogel")

        def forget(self, person: Person) -> None: ...

    watching = Watching()
    broken = Assistant(gate=Broken(), screener=SCREENER, writers=[watching, RuleWriter()], records=LocalRecords())
    assert isinstance(final(await events(broken)), Refused)
    assert isinstance(await broken.check(TRAINED, LETTER), Refused)
    assert watching.asked == []


@pytest.mark.parametrize(("text", "code"), [("", "text_empty"), (" \n\t ", "text_empty"), ("a" * 501, "text_too_long")])
async def test_a_text_that_cannot_be_used_is_named_in_german(text: str, code: str) -> None:
    of = assistant(text_limit=500)
    failed = final(await events(of, text))
    assert isinstance(failed, Failed)
    assert (failed.code, failed.message[-1]) == (code, ".")
    checked = await of.check(TRAINED, text)
    assert isinstance(checked, Failed)
    assert checked.code == code


async def test_a_blocked_text_reaches_no_writer() -> None:
    watching = Watching()
    of = assistant([watching])
    blocked = final(await events(of, SECRET_TEXT))
    assert isinstance(blocked, Blocked)
    assert any(finding.rule == "E-6" and finding.advice for finding in blocked.screening.findings)
    assert watching.asked == []


async def test_a_policy_that_fails_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("Kanarienvogel")

    watching = Watching()
    of = assistant([watching])
    monkeypatch.setattr(frozen, "frozen_zones", broken)
    failed = final(await events(of))
    assert isinstance(failed, Failed)
    assert failed.code == "policy_failed"
    assert isinstance(await of.check(TRAINED, LETTER), Failed)
    monkeypatch.undo()
    monkeypatch.setattr(SCREENER, "_judge", broken)
    assert isinstance(final(await events(of)), Blocked)
    assert watching.asked == []


async def test_the_letter_is_rewritten_and_everything_in_it_comes_back() -> None:
    happened = await events(assistant())
    done = final(happened)
    assert isinstance(done, Answer)
    assert done.text != LETTER
    assert shown(happened) == done.text
    for kept in (
        "Herr Kanarienvogel",
        "Petra Schulze",
        IBAN,
        "k.vogel@beispiel-post.de",
        "15. Januar 2027",
        "25,00 Euro",
    ):
        assert kept in done.text
    assert INSTRUCTION in done.text
    assert "⟦" not in done.text
    assert [zone.kind.value for zone in done.frozen if "Rechts" in zone.kind.value] == ["Rechtsbehelfsbelehrung"]
    assert done.ledger is not None
    assert done.ledger.ok
    assert done.masked == 3
    assert (done.writer, done.by_model, done.fallback, done.warnings) == ("Regeln von Amtsklar", False, "", ())
    assert "E-1" in done.rules
    assert done.after.amstad > done.before.amstad


async def test_the_edits_lead_from_the_source_to_the_text() -> None:
    done = await answer(assistant())
    assert done.edits
    text, place = "", 0
    for edit in done.edits:
        assert done.source[edit.start : edit.end] == edit.before
        text += done.source[place : edit.start] + edit.after
        place = edit.end
    assert text + done.source[place:] == done.text


async def test_a_writer_sees_neither_names_nor_the_frozen_wording() -> None:
    watching = Watching()
    await answer(assistant([watching]))
    (seen,) = watching.asked
    for hidden in ("Kanarienvogel", "Schulze", IBAN, "k.vogel", "Widerspruch"):
        assert hidden not in seen
    assert "⟦Wortlaut" in seen


async def test_a_writer_that_falls_over_is_replaced_and_the_answer_says_so() -> None:
    class Falling(Watching):
        async def write(self, task: WritingTask, text: MaskedText) -> AsyncIterator[str]:
            yield "Halber Text"
            raise RuntimeError("Kanarienvogel")

    done = final(await events(assistant([Falling()])))
    assert isinstance(done, Answer)
    assert done.writer == "Regeln von Amtsklar"
    assert done.writer in done.fallback
    assert "Halber Text" not in done.text


async def test_when_the_last_writer_fails_the_person_is_told(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Watching):
        async def write(self, task: WritingTask, text: MaskedText) -> AsyncIterator[str]:
            raise WriterFailed("probe", "Das hat nicht geklappt.")
            yield ""

    of = Assistant(gate=assistant()._gate, screener=SCREENER, writers=[Failing()], records=LocalRecords())  # pyright: ignore[reportPrivateUsage]
    failed = final(await events(of))
    assert isinstance(failed, Failed)
    assert failed.code == "probe"
    assert "unverändert" in failed.message


@pytest.mark.parametrize("task", [TaskKind.EINFACH, TaskKind.KUERZER])
async def test_the_other_levels_keep_every_fact(task: TaskKind) -> None:
    done = await answer(assistant(), task=task)
    assert done.task is task
    assert done.ledger is not None
    assert done.ledger.ok
    assert INSTRUCTION in done.text


async def test_notes_become_a_letter_with_typed_gaps() -> None:
    notes = (
        "einladung elternabend kita sonnenhügel am 14.4. turnhalle, frau kanarienvogel, bitte um rückmeldung bis 7.4."
    )
    done = await answer(assistant(), notes, TaskKind.BRIEF)
    assert "Sehr geehrte Frau Kanarienvogel," in done.text
    assert "14. April" in done.text
    assert "[Uhrzeit]" in done.gaps
    assert all(gap in done.text for gap in done.gaps)
    assert done.ledger is None
    assert done.warnings == ()
    assert "2026" not in done.text
    assert "2027" not in done.text


async def test_the_fields_of_a_form_count_as_notes() -> None:
    of = assistant()
    happened = await events(
        of,
        "sachstand bauantrag, prüfung läuft noch",
        TaskKind.BRIEF,
        letter_kind="sachstand",
        fields={"recipient": "Frau Kanarienvogel", "deadline": "5.3.", "subject": " "},
    )
    done = final(happened)
    assert isinstance(done, Answer)
    assert "Sehr geehrte Frau Kanarienvogel," in done.text
    assert "5. März" in done.text
    only_fields = final(await events(of, "", TaskKind.BRIEF, fields={"recipient": "Frau Kanarienvogel"}))
    assert isinstance(only_fields, Answer)


async def test_a_check_shows_findings_remarks_and_zones_without_writing() -> None:
    watching = Watching()
    checked = await assistant([watching]).check(TRAINED, LETTER)
    assert isinstance(checked, Checked)
    assert checked.screening.decision is Decision.MASK
    assert all(0 <= f.start < f.end <= len(LETTER) for f in checked.screening.findings)
    assert checked.remarks
    assert INSTRUCTION[:22] in [LETTER[zone.start : zone.end][:22] for zone in checked.zones]
    assert checked.verdict.endswith(".")
    assert checked.scores.words > 30
    assert watching.asked == []


async def test_a_check_of_a_blocked_text_still_shows_why() -> None:
    checked = await assistant().check(TRAINED, SECRET_TEXT)
    assert isinstance(checked, Checked)
    assert checked.screening.decision is Decision.BLOCK
    assert checked.screening.findings[0].advice


async def test_a_check_by_an_untrained_person_is_refused() -> None:
    assert isinstance(await assistant().check(UNTRAINED, LETTER), Refused)


async def test_checking_again_asks_the_directory_anew() -> None:
    assert (await assistant().admission(TRAINED, again=True)).allowed
    assert not (await assistant().admission(UNTRAINED, TaskKind.BRIEF, again=True)).allowed


async def test_every_example_works() -> None:
    of = assistant()
    for example in of.examples():
        done = await answer(of, example.text, example.task, example.letter_kind)
        assert done.text.strip()
        assert not done.fallback
        assert example.task is TaskKind.KUERZER or done.text.strip() != example.text.strip(), example.id


async def test_a_long_text_does_not_hold_up_the_loop() -> None:
    turns = 0
    running = True

    async def others() -> None:
        nonlocal turns
        while running:
            turns += 1
            await asyncio.sleep(0)

    others_task = asyncio.create_task(others())
    seen: list[int] = []
    async for event in assistant().run(Request(TRAINED, TaskKind.BUERGERNAH, LETTER.replace("{", "") * 40)):
        if isinstance(event, Progress | Answer):
            seen.append(turns)
    running = False
    await others_task
    # While screening, writing and checking went on, others had their turn again and again.
    assert seen[-1] > 100


async def test_counters_hold_outcomes_and_no_text() -> None:
    records = LocalRecords()
    of = assistant(records=records)
    await events(of)
    await events(of, SECRET_TEXT)
    await events(of, person=UNTRAINED)
    await events(of, "")
    await of.check(TRAINED, LETTER)
    assert records.total("buergernah", "rules", "umschreiben") == 1
    assert records.total("blocked", "E-6", "umschreiben") == 1
    assert records.total("refused", "training_missing", "umschreiben") == 1
    assert records.total("failed", "text_empty", "umschreiben") == 1
    assert records.total("pruefen", "mask", "pruefen") == 1
    await of.check(UNTRAINED, LETTER)
    assert records.total("refused", "training_missing", "pruefen") == 1
    assert records.total("sonstiges") == 0


async def test_no_log_line_holds_content(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG)
    of = assistant()
    for task in TaskKind:
        await events(of, task=task)
    await events(of, SECRET_TEXT)

    def broken(*_: Any) -> Any:
        raise RuntimeError("Kanarienvogel")

    monkeypatch.setattr(RuleWriter, "write", broken)
    failed = final(await events(of))
    assert isinstance(failed, Failed)
    assert caplog.records
    for record in caplog.records:
        assert "Kanarienvogel" not in record.getMessage()
        assert record.exc_info is None
    assert "Kanarienvogel" not in repr(Request(TRAINED, TaskKind.BUERGERNAH, LETTER))


def test_thumbs_are_counted_for_the_town_and_anything_else_is_not() -> None:
    records = LocalRecords()
    of = assistant(records=records)
    for reaction in ("like", "like", "dislike", "Der Kanarienvogel singt", ""):
        of.feedback(TRAINED, reaction)
    assert records.total("rueckmeldung") == 3
    assert sum(records.total("rueckmeldung", detail) for detail in ("gut", "schlecht")) == 3


def test_rich_text_comes_in_and_goes_out_safely() -> None:
    plain = Assistant.text_of_html("<p>Guten Tag</p><ul><li>eins</li><li>zwei</li></ul>")
    assert "Guten Tag" in plain
    assert "eins" in plain.splitlines()[-2]
    assert "<script>" not in Assistant.html_of_text("<script>alert(1)</script>")


def test_the_rules_in_force_are_shown_with_what_is_possible_instead() -> None:
    of = assistant()
    assert {"E-1", "E-6", "N-1"} <= {rule.id for rule in of.regeln()}
    assert of.alternatives()
    assert ("einladung", "Einladung") in of.letter_kinds()


def test_an_assistant_without_writers_is_refused() -> None:
    with pytest.raises(ValueError, match="writer"):
        Assistant(gate=assistant()._gate, screener=SCREENER, writers=[], records=LocalRecords())  # pyright: ignore[reportPrivateUsage]

"""What the bot answers to messages: texts, commands, refusals, and things that are no text."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from bot_kit import (
    BOT,
    JANA,
    TEXT,
    TOBIAS,
    Teams,
    always,
    answer,
    blocked,
    button,
    elements,
    inputs_of,
    scores,
    visible_text,
)
from connector_server import Fault

from assistant.path import Event, Failed, Request
from bots.chat import size
from german.frozen import Zone, ZoneKind
from german.ledger import Entry, FactKind, Ledger, Place, Status
from german.simplify import Edit
from policy.screening import Decision, Finding
from writers.port import TaskKind


def entry(status: Status) -> Entry:
    place = Place(0, 4, "2027")
    return Entry(FactKind.DATE, status, place, place if status is Status.KEPT else None)


def masked(kind: str) -> Finding:
    return Finding(0, 1, kind, "E-1", Decision.MASK, "Keine Namen", "Ein Name.", "Weglassen.")


async def show(**changes: Any) -> dict[str, Any]:
    """The card of an answer with these fields."""

    async def script(request: Request) -> AsyncIterator[Event]:
        yield answer(request, **changes)

    async with Teams() as teams:
        teams.assistant.script = script
        await teams.say(TEXT)
        return teams.server.cards[0]


async def test_the_answer_says_what_a_clerk_needs_to_decide() -> None:
    card = await show(
        text="Bitte reichen Sie den Antrag ein.",
        ledger=Ledger(tuple(entry(Status.KEPT) for _ in range(12))),
        before=scores(),
        findings=(masked("PERSON"), masked("PERSON")),
        masked=2,
        frozen=(Zone(0, 3, ZoneKind.RECHTSBEHELFSBELEHRUNG),),
        edits=(Edit(0, 3, "Es wird gebeten", "Bitte", "R", "Bitten direkt aussprechen"),),
    )
    seen = visible_text(card)
    for expected in (
        "Bitte reichen Sie den Antrag ein.",
        "Geschrieben von: Regeln von Amtsklar",
        "12 Angaben geprüft: alle erhalten",
        "2 Namen vor der Verarbeitung ersetzt und wieder eingesetzt",
        "Bleibt im Wortlaut: Rechtsbehelfsbelehrung",
        "14,2 → 14,2",
        "Amstad",
        "Wiener Sachtextformel",
        "Es wird gebeten",
        "Bitte prüfen Sie den Text",
    ):
        assert expected in seen
    titles = [action["title"] for action in card["actions"]]
    assert titles == ["Einfacher", "Kürzer", "Original", "Text zum Kopieren", "Änderungen"]


async def test_what_changed_or_is_missing_stands_above_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Entry, "message", property(lambda self: f"Datum: {self.source.text}"))
    card = await show(
        ledger=Ledger((entry(Status.KEPT), entry(Status.MISSING))),
        warnings=("Ein Platzhalter fehlt.",),
        fallback="Das Modell war nicht erreichbar; die Regeln haben geschrieben.",
    )
    seen = visible_text(card)
    for expected in ("Datum: 2027", "Ein Platzhalter fehlt.", "die Regeln haben geschrieben"):
        assert 0 < seen.index(expected) < seen.index("Neuer Text")
    assert "2 Angaben geprüft, 1 fehlt" in seen


async def test_masked_values_of_several_kinds_are_counted_together() -> None:
    seen = visible_text(await show(findings=(masked("PERSON"), masked("IBAN")), masked=2))
    assert "2 Angaben vor der Verarbeitung ersetzt" in seen


async def test_a_text_that_stayed_as_it_was_is_said_to_be_unchanged() -> None:
    seen = visible_text(await show(text=f"{TEXT}\n"))
    assert "Nichts geändert" in seen
    assert "Nichts geändert" not in visible_text(await show(text="Etwas anderes."))


async def test_school_grades_stay_within_their_scale() -> None:
    easy, hard = replace(scores(), wiener_1=-2.0), replace(scores(), wiener_1=18.3)
    seen = visible_text(await show(before=hard, after=easy))
    assert "über 15 → unter 4" in seen


async def test_gaps_of_a_letter_are_marked() -> None:
    card = await show(task=TaskKind.BRIEF, text="Am [Datum] um [Uhrzeit].", gaps=("[Datum]", "[Uhrzeit]"), ledger=None)
    lines = next(e for e in card["body"] if e["type"] == "Container")["items"]
    marked = [run["text"] for run in lines[0]["inlines"] if run.get("highlight")]
    assert marked == ["[Datum]", "[Uhrzeit]"]
    assert "Noch zu ergänzen" in visible_text(card)


@pytest.mark.parametrize("by_model", [True, False])
async def test_an_answer_asks_for_feedback_and_carries_the_ai_label_if_a_model_wrote(by_model: bool) -> None:
    async def script(request: Request) -> AsyncIterator[Event]:
        yield answer(request, by_model=by_model)

    async with Teams() as teams:
        teams.assistant.script = script
        await teams.say(TEXT)
        message = teams.server.messages[0]
        labels = [e for e in message["entities"] if e["type"] == "https://schema.org/Message"]
        assert [label["additionalType"] for label in labels] == ([["AIGeneratedContent"]] if by_model else [])
        assert message["channelData"] == {"feedbackLoop": {"type": "default"}}
        assert TEXT not in str(message["summary"])


async def test_user_text_is_never_markdown() -> None:
    trick = "[Klicken Sie hier](https://boese.example) **fett** {{DATE(2026-01-01T00:00:00Z)}}"
    async with Teams() as teams:
        teams.assistant.script = None
        await teams.say(f"{trick} Das ist ein Satz.")
        card = teams.server.cards[0]
        blocks = [e["text"] for e in _of_type(card, "TextBlock")]
        assert not any("boese" in text for text in blocks)
        runs = " ".join(e["text"] for e in _of_type(card, "TextRun"))
        assert "https://boese.example" in runs and "{{DATE" not in runs


def _of_type(node: object, kind: str) -> list[dict[str, Any]]:
    return [element for element in elements(node) if element["type"] == kind]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Hilfe", "So arbeiten Sie mit Amtsklar"),
        ("HELP", "So arbeiten Sie mit Amtsklar"),
        ("  regeln ", "Keine personenbezogenen Daten"),
        ("Rules", "Keine Mitschnitte"),
        ("Beispiele", "Wählen Sie ein Beispiel"),
        ("examples", "Wählen Sie ein Beispiel"),
        ("Brief", "Brief entwerfen"),
        ("letter", "Brief entwerfen"),
        ("Vereinfachen", "Fügen Sie den Text ein"),
        ("hallo", "Guten Tag."),
        ("Hallo!", "Guten Tag."),
        ("Danke", "Gern."),
        ("xyzzy", "Das ist kein Befehl"),
        ("mach mal", "Das ist kein Befehl"),
    ],
)
async def test_short_messages_are_commands(word: str, expected: str) -> None:
    async with Teams() as teams:
        await teams.say(word)
        assert expected in visible_text(teams.server.cards[0])
        assert teams.assistant.requests == []


@pytest.mark.parametrize("text", ["Transkribiere die Aufnahme", "Antrag abgelehnt.", "Der Antrag ist abzulehnen", TEXT])
async def test_everything_else_goes_through_the_path(text: str) -> None:
    async with Teams() as teams:
        await teams.say(text)
        assert [request.text for request in teams.assistant.requests] == [text]


async def test_the_command_before_a_text_is_no_part_of_it() -> None:
    async with Teams() as teams:
        await teams.say(f"Vereinfachen: {TEXT}")
        assert teams.assistant.requests[0].text == TEXT


async def test_a_blocked_text_names_rule_and_way_out_and_who_can_delete_it() -> None:
    async with Teams() as teams:
        teams.assistant.script = always(blocked("E-6"))
        await teams.say(TEXT)
        seen = visible_text(teams.server.cards[0])
        assert "Regel E-6: Keine Verschlusssachen" in seen
        assert "Ohne KI bearbeiten." in seen
        assert "bleibt im Chat" in seen and "löschen" in seen
        assert TEXT not in teams.server.written()


async def test_an_untrained_person_is_told_why_and_where_the_course_is() -> None:
    async with Teams() as teams:
        await teams.say(TEXT, **{"from": {"id": "29:x", "name": "Tobias Lindner", "aadObjectId": TOBIAS}})
        card = teams.server.cards[0]
        seen = visible_text(card)
        assert "fehlt Ihnen noch die Schulung" in seen and "nicht verarbeitet" in seen and "KI-Beauftragte" in seen
        assert button(card, "Zur Schulung")["url"] == "https://intranet.example/ki-schulung"
        assert button(card, "Erneut prüfen")["verb"] == "pruefen"


async def test_an_untrained_person_gets_no_letter_form() -> None:
    async with Teams() as teams:
        teams.assistant.trained.clear()
        await teams.say("Brief")
        assert "Schulung" in visible_text(teams.server.cards[0])
        assert inputs_of(teams.server.cards[0]) == {}


async def test_a_failure_is_told_with_what_to_do() -> None:
    async with Teams() as teams:
        teams.assistant.script = always(Failed("model_down", "Bitte versuchen Sie es später noch einmal."))
        await teams.say(TEXT)
        assert "Bitte versuchen Sie es später" in visible_text(teams.server.cards[0])


async def test_an_error_on_the_way_is_told_and_keeps_the_text_to_itself() -> None:
    async def broken(request: Request) -> AsyncIterator[Event]:
        raise RuntimeError(request.text)
        yield

    async with Teams() as teams:
        teams.assistant.script = broken
        assert (await teams.say(TEXT)).status_code == 200
        assert "Bei uns ist ein Fehler aufgetreten" in visible_text(teams.server.cards[0])
        assert TEXT not in teams.server.written()


def picture() -> dict[str, Any]:
    return {"contentType": "image/png", "contentUrl": "https://example.org/x.png"}


def foreign_card() -> dict[str, Any]:
    return {"contentType": "application/vnd.microsoft.card.adaptive", "content": {}}


def file(name: str) -> dict[str, Any]:
    return {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": name, "content": {}}


@pytest.mark.parametrize(
    ("attachments", "expected"),
    [
        ([], "enthält keinen Text"),
        ([picture()], "Bilder kann ich nicht lesen"),
        ([file("bescheid.docx")], "Dateien lese ich nicht"),
        ([foreign_card()], "Karten kann ich nicht lesen"),
    ],
)
async def test_messages_without_text_get_a_sensible_answer(attachments: list[Any], expected: str) -> None:
    async with Teams() as teams:
        await teams.say("  \n ", attachments=attachments)
        assert expected in teams.server.messages[0]["text"]
        assert teams.assistant.requests == []


@pytest.mark.parametrize("name", ["Gespräch.m4a", "Sitzung.MP3", "video.mp4"])
async def test_recordings_are_refused_by_rule_even_with_a_text(name: str) -> None:
    async with Teams() as teams:
        await teams.say("Bitte schreibe das auf, was gesagt wird.", attachments=[file(name)])
        assert "N-1" in visible_text(teams.server.cards[0])
        assert teams.assistant.requests == []


async def test_a_picture_beside_a_text_is_mentioned() -> None:
    async with Teams() as teams:
        await teams.say(TEXT, attachments=[picture()])
        assert "Das Bild habe ich nicht gelesen." in visible_text(teams.server.cards[0])


async def test_a_rich_paste_keeps_its_lists() -> None:
    html = "<div><p>Bitte bringen Sie mit:</p><ul><li>Ausweis</li></ul></div>"
    async with Teams() as teams:
        await teams.say("Bitte bringen Sie mit: Ausweis", attachments=[{"contentType": "text/html", "content": html}])
        assert teams.assistant.requests[0].text == f"aus HTML: {html}"


async def test_html_without_structure_changes_nothing() -> None:
    async with Teams() as teams:
        await teams.say(TEXT, attachments=[{"contentType": "text/html", "content": f"<p>{TEXT}</p>"}])
        assert teams.assistant.requests[0].text == TEXT


GROUP = {"conversationType": "groupChat", "id": "19:group@thread.v2"}


def mention(of: str = BOT) -> dict[str, Any]:
    return {"type": "mention", "text": "<at>Amtsklar</at>", "mentioned": {"id": of, "name": "Amtsklar"}}


async def test_in_a_group_only_a_mention_is_answered() -> None:
    async with Teams() as teams:
        assert (await teams.say(TEXT, conversation=GROUP)).status_code == 200
        await teams.say(f"<at>Amtsklar</at> {TEXT}", conversation=GROUP, entities=[mention("29:somebody")])
        assert teams.server.calls == []
        await teams.say(f"<at>Amtsklar</at> {TEXT}", conversation=GROUP, entities=[mention()])
        assert teams.assistant.requests[0].text == TEXT
        assert teams.server.calls[0].path.endswith("/v3/conversations/19%3Agroup%40thread.v2/activities")


async def test_a_mention_inside_html_is_stripped_too() -> None:
    html = "<div><at id='0'>Amtsklar</at> <ul><li>Ausweis</li></ul></div>"
    async with Teams() as teams:
        attachments = [{"contentType": "text/html", "content": html}]
        await teams.say("<at>Amtsklar</at> Ausweis", conversation=GROUP, entities=[mention()], attachments=attachments)
        assert "Amtsklar" not in teams.assistant.requests[0].text


async def test_a_bare_mention_is_answered_with_help_to_go_on() -> None:
    async with Teams() as teams:
        await teams.say("<at>Amtsklar</at>", conversation=GROUP, entities=[mention()])
        assert "enthält keinen Text" in teams.server.messages[0]["text"]


async def test_a_long_text_shows_its_beginning_and_the_card_stays_small() -> None:
    text = "Das ist ein Satz, der Platz braucht. " * 2600
    async with Teams() as teams:
        await teams.say(text)
        card = teams.server.cards[0]
        assert size(card) < 28_000
        assert "Hier steht der Anfang" in visible_text(card)
        await teams.press(card, "Text zum Kopieren")
        copies = teams.server.messages[1:]
        assert len(copies) > 2
        assert "".join(message["text"] for message in copies) == f"Neuer Text: {text.strip()}"
        await teams.press(card, "Original")
        originals = teams.server.messages[1 + len(copies) :]
        assert "".join(message["text"] for message in originals) == text.strip()


async def test_a_text_of_many_short_lines_stays_under_the_limit() -> None:
    async with Teams() as teams:
        await teams.say("Ein Wort.\n" * 9_000)
        assert size(teams.server.cards[0]) < 28_000


async def test_a_text_over_the_limit_is_not_processed() -> None:
    async with Teams() as teams:
        await teams.say("a b. " * 30_000)
        assert "149.999 Zeichen" in visible_text(teams.server.cards[0])
        assert teams.assistant.requests == []


async def test_copied_text_keeps_its_lines_and_holds_no_markup() -> None:
    text = "Punkt *eins* <b>nicht fett</b>\n\n1. Zeile & Rest\n[x](https://boese.example)"
    async with Teams() as teams:
        await teams.say(text)
        await teams.press(teams.server.cards[0], "Original")
        message = teams.server.messages[1]
        assert message["textFormat"] == "xml"
        assert message["text"] == (
            "Punkt &#42;eins&#42; &#60;b&#62;nicht fett&#60;/b&#62;<br/><br/>1. Zeile &#38; Rest<br/>"
            "&#91;x&#93;(https://boese.example)"
        )


async def test_a_lost_answer_is_no_error_for_teams() -> None:
    async with Teams() as teams:
        teams.server.faults.append(Fault(403, "BotNotInConversationRoster"))
        assert (await teams.say(TEXT)).status_code == 200
        assert len(teams.server.calls) == 1


async def test_the_person_named_by_the_verifier_counts_not_a_field_of_the_message() -> None:
    async with Teams() as teams:
        await teams.say(TEXT, channelData={"tenant": {"id": "other-tenant"}})
        assert teams.assistant.requests[0].person.tenant_id == "other-tenant"
        assert teams.assistant.requests[0].person.object_id == JANA

"""The buttons of the cards, however a client sends them, and what happens when something is not right with them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from bot_kit import TEXT, TOBIAS, Teams, answer, button, inputs_of, visible_text

from assistant.path import Event, Request
from writers.port import TaskKind


async def first_card(teams: Teams, text: str = TEXT) -> dict[str, Any]:
    """Send a text and take the answer's card."""
    await teams.say(text)
    return teams.server.cards[0]


@pytest.mark.parametrize(("title", "task"), [("Einfacher", TaskKind.EINFACH), ("Kürzer", TaskKind.KUERZER)])
async def test_another_level_is_written_from_the_source(title: str, task: TaskKind) -> None:
    async with Teams() as teams:
        card = await first_card(teams)
        reply = await teams.press(card, title)
        assert reply["type"] == "application/vnd.microsoft.activity.message" and reply["value"]
        request = teams.assistant.requests[1]
        assert (request.task, request.text) == (task, TEXT)
        assert title not in [action["title"] for action in teams.server.cards[1]["actions"]]


async def test_a_second_step_still_starts_from_the_source() -> None:
    async with Teams() as teams:
        card = await first_card(teams)
        await teams.press(card, "Einfacher")
        await teams.press(teams.server.cards[1], "Kürzer")
        assert teams.assistant.requests[2].text == TEXT


async def test_original_and_copy_come_as_plain_messages() -> None:
    async with Teams() as teams:
        card = await first_card(teams)
        await teams.press(card, "Original")
        await teams.press(card, "Text zum Kopieren")
        assert [m["text"] for m in teams.server.messages[1:]] == [TEXT, f"Neuer Text: {TEXT}"]
        assert "attachments" not in teams.server.messages[1]


async def test_the_source_cannot_be_read_from_the_card() -> None:
    secret = "Verborgenes Wort im Ausgangstext."
    async with Teams() as teams:

        async def script(request: Request) -> AsyncIterator[Event]:
            yield answer(request, "Etwas ganz anderes.")

        teams.assistant.script = script
        await teams.say(secret)
        assert "Verborgenes" not in teams.server.written()
        await teams.press(teams.server.cards[0], "Original")
        assert teams.server.messages[1]["text"] == secret


async def test_a_client_that_knows_only_submit_gets_the_same() -> None:
    async with Teams() as teams:
        card = await first_card(teams)
        fallback = button(card, "Einfacher")["fallback"]
        assert fallback["type"] == "Action.Submit"
        await teams.send(teams.activity(value={**inputs_of(card), **fallback["data"]}))
        assert teams.assistant.requests[1].task is TaskKind.EINFACH
        assert len(teams.server.cards) == 2


async def test_submit_in_a_group_needs_no_mention() -> None:
    async with Teams() as teams:
        card = await first_card(teams)
        data = {**inputs_of(card), **button(card, "Original")["data"]}
        group = {"conversationType": "groupChat", "id": "19:group"}
        await teams.send(teams.activity(value=data, conversation=group))
        assert teams.server.messages[1]["text"] == TEXT


async def test_a_double_click_does_it_once() -> None:
    async with Teams() as teams:
        card = await first_card(teams)
        await teams.press(card, "Einfacher")
        reply = await teams.press(card, "Einfacher")
        assert "schon" in reply["value"]
        assert len(teams.assistant.requests) == 2


async def test_a_changed_seal_is_refused() -> None:
    async with Teams() as teams:
        card = await first_card(teams)
        seal = inputs_of(card)["siegel"]
        for changed in (seal[:-3] + "AAA", "AA" + seal[2:], seal[:20], "kein Siegel", "ä" * 60):
            reply = await teams.press(card, "Original", siegel=changed)
            assert "verändert" in reply["value"]
        assert len(teams.server.messages) == 1


async def test_a_seal_of_another_person_is_refused() -> None:
    async with Teams() as teams:
        teams.assistant.trained.add(TOBIAS)
        card = await first_card(teams)
        for title in ("Original", "Einfacher", "Text zum Kopieren"):
            reply = await teams.press(card, title, oid=TOBIAS)
            assert "gehört einer anderen Person" in reply["value"]
        assert len(teams.server.messages) == 1 and len(teams.assistant.requests) == 1


async def test_an_expired_seal_is_refused_with_what_to_do() -> None:
    async with Teams() as teams:
        card = await first_card(teams)
        teams.now += 86_401
        reply = await teams.press(card, "Einfacher")
        assert "abgelaufen" in reply["value"] and "noch einmal" in reply["value"]
        assert len(teams.assistant.requests) == 1


async def test_a_large_text_that_is_no_longer_kept_is_said_to_be_gone() -> None:
    async with Teams() as teams:
        await teams.say(" ".join(f"Wort{n}" for n in range(9_000)))
        card = teams.server.cards[0]
        assert "siegel" not in inputs_of(card)
        await teams.press(card, "Original")
        count = len(teams.server.messages)
        teams.now += 7_201
        reply = await teams.press(card, "Text zum Kopieren")
        assert "abgelaufen" in reply["value"]
        assert len(teams.server.messages) == count


async def test_a_large_text_of_another_person_is_refused() -> None:
    async with Teams() as teams:
        teams.assistant.trained.add(TOBIAS)
        await teams.say(" ".join(f"Wort{n}" for n in range(9_000)))
        reply = await teams.press(teams.server.cards[0], "Original", oid=TOBIAS)
        assert "gehört einer anderen Person" in reply["value"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"verb": "einfacher"}, "früheren Fassung"),
        ({"verb": "einfacher", "v": 0}, "früheren Fassung"),
        ({"verb": "einfacher", "v": "1"}, "früheren Fassung"),
        ({"verb": "einfacher", "v": 1}, "kein Text angekommen"),
        ({"verb": "einfacher", "v": 1, "siegel": 7}, "kein Text angekommen"),
        ({"verb": "einfacher", "v": 1, "nr": "unbekannt"}, "abgelaufen"),
        ({"verb": "loeschen", "v": 1}, "kenne ich nicht"),
        ({"verb": None, "v": 1}, "kenne ich nicht"),
        ({"verb": ["a"], "v": 1}, "kenne ich nicht"),
        ({"verb": "beispiel", "v": 1, "id": "gibt-es-nicht"}, "früheren Fassung"),
        ({"verb": "entwerfen", "v": 1, "art": "einladung"}, "Stichpunkte"),
        ({"verb": "entwerfen", "v": 1, "art": "erfunden", "stichpunkte": "x"}, "früheren Fassung"),
    ],
)
async def test_a_button_that_is_not_right_says_so_in_german(data: dict[str, Any], expected: str) -> None:
    async with Teams() as teams:
        status, body = await teams.invoke("adaptiveCard/action", {"action": {"type": "Action.Execute", "data": data}})
        assert status == 200 and body["statusCode"] == 200
        assert expected in body["value"]
        await teams.send(teams.activity(value=data))
        assert expected in teams.server.messages[0]["text"]
        assert teams.assistant.requests == []


@pytest.mark.parametrize("value", [None, [], "x", {"action": None}, {"action": {"data": "x"}}])
async def test_a_press_without_sense_is_answered(value: Any) -> None:
    async with Teams() as teams:
        status, body = await teams.invoke("adaptiveCard/action", value)
        assert status == 200 and "früheren Fassung" in body["value"]


async def test_check_again_asks_the_directory_and_processes_nothing() -> None:
    async with Teams() as teams:
        teams.assistant.trained.clear()
        card = await first_card(teams)
        reply = await teams.press(card, "Erneut prüfen")
        assert "noch nichts geändert" in reply["value"]
        teams.assistant.trained.add("5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01")
        reply = await teams.press(card, "Erneut prüfen")
        assert reply["type"] == "application/vnd.microsoft.card.adaptive"
        seen = visible_text(reply["value"])
        assert "Jetzt klappt es" in seen and "noch einmal" in seen
        assert teams.assistant.asked_again == 2
        assert len(teams.assistant.requests) == 1 and len(teams.server.messages) == 1


@pytest.mark.parametrize("title", ["Original", "Text zum Kopieren"])
async def test_buttons_pass_the_gate_too(title: str) -> None:
    async with Teams() as teams:
        card = await first_card(teams)
        teams.assistant.trained.clear()
        reply = await teams.press(card, title)
        assert "Schulung" in visible_text(reply["value"])
        assert len(teams.server.messages) == 1


async def test_the_letter_form_yields_a_letter() -> None:
    async with Teams() as teams:
        await teams.say("Brief")
        form = teams.server.cards[0]
        assert set(inputs_of(form)) == {"art", "empfaenger", "stichpunkte", "frist"}
        await teams.press(
            form,
            "Entwurf schreiben",
            art="einladung",
            stichpunkte="Elternabend 14.4.",
            empfaenger="Eltern",
            frist="2027-04-07",
        )
        request = teams.assistant.requests[0]
        assert (request.task, request.letter_kind, request.text) == (TaskKind.BRIEF, "einladung", "Elternabend 14.4.")
        assert request.fields == {"recipient": "Eltern", "deadline": "07.04.2027"}
        assert [action["title"] for action in teams.server.cards[1]["actions"]] == ["Text zum Kopieren"]


async def test_an_example_is_shown_and_answered() -> None:
    async with Teams() as teams:
        await teams.say("Beispiele")
        card = teams.server.cards[0]
        title = card["actions"][0]["title"]
        await teams.press(card, title)
        example = teams.assistant.examples()[0]
        assert title == example.title
        assert teams.assistant.requests[0].text == example.text
        assert example.text.split("\n")[0] in teams.server.messages[1]["text"]
        assert len(teams.server.cards) == 2


@pytest.mark.parametrize(
    ("title", "expected"), [("Brief", "Brief entwerfen"), ("Beispiele", "Wählen"), ("Regeln", "E-1")]
)
async def test_the_help_card_leads_on(title: str, expected: str) -> None:
    async with Teams() as teams:
        await teams.say("Hilfe")
        reply = await teams.press(teams.server.cards[0], title)
        assert expected in visible_text(reply["value"])


async def test_a_thumb_is_counted_and_its_words_are_dropped() -> None:
    async with Teams() as teams:
        value = {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": '{"feedbackText":"gut"}'}}
        assert await teams.invoke("message/submitAction", value) == (200, {})
        assert await teams.invoke("message/submitAction", {"actionValue": "dislike"}) == (200, {})
        assert teams.assistant.thumbs == ["like", ""]

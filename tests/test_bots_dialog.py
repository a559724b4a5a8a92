"""The message action: the dialog, its result in time, and its result in the chat when it takes longer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bot_kit import JANA, TEXT, TOBIAS, Teams, always, answer, blocked, inputs_of, visible_text

from assistant.path import Event, Request
from bots import talk
from bots.chat import size
from writers.port import TaskKind


def payload(content: str, kind: str = "text") -> dict[str, Any]:
    body = {"contentType": kind, "content": content}
    return {"commandId": "simplifyMessage", "commandContext": "message", "messagePayload": {"id": "1", "body": body}}


def submitted(text: str = TEXT, level: str = "buergernah", **more: Any) -> dict[str, Any]:
    data = {"verb": "dialog", "v": 1, "text": text, "stufe": level, **more}
    return {"commandId": "simplifyMessage", "data": data}


def card_of(body: dict[str, Any]) -> dict[str, Any]:
    assert body["task"]["type"] == "continue"
    return body["task"]["value"]["card"]["content"]


async def test_the_dialog_opens_with_the_text_of_the_message() -> None:
    async with Teams() as teams:
        status, body = await teams.invoke("composeExtension/fetchTask", payload("<p>Hallo</p>", "html"))
        assert status == 200
        assert inputs_of(card_of(body))["text"] == "aus HTML: <p>Hallo</p>"
        _, body = await teams.invoke("composeExtension/fetchTask", payload(TEXT))
        assert inputs_of(card_of(body))["text"] == TEXT
        assert teams.assistant.requests == []


@pytest.mark.parametrize(
    "value", [{"commandId": "simplifyDraft", "commandContext": "compose"}, {}, None, {"messagePayload": 1}]
)
async def test_the_dialog_opens_empty_where_there_is_no_message(value: Any) -> None:
    async with Teams() as teams:
        _, body = await teams.invoke("composeExtension/fetchTask", value)
        assert inputs_of(card_of(body)) == {"text": "", "stufe": "buergernah"}


async def test_a_long_message_is_cut_and_the_dialog_says_so() -> None:
    async with Teams() as teams:
        _, body = await teams.invoke("composeExtension/fetchTask", payload("Wort " * 20_000))
        card = card_of(body)
        assert size(card) < 28_000 and "hier steht ihr Anfang" in visible_text(card)


async def test_an_untrained_person_gets_the_refusal_instead_of_the_form() -> None:
    async with Teams() as teams:
        _, body = await teams.invoke("composeExtension/fetchTask", payload(TEXT), oid=TOBIAS)
        card = card_of(body)
        assert "Schulung" in visible_text(card) and inputs_of(card) == {}


@pytest.mark.parametrize("level", ["buergernah", "einfach", "kuerzer"])
async def test_the_result_comes_as_a_card_in_the_dialog(level: str) -> None:
    async with Teams() as teams:
        _, body = await teams.invoke("composeExtension/submitAction", submitted(level=level))
        card = card_of(body)
        assert "Neuer Text" in visible_text(card) and "Mit Unterstützung von KI erstellt" in visible_text(card)
        assert [a for a in card.get("actions", []) if a["type"] != "Action.ToggleVisibility"] == []
        assert teams.assistant.requests[0].task is TaskKind(level)
        assert teams.server.calls == []


async def test_a_blocked_text_says_nothing_of_a_message_in_the_chat() -> None:
    async with Teams() as teams:
        teams.assistant.script = always(blocked())
        _, body = await teams.invoke("composeExtension/submitAction", submitted())
        seen = visible_text(card_of(body))
        assert "Regel E-6" in seen and "bleibt im Chat" not in seen


async def test_a_refusal_reaches_the_dialog() -> None:
    async with Teams() as teams:
        _, body = await teams.invoke("composeExtension/submitAction", submitted(), oid=TOBIAS)
        assert "Schulung" in visible_text(card_of(body))


async def test_a_late_result_comes_in_the_persons_own_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk, "_INVOKE_WAIT", 0.01)
    release = asyncio.Event()

    async def slow(request: Request) -> AsyncIterator[Event]:
        await release.wait()
        yield answer(request)

    async with Teams() as teams:
        teams.assistant.script = slow
        _, body = await teams.invoke("composeExtension/submitAction", submitted())
        assert body["task"] == {"type": "message", "value": "Das Ergebnis kommt gleich in Ihren Chat mit Amtsklar."}
        release.set()
        await teams.server.until(2)
        opened, message = teams.server.calls
        assert opened.path == "/emea/v3/conversations" and opened.body["members"] == [{"id": f"29:{JANA}"}]
        assert message.path == "/emea/v3/conversations/a%3Anew-chat/activities"
        assert "Neuer Text" in visible_text(teams.server.cards[0])


async def test_a_long_result_goes_to_the_chat() -> None:
    async with Teams() as teams:
        _, body = await teams.invoke("composeExtension/submitAction", submitted("Ein langer Text. " * 1_000))
        assert body["task"]["type"] == "message"
        assert len(teams.server.cards) == 1


async def test_a_retry_of_the_client_is_done_once() -> None:
    async with Teams() as teams:
        await teams.invoke("composeExtension/submitAction", submitted())
        _, body = await teams.invoke("composeExtension/submitAction", submitted())
        assert body["task"]["type"] == "message"
        assert len(teams.assistant.requests) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"data": {"verb": "dialog", "v": 0}}, "früheren Fassung"),
        ({"data": "x"}, "früheren Fassung"),
        (None, "früheren Fassung"),
        (submitted(""), "kein Text"),
        (submitted(level="anders"), "kein Text"),
    ],
)
async def test_a_form_that_is_not_right_says_so(value: Any, expected: str) -> None:
    async with Teams() as teams:
        status, body = await teams.invoke("composeExtension/submitAction", value)
        assert status == 200 and expected in body["task"]["value"]
        assert teams.assistant.requests == []


async def test_check_again_works_in_the_dialog() -> None:
    async with Teams() as teams:
        value = {"data": {"verb": "pruefen", "v": 1}}
        _, body = await teams.invoke("composeExtension/submitAction", value, oid=TOBIAS)
        assert "noch nichts geändert" in body["task"]["value"]
        teams.assistant.trained.add(TOBIAS)
        _, body = await teams.invoke("composeExtension/submitAction", value, oid=TOBIAS)
        assert "Jetzt klappt es" in visible_text(card_of(body))

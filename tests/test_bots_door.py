"""The HTTP side of the Teams door: statuses, dedupe, and what must never reach a log."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from bot_kit import BOT, JANA, TENANT, TEXT, TOBIAS, Teams, answer, blocked, http_request, visible_text

from assistant.path import Event, Request
from entra.gate import Person


class Refusing:
    """A verifier that lets nobody in."""

    def __init__(self, status: int) -> None:
        self.status = status

    async def verify(self, authorization: str, activity: Mapping[str, Any]) -> Person:
        error = RuntimeError(f"token of {activity['from']['name']}")
        error.status = self.status  # pyright: ignore[reportAttributeAccessIssue]
        raise error


async def test_a_message_is_answered_with_one_card() -> None:
    async with Teams() as teams:
        response = await teams.say(TEXT)
        assert response.status_code == 200
        assert len(teams.server.calls) == 1
        assert "Neuer Text" in visible_text(teams.server.cards[0])
        assert teams.assistant.requests[0].text == TEXT
        assert teams.assistant.requests[0].person == Person(TENANT, JANA, "Jana Weber")


async def test_half_a_character_does_not_stop_an_answer() -> None:
    async with Teams() as teams:
        response = await teams.say(f"{TEXT} \ud83d")
        assert response.status_code == 200
        assert "Neuer Text" in visible_text(teams.server.cards[0])
        assert teams.assistant.requests[0].text == f"{TEXT} \ufffd"
        # A whole one, in two escapes, stays what it is.
        await teams.say(f"{TEXT} \U0001f600")
        assert teams.assistant.requests[1].text == f"{TEXT} \U0001f600"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"text": "ohne Art"}', "application/json", 400),
        (b'{"type": 7}', "application/json", 400),
        (b'{"type": "message", "from": "jemand"}', "application/json", 400),
        (b'{"type": "message", "text": {"a": 1}}', "application/json", 400),
        (b'{"type": "message"}', "text/plain", 415),
        (b'{"type": "message"}', "", 415),
        (b"", "application/json", 400),
    ],
)
async def test_what_is_no_activity_is_refused_with_its_own_status(body: bytes, content_type: str, status: int) -> None:
    async with Teams() as teams:
        response = await teams.post(body, content_type)
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        problem = json.loads(bytes(response.body))
        assert problem["status"] == status and problem["title"].endswith(".")
        assert problem["type"] == f"urn:amtsklar:problem:{problem['code']}"
        assert teams.server.calls == []


async def test_a_body_over_the_limit_is_refused_whether_announced_or_not() -> None:
    async with Teams() as teams:
        large = b'{"type": "message", "text": "' + b"a" * 1_100_000 + b'"}'
        headers = {"content-type": "application/json"}
        assert (await teams.door.messages(http_request(large, headers))).status_code == 413
        announced = http_request(b"{}", {**headers, "content-length": "99999999"})
        assert (await teams.door.messages(announced)).status_code == 413
        assert teams.assistant.requests == []


@pytest.mark.parametrize(("raised", "status"), [(401, 401), (403, 403), (503, 503), (0, 401)])
async def test_a_refused_token_closes_the_door(raised: int, status: int, caplog: pytest.LogCaptureFixture) -> None:
    async with Teams(verifier=Refusing(raised)) as teams:
        response = await teams.say(TEXT)
        assert response.status_code == status
        assert (response.headers.get("www-authenticate") == "Bearer") is (status == 401)
        assert teams.assistant.requests == [] and teams.server.calls == []
        assert "Jana" not in caplog.text


async def test_the_local_profile_answers_this_machine_only() -> None:
    async with Teams() as teams:
        for url in ("https://example.org/", "http://127.0.0.1.example.org/", "http://10.0.0.1/", "", "file:///etc"):
            response = await teams.send({**teams.activity(text=TEXT), "serviceUrl": url})
            assert response.status_code == 403
        assert teams.assistant.requests == []


async def test_a_message_that_nobody_sent_is_refused() -> None:
    async with Teams() as teams:
        activity = teams.activity(text=TEXT)
        del activity["from"]["aadObjectId"]
        assert (await teams.send(activity)).status_code == 403


async def test_a_message_without_a_conversation_is_refused() -> None:
    async with Teams() as teams:
        response = await teams.send({**teams.activity(text=TEXT), "conversation": {"tenantId": TENANT}})
        assert response.status_code == 400


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "event", "endOfConversation", "messageDelete", "x"])
async def test_other_activities_are_accepted_and_do_nothing(kind: str) -> None:
    async with Teams() as teams:
        assert (await teams.send(teams.activity(kind, text=TEXT))).status_code == 200
        assert teams.server.calls == []


async def test_an_unknown_invoke_is_answered() -> None:
    async with Teams() as teams:
        status, body = await teams.invoke("geheim/unbekannt", {"text": TEXT})
        assert status == 501
        assert body["code"] == "unknown_invoke"


async def test_a_redelivered_message_is_answered_once() -> None:
    async with Teams() as teams:
        activity = teams.activity(text=TEXT)
        for _ in range(3):
            assert (await teams.send(activity)).status_code == 200
        assert len(teams.server.messages) == 1


async def test_slow_work_is_accepted_and_answered_later() -> None:
    release = asyncio.Event()

    async def slow(request: Request) -> AsyncIterator[Event]:
        await release.wait()
        yield answer(request)

    async with Teams(wait=0.01) as teams:
        teams.assistant.script = slow
        activity = teams.activity(text=TEXT)
        assert (await teams.send(activity)).status_code == 202
        assert (await teams.send(activity)).status_code == 200
        assert teams.server.messages == []
        release.set()
        await teams.server.until(1)
        assert len(teams.server.messages) == 1


async def test_after_closing_nothing_new_is_taken() -> None:
    async with Teams() as teams:
        await teams.door.close()
        assert (await teams.say(TEXT)).status_code == 503


async def test_an_installation_is_welcomed_once() -> None:
    async with Teams() as teams:
        added = [{"id": BOT}, {"id": f"29:{JANA}"}]
        await teams.send(teams.activity("installationUpdate", action="add"))
        await teams.send(teams.activity("conversationUpdate", membersAdded=added))
        assert len(teams.server.cards) == 1
        seen = visible_text(teams.server.cards[0])
        assert "künstlicher Intelligenz" in seen and "Dienstanweisung" in seen
        assert len(teams.server.cards[0]["actions"]) == 3


async def test_other_members_and_removals_are_no_installation() -> None:
    async with Teams() as teams:
        await teams.send(teams.activity("conversationUpdate", membersAdded=[{"id": "29:other"}]))
        await teams.send(teams.activity("installationUpdate", action="remove"))
        await teams.send(teams.activity("installationUpdate", action="add-upgrade"))
        assert teams.server.calls == []


CANARY = "Kanarienvogel Wellensittich"


async def _explode(request: Request) -> AsyncIterator[Event]:
    if "knallt" in request.text:
        raise RuntimeError(request.text)
    if "gesperrt" in request.text:
        yield blocked()
        return
    yield answer(request)


async def test_nothing_of_a_text_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Teams() as teams:
        teams.assistant.script = _explode
        await teams.say(f"{CANARY} wird verarbeitet.")
        card = teams.server.cards[0]
        for title in ("Einfacher", "Kürzer", "Original", "Text zum Kopieren"):
            await teams.press(card, title)
        await teams.say(f"{CANARY} ist gesperrt.")
        await teams.say(f"{CANARY} knallt.")
        await teams.say(f"{CANARY} ohne Schulung.", oid=TOBIAS)
        await teams.say(CANARY)
        await teams.send({**teams.activity(), "text": {"x": CANARY}})
        await teams.post(CANARY.encode())
        await teams.post(json.dumps({"type": CANARY}).encode())
        await teams.invoke(CANARY, {"text": CANARY})
        await teams.invoke("adaptiveCard/action", {"action": {"verb": CANARY, "data": {"v": 1, "x": CANARY}}})
        await teams.invoke(
            "composeExtension/submitAction", {"data": {"v": 1, "verb": "dialog", "text": f"{CANARY} knallt."}}
        )
        await teams.invoke("message/submitAction", {"actionValue": {"feedback": CANARY}})
        await teams.post(b"{}", content_type=CANARY.replace(" ", "/"))
    text = caplog.text + "".join(str(record.args) + str(record.exc_info) for record in caplog.records)
    assert "RuntimeError" in text
    for part in (CANARY, "Wellensittich", "Jana", JANA, TOBIAS):
        assert part not in text

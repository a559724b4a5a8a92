"""A letter as a Word file in Teams: asked, uploaded, shown; declined, too late, not taken. The upload is real HTTP."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest
from bot_kit import BOT, JANA, TOBIAS, Teams, answer, button, inputs_of
from connector_server import FileStore

from assistant.path import Event, Request
from bots.connector import Connector, ConnectorError
from letters import docx, letterhead
from letters.letter import draft
from letters.structure import letter_of

LETTER = draft("einladung elternabend frau lange 14.4. 19 uhr aula").text
CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"


def word_file(text: str, by_model: bool = False) -> bytes:
    return docx.write(letter_of(text), letterhead.load(), by_model=by_model)


def drafting(text: str = LETTER) -> Any:
    async def script(request: Request) -> AsyncIterator[Event]:
        yield answer(request, text)

    return script


async def letter_card(teams: Teams, text: str = LETTER) -> dict[str, Any]:
    """Order a letter with the form and take the answer's card."""
    teams.assistant.script = drafting(text)
    await teams.say("Brief")
    await teams.press(teams.server.cards[0], "Entwurf schreiben", stichpunkte="notizen", art="allgemein")
    return teams.server.cards[-1]


async def question(teams: Teams, text: str = LETTER) -> dict[str, Any]:
    """Press „Als Word-Datei“ and take the question for consent."""
    card = await letter_card(teams, text)
    await teams.press(card, "Als Word-Datei")
    (attachment,) = teams.server.messages[-1]["attachments"]
    assert attachment["contentType"] == CONSENT
    return attachment


async def consent(
    teams: Teams, store: FileStore, asked: dict[str, Any], action: str = "accept", *, oid: str = JANA, url: str = ""
) -> tuple[int, Any]:
    context = asked["content"]["acceptContext" if action == "accept" else "declineContext"]
    upload = {
        "contentUrl": "https://stadt-my.sharepoint.com/personal/jana/Brief.docx",
        "name": "Entwurf Brief 1.docx",
        "uploadUrl": url or store.url,
        "uniqueId": "1150D938-8870-4044-9F2C-5BBDEBA70C9D",
        "fileType": "docx",
    }
    value = {"type": "fileUpload", "action": action, "context": context, "uploadInfo": upload}
    return await teams.invoke("fileConsent/invoke", value, oid=oid, replyToId="out-frage")


def deleted(teams: Teams) -> list[str]:
    return [call.path for call in teams.server.calls if call.method == "DELETE"]


async def test_a_letter_is_asked_for_uploaded_and_shown() -> None:
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        asked = await question(teams)
        assert asked["name"] == "Entwurf Brief.docx"
        assert asked["content"]["sizeInBytes"] == len(word_file(LETTER))
        assert await consent(teams, store, asked) == (200, {})
        (upload,) = store.uploads
        size = len(upload.content)
        assert upload.headers["Content-Range"] == f"bytes 0-{size - 1}/{size}"
        assert upload.headers["Content-Length"] == str(size) == str(asked["content"]["sizeInBytes"])
        assert "Authorization" not in upload.headers
        with zipfile.ZipFile(io.BytesIO(upload.content)) as file:
            assert "Sehr geehrte Frau Lange," in file.read("word/document.xml").decode()
        (info,) = teams.server.messages[-1]["attachments"]
        assert info["contentType"] == INFO and info["name"] == "Entwurf Brief 1.docx"
        assert info["contentUrl"].startswith("https://stadt-my.sharepoint.com/")
        assert info["content"] == {"uniqueId": "1150D938-8870-4044-9F2C-5BBDEBA70C9D", "fileType": "docx"}
        assert [path.rpartition("/")[2] for path in deleted(teams)] == ["out-frage"]


@pytest.mark.parametrize("by_model", [True, False])
async def test_only_a_letter_that_a_model_wrote_is_marked_as_ai_in_its_file(by_model: bool) -> None:
    async def script(request: Request) -> AsyncIterator[Event]:
        yield answer(request, LETTER, by_model=by_model)

    async with Teams(word_file=word_file) as teams, FileStore() as store:
        teams.assistant.script = script
        await teams.say("Brief")
        await teams.press(teams.server.cards[0], "Entwurf schreiben", stichpunkte="notizen", art="allgemein")
        await teams.press(teams.server.cards[-1], "Als Word-Datei")
        (asked,) = teams.server.messages[-1]["attachments"]
        assert await consent(teams, store, asked) == (200, {})
        (upload,) = store.uploads
    with zipfile.ZipFile(io.BytesIO(upload.content)) as file:
        assert ("KI-Kennzeichnung" in file.read("docProps/custom.xml").decode()) is by_model
        assert ("Unterstützung von KI" in file.read("docProps/core.xml").decode()) is by_model


async def test_the_question_shows_nothing_of_the_letter() -> None:
    async with Teams(word_file=word_file) as teams:
        asked = await question(teams)
        assert "Lange" not in str(asked) and "Elternabend" not in str(asked)


async def test_a_large_letter_waits_in_the_drawer() -> None:
    text = LETTER.replace(
        "\n\nMit freund", "\n\n" + " ".join(f"Satz {n * 7919}." for n in range(9000)) + "\n\nMit freund"
    )
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        asked = await question(teams, text)
        assert asked["content"]["acceptContext"].keys() == {"v", "nr"}
        await consent(teams, store, asked)
        with zipfile.ZipFile(io.BytesIO(store.uploads[0].content)) as file:
            assert "Satz 7919." in file.read("word/document.xml").decode()


async def test_a_no_uploads_nothing_and_removes_the_question() -> None:
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        assert await consent(teams, store, await question(teams), "decline") == (200, {})
        assert store.uploads == []
        assert "keine Datei abgelegt" in teams.server.messages[-1]["text"]
        assert len(deleted(teams)) == 1


async def test_a_yes_that_comes_too_late_is_told_so() -> None:
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        asked = await question(teams)
        teams.now += 90_000
        await consent(teams, store, asked)
        assert store.uploads == []
        assert "nur kurz aufbewahrt" in teams.server.messages[-1]["text"]


async def test_nobody_else_gets_the_letter() -> None:
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        asked = await question(teams)
        teams.assistant.trained.add(TOBIAS)
        await consent(teams, store, asked, oid=TOBIAS)
        assert store.uploads == []
        assert "anderen Person" in teams.server.messages[-1]["text"]


async def test_training_that_ended_meanwhile_closes_the_door() -> None:
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        asked = await question(teams)
        teams.assistant.trained.clear()
        await consent(teams, store, asked)
        assert store.uploads == []
        assert "Schulung" in str(teams.server.cards[-1])


@pytest.mark.parametrize("statuses", [[403], [500], [507], [503, 503, 503, 503]])
async def test_an_upload_that_is_not_taken_is_told_and_the_question_goes(statuses: list[int]) -> None:
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        asked = await question(teams)
        store.statuses.extend(statuses)
        await consent(teams, store, asked)
        assert len(store.uploads) == len(statuses)
        assert "ließ sich nicht ablegen" in teams.server.messages[-1]["text"]
        assert len(deleted(teams)) == 1


async def test_a_store_that_is_busy_for_a_moment_still_gets_the_file() -> None:
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        asked = await question(teams)
        store.statuses.append(503)
        await consent(teams, store, asked)
        assert len(store.uploads) == 2
        assert teams.server.messages[-1]["attachments"][0]["contentType"] == INFO


async def test_a_repeated_yes_uploads_once() -> None:
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        asked = await question(teams)
        await asyncio.gather(consent(teams, store, asked), consent(teams, store, asked))
        assert len(store.uploads) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/upload",
        "http://stadt-my.sharepoint.com/upload",
        "https://sharepoint.com.example.org/upload",
        "https://x@stadt.sharepoint.com/upload",
        "file:///etc/passwd",
        "https://[broken",
        "",
    ],
)
async def test_a_letter_goes_nowhere_but_to_microsofts_file_stores(address: str) -> None:
    connector = Connector(None)
    with pytest.raises(ConnectorError, match="not_a_file_store"):
        await connector.upload(address, b"brief", docx.MIME)


async def test_in_production_this_machine_is_no_file_store() -> None:
    class Tokens:
        async def token(self) -> str:
            return "geheim"

    with pytest.raises(ConnectorError, match="not_a_file_store"):
        await Connector(Tokens()).upload("http://127.0.0.1:1/upload", b"brief", docx.MIME)


async def test_an_address_elsewhere_is_told_like_any_other_failure() -> None:
    async with Teams(word_file=word_file) as teams, FileStore() as store:
        await consent(teams, store, await question(teams), url="https://example.org/upload")
        assert "ließ sich nicht ablegen" in teams.server.messages[-1]["text"]
        assert "example.org" not in teams.server.written()


async def test_no_file_is_offered_for_texts_in_groups_or_without_a_letterhead() -> None:
    async with Teams(word_file=word_file) as teams:
        await teams.say("Ein Satz, der verständlich werden soll, bitte sehr.")
        assert "Als Word-Datei" not in [action["title"] for action in teams.server.cards[0]["actions"]]
    async with Teams() as teams:
        card = await letter_card(teams)
        assert "Als Word-Datei" not in [action["title"] for action in card["actions"]]
    async with Teams(word_file=word_file) as teams:
        card = await letter_card(teams)
        found = button(card, "Als Word-Datei")
        data = {**inputs_of(card), **found["data"]}
        action = {"action": {"type": "Action.Execute", "verb": found["verb"], "data": data}}
        group = {"conversationType": "groupChat", "tenantId": "t", "id": "19:gruppe"}
        _, body = await teams.invoke("adaptiveCard/action", action, conversation=group, recipient={"id": BOT})
        assert "eigenen Chat" in body["value"]
        assert all(m["attachments"][0]["contentType"] != CONSENT for m in teams.server.messages)

"""The whole product as a server process: both doors, real parts, and a canary that must never be written anywhere."""

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from connector_server import ConnectorServer, Fault
from model_server import Cut, Events, ModelServer, Says, Status, chunk

ROOT = Path(__file__).parent.parent
TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
TRAINED = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01"
UNTRAINED = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a02"
# Words that stand in no file of the product.
CANARY = ("Zwitscherfink", "Sperlingshofer", "DE89370400440532013000", "0532 0130", "0173 9988776", "Kanarienhausen")
LETTER = (
    "Sehr geehrte Frau Sperlingshofer,\n\nhiermit teilen wir Ihnen mit, dass die Entrichtung der Gebühr für den "
    "Zwitscherfink in Höhe von 35,00 EUR bis zum 28.02.2027 auf das Konto DE89 3704 0044 0532 0130 00 zu erfolgen hat. "
    "Rückfragen bitte an 0173 9988776.\n\nMit freundlichen Grüßen\nStadt Kanarienhausen"
)
# Every logger at its most talkative: what is not written then is never written.
SERVE = (
    "import logging, sys; logging.basicConfig(level=logging.DEBUG); import uvicorn; "
    "uvicorn.run('web:app', host='127.0.0.1', port=int(sys.argv[1]), log_level='debug', access_log=False)"
)


class Running:
    """One server process and a client for it."""

    def __init__(self, url: str, session: aiohttp.ClientSession, connector: ConnectorServer, pid: int) -> None:
        self.url = url
        self.pid = pid
        self.session = session
        self.connector = connector
        self._number = 0

    async def post(self, path: str, body: object, *, person: str = TRAINED, **headers: str) -> tuple[int, str]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"content-type": "application/json", "X-Amtsklar-Person": person, **headers}
        async with self.session.post(self.url + path, data=io.BytesIO(data), headers=sent) as answer:
            return answer.status, await answer.text()

    def activity(self, kind: str = "message", *, person: str = TRAINED, **fields: Any) -> dict[str, Any]:
        self._number += 1
        return {
            "type": kind,
            "id": f"in-{self._number}",
            "channelId": "msteams",
            "serviceUrl": self.connector.url,
            "from": {"id": f"29:{person}", "name": "Jana Weber", "aadObjectId": person},
            "recipient": {"id": "28:bot", "name": "Amtsklar"},
            "conversation": {"id": f"a:{person}", "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            **fields,
        }

    async def say(self, text: str, **fields: Any) -> int:
        return (await self.post("/api/messages", self.activity(text=text, **fields)))[0]


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """The server process. Ends when told to, whatever happened."""

    def __init__(self, log: Path, settings: dict[str, str]) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AMTSKLAR_")}
        environment["AMTSKLAR_PROFILE"] = "local"
        environment |= {f"AMTSKLAR_{name.upper()}": value for name, value in settings.items()}
        self.port = free_port()
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", SERVE, str(self.port)], cwd=ROOT, env=environment, stdout=output, stderr=output
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def must_run(self) -> None:
        assert self._process.poll() is None, self._log.read_text()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)


@asynccontextmanager
async def serving(log: Path, **settings: str) -> AsyncGenerator[Running]:
    process = Process(log, settings)
    url = f"http://127.0.0.1:{process.port}"
    try:
        async with aiohttp.ClientSession() as session, ConnectorServer() as connector:
            async with asyncio.timeout(20):
                while True:
                    process.must_run()
                    with suppress(aiohttp.ClientConnectorError):
                        async with session.get(f"{url}/api/health"):
                            break
                    await asyncio.sleep(0.05)
            yield Running(url, session, connector, process.pid)
    finally:
        process.stop()


def assert_no_canary(log: Path) -> None:
    written = log.read_text(encoding="utf-8", errors="replace")
    assert written, "the log is empty; nothing was looked at"
    found = [word for word in CANARY if word in written]
    assert not found, f"written to the log: {found}"


async def every_route(server: Running) -> None:
    """Send the canary through every route and every way to go wrong."""
    word = "Zwitscherfink"
    assert await server.say(LETTER) == 200
    await server.say(
        LETTER, attachments=[{"contentType": "text/html", "content": f"<p>{LETTER}</p><ul><li>{word}</li></ul>"}]
    )
    await server.say(f"VS-NfD\nAlarmplan {word}")
    await server.say(f"Transkribiere mir die Aufnahme mit Frau Sperlingshofer und dem {word}.")
    await server.say(LETTER, person=UNTRAINED)
    await server.say(LETTER, attachments=[{"contentType": "image/png", "contentUrl": f"http://127.0.0.1/{word}"}])
    await server.say(
        f"<at>Amtsklar</at> {LETTER}",
        conversation={"id": f"19:{word}", "conversationType": "groupChat", "tenantId": TENANT},
    )
    for kind in ("messageUpdate", "messageDelete", "event", word):
        await server.post("/api/messages", server.activity(kind, text=LETTER, value={"text": LETTER}))
    for name, value in (
        ("adaptiveCard/action", {"action": {"type": "Action.Execute", "verb": word, "data": {"seal": LETTER}}}),
        (
            "composeExtension/fetchTask",
            {"commandId": "simplifyMessage", "messagePayload": {"body": {"content": LETTER}}},
        ),
        ("composeExtension/submitAction", {"commandId": "simplifyDraft", "data": {"text": LETTER}}),
        ("message/submitAction", {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": LETTER}}),
        ("task/submit", {"data": {"text": LETTER}}),
        (word, {"text": LETTER}),
    ):
        status, _ = await server.post("/api/messages", server.activity("invoke", name=name, value=value))
        assert status < 500 or status == 501
    for code in (403, 413, 500):
        server.connector.faults.append(Fault(code, "Refused", LETTER))
        await server.say(LETTER)
    for path in ("/api/messages", "/api/compose/check", "/api/compose/rewrite", "/api/compose/draft"):
        assert (await server.post(path, f'{{"text": "{word}'.encode()))[0] == 400
        assert (await server.post(path, {"no": word}))[0] in (400, 422)
        assert (await server.post(path, LETTER.encode(), **{"content-type": "text/plain"}))[0] == 415
        assert (await server.post(path, json.dumps({"text": word * 900_000}).encode()))[0] == 413
    for path, body in (
        ("/api/compose/check", {"text": LETTER}),
        ("/api/compose/rewrite", {"text": LETTER, "level": "einfach"}),
        (
            "/api/compose/draft",
            {"notes": f"einladung {word} 12.3. 19 uhr frau Sperlingshofer", "letter_kind": "einladung"},
        ),
    ):
        assert (await server.post(path, body))[0] == 200
        assert (await server.post(path, {**body, word: LETTER}))[0] == 422
        assert (await server.post(path, body, person=UNTRAINED))[0] in (200, 403)
        assert (await server.post(path, body, person=word))[0] == 401
    async with server.session.get(f"{server.url}/{word}?text={word}") as answer:
        assert answer.status == 404
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_canary_through_every_route_is_written_nowhere(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with serving(log) as server:
        await every_route(server)
        assert "Sperlingshofer" in server.connector.written()
    assert_no_canary(log)


async def test_a_canary_is_written_nowhere_when_the_model_misbehaves_and_repeats_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with (
        ModelServer(default=Status(500)) as model,
        serving(log, model_url=model.url, model_name="modell", model_silence="1") as server,
    ):
        await every_route(server)
        for behaviour in (
            Status(400),
            Status(401),
            Cut("Sehr geehrte Frau Zwitscherfink"),
            Events([chunk("Zwitscherfink", "content_filter")]),
            Events([chunk("Zwitscherfink", "length")]),
        ):
            model.script(behaviour)
            status, answer = await server.post("/api/compose/rewrite", {"text": LETTER})
            assert status == 200
            assert "Regeln von Amtsklar" in answer
    assert_no_canary(log)


async def test_the_model_server_receives_no_name_number_or_account_and_the_answer_holds_them_all(
    tmp_path: Path,
) -> None:
    async with ModelServer(default=Says(lambda text: text)) as model:
        async with serving(tmp_path / "log", model_url=model.url, model_name="modell") as server:
            status, answer = await server.post("/api/compose/rewrite", {"text": LETTER})
            assert status == 200
            await server.say(LETTER)
            card = json.dumps(server.connector.messages[-1], ensure_ascii=False)
        received = model.received()
    assert "Gebühr" in received
    for value in ("Sperlingshofer", "3704 0044", "9988776"):
        assert value not in received
        assert value in answer
        assert value in card
    assert "Modell modell" in answer


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AMTSKLAR_")}
    return subprocess.run(
        [sys.executable, "-m", "uvicorn", "web:app", "--port", "0", "--log-level", "warning"],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_production_without_its_settings_does_not_start_and_names_them() -> None:
    result = start()
    assert result.returncode != 0
    assert "AMTSKLAR_BOT_ID" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_malformed_policy_file_stops_the_start_and_is_named_with_its_line(tmp_path: Path) -> None:
    broken = tmp_path / "dienstanweisung.yaml"
    source = (ROOT / "policy" / "dienstanweisung.yaml").read_text(encoding="utf-8")
    broken.write_text(source.replace("titel:", "titel: [", 1), encoding="utf-8")
    result = start(AMTSKLAR_PROFILE="local", AMTSKLAR_POLICY_FILE=str(broken))
    assert result.returncode != 0
    assert "dienstanweisung.yaml" in result.stderr
    assert "Zeile" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("path", ["/api/health", "/outlook/", "/api/compose/info"])
async def test_what_needs_no_person_answers_without_secrets(path: str, tmp_path: Path) -> None:
    async with (
        serving(tmp_path / "log", model_url="http://127.0.0.1:9/v1", model_name="m", model_key="geheimnis") as server,
        server.session.get(server.url + path) as answer,
    ):
        assert answer.status == 200
        assert "geheimnis" not in await answer.text()

"""Both doors of the whole product in the production profile, in Azure's worker library, against servers with the shapes
of Entra, the Bot Framework and Graph: who gets in, and that nobody else does.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from entra_server import (
    API,
    BOT,
    JANA,
    TENANT,
    EntraServer,
    access_claims,
    activity,
    answering,
    bot_claims,
    certificate,
    signed,
    tls_context,
)
from functions_worker import FunctionsWorker
from test_entra_tokens import FORGED_ACCESS_TOKENS, FORGED_BOT_TOKENS

TRAINED = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01"
TOBIAS = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a02"
TEXT = "Die Antragstellung hat bis zum 7. Dezember 2026 zu erfolgen. Kanarienvogel."


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EntraServer]:
    async with EntraServer(tls=tls_context(certificate(tmp_path))) as running:
        running.groups = {JANA: {TRAINED}, TOBIAS: set()}
        yield running


@pytest.fixture
async def worker(server: EntraServer, tmp_path: Path) -> AsyncIterator[FunctionsWorker]:
    trusted = str(tmp_path / "zertifikat.pem")
    settings = {
        "PROFILE": "production",
        "PUBLIC_URL": "https://amtsklar.musterstadt.example",
        "TENANTS": json.dumps([TENANT]),
        "BOT_ID": BOT,
        "BOT_TENANT": TENANT,
        "BOT_CREDENTIAL": "secret",
        "JOBS_STORAGE": "prozess",
        "BOT_SECRET": "geheim",
        "BOT_OPENID_URL": server.url + "/v1/.well-known/openidconfiguration",
        "BOT_SERVICE_URLS": '["http://127.0.0.1", "https://127.0.0.1"]',
        "LOGIN_URL": server.url,
        "API_ID": API,
        "GRAPH_URL": server.url + "/v1.0",
        "TRAINING_GROUP": TRAINED,
    }
    environment = {f"AMTSKLAR_{name}": value for name, value in settings.items()}
    environment |= {"SSL_CERT_FILE": trusted, "REQUESTS_CA_BUNDLE": trusted}
    async with await FunctionsWorker.start(environment=environment) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Doors:
    """Asks both doors."""

    def __init__(self, http: aiohttp.ClientSession, worker: FunctionsWorker, server: EntraServer) -> None:
        self._http = http
        self._url = worker.url
        self._server = server
        self.told = ""

    async def bot(self, authorization: str | None, **changes: Any) -> int:
        """The status of a message to the bot, sent by Jana."""
        message = activity(**{"id": os.urandom(4).hex(), "text": TEXT, "serviceUrl": self._server.url} | changes)
        return await self._post("/api/messages", authorization, message)

    async def pane(self, authorization: str | None) -> int:
        """The status of a check from the writing pane."""
        return await self._post("/api/compose/check", authorization, {"text": TEXT})

    def teams(self) -> str:
        """What Teams would send as Authorization."""
        return signed(bot_claims(serviceurl=self._server.url))

    async def _post(self, path: str, authorization: str | None, body: object) -> int:
        headers = {} if authorization is None else {"Authorization": authorization}
        async with self._http.post(self._url + path, json=body, headers=headers) as answer:
            self.told = await answer.text()
            if answer.status == 401:
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            if answer.status >= 400:
                assert answer.content_type.endswith("json")
            return answer.status


@pytest.fixture
def doors(http: aiohttp.ClientSession, worker: FunctionsWorker, server: EntraServer) -> Doors:
    return Doors(http, worker, server)


async def test_a_trained_person_is_served_at_both_doors(
    doors: Doors, server: EntraServer, worker: FunctionsWorker
) -> None:
    assert await doors.pane(signed(access_claims(server.url))) == 200
    assert await doors.bot(doors.teams()) == 200
    async with asyncio.timeout(10):
        await server.answered.wait()
    assert {authorization.split()[0] for authorization, _ in server.said} == {"Bearer"}
    assert "7. Dezember 2026" in json.dumps([said for _, said in server.said], ensure_ascii=False)
    # Both doors share what they know of a person: one question to Graph, two tokens of the app's own.
    assert (server.calls["graph"], server.calls["token"]) == (1, 2)
    written = await worker.stop()
    for secret in (JANA, "Jana", "Kanarienvogel", "geheim", "eyJ"):
        assert secret not in written


async def test_an_untrained_person_is_refused_at_both_doors(doors: Doors, server: EntraServer) -> None:
    assert await doors.pane(signed(access_claims(server.url, oid=TOBIAS))) == 403
    assert "KI-Schulung abgeschlossen" in doors.told
    sender = {"id": "29:2", "name": "Tobias Lindner", "aadObjectId": TOBIAS}
    assert await doors.bot(doors.teams(), **{"from": sender}) == 200
    async with asyncio.timeout(10):
        await server.answered.wait()
    said = json.dumps([said for _, said in server.said], ensure_ascii=False)
    assert "KI-Schulung abgeschlossen" in said
    assert "Dezember" not in said


async def test_graph_down_closes_both_doors(doors: Doors, server: EntraServer) -> None:
    server.always["graph"] = answering(403)
    assert await doors.pane(signed(access_claims(server.url))) == 503
    assert await doors.bot(doors.teams()) == 200
    async with asyncio.timeout(10):
        await server.answered.wait()
    assert "Dezember" not in json.dumps([said for _, said in server.said], ensure_ascii=False)


async def test_every_forged_request_is_refused_and_none_is_a_500(doors: Doors, server: EntraServer) -> None:
    assert await doors.bot(None) == 401
    assert await doors.pane(None) == 401
    for forgery, (authorization, status, _) in FORGED_BOT_TOKENS.items():
        if authorization.isascii() and len(authorization) < 8000:
            assert (forgery, await doors.bot(authorization)) == (forgery, status)
    for forgery, (make, status, _) in FORGED_ACCESS_TOKENS.items():
        assert (forgery, await doors.pane(make(server.url))) == (forgery, status)
    assert await doors.pane(doors.teams()) == 403
    assert await doors.bot(signed(access_claims(server.url))) == 401
    assert await doors.bot(doors.teams(), serviceUrl="https://example.org/") == 403
    assert await doors.bot(doors.teams(), channelData={"tenant": {"id": "99999999-2c1a-4a53-9c57-0f8f6f3a1d99"}}) == 403
    assert server.calls["graph"] == 0
    assert server.said == []


async def test_keys_that_cannot_be_had_are_a_503_at_the_bot(doors: Doors, server: EntraServer) -> None:
    server.always["bot_metadata"] = answering(500)
    assert await doors.bot(doors.teams()) == 503

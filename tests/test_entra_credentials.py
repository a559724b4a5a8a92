"""Tokens of the app itself, through the real msal against a server with the token endpoint's shapes."""

import asyncio
import base64
import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from entra_server import BOT, FOREIGN_TENANT, TENANT, EntraServer, answering, certificate, pfx, tls_context

from entra.credentials import BOT_CONNECTOR, GRAPH, AppCredential, TokenUnavailable


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EntraServer]:
    # msal insists on https, so the server shows a certificate that this process trusts for the time of the test.
    file = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    async with EntraServer(tls=tls_context(file)) as running:
        yield running


async def test_secret_buys_a_token_for_the_resource(server: EntraServer) -> None:
    credential = AppCredential.for_secret(BOT, "geheim", tenant_id=TENANT, login_url=server.url)
    assert await credential.token(GRAPH) == "t1"
    (form,) = server.token_requests
    assert form["grant_type"] == "client_credentials"
    assert (form["client_id"], form["client_secret"], form["tenant"]) == (BOT, "geheim", TENANT)
    assert form["scope"] == "https://graph.microsoft.com/.default"


async def test_token_is_bought_once_and_kept(server: EntraServer) -> None:
    credential = AppCredential.for_secret(BOT, "geheim", tenant_id=TENANT, login_url=server.url)
    assert await asyncio.gather(*(credential.token(GRAPH) for _ in range(50))) == ["t1"] * 50
    assert await credential.token(GRAPH) == "t1"
    assert (server.calls["token"], server.calls["metadata"]) == (1, 1)


async def test_each_resource_and_tenant_has_its_own_token(server: EntraServer) -> None:
    credential = AppCredential.for_secret(BOT, "geheim", tenant_id=TENANT, login_url=server.url)
    await credential.token(GRAPH)
    await credential.token(BOT_CONNECTOR)
    await credential.token(GRAPH, FOREIGN_TENANT)
    assert [(form["scope"], form["tenant"]) for form in server.token_requests] == [
        ("https://graph.microsoft.com/.default", TENANT),
        ("https://api.botframework.com/.default", TENANT),
        ("https://graph.microsoft.com/.default", FOREIGN_TENANT),
    ]


@pytest.mark.parametrize("make", [certificate, pfx])
async def test_certificate_signs_for_the_token(server: EntraServer, tmp_path: Path, make: Any) -> None:
    (tmp_path / "bot").mkdir()
    credential = AppCredential.for_certificate(BOT, make(tmp_path / "bot"), tenant_id=TENANT, login_url=server.url)
    assert await credential.token(GRAPH) == "t1"
    (form,) = server.token_requests
    assert "client_secret" not in form
    claims = form["client_assertion"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["iss"] == BOT


async def test_managed_identity_asks_its_own_endpoint(server: EntraServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", server.url + "/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "kopf")
    credential = AppCredential.for_managed_identity(BOT)
    assert await credential.token(GRAPH) == "t1"
    (query,) = server.token_requests
    assert (query["client_id"], query["resource"], query["header"]) == (BOT, GRAPH, "kopf")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answering(401, {"error": "invalid_client", "error_description": "AADSTS7000215: geheim"}), "invalid_client"),
        (answering(400, {"error": "Wer dies liest: geheim"}), "no_token"),
        (answering(200, {"token_type": "Bearer"}), "no_token"),
        (answering(200, "<html>"), "JSONDecodeError"),
        (answering(500, "{}"), None),
    ],
)
async def test_a_refusal_becomes_a_code(server: EntraServer, answer: Any, code: str | None) -> None:
    server.always["token"] = answer
    credential = AppCredential.for_secret(BOT, "geheim", tenant_id=TENANT, login_url=server.url)
    with pytest.raises(TokenUnavailable) as caught:
        await credential.token(GRAPH)
    assert code is None or caught.value.code == code
    assert "geheim" not in str(caught.value)


async def test_a_failure_is_not_kept(server: EntraServer) -> None:
    server.next["token"] = deque([answering(401, {"error": "invalid_client"})])
    credential = AppCredential.for_secret(BOT, "geheim", tenant_id=TENANT, login_url=server.url)
    with pytest.raises(TokenUnavailable):
        await credential.token(GRAPH)
    assert await credential.token(GRAPH) == "t2"


async def test_nobody_listening_is_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    credential = AppCredential.for_secret(BOT, "geheim", tenant_id=TENANT, login_url="https://127.0.0.1:9")
    with pytest.raises(TokenUnavailable):
        await credential.token(GRAPH)


async def test_a_missing_certificate_file_is_a_code(server: EntraServer, tmp_path: Path) -> None:
    credential = AppCredential.for_certificate(BOT, tmp_path / "fehlt.pem", tenant_id=TENANT, login_url=server.url)
    with pytest.raises(TokenUnavailable, match="FileNotFoundError"):
        await credential.token(GRAPH)


class Shop:
    """Sells tokens in a thread, as msal does, as long as it is open."""

    def __init__(self) -> None:
        self.sold = 0
        self.closed = False
        self.threads: set[int] = set()

    def __call__(self, _resource: str, _tenant: str) -> Mapping[str, Any]:
        self.threads.add(threading.get_ident())
        if self.closed:
            raise ConnectionError("geheim")
        self.sold += 1
        return {"access_token": f"t{self.sold}", "expires_in": 3600}


async def test_a_token_is_renewed_five_minutes_before_its_end() -> None:
    clock, shop = Clock(), Shop()
    credential = AppCredential(shop, clock=clock)
    await credential.token(GRAPH)
    clock.now = 3600 - 301
    assert await credential.token(GRAPH) == "t1"
    clock.now = 3600 - 300
    assert await credential.token(GRAPH) == "t2"


async def test_a_token_is_used_to_its_end_while_renewing_fails() -> None:
    clock, shop = Clock(), Shop()
    credential = AppCredential(shop, clock=clock)
    await credential.token(GRAPH)
    shop.closed = True
    clock.now = 3599
    assert await credential.token(GRAPH) == "t1"
    clock.now = 3600
    with pytest.raises(TokenUnavailable, match="ConnectionError"):
        await credential.token(GRAPH)


async def test_the_event_loop_is_never_blocked() -> None:
    shop = Shop()
    await AppCredential(shop).token(GRAPH)
    assert threading.get_ident() not in shop.threads

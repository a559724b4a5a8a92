"""The whole app in the production profile against hostile requests: methods, headers, bodies, paths and tokens. Every
one gets a refusal with its own status, never a 500, and nothing of it comes back or reaches a log.
"""

import json
import logging
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from entra_server import API, BOT, JANA, TENANT, EntraServer, access_claims, activity, bot_claims, signed
from pydantic import SecretStr

from bots.connector import Connector, ConnectorError
from service import Service, build
from settings import BotCredential, Settings
from web import ASGIApp, create_app

TRAINED = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01"
CANARY = "Kanarienvogel"
PATHS = {
    "/api/messages": "POST",
    "/api/compose/check": "POST",
    "/api/compose/rewrite": "POST",
    "/api/compose/draft": "POST",
    "/api/compose/task": "POST",
    "/api/compose/admission": "POST",
    "/api/compose/tasks": "GET",
    "/api/compose/info": "GET",
    "/api/compose/signin": "GET",
    "/api/health": "GET",
}


class Client:
    """Asks the app without a server between, so that nothing is tidied up on the way."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str | bytes] | None = None
    ) -> tuple[int, dict[str, str], str]:
        named = {"content-type": "application/json"} | (headers or {})
        raw = [(n.lower().encode(), v if isinstance(v, bytes) else v.encode("utf-8")) for n, v in named.items()]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": raw,
            "client": ("203.0.113.9", 1),
            "server": ("amtsklar.musterstadt.example", 443),
        }
        sent: list[Any] = []
        incoming = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in sent[1:])
        told = {n.decode().lower(): v.decode("latin-1") for n, v in sent[0]["headers"]}
        return int(sent[0]["status"]), told, content.decode("utf-8", "replace")


@pytest.fixture
async def server() -> AsyncIterator[EntraServer]:
    async with EntraServer() as running:
        running.groups = {JANA: {TRAINED}}
        yield running


@pytest.fixture
async def service(server: EntraServer) -> AsyncIterator[Service]:
    built = build(
        Settings.model_validate(
            {
                "public_url": "https://amtsklar.musterstadt.example",
                "jobs_storage": "prozess",
                "tenants": (TENANT,),
                "bot_id": BOT,
                "bot_tenant": TENANT,
                "bot_credential": BotCredential.SECRET,
                "bot_secret": SecretStr("geheim"),
                "bot_openid_url": server.url + "/v1/.well-known/openidconfiguration",
                "login_url": server.url,
                "api_id": API,
                "graph_url": server.url + "/v1.0",
                "training_group": TRAINED,
            }
        )
    )
    yield built
    await built.close()


@pytest.fixture
def client(service: Service) -> Client:
    return Client(create_app(service))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "JANA"])
async def test_a_wrong_method_is_405_and_names_the_right_ones(client: Client, method: str, path: str) -> None:
    if method == PATHS[path]:
        return
    status, headers, body = await client.ask(method, path, b"{}")
    assert (status, json.loads(body)["status"]) == (405, 405)
    assert PATHS[path] in headers["allow"]


@pytest.mark.parametrize("path", PATHS)
async def test_no_foreign_page_may_ask(client: Client, path: str) -> None:
    origin: dict[str, str | bytes] = {
        "origin": "https://boese.example",
        "access-control-request-method": PATHS[path],
        "access-control-request-headers": "authorization",
    }
    for method in ("OPTIONS", PATHS[path]):
        status, headers, _ = await client.ask(method, path, b"{}", origin)
        assert status != 500
        assert not [name for name in headers if name.startswith("access-control")]


BODIES = [
    b"",
    b"null",
    b"[]",
    b'"' + CANARY.encode() + b'"',
    b"{",
    b"{}" * 2,
    b"\xff\xfe" + CANARY.encode(),
    b"[" * 200_000,
    b'{"a":' * 50_000,
    b'{"text": "\\ud800 ' + CANARY.encode() + b'"}',
    b'{"text": 1e999}',
    b'{"text": ' + b"9" * 5_000 + b"}",
    b'{"text": ["' + CANARY.encode() + b'"]}',
    b'{"type": "message", "text": "x", "channelData": {"tenant": {"id": "\\u0000"}}}',
    b'{"type": "' + CANARY.encode() + b'", "__proto__": {}, "from": null}',
]


@pytest.mark.parametrize("number", range(len(BODIES)))
async def test_a_hostile_body_is_refused_and_never_quoted(
    client: Client, server: EntraServer, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for path, method in PATHS.items():
        if method != "POST":
            continue
        teams = path == "/api/messages"
        token = signed(bot_claims(serviceurl=server.url)) if teams else signed(access_claims(server.url))
        for headers in ({}, {"authorization": token}):
            status, _, body = await client.ask(method, path, BODIES[number], {**headers})
            assert 400 <= status < 500 or (path.endswith("admission") and status == 200), (path, status)
            assert CANARY not in body
    assert CANARY not in caplog.text


async def test_chance_in_header_and_token_never_opens_a_door(
    client: Client, server: EntraServer, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(6)
    teams, access = signed(bot_claims(serviceurl=server.url)), signed(access_claims(server.url))
    message = json.dumps(activity(serviceUrl=server.url, text=CANARY)).encode()
    check = json.dumps({"text": CANARY}).encode()
    for _ in range(400):
        for path, good, body in (("/api/messages", teams, message), ("/api/compose/check", access, check)):
            token = bytearray(good.encode())
            match chance.randrange(4):
                case 0:
                    place = chance.randrange(7, len(token) - 2)
                    # Not the last character: some of its bits say nothing.
                    token[place] = chance.choice([c for c in b"abcXYZ019-_.=+/ \x00\xe4" if c != token[place]])
                case 1:
                    del token[chance.randrange(8, len(token)) :]
                case 2:
                    token = bytearray(chance.randbytes(chance.randrange(1, 200)))
                case _:
                    place = chance.randrange(7, len(token))
                    token[place:place] = chance.choice([b".", b"=", b"\r\nX-Admin: 1", b"\xff", b"{}"])
            status, headers, told = await client.ask("POST", path, body, {"authorization": bytes(token)})
            assert status in (401, 403), (status, bytes(token))
            assert "x-admin" not in headers and CANARY not in told
    assert server.said == [] and server.calls["graph"] == 0
    for secret in (CANARY, JANA, teams[7:], access[7:]):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "/outlook/../settings.py",
        "/outlook/%2e%2e/settings.py",
        "/outlook/..%2f..%2fsettings.py",
        "/outlook/..\\..\\settings.py",
        "/outlook//etc/passwd",
        "/outlook/assets/../../static_files.py",
        "/outlook/\x00",
        "/assets/../../settings.py",
        "/assets/....//vorlage.json",
        "//boese.example/",
        "/outlook/index.html/..",
        "/.env",
        "/host.json",
    ],
)
async def test_no_path_leads_out_of_the_served_folders(client: Client, path: str) -> None:
    status, headers, body = await client.ask("GET", path)
    assert status in (404, 405, 503) or (status == 307 and headers["location"].split("/")[3] == "outlook")
    assert "AMTSKLAR_" not in body and "root:" not in body
    assert "boese.example" not in headers.get("location", "")


@pytest.mark.parametrize(
    "address",
    [
        "https://boese.example/upload",
        "http://stadt-my.sharepoint.com/upload",
        "https://sharepoint.com.boese.example/",
        "https://boese.example/.sharepoint.com",
        "https://boese.example#.sharepoint.com",
        "https://boese.example?.sharepoint.com",
        "https://boese.example\\.sharepoint.com/",
        "https://boese.example\t.sharepoint.com/",
        "https://stadt.sharepoint.com@boese.example/",
        "https://jana:x@stadt.sharepoint.com/",
        "https://boese.example%2f.sharepoint.com/",
        "https://169.254.169.254/.svc.ms",
        "https://[::1]/.svc.ms",
        "https://.sharepoint.com/",
        "https://stadt.sharepoint.com:8443/upload",
        "file:///etc/passwd",
        "",
    ],
)
async def test_a_letter_goes_to_microsofts_file_stores_alone(address: str) -> None:
    class Tokens:
        async def token(self) -> str:
            raise AssertionError("nothing may be sent")

    connector = Connector(Tokens())
    with pytest.raises(ConnectorError) as caught:
        await connector.upload(address, b"Brief", "text/plain")
    assert (caught.value.status, caught.value.code) == (0, "not_a_file_store")
    await connector.close()

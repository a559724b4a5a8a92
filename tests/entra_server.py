"""A server that answers like Entra, the Bot Framework's key server, its Connector, Microsoft Graph, Azure Tables, a
model, and the public address of an installation, over real HTTP.

A stand-in, since the real ones cannot be reached from here. Every endpoint can be made slow, broken or rubbish.
"""

import asyncio
import datetime
import ipaddress
import json
import re
import ssl
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import jwt
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from jwt.algorithms import RSAAlgorithm

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
FOREIGN_TENANT = "99999999-2c1a-4a53-9c57-0f8f6f3a1d99"
BOT = "22222222-2222-4222-8222-222222222222"
API = "44444444-4444-4444-8444-444444444444"
JANA = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01"
SERVICE_URL = "https://smba.trafficmanager.net/emea/8c4f6f6e/"

# Making a key takes a tenth of a second, so the tests share two.
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key: rsa.RSAPrivateKey, kid: str, **extra: object) -> dict[str, object]:
    """The public half of a key as a JWKS lists it."""
    return {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig", **extra}


def signed(
    claims: Mapping[str, object],
    key: Any = KEY,
    kid: str | None = "k1",
    algorithm: str = "RS256",
) -> str:
    """An `Authorization` header with a token."""
    headers: dict[str, Any] = {"typ": "JWT"} if kid is None else {"typ": "JWT", "kid": kid}
    # Not `jwt.encode`: that refuses to sign claims of the wrong type, which is what some tests are about.
    return "Bearer " + jwt.PyJWS().encode(json.dumps(dict(claims)).encode(), key, algorithm=algorithm, headers=headers)


def bot_claims(**changes: object) -> dict[str, object]:
    """The claims of a token that Teams would send; a change to None takes a claim away."""
    now = int(time.time())
    claims: dict[str, object] = {
        "iss": "https://api.botframework.com",
        "aud": BOT,
        "nbf": now - 5,
        "exp": now + 3600,
        "serviceurl": SERVICE_URL,
    }
    return _changed(claims, changes)


def access_claims(login_url: str, **changes: object) -> dict[str, object]:
    """The claims of an Entra access token for the API; a change to None takes a claim away."""
    now = int(time.time())
    claims: dict[str, object] = {
        "iss": f"{login_url}/{TENANT}/v2.0",
        "aud": API,
        "tid": TENANT,
        "ver": "2.0",
        "azp": API,
        "scp": "access_as_user",
        "oid": JANA,
        "name": "Jana Weber",
        "sub": "x",
        "iat": now - 5,
        "nbf": now - 5,
        "exp": now + 3600,
    }
    return _changed(claims, changes)


def activity(**changes: object) -> dict[str, object]:
    """A message activity as Teams sends it; a change to None takes a field away."""
    fields: dict[str, object] = {
        "type": "message",
        "channelId": "msteams",
        "serviceUrl": SERVICE_URL,
        "from": {"id": "29:1", "name": "Jana Weber", "aadObjectId": JANA},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:1"},
        "channelData": {"tenant": {"id": TENANT}},
    }
    return _changed(fields, changes)


def _changed(fields: dict[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    fields.update(changes)
    return {name: value for name, value in fields.items() if value is not None}


type Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answering(status: int, content: object = None, **headers: str) -> Answer:
    """An answer with this status; `content` is sent as JSON, or as it is when it is a string."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        text = content if isinstance(content, str) else json.dumps(content)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, content_type="application/json", headers=named)

    return answer


def held(until: asyncio.Event, arrived: asyncio.Event | None = None) -> Answer:
    """No answer until the event is set; `arrived` tells that a request is waiting for it."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        if arrived is not None:
            arrived.set()
        await until.wait()
        return web.Response(status=503)

    return answer


async def broken_off(request: web.Request) -> web.StreamResponse:
    """A connection that ends without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@dataclass
class EntraServer:
    """What the server knows, what it was asked, and what it shall answer instead.

    Attributes:
        url: Its address without a slash at the end.
        keys: What the two key documents list.
        names: Group id to the name Graph knows; a question about another group is a 404.
        empty: Groups without members.
        tables: Table name to its rows, each under partition and row key; `page` rows are listed at once.
        profile, version: What the public address says of itself.
        states: What it says of its dependencies to whoever sends a key; None tells nobody.
        groups: Object id to the groups Graph knows; others are unknown to Graph.
        calls: How often each endpoint was asked.
        next: For each endpoint, answers to give before it works again.
        always: For each endpoint, the answer to give as long as it is set.
        answered: Set as soon as the bot posted a card.
        token_requests: The forms the token endpoint received.
        batches: The group ids of each question to Graph.
        graph_headers: The headers of each question to Graph.
        said: What the bot posted to conversations, each with the Authorization header it came with.
    """

    url: str = ""
    keys: list[dict[str, object]] = field(default_factory=lambda: [jwk(KEY, "k1", endorsements=["msteams"])])
    groups: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    names: dict[str, str] = field(default_factory=dict[str, str])
    empty: set[str] = field(default_factory=set[str])
    tables: dict[str, dict[tuple[str, str], dict[str, Any]]] = field(
        default_factory=dict[str, dict[tuple[str, str], dict[str, Any]]]
    )
    page: int = 1000
    profile: str = "production"
    version: str = "0.1.0"
    states: list[dict[str, Any]] | None = None
    calls: Counter[str] = field(default_factory=Counter[str])
    next: dict[str, deque[Answer]] = field(default_factory=dict[str, deque[Answer]])
    always: dict[str, Answer] = field(default_factory=dict[str, Answer])
    token_requests: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    batches: list[list[str]] = field(default_factory=list[list[str]])
    graph_headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    tls: ssl.SSLContext | None = None
    _runner: web.AppRunner | None = None
    _connections: set[asyncio.Transport] = field(default_factory=set[asyncio.Transport])

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=10_000_000)
        for method, path, name, answer in (
            ("GET", "/v1/.well-known/openidconfiguration", "bot_metadata", self._bot_metadata),
            ("GET", "/v1/.well-known/keys", "bot_keys", self._keys),
            ("GET", "/{tenant}/v2.0/.well-known/openid-configuration", "metadata", self._metadata),
            ("GET", "/{tenant}/discovery/v2.0/keys", "api_keys", self._keys),
            ("POST", "/{tenant}/oauth2/v2.0/token", "token", self._token),
            ("GET", "/msi/token", "identity", self._identity),
            ("POST", "/v1.0/users/{oid}/checkMemberGroups", "graph", self._check),
            ("GET", "/v1.0/groups/{group}", "group", self._group),
            ("GET", "/v1.0/groups/{group}/members", "members", self._members),
            ("POST", "/tables/Tables", "tables", self._make_table),
            ("*", "/tables/{place:[a-z]+\\(.*\\)}", "tables", self._rows),
            ("POST", "/model/v1/chat/completions", "model", self._complete),
            ("GET", "/api/health", "health", self._health),
            ("GET", "/api/compose/signin", "signin", self._signin),
            ("POST", "/api/messages", "messages", self._closed),
            ("POST", "/api/compose/check", "check", self._closed),
            ("GET", "/outlook/", "outlook", self._outlook),
            ("*", "/v3/conversations/{path:.*}", "connector", self._conversation),
        ):
            application.router.add_route(method, path, self._or_else(name, answer))
        # A test that ends while an endpoint is held must not wait for it.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self.tls)
        await site.start()
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        # Clients that keep connections open would keep the server open too.
        for connection in self._connections:
            connection.abort()
        await self._runner.cleanup()

    def _or_else(self, name: str, answer: Answer) -> Answer:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.calls[name] += 1
            if request.transport is not None:
                self._connections.add(request.transport)
            waiting = self.next.get(name)
            instead = waiting.popleft() if waiting else self.always.get(name)
            return await (instead or answer)(request)

        return handle

    async def _bot_metadata(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {"issuer": "https://api.botframework.com", "jwks_uri": f"{self.url}/v1/.well-known/keys"}
        )

    async def _keys(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"keys": self.keys})

    async def _metadata(self, request: web.Request) -> web.StreamResponse:
        tenant = f"{self.url}/{request.match_info['tenant']}"
        return web.json_response(
            {
                "issuer": f"{tenant}/v2.0",
                "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
                "token_endpoint": f"{tenant}/oauth2/v2.0/token",
                "jwks_uri": f"{tenant}/discovery/v2.0/keys",
            }
        )

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.token_requests.append(form | {"tenant": request.match_info["tenant"]})
        return web.json_response(
            {"token_type": "Bearer", "expires_in": 3600, "access_token": f"t{self.calls['token']}"}
        )

    async def _identity(self, request: web.Request) -> web.StreamResponse:
        self.token_requests.append(dict(request.query) | {"header": request.headers["X-IDENTITY-HEADER"]})
        return web.json_response(
            {
                "access_token": f"t{self.calls['identity']}",
                "expires_on": str(int(time.time()) + 3600),
                "resource": request.query["resource"],
                "token_type": "Bearer",
            }
        )

    async def _conversation(self, request: web.Request) -> web.StreamResponse:
        activity: dict[str, Any] = await request.json()
        self.said.append((request.headers.get("Authorization", ""), activity))
        if activity.get("attachments"):
            self.answered.set()
        return web.json_response({"id": "1"}, status=201)

    async def _check(self, request: web.Request) -> web.StreamResponse:
        asked: list[str] = (await request.json())["groupIds"]
        self.batches.append(asked)
        self.graph_headers.append(dict(request.headers))
        held_groups = self.groups.get(request.match_info["oid"])
        if held_groups is None:
            return web.json_response(
                {"error": {"code": "Request_ResourceNotFound", "message": "Resource does not exist."}}, status=404
            )
        return web.json_response(
            {
                "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)",
                "value": [group for group in asked if group in held_groups],
            }
        )

    async def _group(self, request: web.Request) -> web.StreamResponse:
        group = request.match_info["group"]
        if group not in self.names:
            return web.json_response({"error": {"code": "Request_ResourceNotFound"}}, status=404)
        return web.json_response({"id": group, "displayName": self.names[group]})

    async def _members(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"value": [] if request.match_info["group"] in self.empty else [{"id": JANA}]})

    async def _make_table(self, request: web.Request) -> web.StreamResponse:
        name = (await request.json())["TableName"]
        status = 409 if name in self.tables else 201
        self.tables.setdefault(name, {})
        return web.json_response({"TableName": name}, status=status)

    async def _rows(self, request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"].startswith("Bearer ") and request.headers["x-ms-version"]
        table, _, keys = request.match_info["place"].partition("(")
        rows = self.tables.get(table)
        if rows is None:
            return web.json_response({"odata.error": {"code": "TableNotFound"}}, status=404)
        named = re.fullmatch(r"PartitionKey='(.*)',RowKey='(.*)'\)", keys)
        if named is None:
            return self._listed(request, sorted(rows.items()))
        key = named[1].replace("''", "'"), named[2].replace("''", "'")
        if request.method == "PUT":
            rows[key] = {"PartitionKey": key[0], "RowKey": key[1], **(await request.json())}
            return web.Response(status=204)
        assert request.method == "DELETE" and request.headers["If-Match"] == "*"
        return web.Response(status=204 if rows.pop(key, None) else 404)

    def _listed(self, request: web.Request, rows: list[tuple[tuple[str, str], dict[str, Any]]]) -> web.StreamResponse:
        condition = re.fullmatch(r"(\w+) lt '(.*)'", request.query.get("$filter", ""))
        if condition:
            rows = [(key, row) for key, row in rows if row[condition[1]] < condition[2]]
        after = request.query.get("NextPartitionKey", ""), request.query.get("NextRowKey", "")
        rows = [(key, row) for key, row in rows if key >= after]
        headers: dict[str, str] = {}
        if len(rows) > self.page:
            following = rows[self.page][0]
            headers = {
                "x-ms-continuation-NextPartitionKey": following[0],
                "x-ms-continuation-NextRowKey": following[1],
            }
        return web.json_response({"value": [row for _, row in rows[: self.page]]}, headers=headers)

    async def _complete(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"choices": [{"index": 0, "message": {"role": "assistant", "content": "Guten Tag."}}]})

    async def _health(self, request: web.Request) -> web.StreamResponse:
        about: dict[str, Any] = {"status": "ok", "version": self.version, "profile": self.profile}
        if self.states is not None and request.headers.get("x-amtsklar-health-key"):
            about["dependencies"] = self.states
        return web.json_response(about)

    async def _signin(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"local": False, "client_id": API})

    async def _closed(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": 401}, status=401)

    async def _outlook(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text="<!doctype html>", headers={"Content-Security-Policy": "frame-ancestors 'self'"})


def certificate(folder: Path) -> Path:
    """A PEM file with a private key and its certificate for 127.0.0.1."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(KEY, hashes.SHA256())
    )
    private = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "zertifikat.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def pfx(folder: Path) -> Path:
    """The same as a PFX file without password."""
    pem = certificate(folder).read_bytes()
    file = folder / "zertifikat.pfx"
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"amtsklar", KEY, x509.load_pem_x509_certificate(pem), None, serialization.NoEncryption()
        )
    )
    return file


def tls_context(file: Path) -> ssl.SSLContext:
    """For a server that shows this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context

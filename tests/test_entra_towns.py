"""Two tenants in one installation, in the production profile and Azure's worker library, against servers with the
shapes of Entra, the Bot Framework and Graph: each token opens its own town and no other.
"""

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
    FOREIGN_TENANT,
    JANA,
    TENANT,
    EntraServer,
    access_claims,
    activity,
    bot_claims,
    certificate,
    signed,
    tls_context,
)
from functions_worker import FunctionsWorker

MIRA = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1b01"
STRANGE = "77777777-2c1a-4a53-9c57-0f8f6f3a1d77"
GROUPS = {"muster": "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01", "beispiel": "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e11"}
TEXT = "Die Antragstellung hat bis zum 7. Dezember 2026 zu erfolgen."


def town(name: str, tenant: str, group: str) -> str:
    trained = "{schulung: [Geschulte]}"
    return (
        f"name: Stadt {name}\nmandant: {tenant}\nkontakt: die Stelle von {name}\nkurs: https://{name}.example/ki\n"
        f"gruppen: {{Geschulte: {group}}}\n"
        f"faehigkeiten: {{umschreiben: {trained}, pruefen: {trained}, entwerfen: {trained}}}\n"
    )


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EntraServer]:
    async with EntraServer(tls=tls_context(certificate(tmp_path))) as running:
        running.groups = {JANA: {GROUPS["muster"]}, MIRA: {GROUPS["beispiel"]}}
        yield running


@pytest.fixture
async def worker(server: EntraServer, tmp_path: Path) -> AsyncIterator[FunctionsWorker]:
    for name, tenant in (("muster", TENANT), ("beispiel", FOREIGN_TENANT)):
        (tmp_path / "staedte" / name).mkdir(parents=True)
        (tmp_path / "staedte" / name / "town.yaml").write_text(town(name, tenant, GROUPS[name]), encoding="utf-8")
    settings = {
        "PROFILE": "production",
        "PUBLIC_URL": "https://amtsklar.kreis.example",
        "TOWNS": str(tmp_path / "staedte"),
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
    }
    environment = {f"AMTSKLAR_{name}": value for name, value in settings.items()}
    trusted = str(tmp_path / "zertifikat.pem")
    environment |= {"SSL_CERT_FILE": trusted, "REQUESTS_CA_BUNDLE": trusted}
    async with await FunctionsWorker.start(environment=environment) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_each_token_opens_its_own_town_and_no_other(
    http: aiohttp.ClientSession, worker: FunctionsWorker, server: EntraServer
) -> None:
    def token(tenant: str, oid: str, **changes: Any) -> str:
        issuer = f"{server.url}/{tenant}/v2.0"
        return signed(access_claims(server.url, tid=tenant, oid=oid, **({"iss": issuer} | changes)))

    async def check(authorization: str) -> tuple[int, str]:
        headers = {"Authorization": authorization}
        async with http.post(worker.url + "/api/compose/check", json={"text": TEXT}, headers=headers) as answer:
            return answer.status, await answer.text()

    async def info(authorization: str = "") -> tuple[int, Any]:
        headers = {"Authorization": authorization} if authorization else {}
        async with http.get(worker.url + "/api/compose/info", headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def bot(tenant: str, oid: str, authorization: str = "") -> int:
        message = activity(
            id=os.urandom(4).hex(),
            text=TEXT,
            serviceUrl=server.url,
            channelData={"tenant": {"id": tenant}},
            conversation={"conversationType": "personal", "tenantId": tenant, "id": "a:1"},
            **{"from": {"id": f"29:{oid}", "name": "Jemand", "aadObjectId": oid}},
        )
        headers = {"Authorization": authorization or signed(bot_claims(serviceurl=server.url))}
        async with http.post(worker.url + "/api/messages", json=message, headers=headers) as answer:
            return answer.status

    assert (await check(token(TENANT, JANA)))[0] == 200
    assert (await check(token(FOREIGN_TENANT, MIRA)))[0] == 200

    # Right key, right audience, but the person of the one town is nobody special in the other.
    for tenant, oid, other in ((TENANT, MIRA, "beispiel"), (FOREIGN_TENANT, JANA, "muster")):
        status, told = await check(token(tenant, oid))
        assert status == 403 and "Geschulte" in told and other not in told
    # A token that names one tenant and was issued by another.
    assert (await check(token(TENANT, JANA, iss=f"{server.url}/{FOREIGN_TENANT}/v2.0")))[0] == 401
    assert (await check(token(STRANGE, JANA)))[0] == 403

    assert (await info(token(TENANT, JANA)))[1]["contact"] == "die Stelle von muster"
    assert (await info(token(FOREIGN_TENANT, MIRA)))[1]["contact"] == "die Stelle von beispiel"
    status, nobody = await info()
    assert (status, nobody["contact"], nobody["rules"]) == (200, "", [])
    assert (await info(token(STRANGE, JANA)))[0] == 403
    assert (await info("Bearer x"))[0] == 401

    assert await bot(STRANGE, JANA) == 403
    assert await bot(STRANGE, JANA, "Bearer x") == 401
    assert await bot(TENANT, JANA, "Bearer x") == 401
    assert await bot(TENANT, JANA, token(TENANT, JANA)) == 401
    assert server.said == []
    assert await bot(TENANT, JANA) in (200, 202)
    assert await bot(FOREIGN_TENANT, MIRA) in (200, 202)

    # Graph is asked with a token of the town that the person belongs to.
    assert {request["tenant"] for request in server.token_requests} == {TENANT, FOREIGN_TENANT}
    async with http.get(worker.url + "/api/compose/signin") as answer:
        signin = json.loads(await answer.text())
    assert signin["authority"] == f"{server.url}/organizations"
    assert signin["scope"] == f"api://{API}/access_as_user"
    written = await worker.stop()
    for secret in (JANA, MIRA, "Antragstellung", "geheim", "eyJ"):
        assert secret not in written

"""`python -m service doctor`: a sound installation is called sound, and every planted fault by its name.

The installation is real; Entra, Graph, the model, the storage and the public address are servers with their shapes.
"""

import asyncio
import datetime
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from entra_server import (
    API,
    BOT,
    FOREIGN_TENANT,
    KEY,
    TENANT,
    EntraServer,
    answering,
    broken_off,
    certificate,
    jwk,
    tls_context,
)
from pydantic import SecretStr

from doctor import Finding, State, examine, main, table
from settings import ROOT, BotCredential, Settings

TRAINED = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01"
GROUP = "KI-Schulung abgeschlossen"
SECRET = "sehr-geheimes-geheimnis"
KEY_OF_MODEL = "schluessel-des-modells"


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EntraServer]:
    file = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with EntraServer(tls=tls_context(file)) as running:
        running.names = {TRAINED: GROUP}
        yield running


class Installation:
    """A sound installation, to plant faults in. `settings` are changes to its settings."""

    def __init__(self, server: EntraServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.settings: dict[str, Any] = {}
        self.package: Path | None = None
        self.now: Callable[[], float] = time.time
        # The storage uses the library's own list of certificates, so its stand-in is asked without encryption.
        self.storage = EntraServer()

    def chosen(self) -> Settings:
        """The settings with the changes."""
        sound = {
            "public_url": self.server.url,
            "tenants": (TENANT,),
            "bot_id": BOT,
            "bot_tenant": TENANT,
            "bot_credential": BotCredential.SECRET,
            "jobs_storage": "prozess",
            "bot_secret": SecretStr(SECRET),
            "bot_openid_url": self.server.url + "/v1/.well-known/openidconfiguration",
            "login_url": self.server.url,
            "api_id": API,
            "graph_url": self.server.url + "/v1.0",
            "training_group": TRAINED,
            "course_url": "https://intranet.musterstadt.de/ki",
            "model_url": self.server.url + "/model/v1",
            "model_name": "gpt",
            "model_key": SecretStr(KEY_OF_MODEL),
            "tables_url": self.storage.url + "/tables",
        }
        return Settings.model_validate(sound | self.settings)

    async def findings(self) -> list[Finding]:
        """What the doctor finds."""
        async with self.storage:
            return [one async for one in examine(self.chosen(), package=self.package, now=self.now)]


@pytest.fixture
def installation(server: EntraServer, tmp_path: Path) -> Installation:
    return Installation(server, tmp_path)


def amiss(findings: list[Finding]) -> set[str]:
    """The codes of faults and hints."""
    return {finding.code for finding in findings if finding.state in (State.FAULT, State.HINT)}


async def test_a_sound_installation_is_called_sound(installation: Installation) -> None:
    installation.package = _package(installation.folder, installation.server.url.removeprefix("https://"), BOT, API)
    findings = await installation.findings()
    assert amiss(findings) == set()
    assert "Amtsklar ist bereit." in table(findings)
    assert {f.area for f in findings} >= {
        "Einstellungen",
        "Dienstanweisung",
        "Uhr",
        "Schlüssel von Teams",
        "Mandant",
        "Nachweis des Bots",
        "Gruppen",
        "Modell",
        "Zähler und Schalter",
        "Öffentliche Adresse",
        "App-Paket",
    }
    assert installation.storage.tables["schalter"] == {}


def _package(folder: Path, host: str, bot: str, api: str) -> Path:
    file = folder / "amtsklar.zip"
    manifest = {"bots": [{"botId": bot}], "webApplicationInfo": {"id": api}, "validDomains": [host]}
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("manifest.json", json.dumps(manifest))
    return file


def _expired(folder: Path, days: int) -> Path:
    """A certificate with its key that ends in so many days."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bot")])
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days, hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(end - datetime.timedelta(days=365))
        .not_valid_after(end)
        .sign(KEY, hashes.SHA256())
    )
    file = folder / "bot.pem"
    private = KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def _set(**changes: Any) -> Callable[[Installation], None]:
    return lambda one: one.settings.update(changes)


def _answers(endpoint: str, status: int, content: object = None) -> Callable[[Installation], None]:
    return lambda one: one.server.always.update({endpoint: answering(status, content)})


def _certificate(make: Callable[[Path], Path]) -> Callable[[Installation], None]:
    def plant(one: Installation) -> None:
        one.settings |= {"bot_credential": BotCredential.CERTIFICATE, "bot_certificate": make(one.folder)}

    return plant


def _file(name: str, content: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_text(content, encoding="utf-8")
        return folder / name

    return make


def _no_groups(one: Installation) -> None:
    one.server.names = {}


def _renamed(one: Installation) -> None:
    one.server.names = {TRAINED: "Weihnachtsfeier"}


def _empty(one: Installation) -> None:
    one.server.empty = {TRAINED}


def _not_endorsed(one: Installation) -> None:
    one.server.keys = [jwk(KEY, "k1")]


def _local_in_public(one: Installation) -> None:
    one.server.profile = "local"


def _old_version(one: Installation) -> None:
    one.server.version = "0.0.9"


def _wrong_clock(one: Installation) -> None:
    one.now = lambda: time.time() + 600


def _clock_a_little_off(one: Installation) -> None:
    one.now = lambda: time.time() - 90


def _other_package(one: Installation) -> None:
    one.package = _package(one.folder, "amtsklar.anderswo.example", BOT, API)


def _no_package(one: Installation) -> None:
    one.package = _file("amtsklar.zip", "kein Archiv")(one.folder)


def _policy(one: Installation) -> None:
    one.settings["policy_file"] = _file("dienstanweisung.yaml", "version: 1\ntitel: [\n")(one.folder)


def _no_storage_rights(one: Installation) -> None:
    one.storage.always["tables"] = answering(403)


def _storage_broken(one: Installation) -> None:
    one.storage.always["tables"] = broken_off


def _switched_off(one: Installation) -> None:
    one.storage.tables["schalter"] = {(TENANT, "alles"): {"PartitionKey": TENANT, "RowKey": "alles"}}


def _no_town(one: Installation) -> None:
    (one.folder / "staedte").mkdir()
    one.settings |= {"towns": one.folder / "staedte", "tenants": (), "training_group": ""}


def _town_with_mistake(one: Installation) -> None:
    (one.folder / "staedte" / "a").mkdir(parents=True)
    example = (ROOT / "towns" / "beispiel" / "town.yaml").read_text(encoding="utf-8")
    (one.folder / "staedte" / "a" / "town.yaml").write_text(example.replace("mandant:", "mandat:"), encoding="utf-8")
    one.settings |= {"towns": one.folder / "staedte", "tenants": (), "training_group": ""}


def _town_file(name: str, content: str) -> Callable[[Installation], None]:
    """A sound town with one more file."""

    def plant(one: Installation) -> None:
        folder = one.folder / "staedte" / "a"
        folder.mkdir(parents=True)
        example = (ROOT / "towns" / "beispiel" / "town.yaml").read_text(encoding="utf-8")
        (folder / "town.yaml").write_text(example, encoding="utf-8")
        (folder / name).write_text(content, encoding="utf-8")
        one.settings |= {"towns": one.folder / "staedte", "tenants": (), "training_group": ""}

    return plant


def _town_without_key(one: Installation) -> None:
    (one.folder / "staedte" / "a").mkdir(parents=True)
    example = (ROOT / "towns" / "beispiel" / "town.yaml").read_text(encoding="utf-8")
    example = example.replace("modelle: []", "modelle: [{adresse: 'https://m', name: x, schluessel: AMTSKLAR_KEY_A}]")
    (one.folder / "staedte" / "a" / "town.yaml").write_text(example, encoding="utf-8")
    one.settings |= {"towns": one.folder / "staedte", "tenants": (), "training_group": ""}


def _storage_missed(one: Installation) -> None:
    one.settings["health_key"] = SecretStr("0123456789abcdef0123456789abcdef")
    one.server.states = [{"name": "storage", "needed": True, "state": "down", "code": "tables_403"}]


FAULTS: dict[str, tuple[Callable[[Installation], None], str]] = {
    "the bot's id is no GUID": (_set(bot_id="amtsklar-bot"), "settings.not_a_guid"),
    "a public address with a path": (_set(public_url="https://a.example/api/"), "settings.public_url"),
    "the identity signs in": (
        _set(bot_credential=BotCredential.MANAGED_IDENTITY, api_id=BOT),
        "settings.same_ids",
    ),
    "an identity for two tenants": (
        _set(bot_credential=BotCredential.MANAGED_IDENTITY, tenants=(TENANT, FOREIGN_TENANT)),
        "settings.identity_of_one_tenant",
    ),
    "the course is still the example": (_set(course_url="https://intranet.example/k"), "settings.course_url"),
    "no town in the folder": (_no_town, "towns.unreadable"),
    "a mistake in a town": (_town_with_mistake, "towns.unreadable"),
    "the key of a town's model is not set": (_town_without_key, "model.key_missing"),
    "a letterhead without a street": (_town_file("briefkopf.yaml", "stadt: X\n"), "letterhead.unreadable"),
    "a list of words without a section": (_town_file("begriffe.txt", "Kita | Hort\n"), "terms.unreadable"),
    "a town with the example's course": (_town_file("notiz.txt", ""), "towns.course_url"),
    "a policy that is no YAML": (_policy, "policy.unreadable"),
    "the certificate file is missing": (_certificate(lambda folder: folder / "fehlt.pem"), "certificate.unreadable"),
    "the certificate is something else": (_certificate(_file("x.pfx", "Einkauf")), "certificate.malformed"),
    "the certificate has no key": (
        _certificate(lambda folder: _only_certificate(folder)),
        "certificate.no_key",
    ),
    "the certificate is over": (_certificate(lambda folder: _expired(folder, -3)), "certificate.expired"),
    "the certificate ends soon": (_certificate(lambda folder: _expired(folder, 9)), "certificate.ends_soon"),
    "the clock is ten minutes fast": (_wrong_clock, "clock.wrong"),
    "the clock is a little slow": (_clock_a_little_off, "clock.off"),
    "Teams' keys cannot be had": (_answers("bot_metadata", 502), "keys.bot_metadata"),
    "no key may sign for Teams": (_not_endorsed, "keys.bot"),
    "the tenant does not exist": (_answers("metadata", 400, {"error": "invalid_tenant"}), "tenant.unknown"),
    "the tenant's keys are rubbish": (_answers("api_keys", 200, "<html>"), "keys.tenant"),
    "the secret is wrong": (_answers("token", 401, {"error": "invalid_client"}), "token.bot.invalid_client"),
    "the bot's id is unknown": (
        _answers("token", 400, {"error": "unauthorized_client"}),
        "token.bot.unauthorized_client",
    ),
    "Graph's permission is missing": (_answers("graph", 403), "graph.forbidden"),
    "Graph throttles": (_answers("graph", 429), "graph.throttled"),
    "Graph is rubbish": (_answers("graph", 200, "<html>"), "graph.unreachable"),
    "the group does not exist": (_no_groups, "graph.group_missing"),
    "the group may not be read": (_answers("group", 403), "graph.group_unreadable"),
    "the group has another name": (_renamed, "graph.group_renamed"),
    "nobody is in the group": (_empty, "graph.group_empty"),
    "the model's key is wrong": (_answers("model", 401, {"error": {"code": "x"}}), "model.forbidden"),
    "the model does not exist": (_answers("model", 404), "model.unknown"),
    "the model's quota is used up": (_answers("model", 429), "model.throttled"),
    "the model's server rejects the request": (_answers("model", 400, {"error": {"code": "x"}}), "model.refused"),
    "the model is something else": (_answers("model", 200, "<html>"), "model.unexpected"),
    "nobody listens where the model should be": (_set(model_url="https://127.0.0.1:1/v1"), "model.unreachable"),
    "the model's address is not encrypted": (_set(model_url="http://modell.example/v1"), "model.not_https"),
    "the application does not know the key for its states": (
        _set(health_key=SecretStr("0123456789abcdef0123456789abcdef")),
        "host.health_key",
    ),
    "the application misses its storage": (_storage_missed, "host.dependency_down"),
    "no storage": (_set(tables_url=""), "storage.none"),
    "the storage forbids": (_no_storage_rights, "storage.forbidden"),
    "the storage breaks off": (_storage_broken, "storage.unreachable"),
    "everything is switched off": (_switched_off, "storage.switched_off"),
    "nobody listens at the public address": (_set(public_url="https://127.0.0.1:1"), "host.unreachable"),
    "the application does not start": (_answers("health", 503), "host.not_ready"),
    "a sign-in page in front of the application": (_answers("health", 302), "host.not_ours"),
    "the local profile in public": (_local_in_public, "host.local"),
    "an old version": (_old_version, "host.version"),
    "the bot's door is open": (_answers("messages", 200), "host.open"),
    "the API is open": (_answers("check", 200, {"decision": "allow"}), "host.open"),
    "another sign-in in Outlook": (_answers("signin", 200, {"client_id": BOT}), "host.api_id"),
    "the pane was not built": (_answers("outlook", 503), "host.pane"),
    "a package of another installation": (_other_package, "package.other_installation"),
    "a package that is none": (_no_package, "package.unreadable"),
}


def _only_certificate(folder: Path) -> Path:
    file = _expired(folder, 100)
    content = file.read_text(encoding="ascii")
    file.write_text(content[content.index("-----BEGIN CERTIFICATE") :], encoding="ascii")
    return file


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_named(installation: Installation, fault: str) -> None:
    plant, code = FAULTS[fault]
    plant(installation)
    findings = await installation.findings()
    assert code in amiss(findings)
    named = next(finding for finding in findings if finding.code == code)
    assert named.text.endswith(".") and named.advice
    written = table(findings) + json.dumps([finding.text for finding in findings])
    for secret in (SECRET, KEY_OF_MODEL, "PRIVATE KEY", "Bearer"):
        assert secret not in written
    if named.state is State.FAULT:
        assert "Amtsklar ist nicht bereit" in table(findings)


async def test_each_town_is_looked_at_and_named(installation: Installation) -> None:
    example = (ROOT / "towns" / "beispiel" / "town.yaml").read_text(encoding="utf-8")
    folder = installation.folder / "staedte"
    for name, tenant in (("nord", TENANT), ("sued", FOREIGN_TENANT)):
        (folder / name).mkdir(parents=True)
        changed = example.replace("1d0f6f6e-2c1a-4a53-9c57-0f8f6f3a1d21", tenant)
        changed = changed.replace("beispielheim.example", "beispielheim.de")
        (folder / name / "town.yaml").write_text(changed, encoding="utf-8")
    installation.settings |= {"towns": folder, "tenants": (), "training_group": ""}
    names = (
        *("KI-Grundlagen", "KI-Schulung Schreiben", "Dienstanweisung KI 2026 gelesen", "Erprobung Bürgerbüro"),
        *("KI-Schulung Anweisungen Pressestelle", "KI-Schulung Anweisungen Bauamt", "KI-Schulung Führung"),
    )
    group = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e1"
    installation.server.names = {f"{group}{number}": name for number, name in enumerate(names, 1)}
    findings = await installation.findings()
    assert amiss(findings) == set()
    assert {f"{area} ({town})" for area in ("Gruppen", "Mandant", "Modell") for town in ("nord", "sued")} <= {
        finding.area for finding in findings
    }
    asked = {request["tenant"] for request in installation.server.token_requests}
    assert asked == {TENANT, FOREIGN_TENANT}
    del installation.server.names[f"{group}4"]
    missing = [finding for finding in await installation.findings() if finding.code == "graph.group_missing"]
    assert {finding.area for finding in missing} == {"Gruppen (nord)", "Gruppen (sued)"}
    assert all("„Erprobung Bürgerbüro“" in finding.text for finding in missing)


@pytest.mark.parametrize(("more", "told"), [(13, False), (14, True)])
async def test_more_groups_than_one_call_takes_are_a_hint(installation: Installation, more: int, told: bool) -> None:
    example = (ROOT / "towns" / "beispiel" / "town.yaml").read_text(encoding="utf-8")
    rings = {f"Erprobung {number}": f"3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d5e{number:02}" for number in range(more)}
    example = example.replace("gruppen:\n", "gruppen:\n" + "".join(f"  {name}: {id}\n" for name, id in rings.items()))
    example = example.replace("[Erprobung Bürgerbüro]", f"[{', '.join(('Erprobung Bürgerbüro', *rings))}]")
    example = example.replace("1d0f6f6e-2c1a-4a53-9c57-0f8f6f3a1d21", TENANT)
    (installation.folder / "staedte" / "nord").mkdir(parents=True)
    (installation.folder / "staedte" / "nord" / "town.yaml").write_text(example, encoding="utf-8")
    installation.settings |= {"towns": installation.folder / "staedte", "tenants": (), "training_group": ""}
    hints = [finding for finding in await installation.findings() if finding.code == "graph.many_groups"]
    assert [(finding.state, "21 verschiedene Gruppen" in finding.text) for finding in hints] == (
        [(State.HINT, True)] if told else []
    )


async def test_a_folder_with_one_town_needs_no_certificate(installation: Installation) -> None:
    _town_file("notiz.txt", "")(installation)
    installation.settings["bot_credential"] = BotCredential.MANAGED_IDENTITY
    # What the identity's own endpoint says does not matter here; there is none on this machine.
    assert "settings.identity_of_one_tenant" not in amiss(await installation.findings())


async def test_a_fault_hides_no_other(installation: Installation) -> None:
    for fault in ("the secret is wrong", "the model does not exist", "the application does not start", "no storage"):
        FAULTS[fault][0](installation)
    found = amiss(await installation.findings())
    # Without a secret there is no token for Graph either; the group is then not asked for.
    expected = {"token.bot.invalid_client", "token.graph.invalid_client", "model.unknown", "host.not_ready"}
    assert found == expected | {"storage.none"}


async def test_the_running_product_itself_passes_at_its_public_address(
    installation: Installation, tmp_path: Path
) -> None:
    from service import build
    from web import create_app

    service = build(installation.chosen().model_copy(update={"tables_url": ""}))
    host = uvicorn.Server(
        uvicorn.Config(
            create_app(service), port=0, log_level="error", lifespan="off", ssl_certfile=tmp_path / "zertifikat.pem"
        )
    )
    serving = asyncio.create_task(host.serve())
    async with asyncio.timeout(10):
        while not host.started:  # noqa: ASYNC110  # uvicorn tells in no other way
            await asyncio.sleep(0.01)
    installation.settings["public_url"] = f"https://127.0.0.1:{host.servers[0].sockets[0].getsockname()[1]}"
    try:
        findings = await installation.findings()
    finally:
        host.should_exit = True
        await serving
        await service.close()
    assert amiss(findings) <= {"host.pane"}  # where nobody has built the pane yet


async def test_a_slow_server_is_given_up(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    never = asyncio.Event()

    async def silent(_request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    monkeypatch.setattr("doctor._SLOW_SECONDS", 0.3)
    installation.server.always["model"] = silent
    findings = await installation.findings()
    never.set()
    assert amiss(findings) == {"model.unreachable"}


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AMTSKLAR_")}
    return subprocess.run(
        [sys.executable, "-m", "service", "doctor", *arguments],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_prints_a_table_and_succeeds_in_the_local_profile() -> None:
    run = _run(AMTSKLAR_PROFILE="local")
    assert (run.returncode, run.stderr) == (0, "")
    assert "Amtsklar ist bereit." in run.stdout
    assert "Dienstanweisung" in run.stdout


def test_the_command_fails_and_names_what_is_missing_for_people_and_machines() -> None:
    run = _run("--json", AMTSKLAR_BOT_ID=BOT, AMTSKLAR_MODEL_KEY=KEY_OF_MODEL)
    told = json.loads(run.stdout)
    assert (run.returncode, told["ready"]) == (1, False)
    assert told["findings"][0]["code"] == "settings.incomplete"
    assert "AMTSKLAR_API_ID" in told["findings"][0]["text"]
    assert KEY_OF_MODEL not in run.stdout + run.stderr


def test_a_broken_directory_fails_in_the_local_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "v.yaml").write_text("mandant: {}\n", encoding="utf-8")
    run = _run(AMTSKLAR_PROFILE="local", AMTSKLAR_DIRECTORY_FILE=str(tmp_path / "v.yaml"))
    assert run.returncode == 1
    assert "v.yaml, Zeile 1" in run.stdout


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["heile"])

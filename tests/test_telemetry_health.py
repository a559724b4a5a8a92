"""What /api/health tells: everybody that the app runs, the admin's key how the dependencies are; and whom it asks."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any, cast

import pytest
from model_server import ModelServer, Status
from starlette.testclient import TestClient

from assistant.path import Answer, Request
from entra.gate import DirectoryUnreachable, Person, PersonUnknown
from entra.watched import WatchedDirectory, reachable
from records.port import StorageUnavailable
from service import Service, build
from settings import Settings, SettingsError, load
from telemetry.health import HEADER, Health, State
from web import create_app
from writers.port import TaskKind

KEY = "0123456789abcdef0123456789abcdef"
ADMIN = {HEADER: KEY}
TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
JANA = Person(TENANT, "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01")


def local(folder: Path, **more: object) -> Service:
    return build(Settings.model_validate({"profile": "local", "records_folder": folder, "health_key": KEY, **more}))


def asked(service: Service, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
    answer = TestClient(create_app(service)).get("/api/health", headers=headers)
    return answer.status_code, answer.json(), dict(answer.headers)


def states(body: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["state"] for one in body["dependencies"]}


# --- Who learns what --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", KEY])
def test_everybody_learns_only_that_the_app_runs(tmp_path: Path, key: str) -> None:
    service = local(tmp_path, health_key=key)
    status, body, _ = asked(service)
    assert (status, set(body), body["status"]) == (200, {"status", "version", "profile"}, "ok")


def test_without_a_key_in_the_settings_no_header_opens_anything(tmp_path: Path) -> None:
    service = local(tmp_path, health_key="")
    for given in ("", KEY):
        status, body, _ = asked(service, **{HEADER: given})
        assert status == 200 and "dependencies" not in body


@pytest.mark.parametrize("given", ["", "falsch", KEY[:-1], KEY + "0", KEY.upper(), "ä" * 32])
def test_a_wrong_key_is_refused_and_asks_nobody(tmp_path: Path, given: str) -> None:
    service = local(tmp_path)
    asks: list[str] = []
    service.health.watch("spy", needed=True, ask=_spy(asks))
    answer = TestClient(create_app(service)).get("/api/health", headers=cast(Any, {HEADER: given.encode()}))
    assert answer.status_code == 401 and "dependencies" not in answer.json()
    assert asks == []


def test_the_key_does_not_count_in_the_address(tmp_path: Path) -> None:
    answer = TestClient(create_app(local(tmp_path))).get(f"/api/health?key={KEY}&{HEADER}={KEY}")
    assert answer.status_code == 200 and "dependencies" not in answer.json()


def test_the_admins_key_opens_the_states_and_no_secret_is_among_them(tmp_path: Path) -> None:
    service = local(tmp_path, seal_key="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    status, body, headers = asked(service, **ADMIN)
    assert status == 200 and body["status"] == "ok"
    assert states(body) == {"storage": "ok", "seal_keys": "ok", "directory": "ok"}
    assert headers["cache-control"] == "no-store"
    written = json.dumps(body)
    for secret in (KEY, "AAECAwQF", str(tmp_path), TENANT, "Jana"):
        assert secret not in written


def test_a_seal_key_of_the_process_is_named_but_stops_nobody(tmp_path: Path) -> None:
    status, body, _ = asked(local(tmp_path), **ADMIN)
    assert (status, body["status"]) == (200, "degraded")
    seals = next(one for one in body["dependencies"] if one["name"] == "seal_keys")
    assert (seals["state"], seals["code"], seals["needed"]) == ("down", "one_per_process", False)


@pytest.mark.parametrize("key", ["kurz", "x" * 31, "ä" * 40, " " + KEY])
def test_a_key_that_could_be_guessed_or_mistyped_stops_the_start(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("AMTSKLAR_PROFILE", "local")
    monkeypatch.setenv("AMTSKLAR_HEALTH_KEY", key)
    with pytest.raises(SettingsError, match="AMTSKLAR_HEALTH_KEY") as refused:
        load()
    assert key.strip() not in str(refused.value)


# --- What is seen ----------------------------------------------------------------------------------------------------


async def test_a_storage_of_switches_that_cannot_be_read_is_not_ready(tmp_path: Path) -> None:
    (tmp_path / "schalter.tsv").write_text("kaputt\n", encoding="utf-8")
    status, body, _ = await asyncio.to_thread(asked, local(tmp_path), **ADMIN)
    assert (status, body["status"]) == (503, "down")
    storage = next(one for one in body["dependencies"] if one["name"] == "storage")
    assert storage["state"] == "down" and storage["code"] and storage["last_failure_seconds"] == 0
    assert storage["last_success_seconds"] is None and "kaputt" not in json.dumps(body)


async def test_a_model_that_is_away_leaves_the_app_ready_since_the_rules_write(tmp_path: Path) -> None:
    # Without a list of models, which some servers do not have.
    async with ModelServer(default=Status(404)) as model:
        service = local(tmp_path, model_url=model.url, model_name="modell")
        report = await service.health.report()
        seen = {one["name"]: one for one in report.dependencies}
        assert model.requests[0].path == "/v1/models"
        assert seen["model"]["state"] == "ok" and seen["model"]["about"] == "modell"
        url = model.url
    service = local(tmp_path, model_url=url, model_name="modell")
    report = await service.health.report()
    seen = {one["name"]: one for one in report.dependencies}
    assert (seen["model"]["state"], seen["model"]["code"]) == ("down", "model_unreachable")
    assert report.is_ready and report.status == "degraded"


async def test_what_requests_saw_of_the_model_counts_and_spares_a_question(tmp_path: Path) -> None:
    async with ModelServer(default=Status(429)) as model:
        service = local(tmp_path, model_url=model.url, model_name="modell")
        last = None
        async for event in service.assistant.run(Request(JANA, TaskKind.EINFACH, "Es wird um Zahlung gebeten.")):
            last = event
        assert isinstance(last, Answer) and last.fallback
        before = len(model.requests)
        report = await service.health.report()
        assert len(model.requests) == before
        seen = next(one for one in report.dependencies if one["name"] == "model")
        assert (seen["state"], seen["code"]) == ("down", "model_rate_limited")
        await service.close()


async def test_a_refused_key_of_the_model_is_named(tmp_path: Path) -> None:
    async with ModelServer(default=Status(401)) as model:
        service = local(tmp_path, model_url=model.url, model_name="modell")
        report = await service.health.report()
        seen = next(one for one in report.dependencies if one["name"] == "model")
        assert (seen["state"], seen["code"]) == ("down", "model_unauthorized")
        await service.close()


class _Directory:
    """A directory that fails as told."""

    def __init__(self) -> None:
        self.code: str | None = None
        self.asked: list[Person] = []

    async def member_of(self, person: Person, groups: Any) -> frozenset[str]:
        self.asked.append(person)
        if self.code is not None:
            raise DirectoryUnreachable(self.code)
        if person.object_id != JANA.object_id:
            raise PersonUnknown
        return frozenset(groups)


async def test_a_directory_that_fails_is_not_ready_and_recovers_by_itself() -> None:
    now = [0.0]
    directory, health = _Directory(), Health(KEY, clock=lambda: now[0])
    watched_one = health.watch("directory", needed=True, ask=lambda: reachable(directory, TENANT, ["g"]))
    watched = WatchedDirectory(directory, watched_one.note)
    directory.code = "graph_503"
    with pytest.raises(DirectoryUnreachable):
        await watched.member_of(JANA, ["g"])
    assert not (await health.report()).is_ready
    directory.code = None
    now[0] += 6
    report = await health.report()
    assert report.is_ready and report.dependencies[0]["last_failure_seconds"] == 6
    assert JANA not in directory.asked[1:]
    now[0] += 6
    await watched.member_of(JANA, ["g"])
    count = len(directory.asked)
    now[0] += 30
    assert (await health.report()).is_ready and len(directory.asked) == count


async def test_a_graph_that_is_away_is_named() -> None:
    from entra.graph import GraphDirectory

    class Tokens:
        async def token(self, resource: str, tenant_id: str = "") -> str:
            return "marke"

    directory = GraphDirectory(Tokens(), url="http://127.0.0.1:9/v1.0", budget=1.0)
    assert (await reachable(directory, TENANT, ["g"])).startswith("graph_")
    await directory.close()


# --- How often and how long others are asked -------------------------------------------------------------------------


def _spy(asks: list[str], code: str = "") -> Any:
    async def ask() -> str:
        asks.append(code)
        return code

    return ask


async def test_many_callers_cost_one_question_in_five_seconds() -> None:
    now, asks = [0.0], list[str]()
    health = Health(KEY, clock=lambda: now[0])
    health.watch("model", needed=False, ask=_spy(asks))
    await asyncio.gather(*(health.report() for _ in range(50)))
    await health.report()
    assert len(asks) == 1
    now[0] += 4.9
    await health.report()
    assert len(asks) == 1
    now[0] += 0.2
    await health.report()
    assert len(asks) == 2


async def test_a_dependency_that_hangs_holds_up_no_report_and_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("telemetry.health.ASK_SECONDS", 0.05)
    now, asks, go_on = [0.0], list[int](), asyncio.Event()

    async def hangs() -> str:
        asks.append(1)
        await go_on.wait()
        return ""

    health = Health(KEY, clock=lambda: now[0])
    slow = health.watch("storage", needed=True, ask=hangs)
    async with asyncio.timeout(5):
        report = await health.report()
        assert not report.is_ready and report.dependencies[0]["code"] == "timeout"
        now[0] += 6
        await health.report()
        assert len(asks) == 1
        go_on.set()
        now[0] += 6
        assert (await health.report()).is_ready
    assert slow.state is State.OK


async def test_a_caller_that_goes_away_takes_the_report_from_nobody() -> None:
    go_on = asyncio.Event()

    async def slow() -> str:
        await go_on.wait()
        return ""

    health = Health(KEY)
    health.watch("storage", needed=True, ask=slow)
    first, second = asyncio.create_task(health.report()), asyncio.create_task(health.report())
    await asyncio.sleep(0)
    first.cancel()
    go_on.set()
    assert (await second).is_ready


async def test_a_question_that_breaks_is_named_by_its_code_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def raises() -> str:
        raise StorageUnavailable("tables_403")

    async def breaks() -> str:
        raise ValueError("Zwitscherfink")

    health = Health(KEY)
    health.watch("storage", needed=False, ask=raises)
    health.watch("model", needed=False, ask=breaks)
    codes = {one["code"] for one in (await health.report()).dependencies}
    assert codes == {"tables_403", "ValueError"}
    assert "Zwitscherfink" not in caplog.text and "dependency down: storage tables_403" in caplog.text

"""What was tried against gate and doors at once: rights that end, endpoints that are slow, down or rubbish while many
requests are under way, and keys that change meanwhile.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from bot_kit import BOT as BOT_MEMBER
from bot_kit import button, http_request, inputs_of
from connector_server import ConnectorServer
from entra_server import (
    API,
    BOT,
    JANA,
    KEY,
    OTHER_KEY,
    TENANT,
    Answer,
    EntraServer,
    access_claims,
    answering,
    broken_off,
    certificate,
    held,
    jwk,
    signed,
    tls_context,
)

from assistant.assistant import Assistant
from bots.connector import Connector
from bots.door import BotDoor
from bots.local import LocalVerifier
from bots.port import Town
from entra.credentials import AppCredential
from entra.gate import NEGATIVE_SECONDS, POSITIVE_SECONDS, Capability, Person, Reason, TrainingGate
from entra.graph import GraphDirectory
from entra.tokens import TokenRefused, TokenVerifier
from jobs.inprocess import InProcessJobs
from policy import load
from records.local import LocalRecords
from settings import ROOT
from writers.rules import RuleWriter

TRAINED = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01"
ACKNOWLEDGED = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e02"
OFFICE, COUNTER = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e03", "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e04"
TEXT = "Die Entrichtung der Gebühr hat bis zum 28. Februar 2027 zu erfolgen."


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Groups:
    """A directory in memory that counts questions."""

    def __init__(self, *held: str) -> None:
        self.held = set(held)
        self.asked = 0

    async def member_of(self, person: Person, groups: Any) -> frozenset[str]:
        self.asked += 1
        return frozenset(self.held & set(groups))


def gate(directory: Any, clock: Any = time.monotonic, **more: Any) -> TrainingGate:
    return TrainingGate(
        directory,
        groups=dict.fromkeys(Capability, (TRAINED,)),
        group_names={TRAINED: "KI-Schulung", ACKNOWLEDGED: "Fassung 2026 gelesen", OFFICE: "Ordnungsamt"},
        tenants=[TENANT],
        course_url="https://intranet.example/k",
        contact="die KI-Beauftragte",
        clock=clock,
        **more,
    )


# --- Acknowledgement and pilots -------------------------------------------------------------------------------------


async def test_the_acknowledgement_of_the_policy_in_force_is_a_further_group() -> None:
    clock, directory = Clock(), Groups(TRAINED)
    closed = gate(directory, clock, acknowledgement=ACKNOWLEDGED, policy="Dienstanweisung KI, Fassung 2026")
    refused = await closed.admit(Person(TENANT, JANA), Capability.REWRITE)
    assert refused.reason is Reason.ACKNOWLEDGEMENT_MISSING
    assert "Dienstanweisung KI, Fassung 2026" in refused.text and "„Fassung 2026 gelesen“" in refused.text
    directory.held.add(ACKNOWLEDGED)
    clock.now += NEGATIVE_SECONDS
    assert (await closed.admit(Person(TENANT, JANA), Capability.REWRITE)).allowed


async def test_a_capability_on_trial_is_open_to_its_rings_and_others_to_everybody_trained() -> None:
    clock, directory = Clock(), Groups(TRAINED)
    trial = gate(directory, clock, pilots={Capability.DRAFT: (OFFICE, COUNTER)})
    refused = await trial.admit(Person(TENANT, JANA), Capability.DRAFT)
    assert refused.reason is Reason.NOT_IN_PILOT
    assert "„Ordnungsamt“" in refused.text and "Briefe entwerfen" in refused.text
    assert (await trial.admit(Person(TENANT, JANA), Capability.REWRITE)).allowed
    assert directory.asked == 1
    directory.held.add(COUNTER)
    clock.now += NEGATIVE_SECONDS
    assert (await trial.admit(Person(TENANT, JANA), Capability.DRAFT)).allowed


async def test_a_ring_without_training_opens_nothing() -> None:
    trial = gate(Groups(OFFICE, ACKNOWLEDGED), acknowledgement=ACKNOWLEDGED, pilots={Capability.DRAFT: (OFFICE,)})
    refused = await trial.admit(Person(TENANT, JANA), Capability.DRAFT)
    assert refused.reason is Reason.TRAINING_MISSING


# --- Rights that end ------------------------------------------------------------------------------------------------


async def test_a_button_pressed_again_after_the_right_ended_brings_back_no_text() -> None:
    clock, directory = Clock(), Groups(TRAINED)
    assistant = Assistant(
        gate=gate(directory, clock),
        screener=load(ROOT / "policy" / "dienstanweisung.yaml"),
        writers=[RuleWriter()],
        records=LocalRecords(),
    )
    async with ConnectorServer() as server:
        connector = Connector(None)
        jobs = InProcessJobs(lambda job, turn: door.work.perform(job, turn))
        door = BotDoor(
            assistant=assistant,
            verifier=LocalVerifier(),
            connector=connector,
            jobs=jobs,
            town=Town("Regeln", "1", (), "https://intranet.example/k", "die KI-Beauftragte", assistant.letter_kinds()),
            text_of_html=assistant.text_of_html,
        )

        async def send(kind: str, number: int, **fields: Any) -> str:
            activity = {
                "type": kind,
                "id": f"in-{number}",
                "serviceUrl": server.url,
                "channelId": "msteams",
                "from": {"id": "29:1", "name": "Jana Weber", "aadObjectId": JANA},
                "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:1"},
                "recipient": {"id": BOT_MEMBER, "name": "Amtsklar"},
                "channelData": {"tenant": {"id": TENANT}},
                **fields,
            }
            request = http_request(json.dumps(activity).encode(), {"content-type": "application/json"})
            return bytes((await door.messages(request)).body).decode()

        async def press(title: str, number: int) -> str:
            action = button(card, title)
            data = {**inputs_of(card), **action["data"]}
            value = {"action": {"type": "Action.Execute", "verb": data["verb"], "data": data}}
            return await send("invoke", number, name="adaptiveCard/action", value=value)

        await send("message", 1, text=TEXT)
        card = server.cards[-1]
        directory.held.clear()
        clock.now += POSITIVE_SECONDS
        texts = len(server.messages)
        for number, title in enumerate(("Original", "Text zum Kopieren"), 2):
            assert "KI-Schulung" in await press(title, number)
        await press("Einfacher", 9)
        told = json.dumps(server.messages[texts:], ensure_ascii=False, default=str)
        assert "28. Februar" not in told and "KI-Schulung" in told
        await door.close()


async def test_a_right_that_ended_counts_for_ten_minutes_at_most_and_one_given_back_is_seen_at_once_when_asked() -> (
    None
):
    clock, directory = Clock(), Groups(TRAINED)
    jana, door = Person(TENANT, JANA), gate(directory, clock)
    assert (await door.admit(jana, Capability.REWRITE)).allowed
    directory.held.clear()
    clock.now += POSITIVE_SECONDS - 1
    assert (await door.admit(jana, Capability.REWRITE)).allowed
    clock.now += 1
    assert not (await door.admit(jana, Capability.REWRITE)).allowed
    directory.held.add(TRAINED)
    door.forget(jana)
    assert (await door.admit(jana, Capability.REWRITE)).allowed


# --- Endpoints that fail while 50 requests are under way -------------------------------------------------------------


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EntraServer]:
    file = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    async with EntraServer(tls=tls_context(file)) as running:
        yield running


@pytest.fixture
async def graph() -> AsyncIterator[EntraServer]:
    # aiohttp's list of certificates is made when it is imported, so this one is asked without encryption.
    async with EntraServer() as running:
        yield running


def people(count: int) -> list[Person]:
    return [Person(TENANT, f"5b0f0c58-6f0e-4f0e-9b1e-{number:012}") for number in range(count)]


FAILURES: dict[str, Answer | None] = {
    "slow": None,
    "down": broken_off,
    "an error": answering(500, {"error": "temporarily_unavailable"}),
    "refused": answering(401, {"error": "invalid_client"}),
    "rubbish": answering(200, "<html>Wartung</html>"),
    "without a token": answering(200, {"token_type": "Bearer"}),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_token_endpoint_that_fails_closes_for_strangers_and_delays_nobody_known(
    server: EntraServer, graph: EntraServer, failure: str
) -> None:
    credential = AppCredential.for_secret(BOT, "geheim", tenant_id=TENANT, login_url=server.url)
    directory = GraphDirectory(credential, url=graph.url + "/v1.0", budget=0.8)
    known, *strangers = people(51)
    graph.groups = {known.object_id: {TRAINED}}
    door = gate(directory)
    assert (await door.admit(known, Capability.REWRITE)).allowed
    opened = asyncio.Event()
    # A new process of the same app: it has no token yet.
    fresh = AppCredential.for_secret(BOT, "geheim", tenant_id=TENANT, login_url=server.url)
    directory._tokens = fresh  # pyright: ignore[reportPrivateUsage]
    server.always["token"] = FAILURES[failure] or held(opened)
    waiting = [asyncio.create_task(door.admit(stranger, Capability.REWRITE)) for stranger in strangers]
    for _ in range(200):
        began = time.perf_counter()
        assert (await door.admit(known, Capability.REWRITE)).allowed
        assert time.perf_counter() - began < 0.5
        await asyncio.sleep(0)
    refusals = await asyncio.gather(*waiting)
    assert {(refusal.allowed, refusal.reason) for refusal in refusals} == {(False, Reason.DIRECTORY_UNREACHABLE)}
    opened.set()
    await directory.close()


@pytest.mark.parametrize("failure", ["slow", "down", "an error", "rubbish"])
async def test_a_graph_that_fails_closes_for_strangers_and_delays_nobody_known(
    server: EntraServer, graph: EntraServer, failure: str
) -> None:
    credential = AppCredential.for_secret(BOT, "geheim", tenant_id=TENANT, login_url=server.url)
    directory = GraphDirectory(credential, url=graph.url + "/v1.0", budget=0.8)
    known, *strangers = people(51)
    graph.groups = {person.object_id: {TRAINED} for person in (known, *strangers)}
    door = gate(directory)
    assert (await door.admit(known, Capability.REWRITE)).allowed
    opened = asyncio.Event()
    graph.always["graph"] = FAILURES[failure] or held(opened)
    waiting = [asyncio.create_task(door.admit(stranger, Capability.REWRITE)) for stranger in strangers]
    for _ in range(200):
        assert (await door.admit(known, Capability.REWRITE)).allowed
        await asyncio.sleep(0)
    assert {refusal.reason for refusal in await asyncio.gather(*waiting)} == {Reason.DIRECTORY_UNREACHABLE}
    opened.set()
    del graph.always["graph"]
    assert (await door.admit(strangers[0], Capability.REWRITE)).allowed
    await directory.close()


@pytest.mark.parametrize("failure", ["slow", "down", "an error", "rubbish"])
async def test_keys_that_fail_at_one_issuer_delay_nobody_at_the_other(graph: EntraServer, failure: str) -> None:
    verifier = TokenVerifier(
        tenants=[TENANT],
        bot_id=BOT,
        bot_openid_url=graph.url + "/v1/.well-known/openidconfiguration",
        api_id=API,
        api_clients=[],
        login_url=graph.url,
        fetch_seconds=0.6,
    )
    opened = asyncio.Event()
    graph.always["bot_metadata"] = FAILURES[failure] or held(opened)

    async def bot() -> int:
        try:
            await verifier.verify(signed({"iss": "x", "aud": BOT}), {})
        except TokenRefused as refused:
            return refused.status
        return 200

    waiting = [asyncio.create_task(bot()) for _ in range(50)]
    token = signed(access_claims(graph.url))
    for _ in range(50):
        assert (await verifier.person_of(token)).object_id == JANA
    assert set(await asyncio.gather(*waiting)) == {503}
    opened.set()
    await verifier.close()


async def test_keys_that_change_while_many_ask_lose_no_request_of_the_pane(graph: EntraServer) -> None:
    verifier = TokenVerifier(
        tenants=[TENANT],
        bot_id=BOT,
        bot_openid_url=graph.url + "/v1/.well-known/openidconfiguration",
        api_id=API,
        api_clients=[],
        login_url=graph.url,
    )
    old, new = signed(access_claims(graph.url)), signed(access_claims(graph.url), OTHER_KEY, "k2")
    await verifier.person_of(old)

    async def ask(number: int) -> str:
        if number == 20:
            graph.keys = [jwk(KEY, "k1"), jwk(OTHER_KEY, "k2")]
        await asyncio.sleep(0)
        return (await verifier.person_of(new if number >= 25 else old)).object_id

    assert await asyncio.gather(*(ask(number) for number in range(100))) == [JANA] * 100
    assert graph.calls["api_keys"] == 2
    await verifier.close()


async def test_a_warm_request_is_verified_and_admitted_in_half_a_millisecond(graph: EntraServer) -> None:
    verifier = TokenVerifier(
        tenants=[TENANT],
        bot_id=BOT,
        bot_openid_url=graph.url + "/v1/.well-known/openidconfiguration",
        api_id=API,
        api_clients=[],
        login_url=graph.url,
    )
    from records.switches import RememberedSwitches

    door = gate(Groups(TRAINED), acknowledgement="", switches=RememberedSwitches(LocalRecords()))
    token = signed(access_claims(graph.url))
    times: list[float] = []
    for _ in range(300):
        began = time.process_time()
        admission = await door.admit(await verifier.person_of(token), Capability.REWRITE)
        times.append(time.process_time() - began)
        assert admission.allowed
    assert sorted(times)[150] <= 0.0005
    await verifier.close()

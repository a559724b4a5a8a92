"""Group membership from a server with Graph's shapes, also when it is slow, throttling, down or talks rubbish."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator

import pytest
from entra_server import JANA, TENANT, EntraServer, answering, broken_off, held

from entra.credentials import TokenUnavailable
from entra.gate import Capability, DirectoryUnreachable, Person, PersonUnknown, Reason, TrainingGate
from entra.graph import GraphDirectory

BASICS = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01"
PERSON = Person(TENANT, JANA, "Jana Weber")


class Tokens:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.failure: TokenUnavailable | None = None

    async def token(self, resource: str, tenant_id: str = "") -> str:
        self.asked.append((resource, tenant_id))
        if self.failure:
            raise self.failure
        return "t1"


class Time:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def server() -> AsyncIterator[EntraServer]:
    async with EntraServer() as running:
        running.groups[JANA] = {BASICS}
        yield running


@pytest.fixture
async def graph(server: EntraServer, tokens: Tokens, time: Time) -> AsyncIterator[GraphDirectory]:
    directory = GraphDirectory(tokens, url=server.url + "/v1.0", clock=time, sleep=time.sleep)
    yield directory
    await directory.close()


async def test_membership_is_asked_for_with_the_apps_own_token(
    graph: GraphDirectory, server: EntraServer, tokens: Tokens
) -> None:
    other = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e02"
    assert await graph.member_of(PERSON, [BASICS, other]) == {BASICS}
    assert server.batches == [[BASICS, other]]
    assert server.graph_headers[0]["Authorization"] == "Bearer t1"
    assert tokens.asked == [("https://graph.microsoft.com", TENANT)]


async def test_groups_are_asked_for_in_batches_of_twenty(graph: GraphDirectory, server: EntraServer) -> None:
    groups = [f"3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4{number:03}" for number in range(45)]
    server.groups[JANA] = {groups[0], groups[20], groups[44]}
    assert await graph.member_of(PERSON, groups) == {groups[0], groups[20], groups[44]}
    assert [len(batch) for batch in server.batches] == [20, 20, 5]


async def test_only_asked_groups_count(graph: GraphDirectory, server: EntraServer) -> None:
    server.next["graph"] = deque([answering(200, {"value": ["3e7d5b1a-0000-4d8e-8f60-7a1b2c3d4e99", BASICS.upper()]})])
    assert await graph.member_of(PERSON, [BASICS]) == {BASICS}


async def test_person_unknown_to_graph(graph: GraphDirectory) -> None:
    with pytest.raises(PersonUnknown):
        await graph.member_of(Person(TENANT, "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a99"), [BASICS])


@pytest.mark.parametrize("object_id", ["", "me", "../groups", f"{JANA}/x", "jana@stadt.example"])
async def test_an_id_that_is_none_never_becomes_part_of_an_address(
    graph: GraphDirectory, server: EntraServer, object_id: str
) -> None:
    with pytest.raises(PersonUnknown):
        await graph.member_of(Person(TENANT, object_id), [BASICS])
    assert server.calls["graph"] == 0


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_honoured(graph: GraphDirectory, server: EntraServer, time: Time, status: int) -> None:
    server.next["graph"] = deque([answering(status, {}, Retry_After="2")])
    assert await graph.member_of(PERSON, [BASICS]) == {BASICS}
    assert time.slept == [2.0]


async def test_retry_after_as_a_date_is_understood(graph: GraphDirectory, server: EntraServer, time: Time) -> None:
    server.next["graph"] = deque([answering(429, {}, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")])
    assert await graph.member_of(PERSON, [BASICS]) == {BASICS}
    assert time.slept == []


async def test_longer_than_the_budget_is_not_waited_for(graph: GraphDirectory, server: EntraServer, time: Time) -> None:
    server.always["graph"] = answering(429, {}, Retry_After="120")
    with pytest.raises(DirectoryUnreachable) as caught:
        await graph.member_of(PERSON, [BASICS])
    assert caught.value.code == "graph_429"
    assert time.slept == []


async def test_throttling_holds_for_everybody(graph: GraphDirectory, server: EntraServer, time: Time) -> None:
    server.next["graph"] = deque([answering(429, {}, Retry_After="120")])
    with pytest.raises(DirectoryUnreachable):
        await graph.member_of(PERSON, [BASICS])
    with pytest.raises(DirectoryUnreachable, match="graph_throttled"):
        await graph.member_of(PERSON, [BASICS])
    assert server.calls["graph"] == 1
    time.now += 121
    assert await graph.member_of(PERSON, [BASICS]) == {BASICS}


async def test_passing_failures_are_tried_again_with_growing_pauses(
    graph: GraphDirectory, server: EntraServer, time: Time
) -> None:
    server.next["graph"] = deque([answering(500), broken_off, answering(504)])
    assert await graph.member_of(PERSON, [BASICS]) == {BASICS}
    assert time.slept == pytest.approx([0.4, 0.8, 1.6])


async def test_down_for_good_is_unreachable_within_the_budget(
    graph: GraphDirectory, server: EntraServer, time: Time
) -> None:
    server.always["graph"] = answering(503)
    with pytest.raises(DirectoryUnreachable, match="graph_503"):
        await graph.member_of(PERSON, [BASICS])
    assert time.now < 4.0


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refusal_is_not_tried_again(graph: GraphDirectory, server: EntraServer, status: int) -> None:
    server.always["graph"] = answering(status, {"error": {"code": "Authorization_RequestDenied"}})
    with pytest.raises(DirectoryUnreachable, match=f"graph_{status}"):
        await graph.member_of(PERSON, [BASICS])
    assert server.calls["graph"] == 1


async def test_a_wrong_address_is_not_taken_for_an_unknown_person(graph: GraphDirectory, server: EntraServer) -> None:
    server.always["graph"] = answering(404, "<html>Not Found</html>")
    with pytest.raises(DirectoryUnreachable):
        await graph.member_of(PERSON, [BASICS])


@pytest.mark.parametrize(
    "rubbish",
    [
        "<html>",
        "",
        "[]",
        "{}",
        '{"value": null}',
        '{"value": "' + BASICS + '"}',
        '{"value": [1]}',
        "😀",
        '{"value": ["' + "x" * 70_000 + '"]}',
    ],
)
async def test_rubbish_is_no_answer(graph: GraphDirectory, server: EntraServer, rubbish: str) -> None:
    server.always["graph"] = answering(200, rubbish)
    with pytest.raises(DirectoryUnreachable):
        await graph.member_of(PERSON, [BASICS])


async def test_nobody_listening_is_unreachable(tokens: Tokens, time: Time) -> None:
    directory = GraphDirectory(tokens, url="http://127.0.0.1:9/v1.0", clock=time, sleep=time.sleep)
    with pytest.raises(DirectoryUnreachable, match="graph_ClientConnectorError"):
        await directory.member_of(PERSON, [BASICS])
    await directory.close()


async def test_no_token_is_unreachable(graph: GraphDirectory, tokens: Tokens, server: EntraServer) -> None:
    tokens.failure = TokenUnavailable("invalid_client")
    with pytest.raises(DirectoryUnreachable, match="graph_token_invalid_client"):
        await graph.member_of(PERSON, [BASICS])
    assert server.calls["graph"] == 0


async def test_a_silent_graph_closes_the_door_in_time_and_delays_nobody_known(
    server: EntraServer, tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    directory = GraphDirectory(tokens, url=server.url + "/v1.0", budget=0.6)
    gate = TrainingGate(
        directory,
        groups={capability: [BASICS] for capability in Capability},
        group_names={},
        tenants=[TENANT],
        course_url="",
        contact="",
    )
    assert (await gate.admit(PERSON, Capability.REWRITE)).allowed
    opened = asyncio.Event()
    server.always["graph"] = held(opened)
    strangers = [Person(TENANT, f"5b0f0c58-6f0e-4f0e-9b1e-0000000000{number:02}") for number in range(50)]
    with caplog.at_level(logging.DEBUG):
        waiting = [asyncio.create_task(gate.admit(stranger, Capability.REWRITE)) for stranger in strangers]
        async with asyncio.timeout(0.5):
            assert (await gate.admit(PERSON, Capability.REWRITE)).allowed
        refusals = await asyncio.gather(*waiting)
    assert {refusal.reason for refusal in refusals} == {Reason.DIRECTORY_UNREACHABLE}
    assert "5b0f0c58" not in caplog.text
    opened.set()
    await directory.close()

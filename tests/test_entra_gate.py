"""Who is admitted, for how long that holds, and what a refused person is told."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from entra.gate import (
    NEGATIVE_SECONDS,
    POSITIVE_SECONDS,
    Admission,
    Capability,
    DirectoryUnreachable,
    Person,
    PersonUnknown,
    Reason,
    TrainingGate,
)

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
BASICS = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01"
PROMPTING = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e02"
JANA = Person(TENANT, "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01", "Jana Weber")
TOBIAS = Person(TENANT, "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a02", "Tobias Lindner")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Directory:
    """A directory in memory whose answers a test can change, hold back or break."""

    members: dict[str, set[str]] = field(default_factory=lambda: {JANA.object_id: {BASICS, PROMPTING}})
    unknown: set[str] = field(default_factory=set[str])
    failure: Exception | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Queue[str] = field(default_factory=asyncio.Queue[str])
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list[tuple[str, tuple[str, ...]]])

    def __post_init__(self) -> None:
        self.open.set()

    async def member_of(self, person: Person, groups: Sequence[str]) -> frozenset[str]:
        self.asked.append((person.object_id, tuple(groups)))
        self.arrived.put_nowait(person.object_id)
        await self.open.wait()
        if self.failure is not None:
            raise self.failure
        if person.object_id in self.unknown:
            raise PersonUnknown
        return frozenset(self.members.get(person.object_id, set()) & set(groups))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory() -> Directory:
    return Directory()


def make_gate(directory: Directory, clock: Clock, remember_at_most: int = 10_000) -> TrainingGate:
    return TrainingGate(
        directory,
        groups={
            Capability.REWRITE: [BASICS],
            Capability.CHECK: [BASICS],
            Capability.DRAFT: [BASICS, PROMPTING],
            Capability.FREE: [BASICS],
            Capability.TALK: [BASICS],
        },
        group_names={BASICS: "KI-Schulung abgeschlossen", PROMPTING: "KI-Schulung Prompts"},
        tenants=[TENANT.upper()],
        course_url="https://intranet.example/ki-schulung",
        contact="die KI-Beauftragte der Stadt",
        clock=clock,
        remember_at_most=remember_at_most,
    )


@pytest.fixture
def gate(directory: Directory, clock: Clock) -> TrainingGate:
    return make_gate(directory, clock)


async def test_trained_person_is_admitted(gate: TrainingGate) -> None:
    assert await gate.admit(JANA, Capability.DRAFT) == Admission(True, Reason.TRAINED)


async def test_untrained_person_learns_what_is_missing_and_where_to_go(gate: TrainingGate) -> None:
    refusal = await gate.admit(TOBIAS, Capability.REWRITE)
    assert (refusal.allowed, refusal.reason) == (False, Reason.TRAINING_MISSING)
    assert "„KI-Schulung abgeschlossen“" in refusal.text
    assert "Ihr Text wurde nicht verarbeitet" in refusal.text
    assert "Bei Fragen hilft die KI-Beauftragte der Stadt." in refusal.text
    assert refusal.course_url == "https://intranet.example/ki-schulung"
    assert refusal.contact == "die KI-Beauftragte der Stadt"
    assert BASICS not in refusal.text


async def test_only_the_missing_groups_are_named(gate: TrainingGate, directory: Directory) -> None:
    directory.members[TOBIAS.object_id] = {BASICS}
    assert (await gate.admit(TOBIAS, Capability.REWRITE)).allowed
    refusal = await gate.admit(TOBIAS, Capability.DRAFT)
    assert "zur Gruppe „KI-Schulung Prompts“" in refusal.text
    assert "abgeschlossen“" not in refusal.text


async def test_several_missing_groups_are_all_named(gate: TrainingGate) -> None:
    refusal = await gate.admit(TOBIAS, Capability.DRAFT)
    assert "den Gruppen „KI-Schulung abgeschlossen“ und „KI-Schulung Prompts“" in refusal.text


async def test_of_the_trainings_of_several_departments_one_is_enough(directory: Directory, clock: Clock) -> None:
    builders, press = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e08", "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e09"
    gate = TrainingGate(
        directory,
        groups={**dict.fromkeys(Capability, (BASICS,)), Capability.FREE: [BASICS, (builders.upper(), press)]},
        group_names={BASICS: "Grundlagen", builders: "Schulung Bauamt", press: "Schulung Presse"},
        tenants=[TENANT],
        course_url="https://intranet.example/ki-schulung",
        contact="die KI-Beauftragte",
        clock=clock,
    )
    directory.members[TOBIAS.object_id] = {BASICS}
    refusal = await gate.admit(TOBIAS, Capability.FREE)
    assert "Sie gehören noch nicht zur Gruppe „Schulung Bauamt“ oder „Schulung Presse“." in refusal.text
    assert (await gate.admit(TOBIAS, Capability.TALK)).allowed
    for own in (builders, press):
        directory.members[TOBIAS.object_id] = {BASICS, own}
        gate.forget(TOBIAS)
        assert (await gate.admit(TOBIAS, Capability.FREE)).allowed
    directory.members[TOBIAS.object_id] = {builders, press}
    gate.forget(TOBIAS)
    assert not (await gate.admit(TOBIAS, Capability.FREE)).allowed


@pytest.mark.parametrize("nothing", [[()], [("", BASICS)], [""], []])
def test_an_empty_choice_of_trainings_opens_nothing(directory: Directory, nothing: list[Any]) -> None:
    with pytest.raises(ValueError, match="frei"):
        TrainingGate(
            directory,
            groups={**dict.fromkeys(Capability, (BASICS,)), Capability.FREE: nothing},
            group_names={},
            tenants=[TENANT],
            course_url="",
            contact="",
        )


async def test_person_unknown_to_the_directory_is_refused(gate: TrainingGate, directory: Directory) -> None:
    directory.unknown.add(TOBIAS.object_id)
    refusal = await gate.admit(TOBIAS, Capability.REWRITE)
    assert (refusal.allowed, refusal.reason) == (False, Reason.UNKNOWN_PERSON)
    assert refusal.title and refusal.text


@pytest.mark.parametrize("tenant", ["99999999-2c1a-4a53-9c57-0f8f6f3a1d20", ""])
async def test_foreign_tenant_is_refused_without_asking(gate: TrainingGate, directory: Directory, tenant: str) -> None:
    refusal = await gate.admit(Person(tenant, JANA.object_id), Capability.REWRITE)
    assert (refusal.allowed, refusal.reason) == (False, Reason.UNKNOWN_TENANT)
    assert (refusal.course_url, refusal.contact) == ("", "")
    assert directory.asked == []


async def test_person_without_id_is_refused_without_asking(gate: TrainingGate, directory: Directory) -> None:
    refusal = await gate.admit(Person(TENANT, ""), Capability.REWRITE)
    assert refusal.reason is Reason.UNKNOWN_PERSON
    assert directory.asked == []


async def test_unreachable_directory_closes_the_door(gate: TrainingGate, directory: Directory) -> None:
    directory.failure = DirectoryUnreachable("graph_503")
    refusal = await gate.admit(JANA, Capability.REWRITE)
    assert (refusal.allowed, refusal.reason) == (False, Reason.DIRECTORY_UNREACHABLE)
    assert "in einigen Minuten" in refusal.text


async def test_a_defect_of_the_directory_closes_the_door_and_is_not_quoted(
    gate: TrainingGate, directory: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    directory.failure = RuntimeError("Jana Weber")
    with caplog.at_level(logging.DEBUG):
        refusal = await gate.admit(JANA, Capability.REWRITE)
    assert refusal.reason is Reason.DIRECTORY_UNREACHABLE
    assert "RuntimeError" in caplog.text
    assert "Jana" not in caplog.text


async def test_a_failure_is_not_remembered(gate: TrainingGate, directory: Directory) -> None:
    directory.failure = DirectoryUnreachable("graph_503")
    await gate.admit(JANA, Capability.REWRITE)
    directory.failure = None
    assert (await gate.admit(JANA, Capability.REWRITE)).allowed


async def test_one_question_asks_for_the_groups_of_all_capabilities(gate: TrainingGate, directory: Directory) -> None:
    for capability in Capability:
        await gate.admit(JANA, capability)
    assert directory.asked == [(JANA.object_id, (BASICS, PROMPTING))]


async def test_positive_answer_counts_for_ten_minutes(gate: TrainingGate, directory: Directory, clock: Clock) -> None:
    await gate.admit(JANA, Capability.REWRITE)
    directory.members.clear()
    clock.now += POSITIVE_SECONDS - 1
    assert (await gate.admit(JANA, Capability.REWRITE)).allowed
    clock.now += 1
    assert not (await gate.admit(JANA, Capability.REWRITE)).allowed


async def test_the_time_counts_from_the_question_not_from_a_late_answer(
    gate: TrainingGate, directory: Directory, clock: Clock
) -> None:
    directory.open.clear()
    waiting = asyncio.create_task(gate.admit(JANA, Capability.REWRITE))
    await directory.arrived.get()
    clock.now += 100
    directory.open.set()
    await waiting
    directory.members.clear()
    clock.now += POSITIVE_SECONDS - 100
    assert not (await gate.admit(JANA, Capability.REWRITE)).allowed


async def test_negative_answer_counts_for_one_minute(gate: TrainingGate, directory: Directory, clock: Clock) -> None:
    await gate.admit(TOBIAS, Capability.REWRITE)
    directory.members[TOBIAS.object_id] = {BASICS}
    clock.now += NEGATIVE_SECONDS - 1
    assert not (await gate.admit(TOBIAS, Capability.REWRITE)).allowed
    clock.now += 1
    assert (await gate.admit(TOBIAS, Capability.REWRITE)).allowed


async def test_fresh_positive_counts_while_the_directory_is_down(
    gate: TrainingGate, directory: Directory, clock: Clock
) -> None:
    directory.members[TOBIAS.object_id] = {BASICS}
    await gate.admit(TOBIAS, Capability.REWRITE)
    directory.failure = DirectoryUnreachable("graph_503")
    clock.now += POSITIVE_SECONDS - 1
    # The other capability lacks a group; asking for it in vain must not spoil what is known.
    assert (await gate.admit(TOBIAS, Capability.DRAFT)).reason is Reason.DIRECTORY_UNREACHABLE
    assert (await gate.admit(TOBIAS, Capability.REWRITE)).allowed
    clock.now += 1
    assert (await gate.admit(TOBIAS, Capability.REWRITE)).reason is Reason.DIRECTORY_UNREACHABLE


async def test_checking_again_asks_at_once(gate: TrainingGate, directory: Directory) -> None:
    await gate.admit(TOBIAS, Capability.REWRITE)
    directory.members[TOBIAS.object_id] = {BASICS}
    gate.forget(TOBIAS)
    assert (await gate.admit(TOBIAS, Capability.REWRITE)).allowed


async def test_many_requests_of_one_person_ask_once(gate: TrainingGate, directory: Directory) -> None:
    answers = await asyncio.gather(*(gate.admit(JANA, Capability.REWRITE) for _ in range(50)))
    assert all(answer.allowed for answer in answers)
    assert len(directory.asked) == 1


async def test_a_request_given_up_takes_nothing_from_the_others(gate: TrainingGate, directory: Directory) -> None:
    directory.open.clear()
    first, second = (asyncio.create_task(gate.admit(JANA, Capability.REWRITE)) for _ in range(2))
    await directory.arrived.get()
    first.cancel()
    directory.open.set()
    assert (await second).allowed
    with pytest.raises(asyncio.CancelledError):
        await first
    assert len(directory.asked) == 1


async def test_a_slow_answer_from_before_forgetting_is_not_kept(gate: TrainingGate, directory: Directory) -> None:
    directory.open.clear()
    before = asyncio.create_task(gate.admit(TOBIAS, Capability.REWRITE))
    await directory.arrived.get()
    gate.forget(TOBIAS)
    directory.open.set()
    await before
    directory.members[TOBIAS.object_id] = {BASICS}
    assert (await gate.admit(TOBIAS, Capability.REWRITE)).allowed


async def test_a_slow_question_holds_up_nobody_else(gate: TrainingGate, directory: Directory) -> None:
    await gate.admit(JANA, Capability.REWRITE)
    await directory.arrived.get()
    directory.open.clear()
    waiting = asyncio.create_task(gate.admit(TOBIAS, Capability.REWRITE))
    await directory.arrived.get()
    assert (await gate.admit(JANA, Capability.REWRITE)).allowed
    directory.open.set()
    assert not (await waiting).allowed


async def test_ids_are_compared_without_case(directory: Directory, clock: Clock) -> None:
    gate = make_gate(directory, clock)
    shouted = Person(TENANT.upper(), JANA.object_id.upper())
    directory.members[shouted.object_id] = {BASICS}
    assert (await gate.admit(shouted, Capability.REWRITE)).allowed
    await gate.admit(JANA, Capability.REWRITE)
    assert len(directory.asked) == 1


async def test_memory_is_bounded(directory: Directory, clock: Clock) -> None:
    gate = make_gate(directory, clock, remember_at_most=3)
    people = [Person(TENANT, f"5b0f0c58-6f0e-4f0e-9b1e-00000000000{number}") for number in range(5)]
    for person in people:
        await gate.admit(person, Capability.REWRITE)
    # The youngest three are still known, the oldest two have to be asked for again.
    for person in people[2:]:
        await gate.admit(person, Capability.REWRITE)
    assert len(directory.asked) == 5
    await gate.admit(people[0], Capability.REWRITE)
    assert len(directory.asked) == 6


async def test_450_people_with_20_messages_an_hour_cost_six_questions_each(directory: Directory, clock: Clock) -> None:
    gate = make_gate(directory, clock)
    people = [Person(TENANT, f"5b0f0c58-6f0e-4f0e-9b1e-000000000{number:03}") for number in range(450)]
    for person in people:
        directory.members[person.object_id] = {BASICS}
    for _message in range(20):
        for person in people:
            await gate.admit(person, Capability.REWRITE)
            clock.now += 3600 / (20 * 450)
    most = max(sum(1 for asked, _ in directory.asked if asked == person.object_id) for person in people)
    assert most <= 6


def test_a_capability_without_group_is_not_open_to_everybody(directory: Directory) -> None:
    with pytest.raises(ValueError, match="umschreiben"):
        TrainingGate(
            directory,
            groups={Capability.DRAFT: [BASICS], Capability.CHECK: [BASICS]},
            group_names={},
            tenants=[TENANT],
            course_url="",
            contact="",
        )


def test_a_person_does_not_show_in_a_repr() -> None:
    assert repr(JANA) == "Person(…)"

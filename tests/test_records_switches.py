"""The kill switch: works within a minute, costs nothing in between, and closes when nobody can say what is off."""

import asyncio

import pytest

from entra.gate import Capability, Person, Reason, TrainingGate
from records.local import LocalRecords
from records.port import StorageUnavailable
from records.switches import RememberedSwitches

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
OTHER = "99999999-2c1a-4a53-9c57-0f8f6f3a1d99"
JANA = Person(TENANT, "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Storage(LocalRecords):
    """Counts how often it is read; can be held or fail."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.fails = False
        self.go = asyncio.Event()
        self.go.set()

    async def switched_off(self) -> frozenset[tuple[str, str]]:
        self.reads += 1
        await self.go.wait()
        if self.fails:
            raise StorageUnavailable("tables_503")
        return await super().switched_off()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def storage() -> Storage:
    return Storage()


@pytest.fixture
def switches(storage: Storage, clock: Clock) -> RememberedSwitches:
    return RememberedSwitches(storage, clock=clock)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_switch_works_within_a_minute_for_its_tenant_and_capability_alone(
    switches: RememberedSwitches, storage: Storage, clock: Clock
) -> None:
    assert await switches.is_off(TENANT, "entwerfen") is False
    await storage.switch(TENANT, "entwerfen", off=True)
    seen_after = None
    for second in range(60):
        clock.now += 1
        if await switches.is_off(TENANT, "entwerfen"):
            seen_after = second
            break
        await settle()
    assert seen_after is not None and seen_after < 60
    assert await switches.is_off(TENANT, "umschreiben") is False
    assert await switches.is_off(OTHER, "entwerfen") is False


async def test_after_a_quiet_time_the_first_request_already_sees_it(
    switches: RememberedSwitches, storage: Storage, clock: Clock
) -> None:
    assert await switches.is_off(TENANT, "entwerfen") is False
    await storage.switch(TENANT, "alles", off=True)
    clock.now += 60
    assert await switches.is_off(TENANT.upper(), "entwerfen") is True
    await storage.switch(TENANT, "alles", off=False)
    clock.now += 60
    assert await switches.is_off(TENANT, "entwerfen") is False


async def test_many_requests_cause_one_reading(switches: RememberedSwitches, storage: Storage, clock: Clock) -> None:
    storage.go.clear()
    asked = [asyncio.create_task(switches.is_off(TENANT, "pruefen")) for _ in range(50)]
    await settle()
    storage.go.set()
    assert await asyncio.gather(*asked) == [False] * 50
    for _ in range(100):
        await switches.is_off(TENANT, "pruefen")
    assert storage.reads == 1


async def test_a_slow_storage_delays_nobody_while_the_last_reading_is_young(
    switches: RememberedSwitches, storage: Storage, clock: Clock
) -> None:
    await switches.is_off(TENANT, "pruefen")
    storage.go.clear()
    clock.now += 20
    async with asyncio.timeout(1):
        assert await switches.is_off(TENANT, "pruefen") is False
    storage.go.set()
    await settle()
    assert storage.reads == 2


async def test_a_storage_that_is_down_counts_on_for_less_than_a_minute_and_then_nobody_can_say(
    switches: RememberedSwitches, storage: Storage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await switches.is_off(TENANT, "pruefen")
    storage.fails = True
    clock.now += 20
    assert await switches.is_off(TENANT, "pruefen") is False
    await settle()
    clock.now += 20
    assert await switches.is_off(TENANT, "pruefen") is None
    reads = storage.reads
    assert await switches.is_off(TENANT, "pruefen") is None
    assert storage.reads == reads  # a moment's pause between two tries
    storage.fails = False
    clock.now += 4
    assert await switches.is_off(TENANT, "pruefen") is False
    assert "switches unreadable: tables_503" in caplog.text


class Everybody:
    """A directory in which everybody is trained."""

    asked = 0

    async def member_of(self, person: Person, groups: object) -> frozenset[str]:
        self.asked += 1
        return frozenset(["g"])


def gate(directory: Everybody, switches: RememberedSwitches) -> TrainingGate:
    return TrainingGate(
        directory,
        groups=dict.fromkeys(Capability, ("g",)),
        group_names={"g": "Geschulte"},
        tenants=[TENANT],
        course_url="https://intranet.example/k",
        contact="die KI-Beauftragte",
        switches=switches,
    )


async def test_what_is_off_is_refused_with_a_clear_german_text(
    switches: RememberedSwitches, storage: Storage, clock: Clock
) -> None:
    directory = Everybody()
    closed = gate(directory, switches)
    await storage.switch(TENANT, "entwerfen", off=True)
    refused = await closed.admit(JANA, Capability.DRAFT)
    assert (refused.allowed, refused.reason) == (False, Reason.SWITCHED_OFF)
    assert "Briefe entwerfen" in refused.text and "abgeschaltet" in refused.text
    assert "Bei Fragen hilft die KI-Beauftragte." in refused.text
    assert refused.course_url == ""
    assert directory.asked == 0
    assert (await closed.admit(JANA, Capability.REWRITE)).allowed
    await storage.switch(TENANT, "entwerfen", off=False)
    clock.now += 60
    assert (await closed.admit(JANA, Capability.DRAFT)).allowed


async def test_when_nobody_can_say_what_is_off_the_door_closes(
    switches: RememberedSwitches, storage: Storage, clock: Clock
) -> None:
    storage.fails = True
    refused = await gate(Everybody(), switches).admit(JANA, Capability.REWRITE)
    assert (refused.allowed, refused.reason) == (False, Reason.SWITCHES_UNREACHABLE)
    assert "nicht verarbeitet" in refused.text

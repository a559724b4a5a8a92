"""What it costs to know who asks: token and training, from memory, and how often Graph is asked.

Run: `python -m benchmarks.verified_request`. Servers with the shapes of Entra and Graph stand on this machine. Prints
one line per figure; writes nothing. Processor time, so that a busy machine does not count.
"""

import asyncio
import importlib
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from entra.gate import Admission, Capability, Person, TrainingGate
from entra.tokens import TokenVerifier

ROOT = Path(__file__).parent.parent
# The servers of the tests.
sys.path.insert(0, str(ROOT / "tests"))

entra_server: Any = importlib.import_module("entra_server")
API, BOT, TENANT = str(entra_server.API), str(entra_server.BOT), str(entra_server.TENANT)

GROUP, FURTHER = "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01", "3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e02"
ROUNDS, PEOPLE, MESSAGES, HOUR = 1000, 450, 20, 3600.0


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Groups:
    """A directory in memory that counts its questions."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    async def member_of(self, person: Person, groups: Sequence[str]) -> frozenset[str]:
        """Everybody is in every group."""
        self.asked[person.object_id] += 1
        return frozenset(groups)


def gate(directory: Groups, clock: Callable[[], float] = time.monotonic) -> TrainingGate:
    """A gate with two trainings."""
    return TrainingGate(
        directory,
        groups=dict.fromkeys(Capability, (GROUP, FURTHER)),
        group_names={GROUP: "Grundlagen", FURTHER: "Schreiben"},
        tenants=[TENANT],
        course_url="https://intranet.example/k",
        contact="die KI-Beauftragte",
        clock=clock,
    )


async def milliseconds(work: Callable[[], Awaitable[Admission]]) -> list[float]:
    """Processor time of each of many calls."""
    times: list[float] = []
    for _ in range(ROUNDS):
        began = time.process_time()
        admission = await work()
        times.append((time.process_time() - began) * 1000)
        assert admission.allowed
    return sorted(times)


async def warm() -> bool:
    """Token and gate, both from memory, at both doors."""
    async with entra_server.EntraServer() as server:
        verifier = TokenVerifier(
            tenants=[TENANT],
            bot_id=BOT,
            bot_openid_url=server.url + "/v1/.well-known/openidconfiguration",
            api_id=API,
            api_clients=[],
            login_url=server.url,
        )
        door = gate(Groups())
        access, teams, sent = (
            entra_server.signed(entra_server.access_claims(server.url)),
            entra_server.signed(entra_server.bot_claims()),
            entra_server.activity(),
        )

        async def pane() -> Admission:
            return await door.admit(await verifier.person_of(access), Capability.DRAFT)

        async def bot() -> Admission:
            person = (await verifier.verify(teams, sent)).person
            assert person is not None
            return await door.admit(person, Capability.DRAFT)

        good = True
        for name, work in (("Outlook", pane), ("Teams", bot)):
            await work()
            times = await milliseconds(work)
            middle = statistics.median(times)
            good = good and middle <= 0.5
            print(f"verified request, warm, {name:8} median {middle:.3f} ms   p95 {times[int(ROUNDS * 0.95)]:.3f} ms")
        await verifier.close()
    return good


async def an_hour() -> bool:
    """450 people with 20 messages each, at chance moments of an hour."""
    clock, directory, chance = Clock(), Groups(), random.Random(6)
    door = gate(directory, clock)
    moments = sorted(
        (chance.uniform(0, HOUR), f"{number:08x}-0000-4000-8000-000000000000")
        for number in range(PEOPLE)
        for _ in range(MESSAGES)
    )
    for clock.now, person in moments:
        assert (await door.admit(Person(TENANT, person), Capability.DRAFT)).allowed
    most, calls = max(directory.asked.values()), directory.asked.total()
    print(
        f"Graph calls, {PEOPLE} people x {MESSAGES} messages   most {most} per person   {calls / PEOPLE:.2f} on average"
    )
    return most <= 6


async def main() -> int:
    """Print the figures; the status is 1 when a bar is missed."""
    return 0 if (await warm()) & (await an_hour()) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""Jobs in a storage account, against Azurite: each done once, whoever dies at whatever moment, and nothing readable."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from azurite import Azurite, QueueHost

from jobs import azure
from jobs.account import Account
from jobs.azure import CONTAINER, QUEUE, TABLE, AzureJobs, JobNotDone, Pointer
from jobs.envelope import EnvelopeBroken, KeyRing
from jobs.port import Job, JobLost, Outcome, Receipt, Stop, Stopped, Turn

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
JOB = Job("in-1", "t|jana|a:chat", "t", b"Kanarienvogel Wellensittich")

type Step = Callable[[Job, Turn], Awaitable[None]]


class Staff:
    """Does jobs as its script says, and keeps what happened."""

    def __init__(self, step: Step | None = None) -> None:
        self.step = step
        self.done: list[bytes] = []
        self.given_up: list[bytes] = []

    async def perform(self, job: Job, turn: Turn) -> None:
        if self.step is not None:
            await self.step(job, turn)
        self.done.append(job.payload)

    async def give_up(self, job: Job, turn: Turn) -> None:
        self.given_up.append(job.payload)


class Storage:
    """A storage account and the processes that use it."""

    def __init__(self, azurite: Azurite) -> None:
        self.azurite = azurite
        self.account = azurite.account()
        self._opened: list[Account] = [self.account]

    def process(self, staff: Staff, keys: KeyRing | None = None, **options: Any) -> AzureJobs:
        """The jobs as one process sees them."""
        account = self.azurite.account()
        self._opened.append(account)
        chosen: dict[str, Any] = {"pulse": 0.1, **options}
        return AzureJobs(account, keys or KeyRing([OLD]), staff, **chosen)

    def host(self, jobs: AzureJobs, **options: Any) -> QueueHost:
        return QueueHost(self.account, jobs.work, **options)

    async def records(self) -> list[dict[str, Any]]:
        return [dict(row.values) async for row in self.account.rows(TABLE) if row.text("PartitionKey") != "plaetze"]

    async def everything(self) -> str:
        """All that rests there, as text."""
        found = json.dumps(await self.records())
        for name, _ in await self.account.blobs(CONTAINER):
            found += name + repr(await self.account.download(CONTAINER, name))
        for queue in (QUEUE, azure.POISON):
            peeked = await self.account.call(
                "q", "GET", f"{queue}/messages", query={"peekonly": "true", "numofmessages": "32"}, fine=(404,)
            )
            found += peeked.content.decode()
        return found

    async def close(self) -> None:
        for account in self._opened:
            await account.close()


@pytest.fixture
async def storage(azurite: Azurite) -> AsyncIterator[Storage]:
    one = Storage(azurite.another())
    yield one
    await one.close()


async def test_a_job_is_done_once_however_often_it_is_accepted_and_delivered(storage: Storage) -> None:
    staff = Staff()
    jobs, other = storage.process(staff), storage.process(staff)
    receipts = await asyncio.gather(*(one.accept(JOB) for one in (jobs, other, jobs)))
    assert sorted(receipt.outcome for receipt in receipts) == [Outcome.DUPLICATE, Outcome.DUPLICATE, Outcome.RUNNING]
    (row,) = await storage.records()
    copy = Pointer(row["PartitionKey"], row["RowKey"], "t").pack()
    await storage.account.put(QUEUE, copy)
    await storage.host(jobs).drain()
    await storage.account.put(QUEUE, copy)
    await storage.host(other).drain()
    assert staff.done == [JOB.payload]
    assert (await other.accept(JOB)).outcome is Outcome.DUPLICATE


async def test_two_processes_that_get_the_same_message_at_once_do_it_once(storage: Storage) -> None:
    release = asyncio.Event()

    async def slow(_job: Job, _turn: Turn) -> None:
        await release.wait()

    staff = Staff(slow)
    jobs, other = storage.process(staff), storage.process(staff)
    await jobs.accept(JOB)
    (row,) = await storage.records()
    pointer = Pointer(row["PartitionKey"], row["RowKey"], "t").pack()
    both = [asyncio.create_task(one.work(pointer)) for one in (jobs, other)]
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    release.set()
    await asyncio.gather(*both)
    assert staff.done == [JOB.payload]


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


async def died(jobs: AzureJobs, message: bytes) -> None:
    """Let a process take a message and die where its staff says."""
    with pytest.raises(Killed):
        await jobs.work(message)


async def test_whoever_takes_over_knows_what_was_noted_and_waits_for_the_lease(storage: Storage) -> None:
    async def dies(_job: Job, turn: Turn) -> None:
        await turn.keep(b"Nachricht out-1")
        raise Killed

    seen: list[bytes] = []

    async def looks(_job: Job, turn: Turn) -> None:
        seen.append(turn.kept)

    dead, staff = storage.process(Staff(dies), lease=4.0), Staff(looks)
    jobs = storage.process(staff, lease=4.0)
    await jobs.accept(JOB)
    (row,) = await storage.records()
    pointer = Pointer(row["PartitionKey"], row["RowKey"], "t").pack()
    await died(dead, pointer)
    await jobs.work(pointer)  # the lease still holds: it is put off, not done
    assert staff.done == []
    await storage.host(jobs).drain(until=lambda: bool(staff.done))
    assert (staff.done, seen) == ([JOB.payload], [b"Nachricht out-1"])


async def test_a_job_whose_message_was_lost_with_its_process_is_found_by_the_sweep(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(_job: Job, _turn: Turn) -> None:
        raise Killed

    dead, staff = storage.process(Staff(dies)), Staff()
    jobs = storage.process(staff)
    await jobs.accept(JOB)
    (row,) = await storage.records()
    await died(dead, Pointer(row["PartitionKey"], row["RowKey"], "t").pack())
    await storage.account.call("q", "DELETE", f"{QUEUE}/messages")
    await jobs.sweep()
    assert await storage.account.waiting(QUEUE) == 0  # the lease still holds
    monkeypatch.setattr(jobs, "expires", -5.0)
    await jobs.sweep()
    await storage.host(storage.process(staff)).drain()
    assert staff.done == [JOB.payload]


async def test_an_owner_that_was_held_up_too_long_sends_nothing_more(storage: Storage) -> None:
    lost = asyncio.Event()

    async def held_up(_job: Job, turn: Turn) -> None:
        await other.work(pointer)  # takes over, since the lease looks old to it
        with pytest.raises(JobLost):
            await turn.keep(b"zu spaet")
        lost.set()
        raise JobLost

    staff, slow = Staff(), Staff(held_up)
    first, other = storage.process(slow), storage.process(staff)
    await first.accept(JOB)
    (row,) = await storage.records()
    pointer = Pointer(row["PartitionKey"], row["RowKey"], "t").pack()
    other.expires = -5.0
    with pytest.raises(JobNotDone):
        await first.work(pointer)
    assert lost.is_set() and staff.done == [JOB.payload] and slow.done == []


async def test_clocks_that_are_four_minutes_apart_do_not_matter(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process accepts and holds a job for longer than its lease; another with another clock must not take it."""
    release = asyncio.Event()

    async def slow(_job: Job, _turn: Turn) -> None:
        await release.wait()

    real = time.time
    staff = Staff(slow)
    jobs, other = storage.process(staff, lease=7.0), storage.process(staff, lease=7.0)
    await jobs.accept(JOB)
    (row,) = await storage.records()
    pointer = Pointer(row["PartitionKey"], row["RowKey"], "t").pack()
    working = asyncio.create_task(jobs.work(pointer))
    for skew in (-240.0, 240.0):
        monkeypatch.setattr(time, "time", lambda skew=skew: real() + skew)
        await asyncio.sleep(4.5)
        await other.work(pointer)
        await other.sweep()
        assert staff.done == [] and not working.done()
    (row,) = await storage.records()
    assert row["attempts"] == 1
    release.set()
    await working
    assert staff.done == [JOB.payload]


async def test_a_job_that_fails_comes_again_and_in_the_end_its_person_is_told(storage: Storage) -> None:
    async def fails(_job: Job, _turn: Turn) -> None:
        raise RuntimeError("Kanarienvogel")

    staff = Staff(fails)
    jobs = storage.process(staff)
    await jobs.accept(JOB)
    host = storage.host(jobs, most=3)
    await host.drain()
    assert (host.failures, staff.done, staff.given_up) == (3, [], [])

    async def give_up(message: bytes) -> None:
        await jobs.work(message, give_up=True)

    await QueueHost(storage.account, give_up, queue=azure.POISON).drain()
    assert staff.given_up == [JOB.payload]
    assert "Kanarienvogel" not in await storage.everything()


async def test_a_job_that_kills_every_process_is_given_up(storage: Storage) -> None:
    async def dies(_job: Job, _turn: Turn) -> None:
        raise Killed

    staff = Staff(dies)
    jobs = storage.process(staff, attempts=2)
    await jobs.accept(JOB)
    (row,) = await storage.records()
    pointer = Pointer(row["PartitionKey"], row["RowKey"], "t").pack()
    jobs.expires = -5.0
    for _ in range(2):
        await died(jobs, pointer)
    await jobs.work(pointer)
    assert staff.given_up == [JOB.payload]


async def test_a_wish_to_stop_ends_the_work_wherever_it_runs(storage: Storage) -> None:
    seen: list[Stop | None] = []
    started = asyncio.Event()

    async def endless(_job: Job, turn: Turn) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()
            seen.append(turn.stop)

    door, jobs = storage.process(Staff()), storage.process(Staff(endless))
    await door.accept(JOB)
    working = asyncio.create_task(storage.host(jobs).drain())
    await asyncio.wait_for(started.wait(), 10)
    assert await door.stop("t|tobias|a:chat", "", Stop.ASKED) == 0
    assert await door.stop(JOB.lane, "in-2", Stop.ASKED) == 0
    assert await door.stop(JOB.lane, JOB.key, Stop.DELETED) == 1
    await asyncio.wait_for(working, 10)
    assert seen == [Stop.DELETED]
    assert (await storage.records())[0]["state"] == "done"


async def test_a_job_that_waits_can_be_stopped_too_and_noting_says_so(storage: Storage) -> None:
    seen: list[Stop | None] = []

    async def looks(_job: Job, turn: Turn) -> None:
        seen.append(turn.stop)
        with pytest.raises(Stopped):
            await turn.keep(b"x")

    jobs = storage.process(Staff(looks))
    await jobs.accept(JOB)
    assert await jobs.stop(JOB.lane, "", Stop.ASKED) == 1
    await storage.host(jobs).drain()
    assert seen == [Stop.ASKED]


@pytest.mark.parametrize("size", [10, 200_000])
async def test_nothing_that_rests_can_be_read_and_what_is_done_is_gone(storage: Storage, size: int) -> None:
    words = base64.b64encode(NEW * size)[:size] + b" Kanarienvogel Wellensittich"
    job = Job("in-1", "t|jana@musterstadt|19:chat", "t", words)

    async def notes(_job: Job, turn: Turn) -> None:
        await turn.keep(b"Kanarienvogel Wellensittich")
        rests.append(await storage.everything())

    rests: list[str] = []
    jobs = storage.process(Staff(notes))
    await jobs.accept(job)
    rests.append(await storage.everything())
    await storage.host(jobs).drain()
    rests.append(await storage.everything())
    for found in rests:
        for word in ("Kanarien", "Wellensittich", "jana", "musterstadt", "19:chat", "in-1"):
            assert word not in found
            assert base64.b64encode(word.encode()).decode().rstrip("=")[:-1] not in found
    (row,) = await storage.records()
    assert (row["state"], row["box"], row["note"]) == ("done", "", "")
    assert await storage.account.blobs(CONTAINER) == []
    assert (len(rests[0]) > 200_000) is (size > 100_000)


async def test_a_record_that_was_changed_or_moved_is_not_opened(storage: Storage) -> None:
    staff = Staff()
    jobs = storage.process(staff)
    await jobs.accept(JOB)
    await jobs.accept(Job("in-2", JOB.lane, "t", b"anderes"))
    first, second = sorted(await storage.records(), key=lambda row: row["since"])
    box = base64.b64decode(first["box"])
    await storage.account.merge(TABLE, second["PartitionKey"], second["RowKey"], {"box": box}, "*")
    flipped = box[:-1] + bytes([box[-1] ^ 1])
    await storage.account.merge(TABLE, first["PartitionKey"], first["RowKey"], {"box": flipped}, "*")
    await storage.host(jobs).drain()
    assert staff.done == []


async def test_keys_change_without_a_break(storage: Storage) -> None:
    """First the new key opens, then it seals, then the old one goes; jobs and repetitions are known all the time."""
    staff = Staff()
    before, opens = storage.process(staff, KeyRing([OLD])), storage.process(staff, KeyRing([OLD, NEW]))
    seals, after = storage.process(staff, KeyRing([NEW, OLD])), storage.process(staff, KeyRing([NEW]))
    await before.accept(JOB)
    for one in (opens, seals):
        assert (await one.accept(JOB)).outcome is Outcome.DUPLICATE
    assert await seals.stop(JOB.lane, "in-9", Stop.ASKED) == 0
    await storage.host(seals).drain()
    second = Job("in-2", JOB.lane, "t", b"zweiter")
    await seals.accept(second)
    assert (await opens.accept(second)).outcome is Outcome.DUPLICATE
    await storage.host(opens).drain()
    await seals.accept(Job("in-3", JOB.lane, "t", b"dritter"))
    await storage.host(after).drain()
    assert staff.done == [JOB.payload, b"zweiter", b"dritter"]


def test_an_envelope_opens_for_what_it_was_made_for_alone() -> None:
    keys = KeyRing([OLD])
    envelope = keys.seal(b"Inhalt", "job", "t", "ab")
    assert keys.open(envelope, "job", "t", "ab") == b"Inhalt"
    for bound in (("job", "t", "a"), ("job", "ta", "b"), ("note", "t", "ab"), ("job", "t", "ab", "")):
        with pytest.raises(EnvelopeBroken):
            keys.open(envelope, *bound)
    for broken in (b"", envelope[:-1], b"\1" + envelope[1:], envelope[:1] + b"\0\0\0\0" + envelope[5:]):
        with pytest.raises(EnvelopeBroken):
            keys.open(broken, "job", "t", "ab")
    assert keys.names("jana") != KeyRing([NEW]).names("jana")
    assert KeyRing([NEW, OLD]).names("jana") == (*KeyRing([NEW]).names("jana"), *keys.names("jana"))


async def test_no_tenant_takes_all_places_and_no_more_run_than_there_are(storage: Storage) -> None:
    release, running = asyncio.Event(), list[str]()

    async def slow(job: Job, _turn: Turn) -> None:
        running.append(job.town)
        await release.wait()

    staff = Staff(slow)
    jobs = storage.process(staff, slots=3, share=2, patience=0.2)
    for number in range(4):
        await jobs.accept(Job(f"a{number}", "a|1", "a", b"a", heavy=True))
    for number in range(2):
        await jobs.accept(Job(f"b{number}", "b|1", "b", b"b", heavy=True))
    await jobs.accept(Job("c", "c|1", "c", b"c"))  # asks no model
    host = storage.host(jobs)
    working = asyncio.create_task(host.drain())
    async with asyncio.timeout(10):
        while len(running) < 4:  # noqa: ASYNC110  # the jobs run over real HTTP
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    assert sorted(running) == ["a", "a", "b", "c"]
    release.set()
    await working
    assert len(staff.done) == 7 and host.failures == 0
    slots = [row async for row in storage.account.rows(TABLE, "PartitionKey eq 'plaetze'")]
    assert slots == []


async def test_too_many_are_refused_before_anything_is_lost_and_the_wait_is_known(storage: Storage) -> None:
    staff = Staff()
    jobs = storage.process(staff, limit=3, slots=1, seconds=20.0)
    receipts = list[Receipt]()
    for number in range(5):
        jobs._waiting = (0.0, 0)  # pyright: ignore[reportPrivateUsage]  # looks anew each time
        receipts.append(await jobs.accept(Job(f"{number}", "t|1", "t", b"x", heavy=True)))
    assert [receipt.outcome for receipt in receipts] == [Outcome.RUNNING] * 3 + [Outcome.BUSY] * 2
    assert [receipt.wait for receipt in receipts[:3]] == [0.0, 20.0, 40.0]
    await storage.host(jobs).drain()
    assert len(staff.done) == 3


async def test_a_storage_that_is_away_is_said_at_once_and_work_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with Azurite(tmp_path, in_memory=False) as azurite:
        storage, staff = Storage(azurite), Staff()
        jobs = storage.process(staff)
        await jobs.accept(JOB)
        azurite.stop()
        began = time.monotonic()
        receipt = await jobs.accept(Job("in-2", JOB.lane, "t", b"zweiter"))
        assert receipt.outcome is Outcome.AWAY and time.monotonic() - began < 2.0
        with pytest.raises(JobNotDone):
            await jobs.sweep()
        azurite.start()
        await storage.host(jobs).drain()
        assert staff.done == [JOB.payload]
        assert (await jobs.accept(Job("in-2", JOB.lane, "t", b"zweiter"))).outcome is Outcome.RUNNING
        await storage.close()


async def test_what_is_too_old_goes_within_the_hour(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = Staff()
    jobs = storage.process(staff)
    await jobs.accept(JOB)
    await storage.account.upload(CONTAINER, "texte/0/x", b"alt")
    monkeypatch.setattr(azure, "_LATEST_SECONDS", -1.0)
    await storage.host(jobs).drain()
    assert staff.given_up == [JOB.payload]  # told, not dropped
    monkeypatch.setattr(azure, "_KEPT_SECONDS", -2.0)
    await jobs.sweep()
    assert await storage.records() == [] and await storage.account.blobs(CONTAINER) == []


def test_a_connection_string_is_for_this_machine_alone() -> None:
    there = (
        "AccountName=a;AccountKey=QUJD;BlobEndpoint=https://a.b/;QueueEndpoint=https://a.q/;TableEndpoint=https://a.t/"
    )
    with pytest.raises(ValueError, match="this machine"):
        Account.for_azurite(there)
    with pytest.raises(ValueError, match="missing"):
        Account.for_azurite("AccountName=a")

"""Work as tasks of this process: waiting, duplicates, failures, and the end."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jobs.inprocess import InProcessJobs
from jobs.port import Job, Outcome, Stop, Turn

type Work = Callable[[], Awaitable[None]]


class Jobs(InProcessJobs):
    """Jobs whose work is a function of the test, found by the payload."""

    def __init__(self, **options: Any) -> None:
        super().__init__(self._do, **options)
        self._works: dict[bytes, Work] = {}

    async def _do(self, job: Job, turn: Turn) -> None:
        await self._works.pop(job.payload)()

    async def run(self, key: str, work: Work, *, town: str = "t", lane: str = "", **options: Any) -> Outcome:
        name = secrets.token_bytes(8)
        self._works[name] = work
        return (await self.accept(Job(key, lane, town, name), **options)).outcome


async def nothing() -> None:
    """Work that is done at once."""


async def test_quick_work_is_done_when_the_caller_goes_on() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(1)

    assert await Jobs().run("a", work) is Outcome.DONE
    assert done == [1]


async def test_slow_work_goes_on_after_the_wait() -> None:
    jobs, release, done = Jobs(wait=0.0), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await release.wait()
        done.set()

    assert await jobs.run("a", work) is Outcome.RUNNING
    release.set()
    await asyncio.wait_for(done.wait(), 5)
    await jobs.close()


async def test_a_caller_who_goes_away_does_not_end_the_work() -> None:
    jobs, release, done = Jobs(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await release.wait()
        done.set()

    caller = asyncio.create_task(jobs.run("a", work))
    await asyncio.sleep(0)
    caller.cancel()
    release.set()
    await asyncio.wait_for(done.wait(), 5)
    await jobs.close()


async def test_the_same_key_is_a_duplicate_for_a_while() -> None:
    now = 0.0
    jobs = Jobs(remember=60, clock=lambda: now)
    assert await jobs.run("a", nothing) is Outcome.DONE
    assert await jobs.run("a", nothing) is Outcome.DUPLICATE
    assert await jobs.run("b", nothing) is Outcome.DONE
    now = 61
    assert await jobs.run("a", nothing) is Outcome.DONE


async def test_a_key_may_be_remembered_for_less() -> None:
    now = 0.0
    jobs = Jobs(clock=lambda: now)
    await jobs.run("a", nothing, remember=5)
    now = 6
    assert await jobs.run("a", nothing) is Outcome.DONE


async def test_no_key_is_never_a_duplicate() -> None:
    jobs = Jobs()
    assert [await jobs.run("", nothing) for _ in range(2)] == [Outcome.DONE] * 2


async def test_known_keys_do_not_grow_without_end() -> None:
    jobs = Jobs()
    for number in range(10_050):
        await jobs.run(str(number), nothing)
    assert len(jobs._known) == 10_000  # pyright: ignore[reportPrivateUsage]


async def test_a_failure_is_logged_by_its_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def work() -> None:
        raise RuntimeError("Sehr geehrte Frau Beispiel")

    assert await Jobs().run("a", work) is Outcome.DONE
    assert "RuntimeError" in caplog.text and "Beispiel" not in caplog.text


async def test_closing_takes_nothing_new_and_ends_what_is_late() -> None:
    jobs = Jobs(wait=0.0, grace=0.01)
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    assert await jobs.run("a", work) is Outcome.RUNNING
    await asyncio.sleep(0)
    await jobs.close()
    assert ended.is_set()
    assert await jobs.run("b", nothing) is Outcome.CLOSED


async def test_closing_lets_work_finish() -> None:
    jobs = Jobs(wait=0.0, grace=5)
    release, done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await release.wait()
        done.set()

    await jobs.run("a", work)
    release.set()
    await jobs.close()
    assert done.is_set()


async def test_too_many_at_once_are_refused_and_their_key_stays_free() -> None:
    jobs, release, started = Jobs(limit=1), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        started.set()
        await release.wait()

    first = asyncio.create_task(jobs.run("a", work))
    await started.wait()
    assert await jobs.run("b", nothing) is Outcome.BUSY
    assert await jobs.run("a", work) is Outcome.DUPLICATE
    release.set()
    assert await first is Outcome.DONE
    assert await jobs.run("b", nothing) is Outcome.DONE


async def test_tenants_take_turns_when_more_is_waiting_than_can_run() -> None:
    jobs, release, order = Jobs(at_once=1), asyncio.Event(), list[str]()

    def work(name: str) -> Work:
        async def run() -> None:
            order.append(name)
            await release.wait()

        return run

    names = ("a1", "a2", "a3", "b1", "b2", "c1")
    for name in names:
        await jobs.run(name, work(name), town=name[0], wait=0.0)
    release.set()
    await jobs.close()
    assert order == ["a1", "a2", "b1", "c1", "a3", "b2"]


async def test_stopping_ends_the_jobs_of_one_lane_and_says_why() -> None:
    seen = list[Stop | None]()

    async def perform(_job: Job, turn: Turn) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append(turn.stop)

    jobs = InProcessJobs(perform)
    for key, lane in (("1", "jana"), ("2", "jana"), ("3", "tobias")):
        await jobs.accept(Job(key, lane, "t", b""), wait=0.01)
    assert await jobs.stop("jana", "2", Stop.EDITED) == 1
    assert await jobs.stop("jana", "", Stop.ASKED) == 1
    assert await jobs.stop("jana", "", Stop.ASKED) == 0
    await asyncio.sleep(0)
    assert seen == [Stop.EDITED, Stop.ASKED]


async def test_a_job_that_ends_while_it_waits_leaves_its_place_to_others() -> None:
    jobs, release, done = Jobs(at_once=1), asyncio.Event(), list[str]()

    async def first() -> None:
        await release.wait()

    async def third() -> None:
        done.append("third")

    await jobs.run("1", first, wait=0.0)
    await jobs.run("2", nothing, lane="jana", wait=0.0)
    await jobs.run("3", third, wait=0.0)
    assert await jobs.stop("jana", "", Stop.ASKED) == 1
    release.set()
    await jobs.close()
    assert done == ["third"]


async def test_who_still_waits_gets_the_result_and_who_does_not_is_known() -> None:
    told = list[bool]()
    release = asyncio.Event()

    async def perform(job: Job, turn: Turn) -> None:
        if job.payload:
            await release.wait()
        told.append(turn.answer("Ergebnis"))

    jobs = InProcessJobs(perform)
    assert (await jobs.accept(Job("1", "", "t", b""))).answer == "Ergebnis"
    late = await jobs.accept(Job("2", "", "t", b"langsam"), wait=0.0)
    assert (late.outcome, late.answer) == (Outcome.RUNNING, None)
    release.set()
    await jobs.close()
    assert told == [True, False]

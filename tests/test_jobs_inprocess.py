"""Work as tasks of this process: waiting, duplicates, failures, and the end."""

import asyncio
import logging

import pytest

from jobs.inprocess import InProcessJobs
from jobs.port import Outcome


async def nothing() -> None:
    """Work that is done at once."""


async def test_quick_work_is_done_when_the_caller_goes_on() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(1)

    assert await InProcessJobs().run("a", work) is Outcome.DONE
    assert done == [1]


async def test_slow_work_goes_on_after_the_wait() -> None:
    jobs, release, done = InProcessJobs(wait=0.0), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await release.wait()
        done.set()

    assert await jobs.run("a", work) is Outcome.RUNNING
    release.set()
    await asyncio.wait_for(done.wait(), 5)
    await jobs.close()


async def test_a_caller_who_goes_away_does_not_end_the_work() -> None:
    jobs, release, done = InProcessJobs(), asyncio.Event(), asyncio.Event()

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
    jobs = InProcessJobs(remember=60, clock=lambda: now)
    assert await jobs.run("a", nothing) is Outcome.DONE
    assert await jobs.run("a", nothing) is Outcome.DUPLICATE
    assert await jobs.run("b", nothing) is Outcome.DONE
    now = 61
    assert await jobs.run("a", nothing) is Outcome.DONE


async def test_a_key_may_be_remembered_for_less() -> None:
    now = 0.0
    jobs = InProcessJobs(clock=lambda: now)
    await jobs.run("a", nothing, remember=5)
    now = 6
    assert await jobs.run("a", nothing) is Outcome.DONE


async def test_no_key_is_never_a_duplicate() -> None:
    jobs = InProcessJobs()
    assert [await jobs.run("", nothing) for _ in range(2)] == [Outcome.DONE] * 2


async def test_known_keys_do_not_grow_without_end() -> None:
    jobs = InProcessJobs()
    for number in range(10_050):
        await jobs.run(str(number), nothing)
    assert len(jobs._known) == 10_000  # pyright: ignore[reportPrivateUsage]


async def test_a_failure_is_logged_by_its_type_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def work() -> None:
        raise RuntimeError("Sehr geehrte Frau Beispiel")

    assert await InProcessJobs().run("a", work) is Outcome.DONE
    assert "RuntimeError" in caplog.text and "Beispiel" not in caplog.text


async def test_closing_takes_nothing_new_and_ends_what_is_late() -> None:
    jobs = InProcessJobs(wait=0.0, grace=0.01)
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
    jobs = InProcessJobs(wait=0.0, grace=5)
    release, done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await release.wait()
        done.set()

    await jobs.run("a", work)
    release.set()
    await jobs.close()
    assert done.is_set()


async def test_too_many_at_once_are_refused_and_their_key_stays_free() -> None:
    jobs, release, started = InProcessJobs(limit=1), asyncio.Event(), asyncio.Event()

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

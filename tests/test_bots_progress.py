"""Progress on long work: the streaming protocol with its rules, and what happens when Teams refuses."""

import asyncio
import inspect
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from connector_server import ConnectorServer, Fault

from bots import progress as module
from bots.chat import Chat
from bots.connector import Connector
from bots.progress import Progress


@dataclass
class Scene:
    server: ConnectorServer
    chat: Chat
    progress: Progress
    stopped: list[bool] = field(default_factory=list[bool])

    async def finish(self) -> None:
        await self.progress.finish(self.chat.answer({"type": "AdaptiveCard"}, "Ihr Text", by_model=True))


@asynccontextmanager
async def scene(kind: str = "personal", *, patience: float = 0.0, pause: float = 0.02) -> AsyncGenerator[Scene]:
    async with ConnectorServer(gap=pause * 0.9) as server:
        connector = Connector(None, first_pause=0.001, attempts=1)
        chat = Chat(connector, server.url, "a:1", kind, "28:bot", "29:jana", "in-1")
        stopped: list[bool] = []
        progress = Progress(chat, lambda: stopped.append(True), patience=patience, pause=pause)
        try:
            yield Scene(server, chat, progress, stopped)
        finally:
            await progress.end()
            await connector.close()
        assert server.violations == []


async def test_quick_work_shows_one_message_and_nothing_else() -> None:
    async with scene(patience=5.0) as s:
        await s.finish()
        assert len(s.server.calls) == 1 and s.server.streams == []


async def test_slow_work_streams_what_is_being_done_and_ends_with_the_card() -> None:
    async with scene() as s:
        s.progress.say("Ich prüfe.")
        await s.server.until(1)
        s.progress.say("Ich schreibe.")
        await s.server.until(2)
        s.progress.say("Ich vergleiche.")
        await s.server.until(3)
        await s.finish()
        assert [call.body.get("text") for call in s.server.calls[:3]] == [
            "Ich prüfe.",
            "Ich schreibe.",
            "Ich vergleiche.",
        ]
        assert [info.get("streamSequence") for info in s.server.streams] == [1, 2, 3, None]
        assert {info["streamId"] for info in s.server.streams[1:]} == {"out-1"}
        final = s.server.messages[-1]
        assert final["attachments"] and len(final["entities"]) == 2
        assert final["channelData"]["feedbackLoop"]


async def test_the_same_note_is_not_sent_twice() -> None:
    async with scene() as s:
        s.progress.say("Ich schreibe.")
        await s.server.until(1)
        await asyncio.sleep(0.1)
        assert len(s.server.calls) == 1


async def test_outside_a_personal_chat_only_the_typing_sign_is_shown() -> None:
    async with scene("groupChat") as s:
        await s.server.until(2)
        await s.finish()
        assert s.server.streams == []
        assert {call.body["type"] for call in s.server.calls[:-1]} == {"typing"}
        assert s.server.messages


@pytest.mark.parametrize("message", ["Content stream was canceled by user.", "The stream was cancelled by the user"])
async def test_a_person_who_stops_gets_nothing_more(message: str) -> None:
    async with scene() as s:
        await s.server.until(1)
        s.server.faults.append(Fault(403, "ContentStreamNotAllowed", message))
        s.progress.say("Ich schreibe.")
        await s.server.until(2)
        await s.finish()
        assert s.stopped == [True]
        assert s.server.messages == []


async def test_stopping_at_the_very_end_sends_nothing_either() -> None:
    async with scene() as s:
        await s.server.until(1)
        s.server.faults.append(Fault(403, "ContentStreamNotAllowed", "canceled by user"))
        await s.finish()
        assert len(s.server.messages) == 1 and len(s.server.calls) == 2


async def test_when_the_stream_took_too_long_the_message_is_replaced() -> None:
    async with scene() as s:
        await s.server.until(1)
        s.server.faults.append(Fault(403, "ContentStreamNotAllowed", "Content stream exceeded streaming time"))
        await s.finish()
        last = s.server.calls[-1]
        assert last.method == "PUT" and last.path.endswith("/activities/out-1")
        assert not [e for e in last.body["entities"] if e["type"] == "streaminfo"]


async def test_after_two_minutes_the_stream_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STREAM_SECONDS", 0.0)
    async with scene() as s:
        await s.server.until(1)
        s.progress.say("Ich schreibe noch.")
        await asyncio.sleep(0.1)
        await s.finish()
        assert [call.method for call in s.server.calls] == ["POST", "PUT"]


async def test_where_streams_are_not_allowed_the_answer_still_comes() -> None:
    async with scene() as s:
        s.server.faults.append(Fault(403, "ContentStreamNotAllowed", "Content stream is not allowed"))
        await s.server.until(2)
        await s.finish()
        assert s.server.calls[1].body["type"] == "typing" and "entities" not in s.server.calls[1].body
        assert s.server.messages[-1]["attachments"]


async def test_a_server_that_fails_during_progress_does_not_stop_the_answer() -> None:
    async with scene() as s:
        s.server.faults.append(Fault(500))
        await s.server.until(1)
        await s.finish()
        assert s.server.messages[-1]["attachments"]


async def test_a_busy_moment_costs_one_note_and_not_the_stream() -> None:
    async with scene() as s:
        s.progress.say("Ich prüfe.")
        await s.server.until(1)
        s.server.faults.append(Fault(429, headers={"Retry-After": "30"}))
        s.progress.say("Ich schreibe.")
        await s.server.until(3)
        await s.finish()
        assert [info.get("streamSequence") for info in s.server.streams] == [1, 2, 2, None]
        assert s.server.messages[-1]["attachments"]


async def test_a_busy_start_is_tried_again() -> None:
    async with scene() as s:
        s.server.faults.append(Fault(503))
        await s.server.until(2)
        await s.finish()
        assert [info.get("streamSequence") for info in s.server.streams] == [1, 1, None]


async def test_a_last_message_that_teams_cannot_take_replaces_the_stream() -> None:
    async with scene() as s:
        await s.server.until(1)
        s.server.faults.append(Fault(502))
        await s.finish()
        assert s.server.calls[-1].method == "PUT" and s.server.calls[-1].body["attachments"]


def test_the_pauses_keep_to_the_limits_of_teams() -> None:
    defaults = {name: p.default for name, p in inspect.signature(Progress).parameters.items()}
    assert defaults["pause"] >= 1.5
    assert module._STREAM_SECONDS < 120  # pyright: ignore[reportPrivateUsage]

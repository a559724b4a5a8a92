"""The bot with jobs in a storage account: whoever dies at whatever step, each message gets one final answer."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from azurite import Azurite, QueueHost
from bot_kit import TEXT, Teams, answer, blocked, button, visible_text
from connector_server import Fault

from assistant.path import Event, Progress, Request
from bots.connector import Connector, ConnectorError
from bots.kept import BlobDrawer
from jobs.account import Account
from jobs.azure import AzureJobs, Pointer
from jobs.envelope import KeyRing

GROUP = {"conversationType": "groupChat", "id": "19:group"}


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Office:
    """Teams, a door, and two processes that take jobs: `one` may die, `two` goes on."""

    def __init__(self, azurite: Azurite) -> None:
        self.azurite = azurite
        self.account = azurite.account()
        self.accounts = [self.account]
        keys = KeyRing([bytes(range(32))])
        self.keys = keys
        self.teams = Teams(
            jobs=lambda worker: AzureJobs(self._own(), keys, worker, pulse=0.1),
            drawer=BlobDrawer(self.account, keys),
        )
        self.one = AzureJobs(self._own(), keys, self.teams, pulse=0.1)
        self.two = AzureJobs(self._own(), keys, self.teams, pulse=0.1)

    def _own(self) -> Account:
        self.accounts.append(self.azurite.account())
        return self.accounts[-1]

    async def work(self) -> None:
        """Have everything done."""
        await QueueHost(self.account, self.two.work).drain()

    async def pointers(self) -> list[bytes]:
        return [
            Pointer(row.text("PartitionKey"), row.text("RowKey"), row.text("town")).pack()
            async for row in self.account.rows("jobs")
        ]

    def finals(self) -> list[str]:
        """What stands in the chats in the end, as a person reads it."""
        found: list[str] = []
        for message in self.teams.server.shown.values():
            cards = [attachment["content"] for attachment in message.get("attachments", [])]
            found.append(visible_text(cards[0]) if cards else message.get("text", ""))
        return found

    def answers(self) -> list[str]:
        return [text for text in self.finals() if "Ich arbeite an Ihrem Text" not in text]


@asynccontextmanager
async def office(azurite: Azurite) -> AsyncGenerator[Office]:
    one = Office(azurite.another())
    async with one.teams:
        yield one
    for account in one.accounts:
        await account.close()


async def slow(request: Request) -> AsyncIterator[Event]:
    yield Progress("Ich schreibe.")
    yield answer(request)


@pytest.mark.parametrize("kind", ["personal", "group"])
async def test_three_deliveries_at_once_bring_one_answer(azurite: Azurite, kind: str) -> None:
    async with office(azurite) as o:
        more: dict[str, Any] = {} if kind == "personal" else {"conversation": GROUP, "entities": mention()}
        activity = o.teams.activity(text=TEXT, **more)
        responses = await asyncio.gather(*(o.teams.send(activity) for _ in range(3)))
        assert {response.status_code for response in responses} <= {200, 202}
        assert o.teams.server.calls == []
        await o.work()
        (text,) = o.finals()
        assert "Neuer Text" in text
        assert len(o.teams.assistant.requests) == 1


def mention() -> list[dict[str, Any]]:
    bot = "28:7d0a6a52-1f6b-4a7e-8b8e-6f1f0f5c9a11"
    return [{"type": "mention", "mentioned": {"id": bot}, "text": "<at>Amtsklar</at>"}]


def dies_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, call: int, *, after: bool) -> Callable[[], None]:
    """Let the process die before or after its n-th call of a method; returns what brings it back to life."""
    real, count = getattr(owner, name), 0

    async def dying(*arguments: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if count == call and not after:
            raise Killed
        result = await real(*arguments, **options)
        if count == call:
            raise Killed
        return result

    monkeypatch.setattr(owner, name, dying)
    return lambda: monkeypatch.setattr(owner, name, real)


STEPS = [
    (owner, name, call, after)
    for owner, name, calls in (("one", "merge", 4), ("connector", "send", 2), ("connector", "update", 1))
    for call in range(1, calls + 1)
    for after in (False, True)
]


@pytest.mark.parametrize("kind", ["personal", "group"])
@pytest.mark.parametrize(("owner", "name", "call", "after"), STEPS)
async def test_whoever_dies_at_any_step_one_answer_comes(
    azurite: Azurite, monkeypatch: pytest.MonkeyPatch, kind: str, owner: str, name: str, call: int, after: bool
) -> None:
    async with office(azurite) as o:
        o.teams.assistant.script = slow
        more: dict[str, Any] = {} if kind == "personal" else {"conversation": GROUP, "entities": mention()}
        assert (await o.teams.say(TEXT, **more)).status_code == 202
        target = o.one.account if owner == "one" else Connector
        back = dies_at(monkeypatch, target, name, call, after=after)
        (pointer,) = await o.pointers()
        with suppress(Killed):
            await o.one.work(pointer)
        back()
        o.two.expires = -5.0  # what holds the job looks dead at once
        await o.two.work(pointer)
        o.two.expires = o.two.lease
        await o.work()
        texts = [text for text in o.answers() if text]
        assert len(texts) == 1 and "Neuer Text" in texts[0]


async def test_an_answer_that_was_made_is_not_made_again(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> None:
    async with office(azurite) as o:
        await o.teams.say(TEXT)
        (pointer,) = await o.pointers()
        back = dies_at(monkeypatch, Connector, "send", 2, after=True)
        with pytest.raises(Killed):
            await o.one.work(pointer)
        back()
        o.two.expires = -5.0
        await o.two.work(pointer)
        assert len(o.teams.assistant.requests) == 1 and len(o.finals()) == 1
        assert [call.method for call in o.teams.server.calls] == ["POST", "POST", "PUT"]


async def test_what_may_not_be_written_never_rests_anywhere(azurite: Azurite) -> None:
    async with office(azurite) as o:
        o.teams.assistant.against = lambda request: blocked() if "geheim" in request.text else None
        await o.teams.say("Das ist geheim, und zwar ganz.")
        await o.work()
        assert "Regel E-6" in o.finals()[0]
        assert o.teams.assistant.requests == []


async def test_an_invoke_retried_twice_is_done_once(azurite: Azurite) -> None:
    async with office(azurite) as o:
        data = {"verb": "dialog", "v": 1, "text": TEXT, "stufe": "einfach"}
        for _ in range(3):
            _, body = await o.teams.invoke("composeExtension/submitAction", {"data": data})
            assert body["task"]["value"] == "Das Ergebnis kommt gleich in Ihren Chat mit Amtsklar."
        await o.work()
        assert len(o.teams.assistant.requests) == 1 and len(o.finals()) == 1


async def test_buttons_work_on_every_instance_also_with_large_texts(azurite: Azurite) -> None:
    async with office(azurite) as o:
        text = " ".join(f"Wort{number * 7919}" for number in range(7_000))
        message = o.teams.activity(text=text)
        await o.teams.send(message)
        await o.work()
        (shown,) = o.teams.server.shown.values()
        card = shown["attachments"][0]["content"]
        number = button(card, "Original")["data"]["nr"]
        other = BlobDrawer(o.account, o.keys)
        seal, origin = await other.get(number)
        assert text[:40] not in seal and origin.startswith("#")
        reply = await o.teams.press(card, "Original")
        assert "gleich im Chat" in reply["value"]
        await o.work()
        assert "".join(o.finals()[1:]).count("Wort") == 7_000
        await o.teams.send({**o.teams.activity("messageDelete"), "id": message["id"]})
        reply = await o.teams.press(card, "Kürzer")
        assert "abgelaufen" in reply["value"]


async def test_a_connector_that_is_away_for_long_gets_the_answer_when_it_is_back(
    azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with office(azurite) as o:
        real = Connector.send

        async def away(*_arguments: Any, **_options: Any) -> str:
            raise ConnectorError(502, "refused")

        monkeypatch.setattr(Connector, "send", away)
        await o.teams.say(TEXT)
        host = QueueHost(o.account, o.two.work, most=5)
        await host.drain(until=lambda: host.failures >= 3)
        assert o.finals() == []
        monkeypatch.setattr(Connector, "send", real)
        await o.work()
        (text,) = o.finals()
        assert "Neuer Text" in text


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(403, "BotNotInConversationRoster", "x"), []),
        (Fault(413, "MessageSizeTooBig", "x"), ["Das hat nicht geklappt"]),
    ],
)
async def test_what_teams_never_takes_ends_the_job(azurite: Azurite, fault: Fault, expected: list[str]) -> None:
    async with office(azurite) as o:
        await o.teams.say(TEXT, conversation=GROUP, entities=mention())
        o.teams.server.faults.extend([fault] if not expected else [])
        if expected:
            o.teams.server.final_faults.append(fault)
        host = QueueHost(o.account, o.two.work)
        await host.drain()
        assert host.failures == 0
        assert [text.split("\n")[0] for text in o.finals()] == expected


async def test_after_the_last_attempt_there_is_a_card_and_it_tries_again(azurite: Azurite) -> None:
    async with office(azurite) as o:

        async def broken(request: Request) -> AsyncIterator[Event]:
            raise RuntimeError(request.text)
            yield

        o.teams.assistant.script = broken
        await o.teams.say(TEXT)
        await o.work()
        (shown,) = o.teams.server.shown.values()
        card = shown["attachments"][0]["content"]
        assert "nicht gelungen" in visible_text(card)
        o.teams.assistant.script = None
        await o.teams.press(card, "Erneut versuchen")
        await o.work()
        assert "Neuer Text" in o.finals()[1] and len(o.finals()) == 2


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("messageDelete", "Sie haben Ihre Nachricht gelöscht"),
        ("messageUpdate", "Sie haben Ihre Nachricht geändert"),
        ("Abbrechen", "Abgebrochen, wie Sie es wünschten"),
    ],
)
async def test_deleting_editing_or_saying_so_ends_the_job(azurite: Azurite, how: str, expected: str) -> None:
    async with office(azurite) as o:
        ended = asyncio.Event()

        async def endless(_request: Request) -> AsyncIterator[Event]:
            try:
                yield Progress("Ich schreibe.")
                await asyncio.Event().wait()
            finally:
                ended.set()

        o.teams.assistant.script = endless
        message = o.teams.activity(text=TEXT)
        await o.teams.send(message)
        working = asyncio.create_task(o.work())
        await o.teams.server.until(1)
        if how == "Abbrechen":
            await o.teams.say("Abbrechen")
        else:
            await o.teams.send({**o.teams.activity(how), "id": message["id"]})
        await asyncio.wait_for(ended.wait(), 10)
        await working
        finals = o.finals()
        assert sum(expected in text for text in finals) == 1
        assert len(finals) == (2 if how == "Abbrechen" else 1)


async def test_a_storage_that_is_away_is_told_and_nothing_is_pretended(azurite: Azurite) -> None:
    async with office(azurite) as o:
        jobs = AzureJobs(
            Account("http://127.0.0.1:9/q", "http://127.0.0.1:9/b", "http://127.0.0.1:9/t"), o.keys, o.teams
        )
        o.teams.door._talk._jobs = jobs  # pyright: ignore[reportPrivateUsage]
        response = await o.teams.say(TEXT)
        assert response.status_code == 200
        assert "kann gerade nichts annehmen" in o.teams.server.messages[0]["text"]
        data = {"verb": "beispiel", "v": 1, "id": o.teams.assistant.examples()[0].id}
        _, body = await o.teams.invoke("adaptiveCard/action", {"action": {"data": data}})
        assert "kann gerade nichts annehmen" in body["value"]
        await jobs.close()


async def test_a_long_wait_is_told_with_a_button_that_ends_it(azurite: Azurite) -> None:
    async with office(azurite) as o:
        jobs = AzureJobs(o._own(), o.keys, o.teams, slots=1, seconds=100.0)  # pyright: ignore[reportPrivateUsage]
        o.teams.door._talk._jobs = jobs  # pyright: ignore[reportPrivateUsage]
        o.teams.assistant.asks_model = True
        for _ in range(3):
            jobs._waiting = (0.0, 0)  # pyright: ignore[reportPrivateUsage]  # looks anew
            await o.teams.say(TEXT)
        waits = [visible_text(card) for card in o.teams.server.cards]
        assert ["in etwa 2 Minuten" in waits[0], "in etwa 4 Minuten" in waits[1]] == [True, True] and len(waits) == 2
        reply = await o.teams.press(o.teams.server.cards[0], "Abbrechen")
        assert "breche ab" in reply["value"]
        o.teams.assistant.asks_model = False
        await o.work()
        assert o.teams.assistant.requests == []

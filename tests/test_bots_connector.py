"""Calls to the Bot Connector: what is tried again, what is not, and what an error may say."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from connector_server import ConnectorServer, Fault

from bots.connector import Connector, ConnectorError

MESSAGE: dict[str, Any] = {"type": "message", "text": "Vertrauliches", "from": {}, "conversation": {}, "recipient": {}}


class Tokens:
    """Gives a new token each time."""

    def __init__(self) -> None:
        self.given = 0

    async def token(self) -> str:
        self.given += 1
        return f"token-{self.given}"


@asynccontextmanager
async def connected(**options: Any) -> AsyncGenerator[tuple[Connector, ConnectorServer]]:
    async with ConnectorServer() as server:
        settings: dict[str, Any] = {"first_pause": 0.001, **options}
        connector = Connector(Tokens(), **settings)
        try:
            yield connector, server
        finally:
            await connector.close()


async def test_send_update_and_delete_use_the_right_addresses() -> None:
    async with connected() as (connector, server):
        sent = await connector.send(server.url, "19:a/b@thread.v2;messageid=1", dict(MESSAGE))
        await connector.update(server.url, "a:1", sent, dict(MESSAGE))
        await connector.delete(server.url.rstrip("/"), "a:1", sent)
        assert [(call.method, call.path) for call in server.calls] == [
            ("POST", "/emea/v3/conversations/19%3Aa%2Fb%40thread.v2%3Bmessageid%3D1/activities"),
            ("PUT", "/emea/v3/conversations/a%3A1/activities/out-1"),
            ("DELETE", "/emea/v3/conversations/a%3A1/activities/out-1"),
        ]
        assert server.calls[0].headers["Authorization"] == "Bearer token-1"
        assert server.calls[1].body["id"] == "out-1"


async def test_the_local_profile_sends_no_token() -> None:
    async with ConnectorServer() as server:
        connector = Connector(None)
        await connector.send(server.url, "a:1", dict(MESSAGE))
        await connector.close()
        assert "Authorization" not in server.calls[0].headers


@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_busy_servers_are_asked_again(status: int) -> None:
    async with connected() as (connector, server):
        server.faults += [Fault(status), Fault(status)]
        assert await connector.send(server.url, "a:1", dict(MESSAGE)) == "out-1"
        assert len(server.calls) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 500])
async def test_other_refusals_are_final(status: int) -> None:
    async with connected() as (connector, server):
        server.faults.append(Fault(status, "MessageSizeTooBig", "Vertrauliches"))
        with pytest.raises(ConnectorError) as raised:
            await connector.send(server.url, "a:1", dict(MESSAGE))
        assert (raised.value.status, raised.value.code) == (status, "MessageSizeTooBig")
        assert "Vertrauliches" not in str(raised.value)
        assert len(server.calls) == 1


async def test_a_code_that_is_no_word_does_not_reach_the_log() -> None:
    async with connected() as (connector, server):
        server.faults.append(Fault(400, "Sehr geehrte Frau Beispiel"))
        with pytest.raises(ConnectorError, match=r"^400 refused$"):
            await connector.send(server.url, "a:1", dict(MESSAGE))


async def test_it_gives_up_after_some_attempts() -> None:
    async with connected(attempts=3) as (connector, server):
        server.faults += [Fault(503) for _ in range(5)]
        with pytest.raises(ConnectorError):
            await connector.send(server.url, "a:1", dict(MESSAGE))
        assert len(server.calls) == 3


async def test_what_comes_late_to_no_use_is_tried_once() -> None:
    async with connected() as (connector, server):
        server.faults.append(Fault(429, headers={"Retry-After": "30"}))
        with pytest.raises(ConnectorError):
            await connector.send(server.url, "a:1", dict(MESSAGE), once=True)
        assert len(server.calls) == 1


async def test_retry_after_is_honoured_in_both_forms() -> None:
    async with connected() as (connector, server):
        soon = format_datetime(datetime.now(UTC) - timedelta(seconds=5), usegmt=True)
        server.faults += [Fault(429, headers={"Retry-After": "0.2"}), Fault(429, headers={"Retry-After": soon})]
        await connector.send(server.url, "a:1", dict(MESSAGE))
        first, second, third = (call.at for call in server.calls)
        assert second - first >= 0.2
        assert third - second < 0.2


async def test_a_wait_longer_than_the_patience_is_not_waited_for() -> None:
    async with connected(patience=5.0) as (connector, server):
        server.faults.append(Fault(429, headers={"Retry-After": "3600"}))
        started = asyncio.get_running_loop().time()
        with pytest.raises(ConnectorError):
            await connector.send(server.url, "a:1", dict(MESSAGE))
        assert asyncio.get_running_loop().time() - started < 1


async def test_a_server_that_is_away_is_tried_again_and_then_given_up() -> None:
    async with ConnectorServer() as server:
        url = server.url
    connector = Connector(None, first_pause=0.001, attempts=2)
    with pytest.raises(ConnectorError) as raised:
        await connector.send(url, "a:1", dict(MESSAGE))
    await connector.close()
    assert raised.value.status == 0


async def test_a_silent_server_is_not_waited_for_and_a_message_not_sent_twice() -> None:
    taken = 0

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        taken += 1
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    connector = Connector(None, timeout=0.2)
    with pytest.raises(ConnectorError):
        await connector.send(f"http://127.0.0.1:{port}/", "a:1", dict(MESSAGE))
    await connector.close()
    server.close()
    await server.wait_closed()
    assert taken == 1


async def test_a_token_that_cannot_be_had_is_an_error_of_the_connector() -> None:
    class NoTokens:
        async def token(self) -> str:
            raise RuntimeError("geheim")

    async with ConnectorServer() as server:
        connector = Connector(NoTokens())
        with pytest.raises(ConnectorError, match="no_token_RuntimeError"):
            await connector.send(server.url, "a:1", dict(MESSAGE))
        await connector.close()
        assert server.calls == []


async def test_a_chat_with_a_person_is_opened() -> None:
    async with connected() as (connector, server):
        assert await connector.open_chat(server.url, "28:bot", "29:jana", "tenant") == "a:new-chat"
        assert server.calls[0].body["channelData"] == {"tenant": {"id": "tenant"}}


async def test_a_conversation_gets_no_more_calls_than_teams_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = 100.0, list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with ConnectorServer() as server:
        connector = Connector(None, clock=lambda: now)
        activity = {"type": "message", "from": {}, "conversation": {"conversationType": "personal"}, "recipient": {}}
        monkeypatch.setattr("bots.connector.asyncio.sleep", sleep)
        for _ in range(7):
            await connector.send(server.url, "a:1", activity)
        assert slept == []
        with pytest.raises(ConnectorError, match="429"):
            await connector.send(server.url, "a:1", activity, once=True)
        await connector.send(server.url, "a:2", activity)
        await connector.send(server.url, "a:1", activity)
        assert slept == [1.0]
        now = 110.0
        await connector.send(server.url, "a:1", activity)
        assert slept == [1.0]
        await connector.close()

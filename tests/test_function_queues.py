"""The queue functions through Microsoft's worker library with Azurite: accepted here, done there, also after a kill."""

import asyncio
import base64
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from azurite import Azurite, QueueHost
from bot_kit import BOT, JANA, TENANT, visible_text
from connector_server import ConnectorServer
from functions_worker import FunctionsWorker

LETTER = (
    "Sehr geehrter Herr Wendelin Quast, hiermit teilen wir Ihnen mit, dass die Entrichtung der Gebühr bis zum "
    "28. Februar 2027 zu erfolgen hat. Es wird gebeten, die Unterlagen einzureichen."
)


def settings(azurite: Azurite) -> dict[str, str]:
    return {
        "AMTSKLAR_PROFILE": "local",
        "AMTSKLAR_JOBS_STORAGE": azurite.connection,
        "AMTSKLAR_SEAL_KEY": base64.b64encode(bytes(range(32))).decode(),
        "AMTSKLAR_JOBS_LEASE": "4",
    }


def activity(server: ConnectorServer, number: int, text: str) -> dict[str, Any]:
    return {
        "type": "message",
        "id": f"in-{number}",
        "text": text,
        "serviceUrl": server.url,
        "channelId": "msteams",
        "from": {"id": "29:1", "name": "Jana Weber", "aadObjectId": JANA},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:1"},
        "recipient": {"id": BOT, "name": "Amtsklar"},
        "channelData": {"tenant": {"id": TENANT}},
    }


def function(http: aiohttp.ClientSession, worker: FunctionsWorker, name: str) -> Callable[[bytes], Awaitable[None]]:
    """Calls a queue function as the host does; raises when the function failed."""

    async def call(message: bytes) -> None:
        async with http.post(f"{worker.url}/admin/queues/{name}", data=message) as answer:
            if answer.status != 202:
                raise RuntimeError("failed")

    return call


def texts(server: ConnectorServer) -> list[str]:
    return [visible_text(message["attachments"][0]["content"]) for message in server.shown.values()]


async def test_a_message_is_accepted_here_and_answered_there(azurite: Azurite) -> None:
    azurite = azurite.another()
    account = azurite.account()
    async with (
        ConnectorServer() as server,
        aiohttp.ClientSession() as http,
        await FunctionsWorker.start(environment=settings(azurite)) as door,
        await FunctionsWorker.start(environment=settings(azurite)) as worker,
    ):
        triggers = {name: trigger for name, trigger in worker.functions.items() if trigger["type"] == "queueTrigger"}
        assert {name: (one["queueName"], one["connection"]) for name, one in triggers.items()} == {
            "jobs": ("jobs", "JobStorage"),
            "poison": ("jobs-poison", "JobStorage"),
        }
        assert worker.functions["sweep"]["schedule"] == "0 * * * * *"
        for _ in range(3):
            async with http.post(door.url + "/api/messages", json=activity(server, 1, LETTER)) as answer:
                assert answer.status in (200, 202)
        assert server.calls == []
        await QueueHost(account, function(http, worker, "jobs")).drain()
        (text,) = texts(server)
        assert "28. Februar 2027" in text and "Wendelin Quast" in text
        async with http.post(worker.url + "/admin/functions/sweep") as answer:
            assert answer.status == 202
        await function(http, worker, "poison")(b"kein Auftrag")
        written = await door.stop() + await worker.stop()
        for word in ("Quast", "Entrichtung", "Jana", JANA):
            assert word not in written
    await account.close()


async def test_a_worker_that_is_killed_leaves_its_job_to_another(azurite: Azurite) -> None:
    azurite = azurite.another()
    account = azurite.account()
    async with (
        ConnectorServer() as server,
        aiohttp.ClientSession() as http,
        await FunctionsWorker.start(environment=settings(azurite)) as first,
        await FunctionsWorker.start(environment=settings(azurite)) as second,
    ):
        began = time.perf_counter()
        async with http.post(first.url + "/api/messages", json=activity(server, 1, LETTER)) as answer:
            assert answer.status == 202
        server.hold.set()  # the connector does not answer: the worker is in the middle of its work
        queue = QueueHost(account, function(http, first, "jobs"))
        working = asyncio.create_task(queue.drain(until=lambda: queue.failures > 0))
        await server.until(1)
        os.kill(first.process_id, signal.SIGKILL)
        await working
        server.hold.clear()
        await QueueHost(account, function(http, second, "jobs")).drain()
        answers = [text for text in texts(server) if "28. Februar 2027" in text]
        assert len(answers) == 1, time.perf_counter() - began
    await account.close()

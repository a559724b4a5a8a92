"""Azurite, Microsoft's own stand-in for a storage account, and the part of the Functions host that serves queues."""

import asyncio
import base64
import copy
import itertools
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from xml.etree import ElementTree

from jobs.account import Account

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "node_modules" / ".bin" / "azurite"


class Azurite:
    """Runs on free ports while entered, with many accounts. `connection` is the connection string of one."""

    def __init__(self, folder: Path, *, in_memory: bool = True) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._ports: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._key = base64.b64encode(secrets.token_bytes(64)).decode()
        self._numbers = itertools.count(1)
        self._number = 0

    @property
    def connection(self) -> str:
        """The connection string."""
        name = f"amtsklar{self._number}"
        ends = zip(("Blob", "Queue", "Table"), self._ports, strict=True)
        urls = ";".join(f"{service}Endpoint=http://127.0.0.1:{port}/{name}" for service, port in ends)
        return f"DefaultEndpointsProtocol=http;AccountName={name};AccountKey={self._key};{urls}"

    def another(self) -> "Azurite":
        """The same with an empty account."""
        other = copy.copy(self)
        other._number = next(self._numbers)
        return other

    def account(self) -> Account:
        """The account, as a process of its own would see it."""
        return Account.for_azurite(self.connection)

    def __enter__(self) -> Self:
        self._ports = _free_ports(3)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start, on the same ports as before."""
        node = shutil.which("node")
        assert node is not None
        options = ["--skipApiVersionCheck", "--disableTelemetry", "--silent"]
        options += ["--inMemoryPersistence"] if self._in_memory else ["--location", str(self._folder)]
        for name, port in zip(("blob", "queue", "table"), self._ports, strict=True):
            options += [f"--{name}Host", "127.0.0.1", f"--{name}Port", str(port)]
        accounts = ";".join(f"amtsklar{number}:{self._key}" for number in range(200))
        self._process = subprocess.Popen(
            [node, str(PROGRAM.resolve()), *options],
            cwd=self._folder,
            env={"AZURITE_ACCOUNTS": accounts, "PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        ready = 0
        while ready < 3:
            line = self._process.stdout.readline()
            assert line, "azurite did not start"
            ready += b"successfully listen" in line

    def stop(self) -> None:
        """Stop, as a storage that is away."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None


class QueueHost:
    """Takes messages from a queue as the Functions host does: one call each, deleted on success, back after a failure,
    to the poison queue after too many. Stands in for the real host, which cannot run here.

    Args:
        account: The storage.
        work: Does the work of a message, and raises what the function raised.
        queue: The queue.
        most: How often a message is tried.
        again: Seconds until a message that failed comes again.
    """

    def __init__(
        self,
        account: Account,
        work: Callable[[bytes], Awaitable[None]],
        *,
        queue: str = "jobs",
        most: int = 5,
        again: int = 0,
    ) -> None:
        self._account = account
        self._work = work
        self._queue = queue
        self._most = most
        self._again = again
        self.failures = 0

    async def drain(self, *, until: Callable[[], bool] | None = None, seconds: float = 30.0) -> None:
        """Take messages side by side until there are none, or until something is true."""
        running: set[asyncio.Task[None]] = set()
        query = {"numofmessages": "32", "visibilitytimeout": "600"}
        async with asyncio.timeout(seconds):
            while True:
                answer = await self._account.call("q", "GET", f"{self._queue}/messages", query=query, fine=(404,))
                messages = list(ElementTree.fromstring(answer.content)) if answer.status == 200 else []
                for message in messages:
                    task = asyncio.create_task(self._one(message))
                    running.add(task)
                    task.add_done_callback(running.discard)
                await asyncio.sleep(0.05 if not messages else 0)
                if until is not None and until():
                    break
                if until is None and not running and not await self._account.waiting(self._queue):
                    return
            await asyncio.gather(*running)

    async def _one(self, message: ElementTree.Element) -> None:
        text = message.findtext("MessageText") or ""
        place, receipt = f"{self._queue}/messages/{message.findtext('MessageId')}", message.findtext("PopReceipt") or ""
        count = int(message.findtext("DequeueCount") or 1)
        try:
            await self._work(base64.b64decode(text))
        except Exception:  # whatever a function raises
            self.failures += 1
            if count < self._most:
                query = {"popreceipt": receipt, "visibilitytimeout": str(self._again)}
                body = f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>".encode()
                await self._account.call("q", "PUT", place, query=query, body=body)
                return
            await self._account.put(f"{self._queue}-poison", base64.b64decode(text))
        await self._account.call("q", "DELETE", place, query={"popreceipt": receipt}, fine=(404,))


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports

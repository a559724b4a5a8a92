"""Bot turns per second: the whole path with the rule writer, one card a turn, beside a bare botbuilder echo bot.

Both run under the same uvicorn settings in the same run, in turns, and answer to one connector server in this process.
"""

import asyncio
import contextlib
import os
import socket
import statistics
import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

ROOT = Path(__file__).parent.parent
BOTS = {"echo": "benchmarks.echo_bot:app", "amtsklar": "web:app"}
OPTIONS = ("--host", "127.0.0.1", "--log-level", "warning", "--no-access-log")
IN_FLIGHT = 8
WARM_UP = 100
TURNS = 800
ROUNDS = 3
TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
PERSON = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01"
TEXT = (
    "Sehr geehrte Damen und Herren,\n\nzur abschließenden Bearbeitung Ihres Antrages ist die Vorlage der in der Anlage "
    "bezeichneten Unterlagen bis zum 15. Januar 2027 erforderlich. Es wird gebeten, die Unterlagen unter Angabe des "
    "Aktenzeichens einzureichen. Sofern eine fristgerechte Einreichung nicht möglich ist, wird um Mitteilung gebeten."
    "\n\nMit freundlichen Grüßen"
)


class Recorder:
    """A connector server that counts cards."""

    def __init__(self) -> None:
        self.cards = 0
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        """Count a message."""
        body = await request.read()
        self.cards += b"AdaptiveCard" in body
        return web.json_response({"id": str(self.cards)}, status=201)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Listen on a free port."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        try:
            yield
        finally:
            await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Bot:
    """A running bot."""

    url: str
    process: int

    def cpu(self) -> float:
        """Seconds of processor time so far; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.asynccontextmanager
async def running(target: str) -> AsyncGenerator[Bot]:
    """One bot in its own process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", target, *OPTIONS, "--port", str(port)]
    environment = {**os.environ, "AMTSKLAR_PROFILE": "local"}
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment)
    try:
        while not _answers(port):
            if process.returncode is not None:
                raise SystemExit(f"{target} did not start")
            await asyncio.sleep(0.1)
        yield Bot(f"http://127.0.0.1:{port}/api/messages", process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


async def turns(session: aiohttp.ClientSession, url: str, recorder: Recorder, count: int, name: str) -> list[float]:
    """Run this many turns, `IN_FLIGHT` at a time. Returns the seconds of each."""
    numbers = iter(range(count))
    taken: list[float] = []

    async def worker() -> None:
        for number in numbers:
            activity = {
                "type": "message",
                "id": f"{name}-{number}",
                "timestamp": "2026-11-20T09:00:00.000Z",
                "serviceUrl": recorder.url,
                "channelId": "msteams",
                "from": {"id": f"29:{PERSON}", "name": "Jana Weber", "aadObjectId": PERSON},
                "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": f"a:{number % IN_FLIGHT}"},
                "recipient": {"id": "28:bot", "name": "Amtsklar"},
                "textFormat": "plain",
                "text": TEXT,
                "entities": [{"type": "clientInfo", "locale": "de-DE", "country": "DE", "platform": "Web"}],
                "channelData": {"tenant": {"id": TENANT}},
                "locale": "de-DE",
            }
            started = time.perf_counter()
            async with session.post(url, json=activity) as response:
                if response.status != 200:
                    raise SystemExit(f"{name}: status {response.status}")
            taken.append(time.perf_counter() - started)

    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
    return taken


async def measure(names: list[str]) -> dict[str, list[float]]:
    """Turns per second of each bot, one figure a round."""
    recorder = Recorder()
    speeds: dict[str, list[float]] = {name: [] for name in names}
    async with recorder.running(), aiohttp.ClientSession() as session, contextlib.AsyncExitStack() as stack:
        bots = {name: await stack.enter_async_context(running(BOTS[name])) for name in names}
        for name, bot in bots.items():
            await turns(session, bot.url, recorder, WARM_UP, f"{name}-warm")
        for lap in range(ROUNDS):
            for name, bot in bots.items():
                before, cpu, started = recorder.cards, bot.cpu(), time.perf_counter()
                taken = sorted(await turns(session, bot.url, recorder, TURNS, f"{name}-{lap}"))
                seconds = time.perf_counter() - started
                if recorder.cards - before != TURNS:
                    raise SystemExit(f"{name}: {recorder.cards - before} Karten statt {TURNS}")
                speeds[name].append(TURNS / seconds)
                middle, late = taken[len(taken) // 2] * 1000, taken[int(len(taken) * 0.95)] * 1000
                cost = (bot.cpu() - cpu) / TURNS * 1000
                print(
                    f"{name:9} {TURNS / seconds:6.1f} turns/s   p50 {middle:5.1f} ms   p95 {late:5.1f} ms"
                    f"   processor {cost:4.1f} ms a turn",
                    flush=True,
                )
    return speeds


def main() -> int:
    """Measure; the status says whether the product is at least level with the echo bot."""
    speeds = asyncio.run(measure(list(BOTS)))
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    ratio = medians["amtsklar"] / medians["echo"]
    print(
        f"median    echo {medians['echo']:.1f}, amtsklar {medians['amtsklar']:.1f} turns/s: {ratio:.2f} × the echo bot"
    )
    return 0 if ratio >= 1 else 1


if __name__ == "__main__":
    sys.exit(main())

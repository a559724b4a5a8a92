"""Cold start: from the start of a process to its first answer, beside the imports that a bare echo bot needs.

Yardstick: a process that imports the four packages of a bare echo bot on this stack, and does nothing else.
Product: (1) a process that imports `function_app`; (2) a process that imports it, serves its ASGI app over HTTP, gets a
message of Teams at once, and sends its card to a Connector on this machine (local profile, rule writer): once the
command `Hilfe`, which an echo bot's answer compares with, and once a text to rewrite, which takes the whole path.
Runs take turns, after one run of each that fills Python's bytecode cache. Beside the time on the clock stands the time
of the processor, which other work on the machine disturbs less.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

ROOT = Path(__file__).parent.parent
LIMIT = 1.1
# None of these may be loaded before somebody needs it.
HEAVY = (
    *("openai", "httpx2", "msal", "jwt", "cryptography", "requests", "aiohttp", "botbuilder", "msrest"),
    *("PIL", "numpy", "docx", "lxml", "azure.identity", "azure.storage", "jsonschema"),
)

_IMPORTS = """
import json, resource, sys, time
start = time.perf_counter()
{imports}
seconds = time.perf_counter() - start
processor = time.process_time()
heavy = [name for name in {heavy!r} if name in sys.modules]
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
done = dict(seconds=seconds, processor=processor, done_at=start + seconds, megabytes=memory, heavy=heavy)
print(json.dumps(done))
"""
YARDSTICK = "import azure.functions, azurefunctions.extensions.http.fastapi, botbuilder.core, pydantic_settings"
PRODUCT = "import function_app"
# As the worker does: import the functions, then serve on a port; here the app of the functions is served directly.
_SERVER = """
import function_app, uvicorn
uvicorn.Server(uvicorn.Config(function_app.web_app, host="127.0.0.1", port={port}, log_level="error")).run()
"""

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
PERSON = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01"
TEXT = (
    "Sehr geehrte Damen und Herren,\n\nunter Bezugnahme auf Ihre Antragstellung vom 7. Dezember 2026 wird Ihnen "
    "mitgeteilt, dass die Beibringung der fehlenden Unterlagen bis zum 15. Januar 2027 zu erfolgen hat.\n\n"
    "Mit freundlichen Grüßen\nStadt Musterstadt"
)


def environment() -> dict[str, str]:
    """A bare environment with the local profile and Python's bytecode cache on."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"AMTSKLAR_PROFILE": "local"}


def imported(imports: str) -> dict[str, Any]:
    """Seconds and memory of a process that only imports; `process` counts from its start to the last import.

    Both processes read the machine's monotonic clock, so their moments compare.
    """
    start = time.perf_counter()
    result = subprocess.run(
        [sys.executable, "-c", _IMPORTS.format(imports=imports, heavy=HEAVY)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    measured = json.loads(result.stdout)
    return measured | {"process": measured["done_at"] - start}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Connector:
    """Takes what the bot sends, as the Bot Connector does, and notes when the first card came."""

    def __init__(self) -> None:
        self.card = asyncio.Event()
        self.card_at = 0.0

    async def take(self, request: web.Request) -> web.Response:
        """One activity of the bot."""
        sent: dict[str, Any] = await request.json()
        if sent.get("attachments"):
            self.card_at = self.card_at or time.perf_counter()
            self.card.set()
        return web.json_response({"id": "1"}, status=201)


async def first_answer(text: str) -> dict[str, float]:
    """Seconds from the start of the process to the bot's first card, on the clock and of the processor."""
    connector = Connector()
    application = web.Application(client_max_size=10_000_000)
    application.router.add_route("*", "/{path:.*}", connector.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    service_url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    port = _free_port()
    activity = {
        "type": "message",
        "id": "1",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": {"id": "29:1", "name": "Jana Weber", "aadObjectId": PERSON},
        "recipient": {"id": "28:amtsklar", "name": "Amtsklar"},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:1"},
        "channelData": {"tenant": {"id": TENANT}},
        "textFormat": "plain",
        "locale": "de-DE",
        "text": text,
    }
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVER.format(port=port), cwd=ROOT, env=environment()
    )
    try:
        async with asyncio.timeout(60), asyncio.TaskGroup() as together:
            together.create_task(_post(port, activity, process))
            together.create_task(connector.card.wait())
        processor = _processor_seconds(process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await runner.cleanup()
    return {"card": connector.card_at - start, "processor": processor}


def _processor_seconds(pid: int) -> float:
    """What a running process has used so far, from proc(5); in steps of a hundredth. 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _post(port: int, activity: dict[str, Any], process: asyncio.subprocess.Process) -> None:
    """Send the activity as soon as the process listens. Knocking is cheap, since it shares the processors."""
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            break
        if process.returncode is not None:
            raise SystemExit("the process ended before it answered")
        await asyncio.sleep(0.002)
    async with (
        ClientSession() as session,
        session.post(f"http://127.0.0.1:{port}/api/messages", json=activity) as answer,
    ):
        if answer.status >= 300:
            raise SystemExit(f"the bot answered {answer.status}: {await answer.text()}")


def main() -> int:
    """Measure and print; 1 when the product is slower than it may be or loads something heavy."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    runs = max(7, parser.parse_args().runs)
    yard: list[dict[str, Any]] = []
    product: list[dict[str, Any]] = []
    helped: list[dict[str, Any]] = []
    rewritten: list[dict[str, Any]] = []
    for number in range(runs + 1):
        one = (
            imported(YARDSTICK),
            imported(PRODUCT),
            asyncio.run(first_answer("Hilfe")),
            asyncio.run(first_answer(TEXT)),
        )
        if number:
            for measured, into in zip(one, (yard, product, helped, rewritten), strict=True):
                into.append(measured)

    def median(measured: list[dict[str, Any]], name: str) -> float:
        return statistics.median(run[name] for run in measured)

    imports, whole, busy = (median(yard, name) for name in ("seconds", "process", "processor"))
    heavy = sorted({name for run in product for name in run["heavy"]})
    rows = (
        ("yardstick: four imports", imports, imports),
        ("import function_app", median(product, "seconds"), imports),
        ("yardstick: process start to the fourth import", whole, whole),
        ("process start to the first card (Hilfe)", median(helped, "card"), whole),
        ("process start to the first card (a rewritten text)", median(rewritten, "card"), whole),
        ("yardstick, processor time", busy, busy),
        ("first card (Hilfe), processor time", median(helped, "processor"), busy),
        ("first card (a rewritten text), processor time", median(rewritten, "processor"), busy),
    )
    print(f"medians of {runs} runs in turn, Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}")
    for name, seconds, measure in rows:
        print(f"{name:50} {seconds:6.3f} s  {seconds / measure:5.2f} ×")
    print(f"{'memory after the imports':50} {median(yard, 'megabytes'):6.0f} MB yardstick")
    print(f"{'memory after import function_app':50} {median(product, 'megabytes'):6.0f} MB")
    print(f"heavy modules after import function_app: {', '.join(heavy) or 'none'}")
    slow = [name for name, seconds, measure in rows if seconds > LIMIT * measure]
    if slow or heavy:
        print(f"over {LIMIT} ×: {', '.join(slow) or 'nothing'}; too heavy: {', '.join(heavy) or 'nothing'}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

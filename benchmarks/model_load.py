"""Load with a model: 50 people at once, two pages each, against a real HTTP server that takes two seconds an answer.

Also the time to the first words beyond the server's own, one request after the other. One process; the model is the
test's server in a process of its own, since its work is not ours. The model keeps every placeholder and changes nothing
that counts.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import policy
from assistant.assistant import Assistant
from assistant.path import Answer, Delta, Request
from benchmarks.path_latency import letter
from entra.gate import Capability, Person, TrainingGate
from entra.local import LocalDirectory
from records.local import LocalRecords
from writers.model import ModelProfile, ModelWriter
from writers.port import TaskKind
from writers.rules import RuleWriter

ROOT = Path(__file__).parent.parent
PEOPLE, SECONDS = 50, 2.0
LOAD_LIMIT = 1.25
FIRST_LIMIT, FIRST_RUNS = 20.0, 40
_SERVER = """
import asyncio, sys
sys.path.insert(0, "tests")
from model_server import ModelServer, Says

async def main():
    server = ModelServer(default=Says(lambda text: text.replace("Es wird gebeten", "Wir bitten Sie"), size=400,
                                      before=float(sys.argv[1])))
    await server.start()
    print(server.url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class _Server:
    """The model, elsewhere."""

    def __init__(self, pause: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(pause)], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


def _assistant(url: str) -> tuple[Assistant, Person, ModelWriter]:
    directory = LocalDirectory.from_file(ROOT / "entra" / "verzeichnis.yaml")
    group = directory.group_id("KI-Schulung abgeschlossen") or ""
    person = directory.people()[0]
    gate = TrainingGate(
        directory,
        groups=dict.fromkeys(Capability, (group,)),
        group_names={group: "KI-Schulung abgeschlossen"},
        tenants=(person.tenant_id,),
        course_url="https://intranet.example/kurs",
        contact="die KI-Beauftragte",
    )
    model = ModelWriter(ModelProfile(url, "probe", concurrency=PEOPLE, max_tokens=4000), "schluessel")
    screener = policy.load(ROOT / "policy" / "dienstanweisung.yaml")
    writers = [model, RuleWriter()]
    return Assistant(gate=gate, screener=screener, writers=writers, records=LocalRecords()), person, model


async def _one(assistant: Assistant, person: Person, number: int) -> tuple[float, float, Answer]:
    """Seconds to the first words and to the answer, and the answer."""
    start = time.perf_counter()
    first = 0.0
    async for event in assistant.run(Request(person, TaskKind.BUERGERNAH, letter(number))):
        if isinstance(event, Delta) and not first:
            first = time.perf_counter() - start
        if isinstance(event, Answer):
            return first, time.perf_counter() - start, event
    raise RuntimeError("the letter was not answered")


async def _load(url: str) -> tuple[list[float], float, float]:
    assistant, person, model = _assistant(url)
    await _one(assistant, person, 1000)
    worked = time.process_time()
    found = await asyncio.gather(*(_one(assistant, person, number) for number in range(PEOPLE)))
    worked = time.process_time() - worked
    await model.aclose()
    if any(not answer.by_model for _, _, answer in found):
        raise RuntimeError("another writer had to step in")
    calls = statistics.fmean(answer.calls for _, _, answer in found)
    return sorted(whole for _, whole, _ in found), calls, worked


async def _bare(url: str, text: str) -> float:
    """Seconds to the first piece for somebody who only asks the server."""
    import aiohttp

    body = {"model": "probe", "stream": True, "messages": [{"role": "user", "content": text}]}
    start = time.perf_counter()
    async with aiohttp.ClientSession() as session, session.post(f"{url}/chat/completions", json=body) as response:
        async for line in response.content:
            if b'"content": "' in line and b'"content": ""' not in line:
                return time.perf_counter() - start
    raise RuntimeError("the server said nothing")


async def _first(url: str) -> tuple[float, float]:
    assistant, person, model = _assistant(url)
    for number in range(3):
        await _one(assistant, person, 2000 + number)
    ours = [(await _one(assistant, person, number))[0] for number in range(FIRST_RUNS)]
    theirs = [await _bare(url, letter(number)) for number in range(FIRST_RUNS)]
    await model.aclose()
    return statistics.median(ours) * 1000, statistics.median(theirs) * 1000


def main() -> int:
    """Measure and print; 1 when a limit is missed."""
    server = _Server(0.0)
    try:
        ours, theirs = asyncio.run(_first(server.url))
    finally:
        server.stop()
    print(f"first words, {FIRST_RUNS} letters: p50 {ours:.1f} ms, the server alone {theirs:.1f} ms, "
          f"beyond it {ours - theirs:.1f} ms (limit {FIRST_LIMIT:.0f})")  # fmt: skip
    server = _Server(SECONDS)
    try:
        whole, calls, worked = asyncio.run(_load(server.url))
    finally:
        server.stop()
    p95 = whole[int(len(whole) * 0.95)]
    print(
        f"load: {PEOPLE} at once, {len(letter(0))} code points each, model {SECONDS:.0f} s, calls per text {calls:.2f}"
    )
    print(f"whole: p50 {statistics.median(whole):.2f} s, p95 {p95:.2f} s = {p95 / SECONDS:.2f} × the model's time "
          f"(limit {LOAD_LIMIT}); computing {worked / PEOPLE * 1000:.0f} ms a letter")  # fmt: skip
    return 0 if p95 <= LOAD_LIMIT * SECONDS and ours - theirs <= FIRST_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())

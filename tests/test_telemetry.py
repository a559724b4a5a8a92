"""What is measured, on the real SDK of OpenTelemetry: whole requests through both doors, and nothing of them in it."""

import asyncio
import hashlib
import json
import logging
import os
import re
import socket
import subprocess
import sys
import tempfile
import zlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, override

import aiohttp
import pytest
import uvicorn
from assistant_parts import LETTER as ORDINARY
from assistant_parts import TRAINED as JANA
from assistant_parts import assistant
from connector_server import ConnectorServer
from model_server import Cut, Events, ModelServer, Says, Silent, Status, chunk
from telemetry_kit import TASKS, Kept
from test_product import CANARY, LETTER, TENANT, TRAINED, UNTRAINED, Running, every_route, free_port

from assistant.path import Request
from entra.gate import Reason
from jobs.inprocess import InProcessJobs
from jobs.port import Job, Turn
from jobs.watched import WatchedJobs, watched
from policy.screening import Decision
from service import StartRefused, build
from settings import Settings
from telemetry.measuring import Measuring, Metric
from telemetry.port import NOTHING, Outcome, Size
from telemetry.sdk import Instruments
from telemetry.words import CODES, JOB_OUTCOMES, OTHER, STATUSES, Attribute, Words
from web import create_app
from writers.model import ModelProfile, ModelWriter
from writers.port import TaskKind

ROOT = Path(__file__).parent.parent
HOUR = 3_600_000_000_000


class _Server(uvicorn.Server):
    """Tells when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def product(kept: Kept, folder: Path, **settings: Any) -> AsyncGenerator[Running]:
    """The whole product behind a real server in this process, measured into `kept`."""
    chosen = Settings.model_validate({"profile": "local", "records_folder": folder, **settings})
    service = build(chosen, kept.telemetry)
    config = uvicorn.Config(create_app(service), port=free_port(), log_config=None, access_log=False, lifespan="off")
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait_for(server.up.wait(), 20)
    try:
        async with aiohttp.ClientSession() as session, ConnectorServer() as connector:
            yield Running(f"http://127.0.0.1:{config.port}", session, connector, os.getpid())
    finally:
        server.should_exit = True
        await serving
        await service.close()


def assert_closed(kept: Kept, log: str, *more: str) -> None:
    """Nothing of a person or a text in any measurement or log line, and no attribute beyond the closed list."""
    sent = kept.everything()
    people = [JANA.object_id, TRAINED, UNTRAINED, TENANT, "Jana", "Weber", "Tobias", "Lindner"]
    for value in (*CANARY, *people, *more):
        assert value not in sent, f"measured: {value}"
    for value in (TRAINED, UNTRAINED, JANA.object_id, f"{TENANT}|{TRAINED}", "Jana Weber"):
        for algorithm in ("md5", "sha1", "sha256"):
            assert hashlib.new(algorithm, value.encode()).hexdigest()[:16] not in sent
        assert format(zlib.crc32(value.encode()), "x") not in sent
    for value in CANARY:
        assert value not in log, f"logged: {value}"
    allowed = {attribute.value for attribute in Attribute}
    resource = {"service.name", "service.version", "service.instance.id"}
    for attributes in re.findall(r'"attributes": \{(.*?)\}', sent, re.S):
        for name, value in re.findall(r'"([^"]+)": "([^"]*)"', attributes):
            assert name in allowed | resource, name
            assert re.fullmatch(r"[A-Za-z0-9_.:-]{1,40}", value), (name, value)
    names = {span.name for span in kept.spans.get_finished_spans()}
    assert names <= {"request", "model"}
    assert set(re.findall(r'"name": "(amtsklar\.[^"]+)"', sent)) <= {metric.value for metric in Metric}


async def test_a_canary_through_every_route_is_in_no_measurement(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kept = Kept()
    async with product(kept, tmp_path) as server:
        await every_route(server)
        assert "Sperlingshofer" in server.connector.written()
    assert_closed(kept, caplog.text)
    outcomes = {values[1:] for values in kept.points("amtsklar.requests")}
    codes = {values[0]: values[1] for values in kept.points("amtsklar.requests")}
    assert {values[0] for values in outcomes} >= {"answered", "refused", "blocked"}
    assert codes["training_missing"] == "refused" and codes["rules"] == "answered"
    assert OTHER not in codes
    assert kept.points("amtsklar.jobs.accepted")[("done",)] >= 5
    assert sum(kept.points("amtsklar.ledger.facts").values()) > 0


async def test_a_canary_is_in_no_measurement_when_the_model_misbehaves_and_repeats_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kept = Kept(("modell",))
    async with (
        ModelServer(default=Says(lambda text: text)) as model,
        product(kept, tmp_path, model_url=model.url, model_name="modell", model_silence="1") as server,
    ):
        faults = {
            "model_unauthorized": Status(401),
            "model_cut": Cut("Sehr geehrte Frau Zwitscherfink"),
            "model_filtered_midway": Events([chunk("Zwitscherfink", "content_filter")]),
            "model_truncated": Events([chunk("Zwitscherfink", "length")]),
            "model_silent": Silent("Zwitscherfink"),
        }
        for behaviour in faults.values():
            model.script(behaviour)
            _, answer = await server.post("/api/compose/rewrite", {"text": LETTER})
            assert "Regeln von Amtsklar" in answer
        model.script(Status(401))
        await server.post("/api/compose/task", {"task": "betreff", "text": LETTER})
        await server.post("/api/compose/rewrite", {"text": LETTER})
        await server.say(LETTER)
    assert_closed(kept, caplog.text)
    assert {code for code, _ in kept.points("amtsklar.fallbacks")} == set(faults)
    calls = {values[0]: values[1] for values in kept.points("amtsklar.model.duration")}
    assert set(calls) >= {"ok", *faults} and set(calls.values()) == {"modell"}
    assert kept.points("amtsklar.requests")[("model_unauthorized", "failed", "betreff")] == 1
    parts = [span for span in kept.spans.get_finished_spans() if span.name == "model"]
    whole = {
        span.context.span_id for span in kept.spans.get_finished_spans() if span.name == "request" and span.context
    }
    assert parts and all(span.parent is not None and span.parent.span_id in whole for span in parts)


async def test_what_is_no_word_of_the_installation_is_measured_as_other() -> None:
    kept = Kept(("probe",))
    requests = kept.telemetry.of_town("stadt", "2026-11", ["E-6"])
    watch = requests.request("Zwitscherfink", 700)
    watch.fallback("Frau Zwitscherfink")
    watch.end(Outcome.BLOCKED, "Zwitscherfink", {"Zwitscherfink": 3})
    kept.telemetry.turned_away("Zwitscherfink")
    kept.telemetry.job_accepted("Zwitscherfink")
    kept.telemetry.job_begun(1.0, 99)
    requests.request("einfach", 12).end(Outcome.BLOCKED, "E-6")
    assert "Zwitscherfink" not in kept.everything()
    assert kept.points("amtsklar.requests") == {
        (OTHER, "blocked", OTHER): 1.0,
        ("E-6", "blocked", "einfach"): 1.0,
    }


async def test_only_what_went_wrong_has_an_exact_time() -> None:
    moment = 1_800_000_000_000_000_000 + 2_222 * 1_000_000_000
    kept = Kept(at=[moment, moment + 3_000_000_000])
    requests = kept.telemetry.of_town("stadt", "2026-11")
    requests.request("einfach", 12).end(Outcome.ANSWERED, "rules")
    kept.at[:] = [moment, moment + 4_000_000_000]
    requests.request("einfach", 12).end(Outcome.FAILED, "internal")
    kept.telemetry.settle()
    fine, failed = kept.spans.get_finished_spans()
    assert fine.start_time == moment - moment % HOUR and failed.start_time == moment
    assert fine.end_time is not None and fine.end_time - fine.start_time == 3_000_000_000
    assert not fine.status.is_ok or fine.status.status_code.name == "UNSET"
    assert failed.status.status_code.name == "ERROR" and not failed.status.description
    # Metrics say nothing about towns, so that no profile of a small town's day can be drawn from them.
    assert "amtsklar.town" not in (kept.reader.get_metrics_data() or kept).to_json()  # pyright: ignore


async def test_a_request_that_nobody_waits_for_any_more_is_measured_as_left() -> None:
    kept = Kept()
    one = assistant(telemetry=kept.telemetry.of_town("stadt", "2026-11"))
    events = one.run(Request(JANA, TaskKind.EINFACH, ORDINARY))
    await anext(events)
    await events.aclose()
    assert [values[1] for values in kept.points("amtsklar.requests")] == ["left"]


async def test_what_stands_against_a_request_is_measured_once_whoever_asks_first() -> None:
    kept = Kept()
    one = assistant(telemetry=kept.telemetry.of_town("stadt", "2026-11"))
    assert await one.consider(Request(JANA, TaskKind.EINFACH, ORDINARY)) is None
    assert kept.points("amtsklar.requests") == {}
    assert await one.consider(Request(JANA, TaskKind.EINFACH, " ")) is not None
    assert kept.points("amtsklar.requests") == {("text_empty", "failed", "einfach"): 1.0}


async def test_jobs_tell_how_long_they_waited_and_what_became_of_them() -> None:
    kept = Kept()

    async def work(job: Job, _turn: Turn) -> None:
        if job.key == "schlecht":
            raise ValueError("Zwitscherfink")

    jobs = WatchedJobs(InProcessJobs(watched(work, kept.telemetry)), kept.telemetry)
    await jobs.accept(Job("gut", "a", TENANT, b"Zwitscherfink"))
    await jobs.accept(Job("gut", "a", TENANT, b"Zwitscherfink"))
    await jobs.accept(Job("schlecht", "a", TENANT, b"Zwitscherfink"))
    await jobs.close()
    await jobs.accept(Job("spaet", "a", TENANT, b"Zwitscherfink"))
    kept.telemetry.queue(7, 12.5)
    assert kept.points("amtsklar.jobs.accepted") == {("done",): 2, ("duplicate",): 1, ("closed",): 1}
    assert set(kept.points("amtsklar.jobs.duration")) == {("done",), ("failed",)}
    assert set(kept.points("amtsklar.jobs.age")) == {("1",)}
    assert kept.points("amtsklar.queue.waiting") == {(): 7} and kept.points("amtsklar.queue.oldest") == {(): 12.5}
    assert "Zwitscherfink" not in kept.everything()


def test_every_code_of_the_product_is_a_word() -> None:
    used: set[str] = set()
    for room in ("assistant", "writers", "entra", "towns"):
        for file in (ROOT / room).glob("*.py"):
            source = file.read_text(encoding="utf-8")
            used |= set(re.findall(r'(?:\bFailed|WriterFailed|_failed|_Problem)\(\s*"([a-z_-]+)"', source))
            used |= set(re.findall(r'TokenRefused\(\d+, "([a-z_]+)"', source))
            used |= set(re.findall(r'^    "(model_[a-z_]+)":', source, re.M))
    used |= {reason.value for reason in Reason} | {decision.value for decision in Decision}
    assert len(used) > 60
    assert used <= CODES, used - CODES


def test_every_outcome_of_a_job_and_status_of_a_fact_is_a_word() -> None:
    from german.ledger import Status as Kept
    from jobs.port import Outcome as OfJob

    assert {outcome.value for outcome in OfJob} <= JOB_OUTCOMES
    assert {status.value for status in Kept} <= STATUSES


@pytest.mark.parametrize(
    ("characters", "size"), [(0, "bis_500"), (500, "bis_500"), (501, "bis_2000"), (30_001, "mehr")]
)
def test_lengths_are_measured_in_buckets(characters: int, size: str) -> None:
    assert Size.of(characters).value == size


async def test_a_telemetry_that_cannot_start_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Instruments:
        raise RuntimeError("Zwitscherfink")

    measuring = Measuring(Words(TASKS), broken)
    watch = measuring.of_town("stadt", "1").request("einfach", 10)
    measuring.settle()
    watch.end(Outcome.ANSWERED)
    await measuring.close()
    assert "telemetry not started: RuntimeError" in caplog.text and "Zwitscherfink" not in caplog.text


# --- What is loaded and sent ------------------------------------------------------------------------------------------


def test_nothing_is_measured_as_delivered(tmp_path: Path) -> None:
    assert build(Settings.model_validate({"profile": "local", "records_folder": tmp_path})).telemetry is NOTHING
    code = (
        "import sys; from settings import Settings; import service;"
        "service.build(Settings.model_validate({'profile': 'local', 'telemetry': 'azure'}));"
        "print(*[m for m in ('opentelemetry', 'azure.monitor', 'telemetry.sdk') if m in sys.modules])"
    )
    environment = {"APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=0", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_measuring_without_an_address_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APPLICATIONINSIGHTS_CONNECTION_STRING", raising=False)
    with pytest.raises(StartRefused, match="APPLICATIONINSIGHTS_CONNECTION_STRING"):
        build(Settings.model_validate({"profile": "local", "telemetry": "azure"}))


_SEND = """
import asyncio, sys, tempfile
from opentelemetry import metrics, trace
from telemetry.measuring import Measuring
from telemetry.port import Outcome
from telemetry.sdk import Instruments
from telemetry.words import Words

class Call:
    model, code, seconds, first = "modell", "", 2.0, 0.5

key = "00000000-1111-4222-8333-444444444444"
where = f"InstrumentationKey={key};IngestionEndpoint={sys.argv[1]}/"
measuring = Measuring(Words(["einfach"], ["modell"]), lambda: Instruments.for_application_insights("1.0", where))
watch = measuring.of_town("stadt", "2026-11").request("einfach", 700)
watch.model_call(Call())
watch.fallback("model_cut")
watch.end(Outcome.ANSWERED, "rules", {"kept": 3, "missing": 1})
measuring.turned_away("expired")
measuring.job_accepted("running")
measuring.job_begun(1.5, 1)
measuring.job_ended("done", 2.0)
measuring.queue(3, 9.0)
asyncio.run(measuring.close())
# Libraries that bring their own instrumentation must find no provider to send with.
print(type(trace.get_tracer_provider()).__name__, type(metrics.get_meter_provider()).__name__)
"""


def _files(folder: Path) -> set[Path]:
    """Everything below a folder, and what the exporter would leave beside it."""
    return {*folder.rglob("*"), *Path(tempfile.gettempdir()).glob("Microsoft*")}


async def _send(folder: Path, *answers: int) -> tuple[list[dict[str, Any]], str]:
    """Measure one request in a process of its own; what its exporter sent, and what it printed."""
    sent: list[dict[str, Any]] = []
    left = list(answers)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head, re.I)
        body = await reader.readexactly(int(length[1])) if length else b""
        if re.search(r"content-encoding: gzip", head, re.I):
            body = zlib.decompress(body, 31)
        items: list[dict[str, Any]] = json.loads(body) if body else []
        sent.extend({"path": head.split()[1], **item} for item in items)
        status = left.pop(0) if left else 200
        answer = json.dumps({"itemsReceived": len(items), "itemsAccepted": len(items), "errors": []}).encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\n"
            f"content-length: {len(answer)}\r\n\r\n".encode()
            + answer
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _SEND, f"http://127.0.0.1:{port}"),
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(folder), "HOME": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await asyncio.wait_for(process.communicate(), 60)
    server.close()
    assert process.returncode == 0, error.decode()
    return sent, out.decode()


async def test_application_insights_gets_what_the_queries_ask_for_and_nothing_else(tmp_path: Path) -> None:
    sent, printed = await _send(tmp_path)
    metrics = {item["data"]["baseData"]["metrics"][0]["name"] for item in sent if "metrics" in item["data"]["baseData"]}
    assert metrics == {metric.value for metric in Metric}
    spans = {
        item["data"]["baseData"]["name"]: item["data"]["baseData"]
        for item in sent
        if item["data"]["baseType"] == "RemoteDependencyData"
    }
    marks = [item["data"]["baseData"]["message"] for item in sent if item["data"]["baseType"] == "MessageData"]
    assert marks == ["fallback"]
    assert set(spans) == {"request", "model"}
    assert spans["request"]["properties"]["amtsklar.town"] == "stadt"
    assert spans["model"]["properties"]["amtsklar.model"] == "modell"
    written = json.dumps(sent)
    assert "user" not in written.replace("user-agent", "") and "enduser" not in written
    allowed = {attribute.value for attribute in Attribute}
    for item in sent:
        properties: dict[str, str] = item["data"]["baseData"].get("properties") or {}
        assert {name for name in properties if not name.startswith("_MS.")} <= allowed
    assert printed.split() == ["ProxyTracerProvider", "_ProxyMeterProvider"]


async def test_what_cannot_be_sent_is_dropped_and_never_kept_on_disk(tmp_path: Path) -> None:
    before = _files(tmp_path)
    await _send(tmp_path, 503, 503, 503, 503)
    assert _files(tmp_path) == before


async def test_the_model_is_measured_with_its_waiting_time_and_first_piece() -> None:
    kept = Kept(("probe",))
    async with ModelServer(default=Says(lambda text: text)) as server:
        writer = ModelWriter(ModelProfile(server.url, "probe"), "schluessel")
        one = assistant([writer], telemetry=kept.telemetry.of_town("stadt", "2026-11"))
        async for _ in one.run(Request(JANA, TaskKind.EINFACH, ORDINARY)):
            pass
        await writer.aclose()
    assert kept.points("amtsklar.model.duration")[("ok", "probe")] > 0
    assert kept.points("amtsklar.model.first_piece")[("probe",)] > 0
    statuses = {status for status, _ in kept.points("amtsklar.ledger.facts")}
    assert "kept" in statuses
    assert sum(kept.points("amtsklar.ledger.answers").values()) == 1

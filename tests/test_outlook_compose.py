"""The compose API: what it asks for, what it refuses, and how a stream behaves when something goes wrong."""

import asyncio
import io
import json
import logging
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from assistant.path import (
    Answer,
    Blocked,
    Checked,
    Delta,
    Event,
    Failed,
    Marking,
    Progress,
    Refused,
    Request,
    Restart,
    ToSee,
)
from entra.gate import Admission, Person, Reason
from german.coaching import Remark, Weight
from german.frozen import Zone, ZoneKind
from german.ledger import Entry, FactKind, Ledger, Place, Status
from german.readability import Scores
from german.simplify import Edit
from outlook.compose import Assistant, ComposeValues, RuleSummary, frames, router
from outlook.identity import ChosenPerson, KnownPerson, SignInRequired
from policy.screening import Alternative, Decision, Finding, Screening
from writers.port import TaskKind

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
TRAINED = Person(TENANT, "11111111-1111-4111-8111-111111111111", "Jana Weber")
CANARY = "Kanarienvogel-Bßß-4711"
SCORES = Scores(20, 2, 10.0, 12, 2.0, 30.0, 30.0, 40.0, 50.0, 9.0, 9.0, 9.0, 9.0, 45.0, 3.0, 8.0, 10.0, 5.0, False)
ADMITTED = Admission(True, Reason.TRAINED)
UNTRAINED = Admission(
    False,
    Reason.TRAINING_MISSING,
    "Die KI-Schulung fehlt noch",
    "Es wurde nichts verarbeitet.",
    "https://intranet.example/schulung",
    "die KI-Beauftragte",
)
FINDING = Finding(0, 5, "IBAN", "D-2", Decision.MASK, "Bankverbindungen", "Eine IBAN.", "Erst später eintragen.")
EDIT = Edit(0, 6, "zwecks", "für", "R-1", "Ein kurzes Wort genügt.")


def answer(text: str = "Neu.", source: str = "Alt.") -> Answer:
    ledger = Ledger((Entry(FactKind.DEADLINE, Status.MISSING, Place(0, 3, "Alt"), None),))
    zone = Zone(1, 3, ZoneKind.RECHTSBEHELFSBELEHRUNG)
    return Answer(
        text, source, TaskKind.BUERGERNAH, "Regeln von Amtsklar", False, "", ledger, SCORES, SCORES, (zone,),
        (FINDING,), 2, ("Bitte ansehen.",), (EDIT,), ("[Datum]",), ("D-2",),
    )  # fmt: skip


class Scripted:
    """Stands for the path, which has its own tests: plays the events it was given and notes what it was asked."""

    def __init__(self, *events: Event, checked: Checked | Refused | Failed | None = None) -> None:
        self.events: Sequence[Event] = events
        self.checked = checked or Checked(Screening(Decision.ALLOW, (), (), None), (), SCORES, "Gut.", ())
        self.requests: list[Request] = []
        self.texts: list[str] = []
        self.admissions: list[bool] = []
        self.closed = asyncio.Event()
        self.hold: asyncio.Event | None = None
        self.error: BaseException | None = None

    async def run(self, request: Request) -> AsyncGenerator[Event]:
        self.requests.append(request)
        try:
            for event in self.events:
                yield event
            if self.hold is not None:
                await self.hold.wait()
            if self.error is not None:
                raise self.error
        finally:
            self.closed.set()

    async def check(self, person: Person, source: str) -> Checked | Refused | Failed:
        self.texts.append(source)
        if self.error is not None:
            raise self.error
        return self.checked

    async def admission(
        self, person: Person, task: TaskKind = TaskKind.BUERGERNAH, *, again: bool = False
    ) -> Admission:
        self.admissions.append(again)
        return UNTRAINED

    def letter_kinds(self) -> tuple[tuple[str, str], ...]:
        return (("absage", "Absage"),)


class OnePerson:
    def person(self, object_id: str) -> Person | None:
        return TRAINED if object_id == TRAINED.object_id else None


async def _people() -> tuple[KnownPerson, ...]:
    return (KnownPerson(TRAINED.object_id, TRAINED.name, True),)


def values(**changes: Any) -> ComposeValues:
    chosen: dict[str, Any] = {
        "version": "1.2.3",
        "writer": "Regeln von Amtsklar",
        "rules": (RuleSummary("D-2", "Bankverbindungen", "mask", "Später eintragen."),),
        "course_url": "https://intranet.example/schulung",
        "text_limit": 2_000,
        "body_limit": 20_000,
        "people": _people,
    }
    return ComposeValues(**(chosen | changes))


def app_of(assistant: Assistant, given: ComposeValues | None = None) -> FastAPI:
    given = given or values()
    app = FastAPI()
    app.include_router(router(assistant, ChosenPerson(OnePerson()) if given.people else SignInRequired(), given))
    return app


@asynccontextmanager
async def client_of(assistant: Assistant, given: ComposeValues | None = None) -> AsyncGenerator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app_of(assistant, given))
    headers = {"X-Amtsklar-Person": TRAINED.object_id}
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


def sse(body: str) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    for frame in body.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in frame.split("\n") if ": " in line[1:])
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def assert_problem(response: httpx2.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"].startswith("application/problem+json")
    body = response.json()
    assert body["status"] == status
    for member in ("type", "title", "detail", "next"):
        assert body[member], member
    assert CANARY not in response.text
    return body


async def test_a_rewrite_streams_every_event_and_ends_with_the_answer() -> None:
    script = Scripted(Progress("Ich prüfe."), Delta("Neu"), Restart("Noch einmal."), Delta("Neu."), answer())
    async with client_of(script) as client:
        response = await client.post("/api/compose/rewrite", json={"text": "Alt.", "level": "einfach"})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    assert "no-transform" in response.headers["cache-control"]
    events = sse(response.text)
    assert [name for name, _ in events] == ["progress", "delta", "restart", "delta", "answer"]
    assert events[1][1] == {"text": "Neu"}
    assert script.requests == [Request(TRAINED, TaskKind.EINFACH, "Alt.")]


async def test_the_answer_carries_everything_a_person_needs_to_decide() -> None:
    async with client_of(Scripted(answer())) as client:
        response = await client.post("/api/compose/rewrite", json={"text": "Alt."})
    name, data = sse(response.text)[-1]
    assert name == "answer"
    assert data["ledger"]["ok"] is False
    assert data["ledger"]["counts"] == {"kept": 0, "changed": 0, "missing": 1, "added": 0}
    line = data["ledger"]["entries"][0]
    assert line["label"] == "Frist" and line["source"] == {"start": 0, "end": 3, "text": "Alt"}
    assert line["rewrite"] is None and line["message"]
    assert data["frozen"] == [{"start": 1, "end": 3, "kind": "Rechtsbehelfsbelehrung"}]
    assert data["edits"][0]["before"] == "zwecks"
    assert data["before"]["sentence_length"] == 10.0
    assert (data["masked"], data["gaps"], data["rules"]) == (2, ["[Datum]"], ["D-2"])


async def test_line_breaks_and_unusual_characters_survive_the_stream() -> None:
    text = "Zeile 1\nZeile 2\r\n\u2028data: x\n\n🙂 „Straße“"
    async with client_of(Scripted(Delta(text), answer(text))) as client:
        response = await client.post("/api/compose/rewrite", json={"text": "Alt."})
    events = sse(response.text)
    assert [data["text"] for _, data in events] == [text, text]


async def test_a_draft_hands_over_notes_kind_and_fields() -> None:
    script = Scripted(answer())
    async with client_of(script) as client:
        body = {"notes": "Mietvertrag fehlt", "letter_kind": "absage", "fields": {"recipient": "Frau Krämer"}}
        response = await client.post("/api/compose/draft", json=body)
    assert sse(response.text)[-1][0] == "answer"
    request = script.requests[0]
    assert (request.task, request.text, request.letter_kind) == (TaskKind.BRIEF, "Mietvertrag fehlt", "absage")
    assert request.fields == {"recipient": "Frau Krämer"}


async def test_a_check_shows_findings_remarks_and_zones_with_code_point_places() -> None:
    text = "🙂 Zwecks Zahlung"
    screening = Screening(Decision.MASK, (FINDING,), ("NOTICE",), None)
    remark = Remark(2, 8, "wort", Weight.YELLOW, "Steif.", "für")
    script = Scripted(checked=Checked(screening, (remark,), SCORES, "Schwer.", (Zone(2, 8, ZoneKind.ZITAT),)))
    async with client_of(script) as client:
        response = await client.post("/api/compose/check", json={"text": text})
    body = response.json()
    assert script.texts == [text]
    assert body["decision"] == "mask" and body["labels"] == ["NOTICE"] and body["verdict"] == "Schwer."
    assert body["findings"][0]["advice"] == "Erst später eintragen."
    assert body["remarks"][0]["start"] == 2 and body["remarks"][0]["weight"] == "yellow"
    assert body["frozen"] == [{"start": 2, "end": 8, "kind": "Zitat"}]


async def test_the_gate_refuses_a_stream_with_an_event_and_a_check_with_403() -> None:
    script = Scripted(Refused(UNTRAINED), checked=Refused(UNTRAINED))
    async with client_of(script) as client:
        stream = await client.post("/api/compose/rewrite", json={"text": "Alt."})
        check = await client.post("/api/compose/check", json={"text": "Alt."})
    assert sse(stream.text) == [
        (
            "refused",
            {
                "reason": "training_missing",
                "title": UNTRAINED.title,
                "text": UNTRAINED.text,
                "course_url": UNTRAINED.course_url,
                "contact": UNTRAINED.contact,
            },
        )
    ]
    body = assert_problem(check, 403)
    assert body["admission"]["course_url"] == UNTRAINED.course_url


async def test_a_directory_that_does_not_answer_makes_the_check_unavailable() -> None:
    refused = Refused(Admission(False, Reason.DIRECTORY_UNREACHABLE, "Nicht prüfbar", "Bitte später."))
    async with client_of(Scripted(checked=refused)) as client:
        assert_problem(await client.post("/api/compose/check", json={"text": "Alt."}), 503)


async def test_the_gate_can_be_asked_anew() -> None:
    script = Scripted()
    async with client_of(script) as client:
        response = await client.post("/api/compose/admission")
    assert script.admissions == [True]
    assert response.json()["allowed"] is False and response.json()["title"] == UNTRAINED.title


async def test_a_block_names_rule_and_advice_and_never_the_masked_text() -> None:
    block = Finding(0, 4, "MARKING", "V-1", Decision.BLOCK, "Verschlusssache", "Ein Vermerk.", "Ohne KI bearbeiten.")
    async with client_of(Scripted(Blocked(Screening(Decision.BLOCK, (block,), (), None)))) as client:
        response = await client.post("/api/compose/rewrite", json={"text": "Alt."})
    [(name, data)] = sse(response.text)
    assert name == "blocked" and data["decision"] == "block"
    assert data["findings"][0]["rule"] == "V-1" and data["findings"][0]["advice"] == "Ohne KI bearbeiten."
    assert "masked" not in data


@pytest.mark.parametrize("path", ["check", "rewrite", "draft", "admission"])
async def test_nobody_chosen_and_strangers_are_refused_before_the_body_is_read(path: str) -> None:
    script = Scripted(answer())
    async with client_of(script) as client:
        for chosen in ("", "99999999-9999-4999-8999-999999999999"):
            response = await client.post(
                f"/api/compose/{path}", content=b"x" * 50_000, headers={"X-Amtsklar-Person": chosen}
            )
            assert_problem(response, 401)
            assert response.headers["www-authenticate"] == "Bearer"
    assert script.requests == [] and script.texts == [] and script.admissions == []


async def test_outside_the_local_profile_nobody_can_be_chosen() -> None:
    script = Scripted(answer())
    async with client_of(script, values(people=None)) as client:
        response = await client.post("/api/compose/rewrite", json={"text": "Alt."})
        assert_problem(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"
        assert (await client.get("/api/compose/people")).status_code == 404
        assert (await client.get("/api/compose/info")).json()["local"] is False
    assert script.requests == []


async def test_people_and_info_tell_the_pane_what_it_needs() -> None:
    async with client_of(Scripted()) as client:
        people = (await client.get("/api/compose/people")).json()
        info = (await client.get("/api/compose/info")).json()
    assert people == [{"object_id": TRAINED.object_id, "name": "Jana Weber", "trained": True}]
    assert info["version"] == "1.2.3" and info["writer"] == "Regeln von Amtsklar" and info["local"] is True
    assert info["rules"][0]["id"] == "D-2" and info["letter_kinds"] == [{"key": "absage", "name": "Absage"}]
    assert info["text_limit"] == 2_000


INVALID: list[tuple[object, str, str]] = [
    ({}, "text", "fehlt"),
    ({"text": 7}, "text", "Text erwartet"),
    ({"text": None}, "text", "Text erwartet"),
    ({"text": ""}, "text", "leer"),
    ({"text": " \n\t"}, "text", "leer"),
    ({"text": "a", "level": CANARY}, "level", "nicht vorgesehen"),
    ({"text": "a", "level": "leicht"}, "level", "nicht vorgesehen"),
    ({"text": "a", "level": "brief"}, "level", "nicht vorgesehen"),
    ({"text": "a", CANARY: CANARY}, "", "nicht vorgesehen"),
    ([CANARY], "", "JSON-Objekt"),
]


@pytest.mark.parametrize(("body", "field", "message"), INVALID)
async def test_a_body_of_the_wrong_form_is_explained_without_repeating_it(
    body: object, field: str, message: str
) -> None:
    script = Scripted(answer())
    async with client_of(script) as client:
        problem = assert_problem(await client.post("/api/compose/rewrite", json=body), 422)
    assert problem["errors"][0]["field"] == field
    assert message in problem["errors"][0]["message"]
    assert script.requests == []


@pytest.mark.parametrize(
    "fields",
    [{CANARY * 3: "x"}, {"recipient": CANARY * 200}, {str(n): "x" for n in range(13)}, {"recipient": 5}, "x"],
)
async def test_fields_of_a_draft_are_bounded(fields: object) -> None:
    async with client_of(Scripted(answer())) as client:
        problem = assert_problem(await client.post("/api/compose/draft", json={"notes": "x", "fields": fields}), 422)
    assert problem["errors"][0]["field"] == "fields"


@pytest.mark.parametrize(
    "raw", [b"", b"{", CANARY.encode() + b"\xff", b'{"text": "\\ud800"}', b'{"text": "\xff"}', b"[" * 5_000]
)
async def test_what_is_not_json_in_utf8_is_refused(raw: bytes) -> None:
    async with client_of(Scripted(answer())) as client:
        response = await client.post(
            "/api/compose/check", content=raw, headers={"Content-Type": "application/json; charset=utf-8"}
        )
    assert_problem(response, 400)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_other_content_types_are_refused(content_type: str) -> None:
    async with client_of(Scripted(answer())) as client:
        response = await client.post(
            "/api/compose/rewrite", content=b'{"text": "a"}', headers={"Content-Type": content_type}
        )
    assert_problem(response, 415)


async def test_a_text_above_the_limit_is_refused_and_one_at_the_limit_is_not() -> None:
    script = Scripted(answer())
    async with client_of(script) as client:
        problem = assert_problem(await client.post("/api/compose/rewrite", json={"text": "🙂" * 2_001}), 413)
        assert "2.000" in problem["detail"]
        assert (await client.post("/api/compose/rewrite", json={"text": "🙂" * 2_000})).status_code == 200
        fields = {"points": "b" * 1_000}
        assert_problem(await client.post("/api/compose/draft", json={"notes": "a" * 1_001, "fields": fields}), 413)
    assert len(script.requests) == 1


async def test_a_body_above_the_limit_is_refused_with_and_without_a_declared_length() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b'"' + b"x" * 9_000

    headers = {"Content-Type": "application/json"}
    async with client_of(Scripted(answer())) as client:
        assert_problem(await client.post("/api/compose/check", content=b"x" * 20_001, headers=headers), 413)
        assert_problem(await client.post("/api/compose/check", content=chunks(), headers=headers), 413)


async def test_an_error_inside_becomes_a_problem_and_leaves_no_text_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    script = Scripted()
    script.error = ValueError(CANARY)
    with caplog.at_level(logging.DEBUG):
        async with client_of(script) as client:
            assert_problem(await client.post("/api/compose/check", json={"text": CANARY}), 500)
            stream = await client.post("/api/compose/rewrite", json={"text": CANARY})
    [(name, data)] = sse(stream.text)
    assert name == "failed" and "noch einmal" in data["message"]
    assert CANARY not in stream.text
    assert "ValueError" in caplog.text
    assert CANARY not in caplog.text


async def test_a_failed_check_says_so_in_german() -> None:
    async with client_of(Scripted(checked=Failed("policy_failed", "Die Prüfung ist nicht gelungen."))) as client:
        problem = assert_problem(await client.post("/api/compose/check", json={"text": "Alt."}), 500)
    assert problem["detail"] == "Die Prüfung ist nicht gelungen."


async def test_a_path_that_stops_without_a_result_ends_with_a_failure() -> None:
    async with client_of(Scripted(Delta("halb"))) as client:
        response = await client.post("/api/compose/rewrite", json={"text": "Alt."})
    assert [name for name, _ in sse(response.text)] == ["delta", "failed"]


async def test_nothing_comes_after_the_last_event() -> None:
    script = Scripted(answer(), Delta("zu spät"))
    async with client_of(script) as client:
        response = await client.post("/api/compose/rewrite", json={"text": "Alt."})
    assert [name for name, _ in sse(response.text)] == ["answer"]
    assert script.closed.is_set()


async def test_silence_is_bridged_by_comments() -> None:
    script = Scripted(Progress("Ich schreibe."))
    script.hold = asyncio.Event()
    stream = frames(script.run(Request(TRAINED, TaskKind.BUERGERNAH, "Alt.")), ping=0.01)
    assert (await anext(stream)).startswith(b"event: progress\n")
    assert (await anext(stream)).startswith(b":")
    assert (await anext(stream)).startswith(b":")
    script.hold.set()
    rest = [frame async for frame in stream if not frame.startswith(b":")]
    assert [frame.split(b"\n")[0] for frame in rest] == [b"event: failed"]


async def test_a_path_that_cancels_itself_does_not_leave_the_reader_waiting() -> None:
    script = Scripted(Progress("Ich schreibe."))
    script.error = asyncio.CancelledError()
    stream = frames(script.run(Request(TRAINED, TaskKind.BUERGERNAH, "Alt.")), ping=0.01)
    async with asyncio.timeout(5):
        rest = [frame async for frame in stream if not frame.startswith(b":")]
    assert [frame.split(b"\n")[0] for frame in rest] == [b"event: progress", b"event: failed"]


async def test_a_sender_who_goes_away_in_the_middle_of_the_body_leaves_no_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    script = Scripted(answer())
    messages = iter([{"type": "http.request", "body": b'{"te', "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/api/compose/rewrite", "raw_path": b"/api/compose/rewrite", "query_string": b"", "root_path": "",
        "headers": [
            (b"content-type", b"application/json"), (b"x-amtsklar-person", TRAINED.object_id.encode()),
        ],
        "client": ("127.0.0.1", 1), "server": ("test", 80),
    }  # fmt: skip
    with caplog.at_level(logging.WARNING):
        await app_of(script)(scope, receive, send)
    assert script.requests == [] and caplog.text == ""
    assert sent[0]["status"] == 400


@asynccontextmanager
async def served(app: FastAPI) -> AsyncGenerator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


async def test_a_reader_who_goes_away_stops_the_path() -> None:
    script = Scripted(Progress("Ich schreibe."))
    script.hold = asyncio.Event()
    async with served(app_of(script)) as address, aiohttp.ClientSession() as session:
        response = await session.post(
            f"{address}/api/compose/rewrite",
            json={"text": "Alt."},
            headers={"X-Amtsklar-Person": TRAINED.object_id},
        )
        assert (await response.content.readline()).startswith(b"event: progress")
        assert not script.closed.is_set()
        response.close()
        async with asyncio.timeout(5):
            await script.closed.wait()


async def test_events_leave_one_by_one_and_not_all_at_the_end() -> None:
    script = Scripted(Delta("erstes"))
    script.hold = asyncio.Event()
    async with served(app_of(script)) as address, aiohttp.ClientSession() as session:
        response = await session.post(
            f"{address}/api/compose/rewrite",
            json={"text": "Alt."},
            headers={"X-Amtsklar-Person": TRAINED.object_id},
        )
        async with asyncio.timeout(5):
            assert await response.content.readline() == b"event: delta\n"
        script.hold.set()
        assert b"event: failed" in await response.content.read()


async def test_ten_megabytes_are_refused_while_they_arrive() -> None:
    script = Scripted(answer())
    async with served(app_of(script)) as address, aiohttp.ClientSession() as session:
        try:
            async with session.post(
                f"{address}/api/compose/rewrite",
                data=io.BytesIO(b"x" * 10_000_000),
                headers={"X-Amtsklar-Person": TRAINED.object_id, "Content-Type": "application/json"},
            ) as response:
                assert response.status == 413
        except aiohttp.ClientConnectionError:
            pass  # the server may close before everything was sent
    assert script.requests == []


def test_the_schema_of_the_api_names_every_body() -> None:
    schema = app_of(Scripted()).openapi()
    for path in ("check", "rewrite", "draft"):
        operation = schema["paths"][f"/api/compose/{path}"]["post"]
        assert operation["requestBody"]["content"]["application/json"]["schema"]["properties"]


class WithGallery(Scripted):
    def alternatives(self) -> tuple[Alternative, ...]:
        return (Alternative("Aufnahme abtippen", "N-1", "Notizen glätten."),)


async def test_the_tasks_come_with_form_examples_tips_and_what_is_refused() -> None:
    async with client_of(WithGallery()) as client:
        offer = (await client.get("/api/compose/tasks")).json()
    assert {task["id"] for task in offer["tasks"]} == {kind.value for kind in TaskKind}
    reply = next(task for task in offer["tasks"] if task["id"] == "antwort")
    assert [field["id"] for field in reply["fields"] if field["required"]] == ["punkte"]
    assert reply["without_model"] and not reply["rules"]
    assert len(offer["examples"]) >= 34 and offer["tips"]["guide"] and offer["tips"]["practice"]
    assert offer["refused"] == [{"wish": "Aufnahme abtippen", "rule": "N-1", "instead": "Notizen glätten."}]
    async with client_of(Scripted()) as client:
        assert (await client.get("/api/compose/tasks")).json()["refused"] == []


async def test_any_task_streams_with_the_answers_of_its_form() -> None:
    script = Scripted(replace(answer(), must_see=(ToSee("Neu: 5 Euro", None, Place(0, 3, "Neu")),),
                              marking=Marking("KI", True, "Lesen."), calls=2, afterwards="Prüfen."))  # fmt: skip
    body = {"task": "antwort", "text": "Wann ist offen?", "fields": {"punkte": "Montags."}}
    async with client_of(script) as client:
        response = await client.post("/api/compose/task", json=body)
    (name, data), *_ = sse(response.text)
    assert name == "answer"
    assert data["must_see"] == [
        {"message": "Neu: 5 Euro", "source": None, "rewrite": {"start": 0, "end": 3, "text": "Neu"}}
    ]
    assert data["marking"] == {"label": "KI", "ask": True, "reminder": "Lesen."}
    assert (data["calls"], data["afterwards"]) == (2, "Prüfen.")
    assert script.requests == [Request(TRAINED, TaskKind.ANTWORT, "Wann ist offen?", "", {"punkte": "Montags."})]


@pytest.mark.parametrize(
    "body",
    [{"task": "tanzen", "text": "x"}, {"text": "x"}, {"task": "brief"}, {"task": "brief", "text": "x", "mehr": 1},
     {"task": "brief", "text": CANARY, "fields": {"a": 1}}],
)  # fmt: skip
async def test_a_task_nobody_knows_is_refused_without_repeating_it(body: dict[str, Any]) -> None:
    script = Scripted(answer())
    async with client_of(script) as client:
        assert_problem(await client.post("/api/compose/task", json=body), 422)
        long = {"task": "brief", "text": "x", "fields": {"a": "y" * 1_999, "b": "z" * 20}}
        assert_problem(await client.post("/api/compose/task", json=long), 413)
    assert script.requests == []

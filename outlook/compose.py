"""The compose API: check, rewrite and draft for the writing pane. HTTP in, requests of the path out, events back.

No rule of language or policy lives here, and no text of a request reaches a log line or an error answer.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Protocol, override, runtime_checkable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from assistant import path, tasks
from assistant.examples import load_examples, load_tips
from entra.gate import Admission, Person, Reason
from outlook import problems, wire
from outlook.identity import Identify, ListPeople, NotIdentified, bearer_challenge
from policy.screening import Alternative
from writers.port import TaskKind

log = logging.getLogger("amtsklar.outlook")


class Assistant(Protocol):
    """The path as this door needs it."""

    def run(self, request: path.Request) -> AsyncIterator[path.Event]:
        """Rewrite or draft; the last event ends the stream."""
        ...

    async def check(self, person: Person, source: str) -> path.Checked | path.Refused | path.Failed:
        """Check a text without a writer."""
        ...

    async def admission(self, person: Person, task: TaskKind = ..., *, again: bool = False) -> Admission:
        """What the gate says; with `again` it asks the directory anew."""
        ...

    def letter_kinds(self) -> tuple[tuple[str, str], ...]:
        """The kinds of letters to offer: key and German title."""
        ...


@runtime_checkable
class HasGallery(Protocol):
    """A path that knows what the town's policy refuses and what is possible instead."""

    def alternatives(self) -> tuple[Alternative, ...]:
        """The refusal gallery."""
        ...


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """One rule of the Dienstanweisung as the pane lists it."""

    id: str
    title: str
    action: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ComposeValues:
    """What this door needs of the settings.

    Attributes:
        version: Of the product.
        writer: Who writes, as shown to people.
        by_model: True when that is a language model.
        rules: The rules of the Dienstanweisung.
        course_url: Where the training is.
        contact: Whom to ask.
        text_limit: Longest text, in code points.
        body_limit: Largest request, in bytes.
        ping: Seconds of silence after which a comment keeps a stream open.
        people: The people to choose from; only in the local profile, else None.
    """

    version: str
    writer: str
    by_model: bool = False
    rules: tuple[RuleSummary, ...] = ()
    course_url: str = ""
    contact: str = ""
    text_limit: int = 100_000
    body_limit: int = 1_000_000
    ping: float = 15.0
    people: ListPeople | None = field(default=None, repr=False)


class RewriteLevel(StrEnum):
    """What a rewrite can aim at."""

    BUERGERNAH = "buergernah"
    EINFACH = "einfach"
    KUERZER = "kuerzer"


type Text = Annotated[str, StringConstraints(min_length=1, max_length=1_000_000, pattern=r"\S")]
type FieldName = Annotated[str, StringConstraints(min_length=1, max_length=40)]
type FieldValue = Annotated[str, StringConstraints(max_length=2_000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class CheckRequest(_Body):
    """A text to check."""

    text: Text

    @property
    def length(self) -> int:
        """Of everything a person wrote, in code points."""
        return len(self.text)


class RewriteRequest(_Body):
    """A text to rewrite."""

    text: Text
    level: RewriteLevel = RewriteLevel.BUERGERNAH

    @property
    def length(self) -> int:
        """Of everything a person wrote, in code points."""
        return len(self.text)


class DraftRequest(_Body):
    """Notes to make a letter of. `fields` are further answers of the form, such as the recipient."""

    notes: Text
    letter_kind: Annotated[str, StringConstraints(max_length=60)] = ""
    fields: dict[FieldName, FieldValue] = Field(default={}, max_length=12)

    @property
    def length(self) -> int:
        """Of everything a person wrote, in code points."""
        return len(self.notes) + sum(len(value) for value in self.fields.values())


class TaskRequest(_Body):
    """Material for any task. `fields` are the other answers of its form; `letter_kind` is for letters alone."""

    task: Annotated[str, StringConstraints(max_length=40)]
    text: Text
    letter_kind: Annotated[str, StringConstraints(max_length=60)] = ""
    fields: dict[FieldName, FieldValue] = Field(default={}, max_length=12)

    @field_validator("task")
    @classmethod
    def _known(cls, value: str) -> str:
        TaskKind(value)
        return value

    @property
    def length(self) -> int:
        """Of everything a person wrote, in code points."""
        return len(self.text) + sum(len(value) for value in self.fields.values())


class PersonInfo(BaseModel):
    """One person to choose in the local profile."""

    object_id: str
    name: str
    trained: bool


class RuleInfo(BaseModel):
    """One rule of the Dienstanweisung."""

    id: str
    title: str
    action: str
    advice: str


class LetterKindInfo(BaseModel):
    """One kind of letter."""

    key: str
    name: str


class Info(BaseModel):
    """What the pane shows about this installation."""

    version: str
    writer: str
    by_model: bool
    local: bool
    rules: list[RuleInfo]
    letter_kinds: list[LetterKindInfo]
    course_url: str
    contact: str
    text_limit: int


class _ProblemRoute(APIRoute):
    """Turns every error of a handler into problem details; an unknown one leaves only its type in the log."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except problems.Problem as problem:
                return problem.response()
            except NotIdentified as unknown:
                return problems.Problem(
                    unknown.status,
                    "not-identified",
                    unknown.title,
                    unknown.detail,
                    unknown.next_step,
                    headers=bearer_challenge(unknown.status),
                ).response()
            except HTTPException:
                raise
            except ClientDisconnect:
                # Nobody is left to read it.
                return Response(status_code=400)
            except Exception as error:
                log.error("compose request failed: %s", type(error).__name__)
                return problems.internal().response()

        return guarded


def router(assistant: Assistant, identify: Identify, values: ComposeValues) -> APIRouter:
    """The compose API.

    Args:
        assistant: The path.
        identify: Finds out who is asking, before the body is read.
        values: What this door needs of the settings.
    """
    api = APIRouter(prefix="/api/compose", route_class=_ProblemRoute, tags=["compose"])

    @api.get("/info")
    async def info() -> Info:
        return Info(
            version=values.version,
            writer=values.writer,
            by_model=values.by_model,
            local=values.people is not None,
            rules=[RuleInfo(id=r.id, title=r.title, action=r.action, advice=r.advice) for r in values.rules],
            letter_kinds=[LetterKindInfo(key=key, name=name) for key, name in assistant.letter_kinds()],
            course_url=values.course_url,
            contact=values.contact,
            text_limit=values.text_limit,
        )

    @api.get("/tasks")
    async def offered() -> Response:
        known = tasks.load().values()
        gallery = assistant.alternatives() if isinstance(assistant, HasGallery) else ()
        return JSONResponse(
            {
                "tasks": [wire.task(one) for one in known],
                "examples": [wire.example(one) for one in load_examples()],
                "tips": wire.tips(load_tips()),
                "refused": [wire.alternative(one) for one in gallery],
            },
            headers={"Cache-Control": "no-cache"},
        )

    list_people = values.people
    if list_people is not None:

        @api.get("/people")
        async def people() -> list[PersonInfo]:
            return [
                PersonInfo(object_id=one.object_id, name=one.name, trained=one.trained) for one in await list_people()
            ]

    @api.post("/admission")
    async def admission(request: Request) -> Response:
        person = await identify(request)
        given = await assistant.admission(person, again=True)
        return JSONResponse({"allowed": given.allowed, **wire.admission(given)}, headers={"Cache-Control": "no-store"})

    @api.post("/check", openapi_extra=_body_of(CheckRequest))
    async def check(request: Request) -> Response:
        person = await identify(request)
        body = await _read(request, CheckRequest, values)
        result = await assistant.check(person, body.text)
        match result:
            case path.Checked():
                return JSONResponse(wire.checked(result), headers={"Cache-Control": "no-store"})
            case path.Refused(admission):
                unreachable = admission.reason is Reason.DIRECTORY_UNREACHABLE
                raise problems.Problem(
                    503 if unreachable else 403,
                    "not-admitted",
                    admission.title,
                    admission.text,
                    "Sobald sich das geändert hat, prüfen Sie bitte erneut.",
                    extra={"admission": wire.admission(admission)},
                )
            case path.Failed(code, message):
                log.error("check failed: %s", code)
                raise problems.Problem(500, "failed", "Prüfung nicht möglich", message, "Ihr Text ist unverändert.")

    @api.post("/rewrite", openapi_extra=_body_of(RewriteRequest))
    async def rewrite(request: Request) -> Response:
        person = await identify(request)
        body = await _read(request, RewriteRequest, values)
        return _stream(assistant.run(path.Request(person, TaskKind(body.level.value), body.text)), values.ping)

    @api.post("/draft", openapi_extra=_body_of(DraftRequest))
    async def draft(request: Request) -> Response:
        person = await identify(request)
        body = await _read(request, DraftRequest, values)
        return _stream(
            assistant.run(path.Request(person, TaskKind.BRIEF, body.notes, body.letter_kind, dict(body.fields))),
            values.ping,
        )

    @api.post("/task", openapi_extra=_body_of(TaskRequest))
    async def task(request: Request) -> Response:
        person = await identify(request)
        body = await _read(request, TaskRequest, values)
        wanted = path.Request(person, TaskKind(body.task), body.text, body.letter_kind, dict(body.fields))
        return _stream(assistant.run(wanted), values.ping)

    return api


def _body_of(model: type[BaseModel]) -> dict[str, Any]:
    # The handlers read bodies themselves (see `_read`), so the description of the API is told what they expect.
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


async def _read[B: (CheckRequest, RewriteRequest, DraftRequest, TaskRequest)](
    request: Request, model: type[B], values: ComposeValues
) -> B:
    """Read and validate a body. FastAPI's own way would answer with the input and without a limit.

    Raises:
        Problem: 413, 415, 400 or 422.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > values.body_limit:
        raise problems.too_large(values.body_limit)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise problems.wrong_content_type()
    raw = bytearray()
    try:
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > values.body_limit:
                break
    except ClientDisconnect:
        raise
    except Exception:
        # The layer in front counts too and stops handing over a body that is too large.
        raise problems.too_large(values.body_limit) from None
    if len(raw) > values.body_limit:
        raise problems.too_large(values.body_limit)
    try:
        body = model.model_validate_json(bytes(raw))
    except ValidationError as error:
        if any(problem["type"] == "json_invalid" for problem in error.errors(include_input=False, include_url=False)):
            raise problems.not_json() from None
        raise problems.invalid(_field_errors(error, model)) from None
    if body.length > values.text_limit:
        raise problems.text_too_long(values.text_limit)
    return body


def _field_errors(error: ValidationError, model: type[BaseModel]) -> tuple[problems.FieldError, ...]:
    found: dict[tuple[str, str], problems.FieldError] = {}
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        first = str(problem["loc"][0]) if problem["loc"] else ""
        # An unknown name was made up by the caller and may hold anything.
        name = first if first in model.model_fields else ""
        found[name, problem["type"]] = problems.FieldError(name, problems.wording(problem["type"]))
    return tuple(found.values())


def _stream(events: AsyncIterator[path.Event], ping: float) -> StreamingResponse:
    return StreamingResponse(
        frames(events, ping),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache, no-store, no-transform", "X-Accel-Buffering": "no"},
    )


_CUT = path.Failed(
    "stream-incomplete",
    "Die Verarbeitung ist unerwartet abgebrochen. Ihr Text ist unverändert. Bitte versuchen Sie es noch einmal.",
)


async def frames(events: AsyncIterator[path.Event], ping: float) -> AsyncIterator[bytes]:
    """The events as server-sent events, with a comment after `ping` seconds of silence.

    Never raises because of the path: the status has long been sent, so a failure becomes a `failed` event, and a
    stream that stops without a last event does too. When the reader goes away, the path is cancelled and closed.
    """
    queue: asyncio.Queue[path.Event | None] = asyncio.Queue(maxsize=64)

    async def pump() -> None:
        # One task runs the whole path: timeouts inside it are bound to the task they were entered in.
        try:
            async for happened in events:
                await queue.put(happened)
        except Exception as error:
            log.error("compose stream failed: %s", type(error).__name__)
        finally:
            close: Callable[[], Awaitable[None]] | None = getattr(events, "aclose", None)
            if close is not None:
                with contextlib.suppress(Exception):
                    await close()
        await queue.put(None)

    task = asyncio.create_task(pump())
    try:
        while True:
            try:
                async with asyncio.timeout(ping):
                    happened = await queue.get()
            except TimeoutError:
                if task.done() and queue.empty():
                    yield wire.sse(_CUT)
                    return
                yield wire.PING
                continue
            if happened is None:
                yield wire.sse(_CUT)
                return
            yield _frame(happened)
            if wire.is_last(happened):
                return
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _frame(happened: path.Event) -> bytes:
    try:
        return wire.sse(happened)
    except Exception as error:
        log.error("compose event not serialisable: %s", type(error).__name__)
        return wire.sse(_CUT)

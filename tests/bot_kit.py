"""A door on a real connector server, with an assistant that follows a script.

The scripted assistant is a fake: it stands for what the real path cannot be made to do on demand, such as being slow.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from connector_server import ConnectorServer
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from assistant.examples import Example, load_examples
from assistant.path import Answer, Blocked, Event, Failed, Refused, Request
from bots.connector import Connector
from bots.door import BotDoor
from bots.local import LocalVerifier
from bots.port import Drawer, Rule, Town, Verifier
from bots.seal import MemoryDrawer, Sealer
from entra.gate import Admission, Person, Reason
from german.ledger import Ledger
from german.readability import Scores
from jobs.envelope import KeyRing
from jobs.inprocess import InProcessJobs
from jobs.port import Job, Jobs, Turn, Worker
from policy.screening import Decision, Finding, Screening
from writers.port import TaskKind

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
JANA = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01"
TOBIAS = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a02"
BOT = "28:7d0a6a52-1f6b-4a7e-8b8e-6f1f0f5c9a11"
TEXT = "Es wird gebeten, den Antrag bis zum 15. Januar 2027 vollständig einzureichen."
REFUSAL = Admission(
    False,
    Reason.TRAINING_MISSING,
    "Für Amtsklar fehlt Ihnen noch die Schulung",
    "Die Dienstanweisung verlangt vor der Nutzung die Schulung.",
    "https://intranet.example/ki-schulung",
    "die KI-Beauftragte",
)
TOWN = Town(
    rules_title="Dienstanweisung zum Einsatz von KI",
    rules_version="Stand November 2026",
    rules=(Rule("E-1", "Keine personenbezogenen Daten", "Namen werden ersetzt."), Rule("N-1", "Keine Mitschnitte")),
    course_url="https://intranet.example/schulung",
    contact="die KI-Beauftragte Ihrer Stadt",
    letter_kinds=(("einladung", "Einladung"), ("allgemein", "Allgemeines Schreiben")),
    text_limit=100_000,
)


def scores(words: int = 120) -> Scores:
    return Scores(words, 8, 14.2, 30, 1.9, 20, 20, 40, 42.0, 9.6, 9, 9, 9, 50, 5, 10, 30, 20, words >= 100)


def answer(request: Request, text: str = "", **changes: Any) -> Answer:
    """An answer to a request, as the path would give it."""
    given: dict[str, Any] = {
        "text": text or f"Neuer Text: {request.text}",
        "source": request.text,
        "task": request.task,
        "writer": "Regeln von Amtsklar",
        "by_model": False,
        "fallback": "",
        "ledger": None if request.task is TaskKind.BRIEF else Ledger(()),
        "before": scores(),
        "after": scores(),
        "frozen": (),
        "findings": (),
        "masked": 0,
    }
    return Answer(**{**given, **changes})


def blocked(rule: str = "E-6") -> Blocked:
    found = Finding(
        0, 6, "SECRET_MARKING", rule, Decision.BLOCK, "Keine Verschlusssachen", "Kennzeichnung.", "Ohne KI bearbeiten."
    )
    return Blocked(Screening(Decision.BLOCK, (found,), (), None))


type Script = Callable[[Request], AsyncIterator[Event]]


@dataclass
class ScriptedAssistant:
    """Answers as its script says; keeps what it was asked."""

    script: Script | None = None
    trained: set[str] = field(default_factory=lambda: {JANA})
    requests: list[Request] = field(default_factory=list[Request])
    asked_again: int = 0
    thumbs: list[str] = field(default_factory=list[str])
    against: Callable[[Request], Blocked | None] = lambda _request: None

    asks_model = False

    async def consider(self, request: Request) -> Refused | Blocked | Failed | None:
        if request.person.object_id not in self.trained:
            return Refused(REFUSAL)
        return self.against(request)

    async def admission(
        self, person: Person, task: TaskKind = TaskKind.BUERGERNAH, *, again: bool = False
    ) -> Admission:
        self.asked_again += again
        return Admission(True, Reason.TRAINED) if person.object_id in self.trained else REFUSAL

    async def run(self, request: Request) -> AsyncIterator[Event]:
        self.requests.append(request)
        if request.person.object_id not in self.trained:
            yield Refused(REFUSAL)
        elif self.script is not None:
            async for event in self.script(request):
                yield event
        else:
            yield answer(request)

    def examples(self) -> tuple[Example, ...]:
        return load_examples()

    def with_lines(self, plain: str) -> str:
        return plain

    def feedback(self, person: Person, reaction: str) -> None:
        self.thumbs.append(reaction)


def failing(code: str, message: str) -> Script:
    """A script that ends with a failure."""

    async def script(_request: Request) -> AsyncIterator[Event]:
        yield Failed(code, message)

    return script


def always(event: Event) -> Script:
    """A script of one event."""

    async def script(_request: Request) -> AsyncIterator[Event]:
        yield event

    return script


_numbers = itertools.count(1)


class Teams:
    """Teams, the door, and everything between them, for one test."""

    def __init__(
        self,
        *,
        gap: float = 0.0,
        verifier: Verifier | None = None,
        wait: float = 8.0,
        limit: int = 200,
        word_file: Callable[[str, bool], bytes] | None = None,
        jobs: Callable[[Worker], Jobs] | None = None,
        drawer: Drawer | None = None,
    ) -> None:
        self.server = ConnectorServer(gap=gap)
        self._jobs = jobs
        self._limit = limit
        self._word_file = word_file
        self.assistant = ScriptedAssistant()
        self.now = 1_700_000_000.0
        self.sealer = Sealer(KeyRing.random(), now=lambda: self.now)
        self.drawer = drawer or MemoryDrawer(clock=lambda: self.now)
        self._verifier = verifier or LocalVerifier()
        self._wait = wait
        self.door: BotDoor

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        self.door = self._door()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.door.close()
        await self.server.__aexit__(kind, error, trace)
        if kind is None:
            assert self.server.violations == []

    async def perform(self, job: Job, turn: Turn) -> None:
        await self.door.work.perform(job, turn)

    async def give_up(self, job: Job, turn: Turn) -> None:
        await self.door.work.give_up(job, turn)

    def _door(self) -> BotDoor:
        jobs = self._jobs(self) if self._jobs is not None else InProcessJobs(self.perform, limit=self._limit)
        return BotDoor(
            assistant=self.assistant,
            verifier=self._verifier,
            connector=Connector(None, first_pause=0.01),
            jobs=jobs,
            town=TOWN,
            text_of_html=lambda html: f"aus HTML: {html}",
            sealer=self.sealer,
            drawer=self.drawer,
            word_file=self._word_file,
            wait=self._wait,
        )

    def activity(self, kind: str = "message", *, oid: str = JANA, **fields: Any) -> dict[str, Any]:
        """An activity as Teams sends it."""
        return {
            "type": kind,
            "id": f"in-{next(_numbers)}",
            "serviceUrl": self.server.url,
            "channelId": "msteams",
            "from": {"id": f"29:{oid}", "name": "Jana Weber", "aadObjectId": oid},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:chat"},
            "recipient": {"id": BOT, "name": "Amtsklar"},
            "channelData": {"tenant": {"id": TENANT}},
            "locale": "de-DE",
            **fields,
        }

    async def send(self, activity: object, **headers: str) -> Response:
        """Post an activity to the door."""
        return await self.post(json.dumps(activity).encode(), **headers)

    async def say(self, text: str, **fields: Any) -> Response:
        """Send a message."""
        return await self.send(self.activity(text=text, textFormat="plain", **fields))

    async def post(self, body: bytes, content_type: str = "application/json", **headers: str) -> Response:
        """Post anything to the door."""
        return await self.door.messages(http_request(body, {"content-type": content_type, **headers}))

    async def invoke(self, name: str, value: object, *, oid: str = JANA, **fields: Any) -> tuple[int, Any]:
        """Send an invoke. Returns status and body."""
        response = await self.send(self.activity("invoke", oid=oid, name=name, value=value, **fields))
        return response.status_code, json.loads(bytes(response.body))

    async def press(self, card: Mapping[str, Any], title: str, *, oid: str = JANA, **inputs: str) -> dict[str, Any]:
        """Press a button of a card, with its inputs as a client sends them."""
        found = button(card, title)
        data = {**inputs_of(card), **inputs, **found["data"]}
        action = {"type": "Action.Execute", "title": title, "verb": found["verb"], "data": data}
        status, body = await self.invoke("adaptiveCard/action", {"action": action}, oid=oid)
        assert status == 200 and body["statusCode"] == 200
        return body


def button(card: Mapping[str, Any], title: str) -> dict[str, Any]:
    """The action of a card with this title."""
    return next(action for action in card["actions"] if action["title"] == title)


def inputs_of(card: Mapping[str, Any]) -> dict[str, str]:
    """The values of a card's inputs."""
    return {
        element["id"]: element.get("value", "") for element in elements(card) if element["type"].startswith("Input.")
    }


def elements(node: object) -> list[dict[str, Any]]:
    """Every typed object inside a card, also the card itself."""
    found: list[dict[str, Any]] = []
    if isinstance(node, Mapping):
        if "type" in node:
            found.append(dict(node))  # pyright: ignore[reportUnknownArgumentType]
        for value in node.values():  # pyright: ignore[reportUnknownVariableType]
            found += elements(value)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(node, list):
        for value in node:  # pyright: ignore[reportUnknownVariableType]
            found += elements(value)  # pyright: ignore[reportUnknownArgumentType]
    return found


def visible_text(card: Mapping[str, Any]) -> str:
    """What a person can read on a card."""
    parts: list[str] = []
    for element in elements(card):
        if element["type"] in ("TextBlock", "TextRun"):
            parts.append(element["text"])
        elif element["type"] == "FactSet":
            parts += [f"{fact['title']} {fact['value']}" for fact in element["facts"]]
    return "\n".join(parts)


def http_request(body: bytes, headers: Mapping[str, str]) -> HttpRequest:
    """A request as the server hands it over, its body in two pieces."""
    pieces = [body[: len(body) // 2], body[len(body) // 2 :]]

    async def receive() -> dict[str, Any]:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    raw = [(name.lower().replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/api/messages", "headers": raw, "query_string": b""}
    return HttpRequest(scope, receive)

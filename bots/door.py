"""The HTTP side of the Teams door: reads, verifies and hands on activities, and answers with the right status.

What the bot says is the business of `bots.talk`.
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bots.activity import BadActivity, Inbound, fields, read, whole
from bots.connector import Connector
from bots.port import AssistantPort, Drawer, Town, Verifier
from bots.seal import MemoryDrawer, Sealer
from bots.talk import Talk
from bots.work import OrderWork
from entra.gate import Person
from jobs.envelope import KeyRing
from jobs.port import Jobs, Outcome

_log = logging.getLogger("amtsklar.bots")
# Only an escape of its own can bring half a character; JSON in UTF-8 holds whole ones.
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")

_PROBLEMS = {
    "not_json": (400, "Die Anfrage ist kein JSON."),
    "bad_activity": (400, "Die Anfrage ist keine Nachricht von Teams, die sich lesen lässt."),
    "not_authenticated": (401, "Die Anfrage trägt keinen gültigen Nachweis ihrer Herkunft."),
    "not_allowed": (403, "Von dort nimmt Amtsklar keine Anfragen an."),
    "too_large": (413, "Die Anfrage ist zu groß."),
    "wrong_content_type": (415, "Die Anfrage muss application/json sein."),
    "unknown_invoke": (501, "Diese Aktion kennt Amtsklar nicht."),
    "internal": (500, "Das hat nicht geklappt. Bitte versuchen Sie es gleich noch einmal."),
    "no_keys": (
        503,
        "Die Herkunft der Anfrage lässt sich gerade nicht prüfen. Bitte versuchen Sie es gleich noch einmal.",
    ),
    "closing": (503, "Amtsklar wird gerade neu gestartet. Bitte versuchen Sie es gleich noch einmal."),
}
_REFUSALS = {403: "not_allowed", 503: "no_keys"}


class BotDoor:
    """Takes the activities of Teams.

    Attributes:
        work: Does the jobs that this door orders.

    Args:
        assistant: The path of a text.
        verifier: Says who is calling, or refuses.
        connector: Sends what the bot says.
        jobs: Takes the work; whoever does it calls `work`.
        town: What the cards say about rules and people.
        text_of_html: The text of a piece of HTML, lists and tables as lines.
        sealer: Seals the texts behind buttons; without one, a key of this process.
        drawer: Keeps seals that are too large for a card.
        body_limit: Largest request, in bytes.
        word_file: Makes a Word file of a letter's text, told whether a model wrote it; without it no file is offered.
        wait: How long a message waits for its answer before the request ends, in seconds.
    """

    def __init__(
        self,
        *,
        assistant: AssistantPort,
        verifier: Verifier,
        connector: Connector,
        jobs: Jobs,
        town: Town,
        text_of_html: Callable[[str], str],
        sealer: Sealer | None = None,
        drawer: Drawer | None = None,
        word_file: Callable[[str, bool], bytes] | None = None,
        body_limit: int = 1_000_000,
        wait: float = 8.0,
    ) -> None:
        self._verifier = verifier
        self._connector = connector
        self._jobs = jobs
        self._body_limit = body_limit
        sealer = sealer or Sealer(KeyRing.random())
        drawer = drawer or MemoryDrawer()
        self.work = OrderWork(
            assistant=assistant, connector=connector, town=town, sealer=sealer, drawer=drawer, word_file=word_file
        )
        self._talk = Talk(
            assistant=assistant,
            connector=connector,
            jobs=jobs,
            town=town,
            text_of_html=text_of_html,
            sealer=sealer,
            drawer=drawer,
            with_files=word_file is not None,
            wait=wait,
        )

    async def messages(self, request: Request) -> Response:
        """Answer POST /api/messages."""
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return _problem("wrong_content_type")
        body = await self._body(request)
        if body is None:
            return _problem("too_large")
        try:
            raw: object = json.loads(body)
            if _HALF.search(body):
                raw = whole(raw)
        except (ValueError, RecursionError):
            return _problem("not_json")
        try:
            inbound = read(raw)
        except BadActivity as bad:
            return _problem("bad_activity", bad.code)
        try:
            identity = await self._verifier.verify(request.headers.get("authorization", ""), fields(raw))
        except Exception as error:  # whatever a verifier raises closes the door
            code = _REFUSALS.get(getattr(error, "status", 401), "not_authenticated")
            return _problem(code, type(error).__name__)
        person = Person(identity.tenant_id, identity.object_id, inbound.sender_name)
        return await self._dispatch(inbound, person)

    async def close(self) -> None:
        """Let running work end, then close the connections."""
        await self._jobs.close()
        await self._connector.close()

    async def _dispatch(self, inbound: Inbound, person: Person) -> Response:
        if inbound.type in ("messageUpdate", "messageDelete"):
            await self._talk.forget(inbound, person)
            return Response(status_code=200)
        if inbound.type not in ("message", "invoke", "conversationUpdate", "installationUpdate"):
            return Response(status_code=200)
        if not (inbound.conversation_id and inbound.service_url):
            return _problem("bad_activity", "no_conversation")
        if inbound.type in ("message", "invoke") and not person.object_id:
            return _problem("not_allowed", "no_person")
        if inbound.type == "invoke":
            return await self._invoke(inbound, person)
        if inbound.type == "message":
            outcome = await self._accepted(self._talk.message(inbound, person))
        elif _is_installation(inbound):
            outcome = await self._accepted(self._talk.welcome(inbound))
        else:
            return Response(status_code=200)
        if outcome is None:
            return _problem("internal")
        if outcome is Outcome.CLOSED:
            return _problem("closing")
        return Response(status_code=202 if outcome is Outcome.RUNNING else 200)

    async def _accepted(self, taking: Awaitable[Outcome]) -> Outcome | None:
        """What became of an activity; None when that failed here."""
        try:
            return await taking
        except Exception as error:  # the message may hold what a person wrote
            _log.error("activity failed: %s", type(error).__name__)
            return None

    async def _invoke(self, inbound: Inbound, person: Person) -> Response:
        try:
            body = await self._talk.invoke(inbound, person)
        except Exception as error:  # the message may hold what a person wrote
            _log.error("invoke failed: %s", type(error).__name__)
            return _problem("internal")
        if body is None:
            return _problem("unknown_invoke")
        return JSONResponse(body)

    async def _body(self, request: Request) -> bytes | None:
        """The body, or None when it is larger than the limit."""
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._body_limit:
            return None
        chunks: list[bytes] = []
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > self._body_limit:
                return None
            chunks.append(chunk)
        return b"".join(chunks)


def _is_installation(inbound: Inbound) -> bool:
    if inbound.type == "installationUpdate":
        return inbound.action == "add"
    return bool(inbound.bot_id) and inbound.bot_id in inbound.members_added


def _problem(code: str, detail: str = "") -> Response:
    status, message = _PROBLEMS[code]
    _log.warning("activity refused: %s %s", code, detail)
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    # RFC 9457. Teams reads the status alone; the rest is for whoever looks at the traffic.
    body = {"type": f"urn:amtsklar:problem:{code}", "title": message, "status": status, "code": code}
    return JSONResponse(body, status, headers, media_type="application/problem+json")

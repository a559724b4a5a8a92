"""A Bot Connector that records what it gets, over real HTTP, and holds Teams' rules for streams.

A stand-in, since the real one cannot be reached from here. Any number of next answers can be made to fail.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, cast

from aiohttp import web


@dataclass
class Call:
    """One request as it arrived. `at` is in seconds of the loop's clock."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    at: float


@dataclass
class Fault:
    """An answer to give instead of the right one."""

    status: int
    code: str = ""
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class _Stream:
    sequence: int
    over: bool = False


class ConnectorServer:
    """Starts on enter, ends on exit. `url` is the serviceUrl for activities. `final_faults` meet changes alone; while
    `hold` is set, nobody gets an answer.

    Args:
        gap: Shortest time between two updates of one stream, in seconds; Teams allows one a second.
    """

    def __init__(self, *, gap: float = 0.0) -> None:
        self.calls: list[Call] = []
        self.faults: deque[Fault] = deque()
        self.final_faults: deque[Fault] = deque()
        self.violations: list[str] = []
        self.hold = asyncio.Event()
        self.url = ""
        self._gap = gap
        self._ids = 0
        self._shown: dict[str, dict[str, Any]] = {}
        self._streams: dict[str, _Stream] = {}
        self._last_update = float("-inf")
        self._arrived = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/emea/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Every message that was posted, in order."""
        return [c.body for c in self.calls if c.method == "POST" and c.body.get("type") == "message"]

    @property
    def cards(self) -> list[dict[str, Any]]:
        """The card of every message that has one."""
        return [m["attachments"][0]["content"] for m in self.messages if m.get("attachments")]

    @property
    def shown(self) -> dict[str, dict[str, Any]]:
        """What stands in the chats in the end: the last form of every message by its id."""
        return dict(self._shown)

    @property
    def streams(self) -> list[dict[str, Any]]:
        """The streaminfo entity of every activity that has one."""
        found: list[dict[str, Any]] = []
        for call in self.calls:
            found += [entity for entity in call.body.get("entities", []) if entity.get("type") == "streaminfo"]
        return found

    async def answers_in(self, chat: str, *, least: int) -> list[dict[str, Any]]:
        """The messages of one conversation, as soon as there are this many."""

        def found() -> list[dict[str, Any]]:
            return [message for message in self.messages if message["conversation"]["id"] == chat]

        async with self._arrived:
            await asyncio.wait_for(self._arrived.wait_for(lambda: len(found()) >= least), 20)
        return found()

    def written(self) -> str:
        """Everything that ever arrived, to search in."""
        return "\n".join(f"{call.path} {dict(call.headers)} {call.body}" for call in self.calls)

    async def until(self, count: int) -> None:
        """Wait until this many requests have arrived."""
        async with self._arrived:
            await asyncio.wait_for(self._arrived.wait_for(lambda: len(self.calls) >= count), 10)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raw: object = await request.json() if request.can_read_body else {}
        body = cast(dict[str, Any], raw)
        now = asyncio.get_running_loop().time()
        self.calls.append(Call(request.method, request.raw_path, dict(request.headers), body, now))
        async with self._arrived:
            self._arrived.notify_all()
        while self.hold.is_set():  # noqa: ASYNC110  # an event that is cleared again
            await asyncio.sleep(0.05)
        if self.faults:
            fault = self.faults.popleft()
            error = {"error": {"code": fault.code, "message": fault.message}}
            return web.json_response(error, status=fault.status, headers=fault.headers)
        if self.final_faults and request.method == "PUT":
            fault = self.final_faults.popleft()
            return web.json_response({"error": {"code": fault.code, "message": fault.message}}, status=fault.status)
        if request.path.endswith("/v3/conversations"):
            return web.json_response({"id": "a:new-chat"}, status=201)
        if request.method != "POST":
            self._change(request, body)
            return web.json_response({})
        self._check_message(body)
        info = next((e for e in body.get("entities", []) if e.get("type") == "streaminfo"), None)
        if info is not None:
            return self._stream(body, info, now)
        if body.get("type") == "typing":
            return web.json_response({}, status=202)
        new = self._new_id()
        self._shown[new] = body
        return web.json_response({"id": new}, status=201)

    def _change(self, request: web.Request, body: dict[str, Any]) -> None:
        place = request.path.rpartition("/")[2]
        if request.method == "DELETE":
            self._shown.pop(place, None)
        elif "/activities/" in request.path:
            self._shown[place] = body

    def _new_id(self) -> str:
        self._ids += 1
        return f"out-{self._ids}"

    def _check_message(self, body: dict[str, Any]) -> None:
        for name in ("type", "from", "conversation", "recipient"):
            if name not in body:
                self.violations.append(f"without {name}")
        roots = [e for e in body.get("entities", []) if e.get("type") == "https://schema.org/Message"]
        if len(roots) > 1:
            self.violations.append("two message entities")

    def _stream(self, body: dict[str, Any], info: dict[str, Any], now: float) -> web.Response:
        kind, stream_id, sequence = info.get("streamType"), info.get("streamId"), info.get("streamSequence")
        if body["conversation"].get("conversationType") != "personal":
            self.violations.append("a stream outside a personal chat")
        if kind != "final" and now - self._last_update < self._gap:
            self.violations.append("updates too fast")
        self._last_update = now
        if kind == "informative" and len(body.get("text", "")) > 1000:
            self.violations.append("informative text too long")
        if stream_id is None:
            if sequence != 1 or kind == "final":
                self.violations.append("a stream that does not start with 1")
            new = self._new_id()
            self._streams[new] = _Stream(1)
            return web.json_response({"id": new}, status=201)
        stream = self._streams.get(stream_id)
        if stream is None or stream.over:
            self.violations.append("an update of a stream that is not open")
        elif kind == "final":
            if body.get("type") != "message" or sequence is not None:
                self.violations.append("a final message of the wrong form")
            stream.over = True
            self._shown[stream_id] = body
        else:
            if not isinstance(sequence, int) or sequence <= stream.sequence:
                self.violations.append("a sequence that does not rise")
            else:
                stream.sequence = sequence
            if body.get("attachments"):
                self.violations.append("an attachment before the end of a stream")
        return web.json_response({}, status=202)


@dataclass
class Upload:
    """One file as it arrived."""

    path: str
    headers: Mapping[str, str]
    content: bytes


class FileStore:
    """A person's OneDrive as a file consent sees it: takes files over real HTTP. Stands in for Microsoft's.

    `statuses` are answered first; then every upload is taken.
    """

    def __init__(self) -> None:
        self.uploads: list[Upload] = []
        self.statuses: deque[int] = deque()
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**24)
        app.router.add_put("/{path:.*}", self._put)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/personal/jana/uploadSession?guid=1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _put(self, request: web.Request) -> web.Response:
        self.uploads.append(Upload(request.raw_path, dict(request.headers), await request.read()))
        if self.statuses:
            return web.json_response({"error": {"code": "x"}}, status=self.statuses.popleft())
        return web.json_response({"id": "1"}, status=201)

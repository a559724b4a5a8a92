"""A real HTTP server that speaks the OpenAI wire format with SSE, and misbehaves on command.

Stands for a model, which cannot run here. It records every request it gets, byte for byte.
Start it by hand for a look in the Playground: `python tests/model_server.py 8099`.
"""

import asyncio
import json
import re
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

_FENCED = re.compile(r"^----- (TEXT-\w+) ANFANG -----\n(.*)\n----- \1 ENDE -----", re.S | re.M)

FILTERED_PROMPT: dict[str, Any] = {
    "error": {
        "message": "The response was filtered due to the prompt: KANARI-SERVER",
        "type": None,
        "param": "prompt",
        "code": "content_filter",
        "status": 400,
        "innererror": {
            "code": "ResponsibleAIPolicyViolation",
            "content_filter_result": {"violence": {"filtered": True, "severity": "medium"}},
        },
    }
}


@dataclass(frozen=True)
class Recorded:
    """One request as it came over the wire."""

    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)

    @property
    def text(self) -> str:
        """The text between the boundaries of the first user message."""
        return text_of(self.body)

    @property
    def last(self) -> str:
        """The last message: the text, or a request to repair."""
        return self.body["messages"][-1]["content"]


def self_signed(key: Path, certificate: Path) -> None:
    """A key and a certificate that nobody vouches for."""
    line = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost"
    subprocess.run([*line.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)


def text_of(body: dict[str, Any]) -> str:
    content = next(message["content"] for message in body["messages"] if message["role"] == "user")
    match = _FENCED.search(content)
    return match[2] if match else content


class Connection:
    """The server's side of one HTTP/1.1 exchange."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def respond(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await self._writer.drain()

    async def begin_stream(self) -> None:
        self._writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        await self._writer.drain()

    async def send(self, data: bytes) -> None:
        self._writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self._writer.drain()

    async def event(self, payload: object) -> None:
        await self.send(f"data: {json.dumps(payload, ensure_ascii=False)}\n\n".encode())

    async def end_stream(self) -> None:
        await self.send(b"data: [DONE]\n\n")
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def until_gone(self) -> None:
        """Wait until the client gives up."""
        await self._reader.read()

    def cut(self) -> None:
        """Close the connection without saying goodbye."""
        self._writer.transport.abort()


def chunk(content: str | None = None, finish: str | None = None, **delta: str) -> dict[str, Any]:
    """One piece of a streamed answer."""
    if content is not None:
        delta["content"] = content
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


class Behaviour(Protocol):
    """What the server does with one request."""

    async def play(self, request: Recorded, connection: Connection) -> None: ...


@dataclass(frozen=True)
class Says:
    """A whole answer. `text` is fixed or made from the text that was sent; `size` is the length of a piece."""

    text: str | Callable[[str], str] = field(default=lambda text: text)
    size: int = 7
    finish: str | None = "stop"
    reasoning: str = ""
    before: float = 0.0

    async def play(self, request: Recorded, connection: Connection) -> None:
        text = self.text if isinstance(self.text, str) else self.text(request.text)
        if self.before:
            await asyncio.sleep(self.before)
        await connection.begin_stream()
        # As Azure does: the first event has no choices.
        await connection.event(
            {"id": "", "object": "", "created": 0, "model": "", "choices": [], "prompt_filter_results": []}
        )
        await connection.event(chunk("", role="assistant"))
        if self.reasoning:
            await connection.event(chunk(reasoning_content=self.reasoning))
        for start in range(0, len(text), self.size):
            await connection.event(chunk(text[start : start + self.size]))
        if self.finish is not None:
            await connection.event(chunk(finish=self.finish))
        if request.body.get("stream_options", {}).get("include_usage"):
            usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
            await connection.event({"id": "c", "object": "", "created": 1, "model": "m", "choices": [], "usage": usage})
        await connection.end_stream()


@dataclass(frozen=True)
class Status:
    """An HTTP error. The body repeats what was sent, as careless servers do."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Any] | None = None

    async def play(self, request: Recorded, connection: Connection) -> None:
        body = self.body or {"error": {"message": "KANARI-SERVER " + request.raw.decode(), "code": None}}
        await connection.respond(
            self.code, json.dumps(body).encode(), {"content-type": "application/json", **self.headers}
        )


@dataclass(frozen=True)
class Cut:
    """The connection breaks after `text`."""

    text: str = "Wir prüfen Ihren"

    async def play(self, request: Recorded, connection: Connection) -> None:
        await connection.begin_stream()
        await connection.event(chunk(self.text))
        connection.cut()


@dataclass(frozen=True)
class Silent:
    """Nothing comes any more, after `text` (none: not even the head of the answer)."""

    text: str = ""

    async def play(self, request: Recorded, connection: Connection) -> None:
        if self.text:
            await connection.begin_stream()
            await connection.event(chunk(self.text))
        await connection.until_gone()


@dataclass(frozen=True)
class Drip:
    """One byte at a time, so slowly that no piece is ever whole."""

    pause: float = 0.02

    async def play(self, request: Recorded, connection: Connection) -> None:
        await connection.begin_stream()
        for byte in json.dumps(chunk("Wir prüfen das. " * 400)).encode():
            await connection.send(bytes([byte]))
            await asyncio.sleep(self.pause)


@dataclass(frozen=True)
class Events:
    """Exactly these events, then the regular end."""

    events: Sequence[object]

    async def play(self, request: Recorded, connection: Connection) -> None:
        await connection.begin_stream()
        for event in self.events:
            await connection.event(event)
        await connection.end_stream()


@dataclass(frozen=True)
class Garbage:
    """A stream that is no JSON."""

    async def play(self, request: Recorded, connection: Connection) -> None:
        await connection.begin_stream()
        await connection.send(b"data: {KANARI-SERVER kaputt\n\n")
        await connection.end_stream()


class ModelServer:
    """The server. Plays the scripted behaviours in order, then `default`."""

    def __init__(self, *script: Behaviour, default: Behaviour | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.default: Behaviour = default or Says()
        self.requests: list[Recorded] = []
        self.heard = asyncio.Event()
        self.most_at_once = 0
        self._at_once = 0
        self._script = list(script)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port, ssl=self._tls)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None
        scheme, host = ("https", "localhost") if self._tls else ("http", "127.0.0.1")
        return f"{scheme}://{host}:{self._server.sockets[0].getsockname()[1]}/v1"

    def script(self, *behaviours: Behaviour) -> None:
        """What to do with the next requests."""
        self._script.extend(behaviours)

    def received(self) -> str:
        """Everything that ever came over the wire."""
        return "\n".join(
            r.path + json.dumps(dict(r.headers)) + r.raw.decode() + json.dumps(r.body) for r in self.requests
        )

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                self.heard.set()
                behaviour = self._script.pop(0) if self._script else self.default
                self._at_once += 1
                self.most_at_once = max(self.most_at_once, self._at_once)
                try:
                    await behaviour.play(request, Connection(reader, writer))
                finally:
                    self._at_once -= 1
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._open.discard(task)


async def _read(reader: asyncio.StreamReader) -> Recorded | None:
    head = await reader.readline()
    if not head:
        return None
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).decode().strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    raw = await reader.readexactly(int(headers.get("content-length", "0")))
    return Recorded(head.decode().split()[1], headers, raw)


async def _serve(port: int) -> None:
    server = ModelServer()
    await server.start(port)
    print(server.url)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]) if len(sys.argv) > 1 else 8099))

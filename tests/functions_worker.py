"""Drives `function_app.py` through Microsoft's worker library, in a process of its own.

A stand-in for the Functions host, which cannot run here: it speaks to the library as the host does (worker start,
indexing, one invocation beside each proxied request) but without gRPC, so the protobuf messages are plain objects.
Run as a program it serves the functions on a local port; `FunctionsWorker` starts and ends that program for a test.
"""

import argparse
import asyncio
import importlib
import json
import os
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

ROOT = Path(__file__).parent.parent
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"}


@dataclass
class FunctionsWorker:
    """A running worker.

    Attributes:
        url: Where the stand-in host listens, without a slash at the end.
        functions: Function name to its trigger, as indexing announced it.
    """

    url: str
    functions: dict[str, dict[str, Any]]
    _process: asyncio.subprocess.Process
    _output: bytearray
    _readers: asyncio.Future[tuple[None, None]]

    @classmethod
    async def start(
        cls,
        *,
        environment: Mapping[str, str] | None = None,
        stand_ins: Path | None = None,
    ) -> Self:
        """Start a worker process and wait until it has indexed the functions.

        Args:
            environment: Settings on top of a bare environment.
            stand_ins: A folder whose modules are imported instead of the product's.
        """
        bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        arguments = [sys.executable, __file__]
        if stand_ins is not None:
            arguments += ["--stand-ins", str(stand_ins)]
        process = await asyncio.create_subprocess_exec(
            *arguments,
            cwd=ROOT,
            env=bare | dict(environment or {}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None and process.stderr is not None
        output = bytearray()
        errors = asyncio.create_task(_collect(process.stderr, output))
        line = await process.stdout.readline()
        if not line:
            await process.wait()
            await errors
            raise AssertionError("the worker did not start:\n" + output.decode(errors="replace"))
        announced = json.loads(line)
        readers = asyncio.gather(errors, _collect(process.stdout, output))
        return cls(announced["url"], announced["functions"], process, output, readers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def process_id(self) -> int:
        """The worker's process."""
        return self._process.pid

    async def stop(self) -> str:
        """End the process. Returns everything it wrote: log lines of every level and what the host was told."""
        if self._process.returncode is None:
            self._process.terminate()
        await self._readers
        await self._process.wait()
        return self._output.decode(errors="replace")


async def _collect(stream: asyncio.StreamReader, into: bytearray) -> None:
    while piece := await stream.read(65536):
        into += piece


class _Plain:
    """A protobuf message as far as the worker library looks at it."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def WhichOneof(self, group: str) -> str | None:
        return next((name for name in self.__dict__ if name in _ONE_OF[group]), None)


_ONE_OF = {"data": {"http", "json", "string", "bytes"}, "rpc_data": {"data"}}


class _Enumeration(_Plain):
    undefined, out, inout = 0, 1, 2


class _Status(_Plain):
    Success, Failure = "Success", "Failure"


class _Protos:
    """The module of generated classes that the real worker hands in."""

    WorkerInitResponse = WorkerMetadata = StatusResult = _Status
    FunctionMetadataResponse = FunctionLoadResponse = InvocationResponse = _Plain
    RpcException = RpcFunctionMetadata = RpcRetryOptions = ParameterBinding = TypedData = RpcHttp = _Plain
    BindingInfo = _Enumeration


class _Host:
    """Routes requests to functions as their declarations say, and proxies each beside its invocation."""

    def __init__(self) -> None:
        self.functions: dict[str, dict[str, Any]] = {}
        self._ids: dict[str, str] = {}
        self._worker_url = ""
        # Without types of its own: unknown to the checker, as protobuf would be.
        self._library: Any = None
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> str:
        self._library = importlib.import_module("azure_functions_runtime.handle_event")
        response = await self._library.worker_init_request(
            _Plain(
                request=_Plain(
                    worker_init_request=_Plain(capabilities={}, function_app_directory=str(ROOT)),
                ),
                properties={"host": "127.0.0.1", "protos": _Protos},
            )
        )
        if response.result.__dict__.get("exception") is not None:
            raise SystemExit(response.result.exception.message + "\n" + response.result.exception.stack_trace)
        self._worker_url = response.capabilities["HttpUri"]
        listed = await self._library.functions_metadata_request(_Plain())
        for metadata in listed.function_metadata_results:
            trigger = next(
                binding for binding in map(json.loads, metadata.raw_bindings) if binding["type"].endswith("Trigger")
            )
            self.functions[metadata.name] = trigger
            self._ids[metadata.name] = metadata.function_id
            await self._library.function_load_request(
                _Plain(request=_Plain(function_load_request=_Plain(function_id=metadata.function_id)))
            )
        self._session = aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(total=60))
        application = web.Application(client_max_size=0)
        application.router.add_post("/admin/functions/{name}", self._fire)
        application.router.add_post("/admin/queues/{name}", self._take)
        application.router.add_route("*", "/{path:.*}", self._proxy)
        runner = web.AppRunner(application, access_log=None, auto_decompress=False)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    def _match(self, path: str) -> list[str]:
        asked = path.strip("/").lower().split("/")
        names: list[str] = []
        for name, trigger in self.functions.items():
            if trigger["type"] != "httpTrigger":
                continue
            template = trigger["route"].lower().split("/")
            rest = template[-1].startswith("{*")
            fixed = template[:-1] if rest else template
            if asked[: len(fixed)] == fixed and (rest or len(asked) == len(fixed)):
                names.append(name)
        return names

    async def _take(self, request: web.Request) -> web.Response:
        """Hand a message to a queue function, as the real host does with each one it takes from the queue."""
        name = request.match_info["name"]
        if name not in self.functions or self.functions[name]["type"] != "queueTrigger":
            return web.Response(status=404)
        metadata = {
            "Id": _Plain(string=str(uuid.uuid4())),
            "DequeueCount": _Plain(string=request.query.get("dequeue_count", "1")),
            "PopReceipt": _Plain(string="x"),
        }
        message = _Plain(string=(await request.read()).decode())
        response = await self._invoke(name, str(uuid.uuid4()), message, metadata)
        return web.Response(status=500 if "exception" in response.result.__dict__ else 202)

    async def _invoke(
        self, name: str, invocation_id: str, data: _Plain, metadata: Mapping[str, Any] | None = None
    ) -> Any:
        response = await self._library.invocation_request(
            _Plain(
                request=_Plain(
                    invocation_request=_Plain(
                        invocation_id=invocation_id,
                        function_id=self._ids[name],
                        input_data=[_Plain(name=self.functions[name]["name"], data=data)],
                        trigger_metadata=dict(metadata or {}),
                        trace_context=_Plain(trace_parent="", trace_state="", attributes={}),
                        retry_context=_Plain(retry_count=0, max_retry_count=0, exception=None),
                    )
                )
            )
        )
        exception = response.result.__dict__.get("exception")
        if exception is not None:
            print(f"host was told: {exception.message}\n{exception.stack_trace}", file=sys.stderr, flush=True)
        return response

    async def _proxy(self, request: web.Request) -> web.StreamResponse:
        names = self._match(request.path)
        if not names:
            return web.Response(status=404)
        name = next((name for name in names if request.method in self.functions[name]["methods"]), None)
        if name is None:
            return web.Response(status=405)
        assert self._session is not None
        invocation_id = str(uuid.uuid4())
        headers = [(key, value) for key, value in request.headers.items() if key.lower() not in _HOP_BY_HOP]
        headers.append(("x-ms-invocation-id", invocation_id))
        if "content-length" in request.headers:
            headers.append(("content-length", request.headers["content-length"]))
        http = _Plain(
            method=request.method, url=str(request.url), headers={}, params={}, query={}, body=_Plain(bytes=b"")
        )
        invocation = asyncio.create_task(self._invoke(name, invocation_id, _Plain(http=http)))
        async with self._session.request(
            request.method,
            self._worker_url + request.raw_path,
            headers=headers,
            data=request.content if request.can_read_body else None,
            allow_redirects=False,
        ) as answer:
            streamed = web.StreamResponse(status=answer.status)
            for key, value in answer.headers.items():
                if key.lower() not in _HOP_BY_HOP:
                    streamed.headers.add(key, value)
            await streamed.prepare(request)
            try:
                async for piece in answer.content.iter_any():
                    await streamed.write(piece)
            except aiohttp.ClientPayloadError:
                # The worker broke off in the middle: so must we, or the client would take the rest for complete.
                if request.transport is not None:
                    request.transport.abort()
            await invocation
            return streamed

    async def _fire(self, request: web.Request) -> web.Response:
        """Run a timer function now, as the real host's admin address does."""
        name = request.match_info["name"]
        if name not in self.functions or self.functions[name]["type"] != "timerTrigger":
            return web.Response(status=404)
        timer = _Plain(json=json.dumps({"Schedule": {}, "ScheduleStatus": None, "IsPastDue": False}))
        response = await self._invoke(name, str(uuid.uuid4()), timer)
        return web.Response(status=500 if "exception" in response.result.__dict__ else 202)


async def _main() -> None:
    import logging

    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    host = _Host()
    url = await host.start()
    print(json.dumps({"url": url, "functions": host.functions}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--stand-ins")
    stand_ins = parser.parse_args().stand_ins
    # The worker puts the function app's folder on the path, not the folder of this file.
    sys.path[0] = str(ROOT)
    if stand_ins:
        sys.path.insert(0, stand_ins)
    asyncio.run(_main())

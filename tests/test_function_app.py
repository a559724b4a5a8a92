"""The functions as Azure's worker library sees them: indexed, invoked and proxied by the real library."""

import ast
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from functions_worker import ROOT, FunctionsWorker

# Stands in for the product's `web`: what is tested here is how requests get to it and how its answers get out.
_WEB = """
import asyncio, importlib.util, json

_spec = importlib.util.spec_from_file_location("products_web", {web!r})
_products_web = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_products_web)
problem = _products_web.problem

_go_on = asyncio.Event()


async def _start(send, status=200, kind=b"text/plain"):
    await send({{"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]}})


async def app(scope, receive, send):
    path = scope["path"]
    if path == "/api/compose/check":
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        seen = {{
            "method": scope["method"],
            "path": path,
            "query": scope["query_string"].decode(),
            "keys": sorted(scope),
            "received": len(body),
            "beginning": body[:10].decode(),
            "language": dict(scope["headers"]).get(b"accept-language", b"").decode(),
        }}
        await _start(send, 200, b"application/json")
        await send({{"type": "http.response.body", "body": json.dumps(seen).encode()}})
    elif path == "/api/compose/rewrite":
        await _start(send, 200, b"text/event-stream")
        await send({{"type": "http.response.body", "body": b"data: 1\\n\\n", "more_body": True}})
        await asyncio.wait_for(_go_on.wait(), 10)
        await send({{"type": "http.response.body", "body": b"data: 2\\n\\n"}})
    elif path == "/api/compose/info":
        _go_on.set()
        await _start(send)
        await send({{"type": "http.response.body", "body": b"ok"}})
    elif path == "/api/compose/draft":
        await _start(send)
        await send({{"type": "http.response.body", "body": b"Anfang", "more_body": True}})
        raise RuntimeError("KANARIENVOGEL")
    elif path == "/api/messages":
        raise RuntimeError("KANARIENVOGEL")
    else:
        await _start(send, 404)
        await send({{"type": "http.response.body", "body": path.encode()}})


def prepare():
    if _go_on.is_set():
        raise RuntimeError("Die Einstellung AMTSKLAR_TENANTS fehlt.")


async def nightly():
    prepare()


app.nightly = nightly
"""


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[FunctionsWorker]:
    (tmp_path / "web.py").write_text(_WEB.format(web=str(ROOT / "web.py")), encoding="utf-8")
    async with await FunctionsWorker.start(stand_ins=tmp_path) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_every_function_is_declared_with_its_route(worker: FunctionsWorker) -> None:
    declared = {
        name: (trigger["route"], sorted(trigger["methods"]), trigger["authLevel"])
        for name, trigger in worker.functions.items()
        if trigger["type"] == "httpTrigger"
    }
    assert {name: route for name, (route, _, _) in declared.items()} == {
        "messages": "api/messages",
        "compose_check": "api/compose/check",
        "compose_rewrite": "api/compose/rewrite",
        "compose_draft": "api/compose/draft",
        "compose_task": "api/compose/task",
        "compose_tasks": "api/compose/tasks",
        "compose_info": "api/compose/info",
        "compose_signin": "api/compose/signin",
        "compose_people": "api/compose/people",
        "compose_admission": "api/compose/admission",
        "pane": "outlook/{*path}",
        "assets": "assets/{*path}",
        "health": "api/health",
    }
    assert {level for _, _, level in declared.values()} == {"ANONYMOUS"}
    assert declared["messages"][1] == ["POST"]
    assert declared["health"][1] == ["GET"]


async def test_a_request_arrives_as_it_was_sent(worker: FunctionsWorker, http: aiohttp.ClientSession) -> None:
    body = b"Stra\xc3\x9fe    " + b"x" * 200_000
    async with http.post(
        worker.url + "/api/compose/check?sicht=kurz", data=body, headers={"Accept-Language": "de-DE"}
    ) as answer:
        assert answer.status == 200
        seen: dict[str, Any] = await answer.json()
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", "/api/compose/check", "sicht=kurz")
    assert (seen["received"], seen["beginning"], seen["language"]) == (len(body), "Straße   ", "de-DE")


async def test_the_worker_adds_nothing_of_its_own_to_the_scope(
    worker: FunctionsWorker, http: aiohttp.ClientSession
) -> None:
    async with http.post(worker.url + "/api/compose/check", data=b"") as answer:
        keys: list[str] = (await answer.json())["keys"]
    assert not {"app", "router", "endpoint", "route", "path_params"} & set(keys)
    assert not [key for key in keys if key.startswith("fastapi")]


async def test_the_first_piece_arrives_before_the_last_is_made(
    worker: FunctionsWorker, http: aiohttp.ClientSession
) -> None:
    async with http.post(worker.url + "/api/compose/rewrite", data=b"{}") as answer:
        assert answer.content_type == "text/event-stream"
        assert await answer.content.readuntil(b"\n\n") == b"data: 1\n\n"
        # The app waits with the second piece until this request has been answered.
        async with http.get(worker.url + "/api/compose/info") as other:
            assert await other.text() == "ok"
        assert await answer.content.read() == b"data: 2\n\n"


async def test_an_unknown_file_is_answered_by_the_app(worker: FunctionsWorker, http: aiohttp.ClientSession) -> None:
    async with http.get(worker.url + "/outlook/gibt/es/nicht.js") as answer:
        assert (answer.status, await answer.text()) == (404, "/outlook/gibt/es/nicht.js")


async def test_a_path_without_function_is_not_found(worker: FunctionsWorker, http: aiohttp.ClientSession) -> None:
    async with http.get(worker.url + "/api/unbekannt") as answer:
        assert answer.status == 404


async def test_an_error_before_the_answer_is_a_500_without_its_text(
    worker: FunctionsWorker, http: aiohttp.ClientSession
) -> None:
    async with http.post(worker.url + "/api/messages", data=b"{}") as answer:
        assert answer.status == 500
        assert answer.content_type == "application/problem+json"
        told = await answer.text()
    assert json.loads(told)["status"] == 500
    written = await worker.stop()
    assert "RuntimeError" in written
    assert "KANARIENVOGEL" not in told + written


async def test_an_error_in_the_middle_breaks_the_answer_off(
    worker: FunctionsWorker, http: aiohttp.ClientSession
) -> None:
    with pytest.raises(aiohttp.ClientError):
        async with http.post(worker.url + "/api/compose/draft", data=b"{}") as answer:
            await answer.content.read()
    assert "KANARIENVOGEL" not in await worker.stop()


async def test_addresses_are_not_logged(worker: FunctionsWorker, http: aiohttp.ClientSession) -> None:
    async with http.get(worker.url + "/outlook/geheim?wort=KANARIENVOGEL") as answer:
        assert answer.status == 404
    written = await worker.stop()
    assert "KANARIENVOGEL" not in written
    assert "geheim" not in written


async def test_the_nightly_check_fails_when_the_product_would_not_start(
    worker: FunctionsWorker, http: aiohttp.ClientSession
) -> None:
    assert worker.functions["nightly"]["schedule"] == "0 30 3 * * *"
    async with http.post(worker.url + "/admin/functions/nightly") as answer:
        assert answer.status == 202
    async with http.get(worker.url + "/api/compose/info"):
        pass
    async with http.post(worker.url + "/admin/functions/nightly") as answer:
        assert answer.status == 500
    assert "AMTSKLAR_TENANTS" in await worker.stop()


async def test_the_product_itself_answers_and_streams(http: aiohttp.ClientSession) -> None:
    async with await FunctionsWorker.start(environment={"AMTSKLAR_PROFILE": "local"}) as worker:
        async with http.get(worker.url + "/api/health") as answer:
            assert (answer.status, (await answer.json())["status"]) == (200, "ok")
        async with http.get(worker.url + "/api/compose/people") as answer:
            trained = next(one for one in await answer.json() if one["trained"])
        async with http.post(
            worker.url + "/api/compose/rewrite",
            json={"text": "Die Antragstellung hat bis zum 7. Dezember 2026 zu erfolgen. KANARIENVOGEL."},
            headers={"X-Amtsklar-Person": trained["object_id"]},
        ) as answer:
            assert (answer.status, answer.content_type) == (200, "text/event-stream")
            streamed = (await answer.read()).decode()
        assert "7. Dezember 2026" in streamed
        assert "KANARIENVOGEL" not in await worker.stop()


async def test_every_address_of_the_product_has_its_function(monkeypatch: pytest.MonkeyPatch) -> None:
    from fastapi import FastAPI
    from starlette.routing import Mount, Route

    import function_app
    from service import build

    monkeypatch.setenv("AMTSKLAR_PROFILE", "local")
    service = build()
    product = FastAPI(openapi_url=None)
    product.include_router(service.compose_router())
    product.routes.extend(service.pane_routes())
    declared: dict[str, list[str]] = {}
    for function in function_app.functions.get_functions():
        for binding in map(json.loads, function.get_raw_bindings()):
            if binding["type"] == "httpTrigger":
                declared["/" + binding["route"]] = binding["methods"]

    served = {(path, method.upper()) for path, methods in product.openapi()["paths"].items() for method in methods}
    for route in product.routes:
        if isinstance(route, Mount):
            served.add((route.path, "GET"))
        elif isinstance(route, Route):
            served |= {(route.path, method) for method in route.methods or ()}
    assert ("/api/compose/rewrite", "POST") in served
    served |= {("/api/messages", "POST"), ("/api/health", "GET")}
    lacking = {
        (path, method)
        for path, method in served
        if method not in declared.get(path, declared.get(path + "/{*path}", []))
    }
    assert lacking == set()
    await service.close()


async def test_the_product_without_its_settings_answers_that_it_is_not_ready(http: aiohttp.ClientSession) -> None:
    async with await FunctionsWorker.start() as worker, http.get(worker.url + "/api/health") as answer:
        assert answer.status == 503
        assert "AMTSKLAR" not in await answer.text()


def test_what_is_deployed_is_what_runs() -> None:
    def listed(*arguments: str) -> set[str]:
        run = subprocess.run(["git", "ls-files", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
        return set(run.stdout.splitlines())

    deployed = listed() - listed("--cached", "--ignored", "--exclude-from=.funcignore")
    folders = {file.split("/")[0] for file in deployed}
    assert {"function_app.py", "host.json", "requirements.txt", "service.py", "web.py", "settings.py"} <= deployed
    assert {"manifest/icons/icon-80.png", "manifest/served.py", "policy/dienstanweisung.yaml"} <= deployed
    assert {
        "assistant",
        "bots",
        "entra",
        "german",
        "jobs",
        "letters",
        "outlook",
        "policy",
        "records",
        "writers",
    } <= folders
    assert not folders & {"tests", "benchmarks", "docs", "infra", "dev", ".ci", "Makefile", "pyproject.toml"}
    assert not {file for file in deployed if file.startswith("outlook/pane/")}


def test_the_triggers_hold_no_logic() -> None:
    tree = ast.parse((ROOT / "function_app.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.AsyncFunctionDef):
            docstring, *rest = node.body
            assert isinstance(docstring, ast.Expr)
            assert len(rest) == 1, f"{node.name} does more than hand on"

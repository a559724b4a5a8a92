"""The outermost layer: limits, headers and plain answers where something failed."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from web import Boundary, Message, Receive, Scope, Send, problem

type Handler = Callable[[Scope, Receive, Send], Any]


async def call(app: Handler, *pieces: bytes, length: bytes | None = None) -> tuple[int, dict[bytes, bytes], bytes]:
    """One POST through the boundary with a limit of 100 bytes."""
    headers = [(b"content-length", length)] if length is not None else []
    incoming = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    incoming.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Message] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await Boundary(app, 100)({"type": "http", "headers": headers}, receive, send)
    assert [message["type"] for message in sent].count("http.response.start") == 1
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


async def reads_all(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["more_body"]:
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"gut"})


async def hides_errors(scope: Scope, receive: Receive, send: Send) -> None:
    """As frameworks do: answers 500 on any exception, then raises it again."""
    try:
        await reads_all(scope, receive, send)
    except Exception:
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"Internal Server Error"})
        raise


async def fails(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise ValueError("Kanarienvogel")


async def test_a_small_body_passes_and_gets_the_security_headers() -> None:
    status, headers, body = await call(reads_all, b"x" * 100, length=b"100")
    assert (status, body) == (200, b"gut")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"cache-control"] == b"no-store"


@pytest.mark.parametrize("app", [reads_all, hides_errors])
async def test_a_body_over_the_limit_without_a_length_gets_413(app: Handler) -> None:
    status, headers, body = await call(app, b"x" * 60, b"x" * 60)
    assert status == 413
    assert headers[b"content-type"].startswith(b"application/problem+json")
    assert "zu groß" in json.loads(body)["detail"]


async def test_a_length_over_the_limit_gets_413_before_anything_is_read() -> None:
    assert (await call(fails, length=b"101"))[0] == 413


async def test_a_length_that_is_no_number_gets_400() -> None:
    assert (await call(fails, length=b"viel"))[0] == 400


async def test_a_failure_becomes_500_and_only_its_type_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        status, _, body = await call(fails)
    assert status == 500
    assert b"Kanarienvogel" not in body
    assert "ValueError" in caplog.text
    assert "Kanarienvogel" not in caplog.text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 418, 500, 503, 504])
def test_every_status_has_a_german_sentence(status: int) -> None:
    body, headers = problem(status)
    assert body["status"] == status
    assert str(body["detail"]).endswith(".")
    assert ("www-authenticate" in headers) is (status == 401)

"""The ASGI app: which URL goes to which door. Errors become problem details in German; nothing of a text is logged.

`app` builds the service at its first use (or in `prepare`), so that importing this module costs little.
"""

import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service import Service

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("amtsklar.web")

_PROBLEMS = {
    400: ("Anfrage nicht lesbar", "Die Anfrage hat nicht die erwartete Form. Bitte versuchen Sie es noch einmal."),
    401: ("Anmeldung fehlt", "Bitte melden Sie sich an und versuchen Sie es noch einmal."),
    403: ("Nicht erlaubt", "Für diese Anfrage fehlt Ihnen die Berechtigung. Bitte wenden Sie sich an Ihre IT."),
    404: ("Nicht gefunden", "Diese Adresse gibt es nicht. Der Schreibbereich liegt unter /outlook/."),
    405: ("Nicht vorgesehen", "Diese Adresse nimmt diese Art von Anfrage nicht an."),
    413: ("Zu groß", "Die Anfrage ist zu groß. Bitte kürzen Sie den Text oder teilen Sie ihn auf."),
    415: ("Falsches Format", "Bitte senden Sie die Anfrage als application/json."),
    500: (
        "Fehler bei uns",
        "Bei uns ist ein Fehler aufgetreten. Ihr Text ist nicht gespeichert. Bitte versuchen Sie es noch einmal.",
    ),
    503: ("Nicht bereit", "Amtsklar ist gerade nicht bereit. Bitte versuchen Sie es in einer Minute noch einmal."),
}


def problem(status: int, detail: str = "") -> tuple[dict[str, str | int], dict[str, str]]:
    """A problem-details body (RFC 9457) and its headers for a status code."""
    title, text = _PROBLEMS.get(status, _PROBLEMS[500 if status >= 500 else 400])
    body: dict[str, str | int] = {"type": "about:blank", "title": title, "status": status, "detail": detail or text}
    headers = {"content-type": "application/problem+json; charset=utf-8", "cache-control": "no-store"}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return body, headers


async def _send_problem(send: Send, status: int) -> None:
    body, headers = problem(status)
    content = json.dumps(body, ensure_ascii=False).encode()
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    raw.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})


class _TooLarge(Exception):
    """The body is longer than the limit."""


class Boundary:
    """The outermost layer: body limit, security headers, and a plain answer where something failed."""

    def __init__(self, app: ASGIApp, body_limit: int) -> None:
        self._app = app
        self._limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        for name, value in scope["headers"]:
            if name == b"content-length" and (not value.isdigit() or int(value) > self._limit):
                await _send_problem(send, 413 if value.isdigit() else 400)
                return
        started = False
        refused = False
        received = 0

        async def counted() -> Message:
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                refused = True
                raise _TooLarge
            return message

        async def with_headers(message: Message) -> None:
            nonlocal started
            if refused:
                # Whatever the app made of the broken-off body, the reason is its length; it is told below.
                return
            if message["type"] == "http.response.start":
                started = True
                headers = list(message.get("headers", []))
                present = {name.lower() for name, _ in headers}
                for name, value in (
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                    (b"cache-control", b"no-store"),
                ):
                    if name not in present:
                        headers.append((name, value))
                message["headers"] = headers
            await send(message)

        try:
            await self._app(scope, counted, with_headers)
        except _TooLarge:
            pass
        except Exception as error:
            # Only the type: a message or a trace may hold what a person wrote.
            log.error("request failed: %s", type(error).__name__)
            if not started and not refused:
                await _send_problem(send, 500)
        if refused and not started:
            await _send_problem(send, 413)


class _Never:
    """Refuses the other methods of an address; the mount below would call the address unknown."""

    def __init__(self, allowed: str) -> None:
        self._allowed = allowed

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        from starlette.exceptions import HTTPException

        raise HTTPException(405, headers={"Allow": self._allowed})


class _Later:
    """An app that is built at its first request, so that the bot's first answer does not wait for the API's models."""

    def __init__(self, build: Callable[[], ASGIApp]) -> None:
        self._build = build
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._app is None:
            self._app = self._build()
        await self._app(scope, receive, send)


def create_app(service: "Service") -> ASGIApp:
    """The ASGI app of one service: the bot's door and the pane's files at once, the compose API when first asked."""
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route

    from telemetry.health import HEADER

    async def on_error(_request: Request, error: Exception) -> JSONResponse:
        body, headers = problem(error.status_code if isinstance(error, HTTPException) else 500)
        allowed = (error.headers or {}).get("Allow") if isinstance(error, HTTPException) else None
        if allowed:
            headers["allow"] = allowed
        return JSONResponse(body, int(body["status"]), headers)

    async def health(request: Request) -> JSONResponse:
        about = {"version": service.version, "profile": service.settings.profile.value}
        given = request.headers.get(HEADER)
        is_admin = service.health.opens(given) if given is not None else None
        if is_admin is None:
            return JSONResponse({"status": "ok", **about})
        if not is_admin:
            body, headers = problem(401, "Der Schlüssel für die Zustände stimmt nicht.")
            return JSONResponse(body, 401, headers)
        report = await service.health.report()
        return JSONResponse(
            {"status": report.status, **about, "dependencies": list(report.dependencies)},
            200 if report.is_ready else 503,
            {"cache-control": "no-store"},
        )

    async def sign_in(_request: Request) -> JSONResponse:
        return JSONResponse(service.sign_in())

    def api() -> ASGIApp:
        from fastapi import FastAPI

        app = FastAPI(
            title="Amtsklar", version=service.version, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
        )
        app.add_exception_handler(HTTPException, on_error)
        app.add_exception_handler(Exception, on_error)
        app.include_router(service.compose_router())
        return app

    app = Starlette(
        routes=[
            Route("/api/messages", service.bot.messages, methods=["POST"]),
            Route("/api/messages", _Never("POST")),
            Route("/api/health", health),
            Route("/api/health", _Never("GET, HEAD")),
            Route("/api/compose/signin", sign_in),
            Route("/api/compose/signin", _Never("GET, HEAD")),
            *service.pane_routes(),
            Mount("", _Later(api)),
        ],
        exception_handlers={HTTPException: on_error, Exception: on_error},
    )
    return Boundary(app, service.settings.body_limit)


class Application:
    """The app that servers load: builds the service once, at start-up or at the first request."""

    def __init__(self) -> None:
        self._service: Service | None = None
        self._app: ASGIApp | None = None

    def prepare(self) -> ASGIApp:
        """Build the service now. Raises `service.StartRefused` with a German message when it must not start."""
        if self._app is None:
            from service import build

            self._service = build()
            self._app = create_app(self._service)
        return self._app

    async def nightly(self) -> None:
        """Once a night: delete what is too old, and fail if settings, people or rules no longer allow a start."""
        self.prepare()
        assert self._service is not None
        await self._service.nightly()

    async def work(self, message: bytes, *, give_up: bool = False) -> None:
        """Do the job of a queue's message. Raises what makes it come again; no error holds content."""
        self.prepare()
        assert self._service is not None
        await self._service.work(message, give_up=give_up)

    async def sweep(self) -> None:
        """Once a minute: find jobs that nobody works on any more, and delete what is too old."""
        self.prepare()
        assert self._service is not None
        await self._service.sweep()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        from service import StartRefused

        try:
            app = self.prepare()
        except StartRefused as refused:
            log.critical("%s", refused)
            await _send_problem(send, 503)
            return
        await app(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        from service import StartRefused

        await receive()
        try:
            self.prepare()
        except StartRefused as refused:
            await send({"type": "lifespan.startup.failed", "message": str(refused)})
            return
        except Exception as error:
            # A server would otherwise go on without a start, and every request would fail.
            message = f"Amtsklar startet nicht: {type(error).__name__}"
            await send({"type": "lifespan.startup.failed", "message": message})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if self._service is not None:
            await self._service.close()
        await send({"type": "lifespan.shutdown.complete"})


app = Application()

"""The triggers Azure sees, declared one by one, so that the portal, the keys and the metrics show them apart.

No logic lives here: every HTTP request goes to the ASGI app of `web` as it came, and the answer streams back.
"""

import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, override

import azure.functions as func
from azurefunctions.extensions.http.fastapi import Request, Response

from web import app as web_app
from web import problem

type _Scope = MutableMapping[str, Any]
type _Message = MutableMapping[str, Any]
type _Receive = Callable[[], Awaitable[_Message]]
type _Send = Callable[[_Message], Awaitable[None]]

log = logging.getLogger("amtsklar.functions")

# The keys of the ASGI specification. The worker's own FastAPI adds others, which belong to it alone.
_SCOPE = (
    *("type", "asgi", "http_version", "method", "scheme", "path", "raw_path", "query_string", "root_path"),
    *("headers", "client", "server", "extensions"),
)

# The worker's server sets up its access log anew when it starts, which a level would not survive. A filter does.
logging.getLogger("uvicorn.access").addFilter(lambda _record: False)


class FromWeb(Response):
    """The answer of the ASGI app, sent on piece by piece as the app produces it."""

    @override
    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Run the ASGI app on this request. A failure becomes a 500 without its text, which the worker would log."""
        started = False

        async def watched(message: _Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await web_app({key: value for key, value in scope.items() if key in _SCOPE}, receive, watched)
        except Exception as error:
            log.error("request failed: %s", type(error).__name__)
            if not started:
                body, headers = problem(500)
                await Response(json.dumps(body, ensure_ascii=False), 500, headers)(scope, receive, send)


# The bot and the API verify their callers themselves; a function key would be one more secret without any use.
functions = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@functions.function_name("messages")
@functions.route("api/messages", methods=["POST"])
async def messages(req: Request) -> Response:
    """Activities from Teams."""
    return FromWeb()


@functions.function_name("compose_check")
@functions.route("api/compose/check", methods=["POST"])
async def compose_check(req: Request) -> Response:
    """Outlook: check a text."""
    return FromWeb()


@functions.function_name("compose_rewrite")
@functions.route("api/compose/rewrite", methods=["POST"])
async def compose_rewrite(req: Request) -> Response:
    """Outlook: rewrite a text, streamed."""
    return FromWeb()


@functions.function_name("compose_draft")
@functions.route("api/compose/draft", methods=["POST"])
async def compose_draft(req: Request) -> Response:
    """Outlook: draft a letter, streamed."""
    return FromWeb()


@functions.function_name("compose_task")
@functions.route("api/compose/task", methods=["POST"])
async def compose_task(req: Request) -> Response:
    """Outlook: any other task, streamed."""
    return FromWeb()


@functions.function_name("compose_tasks")
@functions.route("api/compose/tasks", methods=["GET"])
async def compose_tasks(req: Request) -> Response:
    """Outlook: the tasks with their forms, examples and tips."""
    return FromWeb()


@functions.function_name("compose_info")
@functions.route("api/compose/info", methods=["GET"])
async def compose_info(req: Request) -> Response:
    """Outlook: what the pane needs to start."""
    return FromWeb()


@functions.function_name("compose_signin")
@functions.route("api/compose/signin", methods=["GET"])
async def compose_signin(req: Request) -> Response:
    """Outlook: the public ids that a sign-in needs."""
    return FromWeb()


@functions.function_name("compose_people")
@functions.route("api/compose/people", methods=["GET"])
async def compose_people(req: Request) -> Response:
    """Outlook: the people to choose from in the local profile."""
    return FromWeb()


@functions.function_name("compose_admission")
@functions.route("api/compose/admission", methods=["POST"])
async def compose_admission(req: Request) -> Response:
    """Outlook: whether the person may use it, asked anew."""
    return FromWeb()


@functions.function_name("pane")
@functions.route("outlook/{*path}", methods=["GET", "HEAD"])
async def pane(req: Request) -> Response:
    """The writing pane's files."""
    return FromWeb()


@functions.function_name("assets")
@functions.route("assets/{*path}", methods=["GET", "HEAD"])
async def assets(req: Request) -> Response:
    """The icons that the app package names by address."""
    return FromWeb()


@functions.function_name("health")
@functions.route("api/health", methods=["GET"])
async def health(req: Request) -> Response:
    """Whether the app runs; no secrets."""
    return FromWeb()


@functions.function_name("nightly")
@functions.timer_trigger(arg_name="timer", schedule="0 30 3 * * *", run_on_startup=False)
async def nightly(timer: func.TimerRequest) -> None:
    """Once a night: delete old counters, and fail where a start would fail, before a clerk finds out."""
    await web_app.nightly()


@functions.function_name("jobs")
@functions.queue_trigger(  # pyright: ignore[reportUnknownMemberType]
    arg_name="message", queue_name="jobs", connection="JobStorage"
)
async def jobs(message: func.QueueMessage) -> None:
    """Do a job: write, stream into the chat, close."""
    await web_app.work(message.get_body())


@functions.function_name("poison")
@functions.queue_trigger(  # pyright: ignore[reportUnknownMemberType]
    arg_name="message", queue_name="jobs-poison", connection="JobStorage"
)
async def poison(message: func.QueueMessage) -> None:
    """Tell the person of a job that did not succeed."""
    await web_app.work(message.get_body(), give_up=True)


@functions.function_name("sweep")
@functions.timer_trigger(arg_name="timer", schedule="0 * * * * *", run_on_startup=False)
async def sweep(timer: func.TimerRequest) -> None:
    """Once a minute: find jobs whose process died, and delete what is too old."""
    await web_app.sweep()

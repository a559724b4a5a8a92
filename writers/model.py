"""The model writer: any OpenAI-compatible server, through `openai`, streamed.

Decides here how long to wait, what to retry and when to give up. No content gets into an exception or a log line;
the words of the server do not either, because they may quote what was sent.
"""

import asyncio
import logging
import math
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit

from policy.screening import MaskedText
from writers.port import Call, WriterFailed, WritingTask
from writers.thinking import WithoutThinking

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

_log = logging.getLogger("amtsklar.model")

_MESSAGES = {
    "model_filtered": "Der Inhaltsfilter des Sprachmodells hat den Text abgelehnt, obwohl er zulässig sein kann.",
    "model_filtered_midway": "Der Inhaltsfilter des Sprachmodells hat die Antwort mittendrin abgebrochen.",
    "model_truncated": "Die Antwort des Sprachmodells war zu lang und wurde abgeschnitten.",
    "model_cut": "Die Verbindung zum Sprachmodell ist mittendrin abgebrochen.",
    "model_empty": "Das Sprachmodell hat keinen Text geliefert.",
    "model_silent": "Das Sprachmodell hat zu lange nichts geliefert.",
    "model_timeout": "Das Sprachmodell hat zu lange gebraucht.",
    "model_busy": "Das Sprachmodell ist gerade ausgelastet.",
    "model_rate_limited": "Das Sprachmodell nimmt gerade keine weiteren Anfragen an.",
    "model_unreachable": "Das Sprachmodell ist nicht erreichbar.",
    "model_unavailable": "Das Sprachmodell ist gestört.",
    "model_paused": "Das Sprachmodell ist seit mehreren Anfragen gestört und wird gerade nicht gefragt.",
    "model_unauthorized": "Die Anmeldung beim Sprachmodell ist nicht gelungen.",
    "model_unknown": "Das eingestellte Sprachmodell gibt es auf dem Server nicht.",
    "model_refused": "Der Server des Sprachmodells hat die Anfrage nicht angenommen.",
    "model_protocol": "Die Antwort des Sprachmodells war nicht lesbar.",
}
# What says something about the server's health. A filtered or cut text says something about the text.
_SICK = frozenset({"model_silent", "model_timeout", "model_unreachable", "model_unavailable", "model_unauthorized"})
_RETRIED = frozenset({"model_rate_limited", "model_unreachable", "model_unavailable"})


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """One model on one server. Times in seconds.

    Attributes:
        url: Base address, such as `https://….openai.azure.com/openai/v1/` or `http://127.0.0.1:11434/v1`.
        model: Model or deployment.
        timeout: For one whole answer, retries and waiting included.
        silence: Longest pause before and between two pieces.
        connect: For the connection.
        concurrency: Calls at the same time, per process.
        retries: Further attempts before the first piece, where another attempt can succeed.
        max_tokens: Upper limit of the answer; none lets the server decide.
        max_tokens_field: What the server calls it: reasoning models reject `max_tokens`, old servers know only that.
        temperature: None where the model rejects it (reasoning models).
        usage: Ask for the usage chunk; some servers refuse the option.
        store_false: Send `store=false`, where the server knows it.
        breaker_failures: Failures in a row after which the server is left alone.
        breaker_pause: For how long.
        extra: Further members of the request that only this server knows, such as switching off reasoning.
    """

    url: str
    model: str
    timeout: float = 45.0
    silence: float = 15.0
    connect: float = 5.0
    concurrency: int = 8
    retries: int = 2
    max_tokens: int | None = None
    max_tokens_field: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    temperature: float | None = None
    usage: bool = False
    store_false: bool = False
    breaker_failures: int = 4
    breaker_pause: float = 30.0
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def for_server(cls, server: str, url: str, model: str, **chosen: Any) -> Self:
        """A profile with what this kind of server wants; `chosen` wins.

        Raises:
            KeyError: the kind is none of `SERVERS`.
        """
        return cls(url, model, **{**SERVERS[server], **chosen})

    def members(self, *, streamed: bool) -> dict[str, Any]:
        """What a request to this server holds beside model and messages."""
        members: dict[str, Any] = dict(self.extra)
        if self.max_tokens is not None:
            members[self.max_tokens_field] = self.max_tokens
        if self.temperature is not None:
            members["temperature"] = self.temperature
        if self.usage and streamed:
            members["stream_options"] = {"include_usage": True}
        if self.store_false:
            members["store"] = False
        return members


# How the servers differ. Reasoning models at Azure and OpenAI reject max_tokens and temperature; Ollama and older
# vLLM know only max_tokens; store=false belongs to OpenAI's own API and to Azure's v1. Of a server that nobody knows,
# only what every server takes is asked.
SERVERS: Mapping[str, Mapping[str, Any]] = {
    "azure": {"usage": True, "store_false": True},
    "openai": {"usage": True, "store_false": True},
    "vllm": {"usage": True, "max_tokens_field": "max_tokens", "temperature": 0.2},
    "ollama": {
        "max_tokens_field": "max_tokens",
        "temperature": 0.2,
        "timeout": 90.0,
        "silence": 40.0,
        "concurrency": 2,
    },
    "litellm": {"usage": True, "max_tokens_field": "max_tokens"},
    "anderer": {"max_tokens_field": "max_tokens"},
}
AZURE_HOSTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
# The ports that they listen on when nobody changes them.
_PORTS = {11434: "ollama", 4000: "litellm"}


def kind_of_server(url: str) -> str:
    """Which of `SERVERS` an address tells of; `anderer` when it tells nothing."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if host.endswith(AZURE_HOSTS):
        return "azure"
    if host == "api.openai.com" or host.endswith(".api.openai.com"):
        return "openai"
    named = next((kind for kind in ("vllm", "ollama", "litellm") if kind in host), "")
    try:
        return named or _PORTS.get(parts.port or 0, "anderer")
    except ValueError:  # no port at all; the doctor names such an address
        return "anderer"


class _Breaker:
    """Leaves a sick server alone: after `failures` in a row for `pause` seconds, then one trial call."""

    def __init__(self, failures: int, pause: float, clock: Callable[[], float]) -> None:
        self._failures = failures
        self._pause = pause
        self._clock = clock
        self._count = 0
        self._until = 0.0

    def allows(self) -> bool:
        """Whether a call may start. A trial call keeps the others out until it ends or another pause has passed."""
        if self._count < self._failures:
            return True
        if self._clock() < self._until:
            return False
        self._until = self._clock() + self._pause
        return True

    def note(self, code: str) -> None:
        """Note how a call ended; empty means well."""
        if code in _SICK:
            self._count += 1
            if self._count >= self._failures:
                self._until = self._clock() + self._pause
        elif code != "model_rate_limited":
            self._count = 0


class ModelWriter:
    """Writes with a language model.

    Args:
        profile: Which model, and how patient to be.
        key: The key, or an async callable that gives a token for each call.
        clock: Seconds, monotonic.
        on_call: Told of every call when it has ended.
    """

    is_model = True

    def __init__(
        self,
        profile: ModelProfile,
        key: str | Callable[[], Awaitable[str]],
        *,
        clock: Callable[[], float] = time.monotonic,
        on_call: Callable[[Call], None] | None = None,
    ) -> None:
        self._on_call = on_call
        self._profile = profile
        self._key = key
        self._clock = clock
        self._breaker = _Breaker(profile.breaker_failures, profile.breaker_pause, clock)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: AsyncOpenAI | None = None
        self._free = asyncio.Semaphore(profile.concurrency)

    def __repr__(self) -> str:
        return f"ModelWriter({self._profile.model})"

    @property
    def name(self) -> str:
        """Who writes, as shown to people."""
        return f"Modell {self._profile.model}"

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def reachable(self) -> str:
        """Ask the server for its list of models, which costs nothing. An empty code means that it answers."""
        # Without `openai`, whose import alone may take longer than a question about health should.
        import aiohttp

        try:
            key = self._key if isinstance(self._key, str) else await self._key()
        except Exception:  # the token callable's own; its words may name an identity
            return "model_unauthorized"
        timeout = aiohttp.ClientTimeout(total=self._profile.connect)
        headers = {"Authorization": f"Bearer {key}"}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.get(
                    f"{self._profile.url.rstrip('/')}/models", headers=headers, allow_redirects=False
                ) as answer,
            ):
                if answer.status in (401, 403):
                    return "model_unauthorized"
                if answer.status == 429:
                    return "model_rate_limited"
                # Some servers have no such list; they have answered all the same.
                return "model_unavailable" if answer.status >= 500 else ""
        except (aiohttp.ClientError, ValueError):
            return "model_unreachable"
        except TimeoutError:
            return "model_silent"

    async def write(self, task: WritingTask, text: MaskedText) -> AsyncGenerator[str]:
        """Stream the model's text.

        Raises:
            WriterFailed: anything that is not a whole, unfiltered answer; what was streamed before does not count.
        """
        if not self._breaker.allows():
            raise _failed("model_paused")
        start = self._clock()
        end = min(start + self._profile.timeout, task.deadline)
        code = ""
        first: float | None = None
        used = _Usage()
        try:
            async with self._turn(end), aclosing(self._answer(task, text, end, used)) as pieces:
                async for piece in pieces:
                    first = self._clock() - start if first is None else first
                    yield piece
        except WriterFailed as failure:
            code = failure.code
        except TimeoutError:
            code = "model_timeout"
        self._breaker.note(code)
        call = Call(code, self._clock() - start, first, used.prompt, used.completion, self._profile.model)
        for told in (self._on_call, task.on_call):
            if told is not None:
                told(call)
        if code:
            raise _failed(code)

    @asynccontextmanager
    async def _turn(self, end: float) -> AsyncGenerator[None]:
        """Wait for a free call, for half of the time at most: a call that starts later would hardly get done."""
        try:
            async with asyncio.timeout(max(0.0, end - self._clock()) / 2):
                await self._free.acquire()
        except TimeoutError:
            raise WriterFailed("model_busy", "") from None
        try:
            yield
        finally:
            self._free.release()

    async def _answer(self, task: WritingTask, text: MaskedText, end: float, used: "_Usage") -> AsyncGenerator[str]:
        """One answer, with further attempts as long as nothing was streamed."""
        messages = _messages(task, text)
        for attempt in range(self._profile.retries + 1):
            outcome = await self._opened(messages, end)
            if not isinstance(outcome, _Problem):
                async with aclosing(self._pieces(outcome, end, used)) as pieces:
                    async for piece in pieces:
                        yield piece
                return
            pause = outcome.retry_after if outcome.retry_after is not None else 0.4 * 2**attempt
            is_last = attempt == self._profile.retries
            if outcome.code not in _RETRIED or is_last or self._clock() + pause >= end:
                raise _failed(outcome.code)
            _log.info("model call repeated: code=%s attempt=%d pause=%.1f", outcome.code, attempt + 1, pause)
            await asyncio.sleep(pause)

    async def _opened(
        self, messages: "list[ChatCompletionMessageParam]", end: float
    ) -> "AsyncStream[ChatCompletionChunk] | _Problem":
        """Start one call. A problem comes back as a value, so that no exception with the server's words lives on."""
        profile = self._profile
        client = await self._connected()
        patience = min(profile.silence, end - self._clock())
        if patience <= 0:
            return _Problem("model_timeout")
        try:
            async with asyncio.timeout(patience):
                return await client.chat.completions.create(
                    model=profile.model, messages=messages, stream=True, extra_body=profile.members(streamed=True)
                )
        except TimeoutError:
            return _Problem("model_silent" if self._clock() < end else "model_timeout")
        except Exception as error:  # the library's, the transport's and the token callable's own
            return _problem(error)

    async def _pieces(
        self, stream: "AsyncStream[ChatCompletionChunk]", end: float, used: "_Usage"
    ) -> AsyncGenerator[str]:
        """The text of one stream, without reasoning text.

        Raises:
            WriterFailed: the stream was filtered, truncated, cut, silent, late or empty.
        """
        thinking = WithoutThinking()
        finish = ""
        has_text = False
        chunks = aiter(stream)
        try:
            while True:
                chunk = await self._next(chunks, end)
                if chunk is None:
                    break
                if isinstance(chunk, _Problem):
                    raise _failed("model_cut" if chunk.code == "model_unreachable" else chunk.code)
                if chunk.usage is not None:
                    used.prompt, used.completion = chunk.usage.prompt_tokens, chunk.usage.completion_tokens
                if not chunk.choices:
                    continue
                choice = chunk.choices[0]
                finish = choice.finish_reason or finish
                if piece := thinking.feed(choice.delta.content or ""):
                    has_text = has_text or bool(piece.strip())
                    yield piece
        finally:
            await stream.close()
        if piece := thinking.finish():
            has_text = has_text or bool(piece.strip())
            yield piece
        if finish == "content_filter":
            raise _failed("model_filtered_midway" if has_text else "model_filtered")
        if finish == "length":
            raise _failed("model_truncated")
        if finish != "stop":
            raise _failed("model_cut")
        if not has_text:
            raise _failed("model_empty")

    async def _next(self, chunks: Any, end: float) -> "ChatCompletionChunk | _Problem | None":
        left = end - self._clock()
        if left <= 0:
            return _Problem("model_timeout")
        try:
            async with asyncio.timeout(min(self._profile.silence, left)):
                return await anext(chunks)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            return _Problem("model_silent" if self._clock() < end else "model_timeout")
        except Exception as error:  # the library's and the transport's own
            return _problem(error)

    async def _connected(self) -> "AsyncOpenAI":
        """The client of this loop. One per process in production; a new loop needs new connections."""
        loop = asyncio.get_running_loop()
        if self._client is None:
            # Half a second of importing would hold up every other request.
            await asyncio.to_thread(import_module, "openai.resources.chat.completions")
        if self._client is None or self._loop is not loop:
            import httpx2
            from openai import AsyncOpenAI

            # Their debug lines hold the whole request.
            for name in ("openai", "httpx2", "httpcore2"):
                logging.getLogger(name).setLevel(logging.WARNING)
            self._client = AsyncOpenAI(
                base_url=self._profile.url,
                api_key=self._key or "keiner",
                # Empty, so that nothing is taken from the environment.
                organization="",
                project="",
                max_retries=0,
                timeout=httpx2.Timeout(self._profile.timeout, connect=self._profile.connect),
            )
            self._loop = loop
        return self._client


@dataclass(slots=True)
class _Usage:
    """Tokens of one call as the server counts them."""

    prompt: int | None = None
    completion: int | None = None


@dataclass(frozen=True, slots=True)
class _Problem:
    """What went wrong with a call: a code, and the pause the server asked for, in seconds."""

    code: str
    retry_after: float | None = None


def _failed(code: str) -> WriterFailed:
    return WriterFailed(code, _MESSAGES.get(code, _MESSAGES["model_protocol"]))


def _messages(task: WritingTask, text: MaskedText) -> "list[ChatCompletionMessageParam]":
    # A boundary nobody can know beforehand: no text can pretend to end here.
    boundary = f"TEXT-{secrets.token_hex(6)}"
    frame = task.frame or "{{text}}"
    user = text.text.join(part.replace("{{grenze}}", boundary) for part in frame.split("{{text}}"))
    messages: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": task.system},
        {"role": "user", "content": user},
    ]
    if task.repair:
        messages.append({"role": "assistant", "content": task.previous})
        messages.append({"role": "user", "content": task.repair})
    return messages


def _problem(error: Exception) -> _Problem:
    """What an error of the library means. Its text is never used: it repeats the words of the server."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return _Problem("model_silent")
    if isinstance(error, openai.APIConnectionError):
        return _Problem("model_unreachable")
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        if status == 429:
            return _Problem("model_rate_limited", _retry_after(error.response.headers.get("retry-after")))
        if status >= 500:
            return _Problem("model_unavailable", _retry_after(error.response.headers.get("retry-after")))
        if error.code == "content_filter":
            return _Problem("model_filtered")
        return _Problem(
            {401: "model_unauthorized", 403: "model_unauthorized", 404: "model_unknown"}.get(status, "model_refused")
        )
    if isinstance(error, openai.APIError):
        return _Problem("model_filtered_midway" if error.code == "content_filter" else "model_unavailable")
    if isinstance(error, WriterFailed):
        return _Problem(error.code)
    if type(error).__module__.partition(".")[0] in {"httpx2", "httpcore2"}:
        return _Problem("model_unreachable")
    return _Problem("model_protocol")


def _retry_after(value: str | None) -> float | None:
    """The Retry-After header in seconds, whether it names seconds or a moment."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None

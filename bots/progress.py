"""Shows that work goes on: Teams' streaming protocol in one-to-one chats, the typing sign elsewhere. Where another
process may have to take over, a message opens every answer, and its id is noted before anything final is sent.

Streams what is being done, never a text that nobody has checked yet; the checked answer is the stream's last message.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import Enum

from bots.chat import Chat
from bots.connector import RETRIED, Activity, ConnectorError

_log = logging.getLogger("amtsklar.bots")
# Teams ends a stream after two minutes. What comes later replaces the message instead.
_STREAM_SECONDS = 105.0
_NOTE = 900


class _Mode(Enum):
    STREAM = "stream"
    TYPING = "typing"
    PLACEHOLDER = "placeholder"
    REPLACE = "replace"
    QUIET = "quiet"


class Progress:
    """The progress of one answer. Quick work shows nothing at all.

    Args:
        chat: Where to show it.
        on_stop: Called once when the person pressed „Beenden“.
        patience: Seconds before anything is shown.
        pause: Seconds between two notes; Teams allows one a second.
        opened: The message that an earlier attempt has opened; the answer takes its place.
        on_open: Notes the message that was opened, before anything else is sent. With it, every answer is opened.
        placeholder: The message that stands for the answer where there are no streams.
    """

    def __init__(
        self,
        chat: Chat,
        on_stop: Callable[[], object],
        *,
        patience: float = 1.2,
        pause: float = 1.6,
        opened: str = "",
        on_open: Callable[[str], Awaitable[None]] | None = None,
        placeholder: Activity | None = None,
    ) -> None:
        self._chat = chat
        self._on_stop = on_stop
        self._pause = pause
        self._on_open = on_open
        self._placeholder = placeholder
        self._mode = _Mode.STREAM if chat.is_personal else self._without_stream()
        if opened:
            self._mode = _Mode.REPLACE
        self._note = "Ich arbeite an Ihrem Text."
        self._stream_id = opened
        self._sequence = 0
        self._opening = asyncio.Lock()
        self._closed: ConnectorError | None = None
        self._started = 0.0
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.stopped = False
        self._timer = asyncio.get_running_loop().call_later(patience, self._start)

    @property
    def opened(self) -> str:
        """The message that stands in the chat for the answer; empty while there is none."""
        return self._stream_id

    def say(self, note: str) -> None:
        """What is being done now, in one short sentence."""
        self._note = note[:_NOTE]

    async def finish(self, activity: Activity) -> None:
        """Send the answer; it takes the place of the progress. Raises `ConnectorError`."""
        await self.open()
        await self.end()
        if self.stopped:
            return
        if self._mode is _Mode.STREAM and self._stream_id:
            stream = {"type": "streaminfo", "streamId": self._stream_id, "streamType": "final"}
            entities = [stream, *activity.get("entities", ())]
            try:
                await self._chat.post({"text": "", **activity, "entities": entities})
                return
            except ConnectorError as error:
                self._judge(error)
                if self.stopped:
                    return
                self._mode = _Mode.REPLACE
        if self._stream_id and (self._mode is _Mode.REPLACE or self._on_open is not None):
            try:
                await self._chat.connector.update(
                    self._chat.service_url, self._chat.conversation_id, self._stream_id, activity
                )
                return
            except ConnectorError as error:
                if error.status != 404:
                    raise
            # The message is gone, for example because the person took it away: the answer opens another one.
            self._stream_id, self._mode = "", self._without_stream()
            await self.open()
            if self._on_open is not None:
                await self._chat.connector.update(
                    self._chat.service_url, self._chat.conversation_id, self._stream_id, activity
                )
                return
        await self._chat.post(activity)

    async def open(self) -> None:
        """Post the first message of this answer now, if it has to have one. Raises `ConnectorError`."""
        if self._on_open is None:
            return
        async with self._opening:
            if self._closed is not None:
                raise self._closed
            if not self._stream_id and not self.stopped and self._mode is _Mode.STREAM:
                try:
                    await self._stream(self._note)
                except ConnectorError as error:
                    self._judge(error)
                    if error.status in RETRIED or error.code != "ContentStreamNotAllowed":
                        self._mode = _Mode.PLACEHOLDER
            if not self._stream_id and not self.stopped:
                self._mode = _Mode.PLACEHOLDER
                waiting = self._placeholder or self._chat.activity("message", text=self._note)
                try:
                    message_id = await self._chat.post(waiting)
                except ConnectorError as error:
                    # A chat that is closed to us stays closed; nothing may slip into it later.
                    self._closed = error if error.status in (403, 404) else None
                    raise
                await self._opened(message_id)

    async def end(self) -> None:
        """Show nothing more."""
        self._timer.cancel()
        self._over.set()
        if self._task is not None:
            await self._task

    def _without_stream(self) -> _Mode:
        return _Mode.TYPING if self._on_open is None else _Mode.PLACEHOLDER

    async def _opened(self, message_id: str) -> None:
        self._stream_id = message_id
        if message_id and self._on_open is not None:
            await self._on_open(message_id)

    def _start(self) -> None:
        self._started = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._show())

    async def _show(self) -> None:
        shown = ""
        if self._on_open is not None and not self._over.is_set():
            try:
                await self.open()
            except ConnectorError as error:
                # The answer tries again.
                self._judge(error)
        while not self._over.is_set() and self._mode is not _Mode.QUIET:
            try:
                if self._mode is _Mode.TYPING:
                    await self._chat.type()
                elif self._mode is _Mode.STREAM and self._note != shown:
                    note = self._note
                    async with self._opening:
                        await self._stream(note)
                    shown = note
            except ConnectorError as error:
                self._judge(error)
                if self.stopped:
                    self._on_stop()
                    return
            if asyncio.get_running_loop().time() - self._started > _STREAM_SECONDS:
                self._mode = _Mode.REPLACE if self._stream_id else _Mode.QUIET
            # The typing sign lasts about three seconds, and each one counts against Teams' limits.
            pause = self._pause if self._mode is _Mode.STREAM else 2 * self._pause
            try:
                await asyncio.wait_for(self._over.wait(), pause)
            except TimeoutError:
                continue

    async def _stream(self, note: str) -> None:
        stream: Activity = {"type": "streaminfo", "streamType": "informative", "streamSequence": self._sequence + 1}
        if self._stream_id:
            stream["streamId"] = self._stream_id
        answer = await self._chat.post(self._chat.activity("typing", text=note, entities=[stream]), once=True)
        self._sequence += 1
        if not self._stream_id:
            await self._opened(answer)
            if not answer:
                self._mode = self._without_stream()

    def _judge(self, error: ConnectorError) -> None:
        """What a refused update means for the rest."""
        _log.info("progress refused: status=%d code=%s", error.status, error.code)
        if error.status in RETRIED:
            return  # one note less; the next one comes after the usual pause
        if error.code != "ContentStreamNotAllowed":
            self._mode = _Mode.REPLACE if self._stream_id else _Mode.QUIET
        elif "cancel" in error.reason:
            self._mode, self.stopped = _Mode.QUIET, True
        elif "time" in error.reason or "already" in error.reason:
            self._mode = _Mode.REPLACE if self._stream_id else _Mode.QUIET
        else:
            self._mode, self._stream_id = self._without_stream(), ""

"""Sends the messages of one job, each once, also when one process begins and another one has to go on.

Where that can happen, every message is opened first, its id and its final form are noted, and only then it is sent;
whoever takes over replaces that same message.
"""

import json
import zlib
from collections.abc import Callable
from typing import Any, cast

from bots import cards
from bots.chat import CARD_TYPE, Chat
from bots.connector import Activity
from bots.progress import Progress
from jobs.port import Turn

# A note has to fit a row of the store; a larger message is made again instead.
_NOTE_BYTES = 40_000


class Delivery:
    """The messages of one job in one chat, in order."""

    def __init__(self, chat: Chat, turn: Turn) -> None:
        self._chat = chat
        self._turn = turn
        note = _read(turn.kept)
        self._place: int = note.get("place", 0)
        self._open: str = note.get("open", "")
        self._final: Activity | None = note.get("final")
        self._at = 0
        self._progress: Progress | None = None

    @property
    def delivered(self) -> bool:
        """True when an earlier attempt has delivered the message that is next."""
        return self._at < self._place

    @property
    def ready(self) -> Activity | None:
        """The message that is next, as an earlier attempt had made it; None when it has to be made."""
        return self._final if self._at == self._place else None

    @property
    def opened(self) -> bool:
        """True when a message stands in the chat that waits for its final form."""
        return bool(self._opened_message())

    def skip(self) -> None:
        """Go on behind a message that has been delivered."""
        self._at += 1

    def progress(self, on_stop: Callable[[], object]) -> Progress:
        """The progress of the message that is next."""
        if not self._turn.durable:
            self._progress = Progress(self._chat, on_stop)
            return self._progress
        card = cards.working()
        placeholder = self._chat.activity(
            "message",
            summary="Ich arbeite an Ihrem Text",
            attachments=[{"contentType": CARD_TYPE, "content": card}],
        )
        self._progress = Progress(
            self._chat,
            on_stop,
            patience=0.0,
            opened=self._open if self._at == self._place else "",
            on_open=self._opened,
            placeholder=placeholder,
        )
        return self._progress

    async def finish(self, progress: Progress, activity: Activity) -> None:
        """Send the message that is next. Raises `ConnectorError`, `Stopped`, `JobLost`."""
        if self._turn.durable:
            await progress.open()
            self._final = activity
            await self._keep()
        await progress.finish(activity)
        self._at += 1
        self._open, self._final, self._progress = "", None, None

    async def replace(self, activity: Activity) -> None:
        """Say something else in place of the message that is next, as the last word. Raises `ConnectorError`."""
        opened = self._opened_message()
        if not opened:
            await self._chat.post(activity)
            return
        await self._chat.connector.update(self._chat.service_url, self._chat.conversation_id, opened, activity)

    async def send(self, activity: Activity) -> None:
        """Send the message that is next, without progress. Raises `ConnectorError`, `Stopped`, `JobLost`."""
        if self.delivered:
            self.skip()
            return
        if not self._turn.durable:
            await self._chat.post(activity)
            self._at += 1
            return
        progress = self.progress(lambda: None)
        try:
            await self.finish(progress, self.ready or activity)
        finally:
            await progress.end()

    def _opened_message(self) -> str:
        if self._at == self._place and self._open:
            return self._open
        return self._progress.opened if self._progress is not None else ""

    async def _opened(self, message_id: str) -> None:
        self._place, self._open, self._final = self._at, message_id, None
        await self._keep()

    async def _keep(self) -> None:
        self._place = self._at
        note: dict[str, Any] = {"place": self._place, "open": self._open, "final": self._final}
        packed = _pack(note)
        if len(packed) > _NOTE_BYTES:
            packed = _pack({**note, "final": None})
        await self._turn.keep(packed)


def _pack(note: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(note, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def _read(kept: bytes) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(zlib.decompress(kept))) if kept else {}

"""What the bot is to do, as a value that any process can carry out: chat, person, request. Content; see `jobs`."""

import json
import zlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from assistant import path
from bots.activity import Inbound
from bots.chat import Chat
from bots.connector import Connector
from entra.gate import Person
from writers.port import TaskKind


class Kind(StrEnum):
    """What kind of work an order is."""

    WRITE = "write"
    DIALOG = "dialog"
    SAY = "say"
    OFFER = "offer"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Address:
    """Where an order came from and where its answer goes."""

    service_url: str
    conversation_id: str
    conversation_type: str
    bot_id: str
    member_id: str
    reply_to: str

    @classmethod
    def of(cls, inbound: Inbound) -> "Address":
        """The conversation an activity came from."""
        return cls(
            inbound.service_url,
            inbound.conversation_id,
            inbound.conversation_type or "personal",
            inbound.bot_id,
            inbound.sender_id,
            inbound.id if inbound.type == "message" else "",
        )

    def chat(self, connector: Connector) -> Chat:
        """The conversation, to talk in."""
        return Chat(
            connector=connector,
            service_url=self.service_url,
            conversation_id=self.conversation_id,
            conversation_type=self.conversation_type,
            bot_id=self.bot_id,
            member_id=self.member_id,
            reply_to=self.reply_to,
        )


@dataclass(frozen=True, slots=True)
class Order:
    """One piece of work.

    Attributes:
        request: What to write, for `WRITE` and `DIALOG`.
        notes: German sentences for the card on what was left out.
        in_chat: True when the text stands in the chat as a message of its author.
        origin: Names the message it was made of, so that what is kept can be forgotten with it.
        before: Said before the work begins.
        text: What to say, or the letter of a file.
        by_model: True when a model wrote that letter, for the AI marking of its file.
        card, summary: The card to show instead.
        target: Where a file goes, as Teams said.
        question: Our own message to take away at the end.
    """

    kind: Kind
    address: Address
    person: Person
    request: path.Request | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    in_chat: bool = False
    origin: str = field(default="", repr=False)
    before: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    by_model: bool = False
    card: dict[str, Any] | None = field(default=None, repr=False)
    summary: str = ""
    target: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    question: str = ""

    def pack(self) -> bytes:
        """The order as bytes."""
        values: dict[str, Any] = {
            "kind": self.kind.value,
            "address": [getattr(self.address, name) for name in Address.__slots__],
            "person": [self.person.tenant_id, self.person.object_id, self.person.name],
        }
        if self.request is not None:
            asked = self.request
            values["request"] = [asked.task.value, asked.text, asked.letter_kind, asked.fields]
        for name in (
            "notes",
            "in_chat",
            "origin",
            "before",
            "text",
            "by_model",
            "card",
            "summary",
            "target",
            "question",
        ):
            if value := getattr(self, name):
                values[name] = value
        return zlib.compress(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode(), 1)

    @classmethod
    def unpack(cls, packed: bytes) -> "Order":
        """The order again."""
        values = cast(dict[str, Any], json.loads(zlib.decompress(packed)))
        values["kind"] = Kind(values["kind"])
        values["address"] = Address(*values["address"])
        values["person"] = person = Person(*values["person"])
        if "request" in values:
            task, text, letter, fields = values["request"]
            values["request"] = path.Request(person, TaskKind(task), text, letter, fields)
        if "notes" in values:
            values["notes"] = tuple(values["notes"])
        return cls(**values)

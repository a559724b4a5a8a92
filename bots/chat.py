"""One conversation: what the bot says there, in the shape Teams expects.

Which card is said when, is decided elsewhere.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from adaptive_cards.render import Json
from bots.connector import Activity, Connector

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
_FILE_CONSENT = "application/vnd.microsoft.teams.card.file.consent"
_FILE_INFO = "application/vnd.microsoft.teams.card.file.info"
# Teams takes about 100 KB a message, counted in UTF-16. This leaves room for everything around the text.
_MESSAGE_CODE_UNITS = 30_000
_TOKEN = re.compile(r"\S{1,200}\s{0,200}|\s{1,200}")
_SPECIAL = re.compile(r"[&<>\"'`*_~\[\]#|\\]|\A[+-]|(?<=\A\d)[.)]|(?<=\A\d\d)[.)]")

# Teams shows its own label „Mit KI generiert“ for this entity. One per message, at the root.
_AI_LABEL: Activity = {
    "type": "https://schema.org/Message",
    "@type": "Message",
    "@context": "https://schema.org",
    "@id": "",
    "additionalType": ["AIGeneratedContent"],
}


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation with the ids that every activity to it carries."""

    connector: Connector = field(repr=False)
    service_url: str
    conversation_id: str
    conversation_type: str
    bot_id: str
    member_id: str
    reply_to: str

    @property
    def is_personal(self) -> bool:
        """True in a one-to-one chat."""
        return self.conversation_type == "personal"

    def activity(self, kind: str, **fields: object) -> Activity:
        """An activity to this conversation."""
        activity: Activity = {
            "type": kind,
            "from": {"id": self.bot_id, "name": "Amtsklar"},
            "recipient": {"id": self.member_id},
            "conversation": {"id": self.conversation_id, "conversationType": self.conversation_type},
            "locale": "de-DE",
            **fields,
        }
        if self.reply_to:
            activity["replyToId"] = self.reply_to
        return activity

    def answer(self, card: dict[str, Json], summary: str, *, by_model: bool) -> Activity:
        """A message with one card that carries a text made here: open to feedback, labelled as AI if a model wrote."""
        return self.activity(
            "message",
            summary=summary,
            attachments=[{"contentType": CARD_TYPE, "content": card}],
            entities=[_AI_LABEL] if by_model else [],
            channelData={"feedbackLoop": {"type": "default"}},
        )

    async def post(self, activity: Activity, *, once: bool = False) -> str:
        """Send an activity. Returns its id. Raises `ConnectorError`."""
        return await self.connector.send(self.service_url, self.conversation_id, activity, once=once)

    def card(self, card: dict[str, Json], summary: str) -> Activity:
        """A message with a card that carries no text made here."""
        return self.activity("message", summary=summary, attachments=[{"contentType": CARD_TYPE, "content": card}])

    def texts(self, text: str) -> list[Activity]:
        """A plain message, in several parts if it is long."""
        return [self.activity("message", text=as_html(part), textFormat="xml") for part in parts(text)]

    async def say(self, text: str) -> None:
        """Send a plain message, in several parts if it is long. Raises `ConnectorError`."""
        for message in self.texts(text):
            await self.post(message)

    async def ask_for_file(self, name: str, question: str, size: int, context: Mapping[str, Json]) -> str:
        """Ask whether a file may be put into the person's OneDrive. Returns the question's id.

        Args:
            name: The file's name.
            question: What it is, in one sentence.
            size: Its size in bytes.
            context: Comes back with the answer.
        """
        content = {
            "description": question,
            "sizeInBytes": size,
            "acceptContext": dict(context),
            "declineContext": {"v": context.get("v")},
        }
        attachment = {"contentType": _FILE_CONSENT, "name": name, "content": content}
        return await self.post(
            self.activity("message", summary="Darf ich die Datei ablegen?", attachments=[attachment])
        )

    def file(self, name: str, address: str, unique_id: str, kind: str) -> Activity:
        """A message that shows a file that is in the person's OneDrive now."""
        content = {"uniqueId": unique_id, "fileType": kind}
        attachment = {"contentType": _FILE_INFO, "name": name, "contentUrl": address, "content": content}
        return self.activity("message", summary="Ihre Word-Datei", attachments=[attachment])

    async def remove(self, activity_id: str) -> None:
        """Remove one of our own messages. Raises `ConnectorError`."""
        await self.connector.delete(self.service_url, self.conversation_id, activity_id)

    async def type(self) -> None:
        """Show for about three seconds that an answer is coming. Raises `ConnectorError`."""
        await self.post(self.activity("typing"), once=True)


def parts(text: str) -> list[str]:
    """`text` in pieces that fit one message each, cut at a paragraph, a line, or a space. Joined they are `text`."""
    found: list[str] = []
    start = end = weight = 0
    paragraph = line = 0  # the last good places to cut
    for token in _TOKEN.finditer(text):
        cost = code_units(as_html(token.group()))
        if weight + cost > _MESSAGE_CODE_UNITS and end > start:
            middle = (start + end) // 2
            cut = next((place for place in (paragraph, line) if place > middle), end)
            found.append(text[start:cut])
            start, weight = cut, code_units(as_html(text[cut:end]))
        end, weight = token.end(), weight + cost
        if token.group().endswith("\n"):
            line = end
            paragraph = end if token.group().rstrip(" ").endswith("\n\n") else paragraph
    return [*found, text[start:]] if start < len(text) else found


def fits_one_message(text: str) -> bool:
    """Whether a text needs only one message."""
    return code_units(as_html(text)) <= _MESSAGE_CODE_UNITS


def as_html(text: str) -> str:
    """`text` as the small HTML of Teams' format „xml“, so that its lines stay lines and nothing in it is formatting.

    Markdown's own characters become entities, because some clients read Markdown in every message.
    """
    escaped = _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", text)
    return escaped.replace("\r\n", "\n").replace("\n", "<br/>")


def code_units(text: str) -> int:
    """The length as Teams counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def size(card: dict[str, Json]) -> int:
    """The size of a card in bytes as it is sent."""
    return len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())

"""What comes in from Teams, read from the raw JSON of an activity.

The SDK's own model loses the tenant and the refresh trigger on reading, and its import costs more than the rest of this
door together; so the few fields that matter are read here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

type Fields = Mapping[str, Any]

_CARD = "application/vnd.microsoft.card."
_FILE = "application/vnd.microsoft.teams.file.download.info"
_RECORDING = re.compile(r"\.(?:mp3|mp4|m4a|wav|ogg|opus|aac|flac|wma|amr|webm|mov|avi|mkv|vtt)$", re.IGNORECASE)
_HTML_MENTION = re.compile(
    r"<at\b[^>]*>.*?</at>|<(span|readonly)\b[^>]*\bitemtype=[\"'][^\"']*[Mm]ention[^\"']*[\"'][^>]*>.*?</\1>", re.DOTALL
)
# What Teams puts before a reply: the message that is answered, marked as such. A person's own quotation has no marks.
_QUOTATION_EDGE = re.compile(r"<(/?)blockquote\b", re.IGNORECASE)
_QUOTATION_MARK = re.compile(r"\bitem(?:scope|type|id|prop)\b", re.IGNORECASE)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*(?:\n|\Z)", re.MULTILINE)


class BadActivity(Exception):
    """The JSON is no activity we could answer. `code` goes to the log and to the caller; it holds no content."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Inbound:
    """One activity from Teams.

    Attributes:
        text: What the person wrote, without the mention of the bot; formatting lost.
        html: The same with its formatting, without mentions, or empty.
        quoted: True when the message answers another one, whose quotation `text` and `html` no longer hold.
        pictures, files, recordings, cards: How many of each came along.
        value: What a button or an invoke carries.
        mentioned: True when the bot was mentioned.
        members_added: Ids of the accounts that were added.
    """

    type: str
    id: str
    name: str
    action: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    pictures: int
    files: int
    recordings: int
    cards: int
    value: Fields | None = field(repr=False)
    service_url: str
    channel_id: str
    conversation_id: str
    conversation_type: str
    tenant_id: str
    sender_id: str
    sender_name: str = field(repr=False)
    object_id: str
    bot_id: str
    reply_to: str
    mentioned: bool
    members_added: tuple[str, ...]
    quoted: bool = False

    @property
    def is_personal(self) -> bool:
        """True in a one-to-one chat."""
        return self.conversation_type in ("", "personal")


def read(raw: object) -> Inbound:
    """Read an activity.

    Raises:
        BadActivity: it has no type, or a field that must be there is missing or of another kind.
    """
    if not isinstance(raw, dict):
        raise BadActivity("not_an_object")
    activity = cast(Fields, raw)
    kind = activity.get("type")
    if not isinstance(kind, str) or not kind:
        raise BadActivity("no_type")
    conversation = _fields(activity, "conversation")
    sender, recipient = _fields(activity, "from"), _fields(activity, "recipient")
    channel_data = _fields(activity, "channelData")
    tenant = _text(_fields(channel_data, "tenant"), "id") or _text(conversation, "tenantId")
    bot_id = _text(recipient, "id")
    text, mentioned = _without_mention(activity, bot_id)
    html, counts = _attachments(activity)
    html, quotations = _without_quotations(html)
    text, lines = _without_quoted_lines(text)
    value = activity.get("value")
    return Inbound(
        type=kind,
        id=_text(activity, "id"),
        name=_text(activity, "name"),
        action=_text(activity, "action"),
        text=text,
        html=html,
        pictures=counts["picture"],
        files=counts["file"],
        recordings=counts["recording"],
        cards=counts["card"],
        value=cast(Fields, value) if isinstance(value, dict) else None,
        service_url=_text(activity, "serviceUrl"),
        channel_id=_text(activity, "channelId"),
        conversation_id=_text(conversation, "id"),
        conversation_type=_text(conversation, "conversationType"),
        tenant_id=tenant,
        sender_id=_text(sender, "id"),
        sender_name=_text(sender, "name"),
        object_id=_text(sender, "aadObjectId"),
        bot_id=bot_id,
        reply_to=_text(activity, "replyToId"),
        mentioned=mentioned,
        quoted=bool(quotations or lines),
        members_added=tuple(_text(member, "id") for member in _list(activity, "membersAdded")),
    )


def whole(value: object) -> object:
    """The JSON with U+FFFD for each half of a character; such a half can be neither sent nor sealed.

    Raises:
        RecursionError: nested too deep.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [whole(item) for item in cast(list[object], value)]
    if isinstance(value, dict):
        return {str(whole(name)): whole(item) for name, item in cast(dict[str, object], value).items()}
    return value


def fields(value: object) -> Fields:
    """`value` if it is an object of JSON; anything else counts as an empty one."""
    return cast(Fields, value) if isinstance(value, dict) else {}


def _fields(parent: Fields, name: str) -> Fields:
    value = parent.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadActivity(f"bad_{name}")
    return cast(Fields, value)


def _text(parent: Fields, name: str) -> str:
    value = parent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadActivity(f"bad_{name}")
    return value


def _list(parent: Fields, name: str) -> list[Fields]:
    value = parent.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadActivity(f"bad_{name}")
    return [cast(Fields, item) for item in cast(list[object], value) if isinstance(item, dict)]


def _without_mention(activity: Fields, bot_id: str) -> tuple[str, bool]:
    text = _text(activity, "text")
    mentioned = False
    for entity in _list(activity, "entities"):
        if entity.get("type") == "mention" and _text(_fields(entity, "mentioned"), "id") == bot_id:
            mentioned = True
            if quoted := _text(entity, "text"):
                text = text.replace(quoted, " ")
    return text.strip(), mentioned


def _without_quotations(html: str) -> tuple[str, int]:
    """The HTML without the messages that it answers, and how many those were."""
    kept: list[str] = []
    at = start = depth = count = 0
    for edge in _QUOTATION_EDGE.finditer(html):
        if not edge.group(1):
            start = edge.start() if not depth else start
            depth += 1
        elif depth:
            depth -= 1
            end = html.find(">", edge.end()) + 1
            if not depth and end and _QUOTATION_MARK.search(html, start, edge.start()):
                kept += [html[at:start], " "]
                at, count = end, count + 1
    return "".join([*kept, html[at:]]), count


def _without_quoted_lines(text: str) -> tuple[str, int]:
    """The text without its lines that begin with „>“, and how many those were."""
    left, count = _QUOTED_LINE.subn("", text)
    return (left.strip(), count) if count else (text, 0)


def _attachments(activity: Fields) -> tuple[str, dict[str, int]]:
    html = ""
    counts = {"picture": 0, "file": 0, "recording": 0, "card": 0}
    for attachment in _list(activity, "attachments"):
        kind = _text(attachment, "contentType").lower()
        content = attachment.get("content")
        if kind == "text/html":
            if isinstance(content, str):
                html = _HTML_MENTION.sub(" ", content)
        elif kind.startswith("image/"):
            counts["picture"] += 1
        elif kind.startswith(("audio/", "video/")) or _RECORDING.search(_text(attachment, "name")):
            counts["recording"] += 1
        elif kind.startswith(_CARD):
            counts["card"] += 1
        elif kind == _FILE or kind:
            counts["file"] += 1
    return html, counts

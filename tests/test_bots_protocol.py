"""Our activities beside the Bot Framework's own model of them: what it writes we read, and what we write it reads."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from bot_kit import BOT, JANA, TENANT, TEXT, Teams
from bot_kit import answer as scripted_answer
from botbuilder import schema

from assistant.path import Event, Request
from bots.activity import BadActivity, read

# The SDK has no annotations here.
Activity: Any = schema.Activity


def from_sdk(**fields: Any) -> dict[str, Any]:
    """An activity as the SDK writes it."""
    activity = Activity(
        type="message",
        id="1485983408511",
        service_url="https://smba.trafficmanager.net/emea/t/",
        channel_id="msteams",
        from_property=schema.ChannelAccount(id=f"29:{JANA}", name="Jana Weber", aad_object_id=JANA),
        conversation=schema.ConversationAccount(id="a:1", conversation_type="personal"),
        recipient=schema.ChannelAccount(id=BOT, name="Amtsklar"),
        channel_data={"tenant": {"id": TENANT}},
        text=TEXT,
        **fields,
    )
    return activity.serialize()


def test_what_the_sdk_writes_is_read() -> None:
    html = schema.Attachment(content_type="text/html", content="<p>Hallo</p>")
    inbound = read(from_sdk(attachments=[html], locale="de-DE", reply_to_id="7"))
    assert (inbound.type, inbound.id, inbound.text, inbound.html) == ("message", "1485983408511", TEXT, "<p>Hallo</p>")
    assert (inbound.tenant_id, inbound.object_id, inbound.sender_name) == (TENANT, JANA, "Jana Weber")
    assert (inbound.conversation_id, inbound.bot_id, inbound.reply_to) == ("a:1", BOT, "7")
    assert inbound.is_personal


def test_a_mention_of_the_sdk_is_taken_out() -> None:
    mention = schema.Mention(
        type="mention", text="<at>Amtsklar</at>", mentioned=schema.ChannelAccount(id=BOT, name="Amtsklar")
    )
    raw = from_sdk(entities=[mention])
    raw["text"] = f"<at>Amtsklar</at> {TEXT}"
    inbound = read(raw)
    assert inbound.mentioned and inbound.text == TEXT


def test_the_tenant_is_read_where_the_sdk_loses_it() -> None:
    raw = from_sdk()
    del raw["channelData"]
    raw["conversation"]["tenantId"] = TENANT
    assert read(raw).tenant_id == TENANT


def test_nothing_a_person_wrote_is_in_the_repr() -> None:
    assert "Antrag" not in repr(read(from_sdk())) and "Jana" not in repr(read(from_sdk()))


async def test_the_sdk_reads_what_we_send() -> None:
    async def by_a_model(request: Request) -> AsyncIterator[Event]:
        yield scripted_answer(request, by_model=True)

    async with Teams() as teams:
        teams.assistant.script = by_a_model
        await teams.say(TEXT)
        await teams.press(teams.server.cards[0], "Original")
        answer, copy = (Activity().deserialize(message) for message in teams.server.messages)
        assert answer.type == "message" and answer.locale == "de-DE"
        assert answer.attachments[0].content_type == "application/vnd.microsoft.card.adaptive"
        assert answer.entities[0].type == "https://schema.org/Message"
        assert answer.conversation.id == "a:chat" and answer.recipient.id == f"29:{JANA}"
        assert answer.reply_to_id.startswith("in-")
        assert copy.text_format == "xml" and not copy.attachments


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (None, "not_an_object"),
        ({}, "no_type"),
        ({"type": ""}, "no_type"),
        ({"type": "message", "conversation": []}, "bad_conversation"),
        ({"type": "message", "channelData": {"tenant": "x"}}, "bad_tenant"),
        ({"type": "message", "entities": {}}, "bad_entities"),
        ({"type": "message", "attachments": "x"}, "bad_attachments"),
        ({"type": "message", "id": 7}, "bad_id"),
    ],
)
def test_fields_of_the_wrong_kind_are_named(raw: object, code: str) -> None:
    with pytest.raises(BadActivity) as raised:
        read(raw)
    assert raised.value.code == code


def test_what_is_null_or_odd_but_harmless_is_read() -> None:
    odd: list[Any] = [None, 7, {}, "x"]
    inbound = read({"type": "message", "text": None, "entities": odd, "attachments": odd, "value": odd})
    assert (inbound.text, inbound.files, inbound.value) == ("", 0, None)

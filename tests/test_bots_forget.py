"""What belongs to a message goes with it; what a reply quotes is left alone; too much at once is said."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from bot_kit import TEXT, TOBIAS, Teams, answer, visible_text

from assistant.path import Event, Request
from bots.activity import read
from bots.seal import MemoryDrawer, SealExpired

LARGE = " ".join(f"Satz {n * 7919} steht hier." for n in range(9000))


@pytest.mark.parametrize("kind", ["messageDelete", "messageUpdate"])
async def test_a_deleted_or_changed_message_takes_its_texts_along(kind: str) -> None:
    async with Teams() as teams:
        message = teams.activity(text=LARGE[:90_000])
        await teams.send(message)
        card = teams.server.cards[0]
        assert (await teams.send({**teams.activity(kind), "id": message["id"]})).status_code == 200
        reply = await teams.press(card, "Original")
        assert "abgelaufen" in reply["value"]
        assert len(teams.server.messages) == 1


async def test_what_was_made_of_it_later_goes_too() -> None:
    async with Teams() as teams:
        message = teams.activity(text=LARGE[:90_000])
        await teams.send(message)
        await teams.press(teams.server.cards[0], "Kürzer")
        await teams.send({**teams.activity("messageDelete"), "id": message["id"]})
        assert "abgelaufen" in (await teams.press(teams.server.cards[1], "Original"))["value"]


async def test_another_persons_deletion_touches_nothing() -> None:
    async with Teams() as teams:
        message = teams.activity(text=LARGE[:90_000])
        await teams.send(message)
        await teams.send({**teams.activity("messageDelete", oid=TOBIAS), "id": message["id"]})
        await teams.send({**teams.activity("messageDelete"), "id": "in-anders"})
        await teams.press(teams.server.cards[0], "Original")
        assert len(teams.server.messages) > 1


async def test_the_drawer_forgets_by_origin_alone() -> None:
    drawer = MemoryDrawer()
    kept, gone, nameless = await drawer.put("a", "eins"), await drawer.put("b", "zwei"), await drawer.put("c")
    assert await drawer.get(gone) == ("b", "zwei")
    assert [await drawer.forget(origin) for origin in ("zwei", "", "drei")] == [1, 0, 0]
    assert (await drawer.get(kept), await drawer.get(nameless)) == (("a", "eins"), ("c", ""))
    with pytest.raises(SealExpired):
        await drawer.get(gone)


REPLY = (
    '<blockquote itemscope itemtype="http://schema.skype.com/Reply" itemid="17">'
    '<strong itemprop="mri" itemid="29:x">Tobias</strong><p itemprop="preview">Geheime Vorgeschichte</p></blockquote>'
)


async def test_of_a_reply_only_the_new_text_is_worked_on_and_that_is_said() -> None:
    async with Teams() as teams:
        html = {"contentType": "text/html", "content": f"{REPLY}<p>{TEXT}</p>"}
        await teams.say(f"Tobias\nGeheime Vorgeschichte\n\n{TEXT}", attachments=[html])
        assert TEXT in teams.assistant.requests[0].text
        assert "Vorgeschichte" not in teams.assistant.requests[0].text
        assert "Das Zitat" in visible_text(teams.server.cards[0])


async def test_lines_quoted_by_hand_are_left_out_too() -> None:
    async with Teams() as teams:
        await teams.say(f"> Geheime Vorgeschichte\n> zweite Zeile\n{TEXT}")
        assert teams.assistant.requests[0].text == TEXT
        assert "Das Zitat" in visible_text(teams.server.cards[0])


async def test_a_quotation_alone_is_not_worked_on() -> None:
    async with Teams() as teams:
        await teams.say("> Geheime Vorgeschichte")
        assert teams.assistant.requests == []
        assert "nur ein Zitat" in teams.server.messages[0]["text"]


@pytest.mark.parametrize(
    ("html", "left", "quoted"),
    [
        (f"{REPLY}<p>neu</p>", " <p>neu</p>", True),
        ("<blockquote>mein eigenes</blockquote><p>neu</p>", "<blockquote>mein eigenes</blockquote><p>neu</p>", False),
        (f"<blockquote itemscope>a<blockquote>b</blockquote>c</blockquote>neu{REPLY}", " neu ", True),
        ("<blockquote itemscope>offen", "<blockquote itemscope>offen", False),
        ("</blockquote>neu", "</blockquote>neu", False),
    ],
)
def test_only_marked_quotations_go(html: str, left: str, quoted: bool) -> None:
    raw = {"type": "message", "attachments": [{"contentType": "text/html", "content": html}]}
    inbound = read(raw)
    assert (inbound.html, inbound.quoted) == (left, quoted)


def test_a_hostile_quotation_takes_no_time() -> None:
    html = "<blockquote itemprop " * 40_000
    assert not read({"type": "message", "attachments": [{"contentType": "text/html", "content": html}]}).quoted


async def test_too_much_at_once_is_said() -> None:
    release = asyncio.Event()

    async def slow(request: Request) -> AsyncIterator[Event]:
        await release.wait()
        yield answer(request)

    async with Teams(limit=1, wait=0.0) as teams:
        teams.assistant.script = slow
        assert (await teams.say(TEXT)).status_code == 202
        assert (await teams.say(TEXT)).status_code == 200
        assert "sehr viele" in teams.server.messages[0]["text"]
        release.set()
        await teams.server.until(2)
        assert len(teams.assistant.requests) == 1

"""The Teams door on the real product of the local profile: directory file, Dienstanweisung, rules; nothing scripted."""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from bot_kit import BOT, JANA, TENANT, TOBIAS, button, http_request, inputs_of, visible_text
from connector_server import ConnectorServer

from bots.chat import size
from service import Service, build
from settings import Profile, Settings

LETTER = """Sehr geehrter Herr Wendelin Quast,

hiermit teilen wir Ihnen mit, dass die Entrichtung der Gebühr in Höhe von 35,00 EUR bis zum 28. Februar 2027 zu \
erfolgen hat. Es wird gebeten, das Aktenzeichen anzugeben. Rückfragen richten Sie bitte an w.quast@web-post.example.

Rechtsbehelfsbelehrung
Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden.

Mit freundlichen Grüßen"""


class Product:
    """The product and the connector it answers to."""

    def __init__(self, server: ConnectorServer, service: Service) -> None:
        self.server = server
        self.service = service
        self._count = 0

    async def send(self, kind: str = "message", *, oid: str = JANA, **fields: Any) -> Any:
        self._count += 1
        activity = {
            "type": kind,
            "id": f"in-{self._count}",
            "serviceUrl": self.server.url,
            "channelId": "msteams",
            "from": {"id": f"29:{oid}", "name": "Jana Weber", "aadObjectId": oid},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:1"},
            "recipient": {"id": BOT, "name": "Amtsklar"},
            "channelData": {"tenant": {"id": TENANT}},
            **fields,
        }
        request = http_request(json.dumps(activity).encode(), {"content-type": "application/json"})
        response = await self.service.bot.messages(request)
        assert response.status_code in (200, 202)  # 202: the answer comes later, as on a busy machine
        return json.loads(bytes(response.body) or b"null")

    async def press(self, card: dict[str, Any], title: str, *, oid: str = JANA, **inputs: str) -> Any:
        data = {**inputs_of(card), **inputs, **button(card, title)["data"]}
        value = {"action": {"type": "Action.Execute", "verb": data["verb"], "data": data}}
        return await self.send("invoke", oid=oid, name="adaptiveCard/action", value=value)


@asynccontextmanager
async def product() -> AsyncGenerator[Product]:
    async with ConnectorServer() as server:
        service = build(Settings(profile=Profile.LOCAL))  # pyright: ignore[reportCallIssue]
        try:
            yield Product(server, service)
        finally:
            await service.close()
        assert server.violations == []


async def test_a_letter_comes_back_with_every_fact_and_its_notice_untouched() -> None:
    async with product() as p:
        await p.send(text=LETTER)
        card = p.server.cards[0]
        seen = visible_text(card)
        for kept in ("Herr Wendelin Quast", "35,00", "28. Februar 2027", "w.quast@web-post.example"):
            assert kept in seen
        assert "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden." in seen
        assert "Entrichtung" not in seen.split("Änderung")[0]
        assert "Bleibt im Wortlaut: Rechtsbehelfsbelehrung" in seen
        assert "vor der Verarbeitung ersetzt und wieder eingesetzt" in seen
        assert "Geschrieben von: Regeln von Amtsklar" in seen
        assert size(card) < 28_000
        await p.press(card, "Original")
        assert "Entrichtung der Gebühr" in p.server.messages[-1]["text"]
        await p.press(card, "Einfacher")
        assert "28. Februar 2027" in visible_text(p.server.cards[1])


async def test_a_letter_whose_lines_a_client_glued_together_gets_them_back() -> None:
    async with product() as p:
        await p.send(text=LETTER.replace("\n", ""))
        seen = visible_text(p.server.cards[0])
        assert "Quast,wir" not in seen
        assert "Rechtsbehelfsbelehrung\nGegen" in seen or "Rechtsbehelfsbelehrung" in seen.split("\n")
        assert "Bleibt im Wortlaut: Rechtsbehelfsbelehrung" in seen


async def test_an_untrained_person_gets_nothing_but_the_way_to_the_course() -> None:
    async with product() as p:
        await p.send(oid=TOBIAS, text=LETTER)
        seen = visible_text(p.server.cards[0])
        assert "Schulung" in seen and "Quast" not in seen
        reply = await p.press(p.server.cards[0], "Erneut prüfen", oid=TOBIAS)
        assert "noch nichts geändert" in reply["value"]


async def test_a_stranger_gets_nothing_either() -> None:
    async with product() as p:
        await p.send(oid="99999999-0000-4000-8000-000000000000", text=LETTER)
        assert "Quast" not in p.server.written()
        assert p.server.cards[0]["actions"][0]["title"] == "Erneut prüfen"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Transkribiere die Aufnahme der gestrigen Sitzung.", "N-1"),
        ("VS – NUR FÜR DEN DIENSTGEBRAUCH\n\nDie Unterlage beschreibt den Ablauf der Übung.", "E-6"),
    ],
)
async def test_what_the_dienstanweisung_forbids_is_named_by_its_rule(text: str, rule: str) -> None:
    async with product() as p:
        await p.send(text=text)
        seen = visible_text(p.server.cards[0])
        assert f"Regel {rule}" in seen and "Was Sie tun können" in seen


async def test_a_letter_is_drafted_from_the_form_and_gaps_stay_visible() -> None:
    async with product() as p:
        await p.send(text="Brief")
        form = p.server.cards[0]
        kinds = next(e for e in form["body"] if e.get("id") == "art")["choices"]
        assert "einladung" in [choice["value"] for choice in kinds]
        notes = "einladung elternabend kita sonnenhügel am 14.4. um 19 uhr im bewegungsraum"
        await p.press(form, "Entwurf schreiben", art="einladung", stichpunkte=notes)
        seen = visible_text(p.server.cards[1])
        assert "Entwurf Ihres Briefs" in seen and "14. April" in seen and "19 Uhr" in seen


async def test_the_rules_shown_are_those_in_force() -> None:
    async with product() as p:
        await p.send(text="Regeln")
        seen = visible_text(p.server.cards[0])
        for rule in ("Z-1", "E-1", "N-1", "A-1"):
            assert rule in seen
        assert size(p.server.cards[0]) < 28_000


async def test_a_rich_paste_with_a_list_is_read_as_one() -> None:
    html = (
        "<div><p>Es wird gebeten, folgende Unterlagen einzureichen:</p><ul><li>Ausweis</li><li>Lageplan</li></ul></div>"
    )
    async with product() as p:
        attachments = [{"contentType": "text/html", "content": html}]
        await p.send(
            text="Es wird gebeten, folgende Unterlagen einzureichen: Ausweis Lageplan", attachments=attachments
        )
        runs = visible_text(p.server.cards[0]).split("\n")
        assert any("Ausweis" in run and "Lageplan" not in run for run in runs)


async def test_a_text_at_the_limit_is_answered_in_full() -> None:
    text = ("Die Halle ist am Montag geschlossen. " * 2_600).strip()
    async with product() as p:
        await p.send(text=text)
        await p.server.until(1)
        while not p.server.messages:
            await p.server.until(len(p.server.calls) + 1)
        card = p.server.cards[0]
        assert size(card) < 28_000
        await p.press(card, "Text zum Kopieren")
        copied = "".join(message["text"] for message in p.server.messages[1:])
        assert copied.count("geschlossen") == 2_600


async def test_nothing_of_a_letter_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with product() as p:
        await p.send(text=LETTER)
        await p.send(oid=TOBIAS, text=LETTER)
        await p.send(text=f"VS-NfD {LETTER}")
        await p.press(p.server.cards[0], "Kürzer")
    written = caplog.text + "".join(str(record.args) for record in caplog.records)
    for part in ("Quast", "Entrichtung", "web-post", "Jana", JANA):
        assert part not in written

"""A clerk at work in the writing pane, in Chromium.

The pane is the built one, served as in operation. Where a test needs a certain answer of the server, the answer is
scripted at the network; the tests at the end run against the whole product.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, ViewportSize, expect, sync_playwright

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OFFICE_JS = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
TRAINED = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01"
SCORES = {
    "words": 40,
    "sentences": 2,
    "sentence_length": 20.0,
    "longest_sentence": 31,
    "amstad": 18.2,
    "wiener_1": 15.1,
    "passive": 10.0,
    "reliable": True,
}
EASIER = SCORES | {"sentence_length": 9.5, "longest_sentence": 14, "amstad": 55.0, "wiener_1": 8.0}
INFO = {
    "version": "1.2.3",
    "writer": "Regeln von Amtsklar",
    "by_model": False,
    "local": True,
    "rules": [{"id": "D-2", "title": "Bankverbindungen", "action": "mask", "advice": "Später eintragen."}],
    "letter_kinds": [{"key": "absage", "name": "Absage"}],
    "course_url": "https://intranet.example/schulung",
    "contact": "die KI-Beauftragte Ihrer Stadt",
    "text_limit": 100_000,
}
PEOPLE = [
    {"object_id": TRAINED, "name": "Jana Weber", "trained": True},
    {"object_id": "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a02", "name": "Tobias Lindner", "trained": False},
]
REFUSED = {
    "reason": "training_missing",
    "title": "Die KI-Schulung fehlt noch",
    "text": "Es wurde nichts verarbeitet.",
    "course_url": "https://intranet.example/schulung",
    "contact": "die KI-Beauftragte Ihrer Stadt",
}


def place(text: str, part: str) -> dict[str, Any]:
    start = text.index(part)
    return {"start": start, "end": start + len(part), "text": part}


def entry(status: str, message: str, source: dict[str, Any] | None, rewrite: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "kind": "deadline",
        "label": "Frist",
        "status": status,
        "message": message,
        "source": source,
        "rewrite": rewrite,
    }


def answer(source: str, text: str, entries: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    entries = entries or []
    counts = {s: sum(e["status"] == s for e in entries) for s in ("kept", "changed", "missing", "added")}
    made: dict[str, Any] = {
        "text": text,
        "source": source,
        "task": "buergernah",
        "writer": "Regeln von Amtsklar",
        "by_model": False,
        "fallback": "",
        "ledger": {"ok": counts["kept"] == len(entries), "counts": counts, "entries": entries},
        "before": SCORES,
        "after": EASIER,
        "frozen": [],
        "findings": [],
        "masked": 0,
        "warnings": [],
        "edits": [],
        "gaps": [],
        "rules": [],
    }
    return made | more


def sse(*events: tuple[str, dict[str, Any]]) -> str:
    return "".join(f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n" for name, data in events)


type Reply = Callable[[dict[str, Any]], tuple[int, str, str]]


def streamed(make: Callable[[dict[str, Any]], list[tuple[str, dict[str, Any]]]]) -> Reply:
    return lambda body: (200, "text/event-stream", sse(*make(body)))


def problem(status: int, title: str, **more: Any) -> Reply:
    body = {"type": "x", "title": title, "status": status, "detail": "Einzelheit.", "next": "Nächster Schritt."} | more
    return lambda _body: (status, "application/problem+json", json.dumps(body))


@dataclass
class Server:
    """The scripted server: what it answers, and what it was sent."""

    replies: dict[str, Reply] = field(default_factory=dict[str, Reply])
    sent: list[tuple[str, dict[str, Any], dict[str, str]]] = field(
        default_factory=list[tuple[str, dict[str, Any], dict[str, str]]]
    )

    def handle(self, route: Route) -> None:
        request = route.request
        name = request.url.partition("/api/compose/")[2]
        if name == "info" and name not in self.replies:
            route.fulfill(json=INFO)
        elif name == "people":
            route.fulfill(json=PEOPLE)
        elif name in self.replies:
            body = json.loads(request.post_data or "{}")
            self.sent.append((name, body, request.headers))
            status, content_type, content = self.replies[name](body)
            route.fulfill(status=status, content_type=content_type, body=content)
        else:
            route.abort("connectionrefused")


@dataclass
class Desk:
    """One open pane with its scripted server."""

    page: Page
    server: Server
    trouble: list[str]

    @property
    def body(self) -> Locator:
        return self.page.get_by_role("textbox", name="Nachrichtentext")

    def own_text(self) -> str:
        return self.page.locator(".passage-text").inner_text()

    def says(self, text: str) -> Locator:
        """A text of the pane that can be seen; screen readers hear the same in a place of its own."""
        return self.page.locator(".pane").get_by_text(text)

    def field(self, name: str) -> Locator:
        """Fluent's fields carry their label where Playwright's label selectors do not look."""
        return self.page.locator(f':is(fluent-textarea, fluent-text-input):has-text("{name}") :is(textarea, input)')

    def task(self, name: str) -> None:
        self.page.locator("fluent-tab", has_text=name).click()

    def button(self, name: str) -> Locator:
        """Fluent's buttons carry their role where Playwright's role selectors do not look."""
        return self.page.locator(f'fluent-button:visible:text-is("{name}")')

    def press(self, name: str) -> None:
        self.button(name).click()

    def write(self, html: str) -> None:
        """Put a mail into the editor as a paste would."""
        self.body.evaluate("(body, html) => { body.innerHTML = html; body.dispatchEvent(new Event('input')); }", html)

    def select(self, part: str) -> None:
        """Select a part of one paragraph with the mouse's effect."""
        self.body.evaluate(
            """(body, part) => {
              const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
              for (let node = texts.nextNode(); node; node = texts.nextNode()) {
                const at = node.data.indexOf(part);
                if (at < 0) continue;
                body.focus();
                document.getSelection().setBaseAndExtent(node, at, node, at + part.length);
                return;
              }
              throw new Error("not found");
            }""",
            part,
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@dataclass
class Product:
    address: str
    log: Path


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole product in its local profile."""
    if not (ROOT / "outlook" / "static" / "index.html").exists():
        subprocess.run(["npm", "run", "--silent", "build"], cwd=ROOT, check=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("product") / "log.txt"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AMTSKLAR_")} | {"AMTSKLAR_PROFILE": "local"}
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "web:app", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{address}/api/health", process, log)
            yield Product(address, log)
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=1) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(locale="de-DE", viewport=ViewportSize(width=1200, height=900))
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


def watched(page: Page) -> list[str]:
    """Everything the page complains about: errors, console lines, blocked content."""
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text))
    return trouble


@pytest.fixture
def desk(context: BrowserContext, product: Product) -> Iterator[Desk]:
    page = context.new_page()
    server = Server()
    trouble = watched(page)
    page.route("**/api/compose/*", server.handle)
    page.goto(f"{product.address}/outlook/")
    page.get_by_label("Angemeldet als").wait_for()
    yield Desk(page, server, trouble)
    unexpected = [line for line in trouble if "Failed to load resource" not in line]
    assert unexpected == []


def test_the_pane_shows_what_would_be_sent_without_thread_and_signature(desk: Desk) -> None:
    shown = desk.own_text()
    assert shown.startswith("Sehr geehrte Frau Krämer,")
    assert shown.rstrip().endswith("Mit freundlichen Grüßen")
    assert "Mein Wohngeldantrag" not in shown and "Rathausplatz" not in shown and "zwei Wochen" not in shown


def test_a_rewrite_is_shown_compared_taken_over_and_taken_back(desk: Desk) -> None:
    def make(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        source = body["text"]
        text = source.replace("Es wird gebeten, diese", "Bitte schicken Sie uns die Unterlagen").replace(
            "einzureichen", ""
        )
        date = "15. Januar 2027"
        facts = [entry("kept", "Frist erhalten.", place(source, date), place(text, date))]
        return [
            ("progress", {"text": "Ich prüfe."}),
            ("delta", {"text": "Bi"}),
            ("answer", answer(source, text, facts)),
        ]

    desk.server.replies["rewrite"] = streamed(make)
    before = desk.body.inner_html()
    desk.press("Verständlich machen")
    page = desk.page
    expect(page.get_by_role("heading", name="Vorschlag")).to_be_focused()
    name, body, headers = desk.server.sent[0]
    assert (name, body["level"], headers["x-amtsklar-person"]) == ("rewrite", "buergernah", TRAINED)
    assert "Rathausplatz" not in body["text"] and "zwei Wochen" not in body["text"]
    expect(desk.says("1 Angabe geprüft: erhalten.")).to_be_visible()
    expect(desk.says("Der neue Text liest sich leichter")).to_be_visible()
    expect(desk.says("Geschrieben von: Regeln von Amtsklar. Ohne Sprachmodell.")).to_be_visible()
    assert page.get_by_label("Vorher: der ursprüngliche Text").locator("del").count() > 0
    assert "Bitte schicken" in page.get_by_label("Nachher: der Vorschlag").locator("ins").first.inner_text()

    desk.press("Übernehmen")
    expect(desk.says("Der Text steht in Ihrer Nachricht")).to_be_visible()
    after = desk.body.inner_html()
    assert "Bitte schicken Sie uns die Unterlagen bis spätestens <b>15. Januar 2027</b>" in after
    assert "<li>Mietvertrag in Kopie</li>" in after
    tail = before[before.index('<div id="Signature">') :]
    assert after.endswith(tail)

    desk.press("Original wiederherstellen")
    expect(desk.says("Das Original ist wiederhergestellt")).to_be_visible()
    assert desk.body.inner_html() == before


def test_a_changed_fact_holds_the_text_back_until_it_was_seen(desk: Desk) -> None:
    def make(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        source = body["text"]
        text = source.replace("15. Januar 2027", "16. Januar 2027")
        facts = [
            entry(
                "changed",
                "Frist geändert: 15. statt 16.",
                place(source, "15. Januar 2027"),
                place(text, "16. Januar 2027"),
            ),
            entry("missing", "Betrag fehlt: 12 EUR.", place(source, "66"), None),
        ]
        return [("answer", answer(source, text, facts))]

    desk.server.replies["rewrite"] = streamed(make)
    desk.press("Verständlich machen")
    page = desk.page
    take = desk.button("Übernehmen")
    expect(desk.says("2 Angaben geprüft: 1 geändert, 1 fehlt.")).to_be_visible()
    expect(take).to_have_js_property("disabled", True)
    expect(desk.button("Kopieren")).to_have_js_property("disabled", True)
    expect(desk.says("Noch 2 Stellen ansehen")).to_be_visible()

    desk.button("Nachher zeigen").click()
    expect(page.locator(".text-view .found:focus")).to_have_count(1)
    assert "".join(page.locator(".text-view .found").all_inner_texts()) == "16. Januar 2027"
    page.locator('fluent-checkbox[aria-label="Gesehen: Frist geändert: 15. statt 16."]').click()
    expect(take).to_have_js_property("disabled", True)
    second = page.locator('fluent-checkbox[aria-label="Gesehen: Betrag fehlt: 12 EUR."]')
    second.focus()
    page.keyboard.press("Space")
    expect(take).not_to_have_js_property("disabled", True)
    second.click()
    expect(take).to_have_js_property("disabled", True)
    page.locator("label", has_text="Gesehen").nth(1).click()
    desk.press("Übernehmen")
    expect(desk.body).to_contain_text("16. Januar 2027")


def test_only_the_selection_is_sent_and_replaced(desk: Desk) -> None:
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "Bitte schicken Sie uns"))])
    desk.select("Es wird gebeten")
    expect(desk.says("Ihre Auswahl, 3 Wörter.")).to_be_visible()
    assert desk.own_text() == "Es wird gebeten"
    desk.press("Verständlich machen")
    desk.page.get_by_role("heading", name="Vorschlag").wait_for()
    assert desk.server.sent[0][1]["text"] == "Es wird gebeten"
    desk.press("Übernehmen")
    expect(desk.body).to_contain_text("Bitte schicken Sie uns, diese bis spätestens 15. Januar 2027")


def test_a_selection_in_the_quoted_thread_is_refused(desk: Desk) -> None:
    desk.select("vor zwei Wochen Wohngeld")
    expect(desk.says("reicht in den zitierten Verlauf")).to_be_visible()
    desk.press("Verständlich machen")
    expect(desk.says("reicht in den zitierten Verlauf")).to_be_visible()
    assert desk.server.sent == []


def test_a_mail_that_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "Neu."))])
    desk.press("Verständlich machen")
    desk.page.get_by_role("heading", name="Vorschlag").wait_for()
    desk.write("<p>Inzwischen ganz anders.</p>")
    desk.press("Übernehmen")
    expect(desk.says("hat sich inzwischen geändert")).to_be_visible()
    expect(desk.body).to_have_text("Inzwischen ganz anders.")
    expect(desk.page.get_by_label("Nachher: der Vorschlag")).to_have_text("Neu.")


def test_after_further_typing_the_original_is_not_forced_back(desk: Desk) -> None:
    desk.write("<p>Alt.</p>")
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "Neu."))])
    desk.press("Verständlich machen")
    desk.press("Übernehmen")
    desk.write("<p>Neu. Und weiter.</p>")
    desk.press("Original wiederherstellen")
    expect(desk.says("wurde seit dem Übernehmen geändert")).to_be_visible()
    expect(desk.body).to_have_text("Neu. Und weiter.")
    expect(desk.button("Original kopieren")).to_be_visible()


def test_single_changes_can_be_taken_back(desk: Desk) -> None:
    desk.write("<p>🙂 Zwecks Zahlung binnen 3 Tagen.</p>")

    def make(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        source: str = body["text"]
        edits = [
            {**place(source, old), "before": old, "after": new, "rule": "R", "reason": "Kürzer."}
            for old, new in (("Zwecks", "Für die"), ("binnen", "in"))
        ]
        text = source.replace("Zwecks", "Für die").replace("binnen", "in")
        facts = [entry("kept", "Frist erhalten", place(source, "3 Tagen"), place(text, "3 Tagen"))]
        return [("answer", answer(source, text, facts, edits=edits))]

    desk.server.replies["rewrite"] = streamed(make)
    desk.press("Verständlich machen")
    desk.says("2 einzelne Änderungen ansehen").click()
    desk.button("Zurücknehmen").first.click()
    after = desk.page.get_by_label("Nachher: der Vorschlag")
    expect(after).to_have_text("🙂 Zwecks Zahlung in 3 Tagen.")
    expect(after.locator("ins")).to_have_text("in")
    desk.says("1 erhaltene Angabe").click()
    desk.page.locator(".kept fluent-button").click()
    expect(desk.page.locator(".text-view [data-marks]:focus")).to_have_text("3 Tagen")
    desk.press("Übernehmen")
    expect(desk.body).to_have_text("🙂 Zwecks Zahlung in 3 Tagen.")


def test_frozen_zones_masked_values_and_the_ai_mark_are_stated(desk: Desk) -> None:
    desk.write("<p>Zwecks Prüfung.</p><p>Gegen diesen Bescheid können Sie Widerspruch einlegen.</p>")

    def make(body: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        source: str = body["text"]
        text = source.replace("Zwecks", "Zur")
        zone = {"start": source.index("Gegen"), "end": len(source), "kind": "Rechtsbehelfsbelehrung"}
        more: dict[str, Any] = {
            "frozen": [zone],
            "masked": 2,
            "by_model": True,
            "writer": "Modell x",
            "fallback": "Ersatz schrieb.",
        }
        return [("answer", answer(source, text, rules=["D-2"], warnings=["Ein Name kam doppelt vor."], **more))]

    desk.server.replies["rewrite"] = streamed(make)
    desk.press("Verständlich machen")
    expect(desk.says("Rechtsbehelfsbelehrung – bleibt im Wortlaut")).to_have_count(2)
    expect(desk.says("2 geschützte Angaben wurden vor der Verarbeitung ersetzt")).to_be_visible()
    expect(desk.says("Mit KI erzeugt")).to_be_visible()
    expect(desk.says("Geschrieben von: Modell x.")).to_be_visible()
    expect(desk.says("Ersatz schrieb.")).to_be_visible()
    expect(desk.says("Ein Name kam doppelt vor.")).to_be_visible()


def test_markup_in_texts_never_becomes_markup(desk: Desk) -> None:
    evil = '<img src=x onerror="document.title=1">'
    desk.server.replies["rewrite"] = streamed(
        lambda body: [
            ("progress", {"text": evil}),
            ("delta", {"text": evil}),
            ("answer", answer(body["text"], evil, warnings=[evil], writer=evil)),
        ]
    )
    desk.press("Verständlich machen")
    expect(desk.page.get_by_label("Nachher: der Vorschlag")).to_have_text(evil)
    desk.press("Übernehmen")
    expect(desk.body).to_contain_text(evil)
    assert desk.page.locator(".pane img:not(.brand img), .mail-body img").count() == 0
    assert desk.page.title() == "Amtsklar – Schreibbereich"


def test_a_rich_paste_keeps_lists_and_loses_scripts_and_styles(desk: Desk) -> None:
    desk.write("<p>Alt.</p>")
    desk.select("Alt.")
    copied = '<p style="color:red" onclick="x()">Neu</p><ul><li>eins</li></ul><script>x()</script>'
    desk.body.evaluate(
        """(body, copied) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/html", copied);
          body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        copied,
    )
    expect(desk.page.locator(".passage-text")).to_have_text("Neu\n\n- eins")
    written = desk.body.inner_html()
    assert "<li>eins</li>" in written
    assert not re.search("style|onclick|script", written)
    assert all("inline event handler" in line for line in desk.trouble)
    desk.trouble.clear()


def test_a_block_names_rule_reason_and_alternative(desk: Desk) -> None:
    finding = {
        "start": 0,
        "end": 4,
        "type": "MARKING",
        "rule": "V-1",
        "action": "block",
        "title": "Verschlusssachen bleiben draußen",
        "reason": "Der Text trägt einen Geheimhaltungsvermerk.",
        "advice": "Bearbeiten Sie den Text ohne KI.",
        "warning": False,
    }
    block = {"decision": "block", "findings": [finding], "labels": []}
    desk.server.replies["rewrite"] = streamed(lambda _body: [("blocked", block)])
    before = desk.body.inner_html()
    desk.press("Verständlich machen")
    alert = desk.page.get_by_role("alert")
    expect(alert).to_contain_text("darf nicht verarbeitet werden")
    for text in ("Verschlusssachen bleiben draußen", "V-1", "Geheimhaltungsvermerk", "ohne KI"):
        expect(alert).to_contain_text(text)
    assert desk.body.inner_html() == before
    assert desk.button("Übernehmen").count() == 0


def test_a_person_without_training_sees_the_way_and_can_ask_again(desk: Desk) -> None:
    page = desk.page
    page.get_by_label("Angemeldet als").select_option(label="Tobias Lindner (nicht geschult)")
    desk.server.replies["rewrite"] = streamed(lambda _body: [("refused", REFUSED)])
    desk.server.replies["admission"] = lambda _body: (200, "application/json", json.dumps({"allowed": False} | REFUSED))
    desk.press("Verständlich machen")
    expect(desk.says("Die KI-Schulung fehlt noch")).to_be_visible()
    expect(page.get_by_role("link", name="Zur Schulung")).to_have_attribute("href", REFUSED["course_url"])
    assert desk.server.sent[0][2]["x-amtsklar-person"] == PEOPLE[1]["object_id"]
    desk.press("Erneut prüfen")
    expect(desk.button("Erneut prüfen")).not_to_have_js_property("disabled", True)
    assert [name for name, *_ in desk.server.sent] == ["rewrite", "admission"]
    desk.server.replies["admission"] = lambda _body: (200, "application/json", json.dumps(REFUSED | {"allowed": True}))
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "Neu."))])
    desk.press("Erneut prüfen")
    expect(page.get_by_role("heading", name="Vorschlag")).to_be_visible()


FAULTS: list[tuple[str, Reply | None, str]] = [
    ("server away", None, "Amtsklar ist nicht erreichbar"),
    ("not signed in", problem(401, "Anmeldung fehlt"), "Anmeldung fehlt"),
    ("too long", problem(413, "Text zu lang"), "Text zu lang"),
    ("a proxy answers", lambda _body: (502, "text/html", "<h1>Bad Gateway</h1>"), "Das hat nicht geklappt"),
    ("a proxy refuses the size", lambda _body: (413, "text/html", "x"), "Text zu lang"),
    (
        "the stream breaks off",
        lambda _body: (200, "text/event-stream", sse(("delta", {"text": "halb"})) + "event: ans"),
        "Die Verbindung ist abgerissen",
    ),
    (
        "the path failed",
        streamed(lambda _body: [("failed", {"code": "x", "message": "Bitte später noch einmal."})]),
        "Bitte später noch einmal.",
    ),
    ("no stream", lambda _body: (200, "application/json", "{}"), "Antwort nicht lesbar"),
]


@pytest.mark.parametrize(("reply", "title"), [(reply, title) for _, reply, title in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_explained_and_nothing_typed_is_lost(desk: Desk, reply: Reply | None, title: str) -> None:
    if reply is not None:
        desk.server.replies["rewrite"] = desk.server.replies["draft"] = reply
    before = desk.body.inner_html()
    desk.press("Verständlich machen")
    expect(desk.page.get_by_role("alert")).to_contain_text(title)
    expect(desk.button("Erneut versuchen")).to_be_visible()
    assert desk.body.inner_html() == before
    desk.task("Brief")
    desk.field("Stichpunkte").fill("Mietvertrag fehlt")
    desk.press("Brief entwerfen")
    expect(desk.page.get_by_role("alert")).to_contain_text(title)
    expect(desk.field("Stichpunkte")).to_have_value("Mietvertrag fehlt")
    desk.server.replies["draft"] = streamed(lambda body: [("answer", answer(body["notes"], "Der Brief.", ledger=None))])
    desk.press("Erneut versuchen")
    expect(desk.page.get_by_label("Der Entwurf", exact=True)).to_have_text("Der Brief.")


def test_a_running_rewrite_can_be_stopped(desk: Desk) -> None:
    desk.page.unroute("**/api/compose/*")
    desk.page.route("**/api/compose/rewrite", lambda _route: None)
    desk.press("Verständlich machen")
    desk.press("Abbrechen")
    expect(desk.button("Abbrechen")).to_have_count(0)
    expect(desk.page.get_by_role("alert")).to_have_count(0)


def test_a_check_marks_the_places_and_jumps_to_them(desk: Desk) -> None:
    text = "🙂🙂 Zwecks Zahlung auf DE02 1203 0000."
    desk.write(f"<p>{text}</p>")
    finding = {
        **place(text, "DE02 1203 0000"),
        "type": "IBAN",
        "rule": "D-2",
        "action": "mask",
        "title": "Bankverbindungen",
        "reason": "Eine IBAN.",
        "advice": "Später eintragen.",
        "warning": False,
    }
    remark = {**place(text, "Zwecks"), "detector": "w", "weight": "yellow", "reason": "Steif.", "suggestion": "für"}
    checked = {
        "decision": "mask",
        "findings": [finding],
        "labels": [],
        "remarks": [remark],
        "scores": SCORES,
        "verdict": "Der Text ist schwer zu lesen.",
        "frozen": [],
    }
    desk.server.replies["check"] = lambda _body: (200, "application/json", json.dumps(checked))
    desk.task("Prüfen")
    desk.press("Text prüfen")
    page = desk.page
    expect(page.get_by_role("heading", name="Ergebnis der Prüfung")).to_be_focused()
    assert desk.server.sent[0][1] == {"text": text}
    view = page.get_by_label("Geprüfter Text mit markierten Stellen")
    expect(view.locator("mark.mask")).to_have_text("DE02 1203 0000")
    expect(view.locator("mark.yellow")).to_have_text("Zwecks")
    expect(desk.says("Der Text ist schwer zu lesen.")).to_be_visible()
    desk.button("Zur Stelle").nth(1).click()
    expect(view.locator("mark.yellow")).to_be_focused()


def test_a_letter_shows_its_gaps_and_asks_before_it_is_used_with_them(desk: Desk) -> None:
    letter = "Sehr geehrte [Name],\n\nbitte kommen Sie am [Datum].\n\nGruß [Name]"
    desk.server.replies["draft"] = streamed(
        lambda body: [("answer", answer(body["notes"], letter, ledger=None, gaps=["[Name]", "[Datum]"]))]
    )
    page = desk.page
    desk.task("Brief")
    desk.press("Brief entwerfen")
    expect(desk.says("Noch keine Stichpunkte")).to_be_visible()
    desk.field("Stichpunkte").fill("Termin nennen")
    page.get_by_label("Art des Schreibens").select_option(label="Absage")
    desk.field("An wen (freiwillig)").fill("Frau Krämer")
    desk.press("Brief entwerfen")
    assert desk.page.get_by_label("Der Entwurf", exact=True).locator("mark.gap").all_inner_texts() == [
        "[Name]",
        "[Datum]",
        "[Name]",
    ]
    _, body, _ = desk.server.sent[0]
    assert body == {"notes": "Termin nennen", "letter_kind": "absage", "fields": {"recipient": "Frau Krämer"}}
    page.get_by_label("Name", exact=True).fill("Frau Krämer")
    expect(desk.says("Noch 1 Lücke offen.")).to_be_visible()

    before = desk.body.inner_html()
    desk.press("In die Nachricht einfügen")
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("[Datum]")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert desk.body.inner_html() == before
    desk.press("In die Nachricht einfügen")
    desk.press("Mit Lücken verwenden")
    expect(desk.body).to_contain_text("bitte kommen Sie am [Datum].")
    desk.press("Einfügen zurücknehmen")
    expect(desk.says("Das Einfügen ist zurückgenommen")).to_be_visible()
    assert desk.body.inner_html() == before

    page.get_by_label("Datum", exact=True).fill("3. Mai 2027")
    desk.press("In die Nachricht einfügen")
    expect(dialog).to_have_count(0)
    expect(desk.body).to_contain_text("bitte kommen Sie am 3. Mai 2027.")


def test_everything_can_be_done_with_the_keyboard(desk: Desk) -> None:
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "Neu."))])
    page = desk.page
    page.get_by_label("Angemeldet als").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('fluent-radio-group') !== null"):
            break
    page.keyboard.press("ArrowDown")
    expect(page.locator("#level-einfach")).to_have_js_property("checked", True)
    page.keyboard.press("Tab")
    expect(desk.button("Verständlich machen")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Vorschlag")).to_be_focused()
    assert desk.server.sent[0][1]["level"] == "einfach"
    page.locator("fluent-tab", has_text="Verständlich machen").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tabpanel", name="Prüfen")).to_be_visible()
    expect(page.get_by_role("tabpanel", name="Verständlich machen")).to_be_hidden()


def test_every_control_has_a_name_and_the_page_its_landmarks(desk: Desk) -> None:
    desk.write("<p>Alt.</p>")
    facts = [entry("missing", "Betrag fehlt.", {"start": 0, "end": 3, "text": "Alt"}, None)]
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "Neu.", facts))])
    desk.press("Verständlich machen")
    desk.page.get_by_role("heading", name="Vorschlag").wait_for()
    tree: Any = desk.page.context.new_cdp_session(desk.page)
    seen: set[str] = set()
    for task in ("Prüfen", "Brief", "Verständlich machen"):
        desk.task(task)
        nodes: list[dict[str, Any]] = tree.send("Accessibility.getFullAXTree")["nodes"]
        for node in nodes:
            role = node.get("role", {}).get("value", "")
            if role in {
                "button",
                "checkbox",
                "radio",
                "radiogroup",
                "textbox",
                "combobox",
                "tab",
                "tabpanel",
                "region",
            }:
                assert node.get("name", {}).get("value", "").strip(), (task, node)
                seen.add(role)
    assert seen == {"button", "checkbox", "radio", "radiogroup", "textbox", "combobox", "tab", "tabpanel", "region"}
    expect(desk.page.get_by_role("main")).to_have_count(1)
    expect(desk.page.locator("[role=status][aria-live=polite]")).to_have_count(1)
    assert desk.page.locator("html").get_attribute("lang") == "de"


@pytest.mark.parametrize("width", [320, 420, 900])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_cut_off_at_any_width(browser: Browser, product: Product, width: int, scheme: Any) -> None:
    context = browser.new_context(
        locale="de-DE", viewport=ViewportSize(width=width, height=800), color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    server = Server({"rewrite": streamed(lambda body: [("answer", answer(body["text"], body["text"] + " Neu."))])})
    page.route("**/api/compose/*", server.handle)
    page.goto(f"{product.address}/outlook/")
    page.get_by_label("Angemeldet als").wait_for()
    page.locator("#rewrite-start").click()
    page.get_by_role("heading", name="Vorschlag").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    light = sum(int(part) for part in re.findall(r"\d+", background)[:3]) > 380
    assert light == (scheme == "light")
    columns = page.evaluate(
        "getComputedStyle(document.querySelector('.side-by-side')).gridTemplateColumns.split(' ').length"
    )
    assert columns == (2 if width == 900 else 1)
    context.close()


def test_no_text_is_left_in_address_storage_or_console(desk: Desk) -> None:
    canary = "Kanarienvogel4711"
    desk.write(f"<p>{canary}</p>")
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], f"{canary} neu"))])
    addresses: list[str] = []
    desk.page.on("request", lambda request: addresses.append(request.url))
    desk.press("Verständlich machen")
    desk.press("Übernehmen")
    expect(desk.body).to_have_text(f"{canary} neu")
    stored = desk.page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])"
    )
    assert canary not in stored
    assert all(canary not in address for address in [*addresses, desk.page.url])
    assert desk.trouble == []


# Stands for Outlook, which cannot run here: the calls of Office.js that the pane uses, on a mail body in a variable.
FAKE_OFFICE = """
(() => {
  const mail = window.fakeMail;
  const answer = (value, done) => { mail.running += 1; mail.most = Math.max(mail.most, mail.running);
    setTimeout(() => { mail.running -= 1; done(mail.broken ? { status: "failed", error: { message: "no" } }
      : { status: "succeeded", value }); }, 1); };
  const text = (options, done) => typeof options === "function" ? options : done;
  window.Office = {
    HostType: { Outlook: "Outlook" }, CoercionType: { Html: "html", Text: "text" },
    AsyncResultStatus: { Succeeded: "succeeded" }, MailboxEnums: { BodyMode: { HostConfig: 1 } },
    onReady: (callback) => { const info = { host: mail.host, platform: "OfficeOnline" };
      setTimeout(() => callback(info), 1); return Promise.resolve(info); },
    context: { officeTheme: mail.theme, mailbox: { item: {
      getSelectedDataAsync: (type, done) => answer({ data: mail.selected, sourceProperty: "body" }, done),
      internetHeaders: { setAsync: (headers, done) => { mail.headers = headers; answer(undefined, done); } },
      body: {
        getTypeAsync: (done) => answer(mail.type, done),
        getAsync: (type, options, done) => answer(mail.body, text(options, done)),
        setAsync: (content, options, done) => { mail.body = content; mail.set.push(options); answer(undefined, done); },
        setSelectedDataAsync: (content, options, done) => { mail.inserted.push([content, options.coercionType]);
          mail.body = mail.body.replace(mail.selected, content); answer(undefined, done); },
      } } } },
  };
})();
"""


@pytest.fixture
def outlook(context: BrowserContext, product: Product) -> Iterator[Callable[..., Desk]]:
    def opened(body: str, **mail: Any) -> Desk:
        page = context.new_page()
        server = Server()
        trouble = watched(page)
        state: dict[str, Any] = {
            "body": body, "type": "html", "selected": "", "host": "Outlook", "inserted": [], "set": [],
            "running": 0, "most": 0, "broken": False, "theme": {"bodyBackgroundColor": "#FFFFFF"},
        }  # fmt: skip
        page.add_init_script(f"window.fakeMail = {json.dumps(state | mail)}")
        page.route("**/api/compose/*", server.handle)
        page.route(OFFICE_JS, lambda route: route.fulfill(content_type="text/javascript", body=FAKE_OFFICE))
        page.goto(f"{product.address}/outlook/?_host_Info=Outlook$Web$16.01$de-DE$$$$0")
        page.get_by_label("Angemeldet als").wait_for()
        return Desk(page, server, trouble)

    yield opened


REPLY = (
    '<div>Es wird gebeten zu zahlen.</div><div><br></div><div id="appendonsend"></div>'
    '<div id="divRplyFwdMsg"><b>Von:</b> A</div><div>Alte Frage</div>'
)


def test_in_outlook_the_own_text_is_replaced_and_thread_and_structure_stay(outlook: Callable[..., Desk]) -> None:
    desk = outlook(REPLY)
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "Bitte zahlen Sie."))])
    assert desk.page.locator(".mail").count() == 0
    expect(desk.page.locator(".passage-text")).to_have_text("Es wird gebeten zu zahlen.")
    desk.press("Verständlich machen")
    desk.press("Übernehmen")
    expect(desk.says("Der Text steht in Ihrer Nachricht")).to_be_visible()
    mail = desk.page.evaluate("fakeMail")
    assert mail["body"] == REPLY.replace("Es wird gebeten zu zahlen.", "Bitte zahlen Sie.")
    assert mail["set"][0] == {"coercionType": "html", "bodyMode": 1}
    assert mail["most"] == 1
    desk.press("Original wiederherstellen")
    expect(desk.says("Das Original ist wiederhergestellt")).to_be_visible()
    assert desk.page.evaluate("fakeMail.body") == REPLY


def test_in_outlook_a_text_of_a_model_is_marked_for_machines(outlook: Callable[..., Desk]) -> None:
    desk = outlook(REPLY)
    desk.server.replies["rewrite"] = streamed(
        lambda body: [("answer", answer(body["text"], "Bitte zahlen Sie.", by_model=True))]
    )
    desk.press("Verständlich machen")
    desk.press("Übernehmen")
    expect(desk.says("Der Text steht in Ihrer Nachricht")).to_be_visible()
    mail = desk.page.evaluate("fakeMail")
    assert 'data-ki-unterstuetzt="ja"' in mail["body"].partition("appendonsend")[0]
    assert "data-ki" not in mail["body"].partition("appendonsend")[2]
    assert mail["headers"] == {"X-KI-Unterstuetzt": "ja"}


def test_in_outlook_a_selection_is_replaced_only_while_it_stands(outlook: Callable[..., Desk]) -> None:
    desk = outlook(REPLY, selected="Es wird gebeten")
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "Bitte <b>"))])
    desk.press("Verständlich machen")
    desk.page.get_by_role("heading", name="Vorschlag").wait_for()
    desk.page.evaluate("fakeMail.selected = 'zahlen'")
    desk.press("Übernehmen")
    expect(desk.says("hat sich inzwischen geändert")).to_be_visible()
    assert desk.page.evaluate("fakeMail.inserted") == []
    desk.page.evaluate("fakeMail.selected = 'Es wird gebeten'")
    desk.press("Übernehmen")
    expect(desk.says("Der Text steht in Ihrer Nachricht")).to_be_visible()
    assert desk.page.evaluate("fakeMail.inserted") == [["Bitte &lt;b&gt;", "html"]]


def test_in_outlook_a_lost_selection_does_not_send_the_whole_text(outlook: Callable[..., Desk]) -> None:
    desk = outlook(REPLY, selected="Es wird gebeten")
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "x"))])
    expect(desk.says("Ihre Auswahl, 3 Wörter.")).to_be_visible()
    desk.page.evaluate("fakeMail.selected = ''")
    desk.press("Verständlich machen")
    expect(desk.says("Ihre Auswahl besteht nicht mehr")).to_be_visible()
    assert desk.server.sent == []
    desk.press("Verständlich machen")
    desk.page.get_by_role("heading", name="Vorschlag").wait_for()
    assert desk.server.sent[0][1]["text"] == "Es wird gebeten zu zahlen."


def test_in_outlook_a_plain_text_mail_stays_plain_text(outlook: Callable[..., Desk]) -> None:
    body = "Es wird gebeten.\n\n-----Ursprüngliche Nachricht-----\nVon: A\nAlte Frage"
    desk = outlook(body, type="text")
    desk.server.replies["rewrite"] = streamed(lambda sent: [("answer", answer(sent["text"], "Bitte <b>."))])
    desk.press("Verständlich machen")
    desk.press("Übernehmen")
    expect(desk.says("Der Text steht in Ihrer Nachricht")).to_be_visible()
    assert desk.server.sent[0][1]["text"] == "Es wird gebeten."
    assert desk.page.evaluate("fakeMail.body") == body.replace("Es wird gebeten.", "Bitte <b>.")


def test_in_outlook_a_call_that_fails_is_explained(outlook: Callable[..., Desk]) -> None:
    desk = outlook(REPLY, broken=True)
    expect(desk.says("Outlook hat die Anfrage nicht ausgeführt.")).to_be_visible()
    desk.page.evaluate("fakeMail.broken = false")
    desk.press("Neu einlesen")
    expect(desk.page.locator(".passage-text")).to_have_text("Es wird gebeten zu zahlen.")


def test_outlooks_dark_theme_is_followed(outlook: Callable[..., Desk]) -> None:
    desk = outlook(REPLY, theme={"bodyBackgroundColor": "#1F1F1F"})
    assert desk.page.locator("html").get_attribute("data-theme") == "dark"


def test_without_office_js_the_pane_still_works_as_a_text_field(context: BrowserContext, product: Product) -> None:
    page = context.new_page()
    page.route("**/api/compose/*", Server().handle)
    page.route(OFFICE_JS, lambda route: route.abort())
    page.goto(f"{product.address}/outlook/?host=outlook")
    expect(page.locator(".pane").get_by_text("Die Verbindung zu Outlook kam nicht zustande.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Nachrichtentext")).to_be_visible()


def test_office_js_is_not_loaded_in_an_ordinary_browser(context: BrowserContext, product: Product) -> None:
    page = context.new_page()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{product.address}/outlook/")
    page.get_by_label("Angemeldet als").wait_for()
    assert all(address.startswith((product.address, "data:")) for address in addresses), addresses


TASKS: dict[str, Any] = {
    "tasks": [
        {
            "id": "kurztext", "title": "Kurztext", "group": "Neu schreiben", "hint": "Kurz.", "material": "Text",
            "rules": False, "without_model": "Ohne Modell kürzt Amtsklar.", "published": True, "departments": ["alle"],
            "fields": [
                {"id": "laenge", "title": "Länge", "kind": "auswahl", "required": False,
                 "choices": [{"id": "600", "title": "lang"}, {"id": "280", "title": "kurz"}]},
                {"id": "punkte", "title": "Was hinein soll", "kind": "text", "required": True, "choices": []},
            ],
        },
    ],
    "examples": [
        {"id": "b", "department": "Bücherei", "title": "Öffnung", "task": "kurztext", "text": "Offen ab 10 Uhr.",
         "letter_kind": "", "fields": {"laenge": "280", "punkte": "alle"}, "caution": "Nur eigene Texte."},
    ],
    "tips": {"guide": [{"title": "Kurz", "text": "Ein Satz."}], "practice": [{"title": "Lesen", "text": "Laut."}]},
    "refused": [{"wish": "Aufnahme abtippen", "rule": "N-1", "instead": "Notizen glätten."}],
}  # fmt: skip


def test_an_example_is_one_click_away_and_an_added_fact_holds_its_text_back(desk: Desk) -> None:
    desk.server.replies["tasks"] = lambda _body: (200, "application/json", json.dumps(TASKS))
    text = "Offen ab 10 Uhr am 3. Mai."
    marking = {"label": "KI-unterstützt erstellt", "ask": True, "reminder": "Bitte lesen."}
    seen = [{"message": "Datum neu: „3. Mai“", "source": None, "rewrite": None}]
    desk.server.replies["task"] = streamed(
        lambda body: [
            ("answer", answer(body["text"], text, ledger=None, by_model=True, must_see=seen, marking=marking))
        ]
    )
    page = desk.page
    desk.task("Mehr")
    expect(desk.says("Dafür braucht Amtsklar ein Sprachmodell")).to_be_visible()
    desk.press("Schreiben lassen")
    expect(desk.says("Es fehlt noch eine Angabe")).to_be_visible()
    page.get_by_label("Beispiele aus den Abteilungen").select_option(label="Bücherei")
    desk.press("Öffnung")
    expect(desk.says("Nur eigene Texte.")).to_be_visible()
    desk.press("Schreiben lassen")
    expect(desk.says("Datum neu: „3. Mai“")).to_be_visible()
    sent = [body for name, body, _ in desk.server.sent if name == "task"]
    assert sent == [
        {
            "task": "kurztext",
            "text": "Offen ab 10 Uhr.",
            "letter_kind": "",
            "fields": {"laenge": "280", "punkte": "alle"},
        }
    ]
    expect(desk.button("In die Nachricht einfügen")).to_have_js_property("disabled", True)
    page.locator('fluent-checkbox[aria-label^="Gesehen"]').click()
    expect(desk.button("In die Nachricht einfügen")).to_have_js_property("disabled", False)
    page.get_by_label("Hinweis anfügen").check()
    desk.press("In die Nachricht einfügen")
    expect(desk.body).to_contain_text("Offen ab 10 Uhr am 3. Mai.")
    expect(desk.body).to_contain_text("KI-unterstützt erstellt")
    assert 'data-ki-unterstuetzt="ja"' in desk.body.inner_html()
    expect(page.get_by_text("Was nicht geht, und was stattdessen")).to_be_visible()


def found(view: Locator) -> str:
    """What stands out after a jump; the comparison of words may cut it into pieces."""
    view.locator(".found").first.wait_for()
    return "".join(view.locator(".found").all_inner_texts())


def rewriting_task() -> dict[str, Any]:
    kind = TASKS["tasks"][0] | {"id": "freundlicher", "title": "Freundlicher formulieren", "rules": True, "fields": []}
    return TASKS | {"tasks": [kind]}


def test_a_rewriting_task_is_compared_and_takes_the_place_of_the_text_it_was_read_from(desk: Desk) -> None:
    desk.server.replies["tasks"] = lambda _body: (200, "application/json", json.dumps(rewriting_task()))
    source, text = "Zahlen Sie bis zum 3. Mai.", "Bitte zahlen Sie bis zum 4. Mai."
    facts = [entry("changed", "Datum geändert", place(source, "3. Mai"), place(text, "4. Mai"))]
    desk.server.replies["task"] = streamed(lambda body: [("answer", answer(body["text"], text, facts))])
    desk.write(f"<p>{source}</p>")
    desk.task("Mehr")
    desk.press("Text aus der Nachricht holen")
    expect(desk.page.get_by_label("Text", exact=True)).to_have_value(source)
    desk.press("Schreiben lassen")
    expect(desk.page.get_by_label("Vorher: der ursprüngliche Text")).to_contain_text("3. Mai")
    after = desk.page.get_by_label("Nachher: der Vorschlag")
    expect(after).to_contain_text("4. Mai")
    expect(desk.button("Übernehmen")).to_have_js_property("disabled", True)
    desk.press("Nachher zeigen")
    assert found(after) == "4. Mai"
    desk.page.locator('fluent-checkbox[aria-label^="Gesehen"]').click()
    desk.press("Übernehmen")
    expect(desk.body).to_have_text(text)
    desk.press("Original wiederherstellen")
    expect(desk.body).to_have_text(source)


def test_a_rewriting_task_on_a_typed_text_is_inserted_and_replaces_nothing(desk: Desk) -> None:
    desk.server.replies["tasks"] = lambda _body: (200, "application/json", json.dumps(rewriting_task()))
    desk.server.replies["task"] = streamed(lambda body: [("answer", answer(body["text"], "Bitte kommen Sie."))])
    desk.write("<p>Mein Brief.</p>")
    desk.task("Mehr")
    desk.page.get_by_label("Text", exact=True).fill("Kommen Sie.")
    desk.press("Schreiben lassen")
    expect(desk.button("Übernehmen")).to_have_count(0)
    desk.press("In die Nachricht einfügen")
    expect(desk.body).to_contain_text("Bitte kommen Sie.")
    expect(desk.body).to_contain_text("Mein Brief.")
    desk.press("Einfügen zurücknehmen")
    expect(desk.body).to_have_text("Mein Brief.")


def test_what_has_to_be_seen_beside_the_facts_holds_a_rewrite_back_too(desk: Desk) -> None:
    text = "Wir freuen uns auf Sie im Rathaus."
    warning = "„im Rathaus“ steht nicht in Ihrem Text."
    seen = [{"message": warning, "source": None, "rewrite": place(text, "im Rathaus")}]
    desk.server.replies["rewrite"] = streamed(
        lambda body: [("answer", answer(body["text"], text, must_see=seen, warnings=[warning]))]
    )
    desk.press("Verständlich machen")
    expect(desk.says(warning)).to_have_count(1)
    expect(desk.button("Übernehmen")).to_have_js_property("disabled", True)
    desk.press("Nachher zeigen")
    assert found(desk.page.get_by_label("Nachher: der Vorschlag")) == "im Rathaus"
    desk.page.locator('fluent-checkbox[aria-label^="Gesehen"]').click()
    expect(desk.button("Übernehmen")).to_have_js_property("disabled", False)


def test_a_draft_shows_its_material_and_the_places_to_see_also_after_a_gap_was_filled(desk: Desk) -> None:
    notes, text = "Fest am 3. Mai", "Ort: [Ort]. Das Fest ist am 4. Mai."
    seen = [{"message": "Datum anders", "source": place(notes, "3. Mai"), "rewrite": place(text, "4. Mai")}]
    marking = {"label": "KI-unterstützt erstellt", "ask": False, "reminder": "Bitte lesen."}
    made = answer(notes, text, ledger=None, by_model=True, gaps=["[Ort]"], must_see=seen, marking=marking)
    desk.server.replies["draft"] = streamed(lambda _body: [("answer", made)])
    desk.task("Brief")
    desk.field("Stichpunkte").fill(notes)
    desk.press("Brief entwerfen")
    desk.page.get_by_label("Ort", exact=True).fill("Marktplatz am Brunnen")
    desk.press("Nachher zeigen")
    assert found(desk.page.get_by_label("Der Entwurf", exact=True)) == "4. Mai"
    desk.press("Vorher zeigen")
    assert found(desk.page.get_by_label("Ihre Angaben", exact=True)) == "3. Mai"
    expect(desk.says("Wird der Text veröffentlicht?")).to_have_count(0)


def test_a_text_without_a_model_carries_no_ai_mark(desk: Desk) -> None:
    desk.server.replies["rewrite"] = streamed(lambda body: [("answer", answer(body["text"], "Neu."))])
    desk.press("Verständlich machen")
    desk.press("Übernehmen")
    expect(desk.says("Der Text steht in Ihrer Nachricht")).to_be_visible()
    assert "data-ki" not in desk.body.inner_html()


@pytest.fixture
def whole(context: BrowserContext, product: Product) -> Iterator[Desk]:
    """The pane on the whole product: nothing is scripted."""
    page = context.new_page()
    trouble = watched(page)
    page.goto(f"{product.address}/outlook/")
    page.get_by_label("Angemeldet als").wait_for()
    yield Desk(page, Server(), trouble)
    assert [line for line in trouble if "Failed to load resource" not in line] == []


def tick_everything(desk: Desk) -> None:
    for box in desk.page.locator(".ledger fluent-checkbox").all():
        box.click()


def test_whole_product_a_clerk_makes_a_reply_understandable(whole: Desk, product: Product) -> None:
    canary = "Kanarienstraße"
    whole.write(
        f"<p>Sehr geehrte Frau Krämer,</p><p>bezüglich Ihres Antrags in der {canary} wird mitgeteilt, dass zwecks "
        "Bearbeitung die Vorlage des Mietvertrags bis zum <b>15. Januar 2027</b> erforderlich ist.</p>"
        '<div id="Signature">Jana Weber</div><div id="divRplyFwdMsg"><b>Von:</b> Helga Krämer</div><p>Alte Frage?</p>'
    )
    whole.press("Verständlich machen")
    page = whole.page
    expect(page.get_by_role("heading", name="Vorschlag")).to_be_visible()
    after = page.get_by_label("Nachher: der Vorschlag")
    expect(after).to_contain_text("15. Januar 2027")
    expect(after).to_contain_text("Krämer")
    assert page.get_by_label("Nachher: der Vorschlag").locator("ins").count() > 0
    tick_everything(whole)
    whole.press("Übernehmen")
    expect(whole.says("Der Text steht in Ihrer Nachricht")).to_be_visible()
    written = whole.body.inner_html()
    assert "<b>15. Januar 2027</b>" in written and "erforderlich ist" not in written
    assert written.endswith(
        '<div id="Signature">Jana Weber</div><div id="divRplyFwdMsg"><b>Von:</b> Helga Krämer</div><p>Alte Frage?</p>'
    )
    assert canary not in product.log.read_text() and "Krämer" not in product.log.read_text()


def test_whole_product_without_training_nothing_is_processed(whole: Desk) -> None:
    whole.page.get_by_label("Angemeldet als").select_option(label="Tobias Lindner (nicht geschult)")
    whole.press("Verständlich machen")
    expect(whole.page.get_by_role("link", name="Zur Schulung")).to_be_visible()
    expect(whole.button("Erneut prüfen")).to_be_visible()
    whole.task("Prüfen")
    whole.press("Text prüfen")
    expect(whole.page.locator("#panel-check").get_by_role("link", name="Zur Schulung")).to_be_visible()


def test_whole_product_a_marked_text_is_blocked_with_its_rule(whole: Desk) -> None:
    whole.write(
        "<p>VS – NUR FÜR DEN DIENSTGEBRAUCH</p><p>Die Alarmpläne des Rathauses werden zwecks Prüfung versandt.</p>"
    )
    whole.press("Verständlich machen")
    alert = whole.page.get_by_role("alert")
    expect(alert).to_contain_text("darf nicht verarbeitet werden")
    expect(alert).to_contain_text(re.compile(r"Regel [A-Z]+-?\d+"))
    expect(alert).to_contain_text("Was Sie tun können:")


def test_whole_product_a_check_finds_an_account_number_and_heavy_wording(whole: Desk) -> None:
    iban = "DE02 1203 0000 0000 2020 51"
    whole.write(
        f"<p>🙂 Wir erstatten den Betrag auf das Konto {iban}.</p>"
        "<p>Es wird gebeten, die nachfolgend genannten Unterlagen einzureichen.</p>"
    )
    whole.task("Prüfen")
    whole.press("Text prüfen")
    view = whole.page.get_by_label("Geprüfter Text mit markierten Stellen")
    expect(whole.page.get_by_role("heading", name="Ergebnis der Prüfung")).to_be_focused()
    marked = view.locator("mark.mask, mark.block").all_inner_texts()
    assert "".join(marked).replace(" ", "").find(iban.replace(" ", "")) >= 0
    heavy = view.locator("mark.info, mark.yellow, mark.red").all_inner_texts()
    assert {"Es wird gebeten", "nachfolgend"} <= set(heavy)


def test_whole_product_notes_become_a_letter_with_gaps(whole: Desk) -> None:
    whole.task("Brief")
    whole.field("Stichpunkte").fill("Einladung zum Elternabend in der Kita Sonnenschein, Beginn 19:30 Uhr")
    whole.press("Brief entwerfen")
    letter = whole.page.get_by_label("Der Entwurf", exact=True)
    expect(letter).to_contain_text("19:30 Uhr")
    expect(letter).to_contain_text("Elternabend")
    expect(letter.locator("mark.gap").first).to_be_visible()
    whole.press("In die Nachricht einfügen")
    whole.press("Mit Lücken verwenden")
    expect(whole.body).to_contain_text(letter.inner_text().split("\n")[0])


def test_whole_product_every_department_has_examples_and_rules_say_what_they_cannot_do(whole: Desk) -> None:
    page = whole.page
    whole.task("Mehr")
    departments = page.get_by_label("Beispiele aus den Abteilungen")
    departments.wait_for()
    assert departments.locator("option").count() > 20
    departments.select_option(label="Führungskräfte")
    whole.press("Zweitägige Klausur planen")
    whole.press("Schreiben lassen")
    expect(whole.says("Diese Aufgabe braucht ein Sprachmodell.")).to_be_visible()
    expect(whole.button("Erneut versuchen")).to_have_count(0)
    departments.select_option(label="IT und Digitalisierung")
    whole.press("Störungsmeldung an alle")
    whole.press("Schreiben lassen")
    expect(page.get_by_role("heading", name="Vorschlag")).to_be_visible()
    expect(page.get_by_label("Vorher: der ursprüngliche Text")).to_contain_text("17")
    expect(page.get_by_label("Nachher: der Vorschlag")).to_contain_text("17 bis 20 Uhr")

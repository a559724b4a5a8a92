"""The clerk's work in Microsoft's own Teams simulator: `make run`'s start, real Chromium, real cards."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
CHROMIUM = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
LETTER = """Sehr geehrter Herr Müller,

hiermit teilen wir Ihnen mit, dass die Entrichtung der Gebühr in Höhe von 35,00 EUR bis zum 28.02.2027 auf das \
Konto DE89 3704 0044 0532 0130 00 zu erfolgen hat. Es wird darauf hingewiesen, dass die Halle geschlossen ist.

Rechtsbehelfsbelehrung
Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden.

Mit freundlichen Grüßen
Im Auftrag
Schmidt"""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Product:
    """The product as `make run` starts it, on free ports."""

    def __init__(self, person: str = "") -> None:
        self.playground = free_port()
        environment = {
            **os.environ,
            "AMTSKLAR_PORT": str(free_port()),
            "AMTSKLAR_PLAYGROUND_PORT": str(self.playground),
            "AMTSKLAR_PERSON": person,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dev.run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "Strg-C" in line:
                return
        raise AssertionError("the product did not start")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.playground}"

    def stop(self) -> int:
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=20)
        return self._process.returncode


class Chat:
    """The chat in the Playground, as a person uses it."""

    def __init__(self, page: Any) -> None:
        self.page = page

    @classmethod
    def open(cls, browser: Any, product: Product) -> "Chat":
        page = browser.new_page(viewport={"width": 1200, "height": 1300})
        page.goto(product.url)
        chat = cls(page)
        # The Playground takes messages once the bot has answered to its installation.
        chat.sees("installationUpdate 200")
        return chat

    def say(self, text: str) -> None:
        box = self.page.get_by_role("textbox").last
        box.click()
        for number, line in enumerate(text.split("\n")):
            if number:
                self.page.keyboard.press("Shift+Enter")
            self.page.keyboard.insert_text(line)
        self.page.keyboard.press("Enter")

    def press(self, title: str) -> None:
        self.page.get_by_role("button", name=title, exact=True).last.click()

    def sees(self, text: str) -> None:
        self.page.get_by_text(text).last.wait_for(state="visible", timeout=15_000)

    @property
    def everything(self) -> str:
        return self.page.inner_text("body")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "Chromium fehlt: make setup"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    started = Product()
    yield started
    assert started.stop() == 0


@pytest.fixture
def chat(browser: Any, product: Product) -> Iterator[Chat]:
    chat = Chat.open(browser, product)
    yield chat
    chat.page.close()


def test_the_welcome_card_says_it_is_a_ki_and_offers_three_examples(browser: Any) -> None:
    product = Product()
    try:
        chat = Chat.open(browser, product)
        chat.sees("ich bin Amtsklar")
        chat.sees("künstlicher Intelligenz")
        chat.press("Nachforderung verständlich machen")
        chat.sees("Ihr Text, bürgernah")
        chat.page.close()
    finally:
        assert product.stop() == 0


def test_a_pasted_letter_is_rewritten_checked_and_can_be_made_simpler(chat: Chat) -> None:
    chat.say(LETTER)
    chat.sees("Ihr Text, bürgernah")
    chat.sees("alle erhalten")
    chat.sees("vor der Verarbeitung ersetzt und wieder eingesetzt")
    chat.sees("Geschrieben von: Regeln von Amtsklar")
    chat.sees("Bleibt im Wortlaut")
    chat.sees("DE89 3704 0044 0532 0130 00")
    chat.press("Einfacher")
    chat.sees("Einfacher Sprache")
    chat.press("Kürzer")
    chat.sees("gekürzt")
    chat.press("Text zum Kopieren")
    chat.press("Original")
    chat.sees("hiermit teilen wir Ihnen mit")


def test_a_forbidden_use_is_refused_with_rule_and_alternative(chat: Chat) -> None:
    chat.say("Bitte transkribiere mir die Aufnahme der Sitzung von gestern.")
    chat.sees("N-1")
    chat.sees("bleibt im Chat")


def test_a_letter_is_drafted_from_the_form(chat: Chat) -> None:
    chat.say("Brief")
    chat.sees("Stichpunkte")


def test_an_untrained_person_is_refused_and_learns_where_the_course_is(browser: Any) -> None:
    product = Product("Tobias Lindner")
    try:
        chat = Chat.open(browser, product)
        chat.say(LETTER)
        chat.sees("KI-Schulung")
        chat.press("Erneut prüfen")
        assert "Ihr Text, bürgernah" not in chat.everything
        chat.page.close()
    finally:
        assert product.stop() == 0


def test_a_taken_port_is_said_with_what_to_do() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "-m", "dev.run"],
            cwd=ROOT,
            env={**os.environ, "AMTSKLAR_PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert f"Port {port}" in result.stderr
    assert "AMTSKLAR_PORT=" in result.stderr

"""Signing in inside Outlook, in Chromium: the built pane and the real sign-in library.

Outlook and Entra cannot run here. The bridge of nested app authentication and Office's dialog are stand-ins with the
messages of the real ones; the server's answers are scripted at the network.
"""

import base64
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, override
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from outlook.static_files import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
OFFICE_JS = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
API = "44444444-4444-4444-8444-444444444444"
TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
SCOPE = f"api://{API}/access_as_user"
SIGN_IN = {
    "local": False,
    "client_id": API,
    "authority": f"https://login.microsoftonline.com/{TENANT}",
    "scope": SCOPE,
}
CLIENT_INFO = base64.urlsafe_b64encode(json.dumps({"uid": "o", "utid": TENANT}).encode()).decode().rstrip("=")
INFO: dict[str, Any] = {
    "version": "1.2.3",
    "writer": "je nach Stadt",
    "by_model": False,
    "local": False,
    "rules": [],
    "letter_kinds": [],
    "course_url": "",
    "contact": "",
    "text_limit": 100_000,
}


def jwt(**claims: object) -> str:
    """A token as far as the library in the browser looks at it."""
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2ln"])


ID_TOKEN = jwt(aud=API, oid="o", tid=TENANT, ver="2.0", preferred_username="jana@musterstadt.example")

# Stands for Office.js with a mail, and for the bridge that Outlook puts into the page.
OFFICE = """
(() => {
  const set = window.planned;
  const done = (value, callback) => setTimeout(() => callback({ status: "succeeded", value }), 1);
  window.messages = [];
  window.dialogs = [];
  window.Office = {
    HostType: { Outlook: "Outlook" }, CoercionType: { Html: "html", Text: "text" },
    AsyncResultStatus: { Succeeded: "succeeded" }, MailboxEnums: { BodyMode: { HostConfig: 1 } },
    EventType: { DialogMessageReceived: "message", DialogEventReceived: "event" },
    onReady: (callback) => { const info = { host: "Outlook" }; setTimeout(() => callback?.(info), 1);
      return Promise.resolve(info); },
    context: {
      officeTheme: {},
      requirements: { isSetSupported: (name) => name === "NestedAppAuth" && set.nested },
      ui: {
        messageParent: (message, options) => { window.messages.push([message, options]);
          document.documentElement.dataset.told = "1"; },
        displayDialogAsync: (url, options, opened) => {
          window.dialogs.push(url);
          const handlers = {};
          setTimeout(() => opened({ status: "succeeded", value: { close: () => undefined,
            addEventHandler: (kind, handler) => { handlers[kind] = handler; } } }), 1);
          setTimeout(() => set.closed ? handlers.event({ error: 12006 })
            : (handlers.message({ message: '{"value": "foreign", "ends": 1e15}', origin: "https://x.example" }),
               handlers.message({ message: set.dialogAnswer, origin: location.origin })), 20);
        },
      },
      mailbox: { item: {
        getSelectedDataAsync: (type, callback) => done({ data: "", sourceProperty: "body" }, callback),
        body: {
          setAsync: (content, options, callback) => done(undefined, callback),
          setSelectedDataAsync: (content, options, callback) => done(undefined, callback),
          getTypeAsync: (callback) => done("html", callback),
          getAsync: (type, options, callback) => done("<div>Es wird gebeten.</div>", callback ?? options),
        } } },
    },
  };
  const listeners = [];
  window.asked = [];
  if (set.nested) window.nestedAppAuthBridge = {
    addEventListener: (kind, listener) => { listeners.push(listener); },
    removeEventListener: () => undefined,
    postMessage: (text) => {
      const request = JSON.parse(text);
      window.asked.push(request);
      const answer = { messageType: "NestedAppAuthResponse", requestId: request.requestId, success: true };
      if (request.method === "GetInitContext")
        answer.initContext = { sdkName: "outlook", sdkVersion: "1", capabilities: {}, accountContext: {
          homeAccountId: "o.t", environment: "login.microsoftonline.com", tenantId: "t", username: "jana" } };
      else if (request.method === "GetToken" && set.interaction) { answer.success = false;
        answer.error = { status: "USER_INTERACTION_REQUIRED", code: "x", subError: "", description: "" }; }
      else if (set.refused) { answer.success = false;
        answer.error = { status: "USER_CANCEL", code: "x", subError: "", description: "" }; }
      else {
        const number = window.asked.filter((one) => one.method.startsWith("GetToken")).length;
        answer.token = { access_token: `access-${number}`, id_token: set.idToken, expires_in: set.seconds,
          scope: request.tokenParams.scope };
        answer.account = { homeAccountId: "o.t", environment: "login.microsoftonline.com", tenantId: "t",
          username: "jana", localAccountId: "o" };
      }
      setTimeout(() => listeners.forEach((listener) => listener(JSON.stringify(answer))), 1);
    },
  };
})();
"""


class _Files(SimpleHTTPRequestHandler):
    """The built pane with its headers."""

    @override
    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix("/outlook") or "/")

    @override
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        super().end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not (ROOT / "outlook" / "static" / "index.html").exists():
        subprocess.run(["npm", "run", "--silent", "build"], cwd=ROOT, check=True)
    handler = partial(_Files, directory=str(ROOT / "outlook" / "static"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield started
        started.close()


class Outlook:
    """The pane inside an Outlook of our own making, and what the server was sent."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.context = browser.new_context()
        self.page: Page = self.context.new_page()
        self.sent: list[tuple[str, str]] = []
        self.asked: dict[str, str] = {}
        self.redeemed: dict[str, str] = {}
        self.refuse_first = False
        self.page.route("**/api/compose/*", self._answer)
        self.page.route("https://login.microsoftonline.com/**", self._entra)
        self.page.on("console", lambda message: self.console.append(message.text))
        self.console: list[str] = []

    def open(self, path: str = "/outlook/?_host_Info=Outlook", **planned: object) -> Page:
        planned = {"nested": True, "interaction": False, "seconds": 3600, "idToken": ID_TOKEN} | planned
        self.page.add_init_script(f"window.planned = {json.dumps(planned)}")
        self.page.route(OFFICE_JS, lambda route: route.fulfill(content_type="text/javascript", body=OFFICE))
        self.page.goto(self.address + path)
        return self.page

    def check(self) -> None:
        """Press what sends a request."""
        self.page.locator("fluent-tab", has_text="Prüfen").click()
        self.page.locator('fluent-button:visible:text-is("Text prüfen")').click()

    def tokens(self, name: str) -> list[str]:
        """The Authorization headers of all requests with this name; empty for none."""
        return [header for sent, header in self.sent if sent == name]

    def _answer(self, route: Route) -> None:
        name = route.request.url.partition("/api/compose/")[2]
        header = route.request.headers.get("authorization", "")
        self.sent.append((name, header))
        if name == "signin":
            route.fulfill(json=SIGN_IN)
        elif name == "info":
            route.fulfill(json=INFO | ({"contact": "die Stadt", "course_url": "https://k.example/"} if header else {}))
        elif self.refuse_first and len(self.tokens(name)) == 1:
            route.fulfill(status=401, json={"title": "x"}, content_type="application/problem+json")
        else:
            route.fulfill(status=403, json={"title": "Angekommen", "detail": "", "next": ""},
                          content_type="application/problem+json")  # fmt: skip

    def _entra(self, route: Route) -> None:
        """Sign-in page and token endpoint: back at once with a code, then tokens for it."""
        url = urlsplit(route.request.url)
        if url.path.endswith("/authorize"):
            self.asked = dict(parse_qsl(url.query))
            back = urlencode({"code": "einmal", "state": self.asked["state"], "client_info": CLIENT_INFO})
            route.fulfill(status=302, headers={"Location": f"{self.asked['redirect_uri']}#{back}"})
            return
        self.redeemed = dict(parse_qsl(route.request.post_data or ""))
        now = int(time.time())
        claims = {"iss": f"{SIGN_IN['authority']}/v2.0", "sub": "s", "iat": now, "nbf": now, "exp": now + 3600}
        claims |= {"aud": API, "oid": "o", "tid": TENANT, "ver": "2.0", "nonce": self.asked["nonce"]}
        tokens = {"token_type": "Bearer", "scope": f"{SCOPE} openid profile", "expires_in": 3600}
        tokens |= {"access_token": "access-dialog", "id_token": jwt(**claims), "client_info": CLIENT_INFO}
        route.fulfill(json=tokens, headers={"Access-Control-Allow-Origin": "*"})


@pytest.fixture
def outlook(browser: Browser, address: str) -> Iterator[Outlook]:
    made = Outlook(browser, address)
    yield made
    made.context.close()


def test_the_pane_proves_the_person_with_an_access_token_for_our_scope(outlook: Outlook) -> None:
    page = outlook.open()
    expect(page.get_by_text("Fragen beantwortet die Stadt.")).to_be_visible()
    outlook.check()
    expect(page.locator(".pane").get_by_text("Angekommen")).to_be_visible()
    assert outlook.tokens("info") == ["", "Bearer access-1"]
    assert outlook.tokens("check") == ["Bearer access-1"]
    asked = page.evaluate("asked.filter((one) => one.method !== 'GetInitContext')")
    assert [one["method"] for one in asked] == ["GetToken"]
    assert SCOPE in asked[0]["tokenParams"]["scope"].split()
    assert asked[0]["tokenParams"]["clientId"] == API
    assert all("eyJ" not in header for _, header in outlook.sent)


def test_the_token_stays_in_memory(outlook: Outlook) -> None:
    page = outlook.open()
    expect(page.get_by_text("Fragen beantwortet die Stadt.")).to_be_visible()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "access-" not in kept and "eyJ" not in kept and "jana" not in kept
    assert "access-" not in " ".join(outlook.console)


def test_where_outlook_needs_the_person_it_asks_in_a_window_of_its_own(outlook: Outlook) -> None:
    page = outlook.open(interaction=True)
    expect(page.get_by_text("Fragen beantwortet die Stadt.")).to_be_visible()
    assert page.evaluate("asked.map((one) => one.method)") == ["GetInitContext", "GetToken", "GetTokenPopup"]


def test_a_token_that_ends_soon_is_renewed_before_the_next_request(outlook: Outlook) -> None:
    outlook.open(seconds=60)
    expect(outlook.page.get_by_text("Fragen beantwortet die Stadt.")).to_be_visible()
    outlook.check()
    expect(outlook.page.locator(".pane").get_by_text("Angekommen")).to_be_visible()
    first, last = outlook.tokens("info")[-1], outlook.tokens("check")[0]
    assert last.startswith("Bearer access-") and last != first


def test_a_token_the_server_does_not_take_is_renewed_once(outlook: Outlook) -> None:
    outlook.refuse_first = True
    outlook.open()
    expect(outlook.page.get_by_text("Fragen beantwortet die Stadt.")).to_be_visible()
    outlook.check()
    expect(outlook.page.locator(".pane").get_by_text("Angekommen")).to_be_visible()
    assert outlook.tokens("check") == ["Bearer access-1", "Bearer access-2"]


def test_who_does_not_sign_in_is_told_so_and_nothing_is_sent(outlook: Outlook) -> None:
    page = outlook.open(refused=True)
    expect(page.locator(".passage-text")).to_have_text("Es wird gebeten.")
    outlook.check()
    expect(page.locator(".pane").get_by_text("Anmeldung fehlt")).to_be_visible()
    assert outlook.tokens("check") == []


def test_an_old_outlook_signs_in_through_a_dialog_and_takes_tokens_from_our_own_address_alone(outlook: Outlook) -> None:
    given = json.dumps({"value": "from-dialog", "ends": 4_000_000_000_000})
    page = outlook.open(nested=False, dialogAnswer=given)
    expect(page.get_by_text("Fragen beantwortet die Stadt.")).to_be_visible()
    assert page.evaluate("dialogs") == [f"{outlook.address}/outlook/?anmeldung=1"]
    assert outlook.tokens("info") == ["", "Bearer from-dialog"]


@pytest.mark.parametrize("planned", [{"closed": True}, {"dialogAnswer": "{}"}, {"dialogAnswer": "kein JSON"}])
def test_a_dialog_without_a_token_signs_nobody_in(outlook: Outlook, planned: dict[str, Any]) -> None:
    page = outlook.open(nested=False, **planned)
    expect(page.locator(".passage-text")).to_have_text("Es wird gebeten.")
    outlook.check()
    expect(page.locator(".pane").get_by_text("Anmeldung fehlt")).to_be_visible()
    assert outlook.tokens("check") == []


def test_the_dialog_signs_in_hands_over_the_access_token_and_keeps_nothing(outlook: Outlook) -> None:
    page = outlook.open("/outlook/?anmeldung=1", nested=False)
    page.locator("html[data-told]").wait_for(state="attached")
    ((message, options),) = page.evaluate("messages")
    assert json.loads(message)["value"] == "access-dialog"
    assert options == {"targetOrigin": outlook.address}
    assert (outlook.asked["client_id"], outlook.asked["response_type"]) == (API, "code")
    assert SCOPE in outlook.asked["scope"].split()
    assert outlook.asked["redirect_uri"] == f"{outlook.address}/outlook/"
    assert outlook.asked["code_challenge_method"] == "S256" and outlook.redeemed["code_verifier"]
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])")
    assert "access-" not in kept and "eyJ" not in kept and "einmal" not in kept
    assert not page.locator(".pane").is_visible()


def test_an_ordinary_browser_never_loads_the_sign_in_library(outlook: Outlook) -> None:
    loaded: list[str] = []
    outlook.page.on("request", lambda request: loaded.append(request.url))
    outlook.open("/outlook/")
    expect(outlook.page.get_by_text("Es schreibt: je nach Stadt.")).to_be_visible()
    assert not [url for url in loaded if "signin" in url or not url.startswith((outlook.address, "data:"))]

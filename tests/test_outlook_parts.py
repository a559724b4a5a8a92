"""The pane's parts that need no server: mail HTML, offsets, word differences, single edits. They run in Chromium.

The TypeScript is bundled as it is; nothing stands in for it.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

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
PARTS = ("mailtext", "offsets", "diff", "edits")

OUTLOOK_REPLY = (
    "<div>Sehr geehrte Frau Krämer,</div><div><br></div><div>Ihr <b>Antrag</b> ist da.</div><div><br></div>"
    '<div id="Signature"><div>Jana Weber</div></div><div id="appendonsend"></div><hr>'
    '<div id="divRplyFwdMsg"><b>Von:</b> Helga Krämer<br><b>Gesendet:</b> Montag<br></div>'
    "<div>Wann ist es fertig?</div>"
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("parts")
    entry = folder / "parts.ts"
    entry.write_text(
        "".join(f'export * from "{ROOT}/outlook/pane/src/{part}.ts";\n' for part in PARTS), encoding="utf-8"
    )
    script = (
        "const { rolldown } = await import('rolldown');"
        f"const bundle = await rolldown({{ input: {json.dumps(str(entry))} }});"
        f"await bundle.write({{ file: {json.dumps(str(folder / 'parts.js'))}, format: 'iife', name: 'pane' }});"
    )
    subprocess.run(["node", "--input-type=module", "-e", script], cwd=ROOT, check=True, capture_output=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        opened = browser.new_page()
        opened.goto("about:blank")
        opened.add_script_tag(path=folder / "parts.js")
        yield opened
        browser.close()


def own(page: Page, html: str) -> str:
    return page.evaluate("html => new pane.Mail(html).text", html)


def replaced(page: Page, html: str, text: str) -> dict[str, Any]:
    return page.evaluate(
        "([html, text]) => { const mail = new pane.Mail(html); const { lost } = mail.replace(text);"
        " return { html: mail.html, lost, again: new pane.Mail(mail.html).text }; }",
        [html, text],
    )


def test_the_own_text_of_a_reply_ends_at_the_signature(page: Page) -> None:
    assert own(page, OUTLOOK_REPLY) == "Sehr geehrte Frau Krämer,\n\nIhr Antrag ist da."


@pytest.mark.parametrize(
    "thread",
    [
        '<div id="divRplyFwdMsg"><b>Von:</b> A</div><div>Geheim</div>',
        '<div id="appendonsend"></div><div>Geheim</div>',
        '<div id="mail-editor-reference-message-container"><div>Geheim</div></div>',
        '<div class="gmail_quote"><div>Am Mo. schrieb A:</div><blockquote>Geheim</blockquote></div>',
        '<div class="moz-cite-prefix">Am 3.11. schrieb A:</div><blockquote type="cite">Geheim</blockquote>',
        "<p>-----Ursprüngliche Nachricht-----</p><p>Von: A</p><p>Geheim</p>",
        "<div>Am 03.11.2026 um 10:12 schrieb Helga Krämer:</div><div>Geheim</div>",
        "<div>Am 03.11.2026 um 10:12 schrieb</div><div>Helga Krämer &lt;h@example.org&gt;:</div><div>Geheim</div>",
        "<p><b>Von:</b> Helga Krämer<br><b>Gesendet:</b> Montag<br><b>An:</b> Amt</p><p>Geheim</p>",
        "<div>________________________________</div><div>Von: A</div><div>Gesendet: B</div><div>Geheim</div>",
        "<div>-- </div><div>Geheim</div>",
        '<p class="MsoNormal"><a name="_MailAutoSig"></a>Jana Weber</p><p class="MsoNormal">Geheim</p>',
        '<div id="ms-outlook-mobile-signature">Geheim</div>',
        '<blockquote type="cite"><p>Geheim</p></blockquote>',
    ],
)
@pytest.mark.parametrize("wrapper", ["{}", "<div>{}</div>", '<div class="WordSection1"><div>{}</div></div>'])
def test_the_quoted_thread_and_the_signature_never_belong_to_the_own_text(
    page: Page, thread: str, wrapper: str
) -> None:
    assert own(page, wrapper.format("<p>Eigenes.</p>" + thread)) == "Eigenes."


def test_ordinary_sentences_are_not_taken_for_a_thread(page: Page) -> None:
    html = (
        "<p>Am 3. November schrieb ich Ihnen. Die Frist endet bald.</p>"
        "<p>Von: dem Termin hängt viel ab.</p><p>Ende.</p>"
    )
    assert own(page, html).endswith("Ende.")


def test_lists_tables_and_line_breaks_keep_their_lines(page: Page) -> None:
    html = (
        "<p>Bitte:<br>heute</p><ul><li>eins</li><li>zwei<ol><li>tief</li></ol></li></ul>"
        "<ol start='3'><li>drei</li></ol>"
        "<table><tr><th>Datum</th><th>Ort</th></tr><tr><td>3. Mai</td><td>Rathaus</td></tr></table>"
    )
    assert own(page, html) == ("Bitte:\nheute\n\n- eins\n- zwei\n  1. tief\n\n3. drei\n\nDatum\tOrt\n3. Mai\tRathaus")


def test_scripts_and_styles_are_no_text(page: Page) -> None:
    assert own(page, "<style>p{}</style><p>Text<script>alert(1)</script></p><!-- weg -->") == "Text"


@pytest.mark.parametrize("html", ["", "<p><br></p>", '<div id="Signature">Jana</div>', "<div>&nbsp;</div>"])
def test_a_mail_without_own_text_has_an_empty_one(page: Page, html: str) -> None:
    assert own(page, html) == ""


def test_replacing_touches_only_what_changed(page: Page) -> None:
    result = replaced(page, OUTLOOK_REPLY, "Sehr geehrte Frau Krämer,\n\nwir haben Ihren Antrag.")
    rest = OUTLOOK_REPLY[OUTLOOK_REPLY.index('<div><br></div><div id="Sig') :]
    salutation = "<div>Sehr geehrte Frau Krämer,</div><div><br></div>"
    assert result["html"] == f"{salutation}<div>wir haben Ihren <b>Antrag</b>.</div>{rest}"
    assert result["again"] == "Sehr geehrte Frau Krämer,\n\nwir haben Ihren Antrag."


def test_unchanged_pieces_keep_their_formatting_and_lists_stay_lists(page: Page) -> None:
    html = (
        '<p class="a">Erster <i>Satz</i>.</p><ul class="b"><li><a href="https://x.example">Link</a></li><li>zwei</li></ul>'
        '<p class="a" style="color: red">Zweiter Satz.</p>'
    )
    result = replaced(page, html, "Erster Satz.\n\n- Link\n- zwei\n\nNeuer Satz.\n\n- drei\n- vier")
    assert result["html"] == (
        '<p class="a">Erster <i>Satz</i>.</p><ul class="b"><li><a href="https://x.example">Link</a></li><li>zwei</li></ul>'
        '<p class="a" style="color: red">Neuer Satz.</p><ul><li>drei</li><li>vier</li></ul>'
    )
    assert result["lost"] == 0


def test_a_list_or_table_that_keeps_its_form_is_changed_in_place(page: Page) -> None:
    html = (
        '<ul class="b"><li><b>zwecks</b> Zahlung</li><li>zwei<ol><li>tief</li></ol></li></ul>'
        '<table class="t"><tr><th>Datum</th><th>Ort</th></tr><tr><td><p>3. Mai</p></td><td>Rathaus</td></tr></table>'
    )
    text = "- für die Zahlung\n- zwei\n  1. tiefer\n\nDatum\tOrt\n3. Mai\tim Rathaus"
    result = replaced(page, html, text)
    assert result["html"] == (
        '<ul class="b"><li>für die Zahlung</li><li>zwei<ol><li>tiefer</li></ol></li></ul>'
        '<table class="t"><tbody><tr><th>Datum</th><th>Ort</th></tr>'
        "<tr><td><p>3. Mai</p></td><td>im Rathaus</td></tr></tbody></table>"
    )
    assert result["lost"] == 1 and result["again"] == text


def test_formatting_moves_along_when_its_words_are_still_there(page: Page) -> None:
    html = '<p>Bitte reichen Sie es bis <b>15. Januar 2027</b> <a href="https://x.example">hier</a> ein.</p>'
    result = replaced(page, html, "Schicken Sie es bis 15. Januar 2027.")
    assert result["html"] == "<p>Schicken Sie es bis <b>15. Januar 2027</b>.</p>"
    assert result["lost"] == 1


def test_markup_in_a_text_stays_text(page: Page) -> None:
    result = replaced(page, "<p>Alt.</p>", "<img src=x onerror=alert(1)> & <b>fett</b>")
    assert result["html"] == "<p>&lt;img src=x onerror=alert(1)&gt; &amp; &lt;b&gt;fett&lt;/b&gt;</p>"
    assert page.evaluate("pane.htmlOfText('<script>x</script>\\n\\n- a\\n- b')") == (
        "<p>&lt;script&gt;x&lt;/script&gt;</p><ul><li>a</li><li>b</li></ul>"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ein Satz.",
        "Anrede,\n\nerster Absatz.\n\nzweiter Absatz.\n\nGruß",
        "- nur\n- eine\n- Liste",
        "Vorher\n\n1. eins\n2. zwei\n\nNachher",
        "Zeile eins\nZeile zwei",
        "🙂 Straße\n\nÄpfel",
    ],
)
@pytest.mark.parametrize("html", [OUTLOOK_REPLY, "<p>Alt.</p><p>Noch älter.</p>", "Nur Text", "", "<p></p>"])
def test_what_was_put_in_is_read_back(page: Page, html: str, text: str) -> None:
    again = replaced(page, html, text)["again"]
    assert "\n".join(line for line in again.split("\n") if line) == "\n".join(line for line in text.split("\n") if line)


@pytest.mark.parametrize(
    ("selection", "beyond"),
    [
        ("Ihr Antrag ist da.", False),
        ("Sehr geehrte Frau Krämer,\nIhr Antrag ist da.", False),
        ("Wann ist es fertig?", True),
        ("Ihr Antrag ist da.\nJana Weber", True),
        ("Ihr Antrag ist da.\n\nVon: Helga Krämer\nGesendet: Montag\nWann", True),
    ],
)
def test_a_selection_that_reaches_into_thread_or_signature_is_noticed(page: Page, selection: str, beyond: bool) -> None:
    code = "([html, text]) => pane.reachesBeyond(text, new pane.Mail(html))"
    assert page.evaluate(code, [OUTLOOK_REPLY, selection]) is beyond


def test_code_points_become_utf_16_places(page: Page) -> None:
    code = """([text, start, end]) => {
      const span = new pane.CodePoints(text).span({start, end}); return text.slice(span.start, span.end); }"""
    text = "a🙂b👩🏽‍💼„Frist“ ü"
    for start in range(len(text)):
        assert page.evaluate(code, [text, start, len(text)]) == text[start:]
    assert page.evaluate(code, ["abc", 1, 99]) == "bc"


def test_a_changed_value_is_shown_whole_and_the_rest_not_at_all(page: Page) -> None:
    before = "Zahlen Sie 12,50 EUR bis zum 15.01.2027.\nDanke."
    after = "Bitte zahlen Sie 12,50 EUR bis 16.01.2027.\nDanke."
    found = page.evaluate("([a, b]) => pane.diffWords(a, b)", [before, after])
    removed = [before[span["start"] : span["end"]] for span in found["removed"]]
    added = [after[span["start"] : span["end"]] for span in found["added"]]
    assert "".join(removed).split() == ["Zahlen", "zum", "15.01.2027"]
    assert "".join(added).split() == ["Bitte", "zahlen", "16.01.2027"]


def test_differences_lead_from_one_text_to_the_other(page: Page) -> None:
    code = """([a, b]) => {
      const keep = (text, spans) => { let out = "", at = 0;
        for (const s of spans) { out += text.slice(at, s.start); at = s.end; } return out + text.slice(at); };
      const d = pane.diffWords(a, b); return [keep(a, d.removed), keep(b, d.added)]; }"""
    pairs = [
        ("", ""), ("", "neu"), ("alt", ""), ("gleich", "gleich"), ("a b c", "c b a"),
        ("Eins.\n\nZwei.\n\nDrei.", "Eins.\n\nDrei.\n\nVier."), ("x " * 50, "y " * 60),
    ]  # fmt: skip
    for a, b in pairs:
        left, right = page.evaluate(code, [a, b])
        assert left == right, (a, b)


def test_long_texts_are_compared_in_reasonable_time(page: Page) -> None:
    code = "([a, b]) => { const t = performance.now(); pane.diffWords(a, b); return performance.now() - t; }"
    a = " ".join(f"Wort{n}" for n in range(12_000))
    b = " ".join(f"Wort{n * 7 % 12_000}" for n in range(12_000))
    assert page.evaluate(code, [a, b]) < 3_000


def test_single_edits_can_be_taken_back_and_places_follow(page: Page) -> None:
    code = """() => {
      const source = "zwecks Zahlung binnen 3 Tagen";
      const edits = [{start: 0, end: 6, before: "zwecks", after: "für die", rule: "", reason: ""},
                     {start: 15, end: 21, before: "binnen", after: "in", rule: "", reason: ""}];
      const text = pane.EditedText.of(source, edits, "für die Zahlung in 3 Tagen");
      const fact = {start: 19, end: 26};
      const shown = [text.text, text.text.slice(text.place(fact).start, text.place(fact).end)];
      text.toggle(0);
      shown.push(text.text, text.text.slice(text.place(fact).start, text.place(fact).end));
      shown.push(text.text.slice(text.places(1).after.start, text.places(1).after.end));
      text.toggle(0); text.toggle(1);
      shown.push(text.text);
      return shown; }"""
    assert page.evaluate(code) == [
        "für die Zahlung in 3 Tagen", "3 Tagen", "zwecks Zahlung in 3 Tagen", "3 Tagen", "in",
        "für die Zahlung binnen 3 Tagen",
    ]  # fmt: skip


def test_edits_that_do_not_lead_to_the_text_are_not_offered(page: Page) -> None:
    code = "([edits, text]) => pane.EditedText.of('abc', edits, text) === null"
    edit = {"start": 0, "end": 1, "before": "a", "after": "x", "rule": "", "reason": ""}
    assert page.evaluate(code, [[edit], "xbc"]) is False
    assert page.evaluate(code, [[edit], "ybc"]) is True
    assert page.evaluate(code, [[edit | {"before": "b"}], "xbc"]) is True
    assert page.evaluate(code, [[edit, edit], "xbc"]) is True
    assert page.evaluate(code, [[], "abc"]) is True

"""The Word file of a letter: its parts, its fields, and where things stand on paper, measured in LibreOffice's PDF."""

import io
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from letters import docx, letterhead
from letters.letter import Letter, draft
from letters.letterhead import Letterhead, LetterheadError
from letters.structure import letter_of

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NOTES = "nachforderung wohngeld frau sahin az wg-77: es fehlen mietvertrag und heizkostenabrechnung. bis 12.5."
HEAD = letterhead.load()
SOFFICE = shutil.which("soffice") or ""
needs_office = pytest.mark.skipif(not SOFFICE, reason="needs LibreOffice; make setup installs it")


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return {name: file.read(name).decode() for name in file.namelist()}


def paragraphs(data: bytes) -> list[tuple[str, str]]:
    """Style and text of each paragraph of the body."""
    body = ElementTree.fromstring(parts(data)["word/document.xml"])
    found: list[tuple[str, str]] = []
    for paragraph in body.iter(f"{W}p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        assert style is not None
        found.append((style.get(f"{W}val", ""), "".join(t.text or "" for t in paragraph.iter(f"{W}t"))))
    return found


def pdf(data: bytes, folder: Path) -> Path:
    source = folder / "brief.docx"
    source.write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder}/profil"
    subprocess.run(
        [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return folder / "brief.pdf"


def places(file: Path) -> list[tuple[int, float, float, str]]:
    """Page, left and top in millimetres, and text of every word of a PDF."""
    told = subprocess.run(["pdftotext", "-bbox", str(file), "-"], check=True, capture_output=True, text=True).stdout
    found: list[tuple[int, float, float, str]] = []
    for number, page in enumerate(told.split("<page ")[1:], 1):
        for x, y, word in re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([^<]+)</word>', page):
            found.append((number, float(x) * 25.4 / 72, float(y) * 25.4 / 72, word))
    return found


@needs_office
@pytest.mark.parametrize(("form", "top", "folds"), [("A", 27.0, (87.0, 192.0)), ("B", 45.0, (105.0, 210.0))])
def test_everything_stands_where_the_standard_wants_it(
    form: str, top: float, folds: tuple[float, float], tmp_path: Path
) -> None:
    file = pdf(docx.write(draft(NOTES), HEAD, form), tmp_path)
    words = places(file)

    def place(text: str) -> tuple[float, float]:
        return next((x, y) for _, x, y, word in words if word == text)

    # The address: 25 mm from the left, its first line right under the zone for endorsements (17.7 mm).
    left, address = place("Sahin")
    assert place("Frau") == pytest.approx((25.0, top + 17.7), abs=0.6)
    assert left > 25
    assert max(x for _, x, y, _ in words if top < y < top + 45 and x < 110) < 20 + 85
    # The information block: 125 mm from the left, 5 mm under the letterhead's edge.
    assert place("Unser") == pytest.approx((125.0, top + 5), abs=0.6)
    # The subject: two empty lines (8.46 mm) under the address field of 45 mm.
    assert place("Fehlende") == pytest.approx((25.0, top + 45 + 8.46), abs=0.8)
    assert address < top + 45
    # Two empty lines between subject and salutation.
    assert place("Sehr")[1] - place("Aktenzeichen")[1] == pytest.approx(3 * 4.46, abs=0.8)
    assert {page for page, *_ in words} == {1}

    subprocess.run(
        ["pdftoppm", "-r", "254", "-gray", "-png", "-singlefile", str(file), str(tmp_path / "b")], check=True
    )
    with Image.open(tmp_path / "b.png") as image:
        edge = image.crop((40, 0, 90, image.height)).convert("L")
        dark = [y / 10 for y in range(edge.height) if edge.crop((0, y, 50, y + 1)).getextrema()[0] < 190]  # pyright: ignore
    marks = [y for n, y in enumerate(dark) if not n or y - dark[n - 1] > 1]
    assert marks == pytest.approx([folds[0], 148.5, folds[1]], abs=0.6)


@needs_office
def test_a_long_letter_goes_on_with_page_numbers_and_without_the_window(tmp_path: Path) -> None:
    letter = Letter(
        "", "Ein langer Brief", "Guten Tag,", ("Ein Satz, der da steht. " * 40,) * 4, "Mit freundlichen Grüßen"
    )
    words = places(pdf(docx.write(letter, HEAD), tmp_path))
    second = [(x, y, word) for page, x, y, word in words if page == 2]
    assert [word for *_, word in second][-4:] == ["Seite", "2", "von", "2"]
    assert next(y for _, y, word in second if word == "Satz,") < 30
    assert not any("Rathausplatz" in word for *_, word in second)
    assert max(y for _, _, y, _ in words) < 290


def test_every_part_of_the_letter_has_its_own_style() -> None:
    letter = Letter(
        kind="",
        subject="Betreff hier\nAktenzeichen X-1",
        salutation="Sehr geehrte Frau Muster,",
        paragraphs=("Ein Absatz.\nZeile zwei", "Liste:\n- eins\n- zwei"),
        closing="Mit freundlichen Grüßen\n\nBauamt",
        recipient=("Frau Muster", "Weg 1"),
        enclosures=("Plan",),
    )
    found = paragraphs(docx.write(letter, HEAD))
    for style, text in (
        ("Ruecksendeangabe", "Stadt Musterstadt · Rathausplatz 1 · 12345 Musterstadt"),
        ("Anschrift", "Frau Muster"),
        ("Informationsblock", "Unser Zeichen:X-1"),
        ("Betreff", "Betreff hier"),
        ("Betreff", "Aktenzeichen X-1"),
        ("Anrede", "Sehr geehrte Frau Muster,"),
        ("Brieftext", "Ein Absatz.Zeile zwei"),
        ("Aufzaehlung", "eins"),
        ("Grussformel", "Mit freundlichen Grüßen"),
        ("Unterschrift", "Bauamt"),
        ("Anlagen", "Plan"),
    ):
        assert (style, text) in found
    styles = parts(docx.write(letter, HEAD))["word/styles.xml"]
    assert {style for style, _ in found} <= set(re.findall(r'styleId="([^"]+)"', styles))


def test_each_gap_is_a_field_and_the_letters_date_is_a_date_field() -> None:
    body = ElementTree.fromstring(
        parts(docx.write(draft("einladung elternabend frau lange"), HEAD))["word/document.xml"]
    )
    controls = {"".join(t.text or "" for t in control.iter(f"{W}t")): control for control in body.iter(f"{W}sdt")}
    assert {"[Datum]", "[Uhrzeit]", "[Ort]", "[Anschrift]", "[Name]"} <= controls.keys()
    assert controls["[Datum]"].find(f"{W}sdtPr/{W}date/{W}lid") is not None
    assert controls["[Ort]"].find(f"{W}sdtPr/{W}showingPlcHdr") is not None
    ids = [i.get(f"{W}val") for i in body.iter(f"{W}id")]
    assert len(ids) == len(set(ids))


def test_a_letter_of_the_rules_carries_no_ai_marking() -> None:
    found = parts(docx.write(draft(NOTES), HEAD))
    assert not any("KI-Kennzeichnung" in text or HEAD.marking in text for text in found.values())
    assert "Amtsklar" in found["docProps/custom.xml"] and "<cp:category>" not in found["docProps/core.xml"]
    marked = run("word", "--von-modell", given=draft(NOTES).text)
    assert HEAD.marking in parts(marked.stdout)["docProps/custom.xml"]
    assert HEAD.marking not in parts(run("word", given=draft(NOTES).text).stdout)["docProps/custom.xml"]


def test_the_properties_say_language_and_that_ai_helped() -> None:
    found = parts(docx.write(draft(NOTES), HEAD, by_model=True))
    assert "<dc:language>de-DE</dc:language>" in found["docProps/core.xml"]
    assert "Entwurf, mit Unterstützung von KI erstellt" in found["docProps/custom.xml"]
    assert 'w:lang w:val="de-DE"' in found["word/styles.xml"]
    assert "Unterstützung von KI" not in found["word/document.xml"]


def test_all_parts_are_wellformed_and_named_in_the_table_of_contents() -> None:
    found = parts(docx.write(draft(NOTES), HEAD))
    for name, text in found.items():
        ElementTree.fromstring(text)
        if not name.endswith(".rels") and name != "[Content_Types].xml":
            assert f'PartName="/{name}"' in found["[Content_Types].xml"]


@pytest.mark.parametrize("nasty", ["<w:p>&amp; \"'", "a\x00b\x0bc", "]]>", "🙂\ud800", "[", "⟦Person 1⟧", "{{}}"])
def test_no_text_can_break_the_file(nasty: str) -> None:
    letter = Letter("", nasty, nasty, (nasty, f"- {nasty}"), nasty, (nasty,) * 8, (nasty,))
    head = Letterhead(nasty, nasty, nasty, nasty, font=nasty, information=((nasty, nasty),), footer=((nasty,),))
    for text in parts(docx.write(letter, head)).values():
        ElementTree.fromstring(text)


def test_the_window_never_holds_more_than_six_lines() -> None:
    letter = Letter(
        "", "Betreff", "Guten Tag,", ("Text.",), "Mit freundlichen Grüßen", tuple(f"Zeile {n}" for n in range(9))
    )
    lines = [text for style, text in paragraphs(docx.write(letter, HEAD)) if style == "Anschrift"]
    assert len(lines) == 6
    assert lines[-1] == "Zeile 5, Zeile 6, Zeile 7, Zeile 8"


def test_the_same_letter_gives_the_same_bytes_and_an_unknown_form_is_refused() -> None:
    assert docx.write(draft(NOTES), HEAD) == docx.write(draft(NOTES), HEAD)
    with pytest.raises(ValueError, match="A or B"):
        docx.write(draft(NOTES), HEAD, "C")


@pytest.mark.parametrize("notes", [NOTES, "einladung elternabend di 19 uhr aula", "standesamt: urkunde ist fertig", ""])
def test_a_letters_text_can_be_taken_apart_again(notes: str) -> None:
    letter = draft(notes)
    again = letter_of(letter.text)
    for name in ("subject", "salutation", "paragraphs", "closing", "recipient", "enclosures"):
        assert getattr(again, name) == getattr(letter, name)
    assert [gap.token for gap in again.gaps] == [gap.token for gap in letter.gaps]
    assert again.text == letter.text


def test_a_text_that_is_no_letter_loses_nothing() -> None:
    again = letter_of("Nur ein Absatz.\n\nUnd noch einer.")
    assert again.paragraphs == ("Nur ein Absatz.", "Und noch einer.")
    again = letter_of("Betreff: Ihr Antrag\n\nGuten Tag,\nes geht weiter.\n\nViele Grüße\nIhr Amt\n\nAnlagen:\n- Plan")
    assert (again.subject, again.salutation, again.paragraphs) == ("Ihr Antrag", "Guten Tag,", ("es geht weiter.",))
    assert (again.closing, again.enclosures) == ("Viele Grüße\nIhr Amt", ("Plan",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- eins", "erwartet sind Felder"),
        ("stadt: [", "kein gültiges YAML"),
        ("stadt: X\nstrasse: Y", "Feld ort"),
        ("stadt: X\nstrasse: Y\nort: Z\nform: C", "A oder B"),
        ("stadt: X\nstrasse: Y\nort: Z\nlogo: a.png", "Das Feld logo gibt es nicht"),
        ("stadt: X\nstrasse: Y\nort: Z\ninformationsblock: [a]", "feld und wert"),
        ("stadt: X\nstrasse: Y\nort: Z\nfusszeile: [[1]]", "Zeilen Text"),
    ],
)
def test_a_wrong_letterhead_is_refused_by_file_and_field(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "kopf.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LetterheadError, match=told) as caught:
        letterhead.load(file)
    assert "kopf.yaml" in str(caught.value)
    with pytest.raises(LetterheadError):
        letterhead.load(tmp_path / "fehlt.yaml")


def run(*arguments: str, given: str = "") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "letters", *arguments], input=given.encode(), capture_output=True, check=False
    )


def test_the_command_line_makes_a_word_file_with_a_towns_own_letterhead(tmp_path: Path) -> None:
    file = tmp_path / "kopf.yaml"
    file.write_text("stadt: Stadt Beispielau\nstrasse: Markt 2\nort: 54321 Beispielau\nform: A\n", encoding="utf-8")
    done = run("word", "--briefkopf", str(file), "--form", "B", given=draft(NOTES).text)
    assert ("Ruecksendeangabe", "Stadt Beispielau · Markt 2 · 54321 Beispielau") in paragraphs(done.stdout)
    assert run("word", "--form", "C").returncode == 2
    assert run("word", "--briefkopf", str(tmp_path / "fehlt.yaml")).returncode == 1
    assert run("word", "was").returncode == 2

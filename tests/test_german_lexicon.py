"""The lexicon: ordinary words, names, base forms, compounds; and that it stays small."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from german import lexicon
from german.lexicon import FILE, Lexicon, Tag
from german.text import DataError

LEXICON = lexicon.load()

ORDINARY = re.findall(
    r"\S+",
    """
Antrag Anträge Antrags Bescheid Bescheides Nebenbestimmung Sachbearbeiterin Grundsteuer Elternabend Kita Kitas
Montag Januar Rechtsbehelfsbelehrung Zwangsgeld Gebührenbescheid Hundesteuermarke Abfallbehälter Straßensperrung
Baugenehmigungsverfahren Einwohnermeldeamt Kindertagesstätte Wohngeldstelle Mülltonnen Sperrmüllabholung
Friedhofsgebührensatzung Schulbezirksgrenze Kanalsanierungsmaßnahmen Bewohnerparkausweise
Ganztagsbetreuungsplätze Stellplatzsatzung Gemeinderatssitzung Bürgerinnen Euro Prozent Uhr Telefon
Internetseite Vordrucks Anhörung Zustellungen Personalausweises Aufenthaltserlaubnis gestellt mitgeteilt
einzureichen vorzulegenden größeren zuständige unzulässiger gebührenpflichtig barrierefreie wird Bitte Koch
Bauer Wolf Sommer Fischer Richter Schreiber dass weil soweit hinsichtlich gemäß Der Ihre unverzüglich
""",
)

NAMES = re.findall(
    r"\S+",
    """
Czerwinski Özdemir Schmidt Müller Hoffmann Kowalczyk Nguyen Yilmaz Yıldız Karataş Petersen Hansen Bassermann
Tiedemann Mielke Lindqvist Abubakari Popescu Ivanova Hasselbach Kirchhoff Steinbach Neumann Brinkmann Rosenthal
Osterkamp Hellwig Katharina Mehmet Fatma Svenja Thies Sünje Dragan Natalia
""",
)


@pytest.mark.parametrize("word", ORDINARY)
def test_ordinary_words_are_explained(word: str) -> None:
    assert LEXICON.explains(word)
    assert not LEXICON.is_name_only(word)


@pytest.mark.parametrize("word", NAMES)
def test_names_are_not_explained(word: str) -> None:
    assert not LEXICON.explains(word)


@pytest.mark.parametrize("word", ["Schmidt", "Özdemir", "Czerwinski", "Katharina", "Berlin", "Schorndorf"])
def test_listed_names_are_known_as_names(word: str) -> None:
    assert LEXICON.is_name_only(word)
    assert LEXICON.tags(word) == {"NAME"}


def test_surnames_that_are_words_are_both() -> None:
    assert {"NOUN", "NAME"} <= LEXICON.tags("Wolf")
    assert not LEXICON.is_name_only("Wolf")


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("Anträge", "Antrag"),
        ("ging", "gehen"),
        ("gestellt", "stellen"),
        ("mitgeteilt", "mitteilen"),
        ("einzureichen", "einreichen"),
        ("größeren", "groß"),
        ("Behörden", "Behörde"),
        ("wurde", "werden"),
        ("Bitten", "Bitte"),
        ("Kanalsanierungsmaßnahmen", "Kanalsanierungsmaßnahme"),
        ("Gegeben", "geben"),
        ("Xqzt", None),
    ],
)
def test_base_forms(form: str, lemma: str | None) -> None:
    assert LEXICON.lemma(form) == lemma


@pytest.mark.parametrize(
    ("form", "tags"),
    [
        ("Antrag", {"NOUN"}),
        ("beantragen", {"VERB"}),
        ("abgelehnt", {"VERB", "PART"}),
        ("entschieden", {"PART"}),
        ("gestellte", {"ADJ", "PART"}),
        ("zuständig", {"ADJ"}),
        ("gemäß", {"FUNC"}),
        ("nicht", {"FUNC"}),
    ],
)
def test_word_classes(form: str, tags: set[str]) -> None:
    assert tags <= LEXICON.tags(form)


def test_unknown_words_have_no_class_and_no_reading() -> None:
    assert LEXICON.tags("Xqzt") == frozenset()
    assert LEXICON.tag("") == Tag(0)
    assert LEXICON.readings("łódź") == ()
    assert "Xqzt" not in LEXICON


def test_membership_understands_the_start_of_a_sentence() -> None:
    assert "gestellt" in LEXICON
    assert "Gestellt" in LEXICON
    assert "GESTELLT" in LEXICON


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Hundesteuermarke", ("hunde", "steuermarke")),
        ("Xqzt", ()),
        ("Wegenerxyz", ()),
    ],
)
def test_compounds_are_split_into_ordinary_words(word: str, parts: tuple[str, ...]) -> None:
    found = LEXICON.compound_parts(word)
    assert "".join(found) == ("".join(parts))


def test_statutes_abbreviations_and_gender_forms_are_no_names() -> None:
    for word in ("AufenthG", "LBO", "DSGVO", "Abs", "BürgerInnen", "Nr"):
        assert LEXICON.explains(word)


def test_hyphenated_words_need_every_part() -> None:
    assert LEXICON.explains("Kita-Platz")
    assert LEXICON.explains("E-Mail-Adresse")
    assert not LEXICON.explains("Schmitz-Yilmaz")


def test_a_long_token_costs_little() -> None:
    assert LEXICON.explains("ab" * 5000) in (True, False)
    assert LEXICON.compound_parts("haus" * 2000) == ()


def test_a_foreign_file_is_refused() -> None:
    with pytest.raises(DataError, match=r"lexicon\.bin"):
        Lexicon(b"something else entirely")


def test_the_file_states_its_licence_and_stays_small() -> None:
    assert FILE.stat().st_size < 5_000_000
    notice = (Path(FILE).parent / "lexicon.LICENCE.txt").read_text(encoding="utf-8")
    for expected in ("simplemma", "Open Database License", "CC BY-SA", "Morphy", "Wiktionary"):
        assert expected in notice


def test_loading_costs_little_time_and_memory() -> None:
    script = (
        "import re, time, german.text\n"
        "rss = lambda: int(re.search(r'VmRSS:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"
        "before, start = rss(), time.perf_counter()\n"
        "from german import lexicon\n"
        "loaded = lexicon.load()\n"
        "first = time.perf_counter() - start\n"
        "words = ['Antrag', 'gestellt', 'Kanalsanierung', 'Czerwinski'] * 50\n"
        "[loaded.explains(w) and loaded.lemma(w) for w in words]\n"
        "print(first, rss() - before)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=FILE.parents[2])
    seconds, kilobytes = map(float, done.stdout.split())
    assert seconds < 0.3
    assert kilobytes < 15_000

"""Letters from notes: every fact arrives, nothing is invented, what is missing is a gap, and the German holds."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from german.facts import extract
from german.ledger import FactKind
from letters import kinds
from letters.letter import GAP, Letter, draft
from letters.notes import spelled_out


def notes_of(file: str) -> list[dict[str, Any]]:
    lines = (Path(__file__).parent / "data" / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


OWN = notes_of("drafts_own")
# Other styles: departments, telegrams, dictation, lists, orders to the writing person.
EVERY = OWN + notes_of("drafts_styles")
HARD = {FactKind.DATE, FactKind.AMOUNT, FactKind.TIME, FactKind.CONTACT, FactKind.FILE_NUMBER, FactKind.CITATION}


def typed(text: str) -> set[tuple[str, str]]:
    """The hard facts of a text; files and telephones by their digits, for a letter may say which they are."""
    found: set[tuple[str, str]] = set()
    for fact in extract(text):
        if fact.kind in {FactKind.CONTACT, FactKind.FILE_NUMBER}:
            found.add(("number", re.sub(r"\D", "", fact.value)))
        elif fact.kind in HARD:
            found.add((fact.kind.value, fact.value))
    return found


def body(letter: Letter) -> str:
    return "\n".join(letter.paragraphs)


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry["id"])
def test_every_fact_of_the_notes_arrives_and_nothing_is_invented(entry: dict[str, Any]) -> None:
    letter = draft(entry["request"])
    for fact in entry["must_contain"]:
        assert fact in letter.text
    for invention in entry["must_not_contain"]:
        assert invention not in letter.text


@pytest.mark.parametrize("entry", OWN, ids=lambda entry: entry["id"])
def test_the_typed_facts_of_notes_and_letter_are_the_same(entry: dict[str, Any]) -> None:
    notes, letter = spelled_out(entry["request"]), draft(entry["request"]).text
    assert typed(letter) == typed(notes)


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry["id"])
def test_no_number_comes_from_nowhere(entry: dict[str, Any]) -> None:
    numbers = re.findall(r"\d+", draft(entry["request"]).text.replace(".", ""))
    known = set(re.findall(r"\d+", entry["request"].replace(".", " "))) | set(
        re.findall(r"\d+", entry["request"].replace(".", ""))
    )
    assert [number for number in numbers if number not in known] == []


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry["id"])
def test_year_and_weekday_are_never_guessed(entry: dict[str, Any]) -> None:
    text = draft(entry["request"]).text
    assert set(re.findall(r"\b20[2-4]\d\b", text)) <= set(re.findall(r"20\d\d", entry["request"]))
    days = re.findall(r"\b(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag\b|\bMittwoch\b", text)
    short = re.findall(r"(?i)\b(?:mo|di|mi|do|fr|sa|so)\b|\w+tag\b|\bmittwoch\b", entry["request"])
    assert len(set(days)) <= len(short)


def test_the_invitation_reads_like_a_letter() -> None:
    letter = draft(
        "brauch ne einladung elternabend kita regenbogen 12.3. 19 uhr turnhalle bitte um rückmeldung bis 5.3."
    )
    assert letter.kind == "einladung"
    assert letter.subject == "Einladung zum Elternabend der Kita Regenbogen"
    assert letter.salutation == "Liebe Eltern,"
    assert letter.paragraphs == (
        "wir laden Sie herzlich zum Elternabend der Kita Regenbogen ein.",
        "Wann: 12. März, 19 Uhr\nWo: Turnhalle",
        "Wir bitten um Rückmeldung bis zum 5. März.",
    )
    assert letter.closing == "Mit freundlichen Grüßen"
    assert letter.gaps == ()


@pytest.mark.parametrize(
    ("notes", "kind"),
    [
        ("einladung sommerfest", "einladung"),
        ("eingangsbestätigung bauantrag", "eingang"),
        ("zum antrag fehlt noch der lageplan", "unterlagen"),
        ("terminbestätigung frau lange", "termin"),
        ("sachstand bauantrag", "sachstand"),
        ("absage hallenbelegung", "absage"),
        ("dank an den verein für hilfe", "dank"),
        ("vollsperrung ahornweg", "sperrung"),
        ("begleitschreiben hundesteuerbescheid", "gebuehren"),
        ("erinnerung rückgabe schlüssel", "erinnerung"),
        ("wasser wird abgestellt", "allgemein"),
        ("dankschreiben an die feuerwehr, keine einladung", "dank"),
    ],
)
def test_the_notes_give_the_kind_away(notes: str, kind: str) -> None:
    assert draft(notes).kind == kind


def test_the_kind_a_person_chose_wins() -> None:
    assert draft("sommerfest am 4.7. im stadtpark", "einladung").kind == "einladung"
    assert draft("sommerfest am 4.7.", "gibtesnicht").kind == "allgemein"


@pytest.mark.parametrize("kind", [key for key, _ in kinds.titles()])
def test_each_kind_makes_a_letter_of_almost_nothing(kind: str) -> None:
    letter = draft("frau lange", kind)
    assert letter.salutation == "Sehr geehrte Frau Lange,"
    assert letter.text.endswith("Mit freundlichen Grüßen")
    assert [gap.token for gap in letter.gaps] == list(dict.fromkeys(GAP.findall(letter.text)))
    assert all(gap.hint for gap in letter.gaps)


@pytest.mark.parametrize(
    ("notes", "gaps"),
    [
        ("einladung elternabend", {"[Datum]", "[Uhrzeit]", "[Ort]"}),
        ("einladung elternabend di 19 uhr aula", set[str]()),
        ("einladung elternabend 14.4. aula", {"[Uhrzeit]"}),
        ("vollsperrung ahornweg", {"[Datum]"}),
        ("unterlagen nachreichen frau lange", {"[Anschrift]", "[Unterlagen]", "[Datum]"}),
    ],
)
def test_what_is_missing_becomes_a_typed_gap(notes: str, gaps: set[str]) -> None:
    assert {gap.token for gap in draft(notes).gaps} == gaps


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("personalausweis mitbringen", "Bitte bringen Sie Ihren Personalausweis mit."),
        ("foto abgelehnt", "Das Foto wurde abgelehnt."),
        ("eintritt frei", "Der Eintritt ist frei."),
        ("halle schon belegt", "Die Halle ist schon belegt."),
        ("unterlagen vollständig", "Die Unterlagen sind vollständig."),
        ("anmeldung nicht nötig", "Eine Anmeldung ist nicht nötig."),
        ("kein attest nötig", "Es ist kein Attest nötig."),
        ("gebühr 15 euro", "Die Gebühr beträgt 15 Euro."),
        ("parkverbot 7-12 uhr", "Das Parkverbot gilt von 7 bis 12 Uhr."),
        ("anmeldung bis 7.4.", "Bitte melden Sie sich bis zum 7. April an."),
        ("bitte um antwort bis 7.4.", "Wir bitten um Antwort bis zum 7. April."),
        ("termin bleibt 14:40 am 3.11.", "Der Termin bleibt am 3. November um 14:40 Uhr."),
        ("abholen zi 6 mo+mi 8-12", "Abholen können Sie in Zimmer 6 am Montag und Mittwoch von 8 bis 12 Uhr."),
        ("bei fragen stadtkasse tel 4455-10", "Bei Fragen wenden Sie sich bitte an die Stadtkasse (Telefon 4455-10)."),
        ("bauhof mäht die wiese nächste woche", "Der Bauhof mäht die Wiese nächste Woche."),
        ("lärm hinzunehmen", "Lärm ist hinzunehmen."),
        ("wegen kanalarbeiten", "Der Grund dafür sind Kanalarbeiten."),
        ("falls schon bezahlt brief ignorieren", "Wenn Sie schon bezahlt haben, ignorieren Sie bitte den Brief."),
    ],
)
def test_notes_become_sentences(notes: str, expected: str) -> None:
    assert expected in body(draft(f"mitteilung an mieter: heizungsablesung 8.1., {notes}"))


@pytest.mark.parametrize(
    "notes",
    [
        "stelle schon vergeben",
        "wir prüfen",
        "bitte bis 3.5. zurück",
        "kuchenspenden willkommen",
        "bitte binnen 14 tagen",
        "fahrzeuge sonst umgesetzt",
        "kommt drauf an",
    ],
)
def test_no_sentence_is_made_where_the_grammar_is_not_sure(notes: str) -> None:
    text = body(draft(f"mitteilung an mieter: heizungsablesung 8.1., {notes}"))
    for wrong in (
        "Bitte vergeben",
        "Bitte prüfen",
        "um zurück",
        "Bitte willkommen",
        "Bitte tagen",
        "wurden sonst",
        " Sie wir",
    ):
        assert wrong not in text


def test_a_note_to_the_writer_is_a_hint_and_no_part_of_the_letter() -> None:
    letter = draft("dank an den musikverein für das konzert am 3.5., kein honorar versprechen, nicht zu förmlich")
    assert "onorar" not in letter.text
    assert "förmlich" not in letter.text
    assert len(letter.notes) == 2
    assert "onorar" in letter.notes[0]


def test_a_thought_that_was_given_up_does_not_count() -> None:
    letter = draft("kündigung des vertrags? ne erstmal erinnerung hr. probst garten 7: beitrag fehlt")
    assert "ündigung" not in letter.text
    assert "Probst" in letter.text
    assert "ündigung" in letter.notes[0]


def test_no_instruction_on_appeals_is_ever_written() -> None:
    letter = draft("absage zuschuss frau lange, widerspruch 1 monat landratsamt")
    assert "Widerspruch: 1 Monat, Landratsamt" in letter.text
    assert "Bekanntgabe" not in letter.text
    assert "§" not in letter.text
    assert any("Rechtsbehelfsbelehrung" in note for note in letter.notes)


def test_placeholders_arrive_unchanged() -> None:
    letter = draft(
        "eingangsbestätigung antrag hr. ⟦Person 1⟧ az ⟦Aktenzeichen 1⟧, fragen an frau ⟦Person 2⟧ tel ⟦Telefon 1⟧"
    )
    assert letter.salutation == "Sehr geehrter Herr ⟦Person 1⟧,"
    assert letter.recipient[0] == "Herrn ⟦Person 1⟧"
    assert "Aktenzeichen ⟦Aktenzeichen 1⟧" in letter.subject
    assert "an Frau ⟦Person 2⟧ (Telefon ⟦Telefon 1⟧)" in letter.text


def test_a_frozen_wording_stands_alone() -> None:
    letter = draft("sachstand bauantrag frau lange\n⟦Wortlaut 1⟧\nprüfung läuft")
    assert "⟦Wortlaut 1⟧" in letter.paragraphs


def test_proper_sentences_stay_as_they_are() -> None:
    notes = "Bitte Brief an die Anwohner der Schulstraße: Am 3. Juni wird Asphalt eingebaut. Parken ist nicht möglich."
    letter = draft(notes)
    assert letter.salutation == "Sehr geehrte Anwohnerinnen und Anwohner,"
    assert "Parken ist nicht möglich." in body(letter)
    assert "wird Asphalt eingebaut." in body(letter)


def test_a_second_person_is_mentioned_and_not_addressed() -> None:
    letter = draft("mitteilung: konzert am 3.5., ansprechpartner hr. noll, klassenlehrerin frau vogt weiß bescheid")
    assert letter.salutation == "Sehr geehrte Damen und Herren,"
    assert "Herrn Noll" in letter.text
    assert "Frau Vogt" in letter.text


@pytest.mark.parametrize(
    "notes", ["", " \n", "?", "(", ")),,::", "🙂", "bitte", "⟦Person 1⟧", "a" * 5000, "1.1. " * 300]
)
def test_anything_makes_a_letter(notes: str) -> None:
    letter = draft(notes)
    assert letter.text.endswith("Mit freundlichen Grüßen")
    assert letter.salutation


def test_long_notes_stay_linear_and_complete() -> None:
    import time

    started = time.process_time()
    letter = draft("einladung fest am 4.7., " + ", ".join(f"punkt {n} kommt" for n in range(5000)))
    assert time.process_time() - started < 10
    for number in (0, 150, 250, 4999):
        assert re.search(rf"\b{number}\b", letter.text)


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "letters", *arguments], input=given, capture_output=True, text=True, check=False
    )


def test_the_command_line_reads_and_writes_json_lines() -> None:
    given = "\n".join(json.dumps({"id": entry["id"], "request": entry["request"]}) for entry in OWN[:3])
    done = run("draft", given=given)
    lines = [json.loads(line) for line in io.StringIO(done.stdout)]
    assert [line["id"] for line in lines] == [entry["id"] for entry in OWN[:3]]
    assert all(line.keys() == {"id", "kind", "text", "gaps", "notes"} for line in lines)
    assert lines[0]["text"] == draft(OWN[0]["request"]).text
    assert done.returncode == 0


def test_the_command_line_names_a_bad_line_without_its_content() -> None:
    done = run("draft", given='{"id": 1, "request": "einladung fest"}\n{"id": 2, "request": Kanarienvogel}\n[1]\n')
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert "Zeile 2" in done.stderr
    assert "Zeile 3" in done.stderr
    assert "Kanarienvogel" not in done.stderr
    assert run("unsinn").returncode == 2


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("dauer 20 min", "Das dauert 20 Minuten."),
        ("kein strom in der zeit", "Es gibt keinen Strom in der Zeit."),
        ("zaun 1,50 hoch", "Der Zaun ist 1,50 hoch."),
        ("lieferung kw 22", "Die Lieferung ist in Kalenderwoche 22."),
        ("melden uns spätestens ende april", "Wir melden uns spätestens Ende April."),
        ("alles gute wünschen", "Wir wünschen Ihnen alles Gute."),
        ("sorry für die umstände", "Bitte entschuldigen Sie die Umstände."),
        ("mails gehen", "Die Mails gehen."),
        ("ausweis des monteurs zeigen lassen", "Bitte lassen Sie sich den Ausweis des Monteurs zeigen."),
        ("bis dahin nix fällen", "Bitte fällen Sie bis dahin nichts."),
        ("mitbringen: pass, foto", "Bitte bringen Sie Folgendes mit: Pass, Foto."),
        ("stadtwerke reparieren bis fr", "Die Stadtwerke reparieren bis Freitag."),
        ("ergebnis kommt in 2-3 wochen", "Das Ergebnis kommt in 2 bis 3 Wochen."),
        ("sonst keine bearbeitung möglich", "Sonst ist keine Bearbeitung möglich."),
        ("zahlbar bis 20.5.", "Bitte zahlen Sie bis zum 20. Mai."),
        ("bis 1.4. antwort", "Wir bitten bis zum 1. April um Ihre Antwort."),
        ("fristen verlängern sich automatisch", "Fristen verlängern sich automatisch."),
        ("referentin fr. dr. kaya", "Die Referentin ist Frau Dr. Kaya."),
        ("3.2. 8-11 uhr 4 parkplätze gesperrt", "Am 3. Februar von 8 bis 11 Uhr sind 4 Parkplätze gesperrt."),
    ],
)
def test_further_turns_become_sentences(notes: str, expected: str) -> None:
    assert expected in body(draft(f"mitteilung an mieter: heizungsablesung 8.1., {notes}"))


@pytest.mark.parametrize(
    "notes",
    [
        "kein essen anbieten",
        "noch keine mahngebühr erwähnen",
        "keine kündigung androhen",
        "bitte höflich und ohne drohung",
        "kein wort über den unfall",
        "nachbar nicht nennen",
        "bitte freundlich",
        "per du",
        "halbe seite reicht",
    ],
)
def test_orders_to_the_writing_person_never_arrive(notes: str) -> None:
    letter = draft(f"dank an den musikverein für das konzert am 3.5., {notes}, applaus war lang")
    for word in re.findall(r"\b(?:essen|mahn|kündig|droh|unfall|nachbar|du|seite)\w*", letter.text.lower()):
        raise AssertionError(word)
    assert len(letter.notes) == 1
    assert "pplaus" in letter.text


@pytest.mark.parametrize(
    "notes", ["kein einlass nach 20 uhr", "keine hunde", "kurz laufen lassen", "deutlich sichtbar anbringen"]
)
def test_a_fact_that_sounds_like_an_order_still_arrives(notes: str) -> None:
    letter = draft(f"mitteilung an mieter: heizungsablesung 8.1., {notes}")
    assert letter.notes == ()
    assert notes.split(" ")[1].capitalize() in letter.text or notes.split(" ")[1] in letter.text


@pytest.mark.parametrize("name", ["martínez", "szymański", "wiśniewska", "aydın", "yıldız", "pavlović", "o'brien"])
def test_a_foreign_name_gets_one_capital_and_keeps_its_letters(name: str) -> None:
    letter = draft(f"sachstand bauantrag frau {name}, prüfung läuft")
    assert letter.salutation.casefold() == f"sehr geehrte frau {name},".casefold()
    assert letter.salutation[len("Sehr geehrte Frau ") :][0].isupper()
    assert re.search(r"[a-zäöüíńśıćž][A-Z]", letter.text) is None


def test_the_question_of_an_inquiry_is_asked_in_the_letter() -> None:
    letter = draft("rückfrage an hr. noll wg. sondernutzung: wie viele tische? welche zeiten?")
    assert "Wie viele Tische? Welche Zeiten?" in letter.text
    letter = draft("hr. noll hat gefragt ob er im stadtwald grillen darf. nein, nur grillplatz")
    assert "Sie haben gefragt, ob Sie im Stadtwald grillen dürfen. Das ist leider nicht möglich." in letter.text


def test_papers_are_listed_where_nothing_calls_them_missing() -> None:
    letter = draft("nachforderung wohngeld frau lange: mietvertrag und kontoauszug, bis 3.5.")
    assert "- Mietvertrag\n- Kontoauszug" in letter.text
    assert "[Unterlagen]" not in letter.text


def test_the_hour_after_beginn_fills_the_invitation() -> None:
    letter = draft("einladung infoabend 23.4., beginn 19:30, aula")
    assert "Wann: 23. April, 19:30 Uhr" in letter.text
    assert letter.gaps == ()


def test_a_reader_in_the_middle_of_the_notes_is_addressed() -> None:
    letter = draft("einladung seniorennachmittag an frau lange fr 12.12. 14:30-17 uhr bürgerhaus")
    assert letter.salutation == "Sehr geehrte Frau Lange,"
    assert letter.subject == "Einladung zum Seniorennachmittag"
    assert "Wann: Freitag, 12. Dezember, 14:30 bis 17 Uhr" in letter.text


@pytest.mark.parametrize(
    ("notes", "told", "untold"),
    [
        (
            "danke schreiben an freiwillige feuerwehr für einsatz beim hochwasser am 2. Juni, 38 helfer",
            "wir danken Ihnen herzlich für den Einsatz beim Hochwasser am 2. Juni.",
            "Schreiben",
        ),
        (
            "Unterlagen fehlen beim Bauantrag Az. 63/2027/44: Lageplan, Stellplatznachweis, Statik. Frist 30.4.",
            "wir bearbeiten Ihren Bauantrag. Dafür fehlen uns noch Unterlagen:\n- Lageplan\n- Stellplatznachweis",
            "- beim",
        ),
        (
            "fehlende unterlagen zum wohngeldantrag: mietvertrag, ausweis",
            "wir bearbeiten Ihren Wohngeldantrag. Dafür fehlen uns noch Unterlagen:\n- Mietvertrag\n- Ausweis",
            "Weitere Angaben",
        ),
    ],
)
def test_the_first_words_say_what_the_letter_is_about(notes: str, told: str, untold: str) -> None:
    text = draft(notes).text
    assert told in text
    assert untold not in text

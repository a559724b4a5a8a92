"""Frozen zones in Bescheide of several shapes, in mixed letters, and in texts that hold none."""

import textwrap
from itertools import pairwise
from pathlib import Path

import pytest

import german.frozen as frozen
from german.frozen import ZoneKind, ZonePatternError, frozen_zones
from german.text import parse


def zones(text: str) -> list[tuple[ZoneKind, str]]:
    found = frozen_zones(parse(text))
    assert list(found) == sorted(found, key=lambda zone: zone.start)
    for first, second in pairwise(found):
        assert first.end <= second.start
    return [(zone.kind, text[zone.start : zone.end]) for zone in found]


NOTICE = (
    "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch bei der Stadt Auenheim, "
    "Marktplatz 1, 99998 Auenheim, schriftlich oder zur Niederschrift erhoben werden. Der Widerspruch hat keine "
    "aufschiebende Wirkung."
)
ORDER = f"""Stadt Auenheim
Bauordnungsamt
Az.: 63.1-AB-77/26

Baueinstellung auf dem Grundstück Mühlweg 4

Sehr geehrte Frau Tamm,

es ergeht folgende Anordnung:

1. Die Bauarbeiten sind sofort einzustellen.
2. Für den Fall der Zuwiderhandlung wird ein Zwangsgeld in Höhe von 1.000,00 EUR angedroht.
3. Für diese Entscheidung wird eine Gebühr von 120,00 EUR erhoben.

Begründung

Bei einer Ortsbesichtigung am 3. März 2026 wurde festgestellt, dass Sie ohne Genehmigung bauen.

Rechtsbehelfsbelehrung

{NOTICE}

Mit freundlichen Grüßen
Im Auftrag
Jule Tamm

Anlage: Lageplan
Bitte rufen Sie uns an, wenn Sie Fragen haben."""


def test_tenor_and_notice_of_an_order_are_frozen_and_its_reasons_are_not() -> None:
    found = zones(ORDER)
    assert [kind for kind, _ in found] == [ZoneKind.TENOR, ZoneKind.RECHTSBEHELFSBELEHRUNG]
    tenor, notice = found[0][1], found[1][1]
    assert tenor.startswith("1. Die Bauarbeiten") and tenor.endswith("120,00 EUR erhoben.")
    assert notice == f"Rechtsbehelfsbelehrung\n\n{NOTICE}"


def test_text_behind_the_notice_is_free_again() -> None:
    assert all("Mit freundlichen" not in text and "Anlage" not in text for _, text in zones(ORDER))


@pytest.mark.parametrize(
    "heading",
    ["Rechtsbehelfsbelehrung", "Rechtsbehelfsbelehrung:", "Rechtsmittelbelehrung", "Ihre Rechte", "V. Rechtsbehelf"],
)
def test_a_notice_is_found_by_its_heading(heading: str) -> None:
    text = f"Wir haben Ihren Antrag geprüft.\n\n{heading}\n\n{NOTICE}\n\nMit freundlichen Grüßen\nKim Reuter"
    (zone,) = [z for z in zones(text) if z[0] is ZoneKind.RECHTSBEHELFSBELEHRUNG]
    assert zone[1].endswith("keine aufschiebende Wirkung.")
    assert NOTICE in zone[1]


@pytest.mark.parametrize(
    "sentence",
    [
        NOTICE,
        "Gegen diese Verfügung können Sie binnen eines Monats nach Zustellung Klage beim Verwaltungsgericht erheben.",
        "Sie können gegen den Gebührenbescheid innerhalb eines Monats nach der Bekanntgabe Widerspruch einlegen.",
        "Gegen die Festsetzung kann Einspruch eingelegt werden.",
    ],
)
def test_a_notice_without_heading_is_found_by_its_sentence(sentence: str) -> None:
    text = f"Ihr Antrag wurde geprüft.\n\n{sentence}\n\nMit freundlichen Grüßen"
    found = zones(text)
    assert found and found[-1] == (ZoneKind.RECHTSBEHELFSBELEHRUNG, sentence)


def test_a_notice_in_the_middle_of_a_paragraph_is_frozen_to_its_end() -> None:
    text = f"Wir haben Ihren Fall noch einmal angesehen. {NOTICE}\n\nHinweise zum Datenschutz finden Sie im Internet."
    assert zones(text) == [(ZoneKind.RECHTSBEHELFSBELEHRUNG, NOTICE)]


def test_the_notice_ends_at_the_next_heading() -> None:
    text = f"Rechtsbehelfsbelehrung\n\n{NOTICE}\n\nHinweise\n\nDie Kasse hat montags geöffnet."
    (zone,) = zones(text)
    assert zone[1].endswith("Wirkung.")


def test_conditions_of_a_permit_are_frozen_with_their_reservation() -> None:
    text = f"""Erlaubnisbescheid

Auf Ihren Antrag vom 4. Mai 2026 wird Ihnen die Erlaubnis erteilt, auf dem Markt Tische aufzustellen.

Die Erlaubnis ergeht unter folgenden Auflagen:

1. Die Tische sind um 22 Uhr zu entfernen.
2. Ein Durchgang von 1,50 m ist freizuhalten.

Der Widerruf dieser Erlaubnis bleibt vorbehalten. Wir freuen uns auf einen schönen Sommer.

Rechtsbehelfsbelehrung
{NOTICE}"""
    found = zones(text)
    conditions = [part for kind, part in found if kind is ZoneKind.NEBENBESTIMMUNG]
    assert len(conditions) == 1
    assert conditions[0].startswith("1. Die Tische")
    assert conditions[0].endswith("\n\nDer Widerruf dieser Erlaubnis bleibt vorbehalten.")
    assert any(kind is ZoneKind.TENOR and "wird Ihnen die Erlaubnis erteilt" in part for kind, part in found)
    assert not any("schönen Sommer" in part for _, part in found)


def test_everything_under_a_tenor_heading_is_frozen_up_to_the_reasons() -> None:
    text = f"Bescheid\n\nTenor\n\nDer Antrag wird abgelehnt.\n\nKosten werden nicht erhoben.\n\nGründe\n\n\
Sie haben keine Unterlagen vorgelegt.\n\nRechtsbehelfsbelehrung\n{NOTICE}"
    tenor = [part for kind, part in zones(text) if kind is ZoneKind.TENOR]
    assert tenor == ["Der Antrag wird abgelehnt.\n\nKosten werden nicht erhoben."]


@pytest.mark.parametrize(
    "sentence",
    [
        "Kommen Sie der Aufforderung nicht nach, wird ein Zwangsgeld in Höhe von 250 Euro festgesetzt.",
        "Wir drohen Ihnen die Ersatzvornahme an.",
        "Wenn Sie das nicht tun, setzen wir gegen Sie ein Zwangsgeld von 150 Euro fest.",
    ],
)
def test_a_threat_of_coercion_is_frozen_in_any_letter(sentence: str) -> None:
    text = f"Bitte räumen Sie den Gehweg. {sentence} Vielen Dank für Ihr Verständnis."
    assert zones(text) == [(ZoneKind.ZWANGSMITTEL, sentence)]


def test_quoted_law_is_frozen_and_a_quoted_name_is_not() -> None:
    law = "„(1) Wer auf öffentlichen Straßen Gegenstände lagert, hat diese unverzüglich zu entfernen.“"
    text = f"Maßgeblich ist § 12 der Satzung. Dort heißt es: {law} Der Markt „Zur alten Linde“ bleibt offen."
    assert zones(text) == [(ZoneKind.ZITAT, law)]


def test_a_payment_block_is_frozen_as_a_whole_and_an_account_in_a_sentence_alone() -> None:
    block = "Empfänger: Stadtkasse Auenheim\nIBAN: DE43 9995 0010 0004 7118 20\nBIC: AUENDE21XXX"
    text = f"Bitte zahlen Sie den Betrag.\n\n{block}\n\nVielen Dank."
    assert zones(text) == [(ZoneKind.BANKVERBINDUNG, block)]
    sentence = "Überweisen Sie auf das Konto IBAN DE43 9995 0010 0004 7118 20 und nennen Sie das Kassenzeichen."
    assert zones(sentence) == [(ZoneKind.BANKVERBINDUNG, "IBAN DE43 9995 0010 0004 7118 20")]


def test_a_declaration_before_the_standesamt_is_frozen() -> None:
    own = "Wir bestimmen den Geburtsnamen der Frau zu unserem Ehenamen."
    text = f"Erklärung vor dem Standesamt\n\n{own} Bitte bringen Sie Ihre Ausweise mit."
    assert zones(text) == [(ZoneKind.STANDESAMT, own)]


@pytest.mark.parametrize(
    "text",
    [
        "Sehr geehrte Frau Tamm,\n\nder Kurs beginnt am 3. Mai um 18 Uhr. Bitte melden Sie sich an.\n\n"
        "Mit freundlichen Grüßen\nKim Reuter",
        "Wir möchten Sie über den Stand Ihres Antrags informieren. Ihnen fehlen noch drei Unterlagen:\n\n"
        "1. Mietvertrag\n2. Lohnabrechnung\n3. Kontoauszug",
        "Sie möchten wissen, wie Sie Widerspruch einlegen? Das erklären wir Ihnen gern am Telefon.",
        "Der Rat hat „Am Mühlgraben II“ beschlossen. Ich erkläre Ihnen gern den Plan für Ihr Kind.",
        "Die Stadt setzt auf gute Nachbarschaft. Wir ordnen unsere Akten neu.",
    ],
)
def test_ordinary_letters_hold_no_frozen_zone(text: str) -> None:
    assert zones(text) == []


def test_a_quoted_mail_thread_is_left_alone() -> None:
    text = f"Danke für Ihre Nachricht.\n\n> Rechtsbehelfsbelehrung\n> {NOTICE}\n"
    assert all(kind is not ZoneKind.TENOR for kind, _ in zones(text))


def test_windows_line_ends_change_nothing() -> None:
    unix = [text.replace("\n", " ") for _, text in zones(ORDER)]
    windows = [text.replace("\r\n", " ") for _, text in zones(ORDER.replace("\n", "\r\n"))]
    assert unix == windows


def test_a_damaged_pattern_file_names_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "zones.txt"
    damaged.write_text("# header\n[tenor heading]\nTenor(\n", encoding="utf-8")
    monkeypatch.setattr(frozen, "_FILE", damaged)
    frozen._patterns.cache_clear()  # pyright: ignore[reportPrivateUsage]
    try:
        with pytest.raises(ZonePatternError, match=r"zones\.txt, Zeile 3"):
            frozen_zones(parse("Text"))
    finally:
        frozen._patterns.cache_clear()  # pyright: ignore[reportPrivateUsage]


NARROW = (
    "Gegen diesen Bescheid kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden. Der Widerspruch "
    "ist schriftlich oder zur Niederschrift bei der Stadt Musterstadt, Rathausplatz 1, 12345 Musterstadt einzulegen."
)


@pytest.mark.parametrize("width", [25, 30, 38, 45, 60, 80, 120, 1000])
@pytest.mark.parametrize("heading", ["", "Rechtsbehelfsbelehrung\n", "Rechts-\nbehelfsbelehrung\n", "Ihre Rechte:\n"])
def test_a_notice_is_frozen_whole_however_narrow_its_lines_are(width: int, heading: str) -> None:
    notice = heading + "\n".join(textwrap.wrap(NARROW, width))
    letter = f"Guten Tag,\n\nwir lehnen Ihren Antrag ab.\n\n{notice}\n\nMit freundlichen Grüßen\nStadt Musterstadt"
    zones = [z for z in frozen_zones(parse(letter)) if z.kind is ZoneKind.RECHTSBEHELFSBELEHRUNG]
    assert [letter[z.start : z.end].split()[-len(NARROW.split()) :] for z in zones] == [NARROW.split()]

"""Identifiers are found in every printed form, and check digits decide where they exist."""

import pytest

from policy import load
from policy.__main__ import FILE
from policy.screening import Decision, Screener


@pytest.fixture(scope="module")
def screener() -> Screener:
    return load(FILE)


def found(screener: Screener, text: str) -> list[tuple[str, str]]:
    return [(f.type, text[f.start : f.end]) for f in screener.screen(text).findings if not f.warning]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("IBAN", "DE89 3704 0044 0532 0130 00"),
        ("IBAN", "DE89370400440532013000"),
        ("IBAN", "de89-3704-0044-0532-0130-00"),
        ("IBAN", "DE89\u00a03704\u202f0044 0532\n0130 00"),
        ("IBAN", "ＤＥ８９３７０４００４４０５３２０１３０００"),
        ("IBAN", "D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0"),
        ("TAX_ID", "65929970489"),
        ("TAX_ID", "65 929 970 489"),
        ("TAX_ID", "8609\u200b5742\u200b719"),
        ("SOCIAL_INSURANCE", "15070649C103"),
        ("SOCIAL_INSURANCE", "15 070649 C 103"),
        ("HEALTH_INSURANCE", "A000500015"),
        ("HEALTH_INSURANCE", "X110 220 338"),
        ("CREDIT_CARD", "4111 1111 1111 1111"),
        ("ID_CARD", "L01X00T471"),
        ("PASSPORT", "C01X00T478"),
    ],
)
def test_numbers_with_check_digits_need_no_announcement(screener: Screener, kind: str, value: str) -> None:
    assert found(screener, f"Vermerk dazu: {value} und weiter im Text") == [(kind, value)]


@pytest.mark.parametrize(
    "value",
    [
        "DE89 3704 0044 0532 0130 01",
        "DE00 0000 0000 0000 0000 00",
        "12345678903",
        "65170839J008",
        "A123456781",
        "4111 1111 1111 1114",
        "L01X00T472",
    ],
)
def test_wrong_check_digits_are_no_hit(screener: Screener, value: str) -> None:
    assert found(screener, f"Bestellung {value} beim Händler") == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Personalausweis Nr. T22000129 liegt vor", "ID_CARD", "T22000129"),
        ("pass nr. c7k4x0lg2 abgelaufen", "PASSPORT", "c7k4x0lg2"),
        ("Steuernummer 93815/08152", "TAX_NUMBER", "93815/08152"),
        ("Steuer-Nr. 133 8150 8159", "TAX_NUMBER", "133 8150 8159"),
        ("Das Auto WN-AB 1234 steht im Weg", "LICENSE_PLATE", "WN-AB 1234"),
        ("kennzeichen wn ab 1234", "LICENSE_PLATE", "wn ab 1234"),
        ("Az.: 32.1-0815/24 liegt bei", "CASE_NUMBER", "32.1-0815/24"),
        ("Kassenzeichen 5.0203.4711.8", "CASE_NUMBER", "5.0203.4711.8"),
        ("bg-nummer 35502//0041278 prüfen", "CASE_NUMBER", "35502//0041278"),
        ("Name;Aktenzeichen;Ort\nNoll;32-118/25;Nord", "CASE_NUMBER", "32-118/25"),
        ("Tel. 0171 3920099", "PHONE", "0171 3920099"),
        ("ruf an: +49 (0)7181 778812", "PHONE", "+49 (0)7181 778812"),
        (
            "null eins sechs drei fünf fünf acht zwo neun vier",
            "PHONE",
            "null eins sechs drei fünf fünf acht zwo neun vier",
        ),
        ("Mail an erika.beispielhaft@web.de", "EMAIL", "erika.beispielhaft@web.de"),
        ("mail: erika punkt muth at web punkt de", "EMAIL", "erika punkt muth at web punkt de"),
        ("erika.muth (at) web (dot) de", "EMAIL", "erika.muth (at) web (dot) de"),
        ("geboren am 3. Mai 1970", "BIRTH_DATE", "3. Mai 1970"),
        ("geb. 0 7 . 1 1 . 1 9 8 4", "BIRTH_DATE", "0 7 . 1 1 . 1 9 8 4"),
        ("Jahrgang 1952, verwitwet", "BIRTH_DATE", "1952"),
        ("wohnt Erlenweg 27b, 98765 Neustadt-Glewe", "ADDRESS", "Erlenweg 27b, 98765 Neustadt-Glewe"),
        ("wohnhaft Am Alten Wehr 3", "ADDRESS", "Am Alten Wehr 3"),
        ("sie lebt jetzt in der schulstr 15 in 12345 neustadt", "ADDRESS", "schulstr 15 in 12345 neustadt"),
    ],
)
def test_context_decides_where_no_check_digit_exists(screener: Screener, text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(screener, text)


@pytest.mark.parametrize(
    "text",
    [
        "Gemäß § 70 Abs. 1 VwGO und § 57 VwGO endet die Frist am 03.02.2026.",
        "BVerwG, Urteil vom 3. März 2011 – 6 C 11.10",
        "Im Ergebnishaushalt stehen 71.220.400 € Erträge gegen 70.998.015 € Aufwand",
        "Der Router 192.168.4.1 läuft mit Version 7.12.3, Adresse F0:9F:C2:11:22:33",
        "Die Sperrung der Bahnhofstraße zwischen Hausnummer 10 und 48",
        "Amtsgericht Musterort, Gerichtsstraße 17, 33034 Musterort",
        "Notruf 112, Behördennummer 115, Hotline 0800 1234567",
        "Schreiben Sie an service@wasserwerk-muster.de",
        "In den Jahren 1952 und 2011 wurde das Freibad umgebaut.",
    ],
)
def test_ordinary_numbers_pass(screener: Screener, text: str) -> None:
    assert found(screener, text) == []
    assert screener.screen(text).decision is Decision.ALLOW


def test_machine_readable_zone_yields_number_and_name(screener: Screener) -> None:
    text = "P<D<<MUSTERLICH<<ERIKA<<<<<<<<<<<<<<<<<<<<<<<\nC01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4"
    kinds = {kind for kind, _ in found(screener, text)}
    assert {"PASSPORT", "PERSON"} <= kinds


def test_places_point_into_the_text_as_given(screener: Screener) -> None:
    text = "Frau Sch&auml;fer aus Ma\u00adrl, IBAN DE89\u200b370400440532013000"
    values = [text[f.start : f.end] for f in screener.screen(text).findings]
    assert values == ["Sch&auml;fer", "DE89\u200b370400440532013000"]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("unter der Rufnummer 07000 12-345 erreichbar", "PHONE", "07000 12-345"),
        ("Der Antragsteller wohnt Gut Rosenhagen 3, 23923 Schönberg.", "ADDRESS", "Gut Rosenhagen 3, 23923 Schönberg"),
        ("Im Verfahren 3 C 214/23 Jena ist Termin.", "CASE_NUMBER", "3 C 214/23 Jena"),
        ("Im Widerspruchsverfahren W-2024/00871 fehlt die Vollmacht.", "CASE_NUMBER", "W-2024/00871"),
        ("Das Saisonkennzeichen J-KL 77 04-10 fehlt.", "LICENSE_PLATE", "J-KL 77 04-10"),
        ("frau kunze, siebzehnter august neunzehnhunderteinundfünfzig", "BIRTH_DATE",
         "siebzehnter august neunzehnhunderteinundfünfzig"),
        ("Name Ort Geburtsdatum\nLutz, Ina Unna 12.03.1971\nBalke, Udo Unna 04.11.1965", "BIRTH_DATE", "04.11.1965"),
        ("Name;Geb.;Eingang\nLutz, Ina;12.03.1971;02.01.2024", "BIRTH_DATE", "12.03.1971"),
        ("Versicherte, Nummer A000500015, bitte abmelden.", "HEALTH_INSURANCE", "A000500015"),
    ],
)  # fmt: skip
def test_forms_that_need_their_surroundings(screener: Screener, text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(screener, text)


@pytest.mark.parametrize(
    "text",
    [
        "Kinder, die zwischen dem 1. Juli 2019 und dem 30. Juni 2020 geboren sind, werden eingeschult.",
        "Wer vor dem 1. Januar 1964 geboren ist, geht früher in Rente.",
        "Die Sitzung ist in der 3b im Anbau.",
    ],
)
def test_dates_and_numbers_of_no_one_pass(screener: Screener, text: str) -> None:
    assert found(screener, text) == []


def test_both_lines_of_a_passport_are_covered_to_their_end(screener: Screener) -> None:
    line = "C01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4"
    text = f"P<D<<MUSTERHOFF<<PETRA<<<<<<<<<<<<<<<<<<<<<<\n{line}"
    assert ("PASSPORT", line) in found(screener, text)

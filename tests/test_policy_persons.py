"""Names are found with and without a cue, in lower case and foreign; firms, streets and historic persons are not."""

import pytest

from policy import load
from policy.__main__ import FILE
from policy.screening import Screener


@pytest.fixture(scope="module")
def screener() -> Screener:
    return load(FILE)


def names(screener: Screener, text: str) -> list[str]:
    return [text[f.start : f.end] for f in screener.screen(text).findings if f.type == "PERSON"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sehr geehrte Frau Koch, der Koch kommt morgen.", ["Koch"]),
        ("Herr Dr. Olschewski widerspricht.", ["Olschewski"]),
        ("Hr. Kurz und Fr. Sommer waren da.", ["Kurz", "Sommer"]),
        ("herr öztürk hat gefragt, ob er den hund anmelden muss", ["öztürk"]),
        ("Eheleute Sieglinde und Hartmut Pohlmann", ["Sieglinde", "Hartmut Pohlmann"]),
        ("Termin mit Ayşe Korkut am Donnerstag", ["Ayşe Korkut"]),
        ("Der Antragsteller Mohammed al-Khatib fehlt.", ["Mohammed al-Khatib"]),
        ("Vorgesprochen hat Trần Văn Đức.", ["Trần Văn Đức"]),
        ("Name: Wenzel, Ursula", ["Wenzel, Ursula"]),
        ("Hallo Gisela,\nkannst du das lesen?\nLG Uwe", ["Gisela", "Uwe"]),
        ("Von: Petra Niebuhr\nAn: Dirk Sandner\nBetreff: Schlüssel", ["Petra Niebuhr", "Dirk Sandner"]),
        ("Mit freundlichen Grüßen\nIm Auftrag\nBrinkmann", ["Brinkmann"]),
        ("Name;Ort\nKrasniqi;Nord\nYeboah;Süd", ["Krasniqi", "Yeboah"]),
        ("Kollege Henning W. vom Bauhof", ["Henning W."]),
        ("frag mal bei claudia nach", ["claudia"]),
        ("U l l a  M e i e r h o f f bittet darum", ["U l l a  M e i e r h o f f"]),
        ("Frau Аnna Кorte kommt", ["Аnna Кorte"]),
        ("Herr Mül-\nler kommt", ["Mül-\nler"]),
    ],
)
def test_names_are_found(screener: Screener, text: str, expected: list[str]) -> None:
    assert names(screener, text) == expected


def test_a_name_once_found_is_found_again_with_genitive(screener: Screener) -> None:
    text = "Frau Kowalczyk war hier. Kowalczyks Antrag fehlt."
    assert names(screener, text) == ["Kowalczyk", "Kowalczyks"]


@pytest.mark.parametrize(
    "text",
    [
        "Ein Herr am Eingang und die Frau an der Kasse wissen Bescheid.",
        "Frau in Führung: Netzwerktreffen im Kreishaus",
        "Die Müller GmbH und die Firma Hartmann & Söhne bieten an.",
        "Bäckerei Hoffmann, Autohaus Wagner und Edeka Nolte spenden.",
        "Die Konrad-Adenauer-Straße und der Sophie-Scholl-Weg werden saniert.",
        "Johann Wolfgang von Goethe und Clara Schumann im Programm",
        "Ludwig van Beethovens Neunte",
        "Lesung: Frau Holle und andere Märchen",
        "Sehr geehrte Frau [Name], Ihr Antrag ist da.",
        "Sehr geehrte Damen und Herren,",
        "Liebe Kolleginnen und Kollegen, liebe Eltern,",
        "Welche Vornamen waren beliebt? Emilia, Mia, Noah",
        "In Bielefeld, Herford und Minden gelten andere Sätze.",
        "Change Management, Open Data und Microsoft Teams",
        "Kläranlage, Pumpwerk, Regenrückhaltebecken, Schlüsselzuweisungen",
        "Erika Mustermann, Beispielweg 7, 12345 Beispielstadt",
        "Viele Grüße\nIhr Bürgerbüro",
    ],
)
def test_no_person_no_hit(screener: Screener, text: str) -> None:
    assert names(screener, text) == []

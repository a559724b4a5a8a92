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


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Mit freundlichen Grüßen\nIm Auftrag\nWiesengrund", ["Wiesengrund"]),
        ("i.A. Rosenkranz", ["Rosenkranz"]),
        ("Freundliche Grüße\nB. Siebenhaar", ["B. Siebenhaar"]),
        ("Frau Renate Lindhorst, geb. Kesselring, ist verzogen.", ["Renate Lindhorst", "Kesselring"]),
        ("Der Antrag von Konstantin Freiherr von Rabenau liegt vor.", ["Konstantin Freiherr von Rabenau"]),
        ("Sabine Müller-\nLüdenscheidt wohnt hier.", ["Sabine Müller-\nLüdenscheidt"]),
        ("H.-G. Wesseling ist zuständig.", ["H.-G. Wesseling"]),
        ("Chr. Eisenbarth rief an.", ["Chr. Eisenbarth"]),
        ("Dienstplan: Frühschicht Wendlandt, Spätschicht Pietrzyk", ["Wendlandt", "Pietrzyk"]),
        ("Emil aus der 4b hat gefehlt.", ["Emil"]),
        ("Anwesend: Ahlers, Birnbaum, Czerny", ["Ahlers", "Birnbaum", "Czerny"]),
        ("termin mit georg von und zu hohenstein absagen", ["georg von und zu hohenstein"]),
        ("antonio lo monaco fragt nach", ["antonio lo monaco"]),
        ("hinrichsens widerspruch liegt noch bei mir", ["hinrichsens"]),
        ("brief an h. k. moosbrugger wegen müll", ["h. k. moosbrugger"]),
    ],
)
def test_the_whole_name_is_covered(screener: Screener, text: str, names: list[str]) -> None:
    found = [text[f.start : f.end] for f in screener.screen(text).findings if f.type == "PERSON"]
    assert [name.removesuffix(".") for name in found] == names


@pytest.mark.parametrize(
    "text",
    [
        "Wir sind Herr der Lage.",
        "Bäcker, Fischer und Schneider boten früher hier ihre Waren an.",
        "Der Ferdinand Cup findet im Mai statt.",
        "Die Firma Erwin Kaltenbach Tiefbau GmbH beginnt am Montag.",
        "Innenministerin Clara Beispielhaus besuchte die Wache.",
        "Im Auftrag\nder Bürgermeisterin",
        "Im Auftrag\nTiefbauamt",
        "z. b. ein antrag und u. a. ein nachweis",
    ],
)
def test_what_only_looks_like_a_name_passes(screener: Screener, text: str) -> None:
    assert [f.type for f in screener.screen(text).findings] == []


def test_what_was_asked_before_changes_no_verdict(screener: Screener) -> None:
    # „Aschhoff“ can be taken apart into ordinary words; having done so once must not make it one.
    first = "Der Stadtverordnete a. D. Aschhoff ist privat Mitglied im Verein."
    second = "Hof Aschhoff, Eigentümer Benedikt Aschhoff."
    found = [screener.screen(text).findings for text in (first, second, first, second)]
    assert found[0] and found[1]
    assert found[:2] == found[2:]

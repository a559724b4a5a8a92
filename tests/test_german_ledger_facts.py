"""Typed facts: equal values in other spellings, and values that look alike and are not."""

import pytest

from german.facts import FactKind, WordListError, extract, read_sections
from german.facts_compare import compare_facts
from german.ledger import compare

EQUAL = [
    ("am 01.12.2026", "am 1. Dezember 2026"),
    ("2026-12-01", "1. Dezember 2026"),
    ("vom 7. bis 18. Dezember 2026", "7.12. bis 18.12.2026"),
    ("vom 1. Oktober bis 31. März", "vom 1.10. bis 31.3."),
    ("Heiligabend", "24. Dezember"),
    ("im Kindergartenjahr 2026/2027", "2026/27"),
    ("in der 12. Kalenderwoche", "KW 12"),
    ("14 Uhr", "14:00 Uhr"),
    ("von 8.00 Uhr bis 12.30 Uhr", "8–12:30 Uhr"),
    ("montags bis freitags", "Mo.–Fr."),
    ("Sonnabend", "Samstag"),
    ("1.250,00 EUR", "1.250 Euro"),
    ("0,50 €", "50 Cent"),
    ("4,2 Mio. EUR", "4.200.000 Euro"),
    ("€ 50,-", "50 Euro"),
    ("drei Monate", "3 Monate"),
    ("zwölf Monate", "ein Jahr"),
    ("ein halbes Jahr", "sechs Monate"),
    ("ein Vierteljahr", "drei Monate"),
    ("14 Tage", "zwei Wochen"),
    ("vierzehntäglich", "alle zwei Wochen"),
    ("halbjährlich", "zweimal im Jahr"),
    ("eine halbe Stunde", "30 Minuten"),
    ("anderthalb Stunden", "90 Minuten"),
    ("in dreifacher Ausfertigung", "3 Exemplare"),
    ("zweimalige Verlängerung", "2-mal verlängern"),
    ("10 v. H.", "10 Prozent"),
    ("um die Hälfte", "50 Prozent"),
    ("ca. 6,00 m x 4,50 m", "6 Meter mal 4,50 Meter"),
    ("24 m²", "24 Quadratmeter"),
    ("1,5 km", "1.500 Meter"),
    ("§ 49 Abs. 1 LBO", "§ 49 Absatz 1 der Landesbauordnung (LBO)"),
    ("§ 49 Abs. 1 LBO", "§ 49 Absatz 1 der Landesbauordnung"),
    ("§§ 3 und 4 BestattG", "§ 3 und § 4 des Bestattungsgesetzes (BestattG)"),
    ("§ 74 SGB XII", "§ 74 des Zwölften Buchs Sozialgesetzbuch"),
    ("Art. 6 Abs. 1 lit. e DSGVO", "Artikel 6 Absatz 1 Buchstabe e der Datenschutz-Grundverordnung (DSGVO)"),
    ("Az. 5 K 123/26", "Aktenzeichen: 5 K 123/26"),
    ("IBAN DE68 9995 0210 0011 2234 45", "DE68999502100011223445"),
    ("+49 7181 602-11", "07181 602-11"),
    ("(07181) 602-11", "07181/602-11"),
    ("www.stadt.de/wahl", "https://www.stadt.de/wahl"),
    ("das 14. Lebensjahr vollendet", "mindestens 14 Jahre alt"),
    ("monatlich", "jeden Monat"),
    ("39 Stunden wöchentlich", "39 Wochenstunden"),
]
DIFFERENT = [
    ("ein Monat", "vier Wochen"),
    ("innerhalb eines Monats", "innerhalb von 30 Tagen"),
    ("48 Stunden", "zwei Tage"),
    ("zehn Werktage", "zehn Arbeitstage"),
    ("zehn Werktage", "zehn Tage"),
    ("01.12.2026", "12.1.2026"),
    ("1. Dezember 2026", "1. Dezember 2027"),
    ("§ 49 Abs. 1 LBO", "§ 49 Abs. 2 LBO"),
    ("§ 74 SGB XII", "§ 74 SGB II"),
    ("§ 16 Abs. 1 StrG", "§ 16 Abs. 1 StVG"),
    ("50 Cent", "50 Euro"),
    ("monatlich", "jährlich"),
    ("mindestens 5 Euro", "höchstens 5 Euro"),
    ("nicht älter als drei Monate", "älter als drei Monate"),
    ("Zone I gilt", "Zone II gilt"),
    ("Raum 3.07", "Raum 3.70"),
    ("0,5 Prozent", "5 Prozent"),
    ("8 bis 12 Uhr", "8 bis 13 Uhr"),
    ("6 kg", "6 g"),
    ("Montag", "Dienstag"),
    ("info@a-stadt.de", "info@b-stadt.de"),
    ("42 Euro je Raummeter", "42 Euro je Festmeter"),
]


def differences(a: str, b: str) -> int:
    pairs = compare_facts(extract(f"Es gilt {a} hier."), extract(f"Es gilt {b} hier."))
    return sum(kind is not None for kind, _, _ in pairs)


@pytest.mark.parametrize(("a", "b"), EQUAL)
def test_other_spellings_are_equal_in_both_directions(a: str, b: str) -> None:
    assert extract(a), "the first spelling holds a fact"
    assert differences(a, b) == differences(b, a) == 0


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different_values_differ_in_both_directions(a: str, b: str) -> None:
    assert differences(a, b) and differences(b, a)


def test_a_fact_knows_its_kind_value_and_place() -> None:
    text = "Zahlen Sie bis zum 3. Mai 2027 genau 1.250,00 EUR an die Kasse (Kassenzeichen 5.0331.002)."
    facts = extract(text)
    assert [f.kind for f in facts] == [FactKind.DATE, FactKind.AMOUNT, FactKind.FILE_NUMBER]
    assert [f.text for f in facts] == ["3. Mai 2027", "1.250,00 EUR", "5.0331.002"]
    assert all(text[f.start : f.end] == f.text for f in facts)


def test_number_words_are_quoted_as_they_are_spelt() -> None:
    (fact,) = extract("innerhalb von einundzwanzig Tagen")
    assert fact.text == "einundzwanzig Tagen"
    assert fact.value == "dur:day:21000000"


def test_list_numbers_are_no_facts() -> None:
    assert extract("1. Bitte kommen Sie.\n2. Bringen Sie alles mit.\n") == ()


def test_places_stay_right_behind_characters_outside_the_basic_plane() -> None:
    text = "😀 Termin: 14\u00a0Uhr, Raum\u202f5"
    assert [text[f.start : f.end] for f in extract(text)] == ["14\u00a0Uhr", "5"]


def test_a_damaged_word_list_names_file_and_line(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    import german.facts as module

    folder = Path(str(tmp_path))
    (folder / "bad.txt").write_text("# header\n[month]\nno sign here\n", encoding="utf-8")
    monkeypatch.setattr(module, "_DATA", folder)
    with pytest.raises(WordListError, match=r"bad\.txt, Zeile 3"):
        read_sections("bad.txt")


@pytest.mark.parametrize(
    ("source", "rewrite"),
    [
        ("Die Tonne muss bis 06:30 Uhr bereitstehen.", "Die Tonne muss bis halb sieben morgens bereitstehen."),
        (
            "Kinder bis zur Vollendung des sechzehnten Lebensjahres zahlen nichts.",
            "Bis zum 16. Geburtstag zahlen Kinder nichts.",
        ),
        (
            "Die Pflicht beginnt mit dem Ersten des auf die Aufnahme folgenden Monats.",
            "Die Pflicht beginnt am 1. des Folgemonats.",
        ),
        ("Ein einminütiger Dauerton bedeutet Entwarnung.", "Ein Dauerton von einer Minute bedeutet Entwarnung."),
        ("Der Schein endet mit Ablauf des 31. März 2029.", "Der Schein endet am 31.03.2029 um 24 Uhr."),
        (
            "Sie müssen den Nachweis und den Plan nachreichen.",
            "Sie müssen zwei Dinge nachreichen: 1. den Nachweis, 2. den Plan.",
        ),
        (
            "Dies folgt aus Art. 28 Abs. 1 BayVwVfG.",
            "Dies folgt aus Artikel 28 Absatz 1 des Bayerischen Verwaltungsverfahrensgesetzes.",
        ),
        ("Die siebzehnte Sitzung findet im Mai statt.", "Die 17. Sitzung findet im Mai statt."),
        ("Die Miete wird zum Monatsersten gezahlt.", "Die Miete wird zum 1. des Monats gezahlt."),
        ("Es bleibt eine Breite von 0,85 m.", "Es bleibt eine Breite von 85 Zentimetern."),
        ("Sie können zum Monatsschluss kündigen.", "Sie können zum Ende eines Monats kündigen."),
    ],
)
def test_equal_values_in_other_notations_are_the_same(source: str, rewrite: str) -> None:
    hard = {FactKind.DATE, FactKind.TIME, FactKind.NUMBER, FactKind.DEADLINE, FactKind.CITATION, FactKind.UNIT}
    assert [entry.message for entry in compare(source, rewrite).findings if entry.kind in hard] == []


@pytest.mark.parametrize(
    ("source", "rewrite", "kind"),
    [
        (
            "Die Tonne muss bis 06:30 Uhr bereitstehen.",
            "Die Tonne muss bis halb acht morgens bereitstehen.",
            FactKind.TIME,
        ),
        (
            "Kinder bis zur Vollendung des sechzehnten Lebensjahres zahlen nichts.",
            "Bis zum 17. Geburtstag zahlen Kinder nichts.",
            FactKind.NUMBER,
        ),
        (
            "Ein einminütiger Dauerton bedeutet Entwarnung.",
            "Ein Dauerton von zwei Minuten bedeutet Entwarnung.",
            FactKind.DEADLINE,
        ),
        (
            "Dies folgt aus Art. 28 Abs. 1 BayVwVfG.",
            "Dies folgt aus Artikel 28 Absatz 1 des Bayerischen Straßengesetzes.",
            FactKind.CITATION,
        ),
    ],
)
def test_other_values_in_other_notations_are_found(source: str, rewrite: str, kind: FactKind) -> None:
    found = {entry.kind for entry in compare(source, rewrite).findings}
    assert found & {kind, FactKind.NUMBER, FactKind.DEADLINE}


@pytest.mark.parametrize(
    ("source", "rewrite", "ok"),
    [
        ("Das Essen kostet 4,20 €.", "Das Essen kostet 4 Euro und 20 Cent.", True),
        ("Das Essen kostet 4,20 €.", "Das Essen kostet 4 Euro und 30 Cent.", False),
        ("Es kostet 14,00 €, für jedes weitere die Hälfte.", "Es kostet 14 Euro, für jedes weitere 7 Euro.", True),
        ("Es kostet 14,00 €, für jedes weitere die Hälfte.", "Es kostet 14 Euro, für jedes weitere 8 Euro.", False),
    ],
)
def test_amounts_in_words_and_shares_are_worked_out(source: str, rewrite: str, ok: bool) -> None:
    assert (not [e for e in compare(source, rewrite).findings if e.kind is FactKind.AMOUNT]) is ok

"""Readability: formulas against hand-counted texts and published sample values, counting rules, verdicts."""

import math
from dataclasses import replace

import pytest

from german.readability import Ease, Scores, TextKind, counted_words, measure, syllables, target, verdict
from german.text import parse

# The three pairs of texts and their values are the project's own reference (word = letters, vowel groups = syllables).
PAIRS = [
    (
        "Zur abschließenden Bearbeitung Ihres Antrages auf Gewährung von Wohngeld ist die Vorlage der in der "
        "Anlage bezeichneten Unterlagen bis zum 15. Januar 2027 erforderlich. Bei nicht fristgerechter "
        "Einreichung der vorgenannten Unterlagen kann eine Ablehnung der beantragten Leistung wegen fehlender"
        " Mitwirkung gemäß § 66 SGB I erfolgen.",
        (21.0, 2.26, 26.7, 15.9, 16.3, 66),
    ),
    (
        "Wir können Ihren Antrag auf Wohngeld noch nicht entscheiden. Uns fehlen Unterlagen. Welche "
        "Unterlagen das sind, steht in der Anlage. Bitte schicken Sie uns diese Unterlagen bis zum 15. Januar"
        " 2027. Wenn wir sie bis dahin nicht haben, können wir Ihren Antrag ablehnen (§ 66 SGB I).",
        (8.6, 1.72, 70.7, 4.2, 5.1, 25),
    ),
    (
        "Im Zuge der Durchführung von Kanalsanierungsmaßnahmen wird die Vollsperrung der Gottlieb-Daimler-"
        "Straße im Bereich zwischen der Schulstraße und dem Bahnhofsvorplatz in der Zeit vom 7. bis 18. "
        "Dezember 2026 erforderlich, wobei der Anliegerverkehr bis zur Baustelle aufrechterhalten wird.",
        (34.0, 2.18, 18.7, 14.2, 16.2, 72),
    ),
    (
        "Wir erneuern den Kanal in der Gottlieb-Daimler-Straße. Deshalb ist die Straße vom 7. bis 18. "
        "Dezember 2026 gesperrt. Die Sperrung gilt zwischen der Schulstraße und dem Bahnhofsvorplatz. "
        "Anlieger können bis zur Baustelle fahren.",
        (7.5, 1.87, 63.3, 8.0, 6.7, 44),
    ),
    (
        "Hiermit laden wir die Erziehungsberechtigten der in unserer Einrichtung betreuten Kinder zu dem am "
        "Dienstag, 12. Januar 2027, um 19:30 Uhr im Bewegungsraum der Kindertagesstätte stattfindenden "
        "Elternabend ein. Um vollzähliges und pünktliches Erscheinen wird gebeten.",
        (16.0, 2.28, 30.5, 13.8, 13.7, 60),
    ),
    (
        "Liebe Eltern, wir laden Sie herzlich zum Elternabend ein. Er findet am Dienstag, 12. Januar 2027, um"
        " 19:30 Uhr statt. Wir treffen uns im Bewegungsraum der Kita. Bitte kommen Sie pünktlich.",
        (7.0, 1.68, 74.8, 3.5, 3.1, 28),
    ),
]


@pytest.mark.parametrize(("text", "expected"), PAIRS)
def test_reference_values_are_reproduced(text: str, expected: tuple[float, ...]) -> None:
    s = measure(parse(text))
    found = (s.sentence_length, s.syllables_per_word, s.amstad, s.wiener_1, s.wiener_4)
    assert found == pytest.approx(expected[:-1], abs=0.06)
    assert round(s.lix) == expected[-1]


def test_formulas_on_a_text_counted_by_hand() -> None:
    # Die(1) Verwaltung(3) genehmigt(3) das(1) | Wir(1) antworten(3) Ihnen(2) bald(1): 8 words, 15 syllables.
    s = measure(parse("Die Verwaltung genehmigt das. Wir antworten Ihnen bald."))
    assert (s.words, s.sentences, s.sentence_length, s.longest_sentence) == (8, 2, 4.0, 4)
    assert s.syllables_per_word == 15 / 8
    ms, iw, es = 100 * 3 / 8, 100 * 3 / 8, 100 * 4 / 8
    assert (s.polysyllables, s.long_words, s.monosyllables) == (ms, iw, es)
    assert s.amstad == pytest.approx(180 - 4 - 58.5 * 15 / 8)
    assert s.wiener_1 == pytest.approx(0.1935 * ms + 0.1672 * 4 + 0.1297 * iw - 0.0327 * es - 0.875)
    assert s.wiener_2 == pytest.approx(0.2007 * ms + 0.1682 * 4 + 0.1373 * iw - 2.779)
    assert s.wiener_3 == pytest.approx(0.2963 * ms + 0.1905 * 4 - 1.1144)
    assert s.wiener_4 == pytest.approx(0.2744 * ms + 0.2656 * 4 - 1.693)
    assert s.lix == pytest.approx(4 + iw)
    assert s.rix == pytest.approx(3 / 2)
    assert s.gsmog == pytest.approx(math.sqrt(3 * 30 / 2) - 2)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("Haus", 1),
        ("Straße", 2),
        ("Verwaltung", 3),
        ("Bäume", 2),
        ("sehr", 1),
        ("Kita-Platz", 3),
        ("SGB", 1),
        ("Ei", 1),
    ],
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_headings_addresses_signatures_and_notices_do_not_count() -> None:
    body = "Wir haben Ihren Antrag geprüft. Sie bekommen den Platz."
    letter = (
        "Stadt Beispielhausen\nAz.: 1-2/27\nBeispielhausen, den 3. Mai 2027\n\nIhr Antrag auf einen Platz\n\n"
        f"Sehr geehrte Frau Kern,\n\n{body}\n\nRechtsbehelfsbelehrung\nGegen diesen Bescheid können Sie innerhalb "
        "eines Monats nach Bekanntgabe Widerspruch erheben.\n\nMit freundlichen Grüßen\nIm Auftrag\nLang"
    )
    assert measure(parse(letter)) == measure(parse(body))


def test_list_items_count_as_sentences() -> None:
    s = measure(parse("Bitte bringen Sie mit:\n- Ihren Ausweis\n- ein Foto"))
    assert s.sentences == 3


def test_numbers_citations_and_net_addresses_are_no_words() -> None:
    text = "Nach § 5 Abs. 2 Nr. 3 LBO zahlen Sie 12 Euro an kasse@stadt.de oder www.stadt.de/a (Az. 63-BA-04/26)."
    found = [word.text for sentence in parse(text).sentences for word in counted_words(sentence)]
    assert found == ["Nach", "LBO", "zahlen", "Sie", "Euro", "an", "oder", "Az"]


def test_a_masked_name_counts_as_one_word() -> None:
    assert measure(parse("⟦Name 1⟧ wohnt hier.")).words == 3


def test_hyphenated_words_count_once_and_are_reported() -> None:
    s = measure(parse("Die Gottlieb-Daimler-Straße ist gesperrt."))
    assert (s.words, s.hyphenated) == (4, 1)


def test_short_texts_are_marked_as_unreliable() -> None:
    assert not measure(parse("Das ist kurz.")).reliable
    assert measure(parse("Das ist ein Satz mit sieben Wörtern. " * 20)).reliable


def test_an_empty_text_has_no_figures_and_a_verdict() -> None:
    s = measure(parse(""))
    assert (s.words, s.amstad) == (0, 0.0)
    assert "keinen Satz" in verdict(s).sentence


@pytest.mark.parametrize(
    ("sentence", "passive"),
    [
        ("Der Antrag wird abgelehnt.", True),
        ("Der Antrag ist abgelehnt worden.", True),
        ("Der Antrag kann nicht genehmigt werden.", True),
        ("Wir wissen, dass der Antrag gestellt wurde.", True),
        ("Ihr Antrag wird, wie besprochen, am Montag geprüft.", True),
        ("Die Daten werden nach 55 Jahren gelöscht.", True),
        ("Termine werden am Schalter vergeben.", True),
        ("Die Genehmigung wird widerrufen.", True),
        ("Wir werden den Antrag prüfen.", False),
        ("Sie werden einen Bescheid erhalten.", False),
        ("Der Ausschuss wird am Montag beraten.", True),
        ("Ihr Antrag würde dann geprüft.", True),
        ("Wer geladen wird, muss kommen.", True),
        ("Die Preise werden angepasst und veröffentlicht.", True),
        ("Der Brief wird geöffnet worden sein.", True),
        ("Das Wetter wird schön.", False),
        ("Es wird kälter werden.", False),
        ("Die Regel wird weiter gelten.", False),
        ("Das Amt wird Ihnen die Gebühr erstatten.", False),
        ("Das Konzert wird stattfinden.", False),
        ("Sie werden das Geld bekommen haben.", False),
        ("Man wird sehen, was kommt.", False),
        ("Sie wird Lehrerin.", False),
        ("Die Gebühr wird am Montag fällig.", False),
        ("Das Ergebnis wird bekannt.", False),
        ("Der Betrag würde eine Härte bedeuten.", False),
        ("Wir haben den Antrag geprüft.", False),
        ("Der Platz ist gesperrt.", False),
    ],
)
def test_passive_is_told_from_future_and_becoming(sentence: str, passive: bool) -> None:
    assert measure(parse(sentence)).passive == (100.0 if passive else 0.0)


def test_noun_style_counts_suffix_nouns_and_noun_infinitives() -> None:
    s = measure(parse("Die Durchführung der Erhebung erfordert das Vorliegen einer Genehmigung und die Wohnung."))
    assert s.nominal == pytest.approx(100 * 4 / 12)


PLAIN = measure(parse("Wir haben Ihren Antrag. Uns fehlt noch ein Foto. Bitte schicken Sie es uns bald. " * 12))


def test_a_good_text_reaches_its_targets() -> None:
    judged = verdict(PLAIN)
    assert judged.reached
    assert judged.level is Ease.GUT
    assert judged.sentence == "Der Text ist gut verständlich (Bürgerbrief)."


def test_the_verdict_names_what_is_worst_in_german() -> None:
    judged = verdict(replace(PLAIN, sentence_length=31.4, longest_sentence=52, amstad=12.0, wiener_1=15.2, lix=71.0))
    assert judged.level is Ease.SEHR_SCHWER
    assert not judged.reached
    assert "Schnitt 31,4 Wörter (Ziel: höchstens 12)" in judged.sentence or "Schuljahre" in judged.sentence


def test_the_same_text_is_judged_by_its_kind() -> None:
    scores = replace(PLAIN, sentence_length=15.5, longest_sentence=26, amstad=40.0, wiener_1=11.0, lix=52.0)
    assert verdict(scores, TextKind.VORLAGE).reached
    assert not verdict(scores, TextKind.ELTERNBRIEF).reached


def test_every_kind_of_text_has_targets() -> None:
    for kind in TextKind:
        assert target(kind).name
        assert 0 < target(kind).sentence_length < target(kind).longest_sentence


def test_no_figure_is_called_hix() -> None:
    assert not any("hix" in name.lower() for name in Scores.__slots__)

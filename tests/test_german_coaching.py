"""Coaching and termbase: each detector finds its fault and leaves good German alone."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from german.coaching import Remark, Weight, coach
from german.readability import measure
from german.termbase import (
    Termbase,
    TermbaseError,
    check_terms,
    default_glossary,
    explanations,
    insert,
    lost_terms,
    read_termbase,
)
from german.text import parse


def _remarks(text: str, detector: str | None = None) -> list[Remark]:
    return [remark for remark in coach(parse(text)) if detector in (None, remark.detector)]


def _places(text: str, detector: str) -> list[str]:
    return [text[remark.start : remark.end] for remark in _remarks(text, detector)]


def _plain_letters() -> list[str]:
    raw = (Path(__file__).parent / "data" / "plain_letters.txt").read_text(encoding="utf-8")
    body = "\n".join(line for line in raw.splitlines() if not line.startswith("#"))
    return [part.strip() for part in body.split("\n---\n")]


FAULTS = [
    (
        "langer-satz",
        "Die Stadt hat im vergangenen Jahr auf dem Platz vor dem alten Rathaus viele neue Bäume gepflanzt "
        "und danach noch "
        "sechs Bänke und zwei Brunnen aufgestellt.",
        "Die Stadt",
    ),
    (
        "schachtelsatz",
        "Der Antrag, den Sie im Mai gestellt haben, kann, weil Unterlagen fehlen, die wir brauchen, nicht "
        "bearbeitet werden.",
        "Der Antrag",
    ),
    (
        "satzklammer",
        "Wir haben die Pläne für das neue Bad am Rand der Stadt mit allen Vereinen und Schulen besprochen.",
        "haben die Pläne",
    ),
    ("nominalstil", "Die Durchführung der Überprüfung dient der Sicherstellung der Einhaltung.", "Durchführung"),
    (
        "genitivkette",
        "Wir prüfen die Möglichkeit der Verlängerung der Frist.",
        "Möglichkeit der Verlängerung der Frist",
    ),
    ("funktionsverbgefuege", "Wir werden Ihren Einwand einer Prüfung unterziehen.", "einer Prüfung unterziehen"),
    ("funktionsverbgefuege", "Bitte nehmen Sie von Anfragen Abstand.", "Abstand"),
    ("passiv", "Ihr Antrag wird abgelehnt.", "wird abgelehnt"),
    ("gerundiv", "Bitte schicken Sie uns die zu erbringenden Nachweise.", "zu erbringenden"),
    ("gerundiv", "Wir prüfen die einzureichenden Pläne.", "einzureichenden"),
    ("erweitertes-attribut", "Der von Ihnen am 3. Mai gestellte Antrag ist da.", "Der von Ihnen"),
    ("doppelte-verneinung", "Der Schaden ist nicht unerheblich.", "nicht unerheblich"),
    ("doppelte-verneinung", "Das geht nicht ohne Ihre Hilfe.", "nicht ohne"),
    ("unpersoenlich", "Es wird gebeten, die Hecke zurückzuschneiden.", "Es wird gebeten"),
    ("unpersoenlich", "Um pünktliches Erscheinen wird gebeten.", "Um pünktliches Erscheinen wird gebeten"),
    ("unpersoenlich", "Es besteht die Möglichkeit, den Termin zu verschieben.", "Es besteht die Möglichkeit"),
    ("amtsdeutsch", "Sie müssen lediglich unterschreiben.", "lediglich"),
    ("amtsdeutsch", "Bitte kleben Sie drei Postwertzeichen auf.", "Postwertzeichen"),
    ("abkuerzung", "Bitte bringen Sie ggf. einen Ausweis mit.", "ggf."),
    ("abkuerzung", "Wir antworten i. d. R. nach zwei Tagen.", "i. d. R."),
    ("paragraf-im-satz", "Gemäß § 60 Abs. 1 SGB I müssen Sie uns jede Änderung sofort sagen.", "§ 60 Abs. 1 SGB I"),
    ("wortungetuem", "Das ist eine Kanalsanierungsmaßnahme.", "Kanalsanierungsmaßnahme"),
    ("bedingungen", "Sie bekommen Geld, wenn Sie hier wohnen und sofern Sie wenig verdienen.", "Sie bekommen"),
    ("synonyme", "Ihr Antrag ist da. Wir prüfen Ihr Gesuch bald.", "Gesuch"),
    ("leere-einleitung", "Hiermit möchten wir Ihnen mitteilen, dass die Halle zu ist.", "Hiermit möchten wir Ihnen"),
]


@pytest.mark.parametrize(("detector", "text", "place"), FAULTS)
def test_each_detector_finds_its_fault_at_its_place(detector: str, text: str, place: str) -> None:
    found = _places(text, detector)
    assert found, [remark.detector for remark in _remarks(text)]
    assert found[0].startswith(place)


def test_nineteen_of_twenty_faults_are_found() -> None:
    lines = (Path(__file__).parent / "data" / "faults.txt").read_text(encoding="utf-8").splitlines()
    faults = [line.split(" | ") for line in lines if not line.startswith("#")]
    missed = [(detector, text) for detector, text in faults if not _places(text, detector)]
    assert len(faults) > 80
    assert len(missed) * 20 <= len(faults), missed


FRAGMENTS = [
    *(
        "Der ",
        "die ",
        "nicht ",
        "un",
        "zulässig ",
        "wird ",
        "werden ",
        "gestellt ",
        "zu ",
        "erbringende ",
        "Frist ",
        "der ",
    ),
    *(
        "Prüfung ",
        "§ 5 Abs. 1 LBO ",
        "(",
        ")",
        ", ",
        ". ",
        ": ",
        "; ",
        "\n",
        "\n\n- ",
        "⟦Name 1⟧ ",
        "ggf. ",
        "i. V. m. ",
        "wenn ",
    ),
    *(
        "in Anspruch ",
        "nehmen ",
        "Hiermit ",
        "dass ",
        "Ü",
        "ß ",
        "\u0308",
        "7. Mai ",
        "Zwangsgeld ",
        "kein ",
        "Sie ",
        "!",
        "? ",
    ),
]

GOOD = [
    "Wir werden Ihren Antrag morgen prüfen.",
    "Das Wetter wird am Wochenende schön.",
    "Sie werden bald einen Bescheid erhalten.",
    "Der Platz ist unbefristet vermietet.",
    "Das ist nicht unbedingt nötig.",
    "Nicht nur Kinder, sondern auch Eltern sind willkommen.",
    "Wir schreiben Ihnen (§ 5 Abs. 1 der Satzung).",
    "Die Kinder der Klasse 3 fahren in die Stadt.",
    "Wenn Sie Fragen haben, rufen Sie uns an.",
    "Bitte bringen Sie z. B. einen Ausweis mit.",
    "Der neue Antrag liegt bei.",
    "Ihr Kind geht in die Schule und wird dort essen.",
    "Wir stellen Ihnen einen Raum zur Verfügung.",
    "Die Aufenthaltserlaubnis gilt zwei Jahre.",
]


@pytest.mark.parametrize("text", GOOD)
def test_good_sentences_get_no_remark(text: str) -> None:
    assert _remarks(text) == []


def test_good_plain_letters_get_at_most_one_remark_in_a_hundred_words() -> None:
    letters = _plain_letters()
    assert len(letters) == 10
    count = sum(len(_remarks(letter)) for letter in letters)
    total = sum(measure(parse(letter)).words for letter in letters)
    assert total > 800
    assert count * 100 <= total, [(r.detector, r.suggestion) for letter in letters for r in _remarks(letter)]


def test_every_remark_has_place_reason_and_suggestion() -> None:
    for _, text, _ in FAULTS:
        for remark in _remarks(text):
            assert 0 <= remark.start < remark.end <= len(text)
            assert remark.reason.endswith((".", "“"))
            assert len(remark.suggestion) > 10


def test_remarks_come_in_the_order_of_the_text() -> None:
    text = " ".join(text for _, text, _ in FAULTS)
    starts = [remark.start for remark in _remarks(text)]
    assert starts == sorted(starts)


def test_one_sentence_gets_at_most_four_remarks() -> None:
    text = (
        "Bezüglich der von Ihnen am 3. Mai hier eingereichten Unterlagen wird im Zuge der Durchführung der "
        "Überprüfung der "
        "Vollständigkeit gemäß § 5 Abs. 1 LBO seitens der Behörde nunmehr lediglich um Vorlage der noch zu "
        "erbringenden "
        "Nachweise i. d. R. binnen Monatsfrist gebeten, sofern und soweit diese nicht unentbehrlich sind."
    )
    assert 3 <= len(_remarks(text)) <= 4
    assert any(remark.weight is Weight.RED for remark in _remarks(text))


def test_long_sentences_are_red_from_26_words() -> None:
    words = "Wir fahren heute mit dem Bus in die Stadt und kaufen dort"
    middle = _remarks(words + " Brot Milch Käse Obst Salat Eier Butter Honig Wurst.", "langer-satz")
    long = _remarks(words + " Brot Milch Käse Obst Salat Eier Butter Honig Wurst Tee Wein Saft Mehl Öl.", "langer-satz")
    assert [r.weight for r in middle] == [Weight.YELLOW]
    assert [r.weight for r in long] == [Weight.RED]


def test_the_suggestion_for_a_passive_names_an_active_form() -> None:
    assert "wir stellen … fest" in _remarks("Es ist klar. Der Schaden wurde festgestellt.", "passiv")[0].suggestion
    assert "wir prüfen" in _remarks("Der Antrag wird geprüft.", "passiv")[0].suggestion
    with_agent = _remarks("Der Antrag wird durch die Stadt am Montag geprüft.", "passiv")[0].suggestion
    assert "die Stadt" in with_agent


def test_a_text_with_few_passives_gets_no_remark_about_them() -> None:
    assert _remarks("Wir prüfen das. " * 9 + "Der Antrag wird abgelehnt.", "passiv") == []


def test_the_same_word_is_remarked_once() -> None:
    assert len(_remarks("Das kostet lediglich 5 Euro. Sie zahlen lediglich einmal.", "amtsdeutsch")) == 1


def test_legal_terms_are_left_alone() -> None:
    assert _remarks("Sie können Widerspruch einlegen. Das gilt unverzüglich und insbesondere bei einer Anhörung.") == []


def test_notices_addresses_and_quoted_mails_get_no_remarks() -> None:
    text = (
        "Alles gut.\n\nRechtsbehelfsbelehrung\nGegen diesen Bescheid kann innerhalb eines Monats nach "
        "Bekanntgabe seitens "
        "der Betroffenen Widerspruch erhoben werden.\n\nMit freundlichen Grüßen\nKern\n\n"
        "Von: A\nGesendet: B\nAn: C\nBetreff: D\n\nEs wird gebeten, ggf. lediglich zu warten."
    )
    assert _remarks(text) == []


def test_frozen_zones_given_by_the_caller_get_no_remarks() -> None:
    from german.frozen import Zone, ZoneKind

    text = "Sie müssen lediglich zahlen."
    assert coach(parse(text), [Zone(0, len(text), ZoneKind.ZITAT)]) == ()
    assert coach(parse(text), []) != ()


def test_coaching_a_large_text_is_fast_and_linear() -> None:
    text = "\n\n".join(text for _, text, _ in FAULTS) * 12

    def seconds(content: str) -> float:
        model = parse(content)
        runs: list[float] = []
        for _ in range(3):
            start = time.process_time()
            coach(model)
            runs.append(time.process_time() - start)
        return min(runs)

    seconds(text)
    assert seconds(text * 4) < 12 * max(seconds(text), 0.02)


@pytest.mark.parametrize(
    "unit",
    [
        "zu",
        "ist ",
        "der der des ",
        "zur Kenntnis nehmen ",
        "(§ 1 ",
        "a. ",
        "wird gestellt ",
        "wenn ",
        "Um das ",
        "nicht un",
    ],
)
def test_hostile_repetition_stays_fast(unit: str) -> None:
    model = parse(unit * (60_000 // len(unit)))
    start = time.perf_counter()
    coach(model)
    measure(model)
    assert time.perf_counter() - start < 5


# --- termbase ---------------------------------------------------------------------------------------------------------

TERMS = Termbase(
    preferred={"Kindertageseinrichtung": "Kita"},
    forbidden={"Leichte Sprache": "", "Asylant": "geflüchtete Person"},
    protected=frozenset({"Dienstherr", "aufschiebende Wirkung"}),
    glossary=default_glossary(),
)


def test_preferred_and_forbidden_terms_are_found_in_every_inflection() -> None:
    text = "In den Kindertageseinrichtungen helfen Asylanten. Das steht in Leichter Sprache da."
    found = check_terms(parse(text), TERMS)
    assert [(text[r.start : r.end], r.detector) for r in found] == [
        ("Kindertageseinrichtungen", "begriff-bevorzugt"),
        ("Asylanten", "begriff-verboten"),
        ("Leichter Sprache", "begriff-verboten"),
    ]
    assert "„Kita“" in found[0].suggestion
    assert found[2].suggestion == "Lassen Sie den Begriff weg."


def test_a_protected_term_that_a_rewrite_drops_is_reported() -> None:
    source = "Der Widerspruch hat keine aufschiebende Wirkung. Das sagt Ihr Dienstherr."
    lost = lost_terms(source, "Der Widerspruch ändert vorerst nichts. Das sagt Ihr Arbeitgeber.", TERMS)
    assert [(use.term, source[use.start : use.end]) for use in lost] == [
        ("aufschiebende Wirkung", "aufschiebende Wirkung"),
        ("Dienstherr", "Dienstherr"),
    ]
    assert lost_terms(source, "Ihrem Dienstherrn zufolge fehlt die aufschiebende Wirkung.", TERMS) == ()


def test_legal_terms_are_explained_once_at_first_use() -> None:
    text = "Ihr Zwangsgeld\n\nWir drohen ein Zwangsgeld an. Das Zwangsgeld ist hoch. Die Stundung (später zahlen) geht."
    model = parse(text)
    found = explanations(model, TERMS)
    assert [e.term for e in found] == ["Zwangsgeld"]
    assert insert(text, found) == text.replace(
        "drohen ein Zwangsgeld an", f"drohen ein Zwangsgeld ({default_glossary()['Zwangsgeld']}) an"
    )


def test_a_termbase_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "begriffe.txt"
    file.write_text(
        "# unsere Wörter\n[bevorzugt]\nVordruck | "
        "Formular\n[verboten]\nAsylant\n[geschützt]\nDienstherr\n[glossar]\nKur | Erholung\n",
        encoding="utf-8",
    )
    read = read_termbase(file)
    assert read.preferred == {"Vordruck": "Formular"}
    assert read.forbidden == {"Asylant": ""}
    assert read.protected == {"Dienstherr"}
    assert read.glossary["Kur"] == "Erholung"
    assert "Widerspruch" in read.glossary


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("Vordruck | Formular", "Zeile 1"),
        ("[unbekannt]\na | b", "Zeile 1"),
        ("[bevorzugt]\nVordruck", "Zeile 2"),
        ("[bevorzugt]\n| Formular", "Zeile 2"),
        ("[geschützt]\nA\nA", "Zeile 3"),
    ],
)
def test_a_wrong_termbase_is_refused_with_file_and_line(tmp_path: Path, content: str, line: str) -> None:
    file = tmp_path / "begriffe.txt"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(TermbaseError, match=rf"begriffe\.txt, {line}"):
        read_termbase(file)


def test_a_missing_termbase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TermbaseError, match=r"fehlt\.txt"):
        read_termbase(tmp_path / "fehlt.txt")


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40))
def test_any_mixture_of_fragments_is_coached_with_places_inside_the_text(fragments: list[str]) -> None:
    text = "".join(fragments)
    model = parse(text)
    measure(model)
    for remark in coach(model):
        assert 0 <= remark.start < remark.end <= len(text)
        assert remark.suggestion
    for explanation in explanations(model, TERMS):
        assert text[: explanation.place].rstrip() != ""

"""Word forms: verbs, nouns, articles and adjectives as the rules need them."""

from pathlib import Path

import pytest

from german import morphology
from german.morphology import WordListError


@pytest.mark.parametrize(
    ("infinitive", "participle", "zu", "singular"),
    [
        ("einreichen", "eingereicht", "einzureichen", "reicht"),
        ("übersenden", "übersandt", "zu übersenden", "übersendet"),
        ("vorlegen", "vorgelegt", "vorzulegen", "legt"),
        ("beantragen", "beantragt", "zu beantragen", "beantragt"),
        ("anerkennen", "anerkannt", "anzuerkennen", "erkennt"),
        ("reparieren", "repariert", "zu reparieren", "repariert"),
        ("anordnen", "angeordnet", "anzuordnen", "ordnet"),
        ("vergeben", "vergeben", "zu vergeben", "vergibt"),
        ("zurücknehmen", "zurückgenommen", "zurückzunehmen", "nimmt"),
        ("entscheiden", "entschieden", "zu entscheiden", "entscheidet"),
        ("ändern", "geändert", "zu ändern", "ändert"),
        ("aufrechterhalten", "aufrechterhalten", "aufrechtzuerhalten", "erhält"),
        ("vorbereiten", "vorbereitet", "vorzubereiten", "bereitet"),
    ],
)
def test_verb_forms(infinitive: str, participle: str, zu: str, singular: str) -> None:
    verb = morphology.verb(infinitive)
    assert verb is not None
    assert (verb.participle, verb.zu, verb.present) == (participle, zu, singular)


def test_unknown_words_stay_unknown() -> None:
    assert morphology.verb("verfranzen") is None
    assert morphology.nouns("Xyzzy") == ()
    assert morphology.finite_final("Haus") is None


@pytest.mark.parametrize(
    ("form", "gender", "plural"),
    [
        ("Wohngeldanträge", "m", True),
        ("Bearbeitungsgebühren", "f", True),
        ("Abfallbehälter", "m", False),
        ("Sachbearbeiterinnen", "f", True),
        ("Baugenehmigungen", "f", True),
        ("Personalausweises", "m", False),
        ("Grundstücke", "n", True),
        ("Antwort", "f", False),
        ("Einverständnisses", "n", False),
    ],
)
def test_compounds_take_gender_and_number_from_their_last_part(form: str, gender: str, plural: bool) -> None:
    assert (gender, plural) in {(noun.gender, number) for noun, _, number in morphology.readings(form)}


@pytest.mark.parametrize(
    ("lemma", "case", "plural", "form"),
    [
        ("Antrag", "gen", False, "Antrages"),
        ("Formular", "dat", True, "Formularen"),
        ("Foto", "dat", True, "Fotos"),
        ("Zeugnis", "gen", False, "Zeugnisses"),
        ("Unterlage", "dat", True, "Unterlagen"),
        ("Mensch", "acc", False, "Menschen"),
        ("Haus", "gen", False, "Hauses"),
        ("Behälter", "gen", False, "Behälters"),
    ],
)
def test_noun_cases(lemma: str, case: str, plural: bool, form: str) -> None:
    assert morphology.nouns(lemma)[0].form(case, plural) == form


def test_prepositions_contract_with_their_article_only_where_german_does() -> None:
    assert morphology.contract("zu", "der") == "zur"
    assert morphology.contract("in", "dem") == "im"
    assert morphology.contract("mit", "dem") == "mit dem"


def test_adjective_endings_follow_the_article() -> None:
    ein = morphology.determiner("ein")
    der = morphology.determiner("der")
    assert ein is not None
    assert der is not None
    assert morphology.adjective_ending(ein[0], "m", "nom") == "er"
    assert morphology.adjective_ending(der[0], "m", "nom") == "e"
    assert morphology.adjective_ending(None, "n", "dat") == "em"
    assert morphology.adjective_ending(None, "m", "gen") == "en"


def test_a_broken_word_list_names_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "verben.txt"
    broken.write_text("[grundverben]\ngeben gibt gab gegeben\nnehmen nimmt\n", encoding="utf-8")
    monkeypatch.setattr(morphology, "_VERBS", broken)
    morphology.verbs.cache_clear()
    with pytest.raises(WordListError, match=r"verben\.txt, Zeile 3"):
        morphology.verbs()
    morphology.verbs.cache_clear()

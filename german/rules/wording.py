"""Fixed wordings of letters and by-laws that need a look at their surroundings before they may change."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from german import morphology
from german.morphology import Determiner, WordListError
from german.rules.clauses import is_finite, main_verb
from german.rules.context import Context
from german.rules.draft import Change
from german.rules.pairs import join, prepositional
from german.rules.phrases import (
    View,
    inflect,
    is_adjective,
    is_noun,
    law_like,
    noun_phrase,
    only_prepositional,
    recase,
    word_class,
    word_suffixes,
)

_PHRASES = Path(__file__).parent.parent / "data" / "wendungen.yaml"


def according_to(view: View, context: Context) -> Iterator[Change]:
    """„gemäß § 5“ becomes „nach § 5“."""
    for index, word in enumerate(view.lower):
        if word not in ("gemäß", "gem."):
            continue
        if view.at(index + 1) in ("§", "§§", "art.", "artikel") or (
            word == "gemäß"
            and _statute_next(view, index + 1)
            and not is_noun(view.tokens[index - 1] if index else view.tokens[0])
        ):
            yield Change(
                view.tokens[index].start,
                view.tokens[index].end,
                view.case_as(index, "nach"),
                "wortpaar-1",
                "„gemäß“ ist Amtsdeutsch. Klarer: „nach“.",
            )


def as_provided(view: View, context: Context) -> Iterator[Change]:
    """„nach Maßgabe der Satzung“ becomes „nach der Satzung“."""
    for index in range(len(view.tokens) - 3):
        if view.lower[index : index + 2] != ["nach", "maßgabe"]:
            continue
        start = index + 2
        if view.at(start) in ("des", "der") and view.at(start + 1) in ("§", "§§", "art.", "artikel"):
            yield Change(view.tokens[index].end, view.tokens[start].end, "", "wortpaar-1", "„nach“ genügt.")
            continue
        found = prepositional(view, start, "gen", "dat") if _statute_next(view, start) else None
        if found is not None:
            yield Change(
                view.tokens[index].start,
                view.tokens[found[0].end - 1].end,
                view.case_as(index, "nach " + found[1]),
                "wortpaar-1",
                "„nach“ genügt.",
            )


def _statute_next(view: View, start: int) -> bool:
    phrase = noun_phrase(view, start, attributes=False)
    return phrase is not None and view.at(phrase.head).endswith(
        (
            "satzung",
            "gesetz",
            "verordnung",
            "richtlinie",
            "gesetzbuch",
            "vorschriften",
            "bestimmungen",
            "gebührenordnung",
        )
    )


_ABOUT = {
    ("bezüglich",): "gen",
    ("hinsichtlich",): "gen",
    ("in", "bezug", "auf"): "acc",
    ("betreffend",): "acc",
    ("betreffs",): "gen",
    ("in", "hinblick", "auf"): "acc",
}


def about(view: View, context: Context) -> Iterator[Change]:
    """„bezüglich Ihres Antrags“ becomes „zu Ihrem Antrag“, at the start or behind words that ask and tell."""
    if not (view.words & {"bezüglich", "hinsichtlich", "bezug", "betreffend", "betreffs"}):
        return
    for index in range(len(view.tokens)):
        for old, case in _ABOUT.items():
            if tuple(view.lower[index : index + len(old)]) != old:
                continue
            start = index + len(old)
            opens = index == view.first
            asks = opens or view.at(index - 1).endswith(word_suffixes("auskunftswoerter"))
            before = view.tokens[index - 1]
            if not asks and (case != "gen" or is_noun(before) or before.kind in "npx"):
                continue
            if not asks:
                yield from _by_way(view, index, start)
                continue
            found = prepositional(view, start, case, "dat")
            if found is None:
                continue
            phrase, text = found
            if opens and not _up_to_verb(view, phrase.end):
                continue
            new = view.case_as(index, join("zu", text))
            yield Change(
                view.tokens[index].start,
                view.tokens[phrase.end - 1].end,
                new,
                "wortpaar-2",
                f"„{view.span(index, start)}“ ist Amtsdeutsch. Klarer: „zu“.",
            )


def _by_way(view: View, index: int, start: int) -> Iterator[Change]:
    """„sich hinsichtlich der Größe unterscheiden“: „sich bei der Größe …“."""
    tokens = view.tokens
    phrase = noun_phrase(view, start, attributes=False)
    if phrase is None or not phrase.features:
        return
    reason = f"„{tokens[index].text}“ ist Amtsdeutsch. Klarer: „bei“."
    if phrase.det is None and not phrase.adjectives:
        if all(n.form("gen", False) == n.form("dat", False) for n in morphology.nouns(tokens[start].text)):
            yield Change(tokens[index].start, tokens[index].end, "bei", "wortpaar-2", reason)
        return
    found = prepositional(view, start, "gen", "dat")
    if found is not None:
        yield Change(
            tokens[index].start,
            tokens[found[0].end - 1].end,
            view.case_as(index, join("bei", found[1])),
            "wortpaar-2",
            reason,
        )


def _up_to_verb(view: View, position: int) -> bool:
    """Whether the first place of the sentence ends at a token, prepositional phrases aside."""
    verb = main_verb(view, view.first, view.last)
    return verb is not None and only_prepositional(view, position, verb)


def for_the_purpose(view: View, context: Context) -> Iterator[Change]:
    """„zwecks Klärung“ becomes „zur Klärung“."""
    if "zwecks" not in view.words:
        return
    index = view.lower.index("zwecks")
    phrase = noun_phrase(view, index + 1)
    if phrase is None or phrase.adjectives or (phrase.det is not None and phrase.det.stem not in ("der",)):
        return
    genders = {f.gender for f in phrase.features if f.case in ("gen", "dat") and not f.plural}
    if phrase.det is None and len(genders) == 1:
        article = "der" if genders == {"f"} else "dem"
        new = view.case_as(index, join("zu", f"{article} {view.tokens[index + 1].text}"))
        yield Change(
            view.tokens[index].start, view.tokens[index + 1].end, new, "wortpaar-4", "„zwecks“ ist Amtsdeutsch."
        )
    elif phrase.det is not None:
        found = prepositional(view, index + 1, "gen", "dat")
        if found is not None:
            new = view.case_as(index, join("zu", found[1]))
            yield Change(
                view.tokens[index].start,
                view.tokens[found[0].end - 1].end,
                new,
                "wortpaar-4",
                "„zwecks“ ist Amtsdeutsch.",
            )


def on_occasion(view: View, context: Context) -> Iterator[Change]:
    """„anlässlich des Stadtfestes“ becomes „zum Stadtfest“, before controls and checks „bei …“."""
    if "anlässlich" not in view.words:
        return
    index = view.lower.index("anlässlich")
    found = prepositional(view, index + 1, "gen", "dat")
    if found is None:
        return
    head = view.at(found[0].head)
    if head.endswith(("fest", "festes", "fests", "jubiläums", "geburtstages", "geburtstags", "feier", "tages", "tags")):
        new = join("zu", found[1])
    elif head.endswith(
        (
            "kontrolle",
            "prüfung",
            "begehung",
            "besichtigung",
            "überprüfung",
            "termins",
            "besuchs",
            "besuches",
            "gesprächs",
            "gespräches",
            "besprechung",
            "sitzung",
        )
    ):
        new = join("bei", found[1])
    else:
        return
    yield Change(
        view.tokens[index].start,
        view.tokens[found[0].end - 1].end,
        view.case_as(index, new),
        "wortpaar-7",
        "„anlässlich“ ist Amtsdeutsch.",
    )


def because_of(view: View, context: Context) -> Iterator[Change]:
    """„aufgrund der Bauarbeiten“ becomes „wegen der Bauarbeiten“, unless a legal basis follows."""
    for index, word in enumerate(view.lower):
        if word == "aufgrund":
            end = index + 1
        elif (
            word == "auf"
            and view.at(index + 1) == "grund"
            and view.at(index + 2) in ("der", "des", "von", "einer", "eines", "ihrer", "ihres")
        ):
            end = index + 2
        else:
            continue
        start = end
        if view.at(end) == "von":
            start = end + 1
            phrase = noun_phrase(view, start, attributes=False)
            if phrase is None or phrase.det is not None or phrase.adjectives:
                continue
        if (
            law_like(view, start)
            or view.at(start) in ("dessen", "deren", "welcher", "dieser", "diesem")
            or noun_phrase(view, start) is None
        ):
            continue
        phrase = noun_phrase(view, start)
        if phrase is None or (start == end and not phrase.can_be("gen")):
            continue
        right = start if view.at(end) == "von" else end
        yield Change(
            view.tokens[index].start,
            view.tokens[right - 1].end,
            view.case_as(index, "wegen"),
            "wortpaar-8",
            "„aufgrund“ ist Amtsdeutsch. Klarer: „wegen“.",
        )


def within(view: View, context: Context) -> Iterator[Change]:
    """„im Rahmen der Anhörung“ and „im Zuge der Arbeiten“ become „bei …“ before words for an action."""
    for index in range(len(view.tokens) - 3):
        if view.lower[index] != "im" or view.lower[index + 1] not in ("rahmen", "zuge", "verlauf", "verlaufe"):
            continue
        if view.lower[index + 1].startswith("verlauf"):
            continue
        start = index + 2
        if view.at(start) == "von":
            continue
        found = prepositional(view, start, "gen", "dat")
        if found is None:
            continue
        head = view.at(found[0].head)
        if not head.endswith(word_suffixes("vorgaenge")) or (
            head.endswith(word_suffixes("grenzen")) and view.lower[index + 1] == "rahmen"
        ):
            continue
        if head.endswith(word_suffixes("keine_vorgaenge")) or head == "meldung":
            continue
        new = view.case_as(index, join("bei", found[1]))
        old = view.span(index, start)
        yield Change(
            view.tokens[index].start,
            view.tokens[found[0].end - 1].end,
            new,
            "wortpaar-16",
            f"„{old}“ ist Amtsdeutsch. Klarer: „bei“.",
        )


def lacking(view: View, context: Context) -> Iterator[Change]:
    """„mangels freier Plätze“ becomes „wegen fehlender freier Plätze“."""
    for index, word in enumerate(view.lower):
        if word != "mangels" and not (word == "in" and view.at(index + 1) == "ermangelung"):
            continue
        start = index + 1 if word == "mangels" else index + 2
        phrase = noun_phrase(view, start)
        if phrase is None or (phrase.det is not None and phrase.det.stem not in ("ein", "der")) or phrase.adjectives:
            continue
        forms = {f.gender for f in phrase.features if f.case == "gen"}
        if phrase.det is not None:
            found = prepositional(view, start, "gen", "gen")
            if found is None or len(forms) != 1:
                continue
            feature = next(f for f in phrase.features if f.case == "gen")
            bare = inflect(view, phrase, feature, "gen", drop_det=True)
            rest = view.text[view.tokens[phrase.core - 1].end : view.tokens[phrase.end - 1].end]
            text = bare + rest
        else:
            text = view.span(phrase.start, phrase.end)
        ending = {"er" if gender in "fp" else "en" for gender in forms}
        if len(ending) != 1 or view.at(phrase.end) in ("und", "oder", "sowie"):
            continue
        new = view.case_as(index, f"wegen fehlend{ending.pop()} {text}")
        yield Change(
            view.tokens[index].start, view.tokens[phrase.end - 1].end, new, "wortpaar-9", "„mangels“ ist Amtsdeutsch."
        )


_REFERRING = {"vorgenannt", "vorbezeichnet", "vorstehend", "obig", "vorerwähnt", "obengenannt"}
_LISTED = frozenset({"aufgeführten", "genannten", "bezeichneten", "aufgelisteten", "angeführten", "beschriebenen"})


def referring(view: View, context: Context) -> Iterator[Change]:
    """„die vorgenannten Unterlagen“ becomes „diese Unterlagen“, „die nachstehend aufgeführten“ „die folgenden“."""
    tokens = view.tokens
    for index, token in enumerate(tokens):
        if token.kind != "w" or token.upper:
            continue
        word = token.text
        if (
            word in ("nachstehend", "nachfolgend")
            and view.at(index + 1) in _LISTED
            and index + 2 < len(tokens)
            and (is_noun(tokens[index + 2]) or is_adjective(tokens[index + 2]))
        ):
            yield Change(token.start, tokens[index + 1].end, "folgenden", "wortpaar-36", "„folgend“ genügt.")
            continue
        if (
            word.startswith(("nachstehende", "nachfolgende"))
            and index + 1 < len(tokens)
            and (is_noun(tokens[index + 1]) or is_adjective(tokens[index + 1]))
        ):
            ending = word[len("nachstehend") if word.startswith("nachstehend") else len("nachfolgend") :]
            yield Change(
                token.start,
                token.end,
                "folgend" + ending,
                "wortpaar-36",
                f"„{word}“ ist Amtsdeutsch. Klarer: „folgend{ending}“.",
            )
            continue
        stem = next(
            (s for s in _REFERRING if word.startswith(s) and word[len(s) :] in ("e", "en", "er", "es", "em")), None
        )
        if stem is None or not (
            index + 1 < len(tokens) and (is_noun(tokens[index + 1]) or is_adjective(tokens[index + 1]))
        ):
            continue
        start = index
        if index and morphology.determiner(tokens[index - 1].text) is not None:
            found = morphology.determiner(tokens[index - 1].text)
            if found is None or found[0].kind != "der":
                continue
            start = index - 1
        elif index and morphology.expand_preposition(view.lower[index - 1]) is not None:
            preposition, article = morphology.expand_preposition(view.lower[index - 1]) or ("", "")
            new = view.case_as(
                index - 1, f"{preposition} dies{'em' if article == 'dem' else 'er' if article == 'der' else 'es'}"
            )
            yield Change(tokens[index - 1].start, token.end, new, "wortpaar-37", f"„{word}“ ist Amtsdeutsch.")
            continue
        elif index and view.lower[index - 1] not in word_class("verhaeltniswoerter"):
            continue
        phrase = noun_phrase(view, start, attributes=False)
        if phrase is None or not phrase.features or phrase.adjectives[:1] != (index,):
            continue
        this = Determiner("dies", "dies")
        outputs = {this.form(f.gender, f.case) for f in phrase.features}
        if len(outputs) != 1:
            outputs = {o for o in outputs if phrase.det is not None and o[4:] == _dies_ending(tokens[start].lower)}
        if len(outputs) != 1:
            continue
        more = phrase.adjectives[1:]
        if more and phrase.det is None:
            continue
        yield Change(
            tokens[start].start,
            token.end,
            view.case_as(start, outputs.pop()),
            "wortpaar-37",
            f"„{word}“ ist Amtsdeutsch.",
        )


def _dies_ending(article: str) -> str:
    return {"der": "er", "die": "e", "das": "es", "den": "en", "dem": "em", "des": "es"}.get(article, "")


def relative(view: View, context: Context) -> Iterator[Change]:
    """The relative pronoun „welche“ becomes „die“."""
    if not any(word.startswith("welche") for word in view.words):
        return
    tokens = view.tokens
    for index in range(2, len(tokens) - 2):
        word = view.lower[index]
        if word not in ("welche", "welcher", "welches", "welchen", "welchem"):
            continue
        behind = index - 1
        if view.lower[behind] in word_class("verhaeltniswoerter"):
            behind -= 1
        if view.lower[behind] != "," or not _antecedent(view, behind - 1):
            continue
        following = tokens[index + 1]
        if is_noun(following) or (is_adjective(following) and is_noun(tokens[index + 2])):
            continue
        if word == "welchen" and view.lower[index - 1] not in ("für", "durch", "über", "gegen", "ohne", "um"):
            continue
        new = {"welche": "die", "welcher": "der", "welches": "das", "welchen": "den", "welchem": "dem"}[word]
        if following.lower == new:
            continue  # „das Amt, das das Register führt“ stumbles
        if (
            word == "welchen"
            and view.lower[index - 1] in ("für", "durch", "über", "gegen", "ohne", "um")
            and _plural_before(view, behind - 1)
        ):
            continue
        yield Change(
            tokens[index].start, tokens[index].end, new, "relativ", f"„{word}“ ist hier steif. Klarer: „{new}“."
        )


def _antecedent(view: View, index: int) -> bool:
    if view.words & {
        "ob",
        "fragen",
        "wissen",
        "angeben",
        "angabe",
        "prüfen",
        "mitteilen",
        "festlegen",
        "festzulegen",
        "bestimmen",
        "entscheiden",
        "entscheidet",
    } and not is_noun(view.tokens[index]):
        return False
    if view.at(index) in ("werden", "worden", "sein", "haben"):
        return True
    return (
        is_noun(view.tokens[index])
        or morphology.verb_of_participle(view.lower[index]) is not None
        or view.at(index) in ("statt", "vor", "ein", "aus", "an")
    )


def _plural_before(view: View, index: int) -> bool:
    return any(plural for _, _, plural in morphology.readings(view.tokens[index].text))


def however(view: View, context: Context) -> Iterator[Change]:
    """„jedoch“ inside a sentence becomes „aber“."""
    for index, word in enumerate(view.lower):
        if (
            word not in ("jedoch", "indes", "indessen")
            or index == view.first
            or view.at(index - 1) in (";", ":", "")
            or view.at(index + 1) == ","
        ):
            continue
        if (
            "aber" in view.words
            or "allerdings" in view.words
            or (is_finite_next(view, index) and view.at(index - 1) in (",", "und"))
        ):
            continue
        yield Change(
            view.tokens[index].start,
            view.tokens[index].end,
            "aber",
            "wortpaar-40",
            f"„{word}“ ist Amtsdeutsch. Klarer: „aber“.",
        )


def is_finite_next(view: View, index: int) -> bool:
    """Whether the next token is a finite verb."""
    return index + 1 < len(view.tokens) and is_finite(view, index + 1)


def respectively(view: View, context: Context) -> Iterator[Change]:
    """„A bzw. B“ between two nouns becomes „A oder B“."""
    for index, word in enumerate(view.lower):
        if (
            word not in ("bzw.", "beziehungsweise", "respektive")
            or index == view.first
            or index + 1 >= len(view.tokens)
        ):
            continue
        before, after = view.tokens[index - 1], view.tokens[index + 1]
        if before.kind != "w" or not is_noun(before) or before.text.endswith("-"):
            continue
        if not (
            (is_noun(after) and after.kind == "w")
            or (
                morphology.determiner(after.text) is not None
                and index + 2 < len(view.tokens)
                and is_noun(view.tokens[index + 2])
            )
        ):
            continue
        if "jeweils" in view.words or any(token.kind == "n" for token in view.tokens):
            continue
        yield Change(
            view.tokens[index].start,
            view.tokens[index].end,
            "oder",
            "wortpaar-41",
            "„bzw.“ ist unklar. Hier heißt es „oder“.",
        )


_GRANTING = frozenset({"Gewährung", "Erteilung", "Bewilligung", "Ausstellung", "Zahlung", "Auszahlung", "Erlass"})
_ASKED = ("antrag", "antrags", "antrages", "anträge", "anträgen", "anspruch", "ansprüche", "anspruchs")
_GIVEN = ("hilfe", "hilfen", "geld", "leistung", "leistungen", "sicherung", "erlaubnis", "genehmigung", "bescheinigung",
          "ausweis", "ausweises", "pass", "passes", "karte", "zulage", "zuschuss", "zuschusses", "vorschuss",
          "vorschusses", "urlaub", "urlaubs", "titel", "titels", "zuwendung", "befreiung", "stundung", "förderung",
          "visum", "visums", "urkunde")  # fmt: skip


def granted(view: View, context: Context) -> Iterator[Change]:
    """„Antrag auf Gewährung von Wohngeld“ becomes „Antrag auf Wohngeld“."""
    if "auf" not in view.words or context.statute:
        return
    tokens = view.tokens
    for index, token in enumerate(tokens):
        if token.text not in _GRANTING or view.at(index - 1) != "auf" or not view.at(index - 2).endswith(_ASKED):
            continue
        start = index + 2 if view.at(index + 1) == "von" else index + 1
        case = "dat" if view.at(index + 1) == "von" else "gen"
        phrase = noun_phrase(view, start, attributes=False)
        if phrase is None or not view.at(phrase.head).endswith(_GIVEN):
            continue
        if phrase.det is None and not phrase.adjectives and case == "dat":
            text = view.span(start, phrase.end)
            if text.endswith("en") and not text.endswith("ungen"):
                continue
        else:
            moved = recase(view, phrase, case, "acc")
            if moved is None:
                continue
            text = moved
        yield Change(token.start, tokens[phrase.end - 1].end, text, "leeres-wort", f"„{token.text}“ sagt hier nichts.")
        return


@dataclass(frozen=True, slots=True)
class _Phrase:
    pattern: re.Pattern[str]
    new: str
    rule: str
    reason: str
    speaker: bool


@cache
def _phrases() -> tuple[_Phrase, ...]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read: object = yaml.load(_PHRASES.read_text(encoding="utf-8"), loader)
    if not isinstance(read, list):
        raise WordListError(_PHRASES, 1, "erwartet: eine Liste")
    found: list[_Phrase] = []
    for number, entry in enumerate(read, 1):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        if not isinstance(entry, dict) or not {"muster", "neu", "regel", "grund"} <= entry.keys():
            raise WordListError(_PHRASES, number, "erwartet: muster, neu, regel, grund")
        item: dict[str, object] = {str(k): v for k, v in entry.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        text = str(item["muster"])
        first = f"[{text[0]}{text[0].upper()}]" if text[0].isalpha() else text[0]
        try:
            pattern = re.compile(rf"\b{first}{text[1:]}" if text[0].isalpha() else rf"\b(?i:{text})")
        except re.error as error:
            raise WordListError(_PHRASES, number, f"Muster nicht lesbar: {error.msg}") from None
        found.append(
            _Phrase(pattern, str(item["neu"]), str(item["regel"]), str(item["grund"]), bool(item.get("sprecher")))
        )
    return tuple(found)


def fixed(view: View, context: Context) -> Iterator[Change]:
    """Fixed wordings found by pattern (`data/wendungen.yaml`)."""
    for phrase in _phrases():
        if phrase.speaker and not context.voice:
            continue
        for match in phrase.pattern.finditer(view.text):
            after = match.expand(phrase.new)
            if match.group()[:1].isupper():
                after = after[:1].upper() + after[1:]
            if match.end() > match.start() and after != match.group():
                yield Change(match.start(), match.end(), after, phrase.rule, phrase.reason)


_MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_DATE = re.compile(r"(?<![\d./-])(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.(\d{4})(?![\d/-]|\.\d)(?!\s?[–-]\s?\d)")
_DAY_OF_MANY = re.compile(
    r"(?<![\d./-])(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\."
    r"(?=(?:,? (?:bis|und|oder|sowie)(?: (?:zum|dem|am|vom))?|,(?: am| vom| dem)?) \d{1,2}\.\d{1,2}\.)"
)
_PART = re.compile(r"(?<![\d./§-])(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?!\d)")
_HOURS = re.compile(r"(?<![\d:.,])0?(\d{1,2})[:.]00( (?:bis|und) | ?[–-] ?)0?(\d{1,2})[:.]00(?= Uhr\b)")
_HOUR = re.compile(
    r"(?<![\d:.,])(?<!\d (?:bis|und) )(?<!\d[–-])(?<!\d [–-] )(?:0)?(\d{1,2})[:.]00"
    r"(?= Uhr\b(?! (?:bis|und) \d{1,2}[:.](?!00)))"
)


def dates(view: View, context: Context) -> Iterator[Change]:
    """„01.12.2026“ becomes „1. Dezember 2026“; in Einfache Sprache „14:00 Uhr“ becomes „14 Uhr“."""
    rest = _DATE.sub("", _DAY_OF_MANY.sub("", view.text))
    if _PART.search(rest):
        return  # one of several dates would stay in figures
    for match in _DAY_OF_MANY.finditer(view.text):
        yield Change(
            match.start(),
            match.end(),
            f"{int(match[1])}. {_MONTHS[int(match[2]) - 1]}",
            "datum",
            "Der Monat steht als Wort.",
        )
    for match in _DATE.finditer(view.text):
        if re.search(r"[–-]\s?$|\d\.\s?$", view.text[: match.start()]):
            continue
        yield Change(
            match.start(),
            match.end(),
            f"{int(match[1])}. {_MONTHS[int(match[2]) - 1]} {match[3]}",
            "datum",
            "Der Monat steht als Wort.",
        )
    if context.plain:
        for match in _HOURS.finditer(view.text):
            after = f"{int(match[1])}{match[2]}{int(match[3])}"
            yield Change(match.start(), match.end(), after, "uhrzeit", "Volle Stunden stehen ohne Nullen.")
        for match in _HOUR.finditer(view.text):
            yield Change(match.start(), match.end(), f"{int(match[1])}", "uhrzeit", "Volle Stunden stehen ohne Nullen.")


_TELLS = frozenset(
    {
        "mitteilen", "mitgeteilt", "mitzuteilen", "teilen", "teile", "teilt", "antworten", "antworte", "sende",
        "senden", "übersenden", "übersende", "erhalten", "nehmen", "nehme", "äußern", "bestätigen", "bestätige",
        "schicken", "schicke", "folgendes", "informieren", "informiere", "bemerken", "bemerke", "ausgeführt",
        "festzustellen", "hingewiesen", "weisen", "weise",
    }
)  # fmt: skip


def reference(view: View, context: Context) -> Iterator[Change]:
    """„unter Bezugnahme auf Ihr Schreiben vom …“ becomes „zu Ihrem Schreiben vom …“."""
    if not (view.words & _TELLS):
        return  # „unter Bezugnahme auf die Aufforderung haben Sie Gelegenheit …“
    found = re.match(
        r"(?:unter Bezugnahme auf|bezugnehmend auf|unter Bezug auf|in Bezugnahme auf|mit Bezug auf)\s",
        view.text[view.body :],
        re.I,
    )
    if found is None:
        return
    start = next((i for i, token in enumerate(view.tokens) if token.start >= view.body + found.end()), None)
    if start is None:
        return
    phrase = noun_phrase(view, start)
    if phrase is None:
        return
    if view.at(phrase.head).endswith("antrag"):
        yield Change(
            view.body,
            view.tokens[start].start,
            view.opening("auf "),
            "wortpaar-21",
            "„unter Bezugnahme auf“ ist Amtsdeutsch.",
        )
        return
    moved = prepositional(view, start, "acc", "dat")
    if moved is None:
        return
    yield Change(
        view.body,
        view.tokens[moved[0].end - 1].end,
        view.opening(join("zu", moved[1])),
        "wortpaar-21",
        "„unter Bezugnahme auf“ ist Amtsdeutsch.",
    )

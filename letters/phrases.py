"""Grammar for notes: noun phrases get their article, points in time their preposition, verbs at the end their sentence.

Every function gives None when it is not sure; the caller then keeps the words of the notes.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from german import morphology
from german.lexicon import Tag, load
from german.morphology import Determiner, Noun
from letters.casing import WordListError
from letters.notes import MONTHS

FILE = Path(__file__).parent / "daten" / "umfeld.yaml"

_M = "(?:" + "|".join(MONTHS) + ")"
_W = r"(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag)"
DAY_NAMES = _W + r"|\d\. Advent|Heiligabend|Silvester|Neujahr|Rosenmontag|Karfreitag|Ostermontag|Pfingstmontag"
_FEAST = (
    r"\d\. Advent|Heiligabend|Silvester|Neujahr|Rosenmontag|Karfreitag|Ostermontag|Pfingstmontag"
    r"|Fronleichnam|Nikolaustag"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])\."
_ONE = rf"{_DAY}(?: {_M}(?: \d{{4}})?|(?:0?[1-9]|1[0-2])\.(?:\d{{2}})?)?"
_DATES = (
    rf"(?:{_ONE}(?: und | bis |, )(?:{_W},? )?)*{_DAY}(?: {_M}(?: \d{{4}})?|(?:0?[1-9]|1[0-2])\.(?:\d{{2}})?)(?!\w)"
)
_CLOCK = r"(?:[01]?\d|2[0-4])(?::[0-5]\d)?"
_TIME = rf"(?:(?P<tp>um|ab|von|bis|gegen|zwischen|jeweils) )?(?P<time>{_CLOCK}(?: Uhr)?(?: (?:bis|und) {_CLOCK})? Uhr)"
_DATE = (
    rf"(?:(?P<dp>[Aa]m|den|vom|ab dem|ab|seit dem|seit|bis spätestens zum|bis spätestens|spätestens bis"
    rf" zum|spätestens am|bis zum|bis|von|zum) )?(?:(?P<wd>{_W}),? (?:den |dem |der )?)?(?P<dates>{_DATES})"
)
_DAYS = rf"(?:(?P<dayp>am|jeden|ab|bis|seit) )?(?P<days>{_FEAST}|(?<!\d\. ){_W}(?:(?: und | bis |, ){_W})*)(?!s\w)\b"
WHEN = re.compile(
    rf"(?<![\w⟦.:/-])(?:{_DATE}|{_DAYS})(?:,? (?:{_TIME}))?"
    rf"|(?<![\w.:/-]){_TIME.replace('tp>', 'tp2>').replace('time>', 'time2>')}"
)
PERSON = re.compile(
    r"\b(?P<form>Herr und Frau|Frau und Herr|Herrn|Herr|Frau|Familie|Eheleute|Ehepaar) "
    r"(?P<title>(?:Dr\. |Prof\. )*)(?P<name>⟦[^⟧]+⟧|(?:von |van"
    r" |de |[Dd]e[rn] |El |Al |Da |Di |Le |La |Ben |Abu )*[A-ZÄÖÜ][\wäöüß'’-]*)"
)


@cache
def surroundings() -> dict[str, Any]:
    """The lists of `umfeld.yaml`.

    Raises:
        WordListError: the file is malformed.
    """
    import yaml

    try:
        data = cast("dict[str, Any]", yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WordListError(f"{FILE}:{line}: kein gültiges YAML") from None
    return data


@cache
def words_of(section: str) -> frozenset[str]:
    """One list of `umfeld.yaml` as a set."""
    return frozenset(cast("list[str]", surroundings()[section]))


def ends_like(word: str, section: str) -> bool:
    """Whether a word is in a list, or a compound whose last part is."""
    listed = words_of(section)
    if word in listed:
        return True
    low = word.lower()
    return any(len(entry) > 3 and low.endswith(entry.lower()) for entry in listed)


@dataclass(frozen=True, slots=True)
class When:
    """A point in time or a span as the notes give it."""

    prep: str = ""
    weekday: str = ""
    dates: str = ""
    days: str = ""
    time_prep: str = ""
    time: str = ""

    @property
    def bare(self) -> str:
        """For a line of its own: „Dienstag, 1. September, 17:30 Uhr“."""
        time = self.time if self.time_prep in {"", "um", "von", "jeweils"} else f"{self.time_prep} {self.time}"
        if self.time_prep == "jeweils":
            time = f"jeweils {self.time}"
        day = self.dates or self.days
        if self.prep.startswith(("bis", "ab", "seit", "spätestens")):
            day = self._day()
            return " ".join(filter(None, (day, self._clock())))
        return ", ".join(filter(None, (self.weekday, day, time)))

    @property
    def phrase(self) -> str:
        """Inside a sentence: „am Dienstag, 1. September, um 17:30 Uhr“."""
        day, clock = self._day(), self._clock()
        if not day or not clock:
            return day or clock
        return f"{day}, {clock}" if self.weekday else f"{day} {clock}"

    def _day(self) -> str:
        if self.days:
            if self.prep in {"jeden", "ab", "bis", "seit"}:
                return f"{self.prep} {self.days}"
            return f"von {self.days}" if " bis " in self.days else f"am {self.days}"
        if not self.dates:
            return ""
        is_span = " bis " in self.dates
        prep = {
            "": "vom" if is_span else "am",
            "den": "am",
            "am": "vom" if is_span else "am",
            "von": "vom",
            "ab": "ab dem",
            "seit": "seit dem",
            "bis": "bis zum",
            "bis spätestens": "bis spätestens zum",
        }.get(self.prep, self.prep)
        dates = self.dates
        if self.weekday and prep in {"ab dem", "seit dem"}:
            return f"{prep.removesuffix(' dem')} {self.weekday}, dem {dates}"
        if self.weekday and prep.endswith(" zum"):
            return f"{prep.removesuffix(' zum')} {self.weekday}, {dates}"
        return f"{prep} {self.weekday + ', ' if self.weekday and not prep.endswith(('dem', 'zum')) else ''}{dates}"

    def _clock(self) -> str:
        if not self.time:
            return ""
        prep = self.time_prep
        if not prep:
            prep = "von" if " bis " in self.time else "zwischen" if " und " in self.time else "um"
        if prep == "von" and " bis " not in self.time:
            prep = "ab"
        if prep == "jeweils" and " bis " in self.time:
            prep = "jeweils von"
        return f"{prep} {self.time}"


def when_of(match: re.Match[str]) -> When:
    """The parts of a `WHEN` match."""
    group = match.groupdict()
    return When(
        group["dp"] or group["dayp"] or "",
        group["wd"] or "",
        re.sub(rf"({_W}) (?=\d)", r"\1, ", group["dates"] or ""),
        group["days"] or "",
        group["tp"] or group["tp2"] or "",
        (group["time"] or group["time2"] or "").replace(" Uhr bis", " bis").replace(" Uhr und", " und"),
    )


def timed(text: str) -> str:
    """The text with its points in time in the form a sentence needs. Dates after „vom“ stay: they say which paper."""

    text = re.sub(rf"\bauf (?=\d{{1,2}}\. {_M})", "auf den ", text)

    def phrase(match: re.Match[str]) -> str:
        when = when_of(match)
        governed = re.search(
            r"\b(für|vor|nach|bis etwa|etwa|gegen) $", text[max(0, match.start() - 12) : match.start()]
        )
        if governed and when.dates and not when.prep and not when.weekday:
            article = {"für": "den", "vor": "dem", "nach": "dem", "bis etwa": "zum", "etwa": "am", "gegen": "den"}[
                governed[1]
            ]
            return " ".join(filter(None, (article, replace(when, prep="").dates, when.time and f"um {when.time}")))
        if when.prep == "Am" or (when.prep == "vom" and " bis " not in when.dates):
            return match[0]
        if (
            not when.dates
            and not when.days
            and re.search(r"\b(?:heute|morgen|gestern|früh|vor|nach|gegen|bis|ab|seit|zu) $", text[: match.start()])
        ):
            return match[0]
        before = text[max(0, match.start() - 40) : match.start()].rstrip()
        if (
            when.days
            and not when.dates
            and not when.prep
            and re.search(r"\b(?:nächsten?|kommenden?|diesen|jeden|letzten)$", before)
        ):
            return " ".join(filter(None, (when.days, when.phrase.partition(when.days)[2].strip())))
        if not when.time and re.search(
            r"\b(?:der|die|das|den|dem|des|am|zum|vom|beim|auf|auf den|dieser|dieses|diesem|nächsten?|kommenden?)$",
            before,
        ):
            return match[0]
        return when.phrase

    return WHEN.sub(phrase, text)


# Nouns of our own ----------------------------------------------------------------------------------------------------

NOUNS = FILE.parent / "hauptwoerter.txt"


@cache
def _own_nouns() -> dict[str, Noun]:
    """The nouns of `hauptwoerter.txt` by singular and plural in small letters. Raises `WordListError`."""
    found: dict[str, Noun] = {}
    gender = ""
    for number, line in enumerate(NOUNS.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            gender = line.strip("[] ")
            if gender not in {"m", "f", "n"}:
                raise WordListError(f"{NOUNS}:{number}: Erwartet ist [m], [f] oder [n].")
            continue
        for entry in line.split():
            singular, slash, plural = entry.partition("/")
            if not slash or not gender or not plural:
                raise WordListError(f"{NOUNS}:{number}: Erwartet ist Einzahl/Mehrzahl.")
            noun = Noun(singular, gender, "" if plural == "-" else plural)
            found[singular.lower()] = noun
            if noun.plural:
                found[plural.lower()] = noun
    return found


@cache
def noun_readings(form: str) -> tuple[tuple[Noun, str, bool], ...]:
    """Every (noun, case, is plural) of a form: as `german.morphology` knows it, else from our own list."""
    known = morphology.readings(form)
    if known or not form[:1].isupper():
        return known
    own, low = _own_nouns(), form.lower()
    for cut in (0, *range(3, len(low) - 3)):
        noun = own.get(low[cut:])
        if noun is not None and (not cut or len(low) - cut >= 4):
            front = form[:cut]
            if cut:
                noun = Noun(front + noun.lemma.lower(), noun.gender, noun.plural and front + noun.plural.lower())
            return tuple((noun, case, plural) for spelled, case, plural in noun.forms() if spelled == form)
    return ()


# Noun phrases --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """Adjectives, a noun, and what follows it."""

    adjectives: tuple[str, ...]
    noun: Noun
    form: str
    plural: bool
    rest: str

    @property
    def gender(self) -> str:
        """The gender for articles; "p" in the plural."""
        return "p" if self.plural else self.noun.gender

    def with_article(self, case: str, stem: str = "der") -> str:
        """With „der …“ or „Ihr …“ in a case."""
        det = Determiner(stem, "der" if stem == "der" else "ein")
        return " ".join([det.form(self.gender, case), self._inflected(det, case)]) + self.rest

    def bare(self, case: str) -> str:
        """Without an article, in a case."""
        return self._inflected(None, case) + self.rest

    def _inflected(self, det: Determiner | None, case: str) -> str:
        ending = morphology.adjective_ending(det, self.gender, case)
        noun = self.form if case in {"nom", "acc"} and not self.noun.weak else self.noun.form(case, self.plural)
        return " ".join([*(_stem(word) + ending for word in self.adjectives), noun])


_ADJECTIVE = re.compile(r"[a-zäöüß]{2,}(?:e|er|es|en|em)$")


def _stem(adjective: str) -> str:
    return re.sub(r"(?:er|es|en|em|e)$", "", adjective)


def noun_phrase(text: str, *, plural: bool | None = None) -> NounPhrase | None:
    """The noun phrase a text begins with: „jährliche Hauptversammlung im Saal“. None for articles, names, "
    "unknown nouns."""
    words = text.split(" ")
    adjectives: list[str] = []
    for place, word in enumerate(words):
        clean = word.rstrip(",")
        if (
            clean[:1].islower()
            and _ADJECTIVE.search(clean)
            and load().tag(clean) & (Tag.ADJ | Tag.PART)
            and not morphology.determiner(clean)
        ):
            adjectives.append(clean)
            continue
        if not clean[:1].isupper() or load().is_name_only(clean):
            return None
        found = [
            (noun, is_plural)
            for noun, case, is_plural in noun_readings(clean)
            if case == "nom" and plural in (None, is_plural)
        ]
        if not found and plural is None:
            found = [(noun, is_plural) for noun, _, is_plural in noun_readings(clean)]
        if not found:
            return None
        singular = [(noun, is_plural) for noun, is_plural in found if not is_plural]
        choices = singular or found
        if len({(noun.gender, is_plural) for noun, is_plural in choices}) > 1:
            return None
        noun, is_plural = choices[0]
        return NounPhrase(tuple(adjectives), noun, clean, is_plural, _rest(text, words, place))
    return None


def _rest(text: str, words: list[str], place: int) -> str:
    """What follows the head: an institution goes into the genitive, a bare name after „von“."""
    after = " ".join(words[place + 1 :])
    if words[place].endswith(","):
        return ", " + after if after else ""
    if not after:
        return ""
    if after.startswith("⟦Person"):
        return f" von {after}"
    first = words[place + 1].rstrip(",")
    if first in words_of("einrichtungen") or ends_like(first, "einrichtungen"):
        inner = noun_phrase(first, plural=False)
        if inner is not None:
            rest = " ".join(words[place + 2 :])
            return f" {inner.with_article('gen')} {rest}".rstrip()
    if re.search(r"(?:ung|gabe|leihe|nahme|holung|fuhr)$", words[place]) and first[:1].isupper():
        things = noun_phrase(first, plural=True)
        if things is not None and not any(not plural for _, case, plural in noun_readings(first) if case == "nom"):
            return f" {things.with_article('gen')} {' '.join(words[place + 2 :])}".rstrip()
    if load().is_name_only(first) and place + 2 < len(words) and load().is_name_only(words[place + 2].rstrip(",")):
        return f" von {after}"
    return f" {after}"


def named(text: str, case: str, *, stem: str = "der", plural: bool | None = None) -> str | None:
    """A bare noun phrase with its article in a case. None when the text has an article already or is not understood."""
    if re.match(r"(?:Herrn?|Frau|Familie) ", text) or text[:1] in '⟦["„' or text[:1].isdigit():
        return None
    phrase = noun_phrase(text, plural=plural)
    if phrase is None:
        return None
    if phrase.plural and stem == "der" and not phrase.adjectives and phrase.form not in {"Stadtwerke", "Eltern"}:
        return phrase.bare(case)
    return phrase.with_article(case, stem)


_GOVERNS = {
    "für": "acc", "gegen": "acc", "durch": "acc", "wegen": "gen", "während": "gen", "trotz": "gen", "mit": "dat",
    "bei": "dat", "nach": "dat", "vor": "dat", "in": "dat", "neben": "dat", "hinter": "dat", "aus": "dat", "von": "dat",
    "zu": "dat", "seit": "dat",
}  # fmt: skip
# With these verbs „in“ says where to.
_MOVING = (
    r"\b(ragt|ragen|wächst|wachsen|hängt|hängen|fällt|fallen|führt|führen|kommt|kommen|fließt|zieht"
    r"|ziehen|läuft|fährt|mündet)"
)
_PREPOSITION = re.compile(
    rf"(?<![\w-])({'|'.join(_GOVERNS)}) (?=((?:[a-zäöüß]+(?:e|er|es|en|em) )?[A-ZÄÖÜ][\wäöüß-]+))"
)


def with_articles(text: str) -> str:
    """Bare singular nouns after prepositions get their article: „in Turnhalle“ → „in der Turnhalle“."""

    def article(match: re.Match[str]) -> str:
        prep, words = match[1], match[2]
        head = words.rpartition(" ")[2]
        if " " in words or head in words_of("ohne_artikel") or load().is_name_only(head) or head[:-1].isupper():
            return match[0]
        after = text[match.end() + len(words) :]
        if (
            re.match(r" (?:\d|und |oder |[A-ZÄÖÜ⟦])", after)
            or head.endswith(("tag", "Uhr", "Jahr", "Monat"))
            or head in MONTHS
        ):
            return match[0]
        phrase = noun_phrase(head)
        if phrase is None or phrase.plural or not phrase.noun.plural or phrase.form != phrase.noun.lemma:
            return match[0]
        case = _GOVERNS[prep]
        det = Determiner("der", "der").form(phrase.gender, case)
        return morphology.contract(prep, det) + " "

    def into(match: re.Match[str]) -> str:
        phrase = noun_phrase(match[3], plural=False)
        if phrase is None or not phrase.noun.plural or match[3] in words_of("ohne_artikel"):
            return match[0]
        article = Determiner("der", "der").form(phrase.gender, "acc")
        return f"{match[1]}{match[2] or ''} {morphology.contract('in', article)} "

    def relation(match: re.Match[str]) -> str:
        first, second = noun_phrase(match[2], plural=False), noun_phrase(match[3], plural=False)
        if (
            first is None
            or second is None
            or not first.noun.plural
            or not second.noun.plural
            or match[3] in words_of("einrichtungen")
        ):
            return match[0]
        return f"{match[1]} {first.with_article(_GOVERNS[match[1]])} {second.with_article('gen')}"

    text = re.sub(rf"{_MOVING}( [^,]*?)? in (?=([A-ZÄÖÜ][\wäöüß-]+))", into, text)
    text = re.sub(
        r"\b(für|wegen|bei) ([A-ZÄÖÜ][a-zäöüß]+) ([A-ZÄÖÜ][a-zäöüß]+)(?= (?:in|am|im|vom|aus)\b|[,.]|$)", relation, text
    )
    # The noun itself changes only in the genitive.
    done = _PREPOSITION.sub(article, text)
    return re.sub(
        r"\b(wegen|während|trotz) des ([A-ZÄÖÜ][\wäöüß-]+)",
        lambda m: f"{m[1]} des {p.noun.form('gen', False)}" if (p := noun_phrase(m[2], plural=False)) else m[0],
        done,
    )


# Verbs ---------------------------------------------------------------------------------------------------------------

_SEPARABLE = (
    *("raus", "rein", "zurück", "zusammen", "bereit", "bekannt", "vorbei", "weiter", "wieder", "heraus", "herein"),
    *("hinaus", "hinein", "frei", "fest", "fern", "statt", "teil", "nach", "vor", "mit", "aus", "auf", "ein", "bei"),
    *("her", "hin", "los", "weg", "ab", "an", "um", "zu", "durch"),
)
# Verbs with these beginnings that are not separable.
_WHOLE = frozenset(
    {
        "anerkennen",
        "umfassen",
        "umgehen",
        "durchsuchen",
        "überweisen",
        "beibringen",
        "beinhalten",
        "antworten",
        "ausweisen",
    }
)


# Words in -n that look like infinitives and are none, and verbs that make no request.
_NO_VERBS = frozenset(
    {
        "willkommen",
        "sein",
        "werden",
        "haben",
        "können",
        "müssen",
        "sollen",
        "dürfen",
        "wollen",
        "mögen",
        "offen",
        "gegen",
        "neben",
    }
    | {
        "zusammen",
        "morgen",
        "wegen",
        "einen",
        "keinen",
        "ihren",
        "seinen",
        "allen",
        "vielen",
        "beiden",
        "zwischen",
        "mitten",
        "unten",
    }
    | {
        "oben",
        "innen",
        "außen",
        "vorn",
        "hinten",
        "gestern",
        "binnen",
        "selten",
        "trocken",
        "eigen",
        "sieben",
        "denn",
        "wenn",
        "dann",
    }
    | {
        "fehlen",
        "gelten",
        "liegen",
        "stehen",
        "bleiben",
        "dauern",
        "kosten",
        "bestehen",
        "gehören",
        "passen",
        "reichen",
        "heißen",
    }
)


@dataclass(frozen=True, slots=True)
class Verb:
    """An infinitive cut for the main clause: „bringen … mit“."""

    second: str
    particle: str


@cache
def infinitive(word: str) -> Verb | None:
    """A word as an infinitive, or None."""
    if not word.islower() or not word.endswith("n") or word in _NO_VERBS:
        return None
    known = morphology.verb(word)
    if known is not None:
        return Verb(known.base, known.prefix)
    lexicon = load()
    if word not in _WHOLE:
        for prefix in _SEPARABLE:
            base = word.removeprefix(prefix)
            if base.startswith("zu") and any(
                r.tag & Tag.VERB and r.lemma == base[2:] for r in lexicon.readings(base[2:])
            ):
                return None
            if (
                base != word
                and len(base) > 3
                and base.endswith("n")
                and any(r.tag & Tag.VERB and r.lemma == base for r in lexicon.readings(base))
            ):
                return Verb(base, {"raus": "hinaus", "rein": "hinein"}.get(prefix, prefix))
    if any(reading.tag & Tag.VERB and reading.lemma == word for reading in lexicon.readings(word)):
        return Verb(word, "")
    return None


def is_finite(word: str) -> bool:
    """Whether a small word can be the verb of a main clause."""
    if not word.islower():
        return False
    if morphology.finite_second(word) is not None or morphology.is_auxiliary(word):
        return infinitive(word) is None or word in {"haben", "werden", "sind"}
    lexicon = load()
    if not any(reading.tag & Tag.VERB for reading in lexicon.readings(word)):
        return False
    return infinitive(word) is None and word.endswith("t") and not is_participle(word)


_PLURALS = frozenset(
    {
        "fehlen",
        "gelten",
        "liegen",
        "stehen",
        "bleiben",
        "dauern",
        "kosten",
        "bestehen",
        "gehören",
        "passen",
        "reichen",
        "heißen",
    }
)


def is_plural_finite(word: str) -> bool:
    """Whether a form is the plural of a verb: „stehen“, „sind“."""
    if word in {"sind", "waren", "haben", "hatten", "werden", "wurden", "können", "müssen", "sollen", "dürfen"}:
        return True
    return word in _NO_VERBS & _PLURALS or infinitive(word) == Verb(word, "")


@cache
def is_participle(word: str) -> bool:
    """Whether a word is a participle II as it stands at the end of a clause."""
    if not word.islower():
        return False
    if word in words_of("zustand") or morphology.verb_of_participle(word) is not None:
        return True
    return (
        word.endswith(("t", "en"))
        and any(reading.tag & Tag.PART for reading in load().readings(word))
        and infinitive(word) is None
    )

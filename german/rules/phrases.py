"""Sentences as the rules see them: tokens, noun phrases, and the places of verbs.

Analysis only; nothing here changes a text. Everything is conservative: what is not recognised is None.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from german import morphology
from german.morphology import Determiner, Noun, WordListError

_CLASSES = Path(__file__).parent.parent / "data" / "wortklassen.txt"

_TOKEN = re.compile(
    r"(?P<p>⟦[^⟧]*⟧)"
    r"|(?P<a>\b(?:z\.\s?B\.|d\.\s?h\.|u\.\s?a\.|i\.\s?d\.\s?R\.|u\.\s?U\.|i\.\s?V\.\s?m\.|i\.\s?H\.\s?v\.|z\.\s?Hd\.|d\.\s?J\.|d\.\s?M\."
    r"|o\.\s?g\.|o\.\s?Ä\.|v\.\s?g\.|i\.\s?S\.\s?d\.|a\.\s?a\.\s?O\.|z\.\s?T\.|m\.\s?E\.|s\.\s?o\.|s\.\s?u\."
    r"|(?:Abs|Nr|Nrn|Art|Str|Tel|Az|Ziff|Buchst|bzw|ggf|usw|vgl|evtl|inkl|zzgl|max|mind|ca|gem|lfd|insb|etc|sog|lt|Dr|Prof|St|Std|Min"
    r"|geb|Abt|Anl|Kto|Fa|Hr|Fr|Aufl|einschl|ausschl|entspr|Mio|Mrd|Tsd|Jh|S|Gesch|Z)\.))"
    r"|(?P<w>[A-Za-zÄÖÜäöüßéèÉ]+(?:[-’'][A-Za-zÄÖÜäöüß0-9]+)*(?:[:*/][Ii]n(?:nen)?\b)?-?)"
    r"|(?P<n>\d+(?:[.,:/–-]\d+)*(?:\.(?=\s*[^\s.])|\b))"
    r"|(?P<x>\S)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `kind` is w(ord), p(laceholder), a(bbreviation), n(umber) or x (punctuation)."""

    start: int
    end: int
    text: str
    kind: str

    @property
    def lower(self) -> str:
        """The token in lower case."""
        return self.text.lower()

    @property
    def upper(self) -> bool:
        """Whether the token starts with a capital letter."""
        return self.text[:1].isupper()


def tokenize(text: str) -> list[Token]:
    """The tokens of a text, with offsets."""
    return [Token(m.start(), m.end(), m.group(), m.lastgroup or "x") for m in _TOKEN.finditer(text)]


SUBJECT_PRONOUNS = frozenset({"ich", "wir", "Sie", "er", "es", "man", "sie"})


@cache
def _classes() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    name = ""
    for number, raw in enumerate(_CLASSES.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            name = line.strip("[]")
        elif not name:
            raise WordListError(_CLASSES, number, "Zeile vor dem ersten Abschnitt")
        else:
            found[name] = found.get(name, frozenset()) | frozenset(line.split())
    return found


@cache
def word_class(name: str) -> frozenset[str]:
    """A closed word class of `data/wortklassen.txt`.

    Raises:
        WordListError: The list has no such class.
    """
    if name not in _classes():
        raise WordListError(_CLASSES, 1, f"Abschnitt [{name}] fehlt")
    return _classes()[name]


@cache
def word_suffixes(name: str) -> tuple[str, ...]:
    """A word class as endings for `str.endswith`."""
    return tuple(sorted(word_class(name)))


@cache
def _no_adjective() -> frozenset[str]:
    names = ("kein_adjektiv", "verhaeltniswoerter", "adverbien", "nebenordnend", "unterordnend")
    return frozenset(word for name in names for word in word_class(name))


@dataclass(frozen=True, slots=True)
class Feature:
    """One way to read a noun phrase."""

    noun: Noun
    case: str
    plural: bool

    @property
    def gender(self) -> str:
        """The gender, "p" in the plural."""
        return "p" if self.plural else self.noun.gender


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A noun phrase: determiner, adjectives and noun (`start` to `core`, token indexes), attributes up to `end`."""

    start: int
    core: int
    end: int
    det: Determiner | None
    adjectives: tuple[int, ...]
    features: tuple[Feature, ...]

    def can_be(self, case: str, plural: bool | None = None) -> bool:
        """Whether the phrase can stand in a case (and number)."""
        return any(f.case == case and plural in (None, f.plural) for f in self.features)

    @property
    def head(self) -> int:
        """The token index of the noun."""
        return self.core - 1


class View:
    """One sentence with its tokens. `body` is where it starts, behind a salutation, „(1)“ or a list mark."""

    _LEAD = re.compile(
        r"(?:(?:Sehr geehrte|Liebe|Guten Tag)(?:[^,.!?]|\b(?:Dr|Prof|Dipl|Ing|h|c|med|jur)\.){0,90}?"
        r"(?:, (?:sehr geehrte|liebe)[^,!?]{1,60}?)*,\s+(?=[a-zäöüIS⟦]))"
        r"|(?:[A-ZÄÖÜ][A-Za-zäöüß-]+(?: [A-Za-zäöüß-]+)?:\s+(?=[A-ZÄÖÜ]))"
        r"|(?:\(\d+[a-z]?\)|\d+[.)]|[-–•*]|[a-z]\))\s+"
    )

    def __init__(self, text: str, *, goes_on: bool = False) -> None:
        """Read a sentence; `goes_on` when it follows a salutation and its comma."""
        self.text = text
        lead = self._LEAD.match(text)
        self.body = lead.end() if lead else 0
        # Behind „Sehr geehrte Frau …,“ the sentence goes on in small letters.
        self.goes_on = goes_on or (lead is not None and lead.group().rstrip().endswith(","))

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens of the sentence."""
        found = tokenize(self.text)
        if found and found[-1].kind == "a" and found[-1].text in _WORDS_TOO:
            # „… in gleicher Art.“: the dot closes the sentence.
            last = found.pop()
            found.append(Token(last.start, last.end - 1, last.text[:-1], "w"))
            found.append(Token(last.end - 1, last.end, ".", "x"))
        return found

    @cached_property
    def lower(self) -> list[str]:
        """The tokens in lower case."""
        return [token.text.lower() for token in self.tokens]

    @cached_property
    def words(self) -> frozenset[str]:
        """The set of lower-case tokens, for quick checks."""
        return frozenset(self.lower)

    @cached_property
    def first(self) -> int:
        """The index of the first token of the sentence proper."""
        return next((i for i, token in enumerate(self.tokens) if token.start >= self.body), len(self.tokens))

    @cached_property
    def last(self) -> int:
        """The index of the closing punctuation, or the number of tokens."""
        tokens = self.tokens
        end = len(tokens)
        while end and tokens[end - 1].text in ".!?:":
            end -= 1
        return end

    def case_as(self, index: int, new: str) -> str:
        """`new` with a capital when the token at `index` opens the sentence with one."""
        old = self.tokens[index].text
        if index == self.first and old[:1].isupper() and not self.goes_on:
            return new[:1].upper() + new[1:]
        return new

    def opening(self, new: str) -> str:
        """`new` as the first words of the sentence: capital unless the sentence goes on after a salutation."""
        if self.goes_on:
            return new
        first = self.tokens[self.first].text if self.first < len(self.tokens) else "A"
        return new[:1].upper() + new[1:] if first[:1].isupper() or not first[:1].isalpha() else new

    def inner(self, text: str, index: int) -> str:
        """`text` that starts with the token at `index`, as it stands inside a sentence."""
        token = self.tokens[index]
        if index != self.first or token.kind != "w" or not token.upper:
            return text
        if token.text in _POLITE or not is_lowercased(token.text):
            return text
        return text[0].lower() + text[1:]

    def span(self, start: int, end: int) -> str:
        """The text from token `start` up to, not including, token `end`."""
        if start >= end:
            return ""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def at(self, index: int) -> str:
        """The token in lower case, "" outside the sentence."""
        return self.lower[index] if 0 <= index < len(self.tokens) else ""


_WORDS_TOO = frozenset({"Art.", "Min.", "Anl.", "Gesch.", "St.", "S.", "Z.", "geb."})
_POLITE = frozenset({"Sie", "Ihnen", "Ihr", "Ihre", "Ihrer", "Ihrem", "Ihren", "Ihres"})


_SMALL_CLASSES = ("verhaeltniswoerter", "adverbien", "gradwoerter", "nebenordnend", "fuerwoerter", "unterordnend")
_ADJECTIVE_ENDS = tuple(
    stem + end
    for stem, ends in (
        ("lich", ("", "e", "en", "er")),
        ("ig", ("e", "en", "er")),
        ("end", ("e", "en", "er")),
        ("t", ("e", "en", "er")),
    )
    for end in ends
)


def is_lowercased(word: str) -> bool:
    """Whether a word that opens a sentence is written small inside one (articles, prepositions, adverbs, verbs)."""
    low = word.lower()
    return (
        any(low in word_class(name) for name in _SMALL_CLASSES)
        or morphology.determiner(word) is not None
        or morphology.is_auxiliary(low)
        or (not morphology.nouns(word) and low.endswith(_ADJECTIVE_ENDS))
    )  # fmt: skip


def is_noun(token: Token) -> bool:
    """Whether a token inside a sentence is a noun or a name."""
    return token.kind == "p" or (token.kind == "w" and token.upper and token.text not in _POLITE)


_ADJECTIVE = re.compile(r"[a-zäöüß-]{2,}(?:e|en|er|es|em)$")


def is_adjective(token: Token) -> bool:
    """Whether a token can be an inflected adjective or participle before a noun."""
    return (
        token.kind == "w"
        and not token.upper
        and bool(_ADJECTIVE.match(token.text))
        and token.text not in _no_adjective()
    )


def _opening_adjective(token: Token) -> bool:
    """Whether a capitalised word that opens the sentence is an adjective („Beschädigte Bücher …“)."""
    if token.kind != "w" or not token.upper or token.lower in _no_adjective():
        return False
    return bool(_ADJECTIVE.match(token.lower)) and not morphology.nouns(token.text)


def _ending(word: str) -> str:
    for ending in ("en", "er", "es", "em"):
        if word.endswith(ending):
            return ending
    return "e"


def noun_phrase(view: View, index: int, *, attributes: bool = True) -> NounPhrase | None:
    """The noun phrase that starts at a token.

    Args:
        view: The sentence.
        index: The token index where the phrase must start.
        attributes: Whether genitive and „von“ attributes are taken along.

    Returns:
        The phrase with every reading that article, adjectives and noun allow together, or None.
    """
    tokens = view.tokens
    count = len(tokens)
    if index >= count:
        return None
    position = index
    det: Determiner | None = None
    places: tuple[tuple[str, str], ...] | None = None
    token = tokens[position]
    if token.kind == "w" and (not token.upper or position == view.first or token.text in _POLITE):
        word = token.text if token.text in _POLITE else token.text[0].lower() + token.text[1:]
        read = None if word in ("Sie", "Ihnen") else morphology.determiner(word)
        if read is not None:
            det, places = read
            position += 1
    adjectives: list[int] = []
    if det is not None:
        position = _embedded(view, position)
    while position < count:
        token = tokens[position]
        if is_adjective(token) or (position == view.first and _opening_adjective(token)):
            adjectives.append(position)
            position += 1
        elif (
            adjectives
            and token.text in (",", "und", "oder", "sowie")
            and position + 1 < count
            and is_adjective(tokens[position + 1])
            and _leads_to_noun(tokens, position + 1)
        ) or (
            (token.kind == "n" and token.text.rstrip(".").isdigit())
            or (
                token.kind == "w"
                and (
                    token.text in word_class("gradwoerter")
                    or (position == view.first and token.lower in word_class("gradwoerter"))
                )
                and position + 1 < count
                and (is_adjective(tokens[position + 1]) or tokens[position + 1].text in word_class("gradwoerter"))
            )
            or (token.kind == "w" and token.text in word_class("zahlwoerter"))
        ):
            position += 1
        else:
            break
    while (
        position + 1 < count
        and position != view.first
        and tokens[position].kind == "w"
        and tokens[position].upper
        and tokens[position].text not in _POLITE
        and bool(_ADJECTIVE.match(tokens[position].lower))
        and tokens[position + 1].kind == "w"
        and is_noun(tokens[position + 1])
        and not morphology.nouns(tokens[position].text)
        and bool(morphology.nouns(tokens[position + 1].text))
    ):
        adjectives.append(position)
        position += 1
    if position >= count or not (
        is_noun(tokens[position])
        or (position == view.first and tokens[position].upper and tokens[position].kind == "w")
    ):
        return None
    if position == view.first and any(tokens[position].lower in word_class(name) for name in _SMALL_CLASSES):
        return None
    while (
        position + 2 < count
        and tokens[position].text.endswith("-")
        and tokens[position + 1].text in ("und", "oder", "sowie", ",", "bzw.")
        and is_noun(tokens[position + 2])
    ):
        position += 2
    head = tokens[position]
    core = position + 1
    endings = {_ending(tokens[i].text) for i in adjectives}
    if len(endings) > 1:
        return None
    features: list[Feature] = []
    candidates = morphology.readings(head.text) if head.kind == "w" else ()
    if not candidates and head.kind == "w":
        candidates = tuple(_adjectival(head.text, det))
    for noun, case, plural in candidates:
        feature = Feature(noun, case, plural)
        if places is not None and (feature.gender, case) not in places:
            continue
        if endings and morphology.adjective_ending(det, feature.gender, case) not in endings:
            continue
        if feature not in features:
            features.append(feature)
    end = core
    while end < count and (
        (tokens[end].kind == "w" and tokens[end].upper and tokens[end].text not in _POLITE)
        or tokens[end].kind == "p"
        or (tokens[end].kind == "n" and end + 1 <= count and not tokens[end].text.endswith("."))
        or tokens[end].text in ("Nr.", "„")
    ):
        if tokens[end].text == "„":
            close = next((k for k in range(end, min(end + 12, count)) if tokens[k].text in '“”"'), None)
            if close is None:
                break
            end = close + 1
            continue
        end += 1
    if attributes:
        end = _attributes(view, end, deverbal=head.text.endswith(("ung", "ungen", "nahme", "gabe", "lage", "stellung")))
    return NounPhrase(index, core, end, det, tuple(adjectives), tuple(features))


def _embedded(view: View, position: int) -> int:
    """Behind an attribute between article and participle („die *von Ihnen* eingereichten Akten“), or `position`."""
    tokens = view.tokens
    index = position
    while index < len(tokens) and view.lower[index] in word_class("gradwoerter"):
        index += 1
    if index >= len(tokens) or view.lower[index] not in word_class("verhaeltniswoerter"):
        return position
    end = index
    for _ in range(3):
        if end >= len(tokens) or view.lower[end] not in word_class("verhaeltniswoerter"):
            break
        following = end + 1
        if following < len(tokens) and tokens[following].text in ("Ihnen", "uns", "mir", "ihm", "ihr", "ihnen"):
            end = following + 1
            continue
        inner = noun_phrase(view, following)
        if inner is None:
            return position
        end = inner.end
    while end < len(tokens) and view.lower[end] in word_class("gradwoerter"):
        end += 1
    if (
        end < len(tokens)
        and is_adjective(tokens[end])
        and tokens[end].text.rstrip("nrsm").endswith(("te", "ene", "ende"))
        and _leads_to_noun(tokens, end)
    ):
        return end
    return position


_ADJECTIVAL = re.compile(
    r".*(?:berechtigt|pflichtig|angehörig|bevollmächtigt|beteiligt|betroffen|angestellt|beschäftigt|vorsitzend|studierend|jugendlich|erwachsen|verwandt|verschwägert|erziehend|selbstständig|bedienstet|geflüchtet|jährig|versichert|verstorben|sachverständig|beamt|schließend|meldend|bildend|befugt|beauftragt|behindert|geschädigt|suchend|geboren)(?P<end>e[rnms]?)$",
    re.I,
)


def _adjectival(word: str, det: Determiner | None) -> Iterator[tuple[Noun, str, bool]]:
    """The readings of a noun that is inflected like an adjective („die Berechtigten“)."""
    found = _ADJECTIVAL.match(word)
    if found is None:
        return
    stem = word[: found.start("end")]
    for case in morphology.CASES:
        for gender in ("m", "f", "p"):
            if morphology.adjective_ending(det, gender, case) == found.group("end"):
                yield Noun(stem, "m" if gender == "p" else gender, ADJECTIVAL), case, gender == "p"


ADJECTIVAL = "~"


def _leads_to_noun(tokens: list[Token], index: int) -> bool:
    while index < len(tokens) and is_adjective(tokens[index]):
        index += 1
    return index < len(tokens) and is_noun(tokens[index])


def _attributes(view: View, end: int, *, deverbal: bool) -> int:
    """The end of the genitive attributes (and of „von“ after a verbal noun) that follow a noun."""
    tokens = view.tokens
    for _ in range(4):
        if end >= len(tokens):
            return end
        word = tokens[end].text
        if word in (
            "des",
            "der",
            "eines",
            "einer",
            "dieser",
            "dieses",
            "Ihres",
            "Ihrer",
            "unseres",
            "unserer",
            "seiner",
            "seines",
            "ihrer",
            "ihres",
            "aller",
            "sämtlicher",
            "beider",
        ) or (is_adjective(tokens[end]) and word.endswith("er") and _leads_to_noun(tokens, end)):
            inner = noun_phrase(view, end, attributes=False)
            if inner is None or (inner.features and not inner.can_be("gen")):
                return end
            if not inner.features and not word.startswith(("des", "eines")):
                return end
            end = inner.end
        elif (
            word == "von"
            and end + 2 < len(tokens)
            and tokens[end + 1].kind == "n"
            and tokens[end + 2].text in ("Euro", "EUR", "€")
        ):
            end += 3
        elif word == "von" and deverbal:
            inner = noun_phrase(view, end + 1, attributes=False)
            if inner is None or (inner.features and not inner.can_be("dat")):
                return end
            end = inner.end
        elif (
            word in ("und", "sowie", "oder")
            and end + 1 < len(tokens)
            and tokens[end + 1].text in ("des", "der", "eines", "einer")
        ):
            inner = noun_phrase(view, end + 1, attributes=False)
            if inner is None or not inner.features or not inner.can_be("gen") or inner.can_be("nom"):
                return end
            end = inner.end
        else:
            return end
    return end


def inflect(
    view: View,
    phrase: NounPhrase,
    feature: Feature,
    case: str,
    *,
    det: Determiner | None = None,
    drop_det: bool = False,
) -> str:
    """The core of a phrase in another case, with what stands between its words kept."""
    used = None if drop_det else (det or phrase.det)
    gender = feature.gender
    parts: list[str] = []
    cursor = view.tokens[phrase.start].start
    index = phrase.start
    if phrase.det is not None:
        cursor = view.tokens[phrase.start].end
        if used is not None:
            parts.append(used.form(gender, case))
        else:
            cursor = view.tokens[phrase.start + 1].start
        index += 1
    elif used is not None:
        parts.append(used.form(gender, case) + " ")
    ending = morphology.adjective_ending(used, gender, case)
    for i in range(index, phrase.core):
        token = view.tokens[i]
        parts.append(view.text[cursor : token.start])
        if i in phrase.adjectives:
            stem = token.text[: -len(_ending(token.text))]
            parts.append((view.inner(stem, i)) + ending)
        elif i == phrase.head:
            noun = feature.noun
            parts.append(noun.lemma + ending if noun.plural == ADJECTIVAL else noun.form(case, feature.plural))
        else:
            parts.append(token.text)
        cursor = token.end
    return "".join(parts)


def reading(phrase: NounPhrase, case: str) -> Feature | None:
    """The one reading of a phrase in a case; None when there is none or when gender or number stay open."""
    found = [f for f in phrase.features if f.case == case]
    if len({(f.noun.lemma, f.noun.gender, f.plural) for f in found}) != 1:
        return None
    return found[0]


def recase(view: View, phrase: NounPhrase, old: str, new: str, **options: bool) -> str | None:
    """A phrase moved from one case to another, attributes included; None when it cannot be read for certain."""
    feature = reading(phrase, old)
    if feature is None:
        # Feminine singular and plural can both fit a genitive „der“; the forms decide only together with the noun.
        return None
    core = inflect(view, phrase, feature, new, drop_det=options.get("drop_det", False))
    rest = view.text[view.tokens[phrase.core - 1].end : view.tokens[phrase.end - 1].end]
    return core + rest


def iter_phrases(view: View, start: int, end: int) -> Iterator[NounPhrase]:
    """The noun phrases of a stretch of tokens, left to right."""
    index = start
    while index < end:
        phrase = noun_phrase(view, index, attributes=False)
        if phrase is not None and phrase.end <= end:
            yield phrase
            index = phrase.end
        else:
            index += 1


_CITED = frozenset({"§", "§§", "art.", "artikel"})


def law_like(view: View, start: int) -> bool:
    """Whether a source of law stands at a token („§ 5“, „der Satzung“), so that „aufgrund“ means „gestützt auf“."""
    if (
        view.at(start) in _CITED
        or view.at(start) in ("nr.", "ziffer", "nummer", "anlage", "abschnitt")
        or view.at(start + 1) in _CITED
    ):
        return True
    phrase = noun_phrase(view, start, attributes=False)
    return phrase is not None and view.at(phrase.head).endswith(word_suffixes("rechtsquellen"))


def time_phrase(view: View, index: int) -> int | None:
    """Where a phrase of time that starts with the preposition at `index` ends; None when it is none."""
    if view.at(index) not in ("am", "im", "in", "an", "um", "bis", "ab", "seit", "vom", "zum", "zu", "vor", "nach"):
        return None
    start = index + 1
    if view.at(start) in ("zum", "zur"):
        start += 1
    phrase = noun_phrase(view, start, attributes=False)
    if phrase is None:
        return None
    head = view.at(phrase.head)
    if (
        head in word_class("monate")
        or head in _WEEKDAYS
        or (
            head.endswith(word_suffixes("zeitwoerter"))
            and not head.endswith(("antrag", "vertrag", "beitrag", "betrag", "auftrag"))
        )
    ):
        return phrase.end
    return None


_WEEKDAYS = frozenset(["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"])


def only_prepositional(view: View, position: int, end: int) -> bool:
    """Whether only prepositional phrases stand between two tokens."""
    while position < end:
        if view.at(position) not in word_class("verhaeltniswoerter"):
            return False
        inner = noun_phrase(view, position + 1)
        if inner is None or inner.end > end:
            return False
        position = inner.end
    return position == end

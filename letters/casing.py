"""Gives notes typed in small letters their capitals. Changes no length, so that every place stays the same."""

import re
from functools import cache
from pathlib import Path

from german.lexicon import Lexicon, Tag, load
from german.morphology import nouns

FILE = Path(__file__).parent / "daten" / "schreibung.txt"

_WORD = re.compile(r"⟦[^⟧]*⟧|[^\W\d_]+(?:-[^\W\d_]+)*")
_FILE_NUMBER = re.compile(r"(?<![\w-])[a-zäöü]{1,5}(?=[-/]\d)")
_ROAD = re.compile(r"\b(?:über|auf|der|die|an) (?:der |die )?([abkl]) (?=\d{1,4}\b)")
_CUE = re.compile(r"\b(?:herrn?|frau|familie|eheleute|firma|hr|fr|fam|fa|dr|prof)\.?\s+$", re.I)
_ADDRESS_END = re.compile(r"(?:str|straße|weg|platz|allee|gasse|ring)\.?$", re.I)
_ADJECTIVE = re.compile(r"(?:lich|ig|isch|bar|sam|los|haft|end|voll|mäßig)(?:e|er|es|en|em)?$")
_ADJECTIVAL = re.compile(r"(?:e|er|es|en|em)$")
_PARTICIPLE = re.compile(r"^(?:[a-zäöü]{2,5})?ge[a-zäöüß]+(?:t|en)(?:e|er|es|en|em)$")
_SEPARABLE = (
    "raus",
    "rein",
    "rauf",
    "runter",
    "weg",
    "um",
    "ab",
    "an",
    "auf",
    "aus",
    "ein",
    "mit",
    "nach",
    "vor",
    "zu",
)
_PARTICLES = frozenset({"von", "van", "der", "den", "de", "zu", "zur", "und"})
_WEB = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|\S+\.(?:de|com|org|net|eu)\b", re.I)


class WordListError(Exception):
    """A word list is not as it has to be. The message names file and line."""


@cache
def _exceptions() -> tuple[frozenset[str], frozenset[str]]:
    lists: dict[str, set[str]] = {"groß": set(), "klein": set()}
    section: set[str] | None = None
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            section = lists.get(line.strip("[] \n"))
            if section is None:
                raise WordListError(f"{FILE}:{number}: Den Abschnitt {line} gibt es nicht.")
        elif section is None:
            raise WordListError(f"{FILE}:{number}: Vor den Wörtern fehlt ein Abschnitt.")
        else:
            section.update(line.split())
    return frozenset(lists["groß"]), frozenset(lists["klein"])


def capitalise(notes: str) -> str:
    """The notes with capitals for nouns, names and file numbers; the same length, code point by code point.

    Notes that already write nouns with capitals keep their small words.
    """
    words = list(_WORD.finditer(notes))
    if not words:
        return notes
    shouted = [w for w in words if not w[0].startswith("⟦") and w.start() > 0 and w[0][0].isupper()]
    if len(shouted) * 5 > len(words):
        return notes
    out = list(notes)
    lexicon = load()
    hidden = [(m.start(), m.end()) for m in _WEB.finditer(notes)]
    for place, word in enumerate(words):
        text = word[0]
        if not text[0].islower() or any(start <= word.start() < end for start, end in hidden):
            continue
        # A window keeps long notes linear; cues stand right before a name.
        before = notes[max(0, word.start() - 60) : word.start()]
        after = words[place + 1][0] if place + 1 < len(words) else ""
        if _after_digit(notes, word.start()):
            continue
        if _is_name(text, before) or _is_capital(text, before, after, lexicon):
            for start in _parts(text):
                out[word.start() + start] = out[word.start() + start].upper()
    for match in _FILE_NUMBER.finditer(notes):
        if not any(start <= match.start() < end for start, end in hidden) and len(match[0]) <= 4:
            out[match.start() : match.end()] = list(match[0].upper())
    for match in _ROAD.finditer(notes):
        out[match.start(1)] = out[match.start(1)].upper()
    return "".join(out)


def _after_digit(notes: str, start: int) -> bool:
    """„3b“, „12a“: letters that belong to a number."""
    return start > 0 and (notes[start - 1].isdigit() or bool(re.search(r"\d-$", notes[max(0, start - 2) : start])))


def _parts(text: str) -> list[int]:
    """Where the parts of a hyphenated word begin that take a capital: „el-sayed“, „personalausweis-foto“."""
    return [0, *(i + 1 for i, c in enumerate(text) if c == "-" and len(text) > i + 2)]


def _is_name(text: str, before: str) -> bool:
    """A word after Herr, Frau or Familie, also the second one."""
    if text in _PARTICLES or text in _exceptions()[1]:
        return False
    if _CUE.search(before):
        return True
    head, _, previous = before.rstrip().rpartition(" ")
    if not previous or not before.endswith(" "):
        return False
    lexicon = load()
    if re.search(r"\b(?:firma|fa)\.? $", head + " ", re.I):
        return not lexicon.tag(text) & (Tag.FUNC | Tag.VERB)
    if _CUE.search(head + " "):
        return lexicon.is_name_only(text.capitalize())
    # „leon schuster“: a first name, then a word that is no small word of German.
    is_first = previous.isalpha() and lexicon.is_name_only(previous.capitalize())
    if lexicon.tag(text.capitalize()) & Tag.NAME:
        return is_first
    return is_first and not lexicon.tag(text) & (Tag.FUNC | Tag.ADV | Tag.VERB | Tag.ADJ | Tag.PART)


def _is_capital(text: str, before: str, after: str, lexicon: Lexicon) -> bool:
    large, small = _exceptions()
    if text in small:
        return False
    if text in large:
        # „steht noch nicht fest“
        return not re.search(r"\bnicht $", before)
    if "-" in text:
        return _is_capital(text.rpartition("-")[2], before, after, lexicon) or lexicon.is_name_only(
            text.partition("-")[0].capitalize()
        )
    low = Tag(0)
    for reading in lexicon.readings(text):
        low |= reading.tag
    high = Tag(0)
    for reading in lexicon.readings(text[0].upper() + text[1:]):
        high |= reading.tag
    if not low and not high:
        return bool(_ADDRESS_END.search(text)) or _unlisted(text, lexicon)
    if not high:
        return False
    if _is_adjective(text, lexicon) and _is_thing(after, lexicon):
        return False
    if not low:
        return True
    if not high & Tag.NOUN:
        return False
    if re.search(r"(?<!um )(?<!ab )(?<!bis )(?<!nach )(?<!vor )\b\d{1,4} $", before) and low & Tag.VERB:
        return True  # „12 raten“
    if low & Tag.VERB and not low & (Tag.ADJ | Tag.ADV | Tag.FUNC | Tag.PART):
        # An infinitive at the end of a note is a request („mitbringen“); other verb forms that are nouns too are nouns.
        is_infinitive = any(reading.lemma == text for reading in lexicon.readings(text))
        return not is_infinitive
    return False


def _is_adjective(text: str, lexicon: Lexicon) -> bool:
    """„gebastelte“, „laufende“, „feuchte“: a form that can stand before a noun."""
    ending = _ADJECTIVAL.search(text)
    if ending is None:
        return False
    if lexicon.tag(text) & (Tag.ADJ | Tag.PART) or _PARTICIPLE.search(text) or re.search(r"ende[rsnm]?$", text):
        return True
    return bool(lexicon.tag(text[: ending.start()]) & Tag.ADJ)


def _is_thing(after: str, lexicon: Lexicon) -> bool:
    """Whether the next word can only be a noun, so that what stands before it is its adjective."""
    if not after or after in _exceptions()[1]:
        return False
    if after in _exceptions()[0]:
        return True
    is_noun = bool(lexicon.tag(after[0].upper() + after[1:]) & Tag.NOUN)
    return is_noun and not lexicon.tag(after) & (Tag.FUNC | Tag.ADJ | Tag.ADV | Tag.PART) and not after.endswith("en")


def _unlisted(text: str, lexicon: Lexicon) -> bool:
    if _is_separable_verb(text, lexicon):
        return False
    parts = lexicon.compound_parts(text)
    if parts:
        head = parts[-1]
        is_noun = any(r.tag & Tag.NOUN for r in lexicon.readings(head[0].upper() + head[1:]))
        if is_noun and (nouns(text) or not any(r.tag & Tag.ADJ for r in lexicon.readings(head))):
            return True
        if lexicon.tag(head) & (Tag.ADJ | Tag.PART):
            return False
        return is_noun
    if len(text) < 3:
        return False
    if nouns(text) and not _ADJECTIVE.search(text):
        return True
    return not lexicon.explains(text)


def _is_separable_verb(text: str, lexicon: Lexicon) -> bool:
    """„umparken“, „rauslegen“: a prefix and an infinitive."""
    for prefix in _SEPARABLE:
        base = text.removeprefix(prefix)
        if (
            base != text
            and base.endswith("n")
            and any(r.tag & Tag.VERB and r.lemma == base for r in lexicon.readings(base))
        ):
            return True
    return False

"""What a sentence is made of, as far as words and their order show: passive, noun style, parts between commas.

Shared by readability and coaching. No judgement and no suggestion lives here.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from german.datafiles import data_sections
from german.lexicon import Lexicon, Tag, load
from german.text import Sentence, Word

_WERDEN = frozenset(["wird", "werden", "wurde", "wurden", "würde", "würden", "worden", "werde"])
_AUXILIARY_END = frozenset(["haben", "hat", "habe", "hatte", "hatten", "ist", "sind", "sei", "war", "waren", "sein"])
_BREAK = re.compile(r"[,;:()–]|\s-\s")


class Token(NamedTuple):
    """A word with its classes. `segment` numbers the parts between commas, brackets and dashes."""

    word: Word
    low: str
    tag: int
    segment: int


class Passive(NamedTuple):
    """A passive: the form of `werden` and its participle, as indexes into the tokens of the sentence."""

    auxiliary: int
    participle: int


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    return {section: frozenset(words) for section, words in data_sections("clauses.txt").items()}


@lru_cache(maxsize=1)
def _nominal_endings() -> tuple[str, ...]:
    return tuple(_lists()["endungen"])


def tokens(sentence: Sentence) -> tuple[Token, ...]:
    """The words of a sentence with their classes, in order."""
    lexicon = load()
    text, offset = sentence.text, sentence.start
    found: list[Token] = []
    segment = 0
    last = 0
    for word in sentence.words:
        start = word.start - offset
        if start - last > 1 and _BREAK.search(text, last, start):
            segment += 1
        last = word.end - offset
        low = word.text.lower()
        tag = lexicon.tag(word.text)
        found.append(Token(word, low, tag, segment))
    return tuple(found)


def participle(token: Token, lexicon: Lexicon | None = None) -> bool:
    """Whether a token is an undeclined past participle in lower case (`gestellt`, `mitgeteilt`, `abgelehnt`)."""
    if not token.tag & Tag.PART or not token.word.text[:1].islower() or token.low in _lists()["kein partizip"]:
        return False
    return token.low.endswith(("t", "en", "n")) and token.low[-2:] not in ("em", "er", "es")


def _same_as_infinitive(token: Token) -> bool:
    return (load().lemma(token.low) == token.low) and token.low.endswith("en") and bool(token.tag & Tag.VERB)


def passives(found: tuple[Token, ...]) -> tuple[Passive, ...]:
    """The passives of a sentence. Future (`wird beantragen`) and `werden` with noun or adjective are none."""
    result: list[Passive] = []
    for index, token in enumerate(found):
        if token.low not in _WERDEN or (token.word.text[:1].isupper() and index):
            continue
        if index and found[index - 1].segment == token.segment and participle(found[index - 1]):
            # "gestellt wird", "gestellt werden kann", "gestellt worden ist"
            if token.low != "werden" or not _same_as_infinitive(found[index - 1]) or index + 1 == len(found):
                result.append(Passive(index, index - 1))
            continue
        if index > 1 and found[index - 1].low == "zu" and participle(found[index - 2]):
            result.append(Passive(index, index - 2))
            continue
        if token.low == "worden":
            continue
        closing = _closing_participle(found, index)
        if closing is not None:
            result.append(Passive(index, closing))
    return tuple(result)


def _future(clause: tuple[Token, ...]) -> bool:
    """Whether `wird … erhalten` is a future: by the verb, or because a person acts."""
    if any(token.low in ("von", "durch") for token in clause):
        return False
    persons = any(token.low in ("ich", "wir", "er", "man") or token.word.text == "Sie" for token in clause)
    return persons or clause[-1].low in _lists()["wie die grundform, zukunft"]


def _closing_participle(found: tuple[Token, ...], index: int) -> int | None:
    """The participle that closes the clause opened by a finite `werden` at `index`."""
    segment = found[index].segment
    skipping = False
    limit = min(len(found), index + 45)
    for place in range(index + 1, limit):
        token = found[place]
        if token.segment != segment:
            segment = token.segment
            skipping = token.low in _lists()["unterordnende"]
            if segment - found[index].segment > 4:
                return None
        if skipping:
            continue
        following = found[place + 1] if place + 1 < limit else None
        ends = following is None or following.segment != segment
        if participle(token):
            if _same_as_infinitive(token) and ends and _future(found[max(0, index - 2) : place + 1]):
                return None
            if following is not None and not ends and following.low in _AUXILIARY_END:
                return None
            if following is not None and not ends and following.low in ("werden", "worden"):
                return None
            if ends or following is None or following.tag & (Tag.FUNC | Tag.ADV):
                return place
        elif ends and token.tag & Tag.VERB and token.word.text[:1].islower() and token.low.endswith("n"):
            return None
    return None


def nominal(word: Word, first: bool = False) -> bool:
    """Whether a word is a noun that hides a verb or an adjective: -ung, -heit, -keit, -ion …, or a noun infinitive.

    Args:
        word: The word.
        first: True at the start of a sentence, where a capital letter proves nothing.
    """
    text = word.text
    if len(text) < 5 or not text[0].isupper() or text.isupper():
        return False
    lists = _lists()
    if text.endswith(_nominal_endings()):
        return text not in lists["zählen nicht"]
    if text.endswith("n") and not first and text not in lists["hauptwort aus verb, aber eingebürgert"]:
        lexicon = load()
        low = text[0].lower() + text[1:]
        return any(r.lemma == text for r in lexicon.readings(text)) and any(
            r.tag & Tag.VERB and r.lemma == low for r in lexicon.readings(low)
        )
    return False

"""Readability: the formulas, their counting rules, and a verdict a clerk understands.

Which places of a text are hard and what to write instead is `german.coaching`.
"""

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from german.clauses import nominal, passives, tokens
from german.datafiles import DataError, data_lines
from german.text import BlockKind, Sentence, TextModel, Word


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures of one text. Shares are percentages. `reliable` is false under about 100 words."""

    words: int
    sentences: int
    sentence_length: float
    longest_sentence: int
    syllables_per_word: float
    long_words: float
    polysyllables: float
    monosyllables: float
    amstad: float
    wiener_1: float
    wiener_2: float
    wiener_3: float
    wiener_4: float
    lix: float
    rix: float
    gsmog: float
    passive: float
    nominal: float
    reliable: bool
    hyphenated: int = 0


class TextKind(StrEnum):
    """The kinds of text with their own targets; the targets are in `data/text_kinds.txt`."""

    ELTERNBRIEF = "elternbrief"
    BUERGERBRIEF = "buergerbrief"
    WEB = "web"
    PRESSE = "presse"
    BEGLEITSCHREIBEN = "begleitschreiben"
    BESCHEID = "bescheid"
    VORLAGE = "vorlage"
    STELLE = "stelle"


@dataclass(frozen=True, slots=True)
class Target:
    """What a text of one kind should reach."""

    kind: TextKind
    name: str
    level: str
    sentence_length: float
    longest_sentence: int
    amstad: float
    wiener: float
    lix: float
    passive: float
    nominal: float


class Ease(StrEnum):
    """How easy a text is, measured against its kind."""

    GUT = "gut verständlich"
    MITTEL = "noch verständlich"
    SCHWER = "schwer verständlich"
    SEHR_SCHWER = "sehr schwer verständlich"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict in words. `sentence` is German for the person; `reached` is true when all targets are met."""

    level: Ease
    sentence: str
    reached: bool


# Running text counts; headings, addresses, signatures, notices, table rows and quoted mails do not.
_COUNTED = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_RELIABLE_FROM = 100

_GROUPS = re.compile("eu|äu|ei|ai|au|ie|aa|ee|oo|ey|ay|oi|ui|[aeiouyäöüéèêáàâóòôíìúù]")
_NOT_WORDS = re.compile(
    r"(?<!\S)\S+@\S+|(?:https?://|www\.)\S+"
    # A name of the net is looked for once per run of its letters, or a long run would be read again from each of them.
    r"|(?<![\w.-])[\w.-]{1,253}\.(?:de|com|org|eu|net|info|bayern|berlin)\b[\w/.-]*"
    r"|(?:§+|\bArt(?:\.|ikel)|\bArtikel)\s*\d+\s?[a-z]?\b"
    r"(?:,?\s*(?:und |oder |bis |i\. ?V\. ?m\. )?(?:§+\s*)?"
    r"(?:Abs(?:\.|atz)|Satz|S\.|Nr\.|Nrn\.|Nummer|Buchst(?:\.|abe)|lit\.|Alt\.|Hs\.|Halbsatz)\s*(?:\d+[a-z]?|[a-z])\b)*(?:\s*ff?\.)?"
)
_DIGIT_TOKEN = re.compile(r"(?<!\S)\S*\d\S*")
_SPECIAL = re.compile(r"[@§\d]|www|://|Art\b|Artikel|\.[a-z]")


@lru_cache(maxsize=16384)
def syllables(word: str) -> int:
    """Syllables of a German word, at least 1: vowel groups, with the usual diphthongs as one."""
    return len(_GROUPS.findall(word.lower())) or 1


def counted_words(sentence: Sentence) -> tuple[Word, ...]:
    """The words that count: no numbers, no §-citations (the law's name counts), no addresses of the net."""
    if not _SPECIAL.search(sentence.text):
        return sentence.words
    offset = sentence.start
    spans = [(m.start() + offset, m.end() + offset, True) for m in _NOT_WORDS.finditer(sentence.text)]
    spans += [(m.start() + offset, m.end() + offset, False) for m in _DIGIT_TOKEN.finditer(sentence.text)]
    if not spans:
        return sentence.words
    spans.sort()
    kept: list[Word] = []
    place = 0
    for word in sentence.words:
        while place < len(spans) and spans[place][1] <= word.start:
            place += 1
        inside = [span for span in spans[place : place + 3] if span[0] <= word.start < span[1]]
        # In "63-BA-0417/26" or "3km" the letters are no words; in "10-jährige" they are.
        if word.text[0] == "⟦" or not any(
            strict or len(word.text) < 4 or word.text.isupper() for _, _, strict in inside
        ):
            kept.append(word)
    return tuple(kept)


def counted_sentences(model: TextModel) -> tuple[tuple[Sentence, tuple[Word, ...]], ...]:
    """The sentences that count, with the words that count. A text without running text counts whole."""
    for kinds in (_COUNTED, frozenset(BlockKind)):
        found = [
            (sentence, words)
            for block in model.blocks
            if block.kind in kinds
            for sentence in block.sentences
            if (words := counted_words(sentence))
        ]
        if found:
            return tuple(found)
    return ()


def measure(model: TextModel) -> Scores:
    """Measure a parsed text. Headings, addresses, signatures and legal notices do not count (domain rules).

    Formulas: Amstad 1978 (Flesch for German), Bamberger/Vanecek 1984 (Wiener Sachtextformeln 1–4, G-SMOG),
    Björnsson 1968 (LIX), Anderson 1983 (RIX). Linear in the length of the text.
    """
    total = long = many = single = all_syllables = longest = nominals = hyphenated = passive = 0
    sentences = counted_sentences(model)
    for sentence, words in sentences:
        total += len(words)
        longest = max(longest, len(words))
        for index, word in enumerate(words):
            text = word.text
            if text[0] == "⟦":
                # A masked name: two syllables, like most names.
                all_syllables += 2
                continue
            count = syllables(text)
            all_syllables += count
            single += count == 1
            many += count >= 3
            long += len(text) - text.count("-") > 6
            hyphenated += "-" in text
            nominals += nominal(word, index == 0)
        if _MAY_BE_PASSIVE.search(sentence.text):
            passive += bool(passives(tokens(sentence)))
    if not total:
        return Scores(0, 0, 0.0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, False)
    count = len(sentences)
    sl, asw = total / count, all_syllables / total
    ms, iw, es = 100 * many / total, 100 * long / total, 100 * single / total
    return Scores(
        words=total,
        sentences=count,
        sentence_length=sl,
        longest_sentence=longest,
        syllables_per_word=asw,
        long_words=iw,
        polysyllables=ms,
        monosyllables=es,
        amstad=180 - sl - 58.5 * asw,
        wiener_1=0.1935 * ms + 0.1672 * sl + 0.1297 * iw - 0.0327 * es - 0.875,
        wiener_2=0.2007 * ms + 0.1682 * sl + 0.1373 * iw - 2.779,
        wiener_3=0.2963 * ms + 0.1905 * sl - 1.1144,
        wiener_4=0.2744 * ms + 0.2656 * sl - 1.693,
        lix=sl + iw,
        rix=long / count,
        gsmog=math.sqrt(many * 30 / count) - 2,
        passive=100 * passive / count,
        nominal=100 * nominals / total,
        reliable=total >= _RELIABLE_FROM,
        hyphenated=hyphenated,
    )


_MAY_BE_PASSIVE = re.compile(r"\b(?:[Ww]ird|[Ww]erden?|[Ww]urden?|worden|[Ww]ürden?)\b")


@lru_cache(maxsize=1)
def _targets() -> dict[TextKind, Target]:
    found: dict[TextKind, Target] = {}
    for number, line in data_lines("text_kinds.txt"):
        cells = [cell.strip() for cell in line.split("|")]
        try:
            kind, name, level, *figures = cells
            sl, top, amstad, wiener, lix, passive, nominals = (float(figure) for figure in figures)
            target = Target(TextKind(kind), name, level, sl, int(top), amstad, wiener, lix, passive, nominals)
        except ValueError:
            raise DataError(f"text_kinds.txt, Zeile {number}: erwartet zehn Spalten, ab der vierten Zahlen") from None
        found[target.kind] = target
    return found


def target(kind: TextKind) -> Target:
    """The targets of a kind of text."""
    return _targets()[kind]


def verdict(scores: Scores, kind: TextKind = TextKind.BUERGERBRIEF) -> Verdict:
    """The verdict on measured figures in one or two German sentences, against the targets of a kind of text."""
    if not scores.words:
        return Verdict(Ease.GUT, "Der Text enthält keinen Satz, der sich messen lässt.", True)
    aim = target(kind)
    # Each missed target weighs 1, missed by far 2; the sentence names the worst two.
    missed: list[tuple[float, int, str]] = []

    def check(value: float, limit: float, far: float, words: str) -> None:
        if value > limit:
            said = words.format(_number(abs(value)), _number(abs(limit)))
            missed.append(((value - limit) / (far - limit), 2 if value > far else 1, said))

    sl, top = aim.sentence_length, aim.longest_sentence
    school = min(15.0, max(4.0, scores.wiener_1))
    check(scores.sentence_length, sl, 1.5 * sl, "die Sätze haben im Schnitt {} Wörter (Ziel: höchstens {})")
    check(scores.longest_sentence, top, 1.6 * top, "der längste Satz hat {} Wörter (Ziel: höchstens {})")
    check(-scores.amstad, -aim.amstad, 15 - aim.amstad, "der Amstad-Wert liegt bei {} (Ziel: mindestens {})")
    check(school, aim.wiener, aim.wiener + 3, "der Text verlangt etwa {} Schuljahre (Ziel: höchstens {})")
    check(scores.lix, aim.lix, aim.lix + 10, "es gibt viele lange Wörter (LIX {}, Ziel: höchstens {})")
    check(scores.passive, aim.passive, aim.passive + 30, "{} % der Sätze stehen im Passiv (Ziel: höchstens {} %)")
    check(scores.nominal, aim.nominal, aim.nominal + 6, "auf 100 Wörter kommen {} Wörter wie „Durchführung“ (Ziel: {})")
    points = sum(weight for _, weight, _ in missed)
    ease = Ease.GUT if points <= 1 else Ease.MITTEL if points <= 3 else Ease.SCHWER if points <= 7 else Ease.SEHR_SCHWER
    short = "" if scores.reliable else " Der Text ist kurz, die Werte zeigen nur die Richtung."
    if not missed:
        return Verdict(ease, f"Der Text ist {ease} ({aim.name}).{short}", True)
    worst = " und ".join(words for _, _, words in sorted(missed, reverse=True)[:2])
    return Verdict(ease, f"Der Text ist {ease}: {worst}.{short}", False)


def _number(value: float) -> str:
    return f"{value:.1f}".replace(".", ",").removesuffix(",0")

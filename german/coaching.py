"""Coaching: what makes a text hard to read, at which place, why, and what to write instead.

The detectors look at one sentence each; fixed phrases are in `data/coaching.txt`, word pairs in `data/wortpaare.yaml`.
Nothing here changes a text. Precision over volume: a good text gets no remarks.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

from german.clauses import Passive, Token, nominal, participle, passives, tokens
from german.frozen import Zone, frozen_zones
from german.lexicon import Tag, load
from german.readability import counted_words
from german.text import BlockKind, DataError, Sentence, TextModel, abbreviation, data_lines, data_sections


class Weight(StrEnum):
    """How much a remark matters."""

    INFO = "info"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark; offsets in code points, half open. `suggestion` is concrete German text or an instruction."""

    start: int
    end: int
    detector: str
    weight: Weight
    reason: str
    suggestion: str


_COACHED = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_PER_SENTENCE = 4
_ORDER = {Weight.RED: 0, Weight.YELLOW: 1, Weight.INFO: 2}


class _View(NamedTuple):
    """A sentence with everything the detectors look at."""

    sentence: Sentence
    tokens: tuple[Token, ...]
    counted: int


def coach(model: TextModel, frozen: Sequence[Zone] | None = None) -> tuple[Remark, ...]:
    """The remarks on a text, in order. Precision over volume.

    Args:
        model: The parsed text.
        frozen: Zones that stay as they are and get no remarks; found here when None.
    """
    zones = frozen_zones(model) if frozen is None else frozen
    views: list[_View] = []
    for block in model.blocks:
        if block.kind not in _COACHED:
            continue
        for sentence in block.sentences:
            if any(zone.start < sentence.end and sentence.start < zone.end for zone in zones):
                continue
            views.append(_View(sentence, tokens(sentence), len(counted_words(sentence))))
    found: list[Remark] = []
    passive = _passive_remarks(views)
    seen: set[str] = set()
    for view in views:
        here = [remark for detector in _DETECTORS for remark in detector(view)]
        here += passive.get(view.sentence.start, ())
        for remark in _word_remarks(view):
            # A word is explained once a text, not each time.
            key = f"{remark.detector} {remark.suggestion}"
            if key not in seen:
                seen.add(key)
                here.append(remark)
        found += _strongest(here)
    found += _synonyms(views)
    return tuple(sorted(found, key=lambda remark: (remark.start, remark.end, remark.detector)))


def _strongest(remarks: list[Remark]) -> list[Remark]:
    """At most four remarks a sentence, none inside a heavier one of the same kind of fault."""
    kinds = {remark.detector for remark in remarks}
    if kinds & {"schachtelsatz", "bedingungen"}:
        remarks = [remark for remark in remarks if remark.detector != "langer-satz"]
    plain = {(remark.start, remark.end) for remark in remarks if remark.detector == "amtsdeutsch"}
    remarks = [r for r in remarks if r.detector != "wortungetuem" or (r.start, r.end) not in plain]
    if kinds & {"leere-einleitung", "unpersoenlich", "funktionsverbgefuege"}:
        remarks = [remark for remark in remarks if remark.detector != "passiv"]
    kept: list[Remark] = []
    for remark in sorted(remarks, key=lambda remark: (_ORDER[remark.weight], remark.start)):
        inside = any(
            other.start <= remark.start and remark.end <= other.end and other.end - other.start < 80 for other in kept
        )
        if not inside:
            kept.append(remark)
        if len(kept) == _PER_SENTENCE:
            break
    return kept


def _remark(start: int, end: int, detector: str, weight: Weight, reason: str, suggestion: str) -> Remark:
    return Remark(start, end, detector, weight, reason, suggestion)


# --- the length and the shape of a sentence ---------------------------------------------------------------------------

_JOINT = re.compile(r"; |, (?:und|aber|denn|wobei|sodass|weil|wenn|da|die|der|das|welche[rsnm]?|indem|damit)\b|: ")


def _long_sentence(view: _View) -> Iterator[Remark]:
    if view.counted <= 20:
        return
    sentence = view.sentence
    middle = len(sentence.text) / 2
    joints = [m for m in _JOINT.finditer(sentence.text) if 0.2 < m.start() / len(sentence.text) < 0.85]
    best = min(joints, key=lambda m: abs(m.start() - middle), default=None)
    suggestion = "Machen Sie zwei oder drei Sätze daraus, mit einer Aussage je Satz."
    if best:
        rest = sentence.text[best.start() :].lstrip(",;: ").split()
        suggestion = f"Machen Sie zwei Sätze daraus. Teilen Sie zum Beispiel vor „{' '.join(rest[:3])} …“."
    weight = Weight.RED if view.counted > 25 else Weight.YELLOW
    yield _remark(
        sentence.start, sentence.end, "langer-satz", weight, f"Der Satz hat {view.counted} Wörter.", suggestion
    )


_COMMA = re.compile(r",(?=\s)")
_SUBORDINATOR = re.compile(
    r"\b(?:dass|welche[rsnm]?|sofern|soweit|wobei|indem|sodass|da|weil|wenn|falls|obwohl|nachdem)\b"
)
_RELATIVE = frozenset(["der", "die", "das", "dem", "den", "dessen", "deren", "denen"])


def _nested(view: _View) -> Iterator[Remark]:
    text = view.sentence.text
    if len(_COMMA.findall(text)) < 3:
        return
    clauses = len(_SUBORDINATOR.findall(text)) + _relative_clauses(view.tokens)
    if clauses >= 2:
        yield _remark(
            view.sentence.start,
            view.sentence.end,
            "schachtelsatz",
            Weight.RED,
            "Der Satz ist verschachtelt: Mehrere Nebensätze stecken ineinander.",
            "Schreiben Sie jeden Nebensatz als eigenen Satz.",
        )


def _relative_clauses(found: tuple[Token, ...]) -> int:
    """Parts between commas that begin with a relative pronoun and end with a finite verb."""
    count = 0
    for index, token in enumerate(found):
        if token.low not in _RELATIVE or not index or found[index - 1].segment == token.segment:
            continue
        last = index
        while last + 1 < len(found) and found[last + 1].segment == token.segment:
            last += 1
        count += last > index + 1 and bool(found[last].tag & Tag.VERB) and found[last].word.text[:1].islower()
    return count


_BRACKET = 12
_BRACKET_REACH = 80


def _verbal_bracket(view: _View) -> Iterator[Remark]:
    found = view.tokens
    for index, token in enumerate(found):
        if token.low not in _phrases().finite or (
            index and found[index - 1].tag & Tag.PART and participle(found[index - 1])
        ):
            continue
        last = index
        # The bracket closes with the part of the sentence, or after an inserted part with numbers and names only.
        for place in range(index + 1, min(len(found), index + _BRACKET_REACH)):
            if found[place].segment - found[index].segment > 3:
                break
            closes = place + 1 == len(found) or found[place + 1].segment != found[place].segment
            infinitive = found[place].tag & Tag.VERB and found[place].low.endswith("n")
            if closes and (participle(found[place]) or (infinitive and found[place].word.text[:1].islower())):
                last = place
                break
            if found[place].segment != found[index].segment and found[place].low in _RELATIVE | {
                "dass",
                "weil",
                "wenn",
            }:
                break
        if last - index - 1 > _BRACKET:
            first, end = found[index].word, found[last].word
            yield _remark(
                first.start,
                end.end,
                "satzklammer",
                Weight.YELLOW,
                f"Zwischen „{first.text}“ und „{end.text}“ stehen {last - index - 1} Wörter.",
                f"Rücken Sie „{first.text}“ und „{end.text}“ zusammen oder teilen Sie den Satz.",
            )
            return


def _split_verb(view: _View) -> Iterator[Remark]:
    """`findet … statt`: a verb and its particle too far apart."""
    found = view.tokens
    particles = _separable()
    for index, token in enumerate(found):
        closes = index + 1 == len(found) or found[index + 1].segment != token.segment
        if not closes or token.low not in particles or index <= _BRACKET:
            continue
        for place in range(index - _BRACKET - 1, max(-1, index - _BRACKET_REACH), -1):
            verb = found[place]
            if verb.word.text[:1].isupper() and place:
                continue
            if not verb.tag & Tag.VERB or token.segment - verb.segment > 3:
                continue
            base = load().lemma(verb.low)
            if base and load().tag(token.low + base) & Tag.VERB and base != verb.low:
                yield _remark(
                    verb.word.start,
                    token.word.end,
                    "satzklammer",
                    Weight.YELLOW,
                    f"Zwischen „{verb.word.text}“ und „{token.low}“ stehen {index - place - 1} Wörter.",
                    f"Rücken Sie „{verb.word.text}“ und „{token.low}“ zusammen oder teilen Sie den Satz.",
                )
                return


def _conditions(view: _View) -> Iterator[Remark]:
    hits = [t for t in view.tokens if t.low in ("wenn", "falls", "sofern", "soweit", "vorausgesetzt")]
    if len(hits) >= 2:
        yield _remark(
            view.sentence.start,
            view.sentence.end,
            "bedingungen",
            Weight.RED,
            f"Der Satz enthält {len(hits)} Bedingungen.",
            "Schreiben Sie: „…, wenn alle Punkte zutreffen:“ und nennen Sie die Bedingungen als Liste.",
        )


# --- noun style -------------------------------------------------------------------------------------------------------


def _noun_style(view: _View) -> Iterator[Remark]:
    nouns = [token.word for index, token in enumerate(view.tokens) if nominal(token.word, index == 0)]
    if len(nouns) < 3 or len(nouns) * 100 < 15 * view.counted:
        return
    verbs = [(noun.text, verb) for noun in nouns if (verb := _hidden_verb(noun.text))][:2]
    suggestion = "Sagen Sie mit Verben, wer was tut."
    if verbs:
        named = " und ".join(f"„{verb}“ statt „{noun}“" for noun, verb in verbs)
        suggestion = f"Sagen Sie mit Verben, wer was tut: {named}."
    reason = f"Der Satz reiht {len(nouns)} Hauptwörter aneinander, in denen Verben stecken."
    yield _remark(nouns[0].start, nouns[-1].end, "nominalstil", Weight.YELLOW, reason, suggestion)


def _hidden_verb(noun: str) -> str | None:
    lexicon = load()
    low = noun.lower()
    for ending in ("ungen", "ung"):
        if low.endswith(ending):
            stem = low[: -len(ending)]
            for verb in (stem + "en", stem + "n"):
                if lexicon.tag(verb) & Tag.VERB and lexicon.lemma(verb) == verb:
                    return verb
    if low.endswith("nahme"):
        verb = low[:-5] + "nehmen"
        return verb if lexicon.tag(verb) & Tag.VERB else None
    return low if lexicon.tag(low) & Tag.VERB and low.endswith("n") else None


_GENITIVE = r"(?:der|des|eines|einer|Ihre[rs]|unsere[rs]|dieser|dieses) (?:[a-zäöüß-]+(?:en|er) )?[A-ZÄÖÜ][\wäöüß-]+"
_GENITIVES = re.compile(rf"\b[A-ZÄÖÜ][\wäöüß-]+ {_GENITIVE} {_GENITIVE}")


def _genitive_chain(view: _View) -> Iterator[Remark]:
    text, place = view.sentence.text, 0
    while match := _GENITIVES.search(text, place):
        first = match.group().split()[0]
        if not load().tag(first) & Tag.NOUN:
            # "Wegen der Höhe der Kosten der Sanierung": the chain begins one word later.
            place = match.start() + len(first)
            continue
        place = match.end()
        start = view.sentence.start + match.start()
        yield _remark(
            start,
            start + len(match.group()),
            "genitivkette",
            Weight.RED,
            "Mehrere Hauptwörter hängen mit „der“ und „des“ aneinander.",
            "Machen Sie aus einem davon einen Nebensatz oder ein Verb: „ob wir … können“, „wie Sie …“.",
        )


class _SupportVerb(NamedTuple):
    words: tuple[str, ...]
    verb: str
    better: str


def _support_verbs(view: _View) -> Iterator[Remark]:
    lows = [token.low for token in view.tokens]
    by_first = _phrases().support_verbs
    for index, low in enumerate(lows):
        for entry in by_first.get(low, ()):
            size = len(entry.words)
            if (
                tuple(lows[index : index + size]) != entry.words
                or not view.tokens[index + size - 1].word.text[0].isupper()
            ):
                continue
            # The verb stands at the end of the clause or in second place: within fifteen words on either side.
            near = range(max(0, index - 15), min(len(lows), index + size + 6))
            verb = next(
                (i for i in near if not index <= i < index + size and _is_verb(view.tokens[i], entry.verb)), None
            )
            if verb is None:
                continue
            first, last = view.tokens[index].word, view.tokens[index + size - 1].word
            if index + size <= verb <= index + size + 2:
                last = view.tokens[verb].word
            phrase = " ".join(token.word.text for token in view.tokens[index : index + size])
            yield _remark(
                first.start,
                last.end,
                "funktionsverbgefuege",
                Weight.YELLOW,
                f"„{phrase} {entry.verb}“ ist umständlich.",
                f"Schreiben Sie „{entry.better}“.",
            )
            break


def _is_verb(token: Token, verb: str) -> bool:
    return token.low == verb or (bool(token.tag & Tag.VERB) and load().lemma(token.low) == verb)


# --- passive, participles, negation -----------------------------------------------------------------------------------

_PASSIVE_SHARE = 0.15


def _passive_remarks(views: list[_View]) -> dict[int, list[Remark]]:
    """The passives of a text by sentence; none when the text uses the passive as seldom as good texts do."""
    found = [(view, hits) for view in views if (hits := passives(view.tokens))]
    if len(found) <= _PASSIVE_SHARE * len(views) or (len(found) == 1 and len(views) > 2):
        return {}
    return {view.sentence.start: [_passive_remark(view, hits[0])] for view, hits in found}


def _passive_remark(view: _View, hit: Passive) -> Remark:
    first = view.tokens[min(hit.auxiliary, hit.participle)].word
    last = view.tokens[max(hit.auxiliary, hit.participle)].word
    agent = _agent(view, hit)
    verb = _active(view.tokens[hit.participle].low)
    phrase = first if last.end - first.start <= 60 else view.tokens[hit.participle].word
    modal = any(t.low in ("kann", "können", "muss", "müssen", "darf", "dürfen", "soll", "sollen") for t in view.tokens)
    if agent:
        suggestion = f"Sagen Sie es aktiv: Wer handelt, steht vorn („{agent} …“)."
    elif modal:
        lemma = load().lemma(view.tokens[hit.participle].low)
        suggestion = f"Sagen Sie, wer handelt („Sie“, „wir“ oder die Stelle), und nehmen Sie „{lemma}“."
    else:
        suggestion = f"Sagen Sie, wer handelt: zum Beispiel „wir {verb}“."
    end = last.end if phrase is first else phrase.end
    return _remark(phrase.start, end, "passiv", Weight.YELLOW, "Das Passiv verschweigt, wer handelt.", suggestion)


def _agent(view: _View, hit: Passive) -> str | None:
    text = view.sentence.text
    low, high = sorted((hit.auxiliary, hit.participle))
    start = view.tokens[max(0, low - 8)].word.start - view.sentence.start
    end = view.tokens[high].word.end - view.sentence.start
    match = re.search(r"\b(?:durch|seitens) ((?:die|das|den|der|des) (?:[a-zäöü]\w+ )?[A-ZÄÖÜ][\w-]+)", text[start:end])
    if not match or match[1].endswith(("ung", "en")):
        return None
    return match[1].replace("den ", "der ").replace("des ", "der ")


def _active(form: str) -> str:
    """`stellen … fest` for `festgestellt`: the form after „wir“."""
    lemma = load().lemma(form) or form
    for particle in _separable():
        rest = len(particle)
        if lemma.startswith(particle) and len(lemma) > rest + 2 and form[rest : rest + 2] == "ge":
            return f"{lemma[rest:]} … {particle}"
    return lemma


@lru_cache(maxsize=1)
def _separable() -> tuple[str, ...]:
    return tuple(sorted(data_sections("lexicon_parts.txt")["trennbare vorsilben"], key=len, reverse=True))


_TO_BE_DONE = re.compile(
    r"\b[zZ]u ([a-zäöüß]{2,30}end(?:e[rsnm]?))\b|\b([a-zäöüß]{2,14}zu[a-zäöüß]{1,24}end(?:e[rsnm]?))\b"
)


def _gerundive(view: _View) -> Iterator[Remark]:
    lexicon = load()
    for match in _TO_BE_DONE.finditer(view.sentence.text):
        word = match[1] or match[2]
        infinitive = re.sub(r"d(?:e[rsnm]?)$", "", word)
        if match[2]:
            infinitive = infinitive.replace("zu", "", 1)
        if not lexicon.tag(infinitive) & Tag.VERB:
            continue
        start = view.sentence.start + match.start()
        yield _remark(
            start,
            start + len(match.group()),
            "gerundiv",
            Weight.RED,
            f"„{match.group()}“ sagt nicht, wer etwas tun muss.",
            f"Schreiben Sie einen Nebensatz: „…, die Sie {infinitive} müssen“.",
        )


def _extended_attribute(view: _View) -> Iterator[Remark]:
    found = view.tokens
    for index, token in enumerate(found[:-1]):
        if not _declined_participle(token) or not _before_noun(found, index):
            continue
        opener = next(
            (
                place
                for place in range(index - 2, max(-1, index - 22), -1)
                if found[place].low in _phrases().determiners and found[place + 1].low in _phrases().openings
            ),
            None,
        )
        if opener is None:
            continue
        start = found[opener].word.start
        between = view.sentence.text[
            found[opener].word.end - view.sentence.start : token.word.start - view.sentence.start
        ]
        finite = any(
            t.low in _phrases().finite or (t.tag == Tag.VERB and t.word.text[:1].islower())
            for t in found[opener + 1 : index]
        )
        if len(between.split()) < 4 or finite or ":" in between or ";" in between:
            continue
        noun = next(t.word for t in found[index + 1 :] if t.word.text[0].isupper())
        yield _remark(
            start,
            noun.end,
            "erweitertes-attribut",
            Weight.YELLOW,
            f"Zwischen „{found[opener].word.text}“ und „{noun.text}“ stehen zu viele Wörter.",
            f"Nennen Sie zuerst „{noun.text}“ und machen Sie aus dem Rest einen eigenen Satz.",
        )
        return


def _declined_participle(token: Token) -> bool:
    if not token.word.text[:1].islower() or not re.search(r"(?:t|en|end|ch|ig)e[rsnm]?$", token.low):
        return False
    if token.tag & Tag.PART or load().lemma(token.low) in _phrases().attributes:
        return True
    present = re.fullmatch(r"(\w+n)de[rsnm]?", token.low)
    return bool(present) and bool(load().tag(present[1]) & Tag.VERB)


def _before_noun(found: tuple[Token, ...], index: int) -> bool:
    for token in found[index + 1 : index + 3]:
        if token.segment != found[index].segment:
            return False
        if token.word.text[0].isupper():
            return True
        if not token.tag & Tag.ADJ:
            return False
    return False


def _double_negation(view: _View) -> Iterator[Remark]:
    found = view.tokens
    lexicon = load()
    exempt = _phrases().no_negation
    for index, token in enumerate(found):
        if token.low not in ("nicht", "kein", "keine", "keinen", "keiner", "keines", "keinem", "nie", "ohne"):
            continue
        for place in range(index + 1, min(len(found), index + (3 if token.low == "nicht" else 8))):
            other = found[place]
            if other.segment != token.segment:
                break
            stem = other.low[2:]
            un_word = (
                other.low.startswith("un")
                and len(other.low) > 5
                and other.low not in exempt
                and other.word.text[:1].islower()
                and bool(lexicon.tag(stem) & (Tag.ADJ | Tag.PART))
                and not other.low.startswith("unter")
            )
            pair = (
                (token.low == "nicht" and (un_word or other.low in ("ohne", "ausgeschlossen")))
                or (token.low == "ohne" and un_word and place == index + 1)
                or (token.low == "nie" and other.low == "ohne" and place == index + 1)
                or (token.low.startswith("kein") and other.low == "nicht" and "sondern" not in view.sentence.text)
            )
            if pair:
                yield _remark(
                    token.word.start,
                    other.word.end,
                    "doppelte-verneinung",
                    Weight.RED,
                    f"„{token.word.text}“ und „{other.word.text}“ verneinen zweimal.",
                    "Sagen Sie es ohne Verneinung: was gilt oder was möglich ist.",
                )
                return


# --- fixed phrases, words, abbreviations, citations -------------------------------------------------------------------


class _Pattern(NamedTuple):
    pattern: re.Pattern[str]
    suggestion: str


class _Phrases(NamedTuple):
    support_verbs: dict[str, tuple[_SupportVerb, ...]]
    impersonal: tuple[_Pattern, ...]
    lead_ins: tuple[_Pattern, ...]
    synonyms: tuple[frozenset[str], ...]
    known_words: frozenset[str]
    no_negation: frozenset[str]
    silent_pairs: frozenset[int]
    finite: frozenset[str]
    determiners: frozenset[str]
    openings: frozenset[str]
    attributes: frozenset[str]


@lru_cache(maxsize=1)
def _phrases() -> _Phrases:
    rows: dict[str, list[tuple[int, list[str]]]] = {}
    section = ""
    for number, line in data_lines("coaching.txt"):
        if line.startswith("[") and line.endswith("]") and "|" not in line:
            section = line[1:-1]
        else:
            rows.setdefault(section, []).append((number, [cell.strip() for cell in line.split(" | ")]))
    common = {cells[0] for _, cells in rows["gewöhnliche wendung"]}
    support: dict[str, list[_SupportVerb]] = {}
    for number, cells in rows["funktionsverbgefüge"]:
        if len(cells) != 3:
            raise DataError(f"coaching.txt, Zeile {number}: erwartet „Wendung | Verb | besser“")
        if f"{cells[0]} {cells[1]}" in common:
            continue
        phrase = tuple(cells[0].lower().split())
        support.setdefault(phrase[0], []).append(_SupportVerb(phrase, cells[1], cells[2]))
    return _Phrases(
        {first: tuple(sorted(entries, key=lambda e: -len(e.words))) for first, entries in support.items()},
        _patterns(rows["unpersönlich"]),
        _patterns(rows["leere einleitung"]),
        tuple(frozenset(cells[0].split()) for _, cells in rows["synonyme"]),
        frozenset(word for _, cells in rows["lange wörter, die alle kennen"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["keine doppelte verneinung"] for word in cells[0].split()),
        frozenset(int(word) for _, cells in rows["stille wortpaare"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["gebeugte hilfsverben"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["begleiter"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["auftakt"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["adjektive im erweiterten attribut"] for word in cells[0].split()),
    )


def _patterns(rows: list[tuple[int, list[str]]]) -> tuple[_Pattern, ...]:
    found: list[_Pattern] = []
    for number, cells in rows:
        try:
            pattern, suggestion = cells
            found.append(_Pattern(re.compile(pattern), suggestion))
        except (ValueError, re.error):
            raise DataError(f"coaching.txt, Zeile {number}: erwartet „Muster | Vorschlag“") from None
    return tuple(found)


def _impersonal(view: _View) -> Iterator[Remark]:
    for entry in _phrases().impersonal:
        match = entry.pattern.search(view.sentence.text)
        if match:
            start = view.sentence.start + match.start()
            end = start + len(match.group().rstrip(" ,"))
            weight = Weight.INFO if match.group().lower() == "man" else Weight.YELLOW
            yield _remark(start, end, "unpersoenlich", weight, "Die Wendung nennt niemanden.", entry.suggestion)
            return


def _lead_in(view: _View) -> Iterator[Remark]:
    for entry in _phrases().lead_ins:
        match = entry.pattern.search(view.sentence.text)
        if match:
            start = view.sentence.start + match.start()
            reason = f"„{match.group()}“ sagt noch nichts."
            yield _remark(
                start, start + len(match.group()), "leere-einleitung", Weight.YELLOW, reason, entry.suggestion
            )
            return


_CITATION = re.compile(
    r"§§?\s?\d+[a-z]?(?:(?:,? (?:Abs\.|Absatz|Satz|S\.|Nr\.|Nummer|Buchst\.|Buchstabe) ?\w+)|(?: i\. ?V\. ?m\.))*"
    r"(?: [A-ZÄÖÜ]\w*[A-Z]\w*(?: [IVX]+)?)?"
)


_SHORT = 12
_OPENING_CITATION = re.compile(r"(?:Gemäß|Nach|Laut|Gem\.|Aufgrund|Entsprechend|Im Sinne|Nach Maßgabe)(?: von| des)? $")


def _citation(view: _View) -> Iterator[Remark]:
    text = view.sentence.text
    for match in _CITATION.finditer(text):
        if text.rfind("(", 0, match.start()) > text.rfind(")", 0, match.start()):
            continue
        rest = text[match.end() :].strip()
        if match.start() < 3 or len(rest.split()) <= 4:
            # A heading "§ 3 Nutzung …", or the citation already stands at the end.
            continue
        if view.counted <= _SHORT and not _OPENING_CITATION.match(text[max(0, match.start() - 20) : match.start()]):
            # In a short sentence "nach § 5 der Satzung" disturbs nobody, unless it stands in front of everything.
            continue
        start = view.sentence.start + match.start()
        yield _remark(
            start,
            start + len(match.group()),
            "paragraf-im-satz",
            Weight.YELLOW,
            "Die Rechtsgrundlage steht mitten im Satz.",
            f"Setzen Sie sie in Klammern ans Satzende: „… ({match.group()}).“",
        )
        return


_SHORT_FORM = re.compile(r"(?<![\w.])(?:[A-Za-zÄÖÜäöüß]{1,7}\.(?:[ \u00a0]?[A-Za-zÄÖÜäöü]{1,4}\.)*)(?=[\s,;)]|$)")


def _word_remarks(view: _View) -> Iterator[Remark]:
    yield from _abbreviations(view)
    yield from _monsters(view)
    yield from _officialese(view)


def _abbreviations(view: _View) -> Iterator[Remark]:
    for match in _SHORT_FORM.finditer(view.sentence.text):
        if abbreviation(match.group()) is None:
            # "lfd. Nr." is two abbreviations.
            places = [(m.start(), m.group()) for m in re.finditer(r"[^\s.]+\.", match.group()[:60])]
        else:
            places = [(0, match.group())]
        for offset, short in places:
            entry = abbreviation(short)
            start = match.start() + offset
            last_word = start + len(short) == len(view.sentence.text) and "." not in short[:-1]
            if entry is None or entry.clear or last_word:
                continue
            yield _remark(
                view.sentence.start + start,
                view.sentence.start + start + len(short),
                "abkuerzung",
                Weight.YELLOW,
                f"Nicht alle kennen die Abkürzung „{short}“.",
                f"Schreiben Sie „{entry.long}“.",
            )


_MONSTER = 20
_LAW = re.compile(
    r"(?:gesetz|gesetzes|gesetzbuchs?|ordnung|satzung|vertrag|gericht|gerichts|ministerium|behörde|amt|schule)e?[sn]?$"
)


def _monsters(view: _View) -> Iterator[Remark]:
    for token in view.tokens:
        text = token.word.text
        if len(text) < _MONSTER or "-" in text or text[0] == "⟦" or (len(text) < 30 and _LAW.search(text)):
            continue
        lemma = load().lemma(text) or text
        if len(lemma) < _MONSTER or {text, lemma} & _phrases().known_words:
            # "Unterrichtseinheiten" is long by its plural alone.
            continue
        if load().is_name_only(text) or text[0].islower():
            continue
        parts = load().compound_parts(text)
        suggestion = "Nehmen Sie ein kürzeres Wort oder umschreiben Sie es."
        if len(parts) > 1:
            cut = len(text) - len(parts[-1])
            suggestion = (
                f"Teilen Sie das Wort: „{text[:cut]}-{text[cut].upper()}{text[cut + 1 :]}“, oder umschreiben Sie es."
            )
        reason = f"„{text}“ ist mit {len(text)} Buchstaben schwer zu lesen."
        yield _remark(token.word.start, token.word.end, "wortungetuem", Weight.YELLOW, reason, suggestion)


class _Pair(NamedTuple):
    words: tuple[str, ...]
    shown: str
    plain: str
    verb: bool


def _officialese(view: _View) -> Iterator[Remark]:
    pairs = _pairs()
    lexicon = load()
    found = view.tokens
    for index, token in enumerate(found):
        keys = {token.low}
        if token.word.text[0].isupper() or token.tag & (Tag.VERB | Tag.ADJ):
            lemma = lexicon.lemma(token.word.text)
            if lemma:
                keys.add(lemma.lower())
        for entry in (entry for key in keys for entry in pairs.get(key, ())):
            if len(entry.words) > 1 and not _follows(found, index, entry):
                continue
            if entry.shown[0].islower() != token.word.text[0].islower() and (index or entry.shown[0].isupper()):
                # "des Mittels" is no "mittels".
                continue
            if (
                len(entry.words) == 1
                and not entry.verb
                and entry.words[0] != token.low
                and not token.word.text[0].isupper()
            ):
                continue
            last = found[index + len(entry.words) - 1].word
            yield _remark(
                token.word.start,
                last.end,
                "amtsdeutsch",
                Weight.INFO,
                f"„{entry.shown}“ ist Amtsdeutsch.",
                f"Besser: {entry.plain}.",
            )
            break


def _follows(found: tuple[Token, ...], index: int, entry: _Pair) -> bool:
    rest = found[index : index + len(entry.words)]
    return len(rest) == len(entry.words) and all(t.low == word for t, word in zip(rest, entry.words, strict=True))


_PAIRS = Path(__file__).parent / "data" / "wortpaare.yaml"


@lru_cache(maxsize=1)
def _pairs() -> dict[str, tuple[_Pair, ...]]:
    """The word pairs that are worth a remark, by their first word in lower case. Legal terms are none."""
    import yaml

    try:
        raw: object = yaml.load(
            _PAIRS.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
        entries = cast("list[dict[str, object]]", cast("dict[str, object]", raw)["paare"])
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        raise DataError(f"wortpaare.yaml: kann nicht gelesen werden ({type(error).__name__})") from None
    silent = _phrases().silent_pairs
    found: dict[str, list[_Pair]] = {}
    for entry in entries:
        number, official, plain = entry.get("nr"), entry.get("amtlich"), entry.get("klar")
        if not isinstance(number, int) or not isinstance(official, list) or not isinstance(plain, str):
            raise DataError("wortpaare.yaml: ein Eintrag hat nicht „nr“, „amtlich“ und „klar“")
        if entry.get("recht") or number in silent:
            continue
        for shown in _spellings(cast("Iterable[object]", official)):
            words = tuple(re.findall(r"[a-zäöüß-]+", shown.lower()))
            if words:
                found.setdefault(words[0], []).append(_Pair(words, shown, _spoken(plain), entry.get("art") == "C"))
    return {first: tuple(sorted(pairs, key=lambda p: -len(p.words))) for first, pairs in found.items()}


def _spellings(official: Iterable[object]) -> Iterator[str]:
    """The phrases of an entry without remarks in brackets and without the article that stands for the next noun."""
    for phrase in official:
        bare = re.sub(r"\s*\(.*?\)|[„“…]|/-\w+", "", str(phrase)).strip()
        bare = re.sub(r"\s+d(?:er|es|em|en)(?:/d?\w+)?$", "", bare)
        pieces = re.split(r"\s*[,/]\s*", bare)
        yield from pieces if all(" " not in piece for piece in pieces) and "dass" not in pieces else [bare]


def _spoken(plain: str) -> str:
    if plain.startswith("("):
        return "weglassen" if "streichen" in plain else plain.strip("()")
    choices = plain.split(", ")
    if len(choices) > 1 and all(re.fullmatch(r"[\w-]+", choice) for choice in choices):
        return ", ".join(f"„{choice}“" for choice in choices[:-1]) + f" oder „{choices[-1]}“"
    return f"„{plain}“"


def _synonyms(views: list[_View]) -> Iterator[Remark]:
    lexicon = load()
    first: dict[frozenset[str], str] = {}
    told: set[frozenset[str]] = set()
    for view in views:
        for token in view.tokens:
            if not token.word.text[0].isupper():
                continue
            lemma = lexicon.lemma(token.word.text) or token.word.text
            for group in _phrases().synonyms:
                if lemma not in group or group in told:
                    continue
                known = first.setdefault(group, lemma)
                if known != lemma:
                    told.add(group)
                    reason = f"Der Text sagt „{known}“ und „{lemma}“."
                    suggestion = f"Wenn Sie dasselbe meinen, schreiben Sie überall „{known}“."
                    yield _remark(token.word.start, token.word.end, "synonyme", Weight.INFO, reason, suggestion)


_DETECTORS: tuple[Callable[[_View], Iterator[Remark]], ...] = (
    _long_sentence,
    _nested,
    _verbal_bracket,
    _split_verb,
    _conditions,
    _noun_style,
    _genitive_chain,
    _support_verbs,
    _gerundive,
    _extended_attribute,
    _double_negation,
    _impersonal,
    _lead_in,
    _citation,
)

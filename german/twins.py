"""Twin sentences: sentences of source and rewrite that say the same words but for a „nicht“ or a „muss“.

A plain safeguard beside the finer judgement of `german.facts_stance`: what was copied almost word for word is compared
almost word for word. Sentences that were really rewritten are none of its business.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from german.facts import FactKind
from german.text import Sentence, TextModel

# Share of the longer sentence's content words that both must have.
_NEGATION_LIKENESS = 0.75
_MODAL_LIKENESS = 0.85
_MOST_CANDIDATES = 12
_NEGATOR = re.compile(r"\b(?:nicht(?! nur\b)|kein(?:e[nmrs]?)?|nie|niemals|keinesfalls|keineswegs)\b", re.I)
_MODAL = re.compile(r"\b(?:(muss|müssen)|(soll|sollen)|(kann|können)|(darf|dürfen)|(sollte|sollten))\b", re.I)
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{3,}|\d[\d.,:]*\d|\d")
_DROPPED = frozenset(
    (
        *("nicht", "kein", "keine", "keinen", "keinem", "keiner", "keines", "nie", "niemals", "muss", "müssen"),
        *("soll", "sollen", "sollte", "sollten", "kann", "können", "darf", "dürfen", "der", "die", "das"),
        *("den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines", "und", "oder"),
    )
)


@dataclass(frozen=True, slots=True)
class Twin:
    """Two sentences that differ in a negation or in the strength of an obligation."""

    kind: FactKind
    source: tuple[int, int]
    rewrite: tuple[int, int]


def differences(source: TextModel, rewrite: TextModel) -> Iterator[Twin]:
    """Twin sentences of two texts that differ in one signal word. Linear in the length of both texts."""
    others = [(sentence, _content(sentence)) for sentence in rewrite.sentences]
    places: dict[str, list[int]] = defaultdict(list)
    for number, (_, words) in enumerate(others):
        for word in words:
            if len(places[word]) < _MOST_CANDIDATES:
                places[word].append(number)
    for sentence in source.sentences:
        words = _content(sentence)
        if not words:
            continue
        shared: dict[int, int] = defaultdict(int)
        for word in words:
            for number in places.get(word, ()):
                shared[number] += 1
        likely = {n: count / max(len(words), len(others[n][1])) for n, count in shared.items()}
        best = max(likely.values(), default=0.0)
        if best < _NEGATION_LIKENESS:
            continue
        twins = [others[n][0] for n, likeness in likely.items() if likeness == best]
        if all(_denies(sentence) != _denies(twin) for twin in twins):
            yield Twin(FactKind.NEGATION, (sentence.start, sentence.end), (twins[0].start, twins[0].end))
        elif best >= _MODAL_LIKENESS and all(_differ(_modals(sentence), _modals(twin)) for twin in twins):
            yield Twin(FactKind.MODALITY, (sentence.start, sentence.end), (twins[0].start, twins[0].end))


def _content(sentence: Sentence) -> frozenset[str]:
    return frozenset(word for word in (m.lower() for m in _WORD.findall(sentence.text)) if word not in _DROPPED)


def _denies(sentence: Sentence) -> bool:
    return _NEGATOR.search(sentence.text) is not None


def _modals(sentence: Sentence) -> set[int]:
    return {m.lastindex or 0 for m in _MODAL.finditer(sentence.text)}


def _differ(one: set[int], other: set[int]) -> bool:
    return len(one) == 1 and len(other) == 1 and one != other

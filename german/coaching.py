"""Coaching: what makes a text hard to read, at which place, why, and what to write instead.

The detectors are in `coaching_sentences` and `coaching_words`; here their remarks are gathered and sifted.
Nothing here changes a text. Precision over volume: a good text gets no remarks.
"""

from collections.abc import Callable, Iterator, Sequence

from german import coaching_sentences as sentences
from german import coaching_words as words
from german.clauses import tokens
from german.frozen import Zone, frozen_zones
from german.readability import counted_words
from german.remarks import Remark, View, Weight
from german.text import BlockKind, TextModel

__all__ = ["Remark", "Weight", "coach"]

_COACHED = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})
_PER_SENTENCE = 4
_ORDER = {Weight.RED: 0, Weight.YELLOW: 1, Weight.INFO: 2}


_DETECTORS: tuple[Callable[[View], Iterator[Remark]], ...] = (
    sentences.long_sentence,
    sentences.nested,
    sentences.verbal_bracket,
    sentences.split_verb,
    sentences.conditions,
    sentences.noun_style,
    sentences.genitive_chain,
    sentences.support_verbs,
    sentences.gerundive,
    sentences.extended_attribute,
    sentences.double_negation,
    words.impersonal,
    words.lead_in,
    words.citation,
)


def coach(model: TextModel, frozen: Sequence[Zone] | None = None) -> tuple[Remark, ...]:
    """The remarks on a text, in order. Precision over volume.

    Args:
        model: The parsed text.
        frozen: Zones that stay as they are and get no remarks; found here when None.
    """
    zones = sorted(frozen_zones(model) if frozen is None else frozen, key=lambda zone: zone.start)
    zone = 0
    views: list[View] = []
    for block in model.blocks:
        if block.kind not in _COACHED:
            continue
        for sentence in block.sentences:
            while zone < len(zones) and zones[zone].end <= sentence.start:
                zone += 1
            if zone < len(zones) and zones[zone].start < sentence.end:
                continue
            views.append(View(sentence, tokens(sentence), len(counted_words(sentence))))
    found: list[Remark] = []
    passive = sentences.passive_remarks(views)
    seen: set[str] = set()
    for view in views:
        here = [remark for detector in _DETECTORS for remark in detector(view)]
        here += passive.get(view.sentence.start, ())
        for remark in words.word_remarks(view):
            # A word is explained once a text, not each time.
            key = f"{remark.detector} {remark.suggestion}"
            if key not in seen:
                seen.add(key)
                here.append(remark)
        found += _strongest(here)
    found += words.synonyms(views)
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

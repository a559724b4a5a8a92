"""Takes a long masked text apart into blocks for a model, and names the words that all of them share.

A block is a piece of a text that the policy has masked; nothing here could make one of a raw text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from policy.screening import MaskedText

# Above this many code points a model tends to lose sentences, and an answer takes longer than people wait.
WHOLE = 6_000
_BLOCK = 3_000
_TERMS = 20

_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\s*\n))+(?:\n\s*)*")
_NOUN = re.compile(r"(?<![.!?:\n⟦] )(?<!^)\b[A-ZÄÖÜ][a-zäöüß]{4,}(?:-[A-ZÄÖÜ][a-zäöüß]+)?\b")
_TOKEN = re.compile(r"⟦[^⟦⟧]*⟧")


def split(text: str) -> tuple[tuple[int, int], ...]:
    """Cut at blank lines.

    Returns:
        Places (start, end) in code points, half open, one after the other without a gap; one place for a short text.
    """
    if len(text) <= WHOLE:
        return ((0, len(text)),)
    found: list[tuple[int, int]] = []
    start = 0
    for paragraph in _PARAGRAPH.finditer(text):
        if paragraph.end() - start > _BLOCK and paragraph.start() > start:
            found.append((start, paragraph.start()))
            start = paragraph.start()
    found.append((start, len(text)))
    # A short end, such as a signature, stays with what it closes.
    if len(found) > 1 and found[-1][1] - found[-1][0] < _BLOCK // 6:
        (first, _), (_, last) = found[-2:]
        found[-2:] = [(first, last)]
    return tuple(found)


def part(masked: MaskedText, start: int, end: int) -> MaskedText:
    """A piece of a masked text, with the placeholders that stand in it."""
    text = masked.text[start:end]
    tokens = set(_TOKEN.findall(text))
    return replace(masked, text=text, placeholders=tuple(p for p in masked.placeholders if p.token in tokens))


def shared_terms(text: str, places: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Nouns that stand in several blocks, most frequent first; the blocks keep to them."""
    seen = [set(_NOUN.findall(_TOKEN.sub("", text[start:end]))) for start, end in places]
    blocks = Counter(word for words in seen for word in words)
    often = sorted((word for word, count in blocks.items() if count > 1), key=lambda word: (-blocks[word], word))
    return tuple(often[:_TERMS])

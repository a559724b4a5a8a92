"""Forbidden uses: what is asked of the product, judged by verb, object and circumstance within a sentence.

The signs themselves are in the policy file. A question about a rule, a negated request, and what a pasted letter asks of
the town are no requests; an instruction to the product counts wherever it stands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from policy.reading import Hit, Reading, Word

_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-ZÄÖÜ\"(]|\s*\n|\s*$)|\n")
_LETTER = re.compile(r"(?im)^[>\s]{0,6}(?:sehr geehrte|guten tag|hallo|liebe[rs]? |betreff:|von: )")
_LETTER_END = re.compile(r"(?im)^[>\s]{0,6}(?:mit freundlichen|freundliche grüße|viele grüße|hochachtungsvoll|mfg\b|lg\b)")
_PAIR_LIMIT = 600


@dataclass(slots=True)
class Pattern:
    """One sign of a forbidden use. Every field that is not empty must be met by one of its words; `unless` by none."""

    label: str
    rule: str
    fields: tuple[int, ...]
    unless: int | None
    question: bool
    anywhere: bool


@dataclass(slots=True)
class Uses:
    """All signs, indexed by word so that a text is walked once."""

    patterns: list[Pattern] = field(default_factory=list[Pattern])
    exact: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    stems: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = field(default_factory=dict[str, list[tuple[tuple[str, ...], int]]])
    sizes: tuple[int, ...] = ()
    fields: int = 0
    about: int = -1
    negation: int = -1

    def add_field(self, words: str) -> int:
        """Index the words of one field: `*` at the end for a stem, `_` between the words of a phrase."""
        number = self.fields
        self.fields += 1
        for word in words.split():
            if "_" in word:
                parts = tuple(word.split("_"))
                self.phrases.setdefault(parts[0], []).append((parts, number))
            elif word.endswith("*"):
                self.stems.setdefault(word[:-1], []).append(number)
            else:
                self.exact.setdefault(word, []).append(number)
        return number

    def seal(self) -> None:
        """To be called once all fields are in."""
        self.sizes = tuple(sorted({len(stem) for stem in self.stems}))

    def met(self, words: Sequence[Word], index: int) -> list[int]:
        """The fields that the word at this place meets, alone or as the beginning of a phrase."""
        low = words[index].lower
        found = list(self.exact.get(low, ()))
        size = len(low)
        for length in self.sizes:
            if length > size:
                break
            numbers = self.stems.get(low[:length])
            if numbers:
                found.extend(numbers)
        for parts, number in self.phrases.get(low, ()):
            if index + len(parts) <= len(words) and all(
                words[index + i].lower == part or (part.endswith("*") and words[index + i].lower.startswith(part[:-1]))
                for i, part in enumerate(parts)
            ):
                found.append(number)
        return found


def labels(reading: Reading, uses: Uses) -> Iterator[tuple[Hit, str]]:
    """The forbidden uses a text asks for: the place that asks, and the rule."""
    words = reading.words
    if not words:
        return
    met: list[tuple[int, list[int]]] = []
    for index in range(len(words)):
        numbers = uses.met(words, index)
        if numbers:
            met.append((index, numbers))
    if not met:
        return
    text = reading.text
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    letter = _letter(text)
    found: set[str] = set()
    short = len(text) <= _PAIR_LIMIT
    sentences: list[dict[int, int]] = []
    current: dict[int, int] = {}
    bounds: list[tuple[int, int]] = []
    position = 0
    begin = 0
    for end in ends:
        current = {}
        while position < len(met) and words[met[position][0]].start < end:
            for number in met[position][1]:
                current.setdefault(number, met[position][0])
            position += 1
        sentences.append(current)
        bounds.append((begin, end))
        begin = end
    for number, current in enumerate(sentences):
        if not current:
            continue
        start, end = bounds[number]
        joined = current
        if short and number + 1 < len(sentences):
            joined = {**sentences[number + 1], **current}
        for pattern in uses.patterns:
            if pattern.label in found:
                continue
            tun = pattern.fields[0]
            for fields, last in ((current, end), (joined, bounds[min(number + 1, len(bounds) - 1)][1])):
                if tun not in fields or any(n not in fields for n in pattern.fields):
                    continue
                if pattern.unless is not None and pattern.unless in fields:
                    continue
                if not pattern.anywhere:
                    if letter[0] <= start < letter[1]:
                        continue
                    if uses.about in current and current[uses.about] <= current.get(tun, 1 << 30) + 3:
                        continue
                    negation = current.get(uses.negation)
                    if negation is not None and tun in current and 0 <= current[tun] - negation <= 3:
                        continue
                if pattern.question and "?" not in text[start:last]:
                    continue
                found.add(pattern.label)
                place = words[fields[tun]]
                yield Hit(place.start, place.end, pattern.label, 3), pattern.rule
                break


def _letter(text: str) -> tuple[int, int]:
    """The place of a pasted letter: from its salutation to its closing, or nowhere."""
    start = _LETTER.search(text)
    if not start:
        return (0, 0)
    end = None
    for end in _LETTER_END.finditer(text, start.end()):
        pass
    if end is None:
        return (0, 0)
    return (start.end(), end.start())

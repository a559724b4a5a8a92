"""Forbidden uses: what is asked of the product, judged by verb, object and circumstance within a sentence.

The signs themselves are in the policy file. A question about a rule, a negated request, and what a pasted letter asks of
the town are no requests; an instruction to the product counts wherever it stands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from policy.reading import Hit, Reading, Word

_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-ZÄÖÜ\"(]|\s*\n|\s*$)|\n")
_LETTER = re.compile(r"^[>\s]{0,6}(?:sehr geehrte|guten tag|hallo|liebe[rs]? |betreff:|von: )", re.M)
_LETTER_END = re.compile(r"^[>\s]{0,6}(?:mit freundlichen|freundliche grüße|viele grüße|hochachtungsvoll|mfg\b|lg\b)", re.M)
_PAIR_LIMIT = 600


@dataclass(slots=True)
class Pattern:
    """One sign of a forbidden use. Every field must be met by one of its words; `unless` by none.

    Attributes:
        fields: Numbers of the fields; the first is what is to be done.
        unless: The field that rules the sign out, or None.
        question: Counts only in a question.
        anywhere: Counts also in a pasted letter and in a question about a rule.
    """

    label: str
    rule: str
    fields: tuple[int, ...]
    unless: int | None
    question: bool
    anywhere: bool


@dataclass(slots=True)
class Uses:
    """All signs, indexed by word so that a text is walked once."""

    patterns: dict[int, list[Pattern]] = field(default_factory=dict[int, list[Pattern]])
    exact: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    stems: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
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
                self.stems[word[:-1]] = (*self.stems.get(word[:-1], ()), number)
            else:
                self.exact[word] = (*self.exact.get(word, ()), number)
        return number

    def add(self, pattern: Pattern) -> None:
        """Add a sign whose fields are indexed."""
        self.patterns.setdefault(pattern.fields[0], []).append(pattern)

    def seal(self) -> None:
        """To be called once all fields are in."""
        self.sizes = tuple(sorted({len(stem) for stem in self.stems}))

    def alone(self, low: str) -> tuple[int, ...]:
        """The fields that a word meets by itself."""
        found = self.exact.get(low, ())
        size = len(low)
        stems = self.stems
        for length in self.sizes:
            if length > size:
                break
            numbers = stems.get(low[:length])
            if numbers:
                found = (*found, *numbers)
        return found

    def phrase(self, words: Sequence[Word], index: int) -> Iterator[int]:
        """The fields that a phrase beginning at this word meets."""
        for parts, number in self.phrases[words[index].lower]:
            if index + len(parts) <= len(words) and all(
                words[index + i].lower == part or (part[-1] == "*" and words[index + i].lower.startswith(part[:-1]))
                for i, part in enumerate(parts)
            ):
                yield number


def labels(reading: Reading, uses: Uses) -> Iterator[tuple[Hit, str]]:
    """The forbidden uses a text asks for: the place that asks, and the rule."""
    words = reading.words
    met: list[tuple[int, tuple[int, ...]]] = []
    memo: dict[str, tuple[int, ...]] = {}
    phrases = uses.phrases
    for index, word in enumerate(words):
        low = word.lower
        numbers = memo.get(low)
        if numbers is None:
            numbers = memo[low] = uses.alone(low)
        if low in phrases:
            numbers = (*numbers, *uses.phrase(words, index))
        if numbers:
            met.append((index, numbers))
    if not met:
        return
    sentences = _sentences(reading, met)
    letter = _letter(reading.lower)
    found: set[str] = set()
    short = len(reading.text) <= _PAIR_LIMIT
    for number, (start, end, current) in enumerate(sentences):
        following = sentences[number + 1] if short and number + 1 < len(sentences) else None
        for tun in current.keys() & uses.patterns.keys():
            for pattern in uses.patterns[tun]:
                if pattern.label in found:
                    continue
                fits = _fits(pattern, current, reading.text[start:end])
                if not fits and following is not None:
                    fits = _fits(pattern, {**following[2], **current}, reading.text[start : following[1]])
                if fits and (pattern.anywhere or not _excused(uses, current, tun, start, letter)):
                    found.add(pattern.label)
                    place = words[current[tun]]
                    yield Hit(place.start, place.end, pattern.label, 3), pattern.rule


def _fits(pattern: Pattern, fields: dict[int, int], sentence: str) -> bool:
    if any(number not in fields for number in pattern.fields):
        return False
    if pattern.unless is not None and pattern.unless in fields:
        return False
    return not pattern.question or "?" in sentence


def _excused(uses: Uses, fields: dict[int, int], tun: int, start: int, letter: tuple[int, int]) -> bool:
    """True for a letter's own words, a question about a rule, and what is not to be done."""
    if letter[0] <= start < letter[1]:
        return True
    about = fields.get(uses.about)
    if about is not None and about <= fields[tun] + 3:
        return True
    negation = fields.get(uses.negation)
    return negation is not None and 0 <= fields[tun] - negation <= 3


def _sentences(reading: Reading, met: Sequence[tuple[int, tuple[int, ...]]]) -> list[tuple[int, int, dict[int, int]]]:
    """Sentences that meet a field: start, end, and the first word of each field met."""
    text, words = reading.text, reading.words
    result: list[tuple[int, int, dict[int, int]]] = []
    position, begin = 0, 0
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    for end in (*ends, len(text)):
        if position >= len(met):
            break
        fields: dict[int, int] = {}
        while position < len(met) and words[met[position][0]].start < end:
            for number in met[position][1]:
                fields.setdefault(number, met[position][0])
            position += 1
        if fields:
            result.append((begin, end, fields))
        begin = end
    return result


def _letter(low: str) -> tuple[int, int]:
    """The place of a pasted letter: from its salutation to its last closing, or nowhere."""
    start = _LETTER.search(low)
    if not start:
        return (0, 0)
    end = None
    for match in _LETTER_END.finditer(low, start.end()):
        end = match
    return (start.end(), end.start()) if end is not None else (0, 0)

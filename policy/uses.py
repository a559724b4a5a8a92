"""Forbidden uses: what is asked of the product, judged by verb, object and circumstance within a sentence.

The signs themselves are in the policy file. A question about a rule, a negated request, and what a pasted letter asks
of the town are no requests; an instruction to the product counts wherever it stands.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from policy.reading import Hit, Reading, Word
from policy.weighing import Weights, features

_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-ZÄÖÜ\"(]|\s*\n|\s*$)|\n")
_LETTER = re.compile(r"^[>\s]{0,6}(?:sehr geehrte|guten tag|hallo|liebe[rs]? |betreff:|von: )", re.M)
_LETTER_END = re.compile(
    r"^[>\s]{0,6}(?:mit freundlichen|freundliche grüße|viele grüße|hochachtungsvoll|mfg\b|lg\b)", re.M
)
_PAIR_LIMIT = 600
# A verb and its particle stand at most so many words apart.
_SPLIT = 9
PERSON = "@person"
# Word fields that name what is to be done; a sentence that begins with one of them is a request.
_ACTIONS = frozenset(
    [
        "wörtlich_aufschreiben",
        "aufschreiben",
        "mithören",
        "entscheiden",
        "urteilen",
        "auswählen",
        "fragewort",
        "schreiben",
        "umschreiben",
        "aussetzen",
        "preisgeben",
        "rolle",
        "suchen",
        "an_das_modell",
    ]
)
# Who asks for it although it is forbidden asks for it.
_DESPITE = re.compile(
    r"\b(?:auch wenn|selbst wenn|obwohl|trotzdem)\b[^.!?\n]{0,40}\b(?:verboten|untersagt|erlaubt|gestattet|zulässig)",
    re.I,
)
# Word fields beside which the weights alone are not enough: help with the wording, and a prohibition.
_SOFTENED = {"HIGH_RISK_DECISION": ("textsorte",), "TRANSCRIPTION_REQUEST": ("verboten",)}
# A decision is about people only where people or what they apply for are named.
_ABOUT_PEOPLE = frozenset(["HIGH_RISK_DECISION"])
_PEOPLE = frozenset(["mensch", "bewerberkreis", "leistung", "belegschaft", "gefahr", "wahrheit", "gefühl", "zeugnis"])
_QUESTIONS = frozenset(
    [
        "wer",
        "welche",
        "welcher",
        "welchen",
        "welches",
        "welchem",
        "wen",
        "wem",
        "soll",
        "sollen",
        "sollte",
        "sollten",
        "darf",
        "dürfen",
        "ist",
        "sind",
        "hat",
        "haben",
        "bekommt",
        "bekommen",
        "kriegt",
        "kriegen",
        "verdient",
        "steht",
        "wie",
        "wo",
    ]
)
# In a long text what is asked of the product stands at its edges; in between a request must name its addressee.
_LONG, _EDGE = 900, 400


type Fields = dict[int, list[int]]
"""The fields that a sentence meets, each with the numbers of the words that meet it."""


type Sentence = tuple[int, int, Fields]
"""Start, end, and the fields met in between."""


type Met = list[tuple[int, tuple[int, ...]]]
"""Numbers of words, each with the fields it meets."""


@dataclass(slots=True)
class Pattern:
    """One sign of a forbidden use. Every field must be met by one of its words; `unless` by none.

    Attributes:
        fields: Groups of fields, of which one each must be met; the first is what is to be done.
        unless: Fields of which none may be met.
        question: Counts only in a question.
        anywhere: Counts also in a pasted letter and in a question about a rule.
    """

    label: str
    rule: str
    fields: tuple[frozenset[int], ...]
    unless: frozenset[int]
    question: bool
    anywhere: bool


@dataclass(slots=True)
class Uses:
    """All signs, indexed by word so that a text is walked once."""

    patterns: dict[int, list[Pattern]] = field(default_factory=dict[int, list[Pattern]])
    exact: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    stems: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = field(
        default_factory=dict[str, list[tuple[tuple[str, ...], int]]]
    )
    split: dict[str, list[tuple[str, int]]] = field(default_factory=dict[str, list[tuple[str, int]]])
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    topics: dict[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    actions: frozenset[int] = frozenset()
    person: int = -1
    openers: frozenset[str] = frozenset()
    beginnings: dict[str, list[tuple[str, tuple[int, ...]]]] = field(
        default_factory=dict[str, list[tuple[str, tuple[int, ...]]]]
    )
    endings: dict[str, list[tuple[str, tuple[int, ...]]]] = field(
        default_factory=dict[str, list[tuple[str, tuple[int, ...]]]]
    )
    fields: int = 0
    about: int = -1
    negation: int = -1
    request: int = -1
    statement: int = -1
    facts: int = -1
    lesson: int = -1
    marks: int = -1
    secrets: int = -1
    stories: tuple[int, ...] = ()

    def add_field(self, words: str) -> int:
        """Index the words of one field: `*` where letters may be missing, `_` between the words of a phrase."""
        known = self.numbers.get(words)
        if known is not None:
            return known
        number = self.numbers[words] = self.fields
        self.fields += 1
        for word in dict.fromkeys(words.split()):
            if ".." in word:
                head, _, tail = word.partition("..")
                self.split.setdefault(head, []).append((tail, number))
            elif "_" in word:
                parts = tuple(word.split("_"))
                self.phrases.setdefault(parts[0], []).append((parts, number))
            elif word[0] == "*":
                self.endings.setdefault(word[-3:], []).append((word[1:], (number,)))
            elif word.endswith("*"):
                self.stems[word[:-1]] = (*self.stems.get(word[:-1], ()), number)
            else:
                self.exact[word] = (*self.exact.get(word, ()), number)
        return number

    def add(self, pattern: Pattern) -> None:
        """Add a sign whose fields are indexed."""
        for number in pattern.fields[0]:
            self.patterns.setdefault(number, []).append(pattern)

    def seal(self) -> None:
        """To be called once all fields are in."""
        self.openers = frozenset(self.phrases) | frozenset(self.split)
        self.actions = frozenset(number for number, names in self.topics.items() if _ACTIONS.intersection(names))
        for stem, numbers in self.stems.items():
            self.beginnings.setdefault(stem[:3], []).append((stem, numbers))

    def alone(self, low: str) -> tuple[int, ...]:
        """The fields that a word meets by itself."""
        found = self.exact.get(low, ())
        for stem, numbers in self.beginnings.get(low[:3], ()):
            if low.startswith(stem):
                found = (*found, *numbers)
        for ending, numbers in self.endings.get(low[-3:], ()):
            if low.endswith(ending):
                found = (*found, *numbers)
        return found

    def phrase(self, words: Sequence[Word], index: int) -> Iterator[int]:
        """The fields that a phrase beginning at this word meets."""
        low = words[index].lower
        for tail, number in self.split.get(low, ()):
            if any(word.lower == tail for word in words[index + 1 : index + 1 + _SPLIT]):
                yield number
        for parts, number in self.phrases.get(low, ()):
            if index + len(parts) <= len(words) and all(
                words[index + i].lower == part or (part[-1] == "*" and words[index + i].lower.startswith(part[:-1]))
                for i, part in enumerate(parts)
            ):
                yield number


def labels(
    reading: Reading, uses: Uses, met: Met, persons: Sequence[Hit], weights: Weights | None
) -> Iterator[tuple[Hit, str]]:
    """The forbidden uses a text asks for: the place that asks, and the rule (empty when the weights found it).

    Args:
        met: What `scan` found.
        persons: What was found in the text; a person named stands for `@person`.
        weights: Trained weights that catch what the signs miss.
    """
    words = reading.words
    sentences = _sentences(reading, _named(reading, uses, met, persons))
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
                if not fits:
                    continue
                asking = sorted(place for number in pattern.fields[0] for place in current.get(number, ()))
                if pattern.anywhere and uses.lesson in current:
                    asking = [place for place in asking if not _quoted(reading, start, words[place].start)]
                    if not asking:
                        continue
                asked = asking[0] if pattern.anywhere else _asked(reading, uses, current, asking, start, end)
                if asked >= 0 and (pattern.anywhere or not _excused(uses, current, asked, start, letter)):
                    found.add(pattern.label)
                    place = words[asked]
                    yield Hit(place.start, place.end, pattern.label, 3), pattern.rule
    if weights is not None and not found:
        for unit in _units(reading, uses, sentences, letter, short):
            for label, place in _weighed(reading, uses, weights, unit):
                if label not in found:
                    found.add(label)
                    yield Hit(words[place].start, words[place].end, label, 1), ""


def requests(reading: Reading, uses: Uses, persons: Sequence[Hit]) -> Iterator[set[str]]:
    """The features of every request of a text, as the weights see them."""
    sentences = _sentences(reading, _named(reading, uses, scan(reading, uses), persons))
    for unit in _units(reading, uses, sentences, _letter(reading.lower), len(reading.text) <= _PAIR_LIMIT):
        yield _features(reading, uses, unit)


def scan(reading: Reading, uses: Uses) -> Met:
    """The fields that each word meets; words that meet none are left out."""
    words = reading.words
    met: Met = []
    memo: dict[str, tuple[int, ...]] = {}
    openers = uses.openers
    for index, word in enumerate(words):
        low = word[3]
        numbers = memo.get(low)
        if numbers is None:
            numbers = memo[low] = uses.alone(low)
        if low in openers:
            numbers = (*numbers, *uses.phrase(words, index))
        if numbers:
            met.append((index, numbers))
    return met


def _named(reading: Reading, uses: Uses, met: Met, persons: Sequence[Hit]) -> Met:
    """The fields met, with a person found standing for `@person`."""
    extra = [(bisect_left(reading.words, (hit.start,)), (uses.person,)) for hit in persons if hit.type == "PERSON"]
    return sorted([*met, *extra]) if extra else met


def _units(
    reading: Reading, uses: Uses, sentences: Sequence[Sentence], letter: tuple[int, int], short: bool
) -> Iterator[Sentence]:
    """What is weighed: a short text as a whole, of a long one its edges and what names its addressee; no letters."""
    length = len(reading.text)
    if short and letter == (0, 0):
        fields: Fields = {}
        for _, _, current in sentences:
            for number, places in current.items():
                fields.setdefault(number, []).extend(places)
        yield 0, length, fields
        return
    for start, end, fields in sentences:
        if letter[0] <= start < letter[1] or end - start > _PAIR_LIMIT:
            continue
        touched = len({name for number in fields for name in uses.topics.get(number, ())})
        if (touched > 2 and uses.request in fields) or (touched > 1 and (start < _EDGE or start > length - _EDGE)):
            yield start, end, fields


def _features(reading: Reading, uses: Uses, unit: Sentence) -> set[str]:
    start, end, fields = unit
    words = reading.words
    first = bisect_left(words, (start,))
    last = bisect_left(words, (end,))
    topics = [name for number in fields for name in uses.topics.get(number, ())]
    for number, name in (
        (uses.about, "frage"),
        (uses.negation, "verneint"),
        (uses.request, "bitte"),
        (uses.statement, "aussage"),
    ):
        if number in fields:
            topics.append(name)
    return features([word.lower for word in words[first:last]], topics, question="?" in reading.text[start:end])


def _requests(reading: Reading, uses: Uses, unit: Sentence, first: int) -> bool:
    """True when a sentence looks like a request at all: it asks, begs, or begins or ends with a verb."""
    start, end, fields = unit
    if uses.request in fields or "?" in reading.text[start:end]:
        return True
    words = reading.words
    last = bisect_left(words, (end,)) - 1
    low = words[last].lower
    if reading.vocabulary.verb(words[first].lower) or (
        low.endswith("en") and words[last].text == low and reading.vocabulary.verb(low)
    ):
        return True
    return any(fields[number][0] == first for number in uses.actions & fields.keys())


def _weighed(reading: Reading, uses: Uses, weights: Weights, unit: Sentence) -> Iterator[tuple[str, int]]:
    first = bisect_left(reading.words, (unit[0],))
    if uses.about in unit[2] or first >= len(reading.words) or not _requests(reading, uses, unit, first):
        return
    topics = {name for number in unit[2] for name in uses.topics.get(number, ())}
    quoted = uses.lesson in unit[2] and '"' in reading.text[unit[0] : unit[1]]
    probabilities = weights.weigh(_features(reading, uses, unit))
    best = max(range(len(probabilities)), key=probabilities.__getitem__)
    label = weights.labels[best]
    if probabilities[best] < weights.threshold[best] or (quoted and label == "PROMPT_INJECTION"):
        return
    if not topics.isdisjoint(_SOFTENED.get(label, ())) or (label in _ABOUT_PEOPLE and topics.isdisjoint(_PEOPLE)):
        return
    excuses = [
        not pattern.unless.isdisjoint(unit[2].keys())
        for patterns in uses.patterns.values()
        for pattern in patterns
        if pattern.label == label
    ]
    if not excuses or not all(excuses):
        yield label, first


def _fits(pattern: Pattern, fields: Fields, sentence: str) -> bool:
    met = fields.keys()
    if any(group.isdisjoint(met) for group in pattern.fields):
        return False
    if not pattern.unless.isdisjoint(met) and not _DESPITE.search(sentence):
        return False
    return not pattern.question or "?" in sentence


def _asked(reading: Reading, uses: Uses, fields: Fields, asking: Sequence[int], start: int, end: int) -> int:
    """The word that asks for it, or -1: a report such as „Wir entscheiden über Ihren Antrag“ does not ask."""
    words = reading.words
    marked = uses.request in fields
    length = len(reading.text)
    if length > _LONG and _EDGE < start < length - _EDGE and not marked:
        return -1
    question = "?" in reading.text[start:end]
    for index in asking:
        word = words[index]
        low = word.lower
        before = words[index - 1].lower if index and words[index - 1].start >= start else ""
        if before in ("ich", "wir", "er", "man", "zu") and not (before == "zu" and marked):
            continue
        if low in _QUESTIONS and not question and before:
            continue
        if marked or question:
            return index
        formal = low.endswith("en") and not before and index + 1 < len(words) and words[index + 1].text == "Sie"
        reports = low.endswith(("en", "ung")) or (word.text[0].isupper() and before)
        if formal or not reports or uses.statement not in fields:
            return index
    return -1


def _quoted(reading: Reading, start: int, place: int) -> bool:
    """True inside quotation marks of the same sentence."""
    return reading.text.count('"', max(0, start, place - 300), place) % 2 == 1


def _excused(uses: Uses, fields: Fields, asked: int, start: int, letter: tuple[int, int]) -> bool:
    """True for a letter's own words, a question about a rule, and what is not to be done."""
    if letter[0] <= start < letter[1]:
        return True
    if uses.about in fields and fields[uses.about][0] <= asked + 3:
        return True
    return any(0 <= asked - negation <= 3 for negation in fields.get(uses.negation, ()))


def _sentences(reading: Reading, met: Met) -> list[Sentence]:
    """Sentences that meet a field: start, end, and the first word of each field met."""
    text, words = reading.text, reading.words
    result: list[Sentence] = []
    position, begin = 0, 0
    ends = [m.end() for m in _SENTENCE_END.finditer(text)]
    for end in (*ends, len(text)):
        if position >= len(met):
            break
        fields: Fields = {}
        while position < len(met) and words[met[position][0]].start < end:
            for number in met[position][1]:
                fields.setdefault(number, []).append(met[position][0])
            position += 1
        if fields:
            result.append((begin, end, fields))
        begin = end
    return result


def _letter(low: str) -> tuple[int, int]:
    """The place of a pasted letter: from its salutation to its last closing; without a closing only a formal letter."""
    start = _LETTER.search(low)
    if not start:
        return (0, 0)
    end = None
    for match in _LETTER_END.finditer(low, start.end()):
        end = match
    if end is not None:
        return (start.end(), end.start())
    return (start.end(), len(low)) if "sehr geehrte" in start.group() else (0, 0)

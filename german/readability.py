"""Readability: the formulas, their counting rules, and a verdict a clerk understands."""

from dataclasses import dataclass

from german.text import TextModel


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


def measure(model: TextModel) -> Scores:
    """Measure a parsed text. Headings, addresses, signatures and legal notices do not count (domain rules)."""
    raise NotImplementedError(model)

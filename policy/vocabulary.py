"""Which words are ordinary German. Asks the product's lexicon and remembers ordinary words only, never names."""

from german import lexicon
from german.lexicon import Tag

ORDINARY, UNKNOWN, LISTED = 8, 32, 64
_PLAIN = Tag.NOUN | Tag.VERB | Tag.ADJ | Tag.ADV | Tag.FUNC | Tag.PART
_LOWER = Tag.VERB | Tag.ADJ | Tag.ADV | Tag.FUNC | Tag.PART
_KEEP = 30_000


class Vocabulary:
    """The words of one process."""

    def __init__(self) -> None:
        self._lexicon = lexicon.load()
        self._ordinary: dict[str, int] = {}
        # Apart from the listed ones: what was asked before must never change what a word counts as.
        self._built: set[str] = set()
        self._lower: dict[str, bool] = {}
        self.settled: dict[str, int] = {}
        """Words known to be ordinary and nothing else, for callers that look at a word from more sides."""

    def flags(self, word: str) -> int:
        """ORDINARY, LISTED (known only as a name) or UNKNOWN."""
        return self.listed(word) or self.built(word)

    def listed(self, word: str) -> int:
        """ORDINARY or LISTED for a word the lexicon lists, else 0."""
        known = self._ordinary.get(word)
        if known is not None:
            return known
        tag = self._lexicon.tag(word)
        if tag & _PLAIN:
            if len(self._ordinary) < _KEEP:
                self._ordinary[word] = ORDINARY
            return ORDINARY
        return LISTED if tag & Tag.NAME else 0

    def built(self, word: str) -> int:
        """ORDINARY for a word built of ordinary words, else UNKNOWN. Its time grows with the square of its length."""
        if word in self._built:
            return ORDINARY
        if not 5 < len(word) < 40 or not self._lexicon.explains(word):
            return UNKNOWN
        if len(self._built) < _KEEP:
            self._built.add(word)
        return ORDINARY

    def small(self, low: str) -> bool:
        """True when a lower-case word is ordinary German, as it stands or as a noun written small."""
        return self.lower_word(low) or bool(self.flags(low[:1].upper() + low[1:]) & ORDINARY)

    def lower_listed(self, low: str) -> bool:
        """True when the lexicon itself lists a lower-case form as an ordinary lower-case word."""
        return any(reading.tag & _LOWER for reading in self._lexicon.readings(low))

    def lower_word(self, low: str) -> bool:
        """True when a lower-case form is listed as an ordinary lower-case word."""
        known = self._lower.get(low)
        if known is None:
            known = any(reading.tag & _LOWER for reading in self._lexicon.readings(low)) or (
                len(low) > 6 and not self._lexicon.readings(low) and self._lexicon.explains(low)
            )
            if known and len(self._lower) < _KEEP:
                self._lower[low] = known
        return known

    def verb(self, low: str) -> bool:
        """True when a word can be a verb and is no function word."""
        tag = Tag(0)
        for reading in self._lexicon.readings(low):
            tag |= reading.tag
        return bool(tag & Tag.VERB) and not tag & Tag.FUNC

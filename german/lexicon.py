"""The German lexicon: which words are ordinary German, which are only names, and what their base forms are.

One read-only file, `data/lexicon.bin`, mapped into memory; compiled by `german.compile_lexicon`. No grammar lives here.
"""

import mmap
import re
import struct
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from german.datafiles import DataError, data_sections
from german.sentences import abbreviation

FILE = Path(__file__).parent / "data" / "lexicon.bin"
MAGIC = b"AKLEX1\n\0"
_HEAD = struct.Struct("<III")


class Tag(int):
    """Coarse word classes, as bits. A form can have several: `gestellten` is VERB, ADJ and PART.

    RARE is a capitalised word that is listed without proof that it is no name; it counts as a name unless its parts
    explain it. Plain numbers, because the flags of `enum` cost ten times as much.
    """

    NOUN: Final = 1
    VERB: Final = 2
    ADJ: Final = 4
    ADV: Final = 8
    FUNC: Final = 16
    PART: Final = 32
    NAME: Final = 64
    RARE: Final = 128


_TAG_NAMES = {
    Tag.NOUN: "NOUN",
    Tag.VERB: "VERB",
    Tag.ADJ: "ADJ",
    Tag.ADV: "ADV",
    Tag.FUNC: "FUNC",
    Tag.PART: "PART",
    Tag.NAME: "NAME",
}
_ORDINARY = Tag.NOUN | Tag.VERB | Tag.ADJ | Tag.ADV | Tag.FUNC | Tag.PART


class Reading(NamedTuple):
    """One reading of a form."""

    lemma: str
    tag: int


class _Rule(NamedTuple):
    tag: int
    place: int
    cut: int
    strip: int
    append: str
    case: int


_LINKED = re.compile(
    r"(?:ung|heit|keit|schaft|ion|tät|ling|tum|ing|um|at|it|ist|ent|ant|or|ar|er|el|en|tag|amt|rat|trag|ruf|werb|trieb|fall|gang|"
    r"stand|satz|schuss|schluss|bund|dienst|recht|land|kind|mann|weg|gut|buch|jahr|monat|staat|volk|hilf|geschäft|arbeit|geburt|"
    r"zukunft|unterhalt|erwerb|verkehr|betrieb|gebiet|bezirk|gericht|gesetz|besitz|urlaub|einkauf|verkauf|ort|plan|steuer)s$"
)
# Statutes and legal forms such as AufenthG, OWiG, mbH; not McAllister.
_INNER_CAPITAL = re.compile(r"^(?!Ma?c[A-Z]).*[a-zäöü][A-ZÄÖÜ]")
_ADJECTIVE = re.compile(r"(.{4,}?)(?:bar|los|lich|ig|haft|sam|mäßig|frei|weise|fähig|pflichtig|fertig)(?:e[rsmn]?)?")
_QUALITY = re.compile(r"(.{3,}?)(?:heit|keit)(?:en)?")
_ACTION = re.compile(r"(.{4,}?)(?:ung|ungen|barkeit|losigkeit|ler|lern)")
_ROMAN = re.compile(r"[IVXLC]+$")
_VOWELS = frozenset("aeiouyäöüéè")
_MAX_COMPOUND = 60
_LONGEST_PREFIX = 12
_INDEXED = 3


class Lexicon:
    """The word list. Membership and readings are case-sensitive; a capitalised ordinary word counts as itself."""

    def __init__(self, data: mmap.mmap | bytes) -> None:
        if data[: len(MAGIC)] != MAGIC:
            raise DataError(f"{FILE.name}: unbekanntes Format")
        arcs, table, self.size = _HEAD.unpack_from(data, len(MAGIC))
        start = len(MAGIC) + _HEAD.size
        stop = start + 4 * arcs
        self._arcs = memoryview(data)[start:stop].cast("I")
        self._root = self._arcs[0]
        self._table = bytes(data[stop : stop + table])
        self._rules: list[_Rule] | None = None
        self._cache: dict[str, tuple[Reading, ...]] = {}
        self._explained: dict[str, bool] = {}
        self._index: dict[int, dict[int, int]] = {}
        self._tags: dict[str, int] = {}
        self._lemmas: dict[str, str | None] = {}
        parts = data_sections("lexicon_parts.txt")
        self._prefixes = frozenset(parts["vorsilben"])
        self._name_heads = frozenset(parts["namensköpfe"])
        self._short_heads = frozenset(parts["kurze köpfe"])
        self._short_modifiers = frozenset(parts["kurze bestimmungswörter"])

    def __contains__(self, word: str) -> bool:
        """Whether a word is listed, as written or in lower case (at the start of a sentence)."""
        return bool(self.readings(word)) or (not word.islower() and bool(self.readings(_uncapitalised(word))))

    def readings(self, form: str) -> tuple[Reading, ...]:
        """The readings of exactly this form, the most common first; empty when it is not listed."""
        known = self._cache.get(form)
        if known is None:
            known = tuple(self._read(form, rule) for rule in self._values(form))
            if len(self._cache) > 20_000:
                self._cache.clear()
            self._cache[form] = known
        return known

    def lemma(self, form: str) -> str | None:
        """The base form, or None for unknown words. A capitalised form that is no noun is read in lower case."""
        if form not in self._lemmas:
            if len(self._lemmas) > 20_000:
                self._lemmas.clear()
            self._lemmas[form] = self._lemma(form)
        return self._lemmas[form]

    def _lemma(self, form: str) -> str | None:
        for candidate in (form, _uncapitalised(form)):
            found = self.readings(candidate)
            if found:
                return found[0].lemma
        head = self._compound_head(form)
        return head[0] + head[1] if head else None

    def tag(self, form: str) -> int:
        """The word classes of a form, as written and (when capitalised) in lower case; 0 for unknown words."""
        known = self._tags.get(form)
        if known is None:
            known = self._tag(form)
            if len(self._tags) > 20_000:
                self._tags.clear()
            self._tags[form] = known
        return known

    def _tag(self, form: str) -> int:
        found = 0
        for reading in self.readings(form):
            found |= reading.tag
        if found & Tag.NAME:
            return found
        if not found or (form[:1].isupper() and not form.isupper()):
            for reading in self.readings(_uncapitalised(form)):
                found |= reading.tag
        return found

    def tags(self, form: str) -> frozenset[str]:
        """The names of the word classes of a form: NOUN, VERB, ADJ, ADV, FUNC, PART, NAME."""
        found = self.tag(form)
        return frozenset(name for value, name in _TAG_NAMES.items() if found & value)

    def is_name_only(self, token: str) -> bool:
        """Whether a token is known only as a name of persons or places."""
        found = self.tag(token)
        if found & _ORDINARY:
            return False
        return bool(found & Tag.NAME) or (bool(found & Tag.RARE) and not self.explains(token))

    def explains(self, token: str) -> bool:
        """Whether a token is an ordinary German word: listed, inflected, derived, or a compound of ordinary words.

        Names are not ordinary words, also when the lexicon knows them. Hyphenated tokens are explained part by part.
        """
        known = self._explained.get(token)
        if known is None:
            known = self._explain(token)
            if len(self._explained) > 20_000:
                self._explained.clear()
            self._explained[token] = known
        return known

    def compound_parts(self, token: str) -> tuple[str, ...]:
        """The parts of a compound of ordinary words, or an empty tuple. The last part is the head."""
        low = token.lower()
        return self._split(low) if 6 <= len(low) <= _MAX_COMPOUND else ()

    def _explain(self, token: str) -> bool:
        if "-" in token or "‑" in token:
            parts = [part for part in re.split("[-‑]", token) if part]
            return bool(parts) and all(len(part) == 1 or part.isupper() or self.explains(part) for part in parts)
        if self.tag(token) & _ORDINARY:
            return True
        if self.tag(token) & Tag.NAME:
            return False
        low = token.lower()
        if token.isupper() and len(token) > 1:
            known = self.tag(token.capitalize()) | self.tag(low)
            return bool(known & _ORDINARY) or (len(token) <= 4 and not known & Tag.NAME) or bool(_ROMAN.match(token))
        if token.islower() and self._is_noun(token):
            # Chat style: nouns in lower case.
            return True
        if "ss" in low and self.tag(token.replace("ss", "ß")) & _ORDINARY:
            return True
        if abbreviation(token + ".") is not None or _INNER_CAPITAL.search(token):
            return True
        stem = _gendered_stem(token)
        if stem and self.explains(stem):
            return True
        if self._derived(low):
            return True
        return bool(self.compound_parts(token))

    def _derived(self, low: str) -> bool:
        """Regular derivations of listed words: un-/nicht- words, -bar, -lich, -ung, -los …"""
        if low.startswith("un") and len(low) > 5 and self.tag(low[2:]) & (Tag.ADJ | Tag.PART):
            return True
        inflected = re.fullmatch(r"(.{3,}?)(?:e?ren?|e?rer|e?res|e?rem|ste[nmrs]?|e[nmrs]?)", low)
        if inflected and self.tag(inflected[1]) & (Tag.ADJ | Tag.PART):
            return True
        present = re.fullmatch(r"(.{3,}n)d(?:e[nmrs]?)?", low)
        if present and self.tag(present[1]) & Tag.VERB:
            return True
        adjective = re.fullmatch(
            r"(.{4,}?)(?:bar|los|lich|ig|haft|sam|mäßig|frei|weise|fähig|pflichtig|fertig)(?:e[rsmn]?)?", low
        )
        if adjective:
            stem = adjective[1]
            return self._is_stem(stem) or (stem.endswith("s") and self._is_noun(stem[:-1])) or self._is_noun(stem)
        quality = _QUALITY.fullmatch(low)
        if quality and (self.tag(quality[1]) | self.tag(quality[1].removesuffix("ig"))) & (Tag.ADJ | Tag.PART):
            return True
        noun = _ACTION.fullmatch(low)
        return bool(noun) and self._is_stem(noun[1])

    def _is_stem(self, stem: str) -> bool:
        return any(self.tag(stem + ending) & Tag.VERB for ending in ("en", "n"))

    def _is_noun(self, low: str) -> bool:
        readings = self.readings(low[:1].upper() + low[1:])
        return any(reading.tag & Tag.NOUN for reading in readings)

    def _compound_head(self, token: str) -> tuple[str, str] | None:
        parts = self.compound_parts(token) if token[:1].isupper() else ()
        if not parts:
            return None
        head = parts[-1]
        for reading in self.readings(head[:1].upper() + head[1:]):
            if reading.tag & Tag.NOUN:
                return token[: len(token) - len(head)], reading.lemma.lower()
        return None

    def _split(self, low: str) -> tuple[str, ...]:
        """Shortest split into modifiers and a noun or adjective head, or an empty tuple. Linear in practice."""
        best: dict[int, tuple[str, ...]] = {0: ()}
        length = len(low)
        for start in range(length - 2):
            parts = best.get(start)
            if parts is None or len(parts) >= 4:
                continue
            if start:
                head = low[start:]
                if len(head) >= 3 and self._is_head(head, parts):
                    return (*parts, head)
            rest = low[start:]
            # A modifier is a listed form, the beginning of one, or a noun and a linking -s-.
            reach = max(self._reach(rest), self._reach(rest[0].upper() + rest[1:]) + 1)
            for stop in range(start + 2, min(length - 2, start + max(reach, _LONGEST_PREFIX) + 1)):
                part = low[start:stop]
                if stop not in best and (part in self._prefixes or (stop - start <= reach and self._is_modifier(part))):
                    best[stop] = (*parts, part)
        return ()

    def _is_head(self, head: str, parts: tuple[str, ...]) -> bool:
        if head in self._name_heads and not (
            len(parts) == 1 and parts[0] in self._prefixes and len(parts[0]) > 2 and head == "stadt"
        ):
            return False
        if self._is_noun(head):
            return len(head) > 3 or head in self._short_heads
        return len(head) > 3 and bool(self.tag(head) & (Tag.ADJ | Tag.PART))

    def _is_modifier(self, part: str) -> bool:
        if len(part) < 3 or not _VOWELS.intersection(part):
            return False
        if self._is_noun(part) and (len(part) > 3 or part in self._short_modifiers):
            return True
        if len(part) < 4:
            return part in self._short_modifiers
        if part.endswith(("ungs", "keits", "heits")) and self._derived(part[:-1]):
            return True
        if part[-1] == "s" and (_LINKED.search(part) or len(part) > 6) and self._is_noun(part[:-1]):
            return True
        if self._is_noun(part + "e") or self._is_stem(part):
            return True
        return len(part) > 4 and bool(self.tag(part) & Tag.ADJ)

    def _reach(self, form: str) -> int:
        """How many letters of a form any listed form begins with."""
        arcs = self._arcs
        node = self._root
        for count, label in enumerate(form.encode("latin-1", "replace")):
            while (arcs[node] >> 1) & 255 != label:
                if arcs[node] & 1:
                    return count
                node += 1
            node = arcs[node] >> 9
            if not node:
                return count + 1
        return len(form)

    def _values(self, form: str) -> list[int]:
        try:
            key = form.encode("latin-1")
        except UnicodeEncodeError:
            return []
        arcs = self._arcs
        node = self._root
        for label in key[:_INDEXED]:
            node = self._children(node).get(label, 0)
            if not node:
                return []
        for label in key[_INDEXED:]:
            while True:
                arc = arcs[node]
                if (arc >> 1) & 255 == label:
                    break
                if arc & 1:
                    return []
                node += 1
            node = arc >> 9
            if not node:
                return []
        # The separator 0 sorts first in its node.
        arc = arcs[node]
        if (arc >> 1) & 255 or not arc >> 9:
            return []
        found: list[int] = []
        high = arc >> 9
        while True:
            arc = arcs[high]
            low = arc >> 9
            while True:
                last = arcs[low]
                found.append((((arc >> 1) & 255) - 1) * 240 + ((last >> 1) & 255) - 1)
                if last & 1:
                    break
                low += 1
            if arc & 1:
                return sorted(found)
            high += 1

    def _children(self, node: int) -> dict[int, int]:
        """The arcs of a node near the root as a table, because those nodes have many."""
        known = self._index.get(node)
        if known is None:
            known = self._index[node] = {}
            place = node
            while True:
                arc = self._arcs[place]
                known[(arc >> 1) & 255] = arc >> 9
                if arc & 1:
                    break
                place += 1
        return known

    def _read(self, form: str, number: int) -> Reading:
        if self._rules is None:
            rules: list[_Rule] = []
            for line in self._table.decode("utf-8").split("\n"):
                tag, place, cut, strip, append, case = line.split("\t")
                rules.append(_Rule(int(tag), int(place), int(cut), int(strip), append, int(case)))
            self._rules = rules
            self._table = b""
        rule = self._rules[number]
        lemma = form if not rule.case else (form[0].upper() if rule.case == 1 else form[0].lower()) + form[1:]
        if rule.cut:
            lemma = lemma[: rule.place] + lemma[rule.place + rule.cut :]
        return Reading(lemma[: len(lemma) - rule.strip] + rule.append, rule.tag)


def _uncapitalised(word: str) -> str:
    return word[:1].lower() + word[1:] if not word.isupper() or len(word) == 1 else word.lower()


def _gendered_stem(token: str) -> str | None:
    """`Mitarbeiter` for `MitarbeiterInnen`; other gender forms are split by their sign before they come here."""
    match = re.fullmatch(r"([A-ZÄÖÜ][a-zäöüß]+)Innen", token)
    return match[1] if match else None


@lru_cache(maxsize=1)
def load() -> Lexicon:
    """The lexicon, mapped into memory once.

    Raises:
        DataError: The file is missing or of another format.
    """
    try:
        with FILE.open("rb") as file:
            return Lexicon(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError) as error:
        raise DataError(f"{FILE.name}: kann nicht gelesen werden ({type(error).__name__})") from None

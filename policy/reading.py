"""One reading of a text: its normal form, its words, its dates, and the words that announce something.

Shared by all detectors, so that the text is walked once. Offsets are places in the normal form, code points, half open.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from policy.lists import HINTS, Lists
from policy.normal import Normal
from policy.vocabulary import Vocabulary

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_MONTHS = (
    "januar|jänner|jan|februar|feb|märz|maerz|mrz|mär|april|apr|mai|juni|jun|juli|jul|august|aug|september|sept|sep|oktober|okt|november|nov|dezember|dez"
    "|january|february|march|may|june|july|october|october|oct|december|dec"
)
_DATE = re.compile(
    r"\d(?<![\d.,/-].)(?:"
    r"\d?[ ]?[./-][ ]?[01]?\d[ ]?[./-][ ]?(?:(?:19|20)\d\d|\d\d)(?![\d]|[.,/-]\d)"
    r"|\d{3}-[01]\d-[0-3]\d(?!\d)"
    rf"|\d?(?:\.|th|st|nd|rd)?[ ]?(?:{_MONTHS})\b\.?,?[ ]?(?:(?:19|20)\d\d)?)"
)
_DIGITS = re.compile(r"\d[\d ./:-]{0,60}")
_DATE_SPACED = re.compile(r"\d[ ]?\d[ ]?[.][ ]?\d[ ]?\d[ ]?[.][ ]?\d[ ]?\d(?:[ ]?\d[ ]?\d)?(?!\d)")


class Hit(NamedTuple):
    """One hit. `weight` 3: sure by itself; 2: sure by context; 1: likely."""

    start: int
    end: int
    type: str
    weight: int


class Word(NamedTuple):
    """One word of the normal form."""

    start: int
    end: int
    text: str
    lower: str


def lowered(text: str) -> str:
    """Lower case of the same length."""
    low = text.replace("İ", "I").lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


@dataclass(slots=True)
class Tenant:
    """What belongs to the town itself and needs no mask."""

    domains: frozenset[str] = frozenset()
    phones: tuple[str, ...] = ()
    ibans: frozenset[str] = frozenset()
    addresses: tuple[str, ...] = ()
    officials: frozenset[tuple[str, ...]] = frozenset()
    terms: frozenset[str] = frozenset()
    mailboxes: frozenset[str] = frozenset()
    case_numbers: tuple[re.Pattern[str], ...] = ()


@dataclass
class Reading:
    """The reading. Cheap to make; parts are worked out when first asked for."""

    normal: Normal
    lists: Lists
    tenant: Tenant
    vocabulary: Vocabulary
    text: str = field(init=False)
    lower: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.normal.text
        self.lower = lowered(self.text)
        self.has_digit = bool(re.search(r"\d", self.text))

    @cached_property
    def words(self) -> list[Word]:
        """All words."""
        text, low = self.text, self.lower
        make = Word._make
        return [make((s, e, text[s:e], low[s:e])) for s, e in [m.span() for m in _WORD.finditer(text)]]

    @cached_property
    def hints(self) -> list[int]:
        """What each word may be; see `policy.lists.HINTS`."""
        get = self.lists.hints.get
        return [get(word[3], 0) for word in self.words]

    def hint_of(self, low: str) -> int:
        """What one word may be."""
        return self.lists.hints.get(low, 0)

    @cached_property
    def about_names(self) -> list[int]:
        """Places of words that make names a topic, such as „Vorname“ or „Sturmtief“."""
        bit = HINTS["vornamenthema"]
        return [word.start for word, hint in zip(self.words, self.hints, strict=True) if hint & bit]

    def names_are_topic(self, place: int) -> bool:
        """True when names are spoken of in the same line rather than persons."""
        index = bisect_left(self.about_names, place)
        for topic in self.about_names[max(0, index - 1) : index + 1]:
            if abs(topic - place) <= 120 and "\n" not in self.text[min(topic, place) : max(topic, place)]:
                return True
        return False

    @cached_property
    def dates(self) -> dict[int, int]:
        """Dates, start to end."""
        if not self.has_digit:
            return {}
        found = {m.start(): m.end() for m in _DATE.finditer(self.lower)}
        for m in _DATE_SPACED.finditer(self.text):
            found.setdefault(m.start(), m.end())
        return found

    @cached_property
    def zones(self) -> list[tuple[int, int, int]]:
        """Where digits are, with what may belong to them, and about how many they are at most.

        Letters far from any digit need no look for numbers.
        """
        zones: list[tuple[int, int, int]] = []
        size = len(self.text)
        for match in _DIGITS.finditer(self.text):
            begin, stop = match.span()
            start, end = begin - 14 if begin > 14 else 0, stop + 14 if stop + 14 < size else size
            if zones and start <= zones[-1][1]:
                zones[-1] = (zones[-1][0], end, zones[-1][2] + stop - begin)
            else:
                zones.append((start, end, stop - begin))
        return zones

    def near_digits(self, pattern: re.Pattern[str], least: int = 1) -> Iterator[re.Match[str]]:
        """Matches of a pattern in the zones around digits.

        Args:
            least: How many digits a match holds at least.
        """
        text = self.text
        for start, end, count in self.zones:
            if count >= least:
                yield from pattern.finditer(text, start, end)

    def date_at(self, start: int) -> bool:
        """True when a date begins here."""
        return start in self.dates

    @cached_property
    def announcements(self) -> list[tuple[int, int, str]]:
        """Words that announce identifiers: start, end, kind; in order of their ends."""
        cues = self.lists.cues
        found: list[tuple[int, int, str]] = []
        previous = None
        for word in self.words:
            low = word.lower
            kinds = cues.get(low)
            start = word.start
            if low in _JOINED and previous is not None and start - previous.end <= 3:
                joined = cues.get(f"{previous.lower}-{low}")
                if joined:
                    kinds, start = joined, previous.start
            if kinds is None and len(low) > 7 and low.endswith(_ENDINGS) and not low.startswith(_NUMBER_HARMLESS):
                kinds = ("CASE_NUMBER",)
            if kinds:
                for kind in kinds:
                    found.append((start, word.end, kind))
            previous = word
        return found

    @cached_property
    def _ends(self) -> list[int]:
        return [end for _, end, _ in self.announcements]

    def announced(self, start: int, kind: str) -> bool:
        """True when the last announcing word before this place, close by in the same line, is of this kind."""
        index = bisect_right(self._ends, start) - 1
        if index < 0:
            return False
        _, end, found = self.announcements[index]
        same = [k for _, e, k in self.announcements[max(0, index - 2) : index + 1] if e == end]
        return (kind == found or kind in same) and start - end <= 25 and "\n" not in self.text[end:start]

    def announced_any(self, start: int, end: int, kinds: tuple[str, ...]) -> str:
        """The kind among `kinds` whose announcing word stands nearest: up to 60 before or 40 after, else empty."""
        best, distance = "", 61
        items, ends = self.announcements, self._ends
        index = bisect_right(ends, start) - 1
        while index >= 0 and start - ends[index] <= 60 and distance == 61:
            if items[index][2] in kinds:
                best, distance = items[index][2], start - ends[index]
            index -= 1
        index = bisect_left(ends, end)
        while index < len(items) and items[index][0] - end <= 40:
            if items[index][2] in kinds and items[index][0] - end < distance:
                return items[index][2]
            index += 1
        return best

    def own_phone(self, digits: str) -> bool:
        """True for a number of the town."""
        for country in ("0049", "49"):
            if digits.startswith(country):
                digits = "0" + digits[len(country) :].removeprefix("0")
                break
        return any(digits.startswith(prefix) for prefix in self.tenant.phones)

    def own_address(self, street: str) -> bool:
        """True for a street with number of the town; `street` in lower case."""
        plain = " ".join(street.replace(",", " ").split())
        return any(own.startswith(plain) for own in self.tenant.addresses)

    def personal_mail(self, local: str, host: str) -> bool:
        """True when an address points to a person rather than to an office."""
        name, domain = local.lower(), host.lower()
        if domain in (
            "domain.tld",
            "domain.de",
            "example.com",
            "example.org",
            "example.de",
            "beispiel.de",
            "muster.de",
        ):
            return False
        if name in self.lists.functional_mail or name in self.tenant.mailboxes:
            return False
        parts = [part for part in re.split(r"[._+-]", name) if part]
        if parts and all(part in self.lists.functional_mail or part.isdigit() for part in parts):
            return False
        if domain in self.tenant.domains or any(domain.endswith("." + own) for own in self.tenant.domains):
            return ("." in name and len(parts) >= 2) or bool(
                self.hint_of(name) & (HINTS["vorname"] | HINTS["nachname"])
            )
        return True


_JOINED = frozenset(["nr", "nummer", "zeichen", "id", "nrn", "idnr", "hd", "dat", "datum", "az", "z"])
_ENDINGS = (
    "nummer",
    "nummern",
    "zeichen",
    "-nr",
    "kennung",
    "-id",
    "aktennr",
    "nr",
    "akte",
    "sache",
    "konto",
    "verfahren",
    "mandat",
)
# What a number belongs to that points to no person.
_HARMLESS_WORDS = (
    "tele haus zimmer bestell artikel rechnung inventar serien auftrag vergabe version konto flur zähler "
    "los baum raum seiten kapitel handy mobil fax not ruf wort satz frage ausrufe verkehrs wahr abzeichen "
    "an merk warn be ver kurz firmen gleich schrift sonder vor gehalts besold postleit haupt tat ur neben "
    "sach giro spar zeit haushalts anti beteiligungs auswahl aufnahme behörden service ort linien modell "
    "typ ticket sitzungs tage drucksach vorlage kurs veranstaltung programm spiel start lizenz patent "
    "produkt teil ersatz chargen schlüssel straßen bus zug flug karten plan geräte klassen "
)
_NUMBER_HARMLESS = tuple(_HARMLESS_WORDS.split())

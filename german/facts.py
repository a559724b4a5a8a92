"""Typed facts of a text: dates, periods, amounts, numbers, citations, contacts, file numbers, each with one value.

Nothing here compares two texts (`german.ledger` does) and nothing here judges what a fact means.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path


class FactKind(StrEnum):
    """The kinds of facts and of findings."""

    DATE = "date"
    DEADLINE = "deadline"
    AMOUNT = "amount"
    NUMBER = "number"
    UNIT = "unit"
    CITATION = "citation"
    TIME = "time"
    CONTACT = "contact"
    FILE_NUMBER = "file_number"
    NAME = "name"
    NEGATION = "negation"
    MODALITY = "modality"
    CONDITION = "condition"
    ACTOR = "actor"
    OMISSION = "omission"
    ADDITION = "addition"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a text.

    Attributes:
        kind: What it is.
        value: The canonical value; equal facts have equal values, whatever their spelling.
        start, end: Its place, code points, half open.
        text: The place as it is spelt.
        group: Values of one group can stand for one another, so that an exchange is a change.
        number: The bare number in millionths, where there is one.
        bound: `min`, `max`, `above`, `below`, `latest`, `earliest` or nothing.
        weak: True when a faithful rewrite may well leave it out or add it (ordinals, small counts).
    """

    kind: FactKind
    value: str
    start: int
    end: int
    text: str
    group: str = ""
    number: int | None = None
    bound: str = ""
    weak: bool = False


class WordListError(Exception):
    """A word list cannot be read; the message names file and line, never a text."""


class Lazy:
    """A pattern that is compiled when a text first needs it; most texts need few of them."""

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source, self._flags = source, flags

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self._source, self._flags)

    @cached_property
    def search(self):
        return self.pattern.search

    @cached_property
    def match(self):
        return self.pattern.match

    @cached_property
    def fullmatch(self):
        return self.pattern.fullmatch

    @cached_property
    def finditer(self):
        return self.pattern.finditer

    @cached_property
    def sub(self):
        return self.pattern.sub


_DATA = Path(__file__).parent / "data"


def read_sections(name: str) -> dict[str, list[tuple[str, list[str]]]]:
    """Read a word list with `[section]` lines and `key = word, word` lines.

    Raises:
        WordListError: a line has no section or no `=`.
    """
    sections: dict[str, list[tuple[str, list[str]]]] = {}
    current: list[tuple[str, list[str]]] | None = None
    for number, line in enumerate((_DATA / name).read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1], [])
            continue
        key, sign, words = line.partition("=")
        if current is None or not sign or not words.strip():
            raise WordListError(f"{name}, Zeile {number}: erwartet wird „Schlüssel = Wort, Wort“ in einem Abschnitt.")
        current.append((key.strip(), [word.strip() for word in words.split(",") if word.strip()]))
    return sections


MILLION = 1_000_000
_ONES = ("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")
_TEENS = ("dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn")
_TENS = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")


@cache
def _number_words() -> dict[str, int]:
    words = {word: value for value, word in enumerate(_ONES) if value > 1}
    words |= {word: value for value, word in enumerate(_TEENS, 13)}
    words |= {"zweier": 2, "dreier": 3, "beide": 2, "beiden": 2, "beider": 2, "zwo": 2, "hundert": 100, "tausend": 1000}
    for index, word in enumerate(_TENS, 2):
        words[word] = index * 10
        for one, prefix in enumerate(_ONES[1:10], 1):
            words[f"{prefix}und{word}"] = index * 10 + one
    for factor, prefix in enumerate(_ONES[1:10], 1):
        words[f"{prefix}hundert"] = factor * 100
        words[f"{prefix}tausend"] = factor * 1000
    return words


@cache
def _ordinal_words() -> dict[str, int]:
    stems = {
        "erst": 1,
        "zweit": 2,
        "dritt": 3,
        "viert": 4,
        "fünft": 5,
        "sechst": 6,
        "siebt": 7,
        "acht": 8,
        "neunt": 9,
        "zehnt": 10,
        "elft": 11,
        "zwölft": 12,
    }
    stems |= {f"{word}t": value for word, value in _number_words().items() if 13 <= value <= 19}
    stems |= {f"{word}st": value for word, value in _number_words().items() if 20 <= value <= 100}
    return {
        f"{stem}{ending}": value
        for stem, value in stems.items()
        for ending in ("e", "en", "er", "es", "em")
        if not (stem == "acht" and ending in ("en", "er"))
    }


_DURATION_ADJECTIVE = {
    "minütig": "Min",
    "stündig": "Std",
    "tägig": "Tag",
    "wöchig": "Wochen",
    "monatig": "Monate",
    "jährig": "Jahre",
}
_HALF_OF = ("halbe", "halb ", "halb\n", "halb\t", "halb\r")
# What a pattern needs to stand in the text in small letters; the pattern; what it is written as.
_HALVES = (
    (_HALF_OF, Lazy(r"\b(?:ein(?:e[nrms]?)?\s+)?halb(?:e[nrms]?)?\s+Stunden?\b", re.I), "30 Minuten"),
    (("viertelstunde",), Lazy(r"\b(?:eine[rn]?\s+)?Viertelstunde\b", re.I), "15 Minuten"),
    (("viertelstunde",), Lazy(r"\b(?:eine[rn]?\s+)?Dreiviertelstunde\b", re.I), "45 Minuten"),
    (_HALF_OF, Lazy(r"\b(?:ein(?:e[nrms]?)?\s+)?halb(?:e[nrms]?)?\s+Jahre?s?\b", re.I), "6 Monate"),
    (
        ("erthalb", "einhalb", "1/2", "½"),
        Lazy(r"\b(?:anderthalb|eineinhalb|1\s?1/2|1½|1\s½)\s*(?:Jahren?)\b", re.I),
        "18 Monate",
    ),
    (
        ("erthalb", "einhalb", "1/2", "½"),
        Lazy(r"\b(?:anderthalb|eineinhalb|1\s?1/2|1½|1\s½)\s*(?:Stunden?)\b", re.I),
        "90 Min",
    ),
    (("einhalb", "1/2", "½"), Lazy(r"\b(?:zweieinhalb|2\s?1/2|2½|2\s½)\s*(?:Stunden?)\b", re.I), "150 Min"),
    (("einhalb", "1/2", "½"), Lazy(r"\b(?:zweieinhalb|2\s?1/2|2½|2\s½)\s*(?:Jahren?)\b", re.I), "30 Monate"),
    (("halbstündig",), Lazy(r"\b(?:ein(?:e[nrms]?)?\s+)?halbstündig\w*\b", re.I), "30 Min"),
    (("vierteljahr",), Lazy(r"\b(?:ein(?:e[nrms]?)?\s+)?Dreivierteljahr\w*\b", re.I), "9 Monate"),
    (("vierteljahr",), Lazy(r"\b(?:ein(?:e[nrms]?)?\s+)?Vierteljahr(?:e[ns]?|s)?\b", re.I), "3 Monate"),
    (("halbjahr",), Lazy(r"\b(?:ein(?:e[nrms]?)?\s+)?Halbjahr(?:e[ns]?|s)?\b(?<!im Halbjahr)", re.I), "6 Monate"),
    (("monatsfrist",), Lazy(r"\bMonatsfrist\b"), "1 Monat"),
    (("jahresfrist",), Lazy(r"\bJahresfrist\b"), "1 Jahr"),
    (("wochenfrist",), Lazy(r"\bWochenfrist\b"), "1 Woche"),
    (("tag und nacht",), Lazy(r"\b(?:einen?\s+)?Tag und Nacht\b", re.I), "24 Std"),
)
_SPACES = (
    ("\xa0", " "),
    ("\u202f", " "),
    ("\u2009", " "),
    ("\u2007", " "),
    ("\u2011", "-"),
    ("\u2013", "-"),
    ("\u2012", "-"),
    ("\u2212", "-"),
    ("\u2028", "\n"),
)
# Every number word begins with one of these; most other words do not, and need no look at all.
_NUMBER_START = Lazy(
    r"\b(?:einund|ein(?=minütig|stündig|tägig|wöchig|monatig|jährig)|zw|dr|vier|fünf|sech|sieb|acht|neun|zehn|elf|eine?hundert|eintausend|hundert|tausend|beide"
    r"|erst)[a-zäöüß]*",
)
_ONE = Lazy(
    # „zum Ende eines Monats“ is a day, not a length of time.
    r"(?<!\bende )(?<!anfang )(?<!beginn )(?<!schluss )(?<!mitte )ein(?<!\wein)(?:e[nrms]?)?\b"
    r"(?=\s+(?:(?:voll|ganz|weiter|angefangen|einzig|einmalig|zusätzlich)e[nrs]?\s+)?"
    r"(?:minute|stunde|tag|woche|monat|quartal|jahr|werktag|arbeitstag|kalendertag|kalenderwoche|kalendermonat"
    r"|kalenderjahr|nacht|meter|zentimeter|millimeter|kilometer|liter|gramm|kilogramm|hektar|quadratmeter"
    r"|kubikmeter|euro|cent|prozent)(?:e?s|n)?\b)",
)
_DIGIT_WORD = Lazy(r"(?<=\d)-(?=jährig|tägig|monatig|wöchig|stündig|minütig)")


def flatten(text: str) -> str:
    """The text with number words as digits and odd spaces as blanks; every place stays where it was."""
    for odd, plain in _SPACES:
        text = text.replace(odd, plain)
    lower = lowered(text)
    for hints, pattern, plain in _HALVES:
        if any(hint in lower for hint in hints):
            text = pattern.sub(lambda m, plain=plain: plain.ljust(len(m.group()))[: len(m.group())], text)
            lower = lowered(text)
    parts: list[str] = []
    at = 0
    for m in _ONE.finditer(lower):
        parts += text[at : m.start()], "1".ljust(len(m.group()))
        at = m.end()
    if parts:
        text = "".join((*parts, text[at:]))
    numbers, ordinals = _number_words(), _ordinal_words()

    def digits(match: re.Match[str]) -> str:
        lower = match.group()
        word = text[match.start() : match.end()]
        value = numbers.get(lower)
        if (
            value is not None
            and not (
                word == "Acht" and text[max(0, match.start() - 6) : match.start()].lower().endswith(("außer ", "in "))
            )
            and not (word == "Hundert" and text[max(0, match.start() - 4) : match.start()] in ("vom ", " v. "))
        ):
            return str(value).ljust(len(word))
        if lower in ordinals and not (word[0] == "D" and lower.startswith("dritt")):
            return f"{ordinals[lower]}.".ljust(len(word))
        if "ig" in lower:
            for ending, unit in _DURATION_ADJECTIVE.items():
                at = lower.find(ending)
                if at > 0 and (count := 1 if lower[:at] == "ein" else numbers.get(lower[:at])) is not None:
                    return f"{count} {unit}".ljust(len(word))[: len(word)]
        return word

    parts, at = [], 0
    for m in _NUMBER_START.finditer(lower):
        parts += text[at : m.start()], digits(m)
        at = m.end()
    return "".join((*parts, text[at:])) if parts else text


_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ", "abcdefghijklmnopqrstuvwxyzäöü")
# Everything but the letters and marks of German letters; some of it has small forms of another length.
_OTHER_LETTERS = re.compile(r"[^\x00-\xa9\xab-\xb4\xb6-\xbf\xc4\xd6\xdc\xdf-\xff\u2010-\u206f\u20ac\u27e6\u27e7]")


def lowered(text: str) -> str:
    """The text in small letters, with every place where it was (`str.lower` may change the length).

    Patterns that are matched against it need no `re.I`, which would cost the engine its look at the first letter.
    """
    # `lower` is many times faster than a table, and the same where none of these letters stands.
    return text.translate(_LOWER) if _OTHER_LETTERS.search(text) else text.lower()


def micro(number: str) -> int:
    """A German number such as `1.250,50` in millionths."""
    whole, _, fraction = number.replace(" ", "").replace(".", "").partition(",")
    return int(whole or "0") * MILLION + int((fraction.rstrip("-") + "000000")[:6])


_NUM = r"\d{1,3}(?:\.\d{3}){1,5}(?:,\d{1,9})?|\d{1,15}(?:,\d{1,9})?"
_LEFT_OF_RANGE = Lazy(rf"(?<![\w.,/])({_NUM})\s*(?:-|bis(?:\s+zu)?|und|oder|auf|sowie|x|×|mal|,|bzw\.)\s*$")


type _Tree = dict[str, _Tree]


def _alternatives(words: list[str]) -> str:
    """A pattern for any of these words, the longest that fits; the engine looks at each letter once."""
    tree: _Tree = {}
    for word in words:
        node = tree
        for sign in re.sub(r"\s+", " ", word):
            node = node.setdefault(sign, {})
        node[""] = {}
    return _branches(tree)


def _branches(node: _Tree) -> str:
    rows = [
        (r"\s+" if sign == " " else re.escape(sign)) + (_branches(child) if child.keys() != {""} else "")
        for sign, child in node.items()
        if sign
    ]
    whole = rows[0] if len(rows) == 1 and ("" not in node or len(rows[0]) == 1) else f"(?:{'|'.join(rows)})"
    return whole + ("?" if "" in node else "")


def _hints(words: Iterable[str]) -> tuple[str, ...]:
    """The fewest strings of which every word has one."""
    kept: list[str] = []
    for word in sorted({max(reversed(word.split()), key=len) for word in words}, key=len):
        if not any(hint in word for hint in kept):
            kept.append(word)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Patterns:
    months: dict[str, int]
    weekdays: dict[str, int]
    holidays: dict[str, str]
    units: dict[str, str]
    scale: dict[str, tuple[str, int]]
    durations: dict[str, str]
    periods: dict[str, str]
    date_numeric: Lazy
    date_named: Lazy
    month_year: Lazy
    holiday: Lazy
    weekday: Lazy
    period: Lazy
    unit: Lazy
    per_unit: Lazy
    duration: Lazy
    bound_before: Lazy
    bound_names: dict[str, str]
    holiday_hints: tuple[str, ...]
    weekday_hints: tuple[str, ...]
    period_hints: tuple[str, ...]
    per_unit_hints: tuple[str, ...]
    duration_hints: tuple[str, ...]


def _lookup(rows: list[tuple[str, list[str]]]) -> dict[str, str]:
    return {word: key for key, words in rows for word in words}


@cache
def _patterns() -> _Patterns:
    words = {
        name: [(key, [lowered(word) for word in forms]) for key, forms in rows]
        for name, rows in read_sections("ledger_words.txt").items()
    }
    months = {word: int(key) for word, key in _lookup(words["month"]).items()}
    weekdays = {word: int(key) for word, key in _lookup(words["weekday"]).items()}
    holidays = _lookup(words["holiday"])
    units = _lookup(words["unit"])
    durations = _lookup(words["duration"])
    periods = _lookup(words["period"])
    bounds = _lookup(words["bound"])
    scale = {
        unit: (base, int(key))
        for base in ("length", "mass", "volume", "area")
        for key, us in words[base]
        for unit in us
    }
    month = _alternatives(list(months))
    return _Patterns(
        months,
        weekdays,
        holidays,
        units,
        scale,
        durations,
        periods,
        date_numeric=Lazy(r"(?<!\d)(?<!\d[.,/-])(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}|\d{2}(?![\d.:,])))?(?![\d])"),
        date_named=Lazy(rf"(?<![\d.,/])(\d{{1,2}})\.\s*({month})\b\.?(?:\s+(\d{{4}}))?"),
        month_year=Lazy(rf"(?<!\w)({month})\.?\s+(\d{{4}})\b"),
        holiday=Lazy(rf"\b({_alternatives(list(holidays))})\b"),
        weekday=Lazy(rf"\b({_alternatives(list(weekdays))})(?:(?:vor|nach)?mittags?|abends?|morgens?|nacht)?\b", re.I),
        period=Lazy(rf"(?<![\w-])({_alternatives(list(periods))})(?![\w-])"),
        unit=Lazy(rf"(?<![\w.,/])({_NUM})(?:\s*|-(?=[a-zäöü]{{3}}))({_alternatives(list(units))})(?![\wäöü])"),
        per_unit=Lazy(
            r"\b(?:je|pro|ein|eine|jeder|jede|jedes|jeden)\s+(?:angefangene[nrms]?\s+"
            rf"|weitere[nrms]?\s+)?({_alternatives([u for u in units if len(u) > 4 and u.isalpha()])})\b",
        ),
        duration=Lazy(
            rf"(?<![\w.,/])({_NUM})(?:\.)?(?:\s+(?:voll|ganz|letzt|vergangen|weiter|folgend|angefangen"
            r"|zusammenhängend|aufeinanderfolgend|"
            r"aufeinander folgend"
            rf"|nächst)e[nrs]?)?\s*-?({_alternatives([*durations, *_DURATION_ADJECTIVE])})(?:e[nrms]?)?(?![\wäöü])",
        ),
        bound_before=Lazy(rf"(?<!\w)({_alternatives(list(bounds))})(?:\s+(?:[a-zäöü]+\s+)?|)$"),
        bound_names=bounds,
        holiday_hints=_hints(holidays),
        weekday_hints=_hints(weekdays),
        period_hints=_hints(periods),
        per_unit_hints=_hints(u for u in units if len(u) > 4 and u.isalpha()),
        duration_hints=_hints([*durations, *_DURATION_ADJECTIVE]),
    )


_ISO_DATE = Lazy(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_DAY_BEFORE_MONTH = Lazy(
    r"(?<![\d.,/])(\d{1,2})\.(?:\s*(\d{1,2})\.)?\s*(?:-|bis(?:\s+(?:zum|einschließlich|voraussichtlich))*"
    r"|und(?:\s+(?:am|dem|den|zum))?|sowie|oder|,|/)\s*$"
)
_YEARS = Lazy(r"(?<![\d.,/-])((?:19|20)\d{2})(?:\s?[/-]\s?((?:19|20)?\d{2}))?(?![\d./-]|,\d)")
_LABELLED = Lazy(
    r"\b(?:Raum|Zimmer|Zi\.|Ziffern?|Nr\.|Nummer|Punkt|Abschnitt|Kapitel|Version|Tarif|Anlage|Tabelle|Abb\.|Teil"
    r"|Stufe)\s*$"
)
_CUT_DAY = Lazy(r"\b(Sonn|Sams|Mon|Diens|Donners|Frei)-(?=\s*(?:,|und|oder)\s)", re.I)
_SHORT_DAYS = Lazy(
    r"\b(?:Mo|Di|Mi|Do|Fr|Sa|So)\b\.?(?:\s*(?:-|bis|,|und|/|u\.)\s*(?:Mo|Di|Mi|Do|Fr|Sa|So)\b\.?)+|\b(?:Mo|Di|Mi"
    r"|Do|Fr|Sa|So)\b\.?(?=\s*(?::|\x01))"
)
_DAY_OF_MONTH = Lazy(
    r"(?<![\d.])(\d{1,2})\.\s+(?:(?:Tag\s+)?(?:des|eines|jedes)\s+)?(Folgemonats?|Monats|nächsten\s+Monats"
    r"|folgenden\s+Monats|(?:auf|dem)\s[^.;:()\n]{2,60}?\s(?:nach)?folgenden\s+Monats)\b"
)
_TIME = Lazy(
    r"(?<![\d.,/:])(\d{1,2})(?:[:.](\d{2})\s*(?:Uhr|h\b)|\s*Uhr\s+([0-5]\d)(?![\d.,:]*\d)(?!\s*(?:[A-ZÄÖÜ€%]|km?\b|k?g\b|cm\b|m\b))"
    r"|\s*(?:Uhr|h\b))"
)
_SPOKEN_TIME = Lazy(r"\b(halb|(?:drei)?viertel(?:\s+(?:vor|nach))?)\s+(\d{1,2})(?:\s*Uhr\b)?(?!\d|[.,]\d)", re.I)
_MORNING = Lazy(
    r"\s*(?:Uhr\s+)?(?:(?:am\s+)?(?:Morgen|Vormittag)s?|(?:in der\s+)?Früh|morgens|vormittags|früh)\b", re.I
)
_SPOKEN_MINUTES = {"halb": -30, "viertel vor": -15, "viertel nach": 15, "viertel": -45, "dreiviertel": -15}
_CLOCK = Lazy(r"(?<![\d.,/:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])")
_TIME_LEFT = Lazy(
    r"(?<![\d.,/:-])(\d{1,2})(?:[:.](\d{2}))?\s*(?:Uhr)?\s*(?:-|bis(?:\s+(?:um|spätestens|gegen|längstens))?"
    r"|und(?:\s+(?:von|um))?|oder(?:\s+um)?|,|sowie|/)\s*$"
)
_FIRST_OF_MONTH = Lazy(r"\bMonatserste[nrs]?\b", re.I)
_WEEK = Lazy(r"(?<![\d.])(\d{1,2})\.?\s*(?:Kalenderwoche|KW)\b|\b(?:Kalenderwoche|KW)\s*(\d{1,2})\b", re.I)
_AMOUNT = Lazy(
    rf"(?<![\w.,/])(\d{{1,3}}(?: \d{{3}})+(?:,\d+)?|{_NUM})(?:,-+|,--)?\s*(Mio\.?|Millionen|Million|Mrd\.?"
    r"|Milliarden?|Tsd\.?|Tausend|TEUR)?\s*(€|EUR\b|Euro\b|Cent\b|ct\b)",
    re.I,
)
# „4 Euro und 20 Cent“.
_EURO_CENT = Lazy(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})*|\d+)\s*(?:Euro|EUR|€)\s+(?:und\s+)?(\d{1,2})\s*Cent\b", re.I)
_AMOUNT_AFTER = Lazy(r"(€|EUR)\s*(\d{1,3}(?:[. ]\d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?![\d])")
_SCALE = {
    "mio": 10**6,
    "millionen": 10**6,
    "million": 10**6,
    "mrd": 10**9,
    "milliarde": 10**9,
    "milliarden": 10**9,
    "tsd": 1000,
    "tausend": 1000,
    "teur": 1000,
}
_EMAIL = Lazy(r"[\w.+-]{1,64}@[A-Za-z0-9äöüÄÖÜ-]{1,63}(?:\.[A-Za-z0-9äöüÄÖÜ-]{1,63}){1,6}")
_URL = Lazy(
    r"\b(?:https?://|www\.)[^\s<>()\[\]„“\"]{3,300}|\b[a-z0-9äöü-]{2,60}(?:\.[a-z0-9-]{2,60}){0,3}\.(?:de|com|org"
    r"|net|eu|info|gov|bund|bayern|berlin)\b(?:/[^\s<>()\[\]„“\"]{0,200})?",
    re.I,
)
_IBAN = Lazy(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b")
_URL_HINTS = (
    "://",
    "www.",
    *(f".{end}" for end in ("de", "com", "org", "net", "eu", "info", "gov", "bund", "bayern", "berlin")),
)
_IBAN_HINT = Lazy(r"[A-Z]{2}\d\d")
_YEAR_HINT = Lazy(r"\s\d{4}")
_PLZ_HINT = Lazy(r"\d{5}\s")
_PHONE_HINTS = ("tel", "rufnummer", "durchwahl", "fax", "behörden", "notruf", "nebenstelle", "hotline")
_PHONE = Lazy(
    r"(?<![\w.,/+-])(?:(?:\+\d{2}|00\d{2})[\s./-]?(?:\(0\)\s?)?\d{2,5}|\(0\d{1,5}\)"
    r"|0\d{1,5})[\s./-]{0,3}\d[\d\s/\-]{1,20}\d(?!\w)"
)
_SHORT_PHONE = Lazy(
    r"\b(?:Tel(?:efon)?\.?|Telefonnummer|Rufnummer|Durchwahl|Fax|Behördennummer|Behördenrufnummer|Notruf"
    r"|Nebenstelle|Hotline)[\s:]+(?:-\s?)?(\d[\d\s/-]{1,14}\d)\b",
    re.I,
)
_PLZ = Lazy(r"(?<![\d.,/-])(?:D-)?(\d{5})(?=\s+[A-ZÄÖÜ])")
_HOUSE = Lazy(r"(?<=[\w.] )(\d{1,4}(?:\s?[a-h]\b)?(?:\s?[-/]\s?\d{1,4}(?:\s?[a-h]\b)?)?)(?![\d.:,]\d)")
_STREET_WORDS = (
    "straße|strasse|str.|weg|gasse|platz|allee|ring|ufer|damm|markt|hof|steig|pfad|graben|chaussee|zeile|berg|tor|wall"
    "|kai|promenade|park|kamp|stieg|twiete|hafen|bahnhof|brücke|wiese|feld|hang|grund|anger|winkel|eck|bogen|rain"
)
_STREET_ENDS = tuple(_STREET_WORDS.split("|"))
_STREET_LEADS = ("am", "der", "den", "im", "zum", "zur", "dem")
_STREET = Lazy(
    rf"(?:(?:{_STREET_WORDS.replace('.', r'\.')})|\b(?:Am|An\s+der|An\s+den|Im|In\s+der|In\s+den|Zum|Zur|Auf\s+der"
    r"|Auf\s+dem|Unter\s+den)\s+(?:[A-ZÄÖÜ][\w-]*\s)?[A-ZÄÖÜ][\wäöüß-]*)\s+$",
    re.I,
)
_PHONE_CUE = Lazy(r"(?:Ruf|Telefon|Fax|Handy|Mobil|Behördenruf|Behörden)")
_CUED_HINTS = (
    *("Az", "ktenz", "Gesch", "eichen", "Buchungs", "Kenn", "kennung", "ummer", "referenz", "konto", "Nr.", "nr."),
)
_CUED = Lazy(
    r"\b(?:Az\.?|Aktenz(?:eichen|\.)|Gesch(?:äfts)?\.?-?\s?(?:Z\.|Zeichen|zeichen|Nr\.)|Unser Zeichen|Ihr Zeichen"
    r"|Zeichen|Kassenz(?:eichen|\.)|Buchungs(?:zeichen|nummer)|Kennziffer|Kennwort|"
    r"[A-ZÄÖÜ][a-zäöüß]*(?:nummer|zeichen|kennung|referenz|konto|-Nr\.|nr\.)|Personenkonto|Mandatsreferenz|Nr\."
    r"|Nummer)[\s:]*(?:lautet\s+|ist\s+|dabei\s+|an\s+)?"
    r"((?:\d{1,4}\s[A-Z]{1,4}\s\d{1,6}[./]\d{2,4})|\d{2,6}(?:\s\d{3,6}){1,4}(?!\w)|[A-Z0-9]\w*(?:(?:\s[/–-]\s"
    r"|[./–-])\w+)*)",
    re.S,
)
_DIGIT_RUN = Lazy(r"\d+")
_WITH_DIGIT = Lazy(r"\d[\w./-]*")
_IDENT = Lazy(r"[A-Za-zÄÖÜ0-9]+(?:[./-][A-Za-zÄÖÜäöü0-9]+)+(?!\w)|(?=\w{0,12}[A-Za-z])[A-Za-z0-9]{2,16}(?!\w)")
_IDENT_LEFT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜabcdefghijklmnopqrstuvwxyzäöüß0123456789./-")
_RATIO = Lazy(r"(?<![\d.,/:])(\d{1,4}):(\d{1,6})(?![\d:])")
_TIMES = Lazy(r"(?<=\w)[\s-]?(?:mal(?:ig(?:e[nrs]?)?)?|fach(?:e[nrs]?)?)\b", re.I)
_TIMES_COUNT = Lazy(r"(?<!\w)([a-zäöüß]+|\d+)$", re.I)
_HALF = Lazy(
    r"\b(Hälfte|hälftig\w*|zur Hälfte|Drittel\w*|Viertel|verdoppel\w*|doppelt\w*|halbier\w*|halbe[nrsm]?)\b", re.I
)
_HALF_VALUES = {"h": 50, "z": 50, "d": 33, "v": 25}
_LIST_MARK = Lazy(r"^[ \t]*(?:[-*•–]\s*)?(?:\d{1,2}[.)](?:\d{1,2}\.?)?|\(\d{1,2}\)|[a-z]\))[ \t]+(?=\S)", re.M)
# „… zwei Dinge: 1. den Nachweis, 2. einen Plan“: the marks of a list in running text.
_INLINE_FIRST = Lazy(r":\s+(?:1[.)]|\(1\))\s+(?=[A-Za-zÄÖÜäöü])")
_INLINE_MARK = Lazy(
    r"(?<=[:,;.]\s)(?:und\s+|oder\s+)?(?:\d{1,2}[.)]|\(\d{1,2}\))\s+(?!(?:und|oder|bis|sowie)\b)(?=[a-zäöü]{3,}\s|Ihre?[nmrs]?\s)"
)
_PLAIN = Lazy(rf"(?<![\w.,/:-])({_NUM})(\.(?=\s|$))?(?![\w])")
_LABEL = Lazy(r"([A-Za-zÄÖÜäöüß]+\.?)[\s:]*(?:[A-Z]\.?\s?)?$")
_ROMAN = Lazy(r"(?<=[a-zäöüß])\s+([IVX]{1,5}|[A-H])(?=[\s.,;:)“\"]|$)")
_AGE = Lazy(r"(?<![\d.,])(\d{1,3})\.\s*(?:Lebensjahr(?:e?s)?|Geburtstag(?:e?s)?)\b", re.I)
_ADULT = Lazy(r"\b(volljährig\w*|minderjährig\w*)\b", re.I)
_DIGITS = Lazy(r"\D")

_CITE_ATOM = r"(?:\d+(?:\s?[a-z](?![\w.]))?|(?<![A-Za-z])[a-z](?![\w.]))"
_CITATION = Lazy(
    r"(?:§§?|Art\.|Artikeln?|Paragraph(?:en)?|Paragraf(?:en)?)\s*(\d+(?:\s?[a-z](?![\w.]))?"
    r"(?:[\s,]*(?:(?:i\.\s?V\.\s?m\.|in\s+Verbindung\s+mit|iVm|und|sowie|oder|bis|-|,|/|ff?\.?(?!\w)|Absatz"
    r"|Absätze|Abs\.|Satz|Sätze|S\.|Nummern?|Nrn?\.|Ziffern?|Ziff\.|Buchstaben?|Buchst\.|lit\.|Halbsatz|Hs\."
    r"|Halbs\.|Alternative|Alt\.|Unterabsatz|UAbs\.|§§?|Art\.|Artikel)[\s,]*)+"
    rf"{_CITE_ATOM})*(?:\s*ff?\.)?)"
)
_CITE_PART = Lazy(
    r"(Absatz|Absätze|Abs\.|Satz|Sätze|S\.|Nummern?|Nrn?\.|Ziffern?|Ziff\.|Buchstaben?|Buchst\.|lit\.|Halbsatz"
    r"|Hs\.|Halbs\.|Alternative|Alt\.|Unterabsatz|UAbs\.|§§?|Art\.|Artikel|i\.\s?V\.\s?m\.|in\s+Verbindung\s+mit"
    r"|iVm|bis|-)|"
    rf"({_CITE_ATOM})"
)
_CITE_LABEL = {
    "abs": "a",
    "sat": "s",
    "s.": "s",
    "sät": "s",
    "num": "n",
    "nr.": "n",
    "nrn": "n",
    "zif": "n",
    "buc": "b",
    "lit": "b",
    "hal": "h",
    "hs.": "h",
    "alt": "l",
    "una": "u",
    "uab": "u",
    "unt": "u",
}
_ABBREVIATION = (
    r"(?:\d\.\s?)?[A-ZÄÖÜ][A-Za-zÄÖÜäöüß]*[A-ZÄÖÜ][A-Za-z]*(?:[-\s](?:VO|V"
    r"|[A-ZÄÖÜ]{2,4}))?(?:\s+[IVX]{1,5}\b)?(?:\s+(?:BW|NRW|LSA))?"
)
_LAW_SHORT = Lazy(rf"\s*,?\s*(?:(?:des|der|dem|vom|zum|zur)\s+)?(?P<abbr>{_ABBREVIATION})(?![a-zäöüß])")
_LAW_BOTH = Lazy(
    r"\s*,?\s*(?:des|der|dem|vom|zum|zur)\s+(?P<name>(?:[^.;:()\n§]"
    rf"|(?<=\d)\.){{3,110}}?)\s*[(,]\s*(?:kurz:?\s+)?(?P<abbr>{_ABBREVIATION})\)?(?![a-zäöüß])"
)
_LAW_NAME = Lazy(
    r"\s*,?\s*(?:des|der|dem|vom|zum|zur)?\s*(?P<name>(?:\d{1,2}\.\s+|[A-ZÄÖÜ][a-zäöüß]+\s+)?(?:Buch(?:e?s)?\s+)?"
    r"[A-ZÄÖÜ][\wäöüß-]*(?:gesetz|ordnung|satzung|verordnung|gesetzbuch|vertrag|richtlinie|verfassung|kodex|statut"
    r"|geschäftsordnung)?(?:e?s|en)?)\b"
)
_ROMAN_BOOK = {
    1: "I",
    2: "II",
    3: "III",
    4: "IV",
    5: "V",
    6: "VI",
    7: "VII",
    8: "VIII",
    9: "IX",
    10: "X",
    11: "XI",
    12: "XII",
    14: "XIV",
}
_BOOK = Lazy(r"(\d{1,2})\.\s+Buch(?:e?s)?\b")
_ENDING = Lazy(r"(?:e?s|en|e)$")


class _Scan:
    """Finds facts kind by kind; what one kind has taken, the next does not see."""

    def __init__(self, text: str) -> None:
        self.source = text
        self.text = flatten(text)
        self.lower = lowered(self.text)
        self.facts: list[Fact] = []
        self._taken: list[tuple[int, int]] = []
        self._digits = [m.start() for m in _DIGIT_RUN.finditer(self.text)]

    def holds(self, hints: Iterable[str]) -> bool:
        """Whether one of these strings stands in what is left of the text, in small letters."""
        return any(hint in self.lower for hint in hints)

    def from_digits(self, pattern: Lazy, *, small: bool = False) -> Iterator[re.Match[str]]:
        """What `finditer` finds with a pattern that can only begin with the first digit of a number."""
        text = self.lower if small else self.text
        at = 0
        for start in self._digits:
            if start >= at and (match := pattern.match(text, start)):
                yield match
                at = match.end()

    def add(
        self,
        kind: FactKind,
        value: str,
        start: int,
        end: int,
        *,
        group: str = "",
        number: int | None = None,
        bound: str = "",
        weak: bool = False,
    ) -> None:
        while end > start and self.source[end - 1].isspace():
            end -= 1
        # A number word was flattened to shorter digits: its place is the whole word.
        while (
            end < len(self.source)
            and self.source[end - 1].isalpha()
            and self.source[end].isalpha()
            and self.text[end] in " ."
        ):
            end += 1
        self.facts.append(
            Fact(kind, value, start, end, self.source[start:end], group or kind.value, number, bound, weak)
        )
        self._taken.append((start, end))

    def skip(self, start: int, end: int) -> None:
        """Take a place that is no fact, such as the number of a list item."""
        self._taken.append((start, end))

    def hide(self) -> None:
        """Blank what has been taken, so that later patterns cannot read into it."""
        if not self._taken:
            return
        parts: list[str] = []
        lower: list[str] = []
        at = 0
        for start, end in sorted(self._taken):
            if start < at:
                start = at
            if end <= start:
                continue
            hidden = "\x01" * (end - start)
            parts += self.text[at:start], hidden
            lower += self.lower[at:start], hidden
            at = end
        parts.append(self.text[at:])
        lower.append(self.lower[at:])
        # A number that was taken in part goes on where the part ends.
        rests = {end for _, end in self._taken if self.text[end : end + 1].isdecimal()}
        self.text, self.lower = "".join(parts), "".join(lower)
        self._taken.clear()
        starts = sorted(rests.union(self._digits)) if rests else self._digits
        self._digits = [start for start in starts if self.text[start] != "\x01"]

    def left(self, at: int, width: int = 40) -> str:
        return self.text[max(0, at - width) : at]

    def chain(self, at: int, pattern: Lazy, limit: int = 5) -> Iterator[re.Match[str]]:
        """The matches of `pattern` that touch `at` from the left, one after the other."""
        for _ in range(limit):
            base = max(0, at - 40)
            match = pattern.search(self.text, base, at)
            if match is None:
                return
            yield match
            at = match.start()


def _contacts(scan: _Scan) -> None:
    for m in _EMAIL.finditer(scan.text) if "@" in scan.text else ():
        value = m.group().rstrip(".-").lower()
        scan.add(FactKind.CONTACT, f"mail:{value}", m.start(), m.start() + len(value), group="mail")
    scan.hide()
    for m in _URL.finditer(scan.text) if scan.holds(_URL_HINTS) else ():
        shown = m.group().rstrip(".,;:!?")
        value = re.sub(r"^(?:https?://)?(?:www\.)?", "", shown.lower()).rstrip("/")
        scan.add(FactKind.CONTACT, f"url:{value}", m.start(), m.start() + len(shown), group="url")
    for m in _IBAN.finditer(scan.text) if _IBAN_HINT.search(scan.text) else ():
        value = m.group().replace(" ", "")
        if sum(c.isdigit() for c in value) >= 10:
            scan.add(FactKind.CONTACT, f"iban:{value}", m.start(), m.end(), group="iban")
    scan.hide()


def _phones(scan: _Scan) -> None:
    for m in _PHONE.finditer(scan.text) if "0" in scan.text or "+" in scan.text else ():
        digits = _DIGITS.sub("", m.group().replace("(0)", ""))
        if m.group().startswith("+"):
            digits = "0" + digits[2:]
        elif digits.startswith("00"):
            digits = "0" + digits[4:]
        if len(digits) >= 6:
            scan.add(FactKind.CONTACT, f"tel:{digits}", m.start(), m.end(), group="tel")
    for m in _SHORT_PHONE.finditer(scan.text) if scan.holds(_PHONE_HINTS) else ():
        digits = _DIGITS.sub("", m.group(1))
        scan.add(FactKind.CONTACT, f"tel:{digits}", m.start(1), m.end(1), group="tel", number=int(digits) * MILLION)
    scan.hide()


def _citation_values(body: str) -> Iterator[str]:
    """Each provision of a citation as a path such as `49.a1.n4`; lists and chains yield several."""
    order = "§aunslhb"
    rank = {label: index for index, label in enumerate("§ausnhlb")}
    path: dict[str, str] = {}
    label = "§"
    pending = False
    for part in _CITE_PART.finditer(body):
        word, atom = part.groups()
        if word:
            key = word.lower()[:3].strip()
            if key.startswith("§") or key.startswith("art"):
                label = "§"
            elif key in ("bis", "-") or key.startswith(("i.", "in ", "ivm", "in")):
                continue
            else:
                label = _CITE_LABEL.get(key, label)
            continue
        value = atom.replace(" ", "")
        if pending and label in path:
            yield ".".join(f"{name}{path[name]}" for name in order if name in path)
        for name in [n for n in path if rank[n] > rank[label]]:
            if label in path:
                del path[name]
        path[label] = value
        pending = True
    if path:
        yield ".".join(f"{name}{path[name]}" for name in order if name in path)


def _law_after(text: str, at: int) -> tuple[str, int]:
    """The law a provision belongs to, as its abbreviation or else its name, and where the citation ends."""
    window = text[: at + 180]
    if short := _LAW_SHORT.match(window, at):
        return re.sub(r"\s+", " ", short["abbr"]), short.end()
    if (both := _LAW_BOTH.match(window, at)) and "\x01" not in both.group():
        return re.sub(r"\s+", " ", both["abbr"]), both.end()
    name = _LAW_NAME.match(window, at)
    if name is None or len(name["name"]) < 3:
        return "", at
    if book := _BOOK.search(name["name"]):
        number = int(book.group(1))
        return f"SGB {_ROMAN_BOOK.get(number, number)}", name.end()
    word = name["name"].split()[-1]
    if re.search(
        r"(?:gesetz|ordnung|satzung|verordnung|vertrag|richtlinie|buch|kodex|verfassung|statut)(?:e?s|en)?$", word, re.I
    ):
        return _ENDING.sub("", word), name.end()
    return "", at


def _citations(scan: _Scan) -> None:
    if not any(hint in scan.text for hint in ("§", "Art", "Paragra")):
        return
    for m in _CITATION.finditer(scan.text):
        key, end = _law_after(scan.text, m.end())
        body = re.sub(r"\s*ff?\.?$", "", m.group(1))
        scan.add(
            FactKind.CITATION,
            f"{'+'.join(sorted(set(_citation_values(body))))}|{key}",
            m.start(),
            end,
            group="citation",
        )
    scan.hide()


def _file_numbers(scan: _Scan) -> None:
    for m in _CUED.finditer(scan.text) if any(hint in scan.text for hint in _CUED_HINTS) else ():
        token = m.group(1)
        if _PHONE_CUE.match(m.group()):
            continue
        if not any(c.isdigit() for c in token) or (token.isdigit() and len(token) < 4):
            continue
        if _ISO_DATE.fullmatch(token):
            continue
        end = m.end(1)
        token = token.rstrip(".-/ ")
        end = m.start(1) + len(token)
        value = re.sub(r"\s", "", token).upper()
        scan.add(FactKind.FILE_NUMBER, f"id:{value}", m.start(1), end, group="id")
    scan.hide()


def _date_value(day: int, month: int, year: str | None) -> str:
    if year and len(year) == 2:
        year = "20" + year
    return f"{day}.{month}.{year or ''}"


def _dates(scan: _Scan) -> None:
    p = _patterns()
    found: list[tuple[int, int, int, str | None, int]] = []
    for m in scan.from_digits(_ISO_DATE):
        if int(m[2]) <= 12 and int(m[3]) <= 31:
            scan.add(FactKind.DATE, _date_value(int(m[3]), int(m[2]), m[1]), m.start(), m.end(), group="date")
    for m in scan.from_digits(p.date_named, small=True):
        if 1 <= int(m[1]) <= 31:
            found.append((m.start(), m.end(), p.months[m[2].lower().rstrip(".")], m[3], int(m[1])))
    for m in scan.from_digits(p.date_numeric):
        day, month = int(m[1]), int(m[2])
        if not (1 <= day <= 31 and 1 <= month <= 12):
            continue
        if m[3] is None and _LABELLED.search(scan.left(m.start(), 20)):
            continue
        found.append((m.start(), m.end(), month, m[3], day))
    for start, end, month, year, day in sorted(found):
        scan.add(FactKind.DATE, _date_value(day, month, year), start, end, group="date")
        for left in scan.chain(start, _DAY_BEFORE_MONTH):
            if left[2] is None and 1 <= int(left[1]) <= 31:
                scan.add(
                    FactKind.DATE,
                    _date_value(int(left[1]), month, year),
                    left.start(),
                    left.start() + len(left[1]) + 1,
                    group="date",
                )
            else:
                break
    scan.hide()
    for m in p.holiday.finditer(scan.lower) if scan.holds(p.holiday_hints) else ():
        scan.add(FactKind.DATE, f"{p.holidays[m[1].lower()]}.", m.start(), m.end(), group="date", weak=True)
    for m in p.month_year.finditer(scan.lower) if _YEAR_HINT.search(scan.text) else ():
        scan.add(FactKind.DATE, f"{p.months[m[1].lower()]}/{m[2]}", m.start(), m.end(), group="month")
    for m in scan.from_digits(_DAY_OF_MONTH) if "monat" in scan.lower else ():
        scan.add(
            FactKind.DATE,
            f"day:{m[1]}",
            m.start(),
            m.start(2),
            group="day",
            number=int(m[1]) * MILLION,
            weak="Tag" in m.group(),
        )
    for m in _FIRST_OF_MONTH.finditer(scan.text) if "monatserste" in scan.lower else ():
        scan.add(FactKind.DATE, "day:1", m.start(), m.end(), group="day", number=MILLION)
    for m in _WEEK.finditer(scan.text) if scan.holds(("kalenderwoche", "kw")) else ():
        week = m[1] or m[2]
        scan.add(FactKind.TIME, f"kw:{int(week)}", m.start(), m.end(), group="week", number=int(week) * MILLION)
    scan.hide()


def _clock(hour: str, minute: str | None) -> str:
    return f"{int(hour) % 24:02d}:{minute or '00'}"


def _times(scan: _Scan) -> None:
    p = _patterns()
    for m in _SPOKEN_TIME.finditer(scan.text) if scan.holds(("halb", "viertel")) else ():
        minutes = _SPOKEN_MINUTES.get(" ".join(m[1].lower().split()))
        # An office names the hours of the day: „halb drei“ is in the afternoon.
        if minutes is not None and 1 <= int(m[2]) <= 12:
            at = 60 * int(m[2]) + minutes
            at += 720 if at < 420 and not _MORNING.match(scan.text, m.end()) else 0
            scan.add(FactKind.TIME, _clock(str(at // 60), f"{at % 60:02d}"), m.start(), m.end(), group="time")
    scan.hide()
    for m in scan.from_digits(_TIME):
        if int(m[1]) > 24:
            continue
        scan.add(FactKind.TIME, _clock(m[1], m[2] or m[3]), m.start(), m.end(), group="time")
        for left in scan.chain(m.start(), _TIME_LEFT):
            if int(left[1]) > 24:
                break
            scan.add(
                FactKind.TIME,
                _clock(left[1], left[2]),
                left.start(),
                left.start() + len(left[0].split()[0].rstrip("-,/")),
                group="time",
            )
    scan.hide()
    for m in scan.from_digits(_CLOCK):
        scan.add(FactKind.TIME, _clock(m[1], m[2]), m.start(), m.end(), group="time")
    for m in re.finditer(r"\bMitternacht\b", scan.text, re.I) if "mitternacht" in scan.lower else ():
        scan.add(FactKind.TIME, "00:00", m.start(), m.end(), group="time")
    for m in p.weekday.finditer(scan.lower) if scan.holds(p.weekday_hints) else ():
        scan.add(FactKind.TIME, f"wd{p.weekdays[m[1].lower()]}", m.start(), m.end(), group="weekday")
    for m in _SHORT_DAYS.finditer(scan.text):
        for day in re.finditer(r"Mo|Di|Mi|Do|Fr|Sa|So", m.group()):
            number = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So").index(day.group()) + 1
            scan.add(FactKind.TIME, f"wd{number}", m.start() + day.start(), m.start() + day.end(), group="weekday")
    for m in _CUT_DAY.finditer(scan.text) if scan.holds(("n-", "s-", "i-")) else ():
        number = {"Sonn": 7, "Sams": 6, "Mon": 1, "Diens": 2, "Donners": 4, "Frei": 5}[m[1].capitalize()]
        scan.add(FactKind.TIME, f"wd{number}", m.start(), m.end(), group="weekday")
    scan.hide()


def _amounts(scan: _Scan) -> None:
    def add(number: str, factor: str | None, currency: str, start: int, end: int) -> None:
        value = micro(number)
        if factor:
            value *= _SCALE[factor.lower().rstrip(".")]
        if currency.lower() in ("cent", "ct"):
            value //= 100
        scan.add(FactKind.AMOUNT, f"eur:{value}", start, end, group="amount", number=value)

    for m in scan.from_digits(_EURO_CENT) if "cent" in scan.lower else ():
        value = micro(m[1]) + micro(m[2]) // 100
        scan.add(FactKind.AMOUNT, f"eur:{value}", m.start(), m.end(), group="amount", number=value)
    scan.hide()
    for m in scan.from_digits(_AMOUNT) if scan.holds(("€", "eur", "cent", "ct")) else ():
        add(m[1], m[2], m[3], m.start(), m.end())
        for left in scan.chain(m.start(), _LEFT_OF_RANGE):
            # „für das Jahr 2027 auf 87,36 Euro“: a year is no amount.
            if not _YEARS.fullmatch(left[1]):
                add(left[1], m[2], m[3], left.start(), left.end(1))
    for m in _AMOUNT_AFTER.finditer(scan.text) if "€" in scan.text or "EUR" in scan.text else ():
        add(m[2], None, m[1], m.start(), m.end())
    scan.hide()


_DURATION_BASE = {
    "minute": ("minute", 1),
    "hour": ("minute", 60),
    "day": ("day", 1),
    "week": ("day", 7),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "halfyear": ("month", 6),
    "year": ("month", 12),
    "workday": ("workday", 1),
    "businessday": ("businessday", 1),
    "bankday": ("bankday", 1),
    "night": ("night", 1),
}
_ADJECTIVE_UNIT = {
    "minütig": "minute",
    "stündig": "hour",
    "tägig": "day",
    "wöchig": "week",
    "monatig": "month",
    "jährig": "year",
}
_DEADLINE_CUE = Lazy(
    r"\b(?:innerhalb|binnen|spätestens|frühestens|Frist\w*|\w+frist|vor|nach|seit|bis|ab|längstens|nicht\s+älter"
    r"|gültig|gilt|befristet|verlänger\w*|Dauer)\b",
    re.I,
)

_PERIOD_CUE = Lazy(
    r"\b(?:innerhalb|binnen|Ablauf|Dauer|Frist|Zeitraum\w*|während|von|vor|nach|längstens|mindestens"
    r"|höchstens)\s+(?:\w+\s+)?$",
    re.I,
)


def _durations(scan: _Scan) -> None:
    p = _patterns()
    for m in p.period.finditer(scan.lower) if scan.holds(p.period_hints) else ():
        key = p.periods[re.sub(r"\s+", " ", m[1].lower())]
        scan.add(FactKind.UNIT, f"per:{key}", m.start(), m.end(), group="period")
    for m in scan.from_digits(_AGE) if scan.holds(("lebensjahr", "geburtstag")) else ():
        scan.add(
            FactKind.NUMBER,
            f"dur:month:{int(m[1]) * 12 * MILLION}",
            m.start(),
            m.end(),
            group="dur",
            number=int(m[1]) * MILLION,
        )
    for m in _ADULT.finditer(scan.text) if "jährig" in scan.lower else ():
        scan.add(
            FactKind.NUMBER,
            f"dur:month:{18 * 12 * MILLION}",
            m.start(),
            m.end(),
            group="dur",
            number=18 * MILLION,
            weak=True,
        )
    scan.hide()
    for m in scan.from_digits(p.duration, small=True) if scan.holds(p.duration_hints) else ():
        word = m[2].lower()
        unit = p.durations.get(word) or _ADJECTIVE_UNIT[word]
        add_duration(scan, m[1], unit, m.start(), m.end())
        for left in scan.chain(m.start(), _LEFT_OF_RANGE):
            add_duration(scan, left[1], unit, left.start(), left.end(1))
    scan.hide()


def add_duration(scan: _Scan, number: str, unit: str, start: int, end: int) -> None:
    base, factor = _DURATION_BASE[unit]
    around = scan.source[max(0, start - 50) : end + 25]
    cue = _DEADLINE_CUE.search(around) is not None
    # „eines Monats“ without a cue of a period is the calendar month, not a length of time.
    genitive = number == "1" and re.match(r"eines\b", scan.source[start:end], re.I) is not None
    weak = number == "1" and (
        not cue or (genitive and _PERIOD_CUE.search(scan.source[max(0, start - 26) : start]) is None)
    )
    kind = FactKind.DEADLINE if cue else FactKind.NUMBER
    scan.add(kind, f"dur:{base}:{micro(number) * factor}", start, end, group="dur", number=micro(number), weak=weak)


def _units(scan: _Scan) -> None:
    p = _patterns()

    def add(number: str, unit: str, start: int, end: int) -> None:
        base, factor = p.scale.get(unit, (unit, 1))
        # „wenn beide Punkte zutreffen“ counts the items of a list and no points.
        weak = unit == "punkt" and not scan.source[start : start + 1].isdigit()
        scan.add(
            FactKind.NUMBER,
            f"{base}:{micro(number) * factor}",
            start,
            end,
            group="unit",
            number=micro(number),
            weak=weak,
        )

    for m in scan.from_digits(p.unit, small=True):
        unit = p.units[re.sub(r"\s+", " ", m[2].lower())]
        add(m[1], unit, m.start(), m.end())
        for left in scan.chain(m.start(), _LEFT_OF_RANGE):
            add(left[1], unit, left.start(), left.end(1))
    for m in p.per_unit.finditer(scan.lower) if scan.holds(p.per_unit_hints) else ():
        scan.add(FactKind.UNIT, f"per:{p.units[m[1].lower()]}", m.start(1), m.end(1), group="period")
    for m in _HALF.finditer(scan.text) if scan.holds(("hälft", "drittel", "viertel", "doppel", "halb")) else ():
        percent = 200 if m[1].lower().startswith(("doppel", "verdopp")) else _HALF_VALUES[m[1][0].lower()]
        scan.add(
            FactKind.NUMBER,
            f"percent:{percent * MILLION}",
            m.start(),
            m.end(),
            group="unit",
            number=percent * MILLION,
            weak=True,
        )
    scan.hide()


# „in vier Teilen“, „drei Punkte“: a number that only counts what the text itself lists.
_STRUCTURE = Lazy(
    r"\w*\s+(?:[a-zäöüß]+e[nrs]?\s+)?(?:Teil|Termin|Punkt|Schritt|Rate|Grund|Gründe|Voraussetzung|Bedingung"
    r"|Möglichkeit|Weg|Fall|Fälle|Art|Ding|Sache|Unterlage|Dokument|Gruppe|Stelle)\w*"
)


def _after_street(scan: _Scan, at: int) -> bool:
    """Whether a number stands behind the name of a street."""
    low = max(0, at - 44)
    names = scan.lower[low:at].split()
    # Most numbers do not, which the last words tell sooner than the pattern.
    if names and not names[-1].endswith(_STREET_ENDS) and not any(n.endswith(_STREET_LEADS) for n in names[-4:-1]):
        return False
    return _STREET.search(scan.text, low, at) is not None


def _plain_numbers(scan: _Scan) -> None:
    words = _number_words()
    for m in scan.from_digits(_HOUSE):
        if not _after_street(scan, m.start()):
            continue
        value = re.sub(r"\s", "", m[1]).lower()
        if not re.fullmatch(r"\d+[a-h]?(?:-\d+[a-h]?)?", value):
            continue
        scan.add(
            FactKind.CONTACT,
            f"no:{value}",
            m.start(1),
            m.end(1),
            group="house",
            number=int(re.sub(r"\D.*", "", value)) * MILLION,
        )
    for m in _PLZ.finditer(scan.text) if _PLZ_HINT.search(scan.text) else ():
        scan.add(FactKind.CONTACT, f"plz:{m[1]}", m.start(1), m.end(1), group="plz")
    scan.hide()
    for m in scan.from_digits(_RATIO):
        scan.add(FactKind.NUMBER, f"ratio:{m[1]}:{m[2]}", m.start(), m.end(), group="ratio")
    for m in scan.from_digits(_YEARS):
        value = m[1] if m[2] is None else f"{m[1]}/{m[2][-2:]}"
        scan.add(FactKind.DATE, f"year:{value}", m.start(), m.end(), group="year", number=int(m[1]) * MILLION)
    scan.hide()
    for m in _LIST_MARK.finditer(scan.text):
        scan.skip(m.start(), m.end())
    if first := _INLINE_FIRST.search(scan.text):
        for m in _INLINE_MARK.finditer(scan.text, first.start()):
            scan.skip(m.start(), m.end())
    scan.hide()
    at = 0
    for digit in _WITH_DIGIT.finditer(scan.text):
        start = digit.start()
        # A number is rare and a word is not, so the token is sought from its digit to the left.
        while start > at and start > digit.start() - 30 and scan.text[start - 1] in _IDENT_LEFT:
            start -= 1
        at = digit.end()
        m = _IDENT.match(scan.text, start)
        if m is None or m.end() < digit.start() or (start and scan.text[start - 1] in ",_"):
            continue
        token = m.group()
        if re.fullmatch(rf"(?:{_NUM})", token) or not any(c.isdigit() for c in token):
            continue
        if re.fullmatch(r"\d+-?(?:mal|fach)\w*", token):
            continue
        scan.add(FactKind.FILE_NUMBER, f"id:{token.upper()}", m.start(), m.end(), group="id")
    scan.hide()
    for mark in _TIMES.finditer(scan.text) if scan.holds(("mal", "fach")) else ():
        m = _TIMES_COUNT.search(scan.text, max(0, mark.start() - 24), mark.start())
        if m is None:
            continue
        count = (
            {"ein": 1, "erst": 1}.get(m[1].lower())
            or words.get(m[1].lower())
            or (int(m[1]) if m[1].isdigit() and len(m[1]) < 9 else None)
        )
        if count:
            scan.add(
                FactKind.NUMBER,
                f"n:{count * MILLION}",
                m.start(),
                mark.end(),
                group="n",
                number=count * MILLION,
                weak=count == 1,
            )
    scan.hide()
    for m in scan.from_digits(_PLAIN):
        spelt = scan.source[m.start() : m.end()]
        is_word = not spelt[:1].isdigit()
        value = micro(m[1])
        weak = is_word and (
            value <= 3 * MILLION
            or m[2] is not None
            or (value <= 12 * MILLION and _STRUCTURE.match(scan.source, m.end()) is not None)
        )
        scan.add(FactKind.NUMBER, f"n:{value}", m.start(), m.end(1), group="n", number=value, weak=weak)
    scan.hide()
    for m in _ROMAN.finditer(scan.text):
        scan.add(FactKind.NAME, f"mark:{m[1]}", m.start(1), m.end(1), group="mark", number=_roman(m[1]))
    scan.hide()


def _roman(mark: str) -> int | None:
    values = {
        "I": 1,
        "II": 2,
        "III": 3,
        "IV": 4,
        "V": 5,
        "VI": 6,
        "VII": 7,
        "VIII": 8,
        "IX": 9,
        "X": 10,
        "XI": 11,
        "XII": 12,
    }
    return values[mark] * MILLION if mark in values else None


_STEPS: tuple[Callable[[_Scan], None], ...] = (
    _contacts,
    _citations,
    _file_numbers,
    _dates,
    _phones,
    _times,
    _amounts,
    _durations,
    _units,
    _plain_numbers,
)
_EXCEEDS = Lazy(
    r"^[^.;\n]{0,30}?\b(nicht\s+)?(überschreite\w*|übersteig\w*|überschritten|unterschreite\w*|unterschritten"
    r"|hinausgeh\w*)\b",
    re.I,
)
_NOT_BEFORE = Lazy(r"\b(?:nicht|kein\w*|niemals)\b[^.;\n,]{0,25}$", re.I)
_OR_MORE = Lazy(
    r"^\s*(?:[A-Za-zäöüß]+\s+)?(?:oder|und)\s+(mehr|älter|darüber|länger|größer|höher|weniger|jünger|darunter"
    r"|kürzer|kleiner)\b",
    re.I,
)
_NOT_AFTER = Lazy(r"^[^.;\n,]{0,40}\bnicht\b", re.I)
_MUST_NOT_BE = Lazy(
    r"^[^.;,\n]{0,20}\b(?:darf|dürfen|ist|sind|kann|können)\b[^.;,\n]{0,30}\bnicht\b|^[^.;\n]{0,40}\b(?:unzulässig"
    r"|verboten|untersagt|ausgeschlossen|unstatthaft)\b",
    re.I,
)
_AHEAD = ("vor", "bevor", "vorher", "zuvor", "vorab", "im voraus", "ehe")
_LEAD = Lazy(
    r"^[^\w.;]*(?:\w+\s+){0,2}?[^\w.;]*(vor|bevor|vorher|zuvor|vorab|im Voraus|ehe|nach|nachdem|danach|später)\b", re.I
)
_LATER_NOT = Lazy(r"^[^.;\n]{0,70}\b(?:nicht|kein\w*)\b", re.I)
_LIMITED = Lazy(
    r"^(?:\s+(?:Personen|Gäste|Teilnehmer\w*|Plätze|Minuten|Stunden|Tage|je\s+\w+|pro\s+\w+)){0,3}\s+(?:begrenzt"
    r"|beschränkt|limitiert)\b",
    re.I,
)
_COMPOUND_BOUND = Lazy(r"\b(Höchst|Mindest)(?:[a-zäöüß]+)\s+(?:\w+\s+){0,3}$")
_FLIP = {"above": "max", "below": "min"}


def _bound(text: str, fact: Fact) -> str:
    p = _patterns()
    before = text[max(0, fact.start - 34) : fact.start]
    after = text[fact.end : fact.end + 70]
    if m := p.bound_before.search(lowered(before)):
        bound = p.bound_names[re.sub(r"\s+", " ", m[1].lower())]
        if bound in ("latest", "earliest") and fact.group == "dur" and (side := _LEAD.match(after)):
            ahead = side[1].lower() in _AHEAD
            return "min" if (bound == "latest") == ahead else "max"
        if bound in _FLIP and (
            _NOT_BEFORE.search(before[: m.start()])
            or _MUST_NOT_BE.match(after)
            or (before[m.start(1)].isupper() and _LATER_NOT.match(after))
        ):
            return _FLIP[bound]
        return bound
    if m := _EXCEEDS.match(after):
        up = m[2].lower().startswith(("über", "hinaus"))
        negated = m[1] is not None or _NOT_BEFORE.search(before) is not None or _NOT_AFTER.match(after) is not None
        if negated:
            return "max" if up else "min"
        return "above" if up else "below"
    if m := _LIMITED.match(after):
        return "max"
    if m := _COMPOUND_BOUND.search(before):
        return "max" if m[1].lower() == "höchst" else "min"
    if fact.group == "dur" and "Lebensjahr" in fact.text:
        if re.match(r"\s*\w{0,20}\s*vollendet", after):
            return "min"
        if re.search(r"\bbis\s+zur\s+Vollendung\s+des\s+$", before):
            return "max"
    if m := _OR_MORE.match(after):
        return "min" if m[1].lower() in ("mehr", "älter", "darüber", "länger", "größer", "höher") else "max"
    return ""


def extract(text: str) -> tuple[Fact, ...]:
    """The facts of a text, in order. Cost is linear in the length of the text."""
    scan = _Scan(text)
    flat = scan.text
    for step in _STEPS:
        step(scan)
    facts: list[Fact] = []
    for fact in sorted(scan.facts, key=lambda f: (f.start, -f.end)):
        if fact.number is not None and (bound := _bound(flat, fact)):
            fact = Fact(
                fact.kind, fact.value, fact.start, fact.end, fact.text, fact.group, fact.number, bound, fact.weak
            )
        facts.append(fact)
    return tuple(facts)

"""The fact ledger: what a text states, and whether a rewrite still states it.

Deterministic. It says what it cannot judge. Typed facts come from `german.facts`, the alignment from `german.align`.
"""

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from german.facts import MILLION, Fact, FactKind, extract
from german.facts_compare import Pair

if TYPE_CHECKING:
    from german.facts_stance import Signal
    from german.text import TextModel


class Status(StrEnum):
    """What became of a fact."""

    KEPT = "kept"
    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Place:
    """A quoted place in one of the two texts; offsets in code points, half open."""

    start: int
    end: int
    text: str


_NAMES = {
    FactKind.DATE: "Datum",
    FactKind.DEADLINE: "Frist",
    FactKind.AMOUNT: "Betrag",
    FactKind.NUMBER: "Zahl",
    FactKind.UNIT: "Einheit",
    FactKind.CITATION: "Rechtsgrundlage",
    FactKind.TIME: "Zeitangabe",
    FactKind.CONTACT: "Kontaktangabe",
    FactKind.FILE_NUMBER: "Aktenzeichen oder Nummer",
    FactKind.NAME: "Name oder Fachbegriff",
    FactKind.NEGATION: "Verneinung",
    FactKind.MODALITY: "Verbindlichkeit (muss, soll, kann)",
    FactKind.CONDITION: "Bedingung",
    FactKind.ACTOR: "Wer handeln muss",
    FactKind.OMISSION: "Aussage",
    FactKind.ADDITION: "Aussage",
}
_STATUS_WORDS = {Status.KEPT: "erhalten", Status.CHANGED: "geändert", Status.MISSING: "fehlt", Status.ADDED: "ist neu"}
# These kinds rest on words and their places, not on a value: they ask a person to look.
_TO_COMPARE = frozenset((FactKind.NEGATION, FactKind.MODALITY, FactKind.CONDITION, FactKind.ACTOR))

LIMITS = (
    "Ob eine Erläuterung im neuen Text sachlich richtig ist, wird nicht geprüft.",
    "Ob zwei Umschreibungen ohne Zahlen und Fachwörter genau dasselbe meinen, kann nur ein Mensch beurteilen.",
    "Verneinungen und Bedingungen werden an Signalwörtern erkannt; eine rein sinngemäße Umkehrung kann fehlen.",
)
"""What the ledger cannot judge, in words for a card."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `source` is None for added facts, `rewrite` is None for missing ones."""

    kind: FactKind
    status: Status
    source: Place | None
    rewrite: Place | None

    @property
    def message(self) -> str:
        """The line in German as a clerk reads it, such as „Frist geändert: …“."""
        name = _NAMES[self.kind]
        if self.status is Status.CHANGED and self.kind in _TO_COMPARE:
            head = f"{name}: bitte vergleichen"
        else:
            head = f"{name} {_STATUS_WORDS[self.status]}"
        if self.source is not None and self.rewrite is not None and self.status is not Status.KEPT:
            return f"{head}: „{_short(self.source.text)}“ → „{_short(self.rewrite.text)}“"
        place = self.source or self.rewrite
        return f"{head}: „{_short(place.text)}“" if place else head


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 120 else text[:117].rstrip() + " …"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The comparison of a source and its rewrite."""

    entries: tuple[Entry, ...]

    @property
    def ok(self) -> bool:
        """True when nothing is changed, missing or added."""
        return all(entry.status is Status.KEPT for entry in self.entries)

    @property
    def findings(self) -> tuple[Entry, ...]:
        """What is not kept, in the order of the source; what is only in the rewrite comes last."""
        return tuple(entry for entry in self.entries if entry.status is not Status.KEPT)

    @property
    def checked(self) -> dict[FactKind, int]:
        """How many statements of the source were checked, by kind."""
        return dict(Counter(entry.kind for entry in self.entries if entry.source is not None))

    @property
    def limits(self) -> tuple[str, ...]:
        """What this comparison cannot judge, in German sentences."""
        return LIMITS

    @property
    def headline(self) -> str:
        """One line for a card: „12 Angaben geprüft: alle erhalten“ or „12 Angaben geprüft, 1 verändert, 1 fehlt“."""
        total = sum(self.checked.values())
        counts = Counter(entry.status for entry in self.entries)
        parts = [
            f"{n} {word}"
            for n, word in (
                (counts[Status.CHANGED], "verändert"),
                (counts[Status.MISSING], "fehlt" if counts[Status.MISSING] == 1 else "fehlen"),
                (counts[Status.ADDED], "neu"),
            )
            if n
        ]
        head = f"{total} Angabe{'' if total == 1 else 'n'} geprüft"
        if parts:
            return ", ".join([head, *parts])
        if not total:
            return "Keine Angaben zum Prüfen gefunden"
        return f"{head}: {'erhalten' if total == 1 else 'alle erhalten'}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the ledger reads of one text alone, so that it can be done before the other text exists."""

    text: str = field(repr=False)
    model: "TextModel" = field(repr=False)
    facts: "tuple[Fact, ...]" = field(repr=False)
    signals: "tuple[Signal, ...]" = field(repr=False)


def prepare(text: str, model: "TextModel | None" = None) -> Reading:
    """Read one text for `compare`. Linear in its length.

    Args:
        text: The text.
        model: Its parsed form, if somebody has it already.
    """
    from german.facts_stance import signals
    from german.text import parse

    return Reading(text, parse(text) if model is None else model, tuple(extract(text)), tuple(signals(text)))


def compare(source: str | Reading, rewrite: str | Reading) -> Ledger:
    """Compare a rewrite with its source, each as text or as read by `prepare`. Linear in the length of both texts."""
    # The patterns behind these modules take time to build; a cold start that checks nothing should not pay for them.
    from german.align import align, build, split_compounds
    from german.facts_compare import compare_facts
    from german.facts_coverage import Coverage
    from german.facts_relations import Relations
    from german.facts_slots import Slots
    from german.facts_stance import HIDING, Judge, read
    from german.twins import differences

    readings = [prepare(side) if isinstance(side, str) else side for side in (source, rewrite)]
    source, rewrite = texts = (readings[0].text, readings[1].text)
    models = (readings[0].model, readings[1].model)
    facts = (list(readings[0].facts), list(readings[1].facts))
    found = (list(readings[0].signals), list(readings[1].signals))
    here, there = (
        build(model, own, [(s.start, s.end) for s in marks if s.name in HIDING])
        for model, own, marks in zip(models, facts, found, strict=True)
    )
    split_compounds((here, there))
    judge = Judge(read(here, found[0]), read(there, found[1]), align(here, there), texts)
    periods = {f.value for own in facts for f in own if f.group == "period"}
    pairs = [
        p
        for p in compare_facts(facts[0], facts[1], judge.nearness)
        if not _said_in_words(p, texts, periods) and not _worked_out(p, facts[0], source)
    ]
    entries: dict[tuple[object, ...], Entry] = {}
    for kind, s, r in pairs:
        fact = s or r
        if fact is not None and not (kind is None and fact.weak):
            places = (_fact_place(source, s), _fact_place(rewrite, r))
            _put(entries, Entry(kind or fact.kind, Status.KEPT if kind is None else _status(*places), *places))
    doubts = (
        *judge.doubts(),
        *Coverage(here, there, judge).doubts(),
        *Relations(here, there, judge).doubts(pairs),
        *Slots(here, there, judge).doubts(pairs),
    )
    for doubt in doubts:
        places = (_place(source, doubt.source), _place(rewrite, doubt.rewrite))
        _put(entries, Entry(doubt.kind, _status(*places), *places))
    for twin in differences(*models):
        places = (_place(source, twin.source), _place(rewrite, twin.rewrite))
        if not any(_touches(entry, twin.kind, twin.source) for entry in entries.values()):
            _put(entries, Entry(twin.kind, _status(*places), *places))
    return Ledger(tuple(sorted(entries.values(), key=_order)))


_SHARES = (
    (re.compile(r"hälfte|halb|50 (?:%|prozent|v)", re.I), 2, 1),
    (re.compile(r"doppelt|zweifach", re.I), 1, 2),
    (re.compile(r"drittel", re.I), 3, 1),
    (re.compile(r"viertel", re.I), 4, 1),
)


def _worked_out(pair: Pair, source: list[Fact], text: str) -> bool:
    """Whether a new amount is what a word of the source makes of one of its amounts: 14 Euro and „die Hälfte“ are 7."""
    kind, s, r = pair
    if kind is None or s is not None or r is None or r.group != "amount":
        return False
    new = r.number or 0
    amounts = {fact.number or 0 for fact in source if fact.group == "amount"}
    return any(
        new * divisor == amount * factor
        for words, divisor, factor in _SHARES
        if words.search(text)
        for amount in amounts
    )


_IN_WORDS = {
    # „endet mit Ablauf des 31. März“ is at 24 Uhr.
    "00:00": re.compile(r"ablauf|ende des tages|tagesende", re.I),
    "percent:100000000": re.compile(r"\b(?:voll|ganz|gesamt|sämtlich|komplett|vollständig|vollem|alle)", re.I),
    "eur:0": re.compile(r"frei\b|frei[e.,]|kostenlos|unentgeltlich|umsonst|nichts|entfäll|entfall|\bkein", re.I),
    "dur:month:3000000": re.compile(r"quartal|vierteljähr", re.I),
    "dur:month:6000000": re.compile(r"halbjahr|halbjähr", re.I),
}


def _said_in_words(pair: Pair, texts: tuple[str, str], periods: set[str]) -> bool:
    """Whether a value that one text lacks is a figure for a word of it: „100 %“ for „die volle Gebühr“."""
    kind, s, r = pair
    fact, text = (r, texts[0]) if s is None else (s, texts[1])
    if kind is None or fact is None or (s is not None and r is not None):
        return False
    # „2027“ for the school year „2027/28“.
    if fact.group == "year" and re.search(rf"\b{fact.value.rpartition(':')[2]}\b", texts[0 if s is None else 1]):
        return True
    if s is None and fact.group == "n" and fact.number == MILLION * _items_after(text=texts[1], at=fact.end):
        return True
    # „ein Kubikmeter kostet“ is „je Kubikmeter“.
    if fact.group == "unit" and fact.number == MILLION and f"per:{fact.value.partition(':')[0]}" in periods:
        return True
    return (words := _IN_WORDS.get(fact.value)) is not None and words.search(text) is not None


_LIST_OPENS = re.compile(r"[^\n.!?]{0,90}:[ \t]*\n")
_LIST_ITEM = re.compile(r"\s*(?:[-–•*]|\d{1,2}[.)])\s[^\n]*(?:\n|$)")


def _items_after(text: str, at: int) -> int:
    """How many items the list has that the words behind a place open: „zweimal in der Woche:“ and two lines."""
    opening = _LIST_OPENS.match(text, at)
    count = 0
    end = opening.end() if opening else len(text)
    while count < 20 and (item := _LIST_ITEM.match(text, end)):
        count += 1
        end = item.end()
    return count


def _touches(entry: Entry, kind: FactKind, span: tuple[int, int]) -> bool:
    """Whether a finding of this kind already stands at a place of the source."""
    place = entry.source
    found = entry.kind is kind and entry.status is not Status.KEPT
    return found and place is not None and place.start < span[1] and span[0] < place.end


def _status(source: Place | None, rewrite: Place | None) -> Status:
    return Status.ADDED if source is None else Status.MISSING if rewrite is None else Status.CHANGED


def _put(entries: dict[tuple[object, ...], Entry], entry: Entry) -> None:
    """Keep the first entry of a kind for the same two places."""
    entries.setdefault((entry.kind, entry.status is Status.KEPT, entry.source, entry.rewrite), entry)


def _order(entry: Entry) -> tuple[bool, int]:
    place = entry.source or entry.rewrite
    return entry.source is None, place.start if place else 0


def _fact_place(text: str, fact: Fact | None) -> Place | None:
    return None if fact is None else _place(text, (fact.start, fact.end))


def _place(text: str, span: tuple[int, int] | None) -> Place | None:
    if span is None:
        return None
    start, end = span[0], min(span[1], len(text))
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:"):
        end -= 1
    return Place(start, end, text[start:end])


def main(argv: list[str]) -> int:
    """`ledger`: JSON lines `{"id","source","rewrite"}` in, `{"id","ok","findings"}` out, in order, flushed per line.

    A line that is no such object is answered with `"ok": false` and an `"error"`, so that the order holds.
    """
    if argv:
        sys.stderr.write("Aufruf: python -m german ledger < Paare.jsonl (je Zeile id, source, rewrite)\n")
        return 2
    for line in sys.stdin.buffer:
        if line.strip():
            sys.stdout.buffer.write(_answer(line).encode("utf-8", "backslashreplace") + b"\n")
            sys.stdout.buffer.flush()
    return 0


def _answer(line: bytes) -> str:
    try:
        item = _Pair.from_json(json.loads(line))
    except (ValueError, RecursionError):
        error = "Die Zeile ist kein JSON-Objekt mit source und rewrite."
        return json.dumps({"id": None, "ok": False, "findings": [], "error": error}, ensure_ascii=False)
    ledger = compare(item.source, item.rewrite)
    findings = [
        {
            "kind": entry.kind.value,
            "source": entry.source.text if entry.source else "",
            "rewrite": entry.rewrite.text if entry.rewrite else "",
        }
        for entry in ledger.findings
    ]
    return json.dumps({"id": item.id, "ok": ledger.ok, "findings": findings}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One line of input."""

    id: object
    source: str
    rewrite: str

    @classmethod
    def from_json(cls, value: object) -> "_Pair":
        """Raises ValueError when source or rewrite is missing or no text."""
        if not isinstance(value, dict):
            raise ValueError
        item = cast("dict[str, object]", value)
        source, rewrite = item.get("source"), item.get("rewrite")
        if not isinstance(source, str) or not isinstance(rewrite, str):
            raise ValueError
        return cls(item.get("id"), source, rewrite)

"""The fact ledger: what a text states, and whether a rewrite still states it.

Deterministic. It says what it cannot judge. The typed facts come from `german.facts`, the alignment from `german.align`.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from german.facts import Fact, FactKind, extract


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
    FactKind.DATE: ("Datum", "Daten"),
    FactKind.DEADLINE: ("Frist", "Fristen"),
    FactKind.AMOUNT: ("Betrag", "Beträge"),
    FactKind.NUMBER: ("Zahl", "Zahlen"),
    FactKind.UNIT: ("Einheit", "Einheiten"),
    FactKind.CITATION: ("Rechtsgrundlage", "Rechtsgrundlagen"),
    FactKind.TIME: ("Zeitangabe", "Zeitangaben"),
    FactKind.CONTACT: ("Kontaktangabe", "Kontaktangaben"),
    FactKind.FILE_NUMBER: ("Aktenzeichen", "Aktenzeichen"),
    FactKind.NAME: ("Name", "Namen"),
    FactKind.NEGATION: ("Verneinung", "Verneinungen"),
    FactKind.MODALITY: ("Verbindlichkeit", "Verbindlichkeiten"),
    FactKind.CONDITION: ("Bedingung", "Bedingungen"),
    FactKind.ACTOR: ("Zuständigkeit", "Zuständigkeiten"),
    FactKind.OMISSION: ("Aussage", "Aussagen"),
    FactKind.ADDITION: ("Aussage", "Aussagen"),
}
_STATUS_WORDS = {Status.KEPT: "erhalten", Status.CHANGED: "geändert", Status.MISSING: "fehlt", Status.ADDED: "neu"}


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
        name = _NAMES[self.kind][0]
        word = _STATUS_WORDS[self.status]
        if self.source is not None and self.rewrite is not None and self.status is not Status.KEPT:
            return f"{name} {word}: „{_short(self.source.text)}“ → „{_short(self.rewrite.text)}“"
        place = self.source or self.rewrite
        return f"{name} {word}: „{_short(place.text)}“" if place else f"{name} {word}"


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
        """What is not kept, in the order of the source."""
        return tuple(entry for entry in self.entries if entry.status is not Status.KEPT)

    @property
    def checked(self) -> dict[FactKind, int]:
        """How many statements of the source were checked, by kind."""
        return dict(Counter(entry.kind for entry in self.entries if entry.source is not None))

    @property
    def headline(self) -> str:
        """One line for a card: „12 Angaben geprüft: alle erhalten“ or „12 Angaben geprüft, 1 geändert, 1 fehlt“."""
        total = sum(self.checked.values())
        head = f"{total} Angabe{'' if total == 1 else 'n'} geprüft"
        counts = Counter(entry.status for entry in self.entries)
        parts: list[str] = []
        if n := counts[Status.CHANGED]:
            parts.append(f"{n} geändert")
        if n := counts[Status.MISSING]:
            parts.append(f"{n} {'fehlt' if n == 1 else 'fehlen'}")
        if n := counts[Status.ADDED]:
            parts.append(f"{n} neu")
        if parts:
            return ", ".join([head, *parts])
        return f"{head}: {'alle ' if total != 1 else ''}erhalten" if total else "Keine prüfbaren Angaben gefunden"


def _place(fact: Fact) -> Place:
    return Place(fact.start, fact.end, fact.text)


def compare(source: str, rewrite: str) -> Ledger:
    """Compare a rewrite with its source. Linear in the length of both texts."""
    from german.align import align, build, split_compounds
    from german.facts_compare import compare_facts
    from german.facts_coverage import Coverage
    from german.facts_relations import Relations
    from german.facts_stance import HIDING, Judge, read, signals
    from german.text import parse

    texts = (source, rewrite)
    facts = tuple(extract(text) for text in texts)
    found = tuple(signals(text) for text in texts)
    sides = tuple(
        build(parse(text), own, [(s.start, s.end) for s in marks if s.name in HIDING]) for text, own, marks in zip(texts, facts, found, strict=True))
    split_compounds(sides)
    alignment = align(*sides)
    judge = Judge(read(sides[0], found[0]), read(sides[1], found[1]), alignment, texts)
    entries: list[Entry] = []
    pairs = compare_facts(facts[0], facts[1], judge.nearness)
    for kind, s, r in pairs:
        status = Status.ADDED if s is None else Status.MISSING if r is None else Status.KEPT if kind is None else Status.CHANGED
        fact = s or r
        assert fact is not None
        entries.append(Entry(kind or fact.kind, status, _place(s) if s else None, _place(r) if r else None))
    relations = Relations(sides[0], sides[1], judge)
    for doubt in (*judge.doubts(), *Coverage(sides[0], sides[1], judge).doubts(), *relations.doubts(pairs)):
        status = Status.ADDED if doubt.source is None else Status.MISSING if doubt.rewrite is None else Status.CHANGED
        entries.append(Entry(doubt.kind, status, _span(source, doubt.source), _span(rewrite, doubt.rewrite)))
    return Ledger(tuple(entries))


def _span(text: str, span: tuple[int, int] | None) -> Place | None:
    if span is None:
        return None
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:"):
        end -= 1
    return Place(start, end, text[start:end])


def main(argv: list[str]) -> int:
    """`ledger`: JSON lines `{"id","source","rewrite"}` in, `{"id","ok","findings"}` out, in order, flushed per line."""
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        item = json.loads(line)
        ledger = compare(item["source"], item["rewrite"])
        findings = [
            {"kind": e.kind.value, "source": e.source.text if e.source else "", "rewrite": e.rewrite.text if e.rewrite else ""}
            for e in ledger.findings
        ]
        sys.stdout.buffer.write(json.dumps({"id": item["id"], "ok": ledger.ok, "findings": findings}, ensure_ascii=False).encode() + b"\n")
        sys.stdout.buffer.flush()
    return 0

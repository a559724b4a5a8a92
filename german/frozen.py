"""Frozen zones: parts of a text that must leave exactly as they came in.

The signal words stand in `data/frozen_zones.txt`. Nothing here changes a text; a writer keeps the zones byte for byte.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from german.text import Block, BlockKind, Sentence, TextModel


class ZoneKind(StrEnum):
    """Why a zone is frozen."""

    RECHTSBEHELFSBELEHRUNG = "Rechtsbehelfsbelehrung"
    TENOR = "Tenor"
    NEBENBESTIMMUNG = "Nebenbestimmung"
    ZWANGSMITTEL = "Zwangsmittelandrohung"
    ZITAT = "Zitat"
    BANKVERBINDUNG = "Bankverbindung"
    STANDESAMT = "Erklärung vor dem Standesamt"


@dataclass(frozen=True, slots=True)
class Zone:
    """One frozen zone; offsets in code points, half open."""

    start: int
    end: int
    kind: ZoneKind


class ZonePatternError(Exception):
    """The pattern file cannot be read; the message names file and line, never a text."""


_FILE = Path(__file__).parent / "data" / "frozen_zones.txt"
# Where two zones touch the same words, the zone keeps the name that stands first here.
_RANK = {
    kind: index
    for index, kind in enumerate(
        (
            ZoneKind.RECHTSBEHELFSBELEHRUNG,
            ZoneKind.ZWANGSMITTEL,
            ZoneKind.NEBENBESTIMMUNG,
            ZoneKind.TENOR,
            ZoneKind.STANDESAMT,
            ZoneKind.ZITAT,
            ZoneKind.BANKVERBINDUNG,
        )
    )
}
_NAMES = frozenset(
    (
        "notice heading",
        "notice sentence",
        "notice end",
        "tenor heading",
        "tenor intro",
        "tenor sentence",
        "tenor end",
        "condition heading",
        "condition intro",
        "condition sentence",
        "coercion",
        "act",
        "quote intro",
        "bank line",
        "declaration",
        "declaration context",
    )
)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    parts: dict[str, list[str]] = {}
    name = ""
    for number, line in enumerate(_FILE.read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
            if name not in _NAMES:
                raise ZonePatternError(f"{_FILE.name}, Zeile {number}: unbekannter Abschnitt.")
            continue
        try:
            re.compile(line)
        except re.error as error:
            raise ZonePatternError(f"{_FILE.name}, Zeile {number}: kein gültiges Muster.") from error
        parts.setdefault(name, []).append(line)
    if missing := _NAMES - parts.keys():
        raise ZonePatternError(f"{_FILE.name}: Abschnitt fehlt: {min(missing)}.")
    # A heading is matched from its start without its number, a sentence anywhere.
    return {
        name: re.compile("|".join(f"(?:{_loose(part)})" for part in rows), re.I if name.endswith("heading") else re.S)
        for name, rows in parts.items()
    }


def _loose(pattern: str) -> str:
    """A pattern whose spaces also match a line break with its indentation; a space in brackets matches any space."""
    out: list[str] = []
    in_brackets = False
    for place, mark in enumerate(pattern):
        escaped = place > 0 and pattern[place - 1] == "\\"
        if mark == "[" and not escaped:
            in_brackets = True
        elif mark == "]" and not escaped:
            in_brackets = False
        out.append((r"\s" if in_brackets else r"\s{1,20}") if mark == " " else mark)
    return "".join(out)


_HYPHENATED = re.compile(r"-[ \t]*\n[ \t]*(?=[a-zäöüß])")
_SENTENCE_END = ("", ".", "!", "?", ":", ";")
_NUMBER = re.compile(r"\s*(?:(?:[A-Z]|[IVX]{1,5}|\d{1,2}(?:\.\d{1,2})*)[.)]|[#*]+|[-–•])?\s*")
_IBAN = re.compile(
    r"(?:IBAN[\s:]*)?\b[A-Z]{2}\d{2}(?:[ \u00a0]?\d{4}){4}[ \u00a0]?\d{1,2}\b(?:[\s,;(]*(?:BIC"
    r"|SWIFT(?:-BIC)?)[\s:]*[A-Z0-9]{8,11}\b\)?)?"
)
_BIC = re.compile(r"\b(?:BIC|SWIFT(?:-BIC)?)[\s:]*[A-Z0-9]{8,11}\b")
_QUOTE = re.compile(r"„([^“”„]{25,4000})[“”]|»([^«»]{25,4000})«|\"([^\"]{25,4000})\"")
_STATUTE = re.compile(r"^\s*(?:§\s*\d+[a-z]?|Art(?:ikel|\.)\s*\d+[a-z]?|\(\d{1,2}[a-z]?\))\s", re.M)
_CITED = re.compile(r"§|\bArt(?:\.|ikel)\s*\d|(?:gesetz|ordnung|satzung|verordnung|gesetzbuch|Satzung|Gesetz)\w*\b")
_ITEM = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2})*[.)]|[IVX]{1,5}\.|[a-z]{1,2}\)|\([a-z0-9]{1,2}\)|[-–•*])\s+")
_CLAUSE_PARAGRAPH = re.compile(r"\s*\(\d{1,2}[a-z]?\)\s")


class _Finder:
    def __init__(self, model: TextModel) -> None:
        self.model = model
        self.text = model.text
        self.blocks = model.blocks
        self.p = _patterns()
        self.zones: list[Zone] = []
        self.in_notice: set[int] = set()

    def content(self, block: Block) -> str:
        return self.text[block.start : block.end]

    def title(self, block: Block) -> str:
        """The words of a heading without number, marks and colon."""
        content = _HYPHENATED.sub("", self.content(block))
        mark = _NUMBER.match(content)
        return content[mark.end() if mark else 0 :].strip(" \t\r\n*_#:")

    def is_heading(self, block: Block) -> bool:
        content = _HYPHENATED.sub("", self.content(block).strip())
        short = len(content) < 100 and "\n" not in content
        return block.kind is BlockKind.HEADING or (
            short
            and (content.endswith(":") or content[-1:].isalpha())
            and block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.LEGAL_NOTICE)
            and len(content.split()) <= 6
        )

    def add(self, start: int, end: int, kind: ZoneKind) -> None:
        while end > start and self.text[end - 1].isspace():
            end -= 1
        while start < end and self.text[start].isspace():
            start += 1
        if end > start:
            self.zones.append(Zone(start, end, kind))

    def notices(self) -> None:
        """The Rechtsbehelfsbelehrung: by heading or first sentence, to signature, annexes or the next heading."""
        start: int | None = None
        end = 0
        # Looked for in the whole text: narrow lines may have cut the sentence into several blocks.
        announced = [m.span() for m in self.p["notice sentence"].finditer(self.text)]
        until = 0
        before = ""
        for index, block in enumerate(self.blocks):
            content = self.content(block)
            open_line, before = before.rstrip()[-1:] not in _SENTENCE_END, content
            if block.kind in (BlockKind.QUOTED, BlockKind.MAIL_HEADER):
                if start is not None:
                    self.add(start, end, ZoneKind.RECHTSBEHELFSBELEHRUNG)
                    start = None
                continue
            if start is not None:
                wrapped = block.kind is BlockKind.HEADING and open_line
                inside = (
                    block.kind is BlockKind.LEGAL_NOTICE
                    or block.start < until
                    or wrapped
                    or not self.ends_notice(block, content)
                )
                if inside:
                    end = block.end
                    self.in_notice.add(index)
                    continue
                self.add(start, end, ZoneKind.RECHTSBEHELFSBELEHRUNG)
                start = None
            heading = self.is_heading(block) or block.kind is BlockKind.LEGAL_NOTICE
            if block.kind is BlockKind.LEGAL_NOTICE or (heading and self.p["notice heading"].match(self.title(block))):
                start, end = block.start, block.end
                self.in_notice.add(index)
            elif hit := next((span for span in announced if block.start <= span[0] < block.end), None):
                starts = [sentence.start for sentence in block.sentences if sentence.start <= hit[0]]
                start, end, until = starts[-1] if starts else block.start, block.end, hit[1]
                self.in_notice.add(index)
        if start is not None:
            self.add(start, end, ZoneKind.RECHTSBEHELFSBELEHRUNG)

    def ends_notice(self, block: Block, content: str) -> bool:
        if block.kind in (BlockKind.CLOSING, BlockKind.SIGNATURE, BlockKind.SALUTATION, BlockKind.HEADING):
            return self.p["notice heading"].match(self.title(block)) is None
        return self.p["notice end"].match(content) is not None

    @property
    def is_act(self) -> bool:
        """Whether the text is a Bescheid: it has a notice of remedies, or it names itself one."""
        return bool(self.in_notice) or any(
            self.p["act"].search(self.content(block)) is not None
            for block in self.blocks
            if block.kind in (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ADDRESS)
        )

    def runs(self) -> None:
        """Tenor and Nebenbestimmungen: the list behind an introduction, or everything behind a heading."""
        index = 0
        act = self.is_act
        while index < len(self.blocks):
            block = self.blocks[index]
            index += 1
            if index - 1 in self.in_notice or block.kind in (
                BlockKind.QUOTED,
                BlockKind.MAIL_HEADER,
                BlockKind.SALUTATION,
            ):
                continue
            kind, whole = self.opens(block, act)
            if kind is None:
                continue
            start: int | None = None
            end = block.end
            while index < len(self.blocks) and index not in self.in_notice:
                following = self.blocks[index]
                item = following.kind is BlockKind.LIST_ITEM or _ITEM.match(self.content(following)) is not None
                if not self.continues(following, item, whole):
                    break
                start = following.start if start is None else start
                end = following.end
                index += 1
            if start is not None:
                self.add(start, end, kind)

    def opens(self, block: Block, act: bool) -> tuple[ZoneKind | None, bool]:
        """The kind of run that begins behind this block, and whether plain paragraphs belong to it."""
        content = self.content(block).rstrip()
        if self.is_heading(block):
            title = self.title(block)
            if self.p["condition heading"].match(title):
                return ZoneKind.NEBENBESTIMMUNG, True
            if act and self.p["tenor heading"].match(title):
                return ZoneKind.TENOR, True
        last = block.sentences[-1].text if block.sentences else content[-300:]
        if content.endswith(":"):
            if self.p["condition intro"].search(last):
                return ZoneKind.NEBENBESTIMMUNG, False
            if self.p["tenor intro"].search(last):
                return ZoneKind.TENOR, False
        return None, False

    def continues(self, block: Block, item: bool, whole: bool) -> bool:
        if block.kind in (
            BlockKind.CLOSING,
            BlockKind.SIGNATURE,
            BlockKind.SALUTATION,
            BlockKind.QUOTED,
            BlockKind.MAIL_HEADER,
        ):
            return False
        if self.is_heading(block) and not (item and self.content(block).rstrip()[-1:] in ".;,"):
            title = self.title(block)
            if self.p["tenor end"].match(title) or self.p["condition heading"].match(title) or not item:
                return False
        if item:
            return True
        return whole and self.p["tenor end"].match(self.content(block)) is None

    def sentences(self) -> None:
        """Single sentences: threats of coercion anywhere, operative sentences and reservations in a Bescheid."""
        act = self.is_act
        for index, block in enumerate(self.blocks):
            if index in self.in_notice or block.kind in (BlockKind.QUOTED, BlockKind.MAIL_HEADER, BlockKind.ADDRESS):
                continue
            for sentence in block.sentences:
                if self.p["coercion"].search(sentence.text):
                    self.add_sentence(block, sentence, ZoneKind.ZWANGSMITTEL)
                elif act and block.kind is not BlockKind.HEADING and self.p["condition sentence"].search(sentence.text):
                    self.add_sentence(block, sentence, ZoneKind.NEBENBESTIMMUNG)
                elif act and block.kind is not BlockKind.HEADING and self.p["tenor sentence"].search(sentence.text):
                    self.add_sentence(block, sentence, ZoneKind.TENOR)

    def add_sentence(self, block: Block, sentence: Sentence, kind: ZoneKind) -> None:
        if block.kind is BlockKind.LIST_ITEM and len(block.sentences) == 1:
            self.add(block.start, block.end, kind)
        else:
            self.add(sentence.start, sentence.end, kind)

    def quotes(self) -> None:
        """Quoted law: a quotation that an introduction or its own form shows to be the words of a statute."""
        for match in _QUOTE.finditer(self.text):
            before = self.text[max(0, match.start() - 160) : match.start()]
            inner = match.group(1) or match.group(2) or match.group(3)
            if _STATUTE.match(inner) or (
                _CITED.search(before) and (self.p["quote intro"].search(before) or len(inner) > 80)
            ):
                self.add(match.start(), match.end(), ZoneKind.ZITAT)
        blocks = self.blocks
        for index, block in enumerate(blocks):
            content = self.content(block)
            if _CLAUSE_PARAGRAPH.match(content) and (index > 0):
                previous = self.content(blocks[index - 1])
                if (
                    _CLAUSE_PARAGRAPH.match(previous)
                    or _STATUTE.match(previous)
                    or (previous.rstrip().endswith(":") and self.p["quote intro"].search(previous[-200:]))
                ):
                    start = blocks[index - 1].start if _STATUTE.match(previous) else block.start
                    self.add(start, block.end, ZoneKind.ZITAT)
            elif (
                index + 1 < len(blocks)
                and content.rstrip().endswith(":")
                and _CITED.search(content)
                and self.p["quote intro"].search(content[-200:])
            ):
                following = blocks[index + 1]
                if following.kind is BlockKind.PARAGRAPH and not self.content(following).lstrip().startswith(
                    ("„", '"', "»")
                ):
                    self.add(following.start, following.end, ZoneKind.ZITAT)

    def bank(self) -> None:
        """Account numbers in a sentence; a block of payment lines as a whole."""
        text = self.text
        for match in _IBAN.finditer(text):
            self.add(match.start(), match.end(), ZoneKind.BANKVERBINDUNG)
        for match in _BIC.finditer(text):
            self.add(match.start(), match.end(), ZoneKind.BANKVERBINDUNG)
        if not self.zones or all(zone.kind is not ZoneKind.BANKVERBINDUNG for zone in self.zones):
            return
        lines = [(m.start(), m.end()) for m in re.finditer(r"[^\n\r\u2028]+", text)]
        marked = [self.p["bank line"].match(text[start:end]) is not None for start, end in lines]
        with_number = [_IBAN.search(text, start, end) is not None for start, end in lines]
        for index, (start, end) in enumerate(lines):
            if not (marked[index] and with_number[index]):
                continue
            first = last = index
            while first > 0 and marked[first - 1]:
                first -= 1
            while last + 1 < len(lines) and marked[last + 1]:
                last += 1
            if last > first:
                self.add(lines[first][0], lines[last][1], ZoneKind.BANKVERBINDUNG)
            else:
                self.add(start, end, ZoneKind.BANKVERBINDUNG)

    def declarations(self) -> None:
        """Declarations before the Standesamt and in lieu of an oath: the sentences in the first person."""
        context = self.p["declaration context"].search(self.text) is not None
        for block in self.blocks:
            if block.kind is BlockKind.QUOTED:
                continue
            start: int | None = None
            end = 0
            for sentence in block.sentences:
                own = sentence.text.lstrip("„\"»'- ")
                if self.p["declaration"].search(own) and (context or "Eides statt" in own):
                    start = sentence.start if start is None else start
                    end = sentence.end
                elif start is not None and own.startswith(("Ich ", "Wir ", "Mir ", "Uns ", "Diese Erklärung")):
                    end = sentence.end
                elif start is not None:
                    break
            if start is not None:
                self.add(start, end, ZoneKind.STANDESAMT)


def _merged(zones: list[Zone], text: str) -> tuple[Zone, ...]:
    merged: list[Zone] = []
    for zone in sorted(zones, key=lambda z: (z.start, -z.end)):
        if merged:
            last = merged[-1]
            touching = zone.start < last.end or (zone.kind is last.kind and not text[last.end : zone.start].strip())
            if touching:
                kind = (
                    last.kind
                    if last.end - last.start >= zone.end - zone.start and zone.end <= last.end
                    else min(last.kind, zone.kind, key=_RANK.__getitem__)
                )
                merged[-1] = Zone(last.start, max(last.end, zone.end), kind)
                continue
        merged.append(zone)
    return tuple(merged)


def frozen_zones(model: TextModel) -> tuple[Zone, ...]:
    """The frozen zones of a text, in order, not overlapping. When in doubt, more is frozen.

    Raises:
        ZonePatternError: the pattern file is damaged.
    """
    finder = _Finder(model)
    finder.notices()
    finder.runs()
    finder.sentences()
    finder.quotes()
    finder.bank()
    finder.declarations()
    return _merged(finder.zones, model.text)

"""The blocks of a letter or mail: what each line is, which lines belong together, and what they are in a letter.

Knows nothing of sentences; `german.text` puts both together.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from german.sentences import MONTHS, ROMAN, abbreviation


class BlockKind(StrEnum):
    """What a block is, in the terms of a letter."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    SALUTATION = "salutation"
    CLOSING = "closing"
    SIGNATURE = "signature"
    ADDRESS = "address"
    MAIL_HEADER = "mail_header"
    QUOTED = "quoted"
    LEGAL_NOTICE = "legal_notice"


class _Role(StrEnum):
    """What a single line looks like on its own."""

    TEXT = "text"
    ITEM = "item"
    ROW = "row"
    QUOTE = "quote"
    SALUTATION = "salutation"
    CLOSING = "closing"
    SIGNATURE = "signature"
    HEADER = "header"
    THREAD = "thread"
    LEGAL = "legal"
    RULE = "rule"


class _Line(NamedTuple):
    start: int
    end: int
    indent: int
    role: _Role
    after_blank: bool


_BREAK = re.compile(r"\r\n|[\n\r\u2028\u2029\x0b\x0c\x85]")
_BULLET = re.compile(r"(?:[-–—•*·▪◦‣●■□☐✓+]|o|->|=>)[ \t\u00a0]+(?=\S)")
_NUMBERED = re.compile(
    r"\(?(?P<n>\d{1,2}(?:\.\d{1,2}){0,3}|[a-z]{1,2}|[A-Z]|[IVX]{1,4})[.)]\)?[ \t\u00a0]+(?P<next>\S+)"
    r"|(?P<n2>\d{1,2}(?:\.\d{1,2}){1,3})[ \t\u00a0]+(?=[A-ZÄÖÜ])"
)
_SALUTATION = re.compile(
    r"(?:Sehr (?:geehrte|verehrte)[rsn]?|Liebe[rs]?|Werte[rs]?|Geehrte[rs]?|Guten (?:Tag|Morgen|Abend)|Hallo|Moin|"
    r"Grüß Gott|Hi|Servus|Grüezi|Hey)\b[^.:;]{0,90}[,!]?$"
)
_INLINE_SALUTATION = re.compile(
    r"Sehr geehrte[rs]? [A-ZÄÖÜ⟦][^.,:;!?\n]{1,70}(?:, sehr geehrte[rs]? [A-ZÄÖÜ⟦][^.,:;!?\n]{1,70}){0,2}"
    r"(?:, lieber? [^.,:;!?\n]{1,60})?[,!](?=\s+\S)"
)
_CLOSING = re.compile(
    r"(?:Mit (?:freundlich|best|herzlich|vielen|lieb)\w* Gr(?:u|ü|ue)(?:ß|ss)\w*|"
    r"(?:Freundliche|Viele|Herzliche|Beste|Liebe|Schöne|Sonnige)\w* Gr(?:ü|ue)(?:ß|ss)\w*|"
    r"Hochachtungsvoll|MfG|LG|VG|Gruß|Mit vorzüglicher Hochachtung)\b",
    re.I,
)
_SIGN = re.compile(
    r"(?:Im Auftrag|I\. ?A\.|In Vertretung|I\. ?V\.|gez\.|gezeichnet|Ihre? (?:Stadt|Gemeinde)verwaltung\b)", re.I
)
_HEADER = re.compile(
    r"(?:Von|Gesendet|An|Cc|Bcc|Kopie|Betreff|Datum|From|Sent|To|Subject|Date|Antwort an|Reply-To|Wichtigkeit|"
    r"Anlagen|Priorität):[ \t]*\S",
    re.I,
)
_HEADER_START = re.compile(r"(?:Von|From):[ \t]*\S", re.I)
_THREAD = re.compile(
    r"-{2,} ?(?:Ursprüngliche Nachricht|Original Message|Weitergeleitete Nachricht|Original-Nachricht|"
    r"Forwarded message)|Am .{6,90}schrieb.{0,120}:$|On .{6,90} wrote:$|_{20,}$",
    re.I,
)
_LEGAL_HEADING = re.compile(
    r"[#*_\s\d.IVX]*(?:Rechtsbehelfsbelehrung|Rechtsmittelbelehrung|Rechtsbehelf|Belehrung über den Rechtsbehelf|"
    r"Hinweise? zum Rechtsschutz)\b"
)
_SOFT_LEGAL_HEADING = re.compile(
    r"[#*_\s]*(?:Belehrung\b|Ihre? Rechte?\b|(?:(?:Sie sind|Wenn Sie|Falls Sie) )?[Nn]icht einverstanden\b|"
    r"So können Sie (?:Widerspruch|Klage|Einspruch))"
)
_ACT = (
    r"(?:dies(?:e|en|es)|den|die|das|unsere[ns]?) (?:\w+ ){0,3}?"
    r"(?:\w*[Bb]escheid|\w*[Ee]ntscheidung|\w*[Vv]erfügung|\w*[Aa]nordnung|\w*[Bb]eschluss)"
)
_LEGAL_SENTENCE = re.compile(rf"Gegen {_ACT}[^.]{{0,160}}(?:Widerspruch|Einspruch|Klage|Beschwerde)")
_PLAIN_LEGAL_SENTENCE = re.compile(
    rf"Sie (?:können|dürfen) (?:\w+ ){{0,3}}?gegen {_ACT}[^.]{{0,60}}(?:innerhalb|binnen|Monat|Wochen)"
    r"[^.]{0,80}(?:Widerspruch|Einspruch|[Kk]lage|Beschwerde)"
)
_REMEDY = re.compile(r"Widerspruch|Einspruch|[Kk]lage|Beschwerde|Rechtsmittel|Rechtsbehelf")
_LEGAL_END = re.compile(
    r"[#*_\s]*(?:Hinweise?\b(?! zum Rechtsschutz)|Anlagen?\b|Anhang\b|Verteiler\b|Datenschutz|Ansprechpartner|"
    r"Öffnungszeiten|Kontakt\b)"
)
_ANNEX = re.compile(r"(?:Anlagen?|Anhang|Verteiler|P\. ?S\.|PS)\b:?")
_POSTCODE = re.compile(r"(?:D-)?\d{5} [A-ZÄÖÜ]")
_STREET = re.compile(
    r"[A-ZÄÖÜ][\w .-]*(?:str\.|straße|strasse|weg|platz|gasse|allee|ring|damm|ufer|markt|graben|hof|steig|pfad)\.?"
    r" \d+ ?[a-z]?$",
    re.I,
)
_LETTERHEAD = re.compile(
    r"(?:(?:Ihr|Unser|Mein)e? (?:Zeichen|Nachricht|Schreiben)\b.*|"
    r"(?:Az|Aktenzeichen|Gesch(?:\.|äfts)-?Z\w*|Zeichen|Datum|Tel|Telefon|Telefax|Fax|E-?Mail|Zimmer|Sachbearbeit\w*|"
    r"Auskunft|Bearbeit\w*|Ansprechpartner\w*|Durchwahl|Kassenzeichen|Internet|Öffnungszeiten)\b\.?[^:]{0,20}:.*|"
    r"(?:[A-ZÄÖÜ][\w -]{1,30},(?: den| dem)? )?\d{1,2}\. ?(?:\d{1,2}\.|[A-ZÄÖÜ]\w+) ?\d{2,4})$",
    re.I,
)
_AUTHORITY = re.compile(
    r"(?:Stadt|Gemeinde|Landkreis|Landratsamt|Markt|Kreis|Samtgemeinde|Verbandsgemeinde|Bürgermeisteramt|"
    r"Kreisverwaltung)\b"
)
_ADDRESSEE = re.compile(
    r"(?:Herrn?|Frau|Familie|Eheleute|Firma|An (?:die|den|das)|An:|"
    r"Gegen (?:Postzustellungsurkunde|Empfangsbekenntnis))\b"
)
_LABEL = re.compile(r"[A-ZÄÖÜ][\w./ -]{0,28}:(?:\s|$)")
_END_MARKS = frozenset(".!?:;")


def _role(content: str, previous: str, after_blank: bool) -> _Role:
    first = content[0]
    if first == ">":
        return _Role.QUOTE
    if first in "-–—•*·▪◦‣●■□☐✓+o=" and _BULLET.match(content):
        return _Role.ITEM
    if first in "-_=*" and len(content) > 2 and not content.strip("-_=* "):
        return _Role.THREAD if len(content) >= 20 and first == "_" else _Role.RULE
    if first in "(0123456789" or content[1:2] in ".)" or content[2:3] in ".)" or content[3:4] in ".)":
        numbered = _NUMBERED.match(content)
        if numbered and _is_item(numbered, previous, after_blank):
            return _Role.ITEM
    if content.count("\t") or content.count("|") > 1:
        cells = [cell for cell in re.split(r"\t+|\|", content) if cell.strip()]
        if len(cells) > 1 or content.count("|") > 1:
            return _Role.ROW
    if first in "SLWGHM" and _SALUTATION.match(content) and (content[-1] in ",!" or len(content) < 40):
        return _Role.SALUTATION
    if len(content) < 120 and _CLOSING.match(content):
        return _Role.CLOSING
    if len(content) < 70 and _SIGN.match(content) and content[-1:] not in ",;":
        return _Role.SIGNATURE
    if first in "-AaOo_" and _THREAD.match(content):
        return _Role.THREAD
    if _HEADER.match(content):
        return _Role.HEADER
    if first in "RBH#*_ 0123456789IVX" and len(content) < 90 and _LEGAL_HEADING.match(content):
        return _Role.LEGAL
    return _Role.TEXT


def _is_item(numbered: re.Match[str], previous: str, after_blank: bool) -> bool:
    following = (numbered.group("next") or "").strip(".,;:")
    label = numbered.group("n") or numbered.group("n2")
    if following in MONTHS or following in ("und", "bis", "oder", "sowie"):
        return False
    if label.isalpha() and not label.isupper() and len(label) == 2 and label[0] != label[1]:
        return False
    if (
        label[0].isalpha()
        and numbered.group()[len(label) : len(label) + 1] == "."
        and not numbered.group().startswith("(")
    ):
        # "a. M.", "z. B.", "I. A." are no list markers.
        if len(following) <= 2 or (label.isupper() and label not in ROMAN and label not in "ABCDEF"):
            return False
        if label.islower() and (label not in "abcdefghi" or abbreviation(label + "." + following + ".") is not None):
            return False
    if following[:1].isdigit() and label.isdigit() and re.match(r"\d{1,2}\.\s*\d{2,4}\b", numbered.group("next") or ""):
        return False
    ended = not previous or not previous[-1].isalpha() or len(previous) < _WRAP_MIN
    return after_blank or ended


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    position = 0
    length = len(text)
    blank = True
    previous = ""
    while position < length:
        broken = _BREAK.search(text, position)
        stop = broken.start() if broken else length
        raw = text[position:stop]
        content = raw.strip()
        if content:
            start = position + len(raw) - len(raw.lstrip())
            role = _role(content, previous, blank)
            found.append(_Line(start, start + len(content), start - position, role, blank))
            previous = content
            blank = False
        else:
            blank = True
            previous = ""
        position = broken.end() if broken else length
    return found


@dataclass(slots=True)
class _Chunk:
    """Lines that belong together; its kind is decided when its neighbours are known."""

    start: int
    end: int
    role: _Role
    after_blank: bool
    lines: int
    indent: int
    kind: BlockKind = BlockKind.PARAGRAPH


_WRAP_MIN = 55
_WRAP_MAX = 130


def _chunks(text: str, lines: list[_Line]) -> list[_Chunk]:
    chunks: list[_Chunk] = []
    widths = _widths(lines)
    for index, line in enumerate(lines):
        current = chunks[-1] if chunks else None
        joins = False
        if current is not None and not line.after_blank:
            previous = lines[index - 1]
            if line.role is _Role.QUOTE:
                joins = current.role is _Role.QUOTE
            elif line.role is _Role.TEXT and current.role in (_Role.TEXT, _Role.ITEM):
                joins = _continues(text, previous, line, widths[index], current)
        if joins and current is not None:
            current.end = line.end
            current.lines += 1
        else:
            chunks.append(_Chunk(line.start, line.end, line.role, line.after_blank, 1, line.indent))
    return chunks


def _widths(lines: list[_Line]) -> list[int]:
    """For each line the width of the longest line in its run of lines without a blank line between."""
    widths = [0] * len(lines)
    first = 0
    for index in range(len(lines) + 1):
        if index == len(lines) or (lines[index].after_blank and index > first):
            width = max((line.end - line.start + line.indent for line in lines[first:index]), default=0)
            widths[first:index] = [width] * (index - first)
            first = index
    return widths


def _continues(text: str, previous: _Line, line: _Line, width: int, chunk: _Chunk) -> bool:
    """Whether a line goes on with the paragraph of the line before (a soft wrap), or was set on its own."""
    last = text[previous.end - 1]
    first = text[line.start]
    if chunk.role is _Role.ITEM and line.indent > chunk.indent:
        return True
    if first.islower() or last in ",-–(„&/":
        return last not in _END_MARKS or last == "." or _WRAP_MIN <= width <= _WRAP_MAX
    if width < _WRAP_MIN or width > _WRAP_MAX:
        return False
    label = _LABEL.match(text, line.start, line.end)
    if label and last not in _END_MARKS and previous.end - previous.start < _WRAP_MIN:
        return False
    stop = line.start
    while stop < line.end and not text[stop].isspace():
        stop += 1
    return previous.end - previous.start + previous.indent + 1 + (stop - line.start) > width


def _classify(text: str, chunks: list[_Chunk]) -> None:
    """Give each chunk its kind, from its own look and its neighbours."""
    salutation = next((i for i, c in enumerate(chunks) if c.role is _Role.SALUTATION), None)
    thread = _thread_start(text, chunks)
    legal = False
    closing = False
    for index, chunk in enumerate(chunks):
        if thread is not None and index >= thread:
            chunk.kind = BlockKind.MAIL_HEADER if chunk.role in (_Role.HEADER, _Role.THREAD) else BlockKind.QUOTED
            continue
        content = text[chunk.start : chunk.end]
        if legal and _ends_legal_notice(content, chunk):
            legal = False
        if chunk.role is _Role.LEGAL or _opens_legal_notice(text, content, chunk):
            legal = True
        if legal:
            chunk.kind = BlockKind.LEGAL_NOTICE
            continue
        following = chunks[index + 1] if index + 1 < len(chunks) else None
        chunk.kind = _kind(text, content, chunk, following)
        if chunk.role is _Role.HEADER and index and chunks[index - 1].kind is BlockKind.MAIL_HEADER:
            chunk.kind = BlockKind.MAIL_HEADER
        if chunk.kind is BlockKind.CLOSING or (chunk.kind is BlockKind.SIGNATURE and not closing):
            closing = True
        elif chunk.kind is BlockKind.SALUTATION:
            closing = False
        elif closing and chunk.kind in (BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.SIGNATURE):
            closing = _is_signature(content)
            if closing:
                chunk.kind = BlockKind.SIGNATURE
    _mark_addresses(text, chunks, salutation)


def _kind(text: str, content: str, chunk: _Chunk, following: _Chunk | None) -> BlockKind:
    if chunk.role is _Role.SALUTATION and following is not None:
        return BlockKind.SALUTATION
    if chunk.role is _Role.HEADER:
        # A single "Betreff:" or "An:" is a line of a letter; two together are the head of a mail.
        return BlockKind.MAIL_HEADER if following is not None and following.role is _Role.HEADER else BlockKind.HEADING
    plain = {
        _Role.ITEM: BlockKind.LIST_ITEM,
        _Role.ROW: BlockKind.TABLE_ROW,
        _Role.CLOSING: BlockKind.CLOSING,
        _Role.SIGNATURE: BlockKind.SIGNATURE,
        _Role.QUOTE: BlockKind.QUOTED,
    }.get(chunk.role)
    if plain:
        return plain
    return BlockKind.HEADING if _is_heading(text, content, chunk, following) else BlockKind.PARAGRAPH


_TWO_SENTENCES = re.compile(r"[a-zäöüß]{3}[.!?] [A-ZÄÖÜ]")


def _is_heading(text: str, content: str, chunk: _Chunk, following: _Chunk | None) -> bool:
    if content.startswith("#"):
        return True
    if following is None or chunk.lines > 1 or len(content) > (160 if following.role is _Role.SALUTATION else 110):
        return False
    bare = content.strip("*_ ")
    if not bare or content.startswith("⟦") or not (bare[0].isupper() or bare[0].isdigit() or bare[0] in "§„"):
        return False
    if following.role not in (_Role.TEXT, _Role.ITEM, _Role.ROW, _Role.SALUTATION) or _TWO_SENTENCES.search(bare):
        return False
    if bare[-1] == "?":
        return (
            bare.count(" ") < 9 and bare.count("?") == 1 and "." not in bare and following.role is not _Role.SALUTATION
        )
    if bare[-1] == ":":
        return bare.count(" ") < 2
    return bare[-1] not in ".!,;…" and bare.count(" ") < 14


def _opens_legal_notice(text: str, content: str, chunk: _Chunk) -> bool:
    if chunk.role not in (_Role.TEXT, _Role.ITEM):
        return False
    if _LEGAL_SENTENCE.match(content) or _PLAIN_LEGAL_SENTENCE.match(content):
        return True
    if content.startswith("Recht") and _LEGAL_HEADING.match(content) and ":" in content[:60]:
        return True
    soft = _SOFT_LEGAL_HEADING.match(content) is not None and chunk.end - chunk.start < 90
    return soft and _REMEDY.search(text, chunk.start, chunk.start + 600) is not None


def _ends_legal_notice(content: str, chunk: _Chunk) -> bool:
    if chunk.role in (_Role.CLOSING, _Role.SIGNATURE, _Role.SALUTATION, _Role.HEADER, _Role.RULE):
        return True
    return bool(_LEGAL_END.match(content)) and not _REMEDY.search(content[:80])


def _thread_start(text: str, chunks: list[_Chunk]) -> int | None:
    """The first chunk of the quoted thread below the writer's own text."""
    own = False
    for index, chunk in enumerate(chunks):
        if chunk.role is _Role.THREAD and own:
            return index
        if chunk.role is _Role.HEADER and own and _HEADER_START.match(text, chunk.start):
            ahead = chunks[index + 1 : index + 4]
            if sum(1 for c in ahead if c.role is _Role.HEADER) >= 2:
                return index
        if chunk.role not in (_Role.HEADER, _Role.THREAD, _Role.RULE):
            own = True
    return None


def _is_signature(content: str) -> bool:
    return len(content) < 90 and not _ANNEX.match(content) and (content[-1] not in ".!?:" or content.count(" ") < 4)


def _mark_addresses(text: str, chunks: list[_Chunk], salutation: int | None) -> None:
    """Runs of short lines with a postcode, a street or a letterhead label become address blocks."""
    first = 0
    for index in range(len(chunks) + 1):
        if index < len(chunks) and not (chunks[index].after_blank and index > first):
            continue
        run = chunks[first:index]
        at_head = salutation is not None and index <= salutation
        first = index
        usable = (BlockKind.PARAGRAPH, BlockKind.HEADING)
        if any(c.kind not in usable or c.end - c.start > 90 or text[c.end - 1] in "!?;" for c in run):
            if not at_head or any(c.end - c.start > 110 for c in run):
                continue
            run = [c for c in run if c.kind in usable]
        contents = [text[c.start : c.end] for c in run]
        strong = sum(1 for c in contents if _POSTCODE.match(c) or _STREET.match(c) or _LETTERHEAD.match(c))
        weak = sum(1 for c in contents if _ADDRESSEE.match(c) or _AUTHORITY.match(c))
        if strong >= 2 or (strong and len(run) > 1 and (weak or at_head)) or (at_head and strong and len(run) == 1):
            for chunk in run:
                chunk.kind = BlockKind.ADDRESS


_INLINE_LEGAL = re.compile(
    r"(?<=[.!?:]\s)(?:Rechtsbehelfsbelehrung|Rechtsmittelbelehrung)\b|(?<=[.!?]\s)(?=Gegen dies(?:e|en|es) )"
)
_INLINE_CLOSING = re.compile(
    r"(?<=[.!?]\s)(?:Mit freundlichen Gr(?:ü|ue)(?:ß|ss)en|Freundliche Grüße|Hochachtungsvoll)\b"
)


def _parts(text: str, chunk: _Chunk) -> Iterator[tuple[BlockKind, int, int]]:
    """The blocks of one chunk: texts that came in one line still hold salutation, notice and closing."""
    start, end = chunk.start, chunk.end
    if chunk.kind is not BlockKind.PARAGRAPH:
        yield chunk.kind, start, end
        return
    greeting = _INLINE_SALUTATION.match(text, start, end)
    if greeting:
        yield BlockKind.SALUTATION, start, greeting.end()
        start = greeting.end()
        while start < end and text[start].isspace():
            start += 1
    cuts: list[tuple[int, BlockKind]] = []
    for legal in _INLINE_LEGAL.finditer(text, start, end):
        if text.startswith("Recht", legal.start()) or _LEGAL_SENTENCE.match(text, legal.start(), end):
            cuts.append((legal.start(), BlockKind.LEGAL_NOTICE))
            break
    closing = _INLINE_CLOSING.search(text, start, end)
    if closing and end - closing.start() < 200:
        cuts = [cut for cut in cuts if cut[0] < closing.start()]
        cuts.append((closing.start(), BlockKind.CLOSING))
    kind = BlockKind.PARAGRAPH
    for place, next_kind in cuts:
        stop = place
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        if stop > start:
            yield kind, start, stop
        start, kind = place, next_kind
    yield kind, start, end


def blocks(text: str) -> Iterator[tuple[BlockKind, int, int]]:
    """The blocks of a text with their places, in order."""
    chunks = _chunks(text, _lines(text))
    _classify(text, chunks)
    for chunk in chunks:
        if chunk.role is not _Role.RULE:
            yield from _parts(text, chunk)

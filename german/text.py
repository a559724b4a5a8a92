"""The text model: blocks, sentences and words with their places in the text as given.

All offsets are code points, half open. Nothing here judges or changes a text.
The abbreviations and the words that begin a sentence are data files in `german/data`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_DATA = Path(__file__).parent / "data"


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


class Word(NamedTuple):
    """One word: letters with inner hyphens, or a placeholder `⟦…⟧`. Numbers and `§` are no words."""

    start: int
    end: int
    text: str


class Sentence(NamedTuple):
    """One sentence without surrounding white space. A list marker such as `2.` or `-` belongs to its sentence."""

    start: int
    end: int
    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text. `sentences` is empty for blocks that are no running text (address, mail header)."""

    kind: BlockKind
    start: int
    end: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class TextModel:
    """A text and its blocks, in order, not overlapping."""

    text: str
    blocks: tuple[Block, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence of every block, in order."""
        return tuple(sentence for block in self.blocks for sentence in block.sentences)


class Abbreviation(NamedTuple):
    """One line of `data/abbreviations.txt`."""

    short: str
    long: str
    ends: str
    clear: bool


class DataError(Exception):
    """A data file of this package cannot be read. The message names file and line."""


# Letters of European names and texts, with combining marks (decomposed umlauts) and the soft hyphen inside a word.
_LETTER = r"A-Za-zªºÀ-ÖØ-öø-ʯͰ-ӿḀ-ỿ"
_WORD = re.compile(
    rf"⟦[^⟦⟧\n]{{0,80}}⟧|[{_LETTER}][{_LETTER}\u0300-\u036f\u00ad]*(?:[-‑’'][{_LETTER}][{_LETTER}\u0300-\u036f\u00ad]*)*"
)


def words(text: str, start: int = 0, end: int | None = None) -> tuple[Word, ...]:
    """The words of `text[start:end]`, with offsets into `text`."""
    return tuple(
        [Word(m.start(), m.end(), m.group()) for m in _WORD.finditer(text, start, len(text) if end is None else end)]
    )


# --- abbreviations and sentence starters -----------------------------------------------------------------------------


def data_lines(name: str) -> Iterator[tuple[int, str]]:
    """The lines of a data file with their numbers, without comments and blank lines.

    Raises:
        DataError: The file is missing or is not UTF-8.
    """
    try:
        content = (_DATA / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{name}: kann nicht gelesen werden ({type(error).__name__})") from None
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.strip()


def data_sections(name: str) -> dict[str, tuple[str, ...]]:
    """The words of a data file with `[section]` lines, by section.

    Raises:
        DataError: The file cannot be read, or words stand before the first section.
    """
    found: dict[str, list[str]] = {}
    words_of_section: list[str] | None = None
    for number, line in data_lines(name):
        if line.startswith("["):
            words_of_section = found.setdefault(line.strip("[]"), [])
        elif words_of_section is None:
            raise DataError(f"{name}, Zeile {number}: vor dem ersten [Abschnitt]")
        else:
            words_of_section.extend(line.split())
    return {section: tuple(entries) for section, entries in found.items()}


class _Abbreviations(NamedTuple):
    exact: dict[str, Abbreviation]
    folded: dict[str, Abbreviation]
    endings: tuple[tuple[str, Abbreviation], ...]


@lru_cache(maxsize=1)
def _abbreviations() -> _Abbreviations:
    exact: dict[str, Abbreviation] = {}
    folded: dict[str, Abbreviation] = {}
    endings: list[tuple[str, Abbreviation]] = []
    for number, line in data_lines("abbreviations.txt"):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 4 or cells[2] not in ("nie", "kann", "meist", "zahl") or cells[3] not in ("klar", "aus"):
            raise DataError(f"abbreviations.txt, Zeile {number}: erwartet „Abkürzung | lang | Verhalten | Rolle“")
        short = cells[0].lstrip("!*")
        entry = Abbreviation(short, cells[1], cells[2], cells[3] == "klar")
        key = short.replace(" ", "")
        if cells[0].startswith("*"):
            endings.append((key, entry))
        elif cells[0].startswith("!"):
            exact[key] = entry
        else:
            exact.setdefault(key, entry)
            folded.setdefault(key.lower(), entry)
    return _Abbreviations(exact, folded, tuple(endings))


@lru_cache(maxsize=1)
def _starters() -> frozenset[str]:
    return frozenset(word for _, line in data_lines("sentence_starters.txt") for word in line.split())


def abbreviation(token: str) -> Abbreviation | None:
    """The entry for an abbreviation as written, such as `z. B.`, `z.B.` or `Hausnr.`; None for other tokens."""
    known = _abbreviations()
    key = "".join(token.split())
    found = known.exact.get(key) or known.folded.get(key.lower())
    if found is None:
        for ending, entry in known.endings:
            if key.endswith(ending) and len(key) > len(ending):
                return entry
    return found


# --- sentences -------------------------------------------------------------------------------------------------------

_MONTHS = frozenset(
    re.findall(
        r"\w+",
        "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember "
        "Jan Feb Febr Mär Mrz Apr Jun Jul Aug Sep Sept Okt Nov Dez",
    )
)
_CANDIDATE = re.compile(
    r"⟦[^⟦⟧\n]{0,80}⟧|(?:[.!?…]+[)\]\"“”»«'’‘›]*|:)(?=\s|$)"
    r"|(?<=[a-zäöüß]{3})[.!?](?=[A-ZÄÖÜ][a-zäöüß])"
)
_NEXT = re.compile(rf"\s*([„“\"»«‚'(\[–—•*-]*\s?)([{_LETTER}][{_LETTER}-]*|\d|§|⟦)?")
_SHORT = rf"(?<![{_LETTER}\d])[{_LETTER}]{{1,4}}\."
_CHAIN = re.compile(rf"(?:{_SHORT}[ \u00a0\u202f]?)*{_SHORT}$")
_MARKER = re.compile(r"(?:\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-zA-Z]{1,2}|[IVX]{1,4})[.)]\)?|[-•*–·▪◦‣●■□☐✓]+)\s*$")
_ORDINAL_BEFORE = re.compile(
    r"(?:\b(?:de[rmns]|die|das|[ai]m|zu[mr]|vom|beim|ins?|jede[rsmn]?|(?:k?ein|dies|unser|ihr|mein|sein)e?[rsmn]?|bis|und|oder|"
    r"ab|seit|(?!zusammen|gegen|wegen|neben|zwischen|unter|über)[a-zäöüß]{3,}(?:en|er|es|em))|[–/-]|\d\.)\s*$",
    re.I,
)
_CARDINAL_BEFORE = re.compile(
    r"(?:§+|\b(?:Nr\.?|Nrn\.|Nummer|Abs\.|Absatz|Satz|S\.|Ziffer|Ziff\.|Zimmer|Zi\.|Raum|Seite|Anlage|Artikel|Art\.|Klasse|Kl\.|"
    r"Haus|Hausnummer|Punkt|Teil|Stufe|Zone|Kapitel|Abschnitt|Buchstabe|Telefon|Tel\.|Fax|Jahr|Jahre|Jahres|von|auf|um|mit|"
    r"[A-ZÄÖÜ][\w-]*(?:str\.|straße|weg|platz|gasse|allee|ring|nr\.)))\s*$",
    re.I,
)
_NUMBER_TOKEN = re.compile(r"(\d[\d.,:/-]*)$")
_ROMAN = frozenset(re.findall(r"\w+", "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX"))
_VOWEL = re.compile("[aeiouyäöü]", re.I)
_LOOK_BACK = 60
_OPENERS = "„“\"»«‚'([*_–—"


def _is_sentence_end(text: str, block_start: int, sentence_start: int, match: re.Match[str], block_end: int) -> bool:
    """Whether the punctuation found ends a sentence that began at `sentence_start`."""
    mark = match.start()
    if text[mark] == "⟦":
        return False
    after = _NEXT.match(text, match.end(), block_end)
    if after is None or after.group(2) is None:
        # Only white space, or something that is neither letter nor digit, follows.
        return after is None or after.end() >= block_end or text[mark] in "!?"
    if not text[match.end()].isspace() and _file_or_address(text, mark, block_start, block_end):
        return False
    opened, follower = after.group(1), after.group(2)
    first = follower[0]
    kind = text[mark]
    if kind == ":":
        return follower in _starters() and _is_clause(text, sentence_start, mark, follower)
    if kind in "!?":
        return not first.islower() or (_lower_style(text, block_start) and not opened)
    if kind == "…" or match.group().startswith(".."):
        return follower in _starters()
    low = max(block_start, mark - _LOOK_BACK)
    token_start = max(low, *(text.rfind(space, low, mark) + 1 for space in " \n\u00a0"))
    while token_start < mark and text[token_start] in _OPENERS:
        token_start += 1
    token = text[token_start:mark]
    if first.islower():
        chat_word = _lower_style(text, block_start) and len(token) >= 3 and token.isalpha()
        return chat_word and abbreviation(token + ".") is None
    if token_start == sentence_start and _MARKER.match(text[sentence_start : mark + 1]):
        return False
    starter = follower in _starters()
    if match.end() - mark == 1:
        number = _NUMBER_TOKEN.search(token)
        if number:
            return _ends_after_number(text, low, mark - len(number[1]), number[1], follower, starter)
    elif token[:1] != "(" and len(token) > 2:
        return True
    return _ends_after_token(text, low, token_start, mark, first, starter)


def _file_or_address(text: str, mark: int, block_start: int, block_end: int) -> bool:
    """Whether a full stop without a space after it belongs to a file name or an address."""
    left = max(block_start, mark - _LOOK_BACK)
    before = text[left:mark].split()[-1:]
    after = text[mark + 1 : min(block_end, mark + _LOOK_BACK)].split()[:1]
    around = "".join((*before, *after)).rstrip(".,;:!?")
    return any(sign in around for sign in "./@_\\")


def _ends_after_token(text: str, low: int, token_start: int, mark: int, first: str, starter: bool) -> bool:
    """Whether the full stop at `mark` after a word, an initial or an abbreviation ends the sentence."""
    token = text[token_start:mark]
    if token in _ROMAN:
        return starter or _ORDINAL_BEFORE.search(text, low, token_start) is None
    if len(token) <= 4 or "." in token:
        chain = _CHAIN.search(text, max(low, mark - 20), mark + 1)
        entry = _chain_entry(chain.group()) if chain else None
        if entry:
            return _ends_after_abbreviation(entry, first, starter)
        if len(token) == 1 and token.isalpha():
            numbered = text[max(0, token_start - 2) : token_start - 1].isdigit()
            return first != "⟦" and starter and (numbered or not token.islower())
    tail = token[max(token.rfind("-"), token.rfind("/")) + 1 :]
    entry = abbreviation(tail + ".") or abbreviation(token + ".") if tail else None
    if entry:
        return _ends_after_abbreviation(entry, first, starter)
    consonants = 1 < len(token) <= 5 and token.isalpha() and not token.isupper() and not _VOWEL.search(token)
    return starter or not consonants


def _chain_entry(chain: str) -> Abbreviation | None:
    parts = re.findall(rf"[{_LETTER}]+\.", chain)
    for first in range(len(parts)):
        if len(parts) - first > 1:
            entry = abbreviation("".join(parts[first:]))
            if entry:
                return entry
    return abbreviation(parts[-1]) if parts else None


def _ends_after_abbreviation(entry: Abbreviation, first: str, starter: bool) -> bool:
    if entry.ends == "nie":
        return False
    if entry.ends == "zahl":
        return not (first.isdigit() or first == "§" or (entry.short == "S." and not starter))
    if entry.ends == "meist":
        return first.isalpha() or first == "⟦"
    return starter


def _ends_after_number(text: str, low: int, start: int, number: str, follower: str, starter: bool) -> bool:
    if follower in _MONTHS or follower[0].isdigit():
        # "7. Dezember", "3. 5. 2027"; but "bis 2026. 5 Euro" is rare enough to be left whole.
        return len(number) > 2 and follower[0].isdigit() and "." not in number
    if len(number) <= 2 and text[low:start].rstrip()[-1:] in ("(", ",", ":", ";"):
        # "(2. OG links)", "Raum 4, 2. Stock", "Es folgen: 1. Ausweis, 2. Foto"
        return False
    if starter:
        # "Anlage 3. Die", "bis 2027. Wir": no ordinal stands before a word that begins a sentence.
        return True
    if len(number) > 2 or _CARDINAL_BEFORE.search(text, low, start):
        return not re.fullmatch(r"\d{1,2}\.\d{1,2}", number)
    return _ORDINAL_BEFORE.search(text, low, start) is None and low < start


def _is_clause(text: str, start: int, colon: int, follower: str) -> bool:
    """A colon ends a sentence when whole words stand before it and a clause may follow; `Az.:` and `Ort: Im` do not."""
    before = text[start:colon]
    return " " in before.strip() or len(before) > 8 or follower in ("Bitte", "Sie", "Wir")


def _lower_style(text: str, block_start: int) -> bool:
    """Chat style: everything in lower case, so a lower-case letter may begin a sentence."""
    probe = text[block_start : block_start + 200]
    return probe[:1].islower() and sum(map(str.isupper, probe)) * 50 <= len(probe)


def _sentences(text: str, start: int, end: int) -> tuple[Sentence, ...]:
    found: list[Sentence] = []
    position = start
    for match in _CANDIDATE.finditer(text, start, end):
        if match.start() < position:
            continue
        if _is_sentence_end(text, start, position, match, end):
            _append(found, text, position, match.end())
            position = match.end()
            while position < end and text[position].isspace():
                position += 1
    if position < end:
        _append(found, text, position, end)
    return tuple(found)


def _append(found: list[Sentence], text: str, start: int, end: int) -> None:
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        found.append(Sentence(start, end, text[start:end], words(text, start, end)))


# --- lines -----------------------------------------------------------------------------------------------------------


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
    if following in _MONTHS or following in ("und", "bis", "oder", "sowie"):
        return False
    if label.isalpha() and not label.isupper() and len(label) == 2 and label[0] != label[1]:
        return False
    if (
        label[0].isalpha()
        and numbered.group()[len(label) : len(label) + 1] == "."
        and not numbered.group().startswith("(")
    ):
        # "a. M.", "z. B.", "I. A." are no list markers.
        if len(following) <= 2 or (label.isupper() and label not in _ROMAN and label not in "ABCDEF"):
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


# --- blocks ----------------------------------------------------------------------------------------------------------


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


_UNSPLIT = frozenset({BlockKind.ADDRESS, BlockKind.MAIL_HEADER})
_INLINE_LEGAL = re.compile(
    r"(?<=[.!?:]\s)(?:Rechtsbehelfsbelehrung|Rechtsmittelbelehrung)\b|(?<=[.!?]\s)(?=Gegen dies(?:e|en|es) )"
)
_INLINE_CLOSING = re.compile(
    r"(?<=[.!?]\s)(?:Mit freundlichen Gr(?:ü|ue)(?:ß|ss)en|Freundliche Grüße|Hochachtungsvoll)\b"
)


def _blocks(text: str, chunk: _Chunk) -> Iterator[tuple[BlockKind, int, int]]:
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


def parse(text: str) -> TextModel:
    """Split a text into blocks, sentences and words.

    Args:
        text: Plain text as pasted; line breaks `\\n`, `\\r\\n` or U+2028 are all understood.

    Returns:
        The model; every offset points into `text` unchanged.
    """
    chunks = _chunks(text, _lines(text))
    _classify(text, chunks)
    blocks: list[Block] = []
    for chunk in chunks:
        if chunk.role is _Role.RULE:
            continue
        for kind, start, end in _blocks(text, chunk):
            blocks.append(Block(kind, start, end, () if kind in _UNSPLIT else _sentences(text, start, end)))
    return TextModel(text, tuple(blocks))

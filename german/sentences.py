"""Words and sentences: where a sentence ends, and where a full stop belongs to an abbreviation, a number or a date.

The abbreviations and the words that begin a sentence are data files. Nothing here knows what a block or a letter is.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from german.datafiles import DataError, data_lines


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


class Abbreviation(NamedTuple):
    """One line of `data/abbreviations.txt`."""

    short: str
    long: str
    ends: str
    clear: bool


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


MONTHS = frozenset(
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
    r"(?:\b(?:de[rmns]|die|das|[ai]m|zu[mr]|vom|beim|ins?|jede[rsmn]?|(?:k?ein|dies|unser|ihr|mein|sein)e?[rsmn]?|"
    r"(?<!\d )(?:bis|und|oder)|ab|seit|"
    r"(?!zusammen|gegen|wegen|neben|zwischen|unter|über)[a-zäöüß]{3,}(?:en|er|es|em))|[–/-]|\d\.)\s*$",
    re.I,
)
_CARDINAL_BEFORE = re.compile(
    r"(?:§+|\b(?:Nr\.?|Nrn\.|Nummer|Abs\.|Absatz|Satz|S\.|Ziffer|Ziff\.|Zimmer|Zi\.|Raum|Seite|Anlage|Artikel|Art\.|Klasse|Kl\.|"
    r"Haus|Hausnummer|Punkt|Teil|Stufe|Zone|Kapitel|Abschnitt|Buchstabe|Telefon|Tel\.|Fax|Jahr|Jahre|Jahres|von|auf|um|mit|"
    r"[A-ZÄÖÜ][\w-]*(?:str\.|straße|weg|platz|gasse|allee|ring|nr\.)))\s*$",
    re.I,
)
_NUMBER_TOKEN = re.compile(r"(\d[\d.,:/-]*)$")
ROMAN = frozenset(re.findall(r"\w+", "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX"))
_VOWEL = re.compile("[aeiouyäöü]", re.I)
_LOOK_BACK = 60
_INITIALS = re.compile(r"(?:[A-ZÄÖÜ]\.-)+[A-ZÄÖÜ]")
# Shortened adjectives: amtl., gesetzl., monatl.; no German word ends like that.
_SHORTENED = re.compile(r"[a-zäöü](?:[bdfgknpstz]|ch)l$")
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
    if token in ROMAN:
        return starter or _ORDINAL_BEFORE.search(text, low, token_start) is None
    if len(token) <= 4 or "." in token:
        chain = _CHAIN.search(text, max(low, mark - 20), mark + 1)
        entry = _chain_entry(chain.group()) if chain else None
        if entry:
            return _ends_after_abbreviation(entry, first, starter)
        if _INITIALS.fullmatch(token):
            return starter
        if len(token) == 1 and token.isalpha():
            numbered = text[max(0, token_start - 2) : token_start - 1].isdigit()
            if numbered and token in "mglht":
                # A unit: "2,5 m."
                return True
            return first != "⟦" and starter and (numbered or not token.islower())
    tail = token[max(token.rfind("-"), token.rfind("/")) + 1 :]
    entry = abbreviation(tail + ".") or abbreviation(token + ".") if tail else None
    if entry:
        return _ends_after_abbreviation(entry, first, starter)
    if _SHORTENED.search(token):
        return False
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
    if follower in MONTHS or follower[0].isdigit():
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


def sentences(text: str, start: int, end: int) -> tuple[Sentence, ...]:
    """The sentences of `text[start:end]`, which is one block; offsets point into `text`."""
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

"""The word lists of this room, read from `policy/daten`. What a word means in a text is decided elsewhere."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policy.screening import PolicyError

FOLDER = Path(__file__).parent / "daten"


@cache
def sections(name: str) -> dict[str, list[str]]:
    """The sections of one list file: `[section]`, then words by white space, `#` for remarks.

    Raises:
        PolicyError: the file is missing or a line stands before the first section; names file and line.
    """
    path = FOLDER / name
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: Die Wortliste ist nicht lesbar.") from error
    result: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(content.splitlines(), 1):
        if not line or line[0] == "#":
            continue
        if line[0] == "[":
            current = result.setdefault(line.strip("[] "), [])
        elif current is None:
            raise PolicyError(f"{path}, Zeile {number}: Vor dem ersten Abschnitt in eckigen Klammern stehen Wörter.")
        else:
            current.extend(line.split())
    return result


# What a word may be, as one number per word so that a text is walked with one look-up a word.
HINTS = {
    name: 1 << place
    for place, name in enumerate(
        ["anrede", "titel", "partikel", "rolle", "feld", "tabellenkopf", "gruss", "hallo", "einrichtung",
            "funktion", "kein-name",
         "vornamenthema", "personenverb", "personenpräposition", "ortspräposition", "sache", "artikel", "vorname",
         "nachname", "aktenwort", "adel", "anlass", "öffentliches-amt", "handwerk", "dienstplan", "vornamenkürzel",
         "redeverb"]
    )
}  # fmt: skip


# What a capitalised word may be.
FIRST, UNSURE, LAST, ORDINARY, PLACE, UNKNOWN, LISTED, BRAND, BUILT = 1, 2, 4, 8, 16, 32, 64, 128, 256


@dataclass
class Lists:
    """All lists. Names are as written, each with what it may be; words of hints are in lower case."""

    names: dict[str, int]
    endings: tuple[str, ...]
    known: dict[str, tuple[tuple[str, ...], ...]]
    plates: frozenset[str]
    cues: dict[str, tuple[str, ...]]
    hints: dict[str, int]
    functional_mail: frozenset[str]


@cache
def load() -> Lists:
    """Read all lists once."""
    names: dict[str, int] = {}
    for file, flag in (("firmen.txt", BRAND), ("orte.txt", PLACE), ("nachnamen.txt", LAST), ("vornamen.txt", FIRST)):
        for kind, words in sections(file).items():
            if kind in ("kennzeichen", "endungen"):
                continue
            for word in words:
                names[word] = (
                    (names.get(word, 0) & ~FIRST | UNSURE) if kind == "mehrdeutig" else names.get(word, 0) | flag
                )
    cues: dict[str, tuple[str, ...]] = {}
    for kind, words in sections("kennungen.txt").items():
        for word in words:
            cues[word] = (*cues.get(word, ()), kind)
    known: dict[str, tuple[tuple[str, ...], ...]] = {}
    for words in sections("bekannte.txt").values():
        for entry in words:
            parts = tuple(entry.split("_"))
            known[parts[0]] = (*known.get(parts[0], ()), parts)
    hints: dict[str, int] = {}
    for kind, words in sections("hinweise.txt").items():
        bit = HINTS[kind]
        for word in words:
            hints[word] = hints.get(word, 0) | bit
    first, last = HINTS["vorname"], HINTS["nachname"]
    for word, flags in names.items():
        if flags & (FIRST | LAST):
            low = word.lower()
            hints[low] = hints.get(low, 0) | (first if flags & FIRST else 0) | (last if flags & LAST else 0)
    return Lists(
        names=names,
        endings=tuple(sections("nachnamen.txt").get("endungen", [])),
        known=known,
        plates=frozenset(sections("orte.txt").get("kennzeichen", [])),
        cues=cues,
        hints=hints,
        functional_mail=frozenset(sections("postfaecher.txt").get("postfach", [])),
    )

"""The word lists of this room, read from `policy/daten`. Lists only; what a word means in a text is decided elsewhere."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policy.screening import PolicyError

FOLDER = Path(__file__).parent / "daten"


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
        ["anrede", "titel", "partikel", "rolle", "feld", "tabellenkopf", "gruss", "hallo", "einrichtung", "funktion", "kein-name",
         "vornamenthema", "personenverb", "personenpräposition", "ortspräposition", "sache", "artikel", "vorname", "nachname", "aktenwort"]
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lists:
    """All lists. Names are as written; words of hints are in lower case."""

    first: frozenset[str]
    unsure: frozenset[str]
    last: frozenset[str]
    endings: tuple[str, ...]
    places: frozenset[str]
    known: dict[str, tuple[tuple[str, ...], ...]]
    brands: frozenset[str]
    plates: frozenset[str]
    cues: dict[str, tuple[str, ...]]
    hints: dict[str, int]
    functional_mail: frozenset[str]


@cache
def load() -> Lists:
    """Read all lists once."""
    names = sections("vornamen.txt")
    unsure = frozenset(names.pop("mehrdeutig", []))
    first = frozenset(word for words in names.values() for word in words) | unsure
    cues: dict[str, tuple[str, ...]] = {}
    for kind, words in sections("kennungen.txt").items():
        for word in words:
            cues[word] = (*cues.get(word, ()), kind)
    surnames = sections("nachnamen.txt")
    endings = tuple(surnames.pop("endungen", []))
    last = frozenset(word for words in surnames.values() for word in words)
    places = sections("orte.txt")
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
    for word in first - unsure:
        low = word.lower()
        hints[low] = hints.get(low, 0) | HINTS["vorname"]
    for word in last:
        low = word.lower()
        hints[low] = hints.get(low, 0) | HINTS["nachname"]
    return Lists(
        first=first,
        unsure=unsure,
        last=last,
        endings=endings,
        places=frozenset(word for kind, words in places.items() if kind != "kennzeichen" for word in words),
        known=known,
        brands=frozenset(word for words in sections("firmen.txt").values() for word in words),
        plates=frozenset(places.get("kennzeichen", [])),
        cues=cues,
        hints=hints,
        functional_mail=frozenset(sections("postfaecher.txt").get("postfach", [])),
    )

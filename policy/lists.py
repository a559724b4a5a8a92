"""The word lists of this room, read from `policy/daten`. Lists only; what a word means in a text is decided elsewhere."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from policy.screening import PolicyError

_FOLDER = Path(__file__).parent / "daten"


def sections(name: str) -> dict[str, list[str]]:
    """The sections of one list file: `[section]`, then words by white space, `#` for remarks.

    Raises:
        PolicyError: the file is missing or a line stands before the first section; names file and line.
    """
    path = _FOLDER / name
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


@dataclass(frozen=True, slots=True)
class Lists:
    """All lists. Names are as written; words of hints are in lower case."""

    first: frozenset[str]
    first_lower: frozenset[str]
    unsure: frozenset[str]
    last: frozenset[str]
    last_lower: frozenset[str]
    endings: tuple[str, ...]
    places: frozenset[str]
    known: dict[str, tuple[tuple[str, ...], ...]]
    brands: frozenset[str]
    plates: frozenset[str]
    cues: dict[str, tuple[str, ...]]
    hints: dict[str, frozenset[str]]
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
    people = sections("bekannte.txt")
    known: dict[str, tuple[tuple[str, ...], ...]] = {}
    for words in people.values():
        for entry in words:
            parts = tuple(entry.split("_"))
            known[parts[-1]] = (*known.get(parts[-1], ()), parts)
    hints = {kind: frozenset(words) for kind, words in sections("hinweise.txt").items()}
    return Lists(
        first=first,
        first_lower=frozenset(word.lower() for word in first - unsure),
        unsure=unsure,
        last=last,
        last_lower=frozenset(word.lower() for word in last),
        endings=endings,
        places=frozenset(word for kind, words in places.items() if kind != "kennzeichen" for word in words),
        known=known,
        brands=frozenset(word for words in sections("firmen.txt").values() for word in words),
        plates=frozenset(places.get("kennzeichen", [])),
        cues=cues,
        hints=hints,
        functional_mail=frozenset(sections("postfaecher.txt").get("postfach", [])),
    )

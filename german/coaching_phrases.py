"""The phrases and words that coaching knows: `data/coaching.txt` and `data/wortpaare.yaml`, read once.

No text is looked at here.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

from german.datafiles import DataError, data_lines


class SupportVerb(NamedTuple):
    words: tuple[str, ...]
    verb: str
    better: str


class Pair(NamedTuple):
    words: tuple[str, ...]
    shown: str
    plain: str
    verb: bool


class Pattern(NamedTuple):
    pattern: re.Pattern[str]
    suggestion: str


class Phrases(NamedTuple):
    support_verbs: dict[str, tuple[SupportVerb, ...]]
    impersonal: tuple[Pattern, ...]
    lead_ins: tuple[Pattern, ...]
    synonyms: tuple[frozenset[str], ...]
    known_words: frozenset[str]
    no_negation: frozenset[str]
    silent_pairs: frozenset[int]
    finite: frozenset[str]
    determiners: frozenset[str]
    openings: frozenset[str]
    attributes: frozenset[str]


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """The fixed phrases and word lists of coaching."""
    rows: dict[str, list[tuple[int, list[str]]]] = {}
    section = ""
    for number, line in data_lines("coaching.txt"):
        if line.startswith("[") and line.endswith("]") and "|" not in line:
            section = line[1:-1]
        else:
            rows.setdefault(section, []).append((number, [cell.strip() for cell in line.split(" | ")]))
    common = {cells[0] for _, cells in rows["gewöhnliche wendung"]}
    support: dict[str, list[SupportVerb]] = {}
    for number, cells in rows["funktionsverbgefüge"]:
        if len(cells) != 3:
            raise DataError(f"coaching.txt, Zeile {number}: erwartet „Wendung | Verb | besser“")
        if f"{cells[0]} {cells[1]}" in common:
            continue
        phrase = tuple(cells[0].lower().split())
        support.setdefault(phrase[0], []).append(SupportVerb(phrase, cells[1], cells[2]))
    return Phrases(
        {first: tuple(sorted(entries, key=lambda e: -len(e.words))) for first, entries in support.items()},
        _patterns(rows["unpersönlich"]),
        _patterns(rows["leere einleitung"]),
        tuple(frozenset(cells[0].split()) for _, cells in rows["synonyme"]),
        frozenset(word for _, cells in rows["lange wörter, die alle kennen"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["keine doppelte verneinung"] for word in cells[0].split()),
        frozenset(int(word) for _, cells in rows["stille wortpaare"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["gebeugte hilfsverben"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["begleiter"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["auftakt"] for word in cells[0].split()),
        frozenset(word for _, cells in rows["adjektive im erweiterten attribut"] for word in cells[0].split()),
    )


def _patterns(rows: list[tuple[int, list[str]]]) -> tuple[Pattern, ...]:
    found: list[Pattern] = []
    for number, cells in rows:
        try:
            pattern, suggestion = cells
            found.append(Pattern(re.compile(pattern), suggestion))
        except (ValueError, re.error):
            raise DataError(f"coaching.txt, Zeile {number}: erwartet „Muster | Vorschlag“") from None
    return tuple(found)


_PAIRS = Path(__file__).parent / "data" / "wortpaare.yaml"


@lru_cache(maxsize=1)
def word_pairs() -> dict[str, tuple[Pair, ...]]:
    """The word pairs that are worth a remark, by their first word in lower case. Legal terms are none."""
    import yaml

    try:
        raw: object = yaml.load(
            _PAIRS.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        )
        entries = cast("list[dict[str, object]]", cast("dict[str, object]", raw)["paare"])
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        raise DataError(f"wortpaare.yaml: kann nicht gelesen werden ({type(error).__name__})") from None
    silent = phrases().silent_pairs
    found: dict[str, list[Pair]] = {}
    for entry in entries:
        number, official, plain = entry.get("nr"), entry.get("amtlich"), entry.get("klar")
        if not isinstance(number, int) or not isinstance(official, list) or not isinstance(plain, str):
            raise DataError("wortpaare.yaml: ein Eintrag hat nicht „nr“, „amtlich“ und „klar“")
        if entry.get("recht") or number in silent:
            continue
        for shown in _spellings(cast("Iterable[object]", official)):
            words = tuple(re.findall(r"[a-zäöüß-]+", shown.lower()))
            if words:
                found.setdefault(words[0], []).append(Pair(words, shown, _spoken(plain), entry.get("art") == "C"))
    return {first: tuple(sorted(pairs, key=lambda p: -len(p.words))) for first, pairs in found.items()}


def _spellings(official: Iterable[object]) -> Iterator[str]:
    """The phrases of an entry without remarks in brackets and without the article that stands for the next noun."""
    for phrase in official:
        bare = re.sub(r"\s*\(.*?\)|[„“…]|/-\w+", "", str(phrase)).strip()
        bare = re.sub(r"\s+d(?:er|es|em|en)(?:/d?\w+)?$", "", bare)
        pieces = re.split(r"\s*[,/]\s*", bare)
        yield from pieces if all(" " not in piece for piece in pieces) and "dass" not in pieces else [bare]


def _spoken(plain: str) -> str:
    if plain.startswith("("):
        return "weglassen" if "streichen" in plain else plain.strip("()")
    choices = plain.split(", ")
    if len(choices) > 1 and all(re.fullmatch(r"[\w-]+", choice) for choice in choices):
        return ", ".join(f"„{choice}“" for choice in choices[:-1]) + f" oder „{choices[-1]}“"
    return f"„{plain}“"

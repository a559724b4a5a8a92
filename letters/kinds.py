"""The kinds of letters: what they are called and how notes give them away. The list is `daten/arten.yaml`."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

FILE = Path(__file__).parent / "daten" / "arten.yaml"


class KindsError(Exception):
    """The list of kinds is not as it has to be. The message names the file and the kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Attributes:
        key: Its key, such as `einladung`.
        title: Its German name.
        cues: What gives it away in notes.
        word: Words that only name the kind and do not belong to the topic.
    """

    key: str
    title: str
    cues: tuple[re.Pattern[str], ...]
    word: re.Pattern[str]


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order a form offers them; the last is the general letter.

    Raises:
        KindsError: the list is malformed.
    """
    import yaml

    try:
        data = cast("list[dict[str, Any]]", yaml.safe_load(FILE.read_text(encoding="utf-8")))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise KindsError(f"{FILE}:{line}: kein gültiges YAML") from None
    found: list[Kind] = []
    for entry in data:
        try:
            cues = tuple(re.compile(cue, re.I) for cue in entry["muster"])
            found.append(Kind(entry["schluessel"], entry["titel"], cues, re.compile(rf"\b{entry['wort']}\b")))
        except (KeyError, TypeError, re.error) as error:
            name = entry.get("schluessel", f"Eintrag {len(found) + 1}")
            raise KindsError(f"{FILE}: {name}: {type(error).__name__} {error}") from None
    return tuple(found)


def titles() -> tuple[tuple[str, str], ...]:
    """Key and German name of each kind, as a form offers them."""
    return tuple((kind.key, kind.title) for kind in kinds())


def title(key: str) -> str:
    """The German name of a kind; empty for an unknown key, so that free text never gets into a prompt."""
    return next((kind.title for kind in kinds() if kind.key == key), "")


def kind_of(notes: str, key: str = "") -> Kind:
    """The kind a form asked for, or the one whose cue comes first in the notes, or the general letter."""
    every = kinds()
    for kind in every:
        if kind.key == key:
            return kind
    places = [
        (match.start(), number)
        for number, kind in enumerate(every)
        for cue in kind.cues
        if (match := cue.search(notes)) is not None
    ]
    return every[min(places)[1]] if places else every[-1]

"""Builds the German prompts from the files in `assistant/prompts`.

What a prompt says is written there; this module only reads, checks and puts the parts together.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from assistant import tasks
from writers.port import TaskKind

FOLDER = Path(__file__).parent / "prompts"

_HEADER = re.compile(r"<!--\n(?P<header>.*?)\n-->\n", re.S)
_SLOT = re.compile(r"\{\{(\w+)\}\}")


class PromptError(Exception):
    """A prompt file is not as it has to be. The message names file and line."""


@cache
def _read(name: str) -> str:
    path = FOLDER / f"{name}.md"
    try:
        raw = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"{path}: nicht lesbar ({error.__class__.__name__})") from None
    match = _HEADER.match(raw)
    if match is None:
        raise PromptError(f"{path}:1: Der Kopf <!-- … --> fehlt.")
    for key in ("Format:", "Fassung:", "Quelle:", "Lizenz:"):
        if key not in match["header"]:
            raise PromptError(f"{path}:1: Im Kopf fehlt „{key}“.")
    return raw[match.end() :].strip()


def _fill(name: str, **values: str) -> str:
    """Put the values into the slots, each once, so that a value is never searched for slots itself."""
    text = _read(name)
    for slot in _SLOT.finditer(text):
        if slot[1] not in values:
            raise PromptError(f"{FOLDER / name}.md:{_line(name, slot[0])}: {slot[0]} ist unbekannt.")
    return _SLOT.sub(lambda slot: values[slot[1]], text)


def _line(name: str, slot: str) -> int:
    raw = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    return raw.count("\n", 0, raw.index(slot, raw.index("-->"))) + 1


def forget() -> None:
    """Read the files anew from now on."""
    _read.cache_clear()


def system(kind: TaskKind, letter_kind: str = "", values: Mapping[str, str] | None = None) -> str:
    """The system prompt of a task.

    Args:
        kind: The task; its prompt has the same name.
        letter_kind: A kind's German name, never free text.
        values: What a form says; only the sentences that stand for its choices get into the prompt.
    """
    task = tasks.task_of(kind)
    art = letter_kind or "wie in den Notizen"
    return _fill(kind.value, grundregeln=_read(task.basis), art=art, **task.orders(values or {}))


def frame(kind: TaskKind, terms: Sequence[str] = ()) -> str:
    """The message around the text; `{{grenze}}` and `{{text}}` are left for the writer to fill.

    Args:
        kind: The task.
        terms: Words that all blocks of a long text share; empty when the text goes as a whole.
    """
    order = tasks.task_of(kind).order
    if terms:
        order += " " + _fill("abschnitt", begriffe=", ".join(terms))
    return _fill("rahmen", auftrag=order, grenze="{{grenze}}", text="{{text}}")


def repair(points: Sequence[str]) -> str:
    """One precise request that names what fell short."""
    return _fill("nachbesserung", punkte="\n".join(f"- {point}" for point in points))


def check() -> None:
    """Read every prompt once, so that a broken file refuses the start.

    Raises:
        PromptError: a file is missing or malformed.
    """
    for kind in TaskKind:
        system(kind)
        frame(kind, ("Antrag",))
    repair(())

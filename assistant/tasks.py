"""The tasks of the product, read from `aufgaben.yaml`: what a form asks, who may use it, what is checked.

What a prompt says is in `assistant/prompts`; how a check works is in `assistant.checks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, cast

from entra.gate import Capability
from writers.port import TaskKind

FILE = Path(__file__).parent / "aufgaben.yaml"

_CAPABILITIES = {one.value: one for one in (Capability.REWRITE, Capability.DRAFT, Capability.FREE, Capability.TALK)}
_BASES = ("grundregeln", "grundregeln_neu", "grundregeln_ideen")
_FIELD_KINDS = ("zeile", "text", "auswahl")


class TasksError(Exception):
    """The file of tasks is not as it has to be. The message names file and line."""


class Check(StrEnum):
    """What is checked in the text of a task."""

    ALL_FACTS = "alle_angaben"
    STATED_FACTS = "genannte_angaben"
    NO_NEW_FACTS = "keine_neuen_angaben"
    PROTECTED = "schutzstellen"
    READING = "lesbarkeit"
    QUOTES = "zitate"
    NO_INSTRUCTION = "keine_belehrung"
    LENGTH = "laenge"


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice; `order` is the sentence a model gets, `characters` the most the text may have."""

    id: str
    title: str
    order: str
    characters: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One more thing a form asks for. Free text is material and is masked; a choice goes into the prompt."""

    id: str
    title: str
    kind: str
    required: bool = False
    first: bool = False
    choices: tuple[Choice, ...] = ()

    def chosen(self, value: str) -> Choice | None:
        """The choice of this value, or the first one; None for free text."""
        if not self.choices:
            return None
        return next((choice for choice in self.choices if choice.id == value), self.choices[0])


@dataclass(frozen=True, slots=True)
class Task:
    """One task.

    Attributes:
        kind: Its kind; the prompt file has its name.
        title, group, hint, material: How a form shows it.
        order: The sentence before the material.
        capability: What a person must be trained for.
        basis: Which file of rules holds besides.
        rules: True when the rule writer can do it.
        without_model: What a person reads when only a model could do it.
        checks: What is checked.
        mean, longest: Words per sentence: mean that asks for a repair, longest that is let through; 0 for none.
        published: True when the result is mostly published, so that the question of a label comes up.
        in_blocks: True when a long text may be written block by block.
        afterwards: What to look at, in German.
        departments: Where it is used most.
        fields: What else the form asks.
    """

    kind: TaskKind
    title: str
    group: str
    hint: str
    material: str
    order: str
    capability: Capability
    basis: str
    rules: bool
    without_model: str
    checks: frozenset[Check]
    mean: float
    longest: int
    published: bool
    in_blocks: bool
    afterwards: str
    departments: tuple[str, ...]
    fields: tuple[Field, ...]

    def orders(self, values: Mapping[str, str]) -> dict[str, str]:
        """The sentences that the choices of a form stand for. A value nobody offered counts as not given."""
        chosen = {field.id: field.chosen(values.get(field.id, "")) for field in self.fields}
        return {name: choice.order for name, choice in chosen.items() if choice is not None}

    def characters(self, values: Mapping[str, str]) -> int | None:
        """The most characters the text may have, if a choice limits it."""
        limits = [
            choice.characters
            for field in self.fields
            if (choice := field.chosen(values.get(field.id, ""))) is not None and choice.characters
        ]
        return min(limits, default=None)


@cache
def load(path: Path = FILE) -> Mapping[TaskKind, Task]:
    """Every task, in the order of the file.

    Raises:
        TasksError: the file is missing or malformed, or a kind has no entry.
    """
    import yaml

    try:
        # The loader in C reads seven times as fast; some builds of yaml lack it.
        loader = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=loader)
    except OSError as error:
        raise TasksError(f"{path}: nicht lesbar ({type(error).__name__})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TasksError(f"{path}:{line}: kein gültiges YAML ({error.problem})") from None
    if not isinstance(root, yaml.SequenceNode):
        raise TasksError(f"{path}:1: Es muss eine Liste von Aufgaben sein.")
    found: dict[TaskKind, Task] = {}
    for node in root.value:
        line = node.start_mark.line + 1
        # A node alone is built by a loader, which wants a stream to be made; yaml's stubs leave the result open.
        data: Any = cast("Any", yaml.SafeLoader("")).construct_object(node, deep=True)
        try:
            task = _task(cast("dict[str, Any]", data))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise TasksError(f"{path}:{line}: Aufgabe unvollständig oder falsch ({error})") from None
        if task.kind in found:
            raise TasksError(f"{path}:{line}: Die Aufgabe {task.kind.value} kommt zweimal vor.")
        found[task.kind] = task
    missing = [kind.value for kind in TaskKind if kind not in found]
    if missing:
        raise TasksError(f"{path}:1: Es fehlen die Aufgaben {', '.join(missing)}.")
    return found


def task_of(kind: TaskKind) -> Task:
    """The task of this kind."""
    return load()[kind]


def _yes(value: object) -> bool:
    # YAML 1.1 reads ja and nein as words.
    if value in ("ja", "nein"):
        return value == "ja"
    raise ValueError("ja oder nein")


def _task(data: dict[str, Any]) -> Task:
    rules = _yes(data["regelwerk"])
    if data["grundregeln"] not in _BASES:
        raise ValueError("grundregeln")
    mean, longest = data.get("saetze", [0, 0])
    return Task(
        kind=TaskKind(data["id"]),
        title=data["titel"],
        group=data["gruppe"],
        hint=data["hinweis"],
        material=data["material"],
        order=data["auftrag"],
        capability=_CAPABILITIES[data["faehigkeit"]],
        basis=data["grundregeln"],
        rules=rules,
        without_model="" if rules else data["ohne_modell"],
        checks=frozenset(Check(name) for name in data["pruefungen"]),
        mean=float(mean),
        longest=int(longest),
        published=_yes(data.get("veroeffentlicht", "nein")),
        in_blocks=_yes(data.get("abschnittsweise", "nein")),
        afterwards=data.get("danach", ""),
        departments=tuple(data["abteilungen"]),
        fields=tuple(_field(field) for field in data.get("felder", [])),
    )


def _field(data: dict[str, Any]) -> Field:
    if data["art"] not in _FIELD_KINDS or (data["art"] == "auswahl") != bool(data.get("werte")):
        raise ValueError(f"Feld {data['id']}")
    return Field(
        id=data["id"],
        title=data["titel"],
        kind=data["art"],
        required=_yes(data.get("pflicht", "nein")),
        first=_yes(data.get("zuerst", "nein")),
        choices=tuple(
            Choice(value["id"], value["titel"], value["vorgabe"], value.get("zeichen"))
            for value in data.get("werte", [])
        ),
    )

"""Ready texts and notes to try, read from `beispiele.yaml`, and the tips of `tipps.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from assistant.tasks import task_of
from writers.port import TaskKind

FILE = Path(__file__).parent / "beispiele.yaml"
TIPS = Path(__file__).parent / "tipps.yaml"


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what a department wants, and the text or notes to start from.

    Attributes:
        case: Number of the town hall's use case, 0 for a further example.
        fields: What else the form of the task asks.
        caution: What to look out for, German.
    """

    id: str
    department: str
    title: str
    task: TaskKind
    text: str
    letter_kind: str = ""
    case: int = 0
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    caution: str = ""


@dataclass(frozen=True, slots=True)
class Tip:
    """A practice tip, or one rule of the guide."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Tips:
    """How to write with the product: the short guide, and tips from practice."""

    guide: tuple[Tip, ...]
    practice: tuple[Tip, ...]


class ExamplesError(Exception):
    """The examples file is not as it has to be. The message names file and line."""


@cache
def load_examples(path: Path = FILE) -> tuple[Example, ...]:
    """Read the examples.

    Raises:
        ExamplesError: the file is missing or malformed.
    """
    import yaml

    try:
        # The loader in C reads seven times as fast; some builds of yaml lack it.
        loader = cast("type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=loader)
    except OSError as error:
        raise ExamplesError(f"{path}: nicht lesbar ({type(error).__name__})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ExamplesError(f"{path}:{line}: kein gültiges YAML ({error.problem})") from None
    if not isinstance(root, yaml.SequenceNode):
        raise ExamplesError(f"{path}:1: Es muss eine Liste von Beispielen sein.")
    found: list[Example] = []
    for node in root.value:
        line = node.start_mark.line + 1
        # A node alone is built by a loader, which wants a stream to be made; yaml's stubs leave the result open.
        data: Any = cast("Any", yaml.SafeLoader("")).construct_object(node, deep=True)
        try:
            entry = cast("dict[str, Any]", data)
            example = Example(
                entry["id"],
                entry["abteilung"],
                entry["titel"],
                TaskKind(entry["aufgabe"]),
                entry["text"].strip(),
                entry.get("art", ""),
                int(entry.get("fall", 0)),
                dict(entry.get("felder", {})),
                entry.get("achtung", ""),
            )
            known = {field.id for field in task_of(example.task).fields}
            if strange := sorted(set(example.fields) - known):
                raise ValueError(f"felder: {strange[0]}")
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ExamplesError(f"{path}:{line}: Beispiel unvollständig oder falsch ({error})") from None
        if any(example.id == other.id for other in found):
            raise ExamplesError(f"{path}:{line}: Die Kennung {example.id} kommt zweimal vor.")
        found.append(example)
    return tuple(found)


@cache
def load_tips(path: Path = TIPS) -> Tips:
    """Read the guide and the tips.

    Raises:
        ExamplesError: the file is missing or malformed.
    """
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        guide, practice = (
            tuple(Tip(entry["titel"], entry["text"]) for entry in data[part]) for part in ("anleitung", "tipps")
        )
    except OSError as error:
        raise ExamplesError(f"{path}: nicht lesbar ({type(error).__name__})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ExamplesError(f"{path}:{line}: kein gültiges YAML ({error.problem})") from None
    except (KeyError, TypeError) as error:
        raise ExamplesError(f"{path}:1: Anleitung oder Tipps unvollständig ({error})") from None
    return Tips(guide, practice)

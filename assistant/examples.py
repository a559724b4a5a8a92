"""Ready texts and notes to try, read from `beispiele.yaml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from writers.port import TaskKind

FILE = Path(__file__).parent / "beispiele.yaml"


@dataclass(frozen=True, slots=True)
class Example:
    """One example: what a department wants, and the text or notes to start from."""

    id: str
    department: str
    title: str
    task: TaskKind
    text: str
    letter_kind: str = ""


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
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
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
            entry = cast("dict[str, str]", data)
            example = Example(
                entry["id"],
                entry["abteilung"],
                entry["titel"],
                TaskKind(entry["aufgabe"]),
                entry["text"].strip(),
                entry.get("art", ""),
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ExamplesError(f"{path}:{line}: Beispiel unvollständig oder falsch ({error})") from None
        if any(example.id == other.id for other in found):
            raise ExamplesError(f"{path}:{line}: Die Kennung {example.id} kommt zweimal vor.")
        found.append(example)
    return tuple(found)

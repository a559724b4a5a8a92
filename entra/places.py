"""Values of a YAML file with the line each stands in, so that a mistake is named where it is.

What the values mean is the business of who reads them (`entra.local`, `towns.loading`).
"""

import re
from collections.abc import Collection
from pathlib import Path
from typing import Self, cast

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Place:
    """A value of a file with the line it stands in.

    Args:
        path: The file.
        line: The line, from 1.
        value: A YAML node.
        mistake: The type of error to raise; its message is German and names file and line.
    """

    def __init__(self, path: Path, line: int, value: object, mistake: type[Exception]) -> None:
        self._path = path
        self._line = line
        self._value = value
        self._mistake = mistake

    @classmethod
    def of_file(cls, path: Path, mistake: type[Exception]) -> Self:
        """The whole content of a file. Raises `mistake` when it cannot be read."""
        import yaml

        try:
            source = path.read_text(encoding="utf-8")
        except OSError:
            raise mistake(f"{path}: Die Datei fehlt oder lässt sich nicht lesen.") from None
        except UnicodeDecodeError:
            raise mistake(f"{path}: Die Datei ist nicht in UTF-8 gespeichert.") from None
        try:
            node = yaml.compose(source, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise mistake(f"{path}, Zeile {line}: Das ist kein gültiges YAML.") from None
        except yaml.YAMLError:
            raise mistake(f"{path}: Das ist kein gültiges YAML.") from None
        if node is None:
            raise mistake(f"{path}: Die Datei ist leer.")
        return cls(path, node.start_mark.line + 1, node, mistake)

    def error(self, text: str) -> Exception:
        """The error to raise about this place."""
        return self._mistake(f"{self._path}, Zeile {self._line}: {text}")

    def entries(self) -> dict[str, "Place"]:
        """The named values, whatever their names; each with the line of its name."""
        import yaml

        if not isinstance(self._value, yaml.MappingNode):
            raise self.error("Hier werden Angaben der Form „name: wert“ erwartet.")
        found: dict[str, Place] = {}
        pairs = cast(list[tuple[yaml.Node, yaml.Node]], self._value.value)
        for key_node, node in pairs:
            key = str(key_node.value)
            place = Place(self._path, key_node.start_mark.line + 1, node, self._mistake)
            if key in found:
                raise place.error(f"Die Angabe „{key}“ steht doppelt.")
            found[key] = place
        return found

    def mapping(self, *keys: str, optional: Collection[str] = ()) -> dict[str, "Place"]:
        """The named values: all of `keys`, and those of `optional` that are there."""
        import yaml

        known = (*keys, *optional)
        if not isinstance(self._value, yaml.MappingNode):
            raise self.error("Hier werden Angaben der Form „name: wert“ erwartet: " + ", ".join(known) + ".")
        found = self.entries()
        for key, place in found.items():
            if key not in known:
                raise place.error(f"Die Angabe „{key}“ ist unbekannt. Erwartet werden: {', '.join(known)}.")
        missing = [key for key in keys if key not in found]
        if missing:
            raise self.error(f"Es fehlt: {', '.join(missing)}.")
        return found

    def is_list(self) -> bool:
        """Whether a list stands here."""
        import yaml

        return isinstance(self._value, yaml.SequenceNode)

    def items(self) -> list["Place"]:
        """The values of a list."""
        import yaml

        if not isinstance(self._value, yaml.SequenceNode):
            raise self.error("Hier wird eine Liste erwartet.")
        nodes = cast(list[yaml.Node], self._value.value)
        return [Place(self._path, node.start_mark.line + 1, node, self._mistake) for node in nodes]

    def text(self) -> str:
        """A text that is not empty, without spaces around it."""
        import yaml

        if not isinstance(self._value, yaml.ScalarNode) or not str(self._value.value).strip():
            raise self.error("Hier wird ein Text erwartet.")
        return str(self._value.value).strip()

    def guid(self) -> str:
        """A GUID in lower case."""
        text = self.text()
        if not _GUID.fullmatch(text):
            raise self.error("Hier wird eine GUID erwartet, zum Beispiel 8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20.")
        return text.lower()

"""The training directory of the local profile: one YAML file with people and groups.

A real way to run the product on one machine, read once at start. The directory of a town is `entra.graph`.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Self, cast

from entra.gate import Person, PersonUnknown

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class DirectoryFileError(Exception):
    """The directory file cannot be used. The message is German and names file and line."""


class LocalDirectory:
    """Who is in which group, as a file says."""

    def __init__(
        self,
        *,
        tenant_id: str,
        tenant_name: str,
        group_names: Mapping[str, str],
        members: Mapping[Person, frozenset[str]],
    ) -> None:
        self.tenant_id = tenant_id
        self.tenant_name = tenant_name
        self.group_names: Mapping[str, str] = MappingProxyType(dict(group_names))
        self._members = {person.object_id: (person, held) for person, held in members.items()}

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read a directory file; its format is in the header of `entra/verzeichnis.yaml`.

        Raises:
            DirectoryFileError: the file is missing or says something that cannot be used.
        """
        root = _Place.of_file(path).mapping("mandant", "gruppen", "personen")
        tenant = root["mandant"].mapping("id", "name")
        tenant_id = tenant["id"].guid()

        group_ids: dict[str, str] = {}
        for entry in root["gruppen"].items():
            group = entry.mapping("id", "name")
            name, group_id = group["name"].text(), group["id"].guid()
            if name in group_ids or group_id in group_ids.values():
                raise entry.error("Diese Gruppe gibt es schon.")
            group_ids[name] = group_id

        members: dict[Person, frozenset[str]] = {}
        for entry in root["personen"].items():
            fields = entry.mapping("id", "name", "gruppen")
            person = Person(tenant_id, fields["id"].guid(), fields["name"].text())
            if any(person.object_id == other.object_id for other in members):
                raise fields["id"].error("Diese Person gibt es schon.")
            held: set[str] = set()
            for place in fields["gruppen"].items():
                name = place.text()
                if name not in group_ids:
                    raise place.error(f"Die Gruppe „{name}“ steht nicht unter „gruppen“.")
                held.add(group_ids[name])
            members[person] = frozenset(held)
        return cls(
            tenant_id=tenant_id,
            tenant_name=tenant["name"].text(),
            group_names={group_id: name for name, group_id in group_ids.items()},
            members=members,
        )

    def people(self) -> tuple[Person, ...]:
        """Everybody in the file, in its order."""
        return tuple(person for person, _ in self._members.values())

    def person(self, object_id: str) -> Person | None:
        """The person with this object id, or None."""
        found = self._members.get(object_id.strip().lower())
        return found[0] if found else None

    def group_id(self, name: str) -> str | None:
        """The id of the group with this name, or None."""
        return next((group_id for group_id, other in self.group_names.items() if other == name), None)

    async def member_of(self, person: Person, groups: Sequence[str]) -> frozenset[str]:
        """Which of these group ids the person is a member of.

        Raises:
            PersonUnknown: no such person in this tenant.
        """
        found = self._members.get(person.object_id.strip().lower())
        if found is None or person.tenant_id.strip().lower() != self.tenant_id:
            raise PersonUnknown
        return frozenset(group for group in groups if group.lower() in found[1])


class _Place:
    """A value of the file with the line it stands in."""

    def __init__(self, path: Path, line: int, value: object) -> None:
        self._path = path
        self._line = line
        self._value = value

    @classmethod
    def of_file(cls, path: Path) -> Self:
        import yaml

        try:
            source = path.read_text(encoding="utf-8")
        except OSError:
            raise DirectoryFileError(f"{path}: Die Datei fehlt oder lässt sich nicht lesen.") from None
        except UnicodeDecodeError:
            raise DirectoryFileError(f"{path}: Die Datei ist nicht in UTF-8 gespeichert.") from None
        try:
            node = yaml.compose(source, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise DirectoryFileError(f"{path}, Zeile {line}: Das ist kein gültiges YAML.") from None
        except yaml.YAMLError:
            raise DirectoryFileError(f"{path}: Das ist kein gültiges YAML.") from None
        if node is None:
            raise DirectoryFileError(f"{path}: Die Datei ist leer.")
        return cls(path, node.start_mark.line + 1, node)

    def error(self, text: str) -> DirectoryFileError:
        return DirectoryFileError(f"{self._path}, Zeile {self._line}: {text}")

    def mapping(self, *keys: str) -> dict[str, "_Place"]:
        import yaml

        if not isinstance(self._value, yaml.MappingNode):
            raise self.error("Hier werden Angaben der Form „name: wert“ erwartet: " + ", ".join(keys) + ".")
        found: dict[str, _Place] = {}
        pairs = cast(list[tuple[yaml.Node, yaml.Node]], self._value.value)
        for key_node, node in pairs:
            key = str(key_node.value)
            place = _Place(self._path, key_node.start_mark.line + 1, node)
            if key not in keys:
                raise place.error(f"Die Angabe „{key}“ ist unbekannt. Erwartet werden: {', '.join(keys)}.")
            if key in found:
                raise place.error(f"Die Angabe „{key}“ steht doppelt.")
            found[key] = place
        missing = [key for key in keys if key not in found]
        if missing:
            raise self.error(f"Es fehlt: {', '.join(missing)}.")
        return found

    def items(self) -> list["_Place"]:
        import yaml

        if not isinstance(self._value, yaml.SequenceNode):
            raise self.error("Hier wird eine Liste erwartet.")
        nodes = cast(list[yaml.Node], self._value.value)
        return [_Place(self._path, node.start_mark.line + 1, node) for node in nodes]

    def text(self) -> str:
        import yaml

        if not isinstance(self._value, yaml.ScalarNode) or not str(self._value.value).strip():
            raise self.error("Hier wird ein Text erwartet.")
        return str(self._value.value).strip()

    def guid(self) -> str:
        text = self.text()
        if not _GUID.fullmatch(text):
            raise self.error("Hier wird eine GUID erwartet, zum Beispiel 8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20.")
        return text.lower()

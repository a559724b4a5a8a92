"""The training directory of the local profile: one YAML file with people and groups.

A real way to run the product on one machine, read once at start. The directory of a town is `entra.graph`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Self

from entra.gate import Person, PersonUnknown
from entra.places import Place


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
        root = Place.of_file(path, DirectoryFileError).mapping("mandant", "gruppen", "personen")
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

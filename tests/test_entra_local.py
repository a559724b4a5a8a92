"""The directory file of the local profile: what is in it, and how its mistakes are named."""

from pathlib import Path

import pytest

from entra.gate import Person, PersonUnknown
from entra.local import DirectoryFileError, LocalDirectory

SHIPPED = Path(__file__).parent.parent / "entra" / "verzeichnis.yaml"
TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
GOOD = f"""\
mandant:
  id: {TENANT}
  name: Stadt Musterstadt
gruppen:
  - id: 3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01
    name: KI-Schulung abgeschlossen
personen:
  - id: 5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01
    name: Jana Weber
    gruppen: [KI-Schulung abgeschlossen]
"""


async def test_shipped_file_has_a_trained_and_an_untrained_person() -> None:
    directory = LocalDirectory.from_file(SHIPPED)
    jana, tobias = directory.people()
    group = directory.group_id("KI-Schulung abgeschlossen")
    assert group is not None
    assert directory.group_names[group] == "KI-Schulung abgeschlossen"
    assert (directory.tenant_id, jana.name, tobias.name) == (TENANT, "Jana Weber", "Tobias Lindner")
    assert await directory.member_of(jana, [group]) == {group}
    assert await directory.member_of(tobias, [group]) == frozenset()


async def test_only_asked_groups_are_answered() -> None:
    directory = LocalDirectory.from_file(SHIPPED)
    assert await directory.member_of(directory.people()[0], []) == frozenset()


async def test_stranger_is_unknown() -> None:
    directory = LocalDirectory.from_file(SHIPPED)
    with pytest.raises(PersonUnknown):
        await directory.member_of(Person(TENANT, "00000000-0000-4000-8000-000000000000"), [])


async def test_same_id_in_another_tenant_is_unknown() -> None:
    directory = LocalDirectory.from_file(SHIPPED)
    with pytest.raises(PersonUnknown):
        await directory.member_of(Person("other", directory.people()[0].object_id), [])


def test_person_is_found_by_id_without_case() -> None:
    directory = LocalDirectory.from_file(SHIPPED)
    found = directory.person("5B0F0C58-6F0E-4F0E-9B1E-2F6D2A7C1A01")
    assert found is not None and found.name == "Jana Weber"
    assert directory.person("niemand") is None


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        (GOOD.replace("    name: Jana Weber\n", ""), 8, "Es fehlt: name"),
        (GOOD.replace("[KI-Schulung abgeschlossen]", "[Grundkurs]"), 10, "„Grundkurs“ steht nicht unter „gruppen“"),
        (GOOD.replace("3e7d5b1a-9c42", "3e7d5b1a"), 5, "GUID"),
        (GOOD.replace("    name: Jana Weber", "    name: Jana Weber\n    rolle: Chefin"), 10, "„rolle“ ist unbekannt"),
        (GOOD.replace("  name: Stadt Musterstadt", "  name: Stadt\n  name: Dorf"), 4, "steht doppelt"),
        (GOOD.replace("gruppen: [KI-Schulung abgeschlossen]", "gruppen: ja"), 10, "Liste"),
        (GOOD.replace("name: Jana Weber", "name: ''"), 9, "Text erwartet"),
        (GOOD + GOOD.split("personen:\n")[1], 11, "Diese Person gibt es schon"),
        (GOOD.replace("mandant:", "mandant: ["), 3, "kein gültiges YAML"),
        ("- nur eine Liste\n", 1, "mandant, gruppen, personen"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, wrong: str, line: int, says: str) -> None:
    file = tmp_path / "verzeichnis.yaml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(DirectoryFileError) as caught:
        LocalDirectory.from_file(file)
    assert f"{file}, Zeile {line}:" in str(caught.value)
    assert says in str(caught.value)


def test_a_group_twice_is_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "verzeichnis.yaml"
    group = "  - id: 3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01\n    name: KI-Schulung abgeschlossen\n"
    file.write_text(GOOD.replace(group, group * 2), encoding="utf-8")
    with pytest.raises(DirectoryFileError, match="Zeile 7: Diese Gruppe gibt es schon"):
        LocalDirectory.from_file(file)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "fehlt"), (b"", "leer"), (b"mandant: \xff", "UTF-8"), (b"a: \x07", "kein g")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "verzeichnis.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DirectoryFileError) as caught:
        LocalDirectory.from_file(file)
    assert str(file) in str(caught.value)
    assert says in str(caught.value)

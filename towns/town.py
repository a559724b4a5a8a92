"""What a town sets for itself, and the folders it is read from: `<folder>/<name>/town.yaml` for each town.

Reads and checks only. Which town a request belongs to is decided in `towns.router` and `towns.door`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from entra.gate import Capability, Training
from entra.places import Place

FILE = "town.yaml"
POLICY = "dienstanweisung.yaml"
PROFILE = "profil.yaml"
TERMS = "begriffe.txt"
LETTERHEAD = "briefkopf.yaml"
DIRECTORY = "verzeichnis.yaml"
# The kinds of model servers that can be told apart.
_SERVERS = ("azure", "openai", "vllm", "ollama", "litellm", "anderer")
# What a town may leave out; then the training for drafting opens it.
_WITH_DRAFTING = (Capability.FREE, Capability.TALK)


class TownFileError(Exception):
    """A town's folder cannot be used. The message is German and names file and, where there is one, line."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model of a town's chain.

    Attributes:
        url: Base address of an OpenAI-compatible server.
        name: Model or deployment.
        key_setting: The environment variable that holds the key; empty for a token of the app itself.
        server: Which kind of server it is; empty when its address is to tell.
    """

    url: str
    name: str
    key_setting: str = ""
    server: str = ""


@dataclass(frozen=True, slots=True)
class Town:
    """One town of an installation.

    Attributes:
        key: Short name for commands and messages; the name of its folder.
        name: As people read it.
        tenants: Its Entra tenants, lower case.
        groups: For each capability the ids of the training groups, all of which a person needs; of a tuple, one.
        group_names: Group id to the name people know it by.
        acknowledgement: Group of those who have acknowledged the policy in force; empty asks for none.
        pilots: For a capability the groups of which one is needed; a capability that is missing here is open.
        course_url, contact: Where the training is and whom to ask.
        policy_file: Its Dienstanweisung.
        profile: Its own addresses, telephone numbers and the like, which the policy must not mask; or None.
        terms, letterhead: Files for its own words and its letterhead; None while it has none.
        models: Its models, in order; None means those of the installation, an empty list the rules alone.
        directory_file: People and groups; in the local profile only.
    """

    key: str
    name: str
    tenants: tuple[str, ...]
    groups: Mapping[Capability, tuple[Training, ...]]
    group_names: Mapping[str, str]
    course_url: str
    contact: str
    policy_file: Path
    profile: Path | None = None
    acknowledgement: str = ""
    pilots: Mapping[Capability, tuple[str, ...]] = field(default_factory=dict[Capability, tuple[str, ...]])
    terms: Path | None = None
    letterhead: Path | None = None
    models: tuple[Model, ...] | None = None
    directory_file: Path | None = None


def read_towns(folder: Path, policy_file: Path) -> tuple[Town, ...]:
    """All towns of a folder, by name. A folder without a `town.yaml` or with a dot before its name is none.

    Args:
        folder: Holds one folder for each town.
        policy_file: The Dienstanweisung of a town that brings none of its own.

    Raises:
        TownFileError: there is no town, a file has not the form, or two towns name the same tenant.
    """
    if not folder.is_dir():
        raise TownFileError(f"{folder}: Den Ordner der Städte gibt es nicht.")
    folders = sorted(one for one in folder.iterdir() if not one.name.startswith(".") and (one / FILE).is_file())
    if not folders:
        raise TownFileError(f"{folder}: Hier liegt keine Stadt. Jede Stadt braucht einen Ordner mit der Datei {FILE}.")
    towns: dict[str, Town] = {}
    found: list[Town] = []
    for one in folders:
        town, place = _read(one, policy_file)
        for tenant in town.tenants:
            if tenant in towns:
                raise place.error(f"Diesen Mandanten nennt schon die Stadt „{towns[tenant].key}“.")
            towns[tenant] = town
        found.append(town)
    return tuple(found)


def read_town(folder: Path, policy_file: Path) -> Town:
    """The town of one folder. Raises `TownFileError`."""
    return _read(folder, policy_file)[0]


def _read(folder: Path, policy_file: Path) -> tuple[Town, Place]:
    """The town, and where its tenant is named."""
    root = Place.of_file(folder / FILE, TownFileError).mapping(
        "name", "mandant", "kontakt", "kurs", "gruppen", "faehigkeiten", optional=("kenntnisnahme", "modelle")
    )
    ids: dict[str, str] = {}
    for name, place in root["gruppen"].entries().items():
        group = place.guid()
        if group in ids.values():
            raise place.error("Diese Gruppe steht schon unter einem anderen Namen.")
        ids[name] = group

    def group_of(place: Place) -> str:
        name = place.text()
        if name not in ids:
            raise place.error(f"Die Gruppe „{name}“ steht nicht unter „gruppen“.")
        return ids[name]

    def training_of(place: Place) -> Training:
        if not place.is_list():
            return group_of(place)
        choices = tuple(group_of(one) for one in place.items())
        if not choices:
            raise place.error("Hier fehlen die Gruppen, von denen eine genügt.")
        return choices

    groups: dict[Capability, tuple[Training, ...]] = {}
    pilots: dict[Capability, tuple[str, ...]] = {}
    abilities = root["faehigkeiten"].mapping(
        *(capability.value for capability in Capability if capability not in _WITH_DRAFTING),
        optional=[capability.value for capability in _WITH_DRAFTING],
    )
    for capability in Capability:
        own_place = abilities.get(capability.value, abilities[Capability.DRAFT.value])
        fields = own_place.mapping("schulung", optional=("erprobung",))
        groups[capability] = tuple(training_of(place) for place in fields["schulung"].items())
        if not groups[capability]:
            raise fields["schulung"].error("Ohne Schulungsgruppe stünde diese Fähigkeit allen offen.")
        if "erprobung" in fields:
            pilots[capability] = tuple(group_of(place) for place in fields["erprobung"].items())
            if not pilots[capability]:
                raise fields["erprobung"].error(
                    "Eine leere Erprobung gibt es nicht. Lassen Sie die Angabe weg, wenn die Fähigkeit allen "
                    "Geschulten offensteht."
                )

    def own(name: str) -> Path | None:
        file = folder / name
        return file if file.is_file() else None

    town = Town(
        key=folder.name,
        name=root["name"].text(),
        tenants=(root["mandant"].guid(),),
        groups=groups,
        group_names={group: name for name, group in ids.items()},
        course_url=_https(root["kurs"]),
        contact=root["kontakt"].text(),
        policy_file=own(POLICY) or policy_file,
        profile=own(PROFILE),
        acknowledgement=group_of(root["kenntnisnahme"]) if "kenntnisnahme" in root else "",
        pilots=pilots,
        terms=own(TERMS),
        letterhead=own(LETTERHEAD),
        models=tuple(_model(place) for place in root["modelle"].items()) if "modelle" in root else None,
        directory_file=own(DIRECTORY),
    )
    return town, root["mandant"]


def _model(place: Place) -> Model:
    fields = place.mapping("adresse", "name", optional=("schluessel", "server"))
    key = fields["schluessel"].text() if "schluessel" in fields else ""
    if key and not (key.startswith("AMTSKLAR_") and key.replace("_", "").isalnum() and key.isupper()):
        # A key itself would be shown nowhere here: only that something else than a name stands in its place.
        raise fields["schluessel"].error(
            "Hier steht der Name einer Umgebungsvariablen, die mit AMTSKLAR_ beginnt; nie der Schlüssel selbst."
        )
    url = fields["adresse"].text()
    if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
        raise fields["adresse"].error("Hier wird eine Adresse erwartet, die mit https:// beginnt.")
    server = fields["server"].text() if "server" in fields else ""
    if server and server not in _SERVERS:
        raise fields["server"].error(f"Hier wird eine dieser Angaben erwartet: {', '.join(_SERVERS)}.")
    return Model(url, fields["name"].text(), key, server)


def _https(place: Place) -> str:
    url = place.text()
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise place.error("Hier wird eine Adresse erwartet, die mit https:// beginnt.")
    return url

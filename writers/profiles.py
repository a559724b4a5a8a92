"""Reads a file of writer profiles: which models there are, on which servers, and in which order they are asked.

Keys never stand in the file; it names the environment variables that hold them.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from writers.model import SERVERS, Call, ModelProfile, ModelWriter
from writers.port import Writer
from writers.rules import RuleWriter

RULES = "regeln"
# What the file calls the attributes of a profile.
_OPTIONS = {
    "zeit": "timeout",
    "schweigen": "silence",
    "gleichzeitig": "concurrency",
    "temperatur": "temperature",
    "hoechstens_token": "max_tokens",
    "zusatz": "extra",
}


class ProfilesError(Exception):
    """The file of profiles is not as it has to be. The message names file and line."""


@dataclass(frozen=True, slots=True)
class NamedProfile:
    """One writer to compare; `profile` is None for the rules. `key_setting` is an environment variable."""

    name: str
    profile: ModelProfile | None
    key_setting: str = ""

    def writer(
        self, environment: Mapping[str, str] = os.environ, on_call: Callable[[Call], None] | None = None
    ) -> Writer:
        """The writer of this profile.

        Raises:
            ProfilesError: the key it names is not set.
        """
        if self.profile is None:
            return RuleWriter()
        key = environment.get(self.key_setting, "") if self.key_setting else "ohne"
        if not key:
            raise ProfilesError(f"Profil „{self.name}“: {self.key_setting} ist nicht gesetzt.")
        return ModelWriter(self.profile, key, on_call=on_call)


def load(path: Path) -> tuple[NamedProfile, ...]:
    """Every profile, in the order of the file.

    Raises:
        ProfilesError: the file is missing or malformed.
    """
    import yaml

    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise ProfilesError(f"{path}: nicht lesbar ({type(error).__name__})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ProfilesError(f"{path}:{line}: kein gültiges YAML ({error.problem})") from None
    if not isinstance(root, yaml.SequenceNode) or not root.value:
        raise ProfilesError(f"{path}:1: Es muss eine Liste von Profilen sein.")
    found: list[NamedProfile] = []
    for node in root.value:
        line = node.start_mark.line + 1
        # A node alone is built by a loader, which wants a stream to be made; yaml's stubs leave the result open.
        data: Any = cast("Any", yaml.SafeLoader("")).construct_object(node, deep=True)
        try:
            profile = _profile(cast("dict[str, Any]", data))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ProfilesError(f"{path}:{line}: Profil unvollständig oder falsch ({error})") from None
        if any(profile.name == other.name for other in found):
            raise ProfilesError(f"{path}:{line}: Das Profil {profile.name} kommt zweimal vor.")
        found.append(profile)
    return tuple(found)


def _profile(data: dict[str, Any]) -> NamedProfile:
    server = data["server"]
    if server == RULES:
        return NamedProfile(str(data["name"]), None)
    if server not in SERVERS:
        raise ValueError(f"server: {', '.join([*SERVERS, RULES])}")
    known = {"name", "server", "url", "modell", "schluessel", *_OPTIONS}
    if strange := sorted(set(data) - known):
        raise ValueError(strange[0])
    chosen = {name: data[key] for key, name in _OPTIONS.items() if key in data}
    profile = ModelProfile.for_server(server, data["url"], data["modell"], **chosen)
    return NamedProfile(str(data["name"]), profile, data.get("schluessel", ""))

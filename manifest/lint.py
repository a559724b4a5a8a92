"""What makes an app package wrong although it fits the official schema: names that lead nowhere, pictures of the wrong
size, texts without translation. Reads only; building is `manifest.package`.
"""

import json
import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

_PICTURES = {"color": 192, "outline": 32, "color32x32": 32}
# The places whose texts people read; each needs a translation.
_READ_BY_PEOPLE = re.compile(
    r"(name|description)\.(short|full)"
    r"|bots\[\d+\]\.commandLists\[\d+\]\.commands\[\d+\]\.(title|description|prompt)"
    r"|composeExtensions\[\d+\]\.commands\[\d+\]\.(title|description)"
    r"|extensions\[\d+\]\.ribbons\[\d+\]\.tabs\[\d+\](\.groups\[\d+\](\.controls\[\d+\])?)?"
    r"\.(label|supertip\.title|supertip\.description)"
)
# Texts that name the maker's own pages, which need not be ours.
_NOT_OURS = ("developer.", "$schema")


def problems(files: Mapping[str, bytes], ribbon_icons: Path) -> list[str]:
    """German sentences, one for each fault; none means the package holds together.

    Args:
        files: The package's files by name.
        ribbon_icons: The folder that the app serves as /assets/.
    """
    found: list[str] = []
    for name, content in files.items():
        if "/" in name or "\\" in name:
            found.append(f"{name}: Im Paket darf es keine Ordner geben.")
        if name.endswith(".json") and content.startswith(b"\xef\xbb\xbf"):
            found.append(f"{name}: Die Datei beginnt mit einem BOM.")
    if found:
        return found
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    places = dict(_strings(manifest))
    found += [f"{place}: Der Platzhalter {text} ist nicht ersetzt." for place, text in places.items() if "{{" in text]
    found += _ids(manifest)
    found += _hosts(manifest, places)
    found += _pictures(manifest, files, places, ribbon_icons)
    found += _actions(manifest)
    found += _languages(manifest, files, places)
    return found


def _strings(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in cast(dict[str, object], value).items():
            yield from _strings(item, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for number, item in enumerate(cast(list[object], value)):
            yield from _strings(item, f"{place}[{number}]")


def _each(container: Any, *names: str) -> Iterator[dict[str, Any]]:
    """The objects of nested lists: `_each(manifest, "extensions", "runtimes")`."""
    if not names:
        yield container
        return
    for item in container.get(names[0], []):
        yield from _each(item, *names[1:])


def _ids(manifest: dict[str, Any]) -> list[str]:
    bots = {bot["botId"] for bot in _each(manifest, "bots")}
    found = [
        "composeExtensions: Die Nachrichtenaktionen gehören zu einem anderen Bot als bots[0].botId."
        for extension in _each(manifest, "composeExtensions")
        if extension.get("botId") not in bots
    ]
    if manifest["id"] in bots | {manifest.get("webApplicationInfo", {}).get("id")}:
        found.append("id: Das Paket braucht eine eigene ID, nicht die des Bots oder der App-Registrierung.")
    commands = [command["id"] for command in _each(manifest, "composeExtensions", "commands")]
    if len(commands) != len(set(commands)):
        found.append("composeExtensions: Zwei Nachrichtenaktionen haben dieselbe id.")
    return found


def _hosts(manifest: dict[str, Any], places: Mapping[str, str]) -> list[str]:
    valid = set(manifest.get("validDomains", []))
    found: list[str] = []
    for place, text in places.items():
        if "://" not in text or place.startswith(_NOT_OURS):
            continue
        address = urlsplit(text)
        if address.scheme == "api":
            continue
        if address.scheme != "https":
            found.append(f"{place}: Die Adresse muss mit https:// beginnen.")
        if address.hostname not in valid:
            found.append(f"{place}: {address.hostname} steht nicht unter validDomains.")
    return found


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from the header of a PNG file (ISO/IEC 15948, 11.2.2)."""
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return None
    return struct.unpack(">II", content[16:24])


def _pictures(
    manifest: dict[str, Any], files: Mapping[str, bytes], places: Mapping[str, str], ribbon_icons: Path
) -> list[str]:
    found: list[str] = []
    for kind, side in _PICTURES.items():
        name = manifest["icons"].get(kind, "")
        if name not in files:
            found.append(f"icons.{kind}: Das Bild {name} fehlt im Paket.")
        elif _png_size(files[name]) != (side, side):
            found.append(f"icons.{kind}: {name} ist kein PNG mit {side} × {side} Bildpunkten.")
    for place, text in places.items():
        name = urlsplit(text).path.removeprefix("/assets/")
        if not place.endswith(".url") or not text.endswith(".png"):
            continue
        file = ribbon_icons / name
        side = int(name.removeprefix("icon-").removesuffix(".png")) if re.fullmatch(r"icon-\d+\.png", name) else 0
        if not side or not file.is_file() or _png_size(file.read_bytes()) != (side, side):
            found.append(f"{place}: Zu {text} gibt es kein Bild in der Größe, die sein Name nennt.")
    for icons in _each(manifest, "extensions", "ribbons", "tabs", "groups"):
        for holder in (icons, *icons.get("controls", [])):
            for icon in holder.get("icons", []):
                if not icon["url"].endswith(f"icon-{icon['size']}.png"):
                    found.append(f"{holder['id']}: Das Bild zu Größe {icon['size']} hat eine andere Größe.")
            missing = {16, 32, 80} - {icon["size"] for icon in holder.get("icons", [])}
            if missing:
                found.append(f"{holder['id']}: Bilder in den Größen {sorted(missing)} fehlen.")
    return found


def _actions(manifest: dict[str, Any]) -> list[str]:
    declared = [action["id"] for action in _each(manifest, "extensions", "runtimes", "actions")]
    used = [
        control["actionId"]
        for control in _each(manifest, "extensions", "ribbons", "tabs", "groups", "controls")
        if "actionId" in control
    ]
    found = [f"actionId {action}: Keine runtime kennt diese Aktion." for action in used if action not in declared]
    found += [f"Aktion {action}: Kein Knopf benutzt sie." for action in declared if action not in used]
    if len(declared) != len(set(declared)):
        found.append("runtimes: Zwei Aktionen haben dieselbe id.")
    return found


def _languages(manifest: dict[str, Any], files: Mapping[str, bytes], places: Mapping[str, str]) -> list[str]:
    readable = {place for place in places if _READ_BY_PEOPLE.fullmatch(place)}
    found: list[str] = []
    for language in manifest.get("localizationInfo", {}).get("additionalLanguages", []):
        name = language["file"]
        if name not in files:
            found.append(f"{name}: Die Sprachdatei fehlt im Paket.")
            continue
        texts: dict[str, str] = json.loads(files[name])
        keys = {key for key in texts if not key.startswith("$")}
        found += [f"{name}: {key} gibt es im Manifest nicht." for key in sorted(keys - places.keys())]
        found += [f"{name}: Der Text zu {place} fehlt." for place in sorted(readable - keys)]
    declared = {language["file"] for language in manifest.get("localizationInfo", {}).get("additionalLanguages", [])}
    spare = {name for name in files if name.endswith(".json")} - declared - {"manifest.json"}
    found += [f"{name}: Das Manifest nennt diese Sprachdatei nicht." for name in sorted(spare)]
    return found

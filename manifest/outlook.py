"""The add-in-only XML manifest for Outlook where the app package does not load (Mac, and Office without subscription).

Fills in `vorlage.xml` and finds what is wrong with the result. Microsoft's own checker asks a web service; so the
rules of the format that matter here are checked by our own lint, which needs no network.
"""

import re
import xml.etree.ElementTree as xml
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

# The longest manifest that Outlook takes, in bytes.
MOST_BYTES = 256 * 1024

_APP = "{http://schemas.microsoft.com/office/appforoffice/1.1}"
_OVERRIDES = "{http://schemas.microsoft.com/office/mailappversionoverrides}"
_BASIC = "{http://schemas.microsoft.com/office/officeappbasictypes/1.0}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Each element's children in the order that the schema prescribes, all of them required here.
_CHILDREN = {
    "OfficeApp": (
        *("Id", "Version", "ProviderName", "DefaultLocale", "DisplayName", "Description", "IconUrl"),
        *("HighResolutionIconUrl", "SupportUrl", "AppDomains", "Hosts", "Requirements", "FormSettings"),
        *("Permissions", "Rule", "DisableEntityHighlighting", "VersionOverrides"),
    ),
    "VersionOverrides": ("Requirements", "Hosts", "Resources"),
    "DesktopFormFactor": ("ExtensionPoint",),
    "OfficeTab": ("Group",),
    "Group": ("Label", "Control"),
    "Control": ("Label", "Supertip", "Icon", "Action"),
    "Supertip": ("Title", "Description"),
    "Action": ("SourceLocation",),
    "Resources": ("Images", "Urls", "ShortStrings", "LongStrings"),
}
_LONGEST = {"DisplayName": 125, "Description": 250, "ShortStrings": 125, "LongStrings": 250, "ProviderName": 125}


def build(template: Path, values: Mapping[str, str]) -> bytes:
    """The manifest with its values filled in, escaped for XML."""
    source = template.read_text(encoding="utf-8")
    known = {name: escape(value, {'"': "&quot;"}) for name, value in values.items()}
    return _PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), source).encode()


def problems(content: bytes, *, host: str, other_ids: tuple[str, ...], pane: str, icons: Path) -> list[str]:
    """German sentences, one for each fault; none means the manifest holds together.

    Args:
        content: The XML file.
        host: Where the app runs; no address of the manifest may lead elsewhere, apart from the help page.
        other_ids: Ids of the package, the bot and the registration, which must not be used again.
        pane: The address of the writing pane in the app package; both have to open the same one.
        icons: The folder that the app serves as /assets/.
    """
    if len(content) > MOST_BYTES:
        return ["Das XML-Manifest ist größer als 256 KB."]
    try:
        root = xml.fromstring(content)
    except xml.ParseError as error:
        return [f"Zeile {error.position[0]}: Das XML-Manifest ist nicht wohlgeformt."]
    if root.tag != f"{_APP}OfficeApp" or root.get(_TYPE) != "MailApp":
        return ["Das XML-Manifest beschreibt keine Erweiterung für Outlook (OfficeApp, MailApp)."]
    found = [f"Der Platzhalter {match[0]} ist nicht ersetzt." for match in _PLACEHOLDER.finditer(content.decode())]
    found += _order(root)
    if found:
        return found
    found += _ids(root, other_ids)
    found += _addresses(root, host, pane)
    found += _icons(root, icons)
    found += _resources(root)
    found += _languages(root)
    found += _surface(root)
    return found


def _name(element: xml.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _text(root: xml.Element, name: str) -> str:
    return (root.findtext(f"{_APP}{name}") or "").strip()


def _order(root: xml.Element) -> list[str]:
    found: list[str] = []
    for element in root.iter():
        wanted = _CHILDREN.get(_name(element))
        if wanted is None:
            continue
        given = [_name(child) for child in element]
        found += [f"{_name(element)}: Das Element {name} fehlt." for name in wanted if name not in given]
        found += [f"{_name(element)}: Das Element {name} ist nicht vorgesehen." for name in given if name not in wanted]
        if not found and given != sorted(given, key=wanted.index):
            found.append(f"{_name(element)}: Die Elemente stehen nicht in der vorgeschriebenen Reihenfolge.")
    return found


def _ids(root: xml.Element, other_ids: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    own = _text(root, "Id")
    if not _GUID.fullmatch(own):
        found.append("Id: Gebraucht wird eine GUID in Kleinbuchstaben.")
    if own in other_ids:
        found.append(
            "Id: Das XML-Manifest braucht eine eigene ID, nicht die des Pakets, des Bots oder der Registrierung."
        )
    if not re.fullmatch(r"\d+(\.\d+){3}", _text(root, "Version")):
        found.append("Version: Gebraucht werden vier Zahlen wie 1.0.0.0.")
    return found


def _values(root: xml.Element) -> Iterator[tuple[str, str]]:
    """Every default value and every override with the name of its element."""
    for element in root.iter():
        for attribute in ("DefaultValue", "Value"):
            if attribute in element.attrib:
                yield _name(element), element.attrib[attribute]


def _addresses(root: xml.Element, host: str, pane: str) -> list[str]:
    found: list[str] = []
    addresses = [(name, value) for name, value in _values(root) if "://" in value]
    addresses += [("AppDomain", domain.text or "") for domain in root.iter(f"{_APP}AppDomain")]
    for name, address in addresses:
        parts = urlsplit(address)
        if parts.scheme != "https":
            found.append(f"{name}: Die Adresse muss mit https:// beginnen.")
        elif name != "SupportUrl" and parts.hostname != host:
            found.append(f"{name}: {parts.hostname} ist nicht die Adresse der Anwendung.")
    opened = [element.get("DefaultValue") for element in root.iter(f"{_APP}SourceLocation")]
    opened += [element.get("DefaultValue") for element in root.iter(f"{_BASIC}Url")]
    if set(opened) != {pane}:
        found.append("SourceLocation: Das App-Paket öffnet einen anderen Schreibbereich.")
    return found


def _icons(root: xml.Element, icons: Path) -> list[str]:
    found: list[str] = []
    for name, value in _values(root):
        if value.endswith(".png") and not (icons / urlsplit(value).path.removeprefix("/assets/")).is_file():
            found.append(f"{name}: Das Bild {value} gibt es nicht.")
    shown = {
        element.get("size"): element.get("resid")
        for icon in root.iter(f"{_OVERRIDES}Icon")
        for element in icon.iter(f"{_BASIC}Image")
    }
    if not {"16", "32", "80"} <= set(shown):
        found.append("Icon: Bilder in den Größen 16, 32 und 80 werden gebraucht.")
    addresses = {element.get("id"): element.get("DefaultValue", "") for element in root.iter(f"{_BASIC}Image")}
    for size, resid in shown.items():
        if not addresses.get(resid, "").endswith(f"icon-{size}.png"):
            found.append(f"Icon: Das Bild zu Größe {size} hat eine andere Größe.")
    return found


def _resources(root: xml.Element) -> list[str]:
    defined = [element.attrib["id"] for group in root.iter(f"{_OVERRIDES}Resources") for element in _leaves(group)]
    used = {element.attrib["resid"] for element in root.iter() if "resid" in element.attrib}
    found = [f"resid {name}: Unter Resources steht nichts dazu." for name in sorted(used - set(defined))]
    found += [f"{name}: Niemand benutzt diesen Eintrag unter Resources." for name in sorted(set(defined) - used)]
    found += [f"{name}: Steht unter Resources doppelt." for name in sorted(set(defined)) if defined.count(name) > 1]
    found += [f"{name}: Die Kennung ist länger als 32 Zeichen." for name in defined if len(name) > 32]
    return found


def _leaves(group: xml.Element) -> Iterator[xml.Element]:
    for kind in group:
        yield from kind


def _languages(root: xml.Element) -> list[str]:
    found: list[str] = []
    if _text(root, "DefaultLocale") != "de-DE":
        found.append("DefaultLocale: Die Vorgabe ist de-DE.")
    readable = [(name, element) for name in ("DisplayName", "Description") for element in root.findall(f"{_APP}{name}")]
    for kind in ("ShortStrings", "LongStrings"):
        readable += [(kind, element) for group in root.iter(f"{_BASIC}{kind}") for element in group]
    for kind, element in readable:
        place = element.get("id") or kind
        if [override.get("Locale") for override in element] != ["en-US"]:
            found.append(f"{place}: Die englische Fassung fehlt.")
        for text in (element.get("DefaultValue", ""), *(override.get("Value", "") for override in element)):
            if not 1 <= len(text) <= _LONGEST[kind]:
                found.append(f"{place}: Der Text braucht 1 bis {_LONGEST[kind]} Zeichen.")
    return found


def _surface(root: xml.Element) -> list[str]:
    found: list[str] = []
    overrides = root.find(f"{_APP}VersionOverrides")
    if overrides is not None:
        found.append("VersionOverrides: Der Namensraum ist falsch.")
    points = [element.get(_TYPE) for element in root.iter(f"{_OVERRIDES}ExtensionPoint")]
    if points != ["MessageComposeCommandSurface"]:
        found.append("ExtensionPoint: Der Knopf gehört in das Fenster zum Schreiben (MessageComposeCommandSurface).")
    if [element.get(_TYPE) for element in root.iter(f"{_OVERRIDES}Action")] != ["ShowTaskpane"]:
        found.append("Action: Der Knopf öffnet den Schreibbereich (ShowTaskpane).")
    if _text(root, "Permissions") != "ReadWriteItem":
        found.append("Permissions: Gebraucht wird ReadWriteItem, nicht mehr und nicht weniger.")
    return found

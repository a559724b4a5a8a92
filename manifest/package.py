"""Builds the app package: fills the template in, checks it and packs it. Its texts are in `vorlage.json` and `texte/`.

What makes a package wrong beyond the official schema is the business of `manifest.lint`.
"""

import json
import re
import shutil
import subprocess
import tempfile
import tomllib
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from manifest import outlook

HERE = Path(__file__).parent
ROOT = HERE.parent
PACKED_ICONS = ("color.png", "outline.png", "color32.png")

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
# The moment a zip file can begin to count at: with it, the same input gives the same bytes.
_BEGINNING = (1980, 1, 1, 0, 0, 0)


class ArgumentProblems(Exception):
    """Arguments that no package can be made from. `problems` are German sentences with the English in brackets."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SchemaUnavailable(Exception):
    """The official schema could not be asked. The message is German and says what to do."""


@dataclass(frozen=True, slots=True)
class Values:
    """What the template is filled in with.

    Attributes:
        host: Where the app runs, such as `amtsklar.musterstadt.de`.
        bot_id: Client id of the bot.
        app_id: Client id of the app registration for Outlook and the API.
        package_id: Id of the package in the tenant, the same for the same host, so that a new one updates the old.
        outlook_id: Id of the XML manifest for Outlook on the Mac, which the package hides where both are installed.
        version: Three numbers; Teams takes an update only with a higher one.
        developer: Who is named as the maker.
        website, privacy, terms: Addresses that Teams shows.
    """

    host: str
    bot_id: str
    app_id: str
    package_id: str
    outlook_id: str
    version: str
    developer: str
    website: str
    privacy: str
    terms: str

    @classmethod
    def checked(
        cls,
        *,
        host: str,
        bot_id: str,
        app_id: str,
        developer: str = "Amtsklar",
        version: str = "",
        outlook_id: str = "",
        website: str = "",
        privacy: str = "",
        terms: str = "",
    ) -> Self:
        """The values from what an admin gives; the addresses default to the writing pane's.

        Raises:
            ArgumentProblems: some cannot be used; all are named at once.
        """
        problems: list[str] = []
        host = host.strip().lower()
        if not host:
            problems.append("--host fehlt: Unter welcher Adresse läuft Amtsklar? (The host is missing.)")
        elif "://" in host:
            problems.append("--host ohne https:// angeben, nur den Namen. (Give the bare host name without scheme.)")
        elif "/" in host or ":" in host or "@" in host:
            problems.append(
                "--host ohne Pfad und Port angeben, nur den Namen. (Give the bare host name, no path, no port.)"
            )
        elif not _HOST.fullmatch(host):
            problems.append(
                "--host ist kein vollständiger Name wie amtsklar.musterstadt.de; Umlaute bitte als xn--… schreiben. "
                "(Not a fully qualified ASCII host name.)"
            )
        for option, value, what in (
            ("--bot-id", bot_id, "die Client-ID des Bots"),
            ("--app-id", app_id, "die Client-ID der App-Registrierung"),
        ):
            if not value.strip():
                problems.append(f"{option} fehlt: Gemeint ist {what}. (The id is missing.)")
            elif not _GUID.fullmatch(value.strip()):
                problems.append(
                    f"{option} ist keine GUID der Form 00000000-0000-4000-8000-000000000000: Gemeint ist {what}. "
                    "(Not a GUID.)"
                )
        package_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"amtsklar.{host}"))
        outlook_id = outlook_id.strip().lower() or str(uuid.uuid5(uuid.NAMESPACE_DNS, f"outlook.amtsklar.{host}"))
        if not _GUID.fullmatch(outlook_id):
            problems.append("--outlook-id ist keine GUID der Form 00000000-0000-4000-8000-000000000000. (Not a GUID.)")
        elif outlook_id in (package_id, bot_id.strip().lower(), app_id.strip().lower()):
            problems.append(
                "--outlook-id muss eine eigene GUID sein, nicht die des Pakets, des Bots oder der Registrierung. "
                "(Needs a GUID of its own.)"
            )
        version = version or _product_version()
        if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version):
            problems.append("--version braucht drei Zahlen wie 1.0.0. (Not a version of three numbers.)")
        if not 1 <= len(developer.strip()) <= 32:
            problems.append("--developer braucht 1 bis 32 Zeichen. (1 to 32 characters.)")
        for option, value in (("--website-url", website), ("--privacy-url", privacy), ("--terms-url", terms)):
            if value and not re.fullmatch(r"https://[^\s/]+\S*", value):
                problems.append(f"{option} braucht eine Adresse mit https://. (Not an https address.)")
        if problems:
            raise ArgumentProblems(problems)
        pane = f"https://{host}/outlook/"
        return cls(
            host=host,
            bot_id=bot_id.strip().lower(),
            app_id=app_id.strip().lower(),
            package_id=package_id,
            outlook_id=outlook_id,
            version=version,
            developer=developer.strip(),
            website=website or pane,
            privacy=privacy or pane,
            terms=terms or pane,
        )


def _product_version() -> str:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["version"]


def build(values: Values) -> dict[str, bytes]:
    """The files of the package by their name; it has no folders."""
    known = _known(values)
    manifest = _filled(HERE / "vorlage.json", known)
    files = {"manifest.json": manifest}
    for language in sorted((HERE / "texte").glob("*.json")):
        files[language.name] = _filled(language, known)
    for name in PACKED_ICONS:
        files[name] = (HERE / "icons" / name).read_bytes()
    return files


def build_outlook(values: Values) -> bytes:
    """The XML manifest that stands next to the package."""
    return outlook.build(HERE / "vorlage.xml", _known(values))


def outlook_problems(content: bytes, values: Values) -> list[str]:
    """German sentences, one for each fault of the XML manifest."""
    return outlook.problems(
        content,
        host=values.host,
        other_ids=(values.package_id, values.bot_id, values.app_id),
        pane=f"https://{values.host}/outlook/?host=outlook",
        icons=HERE / "icons",
    )


def _known(values: Values) -> dict[str, str]:
    return {field.name: getattr(values, field.name) for field in fields(values)}


def _filled(template: Path, known: Mapping[str, str]) -> bytes:
    content: dict[str, Any] = json.loads(template.read_text(encoding="utf-8"))
    content.pop("$comment", None)
    return json.dumps(_fill(content, known), ensure_ascii=False, indent=2).encode() + b"\n"


def _fill(value: Any, known: Mapping[str, str]) -> Any:
    """Fills strings in after parsing, so that no value can break out of its place."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), value)
    if isinstance(value, list):
        return [_fill(item, known) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {key: _fill(item, known) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value


def schema_errors(files: Mapping[str, bytes]) -> list[str]:
    """What Microsoft's own schemas say against the package, one line each, in their English.

    Raises:
        SchemaUnavailable: Node or the npm parts are missing.
    """
    node = shutil.which("node")
    if node is None:
        raise SchemaUnavailable("Für die Prüfung gegen das amtliche Schema fehlt Node. Bitte Node 20 installieren.")
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        result = subprocess.run(
            [node, str(HERE / "validate.mjs"), folder],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    if result.returncode not in (0, 1) or (result.returncode == 1 and not result.stdout.strip()):
        raise SchemaUnavailable(
            "Die Prüfung gegen das amtliche Schema lief nicht. Bitte installieren Sie die npm-Teile mit `npm ci`."
        )
    return result.stdout.splitlines()


def write(files: Mapping[str, bytes], out: Path) -> None:
    """Pack the files; a package that stood there before is replaced only when the new one is complete."""
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(out.name + ".neu")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _BEGINNING), files[name], zipfile.ZIP_DEFLATED)
    unfinished.replace(out)

"""Packs what runs in Azure into one zip for Functions One Deploy: `python infra/deploy_zip.py --out dist/deploy.zip`.

What stays out is said in `.funcignore`, which Microsoft's own tools read too. The same files give the same bytes.
Own modules travel compiled as well, which spares every cold start that work. The packages of requirements.txt are not
in it: Azure installs them while deploying (remote build).
"""

import argparse
import fnmatch
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Without these nothing starts, or the writing pane is missing.
NEEDED = (
    *("host.json", "requirements.txt", "function_app.py", "web.py", "service.py", "settings.py"),
    *("policy/dienstanweisung.yaml", "outlook/static/index.html"),
)
# What must not travel even when nobody thought of it in .funcignore.
SECRETS = ("*.pfx", "*.pem", "*.key", "*.p12", ".env*", "local.settings.json", "id_rsa*", "*.publishsettings")

# Where Azure mounts the package; tracebacks name it.
_MOUNTED = "/home/site/wwwroot"
# What compiles for Azure has to be what runs there (`runtime` in main.bicep).
_PYTHON = (3, 13)
_BEGINNING = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


class NotPacked(Exception):
    """The zip would be wrong. `problems` are German sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def patterns(file: Path) -> tuple[str, ...]:
    """The lines of `.funcignore`; a pattern with a slash counts from the root, one without counts anywhere.

    Raises:
        NotPacked: a line uses more of gitignore than is understood here; guessing would pack too much.
    """
    found: list[str] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("!") or "**" in text:
            raise NotPacked([f"{file.name}, Zeile {number}: Ausnahmen mit ! und ** versteht dieses Werkzeug nicht."])
        found.append(text)
    return tuple(found)


def ignored(path: str, ignore: Sequence[str]) -> bool:
    """Whether a path (with slashes, from the root) is left out, itself or by a folder above it."""
    parts = path.split("/")
    for pattern in ignore:
        if "/" in pattern.strip("/"):
            wanted = pattern.strip("/").split("/")
            if len(parts) >= len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted)):
                return True
        elif any(fnmatch.fnmatchcase(part, pattern.strip("/")) for part in parts):
            return True
    return False


def files(root: Path, ignore: Sequence[str]) -> Iterator[str]:
    """The paths that go into the zip, from the root, in a fixed order."""
    found: list[str] = []
    for folder, inner, names in os.walk(root):
        place = Path(folder).relative_to(root)
        inner[:] = [name for name in inner if not ignored((place / name).as_posix(), ignore)]
        found += [path for name in names if not ignored(path := (place / name).as_posix(), ignore)]
    yield from sorted(found)


def problems(root: Path, packed: Sequence[str]) -> list[str]:
    """German sentences, one for each fault; none means the zip may be deployed."""
    found = [
        f"{name} fehlt. Der Schreibbereich ist nicht gebaut; bitte erst `make setup-run`."
        if name.startswith("outlook/static")
        else f"{name} fehlt."
        for name in NEEDED
        if name not in packed
    ]
    for path in packed:
        name = path.rsplit("/", 1)[-1]
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in SECRETS):
            found.append(f"{path} sieht nach einem Geheimnis aus und gehört nicht ins Paket.")
        if (root / path).is_symlink():
            found.append(f"{path} ist eine Verknüpfung; ins Paket gehören nur Dateien.")
    return found


def compiled(root: Path, packed: Sequence[str]) -> dict[str, bytes]:
    """The compiled modules by their path in the zip.

    They are trusted without a look at the source, which is read-only in Azure. A process of its own with a fixed hash
    seed makes the same bytes each time.

    Raises:
        NotPacked: another Python than Azure's, or a module that does not compile.
    """
    if sys.version_info[:2] != _PYTHON:
        raise NotPacked(["Gepackt wird mit Python 3.13, damit die übersetzten Module in Azure gelten."])
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        for path in packed:
            if path.endswith(".py"):
                (stage / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(root / path, stage / path)
        command = [sys.executable, "-P", "-m", "compileall", "-q", "-s", folder, "-p", _MOUNTED]
        done = subprocess.run(
            [*command, "--invalidation-mode", "unchecked-hash", folder],
            env={"PYTHONHASHSEED": "0", "PATH": os.environ.get("PATH", "")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotPacked(["Ein Modul lässt sich nicht übersetzen.", *done.stdout.splitlines()])
        return {file.relative_to(stage).as_posix(): file.read_bytes() for file in stage.rglob("*.pyc")}


def pack(root: Path, out: Path) -> tuple[str, ...]:
    """Write the zip; what stood there is replaced only when the new one is complete.

    Returns:
        What is in it.

    Raises:
        NotPacked: something is missing or must not be in it.
    """
    packed = tuple(files(root, patterns(root / ".funcignore")))
    faults = problems(root, packed)
    if faults:
        raise NotPacked(faults)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(out.name + ".neu")
    contents = {path: (root / path).read_bytes() for path in packed} | compiled(root, packed)
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(contents):
            entry = zipfile.ZipInfo(path, _BEGINNING)
            entry.external_attr = _PLAIN_FILE
            archive.writestr(entry, contents[path], zipfile.ZIP_DEFLATED)
    unfinished.replace(out)
    return tuple(sorted(contents))


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the zip.

    Returns:
        0 when it is written, 1 when it would be wrong.
    """
    parser = argparse.ArgumentParser(
        prog="python infra/deploy_zip.py", description="Packt die Anwendung für Azure Functions.", allow_abbrev=False
    )
    parser.add_argument("--out", type=Path, default=Path("dist/deploy.zip"), help="Wohin (dist/deploy.zip)")
    given = parser.parse_args(arguments)
    try:
        packed = pack(ROOT, given.out)
    except NotPacked as error:
        print("Das Paket wurde nicht geschrieben.", *error.problems, sep="\n  ", file=sys.stderr)
        return 1
    size = given.out.stat().st_size
    print(f"{given.out}: {len(packed)} Dateien, {size / 1_000_000:.1f} MB. Einspielen: siehe docs/admin.md.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The zip for Azure: what is in it, what stays out, and that the app starts from it."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.deploy_zip import NEEDED, NotPacked, files, ignored, main, pack, patterns

ROOT = Path(__file__).parent.parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small tree with everything that is needed, and some things that must stay out."""
    root = tmp_path / "project"
    for name in (*NEEDED, "policy/__pycache__/x.pyc", "tests/test_x.py", ".venv/lib/x.py", "outlook/pane/src/main.ts"):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    (root / ".funcignore").write_bytes((ROOT / ".funcignore").read_bytes())
    return root


def test_only_what_runs_is_packed() -> None:
    packed = list(files(ROOT, patterns(ROOT / ".funcignore")))
    assert set(NEEDED) <= set(packed)
    folders = {path.split("/")[0] for path in packed if "/" in path}
    assert {"assistant", "bots", "entra", "german", "letters", "outlook", "policy", "records", "writers"} <= folders
    assert not folders & {".venv", "benchmarks", "dev", "dist", "docs", "infra", "node_modules", "tests", ".ci", ".git"}
    for path in packed:
        assert not path.startswith(("outlook/pane/", "manifest/texte", "requirements-dev")), path
        assert not path.endswith((".pyc", ".md")) or path.startswith(("assistant/", "german/", "letters/")), path
    assert not {"Makefile", "README.md", "azure.yaml", "pyproject.toml", "package.json", ".funcignore"} & set(packed)


def test_app_starts_from_the_zip_alone(tmp_path: Path) -> None:
    out = tmp_path / "deploy.zip"
    pack(ROOT, out)
    unpacked = tmp_path / "site"
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        archive.extractall(unpacked)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AMTSKLAR_", "PYTHON"))}
    code = (
        "import function_app, german, web; web.app.prepare();"
        "print(len(function_app.functions.get_functions()), german.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=unpacked,
        env=environment | {"AMTSKLAR_PROFILE": "local"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, place = done.stdout.split()
    assert int(count) >= 10
    assert Path(place).is_relative_to(unpacked)


def test_the_same_files_give_the_same_bytes(project: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    pack(project, first)
    for path in project.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    (project / "web.py").chmod(0o600)
    pack(project, second)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = archive.namelist()
    assert names == sorted(names)
    assert {name for name in names if not name.endswith(".pyc")} == set(NEEDED)
    assert {name for name in names if name.endswith(".pyc")} == {
        f"__pycache__/{name.removesuffix('.py')}.cpython-313.pyc" for name in NEEDED if name.endswith(".py")
    }


def test_own_modules_travel_compiled_and_are_used_as_they_are(project: Path, tmp_path: Path) -> None:
    (project / "web.py").write_text("print('übersetzt')", encoding="utf-8")
    pack(project, tmp_path / "deploy.zip")
    site = tmp_path / "site"
    with zipfile.ZipFile(tmp_path / "deploy.zip") as archive:
        archive.extractall(site)
    (site / "web.py").write_text("print('noch einmal gelesen')", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "import web"],
        cwd=site,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "übersetzt\n"


def test_a_module_that_does_not_compile_stops_it(project: Path, tmp_path: Path) -> None:
    (project / "web.py").write_text("def", encoding="utf-8")
    with pytest.raises(NotPacked, match=r"web\.py"):
        pack(project, tmp_path / "deploy.zip")


def test_another_python_than_azures_stops_it(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = (ROOT / "infra" / "main.bicep").read_text(encoding="utf-8")
    assert "name: 'python'\n        version: '3.13'" in template
    monkeypatch.setattr("infra.deploy_zip._PYTHON", (3, 12))
    with pytest.raises(NotPacked, match=r"Python 3\.13"):
        pack(project, tmp_path / "deploy.zip")


def test_a_pane_that_is_not_built_stops_it(project: Path, tmp_path: Path) -> None:
    (project / "outlook" / "static" / "index.html").unlink()
    out = tmp_path / "deploy.zip"
    out.write_bytes(b"das letzte gute")
    with pytest.raises(NotPacked, match="nicht gebaut"):
        pack(project, out)
    assert out.read_bytes() == b"das letzte gute"


@pytest.mark.parametrize("name", ["bot.pfx", "entra/zertifikat.pem", "policy/.env.alt", "id_rsa", "geheim.key"])
def test_a_forgotten_secret_stops_it(project: Path, tmp_path: Path, name: str) -> None:
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("geheim", encoding="utf-8")
    with pytest.raises(NotPacked, match="Geheimnis"):
        pack(project, tmp_path / "deploy.zip")


def test_a_link_stops_it(project: Path, tmp_path: Path) -> None:
    (project / "policy" / "fremd.yaml").symlink_to("/etc/hostname")
    with pytest.raises(NotPacked, match="Verknüpfung"):
        pack(project, tmp_path / "deploy.zip")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/test_x.py", True),
        ("bots/__pycache__/x.cpython-313.pyc", True),
        (".env", True),
        ("towns/musterstadt/.env", True),
        ("outlook/pane/src/main.ts", True),
        ("outlook/static/index.html", False),
        ("manifest/package.py", True),
        ("manifest/served.py", False),
        ("policy/dienstanweisung.yaml", False),
        ("requirements-dev.txt", True),
        ("requirements.txt", False),
        ("local.settings.json", True),
    ],
)
def test_funcignore_is_read_as_microsofts_tools_read_it(path: str, expected: bool) -> None:
    assert ignored(path, patterns(ROOT / ".funcignore")) is expected


@pytest.mark.parametrize("line", ["!tests/data", "**/geheim"])
def test_a_pattern_that_is_not_understood_stops_it(project: Path, tmp_path: Path, line: str) -> None:
    (project / ".funcignore").write_text(f"tests\n{line}\n", encoding="utf-8")
    with pytest.raises(NotPacked, match="Zeile 2"):
        pack(project, tmp_path / "deploy.zip")


def test_on_the_command_line_it_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_root: Path, _out: Path) -> tuple[str, ...]:
        raise NotPacked(["host.json fehlt."])

    change: Callable[..., None] = monkeypatch.setattr
    change("infra.deploy_zip.pack", refuse)
    assert main(["--out", str(tmp_path / "deploy.zip")]) == 1
    assert "host.json fehlt." in capsys.readouterr().err

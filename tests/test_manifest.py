"""The app package as a tenant admin gets it, checked against Microsoft's own schemas and against itself."""

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops
from starlette.applications import Starlette
from starlette.testclient import TestClient

from manifest.__main__ import main
from manifest.draw_icons import pictures
from manifest.lint import problems
from manifest.package import ArgumentProblems, SchemaUnavailable, Values, build, schema_errors, write
from manifest.served import ICONS, routes

HOST = "amtsklar.musterstadt.example"
BOT = "22222222-2222-4222-8222-222222222222"
APP = "44444444-4444-4444-8444-444444444444"


@pytest.fixture
def files() -> dict[str, bytes]:
    return build(Values.checked(host=HOST, bot_id=BOT, app_id=APP))


def changed(files: dict[str, bytes], change: Callable[[dict[str, Any]], None], name: str = "manifest.json") -> Any:
    content = json.loads(files[name])
    change(content)
    return files | {name: json.dumps(content).encode()}


def test_package_is_written_and_fits_the_official_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "dist" / "amtsklar.zip"
    assert main(["--host", HOST, "--bot-id", BOT, "--app-id", APP, "--out", str(out)]) == 0
    assert "Schema 1.28" in capsys.readouterr().out
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["color.png", "color32.png", "en.json", "manifest.json", "outline.png"]
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["manifestVersion"] == "1.28"
    assert manifest["bots"][0]["botId"] == manifest["composeExtensions"][0]["botId"] == BOT
    assert manifest["webApplicationInfo"]["id"] == APP
    assert manifest["validDomains"] == [HOST]
    assert manifest["extensions"][0]["runtimes"][0]["code"]["page"] == f"https://{HOST}/outlook/?host=outlook"
    assert "$comment" not in manifest


def test_what_people_can_do(files: dict[str, bytes]) -> None:
    manifest, english = json.loads(files["manifest.json"]), json.loads(files["en.json"])
    personal = manifest["bots"][0]["commandLists"][0]
    assert personal["scopes"] == ["personal"]
    assert [command["title"] for command in personal["commands"]] == ["Hilfe", "Regeln", "Beispiele", "Brief"]
    titles = [english[f"bots[0].commandLists[0].commands[{number}].title"] for number in range(4)]
    assert titles == ["Help", "Rules", "Examples", "Letter"]
    actions = {command["id"]: command["context"] for command in manifest["composeExtensions"][0]["commands"]}
    assert actions == {"simplifyMessage": ["message"], "simplifyDraft": ["compose"]}
    assert manifest["extensions"][0]["ribbons"][0]["contexts"] == ["mailCompose"]
    assert manifest["localizationInfo"]["defaultLanguageTag"] == "de"


def test_descriptions_say_that_it_is_ai_and_that_a_person_decides(files: dict[str, bytes]) -> None:
    manifest, english = json.loads(files["manifest.json"]), json.loads(files["en.json"])
    for text in (manifest["description"]["short"], manifest["description"]["full"], manifest["name"]["full"]):
        assert "KI-" in text
    for key in ("description.short", "description.full", "name.full"):
        assert "AI " in english[key]
    assert "Sie prüfen und entscheiden" in manifest["description"]["full"]
    assert "Leichte Sprache" not in manifest["description"]["full"]


def test_same_input_gives_the_same_bytes(files: dict[str, bytes], tmp_path: Path) -> None:
    write(files, tmp_path / "a.zip")
    write(dict(reversed(files.items())), tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_package_id_depends_on_the_host_alone() -> None:
    first = Values.checked(host=HOST, bot_id=BOT, app_id=APP)
    assert Values.checked(host=HOST.upper(), bot_id=APP, app_id=BOT).package_id == first.package_id
    assert Values.checked(host="test." + HOST, bot_id=BOT, app_id=APP).package_id != first.package_id


def test_a_package_of_the_shipped_template_has_no_problem(files: dict[str, bytes]) -> None:
    assert problems(files, ICONS) == []


# --- Arguments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("", "--host fehlt"),
        ("https://amtsklar.musterstadt.example", "ohne https://"),
        ("amtsklar.musterstadt.example/outlook", "ohne Pfad und Port"),
        ("amtsklar.musterstadt.example:443", "ohne Pfad und Port"),
        ("localhost", "kein vollständiger Name"),
        ("127.0.0.1", "kein vollständiger Name"),
        ("amtsklar.müllheim.example", "xn--"),
        ("-amt.example", "kein vollständiger Name"),
        ("amts klar.example", "kein vollständiger Name"),
        ('a.example","x":"', "ohne Pfad und Port"),
        ("{{bot_id}}.example", "kein vollständiger Name"),
    ],
)
def test_a_host_that_is_none_is_explained(host: str, says: str) -> None:
    with pytest.raises(ArgumentProblems) as caught:
        Values.checked(host=host, bot_id=BOT, app_id=APP)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"bot_id": ""}, "--bot-id fehlt"),
        ({"bot_id": "22222222"}, "--bot-id ist keine GUID"),
        ({"app_id": APP + "0"}, "--app-id ist keine GUID"),
        ({"version": "1.0"}, "--version"),
        ({"version": "01.0.0"}, "--version"),
        ({"developer": "Zweckverband für kommunale Datenverarbeitung"}, "--developer"),
        ({"privacy": "http://www.musterstadt.example"}, "--privacy-url"),
        ({"website": "www.musterstadt.example"}, "--website-url"),
    ],
)
def test_an_argument_that_cannot_be_used_is_explained(arguments: dict[str, str], says: str) -> None:
    with pytest.raises(ArgumentProblems) as caught:
        Values.checked(**{"host": HOST, "bot_id": BOT, "app_id": APP} | arguments)
    assert [says in problem for problem in caught.value.problems] == [True]


def test_all_wrong_arguments_are_named_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "amtsklar.zip"
    assert main(["--host", "https://x", "--bot-id", "1", "--out", str(out)]) == 2
    said = capsys.readouterr().err
    for option in ("--host", "--bot-id", "--app-id"):
        assert option in said
    assert not out.exists()


def test_own_pages_and_maker_are_taken_over() -> None:
    values = Values.checked(
        host=HOST,
        bot_id=BOT,
        app_id=APP,
        version="2.3.4",
        developer="Stadt Musterstadt",
        privacy="https://www.musterstadt.example/datenschutz",
    )
    files = build(values)
    manifest = json.loads(files["manifest.json"])
    assert (manifest["version"], manifest["developer"]["name"]) == ("2.3.4", "Stadt Musterstadt")
    assert manifest["developer"]["privacyUrl"] == "https://www.musterstadt.example/datenschutz"
    assert problems(files, ICONS) == []


# --- What would make it wrong --------------------------------------------------------------------------------------


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        place: Any = content
        *steps, last = (int(step) if step.isdigit() else step for step in path.split("/"))
        for step in steps:
            place = place[step]
        place[last] = value

    return change


_BUTTON = "extensions/0/ribbons/0/tabs/0/groups/0/controls/0"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_set("composeExtensions/0/botId", APP), "zu einem anderen Bot"),
        (_set("id", BOT), "eigene ID"),
        (_set("id", APP), "eigene ID"),
        (_set("composeExtensions/0/commands/1/id", "simplifyMessage"), "dieselbe id"),
        (_set("validDomains", ["anderswo.example"]), "steht nicht unter validDomains"),
        (_set("extensions/0/runtimes/0/code/page", f"http://{HOST}/outlook/"), "mit https://"),
        (_set("name/full", "{{name}}"), "nicht ersetzt"),
        (_set("icons/color", "fehlt.png"), "fehlt.png fehlt im Paket"),
        (_set("icons/color", "outline.png"), "192 × 192"),
        (_set(f"{_BUTTON}/actionId", "showPain"), "Keine runtime kennt"),
        (_set("extensions/0/runtimes/0/actions/0/id", "x"), "Kein Knopf benutzt"),
        (_set(f"{_BUTTON}/icons/0/url", f"https://{HOST}/assets/icon-24.png"), "kein Bild in der Größe"),
        (_set(f"{_BUTTON}/icons/0/url", f"https://{HOST}/assets/../icon-16.png"), "kein Bild in der Größe"),
        (_set(f"{_BUTTON}/icons/0/size", 24), "hat eine andere Größe"),
        (_set(f"{_BUTTON}/icons", []), "[16, 32, 80] fehlen"),
        (_set("bots/0/commandLists/0/commands", []), "gibt es im Manifest nicht"),
        (_set(f"{_BUTTON}/supertip/title", 1), "gibt es im Manifest nicht"),
        (_set("bots/0/commandLists/0/commands/0/prompt", "Was kannst du?"), "Der Text zu bots[0]"),
        (_set("localizationInfo/additionalLanguages/0/file", "fr.json"), "fr.json: Die Sprachdatei fehlt"),
        (_set("localizationInfo/additionalLanguages", []), "nennt diese Sprachdatei nicht"),
    ],
)
def test_a_fault_of_the_manifest_is_found(files: dict[str, bytes], change: Any, says: str) -> None:
    assert any(says in problem for problem in problems(changed(files, change), ICONS))


def test_a_missing_translation_is_found(files: dict[str, bytes]) -> None:
    wrong = changed(files, lambda texts: texts.pop("description.full"), "en.json")
    assert problems(wrong, ICONS) == ["en.json: Der Text zu description.full fehlt."]


def test_folders_and_boms_are_found(files: dict[str, bytes]) -> None:
    assert "Ordner" in problems(files | {"bilder/color.png": b""}, ICONS)[0]
    assert "BOM" in problems(files | {"manifest.json": b"\xef\xbb\xbf{}"}, ICONS)[0]


def test_a_picture_that_is_none_is_found(files: dict[str, bytes]) -> None:
    assert "color.png" in problems(files | {"color.png": b"GIF89a"}, ICONS)[0]


def test_the_official_schema_finds_what_it_should(files: dict[str, bytes]) -> None:
    assert schema_errors(files) == []
    wrong = changed(files, _set("bots/0/scopes", ["galaxy"]))
    wrong = changed(wrong, _set("description/short", "x" * 81))
    wrong = changed(wrong, _set("tabs[0].name", "x"), "en.json")
    errors = schema_errors(wrong)
    assert any(error.startswith("manifest.json/bots/0/scopes/0") for error in errors)
    assert any(error.startswith("manifest.json/description/short") for error in errors)
    assert any(error.startswith("en.json/") for error in errors)


def test_a_wrong_package_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "amtsklar.zip"
    out.write_bytes(b"das letzte gute")

    def fault(*_arguments: object) -> list[str]:
        return ["name: Es fehlt etwas."]

    monkeypatch.setattr("manifest.__main__.problems", fault)
    assert main(["--host", HOST, "--bot-id", BOT, "--app-id", APP, "--out", str(out)]) == 1
    assert "name: Es fehlt etwas." in capsys.readouterr().err
    assert out.read_bytes() == b"das letzte gute"


@pytest.mark.parametrize("missing", ["node", "npm parts"])
def test_without_the_schema_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    if missing == "node":
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        (tmp_path / "validate.mjs").write_bytes((ICONS.parent / "validate.mjs").read_bytes())
        for name in ("vorlage.json", "vorlage.xml", "texte", "icons"):
            (tmp_path / name).symlink_to(ICONS.parent / name)
        monkeypatch.setattr("manifest.package.HERE", tmp_path)
    out = tmp_path / "amtsklar.zip"
    assert main(["--host", HOST, "--bot-id", BOT, "--app-id", APP, "--out", str(out)]) == 1
    assert "Bitte" in capsys.readouterr().err
    assert not out.exists()


def test_an_unreadable_manifest_is_no_schema_error(files: dict[str, bytes]) -> None:
    with pytest.raises(SchemaUnavailable):
        schema_errors(files | {"manifest.json": b"{"})


# --- Icons in the ribbon -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "status"), [("icon-80.png", 200), ("icon-24.png", 404), ("%2e%2e/vorlage.json", 404)])
def test_ribbon_icons_are_served(path: str, status: int) -> None:
    with TestClient(Starlette(routes=routes())) as client:
        answer = client.get(f"/assets/{path}")
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["cache-control"] == "public, max-age=86400"
        assert answer.content == (ICONS / path).read_bytes()


# --- Pictures ------------------------------------------------------------------------------------------------------


def test_pictures_are_those_the_script_draws() -> None:
    drawn = pictures()
    assert {file.name for file in ICONS.glob("*.png")} == set(drawn)
    for name, image in drawn.items():
        with Image.open(ICONS / name) as stored:
            assert stored.size == image.size
            difference = ImageChops.difference(stored.convert("RGBA"), image.convert("RGBA"))
            assert difference.getbbox(alpha_only=False) is None, name


def test_outline_is_white_on_transparent() -> None:
    with Image.open(ICONS / "outline.png") as image:
        assert image.mode == "RGBA"
        assert image.size == (32, 32)
        red, green, blue, alpha = (image.getchannel(name).getextrema() for name in "RGBA")
    assert red == green == blue == (255, 255)
    assert alpha == (0, 255)


def test_colour_icon_fills_its_square() -> None:
    content = (ICONS / "color.png").read_bytes()
    assert struct.unpack(">II", content[16:24]) == (192, 192)
    with Image.open(ICONS / "color.png") as image:
        assert "A" not in image.mode
        # Outside the safe area in the middle there is nothing but the ground.
        assert len(image.crop((0, 0, 192, 36)).getcolors() or []) == 1

"""The XML manifest for Outlook where the app package does not load: what it says, and what its lint finds."""

import json
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest

from manifest.__main__ import main
from manifest.package import ArgumentProblems, Values, build, build_outlook, outlook_problems

HOST = "amtsklar.musterstadt.example"
BOT = "22222222-2222-4222-8222-222222222222"
APP = "44444444-4444-4444-8444-444444444444"
OWN = "33333333-3333-4333-8333-333333333333"
APP_SPACE = "{http://schemas.microsoft.com/office/appforoffice/1.1}"
BASIC = "{http://schemas.microsoft.com/office/officeappbasictypes/1.0}"
VALUES = Values.checked(host=HOST, bot_id=BOT, app_id=APP)


@pytest.fixture
def content() -> bytes:
    return build_outlook(VALUES)


def test_it_is_written_next_to_the_package_and_hidden_by_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "stadt.zip"
    arguments = ["--host", HOST, "--bot-id", BOT, "--app-id", APP, "--outlook-id", OWN, "--out", str(out)]
    assert main(arguments) == 0
    assert "stadt-outlook.xml" in capsys.readouterr().out
    root = xml.fromstring((tmp_path / "stadt-outlook.xml").read_bytes())
    assert root.findtext(f"{APP_SPACE}Id") == OWN
    values = Values.checked(host=HOST, bot_id=BOT, app_id=APP, outlook_id=OWN)
    [alternate] = json.loads(build(values)["manifest.json"])["extensions"][0]["alternates"]
    assert alternate["hide"] == {"customOfficeAddin": {"officeAddinId": OWN}}
    assert "alternateIcons" in alternate


def test_it_holds_together(content: bytes) -> None:
    assert outlook_problems(content, VALUES) == []


def test_its_id_is_its_own_and_stays_the_same_for_a_host() -> None:
    again = Values.checked(host=HOST.upper(), bot_id=APP, app_id=BOT)
    assert again.outlook_id == VALUES.outlook_id
    assert len({VALUES.outlook_id, VALUES.package_id, BOT, APP}) == 4
    assert Values.checked(host="amtsklar.anderswo.example", bot_id=BOT, app_id=APP).outlook_id != VALUES.outlook_id


@pytest.mark.parametrize(
    ("outlook_id", "says"),
    [("3333", "--outlook-id ist keine GUID"), (BOT.upper(), "eigene GUID"), (VALUES.package_id, "eigene GUID")],
)
def test_an_id_that_cannot_be_used_is_explained(outlook_id: str, says: str) -> None:
    with pytest.raises(ArgumentProblems) as caught:
        Values.checked(host=HOST, bot_id=BOT, app_id=APP, outlook_id=outlook_id)
    assert [says in problem for problem in caught.value.problems] == [True]


def test_it_says_and_opens_the_same_as_the_package(content: bytes) -> None:
    root = xml.fromstring(content)
    manifest = json.loads(build(VALUES)["manifest.json"])
    english = json.loads(build(VALUES)["en.json"])
    texts = {one.get("id"): (one.get("DefaultValue"), one[0].get("Value")) for one in root.iter(f"{BASIC}String")}
    place = "extensions[0].ribbons[0].tabs[0].groups[0]"
    group = manifest["extensions"][0]["ribbons"][0]["tabs"][0]["groups"][0]
    control = group["controls"][0]
    assert texts == {
        "groupLabel": (group["label"], english[f"{place}.label"]),
        "buttonLabel": (control["label"], english[f"{place}.controls[0].label"]),
        "supertipTitle": (control["supertip"]["title"], english[f"{place}.controls[0].supertip.title"]),
        "supertipText": (control["supertip"]["description"], english[f"{place}.controls[0].supertip.description"]),
    }
    [description] = root.findall(f"{APP_SPACE}Description")
    assert description.get("DefaultValue") == manifest["description"]["short"]
    assert root.findtext(f"{APP_SPACE}Version") == manifest["version"] + ".0"
    [url] = root.iter(f"{BASIC}Url")
    assert url.get("DefaultValue") == manifest["extensions"][0]["runtimes"][0]["code"]["page"]


def test_a_value_cannot_break_out_of_its_place() -> None:
    values = Values.checked(
        host=HOST, bot_id=BOT, app_id=APP, developer='<Id>"&', website="https://www.musterstadt.example/?a=1&b=%22"
    )
    content = build_outlook(values)
    assert outlook_problems(content, values) == []
    assert xml.fromstring(content).findtext(f"{APP_SPACE}ProviderName") == '<Id>"&'


def test_nothing_is_written_when_it_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(_values: Values) -> bytes:
        return b"<OfficeApp/>"

    monkeypatch.setattr("manifest.__main__.build_outlook", wrong)
    assert main(["--host", HOST, "--bot-id", BOT, "--app-id", APP, "--out", str(tmp_path / "a.zip")]) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("</OfficeApp>", "", "nicht wohlgeformt"),
        ('xsi:type="MailApp"', 'xsi:type="TaskPaneApp"', "keine Erweiterung für Outlook"),
        (f"<Id>{VALUES.outlook_id}</Id>", "", "Das Element Id fehlt"),
        (f"<Id>{VALUES.outlook_id}", f"<Id>{BOT}", "eigene ID"),
        (f"<Id>{VALUES.outlook_id}", "<Id>1", "GUID"),
        ("<Version>0.1.0.0", "<Version>0.1", "vier Zahlen"),
        ("<DefaultLocale>de-DE", "<DefaultLocale>en-US", "Die Vorgabe ist de-DE"),
        ("<Permissions>ReadWriteItem", "<Permissions>ReadWriteMailbox", "nicht mehr und nicht weniger"),
        ("<Permissions>ReadWriteItem</Permissions>", "", "Das Element Permissions fehlt"),
        (
            "<DefaultLocale>de-DE</DefaultLocale>",
            "<DefaultLocale>de-DE</DefaultLocale><Category/>",
            "Category ist nicht vorgesehen",
        ),
        ("MessageComposeCommandSurface", "MessageReadCommandSurface", "Fenster zum Schreiben"),
        ("ShowTaskpane", "ExecuteFunction", "öffnet den Schreibbereich"),
        ('resid="paneUrl"', 'resid="seite"', "resid seite"),
        ('resid="groupLabel"', 'resid="buttonLabel"', "Niemand benutzt"),
        ('id="icon32" ', 'id="icon16" ', "doppelt"),
        ('<bt:Image size="80" resid="icon80"/>', "", "16, 32 und 80"),
        ("assets/icon-80.png", "assets/icon-24.png", "gibt es nicht"),
        ("assets/icon-80.png", "assets/icon-64.png", "andere Größe"),
        (f'paneUrl" DefaultValue="https://{HOST}', 'paneUrl" DefaultValue="https://fremd.example', "nicht die Adresse"),
        (
            f'paneUrl" DefaultValue="https://{HOST}/outlook/',
            f'paneUrl" DefaultValue="https://{HOST}/',
            "anderen Schreib",
        ),
        (f"<AppDomain>https://{HOST}", f"<AppDomain>http://{HOST}", "https://"),
        ('<bt:Override Locale="en-US" Value="Amtsklar"/>', "", "englische Fassung fehlt"),
        ('DefaultValue="Verständlich schreiben"', f'DefaultValue="{"x" * 126}"', "1 bis 125 Zeichen"),
        ("office/mailappversionoverrides", "office/appforoffice/1.1", "Namensraum"),
        ("0.1.0.0", "{{version}}", "nicht ersetzt"),
    ],
)
def test_a_fault_is_found(content: bytes, old: str, new: str, says: str) -> None:
    source = content.decode()
    assert old in source
    found = outlook_problems(source.replace(old, new, 1).encode(), VALUES)
    assert any(says in problem for problem in found), found


def test_elements_out_of_their_order_are_found(content: bytes) -> None:
    source = content.decode()
    hosts = source[source.index("  <Hosts>") : source.index("  <Requirements>")]
    moved = source.replace(hosts, "", 1).replace("  <FormSettings>", hosts + "  <FormSettings>", 1)
    found = outlook_problems(moved.encode(), VALUES)
    assert found == ["OfficeApp: Die Elemente stehen nicht in der vorgeschriebenen Reihenfolge."]


def test_a_manifest_that_outlook_would_not_read_is_found(content: bytes) -> None:
    assert "256 KB" in outlook_problems(content + b" " * 262_144, VALUES)[0]

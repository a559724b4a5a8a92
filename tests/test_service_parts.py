"""What the service puts together: switches at both doors, the nightly deletion, and what the pane needs to sign in."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bot_kit import BOT, button, http_request, inputs_of, visible_text
from connector_server import ConnectorServer
from entra_server import activity

import service as service_module
from assistant.path import Refused
from entra.gate import Person, Reason
from records.__main__ import main as records_command
from records.local import LocalRecords
from service import Service, StartRefused, build
from settings import ROOT, Settings
from writers.port import TaskKind

TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
OTHER = "99999999-2c1a-4a53-9c57-0f8f6f3a1d99"
JANA = Person(TENANT, "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01")
API = "44444444-4444-4444-8444-444444444444"
TEXT = "Die Entrichtung der Gebühr hat bis zum 28. Februar 2027 zu erfolgen."
PRODUCTION: dict[str, Any] = {
    "public_url": "https://amtsklar.example",
    "bot_id": "22222222-2222-4222-8222-222222222222",
    "bot_tenant": TENANT,
    "bot_credential": "secret",
    "jobs_storage": "prozess",
    "bot_secret": "geheim",
    "api_id": API,
}


def local(folder: Path, **more: object) -> Service:
    return build(Settings.model_validate({"profile": "local", "records_folder": folder, **more}))


async def test_a_town_switched_off_on_the_command_line_is_refused_at_both_doors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AMTSKLAR_TABLES_URL", raising=False)
    await LocalRecords.in_folder(tmp_path).switch(TENANT, "umschreiben", off=True)
    service = local(tmp_path)
    async with ConnectorServer() as server:
        message = {
            "type": "message",
            "id": "in-1",
            "text": TEXT,
            "serviceUrl": server.url,
            "channelId": "msteams",
            "from": {"id": "29:1", "name": "Jana Weber", "aadObjectId": JANA.object_id},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:1"},
            "recipient": {"id": BOT, "name": "Amtsklar"},
            "channelData": {"tenant": {"id": TENANT}},
        }
        headers = {"content-type": "application/json"}
        await service.bot.messages(http_request(json.dumps(message).encode(), headers))
        card = visible_text(server.cards[-1])
        assert "vorübergehend abgeschaltet" in card and "Texte verständlich machen" in card
        assert "28. Februar" not in card
    assert not (await service.assistant.admission(JANA)).allowed
    assert (await service.assistant.admission(JANA, TaskKind.BRIEF)).allowed
    checked = await service.assistant.check(JANA, TEXT)
    assert not isinstance(checked, Refused)
    await service.close()
    assert "refused\tswitched_off\t" in (tmp_path / "zaehler.tsv").read_text(encoding="utf-8")


def test_the_command_switches_what_the_service_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AMTSKLAR_TABLES_URL", raising=False)
    monkeypatch.setenv("AMTSKLAR_RECORDS_FOLDER", str(tmp_path))
    assert records_command(["off", "--tenant", TENANT]) == 0
    assert f"{TENANT}\talles" in (tmp_path / "schalter.tsv").read_text(encoding="utf-8")


async def test_switches_that_cannot_be_read_close_the_door(tmp_path: Path) -> None:
    (tmp_path / "schalter.tsv").write_text("kaputt\n", encoding="utf-8")
    service = local(tmp_path)
    refused = await service.assistant.admission(JANA)
    assert (refused.allowed, refused.reason) == (False, Reason.SWITCHES_UNREACHABLE)
    await service.close()


async def test_the_night_deletes_what_is_older_than_a_year(tmp_path: Path) -> None:
    today = date.today()
    days = (today.toordinal() - 366, today.toordinal() - 365, today.toordinal())
    lines = [f"{date.fromordinal(day)}\t{TENANT}\tpruefen\tallow\t3\n" for day in days]
    (tmp_path / "zaehler.tsv").write_text("".join(lines), encoding="utf-8")
    service = local(tmp_path)
    await service.nightly()
    await service.close()
    kept = (tmp_path / "zaehler.tsv").read_text(encoding="utf-8")
    old, oldest, newest = (f"\n{date.fromordinal(day)}\t{TENANT}\t" for day in days)
    assert old not in kept and oldest in kept and newest in kept


async def test_the_night_fails_where_a_start_would(tmp_path: Path) -> None:
    policy = tmp_path / "dienstanweisung.yaml"
    policy.write_bytes((ROOT / "policy" / "dienstanweisung.yaml").read_bytes())
    service = local(tmp_path, policy_file=policy)
    policy.write_text("titel: [", encoding="utf-8")
    with pytest.raises(StartRefused, match=r"dienstanweisung\.yaml"):
        await service.nightly()
    await service.close()


def test_a_broken_file_of_counters_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "zaehler.tsv").write_text("gestern\n", encoding="utf-8")
    with pytest.raises(StartRefused, match=r"zaehler\.tsv:1"):
        local(tmp_path)


async def test_one_town_in_the_folder_refuses_other_tenants(tmp_path: Path) -> None:
    town = tmp_path / "towns" / "beispiel"
    town.mkdir(parents=True)
    for file in ("town.yaml", "verzeichnis.yaml"):
        (town / file).write_bytes((ROOT / "towns" / "beispiel" / file).read_bytes())
    service = local(tmp_path, towns=tmp_path / "towns")
    assert (await service.assistant.admission(JANA)).reason is Reason.UNKNOWN_TENANT
    await service.close()


async def test_what_the_pane_learns_to_sign_in_holds_public_ids_alone(tmp_path: Path) -> None:
    assert local(tmp_path).sign_in() == {"local": True}
    one = build(Settings.model_validate(PRODUCTION | {"tenants": (TENANT,), "training_group": "g"}))
    assert one.sign_in() == {
        "local": False,
        "client_id": API,
        "authority": f"https://login.microsoftonline.com/{TENANT}",
        "scope": f"api://{API}/access_as_user",
    }
    several = build(Settings.model_validate(PRODUCTION | {"tenants": (TENANT, OTHER), "training_group": "g"}))
    assert several.sign_in()["authority"] == "https://login.microsoftonline.com/organizations"
    for service in (one, several):
        await service.close()


async def test_counters_go_to_tables_in_production_and_refused_tokens_are_counted(tmp_path: Path) -> None:
    given = PRODUCTION | {"tenants": (TENANT,), "training_group": "g", "records_folder": tmp_path}
    service = build(Settings.model_validate(given))
    request = http_request(
        json.dumps(activity(id="1", text=TEXT)).encode(),
        {"content-type": "application/json", "authorization": "Bearer x"},
    )
    assert (await service.bot.messages(request)).status_code == 401
    await service.records.flush()
    counted = {(key.tenant, key.event, key.detail): n for key, n in (await service.records.counts()).items()}
    assert counted == {("sonstiges", "token_refused", "unreadable"): 1}
    await service.close()
    tables = build(
        Settings.model_validate(
            PRODUCTION
            | {"tenants": (TENANT,), "training_group": "g", "tables_url": "https://konto.table.core.windows.net"}
        )
    )
    assert type(tables.records).__name__ == "TableRecords"
    await tables.close()


SINGLE = PRODUCTION | {"tenants": (TENANT,), "training_group": "55555555-5555-4555-8555-555555555555"}


def test_a_foreign_model_server_without_a_key_stops_the_start_so_that_it_never_sees_our_token() -> None:
    with pytest.raises(StartRefused, match="AMTSKLAR_MODEL_KEY"):
        build(Settings.model_validate({**SINGLE, "model_url": "https://modell.example/v1", "model_name": "m"}))


@pytest.mark.parametrize(
    ("url", "key"),
    [("https://stadt.openai.azure.com/openai/v1/", ""), ("https://modell.example/v1", "ohne")],
)
async def test_azure_takes_our_token_and_others_take_a_key(url: str, key: str) -> None:
    service = build(Settings.model_validate({**SINGLE, "model_url": url, "model_name": "m", "model_key": key}))
    await service.close()


async def test_a_button_sealed_on_one_instance_opens_on_another_with_the_same_key(tmp_path: Path) -> None:
    key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    async with ConnectorServer() as server:
        common: dict[str, object] = {"serviceUrl": server.url, "recipient": {"id": BOT}}
        first, second = (local(tmp_path / name, seal_key=key) for name in ("eins", "zwei"))
        headers = {"content-type": "application/json"}
        await first.bot.messages(http_request(json.dumps(activity(id="1", text=TEXT, **common)).encode(), headers))
        data = {**inputs_of(server.cards[0]), **button(server.cards[0], "Original")["data"]}
        value = {"action": {"type": "Action.Execute", "verb": data["verb"], "data": data}}
        press = activity(type="invoke", name="adaptiveCard/action", id="2", value=value, **common)
        response = await second.bot.messages(http_request(json.dumps(press).encode(), headers))
        assert TEXT in server.messages[-1].get("text", "") + bytes(response.body).decode()
        await first.close()
        await second.close()


# --- The town's letterhead ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [True, False])
async def test_word_letters_carry_the_towns_own_letterhead(tmp_path: Path, own: bool) -> None:
    head = tmp_path / "briefkopf.yaml"
    head.write_text("stadt: Stadt Beispielheim\nstrasse: Schlossgasse 3\nort: 54321 Beispielheim\n", encoding="utf-8")
    service = local(tmp_path, **({"letterhead": head} if own else {}))
    word_file = service_module._word_file(service.towns[0])  # pyright: ignore[reportPrivateUsage]
    content = word_file("Betreff\n\nSehr geehrte Damen und Herren,\n\nguten Tag.\n\nMit freundlichen Grüßen", False)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        whole = "".join(parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml"))
    assert ("Schlossgasse 3" in whole) is own
    assert ("Stadt Musterstadt" in whole) is not own
    await service.close()


def test_a_letterhead_that_is_none_refuses_the_start(tmp_path: Path) -> None:
    head = tmp_path / "briefkopf.yaml"
    head.write_text("stadt: Stadt Beispielheim\n", encoding="utf-8")
    with pytest.raises(StartRefused, match=r"briefkopf\.yaml: Im Feld strasse fehlt der Text"):
        local(tmp_path, letterhead=head)

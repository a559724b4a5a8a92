"""Several towns in one installation: their folders, and that a request never meets another town's rules or people."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from bot_kit import BOT, button, http_request, inputs_of, visible_text
from connector_server import ConnectorServer

from assistant.path import Answer, Checked, Failed, Refused, Request
from entra.gate import Capability, Person, Reason
from outlook.identity import PERSON_HEADER
from service import Service, StartRefused, build, load_letterhead, model_profiles, read_towns
from settings import ROOT, Profile, Settings
from towns.door import OneTown, WrongTown
from towns.router import TownNotReady, Towns
from towns.town import Town, TownFileError, read_town
from towns.town import read_towns as read_folder
from web import create_app
from writers.port import TaskKind

MUSTER, BEISPIEL = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20", "1d0f6f6e-2c1a-4a53-9c57-0f8f6f3a1d21"
STRANGE = "99999999-2c1a-4a53-9c57-0f8f6f3a1d99"
JANA, MIRA = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a01", "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1b01"
TOBIAS, HENRIK = "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1a02", "5b0f0c58-6f0e-4f0e-9b1e-2f6d2a7c1b02"
TEXT = "Die Entrichtung der Gebühr hat bis zum 28. Februar 2027 zu erfolgen."
POLICY = ROOT / "policy" / "dienstanweisung.yaml"
EXAMPLE = (ROOT / "towns" / "beispiel" / "town.yaml").read_text(encoding="utf-8")
MUSTERSTADT = f"""
name: Stadt Musterstadt
mandant: {MUSTER}
kontakt: die KI-Beauftragte von Musterstadt
kurs: https://intranet.musterstadt.example/ki
gruppen: {{KI-Schulung abgeschlossen: 3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e01}}
faehigkeiten:
  umschreiben: {{schulung: [KI-Schulung abgeschlossen]}}
  pruefen: {{schulung: [KI-Schulung abgeschlossen]}}
  entwerfen: {{schulung: [KI-Schulung abgeschlossen]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two towns: one with everything of its own, one with the product's own Dienstanweisung."""
    for name in ("beispiel", "muster"):
        (tmp_path / name).mkdir()
    for file in ("town.yaml", "verzeichnis.yaml"):
        (tmp_path / "beispiel" / file).write_bytes((ROOT / "towns" / "beispiel" / file).read_bytes())
    own = POLICY.read_text(encoding="utf-8").replace("\ntitel:", "\ntitel: Beispielheimer Regeln #", 1)
    (tmp_path / "beispiel" / "dienstanweisung.yaml").write_text(own, encoding="utf-8")
    (tmp_path / "muster" / "town.yaml").write_text(MUSTERSTADT, encoding="utf-8")
    (tmp_path / "muster" / "verzeichnis.yaml").write_bytes((ROOT / "entra" / "verzeichnis.yaml").read_bytes())
    return tmp_path


# --- Folders --------------------------------------------------------------------------------------------------------


def test_the_shipped_example_says_what_a_town_sets() -> None:
    (town,) = read_folder(ROOT / "towns", POLICY)
    assert (town.key, town.name, town.tenants) == ("beispiel", "Stadt Beispielheim", (BEISPIEL,))
    assert len(town.groups[Capability.DRAFT]) == 2 and len(town.groups[Capability.REWRITE]) == 1
    basics, *choices = town.groups[Capability.FREE]
    assert basics in town.groups[Capability.TALK]
    assert [town.group_names[group] for group in choices[0]] == [
        "KI-Schulung Anweisungen Pressestelle",
        "KI-Schulung Anweisungen Bauamt",
    ]
    assert town.group_names[town.acknowledgement] == "Dienstanweisung KI 2026 gelesen"
    assert set(town.pilots) == {Capability.DRAFT}
    assert town.models == ()
    assert town.policy_file == POLICY


def test_files_beside_the_town_file_are_the_towns_own(folder: Path) -> None:
    for name in ("profil.yaml", "begriffe.txt", "briefkopf.yaml"):
        (folder / "beispiel" / name).write_text("", encoding="utf-8")
    town = read_town(folder / "beispiel", POLICY)
    assert town.policy_file == folder / "beispiel" / "dienstanweisung.yaml"
    assert (town.profile, town.terms, town.letterhead) == tuple(
        folder / "beispiel" / name for name in ("profil.yaml", "begriffe.txt", "briefkopf.yaml")
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("name: Stadt Beispielheim", "nam: Stadt Beispielheim", "„nam“ ist unbekannt"),
        (f"mandant: {BEISPIEL}", "mandant: beispielheim", "GUID"),
        ("kurs: https://", "kurs: http://", "https://"),
        ("kontakt: die KI-Beauftragte der Stadt Beispielheim", "kontakt: ''", "Text erwartet"),
        ("KI-Grundlagen: 3e7d5b1a-9c42-4d8e-8f60-7a1b2c3d4e11", "KI-Grundlagen: 17", "GUID"),
        ("4e12", "4e11", "schon unter einem anderen Namen"),
        ("kenntnisnahme: Dienstanweisung KI 2026 gelesen", "kenntnisnahme: Gelesen", "„Gelesen“ steht nicht"),
        ("    schulung: [KI-Grundlagen]\n  pruefen", "    schulung: []\n  pruefen", "allen offen"),
        ("    erprobung: [Erprobung Bürgerbüro]", "    erprobung: []", "Eine leere Erprobung"),
        ("    schulung: [KI-Grundlagen, KI-Schulung Schreiben]", "    schulung: [Grundlagen]", "„Grundlagen“"),
        ("[KI-Schulung Anweisungen Pressestelle, KI-Schulung Anweisungen Bauamt]", "[]", "von denen eine genügt"),
        ("modelle: []", "modelle: [{adresse: x, name: y}]", "https://"),
        ("modelle: []", "modelle: [{adresse: 'https://m', name: y, schluessel: sk-123}]", "nie der Schlüssel selbst"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(folder: Path, old: str, new: str, says: str) -> None:
    assert old in EXAMPLE
    wrong = EXAMPLE.replace(old, new, 1)
    (folder / "beispiel" / "town.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(TownFileError) as caught:
        read_folder(folder, POLICY)
    start = EXAMPLE.index(old)
    lines = {wrong[:start].count("\n") + 1 + more for more in range(new.count("\n") + 1)}
    place = f"{folder / 'beispiel' / 'town.yaml'}, Zeile "
    assert str(caught.value).startswith(place)
    assert int(str(caught.value).removeprefix(place).split(":")[0]) in lines
    assert says in str(caught.value)
    assert "sk-123" not in str(caught.value)


def test_what_a_town_does_not_name_asks_for_what_drafting_asks_for(folder: Path) -> None:
    lines = EXAMPLE[: EXAMPLE.index("  frei:")] + "modelle: []\n"
    (folder / "beispiel" / "town.yaml").write_text(lines, encoding="utf-8")
    town = read_town(folder / "beispiel", POLICY)
    for capability in (Capability.FREE, Capability.TALK):
        assert town.groups[capability] == town.groups[Capability.DRAFT]
        assert town.pilots[capability] == town.pilots[Capability.DRAFT]


def test_one_tenant_cannot_belong_to_two_towns(folder: Path) -> None:
    (folder / "muster" / "town.yaml").write_text(MUSTERSTADT.replace(MUSTER, BEISPIEL.upper()), encoding="utf-8")
    with pytest.raises(TownFileError, match=r"muster/town\.yaml, Zeile 3: .*„beispiel“"):
        read_folder(folder, POLICY)


def test_a_folder_without_towns_is_named(tmp_path: Path) -> None:
    with pytest.raises(TownFileError, match=r"town\.yaml"):
        read_folder(tmp_path, POLICY)
    with pytest.raises(TownFileError, match="gibt es nicht"):
        read_folder(tmp_path / "fehlt", POLICY)


def test_the_key_of_a_towns_model_comes_from_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = (
        "modelle: [{adresse: 'https://a/v1', name: eins, schluessel: AMTSKLAR_KEY_B, server: openai},"
        " {adresse: 'https://b', name: z}]"
    )
    (folder / "beispiel" / "town.yaml").write_text(EXAMPLE.replace("modelle: []", chain), encoding="utf-8")
    settings = local(folder)
    town = read_towns(settings)[0]
    with pytest.raises(StartRefused, match="AMTSKLAR_KEY_B"):
        model_profiles(settings, town)
    monkeypatch.setenv("AMTSKLAR_KEY_B", "geheim")
    assert [(p.url, p.model, key) for p, key in model_profiles(settings, town)] == [
        ("https://a/v1", "eins", "geheim"),
        ("https://b", "z", ""),
    ]
    assert [p.store_false for p, _ in model_profiles(settings, town)] == [True, False]


def test_an_unknown_kind_of_model_server_is_refused_with_its_line(folder: Path) -> None:
    chain = "modelle: [{adresse: 'https://a/v1', name: eins, server: irgendwas}]"
    (folder / "beispiel" / "town.yaml").write_text(EXAMPLE.replace("modelle: []", chain), encoding="utf-8")
    with pytest.raises(TownFileError, match=r"beispiel/town\.yaml, Zeile \d+: .*azure, openai, vllm"):
        read_folder(folder, POLICY)


def test_towns_and_the_settings_of_a_single_town_exclude_each_other(folder: Path) -> None:
    with pytest.raises(ValueError, match="AMTSKLAR_TOWNS"):
        Settings.model_validate({"profile": "local", "towns": folder, "tenants": (MUSTER,)})


# --- The product with two towns -------------------------------------------------------------------------------------


def local(folder: Path) -> Settings:
    return Settings.model_validate({"profile": Profile.LOCAL, "towns": folder})


class TwoTowns:
    """The product with two towns, and the connector it answers to."""

    def __init__(self, server: ConnectorServer, service: Service) -> None:
        self.server = server
        self.service = service
        self.app = create_app(service)
        self._count = 0

    async def teams(self, tenant: str, oid: str, kind: str = "message", **fields: Any) -> tuple[int, Any]:
        """Status and body of an activity."""
        self._count += 1
        activity = {
            "type": kind,
            "id": f"in-{self._count}",
            "serviceUrl": self.server.url,
            "channelId": "msteams",
            "from": {"id": f"29:{oid}", "name": "Jemand", "aadObjectId": oid},
            "conversation": {"conversationType": "personal", "tenantId": tenant, "id": f"a:{oid}"},
            "recipient": {"id": BOT, "name": "Amtsklar"},
            "channelData": {"tenant": {"id": tenant}},
            **fields,
        }
        request = http_request(json.dumps(activity).encode(), {"content-type": "application/json"})
        response = await self.service.bot.messages(request)
        return response.status_code, json.loads(bytes(response.body) or b"null")

    async def press(self, card: dict[str, Any], title: str, tenant: str, oid: str) -> str:
        """What a button answers."""
        data = {**inputs_of(card), **button(card, title)["data"]}
        value = {"action": {"type": "Action.Execute", "verb": data["verb"], "data": data}}
        _, body = await self.teams(tenant, oid, "invoke", name="adaptiveCard/action", value=value)
        return json.dumps(body, ensure_ascii=False)

    async def get(self, path: str, oid: str = "", **headers: str) -> tuple[int, Any]:
        """Status and content of a GET at the app."""
        sent: list[dict[str, Any]] = []
        named = headers | ({PERSON_HEADER: oid} if oid else {})
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return sent[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent))


@asynccontextmanager
async def two_towns(folder: Path) -> AsyncGenerator[TwoTowns]:
    async with ConnectorServer() as server:
        service = build(local(folder))
        try:
            yield TwoTowns(server, service)
        finally:
            await service.close()


async def test_each_town_answers_by_its_own_rules_at_both_doors(folder: Path) -> None:
    async with two_towns(folder) as towns:
        for tenant, oid, title in ((MUSTER, JANA, ""), (BEISPIEL, MIRA, "Beispielheimer Regeln")):
            answer = [
                e async for e in towns.service.assistant.run(Request(Person(tenant, oid), TaskKind.BUERGERNAH, TEXT))
            ][-1]
            assert isinstance(answer, Answer) and "28. Februar 2027" in answer.text
            assert (await towns.teams(tenant, oid, text="Regeln"))[0] in (200, 202)
            assert ("Beispielheimer Regeln" in visible_text(towns.server.cards[-1])) == bool(title)


async def test_what_the_pane_shows_is_the_persons_own_town_and_nothing_of_any_for_a_stranger(folder: Path) -> None:
    async with two_towns(folder) as towns:
        _, muster = await towns.get("/api/compose/info", JANA)
        _, beispiel = await towns.get("/api/compose/info", MIRA)
        status, nobody = await towns.get("/api/compose/info")
        assert "Musterstadt" in muster["contact"] and "Musterstadt" not in json.dumps(beispiel)
        assert "Beispielheim" in beispiel["contact"] and "Beispielheim" not in json.dumps(muster)
        assert muster["rules"] and beispiel["rules"]
        assert (status, nobody["rules"], nobody["contact"], nobody["course_url"]) == (200, [], "", "")
        assert set(nobody) == set(muster) and nobody["letter_kinds"]


async def test_who_is_refused_learns_the_way_of_the_own_town(folder: Path) -> None:
    async with two_towns(folder) as towns:
        await towns.teams(MUSTER, TOBIAS, text=TEXT)
        card = json.dumps(towns.server.cards[-1], ensure_ascii=False)
        assert "intranet.musterstadt.example" in card and "Beispielheim" not in card
        refused = await towns.service.assistant.admission(Person(BEISPIEL, HENRIK), TaskKind.BRIEF)
        assert "KI-Schulung Schreiben" in refused.text and "Beispielheim" in refused.contact
        assert refused.course_url == "https://intranet.beispielheim.example/ki-schulung"


async def test_words_and_letterhead_are_the_towns_own(folder: Path) -> None:
    (folder / "beispiel" / "begriffe.txt").write_text("[bevorzugt]\nEntrichtung | Zahlung\n", encoding="utf-8")
    head = "stadt: Stadt Beispielheim\nstrasse: Kirchweg 7\nort: 12345 Beispielheim\n"
    (folder / "beispiel" / "briefkopf.yaml").write_text(head, encoding="utf-8")
    async with two_towns(folder) as towns:
        own = await towns.service.assistant.check(Person(BEISPIEL, MIRA), TEXT)
        others = await towns.service.assistant.check(Person(MUSTER, JANA), TEXT)
        assert isinstance(own, Checked) and isinstance(others, Checked)
        assert "Ihre Verwaltung sagt dafür „Zahlung“." in [remark.reason for remark in own.remarks]
        assert "Ihre Verwaltung" not in str(others.remarks)
        assert [r.start for r in own.remarks] == sorted(r.start for r in own.remarks)
    beispiel, muster = read_folder(folder, POLICY)
    assert load_letterhead(beispiel).street == "Kirchweg 7"
    assert "Kirchweg" not in load_letterhead(muster).return_line


async def test_trainings_open_what_they_are_for(folder: Path) -> None:
    names = "[KI-Grundlagen, Dienstanweisung KI 2026 gelesen, KI-Schulung {}]"
    people = (folder / "beispiel" / "verzeichnis.yaml").read_text(encoding="utf-8")
    for training, opened in (("Führung", {TaskKind.GESPRAECH}), ("Anweisungen Bauamt", {TaskKind.PRESSE})):
        changed = people.replace("[KI-Grundlagen, Dienstanweisung KI 2026 gelesen]", names.format(training))
        (folder / "beispiel" / "verzeichnis.yaml").write_text(changed, encoding="utf-8")
        async with two_towns(folder) as towns:
            kinds = (TaskKind.BUERGERNAH, TaskKind.BRIEF, TaskKind.PRESSE, TaskKind.GESPRAECH)
            admitted = {
                kind
                for kind in kinds
                if (await towns.service.assistant.admission(Person(BEISPIEL, HENRIK), kind)).allowed
            }
            assert admitted == {TaskKind.BUERGERNAH} | opened


async def test_a_person_of_one_town_is_unknown_in_the_other(folder: Path) -> None:
    async with two_towns(folder) as towns:
        for tenant, oid in ((MUSTER, MIRA), (BEISPIEL, JANA)):
            event = [
                e async for e in towns.service.assistant.run(Request(Person(tenant, oid), TaskKind.BUERGERNAH, TEXT))
            ][-1]
            assert isinstance(event, Refused) and event.admission.reason is Reason.UNKNOWN_PERSON


async def test_an_unknown_tenant_is_refused_everywhere_without_naming_any_town(folder: Path) -> None:
    async with two_towns(folder) as towns:
        stranger = Person(STRANGE, JANA)
        events = [e async for e in towns.service.assistant.run(Request(stranger, TaskKind.EINFACH, TEXT))]
        checked = await towns.service.assistant.check(stranger, TEXT)
        admission = await towns.service.assistant.admission(stranger)
        assert isinstance(events[-1], Refused) and isinstance(checked, Refused)
        assert events[-1].admission == checked.admission == admission
        assert admission.reason is Reason.UNKNOWN_TENANT
        assert (admission.course_url, admission.contact) == ("", "")
        status, body = await towns.teams(STRANGE, JANA, text=TEXT)
        assert (status, body["error"]["code"]) == (403, "not_allowed")
        assert towns.server.cards == []


async def test_a_card_button_of_another_town_opens_nothing(folder: Path) -> None:
    async with two_towns(folder) as towns:
        await towns.teams(MUSTER, JANA, text=TEXT)
        card = towns.server.cards[-1]
        sent = len(towns.server.messages)
        assert "gehört einer anderen Person" in await towns.press(card, "Original", BEISPIEL, MIRA)
        # Not even the same object id opens it from the other tenant.
        assert "gehört einer anderen Person" in await towns.press(card, "Original", BEISPIEL, JANA)
        assert len(towns.server.messages) == sent


async def test_a_body_that_is_no_activity_is_refused(folder: Path) -> None:
    async with two_towns(folder) as towns:
        for body in (b"", b"[]", b"{", b'{"channelData": 1}', b"[" * 100_000, b"\xff"):
            response = await towns.service.bot.messages(http_request(body, {"content-type": "application/json"}))
            assert response.status_code in (400, 401, 403)


async def test_counters_are_kept_apart(folder: Path) -> None:
    async with two_towns(folder) as towns:
        await towns.service.assistant.check(Person(MUSTER, JANA), TEXT)
        await towns.service.assistant.check(Person(BEISPIEL, MIRA), TEXT)
        counted = await towns.service.records.counts()
        assert {key.tenant for key in counted} == {MUSTER, BEISPIEL}


async def test_a_broken_file_of_one_town_leaves_the_other_at_work(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "beispiel" / "dienstanweisung.yaml").write_text("titel: [Kanarienvogel", encoding="utf-8")
    async with two_towns(folder) as towns:
        failed = await towns.service.assistant.check(Person(BEISPIEL, MIRA), TEXT)
        assert isinstance(failed, Failed) and failed.code == "town_not_ready"
        assert not (await towns.service.assistant.admission(Person(BEISPIEL, MIRA))).allowed
        assert (await towns.teams(BEISPIEL, MIRA, text=TEXT))[0] == 503
        assert (await towns.teams(MUSTER, JANA, text=TEXT))[0] in (200, 202)
        with pytest.raises(StartRefused, match=r"dienstanweisung\.yaml"):
            await towns.service.nightly()
        assert "beispiel" in caplog.text and "Kanarienvogel" not in caplog.text


async def test_all_people_of_all_towns_can_be_chosen_locally(folder: Path) -> None:
    async with two_towns(folder) as towns:
        _, people = await towns.get("/api/compose/people")
        assert {person["name"]: person["trained"] for person in people} == {
            "Mira Sommer": True,
            "Henrik Vogt": True,
            "Jana Weber": True,
            "Tobias Lindner": False,
        }


def test_a_directory_of_another_tenant_stops_the_start(folder: Path) -> None:
    (folder / "muster" / "verzeichnis.yaml").write_bytes((folder / "beispiel" / "verzeichnis.yaml").read_bytes())
    with pytest.raises(StartRefused, match="Mandant ist ein anderer"):
        build(local(folder))


def test_a_town_without_people_stops_the_local_start(folder: Path) -> None:
    (folder / "muster" / "verzeichnis.yaml").unlink()
    with pytest.raises(StartRefused, match="„muster“"):
        build(local(folder))


# --- Building and picking -------------------------------------------------------------------------------------------


def town(key: str, tenant: str) -> Town:
    return Town(key, key, (tenant,), {}, {}, "", "", POLICY)


async def test_rooms_are_built_once_when_first_needed_and_beside_the_event_loop() -> None:
    built: list[tuple[str, bool]] = []

    def make(one: Town) -> str:
        built.append((one.key, threading.current_thread() is threading.main_thread()))
        return one.key

    towns = Towns([town("a", MUSTER), town("b", BEISPIEL)], make)
    assert built == []
    assert await asyncio.gather(*(towns.rooms(MUSTER.upper()) for _ in range(50))) == ["a"] * 50
    assert built == [("a", False)]
    assert await towns.rooms(STRANGE) is None


async def test_a_town_that_cannot_be_built_is_tried_again_after_a_pause() -> None:
    now, tries = [0.0], list[str]()

    def make(one: Town) -> str:
        tries.append(one.key)
        if len(tries) == 1:
            raise StartRefused("Zeile 3")
        return one.key

    towns = Towns([town("a", MUSTER)], make, clock=lambda: now[0])
    for _ in range(3):
        with pytest.raises(TownNotReady):
            await towns.rooms(MUSTER)
    assert len(tries) == 1
    now[0] += 31
    assert await towns.rooms(MUSTER) == "a"


async def test_a_town_door_refuses_who_is_proven_to_belong_elsewhere() -> None:
    class Elsewhere:
        async def verify(self, authorization: str, activity: object) -> Person:
            return Person(BEISPIEL, MIRA)

    with pytest.raises(WrongTown) as caught:
        await OneTown(Elsewhere(), town("a", MUSTER)).verify("", {})
    assert caught.value.status == 403


async def test_the_picking_of_a_town_costs_next_to_nothing(folder: Path) -> None:
    import time

    async with two_towns(folder) as towns:
        person = Person(MUSTER, JANA)
        await towns.service.assistant.admission(person)
        times: list[float] = []
        for _ in range(300):
            began = time.process_time()
            await towns.service.assistant.admission(person)
            times.append(time.process_time() - began)
        assert sorted(times)[150] < 0.0002

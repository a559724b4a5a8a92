"""infra/register.sh against a stand-in for the Azure CLI: the real one needs a tenant.

The stand-in keeps a small directory in a file, answers the calls the script makes (with the part of JMESPath that it
uses), and writes down every call that changes something.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "infra" / "register.sh"
TENANT = "8c4f6f6e-2c1a-4a53-9c57-0f8f6f3a1d20"
APP = "aaaaaaaa-0000-4000-8000-000000000001"
APP_OBJECT = "aaaaaaaa-0000-4000-8000-000000000002"
APP_PRINCIPAL = "aaaaaaaa-0000-4000-8000-000000000003"
IDENTITY = "bbbbbbbb-0000-4000-8000-000000000001"
IDENTITY_PRINCIPAL = "bbbbbbbb-0000-4000-8000-000000000003"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
GRAPH = "cccccccc-0000-4000-8000-000000000003"
READ_USERS = "dddddddd-0000-4000-8000-000000000001"
READ_GROUPS = "dddddddd-0000-4000-8000-000000000002"
HOST = "amtsklar.musterstadt.example"

_AZ = r'''
import json, os, re, sys
file = os.environ["AZ_STATE"]
state = json.load(open(file, encoding="utf-8"))
arguments = sys.argv[1:]
options, words, place = {}, [], 0
while place < len(arguments):
    if arguments[place].startswith("-"):
        options[arguments[place]] = arguments[place + 1]
        place += 2
    else:
        words.append(arguments[place])
        place += 1

def fail(text, status=1):
    print("ERROR: " + text, file=sys.stderr)
    sys.exit(status)

def wrote(what):
    if state.get("read_only"):
        fail("Insufficient privileges to complete the operation. (Authorization_RequestDenied)")
    if any(part in what for part in state.get("denied", [])):
        fail("Insufficient privileges to complete the operation. (Authorization_RequestDenied)")
    state["calls"].append(what)

def query(value, text):
    """Fields, [], [?a=='b' && c!='d'] and [a,b], as JMESPath defines them."""
    multi = re.fullmatch(r"\[(\w+(?:,\w+)+)\]", text)
    if multi:
        return [value.get(name) for name in multi[1].split(",")]
    steps = re.findall(r"(\w+)|\[\?([^\]]+)\]|(\[\])", text)
    many = False
    for name, test, flat in steps:
        if name:
            if many:
                value = [item[name] for item in value if item.get(name) is not None]
            else:
                value = value.get(name) if isinstance(value, dict) else None
        elif test:
            if value is None:
                return None
            for one in test.split(" && "):
                key, sign, wanted = re.fullmatch(r"(\w+)(==|!=)'([^']*)'", one).groups()
                value = [item for item in value if (str(item.get(key)) == wanted) == (sign == "==")]
            many = True
        else:
            if value is None:
                return None
            flattened = []
            for item in value:
                flattened += item if isinstance(item, list) else [item]
            value, many = flattened, True
    return value

def answer(value):
    if "--query" in options:
        value = query(value, options["--query"])
    if options.get("-o") == "tsv":
        rows = value if isinstance(value, list) else [value]
        for row in rows:
            if row is not None:
                print(row)
    elif value is not None:
        print(json.dumps(value, indent=2))

def app(key):
    for one in state["apps"]:
        if key in (one["appId"], one["id"]):
            return one
    fail("Resource '%s' does not exist. (Request_ResourceNotFound)" % key, 3)

def principal(key):
    for one in state["principals"]:
        if key in (one["appId"], one["id"]):
            return one
    fail("Resource '%s' does not exist. (Request_ResourceNotFound)" % key, 3)

def merge(into, new):
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value

if not state.get("signed_in", True):
    fail("Please run 'az login' to setup account.")
command = " ".join(words)
if command == "account show":
    answer({"tenantId": state["tenant"]})
elif command == "ad app list":
    name = re.fullmatch(r"displayName eq '(.*)'", options["--filter"])[1]
    answer([one for one in state["apps"] if one["displayName"] == name])
elif command == "ad app show":
    answer(app(options["--id"]))
elif command == "ad app create":
    wrote("create app")
    new = {"appId": state["next"][0], "id": state["next"][1], "displayName": options["--display-name"],
           "signInAudience": options["--sign-in-audience"], "identifierUris": [], "spa": {"redirectUris": []},
           "api": {"requestedAccessTokenVersion": None, "oauth2PermissionScopes": [], "preAuthorizedApplications": []}}
    state["apps"].append(new)
    answer(new)
elif command == "ad sp show":
    answer(principal(options["--id"]))
elif command == "ad sp create":
    wrote("create principal")
    new = {"appId": options["--id"], "id": state["next"][2], "grants": [], "assignments": []}
    state["principals"].append(new)
    answer(new)
elif command == "rest":
    path = options["--url"].removeprefix("https://graph.microsoft.com/v1.0/")
    assert path != options["--url"]
    method = options["--method"]
    body = json.loads(options["--body"]) if "--body" in options else None
    parts = path.split("/")
    if method == "GET" and parts[0] == "applications":
        answer(app(parts[1]))
    elif method == "PATCH" and parts[0] == "applications":
        wrote("patch app " + " ".join(sorted(set(body) | set(body.get("api", {})) - {"api"})))
        one = app(parts[1])
        scopes = {scope["id"] for scope in one["api"]["oauth2PermissionScopes"]}
        for client in body.get("api", {}).get("preAuthorizedApplications", []):
            if not set(client["delegatedPermissionIds"]) <= scopes:
                fail("Property api.preAuthorizedApplications refers to an unknown permission.")
        merge(one, body)
    elif method == "GET" and parts[2:] == ["oauth2PermissionGrants"]:
        answer({"value": principal(parts[1])["grants"]})
    elif method == "POST" and parts == ["oauth2PermissionGrants"]:
        wrote("post grant " + body["scope"])
        one = principal(body["clientId"])
        if any(grant["resourceId"] == body["resourceId"] for grant in one["grants"]):
            fail("Permission entry already exists.")
        one["grants"].append({"id": "grant-%d" % len(one["grants"])} | body)
    elif method == "PATCH" and parts[0] == "oauth2PermissionGrants":
        wrote("patch grant " + body["scope"])
        [grant] = [one for each in state["principals"] for one in each.get("grants", []) if one["id"] == parts[1]]
        grant.update(body)
    elif method == "GET" and parts[2:] == ["appRoleAssignments"]:
        answer({"value": principal(parts[1])["assignments"]})
    elif method == "POST" and parts[2:] == ["appRoleAssignments"]:
        wrote("post role " + body["appRoleId"])
        one = principal(parts[1])
        assert (body["principalId"], body["resourceId"]) == (one["id"], state["graph"])
        if any(each["appRoleId"] == body["appRoleId"] for each in one["assignments"]):
            fail("Permission being assigned already exists on the object")
        one["assignments"].append(body)
    else:
        fail("unexpected request " + method + " " + path)
else:
    fail("unexpected command " + command)
json.dump(state, open(file, "w", encoding="utf-8"))
'''


class Tenant:
    """A directory for the stand-in, and the script run against it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "state.json"
        tools = folder / "tools"
        tools.mkdir()
        az = tools / "az"
        az.write_text(f"#!{sys.executable} -I\n{_AZ}", encoding="utf-8")
        az.chmod(0o755)
        self._environment = {**os.environ, "PATH": f"{tools}:/usr/bin:/bin", "AZ_STATE": str(self._file)}
        self.state: dict[str, Any] = {
            "tenant": TENANT,
            "graph": GRAPH,
            "next": [APP, APP_OBJECT, APP_PRINCIPAL],
            "calls": [],
            "apps": [],
            "principals": [
                {
                    "appId": GRAPH_APP,
                    "id": GRAPH,
                    "appRoles": [
                        {"value": "User.Read.All", "id": READ_USERS},
                        {"value": "GroupMember.Read.All", "id": READ_GROUPS},
                        {"value": "Mail.ReadWrite", "id": "dddddddd-0000-4000-8000-000000000003"},
                    ],
                },
                {"appId": IDENTITY, "id": IDENTITY_PRINCIPAL, "grants": [], "assignments": []},
            ],
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self._file.write_text(json.dumps(self.state), encoding="utf-8")
        done = subprocess.run(
            ["bash", str(SCRIPT), *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.state = json.loads(self._file.read_text(encoding="utf-8"))
        assert "unexpected" not in done.stdout + done.stderr
        return done

    @property
    def calls(self) -> list[str]:
        return self.state["calls"]

    @property
    def app(self) -> dict[str, Any]:
        [one] = self.state["apps"]
        return one

    def principal(self, object_id: str) -> dict[str, Any]:
        [one] = [one for one in self.state["principals"] if one["id"] == object_id]
        return one


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    return Tenant(tmp_path)


COMPLETE = ("--host", HOST, "--identity", IDENTITY)


def test_in_an_empty_tenant_everything_is_set_up(tenant: Tenant) -> None:
    done = tenant.run(*COMPLETE)
    assert (done.returncode, done.stderr) == (0, "")
    app = tenant.app
    assert app["signInAudience"] == "AzureADMyOrg"
    assert app["identifierUris"] == [f"api://{APP}"]
    assert app["api"]["requestedAccessTokenVersion"] == 2
    [scope] = app["api"]["oauth2PermissionScopes"]
    assert (scope["value"], scope["type"], scope["isEnabled"]) == ("access_as_user", "User", True)
    assert app["api"]["preAuthorizedApplications"] == [{"appId": APP, "delegatedPermissionIds": [scope["id"]]}]
    assert f"brk-multihub://{HOST}" in app["spa"]["redirectUris"]
    assert all(uri.split("://")[0] in ("brk-multihub", "https") for uri in app["spa"]["redirectUris"])
    grants = {grant["resourceId"]: grant["scope"] for grant in tenant.principal(APP_PRINCIPAL)["grants"]}
    assert grants == {APP_PRINCIPAL: "access_as_user", GRAPH: "openid profile offline_access"}
    assert {grant["consentType"] for grant in tenant.principal(APP_PRINCIPAL)["grants"]} == {"AllPrincipals"}
    held = [one["appRoleId"] for one in tenant.principal(IDENTITY_PRINCIPAL)["assignments"]]
    assert held == [READ_USERS, READ_GROUPS]
    assert f"Client-ID der App-Registrierung: {APP}" in done.stdout
    assert done.stdout.count("Ändert:") == len(tenant.calls)


def test_a_second_run_changes_nothing(tenant: Tenant) -> None:
    tenant.run(*COMPLETE)
    before = json.dumps({**tenant.state, "calls": []})
    tenant.state["calls"] = []
    done = tenant.run(*COMPLETE)
    assert done.returncode == 0
    assert "Fertig: 0 Änderungen." in done.stdout
    assert tenant.calls == []
    assert json.dumps(tenant.state) == before


def test_two_runs_around_the_deployment_do_the_same_as_one(tenant: Tenant, tmp_path: Path) -> None:
    first = tenant.run()
    assert first.returncode == 0
    assert "apiClientId=" + APP in first.stdout
    assert "Offen:" in first.stdout
    assert tenant.app["spa"]["redirectUris"] == []
    assert tenant.principal(IDENTITY_PRINCIPAL)["assignments"] == []
    assert tenant.run("--app-id", APP, *COMPLETE).returncode == 0
    (tmp_path / "other").mkdir()
    at_once = Tenant(tmp_path / "other")
    at_once.run(*COMPLETE)
    assert tenant.state["apps"] == at_once.state["apps"]
    assert tenant.state["principals"] == at_once.state["principals"]


@pytest.mark.parametrize("prepared", [False, True])
def test_a_dry_run_names_every_change_and_makes_none(tenant: Tenant, tmp_path: Path, prepared: bool) -> None:
    if prepared:
        tenant.run()
    before = json.dumps(tenant.state)
    done = tenant.run("--dry-run", *COMPLETE)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.dumps(tenant.state) == before
    foreseen = [line.split(":", 1)[1].strip() for line in done.stdout.splitlines() if line.startswith("Würde ändern:")]
    assert "Ändert:" not in done.stdout
    assert f"Probelauf beendet: {len(foreseen)} Änderungen stünden an, keine wurde vorgenommen." in done.stdout
    real = tenant.run(*COMPLETE)
    made = [line.split(":", 1)[1].strip() for line in real.stdout.splitlines() if line.startswith("Ändert:")]
    assert foreseen == [line.replace(APP, "(neu)") if not prepared else line for line in made]


def test_a_dry_run_when_all_is_there_foresees_nothing(tenant: Tenant) -> None:
    tenant.run(*COMPLETE)
    done = tenant.run("--dry-run", *COMPLETE)
    assert "Probelauf beendet: 0 Änderungen" in done.stdout


def test_what_others_entered_stays(tenant: Tenant) -> None:
    tenant.run()
    other = {"id": "eeeeeeee-0000-4000-8000-000000000001", "value": "lesen", "type": "User", "isEnabled": True}
    client = {"appId": "eeeeeeee-0000-4000-8000-000000000002", "delegatedPermissionIds": [other["id"]]}
    app = tenant.app
    app["api"] = {
        "requestedAccessTokenVersion": 1,
        "oauth2PermissionScopes": [other],
        "preAuthorizedApplications": [client],
    }
    app["identifierUris"] = ["api://anderswo"]
    app["spa"]["redirectUris"] = ["https://anderswo.example/"]
    grants = tenant.principal(APP_PRINCIPAL)["grants"]
    grants[0]["scope"] = "openid User.Read"
    tenant.state["calls"] = []
    assert tenant.run(*COMPLETE).returncode == 0
    app = tenant.app
    assert app["identifierUris"] == ["api://anderswo", f"api://{APP}"]
    assert other in app["api"]["oauth2PermissionScopes"] and len(app["api"]["oauth2PermissionScopes"]) == 2
    assert client in app["api"]["preAuthorizedApplications"] and len(app["api"]["preAuthorizedApplications"]) == 2
    assert app["spa"]["redirectUris"][0] == "https://anderswo.example/"
    assert app["api"]["requestedAccessTokenVersion"] == 2
    assert grants[1]["scope"] == "access_as_user"
    assert tenant.principal(APP_PRINCIPAL)["grants"][0]["scope"] == "openid User.Read profile offline_access"
    assert "create app" not in tenant.calls


def test_an_existing_scope_keeps_its_id(tenant: Tenant) -> None:
    tenant.run()
    own = "eeeeeeee-0000-4000-8000-000000000009"
    tenant.app["api"]["oauth2PermissionScopes"][0]["id"] = own
    tenant.app["api"]["preAuthorizedApplications"] = []
    assert tenant.run().returncode == 0
    assert [scope["id"] for scope in tenant.app["api"]["oauth2PermissionScopes"]] == [own]
    assert tenant.app["api"]["preAuthorizedApplications"] == [{"appId": APP, "delegatedPermissionIds": [own]}]


# --- What goes wrong -------------------------------------------------------------------------------------------------


def test_without_rights_nothing_is_changed_and_the_role_is_named(tenant: Tenant) -> None:
    tenant.state["read_only"] = True
    done = tenant.run(*COMPLETE)
    assert done.returncode == 3
    assert "Dafür fehlen Ihnen Rechte" in done.stderr
    assert "Cloudanwendungsadministrator" in done.stderr
    assert tenant.calls == []


def test_rights_for_the_registration_only_stop_at_the_consent_and_a_new_run_goes_on(tenant: Tenant) -> None:
    tenant.state["denied"] = ["grant", "role"]
    done = tenant.run(*COMPLETE)
    assert done.returncode == 3
    assert "Administrator für privilegierte Rollen" in done.stderr
    assert "Ein neuer Lauf macht an dieser Stelle weiter." in done.stderr
    assert tenant.app["api"]["requestedAccessTokenVersion"] == 2
    tenant.state["denied"] = []
    tenant.state["calls"] = []
    assert tenant.run(*COMPLETE).returncode == 0
    assert {call.split()[0] for call in tenant.calls} == {"post"}


def _two_of_the_name(state: dict[str, Any]) -> None:
    state["apps"] = [{"appId": APP, "id": APP_OBJECT, "displayName": "Amtsklar"}] * 2


def _open_to_all(state: dict[str, Any]) -> None:
    app = {"appId": APP, "id": APP_OBJECT, "displayName": "Amtsklar", "signInAudience": "AzureADMultipleOrgs"}
    state["apps"] = [app]


def _signed_out(state: dict[str, Any]) -> None:
    state["signed_in"] = False


@pytest.mark.parametrize(
    ("prepare", "arguments", "says"),
    [
        (_signed_out, (), "nicht angemeldet"),
        (_two_of_the_name, (), "Mehrere App-Registrierungen"),
        (_open_to_all, (), "Konten anderer Mandanten"),
        (None, ("--app-id", APP), "gibt es in diesem Mandanten nicht"),
        (None, ("--identity", "bbbbbbbb-0000-4000-8000-00000000000f"), "verwaltete Identität"),
    ],
)
def test_a_state_that_needs_a_person_is_explained(
    tenant: Tenant, prepare: Any, arguments: Sequence[str], says: str
) -> None:
    if prepare:
        prepare(tenant.state)
    done = tenant.run(*arguments)
    assert done.returncode == 1
    assert says in done.stderr


def test_a_scope_that_is_switched_off_is_not_used(tenant: Tenant) -> None:
    tenant.run()
    tenant.app["api"]["oauth2PermissionScopes"][0]["isEnabled"] = False
    tenant.state["calls"] = []
    done = tenant.run()
    assert done.returncode == 1
    assert "abgeschaltet" in done.stderr
    assert tenant.calls == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--host", "https://amtsklar.musterstadt.example"), "--host"),
        (("--host", 'x.example","y'), "--host"),
        (("--host",), "--host fehlt"),
        (("--identity", "1"), "--identity"),
        (("--app-id", "x' or '1"), "--app-id"),
        (("--name", "x' or displayName ne '"), "--name"),
        (("--app-id", APP, "--identity", APP), "verschieden"),
        (("--dry", "run"), "Unbekannte Angabe"),
    ],
)
def test_arguments_that_cannot_be_used_are_explained(tenant: Tenant, arguments: Sequence[str], says: str) -> None:
    done = tenant.run(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert tenant.calls == []


def test_without_the_azure_cli_it_says_where_to_get_it(tmp_path: Path) -> None:
    environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", str(SCRIPT)], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "Azure CLI" in done.stderr


def test_the_script_needs_no_other_tool() -> None:
    source = SCRIPT.read_text(encoding="utf-8")
    assert "jq " not in source and "python" not in source and "curl" not in source
    assert os.access(SCRIPT, os.X_OK)

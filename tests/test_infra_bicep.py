"""The template of the Azure resources, read by a grammar of Bicep and by a small parser of our own: the Bicep compiler
is a download that not every place allows. They prove that the syntax is right and that the file holds together and
keeps its promises, not that Azure accepts it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
import tree_sitter_bicep
import yaml
from tree_sitter import Language, Parser

from jobs.azure import POISON, QUEUE
from settings import Settings

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "infra" / "main.bicep"

# The functions of the language that the template may use.
FUNCTIONS = {
    *("empty", "guid", "replace", "resourceGroup", "string", "subscriptionResourceId", "take", "tenant", "toLower"),
    *("union", "uniqueString"),
}
LITERALS = {"true", "false", "null"}
TYPES = {"string", "int", "bool", "array", "object"}


# --- A reader of Bicep ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Name:
    """An expression that starts with a symbol: `identity.properties.clientId`, `guid(…)`."""

    root: str
    text: str
    called: bool
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Choice:
    """`a ? b : c`, or a comparison; the parts in their order."""

    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Text:
    """A string; `parts` are the expressions inside `${…}`."""

    raw: str
    parts: tuple[Any, ...]


@dataclass
class Declaration:
    kind: str
    name: str
    type: str
    value: Any
    line: int
    condition: Any = None
    decorators: dict[str, Any] = field(default_factory=dict[str, Any])


class Malformed(Exception):
    """What the parser cannot read, with its line."""


_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*)|(?P<newline>\n)|(?P<space>[ \t\r]+)|(?P<number>\d+)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>==|!=|&&|\|\||[{}\[\]():,.?!@=<>])"
)


def tokens(source: str) -> list[tuple[str, Any, int]]:
    found: list[tuple[str, Any, int]] = []
    place, line = 0, 1
    while place < len(source):
        if source[place] == "'":
            text, place = _string(source, place, line)
            found.append(("string", text, line))
            continue
        match = _TOKEN.match(source, place)
        if match is None:
            raise Malformed(f"Zeile {line}: {source[place]!r}")
        kind = str(match.lastgroup)
        if kind == "newline":
            found.append(("newline", "\n", line))
            line += 1
        elif kind not in ("comment", "space"):
            found.append((kind, match[0], line))
        place = match.end()
    return [*found, ("newline", "\n", line), ("end", "", line)]


def _string(source: str, place: int, line: int) -> tuple[Text, int]:
    raw, parts = "", list[Any]()
    place += 1
    while True:
        if place >= len(source) or source[place] == "\n":
            raise Malformed(f"Zeile {line}: Zeichenfolge ohne Ende")
        if source[place] == "'":
            return Text(raw, tuple(parts)), place + 1
        if source[place] == "\\":
            raw += source[place : place + 2]
            place += 2
        elif source.startswith("${", place):
            depth, start = 1, place + 2
            place = start
            while depth:
                if place >= len(source) or source[place] in "\n'":
                    raise Malformed(f"Zeile {line}: ${{ ohne Ende")
                depth += {"{": 1, "}": -1}.get(source[place], 0)
                place += 1
            inner = source[start : place - 1]
            parts.append(Reader(inner).whole_expression())
            raw += "${" + inner + "}"
        else:
            raw += source[place]
            place += 1


class Reader:
    """Reads declarations by recursive descent; only the part of the language that the template uses."""

    def __init__(self, source: str) -> None:
        self._tokens = tokens(source)
        self._at = 0

    def whole_expression(self) -> Any:
        value = self.expression()
        self.newlines()
        self.expect("end")
        return value

    def declarations(self) -> Iterator[Declaration]:
        decorators: dict[str, Any] = {}
        while True:
            self.newlines()
            kind, word, line = self.next()
            if kind == "end":
                return
            if word == "@":
                name = self.expect("word")
                self.expect("sign", "(")
                decorators[name] = [] if self.peek() == ("sign", ")") else [self.expression()]
                self.expect("sign", ")")
                continue
            if word == "targetScope":
                self.expect("sign", "=")
                yield Declaration("targetScope", "targetScope", "", self.expression(), line)
                continue
            if word not in ("param", "var", "resource", "output"):
                raise Malformed(f"Zeile {line}: {word!r}")
            yield self._declaration(str(word), line, decorators)
            decorators = {}

    def _declaration(self, kind: str, line: int, decorators: dict[str, Any]) -> Declaration:
        name = self.expect("word")
        written, value, condition = "", None, None
        if kind in ("param", "output"):
            written = self.expect("word")
        elif kind == "resource":
            written = cast(Text, self.expect("string")).raw
        if self.peek() == ("sign", "="):
            self.next()
            if kind == "resource" and self.peek() == ("word", "if"):
                self.next()
                self.expect("sign", "(")
                condition = self.expression()
                self.expect("sign", ")")
            value = self.expression()
        self.expect("newline")
        return Declaration(kind, name, written, value, line, condition, decorators)

    def expression(self) -> Any:
        first = self._operand()
        kind, sign = self.peek()
        if kind == "sign" and sign in ("==", "!=", "&&", "||"):
            self.next()
            first = Choice((first, self._operand()))
        if self.peek() == ("sign", "?"):
            self.next()
            yes = self.expression()
            self.expect("sign", ":")
            return Choice((first, yes, self.expression()))
        return first

    def _operand(self) -> Any:
        kind, word, line = self.next()
        if kind == "string":
            return word
        if kind == "number":
            return int(word)
        if word == "{":
            return self._object()
        if word == "[":
            return self._list()
        if kind != "word":
            raise Malformed(f"Zeile {line}: {word!r} statt eines Werts")
        if word in LITERALS:
            return {"true": True, "false": False, "null": None}[word]
        root, text, called, arguments = str(word), str(word), False, list[Any]()
        while self.peek()[0] == "sign" and self.peek()[1] in ("(", ".", "!"):
            sign = self.next()[1]
            if sign == "(":
                called = True
                while self.peek() != ("sign", ")"):
                    self.newlines()
                    arguments.append(self.expression())
                    self.newlines()
                    if self.peek() == ("sign", ","):
                        self.next()
                        self.newlines()
                self.next()
            elif sign == ".":
                text += "." + self.expect("word")
        return Name(root, text, called, tuple(arguments))

    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.newlines()
        while self.peek() != ("sign", "}"):
            kind, word, line = self.next()
            key = word.raw if kind == "string" else word
            if kind not in ("word", "string"):
                raise Malformed(f"Zeile {line}: {word!r} statt eines Namens")
            if key in found:
                raise Malformed(f"Zeile {line}: {key} steht doppelt")
            if isinstance(word, Text) and word.parts:
                found["${}"] = word
            self.expect("sign", ":")
            found[key] = self.expression()
            if self.peek() != ("sign", "}"):
                self.expect("newline")
            self.newlines()
        self.next()
        return found

    def _list(self) -> list[Any]:
        found: list[Any] = []
        self.newlines()
        while self.peek() != ("sign", "]"):
            found.append(self.expression())
            if self.peek() != ("sign", "]"):
                self.expect("newline")
            self.newlines()
        self.next()
        return found

    def peek(self) -> tuple[str, Any]:
        return self._tokens[self._at][0], self._tokens[self._at][1]

    def next(self) -> tuple[str, Any, int]:
        self._at += 1
        return self._tokens[self._at - 1]

    def newlines(self) -> None:
        while self.peek()[0] == "newline":
            self.next()

    def expect(self, kind: str, word: str | None = None) -> Any:
        found, said, line = self.next()
        if found != kind or (word is not None and said != word):
            raise Malformed(f"Zeile {line}: {said!r} statt {word or kind}")
        return said


def read(source: str) -> dict[str, Declaration]:
    found: dict[str, Declaration] = {}
    for one in Reader(source).declarations():
        name = f"output {one.name}" if one.kind == "output" else one.name
        if name in found:
            raise Malformed(f"Zeile {one.line}: {one.name} gibt es schon")
        found[name] = one
    return found


def names_in(value: Any) -> Iterator[Name]:
    if isinstance(value, Name):
        yield value
        for argument in value.arguments:
            yield from names_in(argument)
    elif isinstance(value, Text | Choice):
        for part in value.parts:
            yield from names_in(part)
    elif isinstance(value, dict):
        for item in cast(dict[str, Any], value).values():
            yield from names_in(item)
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from names_in(item)


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, Text):
        yield value.raw
    elif isinstance(value, Name):
        for argument in value.arguments:
            yield from texts_in(argument)
    elif isinstance(value, Choice):
        for part in value.parts:
            yield from texts_in(part)
    elif isinstance(value, dict):
        for item in cast(dict[str, Any], value).values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from texts_in(item)


def keys_in(value: Any) -> Iterator[str]:
    if isinstance(value, Name):
        for argument in value.arguments:
            yield from keys_in(argument)
    elif isinstance(value, Choice):
        for part in value.parts:
            yield from keys_in(part)
    elif isinstance(value, dict):
        for key, item in cast(dict[str, Any], value).items():
            yield key
            yield from keys_in(item)
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from keys_in(item)


def plain(value: Any) -> Any:
    """Strings without expressions as Python strings, the rest as it is."""
    if isinstance(value, Text):
        return value.raw
    if isinstance(value, dict):
        return {key: plain(item) for key, item in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [plain(item) for item in cast(list[Any], value)]
    if isinstance(value, Name) and not value.called:
        return value.text
    return value


@pytest.fixture(scope="module")
def template() -> dict[str, Declaration]:
    return read(TEMPLATE.read_text(encoding="utf-8"))


def resources(template: dict[str, Declaration], kind: str = "") -> list[Declaration]:
    return [
        one
        for one in template.values()
        if one.kind == "resource" and (not kind or one.type.split("@")[0].lower() == kind.lower())
    ]


def properties(template: dict[str, Declaration], kind: str) -> dict[str, Any]:
    [one] = resources(template, kind)
    return plain(one.value["properties"])


# --- The file holds together ---------------------------------------------------------------------------------------


def test_every_symbol_is_declared_and_every_function_known(template: dict[str, Declaration]) -> None:
    for one in template.values():
        for name in names_in([one.value, one.condition, *one.decorators.values()]):
            if name.called:
                assert name.root in FUNCTIONS, f"{one.name}: {name.text}"
            else:
                assert name.root in template, f"{one.name}: {name.root}"
                assert template[name.root].kind != "output"


def test_nothing_is_declared_and_never_used(template: dict[str, Declaration]) -> None:
    used = {name.root for one in template.values() for name in names_in([one.value, one.condition])}
    for one in template.values():
        if one.kind in ("param", "var"):
            assert one.name in used, one.name


def test_parameters_have_a_type_and_a_description(template: dict[str, Declaration]) -> None:
    for one in template.values():
        if one.kind == "param":
            assert one.type in TYPES
            assert one.decorators["description"], one.name
            default = plain(one.value)
            if "allowed" in one.decorators and default is not None:
                assert default in plain(one.decorators["allowed"][0]), one.name


def test_every_resource_has_a_fixed_api_version_and_a_name(template: dict[str, Declaration]) -> None:
    assert len(resources(template)) >= 20
    for one in resources(template):
        assert re.fullmatch(r"Microsoft\.[A-Za-z]+(/[A-Za-z]+)+@\d{4}-\d\d-\d\d(-preview)?", one.type), one.type
        assert "name" in one.value, one.name


def test_no_module_from_elsewhere() -> None:
    source = TEMPLATE.read_text(encoding="utf-8")
    assert not re.search(r"^\s*(module|extension|import|using)\b", source, re.MULTILINE)
    assert "br/" not in source and "br:" not in source


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("param a string = 'x\n", "ohne Ende"),
        ("var a = {\n  b: 1\n", "statt eines Namens"),
        ("var a = [\n  1 2\n]\n", "statt newline"),
        ("var a = '${b'\n", "ohne Ende"),
        ("var a = {\n  b: 1\n  b: 2\n}\n", "steht doppelt"),
        ("var a = 1\nvar a = 2\n", "gibt es schon"),
        ("resource a 'T@1' {\n}\n", "statt newline"),
    ],
)
def test_the_reader_refuses_what_is_malformed(wrong: str, says: str) -> None:
    with pytest.raises(Malformed, match=says):
        read(wrong)


def syntax_errors(source: str) -> list[int]:
    """The lines at which the grammar of Bicep finds an error."""
    tree = Parser(Language(tree_sitter_bicep.language())).parse(source.encode())
    found, ahead = list[int](), [tree.root_node]
    while ahead:
        node = ahead.pop()
        if node.is_error or node.is_missing:
            found.append(node.start_point.row + 1)
        ahead += [child for child in node.children if child.has_error or child.is_missing]
    return sorted(found)


def test_the_grammar_of_bicep_finds_no_error_in_the_template() -> None:
    assert syntax_errors(TEMPLATE.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("param contact string = ''", "param contact string ="),
        ("param contact string = ''", "param contact = ''"),
        ("param contact string = ''", "param contact string = '"),
        ("var oneTownSettings = {", "var oneTownSettings = "),
        ("resource storage '", "resource '"),
        ("@minLength(36)", "@minLength(36"),
        ("empty(townsFolder) ?", "empty(townsFolder"),
    ],
)
def test_the_grammar_of_bicep_finds_errors_in_the_template(right: str, wrong: str) -> None:
    source = TEMPLATE.read_text(encoding="utf-8")
    assert right in source
    assert syntax_errors(source.replace(right, wrong, 1))


def test_a_town_with_a_folder_of_its_own_need_not_name_group_course_and_contact(
    template: dict[str, Declaration],
) -> None:
    folder = template["townsSettings"].value
    for name in ("trainingGroupId", "courseUrl", "contact"):
        parameter = template[name]
        assert isinstance(parameter.value, Text)
        assert (parameter.value.raw, "minLength" in parameter.decorators) == ("", False)
        assert name not in str(folder)
        assert "nötig ohne townsFolder" in str(parameter.decorators["description"])


def test_parameter_file_names_only_parameters_and_all_that_are_required(template: dict[str, Declaration]) -> None:
    given = json.loads((ROOT / "infra" / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]
    declared = {one.name: one for one in template.values() if one.kind == "param"}
    assert set(given) <= set(declared)
    assert {name for name, one in declared.items() if one.value is None} <= set(given)
    for name, entry in given.items():
        match = re.fullmatch(r"\$\{([A-Z_]+)(?:=(.*))?\}", entry["value"])
        assert match, name
        if match[2] and "allowed" in declared[name].decorators:
            assert match[2] in plain(declared[name].decorators["allowed"][0])


def test_azd_finds_the_template_and_the_app(template: dict[str, Declaration]) -> None:
    project = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))
    assert (ROOT / project["infra"]["path"] / f"{project['infra']['module']}.bicep") == TEMPLATE
    [(name, service)] = project["services"].items()
    assert (service["host"], service["language"]) == ("function", "python")
    [app] = resources(template, "Microsoft.Web/sites")
    assert name in set(texts_in(app.value["tags"]))


# --- What is promised ----------------------------------------------------------------------------------------------


def test_every_setting_exists_and_all_required_ones_are_given(template: dict[str, Declaration]) -> None:
    given = {key for one in template.values() for key in keys_in(one.value) if key.startswith("AMTSKLAR_")}
    known = {f"AMTSKLAR_{name.upper()}" for name in Settings.model_fields}
    assert given <= known, given - known
    required = {"TENANTS", "BOT_ID", "API_ID", "TRAINING_GROUP", "PUBLIC_URL", "MODEL_URL", "MODEL_NAME", "PROFILE"}
    assert {f"AMTSKLAR_{name}" for name in required} <= given


@pytest.mark.parametrize("choice", ["oneTownSettings", "townsSettings"])
def test_settings_as_azure_would_give_them_allow_a_start(choice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = read(TEMPLATE.read_text(encoding="utf-8"))
    settings = properties(declared, "Microsoft.Web/sites/config")
    assert isinstance(settings, Name)
    # A union of objects: the first one is always given, the second is one of two.
    always = cast(dict[str, Any], plain(settings.arguments[0])) | cast(dict[str, Any], plain(declared[choice].value))
    stand_in = "44444444-4444-4444-8444-444444444444"
    for name, value in always.items():
        if name.startswith("AMTSKLAR_"):
            if name == "AMTSKLAR_SEAL_KEY":
                value = "A" * 43 + "="
            if name == "AMTSKLAR_JOBS_STORAGE":
                monkeypatch.setenv(name, "https://konto.queue.core.windows.net/")
                continue
            if name == "AMTSKLAR_JOBS_MODELS":
                value = "16"
            text = value if isinstance(value, str) and "." not in value and "$" not in value else stand_in
            monkeypatch.setenv(name, f'["{stand_in}"]' if name == "AMTSKLAR_TENANTS" else text)
    chosen = Settings()  # pyright: ignore[reportCallIssue]
    assert chosen.profile.value == "production"
    assert chosen.bot_credential.value == "managed_identity"


def test_no_key_or_secret_is_read_or_written(template: dict[str, Declaration]) -> None:
    source = TEMPLATE.read_text(encoding="utf-8")
    assert not re.search(
        r"\blist(Keys|Secrets|AccountSas)\b|@secure\(|SharedAccessKey|AccountKey|InstrumentationKey", source
    )
    settings = {
        key: value
        for one in template.values()
        for value in [plain(one.value)]
        for key in keys_in(one.value)
        if re.search(r"(SECRET|_KEY|PASSWORD)$", key) and value is not None
    }
    assert set(settings) == {"AMTSKLAR_MODEL_KEY", "AMTSKLAR_SEAL_KEY", "AMTSKLAR_HEALTH_KEY"}
    [key] = re.findall(r"AMTSKLAR_MODEL_KEY: '(.*)'", source)
    assert key.startswith("@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/")


def test_storage_opens_for_identities_only(template: dict[str, Declaration]) -> None:
    storage = properties(template, "Microsoft.Storage/storageAccounts")
    assert storage["allowSharedKeyAccess"] is False
    assert storage["allowBlobPublicAccess"] is False
    assert storage["supportsHttpsTrafficOnly"] is True
    assert storage["minimumTlsVersion"] == "TLS1_2"
    for one in resources(template, "Microsoft.Storage/storageAccounts/blobServices/containers"):
        assert plain(one.value["properties"])["publicAccess"] == "None"


def test_jobs_have_their_queues_and_nothing_deleted_is_kept(template: dict[str, Declaration]) -> None:
    source = (ROOT / "function_app.py").read_text(encoding="utf-8")
    triggers = set(re.findall(r'queue_name="([^"]+)"', source))
    queues = resources(template, "Microsoft.Storage/storageAccounts/queueServices/queues")
    assert {plain(one.value["name"]) for one in queues} == triggers == {QUEUE, POISON}
    connections = set(re.findall(r'connection="([^"]+)"', source))
    given = {key for one in template.values() for key in keys_in(one.value)}
    assert all(f"{name}__queueServiceUri" in given for name in connections)
    blobs = properties(template, "Microsoft.Storage/storageAccounts/blobServices")
    assert blobs["deleteRetentionPolicy"] == {"enabled": False}
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))["extensions"]["queues"]
    assert host["messageEncoding"] == "base64"
    # The queue may add 0.3 s at the middle; a message waits for half of this on average.
    assert float(host["maxPollingInterval"].split(":")[2]) <= 0.3


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Microsoft.CognitiveServices/accounts", "disableLocalAuth"),
        ("Microsoft.BotService/botServices", "disableLocalAuth"),
        ("Microsoft.Insights/components", "DisableLocalAuth"),
    ],
)
def test_services_take_no_keys(template: dict[str, Declaration], kind: str, name: str) -> None:
    assert properties(template, kind)[name] is True


def test_model_stays_in_the_region_or_in_the_eu(template: dict[str, Declaration]) -> None:
    allowed = plain(template["modelSku"].decorators["allowed"][0])
    assert set(allowed) == {"Standard", "DataZoneStandard", "ProvisionedManaged", "DataZoneProvisionedManaged"}
    [model] = resources(template, "Microsoft.CognitiveServices/accounts/deployments")
    assert plain(model.value["sku"])["name"] == "modelSku"
    assert plain(model.value["properties"])["versionUpgradeOption"] == "NoAutoUpgrade"
    regions = set(plain(template["location"].decorators["allowed"][0]))
    # Neither the United Kingdom nor Switzerland nor Norway: they are outside the EU data zone.
    eu = {"germanywestcentral", "swedencentral", "westeurope", "northeurope", "francecentral", "italynorth"}
    assert regions <= eu | {"spaincentral"}
    for one in resources(template):
        if "location" in one.value:
            # An action group holds an address of the town's own staff, and Azure knows no other place for it.
            place = ("global",) if one.name == "alarmGroup" else ("location", "botLocation")
            assert plain(one.value["location"]) in place, one.name
    assert not [text for one in template.values() for text in texts_in(one.value) if text.startswith("Global")]


def test_app_is_flex_consumption_always_ready_and_over_tls_only(template: dict[str, Declaration]) -> None:
    [plan] = resources(template, "Microsoft.Web/serverfarms")
    assert plain(plan.value["sku"]) == {"name": "FC1", "tier": "FlexConsumption"}
    app = properties(template, "Microsoft.Web/sites")
    assert app["httpsOnly"] is True
    assert app["siteConfig"]["minTlsVersion"] == "1.2"
    assert app["siteConfig"]["cors"] == {"allowedOrigins": []}
    assert app["siteConfig"]["ftpsState"] == "Disabled"
    scale = app["functionAppConfig"]["scaleAndConcurrency"]
    assert [group["name"] for group in scale["alwaysReady"]] == ["http", "function:jobs"]
    assert template["alwaysReadyInstances"].value == 1
    assert scale["triggers"]["http"]["perInstanceConcurrency"] > 1
    assert app["functionAppConfig"]["runtime"] == {"name": "python", "version": "3.13"}
    assert app["functionAppConfig"]["deployment"]["storage"]["authentication"]["type"] == "UserAssignedIdentity"
    policies = resources(template, "Microsoft.Web/sites/basicPublishingCredentialsPolicies")
    assert {plain(one.value["name"]) for one in policies} == {"scm", "ftp"}
    assert all(one.value["properties"] == {"allow": False} for one in policies)


def test_settings_that_flex_consumption_refuses_are_absent(template: dict[str, Declaration]) -> None:
    refused = {
        *("FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_WORKER_RUNTIME", "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_TIME_ZONE"),
        *("SCM_DO_BUILD_DURING_DEPLOYMENT", "ENABLE_ORYX_BUILD", "WEBSITE_CONTENTSHARE", "linuxFxVersion"),
        *("WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "AzureWebJobsStorage"),
    }
    assert not refused & {key for one in template.values() for key in keys_in(one.value)}


def test_logs_end_after_30_days_and_no_content_is_collected(template: dict[str, Declaration]) -> None:
    assert properties(template, "Microsoft.OperationalInsights/workspaces")["retentionInDays"] == 30
    insights = properties(template, "Microsoft.Insights/components")
    assert insights["RetentionInDays"] == 30
    assert insights["DisableIpMasking"] is False
    [diagnostics] = resources(template, "Microsoft.Insights/diagnosticSettings")
    assert plain(diagnostics.value["scope"]) == "vault"
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
    assert host["logging"]["logLevel"]["default"] == "Warning"


def test_the_alarm_asks_for_the_function_that_runs_at_night(template: dict[str, Declaration]) -> None:
    [query] = re.findall(r'OperationName == "(\w+)"', TEMPLATE.read_text(encoding="utf-8"))
    assert f'function_name("{query}")' in (ROOT / "function_app.py").read_text(encoding="utf-8")
    for one in resources(template, "Microsoft.Insights/scheduledQueryRules"):
        assert plain(one.condition) == "wantsAlarm"
    assert plain(template["alarmEmail"].value) == ""


def test_bot_is_the_identity_and_speaks_in_teams(template: dict[str, Declaration]) -> None:
    bot = properties(template, "Microsoft.BotService/botServices")
    assert bot["msaAppType"] == "UserAssignedMSI"
    assert bot["msaAppId"] == "identity.properties.clientId"
    assert bot["endpoint"].endswith("/api/messages")
    channel = properties(template, "Microsoft.BotService/botServices/channels")
    assert channel["channelName"] == "MsTeamsChannel"
    assert channel["properties"]["isEnabled"] is True


def test_each_role_is_given_once_at_one_resource_to_the_identity(template: dict[str, Declaration]) -> None:
    given = resources(template, "Microsoft.Authorization/roleAssignments")
    scopes = sorted(plain(one.value["scope"]) for one in given)
    assert scopes == ["insights", "openAi", "storage", "storage", "storage", "vault"]
    for one in given:
        rights = one.value["properties"]
        assert plain(rights["principalId"]) == "identity.properties.principalId"
        assert plain(rights["principalType"]) == "ServicePrincipal"
        [role] = [name.text for name in names_in(rights["roleDefinitionId"]) if name.text.startswith("roles.")]
        assert role.removeprefix("roles.") in plain(template["roles"].value)
    role_ids: dict[str, str] = plain(template["roles"].value)
    assert len(set(role_ids.values())) == len(role_ids) == len(given)
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one) for one in role_ids.values())


def test_vault_keeps_what_is_deleted_and_asks_for_roles(template: dict[str, Declaration]) -> None:
    vault = properties(template, "Microsoft.KeyVault/vaults")
    assert vault["enableRbacAuthorization"] is True
    assert vault["enablePurgeProtection"] is True

"""The documents for the town against the code: every rule, setting, command, option and file they name exists, the
model Dienstanweisung says what the shipped policy says, and what staff read is as readable as we ask of others.
"""

import importlib.util
import json
import re
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from german import readability
from german.coaching import Weight, coach
from german.readability import TextKind
from german.text import parse
from records.port import KEPT_DAYS
from records.summary import SHOWN_FROM, UNDER
from settings import Settings
from telemetry.health import ASK_SECONDS, HEADER, KEPT_SECONDS, RECENT_SECONDS
from telemetry.measuring import Metric
from telemetry.words import CODES, Attribute

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
POLICY: dict[str, Any] = yaml.safe_load((ROOT / "policy" / "dienstanweisung.yaml").read_text(encoding="utf-8"))
RULES: dict[str, dict[str, Any]] = {rule["id"]: rule for rule in POLICY["regeln"]}
OURS = sorted(
    [
        *(DOCS / "datenschutz").glob("*.md"),
        *(DOCS / "dienstanweisung").glob("*.md"),
        *(DOCS / name for name in ("admin.md", "betrieb.md", "mitarbeitende.md")),
    ]
)
# Read by everybody, not by specialists.
FOR_EVERYBODY = (
    "mitarbeitende.md",
    "dienstanweisung/karte.md",
    "datenschutz/information-beschaeftigte.md",
    "datenschutz/information-buergerinnen-und-buerger.md",
)
# Documents of other rooms; they may come later than the links to them.
WRITTEN_ELSEWHERE = {"regeln.md", "measurements.md"}
WHAT_AN_ACTION_IS_CALLED = {
    "sperren": "sperrt",
    "maskieren": "ersetzt",
    "warnen": "warnt",
    "technisch": "",
    "hinweis": "",
}


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code_in(text: str) -> str:
    """Everything that stands in code blocks or between backticks; prose names options too, so both count."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)).replace("\\\n", " ")


def prose(markdown: str) -> str:
    """What people read: without code, tables and marks."""
    text = re.sub(r"```.*?```", "", markdown, flags=re.DOTALL)
    text = re.sub(r"^\|.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"^#+ ", "", text.replace("**", "").replace("`", ""), flags=re.MULTILINE)


@pytest.fixture(params=OURS, ids=lambda path: str(path.relative_to(DOCS)))
def document(request: pytest.FixtureRequest) -> str:
    return source(request.param)


# --- What the documents name exists ----------------------------------------------------------------------------------


def test_every_rule_that_is_named_exists(document: str) -> None:
    assert set(re.findall(r"\b[A-Z]-\d+\b", document)) <= set(RULES)


def test_every_setting_that_is_named_exists(document: str) -> None:
    known = {f"AMTSKLAR_{name.upper()}" for name in Settings.model_fields}
    for room in ("records", "dev"):
        for file in (ROOT / room).glob("*.py"):
            known |= set(re.findall(r"AMTSKLAR_[A-Z_]+[A-Z]", source(file)))
    assert set(re.findall(r"AMTSKLAR_[A-Z_]+[A-Z]", document)) <= known


def test_every_make_target_that_is_named_exists(document: str) -> None:
    makefile = source(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for target, variables in re.findall(r"\bmake ([a-z-]+)((?: [A-Z_]+=\S+)*)", code_in(document)):
        assert target in targets
        for name in re.findall(r"([A-Z_]+)=", variables):
            assert f"$({name})" in makefile


def test_every_command_that_is_named_exists(document: str) -> None:
    for module, words in re.findall(r"python -m ([a-z_.]+)((?: [a-z-]+| --[a-z-]+)*)", code_in(document)):
        found = importlib.util.find_spec(module)
        assert found is not None, module
        folder = Path(str(found.origin)).parent
        files = (
            [*folder.glob("*.py")] if found.submodule_search_locations else [ROOT / f"{module}.py", ROOT / "doctor.py"]
        )
        written = "\n".join(source(file) for file in files if file.exists())
        for word in words.split():
            assert f'"{word}"' in written, f"python -m {module} {word}"


def test_every_option_of_our_scripts_that_is_named_exists(document: str) -> None:
    script = source(ROOT / "infra" / "register.sh")
    for options in re.findall(r"infra/register\.sh((?: --?[a-z-]+| \$[A-Z_]+| …)*)", code_in(document)):
        for option in re.findall(r"--[a-z-]+", options):
            assert re.search(rf"^  {option}\b", script, re.MULTILINE), option


def test_every_parameter_and_output_of_the_template_that_is_named_exists(document: str) -> None:
    template = source(ROOT / "infra" / "main.bicep")
    declared = set(re.findall(r"^param (\w+)", template, re.MULTILINE))
    assert set(re.findall(r"\b([a-z]+[A-Z]\w+)=", code_in(document))) <= declared
    for outputs in re.findall(r"^[A-Z_]+=… +# (\w+)$", document, re.MULTILINE):
        assert f"output {outputs} " in template


def test_the_table_of_parameters_matches_the_template() -> None:
    table = source(DOCS / "admin.md").split("| Parameter | Bedeutung |")[1].split("\n\n")[0]
    named = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    declared = set(re.findall(r"^param (\w+)", source(ROOT / "infra" / "main.bicep"), re.MULTILINE))
    assert len(named) >= 10
    assert named <= declared


def test_every_file_that_is_named_exists(document: str, request: pytest.FixtureRequest) -> None:
    place: Path = request.node.callspec.params["document"].parent
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document):
        if "://" not in target:
            assert (place / target).exists() or Path(target).name in WRITTEN_ELSEWHERE, target
    for name in re.findall(r"`([a-z_]+/[\w./-]*)`", document):
        assert name.startswith("dist/") or (ROOT / name).exists(), name


def test_doctor_rows_and_functions_that_are_named_exist() -> None:
    operation = source(DOCS / "betrieb.md")
    for row in re.findall(r"Zeile „([^“]+)“", operation):
        assert f'"{row}"' in source(ROOT / "doctor.py"), row
    assert "`nightly`" in operation and '"nightly"' in source(ROOT / "function_app.py")
    hour, minute = re.findall(r"Jede Nacht um (\d+):(\d+) Uhr \(UTC\)", operation)[0]
    assert f'schedule="0 {int(minute)} {int(hour)} * * *"' in source(ROOT / "function_app.py")


def test_queries_name_what_is_measured_and_every_measurement_is_explained() -> None:
    operation = source(DOCS / "betrieb.md")
    queries = [
        block for block in re.findall(r"^```\n(.*?)^```", operation, re.DOTALL | re.MULTILINE) if "| where" in block
    ]
    metrics, attributes = {metric.value for metric in Metric}, {attribute.value for attribute in Attribute}
    assert len(queries) >= 8
    for query in queries:
        assert set(re.findall(r'Properties\["([^"]+)"\]', query)) <= attributes
        assert set(re.findall(r'"(amtsklar\.[^"]+)"', query)) <= metrics | attributes
        for code in re.findall(r'"([a-z]+_[a-z_]+)"', query):
            assert code in CODES, code
    assert set(re.findall(r"^\| `(amtsklar\.[a-z_.]+)` \|", operation, re.MULTILINE)) == metrics
    for code in re.findall(
        r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|",
        operation.split("| Grund | Was hilft |")[1].split("\n\n")[0],
        re.MULTILINE,
    ):
        assert set(re.findall(r"`(\w+)`", code)) <= CODES


def test_states_in_the_documents_are_those_that_health_tells() -> None:
    operation = source(DOCS / "betrieb.md").split("## Zustände")[1].split("## Messwerte")[0]
    named = set(re.findall(r"^\| `(\w+)` \|", operation, re.MULTILINE))
    assert named == set(re.findall(r'health\.watch\(\s*"(\w+)"', source(ROOT / "service.py")))
    assert HEADER in operation and KEPT_SECONDS == 5.0 and ASK_SECONDS == 3.0 and RECENT_SECONDS == 60.0


def test_what_admins_upload_is_what_the_build_writes() -> None:
    named = set(re.findall(r"dist/[\w.-]+", source(DOCS / "admin.md")))
    assert named == {"dist/deploy.zip", "dist/amtsklar.zip", "dist/amtsklar-outlook.xml"}


# --- Figures that are promised ---------------------------------------------------------------------------------------


def test_periods_are_those_of_the_code() -> None:
    deletion = source(DOCS / "datenschutz" / "loeschkonzept.md")
    assert KEPT_DAYS == 365 and "| 12 Monate |" in deletion
    agreement = source(DOCS / "datenschutz" / "dienstvereinbarung-protokolldaten.md")
    assert SHOWN_FROM == 10 and "nur ab zehn" in agreement and f"„{UNDER}“" in agreement
    gate = source(ROOT / "entra" / "gate.py")
    assert "POSITIVE_SECONDS = 600.0" in gate and "NEGATIVE_SECONDS = 60.0" in gate
    assert "gilt 10 Minuten bei Ja, 1 Minute bei Nein" in deletion
    assert "retentionInDays: 30" in source(ROOT / "infra" / "main.bicep")
    assert "| 30 Tage | durch Azure, Einstellung in `infra/main.bicep` |" in deletion
    seal = source(ROOT / "bots" / "seal.py")
    assert "lifetime: float = 86_400.0" in seal and "höchstens 24 Stunden zu öffnen" in deletion
    assert "lifetime: float = 7_200.0" in seal and "höchstens 2 Stunden zu öffnen" in deletion
    tables = source(ROOT / "records" / "tables.py") + source(ROOT / "jobs" / "azure.py")
    for name in re.findall(r"Tabelle `(\w+)`", deletion):
        assert f'"{name}"' in tables


def test_graph_rights_in_the_documents_are_those_the_script_asks_for() -> None:
    asked = set(re.findall(r"GRAPH_ROLES='([^']+)'", source(ROOT / "infra" / "register.sh"))[0].split())
    for name in ("admin.md", "datenschutz/tom.md"):
        assert set(re.findall(r"`(\w+\.Read(?:Write)?\.All)`", source(DOCS / name))) == asked


def test_kinds_of_deployment_in_the_documents_are_those_the_template_allows() -> None:
    template = source(ROOT / "infra" / "main.bicep")
    allowed = re.findall(r"@allowed\(\[([^\]]*)\]\)\nparam modelSku", template)[0]
    text = source(DOCS / "datenschutz" / "auftragsverarbeiter.md")
    assert set(re.findall(r"'(\w+)'", allowed)) == set(re.findall(r"`(\w*(?:Standard|Managed))`", text))


# --- The model Dienstanweisung ---------------------------------------------------------------------------------------


def test_the_model_says_rule_by_rule_what_the_policy_says() -> None:
    text = source(DOCS / "dienstanweisung" / "dienstanweisung.md")
    assert f"**{POLICY['titel']}**, Fassung {POLICY['version']}" in text
    parts = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
    found = [
        re.match(r"(?P<place>§ \d+(?: Abs\. \d+)?) (?P<title>.+) \(Regel (?P<id>[A-Z]-\d+)\)\n", part) for part in parts
    ]
    assert [match["id"] for match in found if match] == list(RULES)
    for part, match in zip(parts, found, strict=True):
        assert match is not None
        rule = RULES[match["id"]]
        assert (match["place"], match["title"]) == (rule["paragraf"], rule["titel"]), rule["id"]
        assert f"**{rule['text']}**" in part, f"{rule['id']}: Der Wortlaut weicht von der Regeldatei ab."
        assert rule["rat"] in part, f"{rule['id']}: Der Rat weicht von der Regeldatei ab."
        assert WHAT_AN_ACTION_IS_CALLED[rule["aktion"]] in part, rule["id"]


def test_the_card_names_every_rule_once_and_fits_on_a_page() -> None:
    card = source(DOCS / "dienstanweisung" / "karte.md")
    assert re.findall(r"\(([A-Z]-\d+)\)", card) == [
        *("Z-1", "Z-2", "E-1", "E-2", "E-3", "E-4", "E-5", "E-6", "E-7", "E-8"),
        *("N-1", "N-2", "N-3", "N-4", "N-5", "N-6", "S-1", "S-2", "A-1", "A-2", "A-3", "L-1"),
    ]
    assert set(RULES) == set(re.findall(r"\(([A-Z]-\d+)\)", card))
    assert POLICY["version"] in card
    assert len(card.splitlines()) <= 60


@pytest.mark.parametrize("name", ["dienstanweisung.md", "karte.md"])
def test_it_is_said_that_the_model_is_our_own(name: str) -> None:
    text = source(DOCS / "dienstanweisung" / name)
    assert "unsere eigene Zusammenstellung" in text
    assert "nicht der Text einer bestimmten Stadt" in text


# --- How it is written -----------------------------------------------------------------------------------------------


def test_words_that_we_do_not_use(document: str) -> None:
    text = prose(re.sub(r"`[^`\n]+`", "", document))
    assert not re.search(r"[Ll]eichte[rn]? Sprache", text)
    assert "!" not in text
    assert not re.search(r"\b(du|dich|dein\w*|dir)\b", text)
    assert not re.search(r"KI-(VO|Verordnung) (verlangt|schreibt vor)", text)
    assert not re.search(r"\b(User|Feature|Workflow|Tool|Support|Setup|Update|Login|Account)s?\b", text)


def test_documents_have_one_title_and_no_jumps_in_their_headings(document: str) -> None:
    text = re.sub(r"```.*?```", "", document, flags=re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", FOR_EVERYBODY)
def test_what_everybody_reads_is_as_readable_as_we_ask_of_others(name: str) -> None:
    scores = readability.measure(parse(prose(source(DOCS / name))))
    aim = readability.target(TextKind.WEB)
    assert scores.reliable
    assert scores.amstad >= aim.amstad
    assert scores.sentence_length <= aim.sentence_length
    assert scores.longest_sentence <= aim.longest_sentence
    assert scores.passive <= aim.passive
    assert scores.nominal <= aim.nominal
    assert readability.verdict(scores, TextKind.WEB).level in (readability.Ease.GUT, readability.Ease.MITTEL)


@pytest.mark.parametrize("name", FOR_EVERYBODY)
def test_what_everybody_reads_earns_no_remark_of_our_own(name: str) -> None:
    text = prose(source(DOCS / name))
    serious = [one for one in coach(parse(text)) if one.weight is not Weight.INFO]
    assert not serious, [(one.detector, text[one.start : one.end]) for one in serious]


def test_the_guide_for_staff_reaches_every_target() -> None:
    scores = readability.measure(parse(prose(source(DOCS / "mitarbeitende.md"))))
    assert readability.verdict(scores, TextKind.WEB).reached


def test_no_document_is_worse_than_a_letter_to_a_council(document: str) -> None:
    scores = readability.measure(parse(prose(document)))
    assert scores.amstad >= readability.target(TextKind.BESCHEID).amstad
    assert scores.longest_sentence <= readability.target(TextKind.VORLAGE).longest_sentence


def test_honest_words_are_where_they_belong() -> None:
    staff = source(DOCS / "mitarbeitende.md")
    notices = (staff, source(DOCS / "datenschutz" / "information-beschaeftigte.md"))
    for text in notices:
        assert re.search(r"bleibt (dort stehen|im Chat)", text)
        assert re.search(r"nicht alles|nicht jede", text)
    for name in ("README.md", "dsfa.md", "auftragsverarbeiter.md"):
        assert "Überwachung auf Missbrauch" in source(DOCS / "datenschutz" / name)
    assert "nicht mit dem Bicep-Compiler übersetzt" in source(DOCS / "admin.md")


# --- The admin's guide -----------------------------------------------------------------------------------------------


def test_each_step_can_be_checked_and_undone() -> None:
    text = source(DOCS / "admin.md")
    steps = re.split(r"^## ", text, flags=re.MULTILINE)
    numbered = [step for step in steps if step.startswith("Schritt ")]
    numbers = [int(re.findall(r"\d+", step)[0]) for step in numbered]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) >= 10
    for step in numbered:
        assert "**Zurücknehmen:**" in step, step[:20]
        assert "**Prüfen:**" in step or "Was geschehen muss" in step, step[:20]
    titles = [step.splitlines()[0] for step in steps[1:]]
    assert {"Aktualisieren", "Entfernen", "Mehrere Städte"} <= set(titles)


def test_shell_blocks_can_be_read_by_a_shell() -> None:
    for name in ("admin.md", "betrieb.md"):
        for block in re.findall(r"^```\n(.*?)^```", source(DOCS / name), re.DOTALL | re.MULTILINE):
            if block.startswith("App"):  # a query for Log Analytics
                continue
            done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, timeout=10, check=False)
            assert done.returncode == 0, done.stderr


def test_the_register_entry_says_the_purpose_of_the_package() -> None:
    """The same promise at three places: register, app package and guide of the Dienstanweisung."""
    promise = ("Personen", "Einzelf", "Gefühle|Emotion", "Profil")
    package = json.loads(source(ROOT / "manifest" / "vorlage.json"))["description"]["full"]
    for text in (
        package,
        source(DOCS / "datenschutz" / "README.md"),
        source(DOCS / "dienstanweisung" / "dienstanweisung.md"),
    ):
        for part in promise:
            assert re.search(part, text), part

"""Reads the policy file and a tenant profile, checks both, and builds the `Screener`.

An error names file and line. Lines are only worked out once something is wrong, so that a start stays fast.
"""

import json
import re
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import BaseModel, ValidationError

from policy import content, lists, persons, weighing
from policy.document import Action, Policy, Rule, Town
from policy.judging import Judge, Verdict
from policy.reading import Tenant
from policy.screening import Alternative, Decision, PolicyError, Screener
from policy.screening import Rule as ShownRule
from policy.uses import PERSON, Pattern, Uses
from policy.vocabulary import Vocabulary
from policy.weighing import Weights

_DECISIONS = {"maskieren": Decision.MASK, "sperren": Decision.BLOCK}
_OVERRIDE = {"niemand": "Davon gibt es keine Ausnahme.", "selbst": "Sie können nach eigener Prüfung fortfahren."}
_MESSAGES = {
    "missing": "Diese Angabe fehlt",
    "extra_forbidden": "Diese Angabe ist unbekannt",
    "string_type": "Hier wird Text erwartet",
    "tuple_type": "Hier wird eine Liste erwartet",
    "literal_error": "Dieser Wert ist nicht erlaubt",
    "int_parsing": "Hier wird eine Zahl erwartet",
    "int_type": "Hier wird eine Zahl erwartet",
    "bool_type": "Hier wird ja oder nein erwartet",
    "dict_type": "Hier werden Angaben mit Namen erwartet",
    "model_type": "Hier werden Angaben mit Namen erwartet",
    "string_pattern_mismatch": "Die Form stimmt nicht",
    "greater_than": "Der Wert ist zu klein",
    "less_than_equal": "Der Wert ist zu groß",
}


def load(policy_file: Path, tenant_profile: Path | None = None) -> Screener:
    """Read a policy file and, if given, a town's profile (YAML or JSON).

    Raises:
        PolicyError: a file cannot be read or does not have the form; the German message names file and line.
    """
    judge, policy = read(policy_file, tenant_profile)
    rules = tuple(
        ShownRule(
            r.id,
            r.paragraf,
            r.titel,
            r.text,
            r.aktion,
            r.schwere,
            _OVERRIDE.get(r.ausnahme, f"Ausnahme nur durch: {r.ausnahme}"),
            r.grund,
            r.rat,
        )
        for r in policy.regeln
    )
    alternatives = tuple(Alternative(a.wunsch, a.regel, a.stattdessen) for a in policy.alternativen)
    return Screener(policy.titel, policy.version, rules, alternatives, judge.judge, judge.refuse)


def read(policy_file: Path, tenant_profile: Path | None = None) -> tuple[Judge, Policy]:
    """The judge and the checked policy file with the town's changes applied."""
    policy = _checked(policy_file, Policy, _parse(policy_file))
    town = Town.model_validate({})
    if tenant_profile is not None:
        town = _checked(tenant_profile, Town, _town_form(_parse(tenant_profile)))
        policy = _changed(policy, town, tenant_profile)
    _consistent(policy, policy_file)
    tenant = _tenant(town)
    return Judge(
        lists.load(),
        Vocabulary(),
        tenant,
        _uses(policy, policy_file),
        _verdicts(policy),
        policy.grenze_zeichen,
        _weights(),
        _names(policy),
    ), policy


def _parse(path: Path) -> Any:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise PolicyError(f"{path}: Die Datei ist nicht lesbar.") from None
    if path.suffix == ".json":
        try:
            return json.loads(content)
        except json.JSONDecodeError as error:
            raise PolicyError(f"{path}, Zeile {error.lineno}: Das ist kein gültiges JSON.") from None
    loader = cast("Any", getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        return yaml.load(content, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", Zeile {mark.line + 1}" if mark else ""
        raise PolicyError(
            f"{path}{line}: Das ist kein gültiges YAML (Einrückung, Doppelpunkt oder Anführungszeichen)."
        ) from None


def _checked[M: BaseModel](path: Path, form: type[M], data: Any) -> M:
    if not isinstance(data, dict):
        raise PolicyError(f"{path}, Zeile 1: Die Datei enthält keine Angaben mit Namen.")
    try:
        return form.model_validate(data)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        lines: list[str] = []
        for problem in problems[:5]:
            message = _MESSAGES.get(problem["type"], "Diese Angabe hat nicht die richtige Form")
            place = ".".join(map(str, problem["loc"]))
            lines.append(f"{path}, Zeile {_line(path, problem['loc'])}: {message} ({place}).")
        raise PolicyError("\n".join(lines)) from None


def _line(path: Path, place: tuple[int | str, ...]) -> int:
    """The line of a value, or of the nearest thing around it."""
    try:
        node: Any = yaml.compose(path.read_text(encoding="utf-8"), Loader=cast("Any", yaml.SafeLoader))
    except (OSError, yaml.YAMLError):
        return 1
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == str(step)]
            if not pairs:
                break
            line, node = pairs[0][0].start_mark.line + 1, pairs[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _town_form(data: Any) -> Any:
    """Accepts the short English form of a town's facts next to the documented one."""
    if not isinstance(data, dict):
        return data
    facts = cast("dict[str, Any]", data)
    if not {"domain", "addresses", "phone_prefixes", "public_officials"} & facts.keys():
        return facts
    domain = facts.get("domain", ())
    return {
        "name": str(facts.get("name", "")),
        "domains": [domain] if isinstance(domain, str) else list(domain),
        "anschriften": list(facts.get("addresses", ())),
        "telefon": list(facts.get("phone_prefixes", ())),
        "ibans": list(facts.get("ibans", ())),
        "amtstraeger": list(facts.get("public_officials", ())),
    }


def _changed(policy: Policy, town: Town, path: Path) -> Policy:
    known = {rule.id for rule in policy.regeln}
    for name in town.regeln:
        if name not in known:
            raise PolicyError(
                f"{path}, Zeile {_line(path, ('regeln', name))}: Die Regel {name} gibt es in der Dienstanweisung nicht."
            )
    rules: list[Rule] = []
    for rule in policy.regeln:
        change = town.regeln.get(rule.id)
        rules.append(rule.model_copy(update=change.model_dump(exclude_none=True)) if change else rule)
    if town.profil is not None and town.profil not in policy.profile:
        raise PolicyError(
            f"{path}, Zeile {_line(path, ('profil',))}: Dieses Profil gibt es in der Dienstanweisung nicht."
        )
    return policy.model_copy(update={"regeln": tuple(rules), "profil": town.profil or policy.profil})


def _consistent(policy: Policy, path: Path) -> None:
    if policy.profil not in policy.profile:
        raise PolicyError(
            f"{path}, Zeile {_line(path, ('profil',))}: Dieses Profil ist unter „profile“ nicht beschrieben."
        )
    seen: set[str] = set()
    for number, rule in enumerate(policy.regeln):
        if rule.id in seen:
            raise PolicyError(
                f"{path}, Zeile {_line(path, ('regeln', number, 'id'))}: Die Kennung {rule.id} kommt zweimal vor."
            )
        seen.add(rule.id)
    covered = {kind for rule in policy.regeln for kind in rule.datenarten}
    for number, data in enumerate(policy.datenarten):
        if data.art not in covered:
            raise PolicyError(
                f"{path}, Zeile {_line(path, ('datenarten', number))}: Keine Regel nennt die Datenart {data.art}."
            )
    for needed in ("TOO_LONG", "UNCHECKED", "SECRET_MARKING", *_DETECTED):
        if needed not in covered:
            raise PolicyError(f"{path}, Zeile {_line(path, ('regeln',))}: Keine Regel nennt die Datenart {needed}.")


_DETECTED = (
    "PERSON", "ADDRESS", "EMAIL", "PHONE", "IBAN", "TAX_ID", "TAX_NUMBER", "SOCIAL_INSURANCE", "HEALTH_INSURANCE",
    "ID_CARD", "PASSPORT",
    "LICENSE_PLATE", "BIRTH_DATE", "CASE_NUMBER", "CREDIT_CARD", "SPECIAL_CATEGORY", "CREDENTIAL", "CASE_STORY",
)  # fmt: skip


def _decision(action: Action) -> tuple[Decision, bool]:
    return _DECISIONS.get(action, Decision.ALLOW), action in ("warnen", "hinweis")


def _verdicts(policy: Policy) -> dict[str, Verdict]:
    profile = policy.profile[policy.profil]
    classes = {data.art: data for data in policy.datenarten}
    result: dict[str, Verdict] = {}
    for rule in policy.regeln:
        for kind in rule.datenarten:
            data = classes.get(kind)
            own = data.aktion if data else None
            decision, warning = _decision(own or profile.aktionen.get(rule.id, rule.aktion))
            advice = rule.rat_bei_sperre if decision is Decision.BLOCK and rule.rat_bei_sperre else rule.rat
            reason = data.grund if data and data.grund else rule.grund
            result[kind] = Verdict(rule.id, decision, warning, rule.titel, reason, advice)
    return result


def _names(policy: Policy) -> dict[str, str]:
    return {"VERBATIM": "Wortlaut", "LITERAL": "Zeichen", **{data.art: data.platzhalter for data in policy.datenarten}}


def _weights() -> Weights | None:
    return weighing.load()


def _uses(policy: Policy, path: Path) -> Uses:
    uses = Uses()
    uses.person = uses.add_field("")
    uses.about = uses.add_field(policy.fragen_zur_regel)
    uses.negation = uses.add_field(policy.verneinung)
    uses.request = uses.add_field(policy.aufforderung)
    uses.statement = uses.add_field(policy.aussage)
    uses.lesson = uses.add_field(policy.lehrbeispiel) if policy.lehrbeispiel else -1
    uses.facts = uses.add_field(content.fact_words())
    uses.marks = uses.add_field(content.MARK_WORDS)
    uses.secrets = uses.add_field(content.SECRET_WORDS)
    uses.stories = tuple(uses.add_field(words) for words in content.story_words())
    known: dict[str, frozenset[int]] = {}

    def group(words: str, place: tuple[int | str, ...]) -> frozenset[int]:
        """The fields of one entry: those of the word fields it names, and one for its own words."""
        result: set[int] = set()
        own: list[str] = []
        for word in words.split():
            if word == PERSON:
                result.add(uses.person)
            elif word[0] != "@":
                own.append(word)
            elif word[1:] in policy.wortfelder:
                result |= shared(word[1:])
            else:
                raise PolicyError(
                    f"{path}, Zeile {_line(path, place)}: Das Wortfeld {word} ist unter „wortfelder“ nicht beschrieben."
                )
        if own:
            result.add(uses.add_field(" ".join(own)))
        return frozenset(result)

    def shared(name: str) -> frozenset[int]:
        if name not in known:
            known[name] = frozenset()
            known[name] = group(policy.wortfelder[name], ("wortfelder", name))
        return known[name]

    for name in policy.wortfelder:
        for number in shared(name):
            uses.topics[number] = (*uses.topics.get(number, ()), name)
    for index, rule in enumerate(policy.regeln):
        for sign_index, sign in enumerate(rule.anzeichen):
            place = ("regeln", index, "anzeichen", sign_index)
            fields = tuple(group(words, place) for words in (sign.tun, sign.gegenstand, sign.umstand) if words)
            label = rule.datenarten[0] if rule.datenarten else rule.id
            uses.add(Pattern(label, rule.id, fields, group(sign.außer, place), sign.frage, label == "PROMPT_INJECTION"))
    uses.seal()
    return uses


def _digits(number: str) -> str:
    digits = "".join(c for c in number if c.isdigit())
    for country in ("0049", "49"):
        if (number.startswith("+") or country == "0049") and digits.startswith(country):
            return "0" + digits[len(country) :].removeprefix("0")
    return digits


def _tenant(town: Town) -> Tenant:
    patterns = tuple(
        re.compile("".join(r"\d" if c == "9" else "[A-Za-zÄÖÜ]" if c == "A" else re.escape(c) for c in pattern))
        for pattern in town.aktenzeichen
    )
    return Tenant(
        domains=frozenset(domain.lower().lstrip("@") for domain in town.domains),
        phones=tuple(_digits(number) for number in town.telefon),
        ibans=frozenset("".join(iban.split()).upper() for iban in town.ibans),
        addresses=tuple(" ".join(address.lower().replace(",", " ").split()) for address in town.anschriften),
        officials=persons.of_tenant(town.amtstraeger),
        terms=frozenset(town.begriffe),
        mailboxes=frozenset(box.lower() for box in town.postfaecher),
        case_numbers=patterns,
    )

"""The commands for owners: explain one text, try the examples of every rule, print the schema. Terminal only."""

import json
from pathlib import Path

from policy.document import Example, Policy, Town
from policy.loading import read
from policy.screening import Decision, Finding, Screener, Screening

_COLOURS = {Decision.BLOCK: "\033[41;97m", Decision.MASK: "\033[43;30m", Decision.ALLOW: "\033[46;30m"}
_END = "\033[0m"
_WORDS = {
    Decision.ALLOW: "darf weiter",
    Decision.MASK: "darf weiter, Angaben werden ersetzt",
    Decision.BLOCK: "gesperrt",
}


def explain(policy_file: Path, profile: Path | None, text: str, *, colours: bool) -> int:
    """Print a text with its findings marked, then each finding with rule, reason and advice."""
    judge, policy = read(policy_file, profile)
    screening = Screener("", "", (), (), judge.judge, judge.refuse).screen(text)
    names = {data.art: data.name for data in policy.datenarten}
    paragraphs = {rule.id: rule.paragraf for rule in policy.regeln}
    print(_marked(text, screening, colours=colours))
    print()
    print(f"Ergebnis: {_WORDS[screening.decision]} (Profil {policy.profil}, Fassung {policy.version})")
    for finding in screening.findings:
        place = f"Stelle {finding.start}–{finding.end}" if finding.end > finding.start else "ganzer Text"
        what = names.get(finding.type, finding.title)
        print(f"\n  {finding.rule} ({paragraphs.get(finding.rule, '')}): {finding.title}")
        print(f"    {place}: {what}{', nur Hinweis' if finding.warning else ''}")
        print(f"    Warum: {finding.reason}")
        print(f"    Was tun: {finding.advice}")
    if screening.masked is not None and screening.masked.placeholders:
        print("\nSo verlässt der Text die Prüfung:")
        print(screening.masked.text)
    return 0


def _marked(text: str, screening: Screening, *, colours: bool) -> str:
    out: list[str] = []
    position = 0
    for finding in screening.findings:
        if finding.start < position or finding.end <= finding.start:
            continue
        out.append(text[position : finding.start])
        out.append(_mark(text[finding.start : finding.end], finding, colours=colours))
        position = finding.end
    return "".join(out) + text[position:]


def _mark(piece: str, finding: Finding, *, colours: bool) -> str:
    return f"{_COLOURS[finding.action]}{piece}{_END}" if colours else f"[{piece}]({finding.rule})"


def test(policy_file: Path, profile: Path | None) -> int:
    """Try the examples that the rules carry; 0 when all do what they say."""
    judge, policy = read(policy_file, profile)
    screener = Screener("", "", (), (), judge.judge, judge.refuse)
    failed = passed = 0
    for rule in policy.regeln:
        for example in rule.beispiele.treffer:
            if _hits(screener, rule.id, example):
                passed += 1
            else:
                failed += 1
                print(f"✗ {rule.id} trifft nicht ({example.art}): {example.text}")
        for text in rule.beispiele.kein_treffer:
            found = [finding for finding in screener.screen(text).findings if finding.rule == rule.id]
            if not found:
                passed += 1
            else:
                failed += 1
                print(f"✗ {rule.id} trifft, soll aber nicht ({found[0].type}): {text}")
    print(f"{passed} Beispiele bestehen, {failed} nicht.")
    return 1 if failed else 0


def _hits(screener: Screener, rule: str, example: Example) -> bool:
    return any(
        finding.rule == rule and finding.type == example.art for finding in screener.screen(example.text).findings
    )


def schema(form: str) -> int:
    """Print the JSON Schema of the policy file or of a town's profile, for editors."""
    print(json.dumps((Town if form == "stadt" else Policy).model_json_schema(), ensure_ascii=False, indent=2))
    return 0

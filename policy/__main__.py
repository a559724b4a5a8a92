"""The command line: screen, explain, test, schema. Texts come from standard input and go nowhere else."""

import gc
import json
import sys
from pathlib import Path

from policy.screening import PolicyError, Screening

FILE = Path(__file__).parent / "dienstanweisung.yaml"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 on success, 1 when a test failed, 2 when the policy cannot be used."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given == ["screen"]:
            return _screen(FILE, None)
        if len(given) == 3 and given[:2] == ["screen", "--profile"]:
            return _screen(FILE, Path(given[2]))
    except PolicyError as error:
        print(error, file=sys.stderr)
        return 2
    return _chosen(given)


def _chosen(given: list[str]) -> int:
    # Only now: the plain form of `screen` answers sooner without it.
    import argparse

    parser = argparse.ArgumentParser(prog="python -m policy", description="Die Dienstanweisung auf Texte anwenden.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (
        ("screen", "JSON-Zeilen {id, text} prüfen"),
        ("explain", "einen Text von der Standardeingabe erklären"),
        ("test", "die Beispiele der Regeln prüfen"),
        ("schema", "das JSON-Schema der Dateien ausgeben"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--policy", type=Path, default=FILE, help="die Dienstanweisung")
        command.add_argument("--profile", type=Path, help="Profil der Stadt, YAML oder JSON")
        if name == "explain":
            command.add_argument("text", nargs="?", help="der Text; sonst Standardeingabe")
            command.add_argument("--plain", action="store_true", help="ohne Farben")
        if name == "schema":
            command.add_argument("form", nargs="?", choices=("dienstanweisung", "stadt"), default="dienstanweisung")
    chosen = parser.parse_args(given)
    try:
        if chosen.command == "screen":
            return _screen(chosen.policy, chosen.profile)
        from policy import commands as others

        if chosen.command == "explain":
            text = chosen.text if chosen.text is not None else sys.stdin.read()
            return others.explain(chosen.policy, chosen.profile, text, colours=not chosen.plain and sys.stdout.isatty())
        if chosen.command == "test":
            return others.test(chosen.policy, chosen.profile)
        return others.schema(chosen.form)
    except PolicyError as error:
        print(error, file=sys.stderr)
        return 2


def _screen(policy_file: Path, profile: Path | None) -> int:
    from policy.loading import load

    screener = load(policy_file, profile)
    # What is loaded by now stays for good; the collector need not look at it again.
    gc.freeze()
    out = sys.stdout
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        name: object = None
        screening: Screening | None = None
        try:
            item = json.loads(line)
            name = item.get("id")
            text = item["text"]
            if not isinstance(text, str):
                raise TypeError
            screening = screener.screen(text)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            screening = None
        out.write(json.dumps(_line(name, screening)) + "\n")
        out.flush()
    return 0


def _line(name: object, screening: Screening | None) -> dict[str, object]:
    if screening is None:
        return {"id": name, "decision": "block", "spans": [], "labels": [], "error": "Zeile nicht lesbar"}
    spans = [
        {"start": f.start, "end": f.end, "type": f.type, "rule": f.rule}
        for f in screening.findings
        if not f.warning and f.type not in screening.labels and f.end > f.start
    ]
    return {
        "id": name,
        "decision": screening.decision.value,
        "spans": spans,
        "labels": list(screening.labels),
        "rules": list(dict.fromkeys(f.rule for f in screening.findings)),
    }


if __name__ == "__main__":
    sys.exit(main())

"""Command line: `python -m assistant evaluate --tasks FILE --profiles FILE --out report.html` proves writers."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from assistant.evaluation import EvaluationError, evaluate, read_cases
from assistant.report import render
from policy import PolicyError
from policy import load as load_policy
from writers.profiles import RULES, NamedProfile, ProfilesError
from writers.profiles import load as load_profiles

_POLICY = Path(__file__).parent.parent / "policy" / "dienstanweisung.yaml"
_BAR = 30


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m assistant", description="Amtsklar auf der Kommandozeile")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("evaluate", help="Modelle an eigenen Texten erproben, bevor man ihnen vertraut")
    one.add_argument("--tasks", type=Path, required=True, help="JSON-Zeilen mit id und text oder request, task, fields")
    one.add_argument("--profiles", type=Path, help="YAML-Datei der Profile; ohne sie schreibt das Regelwerk")
    one.add_argument("--out", type=Path, required=True, help="der Bericht; die Ergebnisse stehen daneben (.jsonl)")
    one.add_argument("--policy", type=Path, default=_POLICY, help="die Dienstanweisung")
    one.add_argument("--befunde", action="store_true", help="Abweichungen im Wortlaut in den Bericht nehmen")
    return parser.parse_args(given)


def _progress(done: int, of: int, name: str) -> None:
    filled = _BAR * done // max(of, 1)
    end = "\n" if done == of else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{of} {name[:30]:<30}{end}")
    sys.stderr.flush()


def main(given: Sequence[str] | None = None) -> int:
    """Run the command; 1 when a file cannot be used, 130 when stopped (start again to go on)."""
    chosen = _arguments(given)
    results: Path = chosen.out.with_suffix(".jsonl")
    try:
        screener = load_policy(chosen.policy)
        profiles = load_profiles(chosen.profiles) if chosen.profiles else (NamedProfile(RULES, None),)
        cases = read_cases(chosen.tasks)
        outcomes = asyncio.run(
            evaluate(cases, profiles, screener, results, with_messages=chosen.befunde, progress=_progress)
        )
        policy = f"{screener.title}, Fassung {screener.version}"
        chosen.out.write_text(render(outcomes, policy=policy, now=datetime.now()), encoding="utf-8")
    except (EvaluationError, ProfilesError, PolicyError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{chosen.out}: nicht schreibbar ({type(error).__name__})", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nUnterbrochen. Derselbe Befehl macht dort weiter; Ergebnisse: {results}", file=sys.stderr)
        return 130
    print(f"Bericht: {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The command line of the ledger and its sets of pairs, driven as a process."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SETS = Path(__file__).parent / "data"


def run(lines: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "german", "ledger"], input=lines, capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_lines_are_answered_in_order_with_kind_and_places() -> None:
    kept = {"id": "a", "source": "bis 01.12.2026", "rewrite": "bis 1. Dezember 2026"}
    changed = {"id": "b", "source": "Es kostet 20 Euro.", "rewrite": "Es kostet 30 Euro."}
    first, second = run(json.dumps(kept) + "\n\n" + json.dumps(changed) + "\n")
    assert first == {"id": "a", "ok": True, "findings": []}
    assert second["ok"] is False
    assert second["findings"] == [{"kind": "amount", "source": "20 Euro", "rewrite": "30 Euro"}]


def test_each_line_is_answered_before_the_next_is_read() -> None:
    command = [sys.executable, "-m", "german", "ledger"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin and process.stdout
        for name in ("x", "y"):
            process.stdin.write(json.dumps({"id": name, "source": "a", "rewrite": "a"}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == name
        process.stdin.close()
    assert process.returncode == 0


def test_a_damaged_line_is_answered_and_the_order_holds() -> None:
    good = json.dumps({"id": 3, "source": "a", "rewrite": "a"})
    answers = run(f"no json\n[1]\n{good}\n" + json.dumps({"id": 4, "source": 5}) + "\n")
    assert [answer["ok"] for answer in answers] == [False, False, True, False]
    assert "error" in answers[0] and "no json" not in json.dumps(answers[0])


def test_a_lone_surrogate_does_not_stop_the_ledger() -> None:
    (answer,) = run('{"id":"s","source":"Zimmer 5 \\ud800","rewrite":"Zimmer 6 \\ud800"}\n')
    assert answer["ok"] is False


@pytest.mark.parametrize(
    ("name", "caught", "reported"),
    [
        ("ledger_second", 0.8, 0.08),
        ("ledger_practice", 0.78, 0.05),
        ("ledger_free", 0.7, 0.08),
        ("ledger_letters", 0.58, 0.16),
        ("ledger_letters_a", 0.65, 0.2),
        ("ledger_letters_b", 0.75, 0.08),
    ],
)
def test_the_sets_of_pairs_are_judged_no_worse_than_before(name: str, caught: float, reported: float) -> None:
    pairs = [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(pairs) >= 70
    answers = {a["id"]: a for a in run("\n".join(json.dumps(p) for p in pairs) + "\n")}
    planted = [answers[p["id"]]["ok"] for p in pairs if not p["faithful"]]
    faithful = [answers[p["id"]]["ok"] for p in pairs if p["faithful"]]
    assert planted.count(False) / len(planted) >= caught
    assert faithful.count(False) / len(faithful) <= reported

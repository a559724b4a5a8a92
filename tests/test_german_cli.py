"""The command line as others drive it: JSON lines in, JSON lines out, one answer a line, no crash."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

import pytest

from german.__main__ import main
from german.readability import Scores
from german.report import answer, explain
from german.text import parse

ROOT = Path(__file__).parents[1]


def _run(*arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "german", *arguments], input=lines, capture_output=True, text=True, cwd=ROOT, timeout=60
    )


def _answers(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [cast("dict[str, object]", json.loads(line)) for line in done.stdout.splitlines()]


def test_measure_answers_every_line_in_order_with_its_id() -> None:
    lines = "".join(json.dumps({"id": i, "text": f"Das ist Satz {i}. Er ist kurz."}) + "\n" for i in range(5))
    done = _run("measure", lines=lines)
    assert done.returncode == 0
    assert [entry["id"] for entry in _answers(done)] == [0, 1, 2, 3, 4]


def test_measure_gives_scores_verdict_and_findings() -> None:
    text = "Es wird gebeten, die zu erbringenden Nachweise gemäß § 5 Abs. 1 LBO lediglich in Kopie bis Mai vorzulegen."
    found = answer(json.dumps({"id": "a", "text": text}))
    scores = cast("dict[str, object]", found["scores"])
    assert set(scores) == set(Scores.__slots__)
    assert scores["sentences"] == 1
    findings = cast("list[dict[str, object]]", found["findings"])
    assert {"unpersoenlich", "gerundiv"} <= {finding["detector"] for finding in findings}
    for finding in findings:
        assert text[cast("int", finding["start"]) : cast("int", finding["end"])] == finding["text"]
    assert "verständlich" in cast("dict[str, str]", found["verdict"])["sentence"]


def test_measure_takes_the_kind_of_text() -> None:
    text = "Wir haben den Antrag der Familie heute Morgen in aller Ruhe ein weiteres Mal genau geprüft. " * 9
    strict = answer(json.dumps({"id": 1, "text": text, "kind": "elternbrief"}))
    mild = answer(json.dumps({"id": 1, "text": text, "kind": "vorlage"}))
    assert cast("dict[str, object]", strict["verdict"])["reached"] is False
    assert cast("dict[str, object]", mild["verdict"])["reached"] is True


@pytest.mark.parametrize(
    ("line", "code", "number"),
    [
        ("kein json", "json", None),
        ("[1, 2]", "object", None),
        ('{"id": 7}', "text", 7),
        ('{"id": 7, "text": 5}', "text", 7),
        ('{"id": 7, "text": "a", "kind": "roman"}', "kind", 7),
        ("[" * 100_000, "json", None),
    ],
)
def test_bad_lines_are_answered_with_an_error_that_holds_no_text(line: str, code: str, number: object) -> None:
    found = answer(line)
    assert found["id"] == number
    assert cast("dict[str, str]", found["error"])["code"] == code
    assert "kein json" not in json.dumps(found)


def test_a_bad_line_does_not_stop_the_next_one() -> None:
    done = _run("measure", lines='kaputt\n\n{"id": 2, "text": "Gut."}\n')
    assert done.returncode == 0
    first, second = _answers(done)
    assert "error" in first
    assert second["id"] == 2


def test_answers_are_flushed_line_by_line() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "german", "measure"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin and process.stdout
    with process:
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "text": "Guten Tag."}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
    assert process.returncode == 0


def test_lone_surrogates_in_a_text_are_answered() -> None:
    done = _run("measure", lines='{"id": 1, "text": "Das ist lediglich\\ud83d ggf. so."}\n{"id": 2, "text": "Gut."}\n')
    assert done.returncode == 0, done.stderr
    assert [entry["id"] for entry in _answers(done)] == [1, 2]


def test_explain_prints_the_text_with_numbered_marks(tmp_path: Path) -> None:
    file = tmp_path / "brief.txt"
    file.write_text("Guten Tag,\n\nbitte zahlen Sie lediglich 5 Euro.\n", encoding="utf-8")
    done = _run("explain", str(file))
    assert done.returncode == 0
    assert "bitte zahlen Sie [1: lediglich] 5 Euro." in done.stdout
    assert "„nur“" in done.stdout
    assert "Amstad" in done.stdout


def test_explain_keeps_every_letter_of_the_text() -> None:
    text = "Es wird gebeten, ggf. die zu erbringenden Nachweise vorzulegen. Wir danken."
    lines = explain(parse(text)).splitlines()
    bare = lines[0].replace("]", "")
    for number in range(1, 10):
        bare = bare.replace(f"[{number}: ", "")
    assert bare == text


@pytest.mark.parametrize("arguments", [("explain",), ("explain", "a", "b"), ("measure", "x"), (), ("tanzen",)])
def test_wrong_calls_end_with_usage_and_code_2(arguments: tuple[str, ...]) -> None:
    done = _run(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_missing_file_is_named_as_such() -> None:
    done = _run("explain", "/gibt/es/nicht.txt")
    assert done.returncode == 1
    assert "UTF-8" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_is_german_and_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "Aufruf" in capsys.readouterr().err


def test_the_dispatcher_imports_no_room_before_it_is_asked() -> None:
    script = (
        "import sys, german.__main__; print(sorted(m for m in sys.modules if m.startswith('german') or m == 'yaml'))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "['german', 'german.__main__']"


def test_measuring_two_pages_is_quick_when_warm() -> None:
    text = "Sehr geehrte Frau Kern,\n\n" + "Wir haben Ihren Antrag vom 3. Mai geprüft und werden ihn genehmigen. " * 60
    line = json.dumps({"id": 1, "text": text})
    answer(line)
    start = time.perf_counter()
    answer(line)
    assert time.perf_counter() - start < 0.5

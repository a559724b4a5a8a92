"""The command line as an admin uses it before a rollout: real processes, real streams."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "policy", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=60,
        check=False,
    )


def test_screen_answers_in_order_one_line_each() -> None:
    items = [
        {"id": 1, "text": "Guten Tag"},
        {"id": "b", "text": "Frau Kowalczyk, IBAN DE89 3704 0044 0532 0130 00"},
        {"id": None, "text": "VS-NfD Lage"},
        {"id": 4, "text": "Transkribiere die Tonaufnahme."},
    ]
    result = run("screen", stdin="".join(json.dumps(item) + "\n" for item in items))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, "b", None, 4]
    assert [answer["decision"] for answer in answers] == ["allow", "mask", "block", "block"]
    assert answers[1]["spans"][0] == {"start": 5, "end": 14, "type": "PERSON", "rule": "E-1"}
    assert answers[3]["labels"] == ["TRANSCRIPTION_REQUEST"]


def test_screen_answers_each_line_before_the_next_comes() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "policy", "screen"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdin is not None and process.stdout is not None
    for number in range(3):
        process.stdin.write(json.dumps({"id": number, "text": "Hallo"}).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == number
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


def test_screen_blocks_what_it_cannot_read_and_goes_on() -> None:
    result = run("screen", stdin='kein json\n{"id": 2}\n{"id": 3, "text": 5}\n[1]\n{"id": 5, "text": "Hallo"}\n')
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["decision"] for answer in answers] == ["block", "block", "block", "block", "allow"]
    assert [answer["id"] for answer in answers[:4]] == [None, 2, 3, None]


def test_screen_survives_broken_unicode() -> None:
    result = run("screen", stdin='{"id": 1, "text": "\\ud800 Frau Kowalczyk"}\n')
    assert json.loads(result.stdout)["decision"] == "mask"


def test_a_faulty_profile_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "stadt.yaml"
    path.write_text("name: X\nfarbe: rot\n", encoding="utf-8")
    result = run("screen", "--profile", str(path), stdin='{"id": 1, "text": "x"}\n')
    assert result.returncode == 2 and result.stdout == ""
    assert "Zeile 2" in result.stderr and str(path) in result.stderr


def test_every_example_of_every_rule_does_what_it_says() -> None:
    result = run("test")
    assert result.returncode == 0, result.stdout
    assert "0 nicht" in result.stdout


def test_an_example_that_fails_is_shown(tmp_path: Path) -> None:
    text = (ROOT / "policy" / "dienstanweisung.yaml").read_text(encoding="utf-8")
    path = tmp_path / "anweisung.yaml"
    path.write_text(text.replace("- Was bedeutet VS-NfD?", "- VS-NfD Lagebild"), encoding="utf-8")
    result = run("test", "--policy", str(path))
    assert result.returncode == 1
    assert "E-6 trifft, soll aber nicht" in result.stdout


def test_explain_names_rule_reason_and_advice() -> None:
    result = run("explain", "--plain", stdin="Antworte Frau Kowalczyk.")
    assert "[Kowalczyk](E-1)" in result.stdout
    assert "§ 3 Abs. 1" in result.stdout and "Warum:" in result.stdout and "Was tun:" in result.stdout
    assert "⟦Person 1⟧" in result.stdout


def test_schemas_fit_the_shipped_files() -> None:
    import yaml
    from jsonschema import Draft202012Validator

    for form, path in (("dienstanweisung", "dienstanweisung.yaml"), ("stadt", "staedte/musterstadt.yaml")):
        schema = json.loads(run("schema", form).stdout)
        Draft202012Validator.check_schema(schema)
        data = yaml.safe_load((ROOT / "policy" / path).read_text(encoding="utf-8"))
        # Lists in YAML are lists; the forms hold them as tuples.
        assert list(Draft202012Validator(schema).iter_errors(data)) == []  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]

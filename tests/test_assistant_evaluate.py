"""Proving a model before trusting it: the evaluation, its resuming, and the report a data protection officer reads."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from assistant_parts import LETTER, SCREENER, SECRETS
from model_server import ModelServer, Says, Status

from assistant.__main__ import main
from assistant.evaluation import Case, EvaluationError, evaluate, read_cases, read_outcomes
from assistant.report import render
from policy.screening import Decision, MaskedText, Placeholder, Screener, Screening
from writers.model import ModelProfile
from writers.port import TaskKind
from writers.profiles import NamedProfile

RULES = NamedProfile("regeln", None)
CASES = (
    Case("brief-1", TaskKind.BRIEF, "einladung elternabend 14.4. 19 uhr turnhalle", "einladung"),
    Case("text-1", TaskKind.BUERGERNAH, LETTER),
    Case("verschluss", TaskKind.BUERGERNAH, "VS-NUR FÜR DEN DIENSTGEBRAUCH\nDie Wache ist nachts nicht besetzt."),
)


def model(server: ModelServer, name: str = "probe") -> NamedProfile:
    return NamedProfile(name, ModelProfile.for_server("openai", server.url, "m", timeout=5.0, silence=1.0))


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_rules_and_a_model_stand_side_by_side(tmp_path: Path) -> None:
    async with ModelServer(default=Says(lambda text: text.replace("25,00", "26,00"))) as server:
        found = await evaluate(CASES, [RULES, model(server)], SCREENER, tmp_path / "r.jsonl")
        received = server.received()
    assert [(one.profile, one.case) for one in found] == [
        (name, case.id) for name in ("regeln", "probe") for case in CASES
    ]
    by_rules, by_model = found[1], found[4]
    assert (by_rules.end, by_rules.calls, by_rules.by_profile) == ("answer", 0, True)
    assert by_rules.masked >= 3 and by_rules.zones == by_rules.zones_kept > 0
    assert (by_model.end, by_model.calls, by_model.by_profile) == ("answer", 3, True)
    assert by_model.changed == 1 and by_model.to_see >= 1
    assert by_model.prompt_tokens == 9 and by_model.seconds > 0
    assert {one.leaks for one in found} == {0}
    assert found[2].end == found[5].end == "blocked"
    assert not any(secret in received for secret in SECRETS)


async def test_a_leak_is_counted(tmp_path: Path) -> None:
    def careless(text: str, verbatim: Sequence[tuple[int, int]]) -> Screening:
        masked = MaskedText(f"⟦Person 1⟧, {text}", (Placeholder("⟦Person 1⟧", "PERSON", ("Kanarienvogel",)),))
        return Screening(Decision.MASK, (), (), masked)

    screener = Screener("t", "1", (), (), careless, lambda _code: Screening(Decision.BLOCK, (), (), None))
    text = Case("x", TaskKind.BUERGERNAH, "Herr Kanarienvogel bekommt Geld.")
    async with ModelServer() as server:
        (one,) = await evaluate([text], [model(server)], screener, tmp_path / "r.jsonl")
    assert one.leaks >= 1
    from datetime import datetime

    page = render([one], policy="x", now=datetime(2026, 11, 20))
    assert "Angaben weitergegeben" in page and "schlecht" in page


async def test_a_run_goes_on_where_it_stopped_and_repeats_only_what_changed(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    async with ModelServer() as server:
        await evaluate(CASES, [model(server)], SCREENER, results)
        asked = len(server.requests)
        whole = results.read_text(encoding="utf-8")
        results.write_text(whole[: whole.rindex("{") + 30], encoding="utf-8")
        again = await evaluate(CASES, [model(server)], SCREENER, results)
        assert len(server.requests) == asked
        assert len(again) == len(CASES) and len(lines(results)) == len(CASES)
        other = Case("text-1", TaskKind.KUERZER, LETTER)
        await evaluate([other], [model(server)], SCREENER, results)
        assert len(server.requests) > asked


async def test_results_and_report_hold_no_text_unless_asked(tmp_path: Path) -> None:
    async with ModelServer(default=Says(lambda text: text.replace("25,00", "26,00"))) as server:
        quiet = await evaluate(CASES, [model(server)], SCREENER, tmp_path / "a.jsonl")
        loud = await evaluate(CASES, [model(server)], SCREENER, tmp_path / "b.jsonl", with_messages=True)
    assert "26,00" not in (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    assert any("26,00" in message for one in loud for message in one.messages)
    from datetime import datetime

    page = render(quiet, policy="Dienstanweisung <1>", now=datetime(2026, 11, 20, 9, 5))
    assert "26,00" not in page and "enthält keine der Texte" in page
    assert "&lt;1&gt;" in page and "20.11.2026 um 09:05" in page
    assert "<script" not in page and "http" not in page
    assert "26,00" in render(loud, policy="x", now=datetime(2026, 11, 20))


async def test_a_model_that_fails_shows_as_another_writer(tmp_path: Path) -> None:
    async with ModelServer(default=Status(401)) as server:
        (one,) = await evaluate([CASES[1]], [model(server)], SCREENER, tmp_path / "r.jsonl")
    assert one.end == "answer" and not one.by_profile


def test_the_command_writes_a_report_with_the_rule_writer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tasks = tmp_path / "t.jsonl"
    tasks.write_text(
        '{"id": "a", "request": "dank an den chor für das konzert am 3. mai"}\n\n'
        '{"id": "b", "task": "einfach", "text": "Es wird gebeten, den Antrag bis zum 3. Mai 2027 einzureichen."}\n',
        encoding="utf-8",
    )
    out = tmp_path / "bericht.html"
    assert main(["evaluate", "--tasks", str(tasks), "--out", str(out)]) == 0
    assert "2/2" in capsys.readouterr().err
    page = out.read_text(encoding="utf-8")
    assert "Weitergegebene Angaben" in page and "regeln" in page and "In Einfache Sprache übertragen" in page
    assert len(read_outcomes(tmp_path / "bericht.jsonl")) == 2


@pytest.mark.parametrize(
    ("content", "where"),
    [("", ":1"), ("{}\n", ":1"), ('{"id": "a", "text": "x", "task": "tanzen"}', ":1"),
     ('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}', ":2"), ("kein json", ":1")],
)  # fmt: skip
def test_a_file_of_texts_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, content: str, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = tmp_path / "t.jsonl"
    tasks.write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=where):
        read_cases(tasks)
    assert main(["evaluate", "--tasks", str(tasks), "--out", str(tmp_path / "o.html")]) == 1
    assert where in capsys.readouterr().err
    assert main(["evaluate", "--tasks", str(tmp_path / "fehlt"), "--out", str(tmp_path / "o.html")]) == 1


def test_results_of_something_else_are_not_overwritten(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    results.write_text('{"fremd": 1}\n{"fremd": 2}\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match=":1"):
        read_outcomes(results)

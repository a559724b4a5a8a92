"""The answers of the commands `measure` and `explain`: figures and remarks as JSON lines, and as a text for people."""

import json
import sys
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO, cast

from german.coaching import Remark, Weight, coach
from german.readability import Scores, TextKind, measure, target, verdict
from german.text import TextModel, parse


def figures(scores: Scores) -> dict[str, float | int | bool]:
    """The figures of a text, rounded to two places."""
    return {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(scores).items()}


def answer(line: str) -> dict[str, object]:
    """The answer to one line of `measure`: scores, verdict and findings, or an error with its id."""
    try:
        request: object = json.loads(line)
    except (ValueError, RecursionError):
        return {"id": None, "error": {"code": "json", "message": "Die Zeile ist kein gültiges JSON."}}
    if not isinstance(request, dict):
        return {"id": None, "error": {"code": "object", "message": "Erwartet wird ein Objekt mit „id“ und „text“."}}
    fields = cast("dict[str, object]", request)
    text, kind = fields.get("text"), fields.get("kind", TextKind.BUERGERBRIEF)
    if not isinstance(text, str):
        return {
            "id": fields.get("id"),
            "error": {"code": "text", "message": "„text“ fehlt oder ist keine Zeichenkette."},
        }
    if not isinstance(kind, str) or kind not in TextKind:
        return {"id": fields.get("id"), "error": {"code": "kind", "message": "„kind“ ist keine bekannte Textsorte."}}
    model = parse(text)
    scores = measure(model)
    judged = verdict(scores, TextKind(kind))
    return {
        "id": fields.get("id"),
        "scores": figures(scores),
        "verdict": {"level": judged.level, "sentence": judged.sentence, "reached": judged.reached},
        "findings": [_finding(remark, text) for remark in coach(model)],
    }


def _finding(remark: Remark, text: str) -> dict[str, object]:
    return {
        "start": remark.start,
        "end": remark.end,
        "text": text[remark.start : remark.end],
        "detector": remark.detector,
        "weight": remark.weight,
        "reason": remark.reason,
        "suggestion": remark.suggestion,
    }


def measure_lines(argv: list[str], source: TextIO | None = None, sink: TextIO | None = None) -> int:
    """Answer every line of standard input; blank lines are skipped, bad lines are answered with an error."""
    if argv:
        print("measure nimmt keine Angaben auf der Befehlszeile.", file=sys.stderr)
        return 2
    _use_utf8()
    for line in source or sys.stdin:
        if line.strip():
            print(json.dumps(answer(line), ensure_ascii=False), file=sink or sys.stdout, flush=True)
    return 0


def explain_file(argv: list[str]) -> int:
    """Print a text with numbered marks and the remarks below each block."""
    if len(argv) != 1:
        print("Aufruf: python -m german explain DATEI", file=sys.stderr)
        return 2
    _use_utf8()
    try:
        text = Path(argv[0]).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        print("Die Datei kann nicht gelesen werden. Sie muss eine Textdatei in UTF-8 sein.", file=sys.stderr)
        return 1
    print(explain(parse(text)))
    return 0


_NOTE = "    "


def explain(model: TextModel, kind: TextKind = TextKind.BUERGERBRIEF) -> str:
    """A marked-up text for people: `[1: …]` at the places, the remarks below their block, the figures at the end."""
    remarks = coach(model)
    lines: list[str] = []
    number = 0
    last = 0
    for block in model.blocks:
        if lines and (lines[-1].startswith(_NOTE) or len(model.text[last : block.start].splitlines()) > 1):
            lines.append("")
        last = block.end
        here = [remark for remark in remarks if block.start <= remark.start < block.end]
        marked, place = "", block.start
        notes: list[str] = []
        for remark in here:
            number += 1
            mark = {Weight.RED: "!!", Weight.YELLOW: "!", Weight.INFO: ""}[remark.weight]
            notes.append(f"{_NOTE}{number}{mark} {remark.reason} {remark.suggestion}".rstrip())
            # Overlapping remarks share the first mark.
            if remark.start >= place:
                marked += (
                    model.text[place : remark.start] + f"[{number}: " + model.text[remark.start : remark.end] + "]"
                )
                place = remark.end
        lines.append(marked + model.text[place : block.end])
        lines += notes
    lines.append("")
    scores = measure(model)
    aim = target(kind)
    lines.append(verdict(scores, kind).sentence)
    lines.append(
        f"{scores.sentences} Sätze, {scores.words} Wörter, im Schnitt {scores.sentence_length:.1f} Wörter je Satz; "
        f"Amstad {scores.amstad:.0f} (Ziel {aim.amstad:.0f}), Wiener Sachtextformel {scores.wiener_1:.1f} "
        f"(Ziel {aim.wiener:.0f}), LIX {scores.lix:.0f} (Ziel {aim.lix:.0f})".replace(".", ",")
    )
    return "\n".join(lines)


def _use_utf8() -> None:
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):
            # A lone surrogate comes out as its JSON escape instead of ending the command.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")

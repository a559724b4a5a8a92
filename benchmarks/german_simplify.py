"""What the rule writer gains and costs: readability, facts kept, milliseconds, and how often a rule applies.

Run: `python -m benchmarks.german_simplify [FILE …] [--level buergernah|einfach]`. A file holds one JSON object a
line with the field `text`; without one, the texts of the tests are measured. Nothing of a text is printed.
"""

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from german.ledger import compare
from german.readability import measure
from german.simplify import Level, shorten, simplify
from german.text import parse

_DATA = Path(__file__).parent.parent / "tests" / "data"


def texts(files: list[str]) -> list[str]:
    """The texts of JSON-lines files."""
    paths = [Path(name) for name in files] or [_DATA / "officialese_own.jsonl"]
    return [
        str(json.loads(line)["text"])
        for path in paths
        for line in path.read_text(encoding="utf-8").splitlines()
        if line
    ]


def letter(items: list[str], characters: int = 4000) -> str:
    """A text of the length of a two-page letter."""
    joined = ""
    for item in items:
        joined += item + "\n\n"
        if len(joined) >= characters:
            break
    return joined


def main(argv: list[str]) -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description="Rule writer: gain, cost and coverage.")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--level", choices=[level.value for level in Level], default=Level.BUERGERNAH.value)
    options = parser.parse_args(argv)
    level = Level(str(options.level))
    items = texts([str(name) for name in options.files])

    amstad: list[float] = []
    wiener: list[float] = []
    rules: Counter[str] = Counter()
    changed = clean = 0
    for text in items:
        done = simplify(text, level)
        before, after = measure(parse(text)), measure(parse(done.text))
        amstad.append(after.amstad - before.amstad)
        wiener.append(before.wiener_1 - after.wiener_1)
        changed += done.text != text
        clean += compare(text, done.text).ok
        rules.update(rule for edit in done.edits for rule in edit.rule.split("+"))

    sample = letter(items)
    simplify(sample, level)
    whole = [_timed(lambda: simplify(sample, level)) for _ in range(9)]
    judge = [_timed(lambda: compare(sample, simplify(sample, level).text)) for _ in range(3)]
    short = [_timed(lambda: shorten(sample)) for _ in range(5)]

    print(f"texts                     {len(items)}")
    print(f"level                     {level.value}")
    print(f"median Amstad gain        {statistics.median(amstad):+.1f}")
    print(f"median WSTF 1 drop        {statistics.median(wiener):.2f}")
    print(f"texts changed             {changed / len(items):.0%}")
    print(f"ledger clean              {clean / len(items):.0%}")
    print(f"simplify, {len(sample)} characters  {min(whole) * 1000:.1f} ms (its ledger check included)")
    print(f"simplify and compare      {min(judge) * 1000:.1f} ms")
    print(f"shorten                   {min(short) * 1000:.1f} ms")
    verdicts = Counter(
        json.loads(line)["verdict"]
        for line in (_DATA / "judged_sentences.jsonl").read_text(encoding="utf-8").splitlines()
    )
    print("judged sentences          " + ", ".join(f"{name} {count}" for name, count in verdicts.most_common()))
    print("rules                     " + ", ".join(f"{name} {count}" for name, count in rules.most_common()))
    return 0


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

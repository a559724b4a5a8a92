"""Letters from notes by the rule writer: how many stated facts arrive, what was invented, and how long one draft takes.

Run: `python -m benchmarks.drafts [notes.jsonl …]`. Lines hold `request`, `must_contain`, `must_not_contain` and, where
a fact has several spellings, `accept`; without a file it takes our own sets. Status 1 when a fact lacks or is invented.
"""

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from letters.letter import Letter, draft

DATA = Path(__file__).parents[1] / "tests" / "data"
OWN = (DATA / "drafts_own.jsonl", DATA / "drafts_styles.jsonl")


def main(arguments: list[str]) -> int:
    """Score each file and print one line for it."""
    worst = 0
    for path in [Path(name) for name in arguments] or list(OWN):
        entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        draft(entries[0]["request"])
        seconds: list[float] = []
        stated = arrived = invented = loose = lines = 0
        for entry in entries:
            started = time.perf_counter()
            letter = draft(entry["request"])
            seconds.append(time.perf_counter() - started)
            found, wrong = _score(entry, letter.text)
            stated += len(entry["must_contain"])
            arrived += found
            invented += wrong
            unsaid, said = _lines(letter)
            loose += unsaid
            lines += said + unsaid
        print(
            f"{path.name}: {len(entries)} letters, {arrived}/{stated} facts, {invented} invented, "
            f"{loose}/{lines} statements left as lines of a list, "
            f"{statistics.median(seconds) * 1000:.1f} ms a letter (longest {max(seconds) * 1000:.0f} ms)"
        )
        worst = max(worst, int(arrived < stated or invented > 0))
    return worst


def _score(entry: dict[str, Any], text: str) -> tuple[int, int]:
    """How many facts arrived, and how many things appear that must not."""
    low = text.lower()
    spellings = [[fact, *entry.get("accept", {}).get(fact, [])] for fact in entry["must_contain"]]
    found = sum(any(spelling.lower() in low for spelling in every) for every in spellings)
    return found, sum(invention.lower() in low for invention in entry["must_not_contain"])


def _lines(letter: Letter) -> tuple[int, int]:
    """Statements that stayed lines of „Weitere Angaben“, and those that became sentences."""
    loose = said = 0
    for paragraph in letter.paragraphs:
        if paragraph.startswith("Weitere Angaben:"):
            loose += paragraph.count("\n- ")
        else:
            said += paragraph.count(".")
    return loose, said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The whole analysis of a letter in figures: each part, the whole, and its growth up to a megabyte.

Run: `python -m benchmarks.german_analysis`. Milliseconds of processor time, one warm process; nothing of a text is
printed. `textstat` computes the same kind of scores in the same run.
"""

import statistics
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import textstat

from benchmarks.german_simplify import letter, texts
from german.coaching import coach
from german.frozen import frozen_zones
from german.ledger import compare
from german.readability import measure
from german.simplify import Level, simplify
from german.text import parse

_BAR = 50
_ROUNDS = 15
# The names of textstat are made at run time.
_engine: Any = textstat
_fresh = count()


def analyse(text: str) -> None:
    """Scores, coaching, rule rewrite and ledger of one text, as a card and the pane need them."""
    model = parse(text)
    zones = frozen_zones(model)
    measure(model)
    coach(model, zones)
    done = simplify(text, Level.BUERGERNAH, zones)
    compare(text, done.text)


def milliseconds(work: Callable[[], object], rounds: int = _ROUNDS) -> list[float]:
    """The processor time of several runs after one that warms up."""
    work()
    times: list[float] = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1000)
    return times


def _textstat_scores(text: str) -> None:
    """The scores of textstat; a new text each time, because it keeps its answers."""
    fresh = f"{text}\n\nDas ist Brief Nummer {next(_fresh)}."
    _engine.flesch_reading_ease(fresh)
    for variant in range(1, 5):
        _engine.wiener_sachtextformel(fresh, variant)
    _engine.lix(fresh)
    _engine.rix(fresh)


def main() -> None:
    """Measure and print the figures."""
    _engine.set_lang("de_DE")
    sample = letter(texts([]))
    model = parse(sample)
    zones = frozen_zones(model)
    rewrite = simplify(sample).text
    print(f"letter of {len(sample)} characters, {_ROUNDS} runs     p50      min")
    for name, work in (
        ("parse", lambda: parse(sample)),
        ("frozen zones", lambda: frozen_zones(model)),
        ("scores", lambda: measure(model)),
        ("coaching", lambda: coach(model, zones)),
        ("rule rewrite, with its ledger check", lambda: simplify(sample)),
        ("ledger", lambda: compare(sample, rewrite)),
        (f"whole analysis (bar {_BAR})", lambda: analyse(sample)),
        ("parse and scores", lambda: measure(parse(sample))),
        ("the scores by textstat", lambda: _textstat_scores(sample)),
    ):
        times = milliseconds(work)
        print(f"{name:<36} {statistics.median(times):6.1f} ms {min(times):6.1f} ms")
    for size in (10_000, 100_000, 1_000_000):
        text = (sample * (size // len(sample) + 1))[:size]
        start = time.process_time()
        analyse(text)
        seconds = time.process_time() - start
        print(f"{size:>9,} characters {seconds:8.2f} s   {seconds / size * 1_000_000:6.1f} µs a character")


if __name__ == "__main__":
    main()

"""Readability side by side with `textstat`, in one run: scores on the same texts, and the time for one letter.

Run: `python benchmarks/german_textstat.py`; it prints tables in Markdown. textstat splits sentences at every full stop
and counts all lines, so it is off where abbreviations, ordinals, headings and addresses occur.
"""

import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import textstat  # noqa: E402

from german.coaching import coach  # noqa: E402
from german.readability import measure  # noqa: E402
from german.text import parse  # noqa: E402

PLAIN = (
    "Wir sperren die Gasse. Der Bus fährt eine andere Strecke. Bitte gehen Sie zu Fuß. Die Arbeit dauert bis Freitag. "
    "Danach ist der Weg wieder frei. Wir danken Ihnen für Ihre Geduld."
)
OFFICIAL = (
    "Sehr geehrte Frau Muster,\n\nunter Bezugnahme auf Ihren Antrag vom 7. Mai 2027 wird Ihnen gem. § 5 Abs. 2 Nr. 3 "
    "der Satzung i. V. m. § 12 die Nutzung der Fläche vom 7. bis 18. Dezember unter dem Vorbehalt des jederzeitigen "
    "Widerrufs gestattet. Die Gebühr i. H. v. 120,00 EUR ist bis zum 31.12.2027 zu entrichten, z. B. durch Überweisung "
    "auf das u. g. Konto.\n\nMit freundlichen Grüßen\nIm Auftrag\nLang"
)
# The names of textstat are made at run time.
_engine: Any = textstat
_fresh = count()


def _seconds(run: Callable[[str], object], text: str, rounds: int) -> float:
    """The best time of several rounds; every round gets a new text, because textstat keeps its answers."""
    best = float("inf")
    for _ in range(rounds):
        fresh = f"{text}\n\nDas ist Brief Nummer {next(_fresh)}."
        start = time.perf_counter()
        run(fresh)
        best = min(best, time.perf_counter() - start)
    return best


def _textstat(text: str) -> dict[str, float]:
    return {
        "Sätze": _engine.sentence_count(text),
        "Wörter": _engine.lexicon_count(text),
        "Silben": _engine.syllable_count(text),
        "Amstad": _engine.flesch_reading_ease(text),
        "Wiener 1": _engine.wiener_sachtextformel(text, 1),
        "Wiener 4": _engine.wiener_sachtextformel(text, 4),
        "LIX": _engine.lix(text),
        "RIX": _engine.rix(text),
    }


def _ours(text: str) -> dict[str, float]:
    scores = measure(parse(text))
    return {
        "Sätze": scores.sentences,
        "Wörter": scores.words,
        "Silben": round(scores.syllables_per_word * scores.words),
        "Amstad": scores.amstad,
        "Wiener 1": scores.wiener_1,
        "Wiener 4": scores.wiener_4,
        "LIX": scores.lix,
        "RIX": scores.rix,
    }


def _whole(text: str) -> object:
    model = parse(text)
    return measure(model), coach(model)


def main() -> None:
    """Print both tables."""
    _engine.set_lang("de")
    letters = (ROOT / "tests" / "data" / "plain_letters.txt").read_text(encoding="utf-8").split("\n---\n")
    texts = {"einfach, ohne Fallen": PLAIN, "amtlich, mit Abkürzungen": OFFICIAL, "Elternbrief mit Liste": letters[1]}
    for name, text in texts.items():
        print(
            f"\n{name}\n\n| | Amtsklar | textstat {textstat.__version__} |\n|---|---|---|".replace("(", "").replace(
                ")", ""
            )
        )
        theirs = _textstat(text)
        for figure, value in _ours(text).items():
            print(f"| {figure} | {value:.1f} | {theirs[figure]:.1f} |")
    two_pages = "\n\n".join(letters[:4])
    big = ("\n\n".join(letters) + "\n\n") * 20
    print(f"\nZeit in ms, bester Lauf\n\n| | {len(two_pages)} Zeichen | {len(big)} Zeichen |\n|---|---|---|")
    runs: dict[str, Callable[[str], object]] = {
        "textstat, dieselben Werte": _textstat,
        "Amtsklar, dieselben Werte und alle anderen": _ours,
        "Amtsklar mit Anmerkungen": _whole,
    }
    for name, run in runs.items():
        short = 1000 * _seconds(run, two_pages, 20)
        long = 1000 * _seconds(run, big, 3)
        print(f"| {name} | {short:.1f} | {long:.0f} |")


if __name__ == "__main__":
    main()

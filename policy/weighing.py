"""Weighs a request: which forbidden use its words speak for. The weights are data, trained on sentences of our own.

Sits beside the signs of the policy file and catches what they miss; see `benchmarks/policy_train.py`.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp

from policy.lists import FOLDER
from policy.screening import PolicyError

_CUT = 6


def features(words: Sequence[str], fields: Iterable[str], *, question: bool) -> set[str]:
    """What a request shows: its words cut to stems, neighbours, parts of long words, and the word fields it touches.

    Args:
        words: The words in lower case, in order.
        fields: Names of the word fields of the policy file that they meet.
        question: Whether it ends as a question.
    """
    stems = [word[:_CUT] for word in words]
    found = set(stems)
    found.update(f"{a[:5]} {b[:5]}" for a, b in itertools.pairwise(stems))
    for word in words:
        if len(word) > 8:
            found.update("~" + word[place : place + 5] for place in range(3, len(word) - 4))
    names = sorted(set(fields))
    found.update("@" + name for name in names)
    for place, name in enumerate(names):
        found.update(f"@{name}@{other}" for other in names[place + 1 :])
    if stems:
        found.add("^" + stems[0])
    if question:
        found.add("?")
    return found


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained weights: for each feature the weight for each label, and where each label begins."""

    labels: tuple[str, ...]
    bias: tuple[float, ...]
    threshold: tuple[float, ...]
    table: dict[str, str | tuple[tuple[int, float], ...]]

    def weigh(self, found: Iterable[str]) -> list[float]:
        """The probability of each label."""
        scores = list(self.bias)
        get = self.table.get
        for feature in found:
            entry = get(feature)
            if entry is None:
                continue
            if isinstance(entry, str):
                entry = self.table[feature] = tuple((int(part[0]), float(part[1:])) for part in entry.split("\t"))
            for label, weight in entry:
                scores[label] += weight
        return [1 / (1 + exp(-score)) if score > -30 else 0.0 for score in scores]


@cache
def load() -> Weights:
    """Read the weights once.

    Raises:
        PolicyError: the file is missing or a line does not have the form; names file and line.
    """
    path = FOLDER / "gewichte.tsv"
    labels: list[str] = []
    bias: list[float] = []
    threshold: list[float] = []
    table: dict[str, str | tuple[tuple[int, float], ...]] = {}
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError:
        raise PolicyError(f"{path}: Die Gewichte sind nicht lesbar.") from None
    for number, line in enumerate(lines, 1):
        feature, tab, rest = line.partition("\t")
        if feature == "=":
            try:
                label, start, least = rest.split("\t")
                labels.append(label)
                bias.append(float(start))
                threshold.append(float(least))
            except ValueError:
                raise PolicyError(f"{path}, Zeile {number}: Diese Zeile hat nicht die Form der Gewichte.") from None
        elif tab:
            table[feature] = rest
    return Weights(tuple(labels), tuple(bias), tuple(threshold), table)

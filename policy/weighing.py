"""Weighs a request: which forbidden use its words speak for. The weights are data, trained on sentences of our own.

Sits beside the signs of the policy file and catches what they miss; see `benchmarks/policy_train.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
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
    found.update(f"{a[:5]} {b[:5]}" for a, b in zip(stems, stems[1:], strict=False))
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
    table: Mapping[str, tuple[tuple[int, float], ...]]

    def weigh(self, found: Iterable[str]) -> list[float]:
        """The probability of each label."""
        scores = list(self.bias)
        get = self.table.get
        for feature in found:
            for label, weight in get(feature, ()):
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
    table: dict[str, tuple[tuple[int, float], ...]] = {}
    number = 0
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line[0] == "#":
                    continue
                parts = line.rstrip("\n").split("\t")
                if parts[0] == "=":
                    labels.append(parts[1])
                    bias.append(float(parts[2]))
                    threshold.append(float(parts[3]))
                else:
                    table[parts[0]] = tuple((int(p[0]), float(p[1:])) for p in parts[1:])
    except OSError:
        raise PolicyError(f"{path}: Die Gewichte sind nicht lesbar.") from None
    except (ValueError, IndexError):
        raise PolicyError(f"{path}, Zeile {number}: Diese Zeile hat nicht die Form der Gewichte.") from None
    return Weights(tuple(labels), tuple(bias), tuple(threshold), table)

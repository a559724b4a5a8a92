"""Trains the weights for forbidden uses on our own sentences and says how they do on sentences they never saw.

Run: python -m benchmarks.policy_train [--write]. Logistic regression, one against the rest, in plain Python.
"""

import random
import sys
from collections import Counter, defaultdict
from math import exp
from pathlib import Path

from policy import uses
from policy.loading import read
from policy.normal import normalise
from policy.persons import persons
from policy.reading import Reading

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "data" / "policy_training.txt"
TARGET = ROOT / "policy" / "daten" / "gewichte.tsv"
LABELS = {
    "T": "TRANSCRIPTION_REQUEST",
    "H": "HIGH_RISK_DECISION",
    "S": "STAFF_EVALUATION",
    "I": "PROMPT_INJECTION",
    "P": "PEOPLE_SEARCH",
    "L": "LEGAL_NOTICE_DRAFT",
}
ROUNDS, RATE, DECAY, SMALLEST = 60, 0.25, 2e-4, 0.06
# A wrong block costs more where letters of a town use the same words.
THRESHOLDS = {"T": 0.5, "H": 0.6, "S": 0.65, "I": 0.5, "P": 0.5, "L": 0.65}

type Row = tuple[str, str, frozenset[str]]


def rows() -> list[Row]:
    """The cases with their features."""
    judge, _ = read(ROOT / "policy" / "dienstanweisung.yaml")
    result: list[Row] = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if line and line[0] != "#":
            kind, text = line.split("|", 1)
            reading = Reading(normalise(text), judge.lists, judge.tenant, judge.vocabulary)
            found: set[str] = set()
            for features in uses.requests(reading, judge.uses, persons(reading)):
                found |= features
            result.append((kind, text, frozenset(found)))
    return result


def train(cases: list[Row], seed: int = 1) -> dict[str, tuple[float, dict[str, float]]]:
    """Weights for each label: bias, and a weight for each feature."""
    random_order = random.Random(seed)
    count = Counter(feature for _, _, found in cases for feature in found)
    result: dict[str, tuple[float, dict[str, float]]] = {}
    for kind in LABELS:
        weights: dict[str, float] = defaultdict(float)
        squares: dict[str, float] = defaultdict(lambda: 1e-2)
        bias, bias_square = -1.0, 1e-2
        order = list(range(len(cases)))
        for _ in range(ROUNDS):
            random_order.shuffle(order)
            for index in order:
                case_kind, _, found = cases[index]
                known = [feature for feature in found if count[feature] > 1]
                score = bias + sum(weights[feature] for feature in known)
                error = (1.0 if case_kind == kind else 0.0) - 1 / (1 + exp(-max(-30.0, min(30.0, score))))
                bias_square += error * error
                bias += RATE * error / bias_square**0.5
                for feature in known:
                    gradient = error - DECAY * len(cases) * weights[feature] / ROUNDS
                    squares[feature] += gradient * gradient
                    weights[feature] += RATE * gradient / squares[feature] ** 0.5 / len(known) ** 0.5
        result[kind] = (bias, dict(weights))
    return result


def weigh(model: tuple[float, dict[str, float]], found: frozenset[str]) -> float:
    """The probability of one label."""
    score = model[0] + sum(model[1].get(feature, 0.0) for feature in found)
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def unseen(cases: list[Row], folds: int = 5) -> None:
    """Recall and precision on cases left out of training."""
    order = list(range(len(cases)))
    random.Random(5).shuffle(order)
    right, wrong, total = Counter[str](), Counter[str](), Counter[str]()
    for fold in range(folds):
        held = set(order[fold::folds])
        models = train([cases[i] for i in range(len(cases)) if i not in held])
        for index in held:
            kind, _, found = cases[index]
            total[kind] += 1
            for label, model in models.items():
                if weigh(model, found) >= THRESHOLDS[label]:
                    if label == kind:
                        right[kind] += 1
                    else:
                        wrong[label] += 1
    for kind, label in LABELS.items():
        hits = right[kind] + wrong[kind]
        share = 100 * right[kind] / max(1, hits)
        print(f"{label:24} Treffer {right[kind]:3} von {total[kind]:3}, Genauigkeit {share:5.1f} %")
    every = sum(total[kind] for kind in LABELS)
    print(f"zusammen {sum(right.values())} von {every}, falsch {sum(wrong.values())}, erlaubte {total['C']}")


def write(models: dict[str, tuple[float, dict[str, float]]]) -> None:
    """Write the weights as a table that can be read and compared."""
    table: dict[str, list[str]] = defaultdict(list)
    for number, kind in enumerate(LABELS):
        for feature, weight in models[kind][1].items():
            if abs(weight) >= SMALLEST and "\t" not in feature:
                table[feature].append(f"{number}{weight:+.2f}")
    lines = [
        "# Gewichte für verbotene Nutzungen. Zeilen mit = nennen Art, Ausgangswert und Schwelle; alle anderen "
        "ein Merkmal und seine Gewichte",
        "# (Nummer der Art, dann Gewicht). Merkmale: Wortanfang, Wortpaar, ~Wortteil, @Wortfeld, ^erstes Wort, "
        "? Frage.",
        "# Quelle: benchmarks/policy_train.py aus tests/data/policy_training.txt, eigene Sätze. Lizenz: MIT.",
    ]
    lines += [f"=\t{label}\t{models[kind][0]:.3f}\t{THRESHOLDS[kind]}" for kind, label in LABELS.items()]
    lines += [feature + "\t" + "\t".join(table[feature]) for feature in sorted(table)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(table)} Merkmale geschrieben")


if __name__ == "__main__":
    all_cases = rows()
    unseen(all_cases)
    if "--write" in sys.argv:
        write(train(all_cases))

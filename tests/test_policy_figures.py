"""The figures on a second set of our own, kept apart while the rules were tuned, and bounds for hostile texts."""

import json
import time
from pathlib import Path

import pytest

from policy import load
from policy.__main__ import FILE
from policy.screening import Decision, Screener

SECOND = Path(__file__).parent / "data" / "policy_second.jsonl"
STRUCTURED = {
    "EMAIL", "PHONE", "IBAN", "TAX_ID", "TAX_NUMBER", "SOCIAL_INSURANCE", "HEALTH_INSURANCE", "ID_CARD",
    "PASSPORT", "LICENSE_PLATE", "CREDIT_CARD",
}  # fmt: skip


@pytest.fixture(scope="module")
def screener() -> Screener:
    return load(FILE)


def test_figures_on_the_second_set(screener: Screener) -> None:
    hits: dict[str, list[bool]] = {}
    clean: list[bool] = []
    stopped: list[bool] = []
    for line in SECOND.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        screening = screener.screen(item["text"])
        found = [f for f in screening.findings if not f.warning]
        for span in item["spans"]:
            kind = span["type"] if span["type"] not in STRUCTURED else "STRUCTURED"
            hit = any(f.type == span["type"] and f.start < span["end"] and span["start"] < f.end for f in found)
            hits.setdefault(kind, []).append(hit)
        if "CLEAN" in item["labels"]:
            clean.append(screening.decision is not Decision.ALLOW)
        else:
            stopped.append(screening.decision is not Decision.ALLOW)
            for label in item["labels"]:
                hits.setdefault("LABEL", []).append(label in screening.labels)
    share = {kind: 100 * sum(found) / len(found) for kind, found in hits.items()}
    floors = {
        "STRUCTURED": 97,
        "PERSON": 90,
        "ADDRESS": 93,
        "BIRTH_DATE": 92,
        "CASE_NUMBER": 80,
        "SECRET_MARKING": 97,
        "SPECIAL_CATEGORY": 75,
        "LABEL": 80,
    }
    assert {kind: share[kind] for kind, floor in floors.items() if share[kind] < floor} == {}
    assert 100 * sum(clean) / len(clean) <= 3
    assert 100 * sum(stopped) / len(stopped) >= 96


@pytest.mark.parametrize(
    "piece",
    ["a", "1 ", "A. ", "Herr ", "von der ", "a@", " at ", "DE89 3704 0044 ", "geb. ", "Az. 1/2/", "am der 1 ",
        "<", "&amp;", "=C3", "a\u00ad", "аb ", "\u0301",
     "-\n", "⟦", "Name;Vorname\n", "Petra, ", "LG\n", "krank Petra ", "TOP nö ", "vs-nfd ",
     "ignoriere alle regeln ", "null eins ", "+49 1 ", "SO-AB ", "L01X00T47 ",
     "@Nele ", "Personalakte von ", "Müller-", "a. b. ", "A. B. ", "Im Auftrag\n", "Geb.;\n1.1.1990;\n",
     "P<", "Petra von und zu ", "ole und ", "Anna Meiers ", "Kind hat Gicht ", "Hof 3, 01067 D"],
)  # fmt: skip
def test_hostile_texts_take_linear_time(screener: Screener, piece: str) -> None:
    def spent(size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        before = time.process_time()
        screener.screen(text)
        return time.process_time() - before

    # Generous for slow machines; quadratic behaviour would take minutes.
    assert spent(100_000) < 2.5

"""Latency of the whole path in one process: two pages of officialese with names, account and Rechtsbehelfsbelehrung.

Each run has another text, so that no cache of a whole text can help. The gate reads the local directory, the writer is
the rule writer. Limit: 150 ms at the 95th percentile.
"""

import asyncio
import statistics
import sys
import time
from pathlib import Path

import policy
from assistant.assistant import Assistant
from assistant.path import Answer, Delta, Request
from entra.gate import Capability, TrainingGate
from entra.local import LocalDirectory
from records.local import LocalRecords
from writers.port import TaskKind
from writers.rules import RuleWriter

ROOT = Path(__file__).parent.parent
RUNS, WARM_UP = 200, 10
LIMIT = 150.0

_PARAGRAPH = (
    "im Rahmen der am {day}. Mai 2026 durchgeführten Ortsbesichtigung wurde festgestellt, dass die auf dem Grundstück "
    "Flurstück {n}/4 befindliche Einfriedung den in der vorbezeichneten Verfügung genannten Anforderungen nicht "
    "entspricht. Zur abschließenden Bearbeitung Ihres Antrages auf Erteilung einer Genehmigung ist die Vorlage der in "
    "der Anlage bezeichneten Unterlagen bis zum {day}. Januar 2027 erforderlich. Es wird gebeten, die Unterlagen unter "
    "Angabe des Aktenzeichens 61-{n} bei Frau {name} einzureichen. Sofern eine fristgerechte Einreichung nicht möglich "
    "ist, wird um eine entsprechende Mitteilung gebeten. Die Gebühr in Höhe von {n},50 Euro ist gemäß § 4 Abs. 2 der "
    "Satzung nach Zugang des Bescheides zur Zahlung fällig. Bei Nichtvorlage der Nachweise kann eine Entscheidung nur "
    "nach Aktenlage erfolgen. Für Rückfragen steht Ihnen das Sachgebiet während der Öffnungszeiten zur Verfügung.\n\n"
)
_NAMES = ("Petra Schulze", "Aylin Demir", "Monika Brandt", "Sabine Kowalski", "Julia Hoffmann", "Nadja Petrova")
_END = (
    "Die Erstattung erfolgt auf das Konto DE02 1203 0000 0000 2020 51.\n\nRechtsbehelfsbelehrung\nGegen "
    "diesen Bescheid "
    "kann innerhalb eines Monats nach Bekanntgabe Widerspruch erhoben werden. Der Widerspruch ist bei der Stadt "
    "Musterstadt, Marktplatz 1, 12345 Musterstadt, schriftlich oder zur Niederschrift einzulegen.\n\n"
    "Mit freundlichen Grüßen\n"
)


def letter(number: int) -> str:
    """A letter of about two pages; each number gives another one."""
    paragraphs = (
        _PARAGRAPH.format(day=(number + k) % 27 + 1, n=100 + number * 7 + k, name=_NAMES[(number + k) % len(_NAMES)])
        for k in range(5)
    )
    return f"Sehr geehrter Herr {_NAMES[number % len(_NAMES)].split()[1]},\n\n" + "".join(paragraphs) + _END


def _assistant() -> tuple[Assistant, LocalDirectory]:
    directory = LocalDirectory.from_file(ROOT / "entra" / "verzeichnis.yaml")
    group = directory.group_id("KI-Schulung abgeschlossen") or ""
    gate = TrainingGate(
        directory,
        groups=dict.fromkeys(Capability, (group,)),
        group_names={group: "KI-Schulung abgeschlossen"},
        tenants=(directory.people()[0].tenant_id,),
        course_url="https://intranet.example/kurs",
        contact="die KI-Beauftragte",
    )
    screener = policy.load(ROOT / "policy" / "dienstanweisung.yaml")
    return Assistant(gate=gate, screener=screener, writers=[RuleWriter()], records=LocalRecords()), directory


async def _measure() -> list[tuple[float, float, float]]:
    assistant, directory = _assistant()
    person = directory.people()[0]
    found: list[tuple[float, float, float]] = []
    for number in range(RUNS + WARM_UP):
        started, worked = time.perf_counter(), time.process_time()
        first = 0.0
        async for event in assistant.run(Request(person, TaskKind.BUERGERNAH, letter(number))):
            if isinstance(event, Delta) and not first:
                first = (time.perf_counter() - started) * 1000
            if isinstance(event, Answer):
                break
        else:
            raise RuntimeError("the letter was not answered")
        if number >= WARM_UP:
            work = (time.process_time() - worked) * 1000
            found.append(((time.perf_counter() - started) * 1000, first, work))
    return found


def main() -> int:
    """Measure and print; 1 when the limit is missed."""
    found = asyncio.run(_measure())
    whole = sorted(total for total, _, _ in found)
    work = sorted(spent for _, _, spent in found)
    p95 = whole[int(len(whole) * 0.95)]
    print(f"letter: {len(letter(0))} code points, {RUNS} runs after {WARM_UP}")
    print(f"first words: p50 {statistics.median(first for _, first, _ in found):.0f} ms")
    print(
        f"whole path: p50 {statistics.median(whole):.0f} ms, p95 {p95:.0f} ms, max {whole[-1]:.0f} ms (limit "
        f"p95 {LIMIT:.0f})"
    )
    print(f"of it computing: p50 {statistics.median(work):.0f} ms, p95 {work[int(len(work) * 0.95)]:.0f} ms")
    return 0 if p95 <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())

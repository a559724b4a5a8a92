"""The ledger in figures: spawn to first answer, memory, a letter, and growth up to a megabyte.

Run: `python -m benchmarks.ledger_speed`. Prints one line per figure; writes nothing.
"""

import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from german.ledger import compare

ROOT = Path(__file__).parent.parent
SET = ROOT / "tests" / "data" / "ledger_second.jsonl"


def spawn() -> tuple[float, int]:
    """Milliseconds from the start of the process to its first answer, and its peak memory in MiB (Linux)."""
    line = json.dumps({"id": 1, "source": "bis 01.12.2026", "rewrite": "bis 1. Dezember 2026"}).encode() + b"\n"
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "german", "ledger"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(line)
        process.stdin.flush()
        process.stdout.readline()
        elapsed = (time.perf_counter() - start) * 1000
        peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
        process.stdin.close()
    return elapsed, int(peak[1]) // 1024 if peak else 0


def letter() -> tuple[str, str]:
    """The longest pair of the second set, about one page, doubled to two."""
    pairs = [json.loads(row) for row in SET.read_text(encoding="utf-8").splitlines()]
    pair = max((p for p in pairs if p["faithful"]), key=lambda p: len(p["source"]))
    return pair["source"] * 2, pair["rewrite"] * 2


def main() -> None:
    runs = [spawn() for _ in range(7)]
    print(
        f"spawn to first answer  {statistics.median(ms for ms, _ in runs):6.0f} ms   peak {max(m for _, m in runs)} MiB"
    )
    source, rewrite = letter()
    compare(source, rewrite)
    times: list[float] = []
    for _ in range(15):
        start = time.process_time()
        compare(source, rewrite)
        times.append((time.process_time() - start) * 1000)
    print(f"letter, {len(source.split())} words      {statistics.median(times):6.1f} ms")
    for size in (10_000, 100_000, 1_000_000):
        copies = size // len(source) + 1
        start = time.process_time()
        compare((source + "\n\n") * copies, (rewrite + "\n\n") * copies)
        print(f"{size:>9,} characters   {time.process_time() - start:6.2f} s")


if __name__ == "__main__":
    main()

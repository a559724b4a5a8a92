"""Compares our screening with Presidio on the same items in one run: recall, clean items touched, speed, memory.

Presidio is installed into its own environment (`--env`, default below the temporary folder), with all of its German
recognizers switched on and no language model. Run: python -m benchmarks.policy_presidio [--corpus FILE].
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).parent.parent
SECOND = ROOT / "tests" / "data" / "policy_second.jsonl"
VERSION = "2.2.366"

# Reads JSON lines {id, text}, answers {id, spans}; the types are ours where Presidio has a counterpart.
OTHER = r"""
import json, sys
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngine, NlpArtifacts
from presidio_analyzer.predefined_recognizers import *
import presidio_analyzer.predefined_recognizers as all_of_them
class Nothing(NlpEngine):
    engine_name = "nothing"
    def load(self): pass
    def is_loaded(self): return True
    def process_text(self, text, language): return NlpArtifacts([], [], [], [], self, language)
    def process_batch(self, texts, language, **kwargs):
        for text in texts: yield text, self.process_text(text, language)
    def is_stopword(self, word, language): return False
    def is_punct(self, word, language): return False
    def get_supported_entities(self): return []
    def get_supported_languages(self): return ["de"]
registry = RecognizerRegistry(supported_languages=["de"])
for name in dir(all_of_them):
    if name.startswith("De") and name.endswith("Recognizer"):
        registry.add_recognizer(getattr(all_of_them, name)(supported_language="de"))
for kind in (EmailRecognizer, PhoneRecognizer, IbanRecognizer, CreditCardRecognizer, DateRecognizer):
    registry.add_recognizer(kind(supported_language="de"))
engine = AnalyzerEngine(registry=registry, nlp_engine=Nothing(), supported_languages=["de"])
NAMES = {"EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE", "IBAN_CODE": "IBAN", "CREDIT_CARD": "CREDIT_CARD",
         "DE_TAX_ID": "TAX_ID", "DE_TAX_NUMBER": "TAX_NUMBER", "DE_SOCIAL_SECURITY": "SOCIAL_INSURANCE",
         "DE_HEALTH_INSURANCE": "HEALTH_INSURANCE", "DE_ID_CARD": "ID_CARD", "DE_PASSPORT": "PASSPORT",
         "DE_KFZ": "LICENSE_PLATE", "DATE_TIME": "BIRTH_DATE", "DE_PLZ": "ADDRESS", "PERSON": "PERSON"}
for line in sys.stdin:
    item = json.loads(line)
    found = engine.analyze(item["text"], language="de", score_threshold=0.35)
    spans = [{"start": r.start, "end": r.end, "type": NAMES.get(r.entity_type, r.entity_type)} for r in found]
    print(json.dumps({"id": item["id"], "spans": spans, "decision": "mask" if spans else "allow"}), flush=True)
"""


def environment(folder: Path) -> Path:
    """The interpreter of the environment that holds Presidio; installs it when missing."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", f"presidio-analyzer=={VERSION}"], check=True)
    return python


def measure(name: str, command: list[str], items: list[dict[str, Any]]) -> dict[str, str]:
    """Drive one command over the items and count."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    )
    assert process.stdin is not None and process.stdout is not None

    def ask(text: str) -> dict[str, Any]:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps({"id": 0, "text": text}) + "\n")
        process.stdin.flush()
        return cast("dict[str, Any]", json.loads(process.stdout.readline()))

    ask("Guten Tag")
    cold = (time.perf_counter() - begin) * 1000
    found, total, times = Counter[str](), Counter[str](), list[float]()
    clean = touched = stop = leaked = 0
    for item in items:
        start = time.perf_counter()
        answer = ask(item["text"])
        times.append((time.perf_counter() - start) * 1000)
        decision = answer["decision"]
        if "CLEAN" in item["labels"]:
            clean += 1
            touched += decision != "allow"
        else:
            stop += 1
            leaked += decision == "allow"
        for span in item["spans"]:
            kind = span["type"]
            total[kind] += 1
            found[kind] += any(
                s["type"] == kind and s["start"] < span["end"] and span["start"] < s["end"] for s in answer["spans"]
            )
    blob = "\n\n".join(item["text"] for item in items)
    blob = (blob * (100_000 // len(blob) + 1))[:100_000]
    start = time.perf_counter()
    ask(blob)
    large = (time.perf_counter() - start) * 1000
    memory = 0.0
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        memory = int(status.read_text().split("VmRSS:")[1].split()[0]) / 1024
    process.stdin.close()
    process.wait()
    structured = [k for k in total if k not in ("PERSON", "ADDRESS", "BIRTH_DATE", "CASE_NUMBER", "SPECIAL_CATEGORY", "SECRET_MARKING")]  # fmt: skip  # noqa: E501
    times.sort()

    def share(kinds: list[str]) -> str:
        every = sum(total[kind] for kind in kinds)
        return f"{100 * sum(found[kind] for kind in kinds) / every:.1f} %" if every else "–"

    return {
        "": name,
        "Kennungen gefunden": share(structured),
        "Personen gefunden": share(["PERSON"]),
        "Anschriften gefunden": share(["ADDRESS"]),
        "Geburtsdaten gefunden": share(["BIRTH_DATE"]),
        "Aktenzeichen gefunden": share(["CASE_NUMBER"]),
        "Vermerke gefunden": share(["SECRET_MARKING"]),
        "saubere Texte berührt": f"{100 * touched / clean:.1f} %",
        "zu stoppende durchgelassen": f"{100 * leaked / stop:.1f} %",
        "Start bis erste Antwort": f"{cold:.0f} ms",
        "je Text, Median / p95": f"{statistics.median(times):.2f} / {times[int(0.95 * len(times))]:.2f} ms",
        "100 KB": f"{large:.0f} ms",
        "Speicher": f"{memory:.0f} MiB",
    }


def main() -> None:
    """Print both columns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, default=SECOND)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--env", type=Path, default=Path(tempfile.gettempdir()) / "presidio-env")
    chosen = parser.parse_args()
    items = [json.loads(line) for line in chosen.corpus.read_text(encoding="utf-8").splitlines()]
    ours = [sys.executable, "-m", "policy", "screen"]
    if chosen.profile:
        ours += ["--profile", str(chosen.profile)]
    columns = [
        measure("Amtsklar", ours, items),
        measure(f"Presidio {VERSION}", [str(environment(chosen.env)), "-c", OTHER], items),
    ]
    for row in columns[0]:
        print(f"{row:28}" + "".join(f"{column[row]:>22}" for column in columns))


if __name__ == "__main__":
    main()

"""What reaches a model, and what of a model's errors reaches a person unmarked, over whole sets of texts.

Run: `python tests/model_safety.py [--policy FILE …] [--texts FILE …]`. A real HTTP server stands for the model and
records every request byte for byte. Policy files mark personal data by `spans` (`start`, `end`, `type`, code points);
texts hold the field `text`. Without files, the sets of the tests are taken. Nothing of a text is printed.
"""

import argparse
import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ROOT = Path(__file__).parent.parent
_DATA = ROOT / "tests" / "data"
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from assistant_parts import SCREENER, assistant, events, final  # noqa: E402
from model_server import ModelServer, Says  # noqa: E402

from assistant.path import Answer  # noqa: E402
from german.simplify import simplify  # noqa: E402
from policy.screening import Screener  # noqa: E402
from writers.model import ModelProfile, ModelWriter  # noqa: E402

# Health and the like are judged as a topic, markings as a block; neither is a value that could be taken out.
_NO_VALUE = frozenset({"SPECIAL_CATEGORY", "SECRET_MARKING"})
_TOKEN = re.compile(r"⟦(?!Wortlaut)[^⟦⟧]*⟧")
_ZONE = re.compile(r"⟦Wortlaut[^⟦⟧]*⟧")
_DATE = re.compile(r"\b(\d{1,2})(\.\s?(?:\d{1,2}\.|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|"
                   r"November|Dezember))")  # fmt: skip
_AMOUNT = re.compile(r"\b(\d+)(,\d{2} (?:Euro|EUR|€))")
_CITATION = re.compile(r"(§ )(\d+)")


@dataclass(frozen=True, slots=True)
class Leaks:
    """What the recorded requests held.

    Attributes:
        texts, asked: How many texts there were, and how many of them a model was asked about.
        values: Personal values of the texts a model was asked about.
        leaked: Id of the text and type of each value that a request held.
    """

    texts: int
    asked: int
    values: int
    leaked: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Plants:
    """What became of planted errors: how many of each kind, and the unmarked ones as number of the text and kind."""

    planted: Counter[str]
    by_rules: int
    unmarked: tuple[tuple[int, str], ...]


def rows(files: list[Path]) -> list[dict[str, Any]]:
    """The objects of JSON-lines files."""
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]


def _count(text: str, value: str) -> int:
    return len(re.findall(rf"(?<!\w){re.escape(value)}(?!\w)", text))


def _without(text: str, spans: list[dict[str, Any]]) -> str:
    """The text without its personal data: a cook may be called Koch, and only the name has to go."""
    for span in sorted(spans, key=lambda span: -span["start"]):
        text = f"{text[: span['start']]}⟦⟧{text[span['end'] :]}"
    return text


def _simplified(masked: str) -> str:
    return simplify(masked, frozen=()).text


def _writer(url: str) -> ModelWriter:
    return ModelWriter(ModelProfile(url, "probe", breaker_failures=10**6), "schluessel")


async def leaks(items: list[dict[str, Any]], screener: Screener = SCREENER) -> Leaks:
    """Rewrite every text with a model and look for its personal data in what the server recorded."""
    asked = values = 0
    leaked: list[tuple[str, str]] = []
    async with ModelServer(default=Says(size=4000)) as server:
        writer = _writer(server.url)
        of = assistant([writer], screener=screener)
        for item in items:
            before = len(server.requests)
            await events(of, item["text"])
            requests = server.requests[before:]
            received = "\n".join(unquote(r.path) + json.dumps(r.body, ensure_ascii=False) for r in requests)
            if not received:
                continue
            asked += 1
            rest = _without(item["text"], item.get("spans", []))
            for span in item.get("spans", ()):
                value = item["text"][span["start"] : span["end"]]
                if span["type"] in _NO_VALUE:
                    continue
                values += 1
                if _count(received, value) > _count(rest, value) * len(requests):
                    leaked.append((item["id"], span["type"]))
        await writer.aclose()
    return Leaks(len(items), asked, values, tuple(leaked))


def plants(masked: str) -> Iterator[tuple[str, str]]:
    """Kind of the error and the text with it; each stands once in the text."""

    def once(pattern: re.Pattern[str], new: str | Callable[[re.Match[str]], str]) -> str | None:
        changed = pattern.sub(new, masked, count=1)
        return changed if changed != masked else None

    tried = {
        "date": once(_DATE, lambda m: f"{int(m[1]) % 27 + 1}{m[2]}"),
        "amount": once(_AMOUNT, lambda m: f"{int(m[1]) + 7}{m[2]}"),
        "citation": once(_CITATION, lambda m: f"{m[1]}{int(m[2]) + 3}"),
        "dropped": once(_TOKEN, ""),
        "invented": once(_TOKEN, "⟦Person 77⟧"),
        "translated": once(_TOKEN, "⟦Human 1⟧"),
        "zone dropped": once(_ZONE, ""),
        "zone reworded": once(_ZONE, "Sie können innerhalb von sechs Wochen Widerspruch einlegen."),
        "added": masked.rstrip() + "\nRechtsgrundlage ist § 812 BGB.",
    }
    for kind, changed in tried.items():
        if changed is not None:
            yield kind, changed


async def errors(texts: list[str]) -> Plants:
    """Plant one error after the other into an otherwise faithful answer of the model.

    An error is marked when the answer says more to the person than the same answer without the error.
    """
    planted: Counter[str] = Counter()
    by_rules = 0
    unmarked: list[tuple[int, str]] = []
    async with ModelServer() as server:
        writer = _writer(server.url)
        of = assistant([writer])

        async def answered(text: str, reply: Callable[[str], str]) -> Answer | None:
            server.default = Says(reply, size=4000)
            last = final(await events(of, text))
            return last if isinstance(last, Answer) else None

        for number, text in enumerate(texts):
            written = (str, _simplified)[number % 2]
            seen: list[str] = []

            def faithful(masked: str, written: Callable[[str], str] = written, seen: list[str] = seen) -> str:
                seen.append(written(masked))
                return seen[-1]

            plain = await answered(text, faithful)
            if plain is None or not plain.by_model:
                continue
            for kind, changed in plants(seen[0]):
                planted[kind] += 1
                done = await answered(text, lambda _masked, changed=changed: changed)
                if done is None or not done.by_model:
                    by_rules += 1
                elif not set(done.warnings) - set(plain.warnings) and len(done.must_see) <= len(plain.must_see):
                    unmarked.append((number, kind))
        await writer.aclose()
    return Plants(planted, by_rules, tuple(unmarked))


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when anything leaked or reached the person unmarked."""
    parser = argparse.ArgumentParser(prog="python tests/model_safety.py", description=__doc__)
    parser.add_argument("--policy", nargs="*", type=Path, default=[_DATA / "policy_second.jsonl"])
    parser.add_argument("--texts", nargs="*", type=Path, default=[_DATA / "officialese_own.jsonl"])
    given = parser.parse_args(arguments)
    found = asyncio.run(leaks(rows(given.policy)))
    print(f"{found.texts} texts, a model asked about {found.asked}: {found.values} personal values, "
          f"{len(found.leaked)} in the recorded requests (limit 0)")  # fmt: skip
    for place in found.leaked:
        print("  leaked:", *place)
    done = asyncio.run(errors([row["text"] for row in rows(given.texts)]))
    kinds = ", ".join(f"{kind} {count}" for kind, count in done.planted.items())
    print(f"{done.planted.total()} planted errors ({kinds}): {done.by_rules} replaced by the rules, "
          f"{len(done.unmarked)} unmarked (limit 0)")  # fmt: skip
    for number, kind in done.unmarked:
        print(f"  unmarked: text {number}, {kind}")
    return 1 if found.leaked or done.unmarked else 0


if __name__ == "__main__":
    sys.exit(main())

"""Letters from the command line: `draft` writes drafts as JSON lines, `word` makes a Word file of a letter's text."""

import argparse
import json
import sys
from pathlib import Path
from typing import cast

from letters.letter import draft

_USAGE = """Aufruf:
  python -m letters draft < anfragen.jsonl > entwuerfe.jsonl
  python -m letters word [--briefkopf datei.yaml] [--form A|B] [--von-modell] < brief.txt > brief.docx"""


class _Options(argparse.Namespace):
    briefkopf: Path | None = None
    form: str = ""
    von_modell: bool = False


def main(arguments: list[str]) -> int:
    """Run a command. Returns 2 for a wrong call and 1 when something could not be read."""
    if arguments == ["draft"]:
        return _draft()
    if arguments[:1] == ["word"]:
        parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
        parser.add_argument("--briefkopf", type=Path)
        parser.add_argument("--form", choices=("A", "B"), default="")
        parser.add_argument("--von-modell", action="store_true")
        try:
            options, unknown = parser.parse_known_args(arguments[1:], _Options())
        except argparse.ArgumentError:
            unknown, options = ["?"], _Options()
        if not unknown:
            return _word(options)
    print(_USAGE, file=sys.stderr)
    return 2


def _word(options: _Options) -> int:
    """A letter's text in, a Word file out."""
    from letters import docx, letterhead
    from letters.structure import letter_of

    try:
        head = letterhead.load(options.briefkopf or letterhead.DEFAULT)
        text = sys.stdin.buffer.read().decode()
    except (letterhead.LetterheadError, UnicodeDecodeError) as error:
        print(error if isinstance(error, letterhead.LetterheadError) else "Der Text ist kein UTF-8.", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(docx.write(letter_of(text), head, options.form, by_model=options.von_modell))
    return 0


def _draft() -> int:
    """Lines `{"id","request"}` in, `{"id","kind","text","gaps","notes"}` out, in order, flushed one by one.

    A request may name its kind with `kind`.
    """
    status = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            entry = cast("dict[str, object]", json.loads(line))
            request, key = entry["request"], entry.get("kind", "")
            if not isinstance(request, str) or not isinstance(key, str):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError):
            # The line itself may hold names; only its number is said.
            print(f"Zeile {number}: erwartet ist ein JSON-Objekt mit „id“ und „request“.", file=sys.stderr)
            status = 1
            continue
        letter = draft(request, key)
        answer = {
            "id": entry.get("id"),
            "kind": letter.kind,
            "text": letter.text,
            "gaps": [gap.token for gap in letter.gaps],
            "notes": list(letter.notes),
        }
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Drafts letters from the command line: `python -m letters draft` reads and writes JSON lines."""

import json
import sys
from typing import cast

from letters.letter import draft


def main(arguments: list[str]) -> int:
    """`draft`: lines `{"id","request"}` in, `{"id","kind","text","gaps","notes"}` out, in order, flushed one by one.

    A request may name its kind with `kind`. Returns 2 for a wrong call and 1 when a line could not be read.
    """
    if arguments != ["draft"]:
        print("Aufruf: python -m letters draft < anfragen.jsonl > entwuerfe.jsonl", file=sys.stderr)
        return 2
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

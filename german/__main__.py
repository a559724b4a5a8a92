"""The command line: `python -m german measure|ledger|simplify|explain`.

JSON lines in, JSON lines out, flushed per line; `explain FILE` is for people. A command's module is imported on demand.
"""

import sys

_USAGE = """Aufruf: python -m german BEFEHL
  measure              liest Zeilen {"id": …, "text": …}, schreibt Messwerte und Anmerkungen
  ledger               liest Zeilen {"id": …, "source": …, "rewrite": …}, schreibt Abweichungen der Angaben
  simplify [--level]   liest Zeilen {"id": …, "text": …}, schreibt den vereinfachten Text
  explain DATEI        druckt einen Text mit Anmerkungen"""


def main(argv: list[str]) -> int:
    """Run one command; returns the exit code."""
    command, rest = (argv[0], argv[1:]) if argv else ("", [])
    if command == "ledger":
        from german.ledger import main as run
    elif command == "simplify":
        from german.simplify import main as run
    elif command == "measure":
        from german.report import measure_lines as run
    elif command == "explain":
        from german.report import explain_file as run
    else:
        print(_USAGE, file=sys.stderr)
        return 0 if command in ("-h", "--help") else 2
    return run(rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

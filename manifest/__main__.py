"""Command line: `python -m manifest --host H --bot-id B --app-id A --out dist/amtsklar.zip`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from manifest.lint import problems
from manifest.package import (
    HERE,
    ArgumentProblems,
    SchemaUnavailable,
    Values,
    build,
    build_outlook,
    outlook_problems,
    schema_errors,
    write,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a package.

    Returns:
        0 when it is written, 1 when it would be wrong, 2 when the arguments cannot be used.
    """
    parser = argparse.ArgumentParser(
        prog="python -m manifest", description="Baut das App-Paket für Teams und Outlook.", allow_abbrev=False
    )
    parser.add_argument("--host", default="", help="Adresse der Anwendung, nur der Name: amtsklar.musterstadt.de")
    parser.add_argument("--bot-id", default="", help="Client-ID des Bots")
    parser.add_argument("--app-id", default="", help="Client-ID der App-Registrierung für Outlook und API")
    parser.add_argument("--out", type=Path, default=Path("dist/amtsklar.zip"), help="Wohin (dist/amtsklar.zip)")
    parser.add_argument("--version", default="", help="Version des Pakets; für ein Update eine höhere")
    parser.add_argument("--outlook-id", default="", help="Eigene ID des XML-Manifests; leer: aus der Adresse gebildet")
    parser.add_argument("--developer", default="Amtsklar", help="Wer als Herausgeber genannt wird")
    parser.add_argument("--website-url", default="", help="Seite mit Hilfe")
    parser.add_argument("--privacy-url", default="", help="Seite mit den Datenschutzhinweisen")
    parser.add_argument("--terms-url", default="", help="Seite mit den Nutzungsbedingungen")
    given = parser.parse_args(arguments)
    try:
        values = Values.checked(
            host=given.host,
            bot_id=given.bot_id,
            app_id=given.app_id,
            version=given.version,
            outlook_id=given.outlook_id,
            developer=given.developer,
            website=given.website_url,
            privacy=given.privacy_url,
            terms=given.terms_url,
        )
    except ArgumentProblems as error:
        print("Das App-Paket lässt sich so nicht bauen.", *error.problems, sep="\n  ", file=sys.stderr)
        return 2
    files, beside = build(values), build_outlook(values)
    try:
        faults = problems(files, HERE / "icons") + outlook_problems(beside, values) + schema_errors(files)
    except SchemaUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    if faults:
        print("Das App-Paket wäre fehlerhaft und wurde nicht geschrieben.", *faults, sep="\n  ", file=sys.stderr)
        return 1
    write(files, given.out)
    outlook = given.out.with_name(f"{given.out.stem}-outlook.xml")
    outlook.write_bytes(beside)
    print(f"{given.out}: Paket {values.package_id}, Version {values.version}, geprüft gegen das Schema 1.28.")
    print(f"{outlook}: XML-Manifest {values.outlook_id} für Outlook auf dem Mac, eigene Prüfung.")
    if not (given.privacy_url and given.terms_url):
        print("Hinweis: Geben Sie mit --privacy-url und --terms-url die Seiten Ihrer Stadt an; Teams zeigt sie an.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

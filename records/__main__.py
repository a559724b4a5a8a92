"""Counters and switches on the command line: `python -m records export | show | off | on | switches | prune`.

Whoever runs it proves who they are: the folder of the local profile by the rights of its files, the table service by a
token of their own (`az login`, or AMTSKLAR_TABLES_TOKEN). It never uses the identity of the running application.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from records.local import LocalRecords, RecordsError
from records.port import EVERYTHING, StorageUnavailable, Store, oldest_kept
from records.summary import as_csv, summary
from records.tables import STORAGE, TableRecords

CAPABILITIES = (EVERYTHING, "umschreiben", "entwerfen", "pruefen", "frei", "gespraech")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class _NoStore(Exception):
    """Neither a folder nor a table service is set, or nobody is signed in."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0, or 1 with a German message on the error stream."""
    given = _parser().parse_args(arguments)
    try:
        return asyncio.run(_run(given))
    except StorageUnavailable as error:
        sys.stderr.write(
            f"Der Speicher der Zähler antwortet nicht wie erwartet ({error.code}). Prüfen Sie Adresse und Rechte: "
            "Nötig ist die Rolle „Storage-Tabellendatenmitwirkender“.\n"
        )
    except (_NoStore, RecordsError, OSError) as error:
        sys.stderr.write(f"{error}\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m records", description="Zähler und Schalter von Amtsklar")
    commands = parser.add_subparsers(dest="command", required=True, metavar="Befehl")
    for name, text in (
        ("export", "Auszug für die Datenschutzbeauftragten, als CSV"),
        ("show", "Monatssummen ansehen"),
        ("prune", "Tage löschen, die älter als zwölf Monate sind (sonst erledigt das die Anwendung jede Nacht)"),
        ("switches", "zeigen, was abgeschaltet ist"),
        ("off", "für eine Stadt abschalten; wirkt innerhalb einer Minute"),
        ("on", "wieder einschalten"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        if name in ("export", "show"):
            command.add_argument("--tenant", action="append", default=[], type=_guid, help="nur dieser Mandant")
        if name == "export":
            command.add_argument("--out", type=Path, help="Datei; sonst auf den Bildschirm")
        if name in ("off", "on"):
            command.add_argument("--tenant", required=True, type=_guid, help="Mandant der Stadt")
            command.add_argument(
                "--capability", choices=CAPABILITIES, default=EVERYTHING, help="eine Fähigkeit; sonst alles"
            )
    return parser


def _guid(text: str) -> str:
    if not _GUID.fullmatch(text):
        raise argparse.ArgumentTypeError("Hier wird die Mandanten-ID erwartet, eine GUID.")
    return text.lower()


async def _run(given: argparse.Namespace) -> int:
    store = _store()
    try:
        match given.command:
            case "export":
                content = as_csv(summary(await store.counts(), given.tenant), date.today())
                if given.out is None:
                    sys.stdout.write(content)
                else:
                    given.out.write_text(content, encoding="utf-8")
                    sys.stderr.write(f"{given.out} ist geschrieben.\n")
            case "show":
                for line in summary(await store.counts(), given.tenant):
                    sys.stdout.write(
                        f"{line.month}  {line.tenant:36}  {line.capability or '–':12}  {line.event:14}  "
                        f"{line.detail:24}  {line.shown:>9}\n"
                    )
            case "prune":
                gone = await store.delete_before(oldest_kept(date.today()))
                sys.stdout.write(f"{gone} Einträge sind gelöscht.\n")
            case "switches":
                off = sorted(await store.switched_off())
                sys.stdout.write("".join(f"{tenant}  {what}: abgeschaltet\n" for tenant, what in off))
                sys.stdout.write("" if off else "Nichts ist abgeschaltet.\n")
            case _:
                off = given.command == "off"
                await store.switch(given.tenant, given.capability, off=off)
                what = "Alles" if given.capability == EVERYTHING else f"„{given.capability}“"
                state = "abgeschaltet. Das wirkt innerhalb einer Minute" if off else "wieder eingeschaltet"
                sys.stdout.write(f"{what} ist für den Mandanten {given.tenant} {state}.\n")
    finally:
        await store.close()
    return 0


def _store() -> Store:
    folder, url = os.environ.get("AMTSKLAR_RECORDS_FOLDER", ""), os.environ.get("AMTSKLAR_TABLES_URL", "")
    if url:
        return TableRecords(url, _own_token)
    if folder:
        return LocalRecords.in_folder(Path(folder))
    raise _NoStore(
        "Es ist kein Speicher eingestellt. Setzen Sie AMTSKLAR_TABLES_URL (Azure) oder AMTSKLAR_RECORDS_FOLDER "
        "(örtlicher Betrieb)."
    )


async def _own_token() -> str:
    if token := os.environ.get("AMTSKLAR_TABLES_TOKEN", ""):
        return token

    def ask() -> str:
        command = ["az", "account", "get-access-token", "--resource", STORAGE, "--query", "accessToken", "-o", "tsv"]
        try:
            run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        except (OSError, subprocess.SubprocessError):
            raise StorageUnavailable("az_login_missing") from None
        return run.stdout.strip()

    return await asyncio.to_thread(ask)


if __name__ == "__main__":
    sys.exit(main())

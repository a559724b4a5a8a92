"""Counters and switches of one machine: in memory and, where files are given, in two small ones.

Holds numbers per day and what is switched off; no person, no text.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from records.port import Key

COUNTS = "zaehler.tsv"
SWITCHES = "schalter.tsv"

_HEADER = (
    "# Zähler von Amtsklar. Format: Tag, Mandant, Fähigkeit, Ereignis, Einzelheit, Anzahl; dazwischen Tabulatoren.\n"
    "# Quelle: Betrieb dieser Installation. Lizenz: entfällt. Enthält keine Texte und keine Personen.\n"
)
_SWITCH_HEADER = (
    "# Was abgeschaltet ist. Format: Mandant, Fähigkeit oder „alles“; getrennt durch einen Tabulator.\n"
    "# Quelle: Betrieb dieser Installation. Lizenz: entfällt. Eine Zeile löschen heißt: wieder einschalten.\n"
)


class RecordsError(Exception):
    """The file of counters or switches is malformed. The message names file and line."""


class LocalRecords:
    """Counters of one process, and switches.

    Args:
        file: Where the counters outlive the process; none keeps them in memory.
        switches: The file of switches, read anew at each question; none keeps them in memory.
        pause: Least seconds between two writings of the file; `save` writes at once.
        today: The day.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        file: Path | None = None,
        switches: Path | None = None,
        *,
        pause: float = 5.0,
        today: Callable[[], date] = date.today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._switches = switches
        self._pause = pause
        self._today = today
        self._clock = clock
        self._saved = -pause
        self._counts: Counter[Key] = Counter()
        self._changed = False
        self._off: set[tuple[str, str]] = set()
        if file is not None and file.exists():
            self._read(file)

    @classmethod
    def in_folder(cls, folder: Path) -> "LocalRecords":
        """Counters and switches in the two files of a folder, which is made if it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder / COUNTS, folder / SWITCHES)

    def count(self, tenant_id: str, event: str, detail: str = "", *, capability: str = "") -> None:
        """Count one event. What does not look like an id or a code is counted as `sonstiges`."""
        self._counts[Key.of(self._today(), tenant_id, capability, event, detail)] += 1
        self._changed = True
        if self._file is not None and self._clock() - self._saved >= self._pause:
            self.save()

    def total(self, event: str, detail: str | None = None, capability: str | None = None) -> int:
        """How often an event was counted, over all days and tenants."""
        return sum(
            number
            for key, number in self._counts.items()
            if key.event == event and detail in (None, key.detail) and capability in (None, key.capability)
        )

    def save(self) -> None:
        """Write the file, whole or not at all."""
        if self._file is None or not self._changed:
            return
        self._changed = False
        self._saved = self._clock()
        lines = [
            "\t".join((key.day.isoformat(), key.tenant, key.capability, key.event, key.detail, str(count))) + "\n"
            for key, count in sorted(self._counts.items())
        ]
        _replace(self._file, _HEADER + "".join(lines))

    async def counts(self) -> Mapping[Key, int]:
        """All counters."""
        return dict(self._counts)

    async def flush(self) -> None:
        """Write the file."""
        self.save()

    async def delete_before(self, day: date) -> int:
        """Delete the counters of earlier days; how many went."""
        old = [key for key in self._counts if key.day < day]
        for key in old:
            del self._counts[key]
            self._changed = True
        self.save()
        return len(old)

    async def switched_off(self) -> frozenset[tuple[str, str]]:
        """What is off: tenant in lower case, and capability or `alles`.

        Raises:
            RecordsError: the file is malformed.
        """
        if self._switches is not None and self._switches.exists():
            found: set[tuple[str, str]] = set()
            for number, line in _lines(self._switches):
                parts = line.split("\t")
                if len(parts) != 2 or not all(part.strip() for part in parts):
                    raise RecordsError(f"{self._switches}:{number}: Erwartet sind zwei Spalten: Mandant, Fähigkeit.")
                found.add((parts[0].strip().lower(), parts[1].strip()))
            return frozenset(found)
        return frozenset(self._off)

    async def switch(self, tenant_id: str, capability: str, *, off: bool) -> None:
        """Switch a capability, or `alles`, off or on again for a tenant."""
        entry = (tenant_id.lower(), capability)
        self._off = set(await self.switched_off())
        self._off = self._off | {entry} if off else self._off - {entry}
        if self._switches is not None:
            _replace(self._switches, _SWITCH_HEADER + "".join("\t".join(one) + "\n" for one in sorted(self._off)))

    async def close(self) -> None:
        """Write the file."""
        self.save()

    def _read(self, file: Path) -> None:
        for number, line in _lines(file):
            parts = line.split("\t")
            try:
                if len(parts) == 5:
                    # As written before counters knew the capability.
                    parts.insert(2, "")
                day, tenant, capability, event, detail, count = parts
                self._counts[Key(date.fromisoformat(day), tenant, capability, event, detail)] += int(count)
            except ValueError:
                raise RecordsError(
                    f"{file}:{number}: Erwartet sind sechs Spalten, die erste ein Tag, die letzte eine Zahl."
                ) from None


def _lines(file: Path) -> list[tuple[int, str]]:
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    return [(number, line) for number, line in lines if line.strip() and not line.startswith("#")]


def _replace(file: Path, content: str) -> None:
    fresh = file.with_suffix(file.suffix + ".neu")
    fresh.write_text(content, encoding="utf-8")
    os.replace(fresh, file)

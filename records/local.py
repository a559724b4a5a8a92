"""Counters in memory and, where a file is given, in one small file. Holds numbers per day; no person, no text."""

import os
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

_HEADER = (
    "# Zähler von Amtsklar. Format: Tag, Mandant, Ereignis, Einzelheit, Anzahl; getrennt durch Tabulatoren.\n"
    "# Quelle: Betrieb dieser Installation. Lizenz: entfällt. Enthält keine Texte und keine Personen.\n"
)
_TENANT = re.compile(r"[0-9A-Za-z-]{1,40}")
_WORD = re.compile(r"[a-z_]{1,40}")
# Rule ids, outcome codes. Nothing with a space gets in, so no sentence ever can.
_DETAIL = re.compile(r"[0-9A-Za-z_.-]{0,40}")
_OTHER = "sonstiges"


class RecordsError(Exception):
    """The file of counters is malformed. The message names file and line."""


class LocalRecords:
    """Counters of one process.

    Args:
        file: Where they outlive the process; none keeps them in memory.
        pause: Least seconds between two writings of the file; `save` writes at once.
        today: The day.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        file: Path | None = None,
        *,
        pause: float = 5.0,
        today: Callable[[], date] = date.today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._pause = pause
        self._today = today
        self._clock = clock
        self._saved = -pause
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        if file is not None and file.exists():
            self._read(file)

    def count(self, tenant_id: str, event: str, detail: str = "") -> None:
        """Count one event. What does not look like an id or a code is counted as `sonstiges`."""
        tenant = tenant_id if _TENANT.fullmatch(tenant_id) else _OTHER
        word = event if _WORD.fullmatch(event) else _OTHER
        code = detail if _DETAIL.fullmatch(detail) else _OTHER
        self._counts[self._today().isoformat(), tenant, word, code] += 1
        if self._file is not None and self._clock() - self._saved >= self._pause:
            self.save()

    def total(self, event: str, detail: str | None = None) -> int:
        """How often an event was counted, over all days and tenants."""
        return sum(n for (_, _, e, d), n in self._counts.items() if e == event and detail in (None, d))

    def save(self) -> None:
        """Write the file, whole or not at all."""
        if self._file is None:
            return
        self._saved = self._clock()
        lines = ["\t".join((*key, str(count))) + "\n" for key, count in sorted(self._counts.items())]
        fresh = self._file.with_suffix(self._file.suffix + ".neu")
        fresh.write_text(_HEADER + "".join(lines), encoding="utf-8")
        os.replace(fresh, self._file)

    def _read(self, file: Path) -> None:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            parts = line.split("\t")
            if len(parts) != 5 or not parts[4].isdigit():
                raise RecordsError(f"{file}:{number}: Erwartet sind fünf Spalten, die letzte eine Zahl.")
            day, tenant, event, detail, count = parts
            self._counts[day, tenant, event, detail] += int(count)

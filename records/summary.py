"""What may be shown of the counters: sums per month, and only from ten up.

A month is the only grain, and there are no totals, so that no hidden number can be worked out from two shown ones.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from records.port import Key

SHOWN_FROM = 10
UNDER = f"unter {SHOWN_FROM}"


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One line of a summary; `shown` is the number, or that it is too small to be shown."""

    month: str
    tenant: str
    capability: str
    event: str
    detail: str
    shown: str


def summary(counts: Mapping[Key, int], tenants: Iterable[str] = ()) -> tuple[Line, ...]:
    """The sums per month; of all tenants, or only of those named."""
    wanted = {tenant.lower() for tenant in tenants}
    sums: Counter[tuple[str, str, str, str, str]] = Counter()
    for key, number in counts.items():
        if not wanted or key.tenant.lower() in wanted:
            sums[key.day.isoformat()[:7], key.tenant, key.capability, key.event, key.detail] += number
    return tuple(Line(*place, str(number) if number >= SHOWN_FROM else UNDER) for place, number in sorted(sums.items()))


def as_csv(lines: Iterable[Line], today: date) -> str:
    """The export for the Datenschutzbeauftragte: what is kept, for how long, and the sums. Semicolons, UTF-8."""
    out = io.StringIO()
    for remark in (
        "Zähler von Amtsklar, Auszug für die Datenschutzbeauftragte oder den Datenschutzbeauftragten",
        f"Stand: {today.isoformat()}. Aufbewahrung: 12 Monate; ältere Tage löscht die Anwendung jede Nacht.",
        "Gespeichert sind je Tag: Mandant, Fähigkeit, Ereignis, Einzelheit (Regel, Grund oder Ergebnis), Anzahl.",
        "Sonst nichts: keine Personen, keine Texte, keine Uhrzeiten, keine Geräte, keine Adressen.",
        f"Gezeigt werden Monatssummen; Zahlen unter {SHOWN_FROM} werden nicht genannt.",
    ):
        out.write(f"# {remark}\n")
    table = csv.writer(out, delimiter=";", lineterminator="\n")
    table.writerow(("Monat", "Mandant", "Fähigkeit", "Ereignis", "Einzelheit", "Anzahl"))
    table.writerows((line.month, line.tenant, line.capability, line.event, line.detail, line.shown) for line in lines)
    return out.getvalue()

"""The report of an evaluation as one HTML page that a data protection officer can read; no script, nothing loaded."""

import statistics
from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape

from assistant.evaluation import Outcome
from assistant.tasks import task_of
from writers.port import TaskKind

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{border:1px solid #bbb;padding:.35rem .6rem;text-align:left;vertical-align:top}td.n{text-align:right}
thead th{background:#eef2f6}.gut{background:#e5f4e8}.schlecht{background:#fbe3e1}dt{font-weight:600}
"""
_ENDS = {"answer": "beantwortet", "blocked": "von der Dienstanweisung gesperrt", "refused": "nicht freigeschaltet"}
_TERMS = (
    ("Weitergegebene Angaben", "Schutzwürdige Angaben, die ersetzt werden sollten und trotzdem in einer Anfrage an das "
     "Modell standen. Vor jedem Aufruf gezählt. Erwartet ist 0."),
    ("Ersetzte Angaben", "Angaben, die vor dem Schreiben durch Platzhalter ersetzt und danach zurückgesetzt wurden."),
    ("Geschützte Abschnitte", "Rechtsbehelfsbelehrung, Tenor und Ähnliches. „Erhalten“ heißt: Zeichen für Zeichen."),
    ("Angaben", "Daten, Fristen, Beträge, Paragrafen, Verneinungen und Ähnliches, verglichen zwischen Ausgangstext und "
     "Ergebnis. Jede Abweichung muss ein Mensch abhaken, bevor der Text verwendet werden kann."),
    ("Ersatz", "So oft hat ein anderer Schreiber übernommen, weil das Profil keinen brauchbaren Text geliefert hat."),
    ("Amstad", "Lesbarkeitswert. Höher ist leichter; ab etwa 50 lesen die meisten Menschen ohne Mühe."),
    ("Sekunden", "Bis zum ersten Wort und bis zum fertigen, geprüften Text. Mitte: die Hälfte war schneller. "
     "Langsam: 95 von 100 waren schneller."),
)  # fmt: skip


def render(outcomes: Sequence[Outcome], *, policy: str, now: datetime) -> str:
    """The page.

    Args:
        outcomes: Every result, of one or several profiles.
        policy: Title and version of the Dienstanweisung that screened.
        now: When the report was made.
    """
    profiles = list(dict.fromkeys(one.profile for one in outcomes))
    cases = len({one.case for one in outcomes})
    parts = [
        f"<p>{cases} Texte und Schreibaufträge, {'ein Profil' if len(profiles) == 1 else f'{len(profiles)} Profile'}. "
        f"Geprüft nach: {escape(policy)}. "
        f"Erstellt am {now:%d.%m.%Y} um {now:%H:%M} Uhr.</p>",
        "<p>Jeder Text ist denselben Weg gegangen wie im Betrieb: erst die Dienstanweisung, dann das Schreiben mit "
        "Platzhaltern, dann der Vergleich der Angaben. Dieser Bericht enthält keine der Texte"
        + (", zitiert aber aus den Abweichungen." if any(one.messages for one in outcomes) else ".")
        + "</p>",
        _summary(outcomes, profiles),
        _by_task(outcomes, profiles),
        _cases(outcomes, profiles),
        "<h2>Was die Zeilen bedeuten</h2><dl>"
        + "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in _TERMS)
        + "</dl>",
        "<h2>Was dieser Bericht nicht sagt</h2><p>Er misst, was sich ohne Urteil messen lässt. Ob ein Text freundlich "
        "klingt, ob eine Zusammenfassung das Wichtige trifft und ob ein Modell auf anderen Texten ebenso gut ist, "
        "beurteilen Menschen. Ob und wie lange der Anbieter eines Modells Anfragen aufbewahrt, steht in dessen Vertrag."
        "</p>",
    ]
    return (
        '<!doctype html>\n<html lang="de"><head><meta charset="utf-8"><title>Amtsklar – Erprobung</title>'
        f"<style>{_STYLE}</style></head><body><h1>Erprobung der Schreiber</h1>\n"
        + "\n".join(parts)
        + "</body></html>\n"
    )


def _summary(outcomes: Sequence[Outcome], profiles: Sequence[str]) -> str:
    answered = {name: [o for o in outcomes if o.profile == name and o.end == "answer"] for name in profiles}
    everything = {name: [o for o in outcomes if o.profile == name] for name in profiles}

    def total(pick: Callable[[Outcome], int]) -> list[int]:
        return [sum(pick(one) for one in everything[name]) for name in profiles]

    def middle(pick: Callable[[Outcome], float]) -> list[str]:
        return [_number(_quantile([pick(one) for one in answered[name]], 0.5)) for name in profiles]

    def slow(pick: Callable[[Outcome], float]) -> list[str]:
        return [_number(_quantile([pick(one) for one in answered[name]], 0.95)) for name in profiles]

    calls = [
        _number(statistics.fmean([one.calls for one in answered[name]]) if answered[name] else 0.0, 2)
        for name in profiles
    ]
    rows = [
        _row("Weitergegebene Angaben", total(lambda o: o.leaks), want=0),
        _row("Ersetzte Angaben", total(lambda o: o.masked)),
        _row("Beantwortet", [len(answered[name]) for name in profiles]),
        _row("Gesperrt durch die Dienstanweisung", total(lambda o: o.end == "blocked")),
        _row("Nicht beantwortet", total(lambda o: o.end not in ("answer", "blocked")), want=0),
        _row("Ersatz durch einen anderen Schreiber", [sum(not o.by_profile for o in answered[n]) for n in profiles]),
        _row("Geschützte Abschnitte", total(lambda o: o.zones)),
        _row("davon verändert", total(lambda o: o.zones - o.zones_kept), want=0),
        _row("Angaben erhalten", total(lambda o: o.kept)),
        _row("Angaben geändert", total(lambda o: o.changed), want=0),
        _row("Angaben fehlen", total(lambda o: o.missing), want=0),
        _row("Angaben hinzugekommen", total(lambda o: o.added), want=0),
        _row("Stellen zum Abhaken", total(lambda o: o.to_see)),
        _row("Lücken in Entwürfen", total(lambda o: o.gaps)),
        _row("Wörter je Satz vorher, Mitte", middle(lambda o: o.length_before)),
        _row("Wörter je Satz nachher, Mitte", middle(lambda o: o.length_after)),
        _row("Amstad vorher, Mitte", middle(lambda o: o.amstad_before)),
        _row("Amstad nachher, Mitte", middle(lambda o: o.amstad_after)),
        _row("Aufrufe des Modells je Text", calls),
        _row("Token gesendet", total(lambda o: o.prompt_tokens)),
        _row("Token empfangen", total(lambda o: o.completion_tokens)),
        _row("Sekunden bis zum ersten Wort, Mitte", middle(lambda o: o.first)),
        _row("Sekunden bis zum fertigen Text, Mitte", middle(lambda o: o.seconds)),
        _row("Sekunden bis zum fertigen Text, langsam", slow(lambda o: o.seconds)),
    ]
    return _table("Überblick", ["Was", *profiles], rows)


def _by_task(outcomes: Sequence[Outcome], profiles: Sequence[str]) -> str:
    rows: list[str] = []
    for task in dict.fromkeys(one.task for one in outcomes):
        cells: list[str] = []
        for name in profiles:
            mine = [one for one in outcomes if one.task == task and one.profile == name]
            good = sum(one.end == "answer" and one.by_profile and not one.to_see for one in mine)
            cells.append(f'<td class="n">{good} von {len(mine)}</td>')
        rows.append(f'<tr><th scope="row">{escape(task_of(TaskKind(task)).title)}</th>{"".join(cells)}</tr>')
    return _table("Ohne Beanstandung beantwortet, nach Aufgabe", ["Aufgabe", *profiles], rows)


def _cases(outcomes: Sequence[Outcome], profiles: Sequence[str]) -> str:
    rows: list[str] = []
    for case in dict.fromkeys(one.case for one in outcomes):
        cells: list[str] = []
        for name in profiles:
            one = next((o for o in outcomes if o.case == case and o.profile == name), None)
            cells.append("<td>–</td>" if one is None else _case(one))
        rows.append(f'<tr><th scope="row">{escape(case)}</th>{"".join(cells)}</tr>')
    return _table("Jeder Text für sich", ["Text", *profiles], rows)


def _case(one: Outcome) -> str:
    if one.end != "answer":
        return f"<td>{escape(_ENDS.get(one.end, 'nicht beantwortet: ' + one.end))}</td>"
    found = [f"{one.to_see} Stellen zum Abhaken" if one.to_see else "ohne Beanstandung"]
    if not one.by_profile:
        found.append("anderer Schreiber")
    if one.leaks:
        found.append(f"{one.leaks} Angaben weitergegeben")
    found.append(f"{_number(one.seconds, 1)} s")
    words = "".join(f"<li>{escape(message)}</li>" for message in one.messages)
    colour = "schlecht" if one.leaks or one.to_see else "gut"
    return f'<td class="{colour}">{escape(", ".join(found))}{f"<ul>{words}</ul>" if words else ""}</td>'


def _row(title: str, values: Sequence[int | str], *, want: int | None = None) -> str:
    def cell(value: int | str) -> str:
        colour = "" if want is None else (" gut" if value == want else " schlecht")
        shown = value if isinstance(value, str) else f"{int(value):,}".replace(",", ".")
        return f'<td class="n{colour}">{shown}</td>'

    return f'<tr><th scope="row">{escape(title)}</th>{"".join(cell(value) for value in values)}</tr>'


def _table(caption: str, head: Sequence[str], rows: Sequence[str]) -> str:
    columns = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f"<table><caption>{caption}</caption><thead><tr>{columns}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def _number(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")

"""How events and results of the path look on the wire of the compose API. The only place that serialises them.

Offsets stay code points, half open; the pane converts them to UTF-16.
"""

import json
from dataclasses import asdict
from typing import assert_never

from assistant.examples import Example, Tips
from assistant.path import Answer, Blocked, Checked, Delta, Event, Failed, Progress, Refused, Restart
from assistant.tasks import Task
from entra.gate import Admission
from german.coaching import Remark
from german.frozen import Zone
from german.ledger import Entry, FactKind, Ledger, Place, Status
from german.simplify import Edit
from policy.screening import Alternative, Finding, Screening

type Json = dict[str, object]

PING = b": warten\n\n"

_KINDS = {
    FactKind.DATE: "Datum",
    FactKind.DEADLINE: "Frist",
    FactKind.AMOUNT: "Betrag",
    FactKind.NUMBER: "Zahl",
    FactKind.UNIT: "Maßangabe",
    FactKind.CITATION: "Rechtsgrundlage",
    FactKind.TIME: "Uhrzeit",
    FactKind.CONTACT: "Kontaktangabe",
    FactKind.FILE_NUMBER: "Aktenzeichen",
    FactKind.NAME: "Name",
    FactKind.NEGATION: "Verneinung",
    FactKind.MODALITY: "Verbindlichkeit",
    FactKind.CONDITION: "Bedingung",
    FactKind.ACTOR: "Handelnde",
    FactKind.OMISSION: "Auslassung",
    FactKind.ADDITION: "Zusatz",
}


def event(happened: Event) -> tuple[str, Json]:
    """The name and the data of one event."""
    match happened:
        case Progress():
            return "progress", {"text": happened.text}
        case Delta():
            return "delta", {"text": happened.text}
        case Restart():
            return "restart", {"reason": happened.reason}
        case Refused():
            return "refused", admission(happened.admission)
        case Blocked():
            return "blocked", screening(happened.screening)
        case Failed():
            return "failed", {"code": happened.code, "message": happened.message}
        case Answer():
            return "answer", answer(happened)
        case _:
            assert_never(happened)


def is_last(happened: Event) -> bool:
    """True for the event that ends a stream."""
    return not isinstance(happened, Progress | Delta | Restart)


def sse(happened: Event) -> bytes:
    """One event as server-sent event."""
    name, data = event(happened)
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A half surrogate from a model must not end the stream.
    return f"event: {name}\ndata: {text}\n\n".encode(errors="replace")


def admission(given: Admission) -> Json:
    """The gate's refusal."""
    return {
        "reason": given.reason.value,
        "title": given.title,
        "text": given.text,
        "course_url": given.course_url,
        "contact": given.contact,
    }


def screening(given: Screening) -> Json:
    """What the policy said; never the masked text."""
    return {
        "decision": given.decision.value,
        "findings": [finding(one) for one in given.findings],
        "labels": list(given.labels),
    }


def finding(one: Finding) -> Json:
    """One hit of the policy."""
    return {
        "start": one.start,
        "end": one.end,
        "type": one.type,
        "rule": one.rule,
        "action": one.action.value,
        "title": one.title,
        "reason": one.reason,
        "advice": one.advice,
        "warning": one.warning,
    }


def remark(one: Remark) -> Json:
    """One coaching remark."""
    return {
        "start": one.start,
        "end": one.end,
        "detector": one.detector,
        "weight": one.weight.value,
        "reason": one.reason,
        "suggestion": one.suggestion,
    }


def zone(one: Zone) -> Json:
    """One frozen zone."""
    return {"start": one.start, "end": one.end, "kind": one.kind.value}


def edit(one: Edit) -> Json:
    """One single change; offsets into the source."""
    return {
        "start": one.start,
        "end": one.end,
        "before": one.before,
        "after": one.after,
        "rule": one.rule,
        "reason": one.reason,
    }


def _place(one: Place | None) -> Json | None:
    return None if one is None else {"start": one.start, "end": one.end, "text": one.text}


def entry(one: Entry) -> Json:
    """One line of the fact ledger."""
    return {
        "kind": one.kind.value,
        "label": _KINDS[one.kind],
        "status": one.status.value,
        "message": one.message,
        "source": _place(one.source),
        "rewrite": _place(one.rewrite),
    }


def ledger(given: Ledger) -> Json:
    """The fact ledger with its counts."""
    counts = {status.value: sum(one.status is status for one in given.entries) for status in Status}
    return {"ok": given.ok, "counts": counts, "entries": [entry(one) for one in given.entries]}


def answer(given: Answer) -> Json:
    """The result with everything a person needs to decide."""
    return {
        "text": given.text,
        "source": given.source,
        "task": given.task.value,
        "writer": given.writer,
        "by_model": given.by_model,
        "fallback": given.fallback,
        "ledger": None if given.ledger is None else ledger(given.ledger),
        "before": asdict(given.before),
        "after": asdict(given.after),
        "frozen": [zone(one) for one in given.frozen],
        "findings": [finding(one) for one in given.findings],
        "masked": given.masked,
        "warnings": list(given.warnings),
        "edits": [edit(one) for one in given.edits],
        "gaps": list(given.gaps),
        "rules": list(given.rules),
        "must_see": [
            {"message": one.message, "source": _place(one.source), "rewrite": _place(one.rewrite)}
            for one in given.must_see
        ],
        "marking": None if given.marking is None else asdict(given.marking),
        "calls": given.calls,
        "afterwards": given.afterwards,
    }


def task(one: Task) -> Json:
    """One task as a form shows it."""
    return {
        "id": one.kind.value,
        "title": one.title,
        "group": one.group,
        "hint": one.hint,
        "material": one.material,
        "rules": one.rules,
        "without_model": one.without_model,
        "published": one.published,
        "departments": list(one.departments),
        "fields": [
            {
                "id": field.id,
                "title": field.title,
                "kind": field.kind,
                "required": field.required,
                "choices": [{"id": choice.id, "title": choice.title} for choice in field.choices],
            }
            for field in one.fields
        ],
    }


def example(one: Example) -> Json:
    """One example to try."""
    return {
        "id": one.id,
        "department": one.department,
        "title": one.title,
        "task": one.task.value,
        "text": one.text,
        "letter_kind": one.letter_kind,
        "fields": dict(one.fields),
        "caution": one.caution,
    }


def tips(given: Tips) -> Json:
    """The short guide and the tips from practice."""
    return {"guide": [asdict(tip) for tip in given.guide], "practice": [asdict(tip) for tip in given.practice]}


def alternative(one: Alternative) -> Json:
    """What is refused, by which rule, and what is possible instead."""
    return asdict(one)


def checked(given: Checked) -> Json:
    """The result of a check."""
    return {
        **screening(given.screening),
        "remarks": [remark(one) for one in given.remarks],
        "scores": asdict(given.scores),
        "verdict": given.verdict,
        "frozen": [zone(one) for one in given.zones],
    }

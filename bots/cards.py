"""Turns what the path says into the values a card shows, in words a clerk understands.

How a card looks is the business of `adaptive_cards`; sending it is the business of `bots.chat`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adaptive_cards.render import Json, render
from assistant.examples import Example
from assistant.path import Answer
from bots.chat import code_units, fits_one_message, size
from bots.port import Drawer, Rule, Town
from entra.gate import Admission
from german.readability import Scores
from policy.screening import Decision, Finding, Screening
from writers.port import TaskKind

type Card = dict[str, Json]

# Raised when the data behind a button changes its meaning, so that older cards are recognised.
VERSION = 1
# Teams takes about 100 KB a message, but dialogs and button round trips only about 28 KB.
CARD_BYTES = 27_000
_TEXT_BYTES = 9_000
# A text that does not fit is shown as a beginning to recognise it by.
_BEGINNING_BYTES = 3_000
_SEAL_BYTES = 8_000
_LINE_BYTES = 110
_EDITS = 8
_ALERTS = 8

_TITLES = {
    TaskKind.BUERGERNAH: "Ihr Text, bürgernah",
    TaskKind.EINFACH: "Ihr Text in Einfacher Sprache",
    TaskKind.KUERZER: "Ihr Text, gekürzt",
    TaskKind.BRIEF: "Entwurf Ihres Briefs",
}
# Singular and plural of what the policy replaces. What is not listed is called „Angabe“.
_MASKED = {
    "PERSON": ("Name", "Namen"),
    "ADDRESS": ("Anschrift", "Anschriften"),
    "BIRTH_DATE": ("Geburtsdatum", "Geburtsdaten"),
    "CASE_NUMBER": ("Aktenzeichen", "Aktenzeichen"),
    "EMAIL": ("E-Mail-Adresse", "E-Mail-Adressen"),
    "IBAN": ("IBAN", "IBAN"),
    "LICENSE_PLATE": ("Kennzeichen", "Kennzeichen"),
    "PHONE": ("Telefonnummer", "Telefonnummern"),
}


@dataclass(frozen=True, slots=True)
class Seals:
    """Where the texts behind a card's buttons are: sealed in the card itself, or kept under a number."""

    seal: str = ""
    number: str = ""

    @classmethod
    async def of(cls, seal: str, drawer: Drawer, origin: str) -> "Seals":
        """A seal for a card, kept in the drawer where it is too large for one."""
        return cls(seal) if len(seal) <= _SEAL_BYTES else cls(number=await drawer.put(seal, origin))

    def data(self) -> dict[str, Json]:
        """What a button carries of it."""
        return {"siegel": self.seal} if self.seal else {"nr": self.number}


def answer(given: Answer, seals: Seals | None, notes: Sequence[str] = (), *, with_file: bool = False) -> Card:
    """The card of an answer. With `seals` it has buttons; it never exceeds `CARD_BYTES`.

    Args:
        given: The answer.
        seals: What the buttons need, or None where buttons could not work.
        notes: German sentences on what was left out of the request, such as a picture.
        with_file: True where a letter can be had as a Word file.
    """
    seal, number = (seals.seal, seals.number) if seals is not None else ("", "")
    limit = _TEXT_BYTES
    while True:
        values = _answer_values(given, seal, number, notes, limit)
        values["actions"] = _answer_actions(given.task, number, with_file=with_file) if seals is not None else []
        card = render("answer", values)
        if size(card) <= CARD_BYTES or limit < 500:
            return card
        limit //= 2


def _answer_values(given: Answer, seal: str, number: str, notes: Sequence[str], limit: int) -> dict[str, Json]:
    lines, shown = _lines(given.text, given.gaps, limit)
    is_cut = shown < len(given.text.rstrip())
    if is_cut:
        lines, _ = _lines(given.text, given.gaps, min(limit, _BEGINNING_BYTES))
    alerts = _alerts(given)
    checks = _checks(given)
    for note in notes:
        checks.append({"mark": "i", "color": "Accent", "text": note})
    edits = _edits(given)
    scores = _scores(given.before, given.after) if given.task is not TaskKind.BRIEF else []
    return {
        "title": _TITLES[given.task],
        "writer": f"Geschrieben von: {given.writer}",
        "has_alerts": bool(alerts),
        "alerts": list[Json](alerts),
        "lines": lines,
        "is_cut": is_cut,
        "cut": _cut(given.text) if is_cut else "",
        "has_gaps": bool(given.gaps),
        "gaps": ", ".join(dict.fromkeys(given.gaps)),
        "has_checks": bool(checks),
        "checks": list[Json](checks),
        "has_scores": bool(scores),
        "scores": list[Json](scores),
        "is_short": not (given.before.reliable and given.after.reliable),
        "has_edits": bool(edits),
        "edits": list[Json](edits),
        "edits_title": _edits_title(len(given.edits)),
        "is_sealed": bool(seal),
        "seal": seal,
    }


def _answer_actions(task: TaskKind, number: str, *, with_file: bool) -> list[Json]:
    offered: list[tuple[str, str]] = []
    if task is not TaskKind.BRIEF:
        if task is not TaskKind.EINFACH:
            offered.append(("Einfacher", "einfacher"))
        if task is not TaskKind.KUERZER:
            offered.append(("Kürzer", "kuerzer"))
        offered.append(("Original", "original"))
    offered.append(("Text zum Kopieren", "kopieren"))
    if with_file and task is TaskKind.BRIEF:
        offered.append(("Als Word-Datei", "datei"))
    extra: dict[str, Json] = {"nr": number} if number else {}
    return [_button(title, verb, **extra) for title, verb in offered]


def _button(title: str, verb: str, **extra: Json) -> Json:
    return {"title": title, "verb": verb, "data": {"verb": verb, "v": VERSION, **extra}}


def _lines(text: str, gaps: Iterable[str], limit: int) -> tuple[list[Json], int]:
    """The text as lines of runs, up to about `limit` bytes of card. Returns them and how many code points they hold."""
    marked = re.compile("|".join(re.escape(gap) for gap in sorted(set(gaps), key=len, reverse=True)) or r"(?!)")
    found: list[Json] = []
    spent, at, spacing = 0, 0, "None"
    for line in text.split("\n"):
        if not line.strip():
            spacing = "Medium" if found else "None"
            at += len(line) + 1
            continue
        cost = len(line.encode()) + _LINE_BYTES
        if spent + cost > limit:
            room = max(0, limit - spent - _LINE_BYTES)
            head = line.encode()[:room].decode(errors="ignore")
            head = head[: head.rfind(" ") + 1]
            if len(head) > 40 or not found:
                found.append({"spacing": spacing, "inlines": [{"type": "TextRun", "text": f"{head.rstrip()} …"}]})
                at += len(head)
            return found, at
        spent += cost
        found.append({"spacing": spacing, "inlines": _runs(line, marked)})
        at += len(line) + 1
        spacing = "None"
    return found or [{"spacing": "None", "inlines": [{"type": "TextRun", "text": " "}]}], len(text)


def _runs(line: str, marked: re.Pattern[str]) -> list[Json]:
    # `{{` opens a date function of the card language; a zero-width space takes that meaning away.
    line = line.rstrip("\r").replace("{{", "{\u200b{")
    runs: list[Json] = []
    end = 0
    for found in marked.finditer(line):
        if found.start() > end:
            runs.append({"type": "TextRun", "text": line[end : found.start()]})
        runs.append({"type": "TextRun", "text": found.group(), "highlight": True})
        end = found.end()
    if end < len(line):
        runs.append({"type": "TextRun", "text": line[end:]})
    return runs


def _cut(text: str) -> str:
    where = "einer Nachricht" if fits_one_message(text) else "mehreren Nachrichten"
    return f"Hier steht der Anfang. „Text zum Kopieren“ schickt den ganzen Text in {where}."


def _alerts(given: Answer) -> list[str]:
    """What a person has to look at before anything else."""
    found = [entry.message for entry in given.ledger.findings] if given.ledger else []
    if len(found) > _ALERTS:
        found = [*found[: _ALERTS - 1], f"… und {len(found) - _ALERTS + 1} weitere Stellen"]
    found += given.warnings[:_ALERTS]
    if given.fallback:
        found.append(given.fallback)
    return [_clipped(text, 240) for text in found]


def _checks(given: Answer) -> list[Json]:
    """What was checked and what was found, one line each."""
    found: list[Json] = []

    def add(good: bool, text: str) -> None:
        found.append({"mark": "✓" if good else "!", "color": "Good" if good else "Warning", "text": text})

    if given.task is not TaskKind.BRIEF and given.text.split() == given.source.split():
        text = "Nichts geändert: Ich habe nichts gefunden, was ich sicher verständlicher machen kann."
        found.append({"mark": "i", "color": "Accent", "text": text})
    if given.ledger is not None and given.ledger.entries:
        add(given.ledger.ok, given.ledger.headline)
    if given.masked:
        add(True, _masked(given.masked, given.findings))
    if given.frozen:
        kinds = ", ".join(dict.fromkeys(zone.kind.value for zone in given.frozen))
        add(True, f"Bleibt im Wortlaut: {kinds}")
    for finding in {finding.rule: finding for finding in given.findings if finding.warning}.values():
        add(False, _clipped(f"Regel {finding.rule}, {finding.title}: {finding.advice}", 240))
    return found


def _masked(count: int, findings: Iterable[Finding]) -> str:
    """What the policy replaced, such as „2 Namen vor der Verarbeitung ersetzt und wieder eingesetzt“."""
    kinds = Counter(finding.type for finding in findings if finding.action is Decision.MASK)
    if len(kinds) == 1 and (kind := next(iter(kinds))) in _MASKED:
        what = f"{count} {_MASKED[kind][count != 1]}"
    else:
        what = "1 Angabe" if count == 1 else f"{count} Angaben"
    return f"{what} vor der Verarbeitung ersetzt und wieder eingesetzt"


def _scores(before: Scores, after: Scores) -> list[Json]:
    if not before.words or not after.words:
        return []
    words = _number(before.sentence_length), _number(after.sentence_length)
    amstad = _whole(before.amstad), _whole(after.amstad)
    grades = _grade(before.wiener_1), _grade(after.wiener_1)
    return [
        _score("Wörter je Satz", *words, "weniger ist leichter"),
        _score("Lesbarkeit (Amstad)", *amstad, _amstad(after.amstad)),
        _score("Schulstufe", *grades, "Wiener Sachtextformel, 4 bis 15"),
    ]


def _score(label: str, before: str, after: str, note: str) -> Json:
    return {"label": label, "before": before, "after": after, "note": note}


def _grade(score: float) -> str:
    """The Wiener Sachtextformel gives school grades from 4 to 15; beyond that its figures mean nothing."""
    return "unter 4" if score < 3.5 else "über 15" if score >= 15.5 else _whole(score)


def _amstad(score: float) -> str:
    """Amstad's index runs from about 0 to 100; the steps are those usual for it."""
    steps = ((30, "sehr schwer"), (50, "schwer"), (60, "eher schwer"), (70, "mittel"), (80, "eher leicht"))
    word = next((word for limit, word in steps if score < limit), "leicht")
    return f"jetzt {word}, 100 ist am leichtesten"


def _number(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _whole(value: float) -> str:
    return str(round(value)).replace("-", "−")


def _edits(given: Answer) -> list[Json]:
    found: list[Json] = []
    for edit in given.edits:
        before, after = _clipped(" ".join(edit.before.split()), 110), _clipped(" ".join(edit.after.split()), 110)
        if len(found) < _EDITS and before:
            reason = f"  {_clipped(edit.reason, 90)}" if edit.reason else ""
            found.append({"before": before, "after": after or "(gestrichen)", "reason": reason})
    return found


def _edits_title(count: int) -> str:
    if count > _EDITS:
        return f"{count} Änderungen, hier die ersten {_EDITS}"
    return "1 Änderung" if count == 1 else f"{count} Änderungen"


def _clipped(text: str, limit: int) -> str:
    text = text.replace("{{", "{\u200b{")
    return text if len(text) <= limit else text[: limit - 2].rstrip() + " …"


def blocked(screening: Screening, town: Town, *, in_chat: bool) -> Card:
    """The card of a block: each rule, why, and what to do instead.

    Args:
        screening: What the policy said.
        town: Whom to ask.
        in_chat: True when the text stands in the chat as a message of its author.
    """
    reasons: dict[str, Finding] = {}
    for finding in screening.findings:
        if finding.action is Decision.BLOCK:
            reasons.setdefault(finding.rule, finding)
    rules: list[Json] = [
        {
            "heading": f"Regel {finding.rule}: {finding.title}" if finding.title else f"Regel {finding.rule}",
            "has_reason": bool(finding.reason),
            "reason": _clipped(finding.reason, 400),
            "has_advice": bool(finding.advice),
            "advice": _clipped(finding.advice, 400),
        }
        for finding in list(reasons.values())[:6]
    ]
    return render("blocked", {"rules": rules, "in_chat": in_chat, "contact": town.contact})


def refused(admission: Admission, town: Town, *, nothing_processed: bool) -> Card:
    """The card of a refusal: why, the course, and a button to check again."""
    # A gate that explains itself has named what fits: a foreign organisation gets neither course nor contact.
    course = admission.course_url if admission.text else town.course_url
    contact = admission.contact if admission.text else town.contact
    return render(
        "refused",
        {
            "title": admission.title or "Für Amtsklar fehlt Ihnen noch die Schulung",
            "has_text": bool(admission.text),
            "text": admission.text,
            "nothing_processed": nothing_processed and "nicht verarbeitet" not in admission.text,
            "has_course": course.startswith("https://"),
            "course_url": course,
            "has_contact": bool(contact) and contact not in admission.text,
            "contact": contact,
            "data": {"verb": "pruefen", "v": VERSION},
        },
    )


def notice(title: str, text: str, *, good: bool = False) -> Card:
    """A card that says what happened and what to do."""
    return render("notice", {"title": title, "text": text, "style": "good" if good else "warning", "actions": []})


def failed(title: str, text: str, seals: Seals) -> Card:
    """A card that says that a request did not succeed, with a button that tries it again."""
    button = _button("Erneut versuchen", "nochmal", **seals.data())
    return render("notice", {"title": title, "text": text, "style": "warning", "actions": [button]})


def working() -> Card:
    """The card that stands for an answer while it is being made, with a button that ends the work."""
    values: dict[str, Json] = {
        "title": "Ich arbeite an Ihrem Text",
        "text": "Hier steht gleich die Antwort.",
        "style": "emphasis",
        "actions": [_button("Abbrechen", "abbrechen")],
    }
    return render("notice", values)


def queued(wait: str) -> Card:
    """The card that says how long it will take, with a button that ends the work."""
    values: dict[str, Json] = {
        "title": "Ihr Text ist angekommen",
        "text": f"Gerade warten viele Texte. Ihre Antwort kommt voraussichtlich {wait}.",
        "style": "emphasis",
        "actions": [_button("Abbrechen", "abbrechen")],
    }
    return render("notice", values)


def welcome(town: Town, examples: Sequence[Example], *, in_group: bool) -> Card:
    """The card after the installation."""
    version = f" ({town.rules_version})" if town.rules_version else ""
    line = f"Es gilt: {town.rules_title}{version}. Mit „Regeln“ zeige ich, was erlaubt ist und was nicht."
    return render("welcome", {"rules_line": line, "examples": _example_values(examples), "in_group": in_group})


def help_card(town: Town, lead: str) -> Card:
    """The overview, after a first sentence that fits what was asked."""
    limit = f"{town.text_limit:,}".replace(",", ".")
    actions = [_button("Brief", "brief"), _button("Beispiele", "beispiele"), _button("Regeln", "regeln")]
    return render("help", {"lead": lead, "text_limit": limit, "contact": town.contact, "actions": actions})


def examples_card(examples: Sequence[Example]) -> Card:
    """Examples to click."""
    return render("examples", {"examples": _example_values(examples)})


def _example_values(examples: Sequence[Example]) -> list[Json]:
    return [
        {
            "title": example.title,
            "excerpt": _clipped(" ".join(example.text.split()), 140),
            "verb": "beispiel",
            "data": {"verb": "beispiel", "v": VERSION, "id": example.id},
        }
        for example in examples
    ]


def rules_card(town: Town) -> Card:
    """The rules in force."""
    values: dict[str, Json] = {
        "title": town.rules_title,
        "has_subtitle": bool(town.rules_version),
        "subtitle": town.rules_version,
        "contact": town.contact,
    }
    card = render("rules", {**values, "rules": [_rule(rule, rule.text) for rule in town.rules]})
    if size(card) <= CARD_BYTES:
        return card
    return render("rules", {**values, "rules": [_rule(rule, "") for rule in town.rules]})


def _rule(rule: Rule, text: str) -> Json:
    return {"id": rule.id, "title": rule.title, "has_text": bool(text), "text": text}


def letter_form(town: Town) -> Card:
    """The form for a letter."""
    kinds: list[Json] = [{"title": title, "value": key} for key, title in town.letter_kinds]
    return render(
        "letter_form", {"kinds": kinds, "kind": town.letter_kinds[-1][0], "data": {"verb": "entwerfen", "v": VERSION}}
    )


def dialog_form(text: str) -> Card:
    """The form of the message action, with the message's text as far as it fits."""
    limit = 6_000
    is_cut = code_units(text) > limit
    return render(
        "dialog_form",
        {
            "text": text[:limit],
            "is_cut": is_cut,
            "cut": "Die Nachricht ist lang, hier steht ihr Anfang. Den ganzen Text nehme ich im Chat an.",
            "data": {"verb": "dialog", "v": VERSION},
        },
    )

"""The rule writer: rewrites officialese without a model, or leaves a sentence as it was.

Here are the order of the rules, the level, the edits and the safety net; what a rule does stands in `german.rules`.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from german.frozen import Zone, frozen_zones
from german.ledger import Entry, FactKind, Reading, compare, prepare
from german.rules import attributes, citations, conditions, openings, pairs, shortening, splitting, verbal, wording
from german.rules.context import Context
from german.rules.draft import Change, Draft
from german.rules.phrases import View
from german.rules.splitting import BREAK
from german.text import BlockKind, TextModel, parse


class Level(StrEnum):
    """The target level. Never called "Leichte Sprache"."""

    BUERGERNAH = "buergernah"
    EINFACH = "einfach"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. `start`/`end` are offsets into the source given to `simplify`, half open."""

    start: int
    end: int
    before: str
    after: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Simplified:
    """The rewritten text, the edits that lead to it (in order, not overlapping), and what stayed frozen."""

    text: str
    edits: tuple[Edit, ...]
    frozen: tuple[Zone, ...]


type Rule = Callable[[View, Context], Iterator[Change]]

# Order matters: what splits and turns sentences around comes first, single words last.
_OPENINGS: tuple[Rule, ...] = (
    splitting.ruled_lists,
    openings.hereby,
    openings.subject_matter,
    openings.lead_ins,
    openings.requests,
    openings.asked_for,
    openings.announced,
    openings.pointed_out,
    openings.ordered,
    openings.possibilities,
    openings.intentions,
    openings.offers,
    openings.events,
)
_SPLITS: tuple[Rule, ...] = (
    splitting.semicolons,
    splitting.comma_joined,
    splitting.linked_clauses,
    splitting.exceptions,
    splitting.fronted_reasons,
    splitting.although,
    splitting.especially,
    splitting.relative_clauses,
    splitting.reasons,
    splitting.coordinated,
    splitting.shared_passives,
)
_RULES: tuple[Rule, ...] = (
    conditions.verb_first,
    conditions.noun_conditions,
    conditions.so_after_wenn,
    splitting.asked_conditions,
    splitting.conditions_first,
    wording.reference,
    verbal.verb_groups,
    verbal.actor,
    verbal.light_verbs,
    verbal.light_final,
    verbal.named_agent,
    verbal.authority,
    verbal.recommended,
    verbal.must,
    verbal.able,
    attributes.gerundives,
    attributes.participles,
    verbal.subjected,
    verbal.found_nouns,
    verbal.takes_time,
    verbal.apparent,
    verbal.empty_nouns,
    verbal.as_a,
    verbal.waived,
    verbal.represents,
    verbal.comes_into_question,
    verbal.needs,
    verbal.incumbent,
    verbal.predicates,
    splitting.causes,
    splitting.object_lists,
    verbal.purposes,
    splitting.condition_lists,
    splitting.colon_lists,
    splitting.verdict_lists,
    splitting.requirements,
    splitting.provided_that,
    wording.fixed,
    wording.granted,
    wording.dates,
    wording.according_to,
    wording.as_provided,
    wording.about,
    wording.for_the_purpose,
    wording.on_occasion,
    wording.because_of,
    wording.within,
    wording.lacking,
    wording.referring,
    wording.relative,
    wording.however,
    wording.respectively,
    verbal.as_well,
    citations.to_the_end,
    pairs.exchange_verbs,
    pairs.exchange_words,
    pairs.exchange_nouns,
    pairs.abbreviations,
    pairs.old_endings,
    pairs.compounds,
    pairs.euros,
    shortening.explain,
)
_SHORTENING: tuple[Rule, ...] = (
    shortening.empty_sentences,
    openings.hereby,
    openings.lead_ins,
    shortening.filler_words,
    shortening.doubled_phrases,
    verbal.empty_nouns,
    shortening.shorter_words,
)

_RUNNING_TEXT = frozenset({BlockKind.PARAGRAPH, BlockKind.LIST_ITEM})


def simplify(
    text: str,
    level: Level = Level.BUERGERNAH,
    frozen: Sequence[Zone] | None = None,
    *,
    explanatory: bool = False,
) -> Simplified:
    """Simplify a text. Applying `edits` to `text` gives exactly `Simplified.text`.

    Args:
        text: Plain text; `⟦…⟧` placeholders stand for names and values and are never changed.
        level: The target level.
        frozen: Frozen zones; found here when None.
        explanatory: The text explains and decides nothing (leaflet, website), so that legal terms may be exchanged too.
    """
    model = parse(text)
    zones = tuple(frozen_zones(model) if frozen is None else frozen)
    return _rewrite(model, zones, _context(text, level, explanatory), (*_SPLITS, *_OPENINGS, *_RULES))


def shorten(text: str, frozen: Sequence[Zone] | None = None) -> Simplified:
    """Leave out what a text does not need: empty lead-ins, formulas, doubled phrases, filler words. Never a fact.

    Args:
        text: Plain text; `⟦…⟧` placeholders are never changed.
        frozen: Frozen zones; found here when None.
    """
    model = parse(text)
    zones = tuple(frozen_zones(model) if frozen is None else frozen)
    return _rewrite(model, zones, _context(text, Level.BUERGERNAH, False), _SHORTENING)


_STATUTE = re.compile(r"(?m)^\s*(?:§ \d+|Artikel \d+|\(\d+\))")


def _context(text: str, level: Level, explanatory: bool) -> Context:
    sie = len(re.findall(r"(?<=[a-zäöüß,] )(?:Sie|Ihnen|Ihr(?:e[rnms]?)?)\b", text))
    wir = bool(re.search(r"\b(?:[Ww]ir|uns|[Uu]nser(?:e[rnms]?)?)\b", text))
    ich = bool(re.search(r"\b(?:ich|Ich|mir|mich)\b", text))
    statute = bool(_STATUTE.search(text))
    letter = bool(re.search(r"\bSehr geehrte|\bLiebe[rs]? |\bGuten Tag\b", text)) or sie >= 3
    return Context(
        plain=level is Level.EINFACH,
        explanatory=explanatory,
        letter=letter,
        address=letter
        or bool(re.search(r"\b(?:[Bb]itt\w*|werden|können|müssen|Ihnen|sich) (?:Sie|Ihnen|Ihr)|\bSie\s", text))
        or not _STATUTE.search(text),
        voice="ich" if ich and not wir else "wir" if wir or letter else "",
        speaker="" if statute else "ich" if ich and not wir else "wir",
        statute=statute,
        explained=shortening.explained_in(text) if level is Level.EINFACH else set(),
    )


# Code points. What is longer is a list or a table, and rules compare the words of a sentence in pairs.
_LONGEST = 1500
_PRONOUN_START = re.compile(r"(?:Er|Sie|Es|Dieser|Dieses|Diese|Diesen|Diesem|Ihn|Ihm)\b")
_TAKES_UP = re.compile(
    r"(?:Er|Sie|Diese|Dieser|Dieses) (?:ist|war|wird|wurde|hat|kann|muss|darf|soll|bedarf|[a-zäöüß]+t)\b"
)


def _rewrite(model: TextModel, zones: tuple[Zone, ...], context: Context, rules: Sequence[Rule]) -> Simplified:
    edits: list[Edit] = []
    for block in model.blocks:
        if block.kind not in _RUNNING_TEXT:
            continue
        for number, sentence in enumerate(block.sentences):
            if len(sentence.text) > _LONGEST or any(
                zone.start < sentence.end and sentence.start < zone.end for zone in zones
            ):
                continue
            following = block.sentences[number + 1].text if number + 1 < len(block.sentences) else ""
            here = replace(
                context,
                refers_back=bool(_PRONOUN_START.match(following)),
                takes_up=bool(_TAKES_UP.match(following)),
                lists=block.kind is BlockKind.PARAGRAPH,
                goes_on=_follows_salutation(model.text, sentence.start),
            )
            found = list(_sentence(sentence.text, sentence.start, here, rules))
            if following and found and "\n- " in found[-1].after:
                found[-1] = _with_gap(model.text, found[-1], block.sentences[number + 1].start)
            elif found and found[-1].start == sentence.start and not found[-1].after and found[-1].end == sentence.end:
                found[-1] = _whole(model.text, found[-1])
            edits.extend(found)
    edits = _without_lost_facts(model.text, edits)
    return Simplified(_apply(model.text, edits), tuple(edits), zones)


def _follows_salutation(text: str, start: int) -> bool:
    """Whether the last character before a sentence, blanks aside, is a comma."""
    return text[max(0, start - 4) : start].rstrip().endswith(",")


def _with_gap(text: str, edit: Edit, following: int) -> Edit:
    """A list at the end of a sentence, with the next sentence on a new line."""
    tail = text[edit.end : following]
    return replace(edit, end=following, before=edit.before + tail, after=edit.after + tail.rstrip() + "\n\n")


def _whole(text: str, edit: Edit) -> Edit:
    """A sentence that goes, with one blank beside it."""
    if edit.end < len(text) and text[edit.end] == " ":
        return replace(edit, end=edit.end + 1, before=edit.before + " ")
    if edit.start and text[edit.start - 1] == " ":
        return replace(edit, start=edit.start - 1, before=" " + edit.before)
    return edit


def _sentence(text: str, offset: int, context: Context, rules: Sequence[Rule]) -> Iterator[Edit]:
    draft = Draft(text)
    views: dict[tuple[str, bool], View] = {}
    for rule in rules:
        _run(rule, draft, context, views)
    for piece in draft.pieces:
        before = text[piece.start : piece.end]
        if before != piece.text:
            left, right = _shared(before, piece.text)
            start, end = piece.start + left, piece.end - right
            after = piece.text[left : len(piece.text) - right].replace(BREAK, " ")
            yield Edit(
                offset + start, offset + end, text[start:end], after, "+".join(piece.rules), " ".join(piece.reasons)
            )


def _run(rule: Rule, draft: Draft, context: Context, views: dict[tuple[str, bool], View]) -> None:
    """Run a rule on every sentence a draft has by now; splits start over on what they wrote."""
    offset = 0
    parts = draft.text.split(BREAK)
    for number, part in enumerate(parts):
        shift = len(part) + 1
        here = context
        if number + 1 < len(parts):
            here = replace(context, takes_up=bool(_TAKES_UP.match(parts[number + 1])))
        for _ in range(4):
            goes_on = context.goes_on and offset == 0
            view = views.get((part, goes_on))
            if view is None:
                view = views[part, goes_on] = View(part, goes_on=goes_on)
            changes = _apart(rule(view, here))
            for change in reversed(changes):
                draft.apply(replace(change, start=change.start + offset, end=change.end + offset))
                part = part[: change.start] + change.after + part[change.end :]
            shift = len(part) + 1
            if not changes:
                break
            head, _, rest = part.rpartition(BREAK)
            if head:
                offset += len(head) + 1
                part, shift = rest, len(rest) + 1
        offset += shift


def _apart(changes: Iterator[Change]) -> list[Change]:
    """The changes of one rule that do not touch each other, in order; the next round finds the others."""
    kept: list[Change] = []
    for change in sorted(changes, key=lambda c: (c.start, -c.end)):
        if not kept or change.start >= kept[-1].end:
            kept.append(change)
    return kept


def _shared(before: str, after: str) -> tuple[int, int]:
    """How many code points both wordings share at the left and at the right, cut back to whole words."""
    shortest = min(len(before), len(after))
    left = 0
    while left < shortest and before[left] == after[left]:
        left += 1
    while left and not before[left - 1].isspace():
        left -= 1
    right = 0
    while right < shortest - left and before[-1 - right] == after[-1 - right]:
        right += 1
    while right and not before[len(before) - right].isspace():
        right -= 1
    return left, right


def _apply(text: str, edits: Sequence[Edit]) -> str:
    parts: list[str] = []
    cursor = 0
    for edit in edits:
        parts.append(text[cursor : edit.start])
        parts.append(edit.after)
        cursor = edit.end
    parts.append(text[cursor:])
    return "".join(parts)


_ROUNDS = 3


def _without_lost_facts(text: str, edits: list[Edit]) -> list[Edit]:
    """The edits without those that disturb a fact.

    The ledger compares the whole text once; only when it finds something are the edits near the finding withdrawn and
    the comparison repeated. What still disturbs after that is withdrawn with its whole paragraph, then altogether.
    """
    source = prepare(text)
    for _ in range(_ROUNDS):
        if not edits:
            return edits
        rewritten = _apply(text, edits)
        findings = _losses(source, rewritten, edits)
        if not findings:
            return edits
        keep = [edit for edit, span in zip(edits, _spans(edits), strict=True) if not _disturbs(edit, span, findings)]
        if len(keep) == len(edits):
            keep = [edit for edit in edits if not _same_paragraph(text, edit, findings)]
        edits = keep
    return edits if edits and not _losses(source, _apply(text, edits), edits) else []


def _losses(source: Reading, rewritten: str, edits: Sequence[Edit]) -> list[Entry]:
    """What the ledger finds, without the empty formulas that `shorten` leaves out on purpose."""
    gone = [edit for edit in edits if edit.rule == "kuerzen" and not edit.after]
    return [
        entry
        for entry in compare(source, rewritten).findings
        if not (
            entry.kind is FactKind.OMISSION
            and entry.source is not None
            and any(edit.start <= entry.source.start < edit.end for edit in gone)
        )
    ]


def _spans(edits: Sequence[Edit]) -> Iterator[tuple[int, int]]:
    """Where each edit stands in the rewritten text."""
    shift = 0
    for edit in edits:
        start = edit.start + shift
        yield start, start + len(edit.after)
        shift += len(edit.after) - (edit.end - edit.start)


def _disturbs(edit: Edit, span: tuple[int, int], findings: Sequence[Entry]) -> bool:
    for entry in findings:
        if entry.source is not None and edit.start < entry.source.end and entry.source.start < edit.end:
            return True
        if entry.rewrite is not None and span[0] < entry.rewrite.end and entry.rewrite.start < span[1]:
            return True
    return False


def _same_paragraph(text: str, edit: Edit, findings: Sequence[Entry]) -> bool:
    places = [entry.source for entry in findings if entry.source is not None]
    if len(places) < len(findings):
        return True
    for place in places:
        left = text.rfind("\n\n", 0, place.start) + 1
        right = text.find("\n\n", place.end)
        if left <= edit.start and (right < 0 or edit.end <= right):
            return True
    return False


def main(argv: Sequence[str]) -> int:
    """`python -m german simplify`: JSON lines in, JSON lines out, one answer a line.

    Args:
        argv: Arguments behind "simplify": `--level buergernah|einfach`.

    Returns:
        0, or 2 when the arguments or a line cannot be read.
    """
    import argparse

    parser = argparse.ArgumentParser(prog="python -m german simplify", description="Texte nach Regeln vereinfachen.")
    parser.add_argument("--level", choices=[level.value for level in Level], default=Level.BUERGERNAH.value)
    try:
        options = parser.parse_args(list(argv))
    except SystemExit as stop:
        return int(stop.code or 0)
    level = Level(str(options.level))
    failed = False
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            answer = _answer(str(item.get("id", "")), str(item["text"]), level)
        except (ValueError, KeyError, AttributeError):
            failed = True
            answer = {"error": "Die Zeile ist kein JSON-Objekt mit den Feldern „id“ und „text“.", "code": "bad_line"}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 2 if failed else 0


def _answer(identifier: str, text: str, level: Level) -> dict[str, object]:
    done = simplify(text, level)
    return {
        "id": identifier,
        "text": done.text,
        "edits": [
            {"start": e.start, "end": e.end, "before": e.before, "after": e.after, "rule": e.rule, "reason": e.reason}
            for e in done.edits
        ],
        "frozen": [{"start": z.start, "end": z.end, "kind": z.kind.value} for z in done.frozen],
    }

"""Citations of law: to the end of the sentence, in brackets, so that the sentence starts with what it says."""

import re
from collections.abc import Iterator

from german import morphology
from german.rules.clauses import is_finite, opening
from german.rules.context import Context
from german.rules.draft import Change
from german.rules.phrases import View, is_noun, word_class

_PART = r"(?:Abs\.|Absatz|Satz|S\.|Nr\.|Nummer|Buchst\.|Buchstabe|lit\.|Halbsatz|Hs\.|Alt\.)\s?(?:\d+[a-z]?|[a-z])\b"
_ONE = rf"\d+[a-z]?(?:\s{_PART})*"
_LAW = (
    r"[A-ZÄÖÜ][A-Za-zÄÖÜäöü]*[A-ZÄÖÜ][A-Za-zÄÖÜäöü-]*(?:\s(?:[IVX]+|NRW|BW|Bbg))?(?![\w-])"
    r"|(?:der|des|dieser)\s[A-ZÄÖÜ][a-zäöüß-]+(?:satzung|gesetzes|ordnung|gesetzbuchs|gesetzbuches)(?![\w-])"
)
_CITED = re.compile(
    rf"(?P<prep>[Nn]ach|[Gg]emäß|[Gg]em\.)\s(?P<cite>§§?\s{_ONE}(?:(?:,\s|\sund\s){_ONE})*\s(?:{_LAW}))"
)
_REASON = "Der Satz sagt zuerst, worum es geht. Die Rechtsgrundlage steht am Ende in Klammern."


def to_the_end(view: View, context: Context) -> Iterator[Change]:
    """„Nach § 17 BMG müssen Sie …“ becomes „Sie müssen … (§ 17 BMG)“."""
    if context.statute or not (view.words & {"§", "§§"}) or not (view.words & {"nach", "gemäß", "gem."}):
        return
    matches = list(_CITED.finditer(view.text))
    if len(matches) != 1 or view.text.count("§") > 2 or "(" in view.words:
        return
    found = matches[0]
    if view.last >= len(view.tokens) or not _one_clause(view, found):
        return
    if view.text[view.tokens[view.last - 1].end :].strip() != ".":
        return
    end = view.tokens[view.last - 1].end
    if found.end() >= end:
        return
    index = next((i for i, token in enumerate(view.tokens) if token.start >= found.start()), None)
    behind = next((i for i, token in enumerate(view.tokens) if token.start >= found.end()), None)
    if index is None or behind is None or behind >= view.last:
        return
    cite = found.group("cite")
    if index == view.first:
        yield from _fronted(view, behind, cite, end)
        return
    before = view.tokens[index - 1]
    if is_noun(before) or before.kind in "np" or not _follows_verb(view, index):
        return  # „die Genehmigung nach § 5“ is one thing
    if view.at(behind) in ("und", "oder", "sowie", "bis"):
        return
    start = before.end
    yield Change(start, end, f"{view.text[found.end() : end]} ({cite})", "zitat", _REASON)


def _one_clause(view: View, found: re.Match[str]) -> bool:
    """Whether the sentence is one main clause, at most with a closing condition or reason behind a fronted citation."""
    for index in range(view.first, view.last):
        token = view.tokens[index]
        if token.text not in (",", ";", ":", "–") or found.start() <= token.start < found.end():
            continue
        if (
            found.start() != view.body
            or token.text != ","
            or view.at(index + 1) not in ("wenn", "soweit", "sofern", "weil")
        ):
            return False
    return True


def _follows_verb(view: View, index: int) -> bool:
    """Whether the finite verb stands right before, pronouns aside: then the citation belongs to the sentence."""
    position = index - 1
    while position > view.first and view.tokens[position].text in ("wir", "ich", "Sie", "Ihnen", "uns", "sich", "mir"):
        position -= 1
    return is_finite(view, position)


def _fronted(view: View, verb: int, cite: str, end: int) -> Iterator[Change]:
    if not is_finite(view, verb):
        return
    plural = bool(morphology.finite_second(view.lower[verb]))
    subject = opening(view, verb + 1, view.last, plural=plural)
    if subject is None or subject.reflexive or subject.end >= view.last:
        return
    words = view.tokens[subject.start].lower
    if (
        words not in ("sie", "wir", "ich")
        and words not in word_class("verhaeltniswoerter")
        and not (subject.end - subject.start >= 2 and words in ("der", "die", "das", "ein", "eine", "ihr", "ihre"))
    ):
        return
    head = view.opening(view.span(subject.start, subject.end))
    body = view.span(subject.end, view.last)
    yield Change(
        view.tokens[view.first].start,
        end,
        f"{head} {view.tokens[verb].text} {body} ({cite})",
        "zitat",
        _REASON,
    )

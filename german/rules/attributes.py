"""Attributes before a noun that hold a whole clause: they become relative clauses behind the noun.

„die vorzulegenden Nachweise“ becomes „die Nachweise, die Sie vorlegen müssen“; „der von Ihnen gestellte Antrag“ becomes
„der Antrag, den Sie gestellt haben“. Only where article, noun and participle agree in one reading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from german import morphology
from german.morphology import Verb
from german.rules.clauses import is_finite
from german.rules.context import Context
from german.rules.draft import Change
from german.rules.phrases import NounPhrase, View, is_adjective, noun_phrase, word_class

_ENDING = re.compile(r"(?:e|en|er|es|em)$")
_RELATIVE = {
    ("m", "nom"): "der", ("f", "nom"): "die", ("n", "nom"): "das", ("p", "nom"): "die",
    ("m", "acc"): "den", ("f", "acc"): "die", ("n", "acc"): "das", ("p", "acc"): "die",
}  # fmt: skip
_NEVER = frozenset({"erwarten", "erwägen", "treffen", "lassen", "vertreten", "verstehen", "sein", "haben", "tun"})


@dataclass(frozen=True, slots=True)
class _Attribute:
    """`start`..`stop` are the tokens of the attribute (behind the article, up to the participle)."""

    phrase: NounPhrase
    start: int
    participle: int
    gender: str


def gerundives(view: View, context: Context) -> Iterator[Change]:
    """„die vorzulegenden Nachweise“ becomes „die Nachweise, die Sie vorlegen müssen“."""
    if context.statute or not any("end" in word and ("zu" in word or "zu" in view.words) for word in view.words):
        return
    for index, token in enumerate(view.tokens):
        if token.kind != "w" or token.upper or not _ENDING.search(token.text):
            continue
        stem = _ENDING.sub("", token.text)
        if not stem.endswith("end"):
            continue
        verb = morphology.verb_of_zu(stem[:-1])
        first = index
        if verb is None and view.at(index - 1) == "zu":
            verb = morphology.verb(stem[:-1])
            first = index - 1
            if verb is not None and verb.prefix:
                verb = None
        if verb is None or verb.infinitive in word_class("keine_pflicht") or verb.infinitive in _NEVER:
            continue
        found = _attribute(view, first, index)
        if found is None:
            continue
        inner = view.span(found.start, first)
        plural = found.gender == "p"
        if inner in ("von Ihnen", "durch Sie") or (
            not inner
            and context.letter
            and verb.infinitive in word_class("pflichten_des_empfaengers")
            and "antragsteller" not in view.words
        ):
            clause = f"{_RELATIVE[found.gender, 'acc']} Sie {verb.infinitive} müssen"
        elif re.search(r"\b(?:von|vom|durch|nicht)\b", inner):
            continue
        else:
            modal = "müssen" if plural else "muss"
            clause = " ".join(
                part for part in (_RELATIVE[found.gender, "nom"], inner, f"{verb.participle} werden {modal}") if part
            )
        change = _moved(view, found, clause, "gerundiv", "Was zu tun ist, steht in einem Nebensatz mit Verb.")
        if change is not None:
            yield change
            return


_PLACED = frozenset({"genannt", "aufgeführt", "bezeichnet", "enthalten", "aufgelistet", "angeführt", "abgedruckt"})


def participles(view: View, context: Context) -> Iterator[Change]:
    """„der von Ihnen am 3. Mai gestellte Antrag“ becomes „der Antrag, den Sie am 3. Mai gestellt haben“."""
    if not (view.words & {"ihnen", "uns", "am", "mir"}):
        return
    for index, token in enumerate(view.tokens):
        if token.kind != "w" or token.upper or not _ENDING.search(token.text):
            continue
        verb = morphology.verb_of_participle(_ENDING.sub("", token.text))
        if verb is None and token.text.endswith("e"):
            verb = morphology.verb_of_participle(token.text[:-1])
        if verb is None:
            continue
        found = _attribute(view, index, index)
        if found is None:
            continue
        inner = view.span(found.start, index)
        clause = _past_clause(view, found, inner, verb, index)
        if clause is None:
            continue
        change = _moved(view, found, clause, "attribut", "Was vor dem Hauptwort stand, steht in einem Nebensatz.")
        if change is not None:
            yield change
            return


def _past_clause(view: View, found: _Attribute, inner: str, verb: Verb, index: int) -> str | None:
    actors = {"von Ihnen": ("Sie", "haben"), "von uns": ("wir", "haben"), "von mir": ("ich", "habe")}
    for words, (who, have) in actors.items():
        if inner == words or (inner.startswith(words + " ") and len(inner.split()) <= 8):
            if verb.infinitive in _STILL:
                return None
            rest = inner.removeprefix(words).strip()
            parts = (_RELATIVE[found.gender, "acc"], who, rest, verb.participle, have)
            return " ".join(part for part in parts if part)
    if re.fullmatch(r"am \d{1,2}\. (?:[A-ZÄÖÜ]\w+(?: \d{4})?|\d{1,2}\.(?:\d{4})?)", inner) and (
        verb.participle in _ACTS
    ):
        be = "wurden" if found.gender == "p" else "wurde"
        return f"{_RELATIVE[found.gender, 'nom']} {inner} {verb.participle} {be}"
    return None


# What lasts is no past: „das von Ihnen bewohnte Haus“.
_STILL = frozenset(
    {
        "bewohnen", "halten", "betreiben", "nutzen", "benutzen", "führen", "betreuen", "unterhalten", "brauchen",
        "benötigen", "pflegen", "mieten", "besitzen", "wünschen", "verwenden", "planen", "beabsichtigen", "befahren",
        "bewirtschaften", "vertreten", "leiten", "erheben", "verwalten", "verarbeiten", "bevollmächtigen", "verfolgen",
        "gehören", "schulden", "beziehen", "ausüben",
    }
)  # fmt: skip
_ACTS = frozenset(
    {
        "gestellt", "eingereicht", "beantragt", "durchgeführt", "beschlossen", "erlassen", "geschlossen",
        "abgeschlossen",
        "erteilt", "festgestellt", "vereinbart", "bekannt gemacht", "vorgelegt", "abgegeben", "gefasst",
    }
)  # fmt: skip


def _attribute(view: View, first: int, participle: int) -> _Attribute | None:
    """The noun phrase whose attribute ends with the participle at a token, when it reads in one way."""
    for start in range(first - 1, max(view.first, first - 12) - 1, -1):
        token = view.tokens[start]
        if token.text in (",", ";", ":", "–", "(", ")", "„"):
            return None
        if morphology.determiner(token.text) is None and not (
            start == view.first and morphology.determiner(token.text[:1].lower() + token.text[1:]) is not None
        ):
            continue
        if token.text in ("Ihnen", "Sie"):
            continue
        found = _phrase_with(view, start, first, participle)
        if found is not None:
            return found
    return None


def _phrase_with(view: View, start: int, first: int, participle: int) -> _Attribute | None:
    bare = _without(view, start, first, participle)
    if bare is None:
        return None
    phrase, inner_view = bare
    del inner_view
    determiner = phrase.det
    if determiner is None or (determiner.kind != "der" and determiner.stem not in ("ein", "Ihr", "unser", "dies")):
        return None
    genders = {feature.gender for feature in phrase.features}
    if len(genders) != 1 or view.at(participle + 1) in ("und", "oder", ","):
        return None
    return _Attribute(phrase, start + 1, participle, genders.pop())


def _without(view: View, start: int, first: int, participle: int) -> tuple[NounPhrase, View] | None:
    """The phrase read as if the attribute were not there; its tokens are those of the sentence."""
    tokens = view.tokens
    inside = view.lower[start + 1 : first]
    if inside and inside[0] not in word_class("verhaeltniswoerter") | {"noch", "dafür", "dazu", "dadurch", "damit"}:
        return None
    if any(tokens[i].text in (",", ";", "und", "oder", "sowie") for i in range(start + 1, first)):
        return None
    short_text = view.text[: tokens[start].end] + view.text[tokens[participle].end :]
    short = View(short_text, goes_on=view.goes_on)
    phrase = noun_phrase(short, start)
    if phrase is None or phrase.core <= start + 1 or not phrase.features:
        return None
    # The adjective endings must agree with the participle's, or the article belongs to another noun.
    if phrase.adjectives and not is_adjective(short.tokens[phrase.adjectives[0]]):
        return None
    ending = _ENDING.search(tokens[participle].text)
    fitting = tuple(
        feature
        for feature in phrase.features
        if ending is not None
        and ending.group() == morphology.adjective_ending(phrase.det, feature.gender, feature.case)
    )
    if not fitting:
        return None
    shift = participle - start
    moved = NounPhrase(
        start,
        phrase.core + shift,
        phrase.end + shift,
        phrase.det,
        tuple(i + shift for i in phrase.adjectives),
        fitting,
    )
    return moved, short


_MOST_COMMAS = 1


def _to_clause_end(view: View, index: int) -> int:
    """How many words stand from a token up to the next comma or the end."""
    end = index
    while end < view.last and view.lower[end] not in (",", ";", ":", "–"):
        end += 1
    return end - index


def _moved(view: View, found: _Attribute, clause: str, rule: str, reason: str) -> Change | None:
    tokens = view.tokens
    end = found.phrase.end
    commas = sum(token.text in (",", ";", ":", "–", "(") for token in tokens[view.first : view.last])
    if commas > _MOST_COMMAS or sum(token.kind in "wp" for token in tokens) > 26:
        return None
    behind = view.at(end)
    if behind in ("und", "oder", "sowie", "bzw.", "(", "/", "–") or behind in word_class("relativ") - {"das"}:
        return None
    if end > found.phrase.core and tokens[found.phrase.core].upper:
        return None  # two nouns side by side may be two phrases („an der Bedarfslage Änderungen“)
    if end < view.last and not (behind in (",", ";", ":") or is_finite(view, end)):
        return None  # what follows may belong to the noun, and the clause would stand between
    if end < view.last and behind not in (",", ";", ":") and _to_clause_end(view, end) < 2:
        return None
    if behind == "," and view.at(end + 1) in word_class("relativ"):
        return None
    article = tokens[found.phrase.start].text
    noun = view.text[tokens[found.participle].end : tokens[end - 1].end].strip()
    closing = "" if end >= view.last or behind in (",", ";", ":", ".") else ","
    if closing and clause.endswith(f" {behind}"):
        return None  # „…, die am 4. Mai durchgeführt wurde, wurde festgestellt“
    return Change(
        tokens[found.phrase.start].start,
        tokens[end - 1].end,
        f"{article} {noun}, {clause}{closing}",
        rule,
        reason,
    )

"""Conditions in plain words: „Bei Nichtvorlage …“, „Sollte …“ and „Wird …, so …“ as „Wenn …“."""

import re
from collections.abc import Iterator

from german import morphology
from german.rules.clauses import is_finite
from german.rules.context import Context
from german.rules.draft import Change
from german.rules.phrases import View, is_noun, noun_phrase, reading, recase, word_class
from german.rules.verbal import action

_REASON = "Die Bedingung steht als „Wenn“-Satz mit einem Verb."


def verb_first(view: View, context: Context) -> Iterator[Change]:
    """„Sollten Sie … nicht kommen, wird …“ and „Wird die Frist nicht eingehalten, so …“ become „Wenn …, …“."""
    tokens, first = view.tokens, view.first
    if first >= len(tokens) or view.text.rstrip().endswith("?") or tokens[first].kind != "w":
        return
    opened = view.lower[first]
    if morphology.finite_second(opened) is None or is_noun_like(view, first):
        return
    found = _clause_comma(view, first)
    if found is None:
        return
    comma, verb = found
    if view.lower[verb] in _MOODS or set(view.lower[verb:]) & {"wenn", "falls", "sofern"}:
        return
    if any(view.lower[i] in ("und", "oder") and is_finite(view, i + 1) for i in range(first + 1, comma - 1)):
        return
    body = view.span(first + 1, comma)
    last = view.lower[comma - 1]
    if opened in ("sollte", "sollten"):
        final = _finite_of(last, opened == "sollten")
        if final is None:
            return
        clause = view.span(first + 1, comma - 1) + " " + final
    elif morphology.is_auxiliary(opened):
        if opened in ("wäre", "hätte", "würde", "könnte", "müsste", "dürfte", "wären", "hätten", "würden"):
            return
        clause = f"{body} {opened}"
    else:
        joined = morphology.finite_final(last + opened)
        if joined is not None and joined.particle == last:
            clause = f"{view.span(first + 1, comma - 1)} {last}{opened}"
        elif morphology.verb(last) is not None or morphology.verb_of_participle(last) is not None:
            return
        else:
            clause = f"{body} {opened}"
    end = verb - 1
    yield Change(
        tokens[first].start,
        tokens[end].end,
        view.opening("wenn ") + clause + ",",
        "wenn",
        _REASON,
    )


_MOODS = frozenset(
    {
        "wäre",
        "wären",
        "hätte",
        "hätten",
        "würde",
        "würden",
        "könnte",
        "könnten",
        "müsste",
        "müssten",
        "dürfte",
        "dürften",
    }
)


def is_noun_like(view: View, index: int) -> bool:
    """Whether a word that opens the sentence is an imperative or „Bitte“ rather than a conditional verb."""
    return view.at(index) in ("bitte", "bitten", "beachten", "danke") or (
        view.tokens[index].text.endswith("en")
        and view.at(index + 1) == "sie"
        and view.at(index)
        not in (
            "sollten",
            "haben",
            "sind",
            "können",
            "müssen",
            "wollen",
            "werden",
            "möchten",
            "kommen",
            "legen",
            "reichen",
            "zahlen",
            "ziehen",
            "geben",
            "halten",
            "stellen",
            "leisten",
            "nehmen",
            "machen",
        )
    )


def _clause_comma(view: View, first: int) -> tuple[int, int] | None:
    """The comma that ends a verb-first clause, and the finite verb of the main clause behind it."""
    for index in range(first + 2, view.last - 1):
        if view.lower[index] in (";", ":"):
            return None
        if view.lower[index] != ",":
            continue
        verb = index + 2 if view.at(index + 1) in ("so", "dann") else index + 1
        if verb < view.last and is_finite(view, verb):
            if index - first < 3 or view.at(index + 1) in ("dann",):
                return None if index - first < 3 else (index, verb)
            return index, verb
        return None
    return None


def _finite_of(infinitive: str, plural: bool) -> str | None:
    if infinitive == "sein":
        return "sind" if plural else "ist"
    if infinitive == "werden":
        return "werden" if plural else "wird"
    if infinitive == "haben":
        return "haben" if plural else "hat"
    if infinitive in ("können", "müssen", "dürfen", "sollen"):
        return (
            infinitive
            if plural
            else {"können": "kann", "müssen": "muss", "dürfen": "darf", "sollen": "soll"}[infinitive]
        )
    verb = morphology.verb(infinitive)
    if verb is None:
        return None
    return infinitive if plural else verb.prefix + verb.present


_HAPPENS = {
    "Vorliegen": "vorliegen", "Ausbleiben": "ausbleiben", "Fehlen": "fehlen", "Nichtvorliegen": "nicht vorliegen",
    "Wegfall": "wegfallen", "Eintritt": "eintreten",
}  # fmt: skip


def noun_conditions(view: View, context: Context) -> Iterator[Change]:
    """„Bei Nichtvorlage der Bescheinigung wird …“ becomes „Wenn die Bescheinigung nicht vorgelegt wird, wird …“."""
    first = view.first
    opened = view.at(first)
    if opened in ("im", "für"):
        yield from _prevented(view, context)
        return
    if opened not in ("bei", "nach"):
        return
    start = first + 1
    denied = ""
    if view.at(start) == "nicht":
        denied = "nicht "
        start += 1
        if start >= view.last or not view.tokens[start].lower.endswith(("er", "em")):
            return
    found = _negated_action(view, start) or (_happening(view, start))
    if found is None and opened == "bei" and view.at(start).endswith("er") and not view.tokens[start].upper:
        done = action(view, start)
        if done is not None and done.manner:
            found = (
                done.end,
                _passive(done.target, f"{denied}{done.manner}", done.verbs[0].participle, done.plural, done.agent),
            )
    elif found is not None and denied:
        return
    if found is None:
        return
    end, clause = found
    if opened == "nach" and "vorlieg" not in clause:
        return
    if end >= view.last or not is_finite(view, end):
        return
    yield Change(
        view.tokens[first].start,
        view.tokens[end - 1].end,
        view.opening(f"wenn {clause},"),
        "bedingung",
        _REASON,
    )


def _passive(target: str, manner: str, participle: str, plural: bool, agent: str) -> str:
    be = "werden" if plural else "wird"
    return " ".join(part for part in (target, agent, manner, participle, be) if part)


def _negated_action(view: View, start: int) -> tuple[int, str] | None:
    token = view.tokens[start] if start < len(view.tokens) else None
    if token is None or not token.text.startswith("Nicht") or len(token.text) < 8:
        return None
    noun = token.text[5:].capitalize()
    verb = morphology.verb_of_noun(noun)
    infinitive = morphology.verb(noun.lower())
    phrase = noun_phrase(view, start + 1)
    if phrase is None or (phrase.det is None and not phrase.adjectives):
        return None
    feature = reading(phrase, "gen")
    target = recase(view, phrase, "gen", "nom")
    if feature is None or target is None:
        return None
    if verb is not None:
        return phrase.end, _passive(target, "nicht", verb.participle, feature.plural, "")
    if infinitive is not None and infinitive.infinitive in ("einhalten", "beachten", "befolgen", "vorlegen"):
        return phrase.end, _passive(target, "nicht", infinitive.participle, feature.plural, "")
    return None


def _happening(view: View, start: int) -> tuple[int, str] | None:
    token = view.tokens[start] if start < len(view.tokens) else None
    verb = _HAPPENS.get(token.text) if token is not None else None
    if verb is None:
        return None
    phrase = noun_phrase(view, start + 1)
    if phrase is None or (phrase.det is None and not phrase.adjectives):
        return None
    feature = reading(phrase, "gen")
    target = recase(view, phrase, "gen", "nom")
    if feature is None or target is None or view.at(phrase.end) in ("und", "oder", "sowie"):
        return None
    denied, _, infinitive = verb.rpartition(" ")
    final = _finite_of(infinitive, feature.plural)
    return phrase.end, " ".join(part for part in (target, denied, final or infinitive) if part)


_PREVENTED = re.compile(
    r"(?:Im Verhinderungsfalle?|Im Falle? (?:einer|der|Ihrer) Verhinderung)\b",
    re.I,
)


def _prevented(view: View, context: Context) -> Iterator[Change]:
    found = _PREVENTED.match(view.text, view.body)
    if found is None or not context.letter:
        return
    index = next((i for i, token in enumerate(view.tokens) if token.start >= found.end()), None)
    if index is None or not is_finite(view, index):
        return
    yield Change(view.body, found.end(), view.opening("wenn Sie verhindert sind,"), "bedingung", _REASON)


def so_after_wenn(view: View, context: Context) -> Iterator[Change]:
    """„Wenn …, so wird …“: the „so“ goes."""
    if view.at(view.first) not in word_class("unterordnend"):
        return
    for index in range(view.first + 3, view.last - 2):
        if (
            view.lower[index] == ","
            and view.at(index + 1) == "so"
            and is_finite(view, index + 2)
            and not is_noun(view.tokens[index + 2])
        ):
            yield Change(view.tokens[index].end, view.tokens[index + 1].end, "", "wenn", "„so“ ist hier überflüssig.")
            return

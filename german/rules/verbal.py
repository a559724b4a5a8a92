"""Verbs instead of nouns: light verbs, „ist … zu …“, fixed verb groups, and passives whose actor is certain."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from german import morphology
from german.morphology import Verb, WordListError
from german.rules.clauses import enumerates, is_finite, main_verb, opens_subordinate
from german.rules.context import Context
from german.rules.draft import Change
from german.rules.phrases import (
    NounPhrase,
    View,
    inflect,
    is_adjective,
    is_noun,
    noun_phrase,
    only_prepositional,
    reading,
    recase,
    time_phrase,
    word_class,
    word_suffixes,
)
from german.rules.splitting import enumeration

_DATA = Path(__file__).parent.parent / "data"
_GROUPS = _DATA / "fvg.yaml"
_ACTIONS = _DATA / "handlungen.txt"


# Clauses --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Main:
    """A simple main clause: tokens `start`..`stop`, finite verb at `verb`; then the end or a sub-clause."""

    start: int
    verb: int
    stop: int


def main_clause(view: View) -> Main | None:
    """The main clause of a sentence when it is simple: one finite verb, commas only in enumerations."""
    verb = main_verb(view, view.first, view.last)
    if verb is None:
        verb = _after_clause(view)
        if verb is None:
            return None
    stop = verb + 1
    depth = 0
    while stop < view.last:
        word = view.lower[stop]
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif depth == 0 and word in (",", ";", ":", "–"):
            if word == "," and enumerates(view, stop, view.last):
                stop += 1
                continue
            if word == "," and not opens_subordinate(view, stop):
                behind = _insertion(view, stop)
                if behind is None:
                    return None
                stop = behind
                continue
            break
        stop += 1
    for index in range(verb + 1, stop):
        word = view.lower[index]
        if word in ("und", "oder", "sowie", "bzw.") and index + 1 < stop and is_finite(view, index + 1):
            return None
        if morphology.is_auxiliary(word) and index < stop - 1 and word not in _INFINITIVES:
            return None
    return Main(view.first, verb, stop)


_INSERTED = frozenset({"spätestens", "frühestens", "längstens", "mindestens", "höchstens", "möglichst"})


def _insertion(view: View, comma: int) -> int | None:
    """Behind an inserted „, spätestens bis …,“; None when the comma opens anything else."""
    if view.at(comma + 1) not in _INSERTED:
        return None
    for index in range(comma + 2, min(comma + 12, view.last)):
        if view.lower[index] == ",":
            return index + 1
    return None


_INFINITIVES = frozenset({"werden", "haben", "können", "müssen", "dürfen", "sollen", "wollen"})


def _after_clause(view: View) -> int | None:
    """The finite verb behind an opening subordinate clause: „Wenn …, wird …“."""
    if view.at(view.first) not in (
        "wenn",
        "falls",
        "sofern",
        "soweit",
        "sobald",
        "solange",
        "nachdem",
        "bevor",
        "da",
        "weil",
        "sollte",
        "sollten",
    ):
        return None
    commas = [i for i in range(view.first + 2, view.last - 1) if view.lower[i] == ","]
    for comma in commas:
        verb = comma + 2 if view.at(comma + 1) in ("so", "dann") else comma + 1
        if verb < view.last and is_finite(view, verb) and view.tokens[comma - 1].kind == "w":
            return verb
    return None


def _two_predicates(view: View, clause: Main) -> bool:
    """Whether two participles or infinitives share the finite verb („wird geprüft und … mitgeteilt“)."""
    for index in range(clause.verb + 2, clause.stop - 1):
        if view.lower[index] not in ("und", "oder", "sowie", "bzw.", "sondern", "aber", ","):
            continue
        before = view.tokens[index - 1]
        if before.kind != "w" or before.upper:
            continue
        word = before.text
        if (
            morphology.verb_of_participle(word) is not None
            or morphology.verb(word) is not None
            or morphology.verb_of_zu(word) is not None
            or (word.endswith("t") and word not in word_class("adverbien"))
        ):
            return True
    return False


# Actions in nouns -----------------------------------------------------------------------------------------------------


@cache
def _sections() -> dict[str, frozenset[str]]:
    sections: dict[str, list[str]] = {}
    name = ""
    for number, raw in enumerate(_ACTIONS.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            name = line.strip("[]")
            sections[name] = []
        elif not name:
            raise WordListError(_ACTIONS, number, "Zeile vor dem ersten Abschnitt")
        else:
            sections[name].extend(line.split())
    for name in ("handlungen", "person", "adverbien", "behoerde"):
        if name not in sections:
            raise WordListError(_ACTIONS, 1, f"Abschnitt [{name}] fehlt")
    return {name: frozenset(words) for name, words in sections.items()}


@cache
def _actions() -> tuple[frozenset[str], frozenset[str], dict[str, str]]:
    sections = _sections()
    adverbs = dict(entry.split("=", 1) for entry in sections["adverbien"])
    return sections["handlungen"], sections["person"], adverbs


def action_nouns() -> frozenset[str]:
    """The nouns that name an action and what it is done to."""
    return _sections()["handlungen"]


@dataclass(frozen=True, slots=True)
class Action:
    """A noun phrase that names an action and what it is done to, taken apart."""

    start: int
    end: int
    verbs: tuple[Verb, ...]
    link: str
    target: str
    plural: bool
    manner: str
    agent: str
    object: str


def action(view: View, start: int) -> Action | None:
    """The action a noun phrase names: „die Prüfung der Anträge“ → prüfen, „die Anträge“."""
    actions, persons, adverbs = _actions()
    phrase = noun_phrase(view, start, attributes=False)
    if phrase is None or phrase.end != phrase.core or not phrase.features:
        return None
    if phrase.det is not None and (phrase.det.kind not in ("der", "ein") or phrase.det.stem not in ("der", "ein")):
        return None
    names = [view.tokens[phrase.head].text]
    position = phrase.core
    link = ""
    if view.at(position) in ("und", "sowie", "oder"):
        second = noun_phrase(view, position + 1, attributes=False)
        if second is not None and not second.adjectives and second.core == second.end and not phrase.adjectives:
            link = "oder" if view.at(position) == "oder" else "und"
            names.append(view.tokens[second.head].text)
            position = second.core
    verbs: list[Verb] = []
    for name in names:
        found = next((n.lemma for n in morphology.nouns(name)), name)
        verb = morphology.verb_of_noun(found)
        if verb is None or found not in actions | persons:
            return None
        verbs.append(verb)
    manner: list[str] = []
    for index in phrase.adjectives:
        stem = re.sub(r"e[rnms]?$", "", view.tokens[index].lower)
        if stem not in adverbs:
            return None
        manner.append(adverbs[stem])
    if len(phrase.adjectives) > 1 or any(
        view.tokens[i].kind == "w" and i not in phrase.adjectives and i != phrase.head
        for i in range(phrase.start + (phrase.det is not None), phrase.core)
    ):
        return None
    if view.at(position) == "von":
        inner = noun_phrase(view, position + 1)
        case = "dat"
    else:
        inner = noun_phrase(view, position)
        case = "gen"
        if inner is None or (inner.det is None and not inner.adjectives):
            return None
    if inner is None or not inner.can_be(case):
        return None
    if any(
        view.lower[i] in ("und", "oder", "sowie") and morphology.determiner(view.tokens[i + 1].text) is not None
        for i in range(inner.core, inner.end - 1)
    ):
        return None  # „die Vorlage einer Vollmacht und einer Kopie“: both would change their case
    feature = reading(inner, case)
    if feature is None:
        return None
    head = view.tokens[inner.head].text
    if not all(n in persons for n in (next((m.lemma for m in morphology.nouns(x)), x) for x in names)) and _is_person(
        feature.noun
    ):
        return None
    target = recase(view, inner, case, "nom")
    reached = recase(view, inner, case, "acc")
    if target is None or reached is None:
        return None
    end = inner.end
    agent = ""
    if view.at(end) == "durch":
        by = noun_phrase(view, end + 1)
        if by is None:
            return None
        agent = view.span(end, by.end)
        end = by.end
    elif view.at(end) in ("in", "im") and not head.endswith(("ung", "ungen")):
        place = noun_phrase(view, end + 1)
        if place is None:
            return None
        target += " " + view.span(end, place.end)
        reached += " " + view.span(end, place.end)
        end = place.end
    return Action(start, end, tuple(verbs), link, target, feature.plural, " ".join(manner), agent, reached)


def _is_person(noun: morphology.Noun) -> bool:
    """Whether a noun names someone who can act: a person, an office, a firm."""
    lemma = noun.lemma.lower()
    if lemma.endswith(word_suffixes("stellen")):
        return True
    if noun.weak:
        return True
    if noun.gender in "mf" and lemma.endswith(("in", "or")) and not lemma.endswith("termin"):
        return True
    return noun.gender == "m" and lemma.endswith("er") and lemma.endswith(word_suffixes("personen_auf_er"))


def _participles(found: Action) -> str:
    return f" {found.link} ".join(verb.participle for verb in found.verbs)


_LIGHT_PARTICIPLES = frozenset({"vorgenommen", "durchgeführt", "veranlasst"})
_LIGHT_ZU = frozenset({"vorzunehmen", "durchzuführen", "zu veranlassen"})
_NEEDED = frozenset({"erforderlich", "nötig", "notwendig"})
_MODALS = {"kann", "können", "muss", "müssen", "soll", "sollen", "darf", "dürfen", "sollte", "sollten"}
_PAIRED = {
    "kann": "können",
    "muss": "müssen",
    "soll": "sollen",
    "darf": "dürfen",
    "sollte": "sollten",
    "wird": "werden",
    "wurde": "wurden",
    "ist": "sind",
}
_PLURAL = {**{v: v for v in _PAIRED.values()}, **_PAIRED}
_SINGULAR = {v: k for k, v in _PAIRED.items()} | {k: k for k in _PAIRED}


def _numbered(word: str, plural: bool) -> str:
    return _PLURAL[word] if plural else _SINGULAR[word]


def light_verbs(view: View, context: Context) -> Iterator[Change]:
    """„Die Prüfung der Anträge erfolgt …“ becomes „Die Anträge werden … geprüft“."""
    if not (view.words & _LIGHT_WORDS):
        return
    clause = main_clause(view)
    if clause is None or _two_predicates(view, clause) or context.takes_up:
        return  # „Die Prüfung erfolgt im Mai. Sie dauert …“: the noun is needed for the pronoun
    finite = view.lower[clause.verb]
    stop = clause.stop
    last = stop - 1
    cut = stop
    if finite in ("erfolgt", "erfolgen"):
        verb, tail = "werden", ""
    elif finite in _MODALS and view.at(last) == "erfolgen":
        verb, tail, cut = finite, " werden", last
    elif finite in ("wird", "werden", "wurde", "wurden") and view.at(last) in _LIGHT_PARTICIPLES:
        verb, tail, cut = finite, "", last
    elif finite in ("hat", "haben") and view.at(last) == "erfolgen" and view.at(last - 1) == "zu":
        verb, tail, cut = "müssen", " werden", last - 1
    elif (finite in ("ist", "sind") and view.at(last) in _LIGHT_ZU) or (
        finite in ("ist", "sind") and view.at(last) in _NEEDED
    ):
        verb, tail, cut = "müssen", " werden", last
    elif finite in ("ist", "sind") and view.at(last) == "möglich":
        verb, tail, cut = "können", " werden", last
    else:
        return
    place, found = _action_in(view, clause)
    if found is None:
        return
    if found.end > cut or _heavy_rest(view, found, clause, cut):
        return
    if verb == "müssen" and finite not in _MODALS and set(view.lower[clause.start : stop]) & _LIMITS:
        return  # „muss nur“ would say that no more is needed
    active = _by_agent(view, clause, found, verb, place, cut)
    if active is not None:
        yield active
        return
    new_finite = _numbered(verb, found.plural)
    behind = found.end if place == "middle" else clause.verb + 1
    between = view.span(clause.verb + 1, found.start) if place == "middle" else ""
    rest = view.span(behind, cut)
    if " ".join(rest.split()[:1]) == "es":
        return
    parts = [part for part in (found.agent, rest, found.manner) if part]
    ending = f"{_participles(found)}{tail}"
    if place == "front":
        text = f"{view.opening(found.target)} {new_finite} {' '.join([*parts, ending])}"
        start = view.tokens[found.start].start
    else:
        lead = f"{between} " if between else ""
        text = f"{new_finite} {lead}{found.target} {' '.join([*parts, ending])}"
        start = view.tokens[clause.verb].start
    yield Change(
        start, view.tokens[stop - 1].end, text, "erfolgt", "Ein Verb sagt, was geschieht, statt eines Hauptworts."
    )


_LIGHT_WORDS = (
    frozenset(
        {
            "erfolgt",
            "erfolgen",
            "vorgenommen",
            "durchgeführt",
            "vorzunehmen",
            "durchzuführen",
            "veranlasst",
            "veranlassen",
            "möglich",
        }
    )
    | _NEEDED
)


def _by_agent(view: View, clause: Main, found: Action, verb: str, place: str, cut: int) -> Change | None:
    """„Die Vergabe der Plätze erfolgt durch das Amt“: „Das Amt vergibt die Plätze“."""
    if place != "front" or len(found.verbs) != 1 or not found.object or verb in ("wurde", "wurden") or found.agent:
        return None
    start = clause.verb + 1
    if view.at(start) != "durch":
        return None
    phrase = noun_phrase(view, start + 1)
    if phrase is None or phrase.end > cut:
        return None
    feature = reading(phrase, "acc")
    agent = recase(view, phrase, "acc", "nom")
    if feature is None or agent is None or not _is_person(feature.noun):
        return None
    done = found.verbs[0]
    rest = view.span(phrase.end, cut)
    if verb == "werden":
        finite, end = (done.base if feature.plural else done.present), done.prefix
    else:
        finite, end = _numbered(verb, feature.plural), done.infinitive
    text = " ".join(part for part in (view.opening(agent), finite, found.object, rest, found.manner, end) if part)
    return Change(
        view.tokens[found.start].start, view.tokens[clause.stop - 1].end, text, "erfolgt", "Wer handelt, steht vorn."
    )


def _action_in(view: View, clause: Main) -> tuple[str, Action | None]:
    found = action(view, clause.start)
    if found is not None and found.end == clause.verb:
        return "front", found
    position = clause.verb + 1
    while view.at(position) in (
        "daher",
        "deshalb",
        "auch",
        "jedoch",
        "aber",
        "dann",
        "jetzt",
        "nunmehr",
        "somit",
        "damit",
        "zudem",
        "ferner",
        "dazu",
        "dafür",
        "noch",
        "außerdem",
        "ebenfalls",
    ):
        position += 1
    found = action(view, position)
    if found is not None and clause.verb > clause.start:
        return "middle", found
    return "", None


def _heavy_rest(view: View, found: Action, clause: Main, cut: int) -> bool:
    """Whether what follows would come between verb and participle in a way that no longer reads well."""
    begin = max(found.end, clause.verb + 1)
    rest = view.lower[begin:cut]
    if any(word in ("und", "oder", "sowie", "bzw.", ",") for word in rest[:1]):
        return True
    return (
        len(rest) > 22
        or "als" in rest[-3:]
        or ("erforderlich" in rest)
        or (view.at(begin) in ("für", "zur", "zum", "zu") and found.end == begin and clause.verb < found.start)
    )


# „ist … zu …“ and „hat … zu …“ ----------------------------------------------------------------------------------------


def _zu(view: View, index: int) -> tuple[Verb, int] | None:
    word = view.tokens[index].text if index < len(view.tokens) else ""
    separable = morphology.verb_of_zu(word)
    if separable is not None:
        return separable, index
    if view.at(index - 1) == "zu":
        plain = morphology.verb(word)
        if plain is not None and not plain.prefix:
            return plain, index - 1
    return None


_TO_NOUNS = frozenset(
    {"möglichkeit", "gelegenheit", "recht", "anspruch", "pflicht", "befugnis", "absicht", "verpflichtung"}
)


def must(view: View, context: Context) -> Iterator[Change]:
    """„ist/sind … zu …“ and „hat … zu …“ as „muss“; to the recipient of a letter as „Sie müssen“."""
    if not (view.words & {"ist", "sind", "hat", "haben"}):
        return
    clause = main_clause(view)
    if clause is not None and view.lower[clause.verb] in ("ist", "sind", "hat", "haben"):
        change = _must_main(view, clause, context)
        if change is not None:
            yield change
            return
    yield from _must_final(view)


def _must_main(view: View, clause: Main, context: Context) -> Change | None:
    tokens = view.tokens
    finite = view.lower[clause.verb]
    last = clause.stop - 1
    found = _zu(view, last)
    if found is None:
        return None
    verb, first = found
    # A clause before the main clause may be negated without touching the duty.
    commas = [i for i in range(clause.start, clause.verb) if view.lower[i] == ","]
    opened = view.at(clause.start) in word_class("unterordnend") and bool(commas)
    region = set(view.lower[commas[-1] if opened else clause.start : clause.stop])
    if verb.infinitive in word_class("keine_pflicht") or region & word_class("verneint") or region & _LIMITS:
        return None
    if view.at(clause.stop) == "," and view.at(clause.stop + 1) not in word_class("unterordnend") | word_class(
        "relativ"
    ):
        behind = view.at(clause.stop + 2)
        if view.at(clause.stop + 1) not in ("um", "ohne") and behind not in word_class("relativ"):
            return None  # a second „zu“ infinitive may follow
    if set(view.lower[clause.verb + 1 : first]) & _TO_NOUNS and finite in ("hat", "haben"):
        return None
    inner = [i for i in range(clause.verb + 1, first) if _zu(view, i) is not None]
    if any(_ZU_SHAPE.match(view.lower[i]) and i not in inner for i in range(clause.verb + 1, first)):
        return None
    if finite in ("ist", "sind") and _joined_predicate(view, clause.verb, first, inner):
        return None
    if verb.infinitive in _ANNOUNCES and view.at(clause.stop) == "," and view.at(clause.stop + 1) == "dass":
        return None  # „ist mitzuteilen, dass …“ announces something and asks for nothing
    plural = finite in ("sind", "haben")
    modal = "müssen" if plural else "muss"
    if finite in ("hat", "haben"):
        middle = view.text[tokens[clause.verb].end : tokens[first].start]
        for i in reversed(inner):
            other = _zu(view, i)
            if other is None or view.at(i + 1) not in ("und", "oder", ","):
                return None
            begin = tokens[other[1]].start - tokens[clause.verb].end
            middle = middle[:begin] + other[0].infinitive + middle[tokens[i].end - tokens[clause.verb].end :]
        return Change(tokens[clause.verb].start, tokens[last].end, f"{modal}{middle}{verb.infinitive}", "muss", _MUST)
    middle = view.text[tokens[clause.verb].end : tokens[first].start]
    offset = tokens[clause.verb].end
    for i in reversed(inner):
        other = _zu(view, i)
        if other is None or view.at(i + 1) not in ("und", "oder", "sowie", ","):
            return None
        begin = tokens[other[1]].start - offset
        middle = middle[:begin] + other[0].participle + middle[tokens[i].end - offset :]
    if not inner:
        listed = _must_list(view, clause, verb, first, context)
        if listed is not None:
            return listed
    addressed = (
        (_by_you(view, clause, verb, first) or _addressed(view, clause, verb, context, first)) if not inner else None
    )
    if addressed is not None:
        return addressed
    return Change(
        tokens[clause.verb].start, tokens[last].end, f"{modal}{middle}{verb.participle} werden", "muss", _MUST
    )


_ANNOUNCES = frozenset({"mitteilen", "feststellen", "ausführen", "ergänzen"})
_LIMITS = frozenset({"ausschließlich", "lediglich", "allein", "nur", "höchstens"})
_ZU_SHAPE = re.compile(
    r"(?:ab|an|auf|aus|bei|dar|durch|ein|fort|frei|her|hin|los|mit|nach|nieder|um|unter|vor|weg|weiter|wieder|zu|zurück|zusammen|fest|bereit|instand|fern|statt|teil)zu[a-zäöüß]{3,}n$"
)


def _joined_predicate(view: View, verb: int, first: int, inner: list[int]) -> bool:
    """Whether an adjective shares „ist“ with the „zu“ infinitive („ist zweckgebunden und … abzurufen“)."""
    for index in range(verb + 1, first):
        if view.lower[index] != "und" or index - 1 in inner:
            continue
        before = view.tokens[index - 1]
        if before.kind == "w" and not before.upper and before.lower not in word_class("adverbien"):
            return True
    return False


_MUST = "„ist zu“ verlangt etwas; „muss“ sagt es deutlich."


def _must_list(view: View, clause: Main, verb: Verb, first: int, context: Context) -> Change | None:
    """„Dem Antrag sind A, B und C beizufügen“: „Dem Antrag müssen beigefügt werden:“ and a list."""
    if not context.lists or "\n" in view.text or clause.stop != view.last or view.lower[clause.verb] != "sind":
        return None
    if view.text[view.tokens[view.last - 1].end :].strip() != ".":
        return None
    bounds = enumeration(view, clause.verb + 1, first)
    if bounds is None:
        return None
    body = "\n- ".join(view.span(a, b) for a, b in bounds)
    text = f" müssen {verb.participle} werden:\n- {body}"
    return Change(view.tokens[clause.verb - 1].end, len(view.text.rstrip()), text, "muss+liste", _MUST)


def _by_you(view: View, clause: Main, verb: Verb, first: int) -> Change | None:
    """„Die Kosten sind von Ihnen zu tragen“: „Die Kosten müssen Sie tragen“."""
    tokens = view.tokens
    place = next(
        (
            i
            for i in range(clause.verb + 1, first - 1)
            if (view.lower[i], tokens[i + 1].text) in (("von", "Ihnen"), ("durch", "Sie"))
        ),
        None,
    )
    if place is not None and view.at(clause.start) in word_class("verhaeltniswoerter"):
        others = [i for i in range(clause.verb + 1, first) if i not in (place, place + 1)]
        if any(view.tokens[i].upper or view.tokens[i].kind != "w" for i in others):
            return None
        rest = " ".join(view.tokens[i].text for i in others)
        text = " ".join(part for part in ("müssen Sie", rest, verb.infinitive) if part)
        return Change(tokens[clause.verb].start, tokens[clause.stop - 1].end, text, "muss", _MUST)
    if place is not None and clause.verb == clause.start + 1 and view.at(clause.start) == "diese":
        rest = " ".join(part for part in (view.span(clause.verb + 1, place), view.span(place + 2, first)) if part)
        text = " ".join(part for part in (f"{tokens[clause.start].text} müssen Sie", rest, verb.infinitive) if part)
        return Change(tokens[clause.start].start, tokens[clause.stop - 1].end, text, "muss", _MUST)
    subject = noun_phrase(view, clause.start)
    if (
        place is None
        or subject is None
        or not (subject.end == clause.verb or only_prepositional(view, subject.end, clause.verb))
    ):
        return None
    target = recase(view, subject, "nom", "acc")
    if target is None or not subject.can_be("nom", view.lower[clause.verb] == "sind"):
        return None
    target += view.text[tokens[subject.end - 1].end : tokens[clause.verb - 1].end]
    rest = " ".join(part for part in (view.span(clause.verb + 1, place), view.span(place + 2, first)) if part)
    text = " ".join(part for part in (view.opening(target), "müssen Sie", rest, verb.infinitive) if part)
    return Change(tokens[clause.start].start, tokens[clause.stop - 1].end, text, "muss", _MUST)


def _addressed(view: View, clause: Main, verb: Verb, context: Context, first: int) -> Change | None:
    """„Der Antrag ist bis … einzureichen“ in a letter: „Sie müssen den Antrag bis … einreichen“."""
    words = set(view.lower[clause.start : clause.stop])
    if not context.letter or context.statute or verb.infinitive not in word_class("pflichten_des_empfaengers"):
        return None
    if words & {"von", "vom", "durch", "seitens", "jede", "jeder", "alle", "wer"} or "ihnen" in words or "sie" in words:
        return None
    subject = noun_phrase(view, clause.start)
    if subject is None or subject.end != clause.verb or not subject.can_be("nom", view.lower[clause.verb] == "sind"):
        return None
    feature = reading(subject, "nom")
    if feature is None or _is_person(feature.noun):
        return None
    target = recase(view, subject, "nom", "acc")
    if target is None:
        return None
    rest = view.span(clause.verb + 1, first)
    pronoun = ""
    if rest.partition(" ")[0] in ("mir", "uns", "ihm", "ihr", "ihnen", "sich"):
        pronoun, _, rest = rest.partition(" ")
    text = " ".join(
        part
        for part in (
            "Sie müssen",
            pronoun,
            view.inner(target, clause.start) if not target[:1].isupper() or subject.det else target,
            rest,
            verb.infinitive,
        )
        if part
    )
    return Change(view.tokens[clause.start].start, view.tokens[clause.stop - 1].end, text, "muss", _MUST)


def _must_final(view: View) -> Iterator[Change]:
    """„…, dass … einzureichen ist“ → „eingereicht werden muss“; „zu dulden haben“ → „dulden müssen“."""
    tokens = view.tokens
    for index in range(view.first + 3, view.last):
        word = view.lower[index]
        if word not in ("ist", "sind", "hat", "haben") or not (
            index + 1 >= view.last or view.lower[index + 1] in (",", ";", "und")
        ):
            continue
        found = _zu(view, index - 1)
        if found is None:
            continue
        verb, first = found
        begin = max((i for i in range(first) if view.lower[i] in (",", ";", ":")), default=view.first - 1) + 1
        region = set(view.lower[begin:first])
        if (
            verb.infinitive in word_class("keine_pflicht")
            or region & word_class("verneint")
            or region & _LIMITS
            or not (
                region & word_class("unterordnend")
                or view.at(begin) in ("die", "der", "das", "welche", "welcher", "welches")
            )
        ):
            continue
        if any(_zu(view, i) is not None for i in range(begin, first)):
            continue
        plural = word in ("sind", "haben")
        modal = "müssen" if plural else "muss"
        if word in ("hat", "haben"):
            if region & _TO_NOUNS:
                continue
            text = f"{verb.infinitive} {modal}"
        else:
            text = f"{verb.participle} werden {modal}"
        yield Change(tokens[first].start, tokens[index].end, text, "muss", _MUST)


def able(view: View, context: Context) -> Iterator[Change]:
    """„vermag … nicht zu ersetzen“ becomes „kann … nicht ersetzen“."""
    if not (view.words & {"vermag", "vermögen"}):
        return
    clause = main_clause(view)
    if clause is None or view.lower[clause.verb] not in ("vermag", "vermögen") or clause.verb == view.first:
        return
    last = clause.stop - 1
    found = _zu(view, last)
    if found is None or any(_zu(view, i) is not None for i in range(clause.verb + 1, found[1])):
        return
    middle = view.text[view.tokens[clause.verb].end : view.tokens[found[1]].start]
    finite = "kann" if view.lower[clause.verb] == "vermag" else "können"
    yield Change(
        view.tokens[clause.verb].start,
        view.tokens[last].end,
        f"{finite}{middle}{found[0].infinitive}",
        "koennen",
        "„vermag zu“ heißt „kann“.",
    )


# Fixed verb groups ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    words: tuple[str, ...]
    old: Verb
    new: Verb
    rule: str
    barred: frozenset[str]
    plain_only: bool


@cache
def _groups() -> dict[str, tuple[_Group, ...]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read: object = yaml.load(_GROUPS.read_text(encoding="utf-8"), loader)
    if not isinstance(read, list):
        raise WordListError(_GROUPS, 1, "erwartet: eine Liste")
    found: dict[str, list[_Group]] = {}
    for number, entry in enumerate(read, 1):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        if not isinstance(entry, dict):
            raise WordListError(_GROUPS, number, "erwartet: fest, verb, neu")
        item: dict[str, object] = {str(k): v for k, v in entry.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        old, new = morphology.verb(str(item.get("verb"))), morphology.verb(str(item.get("neu")))
        if old is None or new is None or not item.get("fest"):
            raise WordListError(_GROUPS, number, f"Eintrag „{item.get('fest')}“: Verb unbekannt")
        barred = item.get("sperre")
        words = tuple(str(item["fest"]).lower().split())
        group = _Group(
            words,
            old,
            new,
            f"wortpaar-{item.get('nr')}",
            frozenset(str(w) for w in barred) if isinstance(barred, list) else frozenset(),  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            bool(item.get("einfach")),
        )
        found.setdefault(words[-1], []).append(group)
    return {key: tuple(value) for key, value in found.items()}


def verb_groups(view: View, context: Context) -> Iterator[Change]:
    """„in Anspruch nehmen“ becomes „nutzen“, in every form and place."""
    table = _groups()
    for index, word in enumerate(view.lower):
        if word not in table:
            continue
        for group in table[word]:
            begin = index - len(group.words) + 1
            if begin < 0 or tuple(view.lower[begin : index + 1]) != group.words or group.barred & view.words:
                continue
            if group.plain_only and not context.plain:
                continue
            change = _group_at(view, begin, index, group)
            if change is not None:
                yield change


def _group_at(view: View, begin: int, end: int, group: _Group) -> Change | None:
    tokens = view.tokens
    old, new = group.old, group.new
    reason = f"„{view.span(begin, end + 1)} {old.infinitive}“ ist umständlich. Klarer: „{new.infinitive}“."
    behind = end + 1
    word = view.at(behind)
    start = tokens[begin].start
    if view.at(begin - 1) in ("keine", "kein", "keinen", "eine", "einen", "die", "der"):
        return None
    if word == "zu" and view.at(behind + 1) == old.base:
        return Change(start, tokens[behind + 1].end, new.zu, group.rule, reason)
    if word == old.prefix + "zu" + old.base and old.prefix:
        return Change(start, tokens[behind].end, new.zu, group.rule, reason)
    if word == old.participle:
        return Change(start, tokens[behind].end, new.participle, group.rule, reason)
    for ending in ("e", "en", "er", "es", "em"):
        if word == old.participle + ending:
            return Change(start, tokens[behind].end, new.participle + ending, group.rule, reason)
    clause = main_clause(view)
    if word == old.infinitive or word == old.prefix + old.present:
        if (
            clause is not None
            and word == old.infinitive
            and (morphology.is_auxiliary(view.lower[clause.verb]) or view.at(behind + 1) not in ("",))
        ):
            return Change(start, tokens[behind].end, new.infinitive, group.rule, reason)
        if word == old.infinitive:
            return Change(start, tokens[behind].end, new.infinitive, group.rule, reason)
        if clause is None or clause.verb != behind:
            return Change(start, tokens[behind].end, new.prefix + new.present, group.rule, reason)
        return None
    if clause is None or clause.stop != behind:
        return None
    finite = view.lower[clause.verb]
    forms = {old.present: new.present, old.base: new.base, old.past: new.past, old.base[:-1]: new.base[:-1]}
    if finite not in forms or clause.verb >= begin or old.prefix:
        return None
    middle = view.text[tokens[clause.verb].end : tokens[begin].start].rstrip()
    tail = " " + new.prefix if new.prefix else ""
    return Change(
        tokens[clause.verb].start,
        tokens[end].end,
        f"{view.case_as(clause.verb, forms[finite])}{middle}{tail}",
        group.rule,
        reason,
    )


def subjected(view: View, context: Context) -> Iterator[Change]:
    """„einer kritischen Überprüfung unterziehen“ becomes „kritisch überprüfen“."""
    tokens = view.tokens
    for index, word in enumerate(view.lower):
        if word not in ("unterziehen", "unterzogen", "unterzieht"):
            continue
        noun = index - 2 if view.at(index - 1) == "zu" else index - 1
        start = noun
        while start > 0 and is_adjective(tokens[start - 1]):
            start -= 1
        if view.at(start - 1) != "einer":
            continue
        found = morphology.verb_of_noun(tokens[noun].text)
        if found is None:
            continue
        stems = [re.sub(r"en$", "", tokens[i].lower) for i in range(start, noun)]
        adverb = " ".join(stems)
        if view.at(index - 1) == "zu":
            text = found.zu
        elif word == "unterzogen":
            text = found.participle
        elif word == "unterziehen":
            text = found.infinitive
        else:
            text = found.prefix + found.present
        yield Change(
            tokens[start - 1].start,
            tokens[index].end,
            f"{adverb} {text}".strip(),
            "wortpaar-116",
            f"Klarer ist das Verb „{found.infinitive}“.",
        )
        return


_PASSIVE_NOUNS = {
    "Berücksichtigung": "berücksichtigt",
    "Anwendung": "angewendet",
    "Beachtung": "beachtet",
    "Verwendung": "verwendet",
}


def found_nouns(view: View, context: Context) -> Iterator[Change]:
    """„findet keine Berücksichtigung“ becomes „wird nicht berücksichtigt“."""
    if not (view.words & {"findet", "finden", "gefunden"}):
        return
    tokens = view.tokens
    for index, token in enumerate(tokens):
        participle = _PASSIVE_NOUNS.get(token.text)
        if participle is None:
            continue
        denied = view.at(index - 1) == "keine"
        start = index - 1 if denied else index
        if (is_adjective(tokens[start - 1]) and not is_finite(view, start - 1)) or view.at(start - 1) in (
            "eine",
            "die",
            "bei",
            "unter",
            "zur",
            "der",
        ):
            continue
        no = "nicht " if denied else ""
        behind = view.at(index + 1)
        after = view.at(index + 2)
        if behind == "gefunden" and after in ("hat", "haben"):
            aux = "wurde" if after == "hat" else "wurden"
            yield Change(tokens[start].start, tokens[index + 2].end, f"{no}{participle} {aux}", "wortpaar-119", _VERB)
            return
        if behind == "finden" and index + 2 >= view.last:
            clause = main_clause(view)
            if clause is not None and view.lower[clause.verb] in _MODALS:
                yield Change(
                    tokens[start].start, tokens[index + 1].end, f"{no}{participle} werden", "wortpaar-119", _VERB
                )
            return
        clause = main_clause(view)
        if clause is not None and view.lower[clause.verb] in ("findet", "finden") and clause.stop == index + 1:
            finite = "wird" if view.lower[clause.verb] == "findet" else "werden"
            middle = view.text[tokens[clause.verb].end : tokens[start].start]
            yield Change(
                tokens[clause.verb].start, tokens[index].end, f"{finite}{middle}{no}{participle}", "wortpaar-119", _VERB
            )
            return


_VERB = "Ein Verb ist klarer als ein Hauptwort mit blassem Verb."


def waived(view: View, context: Context) -> Iterator[Change]:
    """„von … Abstand nehmen“ becomes „auf … verzichten“; „von … Gebrauch machen“ becomes „… nutzen“."""
    tokens = view.tokens
    for index, word in enumerate(view.lower):
        if word not in ("abstand", "gebrauch") or view.at(index - 1) in ("keinen", "einen"):
            continue
        verb = ("nehmen", "genommen") if word == "abstand" else ("machen", "gemacht")
        behind = index + 1
        if view.at(behind) == "zu" and view.at(behind + 1) == verb[0]:
            form, end = ("zu verzichten" if word == "abstand" else "zu nutzen"), behind + 1
        elif view.at(behind) == verb[0]:
            form, end = ("verzichten" if word == "abstand" else "nutzen"), behind
        elif view.at(behind) == verb[1]:
            form, end = ("verzichtet" if word == "abstand" else "genutzt"), behind
        else:
            continue
        starts = [i for i in range(view.first, index) if view.lower[i] in ("von", "vom")]
        if len(starts) != 1:
            continue
        origin = starts[0]
        phrase = noun_phrase(view, origin + 1)
        if phrase is None or view.lower[origin] == "vom" or view.at(phrase.end) in ("und", "oder", "sowie", ","):
            continue
        text = recase(view, phrase, "dat", "acc")
        if text is None:
            continue
        lead = view.case_as(origin, "auf ") if word == "abstand" else ""
        if not lead and origin == view.first:
            text = view.opening(text)
        yield Change(
            tokens[origin].start,
            tokens[end].end,
            lead + text + view.text[tokens[phrase.end - 1].end : tokens[index].start] + form,
            "wortpaar-121" if word == "abstand" else "wortpaar-124",
            _VERB,
        )
        return


def represents(view: View, context: Context) -> Iterator[Change]:
    """„stellt … dar“ becomes „ist …“."""
    if "dar" not in view.words:
        return
    clause = main_clause(view)
    place = next((i for i, w in enumerate(view.lower) if w == "dar"), 0)
    if clause is None or view.lower[clause.verb] not in ("stellt", "stellen"):
        return
    if place != clause.stop - 1:
        return
    phrase = noun_phrase(view, clause.verb + 1)
    if phrase is None or phrase.end != place:
        return
    text = recase(view, phrase, "acc", "nom")
    if text is None:
        return
    finite = "ist" if view.lower[clause.verb] == "stellt" else "sind"
    yield Change(
        view.tokens[clause.verb].start, view.tokens[place].end, f"{finite} {text}", "ist", "„stellt dar“ heißt „ist“."
    )


def comes_into_question(view: View, context: Context) -> Iterator[Change]:
    """„kommt … in Betracht“ becomes „ist … möglich“."""
    if "betracht" not in view.words:
        return
    tokens = view.tokens
    place = next((i for i in range(1, len(tokens)) if view.lower[i] == "betracht" and view.lower[i - 1] == "in"), None)
    if place is None or view.at(place - 2) == "nicht":
        return  # „kommt nicht in Betracht“ may be a decision, „ist nicht möglich“ is a fact
    behind = view.at(place + 1)
    if behind in ("kommt", "kommen") and (place + 2 >= view.last or view.at(place + 2) in (",", ";")):
        finite = "ist" if behind == "kommt" else "sind"
        if _abstract_subject(view, view.first, place):
            yield Change(tokens[place - 1].start, tokens[place + 1].end, f"möglich {finite}", "moeglich", _POSSIBLY)
        return
    clause = main_clause(view)
    if clause is None or view.lower[clause.verb] not in ("kommt", "kommen") or clause.stop != place + 1:
        return
    if not _abstract_subject(view, clause.start, place):
        return
    finite = "ist" if view.lower[clause.verb] == "kommt" else "sind"
    middle = view.text[tokens[clause.verb].end : tokens[place - 1].start]
    yield Change(tokens[clause.verb].start, tokens[place].end, f"{finite}{middle}möglich", "moeglich", _POSSIBLY)


_POSSIBLY = "„kommt in Betracht“ heißt „ist möglich“."


def _abstract_subject(view: View, start: int, end: int) -> bool:
    return any(
        view.tokens[i].kind == "w"
        and view.tokens[i].upper
        and view.tokens[i].text.endswith(("ung", "ungen", "nahme", "ion", "gabe", "stundung", "erlass"))
        for i in range(start, end)
    ) and not any(
        noun.gender == "m" and _is_person(noun)
        for i in range(start, end)
        if view.tokens[i].upper
        for noun in morphology.nouns(view.tokens[i].text)
    )


def needs(view: View, context: Context) -> Iterator[Change]:
    """„bedarf der Zustimmung“ becomes „braucht die Zustimmung“."""
    if not (view.words & {"bedarf", "bedürfen"}):
        return
    clause = main_clause(view)
    if clause is None or view.tokens[clause.verb].text not in ("bedarf", "bedürfen"):
        return
    finite = "braucht" if view.lower[clause.verb] == "bedarf" else "brauchen"
    position = clause.verb + 1
    tokens = view.tokens
    if view.at(position) == "es":
        position += 1
        begin = position
        while (
            position < clause.stop
            and view.tokens[position].kind == "w"
            and not view.tokens[position].upper
            and (
                view.at(position) in word_class("adverbien")
                or view.at(position) in ("ersatzweise", "dafür", "dazu", "vorher")
            )
        ):
            position += 1
        phrase = noun_phrase(view, position)
        if phrase is None or phrase.end != clause.stop:
            return
        text = recase(view, phrase, "gen", "nom")
        feature = reading(phrase, "gen")
        if text is None or feature is None:
            return
        adverb = view.span(begin, position)
        be = "sind" if feature.plural else "ist"
        yield Change(
            tokens[clause.verb].start,
            tokens[phrase.end - 1].end,
            " ".join(p for p in (be, adverb, text, "nötig") if p),
            "brauchen",
            _NEEDS,
        )
        return
    phrase = noun_phrase(view, position)
    if phrase is None or not view.at(phrase.head).endswith(word_suffixes("zustimmung")):
        return
    if clause.start != view.first:
        return
    if not _needy(view, clause):
        yield from _needed_for(view, clause, phrase)
        return
    text = recase(view, phrase, "gen", "acc")
    if text is None or view.at(phrase.end) in ("und", "oder", "sowie"):
        return
    if phrase.end == phrase.core and text.startswith("die "):
        text = "eine " + text[4:]
    yield Change(tokens[clause.verb].start, tokens[phrase.end - 1].end, f"{finite} {text}", "brauchen", _NEEDS)


def _needed_for(view: View, clause: Main, phrase: NounPhrase) -> Iterator[Change]:
    """„Die Nutzung bedarf der Genehmigung“: „Für die Nutzung ist eine Genehmigung nötig“; an act needs nothing."""
    tokens = view.tokens
    subject = noun_phrase(view, clause.start)
    feature = reading(phrase, "gen")
    if subject is None or feature is None or not subject.can_be("nom", view.lower[clause.verb] == "bedürfen"):
        return
    if subject.end != clause.verb and not only_prepositional(view, subject.end, clause.verb):
        return
    target = recase(view, subject, "nom", "acc")
    needed = recase(view, phrase, "gen", "nom")
    if target is None or needed is None or view.at(phrase.end) in ("und", "oder", "sowie"):
        return
    if phrase.end == phrase.core and phrase.det is not None and phrase.det.kind == "der" and not feature.plural:
        needed = inflect(view, phrase, feature, "nom", det=morphology.Determiner("ein", "ein"))
    target = view.inner(target, clause.start) if subject.det is None else target[:1].lower() + target[1:]
    if tokens[clause.start].text.startswith("Ihr"):
        target = recase(view, subject, "nom", "acc") or target
    target += view.text[tokens[subject.end - 1].end : tokens[clause.verb - 1].end]
    rest = view.span(phrase.end, clause.stop)
    if rest and view.at(phrase.end) not in word_class("verhaeltniswoerter"):
        return
    be = "sind" if feature.plural else "ist"
    text = " ".join(part for part in (view.opening("für"), target, be, needed, rest, "nötig") if part)
    yield Change(tokens[clause.start].start, tokens[clause.stop - 1].end, text, "brauchen", _NEEDS)


def _needy(view: View, clause: Main) -> bool:
    """Whether the subject is a person who may need something."""
    subject = noun_phrase(view, clause.start)
    return (
        subject is not None
        and subject.end == clause.verb
        and bool(subject.features)
        and all(_is_person(feature.noun) for feature in subject.features)
    )


_NEEDS = "„bedarf“ ist Amtsdeutsch. Klarer: „braucht“."


def incumbent(view: View, context: Context) -> Iterator[Change]:
    """„obliegt der Schulleitung“ at the end becomes „ist Aufgabe der Schulleitung“."""
    if not (view.words & {"obliegt", "obliegen"}):
        return
    clause = main_clause(view)
    if clause is None or view.lower[clause.verb] not in ("obliegt", "obliegen"):
        return
    position = clause.verb + 1
    tokens = view.tokens
    be = "ist" if view.lower[clause.verb] == "obliegt" else "sind"
    if position >= clause.stop:
        return
    if any(
        word.endswith(("wahl", "entscheidung", "entscheidungen")) for word in view.lower[clause.start : clause.verb]
    ):
        return  # a choice is no duty
    if tokens[position].text == "Ihnen" and position + 1 == clause.stop:
        yield Change(
            tokens[clause.verb].start,
            tokens[position].end,
            f"{be} Ihre Aufgabe",
            "aufgabe",
            "„obliegt“ ist Amtsdeutsch.",
        )
        return
    phrase = noun_phrase(view, position)
    if phrase is None or phrase.end != clause.stop or phrase.det is None:
        return
    text = recase(view, phrase, "dat", "gen")
    if text is not None:
        yield Change(
            tokens[clause.verb].start,
            tokens[phrase.end - 1].end,
            f"{be} Aufgabe {text}",
            "aufgabe",
            "„obliegt“ ist Amtsdeutsch.",
        )


# Passives whose actor is certain --------------------------------------------------------------------------------------

_TOLD = frozenset(["informiert", "benachrichtigt", "unterrichtet", "eingeladen", "gebeten", "aufgefordert"])
_AGENTS = frozenset({"von", "vom", "durch", "seitens"})


def actor(view: View, context: Context) -> Iterator[Change]:
    """„wird Ihnen … übersandt“ becomes „wir … Ihnen …“: only the authority that writes can be meant."""
    if (
        not context.voice
        or context.statute
        or not (view.words & (word_class("von_der_behoerde") | _TOLD | {"gegeben"}))
    ):
        return
    clause = main_clause(view)
    if clause is None or _two_predicates(view, clause):
        return
    finite = view.lower[clause.verb]
    if finite not in ("wird", "werden", "wurde", "wurden"):
        return
    last = clause.stop - 1
    participle = view.lower[last]
    region = view.lower[clause.start : clause.stop]
    verb = morphology.verb_of_participle(participle)
    if verb is None:
        return
    who = context.voice
    by_us = next(
        (i for i in range(clause.verb + 1, last - 1) if view.lower[i] in ("durch", "von") and view.at(i + 1) == "uns"),
        None,
    )
    if by_us is None and (set(region) & {"durch", "seitens"} or _agent_named(view, clause)):
        return
    if participle == "gegeben":
        change = _chance(view, clause)
    elif participle in _TOLD:
        change = _told(view, clause, verb, who, by_us)
    elif (
        by_us is None
        and participle in word_class("von_der_behoerde")
        and any(view.tokens[i].text == "Ihnen" for i in range(clause.start, last))
    ):
        change = _given(view, clause, verb, who)
    else:
        change = None
    if change is not None:
        yield change


def _chance(view: View, clause: Main) -> Change | None:
    """„wird Ihnen … Gelegenheit gegeben“ becomes „haben Sie … Gelegenheit“."""
    tokens = view.tokens
    last = clause.stop - 1
    if (
        view.lower[clause.verb] != "wird"
        or "gelegenheit" not in view.lower[clause.verb : last]
        or "keine" in view.words
    ):
        return None
    if clause.verb + 1 < last and tokens[clause.verb + 1].text == "Ihnen":
        rest = view.span(clause.verb + 2, last).replace("hiermit ", "")
        if clause.verb == clause.start + 1 and view.at(clause.start) == "es":
            text = f"{view.opening('Sie')} haben {rest}"
            return Change(tokens[clause.start].start, tokens[last].end, text, "gelegenheit", _WHO)
        return Change(tokens[clause.verb].start, tokens[last].end, f"haben Sie {rest}", "gelegenheit", _WHO)
    if clause.verb == clause.start + 1 and tokens[clause.start].text == "Ihnen":
        rest = view.span(clause.verb + 1, last).replace("hiermit ", "")
        return Change(tokens[clause.start].start, tokens[last].end, f"Sie haben {rest}", "gelegenheit", _WHO)
    return None


_WHO = "Es wird klar, wer etwas tun kann."


def _form(verb: Verb, who: str) -> str:
    return (verb.base[:-2] if verb.base.endswith("en") else verb.base[:-1]) + "e" if who == "ich" else verb.base


_WE = "Es wird klar, wer handelt: die Behörde, die schreibt."


def _told(view: View, clause: Main, verb: Verb, who: str, by_us: int | None) -> Change | None:
    tokens = view.tokens
    last = clause.stop - 1

    def rest_from(start: int) -> str:
        if by_us is None or by_us < start:
            return view.span(start, last)
        return " ".join(part for part in (view.span(start, by_us), view.span(by_us + 2, last)) if part)

    if (verb.infinitive == "bitten" and view.at(clause.stop) != ",") or "als" in view.lower[clause.start : last]:
        return None
    if view.lower[clause.verb] != "werden":
        return None
    tail = " " + verb.prefix if verb.prefix else ""
    if tokens[clause.verb - 1].text == "Sie" and clause.verb - 1 == clause.start:
        rest = rest_from(clause.verb + 1)
        text = view.opening(f"{who} {_form(verb, who)} Sie{' ' + rest if rest else ''}{tail}")
        return Change(tokens[clause.start].start, tokens[last].end, text, "wir", _WE)
    if clause.verb + 1 < last and tokens[clause.verb + 1].text == "Sie":
        rest = rest_from(clause.verb + 2)
        text = f"{_form(verb, who)} {who} Sie{' ' + rest if rest else ''}{tail}"
        return Change(tokens[clause.verb].start, tokens[last].end, text, "wir", _WE)
    return None


def _given(view: View, clause: Main, verb: Verb, who: str) -> Change | None:
    tokens = view.tokens
    last = clause.stop - 1
    past = view.lower[clause.verb] in ("wurde", "wurden")
    to = next(i for i in range(clause.start, last) if tokens[i].text == "Ihnen")
    have = "habe" if who == "ich" else "haben"
    subject = noun_phrase(view, clause.start)
    plural = view.lower[clause.verb] in ("werden", "wurden")
    tail = " " + verb.prefix if verb.prefix else ""
    if to == clause.verb + 1 and subject is not None and subject.end == clause.verb and subject.can_be("nom", plural):
        target = recase(view, subject, "nom", "acc")
        if target is None:
            return None
        target = view.inner(target, clause.start) if not subject.det else target
        rest = view.span(to + 1, last)
        if past:
            text = f"{who} {have} Ihnen {target}{' ' + rest if rest else ''} {verb.participle}"
        else:
            text = f"{who} {_form(verb, who)} Ihnen {target}{' ' + rest if rest else ''}{tail}"
        return Change(tokens[clause.start].start, tokens[last].end, view.opening(text), "wir", _WE)
    if to != clause.verb + 1 or (subject is not None and subject.end == clause.verb and subject.can_be("nom", plural)):
        return None
    # The subject stands behind „Ihnen“; only a masculine singular changes its form.
    rest = "" if to + 1 == last else _accusative(view, to + 1, last, plural)
    if rest is None:
        return None
    if past:
        text = " ".join(part for part in (have, who, "Ihnen", rest, verb.participle) if part)
    else:
        text = " ".join(part for part in (_form(verb, who), who, "Ihnen", rest) if part) + tail
    return Change(tokens[clause.verb].start, tokens[last].end, text, "wir", _WE)


def _accusative(view: View, start: int, end: int, plural: bool) -> str | None:
    """A stretch with one nominative noun phrase, that phrase in the accusative."""
    index = start
    while index < end:
        word = view.at(index)
        if word in word_class("verhaeltniswoerter"):
            inner = noun_phrase(view, index + 1)
            index = inner.end if inner is not None else index + 1
            continue
        phrase = noun_phrase(view, index)
        if phrase is not None and phrase.end <= end and phrase.can_be("nom", plural):
            text = recase(view, phrase, "nom", "acc")
            # „starker Wuchs und Risse“: both parts would have to move.
            joined = {view.at(index - 1), view.at(phrase.end)} & {"und", "oder", "sowie", ","}
            if text is None or (joined and index > start) or view.at(phrase.end) in ("und", "oder", "sowie"):
                return None
            return " ".join(part for part in (view.span(start, index), text, view.span(phrase.end, end)) if part)
        index += 1
    return None


def takes_time(view: View, context: Context) -> Iterator[Change]:
    """„nimmt vier Wochen in Anspruch“ becomes „dauert vier Wochen“."""
    if "anspruch" not in view.words or not (view.words & {"nimmt", "nehmen"}):
        return
    clause = main_clause(view)
    if clause is None or view.lower[clause.verb] not in ("nimmt", "nehmen"):
        return
    last = clause.stop - 1
    if [view.at(last - 1), view.at(last)] != ["in", "anspruch"] or view.at(last - 2) not in word_class("dauer"):
        return
    finite = "dauert" if view.lower[clause.verb] == "nimmt" else "dauern"
    middle = view.text[view.tokens[clause.verb].end : view.tokens[last - 1].start].rstrip()
    yield Change(
        view.tokens[clause.verb].start,
        view.tokens[last].end,
        finite + middle,
        "dauern",
        "„dauert“ sagt dasselbe kürzer.",
    )


def apparent(view: View, context: Context) -> Iterator[Change]:
    """„ist aus dem Aushang ersichtlich“ becomes „steht im Aushang“."""
    if not (view.words & {"ersichtlich", "entnehmen"}):
        return
    clause = main_clause(view)
    if clause is None or view.lower[clause.verb] not in ("ist", "sind"):
        return
    tokens = view.tokens
    last = clause.stop - 1
    if view.at(last) == "ersichtlich" and view.at(clause.verb + 1) == "aus":
        phrase = noun_phrase(view, clause.verb + 2)
        if phrase is None or phrase.end != last or not phrase.can_be("dat"):
            return
        text = view.span(clause.verb + 2, last)
    elif view.at(last) == "entnehmen" and view.at(last - 1) == "zu":
        phrase = noun_phrase(view, clause.verb + 1)
        if phrase is None or phrase.end != last - 1 or phrase.det is None or phrase.can_be("nom"):
            return
        text = view.span(clause.verb + 1, last - 1)
    else:
        return
    article, _, rest = text.partition(" ")
    place = f"im {rest}" if article == "dem" else f"in {text}"
    finite = "steht" if view.lower[clause.verb] == "ist" else "stehen"
    yield Change(
        tokens[clause.verb].start, tokens[last].end, f"{finite} {place}", "steht", "„steht in“ sagt dasselbe klarer."
    )


_EMPTY = frozenset({"Durchführung", "Vornahme"})
_KEEPS_CASE = {
    "nach": "dat", "mit": "dat", "bei": "dat", "vor": "dat", "während": "gen", "wegen": "gen", "von": "dat",
    "für": "acc", "durch": "acc",
    "ohne": "acc", "über": "acc", "beim": "dat", "infolge": "gen", "trotz": "gen", "zu": "dat",
}  # fmt: skip


def empty_nouns(view: View, context: Context) -> Iterator[Change]:
    """„nach Durchführung der Arbeiten“ becomes „nach den Arbeiten“."""
    tokens = view.tokens
    for index, token in enumerate(tokens):
        if token.text not in _EMPTY or index < 1:
            continue
        start = index
        if view.at(start - 1) in ("der", "die"):
            start -= 1
        preposition = view.at(start - 1)
        case = _KEEPS_CASE.get(preposition)
        if case is None or start - 1 < view.first:
            continue
        if view.at(index + 1) == "von":
            phrase, old = noun_phrase(view, index + 2), "dat"
        else:
            phrase, old = noun_phrase(view, index + 1), "gen"
            if phrase is not None and phrase.det is None and not phrase.adjectives:
                continue
        if phrase is None or (view.at(phrase.end) in ("und", "oder", "sowie", ",") and view.at(phrase.end) != ","):
            continue
        if view.at(start - 2) in ("des", "der", "dem", "den", "die", "das") or view.lower[index + 1].startswith(
            ("beauftragt", "betraut", "befasst")
        ):
            continue  # „des mit der Durchführung beauftragten Unternehmens“
        text = recase(view, phrase, old, case)
        if text is None:
            continue
        article, _, rest = text.partition(" ")
        lead = view.tokens[start - 1].text
        if preposition in ("bei", "von", "zu") and article in ("dem", "der"):
            joined = morphology.contract(preposition, article) + " " + rest
            joined = joined[:1].upper() + joined[1:] if lead[:1].isupper() else joined
        else:
            joined = f"{lead} {text}"
        yield Change(
            tokens[start - 1].start,
            tokens[phrase.end - 1].end,
            joined,
            "leeres-wort",
            f"„{token.text}“ sagt hier nichts.",
        )
        return


def as_a(view: View, context: Context) -> Iterator[Change]:
    """„in Form eines Vorschusses“ becomes „als Vorschuss“."""
    for index in range(len(view.tokens) - 3):
        if view.lower[index : index + 2] != ["in", "form"] or view.at(index + 2) not in ("eines", "einer"):
            continue
        phrase = noun_phrase(view, index + 2, attributes=False)
        if phrase is None or phrase.adjectives or any(feature.noun.weak for feature in phrase.features):
            continue  # „eine Entschädigung als einheitlicher Stundensatz“ would need the case of what it belongs to
        text = recase(view, phrase, "gen", "nom", drop_det=True)
        if text is not None:
            yield Change(
                view.tokens[index].start,
                view.tokens[phrase.end - 1].end,
                view.case_as(index, "als " + text),
                "wortpaar",
                "„in Form“ ist umständlich.",
            )


def as_well(view: View, context: Context) -> Iterator[Change]:
    """„A sowie B“ becomes „A und B“ where no other „und“ stands near."""
    if "sowie" not in view.words:
        return
    for index, word in enumerate(view.lower):
        if word != "sowie" or index == view.first:
            continue
        near = view.lower[max(0, index - 14) : index + 12]
        if "und" in near or "oder" in near or near.count("sowie") > 1 or view.at(index - 1) == ",":
            continue
        verb = main_verb(view, view.first, view.last)
        if verb is not None and verb > index and morphology.finite_second(view.lower[verb]) is False:
            continue
        yield Change(view.tokens[index].start, view.tokens[index].end, "und", "sowie", "„und“ genügt.")


_BE = {"wird": ("", False), "werden": ("", True), "wurde": ("hat", False), "wurden": ("hat", True)}


def named_agent(view: View, context: Context) -> Iterator[Change]:
    """„Der Antrag wird vom Sozialamt bearbeitet“ becomes „Das Sozialamt bearbeitet den Antrag“."""
    if not (view.words & {"von", "vom", "durch"}) or not (view.words & {"wird", "werden", "wurde", "wurden"}):
        return
    clause = main_clause(view)
    if clause is None or _two_predicates(view, clause):
        return
    tokens = view.tokens
    finite = view.lower[clause.verb]
    last = clause.stop - 1
    modal = finite in _MODALS and view.at(last) == "werden"
    place = last - 1 if modal else last
    if not modal and finite not in _BE:
        return
    verb = morphology.verb_of_participle(view.at(place))
    if verb is None or view.at(place) in word_class("kein_handelnder") or place <= clause.verb + 1:
        return
    word = view.at(clause.verb + 1)
    if word not in ("von", "vom", "durch"):
        return
    agent = noun_phrase(view, clause.verb + 2)
    if agent is None or agent.end > place or view.at(agent.end) in ("und", "oder", "sowie", ","):
        return
    old = "acc" if word == "durch" else "dat"
    if word == "vom":
        found = {f for f in agent.features if f.case == "dat" and f.gender in "mn"}
        if agent.det is not None or len({(f.noun.lemma, f.gender) for f in found}) != 1:
            return
        feature = found.pop()
        name = (
            inflect(view, agent, feature, "nom", det=morphology.Determiner("der", "der"))
            + view.text[tokens[agent.core - 1].end : tokens[agent.end - 1].end]
        )
    else:
        feature = reading(agent, old)
        name = recase(view, agent, old, "nom")
    if feature is None or name is None or (agent.det is None and word != "vom") or not _is_person(feature.noun):
        return
    subject = noun_phrase(view, clause.start)
    if subject is None or not (subject.end == clause.verb or only_prepositional(view, subject.end, clause.verb)):
        return
    rest = view.span(agent.end, place)
    if subject.can_be("nom", finite in ("werden", "wurden", "können", "müssen", "sollen", "dürfen")):
        target = recase(view, subject, "nom", "acc")
        if target is None:
            return
        target += view.text[tokens[subject.end - 1].end : tokens[clause.verb - 1].end]
    elif subject.can_be("dat") and not subject.can_be("nom"):
        target = view.span(clause.start, clause.verb)
        target = view.inner(target, clause.start)
    else:
        return
    if clause.start != view.first:
        return
    target = (
        target if subject.det is None else target[:1].lower() + target[1:] if target[:3] not in ("Ihr",) else target
    )
    have = "haben" if feature.plural else "hat"
    if modal:
        parts = (_numbered(finite, feature.plural), target, rest, verb.infinitive)
    elif finite in ("wurde", "wurden"):
        parts = (have, target, rest, verb.participle)
    else:
        parts = ((verb.base if feature.plural else verb.present), target, rest, verb.prefix)
    text = view.opening(name) + " " + " ".join(part for part in parts if part)
    yield Change(tokens[clause.start].start, tokens[last].end, text, "aktiv", "Wer handelt, steht vorn.")


def authority(view: View, context: Context) -> Iterator[Change]:
    """„Ihr Antrag wird geprüft“ in a letter becomes „Wir prüfen Ihren Antrag“: acts only the authority can mean."""
    if not context.letter or not context.voice or context.statute:
        return
    if not (view.words & {"wird", "werden", "wurde", "wurden", "kann", "können", "konnte", "konnten"}):
        return
    clause = main_clause(view)
    if clause is None or _two_predicates(view, clause):
        return
    tokens = view.tokens
    finite = view.lower[clause.verb]
    last = clause.stop - 1
    modal = finite in ("kann", "können", "konnte", "konnten") and view.at(last) == "werden"
    place = last - 1 if modal else last
    if not modal and finite not in _BE:
        return
    verb = morphology.verb_of_participle(view.at(place))
    if verb is None or verb.infinitive not in _sections()["behoerde"] or place <= clause.verb:
        return
    region = view.lower[clause.start : clause.stop]
    if set(region) & {"keine", "kein", "keinen", "sich", "wer", "jeder", "durch", "seitens"} or _agent_named(
        view, clause
    ):
        return
    if view.at(clause.stop) == "," and view.at(clause.stop + 1) in word_class("unterordnend") - {
        "dass",
        "wenn",
        "weil",
        "da",
        "sobald",
        "sofern",
        "falls",
        "ob",
        "soweit",
    }:
        return
    who = context.voice
    have = "habe" if who == "ich" else "haben"
    if modal:
        can = {"kann": "können", "können": "können", "konnte": "konnten", "konnten": "konnten"}[finite]
        if who == "ich":
            can = {"können": "kann", "konnten": "konnte"}[can]
        first_verb, tail = can, verb.infinitive
    elif finite in ("wurde", "wurden"):
        first_verb, tail = have, verb.participle
    else:
        first_verb, tail = _form(verb, who), verb.prefix
    plural = finite in ("werden", "wurden", "können", "konnten")
    subject = noun_phrase(view, clause.start)
    if view.at(clause.start) == "es" and clause.verb == clause.start + 1:
        rest = view.span(clause.verb + 1, place)
        text = view.opening(" ".join(part for part in (who, first_verb, rest, tail) if part))
        yield Change(tokens[clause.start].start, tokens[last].end, text, "wir", _WE)
        return
    if clause.verb == clause.start + 1 and view.at(clause.start) in word_class("fuerwoerter"):
        pronoun = {"er": "ihn", "sie": "sie", "es": "es"}.get(view.at(clause.start))
        if pronoun is None or plural or clause.start != view.first:
            return
        rest = view.span(clause.verb + 1, place)
        text = view.opening(" ".join(part for part in (who, first_verb, pronoun, rest, tail) if part))
        yield Change(tokens[clause.start].start, tokens[last].end, text, "wir", _WE)
        return
    if (
        subject is not None
        and (subject.end == clause.verb or only_prepositional(view, subject.end, clause.verb))
        and clause.start == view.first
    ):
        if subject.can_be("nom", plural) and not _person_subject(subject):
            target = recase(view, subject, "nom", "acc")
            if target is None:
                return
        elif subject.can_be("dat") and not subject.can_be("nom"):
            target = view.inner(view.span(clause.start, subject.end), clause.start)
        else:
            return
        target += view.text[tokens[subject.end - 1].end : tokens[clause.verb - 1].end]
        if subject.det is None:
            target = view.inner(target, clause.start)
        elif not target.startswith("Ihr"):
            target = target[:1].lower() + target[1:]
        rest = view.span(clause.verb + 1, place)
        if not subject.can_be("nom", plural):
            # „Den Bewerbern wird ein Platz angeboten“: the subject stands behind the verb.
            moved = _accusative(view, clause.verb + 1, place, plural)
            if moved is None and any(is_noun(view.tokens[i]) for i in range(clause.verb + 1, place)):
                return
            rest = rest if moved is None else moved
        pronoun, _, later = rest.partition(" ")
        if pronoun in ("Ihnen", "mir", "uns"):
            rest, target = later, f"{pronoun} {target}"
        text = view.opening(" ".join(part for part in (who, first_verb, target, rest, tail) if part))
        yield Change(tokens[clause.start].start, tokens[last].end, text, "wir", _WE)
        return
    if (
        subject is not None
        and subject.can_be("nom", plural)
        and subject.end <= clause.verb
        and clause.start == view.first
    ):
        return
    behind = clause.verb + 1
    rest = _accusative(view, behind, place, plural)
    if rest is None:
        if any(_can_open(view, i, plural) for i in range(behind, place)):
            return
        if plural:
            return
        rest = view.span(behind, place)
    pronoun, _, later = rest.partition(" ")
    lead = f"{first_verb} {who}"
    if pronoun in ("Ihnen", "Sie"):
        lead, rest = f"{lead} {pronoun}", later
    text = " ".join(part for part in (lead, rest, tail) if part)
    yield Change(tokens[clause.verb].start, tokens[last].end, text, "wir", _WE)


def _can_open(view: View, index: int, plural: bool) -> bool:
    """Whether a noun phrase that may be the subject starts at a token."""
    if view.lower[index] not in ("der", "die", "das", "ein", "eine"):
        return False
    if view.at(index - 1) in word_class("verhaeltniswoerter"):
        return False
    phrase = noun_phrase(view, index)
    return phrase is not None and phrase.can_be("nom", plural)


def _agent_named(view: View, clause: Main) -> bool:
    """Whether „von …“ or „vom …“ names someone who acts."""
    for index in range(clause.start, clause.stop):
        if view.lower[index] not in ("von", "vom"):
            continue
        if view.at(index + 1) in ("ihnen", "uns", "dritten", "mir"):
            return True
        phrase = noun_phrase(view, index + 1, attributes=False)
        if (
            phrase is not None
            and (not phrase.features or any(_is_person(f.noun) for f in phrase.features))
            and view.tokens[index + 1].kind != "n"
        ):
            return True
    return False


def _person_subject(phrase: NounPhrase) -> bool:
    return any(_is_person(f.noun) for f in phrase.features)


def recommended(view: View, context: Context) -> Iterator[Change]:
    """„Es wird empfohlen, …“ becomes „Wir empfehlen, …“."""
    if (
        not context.speaker
        or "empfohlen" not in view.words
        or {"von", "vom", "durch"} & view.words & set(view.lower[: view.last])
    ):
        return
    tokens = view.tokens
    place = view.lower.index("empfohlen")
    if view.at(place - 1) not in ("wird", "ihnen") or view.at(place + 1) != ",":
        return
    verb = place - 1 if view.at(place - 1) == "wird" else place - 2
    if view.lower[verb] != "wird":
        return
    who, form = ("ich", "empfehle") if context.speaker == "ich" else ("wir", "empfehlen")
    to = " Ihnen" if verb == place - 2 else ""
    if view.at(verb - 1) == "es" and verb - 1 == view.first:
        yield Change(tokens[view.first].start, tokens[place].end, view.opening(f"{who} {form}{to}"), "wir", _WE)
    elif view.at(verb - 1) == ",":
        yield Change(tokens[verb].start, tokens[place].end, f"{form} {who}{to}", "wir", _WE)


def light_final(view: View, context: Context) -> Iterator[Change]:
    """„damit die Bestellung einer Vertretung erfolgen kann“: „damit eine Vertretung bestellt werden kann“."""
    if not (view.words & {"erfolgt", "erfolgen", "vorgenommen", "durchgeführt", "veranlasst"}):
        return
    tokens = view.tokens
    for index in range(view.first, view.last - 3):
        if view.lower[index] not in (
            "damit",
            "dass",
            "wenn",
            "sobald",
            "bevor",
            "nachdem",
            "falls",
            "sofern",
            "ob",
            "weil",
            "da",
            "obwohl",
        ):
            continue
        found = action(view, index + 1)
        if found is None:
            continue
        end = found.end
        while (
            end < view.last
            and view.lower[end] not in (",", ";", ":", "(")
            and not (view.lower[end] in ("und", "oder") and morphology.finite_final(view.lower[end - 1]) is not None)
        ):
            end += 1
        other = noun_phrase(view, end + 1) if view.at(end) in ("und", "oder") else None
        if view.at(end) in ("und", "oder") and (other is None or other.det is None or not other.can_be("nom")):
            continue  # „…, dass die Ausstellung erfolgt und Zeit braucht“: a second verb shares the subject
        done = _final_cluster(view, found, end)
        if done is None:
            continue
        begin, cluster = done
        rest = view.span(found.end, begin)
        text = " ".join(part for part in (found.target, found.agent, rest, found.manner, cluster) if part)
        yield Change(
            tokens[index + 1].start,
            tokens[end - 1].end,
            text,
            "erfolgt",
            "Ein Verb sagt, was geschieht, statt eines Hauptworts.",
        )
        return


def purposes(view: View, context: Context) -> Iterator[Change]:
    """„Zur Prüfung Ihres Antrags benötigen wir …“ becomes „Um Ihren Antrag zu prüfen, benötigen wir …“."""
    first = view.first
    if view.at(first) != "zur" or context.statute:
        return
    found = action(view, first + 1)
    if found is None or len(found.verbs) != 1 or found.agent or found.manner:
        return
    verb = found.end
    if not is_finite(view, verb) or view.at(verb + 1) not in ("wir", "ich") or "," in view.lower[verb:]:
        return
    if view.lower[verb] in ("bitten", "bitte", "fordern", "fordere", "weisen", "weise", "erhalten", "laden", "lade"):
        return  # who is asked acts, not who asks
    text = view.opening(f"um {found.object} {found.verbs[0].zu},")
    yield Change(
        view.tokens[first].start, view.tokens[verb - 1].end, text, "um-zu", "Ein Verb sagt, was geschehen soll."
    )


def _final_cluster(view: View, found: Action, end: int) -> tuple[int, str] | None:
    """Where the closing verbs of a clause with a light verb start, and what they become."""
    last, second, third = view.at(end - 1), view.at(end - 2), view.at(end - 3)
    part = _participles(found)
    if last == "erfolgt":
        return end - 1, f"{part} {'werden' if found.plural else 'wird'}"
    if second == "erfolgen" and last in _MODALS:
        return end - 2, f"{part} werden {_numbered(last, found.plural)}"
    if second == "erfolgt" and last in ("ist", "sind"):
        return end - 2, f"{part} worden {'sind' if found.plural else 'ist'}"
    if second in _LIGHT_PARTICIPLES and last in ("wird", "werden", "wurde", "wurden"):
        return end - 2, f"{part} {_numbered(last, found.plural)}"
    if third in _LIGHT_PARTICIPLES and second == "werden" and last in _MODALS:
        return end - 3, f"{part} werden {_numbered(last, found.plural)}"
    return None


def _impossible(view: View, clause: Main) -> bool:
    """Whether the subject is an act that someone might ask for, so that „ausgeschlossen“ means „nicht möglich“."""
    phrase = noun_phrase(view, clause.start)
    return (
        phrase is not None
        and phrase.end == clause.verb
        and view.at(phrase.head).endswith(
            ("verlängerung", "barzahlung", "stornierung", "umbuchung", "rückgabe", "umtausch", "nachmeldung")
        )
    )


def predicates(view: View, context: Context) -> Iterator[Change]:
    """Predicates at the end of a simple sentence: „ist verpflichtend“ becomes „ist Pflicht“."""
    clause = main_clause(view)
    if clause is None:
        return
    tokens = view.tokens
    last = clause.stop - 1
    finite = view.lower[clause.verb]
    word = view.at(last)
    if finite in ("erfolgt", "erfolgen") and clause.verb + 2 < clause.stop:
        start = clause.verb + 1
        if view.at(start) in ("voraussichtlich", "jeweils", "immer", "erst", "bereits", "schon"):
            start += 1
        if time_phrase(view, start) == clause.stop:
            be = "ist" if finite == "erfolgt" else "sind"
            yield Change(tokens[clause.verb].start, tokens[clause.verb].end, be, "erfolgt", "„ist“ genügt.")
    elif word == "verpflichtend" and finite == "ist":
        yield Change(tokens[last].start, tokens[last].end, "Pflicht", "wortpaar", "„Pflicht“ sagt es kürzer.")
    elif (
        word == "zulässig"
        and not context.statute
        and finite in ("ist", "sind")
        and not any(
            w.endswith(
                (
                    "klage",
                    "widerspruch",
                    "antrag",
                    "anträge",
                    "rechtsbehelf",
                    "einspruch",
                    "beschwerde",
                    "vorhaben",
                    "berufung",
                )
            )
            for w in view.words
        )
    ):
        yield Change(tokens[last].start, tokens[last].end, "erlaubt", "wortpaar", "„erlaubt“ ist das einfachere Wort.")
    elif (
        word == "ausgeschlossen" and finite in ("ist", "sind") and last <= clause.verb + 2 and _impossible(view, clause)
    ):
        yield Change(
            tokens[last].start, tokens[last].end, "nicht möglich", "wortpaar", "„nicht möglich“ sagt es einfacher."
        )
    elif (
        word == "schriftform"
        and finite in ("bedarf", "bedürfen")
        and last == clause.verb + 2
        and view.at(last - 1) == "der"
    ):
        must_be = "muss" if finite == "bedarf" else "müssen"
        yield Change(tokens[clause.verb].start, tokens[last].end, f"{must_be} schriftlich sein", "brauchen", _NEEDS)

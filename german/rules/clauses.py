"""Clauses: where the finite verb stands, and how a clause reads with the verb second or last.

The word order rules of German main and subordinate clauses, and nothing about style.
"""

from dataclasses import dataclass

from german import morphology
from german.morphology import Finite
from german.rules.phrases import View, is_adjective, is_noun, noun_phrase, time_phrase, word_class

_ENDS = frozenset({",", ";", ":", "–", "(", ")"})


def opens_subordinate(view: View, comma: int) -> bool:
    """Whether the comma at this token opens a subordinate, relative or infinitive clause."""
    word = view.at(comma + 1)
    following = view.at(comma + 2)
    if word in word_class("unterordnend") or word in word_class("relativ"):
        return True
    if word in (
        "um",
        "ohne",
        "anstatt",
        "statt",
        "insbesondere",
        "also",
        "so",
        "und",
        "oder",
        "soweit",
        "es",
        "sondern",
        "aber",
    ):
        return word not in ("und", "oder", "sondern", "aber") or following in word_class("unterordnend")
    if word in word_class("verhaeltniswoerter") and following in word_class("relativ"):
        return True
    return _infinitive_clause(view, comma + 1)


def _infinitive_clause(view: View, start: int) -> bool:
    """Whether the words up to the next comma end with „zu“ and an infinitive and hold no finite verb."""
    end = start
    while end < view.last and view.lower[end] not in (",", ";", ":", "–", "("):
        end += 1
    if end - start < 2:
        return False
    closes = morphology.verb_of_zu(view.tokens[end - 1].text) is not None or view.at(end - 2) == "zu"
    return closes and not any(morphology.is_auxiliary(view.lower[i]) for i in range(start, end))


def is_finite(view: View, index: int) -> bool:
    """Whether a token can be the finite verb of a main clause."""
    if index >= len(view.tokens):
        return False
    token = view.tokens[index]
    if token.kind != "w" or (token.upper and index != view.first):
        return False
    if morphology.finite_second(token.lower) is None or view.at(index - 1) == "zu":
        return False
    if token.lower == "sein":
        return False
    return not (
        is_adjective(token)
        and index + 1 < len(view.tokens)
        and is_noun(view.tokens[index + 1])
        and view.at(index - 1) in _ARTICLES
    )


_ARTICLES = frozenset({"der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines"})


def main_verb(view: View, start: int, end: int) -> int | None:
    """The finite verb in second place of a main clause that starts at `start`; None when it is not certain."""
    if start >= end:
        return None
    opened = view.at(start)
    if opened in word_class("unterordnend") and not (opened in _TWO_FACED and "," not in view.lower[start:end]):
        return None
    for index in range(start + 1, end):
        word = view.lower[index]
        if word == "," and enumerates(view, index, end):
            continue
        if word in _ENDS:
            return None
        if is_finite(view, index):
            return index
    return None


_TWO_FACED = frozenset({"bis", "seit", "während", "damit", "als", "wie"})


def has_finite(view: View, start: int, end: int) -> bool:
    """Whether a stretch holds a finite verb at all."""
    return any(is_finite(view, i) for i in range(start, end))


def final_verb(view: View, start: int, end: int) -> Finite | None:
    """The finite verb at the end of a subordinate clause `start`..`end` (without its conjunction).

    None when the clause holds commas, coordinates two verbs, or ends with anything else.
    """
    if end - start < 2:
        return None
    last = view.tokens[end - 1]
    if last.kind != "w" or last.upper:
        return None
    finite = morphology.finite_final(last.text)
    if finite is None or (view.at(end - 2) == "zu" and not morphology.is_auxiliary(last.text)):
        return None
    if (
        morphology.is_auxiliary(last.text)
        and view.at(end - 2) in ("haben", "werden")
        and finite.infinitive in ("müssen", "können", "dürfen", "sollen")
        and finite.plural
    ):
        pass
    depth = 0
    for index in range(start, end - 1):
        word = view.lower[index]
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif word in (",", ";", ":", "–") and depth == 0:
            if word == "," and is_adjective(view.tokens[index - 1]) and is_adjective(view.tokens[index + 1]):
                continue
            if word == "," and enumerates(view, index, end):
                continue
            return None
        elif (
            morphology.is_auxiliary(word)
            and word
            not in (
                "werden",
                "haben",
                "sein",
                "können",
                "müssen",
                "dürfen",
                "sollen",
                "wollen",
                "worden",
            )
        ) or (word in ("und", "oder", "sowie") and index > start and _closes_clause(view, index - 1)):
            return None
    return finite


def enumerates(view: View, comma: int, end: int) -> bool:
    """Whether a comma separates nouns of an enumeration („Größe, Farbe und Form“)."""
    return (
        comma > 0
        and is_noun(view.tokens[comma - 1])
        and comma + 1 < end
        and (is_noun(view.tokens[comma + 1]) or morphology.determiner(view.tokens[comma + 1].text) is not None)
        and any(view.lower[i] in ("und", "oder", "sowie") for i in range(comma + 1, min(comma + 12, end)))
        and not any(_closes_clause(view, i) for i in range(comma + 1, min(comma + 4, end)))
    )


def _closes_clause(view: View, index: int) -> bool:
    """Whether a token can be the verb that closes a clause before „und“."""
    token = view.tokens[index]
    if token.kind != "w" or token.upper:
        return False
    if morphology.finite_final(token.text) is not None:
        return True
    return token.text.endswith(("t", "en")) and morphology.verb_of_participle(token.text) is not None


def clause_end(view: View, start: int, limit: int) -> int | None:
    """Where a subordinate clause ends: before the first comma that follows a finite verb, or at `limit`."""
    for index in range(start + 1, limit):
        if (
            view.lower[index] in (",", ";")
            and morphology.finite_final(view.lower[index - 1]) is not None
            and opens_subordinate(view, index)
        ):
            return index
        if view.lower[index] == ";":
            return index
    return limit


@dataclass(frozen=True, slots=True)
class Opening:
    """The first constituent of a clause: tokens `start`..`end`, and whether „sich“ moves behind the verb."""

    start: int
    end: int
    reflexive: bool = False


def opening(view: View, start: int, end: int, *, plural: bool) -> Opening | None:
    """The constituent that can open a main clause: the subject, or an adverb before it.

    Args:
        view: The sentence.
        start: First token of the clause.
        end: Where the clause ends.
        plural: The number of the finite verb; a noun phrase must agree with it.
    """
    if start >= end:
        return None
    word = view.tokens[start].text
    low = view.lower[start]
    if low == "sich":
        inner = opening(view, start + 1, end, plural=plural)
        return None if inner is None or inner.reflexive else Opening(inner.start, inner.end, True)
    if low in ("ich", "wir", "er", "es", "man", "dies", "das") or word in ("Sie", "sie"):
        if (
            low in ("das",)
            and start + 1 < end
            and (is_noun(view.tokens[start + 1]) or is_adjective(view.tokens[start + 1]))
        ):
            return _subject(view, start, end, plural)
        if word in ("Sie", "wir") and not plural:
            return None
        if low in ("er", "es", "man", "dies", "das", "ich") and plural:
            return None
        if low == "das" and any(
            is_adjective(view.tokens[i]) and view.tokens[i].text.endswith("e") and is_noun(view.tokens[i + 1])
            for i in range(start + 1, end - 1)
        ):
            return None  # „das Ihrem Grundstück zugeordnete Behältnis“: an article far from its noun
        return Opening(start, start + 1)
    if low in (
        "leider",
        "deshalb",
        "daher",
        "künftig",
        "zurzeit",
        "derzeit",
        "jetzt",
        "dort",
        "hier",
        "bisher",
        "dabei",
        "dafür",
        "dazu",
        "damit",
        "heute",
        "morgen",
        "dann",
    ):
        return Opening(start, start + 1)
    if low in word_class("verhaeltniswoerter"):
        when = time_phrase(view, start)
        if when is not None and when < end and view.at(when) not in ("und", "oder", "bis", ",") and low not in ("bis",):
            return Opening(start, when)
        return _adverbial(view, start, end, plural)
    return _subject(view, start, end, plural) or _dative(view, start, end)


def _dative(view: View, start: int, end: int) -> Opening | None:
    """„Ihrer Ehefrau …“, „Ihrem Antrag …“: a dative can open a sentence as well."""
    if view.tokens[start].text not in ("Ihrer", "Ihrem", "dem", "einem"):
        return None
    phrase = noun_phrase(view, start)
    if phrase is None or not phrase.can_be("dat") or phrase.can_be("nom") or phrase.end >= end:
        return None
    if view.at(phrase.end) in word_class("angebunden"):
        if not attached(view, phrase.end):
            return None
        inner = noun_phrase(view, phrase.end + 1)
        if inner is None:
            return None
        return Opening(start, inner.end) if view.at(inner.end) not in ("und", "oder", ",", "sowie") else None
    return Opening(start, phrase.end) if view.at(phrase.end) not in ("und", "oder", ",", "sowie") else None


_TO = (
    "zustimmung", "zugang", "zutritt", "angaben", "auskunft", "auskünfte", "fragen", "frage", "zuschuss", "beitrag",
    "verpflichtung", "pflicht", "möglichkeit",
)  # fmt: skip
_CALLED = {
    "auf": ("antrag", "anträge", "anspruch", "ansprüche", "recht", "hinweis", "verzicht", "anrecht", "aussicht"),
    "an": ("teilnahme", "interesse", "anteil", "bedarf", "arbeiten", "schäden", "mangel", "änderungen"),
    "am": ("teilnahme", "arbeiten", "schäden", "änderungen"),
    "zu": _TO,
    "zum": _TO,
    "zur": _TO,
    "gegen": ("verstoß", "verstöße", "widerspruch", "einspruch", "beschwerde", "klage", "einwände"),
    "über": (
        "nachweis", "nachweise", "auskunft", "auskünfte", "bescheid", "entscheidung", "information", "informationen",
        "vertrag", "vereinbarung",
    ),
    "für": (
        "gebühr", "gebühren", "kosten", "frist", "antrag", "anträge", "beitrag", "beiträge", "gebührensatz",
        "voraussetzungen", "termin", "unterlagen", "genehmigung", "erlaubnis",
    ),
    "mit": ("vertrag", "gespräch", "vereinbarung"),
    "von": ("anzahl", "zahl", "vorlage", "abgabe", "nutzung"),
}  # fmt: skip


def attached(view: View, position: int) -> bool:
    """Whether the prepositional phrase at a token belongs to the noun before it, because that noun calls for it."""
    word = view.at(position)
    before = view.at(position - 1)
    if word == "von" and before.endswith(("ung", "ungen")):
        return True
    if view.at(position + 1) in (
        "keinem",
        "keiner",
        "keinen",
        "diesem",
        "dieser",
        "jedem",
        "jeder",
        "unbestimmte",
        "beiden",
    ):
        return False
    return before.endswith(_CALLED.get(word, ("\0",)))


def _subject(view: View, start: int, end: int, plural: bool) -> Opening | None:
    phrase = noun_phrase(view, start)
    if phrase is None or phrase.end > end:
        return None
    position = phrase.end
    coordinated = False
    if view.at(position) in ("und", "sowie"):
        second = noun_phrase(view, position + 1)
        if second is None or second.end > end or not second.can_be("nom"):
            return None
        position = second.end
        coordinated = True
    if coordinated:
        if not plural or not phrase.can_be("nom"):
            return None
    elif not phrase.can_be("nom", plural) or (
        phrase.det is None
        and not plural
        and not phrase.adjectives
        and phrase.can_be("dat")
        and view.tokens[phrase.head].kind == "p"
    ):
        return None
    limit = 3
    while position < end and view.at(position) in word_class("verhaeltniswoerter") and limit:
        limit -= 1
        word = view.at(position)
        if word == "durch" and view.at(position - 1).endswith(("ung", "ungen", "nahme")):
            return None  # „die Betreuung durch die Großeltern“: who acts may belong to the noun
        if word in word_class("zeit_und_grund") or time_phrase(view, position) is not None:
            break
        if word == "ohne" or (
            phrase.det is not None and view.at(phrase.start) == "das" and _done_thing(view, phrase.head)
        ):
            return None  # „das Parken ohne Ausweis“ is one thing
        if word in ("mit", "durch") and not attached(view, position):
            break
        if not attached(view, position):
            return None
        inner = noun_phrase(view, position + 1)
        if inner is None or inner.end > end:
            return None
        position = inner.end
    if position < end and view.at(position) in (",", "und", "oder", "sowie", "(", "bzw.", "/"):
        return None
    if position < end and is_noun(view.tokens[position]) and view.tokens[position].kind == "w":
        return None
    return Opening(start, position)


def _done_thing(view: View, head: int) -> bool:
    """Whether a noun is an infinitive („das Parken“)."""
    return morphology.verb(view.lower[head]) is not None or view.lower[head].endswith(("ieren", "fahren", "halten"))


def _adverbial(view: View, start: int, end: int, plural: bool) -> Opening | None:
    """A prepositional phrase in front of a subject with an article."""
    phrase = noun_phrase(view, start + 1)
    if phrase is None or phrase.end >= end:
        return None
    position = phrase.end
    word = view.tokens[position].text
    if word in ("Sie", "wir", "ich") or (
        view.lower[position] in ("die", "das", "der", "ein", "eine", "Ihr", "Ihre", "ihr", "ihre", "kein", "keine")
    ):
        subject = noun_phrase(view, position)
        if word in ("Sie", "wir", "ich") or (subject is not None and subject.can_be("nom", plural)):
            return Opening(start, position)
    return None


_WITH_GENITIVE = frozenset({"bedürfen", "entbehren", "gedenken", "erfreuen"})


def as_main(view: View, start: int, end: int, front: str | None = None) -> str | None:
    """A subordinate clause (without conjunction) as a main clause.

    Args:
        view: The sentence.
        start: First token behind the conjunction.
        end: Behind the finite verb.
        front: A word for the first place, such as „Deshalb“; without it the clause's own first constituent opens.

    Returns:
        The clause with its verb second, first letter as given (the caller sets the capital), or None.
    """
    finite = final_verb(view, start, end)
    if finite is None:
        return None
    if finite.infinitive in _WITH_GENITIVE and view.tokens[start].text not in ("Sie", "wir", "ich", "es"):
        return None  # a genitive object looks like an attribute of the subject
    tail = " " + finite.particle if finite.particle else ""
    if front is not None:
        body = view.span(start, end - 1)
        return f"{front} {finite.second} {body}{tail}"
    first = opening(view, start, end - 1, plural=finite.plural)
    if first is None:
        return None
    head = view.span(first.start, first.end)
    reflexive = " sich" if first.reflexive else ""
    body = view.span(first.end, end - 1)
    return f"{head} {finite.second}{reflexive}{' ' + body if body else ''}{tail}"


def capital(text: str) -> str:
    """A clause as the start of a sentence."""
    return text[:1].upper() + text[1:]

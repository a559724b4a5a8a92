"""Long sentences split where two thoughts meet, and piles of conditions turned into lists.

A split is made only where both halves are whole sentences. `BREAK` stands for the blank between two new sentences until
the rules are done, so that later rules see them one by one.
"""

import re
from collections.abc import Iterator

from german import morphology
from german.morphology import Determiner
from german.rules.clauses import (
    as_main,
    capital,
    clause_end,
    final_verb,
    has_finite,
    is_finite,
    main_verb,
    opening,
    opens_subordinate,
)
from german.rules.context import Context
from german.rules.draft import Change
from german.rules.phrases import (
    NounPhrase,
    View,
    inflect,
    is_noun,
    law_like,
    noun_phrase,
    only_prepositional,
    reading,
    recase,
    word_class,
)

BREAK = "\x1f"


def _sentence_words(view: View) -> int:
    return sum(token.kind in "wp" for token in view.tokens)


def _bracketed(view: View, index: int) -> bool:
    before = view.text[: view.tokens[index].start]
    return before.count("(") > before.count(")") or before.count("„") > len(re.findall("[“”]", before))


def semicolons(view: View, context: Context) -> Iterator[Change]:
    """Two main clauses joined by a semicolon become two sentences."""
    if ";" not in view.words or ":" in view.words:
        return
    places = [i for i, word in enumerate(view.lower) if word == ";" and not _bracketed(view, i)]
    left = view.first
    for number, place in enumerate(places):
        right = places[number + 1] if number + 1 < len(places) else view.last
        if (
            not has_finite(view, left, place)
            or not has_finite(view, place + 1, right)
            or view.at(place + 1) in ("und", "oder", "dass", "sowie")
        ):
            left = place + 1
            continue
        comma = next((i for i in range(place + 1, right) if view.lower[i] == ","), right)
        if (
            comma < right
            and opens_subordinate(view, comma)
            and view.at(place + 1) not in word_class("unterordnend")
            and not has_finite(view, place + 1, comma)
        ):
            left = place + 1
            continue  # „…; zu Daten anderer nur, wenn …“ shares the verb before it
        if (
            view.at(place + 1) in word_class("unterordnend") - {"bis", "seit", "während"}
            and main_after_clause(view, place + 1, right) is None
        ):
            left = place + 1
            continue
        token, following = view.tokens[place], view.tokens[place + 1]
        yield Change(
            token.start,
            following.end,
            "." + BREAK + capital(following.text),
            "satz-teilen",
            "Zwei Aussagen werden zwei Sätze.",
        )
        left = place + 1


def main_after_clause(view: View, start: int, end: int) -> int | None:
    """The finite verb of the main clause behind an opening subordinate clause („Wenn …, wird …“)."""
    for index in range(start + 1, end - 1):
        if view.lower[index] == "," and morphology.finite_final(view.lower[index - 1]) is not None:
            verb = index + 1
            if view.at(verb) in ("so", "dann"):
                verb += 1
            if verb < end and is_finite(view, verb):
                return verb
    return None


_LINKS = {
    "wobei": "Dabei", "sodass": "Deshalb", "weshalb": "Deshalb", "weswegen": "Deshalb", "wodurch": "Dadurch",
    "womit": "Damit",
    "wozu": "Dazu", "wofür": "Dafür", "worüber": "Darüber", "woraufhin": "Daraufhin", "was": "Das",
}  # fmt: skip


def linked_clauses(view: View, context: Context) -> Iterator[Change]:
    """A clause with „wobei“, „sodass“, „weshalb“ and the like at the end becomes a sentence of its own."""
    if not (view.words & _LINKS.keys()) and not {"so", "dass"} <= view.words:
        return
    tokens = view.tokens
    for index in range(view.first + 3, view.last - 2):
        if view.lower[index] != "," or _bracketed(view, index):
            continue
        word = view.lower[index + 1]
        start = index + 2
        if word == "so" and view.at(index + 2) == "dass":
            word, start = "sodass", index + 3
        front = _LINKS.get(word)
        if front is None or not has_finite(view, view.first, index):
            continue
        if word not in ("wobei", "sodass") and (
            _asks(view, index) or (word not in ("weshalb", "weswegen", "wodurch") and not _comments(view, index))
        ):
            continue
        end = clause_end(view, start, view.last)
        if end is None:
            continue
        text = as_main(view, start, end, front)
        if text is None:
            continue
        yield Change(
            tokens[index].start,
            tokens[end - 1].end,
            "." + BREAK + text,
            "satz-teilen",
            f"Der Nebensatz mit „{word}“ wird ein eigener Satz.",
        )
        return


_ASKING = (
    "mitteil", "mitzuteil", "mitgeteilt", "teil", "darleg", "darzuleg", "dargelegt", "erläuter", "erklär", "klar",
    "unklar", "klär", "geklärt", "aufkl", "aufzuklär", "angeb", "anzugeb", "angegeben", "angab", "gib", "geb",
    "begründ", "frag", "prüf", "überprüf", "geprüft", "wiss", "weiß", "schilder", "geschildert", "beschr", "ersicht",
    "erkenn", "hervor", "ergib", "ergeb", "festgestellt", "feststell", "festzustell", "ermittel", "ermittl", "grund",
    "gründ", "ausführ", "auszuführ", "nenn", "benenn", "zu", "nachweis", "nachzuweis", "beleg", "versteh", "schreib",
    "schrieb", "zeig", "dokument", "bekannt", "informier", "auskunft", "offen", "strittig", "streitig", "sag",
    "entscheid", "glaubhaft", "nachvollzieh", "aussag", "auss", "zweifel", "äußer", "geäußert", "rätsel", "merk",
)  # fmt: skip


def _asks(view: View, comma: int) -> bool:
    """Whether the words before a comma can take an indirect question („teilen Sie uns mit, weshalb …“)."""
    words = view.lower[view.first : comma]
    if view.at(comma - 1) in ("mit", "dar", "an", "aus", "fest", "davon", "darüber", "nicht"):
        return True
    return any(word == "zu" or (word != "zum" and word != "zur" and word.startswith(_ASKING_STEMS)) for word in words)


_ASKING_STEMS = tuple(stem for stem in _ASKING if stem != "zu")


def _comments(view: View, comma: int) -> bool:
    """Whether a „was“ clause comments on the whole sentence before it, which then asks and tells nothing."""
    before = view.at(comma - 1)
    if before in ("das", "alles", "nichts", "etwas", "vieles", "dem"):
        return False
    return not (
        view.words
        & {
            "ob",
            "mitteilen",
            "teilen",
            "angeben",
            "wissen",
            "sagen",
            "prüfen",
            "darlegen",
            "erklären",
            "angabe",
            "frage",
        }
    ) and (morphology.verb_of_participle(before) is not None or morphology.verb(before) is not None)


def reasons(view: View, context: Context) -> Iterator[Change]:
    """A long sentence with „da“ or „weil“ at the end: the reason becomes a sentence with „Denn“."""
    if not (view.words & {"da", "weil"}) or _sentence_words(view) < (7 if context.plain else 11):
        return
    tokens = view.tokens
    for index in range(view.first + 3, view.last - 3):
        if view.lower[index] != "," or view.at(index + 1) not in ("da", "weil") or _bracketed(view, index):
            continue
        if view.words & {"deshalb", "daher", "deswegen", "darum", "dadurch", "nur", "allein"} or view.at(index - 1) in (
            "nicht",
            "vielmehr",
        ):
            return
        if view.at(view.first) in word_class("unterordnend") or main_verb(view, view.first, index) is None:
            return
        end = clause_end(view, index + 2, view.last)
        if end is None or end != view.last:
            return
        text = as_main(view, index + 2, end)
        if text is None:
            return
        yield Change(
            tokens[index].start,
            tokens[end - 1].end,
            "." + BREAK + "Denn " + text,
            "satz-teilen",
            "Die Begründung wird ein eigener Satz.",
        )
        return


def fronted_reasons(view: View, context: Context) -> Iterator[Change]:
    """„Da …, wird …“ becomes two sentences: the reason, then „Deshalb …“."""
    first = view.first
    if view.at(first) not in ("da", "weil") or _sentence_words(view) < (7 if context.plain else 11):
        return
    tokens = view.tokens
    for index in range(first + 3, view.last - 2):
        if view.lower[index] != "," or not is_finite(view, index + 1):
            continue
        if view.at(index + 1) == "so":
            return
        text = as_main(view, first + 1, index)
        if text is None:
            return
        front = text if text[:1].isupper() else view.opening(text)
        yield Change(
            tokens[first].start,
            tokens[index + 1].end,
            f"{front}.{BREAK}Deshalb {tokens[index + 1].text}",
            "satz-teilen",
            "Erst der Grund, dann die Folge: zwei Sätze.",
        )
        return


def causes(view: View, context: Context) -> Iterator[Change]:
    """„Wegen der langen … ist … geschlossen“: the cause gets its own sentence „Grund dafür ist …“."""
    first = view.first
    if view.at(first) not in ("wegen", "infolge", "aufgrund") or _sentence_words(view) < (7 if context.plain else 11):
        return
    if any(view.lower[i] in (",", ";", ":", "–", "(") for i in range(first, view.last)):
        return
    start = first + 1
    phrase = noun_phrase(view, start)
    if phrase is None or law_like(view, start) or view.last - phrase.end < 4:
        return
    verb = main_verb(view, first, view.last)
    if verb is None or verb - start < 4 or not (verb == phrase.end or only_prepositional(view, phrase.end, verb)):
        return
    feature = reading(phrase, "gen")
    target = recase(view, phrase, "gen", "nom")
    plural = bool(morphology.finite_second(view.lower[verb]))
    begun = opening(view, verb + 1, view.last, plural=plural)
    if feature is None or target is None or begun is None or begun.reflexive or begun.end >= view.last:
        return
    rest = view.span(phrase.end, verb)
    head = view.span(begun.start, begun.end)
    body = view.span(begun.end, view.last)
    be = "sind" if feature.plural else "ist"
    cause = f"{target} {rest}".strip()
    yield Change(
        view.tokens[first].start,
        view.tokens[view.last - 1].end,
        f"{view.opening(head)} {view.tokens[verb].text} {body}.{BREAK}Grund dafür {be} {cause}",
        "satz-teilen",
        "Erst die Nachricht, dann der Grund: zwei Sätze.",
    )


def especially(view: View, context: Context) -> Iterator[Change]:
    """„X, insbesondere Y, ist …“ becomes „X ist …. Das gilt insbesondere für Y.“"""
    if "insbesondere" not in view.words or _sentence_words(view) < 11:
        return
    first = view.first
    commas = [i for i in range(first, view.last) if view.lower[i] == ","]
    opened = next((i for i in commas if view.at(i + 1) == "insbesondere"), None)
    if opened is None or commas[0] != opened:
        return
    subject = noun_phrase(view, first)
    if subject is None or not (subject.end == opened or only_prepositional(view, subject.end, opened)):
        return
    closed = next((i for i in reversed(commas) if i > opened and is_finite(view, i + 1)), None)
    if closed is None or any(view.lower[i] in (",", ";", ":") for i in range(closed + 1, view.last)):
        return
    if not subject.can_be("nom", bool(morphology.finite_second(view.lower[closed + 1]))) or has_finite(
        view, opened, closed
    ):
        return
    added = noun_phrase(view, opened + 2)
    if added is None:
        return
    text = view.span(opened + 2, closed)
    if added.can_be("nom") and any(f.case == "nom" and f.gender == "m" for f in added.features):
        moved = recase(view, added, "nom", "acc")
        if moved is None:
            return
        text = moved + view.text[view.tokens[added.end - 1].end : view.tokens[closed - 1].end]
    yield Change(
        view.tokens[opened].start,
        view.tokens[view.last - 1].end,
        f" {view.span(closed + 1, view.last)}.{BREAK}Das gilt insbesondere für {text}",
        "satz-teilen",
        "Der Einschub wird ein eigener Satz.",
    )


def coordinated(view: View, context: Context) -> Iterator[Change]:
    """Two main clauses joined by „und“ become two sentences; a shared subject is taken up by a pronoun."""
    if "und" not in view.words or _sentence_words(view) < (5 if context.plain else 7):
        return
    first = view.first
    opened = view.at(first)
    if opened in word_class("bedingend") or opened in word_class("unterordnend"):
        return
    if morphology.finite_second(opened) is not None and not is_noun(view.tokens[first]):
        return
    for index in range(first + 3, view.last - 2):
        if view.lower[index] != "und" or _bracketed(view, index):
            continue
        if set(view.lower[first:index]) & {"wenn", "falls", "sofern", "sobald", "solange"}:
            return
        comma = index - 1 if view.at(index - 1) == "," else None
        left_end = comma if comma is not None else index
        if _open_clause(view, first, left_end):
            change = _behind_clause(view, first, index, comma)
            if change is not None:
                yield change
                return
            continue
        verb = main_verb(view, first, left_end)
        if verb is None or left_end - verb < 2:
            continue
        change = _own_subject(view, index, left_end) or _shared_subject(view, index, left_end, verb)
        if change is not None:
            yield change
            return


def _behind_clause(view: View, first: int, und: int, comma: int | None) -> Change | None:
    """„Der Nutzer haftet für Schäden, die …, und stellt …“: a closed clause stands before „und“."""
    if comma is None or morphology.finite_final(view.lower[comma - 1]) is None:
        return None
    commas = [i for i in range(first, comma) if view.lower[i] in (",", ";", ":", "–")]
    if len(commas) != 1 or not opens_subordinate(view, commas[0]):
        return None
    verb = main_verb(view, first, commas[0])
    if verb is None or commas[0] - verb < 2 or final_verb(view, commas[0] + 2, comma) is None:
        return None
    return _shared_subject(view, und, und, verb, comma)


def _open_clause(view: View, start: int, end: int) -> bool:
    """Whether a subordinate clause is still open at `end`, so that „und“ may belong to it."""
    return any(view.lower[index] in (",", ";", ":", "–") for index in range(end - 1, start, -1))


def _own_subject(view: View, und: int, left_end: int) -> Change | None:
    tokens = view.tokens
    start = und + 1
    word = tokens[start].text
    if (
        word in ("Sie", "wir", "ich", "er", "es", "dies", "das", "man")
        and start + 1 < view.last
        and is_finite(view, start + 1)
    ):
        verb = start + 1
        if word in ("das", "es") and is_noun(tokens[start + 1]):
            return None
    else:
        phrase = noun_phrase(view, start)
        if phrase is None:
            return None
        if left_end != und and phrase.end < view.last and not is_finite(view, phrase.end):
            found = main_verb(view, start, view.last)
            if found is None or not phrase.can_be("nom") or view.at(phrase.end) not in ("und", "sowie", "oder"):
                return None
            verb = found
        elif (phrase.det is None and left_end == und) or phrase.end >= view.last or not is_finite(view, phrase.end):
            return None
        else:
            verb = phrase.end
            plural = bool(morphology.finite_second(view.lower[verb]))
            if not phrase.can_be("nom", plural):
                return None
    if view.last - verb < 2:
        return None
    return Change(
        tokens[left_end].start if left_end != und else tokens[und].start - 1,
        tokens[start].end,
        "." + BREAK + capital(tokens[start].text),
        "satz-teilen",
        "Zwei Aussagen werden zwei Sätze.",
    )


def _shared_subject(view: View, und: int, left_end: int, verb: int, comma: int | None = None) -> Change | None:
    tokens = view.tokens
    second = und + 1
    if left_end != und or not is_finite(view, second) or view.last - second < 2:
        return None
    if tokens[second].upper or sum(t.kind in "wp" for t in tokens[second : view.last]) < (3 if comma is None else 4):
        return None
    plural = morphology.finite_second(view.lower[verb])
    if morphology.finite_second(view.lower[second]) is not plural:
        return None
    # Left of „und“ the clause must be complete: an auxiliary with its participle, or a verb with something behind it.
    auxiliary = morphology.is_auxiliary(view.lower[verb])
    second_auxiliary = morphology.is_auxiliary(view.lower[second])
    closing = view.at(und - 1)
    closes = (
        morphology.verb_of_participle(closing) is not None
        or morphology.verb(closing) is not None
        or morphology.verb_of_zu(closing) is not None
    )
    if comma is not None:
        closes = True
    if auxiliary and not closes and view.lower[verb] not in ("ist", "sind", "war", "waren"):
        return None
    if not auxiliary and not _transitive_done(view, verb, und):
        return None
    if (
        not second_auxiliary
        and auxiliary
        and view.lower[verb] in ("kann", "können", "muss", "müssen", "soll", "sollen", "darf", "dürfen")
        and not closes
    ):
        return None
    if is_participle_only(view, second):
        return None
    # „ist ausgefüllt und unterzeichnet zurückzugeben“: „unterzeichnet“ is no verb of its own there.
    if auxiliary and closes and morphology.verb_of_participle(view.lower[second]) is not None:
        return None
    subject = _subject_of(view, view.first, verb, bool(plural), und)
    if subject is None:
        return None
    return Change(
        tokens[und].start - 1 if comma is None else tokens[comma].start,
        tokens[second].end,
        "." + BREAK + subject + " " + tokens[second].text,
        "satz-teilen",
        "Zwei Aussagen werden zwei Sätze.",
    )


def is_participle_only(view: View, index: int) -> bool:
    """Whether a form after „und“ belongs to the first verb („wurde geprüft und genehmigt“)."""
    word = view.lower[index]
    if morphology.is_auxiliary(word):
        # „kann geprüft und werden“ does not exist; „werden“ at the very end does.
        return index == view.last - 1
    following = view.at(index + 1)
    ends = index + 1 >= view.last or following in (",", "und", "oder") or morphology.is_auxiliary(following)
    return ends or (
        morphology.verb_of_participle(word) is not None and following in ("durch", "von", "vom", "als", "wie")
    )


def _transitive_done(view: View, verb: int, und: int) -> bool:
    """Whether a full verb has its object or adverbial before „und“, so that nothing is shared behind it."""
    phrase = noun_phrase(view, verb + 1)
    if phrase is not None and phrase.end <= und and not phrase.can_be("nom"):
        return True
    if phrase is not None and phrase.end <= und and phrase.det is not None:
        return True
    return view.at(verb + 1) in word_class("verhaeltniswoerter") and und - verb > 2


def _subject_of(view: View, start: int, verb: int, plural: bool, und: int) -> str | None:
    """What takes up the subject: a pronoun, or the subject again where a pronoun could mean something else."""
    word = view.tokens[start].text
    if verb == start + 1 and word in ("Sie", "wir", "Wir", "ich", "Ich", "Er", "Es", "er", "es", "Dies", "Das"):
        return capital(word)
    phrase = noun_phrase(view, start)
    if phrase is None:
        return None
    # An object may open the sentence; then a subject follows the verb.
    behind = view.tokens[verb + 1].text if verb + 1 < len(view.tokens) else ""
    if behind in ("wir", "ich", "Sie", "er", "man", "der", "sie"):
        return None
    if plural and view.at(phrase.end) in ("und", "sowie") and phrase.can_be("nom"):
        second = noun_phrase(view, phrase.end + 1)
        if second is None or second.end != verb or not second.can_be("nom"):
            return None
        return None if _rival(view, verb, und, "p") else "Diese"
    if not phrase.can_be("nom", plural):
        return None
    if phrase.end != verb and not only_prepositional(view, phrase.end, verb):
        return None
    genders = {f.gender for f in phrase.features if f.case == "nom" and f.plural == plural}
    if len(genders) != 1:
        return None
    gender = genders.pop()
    if _rival(view, verb, und, gender):
        return _again(view, phrase, gender)
    return {"m": "Er", "f": "Sie", "n": "Es", "p": "Diese"}[gender]


def _rival(view: View, start: int, end: int, gender: str) -> bool:
    """Whether a noun phrase between two tokens could be meant by the same pronoun."""
    for index in range(start, end):
        token = view.tokens[index]
        if (
            token.kind == "w"
            and token.upper
            and token.text != "Uhr"
            and any(("p" if plural else noun.gender) == gender for noun, _, plural in morphology.readings(token.text))
        ):
            return True
    return False


def _again(view: View, phrase: NounPhrase, gender: str) -> str | None:
    """The subject once more with a definite article; None when it is long."""
    if phrase.end - phrase.start > 5 or phrase.det is None:
        return None
    feature = next((f for f in phrase.features if f.case == "nom" and f.gender == gender), None)
    if feature is None:
        return None
    det = phrase.det if phrase.det.kind == "der" or phrase.det.stem in ("Ihr", "unser") else Determiner("der", "der")
    text = inflect(view, phrase, feature, "nom", det=det)
    return capital(text + view.text[view.tokens[phrase.core - 1].end : view.tokens[phrase.end - 1].end])


_ONCE = frozenset({"wurde", "wurden", "hat", "haben", "ist", "sind", "war", "waren", "findet", "finden"})


def relative_clauses(view: View, context: Context) -> Iterator[Change]:
    """A relative clause at the end that adds a fact about one certain thing becomes a sentence.

    Only where it cannot be what tells the thing apart: the main clause reports one event or one owned thing.
    """
    if not (view.words & {"der", "die", "das", "welcher", "welche", "welches"}) or _sentence_words(view) < (
        9 if context.plain else 11
    ):
        return
    commas = [i for i in range(view.first, view.last) if view.lower[i] in (",", ";", ":", "–", "(")]
    if len(commas) != 1 or view.lower[commas[0]] != ",":
        return
    comma = commas[0]
    verb = main_verb(view, view.first, comma)
    if (
        verb is None
        or (view.lower[verb] not in _ONCE and not (view.words & {"jederzeit", "darf", "muss", "soll"}))
        or view.words
        & {"nicht", "kein", "keine", "nur", "wenn", "jede", "jeder", "jedes"}
        & frozenset(view.lower[:comma])
    ):
        return
    past = morphology.verb_of_participle(view.at(comma - 1)) is not None or view.at(comma - 1) == "worden"
    preposition = ""
    start = comma + 1
    if view.at(start) in _DA:
        preposition = view.at(start)
        start += 1
    pronoun = view.at(start)
    if pronoun not in ("der", "die", "das", "welcher", "welche", "welches") and not preposition:
        return
    finite = final_verb(view, start + 1, view.last)
    if finite is None:
        return
    antecedent = _antecedent(view, verb, comma)
    if antecedent is None or antecedent.det is None:
        return
    if preposition:
        if not view.at(antecedent.head).endswith(
            ("ung", "tag", "termin", "gespräch", "sitzung", "abend", "fest", "feier", "versammlung")
        ) or not (view.words & {"eingeladen", "hiermit"}):
            return
        yield _own_sentence(view, comma, start + 1, finite.second, finite.particle, _DA[preposition])
        return
    normative = finite.infinitive in ("dürfen", "müssen", "sollen") and antecedent.det.stem == "ein"
    always = normative or ("jederzeit" in view.lower[comma:] and view.at(view.last - 1) == "kann")
    if finite.plural or (not past and not always and antecedent.det.stem not in ("Ihr", "unser")):
        return
    if view.lower[verb] in ("ist", "sind") and not (past or always):
        return
    genders = {f.gender for f in antecedent.features if not f.plural}
    wanted = {"der": "m", "welcher": "m", "die": "f", "welche": "f", "das": "n", "welches": "n"}[pronoun]
    if genders != {wanted} or any(f.plural for f in antecedent.features):
        return
    if any(view.tokens[i].text in ("Sie", "wir", "ich", "er", "man") for i in range(start + 1, view.last)):
        return
    follower = noun_phrase(view, start + 1)
    if wanted != "m" and follower is not None and follower.can_be("nom", False):
        return
    yield _own_sentence(
        view, comma, start + 1, finite.second, finite.particle, {"m": "Dieser", "f": "Diese", "n": "Dieses"}[wanted]
    )


_DA = {"zu": "Dazu", "für": "Dafür", "über": "Darüber", "mit": "Damit"}


def _own_sentence(view: View, comma: int, start: int, second: str, particle: str, front: str) -> Change:
    body = view.span(start, view.last - 1)
    tail = f" {particle}" if particle else ""
    return Change(
        view.tokens[comma].start,
        view.tokens[view.last - 1].end,
        f".{BREAK}{front} {second} {body}{tail}",
        "satz-teilen",
        "Der Nebensatz sagt etwas Eigenes und wird ein Satz.",
    )


def _antecedent(view: View, verb: int, comma: int) -> NounPhrase | None:
    """The only noun phrase with an article between the verb and the comma that is not behind a preposition."""
    found: list[NounPhrase] = []
    index = verb + 1
    while index < comma:
        if view.at(index) in word_class("verhaeltniswoerter"):
            inner = noun_phrase(view, index + 1)
            index = inner.end if inner is not None else index + 1
            continue
        phrase = noun_phrase(view, index)
        if phrase is None:
            index += 1
            continue
        if phrase.det is not None:
            found.append(phrase)
        index = phrase.end
    return found[0] if len(found) == 1 else None


_GOES_ON = frozenset(
    {
        "jedoch", "allerdings", "daher", "deshalb", "deswegen", "dies", "ansonsten", "anderenfalls", "andernfalls",
        "zudem", "außerdem", "danach", "anschließend", "dadurch", "hierzu", "dazu", "hierfür", "dafür", "hierbei",
        "dabei", "darüber", "zusätzlich",
    }
)  # fmt: skip


def comma_joined(view: View, context: Context) -> Iterator[Change]:
    """„Der Antrag liegt vor, jedoch fehlt …“: a comma between two main clauses becomes a full stop."""
    if not (view.words & _GOES_ON) or view.at(view.first) in word_class("unterordnend"):
        return
    for index in range(view.first + 3, view.last - 3):
        if view.lower[index] != "," or view.at(index + 1) not in _GOES_ON or not is_finite(view, index + 2):
            continue
        if _bracketed(view, index) or main_verb(view, view.first, index) is None:
            return
        if any(view.lower[i] in (";", ":") for i in range(view.first, view.last)):
            return
        if set(view.lower[view.first : index]) & {"zwar", "weder", "entweder", "je"}:
            return
        token = view.tokens[index + 1]
        yield Change(
            view.tokens[index].start,
            token.end,
            "." + BREAK + capital(token.text),
            "satz-teilen",
            "Zwei Aussagen werden zwei Sätze.",
        )
        return


_PASSIVES = frozenset({"wird", "werden", "wurde", "wurden"})
_SCOPE = frozenset(
    {
        "nicht", "kein", "keine", "keinen", "keiner", "nur", "erst", "bei", "beim", "ohne", "weder", "entweder",
        "sowohl", "falls", "wenn", "fall", "falle", "gegen", "auf", "lediglich", "ausschließlich", "oder",
        "gegebenenfalls", "jeweils", "nach", "sofern", "soweit", "trotz", "unter", "zunächst", "vorbehaltlich",
    }
)  # fmt: skip


def shared_passives(view: View, context: Context) -> Iterator[Change]:
    """„X wird geprüft und an Y weitergeleitet“, when it is long: „X wird geprüft. Er wird an Y weitergeleitet.“"""
    if "und" not in view.words or _sentence_words(view) < (9 if context.plain else 12):
        return
    first = view.first
    if any(view.lower[i] in (",", ";", ":", "(", "–") for i in range(first, view.last)):
        return
    verb = main_verb(view, first, view.last)
    if verb is None or view.lower[verb] not in _PASSIVES:
        return
    joints = [
        i
        for i in range(verb + 2, view.last - 4)
        if view.lower[i] == "und" and morphology.verb_of_participle(view.at(i - 1)) is not None
    ]
    if len(joints) != 1 or set(view.lower[first:]) & _SCOPE:
        return
    joint = joints[0]
    if morphology.verb_of_participle(view.at(view.last - 1)) is None or has_finite(view, joint + 1, view.last - 1):
        return
    if any(morphology.is_auxiliary(view.lower[i]) for i in range(joint + 1, view.last)) or is_noun(
        view.tokens[joint + 1]
    ):
        return
    plural = bool(morphology.finite_second(view.lower[verb]))
    subject = _subject_of(view, first, verb, plural, joint)
    if subject is None:
        return
    token = view.tokens[joint]
    yield Change(
        token.start - 1,
        view.tokens[joint + 1].start,
        f".{BREAK}{subject} {view.tokens[verb].text} ",
        "satz-teilen",
        "Zwei Aussagen werden zwei Sätze.",
    )


def although(view: View, context: Context) -> Iterator[Change]:
    """„Obwohl …, wird …“ becomes two sentences: the fact, then „Trotzdem …“."""
    first = view.first
    if view.at(first) not in ("obwohl", "obgleich") or _sentence_words(view) < 9:
        return
    for index in range(first + 3, view.last - 2):
        if view.lower[index] != "," or not is_finite(view, index + 1):
            continue
        text = as_main(view, first + 1, index)
        if text is None:
            return
        yield Change(
            view.tokens[first].start,
            view.tokens[index + 1].end,
            f"{text if text[:1].isupper() else view.opening(text)}.{BREAK}Trotzdem {view.tokens[index + 1].text}",
            "satz-teilen",
            "Zwei Aussagen werden zwei Sätze.",
        )
        return


def asked_conditions(view: View, context: Context) -> Iterator[Change]:
    """In Einfacher Sprache „Wenn Sie verhindert sind, rufen Sie …“: „Sie sind verhindert? Dann rufen Sie …“."""
    first = view.first
    if (
        not context.plain
        or context.statute
        or view.goes_on
        or view.first != 0
        or view.at(first) not in ("wenn", "falls", "sofern")
    ):
        return
    opened = view.tokens[first + 1].text
    if opened not in _ASKABLE or not view.text.rstrip().endswith("."):
        return
    if _sentence_words(view) < (7 if opened == "Sie" else 9):
        return
    for index in range(first + 4, view.last - 2):
        if view.lower[index] != ",":
            continue
        if not is_finite(view, index + 1) or view.lower[index + 1] in _MOODS:
            return
        if set(view.lower[index + 1 :]) & {"wenn", "falls", "sofern", "nur", "erst", "dann"} or "\n" in view.text:
            return
        text = as_main(view, first + 1, index)
        if text is None or not text.startswith(opened + " "):
            return
        yield Change(
            view.tokens[first].start,
            view.tokens[index + 1].end,
            f"{capital(text)}?{BREAK}Dann {view.tokens[index + 1].text}",
            "frage",
            "Eine kurze Frage statt eines „Wenn“-Satzes.",
        )
        return


_ASKABLE = frozenset({"Sie", "der", "die", "das", "Ihr", "Ihre"})
_REFERS = frozenset(
    {"er", "es", "sie", "diese", "dieser", "dieses", "dies", "dessen", "deren", "dafür", "dazu", "dabei"}
)


def conditions_first(view: View, context: Context) -> Iterator[Change]:
    """In Einfacher Sprache „Die Gebühr entfällt, wenn Sie …“: „Sie …? Dann entfällt die Gebühr.“"""
    first = view.first
    if not context.plain or context.statute or view.goes_on or first != 0 or _sentence_words(view) < 9:
        return
    if not (view.words & {"wenn", "falls", "sofern"}) or not view.text.rstrip().endswith(".") or "\n" in view.text:
        return
    commas = [i for i in range(first, view.last) if view.lower[i] in (",", ";", ":", "–", "(")]
    if len(commas) != 1 or view.at(commas[0] + 1) not in ("wenn", "falls", "sofern"):
        return
    comma = commas[0]
    before = set(view.lower[first:comma])
    if before & {"nur", "erst", "auch", "insbesondere", "außer", "selbst", "gilt", "voraussetzung", "dann", "bitte"}:
        return
    opened = view.tokens[comma + 2].text
    if opened not in _ASKABLE or any(
        word in _REFERS and view.tokens[i].text != "Sie" for i, word in enumerate(view.lower) if i > comma or i == first
    ):
        return
    verb = main_verb(view, first, comma)
    clause = as_main(view, comma + 2, view.last)
    if verb is None or clause is None or not clause.startswith(opened + " ") or view.lower[verb] in _MOODS:
        return
    if any(view.lower[i] in ("und", "oder") and is_finite(view, i + 1) for i in range(first, comma)):
        return
    subject = noun_phrase(view, first)
    if view.tokens[first].text in ("Sie", "Wir"):
        if verb != first + 1 or not morphology.finite_second(view.lower[verb]):
            return  # „Sie kann …“ is a thing
        if view.tokens[first].text == "Sie" and opened != "Sie":
            return
    elif subject is None or subject.det is None or subject.end != verb or not subject.can_be("nom"):
        return
    head = view.inner(view.span(first, verb), first)
    head = {"Wir": "wir"}.get(head, head)
    rest = view.span(verb + 1, comma)
    text = " ".join(part for part in (f"{capital(clause)}?{BREAK}Dann", view.tokens[verb].text, head, rest) if part)
    yield Change(
        view.tokens[first].start,
        view.tokens[view.last - 1].end,
        text,
        "frage",
        "Eine kurze Frage statt eines „Wenn“-Satzes.",
    )


_MOODS = frozenset({"wäre", "wären", "hätte", "hätten", "würde", "würden", "könnte", "könnten", "müsste", "müssten"})


def object_lists(view: View, context: Context) -> Iterator[Change]:
    """„Bitte legen Sie A, B und C vor“ and „Wir brauchen A, B und C“ become a list."""
    if not context.lists or context.statute or view.goes_on or "\n" in view.text or "," not in view.words:
        return
    if view.text[view.tokens[view.last - 1].end :].strip() != "." or _bracketed_any(view):
        return
    cut = next(i for i in range(len(view.lower)) if view.lower[i] == ",")
    verb = main_verb(view, view.first, view.last)
    if verb is None or verb >= cut or view.lower[verb] not in _ASKS_FOR:
        return
    particle = view.at(view.last - 1) if view.at(view.last - 1) in ("mit", "bei", "vor", "ein", "an", "nach") else ""
    if (view.lower[verb] in _WITH_PARTICLE) != bool(particle):
        return
    end = view.last - 1 if particle else view.last
    start = verb + 1
    while start < cut and view.at(start) in ("sie", "ihnen", "wir", "uns", "bitte", "noch", "folgende"):
        start += 1
    if view.lower[start - 1] == "folgende" or has_finite(view, start, end):
        return
    found = _objects(view, start, end)
    if found is None:
        return
    lead = view.text[view.tokens[view.first].start : view.tokens[start - 1].end]
    body = "\n- ".join(view.span(a, b) for a, b in found)
    yield Change(
        view.tokens[view.first].start,
        len(view.text.rstrip()),
        f"{lead}{' ' + particle if particle else ''}:\n- {body}",
        "liste",
        "Die Aufzählung steht als Liste.",
    )


_WITH_PARTICLE = frozenset({"bringen", "legen", "reichen", "fügen", "geben"})
_ASKS_FOR = _WITH_PARTICLE | {"benötigen", "benötige", "brauchen", "brauche", "erhalten", "senden", "schicken"}


def _bracketed_any(view: View) -> bool:
    return bool(view.words & {"(", ")", "„", ":", ";", "–", "oder"})


def _objects(view: View, start: int, end: int) -> list[tuple[int, int]] | None:
    """The parts of „A, B und C“ where each is one noun phrase in the accusative, prepositional phrases behind it."""
    cuts = [i for i in range(start, end) if view.lower[i] == ","]
    ends = [i for i in range(cuts[-1] + 1, end) if view.lower[i] in ("und", "sowie")] if cuts else []
    if len(ends) != 1:
        return None
    bounds: list[tuple[int, int]] = []
    begin = start
    for cut in [*cuts, ends[0], end]:
        bounds.append((begin, cut))
        begin = cut + 1
    for a, b in bounds:
        phrase = noun_phrase(view, a)
        if phrase is None or phrase.end > b or not phrase.can_be("acc"):
            return None
        if phrase.end != b and not only_prepositional(view, phrase.end, b):
            return None
    return bounds if len(bounds) >= 3 else None


def exceptions(view: View, context: Context) -> Iterator[Change]:
    """„…, es sei denn, …“ at the end becomes „Das gilt nicht, wenn …“."""
    if not {"sei", "denn"} <= view.words:
        return
    tokens = view.tokens
    for index in range(view.first + 3, view.last - 4):
        if view.lower[index : index + 4] != [",", "es", "sei", "denn"]:
            continue
        position = index + 4
        if view.at(position) == ",":
            position += 1
        if view.at(position) == "dass":
            clause = view.span(position + 1, view.last)
            if final_verb(view, position + 1, view.last) is None:
                return
        else:
            turned = as_final(view, position, view.last)
            if turned is None:
                return
            clause = turned
        yield Change(
            tokens[index].start,
            tokens[view.last - 1].end,
            "." + BREAK + "Das gilt nicht, wenn " + clause,
            "ausnahme",
            "Die Ausnahme wird ein eigener Satz.",
        )
        return


def as_final(view: View, start: int, end: int) -> str | None:
    """A main clause without commas as it reads with its verb last (behind „wenn“)."""
    if any(view.lower[i] in (",", ";", ":", "–") for i in range(start, end)):
        return None
    if any(view.lower[i] in ("und", "oder") and is_finite(view, i + 1) for i in range(start, end - 1)):
        return None
    verb = main_verb(view, start, end)
    if verb is None:
        return None
    finite = view.tokens[verb].text
    before = view.inner(view.span(start, verb), start)
    after = view.span(verb + 1, end)
    last = view.at(end - 1)
    found = morphology.finite_final(last + finite)
    if found is not None and found.particle == last and not morphology.is_auxiliary(finite):
        middle = view.span(verb + 1, end - 1)
        return " ".join(part for part in (before, middle, last + finite) if part)
    return " ".join(part for part in (before, after, finite) if part)


def condition_lists(view: View, context: Context) -> Iterator[Change]:
    """„…, wenn A und B“ at the end of a sentence becomes a list."""
    if (
        not context.lists
        or "\n" in view.text
        or not (view.words & {"wenn", "sofern", "soweit", "falls"})
        or _sentence_words(view) < (7 if context.plain else 11)
    ):
        return
    tokens = view.tokens
    for index in range(view.first + 3, view.last - 5):
        if (
            view.lower[index] != ","
            or view.at(index + 1) not in ("wenn", "sofern", "soweit", "falls")
            or _bracketed(view, index)
        ):
            continue
        if main_verb(view, view.first, index) is None:
            return
        items = _conditions(view, index + 2, view.last, view.at(index + 1))
        if items is None:
            continue
        conjunction, bounds = items
        word = "wenn" if view.at(index + 1) == "sofern" else tokens[index + 1].text
        lines = [view.span(start, end) for start, end in bounds]
        body = (
            f" {conjunction}\n- ".join(lines)
            if len(lines) == 2
            else ",\n- ".join(lines[:-1]) + f" {conjunction}\n- " + lines[-1]
        )
        yield Change(
            tokens[index + 1].start,
            tokens[view.last - 1].end,
            f"{word}\n- {body}",
            "bedingungen-liste",
            "Mehrere Bedingungen stehen als Liste.",
        )
        return


def _conditions(view: View, start: int, end: int, word: str) -> tuple[str, list[tuple[int, int]]] | None:
    """The clauses „A und B“ behind a conjunction, each with its own finite verb at the end."""
    bounds: list[tuple[int, int]] = []
    begin = start
    conjunction = ""
    for index in range(start + 2, end):
        here = view.lower[index]
        if (
            here in ("und", "oder")
            and morphology.finite_final(view.lower[index - 1]) is not None
            and not view.tokens[index - 1].upper
        ):
            if final_verb(view, begin, index) is None or (conjunction and here != conjunction):
                return None
            bounds.append((begin, index))
            conjunction = here
            begin = index + 1
            if view.at(begin) == word:
                begin += 1
    if not bounds or final_verb(view, begin, end) is None:
        return None
    bounds.append((begin, end))
    if any(stop - begin < 3 for begin, stop in bounds):
        return None
    return conjunction, bounds


def colon_lists(view: View, context: Context) -> Iterator[Change]:
    """An enumeration of three or more things behind a colon becomes a list."""
    if not context.lists or ":" not in view.words or "\n" in view.text:
        return
    tokens = view.tokens
    colons = [i for i in range(view.first, view.last) if view.lower[i] == ":"]
    if len(colons) != 1 or _bracketed(view, colons[0]):
        return
    start = colons[0] + 1
    if start >= view.last or has_finite(view, start, view.last) or not has_finite(view, view.first, start):
        return
    cuts = [i for i in range(start, view.last) if view.lower[i] in (",", ";") and not _bracketed(view, i)]
    ends = [i for i in range(start, view.last) if view.lower[i] in ("und", "sowie") and not _bracketed(view, i)]
    if len(cuts) < 1 or not ends or ends[-1] < cuts[-1]:
        return
    bounds: list[tuple[int, int]] = []
    begin = start
    for cut in [*cuts, ends[-1], view.last]:
        bounds.append((begin, cut))
        begin = cut + 1
    if len(bounds) < 3 or any(b - a < 1 for a, b in bounds):
        return
    if any(noun_phrase(view, start_of) is None for start_of, _ in bounds):
        return
    if view.text[tokens[view.last - 1].end :].strip() != ".":
        return
    lines = "\n- ".join(view.span(a, b) for a, b in bounds)
    yield Change(
        tokens[start].start - 1, len(view.text.rstrip()), "\n- " + lines, "liste", "Die Aufzählung steht als Liste."
    )


_VERDICTS = frozenset(
    {
        "unzulässig",
        "zulässig",
        "verboten",
        "erlaubt",
        "untersagt",
        "beizufügen",
        "vorzulegen",
        "einzureichen",
        "mitzubringen",
        "ausgenommen",
    }
)


def verdict_lists(view: View, context: Context) -> Iterator[Change]:
    """„Unzulässig sind A, B und C“ becomes a list."""
    first = view.first
    if (
        not context.lists
        or "\n" in view.text
        or view.at(first) not in _VERDICTS
        or view.at(first + 1) not in ("sind", "bleiben")
    ):
        return
    start = first + 2
    if has_finite(view, start, view.last) or view.text[view.tokens[view.last - 1].end :].strip() != ".":
        return
    bounds = enumeration(view, start, view.last)
    if bounds is None:
        return
    lines = "\n- ".join(view.span(a, b) for a, b in bounds)
    yield Change(
        view.tokens[first + 1].end, len(view.text.rstrip()), ":\n- " + lines, "liste", "Die Aufzählung steht als Liste."
    )


def enumeration(view: View, start: int, end: int, case: str = "nom") -> list[tuple[int, int]] | None:
    """The parts of an enumeration of three or more noun phrases „A, B und C“."""
    cuts = [i for i in range(start, end) if view.lower[i] == "," and not _bracketed(view, i)]
    if not cuts:
        return None
    ends = [
        i for i in range(cuts[-1] + 1, end) if view.lower[i] in ("und", "sowie") and not view.at(i - 1).endswith("-")
    ]
    if len(ends) > 1:
        ends = [i for i in ends if view.lower[i] == "sowie"]
    if len(ends) != 1:
        return None
    bounds: list[tuple[int, int]] = []
    begin = start
    for cut in [*cuts, ends[0], end]:
        bounds.append((begin, cut))
        begin = cut + 1
    phrases = [noun_phrase(view, a) for a, b in bounds if b > a]
    if (
        len(bounds) < 3
        or len(phrases) != len(bounds)
        or any(phrase is None or not phrase.can_be(case) for phrase in phrases)
    ):
        return None
    return bounds


_RULINGS = frozenset({"untersagt", "verboten", "unzulässig", "zulässig", "erlaubt", "ausgeschlossen", "gestattet"})


_PLACES = frozenset(
    {"innerhalb", "außerhalb", "anlässlich", "während", "in", "im", "auf", "am", "an", "zum", "zur", "bei", "beim"}
)


def ruled_lists(view: View, context: Context) -> Iterator[Change]:
    """„A sowie B ist im Park untersagt“ becomes „Im Park sind untersagt:“ and a list."""
    if not context.lists or "\n" in view.text or not (view.words & _RULINGS) or _sentence_words(view) < 11:
        return
    if view.text[view.tokens[view.last - 1].end :].strip() != ".":
        return
    last = view.last - 1
    if view.at(last) not in _RULINGS:
        return
    verbs = [i for i in range(view.first + 1, last) if view.lower[i] in ("ist", "sind")]
    if len(verbs) != 1 or sum(is_finite(view, i) for i in range(view.first + 1, last)) != 1:
        return
    verb = verbs[0]
    denied = view.at(last - 1) == "nicht"
    ruling = ("nicht " if denied else "") + view.at(last)
    end = last - 1 if denied else last
    front = _joined_subjects(view, view.first, verb)
    if front is not None:
        place = view.span(verb + 1, end)
        if place and view.at(verb + 1) not in word_class("verhaeltniswoerter"):
            return
        if sum(view.lower[i] in _PLACES for i in range(verb + 1, end)) > 1:
            return  # several adverbials cannot all stand before the verb
        lead = f"{capital(place)} sind {ruling}" if place else f"{capital(ruling)} sind"
        items = [view.inner(view.span(a, b), a) for a, b in front]
    else:
        inner = _joined_subjects(view, verb + 1, end)
        if inner is None:
            return
        lead = f"{view.opening(view.inner(view.span(view.first, verb), view.first))} sind {ruling}"
        items = [view.span(a, b) for a, b in inner]
    if any(len(item.split()) > 16 for item in items):
        return
    if len(items[0].split()) == 2 and len(items[-1].split()) > 2 and "sowie" not in view.words:
        return  # „das Mitführen und der Verzehr alkoholischer Getränke“: both share what follows
    body = "\n- ".join(items)
    yield Change(
        view.tokens[view.first].start,
        len(view.text.rstrip()),
        f"{lead}:\n- {body}",
        "liste",
        "Die Aufzählung steht als Liste.",
    )


def _joined_subjects(view: View, start: int, end: int) -> list[tuple[int, int]] | None:
    """Two or more subjects joined by „sowie“ (or one „und“), each with an article, that fill a stretch of tokens."""
    joints = [i for i in range(start, end) if view.lower[i] == "sowie"]
    if not joints:
        joints = [i for i in range(start, end) if view.lower[i] == "und" and not view.at(i - 1).endswith("-")]
        if len(joints) != 1:
            return None
    bounds: list[tuple[int, int]] = []
    begin = start
    for joint in [*joints, end]:
        bounds.append((begin, joint))
        begin = joint + 1
    for a, b in bounds:
        phrase = noun_phrase(view, a)
        if phrase is None or phrase.det is None or not phrase.can_be("nom") or phrase.end > b:
            return None
        if any(morphology.is_auxiliary(view.lower[i]) or view.lower[i] in (":", ";") for i in range(a, b)):
            return None
    return bounds


def requirements(view: View, context: Context) -> Iterator[Change]:
    """„X setzt A sowie B voraus“ becomes „Voraussetzungen für X sind:“ and a list."""
    if "voraus" not in view.words or "\n" in view.text:
        return
    verb = main_verb(view, view.first, view.last)
    if verb is None or view.lower[verb] not in ("setzt", "setzen") or view.at(view.last - 1) != "voraus":
        return
    subject = noun_phrase(view, view.first)
    if subject is None or not subject.can_be("nom", view.lower[verb] == "setzen"):
        return
    if subject.end != verb and not only_prepositional(view, subject.end, verb):
        return
    name = recase(view, subject, "nom", "acc")
    if name is None:
        return
    name += view.text[view.tokens[subject.end - 1].end : view.tokens[verb - 1].end]
    name = view.inner(name, view.first)
    start, end = verb + 1, view.last - 1
    among = ""
    if view.lower[start : start + 2] == ["unter", "anderem"]:
        among, start = " unter anderem", start + 2
    joint = [i for i in range(start, end) if view.lower[i] == "sowie"] or [
        i for i in range(start, end) if view.lower[i] == "und"
    ]
    parts = [(start, end)] if not joint else [(start, joint[0]), (joint[0] + 1, end)] if len(joint) == 1 else []
    if any(view.lower[i] in (",", ";", ":") for i in range(view.first, view.last)):
        if not context.lists:
            return
        parts = enumeration(view, start, end, "acc") or []
    items: list[str] = []
    plural = len(parts) > 1
    for a, b in parts:
        phrase = noun_phrase(view, a)
        if (
            phrase is None
            or (phrase.det is None and not phrase.adjectives)
            or phrase.end > b
            or (phrase.end < b and not only_prepositional(view, phrase.end, b))
        ):
            return
        text = recase(view, phrase, "acc", "nom")
        feature = reading(phrase, "acc")
        if text is None or feature is None:
            return
        plural = plural or feature.plural
        items.append(text + view.text[view.tokens[phrase.end - 1].end : view.tokens[b - 1].end])
    if not items:
        return
    if len(items) == 1 or not context.lists or view.text[view.tokens[view.last - 1].end :].strip() != ".":
        be = "sind" if plural else "ist"
        text = f"{view.opening('Voraussetzung')} für {name} {be}{among} {' und '.join(items)}"
        end_at = view.tokens[view.last - 1].end
    else:
        body = "\n- ".join(items)
        text = f"{view.opening('Voraussetzungen')} für {name} sind{among}:\n- {body}"
        end_at = len(view.text.rstrip())
    yield Change(
        view.tokens[view.first].start, end_at, text, "voraussetzung", "Was nötig ist, steht als Voraussetzung."
    )


def provided_that(view: View, context: Context) -> Iterator[Change]:
    """„X kann bewilligt werden, wenn …“ becomes „X kann bewilligt werden. Voraussetzung ist, dass …“."""
    if (
        not (view.words & {"wenn", "sofern"})
        or _sentence_words(view) < (10 if context.plain else 12)
        or "\n" in view.text
    ):
        return
    commas = [i for i in range(view.first, view.last) if view.lower[i] in (",", ";", ":", "–", "(")]
    if not commas:
        return
    comma = commas[0]
    if view.at(comma + 1) not in ("wenn", "sofern") or view.at(comma - 1) != "werden":
        return
    verb = main_verb(view, view.first, comma)
    if verb is None or view.lower[verb] not in ("kann", "können", "darf", "dürfen"):
        return
    before = set(view.lower[view.first : comma])
    if (
        before & {"nur", "nicht", "auch", "erst", "kein", "keine", "sie", "wir", "insbesondere"}
        or "Sie" in view.text[view.tokens[comma].end :]
    ):
        return
    start = comma + 2
    if view.at(start) in ("sie", "er", "es", "diese", "dieser", "dies") and len(commas) > 1:
        return
    yield Change(
        view.tokens[comma].start,
        view.tokens[comma + 1].end,
        f".{BREAK}Voraussetzung ist, dass",
        "satz-teilen",
        "Die Bedingung wird ein eigener Satz.",
    )

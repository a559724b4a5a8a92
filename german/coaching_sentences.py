"""Detectors for the shape of a sentence: length, nesting, distance, noun style, passive, participles, negation.

Each yields remarks on one sentence. Which remarks a text gets in the end is decided in `german.coaching`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from german.clauses import Passive, Token, nominal, participle, passives
from german.coaching_phrases import phrases
from german.datafiles import data_sections
from german.lexicon import Tag, load
from german.remarks import Remark, View, Weight

_JOINT = re.compile(r"; |, (?:und|aber|denn|wobei|sodass|weil|wenn|da|die|der|das|welche[rsnm]?|indem|damit)\b|: ")


def long_sentence(view: View) -> Iterator[Remark]:
    """More than 20 words are yellow, more than 25 red."""
    if view.counted <= 20:
        return
    sentence = view.sentence
    middle = len(sentence.text) / 2
    joints = [m for m in _JOINT.finditer(sentence.text) if 0.2 < m.start() / len(sentence.text) < 0.85]
    best = min(joints, key=lambda m: abs(m.start() - middle), default=None)
    suggestion = "Machen Sie zwei oder drei Sätze daraus, mit einer Aussage je Satz."
    if best:
        rest = sentence.text[best.start() :].lstrip(",;: ").split()
        suggestion = f"Machen Sie zwei Sätze daraus. Teilen Sie zum Beispiel vor „{' '.join(rest[:3])} …“."
    weight = Weight.RED if view.counted > 25 else Weight.YELLOW
    yield Remark(
        sentence.start, sentence.end, "langer-satz", weight, f"Der Satz hat {view.counted} Wörter.", suggestion
    )


_COMMA = re.compile(r",(?=\s)")
_SUBORDINATOR = re.compile(
    r"\b(?:dass|welche[rsnm]?|sofern|soweit|wobei|indem|sodass|da|weil|wenn|falls|obwohl|nachdem)\b"
)
_RELATIVE = frozenset(["der", "die", "das", "dem", "den", "dessen", "deren", "denen"])


def nested(view: View) -> Iterator[Remark]:
    """Three commas and two subordinate clauses in one sentence."""
    text = view.sentence.text
    if len(_COMMA.findall(text)) < 3:
        return
    clauses = len(_SUBORDINATOR.findall(text)) + _relative_clauses(view.tokens)
    if clauses >= 2:
        yield Remark(
            view.sentence.start,
            view.sentence.end,
            "schachtelsatz",
            Weight.RED,
            "Der Satz ist verschachtelt: Mehrere Nebensätze stecken ineinander.",
            "Schreiben Sie jeden Nebensatz als eigenen Satz.",
        )


def _relative_clauses(found: tuple[Token, ...]) -> int:
    """Parts between commas that begin with a relative pronoun and end with a finite verb."""
    count = 0
    for index, token in enumerate(found):
        if token.low not in _RELATIVE or not index or found[index - 1].segment == token.segment:
            continue
        last = index
        while last + 1 < len(found) and found[last + 1].segment == token.segment:
            last += 1
        count += last > index + 1 and bool(found[last].tag & Tag.VERB) and found[last].word.text[:1].islower()
    return count


_BRACKET = 12
_BRACKET_REACH = 80


def verbal_bracket(view: View) -> Iterator[Remark]:
    """An auxiliary and its infinitive or participle with more than twelve words between."""
    found = view.tokens
    for index, token in enumerate(found):
        if token.low not in phrases().finite or (
            index and found[index - 1].tag & Tag.PART and participle(found[index - 1])
        ):
            continue
        last = index
        # The bracket closes with the part of the sentence, or after an inserted part with numbers and names only.
        for place in range(index + 1, min(len(found), index + _BRACKET_REACH)):
            if found[place].segment - found[index].segment > 3:
                break
            closes = place + 1 == len(found) or found[place + 1].segment != found[place].segment
            infinitive = found[place].tag & Tag.VERB and found[place].low.endswith("n")
            if closes and (participle(found[place]) or (infinitive and found[place].word.text[:1].islower())):
                last = place
                break
            if found[place].segment != found[index].segment and found[place].low in _RELATIVE | {
                "dass",
                "weil",
                "wenn",
            }:
                break
        if last - index - 1 > _BRACKET:
            first, end = found[index].word, found[last].word
            yield Remark(
                first.start,
                end.end,
                "satzklammer",
                Weight.YELLOW,
                f"Zwischen „{first.text}“ und „{end.text}“ stehen {last - index - 1} Wörter.",
                f"Rücken Sie „{first.text}“ und „{end.text}“ zusammen oder teilen Sie den Satz.",
            )
            return


def split_verb(view: View) -> Iterator[Remark]:
    """`findet … statt`: a verb and its particle too far apart."""
    found = view.tokens
    particles = _separable()
    for index, token in enumerate(found):
        closes = index + 1 == len(found) or found[index + 1].segment != token.segment
        if not closes or token.low not in particles or index <= _BRACKET:
            continue
        for place in range(index - _BRACKET - 1, max(-1, index - _BRACKET_REACH), -1):
            verb = found[place]
            if verb.word.text[:1].isupper() and place:
                continue
            if not verb.tag & Tag.VERB or token.segment - verb.segment > 3:
                continue
            base = load().lemma(verb.low)
            if base and load().tag(token.low + base) & Tag.VERB and base != verb.low:
                yield Remark(
                    verb.word.start,
                    token.word.end,
                    "satzklammer",
                    Weight.YELLOW,
                    f"Zwischen „{verb.word.text}“ und „{token.low}“ stehen {index - place - 1} Wörter.",
                    f"Rücken Sie „{verb.word.text}“ und „{token.low}“ zusammen oder teilen Sie den Satz.",
                )
                return


def conditions(view: View) -> Iterator[Remark]:
    """Two or more conditions in one sentence."""
    hits = [t for t in view.tokens if t.low in ("wenn", "falls", "sofern", "soweit", "vorausgesetzt")]
    if len(hits) >= 2:
        yield Remark(
            view.sentence.start,
            view.sentence.end,
            "bedingungen",
            Weight.RED,
            f"Der Satz enthält {len(hits)} Bedingungen.",
            "Schreiben Sie: „…, wenn alle Punkte zutreffen:“ und nennen Sie die Bedingungen als Liste.",
        )


# --- noun style -------------------------------------------------------------------------------------------------------


def noun_style(view: View) -> Iterator[Remark]:
    """Three or more nouns that hide a verb, and at least 15 in a hundred words."""
    nouns = [token.word for index, token in enumerate(view.tokens) if nominal(token.word, index == 0)]
    if len(nouns) < 3 or len(nouns) * 100 < 15 * view.counted:
        return
    verbs = [(noun.text, verb) for noun in nouns if (verb := _hidden_verb(noun.text))][:2]
    suggestion = "Sagen Sie mit Verben, wer was tut."
    if verbs:
        named = " und ".join(f"„{verb}“ statt „{noun}“" for noun, verb in verbs)
        suggestion = f"Sagen Sie mit Verben, wer was tut: {named}."
    reason = f"Der Satz reiht {len(nouns)} Hauptwörter aneinander, in denen Verben stecken."
    yield Remark(nouns[0].start, nouns[-1].end, "nominalstil", Weight.YELLOW, reason, suggestion)


def _hidden_verb(noun: str) -> str | None:
    lexicon = load()
    low = noun.lower()
    for ending in ("ungen", "ung"):
        if low.endswith(ending):
            stem = low[: -len(ending)]
            for verb in (stem + "en", stem + "n"):
                if lexicon.tag(verb) & Tag.VERB and lexicon.lemma(verb) == verb:
                    return verb
    if low.endswith("nahme"):
        verb = low[:-5] + "nehmen"
        return verb if lexicon.tag(verb) & Tag.VERB else None
    return low if lexicon.tag(low) & Tag.VERB and low.endswith("n") else None


_GENITIVE = r"(?:der|des|eines|einer|Ihre[rs]|unsere[rs]|dieser|dieses) (?:[a-zäöüß-]+(?:en|er) )?[A-ZÄÖÜ][\wäöüß-]+"
_GENITIVES = re.compile(rf"\b[A-ZÄÖÜ][\wäöüß-]+ {_GENITIVE} {_GENITIVE}")


def genitive_chain(view: View) -> Iterator[Remark]:
    """Two genitives that hang on one noun."""
    text, place = view.sentence.text, 0
    while match := _GENITIVES.search(text, place):
        first = match.group().split()[0]
        if not load().tag(first) & Tag.NOUN:
            # "Wegen der Höhe der Kosten der Sanierung": the chain begins one word later.
            place = match.start() + len(first)
            continue
        place = match.end()
        start = view.sentence.start + match.start()
        yield Remark(
            start,
            start + len(match.group()),
            "genitivkette",
            Weight.RED,
            "Mehrere Hauptwörter hängen mit „der“ und „des“ aneinander.",
            "Machen Sie aus einem davon einen Nebensatz oder ein Verb: „ob wir … können“, „wie Sie …“.",
        )


def support_verbs(view: View) -> Iterator[Remark]:
    """`einer Prüfung unterziehen` for `prüfen`."""
    lows = [token.low for token in view.tokens]
    by_first = phrases().support_verbs
    for index, low in enumerate(lows):
        for entry in by_first.get(low, ()):
            size = len(entry.words)
            if (
                tuple(lows[index : index + size]) != entry.words
                or not view.tokens[index + size - 1].word.text[0].isupper()
            ):
                continue
            # The verb stands at the end of the clause or in second place: within fifteen words on either side.
            near = range(max(0, index - 15), min(len(lows), index + size + 6))
            verb = next(
                (i for i in near if not index <= i < index + size and _is_verb(view.tokens[i], entry.verb)), None
            )
            if verb is None:
                continue
            first, last = view.tokens[index].word, view.tokens[index + size - 1].word
            if index + size <= verb <= index + size + 2:
                last = view.tokens[verb].word
            phrase = " ".join(token.word.text for token in view.tokens[index : index + size])
            yield Remark(
                first.start,
                last.end,
                "funktionsverbgefuege",
                Weight.YELLOW,
                f"„{phrase} {entry.verb}“ ist umständlich.",
                f"Schreiben Sie „{entry.better}“.",
            )
            break


def _is_verb(token: Token, verb: str) -> bool:
    return token.low == verb or (bool(token.tag & Tag.VERB) and load().lemma(token.low) == verb)


_PASSIVE_SHARE = 0.15


def passive_remarks(views: list[View]) -> dict[int, list[Remark]]:
    """The passives of a text by sentence; none when the text uses the passive as seldom as good texts do."""
    found = [(view, hits) for view in views if (hits := passives(view.tokens))]
    if len(found) <= _PASSIVE_SHARE * len(views) or (len(found) == 1 and len(views) > 2):
        return {}
    return {view.sentence.start: [_passive_remark(view, hits[0])] for view, hits in found}


def _passive_remark(view: View, hit: Passive) -> Remark:
    first = view.tokens[min(hit.auxiliary, hit.participle)].word
    last = view.tokens[max(hit.auxiliary, hit.participle)].word
    agent = _agent(view, hit)
    verb = _active(view.tokens[hit.participle].low)
    phrase = first if last.end - first.start <= 60 else view.tokens[hit.participle].word
    modal = any(t.low in ("kann", "können", "muss", "müssen", "darf", "dürfen", "soll", "sollen") for t in view.tokens)
    if agent:
        suggestion = f"Sagen Sie es aktiv: Wer handelt, steht vorn („{agent} …“)."
    elif modal:
        lemma = load().lemma(view.tokens[hit.participle].low)
        suggestion = f"Sagen Sie, wer handelt („Sie“, „wir“ oder die Stelle), und nehmen Sie „{lemma}“."
    else:
        suggestion = f"Sagen Sie, wer handelt: zum Beispiel „wir {verb}“."
    end = last.end if phrase is first else phrase.end
    return Remark(phrase.start, end, "passiv", Weight.YELLOW, "Das Passiv verschweigt, wer handelt.", suggestion)


def _agent(view: View, hit: Passive) -> str | None:
    text = view.sentence.text
    low, high = sorted((hit.auxiliary, hit.participle))
    start = view.tokens[max(0, low - 8)].word.start - view.sentence.start
    end = view.tokens[high].word.end - view.sentence.start
    match = re.search(r"\b(?:durch|seitens) ((?:die|das|den|der|des) (?:[a-zäöü]\w+ )?[A-ZÄÖÜ][\w-]+)", text[start:end])
    if not match or match[1].endswith(("ung", "en")):
        return None
    return match[1].replace("den ", "der ").replace("des ", "der ")


def _active(form: str) -> str:
    """`stellen … fest` for `festgestellt`: the form after „wir“."""
    lemma = load().lemma(form) or form
    for particle in _separable():
        rest = len(particle)
        if lemma.startswith(particle) and len(lemma) > rest + 2 and form[rest : rest + 2] == "ge":
            return f"{lemma[rest:]} … {particle}"
    return lemma


@lru_cache(maxsize=1)
def _separable() -> tuple[str, ...]:
    return tuple(sorted(data_sections("lexicon_parts.txt")["trennbare vorsilben"], key=len, reverse=True))


_TO_BE_DONE = re.compile(
    r"\b[zZ]u ([a-zäöüß]{2,30}end(?:e[rsnm]?))\b|\b([a-zäöüß]{2,14}zu[a-zäöüß]{1,24}end(?:e[rsnm]?))\b"
)


def gerundive(view: View) -> Iterator[Remark]:
    """`die zu erbringenden Nachweise`."""
    lexicon = load()
    for match in _TO_BE_DONE.finditer(view.sentence.text):
        word = match[1] or match[2]
        infinitive = re.sub(r"d(?:e[rsnm]?)$", "", word)
        if match[2]:
            infinitive = infinitive.replace("zu", "", 1)
        if not lexicon.tag(infinitive) & Tag.VERB:
            continue
        start = view.sentence.start + match.start()
        yield Remark(
            start,
            start + len(match.group()),
            "gerundiv",
            Weight.RED,
            f"„{match.group()}“ sagt nicht, wer etwas tun muss.",
            f"Schreiben Sie einen Nebensatz: „…, die Sie {infinitive} müssen“.",
        )


def extended_attribute(view: View) -> Iterator[Remark]:
    """Four or more words between an article and the participle before its noun."""
    found = view.tokens
    for index, token in enumerate(found[:-1]):
        if not _declined_participle(token) or not _before_noun(found, index):
            continue
        opener = next(
            (
                place
                for place in range(index - 2, max(-1, index - 22), -1)
                if found[place].low in phrases().determiners and found[place + 1].low in phrases().openings
            ),
            None,
        )
        if opener is None:
            continue
        start = found[opener].word.start
        between = view.sentence.text[
            found[opener].word.end - view.sentence.start : token.word.start - view.sentence.start
        ]
        finite = any(
            t.low in phrases().finite or (t.tag == Tag.VERB and t.word.text[:1].islower())
            for t in found[opener + 1 : index]
        )
        if len(between.split()) < 4 or finite or ":" in between or ";" in between:
            continue
        noun = next(t.word for t in found[index + 1 :] if t.word.text[0].isupper())
        yield Remark(
            start,
            noun.end,
            "erweitertes-attribut",
            Weight.YELLOW,
            f"Zwischen „{found[opener].word.text}“ und „{noun.text}“ stehen zu viele Wörter.",
            f"Nennen Sie zuerst „{noun.text}“ und machen Sie aus dem Rest einen eigenen Satz.",
        )
        return


def _declined_participle(token: Token) -> bool:
    if not token.word.text[:1].islower() or not re.search(r"(?:t|en|end|ch|ig)e[rsnm]?$", token.low):
        return False
    if token.tag & Tag.PART or load().lemma(token.low) in phrases().attributes:
        return True
    present = re.fullmatch(r"(\w+n)de[rsnm]?", token.low)
    return bool(present) and bool(load().tag(present[1]) & Tag.VERB)


def _before_noun(found: tuple[Token, ...], index: int) -> bool:
    for token in found[index + 1 : index + 3]:
        if token.segment != found[index].segment:
            return False
        if token.word.text[0].isupper():
            return True
        if not token.tag & Tag.ADJ:
            return False
    return False


def double_negation(view: View) -> Iterator[Remark]:
    """`nicht unerheblich`, `nicht ohne`, `kein … nicht`."""
    found = view.tokens
    lexicon = load()
    exempt = phrases().no_negation
    for index, token in enumerate(found):
        if token.low not in ("nicht", "kein", "keine", "keinen", "keiner", "keines", "keinem", "nie", "ohne"):
            continue
        for place in range(index + 1, min(len(found), index + (3 if token.low == "nicht" else 8))):
            other = found[place]
            if other.segment != token.segment:
                break
            stem = other.low[2:]
            un_word = (
                other.low.startswith("un")
                and len(other.low) > 5
                and other.low not in exempt
                and other.word.text[:1].islower()
                and bool(lexicon.tag(stem) & (Tag.ADJ | Tag.PART))
                and not other.low.startswith("unter")
            )
            pair = (
                (token.low == "nicht" and (un_word or other.low in ("ohne", "ausgeschlossen")))
                or (token.low == "ohne" and un_word and place == index + 1)
                or (token.low == "nie" and other.low == "ohne" and place == index + 1)
                or (token.low.startswith("kein") and other.low == "nicht" and "sondern" not in view.sentence.text)
            )
            if pair:
                yield Remark(
                    token.word.start,
                    other.word.end,
                    "doppelte-verneinung",
                    Weight.RED,
                    f"„{token.word.text}“ und „{other.word.text}“ verneinen zweimal.",
                    "Sagen Sie es ohne Verneinung: was gilt oder was möglich ist.",
                )
                return

"""Makes a sentence of one part of the notes, or says that it stays a line of a list. Adds no fact."""

import re
from dataclasses import dataclass
from enum import StrEnum

from german import morphology
from german.lexicon import Tag, load
from letters import phrases
from letters.notes import MONTHS
from letters.phrases import WHEN, named, timed, when_of, with_articles, words_of


class Role(StrEnum):
    """What became of a part."""

    STATEMENT = "statement"
    REQUEST = "request"
    CONTACT = "contact"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its final mark, or an item without."""

    role: Role
    text: str


_AMOUNT = r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro"
_PHONE = r"(?:⟦Telefon[^⟧]*⟧|\+?\d[\d /]*-?\d[\d -]*\d)"
_ADVERBS = frozenset(
    {
        "bisher",
        "gern",
        "gerne",
        "online",
        "dort",
        "hier",
        "meist",
        "oft",
        "selbst",
        "kostenlos",
        "danach",
        "dann",
        "wieder",
    }
    | {
        "nicht",
        "noch",
        "schon",
        "bereits",
        "leider",
        "nur",
        "wieder",
        "erst",
        "immer",
        "auch",
        "sehr",
        "zu",
        "jetzt",
        "bald",
    }
    | {
        "heute",
        "morgen",
        "sofort",
        "teilweise",
        "komplett",
        "derzeit",
        "zurzeit",
        "weiterhin",
        "nun",
        "endgültig",
        "vorläufig",
    }
)
_REFLEXIVE = frozenset(
    {
        "anmelden",
        "abmelden",
        "melden",
        "zurückmelden",
        "rückmelden",
        "einfinden",
        "bewerben",
        "erkundigen",
        "gedulden",
        "ausweisen",
        "eintragen",
    }
)
_DATIVE_PERSONS = frozenset(
    {"geben", "übergeben", "aushändigen", "mitteilen", "melden", "schicken", "senden", "zeigen", "bringen"}
)
_SUBORDINATE = re.compile(r"(?:wenn|falls|weil|da|dass|ob|damit|obwohl|sobald|solange|sofern|bevor|nachdem)\b")


def sentence(text: str, subject: str = "", earlier: str = "", *, proper: bool = False) -> Sentence:
    """One part as a sentence.

    Args:
        text: The part, spelled out.
        subject: What the notes were about just before a colon; empty without.
        earlier: The parts before, for words that refer back.
        proper: The notes are written in proper German, so that a whole sentence stays as it is.
    """
    text, bracket = _bracket(
        re.sub(r"^(.+?) (bitte) (?=.*n$)", r"\2 \1 ", text.strip())
        if re.match(r"[A-ZÄÖÜ]\S*(?: \S+){0,2} bitte ", text)
        else text.strip()
    )
    text = re.sub(r"^(?:und|dann|also|außerdem|sowie|plus) ", "", text)
    but = text.startswith("aber ")
    text = text.removeprefix("aber ")
    found = (
        _whole(text, proper)
        or _contact(text)
        or _if_absent(text)
        or _please(text, earlier)
        or _fixed(text)
        or _to_do(text)
        or _request(text, earlier)
        or _offer(text)
        or _verbal(text, subject)
        or _predicate(text, subject, earlier)
        or _event(text, subject)
        or _cost(text)
    )
    if found is None:
        return Sentence(Role.ITEM, _line(f"{subject}: {text}" if subject else text) + bracket)
    body = _upper(re.sub(r"\s+", " ", found.text).strip() + bracket)
    if but and found.role is Role.STATEMENT:
        body = f"Aber {_lower(body)}"
    return Sentence(found.role, body if body.endswith((".", ":", "?")) else body + ".")


def _bracket(text: str) -> tuple[str, str]:
    match = re.search(r" (\([^()]*\))$", text)
    return (text[: match.start()], f" {match[1]}") if match else (text, "")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """A sentence in the middle of another: articles and pronouns lose their capital, nouns and names keep it."""
    first = re.match(r"[A-ZÄÖÜ][a-zäöü]+", text)
    if first is None or first[0] in {"Sie", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer", "Ihres", "Ihnen"}:
        return text
    low = first[0].lower()
    tags = load().tag(low)
    if morphology.determiner(low) or tags & (Tag.FUNC | Tag.ADV) or low in {"bitte", "es", "wir"}:
        return text[:1].lower() + text[1:]
    return text


lower_start = _lower


def _line(text: str) -> str:
    return (
        timed(text)
        if re.search(r"\b[a-zäöü]+\b", text) and not WHEN.match(text)
        else WHEN.sub(lambda m: when_of(m).bare if when_of(m).prep != "vom" else m[0], text)
    )


def _finished(text: str) -> str:
    return with_articles(timed(text))


def _say(text: str) -> Sentence:
    return Sentence(Role.STATEMENT, text)


def _whole(text: str, proper: bool) -> Sentence | None:
    """A part that is a sentence already: someone says „wir“, „Sie“ or „Ihr“ and there is a verb."""
    words = text.split(" ")
    if _SUBORDINATE.match(text) or len(words) < 2:
        return None
    if proper and any(phrases.is_finite(w) or phrases.is_plural_finite(w) for w in words[1:]):
        return Sentence(Role.STATEMENT, text)
    if not re.search(r"\b(?:wir|Wir|Sie|Ihr|Ihre[nmrs]?|uns|unsere?[nmrs]?|Ihnen)\b", text):
        return None
    if not any(phrases.is_finite(w.lower()) or phrases.is_plural_finite(w) for w in words):
        return None
    if phrases.is_finite(words[0]):
        return Sentence(Role.STATEMENT, f"das {text}")
    first = named(words[0], "acc") if len(words) > 2 and words[2] in {"wir", "Sie"} else None
    text = " ".join([first or words[0], *words[1:]])
    return Sentence(Role.REQUEST if text.lower().startswith("bitte") else Role.STATEMENT, text)


def _contact(text: str) -> Sentence | None:
    if match := re.match(r"(.+?),? bei (?:Rückfragen|Fragen)$", text):
        text = f"Fragen an {match[1]}"
    match = re.match(
        r"(?:bitte )?(?:bei )?(?:Rückfragen|Fragen|Nachfragen|Auskunft|Auskünfte|Kontakt|Infos?"
        r"|Information(?:en)?|Ansprechpartner(?:in)?)\b:? ?(?:gerne |bitte )?(?:an |bei |unter |gibt |über )?(.+)$",
        text,
    )
    if match is None:
        match = re.match(r"((?:Telefon(?:nummer)?|E-Mail)\b:? ?(?:\d|⟦|\S+@).*)$", text)
    if match is None:
        return None
    rest = match.groups()[-1].strip()
    numbers = re.search(rf"(?:(?:unter|Telefon(?:nummer)?):? )*({_PHONE})", rest)
    mail = re.search(r"\S+@\S+|⟦E-Mail[^⟧]*⟧", rest)
    if re.match(r"(?:zum|zur|zu|über|nach)\b", rest) and not numbers and not mail:
        return None
    who = rest
    ways: list[str] = []
    if numbers:
        who = (who[: numbers.start()] + " " + who[numbers.end() :]).strip(" ,:")
        ways.append(f"unter der Telefonnummer {numbers[1].strip()}")
    if mail:
        who = who.replace(mail[0], "").strip(" ,:")
        ways.append(f"per E-Mail an {mail[0]}")
    who = re.sub(r"\b(?:oder|und|Telefon|E-Mail|Mail|unter|per|an)\s*$", "", who).strip(" ,:")
    who = re.sub(r"^(?:oder|und|an|bei|gibt) ", "", who).strip()
    if not who:
        how = " oder ".join(ways)
        return Sentence(Role.CONTACT, f"Bei Fragen erreichen Sie uns {how}") if how else None
    room = re.sub(r" (Zimmer|Raum) (\d+\w*)", r", \1 \2", who)
    target = (
        re.sub(r"^Herr\b", "Herrn", room) if re.match(r"(?:Herr|Frau|⟦)", room) else _with_article(room, "acc") or room
    )
    means = [way.replace("unter der Telefonnummer", "Telefon").replace("per E-Mail an", "E-Mail") for way in ways]
    return Sentence(
        Role.CONTACT, f"Bei Fragen wenden Sie sich bitte an {target}" + (f" ({', '.join(means)})" if means else "")
    )


def _if_absent(text: str) -> Sentence | None:
    """„wenn nicht da …“: what to do when one cannot be there."""
    match = re.match(
        r"(?:wenn|falls) (?:Sie )?(nicht (?:da|zu Hause|zuhause|anwesend|möglich|können)|verhindert|abwesend"
        r"|niemand da)(?:,| dann|:)? ?(.*)$",
        text,
        re.I,
    )
    if match is None or not match[2]:
        return None
    state = {
        "nicht möglich": "Wenn das nicht möglich ist",
        "nicht können": "Wenn Sie nicht können",
        "niemand da": "Wenn niemand da ist",
    }.get(match[1], f"Wenn Sie {match[1]} sind")
    actions: list[str] = []
    for piece in re.split(r" oder ", match[2]):
        order = _call(piece) or _imperative(piece)
        if order is None:
            return Sentence(Role.REQUEST, f"{state}: {_line(match[2])}")
        actions.append(re.sub(r"^bitte (\S+) Sie\b", r"\1 Sie bitte", order))
    first, *others = actions
    return Sentence(
        Role.REQUEST, f"{state}, {first}" + "".join(f" oder {other.replace(' bitte', '', 1)}" for other in others)
    )


def _call(text: str) -> str | None:
    match = re.match(rf"(?:Anruf|anrufen|Telefon)(?: unter| bei)? ({_PHONE})(?: (?:für )?(.+))?$", text)
    if match is None:
        return None
    purpose = ""
    if match[2]:
        phrase = phrases.noun_phrase(match[2], plural=False)
        purpose = f"für {phrase.with_article('acc', 'ein')} " if phrase else ""
        if phrase is None:
            return None
    return f"rufen Sie uns bitte {purpose}unter {match[1].strip()} an"


def _please(text: str, earlier: str) -> Sentence | None:
    match = re.match(r"(?:wir )?(?:bitte|bitten)(?: um)? (.+)$", text, re.I) or re.match(r"(.+) bitte$", text)
    if match is None:
        return None
    rest = match[1]
    rest = re.sub(r" zurück$", " zurückgeben", rest)
    first, either, other = rest.partition(" oder ")
    if either:
        ways = [_imperative(way) or _imperative(_verb_last(way)) for way in (first, other)]
        if ways[0] and ways[1]:
            return Sentence(Role.REQUEST, f"{ways[0]} oder {ways[1].removeprefix('bitte ')}")
        if phrases.infinitive(first.split(" ")[0]) or phrases.infinitive(first.split(" ")[-1]):
            return None
    order = _imperative(rest) or _imperative(_verb_last(rest))
    if order is not None:
        return Sentence(Role.REQUEST, order)
    call = _call(rest)
    if call is not None:
        return Sentence(Role.REQUEST, call)
    if any(phrases.is_finite(word) for word in rest.split(" ")):
        return None
    referred = _referred(rest, earlier)
    if referred:
        return Sentence(Role.REQUEST, f"wir bitten um {referred}")
    rest = rest.removeprefix("um ")
    before, when, after = _around(rest)
    if when and not before and after[:1].isupper():
        answer = re.match(
            r"(?:Rückmeldung|Anmeldung|Antwort|Nachricht|Zusage|Bestätigung|Abgabe|Rückgabe|Meldung)\b", after
        )
        return Sentence(
            Role.REQUEST, f"wir bitten {when} um {after}" if answer else f"wir bitten {when} um {named_or(after)}"
        )
    if rest[:1].isupper() or re.match(r"(?:ein|Ihr|die|den|das)", rest) or phrases.noun_phrase(rest):
        phrase = phrases.noun_phrase(rest)
        target = phrase.with_article("acc", "ein") if phrase and phrase.adjectives and not phrase.plural else rest
        return Sentence(Role.REQUEST, f"wir bitten um {_finished(target)}")
    return None


def named_or(text: str) -> str:
    """The text with its article, or as it is."""
    return named(text, "acc") or text


def _referred(text: str, earlier: str) -> str:
    """„neues biometrisches digital vom Fotografen“: adjectives whose noun stands earlier in the notes."""
    words = text.split(" ")
    count = 0
    while (
        count < len(words)
        and re.fullmatch(r"[a-zäöüß]{3,}(?:es|e|en)", words[count])
        and load().tag(words[count]) & (Tag.ADJ | Tag.PART | Tag(0)) | (not load().tag(words[count]))
    ):
        count += 1
    if not count or (count < len(words) and words[count][:1].isupper()) or morphology.determiner(words[0]):
        return ""
    gender = {"es": "n", "en": "m"}.get(words[0][-2:], "f")
    for word in reversed(re.findall(r"[A-ZÄÖÜ][\wäöüß-]+", earlier)):
        phrase = phrases.noun_phrase(word, plural=False)
        if phrase is not None and phrase.gender == gender:
            noun = word.rpartition("-")[2]
            article = {"n": "ein", "f": "eine", "m": "einen"}[gender]
            rest = " ".join(words[count:])
            return f"{article} {' '.join(words[:count])} {noun}" + (f", {rest}" if rest else "")
    return ""


def _fixed(text: str) -> Sentence | None:
    """Turns that notes use all the time."""
    if match := re.match(r"dass (.+)$", text):
        clause = re.sub(r"^ihr(e[nmrs]?)?\b", lambda m: f"Ihr{m[1] or ''}", match[1])
        return _say(f"wir teilen Ihnen mit, dass {_finished(clause)}")
    if text == "Verständnis":
        return _say("dafür haben wir Verständnis")
    match = re.match(r"(?:vielen |herzlichen )?[Dd]anke? für (.+)$", text)
    if match:
        return _say(f"vielen Dank für {_finished(named(match[1], 'acc') or match[1])}")
    match = re.match(r"(?:wenn|falls) (schon|bereits) ([a-zäöü]+t|[a-zäöü]+en)(?:,| dann)? (.+)$", text)
    if match and phrases.is_participle(match[2]) and (order := _imperative(match[3])):
        order = re.sub(r"^bitte (\S+) Sie\b", r"\1 Sie bitte", order)
        return Sentence(Role.REQUEST, f"wenn Sie {match[1]} {match[2]} haben, {order}")
    match = re.match(r"(?:Grund|wegen|weil|aufgrund):? (?!\w+ (?:ist|sind|war)\b)(.+)$", text)
    if match and not re.search(r"\b(?:ist|sind|hat|haben|wird|werden|kann)\b", match[1]):
        phrase = phrases.noun_phrase(match[1])
        if (
            phrase
            and not phrase.adjectives
            and (phrase.plural or re.search(r"(?:bau|ung|bruch|fest|markt|schaden|befall)$", phrase.form))
        ):
            return _say(f"der Grund dafür {'sind' if phrase.plural else 'ist'} {named(match[1], 'nom')}")
        return _say(f"der Grund dafür: {_finished(match[1])}")
    match = re.match(r"(Thema|Themen):? (.+)$", text)
    if match:
        is_many = match[1] == "Themen" or " und " in match[2]
        return _say(f"{'die Themen sind' if is_many else 'das Thema ist'}: {_line(match[2])}")
    match = re.match(
        rf"(?:Anmeldung|Rückmeldung|Antwort|Zusage|Anmeldefrist|Anmeldeschluss|Frist|Abgabe|Rückgabe)(?:"
        rf" bitte)?:? (?=bis|spätestens|{phrases.WHEN.pattern[:0]}\d)(.+)$",
        text,
    )
    if match:
        when, rest = _leading_when(match[1], "bis")
        if when:
            what = text.split(" ")[0].rstrip(":")
            if what in {"Anmeldung", "Anmeldefrist", "Anmeldeschluss"}:
                return Sentence(Role.REQUEST, f"bitte melden Sie sich {when} {_finished(rest)} an".replace("  ", " "))
            if what == "Frist":
                return Sentence(Role.REQUEST, f"die Frist läuft {when}" + (f" {rest}" if rest else ""))
            return Sentence(
                Role.REQUEST,
                f"wir bitten {when} um {'Ihre ' if what in {'Rückmeldung', 'Antwort', 'Zusage'} else 'die '}{what}"
                + (f" {_finished(rest)}" if rest else ""),
            )
    return None


def _leading_when(text: str, default: str) -> tuple[str, str]:
    """The point in time a text begins with, as a phrase, and the rest."""
    match = WHEN.match(text)
    if match is None:
        return "", text
    when = when_of(match)
    if not when.prep and when.dates:
        when = phrases.When(default, when.weekday, when.dates, when.days, when.time_prep, when.time)
    return when.phrase, text[match.end() :].strip(" ,")


def _around(text: str) -> tuple[str, str, str]:
    """What stands before the first point in time, the point as a phrase, and what stands after."""
    match = WHEN.search(text)
    if match is None:
        return text, "", ""
    when = when_of(match)
    if when.prep == "vom" and " bis " not in when.dates:
        return text, "", ""
    second = WHEN.match(text, match.end() + 1) if text[match.end() : match.end() + 1] == " " else None
    phrase, end = when.phrase, match.end()
    if second is not None:
        other = when_of(second)
        # Day before hour, whatever the notes say first.
        phrase = (
            f"{other.phrase} {phrase}" if when.time and not when.dates and other.dates else f"{phrase} {other.phrase}"
        )
        end = second.end()
    return text[: match.start()].strip(" ,"), phrase, text[end:].strip(" ,")


def _request(text: str, earlier: str) -> Sentence | None:
    order = _imperative(text, earlier) or _call(text)
    if order is None and re.match(r"[a-zäöüß]+n (?:bis|spätestens)\b", text):
        order = _imperative(_verb_last(text))
    return Sentence(Role.REQUEST, order) if order else None


def _imperative(text: str, earlier: str = "") -> str | None:
    """„Personalausweis mitbringen“ → „bitte bringen Sie Ihren Personalausweis mit“."""
    words = text.removesuffix(" bitte").split(" ")
    # „bis 5.3. zurückschicken oder einwerfen“: the last verb decides.
    if words[-1] == "sein" and len(words) > 1 and not any(phrases.is_finite(w) for w in words[:-1]):
        return f"bitte seien Sie {_finished(' '.join(words[:-1]))}"
    verb = phrases.infinitive(words[-1])
    if (
        verb is None
        or _SUBORDINATE.match(text)
        or any(w in {"wir", "ich", "man", "schon", "bereits", "Sie"} for w in words)
    ):
        return None
    if any(phrases.is_finite(w) or w in {"zu", "werden", "können", "müssen", "sollen", "dürfen"} for w in words[:-1]):
        return None
    if len(words) > 1 and (words[-2] in {"und", "oder"} or words[-2][-1:].isdigit()):
        return None
    middle = _objects(words[:-1], words[-1], earlier)
    if middle is None:
        return None
    return " ".join(filter(None, ("bitte", verb.second, "Sie", middle, verb.particle)))


def _verb_last(text: str) -> str:
    """„anmelden bis 7. April“ → „bis 7. April anmelden“."""
    first, _, rest = text.partition(" ")
    return f"{rest} {first}" if rest and phrases.infinitive(first) is not None else text


def _objects(words: list[str], verb: str, earlier: str) -> str | None:
    """The objects of a request with their articles; points in time with their prepositions."""
    if not words:
        return "sich" if verb in _REFLEXIVE else ""
    text = " ".join(words)
    has_object = any(w[:1].isupper() for w in _without_phrases(text).split(" ") if w)
    reflexive = "sich " if verb in _REFLEXIVE and not has_object else ""
    if (
        not has_object
        and not reflexive
        and _is_transitive(verb)
        and not re.search(r"\b(?:es|sie|das|dies|alles)\b", text)
    ):
        reflexive = "den Betrag " if verb in {"überweisen", "zahlen", "bezahlen"} else "dies "
    if not has_object and verb in _NEEDS_THING:
        thing = named(earlier.strip().split(" ")[0], "acc") if earlier.strip() else None
        if thing is None:
            return None
        reflexive = f"{thing} "
    if verb in _REFLEXIVE and has_object and (match := re.match(r"([A-ZÄÖÜ][\wäöüß-]*)(?= |$)", text)):
        phrase = phrases.noun_phrase(match[1])
        if phrase is not None and not phrase.plural and not phrases.ends_like(phrase.noun.lemma, "eigene"):
            text = text[match.end() :].strip()
            reflexive = f"sich für {phrase.with_article('acc')} "
    chunks = _chunks(text)
    if verb in _DATIVE_PERSONS and len(words) >= 2:
        person = phrases.noun_phrase(words[0], plural=True)
        thing = phrases.noun_phrase(" ".join(words[1:]))
        if (
            person
            and thing
            and re.search(r"(?:bar|er|eit|lleg)", words[0])
            and words[0][:1].isupper()
            and words[1][:1].isupper()
        ):
            return f"{person.with_article('dat')} {thing.with_article('acc')}"
    done: list[str] = []
    for is_time, chunk in chunks:
        done.append(timed(chunk) if is_time else _object(chunk, verb))
    return reflexive + " ".join(done)


# Without the thing these verbs make no sentence.
_NEEDS_THING = frozenset(
    {
        "zurückschneiden",
        "schneiden",
        "entfernen",
        "beseitigen",
        "reparieren",
        "abholen",
        "zurückgeben",
        "zurückbringen",
        "räumen",
    }
    | {
        "fällen",
        "hinausstellen",
        "hinausbringen",
        "streichen",
        "kürzen",
        "entsorgen",
        "machen",
        "stellen",
        "legen",
        "halten",
        "nehmen",
    }
)


def _is_transitive(verb: str) -> bool:
    return verb in {
        "bringen",
        "nachreichen",
        "einreichen",
        "erledigen",
        "zurückschicken",
        "zurücksenden",
        "abgeben",
        "bezahlen",
        "überweisen",
        "beseitigen",
        "entfernen",
        "vorlegen",
        "mitbringen",
        "ausfüllen",
        "unterschreiben",
        "bestätigen",
    }


def _without_phrases(text: str) -> str:
    """The text without points in time and without prepositional phrases."""
    text = WHEN.sub(" ", text)
    text = re.sub(
        r"\b(?:in|im|am|an|auf|aus|bei|beim|mit|nach|von|vom|vor|zu|zum|zur|für|wegen|ohne|über|unter|durch"
        r"|gegen|um|per)\b(?: [a-zäöüß]+)* [A-ZÄÖÜ⟦][\wäöüß⟧-]*(?: \d+\w*)?",
        " ",
        text,
    )
    return re.sub(r"\s+", " ", text).strip()


def _chunks(text: str) -> list[tuple[bool, str]]:
    found: list[tuple[bool, str]] = []
    place = 0
    for match in WHEN.finditer(text):
        before = text[place : match.start()].strip()
        if re.search(r"\b(?:vor|nach|gegen|seit|ab|bis)$", before):
            continue
        if before:
            found.append((False, before))
        found.append((True, match[0]))
        place = match.end()
    if after := text[place:].strip():
        found.append((False, after))
    return found


def _object(text: str, verb: str = "") -> str:
    """One object: own papers with „Ihr“, single things with the article, the rest as it is."""
    if re.match(
        r"(?:in|im|am|an|auf|aus|bei|beim|mit|nach|von|vom|vor|zu|zum|zur|für|wegen|ohne|über|unter|durch|gegen|um|per)\b",
        text,
    ):
        return with_articles(text)
    pieces = re.split(r"( und | oder |/)", text)
    if len(pieces) > 1:
        return "".join(piece if place % 2 else _object(piece, verb) for place, piece in enumerate(pieces))
    phrase = phrases.noun_phrase(text)
    if phrase is None:
        return with_articles(text)
    if phrases.ends_like(phrase.noun.lemma, "eigene"):
        return with_articles(phrase.with_article("acc", "Ihr"))
    rest = phrase.rest.strip()
    follows = (
        not rest
        or bool(re.match(r"(?:für|von|vom|in|im|am|an|aus|mit|zum|zur|bei|auf)\b", rest))
        or _is_loose(rest.split(" ")[0])
    )
    is_mass = (
        not phrase.noun.plural
        or phrase.noun.lemma in words_of("ohne_artikel")
        or verb in {"mitbringen", "tragen", "abfüllen"}
    )
    if not follows or is_mass:
        return with_articles(text)
    return with_articles(phrase.with_article("acc"))


def _is_loose(word: str) -> bool:
    """A small word that stands free in the sentence: an adverb, or an adjective without ending."""
    if word in _ADVERBS:
        return True
    if not word.islower() or morphology.determiner(word):
        return False
    tags = load().tag(word)
    return bool(tags & (Tag.ADV | Tag.ADJ)) and not tags & Tag.FUNC and not re.search(r"(?:e|er|es|en|em)$", word)


_FREE = re.compile(r"(?:wegen|durch|trotz|bis|bei|aufgrund|während|ab|seit|mangels|ohne)$")


def _tail_start(words: list[str]) -> int:
    """Where what belongs to the verb begins: the first adverb or free prepositional phrase after the head."""
    for place in range(1, len(words) - 1):
        word = words[place]
        if _FREE.match(word) or (_is_loose(word) and not words[place + 1][:1].isupper()):
            return place
        if _is_loose(word) and word in _ADVERBS:
            return place
    return len(words) - 1


def _offer(text: str) -> Sentence | None:
    """„abholen Zimmer 6 Dienstag 8 bis 12 Uhr“ → „Abholen können Sie in Zimmer 6 am Dienstag von 8 bis 12 Uhr“."""
    words = text.split(" ")
    if len(words) < 2 or phrases.infinitive(words[0]) is None or any(phrases.is_finite(w) for w in words[1:]):
        return None
    rest = " ".join(words[1:])
    if not WHEN.search(rest) and not re.match(r"(?:Zimmer|Raum|im|in|am|beim|bei|unter|online|bis|ab)\b", rest):
        return None
    reflexive = "sich " if words[0] in _REFLEXIVE else ""
    return _say(f"{_upper(words[0])} können Sie {reflexive}{_finished(_in_room(rest))}")


def _in_room(text: str) -> str:
    return re.sub(r"(?:^|(?<=\s))(?<!in )(?<!im )(Zimmer|Raum|Saal) (?=\d)", r"in \1 ", text)


def _verbal(text: str, subject: str) -> Sentence | None:
    """A part with its verb in second place; the noun phrase before it gets its article."""
    if _SUBORDINATE.match(text):
        return None
    words = text.split(" ")
    place = next((i for i in range(len(words)) if _is_verb(words, i)), -1)
    if place < 0:
        return None
    verb = words[place]
    rest = words[place + 1 :]
    if (
        verb in {"wird", "werden", "wurde", "wurden", "ist", "sind"}
        and len(rest) > 1
        and phrases.is_participle(rest[0])
    ):
        # „wird abgestellt am Dienstag“: the participle closes the sentence.
        rest = [*rest[1:], rest[0]]
    before_rest, when, after = _around(" ".join(rest))
    tail = with_articles(
        f"{verb} {timed(_on_street(' '.join(filter(None, (before_rest, when, after)))))}"
    ).removeprefix(f"{verb} ")
    if place == 0:
        if verb.endswith("en") or verb in {"sind", "muss", "kann", "soll", "darf", "hat", "wird"} or not rest:
            return None
        return _say(f"{subject or 'das'} {verb} {tail}")
    head = " ".join(words[:place])
    if head in words_of("aussage") or phrases.is_participle(head):
        return None
    if words[0] in {"wenn", "falls", "sonst"} or "," in head:
        return None
    money = re.match(rf"(.+?) ({_AMOUNT})$", head)
    if money and (name := named(money[1], "nom", plural=False)):
        return _say(f"{name} von {money[2]} {verb} {tail}")
    case = "acc" if verb == "gibt" and rest[:1] == ["es"] else "nom"
    many = True if phrases.is_plural_finite(verb) or verb in _PLURAL_HELPERS else None
    lead, span = head, ""
    if WHEN.search(head) and not WHEN.match(head):
        lead, span, after_span = _around(head)
        if after_span:
            return _say(f"{_finished(head)} {verb} {tail}")
    if phrases.ends_like(lead, "zeiten"):
        return _say(" ".join(filter(None, (f"die {lead}", span, verb, tail))))
    is_free = lead.split(" ")[0] in _ADVERBS or bool(_LEADING.match(lead))
    name = None if is_free else named(lead, case, plural=many)
    return _say(" ".join(filter(None, (name or _finished(lead), span, verb, tail))))


_PLURAL_HELPERS = frozenset({"sind", "waren", "werden", "wurden", "haben", "können", "müssen", "sollen", "dürfen"})
_LEADING = re.compile(r"(?:beim|im|am|in|an|auf|bei|mit|nach|vor|zum|zur|ab|bis|seit|für|wegen)\b")


def _on_street(text: str) -> str:
    """A street right after a point in time or a verb: „Birkenweg 2“ → „im Birkenweg 2“."""

    def place(match: re.Match[str]) -> str:
        word = match[2]
        low = word.lower()
        if low.endswith(("weg", "ring", "damm", "steig", "graben")):
            return f"{match[1]}im {word}"
        return f"{match[1]}{'am' if low.endswith('platz') else 'in der'} {word}"

    return re.sub(
        r"((?:Uhr|\d\. [A-Z]\w+) |^)([A-ZÄÖÜ][\wäöüß-]*(?:weg|ring|damm|steig|graben|platz|straße|gasse|allee))(?= |$)",
        place,
        text,
    )


def _nouns_in(words: list[str]) -> bool:
    return any(word[:1].isupper() and word.rstrip(",") not in MONTHS for word in words)


def _is_verb(words: list[str], place: int) -> bool:
    word = words[place].rstrip(",")
    if word in {
        "wurde",
        "wurden",
        "ist",
        "sind",
        "war",
        "waren",
        "hat",
        "haben",
        "wird",
        "werden",
        "kann",
        "können",
        "muss",
        "müssen",
        "soll",
        "sollen",
        "darf",
        "dürfen",
    }:
        return True
    if phrases.is_finite(word):
        if phrases.is_participle(word) and (place == len(words) - 1 or not _nouns_in(words[place + 1 :])):
            return False
        # „behandelte Kinder“: before a noun the past tense is an adjective.
        return place != 0 or (len(words) > 1 and not (word.endswith("e") and words[1][:1].isupper()))
    # „Spielzeiten … stehen am Schild“: a plural form in the middle.
    return (
        0 < place < len(words) - 1
        and phrases.is_plural_finite(word)
        and words[0][:1].isupper()
        and not phrases.is_participle(words[-1])
        and phrases.infinitive(words[-1]) is None
    )


def _to_do(text: str) -> Sentence | None:
    """„Kinderlärm hinzunehmen“ → „Kinderlärm ist hinzunehmen“."""
    words = text.split(" ")
    zu = morphology.verb_of_zu(words[-1]) is not None or bool(
        re.fullmatch(r"[a-zäöü]+zu[a-zäöü]+en", words[-1]) and load().tag(words[-1]) & Tag.VERB
    )
    two = len(words) > 2 and words[-2] == "zu" and phrases.infinitive(words[-1]) is not None
    if not zu and not two:
        return None
    cut = -2 if two else -1
    head = " ".join(words[:cut])
    phrase = phrases.noun_phrase(head)
    if phrase is None:
        return None
    name = head if not phrase.noun.plural else named(head, "nom") or head
    return _say(f"{name} {'sind' if phrase.plural else 'ist'} {' '.join(words[cut:])}")


def _with_article(text: str, case: str, stem: str = "der") -> str | None:
    """Like `named`, with an article in the plural as well."""
    if named(text, case) is None:
        return None
    phrase = phrases.noun_phrase(text)
    return phrase.with_article(case, stem) if phrase else None


_IN_GENERAL = frozenset({"nötig", "notwendig", "erforderlich", "möglich"})


def _predicate(text: str, subject: str, earlier: str) -> Sentence | None:
    """„Foto abgelehnt“, „Eintritt frei“, „Halle schon belegt“: the auxiliary is missing, nothing else."""
    late = re.match(rf"(.+?) ({_LAST_WORD}) (vom \d.+ auf .+|{WHEN.pattern})$", text)
    if late and (phrases.is_participle(late[2]) or late[2] in words_of("aussage")):
        found = WHEN.match(late[3])
        when = when_of(found) if found else None
        if " auf " in late[3] or (when is not None and (when.dates or when.days)):
            text = f"{late[1]} {late[3]} {late[2]}"
    words = text.split(" ")
    last = words[-1]
    is_part = phrases.is_participle(last)
    if not is_part and last not in words_of("aussage"):
        return None
    if (match := re.match(r"keine?n? (.+)$", text)) and last in _IN_GENERAL and phrases.noun_phrase(match[1]):
        return _say(f"es {'sind' if phrases.noun_phrase(match[1]).plural else 'ist'} {text}")  # pyright: ignore[reportOptionalMemberAccess]
    if is_part and "sonst" in words:
        return None
    if (
        is_part
        and last not in words_of("zustand")
        and last not in words_of("geschehen")
        and (found := WHEN.search(text))
        and when_of(found).prep != "vom"
    ):
        # Past or still to come? The notes do not say.
        return None
    verb = ("ist", "sind") if not is_part or last in words_of("zustand") else ("wurde", "wurden")
    cut = _tail_start(words)
    when = WHEN.search(text)
    if when and when.start() and last in words_of("zustand") and when_of(when).prep != "vom":
        # The day belongs to a state („am 3. Mai geschlossen“). What happened to a thing is not dated by its own day.
        cut = min(cut, len(text[: when.start()].split()))
    head, tail = " ".join(words[:cut]), " ".join(words[cut:])
    if len(words) == 1 or not head:
        if not subject and (is_part or last not in {"kostenlos", "kostenfrei", "gebührenfrei", "freiwillig"}):
            return None
        return _say(f"{subject or 'das'} {verb[0]} {timed(text)}")
    opened = WHEN.match(text)
    if (
        opened
        and last in {"geschlossen", "gesperrt", "geöffnet", "zu", "offen", "besetzt"}
        and opened.end() + len(last) + 1 == len(text)
    ):
        places = [
            w
            for w in re.findall(r"[A-ZÄÖÜ][\wäöüß-]+", earlier)
            if w in words_of("orte") or re.search(r"(?:amt|büro|halle|bad|kita)$", w.lower())
        ]
        name = named(places[-1], "nom", plural=False) if places else None
        return _say(f"{name} ist {when_of(opened).phrase} {last}") if name else None
    if phrases.noun_phrase(head) is None and load().tag(words[0]) & Tag.FUNC:
        return None
    if WHEN.match(head) or any(w in {"wir", "ich", "Sie", "man", "es"} for w in words):
        return None
    if len(words) == 2 and head.islower() and phrases.infinitive(head) is not None and not is_part:
        return _say(f"das {_upper(head)} ist {last}")
    phrase = phrases.noun_phrase(head)
    if phrase is None:
        if re.match(r"(?:Herr|Frau|⟦Person)", head) or load().is_name_only(words[0]):
            return _say(f"{head} {verb[0]} {timed(tail)}")
        return None
    if last in _IN_GENERAL and not phrase.plural:
        name = phrase.with_article("nom", "ein")
    else:
        name = _with_article(head, "nom") or head
    return _say(f"{_finished(_class_in_brackets(name))} {verb[phrase.plural]} {_finished(tail)}")


_LAST_WORD = r"[a-zäöüß]{3,}"


def _class_in_brackets(text: str) -> str:
    """„Lena Hartmann 3b“ → „Lena Hartmann (3b)“."""
    return re.sub(r"((?:[A-ZÄÖÜ][\wäöüß-]+|⟧)) (\d{1,2}[a-e])\b", r"\1 (\2)", text)


def _event(text: str, subject: str) -> Sentence | None:
    """A noun with a point in time and perhaps a place, and nothing else."""
    before, when, after = _around(text)
    if not when:
        return None
    name_text = before or subject
    if not name_text or (name_text[:1].islower() and not phrases.noun_phrase(name_text)):
        return None
    noun = next((w for w in name_text.split(" ") if w[:1].isupper()), "")
    if phrases.ends_like(noun, "zeiten"):
        return _say(f"die {name_text} sind {when} {_finished(_in_room(after))}")
    name = _with_article(name_text, "nom")
    phrase = phrases.noun_phrase(name_text)
    if name is None or phrase is None:
        return None
    place = located(after) if after else ""
    if after and not is_place(after):
        if not re.match(r"(?:wegen|bei|mit|durch|für)\b", after):
            return None
        place = with_articles(after)
    if phrases.ends_like(noun, "regelungen") or (when.startswith("ab ") and phrases.ends_like(noun, "kosten")):
        return _say(f"{name} {'gelten' if phrase.plural else 'gilt'} {when} {place}")
    if phrases.ends_like(noun, "vorgaenge"):
        return _say(f"{name} {'sind' if phrase.plural else 'ist'} {when} {place}")
    if phrases.ends_like(noun, "ereignisse"):
        return _say(f"{name} {'finden' if phrase.plural else 'findet'} {when} {place} statt")
    return None


def is_place(text: str) -> bool:
    """Whether a text names a place: „im Rathaus“, „Turnhalle“, „Zimmer 6“."""
    core = re.sub(
        r"^(?:im|in der|in dem|in|am|an der|auf dem|auf der|beim|bei der|vor dem|vor der|vor Ort,?) ", "", text
    )
    first = re.match(r"(?:(?:groß|klein|neu|alt|ober|unter)e[rnsm]? )?([A-ZÄÖÜ][\wäöüß-]*)", core)
    if first is None:
        return bool(re.match(r"⟦(?:Adresse|Ort)", core))
    return phrases.ends_like(first[1], "orte") or bool(re.search(r"(?:straße|weg|platz|allee|gasse)$", first[1]))


def located(text: str) -> str:
    """A place inside a sentence: „Rathaus Saal 2“ → „im Rathaus, Saal 2“."""
    text = place_line(text)
    if re.match(r"(?:im|in|am|an|auf|beim|bei|vor|hinter|neben) ", text):
        return text
    first, comma, rest = text.partition(", ")
    if re.match(r"(?:Zimmer|Raum|Saal) \d", first):
        return f"in {text}"
    phrase = phrases.noun_phrase(first, plural=False)
    if phrase is None:
        return text
    prep = (
        "auf"
        if re.search(r"(?:platz|hof|markt|straße|weg)$", phrase.form.lower()) and not phrase.form.endswith("Bahnhof")
        else "in"
    )
    return morphology.contract(prep, _dative_article(phrase.gender)) + " " + phrase.bare("dat") + comma + rest


def _dative_article(gender: str) -> str:
    return "der" if gender == "f" else "dem"


def place_line(text: str) -> str:
    """A place on a line of its own: a comma before the room."""
    return re.sub(
        r"(?<=[a-zäöüß]) (?=(?:Zimmer|Raum|Saal|Eingang|Obergeschoss|Erdgeschoss|\d+\. (?:Stock|Obergeschoss|OG)))",
        ", ",
        text,
    )


def _cost(text: str) -> Sentence | None:
    match = re.fullmatch(
        rf"(?:(?P<what>[A-ZÄÖÜ][\wäöüß -]*?),? )?(?P<prep>von |beträgt |nur |je(?:weils)? |pro Person"
        rf" )?(?P<sum>{_AMOUNT})(?P<rest> (?:pro|je|im|monatlich|jährlich|pro Person|bar|in bar).*)?",
        text,
    )
    if match is None:
        return None
    rest = match["rest"] or ""
    if not match["what"]:
        return _say(f"es fallen {match['prep'] or ''}{match['sum']}{rest} an")
    if not phrases.ends_like(match["what"].split(" ")[0], "kosten"):
        return None
    name = named(match["what"], "nom")
    phrase = phrases.noun_phrase(match["what"])
    if name is None or phrase is None:
        return None
    if phrase.noun.lemma == "Kosten" or phrase.plural:
        return _say(f"die {match['what']} betragen {match['sum']}{rest}")
    return _say(f"{name} beträgt {match['sum']}{rest}")

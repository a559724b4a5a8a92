"""Makes a sentence of one part of the notes, or says that it stays a line of a list. Adds no fact."""

import re
from dataclasses import dataclass
from enum import StrEnum

from german import morphology
from german.lexicon import Tag, load
from letters import phrases
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


def sentence(text: str, subject: str = "", earlier: str = "") -> Sentence:
    """One part as a sentence.

    Args:
        text: The part, spelled out.
        subject: What the notes were about just before a colon; empty without.
        earlier: The parts before, for words that refer back.
    """
    text, bracket = _bracket(text.strip())
    text = re.sub(r"^(?:und|dann|also|außerdem|sowie|plus) ", "", text)
    but = text.startswith("aber ")
    text = text.removeprefix("aber ")
    found = (
        _whole(text)
        or _contact(text)
        or _if_absent(text)
        or _please(text, earlier)
        or _fixed(text)
        or _to_do(text)
        or _request(text)
        or _offer(text)
        or _verbal(text, subject)
        or _predicate(text, subject)
        or _event(text, subject)
        or _cost(text)
    )
    if found is None:
        return Sentence(Role.ITEM, _upper(_line(f"{subject}: {text}" if subject else text) + bracket))
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


def _whole(text: str) -> Sentence | None:
    """A part that is a sentence already: someone says „wir“, „Sie“ or „Ihr“ and there is a verb."""
    words = text.split(" ")
    if _SUBORDINATE.match(text) or len(words) < 3:
        return None
    if not re.search(r"\b(?:wir|Wir|Sie|Ihr|Ihre[nmrs]?|uns|unsere?[nmrs]?|Ihnen)\b", text):
        return None
    if not any(phrases.is_finite(w.lower()) or phrases.is_plural_finite(w) for w in words):
        return None
    return Sentence(Role.REQUEST if text.lower().startswith("bitte") else Role.STATEMENT, text)


def _contact(text: str) -> Sentence | None:
    match = re.match(
        r"(?:bitte )?(?:bei )?(?:Rückfragen|Fragen|Nachfragen|Auskunft|Auskünfte|Kontakt|Infos?|Information(?:en)?|Ansprechpartner(?:in)?)\b:? ?(?:gerne |bitte )?(?:an |bei |unter |gibt |über )?(.+)$",
        text,
    )
    if match is None:
        match = re.match(rf"(?P<who>)((?:Telefon(?:nummer)?|E-Mail|Mail)\b.*)$", text)
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
    target = re.sub(r"^Herr\b", "Herrn", room) if re.match(r"(?:Herr|Frau|⟦)", room) else named(room, "acc") or room
    means = [way.replace("unter der Telefonnummer", "Telefon").replace("per E-Mail an", "E-Mail") for way in ways]
    return Sentence(
        Role.CONTACT, f"Bei Fragen wenden Sie sich bitte an {target}" + (f" ({', '.join(means)})" if means else "")
    )


def _if_absent(text: str) -> Sentence | None:
    """„wenn nicht da …“: what to do when one cannot be there."""
    match = re.match(
        r"(?:wenn|falls) (?:Sie )?(nicht (?:da|zu Hause|zuhause|anwesend|möglich|können)|verhindert|abwesend|niemand da)(?:,| dann|:)? ?(.*)$",
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
    if when and not before and after:
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
    if text == "Verständnis":
        return _say("dafür haben wir Verständnis")
    match = re.match(r"(?:Grund|wegen|weil|aufgrund):? (?!\w+ (?:ist|sind|war)\b)(.+)$", text)
    if match and not re.search(r"\b(?:ist|sind|hat|haben|wird|werden|kann)\b", match[1]):
        phrase = phrases.noun_phrase(match[1])
        if phrase and not phrase.adjectives:
            return _say(f"der Grund dafür {'sind' if phrase.plural else 'ist'} {named(match[1], 'nom')}")
        return _say(f"der Grund dafür: {_finished(match[1])}")
    match = re.match(r"(Thema|Themen):? (.+)$", text)
    if match:
        is_many = match[1] == "Themen" or " und " in match[2]
        return _say(f"{'die Themen sind' if is_many else 'das Thema ist'}: {_line(match[2])}")
    match = re.match(
        rf"(?:Anmeldung|Rückmeldung|Antwort|Zusage|Anmeldefrist|Anmeldeschluss|Frist|Abgabe|Rückgabe)(?: bitte)?:? (?=bis|spätestens|{phrases.WHEN.pattern[:0]}\d)(.+)$",
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


def _request(text: str) -> Sentence | None:
    order = _imperative(text) or _call(text)
    if order is None and re.match(r"[a-zäöüß]+n (?:bis|spätestens)\b", text):
        order = _imperative(_verb_last(text))
    return Sentence(Role.REQUEST, order) if order else None


def _imperative(text: str) -> str | None:
    """„Personalausweis mitbringen“ → „bitte bringen Sie Ihren Personalausweis mit“."""
    words = text.removesuffix(" bitte").split(" ")
    # „bis 5.3. zurückschicken oder einwerfen“: the last verb decides.
    verb = phrases.infinitive(words[-1])
    if verb is None or any(
        phrases.is_finite(w) or w in {"zu", "werden", "können", "müssen", "sollen", "dürfen"} for w in words[:-1]
    ):
        return None
    if len(words) > 1 and words[-2] == "und":
        return None
    middle = _objects(words[:-1], words[-1])
    if middle is None:
        return None
    return " ".join(filter(None, ("bitte", verb.second, "Sie", middle, verb.particle)))


def _verb_last(text: str) -> str:
    """„anmelden bis 7. April“ → „bis 7. April anmelden“."""
    first, _, rest = text.partition(" ")
    return f"{rest} {first}" if rest and phrases.infinitive(first) is not None else text


def _objects(words: list[str], verb: str) -> str | None:
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
        reflexive = "dies "
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
        done.append(timed(chunk) if is_time else _object(chunk))
    return reflexive + " ".join(done)


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
        r"\b(?:in|im|am|an|auf|aus|bei|beim|mit|nach|von|vom|vor|zu|zum|zur|für|wegen|ohne|über|unter|durch|gegen|um|per)\b(?: [a-zäöüß]+)* [A-ZÄÖÜ⟦][\wäöüß⟧-]*(?: \d+\w*)?",
        " ",
        text,
    )
    return re.sub(r"\s+", " ", text).strip()


def _chunks(text: str) -> list[tuple[bool, str]]:
    found: list[tuple[bool, str]] = []
    place = 0
    for match in WHEN.finditer(text):
        if before := text[place : match.start()].strip():
            found.append((False, before))
        found.append((True, match[0]))
        place = match.end()
    if after := text[place:].strip():
        found.append((False, after))
    return found


def _object(text: str) -> str:
    """One object: own papers with „Ihr“, single things with the article, the rest as it is."""
    if re.match(
        r"(?:in|im|am|an|auf|aus|bei|beim|mit|nach|von|vom|vor|zu|zum|zur|für|wegen|ohne|über|unter|durch|gegen|um|per)\b",
        text,
    ):
        return with_articles(text)
    pieces = re.split(r"( und | oder |/)", text)
    if len(pieces) > 1:
        return "".join(piece if place % 2 else _object(piece) for place, piece in enumerate(pieces))
    phrase = phrases.noun_phrase(text)
    if (
        phrase is None
        or phrase.plural
        or re.match(r" [a-z]", phrase.rest)
        and not re.match(r" (?:für|von|vom|in|im|am|an|aus|mit|zum|zur|bei)\b", phrase.rest)
    ):
        return with_articles(text)
    if phrase.noun.lemma in words_of("eigene") or phrases.ends_like(phrase.noun.lemma, "eigene"):
        return with_articles(phrase.with_article("acc", "Ihr"))
    if not phrase.noun.plural or phrase.noun.lemma in words_of("ohne_artikel"):
        return with_articles(text)
    return with_articles(phrase.with_article("acc"))


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
    place = next((i for i, word in enumerate(words) if _is_verb(words, i)), -1)
    if place < 0:
        return None
    rest = " ".join(words[place + 1 :])
    before_rest, when, after = _around(rest)
    tail = _finished(" ".join(filter(None, (before_rest, when, after))))
    verb = words[place]
    if place == 0:
        if verb.endswith("en") or verb == "sind" or not rest:
            return None
        return _say(f"{subject or 'das'} {verb} {tail}")
    head = " ".join(words[:place])
    money = re.match(rf"(.+?) ({_AMOUNT})$", head)
    if money:
        name = named(money[1], "nom", plural=False)
        if name:
            return _say(f"{name} von {money[2]} {verb} {tail}")
    plural = (
        True
        if verb in {"sind", "waren", "werden", "wurden", "haben", "können", "müssen"}
        or (verb.endswith("en") and not load().tag(head) & Tag.NAME)
        else None
    )
    if WHEN.search(head) and not WHEN.match(head):
        lead, span, _ = _around(head)
        name = named(lead, "nom", plural=True if plural else None) or lead
        if name[:1].islower() and lead in words_of("zeiten") | {lead} and " bis " in span:
            return _say(f"{name if not phrases.ends_like(lead, 'zeiten') else 'die ' + lead} {span} {verb} {tail}")
        return _say(f"{name} {span} {verb} {tail}")
    named_head = (
        None
        if head.split(" ")[0] in _ADVERBS
        or re.match(r"(?:beim|im|am|in|an|auf|bei|mit|nach|vor|zum|zur|ab|bis|seit|für|wegen)\b", head)
        else named(head, "nom", plural=plural)
    )
    if named_head is None and plural:
        named_head = named(head, "nom", plural=True)
    if plural and named_head and phrases.ends_like(head, "zeiten"):
        named_head = f"die {head}"
    head = named_head or _finished(head)
    return _say(f"{head} {verb} {tail}")


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
        if phrases.is_participle(word) and place == len(words) - 1:
            return False
        return place != 0 or len(words) > 1
    # „Spielzeiten … stehen am Schild“: a plural form in the middle.
    return (
        0 < place < len(words) - 1
        and phrases.is_plural_finite(word)
        and words[0][:1].isupper()
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


def _predicate(text: str, subject: str) -> Sentence | None:
    """„Foto abgelehnt“, „Eintritt frei“, „Halle schon belegt“: the auxiliary is missing, nothing else."""
    words = text.split(" ")
    last = words[-1]
    is_part = phrases.is_participle(last)
    if not is_part and last not in words_of("aussage"):
        return None
    verb = ("ist", "sind") if not is_part or last in words_of("zustand") else ("wurde", "wurden")
    cut = len(words) - 1
    if not is_part:
        while cut > 0 and words[cut - 1] in _ADVERBS:
            cut -= 1
    else:
        adverb = next((i for i, word in enumerate(words[:-1]) if i and word in _ADVERBS), None)
        when = WHEN.search(text)
        # The day belongs to a state („am 3. Mai geschlossen“). What happened to a thing is not dated by its own day.
        is_state = last in words_of("zustand")
        place = len(text[: when.start()].split()) if when and is_state and when_of(when).prep != "vom" else None
        cut = min(x for x in (adverb, place, cut) if x is not None and (x > 0 or x == cut))
    head, tail = " ".join(words[:cut]), " ".join(words[cut:])
    if not head:
        if not subject:
            return None
        return _say(f"{subject} {verb[0]} {timed(tail)}")
    if WHEN.match(head):
        return None
    phrase = phrases.noun_phrase(head)
    if phrase is None:
        if re.match(r"(?:Herr|Frau|⟦Person)", head) or load().is_name_only(words[0]):
            return _say(f"{head} {verb[0]} {timed(tail)}")
        return None
    name = named(head, "nom") or head
    if phrase.noun.lemma in words_of("ohne_artikel") and phrase.noun.lemma != "Eintritt":
        name = head
    name = _class_in_brackets(name)
    return _say(f"{_finished(name)} {verb[phrase.plural]} {timed(tail)}")


def _class_in_brackets(text: str) -> str:
    """„Lena Hartmann 3b“ → „Lena Hartmann (3b)“."""
    return re.sub(r"((?:[A-ZÄÖÜ][\wäöüß-]+|⟧)) (\d{1,2}[a-e])\b", r"\1 (\2)", text)


def _event(text: str, subject: str) -> Sentence | None:
    """A noun with a point in time and perhaps a place, and nothing else."""
    before, when, after = _around(text)
    if not when:
        return None
    name_text = before or subject
    if not name_text or name_text[:1].islower() and not phrases.noun_phrase(name_text):
        return None
    before_words = name_text.split(" ")
    noun = next((w for w in before_words if w[:1].isupper()), "")
    if phrases.ends_like(noun, "zeiten"):
        return _say(f"die {name_text} sind {when} {_finished(_in_room(after))}")
    name = named(name_text, "nom")
    phrase = phrases.noun_phrase(name_text)
    if name is None or phrase is None or (after and not _is_place(after)):
        return None
    place = _located(after) if after else ""
    if phrases.ends_like(noun, "regelungen"):
        return _say(f"{name} {'gelten' if phrase.plural else 'gilt'} {when} {place}")
    if phrases.ends_like(noun, "ereignisse"):
        return _say(f"{name} {'finden' if phrase.plural else 'findet'} {when} {place} statt")
    return _say(f"{name} {'sind' if phrase.plural else 'ist'} {when} {place}")


def _is_place(text: str) -> bool:
    return is_place(text)


def is_place(text: str) -> bool:
    """Whether a text names a place: „im Rathaus“, „Turnhalle“, „Zimmer 6“."""
    core = re.sub(r"^(?:im|in der|in dem|in|am|an der|auf dem|auf der|beim|bei der|vor dem|vor der) ", "", text)
    first = re.match(r"(?:(?:groß|klein|neu|alt|ober|unter)e[rnsm]? )?([A-ZÄÖÜ][\wäöüß-]*)", core)
    if first is None:
        return bool(re.match(r"⟦(?:Adresse|Ort)", core))
    return phrases.ends_like(first[1], "orte") or bool(re.search(r"(?:straße|weg|platz|allee|gasse)$", first[1]))


def _located(text: str) -> str:
    return located(text)


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
        rf"(?:(?P<what>[A-ZÄÖÜ][\wäöüß -]*?),? )?(?P<prep>von |beträgt |nur |je(?:weils)? |pro Person )?(?P<sum>{_AMOUNT})(?P<rest> (?:pro|je|im|monatlich|jährlich|pro Person|bar|in bar).*)?",
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

"""Notes that ask the reader for something: „Ausweis mitbringen“, „bitte um Antwort bis 5.3.“, „Fragen an …“."""

import re

from german import morphology
from german.lexicon import Tag, load
from letters import phrases
from letters.clauses import SUBORDINATE, Role, Sentence, around, finished, is_loose, line, say, upper, with_article
from letters.phrases import WHEN, named, timed, with_articles, words_of
from letters.places import in_room

_PHONE = r"(?:⟦Telefon[^⟧]*⟧|\+?\d[\d /]*-?\d[\d -]*\d)"


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


def contact(text: str) -> Sentence | None:
    if match := re.match(r"(.+?),? bei (?:Rückfragen|Fragen)$", text):
        text = f"Fragen an {match[1]}"
    if match := re.match(
        r"(?:bitte )?(?:anmelden|Anmeldung|melden|Anmeldungen):? (?:bei |beim |an |unter )?(.+)$", text
    ):
        found = _reached(match[1])
        if found and found[1] and not WHEN.search(match[1]):
            who, means = found
            target = (
                (
                    re.sub(r"^Herr\b", "Herrn", who)
                    if who.startswith(("Herr", "Frau"))
                    else with_article(who, "dat") or who
                )
                if who
                else "uns"
            )
            return Sentence(
                Role.CONTACT, f"Bitte melden Sie sich bei {target} an ({means})".replace("bei dem ", "beim ")
            )
        return None
    if match := re.match(r"[Zz]uständig(?: ist| dafür ist| dafür)? ([A-ZÄÖÜ⟦].+)$", text):
        found = _reached(match[1])
        if found and found[0]:
            name = with_article(found[0], "nom") or found[0]
            return Sentence(Role.CONTACT, f"Zuständig ist {name}" + (f" ({found[1]})" if found[1] else ""))
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
    found = _reached(rest)
    if found is None or (re.match(r"(?:zum|zur|zu|über|nach)\b", rest) and not found[1]):
        return None
    who, means = found
    if not who:
        how = (
            means.replace("Telefon ", "unter der Telefonnummer ")
            .replace("E-Mail ", "per E-Mail an ")
            .replace(", ", " oder ")
        )
        return Sentence(Role.CONTACT, f"Bei Fragen erreichen Sie uns {how}") if how else None
    is_person = re.match(r"(?:Herr|Frau|⟦)", who)
    target = who if is_person else with_article(who, "acc") or who
    target = re.sub(r"\bHerr(?= [A-ZÄÖÜ⟦])", "Herrn", target)
    return Sentence(Role.CONTACT, f"Bei Fragen wenden Sie sich bitte an {target}" + (f" ({means})" if means else ""))


def _reached(text: str) -> tuple[str, str] | None:
    """Whom a contact names, and how to reach them: „Stadtkasse“, „Telefon 4455-10“."""
    ways: list[str] = []
    mail = re.search(r"\S+@\S+|⟦E-Mail[^⟧]*⟧", text)
    who = text
    numbers = re.search(rf"(?:(?:unter|Telefon(?:nummer)?):? )*({_PHONE})", text)
    if numbers:
        who = (who[: numbers.start()] + " " + who[numbers.end() :]).strip(" ,:")
        ways.append(f"Telefon {numbers[1].strip()}")
    if mail:
        who = who.replace(mail[0], "").strip(" ,:")
        ways.append(f"E-Mail {mail[0]}")
    who = re.sub(r"\b(?:oder|und|Telefon|E-Mail|Mail|unter|per|an)\s*$", "", who).strip(" ,:")
    who = re.sub(r"^(?:oder|und|an|bei|gibt) ", "", who).strip()
    if who and not who[:1].isupper() and not who.startswith("⟦"):
        return None
    return re.sub(r" (Zimmer|Raum) (\d+\w*)", r", \1 \2", who), ", ".join(ways)


def if_absent(text: str) -> Sentence | None:
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
        order = _call(piece) or imperative(piece)
        if order is None:
            return Sentence(Role.REQUEST, f"{state}: {line(match[2])}")
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


def please(text: str, earlier: str) -> Sentence | None:
    match = re.match(r"(?:wir )?(?:bitte|bitten)(?: um)? (.+)$", text, re.I) or re.match(r"(.+) bitte$", text)
    if match is None:
        return None
    rest = match[1]
    rest = re.sub(r" zurück$", " zurückgeben", rest)
    first, either, other = rest.partition(" oder ")
    if either:
        ways = [imperative(way) or imperative(_verb_last(way)) for way in (first, other)]
        if ways[0] and ways[1]:
            return Sentence(Role.REQUEST, f"{ways[0]} oder {ways[1].removeprefix('bitte ')}")
        if phrases.infinitive(first.split(" ")[0]) or phrases.infinitive(first.split(" ")[-1]):
            return None
    order = imperative(rest) or imperative(_verb_last(rest))
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
    before, when, after = around(rest)
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
        return Sentence(Role.REQUEST, f"wir bitten um {finished(target)}")
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


def request(text: str, earlier: str) -> Sentence | None:
    order = imperative(text, earlier) or _call(text)
    words = text.split(" ")
    if order is None and words[-1] in words_of("ohne_gegenstand") and words[0][:1].isupper():
        # „Mails gehen“ says something; it asks for nothing.
        phrase = phrases.noun_phrase(" ".join(words[:-1]), plural=True)
        return say(f"{phrase.with_article('nom')} {words[-1]}") if phrase and len(words) == 2 else None
    middle = re.match(r"([A-ZÄÖÜ].*?) ([a-zäöüß]+n) ((?:Zimmer|Raum|im|in|am|beim|bei|bis|spätestens|zum)\b.+)$", text)
    if order is None and middle and phrases.infinitive(middle[2]) is not None:
        order = imperative(f"{middle[1]} {in_room(middle[3])} {middle[2]}", earlier)
    if order is None and re.match(r"[a-zäöüß]+n (?:bis|spätestens)\b", text):
        order = imperative(_verb_last(text))
    return Sentence(Role.REQUEST, order) if order else None


def imperative(text: str, earlier: str = "") -> str | None:
    """„Personalausweis mitbringen“ → „bitte bringen Sie Ihren Personalausweis mit“."""
    words = text.removesuffix(" bitte").split(" ")
    # „bis 5.3. zurückschicken oder einwerfen“: the last verb decides.
    if words[-1] == "sein" and len(words) > 1 and not any(phrases.is_finite(w) for w in words[:-1]):
        return f"bitte seien Sie {finished(' '.join(words[:-1]))}"
    verb = phrases.infinitive(words[-1])
    if verb is not None and words[-1] in words_of("ohne_gegenstand") and words[0][:1].isupper():
        return None
    if words[-1] == "lassen" and len(words) > 2 and phrases.infinitive(words[-2]) is not None:
        things = _object(" ".join(words[:-2]), words[-2])
        oneself = "sich " if words[-2] in {"zeigen", "geben", "vorlegen", "aushändigen"} else ""
        return f"bitte lassen Sie {oneself}{things} {words[-2]}"
    if (
        verb is None
        or SUBORDINATE.match(text)
        or any(w in {"wir", "ich", "man", "schon", "bereits", "Sie"} for w in words)
    ):
        return None
    if any(
        phrases.is_finite(w)
        or w in {"zu", "werden", "können", "müssen", "sollen", "dürfen", "möchte", "will", "möchten", "wollen"}
        for w in words[:-1]
    ):
        return None
    if len(words) > 1 and words[-2] in {"und", "oder"}:
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
    text = re.sub(r"^bitte | bitte(?= |$)", "", " ".join(words))
    words = text.split(" ")
    has_object = bool({"nichts", "niemanden", "alles"} & set(words)) or any(
        w[:1].isupper() for w in _without_phrases(text).split(" ") if w
    )
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
    text = re.sub(r"\b\d+ (?:Tage?|Wochen?|Stunden?|Minuten?|Monate?)\b", " ", text)
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
    if phrases.ends_like(phrase.noun.lemma, "eigene") and not re.match(r" ?(?:des|der|von) ", phrase.rest):
        return with_articles(phrase.with_article("acc", "Ihr"))
    rest = phrase.rest.strip()
    follows = (
        not rest
        or bool(re.match(r"(?:für|von|vom|in|im|am|an|aus|mit|zum|zur|bei|auf|des|der)\b", rest))
        or is_loose(rest.split(" ")[0])
    )
    is_mass = (
        not phrase.noun.plural
        or phrase.noun.lemma in words_of("ohne_artikel")
        or verb in {"mitbringen", "tragen", "abfüllen"}
    )
    if not follows or is_mass:
        return with_articles(text)
    return with_articles(phrase.with_article("acc"))


def offer(text: str) -> Sentence | None:
    """„abholen Zimmer 6 Dienstag 8 bis 12 Uhr“ → „Abholen können Sie in Zimmer 6 am Dienstag von 8 bis 12 Uhr“."""
    words = text.split(" ")
    if words[0] not in words_of("angebote") or any(phrases.infinitive(word) for word in words[1:]):
        return None
    if len(words) < 2 or phrases.infinitive(words[0]) is None or any(phrases.is_finite(w) for w in words[1:]):
        return None
    rest = " ".join(words[1:])
    if not WHEN.search(rest) and not re.match(r"(?:Zimmer|Raum|im|in|am|beim|bei|unter|online|bis|ab)\b", rest):
        return None
    reflexive = "sich " if words[0] in _REFLEXIVE else ""
    return say(f"{upper(words[0])} können Sie {reflexive}{finished(in_room(rest))}")

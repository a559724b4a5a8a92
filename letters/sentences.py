"""Makes a sentence of one part of the notes, or says that it stays a line of a list. Adds no fact."""

import re

from german import morphology
from german.lexicon import Tag, load
from letters import phrases
from letters.clauses import (
    ADVERBS,
    SUBORDINATE,
    Role,
    Sentence,
    around,
    finished,
    is_loose,
    leading_when,
    line,
    lower_start,
    say,
    upper,
    with_article,
)
from letters.notes import MONTHS
from letters.phrases import WHEN, named, timed, when_of, with_articles, words_of
from letters.places import in_room, is_place, located, on_street
from letters.requests import contact, if_absent, imperative, offer, please, request

_AMOUNT = r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro"


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
        or contact(text)
        or _acting(text)
        or if_absent(text)
        or please(text, earlier)
        or _fixed(text)
        or _to_do(text)
        or request(text, earlier)
        or offer(text)
        or _verbal(text, subject)
        or _predicate(text, subject, earlier)
        or _event(text, subject)
        or _cost(text)
    )
    if found is None:
        return Sentence(Role.ITEM, line(f"{subject}: {text}" if subject else text) + bracket)
    body = upper(re.sub(r"\s+", " ", found.text).strip() + bracket)
    if but and found.role is Role.STATEMENT:
        body = f"Aber {lower_start(body)}"
    return Sentence(found.role, body if body.endswith((".", ":", "?")) else body + ".")


def _acting(text: str) -> Sentence | None:
    """„Stadtwerke reparieren bis Freitag“, „Bus zahlt Stadt“: who acts is an institution or a group."""
    words = text.split(" ")
    if len(words) > 2 and _acts(words[0]) and phrases.infinitive(words[1]) is not None and words[-1] != words[1]:
        phrase = phrases.noun_phrase(words[0], plural=True)
        if phrase is not None and phrases.infinitive(words[-1]) is None:
            return say(f"{phrase.with_article('nom')} {words[1]} {finished(' '.join(words[2:]))}")
    match = re.match(r"([A-ZÄÖÜ]\S+) (zahlt|bezahlt|übernimmt|trägt|stellt) (?:die |der |das )?([A-ZÄÖÜ]\S+)$", text)
    if match and phrases.ends_like(match[3], "einrichtungen"):
        actor, thing = named(match[3], "nom"), named(match[1], "acc")
        return say(f"{actor} {match[2]} {thing}") if actor and thing else None
    return None


def _acts(word: str) -> bool:
    groups = phrases.surroundings()["gruppen"]
    return word in {"Stadtwerke", "Kinder", "Schüler", "Firmen", "Gemeinden"} or any(word.startswith(g) for g in groups)


def _bracket(text: str) -> tuple[str, str]:
    match = re.search(r" (\([^()]*\))$", text)
    return (text[: match.start()], f" {match[1]}") if match else (text, "")


def _whole(text: str, proper: bool) -> Sentence | None:
    """A part that is a sentence already: someone says „wir“, „Sie“ or „Ihr“ and there is a verb."""
    words = text.split(" ")
    if SUBORDINATE.match(text) or len(words) < 2:
        return None
    if words[1] == "uns" and phrases.infinitive(words[0]) is not None:
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
    if text.startswith("Sie "):
        text = finished(text)
    return Sentence(Role.REQUEST if text.lower().startswith("bitte") else Role.STATEMENT, text)


def _fixed(text: str) -> Sentence | None:
    """Turns that notes use all the time."""
    if match := re.match(r"dass (.+)$", text):
        clause = re.sub(r"^ihr(e[nmrs]?)?\b", lambda m: f"Ihr{m[1] or ''}", match[1])
        return say(f"wir teilen Ihnen mit, dass {finished(clause)}")
    if text == "Verständnis":
        return say("dafür haben wir Verständnis")
    if found := _courtesy(text) or _without(text) or _measured(text) or _told(text):
        return found
    match = re.match(r"(?:vielen |herzlichen )?[Dd]anke? für (.+)$", text)
    if match:
        return say(f"vielen Dank für {finished(named(match[1], 'acc') or match[1])}")
    match = re.match(r"(?:wenn|falls) (schon|bereits) ([a-zäöü]+t|[a-zäöü]+en)(?:,| dann)? (.+)$", text)
    if match and phrases.is_participle(match[2]) and (order := imperative(match[3])):
        order = re.sub(r"^bitte (\S+) Sie\b", r"\1 Sie bitte", order)
        return Sentence(Role.REQUEST, f"wenn Sie {match[1]} {match[2]} haben, {order}")
    match = re.match(r"(?:Grund|wegen|weil|aufgrund):? (?!\w+ (?:ist|sind|war)\b)(.+)$", text)
    if match and WHEN.search(match[1]) and len(match[1].split(" ")) > 3:
        return None
    if match and not re.search(r"\b(?:ist|sind|hat|haben|wird|werden|kann)\b", match[1]):
        phrase = phrases.noun_phrase(match[1])
        if (
            phrase
            and not phrase.adjectives
            and (phrase.plural or re.search(r"(?:bau|ung|bruch|fest|markt|schaden|befall)$", phrase.form))
        ):
            return say(f"der Grund dafür {'sind' if phrase.plural else 'ist'} {named(match[1], 'nom')}")
        return say(f"der Grund dafür: {finished(match[1])}")
    match = re.match(r"(Thema|Themen):? (.+)$", text)
    if match:
        is_many = match[1] == "Themen" or " und " in match[2]
        return say(f"{'die Themen sind' if is_many else 'das Thema ist'}: {line(match[2])}")
    match = re.match(
        rf"(?:Anmeldung|Rückmeldung|Antwort|Zusage|Anmeldefrist|Anmeldeschluss|Frist|Abgabe|Rückgabe)(?:"
        rf" bitte)?:? (?=bis|spätestens|{phrases.WHEN.pattern[:0]}\d)(.+)$",
        text,
    )
    if match:
        when, rest = leading_when(match[1], "bis")
        if when:
            what = text.split(" ")[0].rstrip(":")
            if what in {"Anmeldung", "Anmeldefrist", "Anmeldeschluss"}:
                return Sentence(Role.REQUEST, f"bitte melden Sie sich {when} {finished(rest)} an".replace("  ", " "))
            if what == "Frist":
                return Sentence(Role.REQUEST, f"die Frist läuft {when}" + (f" {rest}" if rest else ""))
            return Sentence(
                Role.REQUEST,
                f"wir bitten {when} um {'Ihre ' if what in {'Rückmeldung', 'Antwort', 'Zusage'} else 'die '}{what}"
                + (f" {_to_whom(rest)}" if rest else ""),
            )
    return None


def _courtesy(text: str) -> Sentence | None:
    """What the letter wishes, regrets or asks for: „alles gute wünschen“, „sorry für die umstände“."""
    if match := re.match(r"(?:und )?(.+?) (?:wünschen|wünschen wir)$", text):
        wish = re.sub(r"^(alles|viel|nur das) ([a-zäöü]+)", lambda m: f"{m[1]} {upper(m[2])}", match[1])
        return say(f"wir wünschen Ihnen {wish}")
    if match := re.match(
        r"(?:unser |unsere )?(Beileid|Anteilnahme|Mitgefühl|Bedauern) (?:aussprechen|ausdrücken)$", text
    ):
        return say(f"wir sprechen Ihnen {'unsere' if match[1] == 'Anteilnahme' else 'unser'} {match[1]} aus")
    if match := re.match(r"(?:bitte )?um (Verständnis|Geduld|Nachsicht|Entschuldigung)(?: bitten)?$", text):
        return say(f"wir bitten um {match[1]}")
    if re.match(r"(?:herzlichen |besten )?(?:Glückwunsch|Glückwünsche|gratulieren|Gratulation)$", text):
        return say("wir gratulieren Ihnen herzlich")
    match = re.match(r"(?:sorry|[Ee]ntschuldigung|[Ee]ntschuldigen|tut uns leid)(?: (?:für|wegen) (.+))?$", text)
    if match:
        what = re.sub(r"^(?:der|die|das|den) ", "", match[1] or "")
        return say(
            f"bitte entschuldigen Sie {with_article(what, 'acc') or match[1]}" if match[1] else "das bedauern wir"
        )
    if text == "nein":
        return say("das ist leider nicht möglich")
    if text == "ja":
        return say("das ist möglich")
    return None


def _without(text: str) -> Sentence | None:
    """„kein Strom in der Zeit“, „sonst keine Bearbeitung möglich“: something that there is not."""
    if match := re.match(r"sonst (kein\w* .+ (?:möglich|nötig))$", text):
        return say(f"sonst ist {match[1]}")
    match = re.match(
        rf"(?P<lead>(?:(?:pro|je|am|im|in|an|auf|bei|während|danach|dann|sonst|dort|hier) .*|{WHEN.pattern}) )??"
        r"(?P<soft>(?:noch|leider|derzeit|zurzeit|bisher|vorerst) )?(?P<no>kein|keine|keinen) (?P<what>[A-ZÄÖÜ].*)$",
        text,
    )
    if match is None:
        return None
    what = match["what"]
    words = what.split(" ")
    if words[0] in {"Panik", "Sorge", "Angst", "Problem"} or phrases.is_participle(words[-1]) or _finite_in(words):
        return None
    if words[-1] in words_of("aussage") or phrases.infinitive(words[-1]) is not None:
        return None
    phrase = phrases.noun_phrase(words[0])
    if phrase is None or not (phrases.ends_like(words[0], "vorhanden") or phrases.ends_like(words[0], "kosten")):
        return None
    no = "keine" if phrase.plural else {"m": "keinen", "f": "keine", "n": "kein"}[phrase.gender]
    is_cost = phrases.ends_like(words[0], "kosten")
    lead = timed(match["lead"].strip()) if match["lead"] else ""
    rest = finished(what)
    if is_cost:
        no = "keine" if phrase.plural or phrase.gender == "f" else "kein"
        verb, end = ("fallen" if phrase.plural else "fällt"), " an"
    else:
        verb, end = "gibt es", ""
    soft = match["soft"] or ""
    if lead:
        return say(f"{lead} {verb} {soft}{no} {rest}{end}")
    return say(f"es {verb.removesuffix(' es')} {soft}{no} {rest}{end}")


def _finite_in(words: list[str]) -> bool:
    return any(phrases.is_finite(word) or phrases.is_plural_finite(word) for word in words)


def _measured(text: str) -> Sentence | None:
    """„Dauer 20 Minuten“, „Zaun 1,50 hoch“, „Lieferung Kalenderwoche 22“."""
    length = (
        r"(?:etwa |rund |höchstens |mindestens )?\d+(?:,\d+)?(?: bis \d+)? "
        r"(?:Sekunden?|Minuten?|Stunden?|Tage?|Wochen?|Monate?|Jahre?)"
    )
    match = re.match(
        r"([A-ZÄÖÜ].*?)(?: neu| jetzt| nun)? (\d[\d.,]*)(?: Euro)? statt (?:bisher |vorher )?(\d[\d.,]*) Euro(.*)$",
        text,
    )
    if match and (name := named(match[1], "nom", plural=False)) and not _finite_in(match[1].split(" ")):
        return say(f"{name} beträgt {match[2]} Euro statt {match[3]} Euro{finished(match[4])}")
    match = re.match(rf"(?:neu|jetzt|[Nn]euer Termin)(?: ist)?:? ((?:{WHEN.pattern}).*)$", text)
    if match:
        before, when, after = around(match[1])
        if not before and re.search(r"\d\.", when):
            return say(f"der neue Termin ist {when} {located(after) if is_place(after) else after}".rstrip())
    if match := re.match(rf"Dauer:? ({length})$", text):
        return say(f"das dauert {match[1]}")
    match = re.match(rf"([A-ZÄÖÜ][\wäöüß-]*(?:dauer|zeit|frist))(?: beträgt)?:? ({length})$", text)
    if match and (name := named(match[1], "nom", plural=False)):
        return say(f"{name} beträgt {match[2]}")
    match = re.match(
        r"([A-ZÄÖÜ][\wäöüß-]*) (\d+(?:,\d+)?(?: (?:Meter|Zentimeter|Kilo|cm|m|km|kg))?) (hoch|breit|lang|tief|schwer)$",
        text,
    )
    if match and (name := named(match[1], "nom", plural=False)):
        return say(f"{name} ist {match[2]} {match[3]}")
    match = re.match(r"([A-ZÄÖÜ].*?) (?:in |ab )?(?:der )?(Kalenderwoche \d+)$", text)
    if match and (name := named(match[1], "nom", plural=False)) and " " not in match[1]:
        return say(f"{name} ist in {match[2]}")
    return None


def _told(text: str) -> Sentence | None:
    """„melden uns Ende April“, „Referentin Frau Dr. Kaya“, „Skizze bitte bis 8. April“, „bitte in 10 Tagen“."""
    match = re.match(r"([a-zäöüß]+en) (uns\b.*|dann uns\b.*)$", text)
    if match and phrases.infinitive(match[1]) is not None:
        return say(f"wir {match[1]} {timed(match[2])}")
    match = re.match(rf"([A-ZÄÖÜ][a-zäöüß]+):? ({phrases.PERSON.pattern}[^,]*)$", text)
    if match and match[1] in words_of("rollen") and (name := named(match[1], "nom", plural=False)):
        person = re.sub(r"^Herrn\b", "Herr", match[2])
        return say(f"{name} ist {person}")
    match = re.match(r"([A-ZÄÖÜ][^,]*?) bitte ((?:bis|spätestens)\b.+)$", text)
    if match and not _finite_in(match[1].split(" ")):
        when, rest = leading_when(match[2], "bis")
        if when and not rest:
            return Sentence(Role.REQUEST, f"wir bitten {when} um {with_article(match[1], 'acc') or match[1]}")
    match = re.match(r"(?:zahlbar|zu zahlen|fällig) ((?:bis|spätestens)\b.+)$", text)
    if match:
        when, rest = leading_when(match[1], "bis")
        if when and not rest:
            return Sentence(Role.REQUEST, f"bitte zahlen Sie {when}")
    match = re.match(r"((?:bis|spätestens)\b.+?) (Antwort|Rückmeldung|Zusage|Nachricht)(?: geben)?$", text)
    if match:
        when, rest = leading_when(match[1], "bis")
        if when and not rest:
            return Sentence(Role.REQUEST, f"wir bitten {when} um Ihre {match[2]}")
    match = re.match(
        r"bitte ((?:in den nächsten|innerhalb von|innerhalb der nächsten|binnen|in) \d+ (?:Tage|Woche|Monate)n?)$", text
    )
    if match:
        return Sentence(Role.REQUEST, f"bitte erledigen Sie das {match[1]}")
    if re.match(
        r"(?:wenn|falls) (?:schon|bereits) (?:bezahlt|erledigt|überwiesen|geschehen),? ?(?:dann )?gegenstandslos$", text
    ):
        verb = re.search(r"bezahlt|erledigt|überwiesen", text)
        what = f"Sie schon {verb[0]} haben" if verb and verb[0] != "erledigt" else "das schon erledigt ist"
        return say(f"wenn {what}, ist dieser Brief gegenstandslos")
    return None


def _to_whom(text: str) -> str:
    """„an Kulturamt 4455-33“ → „an das Kulturamt 4455-33“."""
    if match := re.match(r"an ([A-ZÄÖÜ].*)$", text):
        return f"an {with_article(match[1], 'acc') or match[1]}"
    return finished(text)


_FREE = re.compile(r"(?:wegen|durch|trotz|bis|bei|aufgrund|während|ab|seit|mangels|ohne)$")


def _tail_start(words: list[str]) -> int:
    """Where what belongs to the verb begins: the first adverb or free prepositional phrase after the head."""
    for place in range(1, len(words) - 1):
        word = words[place]
        if _FREE.match(word) or (is_loose(word) and not words[place + 1][:1].isupper()):
            return place
        if is_loose(word) and word in ADVERBS:
            return place
    return len(words) - 1


def _verbal(text: str, subject: str) -> Sentence | None:
    """A part with its verb in second place; the noun phrase before it gets its article."""
    if SUBORDINATE.match(text):
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
    clause = ""
    if found := re.search(
        r"(?:^| )(weil|wenn|falls|damit|dass|bis(?! etwa| spätestens| Ende| Mitte| Anfang)) "
        r"([A-ZÄÖÜa-zäöü].*[a-zäöü])$",
        " ".join(rest),
    ):
        last = found[2].rpartition(" ")[2]
        if morphology.finite_final(last) is not None or load().tag(last) & Tag.VERB:
            clause = f", {found[1]} {named(found[2], 'nom') or found[2]}"
            rest = " ".join(rest)[: found.start()].split(" ")
    before_rest, when, after = around(" ".join(rest))
    tail = with_articles(f"{verb} {timed(on_street(' '.join(filter(None, (before_rest, when, after)))))}").removeprefix(
        f"{verb} "
    )
    tail += clause
    if place == 0:
        if verb.endswith("en") or verb in {"sind", "muss", "kann", "soll", "darf", "hat", "wird"} or not rest:
            return None
        if not subject and verb not in words_of("ohne_traeger"):
            return None
        return say(f"{subject or 'das'} {verb} {tail}")
    head = " ".join(words[:place])
    if head in words_of("aussage") or phrases.is_participle(head):
        return None
    if words[0] in {"wenn", "falls"} or "," in head or (words[0] == "sonst" and place > 1):
        return None
    money = re.match(rf"(.+?) ({_AMOUNT})$", head)
    if money and (name := named(money[1], "nom", plural=False)):
        return say(f"{name} von {money[2]} {verb} {tail}")
    case = "acc" if verb == "gibt" and rest[:1] == ["es"] else "nom"
    if case == "acc" and (" und " in head or not (noun := phrases.noun_phrase(head)) or not noun.noun.plural):
        return say(f"{head} {verb} {tail}")
    many = True if phrases.is_plural_finite(verb) or verb in _PLURAL_HELPERS else None
    lead, span = head, ""
    if WHEN.search(head) and not WHEN.match(head):
        lead, span, after_span = around(head)
        if after_span:
            return say(f"{finished(head)} {verb} {tail}")
    if phrases.ends_like(lead, "zeiten"):
        return say(" ".join(filter(None, (f"die {lead}", span, verb, tail))))
    is_free = lead.split(" ")[0] in ADVERBS or bool(_LEADING.match(lead))
    name = None if is_free else named(lead, case, plural=many)
    return say(" ".join(filter(None, (name or finished(lead), span, verb, tail))))


_PLURAL_HELPERS = frozenset({"sind", "waren", "werden", "wurden", "haben", "können", "müssen", "sollen", "dürfen"})


_LEADING = re.compile(r"(?:beim|im|am|in|an|auf|bei|mit|nach|vor|zum|zur|ab|bis|seit|für|wegen)\b")


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
    if word.endswith("iert") and 0 < place < len(words) - 1 and words[place + 1][:1].isupper():
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
    return say(f"{name} {'sind' if phrase.plural else 'ist'} {' '.join(words[cut:])}")


def head_is_person(word: str) -> bool:
    """Whether a noun names somebody who acts."""
    return word in words_of("rollen") or word.endswith(("meister", "meisterin", "leiter", "leiterin"))


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
        return say(f"es {'sind' if phrases.noun_phrase(match[1]).plural else 'ist'} {text}")  # pyright: ignore[reportOptionalMemberAccess]
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
    if words[0] in MONTHS or " je " in text:
        return None
    if is_part and len(words) == 2 and head_is_person(words[0]) and not last.startswith("ge"):
        # „Bürgermeister begrüßt“: who does it to whom?
        return None
    verb = ("ist", "sind") if not is_part or last in words_of("zustand") else ("wurde", "wurden")
    cut = _tail_start(words)
    when = WHEN.search(text)
    is_hour = bool(when and not when_of(when).dates and not when_of(when).days)
    if when and when.start() and (last in words_of("zustand") or is_hour) and when_of(when).prep != "vom":
        # The day belongs to a state („am 3. Mai geschlossen“). What happened to a thing is not dated by its own day.
        cut = min(cut, len(text[: when.start()].split()))
    head, tail = " ".join(words[:cut]), " ".join(words[cut:])
    if len(words) == 1 or not head:
        if not subject and (is_part or last not in {"kostenlos", "kostenfrei", "gebührenfrei", "freiwillig"}):
            return None
        return say(f"{subject or 'das'} {verb[0]} {timed(text)}")
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
        return say(f"{name} ist {when_of(opened).phrase} {last}") if name else None
    if phrases.noun_phrase(head) is None and load().tag(words[0]) & Tag.FUNC:
        return None
    if found := _dated_state(text, last):
        return found
    if WHEN.match(head) or any(w in {"wir", "ich", "Sie", "man", "es"} for w in words):
        return None
    if len(words) == 2 and head.islower() and phrases.infinitive(head) is not None and not is_part:
        return say(f"das {upper(head)} ist {last}")
    phrase = phrases.noun_phrase(head)
    if phrase is None:
        if re.match(r"(?:Herr|Frau|⟦Person)", head) or load().is_name_only(words[0]):
            return say(f"{head} {verb[0]} {timed(tail)}")
        return None
    opened = re.match(r"(?:andere|anderer|anderes|weitere|weiterer|weiteres) ", head)
    if opened and is_part and not phrase.plural:
        return say(f"{phrase.with_article('nom', 'ein')} {verb[0]} {finished(tail)}")
    if last == "frei" and not phrase.plural and phrase.noun.plural == phrase.form:
        return None
    if last in _IN_GENERAL and not phrase.plural:
        name = phrase.with_article("nom", "ein")
    else:
        name = with_article(head, "nom") or head
    return say(f"{finished(_class_in_brackets(name))} {verb[phrase.plural]} {finished(tail)}")


def _dated_state(text: str, last: str) -> Sentence | None:
    """„3. Februar 8 bis 11 Uhr 4 Parkplätze gesperrt“: a day, things, and their state."""
    before, when, after = around(text)
    if before or not when or last not in words_of("zustand") | words_of("aussage"):
        return None
    things = after.removesuffix(last).strip()
    counted = re.match(r"(\d+) ([A-ZÄÖÜ][\wäöüß-]*)(.*)$", things)
    if counted:
        return say(f"{when} {'ist' if counted[1] == '1' else 'sind'} {things} {last}")
    phrase = phrases.noun_phrase(things)
    if phrase is None:
        return None
    return say(f"{when} {'sind' if phrase.plural else 'ist'} {with_article(things, 'nom') or things} {last}")


_LAST_WORD = r"[a-zäöüß]{3,}"


def _class_in_brackets(text: str) -> str:
    """„Lena Hartmann 3b“ → „Lena Hartmann (3b)“."""
    return re.sub(r"((?:[A-ZÄÖÜ][\wäöüß-]+|⟧)) (\d{1,2}[a-e])\b", r"\1 (\2)", text)


def _event(text: str, subject: str) -> Sentence | None:
    """A noun with a point in time and perhaps a place, and nothing else."""
    before, when, after = around(text)
    if not when:
        return None
    if before.endswith(("nächsten", "nächste", "kommenden", "diesen")):
        return None
    name_text = before or subject
    if not name_text or (name_text[:1].islower() and not phrases.noun_phrase(name_text)):
        return None
    noun = next((w for w in name_text.split(" ") if w[:1].isupper()), "")
    if phrases.ends_like(noun, "zeiten"):
        verb = "ist" if noun.endswith(("zeit", "stunde")) else "sind"
        return say(f"die {name_text} {verb} {when} {finished(in_room(after))}")
    name = with_article(name_text, "nom")
    phrase = phrases.noun_phrase(name_text)
    if name is None or phrase is None:
        return None
    place = located(after) if after else ""
    if after and not is_place(after):
        if not re.match(r"(?:wegen|bei|mit|durch|für)\b", after):
            return None
        place = with_articles(after)
    if phrases.ends_like(noun, "regelungen") or (when.startswith("ab ") and phrases.ends_like(noun, "kosten")):
        return say(f"{name} {'gelten' if phrase.plural else 'gilt'} {when} {place}")
    if phrases.ends_like(noun, "vorgaenge"):
        return say(f"{name} {'sind' if phrase.plural else 'ist'} {when} {place}")
    if phrases.ends_like(noun, "ereignisse"):
        return say(f"{name} {'finden' if phrase.plural else 'findet'} {when} {place} statt")
    return None


def _cost(text: str) -> Sentence | None:
    match = re.fullmatch(
        rf"(?:(?P<what>[A-ZÄÖÜ][\wäöüß -]*?),? )?(?P<prep>von |beträgt |nur |je(?:weils)? |pro Person"
        rf" )?(?P<sum>{_AMOUNT})(?P<rest> (?:pro|je|ab|im|monatlich|jährlich|pro Person|bar|in bar).*)?",
        text,
    )
    if match is None:
        return None
    rest = match["rest"] or ""
    if not match["what"]:
        return say(f"es fallen {match['prep'] or ''}{match['sum']}{rest} an")
    if not phrases.ends_like(match["what"].split(" ")[0], "kosten"):
        return None
    name = named(match["what"], "nom")
    phrase = phrases.noun_phrase(match["what"])
    if name is None or phrase is None:
        return None
    if phrase.noun.lemma == "Kosten" or phrase.plural:
        return say(f"die {match['what']} betragen {match['sum']}{rest}")
    return say(f"{name} beträgt {match['sum']}{rest}")

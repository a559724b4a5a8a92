"""Puts a letter together from notes: whom it goes to, what it is about, what it says, what is missing.

Facts come from the notes alone. What could not be worked into a sentence arrives as a line of a list; what the notes ask of
the writing person arrives as a hint; what a kind of letter needs and the notes lack becomes a typed gap.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from german import morphology
from german.lexicon import load
from letters import phrases
from letters.casing import capitalise
from letters.kinds import Kind, kind_of
from letters.letter import GAP, Gap, Letter
from letters.notes import Part, parts, spelled_out
from letters.phrases import PERSON, WHEN, named, when_of, words_of
from letters.sentences import Role, Sentence, is_place, lower_start, place_line, sentence

_VERBATIM = re.compile(r"⟦Wortlaut \d+⟧")
_REFERENCE = re.compile(
    r",?\b(Aktenzeichen|Geschäftszeichen|Vorgangsnummer|Antragsnummer):? ((?:[A-ZÄÖÜ]{1,5}[ ./-]?)?\S*\d\S*|⟦[^⟧]+⟧)"
)
_ORDER = re.compile(
    r"^(?:(?:bitte |ich |wir |man |hallo,? |guten tag,? )*)(?:brauche?n?|bräuchten?|benötigen?|schreiben?(?: sie)?|schreib|verfassen?(?: sie)?|entwerfen?(?: sie)?|"
    r"entwirf|formulieren?(?: sie)?|erstellen?(?: sie)?|machen?(?: sie)?|möchten?|hätten? gerne?)\b(?: (?:mir|uns|bitte|mal|schnell|gerne?|dringend|noch|ich|wir|sie))*"
    r"(?: (?:eine?[nmr]?))?(?: (?:kurze?[nrs]?|nette?[nrs]?|freundliche?[nrs]?|neue?[nrs]?))*(?: (?=[A-ZÄÖÜ]))?",
    re.I,
)
_HELLO = re.compile(r"^(?:hallo|hi|moin|servus|hey|guten (?:tag|morgen)|grüß gott|liebe kolleg\w+)\b[,!]?", re.I)
_OFFICE = re.compile(
    r"(?:amt|büro|kasse|schule|kita|kindergarten|bauhof|bücherei|werke|archiv|museum|feuerwehr|verwaltung|referat|stelle|fachbereich|abteilung|dezernat|hort)$",
    re.I,
)
_FORM = re.compile(
    r"^(Empfänger|Empfängerin|An|Frist|Betreff|Punkte|Absender|Anlass|Wann|Wo|Ort|Datum|Termin|Uhrzeit|Anlagen?)$"
)
_MEETING = re.compile(r"(?:Treffpunkt|Ort|Wo):? ")


@dataclass
class _Draft:
    """A letter in the making."""

    kind: Kind
    rest: list[Part]
    proper: bool = False
    topic: str = ""
    aside: str = ""
    label: str = ""
    recipient: str = ""
    group: str = ""
    salutation: str = ""
    reference: str = ""
    sender: str = ""
    subject: str = ""
    when: str = ""
    place: str = ""
    opening: list[str] = field(default_factory=list[str])
    statements: list[str] = field(default_factory=list[str])
    facts: list[str] = field(default_factory=list[str])
    documents: list[str] = field(default_factory=list[str])
    requests: list[str] = field(default_factory=list[str])
    items: list[str] = field(default_factory=list[str])
    contacts: list[str] = field(default_factory=list[str])
    enclosures: list[str] = field(default_factory=list[str])
    hints: list[str] = field(default_factory=list[str])
    skipped: list[str] = field(default_factory=list[str])

    def take(self, found: Sentence) -> None:
        """Put a sentence where it belongs."""
        {
            Role.STATEMENT: self.statements,
            Role.REQUEST: self.requests,
            Role.CONTACT: self.contacts,
            Role.ITEM: self.items,
        }[found.role].append(found.text)


def compose(notes: str, key: str = "") -> Letter:
    """Draft a letter. `key` is a kind's key; without it the notes decide."""
    verbatim = _VERBATIM.findall(notes)
    text = spelled_out(_VERBATIM.sub("\n", notes))
    draft = _Draft(kind_of(text, key), list(parts(text)))
    draft.proper = any(c.isupper() for c in notes[1:]) and capitalise(notes) == notes
    # A part this long is pasted prose, not a note: it arrives as it is.
    draft.items.extend(part.text for part in draft.rest if len(part.text) > _LONGEST_PART)
    draft.rest = [part for part in draft.rest if len(part.text) <= _LONGEST_PART]
    _forms(draft)
    _set_aside(draft)
    _order(draft)
    draft.kind = kind_of(". ".join(part.text for part in draft.rest), key)
    _reference(draft)
    _sender(draft)
    _recipient(draft)
    _topic(draft)
    _BODIES.get(draft.kind.key, _general)(draft)
    _remaining(draft)
    return _finish(draft, verbatim, text)


# What the notes are about --------------------------------------------------------------------------------------------------


def _forms(draft: _Draft) -> None:
    """Lines of a form: „Empfänger: …“, „Frist: …“."""
    kept: list[Part] = []
    rest = iter(draft.rest)
    for part in rest:
        match = _FORM.match(part.text) if part.end == ":" else None
        if match is None:
            kept.append(part)
            continue
        value = next(rest, None)
        if value is None:
            continue
        match match[1]:
            case "Empfänger" | "Empfängerin" | "An":
                draft.recipient = value.text
            case "Betreff":
                draft.subject = value.text
            case "Absender":
                draft.sender = value.text
            case "Frist":
                kept.append(replace(value, text=f"Frist {value.text}"))
            case "Wo" | "Ort":
                draft.place = value.text
            case "Wann" | "Datum" | "Termin" | "Uhrzeit":
                draft.when = ", ".join(filter(None, (draft.when, value.text)))
            case "Anlage" | "Anlagen":
                draft.enclosures.append(value.text)
            case _:
                kept.append(value)
    draft.rest = kept


def _set_aside(draft: _Draft) -> None:
    """What is meant for the writing person, and questions that the notes answer with no."""
    surroundings = phrases.surroundings()
    orders = [re.compile(pattern, re.I) for pattern in surroundings["anweisungen"]]
    dropped = re.compile(surroundings["verworfen"], re.I)
    kept: list[Part] = []
    for place, part in enumerate(draft.rest):
        following = draft.rest[place + 1].text if place + 1 < len(draft.rest) else ""
        if part.end == "?":
            is_dropped = bool(dropped.match(following))
            draft.hints.append(f"{'Verworfen' if is_dropped else 'Offene Frage'} in den Notizen: „{part.text}“.")
            continue
        text = dropped.sub("", part.text).strip(" ,") if place and draft.rest[place - 1].end == "?" else part.text
        text = re.sub(r"^(?:zunächst|erst|lieber) (?=[A-ZÄÖÜ])", "", text) if text != part.text else text
        if any(order.search(text) for order in orders):
            draft.hints.append(f"Hinweis aus den Notizen, nicht im Brief: „{text}“.")
        elif text:
            kept.append(replace(part, text=text))
    draft.rest = kept


def _order(draft: _Draft) -> None:
    """„brauch eine Einladung …“, „bitte schreiben Sie einen Brief an …“: the order goes, its object stays."""
    if not draft.rest:
        return
    while draft.rest and _HELLO.fullmatch(draft.rest[0].text):
        draft.skipped.append(draft.rest.pop(0).text)
    if not draft.rest:
        return
    first = draft.rest[0]
    text = _HELLO.sub("", first.text).strip(" ,")
    text = re.sub(rf"^[Bb]itte (?:eine?[nmrs]? )?(?=(?:{'|'.join(words_of('schreiben'))})\b)", "", text)
    draft.rest[0] = first = replace(first, text=text)
    told = re.match(
        r"(?:[Bb]itte )?[Ss]chreib\w*(?: Sie)? (?:der |dem |den |an )?(?=(?:Frau|Herrn?|Familie) )", first.text
    )
    if told:
        draft.rest[0] = replace(first, text=first.text[told.end() :])
        return
    match = _ORDER.match(first.text)
    if match and match.end() < len(first.text) and re.match(r"[A-ZÄÖÜa-z⟦]", first.text[match.end() :].strip()):
        left = first.text[match.end() :].strip()
        if left[:1].isupper() or left.startswith(("an ", "zur ", "zum ")):
            draft.rest[0] = replace(first, text=left)


def _reference(draft: _Draft) -> None:
    for place, part in enumerate(draft.rest):
        match = _REFERENCE.search(part.text)
        if match and not draft.reference:
            draft.reference = f"{match[1]} {match[2].rstrip(',')}"
            left = re.sub(r"\s+", " ", part.text[: match.start()] + " " + part.text[match.end() :]).strip(" ,")
            draft.rest[place] = replace(part, text=left)
    draft.rest = [part for part in draft.rest if part.text]


def _sender(draft: _Draft) -> None:
    """„Standesamt: …“ at the start says who writes."""
    if len(draft.rest) > 1 and draft.rest[0].end == ":" and not draft.sender:
        label = draft.rest[0].text
        if " " not in label and _OFFICE.search(label):
            draft.sender = label
            del draft.rest[0]


def _recipient(draft: _Draft) -> None:
    """Whom the letter goes to: a person with Herr or Frau, a group, or what stands after „an“."""
    if not draft.rest and not draft.recipient:
        return
    groups = phrases.surroundings()["gruppen"]
    if not draft.recipient:
        _addressed(draft)
    if not draft.recipient:
        _named_person(draft)
    if not draft.recipient:
        for place, part in enumerate(draft.rest):
            match = re.match(
                r"([A-ZÄÖÜ][\wäöüß]+)(?: in| im| der| des)?(?: \S+){0,3} (?:informieren|benachrichtigen|anschreiben|verständigen)$",
                part.text,
            )
            if match and any(match[1].startswith(group) for group in groups):
                draft.group = match[1]
                draft.rest[place] = replace(part, text="")
                break
    draft.rest = [part for part in draft.rest if part.text]
    who = draft.recipient or draft.group
    person = PERSON.search(who)
    if person and person.start() == 0:
        draft.salutation = _greeting(person, who)
        draft.recipient = re.sub(r"^Herr\b", "Herrn", who)
        return
    for start, greeting in groups.items():
        if re.search(rf"\b{start}", who):
            draft.salutation = f"{greeting},"
            draft.group, draft.recipient = who, ""
            return


def _addressed(draft: _Draft) -> None:
    """„Mitteilung an Mieter städtische Wohnung …:“, „Dank an den Verein für …“."""
    first = draft.rest[0]
    word = first.text.split(" ")[0]
    is_letter = (
        word in words_of("schreiben")
        or bool(draft.kind.word.match(first.text))
        or word.endswith(("schreiben", "brief"))
    )
    match = re.search(
        r"(?:^|(?<= ))an (?:den |die |das |alle )?(?P<who>[^,:]+?)(?= (?:für|wegen|zu|zum|zur|auf|dass|über|mit|nach|am|vom|bis) |$)",
        first.text,
    )
    if not match or not (is_letter or match.start() == 0):
        return
    who = match["who"]
    stop = match.end()
    if who.split(" ")[-1] in words_of("einrichtungen") and (
        tail := re.match(r" (?:am|an der|im|in der|auf dem|zum|zur) [A-ZÄÖÜ][\wäöüß-]*", first.text[stop:])
    ):
        who, stop = who + tail[0], stop + tail.end()
    person = PERSON.match(who)
    if person:
        end = _person_end(who, person)
        rest = who[end:].strip()
        who = who[:end]
    else:
        rest = ""
    if not person and not who[:1].isupper():
        return
    draft.recipient = who
    left = f"{first.text[: match.start()]} {rest} {first.text[stop:]}"
    draft.rest[0] = replace(first, text=re.sub(r"\s+", " ", left).strip())


def _named_person(draft: _Draft) -> None:
    for place, part in enumerate(draft.rest):
        for person in PERSON.finditer(part.text):
            before = part.text[: person.start()].split(" ")[-2:-1]
            if before and (
                before[0] in words_of("rollen")
                or before[0].lower() in {"von", "bei", "mit", "durch", "an", "und", "oder", "gegen"}
            ):
                continue
            if re.match(r"(?:Fragen|Rückfragen|Kontakt|Ansprechpartner)", part.text) or re.match(
                r" (?:ist|hat|wird|kann|weiß|macht|kommt|übernimmt|hilft|leitet|spricht|liest|hält)\b",
                part.text[_person_end(part.text, person) :],
            ):
                continue
            end = _person_end(part.text, person)
            draft.recipient = part.text[person.start() : end]
            spoken = re.match(rf" ({'|'.join(_SPOKEN_TO)}) (.+)$", part.text[end:])
            if spoken and not person.start():
                draft.rest[place] = replace(part, text=f"Sie {_SPOKEN_TO[spoken[1]]} {spoken[2]}")
                return
            left = f"{part.text[: person.start()]} {part.text[end:]}"
            draft.rest[place] = replace(part, text=re.sub(r"\s+", " ", left).strip(" ,"))
            return


# What is said of the reader in the notes is said to the reader in the letter.
_SPOKEN_TO = {
    "muss": "müssen",
    "kann": "können",
    "darf": "dürfen",
    "soll": "sollen",
    "hat": "haben",
    "ist": "sind",
    "wird": "werden",
    "bekommt": "bekommen",
    "braucht": "brauchen",
    "möchte": "möchten",
}


def _person_end(text: str, person: re.Match[str]) -> int:
    """The end of a name: a second word belongs to it only when it is nothing but a name."""
    end = person.end()
    while second := re.match(r" (⟦Person[^⟧]*⟧|[A-ZÄÖÜ][A-Za-zÄÖÜäöüß-]+)(?![\w-]*\d)", text[end:]):
        word = second[1]
        if not word.startswith("⟦") and not load().is_name_only(word) and load().explains(word):
            break
        end += second.end()
    return end


def _greeting(person: re.Match[str], who: str) -> str:
    name = who[person.start("name") :].strip()
    # The salutation has the surname alone.
    surname = (
        name
        if name.startswith("⟦")
        or " " not in name
        or re.match(r"(?:von|van|de|der|den|El|Al|Da|Di|Le|La|Ben|Abu) ", name)
        else name.rpartition(" ")[2]
    )
    form, title = person["form"], person["title"]
    if form in {"Herr", "Herrn"}:
        return f"Sehr geehrter Herr {title}{surname},"
    return f"Sehr geehrte {form} {title}{surname},"


def _topic(draft: _Draft) -> None:
    """What the first part is about, without the words that only name the kind."""
    if not draft.rest:
        return
    first = draft.rest[0]
    word = draft.kind.word.search(first.text)
    label = next((w for w in words_of("schreiben") if re.match(rf"{w}\b", first.text)), "")
    text = first.text
    named_kind = False
    if word:
        draft.aside = first.text[: word.start()].strip(" ,")
        draft.label = word[0]
        text = first.text[word.end() :].strip(" ,")
        named_kind = True
    elif label and draft.kind.key == "allgemein" and label not in {"Antwort", "Rückfrage"}:
        text = first.text[len(label) :].strip(" ,")
        named_kind = True
    text = (
        re.sub(r"^(?:auf|zu|zum|zur|für|über|wegen|von) (?=[a-zäöü]* ?[A-ZÄÖÜ])", "", text)
        if named_kind and draft.kind.key != "dank"
        else text
    )
    if not text and named_kind:
        del draft.rest[0]
        if draft.rest and not _is_clause(draft.rest[0].text) and first.end == ":":
            text, first = draft.rest[0].text, draft.rest[0]
        else:
            return
    is_hours = any(phrases.ends_like(w, "zeiten") for w in text.split(" ")) and first.end == ":"
    if not named_kind and not is_hours and text.rpartition(" ")[2] not in words_of("aufgaben") and _is_clause(text):
        return
    draft.topic = text
    if draft.rest:
        del draft.rest[0]
    if first.end == ":" and draft.rest and not named_kind and draft.kind.key == "allgemein":
        draft.rest[0] = replace(draft.rest[0], text=draft.rest[0].text)


def _is_clause(text: str) -> bool:
    """Whether a part says something by itself, so that it cannot only be the topic."""
    found = sentence(text)
    return found.role is not Role.ITEM


# The bodies ------------------------------------------------------------------------------------------------------------------


def _split_topic(draft: _Draft) -> tuple[str, str]:
    """Cut points in time and places out of the topic. Returns the bare topic and what else stood there."""
    topic = draft.topic
    match = WHEN.search(topic)
    if match is None:
        return topic, ""
    when = when_of(match)
    if when.prep == "vom" and " bis " not in when.dates:
        return topic, ""
    draft.when = draft.when or _bare_when(topic, match)
    rest = topic[_when_end(topic, match) :].strip(" ,")
    return topic[: match.start()].strip(" ,"), rest


def _bare_when(text: str, match: re.Match[str]) -> str:
    second = WHEN.match(text, match.end() + 1) if text[match.end() : match.end() + 1] == " " else None
    first = when_of(match).bare
    if second is None:
        return first
    other = when_of(second).bare
    return f"{other}, {first}" if when_of(second).dates and not when_of(match).dates else f"{first}, {other}"


def _when_end(text: str, match: re.Match[str]) -> int:
    second = WHEN.match(text, match.end() + 1) if text[match.end() : match.end() + 1] == " " else None
    return second.end() if second else match.end()


def _appointment(draft: _Draft, rest: str) -> None:
    """Find day, hour and place in the parts that are nothing else."""
    if rest:
        if is_place(rest) and not draft.place:
            draft.place = rest
        else:
            draft.rest.insert(0, Part(rest, "", 0))
    kept: list[Part] = []
    for part in draft.rest:
        text = _MEETING.sub("", part.text) if _MEETING.match(part.text) else part.text
        match = WHEN.match(text)
        if (
            match
            and when_of(match).prep not in {"bis", "bis zum", "spätestens", "bis spätestens", "ab", "seit"}
            and not (draft.when and when_of(match).dates and re.search(r"\d\.", draft.when))
        ):
            end = _when_end(text, match)
            after = text[end:].strip(" ,")
            if not after or is_place(after):
                draft.when = ", ".join(filter(None, (draft.when, _bare_when(text, match))))
                draft.place = draft.place or after
                continue
        if not draft.place and is_place(text) and sentence(text).role is Role.ITEM:
            place, when, after = _place_and_when(text)
            if place:
                draft.place = place
                draft.when = ", ".join(filter(None, (draft.when, when)))
                if after:
                    kept.append(replace(part, text=after))
                continue
        kept.append(part)
    draft.rest = kept


def _place_and_when(text: str) -> tuple[str, str, str]:
    match = WHEN.search(text)
    if match is None:
        return text, "", ""
    return text[: match.start()].strip(" ,"), _bare_when(text, match), text[_when_end(text, match) :].strip(" ,")


def _when_lines(draft: _Draft) -> list[str]:
    when = draft.when
    if not re.search(rf"\d\. ?(?:[A-ZÄÖÜ]|\d)|{phrases.DAY_NAMES}", when):
        when = ", ".join(filter(None, ("[Datum]", when)))
    if "Uhr" not in when:
        when = f"{when}, [Uhrzeit]"
    return [f"Wann: {when}", f"Wo: {place_line(draft.place) if draft.place else '[Ort]'}"]


def _invitation(draft: _Draft) -> None:
    topic, rest = _split_topic(draft)
    if topic and not rest:
        topic, place = _place_at_end(topic)
        draft.place = draft.place or place
    _appointment(draft, rest)
    to = named(topic, "dat") if topic else None
    occasion = _contracted(to) if to else f"zu: {topic}" if topic else "zu: [Anlass]"
    draft.subject = draft.subject or (f"Einladung {occasion}" if topic else "Einladung")
    if draft.aside:
        draft.subject += f" ({draft.aside})"
    draft.opening.append(
        f"wir laden Sie herzlich {occasion} ein." if to else f"wir laden Sie herzlich ein: {topic or '[Anlass]'}."
    )
    draft.facts.extend(_when_lines(draft))
    if not draft.salutation and re.search(r"\bEltern", draft.topic + draft.aside):
        draft.salutation = "Liebe Eltern,"


def _contracted(dative: str) -> str:
    """„dem Elternabend“ → „zum Elternabend“."""
    article, _, rest = dative.partition(" ")
    return f"{morphology.contract('zu', article)} {rest}" if article in {"dem", "der"} else f"zu {dative}"


def _place_at_end(topic: str) -> tuple[str, str]:
    """„Elternabend Kita Regenbogen Turnhalle“: a place at the end that is not the first noun."""
    match = re.search(
        r" ((?:im |in der |am |beim |auf dem )?(?:[a-zäöü]+ )?[A-ZÄÖÜ][\wäöüß-]*(?: \d+\w?)?(?: [A-ZÄÖÜ][\wäöüß-]* \d+)?)$",
        topic,
    )
    if (
        match
        and is_place(match[1])
        and not re.search(rf"(?:{'|'.join(words_of('einrichtungen'))})$", topic[: match.start()])
    ):
        head = match[1].split(" ")[-1 if not match[1][-1].isdigit() else 0]
        if head not in words_of("einrichtungen") or match[1].startswith(("im ", "in ", "am ", "beim ", "auf ")):
            return topic[: match.start()].strip(), match[1]
    return topic, ""


def _thanks(draft: _Draft) -> None:
    topic = re.sub(r"^für ", "", draft.topic)
    if not topic:
        match = next((part for part in draft.rest if part.text.startswith("für ")), None)
        if match:
            topic = match.text.removeprefix("für ")
            draft.rest.remove(match)
    whom = named(draft.recipient, "dat") if draft.recipient and not PERSON.match(draft.recipient) else None
    what = _object_of_thanks(topic)
    thanks = f"wir danken {whom} herzlich" if whom else "wir danken Ihnen herzlich"
    draft.subject = draft.subject or (f"Dank für {what}" if what else "Herzlichen Dank")
    draft.opening.append(f"{thanks} für {what or '[Anlass]'}.")
    kept: list[Part] = []
    for part in draft.rest:
        match = re.fullmatch(r"((?:etwa |rund |über )?\d+) ([A-ZÄÖÜ][\wäöüß-]+(?: und [A-ZÄÖÜ][\wäöüß-]+)?)", part.text)
        if match and re.search(
            r"(?:kräfte|helfer|helferinnen|personen|leute|mitglieder|kinder|schüler|schülerinnen|freiwillige|ehrenamtliche|teilnehmende|frauen|männer|jugendliche)$",
            match[2].lower(),
        ):
            draft.statements.append(f"Beteiligt waren {match[0]}.")
        else:
            kept.append(part)
    draft.rest = kept


def _object_of_thanks(topic: str) -> str:
    if not topic:
        return ""
    text = phrases.timed(topic)
    if gift := re.match(r"([A-ZÄÖÜ]\w+) ((?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro)(?: (?:für )?(.+))?$", text):
        name = named(gift[1], "acc") or gift[1]
        return f"{name} von {gift[2]}" + (f" ({gift[3]})" if gift[3] else "")
    return phrases.with_articles(named(text, "acc") or text)


def _documents(draft: _Draft) -> None:
    topic = draft.topic
    kept: list[Part] = []
    collecting = False
    for part in ([Part(topic, "", 0)] if topic else []) + draft.rest:
        match = re.match(
            r"(?P<pre>.*?)\b(?:es )?fehl(?:en|t)\b(?: (?:noch|uns|leider|immer|bisher|folgendes|folgende Unterlagen))*:? ?(?P<post>.*)$",
            part.text,
        )
        if match:
            collecting = part.end != "."
            pre, post = match["pre"].strip(" ,:"), match["post"].strip()
            if pre and (after := re.match(r"(?:für|zum|zur|zu) (?:den |die |das )?(.+)$", post)):
                draft.topic, post = after[1], ""
                draft.documents.extend(_listed(pre))
                continue
            about = re.match(r"(?:zum|zur|zu|für|beim|bei|im|in|auf|an) (?:Ihrem |Ihrer |dem |der |den )?(.+)$", pre)
            if about or (pre and post):
                draft.topic = (about[1] if about else pre) or draft.topic
            if part.text == topic and not about and not pre:
                draft.topic = ""
            draft.documents.extend(_listed(post or (pre if not about else "")))
            continue
        plain = (
            sentence(part.text).role is Role.ITEM
            and not WHEN.search(part.text)
            and not part.text.endswith("Euro")
            and not re.match(r"(?:für|wegen|zu|von|bei|mit|an|in|bitte|sonst|dann) ", part.text)
        )
        if collecting and plain and part.text != topic:
            draft.documents.extend(_listed(part.text))
            collecting = part.end != "."
            continue
        collecting = collecting and plain and part.end != "."
        if part.text != topic:
            kept.append(part)
    draft.rest = kept
    about = _possessive(draft.topic, "acc") if draft.topic else ""
    draft.subject = draft.subject or ("Fehlende Unterlagen" + (f": {draft.topic}" if draft.topic else ""))
    if about and re.search(r"(?:antrag|anmeldung|gesuch|anzeige|bewerbung)\b", draft.topic.lower()):
        draft.opening.append(f"wir bearbeiten {about}. Dafür fehlen uns noch Unterlagen:")
    elif about:
        draft.opening.append(f"es geht um {_about(draft.topic)}. Dafür fehlen uns noch Unterlagen:")
    else:
        draft.opening.append("uns fehlen noch Unterlagen von Ihnen:")
    if not draft.documents:
        draft.documents.append("[Unterlagen]")
    kept = []
    for part in draft.rest:
        match = re.match(
            r"(?:bitte )?(?:nachreichen |einreichen |schicken |senden |abgeben )?(bis|spätestens)\b", part.text
        )
        end = re.match(
            r"(?:bitte )?((?:bis|spätestens) .+?)(?: (?:nachreichen|einreichen|schicken|senden|abgeben|vorlegen|zusenden))?$",
            part.text,
        )
        when = WHEN.search(part.text)
        if (match or end) and when and not draft.when:
            day = when_of(when)
            tail = re.sub(
                r"\b(?:bitte|nachreichen|einreichen|schicken|senden|abgeben|vorlegen|zusenden|spätestens)\b",
                "",
                part.text[when.end() :],
            ).strip(" ,")
            draft.when = (day if day.prep.startswith("bis") else replace(day, prep="bis")).phrase
            draft.requests.append(
                f"Bitte reichen Sie {'sie' if len(draft.documents) > 1 else 'die Unterlagen'} {draft.when}{' ' + phrases.with_articles(tail) if tail else ''} nach."
            )
            continue
        kept.append(part)
    draft.rest = kept
    _within(draft)
    if not draft.when and not any(re.search(r"\d\. (?:[A-Z])", part.text) for part in draft.rest):
        draft.requests.append("Bitte reichen Sie die Unterlagen bis zum [Datum] nach.")


def _within(draft: _Draft) -> None:
    """„binnen 14 Tagen“: a span instead of a day."""
    if draft.when:
        return
    for part in draft.rest:
        span = re.search(r"\b(?:binnen|innerhalb|in|bis)(?: von)? ((\d+) (Tag|Woche|Monat)(?:en|e|n)?)\b", part.text)
        if span is None or WHEN.search(part.text):
            continue
        unit = {"Tag": "Tagen", "Woche": "Wochen", "Monat": "Monaten"}[span[3]]
        draft.when = f"innerhalb von {span[2]} {unit}" if span[2] != "1" else span[0]
        draft.requests.append(f"Bitte reichen Sie die Unterlagen {draft.when} nach.")
        draft.rest.remove(part)
        return


def _listed(text: str) -> list[str]:
    return [
        re.sub(r"^(?:der|die|das|den|ein|eine|einen|noch) ", "", piece.strip())
        for piece in re.split(r" und (?=[a-zäöü]* ?[A-ZÄÖÜ⟦\d])|(?<=\w)/(?=\w)| sowie ", text)
        if piece.strip()
    ]


def _possessive(text: str, case: str) -> str:
    """„Bauantrag“ → „Ihren Bauantrag“; other texts keep their words."""
    if re.match(r"(?:Ihr|der|die|das|den|dem)", text):
        return text
    return named(text, case, stem="Ihr") or text


def _receipt(draft: _Draft) -> None:
    topic, rest = draft.topic, ""
    received = next(
        (
            i
            for i, p in enumerate(draft.rest)
            if re.search(r"\b(?:eingegangen|angekommen|erhalten|bekommen|da seit|Eingang)\b", p.text)
            and WHEN.search(p.text)
        ),
        None,
    )
    day = ""
    match = WHEN.search(topic)
    if match and when_of(match).dates:
        when = when_of(match)
        is_paper = when.prep == "vom"
        if not is_paper:
            day = replace(when, prep="am" if " bis " not in when.dates else when.prep).phrase
            rest = topic[match.end() :].strip(" ,")
            topic = topic[: match.start()].strip(" ,")
    elif received is not None:
        part = draft.rest[received]
        match = WHEN.search(part.text)
        assert match is not None
        left = re.sub(
            r"\b(?:ist|wurde|sind|am|bei uns|eingegangen|angekommen|erhalten|bekommen|Eingang|haben wir)\b",
            "",
            part.text[: match.start()] + part.text[match.end() :],
        ).strip(" ,")
        if not left:
            day = replace(when_of(match), prep="am").phrase
            del draft.rest[received]
        elif not topic:
            topic, day = left, replace(when_of(match), prep="am").phrase
            del draft.rest[received]
    topic = re.sub(r" ?\b(?:ist |sind )?(?:bei uns )?(?:eingegangen|angekommen|erhalten|da)$", "", topic)
    rest = re.sub(r"^(?:ist |sind )?(?:bei uns )?(?:eingegangen|angekommen|erhalten|da)\b ?", "", rest)
    if rest:
        draft.rest.insert(0, Part(rest, "", 0))
    draft.subject = draft.subject or ("Eingangsbestätigung" + (f": {topic}" if topic else ""))
    own = _possessive(topic, "acc") if topic else "Ihr Schreiben"
    phrase = phrases.noun_phrase(topic) if topic else None
    pronoun = {"m": "Er ist", "f": "Sie ist", "n": "Es ist", "p": "Sie sind"}[phrase.gender] if phrase else "Es ist"
    draft.opening.append(f"vielen Dank für {own}. {pronoun} {day or 'am [Datum]'} bei uns eingegangen.")


def _moved(draft: _Draft) -> str:
    """„statt 5.10. neu 12.10.“: what is said of the old appointment; „-“ when the notes only say that it moved."""
    is_moved = re.search(
        r"\b(?:verschoben|verlegt|verschieben|verlegen|geändert|Terminänderung|Terminverschiebung)\b", draft.topic
    )
    for place, part in enumerate([Part(draft.topic, "", 0), *draft.rest]):
        match = re.search(
            rf"\b(?:statt|anstatt)(?: am| wie bisher am)? ({WHEN.pattern})(?: (?:neu|jetzt|nun|dann))?", part.text
        )
        if match is None:
            is_moved = is_moved or re.search(r"\b(?:verschoben|verlegt|verlegen|verschieben)\b", part.text)
            continue
        old = WHEN.match(match[1])
        left = re.sub(r"\s+", " ", part.text[: match.start()] + " " + part.text[match.end() :]).strip(" ,")
        left = re.sub(r"\b(?:neu|jetzt|nun)\b ?", "", left)
        if place:
            draft.rest[place - 1] = replace(part, text=left)
        else:
            draft.topic = left
        return f"Der Termin {when_of(old).phrase} entfällt." if old else "-"
    return "-" if is_moved else ""


def _meeting(draft: _Draft) -> None:
    moved = _moved(draft)
    topic, rest = _split_topic(draft)
    topic = re.sub(r"^(?:verschoben|verlegt|geändert|bestätigen|bestätigt|abgesagt)\b[ ,:]*", "", topic)
    if (
        not topic
        and draft.rest
        and not draft.when
        and not _is_clause(draft.rest[0].text)
        and not WHEN.match(draft.rest[0].text)
    ):
        draft.topic = draft.rest.pop(0).text
        topic, rest = _split_topic(draft)
    if topic and is_place(topic) and not draft.place:
        draft.place, topic = topic, ""
    _appointment(draft, rest)
    topic = re.sub(r"^(?:für|zu|zum|zur|wegen) ", "", topic)
    draft.subject = draft.subject or ("Ihr Termin" + (f": {topic}" if topic else ""))
    is_offer = re.search(r"vorschlag", draft.label, re.I)
    verb = "schlagen Ihnen einen Termin vor" if is_offer else "bestätigen Ihren Termin"
    draft.opening.append(f"wir {verb}" + (f": {topic}." if topic else "."))
    if moved:
        draft.opening[-1] = "Ihr Termin hat sich geändert" + (f": {topic}." if topic else ".")
        draft.statements.extend(old for old in (moved,) if old != "-")
    draft.facts.extend(_when_lines(draft))


_WORKS = r"[A-ZÄÖÜ][\wäöüß-]*(?:bau|arbeiten|sanierung|erneuerung|verlegung|reparatur|fest|markt|lauf|umzug|bruch|fällung|baustelle|schaden)"


def _closure(draft: _Draft) -> None:
    topic, rest = draft.topic, ""
    match = WHEN.search(topic)
    span = ""
    if match:
        span = phrases.timed(topic[match.start() : _when_end(topic, match)])
        rest = topic[_when_end(topic, match) :].strip(" ,")
        topic = topic[: match.start()].strip(" ,")
    else:
        for part in list(draft.rest):
            match = WHEN.match(part.text)
            if match and not part.text[_when_end(part.text, match) :].strip(" ,"):
                span = phrases.timed(part.text)
                draft.rest.remove(part)
                break
    if rest and (match := re.search(r"(.*?) ?\b(wegen [^,]+)$", rest)):
        draft.rest.insert(0, Part(match[2], "", 0))
        rest = match[1].strip(" ,")
    reason = re.search(r" ?(?:wegen|Grund:?) ([^,]+)$", topic)
    if reason:
        draft.rest.insert(0, Part(reason[0].strip(), "", 0))
        topic = topic[: reason.start()].strip(" ,")
    if rest:
        draft.rest.insert(0, Part(rest, "", 0))
    word = re.search(r"\b(?:[Vv]oll|[Tt]eil|[Hh]albseitige |[Ss]traßen|[Ww]eg)?[Ss]perrung\b", topic)
    is_full = bool(word and word[0].lower().startswith("voll"))
    is_half = bool(word and word[0].lower().startswith("halb"))
    street = (
        (topic[: word.start()] + topic[word.end() :]).strip(" ,")
        if word
        else re.sub(r"\b(?:ist |wird )?gesperrt\b", "", topic).strip()
    )
    street = re.sub(r"^(?:der|des|in der|im|in|die|auf der|auf dem) ", "", street)
    draft.subject = (
        draft.subject or f"{word[0][:1].upper() + word[0][1:] if word else 'Sperrung'}: {street or '[Straße]'}"
    )
    if not street:
        street = "[Straße]"
    thing = _street(street)
    how = "voll gesperrt" if is_full else "halbseitig gesperrt" if is_half else "gesperrt"
    draft.opening.append(f"{lower_start(thing)} ist {span or 'vom [Datum] bis [Datum]'} {how}.")
    kept: list[Part] = []
    for part in draft.rest:
        match = re.match(r"Umleitung:? (?:ist |läuft |führt )?((?:über|durch|via) .+)$", part.text)
        if match:
            draft.statements.append(f"Die Umleitung führt {phrases.timed(match[1].replace('via', 'über'))}.")
        elif re.fullmatch(
            r"(?:etwa |rund |voraussichtlich |circa |für |Dauer:? )*\d+(?: bis \d+)? (?:Stunden?|Tage?|Wochen?|Monate?)",
            part.text,
        ):
            draft.statements.append(f"Die Sperrung dauert {re.sub(r'^(?:für |Dauer:? )', '', part.text)}.")
        elif re.fullmatch(_WORKS, part.text) and (why := sentence(f"wegen {part.text}")).role is Role.STATEMENT:
            draft.statements.append(why.text)
        elif re.match(r"Umleitung (?:ist |wird )?(?:ausgeschildert|beschildert)", part.text):
            draft.statements.append("Die Umleitung ist ausgeschildert.")
        else:
            kept.append(part)
    draft.rest = kept


def _street(text: str) -> str:
    first, _, rest = text.partition(" ")
    low = first.lower()
    if low.endswith(("weg", "platz", "ring", "damm", "steig", "berg", "graben", "hof", "wall", "park")):
        return f"Der {text}"
    if low.endswith(("straße", "gasse", "allee", "brücke", "steige", "chaussee", "zeile", "promenade")):
        return f"Die {text}"
    del rest
    return _cap(named(text, "nom")) or f"Die Strecke {text}" if not text.startswith("[") else f"Die Straße {text}"


def _cap(text: str | None) -> str:
    return text[:1].upper() + text[1:] if text else ""


def _fees(draft: _Draft) -> None:
    topic = draft.topic
    amount = re.search(r" ?((?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro)", topic)
    due = WHEN.search(topic)
    tail: list[str] = []
    if due and when_of(due).prep != "vom":
        tail.append(topic[due.start() :])
        topic = topic[: due.start()].strip(" ,")
        amount = re.search(r" ?((?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro)", topic)
    if amount:
        tail.insert(0, topic[amount.start() :].strip())
        topic = topic[: amount.start()].strip(" ,")
    for piece in reversed(tail):
        draft.rest.insert(0, Part(piece, "", 0))
    draft.subject = draft.subject or (f"{topic}" if topic else "Gebührenbescheid")
    what = _possessive(topic, "acc") if topic else "Ihren Gebührenbescheid"
    draft.opening.append(f"mit diesem Brief erhalten Sie {what}.")
    kept: list[Part] = []
    is_due = False
    for part in draft.rest:
        match = re.fullmatch(
            r"(?:Gebühr |Betrag |Summe |Höhe |über )?((?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro)(.*)", part.text
        )
        if match and not re.search(r"\b(?:statt|vorher|bisher)\b", match[2]):
            draft.statements.append(f"Der Betrag ist {match[1]}{_money_tail(match[2])}.")
            continue
        match = re.fullmatch(
            r"(?:fällig|zahlbar|zu zahlen|zahlen|bezahlen|bitte überweisen|überweisen|bitte zahlen)? ?((?:am|bis|zum|spätestens|\d).+?)(?: (?:fällig|zahlbar|zahlen|überweisen|bezahlen))?",
            part.text,
        )
        when = WHEN.match(match[1]) if match else None
        if match and when and not match[1][when.end() :].strip():
            is_due = True
            day = when_of(when)
            word = "am" if day.prep in {"am", "zum"} or "fällig" in part.text else "bis zum"
            draft.statements.append(
                f"Der Betrag ist {word} {day.dates} fällig."
                if word == "am"
                else f"Bitte zahlen Sie den Betrag bis zum {day.dates}."
            )
            continue
        kept.append(part)
    draft.rest = kept
    del is_due


def _money_tail(text: str) -> str:
    return phrases.timed(text)


def _reminder(draft: _Draft) -> None:
    topic = re.sub(r"^(?:an|zu|zum|zur|für|wegen) ", "", draft.topic)
    pieces: list[str] = []
    if (match := WHEN.search(topic)) and when_of(match).prep != "vom":
        pieces.append(topic[match.start() :])
        topic = topic[: match.start()].strip(" ,")
    if match := re.search(
        r" ?((?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro)(?: (?:sind |ist )?(noch offen|offen|fehlen noch|nicht bezahlt))?",
        topic,
    ):
        rest = topic[match.end() :].strip(" ,")
        draft.statements.append(f"Offen sind noch {match[1]}." if match[2] else f"Es geht um {match[1]}.")
        topic = " ".join(filter(None, (topic[: match.start()].strip(" ,"), rest)))
    draft.subject = draft.subject or ("Erinnerung" + (f": {topic}" if topic else ""))
    what = named(topic, "acc") if topic else None
    if topic:
        draft.opening.append(f"wir erinnern Sie an {what or topic}.")
    else:
        draft.opening.append("wir erinnern Sie an Folgendes:" if draft.rest else "wir erinnern Sie an [Anlass].")
    for place, part in enumerate(draft.rest):
        if re.fullmatch(r"(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro", part.text):
            draft.statements.append(f"Es geht um {part.text}.")
            draft.rest[place] = replace(part, text="")
    draft.rest = [part for part in draft.rest if part.text]
    for piece in reversed(pieces):
        draft.rest.insert(0, Part(f"Frist {piece}" if re.match(r"(?:bis|spätestens)", piece) else piece, "", 0))
    if not any(WHEN.search(part.text) for part in draft.rest):
        draft.requests.append("Die Frist läuft bis zum [Datum].")


def _refusal(draft: _Draft) -> None:
    topic = draft.topic
    draft.subject = draft.subject or ("Absage" + (f": {topic}" if topic else ""))
    draft.opening.append(
        "leider müssen wir Ihnen absagen." + (f" Es geht um {_about(topic)}." if topic else " Es geht um [Anlass].")
    )
    kept: list[Part] = []
    for part in draft.rest:
        if re.match(r"(?:Widerspruch|Klage|Einspruch|Rechtsbehelf)\b", part.text):
            draft.hints.append(
                "Die Notizen nennen einen Rechtsbehelf. Eine Rechtsbehelfsbelehrung schreibt Amtsklar nicht; setzen Sie die Ihrer Stadt ein."
            )
            detail = re.sub(r"^(\w+) (?=\d)", r"\1: ", part.text)
            draft.items.append(re.sub(r"(Monate?n?|Wochen?|Tagen?) (?=[A-ZÄÖÜ])", r"\1, ", detail))
        else:
            kept.append(part)
    draft.rest = kept


def _about(topic: str) -> str:
    text = phrases.timed(topic)
    return phrases.with_articles(named(text, "acc") or text)


def _state(draft: _Draft) -> None:
    topic = re.sub(r"^(?:zu|zum|zur|für|über|von|wegen) ", "", draft.topic)
    draft.subject = draft.subject or ("Sachstand" + (f": {topic}" if topic else ""))
    own = re.search(
        r"(?:antrag|anfrage|beschwerde|anzeige|meldung|schreiben|anliegen|bauantrag|gesuch)\b", topic.lower()
    )
    about = _possessive(topic, "dat") if own else (named(topic, "dat") or topic)
    draft.opening.append(f"wir informieren Sie über den Stand {'zu ' + about if topic else 'Ihres Anliegens'}.")


def _general(draft: _Draft) -> None:
    topic = draft.topic
    if not draft.subject:
        draft.subject = _short_subject(draft) or "[Betreff]"
    if not topic:
        return
    reply = re.match(r"Antwort (?:(?:auf|an|zu) )?(?:Ihre[nmrs]? |die |den |das )?([A-ZÄÖÜ].+)$", topic)
    if reply:
        what = _possessive(reply[1], "acc")
        draft.subject = f"Ihre {reply[1]}" if what.startswith("Ihre ") else f"Antwort auf {reply[1]}"
        what = re.sub(
            r" (?=(?:Spielplatz|Halle|Schule|Kita|Kindergarten|Straße|Platz|Park|Friedhof)\b)",
            ", ",
            phrases.with_articles(what),
        )
        loose = re.match(r"((?:Ihre[nmrs]? )?[A-ZÄÖÜ][\wäöüß-]+) ([A-ZÄÖÜ].+)$", what)
        if loose and not phrases.ends_like(loose[2].split(" ")[0], "einrichtungen"):
            what = f"{loose[1]} ({loose[2]})"
        draft.opening.append(f"vielen Dank für {what}.")
        return
    question = re.match(r"Rückfrage(?: (?:zu|zum|zur|wegen) (.+))?$", topic)
    if question:
        draft.subject = "Rückfrage" + (f": {question[1]}" if question[1] else "")
        draft.opening.append("wir haben eine Rückfrage an Sie" + (f": {question[1]}." if question[1] else "."))
        return
    if topic in words_of("schreiben") or (topic == draft.subject and " " not in topic and draft.rest):
        return
    if any(phrases.ends_like(word, "zeiten") for word in topic.split(" ")):
        _hours(draft, topic)
        return
    verb = phrases.infinitive(topic.rpartition(" ")[2])
    if verb is not None and topic.rpartition(" ")[2] in words_of("aufgaben"):
        what = topic.rpartition(" ")[0]
        thing = phrases.timed(named(what, "acc") or what)
        draft.opening.append(" ".join(filter(None, ("wir", verb.second, thing, verb.particle))) + ".")
        return
    found = sentence(topic)
    if found.role is Role.ITEM:
        phrase = named(topic, "nom")
        if (
            phrase is not None
            and not re.search(r"\d| [A-ZÄÖÜ]\S* [A-ZÄÖÜ]|[a-zäöüß] [A-ZÄÖÜ]\S*$", phrase)
            and len(topic) < 60
        ):
            draft.opening.append(f"es geht um {_about(topic)}.")
        else:
            draft.opening.append(f"es geht um Folgendes: {phrases.timed(topic)}.")
    else:
        draft.take(found)


def _hours(draft: _Draft, topic: str) -> None:
    """„neue Öffnungszeiten Bücherei ab 1.3.: di 10–18, sa 10–13“: the hours become lines."""
    match = WHEN.search(topic)
    head = (topic[: match.start()] if match else topic).strip(" ,")
    tail = phrases.timed(topic[match.start() :]) if match else ""
    phrase = phrases.noun_phrase(head, plural=True)
    name = phrase.with_article("nom") if phrase else f"die {head}"
    draft.subject = _cap(head)
    kept: list[Part] = []
    for part in draft.rest:
        days = WHEN.match(part.text)
        rest = part.text[days.end() :].strip(" :") if days else ""
        if days and re.fullmatch(r"|zu|geschlossen|geöffnet|offen|frei|nach Vereinbarung", rest):
            said = when_of(days).bare
            draft.facts.append(f"{said}: {'geschlossen' if rest == 'zu' else rest}" if rest else said)
        else:
            kept.append(part)
    draft.rest = kept
    verb = "gelten" if tail.startswith(("ab ", "seit ", "bis ")) else "sind"
    draft.opening.append(" ".join(filter(None, (name, verb, tail))) + (":" if draft.facts else "."))


def _short_subject(draft: _Draft) -> str:
    topic = draft.topic
    if (match := WHEN.search(topic)) and match.start() > 3 and when_of(match).prep != "vom":
        topic = topic[: match.start()].strip(" ,")
    if topic and len(topic) <= 70 and not _is_clause(topic):
        return _cap(re.sub(r" \([^)]*\)$", "", topic))
    text = topic or (draft.rest[0].text if draft.rest else "")
    match = WHEN.search(text)
    head = text[: match.start()] if match else text
    words: list[str] = []
    for word in head.split(" "):
        if (
            word.rstrip(",") in {"ist", "sind", "wird", "wurde", "bleibt", "muss", "kann", "hat"}
            or phrases.is_participle(word)
            or phrases.is_finite(word)
        ):
            break
        words.append(word)
    subject = " ".join(words).strip(" ,:")
    return _cap(subject) if subject and subject[:1].isupper() and len(subject) <= 70 else ""


_BODIES: dict[str, Callable[[_Draft], None]] = {
    "einladung": _invitation,
    "dank": _thanks,
    "unterlagen": _documents,
    "eingang": _receipt,
    "termin": _meeting,
    "sperrung": _closure,
    "gebuehren": _fees,
    "erinnerung": _reminder,
    "absage": _refusal,
    "sachstand": _state,
}


# Everything else ---------------------------------------------------------------------------------------------------------------


_MOST_PARTS, _LONGEST_PART = 200, 600


def _remaining(draft: _Draft) -> None:
    """The parts no body took: sentences where the grammar is sure, else lines."""
    earlier = draft.topic
    rest = draft.rest[:_MOST_PARTS]
    # Nobody's notes are this long; whatever it is, it arrives line by line.
    draft.items.extend(part.text for part in draft.rest[_MOST_PARTS:])
    place = 0
    while place < len(rest):
        part = rest[place]
        subject = ""
        text = part.text
        if part.end == ":" and place + 1 < len(rest):
            subject, text = text, rest[place + 1].text
            place += 1
        elif not place and draft.topic and _lacks_subject(text) and draft.kind.key == "allgemein":
            subject = _subject_of(draft.topic)
        found = sentence(text, subject, earlier, proper=draft.proper)
        draft.take(found)
        earlier = f"{draft.topic} {earlier[-300:]} {subject} {text}"
        place += 1


def _lacks_subject(text: str) -> bool:
    """„verwildert“: said of what was named just before."""
    return phrases.is_participle(text) or text in words_of("aussage")


def _subject_of(topic: str) -> str:
    """What a bare statement after the topic speaks of: the last thing with a number, or the topic."""
    match = re.search(r"([A-ZÄÖÜ][\wäöüß-]+ \d+\w?)$", topic)
    if match:
        return named(match[1], "nom") or match[1]
    return named(topic, "nom") or topic


def _finish(draft: _Draft, verbatim: list[str], notes: str) -> Letter:
    paragraphs: list[str] = []
    opening = " ".join(draft.opening)
    if draft.documents:
        opening += "\n" + "\n".join(f"- {document}" for document in draft.documents)
    statements = " ".join(draft.statements)
    if opening and not draft.documents and not draft.facts and statements:
        paragraphs.append(f"{opening} {statements}")
        statements = ""
    elif opening:
        paragraphs.append(opening)
    if draft.facts:
        paragraphs.append("\n".join(draft.facts))
    if statements:
        paragraphs.append(statements)
    if draft.requests:
        paragraphs.append(" ".join(draft.requests))
    if draft.items:
        paragraphs.append("Weitere Angaben:\n" + "\n".join(f"- {item}" for item in draft.items))
    paragraphs.extend(verbatim)
    if draft.contacts:
        paragraphs.append(" ".join(draft.contacts))
    if not paragraphs:
        paragraphs.append("[Inhalt]")
    first = paragraphs[0]
    paragraphs[0] = lower_start(first)
    subject = draft.subject or draft.kind.title
    if draft.reference:
        subject = f"{subject}\n{draft.reference}"
    recipient: tuple[str, ...] = ()
    if draft.recipient:
        recipient = (draft.recipient, "[Anschrift]")
    elif draft.group and len(draft.group.split(" ")) > 1:
        recipient = (f"An {_group_line(draft.group)}",)
    letter = Letter(
        kind=draft.kind.key,
        subject=subject,
        salutation=draft.salutation or "Sehr geehrte Damen und Herren,",
        paragraphs=tuple(paragraphs),
        closing="Mit freundlichen Grüßen" + (f"\n\n{draft.sender}" if draft.sender else ""),
        recipient=recipient,
        enclosures=tuple(draft.enclosures),
        notes=tuple(draft.hints),
    )
    letter = _complete(letter, draft, notes)
    tokens = dict.fromkeys(GAP.findall(letter.text))
    return replace(
        letter, gaps=tuple(Gap(token, _HINTS.get(token, "Diese Angabe fehlt in den Notizen.")) for token in tokens)
    )


def _group_line(group: str) -> str:
    """„Eltern Grundschule am See“ → „die Eltern der Grundschule am See“."""
    phrase = phrases.noun_phrase(group, plural=True)
    if phrase is not None:
        return phrase.with_article("acc")
    first, _, rest = group.partition(" ")
    where = phrases.noun_phrase(rest) if rest.split(" ")[0] in words_of("einrichtungen") else None
    return f"die {first} {where.with_article('gen')}" if where else group


_HINTS = {
    "[Datum]": "Das Datum fehlt in den Notizen.",
    "[Uhrzeit]": "Die Uhrzeit fehlt in den Notizen.",
    "[Ort]": "Der Ort fehlt in den Notizen.",
    "[Anschrift]": "Die Anschrift fehlt in den Notizen.",
    "[Unterlagen]": "Die Notizen sagen nicht, welche Unterlagen fehlen.",
    "[Straße]": "Die Straße fehlt in den Notizen.",
    "[Anlass]": "Der Anlass fehlt in den Notizen.",
    "[Betreff]": "Aus den Notizen geht kein Betreff hervor.",
    "[Inhalt]": "Die Notizen enthalten nichts, was im Brief stehen kann.",
}

_ANCHOR = re.compile(r"⟦[^⟧]*⟧|\d[\d.,:/]*\d|\d|[A-ZÄÖÜ][\wäöüß-]{2,}")


def _complete(letter: Letter, draft: _Draft, notes: str) -> Letter:
    """The last look: a part of which a number, name or noun did not arrive is added as it is."""
    text = letter.text
    low = text.lower()
    said = " ".join(draft.hints)
    lost: list[str] = []
    for part in parts(_VERBATIM.sub("\n", notes))[:_MOST_PARTS]:
        if len(part.text) > _LONGEST_PART:
            continue
        if part.text in draft.skipped or part.text in said or any(part.text in hint for hint in draft.hints):
            continue
        missing = [
            anchor
            for anchor in _ANCHOR.findall(part.text)
            if not _arrived(anchor, text, low) and not _is_naming(anchor, draft)
        ]
        if missing and not any(anchor in said for anchor in missing):
            lost.append(part.text)
    if not lost:
        return letter
    block = "\n".join(f"- {part}" for part in lost)
    paragraphs = list(letter.paragraphs)
    heading = "Weitere Angaben:\n"
    for place, paragraph in enumerate(paragraphs):
        if paragraph.startswith(heading):
            paragraphs[place] = f"{paragraph}\n{block}"
            break
    else:
        paragraphs.append(heading + block)
    return replace(letter, paragraphs=tuple(paragraphs))


def _arrived(anchor: str, text: str, low: str) -> bool:
    if anchor[0].isdigit():
        return bool(re.search(rf"(?<![\d]){re.escape(anchor.rstrip('.,:'))}(?!\d)", text))
    if anchor.startswith("⟦"):
        return anchor in text
    stem = anchor.lower()
    return stem in low or (len(stem) > 4 and stem[: max(4, len(stem) - 2)] in low)


def _is_naming(anchor: str, draft: _Draft) -> bool:
    """Words that only name the kind of writing or its reader."""
    if (
        anchor in words_of("schreiben")
        or draft.kind.word.fullmatch(anchor)
        or anchor in words_of("umgeformt") | {"Herr", "Herrn", "Frau"}
    ):
        return True
    return bool(draft.salutation) and (
        anchor == draft.group.split(" ")[0] or anchor[:5].lower() in draft.salutation.lower()
    )

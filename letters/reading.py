"""Reads what notes are about: the reader, the file, the topic, and what is meant for the writing person alone.

What the letter says of it is decided in `bodies`.
"""

import re
from dataclasses import dataclass, field, replace

from german.lexicon import Tag, load
from letters import phrases
from letters.clauses import Role, Sentence
from letters.kinds import Kind
from letters.notes import Part
from letters.phrases import PERSON, words_of
from letters.sentences import sentence

_REFERENCE = re.compile(
    r",?\b(Aktenzeichen|Geschäftszeichen|Vorgangsnummer|Antragsnummer):? ((?:[A-ZÄÖÜ]{1,5}[ ./-]?)?\S*\d\S*|⟦[^⟧]+⟧)"
)


_ORDER = re.compile(
    r"^(?:(?:bitte |ich |wir |man |hallo,? |guten tag,? )*)(?:brauche?n?|bräuchten?|benötigen?|schreiben?(?:"
    r" sie)?|schreib|verfassen?(?: sie)?|entwerfen?(?: sie)?|"
    r"entwirf|formulieren?(?: sie)?|erstellen?(?: sie)?|machen?(?: sie)?|möchten?|hätten? gerne?)\b(?:"
    r" (?:mir|uns|bitte|mal|schnell|gerne?|dringend|noch|ich|wir|sie))*"
    r"(?: (?:eine?[nmr]?))?(?: (?:kurze?[nrs]?|nette?[nrs]?|freundliche?[nrs]?|neue?[nrs]?))*(?: (?=[A-ZÄÖÜ]))?",
    re.I,
)


_HELLO = re.compile(r"^(?:hallo|hi|moin|servus|hey|guten (?:tag|morgen)|grüß gott|liebe kolleg\w+)\b[,!]?", re.I)


_OFFICE = re.compile(
    r"(?:amt|büro|kasse|schule|kita|kindergarten|bauhof|bücherei|werke|archiv|museum|feuerwehr|verwaltung|referat|stelle|fachbereich|abteilung|dezernat|hort)$",
    re.I,
)


_OFFICIAL = re.compile(
    r"(?:[Ss]tandesbeamt|[Bb]ürgermeister|[Hh]ausmeister|[Ss]chulleit|[Aa]mtsleit|[Rr]ektor|[Bb]eauftragt)\w*$"
)


_FORM = re.compile(
    r"^(Empfänger|Empfängerin|An|Frist|Betreff|Punkte|Absender|Anlass|Wann|Wo|Ort|Datum|Termin|Uhrzeit|Anlagen?)$"
)


@dataclass
class Draft:
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
    questions: list[str] = field(default_factory=list[str])
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


def forms(draft: Draft) -> None:
    """Lines of a form: „Empfänger: …“, „Frist: …“."""
    kept: list[Part] = []
    rest = iter(draft.rest)
    for part in rest:
        if (subject := re.match(r"Betreff:? ([A-ZÄÖÜ].*)$", part.text)) and not draft.subject:
            draft.subject = subject[1]
            continue
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


def set_aside(draft: Draft) -> None:
    """What is meant for the writing person, and questions that the notes answer with no."""
    surroundings = phrases.surroundings()
    orders = [re.compile(pattern, re.I) for pattern in surroundings["anweisungen"]]
    dropped = re.compile(surroundings["verworfen"], re.I)
    kept: list[Part] = []
    is_question = bool(draft.rest) and bool(re.match(r"(?:Rückfrage|Nachfrage|Frage)\b", draft.rest[0].text))
    for place, part in enumerate(draft.rest):
        following = draft.rest[place + 1].text if place + 1 < len(draft.rest) else ""
        stand = re.match(
            r"(?:[Ww]o stehen wir|[Ww]ie steht es|[Ww]ie ist der Stand|[Ww]as ist)"
            r"(?: bei| mit| um| zu)? (?:dem |der |den )?(.+)$",
            part.text,
        )
        if part.end == "?" and not place and not dropped.match(following) and (stand or PERSON.search(part.text)):
            # „wo stehen wir mit …?“ is what the letter is about.
            kept.append(replace(part, text=f"Sachstand {stand[1]}" if stand else part.text, end="."))
            continue
        if part.end == "?" and is_question and place and not dropped.match(following):
            draft.questions.append(f"{part.text[:1].upper()}{part.text[1:]}?")
            continue
        asked = place and re.search(r"\b(?:gefragt|fragt|möchte|wünscht|bittet)\b", draft.rest[place - 1].text)
        if asked and part.text.lower() in {"nein", "ja"}:
            kept.append(part)
            continue
        if part.end == "?":
            is_dropped = bool(dropped.match(following))
            draft.hints.append(f"{'Verworfen' if is_dropped else 'Offene Frage'} in den Notizen: „{part.text}“.")
            continue
        text = dropped.sub("", part.text).strip(" ,") if place and draft.rest[place - 1].end == "?" else part.text
        text = re.sub(r"^(?:zunächst|erst|lieber) (?=[A-ZÄÖÜ])", "", text) if text != part.text else text
        refers = text.lower() in {"das", "dies", "den letzten Satz"} and any(o.search(following) for o in orders)
        if refers and kept:
            # „…, das bitte weglassen“ takes back what was said just before.
            draft.hints.append(f"Hinweis aus den Notizen, nicht im Brief: „{kept.pop().text}“.")
            draft.skipped.append(text)
            continue
        if any(order.search(text) for order in orders):
            draft.hints.append(f"Hinweis aus den Notizen, nicht im Brief: „{text}“.")
        elif text:
            kept.append(replace(part, text=text))
    draft.rest = kept


def order(draft: Draft) -> None:
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
    kind = draft.kind.word.pattern
    text = first.text
    text = re.sub(r"^(?:freundlich|nett|kurz|höflich|förmlich|herzlich|sachlich|knapp)e[rnsm]? (?=[A-ZÄÖÜ])", "", text)
    text = re.sub(r"^[Dd]anke? sagen (?:an |bei )?(?:dem |der |den )?(?=[A-ZÄÖÜ])", "Dank an ", text)
    text = re.sub(
        rf"^(?:bitte )?({kind}) (?:formulieren|schreiben|machen|entwerfen|erstellen|verfassen|aufsetzen|vorbereiten"
        r"|verschicken)(?: (?:für|zu|zur|zum)(?= ))?",
        lambda m: m[1],
        text,
    )
    sent = re.match(
        r"(?:bitte )?(.+) (an (?:Herrn?|Frau|Familie) [A-ZÄÖÜ⟦]\S*) (?:schicken|senden|schreiben|mailen)$", text
    )
    if sent:
        text = f"{sent[2]} {sent[1]}"
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


def reference(draft: Draft) -> None:
    for place, part in enumerate(draft.rest):
        match = _REFERENCE.search(part.text)
        if match and not draft.reference:
            draft.reference = f"{match[1]} {match[2].rstrip(',')}"
            left = re.sub(r"\s+", " ", part.text[: match.start()] + " " + part.text[match.end() :]).strip(" ,")
            draft.rest[place] = replace(part, text=left)
    draft.rest = [part for part in draft.rest if part.text]


def sender(draft: Draft) -> None:
    """„Standesamt: …“ at the start says who writes."""
    if len(draft.rest) > 1 and draft.rest[0].end == ":" and not draft.sender:
        label = draft.rest[0].text
        if " " not in label and (_OFFICE.search(label) or _OFFICIAL.match(label)):
            draft.sender = label
            del draft.rest[0]
            return
    if draft.rest and not draft.sender:
        # „Tiefbauamt an Anlieger …“, „Ordnungsamt Herr Fuchs: …“: who writes to whom.
        first = draft.rest[0]
        match = re.match(
            r"([A-ZÄÖÜ][\wäöüß-]+) (?=an (?:den |die |das |alle )?[A-ZÄÖÜ⟦]|(?:Herrn?|Frau|Familie) [A-ZÄÖÜ⟦][^ ]*$)",
            first.text,
        )
        if match and _OFFICE.search(match[1]) and match[1] not in words_of("schreiben"):
            draft.sender = match[1]
            draft.rest[0] = replace(first, text=first.text[match.end() :])


def recipient(draft: Draft) -> None:
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
                r"([A-ZÄÖÜ][\wäöüß]+)(?: in| im| der| des)?(?: \S+){0,3} (?:informieren|benachrichtigen"
                r"|anschreiben|verständigen)$",
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


def _addressed(draft: Draft) -> None:
    """„Mitteilung an Mieter städtische Wohnung …:“, „Dank an den Verein für …“."""
    first = draft.rest[0]
    word = first.text.split(" ")[0]
    is_letter = (
        word in words_of("schreiben")
        or bool(draft.kind.word.match(first.text))
        or word.endswith(("schreiben", "brief"))
    )
    match = re.search(
        r"(?:^|(?<= ))an (?:den |die |das |alle )?(?P<who>(?:[^,:]|:(?=innen))+?)(?= (?:für|wegen|zu|zum|zur|auf|dass"
        r"|über|mit|nach|am|vom|bis) |$)",
        first.text,
    )
    if not match and is_letter and first.end == ":":
        # „info mieter lindenstr 4-10: …“
        rest = first.text.partition(" ")[2]
        if any(rest.startswith(group) for group in phrases.surroundings()["gruppen"]):
            draft.recipient = rest
            del draft.rest[0]
        return
    told = next((p for p in PERSON.finditer(first.text) if first.text[: p.start()].endswith((" an ", "An "))), None)
    if told and is_letter and not (match and match.start("who") == told.start()):
        # „Einladung Nachmittag an Frau Lange Freitag 12. Dezember …“
        end = _person_end(first.text, told)
        draft.recipient = first.text[told.start() : end]
        left = f"{first.text[: told.start()].rstrip().removesuffix('an')}{first.text[end:]}"
        draft.rest[0] = replace(first, text=re.sub(r"\s+", " ", left).strip(" ,"))
        return
    behind = re.match(r"([A-ZÄÖÜ].+) ([A-ZÄÖÜ][a-zäöüß]+)$", first.text)
    if not match and first.end == ":" and behind and _is_group(behind[2]) and not is_letter:
        # „Kita Eichhörnchen Eltern: …“
        draft.recipient = f"{behind[2]} {behind[1]}"
        del draft.rest[0]
        return
    if not match and first.end == ":" and any(first.text.startswith(g) for g in phrases.surroundings()["gruppen"]):
        # „Anwohner Kirchplatz: …“
        if not is_clause(first.text):
            draft.recipient = first.text
            del draft.rest[0]
        return
    if not match or not (is_letter or match.start() == 0):
        return
    if draft.kind.key == "erinnerung" and not _is_reader(match["who"]):
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


def _is_group(word: str) -> bool:
    return any(word.startswith(group) for group in phrases.surroundings()["gruppen"])


def _is_reader(who: str) -> bool:
    """Whether what stands after „an“ can read a letter: a person, a group, an institution."""
    first = who.split(" ")[0]
    return bool(
        PERSON.match(who)
        or any(first.startswith(group) for group in phrases.surroundings()["gruppen"])
        or phrases.ends_like(first, "einrichtungen")
        or _OFFICE.search(first)
    )


# Letters that answer what one person sent: „Bewerbung Hausmeister Herr …“, „Anzeige von Herrn …“.
_ANSWERING = frozenset({"eingang", "absage", "sachstand", "unterlagen"})


def _named_person(draft: Draft) -> None:
    for place, part in enumerate(draft.rest):
        for person in PERSON.finditer(part.text):
            if any(word in words_of("rollen") for word in person["name"].split(" ") if word[:1].isupper()):
                continue
            before = part.text[: person.start()].split(" ")[-2:-1]
            answered = (
                not place
                and draft.kind.key in _ANSWERING
                and (before == ["von"] or bool(re.search(r"\b(?:Bewerbung|Stelle)\b", part.text)))
            )
            if before == ["von"] and answered:
                draft.rest[place] = part = replace(
                    part,
                    text=re.sub(r" von$", "", part.text[: person.start()].rstrip()) + " " + part.text[person.start() :],
                )
                person = PERSON.search(part.text)
                if person is None:
                    continue
            elif (
                before
                and not answered
                and (
                    before[0] in words_of("rollen")
                    or before[0].lower() in {"von", "bei", "mit", "durch", "an", "und", "oder", "gegen"}
                )
            ):
                continue
            lead = part.text[: person.start()].strip()
            after_label = place == 1 and draft.rest[0].end == ":"
            opens = (not place or after_label) and lead in {
                "",
                "An",
                "An die",
                "Bürger",
                "Bürgerin",
                "Antragsteller",
                "Antragstellerin",
                "Mieter",
                "Mieterin",
            }
            if re.match(r"(?:Fragen|Rückfragen|Kontakt|Ansprechpartner)", part.text) or (
                not opens
                and re.match(
                    r" (?:ist|hat|wird|kann|weiß|macht|kommt|übernimmt|hilft|leitet|spricht|liest|hält)\b",
                    part.text[_person_end(part.text, person) :],
                )
            ):
                continue
            end = _person_end(part.text, person)
            draft.recipient = part.text[person.start() : end]
            spoken = re.match(rf" ({'|'.join(_SPOKEN_TO)}) (.+)$", part.text[end:])
            asked = re.match(r" (?:fragt|erkundigt sich) (nach .+)$", part.text[end:])
            if (
                not lead
                and not opens
                and spoken
                and spoken[1] in {"muss", "soll", "darf", "bekommt", "braucht", "möchte"}
            ):
                opens = True
            if opens and (
                whether := re.match(
                    r" (?:hat gefragt|fragt|möchte wissen|will wissen) (ob|wann|wie|warum|was|wo) (.+)$",
                    part.text[end:],
                )
            ):
                draft.rest[place] = replace(part, text=f"Sie haben gefragt, {whether[1]} {_to_reader(whether[2])}")
                draft.subject = draft.subject or "Ihre Frage"
                return
            if opens and asked:
                draft.rest[place] = replace(part, text=f"Sie haben {phrases.with_articles(asked[1])} gefragt")
                draft.subject = draft.subject or f"Ihre Frage {phrases.with_articles(asked[1])}"
                return
            if opens and spoken:
                if question := re.match(r"(nach .+) gefragt$", spoken[2]):
                    draft.subject = draft.subject or f"Ihre Frage {question[1]}"
                draft.rest[place] = replace(part, text=f"Sie {_SPOKEN_TO[spoken[1]]} {spoken[2]}")
                return
            if opens and phrases.is_finite(part.text[end:].strip().split(" ")[0]):
                return
            if before in (["dem"], ["den"], ["der"]):
                return
            left = f"{part.text[: person.start()]} {part.text[end:]}"
            left = re.sub(r"\s+", " ", left).strip(" ,")
            if left in _READERS or (opens and lead in {"An", "An die"}):
                left = left.removeprefix(lead).strip()
            draft.rest[place] = replace(part, text="" if left in _READERS else left)
            return
    _only_person(draft)


_READERS = frozenset(
    {"Bürger", "Bürgerin", "Antragsteller", "Antragstellerin", "Mieter", "Mieterin", "Kunde", "Kundin"}
)


def _only_person(draft: Draft) -> None:
    """The one person whom the notes name, at their start, „bei“ or „für“ whom something happens; or a firm."""
    people = [person for part in draft.rest for person in PERSON.finditer(part.text)]
    first = draft.rest[0] if draft.rest else None
    if first is not None and len(people) == 1 and (person := PERSON.search(first.text)):
        before = first.text[: person.start()].split(" ")[-2:-1]
        if before in (["bei"], ["für"], ["von"]) and person["name"].split(" ")[0] not in words_of("rollen"):
            end = _person_end(first.text, person)
            draft.recipient = first.text[person.start() : end]
            if before == ["für"]:
                left = f"{first.text[: person.start()].rstrip().removesuffix('für')}{first.text[end:]}"
                draft.rest[0] = replace(first, text=re.sub(r"\s+", " ", left).strip(" ,"))
            return
    if first is not None and not people and draft.kind.key in _ANSWERING | {"dank", "erinnerung"}:
        firm = re.search(r" ?\b(Firma [A-ZÄÖÜ][^ ,:]*)$", first.text)
        if firm:
            draft.recipient = firm[1]
            draft.rest[0] = replace(first, text=first.text[: firm.start()])


def _to_reader(clause: str) -> str:
    """„er im Stadtwald grillen darf“ → „Sie im Stadtwald grillen dürfen“."""
    match = re.match(r"(?:er|sie) (.+ )?(\w+)$", clause)
    if match and match[2] in _SPOKEN_TO:
        return f"Sie {match[1] or ''}{_SPOKEN_TO[match[2]]}"
    return clause


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
        is_name = load().is_name_only(word) or (load().tag(word) & Tag.NAME and not load().tag(word.lower()))
        if not word.startswith("⟦") and not is_name and load().explains(word):
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
    if " und " in form:
        return f"Sehr geehrte Frau {title}{surname}, sehr geehrter Herr {title}{surname},"
    if form == "Ehepaar":
        return f"Sehr geehrtes Ehepaar {title}{surname},"
    if form in {"Herr", "Herrn"}:
        return f"Sehr geehrter Herr {title}{surname},"
    return f"Sehr geehrte {form} {title}{surname},"


def topic(draft: Draft) -> None:
    """What the first part is about, without the words that only name the kind."""
    if not draft.rest:
        return
    first = draft.rest[0]
    word = draft.kind.word.search(first.text)
    label = next((w for w in words_of("schreiben") if re.match(rf"{w}\b", first.text)), "")
    text = first.text
    named_kind = False
    if word:
        draft.aside = re.sub(r"^(?:brauche?n?|bräuchten?|bitte)\b ?", "", first.text[: word.start()].strip(" ,"))
        draft.label = word[0]
        text = first.text[word.end() :].strip(" ,")
        named_kind = True
    elif label and draft.kind.key == "allgemein" and label not in {"Antwort", "Rückfrage"}:
        text = first.text[len(label) :].strip(" ,")
        named_kind = True
    text = re.sub(r" (?:anbei|beiliegend|liegt bei)$", "", text)
    text = (
        re.sub(r"^(?:auf|zu|zum|zur|für|über|wegen|von) (?=[a-zäöü]* ?[A-ZÄÖÜ])", "", text)
        if named_kind and draft.kind.key != "dank"
        else text
    )
    text = re.sub(r"^(?:bitte )?bestätigen,? dass (?:die |der |das )?", "", text)
    if not text and named_kind:
        del draft.rest[0]
        if draft.rest and not is_clause(draft.rest[0].text) and first.end == ":":
            text, first = draft.rest[0].text, draft.rest[0]
        else:
            return
    is_hours = any(phrases.ends_like(w, "zeiten") for w in text.split(" ")) and first.end == ":"
    if (
        not named_kind
        and not is_hours
        and not re.search(rf" (?:{'|'.join(words_of('aufgaben'))})(?: |$)", text)
        and is_clause(text)
        and not (draft.kind.key == "sperrung" and re.search(r"[Ss]perrung\b", text) and not _has_verb(text))
    ):
        return
    draft.topic = text
    if draft.rest:
        del draft.rest[0]
    if first.end == ":" and draft.rest and not named_kind and draft.kind.key == "allgemein":
        draft.rest[0] = replace(draft.rest[0], text=draft.rest[0].text)


def _has_verb(text: str) -> bool:
    return any(phrases.is_finite(word) or phrases.is_plural_finite(word) for word in text.split(" "))


def is_clause(text: str) -> bool:
    """Whether a part says something by itself, so that it cannot only be the topic."""
    found = sentence(text)
    return found.role is not Role.ITEM

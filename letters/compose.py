"""Puts a letter together from notes: whom it goes to, what it is about, what it says, what is missing.

Facts come from the notes alone. What could not be worked into a sentence arrives as a line of a list; what the notes
ask of the writing person arrives as a hint; what a kind of letter needs and the notes lack becomes a typed gap.
"""

import re
from dataclasses import replace

from letters import phrases
from letters.bodies import BODIES, general
from letters.casing import capitalise
from letters.clauses import Role, Sentence, lower_start
from letters.kinds import kind_of
from letters.letter import GAP, Gap, Letter
from letters.notes import MONTHS, parts, spelled_out
from letters.phrases import PERSON, WHEN, named, words_of
from letters.reading import Draft, forms, order, recipient, reference, sender, set_aside, topic
from letters.sentences import sentence

_VERBATIM = re.compile(r"⟦Wortlaut \d+⟧")


def compose(notes: str, key: str = "") -> Letter:
    """Draft a letter. `key` is a kind's key; without it the notes decide."""
    verbatim = _VERBATIM.findall(notes)
    text = spelled_out(_VERBATIM.sub("\n", notes))
    draft = Draft(kind_of(text, key), list(parts(text)))
    draft.proper = any(c.isupper() for c in notes[1:]) and capitalise(notes) == notes
    # A part this long is pasted prose, not a note: it arrives as it is.
    draft.items.extend(part.text for part in draft.rest if len(part.text) > _LONGEST_PART)
    draft.rest = [part for part in draft.rest if len(part.text) <= _LONGEST_PART]
    forms(draft)
    set_aside(draft)
    order(draft)
    draft.kind = kind_of(". ".join(part.text for part in draft.rest), key)
    reference(draft)
    sender(draft)
    recipient(draft)
    topic(draft)
    BODIES.get(draft.kind.key, general)(draft)
    _remaining(draft)
    return _finish(draft, verbatim, text)


_MOST_PARTS, _LONGEST_PART = 200, 600


def _remaining(draft: Draft) -> None:
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
            said = sentence(text, "", earlier, proper=draft.proper)
            subject, text = text, rest[place + 1].text
            if subject in words_of("schreiben") or draft.kind.word.fullmatch(subject):
                subject = ""
            place += 1
            if said.role is Role.STATEMENT:
                draft.take(said)
                subject = ""
            elif (verb := phrases.infinitive(subject)) and " " not in subject:
                # „mitbringen: Ausweis, Foto, …“
                things = [text]
                while (
                    place + 1 < len(rest)
                    and rest[place].end == ","
                    and not WHEN.search(rest[place + 1].text)
                    and " Euro" not in rest[place + 1].text
                    and sentence(rest[place + 1].text).role is Role.ITEM
                ):
                    place += 1
                    things.append(rest[place].text)
                order = " ".join(filter(None, (verb.second, "Sie Folgendes", verb.particle)))
                draft.requests.append(f"Bitte {order}: {', '.join(things)}.")
                place += 1
                continue
        elif not place and draft.topic and _lacks_subject(text) and draft.kind.key == "allgemein":
            subject = _subject_of(draft.topic)
        found = sentence(text, subject, earlier, proper=draft.proper)
        if subject and found.role is Role.REQUEST and subject[:1].isupper() and " " not in subject:
            found = Sentence(Role.REQUEST, f"{subject}: {found.text}")
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


def _finish(draft: Draft, verbatim: list[str], notes: str) -> Letter:
    paragraphs: list[str] = []
    opening = " ".join(draft.opening)
    if draft.documents:
        opening += "\n" + "\n".join(f"- {document}" for document in draft.documents)
    if not draft.opening and draft.facts and draft.statements:
        draft.opening.append(draft.statements.pop(0))
        opening = draft.opening[0]
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
        paragraphs.append(
            (_MORE if paragraphs else "hier die Angaben, um die es geht:\n")
            + "\n".join(f"- {item}" for item in draft.items)
        )
    paragraphs.extend(verbatim)
    if draft.contacts:
        paragraphs.append(" ".join(draft.contacts))
    if not paragraphs:
        paragraphs.append("[Inhalt]")
    first = paragraphs[0]
    paragraphs[0] = first if first.startswith(("Wann:", "Wo:")) else lower_start(first)
    subject = draft.subject or draft.kind.title
    if subject in _NO_SUBJECT:
        subject = _first_thing(notes) or "[Betreff]"
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


_NO_SUBJECT = frozenset({"[Betreff]", "Sie", "Wir", "Das", "Bitte", "Am", "Ab", "Bis", "Diktat", "DIKTAT"})


def _first_thing(notes: str) -> str:
    """A subject where the notes give none: the first thing that they speak of."""
    for part in parts(notes)[:20]:
        text = PERSON.sub(" ", part.text)
        for word in re.findall(r"\b[A-ZÄÖÜ][a-zäöüß-]{3,}", text):
            phrase = phrases.noun_phrase(word)
            skipped = words_of("umgeformt") | words_of("schreiben") | words_of("rollen")
            if phrase and word not in skipped and word not in MONTHS and not word.endswith("tag"):
                return phrase.form
    return ""


def _group_line(group: str) -> str:
    """„Eltern Grundschule am See“ → „die Eltern der Grundschule am See“."""
    phrase = phrases.noun_phrase(group, plural=True) or phrases.noun_phrase(group)
    if phrase is not None:
        return phrase.with_article("acc")
    first, _, rest = group.partition(" ")
    where = phrases.noun_phrase(rest) if rest.split(" ")[0] in words_of("einrichtungen") else None
    return f"die {first} {where.with_article('gen')}" if where else group


_MORE = "Weitere Angaben:\n"
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


def _complete(letter: Letter, draft: Draft, notes: str) -> Letter:
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
    heading = _MORE
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


def _is_naming(anchor: str, draft: Draft) -> bool:
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

"""Invitations and appointments: day, hour and place out of the notes, as lines a reader finds at once."""

import re
from dataclasses import replace

from german import morphology
from letters import phrases
from letters.clauses import Role
from letters.notes import Part
from letters.phrases import WHEN, named, when_of, words_of
from letters.places import is_place, place_line
from letters.reading import Draft, is_clause
from letters.sentences import sentence

_MEETING = re.compile(r"(?:Treffpunkt|Ort|Wo):? ")


def split_topic(draft: Draft) -> tuple[str, str]:
    """Cut points in time and places out of the topic. Returns the bare topic and what else stood there."""
    topic = draft.topic
    match = WHEN.search(topic)
    if match is None:
        return topic, ""
    when = when_of(match)
    if when.prep == "vom" and " bis " not in when.dates:
        return topic, ""
    draft.when = draft.when or _bare_when(topic, match)
    rest = topic[when_end(topic, match) :].strip(" ,")
    return topic[: match.start()].strip(" ,"), rest


def _bare_when(text: str, match: re.Match[str]) -> str:
    second = WHEN.match(text, match.end() + 1) if text[match.end() : match.end() + 1] == " " else None
    first = when_of(match).bare
    if second is None:
        return first
    other = when_of(second).bare
    return f"{other}, {first}" if when_of(second).dates and not when_of(match).dates else f"{first}, {other}"


def when_end(text: str, match: re.Match[str]) -> int:
    second = WHEN.match(text, match.end() + 1) if text[match.end() : match.end() + 1] == " " else None
    return second.end() if second else match.end()


def _appointment(draft: Draft, rest: str) -> None:
    """Find day, hour and place in the parts that are nothing else."""
    if rest:
        if is_place(rest) and not draft.place:
            draft.place = rest
        else:
            draft.rest.insert(0, Part(rest, "", 0))
    kept: list[Part] = []
    for part in draft.rest:
        begins = re.match(r"(?:Beginn|Start|Uhrzeit|Anfang|Zeit):? (?:ist )?(.+)$", part.text)
        clock = WHEN.match(begins[1]) if begins else None
        if begins and clock and clock.end() == len(begins[1]) and when_of(clock).time and "Uhr" not in draft.when:
            # „Beginn 19:30 Uhr“ is the hour of the invitation.
            draft.when = ", ".join(filter(None, (draft.when, when_of(clock).bare)))
            continue
        if re.fullmatch(r"(?:gleicher|selber|derselbe) Ort|Ort (?:bleibt|wie (?:bisher|gehabt|immer))", part.text):
            draft.place = draft.place or "wie bisher"
            continue
        text = _MEETING.sub("", part.text) if _MEETING.match(part.text) else part.text
        match = WHEN.match(text)
        if (
            match
            and when_of(match).prep not in {"bis", "bis zum", "spätestens", "bis spätestens", "ab", "seit"}
            and not (draft.when and when_of(match).dates and re.search(r"\d\.", draft.when))
        ):
            end = when_end(text, match)
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
        if not draft.place and re.match(r"Treffpunkt:? ", part.text) and not WHEN.search(text) and len(text) < 60:
            draft.place = text
            continue
        choice = [WHEN.fullmatch(day) for day in part.text.split(" oder ")]
        if not draft.when and len(choice) > 1 and all(day and when_of(day).dates for day in choice):
            draft.when = " oder ".join(when_of(day).bare for day in choice if day)
            continue
        middle = WHEN.search(part.text)
        if (
            not draft.when
            and middle
            and when_of(middle).dates
            and when_of(middle).time
            and len(part.text[: middle.start()].split()) <= 2
        ):
            after = part.text[when_end(part.text, middle) :].strip(" ,")
            if (not after or is_place(after)) and sentence(part.text).role is Role.ITEM:
                draft.items.append(part.text[: middle.start()].strip())
                draft.when, draft.place = _bare_when(part.text, middle), draft.place or after
                continue
        kept.append(part)
    draft.rest = kept


def _place_and_when(text: str) -> tuple[str, str, str]:
    match = WHEN.search(text)
    if match is None:
        return text, "", ""
    return text[: match.start()].strip(" ,"), _bare_when(text, match), text[when_end(text, match) :].strip(" ,")


def _when_lines(draft: Draft) -> list[str]:
    when = draft.when
    if not re.search(rf"\d\. ?(?:[A-ZÄÖÜ]|\d)|{phrases.DAY_NAMES}", when):
        when = ", ".join(filter(None, ("[Datum]", when)))
    if "Uhr" not in when:
        when = f"{when}, [Uhrzeit]"
    place = re.sub(r"^Treffpunkt:? ", "", draft.place)
    return [f"Wann: {when}", f"Wo: {place_line(place) if place else '[Ort]'}"]


def invitation(draft: Draft) -> None:
    topic, rest = split_topic(draft)
    draft.rest = [part for part in draft.rest if part.text not in {"einladen", "Einladung", "bitte einladen"}]
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
    if draft.when or draft.place or not any(_is_dated(part.text) for part in draft.rest):
        draft.facts.extend(_when_lines(draft))
    if not draft.salutation and re.search(r"\bEltern", draft.topic + draft.aside):
        draft.salutation = "Liebe Eltern,"


def _is_dated(text: str) -> bool:
    """A part that says day and hour in a sentence of its own: „Gala 30.1. 19 Uhr Stadthalle“."""
    match = WHEN.search(text)
    return bool(
        match
        and match.start()
        and when_of(match).dates
        and when_of(match).time
        and sentence(text).role is Role.STATEMENT
    )


def _contracted(dative: str) -> str:
    """„dem Elternabend“ → „zum Elternabend“."""
    article, _, rest = dative.partition(" ")
    return f"{morphology.contract('zu', article)} {rest}" if article in {"dem", "der"} else f"zu {dative}"


def _place_at_end(topic: str) -> tuple[str, str]:
    """„Elternabend Kita Regenbogen Turnhalle“: a place at the end that is not the first noun."""
    match = re.search(
        r" ((?:(?:im |in der |am |beim |auf dem )(?:[a-zäöü]+ )?)?[A-ZÄÖÜ][\wäöüß-]*(?: \d+\w?)?(?:"
        r" [A-ZÄÖÜ][\wäöüß-]* \d+)?)$",
        topic,
    )
    before = topic[: match.start()].rpartition(" ")[2] if match else ""
    if before.islower() and re.search(r"(?:e|er|es|en|em)$", before):
        return topic, ""  # „… neues Feuerwehrhaus“
    if (
        match
        and is_place(match[1])
        and (match[1][:1].islower() or phrases.ends_like(match[1].split(" ")[0], "orte"))
        and not re.search(rf"(?:{'|'.join(words_of('einrichtungen'))})$", topic[: match.start()])
    ):
        head = match[1].split(" ")[-1 if not match[1][-1].isdigit() else 0]
        if head not in words_of("einrichtungen") or match[1].startswith(("im ", "in ", "am ", "beim ", "auf ")):
            return topic[: match.start()].strip(), match[1]
    return topic, ""


def _moved(draft: Draft) -> str:
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


def meeting(draft: Draft) -> None:
    moved = _moved(draft)
    topic, rest = split_topic(draft)
    topic = re.sub(
        r"^(?:verschoben|verlegt|geändert|bestätigen|bestätigt|abgesagt|verschieben|verlegen|ändern)\b[ ,:]*", "", topic
    )
    topic = re.sub(r" (?:bestätigen|verschieben|verlegen|ändern)\b", "", topic)
    if (
        not topic
        and draft.rest
        and not draft.when
        and not is_clause(draft.rest[0].text)
        and not WHEN.match(draft.rest[0].text)
    ):
        draft.topic = draft.rest.pop(0).text
        topic, rest = split_topic(draft)
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
    if draft.when or draft.place or not any(_is_dated(part.text) for part in draft.rest):
        draft.facts.extend(_when_lines(draft))

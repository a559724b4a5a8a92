"""What each kind of letter says first, and which parts of the notes it takes for that.

Parts that no kind takes become sentences or lines in `compose`.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from letters import phrases
from letters.appointments import invitation, meeting, when_end
from letters.clauses import Role, lower_start
from letters.notes import Part
from letters.phrases import PERSON, WHEN, named, when_of, words_of
from letters.places import in_room
from letters.reading import Draft, is_clause
from letters.sentences import sentence


def _thanks(draft: Draft) -> None:
    topic = re.sub(r"^für ", "", draft.topic)
    if not topic:
        match = next((part for part in draft.rest if part.text.startswith("für ")), None)
        if match:
            topic = match.text.removeprefix("für ")
            draft.rest.remove(match)
    # „Schüler der 4b“: where one form is both, many are meant.
    several = phrases.noun_phrase(draft.recipient, plural=True)
    whom = (
        several.with_article("dat")
        if several
        else named(draft.recipient, "dat")
        if draft.recipient and not PERSON.match(draft.recipient)
        else None
    )
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
    day = WHEN.match(topic)
    if day and day.end() == len(topic) and when_of(day).dates:
        return f"Ihren Einsatz {when_of(day).phrase}"
    text = phrases.timed(topic)
    if gift := re.match(r"([A-ZÄÖÜ]\w+) ((?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro)(?: (?:für )?(.+))?$", text):
        name = named(gift[1], "acc") or gift[1]
        return f"{name} von {gift[2]}" + (f" für {gift[3]}" if gift[3] else "")
    return phrases.with_articles(named(text, "acc") or text)


def _documents(draft: Draft) -> None:
    topic = draft.topic
    kept: list[Part] = []
    collecting = False
    for part in ([Part(topic, "", 0)] if topic else []) + draft.rest:
        match = re.match(
            r"(?P<pre>.*?)\b(?:es )?fehl(?:en|t)\b(?: (?:noch|uns|leider|immer|bisher|folgendes|folgende"
            r" Unterlagen))*:? ?(?P<post>.*)$",
            part.text,
        )
        if match:
            collecting = part.end != "."
            pre, post = match["pre"].strip(" ,:"), match["post"].strip()
            if pre and not post and part.end == ":":
                draft.topic = pre
                continue
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
            and " Euro" not in part.text
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
    if not draft.documents:
        _documents_without_verb(draft)
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
            r"(?:bitte )?((?:bis|spätestens) .+?)(?: (?:nachreichen|einreichen|schicken|senden|abgeben"
            r"|vorlegen|zusenden))?$",
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
                f"Bitte reichen Sie {'sie' if len(draft.documents) > 1 else 'die Unterlagen'} "
                f"{draft.when}{' ' + phrases.with_articles(in_room(tail)) if tail else ''} nach."
            )
            continue
        kept.append(part)
    draft.rest = kept
    _within(draft)
    if not draft.when and not any(re.search(r"\d\. (?:[A-Z])", part.text) for part in draft.rest):
        draft.requests.append("Bitte reichen Sie die Unterlagen bis zum [Datum] nach.")


_SUBMIT = r"(?:nachreichen|einreichen|vorlegen|nachliefern|schicken|senden|abgeben|mailen)"


def _documents_without_verb(draft: Draft) -> None:
    """„Nachforderung …: Mietvertrag, Kontoauszug“, „Mietvertrag nachreichen bis …“: nothing says that they lack."""
    kept: list[Part] = []
    listing = True
    for part in draft.rest:
        asked = re.match(rf"(?:bitte )?([A-ZÄÖÜ].*?) (?:bitte )?({_SUBMIT})(?: (.+))?$", part.text)
        if asked and not WHEN.search(asked[1]) and not re.search(r"\b(?:wir|Sie|können|müssen)\b", asked[1]):
            draft.documents.extend(_listed(asked[1]))
            if asked[3]:
                kept.append(replace(part, text=f"{asked[3]} {asked[2]}"))
            listing = False
            continue
        plain = (
            sentence(part.text).role is Role.ITEM
            and not WHEN.search(part.text)
            and " Euro" not in part.text
            and re.match(r"(?:(?:der|die|das|den|ein|eine|einen|aktuelle\w*|letzte\w*|\d+) )*[A-ZÄÖÜ]", part.text)
        )
        if listing and plain:
            draft.documents.extend(_listed(part.text))
            listing = part.end != "."
            continue
        listing = False
        kept.append(part)
    draft.rest = kept


def _within(draft: Draft) -> None:
    """„binnen 14 Tagen“: a span instead of a day."""
    if draft.when:
        return
    for part in draft.rest:
        span = re.search(
            r"\b(?:binnen|innerhalb|in|bis|Frist)(?: von)? ((\d+) (Tag|Woche|Monat)(?:en|e|n)?)\b", part.text
        )
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
        for piece in re.split(r" und (?=[a-zäöü]* ?[A-ZÄÖÜ⟦\d])|(?<=[^\W\d])/(?=[^\W\d])| sowie ", text)
        if piece.strip()
    ]


def _possessive(text: str, case: str) -> str:
    """„Bauantrag“ → „Ihren Bauantrag“; other texts keep their words."""
    if re.match(r"(?:Ihr|der|die|das|den|dem)", text):
        return text
    return named(text, case, stem="Ihr") or text


def _receipt(draft: Draft) -> None:
    topic, rest = re.sub(r"^(?:bitte )?(?:bestätigen,? )?dass (?:die |der |das )?", "", draft.topic), ""
    topic = re.sub(r"^bestätigen,? dass (?:die |der |das )?", "", topic)
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
        left = re.sub(r"^(?:bitte )?bestätigen,? dass (?:die |der |das )?", "", left)
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


_WORKS = (
    r"[A-ZÄÖÜ][\wäöüß-]*(?:bau|arbeiten|sanierung|erneuerung|verlegung|reparatur|fest|markt|lauf|umzug"
    r"|bruch|fällung|baustelle|schaden)"
)


_ROADS = r"(?:straße|gasse|weg|allee|brücke|ring|platz|damm|steige?|graben|hof|markt)"


def _closure(draft: Draft) -> None:
    topic, rest = draft.topic, ""
    match = WHEN.search(topic)
    span = ""
    if match:
        span = phrases.timed(topic[match.start() : when_end(topic, match)])
        rest = topic[when_end(topic, match) :].strip(" ,")
        second = WHEN.match(rest)
        if second and when_of(second).prep.startswith("bis") and when_of(match).dates and when_of(second).dates:
            start, end = replace(when_of(match), prep=""), replace(when_of(second), prep="")
            span = f"vom {start.bare}, bis {end.bare}," if start.time else f"vom {start.bare} bis {end.bare}"
            rest = rest[second.end() :].strip(" ,")
        topic = topic[: match.start()].strip(" ,")
    else:
        for part in list(draft.rest):
            match = WHEN.match(part.text)
            if match and not part.text[when_end(part.text, match) :].strip(" ,"):
                span = phrases.timed(part.text)
                draft.rest.remove(part)
                break
    rest = re.sub(r"^(?:ist |wird )?(?:voll |ganz )?gesperrt\b ?", "", rest)
    hours = WHEN.match(rest)
    if hours and when_of(hours).time and not when_of(hours).dates and span and "Uhr" not in span:
        span = f"{span} {when_of(hours).phrase}"
        rest = rest[hours.end() :].strip(" ,")
        draft.rest[:0] = [Part(f"wegen {rest}", "", 0)] if re.fullmatch(r"[A-ZÄÖÜ]\S+", rest) else []
        rest = "" if re.fullmatch(r"[A-ZÄÖÜ]\S+", rest) else rest
    if rest and (match := re.search(r"(.*?) ?\b(wegen [^,]+)$", rest)):
        draft.rest.insert(0, Part(match[2], "", 0))
        rest = match[1].strip(" ,")
    span = re.sub(r"^am (.+?) um (\d\S* Uhr) bis zum (.+?) um (\d\S* Uhr)$", r"vom \1, \2, bis zum \3, \4,", span)
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
    of_group = re.search(rf"\b[A-ZÄÖÜ][\wäöüß-]*{_ROADS}$", draft.group)
    street = street or (of_group[0] if of_group else "")
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
        hours = WHEN.fullmatch(part.text)
        if hours and when_of(hours).time and not when_of(hours).dates:
            draft.statements.append(
                f"Die Sperrung gilt {'jeweils ' if part.text.startswith('jeweils') else ''}"
                f"{replace(when_of(hours), time_prep='').phrase}."
            )
            continue
        match = re.match(r"Umleitung:? (?:ist |läuft |führt )?((?:über|durch|via) .+)$", part.text)
        if match:
            draft.statements.append(f"Die Umleitung führt {phrases.timed(match[1].replace('via', 'über'))}.")
        elif re.fullmatch(
            r"(?:etwa |rund |voraussichtlich |circa |für |Dauer:? )*\d+(?: bis \d+)? (?:Stunden?|Tage?"
            r"|Wochen?|Monate?)",
            part.text,
        ):
            draft.statements.append(f"Die Sperrung dauert {re.sub(r'^(?:für |Dauer:? )', '', part.text)}.")
        elif re.fullmatch(_WORKS, part.text) and (why := sentence(f"wegen {part.text}")).role is Role.STATEMENT:
            draft.statements.append(why.text)
        elif re.match(r"Umleitung (?:ist |wird )?(?:ausgeschildert|beschildert)", part.text):
            way = re.search(r" ((?:über|durch) .+)$", part.text)
            draft.statements.append(
                f"Die Umleitung führt {phrases.timed(way[1])} und ist ausgeschildert."
                if way
                else "Die Umleitung ist ausgeschildert."
            )
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


def _fees(draft: Draft) -> None:
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
    if what == topic:
        what = f"Ihren Bescheid: {topic}"
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
            r"(?:fällig|zahlbar|zu zahlen|zahlen|bezahlen|bitte überweisen|überweisen|bitte zahlen)? ?((?:am"
            r"|bis|zum|spätestens|\d).+?)(?: (?:fällig|zahlbar|zahlen|überweisen|bezahlen))?",
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


def _reminder(draft: Draft) -> None:
    if draft.topic in {"alle", "an alle"}:
        draft.topic = ""
    topic = re.sub(r"^(?:an|zu|zum|zur|für|wegen) ", "", draft.topic)
    if again := re.match(r"((?:\d\. |[Ll]etzte )?Mahnung)(?: (?:wegen |für )?(.+))?$", topic):
        topic = draft.topic = again[2] or ""
        draft.subject = draft.subject or (f"{again[1]}: {topic}" if topic else again[1])
    if topic and is_clause(topic):
        draft.subject = draft.subject or f"Erinnerung: {_short_subject(draft)}".removesuffix(": ")
        draft.opening.append("wir erinnern Sie an Folgendes:")
        draft.take(sentence(topic))
        return
    pieces: list[str] = []
    if (match := WHEN.search(topic)) and when_of(match).prep != "vom":
        pieces.append(topic[match.start() :])
        topic = topic[: match.start()].strip(" ,")
    if match := re.search(
        r" ?((?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d\d)? Euro)(?: (?:sind |ist )?(noch offen|offen|fehlen noch"
        r"|nicht bezahlt))?",
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
    if not any(WHEN.search(part.text) or re.search(r"\d+ (?:Tag|Woche|Monat)", part.text) for part in draft.rest):
        draft.requests.append("Die Frist läuft bis zum [Datum].")


def _refusal(draft: Draft) -> None:
    topic = draft.topic
    draft.subject = draft.subject or ("Absage" + (f": {topic}" if topic else ""))
    draft.opening.append(
        "leider müssen wir Ihnen absagen."
        + (f" Es geht um {_about(topic)}." if topic else "" if draft.rest else " Es geht um [Anlass].")
    )
    kept: list[Part] = []
    for part in draft.rest:
        if re.match(r"(?:Widerspruch|Klage|Einspruch|Rechtsbehelf)\b", part.text):
            draft.hints.append(
                "Die Notizen nennen einen Rechtsbehelf. Eine Rechtsbehelfsbelehrung schreibt Amtsklar nicht; "
                "setzen Sie die Ihrer Stadt ein."
            )
            detail = re.sub(r"^(\w+) (?=\d)", r"\1: ", part.text)
            draft.items.append(re.sub(r"(Monate?n?|Wochen?|Tagen?) (?=[A-ZÄÖÜ])", r"\1, ", detail))
        else:
            kept.append(part)
    draft.rest = kept


def _about(topic: str) -> str:
    text = phrases.timed(topic)
    return phrases.with_articles(named(text, "acc") or text)


def _state(draft: Draft) -> None:
    topic = re.sub(r"^(?:zu|zum|zur|für|über|von|wegen) ", "", draft.topic)
    draft.subject = draft.subject or ("Sachstand" + (f": {topic}" if topic else ""))
    own = re.search(
        r"(?:antrag|anfrage|beschwerde|anzeige|meldung|schreiben|anliegen|bauantrag|gesuch)\b", topic.lower()
    )
    about = _possessive(topic, "dat") if own else (named(topic, "dat") or topic)
    draft.opening.append(f"wir informieren Sie über den Stand {'zu ' + about if topic else 'Ihres Anliegens'}.")


def general(draft: Draft) -> None:
    topic = draft.topic
    if not draft.subject:
        draft.subject = _short_subject(draft) or "[Betreff]"
    _loose_times(draft)
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
        thing = phrases.named(question[1], "dat") if question[1] else None
        about = f" zu {thing}." if thing else f": {question[1]}." if question[1] else "."
        draft.opening.append(f"wir haben eine Rückfrage an Sie{about}")
        if draft.questions:
            draft.requests.insert(0, f"Bitte beantworten Sie uns: {' '.join(draft.questions)}")
        return
    if topic in words_of("schreiben") or (topic == draft.subject and " " not in topic and draft.rest):
        return
    if any(phrases.ends_like(word, "zeiten") for word in topic.split(" ")):
        _hours(draft, topic)
        return
    task = re.match(rf"(.+?) ({'|'.join(words_of('aufgaben'))})(?: (.+))?$", topic)
    verb = phrases.infinitive(task[2]) if task else None
    if task and verb:
        if draft.subject.endswith(task[2]):
            draft.subject = _cap(task[1])
        name = named(task[1], "acc") if not re.search(r"[a-zäöüß] [A-ZÄÖÜ]", task[1]) else None
        thing = phrases.timed(f"{name or task[1]} {task[3] or ''}".strip())
        if name:
            draft.opening.append(" ".join(filter(None, ("wir", verb.second, thing, verb.particle))) + ".")
        else:
            draft.opening.append(" ".join(filter(None, ("wir", verb.second, verb.particle))) + f": {thing}.")
        return
    found = sentence(topic)
    if found.role is Role.ITEM and (happens := _happening(topic)):
        draft.opening.append(happens)
        return
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


_PREPOSITIONS = r"(?:in|im|am|an|auf|bei|beim|für|von|vom|mit|zum|zur|wegen|gegen|auf dem|an der)"


def _happening(topic: str) -> str:
    """„Rattenbekämpfung Kanal Südstadt 11. bis 15. Mai“ → „die Rattenbekämpfung (Kanal Südstadt) ist vom …“."""
    match = WHEN.search(topic)
    if match and when_of(match).dates and when_of(match).prep != "vom" and not topic[when_end(topic, match) :].strip():
        head = topic[: match.start()].strip(" ,")
        first, _, chain = head.partition(" ")
        phrase = phrases.noun_phrase(first)
        happens = phrases.ends_like(first, "ereignisse") or phrases.ends_like(first, "vorgaenge")
        if phrase and (happens or first.endswith(("ung", "ungen", "arbeiten", "tausch", "wechsel", "bau"))):
            where = (
                f" {phrases.with_articles(chain)}" if re.match(_PREPOSITIONS, chain) else f" ({chain})" if chain else ""
            )
            verb = "sind" if phrase.plural else "ist"
            name = phrase.with_article("nom").partition(f" {first}")[0]
            return f"{name} {first}{where} {verb} {phrases.timed(topic[match.start() :])}."
        return ""
    match = re.match(rf"([A-ZÄÖÜ][\wäöüß-]+) ({_PREPOSITIONS} [^,]+)$", topic)
    if match and not WHEN.search(topic) and (thing := named(match[1], "acc")):
        return f"es geht um {thing} {phrases.with_articles(match[2])}."
    return ""


def _loose_times(draft: Draft) -> None:
    """Parts that are a point in time and nothing else become one line."""
    loose = [
        part
        for part in draft.rest
        if (match := WHEN.match(part.text))
        and match.end() == len(part.text)
        and when_of(match).prep in {"", "am", "vom"}
        and part.end != ":"
    ]
    if loose and not any(phrases.ends_like(word, "zeiten") for word in draft.topic.split(" ")):
        draft.facts.append(
            "Wann: " + ", ".join(when_of(match).bare for part in loose if (match := WHEN.match(part.text)))
        )
        draft.rest = [part for part in draft.rest if part not in loose]


def _hours(draft: Draft, topic: str) -> None:
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


def _short_subject(draft: Draft) -> str:
    topic = draft.topic
    if (match := WHEN.search(topic)) and match.start() > 3 and when_of(match).prep != "vom":
        topic = topic[: match.start()].strip(" ,")
    if len(topic) > 70 and (
        cut := re.search(r" (?:wegen|vom|von|auf|für|bis|zwischen|durch|am|im|ab|mit|ohne) ", topic)
    ):
        topic = topic[: cut.start()]
    if topic and len(topic) <= 70 and not is_clause(topic):
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


BODIES: dict[str, Callable[[Draft], None]] = {
    "einladung": invitation,
    "dank": _thanks,
    "unterlagen": _documents,
    "eingang": _receipt,
    "termin": meeting,
    "sperrung": _closure,
    "gebuehren": _fees,
    "erinnerung": _reminder,
    "absage": _refusal,
    "sachstand": _state,
}

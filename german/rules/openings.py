"""Empty lead-ins, impersonal requests and notes: the sentence starts with what it has to say."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from german import morphology
from german.morphology import WordListError
from german.rules.clauses import as_main, capital, clause_end, is_finite, opens_subordinate
from german.rules.context import Context
from german.rules.draft import Change
from german.rules.phrases import View, noun_phrase, recase, word_class, word_suffixes

_OPENINGS = Path(__file__).parent.parent / "data" / "vorspann.yaml"
_KINDS = ("leider", "vorreiter", "ausserdem", "hinweis", "bitte")


@cache
def _openings() -> dict[str, re.Pattern[str]]:
    """One pattern for each kind of opening, up to the comma that closes it (and „dass“ where one follows)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    read: object = yaml.load(_OPENINGS.read_text(encoding="utf-8"), loader)
    if not isinstance(read, dict):
        raise WordListError(_OPENINGS, 1, "erwartet: Abschnitte mit Namen")
    sections: dict[str, list[str]] = {
        str(name): [str(line) for line in lines] if isinstance(lines, list) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        for name, lines in read.items()  # pyright: ignore[reportUnknownVariableType]
    }
    filler = rf"(?:\s+(?:{'|'.join(sections.get('fuellwoerter', []))}))*"
    found: dict[str, re.Pattern[str]] = {}
    for name in _KINDS:
        if not sections.get(name):
            raise WordListError(_OPENINGS, 1, f"Abschnitt „{name}“ fehlt")
        joined = "|".join(sections[name]).replace("{F}", filler)
        try:
            found[name] = re.compile(rf"(?:{joined}),\s+{'' if name == 'bitte' else r'dass\s'}", re.IGNORECASE)
        except re.error as error:
            raise WordListError(_OPENINGS, 1, f"Abschnitt „{name}“: Muster nicht lesbar ({error.msg})") from None
    return found


def lead_ins(view: View, context: Context) -> Iterator[Change]:
    """Lead-ins before „dass“ go, or become „Leider“ and „Bitte beachten Sie“."""
    if "dass" not in view.words:
        return
    for rule in _KINDS[:-1]:
        found = _openings()[rule].match(view.text, view.body)
        if found is None:
            continue
        start = next(i for i, token in enumerate(view.tokens) if token.start >= found.end())
        end = clause_end(view, start, view.last)
        if end is None:
            return
        after = _message(view, rule, start, end, context)
        if after is None:
            return
        yield Change(view.body, view.tokens[end - 1].end, view.opening(after), rule, _REASONS[rule])
        return
    yield from _inner_note(view)


_MATTER = re.compile(
    r"(?:bezugnehmend auf|Bezug nehmend auf|unter Bezugnahme auf|zu|auf|hinsichtlich|bezüglich|in Bezug auf)\s", re.I
)
_TELLS = re.compile(r"(?:teilen wir|teile ich)(?: Ihnen)?(?: hiermit| nunmehr)? mit$")
_MATTERS = ("anfrage", "schreiben", "schreibens", "antrag", "antrags", "antrages", "mail", "nachricht", "reklamation",
            "beschwerde", "anliegen", "anliegens", "eingabe", "zuschrift", "anschreiben", "fax")  # fmt: skip


def subject_matter(view: View, context: Context) -> Iterator[Change]:
    """„Bezugnehmend auf Ihre Anfrage vom … teilen wir Ihnen mit, dass …“: „Es geht um Ihre Anfrage vom …. …“"""
    if "dass" not in view.words or "mit" not in view.words or "ihnen" in view.lower[: view.first]:
        return
    found = _MATTER.match(view.text, view.body)
    if found is None:
        return
    comma = next((i for i in range(view.first, view.last - 4) if view.lower[i : i + 2] == [",", "dass"]), None)
    start = next((i for i, token in enumerate(view.tokens) if token.start >= found.end()), None)
    if comma is None or start is None:
        return
    told = _TELLS.search(view.span(start, comma))
    phrase = noun_phrase(view, start)
    if told is None or phrase is None or not view.at(phrase.head).endswith(_MATTERS):
        return
    verb = next((i for i in range(start, comma) if view.lower[i] in ("teilen", "teile")), None)
    if verb is None or any(view.lower[i] == "," for i in range(view.first, comma)):
        return
    old = (
        "gen"
        if found.group().lower().startswith(("hin", "bezüglich"))
        else "dat"
        if found.group().lower() == "zu "
        else "acc"
    )
    matter = recase(view, phrase, old, "acc")
    end = clause_end(view, comma + 2, view.last)
    text = None if end is None else as_main(view, comma + 2, end)
    if matter is None or text is None or end is None:
        return
    matter += view.text[view.tokens[phrase.end - 1].end : view.tokens[verb - 1].end]
    yield Change(
        view.tokens[view.first].start,
        view.tokens[end - 1].end,
        f"{view.opening('es geht um')} {matter}.\x1f{capital(text)}",
        "bezug",
        "Erst der Anlass, dann die Nachricht: zwei Sätze.",
    )


_REASONS = {
    "leider": "Der Vorspann sagt nichts; „Leider“ genügt.",
    "ausserdem": "Der Vorspann sagt nichts; „Außerdem“ genügt.",
    "vorreiter": "Der Vorspann sagt nichts; der Satz beginnt mit der Nachricht.",
    "hinweis": "Der unpersönliche Hinweis wird eine Bitte an die Person.",
}


def _message(view: View, rule: str, start: int, end: int, context: Context) -> str | None:
    if rule in ("leider", "ausserdem"):
        return as_main(view, start, end, "leider" if rule == "leider" else "außerdem")
    text = as_main(view, start, end)
    if rule == "vorreiter":
        return text
    if text is not None:
        return "bitte beachten Sie: " + capital(text)
    if view.text[view.body :].lower().startswith("bitte beachten sie"):
        return None
    return "bitte beachten Sie, dass " + view.span(start, end)


def _inner_note(view: View) -> Iterator[Change]:
    """„…, teile ich mit, dass …“ and „… gibt bekannt, dass …“ with something before: a colon instead of „dass“."""
    for index in range(view.first + 3, view.last - 4):
        if view.lower[index] != "," or view.at(index + 1) != "dass":
            continue
        told = view.at(index - 1) in _KNOWN or (view.at(index - 1) == "geworden" and view.at(index - 2) == "bekannt")
        if not told and (view.at(index - 1) not in ("mit", "hin", "bekannt", "fest") or not (view.words & _SAYING)):
            continue
        if set(view.lower[view.first : index]) & {
            "nicht",
            "kein",
            "keine",
            "wenn",
            "falls",
            "sofern",
            "dafür",
            "davon",
            "dadurch",
            "so",
        }:
            continue
        if told and not (set(view.lower[view.first : index]) & {"wird", "wurde", "ist", "hat", "haben", "habe"}):
            continue
        if any(view.lower[i] in (",", ";", ":") for i in range(view.first, index)):
            continue
        end = clause_end(view, index + 2, view.last)
        if end is None:
            return
        text = as_main(view, index + 2, end)
        if text is None:
            return
        yield Change(
            view.tokens[index].start,
            view.tokens[end - 1].end,
            ": " + capital(text),
            "doppelpunkt",
            "Die Nachricht steht für sich statt in einem „dass“-Satz.",
        )
        return


_KNOWN = frozenset(
    {"mitgeteilt", "festgestellt", "beschlossen", "angeordnet", "vereinbart", "bestätigt", "hingewiesen", "bestimmt"}
)
_SAYING = frozenset(
    {"teile", "teilen", "teilt", "weise", "weisen", "weist", "gebe", "geben", "gibt", "stellt", "stellen"}
)


# Requests -------------------------------------------------------------------------------------------------------------


def requests(view: View, context: Context) -> Iterator[Change]:
    """„Es wird gebeten, … zu …“ becomes „Bitte … Sie …“."""
    if not context.address or not (view.words & {"gebeten", "ersucht", "bitten", "bitte", "ersuchen", "ersuche"}):
        return
    found = _openings()["bitte"].match(view.text, view.body)
    if found is None:
        return
    start = next((i for i, token in enumerate(view.tokens) if token.start >= found.end()), None)
    if start is None:
        return
    turned = imperative(view, start, view.last)
    if turned is None:
        return
    text, end = turned
    yield Change(
        view.body,
        view.tokens[end - 1].end,
        view.opening(text),
        "bitte",
        "Die unpersönliche Bitte richtet sich an die Person.",
    )


def imperative(view: View, start: int, limit: int) -> tuple[str, int] | None:
    """An infinitive clause „… zu …“ as a request „bitte … Sie …“, and where the clause ends."""
    end = start
    while end < limit and view.lower[end] not in (",", ";", ":", "–", "("):
        end += 1
    if end < limit and view.at(end) == "," and view.at(end + 1) not in word_class("unterordnend"):
        return None
    joint = [i for i in range(start + 1, end) if view.lower[i] == "und" and _zu_form(view, i - 1) is not None]
    if len(joint) == 1:
        left, right = _ask(view, start, joint[0]), _ask(view, joint[0] + 1, end)
        return None if left is None or right is None else (f"bitte {left} und {right}", end)
    text = _ask(view, start, end)
    return None if text is None else (f"bitte {text}", end)


def _ask(view: View, start: int, end: int) -> str | None:
    """„die Hecke zurückzuschneiden“ as „schneiden Sie die Hecke zurück“."""
    if any(view.lower[i] in ("und", "oder") and _zu_form(view, i - 1) is not None for i in range(start + 1, end)):
        return None
    last = end - 1
    found = _zu_form(view, last)
    if found is None:
        return None
    verb, first = found
    if first <= start:
        return None
    body = view.span(start, first)
    reflexive = body.startswith("sich ")
    if any(ZU_SHAPE.match(view.lower[i]) and not view.tokens[i].upper for i in range(start, first)):
        return None  # an infinitive the verb list does not know
    if reflexive and verb.infinitive not in _REFLEXIVE:
        return None
    if any(view.lower[i] == "zu" and i + 1 < first and _zu_form(view, i + 1) is not None for i in range(start, first)):
        return None
    if " sich " in f" {body} " and not reflexive:
        return None
    base = "seien" if verb.base == "sein" else verb.base
    tail = " " + verb.prefix if verb.prefix else ""
    return f"{base} Sie {body}{tail}"


ZU_SHAPE = re.compile(
    r"(?:ab|an|auf|aus|bei|dar|durch|ein|fort|frei|her|hin|los|mit|nach|nieder|um|unter|vor|weg|weiter|wieder|zu"
    r"|zurück|zusammen|fest|bereit|instand|fern|statt|teil|sicher|kennen|bekannt)zu[a-zäöüß]{3,}n$"
)
_REFLEXIVE = frozenset(
    {"melden", "wenden", "anmelden", "abmelden", "einfinden", "informieren", "gedulden", "richten", "äußern",
     "bewerben", "ausweisen", "erkundigen", "bemühen", "setzen", "begeben", "eintragen", "vorstellen", "beteiligen",
     "registrieren", "abstimmen", "halten", "umsehen", "überlegen", "vergewissern", "beschränken", "kümmern"}
)  # fmt: skip


def _zu_form(view: View, index: int) -> tuple[morphology.Verb, int] | None:
    """The verb of a „zu“ infinitive that ends at a token, and the token where it starts."""
    if index < 0 or index >= len(view.tokens):
        return None
    word = view.tokens[index].text
    separable = morphology.verb_of_zu(word)
    if separable is not None:
        return separable, index
    if view.at(index - 1) == "zu":
        plain = morphology.verb(word)
        if plain is not None and not plain.prefix:
            return plain, index - 1
    return None


def asked_for(view: View, context: Context) -> Iterator[Change]:
    """„Um … wird gebeten“ and „…, wird um … gebeten“ become „Wir bitten um …“."""
    if not context.speaker or "um" not in view.words or not (view.words & {"gebeten", "ersucht"}):
        return
    participle = next((i for i in range(view.first, view.last) if view.lower[i] in ("gebeten", "ersucht")), view.last)
    if participle < view.last - 1 and not (view.at(participle + 1) == "," and opens_subordinate(view, participle + 1)):
        return
    if participle >= view.last:
        return
    tokens = view.tokens
    who, verb = ("ich", "bitte") if context.speaker == "ich" else ("wir", "bitten")
    if view.at(participle - 1) == "wird" and view.at(view.first) == "um":
        body = view.inner(view.span(view.first, participle - 1), view.first)
        if "," in body or re.search(r"\b(?:diesbezüglich|entsprechend)e", body):
            return
        yield Change(
            tokens[view.first].start, tokens[participle].end, view.opening(f"{who} {verb} {body}"), "bitte", _ACTIVE
        )
        return
    places = [i for i in range(view.first, participle) if view.lower[i] == "wird"]
    if len(places) != 1:
        return
    finite = places[0]
    rest = range(finite + 1, participle)
    if any(view.lower[i] in (",", ";") for i in rest) or view.at(finite + 1) not in (
        "um",
        "daher",
        "deshalb",
        "hiermit",
        "dringend",
        "zudem",
    ):
        return
    if view.at(view.first) == "es" and finite == view.first + 1:
        yield Change(
            tokens[view.first].start,
            tokens[participle].end,
            view.opening(f"{who} {verb} {view.span(finite + 1, participle)}"),
            "bitte",
            _ACTIVE,
        )
        return
    yield Change(
        tokens[finite].start,
        tokens[participle].end,
        f"{verb} {who} {view.span(finite + 1, participle)}",
        "bitte",
        _ACTIVE,
    )


_ACTIVE = "Es wird klar, wer handelt."


def pointed_out(view: View, context: Context) -> Iterator[Change]:
    """„Auf … wird hingewiesen“ becomes „Wir weisen auf … hin“."""
    if not context.speaker or view.at(view.last - 1) != "hingewiesen" or view.at(view.first) != "auf":
        return
    tokens = view.tokens
    finite = [i for i in range(view.first, view.last) if view.lower[i] == "wird"]
    if len(finite) != 1 or any(word in (",", ";") for word in view.lower[view.first : view.last]):
        return
    who, verb = ("ich", "weise") if context.speaker == "ich" else ("wir", "weisen")
    middle = view.span(finite[0] + 1, view.last - 1)
    body = view.inner(view.span(view.first, finite[0]), view.first)
    text = f"{who} {verb} {middle + ' ' if middle else ''}{body} hin"
    yield Change(tokens[view.first].start, tokens[view.last - 1].end, view.opening(text), "hinweis", _ACTIVE)


def hereby(view: View, context: Context) -> Iterator[Change]:
    """„hiermit“ says nothing and goes, unless it means „damit“."""
    if "hiermit" not in view.words:
        return
    tokens = view.tokens
    for index, word in enumerate(view.lower):
        if word != "hiermit":
            continue
        following = view.at(index + 1)
        if following.startswith(("verbunden", "zusammenhäng", "einhergeh")) or "verbunden" in view.words:
            yield Change(
                tokens[index].start,
                tokens[index].end,
                view.case_as(index, "damit"),
                "wortpaar-24",
                "„hiermit“ ist Amtsdeutsch. Klarer: „damit“.",
            )
            continue
        if index == view.first:
            subject = view.at(index + 2)
            if is_finite(view, index + 1) and subject in ("wir", "ich", "sie") and index + 3 < view.last:
                name = tokens[index + 2].text
                text = view.opening(f"{name} {tokens[index + 1].text}")
                yield Change(tokens[index].start, tokens[index + 2].end, text, "hiermit", "„hiermit“ sagt nichts.")
            continue
        if following in (",", ".", "") and view.at(index - 1) in (",", ""):
            continue
        if "gemacht" in view.words:
            continue  # „wird hiermit bekannt gemacht“ is the act itself
        if view.words & word_class("ausfuehrend") or any(
            word.startswith(word_suffixes("ausfuehrende_formen")) for word in view.words
        ):
            yield Change(
                tokens[index].start,
                tokens[index + 1].start
                if index + 1 < len(tokens) and tokens[index + 1].kind != "x"
                else tokens[index].end,
                "",
                "hiermit",
                "„hiermit“ sagt nichts.",
            )


_POLITELY = r"(?: (?:jederzeit|gerne?|selbstverständlich))*"
_WHO = r"(?:Frau|Herr) (?:Dr\. )?(?:⟦[^⟧]+⟧|[A-ZÄÖÜ][\w-]+)|⟦[^⟧]+⟧|das [A-ZÄÖÜ][\w-]+|die [A-ZÄÖÜ][\w-]+"
_QUESTIONS = re.compile(
    r"Für (?:(?:etwaige|eventuelle|weitere|evtl\.|Ihre) )?(?:Rückfragen und Auskünfte|Rückfragen|Fragen|Auskünfte)"
    rf"(?: jeder Art)?\s+(?:stehen wir|stehe ich|steht Ihnen (?P<who>{_WHO}))(?: Ihnen)?{_POLITELY}"
    rf"(?P<contact> (?:unter|über|per) [^,;:]*?)?{_POLITELY} zur Verfügung(?=\s*\.)"
)


def offers(view: View, context: Context) -> Iterator[Change]:
    """„Für Rückfragen stehen wir … zur Verfügung“ becomes a question and a way to reach someone."""
    if "verfügung" not in view.words or not context.address:
        return
    found = _QUESTIONS.match(view.text, view.body)
    if found is None:
        return
    contact = (found.group("contact") or "").strip()
    who = found.group("who")
    if who is None:
        me = "mich" if "stehe ich" in found.group() else "uns"
        answer = (
            f"Sie erreichen {me} {contact}"
            if contact
            else ("Ich helfe Ihnen gern" if me == "mich" else "Wir helfen Ihnen gern")
        )
    elif who.startswith("Herr "):
        answer = f"Sie erreichen Herrn {who[5:]} {contact}" if contact else f"{who} hilft Ihnen gern"
    elif contact:
        answer = f"Sie erreichen {who} {contact}"
    else:
        answer = capital(f"{who} hilft Ihnen gern")
    answer = re.sub(r"\bRufnummer\b|\bTel\.(?:-Nr\.)?(?=\s)", "Telefonnummer", answer)
    yield Change(
        found.start(),
        found.end(),
        f"Haben Sie Fragen? {answer}",
        "rueckfragen",
        "Eine Frage und ein Weg zur Antwort statt einer Formel.",
    )


def ordered(view: View, context: Context) -> Iterator[Change]:
    """„Sie werden aufgefordert, …“ becomes „Wir fordern Sie auf, …“: the order stays, and who gives it is named."""
    if not context.voice or "aufgefordert" not in view.words:
        return
    tokens = view.tokens
    first = view.first
    if [view.at(first), view.at(first + 1)] != ["sie", "werden"] or tokens[first].text != "Sie":
        return
    place = next((i for i in range(first + 2, min(first + 6, view.last)) if view.lower[i] == "aufgefordert"), None)
    if place is None or view.at(place + 1) != ",":
        return
    middle = view.span(first + 2, place)
    if any(t.lower not in word_class("adverbien") for t in tokens[first + 2 : place]):
        return
    middle = re.sub(r"^hiermit\s*", "", middle)
    who, verb = ("ich", "fordere") if context.voice == "ich" else ("wir", "fordern")
    text = f"{who} {verb} Sie {middle + ' ' if middle else ''}auf"
    yield Change(tokens[first].start, tokens[place].end, view.opening(text), "wir", _ACTIVE)


_POSSIBLE = re.compile(
    r"(?:es besteht|besteht)(?: (?:für Sie|jedoch|aber|auch|außerdem|ferner))* die Möglichkeit,\s+"
    r"|Sie haben (?:auch |jedoch |aber |außerdem )?die Möglichkeit,\s+|es ist Ihnen möglich,\s+"
    r"|es wird Ihnen (?:jedoch |aber |auch |hiermit )?die Möglichkeit (?:eingeräumt|gegeben|geboten),\s+"
    r"|Ihnen wird (?:jedoch |aber |auch |hiermit )?die Möglichkeit (?:eingeräumt|gegeben|geboten),\s+"
    r"|es (?:bleibt Ihnen (?:jedoch |aber )?unbenommen|steht Ihnen (?:jedoch |aber |natürlich )?frei),\s+",
    re.I,
)


def possibilities(view: View, context: Context) -> Iterator[Change]:
    """„Sie haben die Möglichkeit, … zu …“ becomes „Sie können …“."""
    if not (view.words & {"möglichkeit", "möglich", "unbenommen", "frei"}):
        return
    found = _POSSIBLE.match(view.text, view.body)
    if found is None or (not context.address and "Sie" not in found.group() and "Ihnen" not in found.group()):
        return
    start = next((i for i, token in enumerate(view.tokens) if token.start >= found.end()), None)
    if start is None:
        return
    infinitive = plain_infinitive(view, start, view.last)
    if infinitive is None:
        return
    text, end = infinitive
    adverb = next(
        (w for w in ("jedoch", "aber", "auch", "außerdem", "ferner") if re.search(rf"\b{w}\b", found.group())), ""
    )
    adverb = {"jedoch": "aber ", "ferner": "außerdem "}.get(adverb, adverb + " " if adverb else "")
    yield Change(
        view.body,
        view.tokens[end - 1].end,
        view.opening(f"Sie können {adverb}{text}"),
        "moeglichkeit",
        "„Sie können“ sagt dasselbe kürzer.",
    )


def plain_infinitive(view: View, start: int, limit: int) -> tuple[str, int] | None:
    """An infinitive clause „… zu …“ without its „zu“, and where it ends; one verb, no inner commas."""
    end = start
    while end < limit and view.lower[end] not in (",", ";", ":", "–", "("):
        end += 1
    if end < limit and view.at(end) == "," and view.at(end + 1) not in word_class("unterordnend"):
        return None
    last = end - 1
    found = _zu_form(view, last)
    if found is None:
        return None
    verb, first = found
    inner = [i for i in range(start, first) if _zu_form(view, i) is not None]
    words = view.span(start, first)
    for i in reversed(inner):
        if view.at(i + 1) not in ("und", "oder"):
            return None
        other, begin = _zu_form(view, i) or (verb, first)
        left = view.tokens[begin].start - view.tokens[start].start
        right = view.tokens[i].end - view.tokens[start].start
        words = words[:left] + other.infinitive + words[right:]
    return (f"{words} {verb.infinitive}" if words else verb.infinitive), end


_INTENDED = re.compile(
    r"es ist (?P<adv>(?:daher|deshalb|nunmehr|jetzt|somit|derzeit|zurzeit|weiterhin) )?"
    r"(?:beabsichtigt|geplant|vorgesehen),\s+",
    re.I,
)


def intentions(view: View, context: Context) -> Iterator[Change]:
    """„Es ist beabsichtigt, … zu …“ becomes „Wir planen, … zu …“."""
    if not context.voice or not (view.words & {"beabsichtigt", "geplant", "vorgesehen"}):
        return
    found = _INTENDED.match(view.text, view.body)
    if found is None:
        return
    who, verb = ("ich", "beabsichtige") if context.voice == "ich" else ("wir", "beabsichtigen")
    if context.voice != "ich" and "beabsichtigt" not in found.group():
        verb = "planen"
    adverb = found.group("adv") or ""
    yield Change(view.body, found.end(), view.opening(f"{who} {verb} {adverb}".strip()) + ", ", "beabsichtigt", _ACTIVE)


def announced(view: View, context: Context) -> Iterator[Change]:
    """„Über … wird informiert“ becomes „Wir informieren über …“."""
    if (
        not context.speaker
        or view.at(view.first) != "über"
        or view.at(view.last - 1) not in ("informiert", "unterrichtet")
    ):
        return
    tokens = view.tokens
    finite = [i for i in range(view.first, view.last) if view.lower[i] == "wird"]
    if len(finite) != 1 or any(word in (",", ";") for word in view.lower[view.first : view.last]):
        return
    if set(view.lower[finite[0] : view.last]) & {"von", "vom", "durch", "über"}:
        return
    who, verb = ("ich", "informiere") if context.speaker == "ich" else ("wir", "informieren")
    body = view.inner(view.span(view.first, finite[0]), view.first)
    rest = view.span(finite[0] + 1, view.last - 1)
    text = f"{who} {verb} {body}{' ' + rest if rest else ''}"
    yield Change(tokens[view.first].start, tokens[view.last - 1].end, view.opening(text), "wir", _ACTIVE)


_EVENT = re.compile(
    r"\b[Zz]u (?P<article>dem|der) (?P<when>(?:am|um|ab|in der|im|vom|von)\s[^;()]*?) stattfindenden "
    r"(?P<name>(?:[a-zäöü]+en )?[A-ZÄÖÜ][\wäöüß-]+)"
)


def events(view: View, context: Context) -> Iterator[Change]:
    """„zu dem am … stattfindenden Elternabend“: „zum Elternabend“, and where and when in a sentence of its own."""
    if "stattfindenden" not in view.words:
        return
    found = _EVENT.search(view.text)
    if found is None or "," in view.text[found.end() :]:
        return
    noun = found.group("name").split()[-1]
    genders = {n.gender for n, case, plural in morphology.readings(noun) if case == "dat" and not plural}
    if len(genders) != 1 or (found.group("article") == "der") != (genders == {"f"}):
        return
    pronoun = {"m": "Er", "f": "Sie", "n": "Es"}[genders.pop()]
    short = "zum" if found.group("article") == "dem" else "zur"
    opens = found.start() == view.body
    first = short if not opens or view.text[found.start()].islower() else short.capitalize()
    if view.text[found.start()].isupper():
        first = short.capitalize()
    end = view.tokens[view.last - 1].end
    text = (
        f"{first} {found.group('name')}{view.text[found.end() : end]}.\x1f{pronoun} findet {found.group('when')} statt"
    )
    yield Change(found.start(), end, text, "termin", "Zeit und Ort stehen in einem eigenen Satz.")

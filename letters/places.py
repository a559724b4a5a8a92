"""Places of a town hall in notes: how to tell them, and how they stand in a line or in a sentence."""

import re

from german import morphology
from letters import phrases


def in_room(text: str) -> str:
    return re.sub(r"(?:^|(?<=\s))(?<!in )(?<!im )(Zimmer|Raum|Saal) (?=\d)", r"in \1 ", text)


def on_street(text: str) -> str:
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


def is_place(text: str) -> bool:
    """Whether a text names a place: „im Rathaus“, „Turnhalle“, „Zimmer 6“."""
    core = re.sub(
        r"^(?:im|in der|in dem|in|am|an der|auf dem|auf der|beim|bei der|vor dem|vor der|vor Ort,?) ", "", text
    )
    first = re.match(r"(?:(?:groß|klein|neu|alt|ober|unter)e[rnsm]? )?([A-ZÄÖÜ][\wäöüß-]*)", core)
    if first is None:
        return bool(re.match(r"⟦(?:Adresse|Ort)", core))
    if re.fullmatch(r"[A-ZÄÖÜ]\S*(?: [A-ZÄÖÜ]\S*)? (?:Zimmer|Raum|Saal) \d+\w?", core):
        return True
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
        r"(?<=[a-zäöüß0-9]) (?<!en )"
        r"(?=(?:Zimmer|Raum|Saal|Eingang|Obergeschoss|Erdgeschoss|\d+\. (?:Stock|Obergeschoss|OG)))",
        ", ",
        text,
    )

"""Small parts that sentences are made of: roles, adverbs, points in time, articles. Decides nothing about a note."""

import re
from dataclasses import dataclass
from enum import StrEnum

from german import morphology
from german.lexicon import Tag, load
from letters import phrases
from letters.phrases import WHEN, named, timed, when_of, with_articles


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


ADVERBS = frozenset(
    {
        "bisher",
        "gern",
        "gerne",
        "online",
        "dort",
        "hier",
        "meist",
        "oft",
        "selbst",
        "kostenlos",
        "danach",
        "dann",
        "wieder",
    }
    | {
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


SUBORDINATE = re.compile(r"(?:wenn|falls|weil|da|dass|ob|damit|obwohl|sobald|solange|sofern|bevor|nachdem)\b")


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def lower_start(text: str) -> str:
    """A sentence in the middle of another: articles and pronouns lose their capital, nouns and names keep it."""
    first = re.match(r"[A-ZÄÖÜ][a-zäöü]+", text)
    if first is None or first[0] in {"Sie", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer", "Ihres", "Ihnen"}:
        return text
    low = first[0].lower()
    tags = load().tag(low)
    is_name = load().tag(first[0]) & (Tag.NOUN | Tag.NAME)
    if tags & (Tag.ADJ | Tag.PART) and not is_name:
        return low[:1] + text[1:]
    if (
        morphology.determiner(low)
        or tags & (Tag.FUNC | Tag.ADV)
        or low in {"bitte", "es", "wir", "vielen", "herzlichen"}
    ):
        return text[:1].lower() + text[1:]
    return text


def line(text: str) -> str:
    return (
        timed(text)
        if re.search(r"\b[a-zäöü]+\b", text) and not WHEN.match(text)
        else WHEN.sub(lambda m: when_of(m).bare if when_of(m).prep != "vom" else m[0], text)
    )


def finished(text: str) -> str:
    return with_articles(timed(text))


def say(text: str) -> Sentence:
    return Sentence(Role.STATEMENT, text)


def leading_when(text: str, default: str) -> tuple[str, str]:
    """The point in time a text begins with, as a phrase, and the rest."""
    match = WHEN.match(text)
    if match is None:
        return "", text
    when = when_of(match)
    if not when.prep and when.dates:
        when = phrases.When(default, when.weekday, when.dates, when.days, when.time_prep, when.time)
    return when.phrase, text[match.end() :].strip(" ,")


def around(text: str) -> tuple[str, str, str]:
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


def is_loose(word: str) -> bool:
    """A small word that stands free in the sentence: an adverb, or an adjective without ending."""
    if word in ADVERBS:
        return True
    if not word.islower() or morphology.determiner(word):
        return False
    tags = load().tag(word)
    return bool(tags & (Tag.ADV | Tag.ADJ)) and not tags & Tag.FUNC and not re.search(r"(?:e|er|es|en|em)$", word)


def with_article(text: str, case: str, stem: str = "der") -> str | None:
    """Like `named`, with an article in the plural as well."""
    if named(text, case) is None:
        return None
    phrase = phrases.noun_phrase(text)
    return phrase.with_article(case, stem) if phrase else None

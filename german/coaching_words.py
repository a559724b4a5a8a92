"""Detectors for words and fixed phrases: empty lead-ins, impersonal forms, citations, abbreviations, officialese.

Each yields remarks on one sentence; only `synonyms` looks at the whole text.
"""

import re
from collections.abc import Iterator

from german.clauses import Token
from german.coaching_phrases import Pair, phrases, word_pairs
from german.lexicon import Tag, load
from german.remarks import Remark, View, Weight
from german.sentences import abbreviation


def impersonal(view: View) -> Iterator[Remark]:
    """`Es wird gebeten`, `man`: nobody is named."""
    for entry in phrases().impersonal:
        match = entry.pattern.search(view.sentence.text)
        if match:
            start = view.sentence.start + match.start()
            end = start + len(match.group().rstrip(" ,"))
            weight = Weight.INFO if match.group().lower() == "man" else Weight.YELLOW
            yield Remark(start, end, "unpersoenlich", weight, "Die Wendung nennt niemanden.", entry.suggestion)
            return


def lead_in(view: View) -> Iterator[Remark]:
    """`Hiermit teilen wir Ihnen mit, dass`: nothing is said yet."""
    for entry in phrases().lead_ins:
        match = entry.pattern.search(view.sentence.text)
        if match:
            start = view.sentence.start + match.start()
            reason = f"„{match.group()}“ sagt noch nichts."
            yield Remark(start, start + len(match.group()), "leere-einleitung", Weight.YELLOW, reason, entry.suggestion)
            return


_CITATION = re.compile(
    r"§§?\s?\d+[a-z]?(?:(?:,? (?:Abs\.|Absatz|Satz|S\.|Nr\.|Nummer|Buchst\.|Buchstabe) ?\w+)|(?: i\. ?V\. ?m\.))*"
    r"(?: [A-ZÄÖÜ]\w*[A-Z]\w*(?: [IVX]+)?)?"
)


_SHORT = 12
_OPENING_CITATION = re.compile(r"(?:Gemäß|Nach|Laut|Gem\.|Aufgrund|Entsprechend|Im Sinne|Nach Maßgabe)(?: von| des)? $")


def citation(view: View) -> Iterator[Remark]:
    """A citation in the middle of a sentence; in brackets at the end it disturbs nobody."""
    text = view.sentence.text
    for match in _CITATION.finditer(text):
        if text.rfind("(", 0, match.start()) > text.rfind(")", 0, match.start()):
            continue
        rest = text[match.end() :].strip()
        if match.start() < 3 or len(rest.split()) <= 4:
            # A heading "§ 3 Nutzung …", or the citation already stands at the end.
            continue
        if view.counted <= _SHORT and not _OPENING_CITATION.match(text[max(0, match.start() - 20) : match.start()]):
            # In a short sentence "nach § 5 der Satzung" disturbs nobody, unless it stands in front of everything.
            continue
        start = view.sentence.start + match.start()
        yield Remark(
            start,
            start + len(match.group()),
            "paragraf-im-satz",
            Weight.YELLOW,
            "Die Rechtsgrundlage steht mitten im Satz.",
            f"Setzen Sie sie in Klammern ans Satzende: „… ({match.group()}).“",
        )
        return


_SHORT_FORM = re.compile(r"(?<![\w.])(?:[A-Za-zÄÖÜäöüß]{1,7}\.(?:[ \u00a0]?[A-Za-zÄÖÜäöü]{1,4}\.)*)(?=[\s,;)]|$)")


def word_remarks(view: View) -> Iterator[Remark]:
    """Abbreviations, very long words, officialese."""
    yield from _abbreviations(view)
    yield from _monsters(view)
    yield from _officialese(view)


def _abbreviations(view: View) -> Iterator[Remark]:
    for match in _SHORT_FORM.finditer(view.sentence.text):
        if abbreviation(match.group()) is None:
            # "lfd. Nr." is two abbreviations.
            places = [(m.start(), m.group()) for m in re.finditer(r"[^\s.]+\.", match.group()[:60])]
        else:
            places = [(0, match.group())]
        for offset, short in places:
            entry = abbreviation(short)
            start = match.start() + offset
            last_word = start + len(short) == len(view.sentence.text) and "." not in short[:-1]
            if entry is None or entry.clear or last_word:
                continue
            yield Remark(
                view.sentence.start + start,
                view.sentence.start + start + len(short),
                "abkuerzung",
                Weight.YELLOW,
                f"Nicht alle kennen die Abkürzung „{short}“.",
                f"Schreiben Sie „{entry.long}“.",
            )


_MONSTER = 20
_LAW = re.compile(
    r"(?:gesetz|gesetzes|gesetzbuchs?|ordnung|satzung|vertrag|gericht|gerichts|ministerium|behörde|amt|schule)e?[sn]?$"
)


def _monsters(view: View) -> Iterator[Remark]:
    for token in view.tokens:
        text = token.word.text
        if len(text) < _MONSTER or "-" in text or text[0] == "⟦" or (len(text) < 30 and _LAW.search(text)):
            continue
        lemma = load().lemma(text) or text
        if len(lemma) < _MONSTER or {text, lemma} & phrases().known_words:
            # "Unterrichtseinheiten" is long by its plural alone.
            continue
        if load().is_name_only(text) or text[0].islower():
            continue
        parts = load().compound_parts(text)
        suggestion = "Nehmen Sie ein kürzeres Wort oder umschreiben Sie es."
        if len(parts) > 1:
            cut = len(text) - len(parts[-1])
            suggestion = (
                f"Teilen Sie das Wort: „{text[:cut]}-{text[cut].upper()}{text[cut + 1 :]}“, oder umschreiben Sie es."
            )
        reason = f"„{text}“ ist mit {len(text)} Buchstaben schwer zu lesen."
        yield Remark(token.word.start, token.word.end, "wortungetuem", Weight.YELLOW, reason, suggestion)


def _officialese(view: View) -> Iterator[Remark]:
    pairs = word_pairs()
    lexicon = load()
    found = view.tokens
    for index, token in enumerate(found):
        keys = {token.low}
        if token.word.text[0].isupper() or token.tag & (Tag.VERB | Tag.ADJ):
            lemma = lexicon.lemma(token.word.text)
            if lemma:
                keys.add(lemma.lower())
        for entry in (entry for key in keys for entry in pairs.get(key, ())):
            if len(entry.words) > 1 and not _follows(found, index, entry):
                continue
            if entry.shown[0].islower() != token.word.text[0].islower() and (index or entry.shown[0].isupper()):
                # "des Mittels" is no "mittels".
                continue
            if (
                len(entry.words) == 1
                and not entry.verb
                and entry.words[0] != token.low
                and not token.word.text[0].isupper()
            ):
                continue
            last = found[index + len(entry.words) - 1].word
            yield Remark(
                token.word.start,
                last.end,
                "amtsdeutsch",
                Weight.INFO,
                f"„{entry.shown}“ ist Amtsdeutsch.",
                f"Besser: {entry.plain}.",
            )
            break


def _follows(found: tuple[Token, ...], index: int, entry: Pair) -> bool:
    rest = found[index : index + len(entry.words)]
    return len(rest) == len(entry.words) and all(t.low == word for t, word in zip(rest, entry.words, strict=True))


def synonyms(views: list[View]) -> Iterator[Remark]:
    """Two words for the same thing in one text."""
    lexicon = load()
    first: dict[frozenset[str], str] = {}
    told: set[frozenset[str]] = set()
    for view in views:
        for token in view.tokens:
            if not token.word.text[0].isupper():
                continue
            lemma = lexicon.lemma(token.word.text) or token.word.text
            for group in phrases().synonyms:
                if lemma not in group or group in told:
                    continue
                known = first.setdefault(group, lemma)
                if known != lemma:
                    told.add(group)
                    reason = f"Der Text sagt „{known}“ und „{lemma}“."
                    suggestion = f"Wenn Sie dasselbe meinen, schreiben Sie überall „{known}“."
                    yield Remark(token.word.start, token.word.end, "synonyme", Weight.INFO, reason, suggestion)

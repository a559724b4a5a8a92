"""What falls short in a writer's text: placeholders, frozen zones, facts, readability, and slips of a model.

Everything said to a model is taken from the masked texts; everything said to a person from the real ones.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from german.frozen import Zone
from german.ledger import Entry, Ledger
from german.readability import Scores
from german.text import TextModel
from policy.screening import MaskedText, Placeholder
from writers.port import TaskKind

_TOKEN = re.compile(r"⟦[^⟦⟧]*⟧")
_VERBATIM = "VERBATIM"
_STRAY = re.compile(r"[⟦⟧]")
_BOUNDARY = re.compile(r"-----\s*TEXT-[0-9a-f]{6,}")
_MARKDOWN = re.compile(r"^#{1,6} |\*\*[^*\n]+\*\*|^```", re.M)
# Frequent little words that German does not have; a third of all words being English means another language.
_ENGLISH = frozenset({
    "the", "of", "and", "to", "a", "is", "that", "for", "it", "on", "with", "as", "this", "by", "you", "your", "from",
    "have", "has", "not", "please", "we", "our", "will", "be", "if", "must", "are", "or", "until", "can",
})  # fmt: skip
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]+")

# Words per sentence: mean that asks for a repair, longest that is let through. Levels: prompts of the task.
_LENGTHS = {TaskKind.BUERGERNAH: (17.0, 30), TaskKind.EINFACH: (13.0, 22), TaskKind.KUERZER: (19.0, 32)}
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing that falls short.

    Attributes:
        request: What a model is asked to put right, German, built from masked text only; empty when asking cannot help.
        warning: What the person is told, German; empty when the answer shows it elsewhere.
        hard: True when a model's text must not stand as it is.
    """

    request: str
    warning: str
    hard: bool = False


def placeholders(masked: MaskedText, raw: str) -> list[Shortfall]:
    """Compare the placeholders that went out with those that came back. `raw` is the writer's text before restoring."""
    sent = Counter(_TOKEN.findall(masked.text))
    came: Counter[str] = Counter()
    invented: list[str] = []
    masked.replace_tokens(raw, came, invented)
    found: list[Shortfall] = []
    for placeholder in masked.placeholders:
        token, count = placeholder.token, came[placeholder.token]
        if count == sent[token]:
            continue
        if not count:
            found.append(
                Shortfall(
                    f"Der Platzhalter {token} fehlt. Setzen Sie ihn unverändert an die Stelle, an der er im "
                    f"Text steht.",
                    f"Im neuen Text fehlt: {shown(placeholder)}.",
                    hard=True,
                )
            )
        elif placeholder.type == _VERBATIM:
            found.append(
                Shortfall(
                    f"{token} steht {count}-mal da, muss aber genau {sent[token]}-mal dastehen.",
                    "Ein geschützter Abschnitt steht mehrfach im Text.",
                    hard=True,
                )
            )
        else:
            more = "öfter" if count > sent[token] else "seltener"
            found.append(Shortfall("", f"{shown(placeholder)} kommt {more} vor als in Ihrem Text."))
    if invented or _STRAY.search(_TOKEN.sub("", raw)):
        found.append(
            Shortfall(
                "Es stehen Platzhalter da, die der Text nicht hat. Verwenden Sie nur die Platzhalter aus dem Text, "
                "genau in dieser Schreibweise: " + ", ".join(list(sent)[:40]) + ".",
                "Der neue Text enthält Platzhalter, die nicht aus Ihrem Text stammen.",
                hard=True,
            )
        )
    return found


def shown(placeholder: Placeholder) -> str:
    """How a placeholder is named to the person whose text it is."""
    if placeholder.type == _VERBATIM:
        return "ein geschützter Abschnitt"
    value = placeholder.values[0] if placeholder.values else placeholder.token
    return f"„{value}“" if len(value) <= 60 else f"„{value[:57]}…“"


def zones(source: str, frozen: Sequence[Zone], result: str) -> list[Shortfall]:
    """Every frozen zone has to stand in the result, byte for byte and in the same order."""
    found: list[Shortfall] = []
    place = 0
    for zone in frozen:
        wording = source[zone.start : zone.end]
        at = result.find(wording, place)
        if at < 0:
            found.append(
                Shortfall("", f"Der geschützte Abschnitt „{zone.kind.value}“ ist nicht unverändert.", hard=True)
            )
        else:
            place = at + len(wording)
    return found


def facts(ledger: Ledger, masked_ledger: Ledger) -> list[Shortfall]:
    """What the ledger found. Requests come from the comparison of the masked texts."""
    found = [Shortfall(entry.message, "") for entry in masked_ledger.findings[:_MOST_NAMED]]
    count = len(ledger.findings)
    if count:
        is_one = count == 1
        found.append(
            Shortfall(
                "",
                f"{'Eine Angabe weicht' if is_one else f'{count} Angaben weichen'} von Ihrem Text ab. "
                f"Bitte vergleichen Sie {'sie' if is_one else 'diese Angaben'}, bevor Sie den Text verwenden.",
            )
        )
    return found


def draft_facts(entries: Sequence[Entry], masked_entries: Sequence[Entry]) -> list[Shortfall]:
    """Facts of the notes that a letter lacks, and facts that it has from nowhere."""
    found = [Shortfall(entry.message, "") for entry in masked_entries[:_MOST_NAMED]]
    found.extend(Shortfall("", entry.message) for entry in entries)
    return found


def reading(kind: TaskKind, raw: TextModel, scores: Scores) -> list[Shortfall]:
    """Sentences that are still too long for the level; `raw` is the parsed text before restoring."""
    limits = _LENGTHS.get(kind)
    if limits is None:
        return []
    mean, longest = limits
    found: list[Shortfall] = []
    long = sorted((s for s in raw.sentences if len(s.words) > longest), key=lambda s: -len(s.words))
    for sentence in long[:3]:
        start = " ".join(word.text for word in sentence.words[:6])
        found.append(
            Shortfall(
                f"Der Satz „{start} …“ hat {len(sentence.words)} Wörter. Teilen Sie ihn, ohne etwas wegzulassen.", ""
            )
        )
    if not long and scores.reliable and scores.sentence_length > mean:
        found.append(
            Shortfall(
                f"Die Sätze haben im Durchschnitt {scores.sentence_length:.0f} Wörter. Schreiben Sie kürzere Sätze, "
                "ohne etwas wegzulassen.",
                "",
            )
        )
    return found


def slips(raw: str, source: str, system: str) -> list[Shortfall]:
    """Slips of a model: another language, the prompt in the answer, markdown where none was asked."""
    found: list[Shortfall] = []
    words = [word.lower() for word in _WORD.findall(raw)]
    if len(words) >= 12 and sum(word in _ENGLISH for word in words) * 4 > len(words):
        found.append(
            Shortfall(
                "Der Text ist nicht auf Deutsch. Schreiben Sie ihn auf Deutsch.",
                "Der Text ist nicht auf Deutsch.",
                hard=True,
            )
        )
    leaked = any(len(line) > 60 and line in raw and line not in source for line in system.splitlines())
    if leaked or _BOUNDARY.search(raw):
        found.append(
            Shortfall(
                "Im Text stehen Zeilen aus Ihren Vorgaben. Geben Sie nur den fertigen Text aus, ohne Grenzzeilen.",
                "Der Text enthält Sätze, die nicht in ihn gehören.",
                hard=True,
            )
        )
    if _MARKDOWN.search(raw) and not _MARKDOWN.search(source):
        found.append(
            Shortfall("Der Text enthält Markdown-Zeichen wie # oder **. Schreiben Sie ohne solche Zeichen.", "")
        )
    return found

"""What falls short in a writer's text: placeholders, frozen zones, facts, readability, and slips of a model.

Everything said to a model is taken from the masked texts; everything said to a person from the real ones.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from german.frozen import Zone, ZoneKind
from german.ledger import Entry, Ledger, Place
from german.readability import Scores
from german.text import TextModel
from policy.screening import Finding, MaskedText, Placeholder

FILE = Path(__file__).parent / "ausrutscher.yaml"

_TOKEN = re.compile(r"⟦[^⟦⟧]*⟧")
_VERBATIM = "VERBATIM"
_STRAY = re.compile(r"[⟦⟧]")
_BOUNDARY = re.compile(r"-----\s*TEXT-[0-9a-f]{6,}")
_MARKDOWN = re.compile(r"^#{1,6} |\*\*[^*\n]+\*\*|^```", re.M)
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]+")

_FULL_DATE = re.compile(
    r"(?<![\d.])(\d{1,2}\.\s?(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
    r"|\d{1,2}\.\s?\d{1,2}\.)\s?(\d{4})(?!\d)"
)
# A quotation of fewer words is a name or a term.
_QUOTED = re.compile(r"„([^„“”\n]{12,})[“”]|»([^»«\n]{12,})«|(?<!\w)\"([^\"\n]{12,})\"")
# Data about people that only the source may hold; all that the source holds has become a placeholder.
_PERSONAL = frozenset({"PERSON", "IBAN", "PHONE", "EMAIL", "ADDRESS", "BIRTH_DATE"})
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing that falls short.

    Attributes:
        request: What a model is asked to put right, German, built from masked text only; empty when asking cannot help.
        warning: What the person is told, German; empty when the answer shows it elsewhere.
        hard: True when a model's text must not stand as it is.
        place: Where it is in the text as shown, if that is known.
        seen: True when a person has to have seen it before the text may be used.
    """

    request: str
    warning: str
    hard: bool = False
    place: Place | None = None
    seen: bool = False


def placeholders(masked: MaskedText, raw: str, *, all_back: bool = True) -> list[Shortfall]:
    """Compare the placeholders that went out with those that came back.

    Args:
        masked: What went out.
        raw: The writer's text before restoring.
        all_back: False for a text that may leave something out; invented placeholders are still none of it.
    """
    sent = Counter(_TOKEN.findall(masked.text))
    came: Counter[str] = Counter()
    invented: list[str] = []
    masked.replace_tokens(raw, came, invented)
    found: list[Shortfall] = []
    for placeholder in masked.placeholders if all_back else ():
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


def years(source: str, raw: str) -> list[Shortfall]:
    """Dates that have lost their year, also where another date of the text still names it.

    Args:
        source: The masked text.
        raw: The writer's text before restoring.
    """
    found: list[Shortfall] = []
    for day, year in dict.fromkeys(match.groups() for match in _FULL_DATE.finditer(source)):
        plain = re.compile(rf"(?<![\d.]){re.escape(day)}(?!\s*\d)")
        whole = re.compile(rf"(?<![\d.]){re.escape(day)}\s*{year}")
        if len(plain.findall(raw)) > len(plain.findall(source)) and len(whole.findall(raw)) < len(
            whole.findall(source)
        ):
            date = f"{day} {year}" if day[-1].isalpha() else f"{day}{year}"
            found.append(
                Shortfall(
                    f"Bei „{date}“ fehlt die Jahreszahl. Schreiben Sie das Datum vollständig.",
                    f"Bei „{date}“ fehlt im neuen Text die Jahreszahl.",
                    seen=True,
                )
            )
    return found


def draft_facts(entries: Sequence[Entry], masked_entries: Sequence[Entry]) -> list[Shortfall]:
    """Facts of the notes that a letter lacks, and facts that it has from nowhere."""
    found = [Shortfall(entry.message, "") for entry in masked_entries[:_MOST_NAMED]]
    found.extend(Shortfall("", entry.message, place=entry.rewrite, seen=True) for entry in entries)
    return found


def quotes(source: str, raw: str) -> list[Shortfall]:
    """Quotations have to be quotations: word for word in the source. `source` is the masked text."""
    known = " ".join(source.split())
    found: list[Shortfall] = []
    for match in _QUOTED.finditer(raw):
        wording = " ".join(next(group for group in match.groups() if group).split()).rstrip(".,")
        if len(wording.split()) < 3 or wording in known:
            continue
        start = " ".join(wording.split()[:6])
        found.append(
            Shortfall(
                f"Das Zitat, das mit „{start}“ beginnt, steht so nicht im Text. Zitieren Sie wörtlich oder lassen Sie "
                "das Zitat weg.",
                f"Das Zitat, das mit „{start}“ beginnt, steht so nicht in Ihrem Text.",
                seen=True,
            )
        )
    return found


def strangers(findings: Sequence[Finding], masked: MaskedText, raw: str) -> list[Shortfall]:
    """Names, numbers and addresses of people that the source does not have.

    Args:
        findings: What the policy finds in `raw`.
        masked: What went out.
        raw: The writer's text before restoring.
    """
    found: list[Shortfall] = []
    for finding in findings:
        value = raw[finding.start : finding.end]
        if finding.type not in _PERSONAL or "⟦" in value or "[" in value or not value.strip() or value in masked.text:
            continue
        found.append(
            Shortfall(
                f"„{value}“ steht nicht im Text. Lassen Sie es weg oder setzen Sie eine Lücke in eckigen Klammern.",
                f"Diese Angabe zu einer Person steht nicht in Ihrem Text: „{value}“",
                seen=True,
            )
        )
    return found


def instruction(source: str, zones: Sequence[tuple[str, Zone]]) -> list[Shortfall]:
    """A text beside a decision must not bring a Rechtsbehelfsbelehrung of its own; `zones` are those of the result."""
    return [
        Shortfall(
            "Der Text gibt eine Rechtsbehelfsbelehrung wieder. Lassen Sie sie ganz weg.",
            "Der Text enthält eine Rechtsbehelfsbelehrung, die so nicht im Bescheid steht.",
            hard=True,
        )
        for wording, zone in zones
        if zone.kind is ZoneKind.RECHTSBEHELFSBELEHRUNG and wording.strip() not in source
    ][:1]


def length(characters: int | None, result: str) -> list[Shortfall]:
    """A text that is longer than the form allows, in code points."""
    if characters is None or len(result) <= characters:
        return []
    return [
        Shortfall(
            f"Der Text hat {len(result)} Zeichen, höchstens {characters} sind möglich. Kürzen Sie ihn, ohne eine Frist "
            "oder Bedingung wegzulassen.",
            f"Der Text ist mit {len(result)} Zeichen länger als die {characters}, die Sie gewählt haben.",
        )
    ]


def reading(mean: float, longest: int, raw: TextModel, scores: Scores) -> list[Shortfall]:
    """Sentences that are still too long for the level.

    Args:
        mean: Words per sentence above which a repair is asked for.
        longest: Most words of one sentence; 0 for a text without a level.
        raw: The parsed text before restoring.
        scores: Of the text as shown.
    """
    if not longest:
        return []
    found: list[Shortfall] = []
    long = sorted((s for s in raw.sentences if len(s.words) > longest), key=lambda s: -len(s.words))
    for sentence in long[:3]:
        start = " ".join(word.text for word in sentence.words[:6])
        found.append(
            Shortfall(
                f"Der Satz „{start} …“ hat {len(sentence.words)} Wörter. Teilen Sie ihn, ohne etwas wegzulassen.",
                f"Ein Satz ist mit {len(sentence.words)} Wörtern noch sehr lang.",
            )
        )
    if not long and scores.reliable and scores.sentence_length > mean:
        found.append(
            Shortfall(
                f"Die Sätze haben im Durchschnitt {scores.sentence_length:.0f} Wörter. Schreiben Sie kürzere Sätze, "
                "ohne etwas wegzulassen.",
                "Die Sätze sind im Durchschnitt noch länger, als es für diese Stufe gut ist.",
            )
        )
    return found


def slips(raw: str, source: str, system: str) -> list[Shortfall]:
    """Slips of a model: another language, the prompt in the answer, markdown where none was asked."""
    found: list[Shortfall] = []
    words = [word.lower() for word in _WORD.findall(raw)]
    if len(words) >= 12 and sum(word in _signs(FILE).english for word in words) * 4 > len(words):
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
    if _has_remark(raw) and not _has_remark(source):
        found.append(
            Shortfall(
                "Vor oder hinter dem Text steht eine Bemerkung von Ihnen. Geben Sie nur den fertigen Text aus.",
                "Vor oder hinter dem Text steht eine Bemerkung des Modells, die nicht hineingehört.",
                seen=True,
            )
        )
    if _MARKDOWN.search(raw) and not _MARKDOWN.search(source):
        found.append(
            Shortfall(
                "Der Text enthält Markdown-Zeichen wie # oder **. Schreiben Sie ohne solche Zeichen.",
                "Im Text stehen Zeichen wie # oder **, die nicht hineingehören.",
            )
        )
    return found


def _has_remark(text: str) -> bool:
    lines = text.strip().splitlines()
    if len(lines) < 2:
        return False
    signs = _signs(FILE)
    first, last = lines[0].strip(), lines[-1].strip()
    return (first.startswith(signs.before) and first.endswith(":")) or last.startswith(signs.after)


class SlipsError(Exception):
    """The file of slips is not as it has to be. The message names the file."""


@dataclass(frozen=True, slots=True)
class _Signs:
    english: frozenset[str]
    before: tuple[str, ...]
    after: tuple[str, ...]


@cache
def _signs(path: Path) -> _Signs:
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        english, before, after = (tuple(cast("list[str]", data[part])) for part in ("englisch", "vorrede", "nachrede"))
    except OSError as error:
        raise SlipsError(f"{path}: nicht lesbar ({type(error).__name__})") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SlipsError(f"{path}:{line}: kein gültiges YAML ({error.problem})") from None
    except (KeyError, TypeError) as error:
        raise SlipsError(f"{path}:1: Ein Teil fehlt ({error})") from None
    if not all(isinstance(word, str) and word for word in (*english, *before, *after)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SlipsError(f"{path}:1: Jeder Eintrag muss ein Wort oder ein Satzanfang sein.")
    return _Signs(frozenset(english), before, after)


def load(path: Path = FILE) -> None:
    """Read the file of slips once, so that a broken one refuses the start.

    Raises:
        SlipsError: the file is missing or malformed.
    """
    _signs(path)

"""From a text to a decision: runs the detectors, applies the rules, masks. One `Judge` holds one town's policy."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from policy import content, identifiers, persons, places, uses
from policy.lists import Lists
from policy.masking import LITERAL, VERBATIM, Piece, mask
from policy.normal import normalise
from policy.reading import Hit, Reading, Tenant
from policy.screening import Decision, Finding, MaskedText, Screening
from policy.uses import Met
from policy.vocabulary import Vocabulary
from policy.weighing import Weights

_ORDER = {
    kind: place
    for place, kind in enumerate(
        ["EMAIL", "IBAN", "CREDIT_CARD", "TAX_ID", "SOCIAL_INSURANCE", "HEALTH_INSURANCE", "ID_CARD", "PASSPORT",
            "BIRTH_DATE",
         "CASE_NUMBER", "TAX_NUMBER", "LICENSE_PLATE", "PHONE", "ADDRESS", "CREDENTIAL", "PERSON"]
    )
}  # fmt: skip
_STRENGTH = {Decision.ALLOW: 0, Decision.MASK: 1, Decision.BLOCK: 2}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a hit of one type means: rule, action and wording."""

    rule: str
    action: Decision
    warning: bool
    title: str
    reason: str
    advice: str


@dataclass(slots=True)
class Judge:
    """The rules of one town."""

    lists: Lists
    vocabulary: Vocabulary
    tenant: Tenant
    uses: uses.Uses
    verdicts: dict[str, Verdict]
    limit: int
    weights: Weights | None = None
    names: dict[str, str] = field(default_factory=dict[str, str])

    def judge(self, text: str, verbatim: Sequence[tuple[int, int]]) -> Screening:
        """Screen one text."""
        if len(text) > self.limit:
            return self.refuse("TOO_LONG")
        zones = _zones(verbatim, len(text))
        if not text or text.isspace():
            return Screening(Decision.ALLOW, (), (), mask(text, [Piece(a, b, VERBATIM) for a, b in zones], self.names))
        normal = normalise(text)
        reading = Reading(normal, self.lists, self.tenant, self.vocabulary)
        met = uses.scan(reading, self.uses)
        hits = self._hits(reading, met)
        asked = list(uses.labels(reading, self.uses, met, hits, self.weights))
        findings: list[Finding] = []
        for hit in hits:
            findings.append(self._finding(reading, hit, self._verdict(reading, hit)))
        for hit, _ in asked:
            findings.append(self._finding(reading, hit, self.verdicts[hit.type]))
        findings.sort(key=lambda finding: (finding.start, finding.end))
        decision = max((finding.action for finding in findings), key=_STRENGTH.__getitem__, default=Decision.ALLOW)
        names = tuple(dict.fromkeys(hit.type for hit, _ in asked))
        masked: MaskedText | None = None
        if decision is not Decision.BLOCK:
            pieces = _pieces(zones, [f for f in findings if f.action is Decision.MASK])
            masked = mask(text, pieces, self.names)
        return Screening(decision, tuple(findings), names, masked)

    def refuse(self, kind: str) -> Screening:
        """A block without looking at the text: `TOO_LONG` or `UNCHECKED`."""
        verdict = self.verdicts[kind]
        finding = Finding(0, 0, kind, verdict.rule, Decision.BLOCK, verdict.title, verdict.reason, verdict.advice)
        return Screening(Decision.BLOCK, (finding,), (), None)

    def _hits(self, reading: Reading, met: Met) -> list[Hit]:
        found: list[Hit] = [
            *identifiers.mails(reading),
            *identifiers.spoken(reading),
            *identifiers.numbers(reading),
            *identifiers.columns(reading),
        ]
        for start, end, kind in reading.announcements:
            if kind not in ("harmlos", "BIRTH_DATE", "JAHRGANG", "PHONE"):
                found.extend(identifiers.announced(reading, kind, start, end))
        found.extend(places.addresses(reading))
        names = persons.persons(reading, sensitive=any(hit.weight > 1 for hit in found))
        found.extend(places.births(reading, names))
        found.extend(names)
        found.extend(content.credentials(reading, _meeting(met, self.uses.secrets)))
        kept = [hit for hit in _resolve(found) if not self._own(reading, hit)]
        kept.extend(content.markings(reading, _meeting(met, self.uses.marks)))
        kept.extend(content.special(reading, kept, _meeting(met, self.uses.facts)))
        kept.extend(content.stories(reading, met, self.uses.stories))
        return sorted(kept)

    def _own(self, reading: Reading, hit: Hit) -> bool:
        """True for what belongs to the town."""
        if hit.type == "IBAN":
            return "".join(c for c in reading.text[hit.start : hit.end] if c.isalnum()).upper() in self.tenant.ibans
        if hit.type == "CASE_NUMBER" and self.tenant.case_numbers:
            return any(p.fullmatch(reading.text[hit.start : hit.end]) for p in self.tenant.case_numbers)
        if hit.type == "PERSON" and self.tenant.terms:
            return reading.text[hit.start : hit.end] in self.tenant.terms
        return False

    def _verdict(self, reading: Reading, hit: Hit) -> Verdict:
        if hit.type == "SECRET_MARKING":
            kind = content.marking_kind(reading.text[hit.start : hit.end])
            return self.verdicts.get(kind, self.verdicts["SECRET_MARKING"])
        return self.verdicts[hit.type]

    def _finding(self, reading: Reading, hit: Hit, verdict: Verdict) -> Finding:
        start, end = reading.normal.place(hit.start, hit.end)
        return Finding(
            start,
            end,
            hit.type,
            verdict.rule,
            verdict.action,
            verdict.title,
            verdict.reason,
            verdict.advice,
            verdict.warning,
        )


def _meeting(met: Met, number: int) -> list[int]:
    return [index for index, numbers in met if number in numbers]


def _resolve(found: list[Hit]) -> list[Hit]:
    """Of overlapping hits the surer, then the more specific, then the longer one."""
    found.sort(key=lambda hit: (-hit.weight, _ORDER.get(hit.type, 99), hit.start - hit.end, hit.start))
    from bisect import bisect_left, insort

    kept: list[Hit] = []
    for hit in found:
        index = bisect_left(kept, hit.start, key=lambda other: other.end)
        while index < len(kept) and kept[index].end <= hit.start:
            index += 1
        if index < len(kept) and kept[index].start < hit.end:
            continue
        insort(kept, hit, key=lambda other: other.start)
    return kept


def _zones(verbatim: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    zones: list[tuple[int, int]] = []
    for start, end in sorted(verbatim):
        if not 0 <= start <= end <= length:
            raise ValueError("a frozen zone lies outside the text")
        if zones and start < zones[-1][1]:
            zones[-1] = (zones[-1][0], max(end, zones[-1][1]))
        elif start < end:
            zones.append((start, end))
    return zones


def _pieces(zones: Sequence[tuple[int, int]], findings: Sequence[Finding]) -> list[Piece]:
    """Zones win; what sticks out of a zone is masked on its own."""
    result = [Piece(start, end, VERBATIM) for start, end in zones]
    last = 0
    index = 0
    for finding in findings:
        start, end = max(finding.start, last), finding.end
        while index < len(zones) and zones[index][1] <= start:
            index += 1
        place = index
        while start < end:
            if place < len(zones) and zones[place][0] < end:
                if start < zones[place][0]:
                    result.append(Piece(start, zones[place][0], finding.type))
                start = max(start, zones[place][1])
                place += 1
            else:
                result.append(Piece(start, end, finding.type))
                break
        last = max(last, end)
    return sorted(result, key=lambda piece: piece.start)


__all__ = ["LITERAL", "Judge", "Verdict"]

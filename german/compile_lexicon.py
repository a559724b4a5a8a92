"""Compiles `data/lexicon.bin` once, from the German word list of simplemma and our own lists in `data/lexicon_*.txt`.

Run by hand: `python -m german.compile_lexicon` with simplemma 2.0.0 installed. The product never imports this module.
Sources and licences of the result: `data/lexicon.LICENCE.txt`.
"""

import re
import struct
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from german.datafiles import DataError, data_lines, data_sections
from german.lexicon import FILE, MAGIC, Tag

_WORD = re.compile(r"[A-Za-zÄÖÜäöüßà-ÿÀ-ß]+(?:-[A-Za-zÄÖÜäöüßà-ÿÀ-ß]+)*")
# Endings that only ordinary nouns have.
_ORDINARY_ENDING = re.compile(
    r"(?:.{3}ung|.{2}heit|.{2}keit|.{2}tion|.{2}sion|.{2}tät|.{2}schaft|.{3}ismus|.{2}chen|.{3}logie|.{3}grafie|.{3}nahme|"
    r".{3}tum|.{3}ling|.{3}itis|.{3}metrie|.{3}thek|.{3}gie)$"
)
_PARTS = {section: frozenset(words) for section, words in data_sections("lexicon_parts.txt").items()}
_PARTICLES = _PARTS["trennbare vorsilben"]
_LONGEST_FIRST = tuple(sorted(_PARTICLES, key=lambda particle: (-len(particle), particle)))
_STAY_ORDINARY = _PARTS["bleiben gewöhnlich"]
# A compound with the head of a place name or family name is no proof of an ordinary word.
_NAME_HEADS = _PARTS["namensköpfe"]
_INSEPARABLE = re.compile(r"(?:be|emp|ent|er|ge|miss|ver|zer|über|unter|wider|hinter|voll|durch|um)")
# vergeben, erhalten, vorbehalten, widerrufen; but not abgeben (abgegeben), beantragen (beantragt).
_SAME_AS_INFINITIVE = re.compile(
    rf"(?:{'|'.join(_LONGEST_FIRST)})?(?:be|ent|emp|er|ver|zer|miss|über|unter|um|wider|hinter|ge(?=raten|fallen))"
    r"(?:halten|geben|gessen|lassen|treten|laufen|kommen|laden|raten|fahren|fallen|fangen|tragen|schlagen|wachsen|waschen|"
    r"messen|stoßen|rufen|lesen|graben|braten|blasen)"
)


def _source() -> dict[str, str]:
    factory = import_module("simplemma.strategies.dictionaries.dictionary_factory")
    raw: Mapping[bytes, bytes] = factory._load_dictionary_from_disk("de")
    pairs = {form.decode(): lemma.decode() for form, lemma in raw.items()}
    return {
        form: lemma
        for form, lemma in pairs.items()
        if _WORD.fullmatch(form) and _WORD.fullmatch(lemma) and len(form) < 40
    }


def _own_words() -> Iterable[tuple[str, str, int]]:
    kinds = {"N": Tag.NOUN, "V": Tag.VERB, "A": Tag.ADJ, "D": Tag.ADV}
    for entry in (entry for _, line in data_lines("lexicon_words.txt") for entry in line.split()):
        word, _, kind = entry.rpartition("/")
        if kind not in kinds or not word:
            raise DataError(f"lexicon_words.txt: „{entry}“ hat keine bekannte Wortart")
        lemma, *endings = word.split("+")
        yield lemma, lemma, kinds[kind]
        for ending in endings:
            yield lemma + ending, lemma, kinds[kind]


def _participle_of(form: str, verbs: set[str]) -> bool:
    """Whether a lower-case form has the shape of a past participle of a known verb."""
    if form.endswith("t"):
        stems = (form[:-1] + "en",)
        if form[-3:-1] in ("el", "er"):
            stems += (form[:-1] + "n",)
        if form[-3:-2] in ("t", "d", "m", "n") and form[-2] == "e":
            stems += (form[:-2] + "en",)
    elif form.endswith("en"):
        stems = (form,)
    else:
        return False
    if form in verbs and form.endswith("n"):
        return _SAME_AS_INFINITIVE.fullmatch(form) is not None
    strong = _STRONG.fullmatch(form)
    if strong:
        bare = next((form[len(p) :] for p in _LONGEST_FIRST if form.startswith(p) and len(form) > len(p) + 4), form)
        if strong["ge"] or _INSEPARABLE.match(form) or _INSEPARABLE.match(bare):
            return True
    for match in re.finditer("ge", form):
        place = match.start()
        rests = tuple(stem[:place] + stem[place + 2 :] for stem in stems if len(stem) > place + 2)
        if any(rest in verbs for rest in rests) and (place == 0 or form[:place] in _PARTICLES):
            return True
    if form.endswith("t") and any(stem in verbs for stem in stems):
        return bool(_INSEPARABLE.match(form)) or form.endswith("iert")
    return False


_ADJECTIVE_ENDINGS = ("lich", "ig", "isch", "bar", "sam", "los", "haft")
_ADJECTIVES = frozenset(data_sections("clauses.txt")["kein partizip"])
_STRONG_PAIRS = data_sections("lexicon_parts.txt")["starke partizipien"]
_STRONG_ENDS = dict(zip(_STRONG_PAIRS[::2], _STRONG_PAIRS[1::2], strict=True))
_STRONG = re.compile(rf"(?P<before>\w*?)(?P<ge>ge)?(?P<end>{'|'.join(_STRONG_ENDS)})")


def _strong_infinitive(form: str, verbs: set[str]) -> str | None:
    """`entscheiden` for `entschieden`."""
    strong = _STRONG.fullmatch(form)
    if not strong or not (strong["ge"] or _INSEPARABLE.match(strong["before"] or "")):
        return None
    infinitive = strong["before"] + _STRONG_ENDS[strong["end"]]
    adjective = form in _ADJECTIVES or infinitive == form
    return infinitive if infinitive in verbs and not adjective else None


def _tags(pairs: dict[str, str]) -> dict[str, dict[str, int]]:
    """For each form its lemmas with their tags."""
    family: defaultdict[str, set[str]] = defaultdict(set)
    for form, lemma in pairs.items():
        family[lemma].add(form)
    function = {word for words in data_sections("lexicon_function_words.txt").values() for word in words}
    names = {word for words in data_sections("lexicon_names.txt").values() for word in words}
    own = list(_own_words())
    ordinary_own = {lemma for lemma, _, _ in own}
    verbs = {lemma for lemma, forms in family.items() if _is_verb(lemma, forms)}
    nouns = _ordinary_nouns(pairs, family, verbs, names - ordinary_own)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for form, lemma in pairs.items():
        if lemma[0].isupper():
            tag = Tag.NOUN if lemma in nouns else Tag.RARE
            if form[0].islower():
                continue
        elif lemma in verbs:
            tag = Tag.VERB
        elif any(f.endswith("em") for f in family[lemma]) or lemma.endswith(
            ("lich", "ig", "isch", "bar", "sam", "los", "haft")
        ):
            tag = Tag.ADJ
        else:
            tag = Tag.ADV
        if (form[0].isupper() and lemma[0].islower()) or (
            form == lemma and form.islower() and form.capitalize() in names and len(family[lemma]) == 1
        ):
            continue
        if lemma in verbs and form.endswith(("em", "er", "es")):
            tag = Tag.ADJ
        strong = lemma in verbs and form.endswith("en") and form != lemma and form + "em" in pairs
        if tag in (Tag.VERB, Tag.ADJ) and (
            strong or _participle_of(form, verbs) or (tag == Tag.ADJ and _participle_of(lemma, verbs))
        ):
            tag |= Tag.PART
        found[form][lemma] = tag
    for form, lemmas in found.items():
        infinitive = _strong_infinitive(form, verbs)
        if infinitive and set(lemmas) == {form}:
            found[form] = {infinitive: Tag.VERB | Tag.PART | Tag.ADJ}
    # The list knows one lemma a form: "gestellt" loses to "stellen", "beglaubigt" to itself. Add the other reading.
    for form, lemmas in list(found.items()):
        lemma, tag = next(iter(lemmas.items()))
        if tag & Tag.VERB and tag & Tag.PART:
            for ending in ("e", "er", "es", "em", "en"):
                if form + ending != lemma:
                    found.setdefault(form + ending, {}).setdefault(lemma, Tag.ADJ | Tag.PART)
                if found[form + ending].get(lemma) == Tag.VERB and form + ending != lemma:
                    found[form + ending][lemma] = Tag.VERB | Tag.ADJ | Tag.PART
    for form, lemma, tag in own:
        found[form] = {
            lemma: tag,
            **{other: t for other, t in found.get(form, {}).items() if other != lemma and not t & Tag.RARE},
        }
    for word in sorted(function):
        listed = found.get(word, {})
        lemma = next(iter(listed), word)
        found[word] = {lemma: Tag.FUNC | (listed.get(lemma, Tag.FUNC) & Tag.VERB)}
    for word in sorted(names - ordinary_own):
        if word in nouns or word.lower() in _STAY_ORDINARY:
            lemma = next(iter(found[word]), word)
            found[word][lemma] = found[word].get(lemma, Tag.NOUN) | Tag.NAME | Tag.NOUN
            continue
        found[word] = {word: Tag.NAME}
        if not word.endswith(("s", "z", "x", "ß")):
            found.setdefault(word + "s", {word: Tag.NAME})
    return found


def _is_verb(lemma: str, forms: set[str]) -> bool:
    if not lemma[0].islower() or not lemma.endswith("n") or len(lemma) < 3:
        return False
    stem = lemma[:-2] if lemma.endswith("en") else lemma[:-1]
    if lemma in ("sein", "haben", "werden", "tun", "müssen", "können", "wollen", "sollen", "dürfen", "mögen", "wissen"):
        return True
    finite = sum(1 for ending in ("t", "et", "st", "est", "e", "te", "ten", "ete") if stem + ending in forms)
    particle = any(lemma.startswith(p) and "zu" + lemma[len(p) :] in (f[len(p) :] for f in forms) for p in _PARTICLES)
    return finite >= 2 or particle or (len(forms) >= 6 and not any(f.endswith("em") for f in forms))


def _ordinary_nouns(
    pairs: dict[str, str], family: Mapping[str, set[str]], verbs: set[str], names: set[str]
) -> set[str]:
    """The capitalised lemmas that are ordinary words and not only names."""
    nouns = [lemma for lemma in family if lemma[0].isupper()]
    lowered = {noun.lower(): noun for noun in nouns}
    heads: Counter[str] = Counter()
    for noun in nouns:
        low = noun.lower()
        for place in range(3, len(low) - 2):
            head = lowered.get(low[place:])
            if head:
                heads[head] += 1
    core: set[str] = set()
    for noun in nouns:
        plain = {noun, noun + "s", noun + "es", noun + "'", noun + "ens", noun + "n", noun + "sch"}
        agent = noun.endswith("er") and (noun[:-2].lower() + "en" in verbs or noun[:-1].lower() + "n" in verbs)
        infinitive = noun.lower() in verbs
        adjective = noun.lower() in pairs
        weak = noun.endswith("e") and noun + "n" in family[noun]
        if (
            weak
            or (family[noun] - plain)
            or heads[noun] >= 4
            or agent
            or infinitive
            or adjective
            or _ORDINARY_ENDING.search(noun)
        ):
            core.add(noun)
    core_low = {noun.lower() for noun in core if noun not in names}
    ordinary = set(core)
    for noun in nouns:
        if noun in ordinary:
            continue
        low = noun.lower()
        for place in range(3, len(low) - 2):
            head, first = low[place:], low[:place]
            if head in core_low and head not in _NAME_HEADS and _modifier(first, core_low, verbs, pairs):
                ordinary.add(noun)
                break
    # Professions that are also family names stay ordinary when the list of names does not claim them.
    return ordinary - names | {n for n in names & core if n.lower() in _STAY_ORDINARY}


def _modifier(first: str, core: set[str], verbs: set[str], pairs: Mapping[str, str]) -> bool:
    if first in core or first + "e" in core or first in pairs or first + "en" in verbs:
        return True
    return any(first.endswith(link) and first[: -len(link)] in core for link in ("s", "es", "n", "en", "er", "e"))


def _rule(form: str, lemma: str) -> tuple[int, int, int, str, int]:
    """How the lemma comes from the form: (cut from, cut length, strip at the end, append, case of the first letter)."""
    case = 0
    if form[0] != lemma[0] and form[0].lower() == lemma[0].lower():
        case = 1 if lemma[0].isupper() else 2
        form = lemma[0] + form[1:]
    best = _suffix_rule(form, lemma, 0, 0)
    for cut in ("ge", "zu"):
        place = form.find(cut)
        while place >= 0:
            rest = form[:place] + form[place + 2 :]
            rule = _suffix_rule(rest, lemma, place, 2)
            if len(rule[3]) + rule[2] < len(best[3]) + best[2] - 1:
                best = rule
            place = form.find(cut, place + 1)
    return (*best, case)


def _suffix_rule(form: str, lemma: str, place: int, cut: int) -> tuple[int, int, int, str]:
    shared = 0
    while shared < min(len(form), len(lemma)) and form[shared] == lemma[shared]:
        shared += 1
    return place, cut, len(form) - shared, lemma[shared:]


def _automaton(keys: list[bytes]) -> array[int]:
    """A minimal acyclic automaton over sorted keys; one 32-bit arc: target << 9 | label << 1 | last of its node."""
    register: dict[tuple[tuple[int, int], ...], int] = {}
    arcs = array("I", [0])
    # The open path: for each depth the finished arcs and the label that is still open.
    path: list[list[tuple[int, int]]] = [[]]
    previous = b""

    def close(depth: int) -> None:
        while len(path) > depth + 1:
            node = tuple(path.pop())
            address = 0
            if node:
                known = register.get(node)
                if known is None:
                    known = len(arcs)
                    register[node] = known
                    for index, (label, target) in enumerate(node):
                        arcs.append(target << 9 | label << 1 | (index == len(node) - 1))
                address = known
            label = open_labels.pop()
            path[-1].append((label, address))

    open_labels: list[int] = []
    for key in keys:
        shared = 0
        while shared < min(len(key), len(previous)) and key[shared] == previous[shared]:
            shared += 1
        close(shared)
        for label in key[shared:]:
            open_labels.append(label)
            path.append([])
        previous = key
    close(0)
    root = tuple(path[0])
    arcs[0] = len(arcs)
    for index, (label, target) in enumerate(root):
        arcs.append(target << 9 | label << 1 | (index == len(root) - 1))
    return arcs


def compile_lexicon(target: Path = FILE) -> None:
    """Write the lexicon file. Deterministic: same sources, same bytes."""
    found = _tags(_source())
    rules: Counter[tuple[tuple[int, int, int, str, int], int]] = Counter()
    entries: list[tuple[str, tuple[tuple[int, int, int, str, int], int]]] = []
    for form, lemmas in found.items():
        try:
            form.encode("latin-1")
        except UnicodeEncodeError:
            continue
        for lemma, tag in lemmas.items():
            value = (_rule(form, lemma), int(tag))
            rules[value] += 1
            entries.append((form, value))
    order = {
        value: number for number, (value, _) in enumerate(sorted(rules.items(), key=lambda item: (-item[1], item[0])))
    }
    if len(order) > 240 * 256:
        sys.exit("too many rules")
    keys = sorted(
        form.encode("latin-1") + b"\0" + bytes((order[value] // 240 + 1, order[value] % 240 + 1))
        for form, value in entries
    )
    arcs = _automaton(keys)
    if len(arcs) >= 1 << 23:
        sys.exit("automaton too large")
    table = "\n".join(
        f"{tag}\t{place}\t{cut}\t{strip}\t{append}\t{case}" for (place, cut, strip, append, case), tag in order
    ).encode("utf-8")
    target.write_bytes(MAGIC + struct.pack("<III", len(arcs), len(table), len(found)) + arcs.tobytes() + table)
    print(f"{len(found)} forms, {len(order)} rules, {len(arcs)} arcs, {target.stat().st_size} bytes")


if __name__ == "__main__":
    compile_lexicon()

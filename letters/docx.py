"""Puts a letter on paper: a Word file after DIN 5008:2020, form A or B, with fields for the gaps.

WordprocessingML (ECMA-376) in a zip, written with the standard library: the fixed parts are files of `daten/word`, the
rest is made here. What the letter says is the business of `letters.compose`.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path

from letters.letter import GAP, Gap, Letter
from letters.letterhead import Letterhead

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_FOLDER = Path(__file__).parent / "daten" / "word"
_FIXED = {
    "[Content_Types].xml": "content_types",
    "_rels/.rels": "package_rels",
    "docProps/app.xml": "app",
    "word/_rels/document.xml.rels": "document_rels",
    "word/styles.xml": "styles",
    "word/settings.xml": "settings",
    "word/numbering.xml": "numbering",
}
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# XML 1.0 has no place for these.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ABOUT = re.compile(r"(?:Aktenzeichen|Az\.?):? +(?=\S)")

# Millimetres of DIN 5008:2020, from the upper left corner of the sheet.
_LETTERHEAD = {"A": 27.0, "B": 45.0}
_FOLDS = {"A": (87.0, 192.0), "B": (105.0, 210.0)}
_PUNCH = 148.5
_LEFT, _RIGHT = 25.0, 20.0
_WINDOW_LEFT, _WINDOW_WIDTH = 20.0, 85.0
# The zone for the return line and endorsements, then the zone for the address.
_ENDORSEMENTS, _ADDRESS = 17.7, 27.3
_INFORMATION_LEFT, _INFORMATION_WIDTH, _INFORMATION_DROP = 125.0, 75.0, 5.0
_ABOVE_SUBJECT = 8.46
_HEADER_START = 10.0
_TOP_FOLLOWING, _BOTTOM = 25.0, 27.0


def write(letter: Letter, head: Letterhead, form: str = "", *, by_model: bool = False) -> bytes:
    """The letter as a Word file. The same letter gives the same bytes.

    Args:
        letter: What it says; each gap becomes a content control.
        head: The town's letterhead.
        form: "A" or "B"; empty takes the letterhead's.
        by_model: A model wrote it, so that the properties carry the AI marking.

    Raises:
        ValueError: there is no such form.
    """
    form = form or head.form
    if form not in _LETTERHEAD:
        raise ValueError("form is A or B")
    fields = _Fields(letter.gaps)
    made = {
        "word/document.xml": _document(letter, head, fields),
        "word/header1.xml": _first_header(head, form),
        "word/header2.xml": _part("hdr", _paragraph("Kopfzeile", _run(head.town))),
        "word/footer1.xml": _first_footer(head),
        "word/footer2.xml": _part("ftr", _paragraph("Fusszeile", _page_number(), "<w:jc w:val='right'/>")),
        "docProps/core.xml": _core(letter, head, by_model),
        "docProps/custom.xml": _custom(head, by_model),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, source in _FIXED.items():
            text = _fixed(source)
            _store(file, name, text.replace("SCHRIFT", _attribute(head.font)) if source == "styles" else text)
        for name, text in made.items():
            _store(file, name, text)
    return packed.getvalue()


def _store(file: zipfile.ZipFile, name: str, text: str) -> None:
    # A fixed time: the bytes say nothing of when a draft was made.
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(entry, text)


@cache
def _fixed(name: str) -> str:
    return (_FOLDER / f"{name}.xml").read_text(encoding="utf-8")


def _twips(millimetres: float) -> int:
    return round(millimetres * 1440 / 25.4)


def _text(value: str) -> str:
    return escape(_UNPRINTABLE.sub("", value), quote=False)


def _attribute(value: str) -> str:
    return escape(_UNPRINTABLE.sub("", value))


class _Fields:
    """Content controls for gaps, numbered as they come."""

    def __init__(self, gaps: Iterable[Gap]) -> None:
        self._hints = {gap.token: gap.hint for gap in gaps}
        self._count = 0

    def runs(self, line: str) -> str:
        """A line as runs, its gaps as content controls."""
        found: list[str] = []
        end = 0
        for gap in GAP.finditer(line):
            found += [_run(line[end : gap.start()]), self._control(gap.group())]
            end = gap.end()
        return "".join([*found, _run(line[end:])])

    def _control(self, token: str) -> str:
        self._count += 1
        name = token.strip("[]")
        kind = (
            '<w:date><w:dateFormat w:val="d. MMMM yyyy"/><w:lid w:val="de-DE"/>'
            '<w:storeMappedDataAs w:val="dateTime"/><w:calendar w:val="gregorian"/></w:date>'
            if name == "Datum"
            else ""
        )
        alias = _attribute(self._hints.get(token, name))[:60]
        return (
            f'<w:sdt><w:sdtPr><w:alias w:val="{alias}"/><w:tag w:val="{_attribute(name)}"/>'
            f'<w:id w:val="{self._count}"/><w:showingPlcHdr/>{kind}</w:sdtPr><w:sdtContent>'
            f'<w:r><w:rPr><w:rStyle w:val="Luecke"/></w:rPr><w:t>{_text(token)}</w:t></w:r></w:sdtContent></w:sdt>'
        )


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{_text(text)}</w:t></w:r>' if text else ""


def _paragraph(style: str, runs: str = "", properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{runs}</w:p>'


def _space(before: int = 0, after: int = 0) -> str:
    """Space around a paragraph, in empty lines of the body text."""
    return f'<w:spacing w:before="{before * 253}" w:after="{after * 253}"/>'


def _part(root: str, content: str) -> str:
    return f'{_HEAD}<w:{root} xmlns:w="{_MAIN}" xmlns:r="{_RELATIONS}">{content}</w:{root}>'


def _cell(width: float, content: str, properties: str = "") -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/>{properties}</w:tcPr>{content}</w:tc>'


def _row(height: float, cells: str) -> str:
    return f'<w:tr><w:trPr><w:trHeight w:val="{_twips(height)}" w:hRule="exact"/></w:trPr>{cells}</w:tr>'


def _table(indent: float, widths: Iterable[float], rows: str) -> str:
    widths = list(widths)
    grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/>'
        f'<w:tblInd w:w="{_twips(indent)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _document(letter: Letter, head: Letterhead, fields: _Fields) -> str:
    body = [_address(letter, head, fields)]
    subject = letter.subject.split("\n") if letter.subject else []
    for place, line in enumerate(subject):
        space = f'<w:spacing w:before="{_twips(_ABOVE_SUBJECT)}"/>' if not place else ""
        body.append(_paragraph("Betreff", fields.runs(line), space))
    if letter.salutation:
        body.append(_paragraph("Anrede", fields.runs(letter.salutation)))
    for paragraph in letter.paragraphs:
        body.extend(_lines(paragraph, fields))
    body.extend(_closing(letter, fields))
    return _part("document", f"<w:body>{''.join(body)}{_section()}</w:body>")


def _lines(paragraph: str, fields: _Fields) -> list[str]:
    """One paragraph; lines that begin with a dash become a list."""
    found: list[str] = []
    plain: list[str] = []
    lines = paragraph.split("\n")

    def flush(properties: str = "") -> None:
        if plain:
            found.append(_paragraph("Brieftext", "<w:r><w:br/></w:r>".join(map(fields.runs, plain)), properties))
            plain.clear()

    for line in lines:
        if item := re.match(r"[-–•*] +(?=\S)", line):
            flush("<w:keepNext/>" + _space())
            found.append(_paragraph("Aufzaehlung", fields.runs(line[item.end() :])))
        else:
            plain.append(line)
    flush()
    return found


def _closing(letter: Letter, fields: _Fields) -> list[str]:
    found: list[str] = []
    greeting, *signature = [line for line in letter.closing.split("\n") if line.strip()] or [""]
    if greeting:
        found.append(_paragraph("Grussformel", fields.runs(greeting)))
    for place, line in enumerate(signature or (["[Name]"] if greeting else [])):
        # Room to sign: three empty lines.
        found.append(_paragraph("Unterschrift", fields.runs(line), _space(before=0 if place else 3)))
    if letter.enclosures:
        found.append(_paragraph("Anlagen", "<w:r><w:rPr><w:b/></w:rPr><w:t>Anlagen</w:t></w:r>", _space(before=2)))
        found += [_paragraph("Anlagen", fields.runs(line)) for line in letter.enclosures]
    return found


def _address(letter: Letter, head: Letterhead, fields: _Fields) -> str:
    """Window and information block, side by side. The table begins where the letterhead ends."""
    gap = _INFORMATION_LEFT - _WINDOW_LEFT - _WINDOW_WIDTH
    indent = f'<w:tcMar><w:left w:w="{_twips(_LEFT - _WINDOW_LEFT)}" w:type="dxa"/></w:tcMar>'
    returned = _paragraph("Ruecksendeangabe", _run(head.return_line))
    # The window has room for six lines.
    recipient = letter.recipient or ("[Empfänger]", "[Anschrift]")
    lines = [*recipient[:5], ", ".join(recipient[5:])] if len(recipient) > 6 else list(recipient)
    address = "".join(_paragraph("Anschrift", fields.runs(line)) for line in lines)
    drop = f'<w:tcMar><w:top w:w="{_twips(_INFORMATION_DROP)}" w:type="dxa"/></w:tcMar>'
    information = "".join(
        _paragraph("Informationsblock", f"{_run(label + ':')}<w:r><w:tab/></w:r>{fields.runs(value)}")
        for label, value in _information(letter, head)
    ) or _paragraph("Informationsblock")
    empty = _paragraph("Standard")
    rows = _row(
        _ENDORSEMENTS,
        _cell(_WINDOW_WIDTH, returned, f'{indent}<w:vAlign w:val="bottom"/>')
        + _cell(gap, empty)
        + _cell(_INFORMATION_WIDTH, information, f'<w:vMerge w:val="restart"/>{drop}'),
    ) + _row(
        _ADDRESS,
        _cell(_WINDOW_WIDTH, address, indent) + _cell(gap, empty) + _cell(_INFORMATION_WIDTH, empty, "<w:vMerge/>"),
    )
    return _table(_WINDOW_LEFT - _LEFT, (_WINDOW_WIDTH, gap, _INFORMATION_WIDTH), rows)


def _information(letter: Letter, head: Letterhead) -> list[tuple[str, str]]:
    """The lines beside the address; the case number of the subject fills „Unser Zeichen“."""
    number = next((line[m.end() :] for line in letter.subject.split("\n") if (m := _ABOUT.match(line))), "")
    return [
        (label, number if number and label == "Unser Zeichen" and GAP.fullmatch(value) else value)
        for label, value in head.information
    ]


def _first_header(head: Letterhead, form: str) -> str:
    marks = "".join(
        _mark(place, width) for place, width in ((_FOLDS[form][0], 5.0), (_PUNCH, 7.0), (_FOLDS[form][1], 5.0))
    )
    name = _paragraph("Briefkopf", _run(head.town))
    if head.addition:
        name += _paragraph("Briefkopfzusatz", _run(head.addition))
    sender = "".join(_paragraph("Fusszeile", _run(line), "<w:jc w:val='right'/>") for line in (head.street, head.place))
    width = 210 - _LEFT - _RIGHT
    # The header ends where the letterhead ends; the paragraph that must follow a table takes one point of it.
    rows = _row(_LETTERHEAD[form] - _HEADER_START - 25.4 / 72, _cell(width - 60, name) + _cell(60, sender))
    end = '<w:p><w:pPr><w:pStyle w:val="Kopfzeile"/><w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
    return _part("hdr", f"{marks}{_table(0, (width - 60, 60), rows)}{end}")


def _mark(top: float, width: float) -> str:
    """A short line at the left edge: fold or punch here."""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Kopfzeile"/><w:framePr w:w="{_twips(width)}" w:h="20" w:hRule="exact" '
        f'w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="{_twips(4)}" w:y="{_twips(top)}"/>'
        '<w:pBdr><w:top w:val="single" w:sz="4" w:space="0" w:color="808080"/></w:pBdr>'
        '<w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
    )


def _first_footer(head: Letterhead) -> str:
    if not head.footer:
        return _part("ftr", _paragraph("Fusszeile"))
    width = (210 - _LEFT - _RIGHT) / len(head.footer)
    cells = "".join(
        _cell(width, "".join(_paragraph("Fusszeile", _run(line)) for line in column) or _paragraph("Fusszeile"))
        for column in head.footer
    )
    table = _table(0, [width] * len(head.footer), f"<w:tr>{cells}</w:tr>")
    return _part("ftr", f"{table}{_paragraph('Fusszeile')}")


def _page_number() -> str:
    def field(name: str) -> str:
        return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'

    return f"{_run('Seite ')}{field('PAGE')}{_run(' von ')}{field('NUMPAGES')}"


def _section() -> str:
    return (
        '<w:sectPr><w:headerReference w:type="first" r:id="rId4"/><w:headerReference w:type="default" r:id="rId5"/>'
        '<w:footerReference w:type="first" r:id="rId6"/><w:footerReference w:type="default" r:id="rId7"/>'
        f'<w:pgSz w:w="{_twips(210)}" w:h="{_twips(297)}"/><w:pgMar w:top="{_twips(_TOP_FOLLOWING)}" '
        f'w:right="{_twips(_RIGHT)}" w:bottom="{_twips(_BOTTOM)}" w:left="{_twips(_LEFT)}" '
        f'w:header="{_twips(_HEADER_START)}" w:footer="{_twips(8)}" w:gutter="0"/><w:titlePg/></w:sectPr>'
    )


def _core(letter: Letter, head: Letterhead, by_model: bool) -> str:
    marking = f"<cp:category>{_text(head.marking)}</cp:category>" if by_model else ""
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>'
        f"{_text(letter.subject.split(chr(10))[0] or 'Brief')}</dc:title><dc:creator>{_text(head.town)}</dc:creator>"
        f"{marking}<dc:language>de-DE</dc:language></cp:coreProperties>"
    )


def _custom(head: Letterhead, by_model: bool) -> str:
    marking = [("KI-Kennzeichnung", head.marking)] if by_model else []
    values = [*marking, ("Erstellt mit", "Amtsklar")]
    properties = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name="{name}">'
        f"<vt:lpwstr>{_text(value)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(values, 2)
    )
    return (
        f'{_HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
        f"{properties}</Properties>"
    )

"""HTML in and out: rich pastes from Teams and Outlook as plain text, and plain text as safe HTML.

Scripts, styles and everything that does not show are dropped. Nothing here is fetched or judged.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from html import escape, unescape

_DROPPED = frozenset(["script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "iframe"])
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_SPACED = frozenset(["p", "table", "ul", "ol", "blockquote", "pre", *_HEADINGS])
_PARAGRAPHS = frozenset(
    ["div", "section", "article", "header", "footer", "hr", "form", "main", "address", "figure", "dl", *_SPACED]
)
_VOID = frozenset(["br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr"])


class Part(StrEnum):
    """What a span of the plain text was in the HTML."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Span:
    """A span of the plain text and its structure; offsets in code points, half open. `level` is the list depth."""

    start: int
    end: int
    part: Part
    level: int = 0


# The parser of the standard library takes time in the square of a malformed text; this one reads each letter once.
_TOKEN = re.compile(
    r"""<!--.*?(?:-->|\Z)|<(?P<end>/?)(?P<tag>[a-zA-Z][\w:-]*)(?P<attrs>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>"""
    r"""|<(?P<end2>/?)(?P<tag2>[a-zA-Z][\w:-]*)(?P<attrs2>[^<>]*)>|<[!?][^<>]*>|[^<]+|<""",
    re.S,
)
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'>]*)))?""")
_RAW = frozenset(["script", "style"])


class _Reader:
    """Collects lines: (text, part, level, blank line before)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, Part, int, bool]] = []
        self._line: list[str] = []
        self._dropped = 0
        self._drop_tag = ""
        self._lists: list[int | None] = []
        self._quoted = 0
        self._heading = 0
        self._row: list[str] | None = None
        self._cell = False
        self._pre = 0
        self._marker = ""
        self._blank = False

    def feed(self, html: str) -> None:
        """Read a document."""
        place = 0
        while match := _TOKEN.match(html, place):
            place = match.end()
            tag = (match["tag"] or match["tag2"] or "").lower()
            if not tag:
                if not match[0].startswith(("<!", "<?")):
                    self._text(unescape(match[0]))
            elif match["end"] or match["end2"]:
                self._end_tag(tag)
            else:
                attributes = match["attrs"] or match["attrs2"] or ""
                self._start_tag(tag, _attributes(attributes))
                if attributes.endswith("/") and tag in _DROPPED:
                    self._end_tag(tag)
                elif tag in _RAW:
                    closing = re.compile(rf"</{tag}\b", re.I).search(html, place)
                    place = closing.start() if closing else len(html)

    def _start_tag(self, tag: str, attrs: dict[str, str]) -> None:
        if self._dropped and not (tag == "body" and self._drop_tag == "head"):
            self._dropped += tag == self._drop_tag
            return
        self._dropped = 0
        if tag in _DROPPED or (tag not in _VOID and _hidden(attrs)):
            self._dropped, self._drop_tag = 1, tag
        elif tag == "br":
            self._break()
        elif tag in ("ul", "ol"):
            self._flush(spaced=not self._lists)
            self._lists.append(_first_number(attrs) if tag == "ol" else None)
        elif tag == "li":
            self._flush()
            self._marker = self._next_marker()
        elif tag == "tr":
            self._flush()
            self._row = []
        elif tag in ("td", "th"):
            self._end_cell()
            self._cell = True
        elif tag in _PARAGRAPHS:
            if not self._marker:
                self._flush(spaced=tag in _SPACED and not self._lists)
            self._heading += tag in _HEADINGS
            self._quoted += tag == "blockquote"
            self._pre += tag == "pre"
        elif tag == "img":
            self._line.append(_emoji(attrs))

    def _end_tag(self, tag: str) -> None:
        if self._dropped:
            self._dropped -= tag == self._drop_tag
            return
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "li":
            self._flush()
            self._marker = ""
        elif tag in ("ul", "ol"):
            self._flush(spaced=len(self._lists) <= 1)
            if self._lists:
                self._lists.pop()
        elif tag in _PARAGRAPHS:
            self._flush(spaced=tag in _SPACED and not self._lists)
            self._heading = max(0, self._heading - (tag in _HEADINGS))
            self._quoted = max(0, self._quoted - (tag == "blockquote"))
            self._pre = max(0, self._pre - (tag == "pre"))

    def _text(self, data: str) -> None:
        if self._dropped:
            return
        if self._pre:
            first, *rest = data.split("\n")
            self._line.append(first)
            for line in rest:
                self._break()
                self._line.append(line)
            return
        self._line.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def finish(self) -> None:
        """Write what is still open when the document ends."""
        self._end_cell()
        self._end_row()
        self._flush()

    def _next_marker(self) -> str:
        number = self._lists[-1] if self._lists else None
        if number is None:
            return "- "
        self._lists[-1] = number + 1
        return f"{number}. "

    def _break(self) -> None:
        if self._cell:
            self._line.append(" ")
        elif self._line and "".join(self._line).strip():
            self._flush()
        else:
            self._line.clear()
            self._blank = bool(self.lines)

    def _flush(self, spaced: bool = False) -> None:
        if self._cell:
            self._line.append(" ")
            return
        content = "".join(self._line)
        self._line.clear()
        content = content.rstrip() if self._pre else re.sub(r" {2,}", " ", content).strip(" ")
        if content.strip("\u00a0\u200b\ufeff "):
            depth = max(0, len(self._lists) - 1)
            if self._marker:
                content, part = "  " * depth + self._marker + content, Part.LIST_ITEM
                self._marker = ""
            elif self._lists:
                content, part = "  " * (depth + 1) + content, Part.LIST_ITEM
            elif self._quoted:
                content, part = "> " + content, Part.QUOTED
            else:
                part = Part.HEADING if self._heading else Part.PARAGRAPH
            self.lines.append((content, part, len(self._lists), self._blank or part is Part.HEADING))
            self._blank = False
        elif content:
            self._blank = True
        self._blank = self._blank or spaced

    def _end_cell(self) -> None:
        if not self._cell:
            return
        self._cell = False
        content = re.sub(r"[ \t\r\n\f]+", " ", "".join(self._line)).strip(" ")
        self._line.clear()
        if self._row is None:
            self._row = []
        self._row.append(content)

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None and any(self._row):
            cells = self._row if len(self._row) > 1 else [cell for cell in self._row if cell]
            part = Part.TABLE_ROW if len(cells) > 1 else Part.PARAGRAPH
            self.lines.append(("\t".join(cells).rstrip("\t"), part, 0, self._blank))
            self._blank = False
        self._row = None


def _attributes(content: str) -> dict[str, str]:
    if not content or content.isspace():
        return {}
    found = _ATTRIBUTE.finditer(content)
    return {match[1].lower(): unescape(match[2] or match[3] or match[4] or "") for match in found}


def _hidden(attrs: dict[str, str]) -> bool:
    style = attrs.get("style", "").replace(" ", "").lower()
    return "display:none" in style or "mso-hide:all" in style or "hidden" in attrs


def _first_number(attrs: dict[str, str]) -> int:
    start = attrs.get("start", "1")
    return int(start) if start.isdecimal() and start.isascii() and len(start) < 6 else 1


def _emoji(attrs: dict[str, str]) -> str:
    # Teams sends emoji as pictures with the character in `alt`; other pictures have no place in a text.
    alt = attrs.get("alt", "")
    return alt if len(alt) <= 4 and not alt.isascii() else ""


def to_text(html: str) -> tuple[str, tuple[Span, ...]]:
    """Plain text of an HTML fragment or document, and what its lines were.

    Paragraphs are separated by a blank line, list items begin with `- ` or their number, table cells are separated by
    a tab, quoted blocks begin with `> `. Never fails: broken HTML is read as far as it makes sense.
    """
    reader = _Reader()
    reader.feed(html)
    reader.finish()
    pieces: list[str] = []
    spans: list[Span] = []
    position = 0
    for content, part, level, blank in reader.lines:
        if pieces:
            gap = "\n\n" if blank else "\n"
            pieces.append(gap)
            position += len(gap)
        pieces.append(content)
        spans.append(Span(position, position + len(content), part, level))
        position += len(content)
    return "".join(pieces), tuple(spans)


def text_of(html: str) -> str:
    """The plain text of an HTML fragment or document."""
    return to_text(html)[0]


_ITEM = re.compile(r"(\s*)(?:[-•*–] |(\d{1,3})[.)] )(.*)")


def to_html(text: str) -> str:
    """Safe HTML for a plain text: paragraphs, line breaks, lists and tab-separated tables; everything else escaped."""
    pieces: list[str] = []
    paragraph: list[str] = []
    items: list[str] = []
    rows: list[str] = []
    ordered: str | None = None

    def close() -> None:
        nonlocal ordered
        if paragraph:
            pieces.append(f"<p>{'<br>'.join(paragraph)}</p>")
            paragraph.clear()
        if items:
            tag = "ol" if ordered else "ul"
            first = f' start="{int(ordered)}"' if ordered and int(ordered) != 1 else ""
            pieces.append(f"<{tag}{first}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>")
            items.clear()
        if rows:
            pieces.append(f"<table>{''.join(rows)}</table>")
            rows.clear()
        ordered = None

    for line in re.split(r"\r\n|[\r\n\u2028\u2029]", text):
        item = _ITEM.fullmatch(line)
        if not line.strip():
            close()
        elif item:
            number: str | None = item[2]
            if not items or bool(number) != bool(ordered):
                close()
                ordered = number
            items.append(escape(item[3]))
        elif "\t" in line:
            if not rows:
                close()
            rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line.split("\t")) + "</tr>")
        elif items and line[0] in " \t":
            items[-1] += "<br>" + escape(line.strip())
        else:
            if items or rows:
                close()
            paragraph.append(escape(line))
    close()
    return "".join(pieces)

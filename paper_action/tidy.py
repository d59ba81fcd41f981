"""Mend the table an older script left: torn rows, repeated papers, TeX that nobody decoded."""

import re

from . import table
from .text import line, paragraphs, split_paragraphs

_TEXTS = ("title", "abstract", "authors", "comment")
_PIECE = re.compile(
    r"\\[\\*_{}\[\]<>|$&#%]|(?<=-)\\-|\\:(?=//)|(?<=[wW]{3})\\\."
    r"|(?P<maths>\$(?![\s$`])(?:[^$\\]|\\.)+\$|\\\((?:[^\\]|\\[^()])+\\\))"
    r"|(?P<good>\$?(?<!`)`(?!`)[^`\n]+(?<!`)`(?!`)\$?|<code>[^<]*</code>|<span>\$</span>|<https?://[^\s<>]+>"
    r"|</?(?:a|br|code|details|em|span|strong|summary|sub|sup)(?:[ \t][^<>\n]*)?/?>"
    r"|!?\[|\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)|\*{1,3}|(?<!\{)https?://[^\s<>|{}\\]+)"
)
"""What a cell consists of: escapes that TeX and Markdown share, maths that is still TeX, and good
Markdown, which stays as it is whatever stands around it."""
_RAW = re.compile(r"[\\{}$~]|``|''|--|&(?:amp|lt|gt|quot|nbsp);")
"""What else there is in a cell that was never turned into Markdown."""


def tidied(page: table.Page) -> int:
    """Mend a page's rows; return how many that changed or removed.

    A row that names no arXiv paper stays as it is.
    """
    done, seen, mended = [], set[str](), 0
    for row in page.rows:
        identifier = table.row_id(row, page.columns)
        cells = list(map(_mended, table.cells(re.sub(r"\r\n?", "\n", row.strip()), page.columns), page.columns))
        same = not identifier or (table.split_cells(row) == cells and len(table.split_lines(row)) == 1)
        mended += not same or identifier in seen
        if not identifier or identifier not in seen:
            done.append(row if same else f"| {' | '.join(cells)} |{page.eol}")
        seen.add(identifier)
    page.rows = done
    return mended


def _mended(cell: str, column: str) -> str:
    """Return a cell as one line of good Markdown."""
    cell = re.sub(r"(?<!\\)\|", r"\\|", cell)
    raw = column in _TEXTS and _RAW.search(_PIECE.sub(r" \g<maths> ", cell))
    parts = (_decoded(part, column) if raw else " ".join(part.splitlines()).strip() for part in split_paragraphs(cell))
    return "<br><br>".join(filter(None, parts))


def _decoded(text: str, column: str) -> str:
    """Decode the TeX between what is Markdown already."""
    done, at = "", 0
    for piece in [*_PIECE.finditer(text), re.search(r"(?P<good>)\Z", text)]:
        if piece and piece["good"] is not None:
            raw = re.sub(r"\\([|*<>])", r"\1", text[at : piece.start()])
            inner = paragraphs(raw) if column == "abstract" else line(raw)
            done += " " * raw[:1].isspace() + inner + " " * (raw[-1:].isspace() and bool(inner)) + piece[0]
            at = piece.end()
    return done.strip()

r"""Tables of papers in Markdown: read once, into rows that know their cells and their papers.

A paper is listed where a link leads to it. Where Markdown is hard to tell, the reading counts that
neither loses a paper nor repeats one; whoever writes a file reads the result again. The tables are
GitHub's (https://github.github.com/gfm/#tables-extension-).
"""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .paper import Paper, linked_ids
from .text import line, linked, paragraphs, plain, split_paragraphs

KEYS = {"link", "pdf", "id"}
"""The columns of addresses; where there is none of them, the title is a link."""
TITLES = {"title", "title+authors"}
"""The columns of titles; these and the addresses tell which paper a row is about."""
FIELDS = "id title abstract authors categories date url announce_type".split()
"""What programs get of a paper."""
_HEADERS = Path(__file__).with_name("headers.txt").read_text(encoding="utf-8")
_COLUMNS: dict[str, str] = dict(re.findall("(.*): (.*)", _HEADERS))
_DRESS = re.compile(r"<[^<>]*>|(?:!\[[^][]*)?\]\([^()]*\)|:\w+:")  # HTML, images, targets, :emoji:

# Patterns see a file with a line feed put before its first line and the other line endings made
# one. So a line begins with its line feed, and the same place in the file is that line, ended.
_FENCE = r"(`{3,}(?=[^`\n]*$)|~{3,}).*?(?:\n[ \t]*\1[`~]*[ \t]*$|(\Z))"
_COMMENT = r"<!--(?!\s*papers:).*?(?:-->|(\Z))"
_ITEM = r"(?:(?:[-+*]|\d{1,9}[.)])[ \t]+)*"
_HIDDEN = re.compile(rf"(?ms)\n[ \t]*{_ITEM}(?:{_FENCE}|{_COMMENT})")
_MARKER = re.compile(r"(?m)\n {0,3}<!--\s*papers:(?:start|end)\b([^>\n]*)-->[ \t]*$")
# No row: code, a heading, a quote, HTML, an item of a list, a line across, a lone pipe.
_BLOCK = r"\t|#{1,6}\s|>|<[A-Za-z/!?]|(?:[-+*]|\d{1,9}[.)])\s|(?:[-*_][ \t]*){3,}$|\|[ \t]*$"
# Where line breaks tore a row, it goes on up to the line that ends with a pipe.
_TORN = r"[ \t]*\|(?:[^|\n]++|\|(?![ \t]*$)|\n(?![ \t]*(?:\||<!--|$)))*+\|[ \t]*$"
_ROW = re.compile(rf"(?m)\n(?![ \t]*$| {{4}}| {{0,3}}(?:{_BLOCK}))(?:{_TORN}|[^\n]*)")
_DELIMITER = re.compile(r"(?m)\n {0,3}[|:-][|: \t-]*$")

_CELLS: dict[str, Callable[[Paper], str]] = {
    "title": lambda paper: line(paper.title),
    "linked-title": lambda paper: linked(paper.title, paper.url),
    "link": lambda paper: f"[{paper.url}]({paper.url})",
    "abstract": lambda paper: paragraphs(paper.abstract),
    "abstract-folded": lambda paper: paper.abstract and _FOLD.format(paragraphs(paper.abstract)),
    "authors": lambda paper: ", ".join(map(line, paper.authors)),
    "date": lambda paper: f"{paper.date:%Y-%m-%d}",
    "pdf": lambda paper: f"[pdf](https://arxiv.org/pdf/{paper.id})",
    "categories": lambda paper: line(", ".join(paper.categories)),
    "comment": lambda paper: line(paper.comment),
    "doi": lambda paper: paper.doi and line(f"https://doi.org/{paper.doi}"),
    "id": lambda paper: f"[{paper.id}]({paper.url})",
}
_FOLD = "<details><summary>Abstract</summary>{}</details>"


@dataclass(slots=True, eq=False)
class Row:
    """A row: its text with the line endings, its cells, the papers it lists, its own one first.

    It is ``told`` where columns of ours tell which paper is its own, so that it can be made anew.
    """

    text: str
    cells: list[str]
    ids: list[str]
    told: bool = True


@dataclass(slots=True)
class Table:
    """A table in a text, from offset ``start`` to ``stop``.

    A column that is not understood has an empty name; without columns, a table could be made there.
    """

    start: int
    stop: int
    header: str = ""
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)

    def put_into(self, text: str) -> str:
        """Return the text it was read from with the table as it is now."""
        rows = "".join(row.text for row in self.rows)
        return text[: self.start] + self.header + rows + text[self.stop :]


@dataclass(slots=True)
class Page:
    """A text, the table in it that is ours, the papers it lists, and where everything stands.

    ``shape`` is what patterns see of it; ``unclosed`` has the offset of a fence or a comment that
    hides its end; ``marks`` has the offsets of the markers of each section.
    """

    text: str
    shape: str
    unclosed: list[int]
    ours: Table
    tables: list[Table] = field(default_factory=list)
    papers: set[str] = field(default_factory=set)
    marks: dict[str, list[int]] = field(default_factory=dict)

    def line(self, offset: int) -> int:
        """Return the number of the line at an offset, counted from 1."""
        return self.shape.count("\n", 0, offset + 1)


def cell(paper: Paper, column: str) -> str:
    """Return the content of one cell, empty where the column is not understood."""
    return "<br>".join(_CELLS[name](paper) for name in column.split("+") if name)


def cells(paper: Paper, columns: Sequence[str], *, folded: bool) -> list[str]:
    """Return the cells of a paper's row; ``folded`` hides the abstract until it is clicked."""
    special = {"abstract": "abstract-folded"} if folded else {}
    special |= {} if KEYS & set(columns) else {name: f"linked-{name}" for name in TITLES}
    return [cell(paper, special.get(column, column)) for column in columns]


def record(paper: Paper) -> dict[str, object]:
    """Return a paper as programs get it: plain text, the paragraphs of the abstract apart."""
    abstract = "\n\n".join(map(plain, split_paragraphs(paper.abstract)))
    texts = {"title": plain(paper.title), "abstract": abstract, "date": paper.date.isoformat()}
    lists = {"authors": [*map(plain, paper.names)], "categories": [*paper.categories]}
    return {name: getattr(paper, name, "") for name in FIELDS} | texts | lists


def head(columns: Sequence[str], eol: str) -> str:
    """Return the two lines at the head of a new table."""
    names = [name.upper() if len(name) < 4 else name.split("-")[0].title() for name in columns]
    return f"| {' | '.join(names)} |{eol}|{' --- |' * len(names)}{eol}"


def _split(text: str) -> list[str]:
    """Return a row's cells; a pipe behind a backslash is no border."""
    text = text.strip().replace("\\|", "\0").removeprefix("|").removesuffix("|")
    return [content.replace("\0", "\\|").strip() for content in text.split("|")]


def _columns(header: str, delimiter: str) -> tuple[str, ...]:
    """Return what each name in a header means, whatever dress it wears; nothing if it is none."""
    names, dashes = _split(header.lower()), _split(delimiter)
    bare = (html.unescape(_DRESS.sub(" ", name)) for name in names)
    words = [re.sub(r"[\W_]+", " ", name).strip() for name in bare]
    beside = {"paper": "link"} if "title" in words else {}
    fits = len(dashes) == len(names) and all(re.fullmatch(":?-+:?", dash) for dash in dashes)
    return tuple(beside.get(word, _COLUMNS.get(word, "")) for word in words) if fits else ()


def _row(text: str, lines: Sequence[str], columns: Sequence[str]) -> Row:
    """Read a row, of which every link counts but those of an abstract, an address column's first.

    Where line breaks tore it, or it has too many cells, the first one does; and with too many,
    nothing tells which paper it is about, unless every column is ours.
    """
    cells = _split(" ".join(map(str.strip, lines)))
    pairs = sorted(zip(columns, cells, strict=False), key=lambda pair: pair[0] not in KEYS)
    counted = " ".join(content for column, content in pairs if column != "abstract")
    telling = " ".join(content for column, content in pairs if column in KEYS | TITLES)
    crowded = len(cells) > len(columns)
    ids = linked_ids(text)[:1] if crowded or len(lines) > 1 else linked_ids(counted)
    told = bool(ids) and ids[0] in linked_ids(telling)[:1] and not (crowded and "" in columns)
    return Row(text, cells, ids, told)


def _scanned(text: str) -> Page:
    """Return all of a text; a link lists its paper wherever it stands, but in a row's abstract."""
    shape = "\n" + text.replace("\r\n", " \n").replace("\r", "\n")
    shape = re.sub("^\n\ufeff", "\ufeff\n", shape)
    unclosed = [found.start() for found in _HIDDEN.finditer(shape) if "" in found.groups()]
    shape = _HIDDEN.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), shape)
    page, stop = Page(text, shape, unclosed, Table(0, 0)), 0
    for found in _MARKER.finditer(shape):
        page.marks.setdefault(" ".join(found[1].split()), []).append(found.start())
    for found in _DELIMITER.finditer(shape):
        start, body = max(0, shape.rfind("\n", 0, found.start())), found.end()
        header = shape[start : found.start()]
        if start >= stop and "|" in header and (columns := _columns(header, found[0])):
            page.papers.update(linked_ids(text[stop:body]))
            page.tables.append(table := Table(start, body, text[start:body], columns))
            while row := _ROW.match(shape, table.stop):
                written, table.stop = text[row.start() : row.end()], row.end()
                table.rows.append(_row(written, row[0][1:].split("\n"), columns))
                page.papers.update(table.rows[-1].ids)
            stop = table.stop
    page.papers.update(linked_ids(text[stop:]))
    return page


def read(text: str, section: str = "") -> Page:
    """Read a file once: ours is the table between the markers, else the file's first of papers.

    Of several below its heading, it is the one with the most papers. With a section, only what
    stands between its markers is listed, and every HTML comment.
    """
    page = _scanned(text)
    marks = page.marks.get(section, [len(text)])
    fit = [table for table in page.tables if marks[0] < table.start < marks[-1]]
    if section:
        comments = re.findall("(?s)<!--(.*?)-->", text)
        page.papers = _scanned("\n\n".join([text[marks[0] : marks[-1]], *comments])).papers
    elif "" not in page.marks:
        others = [range(found[0], found[-1]) for found in page.marks.values()]
        free = [table for table in page.tables if not any(table.start in taken for taken in others)]
        fit = [table for table in free if TITLES & {*table.columns}]
        fit = [each for each in fit if KEYS & {*each.columns} or any(row.ids for row in each.rows)]
    headings = [page.shape.rfind("\n#", 0, table.start) for table in fit]
    beside = [table for table, at in zip(fit, headings, strict=True) if at == headings[0]]
    sized = {sum(bool(row.ids) for row in table.rows): table for table in reversed(beside)}
    page.ours = sized[max(sized)] if sized else Table(marks[-1], marks[-1])
    return page

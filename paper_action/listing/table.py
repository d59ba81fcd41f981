"""A table of papers: what its columns mean, and its rows, read and made.

The tables are GitHub's (https://github.github.com/gfm/#tables-extension-).
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from paper_action.paper import ID, LINK, Paper, linked_ids
from paper_action.settings import TELLING
from paper_action.text import line as markdown
from paper_action.text import linked, paragraphs

from .repository import repository

# The columns whose cell is a link to the paper; where there is none of them, the
# title is that link.
ADDRESSES = TELLING - {"title"}

# By column, what a header may call it, in any capitals; a new table the first of it.
_NAMES = {
    "title": ("Title", "Paper", "Paper Title", "Title Authors", "标题", "论文"),
    "link": ("Link", "Links", "URL", "Paper Link", "链接"),
    "abstract": ("Abstract", "摘要"),
    "authors": ("Authors", "Author", "作者"),
    "date": ("Date", "Publish Date", "Published", "日期"),
    "pdf": ("PDF", "PDF Link"),
    "categories": ("Categories", "Category", "Subjects"),
    "comment": ("Comment", "Comments"),
    "doi": ("DOI",),
    "id": ("ID", "arXiv", "arXiv ID"),
    "code": ("Code", "Code Link", "GitHub", "Repo", "代码"),
}
_COLUMNS = {name.lower(): column for column, names in _NAMES.items() for name in names}
# What else may stand in a header, each a blank to whoever looks for a name.
_DECORATION = re.compile(
    r"(?:<[^<>]*>"  # HTML
    r"|!\[[^][]*\]\([^()]*\)"  # an image
    r"|\](?:\([^()]*\)|\[[^][]*\])"  # where a link leads
    r"|:[\w+-]+:"  # an emoji by its name
    r"|&#?\w+;"  # an entity
    r"|[\W_])+"  # emphasis, brackets, emoji
)
_BORDER = re.compile(r"\|(?<!\\\|)")  # a pipe, unless it is one behind a backslash

# Cells with a link as we make it, group 1 being where it leads: a title, and a cell
# of nothing else than an address, an ID or the word pdf.
_TITLE = re.compile(r"\[.*?\]\((http[^]()\s]+)\)")
_OURS = re.compile(rf"\[(?:http[^]\s]+|{ID}|pdf)\]\((http[^)\s]+)\)$", re.ASCII)


class Row(NamedTuple):
    """A row: its text with the line endings, its cells, the papers that it lists.

    The first of ``ids`` is the paper it is about. ``subject`` is the same, but empty
    where no column of ours tells it, so that the row cannot be made anew. ``line``
    is the number of its first line in the file, 0 for a row that was just made.
    """

    text: str
    cells: Sequence[str]
    ids: Sequence[str]
    subject: str
    line: int


class Table(NamedTuple):
    """A table in a text: its header at offset ``start``, its rows, its end.

    ``header`` is the text of the header and of the dashes below it, ``line`` the
    number of its first line. A column that is not understood has an empty name.
    """

    start: int
    end: int
    line: int
    header: str
    columns: Sequence[str]
    rows: Sequence[Row]

    @property
    def rows_start(self) -> int:
        """The offset at which the rows start."""
        return self.start + len(self.header)


def split_cells(text: str) -> list[str]:
    """Return the cells of a row; a pipe behind a backslash is no border."""
    inside = text.strip().removeprefix("|")
    cells = [cell.strip() for cell in _BORDER.split(inside)]
    if len(cells) > 1 and not cells[-1]:
        del cells[-1]
    return cells


def columns_of(header: str) -> list[str]:
    """Return the column that each name in a header means; empty where none is."""
    names = [_DECORATION.sub(" ", name).strip() for name in split_cells(header.lower())]
    meanings = _COLUMNS
    if "title" in names:
        meanings = _COLUMNS | {"paper": "link"}
    return [meanings.get(name, "") for name in names]


def new_header(columns: Sequence[str], ending: str) -> str:
    """Return the header of a new table, and the dashes below it."""
    names = " | ".join(_NAMES[name.removesuffix("-folded")][0] for name in columns)
    dashes = " | ".join("---" for _ in columns)
    return f"| {names} |{ending}| {dashes} |{ending}"


def read_row(lines: Sequence[str], columns: Sequence[str], number: int) -> Row:
    """Read a row from its line, or from those into which line breaks tore it.

    All its links count but those of an abstract, and the one that tells its paper comes
    first. Where a row is torn or has too many cells, nobody knows which cell is the
    abstract, and its first link alone counts.
    """
    joined = " ".join(line.strip() for line in lines)
    cells = split_cells(joined)
    told = _told_ids(cells, columns)
    is_crowded = len(cells) > len(columns)
    if is_crowded or len(lines) > 1:
        ids = linked_ids(joined)[:1]
    else:
        ids = told + _ids_beside_abstracts(cells, columns)

    # Of too many cells nobody knows which ones people wrote.
    is_mixed = is_crowded and not {"", "code"}.isdisjoint(columns)
    subject = ""
    if told and told[0] == ids[0] and not is_mixed:
        subject = told[0]
    text = "".join(lines)
    return Row(text=text, cells=cells, ids=ids, subject=subject, line=number)


def _told_ids(cells: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Return the papers that a row's cells tell; the first is the one it is about.

    A link as we make it tells the paper, be it under another column of ours or behind
    the last, for the header may have been edited since; else a column that tells it.
    """
    known = [pair for pair in zip(columns, cells, strict=False) if pair[0]]
    known += [("beyond", cell) for cell in cells[len(columns) :]]
    known.sort(key=_by_column)
    made = [_made_address(column, cell) for column, cell in known]
    telling = [cell for column, cell in known if column in TELLING]
    return linked_ids(" ".join(made + telling))


def _by_column(known: tuple[str, str]) -> int:
    """Sort key of a column and its cell: first addresses, then titles, then others."""
    column = known[0]
    if column in ADDRESSES:
        return 0
    return 1 if column == "title" else 2


def _ids_beside_abstracts(cells: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Return the papers to which a row links, but for those that an abstract names."""
    pairs = zip(columns, cells, strict=False)
    listing = [cell for column, cell in pairs if column != "abstract"]
    return linked_ids(" ".join(listing))


def _made_address(column: str, cell: str) -> str:
    """Return the address in a cell that is a link as we make it, else nothing."""
    pattern = _TITLE if column == "title" else _OURS
    found = pattern.match(cell)
    return found[1] if found else ""


def is_theirs(column: str, cell: str) -> bool:
    """Tell whether people filled a cell: one that is not ours, or leads elsewhere.

    People put code and badges beside a title or a link; a link to code may be all
    that tells it.
    """
    if not column:
        return True
    leads_elsewhere = "://" in LINK.sub("", cell)
    return leads_elsewhere and column in TELLING | {"code"}


def margin(header: str) -> str:
    """Return the blanks before a table's header, which stands in an item of a list."""
    return header[: len(header) - len(header.lstrip(" "))]


def cells(paper: Paper, columns: Sequence[str]) -> list[str]:
    """Return the cells of a paper's row, empty where a column is not understood."""
    title = "linked-title" if ADDRESSES.isdisjoint(columns) else "title"
    names = [title if column == "title" else column for column in columns]
    return [_CELLS[name](paper) for name in names]


def _folded_abstract(paper: Paper) -> str:
    abstract = paragraphs(paper.abstract)
    return f"<details><summary>Abstract</summary>{abstract}</details>"


def _doi(paper: Paper) -> str:
    return markdown(f"https://doi.org/{paper.doi}") if paper.doi else ""


def _code(paper: Paper) -> str:
    address = repository(paper)
    return f"[code]({address})" if address else ""


_CELLS: dict[str, Callable[[Paper], str]] = {
    "": lambda _: "",
    "title": lambda paper: markdown(paper.title),
    "linked-title": lambda paper: linked(paper.title, paper.url),
    "link": lambda paper: f"[{paper.url}]({paper.url})",
    "abstract": lambda paper: paragraphs(paper.abstract),
    "abstract-folded": _folded_abstract,
    "authors": lambda paper: ", ".join(map(markdown, paper.authors)),
    "date": lambda paper: paper.date.date().isoformat(),
    "pdf": lambda paper: f"[pdf](https://arxiv.org/pdf/{paper.id})",
    "categories": lambda paper: markdown(", ".join(paper.categories)),
    "comment": lambda paper: markdown(paper.comment),
    "doi": _doi,
    "id": lambda paper: f"[{paper.id}]({paper.url})",
    "code": _code,
}

"""The list as it is to be written: what stands around its rows, and rows made anew."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from paper_action.paper import Cursor, Paper, Reading
from paper_action.settings import Settings

from .files import line_ending
from .marks import marker_form, note_form
from .opening import Opened
from .table import Row, cells, is_theirs, margin, new_header


class Draft(NamedTuple):
    """The text above a table's header, the header, the rows, the text below them.

    Of the ``columns`` that of abstracts is ``abstract-folded`` where they are folded.
    """

    above: str
    header: str
    rows: Sequence[Row]
    below: str
    columns: Sequence[str]

    @property
    def text(self) -> str:
        """The whole text."""
        inside = "".join(row.text for row in self.rows)
        return self.above + self.header + inside + self.below

    def with_line(self, line: str) -> "Draft":
        """Return the draft with a line above the header, and a blank one below it."""
        ending = line_ending(self.header)
        above = self.above + margin(self.header) + line + ending + ending
        return self._replace(above=above)


def drafted(before: Opened, news: Reading, settings: Settings) -> Draft:
    """Return the list with what was read.

    Papers have rows, records make rows anew, and a note says the cursor.
    """
    draft = _framed(before, news.cursor, settings)
    old = _tidied(draft, news.records)
    new = [_made_row(paper, draft) for paper in news.papers]
    rows = [*new, *old] if settings.order == "newest-first" else [*old, *new]
    return draft._replace(rows=rows)


def _framed(before: Opened, cursor: Cursor | None, settings: Settings) -> Draft:
    """Return the list as it is, but with a table, and a note that says the cursor."""
    above, below = _around(before, cursor, settings)
    columns = _columns(before, settings)
    if before.table:
        header = before.table.header
    else:
        ending = line_ending(above + below)
        header = new_header(columns, ending)
        above += ending
        below = ending + below
        if not before.part:
            above += marker_form("start", settings.section) + ending + ending
            below = ending + marker_form("end", settings.section) + below
    draft = Draft(above, header, before.rows, below, columns)
    if cursor and not before.note:
        draft = draft.with_line(note_form(cursor, settings.section))
    return draft


def _around(
    before: Opened, cursor: Cursor | None, settings: Settings
) -> tuple[str, str]:
    """Return the texts above and below our table; a note in them says the cursor."""
    text = before.page.text
    note = before.note
    shift = 0  # by so much a note above the table grows
    if cursor and note:
        form = note_form(cursor, settings.section)
        if note.start < before.place.start:
            shift = len(form) - (note.end - note.start)
        text = text[: note.start] + form + text[note.end :]
    return text[: before.place.start + shift], text[before.place.stop + shift :]


def _columns(before: Opened, settings: Settings) -> Sequence[str]:
    """Return the columns of our table, abstracts folded if the settings want it so."""
    columns = before.table.columns if before.table else settings.columns
    if "abstract-folded" not in settings.columns:
        return columns
    return ["abstract-folded" if name == "abstract" else name for name in columns]


def _made_row(paper: Paper, draft: Draft, old_cells: Sequence[str] = ()) -> Row:
    """Return a paper's row in the table of a draft, as far from the margin as that.

    Of an old row's cells those stay that only people can have filled.
    """
    made = cells(paper, draft.columns)
    for number, (column, old) in enumerate(zip(draft.columns, old_cells, strict=False)):
        if is_theirs(column, old):
            made[number] = old
    text = f"{margin(draft.header)}| {' | '.join(made)} |{line_ending(draft.header)}"
    return Row(text=text, cells=made, ids=[paper.id], subject=paper.id, line=0)


def _tidied(draft: Draft, records: Mapping[str, Paper]) -> list[Row]:
    """Return a draft's rows, made anew where a record tells how.

    The others stay byte for byte. A repeat goes unless people wrote something into it
    that the paper's first row does not say.
    """
    left: list[Row] = []
    firsts: dict[str, Row] = {}
    for row in draft.rows:
        paper = records.get(row.subject)
        if not paper:
            left.append(row)
            continue
        made = _made_row(paper, draft, old_cells=row.cells)
        first = firsts.setdefault(row.subject, made)
        if made is not first:
            said = {"", *cells(paper, draft.columns), *first.cells}
            if said.issuperset(made.cells):
                continue
        left.append(row if row.text == made.text else made)
    return left

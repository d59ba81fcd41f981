"""What stands around the rows of our table: the text, the header, markers, the note."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from paper_action.paper import Cursor
from paper_action.settings import Settings

from .files import line_ending
from .marks import marker_form, note_form
from .opening import Opened
from .table import Row, columns_of, header_of, margin


class Frame(NamedTuple):
    """The text above a table's header, the header, the text below the rows."""

    above: str
    header: str
    below: str
    columns: Sequence[str]

    def text(self, rows: Iterable[Row]) -> str:
        """Return the whole text with rows in the table."""
        return self.above + self.header + "".join(row.text for row in rows) + self.below

    def with_line(self, line: str) -> "Frame":
        """Return the frame with a line above the header, and a blank one below it."""
        ending = line_ending(self.header)
        above = self.above + margin(self.header) + line + ending + ending
        return self._replace(above=above)


def frame_of(before: Opened, cursor: Cursor | None, settings: Settings) -> Frame:
    """Return what stands around the rows of our table, or is made to stand there.

    With a cursor the note is made to say it.
    """
    text = before.page.text
    place = before.place
    above = text[: place.start]
    below = text[place.stop :]
    form = note_form(cursor, settings.section) if cursor else ""
    note = before.note
    if form and note and note.start < place.start:
        above = text[: note.start] + form + text[note.end : place.start]
    elif form and note:
        below = text[place.stop : note.start] + form + text[note.end :]

    if before.table:
        frame = Frame(above, before.table.header, below, before.table.columns)
    else:
        frame = _made(above, below, settings, is_marked=before.part is not None)
    return frame.with_line(form) if form and not note else frame


def _made(above: str, below: str, settings: Settings, *, is_marked: bool) -> Frame:
    """Return the frame of a new table, with markers if there are none yet."""
    ending = line_ending(above + below)
    above += ending
    below = ending + below
    if not is_marked:
        above += marker_form("start", settings.section) + ending + ending
        below = ending + marker_form("end", settings.section) + below
    header = header_of(settings.columns, ending)
    return Frame(above, header, below, columns_of(header.partition(ending)[0]))

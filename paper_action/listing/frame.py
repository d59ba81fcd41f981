"""What stands around the rows of a table: the text, the header, our markers and note."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from paper_action.settings import Settings

from .files import line_ending
from .marks import Note, marker_form
from .page import Page
from .place import Gap
from .table import Row, Table, columns_of, header_of, margin


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

    def with_blank(self) -> "Frame":
        """Return the frame with a blank line above the header, if there is none yet."""
        ending = line_ending(self.header)
        is_first = not self.above.strip("\ufeff")
        if is_first or self.above.rstrip(" \t").endswith(ending + ending):
            return self
        return self._replace(above=self.above + ending)


def frame_of(
    page: Page, place: Table | Gap, note: Note | None, renewed: str, settings: Settings
) -> Frame:
    """Return what stands around the rows of our table, or is made to stand there.

    ``renewed`` is what the note is to say, empty where it is to stay as it is.
    """
    above, below = _surroundings(page, place, note, renewed)
    if isinstance(place, Table):
        frame = Frame(above, place.header, below, place.columns)
    else:
        frame = _made(above, below, settings, is_marked=place.is_marked)
    if renewed and not note:
        frame = frame.with_line(renewed)
    return frame


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


def _surroundings(
    page: Page, place: Table | Gap, note: Note | None, renewed: str
) -> tuple[str, str]:
    """Return the text above and the text below a place, the note in it renewed."""
    above = page.text[: place.start]
    below = page.text[place.end :]
    if note and renewed:
        start = note.place.start
        stop = note.place.stop
        if start < place.start:
            above = page.text[:start] + renewed + page.text[stop : place.start]
        else:
            below = page.text[place.end : start] + renewed + page.text[stop:]
    return above, below

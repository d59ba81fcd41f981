"""One topic's list: opened, revised on paper, checked, and only then written.

The list is a table in a Markdown file, an archive of pages for its oldest rows, and
perhaps a data file. What is about to be written is read first, as the next run will
read it, so that no list can grow by the same papers day after day.
"""

from collections.abc import Sequence, Set
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from paper_action.paper import Cursor, Paper, Reading, Revision
from paper_action.settings import Settings

from . import advice
from .archive import Pages, is_too_long, move_oldest, papers_of, read_archive
from .data_file import extended, read_data_file
from .draft import Draft, drafted
from .files import read_text, replace_all
from .marks import Note
from .opening import NEEDED, Opened, opened, refusal

_NEW_FILE = "# arXiv papers\n"
# A note that is older moves without new rows too: the query API is asked from it on.
_NOTE_AGE = timedelta(days=21)


class State(NamedTuple):
    """What a list says before a run.

    ``papers`` are those already listed, ``untidy`` those whose rows are to be made
    anew, each once; ``cursor`` is how far the list has read.
    """

    papers: Set[str]
    untidy: Sequence[str]
    cursor: Cursor | None


class _Change(NamedTuple):
    """What becomes of a list that ``had`` so many papers.

    ``news`` is what was read and is not there yet, ``draft`` the list with it, and
    ``left`` the draft without the rows that move to ``pages``.
    """

    had: int
    news: Reading
    draft: Draft
    left: Draft
    pages: Pages


def listed(folder: Path, settings: Settings) -> State:
    """Return what the list says.

    Raises ConfigError when the files cannot take rows.
    """
    read_data_file(folder, settings)
    before = _read(folder, settings)
    untidy = dict.fromkeys(row.subject for row in before.rows if row.subject)
    return State(
        papers=before.papers | papers_of(read_archive(folder, settings)),
        untidy=[*untidy] if settings.tidy else [],
        cursor=before.note.cursor if before.note else None,
    )


def revise(folder: Path, reading: Reading, settings: Settings) -> Revision:
    """Add the papers not listed yet, tidy and archive; write the files below a folder.

    Nothing is written in a dry run, nor when a ConfigError tells that the next run
    would not find what this one wrote.
    """
    # The data file comes first: so no record is doubled by a run that ends meanwhile.
    data = read_data_file(folder, settings)
    before = _read(folder, settings)
    archive = read_archive(folder, settings)
    change = _changed(before, archive, reading, settings)
    done = _told(before, change, reading, settings)
    if change.left.text == before.page.text and not change.pages:
        return done

    after = _read_again(change, settings)
    done = done._replace(place=_place(after, done.added, settings))
    if settings.dry_run:
        return done

    files = {**change.pages, settings.path: change.left.text}
    if done.added and settings.data_file:
        files[settings.data_file] = extended(data, done.added, settings)
    is_new = not (folder / settings.path).exists()
    replace_all(folder, files)
    return done._replace(files=tuple(files), made_file=is_new)


def _read(folder: Path, settings: Settings) -> Opened:
    text = read_text(folder, settings.path, "path")
    return opened(text or _NEW_FILE, settings)


def _changed(
    before: Opened, archive: Pages, reading: Reading, settings: Settings
) -> _Change:
    """Return what becomes of a list with what was read."""
    known = before.papers | papers_of(archive)
    added = [paper for paper in reading.papers if paper.id not in known]
    cursor = _next_cursor(before.note, reading.cursor, settings, rows_come=bool(added))
    news = reading._replace(papers=added, cursor=cursor)
    draft = drafted(before, news, settings)
    left, pages = move_oldest(draft, archive, settings)
    return _Change(had=len(known), news=news, draft=draft, left=left, pages=pages)


def _next_cursor(
    note: Note | None, read: Cursor | None, settings: Settings, *, rows_come: bool
) -> Cursor | None:
    """Return what the note is to say, None where it is to stay as it is.

    It never goes back: another run may have written it meanwhile.
    """
    if not read or not note:
        return read
    if read.precedes(note.cursor.id):
        return None
    is_old = settings.today - note.cursor.day > _NOTE_AGE
    return read if rows_come or is_old else None


def _told(
    before: Opened, change: _Change, reading: Reading, settings: Settings
) -> Revision:
    """Return what is to be said of a change, written or not."""
    added = change.news.papers
    draft = change.draft
    ids = {paper.id for paper in added}
    kept = {row.line for row in draft.rows}
    anew = [row for row in before.rows if row.line not in kept]
    return Revision(
        added=added,
        rows=[row.text.strip() for row in draft.rows if row.subject in ids],
        had=change.had,
        listed=len(reading.papers) - len(added),
        moved=len(draft.rows) - len(change.left.rows),
        tidied=len(anew),
        notes=_notes(before, settings),
        warnings=_warnings(before, change.left.text, settings),
    )


def _read_again(change: _Change, settings: Settings) -> Opened:
    """Read what is about to be written; ConfigError if the next run would not find it.

    That is our table where it was put, its rows, those that moved, and the note.
    """
    after = opened(change.left.text, settings)
    start = len(change.left.above)
    written = {row.ids[0] for row in change.draft.rows if row.ids}
    found = papers_of(change.pages).union(*[row.ids for row in after.rows])
    cursor = change.news.cursor
    is_noted = not cursor or (after.note is not None and after.note.cursor == cursor)
    if after.place.start == start and written <= found and is_noted:
        return after
    line = after.page.number_at(start)
    why = f"the table in line {line} would not be found again with its rows; {NEEDED}"
    raise refusal(why, after.page, settings)


def _place(after: Opened, added: Sequence[Paper], settings: Settings) -> str:
    """Return where the first row of new papers stands, for people: file and line.

    If all of them moved at once, that is where the table starts.
    """
    if not added:
        return ""
    ids = {paper.id for paper in added}
    lines = [row.line for row in after.rows if not ids.isdisjoint(row.ids)]
    table = after.page.number_at(after.place.start)
    return f"{settings.path}, line {min(lines, default=table)}"


def _warnings(before: Opened, text: str, settings: Settings) -> list[str]:
    """Return what a person should know of the file, or may have meant otherwise."""
    said = [*before.warnings]
    if is_too_long(text, settings):
        why = f"nearly all of {settings.max_bytes} bytes are text around the rows"
        said.append(f"max-bytes: no row moves, for {why}; shorten it, or write more")
    return [f"{settings.path}: {warning}" for warning in said]


def _notes(before: Opened, settings: Settings) -> list[str]:
    """Return what is worth a line in the log."""
    said = advice.unlinked_comments(before.page)
    if before.table:
        said += advice.other_columns(before.table, settings.columns)
    return [f"{settings.path}: {note}" for note in said]

"""One topic's list, the file with its archive: which papers it has, how it changes.

The archive is a page of Markdown for each month, where a table's oldest rows go.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import quote

from . import table
from .paper import ConfigError, Paper, by_age, month
from .settings import Settings

_PAGE = re.compile(r"\d{4}-\d{2}(?:-(\d+))?\.md")


@dataclass(slots=True)
class Revision:
    """What a run changes: files in the order to write them in, and what that does to the list."""

    files: dict[str, str] = field(default_factory=dict)
    rows: list[str] = field(default_factory=list)
    added: list[Paper] = field(default_factory=list)
    listed: int = 0
    moved: int = 0
    mended: int = 0
    warning: str = ""


def in_order(announced: Sequence[Paper], missed: Sequence[Paper], order: str) -> list[Paper]:
    """Return all papers in the order of their rows, each once.

    ``missed``, the papers that only the query API has, are older than the announcement.
    """
    feed = {paper.id: paper for paper in reversed(announced)}
    older = {paper.id: paper for paper in missed if paper.id not in feed}
    rest = sorted(older.values(), key=by_age, reverse=order != "append")
    unique = [paper for paper in announced if feed[paper.id] is paper]
    return [*rest, *unique] if order == "append" else [*unique, *rest]


def check(files: Mapping[str, bytes], settings: Settings) -> None:
    """Raise ConfigError when the file cannot take rows."""
    table.split(_text(files, settings.path, "path"), settings.section)


def revise(files: Mapping[str, bytes], papers: Sequence[Paper], settings: Settings) -> Revision:
    """Work out what becomes of the list's files when the papers they do not list are added.

    Raises ConfigError when the file cannot take rows.
    """
    text = _text(files, settings.path, "path")
    pages = {name: _text(files, name, "archive") for name in files if name != settings.path}
    wanted = {paper.id for paper in papers}
    known = table.listed(text, settings.section, wanted)
    for page_text in pages.values():
        known |= table.listed(page_text, "", wanted - known)
    added = [paper for paper in papers if paper.id not in known]
    page = table.split(text if settings.path in files or not added else "# arXiv papers\n\n", settings.section)
    revision = Revision(added=added, listed=len(known))
    if settings.tidy:
        from .tidy import tidied

        revision.mended = tidied(page)
    own = {name.removeprefix(settings.folder + "/"): one for name, one in pages.items()}
    own = {name: one for name, one in own.items() if _PAGE.fullmatch(name)}
    # rows that an interrupted run has filed in the archive but not yet removed
    filed = {row for row in page.rows if any(row in own[name] for name in _of_month(own, _month(row, page)))}
    page.rows = [row for row in page.rows if row not in filed]
    revision.moved = len(filed)
    revision.rows = table.add(page, added, settings.section, settings.columns, settings.order)
    if settings.max_bytes and _size(page.text()) > settings.max_bytes:
        _file_oldest(page, own, settings, revision)
    if page.text() != text:
        revision.files[settings.path] = page.text()
    return revision


def _text(files: Mapping[str, bytes], name: str, setting: str) -> str:
    try:
        return files.get(name, b"").decode()
    except UnicodeDecodeError as error:
        raise ConfigError(setting, f"{name!r} is not UTF-8 text: {error}") from error


def _size(text: str) -> int:
    return len(text.encode())


def _month(row: str, page: table.Page) -> str:
    """Return the month of the paper that a row names, empty if it names none."""
    identifier = table.row_id(row, page.columns)
    return month(identifier) if identifier else ""


def _of_month(own: Mapping[str, str], time: str) -> list[str]:
    """Return the names of a month's pages, the last one last."""
    return sorted((name for name in own if time and name.startswith(time)), key=_number)


def _number(name: str) -> int:
    found = _PAGE.fullmatch(name)
    return int(found[1] or 1) if found else 0


def _file_oldest(page: table.Page, own: Mapping[str, str], settings: Settings, revision: Revision) -> None:
    """Move the oldest rows to the archive until the file is under three quarters of its limit."""
    limit, target = settings.max_bytes, settings.max_bytes * 3 // 4
    around = _size(page.text()) - sum(map(_size, page.rows))
    if around >= target:
        what = f"{around} of the {limit} bytes (max-bytes) are not rows"
        revision.warning = f"{settings.path} grows too large: {what}"
        target = (around + limit) // 2
    if around >= limit or not any(_month(row, page) for row in page.rows):
        return
    _link(page, settings)
    size, moving, kept = _size(page.text()), list[str](), list[str]()
    for row in page.rows if settings.order == "append" else reversed(page.rows):
        move = size > target and bool(_month(row, page))
        (moving if move else kept).append(row)
        size -= _size(row) if move else 0
    page.rows = kept if settings.order == "append" else kept[::-1]
    revision.moved += len(moving)
    filed = file_rows(moving, page, own, limit)
    revision.files.update((f"{settings.folder}/{name}", text) for name, text in filed.items())


def _link(page: table.Page, settings: Settings) -> None:
    """Put a line above the table that links to the archive's folder."""
    target = quote(Path(os.path.relpath(settings.folder, Path(settings.path).parent)).as_posix()) + "/"
    if f"]({target})" not in "".join(page.before[-3:]):
        gap = [page.eol] if page.before and page.before[-1].strip() else []
        page.before += [*gap, f"Older papers: [archive]({target}){page.eol}", page.eol]


def file_rows(rows: Sequence[str], page: table.Page, own: Mapping[str, str], limit: int) -> dict[str, str]:
    """Return the archive's pages that change when rows of a page are filed.

    A row goes to its month's last page if that has the same head and room, else to a new one.
    """
    texts, new = dict(own), dict[str, list[str]]()
    sizes = {name: _size(text) for name, text in own.items()}
    head, eol = "".join(page.head), page.eol
    for row in rows:
        time = _month(row, page)
        name = next(reversed(_of_month(texts, time)), "")
        if not name or head not in texts[name] or sizes[name] + _size(row) > limit:
            name = f"{time}-{_number(name) + 1}.md" if name else f"{time}.md"
            title = f"# arXiv papers of {date.fromisoformat(time + '-01'):%B %Y}"
            texts[name] = f"{title}{eol}{eol}{head}"
            sizes[name] = _size(texts[name])
        sizes[name] += _size(row)
        new.setdefault(name, []).append(row)
    for name, more in new.items():
        one = table.split(texts[name], "")
        one.rows += more
        new[name] = [one.text()]
    return {name: text for name, (text,) in new.items()}

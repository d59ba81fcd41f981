"""The archive: which rows are too many for a page, and which page they move to."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from posixpath import dirname, relpath
from typing import NamedTuple
from urllib.parse import quote

from paper_action.paper import by_age, month
from paper_action.settings import Settings, located
from paper_action.text import formula_cost

from .files import line_ending
from .frame import Frame
from .page import read_page
from .table import Row

Pages = Mapping[str, bytes]  # by path below root, with /

# GitHub sets formulas worth 2,000 on a page, and shows an error for every later one.
_FORMULAS = 1_900


class Move(NamedTuple):
    """What moves: the rows that stay, those that go, and the pages that get them."""

    staying: Sequence[Row]
    moved: Sequence[Row]
    pages: Pages
    warnings: Sequence[str]


def read_archive(folder: Path, settings: Settings) -> Pages:
    """Return the pages of our part of the archive, whoever made them.

    What has a page's name and is no file counts as a page with nothing of ours.
    """
    pages: dict[str, bytes] = {}
    for file in sorted((folder / settings.folder).rglob("*.md")):
        name = file.relative_to(folder).as_posix()
        place = located(folder, name, "archive")
        pages[name] = place.read_bytes() if place.is_file() else b""
    return pages


def papers_of(pages: Pages) -> set[str]:
    """Return the papers that pages list."""
    return set[str]().union(*map(_papers_of, pages.values()))


@cache  # a run reads the archive twice
def _papers_of(page: bytes) -> set[str]:
    return read_page(page.decode(errors="replace")).papers()


def archive_link(settings: Settings) -> str:
    """Return the link that leads from the list to its archive."""
    target = quote(relpath(settings.folder, dirname(settings.path)))
    return f"[archive]({target}/)"


def move_oldest(
    rows: Sequence[Row], frame: Frame, pages: Pages, settings: Settings
) -> Move:
    """Move the oldest rows until the file is well under its limits.

    A row that names no paper stays. A file that is hardly more than other text gets a
    warning instead.
    """
    oldest = sorted(
        (row for row in rows if row.ids), key=lambda row: by_age(row.ids[0])
    )
    rest = frame.text(row for row in rows if not row.ids)
    count = 0
    warnings: list[str] = []
    for unit, limit, measure in (
        ("bytes", settings.max_bytes, _size),
        ("formulas", _FORMULAS, formula_cost),
    ):
        least = measure(rest)
        costs = [measure(row.text) for row in oldest]
        is_full = settings.max_bytes > 0 and least + sum(costs) > limit
        if is_full and least > limit * 9 // 10:
            what = f"without its rows the file has {least} {unit}, of {limit}"
            warnings.append(f"max-bytes: {what}")
        elif is_full:
            count = max(count, _surplus(costs, room=(limit - least) * 3 // 4))
    moved = oldest[:count]
    gone = {id(row) for row in moved}
    staying = [row for row in rows if id(row) not in gone]
    return Move(staying, moved, _filed(moved, frame.header, pages, settings), warnings)


def _size(text: str) -> int:
    return len(text.encode())


def _surplus(costs: Sequence[int], room: int) -> int:
    """Return how many of the first rows are to go until the others fit into a room."""
    total = sum(costs)
    for count, cost in enumerate(costs):
        if total <= room:
            return count
        total -= cost
    return len(costs)


def _filed(
    rows: Sequence[Row], header: str, pages: Pages, settings: Settings
) -> dict[str, bytes]:
    """Return the pages that get rows: by month, the first of each that takes them."""
    filed: dict[str, bytes] = {}
    ending = line_ending(header)
    for first_day, group in groupby(rows, key=lambda row: month(row.ids[0])):
        title = first_day.strftime("# arXiv papers of %B %Y")
        beginning = f"{title}{ending}{ending}{header}".encode()
        waiting = [*group]
        number = 1
        while waiting:
            name = first_day.strftime("%Y-%m") + (f"-{number}" if number > 1 else "")
            path = f"{settings.folder}/{name}.md"
            page = pages.get(path, beginning)
            count = _room(page, beginning, waiting, settings.max_bytes)
            if count:
                added = "".join(row.text for row in waiting[:count])
                filed[path] = page + added.encode()
            waiting = waiting[count:]
            number += 1
    return filed


def _room(page: bytes, beginning: bytes, rows: Sequence[Row], limit: int) -> int:
    """Return how many rows a page takes: none unless it is as we made it.

    A new page takes a row that is too long for any.
    """
    is_new = page == beginning
    if not is_new and not (page.startswith(beginning) and page.rstrip().endswith(b"|")):
        return 0
    size = len(page)
    formulas = formula_cost(page.decode(errors="replace"))
    for count, row in enumerate(rows):
        size += _size(row.text)
        formulas += formula_cost(row.text)
        if size > limit or formulas > _FORMULAS:
            return max(count, int(is_new))
    return len(rows)

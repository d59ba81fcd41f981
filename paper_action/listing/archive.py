"""The archive: which rows are too many for a page, and which page they move to."""

from collections.abc import Callable, Mapping, Sequence
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

# GitHub sets formulas worth 2,000 on a page, and shows an error for every later one.
FORMULAS = 1_900

Pages = Mapping[str, bytes]  # by path below root, with /


class Move(NamedTuple):
    """What moves: the rows that stay, those that go, and the pages that get them."""

    staying: Sequence[Row]
    moved: Sequence[Row] = ()
    pages: Pages = {}
    warnings: Sequence[str] = ()


def read_archive(folder: Path, settings: Settings) -> dict[str, bytes]:
    """Return the pages of our part of the archive, whoever made them.

    What only has a page's name, like a folder, is as a page with nothing of ours.
    """
    pages: dict[str, bytes] = {}
    for file in sorted((folder / settings.folder).rglob("*.md")):
        name = file.relative_to(folder).as_posix()
        place = located(folder, name, "archive")
        pages[name] = place.read_bytes() if place.is_file() else b""
    return pages


def papers_of(pages: Pages) -> set[str]:
    """Return the papers that pages list."""
    return set[str]().union(*(_papers_of(page) for page in pages.values()))


@cache  # a run reads the archive twice
def _papers_of(page: bytes) -> set[str]:
    return read_page(page.decode(errors="replace")).papers()


def move_oldest(
    rows: Sequence[Row], frame: Frame, pages: Pages, settings: Settings
) -> Move:
    """Move the oldest rows until the file is well under its limits.

    A row that names no paper stays. A file that is hardly more than other text gets a
    warning instead.
    """
    if not settings.max_bytes:
        return Move(staying=rows)
    oldest = sorted((row for row in rows if row.ids), key=_age)
    rest = frame.text(row for row in rows if not row.ids)
    warnings: list[str] = []

    count = _surplus(oldest, rest, settings.max_bytes, _size)
    if count is None:
        warnings.append(
            f"max-bytes: {settings.path} has {_size(rest)} bytes without its rows"
        )
    formulas = _surplus(oldest, rest, FORMULAS, formula_cost)
    if formulas is None:
        warnings.append(
            f"max-bytes: the formulas of {settings.path} without its rows are worth "
            f"{formula_cost(rest)}, and GitHub sets 2,000 on a page"
        )
    moved = oldest[: max(count or 0, formulas or 0)]
    gone = {id(row) for row in moved}
    return Move(
        staying=[row for row in rows if id(row) not in gone],
        moved=moved,
        pages=_filed(moved, frame.header, pages, settings),
        warnings=warnings,
    )


def archive_link(settings: Settings) -> str:
    """Return the link that leads from the list to its archive."""
    target = quote(relpath(settings.folder, dirname(settings.path)))
    return f"[archive]({target}/)"


def _age(row: Row) -> tuple[object, str]:
    return by_age(row.ids[0])


def _size(text: str) -> int:
    return len(text.encode())


def _surplus(
    oldest: Sequence[Row], rest: str, limit: int, measure: Callable[[str], int]
) -> int | None:
    """Return how many of the oldest rows are to go, None if that would not help.

    Once a limit is passed so many go that the next days' rows have room.
    """
    costs = [measure(row.text) for row in oldest]
    least = measure(rest)
    cost = least + sum(costs)
    if cost <= limit:
        return 0
    if least > limit * 9 // 10:
        return None
    goal = (least + 3 * limit) // 4
    for count, saved in enumerate(costs):
        if cost <= goal:
            return count
        cost -= saved
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
        name = f"{settings.folder}/" + first_day.strftime("%Y-%m")
        waiting = [*group]
        number = 1
        while waiting:
            path = f"{name}.md" if number == 1 else f"{name}-{number}.md"
            page = pages.get(path, beginning)
            count = _room(page, beginning, waiting, settings.max_bytes)
            if count:
                added = "".join(row.text for row in waiting[:count])
                filed[path] = page + added.encode()
            waiting = waiting[count:]
            number += 1
    return filed


def _room(page: bytes, beginning: bytes, rows: Sequence[Row], limit: int) -> int:
    """Return how many of some rows a page takes: none if it is not as we made it."""
    if not _ends_with_table(page, beginning):
        return 0
    size = len(page)
    formulas = formula_cost(page.decode(errors="replace"))
    for count, row in enumerate(rows):
        size += _size(row.text)
        formulas += formula_cost(row.text)
        is_full = size > limit or formulas > FORMULAS
        is_new = page == beginning and count == 0  # a single row fits nowhere better
        if is_full and not is_new:
            return count
    return len(rows)


def _ends_with_table(page: bytes, beginning: bytes) -> bool:
    """Tell whether a page begins as ours do, and its table goes on to its end."""
    if page == beginning:
        return True
    if not page.startswith(beginning):
        return False
    text = page.decode(errors="replace")
    tables = read_page(text).tables
    return len(tables) == 1 and tables[0].end == len(text)

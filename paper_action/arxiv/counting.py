"""Which papers count, as what announcement, and in which order they become rows."""

from collections.abc import Iterable, Sequence, Set

from paper_action.paper import Paper, by_age
from paper_action.settings import ANNOUNCE_TYPES, Settings
from paper_action.taxonomy import both_names


def in_order_of_rows(
    announced: Iterable[Paper],
    missed: Iterable[Paper],
    withdrawn: Set[str],
    settings: Settings,
) -> list[Paper]:
    """Return every paper once: the missed ones by age, then today's by type and age."""
    today = that_count(announced, withdrawn, settings)
    earlier = that_count(missed, withdrawn | today.keys(), settings)
    old = sorted(earlier.values(), key=_age)
    new = sorted(today.values(), key=_age)
    new.sort(key=lambda paper: ANNOUNCE_TYPES.index(paper.announce_type))
    if settings.order == "append":
        return old + new
    return new + old[::-1]


def that_count(
    papers: Iterable[Paper], left_out: Set[str], settings: Settings
) -> dict[str, Paper]:
    """Return the papers that count, by ID; of several announcements the first one."""
    counting: dict[str, Paper] = {}
    for given in papers:
        paper = _typed(given, settings.categories)
        if paper.id in left_out or paper.announce_type not in settings.announce_types:
            continue
        counting.setdefault(paper.id, paper)
    return counting


def _age(paper: Paper) -> tuple[str, str]:
    """Sort key that puts papers first that were announced first."""
    return by_age(paper.id)


def _typed(paper: Paper, categories: Sequence[str]) -> Paper:
    """Return a paper with its type of announcement.

    Where none is told, or one that nobody knows, it is new in its primary category, by
    either name, and in that one's archive, and cross-listed elsewhere.
    """
    if paper.announce_type in ANNOUNCE_TYPES:
        return paper
    kind = "cross"
    primary = paper.categories[0] if paper.categories else ""
    for name in both_names(primary):
        archive = name.partition(".")[0]
        if name in categories or archive in categories:
            kind = "new"
    return paper._replace(announce_type=kind)

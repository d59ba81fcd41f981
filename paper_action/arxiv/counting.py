"""Which papers count, as what announcement, and in which order they become rows."""

from collections.abc import Iterable, Sequence, Set

from paper_action.paper import Paper, by_age
from paper_action.settings import ANNOUNCE_TYPES, Settings
from paper_action.taxonomy import both_names

from .client import Client
from .withdrawn import withdrawn_ids


def in_order_of_rows(
    client: Client, announced: Sequence[Paper], missed: Sequence[Paper]
) -> list[Paper]:
    """Return every paper once: the missed ones by age, then today's by type and age.

    The log tells which are withdrawn.
    """
    settings = client.settings
    withdrawn = withdrawn_ids([*announced, *missed])
    for identifier in sorted(withdrawn):
        client.log(f"{identifier} is withdrawn and left out")
    today = that_count(announced, withdrawn, settings)
    today_ids = {paper.id for paper in today}
    earlier = that_count(missed, withdrawn | today_ids, settings)
    today.sort(key=lambda paper: ANNOUNCE_TYPES.index(paper.announce_type))
    if settings.order == "append":
        return earlier + today
    return today + earlier[::-1]


def that_count(
    papers: Iterable[Paper], left_out: Set[str], settings: Settings
) -> list[Paper]:
    """Return the papers that count, by age; of several announcements the first one."""
    counting: dict[str, Paper] = {}
    for given in papers:
        paper = _typed(given, settings.categories)
        if paper.announce_type in settings.announce_types and paper.id not in left_out:
            counting.setdefault(paper.id, paper)
    return [counting[identifier] for identifier in sorted(counting, key=by_age)]


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

"""Read the announcement feed and the query API, so that no paper is lost.

The feed holds one announcement. The query API knows papers by the day they were
submitted, and fills in what earlier announcements had: the list notes how far it has
read, and as arXiv gives a paper its ID when it announces it, a newer ID is news.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from paper_action.paper import Cursor, Paper, SourceError, by_age, counted
from paper_action.settings import ANNOUNCE_TYPES
from paper_action.taxonomy import both_names

from .atom import Feed, parse
from .client import Client
from .query import DAY, records, submitted
from .withdrawn import is_withdrawn

FEED = "the announcement feed"
API = "the query API"

FEED_CAP = 2000  # entries that arXiv puts into a feed
LONGEST_GAP = timedelta(days=365)  # that is filled in without being asked to
LONGEST_HOLD = timedelta(days=91)  # by moderators, from submission to announcement


class Reading(NamedTuple):
    """What arXiv gave, and what went wrong on the way.

    ``papers`` has every announced or missed paper once, in the order of rows,
    ``records`` those that were asked for by ID. ``entries`` counts what the feed had,
    readable or not. ``cursor`` is how far both sources were read, None where that is
    not known. ``failures`` tell what is missing.
    """

    papers: Sequence[Paper]
    records: Mapping[str, Paper]
    entries: int
    cursor: Cursor | None
    warnings: Sequence[str]
    failures: Sequence[str]


class Answer(NamedTuple):
    """What one source gave; one that was not asked gave nothing.

    ``papers`` are those that count, ``ids`` all that it gave. A ``failure`` tells why
    the source was not read to its end.
    """

    papers: Sequence[Paper] = ()
    ids: Set[str] = frozenset()
    entries: int = 0
    warnings: Sequence[str] = ()
    failure: str = ""


def read(
    client: Client, listed: Set[str], ids: Sequence[str], cursor: Cursor | None
) -> Reading:
    """Read what was announced, what the API has of the days before, and the records.

    ``listed`` are the IDs that the list has, ``ids`` those whose records are to be had;
    ``cursor`` is how far the list has read. Raises SourceError when no source could be
    read, ConfigError for a category that arXiv does not have.
    """
    settings = client.settings
    answers = _ask(client, listed, ids, cursor)
    feed, api, by_id = answers
    return Reading(
        papers=_in_order_of_rows(feed.papers, api.papers, settings.order),
        records=_by_id(by_id.papers),
        entries=feed.entries,
        cursor=_how_far(feed, api, settings.today),
        warnings=[*feed.warnings, *api.warnings, *by_id.warnings],
        failures=[answer.failure for answer in answers if answer.failure],
    )


def _ask(
    client: Client, listed: Set[str], ids: Sequence[str], cursor: Cursor | None
) -> tuple[Answer, Answer, Answer]:
    """Return what the feed gave, the API, and the API for the papers asked for by ID.

    Each source that is asked has its share of the patience, and what others left.
    """
    settings = client.settings
    asks_feed = not settings.window
    asks_api = not asks_feed or (settings.lookback_days > 0 and not settings.saved_feed)
    count = asks_feed + asks_api + bool(ids)
    share = settings.max_wait / count
    feed = api = by_id = Answer()
    if asks_feed:
        client.patience += share
        feed = _read_feed(client)
    if asks_api:
        client.patience += share
        api = _read_api(client, listed, cursor, feed)
    if ids:
        client.patience += share
        by_id = _read_records(client, ids)
    failures = [each.failure for each in (feed, api, by_id) if each.failure]
    if len(failures) == count and not (feed.papers or api.papers or by_id.papers):
        raise SourceError("; ".join([*failures, "nothing was written"]))
    return feed, api, by_id


def _by_id(papers: Iterable[Paper]) -> dict[str, Paper]:
    """Return papers by their ID: of several announcements the first one counts."""
    first: dict[str, Paper] = {}
    for paper in papers:
        first.setdefault(paper.id, paper)
    return first


def _in_order_of_rows(
    announced: Iterable[Paper], filled_in: Iterable[Paper], order: str
) -> list[Paper]:
    """Return every paper once: the missed ones by age, then today's by type and age."""
    earlier = _by_id(filled_in)
    today = _by_id(announced)
    lacking = sorted(earlier.keys() - today.keys(), key=by_age)
    missed = [earlier[identifier] for identifier in lacking]
    rows = [today[identifier] for identifier in sorted(today, key=by_age)]
    rows.sort(key=lambda paper: ANNOUNCE_TYPES.index(paper.announce_type))
    if order == "append":
        return missed + rows
    return rows + missed[::-1]


def _how_far(feed: Answer, api: Answer, today: date) -> Cursor | None:
    """Return how far both sources were read: as far as the one that is behind."""
    if feed.failure or api.failure or not feed.ids or not api.ids:
        return None
    newest = [max(answer.ids, key=by_age) for answer in (feed, api)]
    cursor = Cursor(id=min(newest, key=by_age), day=today)
    return None if cursor.is_ahead_of(today) else cursor


# What one source gave


def _gathered(client: Client, name: str, pages: Iterator[Feed]) -> Answer:
    """Read a source's pages, to the end or to where it fails."""
    papers: list[Paper] = []
    unreadable: list[str] = []
    entries = 0
    failure = ""
    try:
        for page in pages:
            papers += page.papers
            unreadable += page.unreadable
            entries += page.entries
    except (SourceError, OSError) as error:
        part = " to its end" if papers else ""
        failure = f"{name} could not be read{part}: {error}"
    warnings = []
    if unreadable:
        count = f"{len(unreadable)} of {entries} entries cannot be read"
        trouble = f"{name}: {count}, such as {unreadable[0]}"
        if papers:
            warnings.append(trouble)
        else:
            failure = trouble
    ids = {paper.id for paper in papers}
    if not failure:
        client.log(f"{name}: {counted(len(ids), 'paper')}")
    return Answer(papers, ids, entries, warnings, failure)


def _counted(client: Client, answer: Answer) -> Answer:
    """Return an answer with those papers only whose announcement counts."""
    settings = client.settings
    papers = []
    for given in answer.papers:
        paper = _typed(given, settings.categories)
        if is_withdrawn(paper):
            client.log(f"{paper.id} is withdrawn and left out")
        elif paper.announce_type in settings.announce_types:
            papers.append(paper)
    return answer._replace(papers=papers)


def _typed(paper: Paper, categories: Sequence[str]) -> Paper:
    """Return a paper with its type of announcement.

    Where none is told, or one that nobody knows, the category tells it.
    """
    if paper.announce_type in ANNOUNCE_TYPES:
        return paper
    kind = "new" if _is_at_home(paper, categories) else "cross"
    return paper._replace(announce_type=kind)


def _is_at_home(paper: Paper, categories: Sequence[str]) -> bool:
    """Tell whether the primary category, or its archive, is one of the categories."""
    if not paper.categories:
        return False
    names = both_names(paper.categories[0])
    archives = [name.partition(".")[0] for name in names]
    return not {*names, *archives}.isdisjoint(categories)


# The announcement feed


def _read_feed(client: Client) -> Answer:
    """Return what was announced today, or is in the saved feed."""
    settings = client.settings
    name = settings.feed_url if settings.saved_feed else FEED
    answer = _gathered(client, name, _feed_pages(client))
    warnings = [*answer.warnings]
    if answer.entries >= FEED_CAP:
        full = f"{FEED} is full, {FEED_CAP} entries: papers may be missing in it"
        warnings.append(full)
    kinds = {paper.announce_type for paper in answer.papers}
    unknown = sorted(kinds.difference(ANNOUNCE_TYPES, [""]))
    if unknown:
        names = ", ".join(unknown)[:100]
        warnings.append(f"announce type nobody knows: {names}")
    return _counted(client, answer._replace(warnings=warnings))


def _feed_pages(client: Client) -> Iterator[Feed]:
    """Yield the feed, the only page there is."""
    settings = client.settings
    if settings.saved_feed:
        yield parse(Path(settings.feed_url).read_bytes())
    else:
        categories = "+".join(settings.categories)
        yield client.read(f"{settings.feed_url.rstrip('/')}/{categories}")


# The query API


def _read_api(
    client: Client, listed: Set[str], cursor: Cursor | None, feed: Answer
) -> Answer:
    """Return what was submitted on the chosen days, or else what runs have missed.

    Of the chosen days those before a failure count; the others wait for the next run.
    """
    settings = client.settings
    today = settings.today
    if settings.window:
        first, last = settings.window
        return _with_hole(_read_days(client, first, min(last, today)))
    if cursor:
        answer = _read_missed(client, listed, cursor, feed)
    else:
        answer = _read_days(client, today - settings.lookback_days * DAY, today)
    if not answer.failure:
        return answer
    waits = f"{answer.failure}; the next run asks again for all of it"
    return answer._replace(papers=(), failure=waits)


def _with_hole(answer: Answer) -> Answer:
    """Return an answer whose failure tells from which day on papers are missing."""
    if not answer.failure or not answer.papers:
        return answer
    day = max(paper.date for paper in answer.papers).date()
    missing = f"papers submitted from {day} on are missing: run again with since {day}"
    return answer._replace(failure=f"{answer.failure}; {missing}")


def _read_missed(
    client: Client, listed: Set[str], cursor: Cursor, feed: Answer
) -> Answer:
    """Return what was announced since the list's note.

    Where the feed lacks a wanted one of those, a run was missed, or the feed is behind.
    What moderators had held was then missed as well, so it is asked for further back;
    so it is where the feed could not be read at all.
    """
    settings = client.settings
    start = cursor.day - settings.lookback_days * DAY
    first = max(start, settings.today - LONGEST_GAP)
    answer = _newer(_read_days(client, first, settings.today), cursor)
    if answer.failure:
        return answer
    warnings = [*answer.warnings]
    if not feed.failure:
        known = listed | feed.ids
        news = [paper for paper in answer.papers if paper.id not in known]
        if not any(settings.match(paper) for paper in news):
            return answer
        if feed.entries < FEED_CAP:  # a full one has a warning of its own
            why = f"a run since {cursor.day} was missed, or the feed is behind"
            warnings.append(f"{API} has papers that {FEED} of today lacks: {why}")
    held = _newer(_read_days(client, first - LONGEST_HOLD, first - DAY), cursor)
    return answer._replace(
        papers=[*held.papers, *answer.papers],
        warnings=[*warnings, *held.warnings],
        failure=held.failure,
    )


def _read_days(client: Client, first: date, last: date) -> Answer:
    """Return what was submitted from the first to the last UTC day, if it counts."""
    return _counted(client, _gathered(client, API, submitted(client, first, last)))


def _newer(answer: Answer, cursor: Cursor) -> Answer:
    """Return an answer with those papers only that were announced after the note."""
    papers = [paper for paper in answer.papers if cursor.precedes(paper.id)]
    return answer._replace(papers=papers)


def _read_records(client: Client, ids: Sequence[str]) -> Answer:
    """Return arXiv's own records; a saved feed is the only source, also for these."""
    pages = records(client, ids)
    if client.settings.saved_feed:
        pages = _feed_pages(client)
    return _gathered(client, f"{API}, by ID", pages)

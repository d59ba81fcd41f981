"""Read the announcement feed and the query API, so that no paper is lost.

The feed holds one announcement. The query API knows papers by the day they were
submitted, and fills in what earlier announcements had: the list notes how far it has
read, and as arXiv gives a paper its ID when it announces it, a newer ID is news.
"""

from collections.abc import Iterable, Sequence, Set
from datetime import date, timedelta
from typing import NamedTuple

from paper_action.paper import Cursor, Paper, Reading, SourceError, by_age, counted
from paper_action.settings import ANNOUNCE_TYPES, Settings

from .atom import Feed
from .client import Client
from .counting import in_order_of_rows, that_count
from .query import DAY, records, submitted
from .withdrawn import withdrawn_ids

# The sources, as they are told of.
FEED = "the announcement feed"
API = "the query API"
RECORDS = "the query API, by ID"

FEED_CAP = 2000  # entries that arXiv puts into a feed
LONGEST_GAP = timedelta(days=365)  # that is filled in without being asked to
LONGEST_HOLD = timedelta(days=91)  # by moderators, from submission to announcement


class Answer(NamedTuple):
    """What one source gave; nothing where it was not asked.

    ``entries`` counts what it had, readable or not, and ``newest`` is the newest ID
    among that. ``failure`` tells why it was not read to its end, ``warnings`` what else
    is wrong with it.
    """

    papers: Sequence[Paper] = ()
    entries: int = 0
    newest: str = ""
    failure: str = ""
    warnings: Sequence[str] = ()


def read(
    client: Client, listed: Set[str], ids: Sequence[str], cursor: Cursor | None
) -> Reading:
    """Read what was announced, what the API has of the days before, and the records.

    Each source that is asked has its share of the patience, and what others left.
    ``listed`` are the IDs that the list has, ``ids`` those whose records are to be had;
    ``cursor`` is how far the list has read. Raises SourceError when no source could be
    read, ConfigError for a category that arXiv does not have.
    """
    settings = client.settings
    sources = _sources(settings, ids)
    share = settings.max_wait / len(sources)
    feed = api = by_id = Answer()
    if FEED in sources:
        client.patience += share
        feed = _read_feed(client)
    if API in sources:
        client.patience += share
        api = _read_api(client, listed, cursor, feed)
    if ids:
        client.patience += share
        by_id = _read_records(client, ids, feed)
    return Reading(
        papers=in_order_of_rows(client, feed.papers, api.papers),
        records={paper.id: paper for paper in by_id.papers},
        entries=feed.entries,
        cursor=_how_far(feed, api, settings.today),
        failures=_failures([feed, api, by_id], len(sources)),
        warnings=[*feed.warnings, *api.warnings, *by_id.warnings],
        lacks_days=bool(settings.window and api.failure),
    )


def _sources(settings: Settings, ids: Sequence[str]) -> list[str]:
    """Return the sources that are to be asked."""
    if settings.saved_feed:
        return [FEED]
    sources = []
    if not settings.window:
        sources.append(FEED)
    if settings.window or settings.lookback_days > 0:
        sources.append(API)
    if ids:
        sources.append(RECORDS)
    return sources


def _failures(answers: Sequence[Answer], asked: int) -> list[str]:
    """Return what could not be read; raise SourceError if nothing could."""
    failures = [answer.failure for answer in answers if answer.failure]
    if len(failures) == asked and not any(answer.papers for answer in answers):
        raise SourceError("; ".join([*failures, "nothing was written"]))
    return failures


def _how_far(feed: Answer, api: Answer, today: date) -> Cursor | None:
    """Return how far both sources were read: as far as the one that is behind."""
    if not feed.newest or not api.newest:
        return None
    cursor = Cursor(id=min(feed.newest, api.newest, key=by_age), day=today)
    return None if cursor.is_ahead_of(today) else cursor


# What one source gave


def _gathered(client: Client, name: str, pages: Iterable[Feed]) -> Answer:
    """Read a source's pages, to the end or to where it fails."""
    papers: list[Paper] = []
    unreadable: list[str] = []
    failure = ""
    try:
        for page in pages:
            papers += page.papers
            unreadable += page.unreadable
    except (SourceError, OSError) as error:
        failure = f"{name} could not be read: {error}"
    entries = len(papers) + len(unreadable)
    warnings = []
    if unreadable:
        what = f"{len(unreadable)} of {entries} entries cannot be read"
        warnings.append(f"{name}: {what}, such as {unreadable[0]}")
    if warnings and not papers:  # entries, but none of a paper
        failure = warnings.pop()
    ids = {paper.id for paper in papers}
    if not failure:
        client.log(f"{name}: {counted(len(ids), 'paper')}")
    newest = max(ids, key=by_age, default="")
    return Answer(papers, entries, newest, failure, warnings)


def _read_feed(client: Client) -> Answer:
    """Return what was announced today, or is in the saved feed."""
    settings = client.settings
    name = FEED
    address = f"{settings.feed_url.rstrip('/')}/{'+'.join(settings.categories)}"
    if settings.saved_feed:
        name = settings.feed_url
        address = settings.feed_url
    feed = _gathered(client, name, map(client.read, [address]))
    if feed.failure:
        return feed
    warnings = [*feed.warnings]
    if feed.entries >= FEED_CAP:
        full = f"{FEED} is full, {FEED_CAP} entries: papers may be missing in it"
        warnings.append(full)
    kinds = {paper.announce_type for paper in feed.papers}
    unknown = ", ".join(sorted(kinds.difference(ANNOUNCE_TYPES, [""])))
    if unknown:
        warnings.append(f"announce type nobody knows: {unknown[:100]}")
    return feed._replace(warnings=warnings)


def _read_api(
    client: Client, listed: Set[str], cursor: Cursor | None, feed: Answer
) -> Answer:
    """Return what was submitted on the chosen days, or else what runs may have missed.

    What is missed and was not read to its end waits for the next run.
    """
    if client.settings.window:
        return _read_window(client, *client.settings.window)
    answer = _read_missed(client, listed, cursor, feed)
    if not answer.failure:
        return answer
    waits = f"{answer.failure}; the next run asks again for all of it"
    return Answer(failure=waits, warnings=answer.warnings)


def _read_window(client: Client, first: date, last: date) -> Answer:
    """Return what was submitted on chosen days; a failure tells where to go on."""
    answer = _read_days(client, first, min(last, client.settings.today))
    if not answer.failure or not answer.papers:
        return answer
    day = max(paper.date for paper in answer.papers).date()
    missing = f"papers submitted from {day} on are missing: run again with since {day}"
    return answer._replace(failure=f"{answer.failure}; {missing}")


def _read_missed(
    client: Client, listed: Set[str], cursor: Cursor | None, feed: Answer
) -> Answer:
    """Return what was submitted lately, and with a cursor the news alone.

    Where a run was missed, so was what moderators had held: that was submitted earlier.
    """
    settings = client.settings
    lookback = settings.lookback_days * DAY
    if not cursor:
        return _read_days(client, settings.today - lookback, settings.today)

    first = max(cursor.day - lookback, settings.today - LONGEST_GAP)
    recent = _read_days(client, first, settings.today)
    news = _news(recent, cursor)
    if recent.failure or not _was_missed(feed, news, listed, settings):
        return recent._replace(papers=news)

    warnings = [*recent.warnings]
    # A feed that failed, or is full, has a warning of its own.
    if not feed.failure and feed.entries < FEED_CAP:
        why = f"a run since {cursor.day} was missed, or the feed is behind"
        warnings.append(f"{API} has papers that {FEED} of today lacks: {why}")
    held = _read_days(client, first - LONGEST_HOLD, first - DAY)
    return recent._replace(
        papers=[*_news(held, cursor), *news],
        failure=held.failure,
        warnings=[*warnings, *held.warnings],
    )


def _read_days(client: Client, first: date, last: date) -> Answer:
    """Return what was submitted from the first to the last UTC day."""
    return _gathered(client, API, submitted(client, first, last))


def _news(answer: Answer, cursor: Cursor) -> list[Paper]:
    """Return the papers that were announced after the list had been read so far."""
    return [paper for paper in answer.papers if cursor.precedes(paper.id)]


def _was_missed(
    feed: Answer, news: Sequence[Paper], listed: Set[str], settings: Settings
) -> bool:
    """Tell whether there is wanted news that neither the feed nor the list has.

    A feed that could not be read may lack some.
    """
    if feed.failure:
        return True
    known = listed | {paper.id for paper in feed.papers}
    lacking = that_count(news, known | withdrawn_ids(news), settings)
    return any(settings.match(paper) for paper in lacking)


def _read_records(client: Client, ids: Sequence[str], feed: Answer) -> Answer:
    """Return arXiv's own records; a saved feed, the only source, has them too."""
    if client.settings.saved_feed:
        return Answer(papers=feed.papers)
    return _gathered(client, RECORDS, records(client, ids))

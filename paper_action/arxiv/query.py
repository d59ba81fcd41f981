"""Ask the query API: by the day of submission, or for papers by their IDs.

Its manual: https://info.arxiv.org/help/api/user-manual.html. Everything here yields the
pages as they come, so that those before a failure can count.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import quote

from paper_action.paper import RefusalError, SourceError
from paper_action.taxonomy import SUBJECTS, both_names

from .atom import Feed
from .client import Client

DAY = timedelta(days=1)
SPAN = 40 * DAY  # that one query is for, at most
PAGE = 2000  # results that we ask for at once
QUERY_CAP = 30_000  # results that arXiv gives of one query, over all its pages
# Papers of the same second come in any order, and may change places between two pages:
# each page begins with so many of the page before.
OVERLAP = 10
ID_PAGE = 100  # IDs that we ask for at once
REFUSALS = 10  # in a row, after which a server is taken to refuse everything


def submitted(client: Client, first: date, last: date) -> Iterator[Feed]:
    """Yield pages of the papers submitted from the first to the last UTC day.

    What is too large for one query is asked for in halves.
    """
    while first <= last:
        end = min(first + SPAN - DAY, last)
        page = _page(client, first, end, start=0)
        while page.total > QUERY_CAP and first < end:
            end = first + (end - first) // 2
            page = _page(client, first, end, start=0)
        yield page
        yield from _further_pages(client, first, end, page)
        client.log(f"the query API, {first} to {end}: {page.total} papers")
        first = end + DAY


def _further_pages(client: Client, first: date, last: date, page: Feed) -> Iterator[Feed]:
    """Yield the pages after the first one; SourceError where papers are missing."""
    known = {paper.id for paper in page.papers}
    unreadable = len(page.unreadable)
    start = 0
    while page.entries >= PAGE or start + page.entries < page.total:
        start += page.entries - min(OVERLAP, page.entries // 2)
        if start >= QUERY_CAP:
            raise SourceError(f"more than {QUERY_CAP} papers ({first} to {last})")
        page = _page(client, first, last, start)
        yield page
        known.update(paper.id for paper in page.papers)
        unreadable += len(page.unreadable)
    if len(known) + unreadable < page.total:
        missing = f"{len(known)} of {page.total} papers ({first} to {last})"
        raise SourceError(f"its pages hold only {missing}")


def _page(client: Client, first: date, last: date, start: int) -> Feed:
    """Return the results from number ``start`` on, oldest submissions first.

    The range ends at the first minute of the next day: the last minute of a day counts.
    """
    names = " OR ".join(_terms(client.settings.categories))
    begin = first.strftime("%Y%m%d0000")
    end = (last + DAY).strftime("%Y%m%d0000")
    query = quote(f"({names}) AND submittedDate:[{begin} TO {end}]")
    order = "sortBy=submittedDate&sortOrder=ascending"
    page = f"start={start}&max_results={PAGE}&{order}"
    url = f"{client.settings.api_url}?search_query={query}&{page}"
    try:
        return client.read(url, start)
    except SourceError as error:
        raise SourceError(f"{error} ({first} to {last})") from error


def _terms(categories: Sequence[str]) -> list[str]:
    """Return the terms that find the papers of some categories, by all their names."""
    terms = []
    for category in categories:
        terms += [f"cat:{name}" for name in both_names(category)]
        if "." not in category:
            terms.append(f"cat:{category}.*")
        for subject in SUBJECTS.get(category, "").split():
            names = both_names(f"{category}.{subject}")
            terms += [f"cat:{name}" for name in names[1:]]
    return list(dict.fromkeys(terms))


def records(client: Client, ids: Sequence[str]) -> Iterator[Feed]:
    """Yield arXiv's own records of papers.

    One ID that arXiv cannot read makes it refuse them all: they are asked for in halves
    until the others are had.
    """
    parts = [ids[start : start + ID_PAGE] for start in range(0, len(ids), ID_PAGE)]
    refusals = 0
    while parts:
        part = parts.pop(0)
        query = f"max_results={ID_PAGE}&id_list={','.join(part)}"
        try:
            page = client.read(f"{client.settings.api_url}?{query}")
        except RefusalError:
            refusals += 1
            if refusals == REFUSALS:
                raise
            middle = len(part) // 2
            if middle:
                parts[:0] = [part[:middle], part[middle:]]
            else:
                client.log(f"arXiv knows no paper {part[0]}")
        else:
            refusals = 0
            yield page

"""Ask the query API: by the day of submission, or for papers by their IDs.

Its manual: https://info.arxiv.org/help/api/user-manual.html. The pages are handed on as
they come, so that those before a failure can count.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import quote

from paper_action.paper import RefusalError, SourceError
from paper_action.taxonomy import SUBJECTS, both_names

from .atom import Feed
from .client import Client

DAY = timedelta(days=1)
PAGE = 2000  # results that we ask for at once
QUERY_CAP = 30_000  # results that arXiv gives of one query, over all its pages
# Papers of the same second come in any order, and may change places between two pages:
# a page begins with so many of the page before.
OVERLAP = 10
ID_PAGE = 100  # IDs that we ask for at once


def submitted(client: Client, first: date, last: date) -> Iterator[Feed]:
    """Yield pages of the papers submitted from the first to the last UTC day.

    What is too large for one query is asked for in halves.
    """
    page = _page(client, first, last, start=0)
    if page.total > QUERY_CAP and first < last:
        middle = first + (last - first) // 2
        yield from submitted(client, first, middle)
        yield from submitted(client, middle + DAY, last)
        return
    yield page
    start = 0
    while page.entries == PAGE or start + page.entries < page.total:
        before = page
        start += max(page.entries - OVERLAP, 1)
        page = _page(client, first, last, start)
        if page == before:  # some cache goes on giving it, and so without an end
            raise SourceError(f"the page at {start} is the one before it once more")
        yield page


def _page(client: Client, first: date, last: date, start: int) -> Feed:
    """Return the results from number ``start`` on, oldest submissions first.

    The range ends with the first minute of the next day: a day's last minute counts.
    """
    names = " OR ".join(f"cat:{name}" for name in _names(client.settings.categories))
    days = f"submittedDate:[{_midnight(first)} TO {_midnight(last + DAY)}]"
    query = quote(f"({names}) AND {days}")
    page = f"start={start}&max_results={PAGE}"
    order = "sortBy=submittedDate&sortOrder=ascending"
    address = client.settings.api_url
    return client.read(f"{address}?search_query={query}&{page}&{order}")


def _midnight(day: date) -> str:
    """Return the first minute of a day, in twelve digits."""
    return f"{day.isoformat()}0000".replace("-", "")


def _names(categories: Sequence[str]) -> list[str]:
    """Return all the names by which the papers of some categories are found."""
    names: list[str] = []
    for category in categories:
        names += both_names(category)
        if "." not in category:
            names.append(f"{category}.*")
        for subject in SUBJECTS.get(category, "").split():
            names += both_names(f"{category}.{subject}")[1:]
    return names


def records(client: Client, ids: Sequence[str]) -> Iterator[Feed]:
    """Yield arXiv's own records of papers, a hundred at a time."""
    for start in range(0, len(ids), ID_PAGE):
        yield from _known(client, ids[start : start + ID_PAGE])


def _known(client: Client, ids: Sequence[str]) -> Iterator[Feed]:
    """Yield the records of some papers.

    An ID that makes arXiv refuse all that were asked for with it is found by halves.
    Where a refusal of one does not name it, it is not about that one: all would fail.
    """
    query = f"max_results={ID_PAGE}&id_list={','.join(ids)}"
    try:
        page = client.read(f"{client.settings.api_url}?{query}")
    except RefusalError as error:
        middle = len(ids) // 2
        if middle:
            yield from _known(client, ids[:middle])
            yield from _known(client, ids[middle:])
        elif ids[0] in str(error):
            client.log(f"arXiv knows no paper {ids[0]}")
        else:
            raise
    else:
        yield page

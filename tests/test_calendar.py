"""Months of arXiv: runs are missed, servers fail, papers are held; nothing is lost.

arXiv announces papers on workdays but for its holidays, one to four days after they
were submitted, some of them, which moderators hold, only after weeks. It gives IDs in
the order of announcements.
"""

import json
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from random import Random

import pytest

from .conftest import NOW, arxiv_id, run
from .fake_arxiv import TODAY, Entry, FakeArxiv, Fault

DAY = timedelta(days=1)
GAPS = (1, 4, 10, 20, 45, 120)  # days without a run
HOLIDAYS = ("12-24", "12-25", "12-26", "12-31", "01-01", "01-20", "05-26")


class List:
    """A list in a folder, that whole runs keep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.papers: set[str] = set()
        self.keyword = "LLM"
        self.requests = 0
        self.commits = 0

    def run(self, server: FakeArxiv) -> None:
        """Run once on the server's day, and see what is new."""
        before = len(server.requests)
        flags = (*server.flags, "--keywords", self.keyword)
        done = run(self.folder, *flags, now=NOW + (server.now - TODAY))
        self.requests = len(server.requests) - before
        self.commits += done.outputs["changed"] == "true"
        new = {*json.loads(done.outputs["ids"])}
        assert new.isdisjoint(self.papers)
        self.papers |= new

    def delete(self, identifier: str) -> None:
        """Delete a paper's row."""
        file = self.folder / "README.md"
        lines = file.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if f"/{identifier})" not in line]
        file.write_text("".join(kept), "utf-8")
        self.papers.remove(identifier)


def workdays(first: date, count: int) -> list[date]:
    """Return the days of so many on which arXiv announces papers."""
    dates = [first + n * DAY for n in range(count)]
    dates = [day for day in dates if day.weekday() < 5]
    return [day for day in dates if day.strftime("%m-%d") not in HOLIDAYS]


def announced(
    luck: Random, dates: list[date], matches: float, others: float
) -> Iterator[Entry]:
    """Yield papers, so many a day that match and that do not; some were held."""
    number = 0
    for day in dates:
        for share, title in ((matches, "An LLM"), (others, "Trees")):
            count = int(share) + (luck.random() < share % 1)
            for _ in range(count):
                wait = luck.randint(1, 4)
                if luck.random() < 0.1:
                    wait = luck.randint(10, 90)
                number += 1
                yield Entry(
                    arxiv_id(number, day.strftime("%y%m")),
                    title,
                    announced=day,
                    submitted=day - wait * DAY,
                    second=str(time(luck.randint(0, 23), 0, luck.randint(0, 3))),
                )


# what happens on the first day back ⇒ how the API answers then
TROUBLE = {
    "nothing": [],
    "the API fails": [Fault(404)],
    "the API fails between two pages": [None, Fault(404)],
    "the API's index is behind": [Fault(stale=1)] * 9,
}


def run_for(days: int, server: FakeArxiv, papers: List) -> None:
    """Run once a day."""
    for _ in range(days):
        papers.run(server)
        server.now += DAY


@pytest.fixture
def server():
    with FakeArxiv() as fake:
        fake.page = 500
        fake.now = date(2024, 11, 4)
        yield fake


# how many papers a day the list gets ⇒ what goes wrong on the first day back; a list of
# many takes the time of all others together, so it has the worst of the troubles
SEASONS = [(matches, trouble) for matches in (1, 0.05) for trouble in TROUBLE]
SEASONS += [(10, "the API fails"), (10, "the API fails between two pages")]


@pytest.mark.parametrize(("matches", "trouble"), SEASONS)
def test_after_a_gap_nothing_new_and_nothing_held_is_lost(
    server, folder, matches, trouble
):
    luck = Random(f"{matches}")
    first = server.now
    server.page = 30 + int(20 * matches)  # so that there are several pages
    server.papers = list(announced(luck, workdays(first, 260), matches, others=1))
    papers = List(folder)
    run_for(3, server, papers)
    for gap in GAPS:
        server.now += gap * DAY
        server.api_faults = [*TROUBLE[trouble]]
        run_for(3, server, papers)
        server.api_faults = []
    due = [one for one in server.papers if first <= one.announced < server.now]
    lost = [one for one in due if "LLM" in one.title and one.id not in papers.papers]
    assert lost == []


def test_a_missed_friday_before_a_week_without_the_api_is_made_up_for(server, folder):
    dates = workdays(server.now, 30)
    server.papers = list(announced(Random(0), dates, 5, others=1))
    papers = List(folder)
    run_for(4, server, papers)
    friday = server.now
    server.now += DAY
    server.api_faults = [Fault(404)] * 7
    run_for(8, server, papers)
    missed = {one.id for one in server.papers if one.announced == friday}
    missed -= {one.id for one in server.papers if one.title == "Trees"}
    assert missed <= papers.papers
    assert missed != set()


def test_quiet_days_take_two_requests_and_a_commit_every_third_week(server, folder):
    luck = Random(0)
    server.papers = list(announced(luck, workdays(server.now, 150), 0, others=1))
    papers = List(folder)
    requests = []
    for _ in range(150):
        papers.run(server)
        requests.append(papers.requests)
        server.now += DAY
    assert set(requests) == {2}
    assert papers.commits <= 1 + 150 // 21


def test_a_new_keyword_brings_papers_from_the_next_announcement_on(server, folder):
    dates = workdays(server.now, 30)
    server.papers = list(announced(Random(0), dates, 9, others=9))
    papers = List(folder)
    papers.keyword = "Trees"
    run_for(10, server, papers)
    before = {*papers.papers}
    papers.keyword = "LLM"
    papers.run(server)
    today = [one for one in server.papers if one.announced == server.now]
    assert papers.papers - before == {one.id for one in today if one.title == "An LLM"}


def test_a_deleted_row_does_not_bring_others_back(server, folder):
    dates = workdays(server.now, 30)
    server.papers = list(announced(Random(0), dates, 1, others=1))
    papers = List(folder)
    run_for(20, server, papers)
    before = {*papers.papers}
    papers.delete(min(before))
    run_for(3, server, papers)
    news = {one.id for one in server.papers if one.announced >= server.now - 3 * DAY}
    assert papers.papers - news == before - {min(before)} - news

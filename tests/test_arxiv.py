"""Feed and query API: what is asked, what is made of the answers, and that nothing is lost."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from paper_action import arxiv
from paper_action.paper import ConfigError, SourceError
from paper_action.settings import Settings

from .conftest import DATA, DAYS
from .fake_arxiv import TODAY, Entry, FakeArxiv, Fault, saved_feed

TEN = "cs.IR cs.CL cs.AI cs.LG cs.CV cs.DL cs.HC cs.DB cs.SI stat.ML"
NONE = "--lookback-days=0"
YEAR = ("--since", "2024-01-01", "--until", "2024-12-31")


@pytest.fixture
def server() -> Iterator[FakeArxiv]:
    with FakeArxiv() as fake:
        yield fake


class Run:
    """One reading, on the server's day, by a client whose pauses are counted and not slept."""

    def __init__(self, server, *flags, listed=(), records=()):
        now, self.log, server.clock = datetime.combine(server.now, time(6), UTC), list[str](), 0.0
        settings = Settings.load([*server.flags, *map(str, flags)], {}, now)
        client, before = arxiv.Client(settings, self.log.append), len(server.requests)
        client.clock, client.sleep = lambda: server.clock, server.wait
        reading = arxiv.Reading(client, frozenset(listed), lambda one: "LLM" in one.title, records)
        self.warnings = [*dict.fromkeys(arxiv.read(reading).failures + reading.warnings)]
        self.complete = not reading.failures
        self.ids = [paper.id for paper in reading.papers]
        self.kinds = [paper.announce_type for paper in reading.papers]
        self.asked = server.requests[before:]
        self.feeds = sum(path.startswith("/atom") for path in self.asked)
        self.queries, self.clock = len(self.asked) - self.feeds, server.clock


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def many(count: int, month: str = "2504", **changes) -> list[Entry]:
    return [Entry(f"{month}.{number:05}", **changes) for number in range(1, count + 1)]


def daily(count: int) -> list[Entry]:
    """Return a paper a day, the newest first, each announced the day after its submission."""
    return [
        Entry(f"2503.{999 - n:05}", announced=ago(n), submitted=ago(n + 1)) for n in range(count)
    ]


# What is asked


@pytest.mark.parametrize("today", [TODAY, date(2025, 4, 3)])
@pytest.mark.parametrize("names", ["cs.IR", TEN])
def test_a_day_without_a_gap_takes_two_requests_whatever_the_categories(server, names, today):
    old = Entry("2503.00001", submitted=today - timedelta(days=6))
    server.papers, server.now = [old, Entry("2503.00002", announced=today)], today
    run = Run(server, "--categories", names, listed=["2503.00001"])
    assert run.asked[0] == f"/atom/{names.replace(' ', '+')}"
    assert (len(run.asked), run.queries, run.warnings) == (2, 1, [])


def test_the_api_is_asked_for_the_last_days_of_all_categories_at_once(server):
    query = Run(server, "--categories", "cs.ir math", "--lookback-days", 3).asked[1]
    names = "%28cat%3Acs.IR%20OR%20cat%3Amath%20OR%20cat%3Amath.%2A%29%20AND%20"
    days = "submittedDate%3A%5B202504070000%20TO%20202504102359%5D"
    page = "start=0&max_results=2000&sortBy=submittedDate&sortOrder=ascending"
    assert query == f"/api/query?search_query={names}{days}&{page}"


def test_a_request_names_the_software_its_home_and_what_it_accepts(server, monkeypatch):
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
    Run(server)
    pattern = r"paper-action/\d\S* \(\+https://github.com/o/r\) application/atom\+xml, .*"
    assert [bool(re.fullmatch(pattern, agent)) for agent in server.agents] == [True, True]


def test_requests_are_as_far_apart_as_asked_for(server):
    server.papers = many(1, submitted=ago(1))
    run = Run(server, "--delay", 3, listed=["2504.00009"])
    assert (len(run.asked), run.clock) == (7, 6 * 3)


# Both sources together


def test_papers_only_the_api_has_stand_before_the_announcement_or_turned_round_behind_it(server):
    server.papers = [
        Entry("2504.00009", announced=ago(1)),
        Entry("2504.00007", announced=ago(1), categories=("cs.CL", "cs.IR"), submitted=ago(1)),
        *[Entry("2504.00003", kind="cross", categories=("cs.IR", "cs.CL"))] * 3,
        Entry("2503.00001", kind="replace", submitted=ago(300), version=2),
        Entry("2504.00010", announced=ago(1), categories=("cs.CL",)),
    ]
    run = Run(server)
    assert run.ids == ["2504.00007", "2504.00009", "2504.00003", "2503.00001"]
    assert run.kinds == ["cross", "new", "cross", "replace"]
    turned = Run(server, "--order", "newest-first")
    assert turned.ids == ["2504.00003", "2503.00001", "2504.00009", "2504.00007"]


def test_a_missed_new_paper_counts_as_new_though_the_feed_has_its_replacement(server):
    server.papers = [Entry("2504.00001", kind="replace")]
    assert Run(server, "--announce-types", "new").kinds == ["new"]


def test_an_announce_type_nobody_knows_counts_by_the_category_with_one_warning(server):
    names = [("math.CO",), ("cs.IR", "math.CO"), ("math-ph", "math.MP")]
    server.papers = [
        Entry(f"2504.0000{n}", categories=name, kind="x") for n, name in enumerate(names)
    ]
    run = Run(server, NONE, "--announce-types", "new cross", "--categories", "math cs.IR")
    assert (run.kinds, run.warnings) == (["new", "new", "cross"], ["announce type nobody knows: x"])


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("This paper has been withdrawn by the\n  author(s), since it was wrong.", True),
        ("The authors have withdrawn this submission", True),
        ("We withdraw our paper.", True),
        ("Withdrawn by arXiv administrators", True),
        ("Withdrawn due to an error in Theorem 3.", True),
        ("[Withdrawn]", True),
        ("Withdrawn drugs return.", False),
        ("Drugs withdrawn from the market.", False),
        ("This paper was withdrawn from a conference.", False),
        ("This paper studies withdrawn drugs.", False),
        ("Drugs withdrawn by the maker", False),
    ],
)
def test_a_replacement_that_withdraws_its_paper_adds_no_row_and_says_so(server, text, gone):
    two = replace(Entry("2504.00002", text, text), version=2, kind="replace")
    noted = replace(two, id="2504.00003", title="LLM", abstract="", comment=f"12 pages; {text}")
    first = replace(noted, id="2504.00004", version=1, submitted=ago(300))
    server.papers = [Entry("2504.00001", abstract=text), replace(two, title="LLM"), noted, first]
    run = Run(server)
    assert run.ids == ["2504.00001", *[f"2504.0000{n}" for n in (2, 3, 4) if not gone]]
    assert ("2504.00003 is withdrawn and left out" in run.log) is gone


# The feed's cap


def test_a_feed_at_its_cap_is_asked_for_category_by_category(server):
    cross = many(1300, "2503", categories=("cs.CL",), kind="replace")
    both = Entry("2504.02000", kind="cross", categories=("cs.CL", "cs.IR"))
    server.papers = [*many(1300), *cross, both, replace(both, kind="replace")]
    run = Run(server, NONE, "--categories", "cs.IR cs.CL")
    assert run.asked == ["/atom/cs.IR+cs.CL", "/atom/cs.IR", "/atom/cs.CL"]
    assert run.ids == [one.id for one in (*many(1300), both, *cross)]
    assert run.warnings == []


def test_an_archive_at_the_cap_is_asked_for_by_its_categories_and_a_held_paper_is_found(server):
    held = Entry("2503.00001", submitted=ago(30))
    late = many(30, "2502", kind="cross", categories=("hep-th",))
    server.papers = [held, *many(2000, categories=("cs.CL",), kind="replace"), *late]
    server.feed_faults = [None, None, Fault(404)]
    run = Run(server, "--categories", "cs hep-th cs.IR", "--delay", 3)
    assert run.ids[0] == held.id
    assert run.kinds == ["new"] + ["cross"] * 30 + ["replace"] * 2000
    assert (run.feeds, run.clock) == (1 + 1 + 40 + 2, 3 * (len(run.asked) - 1))
    full = "the feed of cs.CL holds 2000 entries, arXiv's most: papers may be missing"
    assert run.warnings == ["the feed of cs.AI could not be read: HTTP 404", full]


def test_an_archive_beside_a_full_category_is_asked_for_once(server):
    server.papers = [*many(1990), *many(20, "2503", categories=("math.CO",), kind="replace")]
    run = Run(server, NONE, "--categories", "cs.IR math")
    assert run.asked == ["/atom/cs.IR+math", "/atom/cs.IR", "/atom/math"]
    assert (len(run.ids), run.warnings) == (2010, [])


def test_at_the_cap_a_server_in_trouble_is_not_asked_for_every_category(server):
    server.papers, server.feed_faults = many(2000), [None, *[Fault(503)] * 99]
    run = Run(server, "--categories", "cs", "--max-wait", 0)
    assert (run.feeds, len(run.ids), run.complete) == (2, 2000, False)


@pytest.mark.parametrize("name", ["cs.IR", "cs.AI"])  # an archive's first category, too
def test_one_category_at_the_cap_warns_and_the_api_fills_in(server, name):
    server.papers = many(2100, categories=(name,))
    run = Run(server, "--categories", name)
    assert (run.feeds, len(run.ids), len(run.warnings)) == (1, 2100, 1)


# A stale feed; 10 April 2025 is a Thursday


@pytest.mark.parametrize(
    ("today", "newest", "api_is_newer", "stale"),
    [(10, 10, True, False), (10, 9, False, False), (10, 9, True, True), (10, 8, False, True),
     (12, 11, True, False), (13, 10, False, False), (13, 9, False, True), (14, 11, False, False),
     (14, 11, True, True), (14, 10, False, True), (15, 11, False, True)],
)  # fmt: skip
def test_a_feed_older_than_what_was_due_warns_but_no_weekend_and_no_holiday(
    server, today, newest, api_is_newer, stale
):
    server.now, day = date(2025, 4, today), date(2025, 4, newest)
    other = Entry(f"2504.0000{2 if api_is_newer else 0}", announced=ago(9), submitted=server.now)
    server.papers = [Entry("2504.00001", announced=day), other, replace(other, id="2503.00001")]
    server.feed_faults = [Fault(stale=today - newest)]
    text = f"the announcement feed is stale: its newest entry is of {day}"
    assert Run(server).warnings == [text] * stale


# The window


@pytest.mark.parametrize(
    ("gap", "queries"), [(3, 1), (6, 2), (8, 2), (20, 3), (40, 4), (80, 6), (200, 6)]
)
def test_the_window_grows_until_it_reaches_what_is_listed(server, gap, queries):
    server.papers = daily(150)
    listed = {"2401.00001", *(one.id for one in server.papers if one.announced < ago(gap))}
    run = Run(server, listed=listed)
    assert run.queries == queries
    quarter = {one.id for one in server.papers if one.submitted >= ago(91)}
    assert set(run.ids) <= quarter <= {*run.ids, *listed}


def test_the_window_does_not_grow_for_an_empty_list_nor_for_papers_that_do_not_count(server):
    server.papers = [
        Entry("2504.00001", announced=ago(1), submitted=ago(3)),
        *many(9, announced=ago(1))[1:],
        Entry("2503.00001", "Trees", submitted=ago(7)),
        Entry("2503.00002", categories=("cs.CL", "cs.IR"), submitted=ago(7)),
        Entry("2503.00003", comment="withdrawn", version=2, submitted=ago(7)),
    ]
    assert Run(server).queries == 1
    assert Run(server, "--announce-types", "new", listed=["2504.00001"]).queries == 1
    assert Run(server, "--lookback-days", 95, listed=["2504.00009"]).queries == 4


@pytest.mark.parametrize("others", [0, 1])
def test_what_moderators_held_until_today_tells_of_a_gap_only_where_nothing_else_could(
    server, others
):
    held = Entry("2504.00001", submitted=ago(6))
    server.papers = [held, *daily(20)[8 - 4 * others :]]
    listed = {one.id for one in server.papers if one is not held}
    run = Run(server, listed=listed)
    assert (run.queries, held.id in run.ids) == (1 if others else 2, True)


def test_a_gap_whose_end_was_not_reached_is_seen_again_by_the_next_run(server):
    server.papers, server.api_faults = daily(40), [None, None, Fault(400)]
    listed = {one.id for one in server.papers if one.announced < ago(20)}
    run = Run(server, listed=listed)
    assert 0 < len(run.ids) < 10
    assert run.warnings[0].startswith("the query API gave 14 papers, then HTTP 400 (2025-03-13 to")
    server.now, listed = server.now + timedelta(days=1), {*listed, *run.ids}
    assert {*listed, *Run(server, listed=listed).ids} == {one.id for one in server.papers}


# since and until


def test_both_ends_of_a_window_belong_to_it_and_the_feed_is_not_asked(server):
    server.papers = [Entry(f"2504.0000{back}", submitted=ago(back)) for back in range(9)]
    run = Run(server, "--since", ago(5), "--until", ago(3), listed=["2504.00009"])
    assert (run.ids, run.complete) == (["2504.00003", "2504.00004", "2504.00005"], True)
    assert (run.feeds, run.queries) == (0, 1)


def test_one_end_alone_reads_from_arxivs_first_year_or_up_to_today_and_not_the_feed(server):
    first, last = Run(server, "--until", "1991-12-31"), Run(server, "--since", ago(2))
    assert (first.feeds, first.queries, last.feeds, last.queries) == (0, 12, 0, 1)
    assert "199101010000%20TO%20199101312359" in first.asked[0]
    assert "202504080000%20TO%20202504102359" in last.asked[0]


def test_a_year_is_asked_for_month_by_month_and_what_came_before_a_failure_counts(server):
    server.papers = [Entry(f"24{n:02}.00001", submitted=date(2024, n, 28)) for n in range(1, 13)]
    run, ids = Run(server, *YEAR), [one.id for one in server.papers]
    assert (run.ids, run.queries, run.complete) == (ids, 12, True)
    assert "the query API, 2024-02-01 to 2024-02-29: 1 papers" in run.log
    server.api_faults = [None, None, Fault(400)]
    run, days = Run(server, *YEAR), "(2024-03-01 to 2024-03-31)"
    assert (run.ids, run.complete) == (ids[:2], False)
    assert run.warnings == [
        f"the query API gave 2 papers, then HTTP 400 {days}; a rerun asks again"
    ]
    server.api_faults = [Fault(400)]
    with pytest.raises(SourceError, match=r"HTTP 400 \(2024-01-01 to 2024-01-31\); nothing was"):
        Run(server, *YEAR)


@pytest.mark.parametrize("miscounted", [0, 1, -30])
def test_a_full_page_is_followed_by_another_and_a_wrong_total_loses_nothing(
    server, monkeypatch, miscounted
):
    monkeypatch.setattr(arxiv, "CAP", 25)
    server.papers, server.page, server.miscounted = many(60, announced=ago(1)), 25, miscounted
    run = Run(server)
    assert (len(run.ids), run.complete) == (60, miscounted <= 0)
    assert run.clock < 10
    missing = "the query API gave 60 of 61 papers (2025-04-03 to 2025-04-10); a rerun asks again"
    assert run.warnings == [missing] * (miscounted > 0)


def test_small_pages_are_followed_and_empty_ones_asked_for_again_while_the_total_says_more(server):
    server.papers, server.page = many(60, announced=ago(1)), 25
    server.api_faults = [Fault(empty=True), None, Fault(empty=True), Fault(empty=True)]
    run = Run(server)
    starts = [int(start) for start in re.findall(r"start=(\d+)", "".join(run.asked))]
    assert (starts, len(run.ids), run.warnings) == ([0, 0, 25, 25, 25, 50], 60, [])
    server.api_faults = [Fault(empty=True)] * 9
    run = Run(server)
    assert run.queries == 4
    assert run.warnings[0].startswith("the query API could not be read: an empty page at 0 of 60 (")


def test_what_is_too_much_for_one_query_is_asked_for_in_halves(server, monkeypatch):
    monkeypatch.setattr(arxiv, "QUERY_CAP", 20)
    first = date(2024, 1, 1)
    server.papers = [Entry(f"2401.{n:05}", submitted=first + timedelta(n % 31)) for n in range(60)]
    run = Run(server, *YEAR[:3], "2024-01-31")
    assert (run.ids, run.complete) == ([one.id for one in server.papers], True)
    assert len([line for line in run.log if " to " in line]) == 4


# A saved feed, records, a category arXiv does not know


def test_a_saved_feed_is_the_only_source_whatever_its_age(server, tmp_path):
    two = Entry("2504.00004", kind="replace")
    feed = saved_feed(tmp_path / "feed.xml", *many(3, announced=ago(900)), two)
    run = Run(server, "--feed-url", feed, "--announce-types", "new", listed=["2504.00009"])
    assert (run.ids, run.asked, run.warnings) == ([one.id for one in many(3)], [], [])
    results = DATA / "recorded-page-10-entries-from-20.xml"
    assert len(Run(server, "--feed-url", results).ids) == 10
    assert len(Run(server, "--feed-url", DAYS[0], records=["2504.03184"]).ids) > 5


def test_a_saved_feed_that_is_cut_or_gone_is_named(server, tmp_path):
    (cut := tmp_path / "cut.xml").write_bytes(DAYS[1].read_bytes()[:40_000])
    with pytest.raises(SourceError, match=r"cut\.xml could not be read: not a whole Atom document"):
        Run(server, "--feed-url", cut)
    settings = Settings.load(["--feed-url", str(cut)], {}, datetime.now(UTC))
    cut.unlink()
    with pytest.raises(SourceError, match=r"cut\.xml could not be read: .*No such file"):
        arxiv.read(arxiv.Client(settings, print), set(), bool)


def test_records_are_asked_for_a_hundred_at_a_time_and_kept_when_a_later_part_fails(server):
    server.papers = many(250, submitted=ago(900), version=4)
    ids = [one.id for one in server.papers]
    run = Run(server, records=[*ids, "2504.99999"])
    assert (run.ids, len(run.asked), run.warnings) == (ids, 3, [])
    server.api_faults = [None, Fault(400)]
    run, text = Run(server, records=ids), "the query API gave 100 records, then HTTP 400"
    assert (run.ids, run.warnings) == (ids[:100], [text])
    assert Run(server, records=[]).asked == []


def test_a_category_arxiv_does_not_know_is_a_configuration_error_in_its_words(server):
    with pytest.raises(ConfigError, match=r"^categories: HTTP 400, arXiv says: Bad subject class"):
        Run(server, "--categories", "cs.IR cs.XX")
    assert len(server.requests) == 1


# A calendar: workdays but for Christmas; some papers are held, some cross-listed late

FIRST, LENGTH = date(2025, 1, 6), 400
HOLIDAYS = {(12, day) for day in range(24, 32)} | {(1, 1), (1, 2)}
TROUBLE = [
    ([Fault(429, {"Retry-After": "3600"})], [Fault(406)] * 99),
    ([Fault(stale=1)], []),
    ([], [Fault(503)] * 99),
    ([], [None, *[Fault(429)] * 99]),
    ([], [Fault(stale=1)]),
    ([Fault(503), Fault(cut=500)], [Fault(406), Fault(empty=True)]),
]


def calendar(random: Random) -> list[Entry]:
    entries = list[Entry]()
    for day in (FIRST + timedelta(days=n) for n in range(-100, LENGTH)):
        if day.weekday() > 4 or (day.month, day.day) in HOLIDAYS:
            continue
        for _ in range(random.randint(3, 8)):
            late = random.random() < 0.02
            submitted = day - timedelta(random.randint(10, 30) if late else random.randint(1, 4))
            names = ("cs.CL", "cs.IR") if late and random.random() < 0.3 else ("cs.IR",)
            entry = Entry(f"{submitted:%y%m}.{len(entries):05}", announced=day, submitted=submitted)
            entries.append(replace(entry, categories=names))
    return entries


def held(papers: Iterable[Entry]) -> set[str]:
    return {one.id for one in papers if (one.announced - one.submitted).days > 4}


def announced(server: FakeArxiv, day: date) -> set[str]:
    return {one.id for one in server.papers if one.announced <= day}


@pytest.mark.parametrize("end", [date(2025, 4, 10), date(2026, 1, 6)])
def test_however_many_runs_are_missed_nothing_is_lost_but_what_was_held(server, end):
    server.papers, server.now = calendar(Random(2)), end
    for gap in range(1, 61):
        listed = announced(server, end - timedelta(days=gap + 1))
        lost = announced(server, end) - listed - set(Run(server, listed=listed).ids)
        assert lost <= held(server.papers), f"after {gap} days"


@pytest.mark.parametrize("seed", [1, 2])
def test_in_400_days_of_trouble_nothing_is_lost_but_what_was_held_and_in_a_lost_feed(server, seed):
    random, day, read = Random(seed), FIRST, set[date]()
    server.papers, gaps = calendar(random), random.sample(range(1, 61), 10)
    listed = announced(server, FIRST - timedelta(days=1))
    while day < FIRST + timedelta(days=LENGTH):
        trouble = random.choice(TROUBLE) if random.random() < 0.2 else ([], [])
        server.now, server.feed_faults, server.api_faults = day, [*trouble[0]], [*trouble[1]]
        with suppress(SourceError):
            listed |= set(Run(server, listed=listed).ids)
        read |= set() if trouble in TROUBLE[:2] else {day}
        day += timedelta(days=1 + (gaps.pop() if gaps and random.random() < 0.1 else 0))
    lost = announced(server, server.now) - listed
    assert lost <= held(one for one in server.papers if one.announced not in read)

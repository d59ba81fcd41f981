"""Feed and query API: what is asked, what is made of the answers, and that nothing is lost."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from paper_action import arxiv
from paper_action.paper import ConfigError, SourceError
from paper_action.settings import read_settings

from .conftest import DATA, DAYS, NOW, run_process
from .fake_arxiv import TODAY, Entry, FakeArxiv, Fault, document, saved_feed

NONE = "--lookback-days=0"
YEAR = ("--since", "2024-01-01", "--until", "2024-12-31")
FULL = "the feed of {} is full, 2000 entries: papers may be missing"


@pytest.fixture
def server():
    with FakeArxiv() as fake:
        yield fake


class Run:
    """One reading, on the server's day, by a client whose pauses are counted and not slept."""

    def __init__(self, server, *flags, listed=(), ids=(), hours=0):
        self.log, server.clock, before = list[str](), 0.0, len(server.requests)
        now = NOW + (server.now - TODAY) + timedelta(hours=hours)
        settings = read_settings([*server.flags, *map(str, flags)], {}, now)
        client = arxiv.Client(settings, self.log.append)
        client.clock, client.sleep = lambda: server.clock, server.wait
        reading = arxiv.read(client, arxiv.Request(settings, {*listed}, ids))
        self.warnings = [*dict.fromkeys([*reading.failures, *reading.warnings])]
        self.complete, self.records = not reading.failures, [*reading.records]
        self.ids = [paper.id for paper in reading.papers]
        self.kinds = [paper.announce_type for paper in reading.papers]
        self.asked, self.clock = server.requests[before:], server.clock
        self.feeds = sum(path.startswith("/atom") for path in self.asked)
        self.queries = len(self.asked) - self.feeds


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def many(count: int, month: str = "2504", **changes) -> list[Entry]:
    return [Entry(f"{month}.{number:05}", **changes) for number in range(1, count + 1)]


def results(total: int, *entries: Entry) -> Fault:
    """Return a page of results."""
    count = f"<opensearch:totalResults>{total}</opensearch:totalResults>"
    return Fault(body=document(count, *(entry.result() for entry in entries)).encode())


def before(day: date, papers: list[Entry]) -> set[str]:
    return {one.id for one in papers if one.announced < day}


# What is asked, and what both sources give together


def test_a_day_without_a_gap_takes_two_requests_by_a_program_that_names_itself(server, monkeypatch):
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
    server.now = date(2025, 4, 3)
    server.papers = [Entry("2503.00001", submitted=date(2025, 3, 31), announced=server.now)]
    run = Run(server, "--categories", "cs.ir math", "--lookback-days", 3, listed=["2503.00001"])
    terms = "(cat:cs.IR OR cat:math OR cat:math.*) AND submittedDate:[202503310000 TO 202504032359]"
    page = "start=0&max_results=2000&sortBy=submittedDate&sortOrder=ascending"
    assert run.asked == ["/atom/cs.IR+math", f"/api/query?search_query={terms}&{page}"]
    pattern = r"paper-action/\d\S* \(\+https://github.com/o/r\) application/atom\+xml, .*"
    assert [bool(re.fullmatch(pattern, agent)) for agent in server.agents] == [True, True]


@pytest.mark.parametrize("archive", ["astro-ph", "cond-mat", "q-bio"])
def test_an_archive_is_asked_for_with_all_its_subjects_and_as_the_category_it_was(server, archive):
    run = Run(server, "--categories", archive)
    assert f"cat:{archive} OR cat:{archive}.*" in run.asked[1]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_the_clock_of_the_machine_changes_no_date(folder, zone):
    flags = ("--feed-url", DAYS[0], "--columns", "title date")
    dates = re.findall(r"\d{4}-\d\d-\d\d", run_process(folder, *flags, TZ=zone).outputs["papers"])
    assert dates == ["2025-04-08"] * 4
    rows = (folder / "README.md").read_text("utf-8")
    assert rows.count("| 2025-04-08 |") == 4


def test_papers_only_the_api_has_stand_before_the_announcement_or_turned_round_behind_it(server):
    server.papers = [
        Entry("2504.00009", announced=ago(1)),
        Entry("2504.00007", announced=ago(1), categories=("math-ph", "math.MP"), submitted=ago(1)),
        *(Entry("2504.00003", kind=kind) for kind in ("cross", "replace")),
        Entry("2503.00001", kind="replace", version=2),
        Entry("2504.00010", announced=ago(1), categories=("cs.CL",)),
        *many(2, "2502", kind="x", categories=("math.CO",)),
    ]
    flags = ("--categories", "math cs.IR", "--order")
    run, turned = Run(server, *flags, "append"), Run(server, *flags, "newest-first")
    assert run.ids == "2504.00007 2504.00009 2502.00001 2502.00002 2504.00003 2503.00001".split()
    assert run.kinds == ["cross", "new", "new", "new", "cross", "replace"]
    assert run.warnings == ["announce type nobody knows: x"]
    assert turned.ids == [*run.ids[2:], "2504.00009", "2504.00007"]
    # by its category a missed paper is new, also where today's feed has its replacement
    assert Run(server, "--announce-types", "new").ids == ["2503.00001", "2504.00003", "2504.00009"]


@pytest.mark.parametrize("case", (DATA / "withdrawn.txt").read_text("utf-8").splitlines()[1:])
def test_a_replacement_that_withdraws_its_paper_adds_no_row_and_says_so(server, case):
    text, _, gone = case.partition(" ⇒ ")
    first = Entry("2504.00001", abstract=text.replace(" ", "\n"))
    told = replace(first, id="2504.00002", version=2, announced=ago(1))
    noted = replace(first, id="2504.00003", kind="replace", abstract="", comment=f"9 p.; {text}")
    server.papers = [first, told, replace(noted, submitted=ago(300))]
    run, kept = Run(server), ["2504.00003"] * (gone == "no")
    assert run.ids == [*("2504.00002" for _ in kept), "2504.00001", *kept]
    assert ("2504.00003 is withdrawn and left out" in run.log) is (gone == "yes")


# The feed's cap, and its age; 10 April 2025 is a Thursday


def test_what_is_at_the_feeds_cap_is_asked_for_in_parts_unless_the_server_is_in_trouble(server):
    late = many(30, "2502", kind="cross", categories=("math.CO", "cs.IR"))
    held = Entry("2503.00001", submitted=ago(30))
    server.papers = [held, *many(2000, categories=("cs.CL",), kind="replace"), *late]
    server.feed_faults = [None, None, Fault(404)]
    run = Run(server, "--categories", "cs math", "--delay", 3)
    assert run.kinds == ["new"] + ["cross"] * 30 + ["replace"] * 2000
    assert (run.feeds, run.complete, run.clock) == (1 + 1 + 40 + 1, False, 3 * (len(run.asked) - 1))
    assert run.warnings == ["the feed of cs.AI could not be read: HTTP 404", FULL.format("cs.CL")]
    server.feed_faults = [None, *[Fault(503)] * 99]
    assert Run(server, NONE, "--categories=cs", "--max-wait=0").asked == ["/atom/cs", "/atom/cs.AI"]


@pytest.mark.parametrize(
    ("today", "newest", "missed", "stale"),
    [(10, 10, 2, 0), (10, 9, 0, 0), (10, 9, 2, 1), (10, 8, 0, 1), (12, 11, 2, 0), (13, 10, 0, 0),
     (13, 9, 0, 1), (14, 11, 0, 0), (14, 11, 2, 1), (14, 10, 0, 1), (15, 11, 0, 1)],
)  # fmt: skip
def test_a_feed_older_than_what_was_due_warns(server, today, newest, missed, stale):
    server.now, day = date(2025, 4, today), date(2025, 4, newest)
    other = Entry(f"2504.0000{missed}", announced=ago(9), submitted=server.now)
    server.papers = [Entry("2504.00001", announced=day), other, replace(other, id="2503.00001")]
    server.feed_faults = [Fault(stale=today - newest)]
    text = f"the announcement feed is stale: its newest entry is of {day}"
    assert Run(server).warnings == [text] * stale


def test_a_feed_is_due_by_the_clock_of_new_york(server):
    server.papers = [Entry("2504.00001", announced=ago(1)), Entry("2504.00002", announced=ago(9))]
    for hours, stale in ((-2, 0), (-1, 1)):  # 04:00 and 05:00 UTC
        server.feed_faults = [Fault(stale=1)]
        assert len(Run(server, hours=hours).warnings) == stale


# The window


@pytest.mark.parametrize(("gap", "queries"), [(0, 1), (6, 2), (11, 3), (40, 4), (80, 6), (200, 6)])
def test_the_window_grows_until_it_reaches_what_is_listed(server, gap, queries):
    for n in range(150):  # announced two and four days after submission, by turns
        entry = Entry(f"2503.00{n:03}", announced=ago(n), submitted=ago(n + 2 + n % 2 * 2))
        server.papers.append(entry)
    run = Run(server, listed={"2401.00001", *before(ago(gap), server.papers)})
    assert run.queries == queries
    assert {*run.ids} >= {f"2503.00{n:03}" for n in range(min(gap, 80) + 1)}


def test_the_window_does_not_grow_for_an_empty_list_nor_for_papers_that_do_not_count(server):
    server.papers = [
        Entry("2504.00010", submitted=ago(6)),  # held; tells of a gap where nothing else does
        Entry("2504.00001", announced=ago(1), submitted=ago(3)),
        *many(9, announced=ago(1))[1:],
        Entry("2503.00001", "Trees", submitted=ago(7)),
        Entry("2503.00002", categories=("cs.CL", "cs.IR"), submitted=ago(7)),
        Entry("2503.00003", comment="withdrawn", version=2, submitted=ago(7)),
    ]
    assert Run(server).queries == 1
    assert Run(server, "--announce-types", "new", listed=["2504.00001"]).queries == 1
    assert Run(server, "--lookback-days", 95, listed=["2504.00009"]).queries == 4
    del server.papers[1:]
    assert Run(server, listed=["2504.00009"]).queries == 6


def test_a_window_is_read_month_by_month_from_end_to_end_and_the_feed_is_not(server):
    days = [date(2023, 12, 31), date(2024, 1, 1), *(date(2024, n, 28) for n in range(2, 12))]
    days += [date(2024, 12, 31), date(2025, 1, 1), TODAY]
    server.papers = [Entry(f"{day:%y%m}.00001", submitted=day) for day in days]
    run, ids = Run(server, *YEAR), [one.id for one in server.papers]
    assert (run.ids, run.feeds, run.queries, run.complete) == (ids[1:-2], 0, 12, True)
    assert re.search(r"(?s)to 2024-02-29: 1 papers\n.*\nthe query API: 12 pa", "\n".join(run.log))
    since = Run(server, "--since=2025-04-01", NONE, listed="x")
    until = Run(server, "--since=1991-01-01", "--until=1991-12-31", NONE)
    assert (since.ids, len(since.asked), len(until.asked)) == (ids[-1:], 1, 12)
    assert "[199101010000 TO 199101312359]" in until.asked[0]
    server.api_faults = [None, None, Fault(400)]
    run, part = Run(server, *YEAR), "HTTP 400 (2024-03-01 to 2024-03-31); a rerun asks again"
    assert (run.ids, run.complete) == (ids[1:3], False)
    assert run.warnings == [f"the query API gave 2 papers, then {part}"]


@pytest.mark.parametrize(("miscounted", "starts"), [(-100, "0 2000"), (1, "0 2000" + " 2100" * 4)])
def test_a_full_page_is_followed_and_a_wrong_total_loses_nothing(server, miscounted, starts):
    server.papers, server.miscounted = many(2100), miscounted
    run = Run(server)
    assert re.findall(r"start=(\d+)", str(run.asked)) == starts.split()
    assert (run.feeds, len(run.ids), run.complete) == (1, 2100, miscounted < 0)
    part = "gave 2100 of 2101 papers (2025-04-03 to 2025-04-10); a rerun asks again"
    assert run.warnings == [f"the query API {part}", FULL.format("cs.IR")][run.complete :]


def test_an_empty_page_is_asked_for_again_while_the_total_says_more(server):
    server.papers, server.page, empty = many(60, announced=ago(1)), 25, results(60)
    server.api_faults = [empty, None, empty, empty]
    run = Run(server)
    assert re.findall(r"start=(\d+)", str(run.asked)) == "0 0 25 25 25 50".split()
    assert (len(run.ids), run.warnings) == (60, [])
    server.api_faults = [empty] * 9
    run, text = Run(server), "the query API could not be read: an empty page at 0 of 60 ("
    assert (run.queries, run.warnings[0].startswith(text)) == (4, True)


def test_what_is_too_much_for_one_query_is_asked_for_in_halves(server):
    server.papers = [Entry(f"2401.000{day}", submitted=date(2024, 1, day)) for day in range(10, 32)]
    server.api_faults = [results(30_001, server.papers[0])] * 2
    run = Run(server, *YEAR[:3], "2024-01-31")
    assert (run.ids, run.queries, run.complete) == ([one.id for one in server.papers], 4, True)
    server.miscounted = 30_000
    assert Run(server, "--since", "2024-01-30", *YEAR[2:3], "2024-01-31").ids == run.ids[-2:]


# A saved feed, records, a category arXiv does not know


def test_a_saved_feed_is_the_only_source_whatever_its_age(server, tmp_path):
    others = Entry("2504.00004", kind="replace"), Entry("2504.00005", kind="cross")
    feed = saved_feed(tmp_path / "feed.xml", *many(3, announced=ago(900)), *others)
    run = Run(server, "--feed-url", feed, "--announce-types", "new", listed=["2504.00009"])
    assert (run.ids, run.asked, run.warnings) == ([one.id for one in many(3)], [], [])
    assert len(Run(server, "--feed-url", DAYS[0], ids=["2504.03184"]).records) > 5


def test_records_are_asked_for_a_hundred_at_a_time_and_kept_when_a_later_part_fails(server):
    server.papers = many(250, submitted=ago(900), version=4)
    ids = [one.id for one in server.papers]
    run = Run(server, NONE, ids=[*ids, "2504.99999"])
    assert (run.records, run.queries, run.warnings) == (ids, 3, [])
    server.api_faults = [None, Fault(400)]
    run, text = Run(server, NONE, ids=ids), "gave 100 papers, then HTTP 400; a rerun asks again"
    assert (run.records, run.warnings) == (ids[:100], [f"the query API, by ID {text}"])


def test_a_category_arxiv_does_not_know_is_a_configuration_error_in_its_words(server):
    server.feed_faults = [Fault(400, body=(DATA / "error-400.xml").read_bytes())]
    with pytest.raises(ConfigError, match=r"^categories: arXiv says: Bad subject class"):
        Run(server, "--categories", "cs.IR cs.XX")


# A calendar: workdays but about Christmas; some papers are held, some of those cross-listed

LOST = [[Fault(429, {"Retry-After": "3600"})], [Fault(stale=1)]]
FEED_TROUBLE = [[Fault(503), Fault(cut=500)], *LOST, *[[]] * 9]
API_TROUBLE = [[Fault(406)] * 99, [None, *[Fault(429)] * 99], [Fault(stale=1)], *[[]] * 9]


def calendar(random: Random, first: date) -> list[Entry]:
    days, entries = [first + timedelta(days=n) for n in range(2300)], list[Entry]()
    days = [day for day in days if day.weekday() < 5 and "01-03" <= f"{day:%m-%d}" <= "12-23"]
    for n, day in enumerate(random.choices(days, k=5000)):
        wait = random.choice([1, 2, 3, 4] * 200 + [*range(10, 31)])
        entry = Entry(f"{day:%y%m}.{n:05}", announced=day, submitted=day - timedelta(days=wait))
        entries.append(replace(entry, categories=("cs.CL", "cs.IR")) if wait > 20 else entry)
    return entries


def test_in_years_of_trouble_and_missed_runs_only_what_was_held_can_be_lost(server):
    random, fed = Random(1), set[date]()  # fed: the days of feeds that were read
    server.papers = calendar(random, ago(100))
    listed = before(TODAY, server.papers)
    for gap in random.sample(range(1, 61), 60):
        for days in (gap, 1, 1, 1):
            feed, api = random.choice(FEED_TROUBLE), random.choice(API_TROUBLE)
            server.feed_faults, server.api_faults = [*feed], [*api]
            server.now += timedelta(days=days)
            with suppress(SourceError):
                listed |= set(Run(server, listed=listed).ids)
            fed |= set() if feed in LOST else {server.now}
    missed = [one for one in server.papers if one.announced not in fed]
    held = {one.id for one in missed if (one.announced - one.submitted).days > 4}
    assert before(server.now, server.papers) - listed <= held

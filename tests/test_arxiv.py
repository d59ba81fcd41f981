"""Feed and query API: what is asked, and what is made of the answers."""

import re
from dataclasses import replace
from datetime import date, time, timedelta
from random import Random
from time import process_time

import pytest

from paper_action.arxiv.withdrawn import is_withdrawn
from paper_action.paper import ConfigError, SourceError

from .conftest import DATA, DAYS, arxiv_id, paper, run_process
from .fake_arxiv import ERROR, TODAY, Entry, FakeArxiv, Fault, document, saved_feed
from .readings import NONE, Run, ago, many, note, results

YEAR = ("--since", "2024-01-01", "--until", "2024-12-31")
FEED = "the announcement feed"
FULL = "the announcement feed is full, 2000 entries: papers may be missing in it"
BEHIND = (
    "the query API has papers that the announcement feed of today lacks: "
    "a run since {} was missed, or the feed is behind"
)


@pytest.fixture
def server():
    with FakeArxiv() as fake:
        yield fake


def term(run: Run) -> str:
    """Return what the first query asks for."""
    return re.findall("search_query=(.*?)&", run.queries[0])[0]


def days(run: Run) -> list[list[str]]:
    """Return the first and the last minute of each query."""
    return [re.findall(r"\d{12}", query) for query in run.queries]


# What is asked


def test_a_day_without_a_gap_takes_two_requests(server):
    server.papers = [Entry("2504.00001")]
    run = Run(server, listed=["2504.00001"], cursor=note("2504.00001", 1))
    page = "start=0&max_results=2000&sortBy=submittedDate&sortOrder=ascending"
    query = "cat:cs.IR) AND submittedDate:[202504020000 TO 202504110000]"
    assert run.asked == ["/atom/cs.IR", f"/api/query?search_query=({query}&{page}"]


def test_all_categories_are_asked_for_at_once(server):
    run = Run(server, "--categories", "cs.ir nlin")
    assert run.feeds == ["/atom/cs.IR+nlin"]
    assert term(run).startswith("(cat:cs.IR OR cat:nlin OR cat:nlin.*) AND ")


@pytest.mark.parametrize("archive", ["astro-ph", "cond-mat", "q-bio"])
def test_an_archive_is_asked_for_with_all_its_subjects_and_as_the_category_it_was(
    server, archive
):
    run = Run(server, "--categories", archive)
    assert f"cat:{archive} OR cat:{archive}.*" in term(run)


# a category ⇒ one that is the same ⇒ an archive that holds one of them
TWINS = [
    ("cs.SY", "eess.SY", "cs"),
    ("cs.NA", "math.NA", "cs"),
    ("math.IT", "cs.IT", "math"),
    ("math.MP", "math-ph", "math"),
    ("stat.TH", "math.ST", "stat"),
    ("q-fin.EC", "econ.GN", "q-fin"),
]


@pytest.mark.parametrize(("name", "twin", "archive"), TWINS)
def test_a_paper_is_found_and_new_under_either_name_of_its_category(
    server, name, twin, archive
):
    for asked, known in ((name, twin), (twin, name), (archive, twin)):
        server.papers = [Entry("2504.00001", announced=ago(1), categories=(known,))]
        run = Run(server, "--categories", asked, "--announce-types", "new")
        assert run.ids == ["2504.00001"]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_the_clock_of_the_machine_changes_no_date(folder, zone):
    flags = ("--feed-url", DAYS[0], "--columns", "title date")
    done = run_process(folder, *flags, TZ=zone)
    dates = re.findall(r"\d{4}-\d\d-\d\d", done.outputs["papers"])
    assert dates == ["2025-04-08"] * 4
    rows = (folder / "README.md").read_text("utf-8")
    assert rows.count("| 2025-04-08 |") == 4


# What both sources give together


def test_the_log_has_a_line_for_each_source(server):
    server.papers = [Entry("2504.00001", announced=ago(1)), Entry("2504.00002")]
    assert Run(server).log == [
        "the announcement feed: 1 paper",
        "the query API: 2 papers",
    ]


@pytest.fixture
def mixed(server):
    """Serve two missed papers, and an announcement of every type and of one more."""
    server.papers = [
        Entry("2504.00009", announced=ago(1)),
        Entry("2504.00007", announced=ago(1), categories=("hep-th",), submitted=ago(1)),
        Entry("2504.00003", kind="cross"),
        Entry("2504.00003", kind="replace"),
        Entry("2503.00001", kind="replace", version=2),
        Entry("2504.00010", announced=ago(1), categories=("cs.CL",)),
        *many(2, "2502", kind="x", categories=("math.CO",)),
    ]
    server.papers[1] = replace(server.papers[1], categories=("hep-th", "math.MP"))
    return server


MIXED = ("--categories", "math cs.IR")
ANNOUNCED = ["2502.00001", "2502.00002", "2504.00003", "2503.00001"]


def test_missed_papers_stand_by_age_before_the_announcement_by_type_and_age(mixed):
    run = Run(mixed, *MIXED)
    assert run.ids == ["2504.00007", "2504.00009", *ANNOUNCED]
    assert run.kinds == ["cross", "new", "new", "new", "cross", "replace"]


def test_with_the_newest_first_missed_papers_stand_turned_round_behind_it(mixed):
    run = Run(mixed, *MIXED, "--order", "newest-first")
    assert run.ids == [*ANNOUNCED, "2504.00009", "2504.00007"]


def test_a_missed_paper_is_new_by_its_category_also_where_the_feed_replaces_it(mixed):
    run = Run(mixed, "--announce-types", "new")
    assert run.ids == ["2503.00001", "2504.00003", "2504.00009"]


def test_of_two_announcements_of_a_paper_the_first_that_counts_makes_the_row(mixed):
    run = Run(mixed, NONE, "--announce-types", "replace")
    assert run.ids == ["2503.00001", "2504.00003"]


def test_a_type_that_nobody_knows_is_told_once_and_its_category_decides(mixed):
    run = Run(mixed, *MIXED)
    assert run.warnings == ["announce type nobody knows: x"]


def test_types_that_nobody_knows_are_one_warning_of_one_length(server):
    server.papers = [Entry(arxiv_id(n), kind=f"kind{n}") for n in range(2000)]
    run = Run(server, NONE)
    assert len(run.ids) == 2000
    assert [text[:40] for text in run.warnings[1:]] == [
        "announce type nobody knows: kind0, kind1"
    ]
    assert len(run.warnings[1]) < 200


# what an abstract, or a part of a comment, says ⇒ whether that leaves it out
WITHDRAWN = (DATA / "withdrawn.txt").read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize("case", WITHDRAWN)
def test_a_replacement_that_withdraws_its_paper_adds_no_row_and_says_so(server, case):
    text, _, gone = case.partition(" ⇒ ")
    first = Entry("2504.00001", abstract=text.replace(" ", "\n"))
    abstract = replace(first, id="2504.00002", version=2, announced=ago(1))
    comment = replace(first, id="2504.00003", kind="replace", comment=f"9 p.; {text}")
    comment = replace(comment, version=2, abstract="", submitted=ago(300))
    server.papers = [first, abstract, comment]
    run = Run(server)
    left_out = {"2504.00002", "2504.00003"} - {*run.ids}
    assert len(left_out) == (2 if gone == "yes" else 0)
    assert "2504.00001" in run.ids
    told = [
        line[:10] for line in run.log if line.endswith(" is withdrawn and left out")
    ]
    assert sorted(told) == sorted(left_out)


def test_a_withdrawn_paper_is_told_once_though_both_sources_have_it(server):
    first = Entry("2504.00002", announced=ago(1), version=2, comment="Withdrawn")
    server.papers = [first, replace(first, announced=TODAY, kind="replace")]
    server.papers.append(Entry("2504.00003", version=2, abstract="Withdrawn."))
    run = Run(server, cursor=note("2504.00001", 3))
    assert run.ids == []
    assert [line for line in run.log if "withdrawn" in line] == [
        "2504.00002 is withdrawn and left out",
        "2504.00003 is withdrawn and left out",
    ]


def test_a_withdrawn_paper_that_the_feed_lacks_is_no_sign_of_a_missed_run(server):
    gone = Entry("2504.00002", announced=ago(1), version=2, comment="Withdrawn")
    server.papers = [Entry("2504.00001"), gone]
    run = Run(server, listed=["2504.00001"], cursor=note("2504.00001", 1))
    assert run.warnings == []
    assert len(run.queries) == 1


def test_the_newest_version_that_was_read_says_whether_its_paper_is_withdrawn(server):
    first = Entry("2504.00001", announced=ago(1))
    second = Entry("2504.00002", announced=ago(1), version=2, abstract="Withdrawn.")
    server.feed_faults = [
        Fault(
            body=document(
                replace(first, version=2, abstract="Withdrawn.").announcement(),
                replace(second, version=3, abstract="Back.").announcement(),
            ).encode()
        )
    ]
    server.papers = [first, second]
    run = Run(server)
    assert run.ids == ["2504.00002"]
    told = [line for line in run.log if "withdrawn" in line]
    assert told == ["2504.00001 is withdrawn and left out"]


def test_of_a_version_that_both_sources_have_the_comment_of_the_api_counts(server):
    gone = Entry("2504.00001", kind="replace", version=2, comment="Withdrawn")
    # arXiv's feed has no comments
    announced = document(replace(gone, comment="").announcement())
    server.feed_faults = [Fault(body=announced.encode())]
    server.papers = [gone]
    assert Run(server).ids == []


@pytest.mark.parametrize("stop", [". ", ", ", "; ", " (", " ["])
def test_a_comment_may_say_it_behind_anything_else(stop):
    assert is_withdrawn(paper(version=2, comment=f"9 pages{stop}Withdrawn"))


@pytest.mark.parametrize(("version", "is_left_out"), [(1, False), (2, True)])
def test_only_a_later_version_withdraws_its_paper(version, is_left_out):
    one = paper(version=version, abstract="Withdrawn.")
    assert is_withdrawn(one) == is_left_out


@pytest.mark.parametrize(
    ("kind", "is_left_out"),
    [("new", False), ("cross", False), ("replace", True), ("replace-cross", True)],
)
def test_what_is_announced_as_a_replacement_is_a_later_version(kind, is_left_out):
    one = paper(announce_type=kind, abstract="Withdrawn.")
    assert is_withdrawn(one) == is_left_out


@pytest.mark.parametrize("piece", [";", ". ", "withdrawn;", "paper is "])
def test_a_long_comment_takes_no_time(piece):
    began = process_time()
    is_withdrawn(paper(version=2, comment=f"withdraw{piece * 50_000}"))
    assert process_time() - began < 1


# Entries that cannot be read


def test_an_entry_that_cannot_be_read_is_one_warning_with_a_count_and_its_name(server):
    server.papers = [Entry("2504.00001"), Entry("nonsense"), Entry("more/nonsense")]
    run = Run(server, NONE)
    assert run.ids == ["2504.00001"]
    assert run.warnings == [
        "the announcement feed: 2 of 3 entries cannot be read, "
        "such as 'oai:arXiv.org:nonsensev1': its id names no paper"
    ]


@pytest.mark.parametrize("count", [1, 2000])
def test_a_feed_of_entries_none_of_which_can_be_read_has_failed(server, count):
    server.papers = [Entry(f"no.{n}") for n in range(count)]
    server.papers.append(Entry("2504.00001", announced=ago(1)))
    run = Run(server)
    assert run.ids == ["2504.00001"]
    assert run.failures == [
        f"the announcement feed: {count} of {count} entries cannot be read, "
        "such as 'oai:arXiv.org:no.0v1': its id names no paper"
    ]
    assert [text for text in run.warnings if text != FULL and FEED in text] == []
    assert run.cursor is None


def test_a_feed_of_entries_none_of_which_can_be_read_ends_a_run_without_the_api(server):
    server.papers = [Entry("nonsense")]
    server.api_faults = [Fault(404)]
    with pytest.raises(SourceError, match=r"feed: 1 of 1 .*; nothing was written"):
        Run(server)


def test_a_feed_is_full_by_all_its_entries_also_those_that_cannot_be_read(server):
    server.papers = [*many(1999), Entry("nonsense")]
    run = Run(server, cursor=note("2503.00001", 1))
    assert run.warnings[1:2] == [FULL]


def test_unreadable_results_are_a_failure_of_the_api(server):
    server.papers = [Entry("2504.00001"), Entry("nonsense", announced=ago(1))]
    server.api_faults = [results(1, Entry("nonsense"))]
    run = Run(server)
    assert run.failures[0].startswith("the query API: 1 of 1 entries cannot be read, ")


def test_unreadable_results_are_counted_over_all_pages(server):
    pages = [[Entry("2504.00001"), Entry("nonsense")], [Entry("2504.00002")]]
    server.api_faults = [results(14, *page) for page in pages]
    run = Run(server)
    assert run.warnings[0].startswith("the query API: 1 of 3 entries cannot be read")


def test_unreadable_results_among_others_are_a_warning_of_each_question(server):
    page = results(2, Entry("2504.00001"), Entry("nonsense"))
    server.api_faults = [page, page, page]
    run = Run(server, ids=["2504.00001"], cursor=note("2503.00001", 1))
    assert len(run.queries) == 3
    assert run.failures == []
    trouble = "1 of 2 entries cannot be read, such as"
    told = [text.partition(f": {trouble} ")[0] for text in run.warnings]
    api = "the query API"
    assert told == [api, BEHIND.format(ago(1)), api, f"{api}, by ID"]


# How far the list has read: rule 1


def test_with_a_note_the_api_is_asked_from_before_its_day_on(server):
    run = Run(server, "--lookback-days", 3, cursor=note("2503.00001", 10))
    assert days(run)[0] == ["202503280000", "202504110000"]


def test_a_single_day_before_is_asked_for_too(server):
    run = Run(server, "--lookback-days", 1)
    assert days(run) == [["202504090000", "202504110000"]]


def test_without_a_note_the_api_is_asked_for_the_last_days(server):
    run = Run(server, "--lookback-days", 3)
    assert days(run) == [["202504070000", "202504110000"]]


def test_a_note_of_long_ago_is_followed_for_a_year_at_most(server):
    run = Run(server, cursor=note("1910.00900", 2000))
    assert days(run)[0][0] == "202404100000"
    assert days(run)[-1][1] == "202504110000"


def test_with_a_note_only_newer_papers_of_the_api_count(server):
    old = many(5, announced=ago(9), submitted=ago(5))
    missed = Entry("2504.00006", announced=ago(1), submitted=ago(3))
    server.papers = [*old, missed]
    assert Run(server, cursor=note("2504.00005", 2)).ids == ["2504.00006"]


def test_without_a_note_all_papers_of_the_last_days_count(server):
    server.papers = many(5, announced=ago(3), submitted=ago(5))
    assert len(Run(server).ids) == 5


@pytest.mark.parametrize("listed", [["2301.00001"], ["2504.00001", "2504.00004"]])
def test_without_a_note_what_the_list_has_makes_no_run_look_further_back(
    server, listed
):
    old = many(5, "2503", announced=ago(20), submitted=ago(22))
    server.papers = [*old, *many(5, announced=ago(3), submitted=ago(5))]
    run = Run(server, listed=listed)
    assert run.ids == [one.id for one in many(5)]
    assert len(run.queries) == 1
    assert run.warnings == []


def test_a_newer_paper_is_one_with_a_newer_id_whenever_it_was_submitted(server):
    server.papers = [Entry("2504.00006", announced=ago(1), submitted=ago(9))]
    assert Run(server, cursor=note("2504.00005", 2)).ids == ["2504.00006"]


def test_an_id_of_the_old_style_is_older_than_any_of_the_new_one(server):
    server.papers = [Entry("0704.0001", announced=ago(1))]
    assert Run(server, cursor=note("math/0703999", 2)).ids == ["0704.0001"]


# Rule 2


@pytest.fixture
def missed(server):
    """Serve a paper that no feed of a run had, and one that was held for long."""
    server.papers = [
        Entry("2504.00005", announced=ago(2), submitted=ago(90)),
        Entry("2504.00006", announced=ago(1), submitted=ago(3)),
        Entry("2504.00007"),
    ]
    return server


def test_a_missed_run_is_told_and_what_was_held_meanwhile_is_asked_for(missed):
    run = Run(missed, cursor=note("2504.00004", 3))
    assert run.ids == ["2504.00005", "2504.00006", "2504.00007"]
    assert run.warnings == [BEHIND.format(ago(3))]
    assert days(run)[1][0] == "202412300000"
    assert days(run)[-1][1] == days(run)[0][0]


def test_of_what_was_held_only_newer_ids_count(missed):
    run = Run(missed, cursor=note("2504.00005", 3))
    assert run.ids == ["2504.00006", "2504.00007"]


# why no run was missed ⇒ the flags ⇒ what the list has
NOT_MISSED = [
    ("listed", [], ["2504.00006"]),
    ("of no keyword", ["--keywords", "trees"], []),
    ("of no category", ["--categories", "cs.CL"], []),
    ("of no type that counts", ["--announce-types", "replace"], []),
]


@pytest.mark.parametrize(("why", "flags", "listed"), NOT_MISSED)
def test_no_run_was_missed_where_the_newer_papers_are(missed, why, flags, listed):
    run = Run(missed, *flags, listed=listed, cursor=note("2504.00005", 3))
    assert run.warnings == []
    assert len(run.queries) == 1


def test_no_run_was_missed_where_the_newer_papers_are_in_todays_feed(missed):
    del missed.papers[:2]
    run = Run(missed, cursor=note("2504.00005", 3))
    assert run.warnings == []
    assert len(run.queries) == 1


def test_no_run_was_missed_where_todays_feed_has_the_paper_as_a_type_left_out(server):
    categories = ("cs.CL", "cs.IR")
    server.papers = [Entry("2504.00006", kind="cross", categories=categories)]
    flags = ["--categories=cs.IR, cs.CL", "--announce-types=new"]
    run = Run(server, *flags, cursor=note("2504.00005", 3))
    assert run.warnings == []
    assert len(run.queries) == 1


def test_a_feed_that_could_not_be_read_is_no_missed_run_but_may_have_held_papers(
    missed,
):
    missed.feed_faults = [Fault(404)]
    run = Run(missed, cursor=note("2504.00004", 3))
    assert run.warnings == []
    assert run.ids == ["2504.00005", "2504.00006", "2504.00007"]


def test_a_feed_that_is_behind_is_told_once(missed):
    missed.papers += many(3, "2503", announced=ago(1))
    missed.feed_faults = [Fault(stale=1)]
    run = Run(missed, cursor=note("2504.00006", 1))
    assert run.ids[:1] == ["2504.00007"]
    assert run.warnings == [BEHIND.format(ago(1))]


def test_a_new_list_has_missed_no_run(missed):
    run = Run(missed)
    assert run.warnings == []
    assert len(run.queries) == 1


# Rule 3


# how many results a page has ⇒ what goes wrong: with the first question, with that for
# what was held, between two pages of the first
UNREAD = [(9, [Fault(400)]), (9, [None, Fault(400)]), (1, [None, Fault(400)])]


@pytest.mark.parametrize(("page", "faults"), UNREAD)
def test_what_the_api_gives_waits_until_it_is_read_to_its_end(missed, page, faults):
    missed.page = page
    missed.api_faults = [*faults]
    run = Run(missed, cursor=note("2504.00004", 3))
    assert run.ids == ["2504.00007"]
    assert len(run.failures) == 1
    assert len(run.queries) == len(faults)
    assert run.cursor is None


def test_what_waits_is_told(server):
    server.papers = many(60, announced=ago(1))
    server.page = 25
    server.api_faults = [None, Fault(400)]
    run = Run(server)
    assert run.ids == []
    assert run.failures == [
        "the query API could not be read: HTTP 400; "
        "the next run asks again for all of it"
    ]
    assert run.log == ["the announcement feed: 0 papers"]


def test_the_note_goes_as_far_as_the_source_that_is_behind(server):
    server.papers = [Entry("2504.00001", announced=ago(1)), Entry("2504.00002")]
    assert Run(server).cursor == note("2504.00002", 0)
    server.feed_faults = [Fault(stale=1)]
    assert Run(server).cursor == note("2504.00001", 0)
    server.api_faults = [Fault(stale=1)]
    assert Run(server).cursor == note("2504.00001", 0)


def test_what_was_held_moves_the_note_no_further(server):
    server.papers = [
        Entry("2504.00006", announced=ago(1), submitted=ago(3)),
        Entry("2504.00009", announced=ago(1), submitted=ago(90)),
        Entry("2504.00010", submitted=ago(50)),
    ]
    run = Run(server, cursor=note("2504.00004", 3))
    assert run.ids == ["2504.00006", "2504.00009", "2504.00010"]
    assert run.cursor == note("2504.00006", 0)


def test_of_an_old_id_and_a_new_one_the_note_has_the_old_one(server):
    server.papers = [Entry("2504.00002")]
    server.api_faults = [results(1, Entry("math/0703999"))]
    assert Run(server).cursor == note("math/0703999", 0)


@pytest.mark.parametrize("flags", [YEAR, [NONE], ["--feed-url", DAYS[0]]])
def test_chosen_days_a_feed_alone_and_a_saved_feed_leave_no_note(server, flags):
    server.papers = many(3, submitted=date(2024, 4, 10))
    assert Run(server, *flags).cursor is None


def test_chosen_days_use_no_note(server):
    server.papers = many(3, submitted=date(2024, 4, 10))
    assert len(Run(server, *YEAR, cursor=note("2504.00009", 1)).ids) == 3


def test_an_id_ahead_of_today_leaves_no_note(server):
    server.papers = [Entry("2505.00001")]
    run = Run(server)
    assert run.ids == ["2505.00001"]
    assert run.cursor is None


def test_the_newest_id_is_none_of_the_old_style(server):
    server.papers = [Entry("2504.00001"), Entry("math/0309136", kind="replace")]
    assert Run(server).cursor == note("2504.00001", 0)


def test_an_empty_feed_leaves_no_note(server):
    server.papers = many(3, announced=ago(1))
    assert Run(server).cursor is None


def test_a_feed_that_could_not_be_read_leaves_no_note(server):
    server.papers = many(3)
    server.feed_faults = [Fault(404)]
    assert Run(server).cursor is None


def test_papers_whose_type_does_not_count_are_read_all_the_same(server):
    server.papers = many(3)
    run = Run(server, "--announce-types", "replace")
    assert run.cursor == note("2504.00003", 0)


# Rule 4


def test_what_the_feed_announces_counts_whatever_its_id(server):
    server.papers = [Entry("2401.00001", kind="cross"), Entry("math/0309136")]
    run = Run(server, cursor=note("2504.00001", 1))
    assert run.ids == ["math/0309136", "2401.00001"]


# A full feed


def test_what_a_full_feed_lacks_comes_from_the_api(server):
    server.papers = many(2001)
    run = Run(server, cursor=note("2503.00001", 1))
    assert len(run.ids) == 2001
    assert run.warnings == [FULL]
    assert run.feeds == ["/atom/cs.IR"]


# Chosen days


def test_chosen_days_are_read_from_end_to_end_and_the_feed_is_not(server):
    first = date(2023, 12, 1)
    dates = [first + 8 * n * timedelta(days=1) for n in range(60)]
    server.papers = [Entry(day.strftime("%y%m.%d001"), submitted=day) for day in dates]
    run = Run(server, *YEAR)
    assert run.ids == [one.id for one in server.papers if one.submitted.year == 2024]
    assert run.feeds == []
    assert days(run) == [["202401010000", "202501010000"]]


# an hour ⇒ whether it is within the two chosen days
MINUTES = [
    (date(2024, 2, 28), "23:59:59", False),
    (date(2024, 2, 29), "00:00:00", True),
    (date(2024, 2, 29), "23:59:59", True),
    (date(2024, 3, 1), "23:59:30", True),
    (date(2024, 3, 2), "00:01:00", False),
]


@pytest.mark.parametrize(("day", "second", "is_within"), MINUTES)
def test_a_day_lasts_from_its_first_second_to_its_last(server, day, second, is_within):
    server.papers = [Entry("2403.00001", submitted=day, second=second)]
    run = Run(server, "--since", "2024-02-29", "--until", "2024-03-01")
    assert len(run.ids) == is_within


def test_since_alone_ends_with_the_last_second_of_today(server):
    server.papers = [Entry("2504.00001", submitted=TODAY, second="23:59:59")]
    assert Run(server, "--since", "2025-04-09").ids == ["2504.00001"]


def test_a_day_of_long_ago_has_four_digits_for_its_year(server):
    run = Run(server, "--since", "0999-01-01", "--until", "0999-12-31")
    assert days(run) == [["099901010000", "100001010000"]]


def test_days_to_come_are_not_asked_for(server):
    run = Run(server, "--since", "2025-04-09", "--until", "9999-12-31")
    assert days(run) == [["202504090000", "202504110000"]]


def test_of_chosen_days_the_parts_before_a_failure_count(server):
    dates = [date(2024, month, 3) for month in range(1, 13)]
    server.papers = [Entry(day.strftime("%y%m.00001"), submitted=day) for day in dates]
    server.page = 3
    server.api_faults = [None, Fault(400)]
    run = Run(server, *YEAR)
    assert run.ids == ["2401.00001", "2402.00001", "2403.00001"]
    assert run.lacks_days
    assert run.failures == [
        "the query API could not be read: HTTP 400; "
        "papers submitted from 2024-03-03 on are missing: run again with since "
        "2024-03-03"
    ]


def test_of_chosen_days_none_of_which_can_be_read_nothing_is_written(server):
    server.api_faults = [Fault(404)]
    with pytest.raises(SourceError, match="HTTP 404; nothing was written"):
        Run(server, *YEAR)


# Pages


def test_a_full_page_is_followed_also_where_the_total_says_that_it_is_the_last(server):
    server.papers = many(2100, announced=ago(1))
    server.miscounted = -100
    run = Run(server)
    assert len(run.ids) == 2100
    assert run.failures == []


def test_an_answer_with_fewer_papers_than_its_total_waits(server):
    server.papers = many(2100, announced=ago(1))
    server.miscounted = 1
    run = Run(server)
    assert run.ids == []
    assert "an empty page of 2101 results" in run.failures[0]


@pytest.mark.parametrize("luck", range(5))
def test_papers_of_one_second_that_change_places_between_pages_are_had(server, luck):
    server.papers = [
        Entry(
            arxiv_id(n),
            announced=ago(1),
            second=str(time(12, minute=n // 300, second=n // 5 % 60)),
        )
        for n in range(200)
    ]
    server.page = 52
    server.luck = Random(luck)
    run = Run(server)
    assert len(run.ids) == 200
    assert run.failures == []


def test_an_empty_page_is_asked_for_again_while_the_total_says_more(server):
    server.papers = many(60, announced=ago(1))
    server.page = 30
    server.api_faults = [results(60), None, results(60), results(60)]
    run = Run(server)
    starts = re.findall(r"start=(\d+)", " ".join(run.queries))
    assert starts == ["0", "0", "20", "20", "20", "40"]
    assert len(run.ids) == 60
    assert run.log[-1] == "the query API: 60 papers"


def test_pages_that_never_end_are_a_failure(server):
    server.papers = [Entry("2504.02001")]
    server.api_faults = [results(2000, *many(2000, announced=ago(1)))] * 40
    run = Run(server)
    assert "the page at 1990 is the one before it once more" in run.failures[0]
    assert len(run.queries) == 2
    assert run.ids == ["2504.02001"]


def test_a_page_that_stays_empty_is_a_failure(server):
    server.api_faults = [results(60)] * 99
    run = Run(server)
    assert "could not be read: an empty page of 60 results" in run.failures[0]
    assert run.clock <= 60


def test_a_page_that_comes_over_and_over_again_is_a_failure(server):
    server.api_faults = [results(9999, *many(2))] * 99
    run = Run(server)
    assert "the page at 1 is the one before it once more" in run.failures[0]
    assert len(run.queries) == 2


def test_what_is_too_much_for_one_query_is_asked_for_in_halves(server):
    dates = [date(2024, 1, day) for day in range(10, 32)]
    server.papers = [Entry(day.strftime("2401.000%d"), submitted=day) for day in dates]
    server.api_faults = [results(30_001, server.papers[0])] * 2
    run = Run(server, "--since", "2024-01-01", "--until", "2024-01-31")
    assert run.ids == [one.id for one in server.papers]
    assert [each[0] for each in days(run)] == [
        "202401010000",
        "202401010000",
        "202401010000",
        "202401090000",
        "202401170000",
    ]


def test_a_day_that_is_too_much_for_one_query_is_read_as_far_as_it_goes(server):
    papers = many(2, "2401", submitted=date(2024, 1, 1))
    server.api_faults = [results(30_001, papers[0]), results(2, papers[1])]
    run = Run(server, "--since", "2024-01-01", "--until", "2024-01-01")
    assert run.ids == ["2401.00001", "2401.00002"]
    assert days(run) == [["202401010000", "202401020000"]] * 2


# A saved feed, records, a category arXiv does not know


def test_a_saved_feed_is_the_only_source_whatever_its_age(server, tmp_path):
    others = Entry("2504.00004", kind="replace"), Entry("2504.00005", kind="cross")
    feed = saved_feed(tmp_path / "feed.xml", *many(3, announced=ago(900)), *others)
    run = Run(server, "--feed-url", feed, "--announce-types", "new")
    assert run.ids == [one.id for one in many(3)]
    assert run.asked == []
    assert run.warnings == []
    assert run.log == [f"{feed}: 5 papers"]


def test_a_saved_page_of_results_is_a_feed_that_tells_no_types(server, tmp_path):
    feed = tmp_path / "feed.xml"
    feed.write_text(document(Entry("2504.00001").result()), "utf-8")
    run = Run(server, "--feed-url", feed, "--announce-types", "new")
    assert run.ids == ["2504.00001"]
    assert run.warnings == []


def test_a_saved_feed_has_the_records_too(server):
    run = Run(server, "--feed-url", DAYS[0], ids=["2504.03184"])
    assert len(run.records) > 5
    assert run.asked == []
    assert run.log == [f"{DAYS[0]}: 23 papers"]


def test_a_saved_feed_that_cannot_be_read_is_told_once(server, tmp_path):
    (tmp_path / "feed.xml").write_text("<feed>")
    words = r"^\S+/feed.xml could not be read: not a whole Atom [^;]*; nothing was"
    with pytest.raises(SourceError, match=words):
        Run(server, "--feed-url", tmp_path / "feed.xml", ids=["2504.03184"])


def test_records_are_asked_for_a_hundred_at_a_time(server):
    server.papers = many(250, submitted=ago(900), version=4)
    ids = [one.id for one in server.papers]
    run = Run(server, NONE, ids=[*ids, "2504.99999"])
    assert run.records == ids
    assert len(run.queries) == 3
    assert run.failures == []


def test_records_are_kept_when_a_later_part_fails(server):
    server.papers = many(250, submitted=ago(900))
    ids = [one.id for one in server.papers]
    server.api_faults = [None, Fault(404)]
    run = Run(server, NONE, ids=ids)
    assert run.records == ids[:100]
    assert run.failures == ["the query API, by ID could not be read: HTTP 404"]


@pytest.mark.parametrize("place", [0, 50, 99])
def test_an_id_that_arxiv_cannot_read_does_not_end_the_other_ninety_nine(server, place):
    server.papers = many(99, submitted=ago(900))
    ids = [one.id for one in server.papers]
    server.unknown = {"nowhere/0301001"}
    run = Run(server, NONE, ids=[*ids[:place], "nowhere/0301001", *ids[place:]])
    assert sorted(run.records) == ids
    assert run.failures == []
    assert "arXiv knows no paper nowhere/0301001" in run.log


def test_records_that_are_refused_without_a_word_are_asked_for_by_halves(server):
    server.papers = many(2, submitted=ago(900))
    server.api_faults = [Fault(400, body=b"gone")]
    run = Run(server, NONE, ids=["2504.00001", "2504.00002"])
    assert run.records == ["2504.00001", "2504.00002"]
    assert len(run.queries) == 3


@pytest.mark.parametrize("words", ["gone", document(ERROR.format("no field"))])
def test_records_that_are_all_refused_are_a_failure_and_not_asked_for_one_by_one(
    server, words
):
    server.papers = many(100, submitted=ago(900))
    server.api_faults = [Fault(400, body=words.encode())] * 999
    run = Run(server, NONE, ids=[one.id for one in server.papers])
    assert len(run.queries) < 10
    assert len(run.failures) == 1
    assert [line for line in run.log if "knows no paper" in line] == []


# how arXiv says that it has no such category
NO_CATEGORY = ["Bad subject class 'cs.XX'.", "Bad archive 'xx'.", "Bad category 'x.y'."]


@pytest.mark.parametrize("words", NO_CATEGORY)
def test_a_category_arxiv_does_not_know_is_a_configuration_error_in_its_words(
    server, words
):
    body = (DATA / "error-400.xml").read_text("utf-8")
    body = body.replace("Bad subject class 'cs.XX'.", words)
    server.feed_faults = [Fault(400, body=body.encode())]
    with pytest.raises(ConfigError, match=f"^categories: arXiv says: {words}"):
        Run(server, "--categories", "cs.IR cs.XX")

"""Whole runs, from the feed to the file, and what they say on the way."""

import json
import re
import sys
from datetime import date, timedelta
from subprocess import PIPE, Popen
from threading import Event

import pytest

from .conftest import DATA, DAYS, NOW, TOP, clean_environ, clone, git, run, run_process
from .fake_arxiv import ATOM, Entry, FakeArxiv, Fault, document, saved_feed
from .rendered import render, table_rows

DAY = timedelta(days=1)
WEEKEND = DATA / "empty-weekend.xml"
READ_THE_FIRST_DAY = ("--feed-url", DAYS[0])
DRY_RUN = (*READ_THE_FIRST_DAY, "--dry-run", "--commit")


@pytest.fixture
def server():
    with FakeArxiv() as arxiv:
        yield arxiv


# The list: what is added, and that nothing is added twice


def test_three_days_give_every_matching_paper_once_and_a_rerun_changes_nothing(folder):
    added = [run(folder, "--feed-url", day).outputs["added"] for day in DAYS]
    assert added == ["4", "14", "8"]
    before = (folder / "README.md").read_bytes()
    changed = [run(folder, "--feed-url", day).outputs["changed"] for day in DAYS]
    assert changed == ["false", "false", "false"]
    assert (folder / "README.md").read_bytes() == before
    links = [link for _, link, _, _ in table_rows(before.decode())]
    assert len(links) == 26
    assert len(set(links)) == 26


def test_a_run_commits_pushes_and_names_the_commit(origin, checkout):
    done = run(checkout, *READ_THE_FIRST_DAY, "--commit", "--data-file", "papers.csv")
    assert done.code == 0
    assert done.outputs["commit"] == git(origin, "rev-parse", "main").strip()
    message = r"Add 4 arXiv papers\n\n(- .+\n  https://.+\n){4}\n+"
    committed = git(origin, "show", "--format=%B", "--name-only", "main")
    assert re.fullmatch(message + r"README\.md\npapers\.csv\n", committed)


def test_a_dry_run_shows_the_rows_and_touches_neither_files_nor_git(origin, checkout):
    before = git(checkout, "rev-parse", "main")
    done = run(checkout, *DRY_RUN)
    assert done.code == 0
    assert done.outputs["changed"] == "false"
    assert done.outputs["commit"] == ""
    assert done.out.count("\n+ | ") == 4
    assert done.summary.startswith(
        "## Dry run, nothing was written. 4 new papers in README"
    )
    assert git(checkout, "status", "--porcelain") == ""
    assert git(checkout, "rev-parse", "main") == before
    assert git(origin, "rev-parse", "main") == before


def test_rows_are_shown_in_the_log_of_a_dry_run_alone(folder):
    assert "+ | " not in run(folder, *READ_THE_FIRST_DAY).out


def test_the_list_stands_below_root_and_a_saved_feed_where_the_run_does(folder):
    saved_feed(folder / "feed.xml", Entry("2504.00001"))
    (folder / "list").mkdir()
    done = run(folder, "--feed-url=feed.xml", "--root=list", "--data-file=p.csv")
    assert done.code == 0
    assert sorted(file.name for file in folder.iterdir()) == ["feed.xml", "list"]
    assert sorted(file.name for file in (folder / "list").iterdir()) == [
        "README.md",
        "p.csv",
    ]


def test_a_dry_run_asks_no_git_even_if_it_is_to_commit(folder):
    done = run(folder, *DRY_RUN)  # a folder that is no repository
    assert done.code == 0
    assert done.out.count("\n+ | ") == 4
    assert [*folder.iterdir()] == []


def test_a_scheduled_run_that_finds_nothing_keeps_the_schedule_alive(origin, checkout):
    quiet = ("--feed-url", WEEKEND, "--commit")
    later = NOW + 51 * DAY
    by_hand = run(checkout, *quiet, now=later)
    early = run(checkout, *quiet, now=NOW + 49 * DAY, GITHUB_EVENT_NAME="schedule")
    done = run(checkout, *quiet, now=later, GITHUB_EVENT_NAME="schedule")
    assert by_hand.outputs["commit"] == ""
    assert early.outputs["commit"] == ""
    alive = f"{done.outputs['commit']} Keep the schedule alive\n"
    assert git(origin, "log", "-1", "--format=%H %s", "main") == alive


def test_a_commit_says_what_the_setting_says(origin, checkout):
    run(checkout, *READ_THE_FIRST_DAY, "--commit", "--commit-message=Mine: {added}")
    assert git(origin, "log", "-1", "--format=%s", "main") == "Mine: 4\n"


def test_papers_that_match_exclude_are_left_out(folder):
    done = run(folder, *READ_THE_FIRST_DAY, "--keywords=*", "--exclude=all:llm")
    assert "llm" not in done.outputs["papers"].lower()
    assert done.outputs["added"] == "13"


def test_what_exclude_leaves_out_is_not_counted_as_matched(folder):
    entries = [
        Entry("2504.00001", title="An LLM survey"),
        Entry("2504.00002", title="LLM"),
    ]
    feed = saved_feed(folder / "feed.xml", *entries)
    done = run(folder, "--feed-url", feed, "--exclude=survey")
    assert "\n2 papers read, 1 matched, 1 added\n" in done.out


def test_a_keyword_that_found_only_what_is_left_out_has_matched(folder):
    feed = saved_feed(folder / "feed.xml", Entry("2504.00001", title="An LLM survey"))
    words = ("--keywords=llm, rag", "--exclude=survey")
    done = run(folder, "--feed-url", feed, *words)
    assert "\nMatched nothing this time: rag\n" in done.out


def test_a_name_with_a_comma_is_told_in_the_log_in_keywords_and_in_exclude(folder):
    words = ("--keywords=au:Wang, Wei\n*", "--exclude=au:Nobody, Xavier")
    done = run(folder, *READ_THE_FIRST_DAY, *words)
    assert done.out.count(" two alternatives") == 2


def test_tidy_makes_rows_anew_and_the_oldest_move_to_their_month(folder, server):
    server.papers = [Entry("2504.00001", title="A title")]
    rows = "| x | https://arxiv.org/abs/2504.00001 |\n"
    rows += f"| {'x' * 300} | https://arxiv.org/abs/math.GT/9901001 |\n"
    (folder / "README.md").write_text(f"| Title | Link |\n|---|---|\n{rows}")
    run(folder, *server.flags, "--tidy", "--keywords=title", "--max-bytes=200")
    readme = (folder / "README.md").read_text("utf-8")
    assert table_rows(readme)[0][0] == "A title"
    page = (folder / "archive" / "1999-01.md").read_text("utf-8")
    assert table_rows(page)[0][0] == "x" * 300


# Seams: what one room hands to the next


@pytest.mark.parametrize("kind", ["new", "cross", "replace", "replace-cross"])
def test_an_abstract_begins_with_its_own_words_whatever_was_announced(folder, kind):
    entry = Entry("2504.00001", abstract="We begin here.", kind=kind)
    feed = saved_feed(folder / "feed.xml", entry)
    done = run(folder, "--feed-url", feed)
    (added,) = json.loads(done.outputs["papers"])
    assert added["abstract"] == "We begin here."
    assert added["announce_type"] == kind
    assert "| We begin here. |" in (folder / "README.md").read_text("utf-8")


def four_months(folder, line_ending):
    """Run on papers of four months beside a list and its data; return the files."""
    folder.mkdir()
    (folder / "README.md").write_bytes(b"# List" + line_ending)
    (folder / "papers.jsonl").write_bytes(b'{"id": "2412.00001"}' + line_ending)
    ids = [
        f"{month}.{str(number).zfill(5)}"
        for month in range(2501, 2505)
        for number in range(10)
    ]
    words = "word " * 80
    feed = saved_feed(folder / "feed.xml", *(Entry(one, abstract=words) for one in ids))
    run(folder, "--feed-url", feed, "--max-bytes=6000", "--data-file=papers.jsonl")
    feed.unlink()
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_list_with_crlf_has_no_lone_line_feed_and_as_many_pages_as_with_lf(folder):
    unix = four_months(folder / "unix", b"\n")
    windows = four_months(folder / "windows", b"\r\n")
    assert len(unix) >= 2 + 4  # the list, the data file, the archive's pages
    assert len(windows) == len(unix)
    lone = [file for file, text in windows.items() if re.search(rb"(?<!\r)\n", text)]
    assert lone == []


def test_the_timezone_of_a_machine_does_not_change_dates(folder):
    shown = ("--feed-url", DAYS[0], "--columns=title, date, link")
    made = [
        run_process(folder, *shown, "--path", f"{number}.md", TZ=zone)
        for number, zone in enumerate(
            ["UTC", "America/Los_Angeles", "Pacific/Auckland"]
        )
    ]
    outputs = {done.outputs["papers"] for done in made}
    assert len(outputs) == 1
    lists = {(folder / f"{number}.md").read_bytes() for number in range(len(made))}
    assert len(lists) == 1


@pytest.mark.parametrize("words", ["Bad subject class", "Bad archive", "Bad category"])
def test_a_category_that_arxiv_rejects_is_a_configuration_error(folder, words):
    answer = (DATA / "error-400.xml").read_text("utf-8")
    (folder / "feed.xml").write_text(
        answer.replace("Bad subject class", words), "utf-8"
    )
    done = run(folder, "--feed-url=feed.xml")
    assert done.code == 2
    assert re.search(rf"^error: categories: .*{words} 'cs.XX'", done.err)


# What goes wrong, and how often it is said


def logged_warnings(done):
    found = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    return [line.removeprefix("warning: ") for line in found]


def shown_warnings(done):
    quotes = render(done.summary).iter("blockquote")
    texts = [quote.text_content().strip() for quote in quotes]
    marked = [text for text in texts if text.startswith("[!WARNING]")]
    return [text.removeprefix("[!WARNING]").strip() for text in marked]


def many(count, **changes):
    return [
        Entry(f"2504.{str(number).zfill(5)}", **changes)
        for number in range(1, count + 1)
    ]


def yesterdays_feed(server):
    server.papers = [
        Entry("2504.00001", announced=date(2025, 4, 9)),
        Entry("2504.00002"),
    ]
    server.feed_faults = [Fault(stale=1)]


def full_feed(server):
    server.papers = many(2000)


def one_entry_without_a_title(server):
    entries = [
        entry.announcement() for entry in [*many(1, title=""), Entry("2504.00009")]
    ]
    server.feed_faults = [Fault(body=document(*entries).encode())]


def one_entry_of_an_unknown_type(server):
    server.papers = many(1, kind="surprise")


def many_entries_of_an_unknown_type(server):
    server.papers = many(1999, kind="surprise")


@pytest.mark.parametrize(
    ("trouble", "counts"),
    [
        (yesterdays_feed, {1}),
        (full_feed, {0, 1}),
        (one_entry_without_a_title, {1}),
        (one_entry_of_an_unknown_type, {1}),
        (many_entries_of_an_unknown_type, {1}),
    ],
)
def test_what_is_wrong_with_a_feed_stands_once_in_log_and_summary(
    folder, server, trouble, counts
):
    server.now -= DAY
    server.papers = [Entry("2504.00001", announced=server.now)]
    run(folder, *server.flags, now=NOW - DAY)
    server.now += DAY
    trouble(server)
    done = run(folder, *server.flags)
    assert done.code == 0
    assert len(logged_warnings(done)) in counts
    assert shown_warnings(done) == logged_warnings(done)


def test_a_window_with_a_hole_is_written_and_exits_1_and_a_rerun_fills_it(
    folder, server
):
    early = Entry("2504.0003", submitted=date(2025, 2, 25), announced=date.min)
    late = Entry("2504.0004", submitted=date(2025, 4, 5), announced=date.min)
    server.papers = [early, late]
    server.api_faults = [None, Fault(400)]
    window = (*server.flags, "--since=2025-02-20", "--until=2025-04-10")
    server.page = 1
    done = run(folder, *window)
    assert done.code == 1
    assert done.outputs["ids"] == '["2504.0003"]'
    assert len(logged_warnings(done)) == 1
    assert shown_warnings(done) == logged_warnings(done)
    again = run(folder, *window)
    assert again.code == 0
    assert again.outputs["ids"] == '["2504.0004"]'


def test_a_window_that_is_whole_exits_0_though_rows_were_not_made_anew(folder, server):
    row = "| x | https://arxiv.org/abs/2504.00001 |\n"
    (folder / "README.md").write_text(f"| Title | Link |\n|---|---|\n{row}", "utf-8")
    server.api_faults = [None, Fault(404)]
    done = run(folder, *server.flags, "--since=2025-04-01", "--tidy")
    assert done.code == 0
    assert logged_warnings(done) == ["the query API, by ID could not be read: HTTP 404"]


def test_a_source_that_fails_beside_one_that_serves_is_a_warning(folder, server):
    server.papers = [Entry("2504.00001")]
    server.api_faults = [Fault(400)]
    done = run(folder, *server.flags)
    assert done.code == 0
    assert done.outputs["added"] == "1"
    assert len(logged_warnings(done)) == 1
    assert shown_warnings(done) == logged_warnings(done)


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (("--feed-url", DATA / "error-400.xml"), 2, "::.*Bad subject class 'cs.XX'"),
        (("--feed-url", "cut.xml"), 1, "::.*cut.xml could not be read: not a whole"),
        (("--feed-url", DAYS[0], "--path", "cut.xml/list.md"), 1, r"::.*: .*cut\.xml"),
        (("--since", "100% wrong"), 2, "::since: '100%25 wrong' is not "),
    ],
)
def test_what_cannot_be_read_or_written_is_an_error_in_one_line(
    folder, flags, code, words
):
    (folder / "cut.xml").write_bytes(DAYS[1].read_bytes()[:40_000])
    done = run(folder, *flags, GITHUB_ACTIONS="true")
    assert done.code == code
    assert [*folder.iterdir()] == [folder / "cut.xml"]
    assert [*done.outputs.values()] == ["0", "[]", "[]", "false", ""]
    assert done.summary.startswith("## The run failed\n\n")
    assert re.search(f"(?m)^::error{words}.*\n$", done.out)
    assert done.out.count("::group::") == done.out.count("::endgroup::")


# What is said: to a terminal, to a runner, in the summary


def test_the_log_names_the_files_that_were_written(checkout):
    done = run(checkout, *READ_THE_FIRST_DAY, "--commit", "--data-file=papers.csv")
    assert done.out.count("\nWritten: README.md, papers.csv\n") == 1


def test_a_run_that_finds_nothing_new_says_that_nothing_was_written(folder):
    run(folder, *READ_THE_FIRST_DAY)
    done = run(folder, *READ_THE_FIRST_DAY)
    assert done.out.count("\nWritten: nothing\n") == 1


def test_a_process_reads_flags_and_variables_and_groups_what_it_says(folder):
    given = {"PAPER_ACTION_FEED_URL": str(DAYS[0]), "GITHUB_ACTIONS": "true"}
    given |= {"PAPER_ACTION_KEYWORDS": "multimodal, generative, llm, café"}
    done = run_process(folder, "--path", "list.md", PYTHONIOENCODING="ascii", **given)
    assert done.code == 0
    assert done.err == ""
    assert done.outputs["added"] == "4"
    assert done.out.count("::group::") == done.out.count("::endgroup::") == 2
    assert "::notice::4 new papers in list.md, line 7\n" in done.out
    # a console with few letters shows a question mark for the others
    assert "::notice::Matched nothing this time: generative, caf?\n" in done.out


def test_a_line_of_the_log_is_there_before_the_run_ends(folder, server):
    was_seen = Event()
    seen = []

    def answer():
        seen.append(was_seen.wait(10))
        yield document().encode()

    server.feed_faults = [Fault(body=answer())]
    flags = [*server.flags, "--timeout=30", "--lookback-days=0"]
    command = [sys.executable, "-m", "paper_action", *flags]
    environ = clean_environ() | {"PYTHONPATH": str(TOP), "PYTHONUNBUFFERED": ""}
    with Popen(command, cwd=folder, env=environ, stdout=PIPE, text=True) as process:
        line = process.stdout.readline()
        was_seen.set()
    assert line == "Read arXiv:\n"
    assert seen == [True]


def test_the_words_of_a_server_stand_in_the_summary_as_text(folder):
    hostile = "Bad archive '<img src=x>| **x** [a](https://e.xample) @me'"
    text = hostile.replace("<", "&lt;").replace(">", "&gt;")
    (folder / "feed.xml").write_text(error_of_a_feed(text), "utf-8")
    done = run(folder, "--feed-url=feed.xml")
    page = render(done.summary)
    assert hostile in page.text_content()
    assert [part.tag for part in page.iter("img", "a", "strong", "table")] == []


def test_a_keyword_with_a_pipe_stays_in_its_cell_of_the_summary(folder):
    feed = saved_feed(folder / "feed.xml", Entry("2504.00001", title="Either a|b or c"))
    done = run(folder, "--feed-url", feed, '--keywords="a|b"')
    assert [row[2] for row in table_rows(done.summary)] == ['"a|b"']


def test_a_path_with_a_blank_is_linked_from_the_summary(origin, checkout):
    github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r"}
    done = run(
        checkout, *READ_THE_FIRST_DAY, "--commit", "--path=my docs/a list.md", **github
    )
    links = [link.get("href") for link in render(done.summary).iter("a")]
    address = (
        f"https://github.com/o/r/blob/{done.outputs['commit']}/my%20docs/a%20list.md"
    )
    assert address in links


def test_an_unforeseen_error_is_told_in_outputs_summary_and_log(folder):
    no_clock = None
    done = run(folder, *READ_THE_FIRST_DAY, now=no_clock, GITHUB_ACTIONS="true")
    assert done.code == 1
    assert [*done.outputs.values()] == ["0", "[]", "[]", "false", ""]
    assert done.summary.startswith(
        "## The run failed\n\na fault of paper-action itself"
    )
    assert len(re.findall("(?m)^::error::a fault of paper-action", done.out)) == 1
    assert done.out.count("Traceback (most recent call last):") == 1
    assert done.err == ""


def test_a_category_arxiv_does_not_have_is_a_warning_that_names_near_ones(folder):
    done = run(folder, *READ_THE_FIRST_DAY, "--categories=cs.IR, cs.NPL")
    (warning,) = logged_warnings(done)
    assert "cs.NPL" in warning
    assert "cs.CL" in warning or "cs.NI" in warning
    assert shown_warnings(done) == [warning]


def test_what_settings_and_keywords_may_mean_otherwise_is_an_annotation(folder):
    words = ("--keywords=au:Wang, Wei\nllm",)
    done = run(folder, *READ_THE_FIRST_DAY, *words, GITHUB_ACTIONS="true")
    assert len(re.findall("(?m)^::notice::.* two alternatives", done.out)) == 1
    assert len(re.findall("(?m)^::notice::Matched nothing .*Wei", done.out)) == 1


def test_a_scheduled_run_says_the_same_without_an_annotation(folder):
    words = ("--keywords=au:Wang, Wei\nllm",)
    scheduled = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "schedule"}
    done = run(folder, *READ_THE_FIRST_DAY, *words, **scheduled)
    assert "::notice" not in done.out
    assert len(re.findall("(?m)^.* two alternatives", done.out)) == 1
    assert len(re.findall("(?m)^Matched nothing .*Wei", done.out)) == 1
    assert done.summary.count("[!NOTE]") == 2


def test_a_new_list_on_a_quiet_day_waits_for_its_first_paper(folder):
    done = run(folder, "--feed-url", WEEKEND)
    assert "Nothing was announced. A quiet day is normal" in done.summary
    assert "it waits for its first paper" in done.summary


def test_a_quiet_day_is_not_claimed_when_the_feed_was_not_read(folder, server):
    server.feed_faults = [Fault(404)]
    done = run(folder, *server.flags)
    assert done.code == 0
    assert len(logged_warnings(done)) == 1
    assert "quiet" not in done.summary


def test_what_a_change_of_the_list_warns_of_is_told_once(folder):
    (folder / "README.md").write_text("words " * 1000 + "\n", "utf-8")
    done = run(folder, *READ_THE_FIRST_DAY, "--max-bytes=2000")
    (warning,) = logged_warnings(done)
    assert "max-bytes" in warning
    assert shown_warnings(done) == [warning]


def test_a_branch_that_was_made_is_said_to_be_made(checkout):
    done = run(checkout, *READ_THE_FIRST_DAY, "--commit", "--branch=mian")
    assert "The branch mian was not there before: it was made" in done.summary


def test_what_is_to_note_of_a_change_stands_in_the_log(folder):
    (folder / "README.md").write_text("| Title | Link |\n| --- | --- |\n", "utf-8")
    asked = ("--columns=title, date, link",)
    done = run(folder, *READ_THE_FIRST_DAY, *asked, GITHUB_ACTIONS="true")
    assert len(re.findall("(?m)^README.md: columns: .*", done.out)) == 1
    assert "columns" not in done.summary


def test_a_run_notes_in_the_list_how_far_arxiv_was_read(folder, server):
    server.papers = [Entry("2504.00001")]
    run(folder, *server.flags)
    text = (folder / "README.md").read_text("utf-8")
    assert "<!-- papers:read 2504.00001 2025-04-10 -->" in text


def test_a_first_run_without_a_match_commits_the_list_with_its_note(
    origin, checkout, server
):
    server.papers = [Entry("2504.00001")]
    done = run(checkout, *server.flags, "--commit", "--keywords=zebra")
    assert "waits for its first paper" in done.summary
    assert "papers:read 2504.00001" in git(origin, "show", "main:README.md")
    subject = git(origin, "log", "-1", "--format=%s", "main")
    assert subject == "Note how far arXiv was read\n"


def test_a_stale_checkout_is_no_matter_since_the_branchs_note_counts(
    origin, checkout, server
):
    server.papers = [Entry("2504.00002")]
    run(clone(origin, "other"), *server.flags, "--commit")
    # older than the note says, so that only a list without a note would take it
    server.papers += [Entry("2504.00001", announced=NOW.date() - DAY)]
    done = run(checkout, *server.flags, "--commit")
    assert done.code == 0
    assert done.outputs["ids"] == "[]"


def test_a_day_on_which_entries_came_is_not_called_quiet(folder):
    feed = saved_feed(folder / "feed.xml", Entry("2504.00001"))
    done = run(folder, "--feed-url", feed, "--announce-types=replace")
    assert done.code == 0
    assert "quiet" not in done.summary
    assert "no paper of these categories and announce-types" in done.summary


def announced_type(hostile):
    kind = "<arxiv:announce_type>{}</arxiv:announce_type>"
    entry = Entry("2504.00001").announcement()
    return document(entry.replace(kind.format("new"), kind.format(hostile)))


def error_of_a_feed(hostile):
    title = f"<title>Feed error for query: x</title><subtitle>{hostile}</subtitle>"
    return ATOM.replace("<title>x</title>{}", title)


@pytest.mark.parametrize("answer", [announced_type, error_of_a_feed])
def test_words_of_a_server_are_one_printable_line_of_log_and_summary(folder, answer):
    hostile = "x\n## y\n- z\u202e\x85\u2028"
    (folder / "feed.xml").write_text(answer(hostile), "utf-8")
    done = run(folder, "--feed-url=feed.xml")
    assert len(done.err.splitlines()) == 1
    assert re.search("x +## y +- z", done.err)
    page = render(done.summary)
    assert len([*page.iter("h1", "h2", "h3")]) == 1
    assert [*page.iter("li")] == []
    lines = done.summary.split("\n")
    assert [line for line in lines if not line.isprintable()] == []

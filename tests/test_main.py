"""Whole runs, from the feed to the file."""

import re
from datetime import date, timedelta

import pytest

from .conftest import DATA, DAYS, NOW, git, run, run_process
from .fake_arxiv import Entry, FakeArxiv, Fault
from .rendered import table_rows


def test_three_days_give_every_matching_paper_once_and_a_rerun_changes_nothing(folder):
    assert [run(folder, "--feed-url", day).outputs["added"] for day in DAYS] == ["4", "14", "8"]
    before = (folder / "README.md").read_bytes()
    assert [run(folder, "--feed-url", day).outputs["changed"] for day in DAYS] == ["false"] * 3
    assert (folder / "README.md").read_bytes() == before
    rows = table_rows(before.decode())
    assert len({link for _, link, _, _ in rows}) == len(rows) == 26


def test_a_process_reads_flags_and_variables_and_says_what_it_did_in_letters_a_console_has(folder):
    given = {"PAPER_ACTION_FEED_URL": str(DAYS[0]), "PYTHONIOENCODING": "ascii"}
    done = run_process(folder, "--path", "list.md", GITHUB_ACTIONS="true", **given)
    assert (done.code, done.err, done.outputs["added"]) == (0, "", "4")
    assert [done.out.count(text) for text in ("\n", "::group::", "::endgroup::")] == [8, 2, 2]
    assert "::notice::4 new papers in list.md, line 7, under ?arXiv papers?\n" in done.out


def test_a_dry_run_shows_the_rows_and_writes_commits_and_pushes_nothing(origin, checkout, folder):
    before = git(checkout, "rev-parse", "main")
    for root in (checkout, folder):  # one is no repository: git is not asked
        done = run(root, "--feed-url", DAYS[0], "--dry-run", "--commit")
        assert (done.code, done.outputs["changed"], done.outputs["commit"]) == (0, "false", "")
        assert done.out.count("\n+ | ") == 4
        assert done.summary.startswith("## Dry run, nothing was written: 4 new papers in README")
    assert git(checkout, "status", "--porcelain") == "".join(map(str, folder.iterdir())) == ""
    assert git(checkout, "rev-parse", "main") == git(origin, "rev-parse", "main") == before


def test_a_run_commits_pushes_and_names_the_commit(origin, checkout):
    done = run(checkout, "--feed-url", DAYS[0], "--commit", "--data-file", "papers.csv")
    assert (done.code, done.outputs["commit"]) == (0, git(origin, "rev-parse", "main").strip())
    message = r"Add 4 arXiv papers\n\n(- .+\n  https://.+\n){4}\n+README\.md\npapers\.csv\n"
    assert re.fullmatch(message, git(origin, "show", "--format=%B", "--name-only", "main"))


def test_a_scheduled_run_that_finds_nothing_keeps_the_schedule_alive(origin, checkout):
    day = ("--feed-url", DATA / "empty-weekend.xml", "--commit")
    by_hand = run(checkout, *day, now=NOW + timedelta(51))
    early = run(checkout, *day, now=NOW + timedelta(49), GITHUB_EVENT_NAME="schedule")
    done = run(checkout, *day, now=NOW + timedelta(51), GITHUB_EVENT_NAME="schedule")
    assert by_hand.outputs["commit"] == early.outputs["commit"] == ""
    alive = f"{done.outputs['commit']} Keep the schedule alive\n"
    assert git(origin, "log", "-1", "--format=%H %s", "main") == alive


def test_excluded_papers_are_left_out_and_a_name_with_a_comma_is_told_in_the_log(folder):
    words = ("--keywords", "au:Wang, Wei\n*", "--exclude", "all:llm, au:Nobody, Xavier")
    done = run(folder, "--feed-url", DAYS[0], *words)
    assert ("llm" in done.outputs["papers"].lower(), done.outputs["added"]) == (False, "13")
    assert done.out.count(" is two alternatives\n") == 2


def test_a_window_with_a_missing_part_is_written_and_exits_1_and_a_gap_with_one_exits_0(folder):
    papers = [Entry(f"2504.000{n}", submitted=date(2025, n, 5), announced=date.min) for n in (3, 4)]
    window = ("--since", "2025-02-20")  # more than forty days
    with FakeArxiv(papers) as arxiv:
        arxiv.api_faults = [None, Fault(400)]
        done = run(folder, *arxiv.flags, *window)
        assert (done.code, done.outputs["ids"]) == (1, '["2504.0003"]')
        assert done.err.count("warning: ") == done.summary.count("[!WARNING]") == 1
        arxiv.api_faults = [Fault(400)]
        done = run(folder, *arxiv.flags)
        assert (done.code, done.err.count("warning: ")) == (0, 1)
        assert run(folder, *arxiv.flags, *window).code == 0


def test_tidy_makes_rows_anew_from_arxivs_records_and_the_oldest_move_to_their_month(folder):
    rows = "| x | https://arxiv.org/abs/2504.00001 |\n"
    rows += f"| {'x' * 300} | https://arxiv.org/abs/math.GT/9901001 |\n"
    (folder / "README.md").write_text(f"| Title | Link |\n|---|---|\n{rows}")
    with FakeArxiv([Entry("2504.00001", title="A title")]) as arxiv:
        run(folder, *arxiv.flags, "--tidy", "--keywords=title", "--max-bytes=200")
    pages = (folder / "README.md", folder / "archive" / "1999-01.md")
    assert [table_rows(page.read_text("utf-8"))[0][0] for page in pages] == ["A title", "x" * 300]


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [(("--feed-url", DATA / "error-400.xml"), 2, " title=categories::.*Bad subject class 'cs.XX'"),
     (("--feed-url", "cut.xml"), 1, "::.*cut.xml could not be read: not a whole"),
     (("--feed-url", DAYS[0], "--path", "cut.xml/list.md"), 1, r"::.*: .*cut\.xml"),
     (("--since", "100% wrong"), 2, " title=since::since: '100%25 wrong' is not a day")],
)  # fmt: skip
def test_what_cannot_be_read_or_written_is_an_error_in_one_line(folder, flags, code, words):
    (folder / "cut.xml").write_bytes(DAYS[1].read_bytes()[:40_000])
    done = run(folder, *flags, GITHUB_ACTIONS="true")
    assert (done.code, [*folder.iterdir()]) == (code, [folder / "cut.xml"])
    assert [*done.outputs.values()] == ["0", "[]", "[]", "false", ""]
    assert done.summary.startswith("## The run failed\n\n")
    assert re.search(f"(?m)^::error{words}.*\n$", done.out)
    assert done.out.count("::group::") == done.out.count("::endgroup::")

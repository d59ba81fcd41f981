"""Whole runs, from the feed to the file."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from .conftest import DATA, DAYS, git, run, run_process
from .fake_arxiv import Entry, FakeArxiv, saved_feed
from .rendered import table_rows


def ids(file) -> list[str]:
    return re.findall(r"\[https://arxiv.org/abs/([\d.]+)\]", file.read_text(encoding="utf-8"))


def test_three_days_give_every_matching_paper_once_and_a_rerun_changes_nothing(folder):
    counts = [run(folder, "--feed-url", day).outputs["added"] for day in DAYS]
    assert counts == ["4", "14", "8"]
    before = (folder / "README.md").read_bytes()
    again = [run(folder, "--feed-url", day).outputs["changed"] for day in DAYS]
    assert again == ["false"] * 3
    assert (folder / "README.md").read_bytes() == before
    listed = ids(folder / "README.md")
    assert len(listed) == len(set(listed)) == 26
    assert [len(row) for row in table_rows(before.decode())] == [4] * 26


def test_a_process_reads_flags_and_variables_and_reports_to_the_runner(folder):
    done = run_process(
        folder, "--path", "list.md", GITHUB_ACTIONS="true", PAPER_ACTION_FEED_URL=str(DAYS[0])
    )
    assert done.code == 0, done.err
    assert done.outputs["added"] == "4"
    assert len(ids(folder / "list.md")) == 4
    assert done.out.count("::group::") == done.out.count("::endgroup::") == 2
    assert "::notice::4 new papers in list.md" in done.out
    assert done.err == ""


def test_a_process_shows_other_letters_where_a_console_lacks_them(folder, tmp_path):
    feed = saved_feed(tmp_path / "feed.xml", Entry("2504.00001", title="LLMs → ∞"))
    done = run_process(folder, "--feed-url", feed, "--dry-run", PYTHONIOENCODING="ascii")
    assert done.code == 0, done.err
    assert "LLMs ? ?" in done.out


@pytest.mark.parametrize("flags", [["--dry-run"], ["--dry-run", "--commit"]])
def test_a_dry_run_shows_the_rows_and_writes_commits_and_pushes_nothing(origin, checkout, flags):
    before, tip = git(checkout, "status", "--porcelain"), git(origin, "rev-parse", "main")
    done = run(checkout, "--feed-url", DAYS[0], *flags)
    assert (done.code, done.outputs["added"], done.outputs["changed"]) == (0, "4", "false")
    assert done.out.count("\n+ | ") == 4
    assert git(checkout, "status", "--porcelain") == before
    assert git(origin, "rev-parse", "main") == tip
    assert (checkout / "README.md").read_text() == "# A list\n\nWords.\n"


def test_a_dry_run_asks_nothing_of_git(folder):
    done = run(folder, "--feed-url", DAYS[0], "--dry-run", "--commit")
    assert (done.code, done.outputs["added"]) == (0, "4"), done.err


def test_a_run_commits_pushes_and_names_the_commit(origin, checkout):
    done = run(checkout, "--feed-url", DAYS[0], "--commit", "--data-file", "papers.csv")
    assert done.code == 0, done.err
    assert done.outputs["commit"] == git(origin, "rev-parse", "main").strip()
    message = git(origin, "show", "--format=%B", "--name-only", "main")
    assert message.startswith("Add 4 arXiv papers\n\n- ")
    assert message.count("https://arxiv.org/abs/") == 4
    assert message.endswith("README.md\npapers.csv\n")
    again = run(checkout, "--feed-url", DAYS[0], "--commit")
    assert (again.outputs["commit"], again.outputs["changed"]) == ("", "false")


def test_a_scheduled_run_that_finds_nothing_keeps_the_schedule_alive(origin, checkout):
    feed, later = DATA / "empty-weekend.xml", datetime.now(UTC) + timedelta(days=51)
    scheduled = {"GITHUB_EVENT_NAME": "schedule"}
    early = run(checkout, "--feed-url", feed, "--commit", **scheduled)
    by_hand = run(checkout, "--feed-url", feed, "--commit", now=later)
    assert early.outputs["commit"] == by_hand.outputs["commit"] == ""
    late = run(checkout, "--feed-url", feed, "--commit", now=later, **scheduled)
    assert late.outputs["commit"] == git(origin, "rev-parse", "main").strip()
    assert git(origin, "log", "-1", "--format=%s", "main") == "Keep the schedule alive\n"
    assert late.outputs["changed"] == "false"


def test_excluded_papers_are_left_out(folder, tmp_path):
    feed = saved_feed(
        tmp_path / "feed.xml",
        Entry("2504.00001", title="LLM"),
        Entry("2504.00002", title="LLM survey"),
    )
    done = run(folder, "--feed-url", feed, "--exclude", "survey")
    assert json.loads(done.outputs["ids"]) == ["2504.00001"]
    assert "announced 2, matched 1" in done.out


def test_a_window_with_a_missing_part_is_written_and_exits_1(folder):
    old, new = (Entry("2401.00001", submitted=date(2024, 1, 5)),
                Entry("2402.00001", submitted=date(2024, 2, 5)))  # fmt: skip
    with FakeArxiv([old, new]) as arxiv:
        arxiv.api_faults[:] = [None, *[arxiv.fault(400)] * 9]
        done = run(folder, *arxiv.flags, "--since", "2024-01-01", "--until", "2024-02-28")
        assert done.code == 1
        assert done.err.count("warning: ") == 1
        assert "[!WARNING]" in done.summary
        assert ids(folder / "README.md") == ["2401.00001"]
        arxiv.api_faults[:] = []
        assert run(folder, *arxiv.flags, "--since", "2024-01-01", "--until", "2024-02-28").code == 0
        arxiv.api_faults[:] = [arxiv.fault(400)] * 9
        assert run(folder, *arxiv.flags).code == 0


def test_a_name_with_a_comma_is_told_in_the_log(folder):
    flags = ("--keywords", "au:Wang, Wei", "--exclude", "au:Li, Bo")
    said = run(folder, "--feed-url", DAYS[0], *flags).out.splitlines()
    assert said[:2] == [f"{name!r} is two alternatives" for name in ("au:Wang, Wei", "au:Li, Bo")]


def test_tidy_makes_rows_anew_from_arxivs_records(folder):
    (folder / "README.md").write_text(
        "| Title | Link |\n| --- | --- |\n| old | https://arxiv.org/abs/2504.00001 |\n"
    )
    with FakeArxiv([Entry("2504.00001", title=r"Poincar\'e")]) as arxiv:
        done = run(folder, *arxiv.flags, "--tidy", "--keywords", "nothing at all")
    assert done.code == 0, done.err
    assert table_rows((folder / "README.md").read_text(encoding="utf-8"))[0][0] == "Poincaré"


def test_what_cannot_be_read_fails_with_arxivs_words_and_writes_nothing(folder, tmp_path):
    cut = tmp_path / "cut.xml"
    cut.write_bytes(DAYS[1].read_bytes()[:40_000])
    for feed, words in ((DATA / "error-400.xml", "Bad subject class 'cs.XX'"), (cut, "cut.xml")):
        done = run(folder, "--feed-url", feed)
        assert done.code in (1, 2)
        assert words in done.err
        assert done.outputs["added"] == "0"
    assert list(folder.iterdir()) == []


def test_a_file_that_cannot_be_written_is_an_error_without_a_traceback(folder):
    (folder / "docs").write_text("a file where a folder must be")
    done = run(folder, "--feed-url", DAYS[0], "--path", "docs/list.md")
    assert done.code in (1, 2)
    assert re.fullmatch(r"error: (?!None).*docs.*: \w.+\n", done.err)

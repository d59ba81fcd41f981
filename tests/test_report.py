"""What a run says, in a terminal and to a runner."""

import json
import re

import pytest

from paper_action.paper import PaperActionError, Revision
from paper_action.report import Report, commit_message

from .conftest import chosen, left, paper, runner
from .rendered import render, table_rows

HOME = "https://github.com/o/r"
ACTIONS = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": HOME[:-4], "GITHUB_REPOSITORY": "o/r"}
TWO = [paper("2504.00001", title="LLM *one*"), paper("2504.00002", title="LLM two #12 @me :+1:")]
LINKS = [f"https://arxiv.org/abs/2504.0000{n}" for n in (1, 2)]


def said(tmp_path, matched, revision, commit="", **changed):
    """Return what a run with that result left to its runner."""
    environ = runner(tmp_path / "list", ACTIONS | {"GITHUB_WORKSPACE": str(tmp_path)})
    Report(environ).result(matched, revision, commit, chosen(**changed))
    return left(environ)


def test_outputs_hold_every_field_of_the_papers_in_the_order_of_the_rows(tmp_path):
    matched = {"2504.00002": ("llm",), "2504.00001": ("generative", "llm"), "2504.00003": ()}
    done = said(
        tmp_path, matched, Revision(("x",), TWO), "c0ffee1", keywords="llm", root=tmp_path.parent
    )
    papers, ids = json.loads(done.outputs.pop("papers")), '["2504.00001", "2504.00002"]'
    assert done.outputs == {"added": "2", "ids": ids, "changed": "true", "commit": "c0ffee1"}
    assert not re.search("matched nothing|The list", done.summary)
    fields = "id title abstract authors categories date url announce_type matched"
    assert " ".join(papers[0]) == fields
    assert papers[0]["authors"] == ["A. One", "B. Two"]
    assert [one["matched"] for one in papers] == ["generative", "llm"]


def test_the_summary_shows_titles_with_links_keywords_numbers_and_the_commit(tmp_path):
    matched = {"2504.00001": ("generative",), "2504.00002": ("llm",), "3": ("llm",), "4": ()}
    done = Revision((), TWO, had=7, listed=1, moved=3, tidied=2, place="x.md", warnings=["full"])
    asked = {"keywords": "generative, llm, rag", "commit": "c0ffee1d"}
    pages = [said(tmp_path, matched, done, root=root, **asked).summary for root in (".", tmp_path)]
    summary = pages[0]
    assert summary == pages[1]
    page, numbers = render(summary), "had 7, announced 4, matched 3, already listed 1, added 2, "
    assert page.findtext("h2") == "2 new papers in x.md"
    shown = "\n".join(text.text_content() for text in page.iter("p"))
    numbers += "moved to the archive 3, made anew 2\nmatched nothing this time: rag"
    assert shown == f"{numbers}\nCommit c0ffee1\nThe list\n[!WARNING]\nfull"
    rows = [[row[0].split(" Abstract")[0], row[2]] for row in table_rows(summary)]
    assert rows == [["LLM *one*", "generative"], ["LLM two #12 @me :+1:", "llm"]]
    addresses = [f"{HOME}/commit/c0ffee1d", f"{HOME}/blob/c0ffee1d/README.md", *LINKS]
    assert [link.get("href") for link in page.iter("a")] == addresses


def test_a_day_without_a_paper_says_what_was_looked_for_or_that_it_was_quiet(tmp_path):
    quiet = "Nothing was announced. A quiet day is normal: arXiv rests on weekends and its holidays"
    for matched, why in (({"1": ()}, "1 announced, none matches: rag, agents"), ({}, quiet)):
        summary = said(tmp_path, matched, Revision(), keywords="rag, agents").summary
        headline, _, reason = (part.text_content() for part in render(summary))
        assert (headline, reason) == ("no new papers in README.md", why)


@pytest.mark.parametrize("text", ["::x::y", "##[x]y", "a\n::x::y", "x%0A::x::y", "\x1b[1mx\u202e"])
def test_whatever_is_said_is_one_line_and_no_command(capsys, text):
    report = Report(ACTIONS)
    report.log(text)
    report.warn([text])
    report.fail(PaperActionError(text))
    line, warning, error = capsys.readouterr().out.splitlines()
    assert line.isprintable()
    assert not re.match(r"\s*::|.*##\[", line)
    assert re.match(r"::warning::(?!.*%0A)", warning)
    assert error == warning.replace("warning", "error", 1)


def test_warnings_stand_in_the_summary_and_go_to_stderr_in_a_terminal(tmp_path, capsys):
    report = Report(environ := runner(tmp_path / "list", {}))
    for number in range(2000):
        report.warn([f"<b>trouble {number}</b>"])
    report.fail(PaperActionError("no"))
    summary, told = left(environ).summary, capsys.readouterr().err.splitlines()
    assert len(summary) < 100_000
    assert len(re.findall(r"<b>trouble \d+</b>", render(summary).text_content())) > 500
    assert (told[0], told[-1]) == ("warning: <b>trouble 0</b>", "error: no")


def test_outputs_and_summary_too_large_for_github_are_cut_with_a_note(tmp_path):
    many = [paper(f"2504.{number:05}", abstract="word " * 400) for number in range(700)]
    done = said(tmp_path, {one.id: ("llm",) for one in many}, Revision((), many))
    assert len(done.summary.encode()) < 2**20
    assert f"{700 - len(table_rows(done.summary))} more did not fit here." in done.summary
    shown = len(json.loads(done.outputs["papers"]))
    assert (done.outputs["added"], 0 < shown < 700) == ("700", True)
    assert sum(len(text) * 2 for text in done.outputs.values()) < 2**20


def test_the_commit_message_counts_lists_titles_with_links_and_mentions_nobody():
    words = "Add {added} new papers ({ids})"
    body = f"- LLM *one*\n  {LINKS[0]}\n- LLM two #\u206012 @\u2060me :+1:\n  {LINKS[1]}\n"
    two = commit_message(Revision(added=TWO), words)
    assert two == f"Add 2 new papers (2504.00001, 2504.00002)\n\n{body}"
    assert commit_message(Revision(added=TWO[:1]), words).startswith("Add 1 new paper (2504.00001)")
    assert commit_message(Revision(moved=1), "x") == "Move 1 row to the archive"
    assert commit_message(Revision(moved=2, tidied=1), "x") == "Move 2 rows to the archive"
    assert commit_message(Revision(tidied=2), "x") == "Tidy the table of papers"

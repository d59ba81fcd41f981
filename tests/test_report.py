"""What a run says, in a terminal and to a runner."""

import json
import re

import pytest

from paper_action.paper import ConfigError, PaperActionError, Revision
from paper_action.report import Report, commit_message

from .conftest import chosen, paper, read_outputs
from .rendered import render, table_rows

HOME = "https://github.com/o/r"
ACTIONS = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": HOME[:-4], "GITHUB_REPOSITORY": "o/r"}
TWO = [paper("2504.00001", title="LLM *one*"), paper("2504.00002", title="LLM two #12 @me :+1:")]
LINKS = [f"https://arxiv.org/abs/2504.0000{n}" for n in (1, 2)]


def said(tmp_path, matched, revision, commit="", **changed):
    """Return the outputs and the summary of a run with that result."""
    files = {"GITHUB_OUTPUT": tmp_path / "output", "GITHUB_STEP_SUMMARY": tmp_path / "summary"}
    report = Report(ACTIONS | {name: str(file) for name, file in files.items()})
    report.result(matched, revision, commit, chosen(**changed))
    outputs, summary = (file.read_text(encoding="utf-8") for file in files.values())
    return read_outputs(outputs), summary


def test_outputs_hold_every_field_of_the_papers_in_the_order_of_the_rows(tmp_path):
    matched = {"2504.00002": ("llm",), "2504.00001": ("generative", "llm"), "2504.00003": ()}
    outputs, _ = said(tmp_path, matched, Revision(("README.md",), TWO), commit="c0ffee1")
    papers, ids = json.loads(outputs.pop("papers")), '["2504.00001", "2504.00002"]'
    assert outputs == {"added": "2", "ids": ids, "changed": "true", "commit": "c0ffee1"}
    fields = "id title abstract authors categories date url announce_type matched"
    assert " ".join(papers[0]) == fields
    assert papers[0]["authors"] == ["A. One", "B. Two"]
    assert [one["matched"] for one in papers] == ["generative", "llm"]


def test_the_summary_shows_titles_with_links_keywords_numbers_and_the_commit(tmp_path):
    matched = {"2504.00001": ("generative",), "2504.00002": ("llm",), "3": ("llm",), "4": ()}
    done = Revision((), TWO, had=7, listed=1, moved=3, tidied=2, place="README.md, line 5")
    _, summary = said(tmp_path, matched, done, "c0ffee1d", keywords="generative, llm, rag")
    page, numbers = render(summary), "had 7, announced 4, matched 3, already listed 1, added 2, "
    assert page.findtext("h2") == "2 new papers in README.md, line 5"
    assert [text.text_content().replace("\n", " ") for text in page.iterfind("p")] == [
        numbers + "moved to the archive 3, made anew 2",
        "matched nothing this time: rag",
        "Commit c0ffee1, list",
    ]
    rows = [[row[0].split(" Abstract")[0], row[2]] for row in table_rows(summary)]
    assert rows == [["LLM *one*", "generative"], ["LLM two #12 @me :+1:", "llm"]]
    addresses = [f"{HOME}/commit/c0ffee1d", f"{HOME}/blob/c0ffee1d/README.md", *LINKS]
    assert [link.get("href") for link in page.iter("a")] == addresses


@pytest.mark.parametrize(
    ("matched", "why"),
    [({"1": (), "2": ()}, "2 announced, none matches: rag, agents"),
     ({}, "Nothing was announced. A quiet day is normal")],
)  # fmt: skip
def test_a_day_without_a_paper_says_what_was_looked_for_or_that_it_was_quiet(
    tmp_path, matched, why
):
    outputs, summary = said(tmp_path, matched, Revision(), keywords="rag, agents")
    assert (outputs["added"], outputs["changed"]) == ("0", "false")
    assert render(summary).findtext("h2") == "no new papers in README.md"
    assert why in render(summary).findall("p")[1].text_content()


def test_a_run_that_fails_has_all_outputs_and_names_the_setting(tmp_path, capsys):
    report = Report(ACTIONS | {"GITHUB_OUTPUT": str(tmp_path / "output")})
    report.fail(ConfigError("since", "100% wrong"))
    assert report.exit_code == 2
    assert read_outputs((tmp_path / "output").read_text())["added"] == "0"
    assert capsys.readouterr().out == "::error title=since::since: 100%25 wrong\n"


@pytest.mark.parametrize(
    "text", ["::error::x", "##[error]x", "a\n::error::x", "x%0A::error::y", "\x1b[31mx\u202e"]
)
def test_whatever_is_said_is_one_line_and_no_command(capsys, text):
    report = Report(ACTIONS)
    report.log(text)
    report.warn(text)
    report.fail(PaperActionError(text))
    line, warning, error = capsys.readouterr().out.splitlines()
    assert line.isprintable()
    assert not re.match(r"\s*::|.*##\[", line)
    assert warning.startswith("::warning::")
    assert error == warning.replace("warning", "error", 1)
    assert "%0A" not in warning


def test_warnings_stand_in_the_summary_and_go_to_stderr_in_a_terminal(tmp_path, capsys):
    report = Report({"GITHUB_STEP_SUMMARY": str(tmp_path / "summary")})
    for number in range(2000):
        report.warn(f"<b>trouble {number}</b>")
    report.fail(PaperActionError("no"))
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert len(summary) < 100_000
    assert len(re.findall(r"<b>trouble \d+</b>", render(summary).text_content())) > 500
    told = capsys.readouterr().err.splitlines()
    assert (told[0], told[-1]) == ("warning: <b>trouble 0</b>", "error: no")


def test_outputs_and_summary_too_large_for_github_are_cut_with_a_note(tmp_path):
    many = [paper(f"2504.{number:05}", abstract="word " * 400) for number in range(700)]
    outputs, summary = said(tmp_path, {one.id: ("llm",) for one in many}, Revision((), many))
    assert len(summary.encode()) < 2**20
    assert f"{700 - len(table_rows(summary))} more did not fit here." in summary
    assert outputs["added"] == "700"
    assert 0 < len(json.loads(outputs["papers"])) < 700
    assert sum(len(text) * 2 for text in outputs.values()) < 2**20


@pytest.mark.parametrize(
    ("revision", "subject"),
    [(Revision(added=TWO), "Add 2 new arXiv papers (2504.00001, 2504.00002)"),
     (Revision(added=TWO[:1]), "Add 1 new arXiv paper (2504.00001)"),
     (Revision(moved=1), "Move 1 row to the archive"),
     (Revision(moved=2, tidied=1), "Move 2 rows to the archive"),
     (Revision(tidied=2), "Tidy the table of papers")],
)  # fmt: skip
def test_a_commit_says_what_it_does(revision, subject):
    message = commit_message(revision, "Add {added} new arXiv papers ({ids})")
    assert message.partition("\n")[0] == subject


def test_a_commit_lists_titles_with_links_and_mentions_nobody():
    titles = "LLM *one*", "LLM two #\u206012 @\u2060me :+1:"
    body = "".join(f"- {title}\n  {link}\n" for title, link in zip(titles, LINKS, strict=True))
    assert commit_message(Revision(added=TWO), "x") == f"x\n\n{body}"

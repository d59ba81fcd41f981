"""What a run says, in a terminal and to a runner."""

import json
import re

import pytest

from paper_action.paper import ConfigError, PaperActionError, Revision
from paper_action.report import Report, commit_message

from .conftest import chosen, paper, read_outputs
from .rendered import render, table_rows

ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "o/r",
}
TWO = [paper("2504.00001", title="LLM *one*"), paper("2504.00002", title="LLM two #12 @me :+1:")]


def said(tmp_path, matched, revision, commit="", environ=ACTIONS, **changed):
    """Return the outputs and the summary of a run with that result."""
    files = {"GITHUB_OUTPUT": tmp_path / "output", "GITHUB_STEP_SUMMARY": tmp_path / "summary"}
    report = Report(environ | {name: str(file) for name, file in files.items()})
    report.result(matched, revision, commit, chosen(**changed))
    outputs, summary = (file.read_text(encoding="utf-8") for file in files.values())
    return read_outputs(outputs), summary


def test_outputs_hold_every_field_of_the_papers_in_the_order_of_the_rows(tmp_path):
    matched = {"2504.00002": ("llm",), "2504.00001": ("generative", "llm"), "2504.00003": ()}
    revision = Revision(("README.md",), TWO, ["| row |"] * 2, place="README.md")
    outputs, _ = said(tmp_path, matched, revision, commit="c0ffee1")
    assert {name: outputs[name] for name in ("added", "ids", "changed", "commit")} == {
        "added": "2", "ids": '["2504.00001", "2504.00002"]', "changed": "true", "commit": "c0ffee1",
    }  # fmt: skip
    first, second = json.loads(outputs["papers"])
    assert list(first) == [
        "id",
        "title",
        "abstract",
        "authors",
        "categories",
        "date",
        "url",
        "announce_type",
        "matched",
    ]
    assert (first["matched"], second["matched"]) == ("generative", "llm")
    assert first["authors"] == ["A. One", "B. Two"]


def test_a_run_that_fails_early_has_all_outputs_and_names_the_setting(tmp_path, capsys):
    environ = ACTIONS | {"GITHUB_OUTPUT": str(tmp_path / "output")}
    report = Report(environ)
    report.fail(ConfigError("since", "100% wrong"))
    assert report.exit_code == 2
    assert read_outputs((tmp_path / "output").read_text())["added"] == "0"
    assert capsys.readouterr().out == "::error title=since::since: 100%25 wrong\n"
    Report(ACTIONS).fail(PaperActionError("no push"))
    assert capsys.readouterr().out == "::error::no push\n"


def test_the_summary_shows_titles_with_links_keywords_numbers_and_the_commit(tmp_path):
    matched = {
        "2504.00001": ("generative",),
        "2504.00002": ("llm",),
        "2504.00003": ("llm",),
        "2504.00004": (),
    }
    revision = Revision(
        ("README.md",), TWO, had=7, listed=1, moved=3, tidied=2, place="README.md, line 5"
    )
    _, summary = said(
        tmp_path, matched, revision, commit="c0ffee1d", keywords="generative, llm, rag"
    )
    page, rows = render(summary), table_rows(summary)
    assert page.findtext("h2") == "2 new papers in README.md, line 5"
    assert [row[0].split(" Abstract")[0] for row in rows] == ["LLM *one*", "LLM two #12 @me :+1:"]
    assert [row[2] for row in rows] == ["generative", "llm"]
    text = page.text_content()
    assert "had 7, announced 4, matched 3, already listed 1, added 2, moved" in text
    assert "to the archive 3, made anew 2" in text
    assert "matched nothing this time: rag" in text
    assert "none matches" not in text
    addresses = [link.get("href") for link in page.iter("a")]
    assert addresses[0] == "https://github.com/o/r/commit/c0ffee1d"
    assert addresses[1] == "https://github.com/o/r/blob/c0ffee1d/README.md"
    assert "https://arxiv.org/abs/2504.00001" in addresses
    assert "quiet day" not in text


def test_a_day_without_a_match_says_what_was_looked_for_and_a_quiet_day_that_it_was_quiet(tmp_path):
    _, none = said(
        tmp_path, {"2504.00001": (), "2504.00002": ()}, Revision(), keywords="rag, agents"
    )
    assert "2 announced, none matches: rag, agents" in render(none).text_content()
    (tmp_path / "summary").unlink()
    _, quiet = said(tmp_path, {}, Revision())
    assert "A quiet day is normal" in quiet
    assert "none matches" not in quiet
    assert render(quiet).findtext("h2").startswith("no new papers")


def test_a_dry_run_says_so_first_shows_the_rows_and_changes_nothing(tmp_path, capsys):
    revision = Revision((), TWO[:1], ["| LLM |"], place="README.md")
    outputs, summary = said(
        tmp_path, {"2504.00001": ("llm",)}, revision, environ={}, dry_run="true"
    )
    out = capsys.readouterr().out
    assert out.startswith("+ | LLM |\n")
    assert summary.startswith("## Dry run")
    assert (outputs["changed"], outputs["added"]) == ("false", "1")


@pytest.mark.parametrize(
    "text", ["::error::x", "##[error]x", "a\n::error::x", "x%0A::error::y", "\x1b[31mx\u202e"]
)
def test_whatever_is_said_is_one_line_and_no_command(capsys, text):
    report = Report(ACTIONS)
    report.log(text)
    report.warn(text)
    line, warning = capsys.readouterr().out.splitlines()
    assert not re.match(r"\s*::|.*##\[", line)
    assert warning.startswith("::warning::")
    assert "%0A" not in warning
    assert line.isprintable()


def test_steps_are_groups_for_a_runner_also_when_they_fail(capsys):
    report = Report(ACTIONS)
    with pytest.raises(PaperActionError), report.step("Read arXiv"):
        raise PaperActionError("no")
    assert capsys.readouterr().out == "::group::Read arXiv\n::endgroup::\n"


def test_warnings_stand_in_the_summary_and_go_to_stderr_in_a_terminal(tmp_path, capsys):
    report = Report({"GITHUB_STEP_SUMMARY": str(tmp_path / "summary")})
    for number in range(2000):
        report.warn(f"<b>trouble {number}</b>")
    report.fail(PaperActionError("no"))
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert all(f"<b>trouble {n}</b>" in render(summary).text_content() for n in range(500))
    assert len(summary) < 100_000
    assert capsys.readouterr().err.splitlines()[0] == "warning: <b>trouble 0</b>"


def test_outputs_and_summary_too_large_for_github_are_cut_with_a_note(tmp_path):
    many = [paper(f"2504.{number:05}", abstract="word " * 400) for number in range(700)]
    matched = {one.id: ("llm",) for one in many}
    outputs, summary = said(tmp_path, matched, Revision(("README.md",), many, place="README.md"))
    assert len(summary.encode()) < 2**20
    assert f"{700 - len(table_rows(summary))} more did not fit here." in summary
    assert outputs["added"] == "700"
    assert 0 < len(json.loads(outputs["papers"])) < 700
    assert sum(len(text) * 2 for text in outputs.values()) < 2**20


def test_the_commit_message_counts_lists_titles_with_links_and_mentions_nobody():
    message = commit_message(Revision(added=TWO), "Add {added} arXiv papers ({ids})")
    assert message.startswith("Add 2 arXiv papers (2504.00001, 2504.00002)\n\n- LLM *one*\n")
    assert "https://arxiv.org/abs/2504.00002" in message
    assert not re.search(r"@me|#12", message)
    assert commit_message(Revision(added=TWO[:1]), "Add {added} new arXiv papers").startswith(
        "Add 1 new arXiv paper\n"
    )
    assert commit_message(Revision(moved=1), "x") == "Move 1 row to the archive"
    assert commit_message(Revision(moved=2), "x") == "Move 2 rows to the archive"
    assert commit_message(Revision(tidied=2), "x") == "Tidy the table of papers"

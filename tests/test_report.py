"""What a run says, in a terminal and to a runner, and of its commit."""

import json
import re
from pathlib import Path

import pytest

from paper_action.paper import ConfigError, PaperActionError, Reading, Revision
from paper_action.phrases import Outcome, commit_message
from paper_action.report import Report

from .conftest import arxiv_id, chosen, left, paper, runner
from .rendered import render, table_rows

HOME = "https://github.com/o/r"
GITHUB = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r"}
ACTIONS = {"GITHUB_ACTIONS": "true"} | GITHUB
SCHEDULED = ACTIONS | {"GITHUB_EVENT_NAME": "schedule"}
ONE = paper("2504.00001", title="LLM *one*")
TWO = paper("2504.00002", title="LLM two #12 @me :+1:")
MATCHED = {ONE.id: ("generative", "llm"), TWO.id: ("llm",)}
HOSTILE = ["::x::y", "##[x]y", "a\n::x::y", "  ::x::y", "x%0A::x::y", "\x1b[1mx\u202e"]


@pytest.fixture
def environ(tmp_path):
    """Return the environment of a step on a runner."""
    return runner(tmp_path / "list", ACTIONS | {"GITHUB_WORKSPACE": str(tmp_path)})


READ = Reading(papers=[ONE, TWO], records={}, entries=2, cursor=None, failures=[])
QUIET_DAY = READ._replace(papers=[], entries=0)
FAILED = QUIET_DAY._replace(failures=["the query API could not be read"])
ADDED = Revision(files=("README.md",), added=[ONE, TWO], place="README.md, line 7")


def outcome(settings=None, **changes):
    """Return what became of a run that added two papers, but for changes."""
    values = {"matched": MATCHED, "revision": ADDED, "reading": READ}
    return Outcome(settings=settings or chosen(), **(values | changes))


def pushed(settings=None, commit="c0ffee1d", **changes):
    """Return what became of a run that pushed a commit with two papers."""
    return outcome(settings, revision=ADDED._replace(commit=commit), **changes)


def nothing(settings=None, had=9, **changes):
    """Return what became of a run on a list with papers, to which nothing came."""
    values = {"matched": {}, "revision": Revision(had=had), "reading": QUIET_DAY}
    return outcome(settings, **(values | changes))


def told(environ, result):
    """Return what a run with that result left to its runner."""
    Report(environ).result(result)
    return left(environ)


def paragraphs(summary):
    """Return the texts of a summary's paragraphs, those of its alerts among them."""
    return [part.text_content() for part in render(summary).iter("p")]


# Outputs


def test_outputs_count_name_and_describe_the_papers_in_the_order_of_the_rows(environ):
    outputs = told(environ, pushed(commit="c0ffee1")).outputs
    assert outputs["added"] == "2"
    assert json.loads(outputs["ids"]) == [ONE.id, TWO.id]
    assert outputs["changed"] == "true"
    assert outputs["commit"] == "c0ffee1"
    papers = json.loads(outputs["papers"])
    fields = "id title abstract authors categories date url announce_type matched"
    assert " ".join(papers[0]) == fields
    assert [each["id"] for each in papers] == [ONE.id, TWO.id]
    assert papers[0]["authors"] == ["A. One", "B. Two"]
    assert [each["matched"] for each in papers] == ["generative", "llm"]


def test_ids_and_papers_are_in_the_order_of_the_rows_also_with_the_newest_first(
    environ,
):
    newest_first = ADDED._replace(added=[TWO, ONE])
    outputs = told(environ, outcome(revision=newest_first)).outputs
    assert json.loads(outputs["ids"]) == [TWO.id, ONE.id]
    papers = json.loads(outputs["papers"])
    assert [each["id"] for each in papers] == [TWO.id, ONE.id]


def test_outputs_of_a_run_that_changed_nothing_are_there_and_empty(environ):
    outputs = told(environ, nothing()).outputs
    empty = {"added": "0", "ids": "[]", "papers": "[]"}
    assert outputs == empty | {"changed": "false", "commit": ""}


def test_nobody_can_know_the_border_of_an_output(environ):
    borders = set()
    for _ in range(2):
        Report(environ).result(outcome())
        text = Path(environ["GITHUB_OUTPUT"]).read_text("utf-8")
        borders.update(re.findall("(?m)^ids<<(.{32,})$", text))
    assert len(borders) == 2


@pytest.mark.parametrize("name", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_the_runners_files_have_plain_line_feeds_and_keep_what_was_there(environ, name):
    file = Path(environ[name])
    file.write_bytes(b"before=1\n")
    Report(environ).result(outcome())
    assert file.read_bytes().startswith(b"before=1\n")
    assert b"\r" not in file.read_bytes()


def test_outputs_and_summary_too_large_for_github_are_cut_with_a_note(environ):
    many = [
        paper(f"2504.{str(number).zfill(5)}", abstract="word " * 400)
        for number in range(700)
    ]
    matched = {each.id: ("llm",) for each in many}
    done = told(environ, outcome(matched=matched, revision=Revision(added=many)))
    assert len(done.summary.encode()) < 2**20
    left_out = 700 - len(table_rows(done.summary))
    assert f"{left_out} more did not fit here." in done.summary
    assert done.outputs["added"] == "700"
    assert 0 < len(json.loads(done.outputs["papers"])) < 700
    assert len(json.loads(done.outputs["ids"])) == 700
    assert sum(len(text) * 2 for text in done.outputs.values()) < 2**20


def test_letters_of_several_bytes_are_counted_so_in_the_summary(environ):
    many = [paper(arxiv_id(n), abstract="字" * 2000) for n in range(400)]
    matched = {each.id: ("llm",) for each in many}
    done = told(environ, outcome(matched=matched, revision=Revision(added=many)))
    assert len(done.summary.encode()) < 2**20
    assert " more did not fit here." in done.summary


def test_the_ids_of_thousands_of_papers_take_their_room_from_the_records(environ):
    many = [paper(arxiv_id(number)) for number in range(5000)]
    matched = {each.id: ("llm",) for each in many}
    done = told(environ, outcome(matched=matched, revision=Revision(added=many)))
    assert len(json.loads(done.outputs["ids"])) == 5000
    assert len(json.loads(done.outputs["papers"])) > 1000
    assert sum(len(text) * 2 for text in done.outputs.values()) < 2**20


def test_what_was_pushed_is_reported_as_pushed_even_if_the_summary_fails(environ):
    report = Report(environ)
    no_text = {ONE.id: (None,), TWO.id: (None,)}
    with pytest.raises(TypeError) as fault:
        report.result(pushed(matched=no_text, commit="c0ffee1"))
    report.crash(fault.value)
    assert left(environ).outputs["commit"] == "c0ffee1"
    assert report.exit_code == 1


# The summary


def test_the_summary_shows_each_paper_with_its_link_and_keyword(environ):
    summary = told(environ, outcome()).summary
    rows = table_rows(summary)
    assert [row[0].partition(" Abstract")[0] for row in rows] == [
        "LLM *one*",
        "LLM two #12 @me :+1:",
    ]
    assert [row[2] for row in rows] == ["generative", "llm"]
    links = [link.get("href") for link in render(summary).iter("a")]
    assert links == [ONE.url, TWO.url]


def test_the_headline_counts_the_papers_and_says_where_they_stand(environ):
    summary = told(environ, outcome()).summary
    assert render(summary).findtext("h2") == "2 new papers in README.md, line 7"


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({"added": [ONE], "place": "x.md, line 3"}, "1 new paper in x.md, line 3"),
        ({"had": 3}, "No new papers in docs/list.md"),
    ],
)
def test_the_headline_of_one_paper_or_none(environ, changes, headline):
    settings = chosen(path="docs/list.md")
    summary = told(environ, outcome(settings, revision=Revision(**changes))).summary
    assert render(summary).findtext("h2") == headline


def test_the_numbers_stand_in_one_line_and_in_words(environ):
    matched = MATCHED | {"3": ("llm",), "4": ()}
    done = Revision(added=[ONE, TWO], had=7, listed=1, moved=3, tidied=1)
    summary = told(environ, outcome(matched=matched, revision=done)).summary
    numbers = "4 papers read, 3 matched, 1 already listed, 2 added"
    rows = "3 rows moved to the archive, 1 row made anew"
    assert paragraphs(summary)[0] == f"{numbers}, {rows}"


def test_a_paper_that_is_left_out_is_not_among_those_that_matched(environ):
    result = outcome(matched=MATCHED | {"3": ("llm",)})
    numbers = "3 papers read, 2 matched, 2 added"
    assert paragraphs(told(environ, result).summary)[0] == numbers


def test_numbers_that_are_zero_are_left_out(environ):
    result = outcome(matched={"1": ()}, revision=Revision(had=7))
    assert paragraphs(told(environ, result).summary)[0] == "1 paper read"


def test_a_dry_run_claims_no_row(environ):
    settings = chosen(dry_run=True)
    found = Revision(added=[ONE], listed=1)
    summary = told(environ, outcome(settings, revision=found)).summary
    headline = render(summary).findtext("h2")
    assert headline == "Dry run, nothing was written. 1 new paper in README.md"
    assert paragraphs(summary)[0] == (
        "2 papers read, 2 matched, 1 already listed, 1 to be added"
    )


def test_a_dry_run_makes_no_list_that_could_wait_for_a_paper(environ):
    made = Revision(made_file=True)
    summary = told(environ, nothing(chosen(dry_run=True), revision=made)).summary
    assert "made" not in summary
    assert "waits" not in summary


@pytest.mark.parametrize("root", [".", "{}"])
def test_the_summary_links_to_the_commit_and_to_the_list_in_it(environ, tmp_path, root):
    settings = chosen(root=root.format(tmp_path), path="my docs/a list.md")
    summary = told(environ, pushed(settings)).summary
    links = {link.text: link.get("href") for link in render(summary).iter("a")}
    assert links["Commit c0ffee1"] == f"{HOME}/commit/c0ffee1d"
    assert links["The list"] == f"{HOME}/blob/c0ffee1d/my%20docs/a%20list.md"


def test_links_lead_to_the_server_that_the_runner_names(environ):
    environ["GITHUB_SERVER_URL"] = "https://git.example"
    links = [
        link.get("href") for link in render(told(environ, pushed()).summary).iter("a")
    ]
    assert links[0] == "https://git.example/o/r/commit/c0ffee1d"
    assert links[1].startswith("https://git.example/o/r/blob/c0ffee1d/")


def test_without_a_repository_on_github_there_is_nothing_to_link(environ):
    environ.pop("GITHUB_REPOSITORY")
    assert "/commit/" not in told(environ, pushed()).summary


def test_a_list_outside_the_workspace_is_not_linked(environ, tmp_path):
    settings = chosen(root=tmp_path.parent)
    summary = told(environ, pushed(settings)).summary
    assert "The list" not in summary


def test_a_file_and_a_branch_that_were_made_are_said_to_be_made(environ, capsys):
    made = Revision(
        added=[ONE], files=("x.md",), made_file=True, commit="c0f", new_branch="mian"
    )
    result = outcome(chosen(path="x.md"), revision=made)
    summary = paragraphs(told(environ, result).summary)
    file = "x.md was not there before: it was made"
    branch = "The branch mian was not there before: it was made, as `branch` says"
    assert file in summary
    assert branch in summary
    log = capsys.readouterr().out
    assert file in log
    assert branch in log


def test_a_new_list_to_which_nothing_came_waits_for_its_first_paper(environ):
    made = Revision(files=("README.md",), had=0)
    summary = told(environ, nothing(revision=made, matched={"1": ()})).summary
    words = "The list is still empty: it waits for its first paper"
    assert words in paragraphs(summary)


def test_a_list_that_has_papers_does_not_wait(environ):
    assert "waits" not in told(environ, nothing(had=1)).summary


# Days on which nothing came


QUIET = "Nothing was announced. A quiet day is normal: arXiv rests on weekends"


def test_a_day_without_an_announcement_is_said_to_be_normal(environ):
    assert QUIET in told(environ, nothing()).summary


def test_a_day_without_an_announcement_is_normal_also_where_earlier_papers_came(
    environ,
):
    assert QUIET in told(environ, nothing(matched={"1": ()})).summary


@pytest.mark.parametrize(
    "reading", [READ, FAILED], ids=["entries came", "a source failed"]
)
def test_no_other_day_is_said_to_be_quiet(environ, reading):
    summary = told(environ, nothing(reading=reading)).summary
    assert "announced. A quiet day" not in summary


def test_where_a_source_failed_nobody_knows_what_arxiv_had(environ):
    result = nothing(reading=FAILED._replace(entries=12))
    assert "arXiv had no paper" not in told(environ, result).summary


def test_an_announcement_without_a_paper_that_counts_names_the_setting(environ):
    summary = paragraphs(told(environ, nothing(reading=READ)).summary)
    assert "arXiv had no paper of these categories and announce-types" in summary


def test_a_window_without_a_paper_names_what_was_asked_for(environ):
    settings = chosen(since="2025-04-05", until="2025-04-06")
    summary = paragraphs(told(environ, nothing(settings)).summary)
    assert "arXiv had no paper of these categories and announce-types" in summary


# Keywords that matched nothing


def test_a_keyword_that_matched_nothing_is_a_notice(environ, capsys):
    settings = chosen(keywords="generative, llm, rag\nagents")
    summary = told(environ, outcome(settings)).summary
    words = "Matched nothing this time: rag, agents"
    assert f"[!NOTE]\n{words}" in paragraphs(summary)
    assert f"::notice::{words}\n" in capsys.readouterr().out


def test_a_day_on_which_no_keyword_matched_names_all_of_them(environ):
    settings = chosen(keywords="rag, agents")
    result = nothing(settings, matched={"1": (), "2": ()}, reading=READ)
    words = "Matched nothing this time: rag, agents"
    assert f"[!NOTE]\n{words}" in paragraphs(told(environ, result).summary)


def test_keywords_that_all_matched_or_had_nothing_to_match_are_not_named(environ):
    settings = chosen(keywords="generative, llm")
    assert "atched" not in told(environ, nothing(settings)).summary
    assert "atched nothing" not in told(environ, outcome(settings)).summary


# Notices and warnings


def test_every_notice_and_warning_is_said_once(environ, capsys):
    report = Report(environ)
    for _ in range(2000):
        report.notice(["a notice", "another"])
        report.warn(["a warning"])
    report.result(outcome(chosen(keywords="llm")))
    log = capsys.readouterr().out
    alerts = [text for text in paragraphs(left(environ).summary) if "[!" in text]
    assert alerts == ["[!NOTE]\na notice", "[!NOTE]\nanother", "[!WARNING]\na warning"]
    assert log.count("::notice::a notice\n") == 1
    assert log.count("::notice::another\n") == 1
    assert log.count("::warning::a warning\n") == 1


def test_a_notice_of_a_scheduled_run_is_no_annotation(tmp_path, capsys):
    environ = runner(tmp_path / "list", SCHEDULED)
    report = Report(environ)
    report.notice(["a notice"])
    report.warn(["a warning"])
    report.result(outcome(chosen(keywords="llm, rag")))
    log = capsys.readouterr().out
    assert "::notice" not in log
    for words in ("a notice", "Matched nothing this time: rag"):
        assert f"\n{words}\n" in f"\n{log}"
        assert f"[!NOTE]\n{words}" in paragraphs(left(environ).summary)
    assert "\n2 new papers in README.md, line 7\n" in log
    assert "::warning::a warning\n" in log


def test_a_notice_of_a_run_by_hand_is_an_annotation(tmp_path, capsys):
    by_hand = ACTIONS | {"GITHUB_EVENT_NAME": "workflow_dispatch"}
    report = Report(runner(tmp_path / "list", by_hand))
    report.notice(["a notice"])
    assert capsys.readouterr().out == "::notice::a notice\n"


def test_warnings_by_the_thousand_leave_no_room_for_the_last_papers(environ):
    report = Report(environ)
    report.warn(
        f"{number} <b>trouble</b>" + " and more" * 100 for number in range(2000)
    )
    report.result(outcome())
    summary = left(environ).summary
    assert len(summary.encode()) < 2**20
    assert render(summary).text_content().count("<b>trouble</b>") > 1000
    assert summary.endswith(" more did not fit here.\n")


def test_warnings_and_errors_go_to_stderr_in_a_terminal_and_the_rest_to_stdout(capsys):
    report = Report({})
    report.warn(["trouble"])
    report.notice(["by the way"])
    report.fail(PaperActionError("no"))
    said = capsys.readouterr()
    assert said.err == "warning: trouble\nerror: no\n"
    assert said.out == "by the way\n"


def test_an_error_names_its_setting_and_has_its_exit_code(environ, capsys):
    report = Report(environ)
    report.fail(ConfigError("since", "'x' is no day"))
    assert report.exit_code == 2
    assert capsys.readouterr().out == "::error::since: 'x' is no day\n"


def test_a_step_is_a_group_of_the_log_also_when_it_fails(capsys):
    with pytest.raises(KeyError), Report(ACTIONS).step("Read arXiv"):
        {}["x"]
    assert capsys.readouterr().out == "::group::Read arXiv\n::endgroup::\n"


def test_in_a_terminal_a_step_has_its_name_above_and_an_empty_line_below(capsys):
    report = Report({})
    with report.step("Read arXiv"):
        report.log("one line")
    assert capsys.readouterr().out == "Read arXiv:\none line\n\n"


def test_a_fault_of_the_program_comes_with_its_traceback_and_exits_1(environ, capsys):
    report = Report(environ)
    try:
        raise ValueError("a\n::error::b")
    except ValueError as error:
        report.crash(error)
    first, second, *lines = capsys.readouterr().out.splitlines()
    assert report.exit_code == 1
    assert first == "::group::For a bug report"
    assert second == "Traceback (most recent call last):"
    assert [line for line in lines if line.startswith("::")] == [
        "::endgroup::",
        lines[-1],
    ]
    assert lines[-1].startswith("::error::a fault of paper-action itself")
    assert left(environ).outputs["changed"] == "false"
    assert "please report it" in left(environ).summary


# Whatever was fetched


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_said_is_one_line_and_no_command(capsys, text):
    report = Report(ACTIONS)
    report.log(text)
    report.warn([text])
    report.notice([text])
    report.fail(PaperActionError(text))
    line, warning, notice, error = capsys.readouterr().out.splitlines()
    assert line.isprintable()
    assert not re.match(r"\s*::|.*##\[", line)
    assert re.match(r"::warning::(?!.*%0A)", warning)
    assert notice == warning.replace("warning", "notice", 1)
    assert error == warning.replace("warning", "error", 1)


@pytest.mark.parametrize("text", ["a\n## b", "a\r- b", "a\u2028> b", "a\x0b1. b"])
def test_whatever_is_said_has_no_line_of_its_own_in_the_summary(environ, text):
    report = Report(environ)
    report.warn([text])
    report.fail(PaperActionError(text))
    page = render(left(environ).summary)
    heading, *others = page.iter("h1", "h2", "h3", "ul", "ol")
    assert heading.text == "The run failed"
    assert others == []
    assert len([*page.iter("blockquote")]) == 1


def test_signs_that_steer_a_console_or_turn_words_do_not_reach_the_summary(environ):
    Report(environ).fail(PaperActionError("a \x1b[1mb\u202e \u2066c \x07"))
    summary = left(environ).summary
    assert [sign for sign in summary if not sign.isprintable()] == ["\n"] * 4


# The commit message


def test_a_commit_message_counts_and_lists_titles_with_links():
    message = commit_message(Revision(added=[ONE, TWO]), "Add {added} papers ({ids})")
    subject, _, body = message.partition("\n\n")
    assert subject == "Add 2 papers (2504.00001, 2504.00002)"
    one, two = body.split("- ")[1:]
    assert one == f"LLM *one*\n  {ONE.url}\n"
    assert two.endswith(f" :+1:\n  {TWO.url}\n")


def test_a_commit_message_names_papers_in_the_order_of_the_rows_wherever_it_may():
    message = commit_message(Revision(added=[TWO, ONE]), "{added}: {ids} ({added})")
    assert message.startswith("2: 2504.00002, 2504.00001 (2)\n")


def test_a_title_in_a_commit_message_is_plain_text():
    message = commit_message(Revision(added=[paper(title=r"On Poincar\'e")]), "Add")
    assert "- On Poincaré\n" in message


@pytest.mark.parametrize(
    ("template", "subject"),
    [
        ("Add {added} arXiv papers", "Add 1 arXiv paper"),
        ("Add {added} new papers ({ids})", "Add 1 new paper (2504.00001)"),
        ("Add {added} new arXiv papers", "Add 1 new arXiv paper"),
        ("{added} papers for papers", "1 paper for papers"),
        ("News", "News"),
    ],
)
def test_a_commit_message_is_singular_for_one_paper(template, subject):
    message = commit_message(Revision(added=[ONE]), template)
    assert message.partition("\n")[0] == subject


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"moved": 1}, "Move 1 row to the archive"),
        ({"moved": 2, "tidied": 1}, "Move 2 rows to the archive"),
        ({"tidied": 2}, "Tidy the table of papers"),
        ({}, "Note how far arXiv was read"),
    ],
)
def test_a_commit_that_adds_nothing_says_what_it_does(changes, message):
    assert commit_message(Revision(**changes), "Add {added} papers") == message


@pytest.mark.parametrize(
    ("title", "acting"),
    [
        ("Thanks @someone", "@someone"),
        ("Fixes #12", "#12"),
        ("Closes o/r#12", "#12"),
        ("fixes GH-1", "GH-1"),
        ("fixes gh-1", "gh-1"),
        ("closes https://github.com/o/r/issues/1", "https://"),
        ("On [skip ci]", "[skip"),
        ("On [ci skip]", "[ci"),
        ("On [no ci]", "[no"),
        ("On [skip actions]", "[skip"),
        ("On [actions skip]", "[actions"),
        ("On [Skip CI]", "[Skip"),
        ("skip-checks: true", "skip-checks:"),
        ("Skip-Checks: true", "Skip-Checks:"),
    ],
)
def test_a_title_in_a_commit_message_does_not_act(title, acting):
    message = commit_message(Revision(added=[paper(title=title)]), "Add")
    shown, address = message.splitlines()[-2:]
    assert acting not in shown
    assert shown.replace("\u2060", "") == f"- {title}"
    assert address == f"  {paper().url}"


def test_a_title_does_not_act_either_where_tex_parts_its_signs():
    title = r"Closes {\#}12 of {@}someone"
    message = commit_message(Revision(added=[paper(title=title)]), "Add")
    assert "- Closes #\u206012 of @\u2060someone\n" in message

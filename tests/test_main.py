"""The whole run, on saved feeds: what is added, what is left alone, what is said."""

import json
import re
from pathlib import Path

import pytest

from .conftest import DATA, DAYS, run_program
from .rendered import render, table_rows

FEED = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns="http://www.w3.org/2005/Atom"><title>cs.IR updates</title>{}</feed>"""
ENTRY = """<entry><id>oai:arXiv.org:{id}v1</id><title>{title}</title>
<summary>arXiv:{id}v1 Announce Type: {kind} \nAbstract: {abstract}</summary><category term="cs.IR"/>
<published>2025-04-09T00:00:00-04:00</published><arxiv:announce_type>{kind}</arxiv:announce_type>
<dc:creator>A. One (Univ. X, Dept. Y), B. Two</dc:creator></entry>"""


def feed(folder: Path, *entries: dict[str, str]) -> Path:
    """Write a saved feed of the entries given by ID, title, abstract and announce type."""
    given = {"title": "An LLM", "abstract": "Words.", "kind": "new"}
    text = FEED.format("".join(ENTRY.format(**(given | entry)) for entry in entries))
    (folder.parent / "feed.xml").write_text(text, encoding="utf-8")
    return folder.parent / "feed.xml"


def ids(file: Path) -> list[str]:
    return re.findall(r"\[https://arxiv\.org/abs/([^]]+)\]", file.read_text(encoding="utf-8"))


def test_a_day_becomes_a_table_of_the_matching_papers_in_the_feeds_order(folder):
    done = run_program(folder, "--feed-url", DAYS[1])
    assert done.code == 0, done.err
    text = (folder / "README.md").read_text(encoding="utf-8")
    rows = table_rows(text)
    announced = re.findall(r"<id>oai:arXiv.org:(\S+?)v\d+</id>", DAYS[1].read_text(encoding="utf-8"))
    assert len(rows) == 14
    assert all(len(row) == 4 for row in rows)
    assert [row[1].rpartition("/")[2] for row in rows] == [one for one in announced if one in ids(folder / "README.md")]
    assert render(text).find("h1") is not None
    assert done.outputs["added"] == "14"
    assert json.loads(done.outputs["ids"]) == ids(folder / "README.md")
    assert done.outputs["changed"] == "true"
    assert done.outputs["commit"] == ""


def test_a_second_run_adds_nothing_and_leaves_the_file_as_it_was(folder):
    run_program(folder, "--feed-url", DAYS[1])
    before = (folder / "README.md").read_bytes()
    done = run_program(folder, "--feed-url", DAYS[1])
    assert done.code == 0
    assert (folder / "README.md").read_bytes() == before
    assert done.outputs == {"added": "0", "ids": "[]", "papers": "[]", "changed": "false", "commit": ""}


def test_three_days_list_a_paper_that_is_announced_twice_once(folder):
    added = [run_program(folder, "--feed-url", day).outputs["added"] for day in DAYS]
    listed = ids(folder / "README.md")
    assert added == ["4", "14", "8"]
    assert len(listed) == 26
    assert listed.count("2504.05220") == 1


def test_a_list_an_older_script_left_gets_only_what_it_lacks(folder):
    seed = (DATA / "seed.md").read_text(encoding="utf-8")
    file = folder / "README.md"
    file.write_text(seed, encoding="utf-8")
    for day in DAYS:
        assert run_program(folder, "--feed-url", day).outputs["added"] == "0"
    assert file.read_text(encoding="utf-8") == seed
    without = "".join(line for line in seed.splitlines(keepends=True) if "abs/2504.05309" not in line)
    assert without != seed
    file.write_text(without, encoding="utf-8")
    found = [json.loads(run_program(folder, "--feed-url", day).outputs["ids"]) for day in DAYS]
    after = file.read_text(encoding="utf-8")
    assert found == [[], [], ["2504.05309"]]
    assert after.startswith(without)
    assert after[len(without) :].count("\n") == 1
    assert "abs/2504.05309" in after[len(without) :]


def test_a_paper_that_another_abstract_mentions_is_still_added(folder):
    first = {"id": "2504.00001", "abstract": "As in https://arxiv.org/abs/2504.00002 and arXiv:2504.00002."}
    run_program(folder, "--feed-url", feed(folder, first))
    done = run_program(folder, "--feed-url", feed(folder, {"id": "2504.00002"}))
    assert json.loads(done.outputs["ids"]) == ["2504.00002"]


def test_a_paper_that_a_title_or_comment_mentions_is_still_added(folder):
    first = {"id": "2504.00001", "title": "LLM: a reply to https://arxiv.org/abs/2504.00002"}
    run_program(folder, "--feed-url", feed(folder, first))
    done = run_program(folder, "--feed-url", feed(folder, {"id": "2504.00002"}))
    assert json.loads(done.outputs["ids"]) == ["2504.00002"]


def test_nothing_new_and_no_file_makes_no_file(folder):
    done = run_program(folder, "--feed-url", DATA / "empty-weekend.xml")
    assert done.code == 0
    assert list(folder.iterdir()) == []


def test_a_dry_run_shows_the_rows_and_changes_nothing(folder):
    done = run_program(folder, "--feed-url", DAYS[1], "--dry-run")
    assert done.code == 0
    assert list(folder.iterdir()) == []
    assert len(re.findall(r"^\+\| .* \|$", done.out, re.MULTILINE)) == 14
    assert (done.outputs["added"], done.outputs["changed"]) == ("14", "false")


def test_the_output_tells_each_papers_record(folder):
    entry = {"id": "2504.00001", "title": r"LLMs by Poincar\'e", "kind": "cross"}
    done = run_program(folder, "--feed-url", feed(folder, entry), "--keywords", "au:one, llm")
    assert json.loads(done.outputs["papers"]) == [
        {
            "id": "2504.00001",
            "title": "LLMs by Poincaré",
            "abstract": "Words.",
            "authors": ["A. One", "B. Two"],
            "categories": ["cs.IR"],
            "date": "2025-04-09T00:00:00-04:00",
            "url": "https://arxiv.org/abs/2504.00001",
            "announce_type": "cross",
            "matched": "au:one",
        }
    ]


def test_keywords_exclusion_and_announce_types_choose_the_papers(folder):
    entries = [
        {"id": "2504.00001", "title": "LLM survey"},
        {"id": "2504.00002", "title": "LLM", "kind": "replace"},
        {"id": "2504.00003", "title": "LLM"},
        {"id": "2504.00004", "title": "Trees"},
    ]
    done = run_program(folder, "--feed-url", feed(folder, *entries), "--exclude", "survey", "--announce-types", "new")
    assert json.loads(done.outputs["ids"]) == ["2504.00003"]
    assert "matched: 1" in done.out


def test_every_column_is_filled_from_its_field(folder):
    columns = "id, title, date, authors, categories, pdf, doi, comment, abstract-folded, link"
    entry = {"id": "2504.00001", "abstract": "One.\n  Two."}
    run_program(folder, "--feed-url", feed(folder, entry), "--columns", columns)
    row = table_rows((folder / "README.md").read_text(encoding="utf-8"))[0]
    assert row == [
        "2504.00001", "An LLM", "2025-04-09", "A. One (Univ. X, Dept. Y), B. Two", "cs.IR", "pdf", "", "",
        "AbstractOne.Two.", "https://arxiv.org/abs/2504.00001",
    ]  # fmt: skip


def test_a_table_without_a_link_column_links_its_titles_and_knows_them_again(folder):
    entry = {"id": "2504.00001", "title": "LLM [a](b)"}
    for added in ("1", "0"):
        done = run_program(folder, "--feed-url", feed(folder, entry), "--columns", "title, date")
        assert done.outputs["added"] == added
    assert table_rows((folder / "README.md").read_text(encoding="utf-8")) == [["LLM [a](b)", "2025-04-09"]]


def test_newest_first_puts_new_rows_right_under_the_header(folder):
    for day in DAYS[:2]:
        run_program(folder, "--feed-url", day, "--order", "newest-first")
    announced = [re.findall(r"<id>oai:arXiv.org:(\S+?)v", day.read_text(encoding="utf-8")) for day in DAYS[:2]]
    listed = ids(folder / "README.md")
    assert listed[:14] == [one for one in announced[1] if one in listed]
    assert listed[14:] == [one for one in announced[0] if one in listed]


def test_fetched_text_is_never_a_workflow_command_or_an_output(folder):
    title = "::error::LLM ##[error]x&#10;::set-output name=added::9&#10;added&lt;&lt;end&#10;papers:end"
    done = run_program(folder, "--feed-url", feed(folder, {"id": "2504.00001", "title": title}), "--dry-run",
                       GITHUB_ACTIONS="true")  # fmt: skip
    assert done.outputs["added"] == "1"
    assert set(done.outputs) == {"added", "ids", "papers", "changed", "commit"}
    commands = [line for line in done.out.splitlines() if line.lstrip().startswith("::")]
    assert all(re.match("::(group|endgroup|notice)::", line) for line in commands)
    assert "##[" not in done.out


def test_in_actions_the_result_is_a_notice_and_steps_are_groups(folder):
    done = run_program(folder, "--feed-url", DAYS[0], GITHUB_ACTIONS="true")
    assert "::notice::4 new papers in README.md" in done.out
    assert done.out.count("::group::") == done.out.count("::endgroup::") == 2
    assert done.err == ""


def test_the_summary_shows_titles_links_keywords_and_counts(folder):
    done = run_program(folder, "--feed-url", DAYS[0])
    page = render(done.summary)
    rows = table_rows(done.summary)
    assert page.findtext("h2") == "4 new papers"
    assert [row[3] for row in rows[:4]] == ["multimodal", "llm", "llm", "multimodal"]
    assert ["matched", "4"] in rows
    assert len(page.findall(".//td/a")) >= 4


def test_a_quiet_day_is_explained_in_the_summary(folder):
    done = run_program(folder, "--feed-url", DATA / "empty-weekend.xml")
    assert "nothing on Saturdays" in done.summary


def test_a_summary_and_outputs_that_grow_too_large_are_cut_with_a_note(folder):
    entries = [{"id": f"2504.{n:05}", "abstract": "word " * 400} for n in range(700)]
    done = run_program(folder, "--feed-url", feed(folder, *entries))
    assert len(done.summary.encode()) < 2**20
    assert "did not fit" in done.summary
    assert done.outputs["added"] == "700"
    assert 0 < len(json.loads(done.outputs["papers"])) < 700
    assert sum(len(text) * 2 for text in done.outputs.values()) < 2**20


def test_an_error_feed_fails_with_arxivs_own_words(folder):
    done = run_program(folder, "--feed-url", DATA / "error-400.xml")
    assert done.code == 1
    assert "Bad subject class 'cs.XX'" in done.err
    assert list(folder.iterdir()) == []
    assert done.outputs["added"] == "0"


def test_a_feed_that_was_cut_off_fails_and_writes_nothing(folder, tmp_path):
    (tmp_path / "cut.xml").write_bytes(DAYS[1].read_bytes()[:40_000])
    done = run_program(folder, "--feed-url", tmp_path / "cut.xml")
    assert done.code == 1
    assert list(folder.iterdir()) == []


def test_an_entry_that_cannot_be_read_is_named_and_the_rest_go_on(folder):
    file = feed(
        folder, {"id": "2504.00001"}, {"id": "nonsense"}, {"id": "2504.00002", "title": ""}, {"id": "2504.00003"}
    )
    done = run_program(folder, "--feed-url", file)
    assert json.loads(done.outputs["ids"]) == ["2504.00001", "2504.00003"]
    assert "nonsense" in done.err
    assert "2504.00002" in done.err


@pytest.mark.parametrize("flags", [["--help"], ["--version"]])
def test_help_and_version_fit_a_terminal_of_80_columns(folder, flags):
    done = run_program(folder, *flags)
    assert done.code == 0
    assert all(len(line) <= 80 for line in done.out.splitlines())


def test_a_file_that_cannot_be_written_is_an_error_without_a_traceback(folder):
    (folder / "docs").write_text("a file where a folder must be")
    done = run_program(folder, "--feed-url", DAYS[0], "--path", "docs/list.md")
    assert done.code in (1, 2)
    assert "Traceback" not in done.err


def test_a_console_that_lacks_a_character_shows_another_in_its_place(folder):
    entry = {"id": "2504.00001", "title": "LLMs → ∞"}
    done = run_program(folder, "--feed-url", feed(folder, entry), "--dry-run", PYTHONIOENCODING="ascii")
    assert done.code == 0
    assert "LLMs ? ?" in done.out


def test_the_summary_has_every_warning_or_says_how_many_more_there_are(folder):
    few = run_program(folder, "--feed-url", feed(folder, *({"id": f"bad{number}"} for number in range(60))))
    assert all(f"bad{number}" in few.summary for number in range(60))
    many = run_program(folder, "--feed-url", feed(folder, *({"id": f"bad{number}"} for number in range(600))))
    assert "The log has 100 more warnings." in many.summary
    assert many.err.count("warning: ") == 600

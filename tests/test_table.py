"""The table in the user's file: found, read, added to, every byte around it kept."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paper_action import table
from paper_action.paper import ConfigError

from .conftest import DAYS, run_program
from .rendered import table_rows
from .test_match import paper

HEAD = "| Title | Link | Abstract | Authors |\n| --- | --- | --- | --- |\n"
ROW = "| T | [https://arxiv.org/abs/{0}](https://arxiv.org/abs/{0}) | {1} | A. One |\n"
URL = "https://arxiv.org/abs/2504.04178"


def listed(text: str, section: str = "", wanted: tuple[str, ...] = ("2504.04178",)) -> set[str]:
    return table.listed(text, section, set(wanted))


def added(folder, content: str | bytes, *flags: str) -> tuple[str, str]:
    """Return the file before and after the first day's four papers were added."""
    before = content.encode() if isinstance(content, str) else content
    (folder / "README.md").write_bytes(before)
    done = run_program(folder, "--feed-url", DAYS[0], *flags)
    assert done.code == 0, done.err
    return before.decode(), (folder / "README.md").read_bytes().decode()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "# A list",
        "# A list\n\n" + HEAD,
        "# A list\n\n" + HEAD + ROW.format("2504.00001", "x"),
        ("# A list\n\n" + HEAD + ROW.format("2504.00001", "x") + "\nAfterwards.\n").replace("\n", "\r\n"),
        "\ufeff" + HEAD + ROW.format("2504.00001", "x").rstrip("\n"),
        HEAD.rstrip("\n"),
        "Intro\n" + HEAD + ROW.format("2504.00001", "x") + "# Next\n",
        "<!-- papers:start -->\n<!-- papers:end -->\n",
        "<!-- papers:start -->\n\n" + HEAD + "\n<!-- papers:end -->\nAfterwards.\n",
        "Text  \n\n\n" + HEAD + ROW.format("2504.00001", "x") + "   \n  trailing \t\n\n",
        "| A | B |\n|---|---|\n| x | y |\n\n" + HEAD + ROW.format("2504.00001", "x") + "\n" + HEAD,
        "```\n" + HEAD + "```\n",
        "<!--\n" + HEAD + "-->\n",
        "    | Title | Link |\n    | --- | --- |\n",
        "~~~md\n```\n" + HEAD + "~~~\nText\u2028with\x0bodd\x85ends\n",
        "| Title | URL |\n| :-- | --: |\n",
    ],
)
def test_every_byte_stays_in_place_and_four_rows_come(folder, content):
    before, after = added(folder, content)
    rest = iter(after)
    assert all(char in rest for char in before)
    assert after.count("[https://arxiv.org/abs/") - before.count("[https://arxiv.org/abs/") == 4
    new = [row for row in table_rows(after.removeprefix("\ufeff")) if any("2504.03184" in cell for cell in row)]
    assert len(new) == 1
    crlf = "\r\n" in before
    assert ("\r\n" in after) == crlf
    assert after.replace("\r\n", "").count("\n") == (0 if crlf else after.count("\n"))


def test_rows_go_between_the_markers_of_the_section(folder):
    text = (
        "<!-- papers:start -->\n<!-- papers:end -->\n"
        "<!-- papers:start B  list -->\n" + HEAD + "<!-- papers:end B list -->\nafter\n"
    )
    before, after = added(folder, text, "--section", "B list")
    start = before.index("<!-- papers:end B list -->")
    assert after.startswith(before[:start])
    assert after.endswith(before[start:])
    assert len(table_rows(after)) == 4


def test_a_section_that_is_not_there_gets_its_own_table_at_the_end(folder):
    before, after = added(folder, HEAD + ROW.format("2504.03184", "x"), "--section", "new")
    assert after.startswith(before + "\n<!-- papers:start new -->\n")
    assert after.endswith("<!-- papers:end new -->\n")
    assert len(table_rows(after)) == 5


def test_without_markers_of_its_own_a_list_leaves_other_sections_alone(folder):
    before, after = added(folder, "<!-- papers:start x -->\n" + HEAD + "<!-- papers:end x -->\n")
    assert after.startswith(before)


def test_a_table_with_a_header_of_its_own_gets_rows_in_its_columns(folder):
    head = "| **Publish Date** | Paper | Stars | PDF | Author | Subjects |\n|---|---|---|---|---|---|\n"
    _, after = added(folder, head)
    first = table_rows(after)[0]
    assert first[0] == "2025-04-08"
    assert first[1].startswith("Learning Sparse")
    assert first[2:4] == ["", "pdf"]
    assert first[5] == "cs.IR"
    assert "(https://arxiv.org/pdf/2504.03184)" in after


@pytest.mark.parametrize(
    "text",
    [
        "<!-- papers:start -->\n",
        "<!-- papers:end -->\n",
        "<!-- papers:end -->\n<!-- papers:start -->\n",
        "<!-- papers:start -->\n<!-- papers:start -->\n<!-- papers:end -->\n",
        "<!-- papers:start -->\n\n| Date | Authors |\n|---|---|\n\n<!-- papers:end -->\n",
    ],
)
def test_a_marker_without_its_partner_or_a_table_without_links_is_an_error(folder, text):
    (folder / "README.md").write_text(text)
    done = run_program(folder, "--feed-url", DAYS[0])
    assert done.code == 2
    assert "path: " in done.err
    assert "line" in done.err
    assert (folder / "README.md").read_text() == text


def test_text_that_is_not_utf8_is_an_error_and_stays(folder):
    (folder / "README.md").write_bytes(b"caf\xe9\n")
    done = run_program(folder, "--feed-url", DAYS[0])
    assert done.code == 2
    assert "README.md" in done.err
    assert (folder / "README.md").read_bytes() == b"caf\xe9\n"


@pytest.mark.parametrize(
    "text",
    [
        f"See {URL}.",
        "[x](https://arxiv.org/pdf/2504.04178v3.pdf)",
        "<http://arxiv.org/html/2504.04178v1>",
        '<a href="https://www.arxiv.org/abs/2504.04178">x</a>',
        "[1]: https://export.arxiv.org/abs/2504.04178#top",
        HEAD + ROW.format("2504.04178", "x"),
        "| Title | Link |\n|---|---|\n| [T](" + URL + ") | |\n",
        "| Abstract | Link |\n|---|---|\n| a | b \\| c [x](" + URL + ") |\n",
        HEAD + ROW.format("2504.04178", "10 < | 7 torn | apart"),
        HEAD + ROW.format("2504.04178", "torn\n  apart"),
    ],
)
def test_a_link_to_any_form_of_the_paper_lists_it(text):
    assert listed(text) == {"2504.04178"}


@pytest.mark.parametrize(
    "text",
    [
        "arXiv:2504.04178",
        "2504.04178",
        "https://arxiv.org/abs/2504.041789",
        "https://arxiv.org/abs/2504.0417",
        "https://example.org/abs/2504.04178",
        "https://notarxiv.org/abs/2504.04178",
        "https://arxiv.org/list/2504.04178",
        HEAD + ROW.format("2504.00001", f"as in {URL}"),
        HEAD + ROW.format("2504.00001", f"torn\n  apart, see {URL}"),
        HEAD + ROW.format("2504.00001", f"10 < | 7 see {URL}"),
        HEAD + ROW.format("2504.00001", f"one \\| two {URL}"),
        "| Abstract | Link |\n|---|---|\n| " + URL + " | x |\n",
        f"```\n{URL}\n```\n",
        f"text\n\n    {URL}\n",
        f"`{URL}`",
        f"<!-- {URL} -->",
        f"<!--\n{URL}\n-->",
    ],
)
def test_a_mention_that_is_no_link_or_stands_in_an_abstract_or_code_does_not(text):
    assert listed(text) == set()


@pytest.mark.parametrize("form", ["math/0309136", "math.GT/0309136", "math.GT/0309136v2", "math/0309136.pdf"])
def test_old_identifiers_are_known_with_and_without_their_subject_class(form):
    assert listed(f"https://arxiv.org/abs/{form}", wanted=("math/0309136",)) == {"math/0309136"}


def test_with_a_section_only_its_own_lines_count():
    text = f"{URL}\n<!-- papers:start a -->\n" + HEAD + ROW.format("2504.00001", "x") + "<!-- papers:end a -->\n"
    assert listed(text, "a", ("2504.04178", "2504.00001")) == {"2504.00001"}
    assert listed(text, "", ("2504.04178", "2504.00001")) == {"2504.04178", "2504.00001"}
    assert listed(text, "b", ("2504.04178", "2504.00001")) == set()


def test_a_row_without_outer_pipes_belongs_to_the_table(folder):
    before, after = added(folder, "Title | Link\n--- | ---\nx | y\n")
    assert after.startswith(before)
    assert len(table_rows(after)) == 5


@given(st.text(st.sampled_from("|\\ ab`\n-<!>#:_*") | st.characters(), max_size=80))
@example("| Title | Link |\n|-|-|\n```")
def test_whatever_the_file_holds_it_comes_back_and_adding_rows_only_adds(text):
    try:
        page = table.split(text, "")
    except ConfigError:
        return
    assert page.text() == text
    new = table.add(page, [paper("New")], "", ("title", "link"), "append")
    rest = iter(page.text())
    assert all(char in rest for char in text)
    assert new[0] in page.text()

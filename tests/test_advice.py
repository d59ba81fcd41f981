"""What is said of a list's file where a person may have meant something else."""

from time import process_time

import pytest

from paper_action.paper import ConfigError

from .conftest import paper
from .lists import HEAD, NEW, OLD, get, listed, pages, put, revise, tree
from .rendered import render

START = "<!-- papers:start -->"
END = "<!-- papers:end -->"

NEARLY = [  # a line that is no marker, the form that works
    ("<!-- Papers:start -->", START),
    ("<!-- PAPERS:START -->", START),
    ("<!-- papers-start -->", START),
    ("<!-- papers_end -->", END),
    ("<!-- paper:start -->", START),
    ("<!-- papers: start -->", START),
    ("<!-- papers:begin -->", START),
    ("<!-- papers:stop -->", END),
    (f"> {START}", "it"),
    (f"- {START}", "it"),
    (f"Papers: {START}", "it"),
    (f"{START} here", "it"),
    (f"{START} {END}", "it"),
]


@pytest.mark.parametrize(("line", "form"), NEARLY)
def test_a_comment_that_is_nearly_a_marker_is_named_with_its_line(folder, line, form):
    done = revise(folder, f"# A\n\n{line}\n")
    said = [text for text in done.warnings if "README.md: line 3: " in text]
    assert any(f"write {form} on a line of its own" in text for text in said)


def test_a_marker_that_is_one_but_for_its_place_is_named_once(folder):
    done = revise(folder, f"# A\n\n> {START}\n")
    assert done.warnings == [
        f"README.md: line 3: {START} is no marker of this table; "
        "write it on a line of its own"
    ]


def test_so_it_is_beside_a_table_without_markers(folder):
    done = revise(folder, f"<!-- Papers:start -->\n{HEAD}<!-- Papers:end -->\n")
    assert [text.split(": ")[1] for text in done.warnings] == ["line 1", "line 4"]


@pytest.mark.parametrize("line", ["<!-- papers-end -->", f"> {START}"])
def test_with_a_pair_of_markers_nothing_is_said(folder, line):
    done = revise(folder, f"{START}\n{HEAD}\n{END}\n\n{line}\n")
    assert done.warnings == []


IN_CODE = [f"`{START}`", f"```\n{START}\n```", f"    {START}", f"\t{START}"]


@pytest.mark.parametrize("line", IN_CODE)
def test_a_marker_in_code_is_meant_for_readers(folder, line):
    assert revise(folder, f"# A\n\n{line}\n").warnings == []


def test_many_such_comments_in_a_line_take_no_time(folder):
    put(folder, f"> {START * 10_000}\n")
    began = process_time()
    revise(folder)
    assert process_time() - began < 2


OTHERS = [  # the section of the run, the section in the file, what is said
    ("", "vision", "set section to vision, or write <!-- papers:start --> on a line"),
    ("text", "vision", "or write <!-- papers:start text --> on a line"),
    ("vision", "", "this table; write <!-- papers:start vision --> on a line"),
]


@pytest.mark.parametrize(("section", "other", "said"), OTHERS)
def test_markers_of_another_section_are_named_when_a_table_is_made(
    folder, section, other, said
):
    form = f"papers:start {other}".strip()
    end = form.replace("start", "end")
    text = f"# A\n<!-- {form} -->\n\n{HEAD}\n<!-- {end} -->\n"
    done = revise(folder, text, section=section)
    assert "README.md: line 2: " in done.warnings[0]
    assert said in done.warnings[0]
    again = revise(folder, papers=[paper("2504.03190")], section=section)
    assert again.warnings == []


def test_beside_a_table_that_is_found_nothing_is_said_of_other_sections(folder):
    start = START.replace("start", "start vision")
    end = END.replace("end", "end vision")
    done = revise(folder, f"{HEAD}{OLD}\n{start}\n\n{HEAD}\n{end}\n")
    assert done.warnings == []


@pytest.mark.parametrize(("said", "text"), pages("half"))
def test_of_a_pair_the_missing_one_is_named_and_nothing_is_written(folder, said, text):
    put(folder, text)
    with pytest.raises(ConfigError) as caught:
        listed(folder, section="a" if "start a" in said else "")
    assert said in str(caught.value)
    assert tree(folder) == {"README.md": text.encode()}


@pytest.mark.parametrize("hiding", ["```", "<!-- not for us: 2504.00002"])
def test_where_a_marker_is_hidden_its_other_half_needs_one_that_is_not(folder, hiding):
    end = "```" if hiding == "```" else ""
    text = f"# A\n{hiding}\n{START}\n{end}\n{END}\n"
    with pytest.raises(ConfigError) as caught:
        listed(folder, text)
    assert f"{END} in line 5 needs {START} above it, outside of code and of other" in (
        str(caught.value)
    )


UNFIT = [  # a header, and dashes that do not fit it
    ("| Title | Link | Abstract | Authors |", "|---|---|"),
    ("| Title | Link | Abstract | Authors |", "|---|---|---|---|---|"),
    ("| Title | Link | Abstract | Authors |", "---|---"),
    ("Title | Link | Abstract | Authors", "--- | ---"),
]


@pytest.mark.parametrize(("header", "dashes"), UNFIT)
def test_between_markers_dashes_that_do_not_fit_are_an_error(folder, header, dashes):
    text = f"# A\n{START}\n{header}\n{dashes}\n\n{END}\n"
    with pytest.raises(ConfigError) as caught:
        listed(folder, text)
    assert str(caught.value) == (
        "path: README.md: line 3 is no header of a table; "
        "the dashes below it have to be | --- | --- | --- | --- |"
    )


def test_headers_above_the_markers_are_not_our_matter(folder):
    text = f"| A | B |\n|---|\n\n{START}\n| Title | Link |\n\n{END}\n"
    with pytest.raises(ConfigError, match=r"README\.md: line 5 is no header"):
        listed(folder, text)


def test_nor_are_those_below_them(folder):
    done = revise(folder, f"{START}\n{END}\n\n| Title | Link |\n|---|\n")
    assert done.warnings == []


def test_without_markers_they_are_a_warning_where_a_table_is_made(folder):
    done = revise(folder, "| Title | Link |\n|---|\n")
    assert done.warnings == [
        "README.md: line 1 is no header of a table; "
        "the dashes below it have to be | --- | --- |"
    ]


NO_DASHES = [  # what stands below a header
    "",
    "| T | x |",
    "\n|---|---|",
    "|—|—|",
    "|===|===|",
    "| An LLM | https://arxiv.org/abs/2504.00001 |",
]


@pytest.mark.parametrize("below", NO_DASHES)
def test_a_header_between_markers_without_its_line_of_dashes_is_an_error(folder, below):
    text = f"{START}\n| Title | Link |\n{below}\n{END}\n"
    with pytest.raises(ConfigError) as caught:
        listed(folder, text)
    assert str(caught.value) == (
        "path: README.md: line 2 is no header of a table; "
        "the dashes below it have to be | --- | --- |"
    )
    assert tree(folder) == {"README.md": text.encode()}


def test_a_line_below_one_column_makes_a_heading_of_it_and_is_an_error(folder):
    text = f"{START}\n| Title |\n---\n{END}\n"
    assert render(text).findtext(".//h2") == "| Title |"
    with pytest.raises(ConfigError) as caught:
        listed(folder, text)
    assert str(caught.value) == (
        "path: README.md: line 2 is no header of a table; "
        "the dashes below it have to be | --- |"
    )


def test_where_no_table_would_be_shown_the_reason_is_told_with_its_line(folder):
    with pytest.raises(ConfigError) as caught:
        listed(folder, "# A\n\n```\ncode\n")
    assert str(caught.value) == (
        "path: README.md: a table at its end would not be shown; "
        "line 3 begins code or a comment that nothing ends"
    )


def test_so_is_any_other_row_between_markers(folder):
    with pytest.raises(ConfigError, match="line 3 is no header of a table"):
        listed(folder, f"{START}\n\n| Date |\n\n{END}\n")


def test_without_markers_that_is_a_warning_where_a_table_is_made(folder):
    done = revise(folder, "| Title | Link |\n\nwords\n")
    assert "README.md: line 1 is no header of a table" in done.warnings[0]


NO_HEADERS = [  # lines with pipes that nobody took for a header
    "llm | rag",
    "| Tool | Stars |",
    "| Tool | Stars |\n|---|",
    f"| Title | Link |\n|---|---|\n\n| {OLD} |",
    "    | Title | Link |",
    "```\n| Title | Link |\n```",
]


@pytest.mark.parametrize("text", NO_HEADERS)
def test_other_lines_with_pipes_are_no_headers(folder, text):
    done = revise(folder, f"# A\n\n{text}\n")
    assert [text for text in done.warnings if "no header" in text] == []


def test_beside_a_table_that_is_found_nothing_is_said_of_misfits(folder):
    assert revise(folder, f"{HEAD}{OLD}\n| A | B |\n|---|\n").warnings == []


def test_a_table_of_other_things_is_no_misfit(folder):
    assert revise(folder, "| Tool | Stars |\n|---|---|\n| a | 1 |\n").warnings == []


ELSEWHERE = [
    "https://arxiv.org/abs/2504.00001\n",
    f"- [x](https://arxiv.org/abs/2504.00001)\n\n<!-- {NEW[0].url} -->\n",
]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_table_made_beside_papers_is_told_with_the_way_to_choose_one(folder, text):
    done = revise(folder, text)
    assert f"write {START} above and {END} below it" in done.warnings[0]


def test_so_is_one_that_is_to_be_made(folder):
    done = revise(folder, ELSEWHERE[0], [])
    assert "rows go to a new table, although papers stand" in done.warnings[0]


def test_nothing_is_said_of_them_beside_markers(folder):
    assert revise(folder, f"{ELSEWHERE[0]}\n{START}\n{END}\n").warnings == []


def test_what_is_said_names_the_file(folder):
    put(folder, f"> {START}\n\n<!-- 2504.00001 -->\n\n{HEAD}", "docs/list.md")
    done = revise(folder, path="docs/list.md", columns="title")
    assert [text.partition(": ")[0] for text in done.warnings] == ["docs/list.md"]
    assert [text.partition(": ")[0] for text in done.notes] == ["docs/list.md"] * 2


def test_papers_in_comments_are_not_elsewhere(folder):
    assert revise(folder, f"<!-- not for us: {OLD.split('(')[1]} -->\n").warnings == []


COLUMNS = [  # the setting, what is said of a table with Title, Link, Abstract, Authors
    ("title, link, abstract-folded, authors", ""),
    (
        "title, link",
        "the table in line 1 keeps its own header, which is not title, link;",
    ),
    ("link, title, abstract, authors", "is not link, title, abstract, authors;"),
    ("title, date, abstract-folded", "is not title, date, abstract;"),
]


@pytest.mark.parametrize(("columns", "said"), COLUMNS)
def test_where_columns_differ_from_the_tables_that_is_a_line_in_the_log(
    folder, columns, said
):
    done = revise(folder, HEAD, columns=columns)
    assert said in "".join(done.notes)
    assert bool(done.notes) == bool(said)
    assert get(folder).startswith(HEAD)


def test_so_is_a_table_unlike_a_new_one_where_no_columns_were_asked_for(folder):
    done = revise(folder, "| Title | Link |\n|---|---|\n")
    assert "is not title, link, abstract, authors;" in "".join(done.notes)


COMMENTS = [  # a comment, the ID that has no link
    ("<!-- not for us: 2504.03184 -->", "2504.03184"),
    ("<!-- arXiv:2504.03184v2\nhere -->", "2504.03184"),
    ("<!-- no\nhep-th/9901001 -->", "hep-th/9901001"),
    ("<!-- not for us: arxiv.org/abs/2504.03184 -->", "2504.03184"),
    ("<!-- arxiv.org/pdf/2504.03184v1 -->", "2504.03184"),
    ("<!-- https://arxiv.org/abs/2504.03184 -->", ""),
    ("<!-- https://arxiv.org/abs/2504.03184 and 2504.03185 -->", "2504.03185"),
    ("<!-- version 2504.1 of 2025.12345 -->", ""),
    ("<!-- papers:read 2504.00001 2025-04-01 -->", ""),
    ("2504.03184", ""),
]


@pytest.mark.parametrize(("comment", "identifier"), COMMENTS)
def test_a_comment_with_an_id_but_no_link_is_a_line_in_the_log(
    folder, comment, identifier
):
    done = revise(folder, f"# A\n\n{comment}\n\n{HEAD}", [])
    assert bool(done.notes) == bool(identifier)
    assert identifier in "".join(done.notes)


def test_a_comment_that_begins_twice_is_one(folder):
    done = revise(folder, f"<!-- old:\n<!-- 2504.03184 -->\n\n{HEAD}", [])
    assert [text.partition(" names")[0] for text in done.notes] == [
        "README.md: line 1: the comment"
    ]


def test_that_line_says_where_the_comment_begins_and_what_to_write(folder):
    done = revise(folder, f"# A\n\n<!--\nmath.GT/0309136v2 -->\n\n{HEAD}", [])
    assert done.notes == [
        "README.md: line 3: the comment names math.GT/0309136 without a link; "
        "to keep that paper off, write https://arxiv.org/abs/math.GT/0309136"
    ]

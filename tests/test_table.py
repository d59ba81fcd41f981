"""A table's columns and cells: what a header means, and what a paper's row holds."""

import pytest

from paper_action.listing import cells

from .conftest import paper
from .lists import get, pages, revise
from .rendered import table_rows

ONE = paper(
    doi="10.1/(a)b",
    categories=("cs.IR", "cs.CL"),
    comment=r"na\"ive, see https://github.com/a/b",
    authors=(r"Erd\H{o}s (Univ. X)", "B. Two"),
    abstract="Words.\n  Others.",
)
FOLDED = "<details><summary>Abstract</summary>Words.<br><br>Others.</details>"
CELLS = {  # by column, what stands in the row of that paper
    "title": "An LLM",
    "link": f"[{ONE.url}]({ONE.url})",
    "abstract": "Words.<br><br>Others.",
    "abstract-folded": FOLDED,
    "authors": "Erdős (Univ. X), B. Two",
    "date": "2025-04-10",
    "pdf": "[pdf](https://arxiv.org/pdf/2504.03184)",
    "categories": "cs.IR, cs.CL",
    "comment": "naïve, see <https://github.com/a/b>",
    "doi": "<https://doi.org/10.1/(a)b>",
    "id": f"[2504.03184]({ONE.url})",
    "code": "[code](https://github.com/a/b)",
    "": "",
}


@pytest.mark.parametrize(("column", "names"), pages("column"))
def test_header_names_are_understood_in_whatever_dress(folder, column, names):
    for name in names.strip().split("|"):
        header = f"| ID | {name} |\n|---|---|\n"
        text = f"<!-- papers:start -->\n{header}<!-- papers:end -->\n"
        done = revise(folder, text, [ONE])
        assert done.rows == [f"| {CELLS['id']} | {CELLS[column]} |"]


@pytest.mark.parametrize("column", CELLS)
def test_every_column_has_its_cell(column):
    assert cells(ONE, ["id", column]) == [CELLS["id"], CELLS[column]]


@pytest.mark.parametrize("columns", [["title"], ["title", "abstract", "authors"]])
def test_the_title_is_the_link_where_no_column_has_one(columns):
    assert cells(ONE, columns)[0] == f"[An LLM]({ONE.url})"


@pytest.mark.parametrize("column", ["link", "pdf", "id"])
def test_the_title_is_no_link_where_a_column_has_one(column):
    assert cells(ONE, ["title", column])[0] == "An LLM"


@pytest.mark.parametrize("column", ["doi", "abstract", "comment", "code"])
def test_what_a_paper_lacks_is_an_empty_cell(column):
    empty = paper(abstract="")
    assert cells(empty, ["id", column])[1] == ""


def test_the_title_of_a_table_with_a_paper_column_besides_is_no_link(folder):
    done = revise(folder, "| Title | Paper |\n|---|---|\n", [ONE])
    assert done.rows == [f"| An LLM | {CELLS['link']} |"]


HEADERS = [  # the setting columns, the header of the table that is made
    ("title, link, abstract, authors", "| Title | Link | Abstract | Authors |"),
    ("id, pdf, doi", "| ID | PDF | DOI |"),
    ("title, abstract-folded, date", "| Title | Abstract | Date |"),
    ("link, categories, comment", "| Link | Categories | Comment |"),
]


@pytest.mark.parametrize(("columns", "header"), HEADERS)
def test_a_new_table_has_the_columns_that_were_asked_for(folder, columns, header):
    revise(folder, papers=[ONE], columns=columns)
    lines = get(folder).splitlines()
    assert lines[4] == header
    dashes = [" --- |" for _ in columns.split(",")]
    assert lines[5] == "|" + "".join(dashes)
    assert len(table_rows(get(folder))) == 1


def test_a_new_table_folds_abstracts_if_its_columns_say_so(folder):
    done = revise(folder, papers=[ONE], columns="id, abstract-folded")
    assert done.rows == [f"| {CELLS['id']} | {FOLDED} |"]


def test_so_does_a_table_that_was_there(folder):
    text = "| Title | ID | Abstract |\n|-|-|-|\n"
    done = revise(folder, text, [ONE], columns="abstract-folded, id")
    assert done.rows == [f"| An LLM | {CELLS['id']} | {FOLDED} |"]

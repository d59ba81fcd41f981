"""A file of Markdown, read once: its tables, the papers it lists, the table that is ours."""

import json
import re

import pytest

from paper_action.listing.table import cells, read, record

from .conftest import DATA, NOW, paper

HEAD = "| Title | Link | Abstract | Authors |\n| --- | --- | --- | --- |\n"
ROW = "| T | [https://arxiv.org/abs/{0}](https://arxiv.org/abs/{0}) | {1} | A. One |\n"
ONE = paper(doi="10.1/(a)b", comment=r"na\"ive", authors=(r"Erd\H{o}s", "B. Two"))


def pages(kind: str) -> list[tuple[str, str]]:
    """Return what is said of each file of Markdown of that kind, and its text."""
    text = (DATA / "pages.txt").read_text(encoding="utf-8")
    return re.findall(rf"(?m)^=== (?:{kind}) ?(.*)\n((?:(?!===).*\n)*)", text)


@pytest.mark.parametrize(("column", "names"), pages("column"))
def test_header_names_are_understood_in_whatever_dress(column, names):
    for name in names.strip().split("|"):
        text = f"<!-- papers:start -->\n| {name} |\n|---|\n<!-- papers:end -->\n"
        assert read(text).columns == (column,)


@pytest.mark.parametrize(("papers", "text"), pages("lists|torn lists"))
def test_a_link_lists_its_paper_wherever_it_stands_but_in_an_abstract(papers, text):
    papers, _, section = papers.partition(" in ")
    for eol in ("\n", "\r\n", "\r"):
        assert read(text.replace("\n", eol), section).papers == {*papers.split()}


@pytest.mark.parametrize(("line", "text"), pages("line"))
def test_ours_is_the_first_headings_table_with_most_papers_unless_markers_say_else(line, text):
    for begin, eol in (("", "\n"), ("\ufeff", "\r\n")):
        ours = read(begin + text.replace("\n", eol))
        assert (ours.line(ours.start) if ours.columns else 0) == int(line)


CELLS = {
    "title": "An LLM", "link": f"[{ONE.url}]({ONE.url})", "abstract": "Words.",
    "abstract-folded": "<details><summary>Abstract</summary>Words.</details>",
    "authors": "Erdős, B. Two", "date": "2025-04-10", "categories": "cs.IR",
    "pdf": "[pdf](https://arxiv.org/pdf/2504.03184)", "id": f"[2504.03184]({ONE.url})",
    "comment": "naïve", "doi": "<https://doi.org/10.1/(a)b>", "": "",
    "title+authors": "An LLM<br>Erdős, B. Two",
}  # fmt: skip


def test_every_column_has_its_cell_and_the_title_the_link_where_no_other_column_has_it():
    assert cells(ONE, [*CELLS], folded=False) == [*CELLS.values()]
    alone = cells(ONE, ["title+authors", "abstract"], folded=True)
    assert alone == [f"[An LLM]({ONE.url})<br>Erdős, B. Two", CELLS["abstract-folded"]]
    assert cells(ONE, ["title", "date"], folded=False)[0] == f"[An LLM]({ONE.url})"
    empty = cells(paper(abstract=""), ["id", "title", "doi", "abstract"], folded=True)
    assert empty == [CELLS["id"], "An LLM", "", ""]


def test_a_record_is_plain_text_in_the_order_of_the_output():
    one = paper(title=r"Gei{\ss}ler", abstract="One.\n  Two", authors=("A. One (X)", "(X: Y)"))
    assert json.dumps(record(one), ensure_ascii=False) == (
        '{"id": "2504.03184", "title": "Geißler", "abstract": "One.\\n\\nTwo", '
        f'"authors": ["A. One"], "categories": ["cs.IR"], "date": "{NOW.isoformat()}", '
        f'"url": "{one.url}", "announce_type": "new"}}'
    )

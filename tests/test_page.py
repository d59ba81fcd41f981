"""A file of Markdown: the papers that it lists, and the table in it that is ours."""

from time import process_time

import pytest

from .conftest import paper
from .lists import HEAD, get, listed, pages, put, revise

EOLS = pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])


@EOLS
@pytest.mark.parametrize(("papers", "text"), pages("lists|torn lists"))
def test_a_link_lists_its_paper_wherever_it_stands_but_in_an_abstract(
    folder, papers, text, eol
):
    papers, _, section = papers.partition(" in ")
    assert listed(folder, text.replace("\n", eol), section=section) == {*papers.split()}


LINKS = [  # an address, and the paper that it leads to
    ("http://arxiv.org/abs/2504.04178", "2504.04178"),
    ("http://arxiv.org/pdf/2504.04178v1", "2504.04178"),
    ("https://de.arxiv.org/abs/2504.04178", "2504.04178"),
    ("www.arxiv.org/abs/2504.04178", "2504.04178"),
    ("www.alphaxiv.org/abs/2504.04178v2", "2504.04178"),
    ("https://www.arxiv.org/pdf/2504.04178v12.pdf", "2504.04178"),
    ("https://browse-export.arxiv.org/abs/2504.04178", "2504.04178"),
    ("HTTPS://ARXIV.ORG/abs/2504.04178", "2504.04178"),
    ("https://arxiv.org/format/2504.04178", "2504.04178"),
    ("https://arxiv.org/html/2504.04178v2", "2504.04178"),
    ("https://arxiv.org/abs/1412.0001", "1412.0001"),
    ("https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
    ("https://arxiv.org/abs/hep-th/9901001v2", "hep-th/9901001"),
    ("https://arxiv.org/abs/math.GT/0309136", "math/0309136"),
    ("https://arxiv.org/abs/cond-mat.supr-con/0309136", "cond-mat/0309136"),
    ("https://arxiv.org/pdf/cond-mat.dis-nn/0309136v1.pdf", "cond-mat/0309136"),
    ("https://arxiv.org/abs/q-alg/9703001", "q-alg/9703001"),
    ("http://dx.doi.org/10.48550/arXiv.2504.04178", "2504.04178"),
    ("https://www.doi.org/10.48550/arxiv.2504.04178", "2504.04178"),
    ("https://doi.org/10.48550/ARXIV.HEP-TH/9901001".replace("HEP-TH", "hep-th"),
     "hep-th/9901001"),
    ("http://huggingface.co/papers/2504.04178", "2504.04178"),
    ("https://www.alphaxiv.org/abs/2504.04178v3", "2504.04178"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "identifier"), LINKS)
def test_each_address_of_a_paper_lists_it(folder, address, identifier):
    assert listed(folder, f"See {address}, please.\n") == {identifier}


NO_LINKS = [
    "arXiv:2504.04178", "2504.04178", "https://arxiv.org/list/cs.IR/2504",
    r"www\.arxiv.org/abs/2504.04178", "xwww.arxiv.org/abs/2504.04178",
    "arxiv.org/abs/2504.04178",
    "https://arxiv.org.example/abs/2504.04178", "https://notarxiv.org/abs/2504.04178",
    "https://arxiv.org/abs/2504.041781", "https://arxiv.org/abs/2513.04178",
    "https://doi.org/10.48550/2504.04178", "https://huggingface.co/datasets/2504.04178",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_LINKS)
def test_what_is_no_link_to_a_paper_lists_none(folder, text):
    assert listed(folder, f"See {text} please.\n") == set()


@EOLS
def test_a_comment_over_several_lines_counts_outside_the_section(folder, eol):
    addresses = [
        f"papers: https://arxiv.org/abs/2504.0417{digit}\n" for digit in (8, 9)
    ]
    comment = f"<!--{addresses[0]}{addresses[1]}-->"
    text = f"# A\n{comment}\n<!-- papers:start a -->\n\n{HEAD}\n<!-- papers:end a -->\n"
    text = text.replace("\n", eol)
    assert listed(folder, text, section="a") == {"2504.04178", "2504.04179"}


@pytest.mark.parametrize(("eol", "begin"), [("\n", ""), ("\r\n", "\ufeff")])
@pytest.mark.parametrize(("line", "text"), pages("line"))
def test_ours_is_the_first_table_of_papers_unless_markers_say_else(
    folder, line, text, eol, begin
):
    one = paper("2504.03184")
    done = revise(
        folder,
        begin + text.replace("\n", eol),
        [one],
        order="newest-first",
        columns="title, doi",
    )
    is_made = "| Title | DOI |" in get(folder)
    place = done.place.split(", ")[1]
    assert is_made == (line == "0")
    assert is_made or place == f"line {int(line) + 2}"


def test_of_two_headings_with_a_table_each_the_first_ones_grows(folder):
    table = "| Title | Link |\n|---|---|\n"
    row = "| T | https://arxiv.org/abs/{} |\n"
    newer = f"# Papers\n\n## 2026\n\n{table}{row.format('2601.00001')}"
    older = f"\n## 2025\n\n{table}{row.format('2504.00001')}{row.format('2504.00002')}"
    done = revise(folder, newer + older, [paper("2601.00002")])
    assert done.place == "README.md, line 8"
    assert get(folder).endswith(older)
    assert get(folder).startswith(newer)


def test_a_heading_of_many_blanks_takes_no_time(folder):
    put(folder, f"# {' ' * 100_000}x\n{HEAD}")
    began = process_time()
    place = revise(folder).place
    assert process_time() - began < 2
    assert place == "README.md, line 4"


def test_many_tables_of_other_things_take_no_time(folder):
    put(folder, "| Tool |\n|---|\n\n" * 10_000)
    began = process_time()
    revise(folder)
    assert process_time() - began < 2


def test_papers_of_every_heading_count(folder):
    put(folder, "## A\n\nhttps://arxiv.org/abs/2504.03184\n\n## B\n")
    assert listed(folder) == {"2504.03184"}

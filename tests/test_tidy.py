r"""A list that an older script left, mended once and then kept."""

import re

import pytest
from hypothesis import example, given, settings

from paper_action import table, tidy
from paper_action.text import plain

from .conftest import DATA, run_program
from .rendered import table_rows
from .test_match import paper
from .test_rendering import table_row, text

HEAD = "| Title | Link | Abstract | Authors |\n| --- | --- | --- | --- |\n"
COLUMNS = ("title", "link", "abstract", "authors")
LINK = "[https://arxiv.org/abs/{0}](https://arxiv.org/abs/{0})"
SEED = (DATA / "seed.md").read_text(encoding="utf-8")


def tidied(rows: str, head: str = HEAD) -> str:
    page = table.split(head + rows, "")
    tidy.tidied(page)
    return page.text().removeprefix(head)


def row(title="T", abstract="x", authors="A. One", identifier="2504.00001") -> str:
    return f"| {title} | {LINK.format(identifier)} | {abstract} | {authors} |\n"


def seed_rows() -> dict[str, str]:
    """Return the first row of each paper as it stands in the seed, torn lines and all."""
    rows: dict[str, str] = {}
    for one in re.findall(r"^\|.*\n(?:[^|].*\n)*", SEED, re.MULTILINE)[2:]:
        rows.setdefault(re.findall(r"\[https://arxiv\.org/abs/(.+?)\]", one)[0], one)
    return rows


def test_the_table_that_is_there_is_mended_once_and_no_word_is_lost(folder):
    file = folder / "README.md"
    after = "\nAfterwards, $x$ | \\'e  \n\n| Title | Link |\n|---|---|\n| torn\n  apart |\n"
    file.write_text(SEED + after, encoding="utf-8")
    nothing = ("--feed-url", DATA / "empty-weekend.xml", "--tidy", "true")
    done = run_program(folder, *nothing)
    assert done.code == 0, done.err
    assert done.outputs["changed"] == "true"
    text = file.read_text(encoding="utf-8")
    assert text.endswith(after)
    assert text.startswith(SEED[: SEED.index("| Learning")])
    rows = table_rows(text.removesuffix(after))
    first = seed_rows()
    assert [cells[1] for cells in rows] == [f"https://arxiv.org/abs/{one}" for one in first]
    for cells, raw in zip(rows, first.values(), strict=True):
        assert len(cells) == 4
        words = plain(re.sub(r"\]\(https://arxiv.org/abs/\S*\)|\[(?=https)", "", raw)).replace("|", " ").split()
        assert "".join(cells).replace(" ", "") == "".join(words)
    assert run_program(folder, *nothing).outputs["changed"] == "false"
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("cell", "mended"),
    [
        (r"Poincar\'e", "Poincaré"),
        ("R&amp;D", "R&D"),
        (r"{B}ERT -- $O(n_1)$ for $5", "BERT – $`O(n_1)`$ for <span>$</span>5"),
        ("[a_b](http://x.y/a_b) **bold** *em* `c_d`", "[a_b](http://x.y/a_b) **bold** *em* `c_d`"),
        (r"[a](http://x.y/%7E) and \'e `\'e` **\'E**", r"[a](http://x.y/%7E) and é `\'e` **É**"),
        ("<em>x</em> <br> https://x.y/a_b~c", "<em>x</em> <br> https://x.y/a_b~c"),
        (r"10 \| 7 \* 2 \$5 \#1 snake_case", r"10 \| 7 \* 2 \$5 \#1 snake_case"),
        ("$`x_1`$ <span>$</span>5", "$`x_1`$ <span>$</span>5"),
        ("10% < 5 & more", "10% < 5 & more"),
    ],
)
def test_tex_and_entities_are_decoded_and_good_markdown_is_kept(cell, mended):
    assert tidied(row(cell, cell, cell)) == row(mended, mended, mended)


@pytest.mark.parametrize(
    ("title", "abstract", "wanted"),
    [
        ("a | b", "x", ["a | b", "x"]),
        ("a", "10 < | 7 | 8", ["a", "10 < | 7 | 8"]),
        ("a | b | c", r"p(x|y) and q\|z", ["a | b | c", "p(x | y) and q|z"]),
        ("a", "$p(x|y)$", ["a", "$p(x | y)$"]),
        ("a", "One.\n  Two | three.\n  2) Four", ["a", "One.Two | three.2) Four"]),
        ("a", "One\nline.", ["a", "One line."]),
    ],
)
def test_pipes_nobody_escaped_and_torn_lines_become_one_row_of_four_cells(title, abstract, wanted):
    (cells,) = table_rows(HEAD + tidied(row(title, abstract)))
    assert cells == [wanted[0], "https://arxiv.org/abs/2504.00001", wanted[1], "A. One"]


def test_a_row_with_too_few_cells_gets_the_rest_empty():
    assert tidied(f"| T | {LINK.format('2504.00001')} |\n") == f"| T | {LINK.format('2504.00001')} |  |  |\n"


def test_the_first_row_of_a_paper_stays_whatever_version_or_form_its_link_has():
    rows = row("first") + row("other", identifier="2504.00002") + row("again", identifier="2504.00001v2")
    more = "| pdf | [x](https://arxiv.org/pdf/2504.00002.pdf) | x | y |\n"
    assert tidied(rows + more) == row("first") + row("other", identifier="2504.00002")


@pytest.mark.parametrize(
    "rows",
    [
        "| **2024** | | | |\n",
        "| a | b |\n",
        "| a | b | c | d | e |\n",
        r"| \'e | x &amp; y | $5 | z |" + "\n",
        "a | b\n",
    ],
)
def test_a_row_that_names_no_paper_stays_as_it_is(rows):
    assert tidied(row(r"\'e") + rows + row(identifier="2504.00002") + rows) == (
        row("é") + rows + row(identifier="2504.00002") + rows
    )


def test_line_endings_stay():
    crlf = (HEAD + row(r"\'e", "One.\n  Two")).replace("\n", "\r\n")
    page = table.split(crlf, "")
    tidy.tidied(page)
    assert page.text() == (HEAD + row("é", "One.<br><br>Two")).replace("\n", "\r\n")


@settings(deadline=None, max_examples=300, derandomize=True)
@given(text, text, text)
def test_a_row_of_ours_stays_as_it_is(title, abstract, name):
    ours = table_row(paper(title, abstract, (name,)), COLUMNS)
    assert tidied(ours) == ours


@settings(deadline=None, max_examples=300, derandomize=True)
@given(text, text, text)
@example("a|b", "One.\n  $x|y$", "`")
def test_tidy_twice_is_tidy_once(title, abstract, name):
    once = tidied(row(title, abstract, name) + row(identifier="2504.00002"))
    assert tidied(once) == once
    flat = tidied(row(*(" ".join(cell.split()) for cell in (title, abstract, name))))
    assert [len(table.split_cells(line)) for line in flat.splitlines()] == [4]

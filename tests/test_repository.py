"""The column ``code``: the first repository that a comment or an abstract names."""

import pytest

from paper_action.listing import cells

from .conftest import paper
from .lists import listed, put, revise
from .rendered import render

NAMED = [  # what an author wrote, the address that is linked
    ("https://github.com/a-b/c.d_e", "https://github.com/a-b/c.d_e"),
    ("Code: github.com/a/b", "https://github.com/a/b"),
    ("http://www.GitHub.com/Aa/Bb/tree/main/x", "https://GitHub.com/Aa/Bb"),
    ("at https://github.com/a/b.", "https://github.com/a/b"),
    ("(https://github.com/a/b).", "https://github.com/a/b"),
    ("https://github.com/a/b.git", "https://github.com/a/b"),
    ("https://github.com/a/b.git.", "https://github.com/a/b"),
    ("https://github.com/a/b, and", "https://github.com/a/b"),
    (r"https://github.com/a/my\_code\_v2", "https://github.com/a/my_code_v2"),
    (r"https://github.com/a/my{\_}code", "https://github.com/a/my_code"),
    (r"\url{https://github.com/a/b}", "https://github.com/a/b"),
    (r"\href{https://github.com/a/b}{here}", "https://github.com/a/b"),
    ("[here](https://github.com/a/b)", "https://github.com/a/b"),
    ("https://github.com/a/b|c", "https://github.com/a/b"),
    ("https://github.com/a/b#readme", "https://github.com/a/b"),
    ("https://github.com/a and https://github.com/b/c", "https://github.com/b/c"),
    ("https://github.com/topics/llm; github.com/a/b", "https://github.com/a/b"),
    ("https://gitlab.com/a/b/-/tree/main", "https://gitlab.com/a/b"),
    ("https://gitlab.inria.fr/a/b/tree/main", "https://gitlab.inria.fr/a/b"),
    ("https://codeberg.org/a/b/src/branch", "https://codeberg.org/a/b"),
    ("https://bitbucket.org/a/b/", "https://bitbucket.org/a/b"),
    ("https://huggingface.co/a/b", "https://huggingface.co/a/b"),
    ("https://huggingface.co/datasets/a/b", "https://huggingface.co/datasets/a/b"),
    ("https://huggingface.co/spaces/a/b", "https://huggingface.co/spaces/a/b"),
    (
        "https://anonymous.4open.science/r/code-1A2B/README.md",
        "https://anonymous.4open.science/r/code-1A2B",
    ),
    (
        "https://anonymous.4open.science/repository/code-1A2B/",
        "https://anonymous.4open.science/repository/code-1A2B",
    ),
    ("anonymous.4open.science/code-1A2B", "https://anonymous.4open.science/code-1A2B"),
]


@pytest.mark.parametrize("field", ["comment", "abstract"])
@pytest.mark.parametrize(("text", "address"), NAMED)
def test_the_first_repository_is_linked(field, text, address):
    one = paper(**{field: text})
    assert cells(one, ["id", "code"])[1] == f"[code]({address})"


PAGES = [
    "about", "apps", "blog", "collections", "docs", "explore", "features", "groups",
    "marketplace", "orgs", "papers", "search", "sponsors", "topics", "users",
]  # fmt: skip
NOTHING = [  # what names no repository, such as a host's own pages
    "", "We publish our code on GitHub.", "https://github.com/a", "https://github.com/",
    "https://gist.github.com/a/1234", "https://github.com/topics/llm",
    *(f"https://github.com/{page}/a" for page in PAGES), "https://github.com/Apps/a",
    "https://a.github.io/b/", "https://notgithub.com/a/b",
    "https://huggingface.co/papers/2504.00001", "https://huggingface.co/docs/hub",
    "https://huggingface.co/collections/a/b", "https://raw.githubusercontent.com/a/b",
    "https://github.com/a/.", "https://github.com/a/...", "someone@github.com/a/b",
    "https://web.archive.org/web/https://github.com/a/b", "https://github.com/é/b",
]  # fmt: skip


@pytest.mark.parametrize("text", NOTHING)
def test_without_a_repository_the_cell_is_empty(text):
    one = paper(comment=text, abstract=text)
    assert cells(one, ["id", "code"])[1] == ""


def test_the_comment_comes_first():
    one = paper(comment="github.com/a/comment", abstract="github.com/a/abstract")
    assert "a/comment" in cells(one, ["code"])[0]


def test_a_comment_on_other_things_leaves_it_to_the_abstract():
    one = paper(comment="9 pages", abstract="github.com/a/abstract")
    assert "a/abstract" in cells(one, ["code"])[0]


def test_no_repository_lists_a_paper_or_breaks_a_cell(folder):
    text = r"https://github.com/a/b](https://arxiv.org/abs/2504.00009)|`<b>\|$x$"
    done = revise(
        folder, "", [paper(comment=text)], columns="title, id, code", data_file="d.csv"
    )
    assert listed(folder) == {"2504.03184"}
    assert done.rows[0].endswith(" | [code](https://github.com/a/b) |")


def test_a_header_asks_for_it(folder):
    done = revise(
        folder, "| Title | ID | GitHub |\n|-|-|-|\n", [paper(comment="github.com/a/b")]
    )
    cell = render((folder / "README.md").read_text()).findall(".//td/a")[-1]
    assert cell.get("href") == "https://github.com/a/b"
    assert len(done.rows) == 1


HAND_MADE = "| T | https://arxiv.org/abs/2504.03184 | {} |\n"
CELLS = [  # what stands in the cell, what tidy makes of it
    ("", "[code](https://github.com/a/b)"),
    ("[mine](https://example.org/x)", "[mine](https://example.org/x)"),
    ("[code](https://github.com/o/p) ⭐", "[code](https://github.com/o/p) ⭐"),
    ("An abstract, before the header was edited", "[code](https://github.com/a/b)"),
]


@pytest.mark.parametrize(("before", "after"), CELLS)
def test_tidy_fills_the_cell_and_keeps_what_people_linked(folder, before, after):
    put(folder, f"| Title | Link | Code |\n|-|-|-|\n{HAND_MADE.format(before)}")
    one = paper(comment="github.com/a/b")
    revise(folder, "", [], one, tidy=True)
    assert (folder / "README.md").read_text().endswith(f" | {after} |\n")


def test_tidy_keeps_a_row_of_too_many_cells_where_people_may_have_linked_code(folder):
    row = HAND_MADE.format("x | [code](https://github.com/o/p)")
    text = f"| Title | Link | Code |\n|-|-|-|\n{row}"
    done = revise(folder, text, [], paper(), tidy=True)
    assert done.files == ()


def test_a_hostile_text_takes_no_longer_than_its_length():
    one = paper(abstract="gitlab.a" * 50_000 + " github.com/" + "." * 50_000)
    assert cells(one, ["id", "code"])[1] == ""

"""A file of Markdown, read once: its tables, the papers it lists, the table that is ours."""

import json
from datetime import UTC, datetime

import pytest

from paper_action import table
from paper_action.table import read

from .conftest import paper
from .rendered import render

HEAD = "| Title | Link | Abstract | Authors |\n| --- | --- | --- | --- |\n"
ROW = "| T | [https://arxiv.org/abs/{0}](https://arxiv.org/abs/{0}) | {1} | A. One |\n"
URL = "https://arxiv.org/abs/2504.04178"


def columns(*names: str) -> tuple[str, ...]:
    text = f"| {' | '.join(names)} |\n{'|---' * len(names)}|\n"
    return read(f"<!-- papers:start -->\n{text}<!-- papers:end -->\n").columns


NAMES = {
    "title": "Title|paper|Paper Title|Title&nbsp;|Title 📄|[Title](#x)|标题",
    "title+authors": "**Title & Authors**",
    "link": "Link|URL|**Links**|Paper Link|链接|`Link`|<b>Link</b>|![](http://x.y/i.png) Link",
    "authors": "Author|AUTHORS|作者|__Authors__",
    "date": "Date|Publish Date|Published|日期|&nbsp;Date&nbsp;&nbsp;|:calendar: Date",
    "pdf": "PDF|PDF Link|pdf",
    "categories": "Category|Categories|Subjects",
    "comment": "Comment|Comments",
    "doi": "DOI",
    "id": "ID|arXiv|arXiv ID|ArXiv&nbsp;ID",
    "abstract": "Abstract|摘要",
    "": "Stars|Venue|Titles of papers|Links & Summary|",
}


@pytest.mark.parametrize(("column", "names"), NAMES.items())
def test_header_names_are_understood_in_whatever_dress(column, names):
    assert [columns(name) for name in names.split("|")] == [(column,)] * len(names.split("|"))


def test_a_paper_column_beside_a_title_is_for_the_link():
    assert columns("Date", "Title", "Paper", "Code") == ("date", "title", "link", "")


LISTED = [
    f"See {URL}.",
    "[x](HTTPS://ArXiv.org/pdf/2504.04178v3.pdf)",
    '<a href="https://www.arxiv.org/html/2504.04178v1">x</a>',
    "[1]: https://export.arxiv.org/format/2504.04178#top",
    "https://doi.org/10.48550/arXiv.2504.04178",
    "![x](https://huggingface.co/papers/2504.04178) https://www.alphaxiv.org/abs/2504.04178",
    f"- list\n\n    - {URL}\n",
    f"```\n{URL}\n```\n`{URL}`",
    f"<!-- {URL} -->",
    HEAD + ROW.format("2504.04178", "x"),
    HEAD + f"| T | [x]({URL}) | 10 < | 7, see https://arxiv.org/abs/2504.00009 | A |\n",
    HEAD + f"| T | [x]({URL}) | torn\n  2) | see https://arxiv.org/abs/2504.00009 |\n",
    f"| Title | Venue | Links & Summary |\n|---|---|---|\n| T | x | [p]({URL}) |\n",
    f"| Abstract | Link |\n|-|-|\n| a https://arxiv.org/abs/2504.00009 | b \\| [x]({URL}) |\n",
]
MENTIONED = [
    "arXiv:2504.04178 https://arxiv.org/abs/2504.041789 https://notarxiv.org/abs/2504.04178",
    HEAD + f"| T | | as in {URL} | A. One |\n",
    f"| Title | **摘要** |\n|-|-|\n| T | one \\| two {URL} |\n",
    f"| Title | Abstract |\n|-|-|\n| Title | Link |\n|-|-|\n| T | {URL} |\n",
]


@pytest.mark.parametrize("text", LISTED + MENTIONED)
def test_a_link_lists_its_paper_wherever_it_stands_but_in_an_abstract(text):
    for eol in ("\n", "\r\n", "\r"):
        assert read(text.replace("\n", eol)).papers == ({"2504.04178"} if text in LISTED else set())


def test_a_row_is_about_its_link_column_and_a_whole_one_ends_with_its_line():
    text = "Title | Link\n--|--\nsee https://arxiv.org/abs/2504.00009 | " + URL
    first, second = read(f"{text}\n| x | y |\nc | d |").rows[:2]
    assert first.ids == ["2504.04178", "2504.00009"]
    assert first.cells == ["see https://arxiv.org/abs/2504.00009", URL]
    assert second.cells == ["x", "y"]


def test_a_section_has_its_lines_and_all_comments():
    text = f"{URL}\n<!-- papers:start a  b -->\n{HEAD}{ROW.format('2504.00001', URL)}"
    text += "<!-- papers:end a b -->\nx <!-- https://arxiv.org/abs/2504.00002 -->"
    assert read(text, "a b").papers == {"2504.00001", "2504.00002"}
    assert read(text, "other").papers == {"2504.00002"}
    assert read(text).papers == {"2504.00001", "2504.00002", "2504.04178"}


LINKED = f"| Title | Venue |\n|---|---|\n| [T]({URL}) | x |\n"
OTHER = LINKED.replace("04178", "04179")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"# A\n| Title | Score |\n|--|--|\n| x | 1 |\n\n{LINKED}", 6),
        (f"\ufeff{LINKED}", 1),
        (f"# A\n{LINKED}\n{LINKED}{OTHER.splitlines()[2]}\n\n# B\n{LINKED}\n", 6),
        (f"# A\n{LINKED}\n# B\n{LINKED}{OTHER.splitlines()[2]}\n", 2),
        (f"```\n{LINKED}```\n{LINKED}", 6),
        (f"<!--\n{LINKED}-->\n{LINKED}", 6),
        (f"<!-- papers:start x -->\n{LINKED}<!-- papers:end x -->\n", 0),
        (f"{LINKED}\n<!-- papers:start -->\n<!-- papers:end -->\n{LINKED}", 0),
        ("| Tool | Link |\n|---|---|\n| x | y |\n", 0),
        ("T | Title\n:-- | --:\n\n| Title | Link |\r\n| - | - |", 4),
        ("| Title | Link |\n|---|\n", 0),
        *((f"<!-- papers:{kind} -->\n{LINKED}", 0) for kind in ("start", "end")),
    ],
)
def test_ours_is_the_first_headings_table_with_most_papers_unless_markers_say_else(text, line):
    ours = read(text)
    assert (ours.line(ours.start) if ours.columns else 0) == line


def test_every_column_has_its_cell():
    one, doi = paper(doi="10.1/(a)b", comment="8 pages", abstract=""), "https://doi.org/10.1/(a)b"
    shown = {name: render(table.cell(one, name)) for name in table._CELLS}
    links = {name: [link.get("href") for link in cell.iter("a")] for name, cell in shown.items()}
    assert {name: cell.text_content().strip() for name, cell in shown.items()} == {
        "title": "An LLM", "linked-title": "An LLM", "link": one.url, "abstract": "",
        "abstract-folded": "", "authors": "A. One, B. Two", "date": "2025-04-10", "pdf": "pdf",
        "categories": "cs.IR", "comment": "8 pages", "doi": doi, "id": one.id,
    }  # fmt: skip
    assert {name: link for name, link in links.items() if link} == {
        "link": [one.url], "linked-title": [one.url], "id": [one.url],
        "pdf": ["https://arxiv.org/pdf/2504.03184"], "doi": [doi],
    }  # fmt: skip


def test_a_column_of_title_and_authors_has_both_and_the_link_where_no_other_column_has_it():
    one = paper()
    made = [table.cells(one, ["title+authors", name], folded=False)[0] for name in ("", "id")]
    assert made == [f"[An LLM]({one.url})<br>A. One, B. Two", "An LLM<br>A. One, B. Two"]


def test_a_record_is_plain_text_in_the_order_of_the_output():
    one = paper(title=r"Gei{\ss}ler", abstract="One.\n  Two", authors=("A. One (X)", "(X: Y)"))
    date = datetime(2025, 4, 10, 6, tzinfo=UTC).isoformat()
    assert json.dumps(table.record(one), ensure_ascii=False) == (
        '{"id": "2504.03184", "title": "Geißler", "abstract": "One.\\n\\nTwo", '
        f'"authors": ["A. One"], "categories": ["cs.IR"], "date": "{date}", "url": "{one.url}", '
        '"announce_type": "new"}'
    )

r"""A row as GitHub shows it, by GitHub's own Markdown parser, whatever the authors typed."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html

from paper_action import atom, table
from paper_action.paper import Paper
from paper_action.text import plain, split_paragraphs

from .conftest import DATA
from .rendered import render
from .test_match import paper

ALLOWED = {"a", "br", "code", "details", "em", "span", "strong", "summary"}
COLUMNS = ("title", "link", "abstract", "authors", "comment", "categories")
FOLDED = ("linked-title", "abstract-folded", "authors")


def table_row(one: Paper, columns: tuple[str, ...]) -> str:
    return f"| {' | '.join(table.cell(one, column) for column in columns)} |\n"


def rendered_cells(one: Paper, columns: tuple[str, ...]) -> list[html.HtmlElement]:
    """Return the cells of the paper's row; there must be one table with one row of them."""
    row = table_row(one, columns)
    assert row.splitlines() == [row[:-1]]
    page = render("".join(table.head([f"c{n}" for n in range(len(columns))], "\n")) + row + "\nafter\n")
    assert [element.tag for element in page] == ["table", "p"]
    (shown,) = page.iterfind("table/tbody/tr")
    assert [cell.tag for cell in shown] == ["td"] * len(columns)
    return list(shown)


def check_elements(cell: html.HtmlElement) -> None:
    """No element but the allowed, and no attribute but an address on the web."""
    for element in cell.iterdescendants():
        assert element.tag in ALLOWED
        assert set(element.keys()) == ({"href"} if element.tag == "a" else set())
        assert re.match(r"https?://|mailto:|xmpp:", element.get("href", "http://"))


def shown(cell: html.HtmlElement) -> str:
    for br in cell.iter("br"):
        br.tail = "\n" + (br.tail or "")
    return unicodedata.normalize("NFC", "".join(cell.itertext()))  # an accent may stand behind an element


def formulas(cell: html.HtmlElement) -> list[str]:
    """Return what GitHub typesets: code between dollar signs."""
    found = []
    for code in cell.iter("code"):
        before = code.getprevious()
        left = (code.getparent().text if before is None else before.tail) or ""
        if left.endswith("$") and (code.tail or "").startswith("$"):
            found.append(code.text)
    return found


def loose_dollars(cell: html.HtmlElement) -> int:
    """Count the dollar signs that are neither a formula's nor alone in a span, which is money."""
    spans = sum(span.text == "$" for span in cell.iter("span"))
    inside = sum("".join(code.itertext()).count("$") for code in cell.iter("code") if code.find("span") is None)
    return shown(cell).count("$") - spans - inside - 2 * len(formulas(cell))


def check(one: Paper) -> None:
    cells = rendered_cells(one, COLUMNS)
    abstract = "\n\n".join(filter(None, map(plain, split_paragraphs(one.abstract))))
    assert shown(cells[0]) == plain(one.title)
    assert shown(cells[1]) == one.url
    assert shown(cells[2]) == abstract
    assert shown(cells[3]) == ", ".join(map(plain, one.authors)).strip(" ")
    assert shown(cells[4]) == plain(one.comment)
    assert shown(cells[5]) == plain(", ".join(one.categories))
    title, folded, _ = rendered_cells(one, FOLDED)
    assert shown(title) == plain(one.title)
    assert shown(folded) == unicodedata.normalize("NFC", f"Abstract{abstract}" if one.abstract else "")
    for cell in (*cells, title, folded):
        check_elements(cell)
        assert not loose_dollars(cell) or re.search("`|arxiv.org/", shown(cell))
    head, row = "".join(table.head(COLUMNS, "\n")), table_row(one, COLUMNS)
    assert table.listed(head + row, "", {one.id, "2503.00002"}) == {one.id}  # what it mentions is not listed
    assert table.row_id(row, COLUMNS) == one.id


BITS = r"""
    \ $ { } ~ ` ' " - _ * # | & < > [ ] ( ) ! : ; @ / . , % ^ = + a 1 é \| \\ -- --- `` '' $x$ $$y$$ $5 $`z`$ \( \)
    \[ \] \'e \'{\i} \v \H{ {\em {\tt \emph{ {x} \textbf{ \texttt{ \textsc{ \url{ \href{ \href{http://x.y}{ \foo{ \ss
    http://x.y/a_b https://arxiv.org/abs/2503.00002 www.x.y a@b.cd <b> </td> <!-- --> <script> <br> <details> <span>
    <code> </code> <img/src=x> <http://x> [a](http://b) ![a](b) ** __ ~~ &amp; &lt; &#36; &nbsp; &#x7c; mailto: xmpp:
    ftp:// :// [^1] [x] :+1: @me
""".split()
BLANKS = ["\n", "\n  ", "\t", " ", "- ", "# ", "\u00a0", "\u0301", "\u202e"]
anything = st.sampled_from(BITS + BLANKS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
text = st.lists(anything, max_size=12).map("".join)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(text, text, text)
@example("a | b", "10% of <5 | >7\n  $5", "Gei{\\ss}ler")
@example("`$x$`", "\\texttt{a|`b}", "$`$")
def test_whatever_authors_type_a_row_shows_the_decoded_text(title, abstract, name):
    check(paper(title, abstract, (name, "B. Two"), (title,)))
    check(paper(name + title, title + name, (abstract,)))


def sample_papers() -> list[Paper]:
    documents = [file.read_bytes() for file in sorted(DATA.glob("*.xml")) if "error" not in file.name]
    return [one for document in documents for one in atom.parse(document).papers]


def test_every_sample_shows_the_decoded_text():
    papers = sample_papers()
    assert len(papers) > 90
    for one in papers:
        check(one)


formula = (
    st.lists(st.sampled_from([*"|_*<>&~^[]!'\"-#: a1", *r"\{ \} \\ \| \_ {x} \alpha".split()]))
    .map(lambda bits: " ".join("".join(bits).split()))
    .filter(lambda tex: tex and not re.search(r"(?<!\\)(?:\\\\)*\\$", tex))
)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(formula, formula, st.sampled_from([("$", "$"), ("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]")]))
@example(r"\{a|b\} \\ \|x\|_1 * y_2 * z", "||", ("$", "$"))
@example("a &lt; b", "x\\\\", ("$", "$"))
def test_maths_arrives_as_the_exact_tex(first, second, marks):
    start, end = marks
    one = paper(f"On {start}{first}{end}, {start}{second}{end} for $5", f"{start}{first}{end}{start}{second}{end} x")
    wanted = [tex.replace("&lt;", "<") for tex in (first, second)]
    for cell in rendered_cells(one, ("title", "abstract")):
        assert formulas(cell) == wanted
        assert shown(cell).replace("$", "") == f"On {wanted[0]}, {wanted[1]} for 5" or "On" not in shown(cell)
    assert rendered_cells(one, ("title",))[0].findtext("span") == "$"


@pytest.mark.parametrize("money", ["$5", "$5 and $6", "US$ 5", "5$", "$", "$$", r"\$5 to \$6", "$5-$10"])
def test_money_is_typeset_as_text(money):
    (cell,) = rendered_cells(paper(f"It costs {money} a day"), ("title",))
    assert not formulas(cell)
    assert not loose_dollars(cell)


@pytest.mark.parametrize("title", ["see http://x.y", r"\href{http://x.y}{see}", r"\url{http://x.y} and a@b.cd"])
def test_a_title_that_is_a_link_holds_no_other(title):
    (cell,) = rendered_cells(paper(title), ("linked-title",))
    assert [link.get("href") for link in cell.iter("a")] == ["https://arxiv.org/abs/2504.00001"]
    assert shown(cell) == plain(title)

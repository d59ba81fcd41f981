"""What the documents say: their links, their keywords; the README's own list."""

import re
from textwrap import dedent

import pytest

from paper_action.match import Keywords

from .conftest import DAYS, TOP, paper, run

PAGES = {file: file.read_text("utf-8") for file in (TOP / "README.md", *TOP.glob(".github/*.md"))}
README, REFERENCE = PAGES[TOP / "README.md"], PAGES[TOP / ".github/REFERENCE.md"]
FENCED = map(dedent, re.findall(r"(?ms)^ *```yaml\n(.*?)^ *```$", README + REFERENCE))
EXAMPLES, *WORKFLOWS = sorted(FENCED, key=lambda block: "jobs:" in block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_within_the_repository_leads_somewhere(page):
    links = r'(?:\]\(|src="|srcset=")(?!https?:)([^)"#]*)#?([^)"]*)'
    for target, anchor in re.findall(links, PAGES[page]):
        file = (page.parent / target).resolve() if target else page
        assert file.is_file(), target
        titles = re.findall(r"(?m)^#+ (.*)$", PAGES.get(file, ""))
        anchors = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]
        assert anchor in ("", *anchors)


@pytest.mark.parametrize(
    ("changes", "matched"),
    [({"title": "MLLMs for all"}, ["llm"]), ({"title": "RAG against fragments"}, ['"RAG"']),
     ({"title": "Fragments"}, []), ({"authors": ("P. Lewis",)}, ["au:Lewis"]),
     ({"title": "Rankings", "categories": ("cs.LG",)}, ["cat:cs.LG AND ranking"]),
     ({"title": "Multimodal retrieval"}, ["multimodal AND retrieval"]),
     ({"title": "Multimodal"}, []), ({"abstract": "Of quantum physics"}, ["all:quantum"]),
     ({"abstract": "Question answering"}, ['abs:"question answering" ANDNOT survey']),
     ({"abstract": "Question answering", "title": "A survey"}, [])],
)  # fmt: skip
def test_a_keyword_of_the_readme_finds_what_its_comment_says(changes, matched):
    keywords = Keywords.parse(dedent(EXAMPLES.removeprefix("keywords: |\n")))
    assert list(keywords.match(paper(**{"title": "x"} | changes))) == matched


def test_the_readme_is_one_page_and_can_take_its_own_list(folder):
    assert len(README.split()) < 900
    (folder / "README.md").write_bytes(README.encode())
    added = [run(folder, "--feed-url", DAYS[1]).outputs["added"] for _ in range(2)]
    before, start, after = README.rpartition("<!-- papers:start -->\n")
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert (added, text[: -len(after)].startswith(before + start)) == (["14", "0"], True)
    assert text.endswith(after)

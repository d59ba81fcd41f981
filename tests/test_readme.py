"""What documents say: links, settings, keywords, messages; the README's own list."""

import ast
import re
from pathlib import Path
from textwrap import dedent

import pytest
from ruamel.yaml import YAML

from paper_action.match import Keywords

from .conftest import DAYS, TOP, paper, run

README = (TOP / "README.md").read_text("utf-8")
REFERENCE = (TOP / ".github/REFERENCE.md").read_text("utf-8")
CONTRIBUTING = (TOP / ".github/CONTRIBUTING.md").read_text("utf-8")
PAGES = [TOP / "README.md", *sorted(TOP.glob(".github/*.md"))]

# what GitHub shows of this project beside the files: a workflow's page, and its badge
ACTIONS = re.compile(r"\.\./\.\./actions/(workflows/[\w-]+\.yml)(?:/badge\.svg)?")


def fenced(page: str, language: str) -> list[str]:
    """Return the blocks of code in a language, also those in a list."""
    blocks = re.findall(rf"(?ms)^ *```{language}\n(.*?)^ *```$", page)
    return [dedent(block) for block in blocks]


def chapter(page: str, title: str) -> str:
    """Return what stands below a heading, up to the next one of its kind."""
    level = title.split()[0]
    return page.partition(f"\n{title}\n")[2].partition(f"\n{level} ")[0]


def rows(text: str, header: str) -> list[list[str]]:
    """Return the cells of the rows of every table that has such a header."""
    found = []
    for table in text.split("\n\n"):
        head, *lines = table.splitlines() or [""]
        if head == header:
            found += [re.split(r"(?<!\\) ?\| ?", line)[1:-1] for line in lines[1:]]
    return found


def quoted(text: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall("`([^`]+)`", text)


WORKFLOWS = [block for block in fenced(README + REFERENCE, "yaml") if "jobs:" in block]


def anchors(page: Path) -> list[str]:
    """Return the names that a page's headings have in addresses."""
    titles = re.findall(r"(?m)^#+ (.*)$", page.read_text("utf-8"))
    return [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]


def links(page: Path) -> list[tuple[str, str]]:
    """Return file and anchor of a page's links and pictures within the repository."""
    link = r'(?:\]\(|src="|srcset=")(?!https?:)([^)"#]*)#?([^)"]*)'
    return re.findall(link, page.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_within_the_repository_leads_somewhere(page):
    for target, anchor in links(page):
        shown = ACTIONS.fullmatch(target)
        file = page.parent / target
        if shown:
            file = TOP / ".github" / shown[1]
        if not target:
            file = page
        assert file.is_file(), target
        assert not anchor or anchor in anchors(file), f"{target}#{anchor}"


def test_the_readme_is_one_page():
    own, _, _ = README.partition("\n## The list\n")
    assert len(own.split()) < 900


def test_the_readme_can_take_its_own_list(folder):
    file = folder / "README.md"
    file.write_bytes(README.encode())
    first = run(folder, "--feed-url", DAYS[1])
    again = run(folder, "--feed-url", DAYS[1])
    assert first.outputs["added"] == "14"
    assert again.outputs["added"] == "0"
    before, start, after = README.rpartition("<!-- papers:start -->\n")
    text = file.read_text("utf-8")
    assert text.startswith(before + start)
    assert text.endswith(after)


ANSWERS = 'abs:"question answering" ANDNOT survey'


@pytest.mark.parametrize(
    ("changes", "matched"),
    [
        # what a paper has ⇒ the keywords of the README that find it
        ({"title": "MLLMs for all"}, ["llm"]),
        ({"title": "RAG against fragments"}, ['"RAG"']),
        ({"title": "Fragments"}, []),
        ({"title": "Multimodal retrieval"}, ["multimodal AND retrieval"]),
        ({"title": "Multimodal"}, []),
        ({"authors": ("P. Lewis",)}, ["au:Lewis"]),
        ({"title": "Rankings", "categories": ("cs.LG",)}, ["cat:cs.LG AND ranking"]),
        ({"abstract": "Of quantum physics"}, ['all:"quantum"']),
        ({"abstract": "Question answering"}, [ANSWERS]),
        ({"abstract": "Question answering", "title": "A survey"}, []),
    ],
)
def test_a_keyword_of_the_readme_finds_what_its_comment_says(changes, matched):
    blocks = fenced(README, "yaml")
    [block] = [each for each in blocks if each.startswith("keywords: |")]
    keywords = Keywords.parse(YAML(typ="safe").load(block)["keywords"])
    one = paper(**{"title": "x"} | changes)
    assert list(keywords.match(one)) == matched


SETTINGS = "| name | default | meaning |"
INPUTS = YAML(typ="safe").load(TOP / "action.yml")["inputs"]
EXPECTED = {name: one["default"] or "none" for name, one in INPUTS.items()}
# of two settings the action's default is another one than the command line's
EXPECTED["commit"] = "false (the action: true)"
EXPECTED["token"] = "none (the action: ${{ github.token }})"


def test_the_reference_has_every_setting_with_its_default_in_the_order_of_the_action():
    table = rows(chapter(REFERENCE, "## Settings"), SETTINGS)
    told = [name.strip("`") for name, _, _ in table]
    assert told == list(EXPECTED)
    for cell, default, _ in table:
        name = cell.strip("`")
        assert default.replace("`", "") == EXPECTED[name], name


def test_the_readme_has_eight_settings_with_their_defaults():
    table = rows(chapter(README, "## Settings"), SETTINGS)
    assert len(table) == 8
    for cell, default, _ in table:
        name = cell.strip("`")
        assert default.strip("`") == EXPECTED[name], name


def literals(module: Path) -> list[str]:
    """Return the texts of a module: what stands between quotes and braces."""
    nodes = ast.walk(ast.parse(module.read_text("utf-8")))
    return [str(node.value) for node in nodes if isinstance(node, ast.Constant)]


def said() -> str:
    """Return every text that the program and its workflows can say."""
    texts = []
    for module in (TOP / "paper_action").rglob("*.py"):
        texts += literals(module)
    others = ["action.yml", ".github/workflows/papers.yml", "paper_action/refusals.txt"]
    for name in others:
        texts.append((TOP / name).read_text("utf-8"))
    return "\n".join(texts)


MESSAGES = []
for header in ("| message | what it means |", "| message | what to do |"):
    for cell, _ in rows(REFERENCE, header):
        MESSAGES += quoted(cell)


def test_the_reference_quotes_messages():
    assert len(MESSAGES) > 20


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_that_the_reference_quotes_is_one_of_the_programs(message):
    text = said()
    for part in message.split("…"):
        assert part.strip() in text, part


def test_the_map_for_contributors_has_every_room():
    header = "| in `paper_action` | what it knows | what changes there |"
    table = rows(CONTRIBUTING, header)
    told = {cell.strip("`/") for cell, _, _ in table}
    rooms = {file.stem for file in (TOP / "paper_action").glob("[!_]*.py")}
    wings = {file.parent.name for file in (TOP / "paper_action").glob("*/__init__.py")}
    assert told == rooms | wings | {"__main__"}


def test_the_page_for_contributors_is_short():
    assert len(CONTRIBUTING.splitlines()) < 45

"""What documents say: links, settings, keywords, messages; the README's own list."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest
from ruamel.yaml import YAML

from paper_action.match import Keywords
from paper_action.settings import COLUMNS

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


LANGUAGES = rows(chapter(REFERENCE, "## Keywords"), "| elsewhere | here |")


@pytest.mark.parametrize(("elsewhere", "here"), LANGUAGES)
def test_what_another_search_language_writes_is_an_error_and_its_translation_none(
    elsewhere, here
):
    for foreign in quoted(elsewhere.replace("\\|", "|")):
        with pytest.raises(ValueError, match="write"):
            Keywords.parse(foreign)
    for ours in quoted(here):
        assert Keywords.parse(ours).alternatives


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


# a paper that has something for every column, as a saved feed
FEED = """<feed xmlns="http://www.w3.org/2005/Atom"
      xmlns:arxiv="http://arxiv.org/schemas/atom"><entry>
  <id>oai:arXiv.org:2504.03184v1</id>
  <title>An LLM</title>
  <summary>Words.</summary>
  <author><name>A. One</name></author>
  <category term="cs.IR"/>
  <published>2025-04-10T00:00:00-04:00</published>
  <arxiv:announce_type>new</arxiv:announce_type>
  <arxiv:comment>Code at https://github.com/a/b</arxiv:comment>
  <arxiv:doi>10.1000/1</arxiv:doi>
</entry></feed>
"""


START = "<!-- papers:start -->"
END = "<!-- papers:end -->"
TABLE = "| ID |\n|--|\n| https://arxiv.org/abs/2504.00001 |\n"


def filled(folder: Path, header: str) -> str:
    """Return what a row gets in the last column of a table with such a header."""
    table = f"{START}\n\n{header}\n|--|--|\n\n{END}\n"
    (folder / "README.md").write_text(table, "utf-8")
    (folder / "feed.xml").write_text(FEED, "utf-8")
    done = run(folder, "--feed-url", "feed.xml")
    assert done.outputs["added"] == "1"
    lines = (folder / "README.md").read_text("utf-8").splitlines()
    [row] = [line for line in lines if "/2504.03184)" in line]
    return row.split(" | ")[-1].removesuffix(" |").strip()


HEADERS = rows(chapter(REFERENCE, "## The table"), "| column | headers understood |")


def test_the_reference_has_every_column():
    folded = {"abstract-folded"}
    assert {column for column, _ in HEADERS} == {*COLUMNS} - folded


@pytest.mark.parametrize(("column", "names"), HEADERS)
def test_a_header_that_the_reference_names_is_understood(folder, column, names):
    other = "PDF" if column == "id" else "ID"
    cells = {filled(folder, f"| {other} | {name} |") for name in quoted(names)}
    assert len(cells) == 1
    assert cells != {""}


def test_a_header_that_the_reference_does_not_name_is_left_empty(folder):
    assert filled(folder, "| ID | Venue |") == ""


def literals(module: Path) -> Iterator[str]:
    """Yield the texts of a module; what is filled in later is an ellipsis."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Constant):
            yield str(node.value)
        if isinstance(node, ast.JoinedStr):
            parts = [getattr(part, "value", "") for part in node.values]
            yield "".join(part if isinstance(part, str) else "…" for part in parts)


@cache
def said() -> list[str]:
    """Return every text that the program and its workflows can say."""
    texts = [(TOP / "action.yml").read_text("utf-8")]
    texts.append((TOP / ".github/workflows/papers.yml").read_text("utf-8"))
    for module in (TOP / "paper_action").rglob("*.py"):
        texts += literals(module)
    return texts


TITLES = "| Title | ID |\n|--|--|\n"
# a README ⇒ the setting and its value beside it ⇒ the message of the reference
PROVOKED = [
    ("a\n```\n", "", "line … begins code or a comment that nothing ends"),
    ("a\n\n<!-- b\n", "", "line … begins code or a comment that nothing ends"),
    (f"{START}\n{TABLE}", "", "… in line … needs … below it"),
    (f"{TABLE}\n{END}\n", "", "… in line … needs … above it"),
    (f"<!-- Papers:Start -->\n{TABLE}", "", "… is no marker of this table"),
    (f"<!-- papers:start a -->\n{TABLE}", "", "… is no marker of this table"),
    (f"{START}\n| Date |\n|--|\n{END}\n", "", "the table in line … takes no rows"),
    (f"{START}\n| ID | DOI |\n|--|\n{END}\n", "", "line … is no header of a table"),
    (f"{START}\n| ID | DOI |\n{END}\n", "", "line … is no header of a table"),
    (
        TITLES,
        "columns=title, date",
        "columns: the table in line … keeps its own header",
    ),
    (
        "- https://arxiv.org/abs/2504.00001\n",
        "",
        "rows go to a new table, although papers stand elsewhere in the file",
    ),
    ("version https://git-lfs.github.com/spec/v1\n", "", "… is kept in git-lfs"),
    ("a\0b\n", "", "… is not UTF-8 text"),
    (TABLE, "path=readme.md", "… is there as …; write that"),
    (TABLE, "path=../a.md", "… leads out of the checkout"),
    (TABLE, "archive=.git/a", "… leads into .git"),
    (TABLE, "dry-run=true", "Dry run, nothing was written"),
    (TABLE, "keywords=zebra", "Matched nothing this time: …"),
    (TABLE, "path=a.md", "… was not there before: it was made"),
]


@pytest.mark.parametrize(("text", "setting", "message"), PROVOKED)
def test_a_message_of_the_reference_is_said_where_it_says_so(
    folder, text, setting, message
):
    (folder / "README.md").write_text(text, "utf-8")
    (folder / "feed.xml").write_text(FEED, "utf-8")
    name, _, value = setting.partition("=")
    flags = [f"--{name}", value] if name else []
    done = run(folder, "--feed-url", "feed.xml", *flags)
    pattern = ".*".join(map(re.escape, message.split("…")))
    assert re.search(pattern, done.out + done.err)


MESSAGES = []
for header in ("| message | what it means |", "| message | what to do |"):
    for cell, _ in rows(chapter(REFERENCE, "## When something is wrong"), header):
        MESSAGES += quoted(cell)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_that_the_reference_quotes_is_one_of_the_programs(message):
    known = {message for _, _, message in PROVOKED}
    assert message in known or any(message in text for text in said())


def test_a_message_that_was_provoked_is_one_of_the_reference():
    assert {message for _, _, message in PROVOKED} <= {*MESSAGES}


MAP = rows(CONTRIBUTING, "| in `paper_action` | what it knows | what changes there |")


WINGS = [row for row in MAP if row[0].endswith("/`")]


@pytest.mark.parametrize(("wing", "knows", "changes"), WINGS)
def test_the_map_for_contributors_names_modules_that_exist(wing, knows, changes):
    folder = TOP / "paper_action" / wing.strip("`")
    for name in quoted(knows + changes):
        assert (folder / f"{name}.py").is_file()


def test_the_map_for_contributors_has_every_room():
    told = {room.strip("`/") for room, _, _ in MAP}
    rooms = {file.stem for file in (TOP / "paper_action").glob("[!_]*.py")}
    wings = {file.parent.name for file in (TOP / "paper_action").glob("*/__init__.py")}
    assert told == rooms | wings | {"__main__"}


def test_the_page_for_contributors_is_short():
    assert len(CONTRIBUTING.splitlines()) < 45

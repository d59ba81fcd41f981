"""What the documents say: their links, their workflows, their keywords; the README's own list."""

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from textwrap import dedent

import pytest
from ruamel.yaml import YAML

from paper_action.match import Keywords

from .conftest import DAYS, TOP, paper, run

README = (TOP / "README.md").read_text(encoding="utf-8")
PAGES = {file: file.read_text(encoding="utf-8") for file in (TOP / ".github").glob("*.md")}
REFERENCE = PAGES[TOP / ".github" / "REFERENCE.md"]
PAGES[TOP / "README.md"] = README
FENCED = re.findall(r"(?ms)^ *```yaml\n(.*?)^ *```$", README + REFERENCE)
BLOCKS = [YAML(typ="safe").load(dedent(block)) for block in FENCED]
PHRASE = 'abs:"question answering" ANDNOT survey'
EXAMPLES = next(block["keywords"] for block in BLOCKS if "jobs" not in block)


def anchors(text: str) -> set[str]:
    """Return the names GitHub gives to a page's headings."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_within_the_repository_leads_somewhere(page: Path):
    links = re.findall(r'(?:\]\(|src="|srcset=")(?!https?:)([^)"#]*)#?([^)"]*)', PAGES[page])
    for target, anchor in links:
        file = (page.parent / target).resolve() if target else page
        assert file.is_file(), target
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), anchor


def test_the_readme_is_one_page():
    assert len(README.split()) < 900


def test_every_workflow_is_valid(tmp_path: Path):
    tool = shutil.which("check-jsonschema", path=sysconfig.get_path("scripts")) or ""
    workflows = [block for block in BLOCKS if "jobs" in block]
    for number, workflow in enumerate(workflows):
        YAML(typ="safe").dump(workflow, tmp_path / f"{number}.yml")
    checked: list[object] = [
        tool,
        "--builtin-schema",
        "vendor.github-workflows",
        *tmp_path.iterdir(),
    ]
    done = subprocess.run([*map(str, checked)], capture_output=True, encoding="utf-8", check=False)
    assert len(workflows) > 5
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("changes", "matched"),
    [
        ({"title": "MLLMs for all"}, ("llm",)),
        ({"title": "RAG against fragments"}, ('"RAG"',)),
        ({"title": "Fragments"}, ()),
        ({"title": "x", "abstract": "Of question answering"}, (PHRASE,)),
        ({"title": "A survey", "abstract": "Of question answering"}, ()),
        ({"title": "x", "authors": ("P. Lewis",)}, ("au:Lewis",)),
        ({"title": "Rankings", "categories": ("cs.LG",)}, ("cat:cs.LG AND ranking",)),
    ],
)  # fmt: skip
def test_a_keyword_of_the_readme_finds_what_its_comment_says(changes: dict, matched: tuple):
    assert Keywords.parse(EXAMPLES).match(paper(**changes)) == matched


def test_what_the_reference_calls_another_language_is_an_error():
    table = REFERENCE.partition("| elsewhere ")[2].partition("\n\n")[0].replace(r"\|", "¦")
    cells = re.findall(r"(?m)^\| ([^|]*)", table)
    written = [text.replace("¦", "|") for text in re.findall("`([^`]+)`", "".join(cells))]
    assert len(written) == 10
    for text in written:
        with pytest.raises(ValueError, match=r"."):
            Keywords.parse(text)


def test_this_readme_can_take_its_own_list(folder: Path):
    (folder / "README.md").write_text(README, encoding="utf-8", newline="")
    assert run(folder, "--feed-url", DAYS[1]).outputs["added"] == "14"
    text = (folder / "README.md").read_text(encoding="utf-8")
    before, start, after = README.rpartition("<!-- papers:start -->\n")
    assert text.startswith(before + start)
    assert text.endswith(after)
    assert run(folder, "--feed-url", DAYS[1]).outputs["added"] == "0"

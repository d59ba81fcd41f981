"""``python -m tests.bench [feed.xml]``: how fast and how light, as ratios measured side by side.

Every figure is a median of whole processes (``getrusage``), the rivals of a row taking turns,
bytecode warm. Without a file the feed has 2,000 generated entries. Exits 1 when a target is missed.
"""

import json
import platform
import shutil
import subprocess
import sys
from contextlib import chdir
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from timeit import timeit

from paper_action.arxiv.atom import parse
from paper_action.text import paragraphs

from .conftest import TOP, clean_environ
from .fake_arxiv import Entry, FakeArxiv, saved_feed
from .test_text import FIELDS, SAMPLE, WORST, cell, formulas

ROUNDS = 7
UNIT = 1 if sys.platform == "darwin" else 1024  # bytes that ru_maxrss counts in
ENVIRON = clean_environ() | {"PYTHONPATH": str(TOP), "PYTHONDONTWRITEBYTECODE": ""}
OURS = ["-P", "-m", "paper_action", "--feed-url", "../feed.xml"]
FLOOR = "import sys, requests, dateutil.parser, lxml.etree as xml\nxml.parse(sys.argv[1])"
REPLACED = """
import sys, feedparser
words = "multimodal", "multi-modal", "generative", "llm"
feed = feedparser.parse(open(sys.argv[1], "rb").read())
with open("README.md", "a", encoding="utf-8") as readme:
    for entry in feed.entries:
        if any(word in entry.title.lower() for word in words):
            abstract = entry.summary.partition("Abstract:")[2].replace("\\n", " ").strip()
            authors = ", ".join(author["name"] for author in entry.authors)
            link = f"[{entry.link}]({entry.link})"
            readme.write(f"| {entry.title} | {link} | {abstract} | {authors} |\\n")
"""
# a process of its own, as a child's peak memory is never counted lower than its parent's
LAUNCHER = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def measure(keep: str, *words: str) -> tuple[float, float]:
    """Run Python in a copy of a folder; return the seconds and the peak memory in MiB."""
    shutil.rmtree("list", ignore_errors=True)
    shutil.copytree(keep, "list")
    command = [sys.executable, "-S", "-c", LAUNCHER, sys.executable, *words]
    seconds, peak = subprocess.check_output(command, cwd="list", env=ENVIRON).split()
    return float(seconds), float(peak) * UNIT / 2**20


def compare(*rivals: tuple[str, ...]) -> list[list[float]]:
    """Let the rivals take turns, after a round that does not count; return each one's medians."""
    rounds = [[measure(*rival) for rival in rivals] for _ in range(ROUNDS + 1)]
    return [[*map(median, zip(*taken, strict=True))] for taken in zip(*rounds[1:], strict=True)]


def generated(count: int) -> list[Entry]:
    """Return papers as long as arXiv's are, a sixth of them what the defaults look for."""
    words = 'We study $n$ items by M\\"uller, \\emph{fast} and 30\\% lighter, by users. ' * 14
    return [Entry(f"2504.{n:05}", "Paper" if n % 6 else "LLM", words) for n in range(count)]


def listing(count: int) -> str:
    """Write a README and an archive of so many rows; the last half of the feed is among them."""
    folder = Path(f"list{count}")
    (folder / "archive").mkdir(parents=True)
    ids = [f"{10 + n // 12000:02}{n // 1000 % 12 + 1:02}.{n % 1000:05}" for n in range(count)]
    announced = [paper.id for paper in parse(Path("feed.xml").read_bytes()).papers]
    ids += announced[len(announced) // 2 :]
    row = "| A | [https://arxiv.org/abs/{0}](https://arxiv.org/abs/{0}) | " + "words " * 200 + "|\n"
    rows = [row.format(name) for name in ids]
    pages = {f"archive/{n}.md": rows[n : n + 300] for n in range(0, count - 100, 300)}
    for name, page in (pages | {"README.md": rows[-100:]}).items():
        (folder / name).write_text("| Title | Link | Abstract |\n|-|-|-|\n" + "".join(page))
    return folder.name


def rejected(texts: list[str]) -> list[tuple[str, str]]:
    """Let MathJax set the formulas of texts; return those that it rejects, and why."""
    tex: list[str] = []
    for text in texts:
        tex += formulas(cell(paragraphs(text)))
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "mathjax@3.2.2"]
    subprocess.run(install, check=True)
    shutil.copy(TOP / "tests/mathjax.mjs", "mathjax.mjs")
    command = ["node", "mathjax.mjs"]
    answer = subprocess.check_output(command, input=json.dumps(tex), text=True)
    return json.loads(answer)


def figures():
    """Yield what is measured, the figure, the most it may be, and its unit."""
    Path("none").mkdir()
    measure("none", *OURS)
    shutil.copytree("list", "done")
    scripts = (("none", "-c", script, "../feed.xml") for script in (REPLACED, FLOOR))
    ours, replaced, floor, again = compare(("none", *OURS), *scripts, ("done", *OURS))
    yield "wall time / the feedparser script's", ours[0] / replaced[0], 0.27, ""
    yield "wall time / the floor's", ours[0] / floor[0], 1.2, ""
    yield "peak memory", ours[1], 45, " MiB"
    yield "a run that finds nothing new / one that does", again[0] / ours[0], 1.25, ""
    short, long = compare(*((listing(count), *OURS) for count in (1_000, 100_000)))
    yield "100,000 rows listed, beyond 1,000", long[0] - short[0], 4, " s"
    worst = (text * (100_000 // len(text)) for text in WORST)
    took = max(timeit(partial(paragraphs, text), number=1) for text in worst)
    yield f"100 kB of the worst of {len(WORST)} texts", took, 1, " s"
    if shutil.which("npm"):
        texts = [paper["abstract"] for paper in SAMPLE]
        texts += [paper["text"] for paper in FIELDS]
        failed = rejected(texts)
        for formula, error in failed:
            print(f"MathJax: {error}: {formula}", file=sys.stderr)
        yield "formulas of the samples that MathJax rejects", len(failed), 0, ""
    for count in (1, 10):
        names = [f"cs.{letter}I" for letter in "ABCDEFGHIJ"[:count]]
        with FakeArxiv() as arxiv:
            measure("none", *OURS[:-2], *arxiv.flags, "--categories", ",".join(names))
        yield f"requests a day, categories: {count}", len(arxiv.requests), 2, ""


def main() -> int:
    verdicts, saved = list[str](), Path(*sys.argv[1:]).absolute()
    with TemporaryDirectory() as scratch, chdir(scratch):
        feed = saved_feed(Path("feed.xml"), *generated(2000))
        if saved.is_file():
            shutil.copy(saved, feed)
        print(platform.platform(), platform.python_version(), feed.stat().st_size, "bytes\n")
        print("| what | figure | at most | target |\n| --- | --- | --- | --- |")
        for what, figure, target, unit in figures():
            verdicts.append("missed" if figure > target else "met")
            print(f"| {what} | {figure:.2f}{unit} | {target}{unit} | {verdicts[-1]} |", flush=True)
    return 1 if "missed" in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())

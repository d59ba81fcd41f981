"""``python -m tests.bench [feed.xml]``: how fast and how light, measured side by side.

Every figure is a median of whole processes (``getrusage``), the rivals of a row taking
turns, bytecode warm. Without a file the feed has 2,000 generated entries. Exits 1 when
a target is missed.
"""

import json
import platform
import shutil
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
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
# the least a program with these three packages can take
FLOOR = """
import sys, requests, dateutil.parser, lxml.etree
lxml.etree.parse(sys.argv[1])
"""
REPLACED = """
import sys, feedparser
words = "multimodal", "multi-modal", "generative", "llm"
feed = feedparser.parse(open(sys.argv[1], "rb").read())
with open("README.md", "a", encoding="utf-8") as readme:
    for entry in feed.entries:
        if any(word in entry.title.lower() for word in words):
            abstract = entry.summary.partition("Abstract:")[2]
            abstract = abstract.replace("\\n", " ").strip()
            authors = ", ".join(author["name"] for author in entry.authors)
            link = f"[{entry.link}]({entry.link})"
            readme.write(f"| {entry.title} | {link} | {abstract} | {authors} |\\n")
"""
# a process of its own: a child's peak memory is never counted lower than its parent's
LAUNCHER = """
import resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - began, used.ru_maxrss)
"""


@dataclass
class Figure:
    """What was measured, how much it came to, and the most it may be."""

    what: str
    measured: float
    most: float
    unit: str = ""

    @property
    def verdict(self) -> str:
        return "missed" if self.measured > self.most else "met"


@dataclass
class Cost:
    """What a process took: seconds, and memory at its peak in MiB."""

    seconds: float
    peak: float


def measure(keep: str, *words: str) -> Cost:
    """Run Python in a copy of a folder; return what it took."""
    shutil.rmtree("list", ignore_errors=True)
    shutil.copytree(keep, "list")
    command = [sys.executable, "-S", "-c", LAUNCHER, sys.executable, *words]
    printed = subprocess.check_output(command, cwd="list", env=ENVIRON)
    seconds, peak = printed.split()
    return Cost(float(seconds), float(peak) * UNIT / 2**20)


def compare(*rivals: tuple[str, ...]) -> list[Cost]:
    """Let the rivals take turns, after a round that does not count; return medians."""
    taken: list[list[Cost]] = [[] for _ in rivals]
    for number in range(ROUNDS + 1):
        for costs, rival in zip(taken, rivals, strict=True):
            cost = measure(*rival)
            if number > 0:
                costs.append(cost)
    medians = []
    for costs in taken:
        seconds = median(cost.seconds for cost in costs)
        medians.append(Cost(seconds, median(cost.peak for cost in costs)))
    return medians


def generated(count: int) -> list[Entry]:
    """Return papers as long as arXiv's are; the defaults look for a sixth of them."""
    sentence = (
        'We study $n$ items by M\\"uller, \\emph{fast} and 30\\% lighter, by users. '
    )
    entries = []
    for number in range(count):
        title = "Paper" if number % 6 else "LLM"
        entries.append(Entry(f"2504.{str(number).zfill(5)}", title, sentence * 14))
    return entries


def many_ids(count: int) -> list[str]:
    """Return IDs of a thousand papers a month, the oldest first."""
    ids = []
    for number in range(count):
        year = 10 + number // 12_000
        month = number // 1000 % 12 + 1
        ids.append(f"{year * 100 + month}.{str(number % 1000).zfill(5)}")
    return ids


def listing(count: int) -> str:
    """Write a list of so many rows and of half of the feed; return its folder.

    The last hundred rows stand in the README, the others in an archive of pages.
    """
    folder = Path(f"list{count}")
    (folder / "archive").mkdir(parents=True)
    announced = [paper.id for paper in parse(Path("feed.xml").read_bytes()).papers]
    ids = many_ids(count) + announced[len(announced) // 2 :]
    link = "[https://arxiv.org/abs/{0}](https://arxiv.org/abs/{0})"
    row = f"| A | {link} | {'words ' * 200}|\n"
    rows = [row.format(each) for each in ids]
    pages = {"README.md": rows[-100:]}
    for first in range(0, count - 100, 300):
        pages[f"archive/{first}.md"] = rows[first : first + 300]
    head = "| Title | Link | Abstract |\n|-|-|-|\n"
    for name, page in pages.items():
        (folder / name).write_text(head + "".join(page))
    return folder.name


def speed() -> list[Figure]:
    """Compare a run on the feed with what it replaced, with the least it could take."""
    Path("none").mkdir()
    measure("none", *OURS)
    shutil.copytree("list", "done")
    ours, replaced, floor, again = compare(
        ("none", *OURS),
        ("none", "-c", REPLACED, "../feed.xml"),
        ("none", "-c", FLOOR, "../feed.xml"),
        ("done", *OURS),
    )
    to_replaced = ours.seconds / replaced.seconds
    to_floor = ours.seconds / floor.seconds
    repeated = again.seconds / ours.seconds
    return [
        Figure("wall time / the feedparser script's", to_replaced, 0.26),
        Figure("wall time / the floor's", to_floor, 1.2),
        Figure("peak memory", ours.peak, 45, " MiB"),
        Figure("a run that finds nothing new / one that does", repeated, 1.25),
    ]


def long_lists() -> Figure:
    """Compare a run on a hundred thousand rows with one on a thousand."""
    short, long = compare((listing(1_000), *OURS), (listing(100_000), *OURS))
    beyond = long.seconds - short.seconds
    return Figure("100,000 rows listed, beyond 1,000", beyond, 4, " s")


def worst_texts() -> Figure:
    """Take the time of the text that takes the longest."""
    texts = [text * (100_000 // len(text)) for text in WORST]
    took = max(timeit(partial(paragraphs, text), number=1) for text in texts)
    return Figure(f"100 kB of the worst of {len(WORST)} texts", took, 1, " s")


def requests(count: int) -> Figure:
    """Count the requests of a day for so many categories."""
    names = "cs.AI cs.CL cs.CV cs.IR cs.LG cs.NE cs.RO cs.SE cs.SI cs.DL".split()[
        :count
    ]
    with FakeArxiv() as arxiv:
        flags = [*arxiv.flags, "--categories", ",".join(names)]
        measure("none", "-P", "-m", "paper_action", *flags)
    return Figure(f"requests a day, categories: {count}", len(arxiv.requests), 2)


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


def unset_formulas() -> list[Figure]:
    """Count what MathJax rejects of the samples' formulas, where npm can bring it."""
    if not shutil.which("npm"):
        return []
    texts = [paper["abstract"] for paper in SAMPLE]
    texts += [paper["text"] for paper in FIELDS]
    failed = rejected(texts)
    for formula, error in failed:
        print(f"MathJax: {error}: {formula}", file=sys.stderr)
    return [Figure("formulas of the samples that MathJax rejects", len(failed), 0)]


def main() -> int:
    saved = Path(*sys.argv[1:]).absolute()
    with TemporaryDirectory() as scratch, chdir(scratch):
        feed = saved_feed(Path("feed.xml"), *generated(2000))
        if saved.is_file():
            shutil.copy(saved, feed)
        size = feed.stat().st_size
        print(platform.platform(), platform.python_version(), size, "bytes\n")
        print("| what | figure | at most | target |\n| --- | --- | --- | --- |")
        figures = [*speed(), long_lists(), worst_texts(), requests(1), requests(10)]
        figures += unset_formulas()
    for each in figures:
        measured = f"{round(each.measured, 2)}{each.unit}"
        most = f"{each.most}{each.unit}"
        print(f"| {each.what} | {measured} | {most} | {each.verdict} |")
    return 1 if any(each.verdict == "missed" for each in figures) else 0


if __name__ == "__main__":
    sys.exit(main())

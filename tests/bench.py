"""``python -m tests.bench [feed.xml]``: how fast and how light, as ratios measured side by side.

Every figure is a median of whole processes (``wait4``), the rivals of a row taking turns, bytecode
warm. Without a file the feed has 2,000 generated entries. Exits 1 when a target is missed.
"""

import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from lxml import etree

from paper_action.paper import linked_ids
from paper_action.text import paragraphs

from .conftest import TOP, clean_environ
from .fake_arxiv import Entry, FakeArxiv, saved_feed
from .test_text import WORST

ROUNDS = 7
PEAK = 1 if sys.platform == "darwin" else 1024  # bytes that ru_maxrss counts in
REPLACED = """
import sys, feedparser
words = "multimodal", "multi-modal", "generative", "llm"
with open(sys.argv[1], "rb") as file:
    feed = feedparser.parse(file.read())
with open("README.md", "a", encoding="utf-8") as readme:
    readme.write("| Title | Link | Abstract | Authors |\\n| --- | --- | --- | --- |\\n")
    for entry in feed.entries:
        if any(word in entry.title.lower() for word in words):
            abstract = entry.summary.partition("Abstract:")[2].replace("\\n", " ").strip()
            authors = ", ".join(author["name"] for author in entry.authors)
            link = f"[{entry.link}]({entry.link})"
            readme.write(f"| {entry.title} | {link} | {abstract} | {authors} |\\n")
"""
FLOOR = """
import sys, requests, lxml.etree, dateutil.parser
with open(sys.argv[1], "rb") as file:
    lxml.etree.fromstring(file.read())
"""
# a process of its own, as a child's peak memory is never counted lower than its parent's
LAUNCHER = """
import os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=2)
_, status, used = os.wait4(process.pid, 0)
print(time.perf_counter() - began, used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
HEADER = "| Title | Link | Abstract | Authors |\n| --- | --- | --- | --- |\n"


@dataclass
class Rival:
    """A command, where it runs, what is done before each round, and what the rounds took."""

    command: list[str]
    folder: Path
    before: Callable[[], object] = lambda: None
    times: list[float] = field(default_factory=list)
    peaks: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return statistics.median(self.times[-ROUNDS:])

    def run(self, environ: dict[str, str]) -> None:
        self.before()
        command = [sys.executable, "-S", "-c", LAUNCHER, *self.command]
        done = subprocess.run(command, cwd=self.folder, env=environ, capture_output=True,
                              encoding="utf-8", check=False)  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{self.command} failed:\n{done.stderr}")
        seconds, peak = map(float, done.stdout.split())
        self.times.append(seconds)
        self.peaks.append(peak * PEAK / 2**20)


class Bench:
    """A folder to work in, the table that is printed, and whether a target was missed."""

    def __init__(self, scratch: Path) -> None:
        self.scratch, self.missed = scratch, 0
        self.environ = clean_environ() | {"PYTHONPATH": str(TOP), "PYTHONUTF8": "1"}
        self.environ |= {"PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}
        self.environ.pop("PYTHONDONTWRITEBYTECODE", None)

    def compare(self, *rivals: Rival) -> None:
        """Let the rivals take turns, after a round that does not count."""
        for _ in range(ROUNDS + 1):
            for rival in rivals:
                rival.run(self.environ)

    def program(self, name: str, feed: Path, *, keep: Path | None = None) -> Rival:
        """Return a whole local run in a folder that is emptied, or filled from ``keep``, before."""
        folder = self.scratch / name

        def before() -> None:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(keep, folder) if keep else folder.mkdir()

        command = [sys.executable, "-P", "-m", "paper_action", "--feed-url", str(feed)]
        return Rival(command, folder, before)

    def script(self, name: str, text: str, feed: Path) -> Rival:
        folder = self.scratch / name
        folder.mkdir()
        clear = lambda: (folder / "README.md").unlink(missing_ok=True)  # noqa: E731
        return Rival([sys.executable, "-c", text, str(feed)], folder, clear)

    def say(self, what: str, figure: float, target: float, unit: str = "") -> None:
        self.missed += figure > target
        verdict = "missed" if figure > target else "met"
        print(f"| {what} | {figure:.2f}{unit} | {target}{unit} | {verdict} |", flush=True)


def generated(target: Path, count: int) -> Path:
    """Write a feed of papers as long as arXiv's are, a sixth of them what the defaults look for."""
    words = "We study retrieval with $n$ items, \\emph{fast} and 30\\% lighter, by users. " * 14
    titles = (f"{'LLM' if n % 6 == 0 else 'Paper'} number {n}" for n in range(count))
    return saved_feed(target, *(Entry(f"2504.{n:05}", title, words, ("A. One", 'M. M\\"uller'))
                                for n, title in enumerate(titles)))  # fmt: skip


def listing(folder: Path, count: int, feed: Path) -> Path:
    """Write a README and an archive of so many rows; the last half of the feed is among them."""
    (folder / "archive").mkdir(parents=True)
    announced = linked_ids(
        feed.read_text(encoding="utf-8").replace("oai:arXiv.org:", "https://arxiv.org/abs/")
    )
    ids = [f"{10 + n // 12000:02}{n // 1000 % 12 + 1:02}.{n % 1000:05}" for n in range(count)]
    ids += announced[len(announced) // 2 :]
    row = "| A paper | [https://arxiv.org/abs/{0}](https://arxiv.org/abs/{0}) | {1}| A. One |\n"
    rows = [row.format(name, "Some words. " * 100) for name in ids]
    (folder / "README.md").write_text(HEADER + "".join(rows[-100:]), encoding="utf-8")
    for start in range(0, count - 100, 300):
        month = f"20{ids[start][:2]}-{ids[start][2:4]}"
        text = f"# arXiv papers\n\n{HEADER}{''.join(rows[start : start + 300])}"
        (folder / "archive" / f"{month}-{start // 300 + 2}.md").write_text(text, encoding="utf-8")
    return folder


def speed(bench: Bench, feed: Path) -> None:
    """A run against the replaced script, the floor, and a run with nothing new."""
    ours = bench.program("ours", feed)
    replaced, floor = bench.script("replaced", REPLACED, feed), bench.script("floor", FLOOR, feed)
    ours.run(bench.environ)
    keep = Path(shutil.copytree(ours.folder, bench.scratch / "done"))
    again = bench.program("again", feed, keep=keep)
    bench.compare(ours, replaced, floor, again)
    bench.say("wall time / the feedparser script's", ours.seconds / replaced.seconds, 0.27)
    bench.say("wall time / the floor's", ours.seconds / floor.seconds, 1.20)
    bench.say("peak memory", statistics.median(ours.peaks[-ROUNDS:]), 45, " MiB")
    bench.say("a run that finds nothing new / one that does", again.seconds / ours.seconds, 1.25)
    lists = [listing(bench.scratch / f"list{n}", n, feed) for n in (1_000, 100_000)]
    short, long = (bench.program(f"{keep.name}-run", feed, keep=keep) for keep in lists)
    bench.compare(short, long)
    bench.say("100,000 rows listed, beyond 1,000", long.seconds - short.seconds, 4, " s")


def growth(bench: Bench) -> None:
    """What the worst texts take, in this process."""
    took = 0.0
    for text in WORST:
        began = time.perf_counter()
        paragraphs(text * (100_000 // len(text)))
        took = max(took, time.perf_counter() - began)
    bench.say(f"100 kB of the worst of {len(WORST)} texts", took, 1, " s")


def requests(bench: Bench) -> None:
    """What a daily run asks arXiv for."""
    for count in (1, 10):
        names = [f"cs.{letter}I" for letter in "ABCDEFGHIJ"[:count]]
        with FakeArxiv([Entry("2504.00001", categories=(names[0],))]) as arxiv:
            daily = bench.program("daily", Path("unused"))
            daily.command[-2:] = [*map(str, arxiv.flags), "--categories", ",".join(names)]
            daily.run(bench.environ)
            bench.say(f"requests a day, categories: {count}", len(arxiv.requests), 2)


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        bench, feed = Bench(Path(scratch)), Path(scratch, "feed.xml")
        if sys.argv[1:]:
            shutil.copy(sys.argv[1], feed)
        else:
            generated(feed, 2000)
        packages = ", ".join(
            f"{name} {version(name)}" for name in ("lxml", "requests", "feedparser")
        )
        print(f"{platform.platform()}, Python {platform.python_version()}, {packages}")
        entries = len(etree.parse(feed).getroot().findall("{*}entry"))
        print(f"{entries} entries, {feed.stat().st_size / 1e6:.1f} MB, medians of {ROUNDS}\n")
        print("| what | figure | at most | target |\n| --- | --- | --- | --- |")
        speed(bench, feed)
        growth(bench)
        requests(bench)
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())

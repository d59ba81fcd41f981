"""``python -m tests.bench [feed.xml]``: how fast and how light, as ratios that are measured side by side.

Every figure is a median of whole processes (``wait4``), the rivals of a row taking turns. Bytecode is warm.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from lxml import etree

from .conftest import TOP, clean_environ
from .fake_arxiv import NAMESPACES, Entry, FakeArxiv

ROUNDS = 7
PEAK = 1 if sys.platform == "darwin" else 1024  # bytes that ru_maxrss counts in
ENTRY = "{http://www.w3.org/2005/Atom}entry"
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
            readme.write(f"| {entry.title} | [{entry.link}]({entry.link}) | {abstract} | {authors} |\\n")
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
PIP = f"{sys.executable} -m pip --quiet --disable-pip-version-check --no-input"
LOCKED = "--only-binary :all: --require-hashes --no-deps --requirement"


@dataclass
class Rival:
    """A command, where it runs, what is done before each round, and what the rounds took."""

    command: list[str]
    folder: Path
    before: Callable[[], object] = lambda: None
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.times: list[float] = []
        self.peaks: list[float] = []

    def run(self, environ: dict[str, str]) -> None:
        self.before()
        command = [sys.executable, "-S", "-c", LAUNCHER, *self.command]
        done = subprocess.run(
            command, cwd=self.folder, env=environ | self.environ, capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode:
            raise SystemExit(f"{self.command} failed:\n{done.stderr}")
        seconds, peak = map(float, done.stdout.split())
        self.times.append(seconds)
        self.peaks.append(peak * PEAK / 2**20)


class Bench:
    """A folder to work in, and the table that is printed."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.environ = {n: text for n, text in clean_environ().items() if n != "PYTHONDONTWRITEBYTECODE"}
        self.environ |= {"PYTHONPATH": str(TOP), "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"), "PYTHONUTF8": "1"}

    def compare(self, *rivals: Rival) -> None:
        """Let the rivals take turns, after a round that does not count."""
        for _ in range(ROUNDS + 1):
            for rival in rivals:
                rival.run(self.environ)
        for rival in rivals:
            rival.seconds = statistics.median(rival.times[-ROUNDS:])
            rival.mebibytes = statistics.median(rival.peaks[-ROUNDS:])

    def program(self, name: str, feed: Path, *, keep: Path | None = None) -> Rival:
        """Return a whole local run in a folder that is emptied, or filled from ``keep``, before it."""
        folder = self.scratch / name
        command = [sys.executable, "-P", "-m", "paper_action", "--feed-url", str(feed)]

        def before() -> None:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(keep, folder) if keep else folder.mkdir()

        return Rival(command, folder, before)

    def script(self, name: str, text: str, feed: Path) -> Rival:
        folder = self.scratch / name
        folder.mkdir()
        clear = lambda: (folder / "README.md").unlink(missing_ok=True)  # noqa: E731
        return Rival([sys.executable, "-c", text, str(feed)], folder, clear)


def say(row: object, what: str, figure: str, target: str = "") -> None:
    print(f"| {row} | {what} | {figure} | {target} |", flush=True)


def generated(count: int) -> bytes:
    """Return a feed of papers as long as arXiv's are, a sixth of them about what the defaults look for."""
    words = "We study retrieval with $n$ items, \\emph{fast} and 30\\% lighter, by users. " * 14
    papers = (
        Entry(f"2504.{n:05}", f"{'LLM' if n % 6 == 0 else 'Paper'} number {n}", words, ("A. One", 'M. M\\"uller'))
        for n in range(count)
    )
    entries = "".join(paper.announcement() for paper in papers)
    return f"<feed {NAMESPACES}><title>cs.IR</title>{entries}</feed>".encode()


def first(feed: Path, count: int, target: Path) -> Path:
    """Write the feed's first entries to a file of their own."""
    root = etree.fromstring(feed.read_bytes())
    for entry in root.findall(ENTRY)[count:]:
        root.remove(entry)
    target.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
    return target


def listing(folder: Path, count: int) -> Path:
    """Write a README and its archive of so many rows, each as long as a paper's is."""
    (folder / "archive").mkdir(parents=True)
    row = (
        "| A paper | [https://arxiv.org/abs/{0}](https://arxiv.org/abs/{0}) | " + "Some words. " * 100 + "| A. One |\n"
    )
    ids = [f"{10 + n // 12000:02}{n // 1000 % 12 + 1:02}.{n % 1000:05}" for n in range(count)]
    (folder / "README.md").write_text(HEADER + "".join(map(row.format, ids[-100:])), encoding="utf-8")
    for start in range(0, count - 100, 300):
        month, page = f"20{ids[start][:2]}-{ids[start][2:4]}", start // 300 + 2
        text = "# arXiv papers\n\n" + HEADER + "".join(map(row.format, ids[start : min(start + 300, count - 100)]))
        (folder / "archive" / f"{month}-{page}.md").write_text(text, encoding="utf-8")
    return folder


def speed(bench: Bench, feed: Path) -> None:
    """Rows 1, 2 and 4: a run against the replaced script, the floor, and a run with nothing new."""
    ours = bench.program("ours", feed)
    replaced, floor = bench.script("replaced", REPLACED, feed), bench.script("floor", FLOOR, feed)
    ours.run(bench.environ)
    again = bench.program("again", feed, keep=Path(shutil.copytree(ours.folder, bench.scratch / "done")))
    bench.compare(ours, replaced, floor, again)
    say(1, "wall time / the feedparser script's", f"{ours.seconds / replaced.seconds:.2f}", "0.30")
    say(1, "peak memory", f"{ours.mebibytes:.0f} MiB ({replaced.mebibytes:.0f})", "60 MiB")
    say(2, "wall time / the floor's", f"{ours.seconds / floor.seconds:.2f} ({floor.seconds:.3f} s)", "1.25")
    say(4, "a run that finds nothing new / one that does", f"{again.seconds / ours.seconds:.2f}", "1.00")


def growth(bench: Bench, feed: Path, entries: int) -> None:
    """Row 3: feeds of growing size, lists of growing length."""
    sizes = [entries // 8, entries // 4, entries // 2, entries]
    runs = [bench.program(f"f{n}", first(feed, n, bench.scratch / f"{n}.xml")) for n in sizes]
    bench.compare(*runs)
    for size, run in zip(sizes, runs, strict=True):
        linear = size / sizes[0]
        say(3, f"{size} entries / {sizes[0]}", f"{run.seconds / runs[0].seconds:.2f}", f"{linear:.0f}")
    lengths = [1_000, 10_000, 100_000]
    kept = [listing(bench.scratch / f"list{n}", n) for n in lengths]
    runs = [bench.program(f"l{n}", feed, keep=keep) for n, keep in zip(lengths, kept, strict=True)]
    bench.compare(*runs)
    for length, run in zip(lengths, runs, strict=True):
        more = run.seconds - runs[0].seconds
        say(3, f"{length} rows listed, beyond 1000", f"{more:+.2f} s, {run.mebibytes:.0f} MiB", "1 s")


def setup(bench: Bench) -> None:
    """Row 5: the action's install step, and other ways to install the same locked wheels."""
    locked, there = f"{LOCKED} {TOP / 'paper_action' / 'requirements.txt'}", bench.scratch / "packages"
    caches = bench.scratch / "warm", bench.scratch / "cold"
    venv, inside = f"{sys.executable} -m venv {there}", f"{there}/bin/python"
    ways = {
        "as in action.yml, warm cache": f"{PIP} install --no-compile --target {there} {locked}",
        "as in action.yml, cold cache": f"{PIP} install --no-compile --target {there} {locked}",
        "with bytecode": f"{PIP} install --target {there} {locked}",
        "a venv with pip": f"{venv} && {PIP.replace(sys.executable, inside)} install --no-compile {locked}",
        "a venv without pip": f"{venv} --without-pip && {PIP} --python {inside} install --no-compile {locked}",
    }
    if uv := shutil.which("uv") or shutil.which("uv", path=Path(sys.executable).parent):
        ways["uv"] = f"{uv} pip install --quiet --python {sys.executable} --target {there} {locked}"
    rivals = {}
    for name, command in ways.items():
        cache = str(caches["cold" in name])

        def before(cache: str = cache, cold: bool = "cold" in name) -> None:
            shutil.rmtree(there, ignore_errors=True)
            if cold:
                shutil.rmtree(cache, ignore_errors=True)

        environ = {"PIP_CACHE_DIR": cache, "UV_CACHE_DIR": cache + "-uv", "PYTHONPYCACHEPREFIX": ""}
        rivals[name] = Rival(["bash", "-c", command], bench.scratch, before, environ)
    sizes = {}
    for name, rival in rivals.items():
        rival.run(bench.environ)
        sizes[name] = sum(file.stat().st_size for file in there.rglob("*") if file.is_file()) / 1e6
    bench.compare(*rivals.values())
    for name, rival in rivals.items():
        say(5, f"install, {name}", f"{rival.seconds:.2f} s, {sizes[name]:.1f} MB")


def requests(bench: Bench) -> None:
    """Row 6: what a daily run asks arXiv for."""
    for count in (1, 10):
        names = [f"cs.{letter}I" for letter in "ABCDEFGHIJ"[:count]]
        with FakeArxiv([Entry("2504.00001", categories=(names[0],))]) as arxiv:
            run = bench.program("daily", Path("unused"))
            run.command[-2:] = [*map(str, arxiv.flags), "--categories", ",".join(names)]
            run.run(bench.environ)
            say(6, f"HTTP requests a day, categories: {count}", str(len(arxiv.requests)), "2, at most 3")


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        bench, feed = Bench(Path(scratch)), Path(scratch, "feed.xml")
        feed.write_bytes(Path(sys.argv[1]).read_bytes() if sys.argv[1:] else generated(500))
        entries = len(etree.fromstring(feed.read_bytes()).findall(ENTRY))
        packages = ", ".join(f"{name} {version(name)}" for name in ("lxml", "requests", "feedparser", "pip"))
        print(f"{platform.platform()}, {os.cpu_count()} processors, Python {platform.python_version()}, {packages}")
        print(f"{entries} entries, {feed.stat().st_size / 1e6:.1f} MB, medians of {ROUNDS}\n")
        print("| row | what | figure | target |\n| --- | --- | --- | --- |")
        speed(bench, feed)
        growth(bench, feed, entries)
        setup(bench)
        requests(bench)


if __name__ == "__main__":
    main()

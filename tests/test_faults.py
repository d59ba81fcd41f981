"""Everything that goes wrong, for two hundred days and at every step of writing: no paper is lost, none is twice.

What no program could know is left out: a paper that moderators held, and an old paper's replacement,
are in one day's feed and never in the API's window, so that day's feed is read. The API, asked for
seven days, can be read on one of any three days; papers are announced within four of their submission.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest

from .conftest import DAYS, TOP, clean_environ, clone, git, run_program
from .fake_arxiv import Entry, FakeArxiv, Fault

LENGTH = int(os.environ.get("PAPER_ACTION_TEST_DAYS") or 200)
FIRST = date(2025, 1, 6)
LINK = r"\[https://arxiv\.org/abs/([^]]+)\]"

SOUND = ["fine", "fine", "fine", "cut", "empty", "two runs", "two runs", "two runs and a person"]
FEED_LOST = ["stale feed", "throttled feed"]
DAY_LOST = ["no run", "no run", "killed", "killed", "throttled", "throttled API", "late index"]
FAULTS = {
    "cut": ([Fault(503, {"Retry-After": "0"}), Fault(cut=500)], [Fault(406, {"Retry-After": "0"})]),
    "empty": ([Fault(429, {"Retry-After": "0"})], [Fault(empty=True)]),
    "stale feed": ([Fault(stale=1)], []),
    "throttled feed": ([Fault(429, {"Retry-After": "3600"})], []),
    "throttled": ([Fault(406)] * 9, [Fault(429)] * 9),
    "throttled API": ([], [Fault(503)] * 9),
    "late index": ([Fault(stale=1)], [Fault(stale=2)]),
}


def announcements(random: Random) -> tuple[list[Entry], set[date]]:
    """Return all announcements, and the days whose feed is the only source of one."""
    entries, number, feed_alone = list[Entry](), count(1), set[date]()
    for day in (FIRST + timedelta(days=n) for n in range(LENGTH)):
        if day.weekday() > 4:
            continue
        for _ in range(random.randint(1, 6)):
            held = random.random() < 0.03
            submitted = day - timedelta(days=random.randint(15, 60) if held else random.randint(1, 4))
            categories = random.choice([("cs.IR",), ("cs.IR", "cs.CL"), ("cs.CL", "cs.IR"), ("cs.CL",)])
            kind, title = "new" if categories[0] == "cs.IR" else "cross", random.choice(["An LLM", "LLMs", "Trees"])
            identifier = f"{submitted:%y%m}.{next(number):05}"
            entries.append(Entry(identifier, title, "Words. " * random.randint(1, 60), categories=categories,
                                 kind=kind, announced=day, submitted=submitted))  # fmt: skip
            feed_alone |= {day} if held else set()
        for old in random.sample(entries, random.randint(0, 1)):
            entries.append(replace(old, kind="replace", version=old.version + 1, announced=day))
        if random.random() < 0.03:
            entries.append(Entry(f"1903.{next(number):05}", kind="replace", version=5, announced=day,
                                 submitted=date(2019, 3, 1)))  # fmt: skip
            feed_alone.add(day)
    return entries, feed_alone


def script(random: Random, feed_alone: set[date]) -> Iterator[tuple[date, str]]:
    """Yield each day and what befalls it."""
    lost = 0
    for day in (FIRST + timedelta(days=n) for n in range(LENGTH)):
        choices = SOUND if day in feed_alone else SOUND + FEED_LOST
        if day not in feed_alone and lost < 2 and day != FIRST + timedelta(days=LENGTH - 1):
            choices = DAY_LOST if day.weekday() > 4 else choices + DAY_LOST
        what = random.choice(choices)
        lost = lost + 1 if what in DAY_LOST else 0
        yield day, what


def kill_midway(root: Path, flags: tuple[object, ...], after: float) -> None:
    """Start the program and kill it, and not the git it may have started."""
    command = [sys.executable, "-m", "paper_action", *map(str, flags)]
    quiet = subprocess.DEVNULL
    env = clean_environ() | {"PYTHONPATH": str(TOP)}
    with subprocess.Popen(command, cwd=root, env=env, stdout=quiet, stderr=quiet) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(after)
        process.kill()


def push_an_edit(origin: Path, name: str) -> None:
    """Do as a person does who edits the README and pushes, and pulls first where that is needed."""
    mine = clone(origin, name)
    for _ in range(20):
        text = (mine / "README.md").read_text(encoding="utf-8")
        (mine / "README.md").write_text(text.replace("# A list\n", f"# A list\n{name}\n", 1), encoding="utf-8")
        git(mine, "commit", "--quiet", "-a", "-m", name)
        with suppress(AssertionError):
            git(mine, "push", "--quiet", "origin", "main")
            return
        git(mine, "fetch", "--quiet", "origin", "main")
        git(mine, "reset", "--quiet", "--hard", "FETCH_HEAD")
    raise AssertionError("the person never got a turn")


@pytest.mark.parametrize("seed", [1])
def test_after_200_days_of_trouble_every_announced_paper_stands_exactly_once(origin, seed):
    random = Random(seed)
    entries, feed_alone = announcements(random)
    edits, seen, took = [], Counter(), time.monotonic()
    with FakeArxiv(entries) as arxiv, ThreadPoolExecutor(3) as pool:
        for number, (day, what) in enumerate(script(random, feed_alone)):
            seen[what] += 1
            arxiv.now = day
            feed_faults, api_faults = FAULTS.get(what, ([], []))
            arxiv.feed_faults, arxiv.api_faults = list(feed_faults), list(api_faults)
            flags = (*arxiv.flags, "--commit", "--max-bytes", 9000, "--max-wait", 9 if what in ("cut", "empty") else 0)
            if what == "killed":
                kill_midway(clone(origin, f"{number}-killed"), flags, random.uniform(0.05, 0.4))
            elif what != "no run":
                roots = [clone(origin, f"{number}-{one}") for one in range(2 if what.startswith("two") else 1)]
                runs = [pool.submit(run_program, root, *flags) for root in roots]
                if what.endswith("person"):
                    edits.append(f"edit-{number}")
                    push_an_edit(origin, edits[-1])
                for run in runs:
                    assert run.result().code == (what == "throttled"), f"{day}, {what}: {run.result().err}"
    print(f"{LENGTH} days in {time.monotonic() - took:.0f} s, {seen}")

    before = Counter[str]()
    for commit in git(origin, "rev-list", "--reverse", "main").split()[1:]:
        listed = Counter(
            re.findall(LINK, git(origin, "grep", "-hE", "^\\|.*" + LINK, commit, "--", "README.md", "archive"))
        )
        assert before <= listed, f"{commit} loses papers"
        assert max(listed.values()) == 1, f"{commit} has papers twice"
        before = listed
    assert set(before) == {one.id for one in entries if "LLM" in one.title and one.is_in(["cs.IR"])}
    text = git(origin, "show", "main:README.md")
    assert len(text.encode()) <= 9000
    assert re.findall(r"^edit-\d+$", text, re.MULTILINE) == edits[::-1]
    assert len(git(origin, "ls-tree", "--name-only", "main", "archive/").split()) > LENGTH / 40


STOPPER = """
import os, signal, sys

WRITES = {"open", "write", "fsync", "mkdir", "chmod", "rename", "replace", "unlink", "_IOBase.__exit__"}
WRITES |= {f"{kind}.{call}" for kind in ("BufferedWriter", "TextIOWrapper") for call in ("write", "flush", "close")}
left = int(os.environ["KILL_AT"])

def step(frame, event, called):
    global left
    if event.startswith("c_") and called.__qualname__ in WRITES:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

def watch(event, arguments):
    writes = event == "os.mkdir" or (event == "open" and arguments[2] & os.O_ACCMODE)
    if writes and str(arguments[0]).startswith(os.getcwd()):
        sys.setprofile(step)

sys.addaudithook(watch)
"""


def files(root: Path) -> dict[str, str]:
    """Return what a reader finds: every page's text."""
    return {str(file.relative_to(root)): file.read_text(encoding="utf-8") for file in root.rglob("*.md")}


def rows(pages: dict[str, str]) -> Counter[str]:
    return Counter(found for page in pages.values() for found in re.findall(r"^\|.*? \| " + LINK, page, re.MULTILINE))


def test_a_process_killed_before_or_after_any_call_that_writes_leaves_whole_files_and_every_paper(folder, tmp_path):
    flags = ("--max-bytes", 60_000, "--keywords", "*", "--feed-url")
    for day in DAYS[:2]:
        assert run_program(folder, *flags, day).code == 0
    old = files(folder)
    shutil.copytree(folder, tmp_path / "whole")
    assert run_program(tmp_path / "whole", *flags, DAYS[2]).code == 0
    new = files(tmp_path / "whole")
    changed = [name for name in new if new[name] != old.get(name)]
    assert len(changed) > 3
    assert max(rows(new).values()) == 1
    (tmp_path / "stopper").mkdir()
    (tmp_path / "stopper" / "sitecustomize.py").write_text(STOPPER, encoding="utf-8")
    left_behind = []

    def killed(at: int) -> bool:
        root = tmp_path / f"killed-{at}"
        shutil.copytree(folder, root)
        places = os.pathsep.join(map(str, (tmp_path / "stopper", TOP)))
        done = run_program(root, *flags, DAYS[2], KILL_AT=str(at), PYTHONPATH=places, PYTHONDONTWRITEBYTECODE="1")
        found = files(root)
        assert all(page in (old.get(name), new[name]) for name, page in found.items()), f"half a file at {at}"
        assert found.keys() >= old.keys()
        assert rows(found).keys() >= rows(old).keys(), f"papers lost at {at}"
        if found not in left_behind:
            left_behind.append(found)
            assert run_program(root, *flags, DAYS[2]).code == 0
            assert rows(files(root)) == rows(new), f"not put right after {at}"
        return done.code == -9

    with ThreadPoolExecutor(2) as pool:
        times = next(at for at in range(0, 1000, 2) if not all(pool.map(killed, (at, at + 1))))
    print(f"killed {times} times, {len(left_behind)} different states")
    assert times > 50
    assert len(left_behind) == len(changed) + 1


def test_a_checkout_whose_run_was_killed_between_its_push_and_its_own_commit_goes_on(origin):
    root = clone(origin)
    for day in DAYS[:2]:
        assert run_program(root, "--commit", "--feed-url", day).code == 0
        git(root, "update-ref", "HEAD", "HEAD~1")  # the last that a run does there
    assert run_program(root, "--commit", "--feed-url", DAYS[2]).outputs["added"] == "8"
    assert git(root, "rev-parse", "HEAD") == git(origin, "rev-parse", "main")
    assert git(root, "status", "--porcelain") == ""
    assert len(rows(files(root))) == 26

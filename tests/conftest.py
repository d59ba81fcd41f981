"""Fixtures: the program, called or as a process; repositories to push to."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paper_action.__main__ import main
from paper_action.paper import Paper
from paper_action.settings import Settings, read_settings

DATA = Path(__file__).parent / "data"
DAYS = [DATA / f"cs.IR.2025-04-{day}.xml" for day in ("08", "09", "10")]
TOP = DATA.parents[1]
# a Thursday, two hours after the feed's rebuild
NOW = datetime(2025, 4, 10, 6, 0, tzinfo=UTC)


def cases(name: str) -> list[list[str]]:
    """Return the cases of a table in the data folder.

    A case is a line with arrows between its cells; a comment says what the columns are.
    """
    lines = (DATA / name).read_text(encoding="utf-8").split("\n")
    return [
        line.split(" ⇒ ")
        for line in lines
        if " ⇒ " in line and not line.startswith("# ")
    ]


def arxiv_id(number: int, month: str = "2504") -> str:
    """Return the ID of a month's paper of that number."""
    return f"{month}." + str(number).zfill(5)


def paper(identifier: str = "2504.03184", **changes) -> Paper:
    """Return a paper, all of it made up but for what is changed."""
    made_up: dict[str, Any] = {
        "version": 1,
        "title": "An LLM",
        "abstract": "Words.",
        "authors": ("A. One", "B. Two"),
        "categories": ("cs.IR",),
        "announce_type": "new",
        "date": NOW,
        "comment": "",
        "doi": "",
    }
    return Paper(id=identifier, **(made_up | changes))


def chosen(**values: object) -> Settings:
    """Return settings at their defaults but for those that are given."""
    texts = {
        f"PAPER_ACTION_{name.upper()}": str(value) for name, value in values.items()
    }
    return read_settings([], texts, NOW)


def clean_environ() -> dict[str, str]:
    """Return an environment without a runner's variables, and without our own."""
    ours = ("PAPER_ACTION_", "GITHUB_", "GIT_", "PIP_REQUIRE_VIRTUALENV")
    return {
        name: text for name, text in os.environ.items() if not name.startswith(ours)
    }


# what a run of the program left behind
Done = namedtuple("Done", "code out err outputs summary")


def read_outputs(text: str) -> dict[str, str]:
    """Parse a GITHUB_OUTPUT file the way the runner does."""
    output = re.compile(r"^(\w+)<<(.+)\n((?:.*\n)*?)\2\n", re.MULTILINE)
    assert not output.sub("", text), f"a line of its own in GITHUB_OUTPUT: {text!r}"
    return {name: value.removesuffix("\n") for name, _, value in output.findall(text)}


def _call(*command: object, **where: Any) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    where |= {"capture_output": True, "encoding": "utf-8", "timeout": 60}
    return subprocess.run(words, check=False, **where)


def runner(root: Path, changes: dict[str, str]) -> dict[str, str]:
    """Return the environment of a step, with empty files for what it says."""
    files = {
        name: f"{root}.{name}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
    }
    for file in files.values():
        Path(file).write_text("")
    return clean_environ() | files | changes


def left(environ: dict[str, str], code: int = 0, out: str = "", err: str = "") -> Done:
    """Return what a step left behind."""
    outputs = Path(environ["GITHUB_OUTPUT"]).read_text("utf-8")
    summary = Path(environ["GITHUB_STEP_SUMMARY"]).read_text("utf-8")
    return Done(code, out, err, read_outputs(outputs), summary)


def run(root: Path, *flags: object, now: datetime = NOW, **environ: str) -> Done:
    """Run the program in this process, in a folder, on a day that is set."""
    environ = runner(root, environ)
    out = io.StringIO()
    err = io.StringIO()
    with chdir(root), redirect_stdout(out), redirect_stderr(err):
        code = main([str(flag) for flag in flags], environ, now)
    return left(environ, code, out.getvalue(), err.getvalue())


def run_process(root: Path, *flags: object, **environ: str) -> Done:
    """Run ``python -m paper_action`` in a folder, today."""
    environ = runner(root, environ) | {"PYTHONPATH": str(TOP)}
    done = _call(sys.executable, "-m", "paper_action", *flags, cwd=root, env=environ)
    return left(environ, done.returncode, done.stdout, done.stderr)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder as some person; return what it prints."""
    who = ["-c", "user.name=Some Person", "-c", "user.email=person@example.org"]
    environ = clean_environ()
    environ |= dict.fromkeys(("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"), os.devnull)
    environ["GIT_TEMPLATE_DIR"] = ""  # no samples of hooks in a new repository
    environ |= dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), NOW.isoformat())
    done = _call("git", "-C", folder, *who, *arguments, env=environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def tmp_path(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Return a folder that is gone after a test that passes.

    Thousands of old ones take longer to remove at once, at the end of a later run.
    """
    failed = request.session.testsfailed
    yield tmp_path
    if request.session.testsfailed == failed:
        shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder."""
    (tmp_path / "list").mkdir()
    return tmp_path / "list"


def clone(origin: Path, name: str = "checkout") -> Path:
    """Return a shallow clone, as actions/checkout makes it."""
    git(origin.parent, "clone", "--quiet", "--depth", "1", origin.as_uri(), name)
    return origin.parent / name


@pytest.fixture(scope="session")
def first_origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bare repository with one commit of NOW: a README and another file."""
    folder = tmp_path_factory.mktemp("first")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "README.md").write_text("# A list\n\nWords.\n", encoding="utf-8")
    (folder / "other.txt").write_text("other\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Begin")
    git(folder, "gc", "--quiet")  # into few files, for each test has a copy
    git(folder, "clone", "--quiet", "--bare", ".", "origin.git")
    return folder / "origin.git"


@pytest.fixture(scope="session")
def first_checkout(first_origin: Path) -> Path:
    """Return a shallow clone of the first bare repository."""
    return clone(first_origin)


def copied(first_origin: Path, folder: Path) -> Path:
    """Return a copy of the first bare repository, in a folder."""
    return Path(shutil.copytree(first_origin, folder / "origin.git"))


def copied_checkout(first_checkout: Path, origin: Path, name: str = "checkout") -> Path:
    """Return a copy of the first clone that leads to a copy of its repository."""
    checkout = Path(shutil.copytree(first_checkout, origin.with_name(name)))
    config = checkout / ".git/config"
    old = first_checkout.with_name("origin.git").as_uri()
    leading = config.read_text("utf-8").replace(old, origin.as_uri())
    config.write_text(leading, encoding="utf-8")
    return checkout


@pytest.fixture
def origin(tmp_path: Path, first_origin: Path) -> Path:
    """Return a bare repository of the test's own, as above."""
    return copied(first_origin, tmp_path)


@pytest.fixture
def checkout(origin: Path, first_checkout: Path) -> Path:
    """Return a shallow clone of the bare repository."""
    return copied_checkout(first_checkout, origin)

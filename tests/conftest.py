"""Fixtures: the program in a folder of its own, called or as a process; repositories to push to."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from paper_action.__main__ import main
from paper_action.paper import Paper
from paper_action.settings import Settings

HERE = Path(__file__).parent
DATA = HERE / "data"
DAYS = [DATA / f"cs.IR.2025-04-{day}.xml" for day in ("08", "09", "10")]
TOP = HERE.parent
OUTPUTS = ["added", "ids", "papers", "changed", "commit"]
NOW = datetime(2025, 4, 10, 6, 0, tzinfo=UTC)  # a Thursday, two hours after the feed's rebuild


def paper(identifier: str = "2504.03184", **changes) -> Paper:
    """Return a paper, all of it made up but for what is changed."""
    made: dict[str, Any] = {
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
    return Paper(id=identifier, **(made | changes))


def chosen(**values: object) -> Settings:
    """Return settings at their defaults but for those that are given."""
    texts = {f"PAPER_ACTION_{name.upper()}": str(value) for name, value in values.items()}
    return Settings.load([], texts, NOW)


def clean_environ() -> dict[str, str]:
    """Return an environment in which neither a runner nor our own variables play a part."""
    ours = ("PAPER_ACTION_", "GITHUB_", "GIT_", "PIP_REQUIRE_VIRTUALENV")
    return {name: text for name, text in os.environ.items() if not name.startswith(ours)}


@dataclass
class Done:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""


def read_outputs(text: str) -> dict[str, str]:
    """Parse a GITHUB_OUTPUT file the way the runner does."""
    pairs = [line.partition("=")[::2] for line in text.splitlines()]
    runs = len(pairs) // len(OUTPUTS)
    assert [name for name, _ in pairs] == OUTPUTS * runs, f"an output of its own: {text!r}"
    return dict(pairs)


def _runner(root: Path, environ: dict[str, str]) -> dict[str, str]:
    """Return the environment of a step, with empty files for what it says."""
    notes = root.parent / f".{root.name}-runner"
    notes.mkdir(exist_ok=True)
    names = {"GITHUB_OUTPUT": notes / "output", "GITHUB_STEP_SUMMARY": notes / "summary"}
    for file in names.values():
        file.write_text("")
    return clean_environ() | {name: str(file) for name, file in names.items()} | environ


def _done(code: int, out: str, err: str, environ: dict[str, str]) -> Done:
    outputs = read_outputs(Path(environ["GITHUB_OUTPUT"]).read_text(encoding="utf-8"))
    return Done(
        code, out, err, outputs, Path(environ["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
    )


def run(root: Path, *flags: object, now: datetime = NOW, **environ: str) -> Done:
    """Run the program in this process, in a folder, on a day that is set."""
    environ, out, err = _runner(root, environ), io.StringIO(), io.StringIO()
    with contextlib.chdir(root), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main([str(flag) for flag in flags], environ, now)
        except SystemExit as stop:  # argparse's way out
            code = int(stop.code or 0)
    return _done(code, out.getvalue(), err.getvalue(), environ)


def run_process(root: Path, *flags: object, timeout: float = 60, **environ: str) -> Done:
    """Run ``python -m paper_action`` in a folder, today."""
    environ = _runner(root, environ) | {"PYTHONPATH": str(TOP)}
    command = [sys.executable, "-m", "paper_action", *map(str, flags)]
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, encoding="utf-8",
                          timeout=timeout, check=False)  # fmt: skip
    return _done(done.returncode, done.stdout, done.stderr, environ)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder as some person; return what it prints."""
    who = ["-c", "user.name=Some Person", "-c", "user.email=person@example.org"]
    fixed = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
             "GIT_AUTHOR_DATE": NOW.isoformat(), "GIT_COMMITTER_DATE": NOW.isoformat()}  # fmt: skip
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments],
        env=clean_environ() | fixed,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder."""
    (tmp_path / "list").mkdir()
    return tmp_path / "list"


@pytest.fixture(scope="session")
def first_origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bare repository with one commit, made on NOW: a README and another file."""
    folder = tmp_path_factory.mktemp("first")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "README.md").write_text("# A list\n\nWords.\n", encoding="utf-8")
    (folder / "other.txt").write_text("other\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Begin")
    git(folder, "clone", "--quiet", "--bare", ".", "origin.git")
    return folder / "origin.git"


@pytest.fixture
def origin(tmp_path: Path, first_origin: Path) -> Path:
    """Return a bare repository of the test's own, as above."""
    return Path(shutil.copytree(first_origin, tmp_path / "origin.git"))


def clone(origin: Path, name: str = "checkout") -> Path:
    """Return a shallow clone, as actions/checkout makes it."""
    target = origin.parent / name
    git(origin.parent, "clone", "--quiet", "--depth", "1", origin.as_uri(), str(target))
    return target


@pytest.fixture
def checkout(origin: Path) -> Path:
    """Return a shallow clone of the bare repository."""
    return clone(origin)

"""Fixtures: the program as a process, in a folder of its own, and repositories to push to."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DATA = HERE / "data"
DAYS = [DATA / f"cs.IR.2025-04-{day}.xml" for day in ("08", "09", "10")]
TOP = HERE.parent


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
    lines, outputs = iter(text.split("\n")), {}
    for line in lines:
        if "<<" in line:
            name, _, border = line.partition("<<")
            value = []
            for more in lines:
                if more == border:
                    break
                value.append(more)
            outputs[name] = "\n".join(value)
        else:
            assert not line, f"a line of its own in GITHUB_OUTPUT: {line!r}"
    return outputs


def run_program(root: Path, *flags: object, timeout: float = 60, **environ: str) -> Done:
    """Run ``python -m paper_action`` in a folder, as a runner would."""
    notes = root.parent / f".{root.name}-runner"
    notes.mkdir(exist_ok=True)
    output, summary = notes / "output", notes / "summary"
    for file in (output, summary):
        file.write_text("")
    env = clean_environ() | {
        "PYTHONPATH": str(TOP),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        **environ,
    }
    done = subprocess.run(
        [sys.executable, "-m", "paper_action", *map(str, flags)],
        cwd=root,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    found = read_outputs(output.read_text(encoding="utf-8"))
    return Done(done.returncode, done.stdout, done.stderr, found, summary.read_text(encoding="utf-8"))


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder as some person; return what it prints."""
    who = ["-c", "user.name=Some Person", "-c", "user.email=person@example.org"]
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments],
        env=clean_environ() | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
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


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Return a bare repository with one commit: a README and another file."""
    bare, first = tmp_path / "origin.git", tmp_path / "first"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    git(tmp_path, "clone", "--quiet", str(bare), str(first))
    git(first, "checkout", "--quiet", "-B", "main")
    (first / "README.md").write_text("# A list\n\nWords.\n", encoding="utf-8")
    (first / "other.txt").write_text("other\n", encoding="utf-8")
    git(first, "add", ".")
    git(first, "commit", "--quiet", "-m", "Begin")
    git(first, "push", "--quiet", "origin", "main")
    return bare


def clone(origin: Path, name: str = "checkout") -> Path:
    """Return a shallow clone, as actions/checkout makes it."""
    target = origin.parent / name
    git(origin.parent, "clone", "--quiet", "--depth", "1", origin.as_uri(), str(target))
    return target


@pytest.fixture
def checkout(origin: Path) -> Path:
    """Return a shallow clone of the bare repository."""
    return clone(origin)

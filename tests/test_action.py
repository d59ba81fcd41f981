"""The action and the workflow in a real runner, act, without containers.

act knows neither GitHub nor `job.workflow_repository`, so a stand-in for actions/checkout clones
the repository whose workflow it is. Packages come from a folder of wheels, not from the network.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from .conftest import DATA, DAYS, TOP, clean_environ, clone, git, read_outputs
from .test_publish import remote_file

ACT = shutil.which("act", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
pytestmark = pytest.mark.skipif(ACT is None, reason="act has no build for this machine")
LIST, PAPERS = ".github/workflows/list.yml", ".github/workflows/papers.yml"
CHECKOUT = re.search(r"actions/checkout@\w+", (TOP / PAPERS).read_text())[0]
STEP = """
      - uses: actions/checkout@0000000000000000000000000000000000000000
      - uses: actions/checkout@0000000000000000000000000000000000000000
        with: {repository: '', path: action, persist-credentials: 'false'}
      - id: papers
        uses: ./action
        with: {feed-url: feed.xml, %s}
"""


@dataclass
class Run:
    """What act said, and how it ended."""

    code: int
    log: str


@pytest.fixture(scope="session")
def wheels() -> Path:
    """Return the folder with the locked wheels of the run-time packages."""
    folder = Path(sys.prefix) / "wheels"
    if not folder.exists():
        locked = ["--require-hashes", "--requirement", str(TOP / "paper_action" / "requirements.txt")]
        command = ["download", "--quiet", "--no-deps", "--only-binary", ":all:", *locked, "--dest", str(folder)]
        subprocess.run([sys.executable, "-m", "pip", *command], check=True)
    return folder


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that holds the action and its workflow as they are now."""
    repository = tmp_path_factory.mktemp("product") / "paper-action"
    keep = shutil.ignore_patterns("__pycache__")
    for name in ("paper_action", ".github"):
        shutil.copytree(TOP / name, repository / name, ignore=keep)
    shutil.copy(TOP / "action.yml", repository)
    git(repository, "init", "--quiet", "--initial-branch", "main")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "The action")
    return repository


@pytest.fixture
def home(product, wheels, origin, tmp_path):
    """Return a function that runs act on a checkout of the bare repository."""

    def run(event: str, workflow: str, *flags: str, inputs: dict | None = None, **variables: str) -> Run:
        checkout = tmp_path / "a workspace"
        if not checkout.exists():
            clone(origin, checkout.name)
        (tmp_path / "event.json").write_text(json.dumps({"inputs": inputs or {}}))
        env = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "WORKFLOW_REPOSITORY": str(product)}
        command = [
            ACT,
            event,
            "--platform",
            "ubuntu-latest=-self-hosted",
            "--action-offline-mode",
            "--actor",
            "someone",
        ]
        command += ["--workflows", workflow, "--eventpath", str(tmp_path / "event.json"), "--artifact-server-path", ""]
        for name in (CHECKOUT, "actions/checkout@" + "0" * 40):
            command += ["--local-repository", f"{name}={DATA / 'checkout'}"]
        command += ["--local-repository", f"someone/paper-action@v1={product}"]
        command += [f"--env={name}={text}" for name, text in env.items()]
        command += [f"--var={name}={text}" for name, text in variables.items()]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        runner = clean_environ() | {
            "PATH": path,
            "HOME": str(tmp_path / "home"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        done = subprocess.run(
            [*command, *flags],
            cwd=checkout,
            env=runner,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr)

    return run


def put(origin: Path, workflow: str) -> None:
    """Push a workflow and a saved feed into the bare repository."""
    person = clone(origin, "setup")
    (person / LIST).parent.mkdir(parents=True)
    (person / LIST).write_text(workflow, encoding="utf-8")
    shutil.copy(DAYS[1], person / "feed.xml")
    git(person, "add", ".")
    git(person, "commit", "--quiet", "-m", "Set up")
    git(person, "push", "--quiet", "origin", "main")
    shutil.rmtree(person)


def put_fork(origin: Path, product: Path) -> None:
    """Make the bare repository a fork of the product with a saved feed."""
    person = clone(origin, "fork")
    shutil.copytree(product, person, ignore=shutil.ignore_patterns(".git"), dirs_exist_ok=True)
    shutil.copy(DAYS[1], person / "feed.xml")
    git(person, "add", ".")
    git(person, "commit", "--quiet", "-m", "Fork")
    git(person, "push", "--quiet", "origin", "main")


def test_dispatch_adds_the_rows_and_a_second_run_nothing(home, origin, product):
    put_fork(origin, product)
    inputs = {"feed-url": "feed.xml", "keywords": "llm", "path": "docs/list.md"}
    done = home("workflow_dispatch", PAPERS, inputs=inputs)
    assert done.code == 0, done.log
    assert git(origin, "log", "-1", "--format=%an: %s", "main") == "github-actions[bot]: Add 10 arXiv papers\n"
    assert remote_file(origin, "docs/list.md").count("\n| ") == 2 + 10
    tip = git(origin, "rev-parse", "main")
    shutil.rmtree(origin.parent / "a workspace")
    assert home("workflow_dispatch", PAPERS, inputs=inputs).code == 0
    assert git(origin, "rev-parse", "main") == tip


def test_the_schedule_runs_with_a_forks_variables(home, origin, product):
    put_fork(origin, product)
    done = home(
        "schedule", PAPERS, PAPERS_FEED_URL="feed.xml", PAPERS_KEYWORDS="generative", PAPERS_COMMIT_MESSAGE="x {added}"
    )
    assert done.code == 0, done.log
    assert git(origin, "log", "-1", "--format=%s", "main") == "x 3\n"
    assert remote_file(origin).startswith("# A list\n\nWords.\n")


CALLER = """
name: caller
on: push
permissions: {contents: write}
jobs:
  papers:
    uses: someone/paper-action/.github/workflows/papers.yml@v1
    with: {%s}
  after:
    needs: papers
    runs-on: ubuntu-latest
    steps:
      - run: echo "told ${{ needs.papers.outputs.added }} ${{ needs.papers.outputs.commit }}"
"""


@pytest.mark.parametrize(
    ("inputs", "variables", "added"),
    [
        ("feed-url: feed.xml, keywords: llm", {"PAPERS_KEYWORDS": "generative"}, 10),
        ("", {"PAPERS_KEYWORDS": "generative", "PAPERS_FEED_URL": "feed.xml"}, 3),
        ("feed-url: feed.xml", {}, 14),
    ],
)
def test_another_repository_calls_the_workflow(home, origin, inputs, variables, added):
    put(origin, CALLER % inputs)
    done = home("push", LIST, **variables)
    assert done.code == 0, done.log
    assert remote_file(origin).count("\n| ") == 2 + added
    assert f"told {added} {git(origin, 'rev-parse', 'main').strip()}" in done.log


def test_a_bad_keyword_line_fails_the_job_and_is_an_annotation(home, origin, product):
    put_fork(origin, product)
    done = home("workflow_dispatch", PAPERS, inputs={"feed-url": "feed.xml", "keywords": 'ok\n"open'})
    assert done.code != 0
    assert "keywords: '\"open' has a quotation mark without its partner" in done.log
    assert git(origin, "log", "-1", "--format=%s", "main") == "Fork\n"


def test_a_later_step_reads_the_outputs_of_the_action(home, origin):
    later = """
      - env: {IDS: "${{ steps.papers.outputs.ids }}", CHANGED: "${{ steps.papers.outputs.changed }}"}
        run: python3 -c 'import json, os; print("told", len(json.loads(os.environ["IDS"])), os.environ["CHANGED"])'
"""
    workflow = "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:" + STEP % "commit: 'false'" + later
    put(origin, workflow)
    done = home("push", LIST)
    assert done.code == 0, done.log
    assert "told 14 true" in done.log
    assert git(origin, "log", "-1", "--format=%s", "main") == "Set up\n"


def test_a_matrix_fills_two_sections_of_one_file(home, origin):
    matrix = """on: push
jobs:
  one:
    runs-on: ubuntu-latest
    strategy: {matrix: {include: [{section: llm, keywords: llm}, {section: gen, keywords: generative}]}}
    steps:"""
    settings = "section: '${{ matrix.section }}', keywords: '${{ matrix.keywords }}'"
    put(origin, matrix + STEP % settings)
    done = home("push", LIST)
    assert done.code == 0, done.log
    text = remote_file(origin)
    assert text.count("<!-- papers:start ") == 2
    assert text.count("\n| ") == 4 + 10 + 3


def test_python_older_than_the_action_needs_is_a_clear_error(home, origin, tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "python3").write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.10.12 || exit 1\n')
    (tmp_path / "old" / "python3").chmod(0o755)
    workflow = "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:" + STEP % ""
    put(origin, workflow)
    done = home("push", LIST, f"--env=PATH={tmp_path / 'old'}{os.pathsep}{os.environ['PATH']}")
    assert done.code != 0
    assert "needs Python 3.11 or later; this runner has Python 3.10.12" in done.log


def test_the_steps_work_where_every_path_has_a_blank(wheels, product, origin, tmp_path):
    """Run the action's own scripts with bash: act cannot start any script below such a path."""
    action, workspace, temporary = tmp_path / "the action", tmp_path / "a workspace", tmp_path / "a temp"
    shutil.copytree(product, action)
    clone(origin, workspace.name)
    temporary.mkdir()
    env = clean_environ() | {"RUNNER_TEMP": str(temporary), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    env |= {"ACTION": str(action), "GITHUB_WORKSPACE": str(workspace), "PAPER_ACTION_COMMIT": "true"}
    env |= {"PAPER_ACTION_FEED_URL": str(DAYS[1]), "GITHUB_ACTIONS": "true"}
    for step in YAML(typ="safe").load(action / "action.yml")["runs"]["steps"]:
        output = temporary / step["id"]
        output.touch()
        env["GITHUB_OUTPUT"] = str(output)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=workspace, env=env, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        if step["id"] == "install":
            env |= {
                name.upper(): text for name, text in (line.split("=", 1) for line in output.read_text().splitlines())
            }
    assert read_outputs(output.read_text(encoding="utf-8"))["added"] == "14"
    assert remote_file(origin).count("\n| ") == 2 + 14

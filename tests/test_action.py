"""The action and its workflows: held against the settings, judged by GitHub's schemas, and run.

Workflows run in act, a real runner, without containers. It knows neither GitHub, so a stand-in for
actions/checkout clones the repository whose workflow it is, nor a queue, which its copies of
papers.yml lack. Packages come from a folder of wheels, and every feed is a saved one.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from ruamel.yaml import YAML

from paper_action.settings import Settings, dashed

from .conftest import DATA, DAYS, TOP, clean_environ, clone, git, run

PATH = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
ACT = shutil.which("act", path=PATH)
runs_act = pytest.mark.skipif(not ACT or os.name == "nt", reason="act has no build or no bash here")
runs_bash = pytest.mark.skipif(os.name == "nt", reason="bash is another system's, if there is any")
GITHUB = TOP / ".github"
ACTION = YAML(typ="safe").load(TOP / "action.yml")
WORKFLOW = YAML(typ="safe").load(GITHUB / "workflows" / "papers.yml")
PAPERS = (GITHUB / "workflows" / "papers.yml").read_text("utf-8").replace("  queue: max\n", "")
CHECKOUT = re.findall(r"actions/checkout@\w+", PAPERS)[0]
PAGES = "".join(page.read_text("utf-8") for page in (TOP / "README.md", GITHUB / "REFERENCE.md"))
FENCED = re.findall(r"(?ms)^ *```yaml\n(.*?)^ *```$", PAGES)
PASTED = [dedent(block) for block in FENCED if re.search(r"(?m)^ *on:", block)]


def call(program: str, *words: object, **where: Any) -> subprocess.CompletedProcess[str]:
    """Run a program; what it says on both its streams is in stdout."""
    where |= {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    command = [shutil.which(program, path=PATH) or program, *map(str, words)]
    return subprocess.run(command, encoding="utf-8", timeout=120, check=False, **where)


def test_every_setting_is_an_input_and_is_handed_on():
    kinds = ("workflow_dispatch", "workflow_call")
    form, called = (WORKFLOW["on"][kind]["inputs"] for kind in kinds)
    handed = WORKFLOW["jobs"]["papers"]["steps"][-1]["with"]
    environ = ACTION["runs"]["steps"][-1]["env"]
    defaults = {dashed(name): one[0] for name, one in vars(Settings).items() if isinstance(one, tuple)}
    defaults |= {"commit": "true", "token": "${{ github.token }}"}
    assert ACTION["inputs"].keys() == called.keys() | {"token"} == defaults.keys()
    assert form.keys() < called.keys()
    assert len(form) <= 10
    for name, one in ACTION["inputs"].items():
        shouted, about = name.upper().replace("-", "_"), one["description"]
        assert one["default"] == defaults[name]
        assert f"inputs.{name} " in environ[f"PAPER_ACTION_{shouted}"]
        if name != "token":
            assert called[name] == {"description": about, "type": "string"}
            assert form.get(name, one)["description"] == about
            ending = f"format('{{0}}', inputs.{name}) || vars.PAPERS_{shouted} }}}}"
            assert handed[name].endswith(ending)


def test_every_output_is_handed_on_by_the_step_the_job_and_the_workflow(folder):
    names = run(folder, "--feed-url", DAYS[0]).outputs
    value = r"(\w+):(?:\n.*\n +value:)? \$\{\{ (?:steps|jobs)\.(?:run|papers)\.outputs\.(\w+) }}"
    found = re.findall(value, PAPERS + (TOP / "action.yml").read_text("utf-8"))
    assert sorted(found) == sorted([(name, name) for name in names] * 3)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-actions", "action.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("dependabot", ".github/dependabot.yml"),
    ],
)
def test_a_file_for_github_fits_its_schema(schema, files):
    done = call("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *TOP.glob(files))
    assert done.returncode == 0, done.stdout


def test_zizmor_finds_nothing_and_the_scripts_are_short():
    done = call("zizmor", "--offline", "--persona=auditor", TOP / "action.yml", GITHUB)
    assert done.returncode == 0, done.stdout
    assert sum(step["run"].count("\n") for step in ACTION["runs"]["steps"]) < 25


@pytest.fixture(scope="session")
def wheels() -> Path:
    """Return the folder with the locked wheels of the run-time packages."""
    folder = Path(sys.prefix) / "wheels"
    if not folder.exists():
        only = ("--no-deps", "--only-binary", ":all:", "--dest", folder, "--require-hashes")
        locked = ("--requirement", TOP / "paper_action" / "requirements.txt")
        call(sys.executable, "-m", "pip", "download", *only, *locked)
    return folder


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Path:
    """Return a repository that holds the action and its workflow as they are now."""
    repository = tmp_path_factory.mktemp("product") / "paper action"
    shutil.copytree(TOP / "paper_action", repository / "paper_action")
    shutil.copytree(GITHUB, repository / ".github")
    (repository / ".github/workflows/papers.yml").write_text(PAPERS, "utf-8")
    shutil.copy(TOP / "action.yml", repository)
    git(repository, "init", "--quiet")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "The action")
    return repository


@pytest.fixture
def act(product, wheels, origin, tmp_path):
    """Return a function that pushes workflows and an action, and runs the workflows.

    ``form`` is what somebody fills in, ``ours`` what the stand-in for checkout clones, ``path``
    where programs are looked for; ``variables`` are the repository's, without ``PAPERS_``.
    """

    def start(event: str, *workflows: str, form=(), ours=product, path=PATH, **variables):
        checkout = clone(origin)
        (checkout / ".github" / "workflows").mkdir(parents=True)
        for number, text in enumerate(workflows):
            (checkout / f".github/workflows/{number}.yml").write_text(text, "utf-8")
        shutil.copy(DATA / "checkout" / "action.yml", checkout)
        git(checkout, "add", ".")
        git(checkout, "commit", "--quiet", "-m", "Set up")
        git(checkout, "push", "--quiet", "origin", "main", "main:papers")
        flags = ["--platform=ubuntu-latest=-self-hosted", "--action-offline-mode"]
        flags += ["--actor=someone", "--artifact-server-path="]
        flags += [f"--local-repository={CHECKOUT}={DATA / 'checkout'}"]
        flags += [f"--local-repository=OWNER/paper-action@main={product}"]
        flags += [f"--env=PIP_FIND_LINKS={wheels}", "--env=PIP_NO_INDEX=1", f"--env=PATH={path}"]
        flags += [f"--env=WORKFLOW_REPOSITORY={ours}"]
        flags += [f"--var=PAPERS_{name}={text}" for name, text in variables.items()]
        flags += [f"--input={answer}" for answer in form]
        home = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        return call("act", event, *flags, cwd=checkout, env=clean_environ() | home)

    return start


@runs_act
def test_a_run_by_hand_takes_what_the_form_says_before_the_variables(act, origin):
    form = ("keywords=llm", "path=docs/list.md")
    done = act("workflow_dispatch", PAPERS, form=form, KEYWORDS="generative", FEED_URL=DAYS[1])
    assert done.returncode == 0, done.stdout
    log = git(origin, "log", "-1", "--format=%an: %s", "main")
    assert log == "github-actions[bot]: Add 10 arXiv papers\n"
    assert git(origin, "show", "main:docs/list.md").count("\n| ") == 2 + 10


@runs_act
def test_a_box_nobody_ticked_leaves_the_variable_in_force_and_a_wrong_one_fails_the_job(act):
    done = act("workflow_dispatch", PAPERS, TIDY="perhaps", FEED_URL=DAYS[1])
    assert done.returncode != 0
    assert "tidy: 'perhaps' will not do" in done.stdout


CALLER = """
on: push
permissions: {contents: write}
jobs:
  papers:
    uses: OWNER/paper-action/.github/workflows/papers.yml@main
    with: {commit: false, lookback-days: 0, dry-run: false}
  after:
    needs: papers
    runs-on: ubuntu-latest
    steps:
      - run: echo "told ${{ needs.papers.outputs.added }} ${{ needs.papers.outputs.changed }}"
"""


@runs_act
def test_false_and_zero_without_quotes_count_as_given_and_outputs_reach_the_caller(act, origin):
    wrong = dict.fromkeys(("COMMIT", "LOOKBACK_DAYS", "DRY_RUN"), "perhaps")
    done = act("push", CALLER, FEED_URL=DAYS[1], **wrong)
    assert done.returncode == 0, done.stdout
    assert "told 14 true" in done.stdout
    assert git(origin, "log", "-1", "--format=%s", "main") == "Set up\n"


@runs_act
def test_a_server_that_does_not_name_the_workflows_repository_is_a_clear_error(act, origin):
    done = act("push", CALLER, ours=origin)
    assert done.returncode != 0
    assert "Failure - Main Make sure that it is the code of this workflow" in done.stdout
    assert "Run Main ./.paper-action" not in done.stdout  # the caller's own action.yml


def program(file: Path, script: str) -> Path:
    """Write a shell script that can be started; return its folder."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file.parent


@runs_act
def test_the_schedule_fills_a_forks_list_and_that_of_every_workflow_in_the_documents(
    act, origin, tmp_path
):
    program(tmp_path / "bin" / "curl", 'echo "sent: $(cat)"')
    programs = program(
        tmp_path / "bin" / "gh", 'case "$*" in *--jq*) echo 0;; *) echo sent:;; esac'
    )
    settings = rf"\1feed-url: {DAYS[0]}\n\1path: %s.md\n\1keywords:"
    found = [re.sub("(?m)^( +)keywords:", settings % n, text) for n, text in enumerate(PASTED)]
    variables = {"FEED_URL": DAYS[1], "KEYWORDS": "generative"}
    done = act("schedule", PAPERS, *found, path=f"{programs}:{PATH}", **variables)
    assert done.returncode == 0, done.stdout
    assert git(origin, "show", "main:README.md").count("\n| ") == 2 + 3
    made = [git(origin, "ls-tree", "--name-only", branch) for branch in ("main", "papers")]
    assert {f"{n}.md" for n in range(len(found))} <= set("".join(made).split())
    assert done.stdout.count("| sent:") == sum("@- " in text or "POST" in text for text in PASTED)


def follow(action: Path, workspace: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the action's two scripts in a workspace, as a runner does, until one fails."""
    output = workspace.parent / "the output"
    environ |= {"ACTION": str(action), "GITHUB_OUTPUT": str(output), "PAPER_ACTION_COMMIT": "true"}
    for step in ACTION["runs"]["steps"]:
        output.touch()
        done = call("bash", "-eo", "pipefail", "-c", step["run"], cwd=workspace, env=environ)
        if done.returncode:
            break
        written = re.findall(r"(?m)^(interpreter|packages)=(.*)$", output.read_text("utf-8"))
        environ |= {name.upper(): text for name, text in written}
    return done


@runs_bash
def test_nothing_of_the_users_gets_in_the_way(origin, product, wheels, tmp_path):
    workspace, no = clone(origin, "a workspace"), tmp_path / "no"
    for name in ("types", "operator", "pip", "requests", "paper_action", "sitecustomize"):
        (workspace / name).mkdir()
        (workspace / name / "__init__.py").write_text("raise SystemExit('not this one')")
        (workspace / f"{name}.py").write_text("raise SystemExit('not this one')")
    programs = program(tmp_path / "a bin" / "python3", "echo Python was not found; exit 49")
    program(programs / "python", '[ "$1" = --version ] && echo Python 3.10.12')
    program(programs / "python3.11", f'exec "{sys.executable}" "$@"')
    (tmp_path / "pip.conf").write_text(
        f"[global]\nno-index = true\nfind-links = {wheels}\n"
        f"[install]\nuser = true\nprefix = {no}\ntarget = {no}\n"
    )
    environ = {"PATH": f"{programs}:/usr/bin:/bin", "TMPDIR": str(programs), "HOME": str(tmp_path)}
    environ |= dict.fromkeys(("PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_DRY_RUN"), "1")
    environ |= dict.fromkeys(("PIP_PREFIX", "PIP_TARGET", "PIP_ROOT", "PIP_CONSTRAINT"), str(no))
    environ |= dict.fromkeys(("PYTHONPATH", "PYTHONHOME"), str(workspace))
    environ |= {"PIP_CONFIG_FILE": f"{tmp_path}/pip.conf", "PAPER_ACTION_FEED_URL": str(DAYS[1])}
    done = follow(product, workspace, **environ)
    assert done.returncode == 0, done.stdout
    assert git(origin, "show", "main:README.md").count("\n| ") == 2 + 14
    assert not no.exists()


@runs_bash
def test_a_runner_without_a_python_that_will_do_is_told_what_it_has(product, tmp_path):
    venv.create(tmp_path / "venv", symlinks=True)
    old = program(tmp_path / "bin" / "python3", '[ "$1" = --version ] && echo Python 3.10.12')
    paths = {old: "Python 3.10.12", tmp_path / "venv/bin": "without pip", tmp_path / "x": "none"}
    for path, has in paths.items():
        done = follow(product, old, PATH=str(path))
        assert done.returncode == 1
        assert re.search(f"(?m)^::error::.* later; this runner has .*{has}", done.stdout)

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
from functools import partial
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from paper_action.settings import DECLARED

from .conftest import DATA, DAYS, TOP, clean_environ, clone, git, run
from .test_git import edit, posix, script
from .test_readme import WORKFLOWS

PATH = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
WHEELS, GITHUB = Path(sys.prefix) / "wheels", TOP / ".github"
TEXT = (TOP / "action.yml").read_text("utf-8")
PAPERS = (GITHUB / "workflows/papers.yml").read_text("utf-8").replace("  queue: max\n", "")
ACTION, TRIGGERS = YAML(typ="safe").load(TEXT), YAML(typ="safe").load(PAPERS)["on"]
SCRIPTS = [step["run"] for step in ACTION["runs"]["steps"]]


def call(program, *words, fails=False, **where) -> str:
    """Run a program that ends as it should; return what it says on both its streams."""
    where |= {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    command = [shutil.which(program, path=PATH) or program, *map(str, words)]
    done = subprocess.run(command, encoding="utf-8", timeout=120, check=False, **where)
    assert bool(done.returncode) == fails, done.stdout
    return done.stdout


def test_every_setting_is_an_input_and_is_handed_on():
    defaults = {name.replace("_", "-"): one.default for name, one in DECLARED.items()}
    defaults |= {"commit": "true", "token": "${{ github.token }}"}
    assert {name: one["default"] for name, one in ACTION["inputs"].items()} == defaults
    form, called = (TRIGGERS[f"workflow_{kind}"]["inputs"] for kind in ("dispatch", "call"))
    for name, one in [*called.items(), *form.items()]:
        assert one["description"] == ACTION["inputs"][name]["description"]
    assert (len(form) <= 10, called.keys() | {"token"}) == (True, defaults.keys())
    names = {name.upper().replace("-", "_"): name for name in defaults}
    assert dict(re.findall(r"PAPER_ACTION_(\w+): \$\{\{ inputs\.(\S+) ", TEXT)) == names
    handed = re.findall(r"\n +(\S+): .*inputs\.\1\) \|\| vars\.PAPERS_(\w+) }}", PAPERS)
    assert {shouted: name for name, shouted in handed} | {"TOKEN": "token"} == names


def test_every_output_is_handed_on_by_the_step_the_job_and_the_workflow(folder):
    names = run(folder, "--feed-url", DAYS[0]).outputs
    value = r"(\w+):(?:\n.*\n +value:)? \$\{\{ (?:steps|jobs)\.(?:run|papers)\.outputs\.(\w+) }}"
    assert sorted(re.findall(value, PAPERS + TEXT)) == sorted([(name, name) for name in names] * 3)


def test_every_file_for_github_fits_its_schema(tmp_path):
    for number, text in enumerate(WORKFLOWS):
        (tmp_path / f"{number}.yml").write_text(text, "utf-8")
    check = partial(call, "check-jsonschema", "--builtin-schema")
    check("vendor.github-workflows", *GITHUB.glob("workflows/*.yml"), *tmp_path.iterdir())
    check("vendor.github-actions", TOP / "action.yml")
    check("vendor.github-issue-forms", *GITHUB.glob("ISSUE_TEMPLATE/[!c]*.yml"))
    check("vendor.dependabot", GITHUB / "dependabot.yml")


def test_zizmor_finds_nothing():
    call("zizmor", "--offline", "--persona=auditor", TOP / "action.yml", GITHUB)


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Path:
    """Return a repository that holds the action and its workflow as they are now; fill WHEELS."""
    if not WHEELS.exists():
        download = "-m pip download --no-deps --only-binary :all: --require-hashes".split()
        call(sys.executable, *download, "-d", WHEELS, "-r", TOP / "paper_action/requirements.txt")
    repository = tmp_path_factory.mktemp("product") / "paper action"
    shutil.copytree(TOP / "paper_action", repository / "paper_action")
    shutil.copytree(GITHUB, repository / ".github")
    shutil.copy(TOP / "action.yml", repository)
    (repository / ".github/workflows/papers.yml").write_text(PAPERS, "utf-8")
    for command in ("init", "add .", "commit -m The-action"):
        git(repository, *command.split())
    return repository


@pytest.fixture
def act(product, origin, tmp_path):
    """Return a function that pushes workflows and an action, runs the workflows, returns the log.

    ``form`` is what somebody fills in, ``ours`` what the stand-in for checkout clones;
    ``variables`` are the repository's, without ``PAPERS_``. Programs come from ``bin`` first.
    """

    if os.name == "nt" or not shutil.which("act", path=PATH):
        pytest.skip("act has no build or no bash here")

    def start(event: str, *workflows: str, form=(), ours=product, fails=False, **variables):
        files = {f".github/workflows/{n}.yml": text for n, text in enumerate(workflows)}
        edit(origin, **files | {"action.yml": TEXT})
        git(origin, "branch", "papers", "main")
        stand_in = re.findall(r"actions/checkout@\w+", PAPERS)[0]
        flags = ["--platform=ubuntu-latest=-self-hosted", "--action-offline-mode"]
        flags += ["--actor=someone", "--artifact-server-path="]
        flags += [f"--local-repository={stand_in}={DATA / 'checkout'}"]
        flags += [f"--local-repository=OWNER/paper-action@main={product}"]
        flags += [f"--env=PIP_FIND_LINKS={WHEELS}", f"--env=PATH={tmp_path}/bin:{PATH}"]
        flags += ["--env=PIP_NO_INDEX=1", f"--env=WORKFLOW_REPOSITORY={ours}"]
        flags += [f"--var=PAPERS_{name}={text}" for name, text in variables.items()]
        flags += [f"--input={answer}" for answer in form]
        home = clean_environ() | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
        return call("act", event, *flags, fails=fails, cwd=clone(origin), env=home)

    return start


def test_a_run_by_hand_takes_what_the_form_says_before_the_variables(act, origin):
    form = ("keywords=llm", "path=docs/list.md")
    act("workflow_dispatch", PAPERS, form=form, KEYWORDS="generative", FEED_URL=DAYS[1])
    assert "bot]: Add 10 arXiv papers\n" in git(origin, "log", "-1", "--format=%an: %s", "main")
    assert git(origin, "show", "main:docs/list.md").count("\n| ") == 2 + 10


def test_a_box_nobody_ticked_leaves_the_variable_in_force_and_a_wrong_one_fails_the_job(act):
    said = act("workflow_dispatch", PAPERS, TIDY="perhaps", FEED_URL=DAYS[1], fails=True)
    assert "tidy: 'perhaps' is not one of true, false" in said


CALLER = (DATA / "caller.yml").read_text("utf-8")


def test_false_and_zero_without_quotes_count_as_given_and_outputs_reach_the_caller(act, origin):
    wrong = dict.fromkeys(("COMMIT", "LOOKBACK_DAYS", "DRY_RUN"), "perhaps")
    assert "told 14 true" in act("push", CALLER, FEED_URL=DAYS[1], **wrong)
    assert git(origin, "log", "-1", "--format=%s", "main") == "Edit\n"


def test_a_server_that_does_not_name_the_workflows_repository_is_a_clear_error(act, origin):
    said = act("push", CALLER, ours=origin, fails=True)
    assert "Failure - Main Make sure that it is the code of this workflow" in said
    assert "Run Main ./.paper-action" not in said  # the caller's own action.yml


def test_the_schedule_fills_a_forks_list_and_that_of_every_workflow(act, origin, tmp_path):
    script(tmp_path / "bin/curl", 'echo "sent: $(cat)"')
    script(tmp_path / "bin/gh", 'case "$*" in *--jq*) echo 0;; *) echo sent:;; esac')
    settings = rf"\1feed-url: {DAYS[0]}\n\1path: %s.md\n\1keywords:"
    found = [re.sub("(?m)^( +)keywords:", settings % n, text) for n, text in enumerate(WORKFLOWS)]
    said = act("schedule", PAPERS, *found, FEED_URL=DAYS[1], KEYWORDS="generative")
    assert git(origin, "show", "main:README.md").count("\n| ") == 2 + 3
    made = "".join(git(origin, "ls-tree", "--name-only", name) for name in ("main", "papers"))
    assert {f"{n}.md" for n in range(len(found))} <= set(made.split())
    assert said.count("| sent:") == sum("@- " in text or "POST" in text for text in WORKFLOWS)


@posix
def test_nothing_of_the_users_gets_in_the_way(origin, product, tmp_path):
    workspace = clone(origin, "a workspace")
    for name in "types operator pip requests paper_action sitecustomize".split():
        (workspace / f"{name}.py").write_text("raise SystemExit('not this one')")
    script(tmp_path / "a bin/python3", "echo Python was not found; exit 49")
    script(tmp_path / "a bin/python", '[ "$1" = --version ] && echo Python 3.10.12')
    script(tmp_path / "a bin/python3.11", f'exec "{sys.executable}" "$@"')
    places = {"room": tmp_path, "action": product, "feed": DAYS[1], "wheels": WHEELS}
    user = {file.name: file.read_text().format(**places) for file in DATA.glob("user/*")}
    (tmp_path / "pip.conf").write_text(user["pip.conf"])
    environ = dict(line.split("=", 1) for line in user["environment.txt"].splitlines())
    for text in SCRIPTS:
        call("bash", "-eo", "pipefail", "-c", text, cwd=workspace, env=environ)
        output = (tmp_path / "the output").read_text("utf-8")
        environ |= {name.upper(): value for name, value in re.findall("(.*)=(.*)", output)}
    assert git(origin, "show", "main:README.md").count("\n| ") == 2 + 14
    assert not (tmp_path / "no").exists()


@posix
def test_a_runner_without_a_python_that_will_do_is_told_what_it_has(tmp_path):
    venv.create(tmp_path / "venv", symlinks=True)
    script(tmp_path / "bin/python3", '[ "$1" = --version ] && echo Python 3.10.12')
    for path, has in {"bin": "Python 3.10.12", "venv/bin": "without pip", "x": "none"}.items():
        environ = {"PATH": str(tmp_path / path)}
        said = call("bash", "-eo", "pipefail", "-c", SCRIPTS[0], fails=True, env=environ)
        assert re.search(f"(?m)^::error::.* later; this runner has .*{has}", said)

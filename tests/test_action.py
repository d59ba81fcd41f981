"""The action and its workflows: held against the settings, judged, and run.

Workflows run in act, a real runner, without containers. It does not know GitHub, so a
stand-in for actions/checkout clones the repository whose workflow it is; nor does it
know a queue, which its copies of papers.yml lack. Packages come from a folder of
wheels, and every feed is a saved one.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from paper_action.settings import read_settings

from .conftest import DATA, DAYS, NOW, TOP, clean_environ, clone, git, run, run_process
from .test_git import edit, posix, script
from .test_readme import WORKFLOWS

GITHUB = TOP / ".github"
PATH = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
WHEELS = Path(sys.prefix) / "wheels"


def load(text):
    """Return what a YAML text says: mappings, lists and texts."""
    return YAML(typ="safe").load(text)


ACTION_TEXT = (TOP / "action.yml").read_text("utf-8")
ACTION = load(ACTION_TEXT)
INSTALL, RUN = ACTION["runs"]["steps"]

PAPERS_TEXT = (GITHUB / "workflows/papers.yml").read_text("utf-8")
PAPERS = load(PAPERS_TEXT)
FORM = PAPERS["on"]["workflow_dispatch"]["inputs"]
CALL = PAPERS["on"]["workflow_call"]["inputs"]
JOB = PAPERS["jobs"]["papers"]
CHECK_OUT_LIST, CHECK_OUT_CODE, CHECK_CODE, STEP = JOB["steps"]
FOR_ACT = PAPERS_TEXT.replace("  queue: max\n", "")
CALLER = (DATA / "caller.yml").read_text("utf-8")
RELEASE = load((GITHUB / "workflows/release.yml").read_text("utf-8"))
MAJOR_TAG = RELEASE["jobs"]["major-tag"]


def call(program, *words, fails=False, **where) -> str:
    """Run a program that ends as it should; return what it says on both its streams."""
    where |= {"stdin": subprocess.DEVNULL}
    where |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    command = [shutil.which(program, path=PATH) or program, *map(str, words)]
    done = subprocess.run(command, encoding="utf-8", timeout=120, check=False, **where)
    assert bool(done.returncode) == fails, done.stdout
    return done.stdout


def shouted(name: str) -> str:
    """Return a setting's name as variables have it."""
    return name.upper().replace("-", "_")


# What is declared: settings, inputs and outputs are the same everywhere


def test_every_setting_is_an_input_of_the_action(folder):
    page = run_process(folder, "--help").out
    names = {*re.findall("(?m)^ +--([a-z-]+)", page)} - {"version"}
    assert ACTION["inputs"].keys() == names | {"token"}


def test_an_inputs_default_is_the_settings():
    # of these two the action's defaults are others
    own = {"commit": "false", "token": ""}
    defaults = {name: each["default"] for name, each in ACTION["inputs"].items()} | own
    texts = {f"PAPER_ACTION_{shouted(name)}": text for name, text in defaults.items()}
    assert read_settings([], texts, NOW) == read_settings([], {}, NOW)


def test_the_action_commits_and_has_the_jobs_token_by_default():
    assert ACTION["inputs"]["commit"]["default"] == "true"
    assert ACTION["inputs"]["token"]["default"] == "${{ github.token }}"


def test_the_action_hands_every_input_on_as_a_variable():
    expected = {name: f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}
    # an empty one, which papers.yml passes for what nobody set, is the action's default
    expected["commit"] = "${{ inputs.commit || 'true' }}"
    expected["token"] = "${{ inputs.token || github.token }}"
    variables = {
        f"PAPER_ACTION_{shouted(name)}": text for name, text in expected.items()
    }
    handed = {name: text for name, text in RUN["env"].items() if name in variables}
    assert handed == variables


def test_a_caller_can_set_everything_and_the_form_asks_for_ten_at_most():
    assert CALL.keys() == ACTION["inputs"].keys() - {"token"}
    assert FORM.keys() <= CALL.keys()
    assert len(FORM) <= 10


def test_the_form_asks_for_what_one_changes_by_hand_and_has_two_boxes():
    by_hand = "categories keywords exclude since until columns tidy dry-run path"
    assert FORM.keys() == set(by_hand.split())
    boxes = {name for name, each in FORM.items() if each["type"] == "boolean"}
    assert boxes == {"tidy", "dry-run"}


def test_whatever_a_caller_leaves_out_is_an_empty_text():
    assert {each["type"] for each in CALL.values()} == {"string"}
    for each in [*CALL.values(), *FORM.values()]:
        assert each.keys() == {"description", "type"}


def test_the_marketplace_can_show_the_action():
    assert len(ACTION["description"]) < 125
    assert ACTION["branding"].keys() == {"icon", "color"}


@pytest.mark.parametrize("inputs", [FORM, CALL], ids=["form", "call"])
def test_an_input_of_the_workflow_is_described_as_that_of_the_action(inputs):
    described = {name: each["description"] for name, each in inputs.items()}
    actions = {name: ACTION["inputs"][name]["description"] for name in inputs}
    assert described == actions


def test_the_workflow_hands_on_its_input_or_else_the_variable():
    boxes = {"tidy", "dry-run"}  # of the form, see below
    either = "${{{{ format('{{0}}', inputs.{}) || vars.PAPERS_{} }}}}"
    names = CALL.keys() - boxes
    expected = {name: either.format(name, shouted(name)) for name in names}
    handed = {name: text for name, text in STEP["with"].items() if name in expected}
    assert handed == expected
    assert STEP["with"].keys() == ACTION["inputs"].keys()


def test_every_output_is_handed_on_by_the_step_the_job_and_the_workflow(folder):
    names = run(folder, "--feed-url", DAYS[0]).outputs
    of_the_step = {name: f"${{{{ steps.run.outputs.{name} }}}}" for name in names}
    of_the_action = {name: each["value"] for name, each in ACTION["outputs"].items()}
    assert of_the_action == of_the_step
    assert RUN["id"] == "run"
    assert JOB["outputs"] == {
        name: f"${{{{ steps.papers.outputs.{name} }}}}" for name in names
    }
    assert STEP["id"] == "papers"
    called = PAPERS["on"]["workflow_call"]["outputs"]
    of_the_workflow = {name: each["value"] for name, each in called.items()}
    of_the_job = {name: f"${{{{ jobs.papers.outputs.{name} }}}}" for name in names}
    assert of_the_workflow == of_the_job


# A release's tag ⇒ the tags that there are ⇒ what is written, or told instead.
MOVE = "--method PATCH repos/o/r/git/refs/tags/{} -f sha=c0ffee -F force=true"
RELEASES = [
    ("v1.0.0", "v1.0.0", "POST repos/o/r/git/refs -f ref=refs/tags/v1 -f sha=c0ffee"),
    ("v1.10.0", "v1 v1.9.0 v1.10.0", MOVE.format("v1")),
    ("v1.2.3", "v1 v1.2.3 v1.3.0-rc.1 v10.0.0", MOVE.format("v1")),
    ("v10.0.0", "v1 v10 v10.0.0", MOVE.format("v10")),
    ("v1.2.3", "v1 v1.2.3 v1.10.0", "v1 stays at v1.10.0, which is newer than v1.2.3"),
    ("v1.2", "v1 v1.2", "a release is tagged vX.Y.Z, not v1.2"),
    ("v1.2.3-rc.1", "v1", "a release is tagged vX.Y.Z, not v1.2.3-rc.1"),
]
# Stands for GitHub's command line: it lists tags that begin so, looks whether there is
# one, and says what it is to write.
GH = """
case "$*" in
    *--paginate*) for tag in $THERE; do
        case "tags/$tag" in "${3#*matching-refs/}"*) echo "refs/tags/$tag";; esac
    done;;
    *--method*) echo "$@";;
    *) case " $THERE " in *" ${2##*/} "*) ;; *) exit 1;; esac;;
esac
"""


@posix
@pytest.mark.parametrize(("tag", "there", "told"), RELEASES)
def test_a_release_moves_the_tag_of_its_major_version_and_never_back(
    tmp_path, tag, there, told
):
    script(tmp_path / "bin/gh", GH)
    environ = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "TAGS": "repos/o/r/git"}
    environ |= {"TAG": tag, "COMMIT": "c0ffee", "THERE": there}
    (step,) = MAJOR_TAG["steps"]
    is_refused = told.startswith("a release")
    said = call("bash", "-c", step["run"], fails=is_refused, env=environ)
    assert told in said
    assert said.count("--method") == ("sha=" in told)


def test_only_a_release_that_is_whole_moves_a_tag():
    assert RELEASE["on"] == {"release": {"types": ["published"]}}
    assert MAJOR_TAG["if"] == "${{ !github.event.release.prerelease }}"
    assert MAJOR_TAG["permissions"] == {"contents": "write"}


# What the workflow may do, and when it runs


def test_the_job_may_write_contents_and_nothing_else():
    assert PAPERS["permissions"] == {}
    assert JOB["permissions"] == {"contents": "write"}


def test_runs_of_one_list_queue_up_and_none_is_cancelled():
    path = "${{ inputs.path || vars.PAPERS_PATH || 'README.md' }}"
    root = "${{ inputs.root || vars.PAPERS_ROOT }}"
    section = "${{ inputs.section || vars.PAPERS_SECTION }}"
    concurrency = PAPERS["concurrency"]
    group = re.sub(r"\s+", " ", concurrency.pop("group"))
    assert group == f"papers-{root}-{path}-{section}"
    assert concurrency == {"queue": "max", "cancel-in-progress": False}


def test_neither_checkout_leaves_a_token_and_the_second_is_this_workflows_own_code():
    assert CHECK_OUT_LIST["with"] == {"persist-credentials": False}
    assert CHECK_OUT_CODE["with"] == {
        "repository": "${{ job.workflow_repository }}",
        "ref": "${{ job.workflow_sha }}",
        "path": ".paper-action",
        "persist-credentials": False,
    }
    assert STEP["uses"] == "./.paper-action"
    assert CHECK_OUT_LIST["uses"] == CHECK_OUT_CODE["uses"]
    assert re.fullmatch("actions/checkout@[0-9a-f]{40}", CHECK_OUT_LIST["uses"])


def test_the_callers_own_token_comes_before_the_jobs():
    (secret,) = PAPERS["on"]["workflow_call"]["secrets"]
    assert secret == "papers-token"
    assert STEP["with"]["token"] == "${{ secrets.papers-token || github.token }}"


def test_a_run_has_an_hour_and_more():
    assert JOB["timeout-minutes"] >= 60


def test_the_schedule_comes_after_the_feeds_rebuild_and_off_the_hour():
    (schedule,) = PAPERS["on"]["schedule"]
    minute, hour, *days = schedule["cron"].split()
    assert int(hour) >= 5
    assert 0 < int(minute) < 60
    assert days == ["*", "*", "*"]


def test_only_packages_with_the_hashes_that_were_reviewed_are_installed():
    assert "--require-hashes --no-deps" in INSTALL["run"]
    assert "--only-binary :all:" in INSTALL["run"]
    requirements = (TOP / "paper_action/requirements.txt").read_text("utf-8")
    pinned = re.findall(r"(?m)^[\w.-]+(?:\[\w+\])?==", requirements)
    blocks = re.split(r"(?m)^(?=[\w.-]+(?:\[\w+\])?==)", requirements)[1:]
    assert len(pinned) >= 3
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_no_expression_stands_in_a_script():
    scripts = [step["run"] for step in [INSTALL, RUN, CHECK_CODE]]
    assert [script for script in scripts if "${{" in script] == []


def test_every_step_has_a_name_that_a_log_can_show():
    nameless = [step for step in ACTION["runs"]["steps"] if not step.get("name")]
    assert nameless == []
    files = sorted(GITHUB.glob("workflows/*.yml"))
    jobs = [
        job for file in files for job in load(file.read_text("utf-8"))["jobs"].values()
    ]
    scripts = [step for job in jobs for step in job["steps"] if "run" in step]
    assert [step for step in scripts if not step.get("name")] == []
    assert len(scripts) >= 5


def test_the_projects_check_runs_the_readmes_two_commands():
    readme = (TOP / "README.md").read_text("utf-8")
    commands = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```$", readme)
    steps = [step.strip() for command in commands for step in command.split(" && ")]
    lines = (TOP / ".ci/run").read_text("utf-8").splitlines()
    assert len(commands) == 2
    assert [line for line in lines if line in steps] == steps


def test_every_file_for_github_fits_its_schema(tmp_path):
    for number, text in enumerate(WORKFLOWS):
        (tmp_path / f"{number}.yml").write_text(text, "utf-8")
    files = {
        "workflows": [*GITHUB.glob("workflows/*.yml"), *tmp_path.iterdir()],
        "actions": [TOP / "action.yml"],
        "issue-forms": [*GITHUB.glob("ISSUE_TEMPLATE/[!c]*.yml")],
    }
    schemas = {f"vendor.github-{name}": files[name] for name in files}
    schemas["vendor.dependabot"] = [GITHUB / "dependabot.yml"]
    check = import_module("check_jsonschema").main  # one process for all schemas
    for schema, judged in schemas.items():
        with pytest.raises(SystemExit) as ended:
            check(["--builtin-schema", schema, *map(str, judged)])
        assert ended.value.code == 0


def test_zizmor_finds_nothing():
    call("zizmor", "--offline", "--persona=auditor", TOP / "action.yml", GITHUB)


# The workflow in a runner


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Path:
    """Return a repository that holds the action and its workflow; fill WHEELS."""
    if not WHEELS.exists():
        download = (
            "-m pip download --no-deps --only-binary :all: --require-hashes".split()
        )
        requirements = TOP / "paper_action/requirements.txt"
        call(sys.executable, *download, "-d", WHEELS, "-r", requirements)
    repository = tmp_path_factory.mktemp("product") / "paper action"
    shutil.copytree(TOP / "paper_action", repository / "paper_action")
    shutil.copytree(GITHUB, repository / ".github")
    shutil.copy(TOP / "action.yml", repository)
    (repository / ".github/workflows/papers.yml").write_text(FOR_ACT, "utf-8")
    for command in ("init", "add .", "commit -m The-action"):
        git(repository, *command.split())
    return repository


# A python3 whose pip is done at once: what it installs are links to what is here.
INSTALLED = """
case "$*" in *" pip install "*) ;; *) exec "{python}" "$@";; esac
while [ "$1" != --target ]; do shift; done
ln -s "{packages}"/* "$2"
"""


@pytest.fixture
def is_installed(tmp_path) -> None:
    """Let the jobs of a workflow have their packages at once."""
    packages = sysconfig.get_path("platlib")
    text = INSTALLED.format(python=sys.executable, packages=packages)
    script(tmp_path / "bin/python3", text)


@pytest.fixture
def act(product, origin, tmp_path):
    """Return a function that pushes workflows, runs them and returns the log.

    ``form`` is what somebody fills in, ``ours`` what the stand-in for checkout clones;
    ``variables`` are the repository's, without ``PAPERS_``. Programs come from ``bin``
    first.
    """
    if os.name == "nt" or not shutil.which("act", path=PATH):
        pytest.skip("act has no build or no bash here")

    def start(
        event, *workflows, form=(), ours=product, fails=False, **variables
    ) -> str:
        names = [f".github/workflows/{number}.yml" for number in range(len(workflows))]
        files = dict(zip(names, workflows, strict=True))
        edit(origin, **files, **{"action.yml": ACTION_TEXT})
        git(origin, "branch", "papers", "main")
        stand_in = f"{CHECK_OUT_LIST['uses']}={DATA / 'checkout'}"
        flags = ["--platform=ubuntu-latest=-self-hosted", "--action-offline-mode"]
        flags += ["--actor=someone", "--artifact-server-path="]
        flags += [f"--local-repository={stand_in}"]
        flags += [f"--local-repository=OWNER/paper-action@main={product}"]
        flags += [f"--env=PIP_FIND_LINKS={WHEELS}", f"--env=PATH={tmp_path}/bin:{PATH}"]
        flags += ["--env=PIP_NO_INDEX=1", f"--env=WORKFLOW_REPOSITORY={ours}"]
        flags += [f"--var=PAPERS_{name}={text}" for name, text in variables.items()]
        flags += [f"--input={answer}" for answer in form]
        places = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
        environ = clean_environ() | places
        return call("act", event, *flags, fails=fails, cwd=clone(origin), env=environ)

    return start


TOLD = ("commit", "lookback-days", "tidy", "dry-run")
SAYING = "told commit=$COMMIT days=$LOOKBACK_DAYS tidy=$TIDY dry-run=$DRY_RUN;"


def echoing() -> str:
    """Return papers.yml with one step: it says what reaches the action."""
    workflow = load(FOR_ACT)
    del workflow["on"]["workflow_call"]["outputs"]
    job = workflow["jobs"]["papers"]
    del job["outputs"]
    variables = {shouted(name): STEP["with"][name] for name in TOLD}
    job["steps"] = [{"run": f'echo "{SAYING}"', "env": variables}]
    text = StringIO()
    YAML(typ="safe").dump(workflow, text)
    return text.getvalue()


CALLING = """
on: push
jobs:
  papers:
    uses: ./.github/workflows/0.yml
    permissions:
      contents: write
"""
FALSE = "commit: false, lookback-days: 0, tidy: false, dry-run: false"
TRUE = {"COMMIT": "true", "LOOKBACK_DAYS": "9", "TIDY": "true", "DRY_RUN": "true"}


@pytest.mark.parametrize(
    ("ticked", "other"), [("dry-run", "tidy"), ("tidy", "dry-run")]
)
def test_a_ticked_box_of_the_form_counts_and_the_variable_where_nobody_ticked_it(
    act, ticked, other
):
    variables = {
        "COMMIT": "false",
        "LOOKBACK_DAYS": "0",
        shouted(ticked): "false",
        shouted(other): "true",
    }
    form = [f"{ticked}=true", f"{other}=false"]
    said = act("workflow_dispatch", echoing(), form=form, **variables)
    assert "told commit=false days=0 tidy=true dry-run=true;" in said


def test_false_and_zero_of_a_caller_count_before_the_variables(act):
    caller = f"{CALLING}    with: {{{FALSE}}}\n"
    said = act("push", echoing(), caller, **TRUE)
    assert "told commit=false days=0 tidy=false dry-run=false;" in said


def test_a_caller_who_gives_nothing_has_the_variables(act):
    said = act("push", echoing(), CALLING, **TRUE)
    assert "told commit=true days=9 tidy=true dry-run=true;" in said


def test_the_schedule_has_the_variables_and_what_nobody_set_is_empty(act):
    said = act("schedule", echoing(), TIDY="true")
    assert "told commit= days= tidy=true dry-run=;" in said


def test_a_run_by_hand_takes_what_the_form_says_before_the_variables(act, origin):
    form = ("keywords=llm", "path=docs/list.md")
    act(
        "workflow_dispatch", FOR_ACT, form=form, KEYWORDS="generative", FEED_URL=DAYS[1]
    )
    commit = git(origin, "log", "-1", "--format=%an: %s", "main")
    assert commit == "github-actions[bot]: Add 10 arXiv papers\n"
    assert git(origin, "show", "main:docs/list.md").count("\n| ") == 2 + 10


def test_a_setting_that_cannot_be_read_fails_the_job(act, is_installed):
    said = act(
        "workflow_dispatch", FOR_ACT, TIDY="perhaps", FEED_URL=DAYS[1], fails=True
    )
    assert "tidy: 'perhaps' is not one of true, false" in said


def test_outputs_reach_the_caller_and_nothing_is_committed_where_commit_is_false(
    act, is_installed, origin
):
    wrong = dict.fromkeys(("COMMIT", "LOOKBACK_DAYS", "DRY_RUN"), "perhaps")
    said = act("push", CALLER, FEED_URL=DAYS[1], **wrong)
    assert "told 14 true" in said
    assert git(origin, "log", "-1", "--format=%s", "main") == "Edit\n"


def test_a_server_that_does_not_name_the_workflows_repository_is_a_clear_error(
    act, origin
):
    said = act("push", CALLER, ours=origin, fails=True)
    assert "Failure - Main Make sure that it is the code of this workflow" in said
    assert "Run Main ./.paper-action" not in said  # the caller's own action.yml


def test_the_schedule_fills_a_forks_list_and_that_of_every_workflow(
    act, is_installed, origin, tmp_path
):
    script(tmp_path / "bin/curl", 'echo "sent: $(cat)"')
    script(tmp_path / "bin/gh", 'case "$*" in *--jq*) echo 0;; *) echo sent:;; esac')
    settings = rf"\1feed-url: {DAYS[0]}\n\1path: {{}}.md\n\1keywords:"
    pages = [
        re.sub("(?m)^( +)keywords:", settings.format(number), text)
        for number, text in enumerate(WORKFLOWS)
    ]
    said = act("schedule", FOR_ACT, *pages, FEED_URL=DAYS[1], KEYWORDS="generative")
    assert git(origin, "show", "main:README.md").count("\n| ") == 2 + 3
    made = git(origin, "ls-tree", "--name-only", "main").split()
    made += git(origin, "ls-tree", "--name-only", "papers").split()
    assert {f"{number}.md" for number in range(len(pages))} <= {*made}
    tell = [text for text in WORKFLOWS if "@- " in text or "POST" in text]
    assert said.count("| sent:") == len(tell)


# The action's own steps


@posix
def test_nothing_of_the_users_gets_in_the_way(origin, product, tmp_path):
    workspace = clone(origin, "a workspace")
    for name in "types operator pip requests paper_action sitecustomize".split():
        (workspace / f"{name}.py").write_text("raise SystemExit('not this one')")
    script(tmp_path / "a bin/python3", "echo Python was not found; exit 49")
    script(tmp_path / "a bin/python", '[ "$1" = --version ] && echo Python 3.10.12')
    script(tmp_path / "a bin/python3.11", f'exec "{sys.executable}" "$@"')
    places = {"room": tmp_path, "action": product, "feed": DAYS[1], "wheels": WHEELS}
    user = {
        file.name: file.read_text().format(**places) for file in DATA.glob("user/*")
    }
    (tmp_path / "pip.conf").write_text(user["pip.conf"])
    environ = dict(line.split("=", 1) for line in user["environment.txt"].splitlines())
    for step in (INSTALL, RUN):
        call("bash", "-eo", "pipefail", "-c", step["run"], cwd=workspace, env=environ)
        output = (tmp_path / "the output").read_text("utf-8")
        left = re.findall("(.*)=(.*)", output)
        environ |= {name.upper(): value for name, value in left}
    assert git(origin, "show", "main:README.md").count("\n| ") == 2 + 14
    assert not (tmp_path / "no").exists()


# Where pip finds packages, and how it reaches them: what a user says must reach it.
FETCHING = [
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_NO_INDEX",
    "PIP_FIND_LINKS",
    "PIP_CONFIG_FILE",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "PIP_TRUSTED_HOST",
    "PIP_PROXY",
    "PIP_TIMEOUT",
    "PIP_DEFAULT_TIMEOUT",
    "PIP_RETRIES",
    "PIP_CACHE_DIR",
    "PIP_KEYRING_PROVIDER",
    "PIP_USE_FEATURE",
]


@posix
def test_variables_that_say_how_to_fetch_packages_reach_pip(tmp_path):
    script(tmp_path / "bin/python3", 'case "$*" in *" pip install "*) env;; esac')
    given = {"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "TMPDIR": "/nowhere"}
    given |= {"RUNNER_TEMP": str(tmp_path)}  # which the runner empties
    given |= {"ACTION": str(TOP), "GITHUB_OUTPUT": str(tmp_path / "output")}
    given |= dict.fromkeys(FETCHING, "mine")
    install = INSTALL["run"]
    seen = call("bash", "-eo", "pipefail", "-c", install, env=given).splitlines()
    assert [name for name in FETCHING if f"{name}=mine" not in seen] == []


@posix
def test_python_is_called_so_that_it_writes_nothing_beside_and_speaks_unicode(tmp_path):
    script(
        tmp_path / "python", 'case "$*" in *os.pathsep*) echo :;; *) echo "$@";; esac'
    )
    environ = {"INTERPRETER": str(tmp_path / "python"), "PATH": "/usr/bin:/bin"}
    environ |= {"ACTION": "/action", "PACKAGES": "/packages"}
    said = call("bash", "-c", RUN["run"], env=environ)
    assert said == "-P -s -B -X utf8 -m paper_action\n"


@posix
@pytest.mark.parametrize(
    ("path", "has"),
    [
        ("bin", r"python3 \(Python 3.10.12\)"),
        ("venv/bin", r"python3 \("),
        ("no", "none"),
    ],
)
def test_a_runner_without_a_python_that_will_do_is_told_what_it_has(
    tmp_path, path, has
):
    venv.create(tmp_path / "venv", symlinks=True)
    script(tmp_path / "bin/python3", '[ "$1" = --version ] && echo Python 3.10.12')
    environ = {"PATH": str(tmp_path / path)}
    install = INSTALL["run"]
    said = call("bash", "-eo", "pipefail", "-c", install, fails=True, env=environ)
    assert re.search(f"(?m)^::error::.*with pip; this runner has: {has}", said)

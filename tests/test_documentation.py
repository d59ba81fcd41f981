"""What the README, the action and the workflows say, held against the code and against each other."""

import ast
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import fields
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from paper_action.settings import Settings, dashed

from .conftest import DAYS, TOP, run_program
from .rendered import render, table_rows

README = (TOP / "README.md").read_text(encoding="utf-8")
WORKFLOWS = sorted((TOP / ".github" / "workflows").glob("*.yml"))
DEFAULTS = {dashed(one.name): one.metadata["default"] for one in fields(Settings)}
ACTION = YAML(typ="safe").load(TOP / "action.yml")
PAPERS = YAML(typ="safe").load(TOP / ".github" / "workflows" / "papers.yml")
FENCED = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def tool(name: str, *arguments: object) -> None:
    """Run a checker that is installed beside Python; it must find nothing."""
    program = shutil.which(name, path=sysconfig.get_path("scripts"))
    assert program, f"{name} is not installed"
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def readme_table(heading: str) -> dict[str, list[str]]:
    """Return the other cells of each row of the table below a heading, by the name in the first."""
    below = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [row.strip("| ").split(" | ") for row in below.splitlines() if row.startswith("| `")]
    return {name.strip("`"): rest for name, *rest in rows}


def messages() -> set[str]:
    """Return of each error and each warning in the code the longest part that is always there."""
    found = set()
    for module in (TOP / "paper_action").glob("*.py"):
        for call in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and re.search(r"(Error|\bwarn)$", ast.unparse(call.func)):
                texts = [one.value for one in ast.walk(call) if isinstance(one, ast.Constant)]
                found.add(max((text for text in texts if isinstance(text, str)), key=len, default="").strip())
    return {text for text in found if len(text) > 3}


def test_the_action_has_every_setting_with_its_default() -> None:
    own = {"commit": "true", "token": "${{ github.token }}"}
    assert {name: one["default"] for name, one in ACTION["inputs"].items()} == DEFAULTS | own


def test_the_action_hands_every_input_over() -> None:
    step = ACTION["runs"]["steps"][-1]
    for name in DEFAULTS:
        assert re.match(rf"\$\{{\{{ inputs\.{name}( \|\| .+)? \}}\}}$", step["env"]["PAPER_ACTION_" + shouted(name)])


def shouted(name: str) -> str:
    return name.upper().replace("-", "_")


def test_help_has_every_setting_with_its_default(folder: Path) -> None:
    text = "".join(run_program(folder, "--help").out.split())
    for name, default in DEFAULTS.items():
        squeezed = re.escape("".join(default.split()) or "none")
        assert (name == "token") != bool(re.search(rf"--{name}(…|\[…\])[^…]*\(default:{squeezed}\)", text)), name


def test_the_readme_has_every_setting_with_its_default() -> None:
    shown = {name: re.match(r"`([^`]+)`|none", cells[0]) for name, cells in readme_table("Settings").items()}
    assert {name: found and (found[1] or "") for name, found in shown.items()} == DEFAULTS


def test_the_workflow_has_every_setting_as_an_input_and_as_a_variable() -> None:
    inputs = DEFAULTS.keys() - {"token"}
    triggers = PAPERS["on"]
    for kind in ("workflow_dispatch", "workflow_call"):
        assert triggers[kind]["inputs"].keys() == inputs
        assert all(one["type"] == "string" and not one.get("default") for one in triggers[kind]["inputs"].values())
    assert triggers["workflow_call"]["secrets"].keys() == {"token"}
    handed = {name: f"${{{{ inputs.{name} || vars.PAPERS_{shouted(name)} }}}}" for name in inputs}
    assert PAPERS["jobs"]["papers"]["steps"][-1]["with"] == handed | {"token": "${{ secrets.token || github.token }}"}


def test_the_action_and_the_workflow_describe_a_setting_alike() -> None:
    for kind in ("workflow_dispatch", "workflow_call"):
        for name, one in PAPERS["on"][kind]["inputs"].items():
            assert ACTION["inputs"][name]["description"].startswith(one["description"].rstrip(".")), name


def test_the_outputs_are_the_same_everywhere(folder: Path) -> None:
    written = run_program(folder, "--feed-url", DAYS[0]).outputs
    job, call = PAPERS["jobs"]["papers"], PAPERS["on"]["workflow_call"]
    assert {*written} == {*ACTION["outputs"]} == {*call["outputs"]} == {*job["outputs"]} == {*readme_table("Outputs")}
    for name in written:
        assert ACTION["outputs"][name]["value"] == f"${{{{ steps.run.outputs.{name} }}}}"
        assert job["outputs"][name] == f"${{{{ steps.papers.outputs.{name} }}}}"
        assert call["outputs"][name]["value"] == f"${{{{ jobs.papers.outputs.{name} }}}}"


def test_the_readme_explains_every_message() -> None:
    missing = {text for text in messages() if text not in README}
    assert not missing


@pytest.mark.parametrize("number", range(len(FENCED)))
def test_a_workflow_in_the_readme_is_valid(tmp_path: Path, number: int) -> None:
    whole = re.search("^on:", FENCED[number], re.MULTILINE)
    file = tmp_path / "workflow.yml"
    file.write_text(FENCED[number] if whole else "on: workflow_dispatch\n" + FENCED[number], encoding="utf-8")
    tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", file)


def test_the_files_for_github_fit_its_schemas() -> None:
    forms = [file for file in (TOP / ".github" / "ISSUE_TEMPLATE").glob("*.yml") if file.name != "config.yml"]
    tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", TOP / "action.yml")
    tool("check-jsonschema", "--builtin-schema", "vendor.dependabot", TOP / ".github" / "dependabot.yml")
    tool("check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", *forms)


def test_zizmor_finds_nothing_and_exceptions_have_reasons() -> None:
    files = [TOP / "action.yml", TOP / ".github" / "dependabot.yml", *WORKFLOWS]
    tool("zizmor", "--offline", "--persona=auditor", "--no-progress", *files)
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert text.count("zizmor: ignore") == len(re.findall(r"# zizmor: ignore\[[\w-]+\] \S", text)), file.name


def test_every_action_is_pinned_to_a_commit_with_its_version() -> None:
    for file in [TOP / "action.yml", *WORKFLOWS]:
        for used in re.findall(r"^\s*(?:- )?uses: *(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE):
            assert re.fullmatch(r"\./\.paper-action .*|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), file.name


def test_permissions_are_the_least() -> None:
    for file in WORKFLOWS:
        workflow = YAML(typ="safe").load(file)
        assert workflow["permissions"] == {}
        for name, job in workflow["jobs"].items():
            assert set(job["permissions"]) == {"contents"}, name
            assert job["timeout-minutes"] <= 30
            for step in job["steps"]:
                checkout = step.get("uses", "").startswith("actions/checkout@")
                assert not checkout or step["with"]["persist-credentials"] is False


def test_the_programs_own_readme_can_take_its_list(folder: Path) -> None:
    before, start, after = README.rpartition("<!-- papers:start -->\n")
    empty = before + start + re.sub(r"(?<=--- \|\n)(\|.*\n)+", "", after)
    (folder / "README.md").write_text(empty, encoding="utf-8", newline="")
    shown = run_program(folder, "--dry-run", "--feed-url", DAYS[1])
    assert (shown.code, shown.outputs["added"], shown.out.count("\n| ")) == (0, "14", 0)
    assert len(re.findall(r"^\+?\| ", shown.out, re.MULTILINE)) == 14
    assert run_program(folder, "--feed-url", DAYS[1]).outputs["added"] == "14"
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith(before + start)
    assert len(table_rows(text)) == len(table_rows(empty)) + 14
    assert len(render(text).findall(".//table")[-1].findall("tbody/tr")) == 14


def test_the_readme_names_files_that_are_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (TOP / target).exists(), target


@pytest.mark.skipif(sys.platform == "win32", reason="the command is for a Unix shell")
def test_the_readmes_commands_are_what_ci_runs() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert [re.findall(r"python -m (?!pip )(\w+)", one) for one in commands] == [["paper_action"]] * 2 + [["pytest"]]

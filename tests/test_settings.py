"""Three doors to one set of settings, and errors that name the setting, the text and a way out."""

import os
import re
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from paper_action import __version__
from paper_action.paper import ConfigError
from paper_action.settings import PREFIX, Settings, dashed

from .conftest import DAYS, NOW, TOP, cases

DEFAULTS = {dashed(each.name): each.metadata["default"] for each in fields(Settings)[1:]}


def load(*flags: str, **texts: str) -> Settings:
    """Return the settings of this repository: flags, and variables named as the settings are."""
    given = {"root": str(TOP)} | texts
    variables = {PREFIX + name.upper().replace("-", "_"): text for name, text in given.items()}
    return Settings.load(flags, variables, NOW)


def error(**texts: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(**texts)
    return str(caught.value)


def printed(capsys, flag: str) -> str:
    with pytest.raises(SystemExit, match="0"):
        load(flag)
    return capsys.readouterr().out


def test_every_setting_is_in_the_action_and_in_the_reference_with_its_default():
    inputs = YAML(typ="safe").load(TOP / "action.yml")["inputs"]
    ours = {"commit": "true", "token": "${{ github.token }}"}
    assert {name: each["default"] for name, each in inputs.items()} == DEFAULTS | ours
    reference = (TOP / ".github" / "REFERENCE.md").read_text(encoding="utf-8")
    table = reference.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:`([^`]*)`|none)", table, re.MULTILINE)
    assert dict(rows) == DEFAULTS


def test_every_setting_is_in_the_help_with_its_default_and_so_is_the_grammar(capsys):
    page = printed(capsys, "--help")
    assert page.startswith("usage: python -m paper_action [--SETTING VALUE] ...\n")
    assert page.count("\n") <= 60
    assert max(map(len, page.splitlines())) <= 80
    assert all(word in page for word in ('"RAG"', "ANDNOT", "au:", "2024-03-31"))
    text = " ".join(page.split()).replace("multi- modal", "multi-modal")
    for name, default in DEFAULTS.items():
        about = rf"(--{name} \[?\.\.\.|_{name.upper()} )((?!default:).)*\(default: "
        assert re.search(about + re.escape(f"{default or 'none'})"), text)


def test_the_version_can_be_asked_for(capsys):
    assert printed(capsys, "--version") == f"paper-action {__version__}\n"


@pytest.mark.parametrize("flags", [["--no-such"], ["--token", "x"], ["--categ", "math"]])
def test_what_is_no_flag_ends_the_run(flags):
    with pytest.raises(SystemExit, match="2"):
        load(*flags)


def test_a_flag_wins_over_the_variable_and_empty_means_the_default():
    assert load(categories="math\ncs.CL").categories == ("math", "cs.CL")
    assert load("--categories", "cs.CL", categories="a b!").categories == ("cs.CL",)
    assert load("--categories", "", categories="").categories == ("cs.IR",)
    assert load(exclude=" \n", since="", section="").exclude is None
    assert load("--commit", "--dry-run").commit
    assert not load("--commit", "false", commit="true").commit


def test_the_workspace_is_the_default_root(folder):
    workspace = {"GITHUB_WORKSPACE": str(folder)}
    assert Settings.load([], workspace, NOW).root == folder
    assert Settings.load([], workspace | {f"{PREFIX}ROOT": str(TOP)}, NOW).root == TOP


@pytest.mark.parametrize(("name", "text", "value"), cases("settings.txt"))
def test_values_are_read_in_any_case_and_form_that_is_clear(name, text, value):
    assert str(getattr(load(**{name: text}), name.replace("-", "_"))) == value


@pytest.mark.parametrize(("name", "text", "hint"), cases("refused.txt"))
def test_a_bad_value_is_an_error_that_shows_one_that_would_do(name, text, hint):
    said = error(**{name: text})
    assert said.startswith(f"{name}: ")
    assert repr(text)[1:-1] in said
    assert hint in said.replace(repr(text), "")


@pytest.mark.parametrize("name", ["path", "archive", "section", "data-file", "commit-message"])
def test_a_control_character_is_an_error_and_not_shown(name):
    assert error(**{name: "a\x07b.md"}).startswith(f"{name}: 'a\\x07b.md' will not do")


def test_what_does_not_go_together_is_an_error():
    said = error(since="2025-04-02", until="2025-04-01")
    assert said == "until: '2025-04-01' is before since; write 2025-04-02"
    assert "archive: 'archive' is not a folder beside archive/x.md" in error(path="archive/x.md")
    feed = {"feed-url": str(DAYS[0])}
    for name in ("since", "until"):
        assert f"the run's only source; leave {name} empty" in error(**feed, **{name: "2025-04-01"})


@pytest.mark.skipif(os.name == "nt", reason="making a link takes a privilege there")
def test_links_are_followed_within_the_checkout_and_not_out_of_it(folder):
    (folder / "README.md").symlink_to("docs/list.md")
    assert load(root=str(folder)).path == "README.md"
    (folder / "out.md").symlink_to(folder.parent / "outside.md")
    assert "leads out of the checkout" in error(root=str(folder), path="out.md")


@given(st.sampled_from(sorted(DEFAULTS.keys() - {"token", "root"})), st.text())
def test_any_text_is_a_value_or_an_error_of_its_setting(name, text):
    try:
        load(**{name: text})
    except ConfigError as caught:
        assert caught.setting == name  # noqa: PT017

"""Three doors to one set of settings, and errors that show a way out."""

import os
import re
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from paper_action import __version__
from paper_action.paper import ConfigError
from paper_action.settings import PREFIX, Settings, read_settings

from .conftest import DAYS, NOW, TOP, cases

SIGNS = st.sampled_from([*"aB*\"',;:|()[]- \n", " AND ", "ti:", " NOT ", " OR "])
INPUTS = YAML(typ="safe").load(TOP / "action.yml")["inputs"]
DEFAULTS = {name: each["default"] for name, each in INPUTS.items()}
DEFAULTS |= {"commit": "false", "token": ""}  # the action's own are others
NAMES = st.sampled_from(sorted(DEFAULTS.keys() - {"token", "root"}))


def load(*flags: str, **texts: str) -> Settings:
    """Return the settings of a run in this repository with some variables."""
    variables = {
        PREFIX + name.upper().replace("-", "_"): text for name, text in texts.items()
    }
    return read_settings(flags, variables | {"GITHUB_WORKSPACE": str(TOP)}, NOW)


def error(**texts: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(**texts)
    return str(caught.value)


def printed(capsys, *flags: str, code: int = 0) -> str:
    with pytest.raises(SystemExit, match=str(code)):
        load(*flags)
    return "".join(capsys.readouterr())


def test_every_setting_is_in_the_reference_with_its_default():
    reference = (TOP / ".github" / "REFERENCE.md").read_text(encoding="utf-8")
    table = reference.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:`([^`]*)`|none)", table, re.MULTILINE)
    assert dict(rows) == DEFAULTS


def test_every_setting_is_in_the_help_with_its_default_and_so_is_the_grammar(capsys):
    page = printed(capsys, "--help")
    assert page.startswith("usage: python -m paper_action [--SETTING VALUE] ...\n")
    assert page.count("\n") <= 60
    assert max(map(len, page.splitlines())) <= 80
    assert all(
        word in page for word in ('\n  "RAG"    ', "ANDNOT", "au:", "2024-03-31")
    )
    assert {*re.findall("(?m)^ +--([a-z-]+)", page)} == {*DEFAULTS, "version"} - {
        "token"
    }
    text = " ".join(page.split()).replace("multi- modal", "multi-modal")
    for name, default in DEFAULTS.items():
        about = rf"(--{name} \[?\.\.\.|_{name.upper()} )((?!default:).)*\(default: "
        assert re.search(about + re.escape(f"{default or 'none'})"), text)


def test_the_version_can_be_asked_for(capsys):
    assert printed(capsys, "--version") == f"paper-action {__version__}\n"


def test_what_is_no_flag_ends_the_run(capsys):
    assert "unrecognized arguments: --categ" in printed(
        capsys, "--categ", "math", code=2
    )


def test_a_flag_wins_over_the_variable_and_empty_means_the_default():
    assert load(categories="math\ncs.CL").categories == ("math", "cs.CL")
    assert load("--categories", "cs.CL", categories="a b!").categories == ("cs.CL",)
    empty = load("--categories", "", categories="", exclude=" \n", since="")
    assert empty == load()
    assert load(
        "--commit", "--since", "2025-04-01", "--until", "2025-04-01"
    ).commit  # one day
    assert not load("--commit", "false", commit="true").commit


def test_the_workspace_is_the_default_root(folder):
    assert (load().root, load(root=str(folder)).root) == (TOP, folder)


@pytest.mark.parametrize(("name", "text", "value"), cases("settings.txt"))
def test_values_are_read_in_any_case_and_form_that_is_clear(name, text, value):
    assert str(getattr(load(**{name: text}), name.replace("-", "_"))) == value


@pytest.mark.parametrize(("name", "text", "hint"), cases("refused.txt"))
def test_a_bad_value_is_an_error_that_shows_one_that_would_do(name, text, hint):
    said = error(**{name: text})
    assert said.startswith(f"{name}: ")
    assert said.count(repr(text)) == 1
    assert hint in said.replace(repr(text), "")


FILES = ("path", "root", "archive", "data-file", "feed-url")
TEXTS = (*FILES, "section", "branch", "commit-message")


@pytest.mark.parametrize("name", TEXTS)
def test_a_sign_that_nobody_sees_is_an_error_that_shows_it(name):
    assert repr("a\x07b.md") in error(**{name: "a\x07b.md"})


def test_what_does_not_go_together_is_an_error():
    backwards = error(since="2025-04-02", until="2025-04-01")
    assert backwards.startswith(
        "until: '2025-04-01' is before since; write a day like "
    )
    assert "archive: 'archive' holds the list itself" in error(path="archive/x.md")
    saved = error(**{"feed-url": str(DAYS[0]), "since": "2025-04-01"})
    assert saved.startswith("since: '2025-04-01' cannot be read from a saved feed")


@pytest.mark.skipif(os.name == "nt", reason="making a link takes a privilege there")
def test_links_are_followed_within_the_checkout_and_not_out_of_it(folder):
    (folder / "README.md").symlink_to("docs/list.md")
    assert load(root=str(folder)).path == "README.md"
    (folder / "out.md").symlink_to(folder.parent / "outside.md")
    assert "leads out of the checkout" in error(root=str(folder), path="out.md")


def test_the_token_is_not_shown_where_settings_are_printed():
    assert "secret" not in repr(load(token="secret"))


def test_the_token_is_not_shown_where_it_cannot_be_used():
    assert "secret" not in error(token="secret\x07")


def test_the_token_of_the_job_is_used_only_where_it_is_handed_on():
    assert read_settings([], {"GITHUB_TOKEN": "secret"}, NOW).token == ""


@given(NAMES, st.text() | st.lists(SIGNS).map("".join))
def test_any_text_is_a_value_or_an_error_of_its_setting(name, text):
    try:
        load(**{name: text})
    except ConfigError as caught:
        assert caught.setting == name  # noqa: PT017


def test_the_chosen_window_ends_today_where_no_other_end_is_given():
    first, last = date(2025, 4, 1), date(2025, 4, 2)
    assert load().window is None
    assert load(since="2025-04-01").window == (first, load().today)
    assert load(since="2025-04-01", until="2025-04-02").window == (first, last)


def test_today_is_the_day_of_greenwich():
    evening = datetime(2025, 4, 9, 22, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert read_settings([], {}, evening).today == date(2025, 4, 10)


def test_what_may_be_meant_otherwise_is_told_of_both_lists_of_keywords():
    both = load(keywords="au:Wang, Wei", exclude="au:Li, Na")
    assert ["'au:Wang, Wei'" in notice for notice in both.notices] == [True, False]
    assert ["'au:Li, Na'" in notice for notice in both.notices] == [False, True]


def test_a_category_that_arxiv_does_not_have_is_a_warning_with_the_nearest_ones():
    assert load(categories="cs.IR, math, hep-th").warnings == ()
    (warning,) = load(categories="cs.IR, cs.NPL").warnings
    assert warning.startswith("categories: arXiv has no 'cs.NPL'")
    assert "cs.PL" in warning
    assert "https://arxiv.org/category_taxonomy" in load(categories="zzzz").warnings[0]

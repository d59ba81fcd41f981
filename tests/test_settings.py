"""Three doors to one set of settings, and errors that show a way out."""

import os
import re
from datetime import date, datetime, timedelta, timezone
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from paper_action import __version__
from paper_action.paper import ConfigError
from paper_action.settings import PREFIX, Settings, read_settings

from .conftest import DAYS, NOW, TOP, cases, paper

SIGNS = st.sampled_from([*"aB*\"',;:|()[]- \n", " AND ", "ti:", " NOT ", " OR "])
INPUTS = YAML(typ="safe").load(TOP / "action.yml")["inputs"]
DEFAULTS = {name: each["default"] for name, each in INPUTS.items()}
DEFAULTS |= {"commit": "false", "token": ""}  # the action's own are others
NAMES = st.sampled_from(sorted(DEFAULTS.keys() - {"token", "root"}))
BOOLEANS = ("tidy", "commit", "dry-run")
links = pytest.mark.skipif(os.name == "nt", reason="a link takes a privilege there")


def variable(name: str) -> str:
    return PREFIX + name.upper().replace("-", "_")


def load(*flags: str, **texts: str) -> Settings:
    """Return the settings of a run in this repository with some variables."""
    environ = {"GITHUB_WORKSPACE": str(TOP)}
    for name, text in texts.items():
        environ[variable(name)] = text
    return read_settings(flags, environ, NOW)


def value(name: str, settings: Settings) -> object:
    return getattr(settings, name.replace("-", "_"))


def error(**texts: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(**texts)
    return str(caught.value)


def printed(capsys, *flags: str, code: int = 0) -> str:
    with pytest.raises(SystemExit, match=str(code)):
        load(*flags)
    return "".join(capsys.readouterr())


@pytest.fixture
def page(capsys) -> str:
    return printed(capsys, "--help")


# The doors


def test_every_setting_is_in_the_reference_with_its_default():
    reference = (TOP / ".github" / "REFERENCE.md").read_text(encoding="utf-8")
    table = reference.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:`([^`]*)`|none)", table, re.MULTILINE)
    assert dict(rows) == DEFAULTS


def test_the_help_fits_a_terminal(page):
    lines = page.splitlines()
    assert lines[0] == "usage: python -m paper_action [--SETTING VALUE] ..."
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("part", ['\n  "RAG"    ', "ANDNOT", "au:", "2024-03-31"])
def test_the_help_has_the_grammar_and_the_form_of_a_day(page, part):
    assert part in page


def test_the_help_has_a_flag_for_every_setting_but_the_token(page):
    flags = set(re.findall("(?m)^ +--([a-z-]+)", page))
    assert flags == DEFAULTS.keys() - {"token"} | {"version"}


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_stands_in_one_line_of_the_help(page, name):
    default = DEFAULTS[name] or "none"
    assert any(f"(default: {default})" in line for line in page.splitlines())


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_help_has_the_default_of_a_setting(page, name):
    text = " ".join(page.split())
    default = re.escape(f"{DEFAULTS[name] or 'none'})")
    told = (
        rf"(--{name} \[?\.\.\.|{variable(name)} )((?!default:).)*\(default: {default}"
    )
    assert re.search(told, text)


def test_the_version_can_be_asked_for(capsys):
    assert printed(capsys, "--version") == f"paper-action {__version__}\n"


def test_what_is_no_flag_ends_the_run(capsys):
    said = printed(capsys, "--categ", "math", code=2)
    assert "unrecognized arguments: --categ" in said


@pytest.mark.parametrize("flags", [("--token", "secret"), ("--token=secret",)])
def test_the_token_has_no_flag_and_is_not_shown(flags):
    with pytest.raises(ConfigError) as caught:
        load(*flags)
    assert str(caught.value) == (
        "token: it has no flag; set the variable PAPER_ACTION_TOKEN"
    )


def test_help_can_be_asked_for_behind_a_flag(capsys):
    assert "usage: python -m paper_action" in printed(capsys, "--tidy", "-h")


def test_a_value_may_begin_with_a_dash():
    assert value("commit-message", load("--commit-message=-x")) == "-x"
    assert value("commit-message", load("--commit-message", "- an x")) == "- an x"


def test_what_a_value_that_is_missing_would_stand_before_is_a_flag(capsys):
    said = printed(capsys, "--keywords", "--tidy", code=2)
    assert "argument --keywords: expected one argument" in said


AS_WRITTEN = [  # a setting and its text, which the error shows as it is
    ("keywords", r"\bRAG\b"),
    ("keywords", """'multi modal' OR "RAG\""""),
    ("keywords", "“RAG” OR  llm"),
    ("exclude", "au:“Lewis，  Patrick”"),
    ("path", r"docs\list.md"),
    ("archive", r"\\server\old"),
]


@pytest.mark.parametrize(("name", "text"), AS_WRITTEN)
def test_an_error_shows_a_text_once_and_as_it_was_written(name, text):
    assert error(**{name: text}).count(text) == 1


@pytest.mark.parametrize("exclude", ["", "# survey\n"])
def test_an_exclude_of_nothing_or_comments_alone_leaves_nothing_out(exclude):
    settings = load(keywords="llm", exclude=exclude)
    assert settings.match(paper(title="A survey of LLMs")) == ("llm",)


def test_a_variable_is_read():
    assert load(categories="math\ncs.CL").categories == ("math", "cs.CL")


def test_a_flag_wins_over_the_variable():
    assert load("--categories", "cs.CL", categories="a b!").categories == ("cs.CL",)
    assert not load("--commit", "false", commit="true").commit


def test_what_is_empty_is_the_default():
    empty = load("--categories", "", categories="", exclude=" \n", since="")
    assert empty == load()


@pytest.mark.parametrize("name", BOOLEANS)
def test_a_flag_alone_is_true(name):
    assert value(name, load(f"--{name}")) is True
    assert value(name, load(f"--{name}", "--order", "append")) is True


def test_the_workspace_is_the_default_root(folder):
    assert load().root == TOP
    assert load(root=" ").root == TOP
    assert load(root=str(folder)).root == folder


# Texts


@pytest.mark.parametrize(("name", "text", "result"), cases("settings.txt"))
def test_a_value_is_read_from_its_text(name, text, result):
    assert str(value(name, load(**{name: text}))) == result


@pytest.mark.parametrize(("name", "text", "hint"), cases("refused.txt"))
def test_a_bad_value_is_an_error_that_shows_one_that_would_do(name, text, hint):
    said = error(**{name: text})
    assert said.startswith(f"{name}: ")
    assert said.count(f"'{text}'") == 1
    assert hint in said.replace(f"'{text}'", "")


def test_a_root_of_a_name_that_no_folder_can_have_is_an_error_of_that_setting():
    assert error(root="a" * 300).startswith(f"root: '{'a' * 300}' is no folder; ")


FILES = ("path", "root", "archive", "data-file", "feed-url")
TEXTS = (*FILES, "section", "branch", "commit-message")


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("sign", ["\x07", "\x7f"])
def test_a_character_that_cannot_be_seen_is_an_error_that_shows_it(name, sign):
    assert repr(f"a{sign}b.md") in error(**{name: f"a{sign}b.md"})


@pytest.mark.parametrize("name", [*FILES, "section", "branch"])
@pytest.mark.parametrize("sign", ["\t", "\n", "\r"])
def test_so_is_what_begins_a_line_or_jumps_in_it_but_for_a_commit_message(name, sign):
    assert repr(f"a{sign}b.md") in error(**{name: f"a{sign}b.md"})


@pytest.mark.parametrize(
    ("name", "text", "word"),  # of several words the one that cannot be used
    [
        ("categories", "cs.IR, cs_IR, math", "cs_IR"),
        ("columns", "title, titel", "titel"),
        ("announce-types", "new crossed", "crossed"),
        ("keywords", "llm\na OR b, c", "a OR b"),
    ],
)
def test_of_several_words_the_wrong_one_is_named(name, text, word):
    said = error(**{name: text})
    assert said.count(word) == 1
    assert text not in said


def test_an_end_before_the_beginning_is_an_error_that_shows_the_form():
    said = error(since="2025-04-02", until="2025-04-01")
    assert said.startswith("since: '2025-04-02' is after the last day to read; ")
    assert said.endswith(" write a day like 2024-03-31, 2025-04-01 at most")


def test_a_window_may_be_one_day():
    day = date(2025, 4, 1)
    assert load(since=f"{day}", until=f"{day}").window == (day, day)


@pytest.mark.parametrize("path", ["archive/x.md", "archive/deep/x.md"])
def test_a_list_within_its_own_archive_is_an_error(path):
    said = error(path=path)
    assert said.startswith("archive: 'archive' is a file, or holds the list itself; ")


def test_a_section_has_a_folder_of_its_own_in_the_archive():
    assert load(archive="old").folder == "old"
    assert load(archive="old", section="a b").folder == "old/a b"


def test_a_commit_message_may_have_several_lines():
    text = "Add {added}\n\n\tOf today."
    assert value("commit-message", load(**{"commit-message": text})) == text


def test_a_commit_message_that_cannot_be_used_is_shown_as_it_was_written():
    text = "Add {added}\n\x07"
    assert repr(text) in error(**{"commit-message": text})


def test_a_window_in_a_saved_feed_is_an_error():
    said = error(**{"feed-url": str(DAYS[0]), "since": "2025-04-01"})
    assert said.startswith("since: '2025-04-01' cannot be read from a saved feed")


@links
def test_links_are_followed_within_the_checkout(folder):
    (folder / "README.md").symlink_to("docs/list.md")
    assert load(root=str(folder)).path == "README.md"


@links
@pytest.mark.parametrize(
    ("name", "text"),  # each below a link that leads out
    [("path", "out/x.md"), ("archive", "out"), ("data-file", "out/x.csv")],
)
def test_a_link_out_of_the_checkout_is_an_error(folder, name, text):
    (folder / "out").symlink_to(folder.parent)
    said = error(root=str(folder), **{name: text})
    assert said.startswith(f"{name}: {text!r} leads out of the checkout")


@links
def test_a_link_into_gits_own_folder_is_an_error(folder):
    (folder / "docs").symlink_to(".git/info")
    said = error(root=str(folder), path="docs/x.md")
    assert said.startswith("path: 'docs/x.md' leads into .git")


@links
def test_a_link_to_itself_is_a_place_like_any_other(folder):
    (folder / "README.md").symlink_to("README.md")
    assert load(root=str(folder)).path == "README.md"


def test_the_token_is_not_shown_where_settings_are_printed():
    assert "secret" not in repr(load(token="secret"))


@pytest.mark.parametrize("sign", ["\x07", "\udcff", "\u200b", "ä"])
def test_the_token_is_not_shown_where_it_cannot_be_used(sign):
    assert "secret" not in error(token=f"secret{sign}")


def test_the_token_of_the_job_is_used_only_where_it_is_handed_on():
    assert read_settings([], {"GITHUB_TOKEN": "secret"}, NOW).token == ""


@given(NAMES, st.text() | st.lists(SIGNS).map("".join))
def test_any_text_is_a_value_or_an_error_of_its_setting(name, text):
    try:
        load(**{name: text})
    except ConfigError as caught:
        assert str(caught).startswith(f"{name}: ")  # noqa: PT017


def test_the_chosen_window_ends_today_where_no_other_end_is_given():
    first = date(2025, 4, 1)
    last = date(2025, 4, 2)
    assert load().window is None
    assert load(since="2025-04-01").window == (first, load().today)
    assert load(since="2025-04-01", until="2025-04-02").window == (first, last)


def test_today_is_the_day_of_greenwich():
    evening = datetime(2025, 4, 9, 22, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert read_settings([], {}, evening).today == date(2025, 4, 10)


def test_what_may_be_meant_otherwise_is_told_of_both_lists_of_keywords():
    first, second = load(keywords="au:Wang, Wei", exclude="au:Li, Na").notices
    assert first.startswith("keywords: 'au:Wang, Wei' is two alternatives")
    assert second.startswith("exclude: 'au:Li, Na' is two alternatives")


def test_archives_and_a_name_of_two_are_no_warning():
    assert load(categories="cs.IR, math, hep-th, eess.SY, physics").warnings == []


def test_categories_that_arxiv_has_are_no_warning_however_they_are_spelled():
    names = []
    for archive, subjects in cases("taxonomy.txt"):
        parts = subjects.split() if subjects != "-" else []
        names += [f"{archive}.{part}" for part in parts] or [archive]
    assert len(names) == 155
    settings = load(categories=" ".join(names).upper())
    assert settings.categories == tuple(names)
    assert settings.warnings == []


def test_a_category_that_arxiv_does_not_have_is_a_warning_with_the_nearest_ones():
    (warning,) = load(categories="cs.IR, cs.NPL").warnings
    assert warning == (
        "categories: arXiv has no 'cs.NPL'; the nearest are cs.PL, cs.PF, cs.NI; "
        "all it has are listed at https://arxiv.org/category_taxonomy"
    )


@pytest.mark.parametrize(
    ("name", "nearest"), [("AI", "cs.AI"), ("ml", "stat.ML"), ("biology", "q-bio.TO")]
)
def test_the_nearest_may_be_far(name, nearest):
    (warning,) = load(categories=name).warnings
    assert f"the nearest are {nearest}, " in warning


def test_a_category_like_no_other_is_a_warning_that_shows_where_they_are_listed():
    (warning,) = load(categories="zzzz").warnings
    assert warning.endswith(" listed at https://arxiv.org/category_taxonomy")


def test_a_paper_to_be_left_out_matches_nothing():
    settings = load(keywords="llm", exclude="survey")
    assert settings.match(paper(title="An LLM")) == ("llm",)
    assert settings.match(paper(title="A survey of LLMs")) == ()


def test_a_section_of_many_underlines_is_refused_at_once():
    began = process_time()
    assert "cannot be a name" in error(section="_" * 60 + "!")
    assert process_time() - began < 1

"""Three doors to one set of settings, and errors that name the setting, the text and a way out."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from paper_action import __version__
from paper_action.paper import ConfigError
from paper_action.settings import COLUMNS, PREFIX, Settings, dashed, parser

from .conftest import DAYS, NOW, TOP

DEFAULTS = {dashed(name): one[0] for name, one in vars(Settings).items() if isinstance(one, tuple)}
TODAY, APRIL = datetime(2025, 4, 10, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC)


def load(folder: Path, *flags: str, **texts: str) -> Settings:
    variables = {PREFIX + name.upper(): text for name, text in texts.items()}
    return Settings.load(["--root", str(folder), *flags], variables, NOW)


def error(folder: Path, name: str, text: str) -> str:
    """Return the words of the configuration error that a text makes, which show the text."""
    with pytest.raises(ConfigError, match=f"^{name}: .*{re.escape(repr(text)[1:-1])}") as caught:
        load(folder, **{name.replace("-", "_"): text})
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_every_setting_is_an_input_of_the_action_with_its_default():
    inputs = YAML(typ="safe").load(TOP / "action.yml")["inputs"]
    ours = {"commit": "true", "token": "${{ github.token }}"}
    assert {name: each["default"] for name, each in inputs.items()} == DEFAULTS | ours


def test_every_setting_is_in_the_reference_with_its_default():
    reference = (TOP / ".github" / "REFERENCE.md").read_text(encoding="utf-8")
    table = reference.partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:`([^`]*)`|none)", table, re.MULTILINE)
    assert dict(rows) == DEFAULTS


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_setting_is_in_the_help_with_its_default(name):
    text = " ".join(parser({}).format_help().split()).replace("multi- modal", "multi-modal")
    flag = rf"--{name} \[?\.\.\.\]? " if name != "token" else f"{PREFIX}TOKEN "
    default = re.escape(DEFAULTS[name] or "none")
    assert re.search(rf"{flag}((?!default:).)*\(default: {default}\)", text)


def test_the_help_fits_a_screen_and_holds_the_grammar():
    lines = parser({}).format_help().splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 80
    assert lines[0] == "usage: python -m paper_action [--SETTING VALUE] ..."
    assert all(word in "\n".join(lines) for word in ('"RAG"', "ANDNOT", "au:", "2024-03-31"))


def test_a_flag_wins_over_the_variable_and_empty_means_the_default(folder):
    assert load(folder, categories="math").categories == ("math",)
    assert load(folder, "--categories", "cs.CL", categories="a b!").categories == ("cs.CL",)
    assert load(folder, "--categories", "", categories="").categories == ("cs.IR",)
    assert load(folder, exclude=" \n", since="", section="").exclude is None


def test_the_workspace_is_the_default_root(folder):
    workspace = {"GITHUB_WORKSPACE": str(folder)}
    assert Settings.load([], workspace, NOW).root == folder
    assert Settings.load([], {}, NOW).root == Path()
    assert Settings.load([], workspace | {f"{PREFIX}ROOT": str(DAYS[0].parent)}, NOW).root != folder


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("categories", "CS.ir, cs.CL\nhep-TH,cs.IR", ("cs.IR", "cs.CL", "hep-th")),
        ("categories", "math.gt Cond-Mat.Mes-Hall", ("math.GT", "cond-mat.mes-hall")),
        ("announce_types", "New, CROSS", ("new", "cross")),
        ("order", "Newest-First", "newest-first"), ("columns", COLUMNS, tuple(COLUMNS.split(", "))),
        ("tidy", "TRUE", True), ("path", "./docs//My list.MD", "docs/My list.MD"),
        ("archive", "old/", "old"), ("data_file", "x.JSONL", "x.JSONL"),
        ("section", "vision-2 été", "vision-2 été"), ("delay", "0", 0.0), ("timeout", ".5", 0.5),
        ("max_bytes", "0", 0), ("token", " a\n", "a"), ("branch", " refs/heads/a/ä ", "a/ä"),
        ("commit_message", "a\n\nb", "a\n\nb"),
    ],
)  # fmt: skip
def test_values_are_read_in_any_case_and_form_that_is_clear(folder, name, text, value):
    assert getattr(load(folder, **{name: text}), name) == value


def test_a_boolean_flag_can_stand_alone(folder):
    assert load(folder, "--commit", "--dry-run").commit
    assert not load(folder, "--commit", "false", commit="true").commit


@pytest.mark.parametrize(
    ("name", "texts", "hint"),
    [
        ("categories", ["cs_IR", ",", "a/b", "cs."], "cs.IR"), ("announce-types", ["old"], "cross"),
        ("keywords", ['"open'], '"RAG"'), ("exclude", ["a OR b"], "a, b"),
        ("order", ["x"], "append"), ("columns", ["date, authors"], "title"),
        ("columns", ["colour"], "abstract-folded"), ("commit", ["yes"], "true, false"),
        ("tidy", ["1"], "true, false"), ("max-bytes", ["many", "-1", "1.5"], "500000"),
        ("lookback-days", ["a week"], "7"), ("delay", ["nan", "-1"], "3"),
        ("timeout", ["0", "inf"], "30"), ("max-wait", ["1e3"], "300"),
        ("section", ["a -->", "../x", "a/b", "a\nb"], "vision"), ("api-url", ["x"], "https://"),
        ("feed-url", ["no-such.xml", "file:///etc/passwd", "ftp://x/y"], "https://"),
        ("path", ["docs/", "x.txt", "/etc/x.md", "../x.md", ".GIT/x.md", "a\x07b.md"], ".md"),
        ("archive", ["/tmp", "..", ".git", ".", "a\x07b"], "archive"),
        ("data-file", ["x.xlsx"], "papers.csv"), ("data-file", ["../x.csv"], "out of"),
        ("commit-message", ["a\x07b"], "{added}"),
        ("branch", ["HEAD", "refs/tags/v1", "refs/pull/5/merge", "@{-1}", "-x", "a b"], "main"),
    ],
)  # fmt: skip
def test_a_bad_value_is_an_error_that_shows_one_that_would_do(folder, name, texts, hint):
    assert all(hint in error(folder, name, text) for text in texts)


def test_files_and_folders_in_each_others_place_are_an_error(folder):
    (folder / "LICENSE").write_text("words\n")
    assert "is not a folder" in error(folder, "archive", "LICENSE")
    with pytest.raises(ConfigError, match=r"^root: .*no-such' is not a folder; write \."):
        Settings.load(["--root", str(folder / "no-such")], {}, NOW)
    with pytest.raises(ConfigError, match=r"^archive: 'archive' is not .* beside archive/x\.md"):
        load(folder, path="archive/x.md")


@pytest.mark.skipif(os.name == "nt", reason="making a link takes a privilege there")
def test_links_are_followed_within_the_checkout_and_not_out_of_it(folder):
    (folder / "README.md").symlink_to("docs/list.md")
    assert load(folder).path == "README.md"
    (folder / "out.md").symlink_to(folder.parent / "outside.md")
    assert "leads out of the checkout" in error(folder, "path", "out.md")


@pytest.mark.parametrize(
    "text",
    ["2024-03-31", "2024-03-31T10:00", "2024-03-30T22:00-05:00", "March 31, 2024", "31/03/2024",
     "31st of March 2024", "3/31/2024", "2024/3/31", "20240331", "Sunday 31 Mar 2024 23:30 UTC"],
)  # fmt: skip
def test_a_date_is_a_utc_day_in_any_form_that_is_clear(folder, text):
    assert load(folder, since=text).since == datetime(2024, 3, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2024", "Monday", "March 2024", "2024-03", "01/02/2024", "1.2.2024", "31 March 24", "24-03-31",
     "10:00", "yesterday", "2025-13-01", "2024-02-30", "99999999999999", "9999-12-31T23:00-05:00"],
)  # fmt: skip
def test_a_date_with_several_readings_or_none_is_an_error_that_shows_the_form(folder, text):
    assert error(folder, "until", text).endswith("is not one certain day; write it like 2024-03-31")


def test_days_that_cannot_be_asked_for_are_errors(folder):
    assert "is in the future; write 2025-04-10" in error(folder, "since", "2025-04-11")
    with pytest.raises(ConfigError, match="until: '2025-04-01' is before since; write 2025-04-02"):
        load(folder, since="2025-04-02", until="2025-04-01")
    for name in ("since", "until"):
        with pytest.raises(ConfigError, match=f"^{name}: .* is the run's only source"):
            load(folder, "--feed-url", str(DAYS[0]), f"--{name}", "2025-04-01")


def test_the_window_is_the_days_asked_for_or_those_looked_back(folder):
    assert load(folder).window == (TODAY - timedelta(days=7), TODAY)
    assert load(folder, since="2025-04-01").window == (APRIL, TODAY)
    assert load(folder, until="2025-04-01").window == (datetime(1991, 1, 1, tzinfo=UTC), APRIL)
    assert load(folder, since="2025-04-10").window == (TODAY, TODAY)
    assert load(folder, lookback_days="0").window is None
    assert load(folder, feed_url=str(DAYS[0])).window is None


def test_the_archive_of_a_section_is_a_folder_of_its_own(folder):
    assert load(folder, archive="old/").folder == "old"
    assert load(folder, section="vision").folder == "archive/vision"


@pytest.mark.parametrize("flags", [["--no-such"], ["--token", "x"], ["--categ", "math"]])
def test_what_is_no_flag_ends_the_run(folder, flags):
    with pytest.raises(SystemExit, match="2"):
        load(folder, *flags)


def test_the_version_can_be_asked_for(folder, capsys):
    with pytest.raises(SystemExit, match="0"):
        load(folder, "--version")
    assert capsys.readouterr().out == f"paper-action {__version__}\n"


def test_the_token_is_not_shown_where_settings_are_printed(folder):
    assert "secret" not in repr(load(folder, token="secret"))


@given(st.sampled_from(sorted(set(DEFAULTS) - {"token", "root"})), st.text())
def test_any_text_is_a_value_or_an_error_of_its_setting(name, text):
    root = {f"{PREFIX}ROOT": str(TOP / "tests")}
    try:
        Settings.load([], root | {PREFIX + name.replace("-", "_").upper(): text}, NOW)
    except ConfigError as caught:
        raised = caught.setting
    else:
        raised = name
    assert raised == name

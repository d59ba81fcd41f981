"""Three doors to one set of settings, and errors that name the setting and the text."""

from pathlib import Path

import pytest

from paper_action.paper import ConfigError
from paper_action.settings import PREFIX, Settings

from .conftest import DAYS, run_program


def load(folder: Path, *flags: str, **environ: str) -> Settings:
    return Settings.load(["--root", str(folder), *flags], {PREFIX + name: text for name, text in environ.items()})


def test_a_flag_wins_over_the_variable_and_empty_means_the_default(folder):
    assert load(folder).categories == ("cs.IR",)
    assert load(folder, CATEGORIES="math").categories == ("math",)
    assert load(folder, "--categories", "cs.CL", CATEGORIES="math").categories == ("cs.CL",)
    assert load(folder, "--categories", "", CATEGORIES="").categories == ("cs.IR",)
    assert load(folder, "--categories", "", CATEGORIES="math").categories == ("math",)


def test_the_workspace_is_the_default_root(folder):
    assert Settings.load([], {"GITHUB_WORKSPACE": str(folder)}).root == folder
    assert Settings.load([], {}).root == Path()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cs.IR, cs.CL\nmath", ("cs.IR", "cs.CL", "math")),
        ("CS.ir hep-TH", ("cs.IR", "hep-th")),
        ("cond-mat.mes-hall,physics.optics", ("cond-mat.mes-hall", "physics.optics")),
        ("cs.IR,cs.IR", ("cs.IR",)),
    ],
)
def test_categories_are_separated_by_commas_blanks_or_newlines(folder, text, found):
    assert load(folder, CATEGORIES=text).categories == found


@pytest.mark.parametrize("text", ["true", "TRUE", "True"])
def test_a_boolean_is_true_in_any_case(folder, text):
    assert load(folder, COMMIT=text).commit
    assert not load(folder, COMMIT=text.lower().replace("true", "False")).commit


def test_dates_are_utc_days_in_any_form(folder):
    settings = load(folder, SINCE="April 1, 2025", UNTIL="2025-04-09T23:30-04:00")
    assert f"{settings.since:%Y-%m-%d}" == "2025-04-01"
    assert f"{settings.until:%Y-%m-%d}" == "2025-04-10"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("categories", "cs_IR"), ("categories", ","), ("categories", "cs.IR cs."), ("categories", "a/b"),
        ("keywords", '"open'), ("keywords", "x AND"), ("exclude", "foo:bar"),
        ("announce-types", "new, old"), ("columns", "title, colour"), ("columns", "date, authors"),
        ("order", "newest"), ("commit", "yes"), ("tidy", "1"), ("dry-run", "on"),
        ("max-bytes", "many"), ("max-bytes", "-1"), ("max-bytes", "1.5"), ("lookback-days", "a week"),
        ("delay", "nan"), ("delay", "-1"), ("timeout", "0"), ("timeout", "inf"), ("max-wait", "x"),
        ("since", "not a day"), ("until", "2025-13-01"), ("since", "99999999999999"),
        ("section", "a -->"), ("section", "../x"), ("section", "a/b"),
        ("branch", "a b"), ("branch", "-x"), ("branch", "a..b"),
        ("feed-url", "no-such-file.xml"), ("feed-url", "file:///etc/passwd"), ("feed-url", "ftp://x/y"),
        ("api-url", "x"),
        ("path", "/etc/passwd"), ("path", "../x.md"), ("path", ".git/config"), ("path", "a/../../x"), ("path", "."),
        ("path", ".GIT/x"), ("path", "a\0b"),
        ("archive", "/tmp"), ("archive", ".."), ("archive", ".git"), ("archive", "."), ("root", "no/such/folder"),
        ("commit-message", "a\0b"),
    ],
)  # fmt: skip
def test_a_bad_value_is_an_error_that_names_setting_and_text(folder, name, text):
    with pytest.raises(ConfigError) as error:
        Settings.load([], {f"{PREFIX}ROOT": str(folder), PREFIX + name.replace("-", "_").upper(): text})
    assert str(error.value).startswith(name + ": ")
    assert any(piece in str(error.value) for piece in (repr(text), *map(repr, text.replace(",", " ").split())))


def test_until_before_since_is_an_error(folder):
    with pytest.raises(ConfigError, match="until: 2025-04-01 is before 2025-04-02"):
        load(folder, SINCE="2025-04-02", UNTIL="2025-04-01")


def test_a_link_that_leads_out_of_the_checkout_is_an_error(folder):
    (folder / "link.md").symlink_to(folder.parent / "outside.md")
    (folder / "archive").symlink_to(folder.parent)
    with pytest.raises(ConfigError, match=r"link\.md"):
        load(folder, PATH="link.md", ARCHIVE="elsewhere")
    with pytest.raises(ConfigError, match="archive"):
        load(folder)


def test_a_link_within_the_checkout_is_followed(folder):
    (folder / "docs").mkdir()
    (folder / "docs" / "list.md").write_text("# List\n")
    (folder / "README.md").symlink_to("docs/list.md")
    assert run_program(folder, "--feed-url", DAYS[0]).code == 0
    assert (folder / "README.md").is_symlink()
    assert (folder / "docs" / "list.md").read_text(encoding="utf-8").count("https://arxiv.org/abs/") == 8


def test_a_configuration_error_exits_2_before_anything_is_read_or_written(folder):
    done = run_program(folder, "--feed-url", "http://127.0.0.1:9/atom", "--keywords", '"open', GITHUB_ACTIONS="true")
    assert done.code == 2
    assert "::error title=keywords::keywords: " in done.out
    assert '"open' in done.out
    assert list(folder.iterdir()) == []
    assert run_program(folder, "--no-such-flag").code == 2


def test_the_token_is_taken_from_the_environment_alone(folder):
    assert load(folder, TOKEN="secret").token == "secret"
    assert run_program(folder, "--token", "secret").code == 2
    assert "--token" not in run_program(folder, "--help").out


def test_every_setting_has_a_variable_of_its_own_name(folder):
    done = run_program(
        folder, PAPER_ACTION_FEED_URL=str(DAYS[0]), PAPER_ACTION_PATH="list.md", PAPER_ACTION_ORDER="bad"
    )
    assert done.code == 2
    assert "order: 'bad'" in done.err

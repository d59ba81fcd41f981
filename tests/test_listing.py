"""A list: what a run adds, tidies, notes, and leaves as it is."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paper_action import listing
from paper_action.paper import ConfigError

from .conftest import DATA, arxiv_id, chosen, paper
from .lists import (
    HEAD,
    LINE_ENDING,
    NEW,
    OLD,
    ROW,
    get,
    ids,
    listed,
    options,
    pages,
    put,
    revise,
    tree,
    was_read,
)
from .rendered import render, table_rows

EOLS = pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
SEED = (DATA / "seed.md").read_text(encoding="utf-8")


# rows that come

FOLLOWERS = [  # lines that end a table, or go on with it
    "    code", "\tcode", "2) x", "- x", "-", "* * *", "---", "> q", "# x", "#", "  ",
    "|", "~~~\n~~~", "```\n```", "<div>x", "<?php", "<!X>", "<b>x</b>", "x | y",
]  # fmt: skip
CONTENTS = [
    HEAD.rstrip("\n"),
    f"\ufeff{HEAD}{OLD}".rstrip("\n"),
    HEAD + OLD + "   \n  trailing \t\n\n",
    f"Text  \n\n\n~~~md\n```\n{HEAD}~~~\nX\u2028y\x0b\x85z\n",
    f"{HEAD}{OLD}\n```\nnever closed\n",
    *(f"{HEAD}{OLD}{follower}\nafter\n" for follower in FOLLOWERS),
    *(text for _, text in pages("lists|line|shows")),
]


def shown_links(text: str) -> list[str]:
    """Return where the links lead that GitHub shows in the cells of tables."""
    page = render(text.removeprefix("\ufeff"))
    return [link.get("href") for link in page.iterfind(".//td/a")]


@EOLS
@pytest.mark.parametrize("content", CONTENTS)
def test_rows_show_in_a_table_and_have_the_files_line_endings(folder, content, eol):
    revise(folder, content.replace("\n", eol))
    after = get(folder)
    assert {*LINE_ENDING.findall(after)} == {eol}
    ours = [link for link in shown_links(after) if "2504.0318" in link]
    assert ours == [one.url for one in NEW]


LINES = [  # lines that look like what ends a table, and some that do
    "#x", "#1 | a", "###### x", "####### x", "   # x", "123456789. x", "1234567890. x",
    "1. x", "1.x", "1)", "a) x", "+ x", "+1", "-x", "- -", "--", "==", "***", "**b**",
    "* * * x", "___", "___ x", "_ _ _", "_ _", "<3", "< x", "</div>", "  > q", "||",
    "| |", "|x", "`x`", "[x]: y", "\xa0x",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_new_rows_stand_below_the_last_line_that_github_takes_for_a_row(folder, line):
    text = f"{HEAD}{OLD}{line}\nafter\n"
    is_row = len(render(text).findall(".//tbody/tr")) > 1
    revise(folder, text)
    above = get(folder).partition(NEW[0].url)[0]
    assert (f"\n{line}\n" in above) == is_row


BITS = [
    *"|\\ ab`\n-<!>#:_*~\r", "| Title | Link |\n|-|-|\n", "```\n", "<!--", "-->",
    "\n\n", "- ", "    ", "<!-- papers:start -->\n", "<!-- papers:end -->\n", OLD, HEAD,
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(BITS), max_size=25).map("".join)
ORDERS = ["append", "newest-first"]


@settings(deadline=None, max_examples=300, derandomize=True)
@given(TEXTS | st.sampled_from(CONTENTS), st.sampled_from(ORDERS))
@example("| Title | Link |\n|-|-|\n```", "append")
@example("    | Title | Link |\n|-|-|\n", "append")
@example(pages("torn")[0][1], "append")
def test_whatever_the_file_holds_rows_are_only_added_and_found_again(
    tmp_path_factory, text, order
):
    folder = tmp_path_factory.mktemp("list")
    put(folder, text)
    try:
        done = revise(folder, order=order)
    except ConfigError as error:
        assert re.search(r"line \d", str(error))  # noqa: PT017
        assert get(folder) == text
        return
    after = get(folder)
    left = iter(after)
    assert all(char in left for char in text)
    assert {"2504.03184", "2504.03185"} <= listed(folder)
    assert revise(folder, order=order).files == ()
    assert get(folder) == after
    number = int(re.search(r"line (\d+)", done.place)[1])
    assert LINE_ENDING.split(after)[number - 1].strip() == done.rows[0]


@EOLS
@pytest.mark.parametrize(("changes", "text"), pages("adds"))
def test_rows_stand_where_and_as_settings_and_header_want_them(
    folder, changes, text, eol
):
    before, _, after = text.partition("⇒\n")
    revise(folder, before.replace("\n", eol), **options(changes))
    assert get(folder) == after.replace("\n", eol if before else "\n")


def test_torn_rows_stay_byte_for_byte_beside_new_ones(folder):
    text = f"{HEAD}| T | [x](https://arxiv.org/abs/2504.00001) | torn\n apart | A |\n"
    revise(folder, text)
    assert get(folder).startswith(text)


def test_a_paper_that_is_listed_does_not_come_again(folder):
    others = "- https://arxiv.org/abs/2504.00001\n- https://arxiv.org/abs/2504.00002\n"
    done = revise(folder, f"# A\n\n- {NEW[0].url}\n{others}")
    assert done.added == [NEW[1]]
    assert done.listed == 1
    assert done.had == 3


PLACES = [  # a text, and what is said of the first new row's place
    ("", "README.md, line 7"),
    (HEAD, "README.md, line 3"),
    (f"# A\n# B\n# Papers #\n\n{HEAD}{OLD}", "README.md, line 8"),
    (f"# A\n```sh\n# no heading\n```\n{HEAD}", "README.md, line 7"),
]


@EOLS
@pytest.mark.parametrize(("text", "place"), PLACES)
def test_the_place_of_the_rows_is_told_for_people(folder, text, place, eol):
    assert revise(folder, text.replace("\n", eol)).place == place


def test_the_place_names_the_file_and_of_rows_that_moved_at_once_the_table(folder):
    rows = [ROW.format(arxiv_id(number), "x") for number in range(30)]
    old = [paper("2503.00001")]
    text = f"# A\n\n{HEAD}{''.join(rows)}"
    put(folder, text, "docs/list.md")
    done = revise(folder, papers=old, path="docs/list.md", max_bytes=2000)
    assert done.moved > 1
    assert done.place == "docs/list.md, line 5"


def test_the_place_is_that_of_the_first_new_row_that_did_not_move(folder):
    papers = [paper("2503.00001"), paper("2504.99999")]
    rows = [ROW.format(arxiv_id(number), "x") for number in range(30)]
    done = revise(folder, HEAD + "".join(rows), papers, max_bytes=2000)
    number = int(done.place.rpartition(" ")[2])
    assert "2504.99999" in get(folder).splitlines()[number - 1]


def test_a_dry_run_tells_the_place_and_what_would_move_and_be_made_anew(folder):
    one = paper("2504.00001", abstract="word " * 99)
    changes = {"tidy": True, "max_bytes": 900}
    rows = OLD + OLD.replace("00001", "00002")
    dry = revise(folder, HEAD + rows, NEW, one, dry_run=True, **changes)
    wet = revise(folder, "", NEW, one, **changes)
    assert dry.tidied == 1
    assert dry.moved > 0
    assert dry == wet._replace(files=(), made_file=False)


def test_a_dry_run_fails_where_the_table_would_not_be_found_again(folder):
    text = "    | Title | Link |\n|-|-|\n"
    with pytest.raises(ConfigError, match=r"path: .*line \d"):
        revise(folder, text, dry_run=True)


def test_a_file_without_a_word_gets_a_heading_too(folder):
    put(folder, "")
    revise(folder)
    assert get(folder).startswith("# arXiv papers\n\n<!-- papers:start -->\n")


def test_without_new_rows_no_place_is_told(folder):
    assert revise(folder, HEAD, []).place == ""


def test_a_table_made_beside_other_links_is_told_with_the_way_out(folder):
    done = revise(folder, "# A\n- https://arxiv.org/abs/2504.00001\n")
    assert "<!-- papers:start -->" in "".join(done.warnings)
    assert revise(folder, "", [paper("2504.00002")]).warnings == []


@pytest.mark.parametrize(("said", "text"), pages("refused README.md"))
def test_a_file_that_cannot_take_rows_is_an_error_at_once_and_stays(folder, said, text):
    put(folder, text)
    with pytest.raises(ConfigError, match=said):
        listing.listed(folder, chosen())
    with pytest.raises(ConfigError, match=said):
        listing.revise(folder, was_read(NEW), chosen())
    assert tree(folder) == {"README.md": text.encode()}


def test_a_table_that_would_not_be_found_again_with_its_rows_stays_as_it_is(folder):
    text = "    | Title | Link |\n|-|-|\n"
    with pytest.raises(ConfigError, match=r"path: .*line \d"):
        revise(folder, text)
    assert tree(folder) == {"README.md": text.encode()}


def test_a_run_that_brings_nothing_writes_nothing(folder):
    assert revise(folder, papers=[]).files == ()
    assert tree(folder) == {}


# tidy

AFTER_SEED = (
    "\nAfterwards, $x$ | \\'e  \n\n| Title | Link |\n|---|---|\n| torn\n  apart |\n"
)


@pytest.fixture
def seed(folder):
    """Return the papers of a list that an older script left, once it is tidy."""
    put(folder, SEED + AFTER_SEED)
    papers = list(dict.fromkeys(ids(SEED)))
    titles = [rf"{{B}}ERT \'e {number} | x" for number in range(len(papers))]
    return [
        paper(name, title=title) for name, title in zip(papers, titles, strict=True)
    ]


def test_the_rows_of_a_list_that_an_older_script_left_are_asked_for_once(folder, seed):
    assert listing.listed(folder, chosen(tidy=True)).untidy == [one.id for one in seed]


def test_rows_that_no_column_of_ours_tells_are_not_asked_for(folder):
    put(folder, f"| Title | Notes |\n|---|---|\n| T | {NEW[0].url} |\n")
    assert listing.listed(folder, chosen(tidy=True)).untidy == []


def test_no_rows_are_asked_for_unless_to_tidy(folder, seed):
    assert listing.listed(folder, chosen()).untidy == []


def test_the_list_an_older_script_left_becomes_whole_rows_in_order_once(folder, seed):
    done = revise(folder, "", NEW[:1], *seed, tidy=True)
    rows = table_rows(get(folder).removesuffix(AFTER_SEED))
    titles = [[f"BERT é {number} | x", one.url] for number, one in enumerate(seed)]
    assert [row[:2] for row in rows] == titles
    assert done.tidied == len(ids(SEED))


def test_what_stands_around_a_table_stays_as_it_is(folder, seed):
    revise(folder, "", NEW[:1], *seed, tidy=True)
    assert get(folder).startswith(SEED[: SEED.index("| Learning")])
    assert get(folder).endswith(AFTER_SEED)


def test_what_is_tidy_stays(folder, seed):
    revise(folder, "", NEW[:1], *seed, tidy=True)
    again = revise(folder, "", NEW[:1], *seed, tidy=True)
    assert again.tidied == 0
    assert again.files == ()


@EOLS
@pytest.mark.parametrize(("_", "text"), pages("tidy"))
def test_the_rows_follow_the_header_where_a_column_of_ours_names_a_paper(
    folder, _, text, eol
):
    before, _, after = text.replace("\n", eol).partition(f"⇒{eol}")
    records = [paper("2504.00001"), paper("2504.00002")]
    done = revise(folder, before, [], *records, tidy=True, data_file="d.csv")
    assert get(folder) == (after or before)
    assert done.files == (("README.md",) if after else ())


def test_rows_stay_apart_where_a_repeat_between_them_went(folder):
    one = ROW.format("2504.00001", "x")
    above = one + ROW.format("2504.00002", "x").removesuffix(" |\n") + "\n"
    below = ROW.format("2504.00003", "x").removeprefix("| ")
    revise(folder, HEAD + above + one + below, [], paper("2504.00001"), tidy=True)
    assert ids(get(folder)) == ["2504.00001", "2504.00002", "2504.00003"]
    assert get(folder).endswith(f"| {below}")
    assert len(listed(folder)) == 3

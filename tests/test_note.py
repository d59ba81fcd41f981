"""The note in a list of how far arXiv was read: where it stands, and when it moves."""

from datetime import date

import pytest

from paper_action import listing
from paper_action.paper import ConfigError, Cursor

from .conftest import NOW, chosen, paper
from .lists import HEAD, NEW, OLD, get, many, options, pages, put, revise
from .rendered import render

TODAY = NOW.date()
READ = Cursor("2504.03184", TODAY)
NOTE = "<!-- papers:read 2504.03184 2025-04-10 -->"


def noted(folder, **changes):
    """Return how far the list says that it has read."""
    return listing.listed(folder, chosen(**changes)).cursor


@pytest.mark.parametrize(("eol", "begin"), [("\n", ""), ("\r\n", "\ufeff"), ("\r", "")])
@pytest.mark.parametrize(("changes", "text"), pages("note"))
def test_the_note_stands_where_people_leave_it_or_above_the_table(
    folder, changes, text, eol, begin
):
    before, _, after = text.partition("⇒\n")
    if before:
        before = begin + before.replace("\n", eol)
        after = begin + after.replace("\n", eol)
    revise(folder, before, NEW[:1], cursor=READ, **options(changes))
    assert get(folder) == after
    assert noted(folder, **options(changes)) == READ


@pytest.mark.parametrize(("changes", "text"), pages("note"))
def test_below_the_note_the_table_still_shows(folder, changes, text):
    before = text.partition("⇒\n")[0]
    revise(folder, before, NEW[:1], cursor=READ, **options(changes))
    shown = render(get(folder)).iterfind(".//td/a")
    links = [link.get("href") for link in shown]
    assert NEW[0].url in links


def test_what_stands_below_the_table_stays_with_a_longer_note(folder):
    old = Cursor("math/0309136", date(2025, 4, 1))
    text = f"{HEAD}{OLD}\n<!-- papers:read {old.id} {old.day} -->\n\nAfter.\n"
    revise(folder, text, [], cursor=READ)
    assert get(folder) == text
    revise(folder, "", NEW[:1], cursor=READ)
    assert get(folder).endswith(f"\n\n{NOTE}\n\nAfter.\n")


# when it moves

EARLIER = "2504.00001 2025-04-09"
MOVES = [  # the note there was, the papers that come, what was read, the note there is
    (EARLIER, NEW[:1], READ, "2504.03184 2025-04-10"),
    (EARLIER, [], READ, EARLIER),
    ("2504.00001 2025-03-20", [], READ, "2504.00001 2025-03-20"),
    ("2504.00001 2025-03-19", [], READ, "2504.03184 2025-04-10"),
    ("2504.03184 2025-03-19", [], READ, "2504.03184 2025-04-10"),
    ("2504.03184 2025-04-09", NEW[1:], READ, "2504.03184 2025-04-10"),
    ("2504.03184 2025-04-09", [], READ, "2504.03184 2025-04-09"),
    (EARLIER, NEW[:1], None, EARLIER),
    ("2504.03185 2025-04-09", NEW[:1], READ, "2504.03185 2025-04-09"),
    ("2504.03185 2025-01-01", NEW[:1], READ, "2504.03185 2025-01-01"),
    ("hep-th/9901001 2025-04-09", NEW[:1], READ, "2504.03184 2025-04-10"),
    ("2504.00001 2025-04-11", [], READ, "2504.03184 2025-04-10"),
    ("2505.00001 2025-04-09", [], READ, "2504.03184 2025-04-10"),
]


@pytest.mark.parametrize(("before", "papers", "read", "after"), MOVES)
def test_the_note_moves_with_rows_or_when_it_is_old_and_never_back(
    folder, before, papers, read, after
):
    revise(folder, f"<!-- papers:read {before} -->\n\n{HEAD}", papers, cursor=read)
    assert f"<!-- papers:read {after} -->" in get(folder)


def test_papers_that_are_listed_already_do_not_move_it(folder):
    text = f"<!-- papers:read {EARLIER} -->\n\n{HEAD}{OLD}"
    done = revise(folder, text, [paper("2504.00001")], cursor=READ)
    assert done.files == ()


def test_the_first_run_makes_the_list_even_if_nothing_matched(folder):
    done = revise(folder, papers=[], cursor=READ)
    assert done.files == ("README.md",)
    assert done.made_file
    assert get(folder) == (
        f"# arXiv papers\n\n<!-- papers:start -->\n\n{NOTE}\n\n{HEAD}\n"
        "<!-- papers:end -->\n"
    )


def test_a_file_that_is_empty_was_not_made(folder):
    put(folder, "")
    assert not revise(folder, papers=[], cursor=READ).made_file


def test_so_does_the_first_run_on_a_readme_of_other_things(folder):
    done = revise(folder, "# Code\n\nWords.\n", [], cursor=READ)
    assert not done.made_file
    assert NOTE in get(folder)
    assert revise(folder, papers=[], cursor=READ).files == ()


def test_an_adopted_table_gets_its_note_also_without_new_rows(folder):
    revise(folder, HEAD + OLD, [], cursor=READ)
    assert get(folder) == f"{NOTE}\n\n{HEAD}{OLD}"


def test_without_a_cursor_nothing_is_made(folder):
    assert revise(folder, papers=[]).files == ()


def test_a_dry_run_writes_no_note(folder):
    revise(folder, HEAD, papers=[], cursor=READ, dry_run=True)
    assert get(folder) == HEAD


def test_the_archives_line_stands_below_the_note(folder):
    papers = many(1, 30)
    revise(folder, f"# A\n\n{HEAD}", papers, cursor=READ, max_bytes=4000)
    head = f"# A\n\n{NOTE}\n\nOlder papers: [archive](archive/)\n\n{HEAD}"
    assert get(folder).startswith(head)


def test_pages_of_the_archive_have_no_note(folder):
    revise(folder, HEAD, many(1, 30), cursor=READ, max_bytes=4000)
    assert "papers:read" not in get(folder, "archive/2025-04.md")


def test_of_two_runs_at_once_the_newer_note_stays(folder):
    other = Cursor("2504.03190", TODAY)
    put(folder, f"<!-- papers:read {EARLIER} -->\n\n{HEAD}")
    revise(folder, "", [paper("2504.03190")], cursor=other)
    done = revise(folder, "", NEW[:1], cursor=READ)
    assert noted(folder) == other
    assert len(done.added) == 1


def test_a_note_that_would_not_be_found_again_is_not_written(folder):
    text = "    | Title | Link |\n|-|-|\n"
    with pytest.raises(ConfigError, match=r"path: .*line \d"):
        revise(folder, text, [], cursor=READ)
    assert get(folder) == text


def test_copied_files_carry_it_along(folder):
    revise(folder, HEAD, NEW, cursor=READ)
    put(folder, get(folder), "copy.md")
    assert noted(folder, path="copy.md") == READ

"""The list and its archive together."""

import json
import re
from pathlib import Path

import pytest

from .conftest import run_program
from .rendered import render
from .test_main import feed

LIMIT = 4000


def entries(first: int, count: int, month: str = "2504", **more: str) -> list[dict[str, str]]:
    return [{"id": f"{month}.{number:05}", "abstract": "word " * 40, **more} for number in range(first, first + count)]


def ids(file: Path) -> list[str]:
    return re.findall(r"\[https://arxiv\.org/abs/([^]]+)\]", file.read_text(encoding="utf-8"))


def everywhere(folder: Path) -> list[str]:
    """Return every listed ID, the archive's first."""
    pages = sorted((folder / "archive").rglob("*.md"))
    return [one for page in [*pages, folder / "README.md"] for one in ids(page)]


def test_the_oldest_rows_move_to_a_page_a_month_that_stays_under_the_limit_too(folder):
    months = entries(1, 20, "2503") + entries(1, 30)
    done = run_program(folder, "--feed-url", feed(folder, *months), "--max-bytes", LIMIT)
    assert done.code == 0, done.err
    readme = folder / "README.md"
    assert readme.stat().st_size <= LIMIT * 3 / 4
    pages = sorted(page.name for page in (folder / "archive").iterdir())
    assert pages[:3] == ["2503-2.md", "2503.md", "2504-2.md"] or pages[0].startswith("2025-03")
    assert all(page.stat().st_size <= LIMIT for page in (folder / "archive").iterdir())
    assert sorted(everywhere(folder)) == sorted(entry["id"] for entry in months)
    assert ids(readme) == [entry["id"] for entry in months][-len(ids(readme)) :]
    page = render((folder / "archive" / "2025-03.md").read_text(encoding="utf-8"))
    assert page.findtext("h1") == "arXiv papers of March 2025"
    assert [th.text for th in page.iter("th")] == ["Title", "Link", "Abstract", "Authors"]


def test_a_link_to_the_archive_stands_once_above_the_table(folder):
    for number in range(1, 90, 30):
        run_program(folder, "--feed-url", feed(folder, *entries(number, 30)), "--max-bytes", LIMIT)
    page = render((folder / "README.md").read_text(encoding="utf-8"))
    assert [a.get("href") for a in page.iterfind(".//p/a")] == ["archive/"]
    assert page.find(".//table") is not None


def test_archived_papers_are_listed_and_an_unchanged_list_is_left_alone(folder):
    file = feed(folder, *entries(1, 40))
    run_program(folder, "--feed-url", file, "--max-bytes", LIMIT)
    before = {path: path.read_bytes() for path in folder.rglob("*.md")}
    done = run_program(folder, "--feed-url", file, "--max-bytes", LIMIT)
    assert done.outputs["added"] == "0"
    assert {path: path.read_bytes() for path in folder.rglob("*.md")} == before


def test_rows_do_not_move_every_day(folder):
    moved = []
    for day in range(12):
        run_program(folder, "--feed-url", feed(folder, *entries(day * 2, 2)), "--max-bytes", LIMIT)
        moved.append(len(everywhere(folder)) - len(ids(folder / "README.md")))
    assert 0 < len(set(moved)) - 1 < 8
    assert everywhere(folder) == [f"2504.{number:05}" for number in range(24)]


def test_newest_first_archives_from_the_bottom(folder):
    for number in (1, 31):
        run_program(
            folder, "--feed-url", feed(folder, *entries(number, 30)), "--max-bytes", LIMIT, "--order", "newest-first"
        )
    assert set(ids(folder / "README.md")) <= {f"2504.{number:05}" for number in range(31, 61)}
    assert len(everywhere(folder)) == len(set(everywhere(folder))) == 60


def test_a_section_has_an_archive_of_its_own(folder):
    for section in ("a", "b"):
        flags = ("--section", section, "--max-bytes", LIMIT)
        run_program(folder, "--feed-url", feed(folder, *entries(1, 20)), *flags)
    assert sorted(path.name for path in (folder / "archive").iterdir()) == ["a", "b"]
    listed = everywhere(folder)
    assert all(listed.count(one) == 2 for one in listed)
    assert len(listed) == 40


def test_a_path_in_a_folder_links_to_the_archive_beside_it(folder):
    run_program(folder, "--feed-url", feed(folder, *entries(1, 30)), "--max-bytes", LIMIT, "--path", "docs/list.md")
    assert "](../archive/)" in (folder / "docs" / "list.md").read_text(encoding="utf-8")


def test_text_around_the_table_that_is_too_large_warns_and_rows_still_go_in(folder):
    (folder / "README.md").write_text("word " * 1000 + "\n")
    done = run_program(folder, "--feed-url", feed(folder, *entries(1, 5)), "--max-bytes", LIMIT)
    assert done.code == 0
    assert "max-bytes" in done.err
    assert len(ids(folder / "README.md")) == 5
    assert not (folder / "archive").exists()


def test_zero_never_archives(folder):
    run_program(folder, "--feed-url", feed(folder, *entries(1, 50)), "--max-bytes", "0")
    assert len(ids(folder / "README.md")) == 50


def test_a_row_left_in_both_by_an_interrupted_run_is_put_right_by_the_next(folder):
    file = feed(folder, *entries(1, 30))
    run_program(folder, "--feed-url", file, "--max-bytes", "0")
    whole = (folder / "README.md").read_bytes()
    run_program(folder, "--feed-url", file, "--max-bytes", LIMIT)
    settled = {path: path.read_bytes() for path in folder.rglob("*.md")}
    (folder / "README.md").write_bytes(whole)
    done = run_program(folder, "--feed-url", file, "--max-bytes", LIMIT)
    assert done.outputs["added"] == "0"
    assert sorted(everywhere(folder)) == [f"2504.{number:05}" for number in range(1, 31)]
    assert set(folder.rglob("*.md")) == set(settled)


def test_an_archive_page_whose_columns_differ_is_followed_by_another(folder):
    (folder / "archive").mkdir()
    page = folder / "archive" / "2025-04.md"
    page.write_text("| Link |\n|---|\n| [https://arxiv.org/abs/2504.99999](https://arxiv.org/abs/2504.99999) |\n")
    before = page.read_bytes()
    run_program(folder, "--feed-url", feed(folder, *entries(1, 20)), "--max-bytes", LIMIT)
    assert page.read_bytes() == before
    assert (folder / "archive" / "2025-04-2.md").exists()


def test_old_identifiers_go_to_the_month_they_name(folder):
    old = [{**entry, "id": one} for one in ("hep-th/9901001", "math.GT/0309136") for entry in entries(0, 1)]
    run_program(folder, "--feed-url", feed(folder, *old, *entries(1, 30)), "--max-bytes", LIMIT)
    assert {"1999-01.md", "2003-09.md"} <= {path.name for path in (folder / "archive").iterdir()}
    assert "math/0309136" in everywhere(folder)


@pytest.mark.parametrize("name", ["2025-04.md", "notes.md"])
def test_a_page_that_leads_out_of_the_checkout_is_an_error(folder, name):
    (folder.parent / "secret.md").write_text("secret\n")
    (folder / "archive").mkdir()
    (folder / "archive" / name).symlink_to(folder.parent / "secret.md")
    done = run_program(folder, "--feed-url", feed(folder, *entries(1, 30)), "--max-bytes", LIMIT)
    assert done.code == 2
    assert "outside the checkout" in done.err
    assert json.loads(done.outputs["ids"]) == []


def test_a_table_without_papers_gets_no_archive_and_no_link_to_one(folder):
    rows = "| x | y |\n" * 600
    (folder / "README.md").write_text("| Title | Link |\n|---|---|\n" + rows)
    before = (folder / "README.md").read_bytes()
    run_program(folder, "--feed-url", feed(folder), "--max-bytes", LIMIT)
    assert (folder / "README.md").read_bytes() == before

"""The list and its archive together: what a run adds, moves, tidies, and leaves as it is."""

import csv
import json
import os
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paper_action import listing
from paper_action.listing import Change, record
from paper_action.paper import ConfigError, Paper, Revision

from .conftest import DATA, chosen, paper
from .rendered import render, table_rows
from .test_table import HEAD, ROW, pages

OLD = ROW.format("2504.00001", "x")
NEW = [paper("2504.03184"), paper("2504.03185", title="Two")]
LIMIT = 4000
EOLS = pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
SEED = (DATA / "seed.md").read_text(encoding="utf-8")


def put(folder: Path, text: str | bytes, name: str = "README.md") -> Path:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / name


def get(folder: Path, name: str = "README.md") -> str:
    return (folder / name).read_bytes().decode()


def revise(folder: Path, text="", papers=NEW, *records: Paper, **changes) -> Revision:
    """Write a file, if it is given, then add papers and tidy by records as the program does."""
    if text:
        put(folder, text)
    asked = chosen(**changes)
    listing.listed(folder, asked)
    return listing.revise(folder, Change(papers, {one.id: one for one in records}), asked)


def ids(text: str) -> list[str]:
    return re.findall(r"\[https://arxiv\.org/abs/([^]]+)\]", text)


def tree(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


FOLLOWERS = ["    code", "\tcode", "2) x", "- x", "-", "* * *", "---", "> q", "# x", "#", "  ", "|",
             "~~~\n~~~", "```\n```", "<div>x", "<?php", "<!X>", "<b>x</b>", "x | y"]  # fmt: skip
CONTENTS = [
    HEAD.rstrip("\n"), f"\ufeff{HEAD}{OLD}".rstrip("\n"), HEAD + OLD + "   \n  trailing \t\n\n",
    f"Text  \n\n\n~~~md\n```\n{HEAD}~~~\nX\u2028y\x0b\x85z\n",
    *(f"{HEAD}{OLD}{follower}\nafter\n" for follower in FOLLOWERS),
    *(text for _, text in pages("lists|line|shows")), f"{HEAD}{OLD}\n```\nnever closed\n",
]  # fmt: skip


@EOLS
@pytest.mark.parametrize("content", CONTENTS)
def test_rows_show_in_a_table_and_have_the_files_line_endings(folder, content, eol):
    revise(folder, content.replace("\n", eol))
    after = get(folder)
    assert set(re.findall(r"\r\n?|\n", after)) == {eol}
    links = [link.get("href") for link in render(after.removeprefix("\ufeff")).iterfind(".//td/a")]
    assert [link for link in links if "2504.0318" in link] == [one.url for one in NEW]


BITS = [*"|\\ ab`\n-<!>#:_*~\r", "| Title | Link |\n|-|-|\n", "```\n", "<!--", "-->", "\n\n", "- ",
        "    ", "<!-- papers:start -->\n", "<!-- papers:end -->\n", OLD, HEAD]  # fmt: skip
TEXTS = st.lists(st.sampled_from(BITS), max_size=25).map("".join) | st.sampled_from(CONTENTS)
ORDERS = ["append", "newest-first"]


@settings(deadline=None, max_examples=300, derandomize=True)
@given(TEXTS, st.sampled_from(ORDERS))
@example("| Title | Link |\n|-|-|\n```", "append")
@example("    | Title | Link |\n|-|-|\n", "append")
@example(pages("torn")[0][1], "append")
def test_whatever_the_file_holds_rows_are_only_added_and_found_again(tmp_path_factory, text, order):
    folder = tmp_path_factory.mktemp("list")
    put(folder, text)
    try:
        done = revise(folder, order=order)
    except ConfigError as error:
        assert re.search(r"line \d", str(error))  # noqa: PT017
        assert get(folder) == text
        return
    after, left = get(folder), iter(get(folder))
    assert all(char in left for char in text)
    assert {"2504.03184", "2504.03185"} <= listing.listed(folder, chosen()).papers
    assert (revise(folder, order=order).files, get(folder)) == ((), after)
    line = int(re.search(r"line (\d+)", done.place)[1])
    assert re.split(r"\r\n?|\n", after)[line - 1].strip() == done.rows[0]


@EOLS
@pytest.mark.parametrize(("changes", "text"), pages("adds"))
def test_rows_stand_where_and_as_settings_and_header_want_them(folder, changes, text, eol):
    before, _, after = text.partition("⇒\n")
    revise(folder, before.replace("\n", eol), **dict(re.findall("([a-z]+)=([^;]+)", changes)))
    assert get(folder) == after.replace("\n", eol if before else "\n")


def test_a_table_made_beside_other_links_is_told_with_its_place_and_the_way_out(folder):
    papers = [paper(f"2504.0000{number}") for number in (1, 2, 3)]
    done = revise(folder, f"# A\n# B\n# Papers #\n- {papers[0].url}\n", papers)
    assert "papers:start" in "".join(done.warnings)
    assert (done.place, done.had, done.listed) == ("README.md, line 10, under “Papers”", 1, 1)
    assert revise(folder, "", NEW).warnings == []


REFUSED = [*pages("refused"), ("README.md path: .*UTF-8", b"caf\xe9\n"),
           ("d.csv data-file: .*UTF-8", b"id\xe9\n")]  # fmt: skip


@pytest.mark.parametrize(("said", "content"), REFUSED)
def test_a_file_that_cannot_take_rows_is_an_error_at_once_and_stays(folder, said, content):
    name, said = said.split(" ", 1)
    before = {name: put(folder, content, name).read_bytes()}
    for act in (listing.listed, lambda where, how: listing.revise(where, Change(NEW), how)):
        with pytest.raises(ConfigError, match=said):
            act(folder, chosen(data_file="d.csv"))
    assert tree(folder) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_keeps_its_mode_nothing_is_left_beside_it_and_a_dry_run_writes_nothing(folder):
    put(folder, HEAD).chmod(0o640)
    assert revise(folder, dry_run=True, data_file="d.csv").files == ()
    assert revise(folder).files == ("README.md",)
    assert revise(folder, papers=[], path="other.md").files == ()
    assert (folder / "README.md").stat().st_mode & 0o777 == 0o640
    assert [*tree(folder)] == ["README.md"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_file_that_cannot_be_written_to_its_end_stays_whole(folder):
    resource = pytest.importorskip("resource")
    before, limits = put(folder, HEAD + OLD).read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 9, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            revise(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (folder / "README.md").read_bytes() == before


# the archive


def many(first: int, number: int, month: str = "2504") -> list[Paper]:
    return [paper(f"{month}.{n:05}", abstract="word " * 40) for n in range(first, first + number)]


def everywhere(folder: Path) -> list[str]:
    return sorted(ids("".join(text.decode(errors="replace") for text in tree(folder).values())))


@pytest.mark.parametrize("order", ORDERS)
def test_the_oldest_rows_move_to_pages_day_after_day_and_the_list_stays_readable(folder, order):
    put(folder, HEAD + "| **2024** | | | |\n")
    sizes, moved, files, step = [], 0, set(), 1 if order == "append" else -1
    for day in (date(2025, 1, 1) + timedelta(n) for n in range(365)):
        names = [f"{day:%y%m}.{day:%d}001", f"{day:%y%m}.{day:%d}002"][::step]
        new = map(paper, names + ["math/0309136"] * (day.month > 6))
        done = listing.revise(folder, Change([*new]), chosen(order=order, max_bytes=LIMIT))
        sizes.append((folder / "README.md").stat().st_size)
        moved, files = moved + done.moved, files.union(done.files)
    text, every, archive = get(folder), everywhere(folder), tree(folder / "archive")
    assert LIMIT * 2 / 3 < min(sizes[20:]) < max(sizes) <= LIMIT
    assert len(every) == len(set(every)) == 731
    assert ids(text) == every[-1 - len(ids(text)) : -1][::step]
    assert "| **2024** |" in text
    assert moved == 731 - len(ids(text))
    assert files == {*tree(folder)}
    assert text.split(HEAD)[0] == "\nOlder papers: [archive](archive/)\n\n"
    assert {"2003-09.md", "2025-03.md", "2025-03-2.md"} < {*archive}
    assert len(archive) < 36
    assert max(map(len, archive.values())) <= LIMIT
    page = archive["2025-03.md"].decode()
    assert page.startswith(f"# arXiv papers of March 2025\n\n{HEAD}")
    assert len(table_rows(page)) == len(ids(page)) > 9


def test_pages_that_are_not_ours_count_and_never_change(folder):
    texts = ["https://arxiv.org/abs/2504.00003 caf\xe9\n", HEAD + OLD,
             f"# arXiv papers of 2025-04\n\n{HEAD}{OLD}\nA note.\n"]  # fmt: skip
    for name, text in zip(["2025-04.md", "2025-04-2.md", "2025-04-3.md"], texts, strict=True):
        put(folder, text.encode("latin-1"), f"archive/{name}")
    archive = tree(folder / "archive")
    assert len(revise(folder, HEAD + OLD, many(1, 30), max_bytes=LIMIT).added) == 28
    assert archive.items() < tree(folder / "archive").items()
    assert everywhere(folder).count("2504.00001") == 3
    assert len(set(everywhere(folder))) == 29


def test_a_section_has_a_folder_of_its_own_and_links_to_it_from_where_it_is(folder):
    for section in ("a", "b c"):
        revise(folder, "", many(1, 20), section=section, max_bytes=LIMIT, path="docs/list.md")
    links = [a.get("href") for a in render(get(folder, "docs/list.md")).iterfind(".//p/a")]
    assert links == ["../archive/a/", "../archive/b%20c/"]


@pytest.mark.parametrize("around", ["word " * 750 + "\n\n", HEAD + "| x | y | | |\n" * 500 + "\n"])
def test_text_that_is_too_long_by_itself_warns_and_the_new_rows_stay(folder, around):
    text = around + "<!-- papers:start -->\n<!-- papers:end -->\n"
    done = revise(folder, text, many(1, 5), max_bytes=LIMIT)
    assert "max-bytes" in "".join(done.warnings)
    assert (len(ids(get(folder))), done.moved) == (5, 0)
    assert revise(folder, papers=many(6, 50), max_bytes=0).warnings == []


LONG = f"| Title | Venue |\n|---|---|\n| [T](https://arxiv.org/abs/2504.00001) | {'x' * LIMIT} |\n"


@pytest.mark.parametrize(("text", "papers"), [(LONG, []), ("    | Title | Link |\n|-|-|\n", NEW)])
def test_a_table_that_would_not_be_found_again_with_its_rows_stays_as_it_is(folder, text, papers):
    with pytest.raises(ConfigError, match=r"path: .*line \d"):
        revise(folder, text, papers, max_bytes=LIMIT)
    assert (get(folder), [*tree(folder)]) == (text, ["README.md"])


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_page_that_leads_out_of_the_checkout_is_an_error(folder):
    (folder / "archive").mkdir()
    (folder / "archive/2025-04.md").symlink_to(put(folder.parent, "secret\n", "secret.md"))
    with pytest.raises(ConfigError, match="archive: "):
        listing.listed(folder, chosen())


# tidy


def test_the_list_an_older_script_left_becomes_whole_rows_in_order_once(folder):
    after = "\nAfterwards, $x$ | \\'e  \n\n| Title | Link |\n|---|---|\n| torn\n  apart |\n"
    put(folder, SEED + after)
    first = list(dict.fromkeys(ids(SEED)))
    assert listing.listed(folder, chosen(tidy=True)).untidy == first
    assert listing.listed(folder, chosen()).untidy == []
    records = [paper(one, title=rf"{{B}}ERT \'e {n} | x") for n, one in enumerate(first)]
    done = revise(folder, "", NEW[:1], *records, tidy=True)
    text = get(folder)
    rows = [[f"BERT é {n} | x", f"https://arxiv.org/abs/{one}"] for n, one in enumerate(first)]
    assert [row[:2] for row in table_rows(text.removesuffix(after))] == rows
    assert text.startswith(SEED[: SEED.index("| Learning")])
    assert text.endswith(after)
    assert done.tidied == len(ids(SEED))
    again = revise(folder, "", NEW[:1], *records, tidy=True)
    assert (again.tidied, again.files) == (0, ())


@EOLS
@pytest.mark.parametrize(("_", "text"), pages("tidy"))
def test_the_rows_follow_the_header_where_a_column_of_ours_names_a_paper(folder, _, text, eol):
    before, _, after = text.replace("\n", eol).partition(f"⇒{eol}")
    records = [paper("2504.00001"), paper("2504.00002")]
    done = revise(folder, before, [], *records, tidy=True, data_file="d.csv")
    assert get(folder) == (after or before)
    assert done.files == (("README.md",) if after else ())


# the data file


def test_every_added_paper_goes_into_the_data_file_of_all_sections(folder):
    papers = [paper(), paper("2504.00003", title='"é", y', abstract="One.\n  Two")]
    for section, one in zip("ab", papers, strict=True):
        for name in ("d.csv", "d.jsonl"):
            done = revise(folder, "", [one], section=section, data_file=name, path=f"{name}.md")
            assert done.files == (f"{name}.md", name)
    rows = [json.dumps(record(one), ensure_ascii=False) + "\n" for one in papers]
    assert get(folder, "d.jsonl") == "".join(rows)
    rows = csv.DictReader(get(folder, "d.csv").splitlines(keepends=True))
    joined = {"authors": "A. One; B. Two", "categories": "cs.IR"}
    assert [*rows] == [record(one) | joined for one in papers]


@EOLS
def test_the_data_files_header_decides_which_fields_are_written_at_its_end(folder, eol):
    before = f"\ufeffid,Stars,authors{eol}1,2,3"
    put(folder, before, "data/d.csv")
    revise(folder, papers=NEW[:1], data_file="data/d.csv")
    assert get(folder, "data/d.csv") == f"{before}{eol}2504.03184,,A. One; B. Two{eol}"

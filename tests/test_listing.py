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
from paper_action.paper import ConfigError, Paper, Revision
from paper_action.table import record

from .conftest import DATA, chosen, paper
from .rendered import render, table_rows
from .test_table import HEAD, ROW

OLD = ROW.format("2504.00001", "x")
NEW = [paper("2504.03184"), paper("2504.03185", title="Two")]
LIMIT = 4000
SEED = (DATA / "seed.md").read_text(encoding="utf-8")


def revise(folder: Path, papers=(), records=(), **changes) -> Revision:
    asked = chosen(**changes)
    listing.listed(folder, asked)
    return listing.revise(folder, papers, asked, {one.id: one for one in records})


def put(folder: Path, text: str | bytes, name: str = "README.md") -> Path:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / name


def get(folder: Path, name: str = "README.md") -> str:
    return (folder / name).read_bytes().decode()


def ids(text: str) -> list[str]:
    return re.findall(r"\[https://arxiv\.org/abs/([^]]+)\]", text)


def tree(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


MARKS = "<!-- papers:start -->\n{}<!-- papers:end -->\n"
CONTENTS = [
    "", "# A list", "# A list\n\n" + HEAD, HEAD + OLD, HEAD.rstrip("\n"), f"X\n{HEAD}{OLD}# Next\n",
    "\ufeff" + HEAD + OLD.rstrip("\n"), MARKS.format(""), MARKS.format(f"\n{HEAD}\n") + "After.\n",
    f"Text  \n\n\n{HEAD}{OLD}   \n  trailing \t\n\n", f"~~~md\n```\n{HEAD}~~~\nX\u2028y\x0b\x85z\n",
    f"| A | B |\n|---|---|\n| x | y |\n\n{HEAD}{OLD}\n{HEAD}", f"```\n{HEAD}```\n",
    f"<!--\n{HEAD}-->\n", "    | Title | Link |\n    |---|---|\n", "| Title | URL |\n|:--|--:|\n",
    "Title | Link\n--- | ---\nx | y\n", "- x\n\n  | Title | Link |\n  |---|---|\n  | x | y |\n",
    HEAD + ROW.format("2504.00001", "torn\n  2) apart"), MARKS.format("") + "```\nnever closed\n",
]  # fmt: skip


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("content", CONTENTS)
def test_rows_show_in_a_table_and_have_the_files_line_endings(folder, content, eol):
    put(folder, content.replace("\n", eol))
    revise(folder, NEW)
    after = get(folder)
    assert set(re.findall(r"\r\n?|\n", after)) == {eol if "\n" in content else "\n"}
    if "torn" not in content:  # as GitHub reads it, the table has ended there
        rows = map("".join, table_rows(after.removeprefix("\ufeff")))
        assert sum("2504.0318" in row for row in rows) == 2


BITS = [*"|\\ ab`\n-<!>#:_*~\r", "| Title | Link |\n|-|-|\n", "```\n", "<!--", "-->", "\n\n", "- ",
        "    ", *MARKS.split("{}"), "https://arxiv.org/abs/2504.00001 ", OLD, HEAD]  # fmt: skip
TEXTS = st.lists(st.sampled_from(BITS), max_size=25).map("".join) | st.sampled_from(CONTENTS)
ORDERS = ["append", "newest-first"]


@settings(deadline=None, max_examples=300, derandomize=True)
@given(TEXTS, st.sampled_from(ORDERS))
@example("| Title | Link |\n|-|-|\n```", "append")
def test_whatever_the_file_holds_rows_are_only_added_and_found_again(tmp_path_factory, text, order):
    folder = tmp_path_factory.mktemp("list")
    put(folder, text)
    try:
        done = revise(folder, NEW, order=order)
    except ConfigError as error:
        assert re.search(r"line \d", str(error))  # noqa: PT017
        assert get(folder) == text
        return
    after, left = get(folder), iter(get(folder))
    assert all(char in left for char in text)
    assert {"2504.03184", "2504.03185"} <= listing.listed(folder, chosen())[0]
    assert (revise(folder, NEW, order=order).files, get(folder)) == ((), after)
    line = int(re.search(r"line (\d+)", done.place)[1])
    assert re.split(r"\r\n?|\n", after)[line - 1].strip() == done.rows[0]


FOLLOWERS = ["    code", "\tcode", "2) x", "- x", "-", "* * *", "---", "> q", "# x", "#", "  ", "|",
             "~~~\n~~~", "```\n```", "<div>x", "<?php", "<!X>", "<b>x</b>", "x | y"]  # fmt: skip


@pytest.mark.parametrize("follower", FOLLOWERS)
def test_a_row_goes_where_github_still_sees_the_table(folder, follower):
    put(folder, f"{HEAD}{OLD}{follower}\nafter\n")
    revise(folder, NEW)
    assert "2504.03185" in render(get(folder)).find(".//table").text_content()


def test_a_missing_file_is_made_with_a_heading_and_markers(folder):
    assert revise(folder, NEW, path="docs/list.md").files == ("docs/list.md",)
    page = render(get(folder, "docs/list.md"))
    assert page.findtext("h1") == "arXiv papers"
    assert [th.text for th in page.iter("th")] == ["Title", "Link", "Abstract", "Authors"]
    assert revise(folder, [], path="other.md").files == ()


def test_a_section_gets_its_own_markers_and_rows_stay_between_them(folder):
    put(folder, HEAD + OLD)
    for new in NEW:
        revise(folder, [new], section="B list")
    text = get(folder)
    assert text.startswith(HEAD + OLD + "\n<!-- papers:start B list -->\n\n| Title")
    assert text.endswith("\n\n<!-- papers:end B list -->\n")
    assert ids(text) == ["2504.00001", "2504.03184", "2504.03185"]


def test_a_row_has_the_cells_its_header_asks_for(folder):
    head = "## Papers\n| **Publish Date** | Paper | Venue | Abstract |\n|---|---|---|---|\n"
    put(folder, head + "| | [T](https://arxiv.org/pdf/2504.00001) | x | y |\n")
    done = revise(folder, NEW[:1], columns="title, abstract-folded")
    assert done.rows == ["| 2025-04-10 | [An LLM](https://arxiv.org/abs/2504.03184) |  | "
                         "<details><summary>Abstract</summary>Words.</details> |"]  # fmt: skip
    assert done.place == "README.md, line 5, under “Papers”"


def test_a_table_made_beside_other_links_is_told_with_the_way_out(folder):
    put(folder, "- https://arxiv.org/abs/2504.00001\n")
    assert "papers:start" in "".join(revise(folder, NEW).warnings)
    assert revise(folder, [paper("2504.00003")]).warnings == []


def test_newest_first_rows_stand_under_the_header(folder):
    put(folder, HEAD + OLD)
    done = revise(folder, NEW, order="newest-first")
    assert ids(get(folder)) == ["2504.03184", "2504.03185", "2504.00001"]
    assert done.place == "README.md, line 3"
    assert (done.had, done.listed) == (1, 0)


BAD = ["title,url\n", "id,title,id\n", '"id\n', "\n\nid\n"]
REFUSED = [
    ("README.md", "a\n```\n" + HEAD, "path: .*line 2"),
    ("README.md", "- x\n  ```\n  code\n\n" + HEAD + OLD, "path: .*line 2"),
    ("README.md", "a\n\n<!-- papers\n" + HEAD, "path: .*line 3"),
    ("README.md", MARKS.format("| Date | Authors |\n|---|---|\n"), "path: .*line 2"),
    ("README.md", MARKS.format("\n~~~\n"), "path: .*line 3"),
    ("README.md", "<!-- papers:start -->\n", "path: .*<!-- papers:end -->"),
    ("README.md", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "path: .*lfs"),
    ("README.md", b"caf\xe9\n", "path: .*UTF-8"),
    ("Readme.md", "# A\n", r"path: .*Readme\.md"),
    *(("d.csv", text, "data-file: ") for text in BAD),
    ("d.csv", b"id\xe9\n", "data-file: .*UTF-8"),
]


@pytest.mark.parametrize(("name", "content", "said"), REFUSED)
def test_a_file_that_cannot_take_rows_is_an_error_at_once_and_stays(folder, name, content, said):
    before = {name: put(folder, content, name).read_bytes()}
    for act in (listing.listed, lambda *where: listing.revise(where[0], NEW, where[1])):
        with pytest.raises(ConfigError, match=said):
            act(folder, chosen(data_file="d.csv"))
    assert tree(folder) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_mode_stays_and_a_dry_run_writes_nothing(folder):
    file = put(folder, HEAD)
    file.chmod(0o640)
    before = tree(folder)
    assert revise(folder, NEW, dry_run=True, data_file="d.csv").files == ()
    assert tree(folder) == before
    revise(folder, NEW)
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tree(folder)) == ["README.md"]


# the archive


def many(first: int, number: int, month: str = "2504") -> list[Paper]:
    return [paper(f"{month}.{n:05}", abstract="word " * 40) for n in range(first, first + number)]


def everywhere(folder: Path) -> list[str]:
    return sorted(ids("".join(text.decode(errors="replace") for text in tree(folder).values())))


def test_the_oldest_rows_move_to_pages_under_the_limit_wherever_they_stand(folder):
    papers = [*many(1, 20), *many(1, 20, "2503"), *many(21, 10), paper("math/0309136")]
    put(folder, HEAD + "| **2024** | | | |\n")
    done = revise(folder, papers, max_bytes=LIMIT)
    text = get(folder)
    assert LIMIT / 2 < len(text) <= LIMIT * 3 / 4
    assert everywhere(folder) == sorted(one.id for one in papers)
    assert ids(text) == [f"2504.{n:05}" for n in range(31 - len(ids(text)), 31)]
    assert "| **2024** |" in text
    assert done.moved == len(papers) - len(ids(text))
    pages = tree(folder / "archive")
    assert {"2003-09.md", "2025-03.md", "2025-03-2.md", "2025-04.md"} < set(pages)
    assert max(map(len, pages.values())) <= LIMIT
    assert f"archive/{max(pages)}" in done.files
    assert pages["2025-03.md"].decode().startswith(f"# arXiv papers of March 2025\n\n{HEAD}")
    assert len(table_rows(pages["2025-03.md"].decode())) > 5
    assert ids(pages["2025-03.md"].decode())[0] == "2503.00001"
    assert revise(folder, papers, max_bytes=LIMIT).files == ()


@pytest.mark.parametrize("order", ORDERS)
def test_a_list_stays_readable_day_after_day_for_a_year(folder, order):
    sizes, step = [], 1 if order == "append" else -1
    for day in (date(2025, 1, 1) + timedelta(n) for n in range(365)):
        new = [paper(f"{day:%y%m}.{day:%d}00{n}") for n in (1, 2)][::step]
        listing.revise(folder, new, chosen(order=order, max_bytes=LIMIT))
        sizes.append((folder / "README.md").stat().st_size)
    assert LIMIT / 2 < min(sizes[20:]) < max(sizes) <= LIMIT
    shown = ids(get(folder))
    assert shown == everywhere(folder)[-len(shown) :][::step]
    assert len(everywhere(folder)) == len(set(everywhere(folder))) == 730
    assert [a.get("href") for a in render(get(folder)).iterfind(".//p/a")] == ["archive/"]
    assert 12 <= len(tree(folder / "archive")) < 36


def test_pages_that_are_not_ours_count_and_never_change(folder):
    texts = ["https://arxiv.org/abs/2504.00003 caf\xe9\n", HEAD + OLD,
             f"# arXiv papers of 2025-04\n\n{HEAD}{OLD}\nA note.\n"]  # fmt: skip
    for name, text in zip(["2025-04.md", "2025-04-2.md", "2025-04-3.md"], texts, strict=True):
        put(folder, text.encode("latin-1"), f"archive/{name}")
    pages = tree(folder / "archive")
    put(folder, HEAD + OLD)
    assert len(revise(folder, many(1, 30), max_bytes=LIMIT).added) == 28
    assert pages.items() < tree(folder / "archive").items()
    assert everywhere(folder).count("2504.00001") == 3
    assert len(set(everywhere(folder))) == 29


def test_a_section_has_a_folder_of_its_own_and_links_to_it_from_where_it_is(folder):
    for section in ("a", "b c"):
        revise(folder, many(1, 20), section=section, max_bytes=LIMIT, path="docs/list.md")
    links = [a.get("href") for a in render(get(folder, "docs/list.md")).iterfind(".//p/a")]
    assert links == ["../archive/a/", "../archive/b%20c/"]


@pytest.mark.parametrize("around", ["word " * 1000 + "\n\n", HEAD + "| x | y | | |\n" * 500 + "\n"])
def test_text_that_is_too_long_by_itself_warns_and_the_new_rows_stay(folder, around):
    put(folder, around + "<!-- papers:start -->\n<!-- papers:end -->\n")
    done = revise(folder, many(1, 5), max_bytes=LIMIT)
    assert "max-bytes" in "".join(done.warnings)
    assert (len(ids(get(folder))), done.moved) == (5, 0)
    assert revise(folder, many(6, 50), max_bytes=0).warnings == []


def test_a_table_that_would_not_be_found_again_without_its_rows_stays_as_it_is(folder):
    text = (
        f"| Title | Venue |\n|---|---|\n| [T](https://arxiv.org/abs/2504.00001) | {'x' * LIMIT} |\n"
    )
    put(folder, text)
    with pytest.raises(ConfigError, match=r"path: .*line \d"):
        revise(folder, [], max_bytes=LIMIT)
    assert list(tree(folder)) == ["README.md"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_page_that_leads_out_of_the_checkout_is_an_error(folder):
    put(folder.parent, "secret\n", "secret.md")
    (folder / "archive").mkdir()
    (folder / "archive" / "2025-04.md").symlink_to(folder.parent / "secret.md")
    with pytest.raises(ConfigError, match="archive: "):
        listing.listed(folder, chosen())


# tidy


def test_the_list_an_older_script_left_becomes_whole_rows_in_order_once(folder):
    after = "\nAfterwards, $x$ | \\'e  \n\n| Title | Link |\n|---|---|\n| torn\n  apart |\n"
    put(folder, SEED + after)
    first = list(dict.fromkeys(ids(SEED)))
    assert listing.listed(folder, chosen(tidy=True))[1] == first
    assert listing.listed(folder, chosen())[1] == []
    records = [paper(one, title=rf"{{B}}ERT \'e {n} | x") for n, one in enumerate(first)]
    done = revise(folder, NEW[:1], records, tidy=True)
    text = get(folder)
    rows = [[f"BERT é {n} | x", f"https://arxiv.org/abs/{one}"] for n, one in enumerate(first)]
    assert [row[:2] for row in table_rows(text.removesuffix(after))] == rows
    assert text.startswith(SEED[: SEED.index("| Learning")])
    assert text.endswith(after)
    assert done.tidied == len(ids(SEED))
    again = revise(folder, NEW[:1], records, tidy=True)
    assert (again.tidied, again.files) == (0, ())


def tidied(folder: Path, text: str, *records: Paper) -> str:
    put(folder, text)
    revise(folder, [], records, tidy=True)
    return get(folder)


MINE = "| Paper | Venue | Links | Stars |\n|---|---|---|---|\n"
KEPT = "| {} | ACL | [p](https://arxiv.org/abs/2504.00001) [c](https://github.com/a/b) | {} |\n"


@pytest.mark.parametrize(("second", "stars"), [("9", "9"), ("", "9"), ("8", "98")])
def test_a_repeat_goes_only_if_the_row_that_stays_says_the_same(folder, second, stars):
    after = tidied(
        folder, MINE + KEPT.format("T", "9") + KEPT.format("t", second), paper("2504.00001")
    )
    assert after == MINE + "".join(KEPT.format("An LLM", number) for number in stars)


UNTOLD = [
    HEAD + "| **2024** | | | |\n| a | b |\na | b\n" + ROW.format("2504.00009", r"\'e\n"),
    HEAD + "| T | b | https://arxiv.org/abs/2504.00001 | y |\n",
    HEAD + "| T | b | c | A, who cites https://arxiv.org/abs/2504.00001 |\n",
    f"{MINE}| a | b | c | https://arxiv.org/abs/2504.00001 |\n",
    f"{MINE}| a | b | https://arxiv.org/abs/2504.00001 | d | e |\n",
    "| Title | Notes |\n|---|---|\n| T | https://arxiv.org/abs/2504.00001 |\n",
    "| Title | Abstract |\n|---|---|\n| T | https://arxiv.org/abs/2504.00001 | x |\n",
]


@pytest.mark.parametrize("text", UNTOLD)
def test_rows_that_name_no_paper_by_a_column_of_ours_stay_byte_for_byte(folder, text):
    assert tidied(folder, text, paper("2504.00001")) == text


def test_the_rows_follow_a_header_that_was_edited(folder):
    head = "| Date | Title | PDF |\r\n|---|---|---|\r\n"
    before = head + OLD.replace("\n", "\r\n") + ROW.format("2504.00002", "a | b\n  c").rstrip("\n")
    rows = "| 2025-04-10 | An LLM | [pdf](https://arxiv.org/pdf/2504.0000{}) |"
    after = tidied(folder, before, paper("2504.00001"), paper("2504.00002"))
    assert after.split("\r\n") == [*head.split("\r\n")[:2], rows.format(1), rows.format(2), ""]


# the data file


def test_every_added_paper_goes_into_the_data_file_of_all_sections(folder):
    papers = [paper(), paper("2504.00003", title='"x", y', abstract="One.\n  Two")]
    for section, one in zip("ab", papers, strict=True):
        for name in ("d.csv", "d.jsonl"):
            done = revise(folder, [one], section=section, data_file=name, path=f"{name}.md")
            assert done.files == (f"{name}.md", name)
    records = [json.loads(line) for line in get(folder, "d.jsonl").splitlines()]
    assert records == [record(one) for one in papers]
    rows = list(csv.DictReader(get(folder, "d.csv").splitlines(keepends=True)))
    joined = {"authors": "A. One; B. Two", "categories": "cs.IR"}
    assert rows == [one | joined for one in records]


FIELDS = "id,title,abstract,authors,categories,date,url,announce_type\n"


ADDED = [
    ("", FIELDS + "2504.03184,An LLM,Words.,A. One; B. Two,cs.IR,2025"),
    ("\ufeffid,Stars,authors\r\n1,2,3", "\r\n2504.03184,,A. One; B. Two\r\n"),
    ("title,id\n", "An LLM,2504.03184\n"),
]


@pytest.mark.parametrize(("before", "added"), ADDED)
def test_a_header_decides_which_fields_are_written_and_bytes_are_only_added(folder, before, added):
    put(folder, before, "data/d.csv")
    revise(folder, NEW[:1], data_file="data/d.csv")
    assert get(folder, "data/d.csv").startswith(before + added)

"""The archive: the pages that the oldest rows of a list move to."""

import os
import re
from datetime import date, timedelta
from time import process_time

import pytest

from paper_action.paper import ConfigError
from paper_action.text import formula_cost

from .conftest import arxiv_id, paper
from .lists import (
    HEAD,
    NEW,
    OLD,
    ROW,
    everywhere,
    get,
    ids,
    listed,
    many,
    put,
    revise,
    tree,
)
from .rendered import render, table_rows

LIMIT = 4000
NOT_ON_WINDOWS = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


# half a year of rows


class HalfYear:
    """A list that got two papers a day for half a year, and later on an old one."""

    def __init__(self, folder, order):
        put(folder, HEAD + "| **2024** | | | |\n")
        self.sizes = []
        self.moved = 0
        self.files = set()
        for number in range(181):
            done = self.add(folder, order, date(2025, 1, 1) + timedelta(number))
            self.sizes.append((folder / "README.md").stat().st_size)
            self.moved += done.moved
            self.files.update(done.files)
        self.text = get(folder)
        self.archive = tree(folder / "archive")
        self.every = everywhere(folder)
        self.tree = tree(folder)

    def add(self, folder, order, day):
        names = [day.strftime("%y%m.%d001"), day.strftime("%y%m.%d002")]
        if order == "newest-first":
            names.reverse()
        if day.month > 4:
            names.append("math/0309136")
        papers = [paper(name) for name in names]
        return revise(folder, "", papers, order=order, max_bytes=LIMIT)


@pytest.fixture(scope="module", params=["append", "newest-first"])
def half_year(request, tmp_path_factory):
    made = HalfYear(tmp_path_factory.mktemp("list"), request.param)
    made.order = request.param
    return made


def test_the_list_stays_under_its_limit_and_full_enough_to_read(half_year):
    assert min(half_year.sizes[20:]) > LIMIT * 2 / 3
    assert max(half_year.sizes) <= LIMIT


def test_each_paper_stands_once_in_the_list_or_its_archive(half_year):
    assert len(half_year.every) == 363
    assert len(set(half_year.every)) == 363


def test_the_oldest_rows_move_and_the_newest_stay_in_their_order(half_year):
    newest = half_year.every[-1 - len(ids(half_year.text)) : -1]
    if half_year.order == "newest-first":
        newest.reverse()
    assert ids(half_year.text) == newest


def test_moved_rows_are_counted(half_year):
    assert half_year.moved == 363 - len(ids(half_year.text))


def test_every_file_that_was_written_was_told(half_year):
    assert half_year.files == {*half_year.tree}


def test_a_row_that_names_no_paper_never_moves(half_year):
    assert "| **2024** |" in half_year.text


def test_one_line_above_the_table_leads_to_the_archive(half_year):
    assert half_year.text.split(HEAD)[0].strip() == "Older papers: [archive](archive/)"


@pytest.mark.parametrize(
    "words", ["See the [archive](archive/).", "- [archive](archive/)"]
)
def test_whoever_words_that_line_otherwise_keeps_it_alone(folder, words):
    done = revise(folder, f"{words}\n\n{HEAD}", many(1, 30), max_bytes=LIMIT)
    assert done.moved > 0
    assert get(folder).startswith(f"{words}\n\n{HEAD}")


def test_so_it_is_where_they_put_it_below_the_table(folder):
    below = "\nOld ones: [archive](archive/)\n"
    revise(folder, HEAD + below, many(1, 30), max_bytes=LIMIT)
    assert get(folder).startswith(HEAD)
    assert get(folder).endswith(below)


def test_the_pages_are_named_by_the_month_of_the_ids(half_year):
    assert {"2003-09.md", "2025-03.md", "2025-03-2.md"} < {*half_year.archive}


def test_there_are_few_pages_and_none_passes_the_limit(half_year):
    assert len(half_year.archive) < 19
    assert max(map(len, half_year.archive.values())) <= LIMIT


def test_a_page_is_readable_by_itself(half_year):
    page = half_year.archive["2025-03.md"].decode()
    assert page.startswith(f"# arXiv papers of March 2025\n\n{HEAD}")
    assert len(table_rows(page)) == len(ids(page))
    assert len(ids(page)) > 9


# which rows move, and to where


def test_ids_of_four_digits_and_of_the_last_century_are_older_than_those_of_this(
    folder,
):
    old = ["hep-th/9108001", "hep-th/9112001", "hep-th/9203001", "hep-th/9401001"]
    later = ["math/0001001", "0704.0001", "1412.0001", "1501.00001"]
    papers = [paper(name) for name in reversed(old + later)]
    revise(folder, HEAD, papers, max_bytes=700)
    assert ids(get(folder)) == later[::-1]
    pages = ["1991-08.md", "1991-12.md", "1992-03.md", "1994-01.md"]
    assert sorted(tree(folder / "archive")) == pages


def test_pages_of_the_last_century_are_named_by_its_years(folder):
    revise(folder, HEAD, [paper("hep-th/9108001"), *many(1, 20)], max_bytes=LIMIT)
    assert get(folder, "archive/1991-08.md").startswith(
        "# arXiv papers of August 1991\n"
    )


FOREIGN = {
    "2025-04.md": "https://arxiv.org/abs/2504.00003 caf\xe9\n",
    "2025-04-2.md": HEAD + OLD,
    "2025-04-3.md": f"# arXiv papers of April 2025\n\n{HEAD}{OLD}\nA note.\n",
    "2025-04-4.md": f"# arXiv papers of April 2025\n\n{HEAD}{OLD}\n",
    "2025-04-5.md": f"# arXiv papers of May 2025\n\n{HEAD}{OLD}",
    "2025-04-6.md": f"# arXiv papers of April 2025\n\n{HEAD}{OLD}".rstrip(),
    "2025-04-7.md": f"# arXiv papers of April 2025\n\n{HEAD}{OLD}\n| A |\n|-|\n| b |\n",
}


def test_pages_that_are_not_ours_count_and_never_change(folder):
    for name, text in FOREIGN.items():
        put(folder, text.encode("latin-1"), f"archive/{name}")
    before = tree(folder / "archive")
    done = revise(folder, HEAD + OLD, many(1, 30), max_bytes=LIMIT)
    assert len(done.added) == 28
    assert before.items() < tree(folder / "archive").items()
    assert everywhere(folder).count("2504.00001") == 7
    assert len(set(everywhere(folder))) == 29


def test_a_page_of_ours_grows_whatever_bytes_somebody_put_into_it(folder):
    page = f"# arXiv papers of April 2025\n\n{HEAD}{OLD}".encode()
    page = page.replace(b" x ", b" caf\xe9 ")
    put(folder, page, "archive/2025-04.md")
    revise(folder, HEAD, many(2, 30), max_bytes=LIMIT)
    assert (folder / "archive/2025-04.md").read_bytes().startswith(page)
    assert "archive/2025-04-2.md" in tree(folder)


@pytest.mark.parametrize("row", ["{} | x\n", "| {} | x |  \n"])
def test_a_page_of_ours_grows_however_somebody_wrote_the_rows(folder, row):
    rows = [row.format(paper(arxiv_id(n, "2503")).url) for n in range(90)]
    put(folder, "Title | Venue\n--|--\n" + "".join(rows))
    for first in (0, 20):
        done = revise(folder, papers=many(first, 20), max_bytes=LIMIT)
        assert done.moved > 0
    assert [*tree(folder / "archive")] == ["2025-03.md"]


ABSTRACTS = "| Title | Link | Abstract |\n|---|---|---|\n"
WHOLE = "| T | https://arxiv.org/abs/{} | x |\n"
OPEN = WHOLE.replace(" |\n", "\n")  # its last pipe is missing
BARE = WHOLE.removeprefix("| ")  # its first is
BARE_AND_OPEN = OPEN.removeprefix("| ")


@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize("margin", ["", "  "])
def test_rows_stay_apart_on_the_pages_that_they_move_to(folder, margin, eol):
    rows = OPEN.format("2503.00001") + WHOLE.format("2503.00003")
    text = ABSTRACTS + rows + BARE.format("2503.00002")
    put(folder, re.sub("(?m)^(?=.)", margin, text).replace("\n", eol))
    done = revise(folder, papers=many(1, 20), max_bytes=LIMIT)
    page = get(folder, "archive/2025-03.md")
    assert done.moved > 2
    assert [row[1][-1] for row in table_rows(page)] == ["1", "2", "3"]
    assert {"2503.00001", "2503.00002", "2503.00003"} < listed(folder)


def test_a_row_stays_apart_from_the_last_one_of_the_page_that_it_moves_to(folder):
    head = f"# arXiv papers of March 2025\n\n{ABSTRACTS}"
    page = head + OPEN.format("2503.00001")
    put(folder, page, "archive/2025-03.md")
    text = ABSTRACTS + BARE.format("2503.00002")
    revise(folder, text, many(1, 20), max_bytes=LIMIT)
    assert get(folder, "archive/2025-03.md").startswith(page)
    assert {"2503.00001", "2503.00002"} < listed(folder)


def test_rows_stay_apart_where_those_between_them_moved(folder):
    above = OPEN.format("2504.09001") + WHOLE.format("2503.00001")
    below = BARE_AND_OPEN.format("2504.09002") + BARE.format("2504.09003")
    done = revise(folder, ABSTRACTS + above + below, many(1, 20), max_bytes=LIMIT)
    assert "2503.00001" not in get(folder)
    assert len(table_rows(get(folder))) == 24 - done.moved
    assert {"2504.09001", "2504.09002", "2504.09003"} < listed(folder)


def test_rows_without_pipes_at_their_ends_stay_byte_for_byte_where_others_moved(folder):
    rows = [BARE_AND_OPEN.format(f"2504.0900{number}") for number in (1, 2)]
    text = ABSTRACTS + WHOLE.format("2503.00001") + "".join(rows)
    done = revise(folder, text, many(1, 20), max_bytes=LIMIT)
    assert done.moved > 0
    assert "".join(rows) in get(folder)


def test_in_an_item_of_a_list_rows_stay_apart_as_far_from_the_margin(folder):
    above = OPEN.format("2504.09001") + WHOLE.format("2503.00001")
    table = ABSTRACTS + above + BARE.format("2504.09002")
    text = "- Papers:\n\n" + re.sub("(?m)^", "  ", table).rstrip(" ")
    done = revise(folder, text, many(1, 20), max_bytes=LIMIT)
    assert "2503.00001" not in get(folder)
    assert len(table_rows(get(folder))) == 23 - done.moved


def test_a_row_stays_that_names_a_paper_besides_its_own_that_moves(folder):
    notes = "see https://arxiv.org/abs/2503.00001"
    row = f"| T | https://arxiv.org/abs/2504.09001 | {notes} |\n"
    text = "| Title | Link | Notes |\n|---|---|---|\n" + row
    put(folder, text + WHOLE.format("2503.00001"))
    revise(folder, "", many(1, 60), max_bytes=LIMIT)
    assert row in get(folder)
    assert "https://arxiv.org/abs/2503.00001 |" in get(folder, "archive/2025-03.md")


def test_pages_in_folders_of_the_archive_count_too(folder):
    put(folder, OLD, "archive/old/years/2004.md")
    assert listed(folder, HEAD) == {"2504.00001"}


def test_a_folder_that_is_named_like_a_page_is_none(folder):
    put(folder, OLD, "archive/x.md/page.md")
    done = revise(folder, HEAD, many(2, 30), max_bytes=LIMIT)
    assert done.had == 1
    assert "archive/2025-04.md" in done.files


@NOT_ON_WINDOWS
@pytest.mark.parametrize("make", ["folder", "link"])
def test_rows_move_past_a_name_that_no_file_has(folder, make):
    taken = folder / "archive/2025-04.md"
    if make == "folder":
        taken.mkdir(parents=True)
    else:
        taken.parent.mkdir()
        taken.symlink_to("nowhere/2025-04.md")
    papers = many(2, 30)
    done = revise(folder, HEAD, papers, max_bytes=LIMIT)
    assert "archive/2025-04-2.md" in done.files
    assert everywhere(folder) == [one.id for one in papers]


def test_a_section_has_a_folder_of_its_own_and_links_to_it_from_where_it_is(folder):
    for section in ("a", "b c"):
        changes = {"section": section, "path": "docs/list.md", "max_bytes": LIMIT}
        revise(folder, "", many(1, 20), **changes)
    text = get(folder, "docs/list.md")
    paragraphs = render(text).iterfind(".//p/a")
    links = [link.get("href") for link in paragraphs]
    assert links == ["../archive/a/", "../archive/b%20c/"]


def grown(folder, eol):
    """Return the files of a list with an archive and a data file, by their names."""
    put(folder, HEAD.replace("\n", eol))
    put(folder, f'{{"id": "1"}}{eol}', "d.jsonl")
    for first in (1, 11, 21, 31, 41):
        papers = many(first, 10)
        revise(folder, "", papers, max_bytes=LIMIT, data_file="d.jsonl")
    return tree(folder)


def test_with_other_line_endings_there_are_as_many_pages_and_no_lone_line_feed(
    tmp_path,
):
    plain = grown(tmp_path / "lf", "\n")
    other = grown(tmp_path / "crlf", "\r\n")
    assert len(plain) > 5
    assert {*other} == {*plain}
    for content in other.values():
        assert re.findall(rb"\r\n?|\n", content) == [b"\r\n"] * content.count(b"\n")


@pytest.mark.parametrize(
    "around", ["word " * 750 + "\n\n", HEAD + "| x | y | | |\n" * 500 + "\n"]
)
def test_text_that_is_too_long_by_itself_warns_and_the_new_rows_stay(folder, around):
    text = around + "<!-- papers:start -->\n<!-- papers:end -->\n"
    done = revise(folder, text, many(1, 5), max_bytes=LIMIT)
    assert "max-bytes" in "".join(done.warnings)
    assert len(ids(get(folder))) == 5
    assert done.moved == 0


def test_of_a_list_that_is_short_enough_once_rows_moved_nothing_is_said(folder):
    done = revise(folder, HEAD, many(1, 30), max_bytes=LIMIT)
    assert done.moved > 0
    assert done.warnings == []


def test_of_a_section_its_own_part_of_the_archive_counts(folder):
    put(folder, OLD, "archive/a/2025-04.md")
    assert listed(folder, HEAD, section="a") == {"2504.00001"}
    assert listed(folder, section="b") == set()
    assert listed(folder) == {"2504.00001"}


def test_a_list_that_is_as_large_as_it_may_be_keeps_its_rows(folder):
    revise(folder, HEAD, many(1, 9))
    size = (folder / "README.md").stat().st_size
    assert revise(folder, HEAD, many(1, 9), max_bytes=size).moved == 0
    assert revise(folder, HEAD, many(1, 9), max_bytes=size - 1).moved > 0


def test_letters_of_several_bytes_are_counted_so(folder):
    papers = [paper(arxiv_id(n), abstract="é" * 150) for n in range(1, 30)]
    revise(folder, HEAD, papers, max_bytes=LIMIT)
    assert max(map(len, tree(folder).values())) <= LIMIT


def test_a_limit_of_zero_never_moves_a_row(folder):
    done = revise(folder, HEAD, many(1, 200), max_bytes=0)
    assert done.moved == 0
    assert done.warnings == []
    assert [*tree(folder)] == ["README.md"]


LONG = (
    "| Title | Venue |\n|---|---|\n| [T](https://arxiv.org/abs/2504.00001) | venue |\n"
).replace("venue", "".ljust(LIMIT, "x"))


def test_a_table_that_would_not_be_found_again_without_its_rows_stays_as_it_is(folder):
    with pytest.raises(ConfigError, match=r"path: .*line \d"):
        revise(folder, LONG, [], max_bytes=LIMIT)
    assert tree(folder) == {"README.md": LONG.encode()}


# GitHub's budget for formulas


def maths(first: int, number: int):
    """Return papers whose abstracts cost GitHub seven units each."""
    formula = "$x^{a}+{b}$ and "
    numbers = range(first, first + number)
    abstract = "With " + formula * 3 + "$y$."
    return [paper(arxiv_id(n), abstract=abstract) for n in numbers]


def most_formulas(folder):
    """Return the cost of the page with the most formulas."""
    texts = [content.decode() for content in tree(folder).values()]
    return max(formula_cost(text) for text in texts)


def test_after_a_move_the_formulas_of_some_more_days_have_room(folder):
    revise(folder, HEAD, maths(1, 300))
    assert revise(folder, "", maths(301, 60)).moved == 0


def test_a_page_holds_no_more_formulas_than_github_sets(folder):
    papers = maths(1, 1000)
    done = revise(folder, HEAD, papers)
    assert done.moved > 700
    assert everywhere(folder) == [one.id for one in papers]
    assert formula_cost(get(folder)) > 1400
    assert most_formulas(folder) <= 1900


def test_a_list_may_hold_as_many_formulas_as_a_page(folder):
    papers = [paper(arxiv_id(n), abstract="$x$ " * 10) for n in range(191)]
    assert revise(folder, HEAD, papers[:190]).moved == 0
    assert revise(folder, HEAD, papers).moved > 0


def test_day_after_day_pages_stay_within_the_budget(folder):
    put(folder, HEAD)
    papers = maths(1, 600)
    for first in range(0, 600, 20):
        revise(folder, "", papers[first : first + 20])
        assert most_formulas(folder) <= 1900
    assert everywhere(folder) == [one.id for one in papers]
    assert len(tree(folder)) < 7


def test_a_list_that_passes_both_limits_stays_under_both(folder):
    papers = maths(1, 300)
    done = revise(folder, HEAD, papers, max_bytes=20_000)
    size = len(get(folder))
    assert done.moved < 300
    assert size <= 20_000
    assert most_formulas(folder) <= 1900


def test_a_limit_of_zero_lets_formulas_be(folder):
    assert revise(folder, HEAD, maths(1, 500), max_bytes=0).moved == 0


def test_formulas_that_are_not_in_rows_count_too(folder):
    text = "A formula, $`x`$.\n" * 1800 + f"\n{HEAD}"
    done = revise(folder, text, maths(1, 20))
    assert 0 < done.moved < 20
    assert most_formulas(folder) <= 1900


def test_a_text_that_has_too_many_formulas_itself_keeps_its_rows(folder):
    text = "A formula, $`x`$.\n" * 1901 + f"\n{HEAD}"
    assert revise(folder, text, maths(1, 20)).moved == 0


def test_beside_as_many_formulas_as_a_page_holds_no_row_with_one_stays(folder):
    text = "A formula, $`x`$.\n" * 1900 + f"\n{HEAD}"
    assert revise(folder, text, maths(1, 20)).moved == 20


def test_a_row_that_no_page_could_hold_has_one_of_its_own(folder):
    large = [paper(arxiv_id(n, "2503"), abstract="$x$ " * 3000) for n in (1, 2)]
    revise(folder, HEAD, large + maths(1, 10))
    assert ids(get(folder, "archive/2025-03.md")) == ["2503.00001"]
    assert ids(get(folder, "archive/2025-03-2.md")) == ["2503.00002"]


def test_a_list_whose_new_rows_all_move_at_once_is_written_all_the_same(folder):
    papers = [paper("2503.00001", abstract="word " * LIMIT)]
    done = revise(folder, "", papers, max_bytes=LIMIT)
    assert done.files == ("archive/2025-03.md", "README.md")
    assert everywhere(folder) == ["2503.00001"]


def test_rows_that_all_move_at_once_are_written_though_the_list_stays(folder):
    papers = many(1, 20)
    revise(folder, HEAD, papers, max_bytes=LIMIT)
    before = get(folder)
    done = revise(
        folder, "", [paper("2503.00001", abstract="word " * LIMIT)], max_bytes=LIMIT
    )
    assert get(folder) == before
    assert done.files == ("archive/2025-03.md", "README.md")
    assert "2503.00001" in everywhere(folder)


def test_of_rows_of_one_paper_all_move_or_none(folder):
    repeats = ROW.format("2503.00001", "word " * 300) * 3
    revise(folder, HEAD + repeats, NEW, max_bytes=LIMIT)
    assert ids(get(folder)) == ["2504.03184", "2504.03185"]
    assert ids(get(folder, "archive/2025-03.md")) == ["2503.00001"] * 2
    assert ids(get(folder, "archive/2025-03-2.md")) == ["2503.00001"]


def test_thousands_of_formulas_take_no_longer_than_their_number(folder):
    begun = process_time()
    revise(folder, HEAD, maths(1, 2000))
    between = process_time()
    revise(folder, HEAD, maths(1, 8000), archive="more")
    ended = process_time()
    assert ended - between < 8 * (between - begun)


# what cannot be read or written


@NOT_ON_WINDOWS
def test_a_page_that_leads_out_of_the_checkout_is_an_error(folder):
    (folder / "archive").mkdir()
    outside = put(folder.parent, "secret\n", "secret.md")
    (folder / "archive/2025-04.md").symlink_to(outside)
    with pytest.raises(ConfigError, match="archive: "):
        listed(folder)


@NOT_ON_WINDOWS
def test_a_sections_folder_that_leads_out_of_the_checkout_is_an_error(folder):
    (folder / "archive").mkdir()
    (folder.parent / "outside").mkdir()
    (folder / "archive/a").symlink_to(folder.parent / "outside")
    with pytest.raises(ConfigError, match="archive: 'archive/a' leads out"):
        listed(folder, section="a")


@NOT_ON_WINDOWS
def test_a_sections_folder_may_be_a_link_inside_the_checkout(folder):
    put(folder, OLD, "old/2025-04.md")
    (folder / "archive").mkdir()
    (folder / "archive/a").symlink_to(folder / "old")
    assert listed(folder, section="a") == {"2504.00001"}
    revise(folder, papers=many(2, 30), section="a", max_bytes=LIMIT)
    assert "2025-04-2.md" in tree(folder / "old")


def test_the_list_is_written_after_the_pages_that_its_rows_move_to(folder):
    done = revise(folder, HEAD, many(1, 30), max_bytes=LIMIT)
    assert done.files == ("archive/2025-04.md", "archive/2025-04-2.md", "README.md")


@NOT_ON_WINDOWS
def test_a_page_that_cannot_be_written_leaves_the_list_whole(folder):
    text = f"<!-- papers:start a -->\n{HEAD}{OLD}<!-- papers:end a -->\n"
    put(folder, text)
    put(folder, "a file where the folder should be\n", "archive/a")
    with pytest.raises(OSError, match="archive"):
        revise(folder, "", NEW + many(2, 30), section="a", max_bytes=LIMIT)
    assert get(folder) == text
    assert sorted(tree(folder)) == ["README.md", "archive/a"]

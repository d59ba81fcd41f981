"""The data file: every added paper once more, for programs."""

import csv
import json

import pytest

from paper_action.listing import record
from paper_action.paper import ConfigError

from .conftest import NOW, arxiv_id, paper
from .lists import HEAD, NEW, ROW, get, listed, pages, put, revise

FIRST = paper()
SECOND = paper("2504.00003", title='"é", y', abstract="One.\n  Two")


def test_a_record_is_plain_text_in_the_order_of_the_output():
    authors = ("A. One (X (Y), Z)", "B. Two (V)", "(X: Y)")
    one = paper(title=r"Gei{\ss}ler", abstract="One.\n  Two", authors=authors)
    assert json.dumps(record(one), ensure_ascii=False) == (
        '{"id": "2504.03184", "title": "Geißler", "abstract": "One.\\n\\nTwo", '
        '"authors": ["A. One", "B. Two"], "categories": ["cs.IR"], '
        f'"date": "{NOW.isoformat()}", "url": "{one.url}", "announce_type": "new"}}'
    )


@pytest.fixture(params=["d.csv", "d.jsonl", "d.JSONL", "d.CSV"])
def data_file(request, folder):
    """Return the name of a data file that two sections have written into."""
    for section, one in (("a", FIRST), ("b", SECOND)):
        done = revise(folder, "", [one], section=section, data_file=request.param)
        assert {*done.files} == {"README.md", request.param}
    return request.param


def test_the_papers_of_all_sections_go_into_it(folder, data_file):
    lines = get(folder, data_file).splitlines(keepends=True)
    records = [record(FIRST), record(SECOND)]
    if data_file.lower().endswith(".jsonl"):
        assert [json.loads(line) for line in lines] == records
    else:
        joined = {"authors": "A. One; B. Two", "categories": "cs.IR"}
        rows = [each | joined for each in records]
        assert list(csv.DictReader(lines)) == rows


def test_of_several_papers_each_has_a_line(folder):
    revise(folder, data_file="d.jsonl")
    lines = get(folder, "d.jsonl").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [one.id for one in NEW]


@pytest.mark.parametrize("order", ["append", "newest-first"])
def test_papers_stand_in_it_in_the_order_in_which_they_came(folder, order):
    revise(folder, papers=NEW, order=order, data_file="d.csv")
    rows = csv.DictReader(get(folder, "d.csv").splitlines())
    assert [row["id"] for row in rows] == [one.id for one in NEW]


def test_letters_stay_letters(folder, data_file):
    assert "é" in get(folder, data_file)


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
def test_an_existing_header_decides_which_fields_are_written_at_its_end(folder, eol):
    before = f"\ufeffid,Stars,authors{eol}1,2,3"
    put(folder, before, "data/d.csv")
    revise(folder, papers=NEW[:1], data_file="data/d.csv")
    after = f"{before}{eol}2504.03184,,A. One; B. Two{eol}"
    assert get(folder, "data/d.csv") == after


def test_papers_whose_rows_move_to_the_archive_at_once_are_in_it_too(folder):
    rows = [ROW.format(arxiv_id(number), "x") for number in range(30)]
    old = [paper("2503.00001"), paper("2503.00002")]
    text = HEAD + "".join(rows)
    done = revise(folder, text, old, data_file="d.jsonl", max_bytes=2000)
    assert done.moved > 2
    assert get(folder, "d.jsonl").count('"id": "2503.') == 2


def test_without_new_papers_it_is_not_written(folder):
    done = revise(folder, papers=[], data_file="d.csv")
    assert done.files == ()


def test_a_header_may_tell_papers_by_their_addresses(folder):
    put(folder, "title,url\n", "d.csv")
    revise(folder, papers=NEW[:1], data_file="d.csv")
    assert get(folder, "d.csv") == f"title,url\nAn LLM,{NEW[0].url}\n"


@pytest.mark.parametrize("name", ["d.csv", "d.CSV"])
@pytest.mark.parametrize(("said", "text"), pages("refused d.csv"))
def test_a_header_without_an_id_is_an_error_at_once(folder, said, text, name):
    put(folder, text, name)
    with pytest.raises(ConfigError, match=said):
        listed(folder, data_file=name)
    assert get(folder, name) == text

"""Reading and writing a list's files: whole or not at all, and nothing left over."""

import os
import subprocess
import sys

import pytest

from paper_action.paper import ConfigError

from .conftest import DAYS, TOP, clean_environ, run
from .lists import HEAD, OLD, get, ids, listed, put, revise, tree

NOT_ON_WINDOWS = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


# what is read


UNREADABLE = [  # the content of README.md, and what is said of it
    (b"caf\xe9\n", "README.md' is not UTF-8 text"),
    ("# Liste\n".encode("utf-16-le"), "README.md' is not UTF-8 text"),
    ("# Liste\n".encode("utf-16-be"), "README.md' is not UTF-8 text"),
    ("# Liste\n".encode("utf-16"), "README.md' is not UTF-8 text"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git-lfs"),
]


@pytest.mark.parametrize(("content", "said"), UNREADABLE)
def test_a_file_that_is_no_text_is_refused_at_once_and_stays(folder, content, said):
    put(folder, content)
    with pytest.raises(ConfigError, match=f"path: .*{said}"):
        listed(folder)
    assert tree(folder) == {"README.md": content}


def test_a_data_file_that_is_no_text_is_refused_too(folder):
    put(folder, b"id\xe9\n", "d.csv")
    with pytest.raises(ConfigError, match=r"data-file: .*UTF-8"):
        listed(folder, data_file="d.csv")


def test_so_is_one_that_git_keeps_elsewhere(folder):
    put(folder, UNREADABLE[-1][0], "d.csv")
    with pytest.raises(ConfigError, match=r"data-file: 'd\.csv' is kept in git-lfs"):
        listed(folder, data_file="d.csv")


CAPITALS = [  # what is there, settings that differ from it only by case, in what
    ("Readme.md", {}, "Readme.md"),
    ("Docs/list.md", {"path": "docs/list.md"}, "Docs"),
    ("docs/List.md", {"path": "docs/list.md"}, "List.md"),
    ("Papers.csv", {"data_file": "papers.csv"}, "Papers.csv"),
]


@pytest.mark.parametrize(("name", "changes", "part"), CAPITALS)
def test_a_name_that_differs_from_a_files_only_by_case_is_named(
    folder, name, changes, part
):
    put(folder, "id\n", name)
    with pytest.raises(ConfigError, match=f"is there as '{part}'"):
        listed(folder, **changes)


@NOT_ON_WINDOWS
def test_of_two_names_that_differ_only_by_case_the_exact_one_is_taken(folder):
    put(folder, "# Another list\n", "readme.md")
    revise(folder, HEAD)
    assert ids(get(folder)) == ["2504.03184", "2504.03185"]
    assert get(folder, "readme.md") == "# Another list\n"


# what is written


@NOT_ON_WINDOWS
def test_a_file_keeps_its_mode(folder):
    put(folder, HEAD).chmod(0o640)
    revise(folder)
    assert (folder / "README.md").stat().st_mode & 0o777 == 0o640


@NOT_ON_WINDOWS
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_mode_that_the_umask_leaves(folder, mask, mode):
    before = os.umask(mask)
    try:
        revise(folder)
    finally:
        os.umask(before)
    assert (folder / "README.md").stat().st_mode & 0o777 == mode


def test_nothing_is_left_beside_a_file(folder):
    revise(folder, HEAD)
    assert [*tree(folder)] == ["README.md"]


def test_a_dry_run_writes_nothing(folder):
    done = revise(folder, dry_run=True, data_file="d.csv")
    assert done.files == ()
    assert len(done.rows) == 2
    assert tree(folder) == {}


@NOT_ON_WINDOWS
def test_a_link_is_written_where_it_leads(folder):
    put(folder, HEAD, "docs/list.md")
    (folder / "README.md").symlink_to("docs/list.md")
    revise(folder)
    assert (folder / "README.md").is_symlink()
    assert ids(get(folder, "docs/list.md")) == ["2504.03184", "2504.03185"]


@NOT_ON_WINDOWS
@pytest.mark.parametrize("name", [".README.md.tmp", ".README.md", "README.md.tmp"])
def test_a_link_with_the_name_of_a_draft_leads_no_write_out_of_the_folder(folder, name):
    outside = put(folder.parent, "outside\n", "outside.md")
    (folder / name).symlink_to(outside)
    revise(folder, HEAD)
    assert outside.read_text() == "outside\n"
    assert (folder / name).is_symlink()
    assert ids(get(folder)) == ["2504.03184", "2504.03185"]


@pytest.fixture
def file_limit():
    """Return a function that limits the size of every file that is written."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_cannot_be_written_to_its_end_stays_whole(folder, file_limit):
    before = put(folder, HEAD + OLD).read_bytes()
    file_limit(len(before) + 9)
    with pytest.raises(OSError, match="too large"):
        revise(folder)
    assert tree(folder) == {"README.md": before}


@pytest.mark.parametrize("long", ["README.md", "d.csv"])
def test_of_several_files_none_is_replaced_before_all_are_written(
    folder, file_limit, long
):
    put(folder, HEAD + OLD)
    put(folder, "id,title\n", "d.csv")
    put(folder, get(folder, long) + "x" * 5000 + "\n", long)
    before = tree(folder)
    file_limit(4000)
    with pytest.raises(OSError, match="too large"):
        revise(folder, data_file="d.csv")
    assert tree(folder) == before


def test_two_runs_at_once_in_one_folder_both_end_well(folder):
    command = [sys.executable, "-m", "paper_action", "--data-file", "papers.jsonl"]
    environ = clean_environ() | {"PYTHONPATH": str(TOP)}
    runs = [
        subprocess.Popen([*command, "--feed-url", DAYS[0]], cwd=folder, env=environ,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(4)
    ]  # fmt: skip
    assert [each.wait(60) for each in runs] == [0, 0, 0, 0]
    assert sorted(tree(folder)) == ["README.md", "papers.jsonl"]
    assert len(ids(get(folder))) == len(get(folder, "papers.jsonl").splitlines())


def test_a_run_that_is_ended_meanwhile_leaves_nothing_beside(folder, monkeypatch):
    def ended(*_):
        raise SystemExit(143)

    monkeypatch.setattr(os, "replace", ended)
    monkeypatch.setattr("pathlib.Path.replace", ended)
    put(folder, HEAD)
    with pytest.raises(SystemExit):
        revise(folder, data_file="d.csv")
    assert tree(folder) == {"README.md": HEAD.encode()}


def test_an_error_of_the_disk_is_told_in_a_line_by_the_run(folder, file_limit):
    put(folder, HEAD + "x" * 2000)
    file_limit(2200)
    done = run(folder, "--feed-url", DAYS[0])
    assert done.code == 1
    assert "too large" in done.err

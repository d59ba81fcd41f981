"""Commit and push, with real git: our files alone, and nobody's change is lost."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import NamedTuple

import pytest

from paper_action.git import Desk
from paper_action.git.refusals import PassingError, refused
from paper_action.paper import ConfigError, PaperActionError, PushError, Revision

from .conftest import (
    DAYS,
    TOP,
    cases,
    chosen,
    clean_environ,
    copied,
    copied_checkout,
    git,
    paper,
    run_process,
)
from .git_server import basic, git_server

BOT = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
BEGUN = "# A list\n\nWords.\n"
GROWN = f"{BEGUN}row\n"
COMMIT = ["--commit", f"--feed-url={DAYS[0]}"]
STAYED = "pushed, but this checkout stays where it was: "
posix = pytest.mark.skipif(os.name == "nt", reason="needs links or shell scripts")


class Pushed(NamedTuple):
    """What it gave to publish: the commit, a branch that was made, the log."""

    commit: str
    new_branch: str
    log: str


def publish(
    root: Path,
    text: str = "row\n",
    names: Sequence[str] = ("README.md",),
    *,
    message: str = "Add",
    meanwhile: Callable[[], object] = bool,
    keep_alive: bool = False,
    **values: object,
) -> Pushed:
    """Add a text to each file that does not have it, while something else happens."""

    def revise(folder: Path) -> Revision:
        meanwhile()
        for name in names:
            file = folder / name
            before = file.read_bytes() if file.exists() else b""
            if text.encode() not in before:
                file.write_bytes(before + text.encode())
        return Revision(files=tuple(names), added=[paper()])

    log: list[str] = []
    settings = chosen(**({"root": root, "path": names[0]} | values))
    desk = Desk(settings, log.append)
    done = desk.publish(
        revise, lambda revision, template: message, keep_alive=keep_alive
    )
    return Pushed(done.commit, done.new_branch, "\n".join(log))


def lead(checkout: Path, address: str) -> None:
    """Let a checkout's remote have another address."""
    git(checkout, "remote", "set-url", "origin", address)


def shown(origin: Path, name: str = "README.md", branch: str = "main") -> str:
    """Return a file of a branch."""
    return git(origin, "show", f"refs/heads/{branch}:{name}")


def tip(repository: Path, branch: str = "main") -> str:
    """Return a branch's newest commit."""
    return git(repository, "rev-parse", f"refs/heads/{branch}").strip()


def subjects(origin: Path, branch: str = "main") -> list[str]:
    """Return the first words of a branch's commits, the newest first."""
    return git(origin, "log", "--format=%s", branch).splitlines()


def branches(origin: Path) -> list[str]:
    """Return the names of all refs."""
    return git(origin, "for-each-ref", "--format=%(refname)").split()


def state(root: Path) -> dict[str, object]:
    """Return what no run may change, or leave behind, in a repository."""
    common = Path(
        git(root, "rev-parse", "--path-format=absolute", "--git-common-dir").strip()
    )
    return {
        "configuration": (common / "config").read_bytes(),
        "refs": git(
            root, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags"
        ),
        "worktrees": sorted(common.rglob("worktrees/*")),
        "locks": sorted(common.rglob("*.lock")),
        "fetched": (common / "FETCH_HEAD").exists(),
    }


def entry(name: str, text: str) -> bytes:
    """Return a file as git's fast-import reads it; a text "-> x" is a link to x."""
    mode = "120000" if text.startswith("-> ") else "100644"
    content = text.removeprefix("-> ").encode()
    head = f'M {mode} inline "{name}"\ndata {len(content)}\n'
    return head.encode() + content + b"\n"


def edit(origin: Path, branch: str = "main", **files: str) -> None:
    """Push files as somebody in 1970, to a branch that grows from main."""
    stream = (
        f"commit refs/heads/{branch}\ncommitter <a> 0 +0000\ndata 4\nEdit\n".encode()
    )
    stream += b"from refs/heads/main^0\n"
    for name, text in files.items():
        stream += entry(name, text)
    command = ["git", "-C", str(origin), "fast-import", "--quiet"]
    subprocess.run(command, input=stream, check=True)


def script(file: Path, text: str) -> None:
    """Write a shell script that can be run."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.fixture
def wrapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what puts a git on the PATH that first does something else."""

    def wrap(before: str) -> None:
        script(tmp_path / "bin" / "git", f'{before}\nexec {real} "$@"')
        monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)

    real = shutil.which("git")
    return wrap


# What a commit holds


class Grown(NamedTuple):
    """What stands in the repository and the checkout after a run, and its files."""

    origin: Path
    checkout: Path
    ours: list[str]
    done: Pushed


@pytest.fixture(scope="module")
def grown(tmp_path_factory, first_origin: Path, first_checkout: Path) -> Grown:
    """Return what it gave to publish our files from an odd checkout."""
    origin = copied(first_origin, tmp_path_factory.mktemp("grown"))
    checkout = copied_checkout(first_checkout, origin)
    ours = ["README.md", "archive/2025-03.md", "archive/2025-04.md", "papers.csv"]
    edit(origin, **{"other.txt": "edited\n", ".gitattributes": "* eol=crlf\n"})
    edit(origin, **dict.fromkeys(ours[2:], "old\n"))
    git(checkout, "config", "core.safecrlf", "true")
    (checkout / "new.txt").write_text("staged\n")
    git(checkout, "add", "new.txt")
    message = "Füge hinzu\n\n# not a comment"
    done = publish(checkout, "row\n", ours, message=message, data_file="papers.csv")
    return Grown(origin, checkout, ours, done)


def test_a_commit_holds_our_files_and_nothing_else(grown):
    names = git(grown.origin, "show", "--format=", "--name-only", grown.done.commit)
    assert names.split() == grown.ours


def test_a_commit_is_the_branchs_newest_one(grown):
    assert tip(grown.origin) == grown.done.commit


def test_a_commit_is_by_the_bot_with_the_message_to_the_letter(grown):
    form = "--format=%an <%ae>|%cn <%ce>|%B"
    said = git(grown.origin, "show", form, "--no-patch", "main")
    assert said.rstrip("\n") == f"{BOT}|{BOT}|Füge hinzu\n\n# not a comment"


def test_files_grow_from_what_they_are_on_the_branch(grown):
    assert [shown(grown.origin, name) for name in grown.ours] == [
        GROWN,
        "row\n",
        "old\nrow\n",
        "old\nrow\n",
    ]


def test_the_checkout_follows(grown):
    assert tip(grown.checkout) == grown.done.commit


def test_what_is_staged_in_the_checkout_stays_staged(grown):
    assert git(grown.checkout, "status", "--porcelain") == "A  new.txt\n"


def test_an_ordinary_commit_is_not_worth_a_word(grown):
    assert grown.done.log == ""


def test_nothing_of_ours_stays_in_the_repository(checkout):
    before = state(checkout)
    publish(checkout)
    assert state(checkout) == before


@posix
def test_nobody_else_can_look_at_the_desk(checkout, folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    modes: list[int] = []
    publish(
        checkout,
        meanwhile=lambda: modes.extend(x.stat().st_mode for x in folder.iterdir()),
    )
    assert [stat.S_IMODE(mode) for mode in modes] == [0o700]


def test_git_has_the_time_of_a_request_where_nobody_waits_for_servers(origin, checkout):
    assert publish(checkout, max_wait=0).commit == tip(origin)


def test_where_nothing_changed_nothing_is_committed(origin, checkout):
    before = tip(origin)
    assert publish(checkout, "").commit == ""
    assert tip(origin) == before


def test_a_branch_without_a_commit_for_50_days_gets_one_that_changes_nothing(
    origin, checkout
):
    edit(origin)  # in 1970
    done = publish(checkout, "", keep_alive=True)
    assert done.commit == tip(origin)
    assert (
        git(origin, "log", "-p", "--format=%s", "main^..").strip()
        == "Keep the schedule alive"
    )


def test_a_young_branch_is_not_kept_alive(checkout):
    assert publish(checkout, "", keep_alive=True).commit == ""


def test_a_commit_is_as_young_as_its_place_on_the_branch_whenever_it_was_written(
    checkout,
):
    written = ("--date", "2020-01-01T00:00:00Z")
    git(checkout, "commit", "--quiet", "--allow-empty", *written, "-m", "Rebased")
    git(checkout, "push", "--quiet")
    assert publish(checkout, "", keep_alive=True).commit == ""


def test_an_old_branch_is_kept_alive_by_a_schedule_alone(origin, checkout):
    edit(origin)  # in 1970
    assert publish(checkout, "", keep_alive=False).commit == ""


# In any checkout


@pytest.fixture
def root(origin: Path, checkout: Path, request: pytest.FixtureRequest) -> Path:
    """Return what a case's commands make of the checkout, or beside it."""
    edit(origin, **{"docs/list.md": "# Mine\n"})
    git(origin, "config", "uploadpack.allowFilter", "true")
    for command in request.param.format(origin.as_uri(), origin).split(" | "):
        git(checkout, *command.split(" "))
    roots = (origin.parent / "x", origin.parent / "z/x", checkout)
    return next(root for root in roots if root.exists())


@pytest.mark.parametrize(("root", "about"), cases("checkouts.txt"), indirect=["root"])
def test_in_any_checkout_the_row_comes_to_the_list_and_nothing_else(
    origin, root, about
):
    before = state(root)
    refs = branches(origin)
    done = publish(root, "row\n", ["docs/list.md"], message="Füge")
    assert shown(origin, "docs/list.md") == "# Mine\nrow\n"
    assert state(root) == before
    assert branches(origin) == refs
    assert (
        git(origin, "log", "-1", "--format=%an: %s", done.commit)
        == f"{BOT[:19]}: Füge\n"
    )


@pytest.mark.parametrize(("root", "told"), cases("nowhere.txt"), indirect=["root"])
def test_where_nothing_can_be_pushed_the_error_says_what_to_do(root, told):
    with pytest.raises(PushError, match=told):
        publish(root)


@posix
@pytest.mark.parametrize(
    "name", ["[a]*?.md", "!x y.md", "#h.md", "ü/é.md", "-d.md", ":/c.md"]
)
def test_names_are_taken_literally(origin, checkout, name):
    edit(origin, **{f"docs/{name}": "# Mine\n"})
    (checkout / "docs").mkdir()
    publish(checkout / "docs", names=[name])
    assert shown(origin, f"docs/{name}") == "# Mine\nrow\n"


@posix
@pytest.mark.parametrize(
    ("name", "file"),
    [("L.md", "docs/site/list.md"), ("archive/a.md", "docs/site/old/a.md")],
)
def test_links_lead_to_the_files_and_stay_links(origin, checkout, name, file):
    links = {
        "docs/more": "site",
        "docs/L.md": "more/list.md",
        "docs/archive": "more/old",
    }
    edit(origin, **{file: "# Mine\n"}, **{link: f"-> {links[link]}" for link in links})
    (checkout / "docs").mkdir()
    publish(checkout / "docs", names=[name], path="L.md")
    assert shown(origin, file) == "# Mine\nrow\n"
    assert {link: shown(origin, link) for link in links} == links


@posix
@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("README.md", "path"),
        ("archive", "archive"),
        ("docs", "path"),
        ("papers.csv", "data-file"),
    ],
)
def test_a_link_of_the_branch_that_leads_out_of_it_is_a_configuration_error(
    origin, checkout, folder, name, setting
):
    (folder / "README.md").write_text("outside\n")
    (checkout / "docs").mkdir()
    target = folder / name if name == "README.md" else folder
    edit(origin, **{name: f"-> {target}"})
    told = f"^{setting}: '.*{name}.*' leads out of the checkout"
    with pytest.raises(ConfigError, match=told):
        publish(checkout / ("docs" if name == "docs" else ""), data_file="papers.csv")
    assert (folder / "README.md").read_text() == "outside\n"


@pytest.mark.parametrize(("name", "given"), [("list", "LIST"), ("Über", "über")])
def test_a_name_that_differs_by_case_alone_is_an_error(origin, checkout, name, given):
    edit(origin, **{f"docs/{name}.md": "# Mine\n"})
    done = run_process(checkout, *COMMIT, f"--path=docs/{given}.md")
    assert done.code == 2
    assert f"{name}.md" in done.err


# Branches


@pytest.fixture
def unpushed(checkout: Path) -> Path:
    """Return a checkout, detached, with a commit and a file that were never pushed."""
    git(checkout, "checkout", "--quiet", "--detach")
    (checkout / "secret.txt").write_text("mine")
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "-m", "Never pushed")
    return checkout


@pytest.mark.parametrize("given", ["neu/ä", "refs/heads/neu/ä"])
def test_a_new_branch_grows_from_the_remotes_default_one(origin, unpushed, given):
    publish(unpushed, branch=given)
    assert shown(origin, branch="neu/ä") == GROWN
    assert subjects(origin, "neu/ä") == ["Add", "Begin"]
    assert branches(origin) == ["refs/heads/main", "refs/heads/neu/ä"]


def test_what_replaces_a_commit_in_the_checkout_stays_there(origin, unpushed):
    git(unpushed, "replace", tip(origin), "HEAD")
    publish(unpushed, branch="main")
    assert shown(origin) == GROWN
    assert "secret.txt" not in git(origin, "ls-tree", "--name-only", "main")


def test_a_branch_that_is_not_checked_out_is_told_not_to_be_followed(unpushed):
    log = publish(unpushed, branch="neu/ä").log
    assert f"{STAYED}refs/heads/neu/ä is not checked out" in log


def test_a_new_branch_is_taken_up_again(origin, unpushed):
    publish(unpushed, branch="neu")
    publish(unpushed, "row 2\n", branch="neu")
    assert subjects(origin, "neu") == ["Add", "Add", "Begin"]


@pytest.mark.parametrize(("branch", "new"), [("neu", "neu"), ("main", "")])
def test_a_branch_that_was_made_is_told(unpushed, branch, new):
    done = publish(unpushed, branch=branch)
    assert done.new_branch == new


@posix
def test_a_branch_that_was_made_is_told_also_where_the_answer_is_lost(
    unpushed, wrapped
):
    lost = f'{shutil.which("git")} "$@" > /dev/null; exit 1'
    wrapped(f'case "$*" in *" push "*) {lost};; esac')
    assert publish(unpushed, branch="neu").new_branch == "neu"


def test_a_branch_is_not_made_where_nothing_changed(origin, unpushed):
    done = publish(unpushed, "", branch="neu")
    assert done.new_branch == ""
    assert branches(origin) == ["refs/heads/main"]


def test_a_remote_without_a_branch_gets_none_of_the_checkouts_commits(
    tmp_path, unpushed
):
    git(tmp_path, "init", "--quiet", "--bare", "empty.git")
    lead(unpushed, str(tmp_path / "empty.git"))
    with pytest.raises(PushError, match="no branch to begin with: push a first commit"):
        publish(unpushed, branch="neu")
    assert branches(tmp_path / "empty.git") == []


@pytest.mark.parametrize("name", ["a..b", "a b", "-d", "x.lock"])
def test_a_branch_that_git_cannot_name_is_a_configuration_error(checkout, name):
    with pytest.raises(PaperActionError, match="branch") as error:
        publish(checkout, branch=name)
    assert name in str(error.value)
    assert error.value.exit_code == 2


def test_a_branch_whose_name_begins_with_another_ones_is_told_at_once(unpushed):
    begun = time.monotonic()
    with pytest.raises(PushError, match="set `branch` to another name: git push: "):
        publish(unpushed, branch="main/list")
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(("branch", "kept"), [("old", 3), ("main", 4)])
def test_a_lost_race_loses_no_commit_and_brings_no_history(
    origin, checkout, branch, kept
):
    edit(origin, a="a")
    git(origin, "branch", "old")
    edit(origin, "later", b="b")
    move = partial(git, origin, "update-ref", f"refs/heads/{branch}", "later")
    done = publish(checkout, meanwhile=move, branch=branch)
    assert subjects(origin, branch) == ["Add", "Edit", "Edit", "Begin"]
    assert "not now: git push: " in done.log
    assert git(checkout, "rev-list", "--count", done.commit) == f"{kept}\n"


@posix
def test_a_ref_that_is_locked_for_a_moment_is_tried_again(origin, checkout):
    locked = "mkdir x || exit 0; echo failed to update ref >&2; exit 1"
    script(origin / "hooks/update", locked)
    publish(checkout)
    assert subjects(origin) == ["Add", "Begin"]


def test_ten_runs_at_once_all_arrive_whatever_the_repositorys_name(
    tmp_path, first_origin, first_checkout
):
    name = "blockchain-403 GH006: Permission denied, not found"
    origin = copied(first_origin, tmp_path).rename(tmp_path / name)
    roots = [copied_checkout(first_checkout, origin, f"clone-{n}") for n in range(10)]
    rows = [f"row {number}\n" for number in range(10)]
    with ThreadPoolExecutor(10) as pool:
        commits = {done.commit for done in pool.map(publish, roots, rows)}
    assert len(commits - {""}) == 10
    assert sorted(shown(origin).splitlines()[3:]) == [row.strip() for row in rows]


# The checkout follows where it can


def test_a_file_that_git_ignores_in_the_checkout_is_not_overwritten(origin, checkout):
    (checkout / ".git/info").mkdir(exist_ok=True)
    (checkout / ".git/info/exclude").write_text("*.csv\n")
    (checkout / "papers.csv").write_text("mine\n")
    ours = ["README.md", "papers.csv"]
    done = publish(checkout, names=ours, data_file="papers.csv")
    assert shown(origin, "papers.csv") == "row\n"
    assert (checkout / "papers.csv").read_text() == "mine\n"
    assert done.log.startswith(STAYED)


@pytest.mark.parametrize(("command", "why"), cases("staying.txt"))
def test_a_checkout_that_cannot_follow_stays_and_the_push_is_told(
    origin, checkout, command, why
):
    git(checkout, *command.split())
    before = git(checkout, "rev-parse", "HEAD"), sorted(checkout.iterdir())
    done = publish(checkout, branch="main")
    assert done.log.startswith(STAYED)
    assert done.commit == tip(origin)
    assert subjects(origin) == ["Add", "Begin"]
    assert (git(checkout, "rev-parse", "HEAD"), sorted(checkout.iterdir())) == before


def test_no_habit_of_a_user_for_merges_keeps_a_checkout_from_following(checkout):
    for name in ("merge.autoStash", "merge.verifySignatures", "commit.gpgSign"):
        git(checkout, "config", name, "true")
    done = publish(checkout)
    assert done.log == ""
    assert tip(checkout) == done.commit


def test_no_shared_index_stays_in_the_repository(unpushed):
    git(unpushed, "config", "core.splitIndex", "true")
    publish(unpushed, branch="neu")
    assert [*unpushed.glob(".git/sharedindex.*")] == []


@posix
def test_no_watcher_of_files_is_called(checkout, tmp_path):
    script(tmp_path / "watcher", f'touch "{tmp_path}/called"; exit 1')
    git(checkout, "config", "core.fsmonitor", str(tmp_path / "watcher"))
    publish(checkout)
    assert not (tmp_path / "called").exists()


def test_an_edit_is_never_stashed(checkout):
    git(checkout, "config", "merge.autoStash", "true")
    (checkout / "README.md").write_text("mine\n")
    done = publish(checkout)
    assert done.log.startswith(STAYED)
    assert (checkout / "README.md").read_text() == "mine\n"
    assert git(checkout, "stash", "list") == ""


def test_a_push_writes_no_ref_of_the_remote(origin, checkout):
    before = git(checkout, "for-each-ref", "refs/remotes")
    publish(checkout)
    assert git(checkout, "for-each-ref", "refs/remotes") == before


def test_a_push_goes_to_every_address_of_the_remote(origin, checkout, tmp_path):
    shutil.copytree(origin, tmp_path / "mirror.git")
    for address in (origin, tmp_path / "mirror.git"):
        git(checkout, "remote", "set-url", "--add", "--push", "origin", str(address))
    publish(checkout)
    assert tip(tmp_path / "mirror.git") == tip(origin)


@posix
def test_a_push_goes_through_the_proxy_of_the_users_configuration(checkout):
    git(checkout, "remote", "set-url", "--push", "origin", "https://host.invalid/x")
    with socket.create_server(("127.0.0.1", 0)) as proxy, ThreadPoolExecutor(1) as pool:
        proxy.settimeout(30)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        git(checkout, "config", "http.proxy", address)
        done = pool.submit(publish, checkout)
        caller, _ = proxy.accept()
        asked = caller.recv(4096)
        caller.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
        caller.close()
        error = done.exception()
    assert asked.startswith(b"CONNECT host.invalid:443")
    assert "the proxy does not let git through" in str(error)


# Whose checkout, and whose filters

as_root = pytest.mark.skipif(
    getattr(os, "geteuid", bool)() != 0,
    reason="only root can give a checkout to another user",
)


def give_away(*paths: Path) -> None:
    """Give files and folders to a user that nobody is."""
    for path in paths:
        os.chown(path, 65534, 65534, follow_symlinks=False)


@as_root
@pytest.mark.parametrize("name", ["", "docs"])
@pytest.mark.parametrize("is_all", [True, False])
def test_a_checkout_of_another_owner_is_trusted(origin, checkout, name, is_all):
    (checkout / "docs").mkdir()
    give_away(checkout)
    if is_all:
        give_away(*checkout.rglob("*"))
    done = publish(checkout / name)
    assert done.commit == tip(origin)
    assert done.log == ""


@as_root
def test_a_user_who_takes_back_all_trust_does_not_take_ours(
    origin, checkout, tmp_path, monkeypatch
):
    git(tmp_path, "config", "--file=user", "safe.directory", "")  # empties the list
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "user"))
    give_away(checkout)
    assert publish(checkout).commit == tip(origin)


@as_root
def test_a_repository_above_the_one_that_was_given_is_not_trusted(checkout):
    give_away(checkout, *checkout.rglob("*"))
    (checkout / "mine").mkdir()
    with pytest.raises(
        PushError, match="belongs to another user, and git does not trust it"
    ):
        publish(checkout / "mine")


@pytest.mark.parametrize(
    ("variable", "folder", "file"),
    [
        ("HOME", "", ".gitconfig"),
        ("HOME", "", ".config/git/config"),
        ("USERPROFILE", "", ".gitconfig"),
        ("XDG_CONFIG_HOME", "", "git/config"),
        ("GIT_CONFIG_GLOBAL", 'a "b"\\c', ""),
    ],
)
def test_the_users_own_configuration_counts(
    origin, checkout, tmp_path, monkeypatch, variable, folder, file
):
    place = tmp_path / "user" / folder
    (place / file).parent.mkdir(parents=True, exist_ok=True)
    git(
        tmp_path,
        "config",
        "--file",
        str(place / file),
        f"url.{origin}.insteadOf",
        "gh:list",
    )
    lead(checkout, "gh:list")
    if variable == "USERPROFILE":
        monkeypatch.delenv("HOME")
    monkeypatch.setenv(variable, str(place))
    publish(checkout)
    assert shown(origin) == GROWN


def test_a_configuration_is_looked_for_from_the_checkout_on(
    origin, checkout, tmp_path, monkeypatch
):
    git(tmp_path, "config", "--file=user", f"url.{origin}.insteadOf", "gh:list")
    lead(checkout, "gh:list")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "../user")
    publish(checkout)
    assert shown(origin) == GROWN


def test_of_the_users_two_configurations_the_one_in_the_home_itself_wins(
    checkout, tmp_path, monkeypatch
):
    says = '[core]\n\tsshCommand = "echo Host key verification failed, {} >&2; false"\n'
    (tmp_path / ".config" / "git").mkdir(parents=True)
    (tmp_path / ".config" / "git" / "config").write_text(says.format("deep"))
    (tmp_path / ".gitconfig").write_text(says.format("home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    lead(checkout, "ssh://host.invalid/list")
    with pytest.raises(PushError, match="failed, home"):
        publish(checkout)


# What stands in .gitattributes ⇒ the file that goes through a filter
FILTERS = [
    ("*.csv filter=lfs diff=lfs merge=lfs -text", "papers.csv"),
    ("README.md filter=lfs", "README.md"),
    ("/archive/2025* filter=git-crypt", "archive/2025-04.md"),
    ("archive/2019-01.md filter=lfs", "archive/2019-01.md"),
]


@pytest.mark.parametrize(("line", "name"), FILTERS)
def test_a_filter_on_a_file_of_ours_is_told_before_anything_is_read(
    origin, checkout, line, name
):
    edit(origin, **{".gitattributes": f"{line}\n", "archive/2019-01.md": "old"})
    asked: list[str] = []
    told = f"{name} goes through the filter .*`/{name} -filter`"
    with pytest.raises(PushError, match=told):
        publish(
            checkout, data_file="papers.csv", meanwhile=lambda: asked.append("asked")
        )
    assert asked == []


# all that .gitattributes can say of filters without naming one for a file of ours
NO_FILTER = """
*.png filter=lfs
README.md filter
papers.csv -filter
archive/* !filter text=auto
"""


def test_other_attributes_are_no_obstacle(origin, checkout):
    edit(origin, **{".gitattributes": NO_FILTER})
    publish(checkout, data_file="papers.csv")
    assert shown(origin) == GROWN


# What git and its servers say


@posix
@pytest.mark.parametrize(("refusal", "told"), cases("refused-pushes.txt"))
def test_a_push_refused_for_good_is_tried_once_and_says_why(
    origin, checkout, refusal, told
):
    hook, _, words = refusal.partition(" ")
    header = basic("S3CRET").split()[1]
    hidden = r"https://\*\*\*@host"
    said = f"{words}. S3CRET {header} https://me:pass@host https://t0ken@host"
    script(
        origin.parent / hook, f'echo x >> "{origin}/tries"; echo "{said}" >&2; exit 1'
    )
    with pytest.raises(PushError, match=rf"{told}.*\. \*\*\* \*\*\* {hidden} {hidden}"):
        publish(checkout, token="S3CRET")
    assert (origin / "tries").read_text() == "x\n"


@posix
@pytest.mark.parametrize(("said", "told"), cases("git-says.txt"))
def test_what_git_says_tells_what_to_do(
    origin, checkout, tmp_path, wrapped, said, told
):
    code, _, lines = said.partition(" ")
    (tmp_path / "said").write_text(lines.replace("|", "\n") + "\n", encoding="utf-8")
    once = f'mkdir "{tmp_path}/once" 2> /dev/null && cat "{tmp_path}/said" >&2'
    wrapped(f'case "$*" in *ls-remote*) {once} && exit {code};; esac')
    if told == "again":
        assert "not now: git ls-remote: " in publish(checkout).log
        assert shown(origin) == GROWN
    else:
        with pytest.raises(PushError, match=told):
            publish(checkout)
        assert shown(origin) == BEGUN


@pytest.mark.parametrize(("said", "told"), cases("refusals.txt"))
def test_what_git_says_of_a_command_tells_what_to_do(said, told):
    command, code, lines = said.split(" ", 2)
    words = lines.replace("|", "\n").replace("\\t", "\t")
    error = refused(command, int(code), f"{words}\n")
    assert told in str(error)
    assert isinstance(error, PassingError) == (told == "not now")


def test_what_git_says_at_length_is_told_up_to_a_length():
    assert len(str(refused("push", 1, "x" * 9999))) < 1100


@posix
def test_what_a_server_says_at_length_is_read_in_time(origin, checkout):
    script(origin / "hooks/update", "head -c 300000 /dev/zero | tr '\\0' x >&2; exit 1")
    begun = time.monotonic()
    with pytest.raises(PushError, match="this failed: git push: remote: xxx"):
        publish(checkout)
    assert time.monotonic() - begun < 30


@posix
@pytest.mark.parametrize("sign", [":/", "a:b/", "@:/", "//", "@"])
def test_secrets_are_looked_for_in_time_whatever_signs_a_server_says(
    checkout, tmp_path, wrapped, sign
):
    (tmp_path / "said").write_text(sign * 100_000, encoding="utf-8")
    wrapped(f'case "$*" in *ls-remote*) cat "{tmp_path}/said" >&2; exit 129;; esac')
    begun = time.monotonic()
    with pytest.raises(PushError, match="does not know a command"):
        publish(checkout)
    assert time.monotonic() - begun < 10


@posix
@pytest.mark.parametrize("option", ["--config-env", "--no-write-fetch-head"])
def test_a_git_that_is_too_old_is_told_once(
    origin, checkout, wrapped, certified, option
):
    with git_server(origin, "S3CRET") as (address, _):
        lead(checkout, address)
        usage = f"echo 'unknown option: {option}' >&2; echo 'usage: git' >&2; exit 129"
        wrapped(f'case "$*" in *{option}*) {usage};; esac')
        with pytest.raises(PushError, match=f"git 2.31 or later is needed.*{option}"):
            publish(checkout, token="S3CRET")


def test_a_machine_without_git_is_told_in_plain_words(checkout, folder, monkeypatch):
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(PushError, match="git is not installed here"):
        publish(checkout)


PROXIES = [
    "http://me:S3CRET@127.0.0.1:9",
    "me:S3CRET@127.0.0.1:9",
    "me:S3CRET/x@127.0.0.1:9",
]


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("name", ["http.proxy", "remote.origin.proxy"])
def test_a_proxys_password_is_not_told(checkout, name, proxy):
    lead(checkout, "https://127.0.0.1:9/list.git")
    git(checkout, "config", name, proxy)
    with pytest.raises(PushError, match="git ls-remote: fatal: unable to") as error:
        publish(checkout, timeout=1, max_wait=2)
    assert "S3CRET" not in str(error.value)


@posix
@pytest.mark.parametrize("said", ["fatal: protocol error", "error: something new"])
def test_what_was_pushed_is_reported_also_where_git_fails(
    origin, checkout, wrapped, said
):
    fail = f"echo '{said}' >&2; exit 1"
    wrapped(f'case "$*" in *" push "*) {shutil.which("git")} "$@"; {fail};; esac')
    done = publish(checkout)
    assert done.commit == tip(origin)
    assert subjects(origin) == ["Add", "Begin"]
    assert "pushed, but git is not content: " in done.log


@posix
@pytest.mark.parametrize("branch", ["main", "old"])
@pytest.mark.parametrize("said", ["fatal: protocol error", "fatal: RPC failed"])
def test_what_was_pushed_is_reported_also_where_others_have_pushed_on_top(
    origin, checkout, wrapped, said, branch
):
    edit(origin, a="a")
    git(origin, "branch", "old")
    git(origin, "config", "user.name", "Some Person")
    git(origin, "config", "user.email", "person@example.org")
    commit = f"commit-tree -m Top -p {branch} '{branch}^{{tree}}'"
    move = f"update-ref refs/heads/{branch} $(git -C '{origin}' {commit})"
    push = f"{shutil.which('git')} \"$@\"; git -C '{origin}' {move}"
    push += f"; echo '{said}' >&2; exit 1"
    wrapped(f'case "$*" in *" push "*) {push};; esac')
    done = publish(checkout, branch=branch)
    assert subjects(origin, branch) == ["Top", "Add", "Edit", "Begin"]
    assert done.commit == git(origin, "rev-parse", f"{branch}^").strip()


def lose_answer(wrap: Callable[[str], None], pushed: Path, away: str) -> None:
    """Let a push end without an answer, and its server be away as a command says."""
    lost = (
        f"{shutil.which('git')} \"$@\"; touch '{pushed}'; echo 'RPC failed' >&2; exit 1"
    )
    gone = f"{away} '{pushed}' 2> /dev/null && {{ echo 'hung up' >&2; exit 128; }}"
    wrap(f'case "$*" in *" push "*) {lost};; *ls-remote*) {gone};; esac')


@posix
def test_a_server_that_is_away_for_a_moment_is_asked_again_what_arrived(
    origin, checkout, tmp_path, wrapped
):
    lose_answer(wrapped, tmp_path / "pushed", "rm")
    done = publish(checkout)
    assert "not now: git ls-remote: hung up" in done.log
    assert done.commit == tip(origin)
    assert subjects(origin) == ["Add", "Begin"]


@posix
def test_where_nobody_knows_what_arrived_nothing_is_done_again(
    origin, checkout, tmp_path, wrapped
):
    lose_answer(wrapped, tmp_path / "pushed", "test -e")
    with pytest.raises(PushError, match="nobody knows if the push arrived: not now: "):
        publish(checkout, timeout=1, max_wait=1)
    assert subjects(origin) == ["Add", "Begin"]


@posix
def test_a_push_that_is_refused_leaves_the_checkout_as_it_was(origin, checkout):
    script(origin / "hooks/update", "exit 1")
    before = state(checkout), git(checkout, "rev-parse", "HEAD")
    with pytest.raises(PushError):
        publish(checkout, timeout=1, max_wait=1)
    assert (state(checkout), git(checkout, "rev-parse", "HEAD")) == before


@posix
def test_git_is_understood_where_it_speaks_another_language(
    checkout, wrapped, monkeypatch
):
    for name in ("LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    lead(checkout, "/nowhere")
    wrapped(
        '[ "$LC_ALL" = C ] || { echo "Schwerwiegend: kein Repository" >&2; exit 128; }'
    )
    with pytest.raises(PushError, match="no repository at the remote's address"):
        publish(checkout)


# The token


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let git trust the server's certificate."""
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "certificate.pem"))


HOOKS = (
    "pre-commit",
    "commit-msg",
    "post-commit",
    "post-merge",
    "post-index-change",
    "pre-push",
)


class Secret(NamedTuple):
    """What was seen of a token: by the server, in a trace, and in the log.

    ``hooks`` are those that were run, ``origin`` is what was pushed to.
    """

    origin: Path
    asked: list[str]
    hooks: list[str]
    trace: str
    log: str


@pytest.fixture(scope="module")
def secret(tmp_path_factory, first_origin: Path, first_checkout: Path) -> Secret:
    """Push with a token past one that somebody left, where the first answer is lost."""
    folder = tmp_path_factory.mktemp("secret")
    origin = copied(first_origin, folder)
    checkout = copied_checkout(first_checkout, origin)
    trace = folder / "trace"
    hooks = folder / "hooks"
    hooks.touch()
    for name in HOOKS:
        script(checkout / ".git/hooks" / name, f'echo {name} >> "{hooks}"')
    git(folder, "config", "--file=global", "trace2.normalTarget", str(trace))
    git(folder, "config", "--file=global", "trace2.configParams", "*")
    git(folder, "config", "--file=global", "trace2.envVars", "PAPER_ACTION_HEADER")
    with (
        pytest.MonkeyPatch.context() as patch,
        git_server(origin, "S3CRET", lost="/git-receive-pack") as (address, asked),
    ):
        patch.setenv("GIT_SSL_CAINFO", str(folder / "certificate.pem"))
        patch.setenv("GIT_CONFIG_GLOBAL", str(folder / "global"))
        patch.setenv("PAPER_ACTION_TOKEN", "S3CRET")
        lead(checkout, address.replace("//", "//me:pass@"))
        key = f"http.{address.rpartition('/')[0]}/.extraheader"
        git(checkout, "config", key, "AUTHORIZATION: basic left-by-actions-checkout")
        done = publish(checkout, token="S3CRET")
    run = hooks.read_text("utf-8").split()
    return Secret(origin, asked, run, trace.read_text("utf-8"), done.log)


def test_the_token_opens_fetch_and_push(secret):
    assert set(secret.asked) == {basic("S3CRET")}
    assert shown(secret.origin) == GROWN


def test_a_push_whose_answer_was_lost_is_found_to_have_arrived(secret):
    assert "not now: git push" in secret.log
    assert subjects(secret.origin) == ["Add", "Begin"]


def test_the_token_is_in_no_log_and_no_list_of_arguments(secret):
    assert "push --porcelain" in secret.trace
    assert "S3CRET" not in secret.trace + secret.log
    assert basic("S3CRET").split()[1] not in secret.trace + secret.log


def test_no_hook_is_run_that_could_see_the_token(secret):
    assert secret.hooks == []


@posix
def test_without_a_token_the_hook_that_may_stop_a_push_is_run_alone(checkout, folder):
    for name in HOOKS:
        script(checkout / ".git/hooks" / name, f'echo > "{folder}/{name}"')
    publish(checkout)
    assert [each.name for each in folder.iterdir()] == ["pre-push"]


def test_a_token_that_is_not_accepted_is_told_without_it(origin, checkout, certified):
    with git_server(origin, "S3CRET") as (address, _):
        lead(checkout, address)
        with pytest.raises(PushError, match="permissions: contents: write") as error:
            publish(checkout, token="wrong")
    assert "wrong" not in str(error.value)
    assert basic("wrong").split()[1] not in str(error.value)


@posix
def test_the_token_opens_every_repository_of_the_server(origin, checkout, certified):
    (origin.parent / "alias.git").symlink_to(origin)
    with git_server(origin, "S3CRET") as (address, asked):
        lead(checkout, address)
        alias = address.replace("origin.git", "alias.git")
        git(checkout, "remote", "set-url", "--push", "origin", alias)
        publish(checkout, token="S3CRET")
    assert set(asked) == {basic("S3CRET")}


def test_the_token_goes_to_the_host_that_is_pushed_to_alone(
    origin, checkout, certified
):
    with (
        git_server(origin) as (source, asked),
        git_server(origin, "S3CRET") as (target, given),
    ):
        lead(checkout, source)
        git(checkout, "remote", "set-url", "--push", "origin", target)
        publish(checkout, token="S3CRET")
    assert set(asked) == {"none"}
    assert set(given) == {basic("S3CRET")}
    assert shown(origin) == GROWN


@pytest.mark.parametrize(("person", "whose"), [("", ""), ("me:pass@", "me@")])
def test_a_header_left_behind_for_the_exact_repository_does_not_win(
    origin, checkout, certified, person, whose
):
    with git_server(origin, "S3CRET") as (address, asked):
        lead(checkout, address.replace("//", f"//{person}"))
        place = address.replace("//", f"//{whose}")
        left = f"http.{place}.extraheader"
        git(checkout, "config", left, "AUTHORIZATION: basic left-by-another")
        publish(checkout, token="S3CRET")
    assert set(asked) == {basic("S3CRET")}


@posix
@pytest.mark.parametrize("name", ["a:b@c.git", "a=b.git"])
def test_nor_does_it_where_the_repositorys_name_is_like_a_password_or_a_setting(
    origin, checkout, certified, name
):
    (origin.parent / name).symlink_to(origin)
    with git_server(origin, "S3CRET") as (address, asked):
        odd = address.replace("origin.git", name)
        lead(checkout, odd)
        left = f"http.{odd}.extraheader"
        git(checkout, "config", left, "AUTHORIZATION: basic left-by-another")
        publish(checkout, token="S3CRET")
    assert set(asked) == {basic("S3CRET")}


@posix
def test_the_token_does_not_go_where_everybody_can_read_it(checkout):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        server.settimeout(30)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/list.git"
        lead(checkout, address)
        run = partial(publish, checkout, token="S3CRET", timeout=1, max_wait=1)
        done = pool.submit(run)
        caller, _ = server.accept()
        asked = caller.recv(4096).lower()
        assert isinstance(done.exception(), PushError)
    assert b"get /list.git/info/refs" in asked
    assert b"authorization" not in asked


# The environment


def test_no_variable_of_the_callers_leads_git_astray(
    origin, checkout, tmp_path, monkeypatch
):
    astray = tmp_path / "astray"
    git(tmp_path, "init", "--quiet", str(astray))
    given = {
        "GIT_DIR": f"{astray}/.git",
        "GIT_WORK_TREE": f"{astray}",
        "GIT_INDEX_FILE": f"{astray}/index",
        "GIT_OBJECT_DIRECTORY": f"{astray}",
        "GIT_TRACE": f"{astray}/trace",
        "GIT_TRACE_CURL": f"{astray}/trace",
        "GIT_NAMESPACE": "x",
        "GIT_GLOB_PATHSPECS": "1",
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",
        "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z",
    }
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    assert publish(checkout).log == ""
    assert shown(origin) == GROWN
    assert [*astray.iterdir()] == [astray / ".git"]
    assert "2001" not in git(origin, "log", "-1", "--format=%ad %cd")


def test_configuration_of_the_callers_environment_counts(origin, checkout, monkeypatch):
    lead(checkout, "gh:list")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{origin.as_uri()}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "gh:list")
    publish(checkout)
    assert shown(origin) == GROWN


# How to reach a server, and how git is configured: what a user sets must reach git.
REACHING = [
    "GIT_ALLOW_PROTOCOL",
    "GIT_ASKPASS",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_EXEC_PATH",
    "GIT_HTTP_PROXY_AUTHMETHOD",
    "GIT_LFS_SKIP_SMUDGE",
    "GIT_PROXY_COMMAND",
    "GIT_PROXY_SSL_CAINFO",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSH_VARIANT",
    "GIT_SSL_CAINFO",
    "GIT_SSL_NO_VERIFY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSH_AUTH_SOCK",
    "HOME",
]


@posix
def test_variables_that_say_how_to_reach_a_server_reach_git(
    folder, tmp_path, wrapped, monkeypatch
):
    wrapped(f'env > "{tmp_path}/seen"; exit 1')
    for name in REACHING:
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("PAPER_ACTION_TOKEN", "mine")
    with pytest.raises(PushError):
        publish(folder)
    seen = (tmp_path / "seen").read_text().splitlines()
    assert [name for name in REACHING if f"{name}=mine" not in seen] == []
    assert "GIT_TERMINAL_PROMPT=0" in seen  # which nobody would answer
    assert "PAPER_ACTION_TOKEN=mine" not in seen


# Silence, signals, and other ends


def begin(checkout: Path, folder: Path, *flags: str, **environ: str) -> Popen[str]:
    """Begin a run whose temporary files are in a folder."""
    ours = {"TMPDIR": str(folder), "PYTHONPATH": str(TOP)}
    words = [sys.executable, "-m", "paper_action", *COMMIT, *flags]
    environ = clean_environ() | ours | environ
    return Popen(words, cwd=checkout, env=environ, stderr=PIPE, encoding="utf-8")


@posix
@pytest.mark.parametrize(
    ("scheme", "act", "limit", "code"),
    [
        ("http", Popen.poll, 1, 1),
        ("git", Popen.poll, 1, 1),
        ("http", Popen.terminate, 99, 143),
    ],
)
def test_no_run_waits_for_a_silent_server_nor_leaves_anything(
    checkout, folder, scheme, act, limit, code
):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/list.git"
        lead(checkout, address)
        job = begin(checkout, folder, f"--timeout={limit}", f"--max-wait={limit}")
        caller, _ = server.accept()
        act(job)
        _, said = job.communicate(timeout=30)
        caller.settimeout(30)
        caller.makefile("rb").read()  # until git's helper hangs up, which ends, too
    assert job.returncode == code
    assert ("git ls-remote: no answer in time" in said) == (code == 1)
    assert [*folder.iterdir()] == []


@posix
def test_a_helper_that_is_left_running_keeps_nobody_waiting(
    origin, unpushed, tmp_path, monkeypatch
):
    script(tmp_path / "ssh", 'sleep 100 &\neval "$2"')
    monkeypatch.setenv("GIT_SSH_COMMAND", f"'{tmp_path}/ssh'")
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    lead(unpushed, f"ssh://host{origin}")
    begun = time.monotonic()
    publish(unpushed, branch="neu", max_wait=20)
    assert time.monotonic() - begun < 30
    assert subjects(origin, "neu") == ["Add", "Begin"]
    assert "secret.txt" not in git(origin, "ls-tree", "--name-only", "neu")


@posix
@pytest.mark.parametrize("command", ["ls-remote", "fetch"])
def test_a_limit_that_was_reached_is_an_error_whatever_git_returns(
    origin, unpushed, wrapped, command
):
    wrapped(f"""case "$*" in *{command}*) trap 'exit 0' TERM; sleep 60 & wait; esac""")
    with pytest.raises(PushError, match=f"not now: git {command}: no answer in time"):
        publish(unpushed, branch="neu", timeout=1, max_wait=2)
    assert branches(origin) == ["refs/heads/main"]


@posix
@pytest.mark.parametrize("command", ["read-tree", "fetch", "push", "merge"])
def test_a_run_that_is_ended_at_a_step_leaves_nothing(
    origin, checkout, folder, tmp_path, command
):
    script(
        tmp_path / "bin/git",
        f"""case "$*" in *" {command} "*) kill -TERM $PPID;; esac
        exec {shutil.which("git")} "$@" """,
    )
    before = state(checkout)
    remote_refs = git(checkout, "for-each-ref", "refs/remotes")
    job = begin(checkout, folder, PATH=f"{tmp_path}/bin:{os.environ['PATH']}")
    job.communicate(timeout=30)
    assert job.returncode == 143
    assert [*folder.iterdir()] == []
    assert state(checkout) == before
    assert git(checkout, "for-each-ref", "refs/remotes") == remote_refs


@posix
def test_a_run_that_is_ended_while_it_cleans_up_leaves_nothing(
    origin, checkout, folder
):
    edit(origin, **{f"archive/{number}.txt": "x" for number in range(600)})
    job = begin(checkout, folder)
    most = left = 0
    signals = 2
    while signals and job.poll() is None:
        files = len([*folder.glob("*/*/archive/*")])
        most = max(most, files)
        if files < left:
            job.send_signal(signal.SIGTERM)
            signals -= 1
        left = files
    job.communicate(timeout=30)
    assert most == 2 * 600  # laid out before arXiv is read, and again to write
    assert [*folder.iterdir()] == []


def test_a_transfer_that_stalls_ends_after_the_timeout(origin, checkout, certified):
    edit(origin, a="a")
    git(checkout, "config", "protocol.version", "0")
    with git_server(origin, stalled="/git-upload-pack") as (address, _):
        lead(checkout, address)
        begun = time.monotonic()
        publish(checkout, timeout=0.9, max_wait=300)
    assert time.monotonic() - begun < 60
    assert shown(origin) == GROWN


@posix
@pytest.mark.parametrize("first", ["", "trap '' TERM &&"])
def test_a_first_question_without_an_answer_ends_after_the_timeout(
    origin, checkout, tmp_path, wrapped, first
):
    once = f'mkdir "{tmp_path}/once" 2> /dev/null && {first} sleep 100'
    wrapped(f'case "$*" in *ls-remote*) {once};; esac')
    begun = time.monotonic()
    publish(checkout, timeout=1, max_wait=300)
    assert time.monotonic() - begun < 60
    assert shown(origin) == GROWN


@posix
def test_all_questions_without_an_answer_end_in_time(checkout, wrapped):
    wrapped('case "$*" in *ls-remote*) sleep 200;; esac')
    begun = time.monotonic()
    with pytest.raises(PushError, match="no answer in time"):
        publish(checkout, timeout=4, max_wait=4)
    # Each of five waits half as long as the one before, which makes 4 s and not 10.
    assert time.monotonic() - begun < 9


# Runs the program for each line that comes, in a process of its own that has the line
# as FALL, and says how that ended. The program need not be loaded anew for each.
RUNS = """
import os, sys
from datetime import UTC, datetime
from paper_action.__main__ import main

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.environ["FALL"] = line.strip()
        sys.stdout = sys.stderr
        sys.exit(main(sys.argv[1:], os.environ, datetime.now(UTC)))
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


def begin_runs(checkout: Path, **environ: str) -> Popen[str]:
    """Begin a process that runs the program once for each line it is given."""
    words = [sys.executable, "-c", RUNS, *COMMIT]
    return Popen(
        words,
        cwd=checkout,
        env=clean_environ() | {"PYTHONPATH": str(TOP)} | environ,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        encoding="utf-8",
    )


@posix
def test_a_run_killed_at_any_step_is_made_up_for_by_the_next(
    origin, checkout, tmp_path
):
    calls = tmp_path / "calls"
    before = state(checkout)
    count = f'read n < "{calls}"; n=$((n + 1)); echo $n > "{calls}"'
    kill = '[ $n = "$FALL" ] && kill -9 $PPID && exit'
    script(tmp_path / "bin/git", f'{count}\n{kill}\nexec {shutil.which("git")} "$@"')
    path = f"{tmp_path}/bin:{os.environ['PATH']}"
    codes = []
    with begin_runs(checkout, PATH=path, TMPDIR=str(tmp_path)) as runs:
        while 0 not in codes:
            calls.write_text("0\n")
            print(len(codes) + 1, file=runs.stdin, flush=True)
            codes.append(int(runs.stdout.readline()))
            assert git(checkout, "status", "--porcelain") == ""
            assert state(checkout) == before
    assert set(codes[:-1]) == {-9}
    assert publish(checkout).commit == tip(checkout)
    assert shown(origin).count("](https://arxiv.org/abs/") == 4

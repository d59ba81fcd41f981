"""Commit and push, with real git: the list's files alone, never by force, nobody's change lost."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import pytest

from paper_action.git import Desk
from paper_action.paper import PushError, Revision
from paper_action.settings import PREFIX, Settings

from .conftest import NOW, TOP, clean_environ, clone, git, paper
from .git_server import git_server

BOT = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
GROWN = "# A list\n\nWords.\nrow\n"
NUMBERS = count()
posix = pytest.mark.skipif(os.name == "nt", reason="needs links or shell scripts")


def adding(text: str = "row\n", *names: str) -> Callable[[Path], Revision]:
    """Return what a listing does: a line comes into each file that does not have it yet."""

    def revise(folder: Path) -> Revision:
        changed = []
        for name in names or ("README.md",):
            old = (folder / name).read_bytes() if (folder / name).exists() else b""
            if text.encode() not in old:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(old + text.encode())
                changed.append(name)
        return Revision(tuple(changed), [paper()])

    return revise


def publish(root: Path, revise=None, message: str = "Add", alive: bool = False, now=NOW, **texts):
    """Publish with the settings that are given; return the commit and what was logged."""
    variables = {PREFIX + name.upper(): str(text) for name, text in texts.items()}
    settings, notes = Settings.load(["--root", str(root)], variables, now), list[str]()
    desk = Desk(settings, notes.append)
    _, commit = desk.publish(revise or adding(), lambda _: message, keep_alive=alive)
    return commit, "\n".join(notes)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def shown(origin: Path, name: str = "README.md", branch: str = "main") -> str:
    return git(origin, "show", f"refs/heads/{branch}:{name}")


def state(root: Path) -> tuple[object, ...]:
    """Return what no run may change: configuration, refs, worktrees; and that no lock stays."""
    common = Path(git(root, "rev-parse", "--path-format=absolute", "--git-common-dir").strip())
    assert not [*common.rglob("*.lock")]
    refs = git(root, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags")
    return (common / "config").read_bytes(), refs, [*common.rglob("worktrees/*")]


def edit(origin: Path, branch: str = "main", **files: str | Path) -> None:
    """Push files, or links, as a person does, who pulls and pushes again where that is needed."""
    root = clone(origin, f"person-{next(NUMBERS)}")
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            (root / name).symlink_to(content)
        else:
            (root / name).write_text(content, encoding="utf-8", newline="")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "Edit")
    for _ in range(20):
        with suppress(AssertionError):
            git(root, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
            break
        git(root, "pull", "--quiet", "--rebase", "origin", branch)


def script(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)


def test_the_bot_commits_our_files_alone_on_the_tip_and_the_checkout_follows(origin, checkout):
    edit(origin, **{"other.txt": "edited\n"})
    (checkout / "new.txt").write_text("staged\n")
    git(checkout, "add", "new.txt")
    before, seen = state(checkout), []

    def revise(folder: Path) -> Revision:
        seen.extend(names(folder))
        return adding("row\n", "README.md", "archive/2025-04.md")(folder)

    commit, notes = publish(checkout, revise, "Füge hinzu\n\n# not a comment")
    assert (seen, notes, state(checkout)) == (["README.md"], "", before)
    assert git(origin, "show", "--format=%H|%an <%ae>|%cn <%ce>|%B", "--name-only", "main") == (
        f"{commit}|{BOT}|{BOT}|Füge hinzu\n\n# not a comment\n\nREADME.md\narchive/2025-04.md\n"
    )
    assert git(checkout, "rev-parse", "main").strip() == commit
    assert git(checkout, "status", "--porcelain") == "A  new.txt\n"
    assert (checkout / "other.txt").read_text() == "edited\n"
    assert publish(checkout) == ("", "")


def test_a_branch_without_a_commit_for_50_days_gets_one_that_changes_nothing(origin, checkout):
    for days, alive in ((49, True), (51, False), (51, True)):  # since the first commit
        now = NOW + timedelta(days=days)
        commit, _ = publish(checkout, lambda _: Revision(), alive=alive, now=now)
        assert bool(commit) == (days == 51 and alive)
    last, first = git(origin, "log", "--format=%H %s %T", "main").splitlines()
    assert last == f"{commit} Keep the schedule alive {first.split()[-1]}"


def test_ten_runs_at_once_and_a_person_all_arrive(origin):
    roots = [clone(origin, f"clone-{number}") for number in range(10)]

    def run(number: int) -> str:
        revise = adding(f"row {number}\n", "README.md", f"list-{number}.csv")
        return publish(roots[number], revise, data_file=f"list-{number}.csv")[0]

    with ThreadPoolExecutor(11) as pool:
        person = pool.submit(edit, origin, **{"other.txt": "edited\n"})
        assert len(set(pool.map(run, range(10))) - {""}) == 10
        person.result()
    assert sorted(shown(origin).split("\n")[3:-1]) == [f"row {n}" for n in range(10)]
    assert all(shown(origin, f"list-{n}.csv") == f"row {n}\n" for n in range(10))
    assert shown(origin, "other.txt") == "edited\n"


SITUATIONS = """
sparse-checkout set --no-cone /other.txt
sparse-checkout set --cone --sparse-index archive
config core.sparseCheckout true
clone --sparse {0} ../x
clone --no-checkout {0} ../x
clone --filter=blob:none --sparse {0} ../x
clone --filter=tree:0 --no-checkout {0} ../x
clone --bare {0} ../y | -C ../y worktree add -f ../x main
init ../z | -C ../z -c protocol.file.allow=always submodule add {0} x
remote rename origin zzz | remote add aaa /nowhere | remote add origin {0}
remote set-url origin gh:x | config url.{0}.insteadOf gh:x | config url.{1}.pushInsteadOf gh:x
tag main | tag -a v1 -m 1 | config push.followTags true | config push.gpgSign true
config remote.origin.mirror true | config remote.origin.tagOpt --tags | config fetch.prune true
config commit.gpgSign true | config merge.verifySignatures true | config core.splitIndex true
config protocol.version 0 | config i18n.commitEncoding latin1 | config author.name Else
config push.recurseSubmodules only | config core.fsmonitor /nowhere
""".strip().splitlines()


@pytest.mark.parametrize("commands", SITUATIONS)
def test_in_any_checkout_the_row_comes_to_the_list_and_nothing_else(origin, checkout, commands):
    edit(origin, **{"docs/list.md": "# Mine\n"})
    git(origin, "config", "uploadpack.allowFilter", "true")
    for command in commands.format(origin.as_uri(), origin).split(" | "):
        git(checkout, *command.split(" "))
    roots = (origin.parent / "x", origin.parent / "z/x", checkout)
    root = next(root for root in roots if root.exists())
    before, refs = state(root), git(origin, "show-ref").split()[1::2]
    commit, _ = publish(root, adding("row\n", "docs/list.md"), "Füge", path="docs/list.md")
    assert (shown(origin, "docs/list.md"), state(root)) == ("# Mine\nrow\n", before)
    assert git(origin, "show-ref").split()[1::2] == refs
    assert git(origin, "log", "-1", "--format=%an: %s", commit) == f"{BOT[:19]}: Füge\n"


@posix
def test_any_name_is_taken_literally_and_a_root_may_lie_below_the_top(origin, checkout):
    odd = ["[a]*?.md", "!x y.md", "#h.md", "ü/é.md", "-d.md", ":/c.md"]
    edit(origin, **{f"docs/{name}": "# Mine\n" for name in odd})
    (checkout / "docs").mkdir()
    for name in odd:
        assert publish(checkout / "docs", adding("row\n", name), path=name)[0]
        assert shown(origin, f"docs/{name}") == "# Mine\nrow\n"


@posix
def test_links_lead_to_the_files_and_a_name_in_another_case_is_there_to_be_seen(origin, checkout):
    links = {"docs": Path("site"), "L.md": Path("docs/list.md"), "archive": Path("docs/old")}
    edit(origin, **{"site/list.md": "# Mine\n", "site/old/a.md": "old\n"}, **links)
    assert publish(checkout, adding("row\n", "L.md", "archive/a.md"), path="L.md")[0]
    assert (shown(origin, "L.md"), shown(origin, "archive")) == ("docs/list.md", "docs/old")
    assert shown(origin, "site/list.md") == "# Mine\nrow\n"
    assert shown(origin, "site/old/a.md") == "old\nrow\n"
    seen: list[str] = []
    publish(checkout, lambda at: seen.extend(names(at)) or Revision(), path="readme.MD")
    assert set(seen) == {"L.md", "README.md", "archive", "docs", "site"}


@posix
def test_what_git_converts_is_right_at_the_desk_and_in_the_commit(origin, checkout):
    edit(origin, **{".gitattributes": "*.md eol=crlf filter=x ident\n", "z.md": "Z$Id$\n"})
    pairs = {"filter.x.clean": "tr Y Z", "filter.x.smudge": "tr Z Y", "core.safecrlf": "true"}
    for key, value in (pairs | {"core.autocrlf": "true"}).items():
        git(checkout, "config", key, value)
    seen: list[bytes] = []

    def revise(folder: Path) -> Revision:
        seen.append((folder / "z.md").read_bytes())
        return adding("Y\r\n", "z.md")(folder) if seen[1:] else adding("YY\r\n", "z.md")(folder)

    assert publish(checkout, revise, path="z.md")[0]
    assert (seen[0][:5], seen[0][-3:]) == (b"Y$Id:", b"$\r\n")
    assert shown(origin, "z.md") == "Z$Id$\nZZ\n"


def test_a_new_branch_grows_from_the_remotes_default_one(origin, checkout):
    git(checkout, "checkout", "--quiet", "--detach")
    git(checkout, "commit", "--quiet", "--allow-empty", "-m", "Never pushed")
    with pytest.raises(PushError, match="set `branch`"):
        publish(checkout)
    assert "neu/ä is not checked out" in publish(checkout, branch="refs/heads/neu/ä")[1]
    assert publish(checkout, adding("row 2\n"), branch="neu/ä")[0]
    assert shown(origin, branch="neu/ä") == GROWN + "row 2\n"
    assert git(origin, "log", "--format=%s", "neu/ä").split() == ["Add", "Add", "Begin"]
    assert git(origin, "show-ref").split()[1::2] == ["refs/heads/main", "refs/heads/neu/ä"]


@pytest.mark.parametrize(
    ("commands", "told"),
    [
        ("init x", "git remote add origin"),
        ("init x | -C x remote add origin /nowhere", "no repository at the remote's address"),
        ("init --bare -b main e | clone e x", "no branch to begin with: push a first commit"),
        ("init y", "needs a git checkout"),
    ],
)
def test_where_nothing_can_be_pushed_the_error_says_what_to_do(tmp_path, commands, told):
    (tmp_path / "x").mkdir()
    for command in commands.split(" | "):
        git(tmp_path, *command.split(" "))
    with pytest.raises(PushError, match=told):
        publish(tmp_path / "x", branch="main")


@pytest.mark.parametrize(("branch", "kept"), [("old", 2), ("main", 4)])
def test_a_fetch_brings_no_more_history_than_there_was(origin, checkout, branch, kept):
    edit(origin, a="a")
    edit(origin, "old", b="b")
    later = ["c"]

    def revise(folder: Path) -> Revision:
        if later:
            edit(origin, branch, **{later.pop(): "c"})
        return adding()(folder)

    commit, notes = publish(checkout, revise, branch=branch)
    assert "try 1 of 20: not now: git push: " in notes
    assert git(checkout, "rev-list", "--count", commit) == f"{kept}\n"
    assert not (checkout / ".git" / "FETCH_HEAD").exists()


STAYING = "rm README.md|archive -o .git/index.lock HEAD|commit --allow-empty -m x|checkout -b x"


@pytest.mark.parametrize("command", STAYING.split("|"))
def test_a_checkout_that_cannot_follow_stays_and_the_push_is_reported(origin, checkout, command):
    git(checkout, *command.split())
    before = git(checkout, "rev-parse", "HEAD"), names(checkout)
    commit, notes = publish(checkout, branch="main")
    assert notes.startswith("pushed, but this checkout stays where it was: ")
    assert git(origin, "log", "--format=%s").split() == ["Add", "Begin"]
    assert (commit + "\n", shown(origin)) == (git(origin, "rev-parse", "main"), GROWN)
    assert (git(checkout, "rev-parse", "HEAD"), names(checkout)) == before


@posix
@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("update", "GH006: Protected branch update failed", "open a pull request"),
        ("pre-receive", "GH013: rule violations. Push cannot contain secrets", "for a secret: git"),
        ("update", "Permission to a/b.git denied to a-bot", "`permissions: contents: write`"),
        ("update", "branch is locked", "this failed: git push: remote: branch is locked"),
        ("pre-push", "Not on a Sunday", "this failed: git push: Not on a Sunday"),
    ],
)
def test_a_push_refused_for_good_is_tried_once_and_says_why(origin, checkout, name, words, told):
    hooks = (checkout / ".git" if name == "pre-push" else origin) / "hooks"
    shown = f"{words}. S3CRET https://me:pass@host"
    script(hooks / name, f'echo x >> "{origin}/tries"; echo "{shown}" >&2; exit 1')
    before = state(checkout), git(checkout, "rev-parse", "HEAD")
    with pytest.raises(PushError) as error:
        publish(checkout, token="S3CRET")
    assert told in str(error.value)
    assert f"{words}. *** https://***@host" in str(error.value)
    assert (origin / "tries").read_text() == "x\n"
    assert (state(checkout), git(checkout, "rev-parse", "HEAD")) == before


@posix
def test_a_push_that_fails_for_a_while_is_tried_again_whatever_the_repositorys_name(
    origin, checkout
):
    renamed = origin.rename(origin.with_name("blockchain-403-denied-GH006"))
    git(checkout, "remote", "set-url", "origin", str(renamed))
    tries = f'echo x >> "{renamed}/tries"; [ $(wc -l < "{renamed}/tries") = 2 ]'
    script(renamed / "hooks" / "update", f"{tries} || {{ echo failed to update ref >&2; exit 1; }}")
    assert publish(checkout)[0] == git(renamed, "rev-parse", "main").strip()


@posix
def test_no_hook_but_pre_push_has_a_part_and_none_learns_the_token(origin, checkout, monkeypatch):
    said = origin / "said"
    for name in ("pre-commit", "commit-msg", "post-commit", "post-merge", "post-index-change"):
        script(checkout / ".git/hooks" / name, f'echo hook: {name} >> "{said}"; exit 1')
    look = f'env >> "{said}"; cat /proc/[0-9]*/cmdline >> "{said}" 2>/dev/null; exit 0'
    script(checkout / ".git/hooks/pre-push", look)
    monkeypatch.setenv("PAPER_ACTION_TOKEN", "ghs_secret")
    assert publish(checkout, token="ghs_secret")[1] == ""
    assert b"GIT_" in said.read_bytes()
    assert not [word for word in (b"ghs_secret", b"_TOKEN", b"hook:") if word in said.read_bytes()]


def test_no_variable_of_the_callers_leads_git_astray(origin, checkout, tmp_path, monkeypatch):
    astray, date = str(tmp_path / "astray"), "2001-01-01T00:00:00Z"
    git(tmp_path, "init", "--quiet", astray)
    git(checkout, "remote", "set-url", "origin", "gh:list")
    given = {"DIR": f"{astray}/.git", "WORK_TREE": astray, "INDEX_FILE": f"{astray}/x",
             "OBJECT_DIRECTORY": astray, "NAMESPACE": "x", "TRACE": f"{astray}/trace",
             "TRACE_CURL": f"{astray}/trace", "AUTHOR_DATE": date, "COMMITTER_DATE": date,
             "GLOB_PATHSPECS": "1", "CONFIG_COUNT": "1", "CONFIG_VALUE_0": "gh:list",
             "CONFIG_KEY_0": f"url.{origin.as_uri()}.insteadOf"}  # fmt: skip
    with monkeypatch.context() as patch:
        for name, value in given.items():
            patch.setenv(f"GIT_{name}", value)
        assert publish(checkout)[1] == ""
    assert (shown(origin), names(tmp_path / "astray")) == (GROWN, [".git"])
    assert "2001" not in git(origin, "log", "-1", "--format=%ad %cd")


@contextmanager
def silent_server(checkout: Path, scheme: str):
    """Put a server that accepts and says nothing in the remote's place."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/list.git"
        git(checkout, "remote", "set-url", "origin", address)
        yield server


def hangs_up(caller: socket.socket) -> bool:
    """Return whether one who has called is gone already, or goes at once."""
    with caller:
        caller.settimeout(0.5)
        while caller.recv(4096):
            pass
    return True


@posix
@pytest.mark.parametrize("scheme", ["http", "git"])
def test_a_silent_server_holds_nobody_up_and_gits_helpers_end_with_it(checkout, scheme):
    with ThreadPoolExecutor() as pool, silent_server(checkout, scheme) as server:
        run = pool.submit(publish, checkout, timeout=1, max_wait=1)
        with pytest.raises(PushError, match="git ls-remote: no answer in time"):
            run.result(timeout=8)
        assert all(hangs_up(server.accept()[0]) for _ in range(2))


@posix
def test_a_cancelled_run_leaves_nothing_behind(checkout, tmp_path):
    (tmp_path / "temporary").mkdir()
    environ = clean_environ() | {"TMPDIR": str(tmp_path / "temporary"), "PYTHONPATH": str(TOP)}
    with silent_server(checkout, "http") as server:
        command = [sys.executable, "-m", "paper_action", "--commit"]
        with subprocess.Popen(command, cwd=checkout, env=environ) as run:
            caller, _ = server.accept()
            run.terminate()
            assert run.wait(8) == 128 + signal.SIGTERM
        assert hangs_up(caller)
    assert names(tmp_path / "temporary") == []


def test_the_token_opens_fetch_and_push_over_https_unseen(origin, checkout, monkeypatch):
    with git_server(origin, "secret") as server:
        monkeypatch.setenv("GIT_SSL_CAINFO", str(server.certificate))
        git(checkout, "remote", "set-url", "origin", server.address.replace("//", "//me:pass@"))
        with pytest.raises(PushError, match="permissions: contents: write") as error:
            publish(checkout, token="wrong")
        for secret in ("wrong", b64encode(b"x-access-token:wrong").decode(), "pass@"):
            assert secret not in str(error.value)
        git(checkout, "remote", "set-url", "origin", server.address)
        key = f"http.{server.address.rpartition('/')[0]}/.extraheader"
        git(checkout, "config", key, "AUTHORIZATION: basic left-by-actions-checkout")
        server.asked.clear()
        server.unanswered = 1
        commit, notes = publish(checkout, token="secret")
    assert "try 1 of 20: not now: git push" in notes
    assert commit == git(origin, "rev-parse", "main").strip()
    assert (shown(origin), set(server.asked)) == (GROWN, {server.expected})


KILLER = 'case " $* " in *" $KILL_AT "*) kill -9 $PPID; exit 1;; esac; exec "$GIT" "$@"'
STEPS = "ls-remote fetch read-tree checkout-index update-index commit-tree push merge".split()


@posix
def test_a_run_killed_at_any_step_is_made_up_for_by_the_next(
    origin, checkout, tmp_path, monkeypatch
):
    script(tmp_path / "bin/git", KILLER)
    before = state(checkout)
    for step in STEPS:
        run = get_context("fork").Process(target=publish, args=(checkout, adding(f"{step}\n")))
        with monkeypatch.context() as patch:
            patch.setenv("GIT", str(shutil.which("git")))
            patch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
            patch.setenv("KILL_AT", step)
            patch.setattr(tempfile, "tempdir", str(tmp_path))
            run.start()
            run.join()
        assert run.exitcode == -signal.SIGKILL
        assert (git(checkout, "status", "--porcelain"), state(checkout)) == ("", before)
        publish(checkout, adding(f"{step}\n"))
    assert shown(origin).split("\n")[3:-1] == STEPS
    assert publish(checkout)[0] == git(checkout, "rev-parse", "HEAD").strip()

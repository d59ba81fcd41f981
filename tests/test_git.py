"""Commit and push, with real git: the list's files alone, never by force, nobody's change lost."""

import os
import shutil
import socket
import sys
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen, run

import pytest

from paper_action.git import Desk
from paper_action.paper import PushError, Revision

from .conftest import DAYS, TOP, cases, chosen, clean_environ, clone, git, paper, run_process
from .git_server import git_server

BOT = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
GROWN = "# A list\n\nWords.\nrow\n"
COMMIT = ["--commit", f"--feed-url={DAYS[0]}"]
posix = pytest.mark.skipif(os.name == "nt", reason="needs links or shell scripts")


def publish(root, text="row\n", names=("README.md",), message="Add", race=bool, alive=0, **values):
    """Add a text to each file that does not have it; return the commit and what was logged."""

    def revise(folder: Path) -> Revision:
        race()
        for name in names:
            with (folder / name).open("ab+") as file:
                file.seek(0)
                file.write(b"" if text.encode() in file.read() else text.encode())
        return Revision(tuple(names), [paper()])

    notes = list[str]()
    desk = Desk(chosen(root=root, path=names[0], **values), notes.append)
    _, commit, _ = desk.publish(revise, lambda *_: message, keep_alive=alive)
    return commit, "\n".join(notes)


def shown(origin: Path, name: str = "README.md", branch: str = "main") -> str:
    return git(origin, "show", f"refs/heads/{branch}:{name}")


def state(root: Path) -> tuple[object, ...]:
    """Return what no run may change: configuration, refs, worktrees; and that no lock stays."""
    common = Path(git(root, "rev-parse", "--path-format=absolute", "--git-common-dir").strip())
    assert not [*common.rglob("*.lock")]
    refs = git(root, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags")
    return (common / "config").read_bytes(), refs, [*common.rglob("worktrees/*")]


def edit(origin: Path, branch: str = "main", **files: str) -> None:
    """Push files as somebody in 1970, to a branch that grows from main; "-> x" is a link to x."""
    start = f"commit refs/heads/{branch}\ncommitter <a> 0 +0000\ndata 4\nEdit\n"
    stream = f"{start}from refs/heads/main^0\n".encode()
    for name, text in files.items():
        mode, content = 120000 if text[:3] == "-> " else 100644, text.removeprefix("-> ").encode()
        stream += b'M %d inline "%b"\ndata %d\n%b\n' % (mode, name.encode(), len(content), content)
    run(["git", "-C", origin, "fast-import"], input=stream, check=True)


def script(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    file.chmod(0o755)


def test_the_bot_commits_our_files_alone_on_the_tip_and_the_checkout_follows(origin, checkout):
    ours = ["README.md", "archive/2025-03.md", "archive/2025-04.md", "papers.csv"]
    others = {"other.txt": "edited\n", ".gitattributes": "* eol=crlf\n"}
    edit(origin, **others, **dict.fromkeys(ours[2:], "old\n"))
    git(checkout, "config", "core.safecrlf", "true")
    (checkout / "new.txt").write_text("staged\n")
    git(checkout, "add", "new.txt")
    before, message = state(checkout), "Füge hinzu\n\n# not a comment"
    commit, notes = publish(checkout, "row\n", ours, message, data_file="papers.csv")
    log = git(origin, "show", "--format=%H|%an <%ae>|%cn <%ce>|%B", "--name-only", "main")
    assert log.splitlines() == [*f"{commit}|{BOT}|{BOT}|{message}".splitlines(), "", *ours]
    assert [shown(origin, name) for name in ours] == [GROWN, "row\n", *["old\nrow\n"] * 2]
    assert git(checkout, "rev-parse", "main").strip() == commit
    assert git(checkout, "status", "--porcelain") == "A  new.txt\n"
    assert (notes, state(checkout)) == ("", before)


def test_a_branch_without_a_commit_for_50_days_gets_one_that_changes_nothing(origin, checkout):
    assert publish(checkout, "", alive=True)[0] == ""
    edit(origin)  # in 1970
    assert publish(checkout, "", alive=False)[0] == ""
    assert publish(checkout, "", alive=True)[0] == git(origin, "rev-parse", "main").strip()
    assert git(origin, "log", "-p", "--format=%s", "main^..").strip() == "Keep the schedule alive"


@pytest.fixture
def root(origin, checkout, request) -> Path:
    """Return what a case's commands make of the checkout, or beside it."""
    edit(origin, **{"docs/list.md": "# Mine\n"})
    git(origin, "config", "uploadpack.allowFilter", "true")
    for command in request.param.format(origin.as_uri(), origin).split(" | "):
        git(checkout, *command.split(" "))
    roots = (origin.parent / "x", origin.parent / "z/x", checkout)
    return next(root for root in roots if root.exists())


@pytest.mark.parametrize(("root", "about"), cases("checkouts.txt"), indirect=["root"])
def test_in_any_checkout_the_row_comes_to_the_list_and_nothing_else(origin, root, about):
    before, refs = state(root), git(origin, "show-ref").split()[1::2]
    commit, _ = publish(root, "row\n", ["docs/list.md"], "Füge")
    assert (shown(origin, "docs/list.md"), state(root)) == ("# Mine\nrow\n", before)
    assert git(origin, "show-ref").split()[1::2] == refs
    assert git(origin, "log", "-1", "--format=%an: %s", commit) == f"{BOT[:19]}: Füge\n"


@pytest.mark.parametrize(("root", "told"), cases("nowhere.txt"), indirect=["root"])
def test_where_nothing_can_be_pushed_the_error_says_what_to_do(root, told):
    with pytest.raises(PushError, match=told):
        publish(root)


@posix
def test_names_are_taken_literally_but_for_case_and_links_lead_to_the_files(origin, checkout):
    odd = ["[a]*?.md", "!x y.md", "#h.md", "ü/é.md", "-d.md", ":/c.md"]
    files = {name: f"docs/{name}" for name in odd} | {"L.md": "docs/site/list.md"}
    links = {"docs/more": "site", "docs/L.md": "more/list.md", "docs/archive": "more/old"}
    texts = dict.fromkeys([*files.values(), "docs/site/old/a.md"], "# Mine\n")
    edit(origin, **texts, **{name: f"-> {target}" for name, target in links.items()})
    (checkout / "docs").mkdir()
    for name, file in files.items():
        assert publish(checkout / "docs", names=[name, "archive/a.md"])[0]
        assert shown(origin, file) == shown(origin, "docs/site/old/a.md") == "# Mine\nrow\n"
    assert [shown(origin, name) for name in links] == [*links.values()]
    done = run_process(checkout, *COMMIT, "--path=docs/site/LIST.md")
    assert (done.code, "list.md" in done.err) == (2, True)


def test_a_new_branch_grows_from_the_remotes_default_one(origin, checkout):
    git(checkout, "checkout", "--quiet", "--detach")
    git(checkout, "commit", "--quiet", "--allow-empty", "-m", "Never pushed")
    assert "neu/ä is not checked out" in publish(checkout, branch="refs/heads/neu/ä")[1]
    assert publish(checkout, "row 2\n", branch="neu/ä")[0]
    assert shown(origin, branch="neu/ä") == GROWN + "row 2\n"
    assert git(origin, "log", "--format=%s", "neu/ä").split() == ["Add", "Add", "Begin"]
    assert git(origin, "show-ref").split()[1::2] == ["refs/heads/main", "refs/heads/neu/ä"]


@pytest.mark.parametrize(("branch", "kept"), [("old", 2), ("main", 4)])
def test_a_lost_race_loses_no_commit_and_brings_no_history(origin, checkout, branch, kept):
    edit(origin, a="a")
    git(origin, "branch", "old")
    edit(origin, "later", b="b")
    script(origin / "hooks/update", "mkdir x || exit 0; echo failed to update ref >&2; exit 1")
    move = partial(git, origin, "update-ref", f"refs/heads/{branch}", "later")
    commit, notes = publish(checkout, race=move, branch=branch)
    assert notes.count(" of 20: not now: git push: ") == 2
    assert git(origin, "log", "--format=%s", branch).split() == ["Add", "Edit", "Edit", "Begin"]
    assert git(checkout, "rev-list", "--count", commit) == f"{kept}\n"
    assert not (checkout / ".git" / "FETCH_HEAD").exists()


@pytest.mark.parametrize(("command", "why"), cases("staying.txt"))
def test_a_checkout_that_cannot_follow_stays_and_the_push_is_told(origin, checkout, command, why):
    git(checkout, *command.split())
    before = git(checkout, "rev-parse", "HEAD"), sorted(checkout.iterdir())
    commit, notes = publish(checkout, branch="main")
    assert notes.startswith("pushed, but this checkout stays where it was: ")
    assert (commit + "\n", shown(origin)) == (git(origin, "rev-parse", "main"), GROWN)
    assert git(origin, "log", "--format=%s").split() == ["Add", "Begin"]
    assert (git(checkout, "rev-parse", "HEAD"), sorted(checkout.iterdir())) == before


@posix
@pytest.mark.parametrize(("refusal", "told"), cases("refused-pushes.txt"))
def test_a_push_refused_for_good_is_tried_once_and_says_why(origin, checkout, refusal, told):
    hook, _, words = refusal.partition(" ")
    said = f"{words}. S3CRET https://me:pass@host"
    script(origin.parent / hook, f'echo x >> "{origin}/tries"; echo "{said}" >&2; exit 1')
    before = state(checkout), git(checkout, "rev-parse", "HEAD")
    with pytest.raises(PushError, match=rf"{told}.*\. \*\*\* https://\*\*\*@host"):
        publish(checkout, token="S3CRET")
    assert (origin / "tries").read_text() == "x\n"
    assert (state(checkout), git(checkout, "rev-parse", "HEAD")) == before


def test_the_token_opens_fetch_and_push_unseen(origin, checkout, tmp_path, monkeypatch):
    trace, said, secrets = tmp_path / "trace", tmp_path / "said", ["S3CRET", "wrong"]
    git(tmp_path, "config", "--file=global", "trace2.normalTarget", str(trace))
    for name in ("pre-commit", "commit-msg", "post-commit", "post-merge", "post-index-change"):
        script(checkout / ".git/hooks" / name, f'echo hook: {name} >> "{said}"; exit 1')
    script(checkout / ".git/hooks/pre-push", f'env >> "{said}"')
    monkeypatch.setenv("PAPER_ACTION_TOKEN", "S3CRET")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "certificate.pem"))
    with git_server(origin, "S3CRET") as (address, asked):
        git(checkout, "remote", "set-url", "origin", address.replace("//", "//me:pass@"))
        key = f"http.{address.rpartition('/')[0]}/.extraheader"
        git(checkout, "config", key, "AUTHORIZATION: basic left-by-actions-checkout")
        with pytest.raises(PushError, match="permissions: contents: write") as error:
            publish(checkout, token="wrong")
        asked.clear()
        commit, notes = publish(checkout, token="S3CRET")
    assert "try 1 of 20: not now: git push" in notes
    assert (commit + "\n", shown(origin)) == (git(origin, "rev-parse", "main"), GROWN)
    secrets += [b64encode(f"x-access-token:{token}".encode()).decode() for token in secrets]
    assert set(asked) == {f"basic {secrets[2]}"}
    told, heard = trace.read_text("utf-8") + str(error.value) + notes, said.read_text("utf-8")
    assert [word for word in ("push --porcelain", *secrets) if word in told] == ["push --porcelain"]
    assert [word for word in ("GIT_", "S3CRET", "hook:") if word in heard] == ["GIT_"]


def test_no_variable_of_the_callers_leads_git_astray(origin, checkout, tmp_path, monkeypatch):
    astray = tmp_path / "astray"
    git(tmp_path, "init", "--quiet", str(astray))
    git(checkout, "remote", "set-url", "origin", "gh:list")
    given = f"""DIR={astray}/.git WORK_TREE={astray} INDEX_FILE={astray}/x NAMESPACE=x
        OBJECT_DIRECTORY={astray} TRACE={astray}/trace TRACE_CURL={astray}/trace
        AUTHOR_DATE=2001-01-01T00:00:00Z COMMITTER_DATE=2001-01-01T00:00:00Z GLOB_PATHSPECS=1
        CONFIG_COUNT=1 CONFIG_VALUE_0=gh:list CONFIG_KEY_0=url.{origin.as_uri()}.insteadOf"""
    for name, text in (variable.split("=") for variable in given.split()):
        monkeypatch.setenv(f"GIT_{name}", text)
    assert publish(checkout)[1] == ""
    assert (shown(origin), [*astray.iterdir()]) == (GROWN, [astray / ".git"])
    assert "2001" not in git(origin, "log", "-1", "--format=%ad %cd")


WAYS = [("http", Popen.poll, 1), ("git", Popen.poll, 1), ("http", Popen.terminate, 143)]


@posix
@pytest.mark.parametrize(("scheme", "act", "code"), WAYS)
def test_no_run_waits_for_a_silent_server_nor_leaves_anything(checkout, folder, scheme, act, code):
    environ = clean_environ() | {"TMPDIR": str(folder), "PYTHONPATH": str(TOP)}
    command = [sys.executable, "-m", "paper_action", *COMMIT, "--timeout=1", "--max-wait=1"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/list.git"
        git(checkout, "remote", "set-url", "origin", address)
        job = Popen(command, cwd=checkout, env=environ, stderr=PIPE, encoding="utf-8")
        caller, _ = server.accept()
        act(job)
        _, said = job.communicate(timeout=8)
        assert (job.returncode, "git ls-remote: no answer in time" in said) == (code, code == 1)
        caller.settimeout(0.5)
        caller.makefile("rb").read()  # until git's helper hangs up, which has ended with the run
    assert [*folder.iterdir()] == []


def test_ten_runs_at_once_all_arrive_whatever_the_repositorys_name(origin):
    origin = origin.rename(origin.with_name("blockchain-403-denied-GH006"))
    roots = [clone(origin, f"clone-{number}") for number in range(10)]
    with ThreadPoolExecutor(10) as pool:
        commits = pool.map(publish, roots, [f"row {number}\n" for number in range(10)])
        assert len({commit for commit, _ in commits} - {""}) == 10
    assert sorted(shown(origin).split("\n")[3:-1]) == [f"row {number}" for number in range(10)]


@posix
def test_a_run_killed_at_any_step_is_made_up_for_by_the_next(origin, checkout, tmp_path):
    calls, before = tmp_path / "calls", state(checkout)
    kill = f'echo >> "{calls}"; [ $(wc -l < "{calls}") = "$FALL" ] && kill -9 $PPID && exit'
    script(tmp_path / "bin/git", f'{kill}\nexec {shutil.which("git")} "$@"')
    environ = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
    codes = []
    while 0 not in codes:
        calls.unlink(missing_ok=True)
        done = run_process(checkout, *COMMIT, FALL=str(len(codes) + 1), **environ)
        codes.append(done.code)
        assert (git(checkout, "status", "--porcelain"), state(checkout)) == ("", before)
    assert codes[10:] == [-9] * (len(codes) - 11) + [0]
    assert publish(checkout)[0] == git(checkout, "rev-parse", "HEAD").strip()
    assert shown(origin).count("](https://arxiv.org/abs/") == 4

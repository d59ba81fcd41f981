"""Commit and push: only our files, never by force, nobody's change lost."""

import base64
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .conftest import DAYS, clone, git, run_program
from .git_server import git_server
from .test_main import feed, ids

BOT = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"


def commit(checkout: Path, *flags: object, **environ: str):
    return run_program(checkout, "--commit", *flags, **environ)


def remote_file(origin: Path, name: str = "README.md", branch: str = "main") -> str:
    return git(origin, "show", f"{branch}:{name}")


def hook(origin: Path, name: str, script: str) -> None:
    (origin / "hooks" / name).write_text(f"#!/bin/sh\n{script}\n")
    (origin / "hooks" / name).chmod(0o755)


def push_edit(origin: Path, name: str = "other.txt", text: str = "edited\n", clone_as: str = "person") -> None:
    person = clone(origin, clone_as)
    (person / name).write_text(text, encoding="utf-8")
    git(person, "commit", "--quiet", "-am", "Edit")
    git(person, "push", "--quiet", "origin", "main")


def test_the_bot_commits_our_file_alone_and_the_checkout_is_at_the_pushed_commit(origin, checkout):
    (checkout / "other.txt").write_text("changed, not staged\n")
    (checkout / "staged.txt").write_text("staged\n")
    git(checkout, "add", "staged.txt")
    before = git(checkout, "status", "--porcelain")
    done = commit(checkout, "--feed-url", DAYS[0])
    assert done.code == 0, done.err
    tip = git(origin, "rev-parse", "main").strip()
    assert done.outputs["commit"] == tip == git(checkout, "rev-parse", "HEAD").strip()
    assert git(origin, "show", "--format=%an <%ae>|%cn <%ce>|%s", "--name-only", "main").split("\n") == [
        f"{BOT}|{BOT}|Add 4 arXiv papers", "", "README.md", "",
    ]  # fmt: skip
    assert git(checkout, "status", "--porcelain") == before
    assert git(checkout, "symbolic-ref", "HEAD") == "refs/heads/main\n"
    assert len(ids(checkout / "README.md")) == 4


def test_nothing_new_means_no_commit(origin, checkout):
    commit(checkout, "--feed-url", DAYS[0])
    tip = git(origin, "rev-parse", "main")
    done = commit(checkout, "--feed-url", DAYS[0])
    assert (done.code, done.outputs["commit"], done.outputs["changed"]) == (0, "", "false")
    assert git(origin, "rev-parse", "main") == tip


def test_both_changes_arrive_when_something_else_was_pushed(origin, checkout):
    push_edit(origin)
    done = commit(checkout, "--feed-url", DAYS[0])
    assert done.code == 0, done.err
    assert remote_file(origin, "other.txt") == "edited\n"
    assert remote_file(origin).count("\n| ") == 6
    assert git(checkout, "rev-parse", "HEAD") == git(origin, "rev-parse", "main")
    assert git(checkout, "status", "--porcelain") == ""
    assert (checkout / "other.txt").read_text() == "edited\n"


def test_rows_are_worked_out_again_on_the_file_as_it_is_there(origin, checkout):
    other = clone(origin, "other")
    assert commit(other, "--feed-url", DAYS[1]).code == 0
    push_edit(origin, "README.md", remote_file(origin).replace("Words.", "Edited words."))
    done = commit(checkout, "--feed-url", DAYS[2])
    assert done.outputs["added"] == "8"
    final = remote_file(origin)
    assert "Edited words." in final
    assert final.count("\n| ") == 2 + 14 + 8
    assert commit(other, "--feed-url", DAYS[1]).outputs["changed"] == "false"


def test_pushes_that_race_with_each_other_all_arrive(origin):
    runs = []
    for number in range(5):
        file = feed(origin, {"id": f"2504.0000{number}"}, {"id": "2504.00009"})
        runs.append((clone(origin, f"clone{number}"), file.rename(file.with_name(f"feed{number}.xml"))))
    with ThreadPoolExecutor() as pool:
        edit = pool.submit(push_edit, origin)
        results = list(pool.map(lambda run: commit(run[0], "--feed-url", run[1]), runs))
        edit.exception()  # the person may have lost the race; the runs may not
    assert [done.code for done in results] == [0] * 5, [done.err for done in results]
    listed = re.findall(r"\[https://arxiv.org/abs/([\d.]+)\]", remote_file(origin))
    assert sorted(listed) == [f"2504.0000{number}" for number in (0, 1, 2, 3, 4, 9)]
    assert git(origin, "rev-list", "--count", "--merges", "main") == "0\n"


def test_a_push_that_fails_for_a_while_is_tried_again(origin, checkout):
    counter = origin / "tries"
    script = (
        f'echo x >> "{counter}"; [ "$(wc -l < "{counter}")" -ge 3 ] || {{ echo "failed to update ref" >&2; exit 1; }}'
    )
    hook(origin, "update", script)
    done = commit(checkout, "--feed-url", DAYS[0])
    assert done.code == 0, done.err
    assert counter.read_text().count("x") == 3


@pytest.mark.parametrize("name", ["list-403.git", "denied.git", "read-only.git", "lock.git"])
def test_the_name_of_a_repository_is_not_taken_for_a_refusal(origin, checkout, name):
    renamed = origin.rename(origin.with_name(name))
    git(checkout, "remote", "set-url", "origin", renamed.as_uri())
    push_edit(renamed)
    done = commit(checkout, "--feed-url", DAYS[0])
    assert done.code == 0, done.err
    assert remote_file(renamed).count("\n| ") == 6


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("GH006: Protected branch update failed", "open a pull request"),
        ("GH013: Repository rule violations found", "open a pull request"),
        ("remote: Permission to x.git denied to github-actions[bot].", "permissions: contents: write"),
    ],
)
def test_a_refused_push_says_what_to_do_and_leaves_the_checkout_as_it_was(origin, checkout, words, told):
    hook(origin, "pre-receive" if "GH" in words else "update", f'echo "{words}" >&2; exit 1')
    before = (checkout / "README.md").read_bytes()
    done = commit(checkout, "--feed-url", DAYS[0])
    assert done.code == 1
    assert told in done.err
    assert words.removeprefix("remote: ")[:20] in done.err
    assert (checkout / "README.md").read_bytes() == before
    assert git(checkout, "status", "--porcelain") == ""
    assert done.outputs["changed"] == "false"


def test_a_detached_head_asks_for_a_branch_and_works_with_one(origin, checkout):
    git(checkout, "checkout", "--quiet", "--detach")
    done = commit(checkout, "--feed-url", DAYS[0])
    assert done.code == 1
    assert "set `branch`" in done.err
    done = commit(checkout, "--feed-url", DAYS[0], "--branch", "main")
    assert done.code == 0, done.err
    assert remote_file(origin).count("\n| ") == 6


def test_another_branch_grows_from_its_own_state_and_leaves_the_checkout_alone(origin, checkout):
    assert commit(checkout, "--feed-url", DAYS[0], "--branch", "papers").code == 0
    fresh = clone(origin, "fresh")
    done = commit(fresh, "--feed-url", DAYS[1], "--branch", "papers")
    assert done.outputs["added"] == "14"
    assert remote_file(origin, branch="papers").count("\n| ") == 2 + 4 + 14
    assert remote_file(origin).count("\n| ") == 0
    assert git(fresh, "status", "--porcelain") == ""


@pytest.mark.parametrize("case", ["no repository", "no remote", "no such remote"])
def test_a_checkout_that_cannot_be_pushed_is_an_error_before_anything_is_written(folder, case):
    if case != "no repository":
        git(folder, "init", "--quiet", "--initial-branch", "main")
    if case == "no such remote":
        git(folder, "remote", "add", "origin", str(folder.parent / "missing.git"))
    done = commit(folder, "--feed-url", DAYS[0])
    assert done.code == 1
    assert "git" in done.err
    assert not (folder / "README.md").exists()


def test_an_empty_repository_gets_its_first_commit(tmp_path):
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", "new.git")
    git(tmp_path, "clone", "--quiet", "new.git", "checkout")
    done = commit(tmp_path / "checkout", "--feed-url", DAYS[0], "--branch", "main")
    assert done.code == 0, done.err
    assert git(tmp_path / "new.git", "rev-list", "--count", "main") == "1\n"
    assert git(tmp_path / "checkout", "status", "--porcelain") == ""


def test_a_root_below_the_top_of_the_repository(origin, checkout):
    (checkout / "docs").mkdir()
    done = commit(checkout, "--feed-url", DAYS[0], "--root", "docs", "--max-bytes", "4000")
    assert done.code == 0, done.err
    names = git(origin, "ls-tree", "-r", "--name-only", "main").split()
    assert "docs/README.md" in names
    assert any(name.startswith("docs/archive/20") for name in names)
    push_edit(origin)
    assert commit(checkout, "--feed-url", DAYS[1], "--root", "docs").code == 0
    assert git(checkout, "status", "--porcelain") == ""


def test_edits_in_the_checkout_are_committed_along_and_never_lost(origin, checkout):
    (checkout / "README.md").write_text("# A list\n\nMy words.\n")
    assert commit(checkout, "--feed-url", DAYS[0]).code == 0
    assert "My words." in remote_file(origin)
    push_edit(origin)
    edited = remote_file(origin) + "\nMore.\n"
    (checkout / "README.md").write_text(edited, encoding="utf-8")
    done = commit(checkout, "--feed-url", DAYS[1])
    assert done.code == 1
    assert "pull first" in done.err
    assert (checkout / "README.md").read_text(encoding="utf-8") == edited


@pytest.mark.parametrize(
    ("template", "count", "message"),
    [
        ("Add {added} arXiv papers", 1, "Add 1 arXiv paper"),
        ("papers: {added} new papers\n\n{ids}", 1, "papers: 1 new paper\n\n2504.00000"),
        ("{added} {unknown} {ids}", 2, "2 {unknown} 2504.00000, 2504.00001"),
        ("$(touch x) `y` %s", 1, "$(touch x) `y` %s"),
    ],
)
def test_the_commit_message_is_filled_in(origin, checkout, template, count, message):
    file = feed(checkout, *({"id": f"2504.0000{number}"} for number in range(count)))
    commit(checkout, "--feed-url", file, "--commit-message", template)
    assert git(origin, "log", "-1", "--format=%B", "main").strip() == message


def test_a_commit_that_only_moves_or_tidies_says_that(origin, checkout):
    file = feed(checkout, *({"id": f"2504.000{number}", "abstract": "word " * 60} for number in range(10, 30)))
    commit(checkout, "--feed-url", file)
    done = commit(checkout, "--feed-url", file, "--max-bytes", "4000")
    assert done.outputs["changed"] == "true"
    assert git(origin, "log", "-1", "--format=%s", "main").startswith("Move ")
    text = (checkout / "README.md").read_text().replace("An LLM", r"An {\'e}LLM")
    (checkout / "README.md").write_text(text)
    commit(checkout, "--feed-url", file, "--max-bytes", "4000", "--tidy")
    assert git(origin, "log", "-1", "--format=%s", "main") == "Tidy the table of papers\n"


def test_the_token_is_in_no_argument_list_no_file_and_no_log(origin, checkout):
    """A pre-push hook looks at the whole process table while git pushes."""
    token, seen = "ghs_verysecrettoken0123456789", checkout.parent / "seen"
    hooks = checkout / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-push").write_text(f"#!/bin/sh\ncat /proc/[0-9]*/cmdline > '{seen}' 2>/dev/null; exit 0\n")
    (hooks / "pre-push").chmod(0o755)
    encoded = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    for address in (origin.as_uri(), "https://127.0.0.1:9/list.git"):
        git(checkout, "remote", "set-url", "origin", address)
        done = commit(checkout, "--feed-url", DAYS[0], PAPER_ACTION_TOKEN=token, HOME=str(checkout.parent))
        files = [path for path in checkout.parent.rglob("*") if path.is_file()]
        for secret in (token, encoded):
            assert secret not in done.out + done.err + done.summary + str(done.outputs)
            assert not [path for path in files if secret.encode() in path.read_bytes()]
        git(checkout, "reset", "--quiet", "--hard", "HEAD~1") if done.code == 0 else None
    assert b"git" in seen.read_bytes()
    assert done.code == 1


@pytest.mark.parametrize("left_behind", [False, True])
def test_a_push_over_https_is_let_in_by_the_token_alone(origin, checkout, left_behind):
    with git_server(origin, "secret") as (address, certificate, asked):
        git(checkout, "remote", "set-url", "origin", address)
        if left_behind:  # as actions/checkout does unless it is told not to
            key = f"http.{address.rpartition('/')[0]}/.extraheader"
            git(checkout, "config", key, "AUTHORIZATION: basic b2xkOm9sZA==")
        https = {"GIT_SSL_CAINFO": str(certificate)}
        refused = commit(checkout, "--feed-url", DAYS[0], PAPER_ACTION_TOKEN="wrong", **https)
        assert refused.code == 1
        assert "permissions: contents: write" in refused.err
        assert "wrong" not in refused.err
        push_edit(origin)
        done = commit(checkout, "--feed-url", DAYS[0], PAPER_ACTION_TOKEN="secret", **https)
        assert done.code == 0, done.err
    assert remote_file(origin).count("\n| ") == 6
    assert remote_file(origin, "other.txt") == "edited\n"
    assert "none" not in asked[-2:]


def test_the_token_is_handed_to_git_for_https_alone(tmp_path, origin, checkout):
    """A git in front of the real one writes down what it was given."""
    notes, real = tmp_path / "notes", shutil.which("git")
    (tmp_path / "bin").mkdir()
    table = f'cat /proc/[0-9]*/cmdline > "{tmp_path / "processes"}" 2>/dev/null'
    script = f'case "$*" in *push*|*fetch*) env | grep ^GIT_CONFIG > "{notes}"; {table};; esac\nexec "{real}" "$@"\n'
    (tmp_path / "bin" / "git").write_text("#!/bin/sh\n" + script)
    (tmp_path / "bin" / "git").chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    commit(checkout, "--feed-url", DAYS[0], PAPER_ACTION_TOKEN="secret", PATH=path)
    assert notes.read_text() == ""
    git(checkout, "remote", "set-url", "origin", "https://127.0.0.1:9/list.git")
    commit(checkout, "--feed-url", DAYS[1], PAPER_ACTION_TOKEN="secret", PATH=path)
    given = dict(line.split("=", 1) for line in notes.read_text().splitlines())
    assert given["GIT_CONFIG_KEY_0"] == given["GIT_CONFIG_KEY_1"] == "http.https://127.0.0.1:9/.extraheader"
    assert given["GIT_CONFIG_VALUE_0"] == ""
    assert given["GIT_CONFIG_VALUE_1"].startswith("AUTHORIZATION: basic ")
    processes = (tmp_path / "processes").read_bytes()
    assert (b"push" in processes or b"fetch" in processes) == Path("/proc/self").exists()
    assert b"secret" not in processes
    assert given["GIT_CONFIG_VALUE_1"].split()[-1].encode() not in processes

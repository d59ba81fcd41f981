"""Commit the list's files and push the commit.

Commits are built with git's plumbing in an index of their own, so that nothing else that lies
changed or staged in the checkout is touched or taken along.
"""

import base64
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .files import on_disk, write
from .listing import Revision
from .paper import PaperActionError
from .settings import PREFIX, Settings

TRIES = 20
UNREACHED = 5  # tries after which a remote that does not answer is given up
_BOT = {"NAME": "github-actions[bot]", "EMAIL": "41898282+github-actions[bot]@users.noreply.github.com"}
_PROTECTED = r"GH006|GH013|protected branch|rule violations"
_FORBIDDEN = (  # git's words for HTTP answers, then GitHub's; nothing that a repository's name could hold
    r"error: 40[13]\b|HTTP 40[13]\b|Permission .*denied|Authentication failed|could not read Username"
    r"|Write access to repository not granted|archived so it is read-only"
)
_PASSING = r"(?i)lock|failed to update|old value|already exists|internal|timeout"


class PushError(PaperActionError):
    """The commit could not be made or pushed."""


class Checkout:
    """The git checkout at the root, the remote and the branch to push to.

    Raises PushError, with what to do, when there is nothing a commit could be pushed to.
    """

    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        self.settings, self.log = settings, log
        if shutil.which("git") is None:
            raise PushError("git is not installed")
        self.prefix = self._git("rev-parse", "--show-prefix").removesuffix("\n")
        self.current = self._git("symbolic-ref", "--quiet", "--short", "HEAD", ok=1).strip()
        self.head = self._git("rev-parse", "--verify", "--quiet", "HEAD", ok=1).strip()
        self.branch, remotes = settings.branch or self.current, self._git("remote").split()
        if not self.branch:
            raise PushError("HEAD is detached: set `branch` to the branch to push to")
        if not remotes:
            raise PushError("there is no remote to push to: git remote add origin <address>")
        self.remote = "origin" if "origin" in remotes else remotes[0]

    def publish(self, revise: Callable[[Mapping[str, bytes]], Revision]) -> tuple[Revision, str]:
        """Commit and push what ``revise`` makes of the files, again wherever the remote moved on.

        Return what was changed and the pushed commit, which is empty when nothing was.
        """
        files = on_disk(self.settings)
        mine = files.get(self.settings.path)
        edited = self.branch == self.current and mine != self._file(self.head, self.settings.path)
        base, commit, trouble, revision = self.head, "", "", Revision()
        for attempt in range(TRIES):
            if attempt:
                self.log(f"push {attempt} of {TRIES}: {trouble}")
                time.sleep(random.uniform(0, min(0.2 * 2**attempt, 8)))
            if attempt or self.branch != self.current:
                fetched, trouble = self._fetched()
                if trouble:
                    if attempt < UNREACHED:
                        continue
                    raise PushError(trouble)
                if fetched and commit and self._leads(commit, fetched):
                    break  # an earlier push that looked as if it had failed
                if fetched and fetched != self.head:
                    if edited and mine != self._file(fetched, self.settings.path):
                        raise PushError(f"{self.settings.path} has edits that are not committed: pull first")
                    base, files = fetched, self._files(fetched)
            revision = revise(files)
            if not revision.files:
                return revision, ""
            commit = self._commit(base, revision)
            trouble = self._push(commit)
            if not trouble:
                break
        else:
            raise PushError(f"the push to {self.branch} failed {TRIES} times: {trouble}")
        self._adopt(revision, commit, base)
        return revision, commit

    def _commit(self, base: str, revision: Revision) -> str:
        """Return a new commit on top of ``base`` in which our files alone are changed."""
        with tempfile.TemporaryDirectory() as place:
            index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
            self._git("read-tree", base or "--empty", env=index)
            self._stage(revision, index)
            tree = self._git("write-tree", env=index).strip()
        who = {f"GIT_{role}_{key}": text for role in ("AUTHOR", "COMMITTER") for key, text in _BOT.items()}
        message = message_for(revision, self.settings.commit_message)
        parents = ["-p", base] if base else []
        return self._git("commit-tree", tree, *parents, "-F", "-", env=who, given=message).strip()

    def _stage(self, revision: Revision, env: Mapping[str, str]) -> None:
        for name, text in revision.files.items():
            path = self._path(name)
            blob = self._git("hash-object", "-w", "--stdin", f"--path={path}", given=text).strip()
            mode = self._git("ls-files", "--stage", "--", f":/{path}", env=env)[:6] or "100644"
            self._git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{path}", env=env)

    def _push(self, commit: str) -> str:
        """Push the commit; return why not if another try may help, raise PushError if none will."""
        target = f"{commit}:refs/heads/{self.branch}"
        code, said = self._run("push", "--porcelain", self.remote, target, env=self._login())
        told = re.findall(r"^(?:!|remote:|fatal:|error:).*", said, re.MULTILINE) or [said]
        words = " ".join(" ".join(told).split())[:500]
        if code and re.search(_PROTECTED, said):
            what = f"the branch {self.branch} takes no pushes: set `branch` to another one and open a pull request"
            raise PushError(f"{what} from it, or let the token bypass the rule ({words})")
        if code and re.search(_FORBIDDEN, said):
            what = "no permission to push: the job needs `permissions: contents: write`, and `token` must be"
            raise PushError(f"{what} allowed to write to the repository ({words})")
        if code and "[remote rejected]" in said and not re.search(_PASSING, said):
            raise PushError(f"the remote refused the push: {words}")
        return words or "git push failed" if code else ""

    def _adopt(self, revision: Revision, commit: str, base: str) -> None:
        """Bring the checkout to the pushed commit as far as nothing of the user's is in the way."""
        if base == self.head or self.branch == self.current:
            write(revision.files, self.settings)
        if self.branch == self.current and (not self.head or self._leads(self.head, commit)):
            self._stage(revision, {})
            if base != self.head and self._run("read-tree", "-m", "-u", self.head, commit)[0]:
                self.log("other changes keep this checkout from moving on to the pushed commit")
            else:
                self._git("update-ref", "HEAD", commit)

    def _fetched(self) -> tuple[str, str]:
        """Return the remote branch's commit, empty if it has none, and why it cannot be told."""
        ref = f"refs/heads/{self.branch}"
        code, said = self._run("fetch", "--quiet", "--no-tags", self.remote, ref, env=self._login())
        if code:
            missing = "couldn't find remote ref" in said
            return "", "" if missing else f"{self.branch} cannot be fetched: {' '.join(said.split())[:500]}"
        return self._git("rev-parse", "FETCH_HEAD").strip(), ""

    def _leads(self, old: str, new: str) -> bool:
        return not self._run("merge-base", "--is-ancestor", old, new)[0]

    def _path(self, name: str) -> str:
        """Return a file's path in the repository, links followed."""
        return self.prefix + self.settings.located(name).relative_to(self.settings.root.resolve()).as_posix()

    def _file(self, commit: str, name: str) -> bytes | None:
        """Return a file of a commit as it would lie in the checkout, None if it has none."""
        path = self._path(name)
        if not commit or not self._git("ls-tree", "--full-tree", commit, "--", path):
            return None
        return self._call("cat-file", "--filters", f"{commit}:{path}", errors=subprocess.DEVNULL).stdout

    def _files(self, commit: str) -> dict[str, bytes]:
        """Return the list's files as they are in a commit."""
        listing = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--")
        paths = self._git(*listing, self.prefix + self.settings.folder + "/").split("\0")
        names = [path.removeprefix(self.prefix) for path in paths if path.endswith(".md")]
        found = {name: self._file(commit, name) for name in (self.settings.path, *names)}
        return {name: content for name, content in found.items() if content is not None}

    def _login(self) -> dict[str, str]:
        """Return the variables that hand the token to one git command (git-config, GIT_CONFIG_*).

        The empty value removes the header that actions/checkout may have left.
        """
        address = urlsplit(self._git("remote", "get-url", "--push", self.remote).strip())
        if not self.settings.token or address.scheme != "https":
            return {}
        key = f"http.https://{address.netloc.rpartition('@')[2]}/.extraheader"
        count = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
        login = {"GIT_CONFIG_COUNT": str(count + 2)}
        for number, value in enumerate(("", f"AUTHORIZATION: basic {self._basic()}"), count):
            login |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return login

    def _basic(self) -> str:
        return base64.b64encode(f"x-access-token:{self.settings.token}".encode()).decode()

    def _git(self, *arguments: str, ok: int = 0, env: Mapping[str, str] | None = None, given: str = "") -> str:
        """Return what a git command prints; PushError with git's own words if it fails."""
        done = self._call(*arguments, env=env, given=given, errors=subprocess.PIPE)
        if done.returncode not in (0, ok):
            raise PushError(f"git {arguments[0]}: {' '.join(done.stderr.decode(errors='replace').split())[:500]}")
        return done.stdout.decode()

    def _run(self, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Return a git command's exit code and all it says, without the token."""
        done = self._call(*arguments, env=env)
        said = done.stdout.decode(errors="replace")
        for secret in (self.settings.token, self._basic()) if self.settings.token else ():
            said = said.replace(secret, "***")
        return done.returncode, re.sub(r"//[^/@\s]+@", "//", said)

    def _call(
        self, *arguments: str, env: Mapping[str, str] | None = None, given: str = "", errors: int = subprocess.STDOUT
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git, its words in English, without a prompt and without our own token."""
        own = {name: value for name, value in os.environ.items() if name != PREFIX + "TOKEN"}
        own |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", **(env or {})}
        command = ["git", "-C", str(self.settings.root), "-c", "gc.auto=0", *arguments]
        return subprocess.run(command, input=given.encode(), stdout=-1, stderr=errors, env=own, check=False)


def message_for(revision: Revision, template: str) -> str:
    """Return the commit message: the template filled in, or what else the commit does."""
    count = len(revision.added)
    if not count:
        rows = "1 row" if revision.moved == 1 else f"{revision.moved} rows"
        return f"Move {rows} to the archive" if revision.moved else "Tidy the table of papers"
    if count == 1:
        template = re.sub(r"(\{added\}(?:\s+\S+){0,2}?\s+paper)s\b", r"\1", template)
    ids = ", ".join(paper.id for paper in revision.added)
    return template.replace("{added}", str(count)).replace("{ids}", ids)

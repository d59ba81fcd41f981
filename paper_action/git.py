"""Commit the list's files on the newest commit of the remote branch, and push the commit.

Every try starts anew at a desk: a temporary work tree with an index of its own that holds the
list's files alone, as they are in that commit. So nothing of the user's checkout is read or
touched, nothing of ours can stay in the repository, and a lost race is the same try once more.
"""

import os
import random
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, NamedTuple

from .paper import PushError, Revision
from .settings import Settings

# Of the caller's GIT_ variables those stay that configure git or say how to reach a server, not
# those that point to another repository, set a date, or trace: a trace would show the token.
_LEFT_OUT = r"PAPER_ACTION_TOKEN$|GIT_(?!CONFIG_|SS[HL]|HTTP_PROXY|PROXY|LFS|ASKPASS|EXEC_|ALLOW_)"
_CONFIG = Path(__file__).with_name("desk.gitconfig")
_REFUSALS = _CONFIG.with_name("refusals.txt")  # a line: a pattern, a tab, what it means
_ALONE: Any = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE, "start_new_session": True}

Revise = Callable[[Path], Revision]
Phrase = Callable[[Revision, str], str]


class Published(NamedTuple):
    """What was done to the list, the pushed commit's SHA, empty if none, a branch that was made."""

    revision: Revision
    commit: str
    new_branch: str = ""


class _PassingError(PushError):
    """A failure that another try may overcome."""


class Desk:
    """The list's files at the tip of the remote branch: revised here, committed and pushed.

    ``folder`` stands for ``root``. Raises PushError where nothing can be pushed.
    """

    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        """Ask git about the checkout, and lay out the list; ``log`` is told of tries that fail."""
        self.settings, self._log = settings, log
        self._limit = max(settings.max_wait, settings.timeout) / 2  # seconds
        self._environ = {k: text for k, text in os.environ.items() if not re.match(_LEFT_OUT, k)}
        self._environ |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
        self._basic = b64encode(f"x-access-token:{settings.token}".encode()).decode()
        slow = f"http.lowSpeedTime={int(settings.timeout) + 1}"
        self._options = ["-c", f"include.path={_CONFIG}", "-c", slow]
        found = self._git("rev-parse --show-prefix --is-shallow-repository")
        self._prefix, shallow, _ = found.split("\n")
        here = self._git("branch --show-current").strip()
        branch = self._git("check-ref-format --branch", settings.branch or here).strip()
        self._ref = f"refs/heads/{branch}"
        self._remote = min(self._git("remote").split(), key="origin".__ne__, default="origin")
        # The token goes to the host that is pushed to and to no other, by a variable nobody else
        # reads, after an empty value, which removes a header that actions/checkout may have left.
        self._options += ["-c", f"remote.{self._remote}.mirror=false"]
        host = re.match("https://([^/]+)", self._git("remote get-url --push", self._remote))
        if settings.token and host:
            key = f"http.https://{host[1].rpartition('@')[2]}/.extraheader"
            self._options += ["-c", f"{key}=", f"--config-env={key}=PAPER_ACTION_HEADER"]
            self._environ["PAPER_ACTION_HEADER"] = f"AUTHORIZATION: basic {self._basic}"
        bounded = shallow == "true" and branch != here
        self._depth = ["--depth", self._git("rev-list --count HEAD").strip()] if bounded else []
        self._room = TemporaryDirectory(prefix="paper-action-", ignore_cleanup_errors=True)
        self._sent = Revision(), ""
        self._patiently(self._start, tries=5)

    def publish(self, revise: Revise, phrase: Phrase, *, keep_alive: bool) -> Published:
        """Commit and push what ``revise`` does to the folder, again wherever the branch moves on.

        Return what was done and the pushed commit, empty where nothing changed. With ``keep_alive``
        a branch that had no commit for 50 days then gets one that changes nothing: after 60 days
        GitHub switches schedules off.
        """

        def attempt() -> None:
            self._start()
            if self._sent[1] and not self._git("rev-list -1", self._sent[1], f"^{self._tip}"):
                return  # it had arrived, though the remote's answer had not
            revision = revise(self.folder)
            self._sent = revision, self._commit(revision, phrase, keep_alive=keep_alive)
            if self._sent[1]:
                self._git("push --porcelain", self._remote, f"{self._sent[1]}:{self._ref}")

        self._patiently(attempt, tries=20)
        if self._sent[1]:
            self._follow(self._sent[1])
        return Published(*self._sent)

    def _start(self) -> None:
        """Fetch the branch's newest commit and lay out the list's files as they are there.

        A branch that the remote does not have yet grows from the remote's default branch. The
        commit is fetched by its SHA, not to need a ref, or FETCH_HEAD, which is any run's. Links
        are laid out first, for a file is where they lead; names that differ by case alone come
        along, for listing has something to say about them.
        """
        said = self._git("ls-remote", self._remote, self._ref, "HEAD")
        tips = dict(line.split("\t")[::-1] for line in said.splitlines())
        self._tip = tips.get(self._ref) or tips.get("HEAD", "HEAD")
        self._git("fetch --no-tags --no-write-fetch-head", *self._depth, self._remote, self._tip)
        self._tree = Path(mkdtemp(dir=self._room.name)).resolve()
        self._desk = {"GIT_WORK_TREE": str(self._tree), "GIT_INDEX_FILE": f"{self._tree}.index"}
        self.folder = self._tree / self._prefix

        self._git("read-tree", self._tip, **self._desk)
        tracked = re.findall(r"(\d+) \w+ 0\t([^\0]+)", self._git("ls-files -s -z", **self._desk))
        links = [name for mode, name in tracked if mode == "120000"]
        self._git("checkout-index --force -z --stdin", given=links, **self._desk)
        names = (self.settings.path, self.settings.folder, self.settings.data_file)
        ours = tuple(f"{self._name(name)}/".casefold() for name in names if name)
        files = [name for _, name in tracked if f"{name}/".casefold().startswith(ours)]
        self._git("checkout-index --force -z --stdin", given=files, **self._desk)
        self.folder.mkdir(parents=True, exist_ok=True)

    def _name(self, name: str) -> str:
        """Return what a file below ``root`` is called in the repository, links followed."""
        return os.path.relpath((self.folder / name).resolve(), self._tree).replace(os.sep, "/")

    def _commit(self, done: Revision, phrase: Phrase, *, keep_alive: bool) -> str:
        """Return a commit of the changed files on the tip, or nothing if they are the same."""
        self._git("update-index --add -z --stdin", given=map(self._name, done.files), **self._desk)
        tree = self._git("write-tree", **self._desk).strip()
        before, moment = self._git("rev-list -1", "--format=%T %ct", self._tip).split()[-2:]
        days = (self.settings.now.timestamp() - int(moment)) / 86400
        if tree == before and not (keep_alive and days >= 50):
            return ""
        template = self.settings.commit_message
        text = phrase(done, template) if tree != before else "Keep the schedule alive"
        return self._git("commit-tree", tree, "-p", self._tip, given=[text]).strip()

    def _follow(self, commit: str) -> None:
        """Move the checkout to a pushed commit, where git can do so without touching edits."""
        try:
            if self._git("rev-parse --symbolic-full-name HEAD").strip() != self._ref:
                raise PushError(f"{self._ref} is not checked out")
            self._git("merge --quiet --ff-only", commit)
        except PushError as trouble:
            self._log(f"pushed, but this checkout stays where it was: {trouble}")

    def _patiently(self, step: Callable[[], None], tries: int) -> None:
        """Take a step, again after a pause where another try may help."""
        for number in range(1, tries):
            try:
                return step()
            except _PassingError as trouble:
                self._log(f"try {number} of {tries}: {trouble}")
                time.sleep(random.uniform(0, min(0.2 * 2**number, self._limit / tries)))
        return step()

    def _git(self, command: str, *arguments: str, given: Iterable[str] = (), **environ: str) -> str:
        """Return what a git command prints; PushError, with git's own words, if it fails.

        It has half of ``max-wait``, and half as long wherever one got no answer in that time: all
        of them end in time, and after a push there is time to look whether it has arrived. Helpers
        end with it. The first question to the remote has ``timeout`` at most, as a request has.
        """
        hooks = () if command.startswith("push") else ("-c", "core.hooksPath=/dev/null")
        words = ["git", *self._options, *hooks, *command.split(), *arguments]
        limit = min(self._limit, self.settings.timeout) if command == "ls-remote" else self._limit
        with Popen(words, cwd=self.settings.root, env=self._environ | environ, **_ALONE) as git:
            try:
                out, err = git.communicate("\0".join(given).encode(errors="surrogateescape"), limit)
            except TimeoutExpired:
                out, err = b"", b"no answer in time"
                self._limit /= 2
            finally:  # at once and politely: git takes its lock files away
                with suppress(OSError):
                    getattr(os, "killpg", os.kill)(git.pid, SIGTERM)
        if git.returncode:
            raise self._trouble(command.split()[0], git.returncode, err + out)
        return str(out, errors="surrogateescape")

    def _trouble(self, command: str, code: int, output: bytes) -> PushError:
        """Return the error for what git said, without secrets and with what to do about it."""
        said = output.decode(errors="replace").replace(self.settings.token or self._basic, "***")
        said = re.sub(rf"(?<=//)[^/\s]*(?=@)|{re.escape(self._basic)}", "***", said)
        words = f"git {command}: " + " ".join(said.split())
        table = re.findall(r"(?m)^([^#].*)\t(.*)", _REFUSALS.read_text("utf-8"))
        meaning = next(hint for pattern, hint in table if re.search(pattern, f"{code} {words}"))
        kind = _PassingError if meaning == "not now" else PushError
        return kind(f"{meaning}: {words[:1000]}")

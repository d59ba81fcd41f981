"""The desk: where the list's files are committed on the branch and pushed.

Every try starts anew, in a work tree of the branch's newest commit. So nothing of the
user's checkout is read or touched, nothing of ours can stay in the repository, and a
lost race is the same try once more.
"""

import atexit
import random
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir, mkdtemp
from typing import TypeVar

from paper_action.paper import ConfigError, PushError, Revision
from paper_action.settings import Settings

from .program import Git
from .refusals import PassingError
from .worktree import WorkTree

Phrase = Callable[[Revision, str], str]
Revise = Callable[[Path], Revision]
Result = TypeVar("Result")


class Desk:
    """The list's files at the tip of the branch: revised here, committed and pushed.

    ``folder`` stands for ``root``, as the branch is when the desk is made. Raises
    PushError where nothing can be pushed.
    """

    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        """Lay out the list; ``log`` is told of tries that fail."""
        self._settings = settings
        self._log = log
        self._scratch = _scratch()
        self._git = Git(settings, self._scratch)
        self._remote = self._chosen_remote()
        self._branch = self._chosen_branch()
        self._ref = f"refs/heads/{self._branch}"
        addresses = self._git.run("remote get-url --push --all", self._remote)
        self._addresses = addresses.splitlines()
        self._git.use_token(self._addresses[0])
        lay_out = partial(self._lay_out, *self._kept_depth())
        self.folder = self._patiently(lay_out, tries=5).folder

    def publish(self, revise: Revise, phrase: Phrase, *, keep_alive: bool) -> Revision:
        """Commit and push what ``revise`` does to the folder, in one of several tries.

        ``phrase`` makes the commit's message from the setting. Where nothing changed
        there is no commit, but with ``keep_alive`` an old branch gets an empty one:
        after 60 days without one GitHub switches schedules off.
        """
        attempt = partial(self._attempt, revise, phrase, keep_alive=keep_alive)
        done = self._patiently(attempt, tries=20)
        if done.commit:
            self._follow(done.commit)
        return done

    def _chosen_remote(self) -> str:
        """Return the name of the remote to push to: origin, or else the first one."""
        remotes = self._git.run("remote").split()
        if not remotes:
            raise PushError(
                "there is nowhere to push to: git remote add origin <address>"
            )
        return "origin" if "origin" in remotes else remotes[0]

    def _checked_out(self) -> str:
        """Return the name of the branch that is checked out, or nothing."""
        return self._git.run("branch --show-current").strip()

    def _chosen_branch(self) -> str:
        """Return the name of the branch to push to, as git writes it."""
        name = self._settings.branch or self._checked_out()
        if not name:
            raise PushError("HEAD is detached: set `branch` to the branch to push to")
        try:
            return self._git.run("check-ref-format --branch", name).strip()
        except PushError:
            objection = f"git takes no branch of the name {name!r}; write main"
            raise ConfigError("branch", objection) from None

    def _kept_depth(self) -> list[str]:
        """Return the option that keeps a shallow checkout shallow, as it was given.

        The branch that is checked out needs none: it brings its new commits alone.
        Nor does any later fetch, which brings all that has come since.
        """
        shallow = self._git.run("rev-parse --is-shallow-repository").strip()
        if shallow != "true" or self._branch == self._checked_out():
            return []
        return ["--depth", self._git.run("rev-list --count HEAD").strip()]

    def _patiently(self, step: Callable[[], Result], tries: int) -> Result:
        """Take a step, again after a pause where another try may help."""
        for number in range(1, tries):
            try:
                return step()
            except PassingError as trouble:
                self._log(f"try {number} of {tries}: {trouble}")
            longest = min(0.2 * 2**number, self._git.limit / tries)
            time.sleep(random.uniform(0, longest))
        return step()

    def _attempt(self, revise: Revise, phrase: Phrase, *, keep_alive: bool) -> Revision:
        """Revise, commit and push."""
        tree = self._lay_out()
        revision = revise(tree.folder)
        message = phrase(revision, self._settings.commit_message)
        commit = tree.commit(revision.files, message, keep_alive=keep_alive)
        if not commit:
            return revision
        return revision._replace(commit=commit, new_branch=self._push(commit))

    def _push(self, commit: str) -> str:
        """Push a commit; return the name of the branch if that made it.

        A push by address leaves no ref of ours in the repository, nor its lock. What
        has arrived counts, whatever git says: an answer can be lost.
        """
        said = ""
        leading = f"{commit}:{self._ref}"
        try:
            for address in self._addresses:
                said += self._git.run("push --porcelain --", address, leading)
        except PushError as trouble:
            if not self._has_arrived(commit):
                raise
            self._log(f"pushed, but git is not content: {trouble}")
        return self._branch if "[new branch]" in said else ""

    def _has_arrived(self, commit: str) -> bool:
        """Tell whether the branch has a commit, by now maybe below others."""
        try:
            tip = self._patiently(self._fetch, tries=20)
        except PassingError as trouble:  # a new try might find the papers listed
            raise PushError(f"nobody knows if the push arrived: {trouble}") from None
        return not self._git.run("rev-list -1", commit, f"^{tip}")

    def _lay_out(self, *depth: str) -> WorkTree:
        """Return the list's files as the branch's newest commit has them."""
        tip = self._fetch(*depth)
        folder = Path(mkdtemp(dir=self._scratch))
        return WorkTree(self._git, self._settings, tip, folder)

    def _fetch(self, *depth: str) -> str:
        """Fetch the branch's newest commit; a new branch grows from the default one.

        It never grows from a commit of the checkout, which may hold what nobody is to
        see. The commit is fetched by its SHA, not to need a ref, or FETCH_HEAD, which
        is any run's.
        """
        said = self._git.run("ls-remote", self._remote, self._ref, "HEAD").split()
        tips = dict(zip(said[1::2], said[::2], strict=False))
        tip = tips.get(self._ref) or tips.get("HEAD")
        if not tip:
            raise PushError(
                "the remote has no branch to begin with: push a first commit to it"
            )
        fetch = "fetch --no-tags --no-write-fetch-head"
        self._git.run(fetch, *depth, self._remote, tip)
        return tip

    def _follow(self, commit: str) -> None:
        """Move the checkout to a commit, where git can do so without touching edits."""
        try:
            if self._checked_out() != self._branch:
                raise PushError(f"{self._ref} is not checked out")
            self._git.run("merge --quiet --ff-only --no-overwrite-ignore", commit)
        except PushError as trouble:
            self._log(f"pushed, but this checkout stays where it was: {trouble}")


def _scratch() -> Path:
    """Make a folder that is gone when the run ends, whatever ends it.

    Nobody else can have its name. Its removal is arranged before there is anything to
    remove, and twice: the signal that ends a cancelled job may come in the midst of it.
    """
    scratch = Path(gettempdir(), f"paper-action-{token_hex(8)}").resolve()
    for _ in range(2):
        atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    return scratch

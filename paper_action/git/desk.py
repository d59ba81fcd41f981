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

from paper_action.paper import ConfigError, PushError, Revision
from paper_action.settings import Settings

from .program import Git
from .refusals import PassingError
from .worktree import Phrase, Tip, WorkTree

Revise = Callable[[Path], Revision]


class Desk:
    """The list's files at the tip of the branch: revised here, committed and pushed.

    Raises PushError where nothing can be pushed.
    """

    _tree: WorkTree  # of the last try

    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        """Lay out the list; ``log`` is told of tries that fail."""
        self._settings = settings
        self._log = log
        self._scratch = _scratch()
        self._git = Git(settings, self._scratch)
        self._prefix = self._git.run("rev-parse --show-prefix").removesuffix("\n")
        self._branch = self._chosen_branch()
        self._ref = f"refs/heads/{self._branch}"
        self._remote = self._chosen_remote()
        # Pushes go to a copy of the remote, under a name that nobody else has.
        self._target = self._scratch.name
        self._git.copy_remote(self._remote, self._target)
        address = self._git.run("remote get-url --push", self._remote).strip()
        self._git.use_token(address)
        self._depth = self._kept_depth()
        self._done = Revision()  # by the last try
        self._patiently(self._lay_out, tries=5)

    @property
    def folder(self) -> Path:
        """What stands for ``root``."""
        return self._tree.folder

    def publish(self, revise: Revise, phrase: Phrase, *, keep_alive: bool) -> Revision:
        """Commit and push what ``revise`` does to the folder, in one of several tries.

        ``phrase`` makes the commit's message from the setting. Where nothing changed
        there is no commit, but with ``keep_alive`` an old branch gets an empty one:
        after 60 days without one GitHub switches schedules off.
        """
        attempt = partial(self._attempt, revise, phrase, keep_alive=keep_alive)
        try:
            self._patiently(attempt, tries=20)
        except PushError as trouble:
            if not self._has_arrived():  # what has counts, whatever git says
                raise
            self._log(f"pushed, but git is not content: {trouble}")
        if self._done.new_branch:
            self._log(f"the remote had no branch {self._branch}: it was made")
        if self._done.commit:
            self._follow(self._done.commit)
        return self._done

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

    def _chosen_remote(self) -> str:
        """Return the name of the remote to push to: origin, or else the first one."""
        remotes = self._git.run("remote").split()
        if not remotes:
            raise PushError(
                "there is nowhere to push to: git remote add origin <address>"
            )
        return "origin" if "origin" in remotes else remotes[0]

    def _kept_depth(self) -> list[str]:
        """Return the option that keeps a shallow checkout shallow, as it was given.

        The branch that is checked out needs none: it brings its new commits alone.
        """
        shallow = self._git.run("rev-parse --is-shallow-repository").strip()
        if shallow != "true" or self._branch == self._checked_out():
            return []
        return ["--depth", self._git.run("rev-list --count HEAD").strip()]

    def _patiently(self, step: Callable[[], None], tries: int) -> None:
        """Take a step, again after a pause where another try may help."""
        for number in range(1, tries):
            try:
                step()
                return
            except PassingError as trouble:
                self._log(f"try {number} of {tries}: {trouble}")
            longest = min(0.2 * 2**number, self._git.limit / tries)
            time.sleep(random.uniform(0, longest))
        step()

    def _attempt(self, revise: Revise, phrase: Phrase, *, keep_alive: bool) -> None:
        """Revise, commit and push, unless the push of the try before has arrived."""
        if self._has_arrived():
            return
        self._lay_out()
        revision = revise(self.folder)
        commit = self._tree.commit(revision, phrase, keep_alive=keep_alive)
        new_branch = self._branch if commit and self._tree.tip.is_new else ""
        self._done = revision._replace(commit=commit, new_branch=new_branch)
        if commit:
            self._git.run("push --porcelain", self._target, f"{commit}:{self._ref}")

    def _has_arrived(self) -> bool:
        """Tell whether the branch has the last try's commit: an answer can be lost."""
        commit = self._done.commit
        if not commit:
            return False
        tip = self._fetch()
        return not self._git.run("rev-list -1", commit, f"^{tip.commit}")

    def _lay_out(self) -> None:
        """Lay out the list's files as the branch's newest commit has them."""
        tip = self._fetch()
        folder = Path(mkdtemp(dir=self._scratch))
        self._tree = WorkTree(self._git, self._settings, tip, folder, self._prefix)

    def _fetch(self) -> Tip:
        """Fetch the branch's newest commit; a new branch grows from the default one.

        It never grows from a commit of the checkout, which may hold what nobody is to
        see. The commit is fetched by its SHA, not to need a ref, or FETCH_HEAD, which
        is any run's.
        """
        tips = self._tips()
        commit = tips.get(self._ref) or tips.get("HEAD")
        if not commit:
            raise PushError(
                "the remote has no branch to begin with: push a first commit to it"
            )
        fetch = "fetch --no-tags --no-write-fetch-head"
        self._git.run(fetch, *self._depth, self._remote, commit)
        self._depth = []  # the next time all that has come since is brought
        return Tip(commit, is_new=self._ref not in tips)

    def _tips(self) -> dict[str, str]:
        """Return the newest commits of the branch and of the default one."""
        tips = {}
        said = self._git.run("ls-remote", self._remote, self._ref, "HEAD")
        for line in said.splitlines():
            commit, _, ref = line.partition("\t")
            tips[ref] = commit
        return tips

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

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

from paper_action.paper import PushError, Revision
from paper_action.settings import Settings

from .branch import Branch
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
        self._branch = Branch(self._git, settings)
        self.folder = self._patiently(self._lay_out, tries=5).folder

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

    def _lay_out(self) -> WorkTree:
        """Return the list's files as the branch's newest commit has them."""
        tip = self._branch.fetch()
        folder = Path(mkdtemp(dir=self._scratch))
        return WorkTree(self._git, self._settings, tip, folder)

    def _attempt(self, revise: Revise, phrase: Phrase, *, keep_alive: bool) -> Revision:
        """Revise, commit and push."""
        tree = self._lay_out()
        revision = revise(tree.folder)
        message = phrase(revision, self._settings.commit_message)
        commit = tree.commit(revision.files, message, keep_alive=keep_alive)
        if not commit:
            return revision
        self._push(commit)
        new_branch = self._branch.name if tree.tip.is_new else ""
        return revision._replace(commit=commit, new_branch=new_branch)

    def _push(self, commit: str) -> None:
        """Push a commit. What has arrived counts, for git's answer can be lost."""
        try:
            self._branch.push(commit)
        except PushError as trouble:
            if not self._has_arrived(commit):
                raise
            self._log(f"pushed, but git is not content: {trouble}")

    def _has_arrived(self, commit: str) -> bool:
        """Tell whether the branch has a commit, by now maybe below others."""
        try:
            tip = self._patiently(self._branch.fetch, tries=20)
        except PassingError as trouble:  # a new try might find the papers listed
            raise PushError(f"nobody knows if the push arrived: {trouble}") from None
        return not self._git.run("rev-list -1", commit, f"^{tip.commit}")

    def _follow(self, commit: str) -> None:
        """Move the checkout to a commit, where git can do so without touching edits."""
        reason = f"{self._branch.ref} is not checked out"
        try:
            if self._branch.is_checked_out():
                self._git.run("merge --quiet --ff-only --no-overwrite-ignore", commit)
                return
        except PushError as trouble:
            reason = str(trouble)
        self._log(f"pushed, but this checkout stays where it was: {reason}")


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

"""The desk: a temporary work tree with the list's files as they are at the tip of the branch.

Every try starts anew at a desk, with an index of its own that begins as that commit. So nothing of
the user's checkout is read or touched, nothing of ours can stay in the repository, and a lost race
is the same try once more.
"""

import os
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple, TypeVar

from paper_action.paper import ConfigError, PushError, Revision
from paper_action.settings import Settings

from .program import Git
from .refusals import PassingError
from .room import make_room, remove_room

Revise = Callable[[Path], Revision]
Phrase = Callable[[Revision, str], str]
Found = TypeVar("Found")

_LINK = "120000"  # the mode by which git knows a symbolic link
_PLAIN = (
    "unspecified",
    "unset",
    "set",
)  # what a file without a filter has for its name
_OLD = 50  # days without a commit; after 60 GitHub switches schedules off


class Published(NamedTuple):
    """What was done to the list, the pushed commit's SHA or nothing, a branch that was made."""

    revision: Revision
    commit: str
    new_branch: str = ""


class Desk:
    """The list's files at the tip of the remote branch: revised here, committed and pushed.

    ``folder`` stands for ``root``. Raises PushError where nothing can be pushed.
    """

    folder: Path

    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        """Ask git about the checkout, and lay out the list; ``log`` is told of tries that fail."""
        self._settings = settings
        self._log = log
        self._room = make_room()
        self._git = Git(settings, self._room)
        self._prefix = self._git.run("rev-parse --show-prefix").removesuffix("\n")
        self._checked_out = self._git.run("branch --show-current").strip()
        self._branch = self._chosen_branch()
        self._ref = f"refs/heads/{self._branch}"
        self._remote = self._chosen_remote()
        self._target = self._room.name  # the remote's other name, which nobody else has
        self._git.copy_remote(self._remote, self._target)
        self._git.use_token(
            self._git.run("remote get-url --push", self._remote).strip()
        )
        self._depth = self._bounded_depth()
        self._sent = Published(Revision(), commit="")
        self._patiently(self._lay_out, tries=5)

    def publish(self, revise: Revise, phrase: Phrase, *, keep_alive: bool) -> Published:
        """Commit and push what ``revise`` does to the folder, again wherever the branch moves on.

        Return what was done and the pushed commit, empty where nothing changed. With ``keep_alive``
        a branch that had no commit for 50 days then gets one that changes nothing: after 60 days
        GitHub switches schedules off.
        """
        attempt = partial(self._attempt, revise, phrase, keep_alive=keep_alive)
        try:
            published = self._patiently(attempt, tries=20)
            if published.new_branch:
                self._log(
                    f"{published.new_branch} is new: the remote had no branch of that name"
                )
            if published.commit:
                self._follow(published.commit)
        finally:
            remove_room(self._room)
        return published

    def _chosen_branch(self) -> str:
        """Return the name of the branch to push to, as git takes it."""
        name = self._settings.branch.removeprefix("refs/heads/") or self._checked_out
        if not name:
            raise PushError("HEAD is detached: set `branch` to the branch to push to")
        try:
            return self._git.run("check-ref-format --branch", name).strip()
        except PushError:
            message = f"{name!r} is no name that git takes for a branch; write main"
            raise ConfigError("branch", message) from None

    def _chosen_remote(self) -> str:
        """Return the name of the remote to push to: origin, or the first one there is."""
        remotes = self._git.run("remote").split()
        if not remotes:
            raise PushError(
                "there is nowhere to push to: git remote add origin <address>"
            )
        return "origin" if "origin" in remotes else remotes[0]

    def _bounded_depth(self) -> list[str]:
        """Return the option that keeps a shallow checkout shallow, where another branch comes."""
        shallow = self._git.run("rev-parse --is-shallow-repository").strip() == "true"
        if not shallow or self._branch == self._checked_out:
            return []
        return ["--depth", self._git.run("rev-list --count HEAD").strip()]

    def _patiently(self, step: Callable[[], Found], tries: int) -> Found:
        """Take a step, again after a pause where another try may help."""
        for number in range(1, tries):
            try:
                return step()
            except PassingError as trouble:
                self._log(f"try {number} of {tries}: {trouble}")
            longest = min(0.2 * 2**number, self._git.limit / tries)
            time.sleep(random.uniform(0, longest))
        return step()

    def _lay_out(self) -> None:
        """Fetch the branch's newest commit and lay out the list's files as they are there.

        Links come first, for a file is where they lead. Names that differ from ours by case alone
        come along, for the list's room has something to say about them.
        """
        self._fetch()
        self._tree = Path(mkdtemp(dir=self._room))
        self.folder = self._tree / self._prefix
        self._at_desk("read-tree", self._tip)
        modes = self._tracked()
        links = [name for name, mode in modes.items() if mode == _LINK]
        self._at_desk("checkout-index --force -z --stdin", given=links)
        ours = [f"{name}/".casefold() for name in self._our_names()]
        files = [
            name for name in modes if f"{name}/".casefold().startswith(tuple(ours))
        ]
        self._refuse_filters(files)
        self._at_desk("checkout-index --force -z --stdin", given=files)
        self.folder.mkdir(parents=True, exist_ok=True)

    def _fetch(self) -> None:
        """Fetch the branch's newest commit; a new branch grows from the remote's default branch.

        It never grows from a commit of the checkout, which may hold what nobody else is to see. The
        commit is fetched by its SHA, not to need a ref, or FETCH_HEAD, which is any run's.
        """
        tips = {}
        for line in self._git.run(
            "ls-remote", self._remote, self._ref, "HEAD"
        ).splitlines():
            commit, _, ref = line.partition("\t")
            tips[ref] = commit
        self._is_new = self._ref not in tips
        self._tip = tips.get(self._ref) or tips.get("HEAD", "")
        if not self._tip:
            raise PushError(
                "the remote has no branch to begin with: push a first commit to it"
            )
        quietly = "fetch --no-tags --no-write-fetch-head"
        self._git.run(quietly, *self._depth, self._remote, self._tip)

    def _at_desk(self, command: str, *arguments: str, given: Sequence[str] = ()) -> str:
        """Return what a git command prints that works on the desk, not on the checkout."""
        desk = {
            "GIT_WORK_TREE": str(self._tree),
            "GIT_INDEX_FILE": f"{self._tree}.index",
        }
        return self._git.run(command, *arguments, given=given, environ=desk)

    def _tracked(self) -> dict[str, str]:
        """Return the mode of every file of the commit, by its name."""
        modes = {}
        for entry in self._at_desk("ls-files --stage -z").split("\0"):
            about, _, name = entry.partition("\t")
            if name:
                modes[name] = about.split()[0]
        return modes

    def _our_names(self) -> list[str]:
        """Return what the list's files are called in the repository, and the archive's folder."""
        settings = self._settings
        names = [settings.path, settings.folder, settings.data_file]
        return [self._name(name) for name in names if name]

    def _name(self, name: str) -> str:
        """Return what a file below ``root`` is called in the repository, links followed."""
        return os.path.relpath((self.folder / name).resolve(), self._tree).replace(
            os.sep, "/"
        )

    def _refuse_filters(self, files: Sequence[str]) -> None:
        """Stop where a file of ours goes through a filter, as Git LFS has one.

        Without its program the repository would get a text where it expects what the filter makes
        of it, and with it a name for something that was never sent.
        """
        page = self._name(f"{self._settings.folder}/{self._settings.now:%Y-%m}.md")
        names = [*files, *self._our_names(), page]
        said = self._at_desk(
            "check-attr --cached -z --stdin filter", given=names
        ).split("\0")
        for name, value in zip(said[::3], said[2::3], strict=False):
            if value not in _PLAIN:
                raise PushError(
                    f"{name}: .gitattributes sends it through the filter {value}, which a list"
                    f" cannot go through: add the line `/{name} -filter` at the end of that file"
                )

    def _attempt(
        self, revise: Revise, phrase: Phrase, *, keep_alive: bool
    ) -> Published:
        """Revise, commit and push once, unless the commit of the try before had arrived."""
        self._lay_out()
        if self._sent.commit and self._has(self._sent.commit):
            return self._sent  # only the remote's answer had not arrived
        revision = revise(self.folder)
        commit = self._commit(revision, phrase, keep_alive=keep_alive)
        new_branch = self._branch if commit and self._is_new else ""
        self._sent = Published(revision, commit, new_branch)
        if commit:
            self._git.run("push --porcelain", self._target, f"{commit}:{self._ref}")
        return self._sent

    def _has(self, commit: str) -> bool:
        """Tell whether a commit is part of the branch as it was just fetched."""
        return not self._git.run("rev-list -1", commit, f"^{self._tip}")

    def _commit(self, revision: Revision, phrase: Phrase, *, keep_alive: bool) -> str:
        """Return a commit of the changed files on the tip, or nothing if they are the same."""
        names = [self._name(name) for name in revision.files]
        self._at_desk("update-index --add -z --stdin", given=names)
        tree = self._at_desk("write-tree").strip()
        said = self._git.run("rev-list -1", "--format=%T %ct", self._tip)
        before, seconds = said.splitlines()[-1].split()
        days = (self._settings.now.timestamp() - int(seconds)) / 86400
        if tree != before:
            message = phrase(revision, self._settings.commit_message)
        elif keep_alive and days >= _OLD:
            message = "Keep the schedule alive"
        else:
            return ""
        return self._git.run(
            "commit-tree", tree, "-p", self._tip, given=[message]
        ).strip()

    def _follow(self, commit: str) -> None:
        """Move the checkout to a pushed commit, where git can do so without touching edits."""
        try:
            if self._git.run("branch --show-current").strip() != self._branch:
                raise PushError(f"{self._ref} is not checked out")
            self._git.run("merge --quiet --ff-only", commit)
        except PushError as trouble:
            self._log(f"pushed, but this checkout stays where it was: {trouble}")

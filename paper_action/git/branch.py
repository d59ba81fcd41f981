"""The branch to push to: which one it is, its newest commit, the push."""

from typing import NamedTuple

from paper_action.paper import ConfigError, PushError
from paper_action.settings import Settings

from .program import Git


class Tip(NamedTuple):
    """The commit to build on: the branch's newest, or what a new branch grows from."""

    commit: str
    is_new: bool


class Branch:
    """The branch of a remote that the list is pushed to.

    ``name`` is as git writes it, ``ref`` as remotes list it.
    """

    def __init__(self, git: Git, settings: Settings) -> None:
        """Find the branch, and let the token open its server."""
        self._git = git
        self._remote = _chosen_remote(git)
        self.name = _chosen_name(git, settings.branch)
        self.ref = f"refs/heads/{self.name}"
        self._depth = self._kept_depth()
        addresses = git.run("remote get-url --push --all", self._remote)
        self._addresses = addresses.splitlines()
        git.use_token(self._addresses[0])

    def is_checked_out(self) -> bool:
        """Tell whether the checkout is on this branch now."""
        return _checked_out(self._git) == self.name

    def fetch(self) -> Tip:
        """Fetch the branch's newest commit; a new branch grows from the default one.

        It never grows from a commit of the checkout, which may hold what nobody is to
        see. The commit is fetched by its SHA, not to need a ref, or FETCH_HEAD, which
        is any run's.
        """
        said = self._git.run("ls-remote", self._remote, self.ref, "HEAD").split()
        commits = dict(zip(said[1::2], said[::2], strict=False))
        commit = commits.get(self.ref) or commits.get("HEAD")
        if not commit:
            raise PushError(
                "the remote has no branch to begin with: push a first commit to it"
            )
        fetch = "fetch --no-tags --no-write-fetch-head"
        self._git.run(fetch, *self._depth, self._remote, commit)
        self._depth = []  # A later fetch brings all that has come since.
        return Tip(commit, is_new=self.ref not in commits)

    def push(self, commit: str) -> None:
        """Push a commit to every address of the remote.

        A push by address leaves no ref of ours in the repository, nor its lock.
        """
        for address in self._addresses:
            self._git.run("push --porcelain --", address, f"{commit}:{self.ref}")

    def _kept_depth(self) -> list[str]:
        """Return the option that keeps a shallow checkout shallow, as it was given.

        The branch that is checked out needs none: it brings its new commits alone.
        """
        shallow = self._git.run("rev-parse --is-shallow-repository").strip()
        if shallow != "true" or self.is_checked_out():
            return []
        return ["--depth", self._git.run("rev-list --count HEAD").strip()]


def _chosen_remote(git: Git) -> str:
    """Return the name of the remote to push to: origin, or else the first one."""
    remotes = git.run("remote").split()
    if not remotes:
        raise PushError("there is nowhere to push to: git remote add origin <address>")
    return "origin" if "origin" in remotes else remotes[0]


def _checked_out(git: Git) -> str:
    """Return the name of the branch that is checked out, or nothing."""
    return git.run("branch --show-current").strip()


def _chosen_name(git: Git, wanted: str) -> str:
    """Return the name of the branch to push to: the wanted, or the checked-out one."""
    name = wanted or _checked_out(git)
    if not name:
        raise PushError("HEAD is detached: set `branch` to the branch to push to")
    try:
        return git.run("check-ref-format --branch", name).strip()
    except PushError:
        objection = f"git takes no branch of the name {name!r}; write main"
        raise ConfigError("branch", objection) from None

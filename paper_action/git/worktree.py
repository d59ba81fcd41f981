"""The work tree of one try, with the list's files as the branch's tip has them."""

from collections.abc import Iterable
from pathlib import Path

from paper_action.paper import PushError
from paper_action.places import located
from paper_action.settings import Settings

from .branch import Tip
from .program import Git

_LINK = "120000"  # how git writes that a file is a symbolic link
_NO_FILTER = ("unspecified", "unset", "set")
_OLD = 50 * 24 * 60 * 60  # seconds; after 60 days GitHub switches schedules off


class WorkTree:
    """A work tree with an index of its own, which begins as the commit at the tip.

    ``folder`` stands for ``root``, ``tip`` is what a commit is made on.
    """

    def __init__(self, git: Git, settings: Settings, tip: Tip, top: Path) -> None:
        """Lay out the list's files in an empty folder."""
        self._git = git
        self._settings = settings
        self.tip = tip
        self._top = top
        self._prefix = git.run("rev-parse --show-prefix").removesuffix("\n")
        self.folder = top / self._prefix
        self._run("read-tree", tip.commit)
        self._lay_out()

    def commit(self, files: Iterable[str], message: str, *, keep_alive: bool) -> str:
        """Return a new commit on the tip, or nothing where no file has changed.

        With ``keep_alive`` a branch that is old gets a commit that changes nothing.
        """
        names = [self._name("path", file) for file in files]
        self._run_on(names, "update-index --add")
        if self._run("diff-index --cached --name-only", self.tip.commit):
            return self._committed(message)
        if keep_alive and self._is_old():
            return self._committed("Keep the schedule alive")
        return ""

    def _committed(self, message: str) -> str:
        """Return a commit of what the index holds."""
        content = self._run("write-tree").strip()
        parent = self.tip.commit
        return self._run("commit-tree", content, "-p", parent, given=message).strip()

    def _is_old(self) -> bool:
        """Tell whether the branch has been without a commit for long."""
        since = int(self._settings.now.timestamp()) - _OLD
        return not self._run("rev-list -1", f"--max-age={since}", self.tip.commit)

    def _run(self, command: str, *arguments: str, given: str = "") -> str:
        """Return what a git command prints that works here, not in the checkout."""
        return self._git.run(
            command,
            *arguments,
            given=given,
            GIT_WORK_TREE=str(self._top),
            GIT_INDEX_FILE=f"{self._top}.index",
        )

    def _run_on(self, names: Iterable[str], command: str, *arguments: str) -> str:
        """Return what a git command prints that reads the names of files."""
        return self._run(f"{command} -z --stdin", *arguments, given="\0".join(names))

    def _lay_out(self) -> None:
        """Lay out the list's files. Links come first, for a file is where they lead."""
        links: list[str] = []
        names: list[str] = []
        for entry in self._run("ls-files --stage -z").split("\0"):
            mode, _, name = entry.partition("\t")
            names.append(name)
            if mode.startswith(_LINK):
                links.append(name)
        self._run_on(links, "checkout-index --force")
        places = self._places()
        files = _below(places, names)
        self._refuse_filters([*files, *places])
        self._run_on(files, "checkout-index --force")
        self.folder.mkdir(parents=True, exist_ok=True)

    def _places(self) -> list[str]:
        """Return what git calls the list's files, the archive and a page of it."""
        archive = self._settings.folder
        page = archive + self._settings.now.strftime("/%Y-%m.md")
        places = [
            self._name("path", self._settings.path),
            self._name("archive", archive),
            self._name("archive", page),
        ]
        if self._settings.data_file:
            places.append(self._name("data-file", self._settings.data_file))
        return places

    def _name(self, setting: str, name: str) -> str:
        """Return what git calls a file below ``root``, links followed."""
        place = located(self._top, f"{self._prefix}{name}", setting)
        return place.relative_to(self._top).as_posix()

    def _refuse_filters(self, names: Iterable[str]) -> None:
        """Stop where a file goes through a filter of git's, such as that of Git LFS.

        It would keep the text elsewhere, and the commit would hold a name for something
        that nobody has sent.
        """
        fields = self._run_on(names, "check-attr --cached", "filter").split("\0")
        # Three fields belong to a name: itself, "filter" and the value.
        for name, value in zip(fields[::3], fields[2::3], strict=False):
            if value not in _NO_FILTER:
                raise PushError(
                    f"{name} goes through the filter {value}, which a list cannot:"
                    f" add a last line to .gitattributes, `/{name} -filter`"
                )


def _below(places: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the files that are at certain places, or in a folder there.

    Names that differ from ours by case alone come along, for the listing has something
    to say about them.
    """
    starts = tuple(f"{place}/".casefold() for place in places)
    return [name for name in names if f"{name}/".casefold().startswith(starts)]

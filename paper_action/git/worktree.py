"""The work tree of one try, with the list's files as the branch's tip has them."""

from collections.abc import Iterable
from pathlib import Path

from paper_action.paper import PushError
from paper_action.places import located
from paper_action.settings import Settings

from .program import Git

_LINK = "120000"  # how git writes that a file is a symbolic link
_NO_FILTER = ("unspecified", "unset", "set")
_OLD = 50 * 24 * 60 * 60  # seconds; after 60 days GitHub switches schedules off


class WorkTree:
    """A work tree with an index of its own, which begins as the commit at the tip.

    ``folder`` stands for ``root``.
    """

    def __init__(self, git: Git, settings: Settings, tip: str, tree: Path) -> None:
        """Lay out the list's files in an empty folder."""
        self._git = git
        self._settings = settings
        self._tip = tip
        self._tree = tree
        self._prefix = git.run("rev-parse --show-prefix").removesuffix("\n")
        self.folder = tree / self._prefix
        self._run("read-tree", tip)
        self._lay_out()

    def commit(self, files: Iterable[str], message: str, *, keep_alive: bool) -> str:
        """Return a new commit on the tip, or nothing where no file has changed.

        With ``keep_alive`` a branch that is old gets a commit that changes nothing.
        """
        names = [self._name(file) for file in files]
        self._run("update-index --add -z --stdin", given="\0".join(names))
        if not self._run("diff-index --cached --name-only", self._tip):
            old = int(self._settings.now.timestamp()) - _OLD
            young = self._run("rev-list -1", f"--max-age={old}", self._tip)
            if young or not keep_alive:
                return ""
            message = "Keep the schedule alive"
        tree = self._run("write-tree").strip()
        return self._run("commit-tree", tree, "-p", self._tip, given=message).strip()

    def _run(self, command: str, *arguments: str, given: str = "") -> str:
        """Return what a git command prints that works here, not in the checkout."""
        index = f"{self._tree}.index"
        place = {"GIT_WORK_TREE": str(self._tree), "GIT_INDEX_FILE": index}
        return self._git.run(command, *arguments, given=given, **place)

    def _lay_out(self) -> None:
        """Lay out the list's files.

        Links come first, for a file is where they lead. Names that differ from ours by
        case alone come along, for the listing has something to say about them.
        """
        entries = self._run("ls-files --stage -z").split("\0")
        links = [text.partition("\t")[2] for text in entries if text.startswith(_LINK)]
        self._run("checkout-index --force -z --stdin", given="\0".join(links))
        places = self._places()
        starts = tuple(f"{place}/".casefold() for place in places)
        names = self._run("ls-files -z").split("\0")
        files = [name for name in names if f"{name}/".casefold().startswith(starts)]
        self._refuse_filters([*files, *places])
        self._run("checkout-index --force -z --stdin", given="\0".join(files))
        self.folder.mkdir(parents=True, exist_ok=True)

    def _places(self) -> list[str]:
        """Return what git calls the list's files, the archive and a page of it."""
        settings = self._settings
        page = settings.folder + settings.now.strftime("/%Y-%m.md")
        names = [settings.path, settings.folder, page, settings.data_file]
        return [self._name(name) for name in names if name]

    def _name(self, name: str) -> str:
        """Return what git calls a file below ``root``, links followed."""
        place = located(self._tree, f"{self._prefix}{name}", "path")
        return place.relative_to(self._tree).as_posix()

    def _refuse_filters(self, names: Iterable[str]) -> None:
        """Stop where a file goes through a filter of git's, such as that of Git LFS.

        It would keep the text elsewhere, and the commit would hold a name for something
        that nobody has sent.
        """
        check = "check-attr --cached -z --stdin filter"
        fields = self._run(check, given="\0".join(names)).split("\0")
        # Three fields belong to a name: itself, "filter" and the value.
        for name, value in zip(fields[::3], fields[2::3], strict=False):
            if value not in _NO_FILTER:
                raise PushError(
                    f"{name} goes through the filter {value}, which a list cannot:"
                    f" add a last line to .gitattributes, `/{name} -filter`"
                )

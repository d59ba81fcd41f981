"""The environment that git is called in."""

import json
import os
from os.path import isfile  # Path.is_file raises where a folder may not be looked into
from pathlib import Path

# Of the caller's GIT_ variables those stay that configure git or say how to reach a
# server. Others point to another repository, set a date, or trace, and a trace would
# show the token.
_STAYING = (
    "GIT_ALLOW_",
    "GIT_ASKPASS",
    "GIT_CONFIG_",
    "GIT_EXEC_",
    "GIT_HTTP_PROXY",
    "GIT_LFS",
    "GIT_PROXY",
    "GIT_SSH",
    "GIT_SSL",
)


def environment(root: Path, scratch: Path) -> dict[str, str]:
    """Return the variables for git, which then speaks English and asks for no password.

    git refuses a checkout that belongs to another user, as it does in a container. The
    one that we were given is safe. That is said where every version of git believes it:
    in the user's own configuration, for which a file in ``scratch`` stands in that
    includes it.
    """
    stand_in = scratch / "user.gitconfig"
    lines = [f"[include]\n\tpath = {_quoted(file)}\n" for file in _user_files(root)]
    lines.append(f"[safe]\n\tdirectory = {_quoted(_checkout(root))}\n")
    stand_in.write_text("".join(lines), encoding="utf-8", errors="surrogateescape")
    kept = {name: text for name, text in os.environ.items() if _is_wanted(name)}
    return kept | {
        "GIT_CONFIG_GLOBAL": str(stand_in),
        # A local replacement of a commit would bring what nobody has pushed.
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        # A trace of the user's own may hold what was done, but not how the token came.
        "GIT_TRACE2_CONFIG_PARAMS": "none",
        "GIT_TRACE2_ENV_VARS": "none",
        "LC_ALL": "C",
    }


def _is_wanted(name: str) -> bool:
    return name.startswith(_STAYING) or not name.startswith(("GIT_", "PAPER_ACTION_"))


def _checkout(root: Path) -> Path:
    """Return the checkout that ``root`` is in, as far as it is of the same user.

    A repository that somebody else has put above ours was not given to us.
    """
    given = root.resolve()
    for folder in (given, *given.parents):
        repository = folder / ".git"
        if repository.exists():
            is_same = repository.stat().st_uid == given.stat().st_uid
            return folder if is_same else given
    return given


def _user_files(root: Path) -> list[Path]:
    """Return the files of the user's own configuration that can be read."""
    if "GIT_CONFIG_GLOBAL" in os.environ:
        files = [root.resolve() / os.environ["GIT_CONFIG_GLOBAL"]]
    else:
        home = os.environ.get("HOME") or os.environ.get("USERPROFILE", "")
        folder = os.environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
        files = [Path(folder, "git/config"), Path(home, ".gitconfig")]
    return [file for file in files if isfile(file) and os.access(file, os.R_OK)]


def _quoted(path: Path) -> str:
    """Return a path as a value in git's configuration, which is quoted as in JSON."""
    return json.dumps(path.as_posix(), ensure_ascii=False)

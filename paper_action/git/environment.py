"""The environment that git is called in."""

import os
from pathlib import Path

# Of the caller's GIT_ variables those stay that configure git or say how to reach a server. Others
# point to another repository, set a date, or trace, and a trace would show the token.
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


def environment(root: Path, room: Path) -> dict[str, str]:
    """Return the variables for git, which speaks English then and asks nobody for a password.

    git refuses a checkout that belongs to another user, as it does in a container. The one that we
    were given is safe, and that is said where every version of git takes it from: in the file of
    the user's own configuration, for which one in ``room`` stands in.
    """
    environ = {name: text for name, text in os.environ.items() if _is_wanted(name)}
    lines = []
    for path in _user_files(root):
        if path.is_file() and os.access(path, os.R_OK):
            lines.append(f"[include]\n\tpath = {_quoted(path.as_posix())}\n")
    lines.append(f"[safe]\n\tdirectory = {_quoted(_checkout(root).as_posix())}\n")
    stand_in = room / "global.gitconfig"
    stand_in.write_text("".join(lines), encoding="utf-8", errors="surrogateescape")
    environ["GIT_CONFIG_GLOBAL"] = str(stand_in)
    environ["GIT_TERMINAL_PROMPT"] = "0"
    environ["LC_ALL"] = "C"
    return environ


def _is_wanted(variable: str) -> bool:
    if variable == "PAPER_ACTION_TOKEN":
        return False
    return variable.startswith(_STAYING) or not variable.startswith("GIT_")


def _user_files(root: Path) -> list[Path]:
    """Return where git looks for the user's own configuration."""
    if "GIT_CONFIG_GLOBAL" in os.environ:
        return [root.resolve() / os.environ["GIT_CONFIG_GLOBAL"]]
    home = os.environ.get("HOME") or os.environ.get("USERPROFILE")
    if not home:
        return []
    folder = os.environ.get("XDG_CONFIG_HOME") or Path(home, ".config")
    return [Path(folder, "git", "config"), Path(home, ".gitconfig")]


def _checkout(root: Path) -> Path:
    """Return the checkout that ``root`` is part of, as far as both belong to the same user."""
    top = root.resolve()
    for folder in (top, *top.parents):
        if (folder / ".git").exists() and folder.stat().st_uid == top.stat().st_uid:
            return folder
    return top


def _quoted(text: str) -> str:
    """Return a text as a value in git's configuration."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

"""The repository with a paper's code: the first that its comment or abstract names."""

import re

from paper_action.paper import Paper

# A part of an address; it may end with a dot of the sentence around it.
_NAME = r"[\w.-]+"
_TWO = rf"{_NAME}/{_NAME}"
# By host, the path that leads to a repository there.
_PATHS = {
    r"github\.com": _TWO,
    r"gitlab(?:\.[a-z0-9-]+)+": rf"{_TWO}(?:/(?!-/){_NAME})*",
    r"codeberg\.org": _TWO,
    r"bitbucket\.org": _TWO,
    r"huggingface\.co": rf"(?:(?:datasets|spaces)/)?{_TWO}",
    r"anonymous\.4open\.science": rf"(?:(?:r|repository)/)?{_NAME}",
}
_HOSTS = "|".join(f"{host}/{path}" for host, path in _PATHS.items())
_ADDRESS = re.compile(rf"(?ai)(?<![\w./@-])(?:https?://)?(?:www\.)?({_HOSTS})")
# What comes first in the path of a page that is no repository.
_PAGES = {
    "about", "apps", "blog", "collections", "docs", "explore", "features", "groups",
    "login", "marketplace", "orgs", "papers", "posts", "search", "settings", "snippets",
    "sponsors", "topics", "trending", "users",
}  # fmt: skip
# Where the files of a repository begin in an address of GitLab's older form.
_FOLDERS = {"tree", "blob", "issues", "wikis", "releases"}


def repository(paper: Paper) -> str:
    """Return the address of the first repository that a paper names, or nothing.

    It holds ASCII letters, digits and ``/ . - _`` alone, so that it can break no cell.
    """
    for text in (paper.comment, paper.abstract):
        # TeX wants an underline with a backslash, perhaps in braces.
        plain_text = text.replace("{\\_}", "_").replace("\\", "")
        for found in _ADDRESS.finditer(plain_text):
            address = _shortened(found[1])
            if address:
                return f"https://{address}"
    return ""


def _shortened(address: str) -> str:
    """Return the address of the repository itself, nothing where a page is none."""
    host, *path = address.rstrip(".").removesuffix(".git").rstrip(".").split("/")
    for number, part in enumerate(path[2:], start=2):
        if part.lower() in _FOLDERS:
            path = path[:number]
            break
    is_page = path[0].lower() in _PAGES
    is_nameless = any(not part.strip(".") for part in path)
    if is_page or is_nameless:
        return ""
    return "/".join([host.lower(), *path])

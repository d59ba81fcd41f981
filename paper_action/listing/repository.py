"""The repository with a paper's code: the first that its comment or abstract names."""

import re

from paper_action.paper import Paper

_NAME = r"[\w.-]+"  # a dot at its end may be that of a sentence
_TWO = rf"{_NAME}/{_NAME}"
# By host, the path of a repository there.
_PATHS = {
    r"github\.com": _TWO,
    r"gitlab(?:\.[a-z0-9-]+)+": _TWO,
    r"codeberg\.org": _TWO,
    r"bitbucket\.org": _TWO,
    r"huggingface\.co": rf"(?:(?:datasets|spaces)/)?{_TWO}",
    r"anonymous\.4open\.science": rf"(?:(?:r|repository)/)?{_NAME}",
}
# What comes first in the path of a page that is no repository.
_PAGES = {
    "about", "apps", "blog", "collections", "docs", "explore", "features", "groups",
    "marketplace", "orgs", "papers", "search", "sponsors", "topics", "users",
}  # fmt: skip
_PLACES = "|".join(f"{host}/{path}" for host, path in _PATHS.items())
_ADDRESS = rf"(?ai)(?<![\w./@-])(?:https?://)?(?:www\.)?({_PLACES})"


def repository(paper: Paper) -> str:
    """Return the address of the first repository that a paper names, or nothing.

    It holds ASCII letters, digits and ``/ . - _`` alone, so that it can break no cell.
    """
    for text in (paper.comment, paper.abstract):
        # TeX wants an underline with a backslash, perhaps in braces.
        plain_text = text.replace("{\\_}", "_").replace("\\", "")
        for found in re.finditer(_ADDRESS, plain_text):
            address = found[1].rstrip(".").removesuffix(".git")
            host, owner, *names = address.split("/")
            if owner.lower() not in _PAGES and address.strip("./") == address:
                return "https://" + "/".join([host.lower(), owner, *names])
    return ""

"""What git and its servers say when they refuse, and what a user can do about it.

Sources: git's builtin/push.c, builtin/receive-pack.c, remote-curl.c, connect.c,
setup.c; GitHub's docs, "Troubleshooting".
"""

import re

from paper_action.paper import PushError

_NEEDED = "git 2.31 or later is needed"
NO_GIT = f"git is not installed here, or not on the PATH: {_NEEDED}"
NO_ANSWER = "no answer in time"

# git's exit codes: it does not know what it was told; a remote has answered, with no.
_USAGE = 129
_ANSWERED = 1
# What these cannot do now they may be able to do in a moment: they speak with a server.
_REMOTE_COMMANDS = ("ls-remote", "fetch", "push")

# What the user can do: the lines, as patterns, that ask for it. A pattern begins where
# its line does, for in the middle of a line may stand a name that somebody chose, of a
# file, a branch, a repository. What a server says stands behind "remote: ", what became
# of a branch behind "!" and a tab. The first pattern that is found counts.
_FINAL = {
    "GitHub takes something in the list for a secret": (
        r"remote: .*cannot contain secrets",
    ),
    "the branch takes no pushes: set `branch` to another one and open a pull request"
    " from it, or let the token bypass the rule": (
        r"remote: (?:error: )?GH0(?:06|13):",
        r"remote: .*protected branch",
        r"!\t.*\[remote rejected\] \(.*(?:protected branch|rule violations)",
    ),
    "no branch's name begins with another one's and a slash: set `branch` to another"
    " name": (r"(?:!\t|remote: ).*' exists; cannot create '",),
    "the repository is archived and takes no pushes": (
        r"(?:remote|ERROR): This repository was archived",
    ),
    "no permission to push: the job needs `permissions: contents: write`, and `token`"
    " must be allowed to write to the repository": (
        r"(?:remote|ERROR): Permission to .* denied",
        r"(?:remote|ERROR): Write access to repository not granted",
        r"ERROR: The key you are authenticating with .* read only",
        r"fatal: unable to access '.*': .* returned error: 40[13]\b",
        r"error: RPC failed; HTTP 40[13]\b",
        r"fatal: Authentication failed for ",
        r"fatal: could not read (?:Username|Password) for ",
    ),
    "there is no repository at the remote's address, or `token` may not see it": (
        r"(?:remote|ERROR): Repository not found",
        r"fatal: repository '.*' not found",
        r"fatal: unable to access '.*': .* returned error: 404\b",
        r"fatal: '.*' does not appear to be a git repository",
    ),
    "the server takes none of the ssh keys that are here: give actions/checkout an"
    " `ssh-key` that may write, or let the remote have an https address": (
        r"\S+: Permission denied \(",
    ),
    "ssh does not know the server: put its key into known_hosts before": (
        r"Host key verification failed",
    ),
    "a program is missing that git needs here: install it before": (
        r"error: cannot run .*: No such file or directory",
        r"This repository is configured for Git LFS but 'git-lfs' was not found",
    ),
    "git does not trust the server's certificate: let GIT_SSL_CAINFO name a file with"
    " its authority": (r"fatal: unable to access '.*': .*\bcertificate\b",),
    "the proxy does not let git through: look at https_proxy and git's http.proxy": (
        r"fatal: unable to access '.*': Unsupported proxy",
        r"fatal: unable to access '.*': .*\b407\b",
    ),
    "git cannot speak with what is at the remote's address: look whether it is right": (
        r"fatal: protocol error",
        r"fatal: .* not valid: .*is this a git repository\?",
        r"fatal: invalid server response",
        r"fatal: (?i:unable to find remote helper) for ",
        r"fatal: transport '.*' not allowed",
        r"fatal: protocol '.*' is not supported",
    ),
    "`commit` needs a git checkout at `root`, such as actions/checkout makes": (
        r"fatal: not a git repository",
    ),
    "the checkout belongs to another user, and git does not trust it:"
    " git config --global --add safe.directory '*'": (
        r"fatal: detected dubious ownership",
        r"fatal: unsafe repository",
    ),
    "git may not use a file of the checkout or of its settings: look whose it is": (
        r"(?:fatal|error): (?!unable to access '\w+://).*: Permission denied$",
        r"error: insufficient permission for adding an object",
    ),
    "the disk is full": (r"(?:fatal|error): .*No space left on device",),
}

# Others were faster, or the server is busy: another try may help.
_PASSING = (
    r"!\t.*\[(?:rejected|remote failure)\]",
    r"(?:!\t|remote: ).*(?:lock|update) ref\b",
    r"(?:!\t|remote: ).*old value provided",
    r"(?:!\t|remote: ).*reference already exists",
    r"(?:!\t|remote: ).*Internal Server Error",
    r"(?:fatal|error): .*: File exists",
    r"(?:fatal|error): .*cannot lock ref\b",
    r"(?:fatal|error): .*(?:unadvertised object|not our ref)",
    r"(?:fatal|error): RPC failed",
    r"fatal: (?i:the) remote end hung up unexpectedly",
    # A checkout without all texts asks for one when it is needed.
    r"fatal: could not fetch \S+ from promisor remote",
)

# The part of a word before its last "@", which may end with a name, a colon and a
# password.
_BEFORE_AT = re.compile(r"(?<![^\s'\"])[^\s'\"]+(?=@)")
_PASSWORD = re.compile(r"(?<![^/@])[^/:@]*:(?!//).*")
# Where else a secret stands in git's words: alone before the "@" of an address, and
# anywhere in a proxy's address that git could not read.
_SECRETS = re.compile(
    r"(?<=//)[^/\s]*(?=@)"
    r"|(?i:(?<=proxy syntax in ')|(?<=proxy url '))(?!\*\*\*@)[^']*"
)


class PassingError(PushError):
    """A failure that another try may overcome."""


def refused(command: str, code: int, said: str) -> PushError:
    """Return the error for a command that failed, with what to do about it.

    What is secret in git's words, beyond the token, is not told.
    """
    said = _without_secrets(said)
    words = f"git {command}: {' '.join(said.split())}"[:1000]
    if code == _USAGE:
        return PushError(f"{_NEEDED}, for this one does not know a command: {words}")
    for meaning, lines in _FINAL.items():
        if _is_said(lines, said):
            return PushError(f"{meaning}: {words}")
    was_unreachable = command in _REMOTE_COMMANDS and code != _ANSWERED
    if was_unreachable or _is_said(_PASSING, said):
        return PassingError(f"not now: {words}")
    return PushError(f"this failed: {words}")


def _without_secrets(said: str) -> str:
    """Return git's words without the passwords that stand in addresses."""
    said = _BEFORE_AT.sub(lambda part: _PASSWORD.sub("***", part[0]), said)
    return _SECRETS.sub("***", said)


def _is_said(lines: tuple[str, ...], said: str) -> bool:
    return any(re.search(f"^{line}", said, re.MULTILINE) for line in lines)

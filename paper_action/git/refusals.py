"""What git and its servers say when they refuse, and what a user can do about it.

Sources: git's builtin/push.c, builtin/receive-pack.c, remote-curl.c, connect.c and setup.c;
GitHub's docs, "Troubleshooting".
"""

import re
from typing import NamedTuple

from paper_action.paper import PushError

NEEDED = "git 2.31 or later is needed"
NO_GIT = f"git is not installed here, or not on the PATH: {NEEDED}, from a step before this one"
NOT_NOW = "not now"
UNKNOWN = "this failed"

# git's exit codes: it was called in a way that it does not know; a remote has answered with no.
_USAGE = 129
_ANSWERED = 1
# What these cannot do now, they may be able to do in a moment: they speak with a server.
_REMOTE_COMMANDS = ("ls-remote", "fetch", "push")


class PassingError(PushError):
    """A failure that another try may overcome."""


class Refusal(NamedTuple):
    """A line that git prints, as a pattern, and what it means; with ``passing`` it may pass."""

    line: str
    meaning: str
    passing: bool = False


_NO_PERMISSION = (
    "no permission to push: the job needs `permissions: contents: write`, and `token` must be"
    " allowed to write to the repository"
)
_NO_PUSHES = (
    "the branch takes no pushes: set `branch` to another one and open a pull request from it,"
    " or let the token bypass the rule"
)
_NO_REPOSITORY = (
    "there is no repository at the remote's address, or `token` may not see it"
)
_NOT_A_SERVER = (
    "git cannot speak with what is at the remote's address: look whether it is right"
)

# The first one that fits a line counts. A pattern begins where the line does, for the middle of a
# line may be a name that somebody chose: of a file, a branch, a repository. What a server says
# stands behind "remote: ", what became of a branch behind "!" and a tab.
REFUSALS = (
    # The server's rules
    Refusal(
        r"remote: .*cannot contain secrets",
        "GitHub takes something in the list for a secret",
    ),
    Refusal(r"remote: (?:error: )?GH0(?:06|13):", _NO_PUSHES),
    Refusal(r"remote: .*protected branch", _NO_PUSHES),
    Refusal(
        r"!\t.*\[remote rejected\] \(.*(?:protected branch|rule violations)", _NO_PUSHES
    ),
    Refusal(
        r"(?:remote|ERROR): This repository was archived",
        "the repository is archived and takes no pushes",
    ),
    # Who may push, and where
    Refusal(r"(?:remote|ERROR): Permission to .* denied", _NO_PERMISSION),
    Refusal(
        r"(?:remote|ERROR): Write access to repository not granted", _NO_PERMISSION
    ),
    Refusal(r"ERROR: The key you are authenticating with .* read only", _NO_PERMISSION),
    Refusal(
        r"fatal: unable to access '.*': .* returned error: 40[13]\b", _NO_PERMISSION
    ),
    Refusal(r"error: RPC failed; HTTP 40[13] ", _NO_PERMISSION),
    Refusal(r"fatal: Authentication failed for ", _NO_PERMISSION),
    Refusal(r"fatal: could not read (?:Username|Password) for ", _NO_PERMISSION),
    Refusal(r"(?:remote|ERROR): Repository not found", _NO_REPOSITORY),
    Refusal(r"fatal: repository '.*' not found", _NO_REPOSITORY),
    Refusal(r"fatal: unable to access '.*': .* returned error: 404\b", _NO_REPOSITORY),
    Refusal(r"fatal: '.*' does not appear to be a git repository", _NO_REPOSITORY),
    # ssh
    Refusal(
        r"\S+: Permission denied \(",
        "the server takes none of the ssh keys that are here: give actions/checkout an `ssh-key`"
        " that may write, or an https address",
    ),
    Refusal(
        r"Host key verification failed",
        "ssh does not know the server: put its key into known_hosts in a step before this one",
    ),
    Refusal(
        r"error: cannot run .*: No such file or directory",
        "a program is missing that git needs here: install it in a step before this one",
    ),
    # What no other try can change
    Refusal(r"fatal: protocol error", _NOT_A_SERVER),
    Refusal(r"fatal: .* not valid: .*is this a git repository\?", _NOT_A_SERVER),
    Refusal(r"fatal: invalid server response", _NOT_A_SERVER),
    Refusal(r"fatal: (?i:unable to find remote helper) for ", _NOT_A_SERVER),
    Refusal(
        r"fatal: (?:transport|protocol) '.*' (?:is )?not (?:allowed|supported)",
        _NOT_A_SERVER,
    ),
    Refusal(
        r"This repository is configured for Git LFS but ",
        "the checkout's pre-push hook needs git-lfs: install it in a step before this one",
    ),
    Refusal(
        r"fatal: not a git repository",
        "`commit` needs a git checkout at `root`, such as actions/checkout makes",
    ),
    Refusal(
        r"fatal: (?:detected dubious ownership|unsafe repository)",
        "the checkout belongs to another user, and git does not trust it:"
        " git config --global --add safe.directory '*'",
    ),
    Refusal(
        r"(?:fatal|error): (?!unable to access '\w+://).*: Permission denied$",
        "git may not use a file of the checkout or of its settings: look to whom it belongs",
    ),
    Refusal(
        r"error: insufficient permission for adding an object",
        "git may not write to the checkout: look to whom its files belong",
    ),
    Refusal(r"(?:fatal|error): .*No space left on device", "the disk is full"),
    # Others were faster, or a server is busy
    Refusal(r"!\t.*\[(?:rejected|remote failure)\]", NOT_NOW, passing=True),
    Refusal(r"(?:!\t|remote: ).*(?:lock|update) ref\b", NOT_NOW, passing=True),
    Refusal(r"(?:!\t|remote: ).*old value provided", NOT_NOW, passing=True),
    Refusal(r"(?:!\t|remote: ).*reference already exists", NOT_NOW, passing=True),
    Refusal(r"(?:!\t|remote: ).*Internal Server Error", NOT_NOW, passing=True),
    Refusal(r"(?:fatal|error): .*: File exists", NOT_NOW, passing=True),
    Refusal(r"(?:fatal|error): .*cannot lock ref\b", NOT_NOW, passing=True),
    Refusal(
        r"(?:fatal|error): .*(?:unadvertised object|not our ref)", NOT_NOW, passing=True
    ),
    Refusal(r"(?:fatal|error): RPC failed", NOT_NOW, passing=True),
    Refusal(r"fatal: (?i:the) remote end hung up unexpectedly", NOT_NOW, passing=True),
)


def no_answer(command: str) -> PushError:
    """Return the error for a command that ran into its limit, whatever it returned."""
    if command in _REMOTE_COMMANDS:
        return PassingError(f"{NOT_NOW}: git {command}: no answer in time")
    return PushError(f"{UNKNOWN}: git {command}: no answer in time")


def refused(command: str, code: int, said: str) -> PushError:
    """Return the error for a command that failed, with git's words and what to do about it."""
    words = f"git {command}: {' '.join(said.split())}"[:1000]
    if code == _USAGE:
        return PushError(
            f"{NEEDED}, it seems, for this one does not know a command: {words}"
        )
    for refusal in REFUSALS:
        if re.search(f"^{refusal.line}", said, re.MULTILINE):
            kind = PassingError if refusal.passing else PushError
            return kind(f"{refusal.meaning}: {words}")
    if command in _REMOTE_COMMANDS and code != _ANSWERED:
        return PassingError(f"{NOT_NOW}: {words}")
    return PushError(f"{UNKNOWN}: {words}")

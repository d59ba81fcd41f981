"""Run git: with what configuration and token, and for how long."""

import os
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM
from subprocess import PIPE, Popen, TimeoutExpired
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple

from paper_action.paper import PushError
from paper_action.settings import Settings

from .environment import environment
from .refusals import NO_GIT, no_answer, refused

_CONFIG = Path(__file__).with_name("desk.gitconfig")
_HEADER = "PAPER_ACTION_HEADER"  # the variable that hands the token to git
# What a copy of a remote needs to be pushed to; what is fetched from it is left out.
_PUSHED_TO = ("url", "pushurl", "proxy", "proxyauthmethod", "receivepack", "vcs")


class Git:
    """git, called in the checkout.

    A command has ``limit`` seconds: half of ``max-wait``, and half as long from then on wherever
    one got no answer in that time. So all of them end in time, and after a push there is time to
    look whether it has arrived.
    """

    def __init__(self, settings: Settings, room: Path) -> None:
        """Prepare what every command is told; ``room`` takes a file of configuration."""
        self.limit = max(settings.max_wait, settings.timeout) / 2
        self._settings = settings
        self._basic = b64encode(f"x-access-token:{settings.token}".encode()).decode()
        self._environ = environment(settings.root, room)
        slow = int(settings.timeout) + 1
        self._options = [
            "-c",
            f"include.path={_CONFIG}",
            "-c",
            f"http.lowSpeedTime={slow}",
        ]

    def run(
        self,
        command: str,
        *arguments: str,
        given: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
    ) -> str:
        """Return what a git command prints; PushError, with git's own words, if it fails.

        What is ``given`` comes to its input, with a zero byte between two texts.
        """
        name = command.split()[0]
        limit = self.limit
        if (
            name == "ls-remote"
        ):  # the first question to the server, as any other request
            limit = min(limit, self._settings.timeout)
        words = ["git", *self._options, *_hooks(name), *command.split(), *arguments]
        where = {
            "cwd": self._settings.root,
            "env": {**self._environ, **(environ or {})},
        }
        text = "\0".join(given).encode(errors="surrogateescape")
        try:
            ended = _called(words, where, text, limit)
        except FileNotFoundError:
            raise PushError(NO_GIT) from None
        if not ended.in_time:
            self.limit /= 2
            raise no_answer(name)
        if ended.code != 0:
            said = (ended.err + ended.out).decode(errors="replace")
            raise refused(name, ended.code, self._hidden(said))
        return str(ended.out, errors="surrogateescape")

    def copy_remote(self, remote: str, name: str) -> None:
        """Know a remote by another name, too, to push to.

        A push to the copy goes where one to the remote goes, and in the same way, but nothing is
        noted in the repository about the branch there: no ref, and no lock that could stay.
        """
        for entry in self.run("config --list --null").split("\0"):
            key, _, value = entry.partition("\n")
            section, _, variable = key.rpartition(".")
            if section == f"remote.{remote}" and variable in _PUSHED_TO:
                self._options += ["-c", f"remote.{name}.{variable}={value}"]

    def use_token(self, address: str) -> None:
        """Let the token open the server at an address, and no other, over HTTPS.

        A header that is set for the exact address would win over one for the whole server, so ours
        is set for both. The empty value first removes one that actions/checkout may have left.
        """
        server = re.match(r"https://(?:[^/]*@)?([^/]+)", address)
        if not self._settings.token or not server:
            return
        self._environ[_HEADER] = f"AUTHORIZATION: basic {self._basic}"
        without_password = re.sub(r"^(https://[^/:]*):[^/]*@", r"\1@", address)
        exact = without_password.replace("=", "%3D")  # at a "=" the key would end
        for place in (f"https://{server[1]}/", exact):
            key = f"http.{place}.extraheader"
            self._options += ["-c", f"{key}=", f"--config-env={key}={_HEADER}"]

    def _hidden(self, said: str) -> str:
        """Return git's words without secrets: ours, those in addresses, and of a proxy."""
        for secret in (self._settings.token, self._basic):
            if secret:
                said = said.replace(secret, "***")
        said = re.sub(r"(?<=//)[^/\s]*(?=@)", "***", said)
        said = re.sub(r"[^\s/'\":@]+:(?!//)[^\s'\"]*(?=@)", "***", said)
        return re.sub(r"(?i)(?<=proxy )((?:URL|syntax in) ')[^']*", r"\1***", said)


def _hooks(command: str) -> list[str]:
    """Return the option without hooks: those before a push are the user's say in it."""
    if command == "push":
        return []
    return ["-c", "core.hooksPath=/dev/null"]


class _Ended(NamedTuple):
    """How a command ended, and what it said."""

    in_time: bool
    code: int
    out: bytes
    err: bytes


def _called(
    words: list[str], where: dict[str, Any], text: bytes, limit: float
) -> _Ended:
    """Call a program, with a text for its input; return how it ended.

    It writes to files, not pipes: a pipe ends when the last one who holds it does, and what an ssh
    leaves in the background may go on for hours.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        pipes = {"stdin": PIPE, "stdout": out, "stderr": err}
        with Popen(words, **pipes, **where, start_new_session=True) as process:
            in_time = _waited(process, text, limit)
        return _Ended(in_time, process.returncode, _content(out), _content(err))


def _waited(process: Popen[bytes], text: bytes, limit: float) -> bool:
    """Return whether a program ended by itself in time; it and its helpers end in any case."""
    try:
        process.communicate(text, limit)
    except TimeoutExpired:
        return False
    except BaseException:  # the job is cancelled
        with suppress(TimeoutExpired):
            process.wait(
                timeout=1
            )  # most steps of git take less, and then no lock can stay
        raise
    finally:
        _end(process)
    return True


def _end(process: Popen[bytes]) -> None:
    """End a program and its helpers at once and politely: git then takes its lock files away."""
    end = getattr(os, "killpg", os.kill)  # Windows has no groups of processes
    with suppress(OSError):
        end(process.pid, SIGTERM)


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()

"""Run git: with what configuration and token, and for how long."""

import os
import re
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from signal import SIGTERM
from subprocess import PIPE, CompletedProcess, Popen, TimeoutExpired
from tempfile import TemporaryFile

from paper_action.paper import PushError
from paper_action.settings import Settings

from .environment import environment
from .refusals import NO_ANSWER, NO_GIT, refused

_CONFIG = Path(__file__).with_name("desk.gitconfig")
_HEADER = "PAPER_ACTION_HEADER"  # the variable that hands the token to git
_NOTHING = "PAPER_ACTION_NOTHING"  # an empty one
_NO_HOOKS = ("-c", "core.hooksPath=/dev/null")


class Git:
    """git, called in the checkout.

    A command has ``limit`` seconds: half of ``max-wait``, and half as long from then on
    wherever one got no answer in that time. So all of them end in time, and after a
    push there is time to look whether it has arrived.
    """

    def __init__(self, settings: Settings, scratch: Path) -> None:
        """Prepare what every command is told, with a file in ``scratch``."""
        self.limit = max(settings.max_wait, settings.timeout) / 2
        self._settings = settings
        self._basic = b64encode(f"x-access-token:{settings.token}".encode()).decode()
        self._environ = environment(settings.root, scratch)
        slow = f"http.lowSpeedTime={int(settings.timeout) + 1}"
        self._options = ["-c", f"include.path={_CONFIG}", "-c", slow]

    def run(
        self, command: str, *arguments: str, given: str = "", **environ: str
    ) -> str:
        """Return what a git command prints; PushError with its words if it fails.

        What is ``given`` comes to its input.
        """
        name = command.split()[0]
        words = ["git", *self._options]
        if name != "push":  # which a hook of the user's may stop
            words += _NO_HOOKS
        words += [*command.split(), *arguments]
        try:
            ended = self._called(words, environ, given, self._limit_of(name))
        except FileNotFoundError:
            raise PushError(NO_GIT) from None
        except TimeoutExpired:  # then it has failed, whatever it returned
            self.limit /= 2
            raise refused(name, -SIGTERM, NO_ANSWER) from None
        if ended.returncode != 0:
            said = (ended.stderr + ended.stdout).decode(errors="replace")
            raise refused(name, ended.returncode, self._without_token(said))
        return ended.stdout.decode(errors="surrogateescape")

    def use_token(self, address: str) -> None:
        """Let the token open the server at an address, over HTTPS, and no other.

        The empty value takes away what actions/checkout may have left. Both values come
        from variables: behind -c, a setting's name would end at an equals sign.
        """
        places = _places(address)
        if not self._settings.token or not places:
            return
        self._environ[_NOTHING] = ""
        self._environ[_HEADER] = f"AUTHORIZATION: basic {self._basic}"
        self._options += _NO_HOOKS  # A hook would see the token.
        for place in places:
            setting = f"--config-env=http.{place}.extraheader"
            self._options += [f"{setting}={_NOTHING}", f"{setting}={_HEADER}"]

    def _limit_of(self, name: str) -> float:
        """Return the seconds that a command has."""
        if name == "ls-remote":  # the first question to a server, as any other request
            return min(self.limit, self._settings.timeout)
        return self.limit

    def _called(
        self, words: list[str], environ: dict[str, str], given: str, limit: float
    ) -> CompletedProcess[bytes]:
        """Call git with a text for its input; return how it ended, if it did in time.

        It writes to files, not pipes: a pipe ends when the last one who holds it does,
        and what an ssh leaves in the background may hold it for hours.
        """
        with TemporaryFile() as out, TemporaryFile() as err:
            with Popen(
                words,
                cwd=self._settings.root,
                env=self._environ | environ,
                stdin=PIPE,
                stdout=out,
                stderr=err,
                start_new_session=True,
            ) as git:
                _let_end(git, given.encode(errors="surrogateescape"), limit)
            out.seek(0)
            err.seek(0)
            return CompletedProcess(words, git.returncode, out.read(), err.read())

    def _without_token(self, said: str) -> str:
        """Return git's words without the token, and without the header's part of it."""
        for secret in (self._settings.token, self._basic):
            if secret:
                said = said.replace(secret, "***")
        return said


def _places(address: str) -> list[str]:
    """Return what git's settings call the server at an HTTPS address, and the address.

    Both are needed, for a header that somebody has set for the exact address would win
    over ours for the server. Any other address has no such names.
    """
    server = re.match(r"https://(?:[^/]*@)?([^/]+)", address)
    if not server:
        return []
    # Nobody is to see a password in arguments.
    exact = re.sub(r"^(https://[^/:]*):[^/]*@", r"\1@", address)
    return [f"https://{server[1]}/", exact]


def _let_end(git: Popen[bytes], text: bytes, limit: float) -> None:
    """Let git read a text and end in time; it and its helpers end in any case."""
    try:
        git.communicate(text, limit)
    except (SystemExit, KeyboardInterrupt):  # the job is cancelled
        _wait(git, 1)  # Most steps take less, and then no lock can stay.
        raise
    finally:
        _stop(git)


def _stop(git: Popen[bytes]) -> None:
    """End git, if it is still there, and the helpers that it has left running."""
    end = getattr(os, "killpg", os.kill)  # Windows has no groups of processes
    with suppress(OSError):
        end(git.pid, SIGTERM)  # which git obeys, and takes its locks away
    _wait(git, 2)
    git.kill()  # What stands in git's place may not obey.


def _wait(git: Popen[bytes], seconds: float) -> None:
    with suppress(TimeoutExpired):
        git.wait(seconds)

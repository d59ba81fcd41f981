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
        limit = self.limit
        if name == "ls-remote":  # the first question to a server, as any other request
            limit = min(limit, self._settings.timeout)
        options = [*self._options]
        # A hook may stop a push, but it would see a token: with one there is no hook.
        if name != "push" or _HEADER in self._environ:
            options += ["-c", "core.hooksPath=/dev/null"]
        words = ["git", *options, *command.split(), *arguments]
        try:
            ended = self._called(words, environ, given, limit)
        except FileNotFoundError:
            raise PushError(NO_GIT) from None
        except TimeoutExpired:  # then it has failed, whatever it returned
            self.limit /= 2
            raise refused(name, -SIGTERM, NO_ANSWER) from None
        if ended.returncode != 0:
            said = (ended.stderr + ended.stdout).decode(errors="replace")
            raise refused(name, ended.returncode, self._hidden(said))
        return ended.stdout.decode(errors="surrogateescape")

    def use_token(self, address: str) -> None:
        """Let the token open the server at an address, over HTTPS, and no other.

        A header for the exact address would win over one for the whole server, so ours
        is set for both. The empty value takes away what actions/checkout may have left.
        """
        server = re.match(r"https://(?:[^/]*@)?([^/]+)", address)
        if not self._settings.token or not server:
            return
        self._environ[_HEADER] = f"AUTHORIZATION: basic {self._basic}"
        exact = re.sub(r":[^/]*@", "@", address)  # nobody sees a password in arguments
        exact = exact.replace("=", "%3D")  # or the name of the setting would end there
        for place in (f"https://{server[1]}/", exact):
            key = f"http.{place}.extraheader"
            self._options += ["-c", f"{key}=", f"--config-env={key}={_HEADER}"]

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

    def _hidden(self, said: str) -> str:
        """Return git's words without the token, and without what else is secret."""
        for secret in (self._settings.token, self._basic):
            if secret:
                said = said.replace(secret, "***")
        said = _BEFORE_AT.sub(lambda part: _PASSWORD.sub("***", part[0]), said)
        return _SECRETS.sub("***", said)


def _let_end(git: Popen[bytes], text: bytes, limit: float) -> None:
    """Let git read a text and end in time; it and its helpers end in any case."""
    try:
        git.communicate(text, limit)
    except (SystemExit, KeyboardInterrupt):  # the job is cancelled
        with suppress(TimeoutExpired):
            git.wait(timeout=1)  # most steps take less, and then no lock can stay
        raise
    finally:
        end = getattr(os, "killpg", os.kill)  # Windows has no groups of processes
        with suppress(OSError):
            end(git.pid, SIGTERM)  # which git obeys, and takes its locks away
        with suppress(TimeoutExpired):
            git.wait(timeout=2)
        git.kill()  # if it is still there: what stands in git's place may not obey

"""Make the requests of a run with arXiv's manners, and wait for what fails to pass.

One request at a time, ``delay`` seconds apart, by a client that names itself
(https://info.arxiv.org/help/api/tou.html). Nothing about the user goes along.
"""

import os
import re
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from paper_action import __version__
from paper_action.paper import PassingSourceError, RefusalError, SourceError
from paper_action.settings import Settings

from .atom import Feed, parse

if TYPE_CHECKING:  # slow to import, and not needed for a file
    import requests

MOST = 16 * 2**20  # bytes in an answer; arXiv's largest has 6 MiB
MOST_REDIRECTS = 5
AGAIN = (406, 408, 425, 429, *range(500, 600))  # arXiv throttles by 406, 429 and 503


class Client:
    """Makes the requests of one run, spaced, and again while its ``patience`` lasts.

    That is the seconds left to spend on servers that fail or dawdle. ``log`` says one
    line. A caller may put another ``clock`` and ``sleep`` in the place of the system's.
    """

    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        self.settings = settings
        self.log = log
        self.clock: Callable[[], float] = time.monotonic
        self.sleep: Callable[[float], object] = time.sleep
        self.patience = 0.0
        self._earliest = 0.0  # moment of the next request

    def read(self, url: str) -> Feed:
        """Return the document at an address, asked for again while that may help.

        It may be a file. Raises SourceError when the document cannot be had.
        """
        if "://" not in url:
            return parse(Path(url).read_bytes())

        import random  # not needed for a file

        longest_pause = 1
        while True:
            began = self.clock()
            try:
                feed = self._fetched(url)
            except PassingSourceError as error:
                self._spend(self.clock() - began)
                # By chance, so that not all who wait come back at once.
                pause = error.after or random.uniform(longest_pause / 2, longest_pause)
                if pause > self.patience:
                    raise
                self.log(f"{_host(url)}: {error}; again in {round(pause, 1)} s")
            else:
                self._spend(self.clock() - began - self.settings.timeout)
                return feed
            self._spend(pause)
            self.sleep(pause)
            longest_pause = min(2 * longest_pause, 60)

    def _spend(self, seconds: float) -> None:
        """Have less patience; what is overspent is forgiven."""
        self.patience = max(0, self.patience - max(0, seconds))

    def _fetched(self, url: str) -> Feed:
        """Return what one address holds, or the one that it leads to."""
        import urllib3

        errors = (OSError, ValueError, urllib3.exceptions.HTTPError, zlib.error)
        for _ in range(1 + MOST_REDIRECTS):
            try:
                with self._response(url) as response:
                    if not response.is_redirect:
                        return self._feed(response)
                    url = urljoin(url, response.headers["Location"])
            except errors as error:
                raise _failure(url, error) from error
            finally:
                self._earliest = self.clock() + self.settings.delay
        raise SourceError(f"more than {MOST_REDIRECTS} redirects")

    def _response(self, url: str) -> "requests.Response":
        """Return what a server answers when its turn has come, the body unread.

        Proxies and certificates are the environment's. A whole session would also look
        for a password in .netrc, keep cookies, and read the bodies of redirects.
        """
        import requests

        self.sleep(max(0, self._earliest - self.clock()))
        session = requests.Session()
        # A password in the address of a redirect is not used: somebody else decides.
        request = requests.Request(
            "GET", url, headers=_headers(), auth=lambda unchanged: unchanged
        )
        options: Any = session.merge_environment_settings(
            url, proxies={}, stream=True, verify=True, cert=None
        )
        return session.get_adapter(url).send(
            request.prepare(), timeout=self.settings.timeout, **options
        )

    def _feed(self, response: "requests.Response") -> Feed:
        """Return what a good answer holds; SourceError tells what a bad one says."""
        status = response.status_code
        if status == 200:
            return parse(self._body(response))
        if status == 400:
            with suppress(PassingSourceError):  # it may be no Atom
                parse(self._body(response))
            raise RefusalError("HTTP 400")
        if status in AGAIN:
            after = _retry_after(response.headers.get("Retry-After", ""))
            raise PassingSourceError(f"HTTP {status}", after)
        raise SourceError(f"HTTP {status}")

    def _body(self, response: "requests.Response") -> bytes:
        """Return a body, which may stall for ``timeout`` and not drip for ever.

        It is unpacked here, once it is whole. urllib3 could do that on the way, but
        would wait without end, and without us, where nothing comes out.
        """
        end = self.clock() + max(self.patience, self.settings.timeout)
        body = bytearray()
        read_on = partial(response.raw.read1, 2**16, decode_content=False)
        for piece in iter(read_on, b""):
            body += piece
            if len(body) > MOST:
                break
            if self.clock() > end:
                raise PassingSourceError("the answer does not end")
        whole = bytes(body)
        if whole.startswith(b"\x1f\x8b"):  # as gzip begins, and no XML
            whole = zlib.decompressobj(wbits=31).decompress(whole, MOST + 1)
        if len(whole) > MOST:
            raise SourceError(f"an answer of more than {MOST // 2**20} MiB")
        return whole


def _headers() -> dict[str, str]:
    """Return what every request says: who asks, and what can be read."""
    asks = "python -m paper_action"
    repository = os.environ.get("GITHUB_REPOSITORY")
    if repository:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        asks = f"+{server}/{repository}"
    return {
        "User-Agent": f"paper-action/{__version__} ({asks})",
        "Accept": "application/atom+xml, application/xml;q=0.9, */*;q=0.1",
        "Accept-Encoding": "gzip",
    }


def _retry_after(text: str) -> float:
    """Return the seconds that a server asks for, 0 for none and for nonsense."""
    import urllib3

    with suppress(urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        return urllib3.Retry().parse_retry_after(text)
    return 0


def _failure(url: str, error: Exception) -> SourceError:
    """Return what went wrong between us and a server, naming the culprit."""
    import requests

    words = _first_cause(error)
    host = _host(url)
    if isinstance(error, requests.exceptions.ProxyError):
        host = "the proxy that HTTP_PROXY or HTTPS_PROXY names"
    if isinstance(error, ValueError) or type(error) is OSError:
        # An address that is none, or a file of certificates that is not there.
        return SourceError(f"{host} cannot be read: {words}")
    if isinstance(error, OSError):
        return PassingSourceError(f"{host} cannot be reached: {words}")
    # The errors of urllib3 and zlib, which read a body.
    return PassingSourceError(f"the answer cannot be read to its end: {words}")


def _first_cause(error: BaseException) -> str:
    """Return the words of the error that led to all others: it says most.

    An address among them, or a piece of it in quotes, may hold a proxy's password.
    """
    while error.__context__:
        error = error.__context__
    return re.sub(r"//\S*@|'[^']*'", "***", str(error))[:300]


def _host(url: str) -> str:
    """Return the name of a server, as far as an address has one."""
    with suppress(ValueError):
        name = urlsplit(url).hostname
        if name:
            return name
    return "the address"

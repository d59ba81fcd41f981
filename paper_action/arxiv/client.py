"""Make the requests of a run with arXiv's manners, and wait for what fails to pass.

One request at a time, ``delay`` seconds apart, by a client that names itself
(https://info.arxiv.org/help/api/tou.html). Nothing about the user goes along.
"""

import os
import re
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from random import uniform
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from paper_action import __version__
from paper_action.paper import FEW_TRIES, MANY_TRIES, RefusalError, SourceError
from paper_action.settings import Settings

from .atom import Feed, parse

if TYPE_CHECKING:  # slow to import, and not needed for a saved feed
    import requests

MOST_MIB = 16  # in an answer; arXiv's largest has 6
MOST_REDIRECTS = 5
LONGEST_PAUSE = 60  # seconds, unless the server asks for more
AGAIN = (406, 408, 425, 429, *range(500, 600))  # arXiv throttles by 406, 429 and 503


class Patience:
    """The seconds that a run may still spend on servers that fail or dawdle."""

    def __init__(self) -> None:
        self.left = 0.0

    def grow(self, seconds: float) -> None:
        """Have more of it, and keep what is left."""
        self.left += seconds

    def spend(self, seconds: float) -> None:
        """Have less of it; what is overspent is forgiven."""
        self.left = max(0, self.left - seconds)

    def is_left(self, seconds: float) -> bool:
        """Tell whether one may wait so long."""
        return seconds <= self.left


class Client:
    """Makes the requests of one run, spaced, and again while its ``patience`` lasts.

    A caller may put another ``clock`` and ``sleep`` in the place of the system's.
    """

    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        self.settings = settings
        self.log = log
        self.clock: Callable[[], float] = time.monotonic
        self.sleep: Callable[[float], object] = time.sleep
        self.patience = Patience()
        self._has_asked = False
        self._headers = {
            "User-Agent": _user_agent(),
            "Accept": "application/atom+xml, application/xml;q=0.9, */*;q=0.1",
            "Accept-Encoding": "gzip, deflate",
        }

    def read(self, url: str, start: int = 0) -> Feed:
        """Return the document at an address, asked for again while that may help.

        ``start`` is the number of a page's first result: an empty page is an error when
        there should be more. Raises SourceError when the document cannot be had.
        """
        self._keep_distance()
        tries = 0
        while True:
            tries += 1
            began = self.clock()
            try:
                feed = self._answer(url)
                _check_page(feed, start)
            except SourceError as error:
                self.patience.spend(self.clock() - began)
                wait = self._pause(tries, error)
                if tries >= error.tries or not self.patience.is_left(wait):
                    raise
                self.log(f"{urlsplit(url).hostname}: {error}; again in {round(wait, 1)} s")
                self.patience.spend(wait)
                self.sleep(wait)
            else:
                took = self.clock() - began
                self.patience.spend(max(0, took - self.settings.timeout))
                return feed

    def _keep_distance(self) -> None:
        """Wait before every request but the first."""
        if self._has_asked:
            self.sleep(self.settings.delay)
        self._has_asked = True

    def _pause(self, tries: int, error: SourceError) -> float:
        """Return the seconds before the next try: those asked for, or ever more."""
        pause = error.after
        if pause is None:
            longest = min(2 ** (tries - 1), LONGEST_PAUSE)
            pause = uniform(longest / 2, longest)
        return max(pause, self.settings.delay)

    def _answer(self, url: str) -> Feed:
        """Return what one address holds, or the one that it leads to."""
        import urllib3

        for _ in range(1 + MOST_REDIRECTS):
            try:
                with self._asked(url) as answer:
                    if not answer.is_redirect:
                        return self._feed(answer)
                    url = _target(url, answer.headers["Location"])
            except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
                raise _failure(url, error) from error
            self._keep_distance()
        raise SourceError(f"more than {MOST_REDIRECTS} redirects")

    def _asked(self, url: str) -> "requests.Response":
        """Return what a server answers, its body unread.

        Proxies and certificates are the environment's. A session would also look for
        passwords, keep cookies, and read the bodies of redirects.
        """
        import requests

        request = requests.Request("GET", url, self._headers, auth=_without_credentials)
        environment = requests.Session().merge_environment_settings(
            url=url, proxies={}, stream=True, verify=True, cert=None
        )
        return requests.adapters.HTTPAdapter().send(
            request.prepare(),
            stream=True,
            timeout=self.settings.timeout,
            verify=environment["verify"] or True,
            proxies=environment["proxies"],
        )

    def _feed(self, answer: "requests.Response") -> Feed:
        """Return what a good answer holds; SourceError tells what a bad one says."""
        status = answer.status_code
        if status == HTTPStatus.OK:
            return parse(self._body(answer))
        if status == HTTPStatus.BAD_REQUEST:
            parse(self._body(answer))  # which raises an error in arXiv's own words
            raise RefusalError("HTTP 400")
        if status not in AGAIN:
            raise SourceError(f"HTTP {status}")
        after = _asked_pause(answer.headers.get("Retry-After", ""))
        raise SourceError(f"HTTP {status}", tries=MANY_TRIES, after=after)

    def _body(self, answer: "requests.Response") -> bytes:
        """Return a body, which may stall for ``timeout`` and not drip for ever."""
        end = self.clock() + max(self.patience.left, self.settings.timeout)
        body = bytearray()
        while True:
            piece = answer.raw.read1(2**16, decode_content=True)
            if not piece:
                return bytes(body)
            body += piece
            if len(body) > MOST_MIB * 2**20:
                raise SourceError(f"an answer of more than {MOST_MIB} MiB")
            if self.clock() > end:
                raise SourceError("the answer does not end", tries=MANY_TRIES)


def _user_agent() -> str:
    """Return a name that tells where to find whoever asks."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    home = "python -m paper_action"
    if repository:
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        home = f"+{server}/{repository}"
    return f"paper-action/{__version__} ({home})"


def _without_credentials(request: "requests.PreparedRequest") -> "requests.PreparedRequest":
    """Return a request as it is: ``requests`` would look for a password in .netrc."""
    return request


def _check_page(feed: Feed, start: int) -> None:
    """Raise SourceError for an empty page: arXiv gives one when it is out of breath."""
    if not feed.entries and start < feed.total:
        words = f"an empty page at {start} of {feed.total}"
        raise SourceError(words, tries=FEW_TRIES)


def _target(url: str, location: str) -> str:
    """Return the address that a redirect leads to; ValueError if it is none."""
    target = urljoin(url, location)
    if urlsplit(target).scheme not in ("http", "https"):
        raise SourceError(f"a redirect to {_hidden(target)[:200]!r}, which is not HTTP")
    return target


def _asked_pause(text: str) -> float | None:
    """Return the seconds that a Retry-After asks for, None for nonsense."""
    if re.fullmatch("[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        return max(0, moment.timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _failure(url: str, error: Exception) -> SourceError:
    """Return what went wrong between us and a server, naming the culprit."""
    import requests

    host = urlsplit(url).hostname
    cause = _hidden(str(error)).rpartition(": ")[2].rstrip("\"')")[:200]
    proxy_errors = (requests.exceptions.ProxyError, requests.exceptions.InvalidProxyURL)
    if isinstance(error, proxy_errors):
        words = f"the proxy that HTTP_PROXY or HTTPS_PROXY names fails: {cause}"
        return SourceError(words, tries=FEW_TRIES)
    if "NameResolution" in repr(error):  # which may be better in some seconds
        words = f"{host} cannot be reached: no such host"
        return SourceError(words, tries=FEW_TRIES)
    bundle = _missing_bundle()
    if url.startswith("https:") and bundle:
        return SourceError(bundle)
    if isinstance(error, ValueError):
        return SourceError(f"{host} cannot be read: {cause}")
    return SourceError(f"{host} cannot be reached: {cause}", tries=MANY_TRIES)


def _missing_bundle() -> str:
    """Return which variable names a file of certificates that is not there, if any."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        bundle = os.environ.get(name)
        if bundle and not Path(bundle).exists():
            return f"{name} names {bundle!r}, which is not there"
    return ""


def _hidden(text: str) -> str:
    """Return a text without the names and passwords of the addresses in it."""
    return re.sub(r"(?<=//)\S*@", "***@", text)

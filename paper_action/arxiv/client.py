"""Make the requests of a run with arXiv's manners, and wait for what fails to pass.

One request at a time, ``delay`` seconds apart, by a client that names itself
(https://info.arxiv.org/help/api/tou.html).
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import uniform
from urllib.parse import urlsplit

from paper_action import __version__
from paper_action.paper import SourceError
from paper_action.settings import Settings

from .atom import Feed, parse

MAX_BYTES = 64 * 2**20
AGAIN = (406, 408, 425, 429, *range(500, 600))  # arXiv throttles by 406, 429 and 503


class Client:
    """Makes the requests of one run, spaced, and again until a source's ``deadline``.

    A caller may put another ``clock`` and another ``sleep`` in the place of the system's.
    """

    def __init__(self, settings: Settings, log: Callable[[str], None]) -> None:
        self.settings, self.log = settings, log
        self.clock, self.sleep = time.monotonic, time.sleep
        self.deadline, self._delay = 0.0, 0.0
        server, name = map(os.environ.get, ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"))
        home = f"+{server}/{name}" if name else "python -m paper_action"
        accept = "application/atom+xml, application/xml;q=0.9, */*;q=0.1"
        self._headers = {"User-Agent": f"paper-action/{__version__} ({home})", "Accept": accept}

    def share_patience(self, sources: int) -> None:
        """Give the next of some sources its share of ``max-wait``, and what was left before."""
        self.deadline = max(self.clock(), self.deadline) + self.settings.max_wait / sources

    def read(self, url: str, start: int = 0, about: str = "") -> Feed:
        """Return the document at an address, asked for again while that may help.

        So is a page at ``start`` that is empty although the total says more, for some seconds; the
        first page must come. A saved feed is read whatever the address. Raises SourceError, the
        words ``about`` what was asked for at its end, when the document cannot be had.
        """
        if self.settings.saved_feed:
            return parse(Path(self.settings.feed_url).read_bytes())
        self.deadline += self._delay
        self.sleep(self._delay)
        pause, self._delay = 1.0, self.settings.delay
        while True:
            began, early = self.clock(), pause < 8
            try:
                feed = self._answer(url, early=early)
                if not feed.entries and feed.total > start and (not start or early):
                    raise SourceError(f"an empty page at {start} of {feed.total}", retry=early)
                self.deadline += min(self.clock() - began, self.settings.timeout)
                return feed
            except SourceError as error:
                wait = uniform(0.5, 1) * pause if error.after is None else error.after
                wait, pause = max(wait, self.settings.delay), min(2 * pause, 60)
                if not error.retry or self.clock() + wait > self.deadline:
                    raise SourceError(f"{error}{about}", retry=error.retry) from error
                self.log(f"{urlsplit(url).hostname}: {error}; again in {wait:.1f} s")
                self.sleep(wait)

    def _answer(self, url: str, *, early: bool) -> Feed:
        """Return what a good answer holds, which may stall for ``timeout``, not drip for ever.

        A host that has no address may have one in some seconds, so that ``early`` decides.
        """
        import requests  # slow to import, and not needed for a saved feed
        import urllib3

        body, stall = bytearray(), self.settings.timeout
        end = max(self.deadline, self.clock() + stall)
        try:
            with requests.get(url, headers=self._headers, timeout=stall, stream=True) as answer:
                after = urllib3.Retry().get_retry_after(answer.raw)
                while piece := answer.raw.read1(2**16, decode_content=True):
                    body += piece
                    if len(body) > MAX_BYTES:
                        raise SourceError(f"an answer of more than {MAX_BYTES >> 20} MiB")
                    if self.clock() > end:
                        raise SourceError("the answer does not end", retry=True)
        except (OSError, urllib3.exceptions.HTTPError) as error:
            unknown = "NameResolution" in repr(error)
            cause = "no such host" if unknown else str(error).rpartition(": ")[2].rstrip("\"')")
            words = f"{urlsplit(url).hostname} cannot be reached: {cause}"
            raise SourceError(words, retry=early or not unknown) from error
        code = answer.status_code
        if code == 400:
            parse(bytes(body))  # raises what arXiv says
        if code != 200:
            raise SourceError(f"HTTP {code}", retry=code in AGAIN, after=after)
        return parse(bytes(body))

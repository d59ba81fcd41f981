"""HTTP: who asks, how often, and what is made of an answer that is none."""

import re

import pytest

from .fake_arxiv import Entry, FakeArxiv, Fault
from .test_arxiv import NONE, Run


@pytest.fixture
def server():
    with FakeArxiv([Entry("2504.00001")]) as fake:
        yield fake


@pytest.mark.parametrize("status", [504, 520, 530])
def test_a_server_or_a_cache_in_trouble_is_asked_again(server, status):
    server.feed_faults = [Fault(status)]
    run = Run(server, NONE)
    assert run.ids == ["2504.00001"]
    assert run.feeds == 2


def test_without_a_repository_the_program_names_the_command_that_runs_it(server, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    Run(server, NONE)
    assert re.match(r"paper-action/\d\S* \(python -m paper_action\) ", server.agents[0])

"""Hosts are asked in turn: so many side by side, so far apart, and not at all when they want to be left alone."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable

import pytest

from kaders.net import turns
from kaders.net.failures import FetchFailed
from kaders.net.turns import Turns


def side_by_side(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_starts_at_one_host_are_a_pause_apart_and_other_hosts_do_not_wait() -> None:
    hosts, starts = Turns(pause=0.1, at_once=2), []

    def ask(number: int) -> None:
        with hosts.turn("a.example" if number < 4 else f"{number}.example"):
            starts.append((number < 4, time.monotonic()))

    begun = time.monotonic()
    side_by_side(8, ask)
    same = sorted(at for is_a, at in starts if is_a)
    assert all(later - sooner > 0.095 for sooner, later in itertools.pairwise(same))
    assert all(at - begun < 0.09 for is_a, at in starts if not is_a)


def test_no_more_than_so_many_side_by_side() -> None:
    hosts, busy, most = Turns(pause=0, at_once=2), set(), []

    def ask(number: int) -> None:
        with hosts.turn("a.example"):
            busy.add(number)
            most.append(len(busy))
            time.sleep(0.03)
            busy.remove(number)

    side_by_side(6, ask)
    assert max(most) == 2


def waited(hosts: Turns, host: str = "a.example", **options: float) -> float:
    started = time.monotonic()
    with hosts.turn(host, **options):  # type: ignore[arg-type]
        return time.monotonic() - started


def test_a_source_may_ask_for_a_longer_pause_and_a_next_step_needs_none() -> None:
    hosts = Turns(pause=0.02, at_once=1)
    assert waited(hosts, pause=0.2) < 0.1
    assert waited(hosts, again=True) < 0.1
    assert waited(hosts) > 0.15


@pytest.mark.parametrize(("asked", "apart"), [(0.2, 0.2), (-5, 0.0), (1e9, turns.SLOWEST)])
def test_a_crawl_delay_slows_us_down_within_reason(asked: float, apart: float) -> None:
    hosts = Turns(pause=0, at_once=1, patience=0.5)
    hosts.slow_down("a.example", asked)
    waited(hosts)
    if apart <= 0.5:
        assert apart - 0.05 < waited(hosts) < apart + 0.15
    else:  # too far off to wait for: the next one is told when to come again
        with pytest.raises(FetchFailed) as caught:
            waited(hosts)
        assert (caught.value.reason, apart - 2 < caught.value.retry_after <= apart) == ("turn", True)


def test_nobody_waits_for_ever_for_a_host_that_is_kept_busy() -> None:
    hosts = Turns(pause=0, at_once=1, patience=0.1)
    with hosts.turn("a.example"), pytest.raises(FetchFailed) as caught:
        waited(hosts)
    assert (caught.value.reason, caught.value.retry_after > 0) == ("turn", True)
    assert waited(hosts) < 0.05, "the seat is free again"


@pytest.mark.parametrize("at_once", [1, 8])
def test_a_turn_that_is_too_far_off_is_not_waited_for_at_all(at_once: int) -> None:
    hosts, told = Turns(pause=0.2, at_once=at_once, patience=0.5), []

    def ask(number: int) -> None:
        began = time.monotonic()
        try:
            waited(hosts, pause=60 if number == 9 else 0)
        except FetchFailed as far:
            told.append((far.reason, far.retry_after, time.monotonic() - began < 0.15))

    side_by_side(6, ask)
    assert told == [("turn", 1, True)] * 3, "starts at 0, 0.2 and 0.4 seconds are near enough, others are not"
    time.sleep(0.2)
    assert waited(hosts) < 0.5, "who was sent away holds up nobody"
    ask(9)
    ask(0)
    assert (told[3][0], 58 <= told[3][1] <= 60, told[3][2]) == ("turn", True, True)


def test_nobody_waits_on_when_the_door_is_closed() -> None:
    hosts = Turns(pause=60, at_once=2)
    waited(hosts)
    threading.Timer(0.05, hosts.stop).start()
    started = time.monotonic()
    with pytest.raises(FetchFailed, match="stopped"):
        waited(hosts)
    assert time.monotonic() - started < 1


def test_who_wants_to_be_left_alone_is_and_only_he() -> None:
    hosts = Turns(pause=0, at_once=1)
    hosts.shut("a.example", 30)
    hosts.shut("a.example", 10)
    with pytest.raises(FetchFailed) as caught:
        hosts.check("a.example")
    assert (caught.value.reason, caught.value.retry_after) == ("rate_limited", 30)
    hosts.check("b.example")
    hosts.shut("b.example", 0)
    hosts.check("b.example")

"""Which sources behave unlike themselves, and which only look so."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from kaders.detect import source_advice, source_words
from kaders.detect.health import AGAIN, Alarm, health
from kaders.detect.history import weeks
from kaders.detect.sources import alarm_row, note
from kaders.entries import Source
from kaders.net.addresses import NOT_PUBLIC
from kaders.store.ledger import VOLUMES

from .town import MONDAY, YESTERDAY, Row, changed, morning_of, organisation, settings, source, usual

MIDNIGHT = 86400.0 * date(2026, 1, 1).toordinal()
WEEKS = [5, 5, 5, 5, 5, 2, 1]
"""A week of a newspaper, Monday first: 28 items."""


def bron(per_day: float = 4.0, name: str = "krant") -> Source:
    return source(name, "news", per_day)


def day(when: date, new: int = 0, *, name: str = "krant", **more: Any) -> Row:
    """A day with one good visit at its end, in a list of twenty; `more` overrules columns."""
    end = 86400.0 * (when.toordinal() + 1)
    row: Row = {
        "source": name,
        "day": when,
        "good": 1,
        "new": new,
        "since": end - 86400,
        "until": end,
        "brought": end if new else None,
        "last": end,
        "outcome": "OK",
        "reason": "",
        "held": 20,
        "least": 20,
        "kept": 20 - min(new, 20),
        "renewed": None,
        "turned": when,
        "heard": when if new else None,
    }
    return row | more


def failed(when: date, reason: str, name: str = "krant") -> Row:
    """A day on which every visit failed."""
    nothing = dict.fromkeys(("since", "until", "brought", "held", "least", "kept", "renewed", "heard"))
    return day(when, 0, name=name, good=0, outcome="FAILED", reason=reason, **nothing)


def good(days: int, *, last: date = YESTERDAY, week: list[int] = WEEKS, name: str = "krant") -> list[Row]:
    """So many ordinary days that end with `last`."""
    dates = [last - timedelta(days=n) for n in range(days - 1, -1, -1)]
    return [day(each, week[each.weekday()], name=name) for each in dates]


def back(days: int) -> date:
    """So many days before yesterday."""
    return YESTERDAY - timedelta(days=days)


def table(*rows: Row) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(VOLUMES))


def alarms(*rows: Row, sources: tuple[Source, ...] = (), when: date = YESTERDAY) -> tuple[Alarm, ...]:
    return health(table(*rows), sources or (bron(),), when, organisation())


def kinds(*rows: Row, **more: Any) -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.reason) for alarm in alarms(*rows, **more)]


# -- a source that changes after some good days, on the next morning -----------------------------------------

FRIDAY = date(2026, 11, 20)
"""A working day: on a Sunday a newspaper may well be silent."""
CHANGES = [
    ("nothing new in a good reply", day(FRIDAY, 0), ("silent", "")),
    ("no answer", failed(FRIDAY, "timeout"), ("silent", "timeout")),
    ("a page in place of the feed", failed(FRIDAY, "html_instead_of_feed"), ("html", "html_instead_of_feed")),
    ("a login page", failed(FRIDAY, "login_wall"), ("html", "login_wall")),
    ("a cookie notice", failed(FRIDAY, "consent_wall"), ("html", "consent_wall")),
    ("an empty list", day(FRIDAY, 0, held=0, least=0, kept=0), ("silent", "empty")),
    ("an empty reply", failed(FRIDAY, "empty"), ("silent", "empty")),
    ("the archive again", day(FRIDAY, 20, kept=0, renewed=20), ("flooded", AGAIN)),
    ("far more than ever", day(FRIDAY, 60, kept=0), ("flooded", "")),
    ("a good day", day(FRIDAY, 5), None),
    ("a good day at a third", day(FRIDAY, 2), None),
    ("a day twice as full", day(FRIDAY, 10), None),
    ("nobody came by", None, None),
]


@pytest.mark.parametrize("days", [14, 60])
@pytest.mark.parametrize(("last", "told"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_change_is_told_on_the_next_morning(last: Row | None, told: Any, days: int) -> None:
    rows = good(days, last=FRIDAY - timedelta(days=1)) + ([last] if last else [])
    assert kinds(*rows, when=FRIDAY) == ([told] if told else [])


def test_the_alarm_says_since_when_and_how_much_was_expected() -> None:
    rows = [*good(40, last=back(3)), *(day(back(n), 0) for n in (2, 1, 0))]
    (alarm,) = alarms(*rows)
    assert (alarm.kind, alarm.since, alarm.seen) == ("silent", back(3), 0)
    assert alarm.expected == pytest.approx(5 + 2 + 1, abs=1)


def test_an_alarm_stands_until_something_comes() -> None:
    rows = [*good(40, last=back(10)), *(day(back(n), 0) for n in range(9, -1, -1))]
    assert kinds(*rows) == [("silent", "")]


# -- what only looks like it ---------------------------------------------------------------------------------


def test_a_quiet_sunday_is_no_silence() -> None:
    silent_sundays = [5, 5, 5, 5, 5, 1, 0]
    assert kinds(*good(40, week=silent_sundays)) == []


def test_a_holiday_counts_as_a_sunday() -> None:
    """The town keeps 8 October 2026, a Thursday; the same silence on the Thursday before is told."""
    week, feast = [5, 5, 5, 5, 5, 1, 0], date(2026, 10, 8)
    before = good(50, last=feast - timedelta(days=1), week=week)
    assert kinds(*before, day(feast, 0), when=feast) == []
    ordinary = feast - timedelta(days=7)
    rows = [row for row in before if row["day"] < ordinary]
    assert kinds(*rows, day(ordinary, 0), when=ordinary) == [("silent", "")]


def test_a_source_of_one_a_week_may_be_silent_for_three() -> None:
    weekly = [1, 0, 0, 0, 0, 0, 0]
    rows = [*good(63, last=back(21), week=weekly), *(day(back(n), 0) for n in range(20, -1, -1))]
    assert kinds(*rows, sources=(bron(0.15),)) == []


def test_and_is_told_after_a_quarter() -> None:
    weekly = [1, 0, 1, 0, 0, 0, 0]
    rows = [*good(42, last=back(42), week=weekly), *(day(back(n), 0) for n in range(41, -1, -1))]
    assert kinds(*rows, sources=(bron(0.3),)) == [("silent", "")]


def test_days_on_which_nobody_came_by_are_missing_and_no_silence() -> None:
    """Our machine stood still for a week; the first visit after it finds what the feed still holds."""
    rows = [*good(40, last=back(8)), day(YESTERDAY, 6, since=86400.0 * back(7).toordinal())]
    assert kinds(*rows) == []
    assert kinds(*good(40, last=back(8))) == []


@pytest.mark.parametrize("reason", ["dns", "login_wall"])
def test_when_half_of_all_fail_at_once_the_fault_is_ours(reason: str) -> None:
    """A line that is down, or the login page of our own network before everything."""
    names = [f"krant{n}" for n in range(6)]
    rows = [row for name in names for row in good(40, last=back(2), name=name)]
    down = [failed(back(n), reason, name) for name in names for n in (1, 0)]
    several = tuple(bron(name=name) for name in names)
    assert kinds(*rows, *down, sources=several) == []
    one = [row for name in names[1:] for row in good(42, name=name)]
    alone = [*good(40, last=back(2), name="krant0"), *(failed(back(n), reason, "krant0") for n in (1, 0))]
    assert [alarm.source for alarm in alarms(*one, *alone, sources=several)] == ["krant0"]


def test_a_source_whose_lists_are_often_empty_is_not_alarmed_by_one() -> None:
    """A service that is asked for what is new gives an empty list on most visits."""
    asked = [day(back(n), 2, held=0, least=0, kept=0) for n in range(30, 0, -1)]
    assert kinds(*asked, day(YESTERDAY, 1, held=0, least=0, kept=0)) == []


def test_what_several_bring_at_once_is_news() -> None:
    rows = [row for name in ("krant", "bode", "radio") for row in good(40, last=back(1), name=name)]
    flood = [day(YESTERDAY, 60, kept=0, name=name) for name in ("krant", "bode")]
    three = tuple(bron(name=name) for name in ("krant", "bode", "radio"))
    assert kinds(*rows, *flood, day(YESTERDAY, 1, name="radio"), sources=three) == []


def crowd(number: int, *floods: Row) -> list[tuple[str, str]]:
    """What is told of so many publishers of four a day, those with a flood instead of their last day."""
    names, away = [f"krant{n}" for n in range(number)], {row["source"] for row in floods}
    rows = [row for name in names for row in good(20, last=back(1), name=name)]
    rows += [day(YESTERDAY, 1, name=name) for name in names if name not in away]
    many = tuple(bron(name=name) for name in names)
    return [(alarm.source, alarm.reason) for alarm in alarms(*rows, *floods, sources=many)]


def test_of_many_sources_a_few_that_are_flooded_do_not_hide_each_other() -> None:
    three, two = ([day(YESTERDAY, 60, kept=0, name=f"krant{n}") for n in range(number)] for number in (3, 2))
    assert crowd(30, *three) == []
    for number in (6, 20, 30):
        assert crowd(number, *two) == [("krant0", ""), ("krant1", "")]
    assert crowd(4, *two) == crowd(6, *three) == crowd(20, *three) == []


def test_two_sources_of_one_publisher_are_no_news() -> None:
    rows = [row for name in ("krant", "bode") for row in good(40, last=back(1), name=name)]
    flood = [day(YESTERDAY, 60, kept=0, name=name) for name in ("krant", "bode")]
    two = (bron(), source("bode", "news", 4.0, owner_group="krant"))
    assert kinds(*rows, *flood, sources=two) == [("flooded", ""), ("flooded", "")]


def test_an_archive_that_is_published_again_is_told_whatever_the_others_do() -> None:
    again = [day(YESTERDAY, 20, kept=0, renewed=20, name=f"krant{n}") for n in range(4)]
    assert crowd(5, *again) == [(f"krant{n}", AGAIN) for n in range(4)]


def test_an_archive_that_once_flooded_is_no_new_habit() -> None:
    """A week later a silence is seen as soon as before."""
    rows = good(40, last=FRIDAY - timedelta(days=1))
    rows[-8] = day(rows[-8]["day"], 200, kept=0)
    assert kinds(*rows, day(FRIDAY, 0), when=FRIDAY) == [("silent", "")]


# -- newcomers, and sources that shrink ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "days", "told"),
    [(10.0, 2, False), (10.0, 4, True), (1.0, 10, False), (0.2, 13, False)],
    ids=["many, two days", "many, four days", "one a day, ten days", "one in five days"],
)
def test_a_newcomer_is_held_to_what_was_declared_when_nothing_at_all_came(
    declared: float, days: int, told: bool
) -> None:
    first = day(back(days), 0, since=None)
    rows = [first, *(day(back(n), 0) for n in range(days - 1, -1, -1))]
    assert kinds(*rows, sources=(bron(declared),)) == ([("silent", "")] if told else [])


def test_a_newcomer_that_brings_less_than_declared_is_left_alone() -> None:
    assert kinds(*good(13), sources=(bron(40.0),)) == []


def test_the_stock_of_a_first_visit_is_no_flood() -> None:
    assert kinds(day(back(15), 0, since=None, held=100), *good(15)) == []


def test_a_week_far_under_its_usual_has_shrunk() -> None:
    week = [20, 20, 20, 20, 20, 10, 5]
    rows = [*good(60, last=back(7), week=week), *good(7, week=[n // 5 for n in week])]
    (alarm,) = alarms(*rows)
    assert (alarm.kind, alarm.since, alarm.seen) == ("shrunk", back(6), 23)
    assert alarm.expected == pytest.approx(115, abs=4)


def test_a_week_of_two_thirds_has_not() -> None:
    week = [20, 20, 20, 20, 20, 10, 5]
    assert kinds(*good(60, last=back(7), week=week), *good(7, week=[2 * n // 3 for n in week])) == []


# -- fixed, moved, and as of the cut-off ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "away",
    [lambda when: failed(when, "login_wall"), lambda when: day(when, 0)],
    ids=["turned", "silent"],
)
def test_a_source_that_returns_is_told_once(away: Any) -> None:
    rows = [*good(40, last=back(5)), *(away(back(n)) for n in (4, 3, 2)), day(back(1), 6), day(YESTERDAY, 5)]
    assert kinds(*rows[:-2], when=back(2))[0][0] in ("html", "silent")
    (alarm,) = alarms(*rows[:-1], when=back(1))
    assert (alarm.kind, alarm.since, alarm.seen) == ("fixed", back(1), 6)
    assert kinds(*rows) == []


EMPTY = {"held": 0, "least": 0, "kept": 0}


@pytest.mark.parametrize("came", [1, 6, 20, 60])
@pytest.mark.parametrize(
    ("away", "was"),
    [
        (lambda when, name: day(when, 0, name=name, **EMPTY), "empty"),
        (lambda when, name: day(when, 0, name=name), ""),
        (lambda when, name: failed(when, "login_wall", name), "login_wall"),
        (lambda when, name: failed(when, "http_404", name), "http_404"),
    ],
    ids=["an empty list", "nothing new", "a login page", "gone"],
)
def test_what_had_piled_up_is_a_return_and_neither_a_flood_nor_news(away: Any, was: str, came: int) -> None:
    """Two of three publishers are back on one day: each is told so, however much or little they bring."""
    rows = [row for name in ("krant", "bode") for row in good(40, last=back(6), name=name)]
    rows += [away(back(n), name) for n in range(5, 0, -1) for name in ("krant", "bode")]
    rows += good(41, last=back(1), name="radio")
    three = tuple(bron(name=name) for name in ("krant", "bode", "radio"))
    assert len(kinds(*rows, sources=three, when=back(1))) == 2
    rows += [day(YESTERDAY, came, name=name) for name in ("krant", "bode")] + [
        day(YESTERDAY, 1, name="radio")
    ]
    assert kinds(*rows, sources=three) == [("fixed", was), ("fixed", was)]
    assert {alarm.seen for alarm in alarms(*rows, sources=three)} == {came}


def test_a_full_day_after_a_failure_that_was_no_alarm_yet_is_a_return_too() -> None:
    rows = [*good(40, last=back(2), week=[1] * 7), failed(back(1), "http_404"), day(YESTERDAY, 30)]
    assert kinds(*rows[:-1], sources=(bron(1.0),), when=back(1)) == []
    assert kinds(*rows, sources=(bron(1.0),)) == [("fixed", "http_404")]


def test_a_source_that_fails_every_evening_cannot_hide_a_poor_week_behind_its_returns() -> None:
    week = [20, 20, 20, 20, 20, 10, 5]
    poor = good(7, week=[n // 5 for n in week])
    evening = 86400.0 * (back(1).toordinal() + 1)
    poor[-2] |= {"outcome": "FAILED", "reason": "timeout", "until": evening - 36000}
    assert kinds(*good(60, last=back(7), week=week), *poor) == [("shrunk", "")]


def test_a_source_that_failed_before_it_was_called_silent_is_told_when_it_is_back() -> None:
    """A source of one a day is not silent after two days, but the report said that it failed."""
    week = [1, 1, 1, 1, 1, 1, 1]
    away = [failed(back(n), "http_404") for n in (3, 2)]
    rows = [*good(40, last=back(4), week=week), *away, day(back(1), 1), day(YESTERDAY, 1)]
    assert kinds(*rows[:-2], sources=(bron(1.0),), when=back(2)) == []
    assert kinds(*rows[:-1], sources=(bron(1.0),), when=back(1)) == [("fixed", "http_404")]
    assert kinds(*rows, sources=(bron(1.0),)) == []


def test_a_source_that_brings_something_after_days_of_failures_is_back_at_once() -> None:
    """What came cannot be laid to a day, and is no silence."""
    away = [failed(back(n), "http_404") for n in range(5, 0, -1)]
    since = 86400.0 * back(5).toordinal()
    rows = [*good(40, last=back(6)), *away, day(YESTERDAY, 9, since=since)]
    assert kinds(*rows[:-1], when=back(1)) == [("silent", "http_404")]
    (alarm,) = alarms(*rows)
    assert (alarm.kind, alarm.seen, alarm.reason) == ("fixed", 9, "http_404")


def test_a_return_after_days_without_any_visit_is_told_too() -> None:
    rows = [*good(40, last=back(5)), failed(back(4), "tls"), day(YESTERDAY, 5)]
    assert kinds(*rows) == [("fixed", "tls")]


@pytest.mark.parametrize(("hours", "told"), [(0.5, []), (9, [("fixed", "timeout")])])
def test_one_visit_that_fails_between_good_ones_is_no_return(
    hours: float, told: list[tuple[str, str]]
) -> None:
    end = 86400.0 * back(0).toordinal()
    last = day(back(1), 4, outcome="FAILED", reason="timeout", until=end - 3600 * hours)
    assert kinds(*good(40, last=back(2)), last, day(YESTERDAY, 5)) == told


def test_when_our_own_line_is_up_again_nobody_is_called_back() -> None:
    names = [f"krant{n}" for n in range(6)]
    rows = [row for name in names for row in good(40, last=back(2), name=name)]
    rows += [row for name in names for row in (failed(back(1), "dns", name), day(YESTERDAY, 5, name=name))]
    assert kinds(*rows, sources=tuple(bron(name=name) for name in names)) == []


def test_nothing_after_the_day_is_known() -> None:
    rows = good(40, last=FRIDAY)
    later = [failed(FRIDAY + timedelta(days=1), "login_wall")]
    assert kinds(*rows, *later, when=FRIDAY) == kinds(*rows, when=FRIDAY) == []


def test_a_new_address_is_told_beside_everything_else() -> None:
    rows = table(*good(40, last=back(1)), failed(YESTERDAY, "login_wall"))
    found = health(
        rows, (bron(),), YESTERDAY, organisation(), {"krant": "https://nieuw.example/rss", "weg": "x"}
    )
    assert [(each.kind, each.reason) for each in found] == [
        ("html", "login_wall"),
        ("moved", "https://nieuw.example/rss"),
    ]


def test_a_source_that_never_answered_has_no_alarm() -> None:
    """How it stands says so already: never collected, or failing since the first day."""
    assert kinds(*(failed(back(n), "http_404") for n in range(20, -1, -1))) == []
    assert kinds(sources=(bron(),)) == []


def test_the_usual_week_is_learned_and_follows_the_weekdays() -> None:
    week = weeks(table(*good(40)), (bron(1.0),), YESTERDAY, organisation())["krant"]
    assert (week.seen, week.learned) == (28, True)
    away = [*good(40, last=back(5)), *(failed(back(n), "dns") for n in range(4, 0, -1))]
    caught_up = day(YESTERDAY, 20, since=86400.0 * back(4).toordinal())
    late = weeks(table(*away, caught_up), (bron(1.0),), YESTERDAY, organisation())["krant"]
    assert late.seen == sum(row["new"] for row in away[-6:]) + 20, "what came after a gap came all the same"
    assert week.expected == pytest.approx(28, abs=3)
    young = weeks(table(*good(9)), (bron(1.0),), YESTERDAY, organisation())["krant"]
    assert not young.learned


# -- in words ------------------------------------------------------------------------------------------------


def told(kind: Any, reason: str = "", seen: int = 0) -> Alarm:
    return Alarm("krant", kind, date(2026, 11, 17), 12.4, seen, reason)


@pytest.mark.parametrize(
    ("alarm", "nl", "en"),
    [
        (told("silent"), "niets nieuws sinds 17 nov, waar er ongeveer 12", "nothing new since 17 Nov, where about 12"),
        (told("silent", "http_404"), "het adres bestaat niet meer", "the address no longer exists"),
        (told("silent", "empty"), "sinds 17 nov een lege lijst", "an empty list since 17 Nov"),
        (told("html", "consent_wall"), "sinds 17 nov een cookiemelding", "since 17 Nov gives a cookie notice"),
        (told("shrunk", seen=3), "veel minder: 3 in een week", "far less: 3 in a week"),
        (told("flooded", seen=80), "veel meer: 80 op een dag", "far more: 80 in a day"),
        (told("flooded", AGAIN, 80), "in de hele lijst stond niets bekends", "in its whole list there was nothing known"),
        (told("fixed", seen=1), "is terug; nieuw: 1", "is back; new: 1"),
        (told("fixed", "dns", 2), "is terug (was: het internetadres", "is back (was: the internet address"),
        (told("moved", "https://x.example/rss"), "voorgoed verhuisd naar https://x.example/rss", "change url:"),
    ],
)  # fmt: skip
def test_every_alarm_is_told_in_words(alarm: Alarm, nl: str, en: str) -> None:
    said = source_words.alarm(alarm)
    assert nl in said["nl"]
    assert en in said["en"]
    assert "_" not in said["nl"] + said["en"]


def test_an_alarm_says_what_to_do() -> None:
    def todo(*alarm: Any) -> str:
        return source_advice.of_alarm(bron(), told(*alarm))["en"]

    assert "browser" in todo("silent")
    assert "we ask again" in todo("silent", "timeout")
    assert "“kaders source add https://krant.example/”" in todo("html", "html_instead_of_feed")
    assert todo("fixed", "http_404") == todo("moved", "https://x.example/") == ""


@pytest.mark.parametrize("reason", ["", AGAIN])
def test_a_flood_claims_nothing_of_its_age_and_asks_for_a_look(reason: str) -> None:
    """Nobody looks at dates here: a new list may be an archive, another feed, or news."""
    alarm = told("flooded", reason, 356)
    assert "old" not in source_words.alarm(alarm)["en"] and "oud" not in source_words.alarm(alarm)["nl"]
    assert "Look at a few entries" in source_advice.of_alarm(bron(), alarm)["en"]


def test_why_pages_gave_no_article_is_told_in_words() -> None:
    assert source_words.of_pages({"robots": 1, "paywall": 10, "too_late": 2, "weird": 0}) == (
        "10 pages: the article is behind a paywall; 2 pages: the page waited too long and is not fetched any "
        "more; 1 page: the site does not want programs to read this page"
    )
    assert source_words.of_pages({}) == ""


@pytest.mark.parametrize("code", [code for code in source_words.REASONS if code])
@pytest.mark.parametrize("outcome", ["FAILED", "PARTIAL"])
def test_every_reason_has_advice_in_both_languages(code: str, outcome: str) -> None:
    said = source_advice.of_failure(bron(), code, outcome)
    assert said["nl"] and said["en"] and said["nl"] != said["en"]
    assert "{" not in said["nl"] + said["en"]


def of(reader: str, **more: Any) -> Source:
    """A source of another reader than that of feeds."""
    return source("dienst", "news", 1.0, reader=reader, **more)


REGISTER = of("json_api", query={"items": "data.items"}, secret="env:MELDINGEN_KEY")
TAG = of("mastodon")


@pytest.mark.parametrize(
    ("asked", "code", "outcome", "said"),
    [
        (REGISTER, "unreadable", "FAILED", "Correct the path under query: in sources.yaml."),
        (bron(), "unreadable", "FAILED", "Tell the source; keep an example of the reply."),
        (TAG, "html_instead_of_feed", "PARTIAL", "Nothing to do: the next visit asks for the rest again."),
        (TAG, "html_instead_of_feed", "FAILED", "See whether url: in sources.yaml is still the address"),
        (REGISTER, "no_secret", "FAILED", "Provide the key at env:MELDINGEN_KEY,"),
        (bron(), "secret_refused", "FAILED", "Say with secret: in sources.yaml where the key is."),
        (bron(), "cut_off", "PARTIAL", "the next visit fetches the rest"),
        (bron(), "teapot", "FAILED", ""),
    ],
)
def test_advice_fits_the_reader_and_names_the_place(
    asked: Source, code: str, outcome: str, said: str
) -> None:
    todo = source_advice.of_failure(asked, code, outcome)["en"]
    assert said in todo and bool(said) == bool(todo)


@pytest.mark.parametrize(
    ("code", "detail", "said"),
    [
        ("refused_address", NOT_PUBLIC, "the address leads into a private network"),
        ("http_404", "status 404", "the address no longer exists (404)"),
        ("http_4xx", "status 403", "the server refuses us: status 403"),
        ("login_wall", source_words.NOTHING_READ, "a login page instead of entries"),
        ("truncated", "the reply breaks off before its end", "the reply breaks off"),
        ("rate_limited", "the source asked us to wait", "asks us to wait"),
        ("unreadable", "the path 'a.b' leads to no list of entries", "the reply cannot be read: the path 'a.b' leads to no list of entries"),
        ("service_fault", "Invalid query", "the service itself reports a fault: Invalid query"),
        ("partly_unreadable", "1 of 3 entries could not be read", "1 of 3 entries could not be read"),
        ("", "there are older pages", "there are older pages"),
    ],
)  # fmt: skip
def test_what_a_visit_said_is_told_when_it_adds_something(code: str, detail: str, said: str) -> None:
    assert source_words.with_detail(code, detail) == said


# -- in a morning --------------------------------------------------------------------------------------------


def test_an_alarm_is_data_with_its_words() -> None:
    row = alarm_row(told("silent"), settings())
    assert (row["id"], row["name"], row["kind"], row["since"]) == ("krant", "Krant", "silent", "2026-11-17")
    assert row["url"] == "https://krant.example/feed"
    assert row["text"]["en"].startswith("silent: nothing new since 17 Nov")


def test_sources_of_one_name_are_told_apart_by_their_ids() -> None:
    bode = next(each for each in settings().sources if each.id == "bode")
    twins = tuple(s.model_copy(update={"name": "Krant"}) if s is bode else s for s in settings().sources)
    own = changed(sources=twins)
    assert alarm_row(told("silent"), own)["name"] == "Krant (krant)"
    line = note([], [Alarm("bode", "silent", back(3), 9.0, 0)], own)
    assert line and "Krant (bode)" in line["en"]


def test_a_morning_tells_its_alarms_and_without_signals_nothing_more() -> None:
    from kaders.detect import morning

    assert "source_alarms" in morning_of(usual())
    assert morning.SCHEMA == "kaders/signals/1"


FINDING: Row = {"carriers": {"groups": [{"name": "Blog", "stories": 3}]}}
SMALL = changed(sources=(*settings().sources, source("blog", "rss", 0.1), source("ver", "rss", 0.1)))


@pytest.mark.parametrize(
    ("silent", "said"),
    [
        (("krant",), "1 source is silent or brings far less: Krant; see the report."),
        (("krant", "bode"), "2 sources are silent or bring far less: Krant, Bode;"),
        (("blog",), "1 source is silent or brings far less: Blog;"),
        (("ver",), ""),
        (("gemeente",), ""),
    ],
    ids=["a large one", "two", "one that carries a signal", "a small one elsewhere", "our own"],
)
def test_under_a_message_stand_the_sources_that_matter_to_it(silent: tuple[str, ...], said: str) -> None:
    found = [Alarm(name, "silent", back(3), 9.0, 0) for name in silent]
    line = note([FINDING], found, SMALL)
    assert (said in line["en"]) if line and said else (line is None and not said)


@pytest.mark.parametrize("kind", ["flooded", "fixed", "moved"])
def test_what_is_heard_needs_no_warning(kind: Any) -> None:
    assert note([FINDING], [Alarm("krant", kind, MONDAY, 1.0, 9)], SMALL) is None

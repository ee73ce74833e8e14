"""What a reader is told of sources that behave unlike themselves: on the page, and under a message."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from browsing import sheets
from kaders.detect import source_advice, source_words
from kaders.detect.health import Alarm, Kind
from kaders.report import unseen
from kaders.report.alert_message import compose
from kaders.report.page import page
from kaders.report.voice import ReportLanguage, Voice
from kaders.settings import Organisation, Source, Subscription

INSTALLING = 1500
"""Seconds for a test that may have to install the browser first."""


def bron(name: str) -> Source:
    """The source of an alarm."""
    given = {
        "id": re.sub(r"[^a-z0-9]+", "-", name).strip("-"),
        "url": "https://krant.example/rss",
        "kind": "news",
    }
    more = {"owner_group": "krant", "expected_per_day": 5, "terms": "test", "name": name}
    return Source.model_validate(given | more)


def alarm(name: str, kind: Kind = "silent", reason: str = "") -> dict[str, Any]:
    """A row of `source_alarms` as detect.sources writes it."""
    found = Alarm(name.lower(), kind, date(2026, 11, 20), 12.0, 3, reason)
    more = {"text": source_words.alarm(found), "advice": source_advice.of_alarm(bron(found.source), found)}
    return {"id": found.source, "name": name, "kind": kind, **more}


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Krant: zwijgt: niets nieuws sinds 20 nov, waar er ongeveer 12 werden verwacht"),
        ("en", "Krant: silent: nothing new since 20 Nov, where about 12 were expected"),
    ],
)
def test_an_alarm_stands_first_among_what_was_not_seen(
    payload: dict[str, Any], language: ReportLanguage, said: str
) -> None:
    text = words(page(payload | {"source_alarms": [alarm("Krant")]}, language))
    assert said in text
    assert text.index(said) < text.index("Wijkblad Noord:")


def test_the_screen_says_what_to_do_about_an_alarm(payload: dict[str, Any]) -> None:
    html = page(payload | {"source_alarms": [alarm("Krant", "html", "html_instead_of_feed")]}, "nl")
    assert (
        '<span class="screen">. Zoek het adres van de feed: “kaders source add https://krant.example/”'
        in html
    )


def test_a_source_is_not_told_twice(payload: dict[str, Any], dutch: Voice) -> None:
    failed = next(s for s in payload["sources"] if s["state"] == "FAILED")
    told = alarm("x", "silent", "http_404") | {"id": failed["id"], "name": failed["name"]}
    lines = unseen.source_lines(payload | {"source_alarms": [told]}, dutch)
    assert len([line for line, _ in lines if line.startswith(failed["name"])]) == 1


def test_the_screen_says_what_a_failed_visit_said_and_what_to_do(payload: dict[str, Any]) -> None:
    failed = next(s for s in payload["sources"] if s["state"] == "FAILED")
    more = {"detail": "the path <b> leads to no list", "advice": {"nl": "Verbeter het pad.", "en": "x"}}
    rows = [s | more if s is failed else s for s in payload["sources"]]
    html = page(payload | {"sources": rows}, "nl")
    assert '<span class="screen">. “the path &lt;b&gt; leads to no list”. Verbeter het pad.</span>' in html


def test_a_morning_of_before_there_were_alarms_can_still_be_painted(
    payload: dict[str, Any], dutch: Voice
) -> None:
    assert "source_alarms" not in payload
    assert any(line.startswith("Wijkblad Noord") for line, _ in unseen.source_lines(payload, dutch))


def test_paper_names_a_few_and_counts_the_rest_and_the_screen_has_all(payload: dict[str, Any]) -> None:
    many = [alarm(f"Krant {n}") for n in range(20)]
    html = page(payload | {"source_alarms": many}, "nl")
    lines = re.findall(r"<li( class=\"screen\")?>Krant \d+: zwijgt", html)
    assert [bool(each) for each in lines] == [False] * unseen.SOURCES_PRINTED + [True] * (20 - len(lines[:6]))
    assert re.search(r'<li class="paper">en nog \d+ bronnen', html)


@pytest.mark.browser
@pytest.mark.timeout(INSTALLING)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_full_morning_with_many_alarms_still_prints_on_two_sheets(
    browser: Browser, tmp_path: Path, full: dict[str, Any], language: ReportLanguage
) -> None:
    many = [alarm(f"De Landkrant, regio {n}", "silent", "html_instead_of_feed") for n in range(20)]
    (tmp_path / "r.html").write_text(page(full | {"source_alarms": many}, language), encoding="utf-8")
    assert sheets(browser, tmp_path / "r.html") == 2


def test_a_calm_morning_with_a_source_that_is_back_says_so(empty: dict[str, Any]) -> None:
    text = words(page(empty | {"source_alarms": [alarm("Krant", "fixed")]}, "nl"))
    assert "Krant: is terug; nieuw: 3" in text


def test_the_name_of_a_source_stays_text(payload: dict[str, Any]) -> None:
    html = page(payload | {"source_alarms": [alarm("<script>alert(1)</script>{{ 7*7 }}")]}, "nl")
    assert "<script" not in html
    assert "{{ 7*7 }}" in html


# -- under a message -----------------------------------------------------------------------------------------


def organisation() -> Organisation:
    owner = {"role": "spokesperson", "name": {"nl": "Pers"}, "mail": "pers@klein.example"}
    rules = dict.fromkeys(("absent", "contested", "reframed", "unframed"), "pers")
    return Organisation.model_validate(
        {"id": "klein", "name": {"nl": "Klein"}, "contact": "a@b.nl", "owners": {"pers": owner}}
        | {"owner_rules": rules}
    )


NOTE = {"nl": "Let op: 2 bronnen zwijgen: Krant, Bode; zie het rapport.", "en": "Note: 2 sources."}


def message(signals: list[dict[str, Any]], language: ReportLanguage = "nl") -> tuple[str, str]:
    subscription = Subscription.model_validate(
        {"id": "pers", "to": "a@b.nl", "channel": "mail", "language": language}
    )
    alert = compose(signals, subscription, frozenset(), organisation())
    return alert.text, alert.html


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_message_ends_with_one_line_on_the_sources_that_were_not_heard(
    payload: dict[str, Any], language: ReportLanguage
) -> None:
    told = [signal | {"sources_note": NOTE} for signal in payload["signals"]]
    text, html = message(told, language)
    assert text.count(NOTE[language]) == html.count(NOTE[language]) == 1
    assert text.index(NOTE[language]) < text.index("\n--\n")


@pytest.mark.parametrize("note", [{}, {"sources_note": None}], ids=["before there were any", "none"])
def test_a_message_without_such_sources_has_no_such_line(
    payload: dict[str, Any], note: dict[str, Any]
) -> None:
    text, html = message([payload["signals"][0] | note])
    assert "\n\n\n" not in text
    assert "Let op: " not in text + html


def test_of_several_mornings_the_latest_is_told(payload: dict[str, Any]) -> None:
    one, two = payload["signals"][:2]
    old = one | {"day": "2026-11-20", "sources_note": {"nl": "OUD", "en": "OLD"}}
    text, _ = message([old, two | {"day": "2026-11-23", "sources_note": NOTE}])
    assert NOTE["nl"] in text and "OUD" not in text

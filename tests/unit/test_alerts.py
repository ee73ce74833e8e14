"""Alerts: who hears of what, exactly once, through a real mail server and a real webhook."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kaders.deliver import mail
from kaders.deliver.demo_mail import demo_mail
from kaders.deliver.demo_webhook import demo_webhook
from kaders.detect import source_advice, source_words
from kaders.detect.health import Alarm, Kind
from kaders.jobs.alerts import alerts
from kaders.report.alert_message import compose, message_key
from kaders.report.alerts import Told, plan
from kaders.report.source_message import MOST, due
from kaders.settings import Organisation, Places, Settings, Source, Subscription
from kaders.store.connection import writing

MONDAY = date(2026, 11, 23)
AREA = "c_849842ac"


def moment_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, 45, tzinfo=UTC)


def signal(
    topic: str, level: str = "signal", *, day: date = MONDAY, area: str = AREA, **more: Any
) -> dict[str, Any]:
    return {
        "id": f"2026-11-16/topic:{topic}",
        "day": day.isoformat(),
        "topic": topic,
        "level": level,
        "kind": "contested",
        "name": {"nl": topic.capitalize(), "en": topic.upper()},
        "policy_area": {"code": area, "label": {"nl": "natuur en milieu", "en": "nature"}},
        "headline": {"nl": f"Kop over {topic}", "en": f"Headline about {topic}"},
        "explanation": {"nl": "Buiten gaat het over kosten.", "en": "Outside it is about costs."},
        "owner": {"id": "pers", "role": "spokesperson", "name": {"nl": "Woordvoering", "en": "Press office"}},
        "action": "answer",
        "answer_by": "2026-11-24T05:30:00Z",
        "certainty": {"level": "high", "why": {"nl": "Veel bronnen", "en": "Many sources"}},
        "evidence": [
            {
                "title": f"Titel {n}\r\nvervolg",
                "url": f"https://krant.example/{n}",
                "source": "Krant",
                "snippet": "geheel",
            }
            for n in range(5)
        ],
    } | more


def subscription(**given: Any) -> Subscription:
    return Subscription.model_validate(
        {"id": "pers", "to": "pers@waterdam.example", "channel": "mail"} | given
    )


def organisation() -> Organisation:
    owner = {"role": "spokesperson", "name": {"nl": "Woordvoering"}, "mail": "pers@waterdam.example"}
    return Organisation.model_validate(
        {
            "id": "waterdam",
            "name": {"nl": "Gemeente Waterdam", "en": "Municipality of Waterdam"},
            "synthetic": True,
            "contact": "kaders@waterdam.example",
            "owners": {"pers": owner},
            "owner_rules": dict.fromkeys(("absent", "contested", "reframed", "unframed"), "pers"),
            "mail": {"sender": "kaders@waterdam.example", "server_env": "KADERS_TEST_SMTP"},
        }
    )


def settings_of(folder: Path, *subscriptions: Subscription) -> Settings:
    places = Places(folder=folder, data=folder, reference=folder, patterns=folder, organisation="waterdam")
    nothing: dict[str, Any] = dict.fromkeys(("sources", "topics", "frames", "frame_names"), ())
    area = {"code": AREA, "uri": "https://x.example/a", "label": {"nl": "natuur en milieu"}}
    part = {"code": "c_part", "uri": "https://x.example/p", "label": {"nl": "afval"}, "parent": AREA}
    given = {"organisation": organisation(), "places": places, "subscriptions": subscriptions}
    return Settings.model_validate({**given, "policy_areas": [area, part], **nothing})


def land(
    settings: Settings,
    day: date,
    *signals: dict[str, Any],
    watch: tuple[dict[str, Any], ...] = (),
    alarms: tuple[dict[str, Any], ...] = (),
) -> None:
    folder = settings.places.of("out") / "reports" / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    payload = {"signals": signals, "watch": watch, "source_alarms": alarms}
    (folder / "signals.json").write_text(json.dumps(payload), encoding="utf-8")


def ledger(settings: Settings) -> list[tuple[Any, ...]]:
    with writing(settings.places) as con:
        return con.execute(
            "SELECT subscription, subject, state, attempts FROM out_delivery ORDER BY ALL"
        ).fetchall()


def mails(folder: Path) -> list[Any]:
    files = sorted(folder.glob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def ids(messages: list[list[Any]]) -> list[list[str]]:
    return [[f"{s['topic']}@{s['level']}" for s in one] for one in messages]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [["a@high", "b@signal"]]),
        ({"topics": ["a"]}, [["a@high"]]),
        ({"topics": ["z"]}, []),
        ({"policy_areas": [AREA]}, [["a@high", "b@signal"]]),
        ({"topics": ["c"], "min_level": "watch"}, [["c@watch"]]),
        ({"min_level": "watch"}, [["a@high", "b@signal", "c@watch"]]),
        ({"min_level": "high"}, [["a@high"]]),
        ({"paused": True}, []),
        ({"frequency": "daily"}, [["a@high", "b@signal"]]),
    ],
)
def test_who_hears_of_what(given: dict[str, Any], expected: list[list[str]]) -> None:
    today = [signal("b"), signal("a", "high"), signal("c", "watch")]
    one = subscription(**given)
    assert ids(plan(one, frozenset(one.policy_areas), {MONDAY: today}, [], day=MONDAY)) == expected


@pytest.mark.parametrize(
    ("state", "level", "expected"),
    [
        ("sent", "signal", [["a@elevated"]]),
        ("sent", "elevated", []),
        ("sent", "high", []),
        ("failed", "elevated", [["a@elevated"]]),
        ("failed", "signal", [["a@elevated"]]),
        ("sending", "elevated", [["a@elevated"]]),
    ],
)
def test_a_signal_comes_back_only_when_it_rises_or_did_not_arrive(
    state: str, level: str, expected: list[list[str]]
) -> None:
    told = [Told(f"2026-11-16/topic:a@{level}", state)]
    mornings = {MONDAY: [signal("a", "elevated")]}
    assert ids(plan(subscription(), frozenset(), mornings, told, day=MONDAY)) == expected


def test_weekly_is_on_monday_and_has_the_whole_week_once() -> None:
    week = {MONDAY - timedelta(days=n): [signal("a", day=MONDAY - timedelta(days=n))] for n in range(8)}
    week[MONDAY - timedelta(days=3)] = [signal("a", "high", day=MONDAY - timedelta(days=3)), signal("b")]
    week[MONDAY - timedelta(days=7)] = [signal("old")]
    weekly = subscription(frequency="weekly")
    assert ids(plan(weekly, frozenset(), week, [], day=MONDAY)) == [["a@high", "b@signal"]]
    tuesday = MONDAY + timedelta(days=1)
    assert plan(weekly, frozenset(), week | {tuesday: [signal("c")]}, [], day=tuesday) == []


def test_what_failed_yesterday_goes_today_although_it_is_over() -> None:
    told = [Told("2026-11-16/topic:a@signal", "failed", "no server")]
    mornings = {MONDAY - timedelta(days=1): [signal("a")], MONDAY: [signal("b")]}
    assert ids(plan(subscription(), frozenset(), mornings, told, day=MONDAY)) == [["b@signal", "a@signal"]]


def test_a_message_cut_off_goes_again_as_it_was() -> None:
    told = [Told(f"2026-11-16/topic:{topic}@signal", "sending", "key") for topic in ("a", "b")]
    mornings = {MONDAY - timedelta(days=1): [signal("b"), signal("a")], MONDAY: [signal("c"), signal("a")]}
    again, new = plan(subscription(), frozenset(), mornings, told, day=MONDAY)
    assert ids([again, new]) == [["a@signal", "b@signal"], ["c@signal"]]
    assert message_key("pers", again) == message_key("pers", [signal("b"), signal("a")])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nl",
            [
                "Signaal",
                "Kop over a",
                "tegengesproken",
                "omdat u volgt: a.",
                "Woordvoering",
                "di 24 nov 06:30",
            ],
        ),
        (
            "en",
            [
                "Signal",
                "Headline about a",
                "contradicted",
                "because you follow: a.",
                "Press office",
                "Tue 24 Nov",
            ],
        ),
    ],
)
def test_what_a_message_says(language: str, words: list[str]) -> None:
    one = subscription(language=language, topics=["a"])
    alert = compose([signal("a")], one, frozenset(), organisation())
    for word in [*words, "`paused: true`", "`id: pers`", "https://krant.example/2", "Titel 0 vervolg"]:
        assert word in alert.subject + alert.text, word
        assert word in alert.subject + alert.html, word
    assert "https://krant.example/3" not in alert.text + alert.html
    assert "geheel" not in alert.text + alert.html + json.dumps(alert.signals)


def test_what_is_only_watched_is_not_called_a_departure() -> None:
    asks_nothing: dict[str, Any] = {"action": None, "answer_by": None}
    alert = compose([signal("a", "watch", **asks_nothing)], subscription(), frozenset(), organisation())
    assert "nog geen signaal" in alert.text
    assert "tegengesproken" not in alert.text
    assert "Kop over a" in alert.text
    assert "Buiten gaat het over kosten." not in alert.text
    assert "Voorstel" not in alert.text
    assert "Antwoord vóór" not in alert.text


@pytest.mark.parametrize(
    ("kinds", "greeting"),
    [
        (["unframed"], "er leeft iets waarvoor wij nog geen boodschap hebben."),
        (["unframed", "unframed"], "er leeft iets waarvoor wij nog geen boodschap hebben."),
        (["unframed", "absent"], "wat buiten wordt gezegd past niet meer bij wat wij zeggen."),
    ],
)
def test_the_greeting_is_true_of_what_follows(kinds: list[str], greeting: str) -> None:
    found = [signal(f"t{n}", kind=kind) for n, kind in enumerate(kinds)]
    alert = compose(found, subscription(), frozenset(), organisation())
    assert greeting in alert.text
    assert greeting in alert.html


def test_an_issue_without_a_message_goes_by_its_new_word() -> None:
    headline = {"nl": "“havenbrug” (verkeer, geen dossier): hierover hebben wij nog niets gezegd", "en": "x"}
    told: dict[str, Any] = {"kind": "unframed", "name": {"nl": "verkeer (geen dossier)", "en": "traffic"}}
    area = {"code": AREA, "label": {"nl": "verkeer", "en": "traffic"}}
    new = {"p": 0.01, "terms": [{"term": "havenbrug", "seen": 23, "before": 1}]}
    bridge = signal("a") | told | {"topic": None, "headline": headline, "policy_area": area, "novelty": new}
    alert = compose([bridge], subscription(), frozenset(), organisation())
    assert alert.subject == "[Gemeente Waterdam] Signaal: havenbrug (verkeer)"
    assert f"1. {headline['nl']}\n" in alert.text


def test_a_post_without_title_goes_by_its_snippet() -> None:
    """An empty link says nothing to a reader."""
    post = {"title": "", "url": "https://toot.example/1", "source": "Mastodon", "snippet": "Waarom deze pas?"}
    message = compose([signal("a", evidence=[post])], subscription(), frozenset(), organisation())
    assert "- Waarom deze pas? (Mastodon)" in message.text
    assert '<a href="https://toot.example/1">Waarom deze pas?</a>' in message.html


def test_a_stranger_s_title_is_text() -> None:
    evidence = [{"title": "<script>x</script>", "url": "javascript:alert(1)", "source": "<b>"}]
    alert = compose([signal("a", evidence=evidence)], subscription(), frozenset(), organisation())
    assert "<script" not in alert.html
    assert "javascript" not in alert.html + alert.text


def test_a_signal_with_few_fields_still_makes_a_message() -> None:
    bare: dict[str, Any] = {
        "id": "2026-11-23/area:x",
        "day": "2026-11-23",
        "level": "watch",
        "topic": None,
        "kind": None,
    }
    bare |= {"name": {"nl": "Wonen", "en": "Housing"}, "headline": None, "explanation": None, "owner": None}
    alert = compose([bare | {"policy_area": None}], subscription(), frozenset(), organisation())
    assert "Wonen" in alert.subject
    assert "1. Wonen\n   Let op.\n   U krijgt dit" in alert.text


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A mailbox behind a running mail server that the environment names."""
    with demo_mail(tmp_path / "box") as server:
        monkeypatch.setenv("KADERS_TEST_SMTP", server)
        yield tmp_path / "box"


def test_every_subscription_gets_one_mail_and_a_rerun_gives_none(tmp_path: Path, box: Path) -> None:
    settings = settings_of(
        tmp_path,
        subscription(id="alles", policy_areas=["afval"]),
        subscription(id="een", topics=["a"], to="een@waterdam.example", language="en"),
        subscription(id="niets", topics=["z"]),
    )
    land(settings, MONDAY, signal("a", "high"), signal("b"))
    first, second = alerts(settings, moment_of(MONDAY)), alerts(settings, moment_of(MONDAY))
    assert first.failures == second.failures == ()
    assert first.counts == {
        "sent": 2,
        "failed": 0,
        "signals": 3,
        "source_alarms": 0,
        "subscriptions": 3,
    }
    assert second.counts["sent"] == 0
    sent = mails(box)
    assert [m["Subject"] for m in sent] == [
        "[Gemeente Waterdam] 2 signalen: A, B",
        "[Municipality of Waterdam] Signal (high): A",
    ]
    assert {row[2:] for row in ledger(settings)} == {("sent", 1)}
    assert len(ledger(settings)) == 3


def test_the_next_mornings_tell_only_what_rose(tmp_path: Path, box: Path) -> None:
    settings = settings_of(tmp_path, subscription())
    for number, level in enumerate(["signal", "signal", "high", "elevated", "high"]):
        day = MONDAY + timedelta(days=number)
        land(settings, day, signal("a", level, day=day))
        alerts(settings, moment_of(day))
    assert [m["Subject"].split("] ")[1] for m in mails(box)] == ["Signaal: A", "Signaal (hoog): A"]


def test_a_refused_server_is_tried_again_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(
        tmp_path, subscription(), subscription(id="team", channel="webhook", to="env:KADERS_TEST_HOOK")
    )
    land(settings, MONDAY, signal("a"))
    with demo_mail(tmp_path / "box") as server:
        gone = server
    monkeypatch.setenv("KADERS_TEST_SMTP", gone)
    with demo_webhook(tmp_path / "hook") as url:
        monkeypatch.setenv("KADERS_TEST_HOOK", url)
        first = alerts(settings, moment_of(MONDAY))
        assert first.counts["sent"] == first.counts["failed"] == 1
        assert "refused or broke the connection" in first.failures[0]
        assert not (settings.places.of("out") / "alerts").exists()
        with demo_mail(tmp_path / "box") as server:
            monkeypatch.setenv("KADERS_TEST_SMTP", server)
            assert alerts(settings, moment_of(MONDAY)).counts["sent"] == 1
    assert len(mails(tmp_path / "box")) == 1
    (posted,) = (tmp_path / "hook").iterdir()
    body = json.loads(posted.read_text("utf-8"))
    assert body["signals"][0]["id"] == "2026-11-16/topic:a"
    assert "Kop over a" in body["text"]
    assert [row[2:] for row in ledger(settings)] == [("sent", 2), ("sent", 1)]


def test_without_a_server_the_message_is_kept_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KADERS_TEST_SMTP", raising=False)
    settings = settings_of(tmp_path, subscription())
    land(settings, MONDAY, signal("a"))
    summary = alerts(settings, moment_of(MONDAY))
    kept = settings.places.of("out") / "alerts" / "2026-11-23" / "pers.txt"
    assert summary.outputs == (str(kept),)
    assert "KADERS_TEST_SMTP is not set" in summary.failures[0]
    assert str(kept) in summary.failures[0]
    assert "Kop over a" in kept.read_text("utf-8")
    assert [row[2] for row in ledger(settings)] == ["failed"]


def test_a_run_that_is_cut_off_repeats_only_what_it_was_sending(
    tmp_path: Path, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path, subscription(id="een"), subscription(id="twee"), subscription(id="drie"))
    land(settings, MONDAY, signal("a"))
    send, count = mail.send, 0

    def stop_after_two(*given: Any, **named: Any) -> None:
        nonlocal count
        send(*given, **named)
        count += 1
        if count == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(mail, "send", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        alerts(settings, moment_of(MONDAY))
    assert [(row[0], row[2]) for row in ledger(settings)] == [("een", "sent"), ("twee", "sending")]
    alerts(settings, moment_of(MONDAY))
    received = [m["Message-ID"] for m in mails(box)]
    assert len(received) == 4
    assert received[1] == received[2]
    assert len(set(received)) == 3


def test_a_morning_without_signals_json_is_said(tmp_path: Path) -> None:
    summary = alerts(settings_of(tmp_path), moment_of(MONDAY))
    assert "There are no signals of 2026-11-23 yet" in summary.failures[0]


def test_an_earlier_morning_that_cannot_be_read_is_named_and_today_is_told(tmp_path: Path, box: Path) -> None:
    settings = settings_of(tmp_path, subscription())
    land(settings, MONDAY, signal("a"))
    broken = MONDAY - timedelta(days=3)
    land(settings, broken)
    path = settings.places.of("out") / "reports" / broken.isoformat() / "signals.json"
    path.write_text("{", encoding="utf-8")
    summary = alerts(settings, moment_of(MONDAY))
    assert summary.failures == (f"{path} is not a readable list of signals; run detect for that day again",)
    assert len(mails(box)) == 1


def test_a_quiet_morning_sends_nothing(tmp_path: Path, box: Path) -> None:
    settings = settings_of(tmp_path, subscription(min_level="watch"))
    land(settings, MONDAY)
    summary = alerts(settings, moment_of(MONDAY))
    assert summary.failures == ()
    assert mails(box) == []


def test_the_ledger_has_one_line_per_subject(tmp_path: Path, box: Path) -> None:
    settings = settings_of(tmp_path, subscription())
    land(settings, MONDAY, signal("a"))
    alerts(settings, moment_of(MONDAY))
    with duckdb.connect(str(settings.places.warehouse)) as con:
        moment = con.execute("SELECT epoch(moment::TIMESTAMPTZ) FROM out_delivery").fetchall()
    assert moment == [(moment_of(MONDAY).timestamp(),)]


# -- the sources: under a message, and to the organisation's contact -----------------------------------------


BRON = Source(
    id="bron", name="Bron", kind="news", url="https://bron.example/rss", owner_group="bron", expected_per_day=5,
    terms="test",
)  # fmt: skip


def alarm(
    name: str, kind: Kind = "silent", reason: str = "", *, since: date = MONDAY - timedelta(days=3)
) -> dict[str, Any]:
    """A row of `source_alarms` as detect.sources writes it."""
    found = Alarm(name, kind, since, 12.0, 3, reason)
    more = {"text": source_words.alarm(found), "advice": source_advice.of_alarm(BRON, found)}
    return {
        "id": name,
        "url": f"https://{name}.example/rss",
        "name": name.title(),
        "kind": kind,
        "since": since.isoformat(),
        **more,
    }


def bodies(message: Any) -> list[str]:
    """The text and the HTML of a mail, each on one line."""
    return [" ".join(message.get_body((kind,)).get_content().split()) for kind in ("plain", "html")]


def about_sources(box: Path) -> list[Any]:
    """The mails to the contact."""
    return [message for message in mails(box) if message["To"] == "kaders@waterdam.example"]


def test_under_a_message_stand_the_sources_in_alarm_with_their_reason(tmp_path: Path, box: Path) -> None:
    settings = settings_of(tmp_path, subscription())
    many = tuple(alarm(f"krant{n}", "html", "login_wall") for n in range(8))
    land(settings, MONDAY, signal("a"), alarms=many)
    alerts(settings, moment_of(MONDAY))
    (message,) = (one for one in mails(box) if one["To"] == "pers@waterdam.example")
    for body in bodies(message):
        assert "Krant4: gaf altijd berichten en geeft sinds 20 nov een inlogpagina" in body
        assert "en nog 3; zie het rapport." in body
        assert "Krant5" not in body


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        (
            "nl",
            "[Gemeente Waterdam] Bronnen: 2 met een alarm, 1 terug",
            ["Krant: zwijgt: niets nieuws sinds 20 nov", "Open de bron in een browser", "Bode: is terug"],
        ),
        (
            "en",
            "[Municipality of Waterdam] Sources: 2 with an alarm, 1 back",
            ["Krant: silent: nothing new since 20 Nov", "Open the source in a browser", "Bode: is back"],
        ),
    ],
)
def test_on_a_morning_without_a_signal_the_contact_hears_of_the_sources(
    tmp_path: Path, box: Path, language: str, subject: str, said: list[str]
) -> None:
    settings = settings_of(tmp_path, subscription())
    own = settings.organisation.model_copy(update={"languages": (language,)})
    settings = settings.model_copy(update={"organisation": own})
    turned = alarm("radio", "html", "consent_wall")
    land(settings, MONDAY, alarms=(turned, alarm("krant"), alarm("bode", "fixed", since=MONDAY)))
    summary = alerts(settings, moment_of(MONDAY))
    assert (summary.counts["source_alarms"], summary.failures) == (3, ())
    (message,) = about_sources(box)
    assert message["Subject"] == subject
    for body in bodies(message):
        assert all(words in body for words in said)
        assert "sources.yaml: krant, https://krant.example/rss" in body


def test_each_alarm_is_told_once_and_a_return_too(tmp_path: Path, box: Path) -> None:
    settings = settings_of(tmp_path)
    silent, day = alarm("krant"), timedelta(days=1)
    back, again = alarm("krant", "fixed", since=MONDAY + 2 * day), alarm("krant", since=MONDAY + 2 * day)
    for number, rows in enumerate([(silent,), (silent,), (back,), (), (again,)]):
        land(settings, MONDAY + number * day, alarms=rows)
        alerts(settings, moment_of(MONDAY + number * day))
        alerts(settings, moment_of(MONDAY + number * day))
    subjects = [message["Subject"].split("Bronnen: ")[1] for message in about_sources(box)]
    assert subjects == ["1 met een alarm", "1 terug", "1 met een alarm"]


def test_a_poor_week_that_moves_along_is_told_once_and_counted_in_a_later_mail(
    tmp_path: Path, box: Path
) -> None:
    settings, day = settings_of(tmp_path), timedelta(days=1)
    for number in range(12):
        poor = alarm("krant", "shrunk", since=MONDAY + (number - 6) * day)
        other = (alarm("bode"),) if number == 11 else ()
        land(settings, MONDAY + number * day, alarms=(*other, poor))
        alerts(settings, moment_of(MONDAY + number * day))
    first, last = about_sources(box)
    assert "Krant: brengt veel minder" in bodies(first)[0]
    assert "1 alarm is eerder gemeld" in bodies(last)[0] and "Krant" not in bodies(last)[0]


def test_an_alarm_that_did_not_arrive_goes_again_while_it_stands_and_a_return_for_a_week(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, tuesday = settings_of(tmp_path), MONDAY + timedelta(days=1)
    monkeypatch.delenv("KADERS_TEST_SMTP", raising=False)
    land(settings, MONDAY, alarms=(alarm("krant"), alarm("radio"), alarm("bode", "fixed", since=MONDAY)))
    summary = alerts(settings, moment_of(MONDAY))
    assert "KADERS_TEST_SMTP is not set" in summary.failures[0]
    assert "Krant: zwijgt" in Path(summary.outputs[0]).read_text("utf-8")
    land(settings, tuesday, alarms=(alarm("krant"),))
    with demo_mail(tmp_path / "box") as server:
        monkeypatch.setenv("KADERS_TEST_SMTP", server)
        alerts(settings, moment_of(tuesday))
    (message,) = about_sources(tmp_path / "box")
    text = bodies(message)[0]
    assert "Krant" in text and "Bode: is terug" in text and "Radio" not in text


def test_a_mail_on_sources_that_was_cut_off_goes_again_as_it_was(
    tmp_path: Path, box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, send = settings_of(tmp_path), mail.send

    def stop(*given: Any, **named: Any) -> None:
        send(*given, **named)
        raise KeyboardInterrupt

    land(settings, MONDAY, alarms=(alarm("krant"),))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(mail, "send", stop)
        alerts(settings, moment_of(MONDAY))
    alerts(settings, moment_of(MONDAY))
    first, second = about_sources(box)
    assert first["Message-ID"] == second["Message-ID"]


def test_an_organisation_without_mail_is_not_mailed(tmp_path: Path, box: Path) -> None:
    settings = settings_of(tmp_path)
    own = settings.organisation.model_copy(update={"mail": None})
    land(settings, MONDAY, alarms=(alarm("krant"),))
    summary = alerts(settings.model_copy(update={"organisation": own}), moment_of(MONDAY))
    assert (summary.failures, mails(box)) == ((), [])


def test_of_very_many_alarms_one_mail_writes_out_the_first(tmp_path: Path, box: Path) -> None:
    settings = settings_of(tmp_path)
    land(settings, MONDAY, alarms=tuple(alarm(f"krant{n}") for n in range(MOST + 9)))
    alerts(settings, moment_of(MONDAY))
    (message,) = about_sources(box)
    assert "En nog 9; het rapport van vandaag heeft ze alle." in bodies(message)[0]


def test_a_strangers_name_stays_text_in_a_mail_on_sources(tmp_path: Path, box: Path) -> None:
    settings = settings_of(tmp_path)
    land(settings, MONDAY, alarms=(alarm("krant") | {"name": "<script>x</script>"},))
    alerts(settings, moment_of(MONDAY))
    assert "<script" not in bodies(about_sources(box)[0])[1]


def test_what_was_told_makes_no_message() -> None:
    told = [Told("krant/silent/2026-11-20", "sent")]
    assert due({MONDAY: [alarm("krant")]}, told, MONDAY).messages == []

"""A late report: written down, mailed to a person through a real mail server, and never said when it is there."""

from __future__ import annotations

import email
import email.policy
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kaders.deliver.demo_mail import demo_mail
from kaders.jobs.late import late
from kaders.load import load, root
from kaders.report.late_message import compose, receiver
from kaders.settings import Settings

MORNING = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 7, 0, 4, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The demo organisation over empty data, without a mail server."""
    monkeypatch.delenv("KADERS_SMTP", raising=False)
    return load(root() / "organisations" / "waterdam", data=tmp_path)


def log(settings: Settings) -> Path:
    return settings.places.of("out") / "late.log"


def test_it_is_written_down(settings: Settings) -> None:
    assert late(settings, MORNING, now=NOW).counts == {"late": 1, "mailed": 0}
    line = "2026-11-23T07:00:04Z the morning report of 2026-11-23 was not ready by 08:00\n"
    assert log(settings).read_text("utf-8") == line


def test_a_report_that_is_there_is_not_late(settings: Settings) -> None:
    report = settings.places.of("out") / "reports" / "2026-11-23" / "report.nl.html"
    report.parent.mkdir(parents=True)
    report.touch()
    assert late(settings, MORNING, now=NOW).counts == {"late": 0, "mailed": 0}
    assert not log(settings).exists()


def test_the_contact_gets_a_mail(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with demo_mail(tmp_path / "mailbox") as address:
        monkeypatch.setenv("KADERS_SMTP", address)
        assert late(settings, MORNING, now=NOW).counts == {"late": 1, "mailed": 1}
    (file,) = (tmp_path / "mailbox").glob("*.eml")
    got = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert got["To"] == "communicatie@waterdam.example"
    assert got["From"] == "kaders@waterdam.example"
    assert got["Subject"] == "[Gemeente Waterdam] Ochtendrapport te laat: maandag 23 november 2026"
    for kind in ("plain", "html"):
        body = got.get_body((kind,))
        assert body is not None
        text = body.get_content()
        assert "was om 08:00 niet klaar" in text and "make backfill DAY=2026-11-23" in text
        assert "geen van deze berichten en bronnen bestaat echt" in text


def test_a_mail_server_that_is_away_is_named_and_the_line_is_still_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("KADERS_SMTP", f"127.0.0.1:{closed.getsockname()[1]}")
        told = late(settings, MORNING, now=NOW)
    assert told.counts == {"late": 1, "mailed": 0}
    assert told.failures == ("Nobody was mailed: The mail server refused or broke the connection",)
    assert log(settings).exists()


def test_a_contact_that_is_a_web_page_leaves_it_to_the_spokesperson(settings: Settings) -> None:
    page = settings.organisation.model_copy(update={"contact": "https://waterdam.example/contact"})
    assert receiver(page) == "pers@waterdam.example"
    nobody = page.model_copy(
        update={"owners": {name: one for name, one in page.owners.items() if one.role != "spokesperson"}}
    )
    assert receiver(nobody) == "beleid-fysiek@waterdam.example"


def test_it_speaks_the_first_language_of_the_organisation(settings: Settings) -> None:
    english = settings.organisation.model_copy(update={"languages": ("en", "nl")})
    assert compose(MORNING.date(), english).subject == (
        "[Municipality of Waterdam] Morning report late: Monday 23 November 2026"
    )

"""Mail through a real SMTP server on loopback."""

from __future__ import annotations

import email
import email.policy
import smtplib
import socket
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from kaders.deliver import mail
from kaders.deliver.addresses import NotConfigured, Undelivered, address, variable
from kaders.deliver.demo_mail import demo_mail
from kaders.report.alert_message import Alert

MOMENT = datetime(2026, 11, 23, 6, 45, tzinfo=UTC)
ALERT = Alert(
    "0123456789abcdef", "woordvoering", "[Waterdam] signaal: Afvalpas – één", "Tekst: é\n", "<p>é</p>", ()
)


def post(server: str, *, alert: Alert = ALERT, to: str = "pers@waterdam.example") -> None:
    mail.send(alert, server=server, sender="kaders@waterdam.example", to=to, moment=MOMENT)


def read(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_arrives_as_text_and_html(tmp_path: Path) -> None:
    with demo_mail(tmp_path / "post") as server:
        post(server)
        post(server)
    files = sorted((tmp_path / "post").iterdir())
    assert [file.name for file in files] == ["0001.eml", "0002.eml"]
    message = read(files[0])
    assert message["Subject"] == ALERT.subject
    assert message["Message-ID"] == "<0123456789abcdef@waterdam.example>"
    assert message["To"] == "pers@waterdam.example"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in message.iter_parts()] == ["Tekst: é", "<p>é</p>"]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(Undelivered, match="refused or broke the connection"):
        post(f"127.0.0.1:{port}")


@pytest.mark.parametrize("to", ["a@b.example\r\nBcc: c@d.example", "a@b.example\nX: y"])
def test_a_line_break_smuggles_no_header_in(to: str, tmp_path: Path) -> None:
    with demo_mail(tmp_path) as server, pytest.raises(Undelivered, match="line break"):
        post(server, to=to)
    assert not list(tmp_path.iterdir())


def test_a_line_break_in_the_subject_is_refused(tmp_path: Path) -> None:
    alert = Alert("k", "s", "a\r\nBcc: c@d.example", "t", "h", ())
    with demo_mail(tmp_path) as server, pytest.raises(Undelivered, match="line break"):
        post(server, alert=alert)


def test_a_refused_recipient_is_named_without_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: smtplib.SMTP, recipient: str, options: object = ()) -> tuple[int, bytes]:
        return 550, b"unknown " + recipient.encode()

    monkeypatch.setattr(smtplib.SMTP, "rcpt", refuse)
    with demo_mail(tmp_path) as server, pytest.raises(Undelivered) as caught:
        post(server)
    assert str(caught.value) == "The mail server refused the recipient"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("mail.example:2525", mail.Server("mail.example", 2525)),
        ("mail.example", mail.Server("mail.example", 25)),
        ("smtps://ann:p%40ss@mail.example:465", mail.Server("mail.example", 465, True, "ann", "p@ss")),
        ("smtps://mail.example", mail.Server("mail.example", 465, True)),
    ],
)
def test_how_a_server_is_written(value: str, expected: mail.Server) -> None:
    assert mail.parse_server(value) == expected


@pytest.mark.parametrize("value", ["https://mail.example", "mail.example:no", ":25", "smtp://h:25"])
def test_how_a_server_is_not_written(value: str) -> None:
    with pytest.raises(NotConfigured, match="host:port"):
        mail.parse_server(value)


def test_the_password_stays_out_of_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> smtplib.SMTP:
        raise smtplib.SMTPAuthenticationError(535, b"no geheim for you")

    monkeypatch.setattr(mail, "_connect", refuse)
    with pytest.raises(Undelivered) as caught:
        post("smtps://ann:geheim@mail.example:465")
    assert str(caught.value) == "The mail server refused the user name or password"


def test_a_server_that_leaves_without_goodbye_has_the_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: smtplib.SMTP) -> None:
        raise smtplib.SMTPResponseException(421, "gone")

    monkeypatch.setattr(smtplib.SMTP, "quit", fail)
    with demo_mail(tmp_path) as server:
        post(server)
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_addresses_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KADERS_TEST_TO", " pers@waterdam.example ")
    monkeypatch.delenv("KADERS_TEST_NONE", raising=False)
    assert address("env:KADERS_TEST_TO") == "pers@waterdam.example"
    assert address("a@b.example") == "a@b.example"
    with pytest.raises(NotConfigured, match="KADERS_TEST_NONE is not set"):
        variable("KADERS_TEST_NONE")

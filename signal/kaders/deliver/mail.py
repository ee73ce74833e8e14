"""Hands a message to a mail server as text and HTML."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from kaders.deliver.addresses import TIMEOUT_SECONDS, NotConfigured, Undelivered
from kaders.report.alert_message import Alert

SMTPS_PORT = 465
SMTP_PORT = 25


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server: `tls` from the first byte, with a login when `user` is given."""

    host: str
    port: int
    tls: bool = False
    user: str = ""
    password: str = ""


def parse_server(value: str) -> Server:
    """'host:port' or 'smtps://user:password@host:port' as a Server; NotConfigured when it is neither."""
    tls = value.startswith("smtps://")
    try:
        parts = urlsplit(value if tls else f"//{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or "/" in value.removeprefix("smtps://"):
        raise NotConfigured("The mail server is written as 'host:port' or 'smtps://user:password@host:port'")
    default = SMTPS_PORT if tls else SMTP_PORT
    return Server(host, port or default, tls, unquote(parts.username or ""), unquote(parts.password or ""))


def _header(value: str) -> str:
    """The value of a header; Undelivered when a line break would smuggle in another header."""
    if re.search(r"[\r\n\0]", value):
        raise Undelivered("An address or subject holds a line break, so this message is not sent")
    return value


def compose(alert: Alert, *, sender: str, to: str, moment: datetime) -> EmailMessage:
    """The message as bytes-to-be: the same alert at the same moment gives the same mail.

    The Message-ID follows from the subscription and what is told, so that a repeat after a run that was
    cut off is recognised by mail programs. Undelivered on a header that cannot be written.
    """
    mail = EmailMessage(policy=SMTP)
    domain = re.sub(r"[^A-Za-z0-9.-]", "", sender.rpartition("@")[2]) or "kaders.invalid"
    try:
        mail["From"], mail["To"] = _header(sender), _header(to)
        mail["Subject"] = _header(alert.subject)
        mail["Date"] = format_datetime(moment)
        mail["Message-ID"] = f"<{alert.key}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
    except ValueError as error:
        raise Undelivered("An address or subject cannot be written in a mail header") from error
    mail.set_content(alert.text)
    mail.add_alternative(alert.html, subtype="html")
    mail.set_boundary(f"kaders-{alert.key}")
    return mail


def _connect(server: Server) -> smtplib.SMTP:
    if server.tls:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)


def _reason(error: Exception) -> str:
    """Why it failed, for a person and without addresses or passwords."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "The mail server refused the user name or password"
        case smtplib.SMTPRecipientsRefused():
            return "The mail server refused the recipient"
        case smtplib.SMTPResponseException(smtp_code=code):
            return f"The mail server refused the message with code {code}"
        case TimeoutError():
            return f"The mail server did not answer within {TIMEOUT_SECONDS} seconds"
        case ConnectionError() | smtplib.SMTPServerDisconnected():
            return "The mail server refused or broke the connection"
    return f"The mail could not be sent ({type(error).__name__})"


def _hand_over(connection: smtplib.SMTP, where: Server, mail: EmailMessage) -> int:
    """Log in when needed and give the mail; the number of recipients refused.

    What happens at the goodbye no longer matters: the server has the mail, and an error there would have
    it sent twice.
    """
    if where.user:
        connection.login(where.user, where.password)
    refused = connection.send_message(mail)
    with contextlib.suppress(smtplib.SMTPException, OSError):
        connection.quit()
    return len(refused)


def send(alert: Alert, *, server: str, sender: str, to: str, moment: datetime) -> None:
    """Send one alert; returns when the server has taken it. Raises NotConfigured or Undelivered."""
    where, mail = parse_server(server), compose(alert, sender=sender, to=to, moment=moment)
    try:
        connection = _connect(where)
        try:
            refused = _hand_over(connection, where, mail)
        finally:
            connection.close()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Undelivered(_reason(error)) from error
    if refused:
        raise Undelivered(f"The mail server refused {refused} of the recipients")

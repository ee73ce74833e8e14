"""Pages that stand where a feed should be, told apart."""

from __future__ import annotations

import pytest

from kaders.net.walls import wall

ASKED = "https://www.krant.example/rss.xml"
LONG = b"<article>" + b"<p>Nieuws van de dag.</p>" * 4000 + b"</article>"


def page(title: str = "", body: bytes = b"") -> bytes:
    return (
        b"<!DOCTYPE html><html><head><title>"
        + title.encode()
        + b"</title></head><body>"
        + body
        + b"</body></html>"
    )


@pytest.mark.parametrize(
    ("body", "kind", "answered", "code"),
    [
        (b"<?xml version='1.0'?><rss/>", "text/xml", ASKED, ""),
        (b"<rss><title>inloggen</title></rss>", "text/html", ASKED, ""),
        (b"\xef\xbb\xbf\n <feed/>", "text/html; charset=utf-8", ASKED, ""),
        (b'{"items": []}', "text/html", ASKED, ""),
        (b"", "text/html", ASKED, ""),
        (b"verkeerde zoekvraag", "text/plain", ASKED, ""),
        (page("Onderhoud"), "text/html", ASKED, "html_instead_of_feed"),
        (page("Voorpagina"), "application/rss+xml", ASKED, "html_instead_of_feed"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<html xmlns='x'></html>", "text/xml", ASKED, "html_instead_of_feed"),
        (b"Even geduld", "text/html", ASKED, "html_instead_of_feed"),
        (page("DPG Media Privacy Gate"), "text/html", ASKED, "consent_wall"),
        (page("NRC - Onze cookies", b"<button>Accepteren</button>"), "text/html", ASKED, "consent_wall"),
        (page("Cookies op Hart van de Stad", b"<button>Akkoord</button>"), "text/html", ASKED, "consent_wall"),
        (page("Cookies op school", b"<p>Bakken maar</p>"), "text/html", ASKED, "html_instead_of_feed"),
        (page("Cookies op school", b"<article>Iedereen akkoord</article>"), "text/html", ASKED, "html_instead_of_feed"),
        (
            b"<html><body onload='document.forms[0].submit()'><form action='https://id.example/saml2/sso'></form></body></html>",
            "text/html",
            ASKED,
            "login_wall",
        ),
        ("<!doctype html><html><title>Inloggen</title></html>".encode("utf-16"), "text/html", ASKED, "login_wall"),
        (page(""), "text/html", "https://myprivacy.dpgmedia.nl/consent?siteKey=x", "consent_wall"),
        (page(""), "text/html", "https://consent.youtube.com/m?continue=x", "consent_wall"),
        (page(""), "text/html", "https://www.krant.example/cookiewall?target=/rss.xml", "consent_wall"),
        (page("Before you continue to YouTube"), "text/html", ASKED, "consent_wall"),
        (page("Krant", b"<script src='https://myprivacy.dpgmedia.nl/x.js'>"), "text/html", ASKED, "consent_wall"),
        (page("Krant", b"<script src='https://myprivacy.dpgmedia.nl/x.js'>" + LONG), "text/html", ASKED, "html_instead_of_feed"),
        (page("Inloggen"), "text/html", ASKED, "login_wall"),
        (page(""), "text/html", "https://login.krant.example/x", "login_wall"),
        (page(""), "text/html", "https://www.krant.example/wp-login.php?redirect_to=x", "login_wall"),
        (page("Welkom", b'<form><input name=p type="password"></form>'), "text/html", ASKED, "login_wall"),
        (page("Welkom", b'<input type="password">' + LONG), "text/html", ASKED, "html_instead_of_feed"),
        (page("Just a moment..."), "text/html", ASKED, "login_wall"),
        (page("", b"<script src=/cdn-cgi/challenge-platform/h/b/x>"), "text/html", ASKED, "login_wall"),
        (page("", b"<script src=https://ct.captcha-delivery.com/c.js>"), "text/html", ASKED, "login_wall"),
    ],
)  # fmt: skip
def test_what_stands_where_a_feed_should_be(body: bytes, kind: str, answered: str, code: str) -> None:
    assert wall(body, kind, ASKED, answered) == code


def test_a_page_about_logging_in_is_only_one_when_we_were_sent_there() -> None:
    about = "https://www.krant.example/login/nieuws.rss"
    assert wall(page("Nieuws"), "text/html", about, about) == "html_instead_of_feed"


def test_a_hostile_page_takes_no_time() -> None:
    import time

    started = time.process_time()
    for body in (
        b"<!--" * 400_000,
        b"<title " * 300_000,
        b"<html><input " * 200_000,
        b"<html>" + b"<input type=" * 300_000,
    ):
        wall(body, "text/html", ASKED, ASKED)
    assert time.process_time() - started < 1.0

"""Tells what kind of page was served where a feed or a reply was expected; data in, a reason code out."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from kaders.read.charset import GZIP, text_of

LOOKED_AT = 256 * 1024
"""Bytes of a page that are looked at: its head and its forms stand well before that."""
SHORT = 40 * 1024
"""Bytes; a page that only asks to log in is shorter, one with a log-in box in a corner is longer (our choice;
the front pages of Dutch newspapers are 200 KB and more)."""

_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.I | re.S,
)
_OTHER = re.compile(rb"\s*(?:[{\[]|<\?xml|<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b)", re.I)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.I)
_CONSENT_HOST = re.compile(
    r"(?:^|\.)(?:myprivacy\.[\w.-]+|privacy-?gate\.[\w.-]+|consent\.[\w.-]+|cookie-?(?:wall|consent)\.[\w.-]+"
    r"|guce\.[\w.-]+|toestemming\.[\w.-]+)$",
    re.I,
)
"""DPG Media's myprivacy, Google's and Yahoo's consent hosts and what others call theirs."""
_CONSENT_PATH = re.compile(
    r"/(?:privacy-?gate|cookie-?wall|cookie-?consent|consent|toestemming|cookies?-accepteren)\b", re.I
)
_CONSENT_TITLE = re.compile(
    r"privacy ?gate|cookie ?-?(?:wall|muur|melding|instellingen|consent|voorkeuren)|toestemming"
    r"|cookies (?:accepteren|toestaan)|accept (?:all )?cookies|before you continue"
    r"|voordat (?:je|u) (?:verder|doorgaat)",
    re.I,
)
_COOKIE_TITLE = re.compile(
    r"(?:^|[|–—:-])\s*(?:(?:onze|jouw|uw|our|your) cookies|cookies (?:op|bij|on|at) [^|–—]{1,60}?)"
    r"\s*(?:$|[|–—-])",
    re.I,
)
"""How a page calls itself that is about cookies, and is a wall when it also asks for a yes (`_AGREE`)."""
_AGREE = re.compile(r"\b(?:akkoord|accepte(?:ren|er)|toestaan|accept|agree)\b", re.I)
_CONSENT_MARK = re.compile(
    r"myprivacy\.dpgmedia|privacy-gate|cookie-?wall|consent\.(?:google|youtube)\.com/save", re.I
)
_LOGIN_HOST = re.compile(r"^(?:log-?in|sign-?in|auth|sso|idp|account|accounts|inloggen)\.", re.I)
_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|inloggen|aanmelden|sso|oauth2?|saml2?|wp-login\.php|users/sign_in)\b", re.I
)
_LOGIN_TITLE = re.compile(
    r"\b(?:log ?in|sign ?in|inloggen|log in|aanmelden|login required|single sign)\b", re.I
)
_HANDED_ON = re.compile(
    r"<form\b[^>]{0,400}\baction\s*=\s*[\"']?[^\"'>\s]{0,300}(?:/saml2?/|/sso\b|/adfs/|/oauth2?/)"
    r"|<input\b[^>]{0,400}\bname\s*=\s*[\"']?SAML(?:Request|Response)",
    re.I,
)
"""A form that a script sends on to where one logs in."""
_PASSWORD = re.compile(r"<input\b[^>]{0,400}\btype\s*=\s*[\"']?password", re.I)
_CHALLENGE = re.compile(
    r"/cdn-cgi/challenge-platform|cf-chl-|<title>just a moment|attention required! \| cloudflare"
    r"|captcha-delivery\.com|_incapsula_resource|px-captcha|verify you are human|are you a robot"
    r"|bevestig dat (?:je|u) een mens bent|ik ben geen robot",
    re.I,
)
"""Cloudflare, DataDome, Imperva, HUMAN and what they write."""


def is_html(body: bytes, content_type: str) -> bool:
    """Whether a reply is a page. How it begins counts for more than its type: feeds come as text/html."""
    start = _text(body[:4096], content_type).encode()
    if _HTML.match(start):
        return True
    return "html" in content_type.lower() and bool(start.strip()) and not _OTHER.match(start)


def wall(body: bytes, content_type: str, asked: str, answered: str) -> str:
    """The reason code of a page that came in place of a feed; '' when the body is no page at all.

    asked and answered are the addresses before and after redirects. consent_wall is a page that first wants
    permission for cookies; login_wall one that first wants to know who is there, as a form for a password or
    as a test that only a person passes; any other page is html_instead_of_feed.
    """
    if not is_html(body, content_type):
        return ""
    page = _text(body[:LOOKED_AT], content_type)
    title = found[1] if (found := _TITLE.search(page)) else ""
    went = urlsplit(answered) if answered != asked else urlsplit("")
    if _consent(page, title, went.hostname or "", went.path):
        return "consent_wall"
    if _login(page, title, went.hostname or "", went.path, short=len(body) <= SHORT):
        return "login_wall"
    return "html_instead_of_feed"


def _consent(page: str, title: str, host: str, path: str) -> bool:
    """Where we were sent or what the page calls itself. A consent script alone stands on every page."""
    sent = _CONSENT_HOST.search(host) or _CONSENT_PATH.search(path)
    if sent or _CONSENT_TITLE.search(title):
        return True
    asks = _CONSENT_MARK.search(page) or (_COOKIE_TITLE.search(title.strip()) and _AGREE.search(page))
    return bool(asks and not _article(page))


def _login(page: str, title: str, host: str, path: str, *, short: bool) -> bool:
    sent = _LOGIN_HOST.search(host) or _LOGIN_PATH.search(path) or _LOGIN_TITLE.search(title)
    handed_on = "submit()" in page and _HANDED_ON.search(page)
    return bool(sent or _CHALLENGE.search(page) or (short and (_PASSWORD.search(page) or handed_on)))


def _text(body: bytes, content_type: str) -> str:
    """The beginning of a reply as text, in whatever charset it is (read.charset); a packed file as it is."""
    return body.decode("latin-1") if body[:2] == GZIP else text_of(body, content_type)


def _article(page: str) -> bool:
    """Whether there is something to read on the page, so that it is no wall."""
    return "<article" in page.lower()

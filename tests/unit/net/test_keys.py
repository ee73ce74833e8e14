"""A key reaches its own host and nothing else: no other host, log, message or traceback."""

from __future__ import annotations

import html
import json
import logging
import re
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from kaders.model import Question
from kaders.net.door import Door, FetchFailed

SECRET = "geheim-123&?456"
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("form", "header", "value"),
    [("bearer", "authorization", f"Bearer {SECRET}"), ("header:X-Api-Key", "x-api-key", SECRET)],
)
def test_a_key_goes_along_in_a_header(raw: Any, door: Door, form: str, header: str, value: str) -> None:
    door.ask(Question(f"{raw.url}/feed", key=form), secret=SECRET)
    assert raw.asked[0][1][header] == value


def test_a_key_goes_along_in_the_query_and_is_never_given_back(raw: Any, door: Door, answer: Any) -> None:
    raw.ways["/q"] = answer(b"x", Link=f'<{raw.url}/q?api-key={SECRET}&page=2>; rel="next"')
    reply = door.ask(Question(f"{raw.url}/q?api-key=oud&a=1", key="query:api-key"), secret=SECRET)
    assert raw.paths == ["/q?a=1&api-key=geheim-123%26%3F456"]
    assert reply.url == f"{raw.url}/q?a=1"
    assert "geheim" not in reply.link and "page=2" in reply.link


KEYS = ("bearer", "header:X-Api-Key", "query:api-key")


@pytest.mark.parametrize("form", KEYS)
def test_a_key_stays_with_its_own_host(raw: Any, answer: Any, form: str, hop: Any) -> None:
    other = raw.url.replace("127.0.0.1", "localhost")
    door = Door(allow=(raw.place, other.removeprefix("http://")))
    raw.ways |= {
        "/near": hop("/far?api-key=geheim-123%26%3F456"),
        "/far": hop(f"{other}/back?api-key=geheim-123%26%3F456"),
        "/back": hop(f"{raw.url}/feed", 301),
    }
    reply = door.ask(Question(f"{raw.url}/near", key=form), secret=SECRET)
    shown = ["geheim-123" in path or "geheim-123" in str(headers) for path, headers, _ in raw.asked]
    assert (reply.url, shown) == (f"{raw.url}/feed", [True, True, False, False])


@pytest.mark.parametrize("form", KEYS)
@pytest.mark.parametrize("way", ["refused", "cut", "silent", "nobody", "elsewhere"])
def test_a_key_is_never_told(
    raw: Any,
    answer: Any,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    form: str,
    way: str,
    hop: Any,
) -> None:
    raw.ways |= {
        "/refused": answer(SECRET.encode(), 403), "/cut": lambda handler: handler.wfile.write(OK + b"Content-Length: 9\r\n\r\n"),
        "/silent": lambda handler: handler.pour(b"", b"", seconds=0.5), "/elsewhere": hop("http://10.0.0.1/?api-key=geheim-123%26%3F456"),
    }  # fmt: skip
    url = "http://127.0.0.1:1" if way == "nobody" else raw.url
    door = Door(allow=(raw.place, "127.0.0.1:1"))
    question = Question(f"{url}/{way}", key=form)
    with caplog.at_level(logging.DEBUG), pytest.raises(FetchFailed) as caught:
        door.ask(question, secret=SECRET, deadline=0.3)
    told = [*traceback.format_exception(caught.value), repr(caught.value), caplog.text, *capsys.readouterr()]
    assert "geheim" not in "".join(told)
    error: BaseException | None = caught.value
    while error:  # nor in anything that a debugger would find behind it
        assert "geheim" not in str(error)
        error = error.__cause__ or error.__context__
    expected = {
        "refused": "secret_refused",
        "cut": "truncated",
        "silent": "timeout",
        "nobody": "unreachable",
        "elsewhere": "refused_address",
    }
    assert caught.value.reason == expected[way]


@pytest.mark.parametrize("secret", ["", "met\nregel", "sleutél"])
def test_a_key_that_cannot_be_sent(raw: Any, door: Door, secret: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        door.ask(Question(f"{raw.url}/feed", key="bearer"), secret=secret)
    assert caught.value.reason == "no_secret"
    assert not raw.asked


ODD = 's/eutel&"1<2>+=x\\ '
ECHOES: dict[str, Callable[[str], str]] = {
    "as it is": lambda key: key,
    "in an address": lambda key: quote(key, safe=""),
    "in an address in small letters": lambda key: re.sub("%..", lambda m: m[0].lower(), quote(key)),
    "in a form": quote_plus,
    "in JSON": lambda key: json.dumps(key)[1:-1],
    "in JSON from PHP": lambda key: json.dumps(key)[1:-1].replace("/", "\\/").replace("&", "\\u0026"),
    "in JSON for a page": lambda key: re.sub(
        "[<>&+=]", lambda m: f"\\u{ord(m[0]):04X}", json.dumps(key)[1:-1]
    ),
    "in HTML": html.escape,
    "in HTML by number": lambda key: re.sub(r"\W", lambda m: f"&#{ord(m[0])};", key),
    "in HTML by name": lambda key: html.escape(key).replace("/", "&sol;").replace("=", "&#x3D;"),
    "in HTML in JSON": lambda key: json.dumps(html.escape(key))[1:-1],
    "in an address in an address": lambda key: quote(quote(key, safe=""), safe=""),
}


@pytest.mark.parametrize("form", KEYS)
@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("secret", ["GEHEIM0123", ODD, "ab+/cd=="])
def test_a_key_that_is_repeated_in_a_reply_is_taken_out(
    raw: Any, door: Door, answer: Any, form: str, echo: str, secret: str
) -> None:
    said = ECHOES[echo](secret)
    raw.ways["/q"] = answer(f'{{"url": "https://t.example/1?api_key={said}&a=1", "x": "{said}"}}'.encode())
    reply = door.ask(Question(f"{raw.url}/q", key=form), secret=secret)
    assert reply.body == b'{"url": "https://t.example/1?api_key=&a=1", "x": ""}'


def test_what_is_no_key_stays(raw: Any, door: Door, answer: Any) -> None:
    raw.ways["/q"] = answer("Geheim & afval, één %20 \\u0026".encode())
    for form, secret in [("", ""), ("", "Geheim"), ("bearer", "afval"), ("bearer", "geheim-&-afval")]:
        reply = door.ask(Question(f"{raw.url}/q", key=form), secret=secret)
        assert reply.body.decode() == "Geheim & afval, één %20 \\u0026"

"""Addresses, in a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaders.read.url import canonical

BASE = "https://bron.example/feed/"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("HTTPS://Bron.Example:443/A?b=2&a=1#deel", "https://bron.example/A?a=1&b=2"),
        ("http://bron.example", "http://bron.example/"),
        (
            "https://bron.example/?utm_source=x&UTM_Medium=y&id=1&fbclid=z&gclid=q",
            "https://bron.example/?id=1",
        ),
        ("https://jan:geheim@bron.example/x", "https://bron.example/x"),
        ("https://www.google.com/url?rct=j&url=https://a.example/x%3Fb%3D1&ct=ga", "https://a.example/x?b=1"),
        ("https://www.google.nl/url?q=https://a.example/", "https://a.example/"),
        (
            "https://nogoogle.example/url?url=https://a.example/",
            "https://nogoogle.example/url?url=https%3A%2F%2Fa.example%2F",
        ),
        ("/x", "https://bron.example/x"),
        ("//a.example/x", "https://a.example/x"),
        (" https://bron.example/x ", "https://bron.example/x"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("mailto:a@b.example", ""),
        ("tag:bron.example,2026:1", ""),
        ("https://www.google.com/url?url=javascript:alert(1)", ""),
        ("http://[::1", ""),
        ("https://bron.example:99999/", ""),
        ("https://bron.example/" + "x" * 2048, ""),
    ],
)
def test_one_address_for_one_page(raw: str, expected: str) -> None:
    assert canonical(raw, base=BASE) == expected


@given(st.text(max_size=60))
def test_only_http_comes_out(raw: str) -> None:
    url = canonical(raw)
    assert url == "" or url.startswith(("http://", "https://"))
    assert canonical(url) == url

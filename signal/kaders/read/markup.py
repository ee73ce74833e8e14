"""The XML of a service as a tree: nothing expanded, nothing fetched, no flood of tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from kaders.errors import Quarantine
from kaders.read.charset import text_of

MOST_TAGS = 400_000
"""Tags in a reply: the largest pages of services that answer in XML hold some 20,000 (250 entries of 80)."""
MOST_NAMESAKES = 20
"""Tags of one name that are looked at for a text: empty ones within each other would take quadratic time."""
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def tree(body: bytes, content_type: str = "") -> Element:
    """The root of an XML reply, whatever charset it is in (read.charset).

    Raises Quarantine with the reason code empty, html_instead_of_feed, too_large or unreadable; entities of
    its own and documents from elsewhere make a reply unreadable.
    """
    text = text_of(body, content_type).strip("\ufeff\0 \t\r\n")
    if not text:
        raise Quarantine("empty")
    if _PAGE.match(text):
        raise Quarantine("html_instead_of_feed")
    if text.count("<") > 2 * MOST_TAGS:
        raise Quarantine("too_large", "more tags than any real reply holds")
    try:
        root: Element = fromstring(text)
    except (ParseError, ValueError):  # defusedxml's refusals are ValueErrors
        raise Quarantine("unreadable", "the reply is no sound XML") from None
    return root


def name(element: Element) -> str:
    """The name of a tag without its namespace: services change those between versions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def named(element: Element, *names: str) -> Iterator[Element]:
    """Everything within an element that has one of these names, in the order of the document."""
    return (each for each in element.iter() if name(each) in names)


def words(element: Element, *names: str) -> str:
    """The text of the first of these names that holds any within an element, on one line; '' when none does.

    The names are tried in their order.
    """
    for wanted in names:
        for each in islice(named(element, wanted), MOST_NAMESAKES):
            if found := " ".join("".join(each.itertext()).split()):
                return found
    return ""

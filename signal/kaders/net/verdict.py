"""What an answer amounts to: a reply, or the reason why it is none."""

from __future__ import annotations

from kaders.net import headers as said
from kaders.net.failures import FetchFailed
from kaders.net.headers import Reply, Validators
from kaders.net.journey import Journey, Key
from kaders.net.wire import Answer

BUSY = (429, 503)
"""The statuses that refuse because we ask too much: the reset of a rate limit then keeps us away too, and the
whole host is left alone at once. Retry-After keeps us away with every error."""


def check(answer: Answer, asked: Validators, *, of_moment: bool, keyed: bool) -> None:
    """FetchFailed for every answer that is no reply; keyed: whether a key was shown to who answered."""
    status = answer.status
    if status == 304:
        if not (asked.etag or asked.last_modified):
            raise FetchFailed("unreadable", "'unchanged' in answer to a question for everything", status)
    elif 200 <= status < 300:
        if status in (204, 205):
            raise FetchFailed("empty", "the source says that it has nothing to give", status)
        if status == 206:
            raise FetchFailed("truncated", "a part was sent where the whole was asked for", status)
    elif not of_moment:
        raise FetchFailed("no_past", "the source does not keep its past", status)
    else:
        away = said.retry_after(answer.headers, limits=status in BUSY) if status >= 400 else 0
        until = said.away_until(answer.headers) if status >= 400 else None
        raise FetchFailed(_reason(status, keyed=keyed), f"status {status}", status, away, until)


def _reason(status: int, *, keyed: bool) -> str:
    exact = {404: "http_404", 410: "http_410", 429: "rate_limited"}
    if keyed and status in (401, 403):
        return "secret_refused"
    general = "http_5xx" if status >= 500 else "http_4xx" if status >= 400 else "unreadable"
    return exact.get(status, general)


def reply(
    answer: Answer,
    journey: Journey,
    key: Key,
    asked: Validators,
    *,
    of_moment: bool,
) -> Reply:
    """The reply to hand on, without the key that went along with the question."""
    return Reply(
        status=answer.status,
        body=key.out_of(answer.body),
        content_type=answer.headers.get("Content-Type", ""),
        validators=asked if answer.status == 304 else said.given(answer.headers),
        of_moment=of_moment,
        url=journey.at.url,
        moved_to=journey.moved_to,
        link=key.off(answer.headers.get("Link", "")),
        fresh_for=said.fresh_for(answer.headers),
    )

"""Says that a morning's report is not ready: in a file beside the reports, and to a person by mail."""

from __future__ import annotations

import os
from datetime import datetime

from kaders.deliver import mail
from kaders.deliver.addresses import NotConfigured, Undelivered
from kaders.model import Summary
from kaders.report.late_message import compose, receiver
from kaders.settings import Settings


def late(settings: Settings, moment: datetime, *, now: datetime) -> Summary:
    """Tell, at `now`, that the report of the morning of `moment` is late; nothing when it lies there.

    The line in out/<organisation>/late.log comes first. A mail goes out when the organisation has `mail` and
    its server is named in the environment; one that is not taken is a failure in the summary, no error.
    """
    day = moment.astimezone(settings.organisation.zone).date()
    out = settings.places.of("out")
    if (settings.places.reports / day.isoformat() / "report.nl.html").is_file():
        return Summary("late", now, {"late": 0, "mailed": 0})
    out.mkdir(parents=True, exist_ok=True)
    with (out / "late.log").open("a", encoding="utf-8") as log:
        log.write(f"{now:%Y-%m-%dT%H:%M:%SZ} the morning report of {day} was not ready by 08:00\n")
    post = settings.organisation.mail
    server = os.environ.get(post.server_env, "").strip() if post else ""
    if post is None or not server:
        return Summary("late", now, {"late": 1, "mailed": 0})
    alert, to = compose(day, settings.organisation), receiver(settings.organisation)
    try:
        mail.send(alert, server=server, sender=post.sender, to=to, moment=now)
    except (NotConfigured, Undelivered) as error:
        return Summary("late", now, {"late": 1, "mailed": 0}, (f"Nobody was mailed: {error}",))
    return Summary("late", now, {"late": 1, "mailed": 1})

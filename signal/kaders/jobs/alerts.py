"""Tells every subscription of the signals that it has not heard of yet."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from kaders.deliver import mail, webhook
from kaders.deliver.addresses import NotConfigured, Undelivered, address, variable
from kaders.errors import KadersError
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.report.alert_message import Alert, compose
from kaders.report.alerts import RETRY_DAYS, Signal, plan, subject_of
from kaders.settings import Settings, Subscription
from kaders.store import deliveries
from kaders.store.connection import writing
from kaders.store.files import write


def judged(settings: Settings, moment: datetime) -> Path | None:
    """The signals.json of the morning of `moment`; None when there is none, and so nothing new to tell."""
    path = settings.places.signals(moment.astimezone(settings.organisation.zone).date())
    return path if path.is_file() else None


def _signals(path: Path) -> list[dict[str, Any]]:
    """The signals of one morning, watch level included."""
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
        return [*payload["signals"], *payload["watch"]]
    except (ValueError, KeyError, TypeError) as error:
        raise KadersError(
            f"{path} is not a readable list of signals; run detect for that day again"
        ) from error


def _mornings(settings: Settings, day: date) -> tuple[dict[date, list[dict[str, Any]]], list[str]]:
    """The signals of the days that may still be told, by date, and a sentence for each that cannot be read.

    An earlier day without signals is absent; that `day` itself has none is a sentence too.
    """
    mornings: dict[date, list[dict[str, Any]]] = {}
    failures: list[str] = []
    for one in (day - timedelta(days=back) for back in range(RETRY_DAYS + 1)):
        path = settings.places.signals(one)
        try:
            if path.is_file():
                mornings[one] = _signals(path)
            elif one == day:
                failures.append(
                    f"There are no signals of {day} yet: run detect for that day, then alerts again"
                )
        except KadersError as error:
            failures.append(str(error))
    return mornings, failures


def _areas(settings: Settings, subscription: Subscription) -> frozenset[str]:
    return frozenset(settings.theme(area).code for area in subscription.policy_areas)


def _send(settings: Settings, subscription: Subscription, alert: Alert, moment: datetime) -> None:
    """Hand over one message through the subscription's channel; NotConfigured or Undelivered."""
    if subscription.channel == "webhook":
        us = settings.organisation
        return webhook.send(alert, url=address(subscription.to), network=us.network, contact=us.contact)
    post = settings.organisation.mail
    if post is None:
        raise NotConfigured("organisation.yaml has no `mail`, so no mail can be sent")
    server = variable(post.server_env)
    return mail.send(alert, server=server, sender=post.sender, to=address(subscription.to), moment=moment)


def _keep(settings: Settings, alert: Alert, day: date) -> Path:
    """Write a message that has no way out to a file, so that a person can still pass it on."""
    path = settings.places.of("out") / "alerts" / day.isoformat() / f"{alert.subscription}.txt"
    write(path, f"{alert.subject}\n\n{alert.text}".encode())
    return path


class _Round:
    """One run over the subscriptions: the open warehouse and what came of each message."""

    def __init__(self, settings: Settings, moment: datetime, con: Any) -> None:
        self.settings, self.moment, self.con = settings, moment, con
        self.day = moment.astimezone(settings.organisation.zone).date()
        self.counts: Counter[str] = Counter(sent=0, failed=0, signals=0)
        self.failures: list[str] = []
        self.outputs: list[str] = []

    def tell(self, subscription: Subscription, signals: Sequence[Signal]) -> None:
        """Claim, send and record one message; a channel that fails is noted and the round goes on."""
        areas = _areas(self.settings, subscription)
        alert = compose(signals, subscription, areas, self.settings.organisation)
        subjects = [subject_of(signal) for signal in signals]
        deliveries.claim(self.con, subscription.id, subjects, moment=self.moment, key=alert.key)
        try:
            _send(self.settings, subscription, alert, self.moment)
        except (NotConfigured, Undelivered) as error:
            deliveries.record(self.con, subscription.id, subjects, state="failed", detail=str(error))
            self._failed(alert, error)
        else:
            deliveries.record(self.con, subscription.id, subjects, state="sent", detail=alert.key)
            self.counts.update(sent=1, signals=len(subjects))

    def _failed(self, alert: Alert, error: KadersError) -> None:
        self.counts.update(failed=1)
        kept = ""
        if isinstance(error, NotConfigured):
            path = str(_keep(self.settings, alert, self.day))
            self.outputs.append(path)
            kept = f" The message is kept in {path}."
        self.failures.append(f"Alert for {alert.subscription} not delivered: {error}.{kept}")


@remembered("alerts")
def alerts(settings: Settings, moment: datetime) -> Summary:
    """Deliver what the morning of `moment` has for each subscription, each signal and level once.

    Every message is first noted as being sent, then sent, then noted as sent, so that a run that is cut off
    repeats at most the one message it was busy with, under the same Message-ID. A channel that fails is
    tried again at the next run, for a week; the others go on, and so they do past a morning whose signals
    cannot be read. Busy when another run holds the warehouse.
    """
    day = moment.astimezone(settings.organisation.zone).date()
    mornings, unread = _mornings(settings, day)
    with writing(settings.places) as con:
        run = _Round(settings, moment, con)
        for subscription in settings.subscriptions:
            told = deliveries.told(con, subscription.id)
            for signals in plan(subscription, _areas(settings, subscription), mornings, told, day=day):
                run.tell(subscription, signals)
    counts = dict(run.counts) | {"subscriptions": len(settings.subscriptions)}
    return Summary("alerts", moment, counts, (*run.failures, *unread), tuple(run.outputs))

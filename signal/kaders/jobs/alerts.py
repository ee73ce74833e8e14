"""Tells every subscription of the signals that it has not heard of yet, and the contact of the sources."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from kaders.deliver import mail, webhook
from kaders.deliver.addresses import NotConfigured, Undelivered, address, variable
from kaders.errors import KadersError
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.report import source_message
from kaders.report.alert_message import Alert, compose
from kaders.report.alerts import RETRY_DAYS, plan, subject_of
from kaders.report.late_message import receiver
from kaders.report.view import Row
from kaders.settings import Settings, Subscription
from kaders.store import deliveries
from kaders.store.connection import writing
from kaders.store.files import write


def judged(settings: Settings, moment: datetime) -> Path | None:
    """The signals.json of the morning of `moment`; None when there is none, and so nothing new to tell."""
    path = settings.places.signals(moment.astimezone(settings.organisation.zone).date())
    return path if path.is_file() else None


@dataclass(frozen=True, slots=True)
class _Morning:
    """What one morning has to tell: its signals, watch level included, and the alarms of its sources."""

    signals: list[dict[str, Any]]
    alarms: list[Row]


def _morning(path: Path) -> _Morning:
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
        return _Morning([*payload["signals"], *payload["watch"]], list(payload.get("source_alarms") or ()))
    except (ValueError, KeyError, TypeError) as error:
        raise KadersError(
            f"{path} is not a readable list of signals; run detect for that day again"
        ) from error


def _mornings(settings: Settings, day: date) -> tuple[dict[date, _Morning], list[str]]:
    """The mornings of the days that may still be told, by date, and a sentence for each that cannot be read.

    An earlier day without a morning is absent; that `day` itself has none is a sentence too.
    """
    mornings: dict[date, _Morning] = {}
    failures: list[str] = []
    for one in (day - timedelta(days=back) for back in range(RETRY_DAYS + 1)):
        path = settings.places.signals(one)
        try:
            if path.is_file():
                mornings[one] = _morning(path)
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
    _mail(settings, alert, address(subscription.to), moment)


def _mail(settings: Settings, alert: Alert, to: str, moment: datetime) -> None:
    """Hand over one message by mail; NotConfigured or Undelivered."""
    post = settings.organisation.mail
    if post is None:
        raise NotConfigured("organisation.yaml has no `mail`, so no mail can be sent")
    mail.send(alert, server=variable(post.server_env), sender=post.sender, to=to, moment=moment)


def _keep(settings: Settings, alert: Alert, day: date) -> Path:
    """Write a message that has no way out to a file, so that a person can still pass it on."""
    path = settings.places.of("out") / "alerts" / day.isoformat() / f"{alert.subscription}.txt"
    write(path, f"{alert.subject}\n\n{alert.text}".encode())
    return path


class _Round:
    """One run over the subscriptions: the open warehouse and what came of each message."""

    def __init__(
        self, settings: Settings, moment: datetime, con: Any, mornings: Mapping[date, _Morning]
    ) -> None:
        self.settings, self.moment, self.con, self.mornings = settings, moment, con, mornings
        self.day = moment.astimezone(settings.organisation.zone).date()
        self.counts: Counter[str] = Counter(sent=0, failed=0, signals=0, source_alarms=0)
        self.failures: list[str] = []
        self.outputs: list[str] = []

    def tell(self, subscription: Subscription) -> None:
        """Give one subscription every message that is due."""
        told, areas = deliveries.told(self.con, subscription.id), _areas(self.settings, subscription)
        signals = {one: morning.signals for one, morning in self.mornings.items()}
        today = self.mornings.get(self.day)
        for due in plan(subscription, areas, signals, told, day=self.day):
            organisation = self.settings.organisation
            alert = compose(due, subscription, areas, organisation, today.alarms if today else ())
            self._hand(
                subscription.id,
                [subject_of(signal) for signal in due],
                alert,
                lambda alert: _send(self.settings, subscription, alert, self.moment),
                "signals",
            )

    def tell_contact(self) -> None:
        """Mail the organisation's contact what is new about the sources; nobody when it has no `mail`."""
        own = self.settings.organisation
        if own.mail is None:
            return
        who, alarms = source_message.RECEIVER, {one: each.alarms for one, each in self.mornings.items()}
        due = source_message.due(alarms, deliveries.told(self.con, who), self.day)
        deliveries.claim(self.con, who, due.same, moment=self.moment, key="")
        deliveries.record(self.con, who, due.same, state="sent", detail="told before, under an earlier date")
        for rows in due.messages:
            self._hand(
                who,
                [source_message.subject_of(row) for row in rows],
                source_message.compose(rows, due.standing, own),
                lambda alert: _mail(self.settings, alert, receiver(own), self.moment),
                "source_alarms",
            )

    def _hand(
        self, who: str, subjects: Sequence[str], alert: Alert, send: Callable[[Alert], None], what: str
    ) -> None:
        """Claim, send and record one message; a channel that fails is noted and the round goes on."""
        deliveries.claim(self.con, who, subjects, moment=self.moment, key=alert.key)
        try:
            send(alert)
        except (NotConfigured, Undelivered) as error:
            deliveries.record(self.con, who, subjects, state="failed", detail=str(error))
            self._failed(alert, error)
        else:
            deliveries.record(self.con, who, subjects, state="sent", detail=alert.key)
            self.counts.update({"sent": 1, what: len(subjects)})

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
    """Deliver what the morning of `moment` has for each subscription, each signal and level once, and to the
    organisation's contact what is new about the sources, each alarm once.

    Every message is first noted as being sent, then sent, then noted as sent, so that a run that is cut off
    repeats at most the one message it was busy with, under the same Message-ID. A channel that fails is
    tried again at the next run, for a week; the others go on, and so they do past a morning whose signals
    cannot be read. Busy when another run holds the warehouse.
    """
    day = moment.astimezone(settings.organisation.zone).date()
    mornings, unread = _mornings(settings, day)
    with writing(settings.places) as con:
        run = _Round(settings, moment, con, mornings)
        for subscription in settings.subscriptions:
            run.tell(subscription)
        run.tell_contact()
    counts = dict(run.counts) | {"subscriptions": len(settings.subscriptions)}
    return Summary("alerts", moment, counts, (*run.failures, *unread), tuple(run.outputs))

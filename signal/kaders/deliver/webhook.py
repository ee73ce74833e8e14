"""Hands a message to a webhook as JSON."""

from __future__ import annotations

from kaders.deliver.addresses import TIMEOUT_SECONDS, NotConfigured, Undelivered
from kaders.errors import ConfigurationError
from kaders.net.addresses import place
from kaders.net.door import Door, FetchFailed
from kaders.net.journey import target
from kaders.report.alert_message import Alert
from kaders.settings import Network

_WHY = {
    "timeout": f"The webhook did not answer within {TIMEOUT_SECONDS} seconds",
    "tls": "The webhook has no valid certificate",
    "unreachable": "The webhook cannot be reached",
    "dns": "The webhook cannot be reached",
    "refused_address": "The address of the webhook is one that Kaders may not go to",
}
"""Why it failed, for a person and without the address: whoever knows that may post."""
DIRECTLY = Network()
"""Without a proxy, and with nothing inside our own walls but the webhook itself."""


def send(alert: Alert, *, url: str, network: Network = DIRECTLY, contact: str = "") -> None:
    """POST {"text", "signals"}; returns when the other side says 2xx. Raises NotConfigured or Undelivered.

    The header Idempotency-Key is the same for a repeat. A redirect is not followed: it would turn the
    message into a question.

    The address comes from a variable that the operator has set on this machine, and a chat server is often
    inside the walls: it is his own word for that exact host and port, and nowhere else is gone to. Through a
    proxy it is not: an inner webhook then has to stand in `network.allow`, as everything else inside does.
    """
    if not url.startswith(("http://", "https://")):
        raise NotConfigured("The address of a webhook starts with http:// or https://")
    payload = {"text": f"{alert.subject}\n\n{alert.text}", "signals": list(alert.signals)}
    try:
        at = target(url)
        own = () if network.proxy else (place(at.host, at.port),)
        allow, trusted = (*network.allow, *own), network.authorities
        with Door(contact=contact, allow=allow, proxy=network.proxy, authorities=trusted) as door:
            status = door.send(url, payload, {"Idempotency-Key": alert.key}, deadline=TIMEOUT_SECONDS)
    except ConfigurationError as wrong:
        raise NotConfigured(str(wrong)) from wrong
    except FetchFailed as failed:
        why = _WHY.get(failed.reason, f"The webhook could not be called ({failed.reason})")
        raise Undelivered(why) from failed
    if not 200 <= status < 300:
        raise Undelivered(f"The webhook answered with code {status}")

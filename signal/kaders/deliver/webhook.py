"""Hands a message to a webhook as JSON."""

from __future__ import annotations

import requests

from kaders.deliver.addresses import TIMEOUT_SECONDS, NotConfigured, Undelivered
from kaders.report.alert_message import Alert


def _reason(error: requests.RequestException) -> str:
    """Why it failed, for a person and without the address: whoever knows that may post."""
    match error:
        case requests.Timeout():
            return f"The webhook did not answer within {TIMEOUT_SECONDS} seconds"
        case requests.exceptions.SSLError():
            return "The webhook has no valid certificate"
        case requests.ConnectionError():
            return "The webhook cannot be reached"
    return f"The webhook could not be called ({type(error).__name__})"


def send(alert: Alert, *, url: str) -> None:
    """POST {"text", "signals"}; returns when the other side says 2xx. Raises NotConfigured or Undelivered.

    The header Idempotency-Key is the same for a repeat. A redirect is not followed: it would turn the
    message into a question.
    """
    if not url.startswith(("http://", "https://")):
        raise NotConfigured("The address of a webhook starts with http:// or https://")
    try:
        reply = requests.post(
            url,
            json={"text": f"{alert.subject}\n\n{alert.text}", "signals": list(alert.signals)},
            headers={"Idempotency-Key": alert.key},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise Undelivered(_reason(error)) from error
    if not 200 <= reply.status_code < 300:
        raise Undelivered(f"The webhook answered with code {reply.status_code}")

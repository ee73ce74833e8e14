"""What goes wrong with object storage, as one sentence that names the setting and the mend."""

from __future__ import annotations

import errno

from aiohttp import ClientError as CutOff
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

FAILURES = (OSError, BotoCoreError, ClientError, CutOff)
"""What s3fs and the libraries below it raise."""
SLOW_DOWN = errno.EBUSY
"""What s3fs makes of SlowDown and ServiceUnavailable once its own tries are spent."""


def sentence(name: str, url: str, error: BaseException) -> str:
    """What went wrong at the address `url` of the setting `name`, and what to do about it."""
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return (
            f"There is no key for {name} ({url}): put AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
            "AWS_PROFILE, in the environment and run again."
        )
    if isinstance(error, PermissionError):
        return (
            f"The key of the environment is refused at {name} ({url}; {code(error) or 'no reason given'}): "
            "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY and at its rights to list, get, put and "
            "delete there, and run again."
        )
    if isinstance(error, OSError) and error.errno == SLOW_DOWN:
        return (
            f"{name} ({url}) is asked too much at once: run again later, or let the library wait longer with "
            "AWS_RETRY_MODE=adaptive and AWS_MAX_ATTEMPTS=10. What was written stays."
        )
    return (
        f"{name} ({url}) cannot be reached ({code(error) or type(error).__name__}): look at the network and "
        "at AWS_ENDPOINT_URL, and run again. What was written stays."
    )


def code(error: BaseException) -> str:
    """What the storage itself calls its refusal; empty when it said nothing."""
    for one in (error, error.__cause__):
        response = getattr(one, "response", None)
        if isinstance(response, dict):
            return str(response.get("Error", {}).get("Code", ""))
    return ""

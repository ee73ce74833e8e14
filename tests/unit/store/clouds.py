"""An S3 service on loopback (moto's own server) that counts what it is asked and fails when it is told to."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

from kaders.settings import Settings, Storage

KEY = "the-right-key"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": KEY,
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",  # nobody waits for botocore's own back-off in a test
}
ERROR = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>"

Asked = dict[str, Any]
Fault = Callable[[Asked], "tuple[str, str] | int | None"]
"""For a request: a status and an S3 error code, or after how many bytes to hang up, or None to answer it."""


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # the name is werkzeug's
        """Nothing."""


class Cloud:
    """The service; `asked` counts requests by what they do."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.fault: Fault | None = None
        self.buckets = 0
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=Quiet)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.port}"

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()

    def bucket(self) -> str:
        """A new bucket."""
        self.buckets += 1
        name = f"bak-{self.buckets}"
        self._backend.create_bucket(name, "us-east-1")
        return name

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Puts an object without a request."""
        self._backend.put_object(bucket, key, content)

    def keys(self, bucket: str) -> dict[str, bytes]:
        """Every object of a bucket."""
        return {key: found.value for key, found in self._backend.buckets[bucket].keys.items()}

    def age(self, bucket: str, part: str, by: timedelta) -> None:
        """Makes objects older whose key has a part in it."""
        for key, found in self._backend.buckets[bucket].keys.items():
            if part in key:
                found.last_modified -= by

    @property
    def _backend(self) -> Any:
        return get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"]

    def _answer(self, environ: Asked, start: Any) -> Iterable[bytes]:
        self.asked[_does(environ)] += 1
        signed = environ.get("HTTP_AUTHORIZATION", "")
        fault = self.fault(environ) if self.fault else None
        if f"Credential={KEY}/" not in signed:
            fault = ("403 Forbidden", "InvalidAccessKeyId")
        if isinstance(fault, tuple):
            head = environ["REQUEST_METHOD"] == "HEAD"  # which is told no more than the status
            content = b"" if head else ERROR.format(code=fault[1]).encode()
            start(fault[0], [("Content-Type", "text/xml"), ("Content-Length", str(len(content)))])
            return [content]
        answer = b"".join(self._moto(environ, start))
        return [answer if fault is None else answer[:fault]]


def _does(environ: Asked) -> str:
    listing = "list-type" in environ.get("QUERY_STRING", "")
    return "LIST" if listing else str(environ["REQUEST_METHOD"])


def times(fault: Any, count: int, method: str = "", path: str = "") -> Fault:
    """A fault for the first so many requests of a method whose path matches."""
    left = [count]

    def now(asked: Asked) -> Any:
        fits = asked["REQUEST_METHOD"] == (method or asked["REQUEST_METHOD"])
        if not fits or not re.search(path, asked["PATH_INFO"]) or left[0] == 0:
            return None
        left[0] -= 1
        return fault

    return now


@contextmanager
def served() -> Iterator[Cloud]:
    """The service for as long as it is needed."""
    cloud = Cloud()
    yield cloud
    cloud.close()


def moved(settings: Settings, bucket: str, data: Path, rooms: str = "landing tagged published") -> Settings:
    """The same organisation with these rooms in a bucket, and all else in another data folder."""
    storage = Storage(**{room: f"s3://{bucket}/{room}" for room in rooms.split()})
    places = settings.places.model_copy(update={"data": data, "storage": storage})
    return settings.model_copy(update={"places": places})


def forget_connections() -> None:
    """As a new process begins: what the libraries remember of keys and addresses is gone."""
    from s3fs import S3FileSystem

    from kaders.store import cloud

    cloud._roots.clear()
    S3FileSystem.clear_instance_cache()

"""Runs the whole job over any folder of feed files, served on loopback: for trying real material."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from kaders.errors import ConfigurationError

TYPES = {".rss": "application/rss+xml", ".atom": "application/atom+xml", ".xml": "application/xml"}
TYPES |= {".json": "application/feed+json"}


class _Files(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | TYPES

    def log_message(self, *_: object) -> None:
        """Says nothing: the run ledger tells what was fetched."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves the files of a folder on 127.0.0.1; gives the base url."""
    handler = functools.partial(_Files, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def organisation(folder: Path, target: Path) -> Path:
    """Writes an organisation folder `target` with one source per file of `folder`; returns `target`."""
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    if not files:
        raise ConfigurationError(f"{folder}: there are no feed files here. Name a folder that holds some")
    target.mkdir(parents=True, exist_ok=True)
    sources = [_source(path, number) for number, path in enumerate(files)]
    _write(target / "organisation.yaml", _ORGANISATION)
    _write(target / "sources.yaml", {"sources": sources})
    _write(target / "topics.yaml", {"topics": []})
    _write(target / "frames.yaml", {"frames": []})
    _write(target / "subscriptions.yaml", {"subscriptions": []})
    return target


def _source(path: Path, number: int) -> dict[str, object]:
    name = re.sub(r"[^a-z0-9._-]+", "-", path.name.lower()).strip("-._") or f"file-{number}"
    return {
        "id": f"{number:03d}-{name}",
        "name": path.name,
        "kind": "rss",
        "url": "${WORLD}/" + path.name,
        "owner_group": f"file-{number}",
        "expected_per_day": 1,
        "permission": "own",
        "terms": "a file on this machine, read for trying the pipeline",
    }


def _write(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")


_ORGANISATION = {
    "id": "feeds",
    "name": {"nl": "Map met feeds", "en": "Folder of feeds"},
    "contact": "nobody@feeds.example",
    "owners": {
        "team": {"role": "spokesperson", "name": {"nl": "Team", "en": "Team"}, "mail": "team@feeds.example"}
    },
    "owner_rules": {"absent": "team", "contested": "team", "reframed": "team", "unframed": "team"},
}

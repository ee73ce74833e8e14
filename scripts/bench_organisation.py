"""Writes an organisation whose sources are on loopback, as YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml


def write(
    folder: Path,
    urls: Mapping[str, str],
    allowed: Sequence[str],
    per_day: float = 5,
    fields: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """The files of an organisation with a source for each id and address; `allowed` are host:port.

    fields: what some of them have beside what every feed has.
    """
    sources = [_source(name, url, per_day) | dict((fields or {}).get(name, {})) for name, url in urls.items()]
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / "organisation.yaml", _ORGANISATION | {"network": {"allow": list(allowed), "at_once": 8}})
    _put(folder / "sources.yaml", {"sources": sources})
    for name in ("topics", "frames", "subscriptions"):
        _put(folder / f"{name}.yaml", {name: []})


def _source(name: str, url: str, per_day: float) -> dict[str, object]:
    return {
        "id": name,
        "name": f"Bron {name}",
        "kind": "news",
        "url": url,
        "owner_group": name,
        "expected_per_day": per_day,
        "terms": "made for measuring, on this machine",
    }


def _put(path: Path, content: object) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")


_ORGANISATION: dict[str, object] = {
    "id": "bench",
    "name": {"nl": "Meting", "en": "Measurement"},
    "contact": "nobody@bench.example",
    "owners": {
        "team": {"role": "spokesperson", "name": {"nl": "Team", "en": "Team"}, "mail": "team@bench.example"}
    },
    "owner_rules": {"absent": "team", "contested": "team", "reframed": "team", "unframed": "team"},
}

"""Makes a new organisation folder from a starter pack."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from kaders.errors import ConfigurationError
from kaders.plain_words import meant


def packs(folder: Path) -> list[str]:
    """The names of the starter packs in `folder`, in alphabetical order; empty when there are none."""
    return sorted(path.parent.name for path in Path(folder).glob("*/organisation.yaml"))


def init(target: Path, *, pack: str, packs: Path) -> list[Path]:
    """Copies the starter pack `pack` out of the folder `packs` to `target`, with the folder's name as its id.

    Returns the files that were written. Raises ConfigurationError when there is no such pack, when `target`
    is a file or a folder with something in it, when its name cannot be an id, or when it cannot be written.
    """
    target, source = Path(target), Path(packs) / pack
    known = _names(Path(packs))
    if pack not in known:
        raise ConfigurationError(
            f"there is no starter pack '{pack}'. {meant(pack, known, noun='starter packs')}"
        )
    _refuse_used(target)
    name = _identifier(target)
    try:
        return _copy_all(source, target, name)
    except OSError as error:
        raise ConfigurationError(
            f"{target} cannot be written ({error.strerror}). Choose another folder"
        ) from None


def _names(folder: Path) -> list[str]:
    return packs(folder)


def _refuse_used(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise ConfigurationError(f"{target} is a file. Choose the name of a new folder")
    if target.is_dir() and any(target.iterdir()):
        raise ConfigurationError(
            f"{target} is not empty; nothing was changed. Choose a new or an empty folder"
        )


def _identifier(target: Path) -> str:
    name = re.sub(r"[^a-z0-9._-]+", "-", target.resolve().name.lower()).strip("-._")
    if not name:
        raise ConfigurationError(
            f"the folder name '{target.name}' cannot be an id. Use small letters and digits"
        )
    return name


def _copy_all(source: Path, target: Path, name: str) -> list[Path]:
    """Copies beside the target first, so that a full disk leaves no half organisation behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as beside:
        fresh = Path(beside) / "organisation"
        fresh.mkdir()
        for path in sorted(source.glob("*.yaml")):
            (fresh / path.name).write_text(_named(path, name), "utf-8")
        fresh.replace(target)
    return sorted(target.iterdir())


def _named(path: Path, name: str) -> str:
    text = path.read_text("utf-8")
    if path.name != "organisation.yaml":
        return text
    return re.sub(r"^id: .*$", f'id: "{name}"', text, count=1, flags=re.MULTILINE)

"""The synthetic demo world: what fictional sources would have served, day by day."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

SYNTHETIC = "Synthetic: town, people, sources and events are invented."


def generate(scenario: Path, seed: int, days: int | None, out: Path, *, sources: Path | None = None) -> Path:
    """Write the world of a scenario to the folder `out`; same arguments, same bytes.

    scenario  YAML file that says what is talked about and what is planted
    seed      any whole number; another seed is another world
    days      how many days, ending with the scenario's last day; None: as many as the scenario says
    sources   the organisation's sources.yaml; by default the one the scenario names or lies beside

    Returns `out`. Raises ConfigurationError with every problem of the scenario at once.
    """
    from kaders.world.write import write

    return write(scenario, seed=seed, days=days, out=out, sources=sources)


def serve(out: Path, *, port: int = 0) -> AbstractContextManager[str]:
    """A context that serves a written world on 127.0.0.1 and gives its base url (no slash at the end)."""
    from kaders.world.serve import serve as serve_world

    return serve_world(out, port=port)

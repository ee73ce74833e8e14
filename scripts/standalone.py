"""`airflow standalone` that listens on loopback only; start.py starts it and hands it its environment.

Airflow's scheduler and triggerer each serve their log files to every address of the machine, with no
setting for the address. The web server reads the same files from disk, so here they serve none.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Any, NoReturn

from airflow.cli.commands import standalone_command
from airflow.models.pool import Pool

WITH_LOG_SERVER = frozenset({"scheduler", "triggerer"})
GOOD_NEWS = "[info "
"""How a line begins its level that is no warning; of the scheduler's lines only tasks' summaries have it."""


class LoopbackCommand(standalone_command.SubCommand):
    """One component of Airflow, started without a log server."""

    def __init__(self, parent: Any, name: str, command: list[str], env: dict[str, str]) -> None:
        quiet = ["--skip-serve-logs"] if name in WITH_LOG_SERVER else []
        super().__init__(parent, name=name, command=[*command, *quiet], env=env)


class Standalone(standalone_command.StandaloneCommand):
    """All components under one parent, the warehouse's pool in place before the scheduler looks for it."""

    def print_output(self, name: str, output: Any) -> None:
        """Leave out what tasks say of their success: their own logs have it, and this file only grows."""
        if name != "scheduler" or GOOD_NEWS not in output:
            super().print_output(name, output)

    def initialize_database(self) -> None:
        """Make the tables and the pool of one slot."""
        super().initialize_database()
        Pool.create_or_update_pool(
            name="warehouse", slots=1, description="one writer", include_deferred=False
        )


def stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """Take SIGTERM for Ctrl-C; by itself Airflow would end and leave its components running."""
    raise KeyboardInterrupt


def main() -> int:
    """Run until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    standalone_command.SubCommand = LoopbackCommand
    Standalone().run()
    return 0


if __name__ == "__main__":
    sys.exit(main())

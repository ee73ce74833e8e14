"""The command `kaders`: the same jobs as the DAGs, for a person at a keyboard.

Exit codes: 0 done, 1 finished with failures named, 2 wrong use or configuration, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from kaders import __version__
from kaders.errors import ConfigurationError, KadersError
from kaders.load import load as load_settings
from kaders.load import root
from kaders.model import Summary
from kaders.settings import Settings

DEFAULT_ORG = "organisations/waterdam"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    args = _parser().parse_args(argv)
    try:
        return int(args.do(args))
    except KeyboardInterrupt:
        print("\nStopped. Nothing is lost: the same command goes on where this one was.", file=sys.stderr)
        return 130
    except KadersError as error:
        print(f"kaders: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        return 1
    except OSError as error:
        print(f"kaders: {error.strerror}: {error.filename or 'a file'}. Make room or give access, then run again", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kaders", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (do, text, options) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(do=do)
        for option in options:
            option(command)
    return parser


Option = Callable[[argparse.ArgumentParser], object]


def _org(command: argparse.ArgumentParser) -> None:
    default = os.environ.get("KADERS_ORG", DEFAULT_ORG)
    command.add_argument("org", nargs="?", type=Path, default=Path(default), help=f"folder (default {default})")
    command.add_argument("--data", type=Path, default=Path(os.environ.get("KADERS_DATA", "data")))


def _moment(command: argparse.ArgumentParser) -> None:
    command.add_argument("--day", type=_day, help="the morning of this day, 06:30 (YYYY-MM-DD)")
    command.add_argument("--moment", type=datetime.fromisoformat, help="a moment with its zone, ISO 8601")


def _world(command: argparse.ArgumentParser) -> None:
    command.add_argument("--scenario", type=Path, help="YAML of the demo world")
    command.add_argument("--seed", type=int, default=None, help="another seed is another world")
    command.add_argument("--days", type=int, default=None, help="length of the demo world in days")


def _option(*names: str, **how: object) -> Option:
    return lambda command: command.add_argument(*names, **how)  # type: ignore[arg-type]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2026-11-23") from None


def now() -> datetime:
    """The clock, read at the edge and nowhere else."""
    return datetime.now(UTC)


def _settings(args: argparse.Namespace, *, world: str | None = None) -> Settings:
    return load_settings(args.org, data=args.data, world=world or os.environ.get("KADERS_WORLD", ""))


def moment_of(args: argparse.Namespace, settings: Settings) -> datetime:
    """The moment that --moment or --day asks for; now when neither is given."""
    from kaders.jobs.run import morning_of

    if args.moment is not None:
        if args.moment.tzinfo is None:
            raise ConfigurationError(f"--moment {args.moment.isoformat()} has no zone. Add one, as in +01:00 or Z")
        return datetime.fromisoformat(args.moment.isoformat())
    return morning_of(args.day, settings) if args.day else now()


def _say(summary: Summary) -> int:
    """One line about a job, its failures below it; the exit code."""
    counts = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in summary.counts.items())
    print(f"{summary.job}: {counts or 'nothing to do'}")
    for failure in summary.failures:
        print(f"  failed: {failure}", file=sys.stderr)
    for output in summary.outputs[:4]:
        print(f"  {output}")
    return 1 if summary.failures else 0


def _job(run: Callable[[Settings, datetime], Summary]) -> Callable[[argparse.Namespace], int]:
    """A command that runs one job of one organisation at one moment, alone."""

    def do(args: argparse.Namespace) -> int:
        from kaders.store.lock import run_lock

        settings = _settings(args)
        with run_lock(settings.places):
            return _say(run(settings, moment_of(args, settings)))

    return do


def _collect(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.collect import collect

    return collect(settings, moment, now=now())


def _tag(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.tag import tag

    return tag(settings, moment)


def _load(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.load import load

    return load(settings, moment)


def _detect(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.detect import detect

    return detect(settings, moment)


def _report(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.report import report

    return report(settings, moment)


def _alerts(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.alerts import alerts

    return alerts(settings, moment)


def _export(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.export import export

    return export(settings, moment)


def _rebuild(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.rebuild import rebuild

    with _progress() as progress:
        return rebuild(settings, moment, lambda done, of: progress("rebuild", done, of))


def _init(args: argparse.Namespace) -> int:
    from kaders.jobs.init import init

    for path in init(args.target, pack=args.pack, packs=root() / "data" / "reference" / "starter_packs"):
        print(path)
    print(f"Now fill in the YAML, then: kaders check {args.target}")
    return 0


def _check(args: argparse.Namespace) -> int:
    settings = _settings(args, world="http://127.0.0.1")
    print(
        f"{args.org}: {len(settings.sources)} sources, {len(settings.topics)} topics, "
        f"{len(settings.frames)} stated frames, {len(settings.subscriptions)} subscriptions; no problems"
    )
    return 0


def _status(args: argparse.Namespace) -> int:
    from kaders.jobs.status import status

    settings = _settings(args)
    print("\n".join(status(settings, moment_of(args, settings))))
    return 0


def _import(args: argparse.Namespace) -> int:
    from kaders.jobs.imports import import_file
    from kaders.store.lock import run_lock

    settings = _settings(args)
    with run_lock(settings.places):
        return _say(import_file(settings, args.file, moment_of(args, settings), source=args.source))


def _make_world(args: argparse.Namespace) -> int:
    from kaders.world import generate

    print(generate(args.scenario, args.seed or 0, args.days, args.out, sources=args.sources))
    return 0


def _serve(args: argparse.Namespace) -> int:
    import threading

    from kaders.jobs import demo
    from kaders.world import serve

    settings = _settings(args)
    asked = demo.world_of(settings, scenario=args.scenario, seed=args.seed or 0, days=args.days)
    with serve(demo.prepare(asked, settings), port=args.port) as url:
        print(url, flush=True)
        threading.Event().wait()
    return 0


def _run(args: argparse.Namespace) -> int:
    from kaders.present import present

    with ExitStack() as stack:
        from kaders.jobs import demo
        from kaders.jobs.run import Plan, morning_of
        from kaders.store.lock import run_lock

        settings = _settings(args)
        stack.enter_context(run_lock(settings.places))
        is_demo = settings.organisation.world is not None or args.scenario is not None
        if not is_demo:
            moment = moment_of(args, settings)
            return present(settings, Plan((), (moment,), now()), args, _progress)
        asked = demo.world_of(settings, scenario=args.scenario, seed=args.seed or 0, days=args.days)
        end, days = demo.span(asked, asked.sources)
        days_all = [day for day in demo.mornings(end, days) if args.day is None or day <= args.day]
        moments = tuple(morning_of(day, settings) for day in days_all)
        with _progress() as progress:
            progress("world", 0, 1)
            folder = demo.prepare(asked, settings)
            progress("world", 1, 1)
        url = stack.enter_context(demo.served(folder))
        stack.enter_context(_receivers(settings))
        settings = _settings(args, world=url)
        full = max(1, args.mornings)
        return present(settings, Plan(moments[:-full], moments[-full:], now()), args, _progress, world=url)


@contextmanager
def _receivers(settings: Settings) -> Iterator[None]:
    """The demo's own mail server and webhook, real ones on loopback, unless the environment names others."""
    from kaders.deliver.demo_mail import demo_mail
    from kaders.deliver.demo_webhook import demo_webhook

    out = settings.places.of("out")
    with ExitStack() as stack:
        if settings.organisation.mail and settings.organisation.mail.server_env not in os.environ:
            address = stack.enter_context(demo_mail(out / "mailbox"))
            os.environ[settings.organisation.mail.server_env] = address
        if "KADERS_WEBHOOK" not in os.environ:
            os.environ["KADERS_WEBHOOK"] = stack.enter_context(demo_webhook(out / "webhook"))
        yield


def _feeds(args: argparse.Namespace) -> int:
    from kaders.jobs import feeds
    from kaders.jobs.run import Plan
    from kaders.present import present
    from kaders.store.lock import run_lock

    args.org = feeds.organisation(args.folder, args.data / "feeds-organisation")
    with feeds.served(args.folder) as url:
        settings = _settings(args, world=url)
        with run_lock(settings.places):
            return present(settings, Plan((), (moment_of(args, settings),), now()), args, _progress, world=url)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar per long part; plain lines when nobody is watching."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars: dict[str, object] = {}
    with Progress(*columns, console=Console(stderr=True), transient=False) as progress:

        def tell(step: str, done: int, of: int) -> None:
            if step not in bars:
                bars[step] = progress.add_task(step, total=of)
            progress.update(bars[step], completed=done, total=of)  # type: ignore[arg-type]

        yield tell


COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], str, Iterable[Option]]] = {
    "init": (
        _init,
        "Make an organisation folder from a starter pack.",
        (
            _option("target", type=Path),
            _option("--pack", required=True, choices=("municipality", "water_board", "ministry")),
        ),
    ),
    "check": (_check, "Validate an organisation's YAML: one clear error per problem.", (_org,)),
    "run": (
        _run,
        "The main job, from collection to the morning report.",
        (
            _org,
            _moment,
            _world,
            _option("--airflow", action="store_true", help="the last mornings as real Airflow DAG runs"),
            _option("--mornings", type=int, default=3, help="how many mornings of the demo go all the way"),
        ),
    ),
    "collect": (_job(_collect), "Fetch all sources into landing files.", (_org, _moment)),
    "tag": (_job(_tag), "Tag what has landed.", (_org, _moment)),
    "load": (_job(_load), "Load what was tagged into the warehouse.", (_org, _moment)),
    "detect": (_job(_detect), "Judge the morning: signals.json.", (_org, _moment)),
    "report": (_job(_report), "Paint the morning report, Dutch and English.", (_org, _moment)),
    "alerts": (_job(_alerts), "Send what subscriptions are due.", (_org, _moment)),
    "export": (_job(_export), "Write last week's trends: XLSX and CSV.", (_org, _moment)),
    "status": (_status, "Health of the sources, last runs, what is late.", (_org, _moment)),
    "rebuild": (_job(_rebuild), "Make the warehouse anew from landing.", (_org, _moment)),
    "import": (
        _import,
        "Bring in documents from CSV or JSONL as a source.",
        (
            _option("file", type=Path),
            _option("--source", default="import", help="the source in sources.yaml they belong to"),
            _org,
            _moment,
        ),
    ),
    "world": (
        _make_world,
        "Write a synthetic world: what the sources would have served, day by day.",
        (
            _option("--scenario", type=Path, required=True),
            _option("--sources", type=Path, help="sources.yaml (default: the one beside the scenario)"),
            _option("--seed", type=int, default=0),
            _option("--days", type=int),
            _option("--out", type=Path, required=True),
        ),
    ),
    "serve": (
        _serve,
        "Serve the demo world on loopback and print its address.",
        (_org, _world, _option("--port", type=int, default=0)),
    ),
    "feeds": (
        _feeds,
        "Run the whole job over a folder of feed files, served on loopback.",
        (
            _option("folder", type=Path),
            _option("--data", type=Path, default=Path(os.environ.get("KADERS_DATA", "data"))),
            _moment,
            _option("--airflow", action="store_true", help="as real Airflow DAG runs"),
        ),
    ),
}

if __name__ == "__main__":
    sys.exit(main())

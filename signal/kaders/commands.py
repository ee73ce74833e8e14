"""What each command does: it reads the arguments, calls a job and says in a line what came of it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib import import_module

from kaders.errors import ConfigurationError
from kaders.load import load as load_settings
from kaders.load import root
from kaders.model import Summary
from kaders.settings import Settings


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
            raise ConfigurationError(
                f"--moment {args.moment.isoformat()} has no zone. Add one, as in +01:00 or Z"
            )
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


Job = Callable[[Settings, datetime], Summary]


def job(name: str, run: Job | None = None) -> Callable[[argparse.Namespace], int]:
    """A command that runs one job of one organisation at one moment, alone.

    name: the module in kaders.jobs and its function; it is loaded when it runs, so that `--help` is quick.
    run: what to call instead, for a job that takes more than settings and moment.
    """

    def do(args: argparse.Namespace) -> int:
        from kaders.store.lock import run_lock

        settings = _settings(args)
        work: Job = run or getattr(import_module(f"kaders.jobs.{name}"), name)
        with run_lock(settings.places):
            return _say(work(settings, moment_of(args, settings)))

    return do


def collect(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.collect import collect

    return collect(settings, moment, now=now())


def rebuild(settings: Settings, moment: datetime) -> Summary:
    from kaders.jobs.rebuild import rebuild

    with _progress() as progress:
        return rebuild(settings, moment, lambda done, of: progress("rebuild", done, of))


def init(args: argparse.Namespace) -> int:
    from kaders.jobs.init import init

    for path in init(args.target, pack=args.pack, packs=root() / "data" / "reference" / "starter_packs"):
        print(path)
    print(f"Now fill in the YAML, then: kaders check {args.target}")
    return 0


def check(args: argparse.Namespace) -> int:
    settings = _settings(args, world="http://127.0.0.1")
    print(
        f"{args.org}: {len(settings.sources)} sources, {len(settings.topics)} topics, "
        f"{len(settings.frames)} stated frames, {len(settings.subscriptions)} subscriptions; no problems"
    )
    return 0


def status(args: argparse.Namespace) -> int:
    from kaders.jobs.status import status

    settings = _settings(args)
    print("\n".join(status(settings, moment_of(args, settings))))
    return 0


def import_(args: argparse.Namespace) -> int:
    from kaders.jobs.imports import import_file
    from kaders.store.lock import run_lock

    settings = _settings(args)
    with run_lock(settings.places):
        return _say(import_file(settings, args.file, moment_of(args, settings), source=args.source))


def make_world(args: argparse.Namespace) -> int:
    from kaders.world import generate

    print(generate(args.scenario, args.seed or 0, args.days, args.out, sources=args.sources))
    return 0


def serve(args: argparse.Namespace) -> int:
    import threading

    from kaders.jobs import demo
    from kaders.world import serve

    settings = _settings(args)
    asked = demo.world_of(settings, scenario=args.scenario, seed=args.seed or 0, days=args.days)
    with serve(demo.prepare(asked, settings), port=args.port) as url:
        print(url, flush=True)
        threading.Event().wait()
    return 0


def run(args: argparse.Namespace) -> int:
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


def feeds(args: argparse.Namespace) -> int:
    from kaders.jobs import feeds
    from kaders.jobs.run import Plan
    from kaders.present import present
    from kaders.store.lock import run_lock

    args.org = feeds.organisation(args.folder, args.data / "feeds-organisation")
    with feeds.served(args.folder) as url:
        settings = _settings(args, world=url)
        with run_lock(settings.places):
            return present(
                settings, Plan((), (moment_of(args, settings),), now()), args, _progress, world=url
            )


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

"""The house itself: nothing shadows the standard library, the walls hold, the locks are whole."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "signal" / "kaders"
PURE = ("read", "tag", "detect", "report", "ask")
DOORS = ("collect", "net", "store", "deliver")
ALLOWED = {
    "duckdb": ("store",),
    "requests": ("net",),
    "botocore": ("store",),
    "fsspec": ("store",),
    "s3fs": ("store",),
    "upath": ("store",),
    "spacy": ("tag",),
    "airflow": (),
}
"""Which rooms may import a library; nobody else in signal/ does."""
OUTSIDE = {
    "duckdb",
    "requests",
    "socket",
    "subprocess",
    "smtplib",
    "urllib.request",
    "http.client",
    "airflow",
}
"""What a room that only thinks has no use for."""
LONGEST_MODULE = 400
"""Lines. The house rule is "rarely over 300"; from here on it is a wall."""
LONGEST_FUNCTION = 45
"""Lines, a house rule: mostly under ten, never over this."""
ANYWHERE_ON_THIS_MACHINE = re.compile(r"(?<![\w./~-])/(?:work|tmp|home|root|opt/wheels)/")
LOCKS = ("requirements.txt", "requirements-dev.txt")


def modules(folder: Path) -> list[Path]:
    """The Python files below a folder."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


CODE = [path for name in ("signal", "dags", "scripts", "tests") for path in modules(ROOT / name)]


def imports(path: Path) -> Iterator[str]:
    """The full names a module imports, at the top and inside functions, but for type checking only."""
    for node in _running(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        yield node
        yield from _running(node)


def within(name: str, package: str) -> bool:
    """Whether a dotted name is a package or lies in it."""
    return name == package or name.startswith(package + ".")


def in_rooms(path: Path, rooms: tuple[str, ...]) -> bool:
    """Whether a module of kaders lies in one of these rooms."""
    return path.relative_to(PACKAGE).parts[0] in rooms


def run(*command: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """A command run from the project's root with signal/ as a source root, `text` on its standard input.

    It knows nothing of the `make` that may have started the tests.
    """
    outer = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    env = outer | {"PYTHONPATH": str(ROOT / "signal")}
    return subprocess.run(
        command, cwd=ROOT, env=env, input=text, capture_output=True, text=True, timeout=100, check=False
    )


def test_signal_is_no_package_and_shadows_nothing() -> None:
    assert not (ROOT / "signal" / "__init__.py").exists()
    assert not (ROOT / "signal" / "signal.py").exists()
    done = run(sys.executable, "-c", "import signal, kaders; signal.SIGTERM; print(signal.__file__)")
    assert done.returncode == 0, done.stderr
    assert str(ROOT) not in str(Path(done.stdout).parent)


def test_nothing_below_a_source_root_hides_a_standard_module() -> None:
    roots = (ROOT / "signal", ROOT / "dags", ROOT / "scripts")
    names = {path.stem for root in roots for path in root.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert not names & sys.stdlib_module_names


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_in_its_first_line_what_it_is(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert text and text.splitlines()[0].rstrip().endswith("."), "one sentence, closed with a full stop"


@pytest.mark.parametrize("library", ALLOWED)
def test_a_library_stays_in_its_rooms(library: str) -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in modules(PACKAGE)
        if not in_rooms(path, ALLOWED[library]) and any(within(name, library) for name in imports(path))
    ]
    assert not strays


def test_rooms_that_think_touch_neither_doors_nor_the_world() -> None:
    closed = OUTSIDE | {f"kaders.{room}" for room in (*DOORS, "jobs", "cli", "world")}
    strays = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(PACKAGE)
        if in_rooms(path, PURE)
        for name in imports(path)
        if any(within(name, shut) for shut in closed)
    ]
    assert not strays


def test_doors_do_not_know_the_corridor() -> None:
    strays = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(PACKAGE)
        if in_rooms(path, (*DOORS, *PURE))
        for name in imports(path)
        if within(name, "kaders.jobs") or within(name, "kaders.cli")
    ]
    assert not strays


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("signal/kaders/detect/probe.py", "import duckdb"),
        ("signal/kaders/jobs/probe.py", "import requests"),
        ("signal/kaders/store/../report/probe.py", "from spacy import blank"),
        ("signal/kaders/jobs/probe.py", "from airflow.sdk import dag"),
        ("signal/kaders/detect/probe.py", "from datetime import UTC, datetime\n\nMOMENT = datetime.now(UTC)"),
    ],
    ids=["duckdb", "requests", "spacy", "airflow", "the clock"],
)
def test_the_linter_stops_who_walks_through_a_wall(path: str, code: str) -> None:
    ruff = (sys.executable, "-m", "ruff", "check", "--select", "TID251", "--stdin-filename", path, "-")
    done = run(*ruff, text=f'"""A probe."""\n\n{code}\n')
    assert done.returncode == 1, done.stdout + done.stderr
    assert "TID251" in done.stdout


def test_modules_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in modules(PACKAGE)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    ]
    assert not long


def test_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {node.name} {lines}"
        for folder in ("signal", "dags", "scripts")
        for path in modules(ROOT / folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long


def test_no_path_of_one_machine_is_written_into_the_project() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in [*CODE, ROOT / "Makefile", ROOT / "pyproject.toml", *(ROOT / name for name in LOCKS)]
        if path != Path(__file__) and ANYWHERE_ON_THIS_MACHINE.search(path.read_text(encoding="utf-8"))
    ]
    assert not strays


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_pin_and_hash_everything_and_name_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.replace("\\\n", " "))
    pins = [entry for entry in entries if re.match(r"[A-Za-z0-9]", entry)]
    assert len(pins) > 20
    assert not [pin.split()[0] for pin in pins if "==" not in pin.split()[0] or "--hash=sha256:" not in pin]
    assert not re.search(r"^\s*(--(extra-)?index-url|--find-links|-i |-f )|https?://", text, re.MULTILINE)


def test_what_is_asked_for_is_in_the_lock() -> None:
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower()
    for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines():
        if name := re.match(r"[A-Za-z0-9_.-]+", line):
            assert f"\n{name.group().lower().replace('_', '-')}==" in lock, line


def test_make_help_lists_every_target() -> None:
    targets = set(
        re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    done = run("make", "--no-print-directory", "help")
    listed = {line.split()[0] for line in done.stdout.splitlines() if line.strip()}
    assert listed == targets
    assert {
        "install",
        "run",
        "start",
        "stop",
        "test",
        "lint",
        "typecheck",
        "lock",
        "clean",
        "help",
    } <= targets


def test_make_passes_its_variables_on() -> None:
    chosen = ["ORG=organisations/mine", "DAY=2026-11-23", "SEED=7", "SCENARIO=my file.yaml", "DAYS=30"]
    done = run("make", "--dry-run", "--old-file=.venv/.installed", "run", *chosen)
    last = done.stdout.strip().splitlines()[-1]
    assert 'kaders run "organisations/mine" --airflow --day "2026-11-23"' in last
    assert '--scenario "my file.yaml" --seed "7" --days "30"' in last


def test_the_version_stands_once() -> None:
    from kaders import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project.get("version", __version__) == __version__
    assert project["license"] == "EUPL-1.2"
    assert project["scripts"]["kaders"] == "kaders.cli:main"


def test_ci_runs_what_a_developer_runs() -> None:
    ci = ROOT / ".ci" / "run"
    assert os.access(ci, os.X_OK)
    assert "make test" in ci.read_text(encoding="utf-8")

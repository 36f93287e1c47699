"""A PostgreSQL server of one's own: made, started, crashed and removed at will.

Conventions: it lives in a new folder and on a free port of this machine alone, and is never the server that the other tests use.
The superuser of the system may not run PostgreSQL: then the user ``postgres`` does.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

#: a crashed server needs some seconds to come back, a slow machine more
_WAIT_S: Final = 120
_OWNER: Final = "postgres"


def why_not() -> str | None:
    """Say what is missing for a server of one's own; None where nothing is."""
    if os.name != "posix":
        return "a server of one's own is made on Linux and macOS alone"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed"
    if _binaries() is None:
        return "the programs of a PostgreSQL server (initdb, pg_ctl) are not here"
    if os.geteuid() == 0:
        import pwd  # not on Windows

        try:
            pwd.getpwnam(_OWNER)
        except KeyError:
            return f"there is no user {_OWNER}, and root may not run a server"
    return None


def _binaries() -> Path | None:
    """Find the folder of initdb and pg_ctl: Debian keeps them off the path."""
    on_path = shutil.which("initdb")
    found = [*([Path(on_path).resolve().parent] if on_path else []), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return next((folder for folder in found if (folder / "pg_ctl").exists() and (folder / "initdb").exists()), None)


class Cluster:
    """A server that may be stopped as if its machine had crashed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.is_running = False
        self._do("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={_OWNER}", "-D", str(self._data))

    def url(self, database: str = _OWNER) -> str:
        return f"postgresql://{_OWNER}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start it, after a crash as well, and wait until it answers."""
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1"
        self._do("pg_ctl", "start", "-w", "-t", str(_WAIT_S), "-D", str(self._data), "-l", str(self._folder / "log"), "-o", options)
        self.is_running = True

    def crash(self) -> None:
        """Stop it at once: no connection is ended in peace, nothing is written any more; the next start recovers from its log."""
        self._do("pg_ctl", "stop", "-w", "-m", "immediate", "-D", str(self._data))
        self.is_running = False

    def create(self, database: str) -> str:
        """Make an empty database; give its URL."""
        engine = sa.create_engine(self.url().replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {database}")
        finally:
            engine.dispose()
        return self.url(database)

    def _do(self, program: str, *words: str) -> None:
        binaries = _binaries()
        assert binaries is not None
        become = ["runuser", "-u", _OWNER, "--"] if os.geteuid() == 0 else []
        with tempfile.TemporaryFile() as said:  # a file and no pipe: the server would keep a pipe open for ever
            done = subprocess.run([*become, str(binaries / program), *words], stdout=said, stderr=said, cwd=self._folder, check=False)
            said.seek(0)
            assert done.returncode == 0, f"{program}: {said.read().decode(errors='replace')}"


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """Give a running server, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="retro-postgres-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, _OWNER)
        cluster = Cluster(folder)
        cluster.start()
        try:
            yield cluster
        finally:
            if cluster.is_running:
                cluster.crash()
    finally:
        shutil.rmtree(folder)

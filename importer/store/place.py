"""Where the database is: URLs, files and file systems.

Conventions: what is shown to anybody (`shown`) never holds a password.
Opens nothing.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from importer.errors import NotThereError, StoreError

#: Kinds of mounted file systems where SQLite's shared memory and locks do not hold. Source: sqlite.org/wal.html.
NETWORK: Final = frozenset(
    ("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "drvfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs")
) | frozenset(("glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs"))
#: Parts of a URL's query that hold secrets.
SECRETS: Final = ("password", "sslpassword")
#: What is meant for a server and would be taken for the name of a file: a URL without its slashes, libpq's own way of naming a database.
_NO_PATH: Final = re.compile(r"postgres(ql)?(\+\w+)?:|(.*\s)?(host|dbname|service|password)\s*=", re.IGNORECASE | re.DOTALL)


def default_url() -> str:
    """Give the URL of the SQLite file in the user's data folder."""
    import platformdirs

    return str(URL.create("sqlite", database=str(platformdirs.user_data_path("retro-import", appauthor=False) / "retro-import.db")))


def parse(url: str) -> URL:
    """Read a database URL; a plain path is a SQLite file.

    Raises
    ------
    StoreError : the text is no URL of SQLite or PostgreSQL. Its password is not repeated.
    """
    try:
        url.encode()
    except UnicodeEncodeError:
        raise StoreError("the database's name is no valid text", remedy="name it in UTF-8") from None
    if "://" not in url:
        if _NO_PATH.match(url):  # not repeated: it may hold a password
            raise StoreError("this is neither a file nor a database URL", remedy="write sqlite:///FILE or postgresql://USER@HOST/NAME")
        return URL.create("sqlite", database=str(Path(url).expanduser()))
    try:
        parsed = make_url(url)
        backend = parsed.drivername.partition("+")[0]
    except (ArgumentError, ValueError):
        # "from None": the library's own message may repeat the URL with its password
        raise StoreError("the database URL cannot be read", remedy="write sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    if backend == "sqlite":
        if parsed.query:
            raise StoreError("a SQLite URL takes no parameters", url=shown(parsed), remedy="write sqlite:///FILE")
        return parsed.set(drivername="sqlite")
    if "@" in (parsed.host or ""):  # what stands before it is the end of the password
        raise StoreError(
            "a user or password in the database URL holds an @", remedy="write %40 for it, or leave the password to PGPASSWORD"
        )
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(f"no database of the kind {backend!r} is known", url=shown(parsed), remedy="use sqlite:/// or postgresql://")


def shown(url: URL) -> str:
    """Give the URL without any password."""
    secret = [key for key in url.query if key.casefold() in SECRETS]
    return url.difference_update_query(secret).render_as_string(hide_password=True)


def backup_advice(shown_url: str) -> str:
    """Say how to copy a server's database before an upgrade; "" for SQLite, of which the upgrade makes a copy itself."""
    url = make_url(shown_url) if shown_url else None
    if url is None or url.get_backend_name() == "sqlite":
        return ""
    plain = url._replace(drivername=url.get_backend_name(), password=None).render_as_string()
    return f"copy it with `pg_dump --format=custom --file=before-upgrade.dump '{plain}'`, then "


def file_of(url: URL) -> Path | None:
    """Give the file of a SQLite URL; None for PostgreSQL and for a database in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database)).absolute()


def is_on_network(path: Path) -> bool:
    """Tell whether the file lies on a network file system, as far as the system says (Linux mounts, Windows UNC paths)."""
    folder = str(path.parent.resolve())
    if folder.startswith("\\\\"):
        return True
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return kind_of_mount(folder, mounts=mounts) in NETWORK


def kind_of_mount(folder: str, *, mounts: str) -> str:
    """Give the kind of the file system that holds a folder, "" where no line fits.

    Parameters
    ----------
    mounts : text of ``/proc/self/mounts``; a later line covers an earlier one, and blanks are written as ``\\040``.
    """
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ").rstrip("/")
        if (folder == point or folder.startswith(point + "/")) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def check_folder(path: Path, *, create: bool, shown_url: str) -> None:
    """Raise StoreError with the likely mistake where a database file cannot be at `path`."""
    if path.is_dir():
        raise StoreError(f"{path} is a folder", url=shown_url, remedy="name a file in it")
    if path.exists():
        return
    if not create:
        raise NotThereError("there is no database here yet", url=shown_url, remedy="import a file first, or name another one with --db")
    if not path.parent.is_dir():
        raise StoreError(f"the folder {path.parent} does not exist", url=shown_url, remedy="create it or choose another place with --db")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StoreError(f"the folder {path.parent} cannot be written", url=shown_url, remedy="choose another place with --db")


def shown_place(url: str | None) -> str:
    """Say where the database is: the file of SQLite, the URL without its password of another."""
    parsed = parse(url or default_url())
    return str(file_of(parsed) or shown(parsed))


def exists(url: str | None) -> bool:
    """Tell whether there is a database file; a server's database is taken to exist."""
    parsed = parse(url or default_url())
    path = file_of(parsed)
    return path.exists() and path.stat().st_size > 0 if path is not None else parsed.get_backend_name() != "sqlite"

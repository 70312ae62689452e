"""This system made to refuse what Windows refuses, for the program's own code alone.

What is told apart: a file that is open or mapped cannot be deleted, replaced, moved or cut, nor a
folder that holds one be moved; a file is only synced by a handle that may write; folders cannot be
opened; nothing is renamed over what is there; names may not hold some characters; text is written
with CR LF and in the system's encoding unless said otherwise; and much of `os`, `signal` and `mmap`
is not there. Whose code asks is told by the stack, so libraries and tests go on as ever.

As a program it runs another one so: `python -m tests.windows_rules -m reviewer ...`. As a plugin of
pytest it runs any tests so: `WINDOWS_RULES=1 pytest -p tests.windows_rules tests/gui`; what was
refused is listed in the file that WINDOWS_RULES_LOG names. Linux only: it reads /proc.
"""

from __future__ import annotations

import builtins
import errno
import fcntl
import io
import os
import re
import runpy
import select
import shutil
import sys
import types
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parents[1]
OWN = (f"{ROOT}/reviewer/", f"{ROOT}/model/")
TESTS = f"{ROOT}/tests/"

MISSING = {
    "os": re.compile(
        r"O_(DIRECT\w*|NOATIME|CLOEXEC|NOFOLLOW|SYNC)|p(read|write)v?|posix_\w+|nice|\w+priority|"
        r"RWF_\w+|sched_\w+|get(p?[ug]id|e[ug]id|sid|pgid|loadavg|groups)|set(sid|p?gid|uid)|fork\w*|"
        r"uname|chown|fchmod|fchown|killpg|statvfs|sysconf|mkfifo|sendfile|copy_file_range|wait[34]?|"
        r"WIF\w+|sync|fdatasync|openpty|ttyname|confstr|pathconf|EX_\w+|P_ALL|memfd_create"
    ),
    "signal": re.compile(
        r"SIG(KILL|HUP|USR[12]|CHLD|ALRM|QUIT|PIPE|STOP|CONT|TSTP|WINCH)|pthread_\w+|alarm|setitimer|"
        r"getitimer|sig(wait\w*|pending|timedwait)|pause"
    ),
    "mmap": re.compile(r"MADV_\w+|MAP_\w+|PROT_\w+"),
    "socket": re.compile(r"AF_UNIX|socketpair_unix"),
    "time": re.compile(r"clock_\w+|CLOCK_\w+|tzset|pthread_\w+"),
}
"""What Windows has not, by module."""
NO_MODULES = frozenset({"fcntl", "resource", "termios", "pwd", "grp", "pty", "tty", "syslog"})
FIXED_DRIVE = 3
SYSTEM = types.SimpleNamespace(
    kernel32=types.SimpleNamespace(GetDriveTypeW=lambda _place: FIXED_DRIVE)
)
"""What is asked of Windows itself."""
SAID = {"os": {"name": "nt"}, "sys": {"platform": "win32"}, "ctypes": {"windll": SYSTEM}}

FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]|[. ]$')
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$", re.IGNORECASE)

refusals: list[str] = []
"""What was refused, for whoever looks for it."""


class Hiding(types.ModuleType):
    """A module without what Windows has not."""

    def __init__(self, module: types.ModuleType) -> None:
        super().__init__(module.__name__)
        self.__dict__["_module"] = module

    def __getattr__(self, name: str) -> object:
        module = self.__dict__["_module"]
        known = module.__name__
        if known in MISSING and MISSING[known].fullmatch(name):
            raise AttributeError(f"module {known!r} has no attribute {name!r} (on Windows)")
        said = SAID.get(known, {})
        return said[name] if name in said else getattr(module, name)


def _peek(handle: int, _size: int = 0) -> tuple[int, int]:
    """What `PeekNamedPipe` tells of a pipe: bytes that wait; an error where the writer is gone."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    found = dict(poll.poll(0)).get(handle, 0)
    if found & select.POLLHUP and not found & select.POLLIN:
        raise BrokenPipeError(errno.EPIPE, "The pipe has been ended")
    return int(bool(found & select.POLLIN)), 0


def _stand_ins() -> dict[str, types.ModuleType]:
    """Modules that only Windows has, as far as they are used."""
    msvcrt, winapi = types.ModuleType("msvcrt"), types.ModuleType("_winapi")
    msvcrt.get_osfhandle = lambda number: number  # type: ignore[attr-defined]
    winapi.PeekNamedPipe = _peek  # type: ignore[attr-defined]
    return {"msvcrt": msvcrt, "_winapi": winapi}


def asker() -> str:
    """The line of our own code that asks for something; empty where a library or a test does."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(OWN):
            return f"{file.removeprefix(f'{ROOT}/')}:{frame.f_lineno}"
        if file.startswith(TESTS) and file != __file__:
            return ""
        _, library, inside = file.rpartition("/site-packages/")
        if library and not inside.startswith(("numpy/", "PIL/")):
            # Other libraries know Windows by themselves.
            return ""
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def _family() -> Iterator[int]:
    """This process, its parent and its children."""
    yield os.getpid()
    yield os.getppid()
    for task in Path("/proc/self/task").iterdir():
        try:
            yield from map(int, (task / "children").read_text(encoding="ascii").split())
        except OSError:
            continue


def held_files() -> Iterator[tuple[Path, str]]:
    """Every file that this process or one near it has open or mapped, and how."""
    for number in _family():
        place = Path(f"/proc/{number}")
        # Another process may end meanwhile.
        with suppress(OSError):
            for entry in (place / "fd").iterdir():
                with suppress(OSError):
                    yield entry.readlink(), f"open in {number}"
        with suppress(OSError), io.FileIO(place / "maps") as file:
            for line in file.readall().decode("utf-8", "surrogateescape").splitlines():
                fields = line.split(maxsplit=5)
                if len(fields) == 6 and fields[5].startswith("/"):
                    yield Path(fields[5]), f"mapped in {number}"


def why_held(path: Path, *, mapped_only: bool = False) -> str:
    """How a file, or a file in a folder, is held; empty if it is not."""
    whole = path.resolve()
    for name, how in held_files():
        inside = whole in name.parents or (name == whole and not whole.is_dir())
        if inside and (how.startswith("mapped") or not mapped_only):
            return f"{name} is {how}"
    return ""


def refuse(what: str, who: str, number: int = errno.EACCES) -> OSError:
    """Notes a refusal; the error to raise."""
    refusals.append(f"{who}: {what}")
    if log := os.environ.get("WINDOWS_RULES_LOG"):
        with io.FileIO(log, "a") as file:
            file.write(f"{who}: {what}\n".encode())
    return OSError(number, f"{what} (as on Windows)")


def _check_name(path: Path, who: str) -> None:
    if FORBIDDEN.search(path.name) or DEVICES.match(path.name):
        raise refuse(f"no file can be called {path.name!r}", who, errno.EINVAL)


def _path(given: object) -> Path:
    """What a call names; a place that is nowhere where it names none."""
    named = isinstance(given, (str, bytes, os.PathLike))
    return Path(os.fsdecode(given)) if named else Path("/nowhere")


def _moving(real: Callable[..., object], *, over: bool) -> Callable[..., object]:
    def move(source: object, target: object, **more: object) -> object:
        if who := asker():
            old, new = _path(source), _path(target)
            _check_name(new, who)
            if how := why_held(old):
                raise refuse(f"cannot move {old}: {how}", who)
            if new.exists() or new.is_symlink():
                if not over:
                    raise refuse(f"{new} is there already", who, errno.EEXIST)
                if new.is_dir():
                    raise refuse(f"cannot replace the folder {new}", who)
                if how := why_held(new):
                    raise refuse(f"cannot replace {new}: {how}", who)
        return real(source, target, **more)

    return move


def _removing(real: Callable[..., object]) -> Callable[..., object]:
    def remove(path: object, **more: object) -> object:
        if (who := asker()) and (how := why_held(_path(path))):
            raise refuse(f"cannot delete {_path(path)}: {how}", who)
        return real(path, **more)

    return remove


def _cutting(real: Callable[..., object]) -> Callable[..., object]:
    def truncate(path: object, length: int) -> object:
        if (who := asker()) and (how := why_held(_path(path), mapped_only=True)):
            raise refuse(f"cannot cut {_path(path)}: {how}", who, errno.EINVAL)
        return real(path, length)

    return truncate


def _making(real: Callable[..., object]) -> Callable[..., object]:
    def make(path: object, *words: object, **more: object) -> object:
        if who := asker():
            _check_name(_path(path), who)
        return real(path, *words, **more)

    return make


def _opening_low(real: Callable[..., object]) -> Callable[..., object]:
    def open_low(path: object, flags: int, *words: object, **more: object) -> object:
        if who := asker():
            if _path(path).is_dir():
                raise refuse(f"cannot open the folder {path}", who)
            if flags & os.O_CREAT:
                _check_name(_path(path), who)
        return real(path, flags, *words, **more)

    return open_low


def _syncing(real: Callable[..., object]) -> Callable[..., object]:
    def fsync(handle: object) -> object:
        if who := asker():
            number = handle if isinstance(handle, int) else handle.fileno()
            if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
                raise refuse("cannot sync by a handle that only reads", who, errno.EBADF)
        return real(handle)

    return fsync


def _opening(real: Callable[..., object]) -> Callable[..., object]:
    def open_file(
        file: object,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        *words: object,
        **more: object,
    ) -> object:
        who = asker()
        if who and not isinstance(file, int):
            writes = any(letter in mode for letter in "wax+")
            if "b" not in mode:
                if encoding in (None, "locale"):
                    raise refuse(f"no encoding is named for {file}", who, errno.EINVAL)
                if newline is None and writes:
                    newline = "\r\n"
            place = _path(file)
            if writes:
                _check_name(place, who)
            if "w" in mode and (how := why_held(place, mapped_only=True)):
                raise refuse(f"cannot write over {place}: {how}", who, errno.EINVAL)
        return real(file, mode, buffering, encoding, errors, newline, *words, **more)

    return open_file


def _linking(real: Callable[..., object]) -> Callable[..., object]:
    def symlink(source: object, target: object, *words: object, **more: object) -> object:
        if who := asker():
            raise refuse("a privilege is needed for links", who, errno.EPERM)
        return real(source, target, *words, **more)

    return symlink


def _importing(real: Callable[..., object], others: Iterable[str]) -> Callable[..., object]:
    hidden = {name: Hiding(__import__(name)) for name in {*MISSING, *SAID}}
    stand_ins = _stand_ins()
    gone = frozenset(others)

    def bring(
        name: str,
        globals_: object = None,
        locals_: object = None,
        fromlist: object = (),
        level: int = 0,
    ) -> object:
        file = (globals_ or {}).get("__file__") or ""
        if isinstance(file, str) and file.startswith(OWN) and not level:
            if name in gone:
                raise ModuleNotFoundError(f"No module named {name!r} (on Windows)", name=name)
            if name in hidden:
                return hidden[name]
            if name in stand_ins:
                return stand_ins[name]
        return real(name, globals_, locals_, fromlist, level)

    return bring


def install() -> None:
    """Begins to refuse; before anything of the program is loaded."""
    if any(name.partition(".")[0] in {"reviewer", "model"} for name in sys.modules):
        raise RuntimeError("the program is loaded already")
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    os.rename = _moving(os.rename, over=False)
    os.replace = _moving(os.replace, over=True)
    os.unlink = _removing(os.unlink)
    os.remove = _removing(os.remove)
    os.truncate = _cutting(os.truncate)
    os.mkdir = _making(os.mkdir)
    os.open = _opening_low(os.open)
    os.fsync = _syncing(os.fsync)
    os.symlink = _linking(os.symlink)
    io.open = builtins.open = _opening(io.open)  # type: ignore[assignment]
    builtins.__import__ = _importing(builtins.__import__, NO_MODULES)


if __name__ == "__main__":
    # As `python -m tests.windows_rules -m module words` would be without the first two words.
    from tests import windows_rules

    windows_rules.install()
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
elif os.environ.get("WINDOWS_RULES"):
    install()

"""A job ends with the window that started it, however the window ends.

A window that is killed cannot stop its jobs. Nobody would see them then, and they would hold the
collection against whatever the next window wants to do. A job goes on where it was when it is
started again, so little is lost.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress

GRACE_S = 10.0
"""From the request to stop to the end."""

_AT_ONCE = 4096
_GLANCE_S = 0.5


def end_with_input(grace_s: float = GRACE_S) -> None:
    """Ends this process once its standard input does, of which the window holds the other end.

    The main thread is asked to stop as by Ctrl+C, and may close its files.

    Args:
        grace_s: Seconds after which it is ended though it did not listen.
    """
    handle = sys.stdin.fileno()
    threading.Thread(target=_watch, args=(handle, grace_s), name="window-tie", daemon=True).start()


def _watch(handle: int, grace_s: float) -> None:
    # Nothing is ever written there: it ends when the window does.
    with suppress(OSError):
        _wait_for_end(handle)
    main = threading.main_thread().ident
    if sys.platform != "win32" and main is not None:
        # To the main thread itself, so that what it waits for is cut short.
        signal.pthread_kill(main, signal.SIGTERM)
    else:
        signal.raise_signal(signal.SIGTERM)
    time.sleep(grace_s)
    os._exit(1)


if sys.platform == "win32":
    import _winapi
    import msvcrt

    def _wait_for_end(handle: int) -> None:
        """Looks at the pipe again and again.

        While one thread waits in a read of standard input, Windows lets no other ask what that is,
        which libraries do when they are loaded.

        Raises:
            OSError: The pipe has ended.
        """
        pipe = msvcrt.get_osfhandle(handle)
        while True:
            _winapi.PeekNamedPipe(pipe, 0)
            time.sleep(_GLANCE_S)

else:

    def _wait_for_end(handle: int) -> None:
        """Reads until the pipe ends.

        Raises:
            OSError: It cannot be read.
        """
        while os.read(handle, _AT_ONCE):
            pass

"""Loops over large arrays as machine code, compiled where they are first needed.

numba is imported by the first call only: the window, which calls none of them, never loads it.
What was compiled is kept for the next start: beside the module, or in the user's cache where that
cannot be written, as in an installation for all users.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache, update_wrapper
from types import FunctionType
from typing import Any, TypeVar

WORTHWHILE = 3_000_000
"""Values from which on a loop beats numpy: to load numba takes a third of a second, and to compile
for the first time a whole one."""

Loop = TypeVar("Loop", bound=Callable[..., Any])


def is_worthwhile(count: int) -> bool:
    """Whether a loop over so many values is quicker than what numpy does in several steps."""
    return count >= WORTHWHILE


def _machine_code(loop: Callable[..., Any]) -> Callable[..., Any]:
    numba = importlib.import_module("numba")
    try:
        code: Callable[..., Any] = numba.njit(cache=True, nogil=True, boundscheck=False)(loop)
    except RuntimeError:
        # Nothing can be kept, neither beside the module nor at home: each process compiles again.
        code = numba.njit(nogil=True, boundscheck=False)(loop)
    return code


@cache
def _compile(loop: Callable[..., Any], parts: tuple[Callable[..., Any], ...]) -> Callable[..., Any]:
    if parts:
        # numba looks a called function up by its name, and is to find the compiled one.
        known = {part.__name__: _compile(part, parts[:n]) for n, part in enumerate(parts)}
        loop = update_wrapper(FunctionType(loop.__code__, loop.__globals__ | known), loop)
    return _machine_code(loop)


def compiled(loop: Loop, *parts: Callable[..., Any]) -> Loop:
    """A function of numbers and arrays as machine code, which holds no interpreter lock.

    Args:
        loop: Written in the part of Python that numba knows; called only through what is returned.
        parts: Functions of the same module that it calls, each after those it needs itself.
    """
    return _compile(loop, parts)  # type: ignore[return-value] # the same face, compiled

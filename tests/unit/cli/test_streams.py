"""Tags in any script leave the program, whatever encoding the system has for its pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

CAT = "\N{CJK UNIFIED IDEOGRAPH-732B}"


def said(*words: str) -> subprocess.CompletedProcess[bytes]:
    """What the program says where pipes have the encoding of western Windows."""
    environment = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    return subprocess.run(
        [sys.executable, "-m", "reviewer", *words],
        env=environment,
        capture_output=True,
        check=False,
    )


def test_what_programs_read_is_utf_8() -> None:
    done = said("--json", "import", f"no/{CAT}")
    (line,) = done.stdout.splitlines()
    assert json.loads(line.decode("utf-8"))["message"].startswith(f"There is no folder no/{CAT}.")
    assert done.returncode == 1


@pytest.mark.parametrize("place", [f"no/{CAT}", "no/caf\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_what_people_read_is_in_their_encoding_and_never_ends_a_command(place: str) -> None:
    done = said("import", place)
    written = place.encode("cp1252", "backslashreplace")
    assert done.stderr.startswith(b"reviewer: There is no folder " + written + b".")
    assert done.returncode == 1

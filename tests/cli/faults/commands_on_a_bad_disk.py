"""Runs commands on a disk that fails on request, each in a fork of one process.

This is a separate process, started with ``failing_disk.c`` preloaded before the C library. It reads
jobs from stdin and writes their results to stdout, one line of JSON each. Starting the program anew
for each command would take most of the time.
"""

import ctypes
import importlib
import json
import os
import sys
import tempfile
from contextlib import suppress
from typing import Any

from studio_tui.cli.main import program
from studio_tui.main import DEPENDENCIES
from studio_tui.services.people import identity

DISK = ctypes.CDLL(None)
DISK.fault_arm.argtypes = (ctypes.c_long, ctypes.c_int)
DISK.fault_trace.restype = ctypes.c_char_p


def main() -> None:
    """Run jobs until the input ends."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_done(json.loads(line))) + "\n")
        sys.stdout.flush()


def _done(job: dict[str, Any]) -> dict[str, Any]:
    DISK.fault_disarm()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            _run(job, writing)
        os.close(writing)
        with os.fdopen(reading) as modules:
            # Import the modules that the command imported, so that later forks have them.
            for name in modules.read().split():
                with suppress(ImportError):
                    importlib.import_module(name)
        _, status = os.waitpid(child, 0)
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode())
    return {
        "exit_code": os.waitstatus_to_exitcode(status),
        "stdout": said[0],
        "stderr": said[1],
        "calls": DISK.fault_trace().decode(errors="replace").splitlines(),
    }


def _run(job: dict[str, Any], modules: int) -> None:
    """Run the command of a job, and end this process with its exit code."""
    code: Any = 1
    try:
        # The directory may have been replaced by another of the same name.
        os.chdir(job["folder"])
        os.environ.update(job["environment"])
        if job["account"]:
            account = identity.Account(job["account"], job["account"])
            identity.own_account = lambda: account
        DISK.fault_arm(job["at"], job["fault"])
        try:
            program(job["arguments"], prog_name="studio-tui", obj=DEPENDENCIES)
        except SystemExit as end:
            code = end.code or 0
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        DISK.fault_disarm()
        os.write(modules, " ".join(sys.modules).encode())
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()

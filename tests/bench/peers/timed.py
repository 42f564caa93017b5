"""`python -S timed.py RESULT LOG COMMAND …`: runs a command and writes when it began and ended and what it cost.

A small process of its own, because the kernel counts the memory of whoever starts a program to that program.
"""

import os
import sys
import time


def main(result: str, log: str, *command: str) -> None:
    """Writes: began, ended (monotonic seconds), exit code, processor seconds, largest resident memory in MiB."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [(os.POSIX_SPAWN_OPEN, 1, log, flags, 0o600), (os.POSIX_SPAWN_DUP2, 1, 2)]
    began = time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, used = os.wait4(pid, 0)
    ended = time.monotonic()
    code = os.waitstatus_to_exitcode(status)
    with open(result, "w") as sink:  # noqa: PTH123 - pathlib would triple the size of this process
        sink.write(f"{began} {ended} {code} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

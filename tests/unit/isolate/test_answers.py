"""Promise: what the scripts of steps print is read as it was meant, and the scripts tell silence from refusal."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from harness.isolate import asking
from harness.isolate.answers import read_addresses, read_answers, read_writes
from harness.isolate.asking import Target, from_node
from harness.machine.process import Completed, run
from harness.model.errors import ClusterBroken

SCRIPTS = Path(asking.__file__).parent
FOUND = (
    "123485000001000100000000037765620473686f700373766307636c7573746572056c6f63616c0000010001"
    "037765620473686f700373766307636c7573746572056c6f63616c00000100010000001e00040a607964"
)
DENIED = "123485030001000000000000046e6f70650473686f700373766307636c7573746572056c6f63616c0000010001"


def test_an_answer_of_the_dns_is_read_from_its_bytes() -> None:
    """As CoreDNS sent them: an address, a refusal; nothing is silence."""
    assert read_addresses(FOUND) == (("10.96.121.100",), "")
    assert read_addresses(DENIED) == ((), "NXDOMAIN")
    assert read_addresses("-") == ((), "no answer")


def test_what_nslookup_says_is_read_too() -> None:
    """Of a helper pod the words are told; they may hold tabs."""
    words = "Server:\t\t10.96.0.10 Address:\t10.96.0.10:53  Name:\tweb.shop.svc.cluster.local Address: 10.96.121.100  "
    denied = "Server:\t10.96.0.10 ** server can't find web.shop.svc.cluster.local: NXDOMAIN "
    text = "\n".join(
        f"{n}\tasked=1.0 resolved=1.5 server=10.96.0.10 dns=text \t{said}" for n, said in enumerate((words, denied, ""))
    )
    found, refused, silent = read_answers(f"{text}\nend", 3, asks_only=frozenset({0, 1, 2}))
    assert (found.addresses, found.looked_up, found.server, found.error) == (("10.96.121.100",), 0.5, "10.96.0.10", "")
    assert (refused.refusal, silent.refusal) == ("NXDOMAIN", "no answer")


@pytest.mark.parametrize("text", ["", "0\tbegan=1 \t", "0\tbegan=1 \t\nend"])
def test_a_script_that_was_cut_off_is_no_answer(text: str) -> None:
    """Else a request that was never sent would count as silence."""
    with pytest.raises(ClusterBroken):
        read_answers(text, 2)


def test_a_write_is_read_with_what_went_wrong() -> None:
    """As the container, beside it, or the kernel's words."""
    assert read_writes("as-pod 2.100000000\nbeside 0.004000000") == {"as-pod": "2.100000000", "beside": "0.004000000"}
    assert read_writes("error Read-only file system") == {"error": "Read-only file system"}
    assert read_writes("") == {}


class Healthy(BaseHTTPRequestHandler):
    """Answers every GET."""

    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Nothing."""


@pytest.fixture
def ports() -> Iterator[tuple[int, int, int]]:
    """A server that answers, one that takes connections and answers none, and a port that nobody listens on."""
    answering = HTTPServer(("127.0.0.1", 0), Healthy)
    threading.Thread(target=answering.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("127.0.0.1", 0)) as free:
        closed = free.getsockname()[1]
        free.close()
        yield answering.server_port, silent.getsockname()[1], closed
    answering.shutdown()
    answering.server_close()


def here(node: str, argv: list[str], *, timeout_seconds: float = 20.0, stdin: bytes | None = None) -> Completed:
    """A node that is this machine."""
    return run(argv, timeout_seconds=timeout_seconds, check=False, stdin=stdin)


def busybox(folder: Path) -> dict[str, str]:
    """The applets of a busybox on this machine, as a container of its image has them."""
    program = shutil.which("busybox")
    if program is None:
        pytest.skip("no busybox on this machine")
    for name in ("sh", "nc", "timeout", "grep", "sed", "tail", "head", "tr", "nslookup"):
        (folder / name).symlink_to(program)
    return {"PATH": str(folder)}


@pytest.mark.parametrize("shell", ["bash", "busybox"])
def test_an_answer_a_hang_and_a_refusal_are_told_apart(ports: tuple[int, int, int], shell: str, tmp_path: Path) -> None:
    """By the script for nodes and by that for helper pods alike, side by side."""
    answering, silent, closed = ports
    targets = [Target("a", "127.0.0.1", port, "/healthz") for port in (answering, silent, closed)]
    targets.append(Target("b", "127.0.0.1", silent))
    if shell == "bash":
        answers = from_node(here, "worker").ask(targets)
    else:
        env = busybox(tmp_path)
        words = [str(tmp_path / "sh"), str(SCRIPTS / "ask.sh"), *(each.word for each in targets)]
        answers = read_answers(run(words, timeout_seconds=20, env=env).text, len(targets))
    answered, hung, refused, connected = answers
    assert (answered.error, answered.status) == ("", "204")
    assert answered.answered is not None
    assert answered.answered < 2
    assert hung.error == "connected, but no answer within 2 s"
    assert (refused.error, refused.connected) == ("connection refused", None)
    assert (connected.error, connected.answered, connected.connected is not None) == ("", None, True)

"""What an isolation step is: a pure choice of errands for a suspected cause, each with what it looks at. Runs none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, NamedTuple, Protocol

from harness.damage.site import NodeExec
from harness.kube.client import Client
from harness.kube.modest import Manifest
from harness.model.diagnosis import Named
from harness.model.full.pods import Pod
from harness.model.scene import Look, Scene
from harness.registry import Registry


class Place(NamedTuple):
    """A cause that is in doubt, and the pods that it is about, those that are not ready first."""

    cause: Named
    pods: list[Pod]


class Lodge(Protocol):
    """Where the pods and files of errands are."""

    def wait_ready(self, name: str, seconds: float) -> str:
        """Wait for a pod; '' once it is ready, else how it stands. Raises ClusterBroken where it was refused."""


class Means(NamedTuple):
    """What a step works with; `node_exec` is None where nodes cannot be entered.

    `left` gives the seconds until all steps must be over, `image` is what helper pods run, `helper` the name of the
    one that requests are sent from where no pod of the namespace can be entered.
    """

    scene: Scene
    client: Client
    node_exec: NodeExec | None
    lodge: Lodge
    left: Callable[[], float]
    image: str
    helper: str


class Write(NamedTuple):
    """A file that an errand writes on a node, and the shell that removes it wherever the errand was cut off."""

    node: str
    back: str


class Errand(NamedTuple):
    """One thing to do: what it is about, how it is done, and what it makes: a pod, a file, or (None) nothing.

    `run` raises HealproofError where it could not be done; the words are then the result.
    """

    about: str
    run: Callable[[], list[Look]]
    makes: Manifest | Write | None = None


class IsolationStep:
    """One way to tell causes apart: the base of every file in `harness/isolate/steps`. Its docstring explains it."""

    name: ClassVar[str]
    makes: ClassVar[str]
    """What it makes, in words for somebody who is asked to allow it; empty where it makes nothing."""

    def errands(self, place: Place, means: Means) -> Iterator[Errand]:
        """What to do about a cause; nothing where the step does not apply."""
        raise NotImplementedError

    def told(self, look: Look) -> str:
        """What came out, as a person reads it."""
        raise NotImplementedError


STEPS: Registry[type[IsolationStep]] = Registry("isolation-step", "harness.isolate.steps")

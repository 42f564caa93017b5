"""The options of a run: what pytest's command line and ini file say, as one frozen value."""

from __future__ import annotations

import datetime
import random
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import pytest

from harness.model.errors import BadInput
from harness.model.limits import ACCEPTED, LIMITS, STRICT, Limits
from harness.model.scenario import NO_FAULT

REPEAT_MAX = 1000
_USUAL = "none on healproof's own clusters, on others"
_HEALTHY = f"{ACCEPTED['min-healthy']}; default: {_USUAL} {STRICT.healthy}"
_TEXT_OPTIONS = {
    "cluster": (
        "auto",
        "auto (kind where an engine runs, else kwok), kind, kwok, kubeconfig, or a name of `healproof list`",
    ),
    "shape": (
        "",
        "cluster shape: a file name below clusters/PROVIDER/ without .yaml; default: the provider's first choice",
    ),
    "reports": ("reports", "folder that gets one folder a run"),
    "kubeconfig": ("", "kubeconfig file, with --healproof-cluster=kubeconfig"),
    "context": ("", "context in that file; never guessed"),
    "namespaces": ("", "comma-separated namespaces that may be touched on that cluster"),
    "protected": ("", "comma-separated namespaces in which nothing is ever touched, beyond those of Kubernetes itself"),
    "max-pods": (
        "",
        f"pods of a workload that faults may hit at once: {ACCEPTED['max-pods']}; default: {_USUAL} {STRICT.pods}",
    ),
    "max-nodes": ("", f"nodes that faults may hit at once: {ACCEPTED['max-nodes']}; default: {_USUAL} {STRICT.nodes}"),
    "max-faults": (
        "",
        f"faults that may be open together: {ACCEPTED['max-faults']}; default: {_USUAL} {STRICT.faults}",
    ),
    "min-healthy": ("", f"share of pods ready below which a run undoes everything: {_HEALTHY}"),
    "confirm": ("", "control-plane: faults may reach the control plane of a cluster that healproof did not make"),
    "repeat": ("1", "how often each scenario is run, every time on its own"),
    "seed": ("", "seed of every random choice; default: a new one, printed"),
}
_FLAGS = {
    "controls": "also run the broken twins that scenarios declare: each must fail as declared",
    "prove": "also run each scenario without its faults and all its broken twins: is its check worth anything?",
    "per-worker": "each xdist worker gets a cluster of its own instead of sharing one",
    "node-access": "allow node faults on a kubeconfig cluster, through a privileged pod",
}


class Options(NamedTuple):
    """One run's options; `folder` is where its results go."""

    cluster: str
    shape: str
    kubeconfig: str
    context: str
    namespaces: tuple[str, ...]
    node_access: bool
    per_worker: bool
    controls: bool
    prove: bool
    repeat: int
    protected: str
    max_pods: str
    max_nodes: str
    max_faults: str
    min_healthy: str
    confirm: str
    seed: int
    run: str
    folder: Path

    @classmethod
    def of(cls, config: pytest.Config, *, run: str = "", seed: int | None = None) -> Self:
        """Read them; `run` and `seed` are given where an xdist controller has settled them."""
        said = {name: _value(config, name) for name in (*_TEXT_OPTIONS, *_FLAGS)}
        run = run or f"{datetime.datetime.now(datetime.UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        options = cls(
            cluster=str(said["cluster"]),
            shape=str(said["shape"]),
            kubeconfig=str(said["kubeconfig"]),
            context=str(said["context"]),
            namespaces=tuple(name.strip() for name in str(said["namespaces"]).split(",") if name.strip()),
            node_access=bool(said["node-access"]),
            per_worker=bool(said["per-worker"]),
            controls=bool(said["controls"]),
            prove=bool(said["prove"]),
            repeat=_repeat(str(said["repeat"])),
            protected=str(said["protected"]),
            max_pods=str(said["max-pods"]),
            max_nodes=str(said["max-nodes"]),
            max_faults=str(said["max-faults"]),
            min_healthy=str(said["min-healthy"]),
            confirm=str(said["confirm"]),
            seed=_seed(str(said["seed"])) if seed is None else seed,
            run=run,
            folder=(config.rootpath / str(said["reports"]) / run).resolve(),
        )
        options.limits()  # what cannot be read is refused before anything is done
        return options

    def twins(self, declared: Iterable[str]) -> list[str]:
        """Which twins of a scenario are run beside it, of those that it declares and the one without faults."""
        return [*([NO_FAULT] if self.prove else []), *(declared if self.prove or self.controls else ())]

    @property
    def repetitions(self) -> Sequence[int]:
        """The numbers of the repetitions, from 1; a 0 alone where nothing is repeated."""
        return range(1, self.repeat + 1) if self.repeat > 1 else (0,)

    def limits(self, *, disposable: bool = True) -> Limits:
        """What this run may break at once on a cluster; one that healproof made is `disposable`."""
        return Limits.of({name: getattr(self, name.replace("-", "_")) for name in LIMITS}, disposable=disposable)


def add_options(parser: pytest.Parser) -> None:
    """Declare every option, with its ini key."""
    group = parser.getgroup("healproof", "healproof: break it on purpose, prove that it heals")
    for name, (default, text) in _TEXT_OPTIONS.items():
        said = f"{text} (default: {default})" if default else text
        group.addoption(f"--healproof-{name}", default=None, metavar=name.upper(), help=said.replace("%", "%%"))
        parser.addini(_ini(name), text, default=default)
    for name, text in _FLAGS.items():
        group.addoption(f"--healproof-{name}", action="store_true", default=None, help=text)
        parser.addini(_ini(name), text, type="bool", default=False)


def _value(config: pytest.Config, name: str) -> object:
    given = config.getoption(f"--healproof-{name}")
    return config.getini(_ini(name)) if given is None else given


def _ini(name: str) -> str:
    return f"healproof_{name.replace('-', '_')}"


def _repeat(written: str) -> int:
    if written.isdecimal() and 1 <= int(written) <= REPEAT_MAX:
        return int(written)
    raise BadInput(
        f"--healproof-repeat: {written!r} is not accepted; accepted is a whole number from 1 to {REPEAT_MAX}"
    )


def _seed(written: str) -> int:
    if not written:
        return random.SystemRandom().randrange(1_000_000)
    try:
        return int(written)
    except ValueError:
        raise BadInput(f"--healproof-seed: {written!r} is not accepted; accepted is a whole number") from None

"""Which container engine runs here, and asking it for the few things healproof needs. Knows nothing of Kubernetes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence

import msgspec

from harness.machine.paths import cache_dir
from harness.machine.process import Completed, run
from harness.machine.progress import Progress
from harness.model.errors import BadInput, CommandFailed, HealproofError, MissingProgram
from harness.providers.base import Finding
from harness.providers.host_facts import HostFacts, read_host_facts
from harness.providers.packages import install, may_install

NAMES = ("docker", "podman", "nerdctl")
ASK_SECONDS = 20.0
REGISTRY_SECONDS = 8.0
PULL_SECONDS = 1800.0


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """A container engine that answered, and the environment its programs (and kind) must be started with."""

    name: str
    version: str
    rootless: bool = False
    cgroup_version: int = 2
    environment: dict[str, str] = {}

    def run(
        self, *argv: str, timeout_seconds: float = 60.0, check: bool = True, stdin: bytes | None = None
    ) -> Completed:
        """Run one command of the engine; raises CommandFailed as `process.run` does."""
        return run([self.name, *argv], timeout_seconds=timeout_seconds, check=check, stdin=stdin, env=self.environment)

    def has_image(self, image: str) -> bool:
        """Whether the image is here already."""
        return self.run("image", "inspect", without_tag(image), check=False).code == 0

    def registry_answers(self, image: str) -> bool:
        """Whether the image's registry serves its manifest within a few seconds, through the engine's own settings."""
        try:
            words = ["manifest", "inspect", without_tag(image)]
            return self.run(*words, timeout_seconds=REGISTRY_SECONDS, check=False).code == 0
        except CommandFailed:
            return False

    def pull(self, image: str) -> None:
        """Fetch the image from its registry; raises CommandFailed."""
        self.run("pull", without_tag(image), timeout_seconds=PULL_SECONDS)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How one engine answered: an engine, or why not and what to do."""

    name: str
    engine: Engine | None = None
    seen: str = ""
    remedy: str = ""


def without_tag(image: str) -> str:
    """An image's name as every engine takes it: podman refuses a tag beside a digest."""
    name, at, digest = image.partition("@")
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{last.partition(':')[0]}{at}{digest}" if at else image


def find_engine(facts: HostFacts | None = None) -> Engine | None:
    """The first engine of docker, podman, nerdctl that answers; HEALPROOF_ENGINE names another order of one."""
    facts = facts or read_host_facts()
    return next((answer.engine for answer in (ask(name, facts) for name in wanted()) if answer.engine), None)


def engine_named(name: str) -> Engine:
    """The engine a cluster was made with, taken at its word: nothing is asked, so that every use stays cheap."""
    return Engine(name=name, version="", environment=_environment(name, read_host_facts()))


def require_engine(progress: Progress) -> Engine:
    """The engine that runs here, installed first where that is possible and allowed; else MissingProgram."""
    facts = read_host_facts()
    answers = [ask(name, facts) for name in wanted()]
    for answer in answers:
        if answer.engine:
            return answer.engine
    if may_install_podman(facts):
        install(podman_packages(facts), progress)
        answer = ask("podman", facts)
        if answer.engine:
            return answer.engine
        answers.append(answer)
    seen = "; ".join(f"{answer.name}: {answer.seen}" for answer in answers)
    remedies = [answer.remedy for answer in answers if answer.remedy]
    raise MissingProgram(f"no container engine runs here ({seen})", hint=remedies[0] if remedies else "")


def wanted() -> Sequence[str]:
    """The engines to try, in order; raises BadInput where HEALPROOF_ENGINE names none that is known."""
    named = os.environ.get("HEALPROOF_ENGINE")
    if not named:
        return NAMES
    if named not in NAMES:
        raise BadInput(f"HEALPROOF_ENGINE={named}: unknown engine", hint=f"one of {', '.join(NAMES)}")
    return (named,)


def ask(name: str, facts: HostFacts) -> Answer:
    """Ask one engine for its own description; nothing is started or changed but podman's settings file in the cache."""
    if shutil.which(name) is None:
        return Answer(name=name, seen="not installed", remedy=f"install {name}, or another of {', '.join(NAMES)}")
    environment = _environment(name, facts)
    words = ["info", "--format", "json" if name == "podman" else "{{json .}}"]
    try:
        told = run([name, *words], timeout_seconds=ASK_SECONDS, check=False, env=environment)
    except CommandFailed:
        return Answer(name=name, seen=f"did not answer in {ASK_SECONDS:.0f} s", remedy=f"restart the {name} service")
    described = _described(told.stdout)
    engine = _read_podman(described, environment) if name == "podman" else _read_docker(name, described, environment)
    if told.code != 0 or engine is None:
        return _refused(name, (told.stderr + told.stdout).decode(errors="replace"))
    if engine.rootless and engine.cgroup_version == 1:
        return Answer(name=name, seen="rootless on cgroup v1", remedy=f"run {name} as root, or boot with cgroup v2")
    return Answer(name=name, engine=engine, seen=f"{engine.version}{', rootless' if engine.rootless else ''}")


def may_install_podman(facts: HostFacts) -> bool:
    """Whether podman would be installed here when no engine answers."""
    return may_install(facts) and os.environ.get("HEALPROOF_ENGINE", "podman") == "podman"


def podman_packages(facts: HostFacts) -> list[str]:
    """The packages podman needs here; with a trailing minus, one that must not come along."""
    packages = ["podman", "netavark", "aardvark-dns", "iptables", "catatonit"]
    if facts.cgroup_version == 1:
        packages += ["runc", "crun-"]  # crun refuses the hybrid layout of cgroup v1
    return packages


def examine_engines() -> list[Finding]:
    """What `healproof doctor` says of the engines: ok where one answers or can be installed."""
    facts = read_host_facts()
    answers = [ask(name, facts) for name in wanted()]
    found = next((answer for answer in answers if answer.engine), None)
    if found:
        return [Finding("container engine", True, f"{found.name} {found.seen}")]
    seen = "; ".join(f"{answer.name}: {answer.seen}" for answer in answers)
    if may_install_podman(facts):
        return [Finding("container engine", True, f"{seen}; podman will be installed with apt-get")]
    return [Finding("container engine", False, seen, next((a.remedy for a in answers if a.remedy), ""))]


def kind_environment(engine: Engine, network: str) -> dict[str, str]:
    """What kind must be told: the engine, and a network that no other cluster shares."""
    variable = "KIND_EXPERIMENTAL_PODMAN_NETWORK" if engine.name == "podman" else "KIND_EXPERIMENTAL_DOCKER_NETWORK"
    return {**engine.environment, "KIND_EXPERIMENTAL_PROVIDER": engine.name, variable: network}


def _environment(name: str, facts: HostFacts) -> dict[str, str]:
    settings = podman_settings(facts)
    if name != "podman" or not settings or "CONTAINERS_CONF" in os.environ:
        return {}
    path = cache_dir() / "containers.conf"
    text = "".join(
        f"[{table}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
        for table, keys in settings.items()
    )
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        if not path.exists() or path.read_text() != text:
            fresh.write_text(text)
            fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        hint = "free some space, or point XDG_CACHE_HOME at a folder that can be written"
        raise HealproofError(f"{path}: {error.strerror}", hint=hint) from None
    return {"CONTAINERS_CONF": str(path)}


def podman_settings(facts: HostFacts) -> dict[str, dict[str, object]]:
    """The settings podman needs on this host; empty on an ordinary one (cgroup v2, limits can be raised)."""
    settings: dict[str, dict[str, object]] = {}
    if not facts.may_raise_limits:
        nofile, nproc = facts.nofile_hard, facts.nproc_hard
        settings["containers"] = {"default_ulimits": [f"nofile={nofile}:{nofile}", f"nproc={nproc}:{nproc}"]}
    if facts.cgroup_version == 1:
        settings.setdefault("containers", {})["pids_limit"] = 0
        settings["engine"] = {"runtime": "runc"} if shutil.which("runc") or facts.root else {}
        if not facts.has_systemd:
            settings["engine"] |= {"cgroup_manager": "cgroupfs", "events_logger": "file"}
    return settings


def _described(raw: bytes) -> dict[str, object]:
    try:
        told = json.loads(raw)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _read_docker(name: str, told: dict[str, object], environment: dict[str, str]) -> Engine | None:
    version = told.get("ServerVersion")
    if not version:  # the client answers even where its daemon does not
        return None
    rootless = "rootless" in str(told.get("SecurityOptions"))
    cgroups = 1 if told.get("CgroupVersion") == "1" else 2
    return Engine(name=name, version=str(version), rootless=rootless, cgroup_version=cgroups, environment=environment)


def _read_podman(told: dict[str, object], environment: dict[str, str]) -> Engine | None:
    host, version = told.get("host"), told.get("version")
    if not isinstance(host, dict) or not isinstance(version, dict):
        return None
    return Engine(
        name="podman",
        version=str(version.get("Version")),
        rootless=bool((host.get("security") or {}).get("rootless")),
        cgroup_version=1 if host.get("cgroupVersion") == "v1" else 2,
        environment=environment,
    )


def _refused(name: str, said: str) -> Answer:
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip() not in {"", "}"}), "no answer")
    if "permission denied" in said.lower():
        remedy = f"your user may not use {name}: join its group (sudo usermod -aG {name} $USER, then log in again)"
        return Answer(name=name, seen="no permission to use it", remedy=remedy)
    if name == "docker":
        return Answer(name=name, seen="its daemon does not run", remedy="start it: sudo systemctl start docker")
    return Answer(name=name, seen=last[:200], remedy=f"`{name} info` must succeed")

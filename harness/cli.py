"""The `healproof` command: its subcommands, their help, and exit codes. What they do is done elsewhere."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from harness import __version__
from harness.commands import after, clusters, files
from harness.commands.advise import add_arguments as add_advise_arguments
from harness.commands.advise import advise
from harness.commands.budget import add_arguments as add_budget_arguments
from harness.commands.budget import budget
from harness.commands.diagnose import add_arguments as add_diagnose_arguments
from harness.commands.diagnose import diagnose
from harness.commands.harden import add_arguments as add_harden_arguments
from harness.commands.harden import harden
from harness.commands.plan import plan as plan_command
from harness.commands.probes import add_arguments as add_probes_arguments
from harness.commands.probes import probes
from harness.commands.prove import prove
from harness.commands.rbac import add_arguments as add_rbac_arguments
from harness.commands.rbac import rbac
from harness.commands.recover import add_arguments as add_recover_arguments
from harness.commands.recover import recover as recover_command
from harness.commands.residue import residue
from harness.commands.run import run
from harness.model.errors import Exit, HealproofError

Command = Callable[[argparse.Namespace], Exit]

_EPILOG = """exit codes:
  0  all passed          1  a scenario failed      2  bad input or usage
  3  harness or cluster broke                      4  nothing decided      130  interrupted, all undone
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; gives the exit code."""
    parser = _parser()
    words = list(sys.argv[1:] if argv is None else argv)
    cut = words.index("--") if "--" in words else len(words)
    said = parser.parse_args(words[:cut], argparse.Namespace(pytest=words[cut + 1 :]))
    command: Command | None = getattr(said, "command", None)
    if command is None:
        parser.print_help()
        return Exit.USAGE
    try:
        return command(said)
    except HealproofError as error:
        sys.stderr.write(f"healproof: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("healproof: interrupted\n")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.PASSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="healproof",
        description="Proves, by breaking things on purpose, that a Kubernetes system heals itself, and says how fast.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"healproof {__version__}")
    commands_of = parser.add_subparsers(title="commands", metavar="COMMAND")
    _run(commands_of)
    _clusters(commands_of)
    _files(commands_of)
    _after(commands_of)
    _security(commands_of)
    return parser


def _run(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    runs = add.add_parser(
        "run",
        help="run scenarios, write the reports",
        description="Run scenarios and write every report. Words after -- go to pytest, for example: -- -x -k lost",
    )
    runs.add_argument("--controls", action="store_true", help="also run the broken twins: each must fail as declared")
    _what_to_run(runs)
    runs.set_defaults(command=run)
    proves = add.add_parser(
        "prove",
        help="run scenarios three ways: are their checks worth anything?",
        description="Run each scenario with its faults, without them (it must raise no alarm) and over its broken "
        "twins (each must fail as declared), and say of each check whether it has been seen to fail. 1 where a twin "
        "did not fail, an alarm was raised, or no twin is declared. Words after -- go to pytest",
    )
    _what_to_run(proves)
    proves.set_defaults(command=prove)


def _what_to_run(parser: argparse.ArgumentParser) -> None:
    """What the commands that run scenarios have in common."""
    parser.add_argument("paths", nargs="*", type=Path, help="scenario files or folders (default: the shipped ones)")
    parser.add_argument("--profile", default="", help="only scenarios with this tag, for example quick")
    parser.add_argument(
        "--cluster", default="auto", help="auto, kind, kwok, kubeconfig or a cluster's name (default: auto)"
    )
    parser.add_argument("--shape", default="", help="cluster shape, a file below clusters/PROVIDER/")
    parser.add_argument("-n", "--workers", type=int, default=0, help="scenarios side by side, on so many workers")
    parser.add_argument(
        "--repeat", default="", metavar="N", help="run each so often, every time on its own (default: 1)"
    )
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), help="where the run's folder goes (default: reports)"
    )


def _clusters(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    up = add.add_parser("up", help="make a cluster, or reuse the one there is")
    up.add_argument("provider", nargs="?", default="auto", help="kind, kwok or auto (default)")
    up.add_argument("--shape", default="", help="cluster shape, a file below clusters/PROVIDER/")
    up.add_argument("--name", default=None, help="a name of its own, for several side by side")
    up.add_argument("--new", action="store_true", help="replace a living cluster of that name")
    up.set_defaults(command=clusters.up)
    down = add.add_parser("down", help="remove a cluster")
    down.add_argument("name", nargs="*", help="names from `healproof list`")
    down.add_argument(
        "--all", action="store_true", help="remove all clusters and leftovers of healproof on this machine"
    )
    down.set_defaults(command=clusters.down)
    listing = add.add_parser("list", help="clusters, whether they live, and what dead ones left")
    listing.set_defaults(command=clusters.list_clusters)
    doctor = add.add_parser("doctor", help="what this machine can run, what lacks, what to do about it")
    doctor.set_defaults(command=clusters.doctor)
    prepare = add.add_parser("prepare", help="make everything a cluster needs (programs, node image) but no cluster")
    prepare.add_argument("provider", nargs="?", default="auto", help="kind, kwok or auto (default)")
    prepare.set_defaults(command=clusters.prepare)


def _files(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    validate = add.add_parser("validate", help="check scenario files; touches no cluster")
    validate.add_argument("paths", nargs="+", type=Path, help="scenario files or folders")
    validate.set_defaults(command=files.validate)
    plan = add.add_parser("plan", help="what scenarios would do and what they need; touches nothing")
    plan.add_argument("paths", nargs="+", type=Path, help="scenario files or folders")
    plan.add_argument(
        "--cluster", default="", help="a cluster's name: also say what it lacks and what its guard refuses"
    )
    plan.add_argument("--namespace", default="", help="where the workload stands there: also say what would be touched")
    plan.add_argument("--seed", type=int, default=0, help="the seed that draws the targets (default: 0)")
    plan.set_defaults(command=plan_command)
    predicted = add.add_parser(
        "budget", help="how long healing takes by Kubernetes' own timers, from manifests; touches no cluster"
    )
    add_budget_arguments(predicted)
    predicted.set_defaults(command=budget)
    schema = add.add_parser("schema", help="print the JSON Schema of scenario files, or of results.json")
    schema.add_argument("--results", action="store_true", help="the schema of results.json")
    schema.set_defaults(command=files.schema)


def _after(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    rejudge = add.add_parser("rejudge", help="judge recorded timelines again; touches no cluster")
    rejudge.add_argument("paths", nargs="+", type=Path, help="timeline.jsonl files, or folders of a run")
    rejudge.set_defaults(command=after.rejudge)
    recover = add.add_parser("recover", help="undo whatever dead runs left anywhere; live runs are spared")
    add_recover_arguments(recover)
    recover.set_defaults(command=recover_command)
    report = add.add_parser("report", help="write the reports of a recorded run again")
    report.add_argument("folder", type=Path, help="a run's folder, such as reports/20261122-101500-ab12")
    report.set_defaults(command=after.report)
    left = add.add_parser("residue", help="save what a cluster looks like, or say what differs from a saved state")
    left.add_argument("--cluster", default="", help="a name from `healproof list` (default: the only one)")
    what = left.add_mutually_exclusive_group(required=True)
    what.add_argument("--save", type=Path, metavar="FILE", help="write a snapshot of the cluster to this file")
    what.add_argument("--against", type=Path, metavar="FILE", help="compare with this snapshot; 1 where it differs")
    left.set_defaults(command=residue)
    diagnosed = add.add_parser(
        "diagnose",
        help="what is wrong in a namespace and why, on a live cluster or in a record; changes nothing",
        description="Name what is wrong in a namespace and why, with evidence. 0 where nothing is wrong, 1 where "
        "something is, 3 where the cluster cannot be reached",
    )
    add_diagnose_arguments(diagnosed)
    diagnosed.set_defaults(command=diagnose)
    advised = add.add_parser(
        "advise",
        help="what to do about what is wrong in a namespace, with patches; or try the advice on a scenario",
        description="Say for each cause in a namespace what to do, with patches that kubectl takes; changes nothing. "
        "0 where nothing is wrong, 1 where something is, 3 where the cluster cannot be reached. With --verify: 0 where "
        "what failed passes after its advice was followed, 1 where it still fails, 4 where nothing was decided",
    )
    add_advise_arguments(advised)
    advised.set_defaults(command=advise)
    tuned = add.add_parser(
        "probes",
        help="probe settings for a wished detection time, from recorded or live start-ups and response times",
        description="Recommend startup, liveness and readiness settings for each container, with what they and the "
        "present ones will do and a patch. Reads only. 4 where no container has a probe",
    )
    add_probes_arguments(tuned)
    tuned.set_defaults(command=probes)


def _security(add: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    roles = add.add_parser("rbac", help="the least roles that scenarios need on a cluster of others; asks no cluster")
    add_rbac_arguments(roles)
    roles.set_defaults(command=rbac)
    hardened = add.add_parser("harden", help="what endangers self-healing and security in manifests or a namespace")
    add_harden_arguments(hardened)
    hardened.set_defaults(command=harden)

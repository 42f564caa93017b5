"""Writes the pages of docs/reference that come from the registries and the command line; touches no cluster."""

from __future__ import annotations

import argparse
import inspect
import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from ruamel.yaml import YAML

from harness.cli import _parser
from harness.load_typed import describe
from harness.model.cluster import Capability
from harness.model.errors import Exit
from harness.model.scenario import Effect, Expectation, Fault, Reach
from harness.model.units import Ref, Seconds, Selector, Share, Token
from harness.options import _FLAGS, _TEXT_OPTIONS
from harness.providers import kind, kwok
from harness.registry import EXPECTATIONS, FAULTS

Part = type[Fault] | type[Expectation]

_WORDS: dict[type[Token], str] = {Seconds: "duration", Share: "share", Ref: "object", Selector: "selector"}

_PROVIDERS = {
    "kind": kind.CAPABILITIES,
    "kwok": kwok.CAPABILITIES,
    "a kubeconfig cluster": (Capability.CONTAINERS, Capability.POD_NETWORK),
}
_EFFECTS = {
    Effect.HEALS: "heals while the fault lasts",
    Effect.LASTS: "stays broken until the fault is undone",
    Effect.HARMLESS: "goes on; what is broken shows at the next need",
}
_EXITS = {
    Exit.PASSED: "all passed; skipped scenarios do not count against it",
    Exit.FAILED: "a scenario failed",
    Exit.USAGE: "bad input or usage",
    Exit.BROKEN: "the harness or the cluster broke",
    Exit.UNDECIDED: "nothing failed, but something is undecided, or nothing was decided at all",
}


def main() -> int:
    """Write the pages that differ; says which."""
    folder = Path(__file__).parent / "reference"
    for name, text in pages().items():
        page = folder / name
        if not page.exists() or page.read_text() != text:
            page.write_text(text)
            sys.stdout.write(f"wrote {page.relative_to(folder.parent.parent)}\n")
    return 0


def pages() -> dict[str, str]:
    """Each generated page by its file name below docs/reference/."""
    return {
        "faults.md": _page("Faults", _base(Fault), _own(FAULTS), Fault, ("after", "for", "every", "times")),
        "expectations.md": _page("Expectations", _base(Expectation), _own(EXPECTATIONS), Expectation, ("of",)),
        "commands.md": _commands(),
    }


def _own(registry: Mapping[str, Part]) -> dict[str, Part]:
    """Healproof's own entries: what else is installed on this machine is no part of its reference."""
    return {name: part for name, part in registry.items() if part.__module__.startswith("harness.")}


def _base(base: Part) -> str:
    return inspect.cleandoc(base.__doc__ or "")


def _page(title: str, intro: str, parts: dict[str, Part], base: Part, shared: tuple[str, ...]) -> str:
    lines = [f"# {title}", "", _GENERATED, "", intro, "", f"Fields of all of them, in {_SCENARIO_PAGE}:", ""]
    lines += [*_fields(base, shared, only=True), ""]
    for name, part in parts.items():
        lines += [f"## {name}", "", inspect.cleandoc(part.__doc__ or ""), "", *_facts(part), ""]
        lines += [*_fields(part, shared, only=False), ""]
    return "\n".join(lines).rstrip() + "\n"


def _facts(part: Part) -> Iterator[str]:
    """What a cluster must have for it, and for a fault who heals it and how far it reaches."""
    yield f"- Needs: {', '.join(sorted(part.needs)) or 'any cluster'}"
    if issubclass(part, Fault):
        alone = "no" if part.reach is Reach.NAMESPACE else f"yes, it reaches {part.reach}"
        yield f"- Runs on: {', '.join(_carriers(part))}"
        yield f"- Healed by: {part.heals}"
        yield f"- Holds its cluster alone: {alone}"
        yield f"- Example, on `workloads/{part.example.workload}.yaml`: {_EFFECTS[part.example.effect]}"
        yield ""
        yield from _example(part)


def _carriers(fault: type[Fault]) -> Iterator[str]:
    """The providers whose clusters can carry it."""
    for name, capabilities in _PROVIDERS.items():
        lacking = sorted(fault.needs - set(capabilities))
        if not lacking:
            yield name
        elif lacking == [Capability.NODE_EXEC]:
            yield f"{name} (with node access)"
        elif lacking == [Capability.NETEM]:
            yield f"{name} (where the kernel has netem)"
        elif lacking == [Capability.NETWORK_POLICY]:
            yield f"{name} (where the pod network enforces NetworkPolicies)"


def _example(fault: type[Fault]) -> list[str]:
    written = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 110
    yaml.dump({"faults": [{fault.name: fault.example.fields}]}, written)
    return ["```yaml", written.getvalue().rstrip(), "```"]


def _fields(part: Part, shared: tuple[str, ...], *, only: bool) -> list[str]:
    """A table of the fields: the shared ones only, or the others."""
    rows = [
        f"| `{field.encode_name}` | {_accepted(field)} | {_default(field)} |"
        for field in msgspec.structs.fields(part)
        if (field.encode_name in shared) is only
    ]
    return ["| key | value | default |", "|---|---|---|", *rows] if rows else ["No fields of its own."]


def _accepted(field: msgspec.structs.FieldInfo) -> str:
    """What the loader's own messages say, with the words that every page would repeat left to their page."""
    text = describe(field.type)
    for token, word in _WORDS.items():
        text = text.replace(token.accepted, f"[{word}](scenario.md#words)")
    return text.replace("|", r"\|")


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "required"
    value = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    return "none" if value in (None, "") else f"`{value}`"


def _commands() -> str:
    parser = _parser()
    lines = ["# Commands", "", _GENERATED, "", "`healproof COMMAND --help` says the same.", ""]
    for name, help_text, command in _subcommands(parser):
        lines += [f"## healproof {name}", "", f"{_sentence(command.description or help_text)}", ""]
        rows = [f"| {_words(action)} | {action.help} |" for action in _actions(command)]
        lines += [*(["| argument | meaning |", "|---|---|", *rows] if rows else ["No arguments."]), ""]
    lines += ["## pytest options", "", _PYTEST, "", "| option | meaning |", "|---|---|"]
    lines += [f"| `--healproof-{name} {name.upper()}` | {text} |" for name, (_, text) in _TEXT_OPTIONS.items()]
    lines += [f"| `--healproof-{name}` | {text} |" for name, text in _FLAGS.items()]
    lines += ["", "## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {int(code)} | {meaning} |" for code, meaning in _EXITS.items()]
    lines += ["", "pytest, when called itself, keeps its own exit codes."]
    return "\n".join(lines) + "\n"


def _subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Name, help and parser of each; argparse has no public way to list them."""
    for group in parser._actions:
        if isinstance(group, argparse._SubParsersAction):
            for choice in group._choices_actions:
                yield choice.dest, choice.help or "", group.choices[choice.dest]


def _actions(command: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    return (action for action in command._actions if not isinstance(action, argparse._HelpAction))


def _words(action: argparse.Action) -> str:
    """An argument as it is typed; not argparse's own usage line, which differs between Python versions."""
    if not action.option_strings:
        many = {"*": " …, or none", "+": " …", "?": ", or none"}.get(str(action.nargs), "")
        return f"`{action.dest.upper()}`{many}"
    value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
    return ", ".join(f"`{option}{value}`" for option in action.option_strings)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


_GENERATED = "Written by `make docs`; edits here are lost. Change the docstrings and help texts in `harness/` instead."
_PYTEST = (
    "For `pytest`, and for `healproof run` after `--`. Ini keys have the same names with underscores: `healproof_seed`."
)
_SCENARIO_PAGE = "the notation of [scenario files](scenario.md)"

if __name__ == "__main__":
    sys.exit(main())

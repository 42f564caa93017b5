"""The registries: faults, expectations, symptoms, causes and remedies by their names; one decorator enters a class.

Third parties enter theirs through the entry-point groups `healproof.faults`, `healproof.expectations` and so on.
"""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from harness.model.diagnosis import Cause, Remedy, SymptomReader
from harness.model.scenario import Expectation, Fault

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """Names to classes; filled when first read, by importing every module of `package`."""

    def __init__(self, noun: str, package: str) -> None:
        self.noun = noun
        self._package = package
        self._entries: dict[str, T] = {}
        self._complete = False
        self._filling = threading.RLock()  # a second thread must not read what is half filled

    def enter(self, name: str) -> Callable[[T], T]:
        """The decorator that enters a class under its YAML name and sets its `name`; a name is given only once."""

        def decorate(entry: T) -> T:
            if "name" in getattr(entry, "__struct_fields__", ()):
                raise ValueError(f"{self.noun} {name!r} has a field `name`: that is where its YAML name is kept")
            taken = self._entries.get(name)
            if taken is not None and taken is not entry:
                raise ValueError(f"{self.noun} {name!r} is registered twice: {taken!r} and {entry!r}")
            self._entries[name] = entry
            setattr(entry, "name", name)  # noqa: B010 - T is any class, so mypy knows of no `name`
            return entry

        return decorate

    def __getitem__(self, name: str) -> T:
        self._fill()
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        self._fill()
        return len(self._entries)

    def _fill(self) -> None:
        with self._filling:
            if self._complete:
                return
            self._complete = True
            package = importlib.import_module(self._package)
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{self._package}.{module.name}")
            for plugin in entry_points(group=f"healproof.{self.noun}s"):
                plugin.load()


FAULTS: Registry[type[Fault]] = Registry("fault", "harness.faults")
EXPECTATIONS: Registry[type[Expectation]] = Registry("expectation", "harness.expect")
SYMPTOMS: Registry[type[SymptomReader]] = Registry("symptom", "harness.diagnose.symptoms")
CAUSES: Registry[type[Cause]] = Registry("cause", "harness.diagnose.causes")
REMEDIES: Registry[type[Remedy]] = Registry("remedy", "harness.advise.remedies")

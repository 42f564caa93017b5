"""Switches allure-pytest on for a run that did not ask for it by `--alluredir`. Knows no scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import allure_commons
import pytest
from allure_commons.logger import AllureFileLogger
from allure_pytest.listener import AllureListener


def listen(config: pytest.Config, folder: Path) -> None:
    """Have Allure's results written to `folder/allure-results`, unless the user sends them elsewhere already."""
    if config.option.allure_report_dir:
        return
    listener = AllureListener(config)
    config.pluginmanager.register(listener, "allure_listener")
    _register(config, listener)
    _register(config, AllureFileLogger(str(folder / "allure-results"), False))


def _register(config: pytest.Config, plugin: Any) -> None:
    allure_commons.plugin_manager.register(plugin)
    config.add_cleanup(lambda: allure_commons.plugin_manager.unregister(plugin))

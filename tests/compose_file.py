"""docker-compose.yml as Compose would read it with no variable set, without Compose."""

import re
from typing import Any

import yaml
from source_tree import ROOT


def compose_services() -> dict[str, Any]:
    """Services by name."""
    services = compose_file()["services"]
    assert isinstance(services, dict)
    return services


def compose_file() -> dict[str, Any]:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
    assert "${" not in text, "every variable of the compose file needs a default"
    loaded = yaml.safe_load(text)
    assert isinstance(loaded, dict)
    return loaded

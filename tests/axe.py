"""What axe-core finds on a page in a browser."""

from browser_shop import HERE
from playwright.sync_api import Page

AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"


def assert_no_violations(page: Page, rules: list[str] | None = None) -> None:
    """rules: only these; default: all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    told = [(each["id"], [node["html"][:200] for node in each["nodes"]][:3]) for each in found]
    assert not told, (page.url, told)

"""A headless Chromium, pages of the real npm packages, and a small shop they are pointed at."""

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from browser_shop import HERE, PRODUCTS, QUERIES
from catalogs import build_index
from http_service import serving
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from indexing.catalogue.index_config import IndexConfig

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
"""No sandbox: CI runs as root. The others ask nobody outside."""
WAIT_MS = 20_000
expect.set_options(timeout=WAIT_MS)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Pictures are taken when they are asked for; nothing is skipped."""
    taken: bool = config.getoption("--screenshots")
    return True if collection_path.name == "test_screenshots.py" and not taken else None


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("storefronts") / "var"
    queries = tmp_path_factory.mktemp("asked") / "queries.tsv"
    queries.write_text("".join(f"{text}\t{count}\n" for text, count in QUERIES.items()))
    config = IndexConfig(min_matches=1)
    build_index(folder / "instant_search", PRODUCTS, queries=queries, config=config)
    return folder


@pytest.fixture(scope="session")
def service(shop: Path) -> Iterator[httpx.Client]:
    with serving(shop, default_index="instant_search") as client:
        yield client


class _Pages(SimpleHTTPRequestHandler):
    """Files of this folder, the address of the service filled in."""

    host = ""

    def do_GET(self) -> None:
        folder, _, name = self.path.partition("?")[0].strip("/").partition("/")
        path = HERE / "pages" / name
        if folder == "node_modules" or not path.is_file() or path.suffix not in (".html", ".js"):
            super().do_GET()
            return
        body = path.read_text(encoding="utf-8").replace("%HOST%", self.host).encode()
        self.send_response(200)
        kind = "text/html" if path.suffix == ".html" else "text/javascript"
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def packages() -> None:
    """The npm packages of package-lock.json."""
    told = json.loads((HERE / "package.json").read_text())["dependencies"]
    if all((HERE / "node_modules" / name).is_dir() for name in told):
        return
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm")
    subprocess.run([npm, "ci", "--no-progress"], cwd=HERE, check=True, timeout=300)


@pytest.fixture(scope="session")
def storefront(service: httpx.Client, packages: None) -> Iterator[str]:
    """Address of the pages: another origin than the service's, as a shop's is."""
    handler = type("Pages", (_Pages,), {"host": service.base_url.netloc.decode()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(HERE)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture(scope="session", autouse=True)
def late(pytestconfig: pytest.Config) -> Iterator[None]:
    """Every page of every context, if `--late` asks for it."""
    late_ms: int = pytestconfig.getoption("--late")
    make = BrowserContext.new_page

    def new_page(context: BrowserContext) -> Page:
        page = make(context)
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        speed = {"downloadThroughput": -1, "uploadThroughput": -1}
        asked = {"offline": False, "latency": late_ms, **speed}
        session.send("Network.emulateNetworkConditions", asked)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 3})
        return page

    with pytest.MonkeyPatch.context() as patch:
        if late_ms:
            patch.setattr(BrowserContext, "new_page", new_page)
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the whole session: while it is open, this thread has a running event loop."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("needs Chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own; what its scripts fail with fails the test."""
    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    opened.set_default_timeout(WAIT_MS)
    failures: list[str] = []
    opened.on("pageerror", lambda error: failures.append(f"{error}\n{error.stack}"))
    yield opened
    context.close()
    assert not failures

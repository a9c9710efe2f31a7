import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.catalogues.addresses import AllowList
from app.catalogues.download import Limits
from app.catalogues.fetched import fetched
from indexing.errors import CatalogError

BODY = b"id,title\n1,Mug\n"


class Bucket(BaseHTTPRequestHandler):
    """As much of S3, and of Google's storage, as one object needs."""

    def do_HEAD(self) -> None:
        self.answer(b"")

    def do_GET(self) -> None:
        self.answer(BODY)

    def do_POST(self) -> None:
        """A token, as Google gives one for credentials."""
        self.rfile.read(int(self.headers["Content-Length"]))
        token = {"access_token": "x", "expires_in": 3600, "id_token": "x", "token_type": "Bearer"}
        self._send(json.dumps(token).encode())

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, body: bytes) -> None:
        if self.path == "/storage/v1/b/shop/o/a.csv?alt=media":  # Google's
            self._send(BODY)
            return
        found = self.path.startswith("/shop/a.csv")
        partial = "Range" in self.headers and bool(body)
        self.send_response((206 if partial else 200) if found else 404)
        self.send_header("Content-Length", str(len(BODY) if found else 0))
        if partial:
            self.send_header("Content-Range", f"bytes 0-{len(BODY) - 1}/{len(BODY)}")
        self.send_header("Last-Modified", "Thu, 26 Nov 2026 10:00:00 GMT")
        self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(body if found else b"")

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Bucket) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_paths_and_patterns(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt", "odd[1].csv"):
        (tmp_path / name).write_bytes(BODY)
    names = [f"{tmp_path}/?.csv", f"{tmp_path}/odd[1].csv", f"{tmp_path}/c.txt"]
    with fetched(names, tmp_path / "var") as given:
        assert [each.path.name for each in given] == ["a.csv", "b.csv", "odd[1].csv", "c.txt"]
    with (
        pytest.raises(CatalogError, match="no file is named so"),
        fetched([f"{tmp_path}/*.xml"], tmp_path / "var"),
    ):
        pass


def test_standard_input(tmp_path: Path) -> None:
    with fetched(["-"], tmp_path, standard=io.BytesIO(BODY)) as [given]:
        assert given.told == "standard input"
        assert given.path.read_bytes() == BODY
    assert not given.path.exists()
    assert list(tmp_path.iterdir()) == []
    with (
        pytest.raises(CatalogError, match="standard input: is larger than 5 bytes"),
        fetched(["-"], tmp_path, Limits(max_bytes=5), io.BytesIO(BODY)),
    ):
        pass


def test_over_http(tmp_path: Path, port: int) -> None:
    with fetched([f"http://127.0.0.1:{port}/shop/a.csv?key=secret"], tmp_path) as [given]:
        assert given.path.read_bytes() == BODY
        assert given.told == f"http://127.0.0.1:{port}/shop/a.csv"


def test_out_of_a_bucket(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    options = f"endpoint_override=127.0.0.1:{port}&scheme=http&region=us-east-1"
    with fetched([f"s3://shop/a.csv?{options}"], tmp_path) as [given]:
        assert given.path.read_bytes() == BODY
        assert given.told == "s3://shop/a.csv"
    with (
        pytest.raises(CatalogError, match=r"s3://shop/none\.csv: cannot be read"),
        fetched([f"s3://shop/none.csv?{options}"], tmp_path),
    ):
        pass
    limits = Limits(AllowList.of(("s3://shop/",)))
    with (
        pytest.raises(CatalogError, match="may not have options"),
        fetched([f"s3://shop/a.csv?{options}"], tmp_path, limits),
    ):
        pass


def test_out_of_a_bucket_of_google(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = {"type": "authorized_user", "client_id": "a", "client_secret": "b"}
    credentials |= {"refresh_token": "c", "token_uri": f"http://127.0.0.1:{port}/token"}
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps(credentials))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    options = f"endpoint_override=127.0.0.1:{port}&scheme=http"
    with fetched([f"gs://shop/a.csv?{options}"], tmp_path) as [given]:
        assert given.path.read_bytes() == BODY
        assert given.told == "gs://shop/a.csv"
    with (
        pytest.raises(CatalogError, match=r"gs://shop/none\.csv: cannot be read"),
        fetched([f"gs://shop/none.csv?{options}"], tmp_path),
    ):
        pass
    with (
        pytest.raises(CatalogError, match="is larger than 5 bytes"),
        fetched([f"gs://shop/a.csv?{options}"], tmp_path, Limits(max_bytes=5)),
    ):
        pass


def test_a_bucket_of_google_without_credentials_is_soon_told(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nowhere.json"))
    options = f"endpoint_override=127.0.0.1:{port}&scheme=http&retry_limit_seconds=1"
    with (
        pytest.raises(CatalogError, match="the credentials in the environment"),
        fetched([f"gs://shop/a.csv?{options}"], tmp_path),
    ):
        pass

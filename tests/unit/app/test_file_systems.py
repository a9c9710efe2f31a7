"""Which folders other machines can write to, by the kernel's table of mounts."""

from pathlib import Path

import pytest

from app.changes.change_log import ChangeLogError, NewChange
from app.changes.sqlite_change_log import SqliteChangeLog
from app.file_systems import network_file_system
from app.state.folder import prepare
from app.state.journal import StateError

MOUNTS = r"""
overlay / overlay rw 0 0
server:/export /srv nfs4 rw 0 0
tmpfs /srv/local tmpfs rw 0 0
//nas/share /mnt/my\040share cifs rw 0 0
bucket /data fuse.mount-s3 rw 0 0
hostshare /host 9p rw 0 0
/dev/sdb1 /over ext4 rw 0 0
server:/other /over nfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", None),
        ("/srv", "nfs4"),
        ("/srv/shop/main", "nfs4"),
        ("/srvice", None),
        ("/srv/local/shop", None),
        ("/mnt/my share/x", "cifs"),
        ("/data/x", "fuse.mount-s3"),
        ("/host/x", "9p"),
        ("/over", "nfs"),
    ],
)
def test_by_the_longest_mount(tmp_path: Path, folder: str, kind: str | None) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS, "utf-8")
    assert network_file_system(Path(folder), mounts) == kind
    assert network_file_system(Path(folder), tmp_path / "none") is None


def test_no_log_is_begun_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path} nfs rw 0 0\n", "utf-8")
    monkeypatch.setattr(
        "app.changes.sqlite_database.network_file_system",
        lambda folder: network_file_system(folder, mounts),
    )
    (tmp_path / "main").mkdir()
    log = SqliteChangeLog(tmp_path, 1 << 20, "os", lambda: 0)
    with pytest.raises(ChangeLogError, match="VITRINA_CHANGE_LOG=redis"):
        log.check("main")
    with pytest.raises(ChangeLogError, match="network file system"):
        log.append("main", [NewChange("a", "put", b"{}")], lambda ids: [])
    assert not (tmp_path / "main" / "changes.db").exists()
    log.close()


def test_no_events_are_kept_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"bucket {tmp_path / 'far'} fuse.s3fs rw 0 0\n", "utf-8")
    monkeypatch.setattr(
        "app.state.folder.network_file_system", lambda folder: network_file_system(folder, mounts)
    )
    prepare(tmp_path / "near")
    with pytest.raises(StateError, match=r"network file system \(fuse.s3fs\)"):
        prepare(tmp_path / "far" / "state")

"""What kind of file system a folder lies on, as far as Linux tells."""

import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
_OCTAL = re.compile(r"\\([0-7]{3})")
_NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "9p", "afs", "ceph",
    "glusterfs", "lustre", "gpfs", "beegfs", "davfs", "davfs2", "fuse.glusterfs", "fuse.ceph",
    "fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.goofys", "fuse.rclone", "fuse.mount-s3",
    "fuse.juicefs", "fuse.blobfuse", "fuse.blobfuse2", "fuse.davfs", "fuse.nfs", "fuse.smbnetfs",
    "fuse.seaweedfs",
})  # fmt: skip


def network_file_system(folder: Path, mounts: Path = _MOUNTS) -> str | None:
    """Its kind if other machines can write there too; None for local ones, and where nobody says.

    mounts: the kernel's table; of several mounts at one place the last one is in force.
    """
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
        place = folder.resolve()
    except OSError:
        return None
    found, kind = -1, ""
    for line in lines:
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        at = Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), parts[1]))
        if place.is_relative_to(at) and len(at.parts) >= found:
            found, kind = len(at.parts), parts[2]
    return kind if kind in _NETWORK else None

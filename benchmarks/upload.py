"""How fast a large file gets from a folder into Domo, and how much memory the server needs for it.

`domo-mcp serve` uploads one file with upload_data_file, over HTTP, to a `domo-mcp sandbox` in another process that
keeps it on disk. Memory is that of the serving process alone, as Linux counts it (VmRSS, VmHWM). Nothing leaves the
machine; the bytes that arrive are read back and compared by their hash.

    python benchmarks/upload.py [--mb 1024] [--part-mb 10] [--parallel 4] [--surface product] [--most-mb 150]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx
from mcp import Client, StdioServerParameters

_MB = 1024 * 1024
_START_S = 60
_CREDENTIALS = {
    "product": ("developer-token", "token", "X-DOMO-Developer-Token", "sandbox-token", "/api/data/v1/data-files"),
    "app": ("app-session", "session", "X-Domo-Ryuu-Session", "sandbox-session", "/domo/data-files/v1"),
}


@dataclass(frozen=True)
class Measured:
    """One upload: its seconds, and the server's memory in MB before it and at its peak."""

    seconds: float
    before: float
    peak: float

    @property
    def growth(self) -> float:
        """What the upload added."""
        return self.peak - self.before


def main() -> int:
    """Print the figures; exit code 1 where the server grew by more than `--most-mb`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=1024, help="size of the file (default 1024)")
    parser.add_argument("--part-mb", type=int, default=10, help="files.part_mb (default 10)")
    parser.add_argument("--parallel", type=int, default=4, help="files.parallel_parts (default 4)")
    parser.add_argument("--surface", choices=[*_CREDENTIALS], default="product")
    parser.add_argument("--most-mb", type=float, default=150, help="most that the server may grow (default 150)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sandbox(Path(name) / "data") as origin:
        folder = Path(name)
        digest = make(folder / "root" / "large.bin", options.mb)
        (folder / "domo.toml").write_text(configuration(folder, origin, options), encoding="utf-8")
        measured = anyio.run(measure, folder / "domo.toml", origin, options.surface, digest)
    return report(measured, options)


@contextmanager
def sandbox(data: Path) -> Iterator[str]:
    """The origin of a sandbox in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "domo_mcp", "sandbox", "--port", str(port), "--data", str(data)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def make(file: Path, megabytes: int) -> str:
    """Write a file that does not repeat itself and give its hash."""
    file.parent.mkdir()
    digest = hashlib.sha256()
    with file.open("wb") as out:
        for _ in range(megabytes):
            piece = os.urandom(_MB)
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


def configuration(folder: Path, origin: str, options: argparse.Namespace) -> str:
    """The server's: one instance, one folder to upload from, nobody to ask."""
    kind, key, _, secret, _ = _CREDENTIALS[options.surface]
    return f"""
[instances.local]
url = "{origin}"
surface = "{options.surface}"
auth = {{ kind = "{kind}", {key} = "{secret}" }}
[policy]
access = "full"
confirm_for = ["delete"]
[tools]
toolsets = ["files"]
[files]
roots = ["{(folder / "root").as_posix()}"]
part_mb = {options.part_mb}
parallel_parts = {options.parallel}
[state]
url = "{(folder / "state.sqlite").as_posix()}"
"""


async def measure(settings: Path, origin: str, surface: str, digest: str) -> Measured:
    """Upload the file, and compare what arrived. Raises RuntimeError where it is not the same."""
    command = ["-m", "domo_mcp", "serve", "--config", str(settings)]
    children = _children()
    async with Client(StdioServerParameters(command=sys.executable, args=command)) as client:
        (server,) = _children() - children
        await client.call_tool("list_data_files", {})
        before = _memory(server, "VmRSS")
        began = time.perf_counter()
        result = await client.call_tool("upload_data_file", {"source": "large.bin"}, read_timeout_seconds=3600)
        seconds = time.perf_counter() - began
        peak = _memory(server, "VmHWM")
    written: dict[str, Any] = result.structured_content or {}
    if written.get("verified") is not True:
        raise RuntimeError(f"The upload failed: {result}")
    if await _arrived(origin, surface, written["new_ids"]["new:1"]) != digest:
        raise RuntimeError("What arrived is not what was sent.")
    return Measured(seconds, before, peak)


def report(measured: Measured, options: argparse.Namespace) -> int:
    """Print what was measured; exit code 1 for too much memory."""
    rate = options.mb / measured.seconds
    print(f"{options.mb:,} MB in parts of {options.part_mb} MB, {options.parallel} at once, {options.surface} surface")
    print(f"time    {measured.seconds:8.1f} s   ({rate:.0f} MB/s)")
    print(
        f"memory  {measured.before:8.1f} MB before, {measured.peak:.1f} MB at its peak: {measured.growth:.1f} MB more"
    )
    return int(measured.growth > options.most_mb)


async def _arrived(origin: str, surface: str, file_id: str) -> str:
    _, _, header, secret, base = _CREDENTIALS[surface]
    digest = hashlib.sha256()
    async with (
        httpx.AsyncClient(timeout=60) as http,
        http.stream("GET", f"{origin}{base}/{file_id}", headers={header: secret}) as answer,
    ):
        async for piece in answer.aiter_bytes():
            digest.update(piece)
    return digest.hexdigest()


def _memory(process: int, what: str) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(rf"^{what}:\s+(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("This system does not tell the memory of a process.")
    return int(found[1]) / 1024


def _children() -> set[int]:
    """The processes that this one started and that still run."""
    return {int(each) for file in Path("/proc/self/task").glob("*/children") for each in file.read_text().split()}


def _wait_for(origin: str) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end:
        try:
            httpx.get(origin)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("The sandbox did not start.")


if __name__ == "__main__":
    sys.exit(main())

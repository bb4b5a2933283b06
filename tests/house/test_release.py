"""What is released is what is here, and runs where nothing else of it is.

1. There is one version: that of pyproject.toml, which command, `/healthz` and OpenAPI document say. The changelog has
   it, or it is the next one after the newest there.
2. The wheel holds every file of the packages, and the sdist makes the same wheel.
3. Installed alone, outside a checkout, the wheel finds all that it reads.
4. With what it needs from the registry it starts everything and answers (`make nightly`, RELEASE=1).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import tomllib
import zipfile
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from app.api.health import _ALIVE
from app.api.openapi.offline import application
from app.cli import affindex
from app.dashboard.pages import packed_sizes
from app.version import VERSION
from generators import VOLUMES

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
# In an environment where nothing of the checkout can be imported.
_EVERYTHING_IS_FOUND = """
import json
import app
from app.api.openapi.offline import application
from app.dashboard.pages import packed_sizes
from generators import VOLUMES, catalogue
programs = {network: next(iter(catalogue(network))).network for network in VOLUMES}
document = application().openapi_schema.to_schema()
print(json.dumps({"file": app.__file__, "document": document, "programs": programs, "pages": packed_sizes()}))
"""


def test_there_is_one_version() -> None:  # 1
    assert PROJECT["project"]["version"] == VERSION, "`make .venv/ready` installs it anew"
    assert CliRunner().invoke(affindex, ["--version"]).output == f"affindex {VERSION}\n"
    assert application().openapi_schema.info.version == VERSION
    assert _ALIVE.version == VERSION


def test_the_changelog_has_it() -> None:  # 1
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", each) for each in headings[1:])
    released = [each[1:].partition("]")[0] for each in headings[1:]]
    assert released == sorted(released, key=lambda each: [int(part) for part in each.split(".")], reverse=True)
    assert VERSION in [*released[:1], *_next(released[0] if released else "0.0.0")]


def _next(version: str) -> list[str]:
    major, minor, patch = map(int, version.split("."))
    return [f"{major}.{minor}.{patch + 1}", f"{major}.{minor + 1}.0", f"{major + 1}.0.0"]


def _build(source: Path, target: Path) -> Path:
    """The wheel, which the sdist lies beside."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=240)
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build(ROOT, tmp_path_factory.mktemp("dist"))


def _inside(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:  # 2
    inside = _inside(wheel)
    here = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    about = f"affindex-{VERSION}.dist-info/"
    assert {name for name in inside if not name.startswith(about)} == here
    assert f"{about}licenses/LICENSE" in inside


def test_the_sdist_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:  # 2
    (sdist,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    assert {"README.md", "LICENSE", "CHANGELOG.md", "tests", "docs", "Makefile"} <= {
        each.name for each in source.iterdir()
    }
    assert _inside(_build(source, tmp_path / "dist")) == _inside(wheel)


def _uv() -> str:
    return subprocess.run(["./bootstrap", "uv"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def test_outside_a_checkout(wheel: Path, tmp_path: Path) -> None:  # 3
    """Only what it depends on comes from here."""
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    python = place / "bin" / "python"
    install = [_uv(), "pip", "install", "-q", "--offline", "--no-deps", "--python", str(python), str(wheel)]
    subprocess.run(install, check=True, timeout=120)
    (packages,) = (place / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))  # those of the checkout are not followed
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AFFINDEX_", "PYTHON"))}

    def run(*command: str | Path) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run(place / "bin" / "affindex", "--version") == f"affindex {VERSION}\n"
    found = json.loads(run(python, "-c", _EVERYTHING_IS_FOUND))
    assert Path(found["file"]).is_relative_to(packages)
    assert found["document"] == json.loads(json.dumps(application().openapi_schema.to_schema()))
    assert found["programs"] == {network: network for network in VOLUMES}
    assert found["pages"] == packed_sizes()


@pytest.mark.skipif(not os.environ.get("RELEASE"), reason="takes minutes: installs from the registry (`make nightly`)")
@pytest.mark.timeout(1_200)
def test_it_starts_everything_and_answers(wheel: Path) -> None:  # 4
    folder = Path(tempfile.mkdtemp(prefix="affindex-release-"))
    folder.chmod(0o755)  # Postgres does not run as root
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AFFINDEX_", "PYTHON"))}
    environment |= {"AFFINDEX_DATA_DIR": f"{folder}/data", "AFFINDEX_PORT": str(port), "AFFINDEX_GENERATED": "100"}
    command = [_uv(), "tool", "run", "--python", sys.executable, "--from", str(wheel), "affindex", "up"]
    process = subprocess.Popen(command, cwd=folder, env=environment)
    try:
        deadline = time.monotonic() + 900
        while _answered(port, "/api/programs?perPage=0").get("total") != 100 * len(VOLUMES):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(1)
        assert _answered(port, "/healthz") == {"status": "alive", "version": VERSION}
    finally:
        process.terminate()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def _answered(port: int, path: str) -> dict[str, Any]:
    """An answer; nothing while there is none."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except OSError:  # and what urllib makes of it
        return {}

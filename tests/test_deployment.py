"""The deployment file and the image say what the code knows. No Docker is needed to hold them against it.

1. Every AFFINDEX_ variable is a setting, and the code takes the values; nothing starts without its secrets.
2. Postgres and OpenSearch are of the embedded engines' versions.
3. API, worker and one-shot commands are one image, and their commands exist.
4. What runs for long has a health check and is started again; what runs once is waited for.
5. Ports are open on this machine only.
6. OpenSearch answers with a certificate of its own, which our clients verify.
7. The image is built from what the build is given, by hash, and does not run as root.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import msgspec
import pytest
import rich_click as click
import yaml
from opensearchpy.exceptions import SSLError

from app.cli import affindex
from app.engines import Engines, open_search, open_search_async
from app.engines.postgres import _INSTALL
from app.settings import PREFIX, Settings, SettingsError, read_settings, variable_names

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
CERTIFICATES = ROOT / "deployment" / "certificates.sh"

ENGINES = ("postgres", "opensearch")
OURS = [name for name, service in SERVICES.items() if service["image"] == "affindex"]
COMMANDS = [name for name in OURS if "entrypoint" not in SERVICES[name]]
REQUIRED = ("AFFINDEX_SECRET", "POSTGRES_PASSWORD", "OPENSEARCH_PASSWORD")
# ${NAME:?what to do} and ${NAME:-default}
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


def _filled(value: str, given: dict[str, str]) -> str:
    def one(match: re.Match[str]) -> str:
        name, kind, text = match.groups()
        if given.get(name):
            return given[name]
        if kind == "?":
            raise LookupError(name)
        return text or ""

    return VARIABLE.sub(one, value)


def _environment(service: str, given: dict[str, str]) -> dict[str, str]:
    return {name: _filled(str(value), given) for name, value in SERVICES[service].get("environment", {}).items()}


GIVEN = {name: f"a-{name}" for name in REQUIRED}


@pytest.mark.parametrize("service", COMMANDS)
def test_the_code_takes_the_settings(service: str) -> None:
    settings = read_settings(_environment(service, GIVEN))
    assert settings.secret == GIVEN["AFFINDEX_SECRET"]
    assert settings.opensearch_password == GIVEN["OPENSEARCH_PASSWORD"]
    assert settings.generated == 0
    assert settings.host == "0.0.0.0"  # inside its container; the port is published on this machine alone


def test_no_variable_is_made_up() -> None:
    named = set(re.findall(rf"^\s+({PREFIX}\w+):", (ROOT / "docker-compose.yml").read_text("utf-8"), re.MULTILINE))
    named |= set(re.findall(rf"\b({PREFIX}\w+)=", DOCKERFILE))
    assert named
    assert named <= set(variable_names())
    with pytest.raises(SettingsError, match="AFFINDEX_OPENSERCH_URL"):
        read_settings({"AFFINDEX_OPENSERCH_URL": "http://x"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("OPENSEARCH_PORT", port) for port in ("9200", "9292")),  # the embedded one ends there without a word
        *(("PORT", port) for port in ("0", "65536")),
        *((name, "0") for name in ("WORKERS", "FOLLOWERS", "SHARDS", "RATE_LIMIT", "HISTORY_DAYS")),
        *((name, "-1") for name in ("REPLICAS", "GENERATED")),
    ],
)
def test_a_number_that_cannot_work_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{PREFIX}{name} is '{value}': Expected `int`"):
        read_settings({f"{PREFIX}{name}": value})


@pytest.mark.parametrize("missing", REQUIRED)
def test_nothing_starts_without_its_secrets(missing: str) -> None:
    given = {name: value for name, value in GIVEN.items() if name != missing}
    stopped = []
    for service in SERVICES:
        try:
            _environment(service, given)
        except LookupError as error:
            stopped.append(error.args[0])
    assert set(stopped) == {missing}


def test_the_engines_are_where_the_settings_look_for_them() -> None:
    settings = read_settings(_environment("api", GIVEN))
    database, search = urlsplit(settings.database_url or ""), urlsplit(settings.opensearch_url or "")
    assert database.hostname == "postgres"
    assert database.username == SERVICES["postgres"]["environment"]["POSTGRES_USER"]
    assert database.path == f"/{SERVICES['postgres']['environment']['POSTGRES_DB']}"
    assert (search.scheme, search.hostname) == ("https", "opensearch")
    assert search.hostname in SERVICES["certificates"]["command"]
    (certificates,) = (mount for mount in SERVICES["api"]["volumes"] if mount.startswith("tls:"))
    assert settings.opensearch_ca_file == f"{certificates.split(':')[1]}/ca.pem"


def test_the_engines_are_of_the_embedded_versions() -> None:
    jars = (ROOT / "app" / "engines" / "jars.lock").read_text("utf-8")
    (embedded,) = set(re.findall(r"^org\.opensearch:opensearch:([\d.]+) ", jars, re.MULTILINE))
    assert SERVICES["opensearch"]["image"] == f"opensearchproject/opensearch:{embedded}"
    assert SERVICES["postgres"]["image"] == f"postgres:{_INSTALL.removeprefix('pginstall')}"


def test_one_image_for_all_of_ours() -> None:
    assert {"migrate", "api", "worker"} <= set(OURS)
    assert set(SERVICES) - set(OURS) == set(ENGINES)
    assert {service: SERVICES[service]["build"] for service in OURS} == dict.fromkeys(OURS, ".")
    assert 'ENTRYPOINT ["affindex"]' in DOCKERFILE


@pytest.mark.parametrize("words", [*(SERVICES[name]["command"] for name in COMMANDS), ["index", "status", "--json"]])
def test_the_commands_exist(words: list[str]) -> None:
    command: click.Command | None = affindex
    for word in (each for each in words if not each.startswith("-")):
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    assert command is not None
    assert not isinstance(command, click.Group)
    options = {option for each in command.params for option in each.opts}
    assert {word for word in words if word.startswith("-")} <= options


def test_long_runners_are_watched_and_what_runs_once_is_waited_for() -> None:
    waited = {name: each for service in SERVICES.values() for name, each in service.get("depends_on", {}).items()}
    for name, service in SERVICES.items():
        if service["restart"] == "no":
            assert waited[name] == {"condition": "service_completed_successfully"}, name
        else:
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
            assert waited.get(name, {"condition": "service_healthy"}) == {"condition": "service_healthy"}, name
    assert set(waited) <= set(SERVICES)
    assert "/readyz" in " ".join(SERVICES["api"]["healthcheck"]["test"])
    assert f":{read_settings(_environment('api', GIVEN)).port}/" in " ".join(SERVICES["api"]["healthcheck"]["test"])


def test_ports_are_open_on_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    for port in ports:
        assert str(port).startswith("127.0.0.1:")


def test_data_survives_in_named_volumes() -> None:
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            assert mount.split(":")[0] in COMPOSE["volumes"]
    targets = {name: {mount.split(":")[1] for mount in SERVICES[name]["volumes"]} for name in ENGINES}
    assert "/var/lib/postgresql" in targets["postgres"]  # where the image of 18 declares its own volume
    assert "/usr/share/opensearch/data" in targets["opensearch"]


def test_opensearch_has_its_security_on_and_its_heap_set() -> None:
    environment = SERVICES["opensearch"]["environment"]
    assert not {name for name in environment if "disable" in name.lower()}
    assert re.fullmatch(r"-Xms(\S+) -Xmx\1", environment["OPENSEARCH_JAVA_OPTS"])
    tls = {value for name, value in environment.items() if name.startswith("plugins.security.ssl.http.")}
    assert tls == {"tls/node.pem", "tls/node.key", "tls/ca.pem"}
    assert any(mount.endswith(":/usr/share/opensearch/config/tls:ro") for mount in SERVICES["opensearch"]["volumes"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificates as the deployment makes them."""
    folder = tmp_path_factory.mktemp("tls")
    names = SERVICES["certificates"]["command"][1:]
    assert SERVICES["certificates"]["entrypoint"] == ["sh", f"/app/{CERTIFICATES.relative_to(ROOT)}"]
    subprocess.run(["sh", CERTIFICATES, folder, *names], check=True)
    return folder


@contextmanager
def _behind_tls(url: str, certificates: Path) -> Iterator[str]:
    """A real engine behind a listener that speaks TLS with the certificate; its address."""

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with urlopen(url + self.path, timeout=10) as answer:
                body = answer.read()
                self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def get_request(self) -> tuple[ssl.SSLSocket, Any]:
            connection, address = super().get_request()
            try:
                return context.wrap_socket(connection, server_side=True), address
            except OSError:  # who does not trust the certificate hangs up
                connection.close()
                raise

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "node.pem", certificates / "node.key")
    with Server(("127.0.0.1", 0), Forward) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"https://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_clients_verify_opensearch_by_its_authority(engines: Engines, made: Path, tmp_path: Path) -> None:
    subprocess.run(["sh", CERTIFICATES, tmp_path, "localhost"], check=True)
    trusting = Settings(opensearch_ca_file=str(made / "ca.pem"), opensearch_user="admin", opensearch_password="p")
    with _behind_tls(engines.opensearch_url, made) as url:
        there = Engines("", url)
        assert open_search(there, trusting).info()["version"]["number"].startswith("3.")

        async def asked() -> Any:
            async with open_search_async(url, trusting) as search:
                return msgspec.json.decode(await search.transport.perform_request("GET", "/"))

        assert asyncio.run(asked())["version"]["number"].startswith("3.")
        for stranger in (Settings(), Settings(opensearch_ca_file=str(tmp_path / "ca.pem"))):
            with pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"):
                open_search(there, stranger).info()


def test_certificates_are_made_once_and_their_authority_signs_no_more(made: Path) -> None:
    before = {each.name: each.read_bytes() for each in made.iterdir()}
    assert set(before) == {"ca.pem", "node.pem", "node.key"}
    assert (made / "node.key").stat().st_mode & 0o077 == 0
    subprocess.run(["sh", CERTIFICATES, made, "opensearch"], check=True)
    assert {each.name: each.read_bytes() for each in made.iterdir()} == before


def test_the_image_is_built_from_what_the_build_is_given() -> None:
    sent = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text("utf-8").split("\n") if line[:1] == "!"
    }
    copied = {source for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE) for source in line.split()[:-1]}
    assert copied == sent
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert packages | {"pyproject.toml", project["project"]["readme"]} <= copied
    (python,) = re.findall(r"^FROM python:([\d.]+)-slim$", DOCKERFILE, re.MULTILINE)
    assert tuple(map(int, python.split("."))) >= (3, 11)


def test_the_image_is_locked_and_not_root() -> None:
    assert "pip install --require-hashes -r requirements.lock" in DOCKERFILE
    assert "pip install --no-deps ." in DOCKERFILE
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1] == "affindex"
    assert [name for name in OURS if SERVICES[name].get("user") == "root"] == ["certificates"]

"""The deployment file and the image say what the code knows. No Docker is needed to hold them against it.

1. Every AFFINDEX_ variable is a setting, and the code takes the values; nothing starts without its secrets.
2. Postgres and OpenSearch are of the embedded engines' versions.
3. API, worker and one-shot commands are one image, and their commands exist.
4. What runs for long has a health check and is started again; what runs once is waited for; data outlives all of them.
5. Ports are open on this machine only.
6. OpenSearch answers with a certificate of its own, which our clients verify.
7. Operators' reads are closed, clients are limited, and the first key is in a volume, on no line of a log.
8. The image is built from what the build is given, by hash, and does not run as root.
9. Every service is confined: no capabilities but those named here, nothing to gain, nothing to write to but volumes and
   memory, so much memory, which fits heap and caches. Engines are in a network that leads nowhere.
10. Users have the least right: the database's owner is no superuser, and the schema is made by it; OpenSearch knows one
    user, with a role for our indexes alone. Tags are exact.
11. The audit of what is locked says what it found, and that it found nothing only where it could look.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import ssl
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import msgspec
import psycopg
import pytest
import rich_click as click
import yaml
from opensearchpy.exceptions import SSLError

from app.cli import affindex
from app.engines import Engines, open_search, open_search_async
from app.engines.postgres import _INSTALL
from app.migrations import upgrade
from app.settings import PREFIX, Secret, Settings, SettingsError, read_settings, revealed, variable_names
from indexing.index_names import lexicon_of, suggestions_of

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
OWNER = (ROOT / "deployment" / "postgres-owner.sh").read_text("utf-8")
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


def test_closed_and_limited() -> None:  # 7
    settings = read_settings(_environment("api", GIVEN))
    assert not settings.open_operations
    assert not settings.local
    assert (settings.rate_limit, settings.client_concurrency) == (600, 32)
    for service in ("prepare", "api"):
        assert "data:/home/affindex/.affindex" in SERVICES[service]["volumes"]
        assert settings.data.name == ".affindex"
    assert "data" in COMPOSE["volumes"]


@pytest.mark.parametrize("service", COMMANDS)
def test_the_code_takes_the_settings(service: str) -> None:  # 1
    settings = read_settings(_environment(service, GIVEN))
    assert settings.secret == Secret(GIVEN["AFFINDEX_SECRET"])
    assert settings.opensearch_password == Secret(GIVEN["OPENSEARCH_PASSWORD"])
    assert settings.generated == 0
    assert settings.host == "0.0.0.0"  # inside its container; the port is published on this machine alone


def test_no_variable_is_made_up() -> None:  # 1
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
def test_a_number_that_cannot_work_is_refused(name: str, value: str) -> None:  # 1
    with pytest.raises(SettingsError, match=f"{PREFIX}{name} is '{value}': Expected `int`"):
        read_settings({f"{PREFIX}{name}": value})


@pytest.mark.parametrize("missing", REQUIRED)
def test_nothing_starts_without_its_secrets(missing: str) -> None:  # 1
    given = {name: value for name, value in GIVEN.items() if name != missing}
    stopped = []
    for service in SERVICES:
        try:
            _environment(service, given)
        except LookupError as error:
            stopped.append(error.args[0])
    assert set(stopped) == {missing}


def test_the_engines_are_where_the_settings_look_for_them() -> None:  # 1, 10
    settings = read_settings(_environment("api", GIVEN))
    database, search = urlsplit(revealed(settings.database_url) or ""), urlsplit(settings.opensearch_url or "")
    assert database.hostname == "postgres"
    assert f"create role {database.username} login nosuperuser" in OWNER
    assert f"create database {database.path[1:]} owner {database.username} " in OWNER
    assert (search.scheme, search.hostname) == ("https", "opensearch")
    assert search.hostname in SERVICES["certificates"]["command"]
    (certificates,) = (mount for mount in SERVICES["api"]["volumes"] if mount.startswith("tls:"))
    assert settings.opensearch_ca_file == f"{certificates.split(':')[1]}/ca.pem"


def test_the_engines_are_of_the_embedded_versions() -> None:  # 2
    jars = (ROOT / "app" / "engines" / "jars.lock").read_text("utf-8")
    (embedded,) = set(re.findall(r"^org\.opensearch:opensearch:([\d.]+) ", jars, re.MULTILINE))
    assert SERVICES["opensearch"]["image"] == f"opensearchproject/opensearch:{embedded}"
    (version,) = re.findall(r"postgres:([\d.]+)", SERVICES["postgres"]["image"])
    assert version.partition(".")[0] == _INSTALL.removeprefix("pginstall")


def test_one_image_for_all_of_ours() -> None:  # 3
    assert {"migrate", "api", "worker"} <= set(OURS)
    assert set(SERVICES) - set(OURS) == set(ENGINES)
    assert {service: SERVICES[service]["build"] for service in OURS} == dict.fromkeys(OURS, ".")
    assert 'ENTRYPOINT ["affindex"]' in DOCKERFILE


@pytest.mark.parametrize("words", [SERVICES[name]["command"] for name in COMMANDS])
def test_the_commands_exist(words: list[str]) -> None:  # 3
    command: click.Command | None = affindex
    for word in (each for each in words if not each.startswith("-")):
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    assert command is not None
    assert not isinstance(command, click.Group)
    options = {option for each in command.params for option in each.opts}
    assert {word for word in words if word.startswith("-")} <= options


def test_long_runners_are_watched_and_what_runs_once_is_waited_for() -> None:  # 4
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
    of_worker = " ".join(SERVICES["worker"]["healthcheck"]["test"])
    assert f":{read_settings(_environment('worker', GIVEN)).worker_port}/healthz" in of_worker


def test_ports_are_open_on_this_machine_only() -> None:  # 5
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    for port in ports:
        assert str(port).startswith("127.0.0.1:")


def test_data_survives_in_named_volumes() -> None:  # 4
    for service in SERVICES.values():
        for mount in service.get("volumes", []):
            assert mount.split(":")[0] in COMPOSE["volumes"]
    targets = {name: {mount.split(":")[1] for mount in SERVICES[name]["volumes"]} for name in ENGINES}
    assert "/var/lib/postgresql" in targets["postgres"]  # where the image of 18 declares its own volume
    assert "/usr/share/opensearch/data" in targets["opensearch"]


def test_opensearch_has_its_security_on_and_its_heap_set() -> None:  # 6, 9
    environment = SERVICES["opensearch"]["environment"]
    assert {name for name in environment if "disable" in name.lower()} == {"DISABLE_INSTALL_DEMO_CONFIG"}
    assert re.fullmatch(r"-Xms(\S+) -Xmx\1", environment["OPENSEARCH_JAVA_OPTS"])
    tls = {value for name, value in environment.items() if name.startswith("plugins.security.ssl.http.")}
    assert tls == {"true", "tls/node.pem", "tls/node.key", "tls/ca.pem"}
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


def test_clients_verify_opensearch_by_its_authority(engines: Engines, made: Path, tmp_path: Path) -> None:  # 6
    subprocess.run(["sh", CERTIFICATES, tmp_path, "localhost"], check=True)
    trusting = Settings(
        opensearch_ca_file=str(made / "ca.pem"), opensearch_user="admin", opensearch_password=Secret("p")
    )
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


def test_certificates_are_made_once_and_their_authority_signs_no_more(made: Path) -> None:  # 6
    before = {each.name: each.read_bytes() for each in made.iterdir()}
    assert set(before) == {"ca.pem", "node.pem", "node.key"}
    assert (made / "node.key").stat().st_mode & 0o077 == 0
    subprocess.run(["sh", CERTIFICATES, made, "opensearch"], check=True)
    assert {each.name: each.read_bytes() for each in made.iterdir()} == before


def test_the_image_is_built_from_what_the_build_is_given() -> None:  # 8
    sent = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text("utf-8").split("\n") if line[:1] == "!"
    }
    copied = {source for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE) for source in line.split()[:-1]}
    assert copied == sent
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert packages | {"pyproject.toml", project["project"]["readme"]} <= copied
    (python,) = re.findall(r"^FROM python:(\d+\.\d+\.\d+)-slim$", DOCKERFILE, re.MULTILINE)
    assert tuple(map(int, python.split("."))) >= (3, 11)


def test_the_image_is_locked_and_not_root() -> None:  # 8
    assert "pip install --require-hashes -r requirements.lock" in DOCKERFILE
    assert "pip install --no-deps ." in DOCKERFILE
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1] == "affindex"
    assert [name for name in OURS if SERVICES[name].get("user") == "root"] == ["certificates"]


def _bytes(size: str) -> int:
    return int(size[:-1]) * {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[size[-1].lower()]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name: str) -> None:  # 9
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["CHOWN"] if name == "certificates" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is (name != "opensearch")  # which makes its keystore beside its settings
    assert service["pids_limit"] > 0
    assert _bytes(_filled(service["mem_limit"], {})) > 0
    assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & set(service)
    assert name in OURS or service.get("user") == "postgres" or name == "opensearch"


def test_memory_fits_heap_and_caches() -> None:  # 9
    (heap,) = re.findall(r"-Xmx(\S+)$", _filled(SERVICES["opensearch"]["environment"]["OPENSEARCH_JAVA_OPTS"], {}))
    assert _bytes(_filled(SERVICES["opensearch"]["mem_limit"], {})) >= 2 * _bytes(heap)
    given = dict(word[2:].split("=") for word in SERVICES["postgres"]["command"] if word.startswith("-c"))
    needed = sum(_bytes(given[name].removesuffix("B")) for name in ("shared_buffers", "maintenance_work_mem"))
    assert _bytes(SERVICES["postgres"]["mem_limit"]) >= 2 * needed


def test_engines_are_in_a_network_that_leads_nowhere() -> None:  # 9
    assert COMPOSE["networks"]["engines"] == {"internal": True}
    outside = {name for name, service in SERVICES.items() if service["networks"] != ["engines"]}
    assert outside == {"api", "worker"}
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"api"}


def test_tags_are_exact() -> None:  # 10
    for name in ENGINES:
        assert re.fullmatch(r"[\w/]+:\d+\.\d+(\.\d+)?", SERVICES[name]["image"]), name


def test_the_owner_of_the_database_is_no_superuser(engines: Engines) -> None:  # 10
    (statements,) = re.findall(r"<<'SQL'\n(.*)\nSQL\n", OWNER, re.DOTALL)
    *made, nobody_connects = statements.split("\n")
    assert nobody_connects == "alter role current_user password null;"
    name = f"owner_{secrets.token_hex(6)}"
    with psycopg.connect(engines.database_url, autocommit=True) as superuser:
        try:
            for statement in made:
                renamed = statement.replace("affindex", name).replace(":'password'", "'p'")
                superuser.execute(renamed.encode())
            address = urlsplit(engines.database_url)
            url = urlunsplit(address._replace(path=f"/{name}"))
            with psycopg.connect(url, user=name, password="p") as owner:
                upgrade(owner)
                assert owner.execute("select current_setting('is_superuser')").fetchone() == ("off",)
                assert owner.execute("select count(*) from programs").fetchone() == (0,)
        finally:
            superuser.execute(f"drop database if exists {name} with (force)".encode())
            superuser.execute(f"drop role if exists {name}".encode())


def _security(file: str) -> dict[str, Any]:
    source = next(each["file"] for each in COMPOSE["configs"].values() if each["file"].endswith(f"/{file}"))
    read: dict[str, Any] = yaml.safe_load((ROOT / source).read_text("utf-8"))
    assert read.pop("_meta")["config_version"] == 2
    return read


def test_opensearch_knows_one_user_with_a_role_for_our_indexes_alone() -> None:  # 10
    settings = read_settings(_environment("api", GIVEN))
    user = settings.opensearch_user or ""
    targets = {each["source"]: Path(each["target"]).name for each in SERVICES["opensearch"]["configs"]}
    for source, name in targets.items():
        assert Path(COMPOSE["configs"][source]["file"]).name == name
    users, roles, mapped = (_security(name) for name in ("internal_users.yml", "roles.yml", "roles_mapping.yml"))
    assert list(users) == list(roles) == list(mapped) == [user]
    assert mapped[user]["users"] == [user]
    (variable,) = re.findall(r"^\$\{envbc\.(\w+)\}$", users[user]["hash"])
    assert _environment("opensearch", GIVEN)[variable] == revealed(settings.opensearch_password)
    (ours,) = roles[user]["index_permissions"]
    assert ours["index_patterns"] == [f"{settings.index}*"]
    for named in (settings.index, suggestions_of(settings.index), lexicon_of(settings.index)):
        assert named.startswith(settings.index)
    assert roles[user]["cluster_permissions"] == ["cluster_monitor", "cluster_composite_ops"]
    assert f"{user}:$$" in " ".join(SERVICES["opensearch"]["healthcheck"]["test"])


@pytest.mark.parametrize(
    ("audited", "status", "says"),
    [
        ("exit 0", 0, "no known vulnerability"),
        ("echo 'aiohttp 1.0 CVE-1'; exit 1", 1, "aiohttp 1.0 CVE-1"),
        ("echo 'cannot resolve api.osv.dev' >&2; exit 1", 3, "out of reach, or did not answer:\ncannot resolve"),
    ],
)
def test_the_audit_says_what_it_could_see(tmp_path: Path, audited: str, status: int, says: str) -> None:  # 11
    uv = tmp_path / "uv"
    uv.write_text(f'#!/bin/sh\ncase "$*" in *cyclonedx*) exit 0;; *pip-audit*requirements.lock*) {audited};; esac\n')
    uv.chmod(0o755)
    audit = subprocess.run(["sh", ROOT / "deployment" / "audit.sh", uv], capture_output=True, text=True, check=False)
    assert audit.returncode == status
    assert says in audit.stdout + audit.stderr

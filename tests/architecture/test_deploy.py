"""Image and compose file: no engine runs in the tests, so what can be held is what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address, ip_network
from threading import Thread
from typing import Any

import pytest
import yaml

from deploy.healthy import main as healthy
from server.settings import Settings
from tests.architecture.code import ROOT

OLDEST_POSTGRES = 17
VARIABLE = re.compile(r"CONNEXIONS_[A-Z_]+")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["compose.yaml", "Dockerfile", "deploy/connexions.env.example"])
def test_every_variable_is_a_setting(name: str) -> None:
    known = {f"CONNEXIONS_{field.upper()}" for field in Settings.model_fields}
    found = set(VARIABLE.findall((ROOT / name).read_text(encoding="utf-8")))
    assert found
    assert found <= known


def test_the_database_is_new_enough_and_kept(compose: dict[str, Any]) -> None:
    db = compose["services"]["db"]
    assert int(db["image"].split(":")[1]) >= OLDEST_POSTGRES
    assert [volume.split(":")[0] for volume in db["volumes"]] == ["database"]
    assert "pg_isready" in db["healthcheck"]["test"][1]


def test_web_and_worker_start_after_the_migrations(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["migrate"]["command"] == ["connexions", "migrate"]
    assert services["migrate"]["restart"] == "no"
    for name in ("web1", "web2", "work"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert services["work"]["command"] == ["connexions", "work"]


def test_only_the_proxy_is_open_and_believed(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    address = services["proxy"]["networks"]["inside"]["ipv4_address"]
    for name in ("web1", "web2", "work", "migrate"):
        assert services[name]["environment"]["CONNEXIONS_FORWARDED_ALLOW_IPS"] == address
    network = compose["networks"]["inside"]["ipam"]["config"][0]
    assert ip_address(address) in ip_network(network["subnet"])
    assert ip_address(address) not in ip_network(network["ip_range"]), "another container could get it first"


def test_the_proxy_knows_every_web_process_and_holds_nothing_back(compose: dict[str, Any]) -> None:
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    webs = [f"{name}:8000" for name in compose["services"] if name.startswith("web")]
    assert len(webs) > 1
    assert f"reverse_proxy {' '.join(webs)} {{" in caddyfile
    assert "flush_interval -1" in caddyfile
    assert "log {" not in caddyfile


def test_no_secret_stands_in_the_compose_file(compose: dict[str, Any]) -> None:
    given = [service["environment"] for service in compose["services"].values() if "environment" in service]
    names = {name for environment in given for name in environment}
    assert names == {"CONNEXIONS_FORWARDED_ALLOW_IPS", "SITE_ADDRESS"}
    assert (ROOT / "deploy" / ".gitignore").read_text(encoding="utf-8").split() == ["*.env"]


def test_the_image_holds_the_program_and_no_test_tools() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    paths = {path for line in copied for path in line.split()}
    assert {"bot", "dialogs", "server", "content", "locales", "requirements.lock"} <= paths
    assert not {"tests", "benchmarks", "requirements-test.lock", "."} & paths
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {f"!{path}" for path in paths} <= set(ignored)
    runtime = dockerfile.rsplit("FROM ", 1)[1]
    assert "\nUSER connexions\n" in runtime
    assert "PYTHONUNBUFFERED=1" in runtime
    assert runtime.rstrip().endswith('CMD ["connexions", "serve"]')


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(request.param if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("answering", "code"), [(200, 0), (503, 1)], indirect=["answering"])
def test_health_check_tells_alive_from_ill(answering: int, code: int) -> None:
    assert healthy(answering) == code


def test_health_check_of_nothing_fails() -> None:
    assert healthy(9) == 1

"""Several of everything on one machine, on PostgreSQL, Redis and RabbitMQ, behind nginx: `make run-production`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from companion.content import Library, require_country
from companion.run.local import local_environment
from companion.run.supervised import require_free, supervise
from companion.run.training import MODEL
from companion.settings import ROOT, Settings, SettingsError
from companion.store import Database, StoreError

__all__ = ["Plan", "Program", "faults", "nginx_config", "run_production"]

_DEPLOY = ROOT / "deploy"
#: Settings of this command and what they are if not set.
_DEFAULTS = {
    "COMPANION_ENVIRONMENT": "production",
    "COMPANION_ENDPOINTS": "endpoints.production.yml",
    "WORKERS": "2",
    "ACTION_SERVERS": "2",
    "WEB_SERVERS": "2",
    "DELIVERY_WORKERS": "1",
    "INNER_PORTS": "15000",
    "WEB_HOST": "127.0.0.1",
    "DESK_HOST": "127.0.0.1",
    "WEB_PROXIES": "0",
    "REQUESTS_PER_SECOND": "20",
}
_COUNTS = ("WORKERS", "ACTION_SERVERS", "WEB_SERVERS", "DELIVERY_WORKERS")
_MOST = 32
#: Tabs of one network address that may listen at once.
_STREAMS = 400
#: Seconds that a caller waits for a Rasa server and an action server; each gives up earlier itself.
_INNER_LIMITS = {"rasa": 15, "actions": 10}
_PATIENCE = 3.0


@dataclass(frozen=True)
class Program:
    """One process: its name, command, settings of its own, and the seconds after which it counts as started."""

    name: str
    command: str
    environment: Mapping[str, str]
    seconds: int


@dataclass(frozen=True)
class Plan:
    """Who runs on which port. `pools`: for nginx, the addresses of each kind."""

    programs: tuple[Program, ...]
    pools: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Plan:
        """The plan of these settings; ports from INNER_PORTS on."""
        ports = iter(range(int(environment["INNER_PORTS"]), 65536))
        # A "%" would be a variable of supervisor's.
        python = sys.executable.replace("%", "%%")
        kinds = [
            ("actions", "companion serve-actions", "ACTION_SERVERS", "ACTIONS", 10),
            ("rasa", "companion serve-rasa", "WORKERS", "RASA", 20),
            ("web", "companion.web", "WEB_SERVERS", "WEB", 5),
            ("desk", "companion serve-desk", None, "DESK", 5),
            ("worker", "companion work", "DELIVERY_WORKERS", None, 5),
        ]
        programs: list[Program] = []
        pools: dict[str, tuple[str, ...]] = {}
        for name, command, count, prefix, seconds in kinds:
            servers = []
            for number in range(int(environment[count]) if count else 1):
                own = {"STATUS_PORT": str(next(ports))}
                if prefix:
                    own |= {f"{prefix}_HOST": "127.0.0.1", f"{prefix}_PORT": str(next(ports))}
                    servers.append(f"127.0.0.1:{own[f'{prefix}_PORT']}")
                programs.append(Program(f"{name}-{number + 1}", f"{python} -m {command}", own, seconds))
            if servers:
                pools[name] = tuple(servers)
        return cls(tuple(programs), pools)


def run_production() -> int:
    """Checks the settings and the services, makes the tables, starts everything, stops everything at Ctrl-C.

    2, with one line for each thing that is missing, where it cannot start.
    """
    given = local_environment()
    environment = {**_DEFAULTS, **given}
    if os.geteuid() == 0:
        environment["NGINX_USER"] = "root"
    # Several servers share these; the one address is nginx's.
    environment["RASA_URL"] = f"http://127.0.0.1:{environment['RASA_PORT']}"
    environment["ACTION_SERVER_URL"] = f"http://127.0.0.1:{environment['ACTIONS_PORT']}/webhook"
    found = list(faults(environment))
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        return 2
    plan = Plan.of(environment)
    Database.from_environment(environment).migrate()
    folder = Path(environment["COMPANION_VAR"]) / "production"
    for part in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    nginx_file, supervisor_file = folder / "nginx.conf", folder / "supervisord.conf"
    nginx_file.write_text(nginx_config(environment, plan.pools, folder), encoding="utf-8")
    if unusable := _nginx_fault(nginx_file, folder):
        print(unusable, file=sys.stderr)
        return 2
    supervisor_file.write_text(_supervisor_config(plan, nginx_file, folder), encoding="utf-8")
    proxies = str(int(environment["WEB_PROXIES"]) + 1)
    environment |= {"WEB_PROXIES": proxies, "DESK_PROXIES": proxies}
    waiting = [f"http://127.0.0.1:{program.environment['STATUS_PORT']}/ready" for program in plan.programs]
    print(f"Starting {len(plan.programs)} processes and nginx (Ctrl-C stops them) ...", flush=True)
    supervise(supervisor_file, environment, waiting, _greeting(environment, plan))
    return 0


def faults(environment: Mapping[str, str]) -> Iterator[str]:
    """What keeps production from starting, one line each."""
    for check in (_settings_fault, _database_fault, _redis_fault, _rabbitmq_fault, _program_fault):
        yield from check(environment)


def nginx_config(environment: Mapping[str, str], pools: Mapping[str, tuple[str, ...]], folder: Path) -> str:
    """The configuration of nginx for these servers."""
    host = environment.get("INNER_HOST") or "127.0.0.1"
    inner = [
        (name, f"{host}:{environment[f'{name.upper()}_PORT']}", seconds) for name, seconds in _INNER_LIMITS.items()
    ]
    return _template("nginx.conf.j2").render(
        folder=folder,
        pools=pools,
        web_port=f"{environment['WEB_HOST']}:{environment['WEB_PORT']}",
        desk_port=f"{environment['DESK_HOST']}:{environment['DESK_PORT']}",
        inner=inner,
        user=environment.get("NGINX_USER"),
        certificate=environment.get("TLS_CERTIFICATE"),
        key=environment.get("TLS_KEY"),
        trusted=environment["WEB_PROXIES"] != "0",
        requests=int(environment["REQUESTS_PER_SECOND"]),
        streams=_STREAMS,
    )


def _supervisor_config(plan: Plan, nginx_file: Path, folder: Path) -> str:
    nginx = Program("nginx", f"{_nginx()} -c {nginx_file} -p {folder} -g 'daemon off;'".replace("%", "%%"), {}, 2)
    return _template("production.supervisord.conf.j2").render(
        folder=folder, programs=[*plan.programs, nginx], python=sys.executable.replace("%", "%%")
    )


def _template(name: str) -> Template:
    loader = Environment(loader=FileSystemLoader(_DEPLOY), undefined=StrictUndefined, keep_trailing_newline=True)
    return loader.get_template(name)


def _nginx() -> str | None:
    # Debian keeps it where only root's path looks.
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _nginx_fault(file: Path, folder: Path) -> str | None:
    done = subprocess.run(
        [str(_nginx()), "-t", "-q", "-c", str(file), "-p", str(folder)], capture_output=True, text=True, check=False
    )
    return f"nginx does not take {file}: {done.stderr.strip().splitlines()[0]}" if done.returncode else None


def _settings_fault(environment: Mapping[str, str]) -> Iterator[str]:
    try:
        settings = Settings.from_environment(environment)
        require_country(Library.load().helplines, settings)
    except SettingsError as error:
        yield str(error)
    for name in _COUNTS:
        value = environment[name]
        if not (value.isascii() and value.isdigit() and 1 <= int(value) <= _MOST):
            yield f"{name} is '{value}'; give a number from 1 to {_MOST}"
    for name in ("WEB_PROXIES", "REQUESTS_PER_SECOND", "INNER_PORTS"):
        if not (environment[name].isascii() and environment[name].isdigit()):
            yield f"{name} is '{environment[name]}'; give a whole number"
    if bool(environment.get("TLS_CERTIFICATE")) != bool(environment.get("TLS_KEY")):
        yield "TLS_CERTIFICATE and TLS_KEY go together; give the files of both, or of neither"
    if not MODEL.exists():
        yield f"{MODEL} is missing; train it with 'make train'"
    for name in ("WEB_PORT", "DESK_PORT", "RASA_PORT", "ACTIONS_PORT"):
        try:
            require_free(name, environment[name])
        except SettingsError as error:
            yield str(error)


def _database_fault(environment: Mapping[str, str]) -> Iterator[str]:
    address = environment.get("COMPANION_DATABASE") or ""
    if not address.startswith("postgresql"):
        yield "COMPANION_DATABASE names no PostgreSQL database; give postgresql://user:password@host:5432/name"
        return
    try:
        database = Database(address)
        with database.reading():
            pass
        database.close()
    except (SettingsError, StoreError) as error:
        at = urlsplit(address)
        where = f"{at.hostname}:{at.port or 5432}"
        yield f"PostgreSQL: no database '{at.path[1:]}' at {where} for '{at.username}' ({error})"


def _redis_fault(environment: Mapping[str, str]) -> Iterator[str]:
    address = environment.get("REDIS_URL") or ""
    if not address.startswith(("redis://", "rediss://")):
        yield "REDIS_URL names no Redis server; give redis://host:6379/0"
        return
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        Redis.from_url(address, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE).ping()
    except (RedisError, ValueError) as error:
        at = urlsplit(address)
        yield f"Redis: no answer at {at.hostname}:{at.port or 6379} ({type(error).__name__})"


def _rabbitmq_fault(environment: Mapping[str, str]) -> Iterator[str]:
    if (environment.get("COMPANION_EVENTS") or "off") == "off":
        return
    at = urlsplit(environment.get("RABBITMQ_URL") or "")
    if at.scheme not in ("amqp", "amqps") or not at.hostname:
        yield "COMPANION_EVENTS is set but RABBITMQ_URL is not; give amqp://user:password@host:5672/"
        return
    port = at.port or (5671 if at.scheme == "amqps" else 5672)
    try:
        socket.create_connection((at.hostname, port), timeout=_PATIENCE).close()
    except OSError as error:
        yield f"RabbitMQ: no answer at {at.hostname}:{port} ({type(error).__name__})"


def _program_fault(environment: Mapping[str, str]) -> Iterator[str]:
    if _nginx() is None:
        yield "nginx is missing; install it (Debian: apt-get install nginx-light)"


def _greeting(environment: Mapping[str, str], plan: Plan) -> str:
    scheme = "https" if environment.get("TLS_CERTIFICATE") else "http"
    lines = [
        "\nThe assistant is up:",
        f"  page to chat on   {scheme}://localhost:{environment['WEB_PORT']}/",
        f"  staff desk        {scheme}://localhost:{environment['DESK_PORT']}/",
        f"  REST channel      {environment['RASA_URL']}/webhooks/rest/webhook (inside only; token: RASA_TOKEN)",
        "  for Prometheus, this machine only:",
    ]
    lines += [
        f"    {program.name:<12} http://127.0.0.1:{program.environment['STATUS_PORT']}/metrics, /live, /ready"
        for program in plan.programs
    ]
    return "\n".join(lines) + "\n"

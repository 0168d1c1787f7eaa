"""The desk's application: what is at which address, and the headers that every answer has."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from companion.cases import Cases
from companion.cases.service import Service
from companion.content import Library, require_country
from companion.desk.access import Access
from companion.desk.accounts import Accounts
from companion.desk.case_page import CasePage
from companion.desk.case_steps import CaseSteps
from companion.desk.chats import Chats
from companion.desk.danger import Danger
from companion.desk.entrance import Entrance
from companion.desk.figures import Figures
from companion.desk.figures_page import FiguresPage
from companion.desk.guessing import Guessing
from companion.desk.house import House
from companion.desk.intake_page import IntakePage
from companion.desk.live import Live, Pulse
from companion.desk.notices import Notices
from companion.desk.oidc import OidcEntrance
from companion.desk.pages import Pages
from companion.desk.queue import Queue
from companion.desk.queue_page import QueuePage
from companion.desk.red_flags import RedFlags
from companion.desk.roles import Permission
from companion.desk.settings import DeskSettings
from companion.desk.sign_ins import SignIns
from companion.settings import Settings
from companion.store import Database, Journal, StoreError, utc_now

__all__ = ["create_app"]

_HERE = Path(__file__).parent
_HEADERS = {
    # The one policy `desk` is where the page's script turns what this server rendered into elements.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types desk"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    # With "no-referrer" a browser names no origin in a form either, and forms of other sites could not be told apart.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_TLS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


def create_app(
    *,
    database: Database,
    service: Service,
    settings: Settings,
    desk: DeskSettings,
    accounts: Accounts | None = None,
    danger: Danger | None = None,
    pulse: Pulse | None = None,
    clock: Callable[[], datetime] = utc_now,
    **oidc: Any,
) -> ASGIApp:
    """The application. Raises `ContentError` for content, `SettingsError` for settings, that cannot be used.

    `pulse`: what tells live pages; whoever stops the server closes it. `accounts`, `danger`, `clock` and `oidc` (how
    `OidcEntrance` reaches the issuer) are for tests.
    """
    library = Library.load()
    require_country(library.helplines, settings)
    house = House.of(service)
    pages = Pages(house)
    journal, cases = Journal(database, clock=clock), Cases(database, service.targets, clock=clock)
    accounts = accounts or Accounts(database, clock=clock)
    sign_ins = SignIns(database, idle=desk.idle, longest=desk.longest, clock=clock)
    # Outside this machine only TLS will do; a cookie marked so would not come back over plain http.
    secure = settings.production or (desk.address or "").startswith("https://")
    access = Access(sign_ins, pages, secure=secure)
    chats = Chats(database, journal)
    queue = Queue(cases, chats, accounts, sign_ins, clock=clock)
    red_flags, notices = RedFlags(house.sbar), Notices(library, settings)
    pulse = pulse or Pulse(database)
    live = Live(pulse, access, queue.loud, clock=clock)

    entrance = Entrance(
        access=access, accounts=accounts, guessing=Guessing(), pages=pages, settings=desk, secure=secure
    )
    queue_page = QueuePage(queue=queue, pages=pages, clock=clock)
    case_page = CasePage(
        cases=cases,
        chats=chats,
        queue=queue,
        accounts=accounts,
        sign_ins=sign_ins,
        red_flags=red_flags,
        notices=notices,
        pages=pages,
        clock=clock,
    )
    steps = CaseSteps(
        cases=cases,
        journal=journal,
        chats=chats,
        queue=queue,
        accounts=accounts,
        notices=notices,
        pages=pages,
        case_page=case_page,
    )
    intake = IntakePage(
        cases=cases,
        danger=danger or Danger(),
        library=library,
        settings=settings,
        red_flags=red_flags,
        notices=notices,
        pages=pages,
    )
    figures = FiguresPage(figures=Figures(database, house.zone, clock=clock), library=library, pages=pages)
    page = access.page

    async def health(request: Request) -> Response:
        try:
            await run_in_threadpool(_ask, database)
        except StoreError:
            return JSONResponse({"desk": "up", "database": "down"}, 503)
        return JSONResponse({"desk": "up", "database": "up"})

    routes: list[BaseRoute] = [
        Route("/", page(Permission.CASES, queue_page.show)),
        Route("/live/queue", live.stream(Permission.CASES, queue_page.live)),
        Route("/cases/{case}", page(Permission.CASES, case_page.show)),
        Route("/cases/{case}/print", page(Permission.CASES, case_page.print_view)),
        Route("/cases/{case}/note.pdf", page(Permission.CASES, case_page.pdf)),
        Route("/live/cases/{case}", live.stream(Permission.CASES, case_page.live)),
        Route("/cases/{case}/typing", page(Permission.CHAT, steps.typing), methods=["POST"]),
        Route("/cases/{case}/{step}", page(Permission.HANDLE, steps.step), methods=["POST"]),
        Route("/intake", page(Permission.INTAKE, intake.show), methods=["GET"]),
        Route("/intake", page(Permission.INTAKE, intake.open), methods=["POST"]),
        Route("/intake/check", page(Permission.INTAKE, intake.check), methods=["POST"]),
        Route("/figures", page(Permission.FIGURES, figures.show)),
        Route("/figures/{table}.csv", page(Permission.FIGURES, figures.csv)),
        Route("/accounts", page(Permission.ACCOUNTS, entrance.accounts), methods=["GET"]),
        Route("/accounts", page(Permission.ACCOUNTS, entrance.change_account), methods=["POST"]),
        Route("/sign-in", entrance.show, methods=["GET"]),
        Route("/sign-in", entrance.sign_in, methods=["POST"]),
        Route("/sign-out", page(None, entrance.sign_out), methods=["POST"]),
        Route("/duty", page(None, entrance.duty), methods=["POST"]),
        Route("/stay", page(None, entrance.stay), methods=["POST"]),
        Route("/health", health),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    if desk.oidc is not None:
        house_door = OidcEntrance(desk, entrance=entrance, accounts=accounts, pages=pages, secure=secure, **oidc)
        routes += house_door.routes()

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(pulse.run())
        yield
        watching.cancel()

    handlers: Any = {HTTPException: access.refuse, StoreError: access.out_of_order}
    application = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
    return _SecurityHeaders(application, {**_HEADERS, **(_TLS_ONLY if secure else {})})


def _ask(database: Database) -> None:
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")


class _SecurityHeaders:
    """Outermost, so that an error's answer has them too."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._headers)
                headers["Cache-Control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers)

"""The way to every page: who is signed in, whether they may, whether the form is ours; and what is said if not."""

from __future__ import annotations

import hmac
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from companion.cases import UnknownCaseError
from companion.desk.accounts import Member
from companion.desk.pages import Pages
from companion.desk.roles import Permission
from companion.desk.sign_ins import SignIn, SignIns
from companion.store import StoreError

__all__ = ["Access", "Visit", "form_of", "require_same_origin", "see_other"]

_LARGEST = 128 * 1024  # bytes of a form: a call-taker may type for half an hour
_MOST_FIELDS = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Visit:
    """One request of somebody signed in. `form`: what a POST brought, one value a field."""

    request: Request
    sign_in: SignIn
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def me(self) -> Member:
        """Who asks."""
        return self.sign_in.member

    @property
    def by_script(self) -> bool:
        """Whether the page's own script asks, which shows the answer in place."""
        return self.request.headers.get("x-desk") == "script"


class Access:
    """Wraps the handlers of pages. These are plain functions: they wait for the database, so each has a thread."""

    def __init__(self, sign_ins: SignIns, pages: Pages, *, secure: bool) -> None:
        self.sign_ins = sign_ins
        self._pages = pages
        self._secure = secure
        #: A browser takes a cookie of this name from this very host by TLS only.
        self.cookie = "__Host-desk" if secure else "desk"

    def set_cookie(self, response: Response, token: str) -> None:
        """Gives a browser its sign-in; it ends with the browser."""
        response.set_cookie(self.cookie, token, httponly=True, samesite="strict", secure=self._secure, path="/")

    def drop_cookie(self, response: Response) -> None:
        """Takes it away."""
        response.delete_cookie(self.cookie, httponly=True, samesite="strict", secure=self._secure, path="/")

    def token(self, request: Request) -> str:
        """What the cookie holds."""
        return request.cookies.get(self.cookie, "")

    async def visit(self, request: Request, permission: Permission | None, *, active: bool = True) -> Visit:
        """The visit, for any handler. Raises `HTTPException` 401, 403 or 400, and `StoreError`."""
        posted = request.method == "POST"
        if posted:
            require_same_origin(request)
        found = await run_in_threadpool(self.sign_ins.find, self.token(request), active=active)
        if found is None:
            raise HTTPException(401, "signed_out")
        form: Mapping[str, str] = {}
        if posted:
            form = await form_of(request)
            if not hmac.compare_digest(form.get("csrf", "").encode(), found.csrf.encode()):
                raise HTTPException(403, "not_our_form")
        if permission is not None and not found.member.may(permission):
            raise HTTPException(403, "not_allowed")
        return Visit(request, found, form)

    def page(self, permission: Permission | None, handler: Callable[[Visit], Response]) -> Callable[[Request], object]:
        """An endpoint that runs `handler` for those who may."""

        async def endpoint(request: Request) -> Response:
            try:
                visit = await self.visit(request, permission)
            except HTTPException as error:
                if error.status_code == 401 and request.method == "GET":
                    return RedirectResponse("/sign-in", 303)
                raise
            try:
                return await run_in_threadpool(handler, visit)
            except UnknownCaseError:
                raise HTTPException(404, "no_such_case") from None
            except (HTTPException, StoreError):
                raise
            except Exception as error:
                # What went wrong may quote a patient: the log gets the kind and the place.
                last = traceback.extract_tb(error.__traceback__)[-1]
                _log.error("a page failed: %s at %s:%s", type(error).__name__, last.filename, last.lineno)
                raise HTTPException(500, "other") from None

        return endpoint

    async def refuse(self, request: Request, error: Exception) -> Response:
        """The page for a request that is refused."""
        assert isinstance(error, HTTPException)
        response = self._pages.message(error.detail, error.status_code)
        response.headers.update(error.headers or {})
        return response

    async def out_of_order(self, request: Request, error: Exception) -> Response:
        """The page for a database that does not answer: nothing was stored, and the page says so."""
        assert isinstance(error, StoreError)
        _log.error("the database does not answer: %s", error)
        return self._pages.message("no_database", 503)


def see_other(path: str) -> Response:
    """After a form was done: the browser fetches `path`, and going back sends nothing again."""
    return RedirectResponse(path, 303)


def require_same_origin(request: Request) -> None:
    """Raises `HTTPException` for another site's form. A program that is no browser sends neither header."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    # The host alone is compared: behind a proxy that ends TLS the scheme differs.
    if site != "same-origin" or (origin is not None and origin.partition("://")[2] != request.headers.get("host")):
        raise HTTPException(403, "other_site")


async def form_of(request: Request) -> dict[str, str]:
    """What a form sent. Raises `HTTPException` where it is none, or too large."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "no_form")
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                raise HTTPException(413, "too_large")
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except (ClientDisconnect, ValueError):
        raise HTTPException(400, "no_form") from None
    return {name: value if name == "password" else _tidy(value) for name, value in pairs}


def _tidy(text: str) -> str:
    """Without what a database does not take (NUL, half of an emoji), and with plain line breaks."""
    return text.replace("\0", "").replace("\r\n", "\n").encode("utf-8", "replace").decode().strip()

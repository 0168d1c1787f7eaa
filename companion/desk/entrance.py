"""Signing in and out, being on duty, staying signed in; the accounts page."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from companion.desk.access import Access, Visit, form_of, require_same_origin, see_other
from companion.desk.accounts import AccountError, Accounts, Member
from companion.desk.guessing import Guessing, address_of
from companion.desk.pages import Pages
from companion.desk.roles import Permission
from companion.desk.settings import DeskSettings

__all__ = ["Entrance", "home_of"]

#: Holds a random value that the sign-in form has too: before a sign-in there is no other token.
_DOOR = "door"


def home_of(member: Member) -> str:
    """Where somebody begins."""
    return "/" if member.may(Permission.CASES) else "/accounts"


class Entrance:
    """Everything about being signed in."""

    def __init__(
        self,
        *,
        access: Access,
        accounts: Accounts,
        guessing: Guessing,
        pages: Pages,
        settings: DeskSettings,
        secure: bool,
    ) -> None:
        self._access = access
        self._accounts = accounts
        self._guessing = guessing
        self._pages = pages
        self._settings = settings
        self._door = f"__Host-{_DOOR}" if secure else _DOOR
        self._secure = secure

    async def show(self, request: Request) -> Response:
        """GET /sign-in."""
        return self._form(request)

    async def sign_in(self, request: Request) -> Response:
        """POST /sign-in. What is wrong is not told: not whether there is such a login, nor whether it is locked."""
        require_same_origin(request)
        form = await form_of(request)
        door = request.cookies.get(self._door, "")
        if not door or not hmac.compare_digest(form.get("csrf", "").encode(), door.encode()):
            return self._form(request, problem="again", status=403)
        address = address_of(request, self._settings.proxies)
        seconds = self._guessing.wait(address)
        if seconds:
            return self._form(request, problem="slow", status=429, headers={"Retry-After": str(seconds)})
        login, password = form.get("login", ""), form.get("password", "")
        member = await run_in_threadpool(self._accounts.verify, login, password)
        if member is None:
            self._guessing.wrong(address)
            return self._form(request, problem="wrong", status=403, login=login)
        self._guessing.right(address)
        return await self.let_in(member, see_other(home_of(member)))

    async def let_in(self, member: Member, response: Response) -> Response:
        """Signs `member` in with `response`."""
        self._access.set_cookie(response, await run_in_threadpool(self._access.sign_ins.begin, member))
        response.delete_cookie(self._door, secure=self._secure, httponly=True, samesite="strict")
        return response

    def sign_out(self, visit: Visit) -> Response:
        """POST /sign-out. Chats that were taken over stay so."""
        self._access.sign_ins.end(self._access.token(visit.request), visit.me.staff)
        response = see_other("/sign-in")
        self._access.drop_cookie(response)
        # What a browser keeps of this desk goes too, on a machine that several people use.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def duty(self, visit: Visit) -> Response:
        """POST /duty: on or off duty."""
        on_duty = visit.form.get("on") == "1"
        self._access.sign_ins.set_duty(self._access.token(visit.request), visit.me.staff, on_duty=on_duty)
        return see_other(home_of(visit.me))

    def stay(self, visit: Visit) -> Response:
        """POST /stay: somebody is still at the desk. Asking was enough."""
        return Response(status_code=204) if visit.by_script else see_other(home_of(visit.me))

    def accounts(self, visit: Visit) -> Response:
        """GET /accounts."""
        return self._list(visit)

    def change_account(self, visit: Visit) -> Response:
        """POST /accounts: disables or enables one."""
        login, disabled = visit.form.get("login", ""), visit.form.get("disabled") == "1"
        if login == visit.me.login:
            return self._list(visit, problem=self._pages.words["accounts"]["not_yourself"], status=409)
        try:
            self._accounts.disable(login, disabled=disabled, by=visit.me.staff.signature)
        except AccountError:
            raise HTTPException(404, "no_such_page") from None
        return see_other("/accounts")

    def _list(self, visit: Visit, *, problem: str = "", status: int = 200) -> Response:
        there = {member.id for member in self._access.sign_ins.on_duty()}
        values = {"sign_in": visit.sign_in, "members": self._accounts.all(), "there": there, "problem": problem}
        return self._pages.page("accounts.html", values, status)

    def _form(
        self,
        request: Request,
        *,
        problem: str = "",
        status: int = 200,
        login: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        door = request.cookies.get(self._door) or secrets.token_urlsafe(32)
        values = {"csrf": door, "problem": problem, "login": login, "oidc": self._settings.oidc is not None}
        response = self._pages.page("sign_in.html", values, status)
        response.headers.update(headers or {})
        response.set_cookie(self._door, door, httponly=True, samesite="strict", secure=self._secure, path="/")
        return response

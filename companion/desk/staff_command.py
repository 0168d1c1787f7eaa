"""`python -m companion staff ...`: makes and changes accounts of the desk."""

from __future__ import annotations

import argparse
import getpass
import sys

from companion.desk.accounts import AccountError, Accounts, Member
from companion.desk.roles import Role
from companion.store import Database, StoreError, utc_now

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    commands = parser.add_subparsers(dest="staff_command", required=True)
    add = commands.add_parser("add", help="a new account; asks for its password, or reads it from standard input")
    add.add_argument("login")
    add.add_argument("--name", required=True, help="first name; patients see it")
    add.add_argument("--title", required=True, help='such as "breast care nurse"; patients see it')
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--no-password", action="store_true", help="only the house's own sign-in opens it")
    commands.add_parser("list", help="every account")
    for name, text in (
        ("disable", "nobody signs in with it any more; whoever is signed in is signed out"),
        ("enable", "the opposite"),
        ("reset-password", "a new password; unlocks the account"),
    ):
        commands.add_parser(name, help=text).add_argument("login")


def run(chosen: argparse.Namespace, database: Database) -> int:
    """0 when it went well; 2 with one line on standard error."""
    try:
        database.migrate()
        _run(chosen, Accounts(database))
    except (AccountError, StoreError) as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        database.close()
    return 0


def _run(chosen: argparse.Namespace, accounts: Accounts) -> None:
    if chosen.staff_command == "list":
        for member in accounts.all():
            print(f"{member.login:<24} {member.role.value:<11} {_state(member):<9} {member.staff.signature}")
        return
    if chosen.staff_command == "add":
        password = None if chosen.no_password else _password()
        member = accounts.add(
            chosen.login, name=chosen.name, title=chosen.title, role=Role(chosen.role), password=password
        )
    elif chosen.staff_command == "reset-password":
        member = accounts.reset_password(chosen.login, _password())
    else:
        member = accounts.disable(chosen.login, disabled=chosen.staff_command == "disable")
    print(f"{member.login}: {member.staff.signature}, {member.role.value}, {_state(member)}")


def _state(member: Member) -> str:
    if member.disabled:
        return "disabled"
    return "locked" if member.locked_until is not None and member.locked_until > utc_now() else "enabled"


def _password() -> str:
    """Asked for twice at a terminal; else the first line of standard input. Never an argument: others would see it."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise AccountError("the two are not the same; nothing was changed")
    return password

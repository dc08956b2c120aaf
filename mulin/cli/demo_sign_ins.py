"""Sign-ins of a demonstration city: one for each seat on the way of a case, with passwords told once."""

from dataclasses import dataclass
from datetime import datetime

import click
from django.utils import timezone

from mulin.cli.demo_whistles import departments_of
from mulin.kernel.actor import SYSTEM
from mulin.people.actions.accounts import create_account, reset_password
from mulin.people.queries.holders import Holder, holders
from mulin.people.queries.units import ancestor_of_kind, unit_by_code, unit_names
from mulin.people.rules.passwords import new_password
from mulin.places.queries.ground import atlas_on
from mulin.places.rules.ground import CompoundThere


@dataclass(frozen=True, slots=True)
class SignIn:
    """A seat, the name to sign in with, and the password if it was just made."""

    seat: str
    unit: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class DemoCity:
    """Where the seats belong together, and the seats."""

    compound: str
    sign_ins: tuple[SignIn, ...]


def demo_city(*, new_passwords: bool, now: datetime) -> DemoCity:
    """Make the sign-ins that are missing; those that are there keep their passwords unless told."""
    compound = home(now)
    seats = _seats(compound, now)
    names = unit_names({unit for _seat, unit, _username, _holder in seats})
    sign_ins = [
        SignIn(seat, names.get(unit, ""), username, _password(username, holder, new_passwords, now))
        for seat, unit, username, holder in seats
    ]
    return DemoCity(compound.name, tuple(sign_ins))


def home(now: datetime) -> CompoundThere:
    """Return the first compound that lies in one grid and has a firm: every seat can be shown on it."""
    every = sorted(atlas_on(timezone.localtime(now).date()).ground.compounds, key=lambda each: each.code)
    fitting = [each for each in every if each.firm_code and len(each.grid_codes) == 1]
    if not fitting:
        raise click.ClickException("demo: the pack has no compound with a property firm in one grid")
    return fitting[0]


def _seats(compound: CompoundThere, now: datetime) -> list[tuple[str, int, str, Holder]]:
    """Return what sits where around the compound: seat, unit, user name, person."""
    grid = unit_by_code(compound.grid_codes[0])
    territory = {kind: ancestor_of_kind(grid, kind) for kind in ("grid", "community", "street", "county")}
    wanted = [
        ("street dispatcher 街道调度", territory["street"], "street", "dispatch_case"),
        ("property firm 物业企业", unit_by_code(compound.firm_code), "firm", "accept_case"),
        ("community 社区", territory["community"], "community", "pass_check"),
        ("people's mediator 人民调解员", territory["community"], "mediator", "hold_session"),
        ("grid officer 网格员", territory["grid"], "grid", "file_report"),
        ("county command 县级指挥", territory["county"], "county", "dispatch_case"),
    ]
    street = territory["street"]
    called = departments_of(street.pk, now) if street is not None else ()
    wanted += [
        ("department 部门", unit_by_code(unit.code), f"department{n}", "report_in")
        for n, unit in enumerate(called, start=1)
    ]
    seats = [
        (seat, unit.pk, username, there[unit.pk])
        for seat, unit, username, act in wanted
        if unit is not None and unit.pk in (there := holders(act, now=now))
    ]
    for seat, username, act in (
        ("data steward 资料管理", "steward", "publish_list"),
        ("system administrator 系统管理", "admin", "create_account"),
    ):
        anywhere = sorted(holders(act, now=now).items())
        seats += [(seat, unit, username, holder) for unit, holder in anywhere[:1]]
    return seats


def _password(username: str, holder: Holder, new_passwords: bool, now: datetime) -> str:
    """Return the password just made for this seat, or nothing if it has one already."""
    if holder.account_id is None:
        made = create_account(
            username=username, staff_no=holder.staff_no, password=new_password(), actor=SYSTEM, now=now
        )
        return made.password
    if new_passwords:
        return reset_password(account_id=holder.account_id, actor=SYSTEM, now=now).password
    return ""

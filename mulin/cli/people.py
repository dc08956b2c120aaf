"""Sign-ins and keys from the command line: ``mulin account create``, ``reset`` …, ``mulin keys rotate``.

Whoever has a shell on the server acts as the system here: this is how the first administrator comes to be.
"""

from collections.abc import Callable

import click
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from mulin.gateways.keys import UnusableKey, master_key, rotate_master_key
from mulin.kernel.actor import SYSTEM
from mulin.people import jobs
from mulin.people.actions import accounts, factors
from mulin.people.queries.accounts import account_by_name
from mulin.people.queries.contacts import rows_by_master_key

_USERNAME = click.argument("username")


@click.group()
def account() -> None:
    """Make, reset, close and open sign-ins."""


@account.command()
@_USERNAME
@click.option("--staff-no", required=True, help="Of the person who is to sign in (工号).")
@click.option("--totp", is_flag=True, help="The account must use a second factor.")
def create(username: str, staff_no: str, totp: bool) -> None:
    """Make a sign-in for somebody who is known; the password is said once and changed at first use."""
    made = accounts.create_account(
        username=username, staff_no=staff_no, must_use_totp=totp, actor=SYSTEM, now=timezone.now()
    )
    _tell(made)


@account.command()
@_USERNAME
def reset(username: str) -> None:
    """Make up a new password; all sessions end, the second factor stays."""
    known = account_by_name(username)
    _tell(accounts.reset_password(account_id=known.pk, actor=SYSTEM, now=timezone.now()))


@account.command()
@_USERNAME
def reset_factor(username: str) -> None:
    """Take the second factor off an account whose owner lost the telephone and the recovery codes."""
    known = account_by_name(username)
    factors.reset_second_factor(account_id=known.pk, actor=SYSTEM, now=timezone.now())
    click.echo(_("%(username)s 的验证器已重置。") % {"username": known.username})


@account.command()
@_USERNAME
def disable(username: str) -> None:
    """Close an account: its sessions and API tokens end at once."""
    known = account_by_name(username)
    accounts.disable_account(account_id=known.pk, actor=SYSTEM, now=timezone.now())
    click.echo(_("%(username)s 已停用。") % {"username": known.username})


@account.command()
@_USERNAME
def enable(username: str) -> None:
    """Open a closed account again; what ended stays ended."""
    known = account_by_name(username)
    accounts.enable_account(account_id=known.pk, actor=SYSTEM, now=timezone.now())
    click.echo(_("%(username)s 已启用。") % {"username": known.username})


def _tell(made: accounts.NewAccount) -> None:
    click.echo(
        _("用户名 %(username)s，密码 %(password)s（只显示这一次，首次登录须修改）")
        % {"username": made.account.username, "password": made.password}
    )


@click.group()
def keys() -> None:
    """Look at and change the master key of what is sealed."""


@keys.command()
def status() -> None:
    """Say how much is sealed under which master key."""
    current = master_key().id
    held = {current: 0, **rows_by_master_key()}
    for key, rows in held.items():
        mark = _("（在用）") if key == current else _("（旧）")
        click.echo(_("主密钥 %(key)s%(mark)s：%(rows)s 条") % {"key": key, "mark": mark, "rows": f"{rows:,}"})


@keys.command()
def rotate() -> None:
    """Make a new master key and rewrap everything under it; may be stopped and run again at any time."""
    try:
        fresh = rotate_master_key()
    except UnusableKey as unusable:
        raise click.ClickException(str(unusable)) from unusable
    _rewrap(fresh.id)


@keys.command()
def rewrap() -> None:
    """Rewrap what older master keys still hold, for instance after MULIN_MASTER_KEY got a new one."""
    _rewrap(master_key().id)


def _rewrap(key: str) -> None:
    held = rows_by_master_key()
    with tqdm(total=sum(held.values()) - held.get(key, 0), unit=" rows", disable=None, leave=False) as bar:
        advance: Callable[[int], object] = bar.update
        rows = jobs.rewrap(now=timezone.now(), done=advance)
    click.echo(_("%(rows)s 条已改由主密钥 %(key)s 保管。") % {"rows": f"{rows:,}", "key": key})

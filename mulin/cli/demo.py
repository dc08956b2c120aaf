"""A demonstration city's cases: invented voices driven through the real acts, so that every screen has work.

All texts, places and people are made up (示例). Nothing is written to tables here: each step is an act by
somebody whose post permits it, at a moment of the last days.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import cycle
from secrets import token_urlsafe
from typing import Any, Final
from uuid import UUID

import click
from django.utils import timezone

from mulin.cases.actions import checking, handling, intake, triage, voice
from mulin.cases.queries.doors import case_to_see, is_filed
from mulin.cases.queries.page import CasePage, case_page
from mulin.cases.rules.dispatch import NoRule
from mulin.cases.rules.intake import Channel, ContactGiven, Filing, Kind, PhotoGiven
from mulin.cases.rules.lifecycle import Act, State
from mulin.cli.demo_after import AFTER
from mulin.cli.demo_around import around
from mulin.cli.demo_pictures import Picture, drawn
from mulin.cli.demo_sign_ins import home
from mulin.cli.demo_whistles import whistle_on
from mulin.gateways import photos
from mulin.kernel.actor import PUBLIC, SYSTEM, Actor
from mulin.people.actions.accounts import create_account
from mulin.people.queries.actors import actor_of
from mulin.people.queries.holders import Holder, holders
from mulin.people.queries.units import unit_by_code
from mulin.places.queries.ground import atlas_on
from mulin.places.rules.ground import CompoundThere

WAY: Final = (
    State.RECEIVED,
    State.DISPATCHED,
    State.IN_HAND,
    State.HANDLED,
    State.CHECKED,
    State.CLOSED,
)


@dataclass(frozen=True)
class Scene:
    """One invented voice, how long ago it was raised, and how far its matter has come."""

    text: str
    spot: str
    hours_ago: float
    to: State = State.RECEIVED
    kind: Kind = Kind.NEED
    channel: Channel = Channel.WEB
    picture: Picture | None = None
    also: str = ""  # a second voice on the same matter
    contact: bool = False
    whistle: str = ""  # running, done
    after: str = ""  # what stands beside it: a name of demo_after.AFTER
    result: str = "已处理完毕，现场已清理，请看照片。"

    @property
    def seen(self) -> bool:
        """Return whether whoever signs in is to have it before them."""
        return bool(self.whistle or self.after)


S, P, C = Scene, Picture, Channel
SCENES: Final = (
    S(
        "单元门口的检查井往外冒污水，味道很大，老人出门要绕路。中午开始的。",
        "3 号楼北侧",
        2.5,
        picture=P.DRAIN,
        contact=True,
        also="同一口井上个月也冒过，希望彻底修好。",
    ),
    S(
        "楼道里堆了旧家具和纸箱，已经好几天，担心着火。",
        "5 号楼 2 单元",
        1.2,
        channel=C.GRID,
        picture=P.BOXES,
    ),
    S(
        "小区东门外三盏路灯不亮，学生放学看不清路。",
        "东门外",
        3.5,
        channel=C.PHONE,
        picture=P.PLACE,
    ),
    S("有人从五楼拉电线下来给电动车充电。", "7 号楼", 0.6, picture=P.WIRE),
    S("高龄补贴在哪里办，要带什么材料？", "社区", 0.3, kind=Kind.ENQUIRY, channel=C.COUNTER),
    S("门口商铺把货架摆到盲道上，盲人没法走。", "西门外", 4.0, kind=Kind.COMPLAINT),
    S("建议在空地上装几张长椅，老人有地方坐。", "中心花园", 6.0, kind=Kind.SUGGESTION, channel=C.PAPER),
    S("二次供水水压太小，六楼早上没水。", "2 号楼", 20, State.DISPATCHED, also="我家也是，早晚都没水。"),
    S("下水道堵塞，一楼厕所返水。", "1 号楼 1 单元", 5, State.DISPATCHED, picture=P.DRAIN, contact=True),
    S("电梯连续两天停用，孕妇和老人爬楼。", "9 号楼", 4, State.DISPATCHED, kind=Kind.COMPLAINT),
    S("绿化带树枝断了，压到非机动车道。", "南门外", 8, State.DISPATCHED, channel=C.GRID, picture=P.TREE),
    S(
        "消防通道被私家车占用，喊了几次没人挪。",
        "4 号楼前",
        26,
        State.IN_HAND,
        kind=Kind.COMPLAINT,
        whistle="done",
    ),
    S("单元门禁坏了，谁都能进。", "6 号楼 3 单元", 30, State.IN_HAND),
    S("墙皮大片脱落，怕砸到人。", "8 号楼东墙", 50, State.IN_HAND, picture=P.WALL, contact=True),
    S("私装地锁占了公共车位。", "地面停车场", 46, State.IN_HAND, kind=Kind.COMPLAINT, channel=C.PHONE),
    S(
        "路面塌了一个坑，约两平方米，晚上很危险。",
        "北门路口",
        6,
        State.IN_HAND,
        picture=P.ROAD,
        whistle="running",
    ),
    S("夜里施工到十一点，影响休息。", "工地北侧", 28, State.WAITING, kind=Kind.COMPLAINT),
    S("健身器材螺丝松动，孩子差点摔下来。", "中心花园", 52, State.HANDLED, picture=P.BENCH),
    S("垃圾桶满了两天没人清。", "2 号楼旁", 27, State.HANDLED, channel=C.GRID, picture=P.BOXES),
    S("楼道灯坏了三层。", "3 号楼 2 单元", 49, State.HANDLED),
    S("僵尸车停了半年，轮胎都瘪了。", "西侧停车位", 120, State.CHECKED, channel=C.GRID),
    S("井盖松动，车一过就响。", "东门口", 72, State.CHECKED, contact=True, picture=P.DRAIN),
    S("小广告贴满了单元门。", "5 号楼", 100, State.CLOSED, channel=C.GRID),
    S("公共照明坏了，晚上一片黑。", "1 号楼前", 96, State.CLOSED, contact=True),
    S("店外经营占道，早高峰堵车。", "西门外", 90, State.CLOSED, kind=Kind.COMPLAINT),
    S("露天烧烤油烟太大。", "南门外", 118, State.CLOSED, kind=Kind.COMPLAINT),
    S("楼上漏水，把我家天花板泡了，请帮忙协调。", "4 号楼", 70, State.CLOSED, picture=P.WALL),
    S("请帮我查一查邻居的婚姻情况。", "", 30, State.DECLINED, kind=Kind.ENQUIRY),
    S("门禁对讲坏了一周，来人都要下楼开门。", "10 号楼", 75, State.IN_HAND, after="supervised", contact=True),
    S(
        "楼上半夜拖桌椅，楼下睡不好，吵过几次。",
        "5 号楼",
        9,
        State.IN_HAND,
        kind=Kind.COMPLAINT,
        after="mediated",
    ),
    S("车库入口的灯修了又坏。", "地下车库", 58, State.CLOSED, after="doubted", contact=True),
    S("店外经营又占了人行道。", "北门外", 130, State.CLOSED, after="unsatisfied", contact=True),
    S("公共照明坏了，楼前一片黑，老人不敢下楼。", "2 号楼前", 330, State.CLOSED, after="appealed"),
    S("演练：电动车棚线路过热。", "车棚", 44, State.CLOSED, after="excluded", channel=C.GRID),
    S("围墙外的弱电井没有盖板。", "西围墙", 9, State.DISPATCHED, after="bounced", picture=P.DRAIN),
)


@dataclass
class Cast:
    """Everybody who can act, found by what their post permits; missing sign-ins are made on the way."""

    now: datetime
    known: dict[str, dict[int, Holder]] = field(default_factory=dict)
    actors: dict[int, Actor] = field(default_factory=dict)

    def at(self, unit_id: int, act: str) -> Actor:
        """Return somebody of a unit who may do ``act``."""
        if act not in self.known:
            self.known[act] = holders(act, now=self.now)
        holder = self.known[act].get(unit_id)
        if holder is None:
            raise click.ClickException(f"demo: nobody at unit {unit_id} may {act}")
        return self._actor(holder, unit_id, act)

    def _actor(self, holder: Holder, unit_id: int, act: str) -> Actor:
        account_id = holder.account_id
        if account_id is None:
            made = create_account(
                username=f"demo-{holder.staff_no.lower()}",
                staff_no=holder.staff_no,
                password=token_urlsafe(24),  # told to nobody: reset it to use the sign-in
                actor=SYSTEM,
                now=self.now,
            )
            account_id = made.account.pk
            self.known = {}
        if account_id not in self.actors:
            self.actors[account_id] = actor_of(account_id, now=self.now)
        return self.actors[account_id]


def seed(*, now: datetime, say: Callable[[str], object] = click.echo) -> int:
    """File the invented voices and drive each as far as its scene says; return how many there are now.

    Running it again files nothing twice: each scene has a source number of its own.
    """
    cast = Cast(now)
    compounds = _compounds(now)
    for number, (scene, compound) in enumerate(zip(SCENES, compounds, strict=False), 1):
        if not is_filed("demo", f"scene-{number}"):
            _play(scene, number, home(now) if scene.seen else compound, cast)  # by who signs in
    around(cast, now=now)
    say(f"{len(SCENES)} demonstration cases (示例)")
    return len(SCENES)


def _compounds(now: datetime) -> Iterator[CompoundThere]:
    """Yield compounds for ever, those with a property firm and those without by turns."""
    every = sorted(atlas_on(timezone.localtime(now).date()).ground.compounds, key=lambda each: each.code)
    if not every:
        raise click.ClickException("demo: the pack has no compounds")
    looked_after = [each for each in every if each.firm_code]
    alone = [each for each in every if not each.firm_code]
    return cycle(
        [each for pair in zip(looked_after, alone or looked_after, strict=False) for each in pair] or every
    )


def _play(scene: Scene, number: int, compound: CompoundThere, cast: Cast) -> None:
    moment = cast.now - timedelta(hours=scene.hours_ago)
    filed = _file(scene, f"scene-{number}", compound, cast, moment)
    if scene.also:
        again = Filing(
            text=scene.also,
            channel=Channel.WEB,
            source="demo",
            source_no=f"scene-{number}-also",
            joins=filed.case.pk,
        )
        intake.file_report(filing=again, actor=PUBLIC, now=moment + timedelta(minutes=20))
    drive = Drive(scene, filed.case.pk, cast, moment, cast.now)
    drive.run()
    if scene.after:
        AFTER[scene.after](drive)
    if scene.whistle:
        whistle_on(filed.case.pk, cast, done=scene.whistle == "done")


def _file(scene: Scene, source_no: str, compound: CompoundThere, cast: Cast, now: datetime) -> intake.Filed:
    contact = ContactGiven(phone="13800000000", name="示例居民", may_call=True) if scene.contact else None
    shift = (int(source_no.rpartition("-")[2]) % 7 - 3) * 0.00012
    filing = Filing(
        text=scene.text,
        kind=scene.kind,
        channel=scene.channel,
        source="demo",
        source_no=source_no,
        lon=round(compound.lon + shift, 6) if scene.spot else None,
        lat=round(compound.lat - shift / 2, 6) if scene.spot else None,
        address=f"{compound.name} {scene.spot}" if scene.spot else "",
        contact=contact,
        on_behalf=scene.channel in (Channel.COUNTER, Channel.PHONE),
        photos=(_photo(scene.picture, after=False),) if scene.picture else (),
    )
    by, day = PUBLIC, timezone.localtime(cast.now).date()
    if scene.channel is not Channel.WEB:
        chain = {
            step.kind: step.unit_code for step in atlas_on(day).locate_point(compound.lon, compound.lat).chain
        }
        kind = "grid" if scene.channel is Channel.GRID else "community"
        by = cast.at(unit_by_code(chain[kind]).pk, "file_report")
    return intake.file_report(filing=filing, actor=by, now=now)


@cache
def _photo(picture: Picture, *, after: bool) -> PhotoGiven:
    clean = photos.clean(drawn(picture, after=after))
    photos.keep(clean)
    return PhotoGiven(digest=clean.digest, width=clean.width, height=clean.height)


@dataclass
class Drive:
    """One case on its way: each step by somebody on the desk it lies on, some time after the last."""

    scene: Scene
    case_id: UUID
    cast: Cast
    now: datetime
    latest: datetime

    def run(self) -> None:
        """Go as far as the scene says."""
        if self.scene.to is State.DECLINED:
            self.act(triage.decline_case, Act.DECLINE, reason="涉及他人隐私，不属于本平台受理范围（示例）")
            return
        goal = State.IN_HAND if self.scene.to is State.WAITING else self.scene.to
        for state in WAY[1 : WAY.index(goal) + 1]:
            self.step(state)
        if self.scene.to is State.WAITING:
            self.act(handling.ask_resident, Act.ASK, question="请问是哪一侧的工地？大概几点到几点？")

    def step(self, state: State) -> None:
        """Do what leads into ``state``."""
        if state is State.DISPATCHED:
            self.dispatch()
        elif state is State.IN_HAND:
            self.act(handling.accept_case, Act.ACCEPT)
            self.act(handling.add_public_note, Act.PUBLISH, text="已安排人员到现场查看。")
        elif state is State.HANDLED:
            picture = self.scene.picture or Picture.PLACE
            shown = (_photo(picture, after=False), _photo(picture, after=True))
            self.act(handling.finish_case, Act.FINISH, result=self.scene.result, photos=shown)
        elif state is State.CHECKED:
            self.act(checking.pass_check, Act.APPROVE, note="现场复核，已解决。")
        elif state is State.CLOSED:
            self.close()

    def page(self) -> CasePage:
        """Return the case as it stands."""
        return case_page(SYSTEM, self.case_id, now=self.now)

    def act(self, do: Callable[..., Any], act: Act, *, unit_id: int = 0, **words: object) -> None:
        """Do an act as somebody of the desk, or of a unit."""
        unit_id = unit_id or case_to_see(SYSTEM, self.case_id).desk_id
        now = self.later()
        do(case_id=self.case_id, actor=self.cast.at(unit_id, act), now=now, **words)

    def later(self) -> datetime:
        """Return the moment of the next step: a while later but never in the future."""
        self.now = min(self.now + (self.latest - self.now) / 5, self.latest)
        return self.now

    def dispatch(self) -> None:
        """Confirm the suggested item and follow the dispatch table."""
        case = self.page().case
        code = str(case.suggestion.get("code", ""))
        if code and code != "":
            self.act(triage.match_item, Act.MATCH, item=code)
        try:
            self.act(triage.dispatch_case, Act.DISPATCH, lead=None)
        except NoRule as refusal:
            raise click.ClickException(f"demo: {self.scene.text[:12]}: {refusal}") from refusal

    def close(self) -> None:
        """Answer every voice, let the first one rate, close."""
        for report in self.page().reports:
            self.act(
                checking.answer_report,
                Act.ANSWER,
                report_id=report.id,
                text="您反映的问题已处理，现场照片附后。如仍有问题，可凭查询码再联系我们。",
            )
        for report in self.page().reports:
            voice.rate_report(
                tracking_code=report.tracking_code, solved=True, satisfied=True, actor=PUBLIC, now=self.now
            )
        self.act(checking.close_case, Act.CLOSE)

"""What the demonstration shows beside cases: promises anybody may read, a two-way review, a grid's log."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from mulin.cases.rules.intake import Channel, Kind
from mulin.cli.demo_sign_ins import home
from mulin.judgement import actions as reviews
from mulin.judgement.rules.reviews import Act as Review
from mulin.kernel.actor import PUBLIC
from mulin.people.queries.days import day_of
from mulin.people.queries.units import ancestor_of_kind, unit_by_code
from mulin.publications.actions import comments, promises
from mulin.publications.queries.promises import counts
from mulin.publications.rules.promises import Act as Promise
from mulin.worklog.actions import logs
from mulin.worklog.rules.logs import Act as Log

if TYPE_CHECKING:
    from mulin.cli.demo import Cast

LOG: Final = (
    ("activity", "组织清理 3 号楼后废弃自行车，8 户参加（示例）"),
    ("problem", "单元门闭门器松动，当场拧紧（示例）"),
)


def around(cast: "Cast", *, now: datetime) -> None:
    """Publish two promises, of which one is kept and has a comment, open a review, fill a log; once."""
    if any(counts(now=now).values()):
        return
    grid = unit_by_code(home(now).grid_codes[0])
    community, street = ancestor_of_kind(grid, "community"), ancestor_of_kind(grid, "street")
    if community is None or street is None:
        return
    month, week = now - timedelta(days=30), now - timedelta(days=6)
    kept = promises.publish_promise(
        unit=community.code,
        title="修好小广场的路灯（示例）",
        what="小广场 6 盏路灯有 2 盏不亮，更换灯头并检查线路。",
        due_on=day_of(now - timedelta(days=9)),
        actor=cast.at(community.pk, Promise.PUBLISH),
        now=month,
    )
    promises.keep_promise(
        promise_id=kept.pk,
        evidence="2 盏已更换，6 盏全亮，夜间复查过两次（示例）",
        actor=cast.at(community.pk, Promise.KEEP),
        now=now - timedelta(days=10),
    )
    comments.comment_on_promise(
        promise_id=kept.pk,
        text="灯亮了，晚上出门放心多了。北边拐角能不能也加一盏？（示例）",
        kind=Kind.SUGGESTION,
        channel=Channel.WEB,
        key="demo-1",
        actor=PUBLIC,
        now=week,
    )
    promises.publish_promise(
        unit=street.code,
        title="疏通沿街三处雨水口（示例）",
        what="汛期前清掏淤泥，更换破损的雨水箅子。",
        due_on=day_of(now + timedelta(days=12)),
        actor=cast.at(street.pk, Promise.PUBLISH),
        now=week,
    )
    for number, (kind, text) in enumerate(LOG):
        at = now - timedelta(days=number + 1)
        logs.write_log(
            unit=grid.code, kind=kind, text=text, on=day_of(at), actor=cast.at(grid.pk, Log.WRITE), now=at
        )
    _reviewed(cast, street.code, home(now).firm_code, now=week)


def _reviewed(cast: "Cast", street: str, firm: str, *, now: datetime) -> None:
    """Open the review of street and property firm; the firm is in, the street is not: both sealed."""
    unit = unit_by_code(firm)
    review = reviews.open_review(
        first=street,
        second=firm,
        term="本季度（示例）",
        actor=cast.at(unit_by_code(street).pk, Review.OPEN),
        now=now,
    )
    reviews.submit_report_and_rating(
        review_id=review.pk,
        unit=firm,
        report="本季度接单按时签收，两处电梯完成年检（示例）",
        scores=dict.fromkeys(review.aspects, 4),
        words="协调及时，希望提前告知停水安排（示例）",
        actor=cast.at(unit.pk, Review.SUBMIT),
        now=now + timedelta(days=1),
    )

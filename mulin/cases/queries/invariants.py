"""What must hold of the stored cases at any moment, whatever happened: one question each, for offenders."""

# ruff: noqa: S608 - every word of these questions is our own

from typing import Final

from django.db import connection

_FINAL: Final = "('closed', 'declined', 'merged')"
_WITH_LEAD: Final = "('dispatched', 'in_hand', 'waiting', 'handled', 'checked')"
_SINCE: Final = "greatest(c.reported_at, c.registered_at, c.dispatched_at, c.accepted_at, c.handled_at)"

# Each question returns the numbers of cases that break the rule.
INVARIANTS: Final[dict[str, str]] = {
    "one_running_lead": f"""
        select c.number from cases_case c
        left join cases_assignment a on a.case_id = c.id and a.role = 'lead' and a.ended_at is null
        where (c.state in {_WITH_LEAD}) <> (a.id is not null) or a.unit_id is distinct from
          case when c.state in {_WITH_LEAD} then c.lead_id end""",
    "desk_of_the_lead": """
        select number from cases_case
        where state in ('dispatched', 'in_hand', 'waiting') and desk_id is distinct from lead_id""",
    "over_or_not_on_any_day": f"""
        select c.number from cases_case c
        where (c.state in {_FINAL}) <> (c.closed_at is not null) or c.closed_at < {_SINCE}""",
    "answered_before_closed": """
        select c.number from cases_case c join cases_report r on r.case_id = c.id
        where c.state in ('closed', 'declined') and r.answered_at is null""",
    "open_has_a_deadline": f"""
        select number from cases_case where state not in {_FINAL} and due_at is null""",
    "voices_are_counted": """
        select c.number from cases_case c left join (
          select case_id, count(*) as voices from cases_report group by case_id) r on r.case_id = c.id
        where c.report_count <> coalesce(r.voices, 0)""",
    "merged_goes_somewhere": """
        select number from cases_case
        where (state = 'merged') <> (merged_into_id is not null) or merged_into_id = id""",
    "checked_by_another": f"""
        select c.number from ledger_entry e join cases_case c on c.id = e.subject::uuid
        where e.kind = 'case.passed' and e.at >= c.handled_at and e.account_id = c.handled_by_id
          and c.state in {_WITH_LEAD}""",
    "supervisions_are_counted": """
        select c.number from cases_case c left join (
          select case_id, count(*) as open from cases_supervision where state <> 'settled' group by case_id
        ) s on s.case_id = c.id
        where c.supervisions_open <> coalesce(s.open, 0)""",
    "whistles_are_counted": """
        select c.number from cases_case c left join (
          select case_id, count(*) as open from cases_whistle where ended_at is null group by case_id
        ) w on w.case_id = c.id
        where c.whistles_open <> coalesce(w.open, 0)""",
    "mediations_are_counted": """
        select c.number from cases_case c left join (
          select case_id, count(*) as open from cases_mediation where settled_at is null group by case_id
        ) m on m.case_id = c.id
        where c.mediations_open <> coalesce(m.open, 0)""",
    "nothing_open_beside_what_is_over": f"""
        select number from cases_case where state in {_FINAL}
        and whistles_open + supervisions_open + rulings_open + mediations_open > 0""",
}


def broken(name: str, *, most: int = 20) -> list[str]:
    """Return the numbers of the first cases that break an invariant, in order; none when all is well."""
    with connection.cursor() as cursor:
        cursor.execute(f"select number from ({INVARIANTS[name]}) as bad order by number limit %s", [most])
        return [number for (number,) in cursor.fetchall()]

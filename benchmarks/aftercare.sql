-- What a past leaves behind: visit-backs, ratings, returns, whistles with their calls and evaluations.
-- One case in so many has each, chosen by the hash of its id: the same in every run. All of it invented (示例).
insert into cases_visit (id, case_id, report_id, round, why, unit_id, opened_at, due_at, attempts, done_at,
    method, outcome, responded, solved, satisfied, answers, words)
select gen_random_uuid(), c.id, r.id, 0, 'sample', c.desk_id, c.closed_at, c.closed_at + interval '7 days', 1,
    c.closed_at + interval '1 day', 'by_phone',
    case when h % 5 = 0 then 'not_reached' else 'contacted' end,
    case when h % 5 = 0 then null else h % 7 <> 0 end,
    case when h % 5 = 0 then '' when h % 11 = 0 then 'not_solved' else 'solved' end,
    case when h % 5 = 0 then '' when h % 13 = 0 then 'unsatisfied' else 'satisfied' end, '{}', ''
from (select *, abs(hashtext(id::text)) / 20 as h from cases_case
      where state = 'closed' and abs(hashtext(id::text)) % 20 = 0) c
join cases_report r on r.case_id = c.id;

insert into cases_rating (report_id, round, solved, satisfied, words, at)
select r.id, 0, abs(hashtext(r.id::text)) % 9 <> 0, abs(hashtext(r.id::text)) % 7 <> 0, '', r.answered_at
from cases_report r where r.answered_at is not null and abs(hashtext(r.id::text)) % 3 = 0;

insert into cases_assignment (case_id, unit_id, role, given_unit_id, given_at, why, returned_at,
    return_reason, ended_at)
select c.id, c.lead_id, 'lead', c.dispatcher_id, c.dispatched_at, '{}', c.dispatched_at + n * interval '1 hour',
    '示例', c.dispatched_at + n * interval '1 hour'
from cases_case c cross join generate_series(1, 2) as n
where c.lead_id is not null and abs(hashtext(c.id::text)) % 50 = 0;

insert into cases_whistle (id, case_id, round, step_id, caller_id, off_list, off_list_why, ask_id, state,
    raised_at, ended_at, evaluate_until, opened_at)
select gen_random_uuid(), c.id, 1, (select min(id) from cases_whistlestep), c.dispatcher_id, true, '示例',
    (select min(id) from cases_remark where case_id = c.id), 'ended', c.dispatched_at, c.handled_at,
    c.handled_at, c.handled_at
from cases_case c where c.state = 'closed' and abs(hashtext(c.id::text)) % 100 = 1;

insert into cases_call (whistle_id, unit_id, role, task, state, called_at, report_why, handle_why, crew,
    refusal_rule, documents, evidence, urged, returns, is_ruled, reported_at, replied_at)
select w.id, unit.id, case when unit.n = 1 then 'lead' else 'assist' end, '示例', 'replied', w.raised_at, '{}',
    '{}', '', '', '', '{}', 0, 0, false, w.raised_at, w.ended_at
from cases_whistle w cross join (
    select id, row_number() over (order by id) as n from people_unit where kind_id = 'department' limit 3
) unit;

insert into cases_evaluation (whistle_id, judge_id, judged_id, scores, words, given_at, objection)
select w.id, w.caller_id, k.unit_id, '{"响应": 4, "结果": 5}', '示例', w.opened_at, ''
from cases_whistle w join cases_call k on k.whistle_id = w.id;

"""From an account or a token to the rows of an actor, as functions: the server plans them once per session.

Every request of a member of staff asks this. Sent as a statement, four fifths of its time went into planning it.
"""

from django.db import migrations

ACTOR = """
CREATE FUNCTION people_actor(who bigint, day date)
RETURNS TABLE (account_id bigint, name text, edition bigint, unit_id bigint, unit_path text, unit_name text,
               post text, full_time boolean)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT account.id, person.name::text, coalesce(state.number, 0), unit.id, unit.path::text,
           unit.short_name::text, kind.code::text, term.full_time
    FROM people_account account
    JOIN people_person person ON person.id = account.person_id
    LEFT JOIN people_edition state ON true
    LEFT JOIN (people_appointment term
               JOIN people_unit unit ON unit.id = term.unit_id
               JOIN people_postkind kind ON kind.id = term.post_id)
           ON term.person_id = person.id
          AND term.from_on <= day AND (term.until_on IS NULL OR term.until_on > day)
          AND (unit.until_on IS NULL OR unit.until_on > day)
    WHERE account.id = who AND account.is_active
    ORDER BY term.id;
END $$
"""

ACTOR_OF_KEY = """
CREATE FUNCTION people_actor_of_token(sha256 bytea, moment timestamptz, day date)
RETURNS TABLE (account_id bigint, name text, edition bigint, unit_id bigint, unit_path text, unit_name text,
               post text, full_time boolean)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    who bigint;
BEGIN
    SELECT token.account_id INTO who FROM people_token token
    WHERE token.digest = sha256 AND token.revoked_at IS NULL AND token.expires_at > moment;
    IF FOUND THEN
        RETURN QUERY SELECT * FROM people_actor(who, day);
    END IF;
END $$
"""


class Migration(migrations.Migration):
    """Make both functions."""

    dependencies = [("people", "0002_second_factor")]
    operations = [
        migrations.RunSQL(sql=ACTOR, reverse_sql="DROP FUNCTION people_actor(bigint, date)"),
        migrations.RunSQL(
            sql=ACTOR_OF_KEY,
            reverse_sql="DROP FUNCTION people_actor_of_token(bytea, timestamptz, date)",
        ),
    ]

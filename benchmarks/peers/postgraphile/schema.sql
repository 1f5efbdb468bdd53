-- What PostGraphile shows: a schema of its own over Clear Sky's tables. Its views have the names
-- that answers have; its computed columns are the standings, by the rules of docs/standing.md.
DROP SCHEMA IF EXISTS postgraphile CASCADE;
CREATE SCHEMA postgraphile;
SET search_path = postgraphile, public;

CREATE VIEW postgraphile.agreement AS
    SELECT id, name FROM public.agreement WHERE visibility = 'public';
COMMENT ON VIEW postgraphile.agreement IS '@primaryKey id';

CREATE VIEW postgraphile.action_item AS
    SELECT id, agreement_id, number, title, kind, due, ended
    FROM public.action_item
    WHERE visibility = 'public';
COMMENT ON VIEW postgraphile.action_item IS $$
@primaryKey id
@foreignKey (agreement_id) references agreement (id)|@foreignSimpleFieldName items
$$;

CREATE VIEW postgraphile.status_report AS
    SELECT id, action_item_id AS action_item, party_id AS party, organization_id AS organization,
           status, progress, summary, period_start, period_end, reported_on, state,
           corrects_id AS corrects, withdrawal_reason, submitted_by, own_translations,
           created_at, modified_at, revision, visibility
    FROM public.status_report
    WHERE visibility = 'public';
COMMENT ON VIEW postgraphile.status_report IS $$
@primaryKey id
@behavior +query:resource:connection -query:resource:list
$$;

CREATE VIEW postgraphile.evidence AS
    SELECT status_report_id, position, document_id AS document, url, title FROM public.evidence;
COMMENT ON VIEW postgraphile.evidence IS $$
@primaryKey status_report_id,position
@foreignKey (status_report_id) references status_report (id)|@foreignSimpleFieldName evidence
$$;

CREATE VIEW postgraphile.change AS
    SELECT made.revision, made.sequence, revision.at, made.kind, made.record_id, made.operation,
           made.document::json AS record, made.digest
    FROM public.change AS made
    JOIN public.revision ON revision.number = made.revision
    WHERE made.visibility = 'public';
COMMENT ON VIEW postgraphile.change IS '@primaryKey revision,sequence';

-- In the order in which they were committed.
CREATE FUNCTION postgraphile.changes_since(since bigint) RETURNS SETOF postgraphile.change
LANGUAGE sql STABLE AS $$
    SELECT * FROM postgraphile.change
    WHERE change.revision > since
    ORDER BY change.revision, change.sequence
$$;
COMMENT ON FUNCTION postgraphile.changes_since IS '@behavior -connection +list';

CREATE FUNCTION postgraphile.newest_revision() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT number FROM public.journal_head WHERE id = 1
$$;

-- Not shown: what the shown ones are made of.

CREATE FUNCTION postgraphile.last_day(partial text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE length(partial)
        WHEN 4 THEN partial || '-12-31'
        WHEN 7 THEN to_char((partial || '-01')::date + interval '1 month - 1 day', 'YYYY-MM-DD')
        ELSE partial
    END
$$;
COMMENT ON FUNCTION postgraphile.last_day IS '@behavior -*';

-- The latest day that it is in any time zone of an agreement's parties.
CREATE FUNCTION postgraphile.today_of(agreement_id text) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT max((now() AT TIME ZONE party.timezone)::date)
    FROM public.agreement_party AS side
    JOIN public.party ON party.id = side.party_id
    WHERE side.agreement_id = today_of.agreement_id
$$;
COMMENT ON FUNCTION postgraphile.today_of IS '@behavior -*';

-- Of several, the one that promises least is shown: the first of these.
CREATE TYPE postgraphile.caution AS ENUM (
    'cancelled', 'suspended', 'delayed', 'not_started', 'on_track', 'completed'
);

CREATE TYPE postgraphile.standing AS (
    status text,
    progress integer,
    basis text,
    overdue boolean,
    stale boolean,
    parties_differ json,
    positions json,
    assessment json
);

CREATE FUNCTION postgraphile.standing_of(
    item_id text, agreement_id text, due text, ended text, today date
) RETURNS postgraphile.standing LANGUAGE sql STABLE AS $$
    WITH side AS (
        SELECT count(*) AS parties,
               count(position.id) AS given,
               max(position.reported_on) AS newest,
               min(position.caution) AS status,
               min(position.caution) < max(position.caution) AS statuses_differ,
               CASE WHEN count(position.progress) > 1
                   THEN max(position.progress) - min(position.progress)
               END AS gap,
               array_agg(position.progress) AS progresses,
               array_agg(position.caution) AS statuses,
               json_agg(
                   json_build_object(
                       'party', position.party_id,
                       'report', position.id,
                       'status', position.caution,
                       'progress', position.progress,
                       'summary', position.summary,
                       'reported_on', position.reported_on
                   )
                   ORDER BY party.position
               ) FILTER (WHERE position.id IS NOT NULL) AS positions
        FROM public.agreement_party AS party
        LEFT JOIN LATERAL (
            SELECT report.id, report.party_id, report.progress, report.summary,
                   report.reported_on, report.status::text::postgraphile.caution AS caution
            FROM public.status_report AS report
            WHERE report.action_item_id = item_id
              AND report.party_id = party.party_id
              AND report.reported_on <= today::text
              AND report.state = 'submitted'
              AND NOT EXISTS (
                  SELECT FROM public.status_report AS correction
                  WHERE correction.corrects_id = report.id
                    AND correction.party_id = report.party_id
                    AND correction.reported_on <= today::text
                    AND correction.state = 'submitted'
              )
            ORDER BY report.reported_on DESC, report.submitted_revision DESC, report.id DESC
            LIMIT 1
        ) AS position ON true
        WHERE party.agreement_id = standing_of.agreement_id
    ),
    concluded AS (
        SELECT assessment.id, assessment.meeting_id, assessment.held_on,
               assessment.status::text::postgraphile.caution AS status, assessment.progress
        FROM public.assessment
        WHERE assessment.action_item_id = item_id
          AND assessment.held_on <= today::text
          AND assessment.state = 'adopted'
        ORDER BY assessment.held_on DESC, assessment.meeting_id DESC
        LIMIT 1
    ),
    known AS (
        SELECT side.*,
               concluded.id AS assessment, concluded.meeting_id, concluded.held_on,
               concluded.status AS joint_status, concluded.progress AS joint_progress,
               coalesce(side.newest <= concluded.held_on, concluded.id IS NOT NULL) AS joint,
               (
                   SELECT min(given.progress)
                   FROM unnest(side.statuses, side.progresses) AS given (status, progress)
                   WHERE given.status = side.status
               ) AS cautious_progress
        FROM side
        LEFT JOIN concluded ON true
    )
    SELECT CASE WHEN joint THEN joint_status ELSE status END::text,
           CASE WHEN joint THEN joint_progress ELSE cautious_progress END,
           CASE
               WHEN joint THEN 'joint'
               WHEN given = 0 THEN 'unreported'
               WHEN given < parties THEN 'one_sided'
               WHEN statuses_differ THEN 'diverging'
               ELSE 'agreed'
           END,
           due IS NOT NULL
               AND coalesce(
                   CASE WHEN joint THEN joint_status ELSE status END
                       NOT IN ('completed', 'cancelled'),
                   true
               )
               AND postgraphile.last_day(due) < today::text
               AND coalesce(postgraphile.last_day(ended) > today::text, true),
           coalesce(greatest(newest, held_on) < (today - 180)::text, false),
           CASE WHEN statuses_differ OR gap > 0
               THEN json_build_object('status', statuses_differ, 'progress_gap', gap)
           END,
           coalesce(positions, '[]'),
           CASE WHEN assessment IS NOT NULL
               THEN json_build_object(
                   'assessment', assessment,
                   'meeting', meeting_id,
                   'held_on', held_on,
                   'status', joint_status,
                   'progress', joint_progress
               )
           END
    FROM known
$$;
COMMENT ON FUNCTION postgraphile.standing_of IS '@behavior -*';

-- Computed columns.

CREATE FUNCTION postgraphile.agreement_as_of(agreement postgraphile.agreement) RETURNS date
LANGUAGE sql STABLE AS $$
    SELECT postgraphile.today_of(agreement.id)
$$;

CREATE FUNCTION postgraphile.action_item_standing(item postgraphile.action_item)
RETURNS postgraphile.standing LANGUAGE sql STABLE AS $$
    SELECT postgraphile.standing_of(
        item.id, item.agreement_id, item.due, item.ended, postgraphile.today_of(item.agreement_id)
    )
$$;

CREATE TYPE postgraphile.named_lead AS (party text, organization text, name json);

-- By the names that held on the day, of which the one begun last; else by the nearest.
CREATE FUNCTION postgraphile.action_item_leads(item postgraphile.action_item)
RETURNS SETOF postgraphile.named_lead LANGUAGE sql STABLE ROWS 2 AS $$
    SELECT lead.party_id, lead.organization_id, named.name::json
    FROM public.lead
    CROSS JOIN postgraphile.today_of(item.agreement_id) AS today
    CROSS JOIN LATERAL (
        SELECT name.name
        FROM public.organization_name AS name
        CROSS JOIN LATERAL (
            SELECT coalesce(rpad(name.starts, 10, '-01-01'), '') AS first
        ) AS began
        WHERE name.organization_id = lead.organization_id
        ORDER BY
            began.first <= today::text
                AND coalesce(postgraphile.last_day(name.ends) >= today::text, true) DESC,
            began.first <= today::text DESC,
            CASE WHEN began.first <= today::text THEN began.first END DESC,
            began.first,
            name.position
        LIMIT 1
    ) AS named
    WHERE lead.action_item_id = item.id
    ORDER BY lead.position
$$;
COMMENT ON FUNCTION postgraphile.action_item_leads IS '@behavior -connection +list';

CREATE TYPE postgraphile.progress_summary AS (
    items integer,
    by_status json,
    by_basis json,
    overdue integer,
    stale integer,
    mean_progress double precision,
    items_with_progress integer
);

CREATE FUNCTION postgraphile.agreement_summary(agreement postgraphile.agreement)
RETURNS postgraphile.progress_summary LANGUAGE sql STABLE AS $$
    SELECT count(*),
           json_build_object(
               'not_started', count(*) FILTER (WHERE standing.status = 'not_started'),
               'on_track', count(*) FILTER (WHERE standing.status = 'on_track'),
               'delayed', count(*) FILTER (WHERE standing.status = 'delayed'),
               'suspended', count(*) FILTER (WHERE standing.status = 'suspended'),
               'completed', count(*) FILTER (WHERE standing.status = 'completed'),
               'cancelled', count(*) FILTER (WHERE standing.status = 'cancelled')
           ),
           json_build_object(
               'joint', count(*) FILTER (WHERE standing.basis = 'joint'),
               'agreed', count(*) FILTER (WHERE standing.basis = 'agreed'),
               'diverging', count(*) FILTER (WHERE standing.basis = 'diverging'),
               'one_sided', count(*) FILTER (WHERE standing.basis = 'one_sided'),
               'unreported', count(*) FILTER (WHERE standing.basis = 'unreported')
           ),
           count(*) FILTER (WHERE standing.overdue),
           count(*) FILTER (WHERE standing.stale),
           -- In binary, so that ties go to the even tenth, as everywhere in the API.
           round(avg(standing.progress)::double precision * 10) / 10,
           count(standing.progress)
    FROM postgraphile.today_of(agreement.id) AS today
    JOIN public.action_item AS item ON item.agreement_id = agreement.id
    CROSS JOIN LATERAL postgraphile.standing_of(
        item.id, item.agreement_id, item.due, item.ended, today
    ) AS standing
$$;

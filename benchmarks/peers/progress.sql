-- The progress of the agreement $1 today, as JSON text: one row, or none where there is no such
-- agreement. Each position is the end of one range of ix_status_report_position.
WITH plan AS MATERIALIZED (
    SELECT agreement.id, agreement.name, side.parties, side.today,
           to_char(side.today, 'YYYY-MM-DD') AS day,
           to_char(side.today - 180, 'YYYY-MM-DD') AS oldest_fresh
    FROM agreement
    CROSS JOIN LATERAL (
        SELECT count(*) AS parties, max((now() AT TIME ZONE party.timezone)::date) AS today
        FROM agreement_party
        JOIN party ON party.id = agreement_party.party_id
        WHERE agreement_party.agreement_id = agreement.id
    ) AS side
    WHERE agreement.id = $1
),
known AS (
    SELECT item.id, item.number, item.title, item.kind, item.due, item.ended,
           plan.day, plan.today, plan.oldest_fresh,
           side.positions, side.ranks_differ, side.most_cautious, side.progress_gap,
           concluded.id AS assessment, concluded.meeting_id, concluded.held_on,
           concluded.status AS concluded_status, concluded.progress AS concluded_progress,
           greatest(side.newest, concluded.held_on) AS last_heard,
           CASE
               WHEN concluded.id IS NOT NULL AND coalesce(side.newest <= concluded.held_on, true)
                   THEN 'joint'
               WHEN side.given = 0 THEN 'unreported'
               WHEN side.given < plan.parties THEN 'one_sided'
               WHEN side.ranks_differ THEN 'diverging'
               ELSE 'agreed'
           END AS basis
    FROM plan
    JOIN action_item AS item ON item.agreement_id = plan.id
    CROSS JOIN LATERAL (
        SELECT count(*) AS given,
               max(position.reported_on) AS newest,
               min(position.rank) < max(position.rank) AS ranks_differ,
               -- The most cautious status, then its lowest progress: one number orders by both.
               min(position.rank * 1000 + coalesce(position.progress, 999)) AS most_cautious,
               CASE WHEN count(position.progress) > 1
                   THEN max(position.progress) - min(position.progress)
               END AS progress_gap,
               json_agg(
                   json_build_object(
                       'party', position.party_id,
                       'report', position.id,
                       'status', position.status,
                       'progress', position.progress,
                       'summary', position.summary,
                       'reported_on', position.reported_on
                   )
                   ORDER BY side.position
               ) AS positions
        FROM agreement_party AS side
        CROSS JOIN LATERAL (
            SELECT report.party_id, report.id, report.status, report.progress, report.summary,
                   report.reported_on,
                   CASE report.status
                       WHEN 'cancelled' THEN 1
                       WHEN 'suspended' THEN 2
                       WHEN 'delayed' THEN 3
                       WHEN 'not_started' THEN 4
                       WHEN 'on_track' THEN 5
                       ELSE 6
                   END AS rank
            FROM status_report AS report
            WHERE report.action_item_id = item.id
              AND report.party_id = side.party_id
              AND report.reported_on <= plan.day
              AND report.state = 'submitted'
              AND NOT EXISTS (
                  SELECT FROM status_report AS correction
                  WHERE correction.corrects_id = report.id
                    AND correction.party_id = report.party_id
                    AND correction.reported_on <= plan.day
                    AND correction.state = 'submitted'
              )
            ORDER BY report.reported_on DESC, report.submitted_revision DESC, report.id DESC
            LIMIT 1
        ) AS position
        WHERE side.agreement_id = plan.id
    ) AS side
    LEFT JOIN LATERAL (
        SELECT assessment.id, assessment.meeting_id, assessment.held_on, assessment.status,
               assessment.progress
        FROM assessment
        WHERE assessment.action_item_id = item.id
          AND assessment.held_on <= plan.day
          AND assessment.state = 'adopted'
        ORDER BY assessment.held_on DESC, assessment.meeting_id DESC
        LIMIT 1
    ) AS concluded ON true
),
standing AS (
    SELECT known.*,
           CASE basis
               WHEN 'joint' THEN concluded_status
               ELSE (ARRAY['cancelled', 'suspended', 'delayed', 'not_started', 'on_track',
                           'completed'])[most_cautious / 1000]
           END AS status,
           CASE basis
               WHEN 'joint' THEN concluded_progress
               ELSE nullif(most_cautious % 1000, 999)
           END AS progress,
           coalesce(last_heard < oldest_fresh, false) AS stale
    FROM known
),
flagged AS (
    SELECT standing.*,
           due IS NOT NULL
           AND coalesce(status NOT IN ('completed', 'cancelled'), true)
           AND CASE length(due)
                   WHEN 4 THEN due || '-12-31'
                   WHEN 7 THEN due || '-31'
                   ELSE due
               END < day
           AND coalesce(
               CASE length(ended)
                   WHEN 4 THEN (ended || '-12-31')::date
                   WHEN 7 THEN ((ended || '-01')::date + interval '1 month - 1 day')::date
                   ELSE ended::date
               END > today,
               true
           ) AS overdue
    FROM standing
)
SELECT json_build_object(
    'dialogue', null,
    'meeting', null,
    'agreement', json_build_object('id', plan.id, 'name', plan.name),
    'as_of', plan.day,
    'revision', (SELECT number FROM journal_head WHERE id = 1),
    'summary', whole.summary,
    'items', whole.items
)::text
FROM plan
CROSS JOIN (
    SELECT json_build_object(
               'items', count(*),
               'by_status', json_build_object(
                   'not_started', count(*) FILTER (WHERE status = 'not_started'),
                   'on_track', count(*) FILTER (WHERE status = 'on_track'),
                   'delayed', count(*) FILTER (WHERE status = 'delayed'),
                   'suspended', count(*) FILTER (WHERE status = 'suspended'),
                   'completed', count(*) FILTER (WHERE status = 'completed'),
                   'cancelled', count(*) FILTER (WHERE status = 'cancelled')
               ),
               'by_basis', json_build_object(
                   'joint', count(*) FILTER (WHERE basis = 'joint'),
                   'agreed', count(*) FILTER (WHERE basis = 'agreed'),
                   'diverging', count(*) FILTER (WHERE basis = 'diverging'),
                   'one_sided', count(*) FILTER (WHERE basis = 'one_sided'),
                   'unreported', count(*) FILTER (WHERE basis = 'unreported')
               ),
               'overdue', count(*) FILTER (WHERE overdue),
               'stale', count(*) FILTER (WHERE stale),
               -- In binary, so that ties go to the even tenth, as everywhere in the API.
               'mean_progress', round(avg(progress)::float8 * 10) / 10,
               'items_with_progress', count(progress)
           ) AS summary,
           coalesce(
               json_agg(
                   json_build_object(
                       'id', flagged.id,
                       'number', flagged.number,
                       'title', flagged.title,
                       'kind', flagged.kind,
                       'leads', (
                           SELECT coalesce(
                               json_agg(
                                   json_build_object(
                                       'party', lead.party_id,
                                       'organization', lead.organization_id,
                                       'name', (
                                           -- Of those that hold the one begun last; else of those
                                           -- begun the last; else the first to begin.
                                           SELECT named.name
                                           FROM organization_name AS named
                                           CROSS JOIN LATERAL (
                                               SELECT coalesce(
                                                   rpad(named.starts, 10, '-01-01'), ''
                                               ) AS first
                                           ) AS began
                                           WHERE named.organization_id = lead.organization_id
                                           ORDER BY
                                               began.first <= flagged.day
                                               AND coalesce(
                                                   CASE length(named.ends)
                                                       WHEN 4 THEN named.ends || '-12-31'
                                                       WHEN 7 THEN named.ends || '-31'
                                                       ELSE named.ends
                                                   END >= flagged.day,
                                                   true
                                               ) DESC,
                                               began.first <= flagged.day DESC,
                                               CASE WHEN began.first <= flagged.day
                                                   THEN began.first
                                               END DESC,
                                               began.first,
                                               named.position
                                           LIMIT 1
                                       )
                                   )
                                   ORDER BY lead.position
                               ),
                               '[]'
                           )
                           FROM lead
                           WHERE lead.action_item_id = flagged.id
                       ),
                       'due', flagged.due,
                       'ended', flagged.ended,
                       'standing', json_build_object(
                           'status', flagged.status,
                           'progress', flagged.progress,
                           'basis', flagged.basis,
                           'overdue', flagged.overdue,
                           'stale', flagged.stale,
                           'parties_differ', CASE
                               WHEN flagged.ranks_differ OR flagged.progress_gap > 0
                               THEN json_build_object(
                                   'status', flagged.ranks_differ,
                                   'progress_gap', flagged.progress_gap
                               )
                           END,
                           'positions', coalesce(flagged.positions, '[]'),
                           'assessment', CASE
                               WHEN flagged.assessment IS NOT NULL
                               THEN json_build_object(
                                   'assessment', flagged.assessment,
                                   'meeting', flagged.meeting_id,
                                   'held_on', flagged.held_on,
                                   'status', flagged.concluded_status,
                                   'progress', flagged.concluded_progress
                               )
                           END
                       )
                   )
                   ORDER BY flagged.number
               ),
               '[]'
           ) AS items
    FROM flagged
) AS whole

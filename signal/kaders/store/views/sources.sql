-- one row per source that was ever visited or gave a document: how it stands, and what it gave in the last days
-- The last days are the seven times 24 hours up to `as_of` (SET VARIABLE as_of = TIMESTAMPTZ '…'); unset, up to the
-- last visit of any source, so that the numbers do not depend on when they are looked at.
CREATE VIEW sources AS
WITH visit AS (
    SELECT *, lag(outcome) OVER (PARTITION BY source ORDER BY moment) AS before
    FROM raw_fetch
    WHERE moment <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity')
),

document AS (
    SELECT id, source, kind, owner_group, first_seen
    FROM core_document
    WHERE first_seen <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity')
),

week AS (
    SELECT coalesce(
        getvariable('as_of')::TIMESTAMPTZ,
        (SELECT max(moment) FROM visit),
        (SELECT max(first_seen) FROM document)
    ) - INTERVAL 168 HOUR AS first
),

visited AS (
    SELECT
        source,
        arg_max(outcome, moment) AS outcome,
        arg_max(coalesce(nullif(detail, ''), reason), moment) AS reason,
        max(moment) FILTER (WHERE before IS DISTINCT FROM outcome) AS since,
        max(moment) AS last_visit,
        max(moment) FILTER (WHERE outcome IN ('OK', 'PARTIAL')) AS last_good_visit,
        count(*) FILTER (WHERE moment > week.first)::INTEGER AS visits_7d,
        count(*) FILTER (WHERE moment > week.first AND outcome = 'FAILED')::INTEGER AS failed_7d,
        coalesce(sum(new_entries) FILTER (WHERE moment > week.first), 0)::INTEGER AS entries_7d
    FROM visit
    CROSS JOIN week
    GROUP BY source
),

born AS (
    SELECT
        id,
        arg_max(source, first_seen) AS source,
        arg_max(kind, first_seen) AS kind,
        arg_max(owner_group, first_seen) AS owner_group,
        min(first_seen) AS first_seen
    FROM document
    GROUP BY id
),

given AS (
    SELECT
        source,
        arg_max(kind, first_seen) AS kind,
        arg_max(owner_group, first_seen) AS owner_group,
        max(first_seen) AS last_new,
        count(*)::INTEGER AS documents,
        count(*) FILTER (WHERE first_seen > week.first)::INTEGER AS documents_7d
    FROM born
    CROSS JOIN week
    GROUP BY source
)

SELECT
    source,
    given.kind,
    given.owner_group,
    visited.outcome,
    visited.reason,
    visited.since,
    visited.last_visit,
    visited.last_good_visit,
    given.last_new,
    coalesce(visited.visits_7d, 0) AS visits_7d,
    coalesce(visited.failed_7d, 0) AS failed_7d,
    coalesce(visited.entries_7d, 0) AS entries_7d,
    coalesce(given.documents_7d, 0) AS documents_7d,
    coalesce(given.documents, 0) AS documents
FROM visited
FULL JOIN given USING (source);

COMMENT ON VIEW sources
IS 'one row per source that was ever visited or gave a document: how it stands, and what it gave in the last days';
COMMENT ON COLUMN sources.source IS 'id of the source';
COMMENT ON COLUMN sources.kind IS 'news, rss, social or own; NULL when it never gave a document';
COMMENT ON COLUMN sources.owner_group IS 'who owns it; NULL when it never gave a document';
COMMENT ON COLUMN sources.outcome
IS 'outcome of the last visit: OK, PARTIAL, FAILED or NOT EXPECTED; NULL when it was never visited';
COMMENT ON COLUMN sources.reason IS 'what went wrong at that visit, empty when nothing did';
COMMENT ON COLUMN sources.since IS 'the visit since which its outcome is the same';
COMMENT ON COLUMN sources.last_visit IS 'the last visit';
COMMENT ON COLUMN sources.last_good_visit IS 'the last visit that was OK or PARTIAL; NULL without one';
COMMENT ON COLUMN sources.last_new IS 'when its newest document was first seen; NULL without one';
COMMENT ON COLUMN sources.visits_7d IS 'visits of the last seven days';
COMMENT ON COLUMN sources.failed_7d IS 'visits of the last seven days that FAILED';
COMMENT ON COLUMN sources.entries_7d IS 'new entries of the visits of the last seven days';
COMMENT ON COLUMN sources.documents_7d IS 'documents first seen in the last seven days, copies included';
COMMENT ON COLUMN sources.documents IS 'documents ever seen, copies and withdrawn ones included';

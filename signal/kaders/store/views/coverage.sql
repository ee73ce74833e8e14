-- one row per day and source that was visited: whether the day was covered, its last word, and what came in
-- The rule is that of the mornings (queries/coverage.sql): a day was covered when one of its visits was. Days are days
-- of the session's time zone. `SET VARIABLE as_of = TIMESTAMPTZ '…'` leaves later visits out.
CREATE VIEW coverage AS
SELECT
    moment::DATE AS day,
    source,
    arg_min(outcome, list_position(['OK', 'PARTIAL', 'NOT EXPECTED', 'FAILED'], outcome)) AS outcome,
    bool_or(outcome IN ('OK', 'PARTIAL')) AS covered,
    arg_max(outcome, moment) AS last_outcome,
    arg_max(reason, moment) AS reason,
    arg_max(detail, moment) AS detail,
    count(*)::INTEGER AS visits,
    count(*) FILTER (WHERE outcome = 'FAILED')::INTEGER AS failed_visits,
    sum(new_entries)::INTEGER AS entries,
    arg_max(bad_entries, moment)::INTEGER AS bad_entries
FROM raw_fetch
WHERE moment <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity')
GROUP BY moment::DATE, source;

COMMENT ON VIEW coverage
IS 'one row per day and source that was visited: whether the day was covered, its last word, and what came in';
COMMENT ON COLUMN coverage.day IS 'day of the visits, in the time zone of the session';
COMMENT ON COLUMN coverage.source IS 'id of the source';
COMMENT ON COLUMN coverage.outcome IS 'the best outcome of the day: OK, PARTIAL, NOT EXPECTED or FAILED';
COMMENT ON COLUMN coverage.covered IS 'whether a visit of that day was OK or PARTIAL';
COMMENT ON COLUMN coverage.last_outcome IS 'outcome of the last visit of the day';
COMMENT ON COLUMN coverage.reason IS 'word for what went wrong at that visit, empty when nothing did';
COMMENT ON COLUMN coverage.detail IS 'sentence for a person about what went wrong at that visit';
COMMENT ON COLUMN coverage.visits IS 'how often it was visited that day';
COMMENT ON COLUMN coverage.failed_visits IS 'how many of the visits FAILED';
COMMENT ON COLUMN coverage.entries IS 'new entries of all visits of the day';
COMMENT ON COLUMN coverage.bad_entries IS 'entries that could not be read at the last visit';

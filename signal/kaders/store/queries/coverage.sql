-- one row per day and source that was visited: the day's best outcome, its last word, and what all visits brought
-- In: $base (first day), $cutoff (moment), $zone (IANA name). Days are days in that zone.
-- A day was covered when one of its visits was: a late failure takes nothing back. How a source stands now is
-- another question, and the last word answers it. until: how much of the day had passed at its last good visit.
SELECT
    timezone($zone, moment)::DATE AS day,
    source,
    arg_min(outcome, list_position(['OK', 'PARTIAL', 'NOT EXPECTED', 'FAILED'], outcome)) AS outcome,
    arg_max(outcome, moment) AS last_outcome,
    arg_max(reason, moment) AS reason,
    arg_max(detail, moment) AS detail,
    coalesce(max(CASE WHEN outcome IN ('OK', 'PARTIAL')
        THEN epoch(timezone($zone, moment)) - epoch(timezone($zone, moment)::DATE) END) / 86400, 0) AS until,
    sum(new_entries)::INTEGER AS entries,
    arg_max(bad_entries, moment)::INTEGER AS bad_entries
FROM raw_fetch
WHERE moment <= $cutoff AND timezone($zone, moment)::DATE >= $base
GROUP BY day, source
ORDER BY day, source

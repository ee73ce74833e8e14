-- one row per day and source that was visited: the last word of the day, and what all its visits brought
-- In: $base (first day), $cutoff (moment), $zone (IANA name). Days are days in that zone.
SELECT
    timezone($zone, moment)::DATE AS day,
    source,
    arg_max(outcome, moment) AS outcome,
    arg_max(reason, moment) AS reason,
    arg_max(detail, moment) AS detail,
    sum(new_entries)::INTEGER AS entries
FROM raw_fetch
WHERE moment <= $cutoff AND timezone($zone, moment)::DATE >= $base
GROUP BY day, source
ORDER BY day, source

-- one row per source and period of 24 hours on which it was visited: what the visits brought and how they ended
-- In: $cutoff (moment), $zone (IANA name), $days (periods that are looked at). A period ends at the cutoff's time
-- of day on the clock of $zone, so that the last one is complete whenever it is asked for; `day` is the date of its
-- middle. Entries of the very first good visit are a feed's stock, and no measure of what it brings in a day.
WITH visit AS (
    SELECT
        source, moment, outcome, reason, entries, new_entries,
        outcome IN ('OK', 'PARTIAL') AS good,
        lag(moment) OVER (PARTITION BY source, outcome IN ('OK', 'PARTIAL') ORDER BY moment) AS previous,
        floor((epoch(timezone($zone, $cutoff::TIMESTAMPTZ)) - epoch(timezone($zone, moment))) / 86400)::INTEGER AS back
    FROM raw_fetch
    WHERE moment <= $cutoff AND outcome <> 'NOT EXPECTED'
)

SELECT
    source,
    (timezone($zone, $cutoff::TIMESTAMPTZ) - INTERVAL 12 HOUR)::DATE - back AS day,
    count(*) FILTER (good)::INTEGER AS good,
    coalesce(sum(new_entries) FILTER (good AND previous IS NOT NULL), 0)::INTEGER AS new,
    min(epoch(previous)) FILTER (good) AS since,
    max(epoch(moment)) FILTER (good) AS until,
    max(epoch(moment)) FILTER (good AND new_entries > 0) AS brought,
    max(epoch(moment)) AS last,
    arg_max(outcome, moment) AS outcome,
    arg_max(reason, moment) AS reason,
    arg_max(entries, moment) FILTER (good) AS held,
    min(entries) FILTER (good) AS least,
    max(entries - new_entries) FILTER (good) AS kept,
    max(new_entries) FILTER (good AND previous IS NOT NULL AND new_entries = entries) AS renewed,
    timezone($zone, coalesce(max(moment) FILTER (good), min(moment)))::DATE AS turned,
    timezone($zone, max(moment) FILTER (good AND new_entries > 0))::DATE AS heard
FROM visit
WHERE back < $days
GROUP BY source, back
ORDER BY source, day

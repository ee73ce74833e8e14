-- one row per source and day from $first to $last on which it was visited: that day's last word
-- In: also $cutoff (moment; no later visit counts) and $zone (IANA name of the days).
SELECT timezone($zone, moment::TIMESTAMPTZ)::DATE AS day, source, arg_max(outcome, moment) AS outcome
FROM raw_fetch
WHERE moment::TIMESTAMPTZ <= $cutoff
GROUP BY day, source
HAVING day BETWEEN $first AND $last
ORDER BY day, source

-- one row per source that was ever visited: its last outcome with the reason, and since when it is so
-- In: $moment (nothing after it counts).
WITH visit AS (
    SELECT *, lag(outcome) OVER (PARTITION BY source ORDER BY moment) AS before
    FROM raw_fetch
    WHERE moment <= $moment
)

SELECT
    source,
    arg_max(outcome, moment) AS outcome,
    arg_max(coalesce(nullif(detail, ''), reason), moment) AS reason,
    max(moment) FILTER (WHERE before IS DISTINCT FROM outcome) AS since,
    max(moment) AS last,
    arg_max(reason, moment) AS code
FROM visit
GROUP BY source
ORDER BY source

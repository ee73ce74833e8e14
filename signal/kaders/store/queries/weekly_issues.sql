-- one row per issue and analysed day from $first to $last: how it stood at the morning after
SELECT
    analysed AS day, issue, status, divergence, divergence_low AS low, divergence_high AS high, tolerance
FROM out_issue_day
WHERE analysed BETWEEN $first AND $last
ORDER BY day, issue

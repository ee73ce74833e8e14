-- one row per signal and analysed day from $first to $last; a morning judges the day before it, its first one too
SELECT
    day - 1 AS day, id, issue, kind, level,
    json_extract_string(payload, '$.owner.id') AS owner,
    json_extract_string(payload, '$.first_day')::DATE - 1 AS first_day
FROM out_signal
WHERE day - 1 BETWEEN $first AND $last AND level <> 'watch'
ORDER BY day, id

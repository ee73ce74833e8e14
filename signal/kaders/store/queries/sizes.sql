-- one row: how much there is in the warehouse
SELECT
    (SELECT coalesce(sum(rows), 0) FROM raw_landing)::BIGINT AS items,
    (SELECT count(DISTINCT id) FROM core_document) AS documents,
    (SELECT count(DISTINCT id) FROM core_document WHERE fate = 'duplicate') AS duplicates,
    (SELECT count(*) FROM out_signal WHERE level <> 'watch') AS signals,
    (SELECT count(*) FROM raw_landing) AS files,
    (SELECT max(day) FROM out_issue_day) AS last_report,
    (SELECT max(loaded_at) FROM raw_landing) AS last_load

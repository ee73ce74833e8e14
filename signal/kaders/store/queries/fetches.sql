-- one row per visit in the given ledger files
-- In: $files (paths of ledger files).
SELECT
    source, moment, outcome, reason, detail, status, entries, new_entries, landing,
    coalesce(bad_entries, 0) AS bad_entries
FROM read_json(
    $files,
    format = 'newline_delimited',
    columns = {
        source: 'VARCHAR', moment: 'TIMESTAMPTZ', outcome: 'VARCHAR', reason: 'VARCHAR', detail: 'VARCHAR',
        status: 'INTEGER', entries: 'INTEGER', new_entries: 'INTEGER', landing: 'VARCHAR', bad_entries: 'INTEGER'
    }
)

-- one row per line of the given tagged files
-- In: $files (paths of tagged files); relation `wanted` (path, landing), one row per tagged file.
SELECT unnest(r.document), r.tags, w.landing
FROM read_json(
    $files,
    format = 'newline_delimited',
    compression = 'gzip',
    filename = true,
    columns = {
        'document': 'STRUCT(id VARCHAR, content VARCHAR, source VARCHAR, kind VARCHAR, owner_group VARCHAR,
            url VARCHAR, title VARCHAR, text VARCHAR, snippet VARCHAR, language VARCHAR,
            published TIMESTAMPTZ, date_origin VARCHAR, first_seen TIMESTAMPTZ, author VARCHAR,
            engagement INTEGER, fate VARCHAR, same_as VARCHAR)',
        'tags': 'STRUCT(policy_areas MAP(VARCHAR, DOUBLE), topics VARCHAR[], frames MAP(VARCHAR, DOUBLE),
            messages VARCHAR[], counters VARCHAR[], questions VARCHAR[], sketch UINTEGER[],
            version VARCHAR)'
    }
) AS r
INNER JOIN wanted AS w ON r.filename = w.path
-- A line without a document makes the whole file unreadable, instead of half of it unknown.
WHERE coalesce(r.document.id, error('a line without a document')) <> ''

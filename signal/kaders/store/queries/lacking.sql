-- one row per tagged file: its lines, and how many revisions in it the warehouse does not have
-- In: $files (paths of tagged files).
SELECT
    r.filename AS path,
    count(*) AS lines,
    count(*) FILTER (WHERE d.entry IS NULL) AS lacking
FROM read_json(
    $files,
    format = 'newline_delimited',
    compression = 'gzip',
    filename = true,
    columns = {'document': 'STRUCT(id VARCHAR, content VARCHAR)'}
) AS r
LEFT JOIN core_document AS d ON d.entry = r.document.id AND d.content = r.document.content
GROUP BY r.filename
ORDER BY r.filename

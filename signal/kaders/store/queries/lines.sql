-- one row per line of some tagged files (store/tagged.py has their form)
-- In: $files (paths of files that hold those lines, unpacked).
SELECT
    unnest(document),
    codes,
    scores,
    questions,
    from_base64(sketch) AS sketch,
    version AS tagger,
    landing
FROM read_json(
    $files,
    format = 'newline_delimited',
    compression = 'none',
    columns = {
        'document': 'STRUCT(id VARCHAR, content VARCHAR, source VARCHAR, kind VARCHAR, owner_group VARCHAR,
            url VARCHAR, title VARCHAR, text VARCHAR, snippet VARCHAR, language VARCHAR,
            published TIMESTAMPTZ, date_origin VARCHAR, first_seen TIMESTAMPTZ, author VARCHAR,
            engagement INTEGER, fate VARCHAR,
            address_key UBIGINT, title_key UBIGINT, text_key UBIGINT, lead_key UBIGINT)',
        'codes': 'VARCHAR[]',
        'scores': 'DOUBLE[]',
        'questions': 'VARCHAR[]',
        'sketch': 'VARCHAR',
        'version': 'VARCHAR',
        'landing': 'VARCHAR'
    }
)
-- A line without a document makes the whole file unreadable, instead of half of it unknown.
WHERE coalesce(document.id || landing, error('a line without a document')) <> ''

-- one row per revision of a document in the given tagged files, from the file that saw it first
-- In: $files (paths of tagged files); relation `wanted` (path, landing, tagger), one row per tagged file.
WITH line AS (
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
                engagement INTEGER, fate VARCHAR)',
            'tags': 'STRUCT(policy_areas MAP(VARCHAR, DOUBLE), topics VARCHAR[], frames MAP(VARCHAR, DOUBLE),
                messages VARCHAR[], counters VARCHAR[], questions VARCHAR[], sketch UINTEGER[],
                version VARCHAR)'
        }
    ) AS r
    INNER JOIN wanted AS w ON r.filename = w.path
),

-- Letters and digits only, so that spaces, capitals and quotation marks make no new text.
written AS (
    SELECT
        *,
        regexp_replace(lower(text), '[^\p{L}\p{N}]+', ' ', 'g') AS words,
        regexp_replace(lower(title || ' ' || text), '[^\p{L}\p{N}]+', ' ', 'g') AS all_words
    FROM line
)

SELECT
    * EXCLUDE (words, all_words),
    -- A link to the front page of a site names the site, not the document.
    CASE WHEN url <> '' AND NOT regexp_full_match(url, 'https?://[^/?]*/?') THEN url END AS address_key,
    -- A short text ("read more on our site") says nothing without its title.
    CASE
        WHEN length(words) >= $long_enough THEN md5_number_lower(words)
        WHEN trim(all_words) <> '' THEN md5_number_lower(all_words)
    END AS text_key
FROM written
QUALIFY row_number() OVER (
    PARTITION BY id, content
    ORDER BY first_seen, landing, published, url, engagement, author
) = 1

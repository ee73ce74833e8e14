-- one row per revision of a document in the tagged files, from the file that saw it first
-- In: relation `line` (queries/lines.sql); $long_enough (characters).
-- Letters and digits only, so that spaces, capitals and quotation marks make no new text.
WITH written AS (
    SELECT
        *,
        regexp_replace(lower(text), '[^\p{L}\p{N}]+', ' ', 'g') AS words,
        regexp_replace(lower(title || ' ' || text), '[^\p{L}\p{N}]+', ' ', 'g') AS all_words
    FROM line
)

SELECT
    * EXCLUDE (words, all_words, same_as),
    -- A post is known by the hash of its own address, which names an account and is not kept. A link to the
    -- front page of a site names the site, not the document.
    CASE
        WHEN same_as <> '' THEN same_as
        WHEN url <> '' AND NOT regexp_full_match(url, 'https?://[^/?]*/?') THEN url
    END AS address_key,
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

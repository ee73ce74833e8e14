-- one row per revision that is in the warehouse before the day that is loaded, oldest first
-- number: 0 to 99,999 are of the day before the newest, the next ones of the day before that; identities are those
-- that bench_store_made.py gives (name_of), which has revisions of some.
-- Of each fifty documents one is a copy of another publisher's in the file before, and one has a second revision.
-- In: $first and $count (numbers of this part), $a_day, $a_file, $apart (seconds), $newest (day), $phrases.
WITH numbered AS (
    SELECT number, number // $a_file AS file, number % $a_file AS place
    FROM (SELECT unnest(range($first, $first + $count)) AS number)
),

placed AS (
    SELECT
        *,
        file % 250 AS source,
        $newest::TIMESTAMPTZ - to_days((1 + number // $a_day)::INTEGER)
        + to_seconds((number % $a_day // $a_file) * $apart) AS seen,
        number % 50 = 3 AND number % $a_day >= $a_file AS copied,
        unnest(CASE WHEN number % 50 = 7 THEN [1, 2] ELSE [1] END) AS revision
    FROM numbered
),

named AS (
    SELECT
        *,
        left(md5('d' || number), 24) AS id,
        's' || source AS source_id,
        array_to_string([$phrases[(1 + hash(number, k, revision) % len($phrases))::BIGINT] FOR k IN range(12)], ' ') AS text
    FROM placed
)

SELECT
    number,
    id,
    left(md5(id || revision), 24) AS content,
    id AS entry,
    source_id AS source,
    CASE WHEN source % 25 = 0 THEN 'own' WHEN source % 25 < 6 THEN 'social' WHEN source % 25 < 11 THEN 'rss' ELSE 'news' END
        AS kind,
    'g' || source % 125 AS owner_group,
    'https://' || source_id || '.example/' || id AS url,
    left(text, 70) AS title,
    text,
    left(text, 200) AS snippet,
    'nl' AS language,
    seen - INTERVAL 30 MINUTE AS published,
    'source' AS date_origin,
    CASE WHEN revision = 1 THEN seen ELSE seen + INTERVAL 2 HOUR END AS first_seen,
    CASE WHEN source % 25 BETWEEN 1 AND 5 THEN '1:' || left(md5('a' || number % 5000), 24) END AS author,
    (number % 40)::INTEGER AS engagement,
    'kept' AS fate,
    CASE WHEN copied THEN 'copy' WHEN revision = 2 THEN 'revision' ELSE 'new' END AS relation,
    CASE WHEN copied THEN left(md5('d' || (number - $a_file)), 24) ELSE id END AS story,
    revision,
    seen AS born,
    seen - INTERVAL 30 MINUTE AS dated,
    CASE WHEN revision = 1 AND number % 50 = 7 THEN seen + INTERVAL 2 HOUR END AS superseded,
    hash(number, 'address') AS address_key,
    hash(number, revision, 'title') AS title_key,
    hash(number, revision, 'text') AS text_key,
    hash(CASE WHEN copied THEN number - $a_file ELSE number END, 'lead') AS lead_key,
    unhex(array_to_string([md5(concat_ws(' ', number, revision, k)) FOR k IN range(8)], '')) AS sketch,
    'v1' AS tagger,
    source_id || '/' || strftime(seen, '%Y-%m-%d/%H%M%SZ-') || printf('%08x', file) || '.jsonl.gz' AS landing
FROM named
ORDER BY first_seen, number

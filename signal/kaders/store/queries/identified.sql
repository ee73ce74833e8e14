-- one row per revision of an entry that a load touched and that has several: the document it is a revision of
-- A source names its entries, and its word is trusted: one name is one document. But some sources use a name again
-- for something else. That is believed when a revision has nothing in common with the one before it: neither address
-- nor title nor text nor its beginning nor date, and fewer than $alike of the three-word sequences. It looks back only,
-- so that the document as of any moment is the document as it stands now. An entry that was withdrawn is withdrawn as
-- a whole. superseded: when another revision took its place; the moment of the withdrawal for all before it, and its
-- own for what came after, which therefore never stands.
-- In: relation `again` (entry).
WITH line AS (
    SELECT
        rowid AS spot, *,
        lag({
            address: address_key, title: title_key, text: text_key, lead: lead_key, published: published,
            sketch: hex(sketch), headline: title, words: text
        }) OVER seen AS before,
        min(first_seen) FILTER (fate = 'withdrawn') OVER (PARTITION BY entry) AS withdrawn
    FROM core_document
    -- By row, so that the words of all other documents are not read.
    WHERE rowid IN (SELECT rowid FROM core_document WHERE entry IN (SELECT entry FROM again))
    WINDOW seen AS (PARTITION BY entry ORDER BY fate = 'withdrawn', first_seen, content)
),

compared AS (
    SELECT
        *,
        before IS NOT NULL
        AND withdrawn IS NULL
        AND coalesce(address_key <> before.address, true)
        AND coalesce(title_key <> before.title AND text_key <> before.text AND lead_key <> before.lead, false)
        AND published <> before.published AS apart
    FROM line
),

marked AS (
    SELECT
        *,
        -- Compared only where all else differs, which is next to nowhere.
        CASE WHEN apart AND strlen(before.sketch) = strlen(hex(sketch)) AND octet_length(sketch) > 0 THEN
            list_sum(list_transform(
                range(0, octet_length(sketch) // 2),
                lambda i: (substr(hex(sketch), 4 * i + 1, 4) = substr(before.sketch, 4 * i + 1, 4))::INTEGER
            )) < $alike * (octet_length(sketch) // 2)
        ELSE false END AS opens
    FROM compared
),

numbered AS (
    SELECT *, count(*) FILTER (opens) OVER (PARTITION BY entry ORDER BY first_seen, content) AS generation
    FROM marked
),

named AS (
    SELECT
        *,
        CASE WHEN generation = 0 THEN entry ELSE
            left(md5(concat_ws(' ', entry, first_value(content) OVER (
                PARTITION BY entry, generation ORDER BY first_seen, content
            ))), 24)
        END AS document
    FROM numbered
)

SELECT
    spot,
    id AS was,
    content,
    document AS id,
    (row_number() OVER seen)::INTEGER AS revision,
    first_value(first_seen) OVER seen AS born,
    first_value(published) OVER seen AS dated,
    CASE
        WHEN first_seen >= withdrawn THEN CASE WHEN fate <> 'withdrawn' THEN first_seen END
        ELSE least(lead(first_seen) OVER seen, withdrawn)
    END AS superseded,
    CASE
        WHEN fate = 'withdrawn' THEN 'withdrawal'
        WHEN row_number() OVER seen = 1 THEN CASE WHEN relation = 'revision' THEN 'new' ELSE relation END
        WHEN title <> '' AND before.headline <> '' AND title <> before.headline AND text = before.words THEN 'retitled'
        -- Where the words are no longer kept, what was said of them stays.
        WHEN title = '' AND relation = 'retitled' THEN 'retitled'
        ELSE 'revision'
    END AS relation
FROM named
WINDOW seen AS (PARTITION BY document ORDER BY first_seen, content)

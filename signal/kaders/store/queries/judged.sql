-- one row per revision that a load may have changed: its fate, and of a first revision what it is to others
-- A revision is a duplicate when an earlier document of the same owner group had its address or its text by
-- then. Earlier: first seen before it, and by id when both came in one visit. It looks back only, so that the
-- fate as-of any moment is the fate as it stands now. The first revision of a duplicate is a repost, or retitled
-- when the other had another title; any other that belongs to an earlier story is a copy when another owner group
-- began it, and a repost when its own did.
-- In: relations `touched` (queries/touched.sql) and `restoried` (id).
WITH affected AS (
    SELECT d.rowid AS spot FROM core_document AS d
    SEMI JOIN touched AS t ON d.address_key = t.address_key AND d.owner_group = t.owner_group
    UNION
    SELECT d.rowid FROM core_document AS d
    SEMI JOIN touched AS t ON d.text_key = t.text_key AND d.owner_group = t.owner_group
    UNION
    SELECT rowid FROM core_document
    WHERE entry IN (SELECT entry FROM touched)
    UNION
    SELECT rowid FROM core_document
    WHERE id IN (SELECT id FROM restoried)
),

row_affected AS (
    SELECT
        rowid AS spot, id, content, owner_group, address_key, title_key, text_key, first_seen, born, revision,
        fate, relation, story
    FROM core_document
    WHERE rowid IN (SELECT spot FROM affected)
),

-- Everything that shares an address or a text with one of those: the whole line to look back along.
near AS (
    SELECT d.rowid AS spot, d.id, d.owner_group, d.address_key, d.title_key, d.text_key, d.first_seen, d.born
    FROM core_document AS d
    SEMI JOIN row_affected AS t ON d.address_key = t.address_key AND d.owner_group = t.owner_group
    WHERE d.fate IN ('kept', 'duplicate')
    UNION
    SELECT d.rowid, d.id, d.owner_group, d.address_key, d.title_key, d.text_key, d.first_seen, d.born
    FROM core_document AS d
    SEMI JOIN row_affected AS t ON d.text_key = t.text_key AND d.owner_group = t.owner_group
    WHERE d.fate IN ('kept', 'duplicate')
),

-- The earliest document with the same address, and the same text, that had it by then.
looked_back AS (
    SELECT
        spot,
        CASE WHEN address_key IS NOT NULL THEN
            min({born: born, id: id, seen: first_seen, title: title_key}) OVER (
                PARTITION BY owner_group, address_key ORDER BY first_seen
            ) END AS by_address,
        CASE WHEN text_key IS NOT NULL THEN
            min({born: born, id: id, seen: first_seen, title: title_key}) OVER (
                PARTITION BY owner_group, text_key ORDER BY first_seen
            ) END AS by_text
    FROM near
),

-- Who began the stories that others joined.
head AS (
    SELECT id, min(owner_group) AS owner_group
    FROM core_document
    WHERE revision = 1 AND id IN (SELECT story FROM row_affected WHERE story <> id)
    GROUP BY id
),

compared AS (
    SELECT
        r.*,
        coalesce(l.by_address.id <> r.id, false) AS same_address,
        coalesce(l.by_text.id <> r.id, false) AS same_text,
        CASE WHEN l.by_address.id <> r.id THEN l.by_address.title ELSE l.by_text.title END AS other_title,
        head.owner_group AS story_of
    FROM row_affected AS r
    LEFT JOIN looked_back AS l ON r.spot = l.spot
    LEFT JOIN head ON r.story = head.id
)

SELECT
    spot,
    CASE
        WHEN fate NOT IN ('kept', 'duplicate') THEN fate
        WHEN same_address OR same_text THEN 'duplicate'
        ELSE 'kept'
    END AS fate,
    CASE
        WHEN revision > 1 OR fate = 'withdrawn' THEN relation
        WHEN same_address OR same_text THEN CASE WHEN title_key <> other_title THEN 'retitled' ELSE 'repost' END
        WHEN story = id THEN 'new'
        WHEN story_of = owner_group THEN 'repost'
        ELSE 'copy'
    END AS relation
FROM compared

-- one row per day, family (all, area, topic) and subject that something was published on: the number of items
-- An item is a document of others that was kept: own channels and copies within one publisher are left out.
-- It has one policy area, the strongest, and every topic that it touches. Its day is that of the first revision.
-- In: $first and $last (days), $cutoff (moment; nothing seen after it counts), $zone (IANA name of the days).
WITH known AS (
    SELECT
        id, content, kind, fate, first_seen,
        first_value(published) OVER (PARTITION BY id ORDER BY first_seen, content) AS first_published
    FROM core_document
    WHERE first_seen::TIMESTAMPTZ <= $cutoff
),

item AS (
    SELECT id, content, timezone($zone, first_published::TIMESTAMPTZ)::DATE AS day, kind, fate
    FROM known
    -- Withdrawn is withdrawn, whatever came after.
    QUALIFY row_number() OVER (
        PARTITION BY id ORDER BY fate = 'withdrawn' DESC, first_seen DESC, content
    ) = 1
),

counted AS (
    SELECT id, content, day
    FROM item
    WHERE fate = 'kept' AND kind <> 'own' AND day BETWEEN $first AND $last
),

subject AS (
    SELECT day, id, 'all' AS family, '' AS subject
    FROM counted
    UNION ALL
    SELECT day, id, 'topic', code
    FROM counted
    INNER JOIN core_tag USING (id, content)
    WHERE layer = 'topic'
    UNION ALL
    SELECT day, id, 'area', arg_min(code, position)
    FROM counted
    INNER JOIN core_tag USING (id, content)
    WHERE layer = 'area'
    GROUP BY day, id
)

SELECT day, family, subject, count(DISTINCT id) AS items
FROM subject
GROUP BY day, family, subject
ORDER BY day, family, subject

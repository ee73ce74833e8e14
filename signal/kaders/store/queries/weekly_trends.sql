-- one row per day, family (all, area, topic) and subject that something was published on: the number of items
-- An item is a document of others that was kept: own channels and copies within one publisher are left out.
-- It has one policy area, the strongest, and every topic that it touches. Its day is that of the first revision.
-- In: $first and $last (days), $cutoff (moment; nothing seen after it counts), $zone (IANA name of the days).
WITH counted AS (
    SELECT id, content, timezone($zone, dated)::DATE AS day
    FROM core_document
    WHERE
        first_seen <= $cutoff
        AND coalesce(superseded > $cutoff, true)
        AND fate = 'kept'
        AND kind <> 'own'
        AND timezone($zone, dated)::DATE BETWEEN $first AND $last
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

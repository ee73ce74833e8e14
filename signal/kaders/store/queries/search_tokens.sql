-- one row per word of some documents, as it is spelled, in its place
-- In: relation `fresh` (doc, id, content), database `published`; $first and $last (doc), $token (a word).
-- place: twice the number of the word within title or text, and one more in the title; so neighbours differ by
-- two, and none is half title, half text.
WITH said AS (
    SELECT
        f.doc,
        regexp_extract_all(lower(d.title), $token) AS title,
        regexp_extract_all(lower(d.text), $token) AS text
    FROM fresh AS f
    INNER JOIN published.core_document AS d ON f.id = d.id AND f.content = d.content
    WHERE f.doc BETWEEN $first AND $last
)

SELECT doc, unnest(text) AS spelled, 2 * generate_subscripts(text, 1) AS place
FROM said
UNION ALL
SELECT doc, unnest(title) AS spelled, 2 * generate_subscripts(title, 1) + 1 AS place
FROM said

-- one row per arrived revision and code that the tagger heard in it
-- In: relations `line` and `winner` (the queries of those names).
WITH heard AS (
    SELECT
        l.id,
        l.content,
        unnest(l.codes) AS code,
        unnest(l.scores) AS score,
        generate_subscripts(l.codes, 1) AS position
    FROM line AS l
    SEMI JOIN winner AS w ON l.rowid = w.spot
)

SELECT
    id,
    content,
    split_part(code, ':', 1) AS layer,
    substr(code, strpos(code, ':') + 1) AS code,
    score,
    position
FROM heard

-- one row per question in an arrived revision
-- In: relations `line` and `winner` (the queries of those names).
SELECT l.id, l.content, generate_subscripts(l.questions, 1) AS position, unnest(l.questions) AS text
FROM line AS l
SEMI JOIN winner AS w ON l.rowid = w.spot

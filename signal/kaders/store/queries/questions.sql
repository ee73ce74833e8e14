-- one row per question in an arrived revision
-- In: relation `winner` (queries/winners.sql).
SELECT id, content, generate_subscripts(tags.questions, 1) AS position, unnest(tags.questions) AS text
FROM winner
ORDER BY id, content, position

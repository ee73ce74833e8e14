-- one row per arrived revision, layer and code that the tagger heard in it
-- In: relation `winner` (queries/winners.sql).
WITH heard AS (
    SELECT id, content, 'topic' AS layer, unnest(tags.topics) AS code, 1 AS score,
        generate_subscripts(tags.topics, 1) AS position
    FROM winner
    UNION ALL
    SELECT id, content, 'message', unnest(tags.messages), 1, generate_subscripts(tags.messages, 1)
    FROM winner
    UNION ALL
    SELECT id, content, 'counter', unnest(tags.counters), 1, generate_subscripts(tags.counters, 1)
    FROM winner
    UNION ALL
    SELECT id, content, 'area', unnest(map_keys(tags.policy_areas)), unnest(map_values(tags.policy_areas)),
        generate_subscripts(map_keys(tags.policy_areas), 1)
    FROM winner
    UNION ALL
    SELECT id, content, 'frame', unnest(map_keys(tags.frames)), unnest(map_values(tags.frames)),
        generate_subscripts(map_keys(tags.frames), 1)
    FROM winner
)

SELECT id, content, layer, code, score, position
FROM heard
ORDER BY id, content, layer, position

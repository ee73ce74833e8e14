-- one row per document as it was known at the cut-off: latest revision, day and date of the first one
WITH known AS (
    SELECT *,
        min_by(published, first_seen) OVER (PARTITION BY id) AS published_first,
        min(first_seen) OVER (PARTITION BY id) AS seen_first
    FROM core_document
    WHERE first_seen <= $cutoff AND fate IN ('kept', 'duplicate')
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY first_seen DESC, content) = 1
),
dated AS (
    SELECT *, (published_first AT TIME ZONE 'UTC' AT TIME ZONE $zone)::DATE AS day FROM known
),
tags AS (
    SELECT id, content,
        list(code ORDER BY position) FILTER (layer = 'topic') AS topics,
        list(code ORDER BY position) FILTER (layer = 'area') AS areas,
        list(code ORDER BY position) FILTER (layer = 'frame') AS frame_names,
        list(score ORDER BY position) FILTER (layer = 'frame') AS frame_scores,
        list(code ORDER BY position) FILTER (layer = 'message') AS messages,
        list(code ORDER BY position) FILTER (layer = 'counter') AS counters
    FROM core_tag
    GROUP BY id, content
),
asked AS (
    SELECT id, content, list(question ORDER BY position) AS questions FROM core_question GROUP BY id, content
)
SELECT
    d.id AS doc, d.content, d.day, d.published_first AS published, d.seen_first AS first_seen, d.source, d.kind,
    d.owner_group, d.author, d.language, d.title, d.url, d.snippet, d.engagement, t.topics, t.areas,
    t.frame_names, t.frame_scores, t.messages, t.counters, a.questions, d.sketch
FROM dated AS d
LEFT JOIN tags AS t USING (id, content)
LEFT JOIN asked AS a USING (id, content)
WHERE d.day >= $base AND d.published_first <= $cutoff
ORDER BY d.seen_first, d.id

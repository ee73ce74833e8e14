-- one row per document known at the cut-off, in its latest revision, dated by its first one
-- A document that was withdrawn by then is none, whatever came after.
-- In: $cutoff (moment), $base (first day), $zone (IANA name). Days are days in that zone.
WITH chosen AS (
    SELECT
        * REPLACE (dated AS published, born AS first_seen),
        timezone($zone, dated)::DATE AS day
    FROM core_document
    WHERE
        first_seen <= $cutoff
        AND coalesce(superseded > $cutoff, true)
        AND fate IN ('kept', 'duplicate')
        AND dated <= $cutoff
        AND timezone($zone, dated)::DATE >= $base
),

tag AS (
    SELECT
        id,
        content,
        list(code ORDER BY position) FILTER (WHERE layer = 'topic') AS topics,
        list(code ORDER BY position) FILTER (WHERE layer = 'area') AS areas,
        list({k: code, v: score} ORDER BY position) FILTER (WHERE layer = 'frame') AS frames,
        list(code ORDER BY position) FILTER (WHERE layer = 'message') AS messages,
        list(code ORDER BY position) FILTER (WHERE layer = 'counter') AS counters
    FROM core_tag
    SEMI JOIN chosen USING (id, content)
    GROUP BY id, content
),

question AS (
    SELECT id, content, list(text ORDER BY position) AS questions
    FROM core_question
    SEMI JOIN chosen USING (id, content)
    GROUP BY id, content
)

SELECT
    c.id AS doc,
    c.content,
    c.day,
    c.published,
    c.first_seen,
    c.source,
    c.kind,
    c.owner_group,
    c.author,
    c.language,
    c.title,
    c.url,
    c.snippet,
    c.engagement,
    coalesce(tag.topics, []) AS topics,
    coalesce(tag.areas, []) AS areas,
    map_from_entries(coalesce(tag.frames, [])) AS frames,
    coalesce(tag.messages, []) AS messages,
    coalesce(tag.counters, []) AS counters,
    coalesce(question.questions, []) AS questions,
    c.sketch,
    c.fate,
    c.tagger
FROM chosen AS c
LEFT JOIN tag ON c.id = tag.id AND c.content = tag.content
LEFT JOIN question ON c.id = question.id AND c.content = question.content
ORDER BY c.first_seen, c.id

-- one row per kind of row that belongs to nothing: how many there are and the first of them
-- In: $receiver (who is told of sources instead of signals).
SELECT 'tags without their document' AS kind, count(*) AS many, min(id || ' ' || content) AS first
FROM core_tag ANTI JOIN core_document USING (id, content)
UNION ALL
SELECT 'questions without their document', count(*), min(id || ' ' || content)
FROM core_question ANTI JOIN core_document USING (id, content)
UNION ALL
SELECT 'documents whose landing file was never loaded', count(*), min(landing)
FROM core_document
WHERE landing NOT IN (SELECT file FROM raw_landing)
UNION ALL
SELECT 'deliveries of signals that are not there', count(*), min(subject)
FROM out_delivery
WHERE
    subscription <> $receiver
    AND regexp_replace(subject, '@[^@]*$', '') NOT IN (SELECT id FROM out_signal)

-- one row per document of the view documents that one of some sources gave: its full text, as far as it is kept
-- In: $sources (ids of sources whose licence lets full text be shown).
SELECT d.id, revision.text
FROM documents AS d
INNER JOIN core_document AS revision ON d.id = revision.id AND d.content = revision.content
WHERE d.source IN (SELECT unnest($sources::VARCHAR []))

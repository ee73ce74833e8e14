-- one row per document of the view documents, layer and code that the tagger heard in it
-- As-of and days: as the view documents.
CREATE VIEW tags AS
SELECT
    d.day,
    d.id,
    tag.layer,
    tag.code,
    tag.score,
    tag.position
FROM documents AS d
INNER JOIN core_tag AS tag ON d.id = tag.id AND d.content = tag.content;

COMMENT ON VIEW tags IS 'one row per document of the view documents, layer and code that the tagger heard in it';
COMMENT ON COLUMN tags.day IS 'day the document was published, in the time zone of the session';
COMMENT ON COLUMN tags.id IS 'identity of the document';
COMMENT ON COLUMN tags.layer
IS 'topic, area (TOP-lijst), frame (policy frame), message (ours) or counter (counter-frame)';
COMMENT ON COLUMN tags.code IS 'id within the layer';
COMMENT ON COLUMN tags.score IS 'share of the evidence for areas and frames; 1 in the other layers';
COMMENT ON COLUMN tags.position IS 'place among all that the tagger heard in it, each layer in its own order';

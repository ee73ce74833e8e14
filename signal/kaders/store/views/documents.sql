-- one row per document that is kept or a copy, in its latest revision, dated by its first one
-- The rule is that of the mornings (queries/documents_as_of.sql): one that was withdrawn is none. Days are days of
-- the session's time zone. `SET VARIABLE as_of = TIMESTAMPTZ '…'` shows what was known then; unset, what is known now.
-- Full text is left out: whether it may be shown is written in sources.yaml, which a view cannot read.
CREATE VIEW documents AS
-- Sorted further on, where few rows are left: aggregates with an order of their own take four times as long.
WITH heard AS (
    SELECT
        id,
        content,
        arg_min(code, position) FILTER (WHERE layer = 'area') AS policy_area,
        string_agg(code, ', ') FILTER (WHERE layer = 'topic') AS topics,
        arg_max(code, {score: score, position: -position}) FILTER (WHERE layer = 'frame') AS frame,
        max(score) FILTER (WHERE layer = 'frame') AS frame_share,
        string_agg(code, ', ') FILTER (WHERE layer = 'message') AS messages,
        string_agg(code, ', ') FILTER (WHERE layer = 'counter') AS counters
    FROM core_tag
    GROUP BY id, content
)

SELECT
    d.dated::DATE AS day,
    d.dated AS published,
    d.born AS first_seen,
    d.first_seen AS changed,
    d.revision AS revisions,
    d.source,
    d.kind,
    d.owner_group,
    d.language,
    d.title,
    d.snippet,
    d.url,
    d.engagement,
    heard.policy_area,
    coalesce(array_to_string(list_sort(string_split(heard.topics, ', ')), ', '), '') AS topics,
    heard.frame,
    heard.frame_share,
    coalesce(array_to_string(list_sort(string_split(heard.messages, ', ')), ', '), '') AS messages,
    coalesce(array_to_string(list_sort(string_split(heard.counters, ', ')), ', '), '') AS counters,
    d.fate = 'duplicate' AS copy,
    d.story,
    d.id,
    d.content
FROM core_document AS d
LEFT JOIN heard ON d.id = heard.id AND d.content = heard.content
WHERE
    d.first_seen <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity')
    AND coalesce(d.superseded > getvariable('as_of')::TIMESTAMPTZ, d.superseded IS NULL)
    AND d.fate IN ('kept', 'duplicate')
    AND d.dated <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity');

COMMENT ON VIEW documents
IS 'one row per document that is kept or a copy, in its latest revision; withdrawn ones are left out';
COMMENT ON COLUMN documents.day IS 'day it was published, in the time zone of the session';
COMMENT ON COLUMN documents.published IS 'when it was published, as its first revision said';
COMMENT ON COLUMN documents.first_seen IS 'the first visit that brought it';
COMMENT ON COLUMN documents.changed IS 'the first visit that brought the revision shown here';
COMMENT ON COLUMN documents.revisions IS 'how many revisions are known; 1 when it never changed';
COMMENT ON COLUMN documents.source IS 'id of the source that gave it';
COMMENT ON COLUMN documents.kind IS 'kind of that source: news, rss, social or own';
COMMENT ON COLUMN documents.owner_group IS 'who owns the source: titles of one publisher are one group';
COMMENT ON COLUMN documents.language IS 'nl, en or other';
COMMENT ON COLUMN documents.title IS 'title, of a post its first words; empty when retention has emptied it';
COMMENT ON COLUMN documents.snippet IS 'the first words, which may be shown; empty when retention has emptied them';
COMMENT ON COLUMN documents.url IS 'canonical address without an account, empty when it has none';
COMMENT ON COLUMN documents.engagement IS 'likes, replies and shares when this revision was first seen';
COMMENT ON COLUMN documents.policy_area
IS 'code of the strongest policy area (TOP-lijst); NULL when none was heard; all of them stand in tags';
COMMENT ON COLUMN documents.topics IS 'ids of the topics it touches, by the alphabet with a comma between; empty without';
COMMENT ON COLUMN documents.frame IS 'the strongest policy frame; NULL when none was heard';
COMMENT ON COLUMN documents.frame_share IS 'its share of all that was heard of frames, from 0 to 1';
COMMENT ON COLUMN documents.messages IS 'topics whose stated message is heard in it, with a comma between';
COMMENT ON COLUMN documents.counters IS 'counter-frames heard in it as topic/id, with a comma between';
COMMENT ON COLUMN documents.copy IS 'whether an earlier document of the same owner group has its address or text';
COMMENT ON COLUMN documents.story
IS 'id of the first document that begins with the same words within three days; counting stories counts no copies';
COMMENT ON COLUMN documents.id IS 'identity of the document, the same for all its revisions';
COMMENT ON COLUMN documents.content IS 'hash that tells this revision from the others';

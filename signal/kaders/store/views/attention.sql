-- one row per day and issue on which others published something: documents, and items of count
-- An issue is what the mornings count (detect/talk.py): each topic of a document, else its strongest policy area.
-- An item is a story: however many publishers carry it, it counts once per issue and day (docs/decisions/0004).
-- Own channels and copies within one publisher are left out. Unlike the mornings this leaves in robots and accounts
-- that post often, and takes for one story what begins with the same words; the view trends has what a morning counted.
-- Which documents there are is the rule of the view documents: one that was withdrawn is none. Days are days of the
-- session's time zone. `SET VARIABLE as_of = TIMESTAMPTZ '…'` shows what was known then; unset, what is known now.
CREATE VIEW attention AS
-- Joined and counted by 64 bits of a hash instead of by names of 24 letters: half the time and memory. Among 10 million
-- documents the chance that any two coincide is one in 370,000 (as in read/same.py), and then one count is off by one.
WITH counted AS (
    SELECT hash(id, content) AS revision, hash(story) AS story, epoch_us(dated) // 900_000_000 AS quarter
    FROM core_document
    WHERE
        first_seen <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity')
        AND coalesce(superseded > getvariable('as_of')::TIMESTAMPTZ, superseded IS NULL)
        AND fate = 'kept'
        AND kind <> 'own'
        AND dated <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity')
),

-- The calendar is asked once for each quarter of an hour, as every zone's clock differs from UTC by some of those:
-- asking it for each document takes as long as reading them.
calendar AS (
    SELECT quarter, to_timestamp(quarter * 900)::DATE AS day
    FROM (SELECT DISTINCT epoch_us(dated) // 900_000_000 AS quarter FROM core_document)
),

topic AS MATERIALIZED (
    SELECT hash(id, content) AS revision, code
    FROM core_tag
    WHERE layer = 'topic'
),

area AS (
    SELECT a.revision, arg_min(a.code, a.position) AS code
    FROM (SELECT hash(id, content) AS revision, code, position FROM core_tag WHERE layer = 'area') AS a
    ANTI JOIN topic ON a.revision = topic.revision
    GROUP BY a.revision
),

heard AS (
    SELECT revision, 'topic' AS layer, code FROM topic
    UNION ALL
    SELECT revision, 'area' AS layer, code FROM area
)

SELECT
    calendar.day,
    heard.layer || ':' || heard.code AS issue,
    count(*) AS documents,
    count(DISTINCT counted.story) AS items
FROM counted
INNER JOIN calendar ON counted.quarter = calendar.quarter
INNER JOIN heard ON counted.revision = heard.revision
GROUP BY calendar.day, heard.layer, heard.code;

COMMENT ON VIEW attention
IS 'one row per day and issue on which others published something: documents, and items of count';
COMMENT ON COLUMN attention.day IS 'day it was published, in the time zone of the session';
COMMENT ON COLUMN attention.issue IS 'topic:<id>; area:<code> for what touches no topic';
COMMENT ON COLUMN attention.documents IS 'documents of others, without copies within one publisher';
COMMENT ON COLUMN attention.items
IS 'stories among them: one that several publishers carry counts once; robots and loud accounts are left in';

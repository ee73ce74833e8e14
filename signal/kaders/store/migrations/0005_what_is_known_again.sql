-- A document is more than an entry with a name: what it is known by again, which revision stood when, and the
-- story it belongs to. The table is made anew: a check and a key have to go, and both cannot be taken away.
-- Its key went because an index over it took a third of the time of loading and all of it in memory; the loader
-- sees to it that a revision is there once, and `kaders verify` looks. How words and sketches are packed is said
-- because DuckDB's own choice took twice as long to write and a tenth more room (sketches cannot be packed at all).

ALTER TABLE core_document RENAME TO core_document_before;
CREATE TABLE core_document (
    id VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    entry VARCHAR NOT NULL,
    source VARCHAR,
    kind VARCHAR NOT NULL CHECK (kind IN ('news', 'rss', 'social', 'own')),
    owner_group VARCHAR,
    url VARCHAR,
    title VARCHAR USING COMPRESSION zstd,
    text VARCHAR USING COMPRESSION zstd,
    snippet VARCHAR USING COMPRESSION zstd,
    language VARCHAR,
    published TIMESTAMPTZ NOT NULL,
    date_origin VARCHAR,
    first_seen TIMESTAMPTZ NOT NULL,
    author VARCHAR,
    engagement INTEGER,
    fate VARCHAR NOT NULL CHECK (fate IN ('kept', 'duplicate', 'no_text', 'other_language', 'withdrawn')),
    relation VARCHAR NOT NULL
        CHECK (relation IN ('new', 'revision', 'retitled', 'repost', 'copy', 'withdrawal')),
    story VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    born TIMESTAMPTZ NOT NULL,
    dated TIMESTAMPTZ NOT NULL,
    superseded TIMESTAMPTZ,
    address_key UBIGINT,
    title_key UBIGINT,
    text_key UBIGINT,
    lead_key UBIGINT,
    sketch BLOB USING COMPRESSION uncompressed,
    tagger VARCHAR,
    landing VARCHAR
);

INSERT INTO core_document BY NAME
WITH spelled AS (
    SELECT
        *,
        trim(regexp_replace(lower(text), '[^\p{L}\p{N}]+', ' ', 'g')) AS words,
        trim(regexp_replace(lower(title), '[^\p{L}\p{N}]+', ' ', 'g')) AS headline,
        trim(regexp_replace(lower(title || ' ' || text), '[^\p{L}\p{N}]+', ' ', 'g')) AS all_words,
        min(first_seen) FILTER (fate = 'withdrawn') OVER (PARTITION BY id) AS withdrawn
    FROM core_document_before
),

known_by AS (
    SELECT
        *,
        CASE WHEN length(words) >= 100 THEN words ELSE all_words END AS whole,
        string_split(words, ' ') AS word
    FROM spelled
)

SELECT
    * EXCLUDE (words, headline, all_words, whole, word, withdrawn, address_key, text_key, sketch),
    id AS entry,
    CASE
        WHEN fate = 'withdrawn' THEN 'withdrawal'
        WHEN row_number() OVER line = 1 THEN CASE WHEN fate = 'duplicate' THEN 'repost' ELSE 'new' END
        WHEN title <> '' AND title <> lag(title) OVER line AND text = lag(text) OVER line THEN 'retitled'
        ELSE 'revision'
    END AS relation,
    id AS story,
    (row_number() OVER line)::INTEGER AS revision,
    first_value(first_seen) OVER line AS born,
    first_value(published) OVER line AS dated,
    CASE
        WHEN first_seen >= withdrawn THEN CASE WHEN fate <> 'withdrawn' THEN first_seen END
        ELSE least(lead(first_seen) OVER line, withdrawn)
    END AS superseded,
    md5_number_lower(address_key) AS address_key,
    CASE WHEN headline <> '' THEN md5_number_lower(headline) END AS title_key,
    CASE WHEN whole <> '' THEN md5_number_lower(whole) ELSE text_key END AS text_key,
    CASE
        WHEN len(word) >= 30 THEN md5_number_lower(array_to_string(word[1:20], ' '))
        WHEN whole <> '' THEN md5_number_lower(whole)
    END AS lead_key,
    unhex(array_to_string(list_transform(sketch, lambda n: printf(
        '%02x%02x', n & 255, (n >> 8) & 255
    )), '')) AS sketch
FROM known_by
WINDOW line AS (PARTITION BY id ORDER BY first_seen, content)
ORDER BY first_seen, id;
DROP TABLE core_document_before;

COMMENT ON TABLE core_document IS 'one row per revision of a document';
COMMENT ON COLUMN core_document.id IS 'identity of the document, the same for all its revisions';
COMMENT ON COLUMN core_document.content IS 'hash of title and text: tells revisions apart';
COMMENT ON COLUMN core_document.entry
IS 'hash of the source and its name for the entry; the id is the same unless the source used a name again';
COMMENT ON COLUMN core_document.source IS 'id of the source that gave it';
COMMENT ON COLUMN core_document.kind IS 'kind of that source: news, rss, social or own';
COMMENT ON COLUMN core_document.owner_group IS 'who owns the source: titles of one publisher are one group';
COMMENT ON COLUMN core_document.url IS 'canonical address without an account, empty when it has none';
COMMENT ON COLUMN core_document.title IS 'title as plain text; emptied with the text';
COMMENT ON COLUMN core_document.text IS 'full plain text; emptied for social posts when retention says so';
COMMENT ON COLUMN core_document.snippet IS 'the first words, which may be shown; emptied with the text';
COMMENT ON COLUMN core_document.language IS 'nl, en or other';
COMMENT ON COLUMN core_document.published IS 'when it was published, as this revision says';
COMMENT ON COLUMN core_document.date_origin IS 'source: the source said so; first_seen: the source gave no date';
COMMENT ON COLUMN core_document.first_seen IS 'the first visit that brought this revision';
COMMENT ON COLUMN core_document.author IS 'pseudonym of the author, made with a key that is kept elsewhere';
COMMENT ON COLUMN core_document.engagement IS 'likes, replies and shares when first seen';
COMMENT ON COLUMN core_document.fate
IS 'kept, duplicate (an earlier one of the group has its address or text), no_text, other_language or withdrawn';
COMMENT ON COLUMN core_document.relation
IS 'what this revision is to what was there: new, revision, retitled, repost, copy (of another publisher) or withdrawal';
COMMENT ON COLUMN core_document.story
IS 'id of the first document that begins with the same words within three days; its own id when it is the first';
COMMENT ON COLUMN core_document.revision IS 'place among the revisions in the order they were seen, from 1';
COMMENT ON COLUMN core_document.born IS 'the first visit that brought the document, in whichever revision';
COMMENT ON COLUMN core_document.dated IS 'when it was published, as its first revision said';
COMMENT ON COLUMN core_document.superseded
IS 'when a later revision or a withdrawal took its place; NULL for the one that stands';
COMMENT ON COLUMN core_document.address_key
IS 'number by which its address, or that of a post, is known again; NULL when it names no page of its own';
COMMENT ON COLUMN core_document.title_key IS 'number by which its title is known again; NULL without one';
COMMENT ON COLUMN core_document.text_key IS 'number by which its text is known again; NULL without text';
COMMENT ON COLUMN core_document.lead_key IS 'number by which the beginning of its text is known again; NULL without';
COMMENT ON COLUMN core_document.sketch
IS 'MinHash signature of the text, for finding near-duplicates: 64 numbers of 2 bytes, the least byte first';
COMMENT ON COLUMN core_document.tagger IS 'version of the tagger that made the tags';
COMMENT ON COLUMN core_document.landing IS 'the landing file that first brought it';
COMMENT ON COLUMN core_tag.position IS 'place among all that the tagger heard in it, each layer in its own order';

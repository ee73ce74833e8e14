-- one row per document and revision in the tagged files of one load
SELECT
    filename AS file,
    document.id AS id,
    document.content AS content,
    document.source AS source,
    document.kind AS kind,
    document.owner_group AS owner_group,
    document.url AS url,
    document.title AS title,
    document.text AS text,
    document.snippet AS snippet,
    document.language AS language,
    document.published::TIMESTAMP AS published,
    document.date_origin AS date_origin,
    document.first_seen::TIMESTAMP AS first_seen,
    document.author AS author,
    document.engagement AS engagement,
    document.fate AS fate,
    tags.sketch AS sketch,
    tags.version AS version,
    tags.topics AS topics,
    map_keys(tags.policy_areas) AS areas,
    map_values(tags.policy_areas) AS area_scores,
    map_keys(tags.frames) AS frames,
    map_values(tags.frames) AS frame_scores,
    tags.messages AS messages,
    tags.counters AS counters,
    tags.questions AS questions
FROM read_json(
    $files,
    format = 'newline_delimited',
    filename = true,
    columns = {
        document: 'STRUCT(id VARCHAR, content VARCHAR, source VARCHAR, kind VARCHAR, owner_group VARCHAR,
            url VARCHAR, title VARCHAR, text VARCHAR, snippet VARCHAR, language VARCHAR, published VARCHAR,
            date_origin VARCHAR, first_seen VARCHAR, author VARCHAR, engagement INTEGER, fate VARCHAR)',
        tags: 'STRUCT(policy_areas MAP(VARCHAR, DOUBLE), topics VARCHAR[], frames MAP(VARCHAR, DOUBLE),
            messages VARCHAR[], counters VARCHAR[], questions VARCHAR[], sketch UINTEGER[], version VARCHAR)'
    }
)
QUALIFY row_number() OVER (
    PARTITION BY document.id, document.content ORDER BY document.first_seen, document.source
) = 1

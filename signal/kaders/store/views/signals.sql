-- one row per morning and signal; watched issues (level watch) are rows as well
-- With `SET VARIABLE as_of = TIMESTAMPTZ '…'` only mornings judged by then: a morning is judged at 06:30 of its day
-- (kaders.settings), on the clock of the session's time zone.
CREATE VIEW signals AS
SELECT
    s.day,
    s.position,
    s.issue,
    i.name_nl,
    i.name_en,
    i.policy_area,
    s.level,
    s.kind,
    (s.payload ->> '$.first_day')::DATE AS first_day,
    (s.payload ->> '$.day_number')::INTEGER AS day_number,
    s.payload ->> '$.headline.nl' AS headline_nl,
    s.payload ->> '$.headline.en' AS headline_en,
    i.seen,
    i.expected,
    i.divergence,
    i.divergence_low,
    i.divergence_high,
    i.tolerance,
    i.echo,
    s.p,
    s.q,
    s.payload ->> '$.certainty.level' AS certainty,
    s.payload ->> '$.owner.id' AS owner,
    s.payload ->> '$.action' AS action,
    (s.payload ->> '$.answer_by')::TIMESTAMPTZ AS answer_by,
    s.id
FROM out_signal AS s
LEFT JOIN out_issue_day AS i ON s.day = i.day AND s.issue = i.issue
WHERE (s.day + TIME '06:30')::TIMESTAMPTZ <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity');

COMMENT ON VIEW signals IS 'one row per morning and signal; watched issues (level watch) are rows as well';
COMMENT ON COLUMN signals.day IS 'the morning of the report';
COMMENT ON COLUMN signals.position IS 'place in the report, most urgent first, from 1';
COMMENT ON COLUMN signals.issue IS 'topic:<id> or area:<code>';
COMMENT ON COLUMN signals.name_nl IS 'Dutch name of the issue';
COMMENT ON COLUMN signals.name_en IS 'English name of the issue';
COMMENT ON COLUMN signals.policy_area IS 'code of the TOP-lijst theme it belongs to';
COMMENT ON COLUMN signals.level IS 'watch, signal, elevated or high';
COMMENT ON COLUMN signals.kind IS 'absent, contested, reframed or unframed; NULL for a watched issue';
COMMENT ON COLUMN signals.first_day IS 'the first morning of the episode';
COMMENT ON COLUMN signals.day_number IS 'how many days the episode lasts, 1 on the first';
COMMENT ON COLUMN signals.headline_nl IS 'the signal in one line, in Dutch';
COMMENT ON COLUMN signals.headline_en IS 'the signal in one line, in English';
COMMENT ON COLUMN signals.seen IS 'items of count in the seven days up to the day before the morning';
COMMENT ON COLUMN signals.expected IS 'items of count expected in those days';
COMMENT ON COLUMN signals.divergence IS 'bits between the frames of the public and ours';
COMMENT ON COLUMN signals.divergence_low IS 'lower bound of the divergence in bits';
COMMENT ON COLUMN signals.divergence_high IS 'upper bound of the divergence in bits';
COMMENT ON COLUMN signals.tolerance IS 'bits that the issue may stand apart';
COMMENT ON COLUMN signals.echo IS 'share of stories in which our message is heard, NULL when not measured';
COMMENT ON COLUMN signals.p IS 'the larger of the p-values of volume and of the other test';
COMMENT ON COLUMN signals.q IS 'p after Benjamini-Hochberg over the issues of the day';
COMMENT ON COLUMN signals.certainty IS 'how sure we are: high, medium or low';
COMMENT ON COLUMN signals.owner IS 'id of the owner who acts';
COMMENT ON COLUMN signals.action IS 'inform, explain, answer or ask_policy; NULL for a watched issue';
COMMENT ON COLUMN signals.answer_by IS 'when the owner should have answered; NULL for a watched issue';
COMMENT ON COLUMN signals.id IS 'first day of the episode, a slash and the issue: one for all days of an episode';

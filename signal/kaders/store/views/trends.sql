-- one row per morning and issue, whether it was a signal or not
-- With `SET VARIABLE as_of = TIMESTAMPTZ '…'` only mornings judged by then: a morning is judged at 06:30 of its day
-- (kaders.settings), on the clock of the session's time zone.
CREATE VIEW trends AS
SELECT
    day,
    analysed,
    issue,
    name_nl,
    name_en,
    policy_area,
    status,
    seen,
    expected,
    divergence,
    divergence_low,
    divergence_high,
    tolerance,
    level,
    kind,
    echo
FROM out_issue_day
WHERE (day + TIME '06:30')::TIMESTAMPTZ <= coalesce(getvariable('as_of')::TIMESTAMPTZ, 'infinity');

COMMENT ON VIEW trends IS 'one row per morning and issue, whether it was a signal or not';
COMMENT ON COLUMN trends.day IS 'the morning of the report';
COMMENT ON COLUMN trends.analysed IS 'the last complete day, the day before: the one to draw it at';
COMMENT ON COLUMN trends.issue IS 'topic:<id> or area:<code>';
COMMENT ON COLUMN trends.name_nl IS 'Dutch name of the issue';
COMMENT ON COLUMN trends.name_en IS 'English name of the issue';
COMMENT ON COLUMN trends.policy_area IS 'code of the TOP-lijst theme it belongs to';
COMMENT ON COLUMN trends.status IS 'signal, watch, standing_gap, normal or not_tested';
COMMENT ON COLUMN trends.seen IS 'items of count in the seven days that end with analysed';
COMMENT ON COLUMN trends.expected IS 'items of count expected in those days';
COMMENT ON COLUMN trends.divergence
IS 'bits between the frames of the public and ours: 0 the same, 1 nothing in common; NULL when not measured';
COMMENT ON COLUMN trends.divergence_low IS 'lower bound of the divergence in bits';
COMMENT ON COLUMN trends.divergence_high IS 'upper bound of the divergence in bits';
COMMENT ON COLUMN trends.tolerance IS 'bits that the issue may stand apart';
COMMENT ON COLUMN trends.level IS 'level of its signal, NULL without one';
COMMENT ON COLUMN trends.kind IS 'kind of its signal, NULL without one';
COMMENT ON COLUMN trends.echo IS 'share of stories in which our message is heard, NULL when not measured';

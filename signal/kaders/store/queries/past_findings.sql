-- one row per signal or watched issue of the mornings before a day, newest morning first, then most urgent first
-- In: $since (first morning), $day (the first morning that is out).
SELECT payload
FROM out_signal
WHERE day >= $since AND day < $day
ORDER BY day DESC, position

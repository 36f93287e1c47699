-- The reporting views: the public SQL interface of the database, documented in docs/sql.md.
-- Columns are added, never renamed; `v_version` says which edition a database holds.
-- A statement ends with a semicolon at the end of a line. `-- only: NAME` marks what one database alone understands.
-- They are dropped and created again by every upgrade, and never written to.

CREATE VIEW v_version AS
SELECT 1 AS views_version;

-- The runner's own clock: where a file does not say its zone, UTC. A week starts on Monday.
-- only: sqlite
CREATE VIEW v_local AS
SELECT
    id AS session_id,
    strftime('%Y-%m-%dT%H:%M:%S', start_utc, coalesce(utc_offset_s, 0) || ' seconds') AS start_local,
    date(start_utc, coalesce(utc_offset_s, 0) || ' seconds') AS day_local,
    date(start_utc, coalesce(utc_offset_s, 0) || ' seconds', 'weekday 0', '-6 days') AS week_local
FROM session;

-- only: postgresql
CREATE VIEW v_local AS
SELECT
    session_id,
    to_char(clock, 'YYYY-MM-DD"T"HH24:MI:SS') AS start_local,
    to_char(clock, 'YYYY-MM-DD') AS day_local,
    to_char(date_trunc('week', clock), 'YYYY-MM-DD') AS week_local
FROM (
    SELECT id AS session_id, (start_utc AT TIME ZONE 'UTC') + make_interval(secs => coalesce(utc_offset_s, 0)) AS clock
    FROM session
) AS local_clock;

-- One row for each session. `moving_s` is all time but standing still and pauses; shares are of `moving_s`.
CREATE VIEW v_session AS
SELECT
    s.id AS session_id,
    a.name AS athlete,
    s.start_utc,
    v_local.start_local,
    v_local.day_local,
    v_local.week_local,
    s.utc_offset_s,
    s.sport,
    s.sub_sport,
    s.environment,
    s.speed_basis,
    s.cadence_basis,
    s.distance_m,
    s.elapsed_s,
    s.timer_s,
    s.forward_s + s.backward_accepted_s + s.backward_suggested_s + s.unknown_s AS moving_s,
    s.backward_accepted_s,
    s.backward_accepted_m,
    s.backward_suggested_s,
    s.backward_suggested_m,
    s.forward_s,
    s.forward_m,
    s.still_s,
    s.unknown_s,
    s.unknown_m,
    s.backward_accepted_s / nullif(s.forward_s + s.backward_accepted_s + s.backward_suggested_s + s.unknown_s, 0)
        AS backward_accepted_share,
    s.backward_suggested_s / nullif(s.forward_s + s.backward_accepted_s + s.backward_suggested_s + s.unknown_s, 0)
        AS backward_suggested_share,
    coalesce(b.n_accepted, 0) AS n_bouts_accepted,
    coalesce(b.n_suggested, 0) AS n_bouts_suggested,
    coalesce(b.bases, '') AS backward_bases,
    b.longest_s AS longest_bout_s,
    r.manufacturer,
    r.product,
    f.batch_id,
    f.path,
    f.member,
    f.format,
    s.calibration,
    s.baseline_id,
    s.possible_duplicate_of
FROM session AS s
INNER JOIN athlete AS a ON a.id = s.athlete_id
INNER JOIN v_local ON v_local.session_id = s.id
INNER JOIN recording AS r ON r.session_id = s.id AND r.is_primary
INNER JOIN source_file AS f ON f.id = r.source_id
LEFT JOIN (
    SELECT
        session_id,
        sum(CASE WHEN standing = 'accepted' THEN 1 ELSE 0 END) AS n_accepted,
        sum(CASE WHEN standing = 'suggested' THEN 1 ELSE 0 END) AS n_suggested,
        max(end_s - start_s) AS longest_s,
        rtrim(
            max(CASE WHEN basis = 'manual' THEN 'manual, ' ELSE '' END)
            || max(CASE WHEN basis = 'declared' THEN 'declared, ' ELSE '' END)
            || max(CASE WHEN basis = 'facing' THEN 'facing, ' ELSE '' END)
            || max(CASE WHEN basis = 'gait' THEN 'gait, ' ELSE '' END),
            ', '
        ) AS bases
    FROM segment
    WHERE direction = 'backward'
    GROUP BY session_id
) AS b ON b.session_id = s.id;

-- One row for each segment, with the place of its session on the clock.
CREATE VIEW v_segment AS
SELECT
    g.id AS segment_id,
    g.session_id,
    a.name AS athlete,
    s.start_utc AS session_start_utc,
    v_local.start_local AS session_start_local,
    s.environment,
    g.start_s,
    g.end_s,
    g.end_s - g.start_s AS duration_s,
    g.direction,
    g.gait,
    g.basis,
    g.standing,
    g.confidence,
    g.distance_m,
    g.mean_speed_mps,
    g.max_speed_mps,
    g.mean_cadence_spm,
    g.mean_heart_rate_bpm,
    g.ascent_m,
    g.grade_ratio,
    g.why,
    g.kind,
    g.set_index,
    g.phase
FROM segment AS g
INNER JOIN session AS s ON s.id = g.session_id
INNER JOIN athlete AS a ON a.id = s.athlete_id
INNER JOIN v_local ON v_local.session_id = s.id;

-- One row for each word of the runner: what was said about a stretch, or about the laps.
CREATE VIEW v_label AS
SELECT
    l.id AS label_id,
    a.name AS athlete,
    l.session_id,
    l.session_start_utc,
    l.start_s,
    l.end_s,
    l.kind,
    l.direction,
    l.rule,
    l.said_utc
FROM label AS l
INNER JOIN athlete AS a ON a.id = l.athlete_id;

-- One row for each time in which an athlete's profile stays the same; `until_utc` is NULL of the last one.
CREATE VIEW v_athlete_profile AS
SELECT
    a.name AS athlete,
    p.since_utc,
    (SELECT min(n.since_utc) FROM athlete_profile AS n WHERE n.athlete_id = p.athlete_id AND n.since_utc > p.since_utc) AS until_utc,
    (
        SELECT q.weight_kg FROM athlete_profile AS q
        WHERE q.athlete_id = p.athlete_id AND q.since_utc <= p.since_utc AND q.weight_kg IS NOT NULL
        ORDER BY q.since_utc DESC LIMIT 1
    ) AS weight_kg,
    (
        SELECT q.max_heart_rate_bpm FROM athlete_profile AS q
        WHERE q.athlete_id = p.athlete_id AND q.since_utc <= p.since_utc AND q.max_heart_rate_bpm IS NOT NULL
        ORDER BY q.since_utc DESC LIMIT 1
    ) AS max_heart_rate_bpm,
    (
        SELECT q.resting_heart_rate_bpm FROM athlete_profile AS q
        WHERE q.athlete_id = p.athlete_id AND q.since_utc <= p.since_utc AND q.resting_heart_rate_bpm IS NOT NULL
        ORDER BY q.since_utc DESC LIMIT 1
    ) AS resting_heart_rate_bpm,
    (
        SELECT q.backward_sessions_share FROM athlete_profile AS q
        WHERE q.athlete_id = p.athlete_id AND q.since_utc <= p.since_utc AND q.backward_sessions_share IS NOT NULL
        ORDER BY q.since_utc DESC LIMIT 1
    ) AS backward_sessions_share
FROM athlete_profile AS p
INNER JOIN athlete AS a ON a.id = p.athlete_id;

-- One row for each athlete and week with any session: how much backward, and in how many sessions.
CREATE VIEW v_backward_by_week AS
SELECT
    athlete,
    week_local,
    count(*) AS n_sessions,
    sum(CASE WHEN backward_accepted_s > 0 THEN 1 ELSE 0 END) AS n_sessions_backward,
    CAST(sum(n_bouts_accepted) AS integer) AS n_bouts_accepted,
    CAST(sum(n_bouts_suggested) AS integer) AS n_bouts_suggested,
    sum(backward_accepted_s) AS backward_accepted_s,
    sum(backward_accepted_m) AS backward_accepted_m,
    sum(backward_suggested_s) AS backward_suggested_s,
    sum(backward_suggested_m) AS backward_suggested_m,
    sum(moving_s) AS moving_s
FROM v_session
GROUP BY athlete, week_local;

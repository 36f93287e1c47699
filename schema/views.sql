-- The reporting views: the public SQL interface of the database, documented in docs/sql.md.
-- Columns are added, never renamed; `v_version` says which edition a database holds.
-- A statement ends with a semicolon at the end of a line. `-- only: NAME` marks what one database alone understands.
-- They are dropped and created again by every upgrade, and never written to.

CREATE VIEW v_version AS
SELECT 2 AS views_version;

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
    substr(v_local.day_local, 1, 7) AS month_local,
    substr(v_local.day_local, 1, 4) AS year_local,
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
    coalesce(b.n_accepted_measured, 0) AS n_bouts_accepted_measured,
    coalesce(b.n_suggested_measured, 0) AS n_bouts_suggested_measured,
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
        sum(CASE WHEN standing = 'accepted' AND distance_m IS NOT NULL THEN 1 ELSE 0 END) AS n_accepted_measured,
        sum(CASE WHEN standing = 'suggested' AND distance_m IS NOT NULL THEN 1 ELSE 0 END) AS n_suggested_measured,
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

-- What was normal in a session, going forward: steady running behind a line of cadence against speed, walking, contact time, heart rate.
-- only: sqlite
CREATE VIEW v_normal AS
SELECT
    id AS session_id,
    json_extract(normal, '$.forward_s') AS forward_run_s,
    json_extract(normal, '$.speed_mps') AS forward_speed_mps,
    json_extract(normal, '$.cadence_spm') AS forward_cadence_spm,
    json_extract(normal, '$.slope_spm_per_mps') AS forward_slope_spm_per_mps,
    json_extract(normal, '$.walk_speed_mps') AS walk_speed_mps,
    json_extract(normal, '$.walk_cadence_spm') AS walk_cadence_spm,
    json_extract(normal, '$.contact_speed_mps') AS contact_speed_mps,
    json_extract(normal, '$.contact_time_s') AS contact_time_s,
    json_extract(normal, '$.heart_n_s') AS heart_n_s,
    json_extract(normal, '$.heart_speed_mps') AS heart_speed_mps,
    json_extract(normal, '$.heart_rate_bpm') AS heart_rate_bpm
FROM session;

-- only: postgresql
CREATE VIEW v_normal AS
SELECT
    id AS session_id,
    CAST(normal ->> 'forward_s' AS double precision) AS forward_run_s,
    CAST(normal ->> 'speed_mps' AS double precision) AS forward_speed_mps,
    CAST(normal ->> 'cadence_spm' AS double precision) AS forward_cadence_spm,
    CAST(normal ->> 'slope_spm_per_mps' AS double precision) AS forward_slope_spm_per_mps,
    CAST(normal ->> 'walk_speed_mps' AS double precision) AS walk_speed_mps,
    CAST(normal ->> 'walk_cadence_spm' AS double precision) AS walk_cadence_spm,
    CAST(normal ->> 'contact_speed_mps' AS double precision) AS contact_speed_mps,
    CAST(normal ->> 'contact_time_s' AS double precision) AS contact_time_s,
    CAST(normal ->> 'heart_n_s' AS double precision) AS heart_n_s,
    CAST(normal ->> 'heart_speed_mps' AS double precision) AS heart_speed_mps,
    CAST(normal ->> 'heart_rate_bpm' AS double precision) AS heart_rate_bpm
FROM session;

-- One row for each segment, with the place of its session on the clock.
CREATE VIEW v_segment AS
SELECT
    g.id AS segment_id,
    g.session_id,
    a.name AS athlete,
    s.start_utc AS session_start_utc,
    v_local.start_local AS session_start_local,
    v_local.day_local,
    v_local.week_local,
    substr(v_local.day_local, 1, 7) AS month_local,
    substr(v_local.day_local, 1, 4) AS year_local,
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

-- One row for each backward segment, accepted or suggested, with what was normal for the runner going forward in that session.
-- `forward_gait_mps` is the mean speed of the session's forward segments of the same gait; `recovery_s` lies before a bout of the same set.
CREATE VIEW v_bout AS
SELECT
    g.id AS segment_id,
    g.session_id,
    a.name AS athlete,
    s.start_utc AS session_start_utc,
    v_local.start_local AS session_start_local,
    v_local.day_local,
    v_local.week_local,
    substr(v_local.day_local, 1, 7) AS month_local,
    substr(v_local.day_local, 1, 4) AS year_local,
    s.sport,
    s.environment,
    s.speed_basis,
    s.elapsed_s AS session_elapsed_s,
    g.start_s,
    g.end_s,
    g.end_s - g.start_s AS duration_s,
    g.gait,
    g.basis,
    g.standing,
    g.confidence,
    g.kind,
    g.set_index,
    g.phase,
    CASE
        WHEN g.set_index IS NOT NULL THEN g.start_s - lag(g.end_s) OVER (PARTITION BY g.session_id, g.set_index ORDER BY g.start_s)
    END AS recovery_s,
    g.distance_m,
    g.mean_speed_mps,
    g.max_speed_mps,
    g.mean_cadence_spm,
    g.mean_heart_rate_bpm,
    g.ascent_m,
    g.grade_ratio,
    f.forward_gait_mps,
    f.forward_gait_spm,
    n.forward_run_s,
    n.forward_speed_mps,
    n.forward_cadence_spm,
    n.forward_slope_spm_per_mps,
    n.walk_speed_mps,
    n.walk_cadence_spm,
    n.heart_n_s,
    n.heart_speed_mps,
    n.heart_rate_bpm
FROM segment AS g
INNER JOIN session AS s ON s.id = g.session_id
INNER JOIN athlete AS a ON a.id = s.athlete_id
INNER JOIN v_local ON v_local.session_id = s.id
INNER JOIN v_normal AS n ON n.session_id = s.id
LEFT JOIN (
    SELECT
        session_id,
        gait,
        sum(mean_speed_mps * (end_s - start_s)) / sum(CASE WHEN mean_speed_mps IS NOT NULL THEN end_s - start_s END) AS forward_gait_mps,
        sum(mean_cadence_spm * (end_s - start_s))
        / sum(CASE WHEN mean_cadence_spm IS NOT NULL THEN end_s - start_s END) AS forward_gait_spm
    FROM segment
    WHERE direction = 'forward' AND gait IS NOT NULL
    GROUP BY session_id, gait
) AS f ON f.session_id = g.session_id AND f.gait = g.gait
WHERE g.direction = 'backward';

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
    sum(moving_s) AS moving_s,
    sum(forward_s) AS forward_s,
    sum(forward_m) AS forward_m
FROM v_session
GROUP BY athlete, week_local;

-- The same by month.
CREATE VIEW v_backward_by_month AS
SELECT
    athlete,
    month_local,
    count(*) AS n_sessions,
    sum(CASE WHEN backward_accepted_s > 0 THEN 1 ELSE 0 END) AS n_sessions_backward,
    CAST(sum(n_bouts_accepted) AS integer) AS n_bouts_accepted,
    CAST(sum(n_bouts_suggested) AS integer) AS n_bouts_suggested,
    sum(backward_accepted_s) AS backward_accepted_s,
    sum(backward_accepted_m) AS backward_accepted_m,
    sum(backward_suggested_s) AS backward_suggested_s,
    sum(backward_suggested_m) AS backward_suggested_m,
    sum(moving_s) AS moving_s,
    sum(forward_s) AS forward_s,
    sum(forward_m) AS forward_m
FROM v_session
GROUP BY athlete, month_local;

-- The same by year.
CREATE VIEW v_backward_by_year AS
SELECT
    athlete,
    year_local,
    count(*) AS n_sessions,
    sum(CASE WHEN backward_accepted_s > 0 THEN 1 ELSE 0 END) AS n_sessions_backward,
    CAST(sum(n_bouts_accepted) AS integer) AS n_bouts_accepted,
    CAST(sum(n_bouts_suggested) AS integer) AS n_bouts_suggested,
    sum(backward_accepted_s) AS backward_accepted_s,
    sum(backward_accepted_m) AS backward_accepted_m,
    sum(backward_suggested_s) AS backward_suggested_s,
    sum(backward_suggested_m) AS backward_suggested_m,
    sum(moving_s) AS moving_s,
    sum(forward_s) AS forward_s,
    sum(forward_m) AS forward_m
FROM v_session
GROUP BY athlete, year_local;

-- The same by day: a calendar.
CREATE VIEW v_backward_day AS
SELECT
    athlete,
    day_local,
    count(*) AS n_sessions,
    sum(CASE WHEN backward_accepted_s > 0 THEN 1 ELSE 0 END) AS n_sessions_backward,
    CAST(sum(n_bouts_accepted) AS integer) AS n_bouts_accepted,
    CAST(sum(n_bouts_suggested) AS integer) AS n_bouts_suggested,
    sum(backward_accepted_s) AS backward_accepted_s,
    sum(backward_accepted_m) AS backward_accepted_m,
    sum(backward_suggested_s) AS backward_suggested_s,
    sum(backward_suggested_m) AS backward_suggested_m,
    sum(moving_s) AS moving_s,
    sum(forward_s) AS forward_s,
    sum(forward_m) AS forward_m
FROM v_session
GROUP BY athlete, day_local;

-- One row for each set of backward bouts, and for each bout that stands alone: in the sport's terms, with its recoveries.
-- A bout is one or more backward segments that touch each other; it is suggested where any part of it is.
CREATE VIEW v_backward_set AS
WITH part AS (
    SELECT
        segment.*,
        end_s - start_s AS duration_s,
        CASE WHEN start_s - lag(end_s) OVER (PARTITION BY session_id ORDER BY start_s) < 0.001 THEN 0 ELSE 1 END AS is_first
    FROM segment
    WHERE direction = 'backward'
),

numbered AS (
    SELECT part.*, sum(is_first) OVER (PARTITION BY session_id ORDER BY start_s) AS bout_index
    FROM part
),

bout AS (
    SELECT
        session_id,
        bout_index,
        min(set_index) AS set_index,
        min(kind) AS kind,
        CASE WHEN min(phase) = max(phase) THEN min(phase) END AS phase,
        min(start_s) AS start_s,
        max(end_s) AS end_s,
        max(CASE WHEN standing = 'suggested' THEN 1 ELSE 0 END) AS is_suggested,
        sum(CASE WHEN standing = 'accepted' THEN duration_s ELSE 0.0 END) AS accepted_s,
        sum(CASE WHEN standing = 'suggested' THEN duration_s ELSE 0.0 END) AS suggested_s,
        sum(CASE WHEN standing = 'accepted' THEN distance_m END) AS accepted_m,
        sum(CASE WHEN standing = 'suggested' THEN distance_m END) AS suggested_m,
        sum(CASE WHEN gait = 'run' THEN duration_s ELSE 0.0 END) AS run_s,
        sum(CASE WHEN gait = 'walk' THEN duration_s ELSE 0.0 END) AS walk_s,
        sum(mean_speed_mps * duration_s) AS speed_sum,
        sum(CASE WHEN mean_speed_mps IS NOT NULL THEN duration_s END) AS speed_s,
        sum(grade_ratio * duration_s) AS grade_sum,
        sum(CASE WHEN grade_ratio IS NOT NULL THEN duration_s END) AS grade_s
    FROM numbered
    GROUP BY session_id, bout_index
),

recovered AS (
    SELECT
        bout.*,
        CASE
            WHEN set_index IS NOT NULL THEN start_s - lag(end_s) OVER (PARTITION BY session_id, set_index ORDER BY start_s)
        END AS recovery_s
    FROM bout
),

grouped AS (
    SELECT
        session_id,
        min(set_index) AS set_index,
        min(kind) AS kind,
        CASE
            WHEN sum(run_s) > 0 AND sum(run_s) >= sum(walk_s) THEN 'run'
            WHEN sum(walk_s) > 0 THEN 'walk'
        END AS gait,
        CASE WHEN min(phase) = max(phase) THEN min(phase) END AS phase,
        min(start_s) AS start_s,
        max(end_s) AS end_s,
        CAST(count(*) AS integer) AS n_bouts,
        CAST(sum(is_suggested) AS integer) AS n_bouts_suggested,
        sum(accepted_s) AS backward_accepted_s,
        CASE WHEN sum(accepted_s) > 0 THEN sum(accepted_m) ELSE 0.0 END AS backward_accepted_m,
        sum(suggested_s) AS backward_suggested_s,
        CASE WHEN sum(suggested_s) > 0 THEN sum(suggested_m) ELSE 0.0 END AS backward_suggested_m,
        min(end_s - start_s) AS shortest_s,
        max(end_s - start_s) AS longest_s,
        min(recovery_s) AS shortest_recovery_s,
        max(recovery_s) AS longest_recovery_s,
        sum(speed_sum) / sum(speed_s) AS mean_speed_mps,
        sum(grade_sum) / sum(grade_s) AS grade_ratio
    FROM recovered
    GROUP BY session_id, coalesce(set_index, -bout_index)
)

SELECT
    grouped.session_id,
    a.name AS athlete,
    s.start_utc AS session_start_utc,
    v_local.start_local AS session_start_local,
    v_local.day_local,
    v_local.week_local,
    substr(v_local.day_local, 1, 7) AS month_local,
    substr(v_local.day_local, 1, 4) AS year_local,
    s.sport,
    s.environment,
    grouped.set_index,
    grouped.kind,
    grouped.gait,
    grouped.phase,
    grouped.start_s,
    grouped.end_s,
    grouped.n_bouts,
    grouped.n_bouts_suggested,
    grouped.backward_accepted_s,
    grouped.backward_accepted_m,
    grouped.backward_suggested_s,
    grouped.backward_suggested_m,
    grouped.shortest_s,
    grouped.longest_s,
    grouped.shortest_recovery_s,
    grouped.longest_recovery_s,
    grouped.mean_speed_mps,
    grouped.grade_ratio
FROM grouped
INNER JOIN session AS s ON s.id = grouped.session_id
INNER JOIN athlete AS a ON a.id = s.athlete_id
INNER JOIN v_local ON v_local.session_id = s.id;

-- One row for each athlete and kind of backward work: what, running or walking, where, and in which part of the session.
CREATE VIEW v_backward_kind AS
SELECT
    athlete,
    kind,
    gait,
    environment,
    phase,
    count(*) AS n_sets,
    CAST(sum(n_bouts) AS integer) AS n_bouts,
    CAST(sum(n_bouts_suggested) AS integer) AS n_bouts_suggested,
    sum(backward_accepted_s) AS backward_accepted_s,
    sum(backward_accepted_m) AS backward_accepted_m,
    sum(backward_suggested_s) AS backward_suggested_s,
    sum(backward_suggested_m) AS backward_suggested_m,
    min(shortest_s) AS shortest_s,
    max(longest_s) AS longest_s
FROM v_backward_set
GROUP BY athlete, kind, gait, environment, phase;

-- One row for each session: its forward running, beside the backward movement in it. What is normal is that of `v_normal`.
CREATE VIEW v_forward AS
SELECT
    s.session_id,
    s.athlete,
    s.start_utc,
    s.start_local,
    s.day_local,
    s.week_local,
    s.month_local,
    s.year_local,
    s.environment,
    s.speed_basis,
    s.manufacturer,
    s.product,
    s.forward_s,
    s.forward_m,
    s.backward_accepted_s,
    s.backward_suggested_s,
    n.forward_run_s,
    n.forward_speed_mps,
    n.forward_cadence_spm,
    n.forward_slope_spm_per_mps,
    n.contact_speed_mps,
    n.contact_time_s,
    n.heart_n_s,
    n.heart_speed_mps,
    n.heart_rate_bpm
FROM v_session AS s
INNER JOIN v_normal AS n ON n.session_id = s.session_id;

-- One row for each sentence about a whole session: why direction cannot be told, what would help. The first one is the most useful.
-- only: sqlite
CREATE VIEW v_finding AS
SELECT
    session.id AS session_id,
    CAST(told.key AS integer) + 1 AS finding_index,
    told.value AS finding
FROM session, json_each(session.findings) AS told;

-- only: postgresql
CREATE VIEW v_finding AS
SELECT
    session.id AS session_id,
    CAST(told.place AS integer) AS finding_index,
    told.finding
FROM session CROSS JOIN LATERAL jsonb_array_elements_text(session.findings) WITH ORDINALITY AS told (finding, place);

-- One row for each thing that waits for the user: a suggested stretch, a session that may repeat another one, a session in most of which
-- direction is unknown, a file that failed. A file has neither athlete nor day.
CREATE VIEW v_attention AS
SELECT
    'suggested' AS kind,
    g.athlete,
    g.session_id,
    g.session_start_utc,
    g.session_start_local,
    g.day_local,
    g.environment,
    g.start_s,
    g.end_s,
    g.gait,
    g.basis,
    g.confidence,
    CAST(NULL AS bigint) AS other_session_id,
    CAST(NULL AS text) AS path,
    CAST(NULL AS text) AS code,
    CAST(NULL AS text) AS reason,
    CAST(NULL AS integer) AS attempts
FROM v_bout AS g
WHERE g.standing = 'suggested'
UNION ALL
SELECT
    'duplicate', s.athlete, s.session_id, s.start_utc, s.start_local, s.day_local, s.environment,
    NULL, NULL, NULL, NULL, NULL, s.possible_duplicate_of, s.path, NULL, NULL, NULL
FROM v_session AS s
WHERE s.possible_duplicate_of IS NOT NULL
UNION ALL
SELECT
    'unknown', s.athlete, s.session_id, s.start_utc, s.start_local, s.day_local, s.environment,
    NULL, NULL, NULL, NULL, NULL, NULL, s.path, NULL, f.finding, NULL
FROM v_session AS s
LEFT JOIN v_finding AS f ON f.session_id = s.session_id AND f.finding_index = 1
WHERE s.unknown_s > 0.5 * s.moving_s
UNION ALL
SELECT 'failed', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, path, code, message, attempts
FROM failure
WHERE kind = 'failed';

"""Every fitted or assumed number of the detector, with its source.

Conventions: units stand in the names; "assumption" marks a number that no source gives.
A changed number raises `VERSION`, which is stored with every tag.
Sources are listed in docs/detection.md under the short names used here.
"""

from __future__ import annotations

from typing import Final

#: version of this table
VERSION: Final = 5

# --- forward running: cadence against speed --------------------------------------------------------------------
#: spm at 0 m/s and spm per m/s. Source: van Oeveren (N = 256, 16,128 h of watch data, 1.64-4.68 m/s): 75.01 + 3.006 v strides/min
RUN_INTERCEPT_SPM: Final = 150.0
RUN_SLOPE_SPM_PER_MPS: Final = 6.01
#: between runners at a comfortable speed, spm. Source: de Ruiter 2020 (165 +- 8 at 3.04 m/s)
RUN_BETWEEN_SD_SPM: Final = 8.0
#: between runners' slopes, spm per m/s. Assumption: elite 5.6 (J Appl Physiol 2018) and novices' 12 (van Oeveren 2017) bracket it
RUN_SLOPE_SD_SPM_PER_MPS: Final = 2.0
#: speed at which intercept and slope are independent in the prior, m/s. Assumption: a typical forward speed
RUN_REFERENCE_SPEED_MPS: Final = 2.85
#: cadence there, spm. Source: the line above
POPULATION_AT_REFERENCE_SPM: Final = RUN_INTERCEPT_SPM + RUN_SLOPE_SPM_PER_MPS * RUN_REFERENCE_SPEED_MPS
#: how far a session's own slope may stand off the runner's, spm per m/s: hills, tiredness, headwind. Assumption
SESSION_SLOPE_SD_SPM_PER_MPS: Final = 2.5

# --- forward walking ------------------------------------------------------------------------------------------
#: spm at 0 m/s and spm per m/s. Assumption
WALK_INTERCEPT_SPM: Final = 71.0
WALK_SLOPE_SPM_PER_MPS: Final = 34.0
#: between walkers' slopes, spm per m/s. Assumption: a fifth
WALK_SLOPE_SD_SPM_PER_MPS: Final = 5.0
#: share of a runner's own offset that shows in walking. Assumption
WALK_OFFSET_SHARE: Final = 0.6
#: speed at which walking levels are compared, m/s, and the cadence there. Assumption: a brisk walk
WALK_REFERENCE_SPEED_MPS: Final = 1.4
WALK_AT_REFERENCE_SPM: Final = WALK_INTERCEPT_SPM + WALK_SLOPE_SPM_PER_MPS * WALK_REFERENCE_SPEED_MPS
#: between walk and run, spm, and the width of the border. Source: Hum Mov Sci 2023;90:103117 (134-141 spm, 92.9 % right)
GAIT_BORDER_SPM: Final = 138.0
GAIT_BORDER_WIDTH_SPM: Final = 3.5

# --- slope ----------------------------------------------------------------------------------------------------
#: relative cadence per unit of grade, uphill. Source: Padulo 2013 (+4 % at 7 %)
UPHILL_CADENCE_PER_GRADE: Final = 0.57
#: the same per unit of descent. Assumption; its sign: Vernillo 2017
DOWNHILL_CADENCE_PER_GRADE: Final = 0.23

# --- backward against forward at the same speed and grade --------------------------------------------------------
#: relative excess of cadence. Source: body-weight-support study (n = 13): +11.3 %; Cavagna 2012 (n = 9), derived: +7.5..8.7 %
BACKWARD_EXCESS: Final = 0.10
#: between persons. Assumption: no study states it
BACKWARD_EXCESS_SD_RUN: Final = 0.045
BACKWARD_EXCESS_SD_WALK: Final = 0.05
#: relative spread of forward cadence around the same session's own line. Source: within 30 min < 2.5 % (preprint 202601.2214)
SPREAD_SAME_SESSION: Final = 0.022
#: the widest spread that is believed of a session; wider ones say nothing anyway. Assumption
SPREAD_WIDEST: Final = 0.10
#: relative shift of the line from day to day. Source: Craib 1994 (3.7-4.1 spm, of 165)
SPREAD_OTHER_DAYS: Final = 0.024
#: the narrowest spread that is believed of a session. Assumption: half of the published bound on it
SPREAD_NARROWEST: Final = 0.012
#: looks that the published spread is worth beside a session's own. Assumption: seven minutes
SPREAD_PRIOR_LOOKS: Final = 20.0
#: the same between runners around the walking line, which is an assumption itself. Assumption
SPREAD_WALK: Final = 0.05
#: the narrowest spread of walking that is believed of a session. Assumption: seen in real runs with walking breaks
SPREAD_WALK_NARROWEST: Final = 0.03
#: spread of steady walking within a session: the error of a GPS speed (0.05 m/s) is 2 %. Assumption
SPREAD_WALK_ROWS: Final = 0.03
#: drills, skips, side shuffle, strollers: relative excess, its spread, and how often a forward (backward) stretch is such. Assumption
DRILL_EXCESS: Final = 0.05
DRILL_SPREAD: Final = 0.12
DRILL_SHARE_FORWARD: Final = 0.03
DRILL_SHARE_BACKWARD: Final = 0.05
#: a drill is short: beyond this length, s, its share falls to the second number. Assumption
DRILL_LONGEST_S: Final = 90.0
DRILL_SHARE_LONG: Final = 0.01
#: an excess further than this from BACKWARD_EXCESS, in its own spread, never speaks for backward. Assumption
BACKWARD_REACH_SD: Final = 3.0
#: slow forward jogging (trail, uphill) falls below the running line into the cadence of backward walking:
#: relative excess over the running line, its spread, and its share of forward movement there. Assumption: seen in hilly trail runs
SLOW_JOG_EXCESS: Final = -0.07
SLOW_JOG_SPREAD: Final = 0.06
SLOW_JOG_SHARE: Final = 0.3

# --- what earlier sessions teach -----------------------------------------------------------------------------------
#: sessions that the expected difference between days is worth. Source: 4 to 5 runs make a stable personal pattern
#: (number of runs for a stable pattern, 2023)
DAY_PRIOR_SESSIONS: Final = 4.0
#: degrees of freedom of Student's t over sessions: a trail run among road runs weighs less. Assumption
DAY_TAIL: Final = 4.0
#: a runner's backward excess from session to session, and from bout to bout. Assumption: half of the spread within 30 min (< 2.5 %)
EXCESS_SESSION_SD: Final = 0.012
EXCESS_BOUT_SD: Final = 0.015
#: speed share of one backward bout around the runner's own. Assumption: half of that between runners
SPEED_SHARE_BOUT_SD: Final = 0.08
#: smallest weight of a confirmed stretch: steady seconds in it. Assumption: as long as the smoothing window
CONFIRMED_MIN_S: Final = 5
#: confirmed bouts, and sessions with some, after which gait may be accepted; the probability that it needs. Policy
ACCEPT_CONFIRMED: Final = 3
ACCEPT_SESSIONS: Final = 2
ACCEPT_P: Final = 0.95
#: the most that gait claims of forward movement, and of backward once the runner's own backward gait is known.
#: Assumption: one border in a hundred is wrong anyway
OWN_GAIT_MOST_P: Final = 0.99
#: uncertainty of a learnt facing offset, degrees. Source: phone azimuth RMSE up to 2, outliers 13-25 (lpnu.ua 42954)
FACING_OFFSET_SD_DEG: Final = 5.0

# --- contact time -------------------------------------------------------------------------------------------------
#: forward at the reference speed, s, between runners, between days, and its change with speed, s per m/s.
#: Assumption: 0.29 s at 2.5 and 0.25 s at 3.5 m/s are usual of watches
CONTACT_TIME_S: Final = 0.275
CONTACT_BETWEEN_SD_S: Final = 0.025
CONTACT_DAY_SD_S: Final = 0.006
CONTACT_SLOPE_S_PER_MPS: Final = -0.04
#: backward over forward. Source: Wright & Weyand 2001, derived: 0.82; Cavagna 2012, derived: 0.80-0.83; its spread assumption
CONTACT_RATIO: Final = 0.83
CONTACT_RATIO_SD: Final = 0.15
#: the same of one bout around the runner's own, and of a forward stretch around 1. Assumption
CONTACT_BOUT_SD: Final = 0.04
#: contact time of drills over plain running, and its spread. Assumption: no study states it; most are done on the forefoot too
DRILL_CONTACT_RATIO: Final = 0.90
DRILL_CONTACT_RATIO_SD: Final = 0.08
#: known backward bouts that prove a device's contact time, and how surely it must fall, standard deviations. Assumption
CONTACT_PROOF_BOUTS: Final = 3
CONTACT_PROOF_SD: Final = 2.0
#: share of backward (forward) running stretches in which a watch takes the runner for walking and writes no contact time.
#: Source: forward, 0.4 % of running records (real recordings); backward assumption: the watch may take it for walking
CONTACT_LOST_BACKWARD: Final = 0.25
CONTACT_LOST_FORWARD: Final = 0.03
#: what the loss may say at most, nats. Assumption: a strap slips too
CONTACT_LOST_MOST_NATS: Final = 1.5

# --- heart rate ---------------------------------------------------------------------------------------------------
#: time constant, s, and gain, bpm per m/s. Source: identification of heart rate dynamics 2015 (PMC4687158)
HEART_TAU_S: Final = 57.0
HEART_PER_MPS: Final = 24.2
#: forward at the reference speed, bpm, between runners, between days. Assumption
HEART_REFERENCE_SPEED_MPS: Final = 2.5
HEART_RATE_BPM: Final = 142.0
HEART_BETWEEN_SD_BPM: Final = 12.0
HEART_DAY_SD_BPM: Final = 5.0
#: beats for each percent uphill. Assumption
HEART_PER_GRADE: Final = 260.0
HEART_PER_GRADE_SD: Final = 100.0
#: beats that walking costs more or less than running at its speed would, and drift over an hour. Assumption
HEART_WALK_SD_BPM: Final = 10.0
HEART_DRIFT_BPM_PER_H: Final = 8.0
HEART_DRIFT_SD_BPM_PER_H: Final = 20.0
#: beats that going backward costs at the same speed. Source: Williford 1998 (+22 running, +19 walking); its spread assumption
HEART_BACKWARD_BPM: Final = 20.0
HEART_BACKWARD_SD_BPM: Final = 8.0
#: the same of one bout around the runner's own, and of a forward stretch around none. Source: forward stretches of 90 s in 40 real
#: recordings stray by 6.8, of which 3.0 are the error of measuring, rounded up (python -m benchmarks.detection --only hearts)
HEART_BOUT_SD_BPM: Final = 6.2
#: shortest bout whose heart rate is reported, s. Source: +13 of 20 bpm show after 60 s (time constant above)
HEART_MIN_BOUT_S: Final = 60
#: shortest stretch whose heart rate is weighed, s. Assumption: what is found of a bout of a minute may be ten seconds short
HEART_MIN_STRETCH_S: Final = 50
#: noise of a smoothed heart rate, bpm, and how well the gain over speed is known, relative. Assumption
HEART_NOISE_BPM: Final = 3.0
HEART_GAIN_SD_RATIO: Final = 0.2
#: an excess, and a level, of which nothing is known: how widely they are looked for, bpm. Assumption: wider than any heart
HEART_ANY_EXCESS_SD_BPM: Final = 50.0
HEART_ANY_LEVEL_SD_BPM: Final = 300.0
#: what heart rate may say of a stretch at most, nats. Assumption: many things raise it, one time in twenty
HEART_MOST_NATS: Final = 3.0

# --- plausible backward speeds -----------------------------------------------------------------------------------
#: backward running, m/s. Source: below, the transition at 1.63 +- 0.11 (Hreljac 2005) less a margin; above, the record mile, 4.54.
#: Assumption: backward sprints beyond it, up to 7.4 m/s over 100 m, are left out, as forward strides are far more common
BACKWARD_RUN_SPEED_MPS: Final = (1.2, 4.6)
#: backward walking, m/s. Source: 1.00 (KU-HAR protocol), 1.34 (Williford 1998); upper border assumption
BACKWARD_WALK_SPEED_MPS: Final = (0.4, 1.8)
#: backward speed as a share of the runner's own forward speed, outdoors. Source: Sterzing 2016 (0.70 by design), records 0.55-0.80
BACKWARD_SPEED_SHARE: Final = 0.68
#: how much slower people go for each unit of climb, relative. Source: Minetti 2002, cost at a grade of 0.1 is 1.6 times that on the
#: level; assumption: half of it is paid in speed
UPHILL_SLOWER_PER_GRADE: Final = 3.0
#: spread of that share. Assumption: 0.08 between persons, widened as repetitions are run hard and blocks easy
BACKWARD_SPEED_SHARE_SD: Final = 0.12
#: no set of backward stretches is faster than this share of the usual forward speed. Assumption: records reach 0.80
MOST_SPEED_SHARE: Final = 1.0

# --- smoothing ------------------------------------------------------------------------------------------------
#: window over speed and cadence, s. Assumption: five to ten seconds smooth GPS speed and leave a bout of 15 s whole
SMOOTHING_WINDOW_S: Final = 7
#: what one second counts, as neighbours in that window are not independent. Assumption: simulated, two independent looks in it
TEMPER: Final = 0.25
#: what one second may say at most, nats, before tempering. Assumption: a drill or a bad sensor is always possible
MAX_SECOND_NATS: Final = 5.0
#: a cadence this far from that of forward running and of forward walking, relative, is neither; and no walk is faster, m/s.
#: Assumption: seven spreads; race walkers reach 4 m/s
FORWARD_FIT_RATIO: Final = 0.3
FASTEST_WALK_MPS: Final = 4.0
#: expected length of a backward bout, s. Assumption: between repetitions (20-40 s) and blocks (3-6 min)
BOUT_LENGTH_S: Final = 40.0
#: expected time between two of them in a session that has some, s. Assumption
FORWARD_LENGTH_S: Final = 180.0
#: sprints are looked for apart: their expected length and distance, the longest one, s, and what one of their seconds counts, as a
#: window of three holds little more than one look. Assumption: between 6 and 12 s
SPRINT_LENGTH_S: Final = 9.0
SPRINT_EVERY_S: Final = 90.0
SPRINT_LONGEST_S: Final = 20
SPRINT_TEMPER: Final = 0.35
#: probability of a second from which it is proposed as part of a sprint. Assumption: the session as a whole is weighed afterwards, and a
#: set of sprints says more than any of them
SPRINT_PROPOSED_P: Final = 0.2
#: how much faster sprints are than a runner's other backward movement.
#: Source: 100 m backward at 0.70 of the forward record, where endurance runs go at 0.55-0.80 of slower ones; its size assumption
SPRINT_FACTOR: Final = 1.25
#: expected length of a stay in one gait and of a standstill, s. Assumption
GAIT_LENGTH_S: Final = 120.0
STILL_LENGTH_S: Final = 20.0

#: chance of a turn in each second within so many of a lap border or a pause, s. Assumption: one such border in three is a turn,
#: in a session that has some
LAP_TURN_CHANCE: Final = 0.06
LAP_REACH_S: Final = 3
#: a hop on a belt: cadence below this share of the usual one, for at most so many seconds. Assumption
HOP_RATIO: Final = 0.75
HOP_LONGEST_S: Final = 6
#: how far a border of a bout may move when it is looked for second by second, s. Assumption: the smoothing window and the lag of devices
BORDER_SEARCH_S: Final = 8
#: relative spread of one unsmoothed second: resolution (2 spm) and step to step. Assumption
SPREAD_ONE_SECOND: Final = 0.03

#: steps of forward movement from one state to another, as shares of the chance to leave it. Assumption: gait changes and stops are
#: equally likely; a turn changes the gait too in one of ten cases
TURN_WITH_GAIT_SHARE: Final = 0.1
#: how a backward bout ends: forward in the same gait, in the other, backward in the other, standing. Assumption
BOUT_END_SHARES: Final = (0.7, 0.1, 0.05, 0.15)
#: share of standstills after which somebody goes on backward, each gait. Assumption
START_BACKWARD_SHARE: Final = 0.05
#: a session begins running, walking, standing, backward in either gait. Assumption
FIRST_STATE_SHARES: Final = (0.39, 0.29, 0.30, 0.01)

# --- the line -------------------------------------------------------------------------------------------------
#: independent looks at cadence in a second: neighbouring seconds repeat each other. Assumption: it wanders over tens of seconds
LOOKS_PER_SECOND: Final = 1 / 20
#: looks that the share of backward rows in an unknown session is worth, beside the session's own. Assumption: as many as an hour has
ROWS_PRIOR_LOOKS: Final = 20.0
#: rows that are not forward must be slower than the others by this factor, unless they are fewer than this share.
#: Source: backward speeds of 0.55-0.80 of forward ones (records); assumption: its margin
SLOWER_RATIO: Final = 0.95
FEW_ROWS_RATIO: Final = 0.08
#: variance of speed in a session below which its slope says nothing, (m/s)^2. Assumption: GPS noise alone reaches 0.01
SLOPE_MIN_VARIANCE: Final = 0.03
#: speeds that teach the line, m/s. Assumption: slower is no running, faster no endurance running
LINE_SPEEDS_MPS: Final = (1.0, 7.0)
#: the same for walking, and its slowest cadence, spm. Assumption
WALK_LINE_SPEEDS_MPS: Final = (0.7, 2.2)
WALK_LOWEST_SPM: Final = 70.0

# --- base rates -----------------------------------------------------------------------------------------------
#: sessions with some backward movement among those without a word about it.
#: Assumption: between 1.7 % (an arbitrary file: 0.5 % of seconds at 30 % in a retro session) and 10 % (a retro runner's folder)
SESSION_PRIOR: Final = 0.05
#: the same where a title or profile says "retro run"; the weak one too where the runner tagged another stretch by hand. Assumption
SESSION_PRIOR_WEAK_HINT: Final = 0.4
SESSION_PRIOR_STRONG_HINT: Final = 0.9
#: sessions with backward movement in which some of it is run, and some is walked. Assumption
GAIT_PRIOR_RUN: Final = 0.8
GAIT_PRIOR_WALK: Final = 0.5
#: the least and the most that a runner's own word about his sessions is believed. Assumption: who says never may try it once,
#: and who says always runs forward on some day
SAID_SESSION_PRIOR: Final = (0.005, 0.95)
#: sessions that these priors are worth beside the runner's own. Assumption
SESSION_PRIOR_WEIGHT: Final = 20.0
#: sessions with drills that come in sets, among those without a word. Assumption
DRILL_SESSION_PRIOR: Final = 0.03
#: how many times more common drills are taken to be before a stretch is accepted. Assumption: every second session a school of running,
#: which no runner has
ACCEPT_DRILL_FACTOR: Final = 16.0
#: how much rarer sets of drills are on a climb, and the grade that makes one. Assumption: schools of running are held on the flat
DRILL_ON_HILL_RATIO: Final = 0.3
HILL_GRADE: Final = 0.03
#: sessions in which something is pushed or carried for a while. Assumption
BURDEN_SESSION_PRIOR: Final = 0.05
#: its excess of cadence. Source: Brown 2008 (stroller: steps of 1.24 against 1.29 m, hence +4 % at one speed); its spread assumption
BURDEN_EXCESS: Final = 0.035
BURDEN_EXCESS_SD: Final = 0.015
#: its speed as a share of the usual one. Source: Brown 2008 (slightly slower); its spread assumption
BURDEN_SPEED_SHARE: Final = 0.93
BURDEN_SPEED_SHARE_SD: Final = 0.08
#: how much rarer sessions are in which it is so again and again for no longer than a drill. Assumption: what is pushed stays for minutes
BURDEN_SHORT_RATIO: Final = 0.02
#: kinds of drills: share, excess of cadence and its spread, speed as a share of the usual one and its spread. Together they have
#: DRILL_EXCESS and DRILL_SPREAD. Assumption: short quick steps (side shuffle, high knees, butt kicks) are slow, hops (skips) fall below
#: the line, strides are run as ever and fast
DRILL_KINDS: Final = (
    (0.6, (0.12, 0.08), (0.60, 0.15)),
    (0.2, (-0.12, 0.08), (0.75, 0.15)),
    (0.2, (0.01, 0.03), (1.40, 0.20)),
)
#: share of schools of running that go through several exercises; how often the next stretch is another one, and the most turns of one.
#: Assumption
CIRCUIT_SHARE: Final = 0.5
DRILL_CHANGE_SHARE: Final = 0.4
DRILL_MOST_TURNS: Final = 12
#: usual length of a drill at most, s, and how much rarer schools are whose drills usually last longer. Assumption: 20 to 60 m each
DRILL_USUAL_S: Final = 45.0
LONGER_SCHOOL_RATIO: Final = 0.2
#: speed of a drill with the cadence of walking (skips) as a share of the usual walking speed, and its spread. Assumption
DRILL_WALK_SHARE: Final = (0.95, 0.25)

# --- what counts as moving, a change of speed, a baseline -----------------------------------------------------------
#: below this speed (m/s) and cadence (spm) a person stands. Assumption
STILL_SPEED_MPS: Final = 0.4
STILL_CADENCE_SPM: Final = 40.0
#: a change of speed within +- SPEED_CHANGE_LAG_S that makes speed and cadence disagree, m/s and s.
#: Assumption: devices delay the two differently by up to the smoothing of either
SPEED_CHANGE_MPS: Final = 0.7
SPEED_CHANGE_LAG_S: Final = 4
#: forward seconds of this session that make a baseline. Policy: ten forward minutes
BASELINE_SECONDS: Final = 600
#: samples of each channel within the smoothing window that make a value. Assumption
MIN_WINDOW_SAMPLES: Final = 3

# --- policy ---------------------------------------------------------------------------------------------------
#: probability from which a bout is suggested, and below which it is called forward; between them it is unknown. Policy, and its mirror
SUGGEST_P: Final = 0.8
FORWARD_P: Final = 0.2
#: shortest bout alone, and in a set of at least SET_SIZE alike, s. Policy
MIN_BOUT_S: Final = 15
MIN_SET_BOUT_S: Final = 5
SET_SIZE: Final = 3
#: bouts are alike where their lengths differ by less than this factor. Assumption
SET_LENGTH_FACTOR: Final = 1.6
#: two belt speeds are the same, m/s. Source: FTMS resolution 0.01 km/h, consoles step 0.1 km/h; half a step of smoothing added
SAME_BELT_SPEED_MPS: Final = 0.1
#: how far before and after a bout the belt's own forward cadence is looked for, s, and how much of it is needed. Assumption
BELT_NEIGHBOUR_S: Final = 240
BELT_NEIGHBOUR_MIN_S: Final = 15
#: smallest step of cadence at constant belt speed, relative. Assumption: half of BACKWARD_EXCESS
BELT_STEP_RATIO: Final = 0.05
#: window over which altitude and distance give a grade, s, and the shortest way in it, m. Assumption
GRADE_WINDOW_S: Final = 30
GRADE_MIN_WAY_M: Final = 25.0
#: the window where that one holds less way: slow walking. Assumption: 25 m at 0.5 m/s take 50 s
GRADE_SLOW_WINDOW_S: Final = 60
#: smoothing of altitude before it gives a grade, and before it is summed up to an ascent, s; the steepest grade believed. Assumption
ALTITUDE_WINDOW_S: Final = 9
ASCENT_WINDOW_S: Final = 15
STEEPEST_GRADE_RATIO: Final = 0.4
#: faster than anybody on foot: a jump of the odometer or the altimeter, m/s.
#: Source: the 100 m record, 10.4 m/s; assumption: 3 m/s up
FASTEST_MPS: Final = 12.0
FASTEST_CLIMB_MPS: Final = 3.0
#: longest session that is put on a grid, s. Assumption: a six-day race and a day
LONGEST_GRID_S: Final = 7 * 86_400

# --- what words are worth -----------------------------------------------------------------------------------------
#: probability that a span named by the runner, or by a lap rule, is what it says. Assumption: people press buttons late or forget
DECLARED_P: Final = 0.97
#: probability that a hole in the samples of a file without timer events, over which the distance stood still, is a pause. Assumption
GAP_IS_PAUSE_P: Final = 0.8
#: speed of standing-out forward stretches as a share of the session's usual speed, mean and spread. Assumption
FORWARD_SPEED_SHARE: Final = 1.0
FORWARD_SPEED_SHARE_SD: Final = 0.25
#: the same of most forward walks, and the share of those that are as far off as any. Source: 0.05 to 0.08 among the minutes of real
#: walks and walking breaks on the level (19 recordings); the share is an assumption
WALK_SPEED_SHARE_SD: Final = 0.10
WALK_STROLL_SHARE: Final = 0.2
#: the part of a session's walking that is taken for brisk to begin with, how often walking begins slowly, how much slower a slow walk is
#: at least, the spread of a pace from second to second as a share of it, and how long people keep to it, s. Assumption
BRISK_WALK_QUANTILE: Final = 0.8
SLOW_WALK_SHARE: Final = 0.1
SLOW_WALK_RATIO: Final = 0.88
WALK_PACE_SD: Final = 0.12
WALK_PACE_STAY_S: Final = 100.0
#: what a second of pace, and of cadence, says for either at most, nats, before tempering. Assumption
WALK_WAY_MOST_NATS: Final = 3.0
#: a slow walk whose heart rate speaks against backward by more than this is a stroll, nats. Assumption
SLOW_WALK_AGAINST_NATS: Final = 0.5
#: what a second at the usual pace of walking says against backward at most, nats, before tempering. Assumption
WALK_PACE_MOST_NATS: Final = 2.0
#: what one bout may say at most, nats. Assumption: something that nobody thought of is always possible
MAX_BOUT_NATS: Final = 5.0
#: the same of one bout within a set whose excess it shares, nats. Assumption: three more
MAX_SET_NATS: Final = 8.0
#: smallest excess that a set of backward bouts may share. Assumption: smaller ones cannot be told from hills and wind
SMALLEST_EXCESS: Final = 0.02
#: the same of backward walks, which pace and heart rate tell as well. Assumption: three spreads below BACKWARD_EXCESS
SMALLEST_WALK_EXCESS: Final = -0.05
#: what a lap border, a pause or a stop adds to a border there, nats. Assumption: turning round is when buttons are pressed
LAP_BORDER_NATS: Final = 3.0
#: how late feet and devices answer to a turn, s. Assumption: half of a window of three seconds
RESPONSE_LAG_S: Final = 1
#: backward stretches, or drills, that a session with some may have. Assumption: one block to a dozen sprints
SET_SIZES: Final = (1.0, 3.0, 8.0)
#: time over which cadence wanders, s: a longer stretch averages some of it away. Assumption: twice a time constant of 120 s
WANDER_S: Final = 240.0
#: the same of walking. Assumption: the error of a GPS speed forgets itself sooner
WALK_WANDER_S: Final = 60.0
#: speed of a backward walk as a share of the usual forward walk, and its spread; forward walks around 1.
#: Source: KU-HAR (0.60), Laufer 2005 (slower at the same cadence); its spread assumption
BACKWARD_WALK_SHARE: Final = 0.72
BACKWARD_WALK_SHARE_SD: Final = 0.12
#: shortest stretch that chance makes, s: neighbouring seconds repeat each other. Assumption: as `LOOKS_PER_SECOND`
CHANCE_LENGTH_S: Final = 20.0
#: movement of a session where nobody counted it, s. Assumption
USUAL_SESSION_S: Final = 3000.0
#: share of forward stretches with twice the spread. Assumption: wind, sand, crowds
FORWARD_TAIL_SHARE: Final = 0.1
#: lone drills, or whatever nobody thought of, that a forward session has, of up to `DRILL_LONGEST_S` and longer. Assumption
LONE_DRILLS_SHORT: Final = 0.3
LONE_DRILLS_LONG: Final = 0.02
#: how much rarer drills in a set are beyond `DRILL_LONGEST_S`. Assumption
LONG_DRILL_RATIO: Final = 0.02
#: uncertainty of the slope correction, relative cadence per unit of grade. Assumption: a third of the correction itself
CADENCE_PER_GRADE_SD: Final = 0.2
#: a row without speed or cadence is still told by neighbours within this window, s, if they have this many values. Assumption
NEIGHBOUR_WINDOW_S: Final = 61
NEIGHBOUR_MIN_S: Final = 10
#: gait never claims more than this of backward movement that the runner's labels have not taught.
#: Assumption: no public labelled recording of backward running exists to show more
GAIT_MOST_P: Final = 0.95

# --- facing: compass against course -----------------------------------------------------------------------------
#: course from Doppler, and from positions over COURSE_WINDOW_S: noise of velocity across the way, m/s.
#: Source: a table of course error by speed for 0.1 and 0.3 m/s (docs/detection.md); which of its columns fits a watch is an assumption
DOPPLER_CROSS_SD_MPS: Final = 0.2
POSITION_CROSS_SD_MPS: Final = 0.3
#: seconds over which positions give a course, and the share of the device's speed that the way between its ends must have. Assumption
COURSE_WINDOW_S: Final = 5
COURSE_STRAIGHT_SHARE: Final = 0.6
#: slowest speed at which a course means something, m/s. Source: u-blox freezes it below 0.1 and filters it at low speed; assumption: 0.5
COURSE_MIN_SPEED_MPS: Final = 0.5
#: a course that swings further than this within 3 s is a turn on the spot: heading and course follow it with different lags. Assumption
SHARP_TURN_DEG: Final = 60.0
SHARP_TURN_MARGIN_S: Final = 3
#: strength of the Earth's field anywhere on its surface, gauss, with a margin of a tenth. Source: IGRF (22-67 microtesla)
EARTH_FIELD_GAUSS: Final = (0.20, 0.74)
#: an uncalibrated field may leave its own middle by this share. Assumption
FIELD_TOLERANCE_RATIO: Final = 0.3
#: a spread of field strength beyond this share shows iron near the sensor: its centre is then fitted. Assumption
IRON_SPREAD_RATIO: Final = 0.08
#: seconds over which acceleration averages to gravity. Assumption: two strides of either arm
GRAVITY_WINDOW_S: Final = 1.5
#: a second whose headings agree less than this (length of the mean vector) has none. Assumption
HEADING_MIN_RESULTANT: Final = 0.3
#: seconds that a gyroscope may carry a heading over a disturbed field. Assumption: drift of degrees, far from a half turn
GYRO_BRIDGE_S: Final = 20.0
#: arm swing: its correlation from second to second at most. Assumption: AR(0.75) is typical, and closer to 1 nothing is learnt
SWING_MOST_CORRELATION: Final = 0.9
#: spread of heading around the runner's way, deg: no arm is stiller, and beyond the second number nothing can be told.
#: Source: simulated wrong sides of 27 % a second at 80 deg (docs/detection.md); the range of arms, 20-65 deg, is an assumption
SWING_SD_DEG: Final = (8.0, 75.0)
#: a heading that never leaves the course by more than this, deg, is the course again and no compass. Assumption
COPY_OF_COURSE_DEG: Final = 3.0
#: by how much a heading may be steadier than its angle to the course (mean cosine) before it is no compass: a stuck one stays while the
#: way turns. Assumption: the error of the course makes a tenth
COMPASS_FOLLOWS_MARGIN: Final = 0.1
#: on a treadmill headings keep to one axis of the room: mean cosine of twice their change in 20 s, and the share of it that is left in
#: five minutes. Assumption: a swing of 45 deg leaves 0.08, a runner round a hall nothing
ROOM_AXIS_MIN: Final = 0.08
ROOM_AXIS_KEPT_RATIO: Final = 0.5
#: random walk of the angle from course to heading, deg per square root of a second. Assumption
OFFSET_DRIFT_DEG: Final = 0.6
#: share of seconds that look anywhere: a glance at the watch, a wave, a side step. Assumption
LOOK_AWAY_SHARE: Final = 0.015
#: expected seconds before a runner turns round, while forward and while backward, before it is known which is which. Assumption
FACING_STAY_S: Final = 60.0
#: the same afterwards, while forward and while backward. Assumption: between repetitions (20-40 s) and blocks (3-6 min)
FACING_FORWARD_S: Final = 180.0
FACING_BACKWARD_S: Final = 40.0
#: seconds with heading and course before anything is told. Assumption
FACING_MIN_S: Final = 60
#: seconds known from the runner that fix the offset. Policy: a known-forward minute
FACING_KNOWN_S: Final = 60
#: seconds at either end of a declared span that may still belong to its neighbour. Assumption: people press late
FACING_KNOWN_MARGIN_S: Final = 5
#: what ten known seconds say about which of two facings is forward, nats. Source: log odds of DECLARED_P
FACING_KNOWN_NATS: Final = 3.5
FACING_MOST_NATS: Final = 9.0
#: share of days on which a watch sits otherwise than before (other wrist, turned round). Assumption
FACING_OTHER_WEAR_SHARE: Final = 0.05
#: day to day spread of the offset where the runner's history gives none, deg. Assumption
FACING_DAY_SD_DEG: Final = 25.0
#: a session starts forward; most of it is forward: what each says at most, nats. Assumption
FACING_FIRST_MINUTE_NATS: Final = 1.5
FACING_MAJORITY_NATS: Final = 2.5
#: what the slower of two facings says for being the backward one, nats at most. Assumption: backward is 0.68 of forward speed
FACING_SPEED_NATS: Final = 2.0
#: how sure these three together can be which facing is forward. Assumption: some sessions are run mostly backward
FACING_UNFIXED_P: Final = 0.96
#: probability from which facing suggests and accepts, seconds and speed (m/s) that acceptance needs. Policy
FACING_SUGGEST_P: Final = 0.9
FACING_ACCEPT_P: Final = 0.99
FACING_ACCEPT_S: Final = 5
FACING_ACCEPT_SPEED_MPS: Final = 1.2
#: seconds that must be that probable for a suggestion. Assumption: shorter is a look over the shoulder
FACING_SUGGEST_S: Final = 5
#: beyond this spread of heading acceptance asks for more. Assumption: simulated, forward stretches of 5 s at 0.99 began at a spread of
#: 49 deg; a swing of 35 deg makes 36 to 45 deg
WIDE_SWING_SD_DEG: Final = 45.0
FACING_WIDE_ACCEPT_P: Final = 0.999
#: where fewer than SET_SIZE stretches of such a session are that sure, what the turn alone must have: the chain of turns expects some in
#: every session, and one session in twenty has any. Assumption: simulated at a swing of 65 deg, of 2900 forward sessions that were sure
#: 39 times at 0.999 two were at 0.99995, none at 0.99999
FACING_LONE_ACCEPT_P: Final = 0.99999

# --- the sport's terms: kinds of bouts and their sets ------------------------------------------------------------
#: longest sprint, s. Source: repetitions of 15-20 m and of 10 m (Uthoff 2019, Petrakis 2020), 2-4 x 50 yards (triathlete.com):
#: below 15 s at 3.5 m/s
LONGEST_SPRINT_S: Final = 15.0
#: longest repetition, s; what is longer is a block. Assumption: repetitions last 20-40 s, hill repeats 20-30 s, blocks 3-6 min
LONGEST_REPETITION_S: Final = 180.0
#: slope from which a bout is a hill repeat. Assumption: steeper than the 3 % up to which the detector takes a road for level
HILL_GRADE_RATIO: Final = 0.03
#: longest recovery within a set, s. Assumption: walking back down a hill of 60 s takes two minutes; a set ends behind five
LONGEST_RECOVERY_S: Final = 300.0
#: warm-up and cool-down without a word about them: share of the session, and at most this long, s. Assumption
EDGE_SHARE: Final = 0.2
EDGE_LONGEST_S: Final = 900.0

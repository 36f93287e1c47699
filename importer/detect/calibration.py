"""Every fitted or assumed number of the detector, with its source.

Conventions: units stand in the names; "assumption" marks a number that no source gives.
A changed number raises `VERSION`, which is stored with every tag.
Sources are listed in docs/detection.md under the short names used here.
"""

from __future__ import annotations

from typing import Final

#: version of this table
VERSION: Final = 2

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

# --- forward walking ------------------------------------------------------------------------------------------
#: spm at 0 m/s and spm per m/s. Assumption
WALK_INTERCEPT_SPM: Final = 71.0
WALK_SLOPE_SPM_PER_MPS: Final = 34.0
#: share of a runner's own offset that shows in walking. Assumption
WALK_OFFSET_SHARE: Final = 0.6
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
#: the same around the walking line, which is an assumption itself. Assumption
SPREAD_WALK: Final = 0.05
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

# --- plausible backward speeds -----------------------------------------------------------------------------------
#: backward running, m/s. Source: below, the transition at 1.63 +- 0.11 (Hreljac 2005) less a margin; above, the record mile, 4.54.
#: Assumption: backward sprints beyond it, up to 7.4 m/s over 100 m, are left out, as forward strides are far more common
BACKWARD_RUN_SPEED_MPS: Final = (1.2, 4.6)
#: backward walking, m/s. Source: 1.00 (KU-HAR protocol), 1.34 (Williford 1998); upper border assumption
BACKWARD_WALK_SPEED_MPS: Final = (0.4, 1.8)
#: backward speed as a share of the runner's own forward speed, outdoors. Source: Sterzing 2016 (0.70 by design), records 0.55-0.80
BACKWARD_SPEED_SHARE: Final = 0.68
#: spread of that share. Assumption: 0.08 between persons, widened as repetitions are run hard and blocks easy
BACKWARD_SPEED_SHARE_SD: Final = 0.12

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
#: expected length of a stay in one gait and of a standstill, s. Assumption
GAIT_LENGTH_S: Final = 120.0
STILL_LENGTH_S: Final = 20.0

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
#: speeds that teach the line, m/s. Assumption: slower is no running, faster no endurance running
LINE_SPEEDS_MPS: Final = (1.0, 7.0)

# --- base rates -----------------------------------------------------------------------------------------------
#: sessions with some backward movement among those without a word about it.
#: Assumption: between 1.7 % (an arbitrary file: 0.5 % of seconds at 30 % in a retro session) and 10 % (a retro runner's folder)
SESSION_PRIOR: Final = 0.05
#: the same where a title or profile says "retro run". Assumption
SESSION_PRIOR_WEAK_HINT: Final = 0.4
SESSION_PRIOR_STRONG_HINT: Final = 0.9
#: share of standing-out stretches that are backward in a session that has some. Assumption
BOUT_PRIOR: Final = 0.7

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
#: what one bout may say at most, nats. Assumption: something that nobody thought of is always possible
MAX_BOUT_NATS: Final = 5.0
#: uncertainty of the slope correction, relative cadence per unit of grade. Assumption: half of the correction itself
CADENCE_PER_GRADE_SD: Final = 0.3
#: a row without speed or cadence is still told by neighbours within this window, s, if they have this many values. Assumption
NEIGHBOUR_WINDOW_S: Final = 61
NEIGHBOUR_MIN_S: Final = 10
#: gait never claims more than this. Assumption: no public labelled recording of backward running exists to show more
GAIT_MOST_P: Final = 0.95

"""What fitparse's profile of 2019 lacks: names of messages, fields and values that newer devices write.

Conventions: one line of a table is a whole fact; `FIELDS` holds (message, field number, name, type, scale, offset, units),
`VALUES` pairs of number and name for each type. An entry here never changes what fitparse knows: `profile` asks it first.
Nothing here runs.

Source: the public FIT profile, as measured in real files (docs/readers.md, "The profile").
"""

from __future__ import annotations

from typing import Final

#: global message numbers that the profile lacks (22 is undocumented: which device supplied speed, distance, cadence)
MESSAGES: Final[dict[int, str]] = {22: "device_used", 312: "split", 313: "split_summary"}

FIELDS: Final[tuple[tuple[str, int, str, str, float, float, str], ...]] = (
    ("device_info", 32, "battery_level", "uint8", 1, 0, "%"),
    ("device_used", 0, "speed", "uint8", 1, 0, ""),
    ("device_used", 1, "distance", "uint8", 1, 0, ""),
    ("device_used", 2, "cadence", "uint8", 1, 0, ""),
    ("device_used", 3, "elevation", "uint8", 1, 0, ""),
    ("device_used", 4, "heart_rate", "uint8", 1, 0, ""),
    ("device_used", 6, "power", "uint8", 1, 0, ""),
    ("device_used", 253, "timestamp", "date_time", 1, 0, "s"),
    ("event", 14, "activity_type", "activity_type", 1, 0, ""),
    ("event", 15, "start_timestamp", "date_time", 1, 0, "s"),
    ("lap", 70, "active_time", "uint32", 1000, 0, "s"),
    ("lap", 136, "enhanced_avg_respiration_rate", "uint16", 100, 0, "breaths/min"),
    ("lap", 161, "avg_grade_adjusted_speed", "uint32", 1000, 0, "m/s"),
    ("record", 87, "cycle_length16", "uint16", 100, 0, "m"),
    ("record", 99, "respiration_rate", "uint8", 1, 0, "breaths/min"),
    ("record", 108, "enhanced_respiration_rate", "uint16", 100, 0, "breaths/min"),
    ("record", 116, "current_stress", "uint16", 100, 0, ""),
    ("record", 139, "core_temperature", "uint16", 100, 0, "C"),
    ("session", 78, "active_time", "uint32", 1000, 0, "s"),
    ("session", 110, "sport_profile_name", "string", 1, 0, ""),
    ("session", 168, "training_load_peak", "sint32", 65536, 0, ""),
    ("session", 169, "enhanced_avg_respiration_rate", "uint16", 100, 0, "breaths/min"),
    ("session", 192, "workout_feel", "uint8", 1, 0, ""),
    ("session", 193, "workout_rpe", "uint8", 1, 0, ""),
    ("session", 211, "avg_grade_adjusted_speed", "uint32", 1000, 0, "m/s"),
    ("session", 222, "step_speed_loss", "uint16", 100, 0, "cm/s"),
    ("session", 223, "step_speed_loss_percentage", "uint16", 100, 0, "percent"),
    ("split", 0, "split_type", "split_type", 1, 0, ""),
    ("split", 1, "total_elapsed_time", "uint32", 1000, 0, "s"),
    ("split", 2, "total_timer_time", "uint32", 1000, 0, "s"),
    ("split", 3, "total_distance", "uint32", 100, 0, "m"),
    ("split", 4, "avg_speed", "uint32", 1000, 0, "m/s"),
    ("split", 9, "start_time", "date_time", 1, 0, "s"),
    ("split", 27, "end_time", "date_time", 1, 0, "s"),
    ("split", 29, "avg_cadence", "uint16", 128, 0, "rpm"),
    ("split", 35, "avg_vertical_oscillation", "uint16", 10, 0, "mm"),
    ("split", 36, "avg_vertical_ratio", "uint16", 100, 0, "percent"),
    ("split", 37, "avg_stance_time", "uint16", 10, 0, "ms"),
    ("split", 38, "avg_stance_time_balance", "uint16", 100, 0, "percent"),
    ("split", 39, "avg_step_length", "uint16", 10, 0, "mm"),
    ("split", 40, "avg_power", "uint16", 1, 0, "watts"),
    ("split", 253, "timestamp", "date_time", 1, 0, "s"),
    ("split", 254, "message_index", "message_index", 1, 0, ""),
    ("split_summary", 0, "split_type", "split_type", 1, 0, ""),
    ("split_summary", 3, "num_splits", "uint16", 1, 0, ""),
    ("split_summary", 4, "total_timer_time", "uint32", 1000, 0, "s"),
    ("split_summary", 5, "total_distance", "uint32", 100, 0, "m"),
    ("split_summary", 6, "avg_speed", "uint32", 1000, 0, "m/s"),
    ("split_summary", 253, "timestamp", "date_time", 1, 0, "s"),
    ("split_summary", 254, "message_index", "message_index", 1, 0, ""),
    ("workout", 17, "wkt_description", "string", 1, 0, ""),
    ("workout_step", 19, "secondary_target_type", "wkt_step_target", 1, 0, ""),
)

#: Of Garmin's products, watches, bands, straps and pods only: nobody runs with a boat's plotter.
VALUES: Final[dict[str, str]] = {
    "sport": """
        49 baseball 53 diving 56 shooting 58 winter_sport 59 grinding 62 hiit 63 video_gaming 64 racket 65 wheelchair_push_walk 66
        wheelchair_push_run 67 meditation 68 para_sport 69 disc_golf 70 team_sport 71 cricket 72 rugby 73 hockey 74 lacrosse 75
        volleyball 76 water_tubing 77 wakesurfing 78 water_sport 79 archery 80 mixed_martial_arts 81 motor_sports 82 snorkeling 83
        dance 84 jump_rope 85 pool_apnea 86 mobility 87 geocaching 88 canoeing
    """,
    "sub_sport": """
        62 breathing 63 ccr_diving 65 sail_race 66 expedition 67 ultra 68 indoor_climbing 69 bouldering 70 hiit 71 indoor_grinding
        72 hunting_with_dogs 73 amrap 74 emom 75 tabata 77 esport 78 triathlon 79 duathlon 80 brick 81 swim_run 82 adventure_race
        83 trucker_workout 84 pickleball 85 padel 86 indoor_wheelchair_walk 87 indoor_wheelchair_run 88 indoor_hand_cycling 90
        field 91 ice 92 ultimate 93 platform 94 squash 95 badminton 96 racquetball 97 table_tennis 98 overland 99 trolling_motor
        110 fly_canopy 111 fly_paraglide 112 fly_paramotor 113 fly_pressurized 114 fly_navigate 115 fly_timer 116 fly_altimeter
        117 fly_wx 118 fly_vfr 119 fly_ifr 121 dynamic_apnea 123 enduro 124 rucking 125 rally 126 pool_triathlon 127 e_bike_enduro
    """,
    "intensity": """
        4 recovery 5 interval 6 other
    """,
    "event": """
        54 auto_activity_detect 56 dive_alert 57 dive_gas_switched 71 tank_pressure_reserve 72 tank_pressure_critical 73 tank_lost
        75 radar_threat_alert 76 tank_battery_low 81 tank_pod_connected 82 tank_pod_disconnected
    """,
    "manufacturer": """
        41 shimano 125 nci_technology 126 iqsquare 127 leomo 128 ifit_com 129 coros_byte 130 versa_design 131 chileaf 132 cycplus
        133 gravaa_byte 134 sigeyi 135 coospo 136 geoid 137 bosch 138 kyto 139 kinetic_sports 140 decathlon_byte 141 tq_systems
        142 tag_heuer 143 keiser_fitness 144 zwift_byte 145 porsche_ep 146 blackbird 147 meilan_byte 148 ezon 149 laisi 150 myzone
        151 abawo 152 bafang 153 luhong_technology 294 coros 295 virtugo 296 velosense 297 cycligentinc 298 trailforks 299
        mahle_ebikemotion 300 nurvv 301 microprogram 302 zone5cloud 303 greenteg 304 yamaha_motors 305 whoop 306 gravaa 307 onelap
        308 monark_exercise 309 form 310 decathlon 311 syncros 312 heatup 313 cannondale 314 true_fitness 315 RGT_cycling 316 vasa
        317 race_republic 318 fazua 319 oreka_training 320 lsec 321 lululemon_studio 322 shanyue 323 spinning_mda 324 hilldating
        325 aero_sensor 326 nike 327 magicshine 328 ictrainer 329 absolute_cycling 330 eo_swimbetter 331 mywhoosh 332 ravemen 333
        tektro_racing_products 334 darad_innovation_corporation 335 cycloptim 339 zepp 340 peloton 348 huawei 351 una_watch
    """,
    "garmin_product": """
        13 hrm4_run_single_byte_product_id 15 gen3_bsm_single_byte_product_id 16 gen3_bcm_single_byte_product_id 22
        hrm_fit_single_byte_product_id 255 OHR 2158 fr735xt 2271 vivo_smart2 2294 vivo_smart_emea 2503 fr35 2622 vivo_smart3 2623
        vivo_sport 2650 fr35_hebrew 2700 vivoactive3 2733 fr235_china_nfc 2772 vivo_move_hr 2859 descent 2878 vivo_fit4 2886 fr645
        2888 fr645m 2891 fr30 2900 fenix5s_plus 2909 Edge_130 2927 vivosmart_4 2988 vivoactive3m_w 3066 vivoactive3m_l 3076 fr245
        3077 fr245_music 3110 fenix5_plus 3111 fenix5x_plus 3113 fr945 3126 instinct_esports 3192 gen3_bsm 3193 gen3_bcm 3224
        vivoactive4_small 3225 vivoactive4_large 3226 venu 3258 descent_mk2 3282 fr45 3287 fenix6S_sport 3288 fenix6S 3289
        fenix6_sport 3290 fenix6 3291 fenix6x 3299 hrm_dual 3300 hrm_pro 3308 vivo_move3_premium 3378 vivo_move3 3405 swim2 3466
        instinct_solar 3473 vivoactive3_daimler 3498 legacy_rey 3499 legacy_darth_vader 3500 legacy_captain_marvel 3501
        legacy_first_avenger 3542 descent_mk2s 3589 fr745 3596 venusq_music 3599 venusq_music_v2 3600 venusq 3615 lily 3638 enduro
        3652 fr945_lte 3703 venu2 3704 venu2s 3740 venu_daimler 3851 venu2_plus 3865 gnss 3869 fr55 3888 instinct_2 3889
        instinct_2s 3905 fenix7s 3906 fenix7 3907 fenix7x 3943 epix_gen2 3982 vivo_move_sport 3983 vivomove_trend 3990 fr255_music
        3991 fr255_small_music 3992 fr255 3993 fr255_small 4005 descent_g1 4024 fr955 4063 vivosmart_5 4115 venusq2 4116
        venusq2music 4130 hrm_pro_plus 4135 tactix7 4155 instinct_crossover 4222 descent_mk3 4223 descent_mk3i 4257 fr265_large
        4258 fr265_small 4260 venu3 4261 venu3s 4312 epix_gen2_pro_42 4313 epix_gen2_pro_47 4314 epix_gen2_pro_51 4315 fr965 4341
        enduro2 4374 fenix7s_pro_solar 4375 fenix7_pro_solar 4376 fenix7x_pro_solar 4380 lily2 4394 instinct_2x 4426 vivoactive5
        4432 fr165 4433 fr165_music 4446 hrm_fit 4477 lily_athlete 4532 fenix8_solar 4533 fenix8_solar_large 4534 fenix8_small
        4536 fenix8 4575 enduro3 4583 instinctE_40mm 4584 instinctE_45mm 4585 instinct3_solar_45mm 4586 instinct3_amoled_45mm 4587
        instinct3_amoled_50mm 4588 descent_g2 4606 hrm_200 4625 vivoactive6 4666 fenix_e 4759 instinct3_solar_50mm 4775
        tactix8_amoled 4776 tactix8_solar
    """,
    "exercise_category": """
        33 bike 34 cardio_sensors 35 move 36 pose 37 banded_exercises 38 battle_rope 39 elliptical 40 floor_climb 41 indoor_bike
        42 indoor_row 43 ladder 44 sandbag 45 sled 46 sledge_hammer 47 stair_stepper 49 suspension 50 tire 52 run_indoor
        53 bike_outdoor
    """,
    "split_type": """
        1 ascent_split 2 descent_split 3 interval_active 4 interval_rest 5 interval_warmup 6 interval_cooldown 7 interval_recovery
        8 interval_other 9 climb_active 10 climb_rest 11 surf_active 12 run_active 13 run_rest 14 workout_round 17 rwd_run 18
        rwd_walk 21 windsurf_active 22 rwd_stand 23 transition 28 ski_lift_split 29 ski_run_split
    """,
    "antplus_device_type": """
        34 shifting 46 bike_aero
    """,
}

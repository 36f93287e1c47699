"""What a text says about direction: every language, the false friends, the denials, the borders of words."""

from __future__ import annotations

import csv
import subprocess
import sys
import timeit
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.detect.lexicon import Finding, Mark, Said, find_direction, find_mark, lexicon, normalise
from importer.detect.words import WORDS, Meaning

BACKWARD = [
    ("en", "Backward 1 min"),
    ("en", "run backwards 200m"),
    ("en", "6x 30 s BACKWARDS/walk"),
    ("en", "Retro running 5 x 400"),
    ("en", "retro-run"),
    ("en", "backpedal drill"),
    ("en", "BWD"),
    ("en", "04_bwd_2"),
    ("de", "3 min rückwärts"),
    ("de", "RUECKWAERTSLAUFEN"),
    ("de", "Ruckwarts gehen"),
    ("de", "Retrolauf am Berg"),
    ("fr", "200 m à reculons"),
    ("fr", "course arrière 2'"),
    ("fr", "courir en arriere"),
    ("es", "correr hacia atrás"),
    ("es", "1 min de espaldas"),
    ("pt", "corrida de costas"),
    ("pt", "correr para trás"),
    ("it", "corsa all’indietro"),
    ("it", "correre indietro 30 s"),
    ("nl", "achteruit lopen"),
    ("nl", "achterwaarts"),
    ("sv", "springa baklänges"),
    ("sv", "löpning bakåt"),
    ("nb", "løpe baklengs"),
    ("da", "baglæns løb"),
    ("fi", "juoksu takaperin"),
    ("is", "hlaupa afturábak"),
    ("et", "jooks tagurpidi"),
    ("pl", "bieg tyłem"),
    ("pl", "bieg do tylu"),
    ("cs", "běh pozpátku"),
    ("cs", "chůze pozadu"),
    ("sk", "beh pospiatky"),
    ("sl", "tek nazaj"),
    ("hr", "trčanje unatrag"),
    ("hu", "futás háttal"),
    ("hu", "hátrafelé 2 perc"),
    ("ro", "alergare cu spatele"),
    ("ca", "córrer cap enrere"),
    ("eu", "atzeraka korrika"),
    ("ru", "бег спиной вперёд"),
    ("ru", "бег задом наперед"),
    ("uk", "біг спиною вперед"),
    ("bg", "бягане назад"),
    ("tr", "GERİ GERİ KOŞU"),
    ("tr", "geriye doğru 2 dk"),
    ("el", "τρέξιμο προς τα πίσω"),
    ("el", "ΤΡΕΞΙΜΟ ΑΝΑΠΟΔΑ"),
    ("he", "ריצה לאחור"),
    ("ar", "الجري للخلف"),
    ("id", "lari mundur 400 m"),
    ("vi", "chạy lùi"),
    ("vi", "ĐI LÙI"),
    ("th", "วิ่งถอยหลัง"),
    ("ja", "後ろ向き走り"),
    ("ja", "バック走 5本"),
    ("ja", "今日は後ろ歩きをした"),
    ("zh", "倒走5分钟"),
    ("zh", "今天倒着跑了两圈"),
    ("zh", "後退跑"),
    ("ko", "뒤로 걷기"),
    ("ko", "거꾸로달리기 3분"),
    ("nl", "200m achteruitlopen"),
    ("nb", "løping baklengs"),
    ("fi", "juoksu selkä edellä"),
    ("cs", "couvání 100 m"),
    ("lv", "skriešana atmuguriski"),
    ("lt", "bėgimas atbulomis"),
    ("sr", "трчање уназад"),
    ("hr", "trcanje unazad"),
    ("mk", "трчање наназад"),
    ("uk", "ходьба спиною вперед"),
    ("be", "бег спіной наперад"),
    ("fa", "دویدن به عقب"),
    ("hi", "उल्टी दौड़ 5 मिनट"),
    ("he", "הליכה אחורנית 5 דק"),
    ("ar", "المشي إلى الخلف"),
    ("el", "πισωπάτημα 200 μ"),
    ("ro", "mers cu spatele"),
    ("gl", "correr cara atrás"),
    ("af", "200 m agteruit hardloop"),
    ("id", "berlari undur"),
    ("tl", "takbo paatras"),
    ("vi", "chạy bộ lùi"),
    ("th", "เดินถอยหลัง 5 นาที"),
    ("th", "วันนี้วิ่งถอยหลังสนุกมาก"),
    ("ja", "今朝は後ろ走りを3本やった"),
    ("zh", "早上在公园倒走了两千米"),
    ("ko", "오늘은뒤로달리기3분했다"),
]

FORWARD = [
    "Forward 2 min",
    "FWD",
    "vorwärts laufen",
    "marche avant",
    "hacia adelante",
    "in avanti",
    "framåt",
    "eteenpäin",
    "do przodu",
    "dopředu",
    "вперёд",
    "ileri doğru",
    "προς τα εμπρός",
    "前向き",
    "向前跑",
    "앞으로 걷기",
    "Avanti 2 min",
]

FALSE_FRIENDS = [
    "Reverse split 10k",
    "negative split",
    "Reverse course of the marathon",
    "reverse loop",
    "Ran the parkrun backwards",
    "the loop backwards",
    "Backwards route round the lake",
    "out and back",
    "back-to-back long runs",
    "back to the roots",
    "Backyard Ultra",
    "Big's backyard",
    "comeback",
    "way back home",
    "Rückweg",
    "Rückenwind",
    "Rückrunde",
    "hin und zurück",
    "Rolle rückwärts",
    "Hausrunde rückwärts",
    "rückwärtskompatibel",
    "backwards compatible",
    "backward compatibility test",
    "retro shoes",
    "Retro Park run",
    "retro running shoes test",
    "new retro kit",
    "80s retro party run",
    "80er Retro",
    "Felt like I was running backwards",
    "one step backwards",
    "fitness is going backwards",
    "forward and backward leg swings",
    "leg swings forward and backward",
    "arm circles backward",
    "backward lunges",
    "fell backwards on ice",
    "counting backwards",
    "Retour en arrière",
    "J'y vais à reculons",
    "roue arrière crevée",
    "cuenta atrás",
    "dolor de espaldas",
    "dor de costas",
    "avanti e indietro",
    "torno indietro",
    "achteruitgang",
    "Rondje achterhoek",
    "bakre bana",
    "krok wstecz",
    "туда и назад",
    "2 года назад",
    "5 лет назад начал",
    "geri dönüş koşusu",
    "geri sayım",
    "逆走注意",
    "巻き戻し",
    "後ろ向きな気持ち",
    "午前のラン",
    "駅前",
    "摔倒走回来",
    "累倒跑不动",
    "역주행",
    "rwd_run",
    "Morning Run",
    "",
    "Laufen",
    "run",
    "B 5 min",
    "F 5 min",
]

#: one or more of every language whose words mislead: (language, text)
FALSE_FRIENDS_BY_LANGUAGE = [
    ("en", "Moving forward"),
    ("en", "Drove backwards into the drive, then ran"),
    ("en", "Reading the map backwards"),
    ("en", "Backward-looking training plan"),
    ("de", "Es geht wieder vorwärts"),
    ("de", "rückwärts eingeparkt"),
    ("fr", "Retour en arrière, demi-tour au pont"),
    ("es", "Sin mirar hacia atrás"),
    ("pt", "Voltei para trás na ponte"),
    ("gl", "mirar cara atrás"),
    ("it", "Corsa indietro verso casa"),
    ("nl", "Mijn conditie gaat achteruit"),
    ("af", "Dit gaan nou agteruit"),
    ("sv", "Sjön runt, rundan baklänges"),
    ("nb", "Hele løypa baklengs"),
    ("da", "Ruten baglæns"),
    ("fi", "Lenkki takaperin"),
    ("et", "Müts tagurpidi"),
    ("pl", "Tyłem do wiatru"),
    ("cs", "Okruh pozpátku"),
    ("sk", "Trasa pospiatky"),
    ("sl", "tek nazaj domov"),
    ("hr", "Prije dvije godine unatrag"),
    ("sr", "уназад три године"),
    ("hu", "Hátráltatott a szél"),
    ("ro", "Am mers înapoi la hotel"),
    ("ca", "mal d'esquena"),
    ("eu", "atzeraka gabe"),
    ("ru", "Бегу назад домой"),
    ("uk", "Рюкзак за спиною"),
    ("uk", "Проблеми зі спиною"),
    ("tr", "Eve geri koştum"),
    ("el", "Κοίταξα προς τα πίσω"),
    ("ja", "カムバックラン"),
    ("ja", "午前走り"),
    ("zh", "滑倒跑回家"),
    ("zh", "倒行逆施"),
    ("ko", "컴백 러닝"),
]

#: never backward, whether heard as a denial or not at all
NEVER_BACKWARD = ["no retro today", "no retro", "Retro: no", "nu cu spatele", "mitte tagurpidi", "zonder retro", "retro? nein"]

DENIALS = [
    "no backward today",
    "no more backward running",
    "nicht rückwärts",
    "kein Rückwärtslaufen heute",
    "statt rückwärts",
    "instead of backward",
    "don't run backwards",
    "Don’t run backwards",
    "without any backward running",
    "neither forward nor backward",
    "no forward or backward today",
    "weder vorwärts noch rückwärts",
    "backward: none",
    "sans marche arrière",
    "sin correr hacia atrás",
    "niet achteruit",
    "inte baklänges",
    "bez běhu pozpátku",
    "без бега назад",
    "geri geri koşu yok",
    "後ろ走りなし",
    "不倒走",
    "没有倒跑",
    "Backward: no",
    "Backward - no!",
    "rückwärts? nein",
    "kein Retrolauf",
    "pas de course arrière",
    "nada de correr hacia atrás",
    "sem correr de costas",
    "niente corsa all'indietro",
    "ikke baglæns",
    "uten baklengs",
    "ei takaperin",
    "bez biegu tyłem",
    "nie pospiatky",
    "ne unatrag",
    "ne atbulomis",
    "bez atmuguriski",
    "hátrafelé futás nélkül",
    "fără alergare cu spatele",
    "no cap enrere",
    "не спиною вперед",
    "без бягане назад",
    "geri geri değil",
    "χωρίς προς τα πίσω",
    "לא ריצה לאחור",
    "بدون الجري للخلف",
    "بدون دویدن به عقب",
    "उल्टी दौड़ नहीं",
    "tanpa lari mundur",
    "không chạy lùi",
    "ไม่วิ่งถอยหลัง",
    "後ろ走りはしない",
    "今日は後ろ走りをやめた",
    "뒤로 걷지 않음",
    "뒤로 달리기 안 함",
]


def _found(text) -> Finding:
    finding = find_direction(text)
    assert finding is not None
    return finding


@pytest.mark.parametrize(("language", "text"), BACKWARD)
def test_backward_is_found_in_every_language(language, text):
    finding = find_direction(text)

    assert finding is not None
    assert finding.said is Said.BACKWARD
    assert finding.strong
    assert language in finding.languages


def test_more_than_fifteen_languages_are_tried_here():
    assert len({language for language, _ in BACKWARD}) >= 45


@pytest.mark.parametrize("text", FORWARD)
def test_forward_is_found(text):
    assert _found(text).said is Said.FORWARD


@pytest.mark.parametrize("text", FALSE_FRIENDS)
def test_a_false_friend_says_nothing(text):
    assert find_direction(text) is None


@pytest.mark.parametrize(("language", "text"), FALSE_FRIENDS_BY_LANGUAGE)
def test_a_false_friend_of_any_language_says_nothing(language, text):
    assert find_direction(text) is None


def test_false_friends_are_tried_in_more_than_fifteen_languages():
    assert len({language for language, _ in FALSE_FRIENDS_BY_LANGUAGE}) >= 25


@pytest.mark.parametrize("text", NEVER_BACKWARD)
def test_a_denied_weak_word_is_no_backward(text):
    finding = find_direction(text)

    assert finding is None or finding.said is Said.DENIED


@pytest.mark.parametrize("text", DENIALS)
def test_a_denied_direction_is_denied(text):
    assert _found(text).said is Said.DENIED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("backward, not forward", Said.BACKWARD),
        ("backward not forward", Said.BACKWARD),
        ("not forward but backward", Said.BACKWARD),
        ("not easy, backward", Said.BACKWARD),
        ("not only backward", Said.BACKWARD),
        ("no 3 backward", Said.BACKWARD),
        ("No. 3 backward", Said.BACKWARD),
        ("noch 5 min rückwärts", Said.BACKWARD),
        ("3. Mai rückwärts", Said.BACKWARD),
        ("nu achteruit", Said.BACKWARD),
        ("5분 동안 뒤로 걷기", Said.BACKWARD),
        ("forward only, no backward", Said.FORWARD),
        ("nicht rückwärts, sondern vorwärts", Said.FORWARD),
        ("rückwärts nein, vorwärts ja", Said.FORWARD),
        ("backward no problem", Said.BACKWARD),
        ("backward no. 2", Said.BACKWARD),
        ("ab Mitte rückwärts", Said.BACKWARD),
        ("ez hátrafelé", Said.BACKWARD),
        ("分别倒走5分钟", Said.BACKWARD),
        ("特別後ろ走り", Said.BACKWARD),
    ],
)
def test_a_denial_reaches_only_the_words_it_belongs_to(text, said):
    assert _found(text).said is said


@pytest.mark.parametrize(
    "text", ["5 min forward / 5 min backward", "vorwärts und rückwärts", "2' FWD 2' BWD", "вперёд и бег назад", "前向き・後ろ向き"]
)
def test_a_text_with_both_directions_is_mixed(text):
    assert _found(text).said is Said.MIXED


def test_spine_first_is_one_backward_word_though_it_contains_forward():
    assert find_direction("спиной вперед") == find_direction("СПИНОЙ ВПЕРЁД")
    assert _found("спиной вперед").words == (normalise("спиной вперед"),)


@pytest.mark.parametrize(
    "text", ["Retro", "retro 5 min", "Retro 400m x 6", "Rétro 2'", "3x Retro walk easy", "arrière 1 min", "bakåt 200 m", "назад 5 мин"]
)
def test_a_weak_word_counts_in_a_text_made_of_little_else(text):
    finding = find_direction(text)

    assert finding is not None
    assert finding.said is Said.BACKWARD
    assert finding.strong == (text == "3x Retro walk easy")


@pytest.mark.parametrize(
    "text", ["Retro Park run", "retro music", "Retro bike", "porte arrière", "luta dig bakåt", "десять лет назад", "mundur dari lomba"]
)
def test_a_weak_word_among_others_says_nothing(text):
    assert find_direction(text) is None


@pytest.mark.parametrize("text", ["forwarder", "abackward", "yorückwärts", "обратноназад"])
def test_a_word_is_matched_whole(text):
    finding = find_direction(text)

    assert finding is None or finding.words == ("forwarder",)


def test_looking_forward_does_not_hide_the_backward_behind_it():
    assert _found("looking forward to running backwards").said is Said.BACKWARD


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("backward start", Mark.START),
        ("Start backward", Mark.START),
        ("BWD on", Mark.START),
        ("BWD off", Mark.STOP),
        ("Anfang rückwärts", Mark.START),
        ("rückwärts Ende", Mark.STOP),
        ("début marche arrière", Mark.START),
        ("fin marche arrière", Mark.STOP),
        ("inicio de espaldas", Mark.START),
        ("fine corsa all'indietro", Mark.STOP),
        ("倒走开始", Mark.START),
        ("倒走结束", Mark.STOP),
        ("후진 시작", Mark.START),
        ("backward on the track", None),
        ("backward", None),
        ("weekend backward", None),
        ("start stop", None),
    ],
)
def test_a_start_and_a_stop_are_told_apart(text, mark):
    assert find_mark(text) is mark


def test_a_lone_stop_is_no_bus_stop():
    assert find_mark("stop", is_alone=True) is Mark.STOP
    assert find_mark("bus stop", is_alone=True) is None
    assert find_mark("bus stop") is Mark.STOP


def test_accents_case_and_width_do_not_matter():
    assert normalise("RÜCKWÄRTS") == normalise("rückwärts") == "ruckwarts"
    assert normalise("ＢＷＤ") == "bwd"
    assert normalise("İleri") == "ileri"
    assert normalise("baglæns løb") == "baglaens lob"


def test_every_phrase_of_the_lexicon_is_found_in_itself():
    lost = []
    for word in lexicon():
        text = word.phrase.replace("*", "").replace("~", "x")
        finding = find_direction(text)
        if word.meaning is Meaning.FALSE_FRIEND:
            continue
        wanted = Said.BACKWARD if word.meaning in (Meaning.BACKWARD, Meaning.WEAK_BACKWARD) else Said.FORWARD
        if finding is None or finding.said is not wanted:
            lost.append((word.language, word.phrase, finding))
    assert lost == []


def test_every_false_friend_of_the_lexicon_silences_itself():
    heard = []
    for word in lexicon():
        if word.meaning is Meaning.FALSE_FRIEND:
            finding = find_direction(word.phrase.replace("*", "").replace("~", "the"))
            if finding is not None:
                heard.append((word.language, word.phrase, finding))
    assert heard == []


def test_no_phrase_stands_twice_in_one_language_with_two_meanings():
    seen: dict[tuple[str, str], Meaning] = {}
    for word in lexicon():
        assert seen.setdefault((word.language, word.phrase), word.meaning) is word.meaning


def test_the_documentation_lists_every_phrase():
    page = (Path(__file__).parent.parent / "docs" / "lexicon.md").read_text(encoding="utf-8")
    missing = [phrase for _, _, phrases in WORDS for phrase in phrases.split(" | ") if f"`{phrase}`" not in page]
    assert missing == []


@given(st.text(max_size=80))
def test_any_text_gives_an_answer(text):
    finding = find_direction(text)

    assert finding is None or finding.words


@given(st.sampled_from(FALSE_FRIENDS), st.integers(0, 999), st.sampled_from(["km", "min", "x"]))
def test_numbers_around_a_false_friend_wake_nothing(text, number, unit):
    assert find_direction(f"{number} {unit}, {text}, {number} {unit}") is None


def test_a_text_without_a_candidate_costs_microseconds():
    search = find_direction.__wrapped__
    search("Morning Run")

    per_call_s = min(timeit.repeat(lambda: search("Lunch Run around the park"), number=1000, repeat=5)) / 1000

    assert per_call_s < 50e-6  # 5 to 10 microseconds measured; the margin is for a loaded machine


def test_importing_the_lexicon_compiles_nothing():
    code = (
        "import re, time; real = re.compile; calls = []\n"
        "import importer.values.session\n"
        "re.compile = lambda *a, **k: (calls.append(a[0]), real(*a, **k))[1]\n"
        "import importer.detect.declared\n"
        "print(len(calls))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert int(done.stdout) == 0


@pytest.mark.corpus
def test_no_name_in_the_real_recordings_says_backward(corpus):
    heard = []
    with (corpus / "MANIFEST.csv").open(encoding="utf-8", newline="") as rows:
        paths = [row["path"] for row in csv.DictReader(rows) if row["path"].lower().endswith((".gpx", ".tcx"))]
    read = 0
    for path in paths:
        try:
            root = ET.parse(corpus / path).getroot()  # noqa: S314 - files of our own
        except ET.ParseError:
            continue
        read += 1
        for element in root.iter():
            if element.tag.rpartition("}")[2] in {"name", "desc", "cmt", "type", "Notes", "keywords"} and element.text:
                finding = find_direction(element.text)
                if finding is not None and finding.said is not Said.DENIED:
                    heard.append((path, element.text, finding))
    assert read > 50
    assert heard == []

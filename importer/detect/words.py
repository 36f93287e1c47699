"""The words runners use for the direction they move in, language by language. Data only.

Conventions: one row holds one meaning in one language, its phrases parted by ``|``. In a phrase

- a space stands for blanks, hyphens, apostrophes or nothing at all: ``retro run`` finds "retro-run" and "retrorun";
- ``*`` at the edge of a word stands for any letters: ``backward*`` finds "backwards";
- ``~`` stands for up to three words.

Case, accents and width do not matter (`importer.detect.lexicon.normalise`); a word is matched whole, except in scripts
without word borders. The longest match wins, so a false friend is simply a longer phrase around the word that misleads.
Nothing here is ever matched against the names of the FIT profile (``backward_leg_swings``): only against free text.

Source: public texts of runners and dictionaries; docs/lexicon.md says how far the languages were checked.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Meaning(StrEnum):
    """What a phrase says about direction; a weak one counts only in a text made of little else."""

    BACKWARD = "backward"
    WEAK_BACKWARD = "weak backward"
    FORWARD = "forward"
    WEAK_FORWARD = "weak forward"
    FALSE_FRIEND = "false friend"


_B, _b, _F, _f, _X = Meaning.BACKWARD, Meaning.WEAK_BACKWARD, Meaning.FORWARD, Meaning.WEAK_FORWARD, Meaning.FALSE_FRIEND

#: (language, meaning, phrases)
WORDS: Final[tuple[tuple[str, Meaning, str], ...]] = (
    ("en", _B, "backward* | bwd* | bkwd* | bckwd* | backpedal* | back pedal* | retro run* | retro jog* | retro walk* | retro sprint*"),
    ("en", _B, "retro locomotion | reverse running | reverse jogging | reverse walking | rearward run* | rearward walk*"),
    ("en", _b, "retro | reverse run | reverse walk | reverse jog | reverse sprint* | run* in reverse | walk* in reverse"),
    ("en", _b, "jog* in reverse"),
    ("en", _F, "forward* | fwd* | frwd*"),
    ("en", _X, "backward* compat* | backward* looking | backward* hat | backward* cap | hat backward* | cap backward*"),
    ("en", _X, "ass backward* | backward* arm* | backward* shoulder* | backward* leg swing* | backward* lunge* | backward* roll*"),
    ("en", _X, "backward* bend* | arm* ~ backward* | shoulder* ~ backward* | leg swing* ~ backward* | lunge* ~ backward*"),
    ("en", _X, "forward* ~ backward* leg swing* | lean* ~ backward* | bend* ~ backward* | bent ~ backward* | fell backward*"),
    ("en", _X, "fall* backward* | look* backward* | glanc* backward* | count* backward* | work* backward* | clock* ~ backward*"),
    ("en", _X, "fitness ~ backward* | progress ~ backward* | a step backward* | one step backward* | two steps backward*"),
    ("en", _X, "big step backward* | know* ~ backward* | throw* ~ backward* | feel* like ~ backward* | felt like ~ backward*"),
    ("en", _X, "feels as if ~ backward* | skat* backward* | ski* backward* | loop backward* | course backward* | route backward*"),
    ("en", _X, "trail backward* | parkrun backward* | circuit backward* | backward* loop | backward* course | backward* route"),
    ("en", _X, "backward* trail | backward* parkrun | backward* circuit | backward* direction of ~ loop | loop ~ in reverse"),
    ("en", _X, "course ~ in reverse | route ~ in reverse | parkrun ~ in reverse | reverse run* loop | reverse run* course"),
    ("en", _X, "reverse run* route | run* in reverse order | retro run* shoe* | retro run* gear | retro run* kit | retro run* top"),
    ("en", _X, "retro run* shop | retro run* short* | retro run* outfit* | look* forward* | fast forward* | forward* lean*"),
    ("en", _X, "lean* ~ forward* | forward* fold* | forward* bend* | bend* forward* | forward* leg swing* | leg swing* forward*"),
    ("en", _X, "forward* lunge* | lunge* forward* | forward* roll* | forward* slash | fac* forward* | head forward* | eyes forward*"),
    ("en", _X, "gaze forward* | going forward* with | straight forward* | carry* forward*"),
    ("de", _B, "rückwärts* | rueckwaerts* | ruckwaerts* | retrolauf* | retro lauf* | retroläuf* | retrogeh* | rücklings"),
    ("de", _b, "rückwärtsgang | rueckwaertsgang | rückw | rueckw"),
    ("de", _F, "vorwärts* | vorwaerts*"),
    ("de", _f, "vorw"),
    ("de", _X, "rückwärtskompatib* | rückwärtsgewandt* | rückwärtstrend | rückwärts kompatib* | rückwärts einpark* | rückwärtsrolle*"),
    ("de", _X, "rolle rückwärts | salto rückwärts | schritt rückwärts | rückwärts zähl* | rückwärts gezählt | rückwärts essen"),
    ("de", _X, "arm* ~ rückwärts | ausfallschritt* ~ rückwärts | schulter* ~ rückwärts | armkreisen ~ rückwärts"),
    ("de", _X, "es ging ~ rückwärts mit | strecke rückwärts | route rückwärts | *strecke rückwärts | hausrunde rückwärts"),
    ("de", _X, "seerunde rückwärts | kurs rückwärts"),
    ("fr", _B, "à reculons | course arrière | cour* en arrière | cour* à l envers | march* arrière | march* en arrière"),
    ("fr", _B, "rétro course | rétro marche | foulée arrière | dos à la marche"),
    ("fr", _b, "arrière | en arrière | vers l arrière | reculons | rétro"),
    ("fr", _F, "course avant | marche avant | en avant | vers l avant"),
    ("fr", _X, "retour en arrière | pas en arrière | penché* en arrière | y ~ à reculons | parti* à reculons | venu* à reculons"),
    ("fr", _X, "faire ~ marche arrière | fait ~ marche arrière | course arrière saison | course arrière pays | de l avant en"),
    ("es", _B, "hacia atrás | para atrás | marcha atrás | de espaldas | retro carrera* | retro marcha | retrocediendo"),
    ("es", _B, "caminata atrás"),
    ("es", _b, "atrás | retroceso"),
    ("es", _F, "hacia adelante | hacia delante | para adelante | para delante"),
    ("es", _f, "adelante"),
    ("es", _X, "dolor* de espaldas | mir* hacia atrás | mir* para atrás | cuenta atrás | cuenta hacia atrás | dar* marcha atrás"),
    ("es", _X, "dio marcha atrás | dej* ~ atrás | qued* ~ atrás | volver hacia atrás | nad* de espaldas | salir adelante"),
    ("es", _X, "de ahora en adelante"),
    ("pt", _B, "de costas | para trás | marcha atrás | marcha à ré | às arrecuas | arrecuas | retro corrida"),
    ("pt", _B, "corrida invertida de costas"),
    ("pt", _b, "de ré | em ré"),
    ("pt", _F, "para a frente | para frente | para diante"),
    ("pt", _X, "dor* de costas | dor* nas costas | mal de costas | nad* de costas | deix* ~ para trás | fic* ~ para trás"),
    ("pt", _X, "olh* ~ para trás"),
    ("it", _B, "all indietro | corsa indietro | corr* indietro | cammin* indietro | retro corsa | retro camminata | corsa a ritroso"),
    ("it", _B, "corr* a ritroso | cammin* a ritroso | corr* di spalle | passo del gambero"),
    ("it", _b, "indietro | a ritroso | retromarcia"),
    ("it", _F, "in avanti | corsa avanti | corr* avanti"),
    ("it", _f, "avanti"),
    ("it", _X, "avanti e indietro | torn* indietro | torn* all indietro | percorso a ritroso | giro a ritroso | passo indietro"),
    ("it", _X, "conto all indietro | salto all indietro | rimast* indietro | d ora in avanti"),
    ("nl", _B, "achteruit | achteruitlo* | achteruitren* | achteruitwandel* | achterwaarts* | ruggelings"),
    ("nl", _b, "achterstevoren | achterste voren"),
    ("nl", _F, "vooruitlo* | vooruitren* | voorwaarts*"),
    ("nl", _f, "vooruit"),
    ("nl", _X, "achteruitgang | conditie ~ achteruit | gaat ~ achteruit | ging ~ achteruit | ga ik achteruit | rondje achteruit"),
    ("sv", _B, "baklänges* | bakåtlöp* | springa bakåt | löpning bakåt | gå bakåt | bakåtgång"),
    ("sv", _b, "bakåt"),
    ("sv", _F, "framåt | framlänges"),
    ("sv", _X, "luta* ~ bakåt | luta* ~ framåt | steg bakåt | blick* bakåt | baklänges runt ~ banan"),
    ("nb", _B, "baklengs* | løpe bakover | løping bakover | gå bakover"),
    ("nb", _b, "bakover"),
    ("nb", _F, "forlengs* | forover | framover"),
    ("nb", _f, "fremover"),
    ("nb", _X, "len* ~ bakover | len* ~ forover"),
    ("da", _B, "baglæns* | løbe bagud | løb bagud"),
    ("da", _b, "bagud"),
    ("da", _F, "forlæns* | fremad"),
    ("is", _B, "afturábak | aftur á bak"),
    ("fi", _B, "takaperin* | selkä edellä | taaksepäin juoks* | juoks* taaksepäin | kävel* taaksepäin"),
    ("fi", _b, "taaksepäin"),
    ("fi", _F, "etuperin | eteenpäin"),
    ("et", _B, "tagurpidi* | selg ees"),
    ("lv", _B, "atmuguriski"),
    ("lv", _F, "uz priekšu"),
    ("lt", _B, "atbulomis | atbulas | atbulai"),
    ("lt", _f, "pirmyn"),
    ("pl", _B, "tyłem | bieg* wstecz | bieg* do tyłu | chod* wstecz | chod* do tyłu | marsz* do tyłu | marsz* wstecz"),
    ("pl", _b, "wstecz | do tyłu"),
    ("pl", _F, "przodem | do przodu"),
    ("pl", _f, "naprzód"),
    ("pl", _X, "krok wstecz | krok do tyłu | krok do przodu | tyłem głowy"),
    ("cs", _B, "pozpátku | běh* pozadu | běh* dozadu | chůz* pozadu | chůz* dozadu | couvání"),
    ("cs", _b, "pozadu | dozadu"),
    ("cs", _F, "popředu | dopředu"),
    ("cs", _f, "vpřed"),
    ("sk", _B, "pospiatky | beh dozadu | chôdza dozadu | cúvanie"),
    ("sl", _B, "vzvratno | zadenjsko | ritensko | tek nazaj | hoja nazaj"),
    ("sl", _b, "nazaj"),
    ("hr", _B, "unatrag | unazad | natraške | natraske | trčanje unazad | hod unazad"),
    ("hr", _f, "naprijed | napred"),
    ("sr", _B, "уназад | унатраг | натрашке"),
    ("sr", _f, "напред"),
    ("hu", _B, "hátrafelé | hátrál* | háttal fut* | háttal gyalog* | háttal séta* | háttal előre | futás háttal | séta háttal"),
    ("hu", _b, "háttal | hátra"),
    ("hu", _F, "előrefelé"),
    ("hu", _f, "előre"),
    ("ro", _B, "cu spatele | mers înapoi | alergare înapoi | alerg* cu spatele | de a îndăratelea | mersul înapoi"),
    ("ro", _b, "înapoi"),
    ("ro", _f, "înainte"),
    ("ro", _X, "probleme cu spatele | dureri cu spatele"),
    ("ca", _B, "cap enrere | d esquena | corr* enrere | camin* enrere | a recules"),
    ("ca", _b, "enrere"),
    ("ca", _F, "cap endavant"),
    ("ca", _f, "endavant"),
    ("ca", _X, "mal d esquena | dolor d esquena"),
    ("eu", _B, "atzeraka | atzerantz"),
    ("eu", _f, "aurrera"),
    ("ru", _B, "спиной вперед | задом наперед | задом | бег* назад | ходьб* назад | бег* спиной | ходьб* спиной | ретро бег*"),
    ("ru", _B, "ретро ходьб* | пятясь"),
    ("ru", _b, "назад | ретро"),
    ("ru", _F, "лицом вперед | вперед"),
    ("ru", _X, "вперед назад | туда и назад"),
    ("uk", _B, "спиною вперед | спиною | задом наперед | задкуючи | задки | біг* назад | ходьб* назад | ретро біг*"),
    ("uk", _F, "обличчям вперед | уперед"),
    ("bg", _B, "заднишком | назаднишком | бягане назад | ходене назад | с гръб напред"),
    ("tr", _B, "geri geri | geriye doğru | geri koş* | geriye koş* | geri yürü* | geriye yürü* | arka arka | arkaya doğru"),
    ("tr", _b, "geri | geriye"),
    ("tr", _F, "ileri doğru | öne doğru"),
    ("tr", _f, "ileri | ileriye"),
    ("tr", _X, "geriye doğru say*"),
    ("el", _B, "προς τα πίσω | τρέξιμο ανάποδα | τρέχ* ανάποδα | περπάτημα ανάποδα | περπατ* ανάποδα | πισωπάτημα* | πισωπατ*"),
    ("el", _B, "με την πλάτη"),
    ("el", _b, "ανάποδα | όπισθεν | πίσω"),
    ("el", _F, "προς τα εμπρός | προς τα μπροστά"),
    ("el", _f, "εμπρός | μπροστά"),
    ("el", _X, "κοιτ* προς τα πίσω | πόνος με την πλάτη | πρόβλημα με την πλάτη"),
    ("he", _B, "ריצה לאחור | הליכה לאחור | ריצה אחורה | הליכה אחורה | רץ אחורה | ריצה אחורנית | הליכה אחורנית"),
    ("he", _b, "לאחור | אחורה | אחורנית"),
    ("he", _f, "קדימה"),
    ("ar", _B, "الجري للخلف | المشي للخلف | الركض للخلف | جري للخلف | مشي للخلف | الجري إلى الخلف | المشي إلى الخلف"),
    ("ar", _B, "الجري الى الخلف | المشي الى الخلف | الركض إلى الخلف | الجري للوراء | المشي للوراء"),
    ("ar", _b, "للخلف | للوراء"),
    ("ar", _f, "للأمام | للامام"),
    ("fa", _B, "دویدن به عقب | راه رفتن به عقب | دویدن رو به عقب"),
    ("hi", _B, "उल्टा चलना | उल्टी दौड़ | उल्टा दौड़ना | पीछे की ओर चलना | पीछे की ओर दौड़ना"),
    ("id", _B, "lari mundur | jalan mundur | berlari mundur | berjalan mundur"),
    ("id", _b, "mundur"),
    ("id", _F, "lari maju | jalan maju | berlari maju | berjalan maju"),
    ("id", _f, "maju"),
    ("vi", _B, "chạy lùi | đi lùi | đi bộ lùi | chạy giật lùi | đi giật lùi | chạy ngược lùi"),
    ("vi", _F, "chạy tiến | đi tiến"),
    ("th", _B, "วิ่งถอยหลัง | เดินถอยหลัง"),
    ("th", _b, "ถอยหลัง"),
    ("th", _F, "วิ่งเดินหน้า | วิ่งไปข้างหน้า | เดินไปข้างหน้า"),
    ("ja", _B, "後ろ向き | 後向き | 後ろむき | うしろ向き | 後ろ走り | うしろ走り | 後ろ歩き | うしろ歩き | バック走 | バックラン"),
    ("ja", _B, "バックウォーク | 後退走 | 後進走 | 後退歩行 | レトロランニング | レトロウォーキング"),
    ("ja", _b, "後ろ | 後退 | 後進 | バック | レトロ"),
    ("ja", _F, "前向き | 前走り | 前歩き | 前進"),
    ("ja", _f, "前"),
    ("ja", _X, "後ろ向きな | 後ろ向きに考 | 前向きな | 前向きに考 | 前向きに頑 | バックランプ | 逆走 | 巻き戻し"),
    ("zh", _B, "倒走 | 倒跑 | 倒着走 | 倒着跑 | 倒著走 | 倒著跑 | 后退走 | 后退跑 | 後退跑 | 倒退走 | 倒退跑 | 退步走 | 退步跑"),
    ("zh", _B, "倒步走 | 向后跑 | 向后走 | 向後跑 | 向後走 | 往后跑 | 往后走 | 往後跑 | 往後走 | 背向跑 | 背向走 | 倒行"),
    ("zh", _b, "后退 | 倒退 | 向后 | 向後 | 往后 | 往後 | 倒着 | 倒著"),
    ("zh", _F, "向前跑 | 向前走 | 往前跑 | 往前走 | 前进 | 前進走 | 前進跑"),
    ("zh", _f, "正走 | 正跑 | 向前 | 往前"),
    ("zh", _X, "摔倒 | 跌倒 | 绊倒 | 晕倒 | 累倒 | 病倒 | 吓倒 | 打倒 | 推倒 | 反倒 | 倒走狗 | 逆走"),
    ("ko", _B, "뒤로 걷 | 뒤로 걸 | 뒤로 달리 | 뒤로 뛰 | 거꾸로 걷 | 거꾸로 걸 | 거꾸로 달리 | 거꾸로 뛰 | 뒷걸음 | 백러닝"),
    ("ko", _B, "후진 달리"),
    ("ko", _b, "뒤로 | 거꾸로 | 후진"),
    ("ko", _F, "앞으로 걷 | 앞으로 걸 | 앞으로 달리 | 앞으로 뛰"),
    ("ko", _f, "앞으로"),
    ("ko", _X, "코스 거꾸로 | 역주행"),
)

#: Words that deny a direction word within the next few words. Left out because they mean something harmless elsewhere:
#: "mai" (May), "noch" (another), "nu" (now), "en" (in), "안" (as in "동안", during).
NOT_BEFORE: Final = (
    "no | not | never | without | instead of | rather than | neither | nor | none | skipped | cancelled | canceled | avoid"
    " | stop doing | don t | didn t | doesn t | isn t | wasn t | couldn t | can t | cannot | won t | nicht | kein | keine"
    " | keinen | ohne | statt | anstatt | nie | niemals | weder | pas | sans | jamais | aucun* | au lieu de | ni | ne | sin"
    " | nunca | jamás | en vez de | en lugar de | sem | não | em vez de | senza | non | invece di | zonder | geen | niet"
    " | nooit | in plaats van | utan | inte | ingen | inget | aldrig | istället för | ikke | uten | uden | aldri"
    " | i stedet for | i stedet for å | ekki | ilman | ei | älä | bez | zamiast | není | nikdy | místo | brez | nem | nincs"
    " | fără | sense | без | не | нет | вместо | ні | немає | замість | χωρίς | δεν | όχι | μην | αντί για | לא | בלי | ללא"
    " | بدون | لا | لم | tanpa | tidak | bukan | không"
)

#: The same in scripts without blanks, where only the next word is denied.
NOT_RIGHT_BEFORE: Final = "不 | 没 | 沒 | 没有 | 沒有 | 无 | 無 | 勿 | 未 | ไม่"

#: Words that deny the direction word before them, at most one word away.
NOT_AFTER: Final = (
    "none | not today | not done | not this time | nein | entfällt | ausgefallen | abgesagt | skipped | cancelled"
    " | canceled | değil | yok | olmadan | nélkül | nincs | なし | 無し | ではない | じゃない | しない | せず | 없음 | 없이"
    " | 아님 | 안 함 | 안함 | 没有 | 沒有 | 取消"
)

#: Words that end what a denial reaches: "not fast but backward".
BUT: Final = (
    "but | aber | sondern | mais | pero | sino | mas | ma | maar | men | utan | mutta | ale | lecz | но | а | але | ama"
    " | αλλά | only | just | nur"
)

#: Words that carry a denial on to the next direction: "neither forward nor backward".
OR: Final = "or | nor | oder | noch | ou | ni | o | e | né | of | eller | tai | lub | ani | nebo | vagy | или | або | veya | ή"

#: Words that open and close a stretch.
START: Final = (
    "start* | begin* | anfang | ab hier | début | debut | départ | depuis ici | inicio | comienzo | empieza* | início"
    " | começ* | inizi* | börja* | påbörja* | begynn* | alku | alkaa | początek | začátek | začiatok | kezdet* | kezd*"
    " | begint | начал* | старт* | нача* | початок | başla* | αρχή | έναρξη | התחלה | بداية | mulai | bắt đầu | เริ่ม | 開始"
    " | 开始 | 始め | 始まり | スタート | 시작"
)
STOP: Final = (
    "stop* | end | ends | ended | ende | finish* | done | schluss | bis hier | fin | arrêt* | fim | fine | termin* | einde"
    " | eindigt | slut* | slutt* | loppu* | koniec | konec | vége | vege | конец | стоп | финиш | кінець | bitiş | bitti"
    " | τέλος | λήξη | סוף | סיום | نهاية | selesai | kết thúc | หยุด | จบ | 終了 | 終わり | 终了 | 结束 | 結束 | ストップ"
    " | 종료 | 끝"
)

#: The same, where they mean it only as the last word: "backward on", but not "backward on the track".
START_LAST: Final = "on | los | an"
STOP_LAST: Final = "off | aus | son | dur"

#: What may stand beside a weak word: a text of these and numbers alone is "made of little else".
FILLERS: Final = (
    "a | an | the | of | for | in | to | my | and | then | at | with | de | la | le | les | el | il | en | y | e | et | und"
    " | mit | im | am | i | och | og | x | km | kms | m | mi | mile | miles | yd | yards | meter | meters | metres | metros"
    " | metri | mètres | k | s | sec | secs | second | seconds | sek | sekunden | segundos | secondi | secondes | sekunder"
    " | min | mins | minute | minutes | minuten | minutos | minuti | minuter | minutter | h | hr | hour | hours | std | stunde"
    " | мин | сек | м | км | dk | sn | perc | λεπτά | rep | reps | repeat | repeats | repetition | repetitions | set | sets"
    " | round | rounds | int | interval | intervals | intervall | intervalle | intervalo | intervallo | intervalli | block"
    " | blocks | step | lap | laps | section | part | phase | wdh | serie | series | série | vuelta | tour | run | runs"
    " | running | jog | jogging | walk | walks | walking | sprint | sprints | stride | strides | drill | drills | session"
    " | training | workout | work | recovery | warm | up | warmup | cool | down | cooldown | easy | hard | slow | slowly"
    " | fast | quick | steady | tempo | pace | hill | hills | uphill | downhill | treadmill | track | indoor | outdoor | lauf"
    " | laufen | gehen | locker | langsam | schnell | zügig | berg | bergauf | bergab | laufband | bahn | runde | einlaufen"
    " | auslaufen | course | courir | marche | marcher | lent | vite | rapide | tapis | côte | correr | carrera | caminar"
    " | andar | lento | rápido | cinta | cuesta | corrida | caminhada | esteira | corsa | correre | camminare | camminata"
    " | piano | veloce | salita | lopen | rennen | hardlopen | wandelen | löpning | springa | löp | gå | gång | løb | løbe"
    " | løp | løpe | juoksu | juokse | kävely | bieg | biegnij | marsz | chód | běh | chůze | beh | futás | fuss | séta"
    " | gyaloglás | alergare | бег | бегом | ходьба | ходьбой | біг | koşu | koş | yürüyüş | yürü | τρέξιμο | περπάτημα | lari"
    " | jalan | ריצה | הליכה | جري | مشي | 分 | 秒 | 分钟 | 分鐘 | 分間 | 秒間 | 米 | 公里 | キロ | メートル | 走 | 跑 | 步"
    " | 慢 | 快 | 走り | 歩き | 분 | 초 | 미터 | 달리기 | 걷기 | 뛰기"
)

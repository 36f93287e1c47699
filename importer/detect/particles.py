"""The small words around a direction: denials, what ends or carries on a denial, start and stop, fillers. Data only.

Conventions: as in `importer.detect.words`: phrases parted by ``|``, a space stands for blanks, hyphens, apostrophes or nothing,
``*`` for any letters. All languages stand together: a text is not told its language.

Source: dictionaries; docs/lexicon.md says how far the languages were checked.
"""

from __future__ import annotations

from typing import Final

#: Words that deny a direction word within the next few words. Left out because they mean something harmless elsewhere:
#: "mai" (May), "noch" (another), "nu" (now), "en" (in), "안" (as in "동안", during).
NOT_BEFORE: Final = (
    "no | not | never | without | instead of | rather than | neither | nor | none | skipped | cancelled | canceled | avoid"
    " | stop doing | don t | didn t | doesn t | isn t | wasn t | couldn t | can t | cannot | won t | nicht | kein | keine"
    " | keinen | ohne | statt | anstatt | nie | niemals | weder | pas | sans | jamais | aucun* | au lieu de | ni | ne | sin"
    " | nada de | nunca | jamás | en vez de | en lugar de | sem | não | em vez de | senza | niente | non | invece di | zonder | geen | niet"
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
    " | 아님 | 안 함 | 안함 | 않음 | 않기 | 않았 | はしない | はせず | はなし | をやめ | はやめ | 中止 | 没有 | 沒有 | 取消 | नहीं | मत"
)

#: The same, where they mean it only as the last word: "Backward: no", but not "backward no problem".
NOT_LAST: Final = (
    "no | non | nein | nee | nej | nei | nie | ne | não | ei | нет | ні | не | όχι | לא | لا | hayır | tidak | không | いいえ | 否"
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

"""What banks write into tables besides days, amounts and texts: which way money went, what has been booked, which rows are no entries."""

from __future__ import annotations

import re

__all__ = [
    "ACCOUNT_TITLE",
    "BALANCE_LABEL",
    "BALANCE_ROW",
    "BALANCE_STARTS",
    "BOOKED",
    "DAY_INSIDE",
    "DECLINED",
    "GOT",
    "IBAN",
    "IN",
    "OUT",
    "PAGE",
    "PAID",
    "PAID_BACK",
    "PAIRS",
    "PENDING",
    "SPENT",
    "SUM_ROW",
]


def words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


OUT = words(
    "d|debit|transfer-out|withdrawal|db|dr|s|soll|af|out|dbit|-|expense|debito|dare|debet|ausgabe|ausgang|belastung|debit card|支出"
    "|outflow|kiadás|cargo|deebet|debetas|debito|gider|uscita|sortie|saida|saída|salida|odchozí|outgoing|ausgehend|money out|paid out"
    "|obciążenie|expenses|exp.|χρέωση|χ"
    "|dr.|debited|spend|spent|sent|payment out|débit|débito|dépense|gasto|egreso|despesa|addebito|abbuchung|lastschrift|wydatek|výdaj"
    "|terhelés|isplata|dugovanje|otto|veloitus|uttag|hævet|borç|списание|расход|дебет|списання|витрата|дебіт|חובה|مدين|ถอน|ghi nợ"
    "|дт|nota débito|nota debito|n/d|nd|keluar|出金|支払|支払い|出款|转出|借|출금"
)
IN = words(
    "c|credit|transfer-in|deposit|cr|h|haben|bij|in|crdt|+|income|credito|avere|kredit|einnahme|eingang|gutschrift|收入|abono|k|kreedit"
    "|inflow|bevétel|kreditas|gelir|entrata|entrée|entrada|příchozí|incoming|eingehend|money in|paid in|uznanie|πίστωση|π|inc."
    "|cr.|credited|received|payment in|crédit|crédito|recette|ingreso|receita|accredito|einzahlung|wpływ|příjem|prijem|jóváírás|uplata"
    "|potraživanje|pano|hyvitys|insättning|indsat|alacak|пополнение|зачисление|приход|кредит|зарахування|дохід|кредіт|זכות|دائن|ฝาก|ghi có"
    "|кт|nota crédito|nota credito|n/c|nc|masuk|入金|进款|转入|贷|입금"
)
# letters that say so only beside each other, for money out and in: cargo and abono, dare and avere, withdrawal and deposit
PAIRS = tuple((frozenset(pair[0]), frozenset(pair[1])) for pair in words("ca|da|dr|se|gi|ei|ue|dp|tj|ou|ba|wd|pr"))
# what a card or an account did, which says so only where no amount has a sign; a card is paid
SPENT = words(
    "purchase|sale|withdrawal|fee|cash advance|kauf|einkauf|abhebung|gebühr|achat|retrait|frais|compra|retiro|comisión|acquisto|prelievo"
    "|aankoop|opname|køb|köp|uttak|zakup|nákup|výběr|покупка"
)
GOT = words(
    "refund|return|reversal|deposit|cashback|rückzahlung|erstattung|einzahlung|remboursement|versement|reembolso|devolución|depósito|rimborso"
    "|versamento|terugbetaling|storting|tilbagebetaling|återbetalning|zwrot|wpłata|vrácení|vklad|возврат|пополнение"
)
PAID = words("payment|zahlung|paiement|pago|pagamento|betaling|betalning|płatność|splátka|оплата")
PENDING = words(
    "pending|uncleared|vorgemerkt|umsatz vorgemerkt|offen|en attente|pendiente|in attesa|authorised|authorized|open|processing"
    "|pending authorization|held|reserviert|ausstehend|nicht gebucht|in bearbeitung|autorisiert|on hold|unposted|not posted|provisional"
    "|autorizzato|autorizzata|non contabilizzato|non contabilizzata|en cours|pendente|oczekująca|oczekujące|w toku|blokada|väntande"
    "|reserverad|reserverat|reserveret|reservert|venter|in behandeling|gereserveerd|v zpracování|ожидание|в обработке|未確定"
    "|scheduled|geplant|terminiert|planlagt|planerad|programmé|programmée|prévu|agendado|en proceso|retenido|em processamento|prenotata"
    "|prenotato|da contabilizzare|blokace|nezaúčtováno|blokácia|rezervácia|függőben|în așteptare|in asteptare|na čekanju|rezervirano"
    "|εκκρεμεί|σε εκκρεμότητα|ootel|broneeritud|rezervuota|rezervēts|odottaa|katevaraus|varaus|beklemede|bekliyor|provizyon|ממתין|בתהליך"
    "|معلق|قيد الانتظار|в очікуванні|в обробці|чакаща|รอดำเนินการ|menunggu|đang xử lý|処理中|保留中|待处理|处理中|대기"
)
DECLINED = words(
    "reverted|failed|declined|cancelled|canceled|denied|expired|voided|refused|rejected|storniert|abgelehnt|rechazado|交易关闭"
    "|rückgängig gemacht|fehlgeschlagen|abgebrochen|refusé|refusée|annulé|annulée|rifiutato|rifiutata|annullato|annullata|rechazada"
    "|cancelado|cancelada|anulado|anulada|revertido|recusada|geweigerd|geannuleerd|odrzucona|odrzucone|anulowana|cofnięta|zamítnuto"
    "|afvist|avvist|avvisad|nekad|отклонена|отклонено|отменена|отменено|交易失败|unsuccessful"
    "|error|aborted|not executed|nicht ausgeführt|zurückgewiesen|échoué|échouée|non exécuté|non exécutée|fallito|fallita|non eseguito"
    "|fallido|fallida|no ejecutado|denegado|denegada|falhou|recusado|não executado|mislukt|niet uitgevoerd|mislykket|mislykkedes"
    "|misslyckad|misslyckades|avbruten|avbrutt|annulleret|epäonnistui|hylätty|zamítnutá|zamítnuta|zamietnutá|zamietnuté|zrušeno|elutasítva|sikertelen|respinsă|respins"
    "|eșuată|odbijeno|otkazano|zavrnjeno|απορρίφθηκε|ακυρώθηκε|reddedildi|basarisiz|iptal edildi|נדחה|נכשל|مرفوض|فشل|відхилено|скасовано"
    "|отклонен|отказана|неуспешна|ล้มเหลว|gagal|ditolak|thất bại|失敗|失败|已关闭|실패"
)
BOOKED = words(
    "completed|complete|posted|cleared|booked|settled|ok|executed|paid|processed|success|successful|reconciled|confirmed|done|final|c|x|*"
    "|gebucht|umsatz gebucht|abgeschlossen|verbucht|ausgeführt|contabilizzato|contabilizzata|contabilizado|contabilizada|completato"
    "|completata|completado|completada|liquidado|terminé|effectué|effectuée|exécuté|exécutée|comptabilisé|comptabilisée|geaccepteerd"
    "|voltooid|uitgevoerd|geboekt|zrealizowana|zaksięgowana|zakończona|rozliczona|bokfört|bokført|bogført|udført|utfört|utført"
    "|zaúčtováno|выполнена|выполнено|исполнено|交易成功|支付成功|已存入零钱|提现已到账|对方已收钱|已转账|sent|issued|deposited|berechnet|betald|betalt|выполнен"
    "|approvato|suoritettu|portée au compte"
)
IBAN = re.compile(r"\b[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}\b")
# what a card got
PAID_BACK = re.compile(
    r"(?i)\b(?:payments?|autopay|refund|returns?|thank you|zahlung|einzahlung|gutschrift|rückzahlung|erstattung|paiement|prélèvement"
    r"|prelevement|remboursement|versement|merci|pago|abono|reembolso|devolución|gracias|pagamento|rimborso|estorno|grazie|betaling"
    r"|terugbetaling|storting|betalning|inbetalning|återbetalning|indbetaling|innbetaling|suoritus|maksusuoritus|hyvitys|spłata|wpłata|zwrot"
    r"|splátka|vrácení|ödeme|iade|погашение|возврат|пополнение)\b|还款|退款|ご入金|返金"
)
# a row that says what the account held, or sums up others
BALANCE_ROW = re.compile(
    r"(?i)\W*(?:(?:open(?:ing)?|clos(?:e|ing)|beginning|ending|previous|available|ledger|current) (?:ledger |book )?balance\b"
    r"|balance (?:brought|carried) forward"
    r"|balance [bc]/?f(?:wd)?\b|brought forward|carried forward"
    r"|(?:alter|neuer|aktueller|letzter) (?:kontostand|saldo)\b|kontostand\b|(?:anfangs|end|schluss|begin|eind)saldo\b|saldovortrag"
    r"|saldo (?:anterior|inicial|final|(?:total )?(?:dispon[ií]vel )?(?:do )?dia|iniziale|finale|początkowe|końcowe|poczatkowe"
    r"|koncowe|contabile|contable|liquido|disponibile|disponible)\b|disponibilit(?:à|a'?) (?:al|liquida|residua)\b"
    r"|(?:balance|saldo|solde)\W*$|solde (?:initial|final|précédent|disponible|comptable|(?:en )?(?:début|fin) de)\b"
    r"|(?:ingående|utgående|inngående) saldo\b"
    r"|s a l d o\b|algsaldo|lõppsaldo|käive\s*$|likutis (?:pradžiai|pabaigai)|apyvarta\s*$|(?:sākuma|beigu) atlikums|apgrozījums"
    r"|turnover\s*$"
    r"|(?:nyitó|záró) egyenleg|(?:počáteční|konečný) zůstatek|(?:počiatočný|konečný) zostatok|(?:poč|zač)etno stanje"
    r"|(?:konačno|končno) stanje"
    r"|stan (?:początkowy|końcowy)|sold (?:initial|final|precedent|anterior)\b|(?:входящий|исходящий|начальный|конечный) остаток"
    r"|остаток на (?:начало|конец)|(?:вхідний|вихідний) залишок|(?:начално|крайно) салдо|devreden bakiye|devir bakiye"
    r"|υπόλοιπο (?:έναρξης|λήξης|από μεταφορά|εκ μεταφοράς)|יתרת (?:פתיחה|סגירה)|יתרה (?:קודמת|סופית)|رصيد (?:افتتاحي|ختامي)"
    r"|saldo (?:awal|akhir)\b|số dư (?:đầu|cuối)|ยอดยกมา|ยอดยกไป"
    r"|前月繰越|繰越残高|前期繰越|次期繰越|期初余额|期末余额|上期结余|承前|전월이월|이월잔액)"
)
# how these begin: most lines need not be looked at any closer
BALANCE_STARTS = words(
    "avai|ledg|curr|disp|open|clos"
    "|begi|endi|prev|bala|brou|carr|alte|neue|aktu|letz|kont|anfa|ends|schl|eind|sald|sold|ingå|utgå|inng|s a |algs|lõpp|käiv"
    "|liku|apyv|sāku|beig|apgr|turn|nyit|záró|počá|kone|poči|poče|zače|kona|konč|stan|вход|исхо|нача|коне|оста|вхід|вихі"
    "|край|devr|devi|υπόλ|יתרת|יתרה|رصيد|số d|ยอดย|前月繰越|繰越残高|前期繰越|次期繰越|期初余额|期末余额|上期结余|承前|전월이월|이월잔액"
)
SUM_ROW = re.compile(
    r"(?i)\W*(?:(?:transactions? )?totals?|subtotals?|sub-total|summen?|gesamt(?:summe|betrag)?"
    r"|totaal|totale|totaux|suma|razem|celkem|итого|toplam|összesen|合計|小計|合计|总计|합계|saldo|solde|balance)\b"
)
BALANCE_LABEL = re.compile(r"(?i)kontostand|saldo\b|balance|solde|残高")
# a title above a table that says whose it is
ACCOUNT_TITLE = re.compile(
    r"(?i)\W*(?:(?:bank |your )?account(?: (?:name|number|no\.?))?|konto(?:nummer|name)?|compte|cuenta|conto|conta|rekening(?:nummer)?"
    r"|rachunek"
    r"|účet|číslo účtu|tili|сч[её]т|рахунок|hesap|számla(?:szám)?|cont|račun|λογαριασμός|חשבון|口座(?:番号)?|账户|账号|계좌(?:번호)?"
    r"|card(?: number)?|karte|kreditkarte|carte|tarjeta|carta|cartão)\b\W*(\w.*)"
)
PAGE = re.compile(r"(?i)\W*\b(?:page|pagina|página|seite|sida|side|blad|strona|strana|sivu|oldal|стр\w*)\b.*")
DAY_INSIDE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}")

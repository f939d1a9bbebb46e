"""What banks call their columns, in the languages of their customers. A name is compared without case, spaces, accents, marks and
currency."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["NAMED", "ROLES", "WHOM", "WORDS_FOR", "currency_of", "plain", "plain_part"]

SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "Kč": "CZK", "₹": "INR", "円": "JPY", "R$": "BRL", "US$": "USD", "₪": "ILS",
           "₽": "RUB", "₴": "UAH", "₺": "TRY", "₩": "KRW", "฿": "THB", "₫": "VND", "₦": "NGN"}  # fmt: skip
# how some write a code
WORDS = {
    "RMB": "CNY",
    "人民币": "CNY",
    "RUR": "RUB",
    "EURO": "EUR",
    "EUROS": "EUR",
    "NIS": "ILS",
    "TL": "TRY",
    "NTD": "TWD",
}
CODE = re.compile(
    r"(?<![A-Z])(EUR|USD|GBP|CHF|JPY|CAD|AUD|CNY|INR|PLN|CZK|SEK|NOK|DKK|HUF|RON|BGN|TRY|BRL|MXN|ZAR|NZD|SGD|HKD"
    r"|ISK|RSD|UAH|RUB|KZT|ILS|AED|SAR|THB|MYR|IDR|PHP|VND|KRW|TWD|ARS|CLP|COP|PEN|BHD|JOD|KWD|OMR|TND"
    r"|NGN|KES|GHS|PKR|LKR|BDT|NPR|EGP|QAR|GEL|AZN|BYN|MDL|UZS|MKD|BAM|UYU|CRC)(?![A-Z])"
)

# a currency in a heading, with the word before it: Betrag in EUR, but Paid in (EUR)
CURRENCY = re.compile(
    rf"(?:\b(?:[IiEe][NnMm]|[Ee][Nn]|[Ww]|[Vv]) )?(?:{CODE.pattern}|\b[A-Z]{{0,2}}\$|[€£]|(?i:\beuros?\b))|[(\uff08][円元][)\uff09]"
)


def currency_of(text: str) -> str | None:
    """The currency that a heading or a cell names; none for a sign that several have, such as $."""
    if found := CODE.search(text):
        return found[1]
    return next((code for sign, code in SYMBOLS.items() if sign in text), WORDS.get(text.upper()))


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """A heading for comparison."""
    # where the currency is all there is, it is the name
    text = CURRENCY.sub(" ", text).strip(" ()") or text
    text = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    name = re.sub(r"[\W_]+", "", text.replace("ø", "o").replace("ł", "l").replace("đ", "d").replace("\u0131", "i"))
    # a sign and nothing else is a name
    return name or {"[-]": "-", "[+]": "+"}.get(text, "")


# by role; of several that a file has, the first here wins. `|` stands between names.
ROLES: dict[str, list[str]] = {
    role: [plain(name) for name in names.split("|")]
    for role, names in {
        "booked_on": """
            buchungstag | buchungsdatum | buchung | booking date | booked on | booked | posting date | post date
            | posted date | date posted | posted | verbuchungsdatum | bokningsdag | bokforingsdag | bokforingsdatum
            | boekdatum | boekingsdatum
            | bogforingsdato | bokfort dato | bokfort | data contabile | data operazione | data ksiegowania
            | data operacji | data operacao | data movimento | data lancamento | data mov | data registrazione
            | data di registrazione | data contabilizzazione | posted transactions date | booked at
            | data ksiegowania transakcji | kirjauspaiva | kirjauspaivamaara | datum knjizenja | datum zauctovania
            | datum des abschlusses | date de fin | data di completamento | fecha de finalizacion | data zakonczenia
            | data inregistrarii | bokforingsdato | process date | processed date | processing date | date processed
            | txn posted date | effective date | data lancto | data de lancamento | data do lancamento
            | book date | konyvelesi datum | дата проводки | uitvoeringsdatum | utforelsesdato | fecha operacion
            | fecha contable | fecha de operacion | f operacion | fecha | date comptable | date de comptabilisation
            | date comptabilisation | date de comptabilite | date operation | date de l operation | dateop | date op
            | datum zauctovani | datum transakce | datum provedeni | konyveles datuma | completed date
            | date completed | date completed utc | finished on | transaction date | trans date | transactiedatum
            | reskontradatum | transaktionsdatum | date of transaction | date | datum | data | dato | tranzakcio datuma | kuupaev
            | data transakcji | data transazione | date transaction | created on | started date | datetime
            | date and time | date time | 日付 | 取引日 | お取引日 | 年月日 | ご利用日 | 利用日 | 交易时间
            | 交易日期 | дата операции | дата | txn date | tran date | transaction posted date | tapahtumapaiva
            | transaktionsdag | data tranzactiei | datum izvrsenja | tarih | islem tarihi | operacijos data
            | makse kuupaev | tanggal | tanggal transaksi | fecha movimiento | fecha de movimiento
            | fecha transaccion | fecha de transaccion | data da transacao | data da operacao | data da compra
            | date de transaction | date de la transaction | date d operation | operation date
            | tranzakcio idopontja | paivamaara | datums | datum pohybu | ημερομηνια | תאריך | 交易日 | 记账日期
            | 거래일시 | 거래일자 | お取り引き日 | お取引年月日 | 取引年月日 | ご利用年月日 | дата платежа
            | belegdatum | entry date | date de l operation utc | дата i час операції | дата \u0456 час операції
            | created utc | created | ημνια | التاريخ | วันที่ | ngay giao dich | trade date | dags | run date
            | release date
            | data tranzactie | data finalizarii tranzactiei | датум | תאריך רכישה | תאריך עסקה | ημερομηνια συναλλαγης | 付款时间
            | 交易创建时间 | datum zauctovania transakcie | timestamp | data lanc | boekdatum
            | date yyyy mm dd as utc | datum splatnosti | data de compra | settled date | tgl tran | 이용일 | 이용일자
            | paid at | created at | execution date | date d execution | date d ecriture | erfassungsdatum | abgeschlossen am
            | datum zauctovani transakce | pvm | дата операции по счету | дата обработки операции | trans time
            | dagsetning | splatnost
        """,
        "value_date": """
            valuta | valutadatum | wertstellung | wertstellung valuta | wertstellungsdatum | value date
            | date valeur | date de valeur | dateval | data waluty | data valuta | data valor | fecha valor
            | f valor | rentedatum | valutadag | valutadato | started date | date started utc | created on
            | transaction date | ertekna p | wert | data rozliczenia | data rozliczenia transakcji | valuta date
            | valuta datum | date of value | datum valute | maksupaiva | arvopaiva | datum des beginns
            | data di inizio | fecha de inicio | date de debut | data rozpoczecia | settlement date | settle date | value dat
            | rentedato | settled date | date de la valeur utc | date de la valeur | available on utc | available on
            | erstellt am | betalningsdag | vaxtadagur | odeslano
        """,
        "amount": """
            kwota w walucie rachunku | amount account currency | amount in account currency | betrag in kontowahrung
            | bedrag in rekeningvaluta | castka v mene uctu | kwota transakcji waluta rachunku | сумма в валюте счета
            | suma in valuta contului | обороты по счету
            | amount | betrag | buchungsbetrag | billing amount | credit debit amount | debit credit amount | montante
            | netto | neto | nettobetrag | importe neto | сумма платежа | insattning uttag | amount total | 入出金
            | islem tutari
            | tutari | cad | umsatz | net | net amount | montant | importe | importo | bedrag | belopp | belob
            | belop | kwota | kwota operacji | kwota transakcji | castka | objem | osszeg | valor | quantia | summa
            | transaction amount | castka transakce | お取引金額 | 发生金额
            | 发生额 | importe eur | value | umsatzbetrag | transaktionsbetrag | booking amount
            | transactiebedrag | montant operation | montant de l operation | brutto | gross
            | source amount after fees | ausgangsbetrag nach gebuhren | 金額
            | 利用金額 | сумма | сумма операции | total | valor r | valor em r
            | transaction value | amount local | importe movimiento | importe operacion
            | importe de la operacion | importo operazione | importo movimento | iznos | znesek | suma
            | suma tranzactiei | ciastka | tutar | belopp i kr | belop i kr | sum | maara | maara euroa | 金额
            | 交易金额 | 交易金额 元 | 取引金額 | ご利用金額 | monto | monto transaccion | cantidad | mutatie
            | jumlah | nominal | credit debit | debit credit | bruto | lordo | avant commission
            | ποσο | soll haben | change | anderung | variacion | variazioni | mouvements | mutacao | valor em | upphæð
            | txn amount funding card | transaction net amount | amount in rs | amount rs | zauctovana castka
            | montant total ttc
            | tranzakcio osszege | cash flow | importancia | 거래금액 | 이용금액 | amount num
            | сума в валюті картки | сума | износ | المبلغ | סכום חיוב | סכום | 实付金额 | valor total | fjárhæð | so tien
            | ποσο συναλλαγης
        """,
        "debit": """
            debit | debits | debit amount | withdrawal | withdrawals | withdrawal amount | withdrawal amt | paid out
            | money out | outflow | belastung | lastschrift | soll | ausgabe | ausgaben | auszahlung
            | debito | debitos | cargo | cargos | dare | uscite | uscita | addebiti | depenses | sortie | wyplywy
            | obciazenia | af | uit | ut | ud | spent | debit amt | 出金 | 出金額 | 出金金額 | お支払金額
            | お支払い金額 | お引出し | 支払金額 | 支払い金額 | 引出額 | amount debit | out | belastungsbetrag
            | abgang | abgange | dr amount | amount dr | withdrawal dr | debit dr | dr | wydatki | gastos | salida
            | salidas | retiro | retiros | debe | saida | saidas | addebito | importo addebito | vydaje | vydaj
            | 提款 | importo di addebito | расход в валюте счета
            | uttag | utgift | utgifter | ut fra konto | ut av konto | haevet | isplata | isplate | duguje | breme
            | borc | debitoare | расход | списание | дебет | 支出 | 支出金额 | 借方 | お引き出し | お引出し金額
            | お引出金額 | 支払 | 지출 | 払出金額 | 出金額 円 | 출금액 | 출금금액 | 출금 | 찾으신금액 | amount out | sent
            | terheles | χρεωση | дебит | חובה | مدين | ถอนเงิน | ถอน | ghi no | cheques cargos | expense amount
            | cheques debits | funds out | payments out | withdrawal amount inr | debited amount | дугује | исплата
            | задолжува | בחובה | dugovni | gasto | isplaceno | so tien ghi no | withdrawn | withdrawal amount rs
            | [-] | cikis | mutasi debet | 提出 | одлив
        """,
        "credit": """
            credit | credits | credit amount | deposit | deposits | deposit amount | deposit amt | paid in
            | money in | inflow | gutschrift | gutschriften | haben | einnahme | einnahmen | einzahlung | credito
            | creditos | abono | abonos | ingreso | ingresos | avere | entrate | entrata | accrediti | recettes
            | entree | wplywy | uznania | bij | inn | ind | received | credit amt | 入金 | 入金額 | 入金金額
            | お預り金額 | お預かり金額 | お預入れ | 預り金額 | 預かり金額 | 預入額 | amount credit | in
            | gutschriftsbetrag | zugang | zugange | cr amount | amount cr | deposit cr | credit cr | cr | wplyw
            | entrada | entradas | deposito | depositos | haber | accredito | importo accredito | prijmy | prijem
            | 存款 | importo di accredito | приход в валюте счета
            | insattning | insattningar | inntekt | inn pa konto | indsat | uplata | uplate | potrazuje | dobro
            | alacak | creditoare | приход | поступление | зачисление | кредит | 收入 | 收入金额 | 贷方 | お預け入れ
            | お預入れ金額 | お預入金額 | 預入 | 受入金額 | 入金額 円 | 입금액 | 입금금액 | 입금 | 맡기신금액 | amount in
            | jovairas | πιστωση | זכות | دائن | ฝากเงิน | ฝาก | ghi co | depositos abonos | income amount
            | funds in | payments in | deposit amount inr | credited amount | потражује | уплата | побарува | בזכות
            | uplaceno | potrazni | so tien ghi co | 存入 | deposit amount rs | [+] | giris | mutasi kredit | прилив
        """,
        "sign": """
            d c | dc | c d | cd | debit credit | credit debit | debit or credit | cr dr | dr cr | af bij | bij af
            | soll haben | s h | sh | credit debit indicator | debit credit indicator | indicator | direction | sign
            | signo | segno | sens | transaction type | type | details | transaction | haben soll | plus minus
            | 入払区分 | 入出金区分 | 收 支 | debit credit flag | smer uhrady | soll haben kennzeichen | richtung | tipo | tipo movimento
            | tipo de movimento | dr or cr | cr or dr | credit or debit | debitcredit | kierunek | d k
            | deebet kreedit | deebet kreedit d c | money in out | in out | typ | art | 借贷标志 | 收支
            | balance impact | auswirkung auf guthaben | kredit debet | credit debet | debets d kredits c | type of transaction
            | income expense | προσημο ποσου | bevetel kiadas
            | χρεωση πιστωση
            | billingamountsign | 구분 | thay doi
        """,
        "balance": """
            balance | running balance | running bal | saldo | saldo nach buchung | saldo nach umsatz | saldo na trn
            | saldo na mutatie | solde | kontostand | accountbalance | account balance | saldo po operacji
            | saldo contabile | zustatek | egyenleg | endsaldo | closing balance | saldo disponible | bilanz
            | balans | 残高 | 差引残高 | お預り残高 | 現在 貸付 高 | resulting balance | kontosaldo | bokfort saldo
            | bokford saldo | booked balance | saldo resultante | saldo posterior | saldo r | balance after
            | balance amount | closing bal | saldo po transakcji | saldo rachunku | saldo efter | solde apres | sold
            | bakiye | yeni bakiye | guncel bakiye | остаток | баланс | 余额 | 账户余额 | 現在残高 | お取引後残高
            | 取引後残高 | 残高 円 | 잔액
            | 거래후잔액 | jaak | atlikums | likutis | stanje | zustatek po zauctovani | saldo nach transaktion
            | залишок після операції | залишок на кінець періоду | υπολοιπο | салдо | staða | יתרה | الرصيد | คงเหลือ
            | ยอดคงเหลือ | so du
            | cash balance | partial balance | saldo contabilistico | endsaldo | bal | available balance | стање
            | sold contabil | sold final | current balance | running balance amount | zostatok | залишок | состојба | 餘額
            | saldos | saldo cont | outstanding balance
            | ucetni zustatek po transakci | 結餘 | היתרה | יתרה בש ח | היתרה בש ח | saldo akhir mutasi | bal after
        """,
        "currency": """
            waluta rachunku | account currency | valuta rekening | mena uctu | валюта картки | currency | wahrung
            | waehrung | buchungswahrung | source currency | devies
            | posted currency | billing currency | whg | para birimi | валюта платежа | devise | divisa
            | munt | muntsoort | waluta | mena | moneda | moeda | valuta | currency code | transaction currency
            | валюта счета | valutacode | tranzakcio devizaneme | monn | curr | valuta rachunku
            | debit currency | payment currency | ausgangswahrung | ccy | cur | div | devizanem
            | お取引通貨 | 记账币种 | 币种 | 通貨 | валюта | valiuta | valuuta | νομισμα | מטבע חיוב | מטבע
            | osszeg devizaneme
        """,
        "payer": """
            beguenstigter zahlungspflichtiger | begunstigter zahlungspflichtiger | auftraggeber empfanger
            | auftraggeber begunstigter | empfanger zahlungspflichtiger | auftraggeber zahlungsempfanger
            | name zahlungsbeteiligter | zahlungsbeteiligter | zahlungspartner | partner name | partner
            | begunstigter auftraggeber | begunstigte auftraggeber | partnername | naam van de tegenpartij
            | naam tegenpartij bevat | name description | dane kontrahenta | odbiorca zleceniodawca
            | nazwa odbiorcy nadawcy | nazev uctu protiuctu | saaja maksaja | saaja maksja | saaja
            | nom de la contrepartie | nom contrepartie | contrepartie | beneficiario ordenante
            | ordenante beneficiario | destinatario ordinante | 交易对方 | 보낸분 받는분 | other party
            | counterparty name | counterparty | counter party | naam tegenpartij | tegenpartij | naam tegenrekening
            | naam omschrijving | beneficiary | beneficiaire | beneficiario | nazwa kontrahenta | kontrahent
            | nadawca odbiorca | odbiorca nadawca | nazwa nadawcy odbiorcy | nazev protistrany | nazev protiuctu
            | protistrana | merchant | merchant name | payee name | payee | payer name | name | supplierfound
            | begunstigter | empfanger | target name | vendor | namn | navn | nimi | mottagare | modtager | mottaker
            | store name | naziv | gavejas | mokėtojas gavejas | sanemejs maksatajs | nazov protiuctu | partner neve
            | наредител получател | שם בית עסק | merchant description | tegenrekeninghouder
            | empfaenger 1 | 对方户名 | empfaenger | naam | name des partners | name des empfangers
            | counteraccount name | counter account name | platce prijemce | контрагент
            | naziv prejemnika placnika | beneficiar ordonator | gegenpartei | 对手信息 | 商户名称 | nome | handler
            | pavadinimas | name of sender receiver | ellenoldali nev | saaja maksja nimi
            | name gegenkonto
        """,
        "payee": """
            zahlungsempfanger in | zahlungsempfanger | payee name | empfanger zahlungspflichtiger | target name
            | saajan nimi | nazwa odbiorcy | nom du destinataire | name des empfangers | mottagarens namn | to
            | creditor name | creditor | recipient
        """,
        "sender": """
            zahlungspflichtige r | zahlungspflichtiger | payer name | auftraggeber | source name | quellenname | maksaja
            | nazwa nadawcy | betalare | from | debtor name | debtor | sender
        """,
        "description": """
            verwendungszweck | vwz1 | vorgang verwendungszweck | descrizione completa | descrizione estesa
            | description | transaction description | payment reference
            | booking text | umsatztext | libelle | libelle operation | libelle de l operation
            | nature de l operation | label | concepto | descripcion detallada | descripcion
            | descrizione
            | descrizione operazione | causale | descricao | historico | omschrijving | omschrijving 1
            | mededelingen | transaktionsbeschreibung | buchungs details | tytul | tytul operacji | opis operacji
            | opis transakcji | tytulem | opis | popis | zprava pro prijemce | poznamka | kozlemeny | text | tekst
            | beskrivelse | forklaring | beskrivning | rubrik | narrative | avisierungstext | beschreibung1
            | beschreibung | particulars | transaction details | notification text | memo
            | original description | details | name | buchungstext | comment | subject | 摘要 | お取引内容
            | 取引内容 | ご利用店名 | 利用店名 | 内容 | 商品说明 | описание | 入出金内容 | 詳細 | 詳細1 | narration
            | transaction remarks | transaction narrative | libelles | libelle complet operation | libelle complet
            | details du mouvement | description1 | description 1 | beschreibung 1 | operazione | dettagli
            | notifications | viesti | selitys | selgitus | mokejimo paskirtis | paskirtis | opis placanja
            | opis transakcije | namen | descriere | descrierea tranzactiei | detalii | aciklama | islem aciklamasi
            | назначение платежа | lancamento | title | titulo | estabelecimento | detalle | glosa | transaktion
            | melding | meddelande | transactions | buchungsdetails | vyznam | 摘要内容 | 取引摘要 | ご利用先
            | 利用店名 商品名 | お取扱内容 | 交易摘要 | 交易说明 | 적요 | 내용 | 거래내용 | bezeichnung | keterangan
            | деталі операції | libelle court | systemovy popis | popis pro prijemce | περιγραφη | основание | texti | αιτιολογια
            | תיאור | פרטים | الوصف | รายการ | dien giai
            | опис операції | aciklama | transaktionen | memo description | description memo | 商品 | 商品名称
            | otsikko | paaiskinimai | informacija sanemejam
            | опис | сврха | transaction ref1 | 交易描述 | お取り扱い内容 | 取扱内容 | detalii tranzactie
            | desk tran | 이용처 | 이용가맹점 | 기재내용 | specifikation | popis transakce | titel | full description
            | popis transakcie | descriptions
            | reason | buchungsinformationen | zprava | svrha | svrha placanja
            | beschrijving | 交易备注 | szczegoly transakcji | mo ta | movimento | details de comptabilisation | detail | item
            | remarks | mededeling | reference | communications | детали | sprava pre prijimatela | skýring
            | 订单标题 | activity name | original statement | remittance information unstructured
        """,
        "more": """
            omschrijving 2 | omschrijving 3 | beschreibung2 | beschreibung3 | original description | movimiento
            | memo | mededelingen | note to self | description 1 | description1 | description2
            | description3 | description 2 | description 3
            | dettagli | location | particulars | transaction ref1 | transaction ref2
            | transaction ref3 | vrije mededeling | mededeling | detail | buchungsdetails
            | vwz1 | vwz2 | vwz3 | vwz4 | vwz5 | 거래기록사항 | sub description | sous description | descripcion | titulo | details
            | 摘要内容 | additional information
        """,
        "kind": """
            buchungstext | vorgang | umsatztyp | transaction type | type | bewegungstyp | mutatiesoort | transaction
            | rodzaj transakcji | umsatzart | art | typ | transaktionstyp | typ transakcji | type verrichting
            | typ uhrady | type operation | transactietype | tipo operazione | tipo | 取引区分 | 交易类型 | transactie
            | laji | tapahtumalaji
        """,
        "notes": """
            notes | notes and tags | note | remarks | bemerkung | observaciones | commentaire | comment | memo
            | uwagi | anmerkung | osservazioni
        """,
        "category": "category | kategorie | categorie | categoria | kategoria | category group category | supplier category",
        "external_id": """
            transaction id | transactionid | id | transferwise id | reference number | referenznummer | reference no
            | transaktions nr | transaktionsnummer | unique id | entry reference | identificador | bank reference
            | fitid | volgnr | transactiereferentie | numer transakcji | id transakce | id operace | journalnummer
            | 交易单号 | 交易订单号 | buchungsreferenz | transaktionscode | transaction reference | numer referencyjny
            | nr transakcji | transactie id | archiveringscode | arkistointitunnus | zkb referenz | transaktions id
        """,
        "status": """
            status | state | cleared | info | statut | estado | stato | stan | 交易状态 | contabilizzazione
            | stan transakcji | stav | tila | статус | statuss | 当前状态 | transaction status | payment status
            | booking status | buchungsstatus | etat
            | situacao | durum | allapot | stav transakce | stav transakcie | result
        """,
        "account": """
            account no | posted account | account number | account iban | auftragskonto | iban auftragskonto
            | account | account name | rekening | iban bban | accountnum | rachunek | card no | card number
            | product | rekeningnummer | source account
        """,
        "original_amount": """
            amount currency | currency amount | utl belopp | utl belopp moms | amount foreign currency | original amount | orig amount
            | foreign amount
            | local amount
            | amount in foreign currency | originalbetrag | betrag in fremdwahrung | foreign currency amount
            | montant devise | importe original | kwota oryginalna | ursprunglicher betrag | fremdwahrungsbetrag
            | betrag fremdwahrung | puvodni castka uhrady | сумма операции | סכום עסקה
        """,
        "original_currency": """
            type foreign currency | original currency | orig currency | local currency | foreign currency | originalwahrung
            | currency of original amount | ご利用通貨 | fremdwahrung | puvodni mena uhrady | валюта операции | מטבע עסקה
        """,
        # of a portfolio: what was traded, and how much of it
        "security": "isin | ticker | symbol | wkn | symbol isin",
        "shares": """
            no of shares | number of shares | shares | quantity | quantity of shares | antal | anzahl | aantal
            | cantidad
            | quantita | quantite | stuck | menge | units | ilosc
        """,
        # where each line says what left one account and what reached the other
        "amount_in": "target amount after fees | zielbetrag nach gebuhren",
        "currency_in": "target currency | zielwahrung | credit currency",
        "fee": """
            fee | fees | fee amount | gebuhr | gebuhren | provision | source fee amount | betrag der ausgangsgebuhr | frais | commission
            | comision | commissione | oplata | kosten | entgelt | poplatek | poplatek v mene uctu | tarifa | avgift
            | gebyr | комиссия | taxa | 手数料 | 支払手数料
        """,
    }.items()
}

# how a heading begins that nobody has listed
WORDS_FOR = {
    "booked_on": ("date", "data", "datum", "dato", "fecha", "дата", "датум", "日期", "日付", "ημερ", "תאריך", "tarih", "paiva"),
    "amount": (
        "amount", "betrag", "montant", "importe", "importo", "monto", "valor", "kwota", "castka", "suma", "summa", "belopp", "belob",
        "belop", "bedrag", "сумма", "сума", "износ", "iznos", "金额", "金額", "ποσο", "סכום", "tutar", "osszeg", "umsatz",
    ),
}  # fmt: skip
# a word for the other party, somewhere in a heading that nobody has listed; beside others it is about its bank, or a message to it
WHOM = re.compile(
    "(?!.*(?:ban[kc]|bic|swift|iban|adres|konto|account|compte|cuenta|nachricht|message|zprav|sprav))"
    ".*(?:counterpart|merchant|payee|partner|recipient|gegenpart|empf[ae]+n?ger|begunstigt|beneficiar|contrepart|contropart|tegenpart|kontrahent"
    "|kontragent|контрагент|получател|protistran|primatelj|primalac|prejemnik|udelezen|mottag|modtag|mottak|saaja|ordonator|viðtakand)"
)
TEXTS = ("payer", "payee", "sender", "description", "kind", "notes")
NAMED = {name: frozenset(role for role in ROLES if name in ROLES[role]) for names in ROLES.values() for name in names}
# a heading in two languages, or with a word behind it: at a mark, or where the alphabet changes
PARTS = re.compile(r"[^/|\n()\uff08\uff09\[\]\u0370-\uffff]+|[^/|\n()\uff08\uff09\[\]A-Za-z]+")


@lru_cache(maxsize=1024)
def plain_part(text: str) -> str:
    """A heading that is not known as a whole, by the part of it that is; empty where its parts say different things."""
    if len(text) > 64 or (whole := plain(text)) in NAMED:
        return ""
    known = [name for part in PARTS.findall(text) if (name := plain(part)) != whole and name in NAMED]
    if not known:
        # money out and money in, beside a word for an amount
        rests = [cut(word) for word in WORDS_FOR["amount"] for cut in (whole.removeprefix, whole.removesuffix)]
        return next((rest for rest in rests if NAMED.get(rest, frozenset()) & {"debit", "credit"}), "")
    # a currency beside an amount is no other column
    known = [name for name in known if NAMED[name] - {"currency", "original_currency"}] or known
    # nor is an amount beside money out or in
    known = [name for name in known if NAMED[name] & {"debit", "credit"}] or known
    roles = [frozenset("text" if role in TEXTS else role for role in NAMED[name]) for name in known]
    return known[0] if known and frozenset.intersection(*roles) else ""

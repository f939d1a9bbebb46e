"""What banks call their columns, in the languages of their customers. A name is compared without case, accents, marks and currency."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["ROLES", "currency_of", "plain"]

# by role; of several that a file has, the first here wins. `|` stands between names.
ROLES: dict[str, list[str]] = {
    role: [name.strip() for name in names.split("|")]
    for role, names in {
        "booked_on": """
            buchungstag | buchungsdatum | buchung | booking date | booked on | booked | posting date
            | post date | posted date | date posted | bokforingsdag | bokforingsdatum | boekdatum
            | boekingsdatum | bogforingsdato | bokfort dato | bokfort | data contabile | data operazione
            | data ksiegowania | data operacji | data operacao | data movimento | data lancamento
            | data mov | fecha operacion | fecha contable | fecha de operacion | f operacion | fecha
            | date operation | date de l operation | date de comptabilisation | date comptable | dateop
            | date op | datum zauctovani | datum transakce | datum provedeni | konyveles datuma
            | completed date | date completed | date completed utc | finished on | transaction date
            | trans date | transactiedatum | transaktionsdatum | date of transaction | date | datum | data
            | dato | tranzakcio datuma | kuupaev | data transakcji | data transazione | date transaction
            | created on | started date | datetime | date and time | date time | 日付 | 取引日 | お取引日
            | 年月日 | ご利用日 | 利用日 | 交易时间 | 交易日期 | дата операции | дата
        """,
        "value_date": """
            valuta | valutadatum | wertstellung | wertstellung valuta | wertstellungsdatum | value date
            | date valeur | date de valeur | dateval | data waluty | data valuta | data valor | fecha valor
            | f valor | rentedatum | valutadag | valutadato | started date | date started utc | created on
            | transaction date | ertekna p
        """,
        "amount": """
            amount | betrag | umsatz | net | net amount | montant | importe | importo | bedrag | belopp
            | belob | belop | kwota | kwota operacji | kwota transakcji | castka | objem | osszeg | valor
            | quantia | summa | transaction amount | amount account currency | betrag in kontowahrung
            | importe eur | kwota w walucie rachunku | value | umsatzbetrag | transaktionsbetrag
            | booking amount | transactiebedrag | montant operation | montant de l operation | brutto
            | gross | source amount after fees | 金額 | 利用金額 | сумма | сумма операции | total
        """,
        "debit": """
            debit | debits | debit amount | withdrawal | withdrawals | withdrawal amount | withdrawal amt
            | paid out | money out | outflow | belastung | belastungen | lastschrift | soll | ausgabe
            | ausgaben | auszahlung | debito | debitos | cargo | cargos | dare | uscite | uscita | addebiti
            | depenses | sortie | wyplywy | obciazenia | af | uit | ut | ud | spent | debit amt | 出金
            | 出金額 | 出金金額 | お支払金額 | お支払い金額 | お引出し | 支払金額 | 支払い金額 | 引出額
            | amount debit
        """,
        "credit": """
            credit | credits | credit amount | deposit | deposits | deposit amount | deposit amt | paid in
            | money in | inflow | gutschrift | gutschriften | haben | einnahme | einnahmen | einzahlung
            | credito | creditos | abono | abonos | ingreso | ingresos | avere | entrate | entrata
            | accrediti | recettes | entree | wplywy | uznania | bij | inn | ind | received | credit amt
            | 入金 | 入金額 | 入金金額 | お預り金額 | お預かり金額 | お預入れ | 預り金額 | 預入額
            | amount credit
        """,
        "sign": """
            d c | dc | c d | cd | debit credit | credit debit | debit or credit | cr dr | dr cr | af bij
            | bij af | soll haben | s h | sh | credit debit indicator | debit credit indicator | indicator
            | direction | sign | signo | segno | sens | transaction type | type | details | transaction
            | haben soll | plus minus | 收 支
        """,
        "balance": """
            balance | running balance | running bal | saldo | saldo nach buchung | saldo nach umsatz
            | saldo na trn | saldo na mutatie | solde | kontostand | accountbalance | account balance
            | saldo po operacji | saldo contabile | zustatek | egyenleg | endsaldo | closing balance
            | saldo disponible | bilanz | balans | 残高 | 差引残高 | お預り残高
        """,
        "currency": """
            currency | wahrung | waehrung | devise | divisa | munt | muntsoort | waluta | mena | moneda
            | moeda | valuta | currency code | transaction currency | account currency | valuta rachunku
            | devizanem | 通貨 | валюта
        """,
        "payer": """
            beguenstigter zahlungspflichtiger | begunstigter zahlungspflichtiger | auftraggeber empfanger
            | auftraggeber begunstigter | auftraggeber zahlungsempfanger | name zahlungsbeteiligter
            | zahlungsbeteiligter | zahlungspartner | partner name | partner | counterparty name
            | counterparty | counter party | naam tegenpartij | tegenpartij | naam tegenrekening
            | naam omschrijving | beneficiary | beneficiaire | beneficiario | nazwa kontrahenta
            | kontrahent | nadawca odbiorca | odbiorca nadawca | nazwa nadawcy odbiorcy | nazev protistrany
            | nazev protiuctu | protistrana | merchant | merchant name | payee name | payee | payer name
            | name | supplierfound | begunstigter | empfanger | target name | vendor | mottagare | modtager
            | mottaker | store name
        """,
        "payee": """
            zahlungsempfanger in | zahlungsempfanger | payee name | empfanger zahlungspflichtiger
            | target name
        """,
        "sender": """
            zahlungspflichtige r | zahlungspflichtiger | payer name | auftraggeber | source name
        """,
        "description": """
            verwendungszweck | vorgang verwendungszweck | payment reference | description
            | transaction description | libelle | libelle operation | libelle de l operation | label
            | concepto | descripcion | descrizione | descrizione operazione | causale | descricao
            | historico | omschrijving | omschrijving 1 | mededelingen | opis operacji | opis transakcji
            | tytul | tytulem | opis | popis | zprava pro prijemce | poznamka | kozlemeny | text | tekst
            | beskrivelse | forklaring | beskrivning | rubrik | narrative | avisierungstext | beschreibung1
            | beschreibung | reference | particulars | transaction details | notification text | memo
            | original description | details | name | buchungstext | comment | subject | 摘要 | お取引内容
            | 取引内容 | ご利用店名 | 利用店名 | 内容 | 商品说明 | описание
        """,
        "more": """
            omschrijving 2 | omschrijving 3 | beschreibung2 | beschreibung3 | original description
            | movimiento | memo | mededelingen | note to self
        """,
        "kind": """
            buchungstext | vorgang | umsatztyp | transaction type | type | bewegungstyp | mutatiesoort
            | transaction | rodzaj transakcji
        """,
        "notes": """
            notes | notes and tags | note | remarks | bemerkung | observaciones | commentaire | comment
            | memo | uwagi | anmerkung
        """,
        "category": "category | kategorie | categorie | categoria | kategoria | category group category | supplier category",
        "external_id": """
            transaction id | transactionid | id | transferwise id | reference number | referenznummer
            | reference no | transaktions nr | transaktionsnummer | unique id | entry reference
            | identificador | bank reference | fitid | volgnr | transactiereferentie | numer transakcji
            | id transakce | id operace | journalnummer | 交易单号
        """,
        "status": "status | state | cleared | info | statut | estado | stato | stan | 交易状态",
        "account": """
            auftragskonto | iban auftragskonto | account | account name | account iban | rekening
            | iban bban | accountnum | account number | rachunek | card no | card number | product
            | rekeningnummer
        """,
        "original_amount": """
            amount currency | amount foreign currency | original amount | foreign amount | local amount
            | amount in foreign currency | originalbetrag | betrag in fremdwahrung
            | foreign currency amount | montant devise | importe original | kwota oryginalna
        """,
        "original_currency": """
            type foreign currency | original currency | local currency | foreign currency | originalwahrung
            | currency of original amount
        """,
        "fee": "fee | fees | fee amount | gebuhr | gebuhren | provision",
    }.items()
}

SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "Kč": "CZK", "₹": "INR", "円": "JPY"}
CODE = re.compile(
    r"(?<![A-Z])(EUR|USD|GBP|CHF|JPY|CAD|AUD|CNY|INR|PLN|CZK|SEK|NOK|DKK|HUF|RON|BGN|TRY|BRL|MXN|ZAR|NZD|SGD|HKD)(?![A-Z])"
)


def currency_of(text: str) -> str | None:
    """The currency that a heading or a cell names; none for a sign that several have, such as $."""
    if found := CODE.search(text):
        return found[1]
    return next((code for sign, code in SYMBOLS.items() if sign in text), None)


def plain(text: str) -> str:
    """A heading for comparison."""
    text = CODE.sub(" ", text)
    text = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    text = re.sub(r"\b(?:in )?euros?\b|\bin(?= *$)|\bin (?=\W*$)", " ", text.replace("ø", "o").replace("ł", "l"))
    return " ".join(re.sub(r"[\W_]+", " ", text).split())

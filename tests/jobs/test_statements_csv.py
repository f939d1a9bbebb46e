"""CSV exports of many banks, with invented entries in the banks' own layouts; and what a person reads in each."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.statements import Hints, Line, Reading, StatementError, read
from tests.jobs.readings import shown

SPARKASSE = """\
"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Glaeubiger ID";"Mandatsreferenz";"Kundenreferenz (End-to-End)";"Sammlerreferenz";"Lastschrift Ursprungsbetrag";"Auslagenersatz Ruecklastschrift";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"
"DE89370400440532013000";"31.01.24";"31.01.24";"GUTSCHR. UEBERWEISUNG";"LOHN 01/24";"";"";"";"";"";"";"Muster GmbH";"DE02120300000000202051";"BYLADEM1001";"2.500,00";"EUR";"Umsatz gebucht"
"DE89370400440532013000";"02.02.24";"02.02.24";"KARTENZAHLUNG";"EDEKA SAGT DANKE";"";"";"";"";"";"";"EDEKA Süd";"DE02500105170137075030";"INGDDEFF";"-54,20";"EUR";"Umsatz vorgemerkt"
"""  # noqa: E501
VOLKSBANK = """\
Bezeichnung Auftragskonto;IBAN Auftragskonto;BIC Auftragskonto;Bankname Auftragskonto;Buchungstag;Valutadatum;Name Zahlungsbeteiligter;IBAN Zahlungsbeteiligter;BIC (SWIFT-Code) Zahlungsbeteiligter;Buchungstext;Verwendungszweck;Betrag;Waehrung;Saldo nach Buchung;Bemerkung;Kategorie;Steuerrelevant;Glaeubiger ID;Mandatsreferenz
VR-Giro;DE75512108001245126199;GENODEF1;Volksbank;05.03.2024;05.03.2024;Stadtwerke;DE02120300000000202051;BYLADEM1001;Basislastschrift;Abschlag März;-89,00;EUR;1.000,50;;Sonstiges;;DE98ZZZ;M1
VR-Giro;DE75512108001245126199;GENODEF1;Volksbank;04.03.2024;04.03.2024;Arbeitgeber AG;DE02500105170137075030;INGDDEFF;Überweisungsgutschr.;Gehalt;1.050,25;EUR;1.089,50;;Sonstiges;;;
"""  # noqa: E501
DKB = """\
"Konto";"Girokonto DE12 1203 0000 1234 5678 90"
"Zeitraum:";"01.06.2023 - 30.06.2023"
"Kontostand vom 30.06.2023:";"1.234,56 EUR"
""
"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"
"29.06.23";"29.06.23";"Gebucht";"Ada Lovelace";"Vermieter KG";"Miete Juli";"Ausgang";"DE02120300000000202051";"-800";"";"";""
"28.06.23";"";"Vorgemerkt";"Kunde & Co";"Ada Lovelace";"Rechnung 7";"Eingang";"DE02500105170137075030";"12,5";"";"";""
"""  # noqa: E501
ING_DE = """\
Umsatzanzeige;Datei erstellt am: 01.02.2024 10:00

IBAN;DE12 5001 0517 1234 5678 90
Kontoname;Girokonto
Bank;ING
Kunde;Ada Lovelace
Zeitraum;01.01.2024 - 31.01.2024
Saldo;1.895,80;EUR

Sortierung;Datum absteigend

In der CSV-Datei finden Sie alle bereits gebuchten Umsätze.

Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;Währung;Betrag;Währung
31.01.2024;31.01.2024;VISA MARKTHALLE;Lastschrift;NR8444 Einkauf;1.895,80;EUR;-4,20;EUR
30.01.2024;30.01.2024;Firma;Gehalt/Rente;Gehalt Januar;1.900,00;EUR;1.900,00;EUR
"""
COMDIRECT = """\
;
"Umsätze Girokonto";"Zeitraum: 30 Tage";
"Neuer Kontostand";"1.045,10 EUR";

"Buchungstag";"Wertstellung (Valuta)";"Vorgang";"Buchungstext";"Umsatz in EUR";
"offen";"05.01.2024";"Kartenverfügung";"Buchungstext: BAECKEREI";"-3,40";
"03.01.2024";"03.01.2024";"Übertrag / Überweisung";"Auftraggeber: ADA Buchungstext: Sparen Ref. A1";"50,00";
"02.01.2024";"02.01.2024";"Lastschrift / Belastung";"Auftraggeber: STROM AG";"-1.204,90";

"Alter Kontostand";"2.200,00 EUR";
"""
N26 = """\
"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference","Account Name","Amount (EUR)","Original Amount","Original Currency","Exchange Rate"
2024-01-15,2024-01-15,"Café Kranzler",,Presentment,,"Main Account",-12.9,12.9,EUR,1
2024-01-16,2024-01-16,"Hotel New York",,Presentment,,"Main Account",-91.74,100.0,USD,0.9174
2024-01-17,2024-01-17,"Ada",DE02120300000000202051,"Credit Transfer","Thanks, ""A"" too","Main Account",20.0,,,
"""  # noqa: E501
REVOLUT = """\
Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
TOPUP,Current,2024-01-02 08:07:09,2024-01-02 08:07:10,Top-Up by *1234,100.00,0.00,GBP,COMPLETED,100.00
CARD_PAYMENT,Current,2024-01-03 11:00:00,2024-01-05 03:00:00,Tesco,-12.34,0.00,GBP,COMPLETED,87.66
ATM,Current,2024-01-06 11:00:00,2024-01-06 12:00:00,Cash at Bank,-20.00,0.40,GBP,COMPLETED,67.26
CARD_PAYMENT,Current,2024-01-07 09:00:00,,Hotel,-50.00,0.00,GBP,PENDING,
CARD_PAYMENT,Current,2024-01-08 09:00:00,,Refused Shop,-9.00,0.00,GBP,REVERTED,
"""
WISE = """\
"TransferWise ID",Date,"Date Time",Amount,Currency,Description,"Payment Reference","Running Balance","Exchange From","Exchange To","Exchange Rate","Payer Name","Payee Name","Payee Account Number",Merchant,"Card Last Four Digits","Card Holder Full Name",Attachment,Note,"Total fees","Exchange To Amount"
CARD-111,17-01-2024,"17-01-2024 10:11:12",-8.75,EUR,"Card transaction of 8.75 EUR issued by Bakery",,91.25,,,,,,,Bakery,1234,"Ada L",,,0.05,
TRANSFER-222,16-01-2024,"16-01-2024 09:00:00",100.00,EUR,"Received money from Bob",rent,100.00,,,,Bob,,,,,,,,0.00,
"""  # noqa: E501
MONZO = """\
Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In
tx_0000A1,05/01/2024,12:01:02,Card payment,Pret,🥪,Eating out,-6.75,GBP,-6.75,GBP,,1 High St,,PRET A MANGER LONDON,,-6.75,
tx_0000A2,25/01/2024,01:00:00,Faster payment,Employer,,Income,1500.00,GBP,1500.00,GBP,pay #salary,,,WAGES,,,1500.00
"""  # noqa: E501
CHASE = """\
Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #
DEBIT,01/31/2024,"ORIG CO NAME:GAS",-45.10,ACH_DEBIT,954.90,,
CREDIT,01/15/2024,"PAYROLL",1000.00,ACH_CREDIT,1000.00,,
"""
CHASE_CARD = """\
Transaction Date,Post Date,Description,Category,Type,Amount,Memo
01/30/2024,02/01/2024,STARBUCKS,Food & Drink,Sale,-5.25,
01/28/2024,01/29/2024,Payment Thank You,,Payment,200.00,
"""
BOFA = """\
Description,,Summary Amt.
Beginning balance as of 01/01/2024,,"1,000.00"
Total credits,,"2,000.00"
Total debits,,"-1,234.56"
Ending balance as of 01/31/2024,,"1,765.44"

Date,Description,Amount,Running Bal.
01/01/2024,Beginning balance as of 01/01/2024,,"1,000.00"
01/05/2024,"RENT, ""JAN"" 24","-1,234.56","-234.56"
01/31/2024,SALARY,"2,000.00","1,765.44"
"""
HSBC = """\
03/01/2024,"VISA SHOP","-1,234.56"
29/01/2024,"SALARY","2,000.00"
"""
RABOBANK = """\
"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Tegenrekening IBAN/BBAN","Naam tegenpartij","Naam uiteindelijke partij","Naam initiërende partij","BIC tegenpartij","Code","Batch ID","Transactiereferentie","Machtigingskenmerk","Incassant ID","Betalingskenmerk","Omschrijving-1","Omschrijving-2","Omschrijving-3","Reden retour","Oorspr bedrag","Oorspr munt","Koers"
"NL44RABO0123456789","EUR","RABONL2U","000000000000000101","2024-01-02","2024-01-02","-25,00","+975,00","NL91ABNA0417164300","Albert","","","ABNANL2A","bg","","","","","","Boodschappen "," ","","","","",""
"NL44RABO0123456789","EUR","RABONL2U","000000000000000102","2024-01-03","2024-01-03","+1.250,00","+2.225,00","NL91ABNA0417164300","Werkgever","","","ABNANL2A","cb","","","","","","Salaris","januari","","","","",""
"""  # noqa: E501
ABN_TAB = (
    "123456789\tEUR\t20240102\t1000,00\t950,00\t20240102\t-50,00\tBEA NR:XX 02.01.24 WINKEL\n"
    "123456789\tEUR\t20240103\t950,00\t1950,00\t20240103\t1000,00\tSEPA Overboeking SALARIS\n"
)
ING_NL = """\
"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen";"Saldo na mutatie";"Tag"
"20240131";"Albert Heijn";"NL20INGB0001234567";"";"BA";"Af";"12,34";"Betaalautomaat";"Pasvolgnr 001";"87,66";""
"20240130";"Oma";"NL20INGB0001234567";"NL91ABNA0417164300";"GT";"Bij";"100,00";"Online bankieren";"Verjaardag";"100,00";""
"""  # noqa: E501
POSTFINANCE = """\
Datum von:;=\"\"2024-01-01\"\"
Konto:;=\"\"CH9300762011623852957\"\"
Währung:;=\"\"CHF\"\"

Datum;Bewegungstyp;Avisierungstext;Gutschrift in CHF;Lastschrift in CHF;Label;Kategorie
31.01.2024;Buchung;"KAUF/DIENSTLEISTUNG MIGROS";;-1'234.50;;Lebensmittel
25.01.2024;Gutschrift;"LOHN";5'000.00;;;
"""
UBS = """\
Kontonummer:;0123 00123456.01;
IBAN:;CH93 0076 2011 6238 5295 7;
Von:;2024-01-01;
Anfangssaldo:;0.00;
Schlusssaldo:;980.15;
Bewertet in:;CHF;

Abschlussdatum;Abschlusszeit;Buchungsdatum;Valutadatum;Währung;Belastung;Gutschrift;Einzelbetrag;Saldo;Transaktions-Nr.;Beschreibung1;Beschreibung2;Beschreibung3;Fussnoten;
2024-01-31;;2024-01-31;2024-01-31;CHF;-19.85;;;980.15;9999031TO;"Coop";"Zahlung Debitkarte";;;
2024-01-30;12:01:00;2024-01-30;2024-01-30;CHF;;1000.00;;1000.00;9999030TI;"Ada";"Gutschrift";;;
"""
CREDIT_AGRICOLE = """\
Téléchargement du 02/02/2024;
Compte de Dépôt carte n° 12345678901;
Solde au 01/02/2024 1 500,10 €

Date;Libellé;Débit euros;Crédit euros;
31/01/2024;"PAIEMENT PAR CARTE
X1234 BOULANGERIE";3,40;;
28/01/2024;"VIREMENT EN VOTRE FAVEUR";;1 750,00;
"""
BOURSORAMA = """\
dateOp;dateVal;label;category;categoryParent;supplierFound;amount;comment;accountNum;accountLabel;accountbalance
2024-01-31;2024-01-31;"CARTE 30/01 FNAC";"Livres";"Loisirs";"fnac";-1 025,99;;00040123456;BoursoBank;1000.00
2024-01-30;2024-01-30;"VIR SALAIRE";"Salaire";"Revenus";"";2 000,00;;00040123456;BoursoBank;1000.00
"""
BBVA = """\
F.Valor;Fecha;Concepto;Movimiento;Importe;Divisa;Disponible;Divisa;Observaciones
31/01/2024;31/01/2024;Recibo;Pago de luz;-65,43;EUR;934,57;EUR;
25/01/2024;25/01/2024;Nómina;Empresa;1.000,00;EUR;1.000,00;EUR;
"""
MBANK = """\
mBank S.A. Bankowość Detaliczna;

#Klient;
JAN NOWAK;

#Data operacji;#Opis operacji;#Rachunek;#Kategoria;#Kwota;
2024-01-31;"ZABKA ZAKUP KARTĄ";"eKonto 1111";"Żywność";-1 012,50 PLN;
2024-01-30;"PRZELEW";"eKonto 1111";"Wpływy";2 000,00 PLN;
"""
PAYPAL = """\
"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","To Email Address","Transaction ID","Balance"
"31/01/2024","10:00:00","Europe/Berlin","Shop GmbH","Express Checkout Payment","Completed","EUR","-20,00","0,00","-20,00","a@x.org","b@x.org","1AB","79,40"
"30/01/2024","10:00:00","Europe/Berlin","Buyer","Mass Pay","Completed","EUR","100,00","-0,60","99,40","c@x.org","a@x.org","2AB","99,40"
"29/01/2024","10:00:00","Europe/Berlin","Hotel","Authorization","Pending","EUR","-1.000,00","0,00","-1.000,00","a@x.org","d@x.org","3AB","0,00"
"""  # noqa: E501
JAPAN = """\
日付,お取引内容,お支払金額,お預り金額,残高
2024年1月31日,カード セブンイレブン,"1,080",,"98,920"
2024年1月25日,給与,,"100,000","100,000"
"""
CREDITS_IN_BRACKETS = """\
Trans. Date,Description,Amount
1/31/2024,"Refund","$20.00"
1/30/2024,"Groceries","($1,054.20)"
1/13/2024,"Fuel","(30.00)"
"""
PLAIN_OUT = "Some amounts are marked as money in and none as money out, so those without a mark are taken as money out."
GOES_ON = "The text of the line above goes on here."
TRAILING_MINUS = "Datum;Text;Betrag\n31.01.2024;Miete;1.200,00-\n15.01.2024;Lohn;2.500,00+\n01.01.2024;Gebühr;3,5-\n"
AMEX = """\
Date,Description,Card Member,Account #,Amount
01/30/2024,WHOLE FOODS,ADA L,-11001,54.20
01/29/2024,UBER,ADA L,-11001,12.00
01/28/2024,DELTA,ADA L,-11001,310.00
01/20/2024,AUTOPAY PAYMENT - THANK YOU,ADA L,-11001,-200.00
"""
LLOYDS = """\
Transaction Date,Transaction Type,Sort Code,Account Number,Transaction Description,Debit Amount,Credit Amount,Balance
31/01/2024,DEB,'30-00-00,12345678,TESCO,12.50,,987.50
30/01/2024,FPI,'30-00-00,12345678,EMPLOYER,,1000.00,1000.00
"""
NUBANK = (
    "Data,Valor,Identificador,Descrição\n31/01/2024,-45.90,65aa-1,Compra no débito\n05/01/2024,1000.00,65aa-2,Salário\n"
)
CEST_CSV = (
    '"Číslo účtu","Datum zaúčtování","Částka","Měna","Zůstatek","Název protistrany","Zpráva pro příjemce"\n'
    '"1234/0800","31.01.2024","-1 234,50","CZK","8 765,50","ČEZ","Faktura"\n'
    '"1234/0800","30.01.2024","10 000,00","CZK","10 000,00","Zaměstnavatel","Výplata"\n'
)

# text, encoding, currency of the account, amounts as a person reads them, days of the first and last line
BANKS = {
    "sparkasse": (SPARKASSE, "cp1252", "EUR", "2500 -54.20", "2024-01-31 2024-02-02"),
    "volksbank": (VOLKSBANK, "utf-8-sig", "EUR", "-89 1050.25", "2024-03-05 2024-03-04"),
    "dkb": (DKB, "utf-8", "EUR", "-800 12.5", "2023-06-29 2023-06-28"),
    "ing_de": (ING_DE, "cp1252", "EUR", "-4.20 1900", "2024-01-31 2024-01-30"),
    "comdirect": (COMDIRECT, "cp1252", "EUR", "-3.40 50 -1204.90", "2024-01-05 2024-01-02"),
    "n26": (N26, "utf-8", "EUR", "-12.90 -91.74 20", "2024-01-15 2024-01-17"),
    "revolut": (REVOLUT, "utf-8", "GBP", "100 -12.34 -20.40 -50", "2024-01-02 2024-01-07"),
    "wise": (WISE, "utf-8", "EUR", "-8.75 100", "2024-01-17 2024-01-16"),
    "monzo": (MONZO, "utf-8", "GBP", "-6.75 1500", "2024-01-05 2024-01-25"),
    "chase": (CHASE, "utf-8", "USD", "-45.10 1000", "2024-01-31 2024-01-15"),
    "chase_card": (CHASE_CARD, "utf-8", "USD", "-5.25 200", "2024-02-01 2024-01-29"),
    "bofa": (BOFA, "utf-8", "USD", "-1234.56 2000", "2024-01-05 2024-01-31"),
    "hsbc": (HSBC, "utf-8", "GBP", "-1234.56 2000", "2024-01-03 2024-01-29"),
    "rabobank": (RABOBANK, "cp1252", "EUR", "-25 1250", "2024-01-02 2024-01-03"),
    "abn": (ABN_TAB, "utf-8", "EUR", "-50 1000", "2024-01-02 2024-01-03"),
    "ing_nl": (ING_NL, "utf-8", "EUR", "-12.34 100", "2024-01-31 2024-01-30"),
    "postfinance": (POSTFINANCE, "utf-8-sig", "CHF", "-1234.50 5000", "2024-01-31 2024-01-25"),
    "ubs": (UBS, "utf-8", "CHF", "-19.85 1000", "2024-01-31 2024-01-30"),
    "credit_agricole": (CREDIT_AGRICOLE, "iso8859-15", "EUR", "-3.40 1750", "2024-01-31 2024-01-28"),
    "boursorama": (BOURSORAMA, "utf-8", "EUR", "-1025.99 2000", "2024-01-31 2024-01-30"),
    "bbva": (BBVA, "utf-8", "EUR", "-65.43 1000", "2024-01-31 2024-01-25"),
    "mbank": (MBANK, "cp1250", "PLN", "-1012.50 2000", "2024-01-31 2024-01-30"),
    "paypal": (PAYPAL, "utf-8-sig", "EUR", "-20 99.40 -1000", "2024-01-31 2024-01-29"),
    "japan": (JAPAN, "cp932", "JPY", "-1080 100000", "2024-01-31 2024-01-25"),
    "brackets": (CREDITS_IN_BRACKETS, "utf-8", "USD", "20 -1054.20 -30", "2024-01-31 2024-01-13"),
    "trailing_minus": (TRAILING_MINUS, "utf-16", "EUR", "-1200 2500 -3.5", "2024-01-31 2024-01-01"),
    "lloyds": (LLOYDS, "utf-8", "GBP", "-12.50 1000", "2024-01-31 2024-01-30"),
    "nubank": (NUBANK, "utf-8", "BRL", "-45.90 1000", "2024-01-31 2024-01-05"),
    "ceska": (CEST_CSV, "cp1250", "CZK", "-1234.50 10000", "2024-01-31 2024-01-30"),
}  # fmt: skip


def lines_of(
    path: Path, text: str, encoding: str = "utf-8", hints: Hints | None = None, **mapping: object
) -> tuple[Reading, list[Line]]:
    path.write_bytes(text.encode(encoding))
    reading = read(path, mapping, hints=hints)
    return reading, list(reading)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "statement"


@pytest.mark.parametrize("bank", BANKS)
def test_amounts_and_days_are_what_a_person_reads(bank: str, file: Path) -> None:
    text, encoding, currency, amounts, days = BANKS[bank]
    reading, lines = lines_of(file, text, encoding, Hints(currency))
    booked = [line for line in lines if not line.error and not line.left_out]
    assert [line.error for line in lines if line.error] == []
    assert [line.amount for line in booked] == [Decimal(amount) for amount in amounts.split()], reading.mapping
    assert [f"{line.booked_on}" for line in (booked[0], booked[-1])] == days.split(), reading.mapping
    assert all(line.description or line.payer for line in booked), reading.mapping
    assert all(line.currency in (None, currency) for line in booked)
    assert "�" not in "".join(f"{line.payer}{line.description}" for line in lines)


# what else the bank says, beyond day and amount
@pytest.mark.parametrize(
    ("bank", "place", "field", "value"),
    [
        ("sparkasse", 0, "payer", "Muster GmbH"),
        ("sparkasse", 0, "description", "LOHN 01/24"),
        ("sparkasse", 1, "is_pending", True),
        ("sparkasse", 0, "account", "DE89370400440532013000"),
        ("dkb", 0, "payer", "Vermieter KG"),
        ("dkb", 1, "payer", "Kunde & Co"),
        ("dkb", 1, "is_pending", True),
        ("ing_de", 0, "payer", "VISA MARKTHALLE"),
        ("comdirect", 0, "is_pending", True),
        ("n26", 1, "original_amount", Decimal(100)),
        ("n26", 1, "original_currency", "USD"),
        ("n26", 0, "original_amount", None),
        ("n26", 2, "description", 'Thanks, "A" too'),
        ("wise", 0, "external_id", "CARD-111"),
        ("monzo", 1, "category", "Income"),
        ("monzo", 1, "notes", "pay #salary"),
        ("monzo", 0, "external_id", "tx_0000A1"),
        ("bofa", 1, "description", 'RENT, "JAN" 24'),
        ("rabobank", 1, "payer", "Werkgever"),
        ("rabobank", 1, "description", "Salaris januari"),
        ("ing_nl", 0, "description", "Pasvolgnr 001"),
        ("ubs", 0, "external_id", "9999031TO"),
        ("mbank", 0, "category", "Żywność"),
        ("paypal", 1, "external_id", "2AB"),
        ("japan", 0, "description", "カード セブンイレブン"),
        ("ceska", 0, "payer", "ČEZ"),
    ],
)
def test_what_else_the_bank_says_is_kept(bank: str, place: int, field: str, value: object, file: Path) -> None:
    text, encoding, currency, _, _ = BANKS[bank]
    _, lines = lines_of(file, text, encoding, Hints(currency))
    assert getattr(lines[place], field) == value


@pytest.mark.parametrize(
    ("bank", "day", "amount"),
    [
        ("dkb", "2023-06-30", "1234.56"),
        ("volksbank", "2024-03-05", "1000.50"),
        ("ing_de", "2024-01-31", "1895.80"),
        ("chase", "2024-01-31", "954.90"),
        ("bofa", "2024-01-31", "1765.44"),
        ("rabobank", "2024-01-03", "2225"),
        ("abn", "2024-01-03", "1950"),
        ("ubs", "2024-01-31", "980.15"),
        ("japan", "2024-01-31", "98920"),
    ],
)
def test_the_closing_balance_is_read(bank: str, day: str, amount: str, file: Path) -> None:
    text, encoding, currency, _, _ = BANKS[bank]
    reading, _ = lines_of(file, text, encoding, Hints(currency))
    closing = [balance for balance in reading.balances if not balance.is_opening]
    assert (date.fromisoformat(day), Decimal(amount)) in [(balance.booked_on, balance.amount) for balance in closing]


def test_purchases_of_a_card_are_turned_round_and_said(file: Path) -> None:
    reading, lines = lines_of(file, AMEX, hints=Hints("USD", is_liability=True))
    assert sum(line.amount or 0 for line in lines) == Decimal("-176.20")
    assert reading.mapping["inverse"] and any("inverse" in note.message for note in reading.notes)
    assert sum(line.amount or 0 for line in lines_of(file, AMEX, hints=Hints("USD"))[1]) == Decimal("176.20")
    assert sum(line.amount or 0 for line in lines_of(file, AMEX, inverse=True)[1]) == Decimal("-176.20")


def test_payments_to_a_card_above_zero_leave_its_purchases_below(file: Path) -> None:
    text = "Date,Description,Amount,Type\n01/15/2024,x,-10,Sale\n01/16/2024,y,5,Return\n01/17/2024,z,100,Payment\n"
    _, lines = lines_of(file, text, hints=Hints("USD", is_liability=True))
    assert [line.amount for line in lines] == [-10, 5, 100]


OWED = "The balances grow with what is spent, so they are taken as what is owed."
SPENT = "2024-01-28 -20 Books", "2024-01-29 400 Payment", "2024-01-30 -50 Fuel", "2024-01-31 -5 Café"


@pytest.mark.parametrize(
    "text",
    [
        "Date,Description,Amount,Balance\n2024-01-28,Books,20,500\n2024-01-29,Payment,-400,100\n2024-01-30,Fuel,50,150\n2024-01-31,Café,5,155\n",
        "Date,Description,Amount,Balance\n2024-01-28,Books,-20,500\n2024-01-29,Payment,400,100\n2024-01-30,Fuel,-50,150\n2024-01-31,Café,-5,155\n",
        "Date,Description,Debit,Credit,Balance\n2024-01-28,Books,20,,500\n2024-01-29,Payment,,400,100\n2024-01-30,Fuel,50,,150\n2024-01-31,Café,5,,155\n",
        "01/28/2024,Books,20,,500\n01/29/2024,Payment,,400,100\n01/30/2024,Fuel,50,,150\n01/31/2024,Café,5,,155\n",
    ],
)
def test_a_balance_that_grows_with_what_is_spent_is_owed(text: str, file: Path) -> None:
    reading, lines = lines_of(file, text, hints=Hints("USD", is_liability=True))
    assert [f"{line.booked_on} {line.amount} {line.description}" for line in lines] == [*SPENT]
    assert [each.amount for each in reading.balances] == [-155, -480]
    assert OWED in [note.message for note in reading.notes]


def test_a_loan_that_is_paid_back_and_a_card_without_headings(file: Path) -> None:
    loan = "Date,Description,Amount,Balance\n2024-01-01,Payment,500,9500\n2024-02-01,Payment,500,9000\n2024-03-01,Interest,-30,9030\n"
    reading, lines = lines_of(file, loan, hints=Hints("USD", is_liability=True))
    assert [line.amount for line in lines] == [500, 500, -30] and reading.balances[0].amount == -9030
    card = "31 Jan 2024,Shop,,12.50\n30 Jan 2024,Direct debit,-200.00,\n29 Jan 2024,Bar,,3.10\n"
    unusual = "31/01/2024,Shop,12.50,,87.50\n30/01/2024,Direct debit,,200.00,100.00\n29/01/2024,Bar,3.10,,-100.00\n"
    assert [line.amount for line in lines_of(file, unusual, hints=Hints("GBP", is_liability=True))[1]] == [
        Decimal("-12.50"), 200, Decimal("-3.10"),
    ]  # fmt: skip
    assert [line.amount for line in lines_of(file, card, hints=Hints("GBP", is_liability=True))[1]] == [
        Decimal("-12.50"), 200, Decimal("-3.10"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        ("2024-01-31,Shop,12.50\n", [Decimal("-12.50")]),
        ("2024-01-31,Shop,-12.50\n", [Decimal("-12.50")]),
        ("2024-01-31,Shop,12.50\n2024-01-20,Payment,-200\n", [Decimal("-12.50"), 200]),
        ("2024-01-31,Shop,-12.50\n2024-01-20,Payment,200\n", [Decimal("-12.50"), 200]),
        ("2024-01-20,Payment,200\n", [200]),
        (
            "2024-01-31,MONOPRIX,25.30\n2024-01-20,PRELEVEMENT AUTOMATIQUE ENREGISTRE-MERCI,-100\n",
            [Decimal("-25.30"), 100],
        ),
        ("2024-01-31,Sklep,-25.30\n2024-01-20,Spłata,100\n", [Decimal("-25.30"), 100]),
        ("2024-01-31,ICA,25.30\n2024-01-20,BETALNING MOTTAGEN. TACK,-100\n", [Decimal("-25.30"), 100]),
    ],
)
def test_a_card_with_a_line_or_two(rows: str, read: list[Decimal], file: Path) -> None:
    _, lines = lines_of(file, f"Date,Description,Amount\n{rows}", hints=Hints("USD", is_liability=True))
    assert [line.amount for line in lines] == read


def test_a_card_of_which_nothing_tells_purchases_says_so(file: Path) -> None:
    text = "Date,Description,Amount\n2024-01-31,Shop,12.50\n2024-01-20,Bar,-200\n"
    reading, lines = lines_of(file, text, hints=Hints("USD", is_liability=True))
    assert [line.amount for line in lines] == [Decimal("12.50"), -200]
    assert any("Nothing says whether amounts above zero are purchases" in note.message for note in reading.notes)


def test_a_card_whose_kinds_tell_what_no_sign_does(file: Path) -> None:
    text = "Date,Text,Amount,Type\n2024-01-31,Bar,4.50,Sale\n2024-01-25,Bar,{}2,Return\n2024-01-20,Ada,{}90,Payment\n"
    for sign in ("", "-"):
        _, lines = lines_of(file, text.format(sign, sign), hints=Hints("USD", is_liability=True))
        assert [line.amount for line in lines] == [Decimal("-4.50"), 2, 90]


def test_three_decimals_are_some_where_the_currency_has_them(file: Path) -> None:
    text = "Date,Description,Amount\n2024-01-31,Shop,-25.300\n2024-01-20,Pay,12.500\n"
    assert [line.amount for line in lines_of(file, text, hints=Hints("KWD"))[1]] == [Decimal("-25.3"), Decimal("12.5")]
    assert [line.amount for line in lines_of(file, text, hints=Hints("EUR"))[1]] == [-25300, 12500]


def test_the_amount_is_in_the_currency_of_the_account(file: Path) -> None:
    text = "Data;Descrição;Valor (em US$);Valor (em R$)\n31/01/2024;STEAM;10,00;-50,00\n30/01/2024;Padaria;0;-12,50\n"
    _, lines = lines_of(file, text, hints=Hints("BRL"))
    assert [(line.amount, line.currency) for line in lines] == [(-50, "BRL"), (Decimal("-12.50"), "BRL")]


def test_a_mapping_corrects_what_was_found(file: Path) -> None:
    text = "Date,Reference,Text,Amount,Other\n01/02/2024,A1,One,1.234,5\n02/03/2024,A2,Two,-2.500,6\n"
    reading, lines = lines_of(file, text, hints=Hints("EUR"))
    assert [line.amount for line in lines] == [1234, -2500] and lines[0].booked_on == date(2024, 2, 1)
    assert len(reading.notes) == 2
    mapping: dict[str, Any] = {
        "date_order": "mdy",
        "decimal": ".",
        "columns": {"amount": "Amount", "description": ["Text", "Reference"], "external_id": 2},
    }
    reading, lines = lines_of(file, text, **mapping)
    assert [line.amount for line in lines] == [Decimal("1.234"), Decimal("-2.5")] and lines[0].booked_on == date(
        2024, 1, 2
    )
    assert lines[1].description == "Two A2" and lines[1].external_id == "A2" and not reading.notes
    with pytest.raises(StatementError, match=r"no column 'Betrag'.*Date, Reference"):
        lines_of(file, text, columns={"amount": "Betrag"})
    remembered = read(file, {}, reading.mapping)
    assert [line.booked_on for line in remembered] == [date(2024, 1, 2), date(2024, 2, 3)]


def test_what_is_remembered_does_not_hold_against_what_the_next_file_shows(file: Path) -> None:
    before, _ = lines_of(file, "Date,Text,Amount\n01/02/2024,One,1.234\n02/03/2024,Two,-2.500\n", hints=Hints("EUR"))
    assert (before.mapping["date_order"], before.mapping["decimal"]) == ("dmy", ",")
    file.write_text("Date,Text,Amount\n01/31/2024,One,1.23\nsomeday,Two,5.00\n02/03/2024,Three,-2.5\n")
    days = [date(2024, 1, 31), None, date(2024, 2, 3)]
    reading = read(file, {}, before.mapping)
    assert [(line.booked_on, line.amount) for line in reading] == [
        *zip(days, [Decimal("1.23"), 5, Decimal("-2.5")], strict=True)
    ]
    # but where it shows nothing, what was corrected before is right
    file.write_text("Date,Text,Amount\n01/02/2024,One,1.23\nsomeday,Two,5.00\n")
    assert [line.booked_on for line in read(file, {}, reading.mapping)] == [date(2024, 1, 2), None]


def test_a_line_that_is_wrong_leaves_the_others_alone(file: Path) -> None:
    text = "Date,Text,Amount\n2024-01-31,One,1.50\n2024-02-30,Two,2\n2024-03-01,Three,lots\n2024-03-02,Four,\n2024-03-03,Five,1.2.3\n"
    _, lines = lines_of(file, text)
    assert [(line.line, line.error) for line in lines if line.error] == [
        (3, "'2024-02-30' is no day."),
        (4, "'lots' is no amount with the decimal sign '.'."),
        (6, "'1.2.3' is no amount with the decimal sign '.'."),
    ]
    assert [line.left_out for line in lines if line.left_out] == ["The line has no amount."]
    assert sum(line.amount for line in lines if line.amount and not line.error) == Decimal("1.50")


ABC = "Date,Text,Amount\n2024-01-31,One,1.50\n2024-02-13,Two,-2\n"
NO_AMOUNTS = ("(5,00", "-5,00-", "1.23,00", "1,2,3", "1,2.3", "1,123456789", "1" * 65)
ALL_IN = "No amount is below zero, so all are taken as money in; correct inverse where that is wrong."
NO_DAYS = ("31-01/2024", "31.01.202", "31 x 2024", "1.1.1850")
READ = ["2024-01-31 1.50 One", "2024-02-13 -2 Two"]


@pytest.mark.parametrize(
    ("text", "mapping", "read"),
    [
        # where the table begins
        (f"Balance,2024-01-01,7\n{ABC}", {"header_line": 2}, [*READ, "closing 2024-01-01 7"]),
        (f"Nr,1\n\n{ABC}".replace("One,1.50\n", "One,1.50\n\n"), {"header_line": 3}, READ),
        (ABC, {"header_line": 0}, READ),
        (ABC.replace("Amount\n", "Amount\n,,EUR\n"), {}, ["The line has no day and no amount.", *READ, "Not a line of the statement: EUR"]),
        (f'{ABC}" ",,\n', {}, [*READ, "The line has no day and no amount."]),
        ("sep=;\nDate;Text;Amount\n2024-01-31;a,b;1,50\n", {}, ["2024-01-31 1.50 a,b"]),
        # names that nobody knows
        (
            ABC.replace("Date,Text,Amount", "Päivä,Selite,Määrä"),
            {"columns": {"booked_on": "Päivä", "amount": "Määrä", "description": ["Selite"], "payer": None, "sign": None}},
            READ,
        ),
        ("2024-01-31,One,1.50,0.10\n2024-02-13,Two,-2,0.10\n", {"columns": {"amount": 3, "fee": 4}}, READ),
        # which columns have the amount
        (
            "Date,Text,Amount,Out,In\n2024-01-31,One,9,,1.50\n2024-02-13,Two,9,2,\n", {"columns": {"debit": "Out", "credit": "In"}}, READ,
        ),
        (
            "Date,Text,Amount,Debit,Credit\n2024-01-31,One,,-,1.50\n2024-02-13,Two,,2,-\n2024-02-13,Part,2,,\n2024-02-14,x,,-,lots\n",
            {},
            [*READ, "The line has no amount.", "'lots' is no amount with the decimal sign '.'."],
        ),
        # without headings: one line with what was held before and after, money out beside money in, a mark that tells them apart
        (
            "1234567890\tEUR\t20240102\t1000,00\t950,00\t20240102\t-50,00\tBEA\n", {},
            ["2024-01-02 -50.00 EUR BEA", "closing 2024-01-02 950.00", "opening 2024-01-02 1000.00"],
        ),
        (
            "31.01.2024;Rent;800,00;\n25.01.2024;Wages;;1500,00\n", {},
            [
                "2024-01-31 -800.00 Rent", "2024-01-25 1500.00 Wages",
                "The file has no headings: the first column of amounts is taken as money out, the second as money in.",
            ],
        ),
        (
            "31.01.2024;Rent;EUR;800,00;D\n25.01.2024;Wages;EUR;1500,00;C\n", {},
            ["2024-01-31 -800.00 EUR Rent", "2024-01-25 1500.00 EUR Wages"],
        ),
        # marks that nobody knows leave the amount as it is, and the other lines their marks
        (
            "Date,Text,Amount,Type\n" + "2024-01-31,a,7.5,Debit\n2024-01-31,b,8.5,Credit\n" * 160
            + "2024-01-31,c,-9,Fee\n2024-01-31,d,-9,\n",
            {},
            ["2024-01-31 -7.5 a", "2024-01-31 8.5 b"] * 160 + ["2024-01-31 -9 c", "2024-01-31 -9 d"],
        ),
        # what only looks like an id or an account of one's own
        (
            "Date,Text,Amount,Account\n" + "".join(f"2024-01-0{n},x,{n},DE{n}\n" for n in range(1, 6)), {},
            [*(f"2024-01-0{n} {n} x" for n in range(1, 6)), ALL_IN],
        ),
        ("Date,Text,Amount,Account\n2024-01-01,x,1,DE1\n2024-01-02,y,2,\n", {}, ["2024-01-01 1 x", "2024-01-02 2 y"]),
        ("Id,Date,Text,Amount\n7,2024-01-01,x,1\n7,2024-01-02,y,2\n", {}, ["2024-01-01 1 x", "2024-01-02 2 y"]),
        ("Id,Date,Text,Amount\n7,2024-01-01,x,1\n8,2024-01-02,y,2\n", {}, ["2024-01-01 1 x #7", "2024-01-02 2 y #8"]),
        # fees on top, or in the amount already
        ("Date,Text,Amount,Fee\n2024-01-01,x,10,\n2024-01-02,y,-2,0.10\n", {}, ["2024-01-01 10 x", "2024-01-02 -2.10 y"]),
        ("Date,Text,Net,Fee\n2024-01-01,x,10,\n2024-01-02,y,-2,0.10\n", {}, ["2024-01-01 10 x", "2024-01-02 -2 y"]),
        (
            "Date,Text,Amount,Fee,Balance\n2024-01-01,x,10,0,10\n2024-01-02,y,-2,0,8\n", {},
            ["2024-01-01 10 x", "2024-01-02 -2 y", "closing 2024-01-02 8", "opening 2024-01-01 0"],
        ),
        # balances turn signs round, come once a day in either order, or belong to several accounts
        (
            "Date,Text,Amount,Balance\n2024-01-31,Shop,10,90\n2024-02-01,Shop,2,88\n2024-02-02,Wages,-12,100\n", {},
            [
                "2024-01-31 -10 Shop", "2024-02-01 -2 Shop", "2024-02-02 12 Wages", "closing 2024-02-02 100", "opening 2024-01-31 100",
                "The balances say that amounts above zero left the account; signs are turned round.",
            ],
        ),
        (
            "Date,Text,Amount,Balance\n2024-01-01,a,1,\n2024-01-01,b,2,13\n2024-01-02,c,4,\n2024-01-02,d,8,25\n2024-01-03,e,16,\n", {},
            [
                "2024-01-01 1 a", "2024-01-01 2 b", "2024-01-02 4 c", "2024-01-02 8 d", "2024-01-03 16 e",
                "closing 2024-01-02 25", "opening 2024-01-01 10",
            ],
        ),
        (
            "Date,Text,Amount,Balance\n"
            "2024-01-03,f,32,\n2024-01-02,e,16,\n2024-01-02,d,8,25\n2024-01-02,c,4,\n2024-01-01,b,2,13\n2024-01-01,a,1,\n", {},
            [
                "2024-01-03 32 f", "2024-01-02 16 e", "2024-01-02 8 d", "2024-01-02 4 c", "2024-01-01 2 b", "2024-01-01 1 a",
                "closing 2024-01-02 41", "opening 2024-01-01 10",
            ],
        ),
        (
            "Date,Text,Amount,Balance\n2024-01-01,a,1,11\n2024-01-01,b,2,13\n2024-01-02,c,4,18\n2024-01-03,d,8,99\n", {},
            [
                "2024-01-01 1 a", "2024-01-01 2 b", "2024-01-02 4 c", "2024-01-03 8 d",
                "The balance of this line does not follow from the one before and the amount.",
            ],
        ),
        (
            "Date,Text,Amount,Balance,Account\n2024-01-01,a,1,1,A\n2024-01-02,b,2,3,A\n2024-01-03,c,5,5,B\n2024-01-04,d,5,10,B\n", {},
            ["2024-01-01 1 A a", "2024-01-02 2 A b", "2024-01-03 5 B c", "2024-01-04 5 B d"],
        ),
        # days and amounts in spellings of their own, and what is none
        (
            "Date;Text;Amount\n31.01.2024;x;1.234,56\n"
            + "".join(f"31.01.2024;x;{a}\n" for a in ("(7,00)", "3,00 S", *NO_AMOUNTS)),
            {},
            [
                "2024-01-31 1234.56 x", "2024-01-31 -7.00 x", "2024-01-31 -3.00 x",
                *(f"'{a[:40]}' is no amount with the decimal sign ','." for a in NO_AMOUNTS),
            ],
        ),
        (
            "Date;Text;Amount\n31.01.2024;x;1\n"
            + "".join(f"{day};x;1\n" for day in ("31 janvier 2024", "Jan 31, 2024", "R.6/1/31", "令和元年5月1日", *NO_DAYS)),
            {},
            [*("2024-01-31 1 x",) * 4, "2019-05-01 1 x", *(f"'{day}' is no day." for day in NO_DAYS), ALL_IN],
        ),
        (f"{ABC}Total,,\n", {}, [*READ, "The line has no day and no amount.", "Not a line of the statement: Total"]),
        # encodings without a mark; the last byte could begin a letter of UTF-8; accents in the first and the second megabyte
        (ABC.encode("utf-16-le"), {}, READ),
        (ABC.encode("utf-16-be"), {}, READ),
        ("Date;Amount;Text\n31.01.2024;2,5;Café".encode("cp1252"), {}, ["2024-01-31 2.5 Café"]),
        ("Tarih;Tutar;Text\n31.01.2024;2,5;MAAŞ ÖDEMESİ".encode("cp1254"), {}, ["2024-01-31 2.5 MAAŞ ÖDEMESİ"]),
        ("Datum;Částka;Popis\n31.01.2024;2,5;Výběr".encode("cp1250"), {}, ["2024-01-31 2.5 Výběr"]),
        (
            b"Date;Amount;Text\n" + f"31.01.2024;2,5;{'Käse ' * 9_000}\n".encode("cp1252") * 25, {},
            [*[f"2024-01-31 2.5 {'Käse ' * 9_000}".strip()] * 25, ALL_IN],
        ),
        # cut off within a letter, and a last byte that is none of UTF-8
        (
            "Date,Text,Amount\n2024-01-31,Bär,1.50\n2024-02-13,Cä,-2\n2024-02-14,Dä".encode()[:-1], {},
            [
                "2024-01-31 1.50 Bär", "2024-02-13 -2 Cä", "The line has no amount.",
                "The last line is shorter than the others; the file may have been cut off.",
            ],
        ),
        (ABC.encode("utf-16")[:-1], {}, READ),
        # one file behind another, each with its mark; marks that say which way to write
        (f"\ufeff{ABC}\ufeff{ABC}", {}, [*READ, *READ]),
        ("תאריך,תיאור,סכום\n\u200f31/01/2024\u200f,שופרסל,\u200e-4.50\u200e\n", {}, ["2024-01-31 -4.50 שופרסל"]),
        # lines in quotation marks as a whole; other signs between columns; words for no amount
        ('"Date,Text,Amount"\n"2024-01-31,""Bar, NY"",-4.50"\n', {}, ["2024-01-31 -4.50 Bar, NY"]),
        (ABC.replace(",", "^"), {}, READ),
        (ABC.replace(",", "~"), {}, READ),
        (
            "Date,Text,Debit,Credit\n31-01-2024,Bar,4.50,NIL\n25-01-2024,Acme,n/a,100.00\n", {},
            ["2024-01-31 -4.50 Bar", "2024-01-25 100.00 Acme"],
        ),
        # quotation marks that are none swallow no lines, those that are closed later keep what is in them
        (
            'Date;Text;Amount\n2024-01-31;"Bar;-4,50\n2024-01-25;Acme;100,00\n2024-01-24;"Car";-1,00\n2024-01-23;X;-2,00\n', {},
            ['2024-01-31 -4.50 "Bar', "2024-01-25 100.00 Acme", "2024-01-24 -1.00 Car", "2024-01-23 -2.00 X"],
        ),
        (
            'Date;Text;Amount\n2024-01-31;"Bar\n2024-01-01;5,00";-4,50\n2024-01-25;Acme;100,00\n', {},
            ["2024-01-31 -4.50 Bar\n2024-01-01;5,00", "2024-01-25 100.00 Acme"],
        ),
        # days that are far ahead are days all the same, where their year leaves no doubt
        (
            "Date,Text,Amount\n01/31/2024,One,1.50\n12/01/2199,Two,-2\n", {},
            ["2024-01-31 1.50 One", "2199-12-01 -2 Two"],
        ),
        # where what is called income stands below zero and the rest above, but not where a deposit is money put away
        (
            "date,name,amount,type\n2024-01-31,Bar,4.50,regular\n2024-01-30,Cab,9.50,regular\n2024-01-25,Acme,-100.00,income\n", {},
            [
                "2024-01-31 -4.50 Bar regular", "2024-01-30 -9.50 Cab regular", "2024-01-25 100.00 Acme income",
                "What is called money in stands below zero; signs are turned round.",
            ],
        ),
        (
            "date,name,amount,type\n2024-01-31,Bar,-4.50,card\n2024-01-30,Acme,100.00,transfer\n2024-01-25,Term,-50.00,deposit\n", {},
            ["2024-01-31 -4.50 Bar card", "2024-01-30 100.00 Acme transfer", "2024-01-25 -50.00 Term deposit"],
        ),
    ],
)  # fmt: skip
def test_tables_of_careless_banks(
    text: str | bytes, mapping: dict[str, object], read: list[str], tmp_path: Path
) -> None:
    assert shown(tmp_path, text, **mapping) == read


TWO_ACCOUNTS = """\
"Umsätze Girokonto";"Zeitraum: 30 Tage"
"Neuer Kontostand";"50,00 EUR"

"Buchungstag";"Vorgang";"Buchungstext";"Umsatz in EUR"
"31.01.2024";"Überweisung";"Sparen";"-50,00"

"Alter Kontostand";"100,00 EUR"

"Umsätze Tagesgeld";"Zeitraum: 30 Tage"
"Neuer Kontostand";"550,00 EUR"

"Buchungstag";"Vorgang";"Buchungstext";"Umsatz in EUR"
"31.01.2024";"Überweisung";"Sparen";"50,00"

"Umsätze Karte";"Zeitraum: 30 Tage"
"Buchungstag";"Vorgang";"Referenz";"Buchungstext";"Umsatz in EUR"
"31.01.2024";"Karte";"1";"Laden";"-5,00"
"""
WISE_TRANSFERS = """\
ID,Status,Direction,"Finished on","Source fee amount","Source amount (after fees)","Source currency","Target name","Target amount (after fees)","Target currency"
T-1,COMPLETED,OUT,2024-01-31 10:01:00,0.50,99.50,EUR,Bob,107.46,USD
T-2,COMPLETED,IN,2024-01-30 10:01:00,1.00,1500.00,USD,Ada,1400.00,EUR
T-3,COMPLETED,NEUTRAL,2024-01-29 10:01:00,0.10,20.00,EUR,Ada,21.00,USD
"""  # noqa: E501
NO_LINE = "The line has no day and no amount."


# where an entry, its sign, its day or its account is easily taken for another
@pytest.mark.parametrize(
    ("text", "read"),
    [
        # In and Out in the names of columns
        (
            "Date,Description,Paid out,Paid in,Balance\n31 Jan 2024,Shop,10.50,,89.50\n30 Jan 2024,Pay,,100.00,100.00\n",
            ["2024-01-31 -10.50 Shop", "2024-01-30 100.00 Pay", "closing 2024-01-31 89.50", "opening 2024-01-30 0.00"],
        ),
        (
            "Date;Text;Paid Out (EUR);Paid In (EUR)\n31 Jan 2024;Shop;10,50;\n30 Jan 2024;Pay;;100,00\n",
            ["2024-01-31 -10.50 EUR Shop", "2024-01-30 100.00 EUR Pay"],
        ),
        # what a card was paid back stands below zero
        (
            "Date,Description,Debit,Credit\n01/31/2024,Shop,10.50,\n01/30/2024,Thanks,,-100.00\n",
            [
                "2024-01-31 -10.50 Shop", "2024-01-30 100.00 Thanks",
                "Money in stands below zero in its own column; it is taken as money in.",
            ],
        ),
        # balances and turnovers among the entries
        (
            "Data;Histórico;Valor\n31/01/2024;PIX;-10,50\n31/01/2024;SALDO DO DIA;89,50\n31/01/2024;S A L D O;89,50\n"
            "30/01/2024;Turnover Bakery;-1,00\n",
            ["2024-01-31 -10.50 PIX", "A balance, not an entry.", "A balance, not an entry.", "2024-01-30 -1.00 Turnover Bakery"],
        ),
        (
            "Buchungstag;Text;Ref;Umsatz; \n31.01.2024;Miete;;10,50;S\n30.01.2024;Lohn;;100,00;H\n"
            "01.01.2024;;Anfangssaldo;1,00;H\n;Total;;110,50;\n",
            ["2024-01-31 -10.50 Miete", "2024-01-30 100.00 Lohn", "A balance, not an entry.", "A sum or a balance, not an entry."],
        ),
        (
            "Kuupäev;Selgitus;Summa;Deebet/Kreedit\n01.01.2024;Algsaldo;5,00;K\n05.01.2024;Ost;12,34;D\n31.01.2024;Palk;15,00;K\n"
            "31.01.2024;Käive;15,00;K\n",
            ["A balance, not an entry.", "2024-01-05 -12.34 Ost", "2024-01-31 15.00 Palk", "A balance, not an entry."],
        ),
        # a day and a number above the headings
        (
            "Konto:;12345678;Datum:;31.01.2024\nName:;Ada\n\nBuchungstag;Text;Betrag\n30.01.2024;Miete;-10,50\n",
            ["2024-01-30 -10.50 Miete"],
        ),
        (
            "Compte;Compte;***1;31/01/2024;;89,50\n31/01/2024;Achat;CB;LE BAR;-10,50\n30/01/2024;Virement;VIR;PAIE;100,00\n",
            ["2024-01-31 -10.50 Achat", "2024-01-30 100.00 Virement"],
        ),
        # the only day is the value's, or stands under a name that nobody knows
        ("F. VALOR;CONCEPTO;IMPORTE\n31/01/2024;Pan;-10,50\n", ["2024-01-31 -10.50 Pan"]),
        (
            "Wann;Text;Betrag\n31.01.2024;Brot;-10,50\n",
            ["2024-01-31 -10.50 Brot", "The days are taken from 'Wann', the only column that has days."],
        ),
        ("Buchungstag;Valuta;Text;Betrag\n31.01;31.01.24;Brot;-10,50\n", ["2024-01-31 -10.50 Brot"]),
        ("Datum;Valuta;Text;Betrag\n31.01.24;31.01.24;a;-1,50\n30.02.24;28.02.24;b;-1,50\n",
         ["2024-01-31 -1.50 a", "2024-02-28 -1.50 b"]),
        # nobody writes the month first with points between
        ("Date;Text;Amount\n05.02.2024;a;-1,50\n05.01.2024;b;-1,50\n", ["2024-02-05 -1.50 a", "2024-01-05 -1.50 b"]),
        # without headings: money out and in beside a balance, words for them, a dash that is none, numbers of accounts and days
        (
            '01/31/2024,"Shop",10.50,,89.50\n01/30/2024,"Pay",,100.00,100.00\n',
            ["2024-01-31 -10.50 Shop", "2024-01-30 100.00 Pay", "closing 2024-01-31 89.50", "opening 2024-01-30 0.00"],
        ),
        (
            '"Bank","123456","EOP","2024/01/31",00012,"Shop","",10.50,"",89.50\n'
            '"Bank","123456","EOP","2024/01/30",00001,"Pay","","",100,100\n',
            ["2024-01-31 -10.50 Shop", "2024-01-30 100 Pay", "closing 2024-01-31 89.50", "opening 2024-01-30 0.00"],
        ),
        (
            '"31-01-2024","NL20","12,34","Debet","Winkel"\n"01-02-2024","NL20","15,00","Credit","Loon"\n',
            ["2024-01-31 -12.34 Winkel", "2024-02-01 15.00 Loon"],
        ),
        ('1/31/2024,-12.34,-,"Shop"\n1/30/2024,15.00,-,"Pay"\n', ["2024-01-31 -12.34 Shop", "2024-01-30 15.00 Pay"]),
        # a mark that says neither in nor out; a word of the bank that nobody knows
        (
            "交易时间,商品说明,收/支,金额\n2024-01-31 12:00:00,午餐,支出,35.50\n2024-01-02 12:00:00,工资,收入,20.00\n"
            "2024-01-01 12:00:00,收益,不计收支,0.10\n",
            ["2024-01-31 -35.50 午餐", "2024-01-02 20.00 工资", "'不计收支' does not say whether the money went in or out."],
        ),
        (
            "Datum;Text;Betrag;Status\n31.01.2024;a;-1,50;Gebucht\n31.01.2024;b;-1,50;Ausstehend\n"
            "31.01.2024;c;-1,50;Fehlgeschlagen\n31.01.2024;d;-1,50;Wunderlich\n31.01.2024;e;-1,50;Wunderlich\n",
            [
                "2024-01-31 -1.50 a", "2024-01-31 -1.50 b pending", "The bank says of it: Fehlgeschlagen.", "2024-01-31 -1.50 d",
                "2024-01-31 -1.50 e", "Lines of which the bank says 'Wunderlich' are taken as booked.",
            ],
        ),
        # another column has the amount
        (
            "Transaction Date,Description 1,CAD$,USD$\n1/31/2024,Shop,-10.50,\n1/30/2024,Pay,100.00,\n1/29/2024,Abroad,,-20.00\n",
            [
                "2024-01-31 -10.50 CAD Shop", "2024-01-30 100.00 CAD Pay",
                "The line has no amount where others have it; '-20.00' stands in a column that is not read.",
            ],
        ),
        # a fee on top, where lines of other currencies stand between; what is left of an amount once its fee is off
        (
            "Completed Date,Description,Amount,Fee,Currency,Balance\n2024-01-02,a,-10.00,0.00,EUR,90.00\n"
            "2024-01-03,b,-50.00,0.50,EUR,39.50\n2024-01-03,c,54.00,0.00,USD,54.00\n2024-01-04,d,-4.00,0.00,USD,50.00\n2024-01-04,e,-1.00,0.00,GBP,1.00\n",
            [
                "2024-01-02 -10.00 EUR a", "2024-01-03 -50.50 EUR b", "2024-01-03 54.00 USD c", "2024-01-04 -4.00 USD d",
                "2024-01-04 -1.00 GBP e",
            ],
        ),
        (
            "Datum;Name;Brutto;Entgelt;Netto\n31.01.2024;Ada;100,00;-2,50;97,50\n30.01.2024;Bob;-5,00;0,00;-5,00\n",
            ["2024-01-31 97.50 Ada", "2024-01-30 -5.00 Bob"],
        ),
        (
            WISE_TRANSFERS,
            [
                "2024-01-31 -100.00 EUR Bob #T-1", "2024-01-30 1400.00 EUR Ada #T-2",
                "'NEUTRAL' does not say whether the money went in or out.",
            ],
        ),
        # several accounts in one file, the last with headings of its own
        (
            TWO_ACCOUNTS,
            [
                "2024-01-31 -50.00 EUR Umsätze Girokonto Sparen", *(NO_LINE,) * 3, "2024-01-31 50.00 EUR Umsätze Tagesgeld Sparen",
                NO_LINE, "Headings of another table.", "The line belongs to another table, whose headings are on line 16.",
                "Not a line of the statement: Alter Kontostand 100,00 EUR",
                "Not a line of the statement: Umsätze Tagesgeld Zeitraum: 30 Tage",
                "Not a line of the statement: Neuer Kontostand 550,00 EUR", "Not a line of the statement: Umsätze Karte Zeitraum: 30 Tage",
                "Another table begins here; its lines are read with its header_line.",
            ],
        ),
        # pages of one account repeat the headings
        (
            "Page 1\nDate,Text,Amount\n2024-01-31,a,-1.50\nPage 2\nDate,Text,Amount\n2024-01-30,b,-1.50\n",
            ["2024-01-31 -1.50 a", NO_LINE, "2024-01-30 -1.50 b", "Not a line of the statement: Page 2"],
        ),
        # texts: a name before a number of an account, what goes on in columns without a name, the only text there is
        (
            'Date,Counterparty,Name,Description,,Amount\n2024-01-31,NL91ABNA0417164300,Bob,Rent,January,-1.50\n',
            ["2024-01-31 -1.50 Bob Rent January"],
        ),
        ("Datum;IBAN;Wofür;Betrag\n31.01.2024;DE02120300000000202051;Brot;-1,50\n", ["2024-01-31 -1.50 Brot"]),
        # names that nobody knows, where contents leave no doubt; a line below a table without headings that has no text
        (
            "Deň;Koľko;Čo;Smer\n31.01.2024;1,50;a;Debet\n30.01.2024;2,00;b;Kredit\n",
            [
                "2024-01-31 -1.50 a", "2024-01-30 2.00 b", "The days are taken from 'Deň', the only column that has days.",
                "The amounts are taken from 'Koľko', the only column that has amounts.",
            ],
        ),
        (
            "31/01/2024;-1,50;Carte;CARREFOUR\n01/02/2024;2,00;Virement;SALAIRE\n01/02/2024;9,50;;\n",
            ["2024-01-31 -1.50 CARREFOUR", "2024-02-01 2.00 SALAIRE", "The line has no text, unlike the others: it may be a balance."],
        ),
        # what does not change the balance
        (
            "Date,Name,Net,Balance Impact\n2024-01-31,a,-1.50,Debit\n2024-01-30,b,2.00,Credit\n2024-01-29,c,-9.00,Memo\n",
            ["2024-01-31 -1.50 a", "2024-01-30 2.00 b", "The bank says of it: it does not change the balance."],
        ),
        ("Date operation;Libelle operation;Montant operation en euro\n31-01-2024;a;-1,50\n", ["2024-01-31 -1.50 a"]),
        # a comma between columns and within amounts
        (
            "Date,Text,Amount\n01/31/2024,a,-1,234.50\n01/30/2024,b,-2.00\n",
            ["The line has 4 columns, the headings have 3: one of its cells was cut in two.", "2024-01-30 -2.00 b"],
        ),
        (
            "Date,Text,Amount,Balance\n31.01.2024,a,-1,50,98,50\n",
            ["The line has 6 columns, the headings have 4: one of its cells was cut in two."],
        ),
        ("Date;Text;Amount\n31.01.2024;a;-1,50;seen\n30.01.2024;b;-1,50;\n29.01.2024;c;-1,50;seen\n28.01.2024;d;-1,50;new\n27.01.2024;e;-1,50;x\n",
         ["2024-01-31 -1.50 a", "2024-01-30 -1.50 b", "2024-01-29 -1.50 c", "2024-01-28 -1.50 d", "2024-01-27 -1.50 e"]),
        # what a spreadsheet is told to leave as it is
        ('Date,Text,Amount\n="2024-01-31",="007",="-1.50"\n', ["2024-01-31 -1.50 007"]),
        # each amount with its own currency
        (
            "Date,Text,Amount\n2024-01-31,a,-1.50 USD\n2024-01-30,b,-1.50 EUR\n2024-01-29,c,-1.50\n",
            ["2024-01-31 -1.50 USD a", "2024-01-30 -1.50 EUR b", "2024-01-29 -1.50 c"],
        ),
        # amounts without signs beside money out and in; a debit that was taken back, where amounts have signs and where not
        (
            "Date,Text,Amount,Debit,Credit\n2024-01-31,a,1.50,1.50,\n2024-01-30,b,5.00,,5.00\n",
            ["2024-01-31 -1.50 a", "2024-01-30 5.00 b"],
        ),
        (
            "Date,Text,Amount,Type\n2024-01-31,a,-1,Debit\n2024-01-30,b,2,Credit\n2024-01-29,c,3,Credit\n2024-01-28,d,-4,Debit\n"
            "2024-01-27,e,5,Debit\n",
            ["2024-01-31 -1 a", "2024-01-30 2 b", "2024-01-29 3 c", "2024-01-28 -4 d", "2024-01-27 5 e"],
        ),
        (
            "Date,Text,Amount,Type\n2024-01-31,a,1,Withdrawal\n2024-01-30,b,2,Deposit\n2024-01-29,c,4,Withdrawal\n2024-01-28,d,-4,Withdrawal\n",
            ["2024-01-31 -1 a", "2024-01-30 2 b", "2024-01-29 -4 c", "2024-01-28 4 d"],
        ),
        (
            "Date,Text,Amount,Type\n2024-01-31,a,1,Debit\n2024-01-30,b,-2,Credit\n2024-01-29,c,-4,Credit\n",
            ["2024-01-31 -1 a", "2024-01-30 2 b", "2024-01-29 4 c"],
        ),
        # a fee of which nothing says whether it comes on top
        (
            "Date,Text,Amount,Fee,Balance\n2024-01-30,a,-10.00,0.50,89.50\n2024-01-31,b,5,0,94.50\n",
            [
                "2024-01-30 -10.00 a", "2024-01-31 5 b", "closing 2024-01-31 94.50", "opening 2024-01-30 99.50",
                "The balances do not say whether fees come on top of the amounts; they are not counted.",
            ],
        ),
        # a table of what is pending above the other
        (
            "Pending transactions\nDate,Text,Amount\n2024-01-31,a,-1.50\nPosted\nDate,Text,Amount\n2024-01-30,b,-1.50\n",
            ["2024-01-31 -1.50 a pending", NO_LINE, "2024-01-30 -1.50 b", "Not a line of the statement: Posted"],
        ),
        # encodings: € and £ in those of Windows; capitals with accents before another letter; Japan, Korea and China apart
        ("Datum;Empfänger;Betrag (€)\n31.01.2024;Bäcker;-1,50 €\n".encode("cp1252"), ["2024-01-31 -1.50 EUR Bäcker"]),
        ("Date,Text,Amount\n31 Jan 2024,Shop,-£1.50\n".encode("cp1252"), ["2024-01-31 -1.50 GBP Shop"]),
        ("FECHA OPERACIÓN;CONCEPTO;IMPORTE\n31/01/2024;PAN;-1,50\n".encode("cp1252"), ["2024-01-31 -1.50 PAN"]),
        ("日付,摘要内容,支払い金額,預かり金額\n2024/1/31,東京電力,108,\n2024/1/25,給与,,100\n".encode("cp932"),
         ["2024-01-31 -108 東京電力", "2024-01-25 100 給与"]),
        ("거래일시,적요,출금액,입금액\n2024.01.31,편의점,108,\n2024.01.25,급여,,100\n".encode("cp949"),
         ["2024-01-31 -108 편의점", "2024-01-25 100 급여"]),
        ("交易日期,交易摘要,支出,收入\n2024-01-31,超市购物,108,\n2024-01-25,工资转账,,100\n".encode("gb18030"),
         ["2024-01-31 -108 超市购物", "2024-01-25 100 工资转账"]),
        # one heading over a currency and its amount
        (
            "Date,Description,Change,,Balance,\n31-01-2024,Interest,EUR,-0.52,EUR,9.48\n30-01-2024,Dividend,USD,24.00,USD,24.00\n",
            ["2024-01-31 -0.52 EUR Interest", "2024-01-30 24.00 USD Dividend"],
        ),
        # of several amounts the one in the account's currency; the heading says it, whatever a column beside it is about
        (
            "Data transakcji;Tytuł;Kwota operacji;Waluta operacji;Kwota w walucie rachunku;Waluta rachunku\n"
            "31-01-2024;Steam;-10,00;EUR;-43,50;PLN\n30-01-2024;Praca;1000,00;PLN;1000,00;PLN\n",
            ["2024-01-31 -43.50 PLN Steam", "2024-01-30 1000.00 PLN Praca"],
        ),
        (
            "Date,Payee,Fee (AUD),Currency,Total (AUD)\n2024-01-31,Steam,-0.46,USD,-15.78\n2024-01-30,Bar,0.00,AUD,-4.50\n",
            ["2024-01-31 -15.78 AUD Steam", "2024-01-30 -4.50 AUD Bar"],
        ),
        (
            "DATE;TEXT;DEBIT;DEBIT CURRENCY;CREDIT;CREDIT CURRENCY\n31/01/2024;a;-15.50;EUR;;\n30/01/2024;b;;;20.00;CHF\n",
            ["2024-01-31 -15.50 EUR a", "2024-01-30 20.00 CHF b"],
        ),
        # only money in is marked
        (
            "Date,Details,Amount,Dr / Cr\n31/01/2024,Shop,450.00,\n30/01/2024,Pay,5000.00,CR\n29/01/2024,Bar,250.50,\n",
            ["2024-01-31 -450.00 Shop", "2024-01-30 5000.00 Pay", "2024-01-29 -250.50 Bar"],
        ),
        # a mark that nobody knows, where amounts have their signs
        (
            "Date,Transaction,Name,Amount\n1/31/2024,OTHER,Interest,0.45\n1/20/2024,DEBIT,Rent,-300\n1/15/2024,CREDIT,Bob,120\n",
            ["2024-01-31 0.45 Interest", "2024-01-20 -300 Rent", "2024-01-15 120 Bob"],
        ),
        # trades, all above zero; signed ones are what they are
        (
            "Action,Date,Ticker,No. of shares,Total\nDeposit,2024-01-02,,,1000.00\nBuy,2024-01-03,AAPL,2,330.28\n"
            "Withdrawal,2024-01-04,,,-100.00\n",
            [
                "2024-01-02 1000.00 Deposit",
                "A trade of a portfolio, without a sign: it does not say whether the money went in or out.",
                "2024-01-04 -100.00 Withdrawal",
            ],
        ),
        (
            "Date,Name,Ticker,Quantity,Amount\n2024-01-03,Apple,AAPL,2,-330.28\n2024-01-02,Apple,AAPL,1,170.00\n",
            ["2024-01-03 -330.28 Apple", "2024-01-02 170.00 Apple"],
        ),
        # a debit that makes the balance grow is money in, as bookkeepers write
        (
            "Date,Text,Debit,Credit,Balance\n2024-01-29,a,100.00,,100.00\n2024-01-30,b,,30.00,70.00\n2024-01-31,c,5.00,,75.00\n",
            [
                "2024-01-29 100.00 a", "2024-01-30 -30.00 b", "2024-01-31 5.00 c", "closing 2024-01-31 75.00", "opening 2024-01-29 0.00",
                "The balances say that amounts above zero left the account; signs are turned round.",
            ],
        ),
        # without headings: numbers that never change are no running balance, and the first row may be the account's
        ("1230,123,20240131,-12.50,BAR,0\n1230,123,20240130,100.00,PAY,0\n", ["2024-01-31 -12.50 BAR", "2024-01-30 100.00 PAY"]),
        (
            "2024-02-01,31-01-2024,KONTO,PLN,50.00,237.50\n31-01-2024,30-01-2024,SKLEP,,-12.50,237.50\n29-01-2024,29-01-2024,PRACA,,"
            "100.00,250.00\n28-01-2024,28-01-2024,PREMIA,,100.00,150.00\n",
            [
                "2024-01-31 -12.50 SKLEP", "2024-01-29 100.00 PRACA", "2024-01-28 100.00 PREMIA", "closing 2024-01-31 237.50",
                "opening 2024-01-28 50.00",
            ],
        ),
        # without headings: all of it money out, beside a column of money in that is empty
        (
            "30/01/2024,a,10.50,,-20.50\n31/01/2024,b,2.00,,-22.50\n",
            ["2024-01-30 -10.50 a", "2024-01-31 -2.00 b", "closing 2024-01-31 -22.50", "opening 2024-01-30 -10.00"],
        ),
        # names right above the entries, and a table of sums further up
        (
            "INITIAL;DEBITS\n0,00;-12,50\n\nWANN;WAS;WIEVIEL\n30-01-2024;Pix;100,00\n31-01-2024;Bob;-12,50\n",
            [
                "2024-01-30 100.00 Pix", "2024-01-31 -12.50 Bob", "The days are taken from 'WANN', the only column that has days.",
                "The amounts are taken from 'WIEVIEL', the only column that has amounts.",
            ],
        ),
        # tables above the headings that are known
        (
            "Wann,Was,Wieviel\n2024-01-05,a,1000\n2024-01-20,b,-200\nDate,Description,Amount\n2024-01-15,c,5.5\n",
            [
                "2024-01-15 5.5 c", "Lines above the headings on line 4 have days and amounts, too, and are not read.",
            ],
        ),
        # a currency beside some amounts is that of what was charged
        (
            "Date,Text,Valuta,Abroad,Amount\n2024-01-31,a,,,-1.50\n2024-01-30,b,EUR,10,-113.50\n",
            ["2024-01-31 -1.50 a", "2024-01-30 -113.50 b"],
        ),
        # the sum of the lines above, and a shop of that name
        (
            "Date,Text,Amount\n2024-01-30,Total,-1.50\n2024-01-31,b,5.50\n2024-01-31,Total:,4.00\n",
            ["2024-01-30 -1.50 Total", "2024-01-31 5.50 b", "The sum of the lines above, not an entry."],
        ),
        ("Date,Text,Amount\n2024-01-30,Total,-1.50\n2024-01-31,Total,-1.50\n", ["2024-01-30 -1.50 Total", "2024-01-31 -1.50 Total"]),
        ("Datum,Opis,Iznos\n31.01.2024.,a,-1.50\n", ["2024-01-31 -1.50 a"]),
        # one side alone
        ("Date,Text,CreditDebet,Amount\n2024-01-31,a,D,1.50\n", ["2024-01-31 -1.50 a"]),
        # names in one word; the time first; of which day a booking is; the years of Thailand
        ("TransactionDate,Text,Amount\n18:04 31-01-24,a,-1.50\n01/30/2024 as of 01/29/2024,b,-1.50\n31/01/2567,c,-1.50\n",
         ["2024-01-31 -1.50 a", "'01/30/2024 as of 01/29/2024' is no day.", "2024-01-31 -1.50 c"]),
        ("Date,Text,Amount\n01/31/2024 as of 01/30/2024,a,-1.50\nTransactions Total,,-1.50\n",
         ["2024-01-31 -1.50 a", "A sum or a balance, not an entry."]),
        ("Data,Descriere,Suma\n31 ianuarie 2024,a,-1.50\n", ["2024-01-31 -1.50 a"]),
        # a fee that is not counted is said
        (
            "Date,Text,Amount,Kosten\n2024-01-31,a,-1.50,0.10\n",
            ["2024-01-31 -1.50 a", "Nothing says whether 'Kosten' comes on top of the amounts; it is not counted."],
        ),
        # cut off in the middle of a row, and in the middle of an amount
        *(
            (f"Date,Text,Amount\n2024-01-29,a,-1.50\n2024-01-30,b,-1.50\n2024-01-31,{end}",
             ["2024-01-29 -1.50 a", "2024-01-30 -1.50 b", last,
              "The last line is shorter than the others; the file may have been cut off."])
            for end, last in (("c", "The line has no amount."), ("c,-1", "2024-01-31 -1 c"), ("c,-1.5", "2024-01-31 -1.5 c"))
        ),
        # Greece and Israel in encodings of their own
        ("Ημερομηνία;Περιγραφή;Χρέωση;Πίστωση\n31/01/2024;ΑΓΟΡΑ;1,50;\n30/01/2024;Μισθοδοσία;;2,00\n".encode("cp1253"),
         ["2024-01-31 -1.50 ΑΓΟΡΑ", "2024-01-30 2.00 Μισθοδοσία"]),
        ("תאריך,תיאור,חובה,זכות\n31/01/2024,שופרסל,1.50,\n30/01/2024,משכורת,,2.00\n".encode("cp1255"),
         ["2024-01-31 -1.50 שופרסל", "2024-01-30 2.00 משכורת"]),
        # what the bank says of a line, in a word of several
        (
            "Date,Text,Amount,Status\n2024-01-31,a,-1.50,PAYMENT FAILED\n"
            "2024-01-30,b,-1.50,Pending approval\n2024-01-29,c,2.00,PAYMENT SENT\n",
            ["The bank says of it: PAYMENT FAILED.", "2024-01-30 -1.50 b pending", "2024-01-29 2.00 c"],
        ),
        # headings in two languages, or with a word behind them; where they contradict each other, they are not known
        ("交易日期 Transaction Date,交易描述 Description,支出 Withdrawal,存入 Deposit\n2024/01/31,a,1.50,\n2024/01/30,b,,2.00\n",
         ["2024-01-31 -1.50 a", "2024-01-30 2.00 b"]),
        ("Tarih/Saat,İşlem,Açıklama,İşlem Tutarı*\n31/01/2024-12:13:14,POS,a,\"-1,50\"\n", ["2024-01-31 -1.50 a"]),  # noqa: RUF001
        (
            "Date (booked),Memo/Description,Amount (fee),Amount (credit),Amount (debit),Amount\n30-01-2024,a,0.10,,25.30,-25.30\n"
            "31-01-2024,b,0.20,100.00,,100.00\n",
            ["2024-01-30 -25.30 a", "2024-01-31 100.00 b"],
        ),
        # money in alone is marked, by a plus or by a word
        (
            "Дата,Описание,Сумма\n31.01.2024,Магазин,\"1 025,30\"\n30.01.2024,Фирма,\"+2 000,00\"\n",
            ["2024-01-31 -1025.30 Магазин", "2024-01-30 2000.00 Фирма", PLAIN_OUT],
        ),
        ("Date,Text,Amount\n2024-01-31,a,1.50\n2024-01-30,b,2.00 CR\n", ["2024-01-31 -1.50 a", "2024-01-30 2.00 b", PLAIN_OUT]),
        ("Date,Text,Amount\n2024-01-31,a,1.50 CR\n2024-01-30,b,2.00 DR\n2024-01-29,c,3.00\n",
         ["2024-01-31 1.50 a", "2024-01-30 -2.00 b", "2024-01-29 3.00 c"]),
        # a text that goes on below, and what stands below it and is no text of it
        (
            "Date,Text,Out,In,Account balance\n31/01/2024,POS,1.50,,\n"
            ",SHOP,,,\n,\"14, Street\",,,\n30/01/2024,GIRO,,2.00,\n,Total,,,\n\n,Printed,,,\n",
            [
                "2024-01-31 -1.50 POS SHOP 14, Street", GOES_ON, GOES_ON, "2024-01-30 2.00 GIRO", NO_LINE, NO_LINE,
                "Not a line of the statement: Total", "Not a line of the statement: Printed",
            ],
        ),
        # a sign that several currencies have names none, and some write codes in their own way
        ("Date,Text,Currency,Amount\n2024-01-31,a,$,-1.50\n2024-01-30,b,$,2.00\n", ["2024-01-31 -1.50 a", "2024-01-30 2.00 b"]),
        ("Date,Text,Currency,Amount\n2024-01-31,a,RMB,-1.50\n2024-01-30,b,₪,2.00\n", ["2024-01-31 -1.50 CNY a", "2024-01-30 2.00 ILS b"]),
        # amounts cut at their own commas
        (
            "Date,Text,Out,In,Balance\n15/01/24,a,0.00,1,20,000.00,1,20,000.00\n30/01/24,b,450.00,0.00,1,19,550.00\n",
            [f"The line has {n} columns, the headings have 5: one of its cells was cut in two." for n in (9, 7)],
        ),
        ("Date,Text,Amount\n15Jan2024,a,-1.50\n31Jan24,b,2.00\n", ["2024-01-15 -1.50 a", "2024-01-31 2.00 b"]),
        ("Date,Text,Amount\n31-01-2024 / 12:30,a,-1.50\n", ["2024-01-31 -1.50 a"]),
        # without headings: columns of zeros are no money out and in, and a last row of fewer cells is no entry like the others
        (
            "30/01/2024;-25,30;Card;;SHOPS;0;x\n15/01/2024;1200,00;Giro;;WAGES;0;y\n31/01/2024;1174,70;;0;00123 A\n",
            [
                "2024-01-30 -25.30 SHOPS", "2024-01-15 1200.00 WAGES",
                "The line has 5 columns, all others have 7: it may be a balance, or cut off.",
                "The last line is shorter than the others; the file may have been cut off.",
            ],
        ),
        # without headings: the balance before each entry, and numbers that count
        (
            "30-01-2024,EUR,1200.00,EUR,-25.30,12345,SHOP,1\n15-01-2024,EUR,0.00,EUR,1200.00,12344,PAY,1\n",
            ["2024-01-30 -25.30 EUR SHOP", "2024-01-15 1200.00 EUR PAY"],
        ),
        # days and amounts under names that only begin like those of others
        (
            "Fecha registro;Fecha valor;Detalle;Importe abc;Coste\n31/01/2024;01/02/2024;a;-1,50;0,10\n",
            ["2024-01-31 -1.50 a", "The amounts are taken from 'Importe abc', the only column named like that."],
        ),
        # held: in columns of its own
        (
            "Data transakcji;Data księgowania;Tytuł;Kwota;Waluta;Kwota blokady\n"
            "2024-01-31;;a;;;-9,99\n2024-01-30;2024-01-30;b;-1,50;PLN;\n",
            ["The line has a day and an amount in columns that are not read.", "2024-01-30 -1.50 PLN b"],
        ),
        # words before and behind amounts, in brackets, and signs of other countries
        (
            "Date,Text,Amount\n2024-01-31,a,Dr 450.00\n2024-01-30,b,\"Cr. 1,20,000.00\"\n2024-01-29,c,4.00 Dr.\n2024-01-28,d,5.00 (Dr)\n"
            "2024-01-27,e,Rs (6.00)\n2024-01-26,f,HK$7.00\n",
            [
                "2024-01-31 -450.00 a", "2024-01-30 120000.00 b", "2024-01-29 -4.00 c", "2024-01-28 -5.00 d", "2024-01-27 -6.00 e",
                "2024-01-26 7.00 f",
            ],
        ),
        ("日付,内容,金額\n2024/01/31,コンビニ,▲1080\n2024/01/30,店,△20\n2024/01/15,給料,5000\n",
         ["2024-01-31 -1080.0 コンビニ", "2024-01-30 -20.0 店", "2024-01-15 5000 給料"]),
        # months in words of many languages, wherever they stand
        (
            "Date,Text,Amount\n30 января 2024,a,-1.50\n15 мая 2024,b,2.00\n2024. február 5.,c,3.00\n2024-Mar-05,d,4.00\n"
            "30 Ιαν 2024,e,5.00\n"  # noqa: RUF001
            "\"Tuesday, January 30, 2024\",f,6.00\n",
            [
                "2024-01-30 -1.50 a", "2024-05-15 2.00 b", "2024-02-05 3.00 c", "2024-03-05 4.00 d", "2024-01-30 5.00 e",
                "2024-01-30 6.00 f",
            ],
        ),
        # balances among entries, in other alphabets
        (
            "Дата;Описание;Сумма\n01.01.2024;Входящий остаток;500,00\n15.01.2024;Зарплата;1200,00\n30.01.2024;Шоп;-2,00\n"
            "31.01.2024;Исходящий остаток;1698,00\n",
            ["A balance, not an entry.", "2024-01-15 1200.00 Зарплата", "2024-01-30 -2.00 Шоп", "A balance, not an entry."],
        ),
        # tables of several accounts, each under its name alone; and pages of one
        (
            "Account: Current 1234\nDate,Text,Amount\n30/01/2024,a,-1.50\n\nAccount: Savings 5678\nDate,Text,Amount\n31/01/2024,b,2.00\n",
            [
                "2024-01-30 -1.50 Current 1234 a", NO_LINE, "2024-01-31 2.00 Savings 5678 b",
                "Not a line of the statement: Account: Savings 5678",
            ],
        ),
        (
            "Account: Current 1234\nDate,Text,Amount\n30/01/2024,a,-1.50\nPage 2\nDate,Text,Amount\n31/01/2024,b,2.00\n",
            ["2024-01-30 -1.50 a", NO_LINE, "2024-01-31 2.00 b", "Not a line of the statement: Page 2"],
        ),
        # money out above and below zero: balances know, else it is said
        (
            "Date,Text,Debit,Credit,Balance\n29/01/2024,a,-25.00,,75.00\n30/01/2024,b,5.00,,80.00\n31/01/2024,c,,20.00,100.00\n",
            ["2024-01-29 -25.00 a", "2024-01-30 5.00 b", "2024-01-31 20.00 c", "closing 2024-01-31 100.00", "opening 2024-01-29 100.00"],
        ),
        (
            "Date,Text,Debit,Credit\n29/01/2024,a,25.00,\n30/01/2024,b,-5.00,\n",
            [
                "2024-01-29 -25.00 a", "2024-01-30 5.00 b",
                "Money out stands above and below zero; taken as it stands most often, above zero where both are as often.",
            ],
        ),
        # what becomes of a line, under whatever heading
        (
            "Date,Text,Amount,Outcome\n2024-01-31,a,-1.50,Scheduled\n2024-01-30,b,2.00,Success\n2024-01-29,c,3.00,Nicht ausgeführt\n",
            ["2024-01-31 -1.50 a pending", "2024-01-30 2.00 b", "The bank says of it: Nicht ausgeführt."],
        ),
        # a row of stars between the table and what stands below it
        (
            "Date,Text,Amount\n2024-01-31,a,-1.50\n*****,*****,*****\nSUMMARY,,\n",
            ["2024-01-31 -1.50 a", NO_LINE, NO_LINE, "Not a line of the statement: SUMMARY"],
        ),
        # a column of no known name that has an amount where the other has none
        (
            "Date,Payee,Payment,Deposit,Balance\n30/01/2024,a,25.30,,74.70\n15/01/2024,b,,100.00,100.00\n",
            [
                "2024-01-30 -25.30 a", "2024-01-15 100.00 b", "closing 2024-01-30 74.70", "opening 2024-01-15 0.00",
                "'Payment' has an amount where 'Deposit' has none: money out.",
            ],
        ),
        # marks of other alphabets
        ("Дата,Текст,Сумма,Тип\n30.01.2024,a,25.30,Списание\n15.01.2024,b,100.00,Пополнение\n",
         ["2024-01-30 -25.30 a", "2024-01-15 100.00 b"]),
        # not booked yet: no day of booking where others have one, and what its kind says
        (
            "TransactionDate;Text;Amount;BookDate\n2024-01-29;a;-1.50;2024-01-30\n2024-01-28;b;2.00;2024-01-29\n2024-01-31;c;-3.00;\n",
            ["2024-01-30 -1.50 a", "2024-01-29 2.00 b", "2024-01-31 -3.00 c pending"],
        ),
        (
            "Date,Text,Type,Amount\n2024-01-31,a,Reserved payment,-1.50\n2024-01-30,b,Pending,-2.00\n2024-01-29,c,Declined,-3.00\n",
            ["2024-01-31 -1.50 a", "2024-01-30 -2.00 b pending", "The bank says of it: declined."],
        ),
        # amounts with signs beside what only sounds like a mark: what came back to a card is money in
        (
            "Date,Type,Text,Amount\n2024-01-31,Debit Card,a,-25.30\n2024-01-30,Credit,b,100.00\n2024-01-29,Debit Card,c,5.00\n",
            ["2024-01-31 -25.30 a", "2024-01-30 100.00 b", "2024-01-29 5.00 c"],
        ),
        (
            "Account 1234\nDate,Text,Amount\n30/01/2024,a,-1.50\nAccount 1234 - page 2\nDate,Text,Amount\n31/01/2024,b,2.00\n",
            ["2024-01-30 -1.50 a", NO_LINE, "2024-01-31 2.00 b", "Not a line of the statement: Account 1234 - page 2"],
        ),
        # a day of booking once a day is none that is yet to come
        (
            "Booking date,Value date,Text,Amount\n30/01/2024,30/01/2024,a,-1.50\n,30/01/2024,b,2.00\n29/01/2024,29/01/2024,c,3.00\n",
            ["2024-01-30 -1.50 a", "2024-01-30 2.00 b", "2024-01-29 3.00 c"],
        ),
        # the one who got it, where nobody names who sent it
        ("Datum,Zahlungsempfänger,Betrag\n31.01.2024,REWE,\"-1,50\"\n", ["2024-01-31 -1.50 REWE"]),
        # a balance at the end, with a day of its own
        (
            "Buchungstag;Wert;Text;Soll;Haben;Währung\n30.01.2024;30.01.2024;a;-1,50;;EUR\n31.01.2024;31.01.2024;b;;2,00;EUR\n"
            "31.01.2024;31.01.2024;c;;2,00;EUR\nKontostand;31.01.2024;;;1.174,70\n",
            ["2024-01-30 -1.50 EUR a", "2024-01-31 2.00 EUR b", "2024-01-31 2.00 EUR c", "A balance, not an entry."],
        ),
        # a name for the amount in another currency or for that of the account: beside another amount the first, alone the second
        (
            "Дата операции;Сумма операции;Валюта операции;Сумма пересчитанная в валюту счета;Валюта счета;Основание\n"
            "30.01.2024;-4,50;EUR;-450,10;RUR;a\n31.01.2024;-300,00;RUR;-300,00;RUR;b\n",
            ["2024-01-30 -450.10 RUB a", "2024-01-31 -300.00 RUB b"],
        ),
        (
            "Дата операции;Сумма операции;Валюта операции;Основание\n30.01.2024;-4,50;EUR;a\n31.01.2024;3,00;EUR;b\n",
            ["2024-01-30 -4.50 EUR a", "2024-01-31 3.00 EUR b"],
        ),
        # one currency beside a second amount that no line has, beside one that has it by chance, or without a name behind the amount
        (
            "Date,Amount,Currency,Original Amount,Text\n2024-01-30,-1.50,EUR,,a\n2024-01-31,2.00,EUR,,b\n",
            ["2024-01-30 -1.50 EUR a", "2024-01-31 2.00 EUR b"],
        ),
        (
            "Date,Amount,Currency,Text,Charge\n2024-01-30,-1.50,EUR,a,0.10\n2024-01-31,2.00,EUR,b,0.10\n2024-01-31,,,c,\n",
            ["2024-01-30 -1.50 EUR a", "2024-01-31 2.00 EUR b", "The line has no amount."],
        ),
        ("Datum;Text;Betrag;\n30.01.2024;a;-1,50;EUR\n31.01.2024;b;2,00;EUR\n", ["2024-01-30 -1.50 EUR a", "2024-01-31 2.00 EUR b"]),
        # a balance called by that name alone
        (
            "Date;Amount;Description\n2024-01-31;89.50;BALANCE\n2024-01-30;-1.50;a\n2024-01-29;2.00;Balance Yoga\n",
            ["A balance, not an entry.", "2024-01-30 -1.50 a", "2024-01-29 2.00 Balance Yoga"],
        ),
        # without headings: zeros in place of nothing, and numbers of cheques, where some have money out and in
        (
            "01/29/2024,0,Pay,0,100.00,100.00\n01/30/2024,101,Shop,25.00,0,75.00\n01/31/2024,102,Bar,75.00,0,0.00\n",
            [
                "2024-01-29 100.00 Pay", "2024-01-30 -25.00 Shop", "2024-01-31 -75.00 Bar", "closing 2024-01-31 0.00",
                "opening 2024-01-29 0.00",
            ],
        ),
        (
            '31/01/2024,Cheque,122,-$25.00,"",$75.00\n30/01/2024,Pay,"","",+$100.00,$100.00\n29/01/2024,Cheque,112,-$5.00,"",$0.00\n',
            [
                "2024-01-31 -25.00 Cheque", "2024-01-30 100.00 Pay", "2024-01-29 -5.00 Cheque", "closing 2024-01-31 75.00",
                "opening 2024-01-29 5.00",
            ],
        ),
        # the beginning of what a spreadsheet shall leave alone, and nothing more
        ('Date,Text,Amount\n2024-01-30,"=""",-1.50\n2024-01-31,="b",2.00\n', ['2024-01-30 -1.50 ="', "2024-01-31 2.00 b"]),
        # amounts without signs, of which the balances tell them
        (
            "Date,Text,Amount,Balance\n30/01/2024,a,5.00,105.00\n30/01/2024,b,10.00,95.00\n31/01/2024,c,20.00,115.00\nTotal,,35.00,\n",
            [
                "Nothing says whether the money went in or out: no balance before it is in the file.", "2024-01-30 -10.00 b",
                "2024-01-31 20.00 c", "A sum or a balance, not an entry.", "closing 2024-01-31 115.00", "opening 2024-01-30 105.00",
                "No amount has a sign; the balances tell which way each went.",
            ],
        ),
        (
            "Date,Text,Amount,Balance\n31/01/2024,a,20.00,115.00\n\n30/01/2024,b,10.00,95.00\n30/01/2024,c,0.00,105.00\n",
            [
                "2024-01-31 20.00 a", "2024-01-30 -10.00 b", "2024-01-30 0.00 c", "closing 2024-01-31 115.00", "opening 2024-01-30 105.00",
                "No amount has a sign; the balances tell which way each went.",
            ],
        ),
        # marks of which all but one are for money out
        (
            "交易时间,商品,收/支,金额(元)\n2024-01-30,a,支出,1.50\n2024-01-31,b,支出,2.00\n2024-01-31,c,不计收支,5.00\n",
            ["2024-01-30 -1.50 a", "2024-01-31 -2.00 b", "'不计收支' does not say whether the money went in or out."],
        ),
        # a sum below the entries, in another language
        ("거래일시,적요,출금금액,입금금액\n2024-01-30,a,5000,\n2024-01-31,b,,7000\n합계,,5000,7000\n",
         ["2024-01-30 -5000 a", "2024-01-31 7000 b", "A sum or a balance, not an entry."]),
        # a comma behind the balances, from which each amount follows
        (
            "Date,Text,Amount,Balance,Branch\n29/01/2024,a,-1.50,98.50,Here, there\n30/01/2024,b,2.00,100.50,Here, there\n"
            "31/01/2024,c,3.00,103.50,Hub\n31/01/2024,d,e,-3.00,100.50\n",
            [
                "2024-01-29 -1.50 a", "2024-01-30 2.00 b", "2024-01-31 3.00 c", "'e' is no amount with the decimal sign '.'.",
                "closing 2024-01-31 103.50", "opening 2024-01-29 100.00",
            ],
        ),
        # a sum with a day of its own, called so among other words
        (
            "Date;Libellé;Débit;Crédit\n29/01/2024;a;1,50;\n30/01/2024;b;;2,00\n31/01/2024;Total des mouvements;1,50;2,00\n",
            ["2024-01-29 -1.50 a", "2024-01-30 2.00 b", "The sum of the lines above, not an entry."],
        ),
        (
            "31/01/2024,Cheque,122,25,,75\n30/01/2024,Pay,,,100,100\n29/01/2024,Cheque,112,5,,0\n",
            ["2024-01-31 -25 Cheque", "2024-01-30 100 Pay", "2024-01-29 -5 Cheque", "closing 2024-01-31 75", "opening 2024-01-29 5"],
        ),
        ("Tanggal,Keterangan,Jumlah,Tipe,Saldo\n30/01/2024,a,25000,DB,75000\n",
         ["2024-01-30 -25000 a", "closing 2024-01-30 75000", "opening 2024-01-30 100000"]),
        ("取引日,入払区分,金額,摘要\n2024/1/30,出金,1200,a\n", ["2024-01-30 -1200 a"]),
        # a fee in its own column, with an amount and alone
        (
            "Date,Text,Money In,Money Out,Fee,Balance\n2024-01-29,a,100.00,,,100.00\n2024-01-30,b,,,-0.35,99.65\n"
            "2024-01-31,c,,-10.00,-1.00,88.65\n",
            [
                "2024-01-29 100.00 a", "2024-01-30 -0.35 b", "2024-01-31 -11.00 c", "closing 2024-01-31 88.65",
                "opening 2024-01-29 0.00",
            ],
        ),
        (
            "Date,Text,Money In,Money Out,Charge,Commission\n2024-01-29,a,100.00,,,\n2024-01-30,b,,,,-0.35\n",
            [
                "2024-01-29 100.00 a",
                "The line has a fee and no amount, and nothing says whether fees come on top of the amounts.",
                "Nothing says whether 'Commission' comes on top of the amounts; it is not counted.",
            ],
        ),
        # a quote that a spreadsheet wanted before the day
        ("Date,Text,Amount\n'30/01/2024,a,-1.50\n'31/01/2024,b,2.00\n", ["2024-01-30 -1.50 a", "2024-01-31 2.00 b"]),
        # a line alone, above zero
        ("30 Jan 2024,a,1.50\n", ["2024-01-30 1.50 a", ALL_IN]),
        # two rows are no proof against headings of money out and in
        (
            "Date,Text,Withdrawal,Deposit,Balance\n31/01/2024,a,,1.00,2.00\n30/01/2024,b,2.00,,3.00\n",
            ["2024-01-31 1.00 a", "2024-01-30 -2.00 b", "The balance of this line does not follow from the one before and the amount."],
        ),
        # the amount has no name, but balances follow from it
        (
            "Date,Text,Stake,Turn,Balance\n31/01/2024,a,7.00,-1.50,98.50\n30/01/2024,b,7.00,100.00,100.00\n",
            [
                "2024-01-31 -1.50 a", "2024-01-30 100.00 b", "closing 2024-01-31 98.50", "opening 2024-01-30 0.00",
                "The amounts are taken from 'Turn', the only column from which balances follow.",
            ],
        ),
        # money in and out beside a word for an amount
        (
            "Fecha;Concepto;Importe ingreso;Importe gasto\n30/01/2024;a;;7,70\n31/01/2024;b;50,00;\n",
            ["2024-01-30 -7.70 a", "2024-01-31 50.00 b"],
        ),
        # an account that is overdrawn says so beside its balance
        (
            'Date,Text,Amount,Dr / Cr,Balance,Dr / Cr\n30/01/2024,a,"3,000.00",DR,"1,000.00",DR\n31/01/2024,b,"1,500.00",CR,500.00,CR\n',
            ["2024-01-30 -3000.00 a", "2024-01-31 1500.00 b", "closing 2024-01-31 500.00", "opening 2024-01-30 2000.00"],
        ),
        # days as cameras and OFX write them
        ("Date,Text,Amount\n2024:01:30,a,-1.50\n2024:01:31,b,2.00\n", ["2024-01-30 -1.50 a", "2024-01-31 2.00 b"]),
        (
            "DEBIT,20240130120000[0:GMT],Corner shop,-1.50\nCHECK,20240131120000[-5:EST],Cheque 2656,-2.00\n",
            ["2024-01-30 -1.50 Corner shop", "2024-01-31 -2.00 Cheque 2656"],
        ),
        # texts: in another column where the first has none, in one of no known name where the others are bare, in two with numbers
        (
            "Datum;Text;Verwendungszweck;Betrag\n30.01.2024;Laden;;-1,50\n31.01.2024;Lohn;Januar;2,00\n",
            ["2024-01-30 -1.50 Laden", "2024-01-31 2.00 Januar"],
        ),
        (
            "Date,Words,Details,Amount\n2024-01-30,Shop,,-1.50\n2024-01-31,Pay,,2.00\n2024-01-31,Bar,in town,-2.00\n",
            ["2024-01-30 -1.50 Shop", "2024-01-31 2.00 Pay", "2024-01-31 -2.00 in town Bar"],
        ),
        (
            "Date,Description,Description 1,Amount\n2024-01-30,Giro,Shop,-1.50\n2024-01-31,Giro,Pay,2.00\n",
            ["2024-01-30 -1.50 Giro Shop", "2024-01-31 2.00 Giro Pay"],
        ),
        (
            "30.01.2024;Ada Lovelace;MSC;-1,50;\n31.01.2024;;MSC;-2,00;Price of the card\n",
            ["2024-01-30 -1.50 Ada Lovelace", "2024-01-31 -2.00 Price of the card"],
        ),
        (
            "30.01.2024;a;-1,50\nand a word;;\n31.01.2024;b;-2,00\n",
            ["2024-01-30 -1.50 a", NO_LINE, "2024-01-31 -2.00 b", "Not a line of the statement: and a word"],
        ),
        # less than one, without a digit before the point
        ("Date,Text,Debit,Credit\n1/30/2024,a,,.45\n1/31/2024,b,90.00,\n", ["2024-01-30 0.45 a", "2024-01-31 -90.00 b"]),
        # a word behind an amount says the same as its heading, or more
        (
            "Date,Text,Withdrawal,Deposit\n30/01/2024,a,40.00 Dr,\n31/01/2024,b,,100.00 Cr\n31/01/2024,c,0.50,\n",
            ["2024-01-30 -40.00 a", "2024-01-31 100.00 b", "2024-01-31 -0.50 c"],
        ),
        # letters for money out and in that mean something else elsewhere, beside each other or in the heading
        (
            "Fecha;Detalle;Tipo;Monto\n30/01/2024;a;C;100,50\n31/01/2024;b;A;25,00\n",
            ["2024-01-30 -100.50 a", "2024-01-31 25.00 b"],
        ),
        ("Date,Text,Type,Amount\n30/01/2024,a,W,1.50\n31/01/2024,b,D,2.00\n", ["2024-01-30 -1.50 a", "2024-01-31 2.00 b"]),
        (
            "Fecha;Detalle;CARGO/ABONO;Monto\n30/01/2024;a;C;100,50\n31/01/2024;b;C;25,00\n",
            ["2024-01-30 -100.50 a", "2024-01-31 -25.00 b"],
        ),
        (
            "Dátum;Közlemény;Terhelés vagy jóváírás (T/J);Összeg\n2024.01.30;a;T;100,50\n2024.01.31;b;J;25,00\n",
            ["2024-01-30 -100.50 a", "2024-01-31 25.00 b"],
        ),
        ("Date,Text,Type,Amount\n30/01/2024,a,D,-1.50\n31/01/2024,b,W,2.00\n", ["2024-01-30 -1.50 a", "2024-01-31 2.00 b"]),
        ("Date,Text,Class,Amount\n30/01/2024,a,C,-1.50\n31/01/2024,b,A,-2.00\n", ["2024-01-30 -1.50 a", "2024-01-31 -2.00 b"]),
        # columns of no known name: balances follow from one pair and one way alone, with cents or without
        (
            "Tarix,Təyinat,Məxaric,Mədaxil,Balans\n30.01.2024,a,100.00,0.00,900.00\n31.01.2024,b,0.00,10.00,910.00\n",
            [
                "2024-01-30 -100.00 a", "2024-01-31 10.00 b", "closing 2024-01-31 910.00", "opening 2024-01-30 1000.00",
                "The days are taken from 'Tarix', the only column that has days.",
                "The balances tell that 'Məxaric' is money out and 'Mədaxil' money in.",
            ],
        ),
        (
            "Date,Text,Gone,Deposit,Balance\n2024-01-30,a,100,,900\n2024-01-30,b,,20,920\n2024-01-31,c,10,,910\n",
            [
                "2024-01-30 -100 a", "2024-01-30 20 b", "2024-01-31 -10 c", "closing 2024-01-31 910", "opening 2024-01-30 1000",
                "'Gone' has an amount where 'Deposit' has none: money out.",
            ],
        ),
        # signs for names
        (
            "Time,Details,[-] USD,[+] USD,Amount Sent\n30 Jan 24 10:00,a,1.50,,1.50\n31 Jan 24 10:00,b,,2.00,2.00\n",
            ["2024-01-30 -1.50 USD a", "2024-01-31 2.00 USD b", "The days are taken from 'Time', the only column that has days."],
        ),
        # a dash in place of cents is no sign, whether amounts have one or columns of their own
        ("Dato;Tekst;Beløb\n30.01.2024;a;-1.000,-\n31.01.2024;b;10,-\n", ["2024-01-30 -1000.0 a", "2024-01-31 10.0 b"]),
        ("Dato;Tekst;Ut;Inn\n30.01.2024;a;100,-;\n31.01.2024;b;;10,—\n", ["2024-01-30 -100.0 a", "2024-01-31 10.0 b"]),
        # digits and signs of Arabic
        (
            "Date,Text,Amount\n2024-01-30,a,-\u0661\u0660\u0660\u066b\u0665\u0660\n2024-01-31,b,\u0661\u0660\u066b\u0660\u0660\n",
            ["2024-01-30 -100.50 a", "2024-01-31 10.00 b"],
        ),
        # two balances tell nothing of the line between them
        (
            "Date,Text,Amount,Balance\n31/01/2024,c,-10.00,910.00\n31/01/2024,b,20.00,\n30/01/2024,a,-100.00,900.00\n",
            [
                "2024-01-31 -10.00 c", "2024-01-31 20.00 b", "2024-01-30 -100.00 a", "closing 2024-01-31 910.00",
                "opening 2024-01-30 1000.00",
            ],
        ),
        # the day on which it was entered, by the end of its name, rather than that of its value; the text goes on beside a number
        (
            "Entstehungsdatum;Bezeichnung;Detail;Valutadatum;Betrag\n30.01.2024;a;;31.01.2024;-1.50\n;b;0,17 %;;\n"
            "31.01.2024;c;;30.01.2024;2.00\n",
            ["2024-01-30 -1.50 a b 0,17 %", GOES_ON, "2024-01-31 2.00 c"],
        ),
        # a weekday behind the day, or before it
        ("Date,Text,Amount\n\"2024.01.30., kedd\",a,-1.50\n\"2024.01.31., szerda\",b,2.00\n", ["2024-01-30 -1.50 a", "2024-01-31 2.00 b"]),
        ("日付,摘要,金額\n2024/01/30(火),a,-150\n2024/01/31(水),b,200\n", ["2024-01-30 -150 a", "2024-01-31 200 b"]),
        ("Date,Text,Amount\n\"Tue, 30/01/2024\",a,-1.50\n\"Wed, 31/01/2024\",b,2.00\n", ["2024-01-30 -1.50 a", "2024-01-31 2.00 b"]),
        # three decimals in all amounts, and a rate that leaves no doubt about the decimal sign
        (
            "Date,Text,Amount,Rate\n2024-01-30,a,-53.100,1.000000\n2024-01-31,b,12.850,0.837934\n",
            ["2024-01-30 -53.100 a", "2024-01-31 12.850 b"],
        ),
        # balances by other names below the entries; what is only announced
        (
            "DATA;VALUTA;DARE;AVERE;DESCRIZIONE\n29/01/2024;27/01/2024;100,00;;a\n31/01/2024;prenotata;33,35;;b\n"
            "31/01/2024;;;555,39;Saldo contabile\n31/01/2024;;;555,39;Saldo liquido\n31/01/2024;;;777,04;Disponibilita al\n",
            ["2024-01-29 -100.00 a", "2024-01-31 -33.35 b pending", *["A balance, not an entry."] * 3],
        ),
        (
            "Bokföringsdag;Text;Belopp\nReserverat;a;-99,00\n2024/01/31;b;-35,00\n2024/01/30;c;-2,00\n",
            ["The bank says of it: Reserverat; it has no day yet.", "2024-01-31 -35.00 b", "2024-01-30 -2.00 c"],
        ),
        # a sum in a column of its own
        (
            "Data;Descrizione;Accredito;Addebito;Importo in CHF\n2024-01-30;a;;52.00;\n2024-01-30;b;300.00;;\n2024-01-31;Totale;;;248.00\n",
            ["2024-01-30 -52.00 a", "2024-01-30 300.00 b", "A sum or a balance, not an entry."],
        ),
        # money in and out in one word with one for an amount, without spaces between words
        ("交易日期,摘要,支出金額,存入金額\n2024/01/30,a,125,0\n2024/01/31,b,0,4500\n", ["2024-01-30 -125 a", "2024-01-31 4500 b"]),
        # of the amount charged and that paid abroad the one charged
        (
            "1,お取引日,お取引内容,お取引通貨,お取引金額,ご利用通貨,ご利用金額\n2,2024/01/30,a,JPY,2452.00,USD,15.62\n2,2024/01/31,b,JPY,2090.00,,0.00\n",
            ["2024-01-30 2452.00 JPY a", "2024-01-31 2090.00 JPY b"],
        ),
        # the currency of the balances is that of the amounts; a column of currencies beside sums is theirs
        ("Buchung;Text;Betrag;Saldo CHF\n30.01.2024;a;-1.50;8.50\n31.01.2024;b;2.00;10.50\n", [
            "2024-01-30 -1.50 CHF a", "2024-01-31 2.00 CHF b", "closing 2024-01-31 10.50", "opening 2024-01-30 10.00",
        ]),
        (
            "Buchungstag;Wert;Text;BIC;Betrag;Soll;Haben;Währung\n30.1.2024;30.1.2024;a;;-12,9;-12,9;;EUR\nKontostand;31.1.2024;;2.110,9;EUR\n",
            ["2024-01-30 -12.9 EUR a", "A balance, not an entry."],
        ),
        # which way a transfer between own accounts went
        (
            "Date,Note,Amount,Income/Expense\n09/02/2024,a,10.00,Income\n09/13/2024,b,5.00,Transfer-Out\n09/14/2024,c,2.50,Exp.\n",
            ["2024-09-02 10.00 a", "2024-09-13 -5.00 b", "2024-09-14 -2.50 c"],
        ),
        # money sent and received in the German of an export that has two amounts on each line
        (
            "ID,Status,Richtung,Erstellt am,Abgeschlossen am,Betrag der Ausgangsgebühr,Quellenname,Ausgangsbetrag (nach Gebühren),"
            "Ausgangswährung,Name des Empfängers,Zielbetrag (nach Gebühren),Zielwährung\n"
            "T1,COMPLETED,OUT,2024-01-29 10:00:00,2024-01-30 10:00:00,1.73,Ada,131.26,EUR,Shop,5000.0,THB\n"
            "T2,COMPLETED,IN,2024-01-31 10:00:00,2024-01-31 10:00:00,0.00,Bob,20.00,USD,Ada,18.00,EUR\n",
            ["2024-01-30 -132.99 EUR Shop #T1", "2024-01-31 18.00 EUR Bob #T2"],
        ),
        # without headings, balances among the entries do not hide what runs
        (
            "28Jan2024,OPENING BALANCE,,1000.00,\n29Jan2024,a,-25.50,974.50,\n30Jan2024,b,2500.00,3474.50,\n"
            "31Jan2024,CLOSING BALANCE,,3474.50,\n",
            [
                "A sum or a balance, not an entry.", "2024-01-29 -25.50 a", "2024-01-30 2500.00 b", "A sum or a balance, not an entry.",
                "closing 2024-01-30 3474.50", "opening 2024-01-29 1000.00",
            ],
        ),
        # the second column of days leaves no doubt about the order in the first
        (
            "Date,Value date,Text,Amount\n2/1/2024,1/30/2024,a,-1.50\n2/1/2024,1/30/2024,b,-2.00\n",
            ["2024-02-01 -1.50 a", "2024-02-01 -2.00 b"],
        ),
        # of two columns in different currencies the one that has more than zeros; the text in both of its columns
        (
            "Data;Descrição;Título;Valor (em US$);Valor (em R$)\n30/01/2024;a;x;0;-235.25\n31/01/2024;b;y;20.00;-112.00\n",
            ["2024-01-30 -235.25 BRL a x", "2024-01-31 -112.00 BRL b y"],
        ),
        # more than one dash in place of money out
        (
            "Trans. Time,Text,Debit(₦),Credit(₦)\n2024 Jan 30 10:00:00,a,--,2.00\n2024 Jan 31 10:00:00,b,1.50,--\n",
            ["2024-01-30 2.00 NGN a", "2024-01-31 -1.50 NGN b"],
        ),
        # what was charged in the account's own currency, beside what the shop took
        (
            "Data;Descriere;Suma;Valuta;Suma in valuta contului\n30.01.2024;a;2500.00;MDL;2500.00\n31.01.2024;b;-5.00;EUR;-97.50\n",
            ["2024-01-30 2500.00 a", "2024-01-31 -97.50 b"],
        ),
        (
            "Дата операции;Описание;Сумма операции;Валюта операции;Приход в валюте счета;Расход в валюте счета\n"
            "30.01.2024;a;2500,00;KZT;2500,00;0,00\n31.01.2024;b;-5,00;USD;0,00;-2450,00\n",
            ["2024-01-30 2500.00 a", "2024-01-31 -2450.00 b"],
        ),
        # two accented letters beside each other are no word of another alphabet
        (
            "Data;Texto;Valor\n30/01/2024;Refeição;-1,50\n31/01/2024;b;2,00\n".encode("cp1252"),
            ["2024-01-30 -1.50 Refeição", "2024-01-31 2.00 b"],
        ),
        (
            "거래일시,구분,거래금액,거래 후 잔액,내용\n2024.01.30 10:00:00,입금,2500,3500,a\n2024.01.31 11:00:00,출금,-500,3000,b\n",
            ["2024-01-30 2500 a", "2024-01-31 -500 b", "closing 2024-01-31 3000", "opening 2024-01-30 1000"],
        ),
        # a text in pieces
        (
            "Buchungstag;Buchungstext;VWZ1;VWZ2;Betrag\n30.01.2024;x;a;b;-1,50\n31.01.2024;y;c;;2,00\n",
            ["2024-01-30 -1.50 a b", "2024-01-31 2.00 c"],
        ),
        # a shop where no person is named; a text of no known name where some line has no other
        (
            "Date,Amount,Merchant,Counterparty,Type\n2024-01-30,2.00,Shop,,CARD\n2024-01-31,-1.50,,Ada,TRANSFER\n",
            ["2024-01-30 2.00 Shop CARD", "2024-01-31 -1.50 Ada TRANSFER"],
        ),
        (
            "Date,Amount,Merchant,Words\n2024-01-30,-2.00,Shop,card at shop\n2024-01-31,1.50,,wages\n",
            ["2024-01-30 -2.00 Shop card at shop", "2024-01-31 1.50 wages"],
        ),
    ],
)  # fmt: skip
def test_tables_in_which_one_thing_looks_like_another(text: str | bytes, read: list[str], tmp_path: Path) -> None:
    assert shown(tmp_path, text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        # tabs behind numbers part no columns; most lines are neither money in nor out, and one word says so
        (
            "交易时间,商户名称,交易说明,金额,收/支,商家订单号\n"
            "2024-12-30 17:16:02\t,物流,运费,10.20,支出,1000345234234223\t\n"
            "2024-12-29 10:40:22\t,平台,退款,9.84,不计收支,1000345234234224\t\n"
            "2024-12-28 10:40:22\t,平台,购物,9.84,不计收支,1000345234234225\t\n"
            "2024-12-27 10:40:22\t,平台,工资,500.00,收入,1000345234234226\t\n"
            "2024-12-26 10:40:22\t,平台,转出,9.84,不计收支,1000345234234227\t\n",
            [
                "2024-12-30 -10.20 物流 运费",
                "'不计收支' does not say whether the money went in or out.",
                "'不计收支' does not say whether the money went in or out.",
                "2024-12-27 500.00 平台 工资",
                "'不计收支' does not say whether the money went in or out.",
            ],
        ),
        # what was ordered and what was paid
        (
            "交易创建时间,订单标题,收/支,订单金额,实付金额\n"
            "2025-02-28 20:35:13,茶,支出,¥22.30,¥21.17\n2025-02-27 07:04:17,蛋挞,收入,¥20.00,¥20.00\n",
            ["2025-02-28 -21.17 茶", "2025-02-27 20.00 蛋挞"],
        ),
        # a word for amounts beside money out and money in; another beside a note of debit or credit
        (
            "Data;Tranzactii;Debit (suma);Credit (suma)\n31.01.2024;KAUFLAND;1.045,50;\n25.01.2024;SALARIU;;2.000,00\n",
            ["2024-01-31 -1045.50 KAUFLAND", "2024-01-25 2000.00 SALARIU"],
        ),
        (
            "Fecha;Descripción;Transacción;Valor Cheque;Valor Total\n"
            "31/01/2024;Compra;Nota Débito;$ 0,00;$ 45.500,00\n25/01/2024;Nómina;Nota Crédito;$ 0,00;$ 2.000.000,00\n",
            ["2024-01-31 -45500.00 Compra", "2024-01-25 2000000.00 Nómina"],
        ),
        (
            "Дата,Основание,Наредител/Получател,Вид,Сума\n"
            "31.01.2024,покупка,ЛИДЛ,ДТ,45.50\n25.01.2024,заплата,Фирма,КТ,2000.00\n",  # noqa: RUF001
            ["2024-01-31 -45.50 ЛИДЛ покупка", "2024-01-25 2000.00 Фирма заплата"],
        ),
        # without headings, balances say so beside their texts
        (
            "0,20240101,,1000.5,OPEN,OPEN BALANCE,0,0\nHIST,20240125,,2000,SALARY,ACME,0,0\n"
            "HIST,20240131,##,-1045.5,PURCHASE,WOOLWORTHS,0,0\n0,20240131,,1955,CLOSE,CLOSE BALANCE,0,0\n",
            [
                "A balance, not an entry.",
                "2024-01-25 2000 SALARY",
                "2024-01-31 -1045.5 PURCHASE",
                "A balance, not an entry.",
            ],
        ),
        # the other party by a word in the heading; neither its number, nor its bank, nor a message to it
        (
            "Datum;Banka partnera;Račun primaoca;Platilac/Primalac;Poruka primaocu;Opis;Iznos\n"
            "31.01.2024;RAIFFEISEN;265000000123456789;MAXI;pozdrav;kupovina;-4.500,00\n"
            "25.01.2024;INTESA;160000000123456789;ACME;hvala;plata;100.000,00\n",
            ["2024-01-31 -4500.00 MAXI kupovina", "2024-01-25 100000.00 ACME plata"],
        ),
        (
            "Date;Message to beneficiary;Montant\n31/01/2024;merci;-4,50\n25/01/2024;salaire;100,00\n",
            ["2024-01-31 -4.50 merci", "2024-01-25 100.00 salaire"],
        ),
        (
            "Fecha;Concepto;Tipo;Monto\n31/01/2024;SUPER;N/D;45,50\n25/01/2024;SUELDO;N/C;1000,00\n",
            ["2024-01-31 -45.50 SUPER", "2024-01-25 1000.00 SUELDO"],
        ),
        (
            "Ημερομηνία;Ποσό συναλλαγής;Ποσό εντολής;Χρέωση / Πίστωση;Περιγραφή\n31/01/2024;45,50;45,50;Χρέωση;ΑΓΟΡΑ\n"
            "25/01/2024;100,00;100,00;Πίστωση;ΜΙΣΘΟΣ\n",
            ["2024-01-31 -45.50 ΑΓΟΡΑ", "2024-01-25 100.00 ΜΙΣΘΟΣ"],
        ),
        # without headings, a mark says more than balances of two lines
        (
            "31-01-2024,BAR,4.50,DR,95.50\n25-01-2024,ACME,100.00,CR,100.00\n",
            [
                "2024-01-31 -4.50 BAR",
                "2024-01-25 100.00 ACME",
                "closing 2024-01-31 95.50",
                "opening 2024-01-25 0.00",
            ],
        ),
        # kinds tell the way where no amount has a sign; a payment does only of a card
        (
            "Date,Text,Amount,Type\n01/31/2024,Bar,4.50,Purchase\n01/25/2024,Bar,2.00,Refund\n01/20/2024,Acme,90.00,Deposit\n",
            ["2024-01-31 -4.50 Bar", "2024-01-25 2.00 Bar", "2024-01-20 90.00 Acme"],
        ),
        (
            "Date,Text,Amount,Type\n01/31/2024,Bar,4.50,Purchase\n01/25/2024,Bar,2.00,Refund\n01/20/2024,Acme,90.00,Payment\n",
            ["2024-01-31 4.50 Bar", "2024-01-25 2.00 Bar", "2024-01-20 90.00 Acme", ALL_IN],
        ),
        # whom it came from and whom it went to, in one column or in two
        (
            "Datetime,Note,From,To,Amount (total)\n"
            "2024-01-31T10:11:12,pizza,Ada,Bob,- $20.00\n2024-01-25T10:11:12,rent,Carl,Ada,+ $500.00\n",
            ["2024-01-31 -20.00 Bob pizza", "2024-01-25 500.00 Carl rent"],
        ),
        (
            "Date/Time,Money In,Money out,To / From,Description\n31/01/2024,,₦45.50,SHOPRITE,food\n25/01/2024,₦20.00,,ACME,salary\n",
            ["2024-01-31 -45.50 NGN SHOPRITE food", "2024-01-25 20.00 NGN ACME salary"],
        ),
        # days and texts of other names
        (
            "Bokningsdag;Betalningsdag;Belopp;Betalare;Mottagarens namn;Meddelande\n"
            "02.01.2024;31.12.2023;-25,50;ANNA;K-MARKET;tack\n23.01.2024;22.01.2024;1250,00;ACME;ANNA;lön\n",
            ["2024-01-02 -25.50 K-MARKET tack", "2024-01-23 1250.00 ACME lön"],
        ),
        (
            "Initiated,Posted,Payee,Amount,Memo\nJan 30 2024,Jan 31 2024,AWS,-$45.50,cloud\n"
            "Jan 24 2024,Jan 25 2024,ACME,$20.00,inv 1\n",
            ["2024-01-31 -45.50 AWS cloud", "2024-01-25 20.00 ACME inv 1"],
        ),
        (
            "Splatnost;Odesláno;Částka;Název protiúčtu;Zpráva pro příjemce\n31.01.2024;30.01.2024;-45,50;ALBERT;nákup\n",
            ["2024-01-31 -45.50 ALBERT nákup"],
        ),
        (
            'Dagsetning,Vaxtadagur,Fjárhæð,Staða,Skýring\n31.01.2024,31.01.2024,"-4,5","95,5",BONUS\n',
            ["2024-01-31 -4.5 BONUS", "closing 2024-01-31 95.5", "opening 2024-01-31 100.0"],
        ),
    ],
)  # fmt: skip
def test_tables_with_words_of_their_own(text: str, read: list[str], tmp_path: Path) -> None:
    assert shown(tmp_path, text) == read


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"format": "pdf"}, "mapping.format is one of csv, xlsx"),
        ({"encoding": 5}, "mapping.encoding is the name of an encoding"),
        ({"encoding": "klingon"}, "no encoding named klingon"),
        ({"encoding": "ascii"}, "The file is not in ascii"),
        ({"encoding": "utf-16"}, "The file is not in utf-16"),
        ({"delimiter": ";;"}, "mapping.delimiter is one character"),
        ({"delimiter": '"'}, "no space, quotation mark or line end"),
        ({"header_line": "3"}, "mapping.header_line is the number of a line"),
        ({"header_line": 9}, "There is no line 9"),
        ({"columns": ["Date"]}, "mapping.columns is an object"),
        ({"date_ordr": "dmy"}, "can't have date_ordr; it has columns, date_order"),
        ({"columns": {"colour": "Text"}}, "can't have colour; it has booked_on"),
        ({"columns": {"amount": 0}}, "no column 0; the columns are: Date, Text, Amount"),
        ({"columns": {"amount": 9}}, "no column 9; the columns are: Date, Text, Amount"),
        ({"columns": {"booked_on": None}}, "No column has the day of each line; the columns are: Date"),
        ({"columns": {"amount": None}}, "Line 2: No column has the amount of each line"),
        ({"date_order": "ydm"}, "mapping.date_order is one of ymd, dmy, mdy"),
        ({"decimal": ";"}, "mapping.decimal is a point or a comma"),
        ({"inverse": "yes"}, "mapping.inverse is true or false"),
    ],
)
def test_a_mapping_that_fits_nothing_is_refused_with_a_reason(
    mapping: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(StatementError, match=said):
        shown(tmp_path, ABC.replace("One", "Üno"), **mapping)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"Date,Text,Amount\n2024-01-01,a\0b,1\n", "Line 2: The file has NUL"),
        (b"Date,Text,Amount\n2024-01-01," + b"x" * 70_000 + b",1\n", "Line 2: The line is longer"),
        (b'Date,Text,Amount\n2024-01-01,"never closed,1\n' + b"more\n" * 2000, "quotation mark"),
        (
            b'Date,Text,Amount\n2024-01-01,"' + (b"x" * 9000 + b"\n") * 8 + b'",1\n',
            "Line 2: The line is no CSV: field larger",
        ),
        ((ABC + "\0").encode("utf-16"), "Line 4: The line has NUL"),
        (b"a,b\n" * 1001 + b"2024-01-01,1\n", "no line with a day and an amount"),
        (
            b"31.01.2024;Rent;8,00;;\n25.01.2024;Wages;;15,00;\n25.01.2024;Fee;;;1,00\n",
            "Line 1: No column has the amount",
        ),
        (
            b"When,Then,Text,Amount\n2024-01-31,2024-02-01,One,1.50\n",
            "No column has the day of each line; the columns are: When, Then, Text, Amount",
        ),
        (
            b"Date,Text,Amount,,Date,Text,Amount\n30/01/2024,a,-1.50,,29/01/2024,b,-2.00\n28/01/2024,c,3.00,,,,\n",
            "Line 1: Two tables stand side by side",
        ),
        (
            b"31/01/2024,104,Check,100.00,0,100.00\n",
            "Line 1: The file has no headings and one line, and nothing says which",
        ),
        (b"31.01.2024;Rent;8,00;;-20,00\n", "Line 1: The file has no headings and one line, and nothing says which"),
        (b",".join(b"%d" % n for n in range(400)) + b"\n", "more than 256 columns"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (
            b"<table><tr><th>Date</th></tr></table>",
            "web page. Where that is the statement itself, open it in a spreadsheet",
        ),
        (
            b'Date;Text;Amount\n2024-01-31;"Bar;-4,50\n' + 1500 * b"2024-01-25;Acme;100,00\n",
            "Line 2: A quotation mark is opened and not",
        ),
        (b"\x1f\x8b\x08\x00", "gzip"),
    ],
)
def test_what_is_no_statement_is_refused_with_a_reason(content: bytes, said: str, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(StatementError, match=said):
        list(read(file))


# what a spreadsheet shall leave as it stands is read without its wrapping
TEXTS = (
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: not text.startswith('="'))
)
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
DAYS = st.dates(date(1990, 1, 1), date(2029, 12, 31))
WRITTEN = {"ymd": "%Y-%m-%d", "dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y"}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(DAYS, TEXTS, AMOUNTS), min_size=1, max_size=30),
    st.sampled_from(",;\t|"),
    st.sampled_from(sorted(WRITTEN)),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (",", "\u00a0")]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\r\n", "\n"]),
    st.booleans(),
)
def test_any_dialect_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    entries: list[tuple[date, str, Decimal]],
    delimiter: str,
    order: str,
    signs: tuple[str, str],
    encoding: str,
    quoting: int,
    end: str,
    has_preamble: bool,
) -> None:
    decimal, group = signs
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    if has_preamble:
        writer.writerows([["Account statement"], []])
    writer.writerow(["Date", "Description", "Amount"])
    # one that leaves no doubt about day and decimal sign
    for day, said, amount in [(date(2024, 1, 31), "Sure", Decimal("1234.56")), *entries]:
        number = f"{amount:,.2f}".replace(",", "#").replace(".", decimal).replace("#", group)
        writer.writerow([day.strftime(WRITTEN[order]), said, number])
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(written.getvalue().encode(encoding))
    lines = list(read(path))[1:]
    assert [(line.booked_on, line.description or "", line.amount) for line in lines] == entries

"""What workbooks and statements say, in the languages of profiles."""

# ruff: noqa: RUF001 these are the signs of the languages
from __future__ import annotations

__all__ = ["COLUMNS", "WORDS", "Words"]

Words = dict[str, str]

# columns of a workbook, by the fields of an entry
COLUMNS: dict[str, tuple[str, str, str, str]] = {
    # en, de, es, fr
    "number": ("No.", "Nr.", "N.º", "N°"),
    "booked_on": ("Date", "Datum", "Fecha", "Date"),
    "account": ("Account", "Konto", "Cuenta", "Compte"),
    "signed_amount": ("Amount", "Betrag", "Importe", "Montant"),
    "currency": ("Currency", "Währung", "Moneda", "Devise"),
    "category": ("Category", "Kategorie", "Categoría", "Catégorie"),
    "payee": ("Payee", "Empfänger", "Beneficiario", "Bénéficiaire"),
    "payer": ("As the bank wrote it", "Wie von der Bank angegeben", "Según el banco", "Selon la banque"),
    "description": ("Description", "Beschreibung", "Descripción", "Description"),
    "notes": ("Notes", "Notizen", "Notas", "Notes"),
    "payment_type": ("Paid by", "Zahlungsart", "Forma de pago", "Moyen de paiement"),
    "payment_status": ("Status", "Status", "Estado", "État"),
    "labels": ("Labels", "Etiketten", "Etiquetas", "Étiquettes"),
    "splits": ("Split into", "Aufgeteilt in", "Dividido en", "Réparti en"),
    "original_amount": ("Original amount", "Ursprünglicher Betrag", "Importe original", "Montant d’origine"),
    "original_currency": ("Original currency", "Ursprüngliche Währung", "Moneda original", "Devise d’origine"),
    "base_amount": ("In base currency", "In Basiswährung", "En moneda base", "En devise de base"),
}

TEXTS: dict[str, tuple[str, str, str, str]] = {
    "account_statement": ("Account statement", "Kontoauszug", "Extracto de cuenta", "Relevé de compte"),
    "statement": ("Statement", "Auszug", "Extracto", "Relevé"),
    "selection": ("Selected transactions", "Ausgewählte Buchungen", "Movimientos seleccionados", "Opérations choisies"),
    "summary": ("Summary", "Übersicht", "Resumen", "Synthèse"),
    "transactions": ("Transactions", "Buchungen", "Movimientos", "Opérations"),
    "period": ("Period", "Zeitraum", "Periodo", "Période"),
    "book": ("Book", "Buch", "Libro", "Livre"),
    "made_on": ("Made on", "Erstellt am", "Creado el", "Établi le"),
    "opening": ("Opening balance", "Anfangssaldo", "Saldo inicial", "Solde initial"),
    "closing": ("Closing balance", "Endsaldo", "Saldo final", "Solde final"),
    "initial": ("Balance at the start", "Startguthaben", "Saldo de apertura", "Solde de départ"),
    "income": ("Money in", "Eingänge", "Ingresos", "Entrées"),
    "expense": ("Money out", "Ausgänge", "Gastos", "Sorties"),
    "net": ("Net", "Saldo", "Neto", "Net"),
    "balance": ("Balance", "Saldo", "Saldo", "Solde"),
    "count": ("Count", "Anzahl", "Cantidad", "Nombre"),
    "share": ("Share", "Anteil", "Proporción", "Part"),
    "spending": ("Spending by category", "Ausgaben nach Kategorie", "Gastos por categoría", "Dépenses par catégorie"),
    "cash_flow": ("Cash flow", "Geldfluss", "Flujo de caja", "Flux de trésorerie"),
    "month": ("Month", "Monat", "Mes", "Mois"),
    "uncategorized": ("Without a category", "Ohne Kategorie", "Sin categoría", "Sans catégorie"),
    "transfer": ("Transfer", "Umbuchung", "Transferencia", "Virement"),
    "pending": ("pending", "vorgemerkt", "pendiente", "en attente"),
    "nothing": (
        "There is nothing in this period.", "In diesem Zeitraum gibt es nichts.", "No hay nada en este periodo.",
        "Il n’y a rien pour cette période.",
    ),
    "page": ("Page {} of {}", "Seite {} von {}", "Página {} de {}", "Page {} sur {}"),
    "unfiltered": (
        "Reports can’t be filtered like this, so there are no charts.",
        "Berichte lassen sich so nicht filtern, daher gibt es keine Diagramme.",
        "Los informes no se pueden filtrar así, por eso no hay gráficos.",
        "Les rapports ne se filtrent pas ainsi : il n’y a donc pas de graphiques.",
    ),
    "no_rate": ("no rate", "kein Kurs", "sin tipo", "sans taux"),
    "missing_rates": (
        "Not counted for want of an exchange rate: {}", "Ohne Wechselkurs und daher nicht gezählt: {}",
        "Sin contar por falta de tipo de cambio: {}", "Non comptées, faute de taux de change : {}",
    ),
    "own_reckoning": (
        "Made from what the keepers of this book have written down. It is not a document of a bank.",
        "Erstellt aus den eigenen Aufzeichnungen dieses Buches. Kein Dokument einer Bank.",
        "Hecho con lo anotado por quienes llevan este libro. No es un documento bancario.",
        "Établi d’après ce que notent les tenants de ce livre. Ce n’est pas un document bancaire.",
    ),
}  # fmt: skip

# what some columns can hold
VALUES: dict[str, tuple[str, str, str, str]] = {
    "payment_type.cash": ("Cash", "Bargeld", "Efectivo", "Espèces"),
    "payment_type.debit_card": ("Debit card", "Debitkarte", "Tarjeta de débito", "Carte de débit"),
    "payment_type.credit_card": ("Credit card", "Kreditkarte", "Tarjeta de crédito", "Carte de crédit"),
    "payment_type.bank_transfer": ("Bank transfer", "Überweisung", "Transferencia", "Virement"),
    "payment_type.check": ("Check", "Scheck", "Cheque", "Chèque"),
    "payment_type.direct_debit": ("Direct debit", "Lastschrift", "Domiciliación", "Prélèvement"),
    "payment_type.e_wallet": ("E-wallet", "E-Wallet", "Monedero electrónico", "Portefeuille électronique"),
    "payment_type.crypto": ("Crypto", "Krypto", "Cripto", "Crypto"),
    "payment_type.other": ("Other", "Sonstige", "Otro", "Autre"),
    "payment_status.pending": ("Pending", "Vorgemerkt", "Pendiente", "En attente"),
    "payment_status.cleared": ("Cleared", "Gebucht", "Contabilizado", "Comptabilisé"),
    "payment_status.reconciled": ("Reconciled", "Abgestimmt", "Conciliado", "Rapproché"),
}

LOCALES = ("en", "de", "es", "fr")
WORDS: dict[str, Words] = {
    locale: {key: texts[place] for key, texts in (COLUMNS | VALUES | TEXTS).items()}
    for place, locale in enumerate(LOCALES)
}

"""Parquet: a column a field, exact decimals, real dates; made for pandas, DuckDB and their like."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from jobs.exports.selection import BATCH_ROWS, Entry, Selection

__all__ = ["SCHEMA", "write"]

AMOUNT = pa.decimal128(24, 8)
TEXT = pa.string()
CHOICE = pa.dictionary(pa.int32(), TEXT)
# a base amount is a product, so it may be larger than any amount
TYPES: dict[str, Any] = {
    "number": pa.int64(),
    "booked_on": pa.date32(),
    "signed_amount": AMOUNT,
    "original_amount": AMOUNT,
    "base_amount": pa.decimal128(38, 8),
    **dict.fromkeys(("account", "type", "currency", "category", "payment_type", "payment_status"), CHOICE),
    **dict.fromkeys(
        ("payee", "payer", "description", "notes", "labels", "splits", "original_currency", "external_id"), TEXT
    ),
    "transfer_id": TEXT,
    "id": TEXT,
}
SCHEMA = pa.schema([(name, TYPES[name]) for name in Entry._fields if name in TYPES])


def write(selection: Selection, path: Path) -> dict[str, object]:
    """Writes a row group for each few thousand transactions. Returns how many rows there are."""
    rows = selection.rows()
    count = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        while batch := list(islice(rows, BATCH_ROWS)):
            fields = dict(zip(Entry._fields, zip(*batch, strict=True), strict=True))
            for name in ("transfer_id", "id"):
                fields[name] = tuple(value and str(value) for value in fields[name])
            writer.write_batch(pa.record_batch([pa.array(fields[name], TYPES[name]) for name in SCHEMA.names], SCHEMA))
            count += len(batch)
    return {"rows": count}

"""The words of health care: persons, documents, codes, decisions, reasons. No I/O."""

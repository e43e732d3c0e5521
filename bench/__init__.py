"""The numbers: accepting, filing, reading, beside Postfix on the same machine."""

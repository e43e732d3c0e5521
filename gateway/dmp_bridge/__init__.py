"""Documents and vaults: XDM, CDA, metadata, the filing of a letter."""

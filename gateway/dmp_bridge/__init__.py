"""Filing documents, and the vaults they are filed in."""

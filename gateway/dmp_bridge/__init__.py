"""Filing the documents of a message, and the vaults they are filed in."""

"""Every sentence a sender, a patient or an operator reads, in French and in English."""

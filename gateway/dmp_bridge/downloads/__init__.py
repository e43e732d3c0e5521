"""Everything that a patient has, packed for them to take away."""

"""Files with everything that a patient has, made for them to take away."""

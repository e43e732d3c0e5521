"""What a decision rested on: its facts as JSON and back, and the rules asked again."""

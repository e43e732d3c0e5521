"""The professionals' pages: who they are, in which situation, and what they may open"""

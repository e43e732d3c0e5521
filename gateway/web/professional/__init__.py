"""The professionals' pages: who they are, in which situation, what they may open"""

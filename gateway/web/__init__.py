"""The pages: what patients, professionals and operators see."""

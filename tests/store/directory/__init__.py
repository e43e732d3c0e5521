"""Tests of `gateway.store.directory`."""

"""Any vault is tested by the same suite (`contract`)."""

import pytest

pytest.register_assert_rewrite("tests.dmp_bridge.vaults.contract")

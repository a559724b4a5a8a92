"""What tests of several rooms share: one storage account for each test."""

from collections.abc import Iterator

import pytest
from azurite import Azurite


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """One Azurite for all tests; each takes another account of it."""
    with Azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running

"""The database's own history: Alembic revisions, forward only."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from gateway.errors import MisuseError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD: Final = "0010"
"""The revision this program works with; Alembic itself is loaded to upgrade only."""


def upgrade(engine: Engine) -> None:
    """
    Bring the database to this version of the program; done already is no error.

    Raises:
        MisuseError: it is of a version this program does not know, a newer one.
    """
    if is_current(engine):
        return
    from alembic import command
    from alembic.util import CommandError

    with engine.begin() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise MisuseError(
                "the database is of a version this program does not know; "
                "run the program that made it, or a newer one"
            ) from error


def is_current(engine: Engine) -> bool:
    """Tell whether the database has exactly the tables this program expects."""
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version"))
            return list(found.scalars()) == [HEAD]
    except DBAPIError:  # no such table: a new database
        return False


def make_config() -> Config:
    """Return Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files(__package__)))
    return config

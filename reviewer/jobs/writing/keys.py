"""The keys of destinations, in the system's keyring: never in the database, never in a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reviewer.core.errors import UsageError

if TYPE_CHECKING:
    from reviewer.core.outbox import Destination

SERVICE = "tag-reviewer"
"""Under which the keyring keeps the keys."""


def key_of(destination: Destination) -> str:
    """The key of a destination.

    Raises:
        UsageError: There is none, or there is no keyring; the text says what to do.
    """
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(SERVICE, _name(destination))
    except KeyringError as error:
        raise UsageError(_no_keyring(error)) from error
    if not found:
        raise UsageError(
            f"No key is kept for {destination.name} ({destination.url}). Give it once with: "
            f"reviewer destinations key {destination.name}"
        )
    return found


def keep_key(destination: Destination, key: str) -> None:
    """Keeps a key in the keyring; an empty one is taken out.

    Raises:
        UsageError: There is no keyring, or it refuses.
    """
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        if key:
            keyring.set_password(SERVICE, _name(destination), key)
        else:
            keyring.delete_password(SERVICE, _name(destination))
    except PasswordDeleteError:
        return
    except KeyringError as error:
        raise UsageError(_no_keyring(error)) from error


def _name(destination: Destination) -> str:
    # By address and login: a key is for a place, whatever a collection calls it.
    return f"{destination.kind} {destination.url} {destination.user}".strip()


def _no_keyring(error: Exception) -> str:
    return (
        f"The system's keyring cannot be used ({type(error).__name__}). Unlock it, or install one "
        "(GNOME Keyring, KWallet), or name another with PYTHON_KEYRING_BACKEND: keys are kept "
        "nowhere else."
    )

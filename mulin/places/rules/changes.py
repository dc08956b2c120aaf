"""What an import would do to what stands: new, changed, ended, same."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changes(Generic[T]):
    """The difference between two states, by code; of ``changed`` the new value."""

    new: Mapping[str, T]
    changed: Mapping[str, T]
    ended: Mapping[str, T]
    same: int

    @property
    def is_empty(self) -> bool:
        """Return whether nothing would move."""
        return not (self.new or self.changed or self.ended)

    def counts(self) -> dict[str, int]:
        """Return how many of each."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "ended": len(self.ended),
            "same": self.same,
        }


def compare(
    old: Mapping[str, T], given: Mapping[str, T], *, essence: Callable[[T], Hashable], complete: bool
) -> Changes[T]:
    """Return what ``given`` changes; what it leaves out ends only when it claims to be ``complete``."""
    changed = {code: v for code, v in given.items() if code in old and essence(old[code]) != essence(v)}
    return Changes(
        new={code: v for code, v in given.items() if code not in old},
        changed=changed,
        ended={code: v for code, v in old.items() if complete and code not in given},
        same=sum(code in old for code in given) - len(changed),
    )

"""The guard: says no before anything is touched. It knows what a plan would touch and what this run may touch."""

from harness.damage.guard.amounts import Opened, check_at_once, too_few_ready
from harness.damage.guard.foresight import foresee
from harness.damage.guard.where import check, check_namespace, check_unprotected

__all__ = ["Opened", "check", "check_at_once", "check_namespace", "check_unprotected", "foresee", "too_few_ready"]

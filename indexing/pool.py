"""A pool of threads that work for whoever gave them the work: under the id of his request, below his span."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class Pool(ThreadPoolExecutor):
    """Threads that log, ask and trace as who gave them work would; a `ThreadPoolExecutor` leaves all that behind."""

    def submit(
        self, work: Callable[_Parameters, _Result], /, *given: _Parameters.args, **named: _Parameters.kwargs
    ) -> Future[_Result]:
        """Do a piece of work in the context of who calls this."""
        return super().submit(copy_context().run, partial(work, *given, **named))

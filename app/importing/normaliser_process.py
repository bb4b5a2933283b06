"""A process that normalises: records in, rows or programs out, until its input ends.

It ends itself by the kernel's alarm where a batch takes too long: no code of ours is needed for that, so neither a
pattern that holds the interpreter's lock nor a parent that was killed can keep it alive. `normaliser` starts it.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import traceback
from typing import IO, Literal, TypeVar

import msgspec

from app.importing.not_carried import as_number
from app.importing.rows import copy_lines
from app.normalising import Rejected, normalise
from app.normalising.topics import load_topics
from app.normalising.warnings import RecordWarning, RecordWarnings
from mappings.network_program import NetworkProgram
from mappings.networks import BY_SLUG, Network
from mappings.program import Program

Kind = Literal["rows", "programs"]
_ALLOCATIONS = 50_000  # between two looks for what can be thrown away: records have no circles
_IDLE_SECONDS = 60.0  # without work: a process that nobody needs holds 60 MB


class Work(msgspec.Struct, array_like=True):
    """A batch: what is wanted of it, for how many seconds it may be worked on, its records with their lines; and the
    networks that were added, since their records may be of one."""

    kind: Kind
    seconds: float
    records: list[tuple[int, NetworkProgram]]
    added: tuple[Network, ...] = ()


class Done(msgspec.Struct, array_like=True):
    """What became of a batch: COPY lines with how many rows they have, or programs by line; (line, reason) of what was
    rejected; the fault of ours that kept it from being worked on, if there was one; and what is doubtful in it."""

    rows: list[tuple[bytes, int]] = []
    programs: list[tuple[int, Program]] = []
    rejected: list[tuple[int, str]] = []
    fault: str | None = None
    warnings: list[RecordWarning] = []


_Message = TypeVar("_Message", Work, Done)
_work = msgspec.msgpack.Decoder(Work)
_done = msgspec.msgpack.Decoder(Done)
_encode = msgspec.msgpack.Encoder().encode
_PLAIN, _PICKLED = b"m", b"p"


def written(message: Work | Done) -> bytes:
    """A message as it goes through a pipe: a mark, a length of 8 bytes, and its body."""
    try:
        mark, body = _PLAIN, _encode(message)
    except (UnicodeEncodeError, OverflowError, ValueError):  # half characters, and numbers of more than 64 bits
        mark, body = _PICKLED, pickle.dumps(msgspec.structs.astuple(message))
    return mark + len(body).to_bytes(8, "big") + body


def length(head: bytes) -> int:
    """How long the body is that follows a message's first 9 bytes."""
    return int.from_bytes(head[1:9], "big")


def work_of(head: bytes, body: bytes) -> Work:
    """A batch that was written."""
    return _work.decode(body) if head[:1] == _PLAIN else _unpickled(body, Work)


def done_of(head: bytes, body: bytes) -> Done:
    """An answer that was written."""
    return _done.decode(body) if head[:1] == _PLAIN else _unpickled(body, Done)


def _unpickled(body: bytes, shape: type[_Message]) -> _Message:
    return shape(*pickle.loads(body))  # written by ourselves, through a pipe that nobody else has


def worked(work: Work) -> Done:
    """A batch, normalised."""
    BY_SLUG.add(work.added)
    done = Done()
    warnings = RecordWarnings()
    good: dict[int, list[tuple[int, Program]]] = {}  # by the fields that their records do not carry
    for line, record in work.records:
        try:
            program = normalise(record)
        except Rejected as rejected:
            done.rejected.append((line, str(rejected)))
            continue
        good.setdefault(as_number(record.not_carried), []).append((line, program))
        warnings.note(line, record, program)
    done.warnings = warnings.listed()
    for not_carried, programs in good.items():
        if work.kind == "rows":
            done.rows.append((copy_lines(programs, not_carried), len(programs)))
        else:
            done.programs += programs
    return done


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Answer batch after batch, first of all an empty one that says that it is there."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    sink.write(written(Done()))
    sink.flush()
    while True:
        signal.setitimer(signal.ITIMER_REAL, _IDLE_SECONDS)
        head = source.read(9)
        if len(head) < 9:
            return
        work = work_of(head, source.read(length(head)))
        signal.setitimer(signal.ITIMER_REAL, work.seconds)
        try:
            answer = written(worked(work))
        except Exception as error:
            traceback.print_exc()
            answer = written(
                Done(fault=f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode())
            )
        signal.setitimer(signal.ITIMER_REAL, 0)  # the parent reads when it comes to it
        sink.write(answer)
        sink.flush()


def main() -> None:
    """Serve on standard input and output."""
    gc.disable()  # what is loaded stays; to look through it again and again costs as much as loading it,
    load_topics()  # which takes seconds, and they are no batch's fault
    gc.freeze()  # and as much as reading the records
    gc.enable()
    gc.set_threshold(_ALLOCATIONS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end ends the input
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that is printed may get among the answers
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()

import threading

import pytest

from assistant.errors import ModelError
from assistant.models.llama.writer import Job, Worker


@pytest.fixture
def ended():
    return threading.Event()


@pytest.fixture
def worker(ended):
    worker = Worker("test", idle=lambda: False, at_end=ended.set)
    yield worker
    worker.stop()


def job_of(*values, cancel=None):
    return Job(lambda _: iter(values), cancel or threading.Event())


class Gate:
    """A job that occupies the worker until it is opened."""

    def __init__(self):
        self.entered, self.opened = threading.Event(), threading.Event()

    def __call__(self, job):
        self.entered.set()
        self.opened.wait()
        yield "gate"


def test_results_come_in_order_on_another_thread(worker):
    def run(job):
        yield threading.current_thread().name
        yield 2

    assert list(worker.submit(Job(run, threading.Event()))) == ["test", 2]


def test_jobs_are_done_in_the_order_they_come(worker):
    done, gate = [], Gate()
    first = worker.submit(Job(gate, threading.Event()))
    gate.entered.wait()

    def noting(name):
        def run(job):
            done.append(name)
            yield name

        return Job(run, threading.Event())

    waiting = [worker.submit(noting(name)) for name in ("one", "two", "three")]
    gate.opened.set()
    for results in [first, *waiting]:
        list(results)
    assert done == ["one", "two", "three"]


def test_an_error_for_the_user_reaches_the_reader_and_the_worker_goes_on(worker):
    def run(job):
        yield 1
        raise ModelError("no room")

    results = worker.submit(Job(run, threading.Event()))
    assert next(results) == 1
    with pytest.raises(ModelError, match="no room"):
        next(results)
    assert list(worker.submit(job_of(3))) == [3]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_is_told_to_everyone_and_frees_what_the_worker_owns(worker, ended):
    gate = Gate()

    def fault(job):
        yield from gate(job)
        raise RuntimeError("a mistake in the program")

    broken = worker.submit(Job(fault, threading.Event()))
    gate.entered.wait()
    waiting = worker.submit(job_of(1))
    gate.opened.set()
    for results in (broken, waiting):
        with pytest.raises(ModelError, match="a mistake in the program") as caught:
            list(results)
        assert "Restart" in caught.value.hint
        assert isinstance(caught.value.__cause__, RuntimeError)
    ended.wait()
    with pytest.raises(ModelError, match="a mistake in the program"):
        worker.submit(job_of(1))


def test_closing_the_results_cancels_the_job(worker):
    seen = []

    def run(job):
        for i in range(10**9):
            if job.cancelled():
                seen.append(i)
                return
            yield i

    results = worker.submit(Job(run, threading.Event()))
    next(results)
    results.close()
    assert list(worker.submit(job_of("next"))) == ["next"]
    assert len(seen) == 1


def test_a_job_cancelled_while_it_waits_ends_at_once(worker):
    gate, cancel = Gate(), threading.Event()
    first = worker.submit(Job(gate, threading.Event()))
    gate.entered.wait()
    waiting = worker.submit(job_of(1, cancel=cancel))
    cancel.set()
    assert list(waiting) == []
    gate.opened.set()
    assert list(first) == ["gate"]


def test_stopping_ends_the_running_job_and_refuses_new_ones(worker, ended):
    def run(job):
        while not job.cancelled():
            yield 1

    results = worker.submit(Job(run, threading.Event()))
    next(results)
    worker.stop()
    assert ended.is_set()
    with pytest.raises(ModelError, match="closed"):
        worker.submit(job_of(1))
    assert set(results) <= {1}
    worker.stop()


def test_idle_work_is_done_between_jobs():
    left, all_done = [3], threading.Event()

    def idle():
        left[0] -= 1
        if left[0] == 0:
            all_done.set()
        return left[0] > 0

    worker = Worker("test", idle=idle, at_end=lambda: None)
    assert all_done.wait(10)
    worker.stop()

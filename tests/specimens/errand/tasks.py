"""A job of as many items as it is asked for; each takes a while and says when it was done."""

import os
import signal
import time

from core.jobs.kinds import Jobs, Planned

jobs = Jobs()


@jobs.kind("errand.run")
def run(session, step):
    # The time is what the item is made of: it stands for work outside the database.
    time.sleep(step.job_params["seconds"])
    return {"by": os.getpid()}


@run.plan
def plan(session, job):
    for number in range(job.params["items"]):
        yield Planned(key=str(number))


@jobs.kind("errand.run_out_of_memory")
def never_done(session, step):
    raise AssertionError("nobody has planned it")


@never_done.plan
def die_like_one_that_runs_out_of_memory(session, job):
    yield Planned(key="first")
    os.kill(os.getpid(), signal.SIGKILL)

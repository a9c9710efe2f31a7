"""What can go wrong with background builds."""


class JobError(Exception):
    """Base of all errors here. The message says what, where, and what to do now."""


class BuildRunningError(JobError):
    """Another build is running; `job_id` names it."""

    def __init__(self, job_id: str) -> None:
        super().__init__(
            f"build {job_id} is still running, and only one runs at a time. "
            f"Wait for it: GET /v1/admin/builds/{job_id}"
        )
        self.job_id = job_id


class BadBuildRequestError(JobError):
    """The request names something that cannot be built: index, file, or option."""


class UnknownJobError(JobError):
    """There is no such build, or it is too long ago."""


class JobStartError(JobError):
    """The build process could not be started."""

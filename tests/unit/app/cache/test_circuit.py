from app.cache.circuit import Circuit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_opens_after_failures_in_a_row_only() -> None:
    circuit = Circuit(3, 5.0, Clock())
    for _ in range(2):
        circuit.failed()
    circuit.succeeded()
    for _ in range(2):
        circuit.failed()
    assert circuit.allows()
    assert not circuit.is_open
    circuit.failed()
    assert not circuit.allows()
    assert circuit.is_open


def test_half_open_lets_one_through() -> None:
    clock = Clock()
    circuit = Circuit(1, 5.0, clock)
    circuit.failed()
    clock.now = 4.9
    assert not circuit.allows()
    clock.now = 5.0
    assert [circuit.allows() for _ in range(3)] == [True, False, False]
    circuit.succeeded()
    assert [circuit.allows() for _ in range(3)] == [True, True, True]


def test_a_failed_trial_waits_again() -> None:
    clock = Clock()
    circuit = Circuit(1, 5.0, clock)
    circuit.failed()
    clock.now = 5.0
    assert circuit.allows()
    clock.now = 6.0
    circuit.failed()
    clock.now = 10.9
    assert not circuit.allows()
    clock.now = 11.0
    assert circuit.allows()


def test_a_lost_trial_is_replaced() -> None:
    clock = Clock()
    circuit = Circuit(1, 5.0, clock)
    circuit.failed()
    clock.now = 5.0
    assert circuit.allows()  # its request was cancelled: neither succeeded nor failed
    clock.now = 9.9
    assert not circuit.allows()
    clock.now = 10.0
    assert circuit.allows()


def test_late_failures_of_the_same_outage_keep_it_open() -> None:
    clock = Clock()
    circuit = Circuit(2, 5.0, clock)
    for _ in range(10):
        circuit.failed()
    assert circuit.is_open
    clock.now = 5.0
    assert circuit.allows()

"""What the bench's Python programs share: they take commands on stdin.

A source takes `rate 30` or `rate max`, and answers `{}`. A sink takes `measure 2.5`, and answers
after that many seconds with what has arrived.
"""
import json, sys, threading, time


def say(answer):
    print(json.dumps(answer), flush=True)


def _listen(react):
    """Reacts to each line; ends the program when its parent has gone."""
    import os

    def run():
        for line in sys.stdin:
            react(*line.split())
        os._exit(0)

    threading.Thread(target=run, daemon=True).start()


class Pace:
    """When the next frame is due, by the clock: the small delays of pauses would add up."""

    def __init__(self, rate):
        self._set(rate)
        _listen(lambda _, rate: (self._set(rate), say({})))

    def _set(self, rate):
        self._interval = 0 if rate == "max" else 1 / float(rate)
        self._due = time.monotonic()

    def wait(self, due=None):
        """Waits for the frame after the one due at `due`; returns when it was due."""
        if self._interval == 0:
            return None
        due = max(due or 0, self._due) + self._interval
        now = time.monotonic()
        if due < now - 1:
            due = now  # After a long stall, do not catch up.
        time.sleep(max(0, due - now))
        return due


class Meter:
    """Counts the frames of each taker, and keeps their ages."""

    def __init__(self, takers=1):
        self.counts = [0] * takers
        self.ages = []
        _listen(lambda _, seconds: self._measure(float(seconds)))

    def add(self, taker, *ages):
        self.counts[taker] += 1
        self.ages.append(ages)

    def _measure(self, seconds):
        before, first, start = list(self.counts), len(self.ages), time.monotonic()
        time.sleep(seconds)
        counts, last = list(self.counts), len(self.ages)
        say({
            "seconds": time.monotonic() - start,
            "frames": [after - count for after, count in zip(counts, before)],
            "ages": self.ages[first:last],
        })

"""What the programs of the bench in Python have in common: they are told what to do on stdin.

A source is told `rate 30` or `rate max`, and answers `{}`; a sink is told `measure 2.5`, and
answers after so many seconds with what has come in them.
"""
import json, sys, threading, time


def say(answer):
    print(json.dumps(answer), flush=True)


def _listen(react):
    """Reacts to each line; ends the program when whoever started it has gone."""
    import os

    def run():
        for line in sys.stdin:
            react(*line.split())
        os._exit(0)

    threading.Thread(target=run, daemon=True).start()


class Pace:
    """When the next frame is due. By the clock and not by a pause, whose small delays add up."""

    def __init__(self, rate):
        self._set(rate)
        _listen(lambda _, rate: (self._set(rate), say({})))

    def _set(self, rate):
        self._interval = 0 if rate == "max" else 1 / float(rate)
        self._due = time.monotonic()

    def wait(self, due=None):
        """Waits from when the last one was due; gives when this one was."""
        if self._interval == 0:
            return None
        due = max(due or 0, self._due) + self._interval
        now = time.monotonic()
        if due < now - 1:
            due = now  # What was held up for long is not made up for.
        time.sleep(max(0, due - now))
        return due


class Meter:
    """Counts what comes, by whom, and how old it was."""

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

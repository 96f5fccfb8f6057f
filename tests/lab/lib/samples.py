# SPDX-License-Identifier: GPL-2.0
"""Samples of two drivers taken in turn in one boot, as ratios with their spread."""
import json
from collections import defaultdict
from statistics import median


class Comparison:
    """One job: our driver against the kernel's own, round by round."""

    def __init__(self, job):
        self.job = job
        self.rounds = defaultdict(dict)

    def add(self, sample):
        """Take in one sample."""
        self.rounds[sample["round"]][sample["driver"]] = sample

    def ratios(self):
        """IOPS of ours over in-tree for each round that has both."""
        return [float(pair["ours"]["iops"]) / float(pair["intree"]["iops"])
                for pair in self.rounds.values() if len(pair) == 2]

    def ratio(self):
        """The median, lowest and highest ratio."""
        ratios = self.ratios()
        return median(ratios), min(ratios), max(ratios)

    def per_io(self, driver, what):
        """The median of how many interrupts or notifications one operation took."""
        return median(float(pair[driver][what]) / float(pair[driver]["count"])
                      for pair in self.rounds.values() if driver in pair)


def load(run):
    """The first entry of a run's results."""
    return json.loads((run / "results.json").read_text())[0]


def comparisons(entry):
    """The jobs of an entry in the order they were first run."""
    jobs = {}
    for sample in entry["samples"]:
        jobs.setdefault(sample["job"], Comparison(sample["job"])).add(sample)
    return [job for job in jobs.values() if job.ratios()]

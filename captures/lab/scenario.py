# SPDX-License-Identifier: GPL-2.0-or-later
"""
Scenarios: a function each, registered by name. It gets a Lab, builds its network, opens capture points, makes traffic
and returns a Run, which says what was planted there. What the captures show is worked out by truth.py.
"""
import time

from . import record

SCENARIOS = {}
SETTLE = 0.15  # seconds behind the last expected packet, for acknowledgements on their way


class Run:
    """
    name -> Point pairs with roles, and what the author of the scenario knows because it was planted.

      root_cause   name of a diagnosis, or "none"
      points       list of CapturePoint
      path_mtu     the largest packet of the whole path, towards the client
      journals     journals of boxes
      merge        also write one file with all capture points, cut to so many bytes a frame; 0: whole
      planted      further statements for truth.py, see there
    """

    def __init__(self, lab, root_cause="none", **planted):
        self.lab, self.root_cause, self.planted = lab, root_cause, planted
        self.points, self.journals, self.result, self.merge = [], [], None, None

    def capture(self, role, host, device, description="", **options):
        """
        Opens a capture point. `role`: sender, wire, receiver, or a name of its own; `side` tells where it stands towards
        the data: sender, receiver or between. `proves`: the root cause can be told from here (default: not from the
        receiver's side); `may`: other diagnoses that are no mistake from here.
        """
        side = options.pop("side", role if role in ("sender", "receiver") else "between")
        proves, may = options.pop("proves", None), options.pop("may", ())
        point = record.Point(host, device, description, **options)
        point.role, point.side, point.proves, point.may = role, side, proves, may
        self.points.append(point)
        return point

    def stop(self, settle=SETTLE):
        time.sleep(settle)
        for point in self.points:
            if point.frames is None:
                point.stop()
        return self


def scenario(name, title, shows, story=None, ip=("v4", "v6")):
    """
    Registers NAME-v4 and NAME-v6 (or only NAME if `ip` has one member and that is None). `name` is AREA/NAME: the folder
    of the captures.
    """
    def register(function):
        for version in ip:
            full = name if version is None else f"{name}-{version}"
            SCENARIOS[full] = Scenario(full, title, shows, story, version, function)
        return function
    return register


class Scenario:
    def __init__(self, name, title, shows, story, version, function):
        self.name, self.title, self.shows, self.story = name, title, shows, story
        self.version, self.function = version, function

    def run(self, lab):
        return self.function(lab, self.version) if self.version else self.function(lab)


class Unavailable(Exception):
    """This machine's kernel lacks something the scenario needs; the text says what."""

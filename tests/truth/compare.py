# SPDX-License-Identifier: GPL-2.0-or-later
"""
What a truth file states against what the plugin says, statement by statement.

A statement is a field of a frame, a finding, a diagnosis, the link MTU, or that a clean capture is clean. Each counts as
right, missed (the plugin says nothing) or invented (it says something else, or speaks where the truth knows of nothing).
"""

import dataclasses

# Values that say nothing. Where the truth allows one, saying nothing is right.
SILENT = {"unknown"}
# Fields that only frames with a statement may have.
EXCLUSIVE = ("segment.size", "segment.last", "offender", "report")
# Fields with a value for each IP packet of the frame; the truth speaks of the innermost.
LAYERED = ("checksum.ip", "checksum.l4")
FIELDS = (
    "direction",
    "direction.source",
    "l3_len",
    "wire.frames",
    "wire.len",
    "segment.size",
    "segment.last",
    "mss.limit",
    "checksum.ip",
    "checksum.l4",
    "window.scale",
    "window.right_edge",
    "window.flight",
    "offender",
    "report",
    "reaction",
    "path_mtu",
    "twin",
)
# Severities Warn and Error of the design. None of them belongs into a clean capture.
TROUBLE = {
    "mtu.exceeded",
    "mss.exceeded",
    "segmentation.wrong",
    "checksum.leaked",
    "checksum.corrupt",
    "window.scale_invalid",
    "window.scale_changed",
    "window.scale_stripped",
    "window.exceeded",
    "window.retracted",
    "window.unscaled_drop",
    "pmtu.ignored",
    "pmtu.merged_quote",
    "pmtu.implausible",
    "pmtu.black_hole",
    "pmtu.mistranslated",
    "superframe.refused",
    "fragment.lost",
}
AREAS = {
    "size": ("l3_len", "wire.", "segment.", "mss.", "superframe.", "mtu.", "segmentation.", "link_mtu"),
    "direction": ("direction",),
    "checksum": ("checksum.",),
    "window": ("window.",),
    "path MTU": ("offender", "report", "reaction", "path_mtu", "pmtu."),
    "fragments": ("fragment.",),
    "several points": ("twin",),
    "capture": ("capture.", "copy"),
    "diagnosis": ("diagnosis",),
    "clean": ("clean",),
}


def area(statement):
    return next(name for name, starts in AREAS.items() if statement.startswith(starts))


@dataclasses.dataclass
class Score:
    """One kind of statement in one capture."""

    stated: int = 0
    right: int = 0
    missed: int = 0
    invented: int = 0
    examples: list = dataclasses.field(default_factory=list)

    def wrong(self, kind, text):
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.examples) < 4:
            self.examples.append(f"{kind}: {text}")

    @property
    def passed(self):
        return self.missed == 0 and self.invented == 0


class Scores(dict):
    """Statement name -> Score."""

    def __missing__(self, statement):
        self[statement] = Score()
        return self[statement]


def options(wanted):
    return [str(each) for each in wanted] if isinstance(wanted, list) else [str(wanted)]


# What counts for the wire, or for the connection, is said of the first picture of a packet alone.
COUNTED = ("wire.", "segment.", "mss.", "window.", "direction", "path_mtu", "reaction")


def compare_fields(truth, said, scores):
    """`said`: {frame number: {field: [values]}}, values as text."""
    copies = set(truth.get("copies", []))
    for number, stated in truth["frames"].items():
        for field, wanted in stated.items():
            if int(number) in copies and field.startswith(COUNTED):
                continue
            _field(scores[field], field, number, wanted, said.get(int(number), {}).get(field, []))
    for number, values in said.items():
        stated = truth["frames"].get(str(number), {})
        for field in EXCLUSIVE:
            if values.get(field) and field not in stated:
                scores[field].wrong("invented", f"frame {number}: {field} {values[field]}")


def _field(score, field, number, wanted, values):
    score.stated += 1
    if field == "twin":
        values = [",".join(sorted(values, key=int))] if values else []
        wanted = ",".join(map(str, sorted(wanted)))
    values = [value for value in values if value not in SILENT]
    if not values and SILENT & set(options(wanted)):
        score.right += 1
    elif not values:
        score.wrong("missed", f"frame {number}: {wanted}")
    elif set(values if field not in LAYERED else values[-1:]) & set(options(wanted)):
        score.right += 1
    else:
        score.wrong("invented", f"frame {number}: {values}, truth {wanted}")


def compare_findings(truth, found, scores):
    """`found`: {frame number: set of finding names}."""
    copies = set(truth.get("copies", []))
    explained = {(number, name) for each in truth["findings"] + truth["may"]
                 for number in each.get("frames", each.get("among")) for name in each["name"].split("|")}
    for statement in truth["findings"]:
        names = statement["name"].split("|")
        carrying = {number for number, there in found.items() if there & set(names)}
        if "frames" in statement:
            wanted = set(statement["frames"])
            if names[0] != "capture.duplicate":
                wanted -= copies
            _exact(scores[names[0]], names[0], wanted, carrying)
        else:
            _among(scores[names[0]], names[0], statement, carrying)
    for number, names in sorted(found.items()):
        for name in sorted(names):
            if (number, name) not in explained:
                scores[name].wrong("invented", f"{name} on frame {number}")


def _exact(score, name, wanted, carrying):
    score.stated += len(wanted)
    score.right += len(wanted & carrying)
    for number in sorted(wanted - carrying):
        score.wrong("missed", f"{name} on frame {number}")


def _among(score, name, statement, carrying):
    count, wanted = len(carrying & set(statement["among"])), statement["at_least"]
    score.stated += wanted
    score.right += min(count, wanted)
    for _ in range(wanted - min(count, wanted)):
        score.wrong("missed", f"{name} on one of {len(statement['among'])} frames")


def compare_diagnoses(truth, named, scores):
    """`named`: set of diagnosis names."""
    must, may = set(truth["diagnosis"]["must"]), set(truth["diagnosis"]["may"])
    score = scores["diagnosis"]
    score.stated += max(1, len(must))  # that there is none is a statement too
    score.right += len(must & named) if must else int(not named - may)
    for name in sorted(must - named):
        score.wrong("missed", name)
    for name in sorted(named - must - may):
        score.wrong("invented", name)


def compare_clean(truth, found, scores):
    if truth["severity_ceiling"] != "Note":
        return
    score = scores["clean"]
    score.stated += 1
    alarms = sorted((number, name) for number, names in found.items() for name in names & TROUBLE)
    if not alarms:
        score.right += 1
    for number, name in alarms:
        score.wrong("invented", f"{name} on frame {number}")


def compare_link_mtu(truth, said, scores):
    """Evidence grows with the capture: what holds is what is said of the last frame."""
    if truth["link_mtu"] is None or truth.get("points"):
        return
    last = next((values["link_mtu"] for _, values in sorted(said.items(), reverse=True) if values.get("link_mtu")), [])
    _field(scores["link_mtu"], "link_mtu", "the last", truth["link_mtu"], last)

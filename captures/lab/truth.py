# SPDX-License-Identifier: GPL-2.0-or-later
"""
Writes a scenario's captures, each with its truth file. The schema is truth.schema.json; captures/check holds every
truth file against its capture.

What a scenario plants (Run.planted):
  path_mtu        largest packet of the whole path
  link_mtu        where it is not the device's: inside PPPoE
  obeyed          reports are acted upon
  ignored         they are not
  trouble         a Warn or an Error is right although none of the diagnoses fits
  stale           merged frames carry the checksum of their first segment
  also            further root causes that the capture may show
  windows         False: what is in force differs along the path, so no window is stated
  findings        {role: {finding: "some" (at least one, anywhere)}} that follow from the planted fault
  may             {role: [findings]} that are neither demanded nor wrong
  second          {role: role}: where the wire frames of a capture point are seen, if not at the point next to it
"""
import json
import os

from . import expect, match, merge, pcapng
from .view import View

SCHEMA = "wiretruth-truth-1"
FAULTY_NIC = "nic_ignores_mss"


class Contradiction(Exception):
    """Two independent witnesses disagree: the capture is not written."""


def journal(paths):
    events = []
    for path in paths:
        with open(path, encoding="ascii") as file:
            events += [json.loads(line) for line in file]
    return events


def _seq(event):
    """The sequence number that the packet left the box with: corrupt flips these bits in its first byte."""
    return event["seq"] ^ 0x24000000 if event.get("place") == "sequence number" else event["seq"]


def _event_frames(view, events, kinds):
    """Frames that the journal's events name: same ports, sequence number and IPv4 identification, nearest in time."""
    found = []
    for event in events:
        if event["event"] not in kinds or "seq" not in event:
            continue
        fitting = [frame for frame in view.tcp if frame.packet.sport == event["sport"] and not frame.gso
                   and frame.packet.payload == event["payload"] and frame.packet.id in (None, event["id"])
                   and frame.time > event["time"] - 1000 and frame not in found and frame.packet.seq == _seq(event)]
        if fitting:
            found.append(min(fitting, key=lambda frame: frame.time - event["time"]))
    return found


def _reports_of(view, events):
    """The reports that the box sent: each quotes the identification and sequence number in its journal."""
    sent = {(event["id"], event["seq"]) for event in events if event["event"] == "refuse"}
    return [report for report in view.reports if report.packet.quote and
            (report.packet.quote.id or 0, report.packet.quote.seq) in sent]


def _kernel_disagrees(view, leaked):
    """The kernel's CHECKSUM_PARTIAL against the bytes."""
    for frame in view.ip:
        partial = getattr(frame.frame, "partial", None)
        if partial is None or not frame.packet.checksum_l4:
            continue
        states = [packet.checksum_l4 for packet in frame.packets]
        if partial and not any(state in ("partial", "unverifiable") for state in states if state):
            yield f"frame {frame.number}: the kernel left the checksum, the bytes say {states}"
        if not partial and "partial" in states and frame not in leaked:
            yield f"frame {frame.number}: a partial checksum that the kernel did not leave"


def _planted_findings(run, view, role, say):
    for name, kind in run.planted.get("findings", {}).get(role, {}).items():
        if name not in say.findings:
            say.among(name, view.ip, 1 if kind == "some" else kind)
    for name in run.planted.get("may", {}).get(role, []):
        say.allow(name, view.ip)


def _second_point(run, views, point):
    """Where the same bytes are seen as wire frames: behind the sender, in front of the receiver."""
    named = run.planted.get("second", {})
    if point.role in named:
        other = next(each for each in run.points if each.role == named[point.role])
        return other, match.Pieces(views[other], True)
    order = [each for each in run.points if each.device and not each.snaplen]
    if point not in order or named:
        return None, None
    place = order.index(point)
    if point.side == "sender" and place + 1 < len(order) and order[place + 1].side == "between":
        return order[place + 1], match.Pieces(views[order[place + 1]], True)
    if point.side == "receiver" and place > 0 and order[place - 1].side == "between":
        return order[place - 1], match.Pieces(views[order[place - 1]], False)
    return None, None


def _state(run, views, point, say):
    """All statements about one capture; returns what contradicts."""
    view, events, planted = views[point], journal(run.journals), run.planted
    behind = point.side != "sender"
    leaked = _event_frames(view, events, {"leak"}) if behind else []
    corrupted = _event_frames(view, events, {"corrupt"}) if behind else []
    stale = [frame for frame in view.ip if frame.gso] if planted.get("stale") else []
    second, pieces = _second_point(run, views, point)
    say.second = second
    faulty = FAULTY_NIC in (run.root_cause, *planted.get("also", ()))
    expect.lengths(view, say)
    expect.directions(view, point.side, say)
    wrong = expect.superframes(view, point.side, say, pieces, faulty)
    wrong += list(expect.checksums(view, say, leaked, corrupted, stale))
    wrong += list(_kernel_disagrees(view, leaked + stale))
    expect.sizes(view, say)
    if planted.get("windows", True):
        expect.windows(view, say)
    expect.scale_findings(view, say)
    found = expect.reports(view, say, _reports_of(view, events), planted.get("obeyed", False))
    # The stack itself obeys; what its NIC makes of it is seen behind the NIC only.
    if planted.get("ignored") or faulty:
        expect.ignored(view, found, say, behind or bool(planted.get("ignored")))
    _planted_findings(run, view, point.role, say)
    expect.copies(view, say)
    expect.disorder(view, say)
    return wrong


def _diagnosis(run, point, say):
    """{"must": [...], "may": [...]}: root causes that this capture has to yield, and that it may yield."""
    cause = [] if run.root_cause == "none" else [run.root_cause]
    artefacts = any(name.startswith(("superframe.", "checksum.partial", "checksum.unfilled")) for name in say.findings)
    also = list(run.planted.get("also", ()))
    if not cause:
        sent = point.side == "sender" and artefacts and not run.planted.get("trouble")
        harmless = ["capture_before_offload"] if artefacts else []
        return {"must": ["capture_before_offload"] if sent else [], "may": also + harmless}
    proves = point.proves if point.proves is not None else point.side != "receiver"
    may = cause + also + list(point.may) + (["capture_before_offload"] if artefacts and not proves else [])
    may += [] if proves else ["unexplained"]
    return {"must": cause if proves else [], "may": may}


def _document(scenario, run, point, name, say, view):
    root = run.root_cause
    document = {
        "schema": SCHEMA, "capture": os.path.basename(name), "scenario": scenario.name, "title": scenario.title,
        "shows": scenario.shows, "story": scenario.story, "genuine": False,
        "point": {"role": point.role, "side": point.side, "interface": point.interface.name,
                  "addresses": point.host.addresses},
        "root_cause": root, "also": list(run.planted.get("also", ())), "diagnosis": _diagnosis(run, point, say),
        "severity_ceiling": "Note" if root == "none" and not run.planted.get("trouble") else "Error",
        "link_mtu": run.planted.get("link_mtu", point.mtu), "path_mtu": run.planted.get("path_mtu"), "snaplen": point.snaplen or None,
        "sources": _sources(run, say),
        "second_point": os.path.basename(name).replace(point.role, say.second.role, 1) if say.second and say.pieces else None,
        "result": str(run.result) if run.result else None, "commands": run.lab.commands,
        "connections": _connections(view), "copies": say.copies,
    }
    document.update(tables(say))
    return document


def tables(say):
    """The statements of `say` as they stand in a truth file."""
    return {
        "findings": [{"name": key, **value} for key, value in sorted(say.findings.items())],
        "may": [{"name": key, "frames": sorted(value)} for key, value in sorted(say.may.items()) if value],
        "pieces": {str(key): value for key, value in sorted(say.pieces.items())},
        "frames": {str(key): value for key, value in sorted(say.fields.items())},
    }


def _sources(run, say):
    return ["kernel metadata of each frame", "bytes, by captures/lab/decode.py"] + \
        (["second capture point"] if say.pieces else []) + (["journal of the box"] if run.journals else [])


def _connections(view):
    described = []
    for connection in {id(each): each for each in view.connections.values()}.values():
        (flow, one), (_, other) = connection.sides.items()
        described.append({"a": f"{flow[0]} {flow[1]}", "b": f"{flow[2]} {flow[3]}",
                          "mss": [one.mss, other.mss], "scale_offered": [one.offered, other.offered],
                          "scaling": connection.scaling})
    return described[:20]


def dump(document, path):
    """Readable JSON: one line for each member, finding and frame."""
    lines = []
    for key, value in document.items():
        if isinstance(value, dict) and key in ("frames", "pieces"):
            inner = ",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            lines.append(f"  {json.dumps(key)}: {{\n{inner}\n  }}" if inner else f"  {json.dumps(key)}: {{}}")
        elif isinstance(value, list) and value and key in ("findings", "may", "connections", "commands"):
            inner = ",\n".join(f"    {json.dumps(each)}" for each in value)
            lines.append(f"  {json.dumps(key)}: [\n{inner}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    with open(path, "w", encoding="ascii") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


def documents(scenario, run, views):
    """The truth of each capture point as {point: document}. Raises Contradiction if the witnesses disagree."""
    wrong, made = [], {}
    for point in run.points:
        say = expect.Statements()
        wrong += [f"{point.role}: {each}" for each in _state(run, views, point, say)]
        made[point] = _document(scenario, run, point, f"{scenario.name}.{point.role}.pcapng", say, views[point])
    if wrong:
        raise Contradiction("; ".join(wrong[:4]))
    return made


def write(scenario, run, out):
    """Writes NAME.ROLE.pcapng and NAME.ROLE.truth.json for each capture point; returns the names."""
    views = {point: View(point.interface, point.frames, point.mtu) for point in run.points}
    names = []
    for point, document in documents(scenario, run, views).items():
        name = os.path.join(out, f"{scenario.name}.{point.role}")
        os.makedirs(os.path.dirname(name), exist_ok=True)
        pcapng.write(name + ".pcapng", [point.interface], point.frames)
        dump(document, name + ".truth.json")
        names.append(name)
    if run.merge is not None:
        names.append(write_merged(scenario, run, views, out))
    return names


def write_merged(scenario, run, views, out):
    """NAME.merged: all capture points in one file, cut to run.merge bytes a frame (0: whole)."""
    views = {point: merge.snapped(view, run.merge) for point, view in views.items()}
    single = documents(scenario, run, views)
    whole = merge.Merge([(views[point], document) for point, document in single.items()])
    head = dict(next(iter(single.values())))
    must = [] if run.root_cause == "none" else [run.root_cause]
    may = sorted({name for document in single.values() for each in document["diagnosis"].values() for name in each})
    name = os.path.join(out, f"{scenario.name}.merged")
    head.update(
        capture=os.path.basename(name) + ".pcapng", points=[point.role for point in single], link_mtu=None,
        point={"role": "merged", "side": "several", "interface": ", ".join(view.interface.name for view in views.values()),
               "addresses": sorted({address for point in single for address in point.host.addresses})},
        diagnosis={"must": must, "may": [] if must else may}, snaplen=run.merge or None, second_point=None,
        connections=[], copies=[])
    if must:
        head["diagnosis"]["may"] = must + list(run.planted.get("also", ()))
    whole.write(name + ".pcapng")
    document = whole.document(head)
    for finding in run.planted.get("findings", {}).get("merged", ()):
        document["findings"].append({"name": finding, "among": sorted(whole.number.values()), "at_least": 1})
    dump(document, name + ".truth.json")
    return name

# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of all captures in README.md, from the truth files."""
import json
import os
import re

# What a reader should try first: trouble before artefact before mere information.
TELLING = ("segmentation.wrong", "pmtu.merged_quote", "checksum.leaked", "window.unscaled_drop", "window.scale_stripped",
           "pmtu.ignored", "pmtu.black_hole", "mss.exceeded", "mtu.exceeded", "checksum.corrupt", "window.exceeded",
           "window.retracted", "window.scale_invalid", "window.scale_changed", "pmtu.implausible", "pmtu.df_cleared",
           "pmtu.probing", "pmtu.obeyed", "superframe.big_tcp", "superframe.udp", "superframe.received", "superframe.sent",
           "pmtu.report", "checksum.partial", "window.scale_declined", "window.scale_unknown")


def _scenarios(folder):
    """{scenario without IP version: [truth, ...]}."""
    found = {}
    for place, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.endswith(".truth.json"):
                with open(os.path.join(place, name), encoding="utf-8") as file:
                    truth = json.load(file)
                found.setdefault(re.sub(r"-v[46]$", "", truth["scenario"]), []).append(truth)
    return found


def _row(name, truths):
    versions = sorted({match[1] for each in truths if (match := re.search(r"-(v[46])$", each["scenario"]))})
    roles = list(dict.fromkeys(each["point"]["role"] for each in truths))
    stated = {one for each in truths for finding in each["findings"] for one in finding["name"].split("|")[:1]}
    findings = [one for one in TELLING if one in stated] + sorted(stated - set(TELLING))
    cause = truths[0]["root_cause"]
    shows = f"{truths[0]['title']}: {truths[0]['shows']}"
    what = ", ".join(f"`{one}`" for one in findings) or "none"
    try_it = f"`wiretruth.{findings[0]}`" if findings else "`wiretruth.finding` (nothing)"
    return f"| `{name}`<br>{' '.join(versions)}<br>{', '.join(roles)} | {shows} | {what} | " \
           f"{'' if cause == 'none' else f'`{cause}`'} | {try_it} |"


def table(folder):
    lines = ["| capture | what it shows | findings | root cause | filter to try |", "|---|---|---|---|---|"]
    lines += [_row(name, truths) for name, truths in sorted(_scenarios(folder).items())]
    return "\n".join(lines)

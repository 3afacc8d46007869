# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: real network stacks in namespaces, recorded with what their kernel knew about every frame."""

SCENARIO_MODULES = ["lab.stories", "lab.segmentation", "lab.checksums", "lab.linkmtu", "lab.tunnels", "lab.pathmtu", "lab.windows", "lab.clean"]

# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab: real network stacks in namespaces, recorded with what their kernel knew about every frame."""

SCENARIO_MODULES = ["lab.stories"]

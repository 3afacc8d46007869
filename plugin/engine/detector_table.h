/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of detectors. Its order is the order in which they are asked, which is fixed, since each builds on what
 * those before it settled: which frames are super-frames, then what the checksums mean, windows, and the path MTU.
 * What the packet adds to the state of its flow and hosts comes last, so that a detector sees what was known before.
 *
 * WT_DETECTOR(name): wt_name_detector, as its file defines it; see detector.h.
 *
 * This file is included several times, so it has no include guard.
 */
/* clang-format off */

/* A second picture of a packet is for none of the others. */
WT_DETECTOR(duplicate)
/* What the capture lost is no loss of the network. */
WT_DETECTOR(missed)
WT_DETECTOR(one_sided)
WT_DETECTOR(fragments)
/* Which frames are super-frames; what remains too large for its receiver. */
WT_DETECTOR(segmentation)
WT_DETECTOR(unsized)
/* A small packet's checksum tells at once on which side it was captured. */
WT_DETECTOR(checksum)
WT_DETECTOR(direction)
WT_DETECTOR(window)
/* What is no super-frame, but too large for the link. */
WT_DETECTOR(mtu)
/* The others of path MTUs keep something, and are asked by the last. */
WT_DETECTOR(path_record)
WT_DETECTOR(trouble)
WT_DETECTOR(report)
WT_DETECTOR(pmtu)
/* Black holes seen from behind, and without TCP. */
WT_DETECTOR(hole)
WT_DETECTOR(echo)
WT_DETECTOR(datagram)
/* An MSS that is the cause of what was found of the path. */
WT_DETECTOR(unfit_mss)
/* The same packet at another point, with all that was found here; at last, what is made of the findings. */
WT_DETECTOR(twin)
WT_DETECTOR(verdict)
WT_DETECTOR(symptoms)

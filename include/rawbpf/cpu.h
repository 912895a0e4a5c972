/* SPDX-License-Identifier: MIT */
/* CPUs, as per-CPU maps count them. */
#ifndef RAWBPF_CPU_H
#define RAWBPF_CPU_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How many CPUs are possible: the number of values a per-CPU map holds for one
 * key. More than are online, where CPUs can be added later.
 *
 * Source: /sys/devices/system/cpu/possible ("0-3,8-11" is 8 CPUs).
 * -ENOENT: sysfs is not mounted on /sys. -EINVAL: not in that form.
 */
int rawbpf_cpu_count(void);

#ifdef __cplusplus
}
#endif
#endif

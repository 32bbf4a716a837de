// SPDX-License-Identifier: GPL-2.0
/*
 * Probes on sys_enter and sys_exit that do nothing: no tracer of system calls can cost less.
 * scripts/bench compares tracers with this module. It is not part of the product.
 *
 *     insmod floor.ko [edges=both|enter|exit]
 */
#include <linux/module.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

static char *edges = "both";
module_param(edges, charp, 0444);
MODULE_PARM_DESC(edges, "which probes there are: both (default), enter or exit");

static struct tracepoint *sys_enter, *sys_exit;
static bool at_enter, at_exit;

static void on_enter(void *data, struct pt_regs *regs, long number)
{
}

static void on_exit(void *data, struct pt_regs *regs, long result)
{
}

static void find(struct tracepoint *tracepoint, void *data)
{
	if (!strcmp(tracepoint->name, "sys_enter"))
		sys_enter = tracepoint;
	if (!strcmp(tracepoint->name, "sys_exit"))
		sys_exit = tracepoint;
}

static void detach(void)
{
	if (at_enter)
		tracepoint_probe_unregister(sys_enter, on_enter, NULL);
	if (at_exit)
		tracepoint_probe_unregister(sys_exit, on_exit, NULL);
	tracepoint_synchronize_unregister();
}

static int __init floor_init(void)
{
	bool both = !strcmp(edges, "both");
	int error;

	if (!both && strcmp(edges, "enter") && strcmp(edges, "exit"))
		return -EINVAL;
	for_each_kernel_tracepoint(find, NULL);
	if (!sys_enter || !sys_exit)
		return -ENOENT;
	if (both || !strcmp(edges, "exit")) {
		error = tracepoint_probe_register(sys_exit, on_exit, NULL);
		if (error)
			return error;
		at_exit = true;
	}
	if (both || !strcmp(edges, "enter")) {
		error = tracepoint_probe_register(sys_enter, on_enter, NULL);
		if (error) {
			detach();
			return error;
		}
		at_enter = true;
	}
	return 0;
}

static void __exit floor_exit(void)
{
	detach();
}

module_init(floor_init);
module_exit(floor_exit);
MODULE_DESCRIPTION("Empty probes on system calls, for comparison");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0
/*
 * Kprobes on the functions of the kernel that register and unregister probes of tracepoints.
 *
 * In C, because struct kretprobe has a binding on some architectures only. module/kernel_api/kprobe.rs
 * declares these functions for Rust.
 */
#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/tracepoint.h>

#include "helpers.h"

struct syscall_record_watch {
	struct tracepoint *tracepoints[2];
	/* A foreign probe is about to be registered; called with preemption off. */
	void (*registering)(void *data);
	/* It was registered, or that failed. */
	void (*registered)(void *data);
	/* A foreign probe was unregistered. */
	void (*unregistered)(void *data);
	void *data;
};

int syscall_record_watch(const struct syscall_record_watch *watch);
void syscall_record_unwatch(void);
bool syscall_record_has_noticed_own(void);
bool syscall_record_has_missed_any(void);

#ifdef CONFIG_KRETPROBES

/* Changes only while no kprobe is registered. */
static struct syscall_record_watch current_watch;
/* Whether a registration by this module was noticed. */
static bool own_was_noticed;

static unsigned long argument(struct pt_regs *regs, unsigned int n)
{
#ifdef CONFIG_ARM
	return regs->uregs[n];
#else
	return regs_get_kernel_argument(regs, n);
#endif
}

/* Both functions have the arguments (struct tracepoint *tp, void *probe, …). */
static bool is_foreign(struct pt_regs *regs)
{
	struct tracepoint *tp = (struct tracepoint *)argument(regs, 0);

	if (tp != current_watch.tracepoints[0] && tp != current_watch.tracepoints[1])
		return false;
	if (!syscall_record_is_own((void *)argument(regs, 1)))
		return true;
	WRITE_ONCE(own_was_noticed, true);
	return false;
}

/* Not 0: the return is of no interest. */
static int on_register(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (!is_foreign(regs))
		return 1;
	current_watch.registering(current_watch.data);
	return 0;
}

static int on_registered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	current_watch.registered(current_watch.data);
	return 0;
}

static int on_unregister(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	return !is_foreign(regs);
}

static int on_unregistered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	current_watch.unregistered(current_watch.data);
	return 0;
}

/* As many callers at the same time are noticed. Each but one waits for a mutex. */
#define MAX_CALLERS 16

#define PROBE(name, entry, exit) \
	{ .kp.symbol_name = (name), .entry_handler = (entry), .handler = (exit), .maxactive = MAX_CALLERS }

static struct kretprobe probes[] = {
	/* One of these may call another one, or have a copy of it inlined. */
	PROBE("tracepoint_probe_register", on_register, on_registered),
	PROBE("tracepoint_probe_register_prio", on_register, on_registered),
	PROBE("tracepoint_probe_register_prio_may_exist", on_register, on_registered),
	PROBE("tracepoint_probe_unregister", on_unregister, on_unregistered),
};
static struct kretprobe *const probe_list[] = { &probes[0], &probes[1], &probes[2], &probes[3] };

int syscall_record_watch(const struct syscall_record_watch *watch)
{
	struct kretprobe *probe;

	current_watch = *watch;
	own_was_noticed = false;
	/* An earlier registration has found the address by the name; its end has marked the kprobe as disabled. */
	for (probe = probes; probe < probes + ARRAY_SIZE(probes); probe++) {
		probe->kp.addr = NULL;
		probe->kp.flags = 0;
	}
	return register_kretprobes((struct kretprobe **)probe_list, ARRAY_SIZE(probe_list));
}

void syscall_record_unwatch(void)
{
	unregister_kretprobes((struct kretprobe **)probe_list, ARRAY_SIZE(probe_list));
}

bool syscall_record_has_noticed_own(void)
{
	return READ_ONCE(own_was_noticed);
}

bool syscall_record_has_missed_any(void)
{
	const struct kretprobe *probe;

	for (probe = probes; probe < probes + ARRAY_SIZE(probes); probe++) {
		if (READ_ONCE(probe->nmissed))
			return true;
	}
	return false;
}

#else

int syscall_record_watch(const struct syscall_record_watch *watch)
{
	return -EOPNOTSUPP;
}

void syscall_record_unwatch(void)
{
}

bool syscall_record_has_noticed_own(void)
{
	return false;
}

bool syscall_record_has_missed_any(void)
{
	return false;
}

#endif

// SPDX-License-Identifier: GPL-2.0

/*
 * Registers a function that the kernel calls when the machine resumes from
 * sleep. Rust has no bindings for <linux/syscore_ops.h>.
 */

#include <linux/slab.h>
#include <linux/syscore_ops.h>

struct resume_registration {
	struct syscore_ops ops;
	struct syscore syscore;
};

struct resume_registration *
syscall_record_register_resume(void (*resume)(void *data), void *data);
void syscall_record_unregister_resume(struct resume_registration *registration);

struct resume_registration *
syscall_record_register_resume(void (*resume)(void *data), void *data)
{
	struct resume_registration *registration;

	registration = kzalloc(sizeof(*registration), GFP_KERNEL);
	if (!registration)
		return NULL;
	registration->ops.resume = resume;
	registration->syscore.ops = &registration->ops;
	registration->syscore.data = data;
	register_syscore(&registration->syscore);
	return registration;
}

void syscall_record_unregister_resume(struct resume_registration *registration)
{
	unregister_syscore(&registration->syscore);
	kfree(registration);
}

/* SPDX-License-Identifier: GPL-2.0 */
/* The functions of helpers.c. */
#include <linux/types.h>

void syscall_record_rcu_read_lock_trace(void);
void syscall_record_rcu_read_unlock_trace(void);
bool syscall_record_is_own(const void *function);
unsigned long syscall_record_copy_resident(void *to, const void __user *from, unsigned long len);
bool syscall_record_is_mapped(unsigned long address);

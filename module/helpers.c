// SPDX-License-Identifier: GPL-2.0
/*
 * What Rust cannot call because it is inline. The declarations for Rust stand beside their callers
 * in module/kernel_api/.
 */
#include <linux/instrumented.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/rcupdate_trace.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "helpers.h"

void syscall_record_rcu_read_lock_trace(void)
{
	rcu_read_lock_trace();
}

void syscall_record_rcu_read_unlock_trace(void)
{
	rcu_read_unlock_trace();
}

/* Whether @function is in the text of this module. */
bool syscall_record_is_own(const void *function)
{
	const struct module_memory *text = &THIS_MODULE->mem[MOD_TEXT];

	return (unsigned long)function - (unsigned long)text->base < text->size;
}

/*
 * Copies 4 or 8 bytes as raw_copy_from_user() does, without its loops: numbers and addresses are what is copied most.
 * Returns whether it did. Only where an architecture has its own unsafe_get_user(): elsewhere it is get_user(), which
 * says that it might sleep.
 */
static __always_inline bool copy_word(void *to, const void __user *from, unsigned long len)
{
#ifdef arch_unsafe_get_user
	u32 narrow;
	u64 wide;

	if (len != sizeof(wide) && len != sizeof(narrow))
		return false;
	if (!user_access_begin(from, len))
		return false;
	if (len == sizeof(wide)) {
		unsafe_get_user(wide, (const u64 __user *)from, fault);
		user_access_end();
		memcpy(to, &wide, sizeof(wide));
	} else {
		unsafe_get_user(narrow, (const u32 __user *)from, fault);
		user_access_end();
		memcpy(to, &narrow, sizeof(narrow));
	}
	return true;
fault:
	user_access_end();
#endif
	return false;
}

/*
 * Copies memory of the running program that is resident, with preemption off. Returns how many bytes could not be
 * copied. Not copy_from_user_nofault(), for two reasons. CONFIG_HARDENED_USERCOPY looks each destination in vmalloc's
 * memory up under a lock, and packets are such memory; the caller has a slice, which knows its length. And a copy that
 * stops says here where it stopped.
 *
 * A fault while preemption is off is not served (faulthandler_disabled()); a kernel that does not count preemption has
 * to be told.
 */
unsigned long syscall_record_copy_resident(void *to, const void __user *from, unsigned long len)
{
	unsigned long left;

	/* As _inline_copy_from_user(): no speculation reads the kernel's memory. */
	if (can_do_masked_user_access()) {
		from = mask_user_address(from);
	} else {
		if (!access_ok(from, len))
			return len;
		barrier_nospec();
	}
	if (!IS_ENABLED(CONFIG_PREEMPT_COUNT))
		pagefault_disable();
	instrument_copy_from_user_before(to, from, len);
	left = copy_word(to, from, len) ? 0 : raw_copy_from_user(to, from, len);
	instrument_copy_from_user_after(to, from, len, left);
	if (!IS_ENABLED(CONFIG_PREEMPT_COUNT))
		pagefault_enable();
	return left;
}

/* Whether memory is mapped at an address of the running program: then it is not resident, and no bad address. */
bool syscall_record_is_mapped(unsigned long address)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	bool mapped;

	address = untagged_addr(address);
	/* A thread that holds the lock for writing is changing mappings: then nobody can say. */
	if (!mm || !mmap_read_trylock(mm))
		return true;
	vma = find_vma(mm, address);
	mapped = vma && vma->vm_start <= address && vma_is_accessible(vma);
	mmap_read_unlock(mm);
	return mapped;
}

// SPDX-License-Identifier: GPL-2.0

/* For kernels without CONFIG_MMU. */
SYSCALL_DEFINE1(mmap_pgoff, unsigned long, nothing)
{
	return -ENOSYS;
}

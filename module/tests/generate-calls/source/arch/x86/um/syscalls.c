// SPDX-License-Identifier: GPL-2.0

/* For user-mode Linux. */
SYSCALL_DEFINE1(read, int, nothing)
{
	return -ENOSYS;
}

// SPDX-License-Identifier: GPL-2.0

/* For kernels without CONFIG_POSIX_TIMERS. */
SYSCALL_DEFINE1(nanosleep, unsigned int, nothing)
{
	return -ENOSYS;
}

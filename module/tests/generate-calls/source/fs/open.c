// SPDX-License-Identifier: GPL-2.0

SYSCALL_DEFINE1(close, unsigned int, fd)
{
	return close_fd(fd);
}

#if defined(CONFIG_64BIT) || defined(CONFIG_OLD_SIGSUSPEND)
SYSCALL_DEFINE4(renameat, int, olddfd, const char __user *, oldname,
		int, newdfd, const char __user *, newname)
{
	return do_renameat2(olddfd, oldname, newdfd, newname, 0);
}
#endif

SYSCALL_DEFINE2(ftruncate, unsigned int, fd, off_t, length)
{
	return do_sys_ftruncate(fd, length, 1);
}

/* 64-bit kernels have the calls above. */
#if BITS_PER_LONG == 32
SYSCALL_DEFINE2(ftruncate64, unsigned int, fd, loff_t, length)
{
	return do_sys_ftruncate(fd, length, 0);
}
#endif

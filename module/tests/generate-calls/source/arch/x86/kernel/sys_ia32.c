// SPDX-License-Identifier: GPL-2.0

SYSCALL32_DEFINE5(ia32_pread64, unsigned int, fd, char __user *, ubuf,
		  u32, count, u32, poslo, u32, poshi)
{
	return ksys_pread64(fd, ubuf, count, AA(poshi, poslo));
}

SYSCALL32_DEFINE3(ia32_ftruncate64, unsigned int, fd,
		  unsigned long, offset_low, unsigned long, offset_high)
{
	return ksys_ftruncate(fd, AA(offset_high, offset_low));
}

#ifdef CONFIG_IA32_EMULATION
COMPAT_SYSCALL_DEFINE5(ia32_clone, unsigned long, clone_flags,
		       unsigned long, newsp, int __user *, parent_tidptr,
		       unsigned long, tls_val, int __user *, child_tidptr)
{
	return kernel_clone(clone_flags, newsp, parent_tidptr, child_tidptr, tls_val);
}
#endif

// SPDX-License-Identifier: GPL-2.0

SYSCALL_DEFINE3(getrandom, char __user *, ubuf, size_t, len, unsigned int, flags)
{
	return get_random_bytes_user(ubuf, len);
}

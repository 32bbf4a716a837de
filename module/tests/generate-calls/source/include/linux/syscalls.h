/* SPDX-License-Identifier: GPL-2.0 */
asmlinkage long sys_close(unsigned int fd);
/* Declared, but defined nowhere. */
asmlinkage long sys_uselib(const char __user *library);

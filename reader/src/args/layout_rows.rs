// SPDX-License-Identifier: GPL-2.0

//! The layouts of structures. The build script compresses them.

/// The structures, sorted by name. A layout lists the fields in the order in which they lie in memory: `NAME:TYPE`,
/// separated by blanks, with padding where C has it. A field without a name is not printed, and one with `?` before its
/// name only if it is not 0. `@N` says that the next field starts N bytes after the start of the structure. `...` says
/// that the fields after it are printed only if all are.
///
/// | type | means |
/// |---|---|
/// | `b` `H` `u` `Q` `L` | unsigned, of 8, 16, 32, 64 bits, and as wide as registers |
/// | `h` `d` `q` `l` | signed, of 16, 32, 64 bits, and as wide as registers |
/// | `x` `X` | hexadecimal, of 32 and 64 bits |
/// | `p` `A` | addresses as wide as registers, and of 64 bits |
/// | `r` `R` | limits of 32 and 64 bits |
/// | `c` | hundredths of a second, as wide as registers |
/// | `o` | permissions, of 64 bits |
/// | `t` `T` | seconds since 1970, of 32 and 64 bits, with their date |
/// | `sN` | a string in N bytes |
/// | `(NAME)` | another structure |
///
/// After the type may stand `*N` for an array of N, and `/SET` for constants of that set.
#[rustfmt::skip]
pub(super) const LAYOUTS: &[(&str, &str)] = &[
    ("blk_user_trace_setup", "@32 act_mask:H buf_size:u buf_nr:u start_lba:Q end_lba:Q pid:u"),
    ("cachestat", "nr_cache:Q nr_dirty:Q nr_writeback:Q nr_evicted:Q nr_recently_evicted:Q"),
    ("cachestat_range", "off:Q len:Q"),
    ("counter_component", "type:b/counter_component scope:b/counter_scope parent:b id:b"),
    ("counter_watch", "component:(counter_component) event:b/counter_event channel:b"),
    ("delegation", "d_flags:u d_type:H/lock_type"),
    ("dqblk", "dqb_bhardlimit:Q dqb_bsoftlimit:Q dqb_curspace:Q dqb_ihardlimit:Q dqb_isoftlimit:Q dqb_curinodes:Q ..."),
    ("erase_info_user", "start:x length:x"),
    ("f_owner_ex", "type:u/f_owner pid:d"),
    ("fb_fix_screeninfo", "id:s16 smem_start:L smem_len:u @32 type:u ..."),
    ("fb_var_screeninfo", "xres:u yres:u xres_virtual:u yres_virtual:u xoffset:u yoffset:u bits_per_pixel:u ..."),
    ("fiemap", "fm_start:Q fm_length:Q fm_flags:u/fiemap_flags @24 fm_extent_count:u"),
    ("file_handle", "handle_bytes:u handle_type:d"),
    ("flock", "l_type:H/lock_type l_whence:H/whence l_start:l l_len:l"),
    ("flock64", "l_type:H/lock_type l_whence:H/whence l_start:q l_len:q"),
    ("flock64_got", "l_type:H/lock_type l_whence:H/whence l_start:q l_len:q l_pid:d"),
    ("flock_got", "l_type:H/lock_type l_whence:H/whence l_start:l l_len:l l_pid:d"),
    ("fsid", "val:x*2"),
    ("fstrim_range", "start:X len:Q minlen:Q"),
    ("fsxattr", "fsx_xflags:u/fs_xflags fsx_extsize:u fsx_nextents:u fsx_projid:x fsx_cowextsize:u"),
    ("fsxattr_set", "fsx_xflags:u/fs_xflags fsx_extsize:u @12 fsx_projid:x fsx_cowextsize:u"),
    ("futex_waitv", "val:X uaddr:A flags:u/futex2_flags ?__reserved:x"),
    ("gpiochip_info", "name:s32 label:s32 lines:u"),
    ("gpioline_asked", "line_offset:u"),
    ("gpioline_info", "line_offset:u flags:u/gpioline_flags name:s32 consumer:s32"),
    ("hd_geometry", "heads:b sectors:b cylinders:H start:L"),
    ("ifconf", "ifc_len:d ifc_buf:p"),
    ("input_absinfo", "value:d minimum:d maximum:d fuzz:d flat:d ... resolution:d"),
    ("input_id", "bustype:H vendor:H product:H version:H"),
    ("io_event", "data:X obj:X res:q res2:q"),
    ("io_uring_params", "@8 flags:u/io_uring_setup_flags sq_thread_cpu:u sq_thread_idle:u @0 sq_entries:u \
     cq_entries:u @20 features:u/io_uring_features ..."),
    ("iocb", "aio_data:X @16 aio_lio_opcode:H/iocb_cmd aio_reqprio:h aio_fildes:d aio_buf:A aio_nbytes:Q aio_offset:q"),
    ("itimerspec", "it_interval:(timespec) it_value:(timespec)"),
    ("itimerspec32", "it_interval:(timespec32) it_value:(timespec32)"),
    ("itimerval", "it_interval:(timeval) it_value:(timeval)"),
    ("itimerval32", "it_interval:(timeval32) it_value:(timeval32)"),
    ("kexec_segment", "buf:p bufsz:L mem:p memsz:L"),
    ("landlock_net_port_attr", "allowed_access:Q/landlock_access_net port:Q"),
    ("landlock_path_beneath_attr", "allowed_access:Q/landlock_access_fs parent_fd:d"),
    ("landlock_ruleset_attr", "handled_access_fs:Q/landlock_access_fs handled_access_net:Q/landlock_access_net \
     scoped:Q/landlock_scope"),
    ("linger", "l_onoff:d l_linger:d"),
    ("mount_attr", "attr_set:Q/mount_attr_flags attr_clr:Q/mount_attr_flags propagation:Q/mount_propagation \
     userns_fd:Q"),
    ("mq_attr", "mq_flags:L/mq_flags mq_maxmsg:l mq_msgsize:l mq_curmsgs:l"),
    ("old_utsname", "sysname:s65 nodename:s65 release:s65 version:s65 machine:s65"),
    ("rlimit", "rlim_cur:R rlim_max:R"),
    ("rlimit32", "rlim_cur:r rlim_max:r"),
    ("rlimit64", "rlim_cur:R rlim_max:R"),
    ("rtc_pll_info", "pll_ctrl:d pll_value:d pll_max:d pll_min:d pll_posmult:d pll_negmult:d pll_clock:l"),
    ("rtc_time", "tm_sec:d tm_min:d tm_hour:d tm_mday:d tm_mon:d tm_year:d ... tm_wday:d tm_yday:d tm_isdst:d"),
    ("rtc_wkalrm", "enabled:b pending:b time:(rtc_time)"),
    ("rusage", "ru_utime:(timeval_long) ru_stime:(timeval_long) ... ru_maxrss:L ru_ixrss:L ru_idrss:L ru_isrss:L \
     ru_minflt:L ru_majflt:L ru_nswap:L ru_inblock:L ru_oublock:L ru_msgsnd:L ru_msgrcv:L ru_nsignals:L ru_nvcsw:L \
     ru_nivcsw:L"),
    ("sched_attr", "size:u sched_policy:u/sched_policy sched_flags:Q/sched_flags sched_nice:d sched_priority:u \
     sched_runtime:Q sched_deadline:Q sched_period:Q sched_util_min:u sched_util_max:u"),
    ("seccomp_notif_sizes", "seccomp_notif:H seccomp_notif_resp:H seccomp_data:H"),
    ("sembuf", "sem_num:H sem_op:h sem_flg:h/semop_flags"),
    ("serial_icounter", "cts:d dsr:d rng:d dcd:d rx:d tx:d frame:d overrun:d parity:d brk:d buf_overrun:d"),
    ("serial_rs485", "flags:u/rs485_flags delay_rts_before_send:u delay_rts_after_send:u"),
    ("serial_struct", "type:d line:d port:u irq:d flags:x xmit_fifo_size:d custom_divisor:d baud_base:d"),
    ("sigset_argpack", "sigmask:p sigsetsize:L"),
    ("sock_fprog", "len:H filter:p"),
    ("stack_t", "ss_sp:p ss_flags:u/ss_flags ss_size:L"),
    ("statfs", "f_type:L/fsmagic f_bsize:L f_blocks:L f_bfree:L f_bavail:L f_files:L f_ffree:L f_fsid:(fsid) \
     f_namelen:L f_frsize:L f_flags:L/statfs_flags"),
    ("statfs64", "f_type:u/fsmagic f_bsize:u f_blocks:Q f_bfree:Q f_bavail:Q f_files:Q f_ffree:Q f_fsid:(fsid) \
     f_namelen:u f_frsize:u f_flags:u/statfs_flags"),
    ("sysinfo", "uptime:l loads:L*3 totalram:L freeram:L sharedram:L bufferram:L totalswap:L freeswap:L procs:H :H \
     totalhigh:L freehigh:L mem_unit:u"),
    ("timespec", "tv_sec:q tv_nsec:Q"),
    ("timespec32", "tv_sec:d tv_nsec:u"),
    ("timeval", "tv_sec:q tv_usec:Q"),
    ("timeval32", "tv_sec:d tv_usec:u"),
    ("timeval_long", "tv_sec:l tv_usec:L"),
    ("timex", "modes:u/adjtimex_modes :u offset:q freq:q maxerror:q esterror:q status:d/adjtimex_status :u constant:q \
     precision:q tolerance:q time:(timeval) tick:q ppsfreq:q jitter:q shift:d :u stabil:q jitcnt:q calcnt:q errcnt:q \
     stbcnt:q tai:d"),
    ("timex32", "modes:u/adjtimex_modes offset:d freq:d maxerror:d esterror:d status:d/adjtimex_status constant:d \
     precision:d tolerance:d time:(timeval32) tick:d ppsfreq:d jitter:d shift:d stabil:d jitcnt:d calcnt:d errcnt:d \
     stbcnt:d tai:d"),
    ("timezone", "tz_minuteswest:d tz_dsttime:d"),
    ("tms", "tms_utime:c tms_stime:c tms_cutime:c tms_cstime:c"),
    ("tpacket_req", "tp_block_size:u tp_block_nr:u tp_frame_size:u tp_frame_nr:u"),
    ("ucred", "pid:d uid:u gid:u"),
    ("user_cap_header", "version:u/cap_version pid:d"),
    ("utimbuf", "actime:T modtime:T"),
    ("utimbuf32", "actime:t modtime:t"),
    ("utsname", "sysname:s65 nodename:s65 ... release:s65 version:s65 machine:s65 domainname:s65"),
    ("vt_mode", "mode:b/vt_mode waitv:b relsig:h acqsig:h frsig:h"),
    ("vt_stat", "v_active:H v_signal:H v_state:H"),
    ("watchdog_info", "options:u/wdiof firmware_version:u identity:s32"),
    ("winsize", "ws_row:H ws_col:H ws_xpixel:H ws_ypixel:H"),
    ("xattr_args", "value:A size:u flags:u/xattr_flags"),
];

// SPDX-License-Identifier: GPL-2.0

//! What a call's arguments are where another argument, a size or a version bounds them.

use crate::bytes;
use crate::sample::{arm, arm64, x86_64};
use syscall_record::args::TextLimits;

/// A message with the numbers of `struct msghdr`, in its record: a name, buffers of one byte, control data.
fn message(name_len: u64, count: u64, recorded: usize, control: (u64, u64)) -> Vec<u8> {
    let head = bytes![0u64, name_len, 0x9000u64, count, control.0, control.1, 0u64];
    let buffers = (0..recorded).flat_map(|_| [bytes![3u32, 1u32], b"x".to_vec()].concat());
    head.into_iter().chain(buffers).collect()
}

#[test]
fn message_of_more_buffers_than_are_recorded_has_their_number() {
    let sent = x86_64("sendmsg", &[5, 0x10, 0]).reading(1, &message(0, 20, 16, (0, 0))).returning(60).line();
    assert!(sent.ends_with(", ...], msg_iovlen=20, msg_controllen=0, msg_flags=0}, 0) = 60"), "{sent}");
    let two = [bytes![0u32], message(0, 20, 16, (0, 0)), bytes![0u32], message(0, 1, 1, (0, 0))].concat();
    let sent = x86_64("sendmmsg", &[5, 0x10, 2, 0]).reading(1, &two).returning(2).line();
    assert!(sent.contains("msg_iovlen=20"), "{sent}");
}

#[test]
fn control_data_is_taken_apart() {
    let control = |parts: &[Vec<u8>]| {
        let data = parts.concat();
        let record = [message(0, 0, 0, (0x7000, data.len() as u64)), data].concat();
        x86_64("sendmsg", &[5, 0x10, 0]).reading(1, &record).returning(0).line()
    };
    let rights = bytes![24u64, 1u32, 1u32, 7u32, 8u32];
    let line = control(&[rights]);
    assert!(
        line.contains("msg_control=[{cmsg_len=24, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[7, 8]}]"),
        "{line}"
    );
    let line = control(&[bytes![28u64, 1u32, 2u32, 10u32, 20u32, 30u32, 0u32], bytes![3u64, 1u32, 1u32]]);
    assert!(line.contains("cmsg_type=SCM_CREDENTIALS, cmsg_data={pid=10, uid=20, gid=30}}, {cmsg_len=3, "), "{line}");
    let arm_rights = [bytes![0u64, 0u64, 0u64, 0u64, 0x7000u64, 16u64, 0u64], bytes![16u32, 1u32, 1u32, 9u32]];
    let line = arm("sendmsg", &[5, 0x10, 0]).reading(1, &arm_rights.concat()).returning(0).line();
    assert!(line.contains("cmsg_len=16, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[9]"), "{line}");
    // What could not be read is an address.
    let bad = [message(0, 0, 0, (0x7000, 64)), bytes![0x7000u64]].concat();
    let line = x86_64("sendmsg", &[5, 0x10, 0]).reading(1, &bad).faulty().returning(-14).line();
    assert!(line.contains("msg_control=0x7000, msg_controllen=64"), "{line}");
}

#[test]
fn mount_ignores_the_number_in_the_upper_half_of_its_flags() {
    let mount = |flags: u64| {
        let call = x86_64("mount", &[0x10, 0x20, 0x30, flags, 0x40]).reading(0, b"none").reading(1, b"/mnt");
        call.reading(2, b"tmpfs").reading(4, b"size=1k").returning(0).line()
    };
    assert_eq!(mount(0xc0ed_0001), r#"mount("none", "/mnt", "tmpfs", MS_MGC_VAL|MS_RDONLY, "size=1k") = 0"#);
    assert_eq!(mount(0xc0ed_0000), r#"mount("none", "/mnt", "tmpfs", MS_MGC_VAL, "size=1k") = 0"#);
    assert_eq!(mount(1), r#"mount("none", "/mnt", "tmpfs", MS_RDONLY, "size=1k") = 0"#);
}

#[test]
fn pages_have_nodes_or_errors_although_the_result_is_0() {
    let call = x86_64("move_pages", &[0, 2, 0x10, 0, 0x30, 0]).reading(2, &bytes![0x1000u64, 0x2000u64]);
    assert_eq!(
        call.giving(4, &bytes![0u32, -2i32]).returning(0).line(),
        "move_pages(0, 2, [0x1000, 0x2000], NULL, [0, -ENOENT], 0) = 0"
    );
}

#[test]
fn address_in_too_small_a_buffer_ends_where_the_buffer_does() {
    let name = [bytes![1u16], b"\0aZZZZZZZZ".to_vec()].concat();
    let call = x86_64("getsockname", &[3, 0x10, 0x20]).reading(2, &bytes![4u32]).giving(1, &name);
    assert_eq!(
        call.giving(2, &bytes![12u32]).returning(0).line(),
        r#"getsockname(3, {sa_family=AF_UNIX, sun_path=@"a"}, [4 => 12]) = 0"#
    );
}

#[test]
fn first_version_of_capabilities_has_32_bits() {
    let call = |version: u32| {
        let header = bytes![version, 0u32];
        let data = bytes![1u32, 2u32, 0u32, 0xffff_ffffu32, 0xffff_ffffu32, 0xffff_ffffu32];
        x86_64("capget", &[0x10, 0x20]).reading(0, &header).giving(1, &data).returning(0).line()
    };
    assert!(call(0x1998_0330).contains("{effective=1<<CAP_CHOWN, permitted=1<<CAP_DAC_OVERRIDE, inheritable=0}"));
    assert!(call(0x2008_0522).contains("1<<CAP_CHECKPOINT_RESTORE|0xfffffe0000000000"));
}

#[test]
fn structure_with_its_size_ends_there() {
    let attr = |size: u32| bytes![size, 0u32, 0u64, 0u32, 0u32, 0u64, 0u64, 0u64, 77u32, 99u32];
    let set = |bytes: &[u8]| x86_64("sched_setattr", &[0, 0x10, 0]).reading(1, bytes);
    let line = set(&attr(48)).returning(0).line();
    assert!(line.ends_with("sched_period=0}, 0) = 0"), "{line}");
    // The rest lies behind the end of a page.
    let line = set(&attr(48)[..48]).faulty().returning(0).line();
    assert!(
        line.contains("{size=48, sched_policy=SCHED_OTHER, ") && line.ends_with("sched_period=0}, 0) = 0"),
        "{line}"
    );
    let line = set(&attr(56)).returning(0).line();
    assert!(line.ends_with("sched_util_min=77, sched_util_max=99}, 0) = 0"), "{line}");
    let rules = x86_64("landlock_create_ruleset", &[0x10, 16, 0]).reading(0, &bytes![1u64, 1u64]).returning(3);
    assert_eq!(
        rules.line(),
        "landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE, \
         handled_access_net=LANDLOCK_ACCESS_NET_BIND_TCP}, 16, 0) = 3"
    );
    let how = bytes![0u64, 0u64, 0u64, 5u64];
    let open = |how: &[u8]| x86_64("openat2", &[0xffff_ff9c, 0x10, 0x20, 32]).reading(1, b"f").reading(2, how);
    assert!(open(&how).returning(-7).line().contains(r#"resolve=0, /* bytes 24..31 */ "\x05\x00"#));
    assert!(open(&how[..24]).faulty().returning(-14).line().contains("{flags=O_RDONLY, resolve=0, ???}, 32)"));
}

#[test]
fn list_that_cannot_be_read_to_its_end_says_where_also_at_the_limit() {
    let segment = |number: u64| bytes![number, 1u64, 0x1000u64, 4096u64];
    let call = |bytes: &[u8]| x86_64("kexec_load", &[0, 3, 0x7000, 0]).reading(2, bytes);
    let limits = |limit| TextLimits { limit, shows_all: false };
    let known = [segment(0x10), segment(0x20)].concat();
    for limit in [2, 32] {
        let line = call(&known).faulty().returning(-14).line_with(limits(limit));
        assert!(
            line.contains("{buf=0x20, bufsz=1, mem=0x1000, memsz=4096}, ... /* 0x7040 */], KEXEC_ARCH_DEFAULT)"),
            "{line}"
        );
    }
    let all = [known, segment(0x30)].concat();
    let line = call(&all).returning(0).line_with(limits(2));
    assert!(line.contains("{buf=0x20, bufsz=1, mem=0x1000, memsz=4096}, ...], KEXEC_ARCH_DEFAULT)"), "{line}");
}

#[test]
fn words_of_newer_kernels_have_names() {
    let advice = |number| x86_64("madvise", &[0x1000, 4096, number]).returning(0).line();
    assert_eq!(advice(12), "madvise(0x1000, 4096, MADV_MERGEABLE) = 0");
    assert_eq!(advice(19), "madvise(0x1000, 4096, MADV_KEEPONFORK) = 0");
    assert_eq!(advice(25), "madvise(0x1000, 4096, MADV_COLLAPSE) = 0");
    let wait = |reserved: u32| {
        let call = x86_64("futex_waitv", &[0x10, 1, 0, 0, 1]);
        call.reading(0, &bytes![7u64, 0x1000u64, 0x82u32, reserved]).returning(0).line()
    };
    assert!(wait(0).contains("flags=FUTEX2_SIZE_U32|FUTEX2_PRIVATE}"));
    assert!(wait(5).contains("flags=FUTEX2_SIZE_U32|FUTEX2_PRIVATE, __reserved=0x5}"));
    assert_eq!(x86_64("memfd_secret", &[0x80000]).returning(3).line(), "memfd_secret(O_CLOEXEC) = 3");
    let created = arm64("memfd_create", &[0x10, 0x5400_0004]).reading(0, b"m").returning(3);
    assert_eq!(created.line(), r#"memfd_create("m", MFD_HUGETLB|21<<MFD_HUGE_SHIFT) = 3"#);
    let call = x86_64("fsconfig", &[3, 3, 0x10, 0x20, 0xffff_ff9c]).reading(2, b"source").reading(3, b"/x");
    assert_eq!(call.returning(0).line(), r#"fsconfig(3, FSCONFIG_SET_PATH, "source", "/x", AT_FDCWD) = 0"#);
}

#[test]
fn commands_and_memory_of_devices_have_names() {
    let call = |command: u64| x86_64("ioctl", &[3, command, 0x10]);
    let line = call(0xc004_5706).reading(2, &bytes![30u32]).giving(2, &bytes![30u32]).returning(0).line();
    assert_eq!(line, "ioctl(3, WDIOC_SETTIMEOUT, [30]) = 0");
    assert_eq!(call(0x8004_5705).returning(0).line(), "ioctl(3, WDIOC_KEEPALIVE) = 0");
    let line = call(0x4024_700a).reading(2, &bytes![1u32, 2u32, 3u32, 4u32, 5u32, 126u32, 0u32, 0u32, 0u32]);
    assert!(line.returning(0).line().starts_with("ioctl(3, RTC_SET_TIME, {tm_sec=1, tm_min=2, tm_hour=3, tm_mday=4"));
    assert_eq!(call(0x4020_6b00).returning(0).line(), "ioctl(3, SPI_IOC_MESSAGE(1), 0x10) = 0");
    assert_eq!(call(0x8008_4521).returning(0).line(), "ioctl(3, EVIOCGBIT(EV_KEY, 8), 0x10) = 0");
    let interface = [b"lo\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(), bytes![1u64, 0u64, 0u64]].concat();
    let line = call(0x8933).reading(2, &interface).giving(2, &interface).returning(0).line();
    assert_eq!(line, r#"ioctl(3, SIOCGIFINDEX, {ifr_name="lo", ifr_ifindex=1}) = 0"#);
}

#[test]
fn addresses_and_protocols_of_can_and_vsock_have_names() {
    assert_eq!(x86_64("socket", &[29, 3, 1]).returning(3).line(), "socket(AF_CAN, SOCK_RAW, CAN_RAW) = 3");
    let bound = x86_64("bind", &[3, 0x10, 16]).reading(1, &bytes![29u16, 0u16, 2u32, 0u64]).returning(0).line();
    assert!(bound.contains("{sa_family=AF_CAN, can_ifindex=2, "), "{bound}");
    let peer = bytes![40u16, 0u16, 0x400u32, 2u32, 0u32];
    let line = x86_64("connect", &[3, 0x10, 16]).reading(1, &peer).returning(0).line();
    assert!(line.contains("{sa_family=AF_VSOCK, svm_cid=VMADDR_CID_HOST, svm_port=0x400, svm_flags=0}"), "{line}");
}

// SPDX-License-Identifier: GPL-2.0

//! A character device with `poll`.
//!
//! `kernel::miscdevice` has no `poll`. Until Linux 7.3 it leaves `owner` unset, so that a module could be unloaded
//! while its device is open. This wrapper has both.
//!
//! C headers: `include/linux/miscdevice.h`, `include/linux/fs.h`.

use core::marker::PhantomData;
use kernel::{
    bindings, container_of,
    error::{from_result, to_result},
    fs::File,
    iov::IovIterDest,
    prelude::*,
    sync::poll::PollTable,
    types::Opaque,
    uaccess::UserPtr,
};

/// A device that can be read.
pub(crate) trait CharDevice: Send + Sync + 'static {
    /// The name of the file in `/dev`.
    const NAME: &'static CStr;

    /// A process opens the file.
    ///
    /// # Errors
    ///
    /// The error that `open(2)` is to fail with.
    fn open(&self) -> Result;

    /// The last descriptor of an open file was closed.
    fn release(&self);

    /// Reads into `to`. Waits if nothing is there and `nonblocking` is not set. Returns the number of bytes.
    ///
    /// # Errors
    ///
    /// The error that `read(2)` is to fail with.
    fn read(&self, to: &mut IovIterDest<'_>, nonblocking: bool) -> Result<usize>;

    /// Carries out `command`; `argument` is an address in the caller's memory.
    ///
    /// # Errors
    ///
    /// The error that `ioctl(2)` is to fail with; `ENOTTY` for commands that the device does not know.
    fn ioctl(&self, command: u32, argument: UserPtr) -> Result;

    /// Registers `file` to be woken when a read may find something. Returns whether a read would find something now.
    fn poll(&self, file: &File, table: PollTable<'_>) -> bool;
}

/// A registered device, mode 0600. Dropping this deregisters it.
///
/// # Invariants
///
/// `misc` is registered, with the operations of `T`.
#[pin_data(PinnedDrop)]
pub(crate) struct Registration<T: CharDevice> {
    #[pin]
    misc: Opaque<bindings::miscdevice>,
    device: T,
}

// SAFETY: One thread may register a device and another one deregister it; `T` is `Send`.
unsafe impl<T: CharDevice> Send for Registration<T> {}
// SAFETY: The kernel locks `misc`; `T` is `Sync`.
unsafe impl<T: CharDevice> Sync for Registration<T> {}

impl<T: CharDevice> Registration<T> {
    /// Registers `device`.
    pub(crate) fn new(device: T) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            // The device comes first: a process may open it as soon as it is registered.
            device,
            misc <- Opaque::try_ffi_init(|slot: *mut bindings::miscdevice| {
                // SAFETY: All-zero bytes are a `miscdevice` without any of its options.
                let mut misc: bindings::miscdevice = unsafe { core::mem::zeroed() };
                misc.minor = bindings::MISC_DYNAMIC_MINOR as c_int;
                misc.name = T::NAME.as_char_ptr();
                misc.mode = 0o600;
                misc.fops = &raw const Callbacks::<T>::FILE_OPERATIONS.0;
                // SAFETY: The slot may be written. It is pinned in the registration, which deregisters it before it
                // goes.
                to_result(unsafe {
                    slot.write(misc);
                    bindings::misc_register(slot)
                })
            }),
        }? Error)
    }
}

#[pinned_drop]
impl<T: CharDevice> PinnedDrop for Registration<T> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type invariants it is registered. No file of it is open: an open file holds the module, and a
        // registered device goes only with the module.
        unsafe { bindings::misc_deregister(self.misc.get()) };
    }
}

/// The functions that the kernel calls for a file of `T`.
struct Callbacks<T>(PhantomData<T>);

/// A table of such functions.
struct FileOperations(bindings::file_operations);

// SAFETY: The table never changes.
unsafe impl Sync for FileOperations {}

impl<T: CharDevice> Callbacks<T> {
    const FILE_OPERATIONS: &'static FileOperations = &FileOperations(bindings::file_operations {
        // With this an open file keeps the module from being unloaded.
        owner: (&raw const bindings::__this_module).cast_mut(),
        open: Some(Self::open),
        release: Some(Self::release),
        read_iter: Some(Self::read_iter),
        poll: Some(Self::poll),
        unlocked_ioctl: Some(Self::ioctl),
        // The arguments of 32-bit programs mean the same.
        compat_ioctl: Some(Self::ioctl),
        // SAFETY: All-zero bytes are a table without operations.
        ..unsafe { core::mem::zeroed() }
    });

    /// The device of an open file.
    ///
    /// # Safety
    ///
    /// `file` is a file that `misc_open()` made for a [`Registration<T>`].
    unsafe fn device<'a>(file: *const bindings::file) -> &'a T {
        // SAFETY: `misc_open()` left the address of the `miscdevice` in `private_data`. The registration is not dropped
        // while the file is open.
        unsafe {
            let misc = (*file).private_data.cast::<Opaque<bindings::miscdevice>>();
            &(*container_of!(misc, Registration<T>, misc)).device
        }
    }

    /// # Safety
    ///
    /// As `misc_open()` calls it: `inode` and `file` belong to a device of ours.
    unsafe extern "C" fn open(inode: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        from_result(|| {
            // SAFETY: Called by `misc_open()` for a file of ours.
            unsafe { Self::device(file) }.open()?;
            // SAFETY: Both are valid while the file is being opened. The file is a stream: it has no position. This
            // never fails.
            Ok(unsafe { bindings::stream_open(inode, file) })
        })
    }

    /// # Safety
    ///
    /// As the kernel calls it: `file` is one that `open` accepted.
    unsafe extern "C" fn release(_inode: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        // SAFETY: Called for a file that `open` accepted.
        unsafe { Self::device(file) }.release();
        0
    }

    /// # Safety
    ///
    /// As the kernel calls it: `kiocb` is for a file that `open` accepted, `to` is where it reads to.
    unsafe extern "C" fn read_iter(kiocb: *mut bindings::kiocb, to: *mut bindings::iov_iter) -> isize {
        // SAFETY: Called for a file that `open` accepted; both arguments are the kernel's, valid during the call.
        let (device, nonblocking, to) = unsafe {
            let file = (*kiocb).ki_filp;
            (Self::device(file), (*file).f_flags & bindings::O_NONBLOCK != 0, IovIterDest::from_raw(to))
        };
        from_result(|| Ok(device.read(to, nonblocking)? as isize))
    }

    /// # Safety
    ///
    /// As the kernel calls it: `file` is one that `open` accepted.
    unsafe extern "C" fn ioctl(file: *mut bindings::file, command: c_uint, argument: c_ulong) -> c_long {
        // SAFETY: Called for a file that `open` accepted.
        let device = unsafe { Self::device(file) };
        from_result(|| device.ioctl(command, UserPtr::from_addr(argument)).map(|()| 0))
    }

    /// # Safety
    ///
    /// As the kernel calls it: `file` is one that `open` accepted, `table` is valid during the call.
    unsafe extern "C" fn poll(file: *mut bindings::file, table: *mut bindings::poll_table) -> bindings::__poll_t {
        // SAFETY: Called for a file that `open` accepted; both arguments are the kernel's, valid during the call.
        // The file has no position.
        let readable = unsafe { Self::device(file).poll(File::from_raw_file(file), PollTable::from_raw(table)) };
        if readable {
            bindings::POLLIN | bindings::POLLRDNORM
        } else {
            0
        }
    }
}

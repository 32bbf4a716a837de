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
    fs::{File, Kiocb},
    iov::IovIterDest,
    prelude::*,
    sync::{poll::PollTable, Arc, ArcBorrow},
    types::{ForeignOwnable, Opaque},
    uaccess::UserPtr,
};

/// A device that can be read.
pub(crate) trait CharDevice: Send + Sync + 'static {
    /// The name of the file in `/dev`.
    const NAME: &'static CStr;

    /// A process opens the file. The kernel lets no other device of `misc` be opened meanwhile: this must not wait.
    ///
    /// # Errors
    ///
    /// The error that `open(2)` is to fail with.
    fn open(&self) -> Result;

    /// The running process closes a descriptor of an open file, or ends with one. It may have others.
    fn close(&self);

    /// The last descriptor of an open file was closed.
    fn release(&self);

    /// Reads `file` into `to`. Waits if nothing is there and `file` is not `O_NONBLOCK`. Returns the number of bytes.
    ///
    /// # Errors
    ///
    /// The error that `read(2)` is to fail with.
    fn read(&self, file: &File, to: &mut IovIterDest<'_>) -> Result<usize>;

    /// Carries out `command`; `argument` is an address in the caller's memory.
    ///
    /// # Errors
    ///
    /// The error that `ioctl(2)` is to fail with; `ENOTTY` for commands that the device does not know.
    fn ioctl(&self, file: &File, command: u32, argument: UserPtr) -> Result;

    /// Registers `file` to be woken when a read may find something. Returns whether a read would find something now.
    fn poll(&self, file: &File, table: PollTable<'_>) -> bool;
}

/// A registered device, mode 0600. Dropping this deregisters it. Files that are open then keep the device and the
/// module.
///
/// # Invariants
///
/// `misc` is registered, with the operations of `T`.
#[pin_data(PinnedDrop)]
pub(crate) struct Registration<T: CharDevice> {
    #[pin]
    misc: Opaque<bindings::miscdevice>,
    device: Arc<T>,
}

// SAFETY: One thread may register a device and another one deregister it; `T` is `Send`.
unsafe impl<T: CharDevice> Send for Registration<T> {}
// SAFETY: The kernel locks `misc`; `T` is `Sync`.
unsafe impl<T: CharDevice> Sync for Registration<T> {}

impl<T: CharDevice> Registration<T> {
    /// Registers `device`.
    pub(crate) fn new(device: Arc<T>) -> impl PinInit<Self, Error> {
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
        // SAFETY: By the type invariants it is registered. From here on nobody opens it. Open files do not use `self`.
        unsafe { bindings::misc_deregister(self.misc.get()) };
    }
}

/// The functions that the kernel calls for a file of `T`. The file owns an `Arc<T>`, its `private_data`, from `open` to
/// `release`.
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
        flush: Some(Self::flush),
        release: Some(Self::release),
        read_iter: Some(Self::read_iter),
        poll: Some(Self::poll),
        unlocked_ioctl: Some(Self::ioctl),
        // The arguments of 32-bit programs mean the same.
        compat_ioctl: Some(Self::ioctl),
        // SAFETY: All-zero bytes are a table without operations.
        ..unsafe { core::mem::zeroed() }
    });

    /// The device of an open file, and the file.
    ///
    /// # Safety
    ///
    /// `file` is one that `open` accepted, valid for `'a`.
    unsafe fn borrow<'a>(file: *mut bindings::file) -> (ArcBorrow<'a, T>, &'a File) {
        // SAFETY: `open` gave the file the `Arc`, and `release` has not taken it back. The file has no position.
        unsafe { (<Arc<T> as ForeignOwnable>::borrow((*file).private_data), File::from_raw_file(file)) }
    }

    /// # Safety
    ///
    /// As `misc_open()` calls it: `inode` and `file` belong to a device of ours.
    unsafe extern "C" fn open(inode: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        from_result(|| {
            // SAFETY: `misc_open()` left the address of the `miscdevice` in `private_data`. It holds a lock that
            // `misc_deregister()` takes, too: the registration is not dropped before this returns.
            let device = unsafe {
                let misc = (*file).private_data.cast::<Opaque<bindings::miscdevice>>();
                &(*container_of!(misc, Registration<T>, misc)).device
            };
            device.open()?;
            // SAFETY: Both are valid while the file is being opened. The file is a stream: it has no position. This
            // never fails.
            let status = unsafe {
                (*file).private_data = device.clone().into_foreign();
                bindings::stream_open(inode, file)
            };
            Ok(status)
        })
    }

    /// # Safety
    ///
    /// As the kernel calls it: `file` is one that `open` accepted.
    unsafe extern "C" fn flush(file: *mut bindings::file, _id: bindings::fl_owner_t) -> c_int {
        // SAFETY: By the function's contract.
        let (device, _) = unsafe { Self::borrow(file) };
        device.close();
        0
    }

    /// # Safety
    ///
    /// As the kernel calls it, once: `file` is one that `open` accepted.
    unsafe extern "C" fn release(_inode: *mut bindings::inode, file: *mut bindings::file) -> c_int {
        // SAFETY: `open` gave the file the `Arc`. Nothing uses the file any more.
        let device = unsafe { <Arc<T> as ForeignOwnable>::from_foreign((*file).private_data) };
        device.release();
        0
    }

    /// # Safety
    ///
    /// As the kernel calls it: `kiocb` is for a file that `open` accepted, `to` is where it reads to.
    unsafe extern "C" fn read_iter(kiocb: *mut bindings::kiocb, to: *mut bindings::iov_iter) -> isize {
        // SAFETY: By the function's contract. The file owns an `Arc<T>` and has no position.
        let (kiocb, file, to) = unsafe {
            let file = File::from_raw_file((*kiocb).ki_filp);
            (Kiocb::<Arc<T>>::from_raw(kiocb), file, IovIterDest::from_raw(to))
        };
        from_result(|| Ok(kiocb.file().read(file, to)? as isize))
    }

    /// # Safety
    ///
    /// As the kernel calls it: `file` is one that `open` accepted.
    unsafe extern "C" fn ioctl(file: *mut bindings::file, command: c_uint, argument: c_ulong) -> c_long {
        // SAFETY: By the function's contract.
        let (device, file) = unsafe { Self::borrow(file) };
        from_result(|| device.ioctl(file, command, UserPtr::from_addr(argument)).map(|()| 0))
    }

    /// # Safety
    ///
    /// As the kernel calls it: `file` is one that `open` accepted, `table` is valid during the call.
    unsafe extern "C" fn poll(file: *mut bindings::file, table: *mut bindings::poll_table) -> bindings::__poll_t {
        // SAFETY: By the function's contract.
        let (device, file, table) = unsafe {
            let (device, file) = Self::borrow(file);
            (device, file, PollTable::from_raw(table))
        };
        if device.poll(file, table) {
            bindings::POLLIN | bindings::POLLRDNORM
        } else {
            0
        }
    }
}

import mmap, os

with open("lines", "r+b") as f:
    m = mmap.mmap(f.fileno(), 0)
    m[:4] = b"LINE"
    m.flush()
    m.madvise(mmap.MADV_SEQUENTIAL)
    m.close()
    mmap.mmap(f.fileno(), 1000, mmap.MAP_PRIVATE, mmap.PROT_READ).close()
m = mmap.mmap(-1, 1 << 20, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_WRITE)
m.resize(1 << 21) if hasattr(m, "resize") else None
m.close()
fd = os.memfd_create("of memory", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
os.ftruncate(fd, 4096)
big = bytearray(1 << 22)
del big

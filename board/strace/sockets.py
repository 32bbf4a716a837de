import os, socket, threading, array

s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 8083))
s.listen(3)
s.getsockname()
def serve():
    c, _ = s.accept()
    c.recv(100)
    c.sendall(b"answer" * 20)
    c.shutdown(socket.SHUT_RDWR)
    c.close()
t = threading.Thread(target=serve)
t.start()
c = socket.create_connection(("127.0.0.1", 8083), timeout=5)
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
c.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
c.getpeername()
c.sendmsg([b"GET ", b"/"], [], socket.MSG_NOSIGNAL)
t.join()
c.recvmsg(10)
c.recv(1000, socket.MSG_PEEK)
c.recv(1000)
c.close()
for family, address in ((socket.AF_INET, ("127.0.0.1", 9)), (socket.AF_UNIX, "none"), (socket.AF_INET6, ("::1", 9, 0, 0))):
    try:
        with socket.socket(family) as c:
            c.connect(address)
    except OSError as e:
        print(e.errno)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("127.0.0.1", 0))
u.sendto(b"to myself", u.getsockname())
u.recvfrom(100)
u.setblocking(False)
try:
    u.recvfrom(100)
except BlockingIOError as e:
    print(e.errno)
a, b = socket.socketpair()
b.set_inheritable(True)
r, w = os.pipe()
socket.send_fds(a, [b"take"], [w])
_, fds, _, _ = socket.recv_fds(b, 10, 1)
os.write(fds[0], b"by the way of a socket")
os.read(r, 100)
l = socket.socket(socket.AF_UNIX)
l.bind("socket")
l.listen()
c = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
c.connect("socket")
l.accept()
l2 = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
l2.bind("\0abstract name")
n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
n.bind((0, 0))
try:
    socket.getaddrinfo("localhost", 80)
except OSError:
    pass

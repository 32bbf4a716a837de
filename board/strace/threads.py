import threading, queue

q = queue.Queue()
def work(n):
    for i in range(5):
        q.put((n, i))
threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
c = threading.Condition()
def wait():
    with c:
        c.wait(0.05)
t = threading.Thread(target=wait)
t.start()
t.join()
print(q.qsize())

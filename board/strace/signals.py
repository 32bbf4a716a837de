import os, signal, time

signal.signal(signal.SIGUSR1, lambda *_: print("usr1"))
os.kill(os.getpid(), signal.SIGUSR1)
signal.siginterrupt(signal.SIGUSR1, False)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGUSR2, signal.SIGRTMIN})
signal.raise_signal(signal.SIGUSR1)
signal.sigpending()
signal.sigtimedwait({signal.SIGUSR1}, 1)
try:
    signal.sigtimedwait({signal.SIGUSR2}, 0.01)
finally:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR1, signal.SIGUSR2, signal.SIGRTMIN})
signal.signal(signal.SIGALRM, lambda *_: print("alarm"))
signal.alarm(100)
signal.alarm(0)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.5)
time.sleep(0.1)
signal.getitimer(signal.ITIMER_REAL)
signal.setitimer(signal.ITIMER_REAL, 0)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
pid = os.fork()
if pid == 0:
    signal.pause()
time.sleep(0.05)
os.kill(pid, signal.SIGTERM)
try:
    os.waitpid(pid, 0)
except ChildProcessError:
    pass

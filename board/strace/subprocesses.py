import os, subprocess, signal

print(subprocess.run(["tr", "a-z", "A-Z"], input=b"text", capture_output=True).stdout)
print(subprocess.run("exit 3", shell=True).returncode)
try:
    subprocess.run(["/no/such/program"])
except FileNotFoundError as e:
    print(e.errno)
p = subprocess.Popen(["sleep", "10"], start_new_session=True)
p.send_signal(signal.SIGTERM)
print(p.wait())
pid = os.fork()
if pid == 0:
    os._exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
pid = os.posix_spawn("/usr/bin/true", ["true", "a \"quoted\" argument"], {"A": "1", "B": "2"})
os.waitid(os.P_PID, pid, os.WEXITED)
pid = os.fork()
if pid == 0:
    os.kill(os.getpid(), signal.SIGKILL)
print(os.wait4(pid, 0)[1])
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError as e:
    print(e.errno)

nc.openbsd -l -U socket >heard &
until [ -S socket ]; do sleep 0.1; done
echo hello | nc.openbsd -N -U socket
wait
nc.openbsd -l 127.0.0.1 8081 >heard2 &
# 0A is the state in which it listens.
until grep -q ':1F91 0*:0000 0A ' /proc/net/tcp; do sleep 0.1; done
echo hello | nc.openbsd -N 127.0.0.1 8081
wait
echo x | nc.openbsd -u -w 1 127.0.0.1 8082

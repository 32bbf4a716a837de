trap 'echo usr1' USR1
trap 'echo bye' EXIT
kill -USR1 $$
sh -c 'kill -USR1 $PPID; kill -TERM $$'
echo $?
sleep 5 &
kill $!
wait $!
echo $?

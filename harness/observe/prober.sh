# Availability traffic, as a client in the cluster sees it: one request each interval, whatever became of the others.
# Arguments: HOST (an address, so that DNS is no part of it), PORT, PATH, seconds between requests.
# Prints one line for each finished request: number, began, ended (seconds of /proc/uptime), status or error.
#
# It must run in the smallest busybox: its nc has no limit for an answer, so the request runs in a shell that nc
# starts on the connection, where `read -t` limits it. The connection is not half-closed while the answer is awaited,
# which some servers take for a client that went away. A whole request costs two forks.
exec 3>&1
export HOST="$1" PORT="$2" REQUEST_PATH="$3" NUMBER=0 BEGAN
interval="$4"
exchange='
printf "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\nUser-Agent: healproof\r\n\r\n" "$REQUEST_PATH" "$HOST"
read -t 1 -r protocol status words || status=
read -r ended rest </proc/uptime
echo "$NUMBER $BEGAN $ended ${status:-no answer within 1 s}" >&3
lines=0
while [ $lines -lt 20 ] && read -t 1 -r rest; do lines=$((lines + 1)); done
'
while :; do
  NUMBER=$((NUMBER + 1))
  read -r BEGAN rest </proc/uptime
  {
    failure=$(nc -w 1 "$HOST" "$PORT" -e sh -c "$exchange" 2>&1) || {
      read -r ended rest </proc/uptime
      echo "$NUMBER $BEGAN $ended ${failure:-no connection}" >&3
    }
  } &
  sleep "$interval"
  [ $((NUMBER % 100)) -ne 0 ] || jobs >/dev/null # the shell forgets finished jobs only when it may list them
done

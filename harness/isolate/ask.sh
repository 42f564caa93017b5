# Runs in a helper pod by a busybox shell and changes nothing. Arguments and output are those of ask.bash, without the
# UID; of a look-up the words of nslookup are told instead of the answer's bytes.
exec 3>&1
server=$(sed -n 's/^nameserver *//p' /etc/resolv.conf | head -n 1)
domain=$(sed -n 's/^search .*[. ]svc\.\([^ ]*\).*/\1/p' /etc/resolv.conf)
export REQUEST_PATH HOST
# nc has no limit for an answer, so the request runs in a shell that nc starts on the connection
exchange='
read -r now rest </proc/uptime; echo "connect=$now" >&4
[ "$REQUEST_PATH" != - ] || exit 0
printf "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n" "$REQUEST_PATH" "$HOST"
read -t 2 -r protocol status words
read -r now rest </proc/uptime; echo "ended=$now ${status:+status=$status}" >&4
'
moment() { read -r now rest </proc/uptime; echo "$now"; }
request() { # $1 number $2 host $3 port $4 path
  HOST=$2 REQUEST_PATH=$4 facts= said=
  case $2 in
  *:*) ;;
  *[a-z]*)
    facts="asked=$(moment)"
    said=$(timeout 6 nslookup "$2.${domain:-cluster.local}" "$server" 2>&1 | tr '\n' ' ')
    facts="$facts resolved=$(moment) server=$server dns=text "
    HOST=$(echo "$said" | sed -n 's/.*Name:.*Address: *\([0-9.]*\).*/\1/p')
    ;;
  esac
  if [ "$3" != 0 ] && [ -n "$HOST" ]; then
    facts="${facts}began=$(moment) "
    told=$(timeout 4 nc -w 3 "$HOST" "$3" -e sh -c "$exchange" 4>&1 2>&1)
    facts="$facts$(echo "$told" | grep -E '^(connect|ended)=' | tr '\n' ' ')"
    said="$said$(echo "$told" | grep -vE '^(connect|ended)=' | tail -n 1)"
  fi
  printf '%s\t%s\t%s\n' "$1" "$facts" "$said" >&3
}
number=0
for target; do
  # shellcheck disable=SC2086 # three words
  request $number $target &
  number=$((number + 1))
done
wait
echo end

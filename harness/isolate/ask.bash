# Runs on a node by bash and changes nothing. $1 the UID of the pod whose network is asked from, `-` for the node's own;
# then a target each: `HOST PORT PATH`. HOST is an address, or a name such as `web.shop.svc` that is looked up first;
# PORT 0 looks it up only, PATH `-` connects only. All are asked side by side.
# A line for each: number, tab, facts (moments in seconds), tab, what was said otherwise; then `end`.
export LC_ALL=C
uid=$1; shift
enter=() resolv=/etc/resolv.conf
if [ "$uid" != - ]; then
  for pid in $(grep -lsE "pod${uid//-/[-_]}[./]" /proc/[0-9]*/cgroup | cut -d / -f 3); do
    [ -e "/proc/$pid/ns/net" ] && grep -qs ^nameserver "/proc/$pid/root/etc/resolv.conf" || continue
    enter=(nsenter "--net=/proc/$pid/ns/net") resolv=/proc/$pid/root/etc/resolv.conf
    break
  done
  [ ${#enter[@]} -gt 0 ] || { echo "no process of the pod runs on its node" >&2; exit 1; }
fi
server=$(sed -n 's/^nameserver *//p' "$resolv" | head -n 1)
domain=$(sed -n 's/^search .*[. ]svc\.\([^ ]*\).*/\1/p' "$resolv")
export server domain=${domain:-cluster.local}

query() { # $1 name: the server's answer in hex; cat sends it as one packet, which printf cuts at each newline
  local label words='\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00' answer
  for label in ${1//./ }; do words+="$(printf '\\x%02x' ${#label})$label"; done
  for _ in 1 2 3; do # a packet may be lost, a machine busy
    answer=$(timeout 2 bash -c 'exec 3<>"/dev/udp/$1/53" && printf "$0" | cat >&3 && dd bs=1500 count=1 <&3' \
      "$words\x00\x00\x01\x00\x01" "$server" 2>/dev/null | od -An -v -tx1 | tr -d ' \n')
    [ -z "$answer" ] || break
  done
  echo "$answer"
}
request() { # $1 number $2 host $3 port $4 path
  local host=$2 facts='' said='' began=$EPOCHREALTIME answer last
  if [[ $2 == *[a-z]* && $2 != *:* ]]; then
    answer=$(query "$2.$domain")
    facts="asked=$began resolved=$EPOCHREALTIME server=$server dns=${answer:--} "
    last=${answer: -8} host=
    # no error (low half of the fourth byte), one answer or more; the last one ends in its address
    [[ $answer =~ ^.{7}0.{4}(....) && ${BASH_REMATCH[1]} != 0000 ]] &&
      host=$((16#${last:0:2})).$((16#${last:2:2})).$((16#${last:4:2})).$((16#${last:6:2}))
  fi
  if [ "$3" != 0 ] && [ -n "$host" ]; then
    facts+="began=$EPOCHREALTIME "
    said=$(timeout 3 bash -c '
      exec 3<>"/dev/tcp/$0/$1" || exit 1
      echo "connect=$EPOCHREALTIME"
      [ "$2" != - ] || exit 0
      printf "GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n" "$2" "$0" >&3
      read -t 2 -r protocol status words <&3
      echo "ended=$EPOCHREALTIME ${status:+status=${status//[^0-9]/}}"' "$host" "$3" "$4" 2>&1)
    facts+="$(grep -E '^(connect|ended)=' <<<"$said" | tr '\n' ' ')"
    said=$(grep -vE '^(connect|ended)=' <<<"$said" | tail -n 1)
  fi
  printf '%s\t%s\t%s\n' "$1" "$facts" "$said"
}
number=0 all=
for target; do
  all+="request $number $target & "
  number=$((number + 1))
done
"${enter[@]}" bash -c "$(declare -f query request); $all wait"
echo end

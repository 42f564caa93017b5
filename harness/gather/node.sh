# Runs on a node, reads only. $1 the UIDs of pods, $2 the names of PersistentVolumes, each separated by spaces.
# Prints what a diagnosis wants of them, in sections that begin with `== NAME`.
export LC_ALL=C
uids=$1 volumes=$2
any=$(echo $uids | sed 's/-/[-_]/g; s/ /|/g')
own=$(readlink /proc/1/ns/net)
part() { printf '\n== %s\n' "$*"; }
say() { # PROGRAM ARGUMENTS…: its output, or that there is none to be had
  if ! command -v "$1" >/dev/null; then echo "no $1 on this node"; else "$@" 2>/dev/null || echo "$1 failed"; fi
}
throttled() {
  [ -z "$uids" ] || grep -rsE '^nr_(periods|throttled) ' /sys/fs/cgroup --include=cpu.stat | grep -E "pod($any)"
}

part throttling before; throttled
part services
for name in kubelet containerd kube-proxy kube-apiserver etcd kube-scheduler kube-controller-manager; do
  for pid in $(pgrep -f "^([^ ]*/)?$name( |\$)"); do # a workload's process of that name has a network of its own
    [ "$(readlink "/proc/$pid/ns/net")" != "$own" ] || echo "$name" $(sed -n 's/^State://p' "/proc/$pid/status")
  done
done
for name in kubelet containerd; do ! command -v "$name" >/dev/null || echo "$name expected"; done
if [ -e /etc/kubernetes/controller-manager.conf ]; then
  for name in kube-apiserver kube-scheduler kube-controller-manager; do echo "$name expected"; done
  [ ! -d /var/lib/etcd/member ] || echo "etcd expected"
fi
part kubelet log # what it says of certificates; a node without a journal keeps a file
{ timeout 1 journalctl -u kubelet -n 400 --no-pager -o cat 2>/dev/null || tail -n 400 /var/log/kubelet.log 2>/dev/null; } |
  grep -E 'x509|expired|Unauthorized' | tail -n 3 | cut -c -400
part layout; grep -lsE 'pod[0-9a-f]{8}[-_]' /proc/[0-9]*/cgroup | wc -l
part groups
groups=$([ -z "$uids" ] || grep -sHm 1 -E "pod($any)" /proc/[0-9]*/cgroup)
echo "$groups"
part states
pids=$(echo "$groups" | cut -d / -f 3 | sort -u)
[ -z "$pids" ] || grep -sHE '^(State|NSpid):' $(printf '/proc/%s/status\n' $pids)
part iptables; say iptables-save
part ip6tables; say ip6tables-save
part nft; say nft --stateless list ruleset
part tc; say tc qdisc show
part links; say ip -oneline link show
for uid in $uids; do
  word=$(echo "$uid" | sed 's/-/[-_]/g')
  pid=$(echo "$groups" | sed -nE "s,^/proc/([0-9]+)/cgroup:.*pod$word[./].*,\1,p" | head -n 1)
  [ -n "$pid" ] && [ "$(readlink "/proc/$pid/ns/net")" != "$own" ] || continue
  part pod "$uid"
  for words in iptables-save ip6tables-save 'tc qdisc show' 'ip -oneline link show'; do
    nsenter -t "$pid" -n $words 2>/dev/null
  done
done
part volumes
for name in $volumes; do
  grep -sF -- "$name" /proc/1/mountinfo | while read -r line; do
    place=$(echo "$line" | cut -d ' ' -f 5)
    size=$(timeout 1 stat -f -c '%S %b %f %a %d' "$place" 2>/dev/null || echo '- - - - -')
    entries=$(timeout 1 find "$place" -xdev -mindepth 1 ! -name lost+found ! -path "*/.*" 2>/dev/null | head -n 1000 | wc -l)
    echo "$name $entries $size $line"
  done
done
[ -z "$uids" ] || sleep 0.5
part throttling after; throttled
part end

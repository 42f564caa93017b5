# Runs on a node as `sh -s`, reads only. Prints what residue could be, in sections that begin with `== NAME`.
# A pattern such as healproo[f] keeps the searching program from finding its own command line.
export LC_ALL=C
part() { printf '\n== %s\n' "$1"; }
say() { # PROGRAM ARGUMENTS…: its output, or that there is none to be had
  if ! command -v "$1" >/dev/null; then echo "no $1 on this node"; else "$@" 2>/dev/null || echo "$1 failed"; fi
}
# a node that was switched off may come back with another address, and with it in its files
addresses=$(ip -oneline address show scope global 2>/dev/null | sed -nE \
  's,^[0-9]+: e[a-z0-9]+ +inet6? ([^/ ]+)/.*,s;\1;ADDRESS;g,p')
sum() { echo "$(sed "$addresses" "$1" | sha256sum | cut -c 1-16) $1"; }

part iptables; say iptables-save
part ip6tables; say ip6tables-save
part nft; say nft --stateless list ruleset
part tc; say tc qdisc show
part links; say ip -oneline link show up
part routes; say ip route show; say ip -6 route show; say ip rule show; say ip -6 rule show
part mounts; cat /proc/1/mountinfo
part 'stopped processes'
for status in $(grep -lsE '^State:.[Tt]' /proc/[0-9]*/status); do cat "${status%status}comm" 2>/dev/null; done
part processes
for line in $(grep -ls 'healproo[f]' /proc/[0-9]*/cmdline); do tr '\0\n' '  ' <"$line" 2>/dev/null && echo; done
part 'static manifests'
[ ! -d /etc/kubernetes/manifests ] || find /etc/kubernetes/manifests -type f -print | while read -r file; do
  sum "$file"
done
part configuration
for file in /var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env /etc/kubernetes/*.conf \
  /etc/containerd/config.toml; do [ ! -f "$file" ] || sum "$file"; done
part units
if command -v systemctl >/dev/null; then
  for unit in kubelet containerd; do
    echo "$unit" $(systemctl show -p ActiveState -p UnitFileState -p FreezerState -p DropInPaths "$unit" 2>/dev/null)
  done
  systemctl list-units --all --plain --no-legend '*.timer' 'healproof*' 2>/dev/null
fi
part files
[ ! -d /var/lib/healproof ] || find /var/lib/healproof ! -type d -print
part cgroups # version 1, then 2; a throttle that is off has no line, or only a number of operations
grep -rs . /sys/fs/cgroup/blkio --include='blkio.throttle.*_device'
grep -rsE 'FROZEN|FREEZING' /sys/fs/cgroup/freezer --include=freezer.state
grep -rs . /sys/fs/cgroup --include=io.max
grep -rsx 1 /sys/fs/cgroup --include=cgroup.freeze
part end

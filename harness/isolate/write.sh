# Runs on a node. $1 the UID of a pod, $2 the id of a container of it, $3 the name of its PersistentVolume, $4 the name of
# a file that is made there and removed again, $5 bytes. `group PID CONTROLLER` is known.
# Prints `as-pod SECONDS` and `beside SECONDS`: how long a write takes that waits for the disk, in the control group of
# the container (a limit of its own shows there), then in that of the node; or `error WORDS`.
export LC_ALL=C
places=$(grep -F -- "$3" /proc/1/mountinfo | cut -d ' ' -f 5)
place=$(echo "$places" | grep -F -- "$1" | head -n 1)
place=${place:-$(echo "$places" | head -n 1)}
[ -n "$place" ] || { echo "error the volume is not mounted on its node"; exit 0; }
file=$place/$4 bytes=$5
trap 'rm -f "$file"' EXIT
write() { # $1 what to call it
  began=$(date +%s%N)
  said=$(dd if=/dev/zero of="$file" bs="$bytes" count=1 oflag=dsync 2>&1) || { echo "error ${said##*: }"; return; }
  took=$(($(date +%s%N) - began))
  printf '%s %d.%09d\n' "$1" $((took / 1000000000)) $((took % 1000000000))
}
pid=$(grep -ls -- "$2" /proc/[0-9]*/cgroup | cut -d / -f 3 | head -n 1)
if [ -n "$pid" ]; then
  (echo 0 >"$(group "$pid" blkio)/cgroup.procs" && write as-pod)
fi
write beside

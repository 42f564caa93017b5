#!/bin/sh
# Runs on a node: `setup DIR BYTES` mounts a file system of that size at DIR, `teardown DIR` takes it away.
# An ext4 image on a loop device where the node can have one, else a tmpfs of the same size.
set -eu
action=$1 folder=$2
image=/var/local-volumes/$(basename "$folder").ext4
exec 9>/run/volume.lock && flock 9    # one at a time: /etc/fstab and the free loop device are shared

setup() {
  bytes=$1
  mkdir -p "$folder" "$(dirname "$image")"
  if make_loop_devices && truncate -s "$bytes" "$image" && mkfs.ext4 -q -F -m 0 "$image" && mount_loop; then
    rm -rf "$folder/lost+found"
    line="$image $folder ext4 loop,nofail,x-systemd.before=kubelet.service 0 0"
  else
    rm -f "$image"
    mount -t tmpfs -o "size=$bytes,mode=0777" tmpfs "$folder"
    line="tmpfs $folder tmpfs size=$bytes,mode=0777,nofail,x-systemd.before=kubelet.service 0 0"
  fi
  chmod 0777 "$folder"
  echo "$line" >>/etc/fstab
}

teardown() {
  while mountpoint -q "$folder"; do umount "$folder" || umount -l "$folder"; done
  sed -i "\\# $folder #d" /etc/fstab
  rm -rf "$folder" "$image"
}

make_loop_devices() { # a node's /dev shows only the loop devices that the machine had when the node started
  [ -e /dev/loop-control ] || return 1
  free=$(losetup -f) || return 1
  number=0
  while [ "$number" -le $((${free#/dev/loop} + 8)) ]; do
    [ -e "/dev/loop$number" ] || mknod "/dev/loop$number" b 7 "$number" || return 1
    number=$((number + 1))
  done
}

mount_loop() { # the machine's loop devices are shared by all nodes: another may take the free one first
  for _ in 1 2 3 4 5; do
    mount -o loop "$image" "$folder" && return 0
    make_loop_devices
  done
  return 1
}

case $action in
  setup) setup "$3" ;;
  teardown) teardown ;;
esac

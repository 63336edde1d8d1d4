#!/usr/bin/env bash
# Runs in the virtual machine: boots Debian's systemd as the first process of a container that has the
# machine's kernel, devices and files, and carries out the commands that a test puts into the shared
# folder, one at a time: `N.command` is answered by `N.output` and then `N.status`.
orders=/mnt/webcam-vm
first=

boot() {
  # Its own units, and nothing that this machine happens to start.
  find /etc/systemd/system -name '*.wants' -prune -exec rm -rf {} +
  # It would empty the folder for temporary files, where this checkout may be.
  ln -sf /dev/null /etc/tmpfiles.d/tmp.conf
  ln -sf /lib/systemd/system/multi-user.target /etc/systemd/system/default.target
  unshare --mount --pid --cgroup --fork --mount-proc --propagation private bash -c '
    mount -t tmpfs tmpfs /run
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    container=other exec /lib/systemd/systemd --log-target=console --log-level=notice
  ' >>"$orders/systemd.log" 2>&1 &
  until first=$(pgrep -x systemd); do sleep 0.2; done
}
boot
n=1
while :; do
  if [[ -e $orders/$n.command ]]; then
    nsenter --target "$first" --mount --pid --cgroup --root --wd=/ bash "$orders/$n.command" >"$orders/$n.output" 2>&1
    echo $? >"$orders/$n.status"
    n=$((n + 1))
  fi
  sleep 0.1
done

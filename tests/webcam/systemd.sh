#!/usr/bin/env bash
# Runs in the virtual machine: boots Debian's systemd as the first process of a container that has the
# machine's kernel, devices and files, and carries out the commands that a test puts into the shared
# folder, one at a time: `N.command` is answered by `N.output` and then `N.status`. After a command that
# powers systemd off, it boots again.
orders=/mnt/webcam-vm
first=

boot() {
  # Its own units, and nothing that this machine happens to start.
  find /etc/systemd/system -name '*.wants' -prune ! -path '*multi-user*' -exec rm -rf {} +
  # systemd would empty the folder for temporary files, where this checkout may be.
  ln -sf /dev/null /etc/tmpfiles.d/tmp.conf
  ln -sf /lib/systemd/system/multi-user.target /etc/systemd/system/default.target
  unshare --mount --pid --cgroup --fork --mount-proc --propagation private bash -c '
    mount -t tmpfs tmpfs /run
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    container=other exec /lib/systemd/systemd --log-target=null
  ' &
  until first=$(pgrep -x systemd); do sleep 0.2; done
}

rm -rf /etc/systemd/system/multi-user.target.wants
for ((n = 1; ; n++)); do
  until [[ -e $orders/$n.command ]]; do sleep 0.1; done
  if ! kill -0 "$first" 2>/dev/null; then boot; fi
  nsenter --target "$first" --mount --pid --cgroup --root --wd="$PWD" \
    bash "$orders/$n.command" >"$orders/$n.output" 2>&1
  echo $? >"$orders/$n.status"
done

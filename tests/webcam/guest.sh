#!/usr/bin/env bash
# Runs in the machine with the webcam: starts server.ts with the given arguments, and carries out the
# orders that a test puts as files into the shared folder. Ends with the server.
orders=/mnt/webcam-vm

order() {
  [[ -e $orders/$1 ]] && rm "$orders/$1"
}

if order occupy; then
  ffmpeg -nostdin -v error -f v4l2 -i /dev/video0 -f null - &
  other=$!
  sleep 3
fi

if order deny; then
  # Even root may then not open it.
  chmod 000 /dev/video0
  set -- setpriv --bounding-set=-dac_override,-dac_read_search "$@"
fi

"$@" &
server=$!
while kill -0 "$server" 2>/dev/null; do
  # Unbinding the driver is like pulling the cable.
  if order pull; then echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind; fi
  # It comes back with another number.
  if order return; then
    modprobe -r vivid
    modprobe vivid n_devs=1 node_types=0x1 vid_cap_nr=3
  fi
  if order release; then kill "$other"; fi
  sleep 0.2
done
wait "$server"

#!/usr/bin/env bash
# Runs in the machine with the webcam: server.ts with the arguments given, and the orders that a
# test leaves as files in the folder both see. Ends with the server.
orders=/mnt/webcam-vm

order() {
  [[ -e $orders/$1 ]] && rm "$orders/$1"
}

if order occupy; then
  ffmpeg -nostdin -v error -f v4l2 -i /dev/video0 -f null - &
  other=$!
  sleep 3
fi

"$@" &
server=$!
while kill -0 "$server" 2>/dev/null; do
  # Taking the driver from the device is what pulling the cable is.
  if order pull; then echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind; fi
  # It comes back under another number.
  if order return; then
    modprobe -r vivid
    modprobe vivid n_devs=1 node_types=0x1 vid_cap_nr=3
  fi
  if order release; then kill "$other"; fi
  sleep 0.2
done
wait "$server"

#!/usr/bin/env bash
# Runs in the machine with the webcam: starts server.ts with the given arguments, and carries out the
# orders that a test puts as files into the shared folder. Ends with the server.
orders=/mnt/webcam-vm

order() {
  [[ -e $orders/$1 ]] && rm "$orders/$1"
}

# Two webcams of one name, in two ports; the test pictures of the first are red, of the second blue.
twins() {
  modprobe vivid n_devs=2 node_types=0x1,0x1 vid_cap_nr="$1,$2"
  v4l2-ctl -d "/dev/video$1" -c test_pattern=7,osd_text_mode=2
  v4l2-ctl -d "/dev/video$2" -c test_pattern=9,osd_text_mode=2
}

if order twins; then
  twins 0 1
  # As udev links to them, which does not run here.
  mkdir -p /dev/v4l/by-path /dev/v4l/by-id
  for number in 0 1; do ln -s ../../video$number /dev/v4l/by-path/port-$number-video-index0; done
  ln -s ../../video0 /dev/v4l/by-id/usb-vivid-video-index0
fi

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
  # The driver lets nobody open the first twin until its last user closes it.
  if order pull-first; then
    exec 7</dev/video0
    v4l2-ctl -d /dev/video0 -c disconnect=1
    # The link that both would have leads to the one that stays.
    ln -sf ../../video1 /dev/v4l/by-id/usb-vivid-video-index0
  fi
  if order return-first; then exec 7<&-; fi
  # Both are pulled, and come back with each other's number.
  if order swap; then
    echo vivid.0 >/sys/bus/platform/drivers/vivid/unbind
    until modprobe -r vivid; do sleep 0.2; done
    twins 1 0
  fi
  # It comes back with another number.
  if order return; then
    modprobe -r vivid
    modprobe vivid n_devs=1 node_types=0x1 vid_cap_nr=3
  fi
  if order release; then kill "$other"; fi
  sleep 0.2
done
wait "$server"

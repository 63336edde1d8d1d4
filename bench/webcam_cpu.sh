#!/usr/bin/env bash
# The CPU time of server.ts with its ffmpeg, and of ustreamer, on the same webcam with one client
# each, in turn: A B A B A B. Prints the CPU seconds of each run, and the KB that reached the client.
#   bench/webcam_cpu.sh copy|raw [seconds] [rounds]
set -euo pipefail
cd "$(dirname "$0")/.."
mode=$1 seconds=${2:-15} rounds=${3:-3} deno=${DENO:-deno}
ticks=$(getconf CLK_TCK)
case $mode in
  copy) size=1280x720 format=MJPEG encoder=HW ;;
  raw) size=640x480 format=YUYV encoder=CPU ;;
  *) sed -n '2,4s/^# *//p' "$0" >&2; exit 2 ;;
esac

# CPU ticks of a process, its threads and its running children.
cpu() {
  local total=0 pid
  for pid in "$1" $(pgrep -P "$1"); do
    total=$((total + $(awk '{print $14 + $15}' "/proc/$pid/stat")))
  done
  echo "$total"
}

# Counts the bytes of a client and the CPU time of the server: measure NAME PID CLIENT...
measure() {
  local name=$1 pid=$2 from to bytes
  shift 2
  "$@" >/tmp/webcam_cpu.$$ 2>/dev/null &
  local client=$!
  sleep 8
  from=$(cpu "$pid") bytes=$(stat -c %s /tmp/webcam_cpu.$$)
  sleep "$seconds"
  to=$(cpu "$pid") bytes=$(($(stat -c %s /tmp/webcam_cpu.$$) - bytes))
  kill "$client"
  printf '%s %s: %s CPU s in %s s, %s KB to the client\n' "$mode" "$name" \
    "$(awk "BEGIN {printf \"%.2f\", ($to - $from) / $ticks}")" "$seconds" "$((bytes / 1024))"
  rm -f /tmp/webcam_cpu.$$
}

for ((round = 1; round <= rounds; round++)); do
  "$deno" run -A server.ts --device /dev/video0 --size "$size" --fps "${FPS:-30}" --port 9998 &
  pid=$!
  until nc -z 127.0.0.1 9998; do sleep 0.2; done
  measure socketcam "$pid" nc 127.0.0.1 9998
  kill "$pid"; wait "$pid" || true

  ustreamer --device /dev/video0 --resolution "$size" --desired-fps "${FPS:-30}" --format "$format" \
    --encoder "$encoder" --quality 80 --host 127.0.0.1 --port 9997 --log-level 0 &
  pid=$!
  until nc -z 127.0.0.1 9997; do sleep 0.2; done
  measure ustreamer "$pid" curl -s http://127.0.0.1:9997/stream
  kill "$pid"; wait "$pid" || true
done

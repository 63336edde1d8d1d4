#!/bin/sh
# A fake of rpicam-vid, made with ffmpeg, for machines without a Raspberry Pi's camera. It takes the
# options of rpicam-apps 1.x that a camera server may use, refuses others as the real one does, ends
# after its timeout, holds the end of each frame back without --flush, and cannot be used twice.
# FAKE_LOG names a file for its arguments, FAKE_FAULT what is wrong: "none" or "busy".

fail() {
  echo "ERROR: *** $1 ***" >&2
  exit 255
}
number() {
  case $2 in '' | *[!0-9.]*) fail "the argument ('$2') for option '$1' is invalid" ;; esac
}

width=640 height=480 framerate=30 quality=50 timeout=5000 codec=h264 output= flush=0
[ -n "$FAKE_LOG" ] && echo "$*" >>"$FAKE_LOG"
while [ $# -gt 0 ]; do
  case $1 in
    --nopreview | -n) ;;
    --flush) flush=1 ;;
    --width | --height | --framerate | --quality | --timeout)
      [ $# -gt 1 ] || fail "the required argument for option '$1' is missing"
      number "$1" "$2"
      eval "${1#--}=$2"
      shift
      ;;
    --codec | --output)
      [ $# -gt 1 ] || fail "the required argument for option '$1' is missing"
      eval "${1#--}=\$2"
      shift
      ;;
    *) fail "unrecognised option '$1'" ;;
  esac
  shift
done
[ "$FAKE_FAULT" = none ] && fail "no cameras available"
if [ "$FAKE_FAULT" = busy ]; then
  echo "[0:01:02] ERROR Camera camera.cpp:1028 Pipeline handler in use by another process" >&2
  fail "failed to acquire camera /base/soc/i2c0mux/i2c@1/imx219@10"
fi
case $codec in
  mjpeg) ;;
  h264 | yuv420 | libav) fail "this fake has only mjpeg" ;;
  *) fail "unrecognised codec $codec" ;;
esac
[ "$output" = - ] || fail "this fake writes to stdout only"
echo "[0:01:02]  INFO Camera camera_manager.cpp:284 libcamera v0.3.2 (a fake)" >&2
[ "$timeout" = 0 ] || limit="-t $(awk "BEGIN { print $timeout / 1000 }")"
exec ffmpeg -nostdin -v error -re -f lavfi -i "testsrc2=size=${width}x$height:rate=$framerate" $limit \
  -c:v mjpeg -q:v $((1 + (100 - quality) / 4)) -pix_fmt yuvj420p -f mjpeg -flush_packets "$flush" pipe:1

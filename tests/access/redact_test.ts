import { assertEquals } from "@std/assert";
import { redact } from "../../lib/access/redact.ts";

const SHOWN: Record<string, string> = {
  "rtsp://camera/1": "rtsp://camera/1",
  "rtsp://me:secret@camera:554/1": "rtsp://camera:554/1",
  "rtsp://me@camera/1": "rtsp://camera/1",
  "rtsp://me:p@ss@camera/1": "rtsp://camera/1",
  "rtsp://me:p@s:s@[fe80::1]:554/1": "rtsp://[fe80::1]:554/1",
  "http://me:a/b@camera/": "http://camera/",
  "http://me:a?b#c@camera/": "http://camera/",
  "http://me:a b@camera/": "http://camera/",
  "http://me:1234@camera/": "http://camera/",
  "http://camera:8080/": "http://camera:8080/",
  "http://[::1]:8080/a@b": "http://[::1]:8080/a@b",
  "http://camera/@home": "http://camera/@home",
  "http://192.168.1.5:8080/a@b": "http://192.168.1.5:8080/a@b",
  "http://camera.local:8080/a@b?channel=1": "http://camera.local:8080/a@b?channel=1",
  "http://me:1234/x@camera/": "http://camera/",
  "http://camera/?action=stream": "http://camera/?action=stream",
  "http://camera/video.cgi?resolution=640x480&user=me&pwd=secret":
    "http://camera/video.cgi?resolution=640x480&***&***",
  "http://camera/s?token=secret#secret": "http://camera/s?***#***",
  "http://camera/s?secret": "http://camera/s?***",
  "http://camera/s?loginuse=me&loginpas=a&b=c": "http://camera/s?***&***&***",
  "http://camera/s?stream=a-value-that-is-too-long-to-choose-a-stream": "http://camera/s?***",
  "rtsp://camera:554/user=me&password=secret&channel=1&stream=0.sdp?real_stream":
    "rtsp://camera:554/user=***&password=***&channel=1&stream=0.sdp?***",
  "rtsp://camera/user=me_password=secret_channel=1": "rtsp://camera/user=***",
  "HTTP://ME:SECRET@CAMERA/": "HTTP://CAMERA/",
};

for (const [address, shown] of Object.entries(SHOWN)) {
  Deno.test(`redact() shows ${shown} for ${address}, in a sentence as well`, () => {
    assertEquals(redact(address), shown);
    assertEquals(redact(`Cannot read "${address}": a@b`), `Cannot read "${shown}": a@b`);
    assertEquals(redact(`[in @ 0x5] ${address} failed`), `[in @ 0x5] ${shown} failed`);
  });
}

Deno.test("redact() leaves text without URLs alone", () => {
  for (const text of ["/dev/video0", "a@b.c", "key=value?x=1", "[in @ 0x5] 12:30 a/b@c"]) {
    assertEquals(redact(text), text);
  }
});

import { loseNetworkCamera } from "../support/network_camera_away.ts";

Deno.test("the stream recovers when a network camera is gone for 6 s", async () => {
  await loseNetworkCamera(6);
});

import { loseNetworkCamera } from "../support/network_camera_away.ts";

Deno.test("pictures come again when a network camera has gone and come back", async () => {
  await loseNetworkCamera(6);
});

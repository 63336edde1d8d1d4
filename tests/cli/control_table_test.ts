import { assertEquals } from "@std/assert";
import { parseControls } from "../../lib/camera/v4l2_controls.ts";
import { controlTable } from "../../lib/cli/control_table.ts";
import { VIVID } from "../support/control_listings.ts";

Deno.test("controlTable() shows each control with its value, its range and its menu", () => {
  const webcam = { path: "/dev/video0", name: "HD Webcam" };
  const [brightness, , automatic, gain, button, menu, , readOnly] = parseControls(VIVID);
  const controls = [brightness, automatic, gain, button, menu, readOnly];
  assertEquals(
    controlTable([{ webcam, controls }]),
    `\
/dev/video0  HD Webcam
    brightness                 =77  0 to 255, default 128
    gain_automatic              =1  0 or 1, default 1
    gain                       =16  0 to 255, default 100, inactive now
    button                          1 presses it
    menu                        =3  one of these, default 3
                                 1  Menu Item 1
                                 3  Menu Item 3
                                 4  Menu Item 4
    read_only_integer_32_bits   =0  read-only`,
  );
  assertEquals(
    controlTable([{ webcam, controls: [] }]),
    "/dev/video0  HD Webcam\n    It has no controls.",
  );
});

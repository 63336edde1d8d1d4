/** Removes the colours. */

import type { Transform } from "socketcam";

export default ((image) => image.saturation(0, true)) satisfies Transform;

/**
 * What `v4l2-ctl` prints on a Raspberry Pi, put together from what users posted, with fewer sizes.
 *
 * @module
 */

/** The numbers from `first` to `last`, each as a line of a listing. */
const nodes = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => `\t/dev/video${first + i}\n`).join("");

const WEBCAM = `\
UVC Camera (046d:0825) (usb-xhci-hcd.0-1):
	/dev/video8
	/dev/video9
	/dev/media5

`;

/** A Raspberry Pi 4 with a camera on its ribbon cable: \`--list-devices\`. */
export const PI_4 = `\
bcm2835-codec-decode (platform:bcm2835-codec):
	/dev/video10
	/dev/video11
	/dev/video12
	/dev/video18
	/dev/video31
	/dev/media4

bcm2835-isp (platform:bcm2835-isp):
${nodes(13, 16)}${nodes(20, 23)}	/dev/media0
	/dev/media1

unicam (platform:fe801000.csi):
	/dev/video0
	/dev/video1
	/dev/media2

rpivid (platform:rpivid):
	/dev/video19
	/dev/media3

`;

/** A Raspberry Pi 5 with two cameras on ribbon cables. */
export const PI_5 = `\
pispbe (platform:1000880000.pisp_be):
${nodes(20, 35)}	/dev/media0
	/dev/media4

rp1-cfe (platform:1f00110000.csi):
${nodes(10, 17)}	/dev/media1

rp1-cfe (platform:1f00128000.csi):
${nodes(0, 7)}	/dev/media2

rpi-hevc-dec (platform:rpi-hevc-dec):
	/dev/video19
	/dev/media3

`;

/** The same with a webcam. */
export const PI_4_WEBCAM = PI_4 + WEBCAM;
export const PI_5_WEBCAM = PI_5 + WEBCAM;

const info = (driver: string, card: string, bus: string, caps: string[]) =>
  `\
Driver Info:
	Driver name      : ${driver}
	Card type        : ${card}
	Bus info         : ${bus}
	Driver version   : 6.1.21
	Device Caps      :
${caps.map((cap) => `\t\t${cap}\n`).join("")}\
Interface Info:
	ID               : 0x03000003
	Type             : V4L Video
`;

const formats = (type: string, lines: string) =>
  `\
ioctl: VIDIOC_ENUM_FMT
	Type: ${type}

${lines}`;

/** A decoder: \`--info --list-formats-ext\`. */
export const CODEC = info("bcm2835-codec", "bcm2835-codec-decode", "platform:bcm2835-codec", [
  ...["Video Memory-to-Memory Multiplanar", "Streaming", "Extended Pix Format"],
]) +
  formats(
    "Video Capture Multiplanar",
    `	[0]: 'YU12' (Planar YUV 4:2:0)
		Size: Stepwise 32x32 - 1920x1920 with step 2/2
	[1]: 'NV12' (Y/CbCr 4:2:0)
		Size: Stepwise 32x32 - 1920x1920 with step 2/2
`,
  );

/** An output of the image processor. */
export const ISP = info("bcm2835-isp", "bcm2835-isp", "platform:bcm2835-isp", [
  ...["Video Capture", "Streaming", "Extended Pix Format"],
]) +
  formats(
    "Video Capture",
    `	[0]: 'YU12' (Planar YUV 4:2:0)
		Size: Stepwise 64x64 - 16384x16384 with step 2/2
	[1]: 'YUYV' (YUYV 4:2:2)
		Size: Stepwise 64x64 - 16384x16384 with step 2/2
`,
  );

/** The receiver of a sensor's data on a Raspberry Pi 4: it lists every format, with any sensor. */
export const UNICAM = info("unicam", "unicam", "platform:fe801000.csi", [
  ...["Video Capture", "Read/Write", "Streaming", "Extended Pix Format"],
]) +
  formats(
    "Video Capture",
    `	[0]: 'YUYV' (YUYV 4:2:2)
		Size: Stepwise 16x16 - 16376x16376 with step 1/1
	[1]: 'RGB3' (24-bit RGB 8-8-8)
		Size: Stepwise 16x16 - 16376x16376 with step 1/1
	[2]: 'pBAA' (10-bit Bayer BGBG/GRGR Packed)
		Size: Stepwise 16x16 - 16376x16376 with step 1/1
`,
  );

/** The same on a Raspberry Pi 5. */
export const CFE = info("rp1-cfe", "rp1-cfe", "platform:1f00128000.csi", [
  ...["Video Capture", "Metadata Capture", "I/O MC", "Streaming", "Extended Pix Format"],
]) +
  formats(
    "Video Capture",
    `	[0]: 'YUYV' (YUYV 4:2:2)
	[1]: 'RGGB' (8-bit Bayer RGRG/GBGB)
	[2]: 'GREY' (8-bit Greyscale)
		Size: Stepwise 16x16 - 16384x16384 with step 1/1
`,
  );

const UVC = info("uvcvideo", "UVC Camera (046d:0825)", "usb-xhci-hcd.0-1", ["Video Capture"]);
/** A webcam, and its second device, which gives metadata. */
export const UVC_PICTURES = UVC +
  formats(
    "Video Capture",
    `	[0]: 'MJPG' (Motion-JPEG, compressed)
		Size: Discrete 640x480
			Interval: Discrete 0.033s (30.000 fps)
`,
  );
export const UVC_METADATA = info("uvcvideo", "UVC Camera (046d:0825)", "usb-xhci-hcd.0-1", [
  ...["Metadata Capture", "Streaming"],
]) + formats("Video Capture", "");

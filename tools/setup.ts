/**
 * Installs programs that are missing, with the machine's package manager.
 *
 * `deno task setup` installs what socketcam needs. `--test` adds what its tests need, and `--bench`
 * adds the programs that the bench compares it with.
 *
 * @module
 */

import "../lib/cli/deno_version.ts";
import { Command } from "@commander-js/extra-typings";
import { complain, print } from "../lib/cli/terminal.ts";

/** A program or package that is needed. */
interface Need {
  /** The proof that it is installed: a command in PATH, or a file's path. */
  readonly sign: string;
  /** The only system that needs it; by default, all do. */
  readonly os?: typeof Deno.build.os;
  /** Its package's name in each package manager. */
  readonly packages: Readonly<Partial<Record<Manager, string>>>;
}

type Manager = "apt-get" | "dnf" | "pacman" | "brew" | "winget";

/** The command of each package manager that installs without asking. */
const INSTALL: Readonly<Record<Manager, readonly string[]>> = {
  "apt-get": ["apt-get", "install", "-y", "-qq", "--no-install-recommends"],
  dnf: ["dnf", "install", "-y", "-q"],
  pacman: ["pacman", "-S", "--noconfirm", "--needed"],
  brew: ["brew", "install"],
  winget: ["winget", "install", "-e", "--id"],
};

const PROGRAM: readonly Need[] = [{
  sign: "ffmpeg",
  packages: {
    "apt-get": "ffmpeg",
    dnf: "ffmpeg",
    pacman: "ffmpeg",
    brew: "ffmpeg",
    winget: "Gyan.FFmpeg",
  },
}, {
  // It lists a webcam's frame rates, unlike ffmpeg.
  sign: "v4l2-ctl",
  os: "linux",
  packages: { "apt-get": "v4l-utils", dnf: "v4l-utils", pacman: "v4l-utils" },
}, {
  // It turns JPEGs without loss.
  sign: "jpegtran",
  os: "linux",
  packages: {
    "apt-get": "libjpeg-turbo-progs",
    dnf: "libjpeg-turbo-utils",
    pacman: "libjpeg-turbo",
  },
}];

/** What the tests need; they run on Debian. */
const TESTS: readonly Need[] = [
  { sign: "chromium", packages: { "apt-get": "chromium" } },
  { sign: "firefox-esr", packages: { "apt-get": "firefox-esr" } },
  { sign: "nginx", packages: { "apt-get": "nginx-light" } },
  { sign: "caddy", packages: { "apt-get": "caddy" } },
  { sign: "mkcert", packages: { "apt-get": "mkcert" } },
  { sign: "curl", packages: { "apt-get": "curl" } },
  { sign: "cvlc", packages: { "apt-get": "vlc-bin" } },
  { sign: "gst-launch-1.0", packages: { "apt-get": "gstreamer1.0-tools" } },
  { sign: "motion", packages: { "apt-get": "motion" } },
  { sign: "systemd-analyze", packages: { "apt-get": "systemd" } },
  { sign: "setpriv", packages: { "apt-get": "util-linux" } },
  { sign: "djpeg", packages: { "apt-get": "libjpeg-turbo-progs" } },
  { sign: "exiftool", packages: { "apt-get": "libimage-exiftool-perl" } },
  ...[
    ...["python3-gi", "gir1.2-gst-rtsp-server-1.0", "gstreamer1.0-plugins-good"],
    ...["python3-aiohttp", "python3-requests", "vlc-plugin-base"],
  ].map((name) => ({
    sign: `/usr/share/doc/${name}/copyright`,
    packages: { "apt-get": name },
  })),
  { sign: "pgrep", packages: { "apt-get": "procps" } },
  { sign: "openssl", packages: { "apt-get": "openssl" } },
  { sign: "faketime", packages: { "apt-get": "faketime" } },
  { sign: "ip", packages: { "apt-get": "iproute2" } },
  {
    sign: "/usr/share/doc/python3-opencv/copyright",
    packages: { "apt-get": "python3-opencv" },
  },
  {
    sign: "/usr/share/doc/opencv-doc/examples/data/vtest.avi",
    packages: { "apt-get": "opencv-doc" },
  },
];

/** What the bench needs; it runs on Debian. ustreamer is not included, because it needs a webcam. */
const BENCH: readonly Need[] = [
  { sign: "gst-launch-1.0", packages: { "apt-get": "gstreamer1.0-tools" } },
  ...["base", "good", "bad"].map((set) => `gstreamer1.0-plugins-${set}`).map((name) => ({
    sign: `/usr/share/doc/${name}/copyright`,
    packages: { "apt-get": name },
  })),
  ...TESTS.filter(({ sign }) => /python3-opencv|vtest|^djpeg|^pgrep|^ip$/.test(sign)),
];

/** Installs what is missing of `needs`. @throws if that fails. */
export async function install(needs: readonly Need[]): Promise<void> {
  const missing = needs.filter(({ sign, os }) => (!os || os === Deno.build.os) && !isThere(sign));
  if (missing.length === 0) return;
  const names = missing.map(({ sign, packages }) => packages["apt-get"] ?? sign).join(", ");
  const managers = Object.keys(INSTALL) as Manager[];
  const manager = managers.find((name) => isThere(name));
  const packages = missing.map((need) => manager && need.packages[manager]);
  if (!manager || packages.includes(undefined)) {
    throw new Error(`No package manager here can install ${names}; install it yourself`);
  }
  print(`setup: installing ${names} with ${manager}; this can take a minute`);
  if (manager === "apt-get") await asRoot(["apt-get", "update", "-qq"]);
  await asRoot([...INSTALL[manager], ...packages as string[]]);
}

/** Runs an installation command, on Linux as root. */
async function asRoot([program, ...args]: readonly string[]): Promise<void> {
  const needsSudo = Deno.build.os === "linux" && Deno.uid() !== 0;
  const [command, ...rest] = needsSudo ? ["sudo", program, ...args] : [program, ...args];
  const { success } = await new Deno.Command(command, {
    args: rest,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdout: "null",
  }).spawn().status;
  if (!success) throw new Error(`This command failed: ${[command, ...rest].join(" ")}`);
}

function isThere(sign: string): boolean {
  const windows = Deno.build.os === "windows";
  const places = sign.includes("/")
    ? [sign]
    : (Deno.env.get("PATH") ?? "").split(windows ? ";" : ":")
      .map((folder) => `${folder}/${sign}${windows ? ".exe" : ""}`);
  return places.some((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Installs what socketcam itself needs. */
export function installProgram(): Promise<void> {
  return install(PROGRAM);
}

if (import.meta.main) {
  const { test, bench } = new Command("setup")
    .description("Installs the programs that socketcam needs.")
    .option("--test", "also install what the tests need")
    .option("--bench", "also install what the bench measures")
    .parse(Deno.args, { from: "user" }).opts();
  try {
    await install([...new Set([...PROGRAM, ...test ? TESTS : [], ...bench ? BENCH : []])]);
  } catch (error) {
    complain(`setup: ${(error as Error).message}`);
    Deno.exit(1);
  }
}

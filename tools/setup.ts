/**
 * Installs the programs that are needed, by the machine's own package manager.
 *
 * `deno task setup` installs what socketcam itself needs, `deno task setup --test` what its tests
 * need as well, and `--bench` what is measured beside it. What is there already is left alone.
 *
 * @module
 */

import { Command } from "@commander-js/extra-typings";
import { complain, print } from "../lib/cli/log.ts";

/** A program, and the package that has it. */
interface Need {
  /** What shows that it is there: a command's name or a file's path. */
  readonly sign: string;
  /** The only system that needs it; without, all do. */
  readonly os?: typeof Deno.build.os;
  /** The package's name, by package manager. */
  readonly packages: Readonly<Partial<Record<Manager, string>>>;
}

type Manager = "apt-get" | "dnf" | "pacman" | "brew" | "winget";

/** How each package manager installs without asking. */
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
  // It tells the rates of a webcam, which ffmpeg does not.
  sign: "v4l2-ctl",
  os: "linux",
  packages: { "apt-get": "v4l-utils", dnf: "v4l-utils", pacman: "v4l-utils" },
}];

/** The tests run on Debian. */
const TESTS: readonly Need[] = [
  { sign: "chromium", packages: { "apt-get": "chromium" } },
  { sign: "firefox-esr", packages: { "apt-get": "firefox-esr" } },
  { sign: "curl", packages: { "apt-get": "curl" } },
  { sign: "cvlc", packages: { "apt-get": "vlc-bin" } },
  { sign: "gst-launch-1.0", packages: { "apt-get": "gstreamer1.0-tools" } },
  { sign: "motion", packages: { "apt-get": "motion" } },
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

/** The bench measures on Debian, too; ustreamer needs a webcam, and is installed where there is one. */
const BENCH: readonly Need[] = [
  { sign: "gst-launch-1.0", packages: { "apt-get": "gstreamer1.0-tools" } },
  ...["base", "good", "bad"].map((set) => `gstreamer1.0-plugins-${set}`).map((name) => ({
    sign: `/usr/share/doc/${name}/copyright`,
    packages: { "apt-get": name },
  })),
  ...TESTS.filter(({ sign }) => /python3-opencv|vtest|^djpeg|^pgrep|^ip$/.test(sign)),
];

/** Installs what of `needs` is missing. */
export async function install(needs: readonly Need[]): Promise<void> {
  const missing = needs.filter(({ sign, os }) => (!os || os === Deno.build.os) && !isThere(sign));
  if (missing.length === 0) return;
  const names = missing.map(({ sign, packages }) => packages["apt-get"] ?? sign).join(", ");
  const managers = Object.keys(INSTALL) as Manager[];
  const manager = managers.find((name) => isThere(name));
  const packages = missing.map((need) => manager && need.packages[manager]);
  if (!manager || packages.includes(undefined)) {
    throw new Error(`Install ${names} yourself, please: there is no package manager here for it`);
  }
  print(`setup: installing ${names} with ${manager}, which can take a minute`);
  if (manager === "apt-get") await asRoot(["apt-get", "update", "-qq"]);
  await asRoot([...INSTALL[manager], ...packages as string[]]);
}

/** Runs a command that changes the machine; where that is not root's, it is as the user. */
async function asRoot([program, ...args]: readonly string[]): Promise<void> {
  const needsSudo = Deno.build.os === "linux" && Deno.uid() !== 0;
  const [command, ...rest] = needsSudo ? ["sudo", program, ...args] : [program, ...args];
  const { success } = await new Deno.Command(command, {
    args: rest,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdout: "null",
  }).spawn().status;
  if (!success) throw new Error(`This failed: ${[command, ...rest].join(" ")}`);
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

/** What socketcam itself needs. */
export function installProgram(): Promise<void> {
  return install(PROGRAM);
}

if (import.meta.main) {
  const { test, bench } = new Command("setup")
    .description("Installs the programs that are needed.")
    .option("--test", "those of the tests as well")
    .option("--bench", "those that are measured beside it as well")
    .parse(Deno.args, { from: "user" }).opts();
  try {
    await install([...new Set([...PROGRAM, ...test ? TESTS : [], ...bench ? BENCH : []])]);
  } catch (error) {
    complain(`setup: ${(error as Error).message}`);
    Deno.exit(1);
  }
}

import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { openCamera } from "../../lib/camera/open_camera.ts";
import { splitCommand } from "../../lib/camera/split_command.ts";
import { jpegSize } from "../../lib/frame/jpeg.ts";
import { eventually } from "../support/eventually.ts";
import { testPictures } from "../support/pictures.ts";
import { startServer } from "../support/programs.ts";

const [picture] = await testPictures(1);

/** How a command is typed, and its words. */
const FORMS: readonly [command: string, words: string[] | undefined][] = [
  ["a -b  c=d\t", ["a", "-b", "c=d"]],
  [`a "b c" 'd e'`, ["a", "b c", "d e"]],
  [`a b" "c'd'`, ["a", "b cd"]],
  [`a ""  ''`, ["a", "", ""]],
  [String.raw`a\ b \"c`, ["a b", `"c`]],
  [String.raw`a "b \" \\ \$ \n"`, ["a", String.raw`b " \ $ \n`]],
  [String.raw`a 'b\'`, ["a", "b\\"]],
  ["a 'b\nc'", ["a", "b\nc"]],
  ["a $HOME * ~ | b > c; d & # e", "a $HOME * ~ | b > c; d & # e".split(" ")],
  ["", []],
  ["a 'b", undefined],
  [`a "b\\"`, undefined],
  ["a \\", undefined],
];

for (const [command, words] of FORMS) {
  Deno.test(`splitCommand() splits ${JSON.stringify(command)}`, () => {
    assertEquals(splitCommand(command), words);
  });
}

/** A folder with a picture in it, for programs. */
async function withPicture(use: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/picture.jpg`, picture);
    await use(`${folder}/picture.jpg`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether a process with this number runs. */
async function runs(pid: string): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", pid] }).output();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout));
}

Deno.test("a program's JPEG is a frame when it is written, although none follows", async () => {
  await withPicture(async (path) => {
    const device = `exec:sh -c 'cat "$0"; exec sleep 1000' ${path}`;
    await using camera = openCamera({ device, alwaysOn: true });
    using frames = camera.frames.subscribe();
    const { value } = await deadline(frames.next(), 30_000);
    assertEquals(jpegSize(value!.bytes), { width: 320, height: 240 });
    const { name, mode } = camera.info!;
    assertEquals([name, mode], ["sh", "JPEGs of a program, copied"]);
  });
});

Deno.test("the command in docs/programs.md gives frames", async () => {
  const document = await Deno.readTextFile(new URL("../../docs/programs.md", import.meta.url));
  const device = /--device "(exec:ffmpeg[^"]+)"/.exec(document)![1];
  await using camera = openCamera({ device });
  using frames = camera.frames.subscribe();
  const { value } = await deadline(frames.next(), 30_000);
  assertEquals(jpegSize(value!.bytes), { width: 320, height: 240 });
});

Deno.test("a program's JPEGs go through ffmpeg when there is a filter", async () => {
  await withPicture(async (path) => {
    const device = `exec:sh -c 'while cat "$0"; do sleep 0.1; done' ${path}`;
    await using camera = openCamera({ device, filter: "crop=100:80" });
    using frames = camera.frames.subscribe();
    const { value } = await deadline(frames.next(), 30_000);
    assertEquals(jpegSize(value!.bytes), { width: 100, height: 80 });
  });
});

/** How programs end, and what is said of that. */
const ENDS: readonly [words: string, reason: string][] = [
  ["exit", "it exited with code 0"],
  [
    `printf "first\\nlast: \\033[1mbad\\n\\n" >&2; exit 7`,
    "it exited with code 7: last: \\u001b[1mbad",
  ],
  ["kill -9 $$", "it was ended by SIGKILL"],
  ["echo http://me:secret@host/ >&2; exit 1", "it exited with code 1: http://host/"],
];

for (const [words, reason] of ENDS) {
  Deno.test(`a program is lost that ends with ${JSON.stringify(words)}, says why, and is started again`, async () => {
    await withPicture(async (path) => {
      const device = `exec:sh -c 'cat "$0"; ${words}' ${path}`;
      await using camera = openCamera({ device, alwaysOn: true });
      const published = () => camera.frames.published;
      await eventually(() => published() > 1, () => `${published()} frames; ${camera.error}`);
      assertEquals(camera.error!.message, `The program "sh" gives no more pictures: ${reason}`);
    });
  });
}

Deno.test("a camera that no program can be started for throws, in one sentence", async () => {
  await withPicture(async (path) => {
    const sentences = {
      "exec:no-such-program -x":
        'There is no program "no-such-program": install it, or write its whole path',
      [`exec:${path}`]:
        `The program "${path}" may not be started: make it executable with chmod +x`,
      "exec: ": '"exec:" names no program: write the program and its arguments behind it',
      "exec:cat 'x": "The command has a quote, or a backslash at its end, that is not closed",
    };
    for (const [device, sentence] of Object.entries(sentences)) {
      await using camera = openCamera({ device });
      const error = await assertRejects(() => camera.ready);
      assertEquals((error as Error).message, sentence);
    }
  });
});

Deno.test("nothing of a program is left behind, be it a shell's, deaf to signals, or quiet", async () => {
  await withPicture(async (path, folder) => {
    // One of the three writes nothing, and keeps the shell's stderr open.
    const script = `cat "$0"; trap "" TERM; sleep 1001 & echo $! $$ > "$1"; sleep 1002 | cat`;
    const device = `exec:sh -c '${script}' ${path} ${folder}/pids`;
    await using camera = openCamera({ device, alwaysOn: true });
    using frames = camera.frames.subscribe();
    await deadline(frames.next(), 30_000);
    const pids = async () =>
      (await Deno.readTextFile(`${folder}/pids`).catch(() => "")).match(/\d+/g);
    await eventually(async () => (await pids())?.length === 2, () => "it has not started others");
    const [other, shell] = (await pids())!;
    assertEquals([await runs(other), await runs(shell)], [true, true]);
    await camera[Symbol.asyncDispose]();
    assertEquals([await runs(other), await runs(shell)], [false, false]);
  });
});

Deno.test("a program's death is noticed although another one keeps its stderr open", async () => {
  await withPicture(async (path) => {
    const device = `exec:sh -c 'cat "$0"; sleep 1003 >/dev/null & echo enough >&2; exit 4' ${path}`;
    await using camera = openCamera({ device, alwaysOn: true });
    await eventually(() => camera.error !== undefined, () => "it is not lost");
    const words = "it exited with code 4: enough";
    assertEquals(camera.error!.message, `The program "sh" gives no more pictures: ${words}`);
  });
});

Deno.test("programs are cameras of one server by their names, and nobody sees the words of their commands", async () => {
  await withPicture(async (path) => {
    const command = (name: string) => [
      "--device",
      `${name}=exec:sh -c 'while cat "$0"; do sleep 0.1; done' ${path} --key=horse-battery`,
    ];
    const args = ["--port", "0", "--http-port", "0", ...command("porch"), ...command("shed")];
    await using server = startServer(...args);
    const [url] = await server.says(/http:\/\/localhost:\d+/);
    for (const name of ["porch", "shed"]) {
      const snapshot = await (await fetch(`${url}/${name}/snapshot`)).bytes();
      assertEquals(jpegSize(snapshot), { width: 320, height: 240 });
    }
    const paths = ["cameras", "porch/state", "metrics", "shed/healthz"];
    const texts = paths.map(async (path) => await (await fetch(`${url}/${path}`)).text());
    const shown = [...await Promise.all(texts), server.stdout, server.stderr].join("\n");
    assertEquals(shown.includes("horse-battery"), false, shown);
    assertMatch(shown, /JPEGs of a program/);
  });
});

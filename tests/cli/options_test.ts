import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readClientOptions } from "../../lib/cli/client_options.ts";
import { unknownVariables, variablesOf } from "../../lib/cli/environment.ts";
import { readServerOptions } from "../../lib/cli/server_options.ts";
import { UsageError } from "../../lib/cli/usage_error.ts";

/** Runs `test` with these environment variables, and takes them away again. */
function withEnvironment<T>(variables: Readonly<Record<string, string>>, test: () => T): T {
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    return test();
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
  }
}

/** Writes a file for the time of a test. */
function withFile<T>(text: string, mode: number, test: (path: string, folder: string) => T): T {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/token`;
    Deno.writeTextFileSync(path, text);
    Deno.chmodSync(path, mode);
    return test(path, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("each program has variables of its own, and some that both share", () => {
  assertEquals(variablesOf("server", "http-port"), ["SOCKETCAM_SERVER_HTTP_PORT"]);
  assertEquals(variablesOf("client", "token"), ["SOCKETCAM_CLIENT_TOKEN", "SOCKETCAM_TOKEN"]);
  const variables = { SOCKETCAM_CLIENT_TOKEN: "mine", SOCKETCAM_TOKEN: "ours" };
  withEnvironment(variables, () => {
    assertEquals(readClientOptions([]).token, "mine");
    assertEquals(readServerOptions([]).token, "ours");
    assertEquals(readServerOptions(["--token", "typed"]).token, "typed");
  });
});

Deno.test("a switch's variable takes 1, true, 0 and false, and nothing else", () => {
  const isOn = (value: string) =>
    withEnvironment({ SOCKETCAM_CLIENT_TLS: value }, () => readClientOptions([]).tls === true);
  assertEquals(["1", "true", "TRUE", "0", "false", ""].map(isOn), [
    ...[true, true, true, false, false, false],
  ]);
  assertMatch(
    assertThrows(() => isOn("yes"), UsageError).message,
    /^SOCKETCAM_CLIENT_TLS is a switch: it takes 1, true, 0 or false, not "yes"$/,
  );
  const noDecode = { SOCKETCAM_CLIENT_NO_DECODE: "0" };
  assertEquals(withEnvironment(noDecode, () => readClientOptions([]).decode), true);
});

Deno.test("an unknown variable gets a warning that names the nearest one", async () => {
  const known = ["SOCKETCAM_TOKEN", "SOCKETCAM_SERVER_PORT", "SOCKETCAM_CLIENT_PORT"];
  assertEquals(
    await unknownVariables(known, ["PATH", "SOCKETCAM_TOKN", "SOCKETCAM_PORT", ...known]),
    [
      "SOCKETCAM_TOKN is not a variable of socketcam, and has no effect: did you mean SOCKETCAM_TOKEN?",
      "SOCKETCAM_PORT is not a variable of socketcam, and has no effect: did you mean " +
      "SOCKETCAM_SERVER_PORT or SOCKETCAM_CLIENT_PORT?",
    ],
  );
});

Deno.test("client.ts takes a server with its port, in each notation", () => {
  const server = (...args: string[]) => {
    const { host, port } = readClientOptions(args);
    return `${host} ${port}`;
  };
  assertEquals(server(), "localhost 9999");
  assertEquals(server("--host", "x"), "x 9999");
  assertEquals(server("--host", "x:81"), "x 81");
  assertEquals(server("--host", "x", "--port", "81"), "x 81");
  assertEquals(server("--host", "x:81", "--port", "81"), "x 81");
  assertEquals(server("--host", "::1"), "::1 9999");
  assertEquals(server("--host", "[::1]"), "::1 9999");
  assertEquals(server("--host", "[fe80::1%eth0]:81"), "fe80::1%eth0 81");
  for (const host of ["", ":81", "x:", "x:y", "x:0", "x:65536", "http://x", "a b"]) {
    assertThrows(() => server("--host", host), Error);
  }
  assertMatch(
    assertThrows(() => server("--host", "x:81", "--port", "82"), UsageError).message,
    /names port 81 and --port names 82/,
  );
});

Deno.test("a token can come from a file, and a line break at its end does not count", () => {
  withFile("a secret\n", 0o600, (path) => {
    const { token, warnings } = readServerOptions(["--token-file", path]);
    assertEquals([token, warnings], ["a secret", []]);
    assertEquals(readClientOptions(["--token-file", path]).token, "a secret");
    withEnvironment({ SOCKETCAM_TOKEN_FILE: path }, () => {
      assertEquals(readClientOptions([]).token, "a secret");
    });
    assertThrows(() => readServerOptions(["--token", "x", "--token-file", path]), UsageError);
    withEnvironment({ SOCKETCAM_TOKEN: "another" }, () => {
      assertEquals(readServerOptions(["--token-file", path]).token, "a secret");
    });
    withEnvironment({ SOCKETCAM_TOKEN_FILE: path }, () => {
      assertEquals(readServerOptions(["--token", "typed"]).token, "typed");
    });
  });
});

Deno.test("a secret's file is refused when it is missing, empty or has several lines", () => {
  for (
    const [text, words] of [["", /is empty/], ["\n", /is empty/], ["a\nb\n", /one line/]] as const
  ) {
    withFile(text, 0o600, (path) => {
      assertMatch(
        assertThrows(() => readServerOptions(["--token-file", path]), Error).message,
        words,
      );
    });
  }
  const error = assertThrows(() => readServerOptions(["--token-file", "/no/such"]), Error);
  assertMatch(error.message, /no such file/);
});

Deno.test("a secret's file that everybody can read gets a warning with the command that hides it", () => {
  withFile("a secret", 0o644, (path) => {
    const [warning] = readServerOptions(["--token-file", path]).warnings;
    assert(warning.includes(`chmod 600 ${path}`) && !warning.includes("a secret"), warning);
  });
});

Deno.test("systemd's credentials count where no other secret is given", () => {
  withFile("from systemd", 0o400, (_, folder) => {
    withEnvironment({ CREDENTIALS_DIRECTORY: folder }, () => {
      assertEquals(readServerOptions([]).token, "from systemd");
      assertEquals(readServerOptions(["--token", "typed"]).token, "typed");
      assertEquals(readClientOptions([]).viewers.credentials, undefined);
    });
  });
});

Deno.test("a credential of systemd that is empty is refused with its path", () => {
  withFile("", 0o400, (path, folder) => {
    withEnvironment({ CREDENTIALS_DIRECTORY: folder }, () => {
      const { message } = assertThrows(() => readServerOptions([]), UsageError);
      assertEquals(
        message,
        `${path}, which systemd passes on, is not a secret: The file is empty.`,
      );
    });
  });
});

Deno.test("viewers' password can come from a file, with or without a name", () => {
  withFile("a secret\n", 0o600, (path) => {
    const credentials = (...args: string[]) =>
      readClientOptions([...args, "--http-password-file", path]).viewers.credentials;
    assertEquals(credentials(), { password: "a secret" });
    assertEquals(credentials("--http-user", "me"), { name: "me", password: "a secret" });
    assertThrows(() => credentials("--http-user", "me:too"), UsageError);
  });
  assertThrows(() => readClientOptions(["--http-user", "me"]), UsageError);
});

Deno.test("--json without --list or --list-controls is refused", () => {
  assertMatch(
    assertThrows(() => readServerOptions(["--json"]), UsageError).message,
    /add --list$/,
  );
});

Deno.test("--rotate takes quarters, and --flip a direction", () => {
  const [camera] = readServerOptions(["--rotate", "270", "--flip", "v"]).cameras;
  assertEquals([camera.rotate, camera.flip], [270, "v"]);
  const message = (...args: string[]) => assertThrows(() => readServerOptions(args), Error).message;
  assertMatch(message("--rotate", "45"), /It takes 0, 90, 180 or 270\./);
  assertMatch(message("--flip", "x"), /It takes h or v\./);
});

Deno.test("--settle takes frames or milliseconds, and nothing else", () => {
  const settle = (value: string) => readServerOptions(["--settle", value]).settle;
  assertEquals([settle("0"), settle("20"), settle("500ms")], [
    ...[{ frames: 0 }, { frames: 20 }, { ms: 500 }],
  ]);
  assertEquals(readServerOptions([]).settle, undefined);
  const variables = { SOCKETCAM_SERVER_SETTLE: "5" };
  assertEquals(withEnvironment(variables, () => readServerOptions([]).settle), { frames: 5 });
  assertEquals([settle("1000"), settle("60000ms")], [{ frames: 1000 }, { ms: 60_000 }]);
  for (const wrong of ["", "-1", "1.5", "2s", "ms", "1001", "60001ms"]) {
    assertMatch(assertThrows(() => settle(wrong), Error).message, /It takes frames, such as 20/);
  }
});

Deno.test("--trust-proxy takes addresses and networks, and says what it takes otherwise", () => {
  const given = ["--trust-proxy", "127.0.0.1,10.0.0.0/8", "--trust-proxy", "::1"];
  assertEquals(readClientOptions(given).viewers.trustProxies, ["127.0.0.1", "10.0.0.0/8", "::1"]);
  assertEquals(readServerOptions(["--http-port", "0", ...given]).viewers!.trustProxies!.length, 3);
  assertMatch(
    assertThrows(() => readClientOptions(["--trust-proxy", "proxy.lan"]), Error).message,
    /proxy.lan is not an address: 127.0.0.1, 10.0.0.0\/8 or fd00::\/8/,
  );
});

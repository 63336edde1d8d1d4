/**
 * Runs socketcam from boot on, as a service of systemd: `deno task service install server`.
 *
 * @module
 */

import "../lib/cli/deno_version.ts";
import { fileURLToPath } from "node:url";
import { complain, print } from "../lib/cli/terminal.ts";
import { UsageError } from "../lib/cli/usage_error.ts";
import { parseService, type ServiceName, unitName, unitText } from "./service/unit.ts";
import { make, shown, type Step } from "./service/steps.ts";

const HELP = `Usage: deno task service install SERVICE [--yes] [options of server.ts or client.ts]
       deno task service status | logs [SERVICE]
       deno task service uninstall SERVICE [--yes]

Runs socketcam from boot on, as a service of systemd. SERVICE is server or client, or
one of several, such as server@porch.

  install    show the service, ask, then write, enable and start it
  status     show which services there are, and how they are
  logs       show the last lines of the log, and those that come
  uninstall  show what goes, ask, then stop and remove it
  --yes      do not ask

Examples:
  deno task service install server --http-port 8080 --token-file token.txt
  deno task service install server@garden --device /dev/video2 --port 9998
`;

/** Where units are that a machine's owner writes. */
const UNITS = "/etc/systemd/system";
/** Where the services keep Deno's packages; their user is another one at each start. */
const CACHE = "/var/cache/private/socketcam";
/** The units of socketcam. */
const OURS = /^socketcam-(server|client)(@[\w-]+)?\.service$/;
const ROOT = new URL("../", import.meta.url);

/** Does what the words ask for; returns the exit status. */
async function service([action, ...rest]: readonly string[]): Promise<number> {
  const args = rest.filter((arg) => arg !== "--yes");
  const agreed = args.length < rest.length;
  switch (action) {
    case "install":
      return await install(parseService(args[0]), args.slice(1), agreed);
    case "uninstall":
      return await uninstall(parseService(args[0]), agreed);
    case "status":
      return await shown(["systemctl", "status", "--no-pager", "--lines=3", pattern(args[0])]);
    case "logs":
      return await shown(["journalctl", "--follow", "--lines=100", "--unit", pattern(args[0])]);
    case undefined:
    case "-h":
    case "--help":
      print(HELP);
      return 0;
    default:
      throw new UsageError(`there is no ${action}: install, status, logs or uninstall`);
  }
}

/** Writes a service, and starts it. */
async function install(
  name: ServiceName,
  args: readonly string[],
  agreed: boolean,
): Promise<number> {
  await needSystemd();
  const unit = unitName(name);
  const deno = Deno.execPath();
  const text = unitText(name, args, { folder: fileURLToPath(ROOT).replace(/\/$/, ""), deno });
  print(`This is the service, ${UNITS}/${unit}:\n\n${text.replace(/^(?=.)/gm, "  ")}`);
  const packages = ["install", "--quiet", "--frozen", "--entrypoint", "server.ts", "client.ts"];
  const steps: Step[] = [
    {
      why: "keep Deno's packages where the service may read them",
      command: [
        "env",
        ...[`--chdir=${fileURLToPath(ROOT)}`, `DENO_DIR=${CACHE}`, deno, ...packages],
      ],
    },
    { why: "write the service", command: ["tee", `${UNITS}/${unit}`], input: text },
    { why: "let systemd read it", command: ["systemctl", "daemon-reload"] },
    { why: "start it at boot", command: ["systemctl", "enable", unit] },
    { why: "start it now", command: ["systemctl", "restart", unit] },
  ];
  const ours = Object.keys(Deno.env.toObject()).filter((variable) =>
    variable.startsWith("SOCKETCAM_")
  );
  if (ours.length > 0) {
    complain(`service: ${ours.join(", ")} of this shell are not for the service`);
  }
  if (!await make(steps, agreed)) return 1;
  print(`\nIt runs, and will run after a restart of the machine. Its log: deno task service logs`);
  return 0;
}

/** Stops a service and removes what its installation made. */
async function uninstall(name: ServiceName, agreed: boolean): Promise<number> {
  await needSystemd();
  const unit = unitName(name);
  const files = [...Deno.readDirSync(UNITS)].map((file) => file.name).filter((file) =>
    OURS.test(file)
  );
  if (!files.includes(unit)) throw new Error(`${unit} is not installed: ${UNITS} does not have it`);
  const isLast = files.length === 1;
  const steps: Step[] = [
    { why: "stop it, now and at boot", command: ["systemctl", "disable", "--now", unit] },
    ...isLast
      ? [
        {
          why: "remove Deno's packages",
          command: ["systemctl", "clean", "--what=cache", unit],
        } as const,
      ]
      : [],
    { why: "remove the service", command: ["rm", `${UNITS}/${unit}`] },
    { why: "let systemd forget it", command: ["systemctl", "daemon-reload"] },
  ];
  return await make(steps, agreed) ? 0 : 1;
}

function pattern(service: string | undefined): string {
  return service === undefined ? "socketcam-*" : unitName(parseService(service));
}

async function needSystemd(): Promise<void> {
  try {
    await Deno.stat("/run/systemd/system");
  } catch {
    throw new Error("this machine does not run systemd, which starts services at boot");
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await service(Deno.args));
  } catch (error) {
    complain(`service: ${(error as Error).message}`);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}

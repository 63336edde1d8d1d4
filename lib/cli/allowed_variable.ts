/** The variable of the environment, if it is set and Deno allows it to be read; never asks. */
export function allowedVariable(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

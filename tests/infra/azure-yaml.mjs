// Checks azure.yaml: its shape, and that the files it names are there.
//   node azure-yaml.mjs FILE   faults as JSON: ["…"]
import { accessSync, constants, readFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import Ajv from "ajv";
import { parse } from "yaml";

const path = process.argv[2];
const schema = JSON.parse(readFileSync(new URL("azure.yaml.schema.json", import.meta.url), "utf8"));
const root = dirname(path);
const faults = [];
let said;
try {
  said = parse(readFileSync(path, "utf8"));
} catch (error) {
  faults.push(`not YAML: ${error.message.split("\n")[0]}`);
}
if (faults.length === 0) {
  const validate = new Ajv({ allErrors: true }).compile(schema);
  if (!validate(said))
    faults.push(...validate.errors.map((e) => `${e.instancePath || "/"} ${e.message} ${JSON.stringify(e.params)}`));
  for (const [name, { run }] of Object.entries(said.hooks ?? {})) {
    try {
      accessSync(join(root, run), constants.X_OK);
    } catch {
      faults.push(`hook ${name}: ${run} cannot be run`);
    }
  }
  const module = join(root, said.infra?.path ?? "infra", `${said.infra?.module ?? "main"}.bicep`);
  if (!existsSync(module)) faults.push(`there is no ${module}`);
}
console.log(JSON.stringify(faults));

// Checks what cloud-init is given: its header, that it is YAML, and the shape of the modules that are used.
//   node cloud-init.mjs FILE   faults as JSON: ["…"]
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import { parse } from "yaml";

const text = readFileSync(process.argv[2], "utf8");
const faults = [];
// Without this line the data is taken for something else, and nothing of it is done.
if (!text.startsWith("#cloud-config\n")) faults.push("the first line is not #cloud-config");

// After cloud-init's documentation of its modules, less what is not used here.
const command = { oneOf: [{ type: "string", minLength: 1 }, { type: "array", minItems: 1, items: { type: "string" } }] };
const schema = {
  type: "object",
  additionalProperties: false,
  properties: {
    package_update: { type: "boolean" },
    packages: { type: "array", items: { type: "string", pattern: "^[a-z0-9][a-z0-9.+-]+$" } },
    write_files: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["path", "content"],
        properties: {
          path: { type: "string", pattern: "^/" },
          content: { type: "string" },
          permissions: { type: "string", pattern: "^0[0-7]{3}$" },
          owner: { type: "string" },
          append: { type: "boolean" },
        },
      },
    },
    runcmd: { type: "array", items: command },
  },
};
try {
  const validate = new Ajv({ allErrors: true }).compile(schema);
  if (!validate(parse(text)))
    faults.push(...validate.errors.map((e) => `${e.instancePath || "/"} ${e.message} ${JSON.stringify(e.params)}`));
} catch (error) {
  faults.push(`not YAML: ${error.message.split("\n")[0]}`);
}
console.log(JSON.stringify(faults));

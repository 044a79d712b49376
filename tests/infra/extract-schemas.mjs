// Writes schemas.json: the shapes of the resource types that infra/ uses, without their descriptions.
// Run by hand when infra/ takes a new type, with the tool that knows them:
//   npm install --prefix DIR @azure/mcp-linux-x64@2.0.5
//   node extract-schemas.mjs DIR/node_modules/@azure/mcp-linux-x64/dist/azmcp
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const here = new URL(".", import.meta.url);
const wanted = readFileSync(new URL("resource-types.txt", here), "utf8").split("\n").filter(Boolean);
const types = {};
const resources = {};

/** "A | B | string" and "T[]" name other types; everything else is a primitive or a literal. */
const named = (type) => type.split(" | ").map((part) => part.replace(/(\[\])+$/, ""));

function shape(object) {
  const properties = {};
  for (const { name, type, flags = "" } of object.properties ?? []) {
    const kept = flags.split(", ").filter((flag) => flag === "Required" || flag === "ReadOnly");
    properties[name] = [type, ...kept].join("; ");
  }
  if (object.additionalPropertiesType) properties["*"] = object.additionalPropertiesType;
  return properties;
}

for (const type of wanted) {
  const answer = execFileSync(process.argv[2], ["bicepschema", "get", "--resource-type", type], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 26,
  });
  const all = JSON.parse(answer).results.BicepSchemaResult;
  const resource = all.find((one) => one.$type === "Resource");
  const objects = new Map(all.filter((one) => one.$type === "Object").map((one) => [one.name, one]));
  const version = resource.name.split("@")[1];
  const scope = `${type.split("/")[0]}@${version}`;
  types[scope] ??= {};
  resources[type] = { version, body: shape(resource.bodyType) };

  const visit = (properties) => {
    for (const value of Object.values(properties)) {
      for (const name of named(value.split("; ")[0])) {
        if (!objects.has(name) || types[scope][name]) continue;
        types[scope][name] = shape(objects.get(name));
        visit(types[scope][name]);
      }
    }
  };
  visit(resources[type].body);
}

writeFileSync(
  new URL("schemas.json", here),
  JSON.stringify(
    {
      origin: "npm @azure/mcp-linux-x64 2.0.5, `azmcp bicepschema get`, MIT License, Copyright (c) Microsoft Corporation",
      resources,
      types,
    },
    null,
    1,
  ) + "\n",
);
